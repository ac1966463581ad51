//! Packets for people: every layer, every field with its place, and what is wrong with it beside it.

use super::json::{Clock, bits_of};
use super::plan::{Plan, Shape};
use super::show::{INLINE_BYTES, Show, goes_on, hexadecimal, spaced_hex};
use super::{Shown, doc_title, values};
use crate::style::Palette;
use crate::text::{pad_to, put};
use packet_schema::Schema;
use packet_schema::interp::{Anomaly, AnomalyKind, Eval, Node, NodeKind, Value, Verdict, View, children, words};
use packet_schema::model::{Extent, FieldId, FlagsId, MetaKind, Type};

/// Writes packets as trees.
pub(crate) struct Tree<'s> {
    schema: &'s Schema,
    plan: &'s Plan,
    palette: Palette,
    clock: Clock,
    rows: Vec<Row>,
    first: bool,
}

/// A line below a layer's title.
#[derive(Default)]
struct Row {
    /// First byte.
    offset: Option<u32>,
    /// Which bits of the bytes from there on, where not all of them: `.... 0101`.
    bits: String,
    depth: usize,
    name: String,
    /// What stands behind the name, with its colours.
    value: Vec<u8>,
}

/// Bytes of a line that shows bytes.
const DUMP_LINE: usize = 16;

/// Lines of bytes that are shown of one field.
const DUMP_LINES: usize = 8;

/// Names that are longer push their value aside.
const WIDEST_NAME: usize = 30;

impl<'s> Tree<'s> {
    /// A writer in these colours.
    pub(crate) fn new(schema: &'s Schema, plan: &'s Plan, palette: Palette) -> Self {
        Self { schema, plan, palette, clock: Clock::default(), rows: Vec::new(), first: true }
    }

    /// Appends a packet.
    pub(crate) fn packet(&mut self, out: &mut Vec<u8>, shown: &Shown<'_>) {
        if !std::mem::take(&mut self.first) || shown.packet.frame > 1 {
            out.push(b'\n');
        }
        self.head(out, shown);
        let show = Show {
            schema: self.schema,
            plan: self.plan,
            palette: &self.palette,
            dissection: shown.dissection,
            data: shown.packet.data,
        };
        let mut rows = std::mem::take(&mut self.rows);
        for index in 0..shown.dissection.layers.len() {
            layer_title(out, &show, index);
            Rows { show, rows: &mut rows, layer: index as u32 }.layer(index);
            write_rows(out, &self.palette, &mut rows);
        }
        if !shown.known_link_type {
            put!(out, "  {}no definition is bound to this link type{}\n", self.palette.dim, self.palette.end);
            Rows { show, rows: &mut rows, layer: 0 }.dump(shown.packet.data, 0, 0);
            write_rows(out, &self.palette, &mut rows);
        }
        self.rows = rows;
        self.stray_errors(out, shown);
        self.metas(out, shown);
    }

    /// Errors that happened in no layer.
    fn stray_errors(&self, out: &mut Vec<u8>, shown: &Shown<'_>) {
        let Palette { bad, end, .. } = self.palette;
        let view = View { schema: self.schema, data: shown.packet.data, dissection: shown.dissection };
        for error in shown.dissection.errors.iter().filter(|error| view.layer_of_error(error).is_none()) {
            put!(out, "  {bad}error: {}{end}\n", words::error(self.schema, error));
        }
    }

    fn metas(&self, out: &mut Vec<u8>, shown: &Shown<'_>) {
        let Palette { name: color, end, .. } = self.palette;
        for (name, value) in shown.metas {
            let meta = self.schema.metas.iter().find(|meta| meta.name == *name);
            put!(out, "  {color}{name}{end} = ");
            match meta.filter(|meta| matches!(meta.kind, MetaKind::Key { .. })) {
                Some(hash) => hexadecimal(out, *value, hash.bits),
                None => put!(out, "{value}"),
            }
            out.push(b'\n');
        }
    }

    fn head(&mut self, out: &mut Vec<u8>, shown: &Shown<'_>) {
        let packet = &shown.packet;
        let Palette { head, dim, end, .. } = self.palette;
        put!(out, "{head}Packet {}{end}  ", packet.frame);
        match packet.timestamp {
            Some(time) => self.clock.write(out, time),
            None => put!(out, "{dim}no time{end}"),
        }
        put!(out, "  {} bytes", packet.origlen);
        if packet.caplen() != packet.origlen {
            put!(out, ", {} captured", packet.caplen());
        }
        put!(out, "  {dim}{} ({}){end}\n", packet.link_type, packet.link_type.0);
    }
}

