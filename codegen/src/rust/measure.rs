//! What a builder knows of lengths, counts and presence: from the value where that tells, else from the walk that counts.

use super::craft::Crafter;
use super::emit::Emitter;
use super::expr::{Code, Env, Kind};
use super::number::Number;
use super::place::mentions;
use super::value::{Form, Slot};
use packet_schema::model::{Expr, ExprId, FieldId, Next, Type};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

impl Emitter<'_, '_> {
    /// Makes known what an expression asks of lengths and of the layers above.
    pub(super) fn prepare(&self, env: &mut Env, id: ExprId) {
        let expr = &self.crafter.schema[id];
        let number = |tokens: TokenStream| Some(Code::new(tokens, Kind::Number(Number::U64)));
        let known = match expr {
            Expr::Size => number(quote!(settled.size_)),
            Expr::SizeOf(fields) => self.size_of(fields),
            Expr::OffsetOf(fields) => self.offset_of(fields),
            Expr::CountOf(fields) => self.count_of(fields),
            Expr::Present(fields) => self.present(fields).map(|tokens| Code::new(tokens, Kind::Bool)),
            Expr::KeyOf(fields, otherwise) => self.key_of(env, id, fields, *otherwise),
            Expr::NextIs(_, layer) => {
                let name = self.crafter.layer_name(*layer);
                let asked = quote!(payload.is_layer(const { Table::new(#name) }));
                if self.walks.get() {
                    self.of_payload(id, quote!(#asked.then_some(1)))
                        .map(|tokens| Code::new(quote!(#tokens.is_some()), Kind::Bool))
                } else {
                    Some(Code::new(asked, Kind::Bool)).filter(|_| self.is_layer)
                }
            }
            Expr::Len(of) if matches!(self.crafter.schema[*of], Expr::LayerRegion) => number(self.outer_size()),
            // Nothing is left of what is being built.
            Expr::More => Some(Code::maybe(quote!(absent::<bool>()?), Kind::Bool)),
            Expr::Before(_) => Some(Code::maybe(quote!(absent::<u64>()?), Kind::Number(Number::U64))),
            Expr::Rest => Some(Code::maybe(quote!(absent::<&[u8]>()?), Kind::Bytes)),
            _ => None,
        };
        if let Some(code) = known {
            env.known.insert(id, code);
            return;
        }
        expr.children().into_iter().for_each(|child| self.prepare(env, child));
    }

    /// How many bytes the enclosing layer has.
    pub(super) fn outer_size(&self) -> TokenStream {
        if self.is_layer { quote!(settled.size_) } else { quote!(outer) }
    }

    /// Whether what is said of a field can be reached from what is derived now.
    fn is_near(&self, slot: &Slot) -> bool {
        slot.scope == 0 || slot.scope == self.scope.get()
    }

    /// How many bytes a value takes, where that is told by looking at it.
    fn size_of_slot(&self, slot: &Slot) -> Option<TokenStream> {
        if slot.form != Form::Payload && (!self.is_near(slot) || slot.is_wrapped()) {
            return None;
        }
        let value = self.access(slot);
        let bytes = |bits: u32| Literal::u32_unsuffixed(bits / 8);
        Some(match &slot.form {
            Form::Payload => quote!(settled.payload_),
            Form::Number(_, bits) if !slot.optional => {
                let bytes = bytes(*bits);
                quote!(#bytes)
            }
            Form::Array(length) if !slot.optional => {
                let length = Literal::u32_unsuffixed(*length);
                quote!(#length)
            }
            Form::Mac if !slot.optional => quote!(6),
            Form::Ipv6 if !slot.optional => quote!(16),
            Form::Bytes => quote!((#value.len() as u64)),
            Form::Struct(id) if self.crafter.is_plain(*id) => quote!((#value.size() as u64)),
            Form::Structs(id) if slot.padding.is_none() && self.crafter.is_plain(*id) => {
                quote!((#value.iter().map(|one| one.size()).sum::<usize>() as u64))
            }
            Form::Numbers(_, bits, _) if slot.padding.is_none() && bits % 8 == 0 => {
                let bytes = bytes(*bits);
                quote!((#value.len() as u64 * #bytes))
            }
            Form::Arrays(length) if slot.padding.is_none() => {
                let length = Literal::u32_unsuffixed(*length);
                quote!((#value.len() as u64 * #length))
            }
            Form::Addresses if slot.padding.is_none() => quote!((#value.len() as u64 * 16)),
            _ => return None,
        })
    }

    fn size_of(&self, fields: &[FieldId]) -> Option<Code> {
        let mut sizes: Vec<TokenStream> = Vec::new();
        for field in fields {
            let Some(size) = self.size_of_slot(self.plan.slots.get(field)?) else { return self.measured_size(fields) };
            if !sizes.iter().any(|known| known.to_string() == size.to_string()) {
                sizes.push(size);
            }
        }
        match sizes.as_slice() {
            [one] => Some(Code::new(one.clone(), Kind::Number(Number::U64))),
            _ => self.measured_size(fields),
        }
    }

    fn measured_size(&self, fields: &[FieldId]) -> Option<Code> {
        let sizes = fields.iter().map(|&field| {
            self.measured.borrow_mut().insert(field);
            if self.plan.slots.get(&field)?.form == Form::Payload {
                let from = self.spot(field, "from");
                return Some(quote!(settled.#from.map(|_| settled.payload_)));
            }
            let size = self.spot(field, "size");
            Some(quote!(settled.#size))
        });
        let sizes: Vec<TokenStream> = sizes.collect::<Option<_>>()?;
        let (first, others) = sizes.split_first()?;
        Some(Code::maybe(quote!(#first #(.or(#others))*?), Kind::Number(Number::U64)))
    }

    /// Where a field ends that stands in front of what is stacked upon the layer, or holds that: what it leaves of its region
    /// belongs to it.
    pub(super) fn end_of(&self, field: FieldId) -> Option<TokenStream> {
        let slot = self.plan.slots.get(&field)?;
        if self.crafter.schema[field].trailing || self.crafter.schema[field].align.is_some() {
            return None;
        }
        let padding = match &slot.padding {
            Some(padding) if slot.scope == 0 => {
                let padding = self.part_of(0, padding);
                Some(quote!(+ #padding.len() as u64))
            }
            Some(_) => return None,
            None => None,
        };
        let (start, size) = (self.offset_of(&[field])?.tokens, self.size_of(&[field])?.tokens);
        Some(quote!(#start + #size #padding))
    }

    /// Where a field starts, in bytes from the start of the composite.
    pub(super) fn offset_of(&self, fields: &[FieldId]) -> Option<Code> {
        let number = |tokens: TokenStream| Some(Code::new(tokens, Kind::Number(Number::U64)));
        if fields.iter().all(|field| self.form(*field) == Some(&Form::Payload)) {
            return number(quote!(settled.front_));
        }
        if let [field] = fields
            && let Some((_, bits)) = self.head.iter().find(|(id, _)| id == field)
        {
            let bytes = Literal::u32_unsuffixed(bits.first / 8);
            return number(quote!(#bytes));
        }
        let spots = fields.iter().map(|&field| {
            self.measured.borrow_mut().insert(field);
            let from = self.spot(field, "from");
            quote!(settled.#from)
        });
        let spots: Vec<TokenStream> = spots.collect();
        let (first, others) = spots.split_first()?;
        Some(Code::maybe(quote!(#first #(.or(#others))*?), Kind::Number(Number::U64)))
    }

    fn count_of(&self, fields: &[FieldId]) -> Option<Code> {
        if let [field] = fields
            && let Some(slot) = self.plan.slots.get(field).filter(|slot| self.is_near(slot) && !slot.free)
            && slot.form.is_list()
        {
            let value = self.access(slot);
            return Some(Code::new(quote!((#value.len() as u64)), Kind::Number(Number::U64)));
        }
        let counts = fields.iter().map(|&field| {
            self.measured.borrow_mut().insert(field);
            let count = self.spot(field, "count");
            self.plan.slots.get(&field)?.form.is_list().then(|| quote!(settled.#count))
        });
        let counts: Vec<TokenStream> = counts.collect::<Option<_>>()?;
        let (first, others) = counts.split_first()?;
        Some(Code::maybe(quote!(#first #(.or(#others))*?), Kind::Number(Number::U64)))
    }

    fn present(&self, fields: &[FieldId]) -> Option<TokenStream> {
        let mut tests = Vec::new();
        for &field in fields {
            let slot = self.plan.slots.get(&field)?;
            if !slot.optional && slot.scope == 0 {
                return Some(quote!(true));
            }
            self.measured.borrow_mut().insert(field);
            let from = self.spot(field, "from");
            tests.push(quote!(settled.#from.is_some()));
        }
        Some(quote!((#(#tests)||*)))
    }

    /// The key that leads to the payload.
    fn key_of(&self, env: &mut Env, id: ExprId, fields: &[FieldId], otherwise: Option<ExprId>) -> Option<Code> {
        let schema = self.crafter.schema;
        let mut keys: Vec<TokenStream> = Vec::new();
        for field in fields {
            let key = match &schema[*field].ty {
                Type::Next(Next::From { table, .. }) => {
                    let name = self.crafter.table_name(&schema[*table]);
                    quote!(payload.key(const { Table::new(#name) }))
                }
                Type::Next(Next::Is(layer)) if schema[*field].within.is_some() => {
                    let name = self.crafter.layer_name(*layer);
                    quote!(payload.is_layer(const { Table::new(#name) }).then_some(settled.payload_))
                }
                Type::Next(_) => continue,
                _ => return None,
            };
            if !keys.iter().any(|known| known.to_string() == key.to_string()) {
                keys.push(key);
            }
        }
        let otherwise = match otherwise {
            Some(otherwise) => {
                self.prepare(env, otherwise);
                let code = self.crafter.writer.expr(env, otherwise)?;
                code.typed_number(Number::U64)?
            }
            None => quote!(0),
        };
        let (first, others) = keys.split_first()?;
        let key = self.of_payload(id, quote!(#first #(.or(#others))*))?;
        Some(Code::new(quote!(#key.unwrap_or(#otherwise)), Kind::Number(Number::U64)))
    }

    /// What is asked of the payload: as it is, or settled before the value is walked over.
    fn of_payload(&self, id: ExprId, asked: TokenStream) -> Option<TokenStream> {
        if !self.is_layer {
            return None;
        }
        if !self.walks.get() {
            return Some(asked);
        }
        let mut keys = self.keys.borrow_mut();
        let at = keys.iter().position(|(known, _)| *known == id).unwrap_or_else(|| {
            keys.push((id, asked));
            keys.len() - 1
        });
        let name = format_ident!("key_{at}");
        Some(quote!(settled.#name))
    }

    /// Settles what walking over the value asks of the payload.
    pub(super) fn keys_settled(&self) -> Vec<TokenStream> {
        let keys = self.keys.borrow();
        let lines = keys.iter().enumerate().map(|(at, (_, asked))| {
            let name = format_ident!("key_{at}");
            quote!(settled.#name = #asked;)
        });
        lines.collect()
    }

    /// The name of something that is measured of a field.
    fn spot(&self, field: FieldId, what: &str) -> Ident {
        format_ident!("{what}_{}", self.crafter.schema[field].slot)
    }

    /// The members that hold what is measured, as far as somebody reads them.
    pub(super) fn measures(&self, readers: &TokenStream) -> Vec<TokenStream> {
        let mut members = Vec::new();
        for &field in self.measured.borrow().iter() {
            for what in ["from", "size", "count"] {
                let name = self.spot(field, what);
                if mentions(readers, &name.to_string()) {
                    members.push(quote!(#name: Option<u64>,));
                }
            }
        }
        let keys = (0..self.keys.borrow().len()).map(|at| format_ident!("key_{at}"));
        members.extend(keys.map(|name| quote!(#name: Option<u64>,)));
        members
    }

    /// Writes a field and notes where, as far as somebody asks; what stands in front of it is no part of it.
    pub(super) fn marked(
        &self,
        id: FieldId,
        prefix: &TokenStream,
        body: &TokenStream,
        len: &TokenStream,
    ) -> TokenStream {
        if !self.measured.borrow().contains(&id) {
            return quote!(#prefix #body);
        }
        let (from, size, count) = (self.spot(id, "from"), self.spot(id, "size"), self.spot(id, "count"));
        let origin = self.origin();
        let counted = (!len.is_empty()).then(|| quote!(settled.#count = Some(#len as u64);));
        quote! {
            #prefix
            let from = pen.position();
            settled.#from = Some((from.saturating_sub(#origin) / 8) as u64);
            #body
            settled.#size = Some((pen.position().saturating_sub(from) / 8) as u64);
            #counted
        }
    }

    /// Where the composite begins, in the bits that the pen counts.
    pub(super) fn origin(&self) -> TokenStream {
        if self.is_layer { quote!(0) } else { quote!(start) }
    }

    /// Whether a field is the first one.
    pub(super) fn is_first(&self, id: FieldId) -> bool {
        self.composite.fields.first() == Some(&id)
    }

    /// Whether a field is the last one, the payload and what is behind it left out.
    pub(super) fn is_last(&self, id: FieldId) -> bool {
        let fields = self.composite.fields.iter().take_while(|id| self.form(**id) != Some(&Form::Payload));
        fields.last() == Some(&id)
    }
}

impl Crafter<'_> {
    /// Whether the size of a struct follows from its value alone.
    fn is_plain(&self, id: packet_schema::model::CompositeId) -> bool {
        self.schema[id].params.is_empty() && !self.names_inside(id)
    }
}
