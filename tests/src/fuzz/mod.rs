//! What is fuzzed: functions of arbitrary bytes that panic where something is wrong.
//!
//! The targets in `fuzz/` run them with bytes that a fuzzer makes up, and the tests of this crate with those that are kept in
//! `fuzz/corpus/`.

#![allow(clippy::panic, reason = "what is found is shown by a panic")]

mod bytes;
mod drive;
mod files;
mod generate;
mod generated;
mod grammar;
mod interpreter;
mod packet;
mod readers;
mod schema;
pub mod seeds;
mod setters;

pub use drive::{Driven, drive};
pub use files::files;
pub use generated::generated;
pub use grammar::grammar;
pub use interpreter::interpreter;
pub use readers::{mutate, readers};
pub use schema::schema;
pub use setters::set_each;

/// A fuzz target.
pub type Target = fn(&[u8]);

/// Every target by its name, which is that of its corpus too.
pub const TARGETS: &[(&str, Target)] = &[
    ("files", files),
    ("generated", generated),
    ("grammar", grammar),
    ("interpreter", interpreter),
    ("readers", readers),
    ("schema", schema),
];
