//! Bodies of codecs.

use super::fields::Walk;
use super::types::Ty;
use super::{Cx, Resolver};
use crate::model::{Action, Arm, Block, Codec, CodecResult, CompositeKind, Encode, Expr, Item, Match, Type, Yield};
use crate::tree::{self, CodecAction, CodecItem, ExprKind, LimitUnit};
use crate::{Code, Diagnostic};

impl<'t> Resolver<'t> {
    /// The body of a codec. What it yields and how it is encoded goes into its kind.
    pub(super) fn codec(&mut self, walk: &Walk, tree: &'t tree::Codec) -> Block {
        let body = self.codec_block(walk, &tree.items);
        self.encoding_of(walk, tree);
        body
    }

    fn codec_block(&mut self, walk: &Walk, trees: &'t [CodecItem]) -> Block {
        let mut items = Vec::with_capacity(trees.len());
        for tree in trees {
            if let Some(item) = self.codec_item(walk, tree) {
                items.push(item);
            }
        }
        Block { items }
    }

    fn codec_item(&mut self, walk: &Walk, tree: &'t CodecItem) -> Option<Item> {
        let cx = Cx::frame(walk.module, walk.id);
        Some(match tree {
            CodecItem::Field(field) => Item::Field(self.field(&cx, field)),
            CodecItem::Expect(expect) => Item::Expect(self.expectation(&cx, expect)),
            CodecItem::Emit(value) => Item::Emit(self.expr(&cx, value, None).0),
            CodecItem::Yields(value) => Item::Yields(self.yielded(&cx, value)),
            CodecItem::Repeat { max, items, condition, span } => {
                let max = self.const_int(&cx, max, &Ty::INT).and_then(|max| u64::try_from(max).ok());
                let Some(max) = max.filter(|max| (1..=65_536).contains(max)) else {
                    self.error(Code::ValueOutOfRange, *span, "a repeat takes 1 to 65,536 steps at most");
                    return None;
                };
                let body = self.codec_block(walk, items);
                let condition = condition.as_ref().map(|condition| self.boolean(&cx, condition));
                Item::Repeat { max, body, condition }
            }
            CodecItem::Match { on, arms, span } => Item::Match(self.codec_match(walk, on, arms, *span)),
            CodecItem::Jump { region, at, decreasing, span } => {
                let at = self.int(&cx, at);
                if !decreasing {
                    self.report(
                        Diagnostic::new(
                            Code::PointerNotDecreasing,
                            *span,
                            "the pointer may lead forwards, or to itself",
                        )
                        .help("write `decreasing`: each jump then leads before every place read so far"),
                    );
                }
                let found = self.schema[walk.id].params.iter().position(|p| p.region && p.name == region.text);
                let Some(region) = found else {
                    self.error(
                        Code::UnknownName,
                        region.span,
                        "a jump is into a region that is a parameter of the codec",
                    );
                    return None;
                };
                Item::Jump { region: super::index(region), at, span: *span }
            }
            CodecItem::Let(_) | CodecItem::Encode { .. } | CodecItem::EncodeBy(_) | CodecItem::Limit { .. } => {
                return None;
            }
        })
    }

    fn codec_match(&mut self, walk: &Walk, on: &tree::Expr, trees: &'t [tree::CodecArm], span: tree::Span) -> Match {
        let cx = Cx::frame(walk.module, walk.id);
        let (on, ty) = self.expr(&cx, on, None);
        let mut arms = Vec::with_capacity(trees.len());
        for tree in trees {
            let tags = self.tags(&cx, &tree.patterns, (on, &ty));
            let action = match &tree.action {
                CodecAction::Items(items) => Action::Read(None, self.codec_block(walk, items)),
                CodecAction::Stop => Action::Stop,
                CodecAction::Reject(why) => Action::Reject(why.clone()),
            };
            arms.push(Arm {
                tags,
                guard: None,
                action,
                pattern: super::bodies::pattern(&tree.patterns, tree.span),
                span: tree.span,
            });
        }
        Match { on, within: None, arms, span }
    }

    /// `fold_le(7)`, `fold_be(7)` and `digits(10)` are of the groups emitted; everything else is an expression.
    fn yielded(&mut self, cx: &Cx<'_>, tree: &tree::Expr) -> Yield {
        if let ExprKind::Call(base, args) = &tree.kind
            && let (ExprKind::Name(name), [base]) = (&base.kind, args.as_slice())
            && name == "digits"
        {
            let base = self.const_int(cx, base, &Ty::INT).and_then(|base| u32::try_from(base).ok());
            let base = base.filter(|base| (2..=36).contains(base));
            if base.is_none() {
                self.error(Code::ValueOutOfRange, tree.span, "digits are to a base from 2 to 36");
            }
            return Yield::Digits(base.unwrap_or(10));
        }
        if let ExprKind::Call(base, args) = &tree.kind
            && let (ExprKind::Name(name), [bits]) = (&base.kind, args.as_slice())
            && matches!(name.as_str(), "fold_le" | "fold_be")
        {
            let bits = self.const_int(cx, bits, &Ty::INT).and_then(|bits| u32::try_from(bits).ok());
            return match bits.filter(|bits| (1..=32).contains(bits)) {
                Some(bits) if name == "fold_le" => Yield::FoldLittle(bits),
                Some(bits) => Yield::FoldBig(bits),
                None => {
                    self.error(Code::BadWidth, tree.span, "groups have 1 to 32 bits");
                    Yield::FoldLittle(7)
                }
            };
        }
        Yield::Expr(self.expr(cx, tree, None).0)
    }

