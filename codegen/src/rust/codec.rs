//! Codecs: readers of numbers and names whose form says how long they are.

use super::Writer;
use super::expr::Kind;
use super::names::{camel, docs, ident};
use super::number::Number;
use super::parse::{Reader, holds};
use packet_schema::model::{Codec, Composite, CompositeId, Item, Yield};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::quote;

/// How a codec's groups make a number.
fn fold(composite: &Composite) -> Option<Yield> {
    composite.body.items.iter().find_map(|item| match item {
        Item::Yields(fold @ (Yield::FoldLittle(_) | Yield::FoldBig(_) | Yield::Digits(_))) => Some(*fold),
        _ => None,
    })
}

impl Writer<'_> {
    /// A codec: a type that reads its value, or the value itself where that is a name or bytes.
    pub(super) fn codec(&self, id: CompositeId, codec: &Codec) -> TokenStream {
        let composite = &self.schema[id];
        let name = ident(&camel(&composite.name));
        let about = docs(&composite.docs, &format!("`{}`.", composite.name));
        let params = self.read_params(id);
        let (names, types): (Vec<&Ident>, Vec<&TokenStream>) = params.iter().map(|param| (&param.0, &param.1)).unzip();
        let body = self.codec_body(id, composite);
        match self.codec_number(id) {
            Some(number) => {
                let ty = number.tokens();
                let codec = self.number_codec(id, &name, &about, (&names, &types), number, &body);
                let element = element(&quote!(#name), &quote!(Coded<'a, #ty>), (&names, &types));
                quote!(#codec #element)
            }
            None => {
                let codec = self.name_codec(codec, &name, &about, (&names, &types), &body, &self.whole(id));
                let element = element(&quote!(#name<'a>), &quote!(Self), (&names, &types));
                quote!(#codec #element)
            }
        }
    }

    fn codec_body(&self, id: CompositeId, composite: &Composite) -> TokenStream {
        Reader::new(self, id, true).map(|mut reader| reader.block(&composite.body)).unwrap_or_default()
    }

    fn number_codec(
        &self,
        id: CompositeId,
        name: &Ident,
        about: &TokenStream,
        (names, types): (&[&Ident], &[&TokenStream]),
        number: Number,
        body: &TokenStream,
    ) -> TokenStream {
        let composite = &self.schema[id];
        let ty = number.tokens();
        let info = self.whole(id);
        let groups = fold(composite).map(|fold| {
            let count = matches!(fold, Yield::FoldLittle(_)).then(|| quote!(let mut groups: u32 = 0;));
            quote!(let mut value: u128 = 0; #count)
        });
        let flow = has_repeat(composite).then(|| quote!(let mut flow = Flow::Next;));
        let bits = match &composite.kind {
            packet_schema::model::CompositeKind::Codec(Codec {
                result: packet_schema::model::CodecResult::Uint(bits),
                ..
            }) => *bits,
            _ => 64,
        };
        let width = Literal::u32_unsuffixed(bits);
        let check = (bits < 128).then(|| {
            quote! {
                if value >> #width != 0 {
                    return Err(Error::new(#info, cursor.offset(), ErrorKind::TooWide));
                }
            }
        });
        quote! {
            #about
            #[derive(Clone, Copy, Debug)]
            pub struct #name;

            impl #name {
                /// Reads a value where a cursor is, and moves that behind it.
                ///
                /// # Errors
                ///
                /// The bytes are no value of this form.
                #[inline]
                pub fn read<'a>(cursor: &mut Cursor<'a>, #(#names: #types),*) -> Result<Coded<'a, #ty>, Error> {
                    let start = *cursor;
                    #groups
                    #flow
                    #body
                    #check
                    Ok(Coded { value: value as #ty, bytes: cursor.since(&start).bytes() })
                }
            }
        }
    }

    fn name_codec(
        &self,
        codec: &Codec,
        name: &Ident,
        about: &TokenStream,
        (names, types): (&[&Ident], &[&TokenStream]),
        body: &TokenStream,
        info: &TokenStream,
    ) -> TokenStream {
        let is_name = codec.result == packet_schema::model::CodecResult::Name;
        let check = codec.limit_bytes.filter(|_| is_name).map(|most| end_check(most, info));
        let text = if is_name { quote!(write_name) } else { quote!(write_bytes) };
        let reader = quote! {
            impl<'a> #name<'a> {
                /// Reads one where a cursor is, and moves that behind it.
                ///
                /// # Errors
                ///
                /// The bytes are none, or lead astray.
                pub fn read(cursor: &mut Cursor<'a>, #(#names: #types),*) -> Result<Self, Error> {
                    let start = *cursor;
                    *cursor = Self::walk(start, #(#names,)* |_| {})?;
                    Ok(Self { start, bytes: cursor.since(&start).bytes(), #(#names),* })
                }

                /// Hands over the labels one by one, from the first to the last.
                pub fn for_each_label(&self, emit: impl FnMut(&'a [u8])) {
                    // It was read before, so that it can be read again.
                    let _ = Self::walk(self.start, #(self.#names,)* emit);
                }

                /// Its own bytes, without those that a pointer leads to.
                #[inline]
                #[must_use]
                pub fn bytes(&self) -> &'a [u8] { self.bytes }

                fn walk(start: Cursor<'a>, #(#names: #types,)* mut emit: impl FnMut(&'a [u8])) -> Result<Cursor<'a>, Error> {
                    let cursor = &mut start.clone();
                    let mut resume = None;
                    let mut lowest = start.offset();
                    let mut length: u64 = 0;
                    let mut flow = Flow::Next;
                    #body
                    #check
                    let _ = (&mut lowest, flow);
                    Ok(resume.unwrap_or(*cursor))
                }
            }
        };
        quote! {
            #about
            #[derive(Clone, Copy)]
            pub struct #name<'a> { start: Cursor<'a>, bytes: &'a [u8], #(#names: #types),* }

            #reader

            impl fmt::Display for #name<'_> {
                fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result { #text(out, |emit| self.for_each_label(emit)) }
            }

            impl fmt::Debug for #name<'_> {
                fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result { write!(out, "\"{self}\"") }
            }
        }
    }
}

/// The check of a name's length, the label that ends it counted.
fn end_check(most: u64, info: &TokenStream) -> TokenStream {
    let most = Literal::u64_unsuffixed(most);
    quote! {
        if length + 1 > #most {
            return Err(Error::new(#info, start.offset(), ErrorKind::TooLong));
        }
    }
}

/// What makes a codec an element of lists.
fn element(path: &TokenStream, out: &TokenStream, (names, types): (&[&Ident], &[&TokenStream])) -> TokenStream {
    quote! {
        impl<'a> Element<'a> for #path {
            type Out = #out;
            type Args = (#(#types,)*);

            #[inline]
            fn read(cursor: &mut Cursor<'a>, (#(#names,)*): Self::Args) -> Result<(Self::Out, Flow), Error> {
                Self::read(cursor, #(#names),*).map(|value| (value, Flow::Next))
            }
        }
    }
}

fn has_repeat(composite: &Composite) -> bool {
    composite.body.items.iter().any(|item| matches!(item, Item::Repeat { .. }))
}

impl Reader<'_, '_> {
    /// What only codecs do.
    pub(super) fn codec_item(&mut self, item: &Item) -> TokenStream {
        let info = self.reserved();
        match item {
            Item::Repeat { max, body, condition } => {
                let most = Literal::u64_unsuffixed(*max);
                let before = self.env.clone();
                let body = self.block(body);
                let ends = condition.map(|condition| {
                    match self.writer.expr(&self.env, condition).and_then(|code| holds(&code)) {
                        Some(test) => quote!(if !(#test) { flow = Flow::Stop; break; }),
                        None => self.gap("a condition"),
                    }
                });
                self.env = before;
                quote! {
                    for _ in 0..#most {
                        #body
                        if flow == Flow::Stop { break; }
                        #ends
                    }
                    if flow == Flow::Next {
                        return Err(Error::new(#info, cursor.offset(), ErrorKind::TooLong));
                    }
                }
            }
            Item::Jump { region, at, .. } => {
                let param = self.env.params.get(*region as usize).map(|code| code.tokens.clone());
                let (Some(region), Some(at)) = (param, self.count(*at)) else { return self.gap("a jump") };
                quote! {
                    let target = #at;
                    resume = resume.or(Some(*cursor));
                    *cursor = cursor.jump(#region, target, &mut lowest, #info)?;
                }
            }
            Item::Emit(value) => self.emit(*value),
            Item::Yields(Yield::Expr(value)) => match self.writer.codec_number(self.id) {
                Some(_) => match self.writer.expr(&self.env, *value).and_then(|code| code.typed_number(Number::U128)) {
                    Some(value) => quote!(let value: u128 = #value;),
                    None => self.gap("a yield"),
                },
                None => self.emit(*value),
            },
            Item::Yields(_) => TokenStream::new(),
            _ => TokenStream::new(),
        }
    }

    /// Adds a label, or a group of a number.
    fn emit(&mut self, value: packet_schema::model::ExprId) -> TokenStream {
        let composite = &self.writer.schema[self.id];
        let Some(code) = self.writer.expr(&self.env, value) else { return self.gap("an emit") };
        let info = self.reserved();
        if let Some(fold) = fold(composite) {
            let Some(group) = code.typed_number(Number::U128) else { return self.gap("an emit") };
            let or_else = |kind: TokenStream| quote!(ok_or_else(|| Error::new(#info, cursor.offset(), #kind))?);
            let too_wide = or_else(quote!(ErrorKind::TooWide));
            return match fold {
                Yield::FoldLittle(bits) => {
                    let width = Literal::u32_unsuffixed(bits);
                    quote! {
                        value |= shifted(#group, groups * #width).#too_wide;
                        groups += 1;
                    }
                }
                Yield::FoldBig(bits) => {
                    let width = Literal::u32_unsuffixed(bits);
                    quote!(value = shifted(value, #width).#too_wide | #group;)
                }
                Yield::Digits(base) => {
                    let (base, no_digit) = (Literal::u32_unsuffixed(base), or_else(quote!(ErrorKind::NoDigit)));
                    quote! {
                        let next = text::digit(#group, #base).#no_digit;
                        value = text::with_digit(value, #base, next).#too_wide;
                    }
                }
                Yield::Expr(_) => TokenStream::new(),
            };
        }
        if code.kind != Kind::Bytes || code.maybe {
            return self.gap("an emit");
        }
        let bytes = &code.tokens;
        let limit = match &composite.kind {
            packet_schema::model::CompositeKind::Codec(codec) => codec.limit_bytes,
            _ => None,
        };
        let check = limit.map(|most| {
            let most = Literal::u64_unsuffixed(most);
            quote!(if length > #most { return Err(Error::new(#info, cursor.offset(), ErrorKind::TooLong)); })
        });
        quote! {
            length += #bytes.len() as u64 + 1;
            #check
            emit(#bytes);
        }
    }
}
