//! What stands above single layers: interfaces, tables, probes, metafields, replies, names, tests.

use super::{CompositeId, ExprId, FieldId, InterfaceId, ModuleId, TableId};
use crate::tree::{self, Docs, Span};
use std::collections::BTreeMap;

/// What a layer offers to others.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Interface {
    /// Its name.
    pub name: String,
    /// Its members.
    pub members: Vec<Member>,
    /// Its name in the source.
    pub span: Span,
}

/// A member of an interface.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Member {
    /// Its name.
    pub name: String,
    /// Width in bits of each argument.
    pub params: Vec<(String, u32)>,
    /// What it is.
    pub ty: MemberType,
}

/// What a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub enum MemberType {
    /// Bytes; numbers become bytes of their width.
    Bytes,
    /// A number of so many bits.
    Uint(u32),
    /// True or false.
    Bool,
}

/// Who may follow whom.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Where it is defined.
    pub module: ModuleId,
    /// Width of a key in bits.
    pub bits: u32,
    /// Names of the keys.
    pub names: Option<super::EnumId>,
    /// In order; no two rows without a guard share a key.
    pub rows: Vec<Row>,
    /// The row of a single key, where just one has it and no range.
    pub by_key: BTreeMap<u128, u32>,
    /// Its name in the source.
    pub span: Span,
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Row {
    /// First key.
    pub low: u128,
    /// Last key.
    pub high: u128,
    /// Which layer.
    pub layer: CompositeId,
    /// Over [`super::Expr::It`] (the key) and [`super::Expr::Rest`] (the payload).
    pub guard: Option<ExprId>,
    /// Where it stands.
    pub span: Span,
}

/// How a layer is told where no key says it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Probe {
    /// The layer.
    pub layer: CompositeId,
    /// The tables of which a key that has no row makes it guessed; none where any does.
    pub tables: Vec<TableId>,
    /// Over [`super::Expr::Rest`] (the payload): what is looked at before the layer is read.
    pub guard: Option<ExprId>,
    /// Over the layer's frame; what it needs of it stands in `fields`.
    pub condition: ExprId,
    /// The last field that the condition reads.
    pub last: Option<FieldId>,
    /// Higher wins. With 0 the layer is never guessed: the probe only guards its bindings.
    pub score: u32,
}

impl Probe {
    /// Whether it makes the layer guessed where a key of that table has no row.
    #[must_use]
    pub fn guesses(&self, table: TableId) -> bool {
        self.score > 0 && (self.tables.is_empty() || self.tables.contains(&table))
    }
}

/// A layer, in a variant where one is named.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct LayerRef {
    /// The layer.
    pub layer: CompositeId,
    /// The variant's name.
    pub variant: Option<String>,
}

/// A field that belongs to no single layer.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Meta {
    /// `flow_id`.
    pub name: String,
    /// Its documentation.
    pub docs: Docs,
    /// Width in bits.
    pub bits: u32,
    /// What it is made of.
    pub kind: MetaKind,
    /// Its name in the source.
    pub span: Span,
}

/// The two kinds of metafields.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub enum MetaKind {
    /// Read only: a hash of keys.
    Key {
        /// What must be in the packet.
        over: Vec<InterfaceId>,
        /// The keys, in order.
        keys: Vec<Key>,
        /// Over [`super::Expr::Arg`] 0, the bytes of the keys.
        hash: ExprId,
    },
    /// Read and write: bits of several fields.
    Carry {
        /// By stack, the most specific first.
        carries: Vec<Carry>,
        /// What must not change.
        keeps: Vec<Keep>,
    },
}

/// One key of a hash.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Key {
    /// One side, as bytes.
    pub left: ExprId,
    /// The other side: both are ordered, so that a flow's directions have one key.
    pub right: Option<ExprId>,
    /// Left out unless this layer is there.
    pub present: Option<CompositeId>,
}

/// Where the bits of a metafield are in one stack.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Carry {
    /// Layers that stand directly upon each other.
    pub stack: Vec<LayerRef>,
    /// Disjoint pieces that make up the whole.
    pub pieces: Vec<Piece>,
}

