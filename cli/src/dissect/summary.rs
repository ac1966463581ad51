//! One line a packet: when, who to whom, which layers, how long, and what the top layer says.
//!
//! Nothing here knows a protocol. Who talks to whom are the fields that a layer calls `src` and `dst`, itself or through an
//! interface that it provides; what a layer says are its names, flags and texts first, then its numbers.

use super::line::{self, Parts};
use super::plan::{FieldPlan, Plan, Shape, always};
use super::show::{Show, goes_on, title};
use super::{Shown, values};
use crate::style::Palette;
use crate::text::{self, decimal, join, put};
use packet_schema::Schema;
use packet_schema::interp::words::{self, anomaly_name};
use packet_schema::interp::{Anomaly, Dissection, LayerNode, Node, NodeKind, Value, children};
use packet_schema::model::{
    Action, Block, Codec, CodecResult, Composite, CompositeId, CompositeKind, Encode, Expr, ExprId, Extent, FieldId,
    Item, Layer, Type,
};

/// Writes packets as lines.
pub(crate) struct Summary<'s> {
    schema: &'s Schema,
    plan: &'s Plan,
    palette: Palette,
    /// No colours, within what is said.
    plain: Palette,
    /// By composite.
    layers: Vec<LayerPlan>,
    /// By field: whether it chooses an arm.
    tags: Vec<bool>,
    /// The path of the packet before, for its room.
    path: Vec<usize>,
}

/// What a line needs of a layer.
#[derive(Default)]
struct LayerPlan {
    /// Who sends and who receives, among the layer's own fields.
    addresses: Option<(FieldId, FieldId)>,
    /// The same of ports.
    ports: Option<(FieldId, FieldId)>,
    /// What the line says of the layer, the most telling first.
    telling: Vec<Telling>,
    /// What it may carry.
    payloads: Vec<FieldId>,
    /// What it carries is quoted from another packet.
    quotes: bool,
}

/// The fields of a layer that a line may show.
pub(super) struct ShownFields<'a> {
    /// Who sends, and who receives.
    pub(super) ends: Option<(FieldId, FieldId)>,
    /// The ports of both.
    pub(super) ports: Option<(FieldId, FieldId)>,
    /// What it says, the most telling first.
    pub(super) told: &'a [Telling],
    /// What it carries is quoted from another packet.
    pub(super) quotes: bool,
}

/// What was said of a layer so far.
pub(super) struct Told {
    /// Where it starts.
    start: usize,
    texts: usize,
    numbers: usize,
    /// A number in a struct was called by its name.
    named: bool,
    /// Words were said.
    worded: bool,
}

impl Told {
    /// Nothing yet; what is said stands from here on.
    pub(super) fn from(start: usize) -> Self {
        Self { start, texts: 0, numbers: 0, named: false, worded: false }
    }

    /// Whether the line has no room for more.
    pub(super) fn is_full(&self, out: &[u8]) -> bool {
        out.len() - self.start >= ROOM
    }

    /// Whether a field is worth its place beside what was said; it counts as said then.
    #[inline]
    pub(super) fn wants(&mut self, kind: TellingKind, is_default: bool, is_zero: bool) -> bool {
        match kind {
            _ if is_default => return false,
            TellingKind::Number if self.numbers == NUMBERS || is_zero => return false,
            TellingKind::Text | TellingKind::Mac | TellingKind::Nested if self.texts >= TEXTS => return false,
            // What stands in the lines below is less than the first one.
            TellingKind::Nested if self.worded => return false,
            TellingKind::Word => self.worded = true,
            TellingKind::Number => self.numbers += 1,
            TellingKind::Text | TellingKind::Mac => self.texts += 1,
            TellingKind::Named | TellingKind::Flags | TellingKind::Nested => {}
        }
        true
    }
}

/// A packet that the interpreter has read.
struct Whole<'a, 's> {
    summary: &'a Summary<'s>,
    shown: &'a Shown<'a>,
    path: &'a Path,
}

impl Parts for Whole<'_, '_> {
    fn who(&mut self, out: &mut Vec<u8>) -> usize {
        self.summary.who(out, self.shown, self.path)
    }

    fn layers(&mut self, out: &mut Vec<u8>) -> usize {
        self.summary.chain(out, self.shown, self.path)
    }

    fn says(&mut self, out: &mut Vec<u8>) {
        self.summary.says(out, self.shown, self.path);
        self.summary.faults(out, self.shown);
    }
}

