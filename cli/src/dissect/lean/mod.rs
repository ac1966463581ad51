//! A faster way to the line of a packet: generated readers look at the layers, and what was written before of the same values
//! is written again.
//!
//! Only packets with which nothing is wrong go this way, and only layers all of whose telling fields stand at fixed places.
//! All others are left to the interpreter, which says the same of these: a test compares the two.

mod memo;
mod plan;

use super::line::{self, Parts};
use super::summary::{Summary, Told};
use crate::text::decimal;
use arrayvec::ArrayVec;
use memo::Memo;
use packet_core::Region;
use packet_protocols::stack::{Below, Layer, LayerKind, Next};
use packet_runtime::file::Packet;
use packet_schema::Schema;
use packet_schema::interp::Dissection;
use packet_schema::model::CompositeId;
use plan::{LeanLayer, LeanTelling};

/// As many layers as a packet may have that goes this way.
const LAYERS: usize = 8;

/// Lines of packets by generated code.
pub(super) struct Lean {
    /// By composite: which generated reader it has.
    kinds: Vec<Option<LayerKind>>,
    /// By the number of a [`LayerKind`].
    layers: Vec<Option<LeanLayer>>,
    texts: Texts,
}

/// What was written before.
struct Texts {
    /// Who talks to whom: kinds of layers, ports, and two addresses of up to 16 bytes.
    who: Memo<6>,
    /// The names of layers.
    layers: Memo<1>,
    /// What a field says with a value.
    said: Memo<2>,
}

/// The layers of a packet.
type Layers<'a> = ArrayVec<Layer<'a>, LAYERS>;

impl Lean {
    /// Looks for the layers that can go this way. The definitions must be those that the readers were generated from.
    pub(super) fn new(schema: &Schema, summary: &Summary<'_>) -> Self {
        let mut layers = Vec::new();
        for &kind in LayerKind::ALL {
            let layer = schema.layers.get(kind.name()).map(|&id| LeanLayer::new(schema, summary, id));
            layers.resize_with(layers.len().max(kind as usize + 1), || None);
            if let Some(place) = layers.get_mut(kind as usize) {
                *place = layer.flatten();
            }
        }
        let texts = Texts { who: Memo::new(), layers: Memo::new(), said: Memo::new() };
        Self { kinds: super::kinds(schema), layers, texts }
    }

    /// Appends the line of a packet that begins with that layer; `false`, and nothing written, where it is one for the
    /// interpreter. `start` is when the first packet that has a time was captured.
    pub(super) fn packet(
        &mut self,
        out: &mut Vec<u8>,
        summary: &Summary<'_>,
        first: CompositeId,
        packet: &Packet<'_>,
        start: Option<i128>,
    ) -> bool {
        let Some(Some(first)) = self.kinds.get(first.index()) else { return false };
        if packet.origlen as usize > packet.data.len() {
            return false;
        }
        let mut layers = Layers::new();
        let Some(carried) = self.read(&mut layers, *first, packet.data) else { return false };
        let (plans, texts, data) = (&self.layers, &mut self.texts, packet.data);
        let parts = &mut Line { plans, texts, summary, layers: &layers, carried, data };
        line::write(out, packet, start, parts);
        true
    }

    /// Reads the layers of a packet, unless something is wrong with one. Gives the bytes of the payload that no layer reads.
    fn read<'a>(&self, layers: &mut Layers<'a>, first: LayerKind, data: &'a [u8]) -> Option<u64> {
        let mut next = Next::Layer(first, Region::new(data));
        loop {
            next = match next {
                Next::Layer(kind, region) => self.layer(layers, kind, region)?,
                Next::Opaque(payload) => return Some(payload.bytes().len() as u64),
                Next::Nothing => return Some(0),
            };
        }
    }

    /// Reads one layer, unless something is wrong with it, and says what follows.
    ///
    /// Within the loop, the compiler would take the region apart into single bytes, to put it together again for each layer.
    #[inline(never)]
    fn layer<'a>(&self, layers: &mut Layers<'a>, kind: LayerKind, region: Region<'a>) -> Option<Next<'a>> {
        let plan = self.layers.get(kind as usize)?.as_ref()?;
        let Ok(layer) = &Layer::parse(kind, region) else { return None };
        let below = &Below::Layers(layers);
        let sound = if plan.nests { layer.is_plain(below) } else { layer.is_regular(below) };
        if !sound || !self.leaves_nothing(layer, region, layers) {
            return None;
        }
        layers.try_push(*layer).ok()?;
        let next = layer.next();
        let is_stream = matches!(next, Next::Layer(next, _) if next.is_stream());
        (!is_stream).then_some(next)
    }

    /// Whether all bytes of a layer's region are its own, or a trailing field below takes what is left.
    fn leaves_nothing(&self, layer: &Layer<'_>, region: Region<'_>, below: &[Layer<'_>]) -> bool {
        let takes_rest = |layer: &Layer<'_>| plan_of(&self.layers, layer).is_some_and(|plan| plan.takes_rest);
        layer.region().bytes().len() == region.bytes().len() || region.is_soft() && below.iter().any(takes_rest)
    }
}

fn plan_of<'p>(plans: &'p [Option<LeanLayer>], layer: &Layer<'_>) -> Option<&'p LeanLayer> {
    plans.get(layer.kind() as usize)?.as_ref()
}

/// A line in the making.
struct Line<'a, 'p> {
    plans: &'a [Option<LeanLayer>],
    texts: &'a mut Texts,
    summary: &'a Summary<'a>,
    layers: &'a [Layer<'p>],
    /// Bytes of the payload that no layer reads.
    carried: u64,
    data: &'a [u8],
}

