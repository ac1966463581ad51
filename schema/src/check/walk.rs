//! What an expression, a type or an item is made of, for the passes that look through all of them.

use crate::model::{Arm, Block, CompositeId, Expr, ExprId, Extent, Field, FieldId, Item, Next, Schema, Type};

/// The same expression over other operands.
#[allow(clippy::too_many_lines, reason = "one line for each form of an expression")]
pub(super) fn map(expr: &Expr, mut to: impl FnMut(ExprId) -> ExprId) -> Expr {
    let mut all = |list: &[ExprId]| list.iter().map(|e| to(*e)).collect();
    match expr {
        Expr::InList(e, list) => {
            let list = all(list);
            Expr::InList(to(*e), list)
        }
        Expr::List(list) => Expr::List(all(list)),
        Expr::Carrier { via, interface, member, args } => {
            Expr::Carrier { via: *via, interface: *interface, member: *member, args: all(args) }
        }
        Expr::Member(e, fields) => Expr::Member(to(*e), fields.clone()),
        Expr::Variant(e, composite, key) => Expr::Variant(to(*e), *composite, key.clone()),
        Expr::Bits { of, shift, bits, boolean } => {
            Expr::Bits { of: to(*of), shift: *shift, bits: *bits, boolean: *boolean }
        }
        Expr::Len(e) => Expr::Len(to(*e)),
        Expr::Index(a, b) => Expr::Index(to(*a), to(*b)),
        Expr::Slice(a, b, c) => Expr::Slice(to(*a), to(*b), to(*c)),
        Expr::Unary(op, e) => Expr::Unary(*op, to(*e)),
        Expr::Binary(op, a, b) => Expr::Binary(*op, to(*a), to(*b)),
        Expr::Cond(a, b, c) => Expr::Cond(to(*a), to(*b), to(*c)),
        Expr::InRange(a, b, c) => Expr::InRange(to(*a), to(*b), to(*c)),
        Expr::ToBytes { of, bits, little } => Expr::ToBytes { of: to(*of), bits: *bits, little: *little },
        Expr::Word { of, words, nocase } => Expr::Word { of: to(*of), words: words.clone(), nocase: *nocase },
        Expr::Truncate { of, bits } => Expr::Truncate { of: to(*of), bits: *bits },
        Expr::KeyOf(fields, other) => Expr::KeyOf(fields.clone(), other.map(to)),
        Expr::Inet16(e) => Expr::Inet16(to(*e)),
        Expr::Crc32(e) => Expr::Crc32(to(*e)),
        Expr::Crc32c(e) => Expr::Crc32c(to(*e)),
        Expr::Crc16 { of, poly, init, reflected, xorout } => {
            Expr::Crc16 { of: to(*of), poly: *poly, init: *init, reflected: *reflected, xorout: *xorout }
        }
        Expr::SipHash24(e) => Expr::SipHash24(to(*e)),
        Expr::ZeroAsFfff(e) => Expr::ZeroAsFfff(to(*e)),
        Expr::Smallest(low, high, e) => Expr::Smallest(*low, *high, to(*e)),
        Expr::HasRow(table, e) => Expr::HasRow(*table, to(*e)),
        Expr::Int(_)
        | Expr::Bool(_)
        | Expr::Bytes(_)
        | Expr::Text(_)
        | Expr::Field(_)
        | Expr::Param(_)
        | Expr::Arg(_)
        | Expr::It
        | Expr::SelfBytes
        | Expr::Size
        | Expr::SizeOf(_)
        | Expr::SizeOfIt
        | Expr::OffsetOf(_)
        | Expr::CountOf(_)
        | Expr::CountOfIt
        | Expr::BytesOf(_, _)
        | Expr::More
        | Expr::Rest
        | Expr::Before(_)
        | Expr::Present(_)
        | Expr::PresentLayer(_)
        | Expr::NextIs(_, _)
        | Expr::LayerRegion
        | Expr::Layer(_)
        | Expr::Random
        | Expr::Seed
        | Expr::Anomalies
        | Expr::Status(_) => expr.clone(),
    }
}

/// An expression and all below it, each once.
pub(super) fn each(schema: &Schema, root: ExprId, mut visit: impl FnMut(ExprId, &Expr)) {
    let mut waiting = vec![root];
    let mut seen = std::collections::HashSet::new();
    while let Some(id) = waiting.pop() {
        if seen.insert(id) {
            visit(id, &schema[id]);
            waiting.extend(schema[id].children());
        }
    }
}

/// The expressions that a type needs when it is read.
pub(super) fn type_exprs(ty: &Type) -> Vec<ExprId> {
    match ty {
        Type::UintOf { bits } => vec![*bits],
        Type::Bytes(extent) | Type::Text(_, extent) => extent_exprs(extent),
        Type::List(element, extent) => {
            let mut all = extent_exprs(extent);
            all.extend(type_exprs(element));
            all
        }
        Type::Struct(_, args) | Type::Codec(_, args) => args.clone(),
        Type::Next(Next::From { keys, .. }) => keys.clone(),
        Type::Uint { .. } | Type::Int { .. } | Type::Bool | Type::Float { .. } | Type::Next(_) => Vec::new(),
    }
}

fn extent_exprs(extent: &Extent) -> Vec<ExprId> {
    match extent {
        Extent::Count(e) | Extent::Until(e) => vec![*e],
        Extent::ToEnd => Vec::new(),
        Extent::PrefixBytes(ty) | Extent::PrefixItems(ty) => type_exprs(ty),
    }
}

/// The expressions that a field needs when it is read, its own checks left out.
pub(super) fn reading_exprs(field: &Field) -> Vec<ExprId> {
    let mut all: Vec<_> = [field.condition, field.within, field.partial].into_iter().flatten().collect();
    all.extend(type_exprs(&field.ty));
    all
}

/// The blocks inside of an item.
pub(super) fn inner_blocks(item: &Item) -> Vec<&Block> {
    match item {
        Item::Match(m) => m.arms.iter().filter_map(arm_block).collect(),
        Item::If { then, otherwise, .. } => vec![then, otherwise],
        Item::Repeat { body, .. } => vec![body],
        _ => Vec::new(),
    }
}

/// What an arm reads.
pub(super) fn arm_block(arm: &Arm) -> Option<&Block> {
    match &arm.action {
        crate::model::Action::Read(_, block) => Some(block),
        crate::model::Action::Stop | crate::model::Action::Reject(_) => None,
    }
}

/// The fields that an item itself holds.
pub(super) fn item_fields(item: &Item) -> &[FieldId] {
    match item {
        Item::Run(run) => &run.fields,
        Item::Container { fields, .. } => fields,
        Item::Field(field) => std::slice::from_ref(field),
        _ => &[],
    }
}

/// Calls on every item of a block, and of the blocks inside, outer items first.
pub(super) fn each_item<'b>(block: &'b Block, visit: &mut impl FnMut(&'b Item)) {
    for item in &block.items {
        visit(item);
        for inner in inner_blocks(item) {
            each_item(inner, visit);
        }
    }
}

/// The ids of all composites.
pub(super) fn composites(schema: &Schema) -> impl Iterator<Item = CompositeId> + use<> {
    (0..u32::try_from(schema.composites.len()).unwrap_or(u32::MAX)).map(CompositeId)
}