/// Where the layers of a packet lead to.
struct Path {
    /// The outermost layer, the first one in it, and so on.
    layers: Vec<usize>,
    /// The last of them that is not quoted from another packet, by its place among `layers`.
    top: usize,
}

/// A field worth a place in the line.
#[derive(Clone, Copy)]
pub(super) struct Telling {
    pub(super) field: FieldId,
    pub(super) kind: TellingKind,
    /// The value that it has where nothing is said, and which says nothing.
    pub(super) default: Option<u128>,
}

/// How telling a field is, the most first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TellingKind {
    /// A word of a line of text.
    Word,
    /// Its value has a name.
    Named,
    /// Named bits.
    Flags,
    /// Structs, which may hold names and text.
    Nested,
    /// Text or an address.
    Text,
    /// A number.
    Number,
    /// An address of hardware.
    Mac,
}

/// Bytes that the line says of the top layer, about.
const ROOM: usize = 72;

/// Numbers that are shown of one layer.
const NUMBERS: usize = 3;

/// Texts that are shown of one layer.
const TEXTS: usize = 3;

impl<'s> Summary<'s> {
    /// A writer in these colours.
    pub(crate) fn new(schema: &'s Schema, plan: &'s Plan, palette: Palette) -> Self {
        let mut tags = vec![false; schema.fields.len()];
        schema.composites.iter().for_each(|composite| collect_tags(schema, &composite.body, &mut tags));
        let layers = schema.composites.iter().map(|composite| LayerPlan::new(schema, plan, composite, &tags)).collect();
        Self { schema, plan, palette, plain: Palette::default(), layers, tags, path: Vec::new() }
    }

