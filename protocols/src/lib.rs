//! The protocols that Pony knows: one folder each, with a definition written from the standard.
//!
//! Adding a protocol adds a folder; the table of all definitions is generated from the folders by `cargo xtask codegen`.
//! The crate has no build script, no macros, no `std` and no allocation: it is text and a table.
//!
//! ```
//! for definition in packet_protocols::DEFINITIONS {
//!     assert!(definition.path.ends_with(".pony"));
//! }
//! ```

#![no_std]

mod index;
pub mod stack;

pub use index::*;

/// A file in the definition language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Where the file lies below the crate's `src`, with `/` between folders: `ipv4/ipv4.pony`.
    pub path: &'static str,
    /// What it says.
    pub text: &'static str,
}
