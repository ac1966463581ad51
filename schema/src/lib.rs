//! The one model of a protocol.
