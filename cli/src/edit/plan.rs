//! What is to be done to packets, as the command line says it.

use super::address::Mapping;
use crate::args::{Checksums, EditArgs};
use crate::craft;
use crate::definitions;
use crate::failure::Failure;
use crate::style::ColorChoice;
use packet_core::Region;
use packet_protocols::craft::{Layers, read_to_change};
use packet_protocols::stack::{LayerKind, tables};
use packet_runtime::file::Packet as Record;
use packet_runtime::packet::{ChangeError, FieldInput, FieldKind, FieldPath, Keep, PacketBuf, Registry};
use packet_schema::Schema;
use packet_schema::model::{Composite, CompositeId, Names, Type, Values};
use std::cell::Cell;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// What is done to each packet.
pub(super) struct Plan {
    registry: Option<Arc<Registry>>,
    frames: Vec<RangeInclusive<u64>>,
    conditions: Vec<Condition>,
    only: bool,
    keep: Keep,
    checksums: Checksums,
    strip: Vec<String>,
    decapsulate: Vec<String>,
    tag: Option<(u16, u16)>,
    encapsulate: Option<Layers<'static>>,
    settings: Vec<Named>,
    /// Whether anything was to be done to a packet.
    meant: Cell<bool>,
    mappings: Vec<Mapping>,
}

/// What packets must be for anything to be done.
enum Condition {
    /// They have a layer.
    Layer(String),
    /// A field has a value, or another one.
    Field(Named, bool),
}

/// A field and a value, as the command line names them.
struct Named {
    path: FieldPath,
    value: FieldInput,
    /// Whether a packet that was looked at has the field.
    found: Cell<bool>,
}

/// What came of a packet.
pub(super) enum Told {
    Changed,
    Same,
    /// It is not to be written.
    Dropped,
    /// Something could not be done, and so nothing was.
    Failed(String),
}

impl Plan {
    /// By the command line.
    pub(super) fn new(args: &EditArgs, color: ColorChoice) -> Result<Self, Failure> {
        let (schema, registry) = definitions::register(&args.definitions, color)?;
        let known = Known { schema, registry: registry.as_deref() };
        let keep = if args.checksums == Checksums::Keep { Keep::AsTheyAre } else { Keep::Right };
        Ok(Self {
            frames: args.frames.iter().map(|text| frames(text)).collect::<Result<_, _>>()?,
            conditions: args.conditions.iter().map(|text| known.condition(text)).collect::<Result<_, _>>()?,
            only: args.only,
            keep,
            checksums: args.checksums,
            strip: args.strip.iter().map(|key| known.layer_key(key)).collect::<Result<_, _>>()?,
            decapsulate: args.decapsulate.iter().map(|key| known.tunnel(key)).collect::<Result<_, _>>()?,
            tag: args.push_vlan.as_deref().map(tag).transpose()?,
            encapsulate: args.encapsulate.as_deref().map(|text| around(text, color)).transpose()?,
            settings: args.set.iter().map(|text| known.setting(text)).collect::<Result<_, _>>()?,
            mappings: args
                .map
                .iter()
                .map(|text| Mapping::new(text).map_err(Failure::usage))
                .collect::<Result<_, _>>()?,
            meant: Cell::new(false),
            registry,
        })
    }

    /// What is known of the layers of a packet as it was captured; its bytes where that is nothing.
    pub(super) fn begin(&self, record: &Record<'_>) -> Result<PacketBuf, Vec<u8>> {
        let data = record.data.to_vec();
        let region = Region::captured(record.data, record.origlen as usize);
        let packet = match &self.registry {
            Some(registry) => match registry.first_of(record.link_type, region) {
                Some(first) => registry.packet_buf(first, data),
                None => return Err(data),
            },
            None => match tables::link_type(record.link_type.0, region) {
                Some(first) => PacketBuf::new(first, data),
                None => return Err(data),
            },
        };
        Ok(packet.with_missing(record.origlen.saturating_sub(record.caplen())))
    }

    /// Does to a packet what is to be done.
    pub(super) fn apply(&self, packet: &mut PacketBuf, frame: u64) -> Told {
        if !self.is_meant(packet, frame) {
            return if self.only { Told::Dropped } else { Told::Same };
        }
        self.meant.set(true);
        let before = packet.clone();
        if let Err(error) = self.change(packet) {
            *packet = before;
            return Told::Failed(error.to_string());
        }
        if *packet == before { Told::Same } else { Told::Changed }
    }

