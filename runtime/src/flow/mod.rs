//! Who talks to whom: endpoints, flows, and the keys, hashes and names that stand for them.
//!
//! An [`Endpoint`] is one address of one layer: of hardware, of the Internet, or a port. A [`Flow`] is two of them, from the one
//! to the other. A [`FlowKey`] names a whole conversation, the same in both directions.
//!
//! ```
//! use packet_runtime::flow::{Endpoint, EndpointRange, Flow};
//!
//! let flow: Flow = "udp:4000 → udp:53".parse()?;
//! assert_eq!(flow.reverse().to_string(), "udp:53 → udp:4000");
//! assert_eq!(flow.symmetric_hash(), flow.reverse().symmetric_hash());
//! let servers: EndpointRange = "udp:1..=1023".parse()?;
//! assert!(servers.contains(flow.dst()) && !servers.contains(flow.src()));
//! # Ok::<(), packet_runtime::flow::ParseError>(())
//! ```
//!
//! A [`FlowTable`] finds the flows of packets, and counts.

mod community;
mod endpoint;
mod key;
mod pair;
mod range;
mod sight;
mod table;
mod toeplitz;

pub use community::CommunityId;
pub use endpoint::{Endpoint, EndpointKind, LengthError, ParseError};
pub use key::{Context, Direction, FlowKey, Tunnel, Vlans};
pub use pair::Flow;
pub use range::EndpointRange;
pub use table::{End, Ended, FlowCounters, FlowOptions, FlowTable, Totals, Visit};
pub use toeplitz::Toeplitz;
