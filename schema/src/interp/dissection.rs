//! What reading a packet gives: layers, and one flat list of nodes in the order of the wire.
//!
//! A dissection is reused from packet to packet, so that reading does not allocate once its lists have grown.

use crate::model::{CompositeId, FieldId};
use crate::tree::Span;

/// A packet that was read.
///
/// # Invariants
///
/// - A node's subtree is the nodes from its own index up to `end`, exclusive.
/// - Positions are in bits from the start of the packet, and lie within it, for nodes whose bytes are in the packet.
#[derive(Clone, Debug, Default)]
pub struct Dissection {
    /// The layers, in the order in which they were found.
    pub layers: Vec<LayerNode>,
    /// Fields, variants, elements, padding.
    pub nodes: Vec<Node>,
    /// Of each composite that was read: where its slots and arguments are.
    pub frames: Vec<Frame>,
    /// By frame and slot: a node's index plus one, or 0 where the field is absent.
    pub slots: Vec<u32>,
    /// Arguments of the frames.
    pub args: Vec<Arg>,
    /// Decoded text of codecs, which [`Value::Decoded`] points into.
    pub text: Vec<u8>,
    /// What is not as it should be.
    pub anomalies: Vec<Anomaly>,
    /// What could not be read, the first first.
    pub errors: Vec<ReadError>,
    /// What reading needs besides, kept for its room.
    pub(super) scratch: super::read::Scratch,
}

impl Dissection {
    /// Drops all contents, and keeps the room.
    pub fn clear(&mut self) {
        self.layers.clear();
        self.nodes.clear();
        self.frames.clear();
        self.slots.clear();
        self.args.clear();
        self.text.clear();
        self.anomalies.clear();
        self.errors.clear();
    }
}

/// One layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LayerNode {
    /// Which.
    pub composite: CompositeId,
    /// The layer whose payload it is.
    pub parent: Option<u32>,
    /// Its frame.
    pub frame: u32,
    /// First byte.
    pub start: u32,
    /// Bytes of its header: all up to its payload.
    pub header: u32,
    /// Bytes from its start to the end of its payload, by its own account: without trailing fields, and cut to what is
    /// there. While its header is being read, all bytes of its region.
    pub size: u32,
    /// Bytes that belong to its size by its own account, but are not there.
    pub missing: u32,
    /// Its nodes, those of trailing fields left out.
    pub nodes: (u32, u32),
    /// The nodes of its trailing fields, which stand behind those of the layers above.
    pub tail: (u32, u32),
    /// Some of its bytes are missing behind the end of the capture, or of the part that is there.
    pub truncated: bool,
}

/// One thing that was read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Node {
    /// What it is.
    pub kind: NodeKind,
    /// Its first bit.
    pub start: u32,
    /// How many bits it takes.
    pub bits: u32,
    /// Where its subtree ends.
    pub end: u32,
    /// Its value.
    pub value: Value,
}

/// What a node is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    /// A field.
    Field(FieldId),
    /// An element of a list field.
    Element(FieldId),
    /// A named arm, by its position in the composite's variants.
    Variant(CompositeId, u32),
    /// The length or count in front of a field.
    Prefix(FieldId),
    /// What was left of a region: of that field, or of a match.
    Padding(Option<FieldId>),
    /// The bytes of a field or an arm that could not be read as what they should be, from where reading stopped to the
    /// end of the region that contains the fault. It stands, last, in the innermost composite or variant that failed;
    /// what encloses it ends with it, up to the region.
    Spoiled(Option<FieldId>),
    /// The payload: the layer in it by its index, or bytes.
    Payload(FieldId, Option<u32>),
}

/// A node's value. What is not here is read from the packet at the node's place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// An unsigned integer of at most 64 bits as on the wire (before `scale`), a boolean, or a codec's number.
    Uint(u64),
    /// A signed integer of at most 64 bits.
    Int(i64),
    /// An integer of more bits, as they are on the wire.
    Wide(u128),
    /// A number with a fraction.
    Float(f64),
    /// The bytes at the node's place: bytes, text, padding, payload.
    Bytes,
    /// A codec's text: from and to in [`Dissection::text`].
    Decoded(u32, u32),
    /// A composite: its frame.
    Frame(u32),
    /// A list: how many elements.
    List(u32),
    /// A variant.
    Group,
}

/// A composite that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Which.
    pub composite: CompositeId,
    /// The layer that it is, or is part of.
    pub layer: u32,
    /// Its first slot in [`Dissection::slots`].
    pub slots: u32,
    /// Its first argument in [`Dissection::args`].
    pub args: u32,
    /// First bit.
    pub start: u32,
    /// How many bits; 0 while it is being read.
    pub bits: u32,
    /// Its nodes, from and to; the second is `u32::MAX` while it is being read.
    pub nodes: (u32, u32),
}

/// An argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arg {
    /// A number.
    Int(i128),
    /// Bytes of the packet, from and to.
    Region(u32, u32),
    /// Not known: what it was made of is absent.
    Absent,
}

/// Something that is not as it should be, and does not keep the packet from being read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anomaly {
    /// What.
    pub kind: AnomalyKind,
    /// The layer.
    pub layer: u32,
    /// The node concerned.
    pub node: Option<u32>,
}

/// The kinds of anomalies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnomalyKind {
    /// A derived field whose value is not what it should be: the name is the field's.
    Verify(FieldId, u64),
    /// A lenient constant that differs: the name is the field's, `reserved` for `_`.
    Constant(FieldId),
    /// The failed `expect` at that place of a composite.
    Expect(CompositeId, Span),
    /// Bytes are missing behind the end: `truncated`. The node is the field that was cut, if there is one.
    Truncated,
    /// Bytes that no layer claims: `unclaimed`.
    Unclaimed,
    /// Text that is not in its encoding: `encoding`.
    Encoding(FieldId),
}

/// Why something could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadError {
    /// The composite.
    pub composite: CompositeId,
    /// The field, where there is one.
    pub field: Option<FieldId>,
    /// The byte of the packet at which it happened.
    pub offset: u32,
    /// What happened.
    pub kind: ReadErrorKind,
    /// The spoiled bytes, whose enclosing nodes tell in what it happened.
    pub node: Option<u32>,
}

/// The kinds of errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields of a variant are explained by the variant")]
pub enum ReadErrorKind {
    /// So many bytes are needed, and so many are there, up to a limit set by that field; without one, by the end of the capture.
    Short { needed: u64, available: u64, limit: Option<FieldId> },
    /// The value is not the only one allowed.
    Constant { found: u128, expected: u128 },
    /// The `where` at that position does not hold.
    Where { index: u32, found: u128 },
    /// A closed enum has no such value.
    Closed { found: u128 },
    /// An arm that rejects was taken, at that place.
    Rejected { at: Span },
    /// No arm fits.
    NoArm { found: u128 },
    /// A pointer does not go backwards.
    PointerForward { to: u32 },
    /// A codec takes more steps, or yields more bytes, than it may.
    TooLong,
    /// A codec's value is wider than it may be.
    TooWide,
    /// Of a number written as text, something is no digit.
    NoDigit,
    /// Layers are nested more deeply than the reader's limit.
    TooManyLayers,
    /// More nodes than the reader's limit.
    TooManyNodes,
    /// A region's length is negative, or no whole number of bytes, or nothing is known of it.
    BadLength,
}
