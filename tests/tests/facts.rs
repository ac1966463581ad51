//! What the analysis says of expressions holds in every packet that is read.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use packet_codegen::text;
use packet_schema::interp::{Dissection, Eval, ReadErrorKind, Reader};
use packet_schema::model::{
    CompositeId, CompositeKind, Expr, ExprId, Extent, Facts, FieldId, Item, Place, Schema, TestKind, Type,
};
use packet_schema::{check, tree::BinaryOp};
use pony_tests::root;
use std::fs;

/// All protocols of the repository.
fn protocols() -> Schema {
    let mut sources = Vec::new();
    for folder in fs::read_dir(root().join("protocols/src")).unwrap() {
        let folder = folder.unwrap().path();
        for file in fs::read_dir(&folder).into_iter().flatten() {
            let path = file.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "pony") {
                sources.push(fs::read_to_string(path).unwrap());
            }
        }
    }
    schema(&sources.iter().map(String::as_str).collect::<Vec<_>>())
}

fn schema(sources: &[&str]) -> Schema {
    let modules: Vec<_> = sources.iter().zip(0..).map(|(source, number)| text::parse(number, source).0).collect();
    let checked = check(&modules);
    checked.schema.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics))
}

/// Numbers that look like chance and are the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % limit.max(1)
    }
}

/// The vectors of a schema's own tests, as they are and with bits turned.
fn inputs(schema: &Schema, changed: usize) -> Vec<(CompositeId, Vec<u8>)> {
    let mut all = Vec::new();
    let mut chance = Chance(1);
    for test in &schema.tests {
        let TestKind::Parse { target, input, .. } = &test.kind else { continue };
        all.push((*target, input.clone()));
        for _ in 0..changed {
            let mut input = input.clone();
            for _ in 0..=chance.below(3) {
                let bit = chance.below(input.len() * 8);
                if let Some(byte) = input.get_mut(bit / 8) {
                    *byte ^= 1 << (bit % 8);
                }
            }
            all.push((*target, input));
        }
    }
    all
}

fn holds(facts: Facts, value: i128) -> bool {
    let near = match facts.modulus {
        0 => value == facts.least,
        modulus => value.rem_euclid(i128::from(modulus)) == i128::from(facts.remainder),
    };
    facts.least <= value && value <= facts.greatest && near
}

/// The lengths, widths and arguments that reading a field works out.
fn read_for(schema: &Schema, id: FieldId) -> Vec<ExprId> {
    let field = &schema[id];
    let mut all: Vec<_> = field.within.into_iter().collect();
    match &field.ty {
        Type::UintOf { bits } => all.push(*bits),
        Type::Bytes(Extent::Count(count))
        | Type::Text(_, Extent::Count(count))
        | Type::List(_, Extent::Count(count)) => {
            all.push(*count);
        }
        Type::Struct(_, args) => all.extend(args),
        _ => {}
    }
    all
}

/// An expression and its operands, as far as all of them are worked out wherever it is.
fn parts(schema: &Schema, id: ExprId) -> Vec<ExprId> {
    let mut all = vec![id];
    let mut next = 0;
    while let Some(&id) = all.get(next) {
        if let Expr::Binary(op, a, b) = &schema[id]
            && !matches!(op, BinaryOp::And | BinaryOp::Or)
        {
            all.extend([*a, *b]);
        }
        next += 1;
    }
    all
}

/// Holds the facts of a packet's lengths against their values. Gives how many there were.
fn check_packet(schema: &Schema, dissection: &Dissection, data: &[u8]) -> usize {
    let mut checked = 0;
    for (frame, number) in dissection.frames.iter().zip(0..) {
        let composite = &schema[frame.composite];
        // The fields of a codec are set anew in each of its steps.
        if matches!(composite.kind, CompositeKind::Codec(_)) {
            continue;
        }
        let eval = Eval::new(schema, data, dissection, number);
        let there = |field: &&FieldId| {
            let slot = usize::try_from(frame.slots + schema[**field].slot).unwrap();
            dissection.slots.get(slot).is_some_and(|node| *node != 0)
        };
        for field in composite.fields.iter().filter(there) {
            for id in read_for(schema, *field).into_iter().flat_map(|id| parts(schema, id)) {
                let Some(value) = eval.int(id) else { continue };
                let facts = schema.facts.get(id.index()).copied().unwrap_or_default();
                let name = schema[*field].name.as_deref().unwrap_or("_");
                assert!(holds(facts, value), "{}.{name}: {value} is not among {facts:?}, {data:02x?}", composite.name);
                checked += 1;
            }
        }
    }
    checked
}

