//! Layers, structs and codecs as text: where everything is, and what is known of it.

use super::{Print, expr, kind_of};
use crate::dissect::doc_title;
use crate::style::Palette;
use crate::text::put;
use packet_schema::Schema;
use packet_schema::model::{
    Action, Block, CodecResult, Composite, CompositeId, CompositeKind, Display, Encoding, Expr, ExprId, Extent, Field,
    FieldId, Item, Layer, Match, Names, Next, Otherwise, Place, Run, Type, Verify, Yield,
};
use packet_schema::tree::BinaryOp;

impl Print<'_> {
    /// A composite: its head, its items, and what was worked out of it.
    pub(super) fn composite(&mut self, id: CompositeId) {
        let schema = self.schema;
        let composite = &schema[id];
        let params: Vec<&str> = composite.params.iter().map(|param| param.name.as_str()).collect();
        let params = if params.is_empty() { String::new() } else { format!("({})", params.join(", ")) };
        let result = match &composite.kind {
            CompositeKind::Layer(_) | CompositeKind::Struct => String::new(),
            CompositeKind::Codec(codec) => match codec.result {
                CodecResult::Uint(bits) => format!(" -> u{bits}"),
                CodecResult::Name => " -> name".into(),
                CodecResult::Bytes => " -> bytes".into(),
            },
        };
        let kind = kind_of(&composite.kind);
        let module = &schema[composite.module].name;
        self.title(kind, &composite.name, &format!("{params}{result}  in {module}"), &composite.docs);
        put!(&mut self.out, "  {}\n", extent(composite));
        if let CompositeKind::Layer(layer) = &composite.kind {
            self.roles(id, layer);
        }
        self.out.push(b'\n');
        self.block(id, &composite.body, 1);
        self.derivations(composite);
        self.lets(id, composite);
        self.reached(id);
    }

    fn roles(&mut self, id: CompositeId, layer: &Layer) {
        let schema = self.schema;
        for provide in &layer.provides {
            let interface = &schema[provide.interface];
            let members = interface.members.iter().zip(&provide.members);
            let members = members
                .filter_map(|(member, value)| Some(format!("{} = {}", member.name, expr::text(schema, id, (*value)?))));
            let role = if provide.passes { "passes" } else { "provides" };
            let members = members.collect::<Vec<_>>().join("; ");
            let colon = if members.is_empty() { "" } else { ": " };
            put!(&mut self.out, "  {role} {}{colon}{members}\n", interface.name);
        }
        for (interface, name) in &layer.needs {
            put!(&mut self.out, "  needs {} as {name}\n", schema[*interface].name);
        }
        if layer.stream {
            put!(&mut self.out, "  over stream\n");
        }
    }

    fn block(&mut self, owner: CompositeId, block: &Block, depth: usize) {
        for item in &block.items {
            self.item(owner, item, depth);
        }
    }

    fn item(&mut self, owner: CompositeId, item: &Item, depth: usize) {
        let schema = self.schema;
        let text = |id: ExprId| expr::text(schema, owner, id);
        match item {
            Item::Run(run) => self.run(owner, run, depth),
            Item::Field(field) => self.field(owner, *field, None, depth),
            Item::Container { bits, fields } => {
                self.line(depth, &format!("bits u{bits}le"));
                fields.iter().for_each(|field| self.field(owner, *field, None, depth + 1));
            }
            Item::Match(choice) => self.choice(owner, choice, depth),
            Item::If { condition, then, otherwise } => {
                self.line(depth, &format!("if {}", text(*condition)));
                self.block(owner, then, depth + 1);
                if !otherwise.items.is_empty() {
                    self.line(depth, "else");
                    self.block(owner, otherwise, depth + 1);
                }
            }
            Item::Expect(expect) => {
                self.line(depth, &format!("expect {}, else !{}", text(expect.condition), expect.name));
            }
            Item::Align { bits, .. } => self.line(depth, &format!("align {}", bits / 8)),
            Item::Repeat { max, body, condition } => {
                let condition = condition.map_or(String::new(), |condition| format!(" while {}", text(condition)));
                self.line(depth, &format!("repeat max {max}{condition}"));
                self.block(owner, body, depth + 1);
            }
            Item::Jump { at, .. } => self.line(depth, &format!("jump at {} decreasing", text(*at))),
            Item::Emit(value) => self.line(depth, &format!("emit {}", text(*value))),
            Item::Yields(Yield::Expr(value)) => self.line(depth, &format!("yields {}", text(*value))),
            Item::Yields(Yield::FoldLittle(bits)) => self.line(depth, &format!("yields fold_le({bits})")),
            Item::Yields(Yield::Digits(base)) => self.line(depth, &format!("yields digits({base})")),
            Item::Yields(Yield::FoldBig(bits)) => self.line(depth, &format!("yields fold_be({bits})")),
        }
    }

    fn choice(&mut self, owner: CompositeId, choice: &Match, depth: usize) {
        let schema = self.schema;
        let within = choice.within.map_or(String::new(), |bits| format!(" within {}", in_bytes(schema, owner, bits)));
        self.line(depth, &format!("match {}{within}", expr::text(schema, owner, choice.on)));
        for arm in &choice.arms {
            let tag =
                |&(low, high): &(i128, i128)| if low == high { low.to_string() } else { format!("{low} .. {high}") };
            let tags: Vec<String> = arm.tags.iter().map(tag).collect();
            let tags = if tags.is_empty() { "_".to_owned() } else { tags.join(" | ") };
            let guard = arm.guard.map_or(String::new(), |guard| format!(" if {}", expr::text(schema, owner, guard)));
            match &arm.action {
                Action::Stop => self.line(depth + 1, &format!("{tags}{guard} => stop")),
                Action::Reject(reason) => self.line(depth + 1, &format!("{tags}{guard} => reject {reason:?}")),
                Action::Read(variant, block) => {
                    let name = variant.and_then(|index| schema[owner].variants.get(index as usize));
                    let name = name.map_or(String::new(), |variant| format!(" {}", variant.name));
                    self.line(depth + 1, &format!("{tags}{guard} =>{name}"));
                    self.block(owner, block, depth + 2);
                }
            }
        }
    }

    fn run(&mut self, owner: CompositeId, run: &Run, depth: usize) {
        for field in &run.fields {
            self.field(owner, *field, Some(run), depth);
        }
    }

    /// A field's line: its place, its type, its clauses, its first sentence.
    fn field(&mut self, owner: CompositeId, id: FieldId, run: Option<&Run>, depth: usize) {
        let field = &self.schema[id];
        let Palette { name: color, dim, end, .. } = self.palette;
        let place = place(field, run);
        put!(&mut self.out, "{dim}{place:>12}{end}  {:indent$}", "", indent = (depth - 1) * 2);
        let name = field.name.as_deref().unwrap_or("_");
        put!(&mut self.out, "{color}{name}{end}: {}", ty(self.schema, owner, &field.ty));
        let clauses = clauses(self.schema, owner, field);
        if !clauses.is_empty() {
            put!(&mut self.out, " {clauses}");
        }
        let title = doc_title(&field.docs);
        if !title.is_empty() {
            put!(&mut self.out, "  {dim}// {title}{end}");
        }
        self.out.push(b'\n');
    }

    fn line(&mut self, depth: usize, text: &str) {
        put!(&mut self.out, "{:12}  {:indent$}{text}\n", "", "", indent = (depth - 1) * 2);
    }

    fn derivations(&mut self, composite: &Composite) {
        if composite.derive_order.is_empty() {
            return;
        }
        let name = |field: &FieldId| self.schema[*field].name.as_deref().unwrap_or("_");
        let names: Vec<&str> = composite.derive_order.iter().map(name).collect();
        put!(&mut self.out, "\n  derived in this order: {}\n", names.join(", "));
    }

    fn lets(&mut self, id: CompositeId, composite: &Composite) {
        for named in &composite.lets {
            let unit = named.unit.as_ref().map_or(String::new(), |unit| format!(" {unit}"));
            let value = expr::text(self.schema, id, named.value);
            let known = known(self.schema, named.value);
            put!(&mut self.out, "  let {} = {value}{unit}{known}\n", named.name);
        }
    }

    /// The rows, probes and fields that lead to a layer.
    fn reached(&mut self, id: CompositeId) {
        let schema = self.schema;
        for table in &schema.tables {
            let names = table.names.map(|names| &schema[names]);
            let keys = table.rows.iter().filter(|row| row.layer == id).map(|row| {
                let named = names.and_then(|names| names.plain(row.low)).filter(|_| row.low == row.high);
                match named {
                    Some(named) => named.name.clone(),
                    None if row.low == row.high => row.low.to_string(),
                    None => format!("{} .. {}", row.low, row.high),
                }
            });
            let keys: Vec<String> = keys.collect();
            if !keys.is_empty() {
                put!(&mut self.out, "  bound in {} by {}\n", table.name, keys.join(", "));
            }
        }
        for probe in schema.probes.iter().filter(|probe| probe.layer == id) {
            let condition = expr::text(schema, id, probe.condition);
            put!(&mut self.out, "  probe {condition}, score {}\n", probe.score);
        }
    }
}

