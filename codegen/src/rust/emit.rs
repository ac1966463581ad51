//! How values are written: in the order of the wire, what they follow from being known before.

use super::craft::{Crafter, array_of, name_of, param_ident};
use super::expr::{Code, Env, Kind};
use super::infer::Asked;
use super::names::ident;
use super::number::{Bits, Meaning, Number, is_little};
use super::value::{Form, Plan, Slot};
use packet_schema::model::{Block, Composite, CompositeId, CompositeKind, Expr, ExprId, Extent, FieldId, Item, Type};
use proc_macro2::{Ident, Literal, TokenStream, TokenTree};
use quote::{format_ident, quote};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;

/// Writes how one composite is written.
pub(super) struct Emitter<'c, 's> {
    pub(super) crafter: &'c Crafter<'s>,
    pub(super) id: CompositeId,
    pub(super) composite: &'s Composite,
    pub(super) plan: &'c Plan,
    pub(super) is_layer: bool,
    /// The fields that the packet of a layer starts with, and their places.
    pub(super) head: Vec<(FieldId, Bits)>,
    pub(super) head_bytes: u32,
    /// The fields of which somebody asks where they are, or how long.
    pub(super) measured: RefCell<BTreeSet<FieldId>>,
    /// What walking over the value asks of the payload.
    pub(super) keys: RefCell<Vec<(ExprId, TokenStream)>>,
    /// The scope that what is written now belongs to.
    pub(super) scope: Cell<usize>,
    /// Whether it is written while walking over the value.
    pub(super) walks: Cell<bool>,
    /// Whether there is nothing in the list behind the head.
    pub(super) empty: Cell<bool>,
}

/// Tokens, or what has no form.
pub(super) type Made<T = TokenStream> = Result<T, String>;

impl<'c, 's> Emitter<'c, 's> {
    pub(super) fn new(crafter: &'c Crafter<'s>, id: CompositeId, plan: &'c Plan) -> Self {
        let composite = &crafter.schema[id];
        let is_layer = matches!(composite.kind, CompositeKind::Layer(_));
        let mut emitter = Self {
            crafter,
            id,
            composite,
            plan,
            is_layer,
            head: Vec::new(),
            head_bytes: 0,
            measured: RefCell::default(),
            keys: RefCell::default(),
            scope: Cell::new(0),
            walks: Cell::new(false),
            empty: Cell::new(false),
        };
        emitter.find_head();
        emitter
    }

    /// A layer's first run, where it is made of whole bytes.
    fn find_head(&mut self) {
        let Some(Item::Run(run)) = self.composite.body.items.first().filter(|_| self.is_layer) else { return };
        let schema = self.crafter.schema;
        let simple = |&id: &FieldId| {
            let whole = matches!(self.plan.slots.get(&id).map(|slot| &slot.form), Some(Form::Number(..)));
            whole || matches!(self.form(id), Some(Form::Array(_) | Form::Mac | Form::Ipv6))
        };
        if run.bits % 8 != 0 || !run.fields.iter().all(simple) {
            return;
        }
        let places = run.fields.iter().map(|&id| {
            let width = match schema[id].place {
                packet_schema::model::Place::Run { width, .. } => width,
                _ => 0,
            };
            (id, Bits::of(&schema[id], width, 0))
        });
        self.head = places.collect();
        self.head_bytes = run.bits / 8;
    }

    pub(super) fn form(&self, id: FieldId) -> Option<&Form> {
        self.plan.slots.get(&id).map(|slot| &slot.form)
    }

