//! The `.pony` language.

#[cfg(feature = "text")]
pub mod text;
