//! What the tests that need several crates share.

#![allow(clippy::expect_used, reason = "a failing test may panic")]

pub mod definitions;
pub mod derived;
pub mod fuzz;
pub mod packets;
pub mod workspace;

use std::path::PathBuf;

/// The examples of `docs/derive.md`.
#[cfg(doctest)]
#[doc = include_str!("../../docs/derive.md")]
pub struct Derive;

/// The examples of `docs/packets.md`.
#[cfg(doctest)]
#[doc = include_str!("../../docs/packets.md")]
pub struct Packets;

/// The root of the repository, as cargo says it now: what was built in one clone may run in another.
pub fn root() -> PathBuf {
    let own = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where this crate is");
    PathBuf::from(own).parent().expect("this crate lies in a folder of the repository").into()
}
