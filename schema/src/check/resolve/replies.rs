//! How answers name their questions.

use super::types::Ty;
use super::{Cx, Resolver};
use crate::model::{CompositeId, LayerRef, ModuleId, Recover, Reply};
use crate::tree::{self, BinaryOp, ExprKind, ItemKind, ReplyItem};
use crate::{Code, Diagnostic};

/// Which of the two an expression is over.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Request,
    Reply,
}

impl<'t> Resolver<'t> {
    /// Resolves every `reply`.
    pub(super) fn resolve_replies(&mut self) {
        for (module, item) in self.items() {
            let ItemKind::Reply(tree) = &item.kind else { continue };
            let request = match &tree.request {
                Some(path) => match self.layer_ref(module, path) {
                    Some(part) => Some(part),
                    None => continue,
                },
                None => None,
            };
            let Some(reply) = self.layer_ref(module, &tree.reply) else { continue };
            let mut resolved = Reply {
                request,
                reply,
                equations: Vec::new(),
                request_checks: Vec::new(),
                reply_checks: Vec::new(),
                recovers: Vec::new(),
                quotes: Vec::new(),
                span: item.span,
            };
            for part in &tree.items {
                self.reply_item(module, &mut resolved, part);
            }
            self.schema.replies.push(resolved);
        }
    }

    fn reply_item(&mut self, module: ModuleId, reply: &mut Reply, tree: &ReplyItem) {
        match tree {
            ReplyItem::Equation(equation) => self.equation(module, reply, equation),
            ReplyItem::Recover { field, value, condition } => {
                self.recover(module, reply, field, value, condition.as_ref())
            }
            ReplyItem::Quotes(path) => match path.names.as_slice() {
                [name] => reply.quotes = self.fields_of_layer(&reply.reply.clone(), name),
                _ => self.error(Code::BadReply, path.span, "a field of the answer is wanted here"),
            },
        }
    }

    fn equation(&mut self, module: ModuleId, reply: &mut Reply, tree: &tree::Expr) {
        match sides(tree) {
            (true, false) => reply.request_checks.extend(self.side_check(module, reply, Side::Request, tree)),
            (false, true) => reply.reply_checks.extend(self.side_check(module, reply, Side::Reply, tree)),
            (false, false) => self.error(Code::BadReply, tree.span, "neither `request` nor `reply` is in this"),
            (true, true) => {
                let ExprKind::Binary(BinaryOp::Eq, left, right) = &tree.kind else {
                    self.not_an_equation(tree);
                    return;
                };
                let (left, right) = match (sides(left), sides(right)) {
                    ((true, false), (false, true)) => (left, right),
                    ((false, true), (true, false)) => (right, left),
                    _ => return self.not_an_equation(tree),
                };
                let request = self.side(module, reply, Side::Request, left);
                let answer = self.side(module, reply, Side::Reply, right);
                if let (Some((request, a)), Some((answer, b))) = (request, answer) {
                    if !a.fits(&b) {
                        let text = format!("{} can't equal {}", a.words(), b.words());
                        self.error(Code::TypeMismatch, tree.span, text);
                    }
                    reply.equations.push((request, answer));
                }
            }
        }
    }

    fn not_an_equation(&mut self, tree: &tree::Expr) {
        self.report(
            Diagnostic::new(Code::BadReply, tree.span, "no key can be made of this")
                .help("an equation has something of `request` on one side and something of `reply` on the other one"),
        );
    }

    fn side_check(
        &mut self,
        module: ModuleId,
        reply: &Reply,
        side: Side,
        tree: &tree::Expr,
    ) -> Option<crate::model::ExprId> {
        let (id, ty) = self.side(module, reply, side, tree)?;
        Some(self.coerce(id, &ty, &Ty::Bool, tree.span))
    }

    /// An expression over one of the two layers.
    fn side(
        &mut self,
        module: ModuleId,
        reply: &Reply,
        side: Side,
        tree: &tree::Expr,
    ) -> Option<(crate::model::ExprId, Ty)> {
        let frame = self.side_layer(reply, side, tree)?;
        let own = without_prefix(tree);
        Some(self.expr(&Cx::frame(module, frame), &own, None))
    }