/// `Ipv4  14..34  Internet header, RFC 791 §3.1`.
fn layer_title(out: &mut Vec<u8>, show: &Show<'_>, index: usize) {
    let layer = &show.dissection.layers[index];
    let composite = &show.schema[layer.composite];
    let Palette { layer: color, dim, end, .. } = *show.palette;
    put!(out, "  {color}{}{end}  {dim}{}..{}", composite.name, layer.start, layer.start + layer.header);
    let title = doc_title(&composite.docs);
    if !title.is_empty() {
        put!(out, "  {title}");
    }
    put!(out, "{end}\n");
}

/// Writes the rows in columns, and forgets them.
fn write_rows(out: &mut Vec<u8>, palette: &Palette, rows: &mut Vec<Row>) {
    let Palette { name: color, dim, end, .. } = *palette;
    let bits = rows.iter().map(|row| row.bits.len()).max().unwrap_or(0);
    let width = |row: &Row| row.depth * 2 + row.name.chars().count();
    let named = rows.iter().filter(|row| !row.value.is_empty() && !row.name.is_empty());
    let names = named.map(width).filter(|&width| width <= WIDEST_NAME).max().unwrap_or(0);
    for row in rows.drain(..) {
        match row.offset {
            Some(offset) => put!(out, "{dim}{offset:>8}  "),
            None => put!(out, "{dim}{:>8}  ", ""),
        }
        if bits > 0 {
            put!(out, "{:<bits$}  ", row.bits);
        }
        put!(out, "{end}{:indent$}", "", indent = row.depth * 2);
        if row.name.is_empty() {
            out.extend_from_slice(&row.value);
        } else {
            put!(out, "{color}{}{end}", row.name);
            if !row.value.is_empty() {
                let start = out.len();
                pad_to(out, start, names.saturating_sub(width(&row)) + 2);
                out.extend_from_slice(&row.value);
            }
        }
        while out.last() == Some(&b' ') {
            out.pop();
        }
        out.push(b'\n');
    }
}

/// Collects the rows of one layer.
struct Rows<'a, 'r> {
    show: Show<'a>,
    rows: &'r mut Vec<Row>,
    layer: u32,
}

impl Rows<'_, '_> {
    fn layer(&mut self, index: usize) {
        let layer = self.show.dissection.layers[index];
        for anomaly in self.anomalies(None) {
            self.anomaly(0, &anomaly);
        }
        for (from, to) in [layer.nodes, layer.tail] {
            self.range(from, to);
        }
        let Show { schema, data, dissection, .. } = self.show;
        let view = View { schema, data, dissection };
        for error in &dissection.errors {
            if view.layer_of_error(error).is_some_and(|at| std::ptr::eq(at, &dissection.layers[index])) {
                self.note(0, self.show.palette.bad, &format!("error: {}", words::error(self.show.schema, error)));
            }
        }
    }

    /// The rows of all nodes from one to another. Depth follows from the ends of the nodes that are open.
    fn range(&mut self, from: u32, to: u32) {
        let mut open: Vec<(u32, u32)> = Vec::new();
        let mut at = from;
        while at < to {
            while open.last().is_some_and(|&(end, _)| end <= at) {
                open.pop();
            }
            let Some(node) = self.show.dissection.nodes.get(at as usize) else { break };
            let in_list = open.last_mut().map(|(_, elements)| {
                let index = *elements;
                *elements += u32::from(matches!(node.kind, NodeKind::Element(_)));
                index
            });
            let inside = self.node(at, node, open.len(), in_list.unwrap_or(0));
            for anomaly in self.anomalies(Some(at)) {
                if !matches!(anomaly.kind, AnomalyKind::Verify(..)) {
                    self.anomaly(open.len() + 1, &anomaly);
                }
            }
            match inside {
                Inside::Deeper => {
                    open.push((node.end, 0));
                    at += 1;
                }
                Inside::Level => at += 1,
                Inside::Nothing => at = node.end.max(at + 1),
            }
        }
    }

