//! The `.pony` language.
