//! The `.pony` language.
//!
//! [`text`] reads a definition into a tree and lays one out canonically, [`mod@derive`] reads items of Rust; [`render`] shows
//! what is wrong with one; [`rust`] is the back end that turns a checked schema into Rust.

// What pest derives names it, for pest is built without its use of `std`: it would look at the stack before every rule,
// and nothing is nested deeply where pest reads it.
#[cfg(feature = "text")]
extern crate alloc;

#[cfg(feature = "text")]
mod compile;
#[cfg(feature = "derive")]
pub mod derive;
#[cfg(any(feature = "text", feature = "derive"))]
mod literal;
#[cfg(feature = "text")]
mod render;
pub mod rust;
#[cfg(feature = "text")]
pub mod text;

#[cfg(feature = "text")]
pub use compile::{Source, compile, modules};
#[cfg(feature = "text")]
pub use render::{Sources, render};
