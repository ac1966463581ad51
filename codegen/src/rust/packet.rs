//! What a packet as a whole says: its layers by name, its metafields, and whether it answers another one.

use super::Writer;
use super::expr::{Code, Env, Kind};
use super::interface::{member_params, member_type};
use super::names::{camel, constant, docs, ident};
use super::number::Number;
use packet_schema::model::{
    Absorber, Action, Block, Carry, Composite, CompositeId, CompositeKind, Expr, ExprId, FieldId, InterfaceId, Item,
    Keep, Key, LayerRef, Meta, MetaKind, ModuleId, Piece, Place, Type,
};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};
use std::collections::BTreeSet;

/// Generates what belongs to no single layer, for `crate::packet`. `paths` are those of the layers' modules, as for
/// [`super::module`]; `stack` is the path of the module that [`super::stack()`] generates.
#[must_use]
pub fn packet(
    schema: &packet_schema::Schema,
    paths: &dyn Fn(ModuleId) -> TokenStream,
    stack: &TokenStream,
) -> super::Generated {
    // No module of the schema is the one that is written: every path is spelled out.
    let writer = Writer::new(schema, ModuleId(u32::MAX), paths, Some(stack.clone()));
    let tokens = writer.packet_module();
    super::Generated { tokens, gaps: writer.gaps.into_inner() }
}