    fn is_meant(&self, packet: &PacketBuf, frame: u64) -> bool {
        let in_frames = self.frames.is_empty() || self.frames.iter().any(|range| range.contains(&frame));
        if !in_frames || self.conditions.is_empty() {
            return in_frames;
        }
        let packet = packet.packet();
        let holds = |condition: &Condition| match condition {
            Condition::Layer(key) => packet.layers().any(|layer| layer.key() == key),
            Condition::Field(Named { path, value, found }, wanted) => {
                let is_there = packet.find(path).is_some();
                found.set(found.get() || is_there);
                is_there && packet.has(path, value).unwrap_or(false) == *wanted
            }
        };
        // All are asked, so that a field is looked for in packets, too, that another condition does not mean.
        self.conditions.iter().filter(|condition| !holds(condition)).count() == 0
    }

    /// The fields that no packet had of those in which they were looked for.
    pub(super) fn never_found(&self) -> impl Iterator<Item = &FieldPath> {
        let asked = self.conditions.iter().filter_map(|condition| match condition {
            Condition::Field(named, _) => Some(named),
            Condition::Layer(_) => None,
        });
        let set = self.settings.iter().filter(|_| self.meant.get());
        asked.chain(set).filter(|named| !named.found.get()).map(|named| &named.path)
    }

    /// First layers are taken off, then put on, then fields are set, and checksums at last.
    fn change(&self, packet: &mut PacketBuf) -> Result<(), ChangeError> {
        for key in &self.decapsulate {
            packet.decapsulate(key, self.keep)?;
        }
        for key in &self.strip {
            match key.as_str() {
                // Tags are taken out of any frame, whatever it carries, and however short it was cut.
                "vlan" if packet.first() == Some(LayerKind::Ethernet) => while packet.pop_tag().is_some() {},
                key => _ = packet.strip(key, self.keep)?,
            }
        }
        if let Some((ether_type, tag)) = self.tag {
            packet.push_tag(ether_type, tag)?;
        }
        if let Some(around) = &self.encapsulate {
            packet.encapsulate(around.clone(), self.keep)?;
        }
        for Named { path, value, found } in &self.settings {
            match packet.set(path, value, self.keep) {
                // A field is set where it is.
                Err(ChangeError::NoLayer(_) | ChangeError::NoField(_)) => continue,
                outcome => {
                    found.set(true);
                    outcome?;
                }
            }
        }
        if !self.mappings.is_empty() {
            packet.rewrite(self.keep, |found, bytes| {
                let is_address = matches!(found.kind, FieldKind::Ipv4 | FieldKind::Ipv6 | FieldKind::Mac);
                self.mappings.iter().filter(|_| is_address).find_map(|mapping| mapping.map(bytes))
            });
        }
        match self.checksums {
            Checksums::Fix => _ = packet.fix_checksums(),
            Checksums::Break => _ = packet.break_checksums(),
            Checksums::Follow | Checksums::Keep => {}
        }
        Ok(())
    }
}

/// Frames, by their numbers: `7`, `10-20`.
fn frames(text: &str) -> Result<RangeInclusive<u64>, Failure> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    match (first.parse(), last.parse()) {
        (Ok(first), Ok(last)) if first <= last => Ok(first..=last),
        _ => Err(Failure::usage(format!("--frames {text}: write a number, or two as in 10-20"))),
    }
}

/// What layers and fields there are.
struct Known<'k> {
    schema: &'static Schema,
    registry: Option<&'k Registry>,
}

impl Known<'_> {
    fn condition(&self, text: &str) -> Result<Condition, Failure> {
        let field = |path: &str, value: &str, wanted| Ok(Condition::Field(self.field(path, value)?, wanted));
        match (text.split_once("!="), text.split_once('=')) {
            (Some((path, value)), _) => field(path, value, false),
            (None, Some((path, value))) => field(path, value, true),
            (None, None) => self.layer_key(text).map(Condition::Layer),
        }
    }

    fn setting(&self, text: &str) -> Result<Named, Failure> {
        let parts = text.split_once('=');
        let (path, value) =
            parts.ok_or_else(|| Failure::usage(format!("--set {text}: write FIELD=VALUE, as in ipv4.ttl=64")))?;
        self.field(path, value)
    }

    /// A layer that packets can be taken out of.
    fn tunnel(&self, text: &str) -> Result<String, Failure> {
        let key = self.layer_key(text)?;
        if LayerKind::ALL.iter().all(|kind| kind.key() != key) {
            let words =
                format!("`{key}` can't be taken off as a tunnel, being a layer of your own; --strip takes it out");
            return Err(Failure::usage(words));
        }
        Ok(key)
    }

    /// The key of the layer that has this key or this name, built in or the user's.
    fn layer_key(&self, text: &str) -> Result<String, Failure> {
        let builtin = LayerKind::ALL.iter().map(|kind| (kind.key(), kind.name()));
        let mut names = builtin.chain(self.registry.into_iter().flat_map(Registry::layers));
        let found = names.clone().find(|(key, name)| *key == text || *name == text);
        found.map(|(key, _)| key.to_owned()).ok_or_else(|| {
            let like = packet_schema::nearest(text, names.by_ref().map(|(key, _)| key));
            let help = like.map_or_else(String::new, |like| format!("; is it `{like}`?"));
            Failure::usage(format!("no layer is called `{text}`{help}"))
        })
    }

    /// A field that there is, and a value; one that an enum has a name for becomes its number.
    fn field(&self, path: &str, value: &str) -> Result<Named, Failure> {
        let named = |path, value| Ok(Named { path, value, found: Cell::new(false) });
        let path: FieldPath = path.trim().parse().map_err(|error| Failure::usage(format!("{error}")))?;
        self.layer_key(path.layer())?;
        let schema = self.schema;
        let layer = schema.composites.iter().zip(0..).find(|(composite, _)| composite.key == path.layer());
        if let Some((composite, id)) = layer {
            let first: String = path.way().chars().take_while(|letter| !".[".contains(*letter)).collect();
            let names: Vec<&str> = names_in(schema, composite);
            if !names.contains(&first.as_str()) {
                let like = packet_schema::nearest(&first, names.iter().copied());
                let help = like.map_or_else(String::new, |like| format!("; is it `{like}`?"));
                return Err(Failure::usage(format!("`{}` has no field `{first}`{help}", path.layer())));
            }
            if let Some(number) = enumerated(schema, CompositeId(id), &path, value.trim()) {
                return named(path, FieldInput::Number(number));
            }
        }
        named(path, FieldInput::Text(value.trim().to_owned()))
    }
}

