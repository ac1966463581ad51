//! What an expression reads is there where it is read.
//!
//! A region, a condition, a count, a key or a `where` is worked out while the packet is being read, and sees only what stands
//! before it on the same way through the arms. `auto`, `verify` and `expect` are worked out on the whole, and see everything.

use super::walk::{composites, each, item_fields, reading_exprs};
use crate::model::{Action, Block, Expr, ExprId, FieldId, Item, Schema, Yield};
use crate::tree::Span;
use crate::{Code, Diagnostic};
use std::collections::HashSet;

/// Reports fields that are read before they are there.
pub(super) fn run(schema: &Schema, spans: &[Span], found: &mut Vec<Diagnostic>) {
    for id in composites(schema) {
        let mut pass = Pass { schema, spans, at: 0, found };
        pass.block(&schema[id].body, HashSet::new());
    }
}

struct Pass<'a> {
    schema: &'a Schema,
    spans: &'a [Span],
    /// The slot that the walk has come to.
    at: u32,
    found: &'a mut Vec<Diagnostic>,
}

impl Pass<'_> {
    /// Looks at a block behind these fields; gives those that stand before what follows.
    fn block(&mut self, block: &Block, seen: HashSet<FieldId>) -> HashSet<FieldId> {
        block.items.iter().fold(seen, |seen, item| self.item(item, seen))
    }

    fn item(&mut self, item: &Item, mut seen: HashSet<FieldId>) -> HashSet<FieldId> {
        match item {
            Item::Run(_) | Item::Container { .. } | Item::Field(_) => {
                for field in item_fields(item) {
                    self.field(*field, &mut seen);
                }
                return seen;
            }
            Item::Match(m) => {
                self.reads(m.on, &seen);
                if let Some(within) = m.within {
                    self.reads(within, &seen);
                }
                let mut after = HashSet::new();
                for arm in &m.arms {
                    if let Some(guard) = arm.guard {
                        self.reads(guard, &seen);
                    }
                    if let Action::Read(_, block) = &arm.action {
                        after.extend(self.block(block, seen.clone()));
                    }
                }
                return after;
            }
            Item::If { condition, then, otherwise } => {
                self.reads(*condition, &seen);
                let mut after = self.block(then, seen.clone());
                after.extend(self.block(otherwise, seen));
                return after;
            }
            Item::Repeat { body, condition, .. } => {
                seen = self.block(body, seen);
                if let Some(condition) = condition {
                    self.reads(*condition, &seen);
                }
            }
            Item::Jump { at, .. } => self.reads(*at, &seen),
            Item::Emit(value) | Item::Yields(Yield::Expr(value)) => self.reads(*value, &seen),
            Item::Expect(_) | Item::Align { .. } | Item::Yields(_) => {}
        }
        seen
    }

    fn field(&mut self, id: FieldId, seen: &mut HashSet<FieldId>) {
        let schema = self.schema;
        let field = &schema[id];
        self.at = field.slot;
        for expr in reading_exprs(field) {
            self.reads(expr, seen);
        }
        seen.insert(id);
        for expr in field.constant.into_iter().chain(field.wheres.iter().map(|(e, _)| *e)) {
            self.reads(expr, seen);
        }
    }

    /// Reports what an expression reads that no way here has read.
    fn reads(&mut self, root: ExprId, seen: &HashSet<FieldId>) {
        let schema = self.schema;
        let mut early = Vec::new();
        each(schema, root, |id, expr| match expr {
            Expr::Size | Expr::SelfBytes => early.push((id, None)),
            Expr::BytesOf(from, to) => {
                early.extend([from, to].into_iter().filter(|f| !seen.contains(f)).map(|f| (id, Some(*f))));
            }
            _ => {
                let fields = expr.fields();
                if let Some(first) = fields.first()
                    && !fields.iter().any(|field| seen.contains(field))
                {
                    early.push((id, Some(*first)));
                }
            }
        });
        for (id, field) in early {
            self.report(id, field);
        }
    }

    fn report(&mut self, id: ExprId, field: Option<FieldId>) {
        let span = self.spans.get(id.index()).copied().unwrap_or_default();
        let Some(field) = field.map(|id| &self.schema[id]) else {
            let text = "the size of the whole is known only when all of it is read";
            self.found.push(
                Diagnostic::new(Code::ReadTooEarly, span, text)
                    .help("`auto`, `verify` and `expect` are worked out on the whole, and may use it"),
            );
            return;
        };
        let name = field.name.clone().unwrap_or_default();
        let (text, place, help) = if field.slot >= self.at {
            ("stands behind this place", "it is read here", "move it before this place, or say this in an `expect`")
        } else {
            ("is in another arm, which is not read here", "it is read in this arm", "move it before the `match`")
        };
        self.found.push(
            Diagnostic::new(Code::ReadTooEarly, span, format!("`{name}` {text}")).label(field.span, place).help(help),
        );
    }
}
