//! Layers that are read by their definition as it is, without a compiler.

use super::registry::Read;
use super::{Conflict, Key, Reason, Registry, Target};
use packet_core::plain::{Following, MOST_WAYS, Way};
use packet_core::{BitPlace, FieldInfo, FieldValue, FieldVisitor, FlagInfo, Form, Group, Level, MacAddr, Region};
use packet_schema::Schema;
use packet_schema::interp::{Dissection, Eval, LayerNode, Limits, Node, NodeKind, Reader, Value, Verdict, leaf, words};
use packet_schema::model::{
    self, CompositeId, CompositeKind, Display, Enum, EnumId, Field, FieldId, FlagsId, Names, Next, Otherwise, Probe,
    Row, Type, Values,
};
use std::fmt;
use std::sync::Arc;

/// A layer of a definition that is interpreted.
///
/// What is known of its fields is known for as long as the program runs, as that of compiled layers; so its model is, too.
#[derive(Clone)]
pub struct Interpreted {
    model: Arc<Model>,
    layer: CompositeId,
}

/// A checked model, ready to read packets.
pub(super) struct Model {
    schema: &'static Schema,
    reader: Reader<'static>,
    /// By field.
    fields: Vec<&'static FieldInfo>,
    /// By set of flags.
    flags: Vec<&'static [FlagInfo]>,
}

/// An item of a definition that looks at payloads.
pub(super) struct Defined<T: 'static> {
    pub(super) model: Arc<Model>,
    /// The name of the table that it is in; of a probe, which is in none, nothing.
    pub(super) table: &'static str,
    pub(super) item: &'static T,
}

impl<T> Clone for Defined<T> {
    fn clone(&self) -> Self {
        Self { model: Arc::clone(&self.model), ..*self }
    }
}

impl<T: fmt::Debug> fmt::Debug for Defined<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?} of `{}`", self.item, self.table)
    }
}

impl Defined<Row> {
    /// Whether it is a row of that table, for that key and that payload.
    pub(super) fn admits(&self, table: &str, key: u64, payload: Region<'_>) -> bool {
        self.table == table && self.model.reader.admits(self.item, key.into(), payload.bytes())
    }
}

impl Defined<Probe> {
    /// Its score, 0 where it does not hold, or is not asked where no key of that table leads on.
    pub(super) fn sure(&self, table: &str, payload: Region<'_>) -> u32 {
        let schema = self.model.reader.schema();
        let mut tables = self.item.tables.iter().map(|&table| &schema[table].name);
        let is_asked = self.item.tables.is_empty() || tables.any(|name| name == table);
        if is_asked && self.model.reader.looks_like(self.item, payload.bytes()) { self.item.score } else { 0 }
    }
}

/// Rows with more keys are asked one by one.
const MOST_KEYS: u128 = 1 << 16;

impl Registry {
    /// Adds layers of a checked model, to be interpreted, with all keys, rows and probes that lead to them; the layers, in their
    /// order.
    ///
    /// # Errors
    ///
    /// A key leads to another layer. Then nothing is added.
    pub fn add_layers_of(&mut self, schema: &'static Schema, layers: &[CompositeId]) -> Result<Vec<Target>, Conflict> {
        let mut grown = self.clone();
        let model = Model::new(schema);
        let interpreted = layers.iter().map(|&layer| Interpreted::of(model.clone(), layer));
        let targets: Vec<Target> = interpreted.map(|layer| grown.add_interpreted(layer)).collect();
        let target_of = |layer| layers.iter().zip(&targets).find(|(one, _)| **one == layer).map(|(_, target)| *target);
        for probe in &schema.probes {
            // One without a score is asked only where a key leads to its layer.
            if let Some(target) = target_of(probe.layer).filter(|_| probe.score > 0) {
                grown.probe_by(Defined { model: model.clone(), table: "", item: probe }, target);
            }
        }
        for table in &schema.tables {
            for row in &table.rows {
                let Some(target) = target_of(row.layer) else { continue };
                // Where a key has several rows, their order counts.
                let shares = |key| table.rows_of(key).count() > 1;
                if row.guard.is_some() || row.high - row.low >= MOST_KEYS || (row.low..=row.high).any(shares) {
                    grown.bind_wide(Defined { model: model.clone(), table: &table.name, item: row }, target);
                    continue;
                }
                for key in (row.low..=row.high).filter_map(|key| u64::try_from(key).ok()) {
                    grown.bind(Key::new(table.name.as_str(), key), target)?;
                }
            }
        }
        grown.schema = Some(schema);
        *self = grown;
        Ok(targets)
    }
}

