//! Packets in memory, for the decoders.

use packet_runtime::file::{LinkType, Reader};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::{env, fs, io};

/// Packets one after the other.
pub struct Packets {
    /// # Invariants
    ///
    /// [`SLACK`] bytes follow the last packet, for the decoder that does not look where a packet ends.
    bytes: Vec<u8>,
    /// Where each begins, and how long it is.
    ///
    /// # Invariants
    ///
    /// All lie within `bytes`, before the slack.
    places: Vec<(usize, usize)>,
}

/// More than any headers have that are read here.
pub const SLACK: usize = 128;

impl Packets {
    /// Lays packets one after the other.
    pub fn new<'a>(packets: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let (mut bytes, mut places) = (Vec::new(), Vec::new());
        for packet in packets {
            places.push((bytes.len(), packet.len()));
            bytes.extend_from_slice(packet);
        }
        bytes.resize(bytes.len() + SLACK, 0);
        Self { bytes, places }
    }

    /// The same packets again and again, in more memory than a cache holds, and in no order: as from a ring that the network
    /// has filled a while ago, or a file that is in memory.
    pub(crate) fn scattered(&self) -> Self {
        const ROOM: usize = 128 << 20;
        let times = ROOM / self.bytes.len().max(1) + 1;
        let all = (0..times).flat_map(|_| self.iter());
        let mut scattered = Self::new(all);
        let mut random = 0x9e37_79b9_7f4a_7c15_u64;
        for at in (1..scattered.places.len()).rev() {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            scattered.places.swap(at, (random >> 33) as usize % (at + 1));
        }
        scattered
    }

    /// How many they are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Each packet.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        self.places.iter().map(|&(start, length)| &self.bytes[start..start + length])
    }

    /// Each packet, so many at a time.
    #[inline]
    pub(crate) fn batches(&self, size: usize) -> impl Iterator<Item = impl Iterator<Item = &[u8]> + Clone> {
        let packet = |&(start, length): &(usize, usize)| &self.bytes[start..start + length];
        self.places.chunks(size).map(move |places| places.iter().map(packet))
    }

    /// Each packet with the slack behind it, and its length.
    #[inline]
    pub(crate) fn with_slack(&self) -> impl Iterator<Item = (&[u8], usize)> {
        self.places.iter().map(|&(start, length)| (&self.bytes[start..start + length + SLACK], length))
    }
}

/// The sets that are decoded, by name: each capture in the folder that `PACKETS` names, or, where it names none, those of
/// the repository's captures that are Ethernet, in one set. Only packets that `wanted` takes are in them.
///
/// # Errors
///
/// A file that can't be read.
pub fn sets(wanted: fn(&[u8]) -> bool) -> Result<Vec<(String, Rc<Packets>)>, String> {
    if let Some(folder) = env::var_os("PACKETS") {
        return captures(Path::new(&folder))?
            .iter()
            .map(|path| Ok((name(path), Rc::new(read(&[path], wanted)?))))
            .collect();
    }
    let folder = Path::new(&env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../tests/captures");
    let paths = captures(&folder)?;
    let paths: Vec<&PathBuf> = paths.iter().collect();
    Ok(vec![("captures".to_owned(), Rc::new(read(&paths, wanted)?))])
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn captures(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let said = |error: io::Error| format!("{}: {error}", folder.display());
    let entries: Result<Vec<_>, _> = fs::read_dir(folder).map_err(said)?.collect();
    let mut paths: Vec<PathBuf> = entries.map_err(said)?.iter().map(fs::DirEntry::path).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "pcap" || extension == "pcapng"));
    paths.sort();
    Ok(paths)
}

fn read(paths: &[&PathBuf], wanted: fn(&[u8]) -> bool) -> Result<Packets, String> {
    let mut packets = Vec::new();
    for path in paths {
        let said = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let bytes = fs::read(path).map_err(|error| said(&error))?;
        let mut reader = Reader::new(&*bytes).map_err(|error| said(&error))?;
        while let Some(packet) = reader.next().map_err(|error| said(&error))? {
            if packet.link_type == LinkType::ETHERNET && wanted(packet.data) {
                packets.push(packet.data.to_vec());
            }
        }
    }
    Ok(Packets::new(packets.iter().map(Vec::as_slice)))
}
