//! Plain structs and enums of a user's own: filled from views, and written as values.

mod blank;
mod following;
mod value;

pub use blank::{Blank, from_default};
pub use following::{Following, MOST_WAYS, Way};
pub use value::{Carried, ToValue, Value, Valued};

use crate::{
    Cursor, Derived, Element, Error, ErrorKind, FieldInfo, Fields, Flow, List, MacAddr, Numbers, Region, Text,
};
use core::net::{Ipv4Addr, Ipv6Addr};

/// The bytes that a layer carries, to be read as whatever layer they are.
pub type Payload<'a> = Region<'a>;

/// The view of a plain type: `View<'a, Vxlan<'a>>`.
pub type View<'a, T> = <T as Plain<'a>>::View;

/// A plain struct or enum that describes a part of a packet; `#[derive(Layer)]` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not describe a part of a packet",
    note = "`#[derive(Layer)]` makes it do so"
)]
pub trait Plain<'a>: FromView<Self::View> {
    /// What is made of it: references into the packet for a struct, a number for an enum of values or flags.
    type View: Copy;
}

/// A plain struct that bytes can be read as; `#[derive(Layer)]` implements it.
pub trait Layer<'a>: Plain<'a> + Settable<'a> {
    /// Checks the bytes once, and copies nothing: the methods of the view reach each field.
    ///
    /// # Errors
    ///
    /// The bytes can't be such a layer.
    fn view(region: impl Into<Region<'a>>) -> Result<Self::View, Error>;

    /// Reads every field.
    ///
    /// # Errors
    ///
    /// The bytes can't be such a layer, or a part of it can't be what its definition says.
    fn parse(region: impl Into<Region<'a>>) -> Result<Self, Error> {
        Self::from_view(Self::view(region)?)
    }

    /// Checks the bytes once, and gives a method for each field that can be set in place.
    ///
    /// # Errors
    ///
    /// The bytes can't be such a layer.
    fn edit(bytes: &'a mut [u8]) -> Result<Self::Mut, Error>;
}

/// What the view of any layer can do, for those who know it by nothing else.
pub trait AnyView<'a>: Fields + Sized {
    /// Reads one from the start of a region.
    ///
    /// # Errors
    ///
    /// The bytes can't be such a layer.
    fn of(region: Region<'a>) -> Result<Self, Error>;

    /// All its bytes.
    fn region(&self) -> Region<'a>;

    /// How to find out what follows in its payload; nothing where it has none.
    fn following(&self) -> Option<Following<'a>>;

    /// Tells what its derived fields are, and what they should be: those of which that can be known without the layers below.
    fn derived(&self, report: &mut dyn FnMut(Derived));
}

/// What a layer is called in Rust: an item that derives `Layer`, or the view itself.
#[diagnostic::on_unimplemented(message = "`{Self}` is no layer, nor does it derive `Layer`")]
pub trait Viewed<'a> {
    /// Its view.
    type View: AnyView<'a>;
}

/// What sets the fields of a plain struct's bytes in place; `#[derive(Layer)]` implements it.
pub trait Settable<'a> {
    /// Where each part stands.
    type Places;
    /// Bytes that can be changed, with a method for each field of fixed size.
    type Mut;
}

/// What changes the bytes of a plain struct in place: `Mut<'a, Vxlan<'a>>`.
pub type Mut<'a, T> = <T as Settable<'a>>::Mut;

/// A value of a user's type, made of what a view says.
#[diagnostic::on_unimplemented(
    message = "a field that is read as `{V}` can't be a `{Self}`",
    label = "this type is too narrow, or another one"
)]
pub trait FromView<V>: Sized {
    /// The value.
    ///
    /// # Errors
    ///
    /// The part of the packet that it stands in could not be read.
    fn from_view(view: V) -> Result<Self, Error>;
}

macro_rules! same {
    ($($ty:ty),*) => {
        $(impl FromView<$ty> for $ty {
            #[inline]
            fn from_view(view: $ty) -> Result<Self, Error> {
                Ok(view)
            }
        })*
    };
}

macro_rules! wider {
    ($($narrow:ty => $($wide:ty),*;)*) => {
        $($(impl FromView<$narrow> for $wide {
            #[inline]
            fn from_view(view: $narrow) -> Result<Self, Error> {
                Ok(view.into())
            }
        })*)*
    };
}

