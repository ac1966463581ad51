//! Where fields are: runs of fixed fields, lengths of composites, and whole bytes where whole bytes are wanted.

use super::walk::{composites, item_fields};
use crate::model::{
    Action, Block, CompositeId, CompositeKind, Expr, ExprId, Extent, Facts, Field, FieldId, Item, Place, Run, Schema,
    Type,
};

/// The longest run, in bits: what fits the fields' places with room to spare.
const LONGEST_RUN: u64 = 1 << 24;

/// Groups fixed fields into runs, gives each its place, and works out the length of every composite.
pub(super) fn run(schema: &mut Schema) {
    for id in composites(schema) {
        let body = std::mem::take(&mut schema[id].body);
        schema[id].body = group(schema, body);
    }
    let known = Extents::of(schema).known;
    for (composite, extent) in schema.composites.iter_mut().zip(known) {
        composite.extent = extent.unwrap_or((0, None));
    }
    for id in composites(schema) {
        let mut body = std::mem::take(&mut schema[id].body);
        place_runs(&Extents::given(schema), &mut body, Some(0));
        schema[id].body = body;
    }
}

/// The width in bits of a field that always takes the same place behind what precedes it.
fn fixed_bits(schema: &Schema, field: &Field) -> Option<u64> {
    let plain = field.condition.is_none()
        && field.within.is_none()
        && field.partial.is_none()
        && field.align.is_none()
        && !field.opaque_otherwise
        && !field.trailing;
    if !plain {
        return None;
    }
    match &field.ty {
        Type::Uint { bits, .. } | Type::Int { bits, .. } | Type::Float { bits, .. } => Some(u64::from(*bits)),
        Type::Bool => Some(1),
        Type::Bytes(Extent::Count(count)) | Type::Text(_, Extent::Count(count)) => match schema[*count] {
            Expr::Int(count) => u64::try_from(count).ok()?.checked_mul(8).filter(|bits| *bits <= LONGEST_RUN),
            _ => None,
        },
        _ => None,
    }
}

/// The same block with its runs joined.
fn group(schema: &mut Schema, block: Block) -> Block {
    let mut items = Vec::with_capacity(block.items.len());
    let mut run = Run { fields: Vec::new(), bits: 0, start: None };
    for item in block.items {
        if let Item::Field(id) = item
            && let Some(width) = fixed_bits(schema, &schema[id])
            && let Ok(width) = u32::try_from(width)
            && u64::from(run.bits) + u64::from(width) <= LONGEST_RUN
        {
            schema[id].place = Place::Run { bit: run.bits, width };
            run.fields.push(id);
            run.bits += width;
            continue;
        }
        finish(&mut items, &mut run);
        items.push(group_inside(schema, item));
    }
    finish(&mut items, &mut run);
    Block { items }
}

fn finish(items: &mut Vec<Item>, run: &mut Run) {
    if !run.fields.is_empty() {
        let done = std::mem::replace(run, Run { fields: Vec::new(), bits: 0, start: None });
        items.push(Item::Run(done));
    }
}

fn group_inside(schema: &mut Schema, item: Item) -> Item {
    match item {
        Item::Match(mut m) => {
            for arm in &mut m.arms {
                if let Action::Read(_, block) = &mut arm.action {
                    *block = group(schema, std::mem::take(block));
                }
            }
            Item::Match(m)
        }
        Item::If { condition, then, otherwise } => {
            Item::If { condition, then: group(schema, then), otherwise: group(schema, otherwise) }
        }
        Item::Repeat { max, body, condition } => Item::Repeat { max, body: group(schema, body), condition },
        other => other,
    }
}

/// Tells the runs where they start, as long as that is the same in every packet.
fn place_runs(extents: &Extents<'_>, block: &mut Block, mut start: Option<u64>) {
    for item in &mut block.items {
        match item {
            Item::Run(run) => run.start = start,
            Item::Match(m) => {
                for arm in &mut m.arms {
                    if let Action::Read(_, block) = &mut arm.action {
                        place_runs(extents, block, start);
                    }
                }
            }
            Item::If { then, otherwise, .. } => {
                place_runs(extents, then, start);
                place_runs(extents, otherwise, start);
            }
            Item::Repeat { body, .. } => {
                place_runs(extents, body, None);
            }
            _ => {}
        }
        start = match (start, extents.item(item)) {
            (Some(start), (least, Some(greatest))) if least == greatest => start.checked_add(least),
            _ => None,
        };
    }
}