impl<'a> Line<'a, '_> {
    /// The bytes of the packet from a layer on, and where that starts.
    #[inline]
    fn bytes(&self, layer: &Layer<'_>) -> (&'a [u8], u32) {
        let start = layer.region().offset();
        (self.data.get(start as usize..).unwrap_or_default(), start)
    }

    /// What one field says, in the bytes from its layer on.
    fn tell(&mut self, out: &mut Vec<u8>, telling: &LeanTelling, number: Option<u64>, (bytes, start): (&[u8], u32)) {
        let (summary, data) = (self.summary, self.data);
        let tell = |out: &mut Vec<u8>| {
            let nothing = Dissection::default();
            summary.tell(out, &summary.show(&nothing, data), &telling.field.node(bytes, start), &telling.telling);
            0
        };
        match (number, &telling.counts) {
            (Some(number), Some(name)) => {
                name.write(out);
                decimal(out, number);
                out.push(b' ');
            }
            (Some(number), None) => {
                self.texts.said.write(out, [telling.field.id.index() as u64, number], tell);
            }
            (None, _) => _ = tell(out),
        }
    }
}

impl Parts for Line<'_, '_> {
    fn who(&mut self, out: &mut Vec<u8>) -> usize {
        let (plans, layers, data) = (self.plans, self.layers, self.data);
        let ends = |layer: &Layer<'_>| plan_of(plans, layer)?.ends.as_ref();
        let Some(index) = layers.iter().rposition(|layer| ends(layer).is_some()) else { return 0 };
        let (layer, above) = (&layers[index], &layers[index..]);
        let Some([src, dst]) = ends(layer) else { return 0 };
        let ports = above.iter().find_map(|layer| {
            let [src, dst] = plan_of(plans, layer)?.ports.as_ref()?;
            let (bytes, _) = self.bytes(layer);
            src.number(bytes).zip(dst.number(bytes))
        });
        let (bytes, start) = self.bytes(layer);
        let (from, to) = (src.raw(bytes), dst.raw(bytes));
        let (port, other) = ports.unwrap_or_default();
        let kinds = layer.kind() as u64 | u64::from(ports.is_some()) << 32;
        let summary = self.summary;
        self.texts.who.write(out, [kinds, port | other << 32, from[0], from[1], to[0], to[1]], |out| {
            let (from, to) = (src.node(bytes, start), dst.node(bytes, start));
            let ports = ports.map(|(port, other)| (port.into(), other.into()));
            summary.ends(out, data, (src.id, &from), (dst.id, &to), ports)
        })
    }

    fn layers(&mut self, out: &mut Vec<u8>) -> usize {
        let key = self.layers.iter().fold(0, |key, layer| key << 8 | (layer.kind() as u64 + 1));
        let (summary, plans) = (self.summary, self.plans);
        let Some((top, below)) = self.layers.split_last() else { return 0 };
        self.texts.layers.write(out, [key], |out| {
            let of = |layer: &Layer<'_>| plan_of(plans, layer).map(|plan| plan.composite);
            of(top).map_or(0, |top| summary.names(out, below.iter().filter_map(of), top))
        })
    }

    fn says(&mut self, out: &mut Vec<u8>) {
        let Some(layer) = self.layers.last() else { return };
        let Some(plan) = plan_of(self.plans, layer) else { return };
        let at = self.bytes(layer);
        let mut told = Told::from(out.len());
        for telling in &plan.told {
            if told.is_full(out) {
                break;
            }
            let number = telling.field.number(at.0);
            let is_default = number.is_some() && number == telling.default;
            if told.wants(telling.telling.kind, is_default, number == Some(0)) {
                self.tell(out, telling, number, at);
            }
        }
        self.summary.carried(out, self.carried);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing test may panic")]
mod tests {
    use super::*;
    use crate::dissect::plan::Plan;
    use crate::style::{ColorChoice, Palette};

    /// Ethernet, and RFC 768 over RFC 791: a datagram without data, from 10.0.0.1 to 10.0.0.2.
    const GOOD: [u8; 42] = [
        0x02, 0, 0, 0, 0, 2, 0x02, 0, 0, 0, 0, 1, 0x08, 0x00, //
        0x45, 0, 0, 28, 0, 1, 0, 0, 64, 17, 0x66, 0xce, 10, 0, 0, 1, 10, 0, 0, 2, //
        0x0f, 0xa0, 0x0f, 0xa1, 0, 8, 0xcc, 0x9a,
    ];

    #[test]
    fn only_packets_with_which_nothing_is_wrong_go_this_way() {
        let schema = crate::definitions::load_files(&[], true, ColorChoice::Never).ok().unwrap().schema;
        let plan = Plan::new(&schema);
        let lean = Lean::new(&schema, &Summary::new(&schema, &plan, Palette::default()));
        let read = |packet: &[u8]| {
            let mut layers = Layers::new();
            lean.read(&mut layers, LayerKind::Ethernet, packet).map(|_| layers.len())
        };
        assert_eq!(read(&GOOD), Some(3));
        for (at, what) in [(24, "the header's checksum"), (40, "the datagram's checksum"), (14, "the version")] {
            let mut bad = GOOD;
            bad[at] ^= 0x10;
            assert_eq!(read(&bad), None, "{what} is wrong");
        }
        assert_eq!(read(&GOOD[..41]), None, "a byte is missing");
    }
}
