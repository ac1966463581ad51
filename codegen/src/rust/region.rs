//! Regions: what a length opens, and where it ends.

use super::expr::Kind;
use super::number::Number;
use super::parse::Reader;
use packet_schema::model::{Expr, ExprId, Field};
use packet_schema::tree::BinaryOp;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

impl Reader<'_, '_> {
    /// Opens a region of so many bits.
    ///
    /// A length is often what is left of a longer one that counts from the start of the header: of the header's length less
    /// the fixed part, of the total less the header. Where the cursor is just there, the region is said by where it ends, which
    /// takes one comparison and no subtraction.
    pub(super) fn open(&self, within: ExprId, info: &TokenStream) -> Option<TokenStream> {
        let length = self.region_length(within)?;
        let limit = self.limit(within);
        Some(match self.span(within) {
            Some((from, to)) => quote!(cursor.open_to(&start, #from, #to, #info, #limit)?),
            None => quote!(cursor.open(#length, #info, #limit)?),
        })
    }

    /// How far behind the start the region of a field ends, where that is known.
    pub(super) fn end_of_region(&self, field: &Field) -> Option<String> {
        self.span(field.within?).map(|(_, to)| to.to_string())
    }

    /// Between which places behind the start a region lies.
    fn span(&self, within: ExprId) -> Option<(TokenStream, TokenStream)> {
        let schema = self.writer.schema;
        let Expr::Binary(BinaryOp::Mul, bytes, eight) = schema[within] else { return None };
        let Expr::Binary(BinaryOp::Sub, to, from) = schema[bytes] else { return None };
        if !matches!(schema[eight], Expr::Int(8)) || self.phase != 0 {
            return None;
        }
        let (from, to) = (self.unsigned(from)?, self.unsigned(to)?);
        self.unsigned(bytes)?;
        (Some(from.to_string()) == self.reached).then_some((from, to))
    }

    /// An expression as a number that is certain, and not negative.
    fn unsigned(&self, id: ExprId) -> Option<TokenStream> {
        let code = self.writer.expr(&self.env, id)?;
        let unsigned = match code.kind {
            Kind::Number(number) => !number.is_signed(),
            Kind::Literal(value) => value >= 0,
            _ => false,
        };
        if unsigned && !code.maybe { code.number(Number::U64) } else { None }
    }

    /// An expression of bits as a number of bytes, of which the first may have been read in part.
    pub(super) fn region_length(&self, bits: ExprId) -> Option<TokenStream> {
        let schema = self.writer.schema;
        // Regions are in bits, and nearly always written in bytes.
        if let Expr::Binary(BinaryOp::Mul, bytes, eight) = &schema[bits]
            && matches!(schema[*eight], Expr::Int(8))
        {
            return self.count(*bytes);
        }
        if let Expr::Int(bits) = schema[bits] {
            let bytes = Literal::i128_unsuffixed((bits + i128::from(self.phase)) / 8);
            return Some(quote!(#bytes));
        }
        let (bits, phase) = (self.count(bits)?, Literal::u32_unsuffixed(self.phase));
        Some(if self.phase == 0 { quote!((#bits / 8)) } else { quote!(((#bits + #phase) / 8)) })
    }

    /// A count: a length that is negative or absent is none.
    pub(super) fn count(&self, id: ExprId) -> Option<TokenStream> {
        let code = self.writer.expr(&self.env, id)?;
        let unsigned = match code.kind {
            Kind::Number(number) => !number.is_signed(),
            Kind::Literal(value) => value >= 0,
            _ => return None,
        };
        let info = self.reserved();
        let number = if unsigned { code.number(Number::U64)? } else { code.number(Number::I128)? };
        let number = if code.maybe {
            let number = super::expr::given(&number);
            quote!(#number.ok_or_else(|| cursor.bad_length(#info))?)
        } else {
            number
        };
        Some(if unsigned { number } else { quote!(u64::try_from(#number).map_err(|_| cursor.bad_length(#info))?) })
    }

    /// The field that says how long a region is.
    pub(super) fn limit(&self, length: ExprId) -> TokenStream {
        match self.writer.first_field(length) {
            Some(field) => {
                let info = self.info(field);
                quote!(Some(#info))
            }
            None => quote!(None),
        }
    }
}
