//! Readers made of combinators: nom.

use super::super::by_hand::{IPV4, IPV6, TCP, UDP, is_tag};
use super::super::{Tally, Transport};
use nom::bytes::complete::take;
use nom::number::complete::{be_u8, be_u16, be_u32};
use nom::{IResult, Parser};

#[inline(always)]
pub(super) fn nom(packet: &[u8], tally: &mut Tally) -> Option<()> {
    let (mut rest, (_, mut kind)) = read((take(12_usize), be_u16), packet)?;
    while is_tag(kind) {
        (rest, (_, kind)) = read((be_u16, be_u16), rest)?;
    }
    match kind {
        IPV4 => {
            let (_, (src, dst, protocol, payload)) = ipv4(rest).ok()?;
            tally.ipv4(src, dst, transport(protocol, payload)?);
        }
        IPV6 => {
            let (rest, (_, length, next, _)) = read((be_u32, be_u16, be_u8, be_u8), rest)?;
            let (rest, (src, dst)) = read((take(16_usize), take(16_usize)), rest)?;
            let transport = transport(next, read(take(length), rest)?.1)?;
            tally.ipv6(src.try_into().ok()?, dst.try_into().ok()?, transport);
        }
        _ => return None,
    }
    Some(())
}

#[inline(always)]
fn read<'a, O>(mut parser: impl Parser<&'a [u8], Output = O, Error = ()>, bytes: &'a [u8]) -> Option<(&'a [u8], O)> {
    parser.parse(bytes).ok()
}

/// Addresses, protocol and payload.
type Ipv4<'a> = (u32, u32, u8, &'a [u8]);

#[inline(always)]
fn ipv4(bytes: &[u8]) -> IResult<&[u8], Ipv4<'_>, ()> {
    let (rest, (first, _, total, _, _)) = (be_u8, be_u8, be_u16, be_u32, be_u8).parse(bytes)?;
    let (rest, (protocol, _, src, dst)) = (be_u8, be_u16, be_u32, be_u32).parse(rest)?;
    let header = u16::from(first & 15) * 4;
    let (rest, _) = take(header.saturating_sub(20)).parse(rest)?;
    let (rest, payload) = take(total.saturating_sub(header)).parse(rest)?;
    Ok((rest, (src, dst, protocol, payload)))
}

#[inline(always)]
fn transport(protocol: u8, segment: &[u8]) -> Option<Transport> {
    match protocol {
        TCP => {
            let (rest, (src, dst, sequence, _)) = read((be_u16, be_u16, be_u32, be_u32), segment)?;
            let (rest, (words, flags, _, _, _)) = read((be_u8, be_u8, be_u16, be_u16, be_u16), rest)?;
            let (rest, _) = read(take(usize::from(words >> 4).checked_sub(5)? * 4), rest)?;
            Some(Transport::Tcp { src, dst, sequence, flags, payload: rest.len() })
        }
        UDP => {
            let (_, (src, dst, length, _)) = read((be_u16, be_u16, be_u16, be_u16), segment)?;
            Some(Transport::Udp { src, dst, payload: usize::from(length).checked_sub(8)? })
        }
        _ => None,
    }
}
