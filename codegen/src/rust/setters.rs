//! Setters: views of bytes that can be changed, with a method for each field of fixed size.
//!
//! Where everything stands is found once, by reading; so a setter writes where its field was, whatever other setters have
//! made of the lengths in the meantime. The fields of named arms are reached from the composite itself, as in expressions.

use super::Writer;
use super::change::Setter;
use super::expr::Env;
use super::names::{camel, ident};
use super::number::{Address, Bits, Meaning, Number, meaning};
use super::shape::{Accessor, Part, PartKind, Shape};
use packet_schema::model::{CompositeId, CompositeKind, Expr, ExprId, Field, FieldId, Type, Verify};
use packet_schema::tree::BinaryOp;
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};
use std::collections::BTreeMap;

/// A part of a view, by its scope and its position there.
type PartAt = (usize, usize);

/// Accessors of one name and type, each with its scope: the name, the type, and they.
type Alike<'a> = (String, String, Vec<(usize, &'a Accessor)>);

/// What the setters of a composite are written with.
struct Setters<'w, 's> {
    writer: &'w Writer<'s>,
    id: CompositeId,
    shape: &'w Shape,
    /// The names of the places of parts.
    places: BTreeMap<PartAt, Ident>,
    /// The checksum that can follow what is written.
    checksum: Option<Checksum>,
}

/// An Internet checksum over bytes of its own composite.
struct Checksum {
    place: TokenStream,
    covered: TokenStream,
    zero_is_none: bool,
    /// It covers something of the layers below too.
    carried: bool,
}

impl Writer<'_> {
    /// The view of a composite that can be changed.
    pub(super) fn setters(&self, id: CompositeId) -> TokenStream {
        let shape = &self.shapes[id.index()];
        let mut setters = Setters { writer: self, id, shape, places: BTreeMap::new(), checksum: None };
        setters.name_places();
        setters.checksum = setters.find_checksum();
        setters.items()
    }

    fn mut_ident(&self, id: CompositeId) -> Ident {
        format_ident!("{}Mut", camel(&self.schema[id].name))
    }

    fn places_ident(&self, id: CompositeId) -> Ident {
        format_ident!("{}Places", camel(&self.schema[id].name))
    }

    /// The numbers that a composite must be told.
    fn number_params(&self, id: CompositeId) -> Vec<(Ident, TokenStream)> {
        let numbers = self.schema[id].params.iter().filter(|param| !param.region);
        numbers.map(|param| (format_ident!("param_{}", param.name), Number::of_bits(param.bits).tokens())).collect()
    }
}

impl Setters<'_, '_> {
    fn part(&self, (scope, part): PartAt) -> Option<&Part> {
        self.shape.scopes.get(scope)?.parts.get(part)
    }

    /// Names the place of every part that is kept and is no choice.
    fn name_places(&mut self) {
        for (scope_index, scope) in self.shape.scopes.iter().enumerate() {
            let key = self.variant_of(scope_index).map(|variant| variant.key.clone());
            for (index, part) in scope.parts.iter().enumerate() {
                if part.dropped || matches!(part.kind, PartKind::Prefix(_) | PartKind::Choice(_)) {
                    continue;
                }
                let base = key.as_ref().map_or(part.name.clone(), |key| format!("{key}_{}", part.name));
                let taken = |name: &str| name == "region" || self.places.values().any(|other| other == name);
                let free = (1..).map(|count| if count == 1 { base.clone() } else { format!("{base}_{count}") });
                let name = free.into_iter().find(|name| !taken(name)).unwrap_or(base.clone());
                self.places.insert((scope_index, index), ident(&name));
            }
        }
    }

    fn variant_of(&self, scope: usize) -> Option<&packet_schema::model::Variant> {
        let arm = self.shape.choices.iter().flat_map(|choice| &choice.scopes).find(|arm| arm.1 == scope)?;
        self.writer.schema[self.id].variants.get(arm.0 as usize)
    }

