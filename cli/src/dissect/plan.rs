//! What printing needs of a schema, made ready once: what a field's value is, and what everything is called.

use packet_schema::Schema;
use packet_schema::interp::leaf;
use packet_schema::model::{
    CodecResult, CompositeKind, Display, Encoding, EnumId, Expr, ExprId, FieldId, FlagsId, Names, Type, Verify,
};

/// All that is known of a schema before any packet comes.
#[derive(Debug)]
pub(crate) struct Plan {
    /// By field.
    pub(crate) fields: Vec<FieldPlan>,
}

/// What printing needs of a field.
#[derive(Debug)]
pub(crate) struct FieldPlan {
    /// Its name; empty for reserved bits.
    pub(crate) name: String,
    /// What its value is, or for a list that of its innermost elements.
    pub(crate) shape: Shape,
    /// The value is the number on the wire times this.
    pub(crate) scale: u64,
    /// Width of its numbers in bits, 0 where it varies.
    pub(crate) bits: u32,
    /// Its numbers may be negative.
    pub(crate) signed: bool,
    /// Names of its values.
    pub(crate) names: Option<EnumId>,
    /// What its value counts.
    pub(crate) unit: String,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// An integer, shown in decimal.
    Number,
    /// An integer, shown in hexadecimal.
    Hex,
    /// An integer, shown in binary.
    Binary,
    /// True or false.
    Bool,
    /// Named bits.
    Flags(FlagsId),
    /// An IPv4 address.
    Ipv4,
    /// An IPv6 address.
    Ipv6,
    /// A hardware address.
    Mac,
    /// Text.
    Text(Encoding),
    /// Bytes that are mostly text.
    AsciiBytes,
    /// Bytes.
    Bytes,
    /// Seconds since 1970.
    UnixTime,
    /// 64 bits of seconds since 1900 and their fraction.
    NtpTime,
    /// 16 bits of seconds and 16 of their fraction.
    Fixed16,
    /// What a codec yields: a number, a name or bytes.
    Codec(CodecResult),
    /// A struct.
    Composite,
    /// The payload.
    Next,
}

impl Plan {
    /// Looks through a schema.
    pub(crate) fn new(schema: &Schema) -> Self {
        Self { fields: (0..schema.fields.len()).map(|index| FieldPlan::new(schema, field_id(index))).collect() }
    }
}

fn field_id(index: usize) -> FieldId {
    FieldId(u32::try_from(index).unwrap_or(u32::MAX))
}

impl FieldPlan {
    fn new(schema: &Schema, id: FieldId) -> Self {
        let field = &schema[id];
        let leaf = leaf(&field.ty);
        let bits = match leaf {
            Type::Uint { bits, .. } | Type::Int { bits, .. } | Type::Float { bits, .. } => *bits,
            _ => 0,
        };
        let names = match leaf {
            Type::Uint { names: Names::Enum(names), .. } => Some(*names),
            _ => None,
        };
        // A checksum is read in hexadecimal by everybody.
        let checksum = matches!(field.verify, Some(Verify::Always | Verify::When(_))) && bits >= 16;
        Self {
            name: field.name.clone().unwrap_or_default(),
            shape: shape(schema, leaf, field.display, checksum),
            scale: field.scale.max(1),
            bits,
            signed: matches!(leaf, Type::Int { .. }),
            names,
            unit: field.unit.clone().unwrap_or_default(),
        }
    }
}

fn shape(schema: &Schema, ty: &Type, display: Display, checksum: bool) -> Shape {
    let shown = match display {
        Display::Plain => None,
        Display::Hex => Some(Shape::Hex),
        Display::Binary => Some(Shape::Binary),
        Display::Ipv4 => Some(Shape::Ipv4),
        Display::Ipv6 => Some(Shape::Ipv6),
        Display::Mac => Some(Shape::Mac),
        Display::Ascii => Some(Shape::AsciiBytes),
        Display::UnixTime => Some(Shape::UnixTime),
        Display::NtpTime => Some(Shape::NtpTime),
        Display::Fixed16 => Some(Shape::Fixed16),
    };
    match ty {
        Type::Uint { names: Names::Flags(flags), .. } => Shape::Flags(*flags),
        Type::Uint { .. } | Type::UintOf { .. } | Type::Int { .. } => {
            shown.unwrap_or(if checksum { Shape::Hex } else { Shape::Number })
        }
        Type::Float { .. } => Shape::Number,
        Type::Bool => Shape::Bool,
        Type::Bytes(_) => match shown {
            Some(shape @ (Shape::Ipv4 | Shape::Ipv6 | Shape::Mac | Shape::AsciiBytes)) => shape,
            _ => Shape::Bytes,
        },
        Type::Text(encoding, _) => Shape::Text(*encoding),
        Type::Codec(codec, _) => match &schema[*codec].kind {
            CompositeKind::Codec(codec) => Shape::Codec(codec.result),
            CompositeKind::Layer(_) | CompositeKind::Struct => Shape::Composite,
        },
        Type::Struct(..) | Type::List(..) => Shape::Composite,
        Type::Next(_) => Shape::Next,
    }
}

/// The layers of a schema, by name, in the order of the alphabet.
pub(crate) fn layer_names(schema: &Schema) -> Vec<&str> {
    let layers = schema.composites.iter().filter(|composite| matches!(composite.kind, CompositeKind::Layer(_)));
    let mut names: Vec<&str> = layers.map(|layer| layer.name.as_str()).collect();
    names.sort_unstable();
    names
}

/// Whether a condition is nothing but `true`.
pub(crate) fn always(schema: &Schema, condition: Option<ExprId>) -> bool {
    condition.is_some_and(|id| matches!(schema[id], Expr::Bool(true)))
}
