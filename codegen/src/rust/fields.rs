//! Fields for generic code: what is known of each, and a method that hands over all that a view holds.

use super::Writer;
use super::access::reach_ident;
use super::names::{camel, constant, ident};
use super::number::{Bits, Meaning, Number, is_little, meaning, of_type};
use super::shape::{Accessor, Choice, PartKind, Scope, Shape};
use packet_schema::model::{Composite, CompositeId, CompositeKind, Display, Field, FieldId, Names, Type};
use proc_macro2::{Group, Ident, Literal, TokenStream, TokenTree};
use quote::{format_ident, quote};
use std::collections::BTreeSet;

impl Writer<'_> {
    /// What is known of each field.
    pub(super) fn field_table(&self, id: CompositeId, composite: &Composite) -> TokenStream {
        let module = self.table_ident(composite);
        let key = &composite.key;
        let mut seen = BTreeSet::new();
        let rows: Vec<TokenStream> = composite
            .fields
            .iter()
            .filter_map(|&id| {
                let name = self.schema[id].name.as_deref()?;
                let constant = self.info_ident(id);
                if !seen.insert(constant.to_string()) {
                    return None;
                }
                let (words, more) = (format!(" `{key}.{name}`"), self.more_of(id));
                Some(quote!(#[doc = #words] pub static #constant: FieldInfo = FieldInfo::new(#key, #name)#more;))
            })
            .collect();
        let about = format!(" The fields of [`{}`]({}), by name.", composite.name, camel(&composite.name));
        let whole = format!(" What has no name in `{key}`.");
        let (runs, has_runs) = self.runs(id);
        let wanted = has_runs.then(|| {
            quote!(
                use packet_core::view::Wanted;
            )
        });
        let form = quote!(#(#rows)*).to_string().contains("Form ::").then(|| {
            quote!(
                use packet_core::Form;
            )
        });
        quote! {
            #[doc = #about]
            pub mod #module {
                use packet_core::FieldInfo;
                #form
                #wanted

                #[doc = #whole]
                pub static RESERVED_: FieldInfo = FieldInfo::new(#key, "_");
                #(#rows)*
                #runs
            }
        }
    }

    /// The name of what is known of a field. Of those that have one name, and are shown in different forms, all but the first
    /// are numbered.
    fn info_ident(&self, id: FieldId) -> Ident {
        let field = &self.schema[id];
        let Some(name) = field.name.as_deref() else { return ident("RESERVED_") };
        let alike =
            self.schema[field.owner].fields.iter().filter(|&&other| self.schema[other].name.as_deref() == Some(name));
        let mut forms: Vec<String> = Vec::new();
        for &other in alike {
            let form = self.more_of(other).to_string();
            let at = forms.iter().position(|one| *one == form).unwrap_or_else(|| {
                forms.push(form);
                forms.len() - 1
            });
            if other == id && at > 0 {
                return format_ident!("{}_{}", constant(name), at + 1);
            }
        }
        constant(name)
    }

    /// The fields of each run, for the error of one that is not whole.
    fn runs(&self, id: CompositeId) -> (TokenStream, bool) {
        let mut out = TokenStream::new();
        for (scope_index, scope) in self.shapes[id.index()].scopes.iter().enumerate() {
            for (index, part) in scope.parts.iter().enumerate() {
                let (Some(name), PartKind::Segment(segment)) = (self.run_ident(id, scope_index, index), &part.kind)
                else {
                    continue;
                };
                let wanted = segment.fields.iter().map(|&(field, bits)| {
                    let constant = self.info_ident(field);
                    let (first, width) = (Literal::u32_unsuffixed(bits.first), Literal::u32_unsuffixed(bits.width));
                    match bits.container {
                        Some((_, of)) => {
                            let of = Literal::u32_unsuffixed(of);
                            quote!((&#constant, 0, #of))
                        }
                        None => quote!((&#constant, #first, #width)),
                    }
                });
                let words = format!(" The fields of `{}`.", part.name);
                out.extend(quote!(#[doc = #words] pub static #name: &[Wanted] = &[#(#wanted),*];));
            }
        }
        let some = !out.is_empty();
        (out, some)
    }

    /// The name of a run's fields; nothing for a run of one field of whole bytes.
    pub(super) fn run_ident(&self, id: CompositeId, scope: usize, part: usize) -> Option<Ident> {
        let shape = &self.shapes[id.index()];
        let name = |scope: usize, part: usize| {
            let part = shape.scopes.get(scope)?.parts.get(part)?;
            let PartKind::Segment(segment) = &part.kind else { return None };
            if let [(_, bits)] = segment.fields.as_slice()
                && bits.width == segment.bytes * 8
            {
                return None;
            }
            let arm = shape.choices.iter().flat_map(|choice| &choice.scopes).find(|arm| arm.1 == scope);
            let variant = arm.and_then(|arm| self.schema[id].variants.get(arm.0 as usize));
            let key = variant.map_or(String::new(), |variant| format!("{}_", variant.key));
            Some(format!("{key}{}_RUN", part.name).to_uppercase())
        };
        let own = name(scope, part)?;
        let all =
            shape.scopes.iter().enumerate().flat_map(|(at, held)| (0..held.parts.len()).map(move |part| (at, part)));
        let earlier =
            all.take_while(|&at| at != (scope, part)).filter(|&(scope, part)| name(scope, part).as_ref() == Some(&own));
        match earlier.count() {
            0 => Some(ident(&own)),
            count => Some(format_ident!("{own}_{}", count + 1)),
        }
    }

    /// How a field is shown, what it counts, and what others call it.
    fn more_of(&self, id: FieldId) -> TokenStream {
        let field = &self.schema[id];
        let form = match field.display {
            Display::Plain => None,
            Display::Hex => Some(quote!(Hex)),
            Display::Binary => Some(quote!(Binary)),
            Display::Ipv4 => Some(quote!(Ipv4)),
            Display::Ipv6 => Some(quote!(Ipv6)),
            Display::Mac => Some(quote!(Mac)),
            Display::Ascii => Some(quote!(Ascii)),
            Display::UnixTime => Some(quote!(UnixTime)),
            Display::NtpTime => Some(quote!(NtpTime)),
            Display::Fixed16 => Some(quote!(Fixed16)),
        };
        let form = form.map(|form| quote!(.shown(Form::#form)));
        let unit = field.unit.as_ref().map(|unit| quote!(.counting(#unit)));
        let names = self.schema.names.get("wireshark").into_iter().flatten();
        let aliases: Vec<&String> = names.filter(|name| name.field == Some(id)).map(|name| &name.name).collect();
        let aliases = (!aliases.is_empty()).then(|| quote!(.called(&[#(#aliases),*])));
        let order = is_little(&field.ty).then(|| quote!(.in_reverse()));
        let scale = (field.scale > 1).then(|| {
            let scale = Literal::u64_unsuffixed(field.scale);
            quote!(.times(#scale))
        });
        quote!(#form #unit #order #scale #aliases)
    }

    /// The layers and structs of the module that can be read alone, for generic code.
    pub(super) fn composite_table(&self) -> TokenStream {
        let composites = self.schema.composites.iter().zip(0..).filter(|(one, _)| one.module == self.module);
        let rows = composites.filter_map(|(one, index)| {
            let is_codec = matches!(one.kind, CompositeKind::Codec(_));
            if is_codec || !self.read_params(CompositeId(index)).is_empty() {
                return None;
            }
            let (name, key, view) = (&one.name, &one.key, ident(&camel(&one.name)));
            let changed = format_ident!("{}Mut", camel(&one.name));
            Some(quote! {
                CompositeInfo {
                    name: #name,
                    key: #key,
                    read: |region, visitor| #view::parse(region).map(|view| view.fields(visitor)),
                    edit: |bytes, change| #changed::parse(bytes).map(|mut fields| change(&mut fields)),
                }
            })
        });
        let rows: Vec<TokenStream> = rows.collect();
        quote! {
            /// The layers and structs of this module that can be read without being told anything, by name.
            pub static COMPOSITES: &[CompositeInfo] = &[#(#rows),*];
        }
    }

    /// The methods that hand over what the views of a composite hold.
    pub(super) fn fields_items(&self, id: CompositeId, shape: &Shape) -> TokenStream {
        let kept =
            shape.scopes.iter().enumerate().filter(|(index, scope)| *index == 0 || scope.kept().next().is_some());
        kept.map(|(index, scope)| {
            let name = ident(&scope.name);
            let body = self.scope_fields(id, shape, scope);
            let text = body.to_string();
            let visitor = if text.contains("visitor") { quote!(visitor) } else { quote!(_) };
            if index == 0 {
                let region = text.contains("region").then(|| quote!(let region = self.region;));
                let (carries, words) = (self.carries_layer(id), &self.schema[id].name);
                return quote! {
                    impl Fields for #name<'_> {
                        fn fields(&self, #visitor: &mut dyn FieldVisitor) { #region #body }

                        #carries
                    }

                    shown_fields!(#name, #words);
                };
            }
            let region = if text.contains("region") { quote!(region) } else { quote!(_) };
            quote! {
                impl #name<'_> {
                    /// Hands over what it holds; `region` is that of the whole.
                    fn visit_fields(&self, #region: Region<'_>, #visitor: &mut dyn FieldVisitor) { #body }
                }
            }
        })
        .collect()
    }

    /// Whether another layer is in the payload, for a layer whose stack is generated.
    fn carries_layer(&self, id: CompositeId) -> Option<TokenStream> {
        let composite = &self.schema[id];
        let stack =
            self.stack.as_ref().filter(|_| !self.derived && matches!(composite.kind, CompositeKind::Layer(_)))?;
        self.holds_payload(id, &mut BTreeSet::new()).then(|| {
            quote!(
                fn carries_layer(&self) -> bool {
                    matches!(self.next(), #stack Next::Layer(..))
                }
            )
        })
    }

    fn scope_fields(&self, id: CompositeId, shape: &Shape, scope: &Scope) -> TokenStream {
        let mut out = TokenStream::new();
        for (at, part) in scope.parts.iter().enumerate() {
            if let PartKind::Choice(choice) = part.kind {
                if let Some(choice) = shape.choices.get(choice) {
                    out.extend(self.choice_fields(id, shape, choice, &ident(&part.name)));
                }
                continue;
            }
            let first_here =
                |accessor: &&Accessor| accessor.fields.first().is_some_and(|&(_, part)| part == at) && !part.dropped;
            for accessor in scope.accessors.iter().filter(first_here) {
                match self.accessor_fields(scope, accessor) {
                    Some(tokens) => out.extend(tokens),
                    None => self.gap(id, "a field for generic code"),
                }
            }
        }
        out
    }

    fn choice_fields(&self, id: CompositeId, shape: &Shape, choice: &Choice, part: &Ident) -> TokenStream {
        let ty = ident(&choice.name);
        let mut seen = BTreeSet::new();
        let arms = choice.arms.iter().filter_map(|&(variant, scope)| {
            let arm = self.variant_ident(id, variant);
            if !seen.insert(arm.to_string()) {
                return None;
            }
            let key = &self.schema[id].variants.get(variant as usize)?.key;
            let filled = scope.and_then(|scope| shape.scopes.get(scope)).is_some();
            let (pattern, inside) = if filled {
                (quote!(#ty::#arm(arm)), Some(quote!(arm.visit_fields(region, visitor);)))
            } else {
                (quote!(#ty::#arm), None)
            };
            Some(quote! {
                #pattern => {
                    visitor.enter(Group::Variant(#key));
                    #inside
                    visitor.leave();
                }
            })
        });
        let arms: Vec<TokenStream> = arms.collect();
        let spoiled = choice.contained.then(|| quote!(#ty::Spoiled(error) => visitor.error(&error),));
        let all_empty = choice.arms.iter().all(|arm| arm.1.is_none());
        let never = all_empty.then(|| quote!(#ty::Never(..) => {}));
        quote!(match self.#part { #(#arms)* #ty::Unnamed => {} #spoiled #never })
    }

    /// Hands over what an accessor gives.
    fn accessor_fields(&self, scope: &Scope, accessor: &Accessor) -> Option<TokenStream> {
        let &(first, _) = accessor.fields.first()?;
        let field = &self.schema[first];
        let (method, info) = (reach_ident(field, &accessor.name), self.info(first));
        let places: Vec<TokenStream> =
            accessor.fields.iter().map(|&(id, part)| self.place_of(scope, id, part)).collect::<Option<_>>()?;
        let (place, others) = places.split_first()?;
        let contained =
            self.accessor_type(accessor)?.to_string().starts_with("Result") && !matches!(field.ty, Type::Next(_));
        let shown = self.shown_value(field, &info)?;
        let shown = if contained {
            quote!(match value { Ok(value) => { #shown } Err(error) => visitor.error(&error) })
        } else {
            shown
        };
        // The elements of a list have places of their own.
        let listed = matches!(field.ty, Type::List(..)) && self.numbers_of(&field.ty, field).is_none();
        let placed = !listed && shown.to_string().contains("place");
        let with_place = |place: TokenStream| placed.then(|| quote!(let place = #place;));
        if !accessor.optional && others.is_empty() {
            let value = quote!(self.#method());
            if count(&shown, "value") == 1 {
                let shown = substituted(shown, "value", &value);
                return Some(if placed { substituted(shown, "place", place) } else { shown });
            }
            let place = with_place(quote!(#place));
            return Some(quote!(let value = #value; #place #shown));
        }
        let place = with_place(quote!(given(|| Some(#place)) #(.or_else(|| given(|| Some(#others))))*));
        let place = place.map(|place| quote!(#place let place = place.unwrap_or(BitPlace { start: 0, bits: 0 });));
        Some(quote!(if let Some(value) = self.#method() { #place #shown }))
    }

    /// The place of a field in a part, where that is there.
    fn place_of(&self, scope: &Scope, id: FieldId, part: usize) -> Option<TokenStream> {
        let part = scope.parts.get(part)?;
        let name = ident(&part.name);
        let question = part.optional.then(|| quote!(?));
        match &part.kind {
            PartKind::Segment(segment) => {
                let bits = segment.fields.iter().find(|(field, _)| *field == id)?.1;
                let (first, width) = first_and_width(bits);
                Some(quote!(BitPlace::of(region, self.#name #question, #first, #width)))
            }
            PartKind::Field(_) => match self.part_bytes(&self.schema[id], &quote!(self.#name #question)) {
                Some(bytes) if !bytes.maybe => {
                    let bytes = bytes.tokens;
                    Some(quote!(BitPlace::whole(region, #bytes)))
                }
                _ => Some(quote!(BitPlace { start: 0, bits: 0 })),
            },
            PartKind::Prefix(_) | PartKind::Choice(_) => None,
        }
    }

    /// Hands over `value`, which stands at `place`.
    fn shown_value(&self, field: &Field, info: &TokenStream) -> Option<TokenStream> {
        if let packet_schema::model::Place::Run { .. } = field.place
            && meaning(field).is_none()
            && matches!(field.ty, Type::Bytes(_))
        {
            return Some(quote!(visitor.value(#info, place, FieldValue::Bytes(value.as_slice()));));
        }
        self.shown_type(&field.ty, field, info)
    }

    fn shown_type(&self, ty: &Type, field: &Field, info: &TokenStream) -> Option<TokenStream> {
        let value = match ty {
            Type::Bytes(_) => quote!(FieldValue::Bytes(value)),
            Type::Text(..) => quote!(FieldValue::Text(value.bytes())),
            Type::UintOf { .. } => quote!(FieldValue::Number(value)),
            Type::Next(_) => quote!(FieldValue::Payload(value)),
            Type::Codec(id, _) => match self.codec_number(*id) {
                Some(number) => {
                    let number = number.convert(&quote!(value), Number::U128);
                    quote!(FieldValue::Number(#number))
                }
                None => quote!(FieldValue::Decoded(&value)),
            },
            Type::Struct(..) => {
                return Some(quote! {
                    visitor.enter(Group::Struct(#info));
                    value.fields(visitor);
                    visitor.leave();
                });
            }
            Type::List(element, _) => return self.shown_list(ty, element, field, info),
            _ => shown_number(&of_type(ty, field.display, field.scale)?.0, &|names| self.names_path(names)),
        };
        Some(quote!(visitor.value(#info, place, #value);))
    }

    fn shown_list(&self, ty: &Type, element: &Type, field: &Field, info: &TokenStream) -> Option<TokenStream> {
        if let Some((meaning, _)) = self.numbers_of(ty, field) {
            let (_, bits) = of_type(element, field.display, 1)?;
            let (bits, value) =
                (Literal::u32_unsuffixed(bits), shown_number(&meaning, &|names| self.names_path(names)));
            return Some(quote! {
                visitor.enter(Group::List(#info));
                for (index, value) in (0..).zip(value.iter()) {
                    let place = BitPlace { start: place.start + index * #bits, bits: #bits };
                    visitor.value(#info, place, #value);
                }
                visitor.leave();
            });
        }
        let shown = match element {
            Type::Struct(..) => quote! {
                visitor.enter(Group::Element);
                value.fields(visitor);
                visitor.leave();
            },
            Type::Codec(id, _) if self.yields_number(*id) => {
                quote! {
                    let place = BitPlace::whole(region, value.bytes);
                    visitor.value(#info, place, FieldValue::Number(u128::from(value.value)));
                }
            }
            Type::Codec(..) | Type::Text(..) => {
                let value = self.shown_type(element, field, info)?;
                quote!(let place = BitPlace::whole(region, value.bytes()); #value)
            }
            Type::Bytes(_) => {
                let value = self.shown_type(element, field, info)?;
                quote!(let place = BitPlace::whole(region, value); #value)
            }
            _ => return None,
        };
        Some(quote! {
            visitor.enter(Group::List(#info));
            for element in value.iter() {
                match element {
                    Ok(value) => { #shown }
                    Err(error) => visitor.error(&error),
                }
            }
            visitor.leave();
        })
    }

    pub(super) fn table_ident(&self, composite: &Composite) -> Ident {
        format_ident!("{}_fields", composite.key)
    }

    /// The information of a field.
    pub(super) fn info(&self, id: FieldId) -> TokenStream {
        let composite = &self.schema[self.schema[id].owner];
        let (path, table, constant) = (self.path(composite.module), self.table_ident(composite), self.info_ident(id));
        quote!(&#path #table::#constant)
    }

    /// The information of what has no name in a composite.
    pub(super) fn whole(&self, id: CompositeId) -> TokenStream {
        let composite = &self.schema[id];
        let (path, table) = (self.path(composite.module), self.table_ident(composite));
        quote!(&#path #table::RESERVED_)
    }
}

/// How often a name stands for a value in some tokens; behind a point it is that of a method.
fn count(tokens: &TokenStream, name: &str) -> usize {
    let mut free = true;
    let mut found = 0;
    for tree in tokens.clone() {
        match &tree {
            TokenTree::Ident(ident) if free && ident == name => found += 1,
            TokenTree::Group(group) => found += count(&group.stream(), name),
            _ => {}
        }
        free = !matches!(&tree, TokenTree::Punct(punct) if punct.as_char() == '.');
    }
    found
}

/// The same with something else where a name stood for it.
pub(super) fn substituted(tokens: TokenStream, name: &str, with: &TokenStream) -> TokenStream {
    let mut free = true;
    let mut out = TokenStream::new();
    for tree in tokens {
        let is_point = matches!(&tree, TokenTree::Punct(punct) if punct.as_char() == '.');
        match tree {
            TokenTree::Ident(ident) if free && ident == name => out.extend(with.clone()),
            TokenTree::Group(group) => {
                let inner = substituted(group.stream(), name, with);
                out.extend([TokenTree::Group(Group::new(group.delimiter(), inner))]);
            }
            other => out.extend([other]),
        }
        free = !is_point;
    }
    out
}

/// The first bit of a field in its segment, and how many they are.
fn first_and_width(bits: Bits) -> (Literal, Literal) {
    let first = match bits.container {
        Some((shift, of)) => of.saturating_sub(shift + bits.width),
        None => bits.first,
    };
    (Literal::u32_unsuffixed(first), Literal::u32_unsuffixed(bits.width))
}

/// A number as a value for generic code.
fn shown_number(meaning: &Meaning, paths: &dyn Fn(Names) -> TokenStream) -> TokenStream {
    let wide = |number: Number, value: TokenStream| number.convert(&value, Number::U128);
    match meaning {
        Meaning::Plain(number) | Meaning::Scaled(_, _, number) => {
            // Fields of one name may be of several widths, so that the type is that of the widest.
            let value = if *number == Number::U128 { quote!(value) } else { quote!(u128::from(value)) };
            quote!(FieldValue::Number(#value))
        }
        Meaning::Signed(_) => quote!(FieldValue::Signed(i128::from(value))),
        Meaning::Bool => quote!(FieldValue::Bool(value)),
        Meaning::Float(32) => quote!(FieldValue::Float(f64::from(value))),
        Meaning::Float(_) => quote!(FieldValue::Float(value)),
        Meaning::Named(names @ Names::Flags(_), number) => {
            let (raw, path) = (wide(*number, quote!(value.0)), paths(*names));
            quote!(FieldValue::Flags(#raw, #path::FLAGS))
        }
        Meaning::Named(_, number) => {
            let raw = wide(*number, quote!(value.0));
            quote!(FieldValue::Named(#raw, value.name()))
        }
        Meaning::Ipv4 => quote!(FieldValue::Ipv4(value)),
        Meaning::Ipv6 => quote!(FieldValue::Ipv6(value)),
        Meaning::Mac => quote!(FieldValue::Mac(value)),
    }
}