/// Least and greatest length in bits.
pub(super) type Bits = (u64, Option<u64>);

const NOTHING: Bits = (0, Some(0));

/// The lengths of composites, and with them of all else.
pub(super) struct Extents<'s> {
    schema: &'s Schema,
    known: Vec<Option<Bits>>,
}

impl<'s> Extents<'s> {
    /// The lengths that the composites of a schema already have.
    pub(super) fn given(schema: &'s Schema) -> Self {
        Self { schema, known: schema.composites.iter().map(|c| Some(c.extent)).collect() }
    }

    /// Works out the lengths of all composites, the innermost first.
    fn of(schema: &'s Schema) -> Self {
        let mut all = Self { schema, known: vec![None; schema.composites.len()] };
        let mut entered = vec![false; schema.composites.len()];
        for root in composites(schema) {
            let mut waiting = vec![root];
            while let Some(&id) = waiting.last() {
                let first = !std::mem::replace(&mut entered[id.index()], true);
                let inner = if first { parts(schema, id) } else { Vec::new() };
                let before = waiting.len();
                waiting.extend(inner.into_iter().filter(|c| !entered[c.index()]));
                if waiting.len() == before {
                    waiting.pop();
                    // One that contains itself is met here a second time: what it holds then counts for nothing.
                    if all.known[id.index()].is_none() {
                        all.known[id.index()] = Some(all.block(&schema[id].body));
                    }
                }
            }
        }
        all
    }

    fn composite(&self, id: CompositeId) -> Bits {
        self.known.get(id.index()).copied().flatten().unwrap_or((0, None))
    }

    /// Of all items one behind another.
    pub(super) fn block(&self, block: &Block) -> Bits {
        block.items.iter().fold(NOTHING, |sum, item| add(sum, self.item(item)))
    }

    /// Of an item; payloads and trailing fields take nothing.
    pub(super) fn item(&self, item: &Item) -> Bits {
        match item {
            Item::Run(run) => exactly(u64::from(run.bits)),
            Item::Container { bits, .. } => exactly(u64::from(*bits)),
            Item::Field(id) => self.field(*id),
            Item::Match(m) => match m.within {
                Some(within) => self.amount(within, 1),
                None => m.arms.iter().filter_map(|arm| self.action(&arm.action)).reduce(either).unwrap_or(NOTHING),
            },
            Item::If { then, otherwise, .. } => either(self.block(then), self.block(otherwise)),
            Item::Align { bits, .. } => (0, Some(u64::from(bits.saturating_sub(1)))),
            Item::Repeat { max, body, .. } => {
                let (least, greatest) = self.block(body);
                (least, greatest.and_then(|bits| bits.checked_mul(*max)))
            }
            Item::Expect(_) | Item::Jump { .. } | Item::Emit(_) | Item::Yields(_) => NOTHING,
        }
    }

    /// Of an arm; none for one that rejects.
    fn action(&self, action: &Action) -> Option<Bits> {
        match action {
            Action::Read(_, block) => Some(self.block(block)),
            Action::Stop => Some(NOTHING),
            Action::Reject(_) => None,
        }
    }

    fn field(&self, id: FieldId) -> Bits {
        let field = &self.schema[id];
        if field.trailing || matches!(field.ty, Type::Next(_)) {
            return NOTHING;
        }
        let (least, greatest) = field.within.map_or_else(|| self.content(&field.ty), |within| self.amount(within, 1));
        let least = if field.condition.is_some() { 0 } else { least };
        (least, if field.opaque_otherwise && field.within.is_none() { None } else { greatest })
    }

