//! `#[derive(Layer)]`: a protocol as a plain struct or enum of Rust, by the same schema and the same back end as a `.pony`
//! file.
//!
//! ```ignore
//! use packet_derive::Layer;
//!
//! /// Header, [RFC 768].
//! #[derive(Layer)]
//! #[layer(bind(ip_protocol = IpProtocol::UDP))]
//! struct Datagram<'a> {
//!     src_port: u16,
//!     dst_port: u16,
//!     #[layer(auto = size, where(it >= 8, "shorter than the header"))]
//!     length: u16,
//!     checksum: u16,
//!     #[layer(next(udp_port[dst_port, src_port], else probe), within = length - 8)]
//!     payload: Payload<'a>,
//! }
//! ```
//!
//! # How an item knows another one
//!
//! A derive sees one item. So each derive leaves a macro behind, under the name of its item, that hands the item's
//! definition on; importing the type imports the macro, for they have the same name. A derive that meets the name of another
//! type calls that macro with its own item, and goes on with both when it is called back. In the end it knows all that it
//! names, as a `.pony` file does, and the same checks and proofs are made.

mod chain;

use proc_macro::TokenStream;

/// Describes a layer, a part of one, a set of flags, an enum of values or a choice.
///
/// `docs/derive.md` in the repository lists all that may be said.
#[proc_macro_derive(Layer, attributes(layer))]
pub fn derive_layer(item: TokenStream) -> TokenStream {
    chain::start(item.into()).into()
}

/// What the macro of an item calls back with the item's definition.
#[doc(hidden)]
#[proc_macro]
pub fn __layer_with(state: TokenStream) -> TokenStream {
    chain::go_on(state.into()).into()
}