impl fmt::Debug for Interpreted {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Interpreted({})", self.name())
    }
}

impl Model {
    /// Makes a model ready.
    pub(super) fn new(schema: &'static Schema) -> Arc<Self> {
        let info = |field: &'static Field| -> &'static FieldInfo { Box::leak(Box::new(info(schema, field))) };
        let flags = |set: &'static model::Flags| -> &'static [FlagInfo] {
            Vec::leak(set.flags.iter().filter_map(|flag| flag_info(schema, flag)).collect())
        };
        let reader = Reader::new(schema).limits(Limits { layers: 2, ..Limits::default() });
        let (fields, flags) = (schema.fields.iter().map(info).collect(), schema.flags.iter().map(flags).collect());
        Arc::new(Self { schema, reader, fields, flags })
    }

    fn info(&self, field: FieldId) -> Option<&'static FieldInfo> {
        self.fields.get(field.0 as usize).copied()
    }
}

fn info(schema: &'static Schema, field: &'static Field) -> FieldInfo {
    let form = match field.display {
        Display::Plain => Form::Plain,
        Display::Hex => Form::Hex,
        Display::Binary => Form::Binary,
        Display::Ipv4 => Form::Ipv4,
        Display::Ipv6 => Form::Ipv6,
        Display::Mac => Form::Mac,
        Display::Ascii => Form::Ascii,
        Display::UnixTime => Form::UnixTime,
        Display::NtpTime => Form::NtpTime,
        Display::Fixed16 => Form::Fixed16,
    };
    let info = FieldInfo::new(&schema[field.owner].key, field.name.as_deref().unwrap_or("_")).shown(form);
    let info = field.unit.as_deref().map_or(info, |unit| info.counting(unit));
    let info = info.times(field.scale.max(1));
    let ty = leaf(&field.ty);
    let is_little = matches!(ty, Type::Uint { little: true, .. } | Type::Int { little: true, .. });
    if is_little { info.in_reverse() } else { info }
}

fn flag_info(schema: &'static Schema, flag: &'static model::Flag) -> Option<FlagInfo> {
    let name = flag.name.as_deref()?;
    let mut info = FlagInfo::group(name, flag.shift, flag.bits);
    if flag.boolean {
        info = FlagInfo::bit(name, flag.shift);
    }
    if let Some(label) = &flag.label {
        info = info.called(label);
    }
    if let Some(names) = flag.names {
        let one = |of: &'static model::Enumerator| match of.values {
            Values::Range(low, high) if low == high => Some((low, called(of))),
            _ => None,
        };
        info = info.naming_listed(Vec::leak(schema[names].enumerators.iter().filter_map(one).collect()));
    }
    Some(info)
}