    fn side_layer(&mut self, reply: &Reply, side: Side, tree: &tree::Expr) -> Option<CompositeId> {
        match side {
            Side::Reply => Some(reply.reply.layer),
            Side::Request => {
                let layer = reply.request.as_ref().map(|part| part.layer);
                if layer.is_none() {
                    self.error(
                        Code::BadReply,
                        tree.span,
                        "the request may be any layer, and has no fields to speak of",
                    );
                }
                layer
            }
        }
    }

    fn recover(
        &mut self,
        module: ModuleId,
        reply: &mut Reply,
        field: &tree::Path,
        value: &tree::Expr,
        condition: Option<&tree::Expr>,
    ) {
        let request: Option<LayerRef> = reply.request.clone();
        let (Some(request), [side, name]) = (request, field.names.as_slice()) else {
            return self.error(
                Code::BadReply,
                field.span,
                "a field of the request is wanted here, such as `request.seq`",
            );
        };
        if side.text != "request" || sides(value).0 || condition.is_some_and(|c| sides(c).0) {
            return self.error(Code::BadReply, field.span, "a field of the request is recovered from the reply alone");
        }
        let Some(field) = self.field_of_layer(&request, name) else { return };
        let wanted = self.types.get(field.index()).cloned().unwrap_or(Ty::Any);
        let Some((id, ty)) = self.side(module, reply, Side::Reply, value) else { return };
        let value = self.coerce(id, &ty, &wanted, value.span);
        let condition = condition.and_then(|condition| self.side_check(module, reply, Side::Reply, condition));
        reply.recovers.push(Recover { field, value, condition });
    }
}

/// Whether an expression speaks of the request, and of the reply.
fn sides(tree: &tree::Expr) -> (bool, bool) {
    let mut found = (false, false);
    visit(tree, &mut |name| {
        found.0 |= name == "request";
        found.1 |= name == "reply";
    });
    found
}

fn visit(tree: &tree::Expr, see: &mut impl FnMut(&str)) {
    match &tree.kind {
        ExprKind::Name(name) => see(name),
        ExprKind::Member(base, _) | ExprKind::Unary(_, base) => visit(base, see),
        ExprKind::Call(base, args) => {
            visit(base, see);
            args.iter().for_each(|arg| visit(arg, see));
        }
        ExprKind::Index(a, b) | ExprKind::Binary(_, a, b) | ExprKind::In(a, b) | ExprKind::Range(a, b) => {
            visit(a, see);
            visit(b, see);
        }
        ExprKind::Slice(a, b, c) | ExprKind::Cond(a, b, c) => {
            visit(a, see);
            visit(b, see);
            visit(c, see);
        }
        ExprKind::List(items) => items.iter().for_each(|item| visit(item, see)),
        ExprKind::Int(..)
        | ExprKind::Text(_)
        | ExprKind::Bytes(_)
        | ExprKind::Tagged(..)
        | ExprKind::Bool(_)
        | ExprKind::Wildcard => {}
    }
}

/// The same expression with `request.x` and `reply.x` as `x`.
fn without_prefix(tree: &tree::Expr) -> tree::Expr {
    let own = |e: &tree::Expr| Box::new(without_prefix(e));
    let kind = match &tree.kind {
        ExprKind::Member(base, member) => match &base.kind {
            ExprKind::Name(name) if name == "request" || name == "reply" => ExprKind::Name(member.text.clone()),
            _ => ExprKind::Member(own(base), member.clone()),
        },
        ExprKind::Unary(op, a) => ExprKind::Unary(*op, own(a)),
        ExprKind::Binary(op, a, b) => ExprKind::Binary(*op, own(a), own(b)),
        ExprKind::Call(base, args) => ExprKind::Call(own(base), args.iter().map(without_prefix).collect()),
        ExprKind::Index(a, b) => ExprKind::Index(own(a), own(b)),
        ExprKind::In(a, b) => ExprKind::In(own(a), own(b)),
        ExprKind::Range(a, b) => ExprKind::Range(own(a), own(b)),
        ExprKind::Slice(a, b, c) => ExprKind::Slice(own(a), own(b), own(c)),
        ExprKind::Cond(a, b, c) => ExprKind::Cond(own(a), own(b), own(c)),
        ExprKind::List(items) => ExprKind::List(items.iter().map(without_prefix).collect()),
        other => other.clone(),
    };
    tree::Expr { kind, span: tree.span }
}
