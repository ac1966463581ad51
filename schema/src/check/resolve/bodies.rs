//! The third stage: bodies of layers and structs, with every expression in them.

use super::fields::Walk;
use super::types::{Extras, Ty};
use super::{CompositeTree, Cx, Resolver, index};
use crate::model::{
    Action, Arm, Block, CompositeId, Expect, Expr, ExprId, Field, FieldId, Item, Match, ModuleId, Place, Type, Verify,
};
use crate::tree::{self, ArmAction, BodyItem, ClauseKind, SizeUnit, Span};
use crate::{Code, Diagnostic};

impl<'t> Resolver<'t> {
    /// Resolves the body of every composite.
    pub(super) fn resolve_bodies(&mut self) {
        for position in 0..self.trees.len() {
            let Some(&(module, tree)) = self.trees.get(position) else { continue };
            let id = CompositeId(index(position));
            let walk = Walk { id, module, branch: Vec::new(), variant: None, depth: 0 };
            let body = match tree {
                CompositeTree::Body(body) => self.block(&walk, &body.body),
                CompositeTree::Codec(codec) => self.codec(&walk, codec),
            };
            self.schema[id].body = body;
            self.resolve_lets(id);
        }
    }

    /// `let`s that no field uses are still shown, and have to be right.
    fn resolve_lets(&mut self, id: CompositeId) {
        let mut lets: Vec<_> = self.scopes[id.index()].lets.values().map(|scope| scope.tree).collect();
        lets.sort_by_key(|tree| tree.span);
        for tree in lets {
            let (value, ty) = self.let_value(id, &tree.name.text, tree.name.span);
            for clause in &tree.clauses {
                if !matches!(clause.kind, ClauseKind::Unit(_)) {
                    self.error(Code::BadClause, clause.span, "a `let` has a unit at most");
                }
            }
            let unit = match ty {
                Ty::Int(number) => number.unit,
                _ => None,
            };
            let resolved = crate::model::Let { name: tree.name.text.clone(), value, unit, docs: tree.docs.clone() };
            self.schema[id].lets.push(resolved);
        }
    }

    fn block(&mut self, walk: &Walk, tree: &'t tree::Block) -> Block {
        let mut items = Vec::with_capacity(tree.items.len());
        for item in &tree.items {
            self.body_item(walk, item, &mut items);
        }
        Block { items }
    }

    fn body_item(&mut self, walk: &Walk, item: &'t BodyItem, items: &mut Vec<Item>) {
        let cx = Cx::frame(walk.module, walk.id);
        match item {
            BodyItem::Field(tree) => items.push(Item::Field(self.field(&cx, tree))),
            BodyItem::Bits { container, fields, span } => self.container(&cx, container, fields, *span, items),
            BodyItem::Match(tree) => items.push(Item::Match(self.choice_by_value(walk, tree))),
            BodyItem::If(tree) => {
                let condition = self.boolean(&cx, &tree.condition);
                let then = self.block(walk, &tree.then);
                let otherwise = tree.otherwise.as_ref().map(|block| self.block(walk, block)).unwrap_or_default();
                items.push(Item::If { condition, then, otherwise });
            }
            BodyItem::Expect(tree) => items.push(Item::Expect(self.expectation(&cx, tree))),
            BodyItem::Include(path) => self.include(walk, path, items),
            BodyItem::Align { to, unit, fill, span } => {
                let bits = self.const_int(&cx, to, &Ty::INT).map(|n| if *unit == SizeUnit::Bytes { n * 8 } else { n });
                let fill = fill.as_ref().and_then(|fill| self.const_int(&cx, fill, &Ty::INT));
                match (bits.and_then(|bits| u32::try_from(bits).ok()), fill.map(u8::try_from).transpose()) {
                    (Some(bits @ 1..), Ok(fill)) => items.push(Item::Align { bits, fill, span: *span }),
                    _ => self.error(Code::ValueOutOfRange, *span, "alignment is a positive number, its filling a byte"),
                }
            }
            BodyItem::Let(_) | BodyItem::Provide { .. } => {}
        }
    }

    fn include(&mut self, walk: &Walk, path: &tree::Path, items: &mut Vec<Item>) {
        if let Some((module, body)) = self.mixin(walk, path) {
            let block = self.block(&Walk { module, depth: walk.depth + 1, ..walk.clone() }, body);
            items.extend(block.items);
        } else if walk.depth > 8 {
            self.error(Code::CyclicDefinition, path.span, format!("the mixin `{}` includes itself", path.text()));
        } else {
            match self.symbol(walk.module, path, "mixin") {
                Some(super::Symbol::Mixin(_)) | None => {}
                Some(other) => self.wrong_kind(path, other, "mixin"),
            }
        }
    }

