//! Words: texts of the definition that a text is compared with, each a number, so that arms are chosen by them.

use super::Resolver;
use super::types::Ty;
use crate::Code;
use crate::model::{Expr, ExprId};
use crate::tree::{self, BinaryOp, ExprKind, Span};

impl<'t> Resolver<'t> {
    /// `name == "host"`, where `name` is compared without regard to case.
    pub(super) fn is_word(
        &mut self,
        op: BinaryOp,
        (of, ty): (ExprId, &Ty),
        with: &tree::Expr,
        span: Span,
    ) -> Option<(ExprId, Ty)> {
        if *ty != Ty::NoCase || !matches!(op, BinaryOp::Eq | BinaryOp::Ne) {
            return None;
        }
        let Some(word) = self.word(of, ty, &[with], span) else { return Some(self.broken(span)) };
        let first = self.push(Expr::Int(0), span);
        Some((self.push(Expr::Binary(op, word, first), span), Ty::Bool))
    }

    /// Which of these words a text is; nothing, with a finding, where one of them is no word.
    pub(super) fn word(&mut self, of: ExprId, ty: &Ty, trees: &[&tree::Expr], span: Span) -> Option<ExprId> {
        let nocase = *ty == Ty::NoCase;
        let mut words: Vec<Box<str>> = Vec::with_capacity(trees.len());
        for tree in trees {
            match &tree.kind {
                ExprKind::Text(text) if text.is_ascii() => words.push(text.as_str().into()),
                _ => {
                    self.error(Code::TypeMismatch, tree.span, "a text of ASCII is wanted here, as `\"host\"`");
                    return None;
                }
            }
        }
        Some(self.push(Expr::Word { of, words: words.into(), nocase }, span))
    }

    /// The expression by which a match on a text chooses, and its type: the number of the word. Every word of every arm
    /// has one.
    pub(super) fn chosen_word<'p>(
        &mut self,
        on: (ExprId, Ty),
        patterns: impl Iterator<Item = &'p tree::Expr>,
        span: Span,
    ) -> (ExprId, Ty) {
        let (of, ty) = on;
        let mut trees: Vec<&tree::Expr> = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        for tree in patterns {
            if let ExprKind::Text(text) = &tree.kind
                && text.is_ascii()
                && !seen.iter().any(|known| same(known, text, ty == Ty::NoCase))
            {
                seen.push(text);
                trees.push(tree);
            }
        }
        let word = self.word(of, &ty, &trees, span);
        (word.unwrap_or(of), ty)
    }

    /// The number of a pattern among the words that a match chooses by.
    pub(super) fn word_tag(&mut self, on: ExprId, pattern: &tree::Expr) -> Option<i128> {
        let (Expr::Word { words, nocase, .. }, ExprKind::Text(text)) = (&self.schema[on], &pattern.kind) else {
            return None;
        };
        words.iter().position(|known| same(known, text, *nocase)).map(|position| position as i128)
    }
}

fn same(a: &str, b: &str, nocase: bool) -> bool {
    if nocase { a.eq_ignore_ascii_case(b) } else { a == b }
}
