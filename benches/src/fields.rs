//! One kind of field each, read by its accessor and by hand: what a layer costs that is read for it alone.

use crate::{Case, Digest, Unit, Workload};
use packet_protocols::craft::{Dns, Field, Ipv4, Ipv6, Packet, Tcp, Udp, Vlan};
use packet_protocols::dns::RrType;
use packet_protocols::dns::craft::Question;
use packet_protocols::ipv4::Ipv4Flags;
use packet_protocols::tcp::TcpFlags;
use packet_protocols::tcp::craft::{
    TcpOption, TcpOptionMss, TcpOptionTimestamps, TcpOptionVariant, TcpOptionWindowScale,
};
use packet_protocols::{dns, ipv4, ipv6, tcp, udp, vlan};
use std::hint::black_box;

/// Packets in a pass.
const COUNT: u16 = 4096;

/// What a program reads of a packet, as one number.
type Read = fn(&[u8]) -> Option<u64>;

/// A kind of field: packets that have one, how the accessor reads it, and how a hand would.
struct Kind {
    name: &'static str,
    packet: fn(u16) -> Option<Vec<u8>>,
    pony: Read,
    by_hand: Read,
}

const KINDS: &[Kind] = &[
    Kind {
        name: "number",
        packet: |index| Udp { src_port: index, dst_port: 53, ..Default::default() }.to_vec().ok(),
        pony: |bytes| Some(udp::Udp::parse(bytes).ok()?.src_port().into()),
        by_hand: |bytes| {
            let [high, low, _, _, a, b, _, _] = *bytes.first_chunk()?;
            let length = usize::from(u16::from_be_bytes([a, b]));
            (8..=bytes.len()).contains(&length).then(|| u16::from_be_bytes([high, low]).into())
        },
    },
    Kind {
        name: "bits",
        packet: |index| {
            (Vlan { id: index % 4096, type_len: Field::Set(0x88b5), ..Default::default() } / [0; 46]).to_vec().ok()
        },
        pony: |bytes| Some(vlan::Vlan::parse(bytes).ok()?.id().into()),
        by_hand: |bytes| {
            let [high, low, _, _] = *bytes.first_chunk()?;
            Some((u16::from_be_bytes([high, low]) & 0xfff).into())
        },
    },
    Kind {
        name: "flags",
        packet: |index| {
            let flags = TcpFlags::default().with_syn(index % 2 == 0).with_ack(index % 3 == 0);
            Tcp { flags, seq: Field::Set(1), ..Default::default() }.to_vec().ok()
        },
        pony: |bytes| Some(tcp::Tcp::parse(bytes).ok()?.flags().syn().into()),
        by_hand: |bytes| {
            let head: &[u8; 20] = bytes.first_chunk()?;
            let length = usize::from(head[12] >> 4) * 4;
            (20..=bytes.len()).contains(&length).then(|| (head[13] & 2 != 0).into())
        },
    },
    Kind {
        name: "address",
        packet: |index| {
            let flags = Ipv4Flags::default();
            let src = (0x0a00_0000 | u32::from(index)).into();
            Ipv4 { src, flags, identification: Field::Set(index), ..Default::default() }.to_vec().ok()
        },
        pony: |bytes| Some(ipv4::Ipv4::parse(bytes).ok()?.src().to_bits().into()),
        by_hand: |bytes| {
            let head: &[u8; 20] = bytes.first_chunk()?;
            let header = usize::from(head[0] & 15) * 4;
            let total = usize::from(u16::from_be_bytes([head[2], head[3]]));
            let fits = head[0] >> 4 == 4 && header >= 20 && header <= total && total <= bytes.len();
            fits.then(|| u32::from_be_bytes([head[12], head[13], head[14], head[15]]).into())
        },
    },
    Kind {
        name: "wide_address",
        packet: |index| Ipv6 { src: u128::from(index).into(), ..Default::default() }.to_vec().ok(),
        pony: |bytes| Some(ipv6::Ipv6::parse(bytes).ok()?.src().to_bits() as u64),
        by_hand: |bytes| {
            let head: &[u8; 40] = bytes.first_chunk()?;
            let payload = usize::from(u16::from_be_bytes([head[4], head[5]]));
            let fits = head[0] >> 4 == 6 && 40 + payload <= bytes.len();
            fits.then(|| u64::from_be_bytes(*head.get(16..24).and_then(<[u8]>::first_chunk).unwrap_or(&[0; 8])))
        },
    },
    Kind { name: "list", packet: with_options, pony: options, by_hand: options_by_hand },
    Kind { name: "codec", packet: question, pony: label_bytes, by_hand: label_bytes_by_hand },
];

