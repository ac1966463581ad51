//! Numbers: from what a field is set to, to the bits it takes.

use super::error::{BuildError, BuildErrorKind};
use crate::Schema;
use crate::interp::{Data, Value};
use crate::model::{FieldId, Type};
use packet_core::bits::{fits, sign_extend, twos_complement};

/// The bits on the wire of a value that a field is set to, `width` of them.
pub(super) fn wire_number(schema: &Schema, field: FieldId, data: &Data, width: u32) -> Result<u128, BuildError> {
    let scale = schema[field].scale.max(1);
    let too_wide = |value: i128| BuildError::at(schema, field, BuildErrorKind::TooWide { value, bits: width });
    match data {
        Data::Uint(value) => {
            let fitting = value.is_multiple_of(u128::from(scale)) && fits(value / u128::from(scale), width);
            fitting.then(|| value / u128::from(scale)).ok_or_else(|| too_wide(*value as i128))
        }
        Data::Int(value) => signed(*value, scale, width).ok_or_else(|| too_wide(*value)),
        Data::Float(value) => match width {
            32 => Ok(u128::from((*value as f32).to_bits())),
            _ => Ok(u128::from(value.to_bits())),
        },
        Data::Bytes(_) | Data::List(_) | Data::Composite(_) | Data::Payload(_) | Data::Prefixed(..) => {
            Err(BuildError::at(schema, field, BuildErrorKind::WrongKind))
        }
    }
}

fn signed(value: i128, scale: u64, width: u32) -> Option<u128> {
    let scale = i128::from(scale);
    if value % scale != 0 {
        return None;
    }
    twos_complement(value / scale, width)
}

/// The bits on the wire of a derived value; `None` where it does not fit.
pub(super) fn derived_number(ty: &Type, value: i128, scale: u64, width: u32) -> Option<u128> {
    if matches!(ty, Type::Int { .. }) {
        return signed(value, scale.max(1), width);
    }
    // Values of 128 bits stand as their bits.
    let value = if width >= 128 { value as u128 } else { u128::try_from(value).ok()? };
    let scale = u128::from(scale.max(1));
    (value.is_multiple_of(scale) && fits(value / scale, width)).then(|| value / scale)
}

/// A number's value in a node.
pub(super) fn node_value(ty: &Type, bits: u128, width: u32) -> Value {
    match ty {
        Type::Int { .. } if width <= 64 => {
            i64::try_from(sign_extend(bits, width)).map_or(Value::Wide(bits), Value::Int)
        }
        Type::Float { bits: 32, .. } => Value::Float(f64::from(f32::from_bits(bits as u32))),
        Type::Float { .. } => Value::Float(f64::from_bits(bits as u64)),
        _ if width <= 64 => Value::Uint(bits as u64),
        _ => Value::Wide(bits),
    }
}
