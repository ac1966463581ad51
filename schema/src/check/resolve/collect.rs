//! The first stage: which items there are, and their ids.

use super::symbols::{Entry, Symbol};
use super::{CompositeTree, Resolver, index};
use crate::model::{
    Block, Codec, CodecResult, Composite, CompositeId, CompositeKind, Encode, Enum, EnumId, Flags, FlagsId, Interface,
    InterfaceId, Layer, Level, Module, ModuleId, Table, TableId,
};
use crate::tree::{Attr, Docs, Expr, ExprKind, Item, ItemKind, Name};
use crate::{Code, Diagnostic};
use std::collections::BTreeMap;

impl<'t> Resolver<'t> {
    /// Gives every item its id, and its name to whoever sees it.
    pub(super) fn collect(&mut self) {
        for (tree, id) in self.modules.iter().zip(0..) {
            let span = tree.path.as_ref().map(|path| path.span).unwrap_or_default();
            let name = tree.path.as_ref().map_or_else(|| format!("module{id}"), crate::tree::Path::text);
            self.symbols.module(ModuleId(id), name.clone(), span, &mut self.found);
            self.schema.modules.push(Module { name, docs: tree.docs.clone(), source: span.source });
        }
        for (module, item) in self.items() {
            self.attributes(item);
            self.collect_item(module, item);
        }
        for (tree, id) in self.modules.iter().zip(0..) {
            self.symbols.import(ModuleId(id), &tree.uses, &mut self.found);
        }
    }

    fn attributes(&mut self, item: &Item) {
        let is_layer = matches!(item.kind, ItemKind::Layer(_));
        let is_known = |attr: &&Attr| is_allow_unused(attr) || is_layer && level(attr).is_some();
        for attr in item.attrs.iter().filter(|attr| !is_known(attr)) {
            self.report(
                Diagnostic::new(Code::UnknownAttribute, attr.name.span, "there is no such attribute").help(
                    "there are `@allow(unused)` and, before a layer, `@level(link)`, `network`, `transport` or `application`",
                ),
            );
        }
    }

    fn collect_item(&mut self, module: ModuleId, item: &'t Item) {
        let (name, symbol) = match &item.kind {
            ItemKind::Layer(tree) => {
                let allow_unused = item.attrs.iter().any(is_allow_unused);
                let level = item.attrs.iter().find_map(level).unwrap_or_default();
                let kind = CompositeKind::Layer(Layer { allow_unused, level, ..Layer::default() });
                (&tree.name, self.add_composite(module, &tree.name, &item.docs, kind, CompositeTree::Body(tree)))
            }
            ItemKind::Struct(tree) => {
                let kind = CompositeKind::Struct;
                (&tree.name, self.add_composite(module, &tree.name, &item.docs, kind, CompositeTree::Body(tree)))
            }
            ItemKind::Codec(tree) => {
                let codec = Codec {
                    result: CodecResult::Uint(64),
                    encode: Encode::Plain,
                    limit_bytes: None,
                    limit_steps: None,
                };
                let kind = CompositeKind::Codec(codec);
                (&tree.name, self.add_composite(module, &tree.name, &item.docs, kind, CompositeTree::Codec(tree)))
            }
            ItemKind::Mixin(tree) => {
                self.symbols.mixins.push((module, tree));
                (&tree.name, Symbol::Mixin(self.symbols.mixins.len() - 1))
            }
            ItemKind::Alias(tree) => {
                self.symbols.aliases.push((module, tree));
                (&tree.name, Symbol::Alias(self.symbols.aliases.len() - 1))
            }
            ItemKind::Const(tree) => {
                self.symbols.consts.push((module, tree));
                (&tree.name, Symbol::Const(self.symbols.consts.len() - 1))
            }
            ItemKind::Enum(tree) => (&tree.name, self.add_enum(module, &tree.name, &item.docs, tree.closed)),
            ItemKind::Flags(tree) => (&tree.name, self.add_flags(module, &tree.name, &item.docs)),
            ItemKind::Interface(tree) => (&tree.name, self.add_interface(&tree.name)),
            ItemKind::Table(tree) => (&tree.name, self.add_table(module, &tree.name)),
            ItemKind::Meta(tree) => (&tree.name, Symbol::Meta),
            ItemKind::Bind(_)
            | ItemKind::Extend(_)
            | ItemKind::Probe(_)
            | ItemKind::Reply(_)
            | ItemKind::Names(_)
            | ItemKind::Test(_) => return,
        };
        let entry = Entry {
            name: name.text.clone(),
            symbol,
            module,
            span: name.span,
            layer: matches!(item.kind, ItemKind::Layer(_)),
            used: false,
            allow_unused: item.attrs.iter().any(is_allow_unused),
        };
        self.symbols.define(entry, &mut self.found);
    }

