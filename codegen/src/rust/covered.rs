//! What a field is derived to be, and the bytes that a sum covers: of the composite itself, and of the layers below.

use super::Writer;
use super::expr::{Env, Kind};
use super::names::ident;
use super::number::Number;
use super::shape::{Part, PartKind};
use packet_schema::model::{CompositeId, Expr, ExprId, Extent, FieldId, Type};
use packet_schema::tree::BinaryOp;
use proc_macro2::{Literal, TokenStream};
use quote::quote;

impl Writer<'_> {
    /// The value that a field is derived to be, in a closure where `?` works.
    pub(super) fn derived(
        &self,
        id: CompositeId,
        field: FieldId,
        auto: ExprId,
        number: Number,
        env: &Env,
    ) -> Option<TokenStream> {
        match &self.schema[auto] {
            Expr::ZeroAsFfff(of) => {
                let sum = self.derived(id, field, *of, Number::U16, env)?;
                Some(quote!(match #sum { 0 => 0xffff, sum => sum }))
            }
            Expr::Inet16(of) => self.summed(id, field, *of, &quote!(checksum::Inet16::new()), env),
            Expr::Crc32(of) => self.summed(id, field, *of, &quote!(checksum::Crc32::ieee()), env),
            Expr::Crc32c(of) => self.summed(id, field, *of, &quote!(checksum::Crc32::castagnoli()), env),
            _ => self.expr(env, auto)?.typed_number(number),
        }
    }

    fn summed(
        &self,
        id: CompositeId,
        field: FieldId,
        of: ExprId,
        start: &TokenStream,
        env: &Env,
    ) -> Option<TokenStream> {
        let mut pieces = TokenStream::new();
        self.pieces(id, field, of, env, &mut pieces)?;
        Some(quote!(#start #pieces .finish()))
    }

    /// The bytes of an expression as updates of a sum, the field itself as zeros.
    fn pieces(&self, id: CompositeId, field: FieldId, of: ExprId, env: &Env, out: &mut TokenStream) -> Option<()> {
        match &self.schema[of] {
            Expr::Binary(BinaryOp::Concat, left, right) => {
                self.pieces(id, field, *left, env, out)?;
                self.pieces(id, field, *right, env, out)?;
            }
            Expr::SelfBytes => {
                let (low, high, zeros) = self.hole(id, field)?;
                out.extend(quote!(.update(self.region.whole()?.get(..#low)?).update(&[#zeros]).update(self.bytes().get(#high..)?)));
            }
            Expr::Slice(of, from, to) if self.schema[*of] == Expr::SelfBytes && self.schema[*from] == Expr::Int(0) => {
                let (low, high, zeros) = self.hole(id, field)?;
                let last = self.expr(env, *to)?.typed_number(Number::U64)?;
                let end = quote!(usize::try_from(#last).ok()?.checked_add(1)?);
                out.extend(quote!(.update(self.region.whole()?.get(..#low)?).update(&[#zeros]).update(self.bytes().get(#high..#end)?)));
            }
            Expr::BytesOf(first, last) => {
                let (start, end) = (self.start_of(id, *first)?, self.end_of(id, *last)?);
                if self.lies_between(field, *first, *last) {
                    let (low, high, zeros) = self.hole(id, field)?;
                    out.extend(quote!(.update(self.bytes().get(#start..#low)?).update(&[#zeros]).update(self.bytes().get(#high..#end)?)));
                } else {
                    out.extend(quote!(.update(self.bytes().get(#start..#end)?)));
                }
            }
            Expr::Carrier { via, interface, member, args } => {
                let code = self.carrier(env, *via, *interface, *member, args)?;
                let bytes = code.tokens;
                out.extend(quote!(.update(#bytes)));
            }
            _ => {
                let code = self.expr(env, of)?;
                if code.kind != Kind::Bytes {
                    return None;
                }
                let bytes = code.tokens;
                out.extend(quote!(.update(#bytes)));
            }
        }
        Some(())
    }

    /// Whether a field is one of those from one to another.
    fn lies_between(&self, field: FieldId, first: FieldId, last: FieldId) -> bool {
        let slot = |id: FieldId| self.schema[id].slot;
        (slot(first)..=slot(last)).contains(&slot(field))
    }

    /// The first byte of a field of fixed size, the byte behind it, and as many zeros.
    fn hole(&self, id: CompositeId, field: FieldId) -> Option<(TokenStream, TokenStream, TokenStream)> {
        let (low, high, bytes) = self.number_place(id, field)?;
        let zeros = (0..bytes).map(|_| quote!(0));
        Some((low, high, quote!(#(#zeros),*)))
    }

    /// The first byte of a field of fixed size, the byte behind it, and how many there are.
    fn number_place(&self, id: CompositeId, field: FieldId) -> Option<(TokenStream, TokenStream, u32)> {
        let holds = |part: &Part| matches!(&part.kind, PartKind::Segment(segment) if segment.fields.iter().any(|(held, _)| *held == field));
        let part = self.root_part(id, holds)?;
        let PartKind::Segment(segment) = &part.kind else { return None };
        let (_, bits) = segment.fields.iter().find(|(held, _)| *held == field)?;
        let (from, to) = (bits.first / 8, (bits.first + bits.width).div_ceil(8));
        if part.name == "head" {
            let (low, high) = (Literal::u32_unsuffixed(from), Literal::u32_unsuffixed(to));
            return Some((quote!(#low), quote!(#high), to - from));
        }
        let (name, question) = (ident(&part.name), part.optional.then(|| quote!(?)));
        let end = quote!(end_in(self.bytes(), self.#name #question));
        let back = |bytes: u32| {
            let by = Literal::u32_unsuffixed(bytes);
            if bytes == 0 { end.clone() } else { quote!(#end.checked_sub(#by)?) }
        };
        Some((back(segment.bytes - from), back(segment.bytes - to), to - from))
    }

    /// A part that the view of a composite keeps itself.
    fn root_part(&self, id: CompositeId, wanted: impl Fn(&Part) -> bool) -> Option<&Part> {
        self.shapes.get(id.index())?.scopes.first()?.kept().find(|part| wanted(part))
    }

    /// The first byte of a field, from the composite's start on.
    fn start_of(&self, id: CompositeId, field: FieldId) -> Option<TokenStream> {
        if let Some((start, ..)) = self.number_place(id, field) {
            return Some(start);
        }
        let bytes = self.part_bytes(&self.schema[field], &self.held(id, field)?)?.tokens;
        Some(quote!(start_in(self.bytes(), #bytes)))
    }

    /// The byte behind a field, from the composite's start on.
    fn end_of(&self, id: CompositeId, field: FieldId) -> Option<TokenStream> {
        if let Some((_, end, _)) = self.number_place(id, field) {
            return Some(end);
        }
        let (definition, held) = (&self.schema[field], self.held(id, field)?);
        if let Type::List(element, _) = &definition.ty
            && matches!(**element, Type::Struct(..))
        {
            // What is missing of an element is missing of the list.
            let whole = quote!(#held.valid().all(|element| !element.region().is_truncated()));
            return Some(quote!(end_in(self.bytes(), #held.region().all().filter(|_| #whole)?)));
        }
        if definition.within.is_some() && leaves_padding(&definition.ty) {
            return None;
        }
        let bytes = self.part_bytes(definition, &held)?.tokens;
        Some(quote!(whole_end_in(self.region, #bytes)?))
    }

    /// What the view of a composite keeps of a field that varies.
    fn held(&self, id: CompositeId, field: FieldId) -> Option<TokenStream> {
        let part = self.root_part(id, |part| matches!(part.kind, PartKind::Field(held) if held == field))?;
        let (name, question) = (ident(&part.name), part.optional.then(|| quote!(?)));
        Some(quote!(self.#name #question))
    }
}

/// Whether a value may end before its region does: what it leaves belongs to it, and a view does not keep that.
fn leaves_padding(ty: &Type) -> bool {
    !matches!(ty, Type::Bytes(Extent::ToEnd) | Type::Text(_, Extent::ToEnd) | Type::List(..) | Type::Next(_))
}
