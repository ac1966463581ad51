//! Numbers: which type of Rust holds one, and how it is read from the bytes of a run.

use packet_schema::Schema;
use packet_schema::model::{Display, Field, Names, Place, Type};
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};

/// A type of Rust that holds integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Number {
    U8,
    U16,
    U32,
    U64,
    U128,
    I64,
    I128,
}

impl Number {
    /// The least unsigned type of so many bits.
    pub(super) fn of_bits(bits: u32) -> Self {
        match bits {
            0..=8 => Self::U8,
            9..=16 => Self::U16,
            17..=32 => Self::U32,
            33..=64 => Self::U64,
            _ => Self::U128,
        }
    }

    /// Its width.
    pub(super) fn bits(self) -> u32 {
        match self {
            Self::U8 => 8,
            Self::U16 => 16,
            Self::U32 => 32,
            Self::U64 | Self::I64 => 64,
            Self::U128 | Self::I128 => 128,
        }
    }

    pub(super) fn is_signed(self) -> bool {
        matches!(self, Self::I64 | Self::I128)
    }

    /// Its least and greatest value, so far as 128 bits with a sign hold them.
    pub(super) fn range(self) -> (i128, i128) {
        match self {
            Self::I64 => (i64::MIN.into(), i64::MAX.into()),
            Self::I128 => (i128::MIN, i128::MAX),
            Self::U128 => (0, i128::MAX),
            _ => (0, (1 << self.bits()) - 1),
        }
    }

    /// Whether it holds a value.
    pub(super) fn holds(self, value: i128) -> bool {
        let (least, greatest) = self.range();
        least <= value && value <= greatest
    }

    /// The type in which values between these two are reckoned.
    pub(super) fn between(least: i128, greatest: i128) -> Self {
        [Self::U64, Self::I64]
            .into_iter()
            .find(|number| number.holds(least) && number.holds(greatest))
            .unwrap_or(Self::I128)
    }

    /// Its name.
    pub(super) fn tokens(self) -> TokenStream {
        match self {
            Self::U8 => quote!(u8),
            Self::U16 => quote!(u16),
            Self::U32 => quote!(u32),
            Self::U64 => quote!(u64),
            Self::U128 => quote!(u128),
            Self::I64 => quote!(i64),
            Self::I128 => quote!(i128),
        }
    }

    /// A value of this type as one of another.
    pub(super) fn convert(self, value: &TokenStream, to: Self) -> TokenStream {
        let target = to.tokens();
        if self == to {
            value.clone()
        } else if self.bits() < to.bits() && (!self.is_signed() || to.is_signed()) {
            quote!(#target::from(#value))
        } else {
            quote!((#value as #target))
        }
    }
}

/// What a field's bits are for its users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    /// A number.
    Plain(Number),
    /// A number with a sign, of so many bits.
    Signed(u32),
    /// One bit.
    Bool,
    /// A number with a fraction, of so many bits.
    Float(u32),
    /// An enum or flags of the schema.
    Named(Names, Number),
    /// An address.
    Ipv4,
    /// An address.
    Ipv6,
    /// An address.
    Mac,
    /// A number on the wire times a factor.
    Scaled(Number, u64, Number),
}

/// An address that stands as bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Address {
    Ipv4,
    Ipv6,
    Mac,
}

impl Address {
    /// The address whose bytes a field is, if it is one.
    pub(super) fn of(field: &Field) -> Option<Self> {
        match (&field.ty, field.place, field.display) {
            (Type::Bytes(_), Place::Run { width: 32, .. }, Display::Ipv4) => Some(Self::Ipv4),
            (Type::Bytes(_), Place::Run { width: 128, .. }, Display::Ipv6) => Some(Self::Ipv6),
            (Type::Bytes(_), Place::Run { width: 48, .. }, Display::Mac) => Some(Self::Mac),
            _ => None,
        }
    }

    /// Its type.
    pub(super) fn tokens(self) -> TokenStream {
        match self {
            Self::Ipv4 => quote!(Ipv4Addr),
            Self::Ipv6 => quote!(Ipv6Addr),
            Self::Mac => quote!(MacAddr),
        }
    }