#[test]
fn facts_hold_in_every_packet() {
    let schema = protocols();
    let reader = Reader::new(&schema);
    let mut dissection = Dissection::default();
    let (mut checked, mut read) = (0, 0);
    for (target, data) in inputs(&schema, 200) {
        reader.read(&mut dissection, target, &data, data.len());
        if dissection.errors.is_empty() {
            read += 1;
            checked += check_packet(&schema, &dissection, &data);
        }
    }
    assert!(read > 1000 && checked > 1000, "{checked} values in {read} packets");
}

const LENGTHS: &str = "
    module my.lengths;
    layer Head {
        version:  u4 = 4;
        ihl:      u4 auto offset_of(payload) / 4 where it >= 5;
        tos:      u8;
        total:    u16 auto size where it >= header_len;
        checksum: u16 auto inet16(bytes_of(version .. total)) verify;
        sum:      u16 auto inet16(self) verify;
        rest:     bytes[12];
        options:  bytes[header_len - 20];
        payload:  next within total - header_len bytes;
        let header_len = ihl * 4;
    }
    test law roundtrip Head;
";

#[test]
fn lengths_have_the_values_that_their_checks_leave() {
    let schema = schema(&[LENGTHS]);
    let head = &schema.composites[0];
    let field = |name: &str| *head.fields.iter().find(|id| schema[**id].name.as_deref() == Some(name)).unwrap();
    let Type::Bytes(Extent::Count(options)) = schema[field("options")].ty else { panic!("options are bytes") };
    let expected = Facts { least: 0, greatest: 40, modulus: 4, remainder: 0 };
    assert_eq!(schema.facts[options.index()], expected);
    let payload = schema.facts[schema[field("payload")].within.unwrap().index()];
    assert_eq!((payload.least, payload.greatest), (0, (65_535 - 20) * 8));
    let order: Vec<_> = head.derive_order.iter().map(|id| schema[*id].name.clone().unwrap()).collect();
    assert_eq!(order, ["ihl", "total", "checksum", "sum"], "what reads bytes comes last");
    let [Item::Run(run), ..] = head.body.items.as_slice() else { panic!("fixed fields are one run") };
    assert_eq!((run.fields.len(), run.bits, run.start), (7, 160, Some(0)));
    assert_eq!(schema[field("total")].place, Place::Run { bit: 16, width: 16 });
    assert_eq!(head.extent, (160, Some(160 + 40 * 8)));
}

/// Makes definitions of a few bytes, with lengths, conditions and checks of every kind.
struct Maker {
    chance: Chance,
    fields: Vec<String>,
    named: usize,
}

impl Maker {
    fn expr(&mut self, depth: usize) -> String {
        let fields = self.fields.len();
        match self.chance.below(if depth == 0 { 3 } else { 14 }) {
            0 => self.chance.below(20).to_string(),
            1 | 2 if fields > 0 => self.fields[self.chance.below(fields)].clone(),
            3..=5 => format!("({} + {})", self.expr(depth - 1), self.expr(depth - 1)),
            6 | 7 => format!("({} - {})", self.expr(depth - 1), self.expr(depth - 1)),
            8 => format!("({} * {})", self.expr(depth - 1), self.expr(depth - 1)),
            9 => format!("({} / {})", self.expr(depth - 1), 1 + self.chance.below(5)),
            10 => format!("({} % {})", self.expr(depth - 1), self.expr(depth - 1)),
            11 => format!("({} & {})", self.expr(depth - 1), self.chance.below(256)),
            12 => format!("({} << ({} & 7))", self.expr(depth - 1), self.expr(depth - 1)),
            13 => format!("({} ? {} : {})", self.condition(depth - 1), self.expr(depth - 1), self.expr(depth - 1)),
            _ => "3".to_owned(),
        }
    }

