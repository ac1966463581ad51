//! The second stage: which fields a composite has, before any expression over them is resolved.

use super::scopes::{LetScope, LetState, Scope, exclusive};
use super::symbols::Symbol;
use super::{CompositeTree, Resolver, index};
use crate::model::{CompositeId, Display, Field, FieldId, ModuleId, Place, Type, Variant};
use crate::tree::{self, ArmAction, BodyItem, CodecAction, CodecItem, ItemKind, Role};
use crate::{Code, Diagnostic};

/// Where the walk is.
#[derive(Clone)]
pub(super) struct Walk {
    pub(super) id: CompositeId,
    pub(super) module: ModuleId,
    pub(super) branch: Vec<(u32, u32)>,
    pub(super) variant: Option<u32>,
    /// How many mixins are open.
    pub(super) depth: u32,
}

impl Walk {
    fn arm(&self, choice: u32, arm: usize, module: ModuleId, variant: Option<u32>) -> Self {
        let mut branch = self.branch.clone();
        branch.push((choice, index(arm)));
        Self { branch, module, variant: variant.or(self.variant), ..self.clone() }
    }
}

impl<'t> Resolver<'t> {
    /// Finds the fields, named arms and `let`s of every composite.
    pub(super) fn declare_fields(&mut self) {
        self.scopes.resize_with(self.trees.len(), Scope::default);
        self.collect_extensions();
        for position in 0..self.trees.len() {
            let Some(&(module, tree)) = self.trees.get(position) else { continue };
            let id = CompositeId(index(position));
            let walk = Walk { id, module, branch: Vec::new(), variant: None, depth: 0 };
            match tree {
                CompositeTree::Body(body) => {
                    self.declare_needs(id, module, &body.roles);
                    self.declare_block(&walk, &body.body);
                }
                CompositeTree::Codec(codec) => self.declare_codec(&walk, &codec.items),
            }
        }
    }

    fn collect_extensions(&mut self) {
        for (module, item) in self.items() {
            let ItemKind::Extend(tree) = &item.kind else { continue };
            if tree.arms.is_empty() {
                continue;
            }
            if let Some(id) = self.composite(module, &tree.target, "struct") {
                self.extensions.entry(id).or_default().extend(tree.arms.iter().map(|arm| (module, arm)));
            }
        }
    }

    fn declare_needs(&mut self, id: CompositeId, module: ModuleId, roles: &[Role]) {
        for role in roles {
            let Role::Needs(path, name) = role else { continue };
            match self.symbol(module, path, "interface") {
                Some(Symbol::Interface(interface)) => {
                    if let crate::model::CompositeKind::Layer(layer) = &mut self.schema[id].kind {
                        let position = index(layer.needs.len());
                        layer.needs.push((interface, name.text.clone()));
                        self.scopes[id.index()].needs.insert(name.text.clone(), position);
                    }
                }
                Some(other) => self.wrong_kind(path, other, "interface"),
                None => {}
            }
        }
    }

    fn declare_block(&mut self, walk: &Walk, block: &'t tree::Block) {
        for item in &block.items {
            match item {
                BodyItem::Field(field) => self.declare_field(walk, field),
                BodyItem::Bits { fields, .. } => fields.iter().for_each(|field| self.declare_field(walk, field)),
                BodyItem::Let(tree) => self.declare_let(walk, tree),
                BodyItem::Match(tree) => self.declare_match(walk, tree),
                BodyItem::If(tree) => {
                    let choice = self.choice(walk.id);
                    self.declare_block(&walk.arm(choice, 0, walk.module, None), &tree.then);
                    if let Some(otherwise) = &tree.otherwise {
                        self.declare_block(&walk.arm(choice, 1, walk.module, None), otherwise);
                    }
                }
                BodyItem::Include(path) => {
                    if let Some((module, body)) = self.mixin(walk, path) {
                        self.declare_block(&Walk { module, depth: walk.depth + 1, ..walk.clone() }, body);
                    }
                }
                BodyItem::Provide { .. } | BodyItem::Expect(_) | BodyItem::Align { .. } => {}
            }
        }
    }

    /// The body of a mixin, and the module whose names it uses.
    pub(super) fn mixin(&mut self, walk: &Walk, path: &tree::Path) -> Option<(ModuleId, &'t tree::Block)> {
        if walk.depth > 8 {
            return None;
        }
        match self.symbols.find(walk.module, &path.text())? {
            Symbol::Mixin(position) => {
                let &(module, tree) = self.symbols.mixins.get(position)?;
                Some((module, &tree.body))
            }
            _ => None,
        }
    }

    fn choice(&mut self, id: CompositeId) -> u32 {
        let scope = &mut self.scopes[id.index()];
        scope.choices += 1;
        scope.choices
    }

    fn declare_match(&mut self, walk: &Walk, tree: &'t tree::Match) {
        let choice = self.choice(walk.id);
        for (arm, (module, tree)) in self.arms(walk, tree).into_iter().enumerate() {
            let ArmAction::Block(name, block) = &tree.action else { continue };
            let variant = name.as_ref().map(|name| self.declare_variant(walk.id, name));
            self.declare_block(&walk.arm(choice, arm, module, variant), block);
        }
    }

