//! How to find out what follows a layer, for who knows other layers than there are here.

use super::Writer;
use super::expr::{Code, Env, Kind};
use super::number::Number;
use super::parse::holds;
use packet_schema::model::{CompositeId, ExprId, FieldId, Next, Otherwise, TableId};
use proc_macro2::TokenStream;
use quote::quote;

/// As many ways as `packet_core::plain::Following` has room for.
const MOST: usize = 6;

impl Writer<'_> {
    /// The ways to find out what is in a payload, where it is there.
    pub(super) fn ways_field(
        &self,
        id: CompositeId,
        field: FieldId,
        payload: &Code,
        next: &Next,
        env: &Env,
    ) -> TokenStream {
        let mut ways = match next {
            Next::Host => Vec::new(),
            Next::Is(layer) => vec![self.way_layer(*layer)],
            Next::From { table, keys, otherwise } => {
                let keys = keys.iter().filter_map(|&key| self.way_key(id, *table, key, env));
                let otherwise = match otherwise {
                    Otherwise::Opaque => None,
                    Otherwise::Probe => {
                        let table = &self.schema[*table].name;
                        Some(quote!(Some(::packet_core::plain::Way::Probe { table: #table })))
                    }
                    Otherwise::Layer(layer) => Some(self.way_layer(*layer)),
                };
                keys.chain(otherwise).collect()
            }
        };
        if ways.len() > MOST {
            self.gap(id, "a payload with so many keys");
            return TokenStream::new();
        }
        ways.resize(MOST, quote!(None));
        let all = quote!([#(#ways),*]);
        let definition = &self.schema[field];
        let ways = match definition.condition.filter(|_| definition.opaque_otherwise) {
            Some(condition) => match self.expr(env, condition).and_then(|code| holds(&code)) {
                Some(test) => quote!(if #test { #all } else { [None; #MOST] }),
                None => {
                    self.gap(id, "the condition of a payload");
                    return TokenStream::new();
                }
            },
            None => all,
        };
        let result = quote!(return Some(::packet_core::plain::Following::new(payload, #ways)););
        if payload.maybe {
            let option = payload.option();
            quote!(if let Some(payload) = #option { #result })
        } else {
            let tokens = &payload.tokens;
            quote!(let payload = #tokens; #result)
        }
    }

    fn way_layer(&self, layer: CompositeId) -> TokenStream {
        let name = &self.schema[layer].name;
        quote!(Some(::packet_core::plain::Way::Layer(#name)))
    }

    /// What a key says: in a table of the item's own, which layer it is.
    fn way_key(&self, id: CompositeId, table: TableId, key: ExprId, env: &Env) -> Option<TokenStream> {
        let code = self.expr(env, key);
        let Some((code, number)) = code.and_then(|code| Some((code.clone(), code.typed_number(Number::U64)?))) else {
            self.gap(id, "a key");
            return None;
        };
        let signed = matches!(code.kind, Kind::Number(from) if from.is_signed() || from.bits() > 64);
        let tokens = &code.tokens;
        let number = if signed { quote!(u64::try_from(#tokens).ok()?) } else { number };
        let definition = &self.schema[table];
        let found = if env.ways || self.schema[definition.module].name == "pony.net" {
            let name = &definition.name;
            quote!(Some(::packet_core::plain::Way::Key { table: #name, key }))
        } else {
            if definition.rows.iter().any(|row| row.guard.is_some()) {
                self.gap(id, "a row that looks at the payload");
                return None;
            }
            let rows = definition.rows.iter().map(|row| {
                let (low, high) = (row.low, row.high);
                let (low, high) =
                    (proc_macro2::Literal::u128_unsuffixed(low), proc_macro2::Literal::u128_unsuffixed(high));
                let layer = self.way_layer(row.layer);
                quote!(#low..=#high => #layer,)
            });
            quote!(match key { #(#rows)* _ => None })
        };
        Some(quote!(given(|| { let key = #number; #found })))
    }
}
