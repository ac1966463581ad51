//! How codecs write: numbers whose form says how long they are, and names.

use super::craft::{Crafter, name_of};
use super::emit::{Emitter, Made};
use super::expr::{Code, Env, Kind};
use super::names::camel;
use super::number::Number;
use super::value::{Slot, codec_number};
use packet_schema::Schema;
use packet_schema::model::{
    Block, Codec, CompositeId, CompositeKind, Encode, Expr, ExprId, FieldId, Item, Type, Yield,
};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};
use std::collections::BTreeSet;

/// The composites in which something asks for what a closure tells, at any depth.
pub(super) fn holding(schema: &Schema, asks: &dyn Fn(CompositeId) -> bool) -> BTreeSet<CompositeId> {
    let all = || (0..schema.composites.len() as u32).map(CompositeId);
    let mut found: BTreeSet<CompositeId> = all().filter(|&id| asks(id)).collect();
    loop {
        let before = found.len();
        for id in all() {
            let mut held = Vec::new();
            schema[id].fields.iter().for_each(|&field| super::held_in(&schema[field].ty, &mut held));
            if held.iter().any(|inner| found.contains(inner)) {
                found.insert(id);
            }
        }
        if found.len() == before {
            return found;
        }
    }
}

/// Whether a codec points to what was written before.
pub(super) fn is_compressing(schema: &Schema, id: CompositeId) -> bool {
    matches!(&schema[id].kind, CompositeKind::Codec(Codec { encode: Encode::Compress(_), .. }))
}

/// Whether a struct asks for the length of the layer that it is in.
pub(super) fn measures_layer(schema: &Schema, id: CompositeId) -> bool {
    fn asks(schema: &Schema, id: ExprId) -> bool {
        let expr = &schema[id];
        let here = matches!(expr, Expr::Len(of) if matches!(schema[*of], Expr::LayerRegion));
        here || expr.children().into_iter().any(|child| asks(schema, child))
    }
    let fields = schema[id].fields.iter().map(|&field| &schema[field]);
    fields.filter_map(|field| field.auto).any(|auto| asks(schema, auto))
}

