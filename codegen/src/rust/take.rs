//! Values from views: the bytes that a view has read are taken field by field in the order of the wire, so that what is written
//! again is the same.

use super::craft::name_of;
use super::emit::{Emitter, Made};
use super::expr::{Code, Env, Kind};
use super::names::ident;
use super::number::{Meaning, Number, is_little};
use super::parse::{holds, pattern};
use super::shape::{Key, may_stop};
use super::value::{Choice, Form, Slot, arm_ident};
use packet_schema::model::{Action, Block, CompositeId, ExprId, Extent, FieldId, Item, Match, Place, Type};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

/// What names stand for on the way, and what comes at the end.
pub(super) struct Taking {
    pub(super) env: Env,
    trailing: Vec<FieldId>,
    /// Something behind is not there where a list stops.
    stops: bool,
}

impl<'s> Emitter<'_, 's> {
    /// What makes a value of a view.
    pub(super) fn taking(&self) -> Made {
        let crafter = self.crafter;
        let mut env = crafter.writer.method_env(self.id);
        let params = self.composite.params.iter().map(|param| {
            let name = super::craft::param_ident(&param.name);
            Code::new(quote!(#name), Kind::Number(Number::of_bits(param.bits)))
        });
        env.params = params.collect();
        env.rest = Some(quote!(take.rest()));
        env.size = Some(quote!(take.taken()));
        env.outer = Some(if self.is_layer { quote!(self.region()) } else { quote!(outer) });
        let mut taking = Taking { env, trailing: Vec::new(), stops: false };
        let mut body = self.take_block(&self.composite.body, &mut taking)?;
        for id in std::mem::take(&mut taking.trailing) {
            body.extend(self.take_field(id, None, &mut taking)?);
        }
        let (view, value) = (self.view_type(), crafter.path_with(self.id));
        let (path, params) = (crafter.path(self.id), super::emit::only_used(self.params(), &body));
        let outer = self.tells_outer(self.id).then(|| {
            let outer = super::emit::used("outer", &body);
            quote!(#outer: Region<'a>,)
        });
        let names = crafter.names_inside(self.id);
        let seen = (names && !self.is_layer).then(|| quote!(seen: &mut Seen,));
        let own = (names && self.is_layer).then(|| quote!(let seen = &mut Seen::default();));
        let said = super::place::mentions(&body, "value");
        let mutable = if said { quote!(mut) } else { quote!() };
        let take = (!body.is_empty()).then(|| quote!(let mut take = Take::new(self.region());));
        let plain = params.is_empty() && outer.is_none() && seen.is_none();
        let from = plain.then(|| {
            quote! {
                impl<'a> From<&#view<'a>> for #value {
                    #[inline]
                    fn from(view: &#view<'a>) -> Self { view.to_value() }
                }
            }
        });
        Ok(quote! {
            impl<'a> #view<'a> {
                /// What it says, as a value that gives the same bytes again; what stands upon it is left out.
                #[must_use]
                pub fn to_value(&self, #(#params)* #outer #seen) -> #value {
                    #take
                    #own
                    let #mutable value = #path::UNSAID;
                    #body
                    value
                }
            }
            #from
        })
    }

    /// Whether a struct is told the bytes of its layer.
    fn tells_outer(&self, id: CompositeId) -> bool {
        self.crafter.writer.needs_outer(id)
    }

    fn take_block(&self, block: &'s Block, taking: &mut Taking) -> Made {
        let mut out = TokenStream::new();
        let mut items = block.items.iter();
        while let Some(item) = items.next() {
            if may_stop(item) && items.len() > 0 {
                let outer = std::mem::replace(&mut taking.stops, true);
                let first = self.take_item(item, taking)?;
                taking.stops = outer;
                let rest: TokenStream =
                    items.map(|item| self.take_item(item, taking)).collect::<Made<Vec<_>>>()?.into_iter().collect();
                out.extend(quote!(let mut stopped = false; #first if !stopped { #rest }));
                break;
            }
            out.extend(self.take_item(item, taking)?);
        }
        Ok(out)
    }

    fn take_item(&self, item: &'s Item, taking: &mut Taking) -> Made {
        match item {
            Item::Run(run) => run.fields.iter().map(|&id| self.take_field(id, None, taking)).collect(),
            Item::Container { bits, fields } => {
                let bits = Literal::u32_unsuffixed(*bits);
                let fields = fields.iter().map(|&id| {
                    let Place::Container { shift, width } = self.crafter.schema[id].place else {
                        return Err(name_of(self.crafter.schema, id));
                    };
                    let (shift, mask) = (Literal::u32_unsuffixed(shift), super::number::mask(width));
                    self.take_field(id, Some(quote!((container >> #shift & #mask))), taking)
                });
                let fields: TokenStream = fields.collect::<Made<_>>()?;
                Ok(quote!(let container = take.number(#bits, true); #fields))
            }
            Item::Field(id) if self.crafter.schema[*id].trailing => {
                taking.trailing.push(*id);
                Ok(TokenStream::new())
            }
            Item::Field(id) => self.take_field(*id, None, taking),
            Item::Match(choice) => self.take_match(choice, taking),
            Item::If { condition, then, otherwise } => {
                let test = self.taken_test(*condition, &taking.env)?;
                let before = taking.env.clone();
                let then = self.take_block(then, taking)?;
                taking.env = before.clone();
                let otherwise = self.take_block(otherwise, taking)?;
                taking.env = before;
                Ok(match (then.is_empty(), otherwise.is_empty()) {
                    (true, true) => TokenStream::new(),
                    (_, true) => quote!(if #test { #then }),
                    (true, _) => quote!(if !(#test) { #otherwise }),
                    _ => quote!(if #test { #then } else { #otherwise }),
                })
            }
            Item::Align { bits, .. } => {
                let bits = Literal::u32_unsuffixed(*bits);
                Ok(quote!(take.align(#bits);))
            }
            Item::Expect(_) => Ok(TokenStream::new()),
            Item::Repeat { .. } | Item::Jump { .. } | Item::Emit(_) | Item::Yields(_) => Err("a codec".to_owned()),
        }
    }

    fn taken_test(&self, condition: ExprId, env: &Env) -> Made {
        let code = self.crafter.writer.expr(env, condition);
        code.as_ref().and_then(holds).ok_or_else(|| "a condition".to_owned())
    }

    /// A length in bits, 0 where it has no value.
    fn taken_bits(&self, length: ExprId, env: &Env) -> Made {
        self.taken_number(length, Number::I128, env)
    }

    pub(super) fn taken_number(&self, id: ExprId, number: Number, env: &Env) -> Made {
        let code = self.crafter.writer.expr(env, id).ok_or("a length")?;
        let tokens = code.typed_number(number).ok_or("a length")?;
        Ok(if code.maybe { quote!(given(|| Some(#tokens)).unwrap_or_default()) } else { tokens })
    }

    /// A count, 0 where it has no value or a negative one.
    pub(super) fn taken_count(&self, id: ExprId, env: &Env) -> Made {
        let code = self.crafter.writer.expr(env, id).ok_or("a count")?;
        let signed = matches!(code.kind, Kind::Number(number) if number.is_signed());
        if !signed {
            return self.taken_number(id, Number::U64, env);
        }
        let number = self.taken_number(id, Number::I128, env)?;
        Ok(quote!(u64::try_from(#number).unwrap_or_default()))
    }

    fn take_match(&self, choice: &'s Match, taking: &mut Taking) -> Made {
        let on = self.crafter.writer.expr(&taking.env, choice.on).ok_or("a tag")?;
        let named = self.plan.choices.get(&Key::of_match(choice));
        let before = taking.env.clone();
        let mut arms = Vec::new();
        for arm in &choice.arms {
            taking.env = before.clone();
            let guard = match arm.guard {
                Some(guard) => {
                    let test = self.taken_test(guard, &taking.env)?;
                    quote!(if #test)
                }
                None => TokenStream::new(),
            };
            let body = match &arm.action {
                Action::Read(variant, block) => match (variant, named) {
                    (Some(variant), Some(named)) => self.take_arm(*variant, named, block, taking)?,
                    _ => self.take_block(block, taking)?,
                },
                Action::Stop if taking.stops => quote!(stopped = true;),
                Action::Stop | Action::Reject(_) => TokenStream::new(),
            };
            let pattern = pattern(arm, &on);
            arms.push(quote!(#pattern #guard => { #body }));
        }
        taking.env = before;
        let whole = choice.arms.iter().any(|arm| arm.tags.is_empty() && arm.guard.is_none())
            || on.kind == Kind::Bool && !on.maybe && choice.arms.len() > 1;
        let rest = (!whole).then(|| quote!(_ => {}));
        let subject = if on.maybe { on.option() } else { on.tokens.clone() };
        let body = quote!(match #subject { #(#arms)* #rest });
        let Some(within) = choice.within else { return Ok(body) };
        let named = named.ok_or("a match that has a region, and no named arm")?;
        self.take_region(within, named, &body, taking)
    }

    /// The region of a match: its arms, or its bytes where those could not be read.
    fn take_region(&self, within: ExprId, named: &Choice, body: &TokenStream, taking: &Taking) -> Made {
        let bits = self.taken_bits(within, &taking.env)?;
        let padding = named.padding.as_ref().ok_or("a region")?;
        let (padding, member) = (self.part_of(named.owner, padding), self.part_of(named.owner, &ident(&named.member)));
        let name = ident(&named.name);
        let first = named.arms.first().map(|(variant, _)| *variant).ok_or("an arm")?;
        let spoiled = self.crafter.writer.spoiled_test(self.id, first).ok_or("an arm that can't be read")?;
        Ok(quote! {
            let within = take.enter(#bits);
            if #spoiled {
                #member = #name::Raw(take.leave_raw(within));
            } else {
                #body
                #padding = take.leave(within);
            }
        })
    }

    fn take_arm(&self, variant: u32, named: &Choice, block: &'s Block, taking: &mut Taking) -> Made {
        let scope = named.arms.iter().find(|(known, _)| *known == variant).map_or(0, |(_, scope)| *scope);
        let (arm, ty) = (arm_ident(scope), ident(&self.plan.scopes[scope].name));
        let body = self.take_block(block, taking)?;
        let (name, choice) = (self.crafter.writer.variant_ident(self.id, variant), ident(&named.name));
        let member = self.part_of(named.owner, &ident(&named.member));
        let said = super::place::mentions(&body, &arm.to_string());
        Ok(if said {
            quote! {
                let mut #arm = #ty::UNSAID;
                #body
                #member = #choice::#name(#arm);
            }
        } else {
            quote!(#body #member = #choice::#name(#ty::UNSAID);)
        })
    }

    /// A field, where it is there.
    fn take_field(&self, id: FieldId, bits: Option<TokenStream>, taking: &mut Taking) -> Made {
        let (slot, field) = (self.slot(id)?, &self.crafter.schema[id]);
        let condition = field.condition.filter(|_| !field.opaque_otherwise);
        let test = condition.map(|condition| self.taken_test(condition, &taking.env)).transpose()?;
        let (body, code) = self.taken(id, slot, bits, &taking.env)?;
        let align = field.align.map(|bytes| {
            let bits = Literal::u32_unsuffixed(bytes * 8);
            match &slot.padding {
                Some(padding) if field.within.is_none() && !slot.form.is_list() => {
                    let padding = self.part_of(slot.scope, padding);
                    quote!(#padding = Cow::Borrowed(take.align(#bits));)
                }
                _ => quote!(take.align(#bits);),
            }
        });
        let used = self.crafter.writer.used(self.composite).contains(&id);
        let code = code.filter(|_| used);
        let Some(test) = test else {
            if let Some(code) = code {
                let (name, tokens) = (format_ident!("taken_{}", field.slot), &code.tokens);
                taking.env.fields.insert(id, Code::new(quote!(#name), code.kind.clone()));
                return Ok(quote!(#body let #name = #tokens; #align));
            }
            return Ok(quote!(#body #align));
        };
        if let Some(code) = code {
            let (name, tokens) = (format_ident!("taken_{}", field.slot), &code.tokens);
            taking.env.fields.insert(id, Code::maybe(quote!(#name?), code.kind.clone()));
            return Ok(quote!(let #name = if #test { #body #align Some(#tokens) } else { None };));
        }
        Ok(quote!(if #test { #body #align }))
    }

    /// What takes a field, and its value as expressions use it.
    fn taken(
        &self,
        id: FieldId,
        slot: &Slot,
        bits: Option<TokenStream>,
        env: &Env,
    ) -> Made<(TokenStream, Option<Code>)> {
        let field = &self.crafter.schema[id];
        let target = self.access(slot);
        let set = |value: TokenStream| if slot.free { quote!(Field::Set(#value)) } else { value };
        let body = match &slot.form {
            Form::Number(meaning, width) => return self.taken_bits_of(id, slot, (meaning, *width), bits),
            Form::Wide(width) => {
                let width = self.taken_count(*width, env)?;
                quote!(#target = take.number(u32::try_from(#width).unwrap_or_default(), false);)
            }
            Form::Coded(codec, _) => return self.taken_code(id, *codec, slot, env),
            Form::Name(codec) => {
                let name = self.taken_name(*codec, &field.ty, env)?;
                quote!(if let Some(name) = #name { #target = name; })
            }
            Form::Array(_) | Form::Mac | Form::Ipv6 => self.taken_array(id, slot)?,
            Form::Bytes => self.taken_content(id, slot, env)?,
            Form::Struct(inner) => {
                let value = self.taken_struct(*inner, &field.ty, env)?;
                let value = set(value);
                let args = self.taken_args(*inner, &field.ty, env)?;
                let view = self.view_path(*inner);
                let Some(within) = field.within else {
                    return Ok((
                        quote!(if let Some((view, _)) = take.read::<#view<'a>>((#(#args,)*)) { #target = #value; }),
                        None,
                    ));
                };
                let bits = self.taken_bits(within, env)?;
                let padding = self.part_of(slot.scope, slot.padding.as_ref().ok_or("a region")?);
                quote! {
                    let within = take.enter(#bits);
                    match take.read::<#view<'a>>((#(#args,)*)) {
                        Some((view, _)) => {
                            #target = #value;
                            #padding = take.leave(within);
                        }
                        None => #target = Field::Raw(take.leave_raw(within)),
                    }
                }
            }
            Form::Payload => match field.within {
                Some(within) => {
                    let bits = self.taken_bits(within, env)?;
                    quote! {
                        let within = take.enter(#bits);
                        take.to_end();
                        take.leave(within);
                    }
                }
                None => quote!(take.to_end();),
            },
            _ => self.taken_list(id, slot, env)?,
        };
        Ok((body, None))
    }

    /// A number of so many bits.
    fn taken_bits_of(
        &self,
        id: FieldId,
        slot: &Slot,
        (meaning, width): (&Meaning, u32),
        bits: Option<TokenStream>,
    ) -> Made<(TokenStream, Option<Code>)> {
        let field = &self.crafter.schema[id];
        let (ty, target) = (Number::of_bits(width).tokens(), self.access(slot));
        let (wide, little) = (Literal::u32_unsuffixed(width), is_little(&field.ty));
        let bits = bits.unwrap_or_else(|| quote!(take.number(#wide, #little)));
        let number = format_ident!("number_{}", field.slot);
        let value = self.crafter.of_wire(meaning, width, &quote!(#number));
        let said = match (slot.free, field.constant.filter(|_| field.lenient)) {
            (false, _) => value,
            (true, Some(constant)) => {
                if width > 64 {
                    return Err(format!("{}, a constant of more than 64 bits", name_of(self.crafter.schema, id)));
                }
                let constant = self.crafter.constant_of(constant).ok_or("a constant that is none")?;
                let constant = super::expr::literal(constant / i128::from(field.scale.max(1)));
                let raw = Number::of_bits(width).convert(&quote!(#number), Number::U64);
                quote!(if #number == #constant { Field::Set(#value) } else { Field::Raw(#raw) })
            }
            (true, None) => quote!(Field::Set(#value)),
        };
        let code = super::craft::Crafter::from_wire(meaning, width, &quote!(#number));
        Ok((quote!(let #number = #bits as #ty; #target = #said;), code))
    }

    fn taken_array(&self, id: FieldId, slot: &Slot) -> Made {
        let (field, target) = (&self.crafter.schema[id], self.access(slot));
        let value = match &slot.form {
            Form::Mac => quote!(MacAddr(take.array())),
            Form::Ipv6 => quote!(Ipv6Addr::from(take.array::<16>())),
            _ => quote!(take.array()),
        };
        if !slot.free {
            return Ok(quote!(#target = #value;));
        }
        let Some(constant) = field.constant.filter(|_| field.lenient) else {
            return Ok(quote!(#target = Field::Set(#value);));
        };
        let packet_schema::model::Expr::Bytes(bytes) = &self.crafter.schema[constant] else {
            return Err(format!("the constant of {}", name_of(self.crafter.schema, id)));
        };
        let bytes = Literal::byte_string(bytes);
        let there = super::craft::array_of(&slot.form, &quote!(array));
        Ok(quote! {
            let array = #value;
            #target = if #there == *#bytes { Field::Set(array) } else { Field::Raw(array) };
        })
    }

    /// A struct's value, where its view is `view`.
    pub(super) fn taken_struct(&self, inner: CompositeId, ty: &Type, env: &Env) -> Made {
        let args = self.taken_args(inner, ty, env)?;
        let seen = self.crafter.names_inside(inner).then(|| quote!(seen,));
        Ok(quote!(view.to_value(#(#args,)* #seen)))
    }

    /// What the reader of a struct or codec is told.
    pub(super) fn taken_args(&self, inner: CompositeId, ty: &Type, env: &Env) -> Made<Vec<TokenStream>> {
        let (Type::Struct(_, args) | Type::Codec(_, args)) = ty else { return Ok(Vec::new()) };
        let params = &self.crafter.schema[inner].params;
        let args = args.iter().zip(params).map(|(&arg, param)| {
            if param.region {
                let region = self.crafter.writer.expr(env, arg).ok_or("a region")?;
                return Ok(region.tokens);
            }
            self.taken_number(arg, Number::of_bits(param.bits), env)
        });
        let mut args: Vec<TokenStream> = args.collect::<Made<_>>()?;
        if self.tells_outer(inner) {
            args.push(env.outer.clone().unwrap_or_default());
        }
        Ok(args)
    }

    /// How far a field's region reaches, where it has one, around what is taken of it.
    pub(super) fn taken_within(&self, id: FieldId, slot: &Slot, body: &TokenStream, env: &Env) -> Made {
        let Some(within) = self.crafter.schema[id].within else { return Ok(body.clone()) };
        let bits = self.taken_bits(within, env)?;
        let left = match &slot.padding {
            Some(padding) => {
                let padding = self.part_of(slot.scope, padding);
                let align = self.crafter.schema[id].align.map_or(0, |align| align as usize);
                let align = Literal::usize_unsuffixed(align);
                quote!(#padding = behind(take.leave(within), #align);)
            }
            None => quote!(take.leave(within);),
        };
        Ok(quote! {
            let within = take.enter(#bits);
            #body
            #left
        })
    }

    /// Bytes.
    fn taken_content(&self, id: FieldId, slot: &Slot, env: &Env) -> Made {
        let (field, target) = (&self.crafter.schema[id], self.access(slot));
        let (before, bytes, after) = match super::value::extent_of(&field.ty) {
            None | Some(Extent::ToEnd) => (None, quote!(take.bytes(u64::MAX)), None),
            Some(Extent::Count(count)) => {
                let count = self.taken_count(*count, env)?;
                (None, quote!(take.bytes(#count)), None)
            }
            Some(Extent::Until(last)) => {
                let mut env = env.clone();
                env.it = Some(Code::new(quote!(byte), Kind::Number(Number::U8)));
                let test = self.taken_test(*last, &env)?;
                (None, quote!(take.until(|byte| #test)), None)
            }
            Some(Extent::PrefixBytes(prefix) | Extent::PrefixItems(prefix)) => {
                let (before, length, after) = self.taken_prefix(id, slot, prefix, &quote!(content.len()))?;
                (Some(before), quote!(take.bytes(#length)), Some(after))
            }
        };
        let said = match (slot.free, field.constant.filter(|_| field.lenient)) {
            (false, _) => quote!(Cow::Borrowed(content)),
            (true, None) => quote!(Field::Set(Cow::Borrowed(content))),
            (true, Some(constant)) => {
                let packet_schema::model::Expr::Bytes(bytes) = &self.crafter.schema[constant] else {
                    return Err(format!("the constant of {}", name_of(self.crafter.schema, id)));
                };
                let bytes = Literal::byte_string(bytes);
                quote! {
                    if *content == *#bytes {
                        Field::Set(Cow::Borrowed(content))
                    } else {
                        Field::Raw(Cow::Borrowed(content))
                    }
                }
            }
        };
        let body = quote! {
            #before
            let content = #bytes;
            #target = #said;
            #after
        };
        self.taken_within(id, slot, &body, env)
    }
}