    fn node(&mut self, at: u32, node: &Node, depth: usize, position: u32) -> Inside {
        match node.kind {
            NodeKind::Field(field) | NodeKind::Payload(field, None) => self.field(at, node, field, depth, None),
            NodeKind::Element(field) => self.field(at, node, field, depth, Some(position)),
            NodeKind::Payload(_, Some(_)) => Inside::Nothing,
            NodeKind::Prefix(field) => {
                let what = if counts(&self.show.schema[field].ty) { "count" } else { "length" };
                let name = format!("{}.{what}", self.show.plan.fields[field.index()].name);
                let mut row = place(node, depth, name);
                if let Some(number) = values::number(node) {
                    put!(&mut row.value, "{number}");
                }
                self.rows.push(row);
                Inside::Nothing
            }
            NodeKind::Variant(composite, variant) => {
                if self.named_above(at) {
                    return Inside::Level;
                }
                let name = self.show.schema[composite].variants[variant as usize].name.clone();
                self.rows.push(place(node, depth, name));
                Inside::Deeper
            }
            NodeKind::Padding(_) => {
                self.bytes(node, depth, "padding", "");
                Inside::Nothing
            }
            NodeKind::Spoiled(field) => {
                let name = field.map_or("", |field| self.show.plan.fields[field.index()].name.as_str());
                self.bytes(node, depth, name, "unreadable");
                Inside::Nothing
            }
        }
    }

    /// Bytes that are no field's value.
    fn bytes(&mut self, node: &Node, depth: usize, name: &str, what: &str) {
        let bytes = values::bytes(node, self.show.data);
        if bytes.is_empty() {
            return;
        }
        let mut row = place(node, depth, if name.is_empty() { what } else { name }.to_owned());
        let Palette { bad, dim, end, .. } = *self.show.palette;
        if !what.is_empty() {
            put!(&mut row.value, "{bad}{what}{end}  ");
        }
        put!(&mut row.value, "{dim}");
        if bytes.len() <= INLINE_BYTES {
            spaced_hex(&mut row.value, bytes);
        } else if bytes.iter().all(|&byte| byte == 0) {
            put!(&mut row.value, "{} zero bytes", bytes.len());
        } else {
            put!(&mut row.value, "{} bytes", bytes.len());
        }
        put!(&mut row.value, "{end}");
        self.rows.push(row);
        if bytes.len() > INLINE_BYTES && bytes.iter().any(|&byte| byte != 0) {
            self.dump(bytes, node.start / 8, depth + 1);
        }
    }

    fn field(&mut self, at: u32, node: &Node, id: FieldId, depth: usize, position: Option<u32>) -> Inside {
        let plan = self.show.plan;
        let field = &plan.fields[id.index()];
        let reserved = field.name.is_empty();
        if node.bits == 0 && matches!((node.kind, node.value), (NodeKind::Payload(..), _) | (_, Value::List(0))) {
            return Inside::Nothing;
        }
        let name = match position {
            Some(position) => format!("[{position}]"),
            None if reserved => "reserved".to_owned(),
            None => field.name.clone(),
        };
        let mut row = place(node, depth, name);
        let inside = match node.value {
            Value::Frame(frame) => self.composite(&mut row, at, node, frame),
            Value::List(_) => {
                self.show.value(&mut row.value, node, id);
                Inside::Deeper
            }
            _ => {
                self.show.value(&mut row.value, node, id);
                self.judge(&mut row, at, id);
                Inside::Nothing
            }
        };
        if reserved {
            let Palette { dim, end, .. } = *self.show.palette;
            row.value = [dim.as_bytes(), &row.value, end.as_bytes()].concat();
        }
        self.rows.push(row);
        match (field.shape, values::number(node)) {
            (Shape::Flags(flags), Some(value)) => self.flags(node, flags, value, depth + 1),
            _ => self.rest_of_bytes(node, id, depth),
        }
        inside
    }