    /// The fields of a layer that a line may show, its payload aside.
    pub(super) fn shown_of(&self, layer: CompositeId) -> ShownFields<'_> {
        let plan = &self.layers[layer.index()];
        ShownFields { ends: plan.addresses, ports: plan.ports, told: &plan.telling, quotes: plan.quotes }
    }

    /// Appends a packet's line.
    pub(crate) fn packet(&mut self, out: &mut Vec<u8>, shown: &Shown<'_>) {
        let path = self.path_of(shown.dissection);
        line::write(out, &shown.packet, shown.start, &mut Whole { summary: self, shown, path: &path });
        self.path = path.layers;
    }

    /// From the outermost layer to the first in it, and so on to the innermost.
    fn path_of(&mut self, dissection: &Dissection) -> Path {
        let mut layers = std::mem::take(&mut self.path);
        layers.clear();
        for (index, layer) in dissection.layers.iter().enumerate() {
            if layer.parent == layers.last().map(|&below| below as u32) {
                layers.push(index);
            }
        }
        let quotes = |&layer: &usize| self.layers[dissection.layers[layer].composite.index()].quotes;
        let top = layers.iter().position(quotes).unwrap_or(layers.len().saturating_sub(1));
        Path { layers, top }
    }

    /// Who to whom: the innermost addresses, and the ports above them. Bytes that take no room on the screen.
    fn who(&self, out: &mut Vec<u8>, shown: &Shown<'_>, path: &Path) -> usize {
        let all = &shown.dissection.layers;
        let layers = path.layers.iter().take(path.top + 1).map(|&index| &all[index]);
        let plan = |layer: &LayerNode| &self.layers[layer.composite.index()];
        let found = layers.clone().enumerate().rev().find_map(|(index, layer)| {
            let (src, dst) = plan(layer).addresses?;
            let of = |field| Some((field, node(shown.dissection, self.schema, layer, field)?));
            Some((index, of(src)?, of(dst)?))
        });
        let Some((index, from, to)) = found else { return 0 };
        let ports = layers.skip(index).find_map(|layer| {
            let (src, dst) = plan(layer).ports?;
            let port = |field| values::number(node(shown.dissection, self.schema, layer, field)?);
            Some((port(src)?, port(dst)?))
        });
        self.ends(out, shown.packet.data, from, to, ports)
    }

    /// `192.0.2.1:4000 → 192.0.2.2:80`. Bytes that take no room on the screen.
    pub(super) fn ends(
        &self,
        out: &mut Vec<u8>,
        data: &[u8],
        from: (FieldId, &Node),
        to: (FieldId, &Node),
        ports: Option<(u128, u128)>,
    ) -> usize {
        let Palette { text, end, .. } = self.palette;
        self.end_point(out, data, from, ports.map(|(port, _)| port));
        out.extend_from_slice(" → ".as_bytes());
        self.end_point(out, data, to, ports.map(|(_, port)| port));
        // The arrow takes three bytes and one column.
        2 + 2 * (text.len() + end.len())
    }

    fn end_point(&self, out: &mut Vec<u8>, data: &[u8], of: (FieldId, &Node), port: Option<u128>) {
        let (field, node) = of;
        let shape = self.plan.fields[field.index()].shape;
        out.extend_from_slice(self.palette.text.as_bytes());
        let bracketed = shape == Shape::Ipv6 && port.is_some();
        if bracketed {
            out.push(b'[');
        }
        values::address(out, shape, node, data);
        if bracketed {
            out.push(b']');
        }
        if let Some(port) = port {
            out.push(b':');
            text::wide(out, port);
        }
        out.extend_from_slice(self.palette.end.as_bytes());
    }

    /// `Ethernet/Ipv4/Icmp(Ipv4/Udp)`, `Ethernet/Ipv4/Tcp/TlsRecord/TlsHandshake+2`. Bytes that take no room on the screen.
    fn chain(&self, out: &mut Vec<u8>, shown: &Shown<'_>, path: &Path) -> usize {
        let all = &shown.dissection.layers;
        let Some(&top) = path.layers.get(path.top) else {
            let Palette { dim, end, .. } = self.palette;
            put!(out, "{dim}{}{end}", shown.packet.link_type);
            return dim.len() + end.len();
        };
        let of = |&index: &usize| all[index].composite;
        let unseen = self.names(out, path.layers[..path.top].iter().map(of), of(&top));
        let quoted = &path.layers[path.top + 1..];
        for (index, layer) in quoted.iter().enumerate() {
            out.push(if index == 0 { b'(' } else { b'/' });
            out.extend_from_slice(self.schema[of(layer)].name.as_bytes());
        }
        if !quoted.is_empty() {
            out.push(b')');
        }
        if quoted.is_empty() && all.len() > path.layers.len() {
            put!(out, "+{}", all.len() - path.layers.len());
        }
        unseen
    }

    /// `Ethernet/Ipv4/Udp`. Bytes that take no room on the screen.
    pub(super) fn names(&self, out: &mut Vec<u8>, below: impl Iterator<Item = CompositeId>, top: CompositeId) -> usize {
        let Palette { layer: color, dim, end, .. } = self.palette;
        let name = |layer: CompositeId| self.schema[layer].name.as_str();
        join(out, &[dim]);
        below.for_each(|layer| join(out, &[name(layer), "/"]));
        join(out, &[end, color, name(top), end]);
        dim.len() + color.len() + 2 * end.len()
    }

    /// What the top layer says of itself, and how many bytes it carries that nothing reads.
    fn says(&self, out: &mut Vec<u8>, shown: &Shown<'_>, path: &Path) {
        let Some(&top) = path.layers.get(path.top) else { return };
        let dissection = shown.dissection;
        let layer = &dissection.layers[top];
        let show = self.show(dissection, shown.packet.data);
        let mut told = Told::from(out.len());
        self.variants(out, dissection, layer);
        for telling in &self.layers[layer.composite.index()].telling {
            if told.is_full(out) {
                break;
            }
            let Some(at) = node_index(dissection, self.schema, layer, telling.field) else { continue };
            let Some(node) = dissection.nodes.get(at as usize) else { continue };
            let number = values::number(node);
            if !told.wants(telling.kind, number.is_some() && number == telling.default, number == Some(0)) {
                continue;
            }
            match telling.kind {
                TellingKind::Nested => self.nested(out, &show, at, &mut told),
                _ => self.tell(out, &show, node, telling),
            }
        }
        self.others_alike(out, &show, path, top, &told);
        self.opaque(out, dissection, layer);
    }

    /// The names in layers of the top one's kind that stand beside it, as the messages of one segment do.
    fn others_alike(&self, out: &mut Vec<u8>, show: &Show<'_>, path: &Path, top: usize, told: &Told) {
        let layers = &show.dissection.layers;
        if path.top + 1 < path.layers.len() || layers.len() == path.layers.len() {
            return;
        }
        let kind = layers[top].composite;
        let others = layers.iter().skip(top + 1).filter(|layer| layer.composite == kind);
        for layer in others {
            let named = self.layers[kind.index()].telling.iter().find(|telling| telling.kind == TellingKind::Named);
            if let Some(telling) = named
                && !told.is_full(out)
                && let Some(node) = node(show.dissection, self.schema, layer, telling.field)
            {
                self.tell(out, show, node, telling);
            }
        }
    }

    /// The names of the arms that were taken.
    fn variants(&self, out: &mut Vec<u8>, dissection: &Dissection, layer: &LayerNode) {
        if self.schema[layer.composite].variants.is_empty() {
            return;
        }
        let (from, to) = layer.nodes;
        for index in children(&dissection.nodes, from, to) {
            if let NodeKind::Variant(composite, variant) = dissection.nodes[index as usize].kind {
                let name = &self.schema[composite].variants[variant as usize].name;
                join(out, &[self.palette.symbol, name, self.palette.end, " "]);
            }
        }
    }

    /// What stands in front of the number of a field, where that is shown as it is.
    pub(super) fn counts(&self, telling: &Telling) -> Option<String> {
        let field = &self.plan.fields[telling.field.index()];
        let plain = field.shape == Shape::Number && field.names.is_none() && field.scale == 1 && !field.signed;
        let Palette { dim, end, .. } = self.palette;
        (plain && telling.kind == TellingKind::Number).then(|| format!("{dim}{}={end}", field.name))
    }

    /// What is the same for all values of a packet.
    pub(super) fn show<'a>(&'a self, dissection: &'a Dissection, data: &'a [u8]) -> Show<'a> {
        Show { schema: self.schema, plan: self.plan, palette: &self.plain, dissection, data }
    }

    /// What one field says.
    pub(super) fn tell(&self, out: &mut Vec<u8>, show: &Show<'_>, node: &Node, telling: &Telling) {
        let field = &self.plan.fields[telling.field.index()];
        let Palette { symbol, dim, end, .. } = self.palette;
        match (telling.kind, values::number(node)) {
            (TellingKind::Named, Some(number)) => match field.names.and_then(|names| show.enumerator(names, number)) {
                Some(found) => join(out, &[symbol, title(found), end, " "]),
                None => {
                    join(out, &[dim, &field.name, "=", end]);
                    text::wide(out, number);
                    out.push(b' ');
                }
            },
            (TellingKind::Flags, Some(number)) => {
                if let Shape::Flags(flags) = field.shape
                    && number != 0
                {
                    join(out, &[symbol, "["]);
                    show.flag_names(out, flags, number, |flag| flag.name.as_deref());
                    join(out, &["]", end, " "]);
                }
            }
            (TellingKind::Word, _) => {
                let word = values::text(field, node, show.dissection, show.data);
                let word = word.unwrap_or_else(|| text::utf8(values::bytes(node, show.data)));
                let end = word.char_indices().nth(ROOM).map_or(word.len(), |(at, _)| at);
                text::plain(out, &word[..end]);
                join(out, &[if end < word.len() { "… " } else { " " }]);
            }
            _ => {
                if is_nowhere(field.shape, node, show.data) {
                    return;
                }
                join(out, &[dim, &field.name, "=", end]);
                show.bare(out, node, telling.field);
                out.push(b' ');
            }
        }
    }

    /// Texts, addresses and the first name of a number anywhere in a value.
    fn nested(&self, out: &mut Vec<u8>, show: &Show<'_>, first: u32, told: &mut Told) {
        let nodes = &show.dissection.nodes;
        let Some(list) = nodes.get(first as usize) else { return };
        let mut at = first as usize + 1;
        while at < list.end as usize && told.texts < TEXTS {
            let Some(inner) = nodes.get(at) else { break };
            at += 1;
            let (NodeKind::Field(id) | NodeKind::Element(id)) = inner.kind else { continue };
            let field = &show.plan.fields[id.index()];
            if let (Some(names), Some(number)) = (field.names, values::number(inner)) {
                // What chooses an arm says no more than the arm does.
                if !told.named
                    && !self.tags[id.index()]
                    && let Some(found) = show.enumerator(names, number)
                {
                    join(out, &[self.palette.symbol, title(found), self.palette.end, " "]);
                    told.named = true;
                }
                continue;
            }
            let before = out.len();
            let address = matches!(field.shape, Shape::Ipv4 | Shape::Ipv6 | Shape::Mac)
                && !matches!(inner.value, Value::List(_))
                && !is_nowhere(field.shape, inner, show.data);
            if address || says_something(show, field, inner) {
                show.bare(out, inner, id);
                out.push(b' ');
            }
            // What was said of this value already is not said again.
            let (said, new) = out[told.start..].split_at(before - told.start);
            if !new.is_empty() && said.windows(new.len()).any(|part| part == new) {
                out.truncate(before);
            }
            told.texts += usize::from(out.len() > before);
        }
    }

    /// Bytes of the payload that are no layer.
    fn opaque(&self, out: &mut Vec<u8>, dissection: &Dissection, layer: &LayerNode) {
        let payloads = self.layers[layer.composite.index()].payloads.iter();
        let bytes = payloads.filter_map(|&field| match node(dissection, self.schema, layer, field)? {
            Node { kind: NodeKind::Payload(_, None), bits, .. } => Some(u64::from(*bits) / 8),
            _ => None,
        });
        self.carried(out, bytes.sum());
    }

    /// `+37 bytes`, if there are any.
    pub(super) fn carried(&self, out: &mut Vec<u8>, bytes: u64) {
        if bytes > 0 {
            join(out, &[self.palette.dim, "+"]);
            decimal(out, bytes);
            join(out, &[" bytes", self.palette.end, " "]);
        }
    }

    /// Anomalies by name, and the first error in words; of a message that goes on in another packet, just that.
    fn faults(&self, out: &mut Vec<u8>, shown: &Shown<'_>) {
        let dissection = shown.dissection;
        let Palette { warn, bad, dim, end, .. } = self.palette;
        let goes_on = |anomaly: &&Anomaly| goes_on(self.schema, dissection, anomaly);
        if dissection.anomalies.iter().any(|anomaly| goes_on(&anomaly)) {
            put!(out, "{dim}…{end} ");
        }
        for (index, anomaly) in dissection.anomalies.iter().enumerate().filter(|(_, one)| !goes_on(one)).take(4) {
            let name = anomaly_name(self.schema, anomaly.kind);
            let layer = dissection.layers.get(anomaly.layer as usize);
            let before = &dissection.anomalies[..index];
            if before.iter().any(|other| other.layer == anomaly.layer && anomaly_name(self.schema, other.kind) == name)
            {
                continue;
            }
            let key = layer.map_or("", |layer| self.schema[layer.composite].key.as_str());
            put!(out, "{warn}!{key}.{name}{end} ");
        }
        if let Some(error) = dissection.errors.first() {
            put!(out, "{bad}error: {}{end}", words::error(self.schema, error));
        }
    }
}

