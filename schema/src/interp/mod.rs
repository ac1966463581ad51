//! The interpreter: the reference semantics of the language. Every back end must equal it on every vector.

mod dissection;

pub use dissection::*;
