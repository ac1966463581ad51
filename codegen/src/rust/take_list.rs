//! Lists, prefixes and codecs of values that are made from views.

use super::coders::is_compressing;
use super::craft::{Crafter, name_of};
use super::emit::{Emitter, Made};
use super::expr::{Code, Env, Kind};
use super::number::{Meaning, Number, is_little};
use super::value::{Form, Slot, codec_number};
use packet_schema::model::{CompositeId, CompositeKind, Extent, FieldId, Type};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

impl Emitter<'_, '_> {
    /// A number in a codec's form.
    pub(super) fn taken_code(
        &self,
        id: FieldId,
        codec: CompositeId,
        slot: &Slot,
        env: &Env,
    ) -> Made<(TokenStream, Option<Code>)> {
        let (field, target, info) = (&self.crafter.schema[id], self.access(slot), self.crafter.info(id));
        let args = self.taken_args(codec, &field.ty, env)?;
        let (path, coder) = (self.view_path(codec), self.crafter.coder_path(codec));
        let number = codec_number(self.crafter.schema, codec).ok_or_else(|| name_of(self.crafter.schema, id))?;
        let scale = field.scale.max(1);
        let value = if scale == 1 {
            quote!(coded.value)
        } else {
            let scale = Literal::u64_unsuffixed(scale);
            quote!(coded.value.saturating_mul(#scale))
        };
        let name = format_ident!("coded_{}", field.slot);
        let body = quote! {
            let #name = take.read::<#path>((#(#args,)*)).map(|(coded, _)| coded);
            if let Some(coded) = #name {
                #target = if is_written(coded.bytes, |pen| #coder(pen, coded.value, #info)) {
                    Field::Set(#value)
                } else {
                    Field::Raw(Cow::Borrowed(coded.bytes))
                };
            }
        };
        Ok((body, Some(Code::new(quote!(#name.map_or(0, |coded| #value)), Kind::Number(number)))))
    }

    /// A name, or nothing where there is none.
    pub(super) fn taken_name(&self, codec: CompositeId, ty: &Type, env: &Env) -> Made {
        let args = self.taken_args(codec, ty, env)?;
        let path = self.view_path(codec);
        let points = is_compressing(self.crafter.schema, codec);
        let seen = if points { quote!(seen) } else { quote!(Seen::default()) };
        let layer = env.outer.clone().filter(|_| points);
        let at = layer.map_or(quote!(0), |layer| quote!(take.offset().wrapping_sub(#layer.offset()) as usize));
        let most = match &self.crafter.schema[codec].kind {
            CompositeKind::Codec(codec) => codec.limit_bytes.unwrap_or(u64::MAX),
            CompositeKind::Layer(_) | CompositeKind::Struct => u64::MAX,
        };
        let most = Literal::u64_unsuffixed(most);
        Ok(quote!({
            let at = #at;
            let name = take.read::<#path<'a>>((#(#args,)*));
            name.map(|(name, _)| #seen.name(name.to_string().into_bytes(), name.bytes(), at, #points, #most))
        }))
    }

    /// The length or count in front of something: what takes it, its number, and what notes it where it is no derived one.
    pub(super) fn taken_prefix(
        &self,
        id: FieldId,
        slot: &Slot,
        prefix: &Type,
        counted: &TokenStream,
    ) -> Made<(TokenStream, TokenStream, TokenStream)> {
        let member = slot.prefix.as_ref().map(|prefix| self.part_of(slot.scope, prefix));
        let member = member.ok_or_else(|| format!("the prefix of {}", name_of(self.crafter.schema, id)))?;
        match prefix {
            Type::Uint { bits, .. } => {
                let (ty, width) = (Number::of_bits(*bits).tokens(), Literal::u32_unsuffixed(*bits));
                let little = is_little(prefix);
                let length = Number::of_bits(*bits).convert(&quote!(length), Number::U64);
                Ok((
                    quote!(let length = take.number(#width, #little) as #ty;),
                    length.clone(),
                    quote!(if #length != #counted as u64 { #member = Field::Set(length); }),
                ))
            }
            Type::Codec(codec, _) => {
                let (path, coder) = (self.view_path(*codec), self.crafter.coder_path(*codec));
                let info = self.crafter.info(id);
                let number = codec_number(self.crafter.schema, *codec).ok_or("a prefix that is no number")?;
                let ty = number.tokens();
                Ok((
                    quote! {
                        let coded = take.read::<#path>(());
                        let (length, form) = coded.map_or((0, &[][..]), |(coded, _)| (coded.value, coded.bytes));
                    },
                    number.convert(&quote!(length), Number::U64),
                    quote! {
                        if !is_written(form, |pen| #coder(pen, #counted as #ty, #info)) {
                            #member = if is_written(form, |pen| #coder(pen, length, #info)) {
                                Field::Set(length)
                            } else {
                                Field::Raw(Cow::Borrowed(form))
                            };
                        }
                    },
                ))
            }
            _ => Err(format!("the prefix of {}", name_of(self.crafter.schema, id))),
        }
    }

    /// A list.
    pub(super) fn taken_list(&self, id: FieldId, slot: &Slot, env: &Env) -> Made {
        let (field, target) = (&self.crafter.schema[id], self.access(slot));
        let Type::List(element, extent) = &field.ty else { return Err(name_of(self.crafter.schema, id)) };
        let (one, more) = self.taken_element(id, slot, element, env)?;
        let said = if slot.free { quote!(Field::Set(list)) } else { quote!(list) };
        let body = match extent {
            Extent::ToEnd => {
                let left = slot.padding.as_ref().filter(|_| field.within.is_none()).map(|padding| {
                    let padding = self.part_of(slot.scope, padding);
                    let align = Literal::usize_unsuffixed(field.align.map_or(0, |align| align as usize));
                    quote!(#padding = behind(Cow::Borrowed(take.bytes(u64::MAX)), #align);)
                });
                quote!(while #more { #one } #left)
            }
            Extent::Until(last) => {
                let mut env = env.clone();
                env.it = Some(self.taken_it(slot)?);
                let code = self.crafter.writer.expr(&env, *last);
                let test = code.as_ref().and_then(super::parse::holds).ok_or("the end of a list")?;
                quote!(while #more { #one if #test { break; } })
            }
            Extent::Count(count) => {
                let count = self.taken_count(*count, env)?;
                quote!(for _ in 0..#count { if !(#more) { break; } #one })
            }
            Extent::PrefixItems(prefix) => {
                let (before, length, after) = self.taken_prefix(id, slot, prefix, &quote!(list.len()))?;
                quote! {
                    #before
                    for _ in 0..#length { if !(#more) { break; } #one }
                    #after
                }
            }
            Extent::PrefixBytes(prefix) => {
                let (before, length, after) = self.taken_prefix(id, slot, prefix, &quote!(counted))?;
                let padding = self.part_of(slot.scope, slot.padding.as_ref().ok_or("a region")?);
                quote! {
                    #before
                    let region = take.enter(i128::from(#length).saturating_mul(8));
                    let counted = take.rest().len();
                    while #more { #one }
                    #padding = take.leave(region);
                    #after
                }
            }
        };
        let body = quote! {
            let mut list = Items::NONE;
            #body
            #target = #said;
        };
        if matches!(extent, Extent::PrefixBytes(_)) && field.within.is_some() {
            return Err(format!("{}, whose length is told twice", name_of(self.crafter.schema, id)));
        }
        self.taken_within(id, slot, &body, env)
    }

    /// The element taken last, as expressions use it.
    fn taken_it(&self, slot: &Slot) -> Made<Code> {
        match &slot.form {
            Form::Structs(inner) => Ok(Code::new(quote!(view), Kind::View(*inner))),
            Form::Numbers(meaning, bits, _) => {
                let code = Crafter::from_wire(meaning, *bits, &quote!(number));
                code.ok_or_else(|| "the end of a list".to_owned())
            }
            Form::Chunks => Ok(Code::new(quote!(chunk), Kind::Bytes)),
            _ => Err("the end of a list".to_owned()),
        }
    }

    /// What takes one element, or ends the list; and whether there can be one more.
    fn taken_element(&self, id: FieldId, slot: &Slot, element: &Type, env: &Env) -> Made<(TokenStream, TokenStream)> {
        let left = quote!(!take.rest().is_empty());
        Ok(match &slot.form {
            Form::Structs(inner) => {
                let (view, args) = (self.view_path(*inner), self.taken_args(*inner, element, env)?);
                let value = self.taken_struct(*inner, element, env)?;
                // An element that the capture has cut may not have all its bytes in fields: what the list leaves does.
                let read = if slot.padding.is_some() { quote!(read_whole) } else { quote!(read) };
                let one = quote! {
                    let Some((view, last)) = take.#read::<#view<'a>>((#(#args,)*)) else { break };
                    list.push(#value);
                    if last { break; }
                };
                (one, left)
            }
            Form::Names(codec) => {
                let name = self.taken_name(*codec, element, env)?;
                (quote!(let Some(name) = #name else { break }; list.push(name);), left)
            }
            Form::Numbers(meaning, bits, little) => {
                let (ty, width) = (Number::of_bits(*bits).tokens(), Literal::u32_unsuffixed(*bits));
                let value = self.crafter.of_wire(meaning, *bits, &quote!(number));
                let one = quote!(let number = take.number(#width, #little) as #ty; list.push(#value););
                (one, quote!(take.has(#width)))
            }
            Form::Arrays(length) => {
                let (bits, length) = (Literal::u32_unsuffixed(length * 8), Literal::u32_unsuffixed(*length));
                (quote!(list.push(take.array::<#length>());), quote!(take.has(#bits)))
            }
            Form::Addresses => (quote!(list.push(Ipv6Addr::from(take.array::<16>()));), quote!(take.has(128))),
            _ => (self.taken_chunk(id, element, env)?, left),
        })
    }

    /// Bytes or text in a list.
    fn taken_chunk(&self, id: FieldId, element: &Type, env: &Env) -> Made {
        let extent = super::value::extent_of(element).ok_or_else(|| name_of(self.crafter.schema, id))?;
        Ok(match extent {
            Extent::ToEnd => quote!(let chunk = take.bytes(u64::MAX); list.push(Cow::Borrowed(chunk));),
            Extent::Until(last) => {
                let mut env = env.clone();
                env.it = Some(Code::new(quote!(byte), Kind::Number(Number::U8)));
                let code = self.crafter.writer.expr(&env, *last);
                let test = code.as_ref().and_then(super::parse::holds).ok_or("the end of bytes")?;
                quote!(let chunk = take.until(|byte| #test); list.push(Cow::Borrowed(chunk));)
            }
            Extent::Count(count) => {
                let count = self.taken_count(*count, env)?;
                quote! {
                    let length = #count;
                    if length == 0 || (take.rest().len() as u64) < length {
                        break;
                    }
                    let chunk = take.bytes(length);
                    list.push(Cow::Borrowed(chunk));
                }
            }
            Extent::PrefixBytes(prefix) | Extent::PrefixItems(prefix) => {
                let length = match &**prefix {
                    Type::Uint { bits, .. } => {
                        let (width, little) = (Literal::u32_unsuffixed(*bits), is_little(prefix));
                        quote!(let length = ahead.number(#width, #little) as u64;)
                    }
                    Type::Codec(codec, _) => {
                        let (path, coder) = (self.view_path(*codec), self.crafter.coder_path(*codec));
                        let info = self.crafter.info(id);
                        let number = codec_number(self.crafter.schema, *codec).ok_or("a prefix that is no number")?;
                        let value = number.convert(&quote!(coded.value), Number::U64);
                        quote! {
                            let coded = ahead.read::<#path>(());
                            let own = coded.filter(|(coded, _)| is_written(coded.bytes, |pen| #coder(pen, coded.value, #info)));
                            let Some((coded, _)) = own else { break };
                            let length = #value;
                        }
                    }
                    _ => return Err(format!("the prefix of {}", name_of(self.crafter.schema, id))),
                };
                quote! {
                    let mut ahead = take;
                    #length
                    if (ahead.rest().len() as u64) < length {
                        break;
                    }
                    take = ahead;
                    let chunk = take.bytes(length);
                    list.push(Cow::Borrowed(chunk));
                }
            }
        })
    }
}

impl Crafter<'_> {
    /// A number from the wire, as users see it.
    pub(super) fn of_wire(&self, meaning: &Meaning, bits: u32, wire: &TokenStream) -> TokenStream {
        let number = Number::of_bits(bits);
        match meaning {
            Meaning::Plain(_) => wire.clone(),
            Meaning::Signed(_) => {
                let (ty, width) = (super::types::signed(bits), Literal::u32_unsuffixed(bits));
                let wide = number.convert(wire, Number::U128);
                quote!((bits::sign_extend(#wide, #width) as #ty))
            }
            Meaning::Bool => quote!((#wire != 0)),
            Meaning::Float(32) => quote!(f32::from_bits(#wire)),
            Meaning::Float(_) => quote!(f64::from_bits(#wire)),
            Meaning::Named(names, _) => {
                let path = self.writer.names_path(*names);
                quote!(#path(#wire))
            }
            Meaning::Ipv4 => quote!(Ipv4Addr::from_bits(#wire)),
            Meaning::Ipv6 => quote!(Ipv6Addr::from_bits(#wire)),
            Meaning::Mac => quote!(MacAddr::from(#wire)),
            Meaning::Scaled(_, scale, logical) => {
                let (wide, scale) = (number.convert(wire, *logical), Literal::u64_unsuffixed(*scale));
                quote!((#wide * #scale))
            }
        }
    }
}
