//! Items about several layers: tables and their rows, metafields, replies, other tools' names.

use packet_schema::tree::{
    Arm, Bind, BindRow, Carried, Enumerator, Extend, Meta, MetaItem, NameRow, Names, Path, Probe, Reply, ReplyItem,
    Table,
};
use pest::iterators::Pair;

use super::Rule;
use super::body::take_string;
use super::parts::Parts;
use super::reader::Reader;
use super::split::Inside;

/// A row of `extend`.
enum ExtendRow {
    Enumerator(Enumerator),
    Arm(Arm),
}

impl Reader<'_> {
    /// `table t : type;`
    pub(super) fn table(&self, pair: Pair<'_, Rule>) -> Option<Table> {
        let mut parts = Parts::of(pair);
        Some(Table { name: self.name(&parts.take(Rule::ident)?), key: self.take_type(&mut parts)? })
    }

    /// The first path among these parts.
    fn take_path(&self, parts: &mut Parts<'_>) -> Option<Path> {
        Some(self.path(parts.take(Rule::path)?))
    }

    /// `bind table { KEY => Layer; }`
    pub(super) fn bind(&mut self, pair: Pair<'_, Rule>) -> Option<Bind> {
        let rows = self.inside(&pair, Inside::BindRows, &mut |reader, pair| {
            let span = reader.span(&pair);
            let mut parts = Parts::of(pair);
            let keys = reader.patterns(parts.take(Rule::patterns)?);
            Some(BindRow { keys, layer: reader.take_path(&mut parts)?, guard: reader.take_expr(&mut parts), span })
        });
        Some(Bind { table: self.take_path(&mut Parts::of(pair))?, rows })
    }

    /// `extend X { … }`.
    pub(super) fn extend(&mut self, pair: Pair<'_, Rule>) -> Option<Extend> {
        let rows = self.inside(&pair, Inside::Extension, &mut |reader, pair| {
            let form = Parts::of(pair).last()?;
            match form.as_rule() {
                Rule::arm => reader.arm(form).map(ExtendRow::Arm),
                _ => reader.enumerator(form).map(ExtendRow::Enumerator),
            }
        });
        let target = self.take_path(&mut Parts::of(pair))?;
        let mut extend = Extend { target, enumerators: Vec::new(), arms: Vec::new() };
        for row in rows {
            match row {
                ExtendRow::Enumerator(enumerator) => extend.enumerators.push(enumerator),
                ExtendRow::Arm(arm) => extend.arms.push(arm),
            }
        }
        Some(extend)
    }

    /// `probe L from t if g { e } score n;`
    pub(super) fn probe(&self, pair: Pair<'_, Rule>) -> Option<Probe> {
        let mut parts = Parts::of(pair);
        let from = parts.take(Rule::probe_from).map(Parts::of);
        let guard = parts.take(Rule::probe_if).map(Parts::of);
        Some(Probe {
            layer: self.take_path(&mut parts)?,
            from: from
                .map(|mut from| from.all(Rule::path).into_iter().map(|path| self.path(path)).collect())
                .unwrap_or_default(),
            guard: guard.and_then(|mut guard| self.take_expr(&mut guard)),
            condition: self.take_expr(&mut parts)?,
            score: self.take_expr(&mut parts)?,
        })
    }

    /// `meta m : type over (…) { … }`.
    pub(super) fn meta(&mut self, pair: Pair<'_, Rule>) -> Option<Meta> {
        let items = self.inside(&pair, Inside::Meta, &mut Self::meta_item);
        let mut parts = Parts::of(pair);
        let need = |pair| {
            let mut parts = Parts::of(pair);
            Some((self.take_path(&mut parts)?, self.name(&parts.take(Rule::ident)?)))
        };
        let over = parts.all(Rule::need).into_iter().filter_map(need).collect();
        Some(Meta { name: self.name(&parts.take(Rule::ident)?), ty: self.take_type(&mut parts)?, over, items })
    }

    fn meta_item(&mut self, pair: Pair<'_, Rule>) -> Option<MetaItem> {
        let form = Parts::of(pair).last()?;
        let span = self.span(&form);
        let rule = form.as_rule();
        if rule == Rule::carry {
            let fields = self.inside(&form, Inside::Carried, &mut |reader, pair| {
                let mut parts = Parts::of(pair);
                let field = reader.take_path(&mut parts)?;
                let bits = parts.take(Rule::bit_slice).and_then(|pair| reader.bit_slice(pair));
                Some(Carried { field, bits, value: reader.take_expr(&mut parts)? })
            });
            let stack = Parts::of(form).all(Rule::path).into_iter().map(|pair| self.path(pair)).collect();
            return Some(MetaItem::Carry { stack, fields, span });
        }
        let mut parts = Parts::of(form);
        let present = parts.take(Rule::only_if).and_then(|pair| self.take_path(&mut Parts::of(pair)));
        Some(match rule {
            Rule::symmetric => {
                let (left, right) = (parts.take(Rule::pair)?, parts.take(Rule::pair)?);
                let (left, right) = (self.all_exprs(&mut Parts::of(left)), self.all_exprs(&mut Parts::of(right)));
                MetaItem::Symmetric { left, right, present, span }
            }
            Rule::key => MetaItem::Key { value: self.take_expr(&mut parts)?, present, span },
            Rule::hash => MetaItem::Hash(self.take_expr(&mut parts)?),
            Rule::keep => {
                let (what, by) = (self.take_path(&mut parts)?, self.take_path(&mut parts)?);
                let bits = parts.take(Rule::bit_slice).and_then(|pair| self.bit_slice(pair));
                MetaItem::Keep { what, by, bits, span }
            }
            _ => return None,
        })
    }

    /// `reply A by B { … }`.
    pub(super) fn reply(&mut self, pair: Pair<'_, Rule>) -> Option<Reply> {
        let items = self.inside(&pair, Inside::Reply, &mut |reader, pair| {
            let form = Parts::of(pair).last()?;
            let rule = form.as_rule();
            let mut parts = Parts::of(form);
            Some(match rule {
                Rule::recover => ReplyItem::Recover {
                    field: reader.take_path(&mut parts)?,
                    value: reader.take_expr(&mut parts)?,
                    condition: reader.take_expr(&mut parts),
                },
                Rule::quotes => ReplyItem::Quotes(reader.take_path(&mut parts)?),
                _ => ReplyItem::Equation(reader.take_expr(&mut parts)?),
            })
        });
        let mut parts = Parts::of(pair);
        let request = if parts.has(Rule::kw_any) { None } else { Some(self.take_path(&mut parts)?) };
        Some(Reply { request, reply: self.take_path(&mut parts)?, items })
    }

    /// `alias tool L { field = "x"; }`
    pub(super) fn names(&mut self, pair: Pair<'_, Rule>) -> Option<Names> {
        let rows = self.inside(&pair, Inside::Names, &mut |reader, pair| {
            let span = reader.span(&pair);
            let mut parts = Parts::of(pair);
            Some(NameRow {
                value: reader.operation(parts.take(Rule::name_value)?.into_inner())?,
                name: take_string(&mut parts)?,
                condition: reader.take_expr(&mut parts),
                span,
            })
        });
        let mut parts = Parts::of(pair);
        Some(Names { tool: self.name(&parts.take(Rule::ident)?), target: self.take_path(&mut parts)?, rows })
    }
}
