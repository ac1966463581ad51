//! The one model of a protocol: resolved, checked, laid out, and interpreted.
//!
//! A front end gives a [`tree`]; checking it gives a schema, or diagnostics. Everything that reads, writes, prints or
//! filters packets works on the checked schema alone.

mod check;
mod diagnostic;
pub mod interp;
pub mod model;
pub mod sample;
#[cfg(feature = "stored")]
pub mod stored;
pub mod tree;

pub use check::{Checked, check, nearest, snake};
pub use diagnostic::{Code, Diagnostic, Label, Severity};
pub use model::Schema;
