//! What can be wrong with a packet: one flaw for each check and each derivation of a definition.

use crate::interp::words;
use crate::model::{
    Action, Block, CompositeId, CompositeKind, Expr, ExprId, Extent, FieldId, Item, Match, Names, Schema, Type,
};
use crate::tree::Span;
use std::collections::BTreeSet;

/// Something that can be wrong with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flaw {
    /// Another value than the only one.
    Constant(FieldId),
    /// A value that a closed enum does not have.
    Closed(FieldId),
    /// The `where` at that position does not hold.
    Where(FieldId, u32),
    /// The derived value of a field with `verify` is another one.
    Verify(FieldId),
    /// The `expect` at that place does not hold.
    Expect(CompositeId, Span),
    /// The arm at that place rejects the packet.
    Rejected(CompositeId, Span),
    /// No arm of the choice at that place fits.
    NoArm(CompositeId, Span),
    /// Text that is not in its encoding.
    Encoding(FieldId),
    /// A derived number is less than it should be.
    TooSmall(FieldId),
    /// A derived number is more than it should be.
    TooLarge(FieldId),
    /// The length or count in front of a field says more than there is.
    Prefix(FieldId),
    /// A pointer of a codec does not lead backwards.
    Pointer(CompositeId),
    /// A codec's value has more parts than it may have.
    TooLong(CompositeId),
    /// The packet ends within the field.
    Cut(FieldId),
    /// The key of what is carried is another one: no reader can tell.
    Key(FieldId),
}

impl Flaw {
    /// The field that is wrong, where it is a single one.
    #[must_use]
    pub fn field(self) -> Option<FieldId> {
        match self {
            Self::Constant(field)
            | Self::Closed(field)
            | Self::Where(field, _)
            | Self::Verify(field)
            | Self::Encoding(field)
            | Self::TooSmall(field)
            | Self::TooLarge(field)
            | Self::Prefix(field)
            | Self::Cut(field)
            | Self::Key(field) => Some(field),
            Self::Expect(..) | Self::Rejected(..) | Self::NoArm(..) | Self::Pointer(_) | Self::TooLong(_) => None,
        }
    }

    /// Why no packet can have it, where that follows from the definition.
    pub(super) fn why_none(self, schema: &Schema, is_length: bool) -> &'static str {
        let is_stream = |field: FieldId| match &schema[schema[field].owner].kind {
            CompositeKind::Layer(layer) => layer.stream,
            CompositeKind::Struct | CompositeKind::Codec(_) => false,
        };
        match self {
            Self::Key(_) => "a key says itself what follows it",
            Self::TooSmall(_) | Self::TooLarge(_) if !is_length => "nothing is measured by it",
            Self::TooSmall(_) => "what it leaves out is taken for something else",
            Self::Cut(field) if is_stream(field) => "a stream may end anywhere",
            _ => "no packet was found that has it",
        }
    }

    /// A short word for its kind: `where`, `too-small`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Constant(_) => "constant",
            Self::Closed(_) => "unknown-value",
            Self::Where(..) => "where",
            Self::Verify(_) => "wrong",
            Self::Expect(..) => "expect",
            Self::Rejected(..) => "rejected",
            Self::NoArm(..) => "undefined",
            Self::Encoding(_) => "encoding",
            Self::TooSmall(_) => "too-small",
            Self::TooLarge(_) => "too-large",
            Self::Prefix(_) => "prefix-too-large",
            Self::Pointer(_) => "pointer-forward",
            Self::TooLong(_) => "too-long",
            Self::Cut(_) => "cut",
            Self::Key(_) => "key",
        }
    }

    /// Whose check or derivation it is: `Ipv4.ihl`, or `Tcp` for what is about several fields.
    #[must_use]
    pub fn subject(self, schema: &Schema) -> String {
        match self {
            Self::Expect(composite, _)
            | Self::Rejected(composite, _)
            | Self::NoArm(composite, _)
            | Self::Pointer(composite)
            | Self::TooLong(composite) => schema[composite].name.clone(),
            other => other.field().map(|field| subject(schema, field)).unwrap_or_default(),
        }
    }

    /// What it is, in words: `Ipv4.ihl: not allowed (the header has at least five words)`.
    #[must_use]
    pub fn label(self, schema: &Schema) -> String {
        let what = match self {
            Self::Constant(_) => "another value than the only one".to_owned(),
            Self::Closed(_) => "a value that is not defined".to_owned(),
            Self::Where(field, index) => {
                let why = schema[field].wheres.get(index as usize).and_then(|(_, why)| why.clone());
                why.map_or("not allowed".to_owned(), |why| format!("not allowed ({why})"))
            }
            Self::Verify(_) => "not what is derived".to_owned(),
            Self::Expect(composite, span) => {
                let expect = words::find_expect(&schema[composite], span);
                expect.map_or("not as expected".to_owned(), |expect| format!("{}: {}", expect.name, expect.message))
            }
            Self::Rejected(composite, span) => {
                let why = arms(&schema[composite].body).into_iter().find_map(|arm| match &arm.action {
                    Action::Reject(why) if arm.span == span => Some(why.clone()),
                    Action::Reject(_) | Action::Read(..) | Action::Stop => None,
                });
                why.unwrap_or("rejected".to_owned())
            }
            Self::NoArm(composite, span) => {
                let on = matches(&schema[composite].body).into_iter().find(|choice| choice.span == span);
                let on = on.and_then(|choice| first_field(schema, choice.on));
                let name = on.map_or("a tag", |field| words::field_name(&schema[field]));
                format!("a value of {name} for which nothing is defined")
            }
            Self::Encoding(_) => "bytes that are no text".to_owned(),
            Self::TooSmall(_) => "less than what is derived".to_owned(),
            Self::TooLarge(_) => "more than what is derived".to_owned(),
            Self::Prefix(_) => "the number in front says more than there is".to_owned(),
            Self::Pointer(_) => "a pointer that does not lead backwards".to_owned(),
            Self::TooLong(_) => "more parts than there may be".to_owned(),
            Self::Cut(_) => "the packet ends within".to_owned(),
            Self::Key(_) => "the key of another layer".to_owned(),
        };
        format!("{}: {what}", self.subject(schema))
    }
}