same!(u8, u16, u32, u64, u128, i8, i16, i32, i64, i128, bool, f32, f64, Ipv4Addr, Ipv6Addr, MacAddr);

wider! {
    u8 => u16, u32, u64, u128;
    u16 => u32, u64, u128;
    u32 => u64, u128;
    u64 => u128;
    i8 => i16, i32, i64, i128;
    i16 => i32, i64, i128;
    i32 => i64, i128;
    i64 => i128;
}

macro_rules! same_borrowed {
    ($($ty:ty),*) => {
        $(impl<'a> FromView<$ty> for $ty {
            #[inline]
            fn from_view(view: $ty) -> Result<Self, Error> {
                Ok(view)
            }
        })*
    };
}

same_borrowed!(&'a [u8], Text<'a>, Region<'a>);

impl<'a, T, const BITS: u32, const LITTLE: bool> FromView<Self> for Numbers<'a, T, BITS, LITTLE> {
    #[inline]
    fn from_view(view: Self) -> Result<Self, Error> {
        Ok(view)
    }
}

impl<const N: usize> FromView<&[u8; N]> for [u8; N] {
    #[inline]
    fn from_view(view: &[u8; N]) -> Result<Self, Error> {
        Ok(*view)
    }
}

impl FromView<Ipv4Addr> for [u8; 4] {
    #[inline]
    fn from_view(view: Ipv4Addr) -> Result<Self, Error> {
        Ok(view.octets())
    }
}

impl FromView<Ipv6Addr> for [u8; 16] {
    #[inline]
    fn from_view(view: Ipv6Addr) -> Result<Self, Error> {
        Ok(view.octets())
    }
}

impl FromView<MacAddr> for [u8; 6] {
    #[inline]
    fn from_view(view: MacAddr) -> Result<Self, Error> {
        Ok(view.0)
    }
}

impl FromView<&[u8; 6]> for MacAddr {
    #[inline]
    fn from_view(view: &[u8; 6]) -> Result<Self, Error> {
        Ok(Self(*view))
    }
}

impl FromView<&[u8; 16]> for Ipv6Addr {
    #[inline]
    fn from_view(view: &[u8; 16]) -> Result<Self, Error> {
        Ok(Self::from(*view))
    }
}

impl<T: FromView<V>, V> FromView<Option<V>> for Option<T> {
    #[inline]
    fn from_view(view: Option<V>) -> Result<Self, Error> {
        view.map(T::from_view).transpose()
    }
}

/// What stands in a region of its own is read, or could not be.
impl<T: FromView<V>, V> FromView<Result<V, Error>> for T {
    #[inline]
    fn from_view(view: Result<V, Error>) -> Result<Self, Error> {
        T::from_view(view?)
    }
}

impl<'a, T, V> FromView<List<'a, V>> for List<'a, T>
where
    V: Element<'a>,
    T: Element<'a, Args = V::Args>,
{
    #[inline]
    fn from_view(view: List<'a, V>) -> Result<Self, Error> {
        Ok(view.read_as())
    }
}

/// Reads an element of a list as a view, and that as a plain value.
///
/// # Errors
///
/// The bytes can't be one.
#[inline]
pub fn plain_element<'a, V: Element<'a>, T: FromView<V::Out>>(
    cursor: &mut Cursor<'a>,
    args: V::Args,
) -> Result<(T, Flow), Error> {
    let (view, flow) = V::read(cursor, args)?;
    Ok((T::from_view(view)?, flow))
}

/// A value that has no name, where all have one.
#[cold]
#[must_use]
pub fn closed(field: &'static FieldInfo, found: u64) -> Error {
    Error::new(field, 0, ErrorKind::Closed { found })
}

/// Items that need an allocator: nothing without one.
#[cfg(feature = "alloc")]
#[doc(hidden)]
#[macro_export]
macro_rules! with_values {
    ($($items:tt)*) => { $($items)* };
}

/// Nothing without the feature `alloc`.
#[cfg(not(feature = "alloc"))]
#[doc(hidden)]
#[macro_export]
macro_rules! with_values {
    ($($items:tt)*) => {};
}