/// What people call a value.
fn called(of: &'static model::Enumerator) -> &'static str {
    of.label.as_deref().unwrap_or(&of.name)
}

impl Interpreted {
    /// The layer of that name in a checked model; nothing where it has none.
    #[must_use]
    pub fn new(schema: &'static Schema, name: &str) -> Option<Self> {
        let layer = *schema.layers.get(name)?;
        Some(Self::of(Model::new(schema), layer))
    }

    pub(super) fn of(model: Arc<Model>, layer: CompositeId) -> Self {
        Self { model, layer }
    }

    /// The model.
    #[must_use]
    pub fn schema(&self) -> &'static Schema {
        self.model.schema
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        &self.model.schema[self.layer].name
    }

    /// How expressions and paths of fields call it.
    #[must_use]
    pub fn key(&self) -> &'static str {
        &self.model.schema[self.layer].key
    }

    /// What it is for.
    #[must_use]
    pub fn level(&self) -> Level {
        let CompositeKind::Layer(layer) = &self.model.schema[self.layer].kind else { return Level::Application };
        layer.level.into()
    }

    fn dissect(&self, region: Region<'_>) -> Dissection {
        let mut dissection = Dissection::default();
        let data = region.bytes();
        self.model.reader.read(&mut dissection, self.layer, data, data.len() + region.missing() as usize);
        dissection
    }

    /// Whether it can begin here.
    pub(super) fn may_begin(&self, region: Region<'_>) -> bool {
        self.model.reader.may_begin(self.layer, region.bytes())
    }

    /// Reads the layer, and finds what follows it.
    pub(super) fn read<'a>(&self, region: Region<'a>) -> Result<Read<'a>, Reason> {
        let dissection = self.dissect(region);
        let Some(layer) = dissection.layers.first() else { return Err(Reason::Words("no bytes".to_owned())) };
        let in_header = |offset: u32| offset <= layer.start + layer.header;
        let failed = dissection.errors.iter().find(|error| dissection.layers.len() < 2 && in_header(error.offset));
        if let Some(error) = failed {
            return Err(Reason::Words(words::error(self.model.schema, error)));
        }
        let (size, header) = (layer.size as usize, layer.header as usize);
        let carried = size.saturating_sub(header);
        let next = dissection.layers.get(1);
        let payload = region.behind(header).to(carried);
        // What the interpreter found to be cut, a fragment, is not all there for those who read on.
        let payload = if next.is_some_and(|next| next.truncated) { payload.as_part() } else { payload };
        Ok(Read {
            region: region.to(size),
            payload: (carried > 0).then_some(payload),
            next: self.following(&dissection, layer, payload, region),
        })
    }

    /// How the definition finds out what a payload of the layer is; nothing where that is bytes.
    fn following<'a>(
        &self,
        dissection: &Dissection,
        layer: &LayerNode,
        payload: Region<'a>,
        region: Region<'_>,
    ) -> Option<Following<'a>> {
        let schema = self.model.schema;
        let nodes = dissection.nodes.get(layer.nodes.0 as usize..layer.nodes.1 as usize)?;
        let field = nodes.iter().find_map(|node| match node.kind {
            NodeKind::Payload(field, _) => Some(&schema[field]),
            _ => None,
        })?;
        let eval = Eval::new(schema, region.bytes(), dissection, layer.frame);
        if field.condition.is_some_and(|condition| eval.truth(condition) != Some(true)) {
            return None;
        }
        let Type::Next(next) = &field.ty else { return None };
        let mut ways = [None; MOST_WAYS];
        match next {
            Next::Host => {}
            Next::Is(layer) => ways[0] = Some(Way::Layer(&schema[*layer].name)),
            Next::From { table, keys, otherwise } => {
                let table = schema[*table].name.as_str();
                let keys = keys.iter().map(|&key| Some(Way::Key { table, key: u64::try_from(eval.int(key)?).ok()? }));
                let last = match otherwise {
                    Otherwise::Opaque => None,
                    Otherwise::Layer(layer) => Some(Way::Layer(&schema[*layer].name)),
                    Otherwise::Probe => Some(Way::Probe { table }),
                };
                ways.iter_mut().zip(keys.chain([last])).for_each(|(way, found)| *way = found);
            }
        }
        Some(Following::new(payload, ways))
    }

    /// Hands over the fields of the layer that was read from the start of a region.
    pub(super) fn fields(&self, region: Region<'_>, visitor: &mut dyn FieldVisitor) {
        let dissection = self.dissect(region);
        let Some(layer) = dissection.layers.first() else { return };
        let show = Show { model: &self.model, dissection: &dissection, region };
        for (from, to) in [layer.nodes, layer.tail] {
            show.nodes(from, to, visitor);
        }
    }
}

impl Interpreted {
    /// Tells of the fields that the definition verifies: what each is, and what it should be.
    pub(super) fn derived(&self, region: Region<'_>, tell: &mut dyn FnMut(&'static FieldInfo, u64, u64)) {
        let dissection = self.dissect(region);
        let Some(layer) = dissection.layers.first() else { return };
        let eval = Eval::new(self.model.schema, region.bytes(), &dissection, layer.frame);
        for &field in &self.model.schema[self.layer].fields {
            let Some(at) = eval.present(layer.frame, &[field]) else { continue };
            let (Some(node), Some(info)) = (dissection.nodes.get(at as usize), self.model.info(field)) else {
                continue;
            };
            let Value::Uint(found) = node.value else { continue };
            match eval.verify(field, at) {
                Verdict::Right => tell(info, found, found),
                Verdict::Wrong(expected) => tell(info, found, expected),
                Verdict::Unused | Verdict::Unknown => {}
            }
        }
    }
}

/// Hands over what was read.
struct Show<'s> {
    model: &'s Model,
    dissection: &'s Dissection,
    region: Region<'s>,
}

