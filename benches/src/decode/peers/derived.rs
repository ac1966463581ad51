//! Readers that derive macros make of structs: deku, binrw and ingot.

use super::super::by_hand::{IPV4, IPV6, TCP, UDP, is_tag};
use super::super::{Tally, Transport};

/// Structs that two crates derive readers for, each in its own words.
macro_rules! headers {
    ([$($derive:tt)*] $($others:tt)*) => {
        $($derive)*
        struct Ethernet { _dst: [u8; 6], _src: [u8; 6], kind: u16 }

        $($derive)*
        struct Tag { _control: u16, kind: u16 }

        $($derive)*
        struct Ipv6 { _first: u32, length: u16, next: u8, _hops: u8, src: [u8; 16], dst: [u8; 16] }

        $($derive)*
        struct Udp { src: u16, dst: u16, length: u16, _checksum: u16 }

        $($others)*
    };
}

/// The transport of a datagram that was read by the types and the function of the module around it.
macro_rules! decoder {
    () => {
        #[inline(always)]
        pub(in super::super) fn decode(packet: &[u8], tally: &mut Tally) -> Option<()> {
            let (ethernet, mut rest) = read::<Ethernet>(packet)?;
            let mut kind = ethernet.kind;
            while is_tag(kind) {
                let (tag, behind) = read::<Tag>(rest)?;
                (kind, rest) = (tag.kind, behind);
            }
            match kind {
                IPV4 => {
                    let (ip, behind) = read::<Ipv4>(rest)?;
                    let header = usize::from(ip.words()) * 4;
                    let payload = behind.get(..usize::from(ip.length).checked_sub(header)?)?;
                    tally.ipv4(ip.src, ip.dst, transport(ip.protocol, payload)?);
                }
                IPV6 => {
                    let (ip, behind) = read::<Ipv6>(rest)?;
                    let transport = transport(ip.next, behind.get(..usize::from(ip.length))?)?;
                    tally.ipv6(ip.src, ip.dst, transport);
                }
                _ => return None,
            }
            Some(())
        }

        fn transport(protocol: u8, segment: &[u8]) -> Option<Transport> {
            match protocol {
                TCP => {
                    let (tcp, payload) = read::<Tcp>(segment)?;
                    let Tcp { src, dst, sequence, flags, .. } = tcp;
                    Some(Transport::Tcp { src, dst, sequence, flags, payload: payload.len() })
                }
                UDP => {
                    let (udp, _) = read::<Udp>(segment)?;
                    let payload = usize::from(udp.length).checked_sub(8)?;
                    Some(Transport::Udp { src: udp.src, dst: udp.dst, payload })
                }
                _ => None,
            }
        }
    };
}

pub(super) mod with_deku {
    use super::*;
    use ::deku::{DekuContainerRead, DekuRead};

    headers! { [#[derive(DekuRead)] #[deku(endian = "big")]]
        #[derive(DekuRead)]
        #[deku(endian = "big")]
        struct Ipv4 {
            #[deku(bits = 4)]
            _version: u8,
            #[deku(bits = 4)]
            ihl: u8,
            _service: u8,
            length: u16,
            _identification: u16,
            _fragment: u16,
            _ttl: u8,
            protocol: u8,
            _checksum: u16,
            src: u32,
            dst: u32,
            #[deku(count = "usize::from(*ihl).saturating_sub(5) * 4")]
            _options: Vec<u8>,
        }

        #[derive(DekuRead)]
        #[deku(endian = "big")]
        struct Tcp {
            src: u16,
            dst: u16,
            sequence: u32,
            _acknowledgment: u32,
            #[deku(bits = 4)]
            _words: u8,
            #[deku(bits = 4)]
            _reserved: u8,
            flags: u8,
            _window: u16,
            _checksum: u16,
            _urgent: u16,
            #[deku(count = "usize::from(*_words).saturating_sub(5) * 4")]
            _options: Vec<u8>,
        }
    }

    impl Ipv4 {
        fn words(&self) -> u8 {
            self.ihl
        }
    }

    #[inline(always)]
    fn read<'a, T: DekuContainerRead<'a>>(bytes: &'a [u8]) -> Option<(T, &'a [u8])> {
        let ((rest, _), header) = T::from_bytes((bytes, 0)).ok()?;
        Some((header, rest))
    }

    decoder!();
}

pub(super) mod with_binrw {
    use super::*;
    use ::binrw::BinRead;
    use std::io::Cursor;

