//! The `.pony` language.
//!
//! [`text`] reads a definition into a tree and lays one out canonically; [`render`] shows what is wrong with one.

#[cfg(feature = "text")]
mod render;
#[cfg(feature = "text")]
pub mod text;

#[cfg(feature = "text")]
pub use render::{Sources, render};
