//! The modules of values, and the one in which all layers' values are found.

use super::PROTOCOLS;
use super::rust::{HEADER, formatted};
use packet_codegen::rust;
use packet_schema::Schema;
use packet_schema::model::{CompositeKind, ModuleId};
use proc_macro2::TokenStream;
use quote::quote;
use std::path::Path;

/// The documentation of every module of values.
const CRAFT_DOCS: &str = "//! Values, and how they are written.\n";

/// The documentation of what all values are found in.
const INDEX_DOCS: &str = "\
//! Packets to be written: layers as plain structs, stacked by `/`.
//!
//! A field that follows from others, has one value or is drawn is a [`Field`]: nothing need be said of it; [`Field::Set`] sets it,
//! and [`Field::Raw`] forges it. All others have their defaults.
//!
//! ```
//! use packet_protocols::craft::{Ethernet, Ipv4, Packet, Udp};
//!
//! let packet = Ethernet::default()
//!     / Ipv4 { src: [10, 0, 0, 1].into(), dst: [10, 0, 0, 2].into(), ..Default::default() }
//!     / Udp { src_port: 4000, dst_port: 4001, ..Default::default() }
//!     / \"ping\";
//! let mut out = [0; 64];
//! assert_eq!(packet.emit(&mut out), Ok(46));
//! assert_eq!(out[12..14], [0x08, 0x00]); // The type follows from what is carried,
//! assert_eq!(out[38..40], [0x00, 0x0c]); // and so do lengths and checksums.
//! ```
//!
//! What was read becomes a value by `to_value`, and a whole packet by [`read`]; written again it has the same bytes, wrong
//! checksums, padding and unknown options included.
//!
//! ```
//! use packet_protocols::craft::{self, AnyLayer, Packet};
//! use packet_protocols::stack::LayerKind;
//!
//! let ethernet = [2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x08, 0x00];
//! let ipv4 = [0x45, 0, 0, 20, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
//! let bytes = [&ethernet[..], &ipv4].concat();
//! let mut packet = craft::read(LayerKind::Ethernet, bytes.as_slice())?;
//! assert_eq!(packet.to_vec().as_deref(), Ok(bytes.as_slice()));
//! if let Some(AnyLayer::Ipv4(ipv4)) = packet.layers.get_mut(1).map(|placed| &mut placed.layer) {
//!     ipv4.ttl = 9;
//!     ipv4.derive_all();
//! }
//! assert_ne!(packet.to_vec().map(|bytes| bytes[24..26].to_vec()), Ok(bytes[24..26].to_vec()));
//! # Ok::<(), packet_core::Error>(())
//! ```
//!
//! A packet in a buffer is changed where it stands by [`edit`]: of a list, its parts may be changed, added and taken away, and
//! lengths, padding and checksums of all layers follow.
//!
//! ```
//! use packet_protocols::craft::{self, AnyLayer, Ethernet, Ipv4, Packet, Tcp};
//! use packet_protocols::stack::LayerKind;
//! use packet_protocols::tcp::craft::{TcpOption, TcpOptionMss};
//!
//! let mut buffer = [0; 64];
//! let length = (Ethernet::default() / Ipv4::default() / Tcp::default()).emit(&mut buffer)?;
//! let length = craft::edit(LayerKind::Ethernet, &mut buffer, length, |packet| {
//!     for placed in &mut packet.layers {
//!         if let AnyLayer::Tcp(tcp) = &mut placed.layer {
//!             let mss = TcpOptionMss { mss: 1460 };
//!             tcp.options.push(TcpOption { variant: mss.into(), ..Default::default() });
//!         }
//!     }
//! })?;
//! assert_eq!((length, &buffer[54..58]), (58, &[2, 4, 5, 180][..]));
//! assert_eq!((buffer[17], buffer[46]), (44, 0x60)); // Both lengths know of it.
//! # Ok::<(), packet_core::craft::EditError>(())
//! ```

pub use packet_core::MacAddr;
pub use packet_core::craft::{EditError, EmitError, EmitErrorKind, Field, Layer, NoPayload, Packet, Random, SplitMix, Stacked};
";

/// What the values of all layers are made of.
const INDEX_USES: &str = "\
use alloc::borrow::Cow;
use alloc::vec;
use alloc::vec::Vec;
use packet_core::checksum::Inet16;
use packet_core::craft::{AnyBelow, AnySink, Below, Members, Placed, SeenBelow, Sink, Table, is_named, named};
use packet_core::{Error, Region};
";

/// What is generated of values.
pub(super) struct Crafts {
    /// Paths below the root, and texts.
    pub(super) files: Vec<(String, String)>,
}

impl Crafts {
    /// The values of all modules. That every layer and struct has one is a rule.
    pub(super) fn of<'f>(
        root: &Path,
        schema: &Schema,
        folder_of: &dyn Fn(ModuleId) -> &'f str,
        paths: &dyn Fn(ModuleId) -> TokenStream,
    ) -> Result<Self, String> {
        let (mut files, mut index) = (Vec::new(), String::new());
        for module in (0..schema.modules.len() as u32).map(ModuleId) {
            let (folder, generated) = (folder_of(module), rust::craft(schema, module, paths));
            if let Some(gap) = generated.gaps.first() {
                return Err(format!("{folder}: no value of {gap}, and {} more", generated.gaps.len() - 1));
            }
            if generated.tokens.is_empty() {
                continue;
            }
            let names = layers_of(schema, module);
            if !names.is_empty() {
                index.push_str(&format!("pub use crate::{folder}::craft::{{{}}};\n", names.join(", ")));
            }
            let text = format!("{HEADER}\n\n{CRAFT_DOCS}\n{}", rust::source(generated.tokens)?);
            files.push((format!("{PROTOCOLS}/{folder}/generated/craft.rs"), formatted(root, &text)?));
        }
        let any = rust::source(rust::any_layer(schema, paths, &quote!(crate::stack::)))?;
        let text = format!(
            "// Generated by `cargo xtask codegen` from the folders beside it.\n\n{INDEX_DOCS}{index}\n{INDEX_USES}\n{any}"
        );
        files.push((format!("{PROTOCOLS}/generated/craft.rs"), formatted(root, &text)?));
        Ok(Self { files })
    }

    /// Whether a folder has values.
    pub(super) fn has(&self, folder: &str) -> bool {
        self.files.iter().any(|(path, _)| *path == format!("{PROTOCOLS}/{folder}/generated/craft.rs"))
    }
}

/// The layers of a module.
fn layers_of(schema: &Schema, module: ModuleId) -> Vec<&str> {
    let layers = schema.composites.iter().filter(|one| one.module == module);
    let layers = layers.filter(|one| matches!(one.kind, CompositeKind::Layer(_)));
    layers.map(|one| one.name.as_str()).collect()
}