impl Show<'_> {
    /// The nodes from one to another. What is open is on a list, so that however deeply fields are nested, nothing recurses.
    fn nodes(&self, from: u32, to: u32, visitor: &mut dyn FieldVisitor) {
        let mut open: Vec<u32> = Vec::new();
        let mut at = from;
        while at < to {
            while open.last().is_some_and(|&end| end <= at) {
                open.pop();
                visitor.leave();
            }
            let Some(node) = self.dissection.nodes.get(at as usize) else { break };
            if let Some(group) = self.group(node) {
                visitor.enter(group);
                open.push(node.end);
                at += 1;
            } else {
                self.value(node, visitor);
                at = node.end.max(at + 1);
            }
        }
        open.iter().for_each(|_| visitor.leave());
    }

    /// What a node opens, if it holds others.
    fn group(&self, node: &Node) -> Option<Group> {
        Some(match (node.kind, node.value) {
            (NodeKind::Field(field), Value::Frame(_)) => Group::Struct(self.model.info(field)?),
            (NodeKind::Field(field) | NodeKind::Element(field), Value::List(_)) => Group::List(self.model.info(field)?),
            (NodeKind::Element(_), Value::Frame(_)) => Group::Element,
            (NodeKind::Variant(composite, index), _) => {
                Group::Variant(&self.model.schema[composite].variants.get(index as usize)?.key)
            }
            _ => return None,
        })
    }

    /// A node that has a value of its own.
    fn value(&self, node: &Node, visitor: &mut dyn FieldVisitor) {
        let (NodeKind::Field(id) | NodeKind::Element(id) | NodeKind::Payload(id, _)) = node.kind else { return };
        let (Some(info), field) = (self.model.info(id), &self.model.schema[id]) else { return };
        if field.name.is_none() {
            return;
        }
        let place = BitPlace { start: self.region.offset() * 8 + node.start, bits: node.bits };
        let bytes = || {
            let (from, to) = (node.start as usize / 8, (node.start + node.bits) as usize / 8);
            self.region.bytes().get(from..to).unwrap_or_default()
        };
        let ty = leaf(&field.ty);
        let scale = u128::from(field.scale.max(1));
        match node.value {
            Value::Uint(number) => {
                let number = u128::from(number) * scale;
                visitor.value(info, place, self.number(ty, field.display, number));
            }
            Value::Wide(number) => visitor.value(info, place, self.number(ty, field.display, number)),
            Value::Int(number) => {
                visitor.value(info, place, FieldValue::Signed(i128::from(number) * i128::from(field.scale.max(1))));
            }
            Value::Float(number) => visitor.value(info, place, FieldValue::Float(number)),
            Value::Decoded(from, to) => {
                let text = self.dissection.text.get(from as usize..to as usize).unwrap_or_default();
                visitor.value(info, place, FieldValue::Decoded(&String::from_utf8_lossy(text)));
            }
            Value::Bytes if matches!(node.kind, NodeKind::Payload(..)) => {
                let payload = self.region.behind(node.start as usize / 8).to(node.bits as usize / 8);
                visitor.value(info, place, FieldValue::Payload(payload));
            }
            Value::Bytes if matches!(ty, Type::Text(..)) => visitor.value(info, place, FieldValue::Text(bytes())),
            Value::Bytes => visitor.value(info, place, FieldValue::Bytes(bytes())),
            Value::Frame(_) | Value::List(_) | Value::Group => {}
        }
    }

    fn number(&self, ty: &Type, display: Display, number: u128) -> FieldValue<'static> {
        match (ty, display) {
            (Type::Bool, _) => FieldValue::Bool(number != 0),
            (Type::Uint { names: Names::Enum(id), .. }, _) => FieldValue::Named(number, self.name_of(*id, number)),
            (Type::Uint { names: Names::Flags(FlagsId(id)), .. }, _) => {
                FieldValue::Flags(number, self.model.flags.get(*id as usize).copied().unwrap_or_default())
            }
            (Type::Uint { bits: 32, .. }, Display::Ipv4) => FieldValue::Ipv4((number as u32).into()),
            (Type::Uint { bits: 128, .. }, Display::Ipv6) => FieldValue::Ipv6(number.into()),
            (Type::Uint { bits: 48, .. }, Display::Mac) => FieldValue::Mac(MacAddr::from(number as u64)),
            _ => FieldValue::Number(number),
        }
    }

    fn name_of(&self, id: EnumId, number: u128) -> Option<&'static str> {
        let of: &'static Enum = &self.model.schema[id];
        of.plain(number).map(called)
    }
}
