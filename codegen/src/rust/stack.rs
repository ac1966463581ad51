//! Layers upon each other: what follows a layer, what may begin somewhere, and what layers offer to those above them.

use super::Writer;
use super::expr::{Code, Env, Kind};
use super::interface::{member_args, member_params, member_type, provided_ident};
use super::kinds::abouts;
use super::leads::{self, Asked};
use super::names::{camel, ident};
use super::number::Number;
use super::parse::{Reader, holds};
use super::shape;
use packet_schema::model::{
    Action, Block, Composite, CompositeId, CompositeKind, ExprId, FieldId, InterfaceId, Item, Match, ModuleId, Next,
    Otherwise, Probe, Row, Table, TableId, Type,
};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use std::collections::BTreeSet;

impl Writer<'_> {
    /// The method that says what follows a layer; nothing where no stack is generated.
    pub(super) fn following(&self, id: CompositeId, composite: &Composite) -> TokenStream {
        let Some(stack) = self.stack.clone() else { return TokenStream::new() };
        if !matches!(composite.kind, CompositeKind::Layer(_)) && !self.holds_payload(id, &mut BTreeSet::new()) {
            return TokenStream::new();
        }
        let env = self.method_env(id);
        let body = self.next_block(id, &composite.body, &env, &Asked::what(&stack));
        let name = ident(&camel(&composite.name));
        if self.derived {
            return quote! {
                impl<'a> #name<'a> {
                    /// How to find out what follows in its payload; nothing where it has none.
                    #[inline]
                    #[must_use]
                    pub fn next(&self) -> Option<#stack Following<'a>> {
                        #body
                        None
                    }
                }
            };
        }
        let ways = self.next_block(id, &composite.body, &Env { ways: true, ..env }, &Asked::what(&stack));
        quote! {
            impl<'a> #name<'a> {
                /// What follows in its payload, by the keys that it has.
                // The view that it asks has fields in registers, which would all be stored for a call.
                #[inline(always)]
                #[must_use]
                pub fn next(&self) -> #stack Next<'a> {
                    #body
                    #stack Next::Nothing
                }

                /// How to find out what follows in its payload; nothing where it has none.
                #[must_use]
                pub fn following(&self) -> Option<packet_core::plain::Following<'a>> {
                    #ways
                    None
                }
            }
        }
    }

    /// What follows the layers of another crate, by the tables here.
    fn followed(&self) -> TokenStream {
        let here = TokenStream::new();
        let composites = self.schema.composites.iter().zip(0..).map(|(one, index)| (CompositeId(index), one));
        let carriers = composites.filter(|(id, one)| {
            let layer = matches!(one.kind, CompositeKind::Layer(_));
            self.is_foreign(*id) && (layer || self.holds_payload(*id, &mut BTreeSet::new()))
        });
        let carriers: Vec<TokenStream> = carriers
            .map(|(id, composite)| {
                let env = self.outer_env(id);
                let (path, body) =
                    (self.composite_path(id), self.next_block(id, &composite.body, &env, &Asked::what(&here)));
                quote! {
                    impl<'a> Follow<'a> for #path<'a> {
                        #[inline]
                        fn follow(&self) -> Next<'a> {
                            #body
                            Next::Nothing
                        }
                    }
                }
            })
            .collect();
        if carriers.is_empty() {
            return TokenStream::new();
        }
        quote! {
            /// What follows a layer of another crate, which knows nothing of the layers here.
            pub trait Follow<'a> {
                /// What follows in its payload, by the keys that it has.
                fn follow(&self) -> Next<'a>;
            }
            #(#carriers)*
        }
    }

    pub(super) fn is_foreign(&self, id: CompositeId) -> bool {
        self.foreign.contains(&self.schema[id].module)
    }

    /// Statements that return what is in the first payload of a block that is there.
    pub(super) fn next_block(&self, id: CompositeId, block: &Block, env: &Env, asked: &Asked<'_>) -> TokenStream {
        block
            .items
            .iter()
            .map(|item| match item {
                Item::Field(field) if shape::is_payload(self.schema, *field) => self.next_field(id, *field, env, asked),
                Item::Field(field) => self.next_nested(id, *field, env, asked),
                Item::If { condition, then, otherwise } => {
                    let (yes, no) = (self.next_block(id, then, env, asked), self.next_block(id, otherwise, env, asked));
                    let test = self.expr(env, *condition).and_then(|code| holds(&code));
                    match test {
                        _ if yes.is_empty() && no.is_empty() => TokenStream::new(),
                        Some(test) if no.is_empty() => quote!(if #test { #yes }),
                        Some(test) => quote!(if #test { #yes } else { #no }),
                        None => self.left_out(id, "the condition of a payload"),
                    }
                }
                Item::Match(choice) => self.next_choice(id, choice, env, asked),
                _ => TokenStream::new(),
            })
            .collect()
    }

    fn next_choice(&self, id: CompositeId, choice: &Match, env: &Env, asked: &Asked<'_>) -> TokenStream {
        let arms: Vec<(&packet_schema::model::Arm, TokenStream)> = choice
            .arms
            .iter()
            .map(|arm| match &arm.action {
                Action::Read(_, block) => (arm, self.next_block(id, block, env, asked)),
                Action::Stop | Action::Reject(_) => (arm, TokenStream::new()),
            })
            .collect();
        if arms.iter().all(|(_, body)| body.is_empty()) {
            return TokenStream::new();
        }
        let Some(on) = self.expr(env, choice.on) else {
            // What a view does not keep has decided; where all arms lead to the same, that needs not be known.
            let bodies: Vec<String> = arms.iter().map(|(_, body)| body.to_string()).collect();
            let same = bodies.iter().all(|body| Some(body) == bodies.first());
            let body = arms.into_iter().next().map(|(_, body)| body).filter(|_| same);
            return body.unwrap_or_else(|| self.left_out(id, "what decides between payloads"));
        };
        let subject = if on.maybe { on.option() } else { on.tokens.clone() };
        let arms = arms.into_iter().map(|(arm, body)| {
            let pattern = super::parse::pattern(arm, &on);
            let guard = arm.guard.map(|guard| match self.expr(env, guard).and_then(|code| holds(&code)) {
                Some(test) => quote!(if #test),
                None => self.left_out(id, "the guard of a payload"),
            });
            quote!(#pattern #guard => { #body })
        });
        let arms: Vec<TokenStream> = arms.collect();
        let rest = (!choice.arms.iter().any(|arm| arm.tags.is_empty() && arm.guard.is_none())).then(|| quote!(_ => {}));
        quote!(match #subject { #(#arms)* #rest })
    }

    /// Whether a payload is in a composite, or in one that it holds.
    pub(super) fn holds_payload(&self, id: CompositeId, seen: &mut BTreeSet<CompositeId>) -> bool {
        seen.insert(id)
            && self.schema[id].fields.iter().any(|&field| {
                shape::is_payload(self.schema, field)
                    || held_struct(&self.schema[field].ty).is_some_and(|inner| self.holds_payload(inner, seen))
            })
    }

    /// What is in a payload of a struct, or of one in a list.
    fn next_nested(&self, id: CompositeId, field: FieldId, env: &Env, asked: &Asked<'_>) -> TokenStream {
        let stack = asked.stack;
        let ty = &self.schema[field].ty;
        let held = held_struct(ty);
        let holds = held.is_some_and(|inner| self.holds_payload(inner, &mut BTreeSet::new()));
        let Some(value) = self.access_from(&quote!(self), id, field).filter(|_| holds) else {
            return TokenStream::new();
        };
        if asked.kind {
            return self.left_out(id, "a payload that a struct holds");
        }
        let tokens = &value.tokens;
        let next = match held.filter(|inner| self.is_foreign(*inner)) {
            _ if env.ways => quote!(element.following()),
            Some(_) => quote!(#stack Follow::follow(&element)),
            None => quote!(element.next()),
        };
        let next = if self.derived || env.ways {
            quote!({ if let Some(next) = #next { return Some(next); } })
        } else {
            quote!({
                let next = #next;
                if !matches!(next, #stack Next::Nothing) {
                    return next;
                }
            })
        };
        match (matches!(ty, Type::List(..)), value.maybe) {
            (true, false) => quote!(for element in #tokens.valid() #next),
            (true, true) => {
                let option = value.option();
                quote!(for element in #option.into_iter().flat_map(|list| list.valid()) #next)
            }
            (false, _) => {
                let option = value.option();
                quote!(if let Some(element) = #option #next)
            }
        }
    }

    /// What is in a payload, where it is there.
    fn next_field(&self, id: CompositeId, field: FieldId, env: &Env, asked: &Asked<'_>) -> TokenStream {
        let definition = &self.schema[field];
        if definition.trailing {
            return TokenStream::new();
        }
        let Some(payload) = self.access_from(&quote!(self), id, field) else { return TokenStream::new() };
        let mut env = env.clone();
        env.rest = Some(quote!(payload.bytes()));
        let Type::Next(next) = &definition.ty else { return TokenStream::new() };
        if self.derived || env.ways {
            return self.ways_field(id, field, &payload, next, &env);
        }
        let stack = asked.stack;
        let found = match next {
            Next::Host if asked.kind => quote!(false),
            Next::Host => quote!(None),
            Next::Is(layer) if asked.kind => self.led_to(*layer),
            Next::Is(layer) => self.kind(*layer, stack),
            Next::From { table, keys, otherwise: Otherwise::Opaque } if asked.kind && keys.len() == 1 => {
                keys.iter().map(|&key| self.led_by_key(id, *table, key, &env, asked)).collect()
            }
            Next::From { .. } if asked.kind => {
                return self.left_out(id, "a payload of which not one key alone decides");
            }
            Next::From { table, keys, otherwise } => {
                let keys: Vec<TokenStream> =
                    keys.iter().filter_map(|&key| self.by_key(id, *table, key, &env, stack)).collect();
                self.by_keys(*table, &keys, *otherwise, stack)
            }
        };
        let found = match definition.condition.filter(|_| definition.opaque_otherwise) {
            Some(condition) => match self.expr(&env, condition).and_then(|code| holds(&code)) {
                Some(test) if asked.kind => quote!(#test && #found),
                Some(test) => quote!(if #test { #found } else { None }),
                None => return self.left_out(id, "the condition of a payload"),
            },
            None => found,
        };
        let result = asked.answer(&found);
        if payload.maybe {
            let option = payload.option();
            quote!(if let Some(payload) = #option { #result })
        } else {
            let tokens = payload.tokens;
            quote!(let payload = #tokens; #result)
        }
    }

    /// Notes that something of what follows a layer has no form in Rust.
    fn left_out(&self, id: CompositeId, what: &str) -> TokenStream {
        self.gap(id, what);
        TokenStream::new()
    }

    fn kind(&self, layer: CompositeId, stack: &TokenStream) -> TokenStream {
        let name = ident(&camel(&self.schema[layer].name));
        if self.begins_somewhere(layer) {
            quote!(Some(#stack LayerKind::#name).filter(|kind| #stack may_begin(*kind, payload)))
        } else {
            quote!(Some(#stack LayerKind::#name))
        }
    }

    /// The key of a table, and whether there may be none. One that is wider than those of the table, and does not fit, is none.
    pub(super) fn key(&self, id: CompositeId, table: TableId, key: ExprId, env: &Env) -> Option<(TokenStream, bool)> {
        let number = Number::of_bits(self.schema[table].bits);
        let code = self.expr(env, key);
        let Some((code, value)) = code.and_then(|code| Some((code.clone(), code.typed_number(number)?))) else {
            self.gap(id, "a key");
            return None;
        };
        let wider = matches!(code.kind, Kind::Number(from) if from.bits() > number.bits() || from.is_signed());
        let (name, tokens) = (number.tokens(), &code.tokens);
        Some((if wider { quote!(#name::try_from(#tokens).ok()?) } else { value }, code.maybe || wider))
    }

    /// The layer that a key leads to.
    fn by_key(
        &self,
        id: CompositeId,
        table: TableId,
        key: ExprId,
        env: &Env,
        stack: &TokenStream,
    ) -> Option<TokenStream> {
        let (function, (key, maybe)) = (ident(&self.schema[table].name), self.key(id, table, key, env)?);
        Some(if maybe {
            quote!(given(|| Some(#key)).and_then(|key| #stack tables::#function(key, payload)))
        } else {
            quote!(#stack tables::#function(#key, payload))
        })
    }

    /// The layer of the first key that has a row, or what is taken where none has.
    fn by_keys(&self, table: TableId, keys: &[TokenStream], otherwise: Otherwise, stack: &TokenStream) -> TokenStream {
        let streams = self.schema[table].rows.iter().any(|row| self.is_stream(row.layer));
        let may_begin = streams.then(|| quote!(.filter(|kind| #stack may_begin(*kind, payload))));
        let mut found = keys.iter();
        let first = found.next().map_or(quote!(None), |found| quote!(#found #may_begin));
        let by_key = quote!(#first #(.or_else(|| #found #may_begin))*);
        match otherwise {
            Otherwise::Opaque => by_key,
            Otherwise::Layer(layer) => {
                let kind = self.kind(layer, stack);
                quote!(#by_key.or_else(|| #kind))
            }
            Otherwise::Probe => {
                let table = &self.schema[table].name;
                quote!(#by_key.or_else(|| #stack guess(#table, payload)))
            }
        }
    }

    pub(super) fn is_stream(&self, id: CompositeId) -> bool {
        matches!(&self.schema[id].kind, CompositeKind::Layer(layer) if layer.stream)
    }

    /// The module of the whole stack.
    pub(super) fn stack_module(&self) -> TokenStream {
        let layers: Vec<(CompositeId, &Composite)> = self
            .schema
            .composites
            .iter()
            .zip(0..)
            .filter(|(composite, _)| matches!(composite.kind, CompositeKind::Layer(_)))
            .map(|(composite, index)| (CompositeId(index), composite))
            .collect();
        let kinds = self.kinds(&layers);
        let by_name = self.table_by_name();
        let (carriers, asked) = self.carriers(&layers);
        let tables = self.schema.tables.iter().map(|table| self.table(table));
        let leading = asked.iter().map(|&table| self.leading(&self.schema[table]));
        let probes = self.probes();
        let below = self.schema.interfaces.iter().zip(0..).map(|(_, index)| self.below(InterfaceId(index), &layers));
        let below: Vec<TokenStream> = below.collect();
        let followed = self.followed();
        quote! {
            use packet_core::generated::*;
            use packet_core::stack::{Carrier, Layered, Led};

            #kinds
            #carriers
            #followed
            #probes
            #(#below)*

            /// Who follows whom: the layer that a key leads to.
            pub mod tables {
                use super::LayerKind;
                use packet_core::generated::*;

                #(#tables)*
                #(#leading)*

                #by_name
            }
        }
    }

    /// The function that finds a key in a table by the table's name.
    fn table_by_name(&self) -> TokenStream {
        let shared = self.schema.tables.iter().filter(|table| self.schema[table.module].name == "pony.net");
        let arms = shared.map(|table| {
            let (name, function) = (&table.name, ident(&table.name));
            quote!(#name => #function(key.try_into().ok()?, payload),)
        });
        let arms: Vec<TokenStream> = arms.collect();
        let (key, payload) = if arms.is_empty() { (quote!(_), quote!(_)) } else { (quote!(key), quote!(payload)) };
        quote! {
            /// The layer of a key of a table that every stack shares, by the table's name.
            #[must_use]
            pub fn by_name(table: &str, #key: u64, #payload: Region<'_>) -> Option<LayerKind> {
                match table {
                    #(#arms)*
                    _ => None,
                }
            }
        }
    }

    fn kinds(&self, layers: &[(CompositeId, &Composite)]) -> TokenStream {
        let names: Vec<Ident> = layers.iter().map(|(_, composite)| ident(&camel(&composite.name))).collect();
        let paths: Vec<TokenStream> = layers.iter().map(|(id, _)| self.composite_path(*id)).collect();
        let abouts = abouts(layers);
        let (kinds, views, step) = (self.layer_kinds(layers, &names), self.views(layers), self.step(layers));
        let (methods, next) = (self.layer_methods(layers, &names, &paths), following());
        let relations = self.layer_relations();
        quote! {
            #kinds

            /// A layer of any kind.
            #[derive(Clone, Copy, Debug)]
            #[non_exhaustive]
            pub enum Layer<'a> { #(#[doc = #abouts] #names(#paths<'a>),)* }

            impl<'a> Layer<'a> { #methods #relations }

            impl Fields for Layer<'_> {
                fn fields(&self, visitor: &mut dyn FieldVisitor) {
                    match self { #(Self::#names(view) => view.fields(visitor),)* }
                }

                fn carries_layer(&self) -> bool {
                    matches!(self.next(), Next::Layer(..))
                }
            }

            shown_layer!(Layer);

            #views

            #step

            #next
        }
    }

    /// What can be asked of a layer of any kind.
    fn layer_methods(
        &self,
        layers: &[(CompositeId, &Composite)],
        names: &[Ident],
        paths: &[TokenStream],
    ) -> TokenStream {
        let checks = self.layer_checks(layers, names);
        let upon = layers.iter().zip(names).zip(paths).filter(|(((id, _), _), _)| self.reads_upon(*id));
        let upon = upon.map(|(((_, composite), name), path)| {
            let needs = self.needs(composite).into_iter().map(|_| quote!(below));
            quote!(LayerKind::#name => #path::parse_upon(region #(, #needs)*).map(Self::#name),)
        });
        let upon: Vec<TokenStream> = upon.collect();
        let next = layers.iter().map(|(id, _)| if self.is_foreign(*id) { quote!(follow) } else { quote!(next) });
        let next: Vec<TokenStream> = next.collect();
        quote! {
            /// Reads a layer of that kind from the start of a region.
            ///
            /// # Errors
            ///
            /// The bytes can't be one.
            #[inline]
            pub fn parse(kind: LayerKind, region: Region<'a>) -> Result<Self, Error> {
                Ok(match kind { #(LayerKind::#names => Self::#names(#paths::parse(region)?),)* })
            }

            /// The same upon other layers: some checks and lengths are theirs to decide, and [`Layer::parse`] leaves these open.
            ///
            /// # Errors
            ///
            /// The bytes can't be one upon these layers.
            #[inline]
            pub fn parse_upon(kind: LayerKind, region: Region<'a>, below: &Below<'_, 'a>) -> Result<Self, Error> {
                match kind {
                    #(#upon)*
                    _ => Self::parse(kind, region),
                }
            }

            /// Which it is.
            #[must_use]
            pub const fn kind(&self) -> LayerKind {
                match self { #(Self::#names(_) => LayerKind::#names,)* }
            }

            /// What follows in its payload.
            #[must_use]
            pub fn next(&self) -> Next<'a> {
                match self { #(Self::#names(view) => view.#next(),)* }
            }

            /// How to find out what follows in its payload: for those who know more layers than there are here.
            #[must_use]
            pub fn following(&self) -> Option<packet_core::plain::Following<'a>> {
                match self { #(Self::#names(view) => view.following(),)* }
            }

            /// Where it stands.
            #[inline]
            #[must_use]
            pub fn region(&self) -> Region<'a> {
                match self { #(Self::#names(view) => view.region(),)* }
            }

            #checks
        }
    }

    /// What is wrong with a layer of any kind.
    fn layer_checks(&self, layers: &[(CompositeId, &Composite)], names: &[Ident]) -> TokenStream {
        let arms = |method: TokenStream| -> Vec<TokenStream> {
            let arm = |((_, composite), name): (&(CompositeId, &Composite), &Ident)| {
                let needs = self.needs(composite).into_iter().map(|_| quote!(below));
                quote!(Self::#name(view) => view.#method(#(#needs),*),)
            };
            layers.iter().zip(names).map(arm).collect()
        };
        let (regular, plain) = (arms(quote!(is_regular)), arms(quote!(is_plain)));
        let anomalies = layers.iter().zip(names).map(|((_, composite), name)| {
            let needs = self.needs(composite).into_iter().map(|_| quote!(below,));
            quote!(Self::#name(view) => view.anomalies(#(#needs)* report),)
        });
        let anomalies: Vec<TokenStream> = anomalies.collect();
        quote! {
            /// Whether nothing is wrong with it, as it stands upon the layers below.
            #[inline]
            #[must_use]
            pub fn is_regular(&self, below: &Below<'_, 'a>) -> bool {
                match self { #(#regular)* }
            }

            /// The same, and whether its lists and structs hold nothing but numbers.
            #[inline]
            #[must_use]
            pub fn is_plain(&self, below: &Below<'_, 'a>) -> bool {
                match self { #(#plain)* }
            }

            /// Tells what is not as it should be, as it stands upon the layers below, one by one.
            pub fn anomalies(&self, below: &Below<'_, 'a>, report: &mut dyn FnMut(Anomaly)) {
                match self { #(#anomalies)* }
            }
        }
    }

    /// A table as a function from keys to layers.
    fn table(&self, table: &Table) -> TokenStream {
        let (name, key) = (ident(&table.name), Number::of_bits(table.bits).tokens());
        let uses_rest = table.rows.iter().any(|row| row.guard.is_some());
        let payload = if uses_rest { quote!(payload: Region<'_>) } else { quote!(_: Region<'_>) };
        let arms = table.rows.iter().map(|row| self.row(table, row));
        let arms: Vec<TokenStream> = arms.collect();
        let about =
            format!(" The layer of a key of `{}`; the payload is looked at where a row asks for it.", table.name);
        quote! {
            #[doc = #about]
            #[inline]
            #[must_use]
            pub fn #name(key: #key, #payload) -> Option<LayerKind> {
                Some(match key {
                    #(#arms)*
                    _ => return None,
                })
            }
        }
    }

    fn row(&self, table: &Table, row: &Row) -> TokenStream {
        let kind = ident(&camel(&self.schema[row.layer].name));
        let pattern = leads::pattern(row);
        let guard = match row.guard {
            Some(guard) => {
                let env = Env {
                    it: Some(Code::new(quote!(key), Kind::Number(Number::of_bits(table.bits)))),
                    rest: Some(quote!(payload.bytes())),
                    ..Env::default()
                };
                match self.expr(&env, guard).and_then(|code| holds(&code)) {
                    Some(test) => Some(quote!(if #test)),
                    None => return self.left_out(row.layer, "the guard of a row"),
                }
            }
            None => None,
        };
        quote!(#pattern #guard => LayerKind::#kind,)
    }

    /// What may begin somewhere, and what is guessed where no key says it.
    fn probes(&self) -> TokenStream {
        let mut guesses: Vec<&Probe> = self.schema.probes.iter().filter(|probe| probe.score > 0).collect();
        guesses.sort_by_key(|probe| std::cmp::Reverse(probe.score));
        let functions = self.schema.probes.iter().enumerate().map(|(index, probe)| self.probe(index, probe));
        let functions: Vec<TokenStream> = functions.collect();
        let guesses = guesses.into_iter().map(|probe| {
            let (function, kind) = (self.probe_ident(probe), ident(&camel(&self.schema[probe.layer].name)));
            let tables = probe.tables.iter().map(|table| &self.schema[*table].name);
            let asked = (!probe.tables.is_empty()).then(|| quote!(matches!(table, #(#tables)|*) &&));
            quote!(if #asked #function(payload) { return Some(LayerKind::#kind); })
        });
        let guesses: Vec<TokenStream> = guesses.collect();
        let mut layers: Vec<CompositeId> = self.schema.probes.iter().map(|probe| probe.layer).collect();
        layers.dedup();
        let guards = layers.iter().map(|&layer| {
            let kind = ident(&camel(&self.schema[layer].name));
            let tests = self.schema.probes.iter().filter(|probe| probe.layer == layer).map(|probe| {
                let function = self.probe_ident(probe);
                quote!(#function(payload))
            });
            quote!(LayerKind::#kind => #(#tests)||*,)
        });
        let guards: Vec<TokenStream> = guards.collect();
        quote! {
            #(#functions)*

            /// The layer that a payload looks like most, where any, and no key of that table leads to one.
            // Whoever asks knows the table, and keeps only its probes.
            #[inline(always)]
            #[must_use]
            pub fn guess(table: &str, payload: Region<'_>) -> Option<LayerKind> {
                #(#guesses)*
                let _ = (table, payload);
                None
            }

            /// Whether a layer that repeats on a stream can begin here: a piece of a stream may start in the middle of one.
            #[inline]
            #[must_use]
            pub fn may_begin(kind: LayerKind, payload: Region<'_>) -> bool {
                if !kind.is_stream() { return true; }
                match kind {
                    #(#guards)*
                    _ => true,
                }
            }
        }
    }

    fn probe_ident(&self, probe: &Probe) -> Ident {
        let index = self.schema.probes.iter().position(|other| std::ptr::eq(other, probe)).unwrap_or(0);
        let earlier = self.schema.probes.iter().take(index).filter(|other| other.layer == probe.layer).count();
        let key = &self.schema[probe.layer].key;
        if earlier == 0 { format_ident!("looks_like_{key}") } else { format_ident!("looks_like_{key}_{}", earlier + 1) }
    }

    /// A probe: reads the layer as far as its condition needs.
    fn probe(&self, _: usize, probe: &Probe) -> TokenStream {
        let function = self.probe_ident(probe);
        let composite = &self.schema[probe.layer];
        let about = format!(" Whether a payload looks like `{}`.", composite.name);
        let Some(test) = self.probe_body(probe).and_then(|body| Some((self.probe_guard(probe)?, body))) else {
            self.gap(probe.layer, "a probe");
            return TokenStream::new();
        };
        let (guard, test) = test;
        quote! {
            #[doc = #about]
            #[inline]
            #[must_use]
            pub fn #function(payload: Region<'_>) -> bool {
                #guard contained(|| { let cursor = &mut Cursor::new(payload); #test }).unwrap_or(false)
            }
        }
    }

    /// What is looked at before a layer is read, if anything.
    fn probe_guard(&self, probe: &Probe) -> Option<TokenStream> {
        let Some(guard) = probe.guard else { return Some(TokenStream::new()) };
        let env = Env { rest: Some(quote!(payload.bytes())), ..Env::default() };
        let test = holds(&self.expr(&env, guard)?)?;
        Some(quote!(#test &&))
    }

    fn probe_body(&self, probe: &Probe) -> Option<TokenStream> {
        let mut start = self.schema[probe.layer].clone();
        match probe.last {
            Some(last) => {
                until(&mut start.body, last);
                start.fields.retain(|field| self.schema[*field].slot <= self.schema[last].slot);
            }
            None => start.body = Block::default(),
        }
        let shape = shape::shape_of(self.schema, &start, &start.body);
        let mut reader = Reader::new(self, probe.layer, false)?;
        (reader.shape, reader.used) = (&shape, self.used(&start));
        self.fields_of(probe.condition, &mut reader.used);
        let body = reader.block(&start.body);
        let test = reader.writer.expr(&reader.env, probe.condition).and_then(|code| holds(&code))?;
        let start = super::interface::mentions(&body, "start").then(|| quote!(let start = *cursor;));
        Some(quote!(#start #body Ok(#test)))
    }

    /// What the layers below one offer as an interface: the first that offers it, and those above that that pass it on.
    fn below(&self, id: InterfaceId, layers: &[(CompositeId, &Composite)]) -> TokenStream {
        let (interface, path) = (&self.schema[id], self.interface_path(id));
        let members = interface.members.iter().enumerate().map(|(index, member)| {
            let (name, params, result) = (ident(&member.name), member_params(member), member_type(member));
            let (args, method) = (member_args(member), provided_ident(interface, member));
            let arms = layers.iter().filter_map(|(_, composite)| {
                let CompositeKind::Layer(layer) = &composite.kind else { return None };
                let provide = layer.provides.iter().find(|provide| provide.interface == id)?;
                let kind = ident(&camel(&composite.name));
                let given = provide.members.get(index).is_some_and(Option::is_some);
                Some(match (given, provide.passes) {
                    (true, _) => quote!(Layer::#kind(view) => view.#method(rest, late #(, #args)*),),
                    (false, true) => quote!(Layer::#kind(_) => rest.#name(late #(, #args)*),),
                    (false, false) => quote!(Layer::#kind(_) => None,),
                })
            });
            let arms: Vec<TokenStream> = arms.collect();
            quote! {
                fn #name(&self, late: &dyn #path #(, #params)*) -> Option<#result> {
                    self.top(|top, rest| match top {
                        #(#arms)*
                        _ => None,
                    })
                }
            }
        });
        let members: Vec<TokenStream> = members.collect();
        quote!(impl #path for Below<'_, '_> { #(#members)* })
    }
}

/// The struct that a field holds, or the elements of its list are.
fn held_struct(ty: &Type) -> Option<CompositeId> {
    match ty {
        Type::Struct(id, _) => Some(*id),
        Type::List(element, _) => held_struct(element),
        _ => None,
    }
}

/// What may follow a layer, and what lies below it.
fn following() -> TokenStream {
    let below = super::kinds::below();
    quote! {
        /// What is in a payload.
        pub type Next<'a> = packet_core::stack::Next<'a, LayerKind>;

        /// What follows a layer that knows no stack, as one that derives it.
        impl packet_core::stack::Known for LayerKind {
            fn that_follows(following: &packet_core::plain::Following<'_>) -> Option<Self> {
                use packet_core::plain::Way;
                let payload = following.payload;
                let kind = following.ways().find_map(|way| match way {
                    Way::Layer(name) => Self::ALL.iter().copied().find(|kind| kind.name() == name),
                    Way::Key { table, key } => tables::by_name(table, key, payload).filter(|kind| may_begin(*kind, payload)),
                    Way::Probe { table } => guess(table, payload),
                });
                kind.filter(|kind| may_begin(*kind, payload))
            }
        }

        #below
    }
}

/// Cuts a block behind a field.
fn until(block: &mut Block, last: FieldId) -> bool {
    let mut kept = 0;
    for item in &mut block.items {
        kept += 1;
        let found = match item {
            Item::Run(run) => match run.fields.iter().position(|&field| field == last) {
                Some(at) => {
                    run.fields.truncate(at + 1);
                    true
                }
                None => false,
            },
            Item::Field(field) => *field == last,
            Item::Container { fields, .. } => fields.contains(&last),
            Item::If { then, otherwise, .. } => until(then, last) | until(otherwise, last),
            Item::Match(choice) => choice.arms.iter_mut().any(|arm| match &mut arm.action {
                Action::Read(_, block) => until(block, last),
                Action::Stop | Action::Reject(_) => false,
            }),
            _ => false,
        };
        if found {
            block.items.truncate(kept);
            return true;
        }
    }
    false
}

/// Generates the module in which the layers of all modules stand upon each other. `paths` are those of their modules, as for
/// [`super::module`].
#[must_use]
pub fn stack(schema: &packet_schema::Schema, paths: &dyn Fn(ModuleId) -> TokenStream) -> super::Generated {
    stack_beside(schema, paths, u32::MAX)
}

/// The same where the modules from `own` on are of another crate: what follows their layers is said here, by the tables of all.
#[must_use]
pub fn stack_beside(
    schema: &packet_schema::Schema,
    paths: &dyn Fn(ModuleId) -> TokenStream,
    own: u32,
) -> super::Generated {
    // No module of the schema is the one that is written: every path is spelled out.
    let writer = Writer::new(schema, ModuleId(u32::MAX), paths, None);
    let writer = Writer { foreign: super::foreign(schema, own), ..writer };
    let tokens = writer.stack_module();
    super::Generated { tokens, gaps: writer.gaps.into_inner() }
}
