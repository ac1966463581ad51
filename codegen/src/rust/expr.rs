//! Expressions as Rust.
//!
//! What may be absent has `?` behind it and makes the whole absent; [`Code::finish`] puts a closure around such an expression.

use super::Writer;
use super::names::ident;
use super::number::{Meaning, Number, mask};
use packet_schema::model::{CompositeId, Expr, ExprId, FieldId, InterfaceId};
use packet_schema::tree::{BinaryOp, UnaryOp};
use proc_macro2::{Delimiter, Literal, TokenStream, TokenTree};
use quote::quote;
use std::collections::BTreeMap;

/// What a piece of Rust evaluates to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// True or false.
    Bool,
    /// An integer.
    Number(Number),
    /// An integer that stands in the definition.
    Literal(i128),
    /// Bytes: a slice.
    Bytes,
    /// A region of the packet.
    Region,
    /// The view of a composite.
    View(CompositeId),
    /// A list of such views.
    Views(CompositeId),
    /// A list of numbers.
    Numbers(Meaning),
    /// A list of byte strings.
    Pieces,
    /// Something that expressions can't look into.
    Other,
}

/// An expression in Rust.
#[derive(Clone, Debug)]
pub(super) struct Code {
    pub(super) tokens: TokenStream,
    pub(super) kind: Kind,
    /// There is a `?` in it.
    pub(super) maybe: bool,
}

impl Code {
    pub(super) fn new(tokens: TokenStream, kind: Kind) -> Self {
        Self { tokens, kind, maybe: false }
    }

    pub(super) fn maybe(tokens: TokenStream, kind: Kind) -> Self {
        Self { tokens, kind, maybe: true }
    }

    /// The value, or an option of it where it may be absent.
    pub(super) fn finish(&self) -> TokenStream {
        if self.maybe { self.option() } else { self.tokens.clone() }
    }

