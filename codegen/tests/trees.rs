//! The tree of every construct.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "common/show.rs"]
mod show;

use packet_codegen::text;
use packet_schema::tree::Endian;
use packet_schema::{Code, Diagnostic};
use proptest::prelude::*;

/// The tree of an expression, each operation in parentheses.
#[track_caller]
fn expr(source: &str, expected: &str) {
    let tree = text::parse_expr(0, source).map_err(|findings| format!("{source}: {findings:#?}"));
    assert_eq!(show::expr(&tree.unwrap()), expected);
}

/// The tree of one item.
#[track_caller]
fn item(source: &str, expected: &str) {
    let (module, findings) = text::parse(0, &format!("module m;\n{source}"));
    assert_eq!(findings, [], "{source}");
    assert_eq!(module.items.len(), 1, "{source}");
    assert_eq!(show::item(&module.items[0]), expected);
}

/// The tree of what stands in a layer.
#[track_caller]
fn body(source: &str, expected: &str) {
    item(&format!("layer L {{ {source} }}"), &format!("layer L {{{expected}}}"));
}

/// The codes and messages of all that is wrong with an expression.
#[track_caller]
fn bad_expr(source: &str, code: Code, message: &str) {
    let findings = text::parse_expr(0, source).unwrap_err();
    let said: Vec<(Code, &str)> = findings.iter().map(|finding| (finding.code, finding.message.as_str())).collect();
    assert_eq!(said, [(code, message)], "{source}");
}

#[test]
fn operators_bind_as_strongly_as_they_should() {
    expr("a || b && c == d", "(a || (b && (c == d)))");
    expr("a ++ b == c ++ d", "((a ++ b) == (c ++ d))");
    expr("a | b ++ c & d", "((a | b) ++ (c & d))");
    expr("a & 3 == 2", "((a & 3) == 2)");
    expr("a | b ^ c & d", "(((a | b) ^ c) & d)");
    expr("a << 2 | b >> 3 + 1", "((a << 2) | (b >> (3 + 1)))");
    expr("a - b - c * d / e % f", "((a - b) - (((c * d) / e) % f))");
    expr("!a.b && -c[0] < d(e)", "(!a.b && (-c[0] < d(e)))");
    expr("!!a", "!!a");
    expr("- -a", "--a");
    expr("(a + b) * c", "((a + b) * c)");
    expr("a ? b : c ? d : e", "(a ? b : (c ? d : e))");
    expr("a == b ? c + 1 : d", "((a == b) ? (c + 1) : d)");
    expr("a in 1 .. 2 + 3 && b in [c, d]", "((a in 1 .. (2 + 3)) && (b in [c, d]))");
    expr("a + 1 in []", "((a + 1) in [])");
    expr("a<b", "(a < b)");
    expr("a<-b", "(a < -b)");
    expr("a>=b", "(a >= b)");
}

