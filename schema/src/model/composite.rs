//! Layers, structs and codecs: what is on the wire, in the order of the wire.

use super::{CompositeId, EnumId, ExprId, FieldId, FlagsId, InterfaceId, ModuleId, TableId};
use crate::tree::{Docs, Span};

/// A layer, a struct or a codec.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Composite {
    /// `Ipv4`.
    pub name: String,
    /// `ipv4`: how expressions and errors call it.
    pub key: String,
    /// Where it is defined.
    pub module: ModuleId,
    /// Its documentation.
    pub docs: Docs,
    /// Its name in the source.
    pub span: Span,
    /// Which of the three it is.
    pub kind: CompositeKind,
    /// What its users must give.
    pub params: Vec<Param>,
    /// What is in it.
    pub body: Block,
    /// Every field, those of all arms too; a field's slot is its position here.
    pub fields: Vec<FieldId>,
    /// Named arms, in order of appearance; two arms may share a name.
    pub variants: Vec<Variant>,
    /// Named expressions, for printing and for names of other tools.
    pub lets: Vec<Let>,
    /// `auto` fields in an order in which each can be derived, those that read bytes last.
    pub derive_order: Vec<FieldId>,
    /// Least and greatest length of what it has on the wire, payload left out, in bits.
    pub extent: (u64, Option<u64>),
}

/// The kinds of composites.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub enum CompositeKind {
    /// Can be stacked.
    Layer(Layer),
    /// Part of others.
    Struct,
    /// Encodes one value.
    Codec(Codec),
}

/// What only a layer has.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Layer {
    /// Interfaces that it provides, or passes on with some members overridden.
    pub provides: Vec<Provide>,
    /// Interfaces of the layers below that it needs, in the order of [`super::Expr::Carrier`]'s index.
    pub needs: Vec<(InterfaceId, String)>,
    /// Repeats on a byte stream and may be cut anywhere.
    pub stream: bool,
    /// `@allow(unused)`: nothing needs to lead to it.
    pub allow_unused: bool,
    /// `@level(network)`: what it is for in a stack.
    pub level: Level,
}

/// What a layer is for among those of a packet, after the layers of the Internet, [RFC 1122 §1.1.3].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub enum Level {
    /// From one station to the next.
    Link,
    /// From host to host: what belongs to a protocol of the internet layer.
    Network,
    /// From process to process.
    Transport,
    /// Whatever processes say to each other.
    #[default]
    Application,
}

impl From<Level> for packet_core::Level {
    fn from(level: Level) -> Self {
        match level {
            Level::Link => Self::Link,
            Level::Network => Self::Network,
            Level::Transport => Self::Transport,
            Level::Application => Self::Application,
        }
    }
}

impl Level {
    /// By its name in a definition.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "link" => Self::Link,
            "network" => Self::Network,
            "transport" => Self::Transport,
            "application" => Self::Application,
            _ => return None,
        })
    }
}

/// One `provides` or `passes`.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Provide {
    /// Which interface.
    pub interface: InterfaceId,
    /// The layer below stays visible where a member is absent here.
    pub passes: bool,
    /// By the interface's members. Expressions over this layer's frame and the member's [`super::Expr::Arg`]s.
    pub members: Vec<Option<ExprId>>,
}

/// What only a codec has.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Codec {
    /// What it yields.
    pub result: CodecResult,
    /// How to write a value.
    pub encode: Encode,
    /// Most bytes of the yielded name, where limited.
    pub limit_bytes: Option<u64>,
    /// Most steps in all, where limited.
    pub limit_steps: Option<u64>,
}

/// What a codec yields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub enum CodecResult {
    /// An unsigned integer of at most so many bits.
    Uint(u32),
    /// Labels joined by dots.
    Name,
    /// Bytes.
    Bytes,
}

/// How a codec's value is written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub enum Encode {
    /// The yielded field takes the value; the listed ones are computed, from expressions over the frame.
    Fields(Vec<(FieldId, ExprId)>),
    /// The value is cut into groups of so many bits, least significant group first; the repeat's condition says whether more follow.
    FoldLittle(u32),
    /// The same, most significant group first.
    FoldBig(u32),
    /// The value is written in digits to that base, as few as will do; letters are small.
    Digits(u32),
    /// Labels, the tail of the name replaced by a pointer where it was written before in the region of that parameter.
    Compress(u32),
    /// Labels as they are, or a codec that can't be written but as raw bytes.
    Plain,
}

/// A parameter of a struct or a codec.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Param {
    /// Its name.
    pub name: String,
    /// `region` rather than a number.
    pub region: bool,
    /// Width of a number.
    pub bits: u32,
    /// Names of its values.
    pub names: Option<EnumId>,
}