/// An address of zeros stands for none.
fn is_nowhere(shape: Shape, node: &Node, data: &[u8]) -> bool {
    matches!(shape, Shape::Ipv4 | Shape::Ipv6 | Shape::Mac) && values::bytes(node, data).iter().all(|&byte| byte == 0)
}

/// Whether a value is text with something to read in it.
fn says_something(show: &Show<'_>, field: &FieldPlan, node: &Node) -> bool {
    values::text(field, node, show.dissection, show.data).is_some_and(|text| text.chars().any(char::is_alphanumeric))
}

/// The node of a layer's own field.
fn node<'a>(dissection: &'a Dissection, schema: &Schema, layer: &LayerNode, field: FieldId) -> Option<&'a Node> {
    dissection.nodes.get(node_index(dissection, schema, layer, field)? as usize)
}

fn node_index(dissection: &Dissection, schema: &Schema, layer: &LayerNode, field: FieldId) -> Option<u32> {
    let frame = dissection.frames.get(layer.frame as usize)?;
    dissection.slots.get((frame.slots + schema[field].slot) as usize)?.checked_sub(1)
}

impl LayerPlan {
    fn new(schema: &Schema, plan: &Plan, composite: &Composite, tags: &[bool]) -> Self {
        let CompositeKind::Layer(layer) = &composite.kind else { return Self::default() };
        let is_address = |field: FieldId| {
            matches!(plan.fields[field.index()].shape, Shape::Ipv4 | Shape::Ipv6 | Shape::Mac)
                && !matches!(schema[field].ty, Type::List(..))
        };
        let is_number = |field: FieldId| plan.fields[field.index()].shape == Shape::Number;
        let provided = provided(schema, layer);
        let addresses = provided.iter().copied().find(|&(src, dst)| is_address(src) && is_address(dst));
        let ports = provided.iter().copied().find(|&(src, dst)| is_number(src) && is_number(dst));
        let addresses = addresses.or_else(|| {
            let named = |ends: [&str; 2]| {
                let of = |name: &str| {
                    let named = |&&id: &&FieldId| plan.fields[id.index()].name == name && is_address(id);
                    composite.fields.iter().find(named).copied()
                };
                Some((of(ends[0])?, of(ends[1])?))
            };
            named(["src", "dst"])
        });
        let shown = [addresses, ports].into_iter().flatten().flat_map(|(src, dst)| [src, dst]).collect::<Vec<_>>();
        let payloads = composite.fields.iter().copied().filter(|&field| matches!(schema[field].ty, Type::Next(_)));
        let payloads: Vec<FieldId> = payloads.collect();
        Self {
            addresses,
            ports,
            telling: telling(schema, plan, composite, &shown, tags),
            quotes: payloads.iter().any(|&field| always(schema, schema[field].partial)),
            payloads,
        }
    }
}