#[test]
fn operands_are_read() {
    expr("f(a, 0 .. 3, g())", "f(a, 0 .. 3, g())");
    expr("a.b.c[1][2 .. 3].d(e)", "a.b.c[1][2 .. 3].d(e)");
    expr("bytes_of(version .. options)", "bytes_of(version .. options)");
    expr("[1, [2, 3], ]", "[1, [2, 3]]");
    expr("0 .. 3 == 4".split(" ..").next().unwrap(), "0");
    expr("0x1F", "31");
    expr("0b1010_0101", "165");
    expr("1_000", "1000");
    expr("0u24", "0u24");
    expr("7i8", "7i8");
    expr("0x10u16le", "16u16le");
    expr("340282366920938463463374607431768211455", "340282366920938463463374607431768211455");
    expr("true && false", "(true && false)");
    expr(r#""a \"b\" \n \x41 \u{20ac}""#, "\"a \\\"b\\\" \\n A €\"");
    expr("hex\"45 00\n_0014\"", "hex[45, 00, 00, 14]");
    expr("ip\"10.0.0.1\"", "ip[0a, 00, 00, 01]");
    expr("ip\"::1\"", "ip[00, 00, 00, 00, 00, 00, 00, 00, 00, 00, 00, 00, 00, 00, 00, 01]");
    expr("mac\"02:00:00:00:00:0a\"", "mac[02, 00, 00, 00, 00, 0a]");
    expr("mac\"02-00-00-00-00-0A\"", "mac[02, 00, 00, 00, 00, 0a]");
    expr("name\"a.b\"", "name[61, 2e, 62]");
    expr("ip.src ++ name.first ++ mac[0]", "((ip.src ++ name.first) ++ mac[0])");
}

#[test]
fn words_end_where_they_end() {
    expr("letx + r#let + in_a + matching + typeof", "((((letx + let) + in_a) + matching) + typeof)");
    expr("trueish", "trueish");
    expr("hex + ip + inner", "((hex + ip) + inner)");
    body(
        "type: u8; len: u8; id: u8; flags: u8; key: u8; hash: u8; bits: u8; partial: u8; test: u8; table: u8;",
        "type: u8; len: u8; id: u8; flags: u8; key: u8; hash: u8; bits: u8; partial: u8; test: u8; table: u8;",
    );
    body(
        "letter: u8; matched: u8; iffy: u8; aligned: u8; r#if: u8; _a: u8;",
        "letter: u8; matched: u8; iffy: u8; aligned: u8; if: u8; _a: u8;",
    );
    bad_expr("let", Code::Syntax, "expected an expression, found `let`");
    bad_expr("a letb", Code::Syntax, "`letb` can't stand here");
}

#[test]
fn what_is_no_expression_is_said() {
    bad_expr("a +", Code::Syntax, "expected an expression");
    bad_expr("", Code::Syntax, "expected an expression");
    bad_expr("(a", Code::Syntax, "this `(` is never closed");
    bad_expr("a)", Code::Syntax, "nothing opens this `)`");
    bad_expr("a == b == c", Code::Syntax, "comparisons can't be chained");
    bad_expr("a in [b] in [c]", Code::Syntax, "comparisons can't be chained");
    bad_expr("a = b", Code::Syntax, "`=` can't stand here");
    bad_expr("\"a", Code::Syntax, "this text in quotes is never closed");
    bad_expr("0xg", Code::BadLiteral, "`0xg` has no digits");
    bad_expr("0u129", Code::BadLiteral, "no number has a width of 129 bits");
    bad_expr("0u0", Code::BadLiteral, "no number has a width of 0 bits");
    bad_expr("hex\"1\"", Code::BadLiteral, "1 hexadecimal digits make no whole bytes");
    bad_expr("340282366920938463463374607431768211456", Code::BadLiteral, "this number needs more than 128 bits");
    expr("(a == b) == c", "((a == b) == c)");
}

#[test]
fn types_and_extents() {
    body(
        "a: bytes; b: u16le; c: bytes[4]; d: T(x, 0 .. 1)[..];",
        "a: bytes; b: u16le; c: bytes[4]; d: T(x, 0 .. 1)[..];",
    );
    body(
        "a: u8[until it == 0]; b: str(utf8)[prefix u8 bytes][prefix m.Varint items];",
        "a: u8[until (it == 0)]; b: str(utf8)[prefix u8 bytes][prefix m.Varint items];",
    );
    body(
        "a: next from t[k, l] else probe; b: next from t[k]; c: next is A.B; d: next;",
        "a: next from t[k, l] else probe; b: next from t[k]; c: next is A.B; d: next;",
    );
    body("a: u((8 << lead) - 2);", "a: u(((8 << lead) - 2));");
}

#[test]
fn clauses() {
    body("a: u4 = 4; _: u3 = 0 lenient;", "a: u4 = 4; _: u3 = 0 lenient;");
    body(
        "a: u8 auto x / 4 default random where it >= 5 : \"why\" verify when it != 0;",
        "a: u8 auto (x / 4) default random where (it >= 5): \"why\" verify when (it != 0);",
    );
    body("a: u8 where it == 1 ? b : c : \"why\" verify;", "a: u8 where ((it == 1) ? b : c): \"why\" verify;");
    body(
        "a: T[..] within n - 2 bytes align 4; b: u8 within 3 bits;",
        "a: T[..] within (n - 2) bytes align 4; b: u8 within 3 bits;",
    );
    body("a: u13 scale 8 unit bytes display hex;", "a: u13 scale 8 unit bytes display hex;");
    body("a: u8 if x; b: u8 if y else opaque trailing;", "a: u8 if x; b: u8 if y else opaque trailing;");
    body("a: next partial; b: next partial when more || x;", "a: next partial; b: next partial when (more || x);");
}

#[test]
fn parts_of_bodies() {
    body("/// Why.\n let n = a * 4 unit bytes;", "/Why./ let n = (a * 4) unit bytes;");
    body("bits u16le { a: u4; /// Low.\n b: u12; }", "bits u16le {a: u4; /Low./ b: u12;}");
    body("if a { b: u8; } else if c { d: u8; } else { e: u8; }", "if a {b: u8;} else {if c {d: u8;} else {e: u8;}}");
    body("if a { }", "if a {}");
    body("provide I { a = b; f(x, y) = x ++ y; }", "provide I {a = b; f(x y) = (x ++ y);}");
    body(
        "expect a : \"b\"; expect a : b; expect a : b \"c\"; expect a ? b : c; expect a;",
        "expect a \"b\"; expect a : b; expect a : b \"c\"; expect (a ? b : c); expect a;",
    );
    body(
        "include M; align 4 bytes; align 2 * n bits fill 0xff;",
        "include M; align 4 bytes; align (2 * n) bits fill 255;",
    );
}

#[test]
fn matches() {
    body(
        "match a { 0 => stop; 1 | 3 .. 5 => { b: u8; } -3 => V {} A | B.C if x == 1 => reject \"no\"; _ => W { c: u8; } }",
        "match a {0 => stop; 1 | 3 .. 5 => {b: u8;} -3 => V {} A | B.C if (x == 1) => reject \"no\"; _ => W {c: u8;}}",
    );
    body(
        "match a + 1 within n - 2 bytes { /// First.\n 0..3 => {} }",
        "match (a + 1) within (n - 2) bytes {/First./ 0 .. 3 => {}}",
    );
    body("match a { (1 | 2) => {} 1 + 2 << 3 => {} }", "match a {(1 | 2) => {} ((1 + 2) << 3) => {}}");
    body("match a { 1 => { match b { 2 => stop; } } }", "match a {1 => {match b {2 => stop;}}}");
}

#[test]
fn items() {
    item(
        "/// One.\n///  Two.\n@allow(unused) layer A(k: u8, r: region) provides I needs b.J as j passes K over stream {}",
        "/One./ / Two./ @allow(unused) layer A(k: u8, r: region) provides I needs b.J as j passes K over stream {}",
    );
    item("struct S { a: u8; }", "struct S {a: u8;}");
    item("mixin M { a: u8; }", "mixin M {a: u8;}");
    item(
        "enum E : u8 closed { A = 1, /// B.\n B = 2 .. 3 \"two\", C matches it & 1 == 1 }",
        "enum E: u8 closed {A = 1, /B./ B = 2 .. 3 \"two\", C matches ((it & 1) == 1),}",
    );
    item("enum E : u8 open {}", "enum E: u8 {}");
    item("flags F : u9 { a, b: u4 \"four\", _, _: u3, }", "flags F: u9 {a, b: u4 \"four\", _, _: u3,}");
    item("type X = bytes[6] display mac;", "type X = bytes[6] display mac;");
    item("const N : u8 = 4 * 2;", "const N: u8 = (4 * 2);");
    item(
        "interface I { a: bytes; /// F.\n f(x: u8, y: u32): bytes; }",
        "interface I {a: bytes; /F./ f(x: u8, y: u32): bytes;}",
    );
    item("table t : u16;", "table t: u16;");
    item("bind t { 1 | 3 .. 5 => A; X => b.C if it == 1; }", "bind t {1 | 3 .. 5 => A; X => b.C if (it == 1);}");
    item("extend E { A = 1, B = 2; }", "extend E {A = 1, B = 2,}");
    item("extend S { A | B => V { a: u8; } C => stop; }", "extend S {A | B => V {a: u8;} C => stop;}");
    item("probe L { a <= 5 && b } score 40;", "probe L {((a <= 5) && b)} score 40;");
}

#[test]
fn codecs() {
    item(
        "codec V -> u62 { lead: u2; value: u(8); yields value; encode lead = smallest(0 .. 3, value < 1 << it); encode by f(x); }",
        "codec V -> u62 {lead: u2; value: u(8); yields value; encode lead = smallest(0 .. 3, (value < (1 << it))); encode by f(x);}",
    );
    item(
        "codec D(msg: region) -> name { repeat max 128 { len: u8; match len { 0 => stop; 1 .. 63 => { emit len; } _ => reject \"r\"; } } limit 255 bytes; limit 9 steps; }",
        "codec D(msg: region) -> name {repeat max 128 {len: u8; match len {0 => stop; 1 .. 63 => {emit len;} _ => reject \"r\";}} limit 255 bytes; limit 9 steps;}",
    );
    item(
        "codec C -> u8 { repeat max 10 { more: bool; } while more; let a = 1; expect a == 1 : \"x\"; jump m at a << 8 decreasing; jump m at 0; }",
        "codec C -> u8 {repeat max 10 {more: bool;} while more let a = 1; expect (a == 1) \"x\"; jump m at (a << 8) decreasing; jump m at 0;}",
    );
}

#[test]
fn metafields_replies_and_names() {
    item(
        "meta m : u64 over (I as ip, b.P as l4) { key (ip.src, l4.src) <-> (ip.dst, l4.dst); key a if present V; hash siphash24(seed); }",
        "meta m: u64 (I as ip)  (b.P as l4) {key (ip.src, l4.src) <-> (ip.dst, l4.dst); key a if present V; hash siphash24(seed);}",
    );
    item(
        "meta m : u16 { on A / B.C carry { x.y[15 .. 0] = tag; z = 1; } keep a.b by c[0 .. 1]; keep d by e; }",
        "meta m: u16 {on A / B.C carry {x.y[15 .. 0] = tag; z = 1;} keep a.b by c[0 .. 1]; keep d by e;}",
    );
    item(
        "reply A.B by C { request.a == reply.b; reply.c; recover request.d = reply.e - 1 if reply.f; quotes g; }",
        "reply A.B by C {(request.a == reply.b); reply.c; recover request.d = (reply.e - 1) if reply.f; quotes g;}",
    );
    item("reply any by X {}", "reply any by X {}");
    item(
        "alias wireshark X { a = \"x.a\"; b.c = \"x.c\" if b.d; (e << 2 | f) = \"x.e\"; }",
        "alias wireshark X {a = \"x.a\"; b.c = \"x.c\" if b.d; ((e << 2) | f) = \"x.e\";}",
    );
}

#[test]
fn tests() {
    item("test \"t\" A hex\"0102\" { a == 1; b; }", "test \"t\" A [01, 02] {(a == 1); b;}");
    item("test reject A.B hex\"\" at c.d;", "test reject A.B [] at c.d;");
    item("test law roundtrip A;", "test law roundtrip A;");
    item(
        "test build A { a = 1; b.c[3 .. 0] = raw 2, d = auto; e = [V { f = 1 }, 2, []]; g = V {}; h = x + 1 } / hex\"01\" / \"a\" == hex\"00\";",
        "test build A {a = 1; b.c[3 .. 0] = raw 2; d = auto; e = <V {f = 1;}, 2, <>>; g = V {}; h = (x + 1);} / [01] / [61] == [00];",
    );
    item("test build A / B == hex\"\";", "test build A {} / B {} == [];");
}

#[test]
fn a_module_has_a_head() {
    let (module, findings) = text::parse(
        0,
        "//! One.\n//!\n//! Two.\nmodule a.b endian little;\nuse c.d.{E, r#let,};\nuse f;\n// No item.\n//// Nor this.\n",
    );
    assert_eq!(findings, []);
    assert_eq!(module.docs, ["One.", "", "Two."]);
    assert_eq!(module.path.unwrap().text(), "a.b");
    assert_eq!(module.endian, Endian::Little);
    let uses: Vec<String> = module
        .uses
        .iter()
        .map(|u| format!("{} {:?}", u.path.text(), u.names.iter().map(|n| &n.text).collect::<Vec<_>>()))
        .collect();
    assert_eq!(uses, ["c.d [\"E\", \"let\"]", "f []"]);
}

#[test]
fn stacks_are_read_as_tests_have_them() {
    let stack = text::parse_stack(0, "Ipv4 { ttl = 3; dst = ip\"1.2.3.4\" } / Udp { } / \"payload\"").unwrap();
    assert_eq!(
        show::stack(&stack),
        "Ipv4 {ttl = 3; dst = ip[01, 02, 03, 04];} / Udp {} / [70, 61, 79, 6c, 6f, 61, 64]"
    );
    let findings = text::parse_stack(0, "Ipv4 { ttl 3 } / Udp").unwrap_err();
    assert_eq!(
        findings.iter().map(|f: &Diagnostic| f.message.as_str()).collect::<Vec<_>>(),
        ["expected `=`, found `3`"]
    );
}

#[test]
fn places_are_those_of_the_text() {
    let source = "module m;\nlayer A { first: u8 where it > (2 + 3); /* é */ second: T[n]; }";
    let (module, _) = text::parse(7, source);
    let packet_schema::tree::ItemKind::Layer(layer) = &module.items[0].kind else { panic!("another kind") };
    let fields: Vec<_> = layer
        .body
        .items
        .iter()
        .filter_map(|item| match item {
            packet_schema::tree::BodyItem::Field(field) => Some(field),
            _ => None,
        })
        .collect();
    let slice = |span: packet_schema::tree::Span| {
        assert_eq!(span.source, 7);
        &source[span.start as usize..span.end as usize]
    };
    assert_eq!(slice(layer.name.span), "A");
    assert_eq!(slice(layer.body.span), &source[18..]);
    assert_eq!(slice(fields[0].span), "first: u8 where it > (2 + 3);");
    assert_eq!(slice(fields[0].clauses[0].span), "where it > (2 + 3)");
    assert_eq!(slice(fields[1].span), "second: T[n];");
    assert_eq!(slice(fields[1].ty.span), "T[n]");
    let packet_schema::tree::ClauseKind::Where(condition, _) = &fields[0].clauses[0].kind else {
        panic!("another kind");
    };
    let packet_schema::tree::ExprKind::Binary(_, left, right) = &condition.kind else { panic!("another kind") };
    assert_eq!((slice(left.span), slice(right.span)), ("it", "(2 + 3)"));
}

/// Expressions as text, with parentheses around every operation.
fn expressions() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        "[a-z]{1,3}".prop_filter("a word of the language", |word| text::parse_expr(0, word).is_ok()),
        (0..1000_u32).prop_map(|n| n.to_string()),
        Just("true".to_owned()),
        Just("\"t\"".to_owned()),
        Just("hex[01, ff]".to_owned()).prop_map(|_| "hex\"01ff\"".to_owned()),
    ];
    let op = prop::sample::select(vec![
        "||", "&&", "==", "!=", "<=", ">=", "<", ">", "++", "|", "^", "&", "<<", ">>", "+", "-", "*", "/", "%",
    ]);
    leaf.prop_recursive(6, 40, 3, move |inner| {
        prop_oneof![
            (inner.clone(), op.clone(), inner.clone()).prop_map(|(a, op, b)| format!("({a} {op} {b})")),
            (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("({a} ? {b} : {c})")),
            inner.clone().prop_map(|a| format!("!{a}")),
            inner.clone().prop_map(|a| format!("f({a})")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("x[{a} .. {b}]")),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a} in [{b}])")),
            (inner.clone(), inner).prop_map(|(a, b)| format!("({a} in (1 + {b}) .. 9)")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    /// What is shown with all its parentheses has the same tree.
    #[test]
    fn parentheses_say_what_is_meant_anyway(source in expressions()) {
        let shown = show::expr(&text::parse_expr(0, &source).unwrap());
        let again = shown.replace("hex[01, ff]", "hex\"01ff\"");
        prop_assert_eq!(show::expr(&text::parse_expr(0, &again).unwrap()), shown);
    }
}