    headers! { [#[derive(BinRead)] #[br(big)]]
        #[derive(BinRead)]
        #[br(big)]
        struct Ipv4 {
            first: u8,
            _service: u8,
            length: u16,
            _identification: u16,
            _fragment: u16,
            _ttl: u8,
            protocol: u8,
            _checksum: u16,
            src: u32,
            dst: u32,
            #[br(count = usize::from(first & 15).saturating_sub(5) * 4)]
            _options: Vec<u8>,
        }

        #[derive(BinRead)]
        #[br(big)]
        struct Tcp {
            src: u16,
            dst: u16,
            sequence: u32,
            _acknowledgment: u32,
            _first: u8,
            flags: u8,
            _window: u16,
            _checksum: u16,
            _urgent: u16,
            #[br(count = usize::from(_first >> 4).saturating_sub(5) * 4)]
            _options: Vec<u8>,
        }
    }

    impl Ipv4 {
        fn words(&self) -> u8 {
            self.first & 15
        }
    }

    #[inline(always)]
    fn read<T: for<'a> BinRead<Args<'a> = ()>>(bytes: &[u8]) -> Option<(T, &[u8])> {
        let mut cursor = Cursor::new(bytes);
        let header = T::read_be(&mut cursor).ok()?;
        Some((header, bytes.get(usize::try_from(cursor.position()).ok()?..)?))
    }

    decoder!();
}

/// Its tag has no place behind an Ethernet header of its own, so it is read as what it is.
#[inline(always)]
pub(super) fn ingot(packet: &[u8], tally: &mut Tally) -> Option<()> {
    use ::ingot::ethernet::{EthernetRef, ValidEthernet, ValidVlanBody, VlanBodyRef};
    use ::ingot::ip::{Ipv4Ref, Ipv6Ref, ValidIpv4, ValidIpv6};
    use ::ingot::types::HeaderParse;
    let (ethernet, _, mut rest) = ValidEthernet::parse(packet).ok()?;
    let mut kind = ethernet.ethertype().0;
    while is_tag(kind) {
        let (tag, _, behind) = ValidVlanBody::parse(rest).ok()?;
        (kind, rest) = (tag.ethertype().0, behind);
    }
    match kind {
        IPV4 => {
            let (ip, _, behind) = ValidIpv4::parse(rest).ok()?;
            let payload = usize::from(ip.total_len()).checked_sub(usize::from(ip.ihl()) * 4)?;
            let transport = ingot_transport(ip.protocol().0, behind.get(..payload)?)?;
            tally.ipv4(
                u32::from_be_bytes(ip.source().octets()),
                u32::from_be_bytes(ip.destination().octets()),
                transport,
            );
        }
        IPV6 => {
            let (ip, _, behind) = ValidIpv6::parse(rest).ok()?;
            let transport = ingot_transport(ip.next_header().0, behind.get(..usize::from(ip.payload_len()))?)?;
            tally.ipv6(ip.source().octets(), ip.destination().octets(), transport);
        }
        _ => return None,
    }
    Some(())
}

#[inline(always)]
fn ingot_transport(protocol: u8, segment: &[u8]) -> Option<Transport> {
    use ::ingot::tcp::{TcpRef, ValidTcp};
    use ::ingot::types::HeaderParse;
    use ::ingot::udp::{UdpRef, ValidUdp};
    match protocol {
        TCP => {
            let (tcp, _, payload) = ValidTcp::parse(segment).ok()?;
            Some(Transport::Tcp {
                src: tcp.source(),
                dst: tcp.destination(),
                sequence: tcp.sequence(),
                flags: tcp.flags().bits(),
                payload: payload.len(),
            })
        }
        UDP => {
            let (udp, _, _) = ValidUdp::parse(segment).ok()?;
            let payload = usize::from(udp.length()).checked_sub(8)?;
            Some(Transport::Udp { src: udp.source(), dst: udp.destination(), payload })
        }
        _ => None,
    }
}
