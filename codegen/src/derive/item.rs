//! Structs: layers, parts of layers, and sets of flags.

use super::Reader;
use super::body::width;
use super::entries::Entries;
use super::types::type_ref;
use crate::rust::TAKEN;
use packet_schema::tree::{Composite, Flag, Flags, Item, ItemKind, Name, Span};
use packet_schema::{Code, Diagnostic};
use syn::spanned::Spanned as _;

/// What may be said of a layer.
const LAYER: &[&str] = &[
    "alias", "bind", "expect", "flags", "let", "little", "needs", "params", "passes", "probe", "provides", "row",
    "stream", "struct", "table",
];
/// What may be said of a set of flags.
const FLAGS: &[&str] = &["bits", "flags", "little"];
/// What may be said of one flag.
const FLAG: &[&str] = &["bits", "label", "reserved"];

/// Reads an item: itself, and what is said of it in other items of the language.
pub(super) fn item(reader: &mut Reader<'_>, input: &syn::DeriveInput) -> Vec<Item> {
    let ((kind, others), span) = reader.spanned(|reader| {
        let name = reader.name(&input.ident);
        reader.item.place = name.span;
        let mut entries = reader.entries(&input.attrs);
        reader.generics(&input.generics);
        reader.own_name(&name);
        if let Some(entry) = entries.take("little") {
            reader.plain(&entry);
            reader.little = true;
        }
        match &input.data {
            syn::Data::Struct(data) if entries.has("flags") => (reader.flags(name, data, entries), Vec::new()),
            syn::Data::Struct(data) => reader.structure(name, data, entries),
            syn::Data::Enum(data) => (reader.enumeration(name, data, entries, input), Vec::new()),
            syn::Data::Union(data) => {
                reader.wrong(data.union_token.span, "a union is no layer", Some("describe a struct or an enum"));
                (None, Vec::new())
            }
        }
    });
    let own = kind.map(|kind| Item { docs: Reader::docs(&input.attrs), attrs: Vec::new(), kind, span });
    own.into_iter().chain(others).collect()
}

impl Reader<'_> {
    /// What an item derives has its name, and stands beside what it is made of.
    fn own_name(&mut self, name: &Name) {
        if TAKEN.contains(&name.text.as_str()) {
            let text = format!("what is derived calls something else `{}`", name.text);
            self.report(Diagnostic::new(Code::DuplicateName, name.span, text).help("give the item another name"));
        }
    }

    /// A layer borrows the packet, and is generic in nothing else.
    fn generics(&mut self, generics: &syn::Generics) {
        let mut lifetimes = 0;
        for param in &generics.params {
            match param {
                syn::GenericParam::Lifetime(_) if lifetimes == 0 => lifetimes += 1,
                other => {
                    if let syn::GenericParam::Type(ty) = other {
                        self.generics.push(ty.ident.to_string());
                    }
                    self.wrong(
                        other.span(),
                        "an item has one lifetime, that of the packet, and no other parameter",
                        Some("what depends on a value is said by `params(…)` and `with(…)`"),
                    );
                }
            }
        }
    }

    fn structure(&mut self, name: Name, data: &syn::DataStruct, mut entries: Entries) -> (Option<ItemKind>, Vec<Item>) {
        if matches!(data.fields, syn::Fields::Unnamed(_)) {
            self.wrong(
                data.fields.span(),
                "the fields of a layer have names",
                Some("write `struct … { name: type, }`"),
            );
            return (None, Vec::new());
        }
        let part = entries.take("struct");
        if let Some(entry) = &part {
            self.plain(entry);
        }
        let params = self.params(&mut entries);
        let roles = self.roles(&mut entries);
        let mut body = self.block(&data.fields);
        body.items.extend(self.behind(&mut entries));
        let others = self.rows(&mut entries, &name);
        self.no_more(entries, "a layer", LAYER);
        let composite = Composite { name, params, roles, body };
        (Some(if part.is_some() { ItemKind::Struct(composite) } else { ItemKind::Layer(composite) }), others)
    }

    fn flags(&mut self, name: Name, data: &syn::DataStruct, mut entries: Entries) -> Option<ItemKind> {
        if let Some(entry) = entries.take("flags") {
            self.plain(&entry);
        }
        let said = self.width(&mut entries);
        let flags: Vec<Flag> = data.fields.iter().filter_map(|field| self.flag(field)).collect();
        let all: u32 = flags.iter().map(|flag| flag.ty.as_ref().and_then(width).unwrap_or(1)).sum();
        let (bits, span) = said.unwrap_or((all, name.span));
        let suffix = if self.little && bits > 8 && bits.is_multiple_of(8) { "le" } else { "" };
        self.no_more(entries, "a set of flags", FLAGS);
        Some(ItemKind::Flags(Flags { name, repr: type_ref(format!("u{bits}{suffix}"), span), flags }))
    }

    fn flag(&mut self, field: &syn::Field) -> Option<Flag> {
        let (read, span) = self.spanned(|reader| {
            let Some(ident) = &field.ident else {
                reader.wrong(field.span(), "a flag has a name", None);
                return None;
            };
            let mut entries = reader.entries(&field.attrs);
            let reserved = entries.take("reserved");
            if let Some(entry) = &reserved {
                reader.plain(entry);
            }
            let label = entries.take("label").and_then(|entry| reader.label(&entry));
            let name = reader.name(ident);
            let ty = reader.wire_type(&field.ty, &mut entries)?;
            reader.no_more(entries, "a flag", FLAG);
            Some((name, reserved.is_some(), ty, label))
        });
        let (name, reserved, ty, label) = read?;
        let single = matches!(&ty.kind, packet_schema::tree::TypeKind::Named { path, .. } if path.text() == "bool");
        let one = reserved && width(&ty) == Some(1);
        Some(Flag {
            docs: Self::docs(&field.attrs),
            name: (!reserved).then_some(name),
            ty: (!single && !one).then_some(ty),
            label,
            span,
        })
    }

    /// `label = "what people are shown"`.
    pub(super) fn label(&mut self, entry: &super::entries::Entry) -> Option<String> {
        let value = self.value(entry)?;
        self.text(value.into_iter().collect())
    }

    /// `bits = n` of an item, with its place.
    pub(super) fn width(&mut self, entries: &mut Entries) -> Option<(u32, Span)> {
        let entry = entries.take("bits")?;
        let value = self.one(&entry)?;
        match value.kind {
            packet_schema::tree::ExprKind::Int(bits, None) => {
                Some((u32::try_from(bits).unwrap_or(u32::MAX), value.span))
            }
            _ => {
                self.report(Diagnostic::new(Code::BadWidth, value.span, "a width is a number"));
                None
            }
        }
    }
}
