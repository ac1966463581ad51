//! Regions that hold what must be in them, lists that end, and nothing behind what takes all.

use super::layout::{Bits, Extents, type_parts};
use super::walk::{arm_block, composites, each_item, inner_blocks, item_fields};
use crate::model::{
    Action, Block, CompositeId, CompositeKind, Expr, ExprId, Extent, Field, FieldId, Item, Match, Schema, Type,
};
use crate::tree::Span;
use crate::{Code, Diagnostic};

/// More elements without a byte than any count should make of a few bytes of a packet.
const MOST_EMPTY: u64 = 1 << 16;

/// Reports regions that are too small, lists without an end, composites in themselves, and fields that get nothing.
pub(super) fn run(schema: &Schema, spans: &[Span], found: &mut Vec<Diagnostic>) {
    let mut pass = Pass { schema, spans, extents: Extents::given(schema), found };
    for id in composites(schema) {
        each_item(&schema[id].body, &mut |item| pass.item(item));
        pass.stream(id);
        pass.behind(&schema[id].body);
    }
    pass.endless();
}

struct Pass<'a> {
    schema: &'a Schema,
    spans: &'a [Span],
    extents: Extents<'a>,
    found: &'a mut Vec<Diagnostic>,
}

impl Pass<'_> {
    fn item(&mut self, item: &Item) {
        let schema = self.schema;
        for field in item_fields(item) {
            self.holds(&schema[*field]);
            self.ends(&schema[*field], &schema[*field].ty);
        }
        if let Item::Match(m) = item
            && let Some(within) = m.within
        {
            self.arms_fit(m, within);
        }
    }

    /// The region of a field is large enough for what must be in it.
    fn holds(&mut self, field: &Field) {
        let what = || field.name.as_ref().map_or_else(|| "this".to_owned(), |name| format!("`{name}`"));
        let Some(within) = field.within else {
            if let Type::List(element, Extent::PrefixBytes(prefix)) = &field.ty {
                let most = self.extents.most(prefix).and_then(|bytes| bytes.checked_mul(8));
                self.overrun(
                    self.extents.content(element).0,
                    most,
                    field.span,
                    &format!("an element of {}", what()),
                    None,
                );
            }
            return;
        };
        if !matches!(field.ty, Type::Next(_)) {
            let needed = self.extents.content(&field.ty).0;
            let most = self.extents.amount(within, 1).1;
            self.overrun(needed, most, field.span, &what(), Some(within));
        }
    }

    fn arms_fit(&mut self, m: &Match, within: ExprId) {
        let most = self.extents.amount(within, 1).1;
        for arm in &m.arms {
            if let Some(block) = arm_block(arm) {
                let needed = self.extents.block(block).0;
                self.overrun(needed, most, arm.pattern, "this arm", Some(within));
            }
        }
    }

    fn overrun(&mut self, needed: u64, most: Option<u64>, span: Span, what: &str, region: Option<ExprId>) {
        let Some(most) = most.filter(|most| *most < needed) else { return };
        let text = format!("{what} takes at least {}, and its region has {} at most", size(needed), size(most));
        let mut diagnostic = Diagnostic::new(Code::RegionOverrun, span, text);
        if let Some(region) = region {
            let place = self.spans.get(region.index()).copied().unwrap_or_default();
            diagnostic = diagnostic.label(place, format!("{} at most", size(most)));
        }
        self.found.push(diagnostic);
    }

    /// A list whose elements may take nothing has an end all the same.
    fn ends(&mut self, field: &Field, ty: &Type) {
        let Type::List(element, extent) = ty else { return };
        self.ends(field, element);
        if self.extents.content(element).0 > 0 {
            return;
        }
        let limit: Bits = match extent {
            Extent::Count(count) => self.extents.amount(*count, 1),
            Extent::PrefixItems(prefix) => (0, self.extents.most(prefix)),
            Extent::ToEnd | Extent::Until(_) | Extent::PrefixBytes(_) => (0, None),
        };
        if limit.1.is_some_and(|most| most < MOST_EMPTY) {
            return;
        }
        let name = field.name.as_deref().unwrap_or("_");
        let text = format!("an element of `{name}` may take no bytes, so the list need not come to an end");
        self.found.push(
            Diagnostic::new(Code::Unbounded, field.span, text)
                .help("give every element a byte at least, or count them with a number of at most 16 bits"),
        );
    }

    /// What repeats on a stream takes a byte at least.
    fn stream(&mut self, id: CompositeId) {
        let composite = &self.schema[id];
        if matches!(&composite.kind, CompositeKind::Layer(layer) if layer.stream) && composite.extent.0 == 0 {
            let text = format!("`{}` repeats on a stream, and may take no bytes", composite.name);
            self.found.push(Diagnostic::new(Code::Unbounded, composite.span, text));
        }
    }

    /// Reports what stands behind something that takes the rest of the region. Gives what takes it, if something does.
    fn behind(&mut self, block: &Block) -> Option<FieldId> {
        let mut taken: Option<FieldId> = None;
        for item in &block.items {
            let first = first_field(self.schema, item);
            if let (Some(all), Some(first)) = (taken, first) {
                let (all, first) = (&self.schema[all], &self.schema[first]);
                let name = |field: &Field| field.name.clone().unwrap_or_else(|| "_".to_owned());
                let text =
                    format!("nothing is left for `{}`: `{}` takes the rest of the region", name(first), name(all));
                self.found.push(
                    Diagnostic::new(Code::Unreachable, first.span, text)
                        .label(all.span, "this takes the rest")
                        .help("`within n bytes` gives the field before it a region of its own; `trailing` takes what is left over"),
                );
                taken = None;
            }
            let inner: Vec<_> = inner_blocks(item).into_iter().map(|inner| self.behind(inner)).collect();
            taken = taken.or_else(|| self.takes_all(item, &inner));
        }
        taken
    }

    /// The field of an item that takes the rest of the region on every way, where the blocks inside take it so.
    fn takes_all(&self, item: &Item, inner: &[Option<FieldId>]) -> Option<FieldId> {
        match item {
            Item::Field(id) => takes_rest(self.schema, &self.schema[*id]).then_some(*id),
            Item::Match(Match { within: Some(_), .. }) => None,
            Item::Match(_) | Item::If { .. } => inner.iter().copied().collect::<Option<Vec<_>>>()?.first().copied(),
            _ => None,
        }
    }

    /// Reports composites that can't be read for they hold themselves, or may without an end.
    fn endless(&mut self) {
        let schema = self.schema;
        let certain: Vec<_> = composites(schema).map(|id| self.parts(id, true)).collect();
        let empty: Vec<_> = composites(schema).map(|id| self.parts(id, false)).collect();
        let mut reported = vec![false; certain.len()];
        let kinds = [
            (certain, "holds itself in every packet, and so never ends"),
            (empty, "may hold itself before a byte is taken, and so need not end"),
        ];
        for (edges, text) in kinds {
            for id in composites(schema) {
                let Some(cycle) = cycle(&edges, id) else { continue };
                if cycle.iter().any(|id| reported[id.index()]) {
                    continue;
                }
                cycle.iter().for_each(|id| reported[id.index()] = true);
                let names: Vec<_> = cycle.iter().skip(1).map(|id| format!("`{}`", schema[*id].name)).collect();
                let by = if names.is_empty() { String::new() } else { format!(" (by way of {})", names.join(", ")) };
                let text = format!("`{}` {text}{by}", schema[id].name);
                self.found.push(Diagnostic::new(Code::CyclicDefinition, schema[id].span, text));
            }
        }
    }

    /// The composites in a composite: those that are in it in every packet, or those that may come before any byte.
    fn parts(&self, id: CompositeId, certain: bool) -> Vec<CompositeId> {
        let mut found = Vec::new();
        self.block_parts(&self.schema[id].body, certain, &mut found);
        found
    }

    fn block_parts(&self, block: &Block, certain: bool, found: &mut Vec<CompositeId>) {
        for item in &block.items {
            for field in item_fields(item).iter().map(|id| &self.schema[*id]) {
                match &field.ty {
                    Type::Struct(part, _) | Type::Codec(part, _) if !certain || field.condition.is_none() => {
                        found.push(*part)
                    }
                    ty if !certain => type_parts(ty, found),
                    _ => {}
                }
            }
            if !certain || !matches!(item, Item::Match(_) | Item::If { .. }) {
                inner_blocks(item).into_iter().for_each(|inner| self.block_parts(inner, certain, found));
            } else if let Item::Match(m) = item
                && let Some(common) = self.common_parts(m)
            {
                found.extend(common);
            }
            if !certain && self.extents.item(item).0 > 0 {
                return;
            }
        }
    }

    /// The composites that are in every arm.
    fn common_parts(&self, m: &Match) -> Option<Vec<CompositeId>> {
        let mut common: Option<Vec<CompositeId>> = None;
        for arm in &m.arms {
            let mut parts = Vec::new();
            match &arm.action {
                Action::Read(_, block) => self.block_parts(block, true, &mut parts),
                Action::Stop => {}
                Action::Reject(_) => continue,
            }
            common = Some(match common {
                Some(before) => before.into_iter().filter(|id| parts.contains(id)).collect(),
                None => parts,
            });
        }
        common
    }
}

