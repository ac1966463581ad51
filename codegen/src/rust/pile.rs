//! Layers of any kind, as values: what a stack of views becomes.

use super::craft::Crafter;
use super::names::{camel, ident};
use super::value::Form;
use packet_schema::Schema;
use packet_schema::model::{Composite, CompositeId, CompositeKind, MemberType, ModuleId};
use proc_macro2::TokenStream;
use quote::quote;

/// Generates what holds the value of any layer of the schema: items for the module in which all values are found. `paths` gives
/// the paths of modules as in [`super::module()`], `stack` that of the module of [`super::stack()`].
#[must_use]
pub fn any_layer(schema: &Schema, paths: &dyn Fn(ModuleId) -> TokenStream, stack: &TokenStream) -> TokenStream {
    let crafter = Crafter::new(schema, ModuleId(u32::MAX), paths, paths, "");
    let layers = schema.composites.iter().zip(0..).map(|(one, index)| (CompositeId(index), one));
    let layers: Vec<_> = layers.filter(|(_, one)| matches!(one.kind, CompositeKind::Layer(_))).collect();
    let names: Vec<_> = layers.iter().map(|(_, one)| ident(&camel(&one.name))).collect();
    let types = layers.iter().zip(&names).map(|((id, _), name)| {
        let lives = crafter.borrows(*id).then(|| quote!(<'a>));
        quote!(#name #lives)
    });
    let types: Vec<TokenStream> = types.collect();
    let keys = layers.iter().map(|(_, one)| &one.name);
    let abouts = layers.iter().map(|(_, one)| format!(" `{}`.", one.name));
    let (layer, members) = (any_impl(&names), members(schema));
    let own = types.iter().zip(&layers).zip(&names).map(|((ty, (id, _)), name)| {
        let (lives, any) = if crafter.borrows(*id) { (quote!(<'a>), quote!('a)) } else { (quote!(), quote!('_)) };
        quote! {
            impl #lives From<#ty> for AnyLayer<#any> {
                #[inline]
                fn from(layer: #ty) -> Self { Self::#name(layer) }
            }
        }
    });
    let trailing = layers.iter().zip(&names).filter_map(|((id, one), name)| trailing_arm(&crafter, *id, one, name));
    let methods = any_methods(stack, &names, &trailing.collect::<Vec<TokenStream>>());
    let (reading, leaving, editing) = (reading(stack), leaving(stack), editing(stack));
    quote! {
        #reading

        #editing

        #leaving

        /// The value of a layer of any kind.
        #[allow(clippy::large_enum_variant, reason = "layers are kept in lists, and most are large")]
        #[derive(Clone, Debug, PartialEq)]
        #[non_exhaustive]
        pub enum AnyLayer<'a> { #(#[doc = #abouts] #names(#types),)* }

        packet_core::shared_choice!(AnyLayer<'a>, None #(, #keys = #names)*);

        #methods

        #layer

        #members

        #(#own)*

        impl<'a> From<&#stack Layer<'a>> for AnyLayer<'a> {
            fn from(view: &#stack Layer<'a>) -> Self {
                match view { #(#stack Layer::#names(view) => Self::#names(view.to_value()),)* }
            }
        }
    }
}

/// What a layer of any kind derives, and what it takes of those above it.
fn any_methods(stack: &TokenStream, names: &[proc_macro2::Ident], trailing: &[TokenStream]) -> TokenStream {
    quote! {
        impl<'a> AnyLayer<'a> {
            /// Has everything derived that can be, whatever was said of it.
            pub fn derive_all(&mut self) {
                match self { #(Self::#names(layer) => layer.derive_all(),)* }
            }

            /// Which layer it is the value of.
            #[must_use]
            pub const fn kind(&self) -> #stack LayerKind {
                match self { #(Self::#names(_) => #stack LayerKind::#names,)* }
            }

            /// Has those of its own fields derived that were right; see [`read_to_change`].
            fn derive_where_right(&mut self, was: &AnyLayer<'_>, right: &AnyLayer<'_>) {
                match (self, was, right) {
                    #((Self::#names(layer), AnyLayer::#names(was), AnyLayer::#names(right)) => layer.derive_where_right(was, right),)*
                    _ => {}
                }
            }

            /// Takes what the layers above leave of its payload, where it is a layer for that; else gives it back.
            fn trail(&mut self, bytes: &'a [u8]) -> Option<&'a [u8]> {
                if bytes.is_empty() {
                    return Some(bytes);
                }
                match self {
                    #(#trailing)*
                    _ => return Some(bytes),
                }
                None
            }
        }
    }
}

/// What changes a packet where it stands.
fn editing(stack: &TokenStream) -> TokenStream {
    quote! {
        /// Reads a packet as values that are to be changed: as [`read`], but lengths, keys and checksums of the layers are
        /// `Field::Auto` where they are right, so that they follow; what is wrong stays as it is. In a list, what a part
        /// derives itself follows when its `derive_all` is called.
        ///
        /// # Errors
        ///
        /// The bytes can't be such a layer.
        pub fn read_to_change<'a>(kind: #stack LayerKind, region: impl Into<Region<'a>>) -> Result<Layers<'a>, Error> {
            let was = read(kind, region)?;
            let mut packet = was.clone();
            for (at, old) in was.layers.iter().enumerate() {
                let mut derived = packet.clone();
                derived.layers.iter_mut().skip(at).for_each(|placed| placed.layer.derive_all());
                let Ok(bytes) = derived.to_vec() else { continue };
                let Ok(right) = read(kind, bytes.as_slice()) else { continue };
                if let (Some(placed), Some(right)) = (packet.layers.get_mut(at), right.layers.get(at)) {
                    placed.layer.derive_where_right(&old.layer, &right.layer);
                }
            }
            Ok(packet)
        }

        /// Changes a packet of so many bytes at the start of a buffer by its values; how many bytes it has then.
        ///
        /// Lists, options and layers may be changed, added and taken away, and what follows from them is kept right as by
        /// [`read_to_change`]. The buffer is written to when all is well.
        ///
        /// # Errors
        ///
        /// The bytes can't be such a layer, the values can't be written, or the buffer has no room.
        pub fn edit(
            kind: #stack LayerKind,
            buffer: &mut [u8],
            length: usize,
            change: impl FnOnce(&mut Layers<'_>),
        ) -> Result<usize, EditError> {
            let available = buffer.len();
            let before = buffer.get(..length).ok_or_else(|| EmitError::short(length, available))?.to_vec();
            let mut packet = read_to_change(kind, before.as_slice())?;
            change(&mut packet);
            let changed = packet.to_vec()?;
            let room = buffer.get_mut(..changed.len()).ok_or_else(|| EmitError::short(changed.len(), available))?;
            room.copy_from_slice(&changed);
            Ok(changed.len())
        }
    }
}

/// What makes a layer of any kind a layer.
fn any_impl(names: &[proc_macro2::Ident]) -> TokenStream {
    quote! {
        impl Layer for AnyLayer<'_> {
            fn len_under<P: Packet>(&self, payload: &P) -> usize {
                match self { #(Self::#names(layer) => layer.len_under(payload),)* }
            }

            fn layer_key(&self, table: Table) -> Option<u64> {
                match self { #(Self::#names(layer) => layer.layer_key(table),)* }
            }

            fn layer_name(&self) -> Table {
                match self { #(Self::#names(layer) => layer.layer_name(),)* }
            }

            fn put_under<const SUM: bool, P: Packet, B: Below, R: Random>(
                &self,
                payload: &P,
                below: &B,
                random: &mut R,
                out: &mut [u8],
            ) -> Result<Inet16, EmitError> {
                match self { #(Self::#names(layer) => layer.put_under::<SUM, _, _, _>(payload, below, random, out),)* }
            }
        }
    }
}

/// What finds the members of all interfaces when a program runs.
fn members(schema: &Schema) -> TokenStream {
    let (mut octets, mut numbers) = (Vec::new(), Vec::new());
    for interface in &schema.interfaces {
        for member in &interface.members {
            let (of, name) = (interface.name.as_str(), member.name.as_str());
            let test = quote!(is_named(of.0, #of) && is_named(of.1, #name));
            let (to, call) = match member.ty {
                MemberType::Bytes => (&mut octets, quote!(octets::<{ named(#of) }, { named(#name) }, _, _>)),
                MemberType::Uint(_) | MemberType::Bool => {
                    (&mut numbers, quote!(number::<{ named(#of) }, { named(#name) }, _>))
                }
            };
            let sink = (member.ty == MemberType::Bytes).then(|| quote!(, &mut AnySink(to)));
            to.push(quote! {
                if #test {
                    return below.#call(&SeenBelow::<Self>::new(asker), args #sink);
                }
            });
        }
    }
    quote! {
        impl Members for AnyLayer<'_> {
            fn octets_of<B: Below>(
                below: &B,
                of: (u64, u64),
                asker: &dyn AnyBelow,
                args: &[u64],
                to: &mut dyn Sink,
            ) -> Option<()> {
                #(#octets)*
                None
            }

            fn number_of<B: Below>(below: &B, of: (u64, u64), asker: &dyn AnyBelow, args: &[u64]) -> Option<u128> {
                #(#numbers)*
                None
            }
        }
    }
}

/// How a layer takes what those above it leave.
fn trailing_arm(
    crafter: &Crafter<'_>,
    id: CompositeId,
    composite: &Composite,
    name: &proc_macro2::Ident,
) -> Option<TokenStream> {
    let plan = crafter.plan(id).ok()?;
    let trailing = composite.fields.iter().rev().find(|field| crafter.schema[**field].trailing)?;
    let slot = plan.slots.get(trailing).filter(|slot| slot.form == Form::Bytes && !slot.free)?;
    let member = &slot.name;
    Some(quote!(Self::#name(layer) => layer.#member = Cow::Borrowed(bytes),))
}

/// What makes values of all layers of a packet.
fn reading(stack: &TokenStream) -> TokenStream {
    quote! {
        /// Layers of any kind upon each other.
        pub type Layers<'a> = packet_core::craft::Layers<'a, AnyLayer<'a>>;

        /// As many layers as are taken for such; what is upon them stays bytes.
        const MOST_LAYERS: usize = 64;

        /// Reads a packet as values, which give the same bytes again: from a layer of that kind on, each layer that the one
        /// before leads to.
        ///
        /// # Errors
        ///
        /// The bytes can't be such a layer.
        pub fn read<'a>(kind: #stack LayerKind, region: impl Into<Region<'a>>) -> Result<Layers<'a>, Error> {
            let region = region.into();
            let mut views = vec![#stack Layer::parse(kind, region)?];
            let mut layers: Layers<'a> = Layers::default();
            // Where each payload is, and ends.
            let mut payloads: Vec<Region<'a>> = vec![region];
            while let Some(view) = views.last() {
                let mut layer = AnyLayer::from(view);
                let (own, payload) = (view.region(), payloads.last().copied().unwrap_or(region));
                let next = view.next();
                let carried = match next {
                    #stack Next::Layer(_, region) | #stack Next::Opaque(region) => region.bytes(),
                    #stack Next::Nothing => &[],
                };
                // A packet that is quoted in a list is in the value of the list.
                let (whole, length) = (own.bytes().len(), layer.len_under(&NoPayload));
                let apart = length + carried.len() == whole;
                let next = if apart || length != whole { next } else { #stack Next::Nothing };
                // Of a layer that the capture cut, the bytes may be all that can be said.
                if own.is_cut() && !apart && length != whole {
                    layers.payload = Cow::Borrowed(payload.bytes());
                    break;
                }
                let left = payload.bytes().get(own.bytes().len()..).unwrap_or_default();
                let left = match layer.trail(left) {
                    Some(left) if !view.kind().is_stream() => trailing(&mut layers, &payloads, &views, left),
                    left => left.unwrap_or_default(),
                };
                let behind = Cow::Borrowed(left);
                let (parsed, bytes) = match next {
                    #stack Next::Layer(kind, region) if views.len() < MOST_LAYERS => {
                        let above = #stack Layer::parse_upon(kind, region, &#stack Below::Layers(&views)).ok();
                        (above.map(|above| (above, region)), region.bytes())
                    }
                    #stack Next::Layer(_, region) | #stack Next::Opaque(region) => (None, region.bytes()),
                    #stack Next::Nothing => (None, &[][..]),
                };
                layers.layers.push(Placed { layer, behind });
                match parsed {
                    Some((above, region)) => {
                        views.push(above);
                        payloads.push(region);
                    }
                    None => {
                        layers.payload = Cow::Borrowed(bytes);
                        break;
                    }
                }
            }
            Ok(layers)
        }
    }
}

/// What finds the layer that takes what others leave.
fn leaving(stack: &TokenStream) -> TokenStream {
    quote! {
        /// Hands what is left of a payload to the layer below that takes such; else gives it back.
        fn trailing<'a>(
            layers: &mut Layers<'a>,
            payloads: &[Region<'a>],
            views: &[#stack Layer<'a>],
            left: &'a [u8],
        ) -> &'a [u8] {
            let end = |region: &Region<'_>| region.offset() as usize + region.bytes().len();
            let below = layers.layers.iter_mut().zip(views).zip(payloads.iter().zip(payloads.iter().skip(1))).rev();
            for ((placed, view), (around, payload)) in below {
                if left.is_empty() || end(payload) != end(&view.region()) {
                    return left;
                }
                if placed.layer.trail(left).is_none() {
                    return &[];
                }
                if end(&view.region()) != end(around) {
                    return left;
                }
            }
            left
        }
    }
}