/// How long it is on the wire.
fn extent(composite: &Composite) -> String {
    let bytes = |bits: u64| {
        if bits.is_multiple_of(8) { format!("{}", bits / 8) } else { format!("{}.{}", bits / 8, bits % 8) }
    };
    match composite.extent {
        (least, Some(most)) if least == most => format!("{} bytes", bytes(least)),
        (least, Some(most)) => format!("{} to {} bytes", bytes(least), bytes(most)),
        (least, None) => format!("{} bytes or more", bytes(least)),
    }
}

/// Where a field is, as far as that is known: `byte.bit`, from the composite's start or, with `+`, from what precedes the run.
fn place(field: &Field, run: Option<&Run>) -> String {
    match field.place {
        Place::Run { bit, .. } => {
            let start = run.and_then(|run| run.start);
            let bit = start.unwrap_or(0) + u64::from(bit);
            let sign = if start.is_some() { "" } else { "+" };
            match bit % 8 {
                0 => format!("{sign}{}", bit / 8),
                rest => format!("{sign}{}.{rest}", bit / 8),
            }
        }
        Place::Container { shift, width: 1 } => format!("bit {shift}"),
        Place::Container { shift, width } => format!("bits {}..{shift}", shift + width - 1),
        Place::Scan => "..".into(),
    }
}

