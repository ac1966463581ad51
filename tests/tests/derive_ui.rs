//! What the compiler says of items that derive `Layer`: one error for each mistake, at its place; and what it takes.
//!
//! `TRYBUILD=overwrite cargo test -p pony-tests --test derive_ui` writes what it says now.

#[test]
fn mistakes_are_told_once_and_where_they_are() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("ui/fail/*.rs");
    cases.pass("ui/pass/*.rs");
}
