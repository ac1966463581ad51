//! Tags of arms: disjoint, complete, and met by some value. Keys of tables: each with one row.

use super::facts::interval::Interval;
use super::walk::{composites, each_item};
use crate::model::{
    Arm, CompositeId, EnumId, Expr, ExprId, FieldId, Item, Match, Names, Row, Schema, Table, Type, Values,
};
use crate::tree::Span;
use crate::{Code, Diagnostic};

/// Reports tags and keys that are claimed twice, values that no arm takes, and arms that no value takes.
pub(super) fn run(schema: &Schema, spans: &[Span], found: &mut Vec<Diagnostic>) {
    for id in composites(schema) {
        each_item(&schema[id].body, &mut |item| {
            if let Item::Match(m) = item {
                choice(schema, (id, m), spans, found);
            }
        });
    }
    for table in &schema.tables {
        rows(table, found);
    }
}

fn choice(schema: &Schema, (id, m): (CompositeId, &Match), spans: &[Span], found: &mut Vec<Diagnostic>) {
    let before = found.len();
    overlaps(schema, m, found);
    let wild = |arm: &&Arm| arm.tags.is_empty() && arm.guard.is_none();
    if let Some(position) = m.arms.iter().position(|arm| wild(&arm)) {
        for arm in m.arms.iter().skip(position + 1) {
            found.push(Diagnostic::new(
                Code::UnreachableArm,
                arm.pattern,
                "the arm `_` before this one takes all values",
            ));
        }
    }
    let Some(domain) = domain(schema, id, m.on) else { return };
    for arm in m.arms.iter().filter(|arm| !arm.tags.is_empty()) {
        let met = arm.tags.iter().any(|tag| domain.iter().any(|set| first_in(*set, *tag).is_some()));
        if !met && !arm.tags.iter().any(|(low, _)| *low == i128::MIN) {
            let text = format!("no value comes here: this is {}", words(&domain));
            found.push(Diagnostic::new(Code::UnreachableArm, arm.pattern, text));
        }
    }
    if found.len() > before {
        return;
    }
    let missing = missing(m, &domain);
    match (m.arms.iter().find(wild), missing) {
        (None, Some(value)) => {
            let text = format!("no arm takes {}", named(schema, id, m.on, value));
            found.push(
                Diagnostic::new(Code::MissingArms, spans.get(m.on.index()).copied().unwrap_or(m.span), text)
                    .help("`_ => …` takes what is left: a block, `stop`, or `reject \"why\"`"),
            );
        }
        (Some(arm), None) => {
            found.push(Diagnostic::new(Code::UnreachableArm, arm.pattern, "the arms before this one take all values"));
        }
        _ => {}
    }
}

/// Reports tags of arms without a guard that have a value in common.
fn overlaps(schema: &Schema, m: &Match, found: &mut Vec<Diagnostic>) {
    let mut tags: Vec<(i128, i128, usize)> = Vec::new();
    for (position, arm) in m.arms.iter().enumerate().filter(|(_, arm)| arm.guard.is_none()) {
        tags.extend(arm.tags.iter().filter(|(low, _)| *low != i128::MIN).map(|(low, high)| (*low, *high, position)));
    }
    tags.sort_unstable();
    let mut furthest: Option<(i128, usize)> = None;
    let mut reported = Vec::new();
    for (low, high, position) in tags {
        if let Some((reach, other)) = furthest
            && low <= reach
        {
            let (first, second) = (other.min(position), other.max(position));
            if !reported.contains(&(first, second)) {
                reported.push((first, second));
                if let (Some(first), Some(second)) = (m.arms.get(first), m.arms.get(second)) {
                    let same = first.pattern == second.pattern;
                    let text = format!(
                        "{} is claimed {}",
                        word(schema, m.on, low).unwrap_or_else(|| low.to_string()),
                        if same { "twice by this arm" } else { "by two arms" }
                    );
                    let diagnostic = Diagnostic::new(Code::OverlappingTags, second.pattern, text);
                    found.push(if same {
                        diagnostic
                    } else {
                        diagnostic.here("again here").label(first.pattern, "first here")
                    });
                }
            }
        }
        if furthest.is_none_or(|(reach, _)| high > reach) {
            furthest = Some((high, position));
        }
    }
}