    /// `e bytes` in bits.
    pub(super) fn size_in_bits(&mut self, cx: &Cx<'_>, size: &tree::Expr, unit: SizeUnit) -> ExprId {
        let id = self.int(cx, size);
        match (unit, &self.schema[id]) {
            (SizeUnit::Bits, _) => id,
            (SizeUnit::Bytes, Expr::Int(bytes)) => {
                let bits = Expr::Int(bytes.saturating_mul(8));
                self.push(bits, size.span)
            }
            (SizeUnit::Bytes, _) => {
                let eight = self.push(Expr::Int(8), size.span);
                self.push(Expr::Binary(tree::BinaryOp::Mul, id, eight), size.span)
            }
        }
    }

    fn choice_by_value(&mut self, walk: &Walk, tree: &'t tree::Match) -> Match {
        let cx = Cx::frame(walk.module, walk.id);
        let (mut on, mut ty) = self.expr(&cx, &tree.on, None);
        let trees: Vec<_> = self.arms(walk, tree).into_iter().collect();
        if ty == Ty::Bytes {
            ty = Ty::Text;
        }
        if matches!(ty, Ty::Text | Ty::NoCase) {
            let patterns = trees.iter().flat_map(|(_, arm)| &arm.patterns);
            (on, ty) = self.chosen_word((on, ty), patterns, tree.on.span);
        } else if !matches!(ty, Ty::Int(_) | Ty::Bool | Ty::Any) {
            let text = format!("a match is by a number or a text, and this is {}", ty.words());
            self.error(Code::TypeMismatch, tree.on.span, text);
        }
        let within = tree.within.as_ref().map(|(size, unit)| self.size_in_bits(&cx, size, *unit));
        let mut arms = Vec::new();
        for (module, arm) in trees {
            arms.push(self.arm(walk, module, arm, (on, &ty)));
        }
        Match { on, within, arms, span: tree.span }
    }

    fn arm(&mut self, walk: &Walk, module: ModuleId, tree: &'t tree::Arm, (on, ty): (ExprId, &Ty)) -> Arm {
        let cx = Cx::frame(module, walk.id);
        let tags = self.tags(&cx, &tree.patterns, (on, ty));
        let guard = tree.guard.as_ref().map(|guard| self.boolean(&cx, guard));
        let action = match &tree.action {
            ArmAction::Block(name, block) => {
                let variant = name.as_ref().map(|_| {
                    let met = &mut self.scopes[walk.id.index()].variants_met;
                    *met += 1;
                    index(*met - 1)
                });
                Action::Read(variant, self.block(&Walk { module, ..walk.clone() }, block))
            }
            ArmAction::Stop => Action::Stop,
            ArmAction::Reject(why) => Action::Reject(why.clone()),
        };
        Arm { tags, guard, action, pattern: pattern(&tree.patterns, tree.span), span: tree.span }
    }

    /// The values of patterns; none for the wildcard.
    pub(super) fn tags(&mut self, cx: &Cx<'_>, patterns: &[tree::Expr], (on, ty): (ExprId, &Ty)) -> Vec<(i128, i128)> {
        let mut tags = Vec::with_capacity(patterns.len());
        for pattern in patterns {
            match &pattern.kind {
                tree::ExprKind::Wildcard => {}
                tree::ExprKind::Bool(value) if *ty == Ty::Bool => tags.push((i128::from(*value), i128::from(*value))),
                _ if matches!(ty, Ty::Text | Ty::NoCase) => match self.word_tag(on, pattern) {
                    Some(tag) => tags.push((tag, tag)),
                    None => {
                        self.error(Code::TypeMismatch, pattern.span, "a text of ASCII is wanted here, as `\"host\"`");
                        tags.push((i128::MIN, i128::MIN));
                    }
                },
                _ => {
                    let Some((low, high)) = self.const_range_of(cx, pattern, ty) else {
                        // A tag that no value has, so that the arm is not taken for the wildcard.
                        tags.push((i128::MIN, i128::MIN));
                        continue;
                    };
                    if low > high {
                        self.error(Code::ValueOutOfRange, pattern.span, "the range ends before it starts");
                    }
                    tags.push((low, high));
                }
            }
        }
        tags
    }

