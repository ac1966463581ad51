//! Expressions: total, pure, over integers, bytes and booleans.

use super::{CompositeId, ExprId, FieldId, InterfaceId, TableId};
use crate::tree::{BinaryOp, UnaryOp};

/// An expression. Names are resolved: a `let` is the expression it stands for, a constant is its value.
///
/// An expression over something absent (a field of another arm, a layer that is not there) has no value, and neither has
/// what is made of it; a check without a value is not made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
#[allow(missing_docs, reason = "the fields of a variant are explained by the variant")]
pub enum Expr {
    /// An integer. Values of more than 127 bits stand as their bits; they can be compared for equality only.
    Int(i128),
    /// True or false.
    Bool(bool),
    /// Bytes.
    Bytes(Box<[u8]>),
    /// Text.
    Text(Box<str>),
    /// The value of the one present among these fields of the frame.
    Field(Box<[FieldId]>),
    /// A parameter of the composite.
    Param(u32),
    /// An argument of an interface's member.
    Arg(u32),
    /// The value under check: of the field whose clause this is, of an element, of a key.
    It,
    /// Of a composite's value, the one present among these fields.
    Member(ExprId, Box<[FieldId]>),
    /// Of a composite's value, itself, where it is in that variant; of a list, its first such element.
    Variant(ExprId, CompositeId, Box<str>),
    /// So many bits of an integer, the lowest at `shift`; one bit may be a boolean.
    Bits { of: ExprId, shift: u32, bits: u32, boolean: bool },
    /// How many elements a list has, or bytes bytes.
    Len(ExprId),
    /// An element of a list, or a byte of bytes.
    Index(ExprId, ExprId),
    /// Bytes or elements from the first to the second, both included.
    Slice(ExprId, ExprId, ExprId),
    /// One operand.
    Unary(UnaryOp, ExprId),
    /// Two operands. Concatenation takes bytes alone; comparison takes two of a kind.
    Binary(BinaryOp, ExprId, ExprId),
    /// A condition and two values.
    Cond(ExprId, ExprId, ExprId),
    /// From the second to the third, both included.
    InRange(ExprId, ExprId, ExprId),
    /// One of these.
    InList(ExprId, Box<[ExprId]>),
    /// The values listed.
    List(Box<[ExprId]>),
    /// The low bits of an integer as bytes, in network order unless little.
    ToBytes { of: ExprId, bits: u32, little: bool },
    /// The low bits of an integer.
    Truncate { of: ExprId, bits: u32 },
    /// The bytes of the layer from its start to the end of its payload, the field under derivation zeroed.
    SelfBytes,
    /// Bytes of the composite, trailing fields left out.
    Size,
    /// Bytes of the one present among these fields.
    SizeOf(Box<[FieldId]>),
    /// Bytes of the value under check.
    SizeOfIt,
    /// Bytes from the composite's start to the one present among these fields.
    OffsetOf(Box<[FieldId]>),
    /// Elements of the one present among these fields.
    CountOf(Box<[FieldId]>),
    /// Elements of the value under check.
    CountOfIt,
    /// Bytes from the first field's start to the second one's end, the field under derivation zeroed.
    BytesOf(FieldId, FieldId),
    /// Whether bytes are left in the region.
    More,
    /// The bytes left in the region.
    Rest,
    /// How many bytes are left in the region before the first of these stands there; all, where none does.
    Before(Box<[Box<[u8]>]>),
    /// Which of these words a text or bytes are, counted from 0; how many words there are, where it is none of them.
    Word { of: ExprId, words: Box<[Box<str>]>, nocase: bool },
    /// Whether one of these fields is there.
    Present(Box<[FieldId]>),
    /// Whether a layer is in the packet.
    PresentLayer(CompositeId),
    /// Whether the payload of one of these fields is that layer.
    NextIs(Box<[FieldId]>, CompositeId),
    /// The key by which the layer in one of these fields is found in its table; the second value where it has none.
    KeyOf(Box<[FieldId]>, Option<ExprId>),
    /// The bytes of the enclosing layer, as a region.
    LayerRegion,
    /// A member of an interface, of the layer that provides it.
    Carrier { via: Via, interface: InterfaceId, member: u32, args: Box<[ExprId]> },
    /// The first layer of that kind in the packet, in that variant where one is named.
    Layer(CompositeId),
    /// RFC 1071.
    Inet16(ExprId),
    /// IEEE 802.3.
    Crc32(ExprId),
    /// RFC 9260 appendix A.
    Crc32c(ExprId),
    /// Polynomial, start, reflected, final exclusive or.
    Crc16 { of: ExprId, poly: u16, init: u16, reflected: bool, xorout: u16 },
    /// SipHash-2-4 of the listed keys.
    SipHash24(ExprId),
    /// 0xffff for 0, RFC 768.
    ZeroAsFfff(ExprId),
    /// The least of the range for which the predicate over [`Expr::It`] holds, else the last.
    Smallest(i128, i128, ExprId),
    /// Any value of the field's type; a builder draws it.
    Random,
    /// The host's seed of hashes.
    Seed,
    /// The names of the anomalies found.
    Anomalies,
    /// 0 wrong, 1 right, 2 not verified, 3 absent: what verifying one of these fields gave.
    Status(Box<[FieldId]>),
    /// What the table's rows say of a key: whether it leads to a layer.
    HasRow(TableId, ExprId),
}

