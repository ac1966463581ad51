//! What follows for tags and conditions from what is said of the arms that they choose.

use super::emit::Emitter;
use super::names::ident;
use super::place::total;
use super::shape::Key;
use super::value::Form;
use packet_schema::model::{Action, Block, Expr, ExprId, FieldId, Item, Match};
use packet_schema::tree::{BinaryOp, UnaryOp};
use proc_macro2::TokenStream;
use quote::quote;

/// What is asked of a field.
#[derive(Clone, Copy)]
pub(super) enum Asked<'s> {
    /// Some of its bits, and their value.
    Bits(u128, u128),
    /// To be that text.
    Word(&'s str),
}

impl<'s> Emitter<'_, 's> {
    /// What arms and conditions that are spoken of ask of a field, and when.
    pub(super) fn inferences(&self, id: FieldId) -> Vec<(TokenStream, Asked<'s>)> {
        let mut found = Vec::new();
        let known = &self.crafter.schema[id];
        if known.auto.is_some() || known.constant.is_some() {
            return found;
        }
        let scope = self.plan.slots.get(&id).map_or(0, |slot| slot.scope);
        self.infer_block(&self.composite.body, 0, scope, id, &mut found);
        found
    }

    fn infer_block(
        &self,
        block: &'s Block,
        scope: usize,
        wanted: usize,
        id: FieldId,
        found: &mut Vec<(TokenStream, Asked<'s>)>,
    ) {
        for item in &block.items {
            match item {
                Item::Match(choice) => self.infer_match(choice, scope, wanted, id, found),
                Item::If { condition, then, otherwise } => {
                    let (yes, no) = (self.weight(then), self.weight(otherwise));
                    let (more_yes, more_no) = (total(&yes), total(&no));
                    if scope == wanted && !yes.is_empty() {
                        let test = quote!(#more_yes > #more_no);
                        self.holds(*condition, true, &test, id, found);
                    }
                    if scope == wanted && !no.is_empty() {
                        let test = quote!(#more_no > #more_yes);
                        self.holds(*condition, false, &test, id, found);
                    }
                    self.infer_block(then, scope, wanted, id, found);
                    self.infer_block(otherwise, scope, wanted, id, found);
                }
                Item::Field(field) => {
                    let known = &self.crafter.schema[*field];
                    let Some(condition) = known.condition.filter(|_| !known.opaque_otherwise) else { continue };
                    let known_here = self.plan.slots.get(field).is_some_and(|slot| slot.scope == wanted);
                    if let Some(said) = self.said(*field).filter(|_| known_here) {
                        self.holds(condition, true, &said, id, found);
                    }
                }
                _ => {}
            }
        }
    }

    fn infer_match(
        &self,
        choice: &'s Match,
        scope: usize,
        wanted: usize,
        id: FieldId,
        found: &mut Vec<(TokenStream, Asked<'s>)>,
    ) {
        let named = self.plan.choices.get(&Key::of_match(choice));
        for arm in &choice.arms {
            let Action::Read(variant, block) = &arm.action else { continue };
            let test = match (variant, named) {
                (Some(variant), Some(named)) => {
                    let (value, ty) = (self.choice_value(named), ident(&named.name));
                    let name = self.crafter.writer.variant_ident(self.id, *variant);
                    Some(quote!(matches!(#value, #ty::#name(_))))
                }
                _ => {
                    let terms = self.weight(block);
                    let others: Vec<TokenStream> = choice
                        .arms
                        .iter()
                        .filter(|other| !std::ptr::eq(*other, arm))
                        .filter_map(|other| match &other.action {
                            Action::Read(None, block) => Some(self.weight(block)),
                            _ => None,
                        })
                        .filter(|weight| !weight.is_empty())
                        .map(|weight| {
                            let (own, other) = (total(&terms), total(&weight));
                            quote!(&& #own > #other)
                        })
                        .collect();
                    let own = total(&terms);
                    (!terms.is_empty()).then(|| quote!(#own > 0 #(#others)*))
                }
            };
            if let (Some(test), Some(&(tag, _))) = (test, arm.tags.first())
                && scope == wanted
            {
                self.equal(choice.on, tag, &test, id, found);
            }
            let inner = match (variant, named) {
                (Some(variant), Some(named)) => {
                    named.arms.iter().find(|(known, _)| known == variant).map_or(scope, |(_, scope)| *scope)
                }
                _ => scope,
            };
            self.infer_block(block, inner, wanted, id, found);
        }
    }

    /// An expression must have a value.
    fn equal(
        &self,
        expr: ExprId,
        value: i128,
        test: &TokenStream,
        id: FieldId,
        found: &mut Vec<(TokenStream, Asked<'s>)>,
    ) {
        let form = self.plan.slots.get(&id).map(|slot| &slot.form);
        if let (Expr::Word { of, words, .. }, Some(Form::Bytes)) = (&self.crafter.schema[expr], form) {
            let word = usize::try_from(value).ok().and_then(|value| words.get(value));
            let is_it = matches!(&self.crafter.schema[*of], Expr::Field(fields) if fields.contains(&id));
            found.extend(word.filter(|_| is_it).map(|word| (test.clone(), Asked::Word(word))));
            return;
        }
        let (Ok(value), Some(Form::Number(_, width))) = (u128::try_from(value), form) else { return };
        let ones = |bits: u32| u128::MAX.checked_shr(128_u32.saturating_sub(bits)).unwrap_or_default();
        let scale = u128::from(self.crafter.schema[id].scale.max(1));
        match &self.crafter.schema[expr] {
            Expr::Field(fields) if fields.contains(&id) => {
                found.push((test.clone(), Asked::Bits(ones(*width), value / scale)))
            }
            Expr::Bits { of, shift, bits, .. } => {
                if let Expr::Field(fields) = &self.crafter.schema[*of]
                    && fields.contains(&id)
                {
                    let asked = Asked::Bits(ones(*bits) << shift.min(&127), value << shift.min(&127));
                    found.push((test.clone(), asked));
                }
            }
            _ => {}
        }
    }

    /// A condition must hold, or must not.
    fn holds(
        &self,
        condition: ExprId,
        wanted: bool,
        test: &TokenStream,
        id: FieldId,
        found: &mut Vec<(TokenStream, Asked<'s>)>,
    ) {
        match &self.crafter.schema[condition] {
            Expr::Field(_) | Expr::Bits { .. } => self.equal(condition, i128::from(wanted), test, id, found),
            Expr::Unary(UnaryOp::Not, of) => self.holds(*of, !wanted, test, id, found),
            Expr::Binary(BinaryOp::And, left, right) if wanted => {
                self.holds(*left, true, test, id, found);
                self.holds(*right, true, test, id, found);
            }
            Expr::Binary(op @ (BinaryOp::Eq | BinaryOp::Ne), left, right) if wanted == (*op == BinaryOp::Eq) => {
                if let Expr::Int(value) = self.crafter.schema[*right] {
                    self.equal(*left, value, test, id, found);
                }
            }
            _ => {}
        }
    }
}