    /// The address in an array.
    pub(super) fn made_of(self, array: &TokenStream) -> TokenStream {
        match self {
            Self::Ipv4 => quote!(Ipv4Addr::from(#array)),
            Self::Ipv6 => quote!(Ipv6Addr::from(#array)),
            Self::Mac => quote!(MacAddr(#array)),
        }
    }

    /// The array that it stands as.
    pub(super) fn array(self, value: &TokenStream) -> TokenStream {
        match self {
            Self::Ipv4 | Self::Ipv6 => quote!(#value.octets()),
            Self::Mac => quote!(#value.0),
        }
    }
}

/// What the bits of a field of fixed width are, or nothing where the field is no such number.
pub(super) fn meaning(field: &Field) -> Option<(Meaning, u32)> {
    of_type(&field.ty, field.display, field.scale)
}

/// What the bits of a number are.
pub(super) fn of_type(ty: &Type, display: Display, scale: u64) -> Option<(Meaning, u32)> {
    let (meaning, bits) = match ty {
        Type::Bool => (Meaning::Bool, 1),
        Type::Float { bits, .. } => (Meaning::Float(*bits), *bits),
        Type::Int { bits, .. } => (Meaning::Signed(*bits), *bits),
        Type::Uint { bits, names, .. } => {
            let number = Number::of_bits(*bits);
            let meaning = match (names, display, bits) {
                (Names::Enum(_) | Names::Flags(_), ..) => Meaning::Named(*names, number),
                (Names::None, Display::Ipv4, 32) => Meaning::Ipv4,
                (Names::None, Display::Ipv6, 128) => Meaning::Ipv6,
                (Names::None, Display::Mac, 48) => Meaning::Mac,
                _ if scale > 1 => {
                    let greatest =
                        (1_u128.checked_shl(*bits).unwrap_or(0)).wrapping_sub(1).saturating_mul(scale.into());
                    Meaning::Scaled(number, scale, Number::of_bits(128 - greatest.leading_zeros()))
                }
                _ => Meaning::Plain(number),
            };
            (meaning, *bits)
        }
        _ => return None,
    };
    Some((meaning, bits))
}

/// Whether the least significant byte comes first.
pub(super) fn is_little(ty: &Type) -> bool {
    matches!(ty, Type::Uint { little: true, .. } | Type::Int { little: true, .. } | Type::Float { little: true, .. })
}

/// Where the bits of a field are in the bytes of its segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bits {
    /// The first bit, from the segment's first byte on, most significant first.
    pub(super) first: u32,
    /// How many.
    pub(super) width: u32,
    /// Least significant byte first.
    pub(super) little: bool,
    /// Of a little-endian number of so many bits: how far the lowest bit is from that number's lowest.
    pub(super) container: Option<(u32, u32)>,
}

impl Bits {
    /// Those of a field whose segment starts so many bits before its run.
    pub(super) fn of(field: &Field, width: u32, phase: u32) -> Self {
        let little = is_little(&field.ty);
        match field.place {
            Place::Run { bit, .. } => Self { first: phase + bit, width, little, container: None },
            Place::Container { shift, width } => Self { first: 0, width, little: true, container: Some((shift, 0)) },
            Place::Scan => Self { first: phase, width, little, container: None },
        }
    }

    /// The raw number, read from an array of bytes, as the least unsigned type that holds it.
    pub(super) fn read(self, array: &TokenStream) -> (TokenStream, Number) {
        let number = Number::of_bits(self.width);
        let tokens = match self.container {
            Some((shift, bits)) => {
                let whole = Number::of_bits(bits);
                let all = cover(array, 0, bits.div_ceil(8), whole, true);
                masked(all, whole, shift, self.width, bits, number)
            }
            None => {
                let (from, to) = (self.first / 8, (self.first + self.width).div_ceil(8));
                let behind = to * 8 - self.first - self.width;
                let whole = Number::of_bits((to - from) * 8);
                let all = cover(array, from, to, whole, self.little);
                masked(all, whole, behind, self.width, (to - from) * 8, number)
            }
        };
        (tokens, number)
    }
}

/// The number in some bytes of an array.
fn cover(array: &TokenStream, from: u32, to: u32, number: Number, little: bool) -> TokenStream {
    let bytes = to - from;
    let width = number.bits() / 8;
    let name = number.tokens();
    let (from_start, length) = (Literal::u32_unsuffixed(from), Literal::u32_unsuffixed(bytes));
    if bytes == 1 {
        return quote!(#array[#from_start]);
    }
    let of_bytes = format_ident!("from_{}_bytes", if little { "le" } else { "be" });
    if bytes == width && bytes > 4 {
        return quote!(#name::#of_bytes(*part::<#from_start, #length, _>(#array)));
    }
    let there = (from..to).map(|at| {
        let at = Literal::u32_unsuffixed(at);
        quote!(#array[#at])
    });
    let zeros = (bytes..width).map(|_| quote!(0));
    if little {
        quote!(#name::#of_bytes([#(#there,)* #(#zeros),*]))
    } else {
        quote!(#name::#of_bytes([#(#zeros,)* #(#there),*]))
    }
}

/// Some bits of a number, the lowest at `shift`, as a number of another type.
fn masked(all: TokenStream, whole: Number, shift: u32, width: u32, of: u32, number: Number) -> TokenStream {
    let shift_by = Literal::u32_unsuffixed(shift);
    let shifted = if shift == 0 { all } else { quote!((#all >> #shift_by)) };
    let rest = if width + shift < of {
        let mask = mask(width);
        quote!((#shifted & #mask))
    } else {
        shifted
    };
    if whole == number { rest } else { whole.convert(&rest, number) }
}

/// So many ones.
pub(super) fn mask(width: u32) -> Literal {
    let value = if width >= 128 { u128::MAX } else { (1 << width) - 1 };
    let text = if width <= 4 { format!("{value}") } else { format!("{value:#x}") };
    text.parse().unwrap_or_else(|_| Literal::u128_unsuffixed(value))
}

/// The path of an enum or flags.
pub(super) fn names_path(
    schema: &Schema,
    names: Names,
    paths: &dyn Fn(packet_schema::model::ModuleId) -> TokenStream,
) -> TokenStream {
    let (name, module) = match names {
        Names::Enum(id) => (&schema[id].name, schema[id].module),
        Names::Flags(id) => (&schema[id].name, schema[id].module),
        Names::None => return quote!(u8),
    };
    let (path, name) = (paths(module), super::names::ident(name));
    quote!(#path #name)
}
