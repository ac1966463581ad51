//! Views: the struct, and what reaches the fields in it.

use super::expr::{Code, Env, Kind};
use super::names::{camel, docs, ident};
use super::number::{Address, Meaning, Number, meaning};
use super::parse::Reader;
use super::shape::{Accessor, Part, PartKind, Scope, Shape};
use super::types::accessor_ident;
use super::{Writer, walk};
use packet_schema::model::{Composite, CompositeId, CompositeKind, FieldId};
use packet_schema::tree::Docs;
use proc_macro2::{Ident, Literal, TokenStream, TokenTree};
use quote::{format_ident, quote};
use std::collections::BTreeSet;

impl Writer<'_> {
    /// The view of a layer or a struct, with those of its named arms.
    pub(super) fn view(&self, id: CompositeId) -> TokenStream {
        let (composite, shape) = (&self.schema[id], &self.shapes[id.index()]);
        let filled =
            shape.scopes.iter().enumerate().filter(|(index, scope)| *index == 0 || scope.kept().next().is_some());
        let scopes = filled.map(|(index, scope)| self.scope(id, shape, index, scope));
        let choices = shape.choices.iter().map(|choice| self.choice(id, shape, choice));
        let scopes: Vec<TokenStream> = scopes.collect();
        let choices: Vec<TokenStream> = choices.collect();
        let reader = self.reader(id, composite, shape);
        let (first, others) = (scopes.first(), scopes.get(1..).unwrap_or_default());
        let elements = self.elements(id);
        quote!(#first #reader #(#choices)* #(#others)* #elements)
    }

    fn scope(&self, id: CompositeId, shape: &Shape, index: usize, scope: &Scope) -> TokenStream {
        let composite = &self.schema[id];
        let name = ident(&scope.name);
        let about = if index == 0 {
            docs(&composite.docs, &format!("`{}`.", composite.name))
        } else {
            docs(&Docs::new(), &format!("What [`{}`] holds in this form.", camel(&composite.name)))
        };
        let parts = scope.kept().filter_map(|part| {
            let (name, ty) = (ident(&part.name), self.kept_type(shape, part)?);
            Some(quote!(#name: #ty,))
        });
        let own = if index == 0 { self.own_accessors(id, shape) } else { TokenStream::new() };
        let params = self.kept_params(composite, &own).map(|(name, ty)| quote!(#name: #ty,));
        let whole = (index == 0).then(|| quote!(region: Region<'a>,));
        let accessors = scope.accessors.iter().map(|accessor| self.accessor(shape, scope, accessor));
        let variants = self.variant_accessors(id, shape, index);
        quote! {
            #about
            #[derive(Clone, Copy, Debug)]
            pub struct #name<'a> { #whole #(#params)* #(#parts)* }

            impl<'a> #name<'a> { #(#accessors)* #variants #own }
        }
    }

    /// The numbers that a composite was told, where a method of it needs them.
    fn kept_params(
        &self,
        composite: &Composite,
        methods: &TokenStream,
    ) -> impl Iterator<Item = (Ident, TokenStream)> + use<> {
        // A compiler prints tokens with other spaces than a library does.
        let methods: String = methods.to_string().chars().filter(|sign| !sign.is_whitespace()).collect();
        let params = composite
            .params
            .iter()
            .map(|param| (format_ident!("param_{}", param.name), Number::of_bits(param.bits).tokens()));
        let kept: Vec<_> = params.filter(|(name, _)| methods.contains(&format!("self.{name}"))).collect();
        kept.into_iter()
    }

    fn kept_type(&self, shape: &Shape, part: &Part) -> Option<TokenStream> {
        let ty = match &part.kind {
            PartKind::Segment(segment) => {
                let bytes = Literal::u32_unsuffixed(segment.bytes);
                quote!(&'a [u8; #bytes])
            }
            PartKind::Field(id) => self.part_type(&self.schema[*id])?,
            PartKind::Prefix(_) => quote!(&'a [u8]),
            PartKind::Choice(choice) => {
                let name = ident(&shape.choices.get(*choice)?.name);
                return Some(quote!(#name<'a>));
            }
        };
        Some(if part.optional { quote!(Option<#ty>) } else { ty })
    }

    /// The method that reaches a field.
    fn accessor(&self, shape: &Shape, scope: &Scope, accessor: &Accessor) -> TokenStream {
        let Some(&(first, _)) = accessor.fields.first() else { return TokenStream::new() };
        let field = &self.schema[first];
        let name = accessor_ident(&accessor.name);
        let about = self.field_docs(first);
        let Some(ty) = self.accessor_type(accessor) else { return TokenStream::new() };
        let values: Option<Vec<TokenStream>> =
            accessor.fields.iter().map(|&(id, part)| self.accessor_value(shape, scope, id, part, accessor)).collect();
        let Some(values) = values else { return TokenStream::new() };
        let Some((value, others)) = values.split_first() else { return TokenStream::new() };
        let (ty, body) = if accessor.optional {
            let others = others.iter().map(|other| match syn::parse2(other.clone()) {
                Ok(syn::Expr::Field(part)) => quote!(.or(#part)),
                _ => quote!(.or_else(|| #other)),
            });
            (quote!(Option<#ty>), quote!(#value #(#others)*))
        } else {
            (ty, value.clone())
        };
        if let Some(address) = Address::of(field) {
            return self.address(&about, address, accessor, &ty, &body);
        }
        let must_use = (!ty.to_string().starts_with("Result")).then(|| quote!(#[must_use]));
        quote! {
            #about
            #[inline]
            #must_use
            pub fn #name(&self) -> #ty { #body }
        }
    }

    /// The methods that reach an address, and the bytes that it is.
    fn address(
        &self,
        about: &TokenStream,
        address: Address,
        accessor: &Accessor,
        ty: &TokenStream,
        body: &TokenStream,
    ) -> TokenStream {
        let (name, octets, kind) = (accessor_ident(&accessor.name), octets_ident(&accessor.name), address.tokens());
        let (result, value) = if accessor.optional {
            let made = address.made_of(&quote!(*octets));
            (quote!(Option<#kind>), quote!(self.#octets().map(|octets| #made)))
        } else {
            (kind, address.made_of(&quote!(*self.#octets())))
        };
        quote! {
            #about
            #[inline]
            #[must_use]
            pub fn #name(&self) -> #result { #value }

            #[doc(hidden)]
            #[inline]
            #[must_use]
            pub fn #octets(&self) -> #ty { #body }
        }
    }

    /// What users get of a field, where it is there; of an address, the bytes.
    pub(super) fn accessor_type(&self, accessor: &Accessor) -> Option<TokenStream> {
        let &(first, _) = accessor.fields.first()?;
        let field = &self.schema[first];
        if field.within.is_none()
            && let Some((kind, _)) = meaning(field)
        {
            let widest = accessor.fields.iter().filter_map(|(id, _)| match meaning(&self.schema[*id])?.0 {
                Meaning::Plain(number) => Some(number),
                _ => None,
            });
            let widest = widest.max_by_key(|number| number.bits());
            return Some(match (kind, widest) {
                (Meaning::Plain(_), Some(number)) => number.tokens(),
                (kind, _) => self.meaning_type(&kind),
            });
        }
        if let packet_schema::model::Place::Run { width, .. } = field.place
            && matches!(field.ty, packet_schema::model::Type::Bytes(_))
        {
            let bytes = Literal::u32_unsuffixed(width / 8);
            return Some(quote!(&'a [u8; #bytes]));
        }
        match &field.ty {
            packet_schema::model::Type::Codec(id, _) if self.yields_number(*id) && field.within.is_none() => {
                Some(self.codec_number(*id)?.tokens())
            }
            _ => self.part_type(field),
        }
    }

    fn accessor_value(
        &self,
        shape: &Shape,
        scope: &Scope,
        id: FieldId,
        part: usize,
        accessor: &Accessor,
    ) -> Option<TokenStream> {
        let part = scope.parts.get(part)?;
        let (name, field) = (ident(&part.name), &self.schema[id]);
        let _ = shape;
        match &part.kind {
            PartKind::Segment(segment) => {
                let bits = segment.fields.iter().find(|(field, _)| *field == id)?.1;
                let array = if part.optional { quote!(bytes) } else { quote!(self.#name) };
                let value = self.shown(field, bits, &array, accessor)?;
                Some(if part.optional { quote!(self.#name.map(|bytes| #value)) } else { value })
            }
            PartKind::Field(_) => match &field.ty {
                packet_schema::model::Type::Codec(codec, _) if self.yields_number(*codec) && field.within.is_none() => {
                    Some(if part.optional {
                        quote!(self.#name.map(|coded| coded.value))
                    } else {
                        quote!(self.#name.value)
                    })
                }
                _ => Some(quote!(self.#name)),
            },
            PartKind::Prefix(_) | PartKind::Choice(_) => None,
        }
    }

    /// A field's value as users see it, from the bytes of its segment.
    fn shown(
        &self,
        field: &packet_schema::model::Field,
        bits: super::number::Bits,
        array: &TokenStream,
        accessor: &Accessor,
    ) -> Option<TokenStream> {
        let Some((kind, width)) = meaning(field) else {
            let (from, length) = (Literal::u32_unsuffixed(bits.first / 8), Literal::u32_unsuffixed(bits.width / 8));
            return Some(quote!(part::<#from, #length, _>(#array)));
        };
        let (raw, number) = bits.read(array);
        Some(match kind {
            Meaning::Plain(_) => {
                let widest = accessor.fields.iter().filter_map(|(id, _)| meaning(&self.schema[*id]));
                let widest = widest.map(|(_, bits)| Number::of_bits(bits)).max_by_key(|number| number.bits())?;
                unparenthesised(number.convert(&raw, widest))
            }
            Meaning::Bool => quote!(#raw != 0),
            Meaning::Named(names, _) => {
                let (path, raw) = (self.names_path(names), unparenthesised(raw));
                quote!(#path(#raw))
            }
            Meaning::Ipv4 if bits.first.is_multiple_of(8) && !bits.little => {
                let at = (bits.first / 8..bits.first / 8 + 4).map(Literal::u32_unsuffixed);
                quote!(Ipv4Addr::new(#(#array[#at]),*))
            }
            Meaning::Ipv4 => quote!(Ipv4Addr::from(#raw)),
            Meaning::Ipv6 => quote!(Ipv6Addr::from(#raw)),
            Meaning::Mac if bits.first.is_multiple_of(8) && !bits.little => {
                let from = Literal::u32_unsuffixed(bits.first / 8);
                quote!(MacAddr(*part::<#from, 6, _>(#array)))
            }
            Meaning::Mac => quote!(MacAddr::from(#raw)),
            Meaning::Float(32) => quote!(f32::from_bits(#raw)),
            Meaning::Float(_) => quote!(f64::from_bits(#raw)),
            Meaning::Signed(_) => {
                let (ty, wide) = (super::types::signed(width), number.convert(&raw, Number::U128));
                let width = Literal::u32_unsuffixed(width);
                quote!(bits::sign_extend(#wide, #width) as #ty)
            }
            Meaning::Scaled(_, scale, wide) => {
                let (raw, scale) = (number.convert(&raw, wide), Literal::u64_unsuffixed(scale));
                quote!(#raw * #scale)
            }
        })
    }

    /// A field's documentation, with its unit.
    fn field_docs(&self, id: FieldId) -> TokenStream {
        let field = &self.schema[id];
        let name = field.name.as_deref().unwrap_or_default().replace('_', " ");
        let about = docs(&field.docs, &format!("The {name}."));
        let unit = field.unit.as_ref().map(|unit| {
            let words = format!(" In {unit}.");
            quote!(#[doc = ""] #[doc = #words])
        });
        quote!(#about #unit)
    }

    /// The enum of a match's named arms.
    fn choice(&self, id: CompositeId, shape: &Shape, choice: &super::shape::Choice) -> TokenStream {
        let name = ident(&choice.name);
        let words =
            format!(" The forms of [`{}`].", shape.scopes.get(choice.owner).map_or("", |scope| scope.name.as_str()));
        let mut seen = BTreeSet::new();
        let arms = choice.arms.iter().filter_map(|&(variant, scope)| {
            let arm = self.variant_ident(id, variant);
            if !seen.insert(arm.to_string()) {
                return None;
            }
            let about = format!(" {}.", self.schema[id].variants.get(variant as usize)?.name);
            Some(match scope.and_then(|scope| shape.scopes.get(scope)) {
                Some(scope) => {
                    let view = ident(&scope.name);
                    quote!(#[doc = #about] #arm(#view<'a>),)
                }
                None => quote!(#[doc = #about] #arm,),
            })
        });
        let arms: Vec<TokenStream> = arms.collect();
        let spoiled = choice.contained.then(|| {
            quote! {
                /// What should have told the form could not be read.
                Spoiled(Error),
            }
        });
        let phantom = (!choice.contained && choice.arms.iter().all(|arm| arm.1.is_none())).then(|| {
            quote! {
                #[doc(hidden)]
                Never(core::convert::Infallible, core::marker::PhantomData<&'a ()>),
            }
        });
        let phantom = phantom.or_else(|| {
            (choice.contained && choice.arms.iter().all(|arm| arm.1.is_none())).then(|| {
                quote! {
                    #[doc(hidden)]
                    Never(core::convert::Infallible, core::marker::PhantomData<&'a ()>),
                }
            })
        });
        quote! {
            #[doc = #words]
            #[derive(Clone, Copy, Debug)]
            pub enum #name<'a> {
                #(#arms)*
                /// None that has a name.
                Unnamed,
                #spoiled
                #phantom
            }
        }
    }

    /// A variant's name in Rust; of two by one name, the second is numbered.
    pub(super) fn variant_ident(&self, id: CompositeId, variant: u32) -> Ident {
        let variants = &self.schema[id].variants;
        let name = variants.get(variant as usize).map_or("Arm", |variant| variant.name.as_str());
        let earlier = variants.iter().take(variant as usize).filter(|other| other.name == name).count();
        if earlier == 0 { ident(&camel(name)) } else { format_ident!("{}{}", camel(name), earlier + 1) }
    }

    /// The methods that give the form taken, and each named one.
    fn variant_accessors(&self, id: CompositeId, shape: &Shape, scope: usize) -> TokenStream {
        let choices = shape.choices.iter().filter(|choice| choice.owner == scope);
        choices
            .map(|choice| {
                let Some(part) = shape.scopes.get(scope).and_then(|scope| scope.parts.get(choice.part)) else {
                    return TokenStream::new();
                };
                let (part, ty) = (ident(&part.name), ident(&choice.name));
                let arms = choice.arms.iter().filter_map(|&(variant, inner)| {
                    let arm = self.variant_ident(id, variant);
                    let method = self.variant_method(id, variant, shape, scope);
                    let view = ident(&shape.scopes.get(inner?)?.name);
                    let about = format!(" What it holds as [`{ty}::{arm}`], where it is that.");
                    Some(quote! {
                        #[doc = #about]
                        #[inline]
                        #[must_use]
                        pub fn #method(&self) -> Option<#view<'a>> {
                            if let #ty::#arm(view) = self.#part { Some(view) } else { None }
                        }
                    })
                });
                quote! {
                    /// Which form it has.
                    #[inline]
                    #[must_use]
                    pub fn #part(&self) -> #ty<'a> { self.#part }
                    #(#arms)*
                }
            })
            .collect()
    }

    /// The method of a named arm: its key, which no field of its scope may have taken.
    pub(super) fn variant_method(&self, id: CompositeId, variant: u32, shape: &Shape, scope: usize) -> Ident {
        let variants = &self.schema[id].variants;
        let key = variants.get(variant as usize).map_or("arm", |variant| variant.key.as_str());
        let earlier = variants.iter().take(variant as usize).filter(|other| other.key == key).count();
        let taken =
            shape.scopes.get(scope).is_some_and(|scope| scope.accessors.iter().any(|accessor| accessor.name == key));
        match (earlier, taken) {
            (0, false) => accessor_ident(key),
            (0, true) => format_ident!("as_{key}"),
            (count, _) => format_ident!("{key}_{}", count + 1),
        }
    }

    /// Whether the view named `view` is in a variant.
    pub(super) fn variant_test(&self, composite: CompositeId, key: &str) -> Option<TokenStream> {
        let shape = self.shapes.get(composite.index())?;
        let variants = &self.schema[composite].variants;
        let path = self.path(self.schema[composite].module);
        let tests = variants.iter().enumerate().filter(|(_, variant)| variant.key == key).filter_map(|(variant, _)| {
            let (mut chain, choice) = self.path_to_choice(shape, composite, variant as u32)?;
            let (ty, arm) = (ident(&choice.name), self.variant_ident(composite, variant as u32));
            let part = ident(&shape.scopes.get(choice.owner)?.parts.get(choice.part)?.name);
            let inner = choice.arms.iter().find(|arm| arm.0 == variant as u32)?.1;
            let pattern = if inner.is_some() { quote!(#path #ty::#arm(_)) } else { quote!(#path #ty::#arm) };
            chain.insert(0, quote!(view));
            let direct = chain.len() == 1;
            let (first, rest) = chain.split_first()?;
            Some(if direct {
                quote!(matches!(#first.#part(), #pattern))
            } else {
                quote!(given(|| Some(matches!(#first #(.#rest()?)*.#part(), #pattern))) == Some(true))
            })
        });
        let tests: Vec<TokenStream> = tests.collect();
        (!tests.is_empty()).then(|| quote!(#(#tests)||*))
    }

    /// Whether the match that has a variant could not be read, in a method of the view.
    pub(super) fn spoiled_test(&self, composite: CompositeId, variant: u32) -> Option<TokenStream> {
        let shape = self.shapes.get(composite.index())?;
        let (chain, choice) = self.path_to_choice(shape, composite, variant)?;
        let (path, ty) = (self.path(self.schema[composite].module), ident(&choice.name));
        let part = ident(&shape.scopes.get(choice.owner)?.parts.get(choice.part)?.name);
        let pattern = quote!(#path #ty::Spoiled(_));
        Some(if chain.is_empty() {
            quote!(matches!(self.#part(), #pattern))
        } else {
            quote!(given(|| Some(matches!(self #(.#chain()?)*.#part(), #pattern))) == Some(true))
        })
    }

    /// The methods that lead from a composite to the match that has a variant, and that match.
    fn path_to_choice<'x>(
        &self,
        shape: &'x Shape,
        composite: CompositeId,
        variant: u32,
    ) -> Option<(Vec<TokenStream>, &'x super::shape::Choice)> {
        let choice = shape.choices.iter().find(|choice| choice.arms.iter().any(|arm| arm.0 == variant))?;
        Some((self.path_to_scope(shape, composite, choice.owner)?, choice))
    }

    /// The methods that lead from a composite to one of its named arms.
    pub(super) fn path_to_scope(
        &self,
        shape: &Shape,
        composite: CompositeId,
        scope: usize,
    ) -> Option<Vec<TokenStream>> {
        let mut chain = Vec::new();
        let mut at = scope;
        while at != 0 {
            let choice = shape.choices.iter().find(|choice| choice.arms.iter().any(|arm| arm.1 == Some(at)))?;
            let variant = choice.arms.iter().find(|arm| arm.1 == Some(at))?.0;
            let method = self.variant_method(composite, variant, shape, choice.owner);
            chain.insert(0, quote!(#method));
            at = choice.owner;
        }
        Some(chain)
    }

    /// A field's value, as expressions use it, reached from a view of its composite.
    pub(super) fn access_from(&self, view: &TokenStream, composite: CompositeId, id: FieldId) -> Option<Code> {
        let shape = self.shapes.get(composite.index())?;
        let &(scope, accessor) = shape.of_field.get(&id)?;
        let chain = self.path_to_scope(shape, composite, scope)?;
        let accessor = shape.scopes.get(scope)?.accessors.get(accessor)?;
        let field = &self.schema[id];
        let name = reach_ident(field, &accessor.name);
        let question = accessor.optional.then(|| quote!(?));
        let value = quote!(#view #(.#chain()?)*.#name()#question);
        let maybe = accessor.optional || !chain.is_empty();
        if field.within.is_none()
            && let Some((kind, _)) = meaning(field)
        {
            let ty = self.accessor_type(accessor)?.to_string();
            let (tokens, kind) = self.raw_of(&value, &kind)?;
            let kind = match kind {
                Kind::Number(number) if ty != number.tokens().to_string() => {
                    [Number::U8, Number::U16, Number::U32, Number::U64, Number::U128]
                        .into_iter()
                        .find(|wide| wide.tokens().to_string() == ty)
                        .map_or(Kind::Number(number), Kind::Number)
                }
                kind => kind,
            };
            return Some(Code { tokens, kind, maybe });
        }
        if let packet_schema::model::Place::Run { .. } = field.place
            && matches!(field.ty, packet_schema::model::Type::Bytes(_))
        {
            return Some(Code { tokens: quote!(#value.as_slice()), kind: Kind::Bytes, maybe });
        }
        if let packet_schema::model::Type::Codec(codec, _) = field.ty
            && field.within.is_none()
            && let Some(number) = self.codec_number(codec)
        {
            return Some(Code { tokens: value, kind: Kind::Number(number), maybe });
        }
        let code = self.part_value(field, &value)?;
        Some(Code { maybe: code.maybe || maybe, ..code })
    }

    /// What names stand for in a method of a composite's view.
    pub(super) fn method_env(&self, id: CompositeId) -> Env {
        let shape = &self.shapes[id.index()];
        let mut env = Env {
            size: Some(quote!((self.region.bytes().len() as u64 + u64::from(self.region.missing())))),
            ..Env::default()
        };
        for &field in &self.schema[id].fields {
            if let Some(code) = self.access_from(&quote!(self), id, field) {
                env.fields.insert(field, code);
            }
            if let Some(bytes) = self.bytes_from(shape, id, field) {
                env.bytes.insert(field, bytes);
            }
        }
        env.params = self.schema[id]
            .params
            .iter()
            .map(|param| {
                let name = format_ident!("param_{}", param.name);
                if param.region {
                    Code::new(quote!(()), Kind::Other)
                } else {
                    Code::new(quote!(self.#name), Kind::Number(Number::of_bits(param.bits)))
                }
            })
            .collect();
        env
    }

    /// The bytes of a field that varies, in a method of its composite's view.
    fn bytes_from(&self, shape: &Shape, id: CompositeId, field: FieldId) -> Option<Code> {
        let &(scope, accessor) = shape.of_field.get(&field)?;
        let part = &shape.scopes.get(scope)?;
        let &(_, index) = part.accessors.get(accessor)?.fields.iter().find(|(other, _)| *other == field)?;
        let part = part.parts.get(index)?;
        if !matches!(part.kind, PartKind::Field(_)) {
            return None;
        }
        let chain = self.path_to_scope(shape, id, scope)?;
        let name = ident(&part.name);
        let question = part.optional.then(|| quote!(?));
        let code = self.part_bytes(&self.schema[field], &quote!(self #(.#chain()?)*.#name #question))?;
        Some(Code { maybe: code.maybe || part.optional || !chain.is_empty(), ..code })
    }

    /// What a composite's own view has besides its fields: its bytes, and what the definition calls by a name.
    fn own_accessors(&self, id: CompositeId, shape: &Shape) -> TokenStream {
        let composite = &self.schema[id];
        let env = self.method_env(id);
        let root = shape.scopes.first();
        let taken = |name: &str| root.is_some_and(|scope| scope.accessors.iter().any(|accessor| accessor.name == name));
        let lets = composite.lets.iter().filter(|one| !taken(&one.name)).filter_map(|one| {
            let value = self.named_value(&env, one);
            if value.is_none() {
                self.gap(id, &format!("`let {}`", one.name));
            }
            value
        });
        let lets: Vec<TokenStream> = lets.collect();
        quote! {
            /// All its bytes that are there; of a layer, its payload too.
            #[inline]
            #[must_use]
            pub fn bytes(&self) -> &'a [u8] { self.region.bytes() }

            /// Where it stands in the packet, and what is known of its end.
            #[inline]
            #[must_use]
            pub fn region(&self) -> Region<'a> { self.region }

            #(#lets)*
        }
    }

    fn named_value(&self, env: &Env, one: &packet_schema::model::Let) -> Option<TokenStream> {
        let code = self.expr(env, one.value)?;
        let (ty, tokens) = match &code.kind {
            Kind::Bool => (quote!(bool), code.tokens.clone()),
            Kind::Number(number) => (number.tokens(), code.tokens.clone()),
            Kind::Literal(value) => (quote!(i128), super::expr::literal(*value)),
            Kind::Bytes => (quote!(&'a [u8]), code.tokens.clone()),
            _ => return None,
        };
        let code = Code { tokens: unparenthesised(tokens), ..code };
        let value = code.finish();
        let ty = if code.maybe { quote!(Option<#ty>) } else { ty };
        let name = accessor_ident(&one.name);
        let about = docs(&one.docs, &format!("The {}.", one.name.replace('_', " ")));
        let unit = one.unit.as_ref().map(|unit| {
            let words = format!(" In {unit}.");
            quote!(#[doc = ""] #[doc = #words])
        });
        Some(quote! {
            #about
            #unit
            #[inline]
            #[must_use]
            pub fn #name(&self) -> #ty { #value }
        })
    }

    /// The function that reads a composite, and what makes it an element of lists.
    fn reader(&self, id: CompositeId, composite: &Composite, shape: &Shape) -> TokenStream {
        let name = ident(&camel(&composite.name));
        let params: Vec<(Ident, TokenStream)> = self.read_params(id);
        let Some(mut reader) = Reader::new(self, id, false) else { return TokenStream::new() };
        let body = reader.block(&composite.body);
        let made = self.made(id);
        let names = params.iter().map(|param| &param.0).collect::<Vec<_>>();
        let types = params.iter().map(|param| &param.1).collect::<Vec<_>>();
        let (result, ok, flow) = if shape.stops {
            (quote!((Self, Flow)), quote!((#made, flow)), Some(quote!(let mut flow = Flow::Next;)))
        } else {
            (quote!(Self), made, None)
        };
        let stream = matches!(&composite.kind, CompositeKind::Layer(layer) if layer.stream);
        let read = walk::read(&walk::Body { params: &params, result, flow, statements: body, made: ok });
        let inline = &read.inline;
        let parse = params.is_empty().then(|| parse(shape.stops, stream, inline));
        let functions = read.functions;
        let element = if shape.stops {
            quote!(Self::read(cursor, #(#names),*))
        } else {
            quote!(Self::read(cursor, #(#names),*).map(|element| (element, Flow::Next)))
        };
        quote! {
            impl<'a> #name<'a> {
                #parse

                #functions
            }

            impl<'a> Element<'a> for #name<'a> {
                type Out = Self;
                type Args = (#(#types,)*);

                #[inline]
                fn read(cursor: &mut Cursor<'a>, (#(#names,)*): Self::Args) -> Result<(Self, Flow), Error> {
                    #element
                }
            }
        }
    }

    /// The view of what was read.
    pub(super) fn made(&self, id: CompositeId) -> TokenStream {
        let shape = &self.shapes[id.index()];
        let kept = self.kept_params(&self.schema[id], &self.own_accessors(id, shape)).map(|(name, _)| name);
        let parts = shape.scopes.first().into_iter().flat_map(Scope::kept).map(|part| ident(&part.name));
        quote!(Self { region: cursor.since(&start), #(#kept,)* #(#parts),* })
    }

    /// What a composite's reader must be told.
    pub(super) fn read_params(&self, id: CompositeId) -> Vec<(Ident, TokenStream)> {
        let composite = &self.schema[id];
        let own = composite.params.iter().map(|param| {
            let ty = if param.region { quote!(Region<'a>) } else { Number::of_bits(param.bits).tokens() };
            (format_ident!("param_{}", param.name), ty)
        });
        let mut params: Vec<_> = own.collect();
        if self.needs_outer(id) {
            params.push((format_ident!("outer"), quote!(Region<'a>)));
        }
        params
    }
}

fn parse(stops: bool, stream: bool, inline: &TokenStream) -> TokenStream {
    let outcome = stops.then(|| quote!(.map(|(view, _)| view)));
    let region = if stream { quote!(region.into().as_stream()) } else { quote!(region.into()) };
    quote! {
        /// Reads one from the start of a region; plain bytes are all that was captured of it.
        ///
        /// # Errors
        ///
        /// The bytes can't be one.
        #inline
        pub fn parse(region: impl Into<Region<'a>>) -> Result<Self, Error> {
            Self::read(&mut Cursor::new(#region))#outcome
        }
    }
}

/// The method that reaches the bytes of an address.
fn octets_ident(name: &str) -> Ident {
    format_ident!("{name}_octets")
}

/// The method by which generated code reaches a field: of an address, its bytes.
pub(super) fn reach_ident(field: &packet_schema::model::Field, name: &str) -> Ident {
    if Address::of(field).is_some() { octets_ident(name) } else { accessor_ident(name) }
}

/// Without the parentheses around all of it.
pub(super) fn unparenthesised(tokens: TokenStream) -> TokenStream {
    let mut trees = tokens.clone().into_iter();
    match (trees.next(), trees.next()) {
        (Some(TokenTree::Group(group)), None) if group.delimiter() == proc_macro2::Delimiter::Parenthesis => {
            group.stream()
        }
        _ => tokens,
    }
}