    /// The place of a part.
    fn place(&self, at: PartAt) -> Option<TokenStream> {
        let name = self.places.get(&at)?;
        Some(quote!(self.places.#name))
    }

    /// The place of a field.
    fn field_place(&self, id: FieldId) -> Option<TokenStream> {
        let &(scope, accessor) = self.shape.of_field.get(&id)?;
        let accessor = self.shape.scopes.get(scope)?.accessors.get(accessor)?;
        let &(_, part) = accessor.fields.iter().find(|(field, _)| *field == id)?;
        let place = self.place((scope, part))?;
        match &self.part((scope, part))?.kind {
            PartKind::Segment(segment) => {
                let bits = segment.fields.iter().find(|(field, _)| *field == id)?.1;
                Some(narrowed(&place, bits))
            }
            PartKind::Field(_) => Some(place),
            PartKind::Prefix(_) | PartKind::Choice(_) => None,
        }
    }

    /// The checksum of the composite's own bytes, if it has one.
    fn find_checksum(&self) -> Option<Checksum> {
        let schema = self.writer.schema;
        schema[self.id].fields.iter().find_map(|&id| {
            let field = &schema[id];
            let auto = match &schema[field.auto?] {
                Expr::ZeroAsFfff(of) => &schema[*of],
                other => other,
            };
            let Expr::Inet16(of) = auto else { return None };
            let zero_is_none = matches!(field.verify, Some(Verify::When(condition))
                if matches!(schema[condition], Expr::Binary(BinaryOp::Ne, it, zero)
                    if schema[it] == Expr::It && schema[zero] == Expr::Int(0)));
            let (covered, carried) = self.covered(*of)?;
            Some(Checksum { place: self.field_place(id)?, covered, zero_is_none, carried })
        })
    }

    /// What a sum covers of the composite, and whether of layers below too.
    fn covered(&self, of: ExprId) -> Option<(TokenStream, bool)> {
        let schema = self.writer.schema;
        match &schema[of] {
            Expr::SelfBytes if matches!(schema[self.id].kind, CompositeKind::Layer(_)) => {
                Some((quote!(self.places.region), false))
            }
            Expr::BytesOf(first, last) => {
                let (first, last) = (self.field_place(*first)?, self.field_place(*last)?);
                Some((quote!(#first.up_to(#last)), false))
            }
            Expr::Binary(BinaryOp::Concat, left, right) if matches!(schema[*left], Expr::Carrier { .. }) => {
                Some((self.covered(*right)?.0, true))
            }
            _ => None,
        }
    }

    fn items(&self) -> TokenStream {
        let writer = self.writer;
        let view = ident(&camel(&writer.schema[self.id].name));
        let (name, places) = (writer.mut_ident(self.id), writer.places_ident(self.id));
        let about = format!(" [`{view}`] whose fields can be set where they stand, to any value, valid or not.");
        let kept = self.checksum.as_ref().map(|_| quote!(kept: Option<KeptChecksum>,));
        let (basics, checksum, (methods, setters)) = (self.basics(), self.checksum_methods(), self.methods());
        let generic = writer.fields_mut(self.id, &setters);
        let said = quote!(#basics #checksum #(#methods)*).to_string();
        let idle = !said.replace(' ', "").contains("self.places.");
        let idle = idle.then(|| quote!(#[allow(dead_code, reason = "nothing in it has a place of its own")]));
        let places_item = self.places_item(&said);
        quote! {
            #places_item

            #[doc = #about]
            ///
            /// A setter writes where its field was when it was read; one that was not there is left alone.
            #[derive(Debug)]
            pub struct #name<'a> { bytes: &'a mut [u8], #idle places: #places, #kept }

            impl<'a> #name<'a> { #basics #checksum #(#methods)* }

            #generic
        }
    }

    /// The struct of the places that methods name, and how they are found.
    fn places_item(&self, methods: &str) -> TokenStream {
        let writer = self.writer;
        // A compiler prints tokens with other spaces than a library does.
        let methods: String = methods.chars().filter(|sign| !sign.is_whitespace()).collect();
        let needed = |name: &Ident| {
            let wanted = format!("self.places.{name}");
            let ends = |at: usize| {
                !methods[at + wanted.len()..].starts_with(|next: char| next.is_alphanumeric() || next == '_')
            };
            methods.match_indices(&wanted).any(|(at, _)| ends(at))
        };
        let view = ident(&camel(&writer.schema[self.id].name));
        let name = writer.places_ident(self.id);
        let about = format!(" Where the parts of [`{view}`] stand.");
        let (params, types): (Vec<Ident>, Vec<TokenStream>) = writer.number_params(self.id).into_iter().unzip();
        let told: Vec<Option<TokenStream>> =
            params.iter().zip(&types).map(|(param, ty)| needed(param).then(|| quote!(#param: #ty,))).collect();
        let kept = params.iter().filter(|param| needed(param));
        let ignored = params.iter().filter(|param| !needed(param)).map(|param| quote!(let _ = #param;));
        let region = ident("region");
        let whole = needed(&region).then(|| quote!(region: Place,));
        let whole_found = needed(&region).then(|| quote!(region: Place::of(whole, Some(view.bytes())),));
        let idle = !needed(&region) && !self.places.values().any(needed);
        let ignored = ignored.chain(idle.then(|| quote!(let _ = (view, whole);)));
        let idents = self.places.values().filter(|name| needed(name));
        let found = self.places.iter().filter(|(_, name)| needed(name)).map(|(&at, name)| {
            let part = self.part_bytes(at).unwrap_or_else(|| quote!(None));
            quote!(#name: Place::of(whole, #part))
        });
        quote! {
            #[doc = #about]
            #[doc(hidden)]
            #[derive(Clone, Copy, Debug)]
            pub struct #name { #whole #(#told)* #(#idents: Place),* }

            impl #name {
                #[doc(hidden)]
                #[must_use]
                pub fn of(view: &#view<'_>, whole: &[u8], #(#params: #types),*) -> Self {
                    #(#ignored)*
                    Self { #whole_found #(#kept,)* #(#found),* }
                }
            }
        }
    }

    /// The bytes of a part, as an option, from a view.
    fn part_bytes(&self, at: PartAt) -> Option<TokenStream> {
        let chain = self.writer.path_to_scope(self.shape, self.id, at.0)?;
        let part = self.part(at)?;
        let name = ident(&part.name);
        let question = part.optional.then(|| quote!(?));
        let local = quote!(view #(.#chain()?)*.#name #question);
        let (bytes, maybe) = match &part.kind {
            PartKind::Segment(_) => (quote!(#local.as_slice()), false),
            PartKind::Field(id) => {
                let code = self.writer.part_bytes(&self.writer.schema[*id], &local)?;
                (code.tokens, code.maybe)
            }
            PartKind::Prefix(_) | PartKind::Choice(_) => return None,
        };
        let maybe = maybe || part.optional || !chain.is_empty();
        Some(if maybe { super::expr::given(&bytes) } else { quote!(Some(#bytes)) })
    }

    /// How it is made, and read again.
    fn basics(&self) -> TokenStream {
        let writer = self.writer;
        let composite = &writer.schema[self.id];
        let view = ident(&camel(&composite.name));
        let places = writer.places_ident(self.id);
        let kept = self.checksum.as_ref().map(|_| quote!(kept: None));
        let is_layer = matches!(composite.kind, CompositeKind::Layer(_));
        let parse = writer.read_params(self.id).is_empty().then(|| {
            quote! {
                /// Reads one from the start of bytes.
                ///
                /// # Errors
                ///
                /// The bytes can't be one.
                pub fn parse(bytes: &'a mut [u8]) -> Result<Self, Error> {
                    let places = #places::of(&#view::parse(&*bytes)?, bytes);
                    Ok(Self::new(bytes, places))
                }
            }
        });
        let again = if is_layer {
            quote!(#view::parse(&*self.bytes))
        } else {
            let args = composite.params.iter().map(|param| {
                let name = format_ident!("param_{}", param.name);
                if param.region { quote!(Region::new(self.bytes)) } else { quote!(self.places.#name) }
            });
            let outer = writer.needs_outer(self.id).then(|| quote!(Region::new(self.bytes),));
            let first = writer.stops(self.id).then(|| quote!(.map(|read| read.0)));
            quote!(#view::read(&mut Cursor::new(self.places.region.region(self.bytes)), #(#args,)* #outer)#first)
        };
        quote! {
            #parse

            #[doc(hidden)]
            #[must_use]
            pub fn new(bytes: &'a mut [u8], places: #places) -> Self { Self { bytes, places, #kept } }

            /// Reads it again, as it is now.
            ///
            /// # Errors
            ///
            /// What was set makes it impossible.
            pub fn as_view(&self) -> Result<#view<'_>, Error> { #again }
        }
    }

    fn checksum_methods(&self) -> TokenStream {
        let Some(Checksum { place, covered, zero_is_none, carried }) = &self.checksum else {
            return TokenStream::new();
        };
        let adjust = carried.then(|| {
            quote! {
                /// Adjusts the checksum to a change, from `old` to `new`, of what it covers of the layers below: of an address.
                pub fn adjust_checksum(&mut self, old: &[u8], new: &[u8]) -> &mut Self {
                    self.checksum_kept().adjust(self.bytes, old, new);
                    self
                }
            }
        });
        quote! {
            /// From here on, the checksum follows what is set, \[RFC 1624\]; a wrong one stays as wrong as it was.
            #[must_use]
            pub fn keeping_checksum(mut self) -> Self {
                self.kept = Some(self.checksum_kept());
                self
            }

            #adjust

            /// The checksum that can follow what is set.
            fn checksum_kept(&self) -> KeptChecksum {
                KeptChecksum { place: #place, covered: #covered, zero_is_none: #zero_is_none }
            }

            /// Changes a place, and the checksum with it where that is wanted.
            #[inline]
            fn change(&mut self, part: Place, change: impl FnOnce(Place, &mut [u8])) {
                match self.kept {
                    Some(checksum) => checksum.keep(self.bytes, part, |bytes| change(part, bytes)),
                    None => change(part, self.bytes),
                }
            }
        }
    }

    /// The methods, one for each name and type, and which of them are setters.
    fn methods(&self) -> (Vec<TokenStream>, Vec<Setter>) {
        let mut groups: Vec<Alike<'_>> = Vec::new();
        for (scope, held) in self.shape.scopes.iter().enumerate() {
            for accessor in &held.accessors {
                let ty = self.writer.accessor_type(accessor).map_or(String::new(), |ty| ty.to_string());
                match groups.iter_mut().find(|group| group.0 == accessor.name && group.1 == ty) {
                    Some(group) => group.2.push((scope, accessor)),
                    None => groups.push((accessor.name.clone(), ty, vec![(scope, accessor)])),
                }
            }
        }
        let mut taken: Vec<String> = Vec::new();
        let (mut out, mut setters) = (Vec::new(), Vec::new());
        for (name, _, members) in groups {
            let Some(&(scope, first)) = members.first() else { continue };
            let key = self.variant_of(scope).map_or("other", |variant| variant.key.as_str());
            let names = std::iter::once(name.clone()).chain(std::iter::once(format!("{key}_{name}")));
            let names = names.chain((2..).map(|count| format!("{key}_{name}_{count}")));
            let Some(free) = names.into_iter().find(|name| !taken.contains(name)) else { continue };
            if let Some((method, setter)) = self.method(&free, scope, first, &members) {
                taken.push(free);
                out.push(method);
                setters.extend(setter);
            }
        }
        (out, setters)
    }

    fn method(
        &self,
        name: &str,
        scope: usize,
        first: &Accessor,
        members: &[(usize, &Accessor)],
    ) -> Option<(TokenStream, Option<Setter>)> {
        let &(id, part) = first.fields.first()?;
        match &self.part((scope, part))?.kind {
            PartKind::Segment(_) => self.setter(name, first, members).map(|(method, setter)| (method, Some(setter))),
            PartKind::Field(_) => match &self.writer.schema[id].ty {
                Type::Bytes(_) | Type::Text(..) | Type::Next(_) => Some((self.bytes_method(name, members)?, None)),
                Type::Struct(..) | Type::List(..) => Some((self.nested(name, scope, first, id)?, None)),
                _ => None,
            },
            PartKind::Prefix(_) | PartKind::Choice(_) => None,
        }
    }

    /// Sets a field of fixed size.
    fn setter(&self, name: &str, first: &Accessor, members: &[(usize, &Accessor)]) -> Option<(TokenStream, Setter)> {
        let schema = self.writer.schema;
        let &(id, _) = first.fields.first()?;
        let method = format_ident!("set_{name}");
        let bytes = meaning(&schema[id]).is_none();
        let ty = self.writer.accessor_type(first)?;
        let ty = if let Some(address) = Address::of(&schema[id]) {
            address.tokens()
        } else if bytes {
            ty.to_string().replace("& 'a ", "").replace("&'a ", "").parse().ok()?
        } else {
            ty
        };
        let mut writes = Vec::new();
        for &(scope, accessor) in members {
            for &(id, part) in &accessor.fields {
                let PartKind::Segment(segment) = &self.part((scope, part))?.kind else { return None };
                let bits = segment.fields.iter().find(|(field, _)| *field == id)?.1;
                writes.push(self.write(&self.place((scope, part))?, bits, &schema[id], &ty)?);
            }
        }
        let about = self.setter_docs(id, first, name);
        let tokens = quote! {
            #[doc = #about]
            #[inline]
            pub fn #method(&mut self, value: #ty) -> &mut Self { #(#writes)* self }
        };
        Some((tokens, Setter { field: id, method, ty }))
    }

    fn setter_docs(&self, id: FieldId, accessor: &Accessor, name: &str) -> String {
        let field = &self.writer.schema[id];
        let width = meaning(field).map_or(0, |(_, bits)| bits);
        let holds = Number::of_bits(width).bits();
        let low = if width > 1 && width < holds && field.scale == 1 && matches!(field.ty, Type::Uint { .. }) {
            format!("; of the value the low {width} bits count")
        } else {
            String::new()
        };
        let there = if accessor.optional || field.variant.is_some() { ", where it is there" } else { "" };
        format!(" Sets the {}{there}{low}.", name.replace('_', " "))
    }

    /// Writes a value where a field stands.
    fn write(&self, place: &TokenStream, bits: Bits, field: &Field, ty: &TokenStream) -> Option<TokenStream> {
        let keeps = self.checksum.is_some();
        let at = if keeps { quote!(part) } else { quote!(#place) };
        let whole = if keeps { quote!(bytes) } else { quote!(self.bytes) };
        let first = if keeps && bits.container.is_none() { bits.first % 8 } else { bits.first };
        let (bit, byte) = (Literal::u32_unsuffixed(first), Literal::u32_unsuffixed(first / 8));
        let width = Literal::u32_unsuffixed(bits.width);
        let aligned = first % 8 == 0 && matches!(bits.width, 8 | 16 | 32 | 64 | 128);
        let call = match meaning(field) {
            None => {
                let array = Address::of(field).map_or(quote!(value), |address| address.array(&quote!(value)));
                quote!(#at.put(#whole, #byte, #array))
            }
            Some((meaning, _)) => {
                let (raw, number) = raw(&meaning, bits.width, ty);
                match bits.container {
                    Some((shift, of)) => {
                        let (shift, of) = (Literal::u32_unsuffixed(shift), Literal::u32_unsuffixed(of));
                        let raw = number.convert(&raw, Number::U128);
                        quote!(#at.put_within(#whole, #of, #shift, #width, #raw))
                    }
                    None if aligned => {
                        let raw = number.convert(&raw, Number::of_bits(bits.width));
                        let order = format_ident!("to_{}_bytes", if bits.little { "le" } else { "be" });
                        quote!(#at.put(#whole, #byte, #raw.#order()))
                    }
                    None => {
                        let raw = number.convert(&raw, Number::U128);
                        let put = format_ident!("put_{}", if bits.little { "le" } else { "bits" });
                        quote!(#at.#put(#whole, #bit, #width, #raw))
                    }
                }
            }
        };
        Some(if keeps {
            let narrow = narrowed(place, bits);
            quote!(self.change(#narrow, |part, bytes| #call);)
        } else {
            quote!(#call;)
        })
    }

    /// The bytes of a field, to be overwritten.
    fn bytes_method(&self, name: &str, members: &[(usize, &Accessor)]) -> Option<TokenStream> {
        let method = format_ident!("{name}_mut");
        let places = members
            .iter()
            .flat_map(|&(scope, accessor)| accessor.fields.iter().map(move |&(_, part)| self.place((scope, part))));
        let places: Vec<TokenStream> = places.collect::<Option<_>>()?;
        let (first, others) = places.split_first()?;
        let about =
            format!(" The bytes of the {}, to be overwritten; none where it is not there.", name.replace('_', " "));
        let keeps = self.checksum.as_ref().map(|_| {
            quote! {
                ///
                /// The checksum does not follow what is written here.
            }
        });
        Some(quote! {
            #[doc = #about]
            #keeps
            #[inline]
            pub fn #method(&mut self) -> &mut [u8] {
                let place = #first #(.or(#others))*;
                place.bytes(self.bytes).unwrap_or_default()
            }
        })
    }

    /// A struct in it, or one of a list of such, or a number of a list of numbers.
    fn nested(&self, name: &str, scope: usize, accessor: &Accessor, id: FieldId) -> Option<TokenStream> {
        let writer = self.writer;
        let field = &writer.schema[id];
        let &(_, part) = accessor.fields.first().filter(|_| accessor.fields.len() == 1)?;
        let chain = writer.path_to_scope(self.shape, self.id, scope)?;
        let (reach, question) = (ident(&self.part((scope, part))?.name), accessor.optional.then(|| quote!(?)));
        let ok = writer.part_type(field)?.to_string().starts_with("Result").then(|| quote!(.ok()?));
        let found = quote!(view #(.#chain()?)*.#reach #question #ok);
        let words = name.replace('_', " ");
        let method = format_ident!("{name}_mut");
        let (inner, index, element, params) = match &field.ty {
            Type::Struct(inner, args) => {
                let params = self.struct_params(*inner, args)?;
                (*inner, None, found, quote!(#(let #params;)*))
            }
            Type::List(element, _) => match &**element {
                Type::Struct(inner, _) => {
                    let names = writer.schema[*inner].params.iter().map(|param| {
                        let name = format_ident!("param_{}", param.name);
                        if param.region { quote!(_) } else { quote!(#name) }
                    });
                    let outer = writer.needs_outer(*inner).then(|| quote!(_,));
                    let params = (!writer.number_params(*inner).is_empty())
                        .then(|| quote!(let (#(#names,)* #outer) = #found.args();));
                    (*inner, Some(quote!(index: usize)), quote!(#found.get(index)?), quote!(#params))
                }
                _ => return None,
            },
            _ => return None,
        };
        let path = writer.path(writer.schema[inner].module);
        let (ty, places) = (writer.mut_ident(inner), writer.places_ident(inner));
        let numbers: Vec<Ident> = writer.number_params(inner).into_iter().map(|param| param.0).collect();
        let about = match index {
            Some(_) => format!(" One of the {words}, by its position, to be changed; nothing where there is none."),
            None => format!(" The {words}, to be changed; nothing where it is not there."),
        };
        Some(quote! {
            #[doc = #about]
            #[must_use]
            pub fn #method(&mut self, #index) -> Option<#path #ty<'_>> {
                let places = {
                    let view = &self.as_view().ok()?;
                    #params
                    #path #places::of(&#element, self.bytes, #(#numbers),*)
                };
                Some(#path #ty::new(self.bytes, places))
            }
        })
    }

    /// What a struct in this one is told: each as `name: type = value`.
    fn struct_params(&self, inner: CompositeId, args: &[ExprId]) -> Option<Vec<TokenStream>> {
        let writer = self.writer;
        let mut env = Env::default();
        for &field in &writer.schema[self.id].fields {
            if let Some(code) = writer.access_from(&quote!(view), self.id, field) {
                env.fields.insert(field, code);
            }
        }
        env.params = writer.schema[self.id]
            .params
            .iter()
            .map(|param| {
                let name = format_ident!("param_{}", param.name);
                let kind = super::expr::Kind::Number(Number::of_bits(param.bits));
                super::expr::Code::new(quote!(self.places.#name), kind)
            })
            .collect();
        let params = writer.schema[inner].params.iter().zip(args).filter(|(param, _)| !param.region);
        params
            .map(|(param, &arg)| {
                let (name, number) = (format_ident!("param_{}", param.name), Number::of_bits(param.bits));
                let code = writer.expr(&env, arg)?;
                let (ty, value) = (number.tokens(), code.typed_number(number)?);
                let value = if code.maybe {
                    let value = super::expr::given(&value);
                    quote!(#value.unwrap_or_default())
                } else {
                    value
                };
                Some(quote!(#name: #ty = #value))
            })
            .collect()
    }
}

/// The bytes of a place that hold some bits.
fn narrowed(place: &TokenStream, bits: Bits) -> TokenStream {
    let (from, to) = match bits.container {
        Some((_, of)) => (0, of.div_ceil(8)),
        None => (bits.first / 8, (bits.first + bits.width).div_ceil(8)),
    };
    let (from, length) = (Literal::u32_unsuffixed(from), Literal::u32_unsuffixed(to - from));
    quote!(#place.part(#from, #length))
}

/// The bits of a value, as a number of a type.
fn raw(meaning: &Meaning, width: u32, ty: &TokenStream) -> (TokenStream, Number) {
    let number = Number::of_bits(width);
    match meaning {
        Meaning::Plain(_) => {
            let all = [Number::U8, Number::U16, Number::U32, Number::U64, Number::U128];
            let held = all.into_iter().find(|one| one.tokens().to_string() == ty.to_string()).unwrap_or(number);
            (quote!(value), held)
        }
        Meaning::Signed(_) => {
            let unsigned = number.tokens();
            (quote!((value as #unsigned)), number)
        }
        Meaning::Bool => (quote!(u8::from(value)), Number::U8),
        Meaning::Named(_, number) => (quote!(value.0), *number),
        Meaning::Ipv4 => (quote!(u32::from(value)), Number::U32),
        Meaning::Ipv6 => (quote!(u128::from(value)), Number::U128),
        Meaning::Mac => (quote!(u64::from(value)), Number::U64),
        Meaning::Float(_) => (quote!(value.to_bits()), number),
        Meaning::Scaled(_, scale, wide) => {
            let scale = Literal::u64_unsuffixed(*scale);
            (quote!((value / #scale)), *wide)
        }
    }
}
