//! Whole bytes: what is made of bytes starts at one, and every composite ends at one.

use super::walk::composites;
use crate::model::{
    Action, Block, Composite, CompositeId, Expr, ExprId, Extent, Field, FieldId, Item, Match, Place, Schema, Type,
};
use crate::tree::Span;
use crate::{Code, Diagnostic};

/// Reports bytes that start inside of a byte, and composites that end inside of one.
pub(super) fn run(schema: &Schema, found: &mut Vec<Diagnostic>) {
    for id in composites(schema) {
        let mut pass = Pass { schema, id, told: false, found };
        let end = pass.block(&schema[id].body, Some(Phase::At(0)));
        pass.end(&schema[id], end);
    }
}

/// Where in a byte the next bit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// So many bits behind its start, 0 to 7.
    At(u8),
    /// Not the same in every packet.
    Any,
}

impl Phase {
    fn after(self, bits: u64) -> Self {
        match self {
            Self::At(phase) => Self::at(u64::from(phase) + bits % 8),
            Self::Any => Self::Any,
        }
    }

    fn at(bit: u64) -> Self {
        Self::At(u8::try_from(bit % 8).unwrap_or(0))
    }
}

/// Where two ways meet; absent where neither goes on.
fn meet(a: Option<Phase>, b: Option<Phase>) -> Option<Phase> {
    match (a, b) {
        (Some(a), Some(b)) => Some(if a == b { a } else { Phase::Any }),
        (one, None) | (None, one) => one,
    }
}

struct Pass<'a> {
    schema: &'a Schema,
    id: CompositeId,
    /// A finding of this composite was reported; where it ends then says nothing new.
    told: bool,
    found: &'a mut Vec<Diagnostic>,
}