    fn add_composite(
        &mut self,
        module: ModuleId,
        name: &Name,
        docs: &Docs,
        kind: CompositeKind,
        tree: CompositeTree<'t>,
    ) -> Symbol {
        let id = CompositeId(index(self.schema.composites.len()));
        if matches!(kind, CompositeKind::Layer(_)) {
            self.schema.layers.entry(name.text.clone()).or_insert(id);
        }
        self.schema.composites.push(Composite {
            name: name.text.clone(),
            key: snake(&name.text),
            module,
            docs: docs.clone(),
            span: name.span,
            kind,
            params: Vec::new(),
            body: Block::default(),
            fields: Vec::new(),
            variants: Vec::new(),
            lets: Vec::new(),
            derive_order: Vec::new(),
            extent: (0, None),
        });
        self.trees.push((module, tree));
        Symbol::Composite(id)
    }

    fn add_enum(&mut self, module: ModuleId, name: &Name, docs: &Docs, closed: bool) -> Symbol {
        let id = EnumId(index(self.schema.enums.len()));
        self.schema.enums.push(Enum {
            name: name.text.clone(),
            module,
            docs: docs.clone(),
            bits: 8,
            little: false,
            closed,
            enumerators: Vec::new(),
            by_value: BTreeMap::new(),
            span: name.span,
        });
        Symbol::Enum(id)
    }

    fn add_flags(&mut self, module: ModuleId, name: &Name, docs: &Docs) -> Symbol {
        let id = FlagsId(index(self.schema.flags.len()));
        self.schema.flags.push(Flags {
            name: name.text.clone(),
            module,
            docs: docs.clone(),
            bits: 8,
            little: false,
            flags: Vec::new(),
            span: name.span,
        });
        Symbol::Flags(id)
    }

    fn add_interface(&mut self, name: &Name) -> Symbol {
        let id = InterfaceId(index(self.schema.interfaces.len()));
        self.schema.interfaces.push(Interface { name: name.text.clone(), members: Vec::new(), span: name.span });
        Symbol::Interface(id)
    }

    fn add_table(&mut self, module: ModuleId, name: &Name) -> Symbol {
        let id = TableId(index(self.schema.tables.len()));
        self.schema.tables.push(Table {
            name: name.text.clone(),
            module,
            bits: 16,
            names: None,
            rows: Vec::new(),
            by_key: BTreeMap::new(),
            span: name.span,
        });
        Symbol::Table(id)
    }
}

/// The one word that an attribute of that name has in its parentheses.
fn argument<'t>(attr: &'t Attr, name: &str) -> Option<&'t str> {
    match attr.args.as_slice() {
        [Expr { kind: ExprKind::Name(word), .. }] if attr.name.text == name => Some(word),
        _ => None,
    }
}

fn is_allow_unused(attr: &Attr) -> bool {
    argument(attr, "allow") == Some("unused")
}

fn level(attr: &Attr) -> Option<Level> {
    Level::named(argument(attr, "level")?)
}

/// How expressions call what has a name: `SackPermitted` as `sack_permitted`, `IPv4` as `ipv4`.
#[must_use]
pub fn snake(name: &str) -> String {
    let mut out = String::with_capacity(name.len() + 4);
    let mut before = '_';
    let mut letters = name.chars().peekable();
    while let Some(letter) = letters.next() {
        let starts = letter.is_uppercase() && (before.is_lowercase() || before.is_ascii_digit());
        let ends_acronym = letter.is_uppercase()
            && before.is_uppercase()
            && letters.peek().is_some_and(|next| next.is_lowercase())
            && out.len() > 1;
        if (starts || ends_acronym) && before != '_' {
            out.push('_');
        }
        out.extend(letter.to_lowercase());
        before = letter;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::snake;

    #[test]
    fn names_in_snake_case() {
        for (camel, expected) in [
            ("SackPermitted", "sack_permitted"),
            ("Ipv4", "ipv4"),
            ("Ipv6HopByHop", "ipv6_hop_by_hop"),
            ("DHCPOption", "dhcp_option"),
            ("Sll2", "sll2"),
            ("Dns", "dns"),
        ] {
            assert_eq!(snake(camel), expected);
        }
    }
}