/// The values that a match may be on; absent where nothing is known of them.
fn domain(schema: &Schema, id: CompositeId, on: ExprId) -> Option<Vec<Interval>> {
    let facts = schema.facts.get(on.index()).copied().unwrap_or_default();
    if facts.least == i128::MIN || facts.greatest == i128::MAX {
        return None;
    }
    let step = u128::from(facts.modulus);
    let all = Interval::stepped(facts.least, facts.greatest, step);
    let names = names(schema, id, on).filter(|names| schema[*names].closed);
    let Some(names) = names else { return Some(vec![all]) };
    let mut sets = Vec::new();
    for enumerator in &schema[names].enumerators {
        let Values::Range(low, high) = enumerator.values else { return Some(vec![all]) };
        let set = Interval::new(i128::try_from(low).ok()?, i128::try_from(high).ok()?);
        sets.extend(set.meet(all));
    }
    sets.sort_unstable_by_key(|set| set.low);
    Some(sets)
}

/// The enum that names the values of an expression.
fn names(schema: &Schema, id: CompositeId, on: ExprId) -> Option<EnumId> {
    match &schema[on] {
        Expr::Field(fields) => {
            let mut all = fields.iter().map(|field| match schema[*field].ty {
                Type::Uint { names: Names::Enum(id), .. } => Some(id),
                _ => None,
            });
            let first = all.next()??;
            all.all(|other| other == Some(first)).then_some(first)
        }
        Expr::Param(index) => schema[id].params.get(*index as usize)?.names,
        _ => None,
    }
}

/// The first member of a set that is in a range.
fn first_in(set: Interval, (low, high): (i128, i128)) -> Option<i128> {
    set.at_least(low).filter(|value| *value <= high)
}

/// The least value that no arm without a guard names.
fn missing(m: &Match, domain: &[Interval]) -> Option<i128> {
    let mut tags: Vec<_> =
        m.arms.iter().filter(|arm| arm.guard.is_none()).flat_map(|arm| arm.tags.iter().copied()).collect();
    tags.sort_unstable();
    for set in domain {
        let mut next = Some(set.low);
        while let Some(value) = next {
            let Some((_, high)) = tags.iter().filter(|(low, high)| *low <= value && value <= *high).max_by_key(|t| t.1)
            else {
                return Some(value);
            };
            next = high.checked_add(1).and_then(|value| set.at_least(value));
        }
    }
    None
}

fn named(schema: &Schema, id: CompositeId, on: ExprId, value: i128) -> String {
    if let Some(word) = word(schema, on, value) {
        return word;
    }
    let is_bool = |field: &FieldId| matches!(schema[*field].ty, Type::Bool);
    if matches!(&schema[on], Expr::Field(fields) if fields.iter().all(is_bool)) {
        return (value != 0).to_string();
    }
    let name = names(schema, id, on).and_then(|id| schema[id].plain(u128::try_from(value).ok()?)).map(|e| &e.name);
    name.map_or_else(|| value.to_string(), |name| format!("{name} ({value})"))
}

/// The word that a number stands for in a match on a text.
fn word(schema: &Schema, on: ExprId, value: i128) -> Option<String> {
    let Expr::Word { words, .. } = &schema[on] else { return None };
    Some(match words.get(usize::try_from(value).ok()?) {
        Some(word) => format!("`{word}`"),
        None => "any other text".to_owned(),
    })
}

fn words(domain: &[Interval]) -> String {
    let set = |set: &Interval| match set.only() {
        Some(only) => only.to_string(),
        None => format!("{} to {}", set.low, set.high),
    };
    domain.iter().map(set).collect::<Vec<_>>().join(" or ")
}

/// Reports rows without a guard that have a key in common.
fn rows(table: &Table, found: &mut Vec<Diagnostic>) {
    let mut rows: Vec<(usize, &Row)> = table.rows.iter().enumerate().filter(|(_, row)| row.guard.is_none()).collect();
    rows.sort_by_key(|(position, row)| (row.low, *position));
    let mut furthest: Option<(usize, &Row)> = None;
    let mut reported = Vec::new();
    for (position, row) in rows {
        if let Some((before, other)) = furthest
            && row.low <= other.high
        {
            let (first, second) = if before < position { (other, row) } else { (row, other) };
            // A row with several keys is one row in the source.
            if !reported.contains(&(first.span, second.span)) {
                reported.push((first.span, second.span));
                found.push(collision(table, row.low, first, second));
            }
        }
        if furthest.is_none_or(|(_, other)| row.high > other.high) {
            furthest = Some((position, row));
        }
    }
}

fn collision(table: &Table, key: u128, first: &Row, second: &Row) -> Diagnostic {
    let text = format!("key {key} of `{}` has a row already", table.name);
    Diagnostic::new(Code::CollidingBinding, second.span, text)
        .here("again here")
        .label(first.span, "first here")
        .help("a row with a guard, `if …`, may share its key: the first row whose guard holds is taken")
}