/// Whether a field takes all that is left of its region in every packet.
fn takes_rest(schema: &Schema, field: &Field) -> bool {
    if field.within.is_some() || field.trailing || (field.condition.is_some() && !field.opaque_otherwise) {
        return false;
    }
    match &field.ty {
        Type::Bytes(Extent::ToEnd) | Type::Text(_, Extent::ToEnd) | Type::List(_, Extent::ToEnd) | Type::Next(_) => {
            true
        }
        Type::Struct(id, _) => schema[*id].body.items.last().is_some_and(|item| match item {
            Item::Field(last) => {
                schema[*last].owner == *id
                    && matches!(
                        schema[*last].ty,
                        Type::Bytes(Extent::ToEnd) | Type::Text(_, Extent::ToEnd) | Type::List(_, Extent::ToEnd)
                    )
                    && schema[*last].within.is_none()
                    && schema[*last].condition.is_none()
            }
            _ => false,
        }),
        _ => false,
    }
}

/// The first field of an item that stands where the wire has it.
fn first_field(schema: &Schema, item: &Item) -> Option<FieldId> {
    let own = item_fields(item).iter().copied().find(|id| !schema[*id].trailing && !asks_for_more(schema, *id));
    own.or_else(|| {
        inner_blocks(item).into_iter().find_map(|block| block.items.iter().find_map(|item| first_field(schema, item)))
    })
}

