//! Packets and capture files.