/// The fields behind the members `src` and `dst` of each interface that a layer provides.
fn provided(schema: &Schema, layer: &Layer) -> Vec<(FieldId, FieldId)> {
    let ends = layer.provides.iter().filter_map(|provide| {
        let names = schema[provide.interface].members.iter().map(|member| member.name.as_str());
        let members: Vec<(&str, Option<ExprId>)> = names.zip(provide.members.iter().copied()).collect();
        let field = |name: &str| {
            let (_, value) = members.iter().find(|(member, _)| *member == name)?;
            match &schema[(*value)?] {
                Expr::Field(fields) => fields.first().copied(),
                _ => None,
            }
        };
        Some((field("src")?, field("dst")?))
    });
    ends.collect()
}

/// The fields that say most of a layer, the most telling first.
fn telling(schema: &Schema, plan: &Plan, composite: &Composite, shown: &[FieldId], tags: &[bool]) -> Vec<Telling> {
    let mut found: Vec<Telling> = composite
        .fields
        .iter()
        .filter(|field| !shown.contains(field) && !plan.fields[field.index()].name.is_empty())
        .filter_map(|&field| {
            let kind = telling_kind(schema, plan, field)?;
            // The names of the arms say what their tag says.
            let said = kind == TellingKind::Named && tags[field.index()] && !composite.variants.is_empty();
            let default = schema[field].default.and_then(|default| match schema[default] {
                Expr::Int(value) => u128::try_from(value).ok(),
                _ => None,
            });
            (!said).then_some(Telling { field, kind, default })
        })
        .collect();
    found.sort_by_key(|telling| telling.kind);
    found
}

