//! The schema: every reference an id, every expression typed, every field with its place.
//!
//! # Invariants
//!
//! - An id points into the arena of its own schema. Ids are handed out by [`crate::check`] alone.
//! - A schema that exists is checked: what it says of regions, tags and derivations was proved.

mod composite;
mod expr;
mod stack;

use crate::tree::{Docs, Span};
pub use composite::*;
pub use expr::*;
pub use stack::*;
use std::collections::BTreeMap;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident => $field:ident: $target:ty;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
            #[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
            pub struct $name(pub u32);

            impl $name {
                /// The position in its arena.
                #[must_use]
                pub fn index(self) -> usize {
                    self.0 as usize
                }
            }

            impl std::ops::Index<$name> for Schema {
                type Output = $target;
                fn index(&self, id: $name) -> &$target {
                    &self.$field[id.index()]
                }
            }

            impl std::ops::IndexMut<$name> for Schema {
                fn index_mut(&mut self, id: $name) -> &mut $target {
                    &mut self.$field[id.index()]
                }
            }
        )*
    };
}

ids! {
    /// A module.
    ModuleId => modules: Module;
    /// A layer, a struct or a codec.
    CompositeId => composites: Composite;
    /// A field of one of them.
    FieldId => fields: Field;
    /// An expression.
    ExprId => exprs: Expr;
    /// An enum.
    EnumId => enums: Enum;
    /// A set of flags.
    FlagsId => flags: Flags;
    /// An interface between layers.
    InterfaceId => interfaces: Interface;
    /// A table of keys.
    TableId => tables: Table;
}

/// All definitions of one program, checked.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
#[allow(missing_docs, reason = "each arena holds what its type says")]
pub struct Schema {
    pub modules: Vec<Module>,
    pub composites: Vec<Composite>,
    pub fields: Vec<Field>,
    pub exprs: Vec<Expr>,
    /// What is known of each expression, by its id.
    pub facts: Vec<Facts>,
    pub enums: Vec<Enum>,
    pub flags: Vec<Flags>,
    pub interfaces: Vec<Interface>,
    pub tables: Vec<Table>,
    pub probes: Vec<Probe>,
    pub metas: Vec<Meta>,
    pub replies: Vec<Reply>,
    /// By the tool's name, as `wireshark`.
    pub names: BTreeMap<String, Vec<ToolName>>,
    #[cfg_attr(feature = "stored", serde(skip))]
    pub tests: Vec<Test>,
    /// Layers by name.
    pub layers: BTreeMap<String, CompositeId>,
}

/// A module's own facts.
#[derive(Clone, Debug, Default)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Module {
    /// `pony.net.ipv4`.
    pub name: String,
    /// Its documentation.
    pub docs: Docs,
    /// Which source it came from, by the front end's number.
    pub source: u32,
}

/// An enum over the bits of its representation.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Enum {
    /// Its name.
    pub name: String,
    /// Where it is defined.
    pub module: ModuleId,
    /// Its documentation.
    pub docs: Docs,
    /// Width in bits.
    pub bits: u32,
    /// Least significant byte first.
    pub little: bool,
    /// Unknown values are rejected.
    pub closed: bool,
    /// In the order written, extensions last.
    pub enumerators: Vec<Enumerator>,
    /// The enumerator of a single value, by that value.
    pub by_value: BTreeMap<u128, u32>,
    /// Its name in the source.
    pub span: Span,
}

/// One named value, or range, or pattern of values.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Enumerator {
    /// `DONT_FRAGMENT`.
    pub name: String,
    /// What people are shown instead of the name.
    pub label: Option<String>,
    /// Its documentation.
    pub docs: Docs,
    /// Which values.
    pub values: Values,
    /// Its name in the source.
    pub span: Span,
}

/// The values of an enumerator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub enum Values {
    /// All from the first to the second, both included.
    Range(u128, u128),
    /// Those for which the expression over [`Expr::It`] holds.
    Matching(ExprId),
}

impl Enum {
    /// The enumerator of a value among the single values and ranges; patterns need an evaluator.
    #[must_use]
    pub fn plain(&self, value: u128) -> Option<&Enumerator> {
        if let Some(&index) = self.by_value.get(&value) {
            return self.enumerators.get(index as usize);
        }
        self.enumerators.iter().find(|e| matches!(e.values, Values::Range(low, high) if low <= value && value <= high))
    }

    /// The enumerator of a name.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Enumerator> {
        self.enumerators.iter().find(|e| e.name == name)
    }
}

/// A set of flags, most significant first.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Flags {
    /// Its name.
    pub name: String,
    /// Where it is defined.
    pub module: ModuleId,
    /// Its documentation.
    pub docs: Docs,
    /// Width of all in bits.
    pub bits: u32,
    /// Least significant byte first.
    pub little: bool,
    /// The flags.
    pub flags: Vec<Flag>,
    /// Its name in the source.
    pub span: Span,
}

/// One flag, or a group of bits.
#[derive(Clone, Debug)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Flag {
    /// Absent for reserved bits.
    pub name: Option<String>,
    /// What people are shown instead of the name.
    pub label: Option<String>,
    /// Its documentation.
    pub docs: Docs,
    /// How far its lowest bit is from the lowest of all.
    pub shift: u32,
    /// How many bits.
    pub bits: u32,
    /// One bit without a type of its own: true or false.
    pub boolean: bool,
    /// Names of its values, where it is a group.
    pub names: Option<EnumId>,
}

/// What the analysis proved of an expression's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "stored", derive(serde::Serialize, serde::Deserialize))]
pub struct Facts {
    /// Least value.
    pub least: i128,
    /// Greatest value.
    pub greatest: i128,
    /// The value is `remainder` modulo this; 1 where nothing is known, 0 where the value is constant.
    pub modulus: u64,
    /// See `modulus`.
    pub remainder: u64,
}

impl Default for Facts {
    fn default() -> Self {
        Self { least: i128::MIN, greatest: i128::MAX, modulus: 1, remainder: 0 }
    }
}

impl Schema {
    /// Whether an expression asks for elements of a list by their variant. A builder does not: it goes by what is said.
    #[must_use]
    pub fn asks_elements(&self, id: ExprId) -> bool {
        let expr = &self[id];
        let is_list = |field: &FieldId| matches!(self[*field].ty, Type::List(..));
        let here = match expr {
            Expr::Variant(of, ..) => matches!(&self[*of], Expr::Field(fields) if fields.iter().any(is_list)),
            _ => false,
        };
        here || expr.children().into_iter().any(|child| self.asks_elements(child))
    }
}
