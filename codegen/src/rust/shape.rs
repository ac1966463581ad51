//! The shape of a view: which parts a composite's bytes are kept in, and by which names its fields are reached.
//!
//! Fields of fixed size one behind another are one part, an array. What stands in unnamed arms is kept with the composite
//! itself, where it may be absent; a named arm has a view of its own.

use super::names::camel;
use super::number::{self, Bits};
use packet_schema::Schema;
use packet_schema::model::{
    Action, Block, CodecResult, Composite, CompositeId, CompositeKind, Expr, Extent, Field, FieldId, Item, Match,
    Place, Type,
};
use std::collections::{BTreeMap, BTreeSet};

/// A composite, or a named arm of one.
#[derive(Debug)]
pub(super) struct Scope {
    /// Its Rust type.
    pub(super) name: String,
    /// What the view keeps.
    pub(super) parts: Vec<Part>,
    /// How its fields are reached, in order of appearance.
    pub(super) accessors: Vec<Accessor>,
}

/// What a view keeps.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// Its name.
    pub(super) name: String,
    /// What it is.
    pub(super) kind: PartKind,
    /// It may be absent.
    pub(super) optional: bool,
    /// It is not kept: it has no name, or another part is taken in its stead.
    pub(super) dropped: bool,
}

/// The kinds of parts.
#[derive(Clone, Debug)]
pub(super) enum PartKind {
    /// Fields of fixed size.
    Segment(Segment),
    /// A field that varies.
    Field(FieldId),
    /// How the number in front of that field is written, where something may be wrong with that.
    Prefix(FieldId),
    /// The named arm that was taken: its position in [`Shape::choices`].
    Choice(usize),
}

/// Fields of fixed size one behind another.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    /// The fields, and where they are in the bytes.
    pub(super) fields: Vec<(FieldId, Bits)>,
    /// How many bytes hold them all.
    pub(super) bytes: u32,
    /// How many of those are done with.
    pub(super) done: u32,
}

/// Fields by one name.
#[derive(Clone, Debug)]
pub(super) struct Accessor {
    /// The name.
    pub(super) name: String,
    /// The fields, at most one of which is there, and their parts.
    pub(super) fields: Vec<(FieldId, usize)>,
    /// None of them may be there.
    pub(super) optional: bool,
}

/// A match with named arms.
#[derive(Debug)]
pub(super) struct Choice {
    /// The Rust type that holds the arm taken.
    pub(super) name: String,
    /// The arms: which variant of the composite, and the scope of those that hold anything.
    pub(super) arms: Vec<(u32, Option<usize>)>,
    /// The scopes of all named arms, those that hold nothing too.
    pub(super) scopes: Vec<(u32, usize)>,
    /// A fault in an arm ends with its region.
    pub(super) contained: bool,
    /// The scope it belongs to.
    pub(super) owner: usize,
    /// Its part there.
    pub(super) part: usize,
}

/// The shape of a composite.
#[derive(Debug)]
pub(super) struct Shape {
    /// The composite itself first, then its named arms.
    pub(super) scopes: Vec<Scope>,
    /// Matches with named arms.
    pub(super) choices: Vec<Choice>,
    /// Whether its end may end the list it is in.
    pub(super) stops: bool,
    /// The parts made for what stands at a place of the source, by scope: so that the reader finds them again.
    pub(super) made: BTreeMap<Key, Vec<usize>>,
    /// By field: its scope and accessor.
    pub(super) of_field: BTreeMap<FieldId, (usize, usize)>,
}

/// What a part was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// The run, container or field that begins with that field.
    Field(FieldId),
    /// The match at that address of the schema's memory.
    Match(usize),
}

impl Scope {
    /// The parts that are kept.
    pub(super) fn kept(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(|part| !part.dropped)
    }
}

impl Key {
    pub(super) fn of_match(choice: &Match) -> Self {
        Self::Match(std::ptr::from_ref(choice).addr())
    }
}

