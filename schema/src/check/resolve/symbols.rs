//! Who has which name, and who sees it.

use crate::model::{CompositeId, EnumId, FlagsId, InterfaceId, ModuleId, TableId};
use crate::tree::{self, Span};
use crate::{Code, Diagnostic};
use std::collections::HashMap;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Symbol {
    Composite(CompositeId),
    /// A position in [`Symbols::mixins`].
    Mixin(usize),
    Enum(EnumId),
    Flags(FlagsId),
    /// A position in [`Symbols::aliases`].
    Alias(usize),
    /// A position in [`Symbols::consts`].
    Const(usize),
    Interface(InterfaceId),
    Table(TableId),
    Meta,
}

impl Symbol {
    /// What it is, in a word.
    pub(super) fn kind(self) -> &'static str {
        match self {
            Self::Composite(_) => "layer, struct or codec",
            Self::Mixin(_) => "mixin",
            Self::Enum(_) => "enum",
            Self::Flags(_) => "flags",
            Self::Alias(_) => "type",
            Self::Const(_) => "const",
            Self::Interface(_) => "interface",
            Self::Table(_) => "table",
            Self::Meta => "metafield",
        }
    }
}

/// A named item.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) symbol: Symbol,
    pub(super) module: ModuleId,
    pub(super) span: Span,
    pub(super) layer: bool,
    /// Something names it.
    pub(super) used: bool,
    /// `@allow(unused)`.
    pub(super) allow_unused: bool,
}

