//! Whether nothing is wrong with what a view shows: every check that is no error but an anomaly, in one answer.

use super::Writer;
use super::expr::{Code, Env, Kind};
use super::names::ident;
use super::shape::{PartKind, Scope, Shape, has_expects, judged_prefix};
use packet_schema::model::{
    Action, Block, Composite, CompositeId, CompositeKind, Encoding, Expr, ExprId, Field, FieldId, Item, Type, Verify,
};
use proc_macro2::TokenStream;
use quote::quote;

impl Writer<'_> {
    /// The method of a composite's view, and those of its named arms.
    pub(super) fn regularity(&self, id: CompositeId) -> TokenStream {
        let (composite, shape) = (&self.schema[id], &self.shapes[id.index()]);
        let scopes =
            shape.scopes.iter().enumerate().filter(|(index, scope)| *index == 0 || scope.kept().next().is_some());
        scopes.map(|(index, scope)| self.regular_scope(id, composite, shape, index, scope)).collect()
    }

    fn regular_scope(
        &self,
        id: CompositeId,
        composite: &Composite,
        shape: &Shape,
        index: usize,
        scope: &Scope,
    ) -> TokenStream {
        let name = ident(&scope.name);
        let layer = index == 0 && self.is_layer(id);
        let words = if layer { self.nested_words(id, shape, scope) } else { Vec::new() };
        let lists = scope.kept().any(|part| matches!(part.kind, PartKind::Field(field) if self.lists_structs(field)));
        let nests = layer && (lists || !words.is_empty());
        let mut tests: Vec<TokenStream> = scope.kept().filter_map(|part| self.part_test(shape, part, nests)).collect();
        let (mut params, mut names) = (Vec::new(), Vec::new());
        if index == 0 {
            let (env, asked) = self.asking_env(id);
            params = asked;
            names = self.needs(composite).iter().map(|(_, name)| ident(name)).collect();
            tests.push(quote!(!self.region.is_cut()));
            tests.extend(self.composite_tests(id, composite, &env));
        }
        let never = tests.iter().any(|test| test.to_string() == "false");
        // A match may not begin a condition.
        tests.sort_by_key(|test| test.to_string().starts_with("match"));
        let body = match tests.as_slice() {
            _ if never => quote!(false),
            [] => quote!(true),
            tests => quote!(#((#tests))&&*),
        };
        let unused = if index == 0 { self.unused_needs(id, &body) } else { Vec::new() };
        let ignore = (!unused.is_empty()).then(|| quote!(let _ = (#(#unused),*);));
        let (regular, plain) = match nests {
            true => (quote!(self.holds(false #(, #names)*)), quote!(self.holds(true #(, #names)*))),
            false => (quote!(#ignore #body), quote!(self.is_regular(#(#names),*))),
        };
        let plain = layer.then(|| {
            quote! {
                /// Whether nothing is wrong with it, and its lists and structs hold nothing but numbers: no names that
                /// choose nothing, no text, no addresses.
                #[must_use]
                pub fn is_plain(&self #(, #params)*) -> bool { #plain }
            }
        });
        let wordy = (!words.is_empty()).then(|| match words.iter().any(|test| test.to_string() == "true") {
            true => quote!(if plain {
                return false;
            }),
            false => quote!(if plain && (#((#words))||*) { return false; }),
        });
        let holds = nests.then(|| {
            quote! {
                /// Whether nothing is wrong with it, and, where it is to be plain, nothing but numbers nested in it.
                fn holds(&self, plain: bool #(, #params)*) -> bool { #ignore #wordy #body }
            }
        });
        quote! {
            impl<'a> #name<'a> {
                /// Whether nothing is wrong with it: all of it is there, and every check holds. Some forms that are rare are
                /// not looked into, and count as wrong.
                #[must_use]
                pub fn is_regular(&self #(, #params)*) -> bool { #regular }

                #plain

                #holds
            }
        }
    }

    pub(super) fn is_layer(&self, id: CompositeId) -> bool {
        matches!(self.schema[id].kind, CompositeKind::Layer(_))
    }

    fn lists_structs(&self, field: FieldId) -> bool {
        matches!(&self.schema[field].ty, Type::List(element, _) if matches!(**element, Type::Struct(..)))
    }

    /// The interfaces that a layer needs, by the names it has for them.
    pub(super) fn needs(&self, composite: &Composite) -> Vec<(packet_schema::model::InterfaceId, String)> {
        match &composite.kind {
            CompositeKind::Layer(layer) => layer.needs.clone(),
            CompositeKind::Struct | CompositeKind::Codec(_) => Vec::new(),
        }
    }

    /// What must be so of a part itself. Where it may `nest`, elements are asked for words too if `plain` is.
    fn part_test(&self, shape: &Shape, part: &super::shape::Part, nests: bool) -> Option<TokenStream> {
        let name = ident(&part.name);
        match &part.kind {
            PartKind::Segment(segment) => {
                let array = if part.optional { quote!(bytes) } else { quote!(self.#name) };
                let tests: Vec<TokenStream> = segment
                    .fields
                    .iter()
                    .filter_map(|&(id, bits)| {
                        let field = &self.schema[id];
                        let value = self.value(field, bits, &array)?;
                        self.lenient_test(field, &value)
                    })
                    .collect();
                if tests.is_empty() {
                    return None;
                }
                let all = quote!(#(#tests)&&*);
                Some(if part.optional { quote!(self.#name.is_none_or(|bytes| #all)) } else { all })
            }
            PartKind::Field(id) if part.optional => {
                let test = self.value_test(&self.schema[*id], &quote!(value), nests)?;
                let never = test.to_string() == "false";
                Some(if never { quote!(self.#name.is_none()) } else { quote!(self.#name.is_none_or(|value| #test)) })
            }
            PartKind::Field(id) => self.value_test(&self.schema[*id], &quote!(self.#name), nests),
            PartKind::Prefix(_) => Some(if part.optional { quote!(self.#name.is_none()) } else { quote!(false) }),
            PartKind::Choice(choice) => {
                let choice = shape.choices.get(*choice)?;
                let ty = ident(&choice.name);
                let arms = choice.arms.iter().filter(|arm| arm.1.is_some()).map(|&(variant, _)| {
                    let arm = self.variant_ident(self.owner_of(shape), variant);
                    quote!(#ty::#arm(view) => view.is_regular(),)
                });
                let arms: Vec<TokenStream> = arms.collect();
                let spoiled = choice.contained.then(|| quote!(#ty::Spoiled(_) => false,));
                Some(quote!(match self.#name { #(#arms)* #spoiled _ => true }))
            }
        }
    }

    fn owner_of(&self, shape: &Shape) -> CompositeId {
        let found = self.shapes.iter().position(|other| std::ptr::eq(other, shape));
        CompositeId(found.unwrap_or(0) as u32)
    }

    /// What must be so of a value that varies.
    fn value_test(&self, field: &Field, value: &TokenStream, nests: bool) -> Option<TokenStream> {
        let contained = self.part_type(field)?.to_string().starts_with("Result");
        let whole = value;
        let value = &if contained { quote!(value) } else { value.clone() };
        let inner = match &field.ty {
            Type::Struct(id, _) => {
                self.is_plain(*id).then(|| quote!(#value.is_regular())).or_else(|| Some(quote!(false)))
            }
            Type::Codec(id, _) => has_expects(&self.schema[*id].body).then(|| quote!(false)),
            Type::Text(Encoding::Utf8, _) => Some(quote!(#value.as_str().is_some())),
            Type::Text(Encoding::Ascii | Encoding::NoCase, _) => Some(quote!(#value.bytes().is_ascii())),
            Type::Next(_) => Some(quote!(!#value.is_cut())),
            Type::List(element, _) => match (self.numbers_of(&field.ty, field), &**element) {
                (Some(_), _) => Some(quote!(#value.is_whole())),
                (None, Type::Struct(id, _)) if self.is_plain(*id) => {
                    let wordless = nests.then(|| quote!(&&!(plain && element.holds_words())));
                    let sound = quote!(element.is_regular() #wordless);
                    Some(quote!(#value.iter().all(|element| element.is_ok_and(|element| #sound))))
                }
                (None, Type::Bytes(_)) if judged_prefix(self.schema, element).is_none() => {
                    Some(quote!(#value.iter().all(|element| element.is_ok()) && !#value.is_cut()))
                }
                (None, _) => Some(quote!(false)),
            },
            _ => None,
        };
        let inner = match (contained, inner) {
            (true, Some(inner)) if inner.to_string() == "false" => Some(inner),
            (true, Some(inner)) => Some(quote!(#whole.is_ok_and(|value| #inner))),
            (true, None) => Some(quote!(#whole.is_ok())),
            (false, inner) => inner,
        };
        let constant =
            self.part_value(field, whole).filter(|code| !code.maybe).and_then(|code| self.lenient_test(field, &code));
        match (inner, constant) {
            (Some(inner), Some(constant)) => Some(quote!(#inner && #constant)),
            (inner, constant) => inner.or(constant),
        }
    }

    /// Whether a struct's view can say by itself that nothing is wrong.
    fn is_plain(&self, id: CompositeId) -> bool {
        self.schema[id].fields.iter().all(|&field| self.schema[field].verify.is_none())
    }

    /// A lenient constant has its value.
    pub(super) fn lenient_test(&self, field: &Field, value: &Code) -> Option<TokenStream> {
        let constant = field.constant.filter(|_| field.lenient)?;
        let expected = self.expr(&Env::default(), constant)?;
        let (found, other) = (&value.tokens, &expected.tokens);
        Some(match (&value.kind, &expected.kind) {
            (Kind::Bool, _) => {
                let truth = expected.truth()?;
                if truth.to_string() == "true" { found.clone() } else { quote!(!#found) }
            }
            (Kind::Number(number), _) => {
                let same = expected.number(*number)?;
                quote!(#found == #same)
            }
            (Kind::Bytes, Kind::Bytes) => quote!(*#found == *#other),
            _ => quote!(false),
        })
    }

    /// What must be so of a composite as a whole: derived values, what is expected, and what only the layers below know.
    fn composite_tests(&self, id: CompositeId, composite: &Composite, env: &Env) -> Vec<TokenStream> {
        let mut tests = Vec::new();
        for &field in &composite.fields {
            let definition = &self.schema[field];
            if let Some(verify) = definition.verify {
                tests.push(self.verify_test(id, field, verify, env).unwrap_or_else(|| quote!(false)));
            }
            for (condition, _) in definition.wheres.iter().filter(|(condition, _)| self.asks_below(*condition)) {
                let env = Env { it: env.fields.get(&field).cloned(), ..env.clone() };
                tests.push(self.not_false(&env, *condition));
            }
            for condition in [definition.condition, definition.within].into_iter().flatten() {
                if self.asks_below(condition) {
                    tests.push(quote!(false));
                }
            }
        }
        self.block_tests(&composite.body, env, &mut tests);
        tests
    }

    fn block_tests(&self, block: &Block, env: &Env, tests: &mut Vec<TokenStream>) {
        for item in &block.items {
            match item {
                Item::Expect(expect) => tests.push(self.not_false(env, expect.condition)),
                Item::If { condition, then, otherwise } => {
                    if self.asks_below(*condition) {
                        let code = self.expr(env, *condition).and_then(|code| super::parse::fails(&code));
                        tests.push(code.unwrap_or_else(|| quote!(false)));
                    }
                    self.block_tests(then, env, tests);
                    self.block_tests(otherwise, env, tests);
                }
                Item::Match(choice) => {
                    let named = choice.arms.iter().any(|arm| matches!(arm.action, Action::Read(Some(_), _)));
                    // What goes wrong in a region of its own is not kept where no form has a name.
                    if self.asks_below(choice.on) || choice.within.is_some() && !named {
                        tests.push(quote!(false));
                    }
                    for arm in &choice.arms {
                        if let Action::Read(_, block) = &arm.action {
                            self.block_tests(block, env, tests);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// A condition that may be absent, and must not be false.
    fn not_false(&self, env: &Env, condition: ExprId) -> TokenStream {
        let Some(code) = self.expr(env, condition) else { return quote!(false) };
        let Some(truth) = code.truth() else { return quote!(false) };
        if code.maybe {
            let truth = super::expr::given(&truth);
            quote!(#truth != Some(false))
        } else {
            truth
        }
    }

    fn asks_below(&self, id: ExprId) -> bool {
        let expr = &self.schema[id];
        matches!(expr, Expr::Carrier { .. } | Expr::PresentLayer(_) | Expr::Layer(_))
            || expr.children().into_iter().any(|child| self.asks_below(child))
    }

    /// A derived value is what is there.
    fn verify_test(&self, id: CompositeId, field: FieldId, verify: Verify, env: &Env) -> Option<TokenStream> {
        let (found, expected) = (env.fields.get(&field)?, self.expected(id, field)?);
        let (test, env) = (found.option(), Env { it: Some(found.clone()), ..env.clone() });
        Some(match verify {
            Verify::Always => quote!(#expected == #test),
            Verify::When(condition) => {
                let applies = super::parse::holds(&self.expr(&env, condition)?)?;
                quote!((!(#applies) || #expected == #test))
            }
        })
    }
}
