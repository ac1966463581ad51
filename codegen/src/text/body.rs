//! Types, and what stands in the bodies of layers and structs.

use packet_schema::tree::{
    Arm, ArmAction, Block, BodyItem, Clause, ClauseKind, Expect, Extent, ExtentKind, Field, If, Let, Match, Param,
    Provided, SizeUnit, TypeKind, TypeRef,
};
use pest::iterators::Pair;

use super::Rule;
use super::expr::string;
use super::parts::Parts;
use super::reader::Reader;
use super::split::Inside;

impl Reader<'_> {
    /// `(name: type, …)`.
    pub(super) fn params(&self, parts: &mut Parts<'_>) -> Vec<Param> {
        let Some(list) = parts.take(Rule::params) else { return Vec::new() };
        let param = |pair| {
            let mut parts = Parts::of(pair);
            Some(Param { name: self.name(&parts.take(Rule::ident)?), ty: self.take_type(&mut parts)? })
        };
        Parts::of(list).all(Rule::param).into_iter().filter_map(param).collect()
    }

    /// The first type among these parts.
    pub(super) fn take_type(&self, parts: &mut Parts<'_>) -> Option<TypeRef> {
        let pair = parts.take(Rule::type_ref)?;
        let span = self.span(&pair);
        let form = Parts::of(pair).last()?;
        let rule = form.as_rule();
        let mut parts = Parts::of(form);
        let kind = match rule {
            Rule::next_from => TypeKind::NextFrom {
                table: self.path(parts.take(Rule::path)?),
                keys: self.all_exprs(&mut parts),
                otherwise: parts.take(Rule::ident).map(|name| self.name(&name)),
            },
            Rule::next_is => TypeKind::NextIs(self.path(parts.take(Rule::path)?)),
            Rule::next => TypeKind::Next,
            _ => TypeKind::Named {
                path: self.path(parts.take(Rule::path)?),
                args: self.ranges(&mut parts),
                extents: parts.all(Rule::extent).into_iter().filter_map(|pair| self.extent(pair)).collect(),
            },
        };
        Some(TypeRef { kind, span })
    }

    fn extent(&self, pair: Pair<'_, Rule>) -> Option<Extent> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let kind = if parts.has(Rule::kw_prefix) {
            let unit = Box::new(self.take_type(&mut parts)?);
            if parts.has(Rule::kw_bytes) { ExtentKind::PrefixBytes(unit) } else { ExtentKind::PrefixItems(unit) }
        } else if parts.has(Rule::kw_until) {
            ExtentKind::Until(self.take_expr(&mut parts)?)
        } else if parts.has(Rule::expr) {
            ExtentKind::Count(self.take_expr(&mut parts)?)
        } else {
            ExtentKind::ToEnd
        };
        Some(Extent { kind, span })
    }

    /// All clauses among these parts.
    pub(super) fn clauses(&self, parts: &mut Parts<'_>) -> Vec<Clause> {
        let constant = parts.take(Rule::constantly);
        let others = parts.all(Rule::clause).into_iter().filter_map(|pair| Parts::of(pair).last());
        constant.into_iter().chain(others).filter_map(|pair| self.clause(pair)).collect()
    }

    fn clause(&self, pair: Pair<'_, Rule>) -> Option<Clause> {
        let span = self.span(&pair);
        let rule = pair.as_rule();
        let mut parts = Parts::of(pair);
        let kind = match rule {
            Rule::constantly => ClauseKind::Const(self.take_expr(&mut parts)?),
            Rule::auto => ClauseKind::Auto(self.take_expr(&mut parts)?),
            Rule::default => ClauseKind::Default(self.take_expr(&mut parts)?),
            Rule::requires => ClauseKind::Where(self.take_expr(&mut parts)?, take_string(&mut parts)),
            Rule::verify => ClauseKind::Verify(self.take_expr(&mut parts)),
            Rule::within => {
                let (length, unit) = self.within(&mut parts)?;
                ClauseKind::Within(length, unit)
            }
            Rule::align => ClauseKind::Align(self.take_expr(&mut parts)?),
            Rule::scale => ClauseKind::Scale(self.take_expr(&mut parts)?),
            Rule::unit => ClauseKind::Unit(self.name(&parts.take(Rule::ident)?)),
            Rule::display => ClauseKind::Display(self.name(&parts.take(Rule::ident)?)),
            Rule::present => {
                ClauseKind::If(self.take_expr(&mut parts)?, parts.take(Rule::ident).map(|name| self.name(&name)))
            }
            Rule::partial => ClauseKind::Partial(self.take_expr(&mut parts)),
            Rule::lenient => ClauseKind::Lenient,
            Rule::trailing => ClauseKind::Trailing,
            _ => return None,
        };
        Some(Clause { kind, span })
    }

    fn within(&self, parts: &mut Parts<'_>) -> Option<(packet_schema::tree::Expr, SizeUnit)> {
        Some((self.take_expr(parts)?, size_unit(parts)))
    }

    /// `{ … }`.
    pub(super) fn block(&mut self, pair: &Pair<'_, Rule>) -> Block {
        let span = self.span(pair);
        Block { items: self.inside(pair, Inside::Body, &mut Self::body_item), span }
    }

    fn body_item(&mut self, pair: Pair<'_, Rule>) -> Option<BodyItem> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        if ![Rule::binding, Rule::type_ref, Rule::provide].into_iter().any(|rule| parts.has(rule)) {
            self.no_docs(&mut parts);
        }
        if let Some(pair) = parts.take(Rule::binding) {
            return Some(BodyItem::Let(self.binding(pair, Self::docs(&mut parts))?));
        }
        if let Some(pair) = parts.take(Rule::matching) {
            return Some(BodyItem::Match(self.matching(pair)?));
        }
        if let Some(pair) = parts.take(Rule::condition) {
            return Some(BodyItem::If(self.condition(pair)?));
        }
        if let Some(pair) = parts.take(Rule::provide) {
            return self.provide(pair);
        }
        if let Some(pair) = parts.take(Rule::expect) {
            return Some(BodyItem::Expect(self.expect(pair)?));
        }
        if let Some(pair) = parts.take(Rule::include) {
            return Some(BodyItem::Include(self.path(Parts::of(pair).take(Rule::path)?)));
        }
        if let Some(pair) = parts.take(Rule::align_to) {
            let mut parts = Parts::of(pair);
            let to = self.take_expr(&mut parts)?;
            return Some(BodyItem::Align { to, unit: size_unit(&parts), fill: self.take_expr(&mut parts), span });
        }
        if let Some(pair) = parts.take(Rule::bits) {
            let mut fields = Vec::new();
            fields.extend(self.inside(&pair, Inside::Bits, &mut |reader, pair| {
                let span = reader.span(&pair);
                reader.field(Parts::of(pair), span)
            }));
            return Some(BodyItem::Bits { container: self.take_type(&mut Parts::of(pair))?, fields, span });
        }
        Some(BodyItem::Field(self.field(parts, span)?))
    }

    /// `name: type clauses;` with its documentation.
    pub(super) fn field(&self, mut parts: Parts<'_>, span: packet_schema::tree::Span) -> Option<Field> {
        Some(Field {
            docs: Self::docs(&mut parts),
            name: parts.take(Rule::ident).map(|name| self.name(&name)),
            ty: self.take_type(&mut parts)?,
            clauses: self.clauses(&mut parts),
            span,
        })
    }

    /// `let name = e clauses;`
    pub(super) fn binding(&self, pair: Pair<'_, Rule>, docs: Vec<String>) -> Option<Let> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        Some(Let {
            docs,
            name: self.name(&parts.take(Rule::ident)?),
            value: self.take_expr(&mut parts)?,
            clauses: self.clauses(&mut parts),
            span,
        })
    }

    /// `expect e : name "why";`
    pub(super) fn expect(&self, pair: Pair<'_, Rule>) -> Option<Expect> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        Some(Expect {
            condition: self.take_expr(&mut parts)?,
            name: parts.take(Rule::ident).map(|name| self.name(&name)),
            message: take_string(&mut parts),
            span,
        })
    }

    fn matching(&mut self, pair: Pair<'_, Rule>) -> Option<Match> {
        let span = self.span(&pair);
        let arms = self.inside(&pair, Inside::Arms, &mut Self::arm);
        let mut parts = Parts::of(pair);
        let on = self.take_expr(&mut parts)?;
        let within = parts.take(Rule::within).and_then(|pair| self.within(&mut Parts::of(pair)));
        Some(Match { on, within, arms, span })
    }

    /// `patterns if guard => …`.
    pub(super) fn arm(&mut self, pair: Pair<'_, Rule>) -> Option<Arm> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let docs = Self::docs(&mut parts);
        let patterns = self.patterns(parts.take(Rule::patterns)?);
        let guard = self.take_expr(&mut parts);
        let action = match parts.take(Rule::block) {
            Some(block) => {
                let name = parts.take(Rule::ident).map(|name| self.name(&name));
                ArmAction::Block(name, self.block(&block))
            }
            None => match action(parts.take(Rule::action)?) {
                Some(why) => ArmAction::Reject(why),
                None => ArmAction::Stop,
            },
        };
        Some(Arm { docs, patterns, guard, action, span })
    }

    fn condition(&mut self, pair: Pair<'_, Rule>) -> Option<If> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let condition = self.take_expr(&mut parts)?;
        let then = self.block(&parts.take(Rule::block)?);
        let otherwise = match (parts.take(Rule::block), parts.take(Rule::condition)) {
            (Some(block), _) => Some(self.block(&block)),
            (None, Some(pair)) => {
                let span = self.span(&pair);
                Some(Block { items: vec![BodyItem::If(self.condition(pair)?)], span })
            }
            (None, None) => None,
        };
        Some(If { condition, then, otherwise, span })
    }

    fn provide(&mut self, pair: Pair<'_, Rule>) -> Option<BodyItem> {
        let span = self.span(&pair);
        let members = self.inside(&pair, Inside::Provided, &mut |reader, pair| {
            let mut parts = Parts::of(pair);
            Some(Provided {
                name: reader.name(&parts.take(Rule::ident)?),
                params: parts.all(Rule::ident).iter().map(|name| reader.name(name)).collect(),
                value: reader.take_expr(&mut parts)?,
            })
        });
        Some(BodyItem::Provide { interface: self.path(Parts::of(pair).take(Rule::path)?), members, span })
    }
}

/// The first text among these parts.
pub(super) fn take_string(parts: &mut Parts<'_>) -> Option<String> {
    parts.take(Rule::string).map(|pair| string(&pair))
}

/// `stop`, or why an arm rejects.
pub(super) fn action(pair: Pair<'_, Rule>) -> Option<String> {
    take_string(&mut Parts::of(pair))
}

fn size_unit(parts: &Parts<'_>) -> SizeUnit {
    if parts.has(Rule::kw_bits) { SizeUnit::Bits } else { SizeUnit::Bytes }
}
