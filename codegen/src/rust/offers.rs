//! What a layer gives to those above it while they are written.

use super::emit::{Emitter, Made, used};
use super::expr::{Code, Env, Kind};
use super::layers::from;
use super::number::Number;
use super::place::mentions;
use super::value::{Form, Slot};
use packet_schema::model::{Expr, ExprId, Layer, MemberType, Provide, Type};
use packet_schema::tree::BinaryOp;
use proc_macro2::{Ident, Literal, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote};

impl Emitter<'_, '_> {
    /// What the layers above see, and how it is made.
    pub(super) fn below(&self, layer: &Layer) -> Made<(TokenStream, TokenStream)> {
        if layer.provides.is_empty() {
            return Ok((TokenStream::new(), quote!(&Nothing)));
        }
        let (mut octets, mut numbers) = (Vec::new(), Vec::new());
        for provide in &layer.provides {
            self.provided(provide, layer, false, &mut octets, &mut numbers)?;
        }
        let all = quote!(#(#octets)* #(#numbers)*);
        let from_view = mentions(&all, "written");
        let from_list = mentions(&all, "listed");
        let view_type = self.view_type();
        let setup = if from_view {
            quote!(let written = #view_type::parse(Region::new(self.front)).ok();)
        } else if from_list {
            let bytes = Literal::u32_unsuffixed(self.head_bytes);
            let (_, element) = self.list_behind_head().ok_or("a list")?;
            let element = self.view_path(element);
            quote!(let listed = List::<#element>::filling(
                Region::new(self.front.get(#bytes..).unwrap_or_default()), ());)
        } else {
            TokenStream::new()
        };
        let (octets, numbers) = (quote!(#(#octets)*), quote!(#(#numbers)*));
        let with_setup = |body: TokenStream| {
            let needed = mentions(&body, "written") || mentions(&body, "listed");
            if needed { quote!(#setup #body) } else { body }
        };
        let (octets, numbers) = (with_setup(octets), with_setup(numbers));
        if !mentions(&octets, "listed") {
            return Ok(self.below_type(&octets, None, &numbers));
        }
        // Most packets have nothing in that list, and what looks into it is long.
        let mut without = Vec::new();
        self.empty.set(true);
        let mut all = layer.provides.iter();
        let done = all.try_for_each(|provide| self.provided(provide, layer, true, &mut without, &mut Vec::new()));
        self.empty.set(false);
        done?;
        let bytes = Literal::u32_unsuffixed(self.head_bytes);
        let without = quote! {
            if self.front.len() > #bytes {
                let (seen, asker) = (*self, *asker);
                return to.rarely(
                    #[inline(always)] move |to| seen.octets_with_list::<INTERFACE, MEMBER, _, _>(&asker, args, to),
                );
            }
            #(#without)*
        };
        Ok(self.below_type(&without, Some(&octets), &numbers))
    }

    /// The type of what the layers above see, and how it is made.
    fn below_type(
        &self,
        octets: &TokenStream,
        with_list: Option<&TokenStream>,
        numbers: &TokenStream,
    ) -> (TokenStream, TokenStream) {
        let (name, value, settled) =
            (format_ident!("{}Below", self.plan.scopes[0].name), self.name(), self.settled_name());
        let lifetime = self.crafter.borrows(self.id).then(|| quote!(<'p>));
        let all = quote!(#octets #with_list #numbers);
        let kept = |name: &str, ty: TokenStream| {
            let ident = format_ident!("{name}");
            mentions(&all, name).then(|| (quote!(#ident: #ty,), ident))
        };
        let seen = self.seen(&all);
        let value = seen.as_ref().map_or(quote!(&'p #value #lifetime), |(name, ..)| quote!(#name));
        let fields = [
            kept("value", value),
            kept("settled", settled.to_token_stream()),
            kept("front", quote!(&'p [u8])),
            kept("below", quote!(&'p B)),
        ];
        let (types, given): (Vec<TokenStream>, Vec<Ident>) = fields.into_iter().flatten().unzip();
        let (seen, copied) = seen.map_or((None, None), |(_, seen, copied)| (Some(seen), Some(copied)));
        let given = given.into_iter().map(|name| match &copied {
            Some(copied) if name == "value" => quote!(value: #copied,),
            _ => quote!(#name,),
        });
        let looks_below = mentions(&all, "below");
        let (generics, arguments) =
            if looks_below { (quote!(<B: Below>), quote!(B)) } else { (TokenStream::new(), TokenStream::new()) };
        let borrows = types.iter().any(|ty| mentions(ty, "p"));
        let (parameters, lower) = match (borrows, looks_below) {
            (false, _) => (TokenStream::new(), TokenStream::new()),
            (true, true) => (quote!(<'p, B>), quote!('_,)),
            (true, false) => (quote!(<'p>), quote!('_)),
        };
        let with_list = with_list.map(|octets| list_method(&generics, &quote!(#name<#lower #arguments>), octets));
        let members = members(octets, numbers);
        let definition = quote! {
            #seen

            /// What the layers above see.
            #[derive(Clone, Copy)]
            struct #name #parameters {
                #(#types)*
            }

            #with_list

            impl #generics Below for #name<#lower #arguments> { #members }
        };
        (definition, quote!(&#name { #(#given)* }))
    }

    /// The fields of the value that the layers above see: their type, its definition, and how it is made. It is a copy, so that
    /// the value itself need not be kept in memory; nothing where a field can't be copied.
    fn seen(&self, looking: &TokenStream) -> Option<(Ident, TokenStream, TokenStream)> {
        let named = |slot: &&Slot| slot.scope == 0 && mentions_member(looking, &slot.name);
        let mut slots: Vec<&Slot> = self.plan.slots.values().filter(named).collect();
        slots.sort_by_key(|slot| slot.name.to_string());
        slots.dedup_by_key(|slot| &slot.name);
        let is_copied = |slot: &&Slot| {
            let is_number = matches!(slot.form, Form::Number(..) | Form::Array(_) | Form::Mac | Form::Ipv6);
            is_number && !slot.optional
        };
        if slots.is_empty() || !slots.iter().all(is_copied) {
            return None;
        }
        let ty = format_ident!("{}Seen", self.plan.scopes[0].name);
        let names: Vec<&Ident> = slots.iter().map(|slot| &slot.name).collect();
        let types = slots.iter().map(|slot| self.crafter.slot_type(slot));
        let definition = quote! {
            /// The fields that the layers above see.
            #[derive(Clone, Copy)]
            struct #ty {
                #(#names: #types,)*
            }
        };
        let copied = quote!(#ty { #(#names: value.#names,)* });
        Some((ty, definition, copied))
    }

    /// The members that a layer gives.
    fn provided(
        &self,
        provide: &Provide,
        layer: &Layer,
        empty: bool,
        octets: &mut Vec<TokenStream>,
        numbers: &mut Vec<TokenStream>,
    ) -> Made<()> {
        let members = &self.crafter.schema[provide.interface].members;
        for (at, (definition, value)) in members.iter().zip(&provide.members).enumerate() {
            let Some(value) = value else { continue };
            let missing = || format!("the member `{}`", definition.name);
            let (interface, name) = self.names_of(provide.interface, at as u32);
            let mut own = self.member_env(layer, false);
            if empty {
                self.know_absent(&mut own, *value);
            }
            let (of, into) = match definition.ty {
                MemberType::Bytes => (&mut *octets, self.octets(*value, &own)),
                MemberType::Uint(_) | MemberType::Bool => (&mut *numbers, self.number_of_member(*value, &own)),
            };
            let into = match (into, definition.ty) {
                (Some(into), _) => into,
                (None, MemberType::Bytes) => {
                    let by_view = self.octets(*value, &self.member_env(layer, true)).ok_or_else(missing)?;
                    quote!(let written = written?; #by_view)
                }
                (None, _) => {
                    let by_view = self.number_of_member(*value, &self.member_env(layer, true)).ok_or_else(missing)?;
                    quote!(let written = written?; #by_view)
                }
            };
            let result = if definition.ty == MemberType::Bytes { quote!(return Some(());) } else { quote!() };
            of.push(quote! {
                if const { is_named(INTERFACE, #interface) && is_named(MEMBER, #name) } { #into #result }
            });
        }
        if provide.passes {
            let (interface, _) = self.names_of(provide.interface, 0);
            let is_asked = quote!(const { is_named(INTERFACE, #interface) });
            octets.push(quote! {
                if #is_asked { return below.octets::<INTERFACE, MEMBER, _, _>(asker, args, to); }
            });
            numbers.push(quote!(if #is_asked { return below.number::<INTERFACE, MEMBER, _>(asker, args); }));
        }
        Ok(())
    }

    /// What names stand for in a member: the value's fields, or those of the view of what was written.
    fn member_env(&self, layer: &Layer, by_view: bool) -> Env {
        let mut env = if by_view { Env::default() } else { self.env(&quote!(value)) };
        if by_view {
            for &field in &self.composite.fields {
                if let Some(code) = self.crafter.writer.access_from(&quote!(written), self.id, field) {
                    env.fields.insert(field, code);
                }
            }
        } else if let Some((list, element)) = self.list_behind_head() {
            env.fields.insert(list, Code::new(quote!(listed), Kind::Views(element)));
        }
        self.know_below(&mut env, layer, &quote!((*below)));
        env
    }

    /// Makes known which value a choice has that asks for something in the list behind the head, where that is empty.
    fn know_absent(&self, env: &mut Env, id: ExprId) {
        let expr = &self.crafter.schema[id];
        expr.children().into_iter().for_each(|child| self.know_absent(env, child));
        if let Expr::Cond(condition, _, otherwise) = expr
            && self.is_absent(*condition)
            && let Some(code) = self.crafter.writer.expr(env, *otherwise)
        {
            env.known.insert(id, code);
        }
    }

    /// Whether a condition asks first whether something is in the list behind the head.
    fn is_absent(&self, id: ExprId) -> bool {
        let schema = self.crafter.schema;
        let list = self.list_behind_head().map(|(list, _)| list);
        let of_list = |expr: &Expr| matches!(expr, Expr::Field(fields) if fields.first().copied() == list);
        match &schema[id] {
            Expr::Binary(BinaryOp::And, left, _) => self.is_absent(*left),
            Expr::Binary(BinaryOp::Eq, left, right) => {
                let looks = matches!(schema[*left], Expr::Smallest(0, 1, _)) && matches!(schema[*right], Expr::Int(0));
                looks && self.find(*left, &of_list).is_some()
            }
            _ => false,
        }
    }

    fn number_of_member(&self, id: ExprId, env: &Env) -> Option<TokenStream> {
        let mut env = env.clone();
        self.know_args(&mut env, id);
        let code = self.crafter.writer.expr(&env, id)?;
        let number = code.typed_number(Number::U128)?;
        Some(quote!(return Some(#number);))
    }

    fn know_args(&self, env: &mut Env, id: ExprId) {
        let expr = &self.crafter.schema[id];
        if let Expr::Arg(index) = expr {
            let index = Literal::u32_unsuffixed(*index);
            env.known.insert(id, Code::maybe(quote!(*args.get(#index)?), Kind::Number(Number::U64)));
        }
        expr.children().into_iter().for_each(|child| self.know_args(env, child));
    }

    /// What puts the bytes of an expression into the sink.
    fn octets(&self, id: ExprId, env: &Env) -> Option<TokenStream> {
        let mut env = env.clone();
        self.know_args(&mut env, id);
        let schema = self.crafter.schema;
        match &schema[id] {
            Expr::Binary(BinaryOp::Concat, left, right) => {
                let (left, right) = (self.octets(*left, &env)?, self.octets(*right, &env)?);
                Some(quote!(#left #right))
            }
            Expr::Cond(condition, _, no) if self.empty.get() && self.is_absent(*condition) => self.octets(*no, &env),
            Expr::Cond(condition, yes, no) => {
                let test = self.crafter.writer.expr(&env, *condition)?.truth()?;
                let (yes, no) = (self.octets(*yes, &env)?, self.octets(*no, &env)?);
                Some(quote!(if #test { #yes } else { #no }))
            }
            Expr::ToBytes { of, bits, little: false } => {
                let number = self.crafter.writer.expr(&env, *of)?.typed_number(Number::U128)?;
                let bits = Literal::u32_unsuffixed(*bits);
                Some(quote!(to.number(#number, #bits);))
            }
            Expr::Carrier { via, interface, member, args } => {
                let args: Vec<TokenStream> = args
                    .iter()
                    .map(|&arg| self.crafter.writer.expr(&env, arg)?.typed_number(Number::U64))
                    .collect::<Option<_>>()?;
                let (name, asker) = (self.member(*interface, *member), from(*via, &quote!((*below))));
                Some(quote!(#asker.octets::<#name, _, _>(#asker, &[#(#args),*], to)?;))
            }
            Expr::Slice(of, first, last) => {
                let Expr::Carrier { via, interface, member, .. } = &schema[*of] else {
                    return self.plain_octets(id, &env);
                };
                let (name, asker) = (self.member(*interface, *member), from(*via, &quote!((*below))));
                let first = self.crafter.writer.expr(&env, *first)?.typed_number(Number::U64)?;
                let last = self.crafter.writer.expr(&env, *last)?.typed_number(Number::U64)?;
                Some(quote! {
                    let octets = Octets::of::<#name, _>(#asker, &[])?;
                    to.bytes(slice(octets.bytes(), #first, #last)?);
                })
            }
            _ => self.plain_octets(id, &env),
        }
    }

    fn plain_octets(&self, id: ExprId, env: &Env) -> Option<TokenStream> {
        if let Expr::Index(of, at) = &self.crafter.schema[id]
            && let Expr::Field(fields) = &self.crafter.schema[*of]
            && let Some(Form::Addresses | Form::Arrays(_)) =
                fields.first().and_then(|field| self.plan.slots.get(field)).map(|slot| &slot.form)
        {
            let list = self.crafter.writer.expr(env, *of)?.tokens;
            // The length of such a list is asked for too, to find its last element.
            let mut env = env.clone();
            self.know_lengths(&mut env, *at, &list);
            let at = self.crafter.writer.expr(&env, *at)?.typed_number(Number::U64)?;
            return Some(quote!(to.bytes(#list.get(usize::try_from(#at).ok()?)?);));
        }
        let code = self.crafter.writer.expr(env, id)?;
        let tokens = &code.tokens;
        Some(match code.kind {
            Kind::Bytes => quote!(to.bytes(#tokens);),
            Kind::Number(_) => {
                let (number, bits) = (code.typed_number(Number::U128)?, self.width_of(id)?);
                let bits = Literal::u32_unsuffixed(bits);
                quote!(to.number(#number, #bits);)
            }
            _ => return None,
        })
    }

    fn know_lengths(&self, env: &mut Env, id: ExprId, list: &TokenStream) {
        let expr = &self.crafter.schema[id];
        if let Expr::Len(_) = expr {
            env.known.insert(id, Code::new(quote!((#list.len() as u64)), Kind::Number(Number::U64)));
        }
        expr.children().into_iter().for_each(|child| self.know_lengths(env, child, list));
    }

    /// How many bits a number has on the wire.
    pub(super) fn width_of(&self, id: ExprId) -> Option<u32> {
        let schema = self.crafter.schema;
        let of_type = |ty: &Type| match ty {
            Type::Uint { bits, .. } => Some(*bits),
            _ => None,
        };
        match &schema[id] {
            Expr::Field(fields) => of_type(&schema[*fields.first()?].ty),
            Expr::Member(_, fields) => match &schema[*fields.first()?].ty {
                Type::List(element, _) => of_type(element),
                ty => of_type(ty),
            },
            Expr::Index(of, _) => match &schema[*of] {
                Expr::Field(fields) | Expr::Member(_, fields) => match &schema[*fields.first()?].ty {
                    Type::List(element, _) => of_type(element),
                    _ => Some(8),
                },
                _ => None,
            },
            Expr::ToBytes { bits, .. } => Some(*bits),
            Expr::Cond(_, yes, _) => self.width_of(*yes),
            // An argument's own width, or that of the member's parameter.
            Expr::Arg(index) => schema.interfaces.iter().find_map(|interface| {
                let members = interface.members.iter().filter(|member| !member.params.is_empty());
                let mut found = members.filter_map(|member| member.params.get(*index as usize));
                found.next().map(|(_, bits)| *bits)
            }),
            _ => None,
        }
    }
}

/// Whether a member of the value is named in some tokens.
fn mentions_member(tokens: &TokenStream, name: &Ident) -> bool {
    let mut path = [None, None, None];
    tokens.clone().into_iter().any(|tree| {
        if let TokenTree::Group(group) = &tree
            && mentions_member(&group.stream(), name)
        {
            return true;
        }
        path = [path[1].take(), path[2].take(), Some(tree.to_string())];
        let [Some(value), Some(point), Some(member)] = &path else { return false };
        value == "value" && point == "." && *name == member
    })
}

/// The methods that give members.
fn members(octets: &TokenStream, numbers: &TokenStream) -> TokenStream {
    let [asker, args, to] = ["asker", "args", "to"].map(|name| used(name, octets));
    let [asker_2, args_2] = ["asker", "args"].map(|name| used(name, numbers));
    let (open_octets, open_numbers) = (opened(octets), opened(numbers));
    quote! {
        #[inline(always)]
        fn octets<const INTERFACE: u64, const MEMBER: u64, A: Below, S: Sink>(
            &self, #asker: &A, #args: &[u64], #to: &mut S,
        ) -> Option<()> {
            #open_octets
            #octets
            None
        }

        #[inline(always)]
        fn number<const INTERFACE: u64, const MEMBER: u64, A: Below>(&self, #asker_2: &A, #args_2: &[u64]) -> Option<u128> {
            #open_numbers
            #numbers
            None
        }
    }
}

/// The method that gives members where there is something in the list behind the head.
fn list_method(generics: &TokenStream, ty: &TokenStream, octets: &TokenStream) -> TokenStream {
    let opened = opened(octets);
    quote! {
        impl #generics #ty {
            /// The same where there is something in the list behind the head.
            fn octets_with_list<const INTERFACE: u64, const MEMBER: u64, A: Below, S: Sink>(
                &self, asker: &A, args: &[u64], to: &mut S,
            ) -> Option<()> {
                #opened
                #octets
                None
            }
        }
    }
}

/// Takes apart what the layers above see, as far as it is looked at.
fn opened(body: &TokenStream) -> TokenStream {
    let names = ["value", "settled", "below"].into_iter().filter(|name| mentions(body, name));
    let names: Vec<Ident> = names.map(|name| format_ident!("{name}")).collect();
    if names.is_empty() { TokenStream::new() } else { quote!(let Self { #(#names,)* .. } = self;) }
}