    /// A composite's row: what it is, and, where it holds a single value, that value too.
    fn composite(&self, row: &mut Row, at: u32, node: &Node, frame: u32) -> Inside {
        let nodes = &self.show.dissection.nodes;
        let Palette { symbol, end, .. } = *self.show.palette;
        let name = match variant_in(nodes, at, node.end) {
            Some(NodeKind::Variant(composite, variant)) => {
                self.show.schema[composite].variants[variant as usize].name.as_str()
            }
            _ => {
                let composite = self.show.dissection.frames.get(frame as usize).map(|frame| frame.composite);
                composite.map_or("", |composite| self.show.schema[composite].name.as_str())
            }
        };
        put!(&mut row.value, "{symbol}{name}{end}");
        if node.end == at + 2
            && let Some(only) = nodes.get(at as usize + 1)
            && let NodeKind::Field(field) = only.kind
            && !matches!(only.value, Value::Frame(_) | Value::List(_))
            && !matches!(self.show.plan.fields[field.index()].shape, Shape::Flags(_))
            && only.bits <= INLINE_BYTES as u32 * 8
        {
            let Palette { name: color, .. } = *self.show.palette;
            put!(&mut row.value, "  {color}{}{end} ", self.show.plan.fields[field.index()].name);
            self.show.value(&mut row.value, only, field);
            return Inside::Nothing;
        }
        Inside::Deeper
    }

    /// Whether the row of what holds a variant has its name already.
    fn named_above(&self, at: u32) -> bool {
        let nodes = &self.show.dissection.nodes;
        // The innermost node that holds this one is the last before it that does not end before it.
        let above = (0..at as usize).rev().take(256).find(|&index| nodes[index].end > at);
        above.is_some_and(|above| {
            matches!(nodes[above].value, Value::Frame(_))
                && first_variant(nodes, above as u32, nodes[above].end) == Some(at)
        })
    }

    /// Says whether a verified field is right.
    fn judge(&self, row: &mut Row, at: u32, id: FieldId) {
        let Palette { good, warn, dim, end, .. } = *self.show.palette;
        let wrong = self.anomalies(Some(at)).into_iter().find_map(|anomaly| match anomaly.kind {
            AnomalyKind::Verify(_, expected) => Some(expected),
            _ => None,
        });
        if let Some(expected) = wrong {
            put!(&mut row.value, "  {warn}wrong: should be ");
            match self.show.plan.fields[id.index()].shape {
                Shape::Hex => hexadecimal(&mut row.value, expected.into(), self.show.plan.fields[id.index()].bits),
                _ => put!(&mut row.value, "{expected}"),
            }
            return put!(&mut row.value, "{end}");
        }
        if self.show.schema[id].verify.is_none() {
            return;
        }
        let Some(frame) = frame_of(&self.show, id, at) else { return };
        let eval = Eval::new(self.show.schema, self.show.data, self.show.dissection, frame);
        match eval.verify(id, at) {
            Verdict::Right => put!(&mut row.value, "  {good}correct{end}"),
            Verdict::Unknown => put!(&mut row.value, "  {dim}not verified{end}"),
            Verdict::Unused => put!(&mut row.value, "  {dim}not in use{end}"),
            Verdict::Wrong(_) => {}
        }
    }

    /// One row for each flag.
    fn flags(&mut self, node: &Node, id: FlagsId, value: u128, depth: usize) {
        let set = &self.show.schema[id];
        let Palette { dim, end, .. } = *self.show.palette;
        for flag in &set.flags {
            let Some(name) = &flag.name else { continue };
            let bits = bits_of(value, flag.shift, flag.bits);
            let mut row = Row { depth, name: flag.label.clone().unwrap_or_else(|| name.clone()), ..Row::default() };
            row.bits = pattern(node.start, node.bits, flag.shift, flag.bits, bits);
            if bits == 0 {
                put!(&mut row.value, "{dim}");
            }
            self.show.flag(&mut row.value, flag, bits);
            if bits == 0 {
                put!(&mut row.value, "{end}");
            }
            self.rows.push(row);
        }
    }

    /// The bytes of a field for which its own row has no room.
    fn rest_of_bytes(&mut self, node: &Node, id: FieldId, depth: usize) {
        let field = &self.show.plan.fields[id.index()];
        if node.value != Value::Bytes || values::text(field, node, self.show.dissection, self.show.data).is_some() {
            return;
        }
        let bytes = values::bytes(node, self.show.data);
        if bytes.len() > INLINE_BYTES && !matches!(field.shape, Shape::Ipv6) {
            self.dump(bytes, node.start / 8, depth + 1);
        }
    }

