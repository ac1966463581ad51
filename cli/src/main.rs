//! The `pony` command.
fn main() {}