/// `Ipv4Option.mtu`.
fn subject(schema: &Schema, field: FieldId) -> String {
    let known = &schema[field];
    let owner = &schema[known.owner];
    let variant = known.variant.and_then(|variant| owner.variants.get(variant as usize));
    let variant = variant.map_or(String::new(), |variant| format!(".{}", variant.key));
    format!("{}{variant}.{}", owner.name, words::field_name(known))
}

/// Every flaw that packets of a layer can have: of its own fields, and of those of the structs and codecs in it.
#[must_use]
pub fn flaws(schema: &Schema, layer: CompositeId) -> Vec<Flaw> {
    let mut flaws = Vec::new();
    for composite in composites_of(schema, layer) {
        let is_codec = matches!(schema[composite].kind, CompositeKind::Codec(_));
        if !is_codec {
            for &field in &schema[composite].fields {
                of_field(schema, field, &mut flaws);
            }
        }
        of_block(schema, composite, &schema[composite].body, &mut flaws);
    }
    flaws
}

/// A composite with the structs and codecs in it.
#[must_use]
pub fn composites_of(schema: &Schema, layer: CompositeId) -> Vec<CompositeId> {
    let (mut found, mut seen) = (vec![layer], BTreeSet::from([layer]));
    let mut next = 0;
    while let Some(&composite) = found.get(next) {
        next += 1;
        for &field in &schema[composite].fields {
            for inner in inner_types(&schema[field].ty) {
                if seen.insert(inner) {
                    found.push(inner);
                }
            }
        }
    }
    found
}

fn inner_types(ty: &Type) -> Vec<CompositeId> {
    match ty {
        Type::Struct(id, _) | Type::Codec(id, _) => vec![*id],
        Type::List(element, extent) => {
            let mut inner = inner_types(element);
            inner.extend(of_extent(extent));
            inner
        }
        Type::Bytes(extent) | Type::Text(_, extent) => of_extent(extent),
        _ => Vec::new(),
    }
}

fn of_extent(extent: &Extent) -> Vec<CompositeId> {
    match extent {
        Extent::PrefixBytes(ty) | Extent::PrefixItems(ty) => inner_types(ty),
        Extent::Count(_) | Extent::ToEnd | Extent::Until(_) => Vec::new(),
    }
}

fn of_field(schema: &Schema, id: FieldId, flaws: &mut Vec<Flaw>) {
    let field = &schema[id];
    if field.constant.is_some() {
        flaws.push(Flaw::Constant(id));
    }
    if let Type::Uint { names: Names::Enum(names), bits, .. } = field.ty
        && schema[names].closed
        && !(bits <= 8 && (0..1_u128 << bits).all(|value| schema[names].plain(value).is_some()))
    {
        flaws.push(Flaw::Closed(id));
    }
    flaws.extend((0..field.wheres.len() as u32).map(|index| Flaw::Where(id, index)));
    if field.verify.is_some() {
        flaws.push(Flaw::Verify(id));
    } else if let Some(auto) = field.auto {
        match &schema[auto] {
            Expr::KeyOf(..) => flaws.push(Flaw::Key(id)),
            _ if is_number(&field.ty) => flaws.extend([Flaw::TooSmall(id), Flaw::TooLarge(id)]),
            _ => {}
        }
    }
    let mut ty = &field.ty;
    while let Type::List(element, extent) = ty {
        prefix(id, extent, flaws);
        ty = element;
    }
    if let Type::Bytes(extent) | Type::Text(_, extent) = ty {
        prefix(id, extent, flaws);
    }
    if matches!(ty, Type::Text(encoding, _) if *encoding != crate::model::Encoding::Latin1) {
        flaws.push(Flaw::Encoding(id));
    }
    if spans_bytes(&field.ty) {
        flaws.push(Flaw::Cut(id));
    }
}