impl Writer<'_> {
    fn layers(&self) -> Vec<(CompositeId, &Composite)> {
        let composites = self.schema.composites.iter().zip(0..);
        let layers = composites.filter(|(composite, _)| matches!(composite.kind, CompositeKind::Layer(_)));
        layers.map(|(composite, index)| (CompositeId(index), composite)).collect()
    }

    fn packet_module(&self) -> TokenStream {
        let layers = self.layers().into_iter().map(|(id, composite)| self.layer_of_packet(id, composite));
        let layers: Vec<TokenStream> = layers.collect();
        let mut over: Vec<InterfaceId> = Vec::new();
        for meta in &self.schema.metas {
            if let MetaKind::Key { over: needed, .. } = &meta.kind {
                over.extend(needed.iter().filter(|id| !over.contains(id)).copied().collect::<Vec<_>>());
            }
        }
        let offers: Vec<TokenStream> = over.iter().map(|&id| self.offers(id)).collect();
        let begun: Vec<TokenStream> = over.iter().map(|&id| self.begun_offers(id)).collect();
        let read: Vec<TokenStream> = self.schema.metas.iter().map(|meta| self.meta_read(meta)).collect();
        let write: Vec<TokenStream> = self.schema.metas.iter().filter_map(|meta| self.meta_write(meta)).collect();
        let tables: Vec<TokenStream> = self.schema.metas.iter().filter_map(|meta| self.meta_table(meta)).collect();
        let asks_as = self.begun_asks_as();
        quote! {
            use super::meta::{Absorber, Carried, Carrier, Keep, MetaError, PacketMut, Piece, Spot};
            use super::{Begun, Packet, ordered};
            use crate::stack::{Below, Layer, LayerKind};
            use packet_core::generated::*;

            impl<'a> Packet<'a> { #(#layers)* }

            impl<'a> Packet<'a> { #(#read)* #(#offers)* }

            impl PacketMut<'_> { #(#write)* }

            impl Begun<'_> { #asks_as }

            #(#begun)*
            #(#tables)*
        }
    }

    /// The method that gives the first layer of a kind.
    fn layer_of_packet(&self, id: CompositeId, composite: &Composite) -> TokenStream {
        let (method, path) = (ident(&composite.key), self.composite_path(id));
        let about = format!(" The first layer that is `{}`.", composite.name);
        quote! {
            #[doc = #about]
            #[must_use]
            pub fn #method(&self) -> Option<#path<'a>> { self.get() }
        }
    }

    /// The name of what a packet offers of an interface.
    fn offers_ident(&self, id: InterfaceId) -> Ident {
        let mut name = String::from("offers");
        for char in self.schema[id].name.chars() {
            if char.is_uppercase() {
                name.push('_');
            }
            name.extend(char.to_lowercase());
        }
        ident(&name)
    }

    /// What a packet offers of an interface, as it is seen from outside.
    fn offers(&self, id: InterfaceId) -> TokenStream {
        let (name, method) = (&self.schema[id].name, self.offers_ident(id));
        let (mut gives, mut passes) = (Vec::new(), Vec::new());
        for (_, composite) in self.layers() {
            let CompositeKind::Layer(layer) = &composite.kind else { continue };
            let Some(provide) = layer.provides.iter().find(|provide| provide.interface == id) else { continue };
            let kind = ident(&camel(&composite.name));
            if provide.passes { &mut passes } else { &mut gives }.push(quote!(LayerKind::#kind));
        }
        let test = |kinds: &[TokenStream]| {
            if kinds.is_empty() { quote!(|_| false) } else { quote!(|kind| matches!(kind, #(#kinds)|*)) }
        };
        let (gives, passes) = (test(&gives), test(&passes));
        let about = format!(" What the packet as a whole offers as `{name}`.");
        quote! {
            #[doc = #about]
            fn #method(&self) -> Option<Below<'_, 'a>> { self.offers(#gives, #passes) }
        }
    }

    /// What the start of a layer that could not be read offers of an interface.
    fn begun_offers(&self, id: InterfaceId) -> TokenStream {
        let (interface, path) = (&self.schema[id], self.interface_path(id));
        let members = interface.members.iter().enumerate().map(|(index, member)| {
            let (name, params, result) = (ident(&member.name), member_params(member), member_type(member));
            let arms = self.layers().into_iter().filter_map(|(id_of_layer, composite)| {
                let CompositeKind::Layer(layer) = &composite.kind else { return None };
                let provide = layer.provides.iter().find(|one| one.interface == id && !one.passes)?;
                let value = (*provide.members.get(index)?)?;
                let code = self.expr(&self.begun_env(&quote!(self), id_of_layer), value)?;
                let value = match member.ty {
                    packet_schema::model::MemberType::Uint(_) => code.typed_number(Number::U64)?,
                    packet_schema::model::MemberType::Bool => code.truth()?,
                    packet_schema::model::MemberType::Bytes => return None,
                };
                let kind = ident(&camel(&composite.name));
                Some(quote!(LayerKind::#kind => Some(#value),))
            });
            let arms: Vec<TokenStream> = arms.collect();
            let unused = member.params.iter().map(|(name, _)| format_ident!("arg_{name}"));
            let ignore = (!member.params.is_empty()).then(|| quote!(let _ = (#(#unused),*);));
            let body = if arms.is_empty() { quote!(None) } else { quote!(match self.kind { #(#arms)* _ => None }) };
            quote!(fn #name(&self, _: &dyn #path #(, #params)*) -> Option<#result> { #ignore #body })
        });
        let members: Vec<TokenStream> = members.collect();
        quote!(impl #path for Begun<'_> { #(#members)* })
    }

    /// The fields of a layer's start that stand at the same place in every one, where they are known.
    fn begun_env(&self, begun: &TokenStream, id: CompositeId) -> Env {
        let mut env = Env::default();
        for &field in &self.schema[id].fields {
            let Some((first, width, false)) = self.fixed_place(id, field, None) else { continue };
            let (at, bits) = (Literal::u32_unsuffixed(first), Literal::u32_unsuffixed(width));
            let code = match &self.schema[field].ty {
                Type::Uint { .. } => {
                    let number = Number::of_bits(width);
                    let ty = number.tokens();
                    Code::maybe(quote!((#begun.bits(#at, #bits)? as #ty)), Kind::Number(number))
                }
                Type::Bool => Code::maybe(quote!((#begun.bits(#at, #bits)? != 0)), Kind::Bool),
                _ => continue,
            };
            env.fields.insert(field, code);
        }
        env
    }

    /// The first bit and the width of a number that stands at the same place in every layer of that kind, or in each that has
    /// that form; and whether its least significant byte comes first.
    fn fixed_place(&self, id: CompositeId, field: FieldId, form: Option<&str>) -> Option<(u32, u32, bool)> {
        let definition = &self.schema[field];
        let Place::Run { bit, width } = definition.place else { return None };
        let start = self.run_start(&self.schema[id].body, id, field, form)?;
        let first = u32::try_from(start).ok()?.checked_add(bit)?;
        Some((first, width, super::number::is_little(&definition.ty)))
    }

    /// Where the run of a field starts, if that is known and the field is there in any case.
    fn run_start(&self, block: &Block, id: CompositeId, field: FieldId, form: Option<&str>) -> Option<u64> {
        block.items.iter().find_map(|item| match item {
            Item::Run(run) if run.fields.contains(&field) => run.start,
            Item::Match(choice) => choice.arms.iter().find_map(|arm| {
                let Action::Read(Some(variant), block) = &arm.action else { return None };
                let name = &self.schema[id].variants.get(*variant as usize)?.name;
                let alone = self.schema[id].variants.iter().filter(|other| other.name == *name).count() == 1;
                (form == Some(name) && alone).then(|| self.run_start(block, id, field, form))?
            }),
            _ => None,
        })
    }

    fn begun_asks_as(&self) -> TokenStream {
        let asking = self.layers().into_iter().filter(|&(id, _)| self.asks(id));
        let arms = asking.filter_map(|(id, composite)| {
            let kind = ident(&camel(&composite.name));
            let own = |_: &LayerRef| self.begun_env(&quote!(self), id);
            // What form a start has is not known.
            let plain = |part: &LayerRef| if part.variant.is_some() { vec![quote!(false)] } else { Vec::new() };
            let items = self.questions(id, &own, &plain);
            let formless: Vec<_> = items.into_iter().filter(|(forms, _)| forms.is_empty()).collect();
            if formless.is_empty() {
                return None;
            }
            let verdict = super::reply::verdict(&formless);
            Some(quote!((LayerKind::#kind, Layer::#kind(other)) => { #verdict }))
        });
        let arms: Vec<TokenStream> = arms.collect();
        quote! {
            /// Whether it asks what a layer does, by what an answer would name; nothing where the two can't be one question.
            #[must_use]
            pub fn asks_as(&self, other: &Layer<'_>) -> Option<bool> {
                match (self.kind, other) { #(#arms)* _ => None }
            }
        }
    }

    /// The method that reads a metafield.
    fn meta_read(&self, meta: &Meta) -> TokenStream {
        let (name, ty) = (ident(&meta.name), Number::of_bits(meta.bits).tokens());
        let about = docs(&meta.docs, &format!("The `{}`.", meta.name));
        match &meta.kind {
            MetaKind::Carry { .. } => {
                let table = constant(&meta.name);
                quote! {
                    #about
                    ///
                    /// Nothing where no layers carry it.
                    #[must_use]
                    pub fn #name(&self) -> Option<#ty> { self.carried(&#table).map(|value| value as #ty) }
                }
            }
            MetaKind::Key { over, keys, hash } => {
                let Some((seeded, body)) = self.hashed(over, keys, *hash, Number::of_bits(meta.bits)) else {
                    self.gaps.borrow_mut().push(format!("{}: a hash of keys", meta.name));
                    return TokenStream::new();
                };
                let seed = seeded.then(|| quote!(, seed: [u8; 16]));
                let words = seeded.then(|| quote!(#[doc = " `seed` is the key of the hash: who does not know it can't make packets collide."] #[doc = ""]));
                quote! {
                    #about
                    ///
                    #words
                    /// Nothing where the packet has not all that it is made of.
                    #[must_use]
                    pub fn #name(&self #seed) -> Option<#ty> { #body }
                }
            }
        }
    }

    /// The body of a method that gives a hash of keys, and whether that has a seed.
    fn hashed(&self, over: &[InterfaceId], keys: &[Key], hash: ExprId, number: Number) -> Option<(bool, TokenStream)> {
        let (seeded, sum, start) = match self.schema[hash] {
            Expr::SipHash24(_) => (true, Number::U64, quote!(SipHash24::new(seed))),
            Expr::Crc32(_) => (false, Number::U32, quote!(checksum::Crc32::ieee())),
            Expr::Crc32c(_) => (false, Number::U32, quote!(checksum::Crc32::castagnoli())),
            _ => return None,
        };
        let mut env = Env { packet: Some(quote!(self)), ..Env::default() };
        let mut asked = TokenStream::new();
        for (index, &id) in over.iter().enumerate() {
            let (name, whole) = (format_ident!("offered_{index}"), format_ident!("whole_{index}"));
            let (method, path) = (self.offers_ident(id), self.interface_path(id));
            let giving = self.layers().into_iter().filter_map(|(_, composite)| {
                let CompositeKind::Layer(layer) = &composite.kind else { return None };
                let gives = layer.provides.iter().any(|one| one.interface == id && !one.passes);
                let kind = ident(&camel(&composite.name));
                gives.then(|| quote!(LayerKind::#kind))
            });
            let giving: Vec<TokenStream> = giving.collect();
            asked.extend(quote! {
                let #whole = self.#method();
                let #name: &dyn #path = match &#whole {
                    Some(offered) => offered,
                    None => self.begun().filter(|begun| matches!(begun.kind, #(#giving)|*))?,
                };
            });
            env.below.insert(id, quote!(#name));
        }
        let mut steps = TokenStream::new();
        for key in keys {
            let left = self.octets(&env, key.left)?;
            let step = match key.right {
                None => quote! {
                    let key = given(|| { #left })?;
                    hash = hash.update(key.as_slice());
                },
                Some(right) => {
                    let right = self.octets(&env, right)?;
                    quote! {
                        let (low, high) = ordered(given(|| { #left })?, given(|| { #right })?);
                        hash = hash.update(low.as_slice()).update(high.as_slice());
                    }
                }
            };
            steps.extend(match key.present {
                Some(layer) => {
                    let kind = ident(&camel(&self.schema[layer].name));
                    quote!(if self.has(LayerKind::#kind) { #step })
                }
                None => step,
            });
        }
        let value = sum.convert(&quote!(hash.finish()), number);
        Some((seeded, quote!(#asked let mut hash = #start; #steps Some(#value))))
    }

    /// The method that sets a metafield.
    fn meta_write(&self, meta: &Meta) -> Option<TokenStream> {
        let MetaKind::Carry { .. } = &meta.kind else { return None };
        let (method, ty) = (format_ident!("set_{}", meta.name), Number::of_bits(meta.bits).tokens());
        let (table, about) = (constant(&meta.name), format!(" Sets the `{}`; see [`Packet::{0}`].", meta.name));
        Some(quote! {
            #[doc = #about]
            ///
            /// What the definition keeps right stays right, and so does every checksum of these layers that was.
            ///
            /// # Errors
            ///
            /// No layers carry it, or there is no room for what keeps a checksum right. The packet may be changed in part.
            pub fn #method(&mut self, value: #ty) -> Result<(), MetaError> { self.carry(&#table, value.into()) }
        })
    }

    /// Where the bits of a metafield stand.
    fn meta_table(&self, meta: &Meta) -> Option<TokenStream> {
        let MetaKind::Carry { carries, keeps } = &meta.kind else { return None };
        let (table, bits) = (constant(&meta.name), Literal::u32_unsuffixed(meta.bits));
        let carriers = carries.iter().map(|carry| self.carrier_table(carry));
        let keeps = keeps.iter().map(|keep| self.keep_table(keep));
        let about = format!(" Where the bits of `{}` stand.", meta.name);
        Some(quote! {
            #[doc = #about]
            static #table: Carried = Carried { carriers: &[#(#carriers),*], keeps: &[#(#keeps),*], bits: #bits };
        })
    }

    fn carrier_table(&self, carry: &Carry) -> TokenStream {
        let stack = carry.stack.iter().map(|part| {
            let kind = ident(&camel(&self.schema[part.layer].name));
            let form = match self.form_of_view(part) {
                Some(test) => quote!(Some(|layer| if let Layer::#kind(view) = layer { #test } else { false })),
                None => quote!(None),
            };
            quote!((LayerKind::#kind, #form))
        });
        let pieces = carry.pieces.iter().map(|piece| self.piece_table(carry, piece));
        quote!(Carrier { stack: &[#(#stack),*], pieces: &[#(#pieces),*] })
    }

    fn piece_table(&self, carry: &Carry, piece: &Piece) -> TokenStream {
        let part = carry.stack.get(piece.layer as usize);
        let form = part.and_then(|part| part.variant.as_deref());
        let spot = self.spot(piece.field, form);
        let number = Literal::u32_unsuffixed;
        let (layer, field_shift) = (Literal::u32_unsuffixed(piece.layer), number(piece.field_shift));
        let (tag_shift, bits) = (number(piece.tag_shift), number(piece.bits));
        quote! {
            Piece { layer: #layer, field: #spot, field_shift: #field_shift, tag_shift: #tag_shift, bits: #bits }
        }
    }

    fn keep_table(&self, keep: &Keep) -> TokenStream {
        let (kind, checksum) = (ident(&camel(&self.schema[keep.layer].name)), self.spot(keep.checksum, None));
        let by = match keep.by {
            Absorber::Field(field) => {
                let spot = self.spot(field, None);
                quote!(Absorber::Field(#spot))
            }
            Absorber::Payload(byte) => {
                let byte = Literal::u32_unsuffixed(byte);
                quote!(Absorber::Payload(#byte))
            }
        };
        quote!(Keep { layer: LayerKind::#kind, checksum: #checksum, by: #by })
    }

    /// Where a number of a layer is.
    fn spot(&self, field: FieldId, form: Option<&str>) -> TokenStream {
        let (info, definition) = (self.info(field), &self.schema[field]);
        let fixed = match self.fixed_place(definition.owner, field, form) {
            Some((first, width, _)) => {
                let (first, width) = (Literal::u32_unsuffixed(first), Literal::u32_unsuffixed(width));
                quote!(Some((#first, #width)))
            }
            None => quote!(None),
        };
        let little = super::number::is_little(&definition.ty);
        quote!(Spot { field: #info, fixed: #fixed, little: #little })
    }

    /// What a layer of any kind says of questions, answers and derived values.
    pub(super) fn layer_relations(&self) -> TokenStream {
        let (mut answers, mut asks, mut quotes, mut derived) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (id, composite) in self.layers() {
            let name = ident(&camel(&composite.name));
            for (at, request) in self.requests_of(id).into_iter().enumerate() {
                let (method, other) = (self.answers_ident(request, at == 0), ident(&camel(&self.schema[request].name)));
                answers.push(quote!((Self::#name(reply), Layer::#other(request)) => reply.#method(request),));
            }
            if self.asks(id) {
                asks.push(quote!((Self::#name(view), Layer::#name(other)) => view.asks_as(other),));
            }
            quotes.extend(self.quotes_arm(id, &name));
            derived.extend(self.derived_arm(id, composite, &name));
        }
        quote! {
            /// Whether it answers a question of another packet, by what both have in common; nothing where the two are no question
            /// and its answer.
            #[must_use]
            pub fn replies_to(&self, request: &Layer<'_>) -> Option<bool> {
                match (self, request) { #(#answers)* _ => None }
            }

            /// Whether it asks what another one does, by what an answer would name; nothing where the two can't be one question.
            #[must_use]
            pub fn asks_as(&self, other: &Layer<'_>) -> Option<bool> {
                match (self, other) { #(#asks)* _ => None }
            }

            /// Whether what it carries is the start of a packet that it is about.
            #[must_use]
            pub fn quotes(&self) -> bool {
                match self { #(#quotes)* _ => false }
            }

            /// Tells what its derived fields are, and what they should be: those of which it can be known.
            pub fn derived(&self, below: &Below<'_, 'a>, report: &mut dyn FnMut(Derived)) {
                let _ = below;
                match self { #(#derived)* _ => {} }
            }
        }
    }

    fn quotes_arm(&self, id: CompositeId, name: &Ident) -> Option<TokenStream> {
        let replies = self.schema.replies.iter().filter(|reply| reply.reply.layer == id);
        let fields: BTreeSet<FieldId> = replies.flat_map(|reply| reply.quotes.iter().copied()).collect();
        let tests = fields.iter().filter_map(|&field| {
            let code = self.access_from(&quote!(view), id, field)?;
            let option = code.option();
            Some(if code.maybe { quote!(#option.is_some()) } else { quote!(true) })
        });
        let mut seen = BTreeSet::new();
        let tests: Vec<TokenStream> = tests.filter(|test| seen.insert(test.to_string())).collect();
        (!tests.is_empty()).then(|| quote!(Self::#name(view) => #(#tests)||*,))
    }

    fn derived_arm(&self, id: CompositeId, composite: &Composite, name: &Ident) -> Option<TokenStream> {
        let steps = self.derived_steps(&quote!(view), id, composite);
        (!steps.is_empty()).then(|| quote!(Self::#name(view) => { #(#steps)* }))
    }

    /// What tells of each derived field of a view what it is, and what it should be, by what is `below` it.
    pub(super) fn derived_steps(&self, view: &TokenStream, id: CompositeId, composite: &Composite) -> Vec<TokenStream> {
        let needs: Vec<TokenStream> = self.needs(composite).into_iter().map(|_| quote!(below)).collect();
        let steps = self.verified(composite).filter_map(|(field, _)| {
            let (method, info) = (self.expected_ident(field)?, self.info(field));
            let found = self.access_from(view, id, field)?.option();
            let little = super::number::is_little(&self.schema[field].ty);
            Some(quote! {
                if let (Some(found), Some(expected)) = (#found, #view.#method(#(#needs),*)) {
                    report(Derived {
                        field: #info, little: #little, found: u64::from(found), expected: u64::from(expected),
                    });
                }
            })
        });
        steps.collect()
    }
}
