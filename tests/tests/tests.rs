//! Tests that stand in definitions: those of the examples and of the protocols, and what failing ones say.

#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use packet_schema::Schema;
use packet_schema::interp::run_tests;
use pony_tests::definitions::{examples, protocols, with_examples};

/// Every failure, with the test's title.
fn failures(schema: &Schema) -> Vec<String> {
    let results = run_tests(schema);
    let failed = results.iter().flat_map(|result| result.failures.iter().map(|failure| (result.test, failure)));
    failed
        .map(|(test, failure)| format!("{}: {}", schema.tests[test].title.as_deref().unwrap_or("-"), failure.message))
        .collect()
}

#[test]
fn the_examples_pass() {
    let schema = examples();
    assert!(schema.tests.len() > 15);
    assert_eq!(failures(&schema), Vec::<String>::new());
}

#[test]
fn the_protocols_pass() {
    assert_eq!(failures(protocols()), Vec::<String>::new());
}

#[test]
fn a_failing_test_shows_what_differs() {
    let schema = with_examples(
        r#"
        module a;
        layer L { n: u8 where it != 9; length: u8 auto size_of(data); data: bytes[length]; }
        test "numbers" L hex"05 01 aa" { n == 6; data == hex"bb"; anomalies == [truncated]; }
        test "unreadable" L hex"09 01 aa" { n == 9; }
        test "readable" reject L hex"05 01 aa" at length;
        test "elsewhere" reject L hex"09 01 aa" at length;
        test "bytes" build L { n = 1; data = "abc" } == hex"01 03 616264";
        test "unknown" build L { m = 1 } == hex"01 03 616264";
        test "broken" build L { n = 1; data = "abc" } / hex"00" == hex"";
        test law roundtrip L;
        test law truncation L;
        struct Lonely { a: u8; }
        test law roundtrip Lonely;
        "#,
    );
    let expected = "\
numbers: does not hold: found 5, wanted == 6
numbers: does not hold: found hex\"aa\", wanted == hex\"bb\"
numbers: does not hold: found [], wanted == [truncated]
unreadable: it can't be read: l.n: 9 at offset 0 is not allowed
readable: it is read without an error, which was expected at `length`
elsewhere: it fails elsewhere than at `length`: l.n: 9 at offset 0 is not allowed
bytes: the bytes differ from byte 4 on, in l.data
0000  expected  01 03 61 62 64
      found     01 03 61 62 63
                            ^^
unknown: `L` has no field `m`
broken: `L` has no place for these bytes
-: no other test has bytes of `Lonely` to try the law on
";
    assert_eq!(failures(&schema).join("\n"), expected.trim());
}
