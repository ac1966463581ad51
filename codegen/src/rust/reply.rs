//! How answers name their questions, as methods of both.

use super::Writer;
use super::expr::{Code, Env};
use super::names::{camel, ident};
use super::number::Number;
use super::parse::holds;
use packet_schema::model::{CompositeId, ExprId, FieldId, LayerRef, Recover, Reply};
use packet_schema::tree::BinaryOp;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};

impl Writer<'_> {
    /// The methods of a layer that may be an answer, or a question.
    pub(super) fn replies(&self, id: CompositeId) -> TokenStream {
        let mut methods = TokenStream::new();
        for (at, request) in self.requests_of(id).into_iter().enumerate() {
            methods.extend(self.answers(id, request, at == 0));
        }
        if self.asks(id) {
            methods.extend(self.asks_as(id));
        }
        for reply in self.schema.replies.iter().filter(|reply| reply.reply.layer == id) {
            methods.extend(reply.recovers.iter().filter_map(|recover| self.recovered(reply, recover)));
        }
        let name = ident(&camel(&self.schema[id].name));
        if methods.is_empty() { methods } else { quote!(impl<'a> #name<'a> { #methods }) }
    }

    /// The layers whose questions a layer answers.
    pub(super) fn requests_of(&self, id: CompositeId) -> Vec<CompositeId> {
        let mut found = Vec::new();
        for reply in self.schema.replies.iter().filter(|reply| reply.reply.layer == id) {
            found.extend(reply.request.as_ref().map(|part| part.layer).filter(|layer| !found.contains(layer)));
        }
        found
    }

    /// Whether a layer may be a question.
    pub(super) fn asks(&self, id: CompositeId) -> bool {
        self.schema.replies.iter().any(|reply| reply.request.as_ref().is_some_and(|part| part.layer == id))
    }

    /// The name of the method by which a layer answers another one.
    pub(super) fn answers_ident(&self, request: CompositeId, first: bool) -> proc_macro2::Ident {
        if first { format_ident!("replies_to") } else { format_ident!("replies_to_{}", self.schema[request].key) }
    }

    fn answers(&self, id: CompositeId, request: CompositeId, first: bool) -> TokenStream {
        let about = |reply: &&Reply| {
            reply.reply.layer == id && reply.request.as_ref().is_some_and(|part| part.layer == request)
        };
        let items = self.schema.replies.iter().filter(about).filter_map(|reply| {
            let asked = reply.request.as_ref()?;
            let (own, other) = (self.view_env(&quote!(self), &reply.reply), self.view_env(&quote!(request), asked));
            let mut forms: Vec<TokenStream> = self.form(&quote!(self), &reply.reply).into_iter().collect();
            forms.extend(self.form(&quote!(request), asked));
            let mut tests = self.checks(&own, &reply.reply_checks)?;
            tests.extend(self.checks(&other, &reply.request_checks)?);
            for &(left, right) in &reply.equations {
                tests.push(self.same((&other, left), (&own, right))?);
            }
            Some((forms, tests))
        });
        let items: Vec<_> = items.collect();
        if items.len() != self.schema.replies.iter().filter(about).count() {
            self.gap(id, "a reply");
        }
        let (body, name, path) = (verdict(&items), self.answers_ident(request, first), self.composite_path(request));
        let words = &self.schema[request].name;
        let about = format!(
            " Whether it answers a question that is `{words}`; nothing where the two have no forms of a question and its answer."
        );
        let is_reply = first.then(|| {
            quote! {
                /// Whether it is an answer to that question. Layers below are not compared.
                #[must_use]
                pub fn is_reply_to(&self, request: &#path<'_>) -> bool { self.replies_to(request) == Some(true) }
            }
        });
        quote! {
            #[doc = #about]
            #[must_use]
            pub fn #name(&self, request: &#path<'_>) -> Option<bool> { #body }

            #is_reply
        }
    }

    /// Whether two questions are the same, by what answers name of them.
    fn asks_as(&self, id: CompositeId) -> TokenStream {
        let name = ident(&camel(&self.schema[id].name));
        let forms = |part: &LayerRef| {
            let own = self.form(&quote!(self), part);
            own.into_iter().chain(self.form(&quote!(other), part)).collect()
        };
        let own = |part: &LayerRef| self.view_env(&quote!(self), part);
        let body = verdict(&self.questions(id, &own, &forms));
        quote! {
            /// Whether it asks what another one does, by what an answer would name; nothing where the forms that the two have
            /// are not those of one question. So the question is found that an error quotes.
            #[must_use]
            pub fn asks_as(&self, other: &#name<'_>) -> Option<bool> { #body }
        }
    }

    /// The forms and the tests by which two questions of a layer are the same, for each item about them.
    pub(super) fn questions(
        &self,
        id: CompositeId,
        own: &dyn Fn(&LayerRef) -> Env,
        forms: &dyn Fn(&LayerRef) -> Vec<TokenStream>,
    ) -> Vec<(Vec<TokenStream>, Vec<TokenStream>)> {
        let items = self.schema.replies.iter().filter_map(|reply| {
            let request = reply.request.as_ref().filter(|part| part.layer == id)?;
            let (own, other) = (own(request), self.view_env(&quote!(other), request));
            let mut tests = self.checks(&own, &reply.request_checks)?;
            tests.extend(self.checks(&other, &reply.request_checks)?);
            for &(left, _) in &reply.equations {
                tests.push(self.same((&own, left), (&other, left))?);
            }
            Some((forms(request), tests))
        });
        items.collect()
    }

    /// A field of the question that follows from the answer.
    fn recovered(&self, reply: &Reply, recover: &Recover) -> Option<TokenStream> {
        let env = self.view_env(&quote!(self), &reply.reply);
        let field = &self.schema[recover.field];
        let words = field.name.as_deref()?.replace('_', " ");
        let method = format_ident!("request_{}", field.name.as_deref()?);
        let (_, bits) = super::number::meaning(field)?;
        let number = Number::of_bits(bits);
        let ty = number.tokens();
        // A number that is reckoned runs around as those of its field do.
        let value = self.expr(&env, recover.value)?.typed_number(Number::I128)?;
        let value = if bits < number.bits() {
            let mask = super::number::mask(bits);
            quote!(((#value & #mask) as #ty))
        } else {
            quote!((#value as #ty))
        };
        let condition = match recover.condition {
            Some(condition) => {
                let test = holds(&self.expr(&env, condition)?)?;
                quote!(if !(#test) { return None; })
            }
            None => TokenStream::new(),
        };
        let about = format!(" The {words} of the question that it answers, where that follows from it.");
        Some(quote! {
            #[doc = #about]
            #[must_use]
            pub fn #method(&self) -> Option<#ty> { #condition Some(#value) }
        })
    }

    /// The fields of a view by that name, so far as those of its form go.
    pub(super) fn view_env(&self, view: &TokenStream, part: &LayerRef) -> Env {
        let composite = &self.schema[part.layer];
        let in_form = |field: &&FieldId| match (&part.variant, self.schema[**field].variant) {
            (Some(wanted), Some(variant)) => {
                composite.variants.get(variant as usize).is_some_and(|variant| variant.name == *wanted)
            }
            _ => true,
        };
        let fields = composite.fields.iter().filter(in_form);
        let fields = fields.filter_map(|&field| Some((field, self.access_from(view, part.layer, field)?))).collect();
        Env { fields, ..Env::default() }
    }

    /// Whether a view has the form that is meant; nothing where any will do.
    fn form(&self, view: &TokenStream, part: &LayerRef) -> Option<TokenStream> {
        let test = self.form_of_view(part)?;
        let test: TokenStream = super::fields::substituted(test, "view", view);
        Some(test)
    }

    /// The same of a view that is called `view`.
    pub(super) fn form_of_view(&self, part: &LayerRef) -> Option<TokenStream> {
        let wanted = part.variant.as_ref()?;
        let key = &self.schema[part.layer].variants.iter().find(|variant| variant.name == *wanted)?.key;
        let test = self.variant_test(part.layer, key).unwrap_or_else(|| quote!(false));
        Some(quote!((#test)))
    }

    fn checks(&self, env: &Env, checks: &[ExprId]) -> Option<Vec<TokenStream>> {
        checks.iter().map(|&check| holds(&self.expr(env, check)?)).collect()
    }

    /// Two values are there, and the same.
    fn same(&self, left: (&Env, ExprId), right: (&Env, ExprId)) -> Option<TokenStream> {
        let (a, b) = (self.expr(left.0, left.1)?, self.expr(right.0, right.1)?);
        let code: Code = self.compare(BinaryOp::Eq, (left.1, a), (right.1, b))?;
        holds(&code)
    }
}

/// Whether of some items one applies and holds; nothing where none applies.
pub(super) fn verdict(items: &[(Vec<TokenStream>, Vec<TokenStream>)]) -> TokenStream {
    let all = |tests: &[TokenStream]| if tests.is_empty() { quote!(true) } else { quote!(#(#tests)&&*) };
    if let [(forms, tests)] = items {
        let test = all(tests);
        if forms.is_empty() {
            return quote!(Some(#test));
        }
        return quote!((#(#forms)&&*).then(|| #test));
    }
    let steps = items.iter().map(|(forms, tests)| {
        let (forms, test) = (all(forms), all(tests));
        quote!(if #forms { if #test { return Some(true); } applies = true; })
    });
    quote!(let mut applies = false; #(#steps)* applies.then_some(false))
}
