//! The interpreter: the reference semantics of the language. Every back end must equal it on every vector.

mod dissection;
mod resolve_literal;
mod resolve_value;
mod value;

pub use dissection::*;
pub use resolve_value::resolve_value;
pub use value::*;
