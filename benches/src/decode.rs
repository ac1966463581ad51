//! Headers read down to the transport: addresses, ports, sequence numbers and flags.
//!
//! Each program reads a packet its own way and tells a `Tally` of what it read. Packets on which programs differ for
//! good reasons (fragments, extension headers of IPv6, cut or damaged packets) are left out.

mod by_hand;
mod layers;
mod pony;
mod stack;

#[cfg(feature = "peers")]
mod peers;

use crate::packets::{self, Packets};
use crate::{Case, Digest, Unit, Workload, limits};
use packet_core::batch::{self, BATCH};
use packet_protocols::stack::LayerKind;
use packet_runtime::packet::{Key, Packet, Registry, Target};
use std::hint::black_box;
use std::rc::Rc;

/// What was read of all packets so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    packets: u64,
    segments: u64,
    addresses: u64,
    ports: u64,
    sequence: u64,
    flags: u64,
    payload: u64,
}

/// A header of the transport, and how many bytes follow it.
#[derive(Clone, Copy)]
pub(crate) enum Transport {
    Tcp { src: u16, dst: u16, sequence: u32, flags: u8, payload: usize },
    Udp { src: u16, dst: u16, payload: usize },
}

impl Tally {
    #[inline(always)]
    pub(crate) fn ipv4(&mut self, src: u32, dst: u32, transport: Transport) {
        self.addresses = self.addresses.wrapping_add(u64::from(src)).wrapping_add(u64::from(dst));
        self.transport(transport);
    }

    #[inline(always)]
    pub(crate) fn ipv6(&mut self, src: [u8; 16], dst: [u8; 16], transport: Transport) {
        for address in [src, dst] {
            let halves = u128::from_be_bytes(address);
            self.addresses = self.addresses.wrapping_add(halves as u64).wrapping_add((halves >> 64) as u64);
        }
        self.transport(transport);
    }

    #[inline(always)]
    fn transport(&mut self, transport: Transport) {
        self.segments += 1;
        match transport {
            Transport::Tcp { src, dst, sequence, flags, payload } => {
                self.ports += u64::from(src) + u64::from(dst);
                self.sequence += u64::from(sequence);
                self.flags += u64::from(flags);
                self.payload = self.payload.wrapping_add(payload as u64);
            }
            Transport::Udp { src, dst, payload } => {
                self.ports += u64::from(src) + u64::from(dst);
                self.payload = self.payload.wrapping_add(payload as u64);
            }
        }
    }

    fn digest(self) -> Digest {
        let Self { packets, segments, addresses, ports, sequence, flags, payload } = self;
        Digest([packets, segments, addresses, ports, sequence, flags, payload, 0])
    }
}

/// All sets of packets, to be decoded.
///
/// # Errors
///
/// A capture that can't be read.
pub fn workloads() -> Result<Vec<Workload>, String> {
    let sets = packets::sets(by_hand::is_plain)?;
    Ok(sets
        .into_iter()
        .filter(|(_, packets)| !packets.is_empty())
        .map(|(name, packets)| workload(name, &packets))
        .collect())
}

/// The mix, or else the first set, out of all caches: which takes the same instructions, and more time.
///
/// # Errors
///
/// A capture that can't be read.
pub fn far() -> Result<Option<Workload>, String> {
    let sets = packets::sets(by_hand::is_plain)?;
    let near = sets.iter().find(|(name, _)| name.contains("mix")).or(sets.first());
    Ok(near.map(|(_, packets)| workload("far".to_owned(), &Rc::new(packets.scattered()))))
}

/// At least so many packets are read in a pass, if need be the same ones again.
const LEAST: usize = 4096;

fn workload(name: String, packets: &Rc<Packets>) -> Workload {
    let times = LEAST.div_ceil(packets.len());
    let cases = vec![
        case("pony", packets, times, pony::decode),
        batches("pony_batch", packets, times),
        case("pony_stack", packets, times, stack::within),
        listed("pony_packet", packets, times, None, stack::by_packet_to_transport),
        listed("pony_registry", packets, times, Some(with_one_more()), stack::by_packet_to_transport),
        listed("pony_packet_all", packets, times, None, stack::by_packet),
        case("pony_stack_value", packets, times, stack::by_value),
        case("pony_next", packets, times, layers::by_next),
        case("pony_layers", packets, times, layers::by_layer),
        raw(packets, times),
        case("limit_safe", packets, times, by_hand::decode),
    ];
    #[cfg(feature = "peers")]
    let cases = [cases, peers::cases(packets, times)].into_iter().flatten().collect();
    let units = (packets.len() * times) as u64;
    Workload { group: "decode", name, unit: Unit::Packet, units, limit: "limit_raw", cases }
}

/// Has each packet read by `decode`, which tells the tally if all is well.
fn case(
    name: &'static str,
    packets: &Rc<Packets>,
    times: usize,
    decode: impl Fn(&[u8], &mut Tally) -> Option<()> + 'static,
) -> Case {
    let packets = Rc::clone(packets);
    Case::new(name, move || {
        let mut tally = Tally::default();
        for _ in 0..times {
            for packet in packets.iter() {
                tally.packets += 1;
                // What can't be read is in nobody's tally.
                let _ = decode(black_box(packet), &mut tally);
            }
        }
        tally.digest()
    })
}

/// Another port for DNS, in a registry.
fn with_one_more() -> Registry {
    let mut registry = Registry::new();
    registry.decode_as(Key::new("udp_port", 5300), Target::Known(LayerKind::Dns));
    registry
}

/// As `case` has them read, each into the list of layers that the one before was read into.
fn listed(
    name: &'static str,
    packets: &Rc<Packets>,
    times: usize,
    registry: Option<Registry>,
    decode: impl for<'a> Fn(&mut Packet<'a>, &'a [u8], &mut Tally) -> Option<()> + 'static,
) -> Case {
    let packets = Rc::clone(packets);
    Case::new(name, move || {
        let (mut tally, mut list) = (Tally::default(), registry.as_ref().map_or_else(Packet::new, Registry::packet));
        for _ in 0..times {
            for packet in packets.iter() {
                tally.packets += 1;
                let _ = decode(&mut list, black_box(packet), &mut tally);
            }
        }
        tally.digest()
    })
}

/// As `case` has [`pony::decode`] read them, in batches of which the headers are fetched beforehand.
fn batches(name: &'static str, packets: &Rc<Packets>, times: usize) -> Case {
    let packets = Rc::clone(packets);
    Case::new(name, move || {
        let mut tally = Tally::default();
        for _ in 0..times {
            for batch in packets.batches(BATCH) {
                batch::fetch(batch.clone());
                for packet in batch {
                    tally.packets += 1;
                    let _ = pony::decode(black_box(packet), &mut tally);
                }
            }
        }
        tally.digest()
    })
}

fn raw(packets: &Rc<Packets>, times: usize) -> Case {
    let packets = Rc::clone(packets);
    Case::new("limit_raw", move || {
        let mut tally = Tally::default();
        for _ in 0..times {
            for (packet, length) in packets.with_slack() {
                tally.packets += 1;
                limits::decode(black_box(packet), length, &mut tally);
            }
        }
        tally.digest()
    })
}