/// A type, as it is written.
fn ty(schema: &Schema, owner: CompositeId, of: &Type) -> String {
    let le = |little: bool| if little { "le" } else { "" };
    let args = |args: &[ExprId]| {
        let args: Vec<String> = args.iter().map(|arg| expr::text(schema, owner, *arg)).collect();
        if args.is_empty() { String::new() } else { format!("({})", args.join(", ")) }
    };
    match of {
        Type::Uint { names: Names::Enum(names), .. } => schema[*names].name.clone(),
        Type::Uint { names: Names::Flags(flags), .. } => schema[*flags].name.clone(),
        Type::Uint { bits, little, names: Names::None } => format!("u{bits}{}", le(*little)),
        Type::Int { bits, little } => format!("i{bits}{}", le(*little)),
        Type::UintOf { bits } => format!("u({})", expr::text(schema, owner, *bits)),
        Type::Bool => "bool".into(),
        Type::Float { bits, little } => format!("f{bits}{}", le(*little)),
        Type::Bytes(extent) => format!("bytes{}", reach(schema, owner, extent)),
        Type::Text(encoding, extent) => {
            let encoding = match encoding {
                Encoding::Utf8 => "utf8",
                Encoding::Ascii => "ascii",
                Encoding::Latin1 => "latin1",
                Encoding::NoCase => "nocase",
            };
            format!("str({encoding}){}", reach(schema, owner, extent))
        }
        Type::Struct(id, given) | Type::Codec(id, given) => format!("{}{}", schema[*id].name, args(given)),
        Type::List(element, extent) => format!("{}{}", ty(schema, owner, element), reach(schema, owner, extent)),
        Type::Next(Next::Is(layer)) => format!("next is {}", schema[*layer].name),
        Type::Next(Next::Host) => "next".into(),
        Type::Next(Next::From { table, keys, otherwise }) => {
            let keys: Vec<String> = keys.iter().map(|key| expr::text(schema, owner, *key)).collect();
            let otherwise = match otherwise {
                Otherwise::Opaque => String::new(),
                Otherwise::Probe => " else probe".into(),
                Otherwise::Layer(layer) => format!(" else {}", schema[*layer].name),
            };
            format!("next from {}[{}]{otherwise}", schema[*table].name, keys.join(", "))
        }
    }
}