/// All names of all modules.
#[derive(Default)]
pub(super) struct Symbols<'t> {
    pub(super) entries: Vec<Entry>,
    own: Vec<HashMap<String, usize>>,
    imports: Vec<HashMap<String, usize>>,
    layers: HashMap<String, Vec<usize>>,
    modules: HashMap<String, ModuleId>,
    pub(super) mixins: Vec<(ModuleId, &'t tree::Composite)>,
    pub(super) aliases: Vec<(ModuleId, &'t tree::TypeAlias)>,
    pub(super) consts: Vec<(ModuleId, &'t tree::Const)>,
}

impl<'t> Symbols<'t> {
    /// Makes room for the names of a module.
    pub(super) fn module(&mut self, id: ModuleId, name: String, span: Span, found: &mut Vec<Diagnostic>) {
        self.own.push(HashMap::new());
        self.imports.push(HashMap::new());
        if self.modules.insert(name.clone(), id).is_some() {
            found.push(Diagnostic::new(Code::DuplicateName, span, format!("there is another module `{name}`")));
        }
    }

    /// Gives a name to an item.
    pub(super) fn define(&mut self, entry: Entry, found: &mut Vec<Diagnostic>) {
        let index = self.entries.len();
        if let Some(&before) = self.own[entry.module.index()].get(&entry.name) {
            found.push(
                Diagnostic::new(Code::DuplicateName, entry.span, format!("`{}` is defined twice", entry.name))
                    .here("again here")
                    .label(self.entries[before].span, "first here"),
            );
        } else {
            self.own[entry.module.index()].insert(entry.name.clone(), index);
        }
        if entry.layer {
            self.layers.entry(entry.name.clone()).or_default().push(index);
        }
        self.entries.push(entry);
    }

    /// Resolves the `use` declarations of a module.
    pub(super) fn import(&mut self, module: ModuleId, uses: &[tree::Use], found: &mut Vec<Diagnostic>) {
        for using in uses {
            if let Err(diagnostic) = self.import_one(module, using, found) {
                found.push(diagnostic);
            }
        }
    }

    fn import_one(
        &mut self,
        module: ModuleId,
        using: &tree::Use,
        found: &mut Vec<Diagnostic>,
    ) -> Result<(), Diagnostic> {
        let text = using.path.text();
        if using.names.is_empty() {
            if let Some(&source) = self.modules.get(&text) {
                let all: Vec<_> = self.own[source.index()].iter().map(|(name, &index)| (name.clone(), index)).collect();
                self.imports[module.index()].extend(all);
                return Ok(());
            }
            if let Some((head, last)) = text.rsplit_once('.')
                && let Some(&source) = self.modules.get(head)
                && let Some(&index) = self.own[source.index()].get(last)
            {
                self.imports[module.index()].insert(last.to_owned(), index);
                return Ok(());
            }
        }
        let Some(&source) = self.modules.get(&text) else {
            let known = self.modules.keys().map(String::as_str);
            return Err(Diagnostic::new(Code::UnknownModule, using.path.span, format!("there is no module `{text}`"))
                .help(nearest(&text, known).map_or_else(
                    || "give the file that defines it with `-d`".to_owned(),
                    |near| format!("there is `{near}`"),
                )));
        };
        for name in &using.names {
            if let Some(&index) = self.own[source.index()].get(&name.text) {
                self.imports[module.index()].insert(name.text.clone(), index);
            } else {
                let known = self.own[source.index()].keys().map(String::as_str);
                let mut diagnostic =
                    Diagnostic::new(Code::UnknownName, name.span, format!("`{text}` has no `{}`", name.text));
                diagnostic.help = nearest(&name.text, known).map(|near| format!("it has `{near}`"));
                found.push(diagnostic);
            }
        }
        Ok(())
    }

    /// What a path means in a module, without counting as a use.
    pub(super) fn peek(&self, module: ModuleId, text: &str) -> Option<usize> {
        if let Some((head, last)) = text.rsplit_once('.') {
            let source = self.modules.get(head)?;
            return self.own[source.index()].get(last).copied();
        }
        let module = module.index();
        let own = self.own[module].get(text).or_else(|| self.imports[module].get(text)).copied();
        own.or_else(|| match self.layers.get(text).map(Vec::as_slice) {
            Some([only]) => Some(*only),
            _ => None,
        })
    }

    /// What a path means in a module.
    pub(super) fn find(&mut self, module: ModuleId, text: &str) -> Option<Symbol> {
        let index = self.peek(module, text)?;
        let entry = self.entries.get_mut(index)?;
        entry.used = true;
        Some(entry.symbol)
    }

    /// Marks something as used that is found in another way than by its name.
    pub(super) fn mark(&mut self, symbol: Symbol) {
        for entry in self.entries.iter_mut().filter(|entry| entry.symbol == symbol) {
            entry.used = true;
        }
    }

    /// The finding that nothing has this name.
    pub(super) fn unknown(&self, module: ModuleId, path: &tree::Path, wanted: &str) -> Diagnostic {
        let text = path.text();
        let diagnostic = Diagnostic::new(Code::UnknownName, path.span, format!("there is no {wanted} `{text}` here"));
        let elsewhere = self
            .own
            .iter()
            .zip(0..)
            .find_map(|(names, index)| names.contains_key(&text).then(|| self.module_name(ModuleId(index))));
        if let Some(name) = elsewhere {
            return diagnostic.help(format!("`use {name}.{{{text}}};` brings it in"));
        }
        let index = module.index();
        let known = self.own[index].keys().chain(self.imports[index].keys()).chain(self.layers.keys());
        match nearest(&text, known.map(String::as_str)) {
            Some(near) => diagnostic.help(format!("there is `{near}`")),
            None => diagnostic,
        }
    }

    fn module_name(&self, id: ModuleId) -> String {
        self.modules.iter().find(|(_, module)| **module == id).map(|(name, _)| name.clone()).unwrap_or_default()
    }

    /// Items that nothing names.
    pub(super) fn unused(&self) -> impl Iterator<Item = Diagnostic> + '_ {
        let silent =
            |entry: &&Entry| entry.used || entry.allow_unused || entry.layer || matches!(entry.symbol, Symbol::Meta);
        self.entries.iter().filter(move |entry| !silent(entry)).map(|entry| {
            let text = format!("nothing uses the {} `{}`", entry.symbol.kind(), entry.name);
            Diagnostic::new(Code::UnusedItem, entry.span, text)
                .help("remove it, or write `@allow(unused)` before it where other files may use it")
        })
    }
}

/// The known name that is most like a wanted one, if any is at all.
#[must_use]
pub fn nearest<'n>(wanted: &str, known: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let allowed = wanted.len() / 3 + 1;
    known.map(|name| (distance(wanted, name), name)).filter(|(d, _)| *d <= allowed).min().map(|(_, name)| name)
}

/// How many letters must be put in, left out or changed, case aside.
fn distance(a: &str, b: &str) -> usize {
    let (a, b) = (a.to_ascii_lowercase(), b.to_ascii_lowercase());
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row.first().copied().unwrap_or(0);
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
        for (j, y) in b.chars().enumerate() {
            let above = row.get(j + 1).copied().unwrap_or(0);
            let left = row.get(j).copied().unwrap_or(0);
            let cost = (diagonal + usize::from(x != y)).min(above + 1).min(left + 1);
            diagonal = above;
            if let Some(cell) = row.get_mut(j + 1) {
                *cell = cost;
            }
        }
    }
    row.last().copied().unwrap_or(0)
}