/// The fields whose values choose among arms.
fn collect_tags(schema: &Schema, block: &Block, tags: &mut [bool]) {
    for item in &block.items {
        match item {
            Item::Match(choice) => {
                if let Expr::Field(fields) = &schema[choice.on] {
                    fields.iter().for_each(|field| tags[field.index()] = true);
                }
                for arm in &choice.arms {
                    if let Action::Read(_, block) = &arm.action {
                        collect_tags(schema, block, tags);
                    }
                }
            }
            Item::If { then, otherwise, .. } => {
                collect_tags(schema, then, tags);
                collect_tags(schema, otherwise, tags);
            }
            _ => {}
        }
    }
}

/// Whether a value is text up to what separates it from the next one, or a number in digits.
fn is_word(schema: &Schema, ty: &Type) -> bool {
    match ty {
        Type::Text(_, Extent::Count(count)) => matches!(schema[*count], Expr::Before(_)),
        Type::Codec(codec, _) => {
            matches!(&schema[*codec].kind, CompositeKind::Codec(Codec { encode: Encode::Digits(_), .. }))
        }
        _ => false,
    }
}

fn telling_kind(schema: &Schema, plan: &Plan, id: FieldId) -> Option<TellingKind> {
    let (field, shape) = (&schema[id], plan.fields[id.index()].shape);
    // What is derived or fixed says nothing that the rest does not.
    let derived = field.auto.is_some() || field.constant.is_some() || field.trailing;
    match &field.ty {
        Type::Next(_) => None,
        Type::Struct(..) | Type::List(..) => Some(TellingKind::Nested),
        _ if derived => None,
        ty if is_word(schema, ty) => Some(TellingKind::Word),
        _ => match shape {
            Shape::Flags(_) => Some(TellingKind::Flags),
            Shape::Mac => Some(TellingKind::Mac),
            Shape::Text(_) | Shape::AsciiBytes | Shape::Ipv4 | Shape::Ipv6 => Some(TellingKind::Text),
            Shape::Codec(CodecResult::Name) => Some(TellingKind::Text),
            Shape::Number if plan.fields[id.index()].names.is_some() => Some(TellingKind::Named),
            Shape::Hex if plan.fields[id.index()].names.is_some() => Some(TellingKind::Named),
            Shape::Number | Shape::Hex | Shape::Fixed16 => Some(TellingKind::Number),
            _ => None,
        },
    }
}
