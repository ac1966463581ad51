//! Layers that are added when the program runs.

use super::interpreted::Defined;
use super::{Added, Depth, Failed, Interpreted, Packet, PacketBuf, Reason};
use crate::file::{self, LinkType};
use crate::limits::ADDED_LAYERS;
use packet_core::plain::{Following, Way};
use packet_core::{Derived, Error, FieldVisitor, Level, Region};
use packet_protocols::packet::FRONT;
use packet_protocols::stack::{Below, LayerKind, Next, guess, may_begin, tables};
use packet_schema::model::{Probe, Row};
use packet_schema::{Schema, snake};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

/// Layers beside those that Pony knows, compiled or interpreted, and what leads to them. There is no global one: whoever reads
/// packets hands it over, and packets that need none of it cost nothing more.
///
/// ```
/// use packet_core::Level;
/// use packet_protocols::stack::LayerKind;
/// use packet_runtime::packet::{Key, Registry, Target};
///
/// // DNS on another port, too.
/// let mut registry = Registry::new();
/// registry.bind(Key::new("udp_port", 5300), Target::Known(LayerKind::Dns))?;
/// let conflict = registry.bind(Key::new("udp_port", 53), Target::Known(LayerKind::Ntp)).unwrap_err();
/// assert_eq!(conflict.to_string(), "udp_port 53 leads to Dns already");
///
/// // Said outright, it is so.
/// registry.decode_as(Key::new("udp_port", 53), Target::Known(LayerKind::Ntp));
/// # Ok::<(), packet_runtime::packet::Conflict>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Registry {
    specs: Vec<Spec>,
    rows: BTreeMap<Cow<'static, str>, BTreeMap<u64, Target>>,
    /// Rows that are interpreted: they look at the payload, or have more keys than are listed.
    wide: Vec<(Defined<Row>, Target)>,
    probes: Vec<(Looks, Target)>,
    /// A key that leads to a layer of the front has a row here.
    asks_front: bool,
    /// The model of the definitions that came last.
    pub(super) schema: Option<&'static Schema>,
    /// The definitions that were read, the last one first: their paths and their texts.
    #[cfg(feature = "text")]
    pub(super) definitions: Vec<(String, String)>,
}

/// A layer that was added, as its registry knows it.
#[derive(Clone, Debug)]
pub(super) struct Spec {
    pub(super) name: String,
    pub(super) key: String,
    pub(super) level: Level,
    pub(super) source: Source,
}

#[derive(Clone, Debug)]
pub(super) enum Source {
    Compiled(Compiled),
    Interpreted(Interpreted),
}

/// A layer of `#[derive(Layer)]`, `layers!` or `compile`, as [`compiled!`](crate::compiled) makes it of its type.
#[derive(Clone, Copy, Debug)]
pub struct Compiled {
    /// Its name: `Beacon`.
    pub name: &'static str,
    /// Reads it.
    pub read: for<'a> fn(Region<'a>) -> Result<Parts<'a>, Error>,
    /// Hands over its fields.
    pub fields: fn(Region<'_>, &mut dyn FieldVisitor) -> Result<(), Error>,
    /// Tells what its derived fields are, and what they should be.
    pub derived: TellDerived,
}

/// Of a layer that was read: its bytes, and how to find out what its payload is, where it has one.
pub type Parts<'a> = (Region<'a>, Option<Following<'a>>);

/// Tells of a layer's derived fields.
pub type TellDerived = fn(Region<'_>, &mut dyn FnMut(Derived)) -> Result<(), Error>;

/// Makes a type that derives `Layer`, or a view of `layers!` or `compile`, one that a [`Registry`](crate::packet::Registry) takes:
/// `compiled!(Beacon)`.
#[macro_export]
macro_rules! compiled {
    ($layer:ident) => {
        $crate::packet::Compiled {
            name: stringify!($layer),
            read: |region| $crate::packet::plain::parts::<$layer<'_>>(region),
            fields: |region, visitor| $crate::packet::plain::fields::<$layer<'_>>(region, visitor),
            derived: |region, report| $crate::packet::plain::derived::<$layer<'_>>(region, report),
        }
    };
}

/// What was read of an added layer.
pub(super) struct Read<'a> {
    pub(super) region: Region<'a>,
    pub(super) payload: Option<Region<'a>>,
    /// What its definition says of what follows, to be looked up.
    pub(super) next: Option<Following<'a>>,
}

