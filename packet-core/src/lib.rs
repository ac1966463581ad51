//! What everything that touches packets calls: bits at any place, checksums and hashes, and values as text.
//!
//! Nothing here knows a protocol:
//!
//! * [`bits`] reads and writes integers of 1 to 128 bits that start at any bit;
//! * [`checksum`] has the Internet checksum and the cyclic redundancy checks, over data that comes in pieces;
//! * [`batch`] has the cache fetch packets before they are read;
//! * [`hash`] has the keyed hash of tables and identifiers;
//! * [`text`] prints and reads addresses, and prints octets and times;
//! * [`plain`] fills structs and enums of a user's own from views, and writes them;
//! * [`show`] prints fields for people, and `json`, behind the feature `serde`, gives them to serde, and values in both
//!   directions: whatever protocol they are of;
//! * [`view`] has what generated readers are made of: regions, a cursor, lists, and one small [`Error`].
//!
//! The crate allocates nothing and panics at no input. What lies outside the data is `None` or `false`, never an index
//! out of bounds. There is no `unsafe` but in the one module that sums in vectors.

#![no_std]

#[cfg(feature = "alloc")]
extern crate alloc;

#[cfg(test)]
extern crate std;

mod anomaly;
pub mod batch;
pub mod bits;
pub mod checksum;
pub mod craft;
mod error;
mod fields;
pub mod generated;
pub mod hash;
mod info;
#[cfg(feature = "serde")]
pub mod json;
mod level;
pub mod plain;
pub mod show;
pub mod stack;
pub mod text;
pub mod view;

pub use anomaly::{Anomaly, Derived};
pub use error::{Error, ErrorKind};
pub use fields::{BitPlace, CompositeInfo, EditFields, FieldValue, FieldVisitor, Fields, Group};
pub use info::{FieldInfo, FlagInfo, Form, ValueNames};
pub use level::Level;
pub use plain::{FromView, Layer, Mut, Payload, Plain, Settable, ToValue, Value, Valued, View};
pub use view::{
    Coded, Cursor, Element, Elements, FieldsMut, Flow, FromBits, FromOctets, KeptChecksum, List, MacAddr, NumberIter,
    Numbers, Octets, Place, Region, SetterInfo, Stretch, Text,
};