    pub(super) fn slot(&self, id: FieldId) -> Made<&'c Slot> {
        self.plan.slots.get(&id).ok_or_else(|| name_of(self.crafter.schema, id))
    }

    pub(super) fn name(&self) -> Ident {
        ident(&self.plan.scopes[0].name)
    }

    pub(super) fn settled_name(&self) -> Ident {
        format_ident!("{}Settled", self.plan.scopes[0].name)
    }

    /// Everything that writes the composite.
    pub(super) fn all(&self) -> Made {
        // What is asked for is found by writing it once.
        loop {
            let known = (self.measured.borrow().len(), self.keys.borrow().len());
            let all = self.once()?;
            if known == (self.measured.borrow().len(), self.keys.borrow().len()) {
                return Ok(all);
            }
        }
    }

    fn once(&self) -> Made {
        let begin = self.begin()?;
        let walk = self.walk_method()?;
        let (name, params, arguments) = (self.name(), self.params(), self.arguments());
        let lifetime = self.crafter.borrows(self.id).then(|| quote!(<'_>));
        let settled_name = self.settled_name();
        let (from, position) = if self.is_layer {
            let head = Literal::u32_unsuffixed(self.head_bytes * 8);
            (TokenStream::new(), quote!(#head))
        } else {
            (quote!(from: usize,), quote!(from))
        };
        let (extra, given, receiver) = (self.extra(), self.given(), self.receiver());
        let generics = self.crafter.names_inside(self.id).then(|| quote!(<'v>));
        // How long a derived number is follows from what is measured behind it: that is counted once before.
        let coded = self
            .composite
            .fields
            .iter()
            .any(|id| self.crafter.schema[*id].auto.is_some() && matches!(self.form(*id), Some(Form::Coded(..))));
        let seen = self.crafter.names_inside(self.id).then(|| quote!(&mut names.clone(),));
        let outer = self.asks_size().then(|| quote!(outer,));
        let again = (coded && !self.measured.borrow().is_empty()).then(|| {
            quote! {
                let mut pen = Count::at(#position);
                let random = &mut SplitMix::default();
                if self.begin(settled, random, #(#arguments)*).is_ok() {
                    self.walk(&mut pen, settled, random, #(#arguments)* #outer #seen).unwrap_or_default();
                }
            }
        });
        let count = quote! {
            /// Counts what is written, and settles what is found on the way.
            #[inline(always)]
            fn count #generics(#receiver, #from settled: &mut #settled_name, #(#params)* #extra) -> Count {
                #again
                let mut pen = Count::at(#position);
                let random = &mut SplitMix::default();
                // What is wrong is said when it is written.
                if self.begin(settled, random, #(#arguments)*).is_ok() {
                    self.walk(&mut pen, settled, random, #(#arguments)* #given).unwrap_or_default();
                }
                pen
            }
        };
        let rest = if self.is_layer { self.layer()? } else { self.structure()? };
        let settled = self.settled(&quote!(#begin #walk #rest))?;
        Ok(quote! {
            #settled
            impl #name #lifetime { #begin #walk #count }
            #rest
        })
    }

    /// Whether the size of the enclosing layer is asked for.
    fn asks_size(&self) -> bool {
        !self.is_layer && self.crafter.asks_size(self.id)
    }

    /// What is handed down besides parameters: the size of the enclosing layer, and the names written so far.
    pub(super) fn extra(&self) -> TokenStream {
        let outer = self.asks_size().then(|| quote!(outer: u64,));
        let names = self.crafter.names_inside(self.id).then(|| quote!(names: &mut Names<'v>,));
        quote!(#outer #names)
    }

    /// The same, handed on.
    pub(super) fn given(&self) -> TokenStream {
        let outer = self.asks_size().then(|| quote!(outer,));
        let names = self.crafter.names_inside(self.id).then(|| quote!(names,));
        quote!(#outer #names)
    }

    /// The same, where nothing is around.
    fn alone(&self) -> TokenStream {
        let outer = self.asks_size().then(|| quote!(0,));
        let names = self.crafter.names_inside(self.id).then(|| quote!(&mut Names::default(),));
        quote!(#outer #names)
    }

    /// How methods take the value: names that were written are kept as long as it.
    pub(super) fn receiver(&self) -> TokenStream {
        if self.crafter.names_inside(self.id) { quote!(&'v self) } else { quote!(&self) }
    }

    /// Parameters of methods.
    pub(super) fn params(&self) -> Vec<TokenStream> {
        let params = self.composite.params.iter().map(|param| {
            let (name, ty) = (param_ident(&param.name), Number::of_bits(param.bits).tokens());
            quote!(#name: #ty,)
        });
        params.collect()
    }

    pub(super) fn arguments(&self) -> Vec<TokenStream> {
        let arguments = self.composite.params.iter().map(|param| {
            let name = param_ident(&param.name);
            quote!(#name,)
        });
        arguments.collect()
    }

    /// The numbers that are settled before anything is written: those of the composite itself that are there in any case.
    pub(super) fn is_settled(slot: &Slot) -> bool {
        slot.free && !slot.optional && slot.scope == 0 && matches!(slot.form, Form::Number(..))
    }

    fn settled_fields(&self) -> Vec<(FieldId, &'c Slot)> {
        let fields = self.composite.fields.iter().filter_map(|id| Some((*id, self.plan.slots.get(id)?)));
        fields.filter(|(_, slot)| Self::is_settled(slot)).collect()
    }

    fn settled(&self, readers: &TokenStream) -> Made {
        let lengths = [
            ("size_", " Bytes of the whole."),
            ("front_", " Bytes in front of the payload."),
            ("payload_", " Bytes of the payload."),
        ];
        let lengths = lengths.into_iter().filter(|(name, _)| super::place::mentions(readers, name));
        let lengths = lengths.map(|(name, about)| {
            let name = format_ident!("{name}");
            quote!(#[doc = #about] #name: u64,)
        });
        let name = self.settled_name();
        let numbers = self.settled_fields().into_iter().map(|(_, slot)| {
            let (name, ty) = (&slot.name, number_of(slot).tokens());
            quote!(#name: #ty,)
        });
        let places = self.placed_sums().into_iter().map(|id| {
            let at = self.place_ident(id);
            quote!(#at: Option<usize>,)
        });
        let measures = self.measures(readers);
        let about = format!(" What is settled of [`{}`] before it is written.", self.plan.scopes[0].name);
        Ok(quote! {
            #[doc = #about]
            #[derive(Clone, Copy, Debug, Default)]
            struct #name {
                #(#lengths)*
                #(#numbers)* #(#places)* #(#measures)*
            }
        })
    }

    /// The fields that are sums over bytes and stand behind the head: where they are is known when they are written.
    pub(super) fn placed_sums(&self) -> Vec<FieldId> {
        let in_head = |id: &FieldId| self.head.iter().any(|(other, _)| other == id);
        let sums = self.composite.fields.iter().copied().filter(|id| self.is_sum(*id) && !in_head(id));
        sums.collect()
    }

    pub(super) fn place_ident(&self, id: FieldId) -> Ident {
        format_ident!("at_{}", self.crafter.schema[id].slot)
    }

    /// Whether a field is derived from bytes.
    pub(super) fn is_sum(&self, id: FieldId) -> bool {
        self.crafter.schema[id].auto.is_some_and(|auto| self.reads_bytes(auto))
    }

    fn reads_bytes(&self, id: ExprId) -> bool {
        match &self.crafter.schema[id] {
            Expr::Inet16(_) | Expr::Crc32(_) | Expr::Crc32c(_) | Expr::Crc16 { .. } | Expr::SipHash24(_) => true,
            Expr::SelfBytes | Expr::BytesOf(..) => true,
            other => other.children().into_iter().any(|child| self.reads_bytes(child)),
        }
    }

    /// What is settled without knowing how long anything is.
    fn begin(&self) -> Made {
        let (settled, params) = (self.settled_name(), self.params());
        let mut env = self.env(&quote!(value));
        let mut lines = Vec::new();
        self.scope.set(0);
        for (id, slot) in self.settled_fields() {
            let name = &slot.name;
            let value = self.resolve(id, slot, &quote!(value.#name), &mut env, None)?;
            lines.push(quote!(settled.#name = #value;));
        }
        let lines = quote!(#(#lines)*);
        let (random, params) = (used("random", &lines), only_used(params, &lines));
        let out = used("settled", &lines);
        Ok(quote! {
            /// Settles what follows from nothing that has to be counted.
            #[inline(always)]
            fn begin<R: Random>(
                &self, #out: &mut #settled, #random: &mut R, #(#params)*
            ) -> Result<(), EmitError> {
                let value = self;
                #lines
                Ok(())
            }
        })
    }

    /// The number on the wire of a free field; of a derived one `auto`, or 0 where it is not known yet.
    pub(super) fn resolve(
        &self,
        id: FieldId,
        slot: &Slot,
        value: &TokenStream,
        env: &mut Env,
        auto: Option<TokenStream>,
    ) -> Made {
        let Form::Number(meaning, bits) = &slot.form else { return Err(name_of(self.crafter.schema, id)) };
        let unsaid = match auto {
            Some(auto) => auto,
            None => self.unsaid(id, meaning, *bits, env)?,
        };
        let ty = Number::of_bits(*bits).tokens();
        let set = self.crafter.wire(id, meaning, *bits, &quote!(value));
        let width = Literal::u32_unsuffixed(*bits);
        Ok(quote! {
            match #value {
                Field::Auto => #unsaid,
                Field::Set(value) => #set,
                Field::Raw(bits) => cut::<#ty>(bits, #width),
            }
        })
    }

    /// The number of a field of which nothing is said.
    fn unsaid(&self, id: FieldId, meaning: &Meaning, bits: u32, env: &mut Env) -> Made {
        let field = &self.crafter.schema[id];
        let number = Number::of_bits(bits);
        let (ty, width) = (number.tokens(), Literal::u32_unsuffixed(bits));
        if let Some(constant) = field.constant {
            let value = self.crafter.constant_of(constant).ok_or("a constant that is none")?;
            return Ok(super::expr::literal(value));
        }
        if field.auto.is_some() {
            return Ok(quote!(0));
        }
        let default = match field.default.map(|default| (default, &self.crafter.schema[default])) {
            None => quote!(0),
            Some((_, Expr::Random)) => quote!(<#ty as Number>::cut(random.draw(#width))),
            Some((default, _)) => {
                let scale = i128::from(field.scale.max(1));
                match self.crafter.constant_of(default) {
                    Some(value) if matches!(meaning, Meaning::Float(_)) && value != 0 => {
                        return Err("a default with a fraction".to_owned());
                    }
                    Some(value) => super::expr::literal(value / scale),
                    None => self.derived(id, default, bits, env)?,
                }
            }
        };
        let inferences = self.inferences(id);
        if inferences.is_empty() {
            return Ok(default);
        }
        let inferences = inferences.into_iter().map(|(condition, asked)| {
            let Asked::Bits(mask, value) = asked else { return TokenStream::new() };
            let whole = mask == u128::MAX >> (128 - bits.clamp(1, 128));
            let (mask, value) = (Literal::u128_unsuffixed(mask), Literal::u128_unsuffixed(value));
            if whole {
                quote!(if #condition { inferred = Some(#value); })
            } else {
                quote!(if #condition { inferred = Some(inferred.unwrap_or(0) & !#mask | #value); })
            }
        });
        Ok(quote!({
            let mut inferred: Option<#ty> = None;
            #(#inferences)*
            inferred.unwrap_or(#default)
        }))
    }

    /// A derived number, as the bits on the wire.
    pub(super) fn derived(&self, id: FieldId, expr: ExprId, bits: u32, env: &mut Env) -> Made {
        let field = &self.crafter.schema[id];
        self.prepare(env, expr);
        let code = self.crafter.writer.expr(env, expr);
        let code = code.ok_or_else(|| format!("what {} is derived from", name_of(self.crafter.schema, id)))?;
        let wide = code.typed_number(Number::I128).ok_or("a derived value that is no number")?;
        let value = if code.maybe { quote!(given(|| Some(#wide)).unwrap_or_default()) } else { wide };
        let value = match field.scale.max(1) {
            1 => value,
            scale => {
                let scale = Literal::u64_unsuffixed(scale);
                quote!((#value / #scale))
            }
        };
        let (ty, width, info) = (Number::of_bits(bits).tokens(), Literal::u32_unsuffixed(bits), self.crafter.info(id));
        Ok(quote!(into_number::<#ty>(#value, #width, #info)?))
    }

    /// What names stand for: the composite's own fields that are there in any case.
    pub(super) fn env(&self, base: &TokenStream) -> Env {
        let mut env = Env { unchecked: true, ..Env::default() };
        for &id in &self.composite.fields {
            let Some(slot) = self.plan.slots.get(&id).filter(|slot| slot.scope == 0 && !slot.optional) else {
                continue;
            };
            if let Some(code) = self.field_code(slot, base) {
                env.fields.insert(id, code);
            }
        }
        env.params = self
            .composite
            .params
            .iter()
            .map(|param| {
                let name = param_ident(&param.name);
                Code::new(quote!(#name), Kind::Number(Number::of_bits(param.bits)))
            })
            .collect();
        env
    }

    /// The value of a field, as expressions use it.
    pub(super) fn field_code(&self, slot: &Slot, base: &TokenStream) -> Option<Code> {
        let name = &slot.name;
        match &slot.form {
            Form::Number(meaning, bits) if slot.free => {
                Self::is_settled(slot).then(|| Crafter::from_wire(meaning, *bits, &quote!(settled.#name))).flatten()
            }
            Form::Number(meaning, _) => {
                let (tokens, kind) = self.crafter.writer.raw_of(&quote!(#base.#name), meaning)?;
                Some(Code::new(tokens, kind))
            }
            Form::Array(_) | Form::Mac | Form::Ipv6 if !slot.free => {
                let bytes = array_of(&slot.form, &quote!(#base.#name));
                Some(Code::new(quote!(#bytes.as_slice()), Kind::Bytes))
            }
            Form::Bytes if !slot.free => Some(Code::new(quote!((&*#base.#name)), Kind::Bytes)),
            _ => None,
        }
    }

    /// The value of a field of the composite itself, or of an arm that is being written.
    pub(super) fn access(&self, slot: &Slot) -> TokenStream {
        self.part_of(slot.scope, &slot.name)
    }

    /// A member of the value of a scope.
    pub(super) fn part_of(&self, scope: usize, name: &Ident) -> TokenStream {
        if scope == 0 {
            quote!(value.#name)
        } else {
            let arm = super::value::arm_ident(scope);
            quote!(#arm.#name)
        }
    }

    /// Whether something is said of a field.
    pub(super) fn said(&self, id: FieldId) -> Option<TokenStream> {
        let slot = self.plan.slots.get(&id)?;
        let value = self.access(slot);
        match slot.form {
            Form::Payload => None,
            _ if slot.free => Some(quote!(#value.is_said())),
            _ if slot.form == Form::Bytes || slot.form.is_list() => {
                let padded = slot.padding.as_ref().map(|padding| {
                    let padding = self.part_of(slot.scope, padding);
                    quote!(|| !#padding.is_empty())
                });
                // What says nothing of it has its default.
                let said = match self.crafter.default_bytes(id) {
                    Some(default) => quote!(*#value != *#default),
                    None => quote!(!#value.is_empty()),
                };
                Some(quote!((#said #padded)))
            }
            _ => None,
        }
    }

    /// The lines that settle what is derived, in the order of derivation, when all lengths are known.
    pub(super) fn finish(&self, env: &mut Env) -> Made<Vec<TokenStream>> {
        let mut lines = Vec::new();
        self.scope.set(0);
        self.walks.set(false);
        for &id in &self.composite.derive_order {
            let slot = self.slot(id)?;
            let Some(auto) = self.crafter.schema[id].auto else { continue };
            let Form::Number(_, bits) = &slot.form else { continue };
            if !Self::is_settled(slot) || self.is_sum(id) {
                continue;
            }
            let (name, value) = (&slot.name, self.access(slot));
            let derived = self.derived(id, auto, *bits, env)?;
            lines.push(quote!(if let Field::Auto = #value { settled.#name = #derived; }));
        }
        lines.extend(self.checks(env)?);
        Ok(lines)
    }

    /// Holds set values against what the definition allows.
    fn checks(&self, env: &mut Env) -> Made<Vec<TokenStream>> {
        let mut lines = Vec::new();
        for (id, slot) in self.settled_fields() {
            let name = &slot.name;
            let checks = self.check(id, slot, &self.access(slot), &quote!(settled.#name), env)?;
            lines.extend(checks.into_iter().map(|(test, error)| quote!(if #test { return #error; })));
        }
        Ok(lines)
    }

    /// Tests that refuse the set value of one field that the definition does not allow, each with its error.
    pub(super) fn check(
        &self,
        id: FieldId,
        slot: &Slot,
        value: &TokenStream,
        wire: &TokenStream,
        env: &mut Env,
    ) -> Made<Vec<(TokenStream, TokenStream)>> {
        let field = &self.crafter.schema[id];
        let Form::Number(meaning, bits) = &slot.form else { return Ok(Vec::new()) };
        let (info, mut lines) = (self.crafter.info(id), Vec::new());
        let mut refuse = |test: TokenStream, why: Option<&str>| {
            let why = why.map_or_else(|| quote!(None), |why| quote!(Some(#why)));
            let error = quote!(Err(EmitError::new(#info, EmitErrorKind::Invalid { why: #why })));
            lines.push((quote!(#value.is_set() && #test), error));
        };
        if let Some(constant) = field.constant.and_then(|constant| self.crafter.constant_of(constant)) {
            let constant = super::expr::literal(constant);
            refuse(quote!(#wire != #constant), None);
        }
        if let Type::Uint { names: packet_schema::model::Names::Enum(names), .. } = field.ty
            && self.crafter.schema[names].closed
        {
            let path = self.crafter.writer.names_path(packet_schema::model::Names::Enum(names));
            refuse(quote!(#path(#wire).name().is_none()), None);
        }
        let it = Crafter::from_wire(meaning, *bits, wire);
        for (condition, why) in &field.wheres {
            refuse(self.refused(id, *condition, it.as_ref(), env)?, why.as_deref());
        }
        Ok(lines)
    }

    /// When a `where` of a field does not hold.
    pub(super) fn refused(&self, id: FieldId, condition: ExprId, it: Option<&Code>, env: &Env) -> Made {
        let mut env = env.clone();
        env.it = it.cloned();
        self.prepare(&mut env, condition);
        let code = self.crafter.writer.expr(&env, condition);
        let test = code.as_ref().and_then(super::parse::fails);
        test.ok_or_else(|| format!("what must hold for {}", name_of(self.crafter.schema, id)))
    }

    /// How a struct is written.
    fn structure(&self) -> Made {
        let (name, params, arguments) = (self.name(), self.params(), self.arguments());
        let settled = self.settled_name();
        let lifetime = self.crafter.borrows(self.id).then(|| quote!(<'_>));
        let (extra, given, alone, receiver) = (self.extra(), self.given(), self.alone(), self.receiver());
        let mut env = self.env(&quote!(value));
        let finish = self.finish(&mut env)?;
        let sums = self.struct_sums(&mut env)?;
        let walked = self.walk_method()?;
        let needs_size = super::place::mentions(&quote!(#(#finish)* #(#sums)* #walked), "size_");
        let names = self.crafter.names_inside(self.id);
        let outer = self.asks_size().then(|| quote!(outer,));
        let seen = names.then(|| quote!(&mut names.clone(),));
        let count = quote!(value.count(start, &mut settled, #(#arguments)* #outer #seen));
        let size = match (needs_size, self.measured.borrow().is_empty()) {
            (true, _) => quote!(settled.size_ = (#count.position().saturating_sub(start) / 8) as u64;),
            (false, false) => quote!(#count;),
            (false, true) => TokenStream::new(),
        };
        let again = (!size.is_empty()).then(|| quote!(value.begin(&mut settled, random, #(#arguments)*)?;));
        let (finish, sums) = (quote!(#size #again #(#finish)*), quote!(#(#sums)*));
        let walk = quote!(value.walk(pen, &mut settled, random, #(#arguments)* #given));
        let put = if finish.is_empty() && sums.is_empty() {
            walk
        } else {
            quote! {
                if P::COUNTS {
                    return #walk;
                }
                #finish
                #walk?;
                #sums
                Ok(())
            }
        };
        let lives = names.then(|| quote!('v,));
        Ok(quote! {
            impl #name #lifetime {
                /// How many bytes it takes.
                #[inline]
                #[must_use]
                pub fn size(&self, #(#params)*) -> usize {
                    self.count(0, &mut #settled::default(), #(#arguments)* #alone).bytes()
                }

                /// Writes it.
                ///
                /// # Errors
                ///
                /// A field can't be what it was set to.
                #[inline]
                pub fn put<#lives P: Pen, R: Random>(
                    #receiver, pen: &mut P, random: &mut R, #(#params)* #extra
                ) -> Result<(), EmitError> {
                    let value = self;
                    let mut settled = #settled::default();
                    value.begin(&mut settled, random, #(#arguments)*)?;
                    let start = pen.position();
                    #put
                }
            }
        })
    }

    fn mentions(&self, id: ExprId, wanted: &dyn Fn(&Expr) -> bool) -> bool {
        let expr = &self.crafter.schema[id];
        wanted(expr) || expr.children().into_iter().any(|child| self.mentions(child, wanted))
    }

    /// The sums of a struct, which are over the whole of it.
    fn struct_sums(&self, env: &mut Env) -> Made<Vec<TokenStream>> {
        let mut lines = Vec::new();
        for id in self.placed_sums() {
            let (slot, field) = (self.slot(id)?, &self.crafter.schema[id]);
            let (Some(auto), Form::Number(_, bits)) = (field.auto, &slot.form) else { return Err("a sum".to_owned()) };
            let whole = self.mentions(auto, &|expr| match expr {
                Expr::BytesOf(from, to) => self.is_first(*from) && self.is_last(*to),
                _ => false,
            });
            let sum = self.mentions(auto, &|expr| matches!(expr, Expr::Inet16(_)));
            if !whole || !sum {
                return Err(format!("what {} is derived from", name_of(self.crafter.schema, id)));
            }
            let inner = self.find(auto, &|expr| matches!(expr, Expr::Inet16(_))).ok_or("a sum")?;
            env.known.insert(inner, Code::new(quote!(sum), Kind::Number(Number::U16)));
            let derived = self.derived(id, auto, *bits, env)?;
            let (at, width, little) = (self.place_ident(id), Literal::u32_unsuffixed(*bits), is_little(&field.ty));
            lines.push(quote! {
                if let Some(at) = settled.#at {
                    let sum = checksum::inet16(pen.written(start, pen.position()));
                    let derived = #derived;
                    pen.patch(at, u128::from(derived), #width, #little);
                }
            });
        }
        Ok(lines)
    }

    /// The first expression of a kind within another one.
    pub(super) fn find(&self, id: ExprId, wanted: &dyn Fn(&Expr) -> bool) -> Option<ExprId> {
        let expr = &self.crafter.schema[id];
        if wanted(expr) {
            return Some(id);
        }
        expr.children().into_iter().find_map(|child| self.find(child, wanted))
    }

    /// Whether nothing but the payload stands behind the head, so that the layer's length is known.
    pub(super) fn is_payload_only(&self, block: &Block) -> bool {
        block.items.iter().all(|item| match item {
            Item::Field(id) => self.form(*id) == Some(&Form::Payload),
            Item::Expect(_) => true,
            _ => false,
        })
    }

    /// The list that stands right behind the head, all up to the payload.
    pub(super) fn list_behind_head(&self) -> Option<(FieldId, CompositeId)> {
        let items: Vec<&Item> =
            self.composite.body.items.iter().filter(|item| !matches!(item, Item::Expect(_))).collect();
        let [Item::Run(_), Item::Field(list), Item::Field(payload)] = items.as_slice() else { return None };
        let (Some(Form::Structs(element)), Some(Form::Payload)) = (self.form(*list), self.form(*payload)) else {
            return None;
        };
        let simple = matches!(self.crafter.schema[*list].ty, Type::List(_, Extent::ToEnd));
        (simple && self.crafter.schema[*element].params.is_empty()).then_some((*list, *element))
    }
}

/// The number that holds a free field on the wire.
pub(super) fn number_of(slot: &Slot) -> Number {
    match slot.form {
        Form::Number(_, bits) => Number::of_bits(bits),
        _ => Number::U8,
    }
}

/// The name of a parameter, or none where nobody reads it.
pub(super) fn used(name: &str, body: &TokenStream) -> TokenStream {
    let local = format_ident!("{name}");
    if has_local(body, name) { quote!(#local) } else { quote!(_) }
}

/// Whether a local of that name is read, a member by the same name left out.
fn has_local(body: &TokenStream, name: &str) -> bool {
    let mut member = false;
    body.clone().into_iter().any(|token| {
        let behind_dot =
            std::mem::replace(&mut member, matches!(&token, TokenTree::Punct(dot) if dot.as_char() == '.'));
        match token {
            TokenTree::Ident(ident) => ident == name && !behind_dot,
            TokenTree::Group(group) => has_local(&group.stream(), name),
            TokenTree::Punct(_) | TokenTree::Literal(_) => false,
        }
    })
}

/// Parameters, those without a name that nobody reads.
pub(super) fn only_used(params: Vec<TokenStream>, body: &TokenStream) -> Vec<TokenStream> {
    let only = params.into_iter().map(|param| {
        let mut tokens = param.clone().into_iter();
        match tokens.next() {
            Some(name) if !has_local(body, &name.to_string()) => {
                let rest: TokenStream = tokens.collect();
                quote!(_ #rest)
            }
            _ => param,
        }
    });
    only.collect()
}
