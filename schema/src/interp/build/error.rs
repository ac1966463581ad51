//! Why a packet could not be built, or not quite as it should be.

use crate::Schema;
use crate::model::{CompositeId, FieldId};
use std::fmt::Write as _;

/// Why a packet could not be built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuildError {
    /// The composite, where there is one.
    pub composite: Option<CompositeId>,
    /// The field, where there is one.
    pub field: Option<FieldId>,
    /// What is wrong.
    pub kind: BuildErrorKind,
}

/// The kinds of errors.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the fields of a variant are explained by the variant")]
pub enum BuildErrorKind {
    /// A number, set or derived, needs more bits than there are, or is no multiple of the field's scale.
    TooWide { value: i128, bits: u32 },
    /// Another value than the only one.
    Constant { value: u128, expected: u128 },
    /// The `where` at that position does not hold.
    Where { index: u32, value: i128 },
    /// A closed enum has no such value.
    Closed { value: u128 },
    /// So many bytes where the field always has so many.
    Length { found: u64, expected: u64 },
    /// A value of another kind than the field's.
    WrongKind,
    /// A codec has no encoding for the value.
    NotEncodable,
    /// Nothing tells the value of the tag by which the arm is read.
    NoTag,
    /// The field stands in another arm than the one taken.
    NotInArm,
    /// The arm taken rejects the packet.
    Rejected(String),
    /// Whole bytes that would start inside of a byte.
    Misaligned,
    /// The layer has no payload to put something in.
    NoPayload,
    /// The value refers to a layer that is not there, or twice to the same one.
    BadReference,
    /// Lengths that depend on themselves do not settle.
    Unstable,
    /// The packet is longer, or has more parts, than any may have.
    TooLong,
    /// Structs are nested more deeply than the builder's limit.
    TooDeep,
}

/// Something that could not be derived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BuildWarning {
    /// The composite.
    pub composite: CompositeId,
    /// The field.
    pub field: FieldId,
    /// What.
    pub kind: BuildWarningKind,
}

/// The kinds of warnings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuildWarningKind {
    /// What the field is derived from is not in the packet: it is 0.
    NotDerived,
    /// The derived value does not fulfil the `where` at that position.
    Where(u32),
}

impl BuildError {
    pub(super) fn at(schema: &Schema, field: FieldId, kind: BuildErrorKind) -> Self {
        Self { composite: Some(schema[field].owner), field: Some(field), kind }
    }

    pub(super) fn of(composite: CompositeId, kind: BuildErrorKind) -> Self {
        Self { composite: Some(composite), field: None, kind }
    }

    /// The error as people are shown it: `ipv4.version: the only value is 4, not 6; raw 6 forges it`.
    #[must_use]
    pub fn words(&self, schema: &Schema) -> String {
        let mut words = place(schema, self.composite, self.field);
        let _infallible = match &self.kind {
            BuildErrorKind::TooWide { value, bits } => write!(words, "{value} does not fit {bits} bits"),
            BuildErrorKind::Constant { value, expected } => {
                write!(words, "the only value is {expected}, not {value}; `raw {value}` forges it")
            }
            BuildErrorKind::Where { index, value } => {
                let why = self.field.and_then(|field| schema[field].wheres.get(*index as usize)?.1.clone());
                let why = why.map_or(String::new(), |why| format!(" ({why})"));
                write!(words, "{value} is not allowed{why}; `raw {value}` forges it")
            }
            BuildErrorKind::Closed { value } => {
                write!(words, "the field knows no value {value}; `raw {value}` forges it")
            }
            BuildErrorKind::Length { found, expected } => {
                write!(words, "takes {expected} bytes, not {found}; `raw` forges another length")
            }
            BuildErrorKind::WrongKind => write!(words, "the field takes another kind of value"),
            BuildErrorKind::NotEncodable => write!(words, "the value has no encoding"),
            BuildErrorKind::NoTag => {
                write!(words, "must be said: nothing else tells which of several the packet is")
            }
            BuildErrorKind::NotInArm => write!(words, "is not in the arm that is taken"),
            BuildErrorKind::Rejected(why) => write!(words, "{why}"),
            BuildErrorKind::Misaligned => write!(words, "would start inside of a byte"),
            BuildErrorKind::NoPayload => write!(words, "carries nothing"),
            BuildErrorKind::BadReference => write!(words, "a layer must be in the packet, and once"),
            BuildErrorKind::Unstable => write!(words, "its derived value changes with every pass"),
            BuildErrorKind::TooLong => write!(words, "the packet is too long to be built"),
            BuildErrorKind::TooDeep => write!(words, "structs are nested too deeply"),
        };
        words
    }
}

impl BuildWarning {
    /// The warning as people are shown it.
    #[must_use]
    pub fn words(&self, schema: &Schema) -> String {
        let mut words = place(schema, Some(self.composite), Some(self.field));
        words.push_str(match self.kind {
            BuildWarningKind::NotDerived => "what it is derived from is not in the packet, so it is 0",
            BuildWarningKind::Where(_) => "its derived value is not an allowed one",
        });
        words
    }
}

fn place(schema: &Schema, composite: Option<CompositeId>, field: Option<FieldId>) -> String {
    let owner = composite.map_or("packet", |composite| &schema[composite].key);
    match field {
        Some(field) => format!("{owner}.{}: ", schema[field].name.as_deref().unwrap_or("_")),
        None => format!("{owner}: "),
    }
}