/// A named arm.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Variant {
    /// `SackPermitted`.
    pub name: String,
    /// `sack_permitted`.
    pub key: String,
    /// Its fields, those of inner arms left out.
    pub fields: Vec<FieldId>,
}

/// A named expression.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Let {
    /// Its name.
    pub name: String,
    /// What it stands for.
    pub value: ExprId,
    /// Its unit.
    pub unit: Option<String>,
    /// Its documentation.
    pub docs: Docs,
}

/// Items in the order of the wire.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Block {
    /// The items.
    pub items: Vec<Item>,
}

/// What a block holds.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
#[allow(missing_docs, reason = "the fields of a variant are explained by the variant")]
pub enum Item {
    /// Fields of fixed size one behind another, none with a condition or region of its own: one bounds check for all.
    Run(Run),
    /// A field that stands alone: of varying size, conditional, or with a region.
    Field(FieldId),
    /// Fields that share a little-endian number of so many bits, most significant first; see [`Place::Container`].
    Container { bits: u32, fields: Vec<FieldId> },
    /// A choice by a value.
    Match(Match),
    /// A choice by a condition.
    If { condition: ExprId, then: Block, otherwise: Block },
    /// What must hold, else an anomaly. Evaluated when its composite is whole.
    Expect(Expect),
    /// Skips to a multiple of so many bits from the composite's start.
    Align { bits: u32, fill: Option<u8>, span: Span },
    /// Codecs alone: at most `max` times, as long as the condition holds after each.
    Repeat { max: u64, body: Block, condition: Option<ExprId> },
    /// Codecs alone: goes on at that byte of the parameter's region, which must lie before every place read so far.
    Jump { region: u32, at: ExprId, span: Span },
    /// Codecs alone: adds a group or a label to what is yielded.
    Emit(ExprId),
    /// Codecs alone: the value.
    Yields(Yield),
}

/// What a codec gives back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub enum Yield {
    /// An expression over its frame.
    Expr(ExprId),
    /// The emitted groups of so many bits, least significant first.
    FoldLittle(u32),
    /// The same, most significant first.
    FoldBig(u32),
    /// The emitted characters as digits to that base, most significant first.
    Digits(u32),
}

/// A run of fixed fields.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Run {
    /// The fields; each one's [`Place`] is relative to the start of the run.
    pub fields: Vec<FieldId>,
    /// Length of all in bits.
    pub bits: u32,
    /// The first bit, counted from the composite's start, where everything before has a fixed size too.
    pub start: Option<u64>,
}

/// A choice by a value.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Match {
    /// The value.
    pub on: ExprId,
    /// The arms' region, in bits.
    pub within: Option<ExprId>,
    /// The first arm that fits is taken; tags are disjoint but for guards and the wildcard, which is last.
    pub arms: Vec<Arm>,
    /// Where it stands.
    pub span: Span,
}

/// One arm.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Arm {
    /// From the first to the second, both included; empty for the wildcard.
    pub tags: Vec<(i128, i128)>,
    /// A further condition.
    pub guard: Option<ExprId>,
    /// What it does.
    pub action: Action,
    /// Its tags in the source.
    pub pattern: Span,
    /// Where it stands.
    pub span: Span,
}

/// What an arm does.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub enum Action {
    /// Reads the block, as a variant where it has a name (an index into [`Composite::variants`]).
    Read(Option<u32>, Block),
    /// Ends the list that the composite is an element of.
    Stop,
    /// Rejects the input.
    Reject(String),
}

/// What must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Expect {
    /// The condition.
    pub condition: ExprId,
    /// The anomaly's name: `not_shortest`.
    pub name: String,
    /// The anomaly in words.
    pub message: String,
    /// Where it stands.
    pub span: Span,
}

/// A field.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Field {
    /// Absent for reserved bits.
    pub name: Option<String>,
    /// Its documentation.
    pub docs: Docs,
    /// Its name in the source, or its `_`.
    pub span: Span,
    /// What it belongs to.
    pub owner: CompositeId,
    /// Its position in [`Composite::fields`].
    pub slot: u32,
    /// The variant it stands in.
    pub variant: Option<u32>,
    /// What it is on the wire.
    pub ty: Type,
    /// Where it is.
    pub place: Place,
    /// How its value is shown.
    pub display: Display,
    /// The value is the number on the wire times this.
    pub scale: u64,
    /// What the value counts.
    pub unit: Option<String>,
    /// The only value.
    pub constant: Option<ExprId>,
    /// A constant that differs is an anomaly rather than an error.
    pub lenient: bool,
    /// What a builder derives.
    pub auto: Option<ExprId>,
    /// What a builder takes where nothing is said.
    pub default: Option<ExprId>,
    /// What must hold, with the reason.
    pub wheres: Vec<(ExprId, Option<String>)>,
    /// The derived value must be what is on the wire, else an anomaly of the field's name.
    pub verify: Option<Verify>,
    /// Its region, in bits.
    pub within: Option<ExprId>,
    /// The region holds a part of something longer, when this holds.
    pub partial: Option<ExprId>,
    /// It ends at a multiple of so many bytes from the start of its composite; a builder pads with zeros.
    pub align: Option<u32>,
    /// Present only when this holds.
    pub condition: Option<ExprId>,
    /// Where the condition fails the bytes are kept as they are, rather than the field being absent.
    pub opaque_otherwise: bool,
    /// Takes what the layers above left over.
    pub trailing: bool,
}

