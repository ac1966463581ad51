//! The protocols that Pony knows: one folder each, with a definition written from the standard, and the Rust that
//! `cargo xtask codegen` makes of it.
//!
//! A view is read with one check on entry; its methods can't fail, and nothing is allocated.
//!
//! ```
//! use packet_protocols::ipv4::Ipv4;
//! use packet_protocols::udp::Udp;
//!
//! let bytes = [
//!     0x45, 0, 0, 32, 0, 1, 0, 0, 64, 17, 0x66, 0xca, 10, 0, 0, 1, 10, 0, 0, 2, // the Internet header
//!     0, 7, 0, 53, 0, 12, 0, 0, b'p', b'o', b'n', b'y',
//! ];
//! let ipv4 = Ipv4::parse(&bytes)?;
//! let udp = Udp::parse(ipv4.payload())?;
//! assert_eq!((ipv4.ttl(), udp.dst_port()), (64, 53));
//! assert_eq!(udp.payload().bytes(), b"pony");
//!
//! let error = Ipv4::parse(&bytes[..10]).unwrap_err();
//! assert_eq!(error.to_string(), "ipv4.checksum: needs 2 bytes at offset 10, 0 available");
//! # Ok::<(), packet_core::Error>(())
//! ```
//!
//! [`stack`] has the layers upon each other: which follows, by the tables of keys and by what a payload looks like.
//!
//! ```
//! use packet_core::Region;
//! use packet_protocols::stack::{Layer, LayerKind, Next};
//!
//! let frame = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0xb5, 1, 2];
//! let layer = Layer::parse(LayerKind::Ethernet, Region::new(&frame))?;
//! assert!(matches!(layer.next(), Next::Opaque(payload) if payload.bytes() == [1, 2]));
//! # Ok::<(), packet_core::Error>(())
//! ```
//!
//! Where it is known beforehand what to expect, a stack is a tuple; it says with what it ended.
//!
//! ```
//! use packet_core::stack::{Either, End, Next, Stack};
//! use packet_protocols::{ethernet::Ethernet, ipv4::Ipv4, ipv6::Ipv6, stack::LayerKind, udp::Udp, vlan::Vlan};
//!
//! type Expected<'a> =
//!     (Option<Ethernet<'a>>, Option<Vlan<'a>>, Option<Either<Ipv4<'a>, Ipv6<'a>>>, Option<Udp<'a>>);
//!
//! let frame = [
//!     2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x81, 0x00, // a tag follows,
//!     0, 7, 0x08, 0x00, // of VLAN 7,
//!     0x45, 0, 0, 30, 0, 1, 0, 0, 64, 17, 0x66, 0xcc, 10, 0, 0, 1, 10, 0, 0, 2, // and the Internet header
//!     0x9c, 0x40, 0x9c, 0x41, 0, 10, 0, 0, b'h', b'i',
//! ];
//! let stack = Stack::<_, Expected>::read(LayerKind::Ethernet, &frame);
//! let (Some(_), Some(tag), Some(Either::Left(ip)), Some(udp)) = stack.layers else { panic!("{:?}", stack.end()) };
//! assert_eq!((tag.id(), ip.ttl(), udp.dst_port()), (7, 64, 40001));
//! assert!(matches!(stack.end(), End::Next(Next::Opaque(data)) if data.bytes() == b"hi"));
//!
//! // A header that can't be read ends it with the reason.
//! let cut = Stack::<_, Expected>::read(LayerKind::Ethernet, &frame[..30]);
//! assert!(matches!(cut.end(), End::Failed(LayerKind::Ipv4, _, _)) && cut.layers.3.is_none());
//!
//! // What is short is done fastest where the layers are found, as if it were part of the decoder.
//! let port = Stack::<_, Expected>::read_with(LayerKind::Ethernet, &frame, |stack| stack.layers.3.map(|udp| udp.dst_port()));
//! assert_eq!(port, Some(40001));
//! ```
//!
//! [`packet`] has whole packets: all their layers, metafields, and which answers which.
//!
//! [`DEFINITIONS`] has the definitions themselves. The crate has no build script, no proc macro and no `std`; values of layers, and nothing else,
//! allocate: without the feature `alloc` there are none.

#![no_std]

#[cfg(feature = "alloc")]
extern crate alloc;

#[cfg(feature = "alloc")]
#[path = "generated/craft.rs"]
pub mod craft;
#[path = "generated/index.rs"]
mod index;
pub mod packet;
#[path = "generated/stack.rs"]
pub mod stack;

pub use index::*;

/// A file in the definition language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Where the file lies below the crate's `src`, with `/` between folders: `ipv4/ipv4.pony`.
    pub path: &'static str,
    /// What it says.
    pub text: &'static str,
}
