//! Checks: what makes the bytes of a field impossible.

use super::Writer;
use super::expr::{Code, Kind};
use super::number::{Bits, Meaning, Number, meaning};
use super::parse::{Reader, fails};
use super::shape::Segment;
use packet_schema::model::{ExprId, Field, FieldId, Names, Type, Values};
use proc_macro2::{Literal, TokenStream};
use quote::quote;

impl Reader<'_, '_> {
    /// Names the values that are needed further on, and makes the checks.
    pub(super) fn values(&mut self, segment: &Segment, array: &TokenStream) -> TokenStream {
        let mut out = TokenStream::new();
        for &(id, bits) in &segment.fields {
            let field = &self.writer.schema[id];
            let Some(code) = self.writer.value(field, bits, array) else { continue };
            let checks = self.is_checked(field);
            let code = if self.used.contains(&id) || checks {
                let name = self.local(field);
                let tokens = &code.tokens;
                out.extend(quote!(let #name = #tokens;));
                Code { tokens: quote!(#name), ..code }
            } else {
                code
            };
            self.env.fields.insert(id, code.clone());
            let from = Literal::u32_unsuffixed(bits.first / 8);
            self.spots.insert(id, quote!(start.offset_in(#array, #from)));
            if checks {
                let back = Literal::u32_unsuffixed(segment.done - bits.first / 8);
                let offset = if segment.done == bits.first / 8 {
                    quote!(cursor.offset())
                } else {
                    quote!(cursor.offset() - #back)
                };
                out.extend(self.checks(id, &code, &offset));
            }
        }
        out
    }

    pub(super) fn is_checked(&self, field: &Field) -> bool {
        let strict = field.constant.is_some() && !field.lenient;
        strict || !field.wheres.is_empty() || self.closed(field)
    }

    fn closed(&self, field: &Field) -> bool {
        let Type::Uint { names: Names::Enum(id), bits, .. } = field.ty else { return false };
        let names = &self.writer.schema[id];
        let all = names.enumerators.iter().map(|one| match one.values {
            Values::Range(low, high) => high - low + 1,
            Values::Matching(_) => 0,
        });
        names.closed && all.sum::<u128>() < 1_u128.checked_shl(bits).unwrap_or(u128::MAX)
    }

    /// The checks of a value that was read, at an offset.
    pub(super) fn checks(&mut self, id: FieldId, value: &Code, offset: &TokenStream) -> TokenStream {
        let field = &self.writer.schema[id];
        let info = self.info(id);
        let tokens = &value.tokens;
        let found = match value.kind {
            Kind::Bytes => quote!(leading_number(#tokens)),
            _ => value.number(Number::U64).unwrap_or(quote!(0)),
        };
        let mut out = TokenStream::new();
        if let Some(constant) = field.constant.filter(|_| !field.lenient) {
            out.extend(self.constant_check(value, constant, &info, offset, &found));
        }
        if self.closed(field)
            && let Type::Uint { names, .. } = field.ty
        {
            let (path, value) = (self.writer.names_path(names), &value.tokens);
            out.extend(quote! {
                if #path(#value).name().is_none() {
                    return Err(Error::new(#info, #offset, ErrorKind::Closed { found: #found }));
                }
            });
        }
        let it = self.env.it.replace(value.clone());
        for (condition, why) in &field.wheres {
            let Some(test) = self.writer.expr(&self.env, *condition).and_then(|code| fails(&code)) else {
                out.extend(self.gap("a where clause"));
                continue;
            };
            let why = why.as_ref().map_or(quote!(None), |why| quote!(Some(#why)));
            out.extend(quote! {
                if #test {
                    return Err(Error::new(#info, #offset, ErrorKind::Where { why: #why, found: #found }));
                }
            });
        }
        self.env.it = it;
        out
    }

    fn constant_check(
        &self,
        value: &Code,
        constant: ExprId,
        info: &TokenStream,
        offset: &TokenStream,
        found: &TokenStream,
    ) -> TokenStream {
        let Some(expected) = self.writer.expr(&self.env, constant) else { return self.gap("a constant") };
        let (tokens, other) = (&value.tokens, &expected.tokens);
        let (test, expected) = match (&value.kind, &expected.kind) {
            (Kind::Bytes, Kind::Bytes) => (quote!(*#tokens != *#other), quote!(0)),
            (Kind::Bool, Kind::Bool) => (quote!(#tokens != #other), quote!(u64::from(#other))),
            (Kind::Bool, _) => match expected.truth() {
                Some(truth) => (quote!(#tokens != #truth), quote!(u64::from(#truth))),
                None => return self.gap("a constant"),
            },
            (Kind::Number(number), Kind::Literal(_)) => {
                let plain = expected.number(*number).unwrap_or_default();
                (quote!(#tokens != #plain), plain)
            }
            (Kind::Number(number), _) => match expected.number(*number) {
                Some(same) => (quote!(#tokens != #same), quote!(#same as u64)),
                None => return self.gap("a constant"),
            },
            _ => return self.gap("a constant"),
        };
        quote! {
            if #test {
                return Err(Error::new(#info, #offset, ErrorKind::Constant { found: #found, expected: #expected }));
            }
        }
    }
}

impl Writer<'_> {
    /// The value of a field of fixed size, as expressions use it.
    pub(super) fn value(&self, field: &Field, bits: Bits, array: &TokenStream) -> Option<Code> {
        let Some((meaning, _)) = meaning(field) else {
            let (from, length) = (Literal::u32_unsuffixed(bits.first / 8), Literal::u32_unsuffixed(bits.width / 8));
            return Some(Code::new(quote!(part::<#from, #length, _>(#array).as_slice()), Kind::Bytes));
        };
        let (raw, number) = bits.read(array);
        Some(match meaning {
            Meaning::Bool => Code::new(quote!((#raw != 0)), Kind::Bool),
            Meaning::Float(_) => return None,
            Meaning::Signed(_) => {
                let width = Literal::u32_unsuffixed(bits.width);
                let wide = number.convert(&raw, Number::U128);
                Code::new(quote!(bits::sign_extend(#wide, #width)), Kind::Number(Number::I128))
            }
            Meaning::Scaled(_, scale, wide) => {
                let raw = number.convert(&raw, wide);
                let scale = Literal::u64_unsuffixed(scale);
                Code::new(quote!((#raw * #scale)), Kind::Number(wide))
            }
            _ => Code::new(raw, Kind::Number(number)),
        })
    }
}
