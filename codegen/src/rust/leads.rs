//! Whether a layer leads to another one of a kind: what is asked where it is known beforehand what to expect.
//!
//! Most layers have a key, and a kind has few keys. Where the kind is known when compiling, one comparison is left of a table.

use super::Writer;
use super::expr::Env;
use super::names::{camel, ident};
use super::number::Number;
use packet_schema::model::{Composite, CompositeId, ExprId, Item, Row, Table, TableId};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};
use std::cell::RefCell;
use std::collections::BTreeSet;

/// What is asked of a layer.
pub(super) struct Asked<'s> {
    /// The path of the module of all layers.
    pub(super) stack: &'s TokenStream,
    /// Whether a layer of a certain kind follows, instead of what does.
    pub(super) kind: bool,
    /// The tables that are asked for that kind.
    tables: RefCell<BTreeSet<TableId>>,
}

impl<'s> Asked<'s> {
    /// What follows.
    pub(super) fn what(stack: &'s TokenStream) -> Self {
        Self { stack, kind: false, tables: RefCell::default() }
    }

    /// Whether a layer of a certain kind follows.
    fn kind(stack: &'s TokenStream) -> Self {
        Self { kind: true, ..Self::what(stack) }
    }

    /// The statement that answers, of a payload.
    pub(super) fn answer(&self, found: &TokenStream) -> TokenStream {
        let stack = self.stack;
        if self.kind {
            quote!(return Led::to(#found, payload);)
        } else {
            quote!(return #stack Next::new(#found, payload);)
        }
    }
}

impl Writer<'_> {
    /// What makes layers those that others follow, and the tables that they ask for a kind.
    pub(super) fn carriers(&self, layers: &[(CompositeId, &Composite)]) -> (TokenStream, BTreeSet<TableId>) {
        let mut tables = BTreeSet::new();
        let carriers = layers.iter().map(|&(id, composite)| {
            let (path, kind) = (self.composite_path(id), ident(&camel(&composite.name)));
            let begins = matches!(composite.body.items.first(), Some(Item::Run(run)) if run.bits > 0);
            let next = if self.is_foreign(id) { quote!(follow) } else { quote!(next) };
            let leads = self.leads(id, composite).map(|(body, asked)| {
                tables.extend(asked);
                quote! {
                    #[inline(always)]
                    fn leads_to(&self, kind: LayerKind) -> Led<'a> {
                        #body
                        Led::Elsewhere
                    }
                }
            });
            quote! {
                impl<'a> Carrier<'a, LayerKind> for #path<'a> {
                    #[inline(always)]
                    fn next(&self) -> Next<'a> {
                        self.#next()
                    }

                    #leads
                }
                stacked!(LayerKind, #kind, #path<'a>, #begins);
            }
        });
        (carriers.collect(), tables)
    }

    /// Statements that return a layer's payload if it is of the kind that is asked for, and the tables that say it; nothing
    /// where there is no shorter way than to find out what it is.
    fn leads(&self, id: CompositeId, composite: &Composite) -> Option<(TokenStream, BTreeSet<TableId>)> {
        let here = TokenStream::new();
        let (asked, gaps) = (Asked::kind(&here), self.gaps.borrow().len());
        let body = self.next_block(id, &composite.body, &self.outer_env(id), &asked);
        let whole = self.gaps.borrow().len() == gaps;
        self.gaps.borrow_mut().truncate(gaps);
        let tables = asked.tables.into_inner();
        (whole && !tables.is_empty()).then_some((body, tables))
    }

    /// Whether a layer is of the kind that is asked for.
    pub(super) fn led_to(&self, layer: CompositeId) -> TokenStream {
        let name = ident(&camel(&self.schema[layer].name));
        let begins = self.begins_somewhere(layer).then(|| quote!(&&may_begin(kind, payload)));
        quote!(kind == LayerKind::#name #begins)
    }

    /// Whether a key leads to the kind that is asked for.
    pub(super) fn led_by_key(
        &self,
        id: CompositeId,
        table: TableId,
        key: ExprId,
        env: &Env,
        asked: &Asked<'_>,
    ) -> TokenStream {
        asked.tables.borrow_mut().insert(table);
        let function = leads_ident(&self.schema[table]);
        match self.key(id, table, key, env) {
            Some((key, true)) => quote!(given(|| Some(#key)).is_some_and(|key| tables::#function(kind, key, payload))),
            Some((key, false)) => quote!(tables::#function(kind, #key, payload)),
            None => quote!(false),
        }
    }

    /// What the methods of a view tell others.
    pub(super) fn outer_env(&self, id: CompositeId) -> Env {
        let size = Some(quote!((self.region().bytes().len() as u64 + u64::from(self.region().missing()))));
        Env { size, bytes: Default::default(), ..self.method_env(id) }
    }

    /// Whether a layer's bytes say whether it begins with them.
    pub(super) fn begins_somewhere(&self, layer: CompositeId) -> bool {
        self.is_stream(layer) && self.schema.probes.iter().any(|probe| probe.layer == layer)
    }

    /// A table as a function from kinds and keys to whether these lead to those.
    pub(super) fn leading(&self, table: &Table) -> TokenStream {
        let (name, function) = (ident(&table.name), leads_ident(table));
        let key = Number::of_bits(table.bits).tokens();
        let (alone, among): (Vec<CompositeId>, Vec<CompositeId>) =
            layers_of(table).into_iter().partition(|&layer| stands_alone(table, layer));
        let kinds = |layers: &[CompositeId]| -> Vec<Ident> {
            layers.iter().map(|&layer| ident(&camel(&self.schema[layer].name))).collect()
        };
        let arms = alone.iter().zip(kinds(&alone)).map(|(&layer, kind)| {
            let patterns = table.rows.iter().filter(|row| row.layer == layer).map(pattern);
            quote!(LayerKind::#kind => matches!(key, #(#patterns)|*),)
        });
        let arms: Vec<TokenStream> = arms.collect();
        let among = kinds(&among);
        let others = (!among.is_empty()).then(|| quote!(#(LayerKind::#among)|* => #name(key, payload) == Some(kind),));
        let payload = if among.is_empty() { quote!(_) } else { quote!(payload) };
        let about = format!(" Whether a key of `{}` leads to a kind of layer, as [`{0}`] says it.", table.name);
        quote! {
            #[doc = #about]
            #[inline(always)]
            #[must_use]
            pub fn #function(kind: LayerKind, key: #key, #payload: Region<'_>) -> bool {
                match kind {
                    #(#arms)*
                    #others
                    _ => false,
                }
            }
        }
    }
}

fn leads_ident(table: &Table) -> Ident {
    format_ident!("{}_leads_to", table.name)
}

/// The layers of a table, each once.
fn layers_of(table: &Table) -> BTreeSet<CompositeId> {
    table.rows.iter().map(|row| row.layer).collect()
}

/// Whether the rows of a layer are all that have their keys, and nothing else is asked.
fn stands_alone(table: &Table, layer: CompositeId) -> bool {
    let meet = |one: &Row, other: &Row| one.low <= other.high && other.low <= one.high;
    let (own, others): (Vec<&Row>, Vec<&Row>) = table.rows.iter().partition(|row| row.layer == layer);
    own.iter().all(|row| row.guard.is_none() && !others.iter().any(|other| meet(row, other)))
}

/// The keys of a row.
pub(super) fn pattern(row: &Row) -> TokenStream {
    let (low, high) = (Literal::u128_unsuffixed(row.low), Literal::u128_unsuffixed(row.high));
    if row.low == row.high { quote!(#low) } else { quote!(#low..=#high) }
}
