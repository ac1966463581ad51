//! Expressions as text, by the names of what they are made of.

use packet_schema::Schema;
use packet_schema::interp::leaf;
use packet_schema::model::{CompositeId, Expr, ExprId, FieldId, Names, Type, Via};
use packet_schema::tree::{BinaryOp, UnaryOp};

/// An expression over a composite's frame, as it could be written.
pub(crate) fn text(schema: &Schema, owner: CompositeId, id: ExprId) -> String {
    Writer { schema, owner }.expr(id)
}

struct Writer<'s> {
    schema: &'s Schema,
    owner: CompositeId,
}

impl Writer<'_> {
    fn expr(&self, id: ExprId) -> String {
        match &self.schema[id] {
            Expr::Int(value) => value.to_string(),
            Expr::Bool(value) => value.to_string(),
            Expr::Bytes(bytes) => format!("hex\"{}\"", hex(bytes)),
            Expr::Text(text) => format!("{text:?}"),
            Expr::Field(fields) => self.name(fields),
            Expr::Param(index) => {
                let param = self.schema[self.owner].params.get(*index as usize);
                param.map_or_else(|| format!("param{index}"), |param| param.name.clone())
            }
            Expr::Arg(index) => format!("arg{index}"),
            Expr::It => "it".into(),
            Expr::Member(of, fields) => format!("{}.{}", self.operand(*of), self.name(fields)),
            Expr::Variant(of, _, key) => format!("{}.{key}", self.operand(*of)),
            Expr::Bits { of, shift, bits, .. } => {
                let of_text = self.operand(*of);
                match self.flag(*of, *shift, *bits) {
                    Some(flag) => format!("{of_text}.{flag}"),
                    None if *bits == 1 => format!("{of_text}[{shift}]"),
                    None => format!("{of_text}[{} .. {shift}]", shift + bits.saturating_sub(1)),
                }
            }
            Expr::Len(of) => format!("{}.len", self.operand(*of)),
            Expr::Index(of, index) => format!("{}[{}]", self.operand(*of), self.expr(*index)),
            Expr::Slice(of, from, to) => {
                format!("{}[{} .. {}]", self.operand(*of), self.expr(*from), self.expr(*to))
            }
            Expr::Unary(UnaryOp::Not, of) => format!("!{}", self.operand(*of)),
            Expr::Unary(UnaryOp::Neg, of) => format!("-{}", self.operand(*of)),
            Expr::Binary(op, left, right) => {
                format!("{} {} {}", self.side(*op, *left, false), op.symbol(), self.side(*op, *right, true))
            }
            Expr::Cond(condition, then, otherwise) => {
                format!("{} ? {} : {}", self.operand(*condition), self.operand(*then), self.operand(*otherwise))
            }
            Expr::InRange(of, low, high) => {
                format!("{} in {} .. {}", self.operand(*of), self.expr(*low), self.expr(*high))
            }
            Expr::InList(of, values) => format!("{} in [{}]", self.operand(*of), self.list(values)),
            Expr::List(values) => format!("[{}]", self.list(values)),
            Expr::ToBytes { of, bits, little } => {
                format!("u{bits}{}({})", if *little { "le" } else { "" }, self.expr(*of))
            }
            Expr::Truncate { of, bits } => format!("u{bits}({})", self.expr(*of)),
            built_in => self.built_in(built_in),
        }
    }

    /// What is written as a word of the language, or as a call of one.
    fn built_in(&self, expr: &Expr) -> String {
        match expr {
            Expr::SelfBytes => "self".into(),
            Expr::Size => "size".into(),
            Expr::SizeOf(fields) => format!("size_of({})", self.name(fields)),
            Expr::SizeOfIt => "size_of(it)".into(),
            Expr::OffsetOf(fields) => format!("offset_of({})", self.name(fields)),
            Expr::CountOf(fields) => format!("count_of({})", self.name(fields)),
            Expr::CountOfIt => "count_of(it)".into(),
            Expr::BytesOf(from, to) => format!("bytes_of({} .. {})", self.name(&[*from]), self.name(&[*to])),
            Expr::More => "more".into(),
            Expr::Rest => "rest".into(),
            Expr::Before(wanted) => {
                let wanted: Vec<String> =
                    wanted.iter().map(|wanted| format!("\"{}\"", wanted.escape_ascii())).collect();
                format!("before({})", wanted.join(", "))
            }
            Expr::Word { of, words, .. } => {
                let words: Vec<String> = words.iter().map(|word| format!("\"{word}\"")).collect();
                format!("word({}, [{}])", self.expr(*of), words.join(", "))
            }
            Expr::Present(fields) => format!("present({})", self.name(fields)),
            Expr::PresentLayer(layer) => format!("present({})", self.schema[*layer].name),
            Expr::NextIs(fields, layer) => format!("{} is {}", self.name(fields), self.schema[*layer].name),
            Expr::KeyOf(fields, None) => format!("key_of({})", self.name(fields)),
            Expr::KeyOf(fields, Some(otherwise)) => {
                format!("key_of({}, {})", self.name(fields), self.expr(*otherwise))
            }
            Expr::LayerRegion => "the layer's bytes".into(),
            Expr::Carrier { via, interface, member, args } => {
                let interface = &self.schema[*interface];
                let member = interface.members.get(*member as usize).map_or("", |member| member.name.as_str());
                let via = match via {
                    Via::Below | Via::Packet => interface.name.as_str(),
                    Via::Outer => "outer",
                    Via::Late => "self",
                };
                if args.is_empty() { format!("{via}.{member}") } else { format!("{via}.{member}({})", self.list(args)) }
            }
            Expr::Layer(layer) => self.schema[*layer].key.clone(),
            Expr::Inet16(of) => format!("inet16({})", self.expr(*of)),
            Expr::Crc32(of) => format!("crc32({})", self.expr(*of)),
            Expr::Crc32c(of) => format!("crc32c({})", self.expr(*of)),
            Expr::Crc16 { of, poly, init, .. } => format!("crc16({}, {poly:#06x}, {init:#06x})", self.expr(*of)),
            Expr::SipHash24(of) => format!("siphash24({})", self.expr(*of)),
            Expr::ZeroAsFfff(of) => format!("zero_as_ffff({})", self.expr(*of)),
            Expr::Smallest(from, to, condition) => format!("smallest({from} .. {to}, {})", self.expr(*condition)),
            Expr::Random => "random".into(),
            Expr::Seed => "seed".into(),
            Expr::Anomalies => "anomalies".into(),
            Expr::Status(fields) => format!("status({})", self.name(fields)),
            Expr::HasRow(table, key) => format!("{} in {}", self.expr(*key), self.schema[*table].name),
            // What is written with operators is not asked for here.
            _ => String::new(),
        }
    }

    fn list(&self, values: &[ExprId]) -> String {
        values.iter().map(|value| self.expr(*value)).collect::<Vec<_>>().join(", ")
    }

    /// What bits of a set of flags are called.
    fn flag(&self, of: ExprId, shift: u32, bits: u32) -> Option<&str> {
        let (Expr::Field(fields) | Expr::Member(_, fields)) = &self.schema[of] else { return None };
        let Type::Uint { names: Names::Flags(flags), .. } = leaf(&self.schema[*fields.first()?].ty) else {
            return None;
        };
        let found = self.schema[*flags].flags.iter().find(|flag| flag.shift == shift && flag.bits == bits);
        found?.name.as_deref()
    }

    /// The name that fields of exclusive arms share; reserved bits are called by their place.
    fn name(&self, fields: &[FieldId]) -> String {
        let Some(&first) = fields.first() else { return "_".into() };
        let field = &self.schema[first];
        field.name.clone().unwrap_or_else(|| format!("_{}", field.slot))
    }

    /// In parentheses where it has more than one part.
    fn operand(&self, id: ExprId) -> String {
        let text = self.expr(id);
        match &self.schema[id] {
            Expr::Binary(..) | Expr::Cond(..) | Expr::InRange(..) | Expr::InList(..) | Expr::HasRow(..) => {
                format!("({text})")
            }
            _ => text,
        }
    }

    /// A side of an operator; in parentheses where it binds less tightly.
    fn side(&self, op: BinaryOp, id: ExprId, right: bool) -> String {
        match &self.schema[id] {
            Expr::Binary(inner, ..) if (*inner as u8) > (op as u8) || (*inner == op && !right) => self.expr(id),
            _ => self.operand(id),
        }
    }
}

/// Bytes in hexadecimal.
fn hex(bytes: &[u8]) -> String {
    let mut out = Vec::new();
    crate::text::hex(&mut out, bytes);
    String::from_utf8(out).unwrap_or_default()
}
