//! Any packet, read by the generated readers.

use super::bytes::Bytes;
use super::setters::set_each;
use crate::definitions::protocols;
use packet_core::{Anomaly, BitPlace, Error, FieldInfo, FieldValue, FieldVisitor, Fields, Group, Region};
use packet_protocols::COMPOSITES;
use packet_protocols::stack::{Below, Layer, LayerKind, Next, guess, may_begin};
use packet_schema::sample::{Choices, Sampler};
use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::LazyLock;

/// As many layers as are read of a packet.
const LAYERS: usize = 12;

/// Reads a packet as a layer of some kind and all that follows, or as a struct, asks for everything there is, and sets every
/// field that can be set. The first
/// byte says what it begins with, the second how many bytes were cut off its end, and whether it is printed too.
///
/// # Panics
///
/// Something panics, a place lies outside of the packet, or what opens is not closed.
pub fn readers(data: &[u8]) {
    let mut bytes = Bytes::new(data);
    let (start, how) = (usize::from(bytes.byte()), bytes.byte());
    let packet = bytes.rest();
    let region = Region::captured(packet, packet.len() + usize::from(how >> 4));
    let printed = how & 0x0f == 0x0f;
    match LayerKind::ALL.get(start) {
        Some(kind) => {
            layers(*kind, region, printed);
            set_each(kind.name(), packet);
        }
        None => alone(start - LayerKind::ALL.len(), region, packet),
    }
}

/// Changes an input of [`readers`] as one who knows the layers does: a field or a list of the packet, and what is derived
/// follows. It has `size` bytes, and at most `most` then; how many it has is what comes back.
pub fn mutate(data: &mut [u8], size: usize, most: usize, seed: u32) -> usize {
    let most = most.min(data.len());
    let input = data.get(..size).unwrap_or_default();
    let sampler = input.first().and_then(|start| SAMPLERS.get(usize::from(*start))?.as_ref());
    let packet = input.get(2..).unwrap_or_default();
    let mutated =
        sampler.and_then(|sampler| sampler.mutated(sampler.target(), packet, &mut Choices::seed(seed.into())));
    let Some(mutated) = mutated.filter(|mutated| mutated.len() + 2 <= most) else { return size.min(most) };
    data.iter_mut().skip(2).zip(&mutated).for_each(|(place, byte)| *place = *byte);
    mutated.len() + 2
}

/// By the number of its kind, what makes packets up that begin with a layer.
static SAMPLERS: LazyLock<Vec<Option<Sampler<'static>>>> = LazyLock::new(|| {
    let sampler = |kind: &LayerKind| {
        let layer = *protocols().layers.get(kind.name())?;
        Some(Sampler::new(protocols(), layer).beginning_with(layer))
    };
    LayerKind::ALL.iter().map(sampler).collect()
});

/// The bytes by which a packet is read as a layer.
pub(super) fn input(layer: &str, packet: &[u8]) -> Option<Vec<u8>> {
    let position = LayerKind::ALL.iter().position(|kind| kind.name() == layer);
    let composites = || COMPOSITES.iter().copied().flatten();
    let start = position
        .or_else(|| Some(LayerKind::ALL.len() + composites().position(|composite| composite.name == layer)?))?;
    Some([&[u8::try_from(start).ok()?, 0], packet].concat())
}

/// A composite by itself.
fn alone(index: usize, region: Region<'_>, packet: &[u8]) {
    let Some(composite) = COMPOSITES.iter().copied().flatten().nth(index) else { return };
    let mut fields = Looker::new(region);
    if let Err(error) = (composite.read)(region, &mut fields) {
        assert!(!error.field.name.is_empty());
    }
    fields.conclude();
    set_each(composite.name, packet);
}

/// A layer, and those in its payload.
fn layers(first: LayerKind, packet: Region<'_>, printed: bool) {
    let mut read: Vec<Layer<'_>> = Vec::with_capacity(LAYERS);
    let (mut kind, mut region) = (first, packet);
    while read.len() < LAYERS {
        let layer = match Layer::parse(kind, region) {
            Ok(layer) => layer,
            Err(error) => {
                if printed {
                    print(&error);
                }
                break;
            }
        };
        let regular = layer.is_regular(&Below::Layers(&read));
        let mut anomalies = 0;
        layer.anomalies(&Below::Layers(&read), &mut |anomaly: Anomaly| {
            anomalies += 1;
            if printed {
                print(&anomaly);
            }
        });
        assert!(!regular || anomalies == 0, "{kind:?} is regular, and has {anomalies} anomalies");
        assert!(regular || !layer.is_plain(&Below::Layers(&read)), "{kind:?} is plain, and not regular");
        let mut fields = Looker::new(packet);
        layer.fields(&mut fields);
        fields.conclude();
        if printed {
            print(&layer);
        }
        let next = layer.next();
        read.push(layer);
        match next {
            Next::Layer(next, payload) => {
                black_box(may_begin(next, payload));
                (kind, region) = (next, payload);
            }
            Next::Opaque(payload) => {
                for table in ["tcp_port", "udp_port"] {
                    black_box(guess(table, payload));
                }
                break;
            }
            Next::Nothing => break,
        }
    }
}

fn print(what: &dyn std::fmt::Debug) {
    let mut text = String::new();
    let _infallible = write!(text, "{what:?}");
    assert!(!text.is_empty());
}

/// Looks at every field.
struct Looker {
    /// Where the packet ends, in bits.
    end: u64,
    open: u32,
    sum: u128,
}

impl Looker {
    fn new(packet: Region<'_>) -> Self {
        Self { end: (u64::from(packet.offset()) + packet.bytes().len() as u64) * 8, open: 0, sum: 0 }
    }

    fn conclude(self) {
        assert_eq!(self.open, 0, "what opens is closed");
        black_box(self.sum);
    }
}

impl FieldVisitor for Looker {
    fn value(&mut self, field: &'static FieldInfo, place: BitPlace, value: FieldValue<'_>) {
        assert!(u64::from(place.start) + u64::from(place.bits) <= self.end, "{field} lies in the packet");
        self.sum = self.sum.wrapping_add(match value {
            FieldValue::Number(number) | FieldValue::Named(number, _) | FieldValue::Flags(number, _) => number,
            FieldValue::Signed(number) => number as u128,
            FieldValue::Bool(truth) => truth.into(),
            FieldValue::Float(number) => number.to_bits().into(),
            FieldValue::Ipv4(address) => u128::from(u32::from(address)),
            FieldValue::Ipv6(address) => u128::from(address),
            FieldValue::Mac(address) => u128::from(u64::from(address)),
            FieldValue::Bytes(bytes) | FieldValue::Text(bytes) => bytes.len() as u128,
            FieldValue::Decoded(text) => {
                let mut counted = Count(0);
                let _infallible = write!(counted, "{text}");
                counted.0 as u128
            }
            FieldValue::Payload(region) => region.bytes().len() as u128,
        });
    }

    fn enter(&mut self, _: Group) {
        self.open += 1;
    }

    fn leave(&mut self) {
        self.open = self.open.checked_sub(1).unwrap_or(u32::MAX);
    }

    fn error(&mut self, error: &Error) {
        self.sum = self.sum.wrapping_add(error.offset.into());
    }
}

/// Counts what is written.
struct Count(usize);

impl std::fmt::Write for Count {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0 += text.len();
        Ok(())
    }
}