/// Whether an item may end the list that its composite is in.
pub(super) fn may_stop(item: &Item) -> bool {
    match item {
        Item::Match(choice) => choice.arms.iter().any(|arm| match &arm.action {
            Action::Stop => true,
            Action::Read(_, block) => block.items.iter().any(may_stop),
            Action::Reject(_) => false,
        }),
        Item::If { then, otherwise, .. } => then.items.iter().chain(&otherwise.items).any(may_stop),
        _ => false,
    }
}

/// Whether a field has a name by which it is reached, and is kept by a view.
pub(super) fn is_kept(field: &Field) -> bool {
    field.name.is_some() && !field.trailing
}

/// Whether a field is a payload.
pub(super) fn is_payload(schema: &Schema, id: FieldId) -> bool {
    matches!(schema[id].ty, Type::Next(_))
}

/// Whether something may be wrong with how the numbers of a codec are written.
pub(super) fn is_judged(schema: &Schema, id: CompositeId) -> bool {
    let CompositeKind::Codec(codec) = &schema[id].kind else { return false };
    matches!(codec.result, CodecResult::Uint(_)) && has_expects(&schema[id].body)
}

/// The codec of the number in front of bytes, text or a list, where something may be wrong with that.
pub(super) fn judged_prefix(schema: &Schema, ty: &Type) -> Option<CompositeId> {
    let (Type::Bytes(extent) | Type::Text(_, extent) | Type::List(_, extent)) = ty else { return None };
    let (Extent::PrefixBytes(prefix) | Extent::PrefixItems(prefix)) = extent else { return None };
    match **prefix {
        Type::Codec(id, _) => Some(id).filter(|id| is_judged(schema, *id)),
        _ => None,
    }
}

/// Whether something is expected anywhere in a block.
pub(super) fn has_expects(block: &Block) -> bool {
    block.items.iter().any(|item| match item {
        Item::Expect(_) => true,
        Item::If { then, otherwise, .. } => has_expects(then) || has_expects(otherwise),
        Item::Match(choice) => {
            choice.arms.iter().any(|arm| matches!(&arm.action, Action::Read(_, block) if has_expects(block)))
        }
        Item::Repeat { body, .. } => has_expects(body),
        _ => false,
    })
}

/// Plans the views of a composite.
pub(super) fn shape(schema: &Schema, id: CompositeId) -> Shape {
    shape_of(schema, &schema[id], &schema[id].body)
}

/// Plans the views of a part of a composite.
pub(super) fn shape_of(schema: &Schema, composite: &Composite, body: &Block) -> Shape {
    let shape = Shape {
        scopes: vec![Scope { name: camel(&composite.name), parts: Vec::new(), accessors: Vec::new() }],
        choices: Vec::new(),
        stops: body.items.iter().any(may_stop),
        made: BTreeMap::new(),
        of_field: BTreeMap::new(),
    };
    let mut planner = Planner { schema, composite, shape, scope: 0, phase: 0 };
    planner.block(body, false);
    planner.shape
}

