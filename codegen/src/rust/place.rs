//! The walk over a value in the order of the wire, which counts and writes alike.

use super::craft::{Crafter, array_of, name_of};
use super::emit::{Emitter, Made, only_used, used};
use super::expr::{Code, Env, Kind};
use super::names::ident;
use super::number::{Number, is_little};
use super::shape::Key;
use super::value::{Choice, Form, Slot, arm_ident};
use packet_schema::model::{Action, Arm, Block, Expr, ExprId, Extent, FieldId, Item, Match, Place, Type};
use packet_schema::tree::BinaryOp;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

impl<'s> Emitter<'_, 's> {
    /// The method that walks over the value; the head of a layer is written elsewhere.
    pub(super) fn walk_method(&self) -> Made {
        let (settled, params) = (self.settled_name(), self.params());
        let mut env = self.env(&quote!(value));
        let mut trailing = Vec::new();
        let body = self.block(&self.composite.body, &mut env, &mut trailing)?;
        let trailing: Vec<TokenStream> =
            trailing.into_iter().map(|id| self.field(id, &mut env)).collect::<Made<_>>()?;
        let body = quote!(#body #(#trailing)*);
        let names = ["pen", "settled", "random"].map(|name| used(name, &body));
        let [pen, settles, random] = names;
        let params = only_used(params, &body);
        Ok(quote! {
            /// Goes over what stands behind the head.
            #[inline(always)]
            fn walk<P: Pen, R: Random>(
                &self,
                #pen: &mut P,
                #settles: &mut #settled,
                #random: &mut R,
                #(#params)*
            ) -> Result<(), EmitError> {
                let value = self;
                let start = pen.position();
                #body
                Ok(())
            }
        })
    }

    fn block(&self, block: &'s Block, env: &mut Env, trailing: &mut Vec<FieldId>) -> Made {
        let items = block.items.iter().map(|item| self.item(item, env, trailing));
        items.collect()
    }

    fn item(&self, item: &'s Item, env: &mut Env, trailing: &mut Vec<FieldId>) -> Made {
        match item {
            Item::Run(run) if run.fields.iter().any(|id| self.head.iter().any(|(head, _)| head == id)) => {
                Ok(TokenStream::new())
            }
            Item::Run(run) => run.fields.iter().map(|id| self.field(*id, env)).collect(),
            Item::Container { bits, fields } => self.container(*bits, fields, env),
            Item::Field(id) if self.crafter.schema[*id].trailing => {
                trailing.push(*id);
                Ok(TokenStream::new())
            }
            Item::Field(id) => self.field(*id, env),
            Item::Match(choice) => self.choice(choice, env, trailing),
            Item::If { condition, then, otherwise } => self.branches(*condition, then, otherwise, env, trailing),
            Item::Align { bits, fill, .. } => {
                let (bits, fill) = (Literal::u32_unsuffixed(*bits), Literal::u8_unsuffixed(fill.unwrap_or_default()));
                Ok(quote!(pen.align(start, #bits, #fill);))
            }
            Item::Expect(_) => Ok(TokenStream::new()),
            Item::Repeat { .. } | Item::Jump { .. } | Item::Emit(_) | Item::Yields(_) => Err("a codec".to_owned()),
        }
    }

    /// A field, where it is there.
    fn field(&self, id: FieldId, env: &mut Env) -> Made {
        let (slot, field) = (self.slot(id)?, &self.crafter.schema[id]);
        let mut inner = env.clone();
        let placed = self.placed(id, slot, &mut inner)?;
        let align = field.align.map(|bytes| {
            let bits = Literal::u32_unsuffixed(bytes * 8);
            quote!(pen.align(start, #bits, 0);)
        });
        let Some(condition) = field.condition.filter(|_| !field.opaque_otherwise) else {
            *env = inner;
            return Ok(quote!(#placed #align));
        };
        let test = self.test(condition, env)?;
        let test = self.said(slot).map_or(test.clone(), |said| quote!((#said || #test)));
        Ok(quote!(if #test { #placed #align }))
    }

    /// A condition, false where it has no value.
    fn test(&self, condition: ExprId, env: &mut Env) -> Made {
        self.prepare(env, condition);
        let code = self.crafter.writer.expr(env, condition);
        code.as_ref().and_then(super::parse::holds).ok_or_else(|| "a condition".to_owned())
    }

    /// A field that is there.
    fn placed(&self, id: FieldId, slot: &Slot, env: &mut Env) -> Made {
        let field = &self.crafter.schema[id];
        let value = self.access(slot);
        Ok(match &slot.form {
            Form::Payload => quote!(pen.payload();),
            Form::Number(_, bits) => {
                let (lines, number) = self.number(id, slot, env)?;
                let (width, little) = (Literal::u32_unsuffixed(*bits), is_little(&field.ty));
                let place = self.placed_sums().contains(&id).then(|| {
                    let at = self.place_ident(id);
                    quote!(if let Field::Auto = #value { settled.#at = Some(pen.position()); })
                });
                quote!(#lines #place pen.number(u128::from(#number), #width, #little);)
            }
            Form::Array(_) | Form::Mac | Form::Ipv6 => self.array(id, slot, &value)?,
            Form::Bytes => self.bytes(id, slot, &value, env)?,
            Form::Struct(composite) => {
                let args = self.args(&field.ty, env)?;
                let path = self.crafter.path(*composite);
                if slot.optional {
                    quote! {
                        match &#value {
                            Some(inner) => inner.put(pen, random, #(#args)*)?,
                            None => #path::default().put(pen, random, #(#args)*)?,
                        }
                    }
                } else {
                    quote!(#value.put(pen, random, #(#args)*)?;)
                }
            }
            Form::Structs(_) | Form::Numbers(..) | Form::Chunks | Form::Arrays(_) | Form::Addresses => {
                self.list(id, slot, &value, env)?
            }
        })
    }

    /// What has to be done for a number of the value, and the number on the wire.
    fn number(&self, id: FieldId, slot: &Slot, env: &mut Env) -> Made<(TokenStream, TokenStream)> {
        let Form::Number(meaning, bits) = &slot.form else { return Err(name_of(self.crafter.schema, id)) };
        let (name, value) = (&slot.name, self.access(slot));
        if Self::is_settled(slot) {
            return Ok((TokenStream::new(), quote!(settled.#name)));
        }
        if !slot.free {
            let wire = self.crafter.wire(id, meaning, *bits, &value);
            if slot.scope != 0
                && let Some((tokens, kind)) = self.crafter.writer.raw_of(&value, meaning)
            {
                env.fields.insert(id, Code::new(tokens, kind));
            }
            return Ok((TokenStream::new(), quote!(#wire)));
        }
        let auto = match self.crafter.schema[id].auto.filter(|_| !self.is_sum(id)) {
            Some(auto) => {
                let mut env = env.clone();
                if self.mentions_payload(auto) {
                    return Err(format!("what {} is derived from", name_of(self.crafter.schema, id)));
                }
                let derived = self.derived(id, auto, *bits, &mut env)?;
                Some(quote!(if P::COUNTS { 0 } else { #derived }))
            }
            None => None,
        };
        let local = quote::format_ident!("{}_{}", super::names::camel(&name.to_string()).to_lowercase(), slot.scope);
        let local = quote::format_ident!("wire_{}", local.to_string().trim_start_matches("r#"));
        let resolved = self.resolve(id, slot, &value, env, auto)?;
        if let Some(code) = Crafter::from_wire(meaning, *bits, &quote!(#local)) {
            env.fields.insert(id, code);
        }
        let checks = self.check(id, slot, &value, &quote!(#local), &mut env.clone());
        let checks = checks.into_iter().map(|(test, error)| quote!(if !P::COUNTS && #test { return #error; }));
        let checks: TokenStream = checks.collect();
        Ok((quote!(let #local = #resolved; #checks), quote!(#local)))
    }

    fn mentions_payload(&self, auto: ExprId) -> bool {
        self.find(auto, &|expr| matches!(expr, Expr::KeyOf(..) | Expr::NextIs(..))).is_some()
    }

    fn array(&self, id: FieldId, slot: &Slot, value: &TokenStream) -> Made {
        if !slot.free {
            let bytes = array_of(&slot.form, value);
            return Ok(quote!(pen.bytes(&#bytes);));
        }
        let field = &self.crafter.schema[id];
        let said = array_of(&slot.form, &quote!(said));
        let unsaid = match field.constant.or(field.default).map(|expr| &self.crafter.schema[expr]) {
            Some(Expr::Bytes(bytes)) => {
                let bytes = Literal::byte_string(bytes);
                quote!(pen.bytes(#bytes))
            }
            Some(_) => return Err(format!("the default of {}", name_of(self.crafter.schema, id))),
            None => {
                let length = Literal::u32_unsuffixed(match slot.form {
                    Form::Array(length) => length,
                    Form::Mac => 6,
                    _ => 16,
                });
                quote!(pen.zeros(#length))
            }
        };
        Ok(quote! {
            match &#value {
                Field::Set(said) | Field::Raw(said) => pen.bytes(&#said),
                Field::Auto => #unsaid,
            }
        })
    }

    fn bytes(&self, id: FieldId, slot: &Slot, value: &TokenStream, env: &mut Env) -> Made {
        let field = &self.crafter.schema[id];
        if field.auto.is_some() || field.constant.is_some() {
            return Err(format!("what {} is derived from", name_of(self.crafter.schema, id)));
        }
        if slot.scope != 0 {
            env.fields.insert(id, Code::new(quote!((&*#value)), Kind::Bytes));
        }
        let extent = match &field.ty {
            Type::Bytes(extent) | Type::Text(_, extent) => extent,
            _ => return Ok(quote!(pen.bytes(&#value);)),
        };
        Ok(match extent {
            Extent::ToEnd => quote!(pen.bytes(&#value);),
            Extent::PrefixBytes(prefix) | Extent::PrefixItems(prefix) => {
                let prefix = self.prefix(id, prefix, &quote!(#value.len()))?;
                quote!(#prefix pen.bytes(&#value);)
            }
            Extent::Until(end) => {
                let Expr::Binary(BinaryOp::Eq, it, end) = &self.crafter.schema[*end] else {
                    return Err(format!("the end of {}", name_of(self.crafter.schema, id)));
                };
                let (Expr::It, Expr::Int(end)) = (&self.crafter.schema[*it], &self.crafter.schema[*end]) else {
                    return Err(format!("the end of {}", name_of(self.crafter.schema, id)));
                };
                let end = super::expr::literal(*end);
                quote!(if #value.is_empty() { pen.number(#end, 8, false); } else { pen.bytes(&#value); })
            }
            Extent::Count(count) => {
                self.prepare(env, *count);
                let known = self.crafter.writer.expr(env, *count).filter(|_| !self.is_forced(*count));
                let count = known.filter(|code| !code.maybe).and_then(|code| code.typed_number(Number::I128));
                match count {
                    Some(count) => quote! {
                        if #value.is_empty() {
                            pen.zeros(usize::try_from(#count).unwrap_or_default().min(65536));
                        } else {
                            pen.bytes(&#value);
                        }
                    },
                    None => quote!(pen.bytes(&#value);),
                }
            }
        })
    }

    /// Whether an expression is about a derived field: where that is forged, nothing is made up for it.
    fn is_forced(&self, id: ExprId) -> bool {
        let derived = |field: &FieldId| self.crafter.schema[*field].auto.is_some();
        let expr = &self.crafter.schema[id];
        expr.fields().iter().any(derived) || expr.children().into_iter().any(|child| self.is_forced(child))
    }

    /// A length or count in front.
    fn prefix(&self, id: FieldId, prefix: &Type, counted: &TokenStream) -> Made {
        let Type::Uint { bits, little, .. } = prefix else {
            return Err(format!("the prefix of {}", name_of(self.crafter.schema, id)));
        };
        let (ty, width, info) =
            (Number::of_bits(*bits).tokens(), Literal::u32_unsuffixed(*bits), self.crafter.info(id));
        Ok(quote! {
            pen.number(u128::from(into_number::<#ty>(#counted as i128, #width, #info)?), #width, #little);
        })
    }

    fn list(&self, id: FieldId, slot: &Slot, value: &TokenStream, env: &mut Env) -> Made {
        let field = &self.crafter.schema[id];
        let Type::List(element, extent) = &field.ty else { return Err(name_of(self.crafter.schema, id)) };
        let args = self.args(element, env)?;
        let each = match &slot.form {
            Form::Structs(_) => quote!(for element in &#value { element.put(pen, random, #(#args)*)?; }),
            Form::Numbers(meaning, bits, little) => {
                let (width, wire) =
                    (Literal::u32_unsuffixed(*bits), self.crafter.wire(id, meaning, *bits, &quote!(element)));
                quote!(for &element in &#value { pen.number(u128::from(#wire), #width, #little); })
            }
            Form::Chunks => match &**element {
                Type::Bytes(Extent::PrefixBytes(prefix)) | Type::Text(_, Extent::PrefixBytes(prefix)) => {
                    let prefix = self.prefix(id, prefix, &quote!(element.len()))?;
                    quote!(for element in &#value { #prefix pen.bytes(element); })
                }
                _ => quote!(for element in &#value { pen.bytes(element); }),
            },
            Form::Arrays(_) => quote!(for element in &#value { pen.bytes(element); }),
            _ => quote!(for element in &#value { pen.bytes(&element.octets()); }),
        };
        let prefix = match extent {
            Extent::PrefixItems(prefix) => self.prefix(id, prefix, &quote!(#value.len()))?,
            Extent::PrefixBytes(prefix) => {
                let counted = quote!({
                    let mut pen = Count::default();
                    let (pen, random) = (&mut pen, &mut SplitMix::default());
                    #each
                    pen.bytes()
                });
                let counted = quote!((#counted));
                let writes = self.prefix(id, prefix, &quote!(counted))?;
                quote!(let counted = #counted; #writes)
            }
            Extent::Count(_) | Extent::ToEnd | Extent::Until(_) => TokenStream::new(),
        };
        Ok(if prefix.is_empty() { each } else { quote!({ #prefix #each }) })
    }

    /// The arguments of a struct, each with a comma behind it.
    fn args(&self, ty: &Type, env: &mut Env) -> Made<Vec<TokenStream>> {
        let Type::Struct(composite, args) = ty else { return Ok(Vec::new()) };
        let params = &self.crafter.schema[*composite].params;
        let args = args.iter().zip(params).map(|(&arg, param)| {
            self.prepare(env, arg);
            let code = self.crafter.writer.expr(env, arg).filter(|code| !code.maybe);
            let number = code.and_then(|code| code.typed_number(Number::of_bits(param.bits)));
            number.map(|number| quote!(#number,)).ok_or_else(|| "an argument".to_owned())
        });
        args.collect()
    }

    /// Fields that share a little-endian number.
    fn container(&self, bits: u32, fields: &[FieldId], env: &mut Env) -> Made {
        let (mut lines, mut terms) = (Vec::new(), Vec::new());
        for &id in fields {
            let slot = self.slot(id)?;
            let Place::Container { shift, .. } = self.crafter.schema[id].place else {
                return Err(name_of(self.crafter.schema, id));
            };
            if self.is_sum(id) {
                return Err(name_of(self.crafter.schema, id));
            }
            let (line, number) = self.number(id, slot, env)?;
            lines.push(line);
            let by = Literal::u32_unsuffixed(shift);
            terms.push(if shift == 0 { quote!(u128::from(#number)) } else { quote!(u128::from(#number) << #by) });
        }
        let bits = Literal::u32_unsuffixed(bits);
        Ok(quote!(#(#lines)* pen.number(#(#terms)|*, #bits, true);))
    }

    fn branches(
        &self,
        condition: ExprId,
        then: &'s Block,
        otherwise: &'s Block,
        env: &mut Env,
        trailing: &mut Vec<FieldId>,
    ) -> Made {
        if self.is_payload_only(then)
            && self.is_payload_only(otherwise)
            && !then.items.is_empty()
            && !otherwise.items.is_empty()
        {
            return Ok(quote!(pen.payload();));
        }
        let test = self.test(condition, env)?;
        let (yes, no) = (self.weight(then), self.weight(otherwise));
        let then = self.block(then, &mut env.clone(), trailing)?;
        let otherwise = self.block(otherwise, &mut env.clone(), trailing)?;
        let (test, before) = if yes.is_empty() && no.is_empty() {
            (test, TokenStream::new())
        } else {
            let (yes, no) = (total(&yes), total(&no));
            let before = quote! {
                let (yes, no): (u32, u32) = (#yes, #no);
                let taken = yes > no || yes == no && #test;
            };
            (quote!(taken), before)
        };
        Ok(match (then.is_empty(), otherwise.is_empty()) {
            (true, true) => TokenStream::new(),
            (false, true) => quote!(#before if #test { #then }),
            (true, false) => quote!(#before if !#test { #otherwise }),
            (false, false) => quote!(#before if #test { #then } else { #otherwise }),
        })
    }

    /// What says that a block is meant, each as 0 or more.
    pub(super) fn weight(&self, block: &'s Block) -> Vec<TokenStream> {
        let mut terms = Vec::new();
        for item in &block.items {
            let fields: &[FieldId] = match item {
                Item::Run(run) => &run.fields,
                Item::Container { fields, .. } => fields,
                Item::Field(id) => std::slice::from_ref(id),
                Item::Match(choice) => {
                    match self.plan.choices.get(&Key::of_match(choice)) {
                        Some(named) => {
                            let test = self.is_chosen(named);
                            terms.push(quote!(if #test { 1 << 16 } else { 0 }));
                        }
                        None => choice.arms.iter().for_each(|arm| {
                            if let Action::Read(_, block) = &arm.action {
                                terms.extend(self.weight(block));
                            }
                        }),
                    }
                    continue;
                }
                Item::If { then, otherwise, .. } => {
                    terms.extend(self.weight(then));
                    terms.extend(self.weight(otherwise));
                    continue;
                }
                _ => continue,
            };
            let slots = fields.iter().filter_map(|id| self.plan.slots.get(id));
            let said = slots.filter_map(|slot| self.said(slot)).map(|said| quote!(u32::from(#said)));
            terms.extend(said);
        }
        terms
    }

    pub(super) fn choice_value(&self, choice: &Choice) -> TokenStream {
        let member = ident(&choice.member);
        if choice.owner == 0 {
            quote!(value.#member)
        } else {
            let arm = arm_ident(choice.owner);
            quote!(#arm.#member)
        }
    }

    fn is_chosen(&self, choice: &Choice) -> TokenStream {
        let (value, name) = (self.choice_value(choice), ident(&choice.name));
        quote!(!matches!(#value, #name::Unsaid))
    }

    /// A match.
    fn choice(&self, choice: &'s Match, env: &mut Env, trailing: &mut Vec<FieldId>) -> Made {
        self.prepare(env, choice.on);
        let on = self.crafter.writer.expr(env, choice.on).filter(|code| !code.maybe).ok_or("a tag")?;
        let number = match on.kind {
            Kind::Bool => Number::U8,
            Kind::Number(number) => number,
            _ => Number::I128,
        };
        let tag = on.typed_number(number).ok_or("a tag that is no number")?;
        match self.plan.choices.get(&Key::of_match(choice)) {
            Some(named) => self.named(choice, named, &tag, number, env, trailing),
            None => self.unnamed(choice, &tag, number, env, trailing),
        }
    }

    fn unnamed(
        &self,
        choice: &'s Match,
        tag: &TokenStream,
        number: Number,
        env: &mut Env,
        trailing: &mut Vec<FieldId>,
    ) -> Made {
        let blocks: Vec<&Block> = choice
            .arms
            .iter()
            .filter_map(|arm| match &arm.action {
                Action::Read(_, block) => Some(block),
                Action::Stop | Action::Reject(_) => None,
            })
            .collect();
        let payload = blocks.iter().all(|block| !block.items.is_empty() && self.is_payload_only(block));
        let arms = choice.arms.iter().enumerate().map(|(index, arm)| {
            let body = match &arm.action {
                Action::Read(..) if payload => TokenStream::new(),
                Action::Read(_, block) => {
                    let others = self.others_said(choice, index);
                    let body = self.block(block, &mut env.clone(), trailing)?;
                    quote!(#others #body)
                }
                Action::Stop => self.others_said(choice, index).unwrap_or_default(),
                Action::Reject(why) => self.rejected(choice, why),
            };
            let pattern = pattern(arm, number);
            let guard = self.guard(arm, env)?;
            Ok(quote!(#pattern #guard => { #body }))
        });
        let arms: Vec<TokenStream> = arms.collect::<Made<_>>()?;
        let rest = (!has_rest(choice)).then(|| quote!(_ => {}));
        let choose = quote!(match #tag { #(#arms)* #rest });
        if !payload {
            return Ok(choose);
        }
        let rejects = choice.arms.iter().any(|arm| matches!(arm.action, Action::Reject(_)));
        let choose = rejects.then(|| quote!(if !P::COUNTS { #choose }));
        Ok(quote!(#choose pen.payload();))
    }

    /// Refuses what is said of arms other than the one taken.
    fn others_said(&self, choice: &'s Match, taken: usize) -> Option<TokenStream> {
        let own: Vec<String> = match choice.arms.get(taken).map(|arm| &arm.action) {
            Some(Action::Read(_, block)) => self.weight(block).iter().map(ToString::to_string).collect(),
            _ => Vec::new(),
        };
        let others = choice.arms.iter().enumerate().filter(|(index, _)| *index != taken);
        let terms: Vec<TokenStream> = others
            .filter_map(|(_, arm)| match &arm.action {
                Action::Read(_, block) => Some(self.weight(block)),
                Action::Stop | Action::Reject(_) => None,
            })
            .flatten()
            .filter(|term| !own.contains(&term.to_string()))
            .collect();
        let info = self.tag_info(choice);
        (!terms.is_empty()).then(|| {
            let terms = total(&terms);
            quote! {
                if !P::COUNTS && #terms > 0 {
                    return Err(EmitError::new(#info, EmitErrorKind::NotInArm));
                }
            }
        })
    }

    fn tag_info(&self, choice: &Match) -> TokenStream {
        match self.tag_field(choice) {
            Some(field) => self.crafter.info(field),
            None => {
                let path = self.crafter.near(self.composite);
                let table = quote::format_ident!("{}_fields", self.composite.key);
                quote!(&#path #table::RESERVED_)
            }
        }
    }

    fn tag_field(&self, choice: &Match) -> Option<FieldId> {
        match &self.crafter.schema[choice.on] {
            Expr::Field(fields) => fields.first().copied(),
            _ => None,
        }
    }

    fn rejected(&self, choice: &Match, why: &str) -> TokenStream {
        let info = self.tag_info(choice);
        quote! {
            if !P::COUNTS {
                return Err(EmitError::new(#info, EmitErrorKind::Rejected { why: #why }));
            }
        }
    }

    fn guard(&self, arm: &Arm, env: &mut Env) -> Made<Option<TokenStream>> {
        let Some(guard) = arm.guard else { return Ok(None) };
        let test = self.test(guard, env)?;
        Ok(Some(quote!(if #test)))
    }

    /// A match with named arms: the form said is taken, else the one that the tag says.
    fn named(
        &self,
        choice: &'s Match,
        named: &Choice,
        tag: &TokenStream,
        number: Number,
        env: &mut Env,
        trailing: &mut Vec<FieldId>,
    ) -> Made {
        let (value, ty) = (self.choice_value(named), ident(&named.name));
        let variant_of = |arm: &Arm| match &arm.action {
            Action::Read(Some(variant), _) => Some(*variant),
            _ => None,
        };
        let (mut by_tag, mut bodies) = (Vec::new(), Vec::new());
        for arm in &choice.arms {
            let (pattern, guard) = (pattern(arm, number), self.guard(arm, env)?);
            let Some(variant) = variant_of(arm) else {
                by_tag.push(quote!(#pattern #guard => #ty::Unsaid,));
                continue;
            };
            let name = self.crafter.writer.variant_ident(self.id, variant);
            let scope = named.arms.iter().find(|(known, _)| *known == variant).map_or(0, |(_, scope)| *scope);
            by_tag.push(quote!(#pattern #guard => #ty::#name(Default::default()),));
            let Action::Read(_, block) = &arm.action else { continue };
            let body = self.block(block, &mut env.clone(), trailing)?;
            let check = self.tag_check(choice, arm, tag, number, env)?;
            let local = arm_ident(scope);
            let local = if mentions(&body, &local.to_string()) { quote!(#local) } else { quote!(_) };
            bodies.push(quote!(#ty::#name(#local) => { #check #body }));
        }
        let unsaid = self.unsaid_arms(choice, tag, number, env, trailing)?;
        let rest = (!has_rest(choice)).then(|| quote!(_ => #ty::Unsaid,));
        Ok(quote! {
            let by_tag;
            let form = match &#value {
                #ty::Unsaid => {
                    by_tag = match #tag { #(#by_tag)* #rest };
                    &by_tag
                }
                said => said,
            };
            match form {
                #(#bodies)*
                #ty::Unsaid => { #unsaid }
            }
        })
    }

    /// The arms without a name of a match that has others.
    fn unsaid_arms(
        &self,
        choice: &'s Match,
        tag: &TokenStream,
        number: Number,
        env: &mut Env,
        trailing: &mut Vec<FieldId>,
    ) -> Made {
        let mut arms = Vec::new();
        for arm in &choice.arms {
            let body = match &arm.action {
                Action::Read(None, block) => self.block(block, &mut env.clone(), trailing)?,
                Action::Reject(why) => self.rejected(choice, why),
                Action::Stop => TokenStream::new(),
                Action::Read(Some(_), _) => continue,
            };
            if !body.is_empty() {
                let (pattern, guard) = (pattern(arm, number), self.guard(arm, env)?);
                arms.push(quote!(#pattern #guard => { #body }));
            }
        }
        let total = arms.iter().any(|arm| arm.to_string().starts_with("_ =>"));
        let rest = (!total).then(|| quote!(_ => {}));
        Ok(if arms.is_empty() { TokenStream::new() } else { quote!(match #tag { #(#arms)* #rest }) })
    }

    /// Refuses a tag that is set to another arm's value.
    fn tag_check(&self, choice: &Match, arm: &Arm, tag: &TokenStream, number: Number, env: &mut Env) -> Made {
        let Some(field) = self.tag_field(choice) else { return Ok(TokenStream::new()) };
        let slot = self.slot(field)?;
        let (value, info) = (self.access(slot), self.crafter.info(field));
        let test = if arm.tags.is_empty() {
            let others = choice.arms.iter().filter(|other| !other.tags.is_empty() && other.guard.is_none());
            let mut tags: Vec<(i128, i128)> = others.flat_map(|other| other.tags.iter().copied()).collect();
            tags.sort_unstable();
            if tags.is_empty() {
                return Ok(TokenStream::new());
            }
            let others = tags_pattern(&tags, number);
            quote!(matches!(#tag, #others))
        } else {
            let pattern = pattern(arm, number);
            quote!(!matches!(#tag, #pattern))
        };
        let _guards_are_not_held_against_what_is_said = env;
        let applies = if slot.free && self.crafter.schema[field].auto.is_none() {
            quote!(!P::COUNTS && !matches!(#value, Field::Raw(_)) &&)
        } else {
            return Ok(TokenStream::new());
        };
        Ok(quote! {
            if #applies #test {
                return Err(EmitError::new(#info, EmitErrorKind::NotInArm));
            }
        })
    }
}

/// The tags of an arm, as a pattern.
fn pattern(arm: &Arm, number: Number) -> TokenStream {
    if arm.tags.is_empty() {
        return quote!(_);
    }
    tags_pattern(&arm.tags, number)
}

fn tags_pattern(tags: &[(i128, i128)], number: Number) -> TokenStream {
    let (least, greatest) = number.range();
    let tags = tags.iter().map(|&(low, high)| (low.max(least), high.min(greatest)));
    let tags = super::expr::ranges(tags).into_iter().map(|(low, high)| {
        let (from, to) = (super::expr::literal(low), super::expr::literal(high));
        if low == high { from } else { quote!(#from..=#to) }
    });
    quote!(#(#tags)|*)
}

/// Whether an arm takes all that others don't.
fn has_rest(choice: &Match) -> bool {
    choice.arms.iter().any(|arm| arm.tags.is_empty() && arm.guard.is_none())
}

/// Whether a name stands in some tokens.
pub(super) fn mentions(tokens: &TokenStream, name: &str) -> bool {
    tokens.to_string().split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name)
}

/// How much is said in all.
pub(super) fn total(terms: &[TokenStream]) -> TokenStream {
    match terms {
        [] => quote!(0),
        terms => quote!((#(#terms)+*)),
    }
}