/// Whether a value has more than one byte by its type or by a count, so that a packet can end within it; what reaches to the
/// end of its region takes what is there.
fn spans_bytes(ty: &Type) -> bool {
    match ty {
        Type::Uint { bits, .. } | Type::Int { bits, .. } | Type::Float { bits, .. } => *bits > 8,
        Type::Bytes(extent) | Type::Text(_, extent) | Type::List(_, extent) => !matches!(extent, Extent::ToEnd),
        Type::Struct(..) | Type::Codec(..) => true,
        Type::Bool | Type::UintOf { .. } | Type::Next(_) => false,
    }
}

fn prefix(id: FieldId, extent: &Extent, flaws: &mut Vec<Flaw>) {
    if matches!(extent, Extent::PrefixBytes(_) | Extent::PrefixItems(_)) && !flaws.contains(&Flaw::Prefix(id)) {
        flaws.push(Flaw::Prefix(id));
    }
}

fn is_number(ty: &Type) -> bool {
    matches!(ty, Type::Uint { .. } | Type::Int { .. } | Type::UintOf { .. } | Type::Bool | Type::Codec(..))
}

fn of_block(schema: &Schema, composite: CompositeId, block: &Block, flaws: &mut Vec<Flaw>) {
    for item in &block.items {
        match item {
            Item::Expect(expect) => flaws.push(Flaw::Expect(composite, expect.span)),
            Item::Match(choice) => {
                if !is_exhaustive(schema, choice) {
                    flaws.push(Flaw::NoArm(composite, choice.span));
                }
                for arm in &choice.arms {
                    match &arm.action {
                        Action::Reject(_) => flaws.push(Flaw::Rejected(composite, arm.span)),
                        Action::Read(_, block) => of_block(schema, composite, block, flaws),
                        Action::Stop => {}
                    }
                }
            }
            Item::If { then, otherwise, .. } => {
                of_block(schema, composite, then, flaws);
                of_block(schema, composite, otherwise, flaws);
            }
            Item::Repeat { body, .. } => {
                flaws.push(Flaw::TooLong(composite));
                of_block(schema, composite, body, flaws);
            }
            Item::Jump { .. } => flaws.push(Flaw::Pointer(composite)),
            Item::Run(_)
            | Item::Field(_)
            | Item::Container { .. }
            | Item::Align { .. }
            | Item::Emit(_)
            | Item::Yields(_) => {}
        }
    }
}

/// Whether some arm fits, whatever the value: one for everything, or arms for every value that there can be.
fn is_exhaustive(schema: &Schema, choice: &Match) -> bool {
    let plain = || choice.arms.iter().filter(|arm| arm.guard.is_none());
    if plain().any(|arm| arm.tags.is_empty()) {
        return true;
    }
    let facts = schema.facts.get(choice.on.index()).copied().unwrap_or_default();
    let few = facts.greatest.checked_sub(facts.least).is_some_and(|count| count < 1 << 16);
    let fits = |value: i128| plain().any(|arm| arm.tags.iter().any(|&(low, high)| low <= value && value <= high));
    let closed = match &schema[choice.on] {
        Expr::Field(fields) => fields.iter().all(|field| match schema[*field].ty {
            Type::Uint { names: Names::Enum(names), .. } => schema[names].closed,
            _ => false,
        }),
        _ => false,
    };
    closed || few && (facts.least..=facts.greatest).all(fits)
}

/// Every choice in a block.
pub(super) fn matches(block: &Block) -> Vec<&Match> {
    let mut found = Vec::new();
    for item in &block.items {
        match item {
            Item::Match(choice) => {
                found.push(choice);
                for arm in &choice.arms {
                    if let Action::Read(_, block) = &arm.action {
                        found.extend(matches(block));
                    }
                }
            }
            Item::If { then, otherwise, .. } => {
                found.extend(matches(then));
                found.extend(matches(otherwise));
            }
            Item::Repeat { body, .. } => found.extend(matches(body)),
            Item::Run(_)
            | Item::Field(_)
            | Item::Container { .. }
            | Item::Expect(_)
            | Item::Align { .. }
            | Item::Jump { .. }
            | Item::Emit(_)
            | Item::Yields(_) => {}
        }
    }
    found
}

/// Every arm of every choice in a block.
fn arms(block: &Block) -> Vec<&crate::model::Arm> {
    matches(block).into_iter().flat_map(|choice| &choice.arms).collect()
}

/// Every field that an expression is about, what is in structs included.
pub(super) fn fields_of(schema: &Schema, id: ExprId) -> Vec<FieldId> {
    let expr = &schema[id];
    let mut fields = expr.fields();
    if let Expr::Member(_, members) = expr {
        fields.extend(members.iter().copied());
    }
    for child in expr.children() {
        fields.extend(fields_of(schema, child));
    }
    fields
}

fn first_field(schema: &Schema, id: ExprId) -> Option<FieldId> {
    fields_of(schema, id).first().copied()
}
