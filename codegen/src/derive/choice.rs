//! Enums: names of values, and choices between variants.

use super::Reader;
use super::entries::{Entries, Entry};
use super::names::constant;
use super::types::type_ref;
use packet_schema::tree::{
    Arm, ArmAction, Block, BodyItem, Composite, Enum, Enumerator, EnumeratorValue, Expr, ExprKind, ItemKind, Match,
    Name, Param, Span,
};
use packet_schema::{Code, Diagnostic};
use syn::spanned::Spanned as _;

/// What may be said of an enum.
const VALUES: &[&str] = &["bits", "little", "match", "params", "within"];
/// What may be said of a name of values.
const VALUE: &[&str] = &["label", "matches", "name", "other", "range"];
/// What may be said of a variant.
const VARIANT: &[&str] = &["reject", "stop", "tag"];

impl Reader<'_> {
    /// An enum: with `match(…)` a choice, else names of values.
    pub(super) fn enumeration(
        &mut self,
        name: Name,
        data: &syn::DataEnum,
        mut entries: Entries,
        input: &syn::DeriveInput,
    ) -> Option<ItemKind> {
        let kind = match entries.take("match") {
            Some(on) => self.choice(name, data, &on, &mut entries),
            None => self.values_of(name, data, &mut entries, input),
        };
        self.no_more(entries, "an enum", VALUES);
        kind
    }

    /// `#[layer(match(kind: Kind), within = n)]`: a struct with a parameter, and one choice in it.
    fn choice(&mut self, name: Name, data: &syn::DataEnum, on: &Entry, entries: &mut Entries) -> Option<ItemKind> {
        let (read, span) = self.spanned(|reader| {
            reader.at(on.span);
            let mut params = Vec::new();
            for tokens in reader.values(on) {
                params.extend(reader.param(tokens));
            }
            let Some(first) = params.first() else {
                reader.wrong(
                    on.span,
                    "nothing says by which value a variant is chosen",
                    Some("as in `match(kind: Kind)`"),
                );
                return None;
            };
            let on = Expr { kind: ExprKind::Name(first.name.text.clone()), span: first.name.span };
            params.extend(reader.params(entries));
            let within = match entries.take("within") {
                Some(entry) => Some(reader.size(&entry)?),
                None => None,
            };
            let arms: Vec<Arm> = data.variants.iter().filter_map(|variant| reader.variant(variant)).collect();
            Some((params, on, within, arms))
        });
        let (params, on, within, arms): (Vec<Param>, _, _, _) = read?;
        let choice = Match { on, within, arms, span };
        let body = Block { items: vec![BodyItem::Match(choice)], span };
        Some(ItemKind::Struct(Composite { name, params, roles: Vec::new(), body }))
    }

    fn variant(&mut self, variant: &syn::Variant) -> Option<Arm> {
        let (read, span) = self.spanned(|reader| {
            let mut entries = reader.entries(&variant.attrs);
            let tag = entries.take("tag");
            let (stop, reject) = (entries.take("stop"), entries.take("reject"));
            let tags = tag.as_ref().and_then(|entry| {
                reader.at(entry.span);
                let value = reader.value(entry)?;
                Some(reader.guarded(value.into_iter().collect()))
            });
            let name = reader.name(&variant.ident);
            if tag.is_none() {
                let finding =
                    Diagnostic::new(Code::BadClause, name.span, "nothing says which values mean this variant");
                reader.report(finding.help("add `#[layer(tag = …)]`, or `tag = _` for all that are left"));
            }
            let action = match (stop, reject) {
                (Some(entry), _) => {
                    reader.plain(&entry);
                    ArmAction::Stop
                }
                (None, Some(entry)) => ArmAction::Reject(reader.label(&entry)?),
                (None, None) => {
                    if matches!(variant.fields, syn::Fields::Unnamed(_)) {
                        reader.wrong(variant.fields.span(), "the fields of a variant have names", None);
                        return None;
                    }
                    ArmAction::Block(Some(name), reader.block(&variant.fields))
                }
            };
            reader.no_more(entries, "a variant", VARIANT);
            Some((tags?, action))
        });
        let ((patterns, guard), action) = read?;
        Some(Arm { docs: Self::docs(&variant.attrs), patterns, guard, action, span })
    }

    fn values_of(
        &mut self,
        name: Name,
        data: &syn::DataEnum,
        entries: &mut Entries,
        input: &syn::DeriveInput,
    ) -> Option<ItemKind> {
        let said = self.width(entries).or_else(|| self.representation(&input.attrs));
        let mut enumerators = Vec::new();
        let mut others = 0;
        let mut next = 0;
        for variant in &data.variants {
            let (read, span) = self.part(|reader| reader.named_value(variant, &mut next, &mut others));
            if let Some((name, value, label)) = read {
                enumerators.push(Enumerator { docs: Self::docs(&variant.attrs), name, value, label, span });
            }
        }
        let Some((bits, span)) = said else {
            let finding = Diagnostic::new(Code::BadWidth, name.span, "nothing says how wide the values are");
            self.report(finding.help("add `#[layer(bits = …)]` or `#[repr(u8)]`"));
            return None;
        };
        let suffix = if self.little && bits > 8 && bits.is_multiple_of(8) { "le" } else { "" };
        let repr = type_ref(format!("u{bits}{suffix}"), span);
        Some(ItemKind::Enum(Enum { name, repr, closed: others == 0, enumerators }))
    }

    /// `#[repr(u8)]`.
    fn representation(&mut self, attributes: &[syn::Attribute]) -> Option<(u32, Span)> {
        let repr = attributes.iter().find(|attribute| attribute.path().is_ident("repr"))?;
        let ident = repr.parse_args::<syn::Ident>().ok()?;
        let bits = ident.to_string().strip_prefix('u')?.parse().ok()?;
        Some((bits, self.at(ident.span())))
    }

    /// A name of values; `None` for the variant that holds all that have no name.
    fn named_value(
        &mut self,
        variant: &syn::Variant,
        next: &mut u128,
        others: &mut u32,
    ) -> Option<(Name, EnumeratorValue, Option<String>)> {
        let mut entries = self.entries(&variant.attrs);
        let label = entries.take("label").and_then(|entry| self.label(&entry));
        let renamed = entries.take("name").and_then(|entry| self.word(&entry));
        let (other, range, matches) = (entries.take("other"), entries.take("range"), entries.take("matches"));
        let own = self.name(&variant.ident);
        let name = renamed.unwrap_or(Name { text: constant(&own.text), span: own.span });
        let holds = matches!(&variant.fields, syn::Fields::Unnamed(fields) if fields.unnamed.len() == 1);
        let wants = other.is_some() || range.is_some() || matches.is_some();
        if holds != wants || matches!(variant.fields, syn::Fields::Named(_)) {
            let finding =
                Diagnostic::new(Code::BadClause, own.span, "a variant that holds its number stands for several");
            self.report(
                finding.help("say which: `#[layer(other)]`, `#[layer(range = a..=b)]` or `#[layer(matches(…))]`"),
            );
            return None;
        }
        self.no_more(entries, "a named value", VALUE);
        if let Some(entry) = &other {
            self.plain(entry);
            *others += 1;
            return None;
        }
        let value = match (range, matches, &variant.discriminant) {
            (Some(entry), _, _) => EnumeratorValue::Is(self.one(&entry)?),
            (None, Some(entry), _) => EnumeratorValue::Matches(self.one(&entry)?),
            (None, None, Some((_, value))) => EnumeratorValue::Is(self.lower(value)?),
            (None, None, None) => EnumeratorValue::Is(Expr { kind: ExprKind::Int(*next, None), span: own.span }),
        };
        if let EnumeratorValue::Is(Expr { kind: ExprKind::Int(value, _), .. }) = &value {
            *next = value.saturating_add(1);
        }
        Some((name, value, label))
    }

    /// `name: type`.
    pub(super) fn param(&mut self, tokens: Vec<proc_macro2::TokenTree>) -> Option<Param> {
        let mut tokens = tokens.into_iter();
        let name = self.ident(tokens.next().into_iter().collect(), "a name")?;
        match tokens.next() {
            Some(proc_macro2::TokenTree::Punct(colon)) if colon.as_char() == ':' => {
                Some(Param { name, ty: self.number_type(tokens.collect())? })
            }
            _ => {
                let finding =
                    Diagnostic::new(Code::Syntax, name.span, format!("nothing says the type of `{}`", name.text));
                self.report(finding.help("as in `kind: Kind`"));
                None
            }
        }
    }

    /// `params(corners: u8)`.
    pub(super) fn params(&mut self, entries: &mut Entries) -> Vec<Param> {
        let Some(entry) = entries.take("params") else { return Vec::new() };
        self.at(entry.span);
        let values = self.values(&entry);
        values.into_iter().filter_map(|tokens| self.param(tokens)).collect()
    }
}