    /// The arms of a match, with those that other items add before the wildcard. They go to the match with named arms.
    pub(super) fn arms(&self, walk: &Walk, tree: &'t tree::Match) -> Vec<(ModuleId, &'t tree::Arm)> {
        let named = |arm: &tree::Arm| matches!(&arm.action, ArmAction::Block(Some(_), _));
        let wild = |arm: &tree::Arm| arm.patterns.iter().any(|p| p.kind == tree::ExprKind::Wildcard);
        let own = |arm: &'t tree::Arm| (walk.module, arm);
        if !tree.arms.iter().any(named) {
            return tree.arms.iter().map(own).collect();
        }
        let added = self.extensions.get(&walk.id).into_iter().flatten().copied();
        let first = tree.arms.iter().filter(|arm| !wild(arm)).map(own);
        first.chain(added).chain(tree.arms.iter().filter(|arm| wild(arm)).map(own)).collect()
    }

    fn declare_variant(&mut self, id: CompositeId, name: &tree::Name) -> u32 {
        let key = super::collect::snake(&name.text);
        let composite = &mut self.schema[id];
        let position = index(composite.variants.len());
        composite.variants.push(Variant { name: name.text.clone(), key: key.clone(), fields: Vec::new() });
        self.scopes[id.index()].variants.entry(key).or_default().push(position);
        position
    }

    fn declare_let(&mut self, walk: &Walk, tree: &'t tree::Let) {
        let scope = LetScope { module: walk.module, tree, state: LetState::New };
        if let Some(before) = self.scopes[walk.id.index()].lets.insert(tree.name.text.clone(), scope) {
            self.report(
                Diagnostic::new(Code::DuplicateName, tree.name.span, format!("`{}` is defined twice", tree.name.text))
                    .here("again here")
                    .label(before.tree.name.span, "first here"),
            );
        }
    }

    fn declare_field(&mut self, walk: &Walk, tree: &tree::Field) {
        let id = FieldId(index(self.schema.fields.len()));
        let composite = &mut self.schema[walk.id];
        let slot = index(composite.fields.len());
        composite.fields.push(id);
        if let Some(variant) = walk.variant.and_then(|v| composite.variants.get_mut(v as usize)) {
            variant.fields.push(id);
        }
        let shape = self.shape(walk.module, &tree.ty);
        let shape = with_unit(shape, &tree.clauses);
        self.types.push(shape);
        self.schema.fields.push(Field {
            name: tree.name.as_ref().map(|name| name.text.clone()),
            docs: tree.docs.clone(),
            span: tree.name.as_ref().map_or(tree.span, |name| name.span),
            owner: walk.id,
            slot,
            variant: walk.variant,
            ty: Type::Bool,
            place: Place::Scan,
            display: Display::Plain,
            scale: 1,
            unit: None,
            constant: None,
            lenient: false,
            auto: None,
            default: None,
            wheres: Vec::new(),
            verify: None,
            within: None,
            partial: None,
            align: None,
            condition: None,
            opaque_otherwise: false,
            trailing: false,
        });
        self.scopes[walk.id.index()].branches.insert(id, walk.branch.clone());
        if let Some(name) = &tree.name {
            self.name_field(walk, name, id);
        }
    }

    fn name_field(&mut self, walk: &Walk, name: &tree::Name, id: FieldId) {
        let scope = &mut self.scopes[walk.id.index()];
        let others = scope.fields.entry(name.text.clone()).or_default();
        let clash = others
            .iter()
            .copied()
            .find(|other| scope.branches.get(other).is_some_and(|branch| !exclusive(branch, &walk.branch)));
        others.push(id);
        if let Some(other) = clash {
            let first = self.schema[other].span;
            self.report(
                Diagnostic::new(Code::DuplicateName, name.span, format!("`{}` is defined twice", name.text))
                    .here("again here")
                    .label(first, "first here"),
            );
        }
    }

    fn declare_codec(&mut self, walk: &Walk, items: &'t [CodecItem]) {
        for item in items {
            match item {
                CodecItem::Field(field) => self.declare_field(walk, field),
                CodecItem::Let(tree) => self.declare_let(walk, tree),
                CodecItem::Repeat { items, .. } => self.declare_codec(walk, items),
                CodecItem::Match { arms, .. } => {
                    let choice = self.choice(walk.id);
                    for (position, arm) in arms.iter().enumerate() {
                        if let CodecAction::Items(items) = &arm.action {
                            self.declare_codec(&walk.arm(choice, position, walk.module, None), items);
                        }
                    }
                }
                CodecItem::Expect(_)
                | CodecItem::Jump { .. }
                | CodecItem::Emit(_)
                | CodecItem::Yields(_)
                | CodecItem::Encode { .. }
                | CodecItem::EncodeBy(_)
                | CodecItem::Limit { .. } => {}
            }
        }
    }
}

fn with_unit(shape: super::Ty, clauses: &[tree::Clause]) -> super::Ty {
    match shape {
        super::Ty::Int(mut number) => {
            for clause in clauses {
                match &clause.kind {
                    tree::ClauseKind::Unit(unit) => number.unit = Some(unit.text.clone()),
                    // What is scaled has another width than on the wire.
                    tree::ClauseKind::Scale(_) => number.bits = None,
                    _ => {}
                }
            }
            super::Ty::Int(number)
        }
        other => other,
    }
}
