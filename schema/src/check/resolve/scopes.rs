//! What names mean inside of a composite.

use crate::model::{ExprId, FieldId, ModuleId};
use crate::tree;
use std::collections::HashMap;

/// The names of one composite.
#[derive(Default)]
pub(super) struct Scope<'t> {
    /// Fields by name, in the order of the wire; more than one only in arms that exclude each other.
    pub(super) fields: HashMap<String, Vec<FieldId>>,
    /// By field: the choices that lead to it.
    pub(super) branches: HashMap<FieldId, Vec<(u32, u32)>>,
    /// Named expressions.
    pub(super) lets: HashMap<String, LetScope<'t>>,
    /// Named arms by key: positions in the composite's variants.
    pub(super) variants: HashMap<String, Vec<u32>>,
    /// Needs by name: positions in the layer's needs.
    pub(super) needs: HashMap<String, u32>,
    /// How many choices were met.
    pub(super) choices: u32,
    /// How many of the fields the second walk has met.
    pub(super) met: usize,
    /// How many of the variants the second walk has met.
    pub(super) variants_met: usize,
}

/// A named expression.
pub(super) struct LetScope<'t> {
    pub(super) module: ModuleId,
    pub(super) tree: &'t tree::Let,
    pub(super) state: LetState,
}

/// How far a named expression is worked out.
#[derive(Clone)]
pub(super) enum LetState {
    New,
    Busy,
    Done(ExprId, super::types::Ty),
}

/// Whether two fields can't be there both.
pub(super) fn exclusive(a: &[(u32, u32)], b: &[(u32, u32)]) -> bool {
    a.iter().any(|(choice, arm)| b.iter().any(|(other, taken)| choice == other && arm != taken))
}
