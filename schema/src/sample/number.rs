//! Numbers that a field may have.

use super::known::It;
use super::make::{Make, Making};
use crate::interp::Data;
use crate::model::{Action, EnumId, FieldId, Names, Schema, Type, Values};

/// As often as a number is drawn until one is allowed.
const DRAWS: usize = 40;

impl Make<'_, '_, '_> {
    /// A number that the checks of a field allow, where one was found, and its value.
    pub(super) fn number(&mut self, making: &Making, field: FieldId, width: u32) -> (i128, Data) {
        let plain = self.plain(making, field);
        let mut number = plain;
        for draw in 0..DRAWS {
            let drawn = if draw + 1 == DRAWS { plain } else { self.draw(field, width, plain) };
            if self.is_allowed(making, field, width, drawn) {
                number = drawn;
                break;
            }
        }
        (number, data_of(&self.schema[field].ty, number, width))
    }

    /// The number that a builder takes where nothing is said, 0 else.
    fn plain(&self, making: &Making, field: FieldId) -> i128 {
        let default = self.schema[field].default;
        default.and_then(|default| making.scope.int(self.schema, default, It::Nothing)).unwrap_or_default()
    }

    fn draw(&mut self, field: FieldId, width: u32, plain: i128) -> i128 {
        let known = &self.schema[field];
        let is_tame = self.calm || self.tame.contains(&field);
        if is_tame && !self.choices.once(1, 6) {
            return plain;
        }
        let patterns = self.sampler.interests.of(field);
        let scale = i128::from(known.scale.max(1));
        let roll = self.choices.below(16);
        match roll {
            0..=1 => plain,
            _ if self.sampler.interests.is_length(field) && (patterns.is_empty() || roll < 9) => {
                self.choices.below(7) as i128 * scale
            }
            2..=10 if !patterns.is_empty() => {
                let base = if self.choices.once(1, 3) { self.any(field, width) } else { plain };
                let Some(pattern) = self.sampler.pattern(self.choices, field) else { return plain };
                match pattern.shift {
                    0 if pattern.bits >= width => pattern.value,
                    shift => {
                        let mask = (1_i128 << pattern.bits.min(100)) - 1;
                        base & !(mask << shift.min(26)) | (pattern.value & mask) << shift.min(26)
                    }
                }
            }
            11 => self.choices.below(5) as i128 * scale,
            12 => top(width).saturating_mul(scale),
            _ => self.any(field, width),
        }
    }

    /// Any bits, those that are reserved mostly left alone.
    fn any(&mut self, field: FieldId, width: u32) -> i128 {
        let known = &self.schema[field];
        let high = if width > 64 { i128::from(self.choices.number() >> 1) << 64 } else { 0 };
        let any = (high | i128::from(self.choices.number())) & top(width);
        let Type::Uint { names: Names::Flags(flags), .. } = known.ty else {
            return any.saturating_mul(i128::from(known.scale.max(1)));
        };
        let reserved = self.schema[flags].flags.iter().filter(|flag| flag.name.is_none());
        reserved.fold(any, |any, flag| any & !(((1 << flag.bits.min(100)) - 1) << flag.shift))
    }

    /// Whether nothing that is known forbids a number.
    fn is_allowed(&mut self, making: &Making, field: FieldId, width: u32, number: i128) -> bool {
        let known = &self.schema[field];
        let scale = i128::from(known.scale.max(1));
        let fits = match known.ty {
            Type::Int { .. } => {
                let half = 1_i128 << width.clamp(1, 127).saturating_sub(1);
                (-half..half).contains(&(number / scale))
            }
            _ => number >= 0 && number / scale <= top(width),
        };
        if !fits || number % scale != 0 {
            return false;
        }
        if let Type::Uint { names: Names::Enum(names), .. } = known.ty
            && self.schema[names].closed
            && !is_named(self.schema, making, names, number)
        {
            return false;
        }
        let it = It::Number(number);
        if known.wheres.iter().any(|(condition, _)| making.scope.truth(self.schema, *condition, it) == Some(false)) {
            return false;
        }
        self.sampler.matches.get(&field).into_iter().flatten().all(|choice| {
            let arm = choice.arms.iter().find(|arm| {
                arm.guard.is_none()
                    && (arm.tags.is_empty() || arm.tags.iter().any(|&(low, high)| low <= number && number <= high))
            });
            match arm.map(|arm| &arm.action) {
                Some(Action::Read(..)) => true,
                Some(Action::Stop) => self.choices.once(1, 4),
                Some(Action::Reject(_)) | None => false,
            }
        })
    }
}

fn is_named(schema: &Schema, making: &Making, names: EnumId, number: i128) -> bool {
    schema[names].plain(number as u128).is_some()
        || schema[names].enumerators.iter().any(|one| match one.values {
            Values::Matching(condition) => making.scope.truth(schema, condition, It::Number(number)) == Some(true),
            Values::Range(..) => false,
        })
}

/// The greatest number of so many bits, as far as this counts.
pub(super) fn top(width: u32) -> i128 {
    if width >= 127 { i128::MAX } else { (1 << width) - 1 }
}

/// A number as a value of a type.
pub(super) fn data_of(ty: &Type, number: i128, width: u32) -> Data {
    match ty {
        Type::Int { .. } => Data::Int(number),
        Type::Float { .. } => Data::Float(number as f64),
        _ if width >= 127 => Data::Uint(number as u128),
        _ => Data::Uint(u128::try_from(number).unwrap_or_default()),
    }
}
