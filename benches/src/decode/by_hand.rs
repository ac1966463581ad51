//! A decoder by hand that checks all that a strict one checks: versions, lengths of headers, and lengths.

use super::{Tally, Transport};

pub(super) const IPV4: u16 = 0x0800;
pub(super) const IPV6: u16 = 0x86dd;
pub(super) const TCP: u8 = 6;
pub(super) const UDP: u8 = 17;

pub(super) const fn is_tag(kind: u16) -> bool {
    kind == 0x8100 || kind == 0x88a8
}

#[inline(always)]
pub(super) fn decode(packet: &[u8], tally: &mut Tally) -> Option<()> {
    let (ethernet, mut rest) = packet.split_first_chunk::<14>()?;
    let mut kind = u16::from_be_bytes([ethernet[12], ethernet[13]]);
    while is_tag(kind) {
        let (tag, behind) = rest.split_first_chunk::<4>()?;
        kind = u16::from_be_bytes([tag[2], tag[3]]);
        rest = behind;
    }
    match kind {
        IPV4 => ipv4(rest, tally),
        IPV6 => ipv6(rest, tally),
        _ => None,
    }
}

#[inline(always)]
fn ipv4(packet: &[u8], tally: &mut Tally) -> Option<()> {
    let header = packet.first_chunk::<20>()?;
    let header_length = usize::from(header[0] & 15) * 4;
    let total = usize::from(u16::from_be_bytes([header[2], header[3]]));
    let fragment = u16::from_be_bytes([header[6], header[7]]) & 0x3fff;
    if header[0] >> 4 != 4 || header_length < 20 || fragment != 0 {
        return None;
    }
    let transport = transport(header[9], packet.get(header_length..total)?)?;
    let address = |at: usize| u32::from_be_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    tally.ipv4(address(12), address(16), transport);
    Some(())
}

#[inline(always)]
fn ipv6(packet: &[u8], tally: &mut Tally) -> Option<()> {
    let (header, rest) = packet.split_first_chunk::<40>()?;
    if header[0] >> 4 != 6 {
        return None;
    }
    let transport = transport(header[6], rest.get(..usize::from(u16::from_be_bytes([header[4], header[5]])))?)?;
    let (_, addresses) = header.split_last_chunk::<32>()?;
    let (src, dst) = addresses.split_first_chunk::<16>()?;
    tally.ipv6(*src, *dst.first_chunk()?, transport);
    Some(())
}

#[inline(always)]
fn transport(protocol: u8, segment: &[u8]) -> Option<Transport> {
    match protocol {
        TCP => {
            let header = segment.first_chunk::<20>()?;
            let header_length = usize::from(header[12] >> 4) * 4;
            if header_length < 20 {
                return None;
            }
            Some(Transport::Tcp {
                src: u16::from_be_bytes([header[0], header[1]]),
                dst: u16::from_be_bytes([header[2], header[3]]),
                sequence: u32::from_be_bytes([header[4], header[5], header[6], header[7]]),
                flags: header[13],
                payload: segment.len().checked_sub(header_length)?,
            })
        }
        UDP => {
            let header = segment.first_chunk::<8>()?;
            let length = usize::from(u16::from_be_bytes([header[4], header[5]]));
            if length > segment.len() {
                return None;
            }
            Some(Transport::Udp {
                src: u16::from_be_bytes([header[0], header[1]]),
                dst: u16::from_be_bytes([header[2], header[3]]),
                payload: length.checked_sub(8)?,
            })
        }
        _ => None,
    }
}

/// Whether all programs mean the same by a packet: it is read in full, or it has no transport that anybody reads.
///
/// A packet that is taken has all headers that are read, after at most two tags.
pub(super) fn is_plain(packet: &[u8]) -> bool {
    let kind_at = |at: usize| Some(u16::from_be_bytes([*packet.get(at)?, *packet.get(at + 1)?]));
    let Some(first) = kind_at(12) else {
        return false;
    };
    let second = if is_tag(first) { kind_at(16) } else { Some(first) };
    let third = if second.is_some_and(is_tag) { kind_at(20) } else { second };
    match third {
        Some(kind) if kind == IPV4 || kind == IPV6 => {
            decode(packet, &mut Tally::default()).is_some() && packet.len() >= 42
        }
        Some(kind) => packet.len() >= 42 && kind > 1535 && !is_tag(kind),
        None => false,
    }
}
