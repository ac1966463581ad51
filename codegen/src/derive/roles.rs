//! What a layer is to others: roles, rows in tables, probes, names of other tools.

use super::Reader;
use super::entries::{Args, Entries, Entry, cut, cut_at};
use super::types::path;
use packet_schema::tree::{
    Bind, BindRow, BodyItem, Clause, ClauseKind, Expr, ExprKind, Item, ItemKind, Let, Name, NameRow, Names, Path,
    Probe, Provided, Role, Span, Table,
};
use packet_schema::{Code, Diagnostic};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};

impl Reader<'_> {
    /// `provides(I { … })`, `passes(I { … })`, `needs(I as x)`, `stream`.
    ///
    /// What is provided is kept among the entries: it stands in the body.
    pub(super) fn roles(&mut self, entries: &mut Entries) -> Vec<Role> {
        let mut roles = Vec::new();
        for entry in entries.take_all(&["needs", "stream"]) {
            let place = self.at(entry.span);
            if entry.key == "stream" {
                self.plain(&entry);
                roles.push(Role::OverStream(place));
                continue;
            }
            for tokens in self.values(&entry) {
                match tokens.as_slice() {
                    [TokenTree::Ident(interface), TokenTree::Ident(word), TokenTree::Ident(name)] if word == "as" => {
                        let interface = self.name(interface);
                        roles.push(Role::Needs(path(&interface.text, interface.span), self.name(name)));
                    }
                    _ => self.wrong(entry.span, "an interface and a name is wanted: `needs(Interface as name)`", None),
                }
            }
        }
        for entry in entries.list.iter().filter(|entry| matches!(entry.key.as_str(), "provides" | "passes")) {
            let Args::Group(group) = &entry.args else { continue };
            for tokens in offers(group) {
                let Some(TokenTree::Ident(interface)) = tokens.first() else { continue };
                let name = self.name(interface);
                let interface = path(&name.text, name.span);
                roles.push(if entry.key == "passes" { Role::Passes(interface) } else { Role::Provides(interface) });
            }
        }
        roles
    }

    /// What stands behind the fields: `let`s, what is provided, what must hold.
    pub(super) fn behind(&mut self, entries: &mut Entries) -> Vec<BodyItem> {
        let mut items = Vec::new();
        for entry in entries.take_all(&["let", "provides", "passes", "expect"]) {
            match entry.key.as_str() {
                "let" => items.extend(self.binding(&entry).map(BodyItem::Let)),
                "expect" => items.extend(self.expect(&entry).map(BodyItem::Expect)),
                _ => items.extend(self.provided(&entry)),
            }
        }
        items
    }

    /// `let(name = expression, unit = x)`.
    fn binding(&mut self, entry: &Entry) -> Option<Let> {
        let (read, span) = self.part(|reader| {
            reader.at(entry.span);
            let mut parts = reader.values(entry).into_iter();
            let (name, value) = reader.assigned(parts.next()?, entry)?;
            let value = reader.expr(value)?;
            let (mut docs, mut clauses) = (Vec::new(), Vec::new());
            for part in parts {
                let (word, said) = reader.assigned(part, entry)?;
                let said: Vec<TokenTree> = said.into_iter().collect();
                match word.text.as_str() {
                    "doc" => docs.push(reader.text(said)?),
                    "unit" => {
                        let unit = reader.ident(said, "a unit")?;
                        clauses.push(Clause { span: word.span.to(unit.span), kind: ClauseKind::Unit(unit) });
                    }
                    other => {
                        let text = format!("a `let` has no `{other}`");
                        let finding = Diagnostic::new(Code::UnknownAttribute, word.span, text);
                        reader.report(finding.help("there are `unit` and `doc`"));
                    }
                }
            }
            Some((docs, name, value, clauses))
        });
        let (docs, name, value, clauses) = read?;
        Some(Let { docs, name, value, clauses, span })
    }

    /// `name = …`.
    pub(super) fn assigned(&mut self, tokens: Vec<TokenTree>, entry: &Entry) -> Option<(Name, TokenStream)> {
        let mut tokens = tokens.into_iter();
        match (tokens.next(), tokens.next()) {
            (Some(TokenTree::Ident(name)), Some(TokenTree::Punct(punct))) if punct.as_char() == '=' => {
                Some((self.name(&name), tokens.collect()))
            }
            (first, _) => {
                let place = first.map_or(entry.span, |token| token.span());
                self.wrong(place, "`name = …` is wanted here", None);
                None
            }
        }
    }

    /// `Interface { member = e, member(a) = e }`, one for each that is named.
    fn provided(&mut self, entry: &Entry) -> Vec<BodyItem> {
        let Args::Group(group) = &entry.args else {
            self.wrong(entry.span, format!("`{}` wants an interface: `{0}(Interface {{ … }})`", entry.key), None);
            return Vec::new();
        };
        let mut items = Vec::new();
        for tokens in offers(group) {
            match tokens.as_slice() {
                [TokenTree::Ident(_)] if entry.key == "passes" => {}
                [TokenTree::Ident(name), TokenTree::Group(members)] if members.delimiter() == Delimiter::Brace => {
                    let (item, span) = self.spanned(|reader| {
                        let name = reader.name(name);
                        (path(&name.text, name.span), reader.members(members, entry))
                    });
                    let (interface, members) = item;
                    items.push(BodyItem::Provide { interface, members, span });
                }
                _ => {
                    self.wrong(entry.span, "an interface with its members is wanted: `Interface { member = … }`", None)
                }
            }
        }
        items
    }

    fn members(&mut self, group: &Group, entry: &Entry) -> Vec<Provided> {
        let mut members = Vec::new();
        for tokens in cut(group.stream(), ',') {
            let mut tokens = tokens;
            let params = match tokens.get(1) {
                Some(TokenTree::Group(params)) => {
                    let names = cut(params.stream(), ',');
                    tokens.remove(1);
                    names.into_iter().filter_map(|name| self.ident(name, "a name")).collect()
                }
                _ => Vec::new(),
            };
            let Some((name, value)) = self.assigned(tokens, entry) else { continue };
            members.extend(self.expr(value).map(|value| Provided { name, params, value }));
        }
        members
    }

    /// Items about the layer: rows of tables, probes, names of other tools.
    pub(super) fn rows(&mut self, entries: &mut Entries, layer: &Name) -> Vec<Item> {
        let mut items = Vec::new();
        for entry in entries.take_all(&["table", "bind", "row", "probe", "alias"]) {
            let (kind, span) = self.part(|reader| {
                let place = reader.at(entry.span);
                let layer = path(&layer.text, place);
                match entry.key.as_str() {
                    "table" => reader.tables(&entry),
                    "row" => reader.row(&entry).into_iter().collect(),
                    "bind" => reader.bind(&entry, &layer),
                    "probe" => reader.probe(&entry, layer).into_iter().collect(),
                    _ => reader.alias(&entry, &layer).into_iter().collect(),
                }
            });
            items.extend(kind.into_iter().map(|kind| Item { docs: Vec::new(), attrs: Vec::new(), kind, span }));
        }
        items.extend(std::mem::take(&mut self.aliases));
        items
    }

    /// `bind(table = KEY | KEY, table = KEY if guard)`.
    fn bind(&mut self, entry: &Entry, layer: &Path) -> Vec<ItemKind> {
        let mut kinds = Vec::new();
        for tokens in self.values(entry) {
            let (read, span) = self.part(|reader| {
                let (table, keys) = reader.assigned(tokens, entry)?;
                let (keys, guard) = reader.guarded(keys.into_iter().collect());
                Some((table, keys, guard))
            });
            let Some((table, keys, guard)) = read else { continue };
            let row = BindRow { keys, layer: layer.clone(), guard, span };
            kinds.push(ItemKind::Bind(Bind { table: path(&table.text, table.span), rows: vec![row] }));
        }
        kinds
    }

    /// `table(name: Key)`.
    fn tables(&mut self, entry: &Entry) -> Vec<ItemKind> {
        let params: Vec<_> = self.values(entry).into_iter().filter_map(|tokens| self.param(tokens)).collect();
        params.into_iter().map(|table| ItemKind::Table(Table { name: table.name, key: table.ty })).collect()
    }

    /// `row(table, KEY | KEY => Layer, KEY if guard => Layer)`.
    fn row(&mut self, entry: &Entry) -> Option<ItemKind> {
        let mut parts = self.values(entry).into_iter();
        let table = self.ident(parts.next()?, "a table")?;
        let mut rows = Vec::new();
        for mut tokens in parts {
            let is_arrow = |pair: &[TokenTree]| matches!(pair, [TokenTree::Punct(a), TokenTree::Punct(b)] if a.as_char() == '=' && b.as_char() == '>');
            let Some(arrow) = tokens.windows(2).position(is_arrow) else {
                self.wrong(entry.span, "a key and its layer are wanted here: `KEY => Layer`", None);
                continue;
            };
            let layer = tokens.split_off(arrow).into_iter().skip(2).collect();
            let ((keys, guard), span) = self.part(|reader| reader.guarded(tokens));
            rows.extend(self.layer(layer).map(|layer| BindRow { keys, layer, guard, span }));
        }
        Some(ItemKind::Bind(Bind { table: path(&table.text, table.span), rows }))
    }

    /// `probe(condition, from = table, guard = condition, score = n)`; `from` may be said of several tables.
    fn probe(&mut self, entry: &Entry, layer: Path) -> Option<ItemKind> {
        let mut parts = self.values(entry).into_iter();
        let condition = self.expr(parts.next()?.into_iter().collect())?;
        let (mut from, mut guard, mut score) = (Vec::new(), None, None);
        for part in parts {
            let (name, value) = self.assigned(part, entry)?;
            match name.text.as_str() {
                "from" => {
                    let table = self.ident(value.into_iter().collect(), "a table")?;
                    from.push(path(&table.text, table.span));
                }
                "guard" => guard = Some(self.expr(value)?),
                "score" => score = Some(self.expr(value)?),
                _ => {
                    self.wrong(entry.span, "a probe has `from`, `guard` and `score`", None);
                    return None;
                }
            }
        }
        let Some(score) = score else {
            self.wrong(entry.span, "a probe has a score", Some("as in `probe(magic == 7, score = 90)`"));
            return None;
        };
        Some(ItemKind::Probe(Probe { layer, from, guard, condition, score }))
    }

    /// `alias(tool, expression = "name" if condition)`.
    fn alias(&mut self, entry: &Entry, layer: &Path) -> Option<ItemKind> {
        let mut parts = self.values(entry).into_iter();
        let tool = self.ident(parts.next()?, "the name of a tool")?;
        let mut rows = Vec::new();
        for tokens in parts {
            let (read, span) = self.part(|reader| {
                let is_name = |pair: &[TokenTree]| {
                    matches!(pair, [TokenTree::Punct(sign), TokenTree::Literal(_)] if sign.as_char() == '=')
                };
                let at = tokens.windows(2).position(is_name);
                let Some(at) = at else {
                    reader.wrong(entry.span, "`value = \"name\"` is wanted here", None);
                    return None;
                };
                let mut value = tokens;
                let name = value.split_off(at);
                let (name, condition) = cut_at(name, "if");
                let value = reader.expr(value.into_iter().collect())?;
                let name = reader.text(name.into_iter().skip(1).collect())?;
                let condition = match condition {
                    Some(tokens) => Some(reader.expr(tokens.into_iter().collect())?),
                    None => None,
                };
                Some((value, name, condition))
            });
            rows.extend(read.map(|(value, name, condition)| NameRow { value, name, condition, span }));
        }
        Some(ItemKind::Names(Names { tool, target: layer.clone(), rows }))
    }

    /// `alias(tool = "name")` of a field.
    pub(super) fn names_elsewhere(&mut self, entries: &mut Entries, field: &Name) {
        for entry in entries.take_all(&["alias"]) {
            let (read, span) = self.part(|reader| {
                reader.at(entry.span);
                let mut rows = Vec::new();
                for tokens in reader.values(&entry) {
                    let (tool, name) = reader.assigned(tokens, &entry)?;
                    let (name, condition) = cut_at(name.into_iter().collect(), "if");
                    let name = reader.text(name)?;
                    let condition = match condition {
                        Some(tokens) => Some(reader.expr(tokens.into_iter().collect())?),
                        None => None,
                    };
                    rows.push((tool, name, condition));
                }
                Some(rows)
            });
            for (tool, name, condition) in read.into_iter().flatten() {
                self.alias_of(tool, field, name, condition, span);
            }
        }
    }

    fn alias_of(&mut self, tool: Name, field: &Name, name: String, condition: Option<Expr>, span: Span) {
        let value = Expr { kind: ExprKind::Name(field.text.clone()), span: field.span };
        let row = NameRow { value, name, condition, span };
        let target = path(&self.item.name, span);
        let kind = ItemKind::Names(Names { tool, target, rows: vec![row] });
        self.aliases.push(Item { docs: Vec::new(), attrs: Vec::new(), kind, span });
    }
}

/// `Interface { … }`, each by itself.
fn offers(group: &Group) -> Vec<Vec<TokenTree>> {
    cut(group.stream(), ',')
}