/// The composites that read bytes of the layer they are part of, or contain such.
pub(super) fn with_outer(schema: &Schema) -> BTreeSet<CompositeId> {
    let mut found = BTreeSet::new();
    loop {
        let before = found.len();
        for (index, composite) in schema.composites.iter().enumerate() {
            if composite.fields.iter().any(|field| uses_outer(schema, &schema[*field].ty, &found)) {
                found.insert(CompositeId(index as u32));
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

fn uses_outer(schema: &Schema, ty: &Type, known: &BTreeSet<CompositeId>) -> bool {
    match ty {
        Type::Struct(id, args) | Type::Codec(id, args) => {
            known.contains(id) || args.iter().any(|arg| matches!(schema[*arg], Expr::LayerRegion))
        }
        Type::List(element, extent) => {
            let prefix = match extent {
                Extent::PrefixBytes(ty) | Extent::PrefixItems(ty) => uses_outer(schema, ty, known),
                _ => false,
            };
            prefix || uses_outer(schema, element, known)
        }
        _ => false,
    }
}

struct Planner<'s> {
    schema: &'s Schema,
    composite: &'s Composite,
    shape: Shape,
    scope: usize,
    /// How many bits of the next byte are taken.
    phase: u32,
}

impl<'s> Planner<'s> {
    /// Makes one part of payloads of the same name that stand in several arms; if all arms have it, it is always there.
    fn merge_payloads(&mut self, arms: &[&'s Block]) {
        let mut payloads = Vec::new();
        arms.iter().for_each(|block| payloads_of(self.schema, block, &mut payloads));
        let Some(&first) = payloads.first() else { return };
        let name = &self.schema[first].name;
        let everywhere = arms.iter().all(|block| surely_has(self.schema, block, name.as_deref()));
        let Some(&kept) = self.shape.made.get(&Key::Field(first)).and_then(|parts| parts.first()) else { return };
        if let Some(part) = self.scope_mut().parts.get_mut(kept)
            && everywhere
        {
            part.optional = false;
        }
        let accessor = self.shape.of_field.get(&first).copied();
        for id in payloads.into_iter().filter(|&id| self.schema[id].name == *name) {
            let made = self.shape.made.insert(Key::Field(id), vec![kept]);
            let other = made.and_then(|parts| parts.first().copied()).filter(|&other| other != kept);
            if let Some(part) = other.and_then(|other| self.scope_mut().parts.get_mut(other)) {
                part.dropped = true;
            }
            if let Some(accessor) = accessor {
                self.shape.of_field.insert(id, accessor);
            }
        }
        if let Some(accessor) = accessor.and_then(|(_, index)| self.scope_mut().accessors.get_mut(index)) {
            accessor.optional = !everywhere;
            accessor.fields.truncate(1);
        }
    }

    fn block(&mut self, block: &'s Block, mut optional: bool) {
        for item in &block.items {
            self.item(item, optional);
            optional |= may_stop(item);
        }
    }

    fn item(&mut self, item: &'s Item, optional: bool) {
        match item {
            Item::Run(run) => self.run(&run.fields, optional),
            Item::Container { bits, fields } => self.container(*bits, fields, optional),
            Item::Field(id) => self.field(*id, optional),
            Item::Match(choice) => self.choice(choice, optional),
            Item::If { then, otherwise, .. } => {
                let before = self.phase;
                self.block(then, true);
                let after = std::mem::replace(&mut self.phase, before);
                self.block(otherwise, true);
                self.phase = self.phase.max(after);
                if !optional {
                    self.merge_payloads(&[then, otherwise]);
                }
            }
            Item::Align { .. } => self.phase = 0,
            Item::Repeat { body, .. } => self.block(body, true),
            Item::Jump { .. } => self.phase = 0,
            Item::Expect(_) | Item::Emit(_) | Item::Yields(_) => {}
        }
    }

    /// A run: one segment, but that fields which are no numbers or bytes stand alone.
    fn run(&mut self, fields: &[FieldId], optional: bool) {
        let mut parts = Vec::new();
        let mut rest = fields;
        while let Some((first, behind)) = rest.split_first() {
            if !is_simple(&self.schema[*first]) {
                parts.push(self.alone(*first, optional));
                rest = behind;
                continue;
            }
            let length = rest.iter().take_while(|field| is_simple(&self.schema[**field])).count();
            let (these, others) = rest.split_at(length);
            parts.push(self.segment(these, optional));
            rest = others;
        }
        if let Some(first) = fields.first() {
            self.shape.made.insert(Key::Field(*first), parts);
        }
    }

    /// Fields of a run, all of fixed width.
    fn segment(&mut self, fields: &[FieldId], optional: bool) -> usize {
        let start = fields.first().map_or(0, |field| run_bit(&self.schema[*field]));
        let mut end = start;
        let mut places = Vec::new();
        for &id in fields {
            let field = &self.schema[id];
            let width = width(field);
            let mut bits = Bits::of(field, width, self.phase);
            bits.first -= start.min(bits.first);
            end = run_bit(field) + width;
            places.push((id, bits));
        }
        let total = self.phase + end - start;
        let segment = Segment { fields: places, bytes: total.div_ceil(8), done: total / 8 };
        self.phase = total % 8;
        self.part(PartKind::Segment(segment), fields, optional)
    }

    fn container(&mut self, bits: u32, fields: &[FieldId], optional: bool) {
        let places = fields.iter().map(|&id| {
            let mut place = Bits::of(&self.schema[id], 0, 0);
            place.container = place.container.map(|(shift, _)| (shift, bits));
            if let Place::Container { width, .. } = self.schema[id].place {
                place.width = width;
            }
            (id, place)
        });
        let segment = Segment { fields: places.collect(), bytes: bits.div_ceil(8), done: bits.div_ceil(8) };
        let part = self.part(PartKind::Segment(segment), fields, optional);
        if let Some(first) = fields.first() {
            self.shape.made.insert(Key::Field(*first), vec![part]);
        }
    }

    /// A field that is no part of a run.
    fn field(&mut self, id: FieldId, optional: bool) {
        let field = &self.schema[id];
        if field.trailing {
            return;
        }
        let optional = optional || (field.condition.is_some() && !field.opaque_otherwise);
        let prefix = judged_prefix(self.schema, &field.ty).map(|_| self.prefix(id, optional));
        let part = self.alone(id, optional);
        self.shape.made.insert(Key::Field(id), prefix.into_iter().chain([part]).collect());
    }

    /// What stands in front of a field. In a region of its own, it may be what can't be read.
    fn prefix(&mut self, id: FieldId, optional: bool) -> usize {
        let field = &self.schema[id];
        let name = self.free_name(&format!("prefix_of_{}", field.name.as_deref().unwrap_or("reserved")));
        let optional = optional || field.within.is_some();
        self.scope_mut().parts.push(Part { name, kind: PartKind::Prefix(id), optional, dropped: false });
        self.scope().parts.len() - 1
    }

    fn alone(&mut self, id: FieldId, optional: bool) -> usize {
        let field = &self.schema[id];
        if field.within.is_none() && number::meaning(field).is_some() {
            let width = width(field);
            let bits = Bits { container: None, ..Bits::of(field, width, self.phase) };
            let bits = Bits { first: self.phase, ..bits };
            let total = self.phase + width;
            self.phase = total % 8;
            let segment = Segment { fields: vec![(id, bits)], bytes: total.div_ceil(8), done: total / 8 };
            return self.part(PartKind::Segment(segment), &[id], optional);
        }
        self.phase = match field.ty {
            Type::UintOf { bits } => {
                let facts = self.schema.facts.get(bits.index()).copied().unwrap_or_default();
                let known = facts.modulus == 0 || facts.modulus.is_multiple_of(8);
                let remainder = if facts.modulus == 0 { facts.least.rem_euclid(8) as u64 } else { facts.remainder };
                if known { (self.phase + (remainder % 8) as u32) % 8 } else { 0 }
            }
            _ => 0,
        };
        self.part(PartKind::Field(id), &[id], optional)
    }

    fn choice(&mut self, choice: &'s Match, optional: bool) {
        let named = choice.arms.iter().any(|arm| matches!(arm.action, Action::Read(Some(_), _)));
        let index = named.then(|| self.new_choice(choice));
        let before = self.phase;
        let mut after = None;
        for arm in &choice.arms {
            self.phase = before;
            match &arm.action {
                Action::Read(None, block) => {
                    self.block(block, true);
                    after = Some(self.phase);
                }
                Action::Read(Some(variant), block) => {
                    self.named_arm(index.unwrap_or(0), *variant, block);
                    after = Some(self.phase);
                }
                Action::Stop | Action::Reject(_) => {}
            }
        }
        self.phase = if choice.within.is_some() { 0 } else { after.unwrap_or(before) };
        if !optional && !named {
            let blocks: Vec<&Block> = arms_of(choice).collect();
            let may_end = choice.within.is_some() || choice.arms.iter().any(|arm| matches!(arm.action, Action::Stop));
            if !may_end {
                self.merge_payloads(&blocks);
            }
        }
    }

    fn new_choice(&mut self, choice: &Match) -> usize {
        let index = self.shape.choices.len();
        let taken = self.shape.choices.iter().filter(|other| other.owner == self.scope).count();
        let suffix = if taken == 0 { String::new() } else { (taken + 1).to_string() };
        let name = format!("{}Variant{suffix}", self.scope().name);
        let part = self.scope().parts.len();
        let part_name = format!("{}{suffix}", if self.scope == 0 { "variant" } else { "form" });
        self.scope_mut().parts.push(Part {
            name: part_name,
            kind: PartKind::Choice(index),
            optional: false,
            dropped: false,
        });
        let owner = self.scope;
        let contained = choice.within.is_some();
        self.shape.choices.push(Choice { name, arms: Vec::new(), scopes: Vec::new(), contained, owner, part });
        self.shape.made.insert(Key::of_match(choice), vec![part]);
        index
    }

    fn named_arm(&mut self, choice: usize, variant: u32, block: &'s Block) {
        let name = self.composite.variants.get(variant as usize).map_or("Arm", |variant| variant.name.as_str());
        let base = format!("{}{}", camel(&self.composite.name), camel(name));
        let taken = |name: &str| self.shape.scopes.iter().any(|scope| scope.name == name);
        let mut full = base.clone();
        let mut count = 2;
        while taken(&full) {
            full = format!("{base}{count}");
            count += 1;
        }
        let outer = std::mem::replace(&mut self.scope, self.shape.scopes.len());
        let scope = self.scope;
        self.shape.scopes.push(Scope { name: full, parts: Vec::new(), accessors: Vec::new() });
        self.block(block, false);
        self.scope = outer;
        let filled = self.shape.scopes.get(scope).is_some_and(|scope| scope.kept().next().is_some());
        if let Some(choice) = self.shape.choices.get_mut(choice) {
            choice.arms.push((variant, filled.then_some(scope)));
            choice.scopes.push((variant, scope));
        }
    }

    fn scope(&self) -> &Scope {
        &self.shape.scopes[self.scope]
    }

    fn scope_mut(&mut self) -> &mut Scope {
        &mut self.shape.scopes[self.scope]
    }

    /// Adds a part to the scope, and what reaches the fields in it.
    fn part(&mut self, kind: PartKind, fields: &[FieldId], optional: bool) -> usize {
        let scope = self.scope;
        let index = self.scope().parts.len();
        let first = index == 0 && scope == 0 && matches!(kind, PartKind::Segment(_));
        let named = fields.iter().find_map(|field| self.schema[*field].name.as_deref());
        let base = match (&kind, named.unwrap_or("reserved")) {
            (PartKind::Segment(_), _) if first => "head".to_owned(),
            (PartKind::Segment(_), name) => format!("{name}_bytes"),
            (_, name) => name.to_owned(),
        };
        let name = self.free_name(&base);
        let kept = |field: &Field| is_kept(field) || field.constant.is_some() && field.lenient;
        let dropped = !fields.iter().any(|field| kept(&self.schema[*field]));
        self.scope_mut().parts.push(Part { name, kind, optional, dropped });
        for &id in fields {
            let field = &self.schema[id];
            let Some(name) = field.name.clone().filter(|_| is_kept(field)) else { continue };
            self.accessor(&name, id, index, optional);
        }
        index
    }

    fn free_name(&self, base: &str) -> String {
        let taken = |name: &str| self.scope().parts.iter().any(|part| part.name == name);
        if !taken(base) {
            return base.to_owned();
        }
        (2..).map(|count| format!("{base}_{count}")).find(|name| !taken(name)).unwrap_or_default()
    }

    fn accessor(&mut self, name: &str, id: FieldId, part: usize, optional: bool) {
        let scope = self.scope;
        // Payloads by one name are made one part when all arms are known.
        if let Some(index) = self.scope().accessors.iter().position(|known| {
            let payloads = known.fields.first().is_some_and(|(other, _)| is_payload(self.schema, *other))
                && is_payload(self.schema, id);
            known.name == name && payloads && known.optional && optional
        }) {
            if let Some(accessor) = self.scope_mut().accessors.get_mut(index) {
                accessor.fields.push((id, part));
            }
            self.shape.of_field.insert(id, (scope, index));
            return;
        }
        let alike = |known: &Accessor, schema: &Schema| {
            let same = known.fields.first().is_some_and(|(other, _)| same_value(&schema[*other], &schema[id]));
            known.name == name && known.optional && optional && same
        };
        let schema = self.schema;
        let found = self.scope().accessors.iter().position(|known| alike(known, schema));
        let index = match found {
            Some(index) => index,
            None => {
                let taken = |name: &str| self.scope().accessors.iter().any(|known| known.name == name);
                let mut free = name.to_owned();
                let mut count = 2;
                while taken(&free) {
                    free = format!("{name}_{count}");
                    count += 1;
                }
                self.scope_mut().accessors.push(Accessor { name: free, fields: Vec::new(), optional });
                self.scope().accessors.len() - 1
            }
        };
        if let Some(accessor) = self.scope_mut().accessors.get_mut(index) {
            accessor.fields.push((id, part));
        }
        self.shape.of_field.insert(id, (scope, index));
    }
}

/// Whether two fields of one name can be one accessor's.
fn same_value(left: &Field, right: &Field) -> bool {
    match (number::meaning(left), number::meaning(right)) {
        (Some((number::Meaning::Plain(_), _)), Some((number::Meaning::Plain(_), _))) => true,
        (Some((left, _)), Some((right, _))) => left == right,
        (None, None) => {
            let plain = |field: &Field| field.within.is_none() && matches!(field.ty, Type::Bytes(_));
            plain(left) && plain(right)
        }
        _ => false,
    }
}

/// The payloads in a block, those of named arms left out.
fn payloads_of(schema: &Schema, block: &Block, found: &mut Vec<FieldId>) {
    for item in &block.items {
        match item {
            Item::Field(id) if is_payload(schema, *id) && is_unconditional(&schema[*id]) => found.push(*id),
            Item::If { then, otherwise, .. } => {
                payloads_of(schema, then, found);
                payloads_of(schema, otherwise, found);
            }
            Item::Match(choice) => arms_of(choice).for_each(|block| payloads_of(schema, block, found)),
            _ => {}
        }
    }
}

/// Whether reading a block whole has always read a payload of that name.
fn surely_has(schema: &Schema, block: &Block, name: Option<&str>) -> bool {
    block.items.iter().any(|item| match item {
        Item::Field(id) => {
            let field = &schema[*id];
            is_payload(schema, *id) && is_unconditional(field) && field.name.as_deref() == name
        }
        Item::If { then, otherwise, .. } => surely_has(schema, then, name) && surely_has(schema, otherwise, name),
        Item::Match(choice) => {
            let stops = choice.arms.iter().any(|arm| matches!(arm.action, Action::Stop | Action::Read(Some(_), _)));
            choice.within.is_none() && !stops && arms_of(choice).all(|block| surely_has(schema, block, name))
        }
        _ => false,
    })
}

fn arms_of(choice: &Match) -> impl Iterator<Item = &Block> {
    choice.arms.iter().filter_map(|arm| match &arm.action {
        Action::Read(None, block) => Some(block),
        _ => None,
    })
}

fn is_unconditional(field: &Field) -> bool {
    field.condition.is_none() || field.opaque_otherwise
}

/// Whether a field of a run is a number, or bytes of fixed length.
fn is_simple(field: &Field) -> bool {
    number::meaning(field).is_some() || matches!(field.ty, Type::Bytes(Extent::Count(_)))
}

fn run_bit(field: &Field) -> u32 {
    match field.place {
        Place::Run { bit, .. } => bit,
        Place::Container { .. } | Place::Scan => 0,
    }
}

/// The bits of a field of fixed size.
fn width(field: &Field) -> u32 {
    match field.place {
        Place::Run { width, .. } | Place::Container { width, .. } => width,
        Place::Scan => number::meaning(field).map_or(0, |(_, bits)| bits),
    }
}