/// Some bits of a metafield in some bits of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Piece {
    /// The layer's position in the stack.
    pub layer: u32,
    /// The field.
    pub field: FieldId,
    /// Lowest bit of the field.
    pub field_shift: u32,
    /// Lowest bit of the metafield.
    pub tag_shift: u32,
    /// How many bits.
    pub bits: u32,
}

/// What a write of a metafield leaves right.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Keep {
    /// The layer of the checksum.
    pub layer: CompositeId,
    /// The checksum.
    pub checksum: FieldId,
    /// What absorbs the difference.
    pub by: Absorber,
}

/// Sixteen bits that absorb the difference of a checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub enum Absorber {
    /// A field of the same layer.
    Field(FieldId),
    /// Bytes of its payload, from this one on.
    Payload(u32),
}

/// How an answer names its question.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Reply {
    /// The question; absent for any layer.
    pub request: Option<LayerRef>,
    /// The answer.
    pub reply: LayerRef,
    /// Equal in both: an expression over the question's frame, and one over the answer's.
    pub equations: Vec<(ExprId, ExprId)>,
    /// What must hold of the question.
    pub request_checks: Vec<ExprId>,
    /// What must hold of the answer.
    pub reply_checks: Vec<ExprId>,
    /// Fields of the question that follow from the answer.
    pub recovers: Vec<Recover>,
    /// The fields of the answer that hold the start of the question, by its form.
    pub quotes: Vec<FieldId>,
    /// Where it stands.
    pub span: Span,
}

/// A field of the question that follows from the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Recover {
    /// The question's field.
    pub field: FieldId,
    /// Over the answer's frame.
    pub value: ExprId,
    /// Over the answer's frame.
    pub condition: Option<ExprId>,
}

/// The name that another tool has for a value.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct ToolName {
    /// A layer or struct, over whose frame the expressions are.
    pub owner: CompositeId,
    /// The value.
    pub value: ExprId,
    /// The field it is, where it is just that.
    pub field: Option<FieldId>,
    /// `ip.ttl`.
    pub name: String,
    /// Shown only then.
    pub condition: Option<ExprId>,
}

/// A test of a definition.
#[derive(Clone, Debug)]
pub struct Test {
    /// Which module it is in.
    pub module: ModuleId,
    /// What it shows.
    pub title: Option<String>,
    /// What it does.
    pub kind: TestKind,
    /// Where it stands.
    pub span: Span,
}

/// The kinds of tests.
#[derive(Clone, Debug)]
pub enum TestKind {
    /// Reads, and holds every expression over the target's frame against it.
    Parse {
        /// What is read.
        target: CompositeId,
        /// From which bytes.
        input: Vec<u8>,
        /// What must hold, with its place.
        checks: Vec<(ExprId, Span)>,
    },
    /// Fails at a field.
    Reject {
        /// What is read.
        target: CompositeId,
        /// From which bytes.
        input: Vec<u8>,
        /// The field's name.
        at: String,
    },
    /// Builds exactly these bytes.
    Build {
        /// As written; the builder resolves it.
        stack: Vec<tree::StackPart>,
        /// The bytes.
        expected: Vec<u8>,
    },
    /// A law.
    Law {
        /// What it is about.
        target: CompositeId,
        /// Which law.
        law: Law,
    },
}

/// The laws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Law {
    /// `build(parse(b)) == b` on every vector of the target in the schema, and on each of them cut and changed.
    Roundtrip,
    /// Reading a vector cut at any length gives an error or the anomaly `truncated`.
    Truncation,
}

impl Table {
    /// The rows that claim a key, in order.
    pub fn rows_of(&self, key: u128) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(move |row| row.low <= key && key <= row.high)
    }

    /// The keys that lead to a layer, in order.
    pub fn keys_of(&self, layer: CompositeId) -> impl Iterator<Item = u128> {
        self.rows.iter().filter(move |row| row.layer == layer).map(|row| row.low)
    }
}