    /// Bytes in hexadecimal and as characters, the first lines of them.
    fn dump(&mut self, bytes: &[u8], start: u32, depth: usize) {
        let Palette { dim, end, .. } = *self.show.palette;
        for (line, chunk) in bytes.chunks(DUMP_LINE).take(DUMP_LINES).enumerate() {
            let mut value = dim.as_bytes().to_vec();
            let from = value.len();
            spaced_hex(&mut value, chunk);
            pad_to(&mut value, from, DUMP_LINE * 3 + 1);
            value.extend(chunk.iter().map(|&byte| if matches!(byte, b' '..=b'~') { byte } else { b'.' }));
            value.extend_from_slice(end.as_bytes());
            let offset = start + (line * DUMP_LINE) as u32;
            self.rows.push(Row { offset: Some(offset), depth, value, ..Row::default() });
        }
        let shown = DUMP_LINE * DUMP_LINES;
        if bytes.len() > shown {
            self.note(depth, dim, &format!("and {} bytes more", bytes.len() - shown));
        }
    }

    fn note(&mut self, depth: usize, color: &str, text: &str) {
        let mut row = Row { depth, ..Row::default() };
        put!(&mut row.value, "{color}{text}{}", self.show.palette.end);
        self.rows.push(row);
    }

    /// The layer's anomalies at a node, or those at none.
    fn anomalies(&self, at: Option<u32>) -> Vec<Anomaly> {
        let all = &self.show.dissection.anomalies;
        all.iter().filter(|anomaly| anomaly.layer == self.layer && anomaly.node == at).copied().collect()
    }

    fn anomaly(&mut self, depth: usize, anomaly: &Anomaly) {
        let Show { schema, dissection, palette, .. } = self.show;
        if goes_on(schema, dissection, anomaly) {
            self.note(depth, palette.dim, "… goes on in another packet");
        } else {
            self.note(depth, palette.warn, &format!("! {}", words::anomaly(schema, anomaly.kind)));
        }
    }
}

/// What becomes of the nodes in a node.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    /// They stand one level deeper.
    Deeper,
    /// They stand on the same level.
    Level,
    /// They are left out.
    Nothing,
}

/// Whether what stands in front of a value is its number of elements.
fn counts(ty: &Type) -> bool {
    matches!(ty, Type::List(_, Extent::PrefixItems(_)))
}

/// A row with a node's place.
fn place(node: &Node, depth: usize, name: String) -> Row {
    let mut row = Row { offset: Some(node.start / 8), depth, name, ..Row::default() };
    if !(node.start.is_multiple_of(8) && node.bits.is_multiple_of(8))
        && let Some(value) = values::number(node)
    {
        row.bits = pattern(node.start, node.bits, 0, node.bits, value);
    }
    row
}

/// The bits of a field within its bytes, or some of them: `.... 0101`. Wide fields have none.
fn pattern(start: u32, bits: u32, shift: u32, width: u32, value: u128) -> String {
    let lead = start % 8;
    let total = (lead + bits).div_ceil(8) * 8;
    let (first, end) = (lead + bits.saturating_sub(shift + width), lead + bits.saturating_sub(shift));
    if total > 64 {
        return String::new();
    }
    let mut text = String::with_capacity(80);
    for bit in 0..total {
        if bit > 0 && bit % 4 == 0 {
            text.push(' ');
        }
        text.push(match (first..end).contains(&bit) {
            true if value >> (end - 1 - bit) & 1 == 1 => '1',
            true => '0',
            false => '.',
        });
    }
    text
}

/// The first variant directly in a node.
fn first_variant(nodes: &[Node], at: u32, end: u32) -> Option<u32> {
    children(nodes, at + 1, end).find(|&child| matches!(nodes[child as usize].kind, NodeKind::Variant(..)))
}

fn variant_in(nodes: &[Node], at: u32, end: u32) -> Option<NodeKind> {
    Some(nodes.get(first_variant(nodes, at, end)? as usize)?.kind)
}

/// The frame in which a field's node stands.
fn frame_of(show: &Show<'_>, id: FieldId, at: u32) -> Option<u32> {
    let field = &show.schema[id];
    let frames = show.dissection.frames.iter().zip(0..);
    let mut own = frames.filter(|(frame, _)| frame.composite == field.owner);
    own.find(|(frame, _)| show.dissection.slots.get((frame.slots + field.slot) as usize) == Some(&(at + 1)))
        .map(|(_, index)| index)
}