fn reach(schema: &Schema, owner: CompositeId, extent: &Extent) -> String {
    match extent {
        Extent::Count(count) => format!("[{}]", expr::text(schema, owner, *count)),
        Extent::ToEnd => "[..]".into(),
        Extent::Until(condition) => format!("[until {}]", expr::text(schema, owner, *condition)),
        Extent::PrefixBytes(prefix) => format!("[prefix {} bytes]", ty(schema, owner, prefix)),
        Extent::PrefixItems(prefix) => format!("[prefix {} items]", ty(schema, owner, prefix)),
    }
}

/// What is said of a field, and what is proved of its region.
fn clauses(schema: &Schema, owner: CompositeId, field: &Field) -> String {
    let text = |id: ExprId| expr::text(schema, owner, id);
    let mut said = Vec::new();
    said.extend(field.constant.map(|value| format!("= {}", text(value))));
    said.extend(field.lenient.then(|| "lenient".to_owned()));
    said.extend(field.auto.map(|value| format!("auto {}", text(value))));
    said.extend(field.default.map(|value| format!("default {}", text(value))));
    said.extend(field.wheres.iter().map(|(condition, _)| format!("where {}", text(*condition))));
    said.extend(field.verify.map(|verify| match verify {
        Verify::Always => "verify".to_owned(),
        Verify::When(condition) => format!("verify when {}", text(condition)),
    }));
    said.extend((field.scale > 1).then(|| format!("scale {}", field.scale)));
    said.extend(field.unit.as_ref().map(|unit| format!("unit {unit}")));
    said.extend(display(field.display).map(|display| format!("display {display}")));
    said.extend(field.align.map(|bytes| format!("align {bytes}")));
    said.extend(field.within.map(|bits| format!("within {}", in_bytes(schema, owner, bits))));
    said.extend(field.partial.map(|condition| match schema[condition] {
        Expr::Bool(true) => "partial".to_owned(),
        _ => format!("partial when {}", text(condition)),
    }));
    let otherwise = if field.opaque_otherwise { " else opaque" } else { "" };
    said.extend(field.condition.map(|condition| format!("if {}{otherwise}", text(condition))));
    said.extend(field.trailing.then(|| "trailing".to_owned()));
    said.join(" ")
}

fn display(display: Display) -> Option<&'static str> {
    Some(match display {
        Display::Plain => return None,
        Display::Hex => "hex",
        Display::Binary => "binary",
        Display::Ipv4 => "ipv4",
        Display::Ipv6 => "ipv6",
        Display::Mac => "mac",
        Display::Ascii => "ascii",
        Display::UnixTime => "unix_time",
        Display::NtpTime => "ntp_time",
        Display::Fixed16 => "fixed16",
    })
}

/// A length in bits, in bytes where it is written so, with what is known of it.
fn in_bytes(schema: &Schema, owner: CompositeId, bits: ExprId) -> String {
    if let Expr::Binary(BinaryOp::Mul, of, eight) = &schema[bits]
        && schema[*eight] == Expr::Int(8)
    {
        return format!("{} bytes{}", expr::text(schema, owner, *of), known(schema, *of));
    }
    format!("{} bits{}", expr::text(schema, owner, bits), known(schema, bits))
}

/// What the analysis proved of a value: ` (0 .. 40, a multiple of 4)`.
fn known(schema: &Schema, id: ExprId) -> String {
    let Some(facts) = schema.facts.get(id.0 as usize) else { return String::new() };
    if facts.least == facts.greatest || facts.least == i128::MIN || facts.greatest == i128::MAX {
        return String::new();
    }
    let multiple = match (facts.modulus, facts.remainder) {
        (0 | 1, _) => String::new(),
        (modulus, 0) => format!(", a multiple of {modulus}"),
        (modulus, remainder) => format!(", {remainder} modulo {modulus}"),
    };
    format!(" ({} .. {}{multiple})", facts.least, facts.greatest)
}
