//! Names and types: from trees to the model.
//!
//! The stages, each over all modules: who has which name; enums, flags, interfaces and tables; which fields a composite has;
//! bodies with their expressions; what stands above layers. A mistake yields one finding and a stand-in that raises no other.

mod bodies;
mod builtins;
mod codecs;
mod collect;
mod exprs;
mod fields;
mod layers;
mod metas;
mod operators;
mod replies;
mod rows;
mod scalars;
mod scopes;
mod symbols;
mod types;
mod words;

use crate::model::{CompositeId, Expr, ExprId, InterfaceId, ModuleId, Schema};
use crate::tree::{self, Span};
use crate::{Code, Diagnostic};
pub use collect::snake;
use scopes::Scope;
use std::collections::HashMap;
pub use symbols::nearest;
use symbols::{Symbol, Symbols};
use types::Ty;

/// What resolving gives.
pub(super) struct Resolved {
    pub(super) schema: Schema,
    /// The place of each expression, by its id.
    pub(super) spans: Vec<Span>,
    pub(super) found: Vec<Diagnostic>,
}

/// Resolves all modules of a program together.
pub(super) fn resolve(modules: &[tree::Module]) -> Resolved {
    let mut resolver = Resolver::new(modules);
    resolver.collect();
    resolver.scalars();
    resolver.declare_fields();
    resolver.resolve_bodies();
    resolver.resolve_layers();
    resolver.resolve_rows();
    resolver.resolve_metas();
    resolver.resolve_replies();
    resolver.resolve_names_and_tests();
    let unused: Vec<_> = resolver.symbols.unused().collect();
    resolver.found.extend(unused);
    Resolved { schema: resolver.schema, spans: resolver.spans, found: resolver.found }
}

/// The tree of what becomes a composite.
#[derive(Clone, Copy)]
enum CompositeTree<'t> {
    Body(&'t tree::Composite),
    Codec(&'t tree::Codec),
}

/// The state of resolution.
struct Resolver<'t> {
    modules: &'t [tree::Module],
    symbols: Symbols<'t>,
    schema: Schema,
    /// By expression.
    spans: Vec<Span>,
    /// By field.
    types: Vec<Ty>,
    /// By composite.
    scopes: Vec<Scope<'t>>,
    /// By composite.
    trees: Vec<(ModuleId, CompositeTree<'t>)>,
    /// Arms that other items add to a struct.
    extensions: HashMap<CompositeId, Vec<(ModuleId, &'t tree::Arm)>>,
    /// Values of constants that were asked for; absent while one is worked out.
    consts: HashMap<usize, Option<(i128, Ty)>>,
    /// How deep aliases are being followed.
    alias_depth: u32,
    /// How many `let`s and constants wait for the value of another one.
    waiting: u32,
    found: Vec<Diagnostic>,
}

/// Where an expression stands, and so what its names mean.
#[derive(Clone)]
struct Cx<'a> {
    module: ModuleId,
    /// Whose fields it sees.
    frame: Option<CompositeId>,
    /// The type of `it`.
    it: Option<Ty>,
    /// Arguments of an interface's member, or of a hash.
    args: &'a [(String, Ty)],
    /// The interface being provided, and the member under definition.
    provide: Option<(InterfaceId, u32)>,
    /// Interfaces that a metafield is over.
    over: &'a [(String, InterfaceId)],
    /// Layers of the packet are visible by their names.
    layers: bool,
}

impl<'a> Cx<'a> {
    fn module(module: ModuleId) -> Self {
        Self { module, frame: None, it: None, args: &[], provide: None, over: &[], layers: false }
    }

    fn frame(module: ModuleId, frame: CompositeId) -> Self {
        Self { frame: Some(frame), ..Self::module(module) }
    }

    fn it(&self, ty: Ty) -> Self {
        Self { it: Some(ty), ..self.clone() }
    }
}

impl<'t> Resolver<'t> {
    fn new(modules: &'t [tree::Module]) -> Self {
        Self {
            modules,
            symbols: Symbols::default(),
            schema: Schema::default(),
            spans: Vec::new(),
            types: Vec::new(),
            scopes: Vec::new(),
            trees: Vec::new(),
            extensions: HashMap::new(),
            consts: HashMap::new(),
            alias_depth: 0,
            waiting: 0,
            found: Vec::new(),
        }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    fn error(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.report(Diagnostic::new(code, span, message));
    }

    /// Adds an expression to the arena.
    fn push(&mut self, expr: Expr, span: Span) -> ExprId {
        let id = ExprId(index(self.schema.exprs.len()));
        self.schema.exprs.push(expr);
        self.spans.push(span);
        id
    }

    /// Every item with the module it is in.
    fn items(&self) -> impl Iterator<Item = (ModuleId, &'t tree::Item)> + use<'t> {
        self.modules.iter().zip(0..).flat_map(|(module, id)| module.items.iter().map(move |item| (ModuleId(id), item)))
    }

    /// What a path means, where it should mean something of a kind; else a finding.
    fn symbol(&mut self, module: ModuleId, path: &tree::Path, wanted: &str) -> Option<Symbol> {
        let symbol = self.symbols.find(module, &path.text());
        if symbol.is_none() {
            let diagnostic = self.symbols.unknown(module, path, wanted);
            self.report(diagnostic);
        }
        symbol
    }

    fn wrong_kind(&mut self, path: &tree::Path, symbol: Symbol, wanted: &str) {
        let text = format!("`{}` is a {}, and a {wanted} is wanted here", path.text(), symbol.kind());
        self.error(Code::WrongKind, path.span, text);
    }

    /// The composite of a path.
    fn composite(&mut self, module: ModuleId, path: &tree::Path, wanted: &str) -> Option<CompositeId> {
        match self.symbol(module, path, wanted)? {
            Symbol::Composite(id) => Some(id),
            other => {
                self.wrong_kind(path, other, wanted);
                None
            }
        }
    }

    /// The layer of a path.
    fn layer(&mut self, module: ModuleId, path: &tree::Path) -> Option<CompositeId> {
        let id = self.composite(module, path, "layer")?;
        if matches!(self.schema[id].kind, crate::model::CompositeKind::Layer(_)) {
            return Some(id);
        }
        let text = format!("`{}` is no layer, and only layers can be stacked", path.text());
        self.error(Code::WrongKind, path.span, text);
        None
    }
}

/// A position as an id's number. Sources are held in 32 bits, so there are never more items than that.
fn index(position: usize) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}