/// A SYN with the options that most have.
fn with_options(index: u16) -> Option<Vec<u8>> {
    let option = |variant: TcpOptionVariant<'static>| TcpOption { variant, ..Default::default() };
    let options = [
        option(TcpOptionMss { mss: index }.into()),
        option(TcpOptionTimestamps { value: index.into(), echo: 0 }.into()),
        option(TcpOptionWindowScale { shift: 7 }.into()),
    ];
    Tcp { seq: Field::Set(1), options: options.into(), ..Default::default() }.to_vec().ok()
}

/// The largest segment and the timestamp.
fn options(bytes: &[u8]) -> Option<u64> {
    let mut sum = 0;
    for option in tcp::Tcp::parse(bytes).ok()?.options().valid() {
        match option.variant() {
            tcp::TcpOptionVariant::Mss(mss) => sum += u64::from(mss.mss()),
            tcp::TcpOptionVariant::Timestamps(times) => sum += u64::from(times.value()),
            _ => {}
        }
    }
    Some(sum)
}

fn options_by_hand(bytes: &[u8]) -> Option<u64> {
    let head: &[u8; 20] = bytes.first_chunk()?;
    let mut options = bytes.get(20..usize::from(head[12] >> 4) * 4)?;
    let mut sum = 0;
    while let [kind, rest @ ..] = options {
        let length = match (kind, rest) {
            (0, _) => break,
            (1, _) => 1,
            (_, [length, ..]) => usize::from(*length),
            (_, []) => break,
        };
        let Some((option, behind)) = options.split_at_checked(length.max(1)) else { break };
        match *option {
            [2, 4, high, low] => sum += u64::from(u16::from_be_bytes([high, low])),
            [8, 10, a, b, c, d, ..] => sum += u64::from(u32::from_be_bytes([a, b, c, d])),
            _ => {}
        }
        options = behind;
    }
    Some(sum)
}

/// A question of DNS.
fn question(index: u16) -> Option<Vec<u8>> {
    let name = format!("host{index:04x}.example.org").into_bytes();
    let question = Question { name: Field::Set(name.into()), qtype: RrType::A, ..Default::default() };
    Dns { id: Field::Set(index), questions: [question].into(), ..Default::default() }.to_vec().ok()
}

/// How many letters the name has, and the last of its first label.
fn label_bytes(bytes: &[u8]) -> Option<u64> {
    let question = dns::Dns::parse(bytes).ok()?.questions().first()?;
    let mut sum = 0;
    question.name().for_each_label(|label| sum += label.len() as u64 + label.last().map_or(0, |&byte| u64::from(byte)));
    Some(sum)
}

fn label_bytes_by_hand(bytes: &[u8]) -> Option<u64> {
    let mut rest = bytes.get(12..)?;
    let mut sum = 0;
    loop {
        let (&length, behind) = rest.split_first()?;
        if length == 0 {
            return Some(sum);
        }
        let (label, behind) = behind.split_at_checked(usize::from(length))?;
        sum += label.len() as u64 + label.last().map_or(0, |&byte| u64::from(byte));
        rest = behind;
    }
}

/// All kinds.
#[must_use]
pub fn workloads() -> Vec<Workload> {
    KINDS.iter().map(workload).collect()
}

fn workload(kind: &Kind) -> Workload {
    Workload {
        group: "fields",
        name: kind.name.to_owned(),
        unit: Unit::Packet,
        units: COUNT.into(),
        limit: "by_hand",
        cases: vec![case("by_hand", kind, kind.by_hand), case("pony", kind, kind.pony)],
    }
}

fn case(name: &'static str, kind: &Kind, read: Read) -> Case {
    let packets: Vec<Vec<u8>> = (0..COUNT).filter_map(kind.packet).collect();
    Case::new(name, move || {
        let mut digest = [0_u64; 8];
        for packet in &packets {
            if let Some(value) = read(black_box(packet)) {
                digest[0] += 1;
                digest[1] = digest[1].wrapping_add(value);
            }
        }
        Digest(digest)
    })
}
