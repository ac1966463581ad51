//! Whole packets as values: a list of layers, each an object of its name, and what the last one carries.

use super::{Entries, Heard, MapAccess, Plain, SerializeMap, hex, unknown};
use crate::craft::{Layers, Placed};
use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;
use serde_core::de::{Error, Visitor};
use serde_core::{Deserialize, Deserializer, Serialize, Serializer};

/// The names of members.
const LAYERS: &str = "layers";
const PAYLOAD: &str = "payload";
const BEHIND: &str = "behind";

type Bytes = Heard<Cow<'static, [u8]>, Plain>;

/// Tells bytes, where there are any.
fn tell_bytes<M: SerializeMap>(map: &mut M, name: &'static str, bytes: &[u8]) -> Result<(), M::Error> {
    if bytes.is_empty() { Ok(()) } else { map.serialize_entry(name, &hex(bytes)) }
}

impl<L: Entries> Serialize for Layers<'_, L> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry(LAYERS, &self.layers)?;
        tell_bytes(&mut map, PAYLOAD, &self.payload)?;
        map.end()
    }
}

impl<'de, L: Entries> Deserialize<'de> for Layers<'_, L> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Object::<Self>(PhantomData))
    }
}

impl<L: Entries> Serialize for Placed<'_, L> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        self.layer.tell_entries(&mut map)?;
        tell_bytes(&mut map, BEHIND, &self.behind)?;
        map.end()
    }
}

impl<'de, L: Entries> Deserialize<'de> for Placed<'_, L> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Object::<Self>(PhantomData))
    }
}

/// An object that becomes a value.
struct Object<T>(PhantomData<T>);

impl<'de, 'a, L: Entries> Visitor<'de> for Object<Layers<'a, L>> {
    type Value = Layers<'a, L>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "an object with `{LAYERS}` and `{PAYLOAD}`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut heard = Layers::default();
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                LAYERS => heard.layers = map.next_value::<Vec<_>>()?,
                PAYLOAD => heard.payload = map.next_value::<Bytes>()?.0,
                _ => return Err(unknown(&name)),
            }
        }
        Ok(heard)
    }
}

impl<'de, 'a, L: Entries> Visitor<'de> for Object<Placed<'a, L>> {
    type Value = Placed<'a, L>;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "an object with a layer, and perhaps `{BEHIND}`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut layer, mut behind) = (L::unheard(), Cow::Borrowed(&[][..]));
        while let Some(name) = map.next_key::<String>()? {
            match name.as_str() {
                BEHIND => behind = map.next_value::<Bytes>()?.0,
                _ => layer = Some(L::hear_entry(layer.take(), &name, &mut map)?),
            }
        }
        let layer = layer.ok_or_else(|| A::Error::custom("an object without a layer"))?;
        Ok(Placed { layer, behind })
    }
}