/// The names that a path may begin with in a layer: of its fields, and of its forms.
fn names_in<'s>(schema: &'s Schema, composite: &'s Composite) -> Vec<&'s str> {
    let fields = composite.fields.iter().filter_map(|&field| schema[field].name.as_deref());
    fields.chain(composite.variants.iter().map(|variant| variant.key.as_str())).collect()
}

/// The number of a value that an enum has a name for, in a field of that name in the layer's module.
fn enumerated(schema: &Schema, layer: CompositeId, path: &FieldPath, value: &str) -> Option<u128> {
    let last = path.way().rsplit('.').next()?;
    let fields = schema.fields.iter().filter(|field| schema[field.owner].module == schema[layer].module);
    let mut enums = fields.filter(|field| field.name.as_deref() == Some(last)).filter_map(|field| match field.ty {
        Type::Uint { names: Names::Enum(id), .. } => Some(&schema[id]),
        _ => None,
    });
    enums.find_map(|of| {
        let is_meant = |name: &str| name.eq_ignore_ascii_case(value);
        let found =
            of.enumerators.iter().find(|one| is_meant(&one.name) || one.label.as_deref().is_some_and(is_meant))?;
        match found.values {
            Values::Range(first, last) if first == last => Some(first),
            _ => None,
        }
    })
}

/// A tag of a VLAN: `7`, or `7:3` with a priority, or `7:3:0x88a8` with the type that says so.
fn tag(text: &str) -> Result<(u16, u16), Failure> {
    let wrong =
        || Failure::usage(format!("--push-vlan {text}: write ID, ID:PRIORITY or ID:PRIORITY:TYPE, as in 7:3:0x88a8"));
    let mut parts = text.split(':');
    let id = parts.next().and_then(|id| id.parse::<u16>().ok()).filter(|id| *id < 1 << 12).ok_or_else(wrong)?;
    let priority = parts.next().unwrap_or("0").parse::<u16>().ok().filter(|one| *one < 8).ok_or_else(wrong)?;
    let ether_type = parts.next().unwrap_or("0x8100");
    let ether_type = u16::from_str_radix(ether_type.trim_start_matches("0x"), 16).map_err(|_| wrong())?;
    match parts.next() {
        None => Ok((ether_type, priority << 13 | id)),
        Some(_) => Err(wrong()),
    }
}

/// The layers of a stack as text, in which everything follows from what they carry that is not set.
fn around(text: &str, color: ColorChoice) -> Result<Layers<'static>, Failure> {
    let (bytes, first) = craft::stack(text, color)?;
    let first = first.and_then(|name| LayerKind::ALL.iter().find(|kind| kind.name() == name));
    let first =
        first.ok_or_else(|| Failure::usage("--encapsulate: write layers, as in 'Ethernet {} / Vlan { id = 7 }'"))?;
    // They are put around packets for as long as the command runs.
    let layers = read_to_change(*first, &*Vec::leak(bytes));
    let layers = layers.map_err(|error| Failure::usage(format!("--encapsulate: {error}")))?;
    if layers.payload.is_empty() {
        Ok(layers)
    } else {
        Err(Failure::usage("--encapsulate: the stack ends with bytes, which can carry nothing"))
    }
}