    pub(super) fn expectation(&mut self, cx: &Cx<'_>, tree: &tree::Expect) -> Expect {
        let condition = self.boolean(cx, &tree.condition);
        let message = tree.message.clone().unwrap_or_default();
        let name = match &tree.name {
            Some(name) => name.text.clone(),
            None => slug(&message),
        };
        if name.is_empty() {
            self.report(
                Diagnostic::new(Code::BadClause, tree.span, "the anomaly has no name")
                    .help("say what is wrong where this does not hold: `expect … : \"SYN with FIN\";`"),
            );
        }
        Expect { condition, name, message, span: tree.span }
    }

    /// The next field of the walk, which the second stage has declared.
    fn next_field(&mut self, walk: CompositeId) -> Option<FieldId> {
        let scope = &mut self.scopes[walk.index()];
        let id = self.schema.composites[walk.index()].fields.get(scope.met).copied();
        scope.met += 1;
        id
    }

    /// Resolves a field in the place that was made for it.
    pub(super) fn field(&mut self, cx: &Cx<'_>, tree: &tree::Field) -> FieldId {
        let frame = cx.frame.unwrap_or(CompositeId(0));
        let Some(id) = self.next_field(frame) else { return FieldId(0) };
        let Some((ty, extras)) = self.field_type(cx, &tree.ty) else { return id };
        // Widths and names are known better now than when the field was declared.
        let shape = self.types.get(id.index()).cloned().unwrap_or(Ty::Any);
        let it = cx.it(shape.clone());
        let mut field = self.schema[id].clone();
        field.ty = ty;
        self.take_alias(&mut field, extras, &it);
        for clause in &tree.clauses {
            self.clause(&mut field, cx, &it, &shape, clause);
        }
        self.clauses_together(&field, tree);
        self.schema[id] = field;
        id
    }

    fn take_alias(&mut self, field: &mut Field, extras: Extras<'t>, it: &Cx<'_>) {
        field.display = extras.display;
        field.unit = extras.unit;
        for (module, condition, message) in extras.wheres {
            let cx = Cx { module, frame: None, ..it.clone() };
            let condition = self.boolean(&cx, condition);
            field.wheres.push((condition, message));
        }
    }

    fn clause(&mut self, field: &mut Field, cx: &Cx<'_>, it: &Cx<'_>, shape: &Ty, clause: &tree::Clause) {
        match &clause.kind {
            ClauseKind::Const(value) => field.constant = Some(self.expect(cx, value, shape)),
            ClauseKind::Auto(value) => field.auto = Some(self.expect(cx, value, shape)),
            // A field may be called `random` itself, as TLS has it; its default does not speak of the field.
            ClauseKind::Default(tree::Expr { kind: tree::ExprKind::Name(name), span }) if name == "random" => {
                field.default = Some(self.push(Expr::Random, *span));
            }
            ClauseKind::Default(value) => field.default = Some(self.expect(cx, value, shape)),
            ClauseKind::Where(condition, why) => {
                let condition = self.boolean(it, condition);
                field.wheres.push((condition, why.clone()));
            }
            ClauseKind::Verify(None) => field.verify = Some(Verify::Always),
            ClauseKind::Verify(Some(when)) => field.verify = Some(Verify::When(self.boolean(it, when))),
            ClauseKind::Within(size, unit) => field.within = Some(self.size_in_bits(cx, size, *unit)),
            ClauseKind::Align(to) => {
                field.align =
                    self.const_int(cx, to, &Ty::INT).and_then(|to| u32::try_from(to).ok()).filter(|to| *to > 0);
                if field.align.is_none() {
                    self.error(Code::ValueOutOfRange, to.span, "alignment is a positive number of bytes");
                }
            }
            ClauseKind::Scale(by) => {
                match self.const_int(cx, by, &Ty::INT).and_then(|by| u64::try_from(by).ok()).filter(|by| *by > 0) {
                    Some(scale) => field.scale = scale,
                    None => self.error(Code::ValueOutOfRange, by.span, "a scale is a positive number"),
                }
            }
            ClauseKind::Unit(unit) => field.unit = Some(unit.text.clone()),
            ClauseKind::Display(name) => field.display = self.display(name),
            ClauseKind::If(condition, otherwise) => {
                field.condition = Some(self.boolean(cx, condition));
                if let Some(name) = otherwise {
                    field.opaque_otherwise = true;
                    if name.text != "opaque" || !matches!(field.ty, Type::Next(_)) {
                        self.report(
                            Diagnostic::new(Code::BadClause, name.span, "only a payload can be left `opaque`")
                                .help("a field without `else` is absent where the condition fails"),
                        );
                    }
                }
            }
            ClauseKind::Partial(None) => field.partial = Some(self.push(Expr::Bool(true), clause.span)),
            ClauseKind::Partial(Some(when)) => field.partial = Some(self.boolean(cx, when)),
            ClauseKind::Lenient => field.lenient = true,
            ClauseKind::Trailing => field.trailing = true,
        }
    }

