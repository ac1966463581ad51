//! Fields, in the order of the wire, with the choices that they stand in.

use super::Reader;
use super::clauses::FIELD;
use super::entries::{Args, Entries, Entry};
use super::types::present;
use packet_schema::tree::{Arm, ArmAction, Block, BodyItem, Field, If, Match, SizeUnit, TypeKind, TypeRef};
use packet_schema::{Code, Diagnostic};
use syn::spanned::Spanned as _;

/// A field with what is said of it.
struct Said<'a> {
    field: &'a syn::Field,
    entries: Entries,
    /// What each arm says, where the field stands in several.
    arms: Vec<Entries>,
}

impl Reader<'_> {
    /// The fields of a struct or a variant.
    pub(super) fn block(&mut self, fields: &syn::Fields) -> Block {
        let (items, span) = self.spanned(|reader| {
            let mut said: Vec<Said<'_>> = fields.iter().map(|field| reader.said(field)).collect();
            said.reverse();
            let mut items = Vec::new();
            while let Some(next) = said.pop() {
                reader.body_items(next, &mut said, &mut items);
            }
            items
        });
        Block { items, span }
    }

    fn said<'a>(&mut self, field: &'a syn::Field) -> Said<'a> {
        let (arms, others): (Vec<_>, Vec<_>) =
            self.entries_apart(&field.attrs).into_iter().partition(|entries| entries.has("arm"));
        let list = others.into_iter().flat_map(|entries| entries.list).collect();
        Said { field, entries: Entries { list }, arms }
    }

    /// The items that begin with a field; `rest` are the fields behind it, last first.
    fn body_items(&mut self, mut said: Said<'_>, rest: &mut Vec<Said<'_>>, items: &mut Vec<BodyItem>) {
        if let Some(entry) = said.entries.take("aligned") {
            items.extend(self.aligned(&entry));
        }
        let expectations = said.entries.take_all(&["expect"]);
        if !said.arms.is_empty() || said.entries.has("match") {
            items.extend(self.alternatives(said).map(BodyItem::Match));
        } else if let Some(container) = said.entries.take("container") {
            items.extend(self.container(&container, said, rest));
        } else if rest.last().is_some_and(|next| next.entries.has("else")) {
            if let Some(other) = rest.pop() {
                items.extend(self.either(said, other).map(BodyItem::If));
            }
        } else {
            items.extend(self.field(said.field, said.entries, Absence::ByIf).map(BodyItem::Field));
        }
        items.extend(expectations.iter().filter_map(|entry| self.expect(entry)).map(BodyItem::Expect));
    }

    /// `aligned = 4`, `aligned(4, fill = 0)`: skips to a multiple of so many bytes before the field.
    fn aligned(&mut self, entry: &Entry) -> Option<BodyItem> {
        let (read, span) = self.spanned(|reader| {
            reader.at(entry.span);
            let mut parts = reader.values(entry).into_iter();
            let to = reader.expr(parts.next()?.into_iter().collect())?;
            let fill = match parts.next() {
                Some(tokens) => {
                    let (_, fill) = reader.assigned(tokens, entry)?;
                    Some(reader.expr(fill)?)
                }
                None => None,
            };
            Some((to, fill))
        });
        let (to, fill) = read?;
        Some(BodyItem::Align { to, unit: SizeUnit::Bytes, fill, span })
    }

    /// A field; `None` where nothing can be made of it.
    fn field(&mut self, field: &syn::Field, mut entries: Entries, absence: Absence) -> Option<Field> {
        let (read, span) = self.part(|reader| {
            let ident = field.ident.as_ref()?;
            let reserved = entries.take("reserved");
            if let Some(entry) = &reserved {
                reader.plain(entry);
            }
            let name = reader.name(ident);
            let ty = reader.wire_type(&field.ty, &mut entries);
            let optional = present(&field.ty).is_some();
            reader.absence(field, &entries, optional, absence);
            let clauses = reader.clauses(&mut entries);
            reader.names_elsewhere(&mut entries, &name);
            reader.no_more(entries, "a field", FIELD);
            if ty.is_none() {
                reader.item.lost.push(name.text.clone());
            }
            Some((name, reserved.is_some(), ty?, clauses))
        });
        let (name, reserved, ty, clauses) = read?;
        let name = (!reserved).then_some(name);
        Some(Field { docs: Self::docs(&field.attrs), name, ty, clauses, span })
    }

    /// What may be absent is an `Option`, and nothing else is.
    fn absence(&mut self, field: &syn::Field, entries: &Entries, optional: bool, absence: Absence) {
        let kept = |entry: &&Entry| entry.key == "if" && entry_keeps(entry);
        let by_if = entries.list.iter().any(|entry| entry.key == "if") && !entries.list.iter().any(|e| kept(&e));
        let absent = by_if || absence == Absence::ByChoice;
        if absence == Absence::Unknown || absent == optional {
            return;
        }
        let place = self.at(field.ty.span());
        let finding = if optional {
            Diagnostic::new(Code::BadClause, place, "nothing says when this field is absent")
                .help("add `if(…)`, or leave `Option` out")
        } else {
            Diagnostic::new(Code::TypeMismatch, place, "this field may be absent").help("its type is `Option<…>` then")
        };
        self.report(finding);
    }

    /// `if … { a } else { b }`, of two fields.
    fn either(&mut self, mut said: Said<'_>, mut other: Said<'_>) -> Option<If> {
        let (read, span) = self.spanned(|reader| {
            let word = other.entries.take("else")?;
            reader.plain(&word);
            let Some(entry) = said.entries.take("if") else {
                reader.wrong(word.span, "the field before has no `if`", None);
                return None;
            };
            reader.at(entry.span);
            let condition = reader.one(&entry);
            let then = reader.single(said.field, said.entries);
            let otherwise = reader.single(other.field, other.entries);
            Some((condition?, then, otherwise))
        });
        let (condition, then, otherwise) = read?;
        Some(If { condition, then, otherwise: Some(otherwise), span })
    }

    fn single(&mut self, field: &syn::Field, entries: Entries) -> Block {
        let (field, span) = self.spanned(|reader| reader.field(field, entries, Absence::ByChoice));
        Block { items: field.into_iter().map(BodyItem::Field).collect(), span }
    }

    /// A field that is one thing or another by a value: `match(on)` once, and `arm(pattern)` for each.
    fn alternatives(&mut self, mut said: Said<'_>) -> Option<Match> {
        let (read, span) = self.spanned(|reader| {
            let choice = said.entries.take("match").or_else(|| said.arms.iter_mut().find_map(|arm| arm.take("match")));
            let Some(choice) = choice else {
                reader.wrong(said.field.span(), "nothing says by which value an arm is chosen", Some("add `match(…)`"));
                return None;
            };
            reader.at(choice.span);
            let on = reader.one(&choice);
            if said.arms.is_empty() {
                reader.wrong(choice.span, "no `arm(…)` says what there is to choose from", None);
            }
            let shared = said.entries.list.clone();
            let arms = said.arms.into_iter().filter_map(|arm| reader.alternative(said.field, arm, &shared));
            let arms: Vec<Arm> = arms.collect();
            Some((on?, arms))
        });
        let (on, arms) = read?;
        Some(Match { on, within: None, arms, span })
    }

    fn alternative(&mut self, field: &syn::Field, mut entries: Entries, shared: &[Entry]) -> Option<Arm> {
        let (read, span) = self.spanned(|reader| {
            let arm = entries.take("arm")?;
            reader.at(arm.span);
            let value = reader.value(&arm)?;
            let (patterns, guard) = reader.guarded(value.into_iter().collect());
            entries.list.extend_from_slice(shared);
            let (field, span) = reader.spanned(|reader| reader.field(field, entries, Absence::Unknown));
            let block = Block { items: field.into_iter().map(BodyItem::Field).collect(), span };
            Some((patterns, guard, block))
        });
        let (patterns, guard, block) = read?;
        Some(Arm { docs: Vec::new(), patterns, guard, action: ArmAction::Block(None, block), span })
    }

    /// `container = u16le`: this field and those behind it share a number, until it is used up.
    fn container(&mut self, entry: &Entry, first: Said<'_>, rest: &mut Vec<Said<'_>>) -> Option<BodyItem> {
        let (read, span) = self.spanned(|reader| {
            reader.at(entry.span);
            let value = reader.value(entry)?;
            let container = reader.number_type(value)?;
            let all = width(&container).unwrap_or(0);
            let mut used = 0;
            let mut fields = Vec::new();
            let mut next = Some(first);
            while let Some(said) = next {
                let field = reader.field(said.field, said.entries, Absence::ByIf)?;
                used += width(&field.ty).unwrap_or(0);
                fields.push(field);
                next = if used < all { rest.pop() } else { None };
            }
            Some((container, fields))
        });
        let (container, fields) = read?;
        Some(BodyItem::Bits { container, fields, span })
    }
}

/// What decides whether a field is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Absence {
    /// Its own `if`, or nothing.
    ByIf,
    /// It is one side of a choice.
    ByChoice,
    /// An arm, of which another one may be there instead.
    Unknown,
}

/// `if(condition, else opaque)`: the bytes are there in any case.
fn entry_keeps(entry: &Entry) -> bool {
    match &entry.args {
        Args::Group(group) => super::entries::cut(group.stream(), ',').len() > 1,
        Args::None | Args::Value(_) => false,
    }
}

/// The width of a number or a boolean, where the type says it.
pub(super) fn width(ty: &TypeRef) -> Option<u32> {
    let TypeKind::Named { path, .. } = &ty.kind else { return None };
    let text = path.text();
    if text == "bool" {
        return Some(1);
    }
    let digits = text.strip_prefix(['u', 'i'])?;
    digits.strip_suffix("le").or_else(|| digits.strip_suffix("be")).unwrap_or(digits).parse().ok()
}