impl Pass<'_> {
    fn block(&mut self, block: &Block, start: Option<Phase>) -> Option<Phase> {
        block.items.iter().fold(start, |phase, item| self.item(item, phase?))
    }

    fn item(&mut self, item: &Item, phase: Phase) -> Option<Phase> {
        match item {
            Item::Run(run) => Some(run.fields.iter().fold(phase, |phase, field| self.field(*field, phase))),
            Item::Container { bits, fields } => {
                let phase = match fields.first() {
                    Some(first) => self.whole(&self.schema[*first], phase),
                    None => phase,
                };
                Some(phase.after(u64::from(*bits)))
            }
            Item::Field(id) => Some(self.field(*id, phase)),
            Item::Match(m) => self.choice(m, phase),
            Item::If { then, otherwise, .. } => {
                let then = self.block(then, Some(phase));
                meet(then, self.block(otherwise, Some(phase)))
            }
            Item::Align { bits, .. } if bits.is_multiple_of(8) => Some(Phase::At(0)),
            Item::Align { bits, .. } => Some(match phase {
                Phase::At(at) if 8 % bits.max(&1) == 0 => {
                    Phase::at(u64::from(u32::from(at).next_multiple_of(*bits.max(&1))))
                }
                _ => Phase::Any,
            }),
            Item::Repeat { body, .. } => {
                let end = self.block(body, Some(phase));
                Some(meet(end, Some(phase)).unwrap_or(phase))
            }
            Item::Jump { .. } => Some(Phase::At(0)),
            Item::Expect(_) | Item::Emit(_) | Item::Yields(_) => Some(phase),
        }
    }

    fn choice(&mut self, m: &Match, phase: Phase) -> Option<Phase> {
        let mut end = None;
        for arm in &m.arms {
            match &arm.action {
                Action::Read(_, block) => end = meet(end, self.block(block, Some(phase))),
                Action::Stop => self.stops(arm.span, phase),
                Action::Reject(_) => {}
            }
        }
        match m.within {
            Some(within) => Some(self.behind(within, phase)),
            None => end,
        }
    }

    fn field(&mut self, id: FieldId, phase: Phase) -> Phase {
        let field = &self.schema[id];
        if field.trailing {
            return Phase::At(0);
        }
        let phase = if field.within.is_some() || of_bytes(&field.ty) { self.whole(field, phase) } else { phase };
        let end = match (field.within, field.place) {
            (Some(within), _) => self.behind(within, phase),
            (None, Place::Run { width, .. }) => phase.after(u64::from(width)),
            (None, _) => self.behind_type(&field.ty, phase),
        };
        let may_lack = field.condition.is_some() && !field.opaque_otherwise;
        if may_lack && end != phase { Phase::Any } else { end }
    }

    fn behind_type(&self, ty: &Type, phase: Phase) -> Phase {
        match ty {
            Type::Uint { bits, .. } | Type::Int { bits, .. } | Type::Float { bits, .. } => {
                phase.after(u64::from(*bits))
            }
            Type::Bool => phase.after(1),
            Type::UintOf { bits } => self.behind(*bits, phase),
            Type::List(element, Extent::Count(count)) => match (width(element), &self.schema[*count]) {
                (Some(bits), _) if bits.is_multiple_of(8) => phase,
                (Some(bits), Expr::Int(count)) => phase.after(u64::from(bits) * u64::try_from(*count % 8).unwrap_or(0)),
                (Some(_), _) => Phase::Any,
                (None, _) => phase,
            },
            Type::List(element, Extent::Until(_) | Extent::PrefixItems(_)) => match width(element) {
                Some(bits) if !bits.is_multiple_of(8) => Phase::Any,
                _ => phase,
            },
            Type::List(..) | Type::Bytes(_) | Type::Text(..) | Type::Struct(..) | Type::Codec(..) | Type::Next(_) => {
                Phase::At(0)
            }
        }
    }

    /// Behind a number of bits that an expression tells.
    fn behind(&self, bits: ExprId, phase: Phase) -> Phase {
        if let Expr::Int(bits) = self.schema[bits] {
            return phase.after(u64::try_from(bits.rem_euclid(8)).unwrap_or(0));
        }
        let facts = self.schema.facts.get(bits.index()).copied().unwrap_or_default();
        if facts.least == facts.greatest {
            phase.after(u64::try_from(facts.least.rem_euclid(8)).unwrap_or(0))
        } else if facts.modulus.is_multiple_of(8) {
            phase.after(facts.remainder)
        } else {
            Phase::Any
        }
    }

    /// Reports a field of whole bytes that does not start at one; what follows is looked at as if it did.
    fn whole(&mut self, field: &Field, phase: Phase) -> Phase {
        let what = field.name.as_ref().map_or_else(|| "these bytes".to_owned(), |name| format!("`{name}`"));
        let text = match phase {
            Phase::At(0) => return phase,
            Phase::At(bit) => format!("{what} starts at bit {bit} of a byte, and takes whole bytes"),
            Phase::Any => format!("{what} may start inside of a byte, and takes whole bytes"),
        };
        let diagnostic = Diagnostic::new(Code::Misaligned, field.span, text);
        self.told = true;
        self.found.push(diagnostic.help(match phase {
            Phase::At(bit) => {
                format!("the fields before it leave {} bits of the byte open: `_: u{};` fills them", 8 - bit, 8 - bit)
            }
            Phase::Any => "`align 8 bits;` before it fills the byte".to_owned(),
        }));
        Phase::At(0)
    }

    fn end(&mut self, composite: &Composite, end: Option<Phase>) {
        let text = match end {
            None | Some(Phase::At(0)) => return,
            Some(_) if self.told => return,
            Some(Phase::At(bit)) => format!("`{}` ends {bit} bits behind a whole byte", composite.name),
            Some(Phase::Any) => format!("`{}` may end inside of a byte", composite.name),
        };
        let diagnostic = Diagnostic::new(Code::Misaligned, composite.span, text);
        self.found.push(match end {
            Some(Phase::At(bit)) => diagnostic.help(format!("`_: u{};` at its end fills the byte", 8 - bit)),
            _ => diagnostic.help("`align 8 bits;` at its end fills the byte"),
        });
    }

    fn stops(&mut self, span: Span, phase: Phase) {
        if phase != Phase::At(0) {
            let text = format!("`{}` may end here, inside of a byte", self.schema[self.id].name);
            self.found.push(Diagnostic::new(Code::Misaligned, span, text));
        }
    }
}

/// Whether a type is made of whole bytes.
fn of_bytes(ty: &Type) -> bool {
    match ty {
        Type::Uint { bits, little, .. } | Type::Int { bits, little } | Type::Float { bits, little } => {
            *little && *bits > 8
        }
        Type::Bool | Type::UintOf { .. } => false,
        Type::List(element, Extent::Count(_) | Extent::Until(_) | Extent::ToEnd) => of_bytes(element),
        Type::List(..) | Type::Bytes(_) | Type::Text(..) | Type::Struct(..) | Type::Codec(..) | Type::Next(_) => true,
    }
}

/// The width of an element that is a number.
fn width(ty: &Type) -> Option<u32> {
    match ty {
        Type::Uint { bits, .. } | Type::Int { bits, .. } | Type::Float { bits, .. } => Some(*bits),
        Type::Bool => Some(1),
        _ => None,
    }
}
