//! Fields that follow from others unless somebody says what they are.

use super::{EmitError, EmitErrorKind};
use crate::FieldInfo;

/// A field of which nothing need be said: what it follows from, its only value, or its default stands in the definition.
///
/// ```
/// use packet_core::craft::Field;
///
/// let length: Field<u16> = 8_u16.into();
/// assert_eq!(length, Field::Set(8));
/// assert_eq!(Field::<u16>::default(), Field::Auto);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Field<T, R = u64> {
    /// As the definition says.
    #[default]
    Auto,
    /// That value, which must be an allowed one.
    Set(T),
    /// These bits, allowed or not; those that are too many for the field are cut off.
    Raw(R),
}

impl<T, R> Field<T, R> {
    /// Whether something is said of it.
    #[inline]
    pub const fn is_said(&self) -> bool {
        !matches!(self, Self::Auto)
    }

    /// What it is set to, where it is.
    #[inline]
    pub const fn set(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Auto | Self::Raw(_) => None,
        }
    }

    /// Whether it is set to a value that has to be an allowed one.
    #[inline]
    pub const fn is_set(&self) -> bool {
        matches!(self, Self::Set(_))
    }
}

impl<T, R> From<T> for Field<T, R> {
    #[inline]
    fn from(value: T) -> Self {
        Self::Set(value)
    }
}

/// An unsigned integer that holds the bits of a field.
pub trait Number: Copy + PartialEq {
    /// Its width.
    const BITS: u32;
    /// From the low bits of a wider one.
    fn cut(bits: u128) -> Self;
    /// As the widest one.
    fn wide(self) -> u128;
}

macro_rules! number {
    ($($number:ty)*) => {
        $(impl Number for $number {
            const BITS: u32 = <$number>::BITS;
            #[inline(always)]
            fn cut(bits: u128) -> Self {
                bits as $number
            }
            #[inline(always)]
            fn wide(self) -> u128 {
                self as u128
            }
        })*
    };
}

number!(u8 u16 u32 u64 u128);

/// A derived value as the bits of a field that has so many.
///
/// # Errors
///
/// It needs more.
#[inline(always)]
pub fn into_number<N: Number>(value: i128, bits: u32, field: &'static FieldInfo) -> Result<N, EmitError> {
    if value < 0 || bits < 127 && value >> bits != 0 {
        return Err(EmitError::new(field, EmitErrorKind::TooWide { bits }));
    }
    Ok(N::cut(value as u128))
}

/// A number, if a field of so many bits has room for it.
///
/// # Errors
///
/// It needs more.
#[inline(always)]
pub fn fits<N: Number>(value: N, bits: u32, field: &'static FieldInfo) -> Result<N, EmitError> {
    if bits < N::BITS && value.wide() >> bits != 0 {
        return Err(EmitError::new(field, EmitErrorKind::TooWide { bits }));
    }
    Ok(value)
}

/// A value as what stands on the wire of a field whose values are multiples of a scale.
///
/// # Errors
///
/// It is no such multiple, or needs more bits.
#[inline(always)]
pub fn scaled<N: Number>(value: u128, scale: u128, bits: u32, field: &'static FieldInfo) -> Result<N, EmitError> {
    if value.is_multiple_of(scale) && (value / scale) >> bits.min(127) == 0 {
        Ok(N::cut(value / scale))
    } else {
        Err(EmitError::new(field, EmitErrorKind::TooWide { bits }))
    }
}

/// A number with a sign as the bits of a field that has so many.
///
/// # Errors
///
/// It needs more.
#[inline(always)]
pub fn signed<N: Number>(value: i128, bits: u32, field: &'static FieldInfo) -> Result<N, EmitError> {
    let bits = bits.clamp(1, 128);
    let sign = value >> (bits - 1);
    if sign != 0 && sign != -1 {
        return Err(EmitError::new(field, EmitErrorKind::TooWide { bits }));
    }
    let mask = u128::MAX >> (128 - bits);
    Ok(N::cut(value as u128 & mask))
}

/// The low bits of what was forged.
#[inline(always)]
pub fn cut<N: Number>(raw: u64, bits: u32) -> N {
    N::cut(if bits < 64 { u128::from(raw) & ((1 << bits) - 1) } else { u128::from(raw) })
}
