//! The walk over a value in the order of the wire, which counts and writes alike.

use super::craft::{Crafter, array_of, name_of};
use super::emit::{Emitter, Made, only_used, used};
use super::expr::{Code, Env, Kind};
use super::names::ident;
use super::number::{Number, is_little};
use super::shape::Key;
use super::value::{Choice, Form, Slot, arm_ident};
use packet_schema::model::{Action, Arm, Block, CompositeId, Expr, ExprId, FieldId, Item, Match, Place, Type};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

impl<'s> Emitter<'_, 's> {
    /// The method that walks over the value; the head of a layer is written elsewhere.
    pub(super) fn walk_method(&self) -> Made {
        let (settled, params) = (self.settled_name(), self.params());
        let mut env = self.env(&quote!(value));
        let mut trailing = Vec::new();
        self.scope.set(0);
        self.walks.set(true);
        let body = self.block(&self.composite.body, &mut env, &mut trailing);
        let body = body.and_then(|body| {
            let trailing = trailing.into_iter().map(|id| self.field(id, &mut env));
            let trailing: Vec<TokenStream> = trailing.collect::<Made<_>>()?;
            Ok(quote!(#body #(#trailing)*))
        });
        self.walks.set(false);
        let body = body?;
        let names = ["pen", "settled", "random"].map(|name| used(name, &body));
        let [pen, settles, random] = names;
        let params = only_used(params, &body);
        let start = mentions(&body, "start").then(|| quote!(let start = pen.position();));
        let (extra, receiver) = (self.extra(), self.receiver());
        let lives = self.crafter.names_inside(self.id).then(|| quote!('v,));
        Ok(quote! {
            /// Goes over what stands behind the head.
            #[inline(always)]
            fn walk<#lives P: Pen, R: Random>(
                #receiver,
                #pen: &mut P,
                #settles: &mut #settled,
                #random: &mut R,
                #(#params)*
                #extra
            ) -> Result<(), EmitError> {
                let value = self;
                #start
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
                let origin = self.origin();
                Ok(quote!(pen.align(#origin, #bits, #fill);))
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
            let (bits, origin) = (Literal::u32_unsuffixed(bytes * 8), self.origin());
            quote!(pen.align(#origin, #bits, 0);)
        });
        let Some(condition) = field.condition.filter(|_| !field.opaque_otherwise) else {
            *env = inner;
            return Ok(quote!(#placed #align));
        };
        let test = self.test(condition, env)?;
        let test = self.said(id).map_or(test.clone(), |said| quote!((#said || #test)));
        // What is there only sometimes may decide what comes behind it.
        if let (Form::Number(..), Some(code)) = (&slot.form, inner.fields.get(&id))
            && self.crafter.writer.used(self.composite).contains(&id)
        {
            let (name, tokens) = (quote::format_ident!("given_{}", field.slot), &code.tokens);
            env.fields.insert(id, Code::maybe(quote!(#name?), code.kind.clone()));
            return Ok(quote!(let #name = if #test { #placed #align Some(#tokens) } else { None };));
        }
        Ok(quote!(if #test { #placed #align }))
    }

    /// A condition, false where it has no value.
    fn test(&self, condition: ExprId, env: &mut Env) -> Made {
        if self.crafter.schema.asks_elements(condition) {
            return Ok(quote!(false));
        }
        self.prepare(env, condition);
        let code = self.crafter.writer.expr(env, condition);
        code.as_ref().and_then(super::parse::holds).ok_or_else(|| "a condition".to_owned())
    }

    /// A field that is there.
    fn placed(&self, id: FieldId, slot: &Slot, env: &mut Env) -> Made {
        let field = &self.crafter.schema[id];
        let value = self.access(slot);
        let nothing = TokenStream::new();
        let padding = slot.padding.as_ref().map(|padding| {
            let padding = self.part_of(slot.scope, padding);
            quote!(pen.bytes(&#padding);)
        });
        let body = match &slot.form {
            Form::Payload => quote!(pen.payload();),
            Form::Number(_, bits) => {
                let (lines, number) = self.number(id, slot, env)?;
                let (width, little) = (Literal::u32_unsuffixed(*bits), is_little(&field.ty));
                let place = self.placed_sums().contains(&id).then(|| {
                    let at = self.place_ident(id);
                    quote!(if let Field::Auto = #value { settled.#at = Some(pen.position()); })
                });
                let write = quote!(#place pen.number(u128::from(#number), #width, #little););
                return Ok(self.marked(id, &lines, &write, &nothing));
            }
            Form::Wide(bits) => {
                self.prepare(env, *bits);
                let width = self.crafter.writer.expr(env, *bits).filter(|code| !code.maybe);
                let width = width.and_then(|code| code.typed_number(Number::U64));
                let (width, info) = (width.ok_or_else(|| name_of(self.crafter.schema, id))?, self.crafter.info(id));
                quote!(coded(pen, #value, #width, false, #info)?;)
            }
            Form::Coded(codec, _) => self.coded(id, *codec, slot, &value, env)?,
            Form::Name(codec) => self.name_written(id, *codec, &quote!(&#value)),
            Form::Array(_) | Form::Mac | Form::Ipv6 => self.array(id, slot, &value)?,
            Form::Bytes => return self.bytes(id, slot, &value, env),
            Form::Struct(composite) => {
                let (args, given) = (self.args(&field.ty, env)?, self.handed(*composite));
                let path = self.crafter.path(*composite);
                if slot.free {
                    quote! {
                        match &#value {
                            Field::Raw(bytes) => pen.bytes(bytes),
                            Field::Set(inner) => inner.put(pen, random, #(#args)* #given)?,
                            Field::Auto => const { &#path::UNSAID }.put(pen, random, #(#args)* #given)?,
                        }
                    }
                } else {
                    quote!(#value.put(pen, random, #(#args)* #given)?;)
                }
            }
            _ => return self.list(id, slot, &value, &padding.unwrap_or_default(), env),
        };
        Ok(self.marked(id, &nothing, &quote!(#body #padding), &nothing))
    }

    /// What is handed to a struct besides its arguments.
    pub(super) fn handed(&self, composite: CompositeId) -> TokenStream {
        let outer = self.crafter.asks_size(composite).then(|| {
            let outer = self.outer_size();
            quote!(#outer,)
        });
        let names = self.crafter.names_inside(composite).then(|| quote!(names,));
        quote!(#outer #names)
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
        let checks = self.check(id, slot, &value, &quote!(#local), &mut env.clone())?;
        let checks = checks.into_iter().map(|(test, error)| quote!(if !P::COUNTS && #test { return #error; }));
        let checks: TokenStream = checks.collect();
        Ok((quote!(let #local = #resolved; #checks), quote!(#local)))
    }

    fn array(&self, id: FieldId, slot: &Slot, value: &TokenStream) -> Made {
        let field = &self.crafter.schema[id];
        if !slot.free {
            if let Some(auto) = field.auto {
                let _it_has_no_form = auto;
                return Err(format!("what {} is derived from", name_of(self.crafter.schema, id)));
            }
            let bytes = array_of(&slot.form, value);
            return Ok(quote!(pen.bytes(&#bytes);));
        }
        let said = array_of(&slot.form, &quote!(said));
        let length = Literal::u32_unsuffixed(match slot.form {
            Form::Array(length) => length,
            Form::Mac => 6,
            _ => 16,
        });
        let unsaid = match field.constant.or(field.default).map(|expr| &self.crafter.schema[expr]) {
            Some(Expr::Bytes(bytes)) => {
                let bytes = Literal::byte_string(bytes);
                quote!(pen.bytes(#bytes))
            }
            Some(Expr::Random) => quote!((0..#length).for_each(|_| pen.number(random.draw(8), 8, false))),
            Some(_) => return Err(format!("the default of {}", name_of(self.crafter.schema, id))),
            None => quote!(pen.zeros(#length)),
        };
        let differs = field.constant.map(|constant| match &self.crafter.schema[constant] {
            Expr::Bytes(bytes) => {
                let bytes = Literal::byte_string(bytes);
                Ok(self.refusal(id, &quote!(!P::COUNTS && #said[..] != #bytes[..]), None))
            }
            _ => Err(format!("the constant of {}", name_of(self.crafter.schema, id))),
        });
        let differs = differs.transpose()?;
        Ok(quote! {
            match &#value {
                Field::Set(said) => {
                    #differs
                    pen.bytes(&#said[..])
                }
                Field::Raw(said) => pen.bytes(&#said[..]),
                Field::Auto => #unsaid,
            }
        })
    }

    /// Whether an expression is about a derived field: where that is forged, nothing is made up for it.
    pub(super) fn is_forced(&self, id: ExprId) -> bool {
        let derived = |field: &FieldId| self.crafter.schema[*field].auto.is_some();
        let expr = &self.crafter.schema[id];
        expr.fields().iter().any(derived) || expr.children().into_iter().any(|child| self.is_forced(child))
    }

    /// The arguments of a struct, each with a comma behind it.
    pub(super) fn args(&self, ty: &Type, env: &mut Env) -> Made<Vec<TokenStream>> {
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
            let taken = if self.crafter.schema.asks_elements(condition) {
                quote!(yes > no)
            } else {
                quote!(yes > no || yes == no && #test)
            };
            let before = quote! {
                let (yes, no): (u32, u32) = (#yes, #no);
                let taken = #taken;
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
            terms.extend(fields.iter().filter_map(|id| self.said(*id)).map(|said| quote!(u32::from(#said))));
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
        let mut choose = quote!(match #tag { #(#arms)* #rest });
        if matches!(self.crafter.schema[choice.on], Expr::Param(_)) && !payload {
            choose = self.by_what_is_said(choice, tag, number, env, trailing)?;
        }
        if !payload {
            return Ok(choose);
        }
        let rejects = choice.arms.iter().any(|arm| matches!(arm.action, Action::Reject(_)));
        let choose = rejects.then(|| quote!(if !P::COUNTS { #choose }));
        Ok(quote!(#choose pen.payload();))
    }

    /// The arm of which most is said, else the one that the tag says: whoever tells a parameter does not know better.
    fn by_what_is_said(
        &self,
        choice: &'s Match,
        tag: &TokenStream,
        number: Number,
        env: &mut Env,
        trailing: &mut Vec<FieldId>,
    ) -> Made {
        let (mut by_tag, mut weights, mut bodies) = (Vec::new(), Vec::new(), Vec::new());
        for (index, arm) in choice.arms.iter().enumerate() {
            let (pattern, guard) = (pattern(arm, number), self.guard(arm, env)?);
            let at = Literal::usize_unsuffixed(index);
            by_tag.push(quote!(#pattern #guard => #at,));
            let body = match &arm.action {
                Action::Read(_, block) => {
                    let weight = total(&self.weight(block));
                    weights.push(quote!(#weight,));
                    self.block(block, &mut env.clone(), trailing)?
                }
                Action::Stop => {
                    weights.push(quote!(0,));
                    TokenStream::new()
                }
                Action::Reject(why) => {
                    weights.push(quote!(0,));
                    self.rejected(choice, why)
                }
            };
            bodies.push(quote!(#at => { #body }));
        }
        let rest = (!has_rest(choice)).then(|| quote!(_ => usize::MAX,));
        Ok(quote! {
            let arm = match most_said(&[#(#weights)*]) {
                Some(arm) => arm,
                None => match #tag { #(#by_tag)* #rest },
            };
            match arm { #(#bodies)* _ => {} }
        })
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
                by_tag.push(quote!(#pattern #guard => &#ty::Unsaid,));
                continue;
            };
            let name = self.crafter.writer.variant_ident(self.id, variant);
            let scope = named.arms.iter().find(|(known, _)| *known == variant).map_or(0, |(_, scope)| *scope);
            let arm_type = ident(&self.plan.scopes[scope].name);
            by_tag.push(quote!(#pattern #guard => const { &#ty::#name(#arm_type::UNSAID) },));
            let Action::Read(_, block) = &arm.action else { continue };
            let outer = self.scope.replace(scope);
            let body = self.block(block, &mut env.clone(), trailing);
            self.scope.set(outer);
            let body = body?;
            let check = self.tag_check(choice, arm, tag, number, env)?;
            let local = arm_ident(scope);
            let local = if mentions(&body, &local.to_string()) { quote!(#local) } else { quote!(_) };
            bodies.push(quote!(#ty::#name(#local) => { #check #body }));
        }
        let unsaid = self.unsaid_arms(choice, tag, number, env, trailing)?;
        let rest = (!has_rest(choice)).then(|| quote!(_ => &#ty::Unsaid,));
        let (raw, padding) = match &named.padding {
            Some(padding) => {
                let padding = self.part_of(named.owner, padding);
                (quote!(#ty::Raw(bytes) => pen.bytes(bytes),), quote!(pen.bytes(&#padding);))
            }
            None => (TokenStream::new(), TokenStream::new()),
        };
        Ok(quote! {
            let form = match &#value {
                #ty::Unsaid => match #tag { #(#by_tag)* #rest },
                said => said,
            };
            match form {
                #(#bodies)*
                #raw
                #ty::Unsaid => { #unsaid }
            }
            #padding
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