    /// Clauses that need, or rule out, others.
    fn clauses_together(&mut self, field: &Field, tree: &tree::Field) {
        let number = matches!(field.ty, Type::Uint { .. } | Type::Int { .. } | Type::UintOf { .. } | Type::Codec(..));
        let span_of = |wanted: fn(&ClauseKind) -> bool| {
            tree.clauses.iter().find(|c| wanted(&c.kind)).map_or(tree.span, |c| c.span)
        };
        let mut bad = |span: Span, text: &str| self.error(Code::BadClause, span, text);
        if field.verify.is_some() && field.auto.is_none() {
            bad(
                span_of(|c| matches!(c, ClauseKind::Verify(_))),
                "what is not derived can't be verified: `auto` is missing",
            );
        }
        if field.lenient && field.constant.is_none() {
            bad(span_of(|c| matches!(c, ClauseKind::Lenient)), "`lenient` is of a constant: `= e` is missing");
        }
        if field.scale != 1 && !number {
            bad(span_of(|c| matches!(c, ClauseKind::Scale(_))), "only numbers have a scale");
        }
        if field.partial.is_some() && !matches!(field.ty, Type::Next(_)) {
            bad(span_of(|c| matches!(c, ClauseKind::Partial(_))), "only a payload can be `partial`");
        }
        if field.constant.is_some() && field.auto.is_some() {
            bad(
                span_of(|c| matches!(c, ClauseKind::Auto(_))),
                "a constant is not derived: `=` and `auto` exclude each other",
            );
        }
        if field.align.is_some() && field.within.is_none() && !matches!(field.ty, Type::List(..) | Type::Bytes(_)) {
            bad(span_of(|c| matches!(c, ClauseKind::Align(_))), "`align` pads the region of a list or of bytes");
        }
        for (position, clause) in tree.clauses.iter().enumerate() {
            let same =
                |other: &tree::Clause| std::mem::discriminant(&other.kind) == std::mem::discriminant(&clause.kind);
            let again = tree.clauses.iter().take(position).any(same);
            if again && !matches!(clause.kind, ClauseKind::Where(..)) {
                self.error(Code::BadClause, clause.span, "the field has this clause already");
            }
        }
    }

    /// `bits u16le { … }`: big-endian containers are plain fields.
    fn container(
        &mut self,
        cx: &Cx<'_>,
        container: &tree::TypeRef,
        fields: &[tree::Field],
        span: Span,
        items: &mut Vec<Item>,
    ) {
        let shape = self.shape(cx.module, container);
        let Ty::Int(super::types::Number { bits: Some(bits), little, .. }) = shape else {
            self.error(Code::TypeMismatch, container.span, "a container of bits is an unsigned number");
            return;
        };
        let mut left = bits;
        let mut ids = Vec::with_capacity(fields.len());
        for tree in fields {
            let id = self.field(cx, tree);
            let width = match self.schema[id].ty {
                Type::Uint { bits, .. } | Type::Int { bits, .. } => bits,
                Type::Bool => 1,
                _ => {
                    self.error(Code::TypeMismatch, tree.ty.span, "only numbers and booleans share a container");
                    return;
                }
            };
            let Some(shift) = left.checked_sub(width) else {
                self.error(Code::BadWidth, tree.span, format!("the fields take more than {bits} bits"));
                return;
            };
            left = shift;
            if little {
                self.schema[id].place = Place::Container { shift, width };
            }
            ids.push(id);
        }
        if left != 0 {
            self.error(
                Code::BadWidth,
                span,
                format!("{left} of the {bits} bits are not used; reserved bits are `_: u{left}`"),
            );
        }
        if little {
            items.push(Item::Container { bits, fields: ids });
        } else {
            items.extend(ids.into_iter().map(Item::Field));
        }
    }
}

/// From the first pattern of an arm to the last.
pub(super) fn pattern(patterns: &[tree::Expr], arm: Span) -> Span {
    patterns.iter().map(|pattern| pattern.span).reduce(Span::to).unwrap_or(arm)
}

/// A message as the name of an anomaly: its words joined by `_`.
fn slug(message: &str) -> String {
    let words = message.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("_")
}
