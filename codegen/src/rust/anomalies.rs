//! What is not as it should be, told one by one.

use super::Writer;
use super::expr::{Code, Env, Kind};
use super::names::{camel, ident};
use super::parse::{Reader, fails};
use super::shape::{Part, PartKind, Shape, is_judged, judged_prefix};
use packet_schema::model::{
    Action, Block, CompositeId, Encoding, Expect, Expr, ExprId, Extent, Field, FieldId, Item, Type,
};
use proc_macro2::TokenStream;
use quote::quote;

impl Writer<'_> {
    /// The methods of a composite's view and of those of its named arms that tell what is not as it should be.
    pub(super) fn anomalies(&self, id: CompositeId) -> TokenStream {
        let shape = &self.shapes[id.index()];
        let scopes =
            shape.scopes.iter().enumerate().filter(|(index, scope)| *index == 0 || scope.kept().next().is_some());
        scopes
            .map(|(index, scope)| {
                let name = ident(&scope.name);
                let mut body: TokenStream =
                    scope.kept().filter_map(|part| self.part_anomalies(id, shape, part)).collect();
                let mut params = TokenStream::new();
                if index == 0 {
                    let (env, asked) = self.asking_env(id);
                    params = quote!(#(#asked,)*);
                    let whole = self.composite_anomalies(id, &env);
                    if !body.is_empty() && self.covers_itself(id) {
                        body = quote! {
                            // What is derived from bytes that are not all there is not known.
                            let mut cut = self.region.is_truncated();
                            {
                                let report = &mut |anomaly| {
                                    cut |= anomaly == Anomaly::Truncated;
                                    report(anomaly);
                                };
                                #body
                            }
                        };
                    }
                    body.extend(whole);
                }
                let text = body.to_string();
                let unused = if index == 0 { self.unused_needs(id, &body) } else { Vec::new() };
                let ignore = (!unused.is_empty()).then(|| quote!(let _ = (#(#unused),*);));
                let report = if text.contains("report") { quote!(report) } else { quote!(_) };
                quote! {
                    impl<'a> #name<'a> {
                        /// Tells what is not as it should be, one by one.
                        pub fn anomalies(&self, #params #report: &mut dyn FnMut(Anomaly)) { #ignore #body }
                    }
                }
            })
            .collect()
    }

    /// Whether a derived value of a composite covers all of it.
    fn covers_itself(&self, id: CompositeId) -> bool {
        let derived = self.schema[id].fields.iter().map(|&field| &self.schema[field]);
        derived.filter(|field| field.verify.is_some()).any(|field| field.auto.is_some_and(|auto| self.names_self(auto)))
    }

    fn names_self(&self, id: ExprId) -> bool {
        let expr = &self.schema[id];
        matches!(expr, Expr::SelfBytes) || expr.children().into_iter().any(|child| self.names_self(child))
    }

    /// Whether something may be wrong with the parts of a composite themselves.
    fn has_nested(&self, id: CompositeId) -> bool {
        let shape = &self.shapes[id.index()];
        let parts = shape.scopes.first().into_iter().flat_map(|scope| scope.kept());
        parts.into_iter().any(|part| self.part_anomalies(id, shape, part).is_some())
    }

    /// What is wrong with a part itself.
    fn part_anomalies(&self, id: CompositeId, shape: &Shape, part: &Part) -> Option<TokenStream> {
        let name = ident(&part.name);
        match &part.kind {
            PartKind::Segment(segment) => {
                let array = if part.optional { quote!(bytes) } else { quote!(self.#name) };
                let checks = segment.fields.iter().filter_map(|&(id, bits)| {
                    let field = &self.schema[id];
                    self.constant_anomaly(id, &self.value(field, bits, &array)?)
                });
                let checks: TokenStream = checks.collect();
                if checks.is_empty() {
                    return None;
                }
                Some(if part.optional { quote!(if let Some(bytes) = self.#name { #checks }) } else { checks })
            }
            PartKind::Field(field) => {
                let contained = self.part_type(&self.schema[*field])?.to_string().starts_with("Result");
                let value = quote!(self.#name);
                let held = if part.optional || contained { quote!(value) } else { value.clone() };
                let body = self.value_anomalies(*field, &self.schema[*field], &held)?;
                Some(match (part.optional, contained) {
                    (false, false) => body,
                    (false, true) => quote!(if let Ok(value) = #value { #body }),
                    (true, false) => quote!(if let Some(value) = #value { #body }),
                    (true, true) => quote!(if let Some(Ok(value)) = #value { #body }),
                })
            }
            PartKind::Prefix(field) => {
                let judged = if part.optional { quote!(bytes) } else { quote!(self.#name) };
                let told = self.told_of_codec(id, judged_prefix(self.schema, &self.schema[*field].ty)?, &judged)?;
                Some(if part.optional { quote!(if let Some(bytes) = self.#name { #told }) } else { told })
            }
            PartKind::Choice(choice) => {
                let choice = shape.choices.get(*choice)?;
                let ty = ident(&choice.name);
                let arms = choice.arms.iter().filter(|arm| arm.1.is_some()).map(|&(variant, _)| {
                    let arm = self.variant_ident(id, variant);
                    quote!(#ty::#arm(view) => view.anomalies(report),)
                });
                let arms: Vec<TokenStream> = arms.collect();
                (!arms.is_empty()).then(|| quote!(match self.#name { #(#arms)* _ => {} }))
            }
        }
    }

    fn constant_anomaly(&self, id: FieldId, value: &Code) -> Option<TokenStream> {
        let (test, info) = (self.lenient_test(&self.schema[id], value)?, self.info(id));
        Some(quote!(if !(#test) { report(Anomaly::Constant(#info)); }))
    }

    /// What is wrong with the value of a field that varies.
    fn value_anomalies(&self, id: FieldId, field: &Field, value: &TokenStream) -> Option<TokenStream> {
        let inner = self.type_anomalies(&field.ty, id, field, value);
        let constant = match &field.ty {
            Type::Bytes(_) => self.constant_anomaly(id, &Code::new(value.clone(), Kind::Bytes)),
            _ => None,
        };
        match (inner, constant) {
            (None, None) => None,
            (inner, constant) => Some(quote!(#inner #constant)),
        }
    }

    fn type_anomalies(&self, ty: &Type, id: FieldId, field: &Field, value: &TokenStream) -> Option<TokenStream> {
        let info = self.info(id);
        match ty {
            Type::Struct(..) => Some(quote!(#value.anomalies(report);)),
            Type::Text(Encoding::Utf8, _) => {
                Some(quote!(if #value.as_str().is_none() { report(Anomaly::Encoding(#info)); }))
            }
            Type::Text(Encoding::Ascii | Encoding::NoCase, _) => {
                Some(quote!(if !#value.bytes().is_ascii() { report(Anomaly::Encoding(#info)); }))
            }
            Type::Codec(codec, _) if is_judged(self.schema, *codec) => {
                self.told_of_codec(field.owner, *codec, &quote!(#value.bytes))
            }
            Type::List(element, extent) if self.numbers_of(ty, field).is_none() => {
                // One that is counted is read with what holds it, which knows what is missing.
                let filling = matches!((extent, &**element), (Extent::ToEnd, Type::Bytes(_) | Type::Text(..)));
                let cut = filling.then(|| quote!(if #value.is_cut() { report(Anomaly::Truncated); }));
                let prefixes = self.prefixes_anomalies(element, field, value);
                let each = self.type_anomalies(element, id, field, &quote!(element));
                let each = each.map(|body| quote!(for element in #value.valid() { #body }));
                let told = quote!(#cut #prefixes #each);
                (!told.is_empty()).then_some(told)
            }
            _ => None,
        }
    }

    /// What is wrong with the numbers in front of the elements of a list.
    fn prefixes_anomalies(&self, element: &Type, field: &Field, list: &TokenStream) -> Option<TokenStream> {
        let codec = judged_prefix(self.schema, element)?;
        let told = self.told_of_codec(field.owner, codec, &quote!(prefix))?;
        let bytes = matches!(element, Type::Text(..)).then(|| quote!(.map(|text| text.bytes())));
        Some(quote!(for prefix in prefixes(#list.region().bytes(), #list.valid() #bytes) { #told }))
    }

    /// Tells what is wrong with how a codec's number is written, which some bytes hold.
    fn told_of_codec(&self, owner: CompositeId, codec: CompositeId, bytes: &TokenStream) -> Option<TokenStream> {
        if !self.schema[codec].params.is_empty() {
            self.gap(owner, "what is expected of a codec that is told something");
            return None;
        }
        let path = self.composite_path(codec);
        Some(quote!(#path::anomalies(#bytes, report);))
    }

    /// What is wrong with a composite as a whole.
    fn composite_anomalies(&self, id: CompositeId, env: &Env) -> TokenStream {
        let composite = &self.schema[id];
        let mut out = TokenStream::new();
        let mut expects = Vec::new();
        expects_in(&composite.body, &mut expects);
        for expect in expects {
            match self.expr(env, expect.condition).and_then(|code| fails(&code)) {
                Some(test) => out.extend(self.unexpected(id, expect, &test)),
                None => self.gap(id, &expect.name),
            }
        }
        for (field, _) in self.verified(composite) {
            match self.derived_anomaly(id, field, env) {
                Some(tokens) => out.extend(tokens),
                None => self.gap(id, "a derived value"),
            }
        }
        let unless_stopped = self.ends_by_itself(id);
        quote! {
            #out
            if self.region.is_truncated() #unless_stopped {
                report(Anomaly::Truncated);
            }
        }
    }

    /// The condition that no list has said where it ends: behind that nothing is missing of the composite.
    fn ends_by_itself(&self, id: CompositeId) -> Option<TokenStream> {
        let part = self.shapes[id.index()].scopes.first()?.parts.last()?;
        let PartKind::Field(field) = part.kind else { return None };
        let field = &self.schema[field];
        let Type::List(element, Extent::ToEnd) = &field.ty else { return None };
        let Type::Struct(element, _) = **element else { return None };
        let name = ident(&part.name);
        (self.stops(element) && !part.optional && field.within.is_none()).then(|| quote!(&& !self.#name.is_stopped()))
    }

    fn unexpected(&self, id: CompositeId, expect: &Expect, test: &TokenStream) -> TokenStream {
        let (owner, name, message) = (&self.schema[id].key, &expect.name, &expect.message);
        quote! {
            if #test {
                report(Anomaly::Unexpected { owner: #owner, name: #name, message: #message });
            }
        }
    }

    fn derived_anomaly(&self, id: CompositeId, field: FieldId, env: &Env) -> Option<TokenStream> {
        let (found, expected) = (env.fields.get(&field)?.option(), self.expected(id, field)?);
        let whole = (self.covers_itself(id) && self.has_nested(id)).then(|| quote!(!cut &&));
        let info = self.info(field);
        Some(quote! {
            if #whole let Some(expected) = #expected && #found.is_some_and(|found| found != expected) {
                report(Anomaly::Derived { field: #info, expected: u64::from(expected) });
            }
        })
    }

    /// The function of a number's codec that tells what is not as it should be in how a number is written.
    pub(super) fn codec_anomalies(&self, id: CompositeId) -> TokenStream {
        let composite = &self.schema[id];
        if !is_judged(self.schema, id) || !composite.params.is_empty() {
            return TokenStream::new();
        }
        let Some(mut reader) = Reader::new(self, id, true) else { return TokenStream::new() };
        let body = reader.block(&composite.body);
        let mut expects = Vec::new();
        expects_in(&composite.body, &mut expects);
        let checks = expects.into_iter().filter_map(|expect| {
            let test = fails(&self.expr(&reader.env, expect.condition)?)?;
            Some(self.unexpected(id, expect, &test))
        });
        let checks: Vec<TokenStream> = checks.collect();
        let name = ident(&camel(&composite.name));
        quote! {
            impl #name {
                /// Tells what is not as it should be in the bytes of one, one by one.
                pub fn anomalies(bytes: &[u8], report: &mut dyn FnMut(Anomaly)) {
                    let start = Cursor::new(Region::new(bytes));
                    let cursor = &mut start.clone();
                    // It was read before, so that it can be read again.
                    let _ = contained(|| { #body #(#checks)* Ok(()) });
                }
            }
        }
    }
}

/// What is expected anywhere in a block.
fn expects_in<'s>(block: &'s Block, found: &mut Vec<&'s Expect>) {
    for item in &block.items {
        match item {
            Item::Expect(expect) => found.push(expect),
            Item::If { then, otherwise, .. } => {
                expects_in(then, found);
                expects_in(otherwise, found);
            }
            Item::Match(choice) => {
                for arm in &choice.arms {
                    if let Action::Read(_, block) = &arm.action {
                        expects_in(block, found);
                    }
                }
            }
            Item::Repeat { body, .. } => expects_in(body, found),
            _ => {}
        }
    }
}