/// Whether a field is absent where nothing is left, by its own account.
fn asks_for_more(schema: &Schema, id: FieldId) -> bool {
    schema[id].condition.is_some_and(|condition| {
        let mut asks = false;
        super::walk::each(schema, condition, |_, expr| asks |= matches!(expr, Expr::More));
        asks
    })
}

/// A way from a composite to itself, itself left out at the end.
fn cycle(edges: &[Vec<CompositeId>], from: CompositeId) -> Option<Vec<CompositeId>> {
    let mut before: Vec<Option<CompositeId>> = vec![None; edges.len()];
    let mut waiting = std::collections::VecDeque::from([from]);
    while let Some(id) = waiting.pop_front() {
        for next in edges.get(id.index())? {
            if *next == from {
                let mut way = vec![id];
                while let Some(&last) = way.last()
                    && last != from
                {
                    way.push(before.get(last.index()).copied().flatten()?);
                }
                way.reverse();
                return Some(way);
            }
            if let Some(slot) = before.get_mut(next.index())
                && slot.is_none()
            {
                *slot = Some(id);
                waiting.push_back(*next);
            }
        }
    }
    None
}

/// A number of bits, in bytes where they are whole.
fn size(bits: u64) -> String {
    match (bits % 8, bits / 8) {
        (0, 1) => "1 byte".to_owned(),
        (0, bytes) => format!("{bytes} bytes"),
        _ => format!("{bits} bits"),
    }
}