    fn condition(&mut self, depth: usize) -> String {
        if depth > 0 && self.chance.below(3) == 0 {
            let op = ["&&", "||"][self.chance.below(2)];
            return format!("({} {op} {})", self.condition(depth - 1), self.condition(depth - 1));
        }
        let op = ["==", "!=", "<", "<=", ">", ">="][self.chance.below(6)];
        let not = ["", "!"][self.chance.below(2)];
        format!("{not}({} {op} {})", self.expr(1), self.expr(1))
    }

    fn field(&mut self) -> String {
        let name = format!("f{}", self.named);
        self.named += 1;
        self.fields.push(name.clone());
        let bound = self.chance.below(200);
        let check = match self.chance.below(5) {
            0 => format!(" where it >= {bound}"),
            1 => format!(" where it <= {bound}"),
            2 => format!(" where it in {} .. {bound}", bound / 2),
            3 => format!(" where {}", self.condition(1)),
            _ => String::new(),
        };
        let condition = if self.chance.below(6) == 0 { format!(" if {}", self.condition(1)) } else { String::new() };
        format!("{name}: u8{check}{condition};\n")
    }

    fn block(&mut self, depth: usize) -> String {
        let mut text = String::new();
        for _ in 0..=self.chance.below(3) {
            text += &match self.chance.below(if depth == 0 { 3 } else { 5 }) {
                0 | 1 => self.field(),
                2 => {
                    self.named += 1;
                    let length = self.expr(2);
                    format!("d{}: bytes[{length}];\n", self.named)
                }
                3 => {
                    let condition = self.condition(2);
                    format!("if {condition} {{ {} }} else {{ {} }}\n", self.block(depth - 1), self.block(depth - 1))
                }
                _ => {
                    let (on, low) = (self.expr(1), self.chance.below(9));
                    let (a, b, c) = (self.block(depth - 1), self.block(depth - 1), self.block(depth - 1));
                    format!(
                        "match {on} {{ {low} => {{ {a} }} {} .. {} => {{ {b} }} _ => {{ {c} }} }}\n",
                        low + 1,
                        low + 9
                    )
                }
            };
        }
        text
    }
}

#[test]
fn what_is_proved_of_any_definition_holds_of_any_bytes() {
    let mut dissection = Dissection::default();
    let (mut accepted, mut checked) = (0, 0);
    for seed in 0..800 {
        let mut maker = Maker { chance: Chance(seed), fields: Vec::new(), named: 0 };
        let (first, body) = (maker.field(), maker.block(2));
        let source =
            format!("module my.chance;\nlayer Any {{ {first}{body} rest: bytes trailing; }}\ntest law roundtrip Any;");
        let Some(schema) = check(&[text::parse(0, &source).0]).schema else { continue };
        accepted += 1;
        let reader = Reader::new(&schema);
        for _ in 0..40 {
            let data: Vec<u8> =
                (0..40).map(|_| u8::try_from(maker.chance.below(256) >> maker.chance.below(7)).unwrap()).collect();
            reader.read(&mut dissection, CompositeId(0), &data, data.len());
            for error in &dissection.errors {
                let bad = error.kind == ReadErrorKind::BadLength;
                let lengths = error.field.filter(|_| bad).map(|field| read_for(&schema, field)).unwrap_or_default();
                // A length made of an absent field has no value, and is an error of the packet.
                let eval = Eval::new(&schema, &data, &dissection, 0);
                let known: Vec<_> = lengths.into_iter().filter_map(|id| eval.int(id)).collect();
                assert!(known.is_empty(), "{source}\n{data:02x?}: {error:?} {known:?}");
            }
            if dissection.errors.is_empty() {
                checked += check_packet(&schema, &dissection, &data);
            }
        }
    }
    assert!(accepted > 50 && checked > 300, "{accepted} definitions accepted, {checked} values");
}