    /// Of what a type needs, whatever its region.
    pub(super) fn content(&self, ty: &Type) -> Bits {
        match ty {
            Type::Uint { bits, .. } | Type::Int { bits, .. } | Type::Float { bits, .. } => exactly(u64::from(*bits)),
            Type::Bool => exactly(1),
            Type::UintOf { bits } => self.amount(*bits, 1),
            Type::Bytes(extent) | Type::Text(_, extent) => self.extent(extent, exactly(8)),
            Type::List(element, extent) => self.extent(extent, self.content(element)),
            Type::Struct(id, _) => self.composite(*id),
            Type::Codec(id, _) => self.codec(*id),
            Type::Next(_) => (0, None),
        }
    }

    /// A codec that jumps goes on elsewhere, so only its least length is known.
    fn codec(&self, id: CompositeId) -> Bits {
        let (least, greatest) = self.composite(id);
        let mut jumps = false;
        super::walk::each_item(&self.schema[id].body, &mut |item| jumps |= matches!(item, Item::Jump { .. }));
        (least, if jumps { None } else { greatest })
    }

    fn extent(&self, extent: &Extent, element: Bits) -> Bits {
        match extent {
            Extent::Count(count) => product(self.amount(*count, 1), element),
            Extent::ToEnd => (0, None),
            Extent::Until(_) => (element.0, None),
            Extent::PrefixBytes(prefix) => {
                add(self.content(prefix), (0, self.most(prefix).and_then(|n| n.checked_mul(8))))
            }
            Extent::PrefixItems(prefix) => add(self.content(prefix), product((0, self.most(prefix)), element)),
        }
    }

    /// The greatest number that a type can hold.
    pub(super) fn most(&self, ty: &Type) -> Option<u64> {
        let bits = match ty {
            Type::Uint { bits, .. } => *bits,
            Type::Codec(id, _) => match &self.schema[*id].kind {
                CompositeKind::Codec(codec) => match codec.result {
                    crate::model::CodecResult::Uint(bits) => bits,
                    _ => return None,
                },
                _ => return None,
            },
            _ => return None,
        };
        1u64.checked_shl(bits).map(|n| n - 1)
    }

    /// Least and greatest value of an expression, times something.
    pub(super) fn amount(&self, expr: ExprId, unit: u64) -> Bits {
        let Facts { least, greatest, .. } = match self.schema[expr] {
            Expr::Int(value) => Facts { least: value, greatest: value, ..Facts::default() },
            _ => self.schema.facts.get(expr.index()).copied().unwrap_or_default(),
        };
        let least = u64::try_from(least.max(0)).unwrap_or(0).saturating_mul(unit);
        (least, u64::try_from(greatest.max(0)).ok().and_then(|n| n.checked_mul(unit)))
    }
}

/// The composites that a composite holds directly, but for payloads.
fn parts(schema: &Schema, id: CompositeId) -> Vec<CompositeId> {
    let mut found = Vec::new();
    super::walk::each_item(&schema[id].body, &mut |item| {
        for field in item_fields(item) {
            type_parts(&schema[*field].ty, &mut found);
        }
    });
    found
}

/// The composites that a type holds, but for payloads.
pub(super) fn type_parts(ty: &Type, found: &mut Vec<CompositeId>) {
    match ty {
        Type::Struct(id, _) | Type::Codec(id, _) => found.push(*id),
        Type::List(element, extent) => {
            type_parts(element, found);
            extent_parts(extent, found);
        }
        Type::Bytes(extent) | Type::Text(_, extent) => extent_parts(extent, found),
        _ => {}
    }
}

fn extent_parts(extent: &Extent, found: &mut Vec<CompositeId>) {
    if let Extent::PrefixBytes(ty) | Extent::PrefixItems(ty) = extent {
        type_parts(ty, found);
    }
}

fn exactly(bits: u64) -> Bits {
    (bits, Some(bits))
}

fn add(a: Bits, b: Bits) -> Bits {
    (a.0.saturating_add(b.0), a.1.zip(b.1).and_then(|(a, b)| a.checked_add(b)))
}

fn product(a: Bits, b: Bits) -> Bits {
    (a.0.saturating_mul(b.0), a.1.zip(b.1).and_then(|(a, b)| a.checked_mul(b)))
}

fn either(a: Bits, b: Bits) -> Bits {
    (a.0.min(b.0), a.1.zip(b.1).map(|(a, b)| a.max(b)))
}
