//! How bytes and lists are written, with the lengths and counts in front of them.

use super::craft::name_of;
use super::emit::{Emitter, Made};
use super::expr::{Code, Env, Kind};
use super::infer::Asked;
use super::number::Number;
use super::value::{Form, Slot, extent_of};
use packet_schema::model::{Expr, ExprId, Extent, FieldId, Type};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

impl Emitter<'_, '_> {
    /// Bytes, or text.
    pub(super) fn bytes(&self, id: FieldId, slot: &Slot, value: &TokenStream, env: &mut Env) -> Made {
        let (field, nothing) = (&self.crafter.schema[id], TokenStream::new());
        if slot.scope != 0 && !slot.free {
            env.fields.insert(id, Code::new(quote!((&*#value)), Kind::Bytes));
        }
        let content = if slot.free { quote!(content) } else { value.clone() };
        let checks = self.content_checks(id, slot, &content, env)?;
        let (prefix, body) = match extent_of(&field.ty) {
            Some(extent) => self.content(id, slot, extent, &content, env)?,
            None => (nothing.clone(), quote!(pen.bytes(&#content);)),
        };
        let written = self.marked(id, &prefix, &body, &nothing);
        if !slot.free {
            return Ok(quote!(#checks #written));
        }
        let unsaid = match field.constant.or(field.default).map(|expr| &self.crafter.schema[expr]) {
            Some(Expr::Bytes(bytes)) => Literal::byte_string(bytes),
            Some(Expr::Text(text)) => Literal::byte_string(text.as_bytes()),
            None if field.auto.is_none() => Literal::byte_string(&[]),
            _ => return Err(format!("what {} is derived from", name_of(self.crafter.schema, id))),
        };
        let otherwise = unsaid.clone();
        let inferred = self.inferences(id).into_iter().filter_map(|(test, asked)| match asked {
            Asked::Word(word) => {
                let word = Literal::byte_string(word.as_bytes());
                Some(quote!(if #test { #word.as_slice() } else))
            }
            Asked::Bits(..) => None,
        });
        let inferred: Vec<TokenStream> = inferred.collect();
        let unsaid =
            if inferred.is_empty() { quote!(#unsaid) } else { quote!(#(#inferred)* { #otherwise.as_slice() }) };
        let differs = field.constant.map(|_| self.refusal(id, &quote!(!P::COUNTS && **content != *#unsaid), None));
        let forged = self.marked(id, &nothing, &quote!(pen.bytes(bytes);), &nothing);
        let body = quote! {
            match &#value {
                Field::Raw(bytes) => { #forged }
                Field::Set(content) => { #differs #checks #written }
                Field::Auto => {
                    let content: &[u8] = #unsaid;
                    #written
                }
            }
        };
        if !self.plan.words.contains(&id) {
            return Ok(body);
        }
        // Arms are chosen by the text that is written here.
        let text = format_ident!("text_{}", field.slot);
        env.fields.insert(id, Code::new(quote!(#text), Kind::Bytes));
        Ok(quote! {
            let #text: &[u8] = match &#value {
                Field::Raw(bytes) => bytes,
                Field::Set(content) => content,
                Field::Auto => #unsaid,
            };
            #body
        })
    }

    /// What stands in front of bytes, and how they are written.
    fn content(
        &self,
        id: FieldId,
        slot: &Slot,
        extent: &Extent,
        content: &TokenStream,
        env: &mut Env,
    ) -> Made<(TokenStream, TokenStream)> {
        let nothing = TokenStream::new();
        let borrowed = if slot.free { content.clone() } else { quote!(&#content) };
        Ok(match extent {
            Extent::ToEnd => (nothing, quote!(pen.bytes(#borrowed);)),
            Extent::PrefixBytes(prefix) | Extent::PrefixItems(prefix) => {
                (self.prefix(id, slot, prefix, &quote!(#content.len()))?, quote!(pen.bytes(#borrowed);))
            }
            Extent::Until(end) => {
                let end = self.terminator(id, *end, env)?;
                (nothing, quote!(if #content.is_empty() { #end } else { pen.bytes(#borrowed); }))
            }
            Extent::Count(count) => match self.made_up(*count, env) {
                Some(count) => (
                    nothing,
                    quote! {
                        if #content.is_empty() {
                            pen.zeros(#count);
                        } else {
                            pen.bytes(#borrowed);
                        }
                    },
                ),
                None => (nothing, quote!(pen.bytes(#borrowed);)),
            },
        })
    }

    /// How many bytes or elements are made up where nothing is said of them; none where a derived field tells.
    fn made_up(&self, count: ExprId, env: &mut Env) -> Option<TokenStream> {
        if self.is_forced(count) {
            return None;
        }
        self.prepare(env, count);
        let code = self.crafter.writer.expr(env, count).filter(|code| !code.maybe)?;
        let count = code.typed_number(Number::I128)?;
        Some(quote!(usize::try_from(#count).unwrap_or_default().min(65536)))
    }

    /// Writes the byte with which bytes end that reach up to one.
    fn terminator(&self, id: FieldId, end: ExprId, env: &mut Env) -> Made {
        let mut env = env.clone();
        env.it = Some(Code::new(quote!(candidate), Kind::Number(Number::U8)));
        let test = self.crafter.writer.expr(&env, end);
        let test = test.as_ref().and_then(super::parse::holds);
        let test = test.ok_or_else(|| format!("the end of {}", name_of(self.crafter.schema, id)))?;
        Ok(quote! {
            if let Some(end) = (0..=u8::MAX).find(|&candidate| #test) {
                pen.number(u128::from(end), 8, false);
            }
        })
    }

    /// A list, and what stands behind it in its region.
    pub(super) fn list(
        &self,
        id: FieldId,
        slot: &Slot,
        value: &TokenStream,
        padding: &TokenStream,
        env: &mut Env,
    ) -> Made {
        let (field, nothing) = (&self.crafter.schema[id], TokenStream::new());
        let Type::List(element, extent) = &field.ty else { return Err(name_of(self.crafter.schema, id)) };
        let one = self.element(id, slot, element, env)?;
        let list = if slot.free { quote!(list) } else { value.clone() };
        let pattern = if matches!(slot.form, Form::Numbers(..)) { quote!(&element) } else { quote!(element) };
        let each = quote!(for #pattern in #list.iter() { #one } #padding);
        let prefix = match extent {
            Extent::PrefixItems(prefix) => self.prefix(id, slot, prefix, &quote!(#list.len()))?,
            Extent::PrefixBytes(prefix) => {
                if super::place::mentions(&one, "names") {
                    return Err(format!("names behind a length, in {}", name_of(self.crafter.schema, id)));
                }
                let writes = self.prefix(id, slot, prefix, &quote!(counted))?;
                let random =
                    super::place::mentions(&one, "random").then(|| quote!(let random = &mut SplitMix::default();));
                quote! {
                    let counted = {
                        let mut pen = Count::at(0);
                        let pen = &mut pen;
                        #random
                        #each
                        pen.position() / 8
                    };
                    #writes
                }
            }
            Extent::Count(_) | Extent::ToEnd | Extent::Until(_) => nothing.clone(),
        };
        let made_up = match extent {
            Extent::Count(count) if !slot.free => self.made_up(*count, env),
            _ => None,
        };
        let made_up = made_up.map(|count| {
            let element = self.unsaid_element(slot);
            quote! {
                if #list.is_empty() {
                    for _ in 0..#count {
                        let #pattern = #element;
                        #one
                    }
                }
            }
        });
        let each = quote!(#made_up #each);
        let checks = self.content_checks(id, slot, &list, env)?;
        let written = self.marked(id, &prefix, &each, &quote!(#list.len()));
        if !slot.free {
            return Ok(quote!({ #checks #written }));
        }
        let forged = self.marked(id, &nothing, &quote!(pen.bytes(bytes);), &nothing);
        Ok(quote! {
            match &#value {
                Field::Raw(bytes) => { #forged }
                said => {
                    let list = said.set().map(|list| &**list).unwrap_or_default();
                    #checks
                    #written
                }
            }
        })
    }

    /// How one element of a list is written.
    fn element(&self, id: FieldId, slot: &Slot, element: &Type, env: &mut Env) -> Made {
        Ok(match &slot.form {
            Form::Structs(composite) => {
                let (args, given) = (self.args(element, env)?, self.handed(*composite));
                quote!(element.put(pen, random, #(#args)* #given)?;)
            }
            Form::Names(codec) => self.name_written(id, *codec, &quote!(element)),
            Form::Numbers(meaning, bits, little) => {
                let width = Literal::u32_unsuffixed(*bits);
                let wire = self.crafter.wire(id, meaning, *bits, &quote!(element));
                quote!(pen.number(u128::from(#wire), #width, #little);)
            }
            Form::Chunks => match element {
                Type::Bytes(Extent::PrefixBytes(prefix)) | Type::Text(_, Extent::PrefixBytes(prefix)) => {
                    let plain = Slot { prefix: None, ..slot.clone() };
                    let prefix = self.prefix(id, &plain, prefix, &quote!(element.len()))?;
                    quote!(#prefix pen.bytes(element);)
                }
                _ => quote!(pen.bytes(element);),
            },
            Form::Arrays(_) => quote!(pen.bytes(element);),
            _ => quote!(pen.bytes(&element.octets());),
        })
    }

    /// An element of which nothing is said.
    fn unsaid_element(&self, slot: &Slot) -> TokenStream {
        match &slot.form {
            Form::Structs(composite) => {
                let path = self.crafter.path(*composite);
                quote!(const { &#path::UNSAID })
            }
            Form::Names(_) => quote!(&Field::<Cow<'_, [u8]>, Cow<'_, [u8]>>::Auto),
            Form::Numbers(meaning, bits, _) => {
                let (ty, zero) = (self.crafter.writer.meaning_type(meaning), self.crafter.shown(meaning, *bits, 0));
                quote!(&{ let zero: #ty = #zero; zero })
            }
            Form::Arrays(length) => {
                let length = Literal::u32_unsuffixed(*length);
                quote!(&[0_u8; #length])
            }
            Form::Chunks => quote!(&[0_u8; 0][..]),
            _ => quote!(&Ipv6Addr::UNSPECIFIED),
        }
    }
}