    fn encoding_of(&mut self, walk: &Walk, tree: &'t tree::Codec) {
        let cx = Cx::frame(walk.module, walk.id);
        let mut fields = Vec::new();
        let mut encode = None;
        let (mut limit_bytes, mut limit_steps) = (None, None);
        let mut yields = None;
        for item in &tree.items {
            match item {
                CodecItem::Encode { field, value } => {
                    let found =
                        self.scopes[walk.id.index()].fields.get(&field.text).and_then(|ids| ids.first()).copied();
                    match found {
                        Some(id) => {
                            let wanted = self.types.get(id.index()).cloned().unwrap_or(Ty::Any);
                            fields.push((id, self.expect(&cx, value, &wanted)));
                        }
                        None => {
                            self.error(Code::UnknownName, field.span, format!("there is no field `{}`", field.text))
                        }
                    }
                }
                CodecItem::EncodeBy(by) => encode = self.encode_by(walk, by),
                CodecItem::Limit { most, unit, span } => {
                    let most = self.const_int(&cx, most, &Ty::INT).and_then(|most| u64::try_from(most).ok());
                    match (most, unit) {
                        (None, _) => self.error(Code::ValueOutOfRange, *span, "a limit is a positive number"),
                        (most, LimitUnit::Bytes) => limit_bytes = most,
                        (most, LimitUnit::Steps) => limit_steps = most,
                    }
                }
                CodecItem::Yields(value) => yields = Some(value),
                _ => {}
            }
        }
        if let Some(value) = yields {
            self.yields_fit(walk, tree, value);
        } else if !matches!(
            &self.schema[walk.id].kind,
            CompositeKind::Codec(Codec { result: CodecResult::Name | CodecResult::Bytes, .. })
        ) {
            self.error(Code::BadClause, tree.name.span, "a codec of a number says what it `yields`");
        }
        let folded = yields.map(|value| self.fold_encoding(&cx, value));
        let encode = encode.or(folded.flatten()).unwrap_or(if fields.is_empty() && yields.is_none() {
            Encode::Plain
        } else {
            Encode::Fields(fields)
        });
        if let CompositeKind::Codec(codec) = &mut self.schema[walk.id].kind {
            codec.encode = encode;
            codec.limit_bytes = limit_bytes;
            codec.limit_steps = limit_steps;
        }
    }

    fn fold_encoding(&mut self, cx: &Cx<'_>, value: &tree::Expr) -> Option<Encode> {
        let quiet = self.found.len();
        let yielded = self.yielded(cx, value);
        // The finding, if any, was reported when the body was resolved.
        self.found.truncate(quiet);
        match yielded {
            Yield::FoldLittle(bits) => Some(Encode::FoldLittle(bits)),
            Yield::FoldBig(bits) => Some(Encode::FoldBig(bits)),
            Yield::Digits(base) => Some(Encode::Digits(base)),
            Yield::Expr(_) => None,
        }
    }

    /// A yielded number has to be one, and what a builder can turn round is a field.
    fn yields_fit(&mut self, walk: &Walk, tree: &tree::Codec, value: &tree::Expr) {
        let quiet = self.found.len();
        let cx = Cx::frame(walk.module, walk.id);
        let yielded = self.yielded(&cx, value);
        self.found.truncate(quiet);
        let Yield::Expr(id) = yielded else { return };
        let bad = match &self.schema[id] {
            Expr::Field(fields) => {
                let wide =
                    |id: &crate::model::FieldId| matches!(self.schema[*id].ty, Type::Uint { .. } | Type::UintOf { .. });
                !fields.iter().all(wide)
            }
            _ => true,
        };
        if bad && matches!(&self.schema[walk.id].kind, CompositeKind::Codec(Codec { result: CodecResult::Uint(_), .. }))
        {
            self.report(Diagnostic::new(Code::TypeMismatch, value.span, "a builder can't turn this round").help(
                format!("`{}` yields an unsigned field, `fold_le(n)`, `fold_be(n)` or `digits(n)`", tree.name.text),
            ));
        }
    }

    /// `encode by compress(region, policy)`.
    fn encode_by(&mut self, walk: &Walk, tree: &tree::Expr) -> Option<Encode> {
        if let ExprKind::Call(base, args) = &tree.kind
            && matches!(&base.kind, ExprKind::Name(name) if name == "compress")
            && let Some(ExprKind::Name(region)) = args.first().map(|arg| &arg.kind)
            && let Some(position) = self.schema[walk.id].params.iter().position(|p| p.region && p.name == *region)
        {
            return Some(Encode::Compress(super::index(position)));
        }
        self.report(
            Diagnostic::new(Code::BadClause, tree.span, "there is no such way to encode")
                .help("there is `encode by compress(region)`, over a parameter that is a region"),
        );
        None
    }
}