/// From where an interface is looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub enum Via {
    /// From the layer below this one.
    Below,
    /// From this layer's own view of the layers below it, for members that it overrides.
    Outer,
    /// Late: from the layer that asked, so that overrides above this one count.
    Late,
    /// From a metafield: the outermost layer that provides it, or for carriers the one that the layer after it sees.
    Packet,
}

impl Expr {
    /// The expressions that it is made of.
    #[must_use]
    pub fn children(&self) -> Vec<ExprId> {
        match self {
            Self::Int(_)
            | Self::Bool(_)
            | Self::Bytes(_)
            | Self::Text(_)
            | Self::Field(_)
            | Self::Param(_)
            | Self::Arg(_)
            | Self::It
            | Self::SelfBytes
            | Self::Size
            | Self::SizeOf(_)
            | Self::SizeOfIt
            | Self::OffsetOf(_)
            | Self::CountOf(_)
            | Self::CountOfIt
            | Self::BytesOf(..)
            | Self::More
            | Self::Rest
            | Self::Before(_)
            | Self::Present(_)
            | Self::PresentLayer(_)
            | Self::NextIs(..)
            | Self::LayerRegion
            | Self::Layer(_)
            | Self::Random
            | Self::Seed
            | Self::Anomalies
            | Self::Status(_) => Vec::new(),
            Self::Member(of, _)
            | Self::Variant(of, ..)
            | Self::Bits { of, .. }
            | Self::Word { of, .. }
            | Self::Len(of)
            | Self::Unary(_, of)
            | Self::ToBytes { of, .. }
            | Self::Truncate { of, .. }
            | Self::Inet16(of)
            | Self::Crc32(of)
            | Self::Crc32c(of)
            | Self::Crc16 { of, .. }
            | Self::SipHash24(of)
            | Self::ZeroAsFfff(of)
            | Self::Smallest(_, _, of)
            | Self::HasRow(_, of) => vec![*of],
            Self::Index(a, b) | Self::Binary(_, a, b) => vec![*a, *b],
            Self::Slice(a, b, c) | Self::Cond(a, b, c) | Self::InRange(a, b, c) => vec![*a, *b, *c],
            Self::InList(of, items) => std::iter::once(*of).chain(items.iter().copied()).collect(),
            Self::List(items) => items.to_vec(),
            Self::KeyOf(_, fallback) => fallback.iter().copied().collect(),
            Self::Carrier { args, .. } => args.to_vec(),
        }
    }

    /// The fields of the frame that it names, its parts left out.
    #[must_use]
    pub fn fields(&self) -> Vec<FieldId> {
        match self {
            Self::Field(fields)
            | Self::SizeOf(fields)
            | Self::OffsetOf(fields)
            | Self::CountOf(fields)
            | Self::Present(fields)
            | Self::NextIs(fields, _)
            | Self::KeyOf(fields, _)
            | Self::Status(fields) => fields.to_vec(),
            Self::BytesOf(from, to) => vec![*from, *to],
            _ => Vec::new(),
        }
    }
}