    /// An option of the value in any case.
    pub(super) fn option(&self) -> TokenStream {
        let tokens = &self.tokens;
        if self.maybe { given(tokens) } else { quote!(Some(#tokens)) }
    }

    /// As a number of a type.
    pub(super) fn number(&self, to: Number) -> Option<TokenStream> {
        match &self.kind {
            Kind::Number(from) => Some(from.convert(&self.tokens, to)),
            Kind::Literal(value) => Some(literal(*value)),
            Kind::Bool => {
                let (name, tokens) = (to.tokens(), without_parens(&self.tokens));
                Some(quote!(#name::from(#tokens)))
            }
            _ => None,
        }
    }

    /// The same, with the type said where nothing else says it.
    pub(super) fn typed_number(&self, to: Number) -> Option<TokenStream> {
        match &self.kind {
            Kind::Literal(value) => Some(typed_literal(*value, to)),
            _ => self.number(to),
        }
    }

    /// As a condition.
    pub(super) fn truth(&self) -> Option<TokenStream> {
        let tokens = &self.tokens;
        match &self.kind {
            Kind::Bool => Some(tokens.clone()),
            Kind::Number(_) => Some(quote!((#tokens != 0))),
            Kind::Literal(value) => {
                let value = *value != 0;
                Some(quote!(#value))
            }
            _ => None,
        }
    }
}

/// A reference to a value: of `*value`, `value`.
fn reference(tokens: &TokenStream) -> TokenStream {
    match syn::parse2(without_parens(tokens)) {
        Ok(syn::Expr::Unary(syn::ExprUnary { op: syn::UnOp::Deref(_), expr, .. })) => quote!(#expr),
        _ => quote!(&#tokens),
    }
}

/// Bytes of which a method is called, which borrows them by itself: of `(&*bytes)`, `bytes`.
fn receiver(tokens: &TokenStream) -> TokenStream {
    let mut outer = tokens.clone().into_iter();
    if let (Some(TokenTree::Group(group)), None) = (outer.next(), outer.next()) {
        let mut inner = group.stream().into_iter();
        let is = |token: Option<TokenTree>, sign| matches!(token, Some(TokenTree::Punct(one)) if one.as_char() == sign);
        if is(inner.next(), '&') && is(inner.next(), '*') {
            return inner.collect();
        }
    }
    tokens.clone()
}

/// An expression that stands alone, as the argument of a call does: within a macro nobody reads it over.
fn without_parens(tokens: &TokenStream) -> TokenStream {
    let mut trees = tokens.clone().into_iter();
    match (trees.next(), trees.next()) {
        (Some(TokenTree::Group(group)), None) if group.delimiter() == Delimiter::Parenthesis => group.stream(),
        _ => tokens.clone(),
    }
}

/// What names stand for where an expression is written.
#[derive(Clone, Debug, Default)]
pub(super) struct Env {
    /// Expressions whose values are known otherwise.
    pub(super) known: BTreeMap<ExprId, Code>,
    /// Values of fields.
    pub(super) fields: BTreeMap<FieldId, Code>,
    /// Bytes that fields take.
    pub(super) bytes: BTreeMap<FieldId, Code>,
    /// Parameters of the composite.
    pub(super) params: Vec<Code>,
    /// Arguments of an interface's member.
    pub(super) args: Vec<Code>,
    /// Who offers an interface among the layers below.
    pub(super) below: BTreeMap<InterfaceId, TokenStream>,
    /// What the layers below one that provides an interface offer of it.
    pub(super) outer_carrier: Option<TokenStream>,
    /// Whoever asked for a member of an interface.
    pub(super) late: Option<TokenStream>,
    /// What is under check.
    pub(super) it: Option<Code>,
    /// The bytes left in the region.
    pub(super) rest: Option<TokenStream>,
    /// The layer's bytes.
    pub(super) outer: Option<TokenStream>,
    /// How many bytes of the composite were read.
    pub(super) size: Option<TokenStream>,
    /// The values are a user's: nothing is known of them.
    pub(super) unchecked: bool,
    /// The ways to find out what a payload is are asked for, and not what it is.
    pub(super) ways: bool,
    /// The packet, whose layers are asked by name.
    pub(super) packet: Option<TokenStream>,
}

impl Writer<'_> {
    /// An expression in Rust; nothing where this back end has no form for it.
    pub(super) fn expr(&self, env: &Env, id: ExprId) -> Option<Code> {
        if let Some(code) = env.known.get(&id) {
            return Some(code.clone());
        }
        match &self.schema[id] {
            Expr::Int(value) => Some(Code::new(literal(*value), Kind::Literal(*value))),
            Expr::Bool(value) => Some(Code::new(quote!(#value), Kind::Bool)),
            Expr::Bytes(bytes) => {
                let bytes = Literal::byte_string(bytes);
                Some(Code::new(quote!(#bytes.as_slice()), Kind::Bytes))
            }
            Expr::Text(text) if text.is_ascii() => {
                let bytes = Literal::byte_string(text.as_bytes());
                Some(Code::new(quote!(#bytes.as_slice()), Kind::Bytes))
            }
            Expr::Word { of, words, nocase } => {
                let of = self.expr(env, *of).filter(|of| of.kind == Kind::Bytes)?;
                let (text, words) = (&of.tokens, words.iter().map(|word| &**word));
                let kind = Kind::Number(Number::U64);
                Some(Code { tokens: quote!(text::word(#text, &[#(#words),*], #nocase)), kind, ..of })
            }
            Expr::Before(wanted) => {
                let rest = env.rest.as_ref()?;
                let wanted = wanted.iter().map(|wanted| Literal::byte_string(wanted));
                let tokens = quote!((text::before(#rest, &[#(#wanted),*]) as u64));
                Some(Code::new(tokens, Kind::Number(Number::U64)))
            }
            Expr::Field(fields) => self.one_of(&env.fields, fields),
            Expr::Param(index) => env.params.get(*index as usize).cloned(),
            Expr::It => env.it.clone(),
            Expr::Bits { of, shift, bits, boolean } => self.bits(env, *of, *shift, *bits, *boolean),
            Expr::Truncate { of, bits } => {
                let of = self.expr(env, *of)?;
                let number = of.typed_number(Number::I128)?;
                let mask = mask(*bits);
                let to = Number::of_bits(*bits).tokens();
                Some(Code {
                    tokens: quote!(((#number & #mask) as #to)),
                    kind: Kind::Number(Number::of_bits(*bits)),
                    ..of
                })
            }
            Expr::Unary(UnaryOp::Not, of) => {
                let of = self.expr(env, *of)?;
                let truth = of.truth()?;
                Some(Code { tokens: quote!(!#truth), kind: Kind::Bool, ..of })
            }
            Expr::Unary(UnaryOp::Neg, of) => {
                let of = self.expr(env, *of)?;
                let number = of.typed_number(Number::I128)?;
                Some(Code { tokens: quote!((-#number)), kind: Kind::Number(Number::I128), ..of })
            }
            Expr::Binary(op, left, right) => self.binary(env, id, *op, *left, *right),
            Expr::Cond(condition, yes, no) => self.conditional(env, *condition, *yes, *no),
            Expr::InRange(of, from, to) => self.in_range(env, *of, *from, *to),
            Expr::InList(of, items) => self.in_list(env, *of, items),
            Expr::Len(of) => self.length(env, *of),
            Expr::Index(of, at) => self.index(env, *of, *at),
            Expr::Member(of, fields) => self.member(env, *of, fields),
            Expr::Variant(of, composite, key) => self.variant(env, *of, *composite, key),
            Expr::More => {
                let rest = env.rest.as_ref()?;
                Some(Code::new(quote!(!#rest.is_empty()), Kind::Bool))
            }
            Expr::Rest => env.rest.clone().map(|rest| Code::new(rest, Kind::Bytes)),
            Expr::LayerRegion => env.outer.clone().map(|outer| Code::new(outer, Kind::Region)),
            _ => self.measure(env, id),
        }
    }

    /// Lengths, sums, and what the layers around give.
    fn measure(&self, env: &Env, id: ExprId) -> Option<Code> {
        match &self.schema[id] {
            Expr::Present(fields) => self.present(env, fields),
            Expr::SizeOf(fields) => {
                let bytes = self.one_of(&env.bytes, fields)?;
                let tokens = bytes.tokens;
                Some(Code {
                    tokens: quote!((#tokens.len() as u64)),
                    kind: Kind::Number(Number::U64),
                    maybe: bytes.maybe,
                })
            }
            Expr::CountOf(fields) => self.length_of(self.one_of(&env.fields, fields)?),
            Expr::CountOfIt => self.length_of(env.it.clone()?),
            Expr::SizeOfIt => {
                let it = env.it.clone()?;
                let tokens = it.tokens;
                let bytes = match it.kind {
                    Kind::Bytes => quote!(#tokens.len()),
                    Kind::Numbers(_) => quote!(#tokens.bytes().len()),
                    Kind::Region | Kind::Views(_) | Kind::Pieces => quote!(#tokens.region().bytes().len()),
                    _ => return None,
                };
                Some(Code { tokens: quote!((#bytes as u64)), kind: Kind::Number(Number::U64), maybe: it.maybe })
            }
            Expr::Slice(of, from, to) => self.slice(env, *of, *from, *to),
            Expr::Inet16(of) => self.sum(env, *of, &quote!(inet16), Number::U16),
            Expr::Crc32(of) => self.sum(env, *of, &quote!(crc32), Number::U32),
            Expr::Crc32c(of) => self.sum(env, *of, &quote!(crc32c), Number::U32),
            Expr::Arg(index) => env.args.get(*index as usize).cloned(),
            Expr::Carrier { via, interface, member, args } => self.carrier(env, *via, *interface, *member, args),
            Expr::Layer(layer) => {
                let (packet, method) = (env.packet.as_ref()?, ident(&self.schema[*layer].key));
                Some(Code::maybe(quote!(#packet.#method()?), Kind::View(*layer)))
            }
            Expr::PresentLayer(_) => Some(Code::maybe(quote!(absent::<bool>()?), Kind::Bool)),
            Expr::Size => env.size.clone().map(|size| Code::new(size, Kind::Number(Number::U64))),
            Expr::Smallest(least, greatest, predicate) => self.smallest(env, *least, *greatest, *predicate),
            Expr::ZeroAsFfff(of) => {
                let of = self.expr(env, *of)?;
                let number = of.typed_number(Number::U16)?;
                Some(Code {
                    tokens: quote!((match #number { 0 => 0xffff, sum => sum })),
                    kind: Kind::Number(Number::U16),
                    ..of
                })
            }
            _ => None,
        }
    }

    /// The one of these fields that is there.
    fn one_of(&self, known: &BTreeMap<FieldId, Code>, fields: &[FieldId]) -> Option<Code> {
        let mut found: Vec<&Code> = fields.iter().filter_map(|field| known.get(field)).collect();
        if let Some(certain) = found.iter().position(|code| !code.maybe) {
            return found.get(certain).map(|&code| code.clone());
        }
        let first = found.first()?.kind.clone();
        if found.len() == 1 {
            return found.pop().cloned();
        }
        let number = found.iter().try_fold(Number::U8, |widest, code| match code.kind {
            Kind::Number(number) if !number.is_signed() => {
                Some(if number.bits() > widest.bits() { number } else { widest })
            }
            _ => None,
        });
        let (kind, options): (Kind, Vec<TokenStream>) = match number {
            Some(number) => {
                let option = |code: &&Code| Some(Code { tokens: code.number(number)?, ..(*code).clone() }.option());
                (Kind::Number(number), found.iter().map(option).collect::<Option<_>>()?)
            }
            None if found.iter().all(|code| code.kind == first) => {
                (first, found.iter().map(|code| code.option()).collect())
            }
            None => return None,
        };
        let (one, others) = options.split_first()?;
        Some(Code::maybe(quote!(#one #(.or(#others))*?), kind))
    }

    /// What is known of an expression's value.
    fn range(&self, id: ExprId, code: &Code) -> (i128, i128) {
        let facts = self.schema.facts.get(id.index()).copied().unwrap_or_default();
        let (least, greatest) = match code.kind {
            Kind::Literal(value) => return (value, value),
            Kind::Number(number) => number.range(),
            _ => (0, 1),
        };
        (facts.least.max(least), facts.greatest.min(greatest))
    }

    fn bits(&self, env: &Env, of: ExprId, shift: u32, bits: u32, boolean: bool) -> Option<Code> {
        let of = self.expr(env, of)?;
        let Kind::Number(number) = of.kind else { return None };
        let (tokens, shift) = (&of.tokens, Literal::u32_unsuffixed(shift));
        let shifted = quote!((#tokens >> #shift));
        if boolean {
            return Some(Code { tokens: quote!((#shifted & 1 != 0)), kind: Kind::Bool, ..of });
        }
        let mask = mask(bits);
        let narrow = Number::of_bits(bits);
        Some(Code { tokens: number.convert(&quote!((#shifted & #mask)), narrow), kind: Kind::Number(narrow), ..of })
    }

    fn binary(&self, env: &Env, id: ExprId, op: BinaryOp, left: ExprId, right: ExprId) -> Option<Code> {
        // What equals itself is there: so the schema asks for what is in another composite.
        if op == BinaryOp::Eq && left == right {
            let value = self.expr(env, left)?;
            let option = value.option();
            return Some(if value.maybe {
                Code::maybe(quote!(#option.map(|_| true)?), Kind::Bool)
            } else {
                Code::new(quote!(true), Kind::Bool)
            });
        }
        let (a, b) = (self.expr(env, left)?, self.expr(env, right)?);
        match op {
            BinaryOp::Or | BinaryOp::And => logical(op == BinaryOp::And, &a, &b),
            BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Le | BinaryOp::Ge | BinaryOp::Lt | BinaryOp::Gt => {
                self.compare(op, (left, a), (right, b))
            }
            BinaryOp::Concat => None,
            // What a reader has checked before holds not for values that anybody sets.
            BinaryOp::Sub if env.unchecked => {
                let (x, y) = (a.typed_number(Number::I128)?, b.number(Number::I128)?);
                let maybe = a.maybe || b.maybe;
                Some(Code { tokens: quote!((#x - #y)), kind: Kind::Number(Number::I128), maybe })
            }
            _ => self.arithmetic(id, op, (left, a), (right, b)),
        }
    }

    pub(super) fn compare(&self, op: BinaryOp, left: (ExprId, Code), right: (ExprId, Code)) -> Option<Code> {
        let sign = sign(op);
        let maybe = left.1.maybe || right.1.maybe;
        let (a, b) = (&left.1, &right.1);
        let (x, y) = match (&a.kind, &b.kind) {
            (Kind::Bool, Kind::Bool) | (Kind::Bytes, Kind::Bytes) => (a.tokens.clone(), b.tokens.clone()),
            (Kind::Number(number), Kind::Literal(value)) | (Kind::Literal(value), Kind::Number(number)) => {
                let common = if number.holds(*value) { *number } else { Number::I128 };
                (a.number(common)?, b.number(common)?)
            }
            (Kind::Number(x), Kind::Number(y)) if x == y => (a.tokens.clone(), b.tokens.clone()),
            _ => {
                let ((l1, g1), (l2, g2)) = (self.range(left.0, a), self.range(right.0, b));
                let common = Number::between(l1.min(l2), g1.max(g2));
                (a.typed_number(common)?, b.number(common)?)
            }
        };
        Some(Code { tokens: quote!((#x #sign #y)), kind: Kind::Bool, maybe })
    }

    fn arithmetic(&self, id: ExprId, op: BinaryOp, left: (ExprId, Code), right: (ExprId, Code)) -> Option<Code> {
        let sign = sign(op);
        let maybe = left.1.maybe || right.1.maybe;
        let (a, b) = (&left.1, &right.1);
        let native = match (op, &a.kind, &b.kind) {
            (BinaryOp::BitAnd, Kind::Number(number), Kind::Literal(value)) if number.holds(*value) => Some(*number),
            (BinaryOp::BitAnd | BinaryOp::BitOr | BinaryOp::BitXor, Kind::Number(x), Kind::Number(y)) if x == y => {
                Some(*x)
            }
            (BinaryOp::Shr, Kind::Number(number), Kind::Literal(value)) if *value < number.bits().into() => {
                Some(*number)
            }
            (BinaryOp::Div | BinaryOp::Rem, Kind::Number(number), Kind::Literal(value))
                if *value > 0 && number.holds(*value) =>
            {
                Some(*number)
            }
            _ => None,
        };
        let number = native.unwrap_or_else(|| {
            let facts = self.schema.facts.get(id.index()).copied().unwrap_or_default();
            let ((l1, g1), (l2, g2)) = (self.range(left.0, a), self.range(right.0, b));
            Number::between(l1.min(l2).min(facts.least), g1.max(g2).max(facts.greatest))
        });
        let x = a.typed_number(number)?;
        let tokens = match op {
            BinaryOp::Shl | BinaryOp::Shr => {
                let by = if let Kind::Literal(value) = b.kind {
                    literal(value)
                } else {
                    b.typed_number(Number::U32).or_else(|| b.typed_number(number))?
                };
                quote!((#x #sign #by))
            }
            _ => {
                let y = b.number(number)?;
                quote!((#x #sign #y))
            }
        };
        Some(Code { tokens, kind: Kind::Number(number), maybe })
    }

    fn conditional(&self, env: &Env, condition: ExprId, yes: ExprId, no: ExprId) -> Option<Code> {
        let condition = self.expr(env, condition)?;
        let test = condition.truth()?;
        let (a, b) = (self.expr(env, yes)?, self.expr(env, no)?);
        let maybe = condition.maybe || a.maybe || b.maybe;
        let (x, y, kind) = match (&a.kind, &b.kind) {
            (left, right) if left == right && !matches!(left, Kind::Literal(_)) => {
                (a.tokens.clone(), b.tokens.clone(), left.clone())
            }
            _ => {
                let ((l1, g1), (l2, g2)) = (self.range(yes, &a), self.range(no, &b));
                let number = Number::between(l1.min(l2), g1.max(g2));
                (a.typed_number(number)?, b.typed_number(number)?, Kind::Number(number))
            }
        };
        Some(Code { tokens: quote!((if #test { #x } else { #y })), kind, maybe })
    }

    fn in_range(&self, env: &Env, of: ExprId, from: ExprId, to: ExprId) -> Option<Code> {
        let code = self.expr(env, of)?;
        let (Kind::Literal(from), Kind::Literal(to)) = (self.expr(env, from)?.kind, self.expr(env, to)?.kind) else {
            return None;
        };
        let number = match code.kind {
            Kind::Number(number) if number.holds(from) && number.holds(to) => number,
            _ => Number::I128,
        };
        let (value, from, to) = (code.typed_number(number)?, literal(from), literal(to));
        let value = reference(&value);
        Some(Code { tokens: quote!((#from..=#to).contains(#value)), kind: Kind::Bool, ..code })
    }

    fn in_list(&self, env: &Env, of: ExprId, items: &[ExprId]) -> Option<Code> {
        let code = self.expr(env, of)?;
        let values = items.iter().map(|&item| match self.expr(env, item)?.kind {
            Kind::Literal(value) => Some(value),
            _ => None,
        });
        let values: Vec<i128> = values.collect::<Option<_>>()?;
        let number = match code.kind {
            Kind::Number(number) if values.iter().all(|&value| number.holds(value)) => number,
            _ => Number::I128,
        };
        let value = super::access::unparenthesised(code.typed_number(number)?);
        let values = ranges(values.into_iter().map(|value| (value, value))).into_iter().map(|(low, high)| {
            let (from, to) = (literal(low), literal(high));
            if low == high { from } else { quote!(#from..=#to) }
        });
        Some(Code { tokens: quote!(matches!(#value, #(#values)|*)), kind: Kind::Bool, ..code })
    }

    fn length(&self, env: &Env, of: ExprId) -> Option<Code> {
        self.length_of(self.expr(env, of)?)
    }

    fn length_of(&self, of: Code) -> Option<Code> {
        let tokens = &of.tokens;
        let length = match of.kind {
            Kind::Bytes | Kind::Views(_) | Kind::Pieces | Kind::Numbers(_) => quote!(#tokens.len()),
            Kind::Region => quote!(#tokens.bytes().len()),
            _ => return None,
        };
        Some(Code { tokens: quote!((#length as u64)), kind: Kind::Number(Number::U64), maybe: of.maybe })
    }

    fn index(&self, env: &Env, of: ExprId, at: ExprId) -> Option<Code> {
        let (of, at) = (self.expr(env, of)?, self.expr(env, at)?);
        let tokens = &of.tokens;
        let at = match &at.kind {
            Kind::Literal(value) => literal(*value),
            _ => {
                let at = at.typed_number(Number::U64)?;
                quote!((#at as usize))
            }
        };
        Some(match &of.kind {
            Kind::Bytes => {
                let bytes = receiver(tokens);
                let byte = if at.to_string() == "0" { quote!(*#bytes.first()?) } else { quote!(*#bytes.get(#at)?) };
                Code::maybe(byte, Kind::Number(Number::U8))
            }
            Kind::Region => Code::maybe(quote!(*#tokens.bytes().get(#at)?), Kind::Number(Number::U8)),
            Kind::Views(composite) => Code::maybe(quote!(#tokens.get(#at)?), Kind::View(*composite)),
            Kind::Pieces => Code::maybe(quote!(#tokens.get(#at)?), Kind::Bytes),
            Kind::Numbers(meaning) => {
                let (tokens, number) = self.raw_of(&quote!(#tokens.get(#at)?), meaning)?;
                Code::maybe(tokens, number)
            }
            _ => return None,
        })
    }

    /// Of a view, the one of these fields that is there.
    fn member(&self, env: &Env, of: ExprId, fields: &[FieldId]) -> Option<Code> {
        let view = self.expr(env, of)?;
        let Kind::View(composite) = view.kind else { return None };
        let known: BTreeMap<FieldId, Code> = fields
            .iter()
            .filter_map(|&field| {
                let mut code = self.access_from(&view.tokens, composite, field)?;
                code.maybe |= view.maybe;
                Some((field, code))
            })
            .collect();
        self.one_of(&known, fields)
    }

    /// The view where it is in a variant; of a list, its first element that is.
    fn variant(&self, env: &Env, of: ExprId, composite: CompositeId, key: &str) -> Option<Code> {
        let of = self.expr(env, of)?;
        let tokens = &of.tokens;
        let test = self.variant_test(composite, key)?;
        let path = self.composite_path(composite);
        match of.kind {
            Kind::View(id) if id == composite => {
                Some(Code::maybe(quote!(Some(#tokens).filter(|view: &#path<'_>| #test)?), Kind::View(id)))
            }
            Kind::Views(id) if id == composite => {
                Some(Code::maybe(quote!(#tokens.valid().find(|view: &#path<'_>| #test)?), Kind::View(id)))
            }
            _ => None,
        }
    }

    fn present(&self, env: &Env, fields: &[FieldId]) -> Option<Code> {
        let one = self.one_of(&env.fields, fields)?;
        let test = one.option();
        Some(Code::new(if one.maybe { quote!(#test.is_some()) } else { quote!(true) }, Kind::Bool))
    }

    fn slice(&self, env: &Env, of: ExprId, from: ExprId, to: ExprId) -> Option<Code> {
        let of = self.expr(env, of)?;
        if of.kind != Kind::Bytes {
            return None;
        }
        let (from, to) = (self.expr(env, from)?, self.expr(env, to)?);
        let (tokens, from, to) = (&of.tokens, from.typed_number(Number::U64)?, to.typed_number(Number::U64)?);
        Some(Code::maybe(quote!(slice(#tokens, #from, #to)?), Kind::Bytes))
    }

    fn sum(&self, env: &Env, of: ExprId, function: &TokenStream, number: Number) -> Option<Code> {
        let of = self.expr(env, of)?;
        if of.kind != Kind::Bytes {
            return None;
        }
        let tokens = &of.tokens;
        Some(Code { tokens: quote!(checksum::#function(#tokens)), kind: Kind::Number(number), ..of })
    }

    fn smallest(&self, env: &Env, least: i128, greatest: i128, predicate: ExprId) -> Option<Code> {
        let mut env = env.clone();
        env.it = Some(Code::new(quote!(candidate), Kind::Number(Number::U64)));
        let holds = self.expr(&env, predicate)?;
        let test = if holds.maybe {
            let test = holds.option();
            quote!(#test == Some(true))
        } else {
            holds.truth()?
        };
        let (least, greatest) = (literal(least), literal(greatest));
        let uses_it = self.uses_it(predicate);
        let candidate = if uses_it { quote!(&candidate: &u64) } else { quote!(_: &u64) };
        let tokens = quote!((#least..=#greatest).find(|#candidate| #test).unwrap_or(#greatest));
        Some(Code::new(tokens, Kind::Number(Number::U64)))
    }
}

impl Writer<'_> {
    /// Whether an expression looks at what is under check.
    fn uses_it(&self, id: ExprId) -> bool {
        let expr = &self.schema[id];
        matches!(expr, Expr::It) || expr.children().into_iter().any(|child| self.uses_it(child))
    }
}

fn logical(and: bool, a: &Code, b: &Code) -> Option<Code> {
    let (x, y) = (a.truth()?, b.truth()?);
    let sign = if and { quote!(&&) } else { quote!(||) };
    let (tokens, maybe) = match (a.maybe, b.maybe) {
        (false, false) => (quote!((#x #sign #y)), false),
        (false, true) => (quote!((#x #sign #y)), true),
        // What is certain decides first, whichever side it stands on.
        (true, false) => (quote!((#y #sign #x)), true),
        (true, true) => {
            let name = if and { quote!(both) } else { quote!(either) };
            {
                let (x, y) = (given(&x), given(&y));
                (quote!(#name(#x, #y)?), true)
            }
        }
    };
    Some(Code { tokens, kind: Kind::Bool, maybe })
}

/// An option of a value in which there is a `?`.
pub(super) fn given(value: &TokenStream) -> TokenStream {
    match optional(value) {
        Some(option) if asks(&option) => quote!(given(|| #option)),
        Some(option) => option,
        None => quote!(given(|| Some(#value))),
    }
}

/// The option that a chain of calls and fields takes its value of at its end.
fn optional(tokens: &TokenStream) -> Option<TokenStream> {
    let mut trees: Vec<TokenTree> = tokens.clone().into_iter().collect();
    let last = trees.pop()?;
    let is = |tree: &TokenTree, signs: &str| matches!(tree, TokenTree::Punct(sign) if signs.contains(sign.as_char()));
    let chained = |tree: &TokenTree| match tree {
        TokenTree::Ident(name) => !["as", "if", "match"].iter().any(|word| name == word),
        TokenTree::Group(group) => group.delimiter() == Delimiter::Parenthesis,
        TokenTree::Punct(_) => is(tree, ".:?"),
        TokenTree::Literal(_) => false,
    };
    (is(&last, "?") && trees.iter().all(chained)).then(|| trees.into_iter().collect())
}

/// Whether there is a `?` that a closure must be put around.
fn asks(tokens: &TokenStream) -> bool {
    let is = |tree: &TokenTree, wanted: char| matches!(tree, TokenTree::Punct(sign) if sign.as_char() == wanted);
    tokens.clone().into_iter().any(|tree| match &tree {
        TokenTree::Group(group) => {
            let inner = group.stream();
            let closure = inner.clone().into_iter().next().is_some_and(|first| is(&first, '|'));
            !closure && asks(&inner)
        }
        tree => is(tree, '?'),
    })
}

fn sign(op: BinaryOp) -> TokenStream {
    match op {
        BinaryOp::Or => quote!(||),
        BinaryOp::And => quote!(&&),
        BinaryOp::Eq => quote!(==),
        BinaryOp::Ne => quote!(!=),
        BinaryOp::Le => quote!(<=),
        BinaryOp::Ge => quote!(>=),
        BinaryOp::Lt => quote!(<),
        BinaryOp::Gt => quote!(>),
        BinaryOp::BitOr => quote!(|),
        BinaryOp::BitXor => quote!(^),
        BinaryOp::BitAnd => quote!(&),
        BinaryOp::Shl => quote!(<<),
        BinaryOp::Shr => quote!(>>),
        BinaryOp::Add | BinaryOp::Concat => quote!(+),
        BinaryOp::Sub => quote!(-),
        BinaryOp::Mul => quote!(*),
        BinaryOp::Div => quote!(/),
        BinaryOp::Rem => quote!(%),
    }
}

/// Ranges of values, those that continue each other as one.
pub(super) fn ranges(values: impl Iterator<Item = (i128, i128)>) -> Vec<(i128, i128)> {
    let mut out: Vec<(i128, i128)> = Vec::new();
    for (low, high) in values {
        match out.last_mut() {
            Some(last) if last.1.checked_add(1) == Some(low) => last.1 = high,
            _ => out.push((low, high)),
        }
    }
    out
}

/// An integer as it is written where its type is known.
pub(super) fn literal(value: i128) -> TokenStream {
    if value < 0 {
        let value = Literal::u128_unsuffixed(value.unsigned_abs());
        quote!(-#value)
    } else {
        let value = Literal::i128_unsuffixed(value);
        quote!(#value)
    }
}

/// An integer with its type.
pub(super) fn typed_literal(value: i128, number: Number) -> TokenStream {
    let (value, name) = (value.to_string(), number.tokens());
    let text = if value.starts_with('-') { format!("({value}_{name})") } else { format!("{value}_{name}") };
    text.parse().unwrap_or_default()
}