/// A layer that something leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Target {
    /// One that Pony knows.
    Known(LayerKind),
    /// One that was added, by its number in its registry.
    Added(usize),
}

/// A key in a table of keys: `Key::new("udp_port", 53)`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    table: Cow<'static, str>,
    key: u64,
}

impl Key {
    /// A key of a table, by the name that definitions have for it: `link_type`, `ether_type`, `ip_protocol`, `udp_port`,
    /// `tcp_port` and others.
    #[must_use]
    pub fn new(table: impl Into<Cow<'static, str>>, key: u64) -> Self {
        Self { table: table.into(), key }
    }
}

/// Looks whether a payload is a layer's.
#[derive(Clone, Debug)]
pub(super) enum Looks {
    /// How sure it is, 0 where it is not; in which tables no key leads on where it is asked, none for all.
    Compiled(fn(Region<'_>) -> u32, Vec<&'static str>),
    /// By its definition.
    Interpreted(Defined<Probe>),
}

/// A key leads to something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    key: Key,
    holder: String,
}

impl fmt::Display for Conflict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} {} leads to {} already", self.key.table, self.key.key, self.holder)
    }
}

impl std::error::Error for Conflict {}

impl Registry {
    /// Nothing beside what Pony knows.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            specs: Vec::new(),
            rows: BTreeMap::new(),
            wide: Vec::new(),
            probes: Vec::new(),
            asks_front: false,
            schema: None,
            #[cfg(feature = "text")]
            definitions: Vec::new(),
        }
    }

    /// Adds a compiled layer: `registry.add(compiled!(Beacon), Level::Application)`.
    pub fn add(&mut self, layer: Compiled, level: Level) -> Target {
        let (name, key) = (layer.name.to_owned(), snake(layer.name));
        self.added(Spec { name, key, level, source: Source::Compiled(layer) })
    }

    /// Adds a layer that is interpreted.
    pub fn add_interpreted(&mut self, layer: Interpreted) -> Target {
        let (name, key, level) = (layer.name().to_owned(), layer.key().to_owned(), layer.level());
        self.added(Spec { name, key, level, source: Source::Interpreted(layer) })
    }

    fn added(&mut self, spec: Spec) -> Target {
        self.specs.push(spec);
        Target::Added(self.specs.len() - 1)
    }

    /// Has a key lead to a layer.
    ///
    /// # Errors
    ///
    /// It leads to another one; [`Self::decode_as`] has it so nevertheless.
    pub fn bind(&mut self, key: Key, target: Target) -> Result<(), Conflict> {
        let own = self.row(&key.table, key.key);
        let known = || tables::by_name(&key.table, key.key, Region::new(&[])).map(Target::Known);
        if let Some(holder) = own.or_else(known).filter(|holder| *holder != target) {
            return Err(Conflict { holder: self.name(holder).to_owned(), key });
        }
        self.decode_as(key, target);
        Ok(())
    }

    /// Has a key lead to a layer, whatever it led to.
    pub fn decode_as(&mut self, key: Key, target: Target) {
        let known = tables::by_name(&key.table, key.key, Region::new(&[]));
        self.asks_front |= known.is_some_and(|kind| FRONT.contains(&kind));
        self.rows.entry(key.table).or_default().insert(key.key, target);
    }

    /// Has payloads that no key of these tables leads to be looked at, of all tables where none is named: `looks` says how sure it
    /// is that one is that layer's, 0 where it is not. The layer whose probe is surest is read, Pony's own probes being asked last.
    pub fn probe(&mut self, target: Target, tables: &[&'static str], looks: fn(Region<'_>) -> u32) {
        self.probes.push((Looks::Compiled(looks, tables.to_owned()), target));
    }

    /// Has a probe of a definition look at payloads that no key leads to.
    pub(super) fn probe_by(&mut self, probe: Defined<Probe>, target: Target) {
        self.probes.push((Looks::Interpreted(probe), target));
    }

    /// Has a row of a definition lead to a layer, where no single key leads anywhere.
    pub(super) fn bind_wide(&mut self, row: Defined<Row>, target: Target) {
        self.wide.push((row, target));
    }

    /// Whether it has no say in what the layers of the front carry as long as that is one of them.
    pub(super) fn leaves_front(&self) -> bool {
        !self.asks_front
    }

    /// The keys and the names of its layers, in the order in which they came.
    pub fn layers(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.specs.iter().map(|spec| (spec.key.as_str(), spec.name.as_str()))
    }

    /// The name of a layer.
    #[must_use]
    pub fn name(&self, target: Target) -> &str {
        match target {
            Target::Known(kind) => kind.name(),
            Target::Added(index) => self.specs.get(index).map_or("", |spec| &spec.name),
        }
    }

    /// A packet without bytes, which knows the layers of this registry.
    #[must_use]
    pub fn packet(&self) -> Packet<'_> {
        let mut packet = Packet::new();
        packet.registry = Some(self);
        packet
    }

    /// Reads a packet whose first layer is of that kind.
    #[must_use]
    pub fn parse<'a>(&'a self, first: LayerKind, region: impl Into<Region<'a>>) -> Packet<'a> {
        let mut packet = self.packet();
        packet.read(first, region, Depth::All);
        packet
    }

    /// Reads a packet of a capture file, whose link type says what its first layer is.
    #[must_use]
    pub fn captured<'a>(&'a self, record: &file::Packet<'a>) -> Packet<'a> {
        let mut packet = self.packet();
        packet.read_captured(record);
        packet
    }

    /// A packet that owns its bytes, and knows the layers of this registry: `describe` has an example.
    #[must_use]
    pub fn packet_buf(self: &Arc<Self>, first: Target, bytes: Vec<u8>) -> PacketBuf {
        PacketBuf { bytes, missing: 0, first, registry: Some(Arc::clone(self)) }
    }

    /// What packets of that link type begin with, if it is known.
    #[must_use]
    pub fn first_of(&self, link_type: LinkType, region: Region<'_>) -> Option<Target> {
        let known = || tables::link_type(link_type.0, region).map(Target::Known);
        self.row("link_type", link_type.0.into()).or_else(known)
    }

    /// What stands upon known layers, those that were added being read.
    pub(super) fn follow<'a>(
        &'a self,
        layers: &Below<'_, 'a>,
        next: Next<'a>,
        added: &mut Vec<Added<'a>>,
        failed: &mut Option<Failed<'a>>,
    ) -> Next<'a> {
        let (Next::Opaque(region) | Next::Layer(_, region)) = next else { return next };
        let following = layers.top(|top, _| top.following());
        // What repeats upon a layer is no payload of it as such.
        let following = following.filter(|following| following.payload.offset() == region.offset());
        let is_known = matches!(next, Next::Layer(..));
        match following.and_then(|following| self.target(&following, is_known)) {
            Some(target) => self.enter(target, region, layers.kinds().count(), added, failed),
            None => next,
        }
    }

    /// What the first of these ways that leads to something of this registry leads to.
    fn target(&self, following: &Following<'_>, is_known: bool) -> Option<Target> {
        for way in following.ways() {
            match way {
                Way::Key { table, key } => match self.by_key(table, key, following.payload) {
                    // A key that leads to a known layer comes before those behind it.
                    Some(Target::Known(kind)) if self.row(table, key) != Some(Target::Known(kind)) => return None,
                    Some(target) => return Some(target),
                    None => {}
                },
                Way::Layer(name) if is_known && self.named(name).is_none() => return None,
                Way::Layer(name) => return self.named(name),
                Way::Probe { table } => return self.probed(table, following.payload),
            }
        }
        None
    }

    /// What a key leads to that can begin here: by a row of this registry, by one that Pony knows, by one that looks at the payload.
    fn by_key(&self, table: &str, key: u64, payload: Region<'_>) -> Option<Target> {
        let can = |target: &Target| self.may_begin(*target, payload);
        let known = || tables::by_name(table, key, payload).map(Target::Known).filter(can);
        self.row(table, key).filter(can).or_else(known).or_else(|| self.wide(table, key, payload).filter(can))
    }

    /// Whether a layer can begin here.
    fn may_begin(&self, target: Target, payload: Region<'_>) -> bool {
        match target {
            Target::Known(kind) => may_begin(kind, payload),
            Target::Added(index) => self.specs.get(index).is_some_and(|spec| spec.may_begin(payload)),
        }
    }

    fn row(&self, table: &str, key: u64) -> Option<Target> {
        self.rows.get(table)?.get(&key).copied()
    }

    /// The layer of this registry that has that name.
    pub(super) fn named(&self, name: &str) -> Option<Target> {
        self.specs.iter().position(|spec| spec.name == name).map(Target::Added)
    }

    /// What the first row that has that key, and takes that payload, leads to.
    fn wide(&self, table: &str, key: u64, payload: Region<'_>) -> Option<Target> {
        self.wide.iter().find(|(row, _)| row.admits(table, key, payload)).map(|(_, target)| *target)
    }

    /// What a payload looks like most that no key of that table leads to.
    fn probed(&self, table: &str, payload: Region<'_>) -> Option<Target> {
        let sure = self.probes.iter().map(|(looks, target)| (looks.sure(table, payload), *target));
        let sure = sure.filter(|(sure, _)| *sure > 0);
        // Of those that are as sure, the first.
        sure.rev().max_by_key(|(sure, _)| *sure).map(|(_, target)| target)
    }

    /// Reads added layers upon each other, as far as there are such; what is upon them.
    pub(super) fn enter<'a>(
        &'a self,
        mut target: Target,
        mut region: Region<'a>,
        known_below: usize,
        added: &mut Vec<Added<'a>>,
        failed: &mut Option<Failed<'a>>,
    ) -> Next<'a> {
        while let Target::Added(index) = target {
            let Some(spec) = self.specs.get(index).filter(|_| added.len() < ADDED_LAYERS) else { break };
            if !spec.may_begin(region) {
                break;
            }
            let read = match spec.read(region) {
                Ok(read) => read,
                Err(reason) => {
                    failed.get_or_insert(Failed { name: &spec.name, region, reason });
                    return Next::Nothing;
                }
            };
            added.push(Added { spec, region: read.region, payload: read.payload, known_below });
            let Some(payload) = read.payload else { return Next::Nothing };
            region = payload;
            match read.next.and_then(|following| self.upon(&following)) {
                Some(next) => target = next,
                None => return Next::Opaque(payload),
            }
        }
        match target {
            Target::Known(kind) if may_begin(kind, region) => Next::Layer(kind, region),
            _ => Next::Opaque(region),
        }
    }

    /// What stands upon an added layer.
    fn upon(&self, following: &Following<'_>) -> Option<Target> {
        let named = |name: &str| {
            let known = LayerKind::ALL.iter().find(|kind| kind.name() == name);
            self.named(name).or_else(|| known.copied().map(Target::Known))
        };
        let payload = following.payload;
        following.ways().find_map(|way| match way {
            Way::Layer(name) => named(name),
            Way::Key { table, key } => self.by_key(table, key, payload),
            Way::Probe { table } => self.probed(table, payload).or_else(|| guess(table, payload).map(Target::Known)),
        })
    }
}

impl Looks {
    /// How sure it is, 0 where the payload is another layer's.
    fn sure(&self, table: &str, payload: Region<'_>) -> u32 {
        match self {
            Self::Compiled(looks, tables) if tables.is_empty() || tables.contains(&table) => looks(payload),
            Self::Compiled(..) => 0,
            Self::Interpreted(probe) => probe.sure(table, payload),
        }
    }
}

impl Spec {
    /// Whether the layer can begin here: a piece of a stream may start in the middle of one.
    fn may_begin(&self, region: Region<'_>) -> bool {
        match &self.source {
            Source::Compiled(_) => true,
            Source::Interpreted(layer) => layer.may_begin(region),
        }
    }

    fn read<'a>(&self, region: Region<'a>) -> Result<Read<'a>, Reason> {
        match &self.source {
            Source::Compiled(layer) => {
                let (region, following) = (layer.read)(region).map_err(Reason::Error)?;
                let payload =
                    following.map(|following| following.payload).filter(|payload| !payload.bytes().is_empty());
                Ok(Read { region, payload, next: following })
            }
            Source::Interpreted(layer) => layer.read(region),
        }
    }
}