/// When a derived field is verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub enum Verify {
    /// Always.
    Always,
    /// When this holds; [`super::Expr::It`] is the value read.
    When(ExprId),
}

/// Where a field is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
#[allow(missing_docs, reason = "`bit` is the first bit, `width` how many")]
pub enum Place {
    /// So many bits behind the start of its run.
    Run { bit: u32, width: u32 },
    /// So many bits of its [`Item::Container`], the lowest of them at `shift`.
    Container { shift: u32, width: u32 },
    /// Behind what precedes it; found by reading.
    Scan,
}

/// What is on the wire.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
#[allow(missing_docs, reason = "`bits` is the width, `little` the byte order, `names` what values are called")]
pub enum Type {
    /// 1 to 128 bits.
    Uint { bits: u32, little: bool, names: Names },
    /// 1 to 128 bits, two's complement.
    Int { bits: u32, little: bool },
    /// As many bits as the expression says, at most 128.
    UintOf { bits: ExprId },
    /// One bit.
    Bool,
    /// IEEE 754, of 32 or 64 bits.
    Float { bits: u32, little: bool },
    /// Bytes.
    Bytes(Extent),
    /// Text.
    Text(Encoding, Extent),
    /// A composite, with arguments.
    Struct(CompositeId, Vec<ExprId>),
    /// A codec's value, with arguments.
    Codec(CompositeId, Vec<ExprId>),
    /// Elements.
    List(Box<Type>, Extent),
    /// The next layer.
    Next(Next),
}

/// Names of a number's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub enum Names {
    /// None.
    None,
    /// Of an enum.
    Enum(EnumId),
    /// Of single bits.
    Flags(FlagsId),
}

/// How text is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub enum Encoding {
    /// UTF-8.
    Utf8,
    /// ASCII.
    Ascii,
    /// One byte a character, the first 256 of Unicode.
    Latin1,
    /// ASCII, compared without regard to case.
    NoCase,
}

impl Composite {
    /// What a codec repeats: how often at most, what, and as long as which condition holds, where there is one.
    #[must_use]
    pub fn repeated(&self) -> Option<(u64, &Block, Option<ExprId>)> {
        self.body.items.iter().find_map(|item| match item {
            Item::Repeat { max, body, condition } => Some((*max, body, *condition)),
            _ => None,
        })
    }
}

impl Encoding {
    /// Whether it is ASCII alone.
    #[must_use]
    pub fn is_ascii(self) -> bool {
        matches!(self, Self::Ascii | Self::NoCase)
    }
}

/// How far bytes, text or a list reach.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub enum Extent {
    /// So many bytes, or elements.
    Count(ExprId),
    /// To the end of the region.
    ToEnd,
    /// To the element for which it holds, included; [`super::Expr::It`] is the element.
    Until(ExprId),
    /// A number or codec in front says how many bytes.
    PrefixBytes(Box<Type>),
    /// A number or codec in front says how many elements.
    PrefixItems(Box<Type>),
}

/// The next layer.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
#[allow(missing_docs, reason = "the fields of a variant are explained by the variant")]
pub enum Next {
    /// By the first key that has a row.
    From { table: TableId, keys: Vec<ExprId>, otherwise: Otherwise },
    /// Always that.
    Is(CompositeId),
    /// What the host says, else bytes.
    Host,
}

/// Where no row has the key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub enum Otherwise {
    /// Bytes.
    Opaque,
    /// The probe with the highest score, else bytes.
    Probe,
    /// That layer.
    Layer(CompositeId),
}

/// How a value is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub enum Display {
    /// By its type: decimal, hex for bytes, names for enums.
    #[default]
    Plain,
    /// `0x1f`.
    Hex,
    /// `0b0101`.
    Binary,
    /// `10.0.0.1`.
    Ipv4,
    /// `fe80::1`.
    Ipv6,
    /// `02:00:00:00:00:01`.
    Mac,
    /// Bytes as text, where they are.
    Ascii,
    /// Seconds since 1970, as a date.
    UnixTime,
    /// 64 bits of seconds since 1900 and their fraction, RFC 5905 §6.
    NtpTime,
    /// 32 bits, 16 before the point and 16 behind: RFC 5905 §6.
    Fixed16,
}