impl Crafter<'_> {
    /// The function that writes a number in a codec's form.
    pub(super) fn coder(&self, id: CompositeId, codec: &Codec) -> Made {
        let Some(number) = codec_number(self.schema, id) else { return Ok(TokenStream::new()) };
        let composite = &self.schema[id];
        let (name, ty) = (coder_ident(&composite.key), number.tokens());
        let body = match &codec.encode {
            Encode::Fields(computed) => self.fields_coder(id, number, computed),
            Encode::FoldLittle(bits) => self.groups_coder(id, number, *bits, false),
            Encode::FoldBig(bits) => self.groups_coder(id, number, *bits, true),
            Encode::Digits(base) => {
                let (base, wide) = (Literal::u32_unsuffixed(*base), number.convert(&quote!(value), Number::U128));
                let most = Literal::u64_unsuffixed(composite.repeated().map_or(1, |(most, ..)| most));
                Ok(quote!(put_digits(pen, #wide, #base, #most, field)?;))
            }
            Encode::Compress(_) | Encode::Plain => {
                Err("a codec of numbers that says nothing of how it is written".into())
            }
        }?;
        let about = format!(" Writes a number as [`{}`](super::{}).", composite.name, camel(&composite.name));
        Ok(quote! {
            #[doc = #about]
            ///
            /// # Errors
            ///
            /// It has no such form.
            #[inline]
            pub fn #name<P: Pen>(pen: &mut P, value: #ty, field: &'static FieldInfo) -> Result<(), EmitError> {
                #body
                Ok(())
            }
        })
    }

    /// Fields in order, of which one takes the value and others are computed from it.
    fn fields_coder(&self, id: CompositeId, number: Number, computed: &[(FieldId, ExprId)]) -> Made {
        let composite = &self.schema[id];
        let missing = || format!("how {} is written", composite.name);
        let yielded = composite.body.items.iter().find_map(|item| match item {
            Item::Yields(Yield::Expr(expr)) => self.only_field(*expr),
            _ => None,
        });
        let yielded = yielded.ok_or_else(missing)?;
        let mut env = Env::default();
        env.fields.insert(yielded, Code::new(quote!(value), Kind::Number(number)));
        let mut lines = Vec::new();
        for (field, expr) in computed {
            let name = format_ident!("field_{}", self.schema[*field].slot);
            let code = self.writer.expr(&env, *expr).filter(|code| !code.maybe).ok_or_else(missing)?;
            let code = code.typed_number(Number::U64).ok_or_else(missing)?;
            lines.push(quote!(let #name = #code;));
            env.fields.insert(*field, Code::new(quote!(#name), Kind::Number(Number::U64)));
        }
        for field in fields_in_order(&composite.body) {
            let known = &self.schema[field];
            let width = match &known.ty {
                Type::UintOf { bits } => {
                    let bits = self.writer.expr(&env, *bits).filter(|code| !code.maybe).ok_or_else(missing)?;
                    bits.typed_number(Number::U64).ok_or_else(missing)?
                }
                Type::Uint { bits, .. } | Type::Int { bits, .. } => {
                    let bits = Literal::u64_suffixed((*bits).into());
                    quote!(#bits)
                }
                Type::Bool => quote!(1_u64),
                _ => return Err(missing()),
            };
            let value = env.fields.get(&field).map_or(quote!(0), |code| code.tokens.clone());
            let little = super::number::is_little(&known.ty);
            lines.push(quote!(coded(pen, u128::from(#value), #width, #little, field)?;));
        }
        Ok(quote!(#(#lines)*))
    }

    /// Groups of bits, each with a flag that says whether more follow.
    fn groups_coder(&self, id: CompositeId, number: Number, bits: u32, big: bool) -> Made {
        let composite = &self.schema[id];
        let missing = || format!("how {} is written", composite.name);
        let (most, body, condition) = composite.repeated().ok_or_else(missing)?;
        let emitted = body.items.iter().find_map(|item| match item {
            Item::Emit(expr) => self.only_field(*expr),
            _ => None,
        });
        let (emitted, more) =
            (emitted.ok_or_else(missing)?, condition.and_then(|condition| self.only_field(condition)));
        let (most, width) = (Literal::u64_unsuffixed(most), Literal::u32_unsuffixed(bits));
        let writes = fields_in_order(body).into_iter().map(|field| {
            let known = &self.schema[field];
            let (Type::Uint { bits, .. } | Type::Int { bits, .. }) = known.ty else {
                return match known.ty {
                    Type::Bool if Some(field) == more => Ok(quote!(pen.number(u128::from(more), 1, false);)),
                    Type::Bool => Ok(quote!(pen.number(0, 1, false);)),
                    _ => Err(missing()),
                };
            };
            let bits = Literal::u32_unsuffixed(bits);
            Ok(match field {
                field if field == emitted => quote!(pen.number(group, #bits, false);),
                field if Some(field) == more => quote!(pen.number(u128::from(more), #bits, false);),
                _ => quote!(pen.number(0, #bits, false);),
            })
        });
        let writes: Vec<TokenStream> = writes.collect::<Made<_>>()?;
        let wide = number.convert(&quote!(value), Number::U128);
        Ok(quote!(groups(#wide, #width, #most, #big, field, |group, more| { #(#writes)* })?;))
    }

    fn only_field(&self, expr: ExprId) -> Option<FieldId> {
        match &self.schema[expr] {
            Expr::Field(fields) => fields.first().copied(),
            _ => None,
        }
    }

    /// The path of the function that writes a codec's numbers.
    pub(super) fn coder_path(&self, id: CompositeId) -> TokenStream {
        let composite = &self.schema[id];
        let name = coder_ident(&composite.key);
        if self.is_here(composite) {
            return quote!(#name);
        }
        let path = self.near(composite);
        quote!(#path craft::#name)
    }
}

impl Emitter<'_, '_> {
    /// A number in a codec's form.
    pub(super) fn coded(
        &self,
        id: FieldId,
        codec: CompositeId,
        slot: &Slot,
        value: &TokenStream,
        env: &mut Env,
    ) -> Made {
        let (field, info) = (&self.crafter.schema[id], self.crafter.info(id));
        let (coder, number) = (self.crafter.coder_path(codec), codec_number(self.crafter.schema, codec));
        let number = number.ok_or_else(|| name_of(self.crafter.schema, id))?;
        let ty = number.tokens();
        let scale = Literal::u64_unsuffixed(field.scale.max(1));
        let unsaid = match (field.auto, field.constant.or(field.default)) {
            (Some(auto), _) => self.derived(id, auto, number.bits(), env)?,
            (None, Some(value)) => {
                let value = self.crafter.constant_of(value).ok_or_else(|| name_of(self.crafter.schema, id))?;
                super::expr::literal(value / i128::from(field.scale.max(1)))
            }
            (None, None) => quote!(0),
        };
        let said = match field.scale.max(1) {
            1 => quote!(*said),
            _ => {
                let width = Literal::u32_unsuffixed(number.bits());
                quote!(scaled::<#ty>(u128::from(*said), #scale, #width, #info)?)
            }
        };
        let it = Code::new(quote!((*said)), Kind::Number(number));
        let checks = field.wheres.iter().map(|(condition, why)| {
            let test = self.refused(id, *condition, Some(&it), env)?;
            Ok(self.refusal(id, &quote!(!P::COUNTS && #test), why.as_deref()))
        });
        let checks: Vec<TokenStream> = checks.collect::<Made<_>>()?;
        let _its_form_is_said = slot;
        let known = self.plan.tags.contains(&id).then(|| {
            // What comes behind it may depend on it.
            let (name, view) = (format_ident!("code_{}", field.slot), self.view_path(codec));
            let known = Code::maybe(quote!(#name?), Kind::Number(number));
            env.fields.insert(id, known);
            quote! {
                let #name: Option<#ty> = match &#value {
                    Field::Raw(bytes) => forged_number::<#view, _>(bytes),
                    Field::Set(said) => Some(*said),
                    Field::Auto => Some(#unsaid),
                };
            }
        });
        Ok(quote! {
            #known
            match &#value {
                Field::Raw(bytes) => pen.bytes(bytes),
                Field::Set(said) => { #(#checks)* #coder(pen, #said, #info)?; }
                Field::Auto => #coder(pen, #unsaid, #info)?,
            }
        })
    }

    /// A name in a codec's form, or the bytes of one.
    pub(super) fn name_written(&self, id: FieldId, codec: CompositeId, value: &TokenStream) -> TokenStream {
        let info = self.crafter.info(id);
        let limit = match &self.crafter.schema[codec].kind {
            CompositeKind::Codec(codec) => codec.limit_bytes,
            CompositeKind::Layer(_) | CompositeKind::Struct => None,
        };
        let limit = Literal::u64_unsuffixed(limit.unwrap_or(u64::MAX));
        let put = |name: TokenStream| {
            if is_compressing(self.crafter.schema, codec) {
                quote!(names.put(pen, #name, #limit, #info)?)
            } else {
                quote!(put_name(pen, #name, #limit, #info)?)
            }
        };
        let (said, unsaid) = (put(quote!(said)), put(quote!(&[])));
        quote! {
            match #value {
                Field::Raw(bytes) => pen.bytes(bytes),
                Field::Set(said) => #said,
                Field::Auto => #unsaid,
            }
        }
    }

    /// Refuses what is said of a field.
    pub(super) fn refusal(&self, id: FieldId, test: &TokenStream, why: Option<&str>) -> TokenStream {
        let info = self.crafter.info(id);
        let why = why.map_or_else(|| quote!(None), |why| quote!(Some(#why)));
        quote! {
            if #test {
                return Err(EmitError::new(#info, EmitErrorKind::Invalid { why: #why }));
            }
        }
    }

    /// Refuses bytes and lists that the definition does not allow.
    pub(super) fn content_checks(&self, id: FieldId, slot: &Slot, content: &TokenStream, env: &Env) -> Made {
        let field = &self.crafter.schema[id];
        let checks = field.wheres.iter().map(|(condition, why)| {
            let mut env = env.clone();
            let number = |tokens: TokenStream| Code::new(tokens, Kind::Number(Number::U64));
            self.know_content(&mut env, *condition, &|expr| match expr {
                Expr::CountOfIt => Some(number(quote!((#content.len() as u64)))),
                Expr::SizeOfIt if !slot.form.is_list() => Some(number(quote!((#content.len() as u64)))),
                Expr::Len(of) if matches!(self.crafter.schema[*of], Expr::It) => {
                    Some(number(quote!((#content.len() as u64))))
                }
                _ => None,
            });
            let it = (!slot.form.is_list()).then(|| Code::new(quote!((&*#content)), Kind::Bytes));
            let test = self.refused(id, *condition, it.as_ref(), &env)?;
            Ok(self.refusal(id, &quote!(!P::COUNTS && !#content.is_empty() && #test), why.as_deref()))
        });
        checks.collect()
    }

    fn know_content(&self, env: &mut Env, id: ExprId, known: &dyn Fn(&Expr) -> Option<Code>) {
        let expr = &self.crafter.schema[id];
        if let Some(code) = known(expr) {
            env.known.insert(id, code);
            return;
        }
        expr.children().into_iter().for_each(|child| self.know_content(env, child, known));
    }

    /// A length or count in front.
    pub(super) fn prefix(&self, id: FieldId, slot: &Slot, prefix: &Type, counted: &TokenStream) -> Made {
        let info = self.crafter.info(id);
        match prefix {
            Type::Uint { bits, little, .. } => {
                let (ty, width) = (Number::of_bits(*bits).tokens(), Literal::u32_unsuffixed(*bits));
                let derived = quote!(into_number::<#ty>(#counted as i128, #width, #info)?);
                let number = match slot.prefix.as_ref().map(|prefix| self.part_of(slot.scope, prefix)) {
                    Some(member) => quote! {
                        match #member {
                            Field::Auto => #derived,
                            Field::Set(said) => fits(said, #width, #info)?,
                            Field::Raw(bits) => cut::<#ty>(bits, #width),
                        }
                    },
                    None => derived,
                };
                Ok(quote!(pen.number(u128::from(#number), #width, #little);))
            }
            Type::Codec(codec, _) => {
                let coder = self.crafter.coder_path(*codec);
                let number = codec_number(self.crafter.schema, *codec).ok_or("a prefix that is no number")?;
                let (ty, width) = (number.tokens(), Literal::u32_unsuffixed(number.bits()));
                let derived = quote!(#coder(pen, into_number::<#ty>(#counted as i128, #width, #info)?, #info)?);
                let Some(member) = slot.prefix.as_ref().map(|prefix| self.part_of(slot.scope, prefix)) else {
                    return Ok(quote!(#derived;));
                };
                Ok(quote! {
                    match &#member {
                        Field::Raw(bytes) => pen.bytes(bytes),
                        Field::Set(said) => #coder(pen, into_number::<#ty>(i128::from(*said), #width, #info)?, #info)?,
                        Field::Auto => #derived,
                    }
                })
            }
            _ => Err(format!("the prefix of {}", name_of(self.crafter.schema, id))),
        }
    }
}

/// The function that writes a codec's numbers.
fn coder_ident(key: &str) -> Ident {
    format_ident!("put_{key}")
}

fn fields_in_order(block: &Block) -> Vec<FieldId> {
    let fields = block.items.iter().flat_map(|item| match item {
        Item::Run(run) => run.fields.clone(),
        Item::Field(field) => vec![*field],
        _ => Vec::new(),
    });
    fields.collect()
}
