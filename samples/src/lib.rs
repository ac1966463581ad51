//! Packets made up from their definition, for the tests and fuzzers of whoever reads packets: your own parser too.
//!
//! [`Packets`] of a layer are valid, with lengths, keys and checksums derived and the layers below that they need; or they
//! have one fault, which has a name, and of which is known what a reader should say.
//!
//! ```
//! use packet_samples::Definitions;
//!
//! let packets = Definitions::built_in().packets("Udp").ok_or("no such layer")?;
//! let packet = packets.valid(7).ok_or("none was found")?;
//! assert!(packet.layers.iter().any(|layer| layer == "Udp"));
//!
//! let faulty = packets.faulty(7).ok_or("none was found")?;
//! assert!(!faulty.expected.is_empty());
//! println!("{}: {}", faulty.label, faulty.expected);
//! # Ok::<(), &str>(())
//! ```
//!
//! With the feature `proptest` there are strategies, which shrink to plain packets; with `arbitrary`, `Valid` and `Faulty`
//! are what a fuzz target takes. [`Packets::mutate`] is a mutator for one that takes bytes:
//!
//! ```
//! use packet_samples::{Definitions, Packets};
//! use std::sync::LazyLock;
//!
//! static TCP: LazyLock<Option<Packets<'static>>> =
//!     LazyLock::new(|| Definitions::built_in().packets("Tcp")?.beginning_with("Ethernet"));
//!
//! // In a fuzz target: `fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| { … })`.
//! fn mutator(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
//!     match &*TCP {
//!         Some(packets) => packets.mutate(data, size, max_size, seed),
//!         None => size,
//!     }
//! }
//!
//! let mut data = [0; 256];
//! let size = mutator(&mut data, 0, 256, 1);
//! assert!(size > 0, "of nothing it makes a packet");
//! ```

#[cfg(feature = "arbitrary")]
mod arbitrary;
#[cfg(feature = "proptest")]
mod strategy;

#[cfg(feature = "arbitrary")]
pub use self::arbitrary::{Faulty, Subject, Valid};

use packet_codegen::Sources;
use packet_codegen::text::parse;
use packet_protocols::DEFINITIONS;
use packet_schema::interp::words;
use packet_schema::sample::{self, Choices, Sampler};
use packet_schema::{Diagnostic, Schema, check};
use std::fmt;
use std::sync::LazyLock;

/// Definitions of protocols.
#[derive(Debug)]
pub struct Definitions {
    schema: Schema,
}

/// A definition has mistakes: what is wrong, as the user is shown it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistakes(pub String);

/// The packets of one layer.
#[derive(Debug)]
pub struct Packets<'d> {
    sampler: Sampler<'d>,
    /// What they begin with, where that is said.
    start: Option<&'d str>,
}

/// A valid packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The names of its layers, the outermost first.
    pub layers: Vec<String>,
}

/// A packet with one fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultyPacket {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The names of the layers that can be read, the outermost first.
    pub layers: Vec<String>,
    /// Which check or derivation is wrong: `Ipv4.checksum: not what is derived`.
    pub label: String,
    /// What a reader should say of it: `ipv4.checksum: should be 0x66ca`.
    pub expected: String,
    /// What it is called: an anomaly's name, or the kind of an error.
    pub name: String,
    /// The field at fault, where there is a single one: `ipv4.checksum`.
    pub field: Option<String>,
    /// The byte of the packet at which that stands.
    pub offset: u32,
    /// What a reader may say besides, since it follows from the fault.
    pub entailed: Vec<String>,
}

impl fmt::Display for Mistakes {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for Mistakes {}

impl Definitions {
    /// The protocols that Pony knows.
    #[must_use]
    pub fn built_in() -> &'static Self {
        static BUILT_IN: LazyLock<Definitions> =
            LazyLock::new(|| Definitions::with(&[]).unwrap_or_else(|_| Definitions { schema: Schema::default() }));
        &BUILT_IN
    }

    /// The same, and the texts of `.pony` files.
    ///
    /// # Errors
    ///
    /// Something is wrong with the texts.
    ///
    /// ```
    /// use packet_samples::Definitions;
    ///
    /// let mine = Definitions::with(&[
    ///     "module mine; use pony.net.{udp_port};
    ///      layer Greeting { kind: u8 where it in 1 .. 3; length: u8 auto size_of(text); text: str(ascii)[length]; }
    ///      bind udp_port { 4242 => Greeting; }",
    /// ])?;
    /// let greetings = mine.packets("Greeting").ok_or("it is defined")?;
    /// let packet = greetings.valid(1).ok_or("none was found")?;
    /// assert_eq!(packet.layers.last().map(String::as_str), Some("Greeting"));
    ///
    /// assert!(Definitions::with(&["layer {"]).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn with(texts: &[&str]) -> Result<Self, Mistakes> {
        let mut sources = Sources::new();
        let (mut modules, mut found) = (Vec::new(), Vec::new());
        let built_in = DEFINITIONS.iter().map(|definition| (definition.path, definition.text));
        for (path, text) in texts.iter().map(|text| ("definition", *text)).chain(built_in) {
            let source = sources.add(path, text);
            let (module, mut mistakes) = parse(source, text);
            modules.push(module);
            found.append(&mut mistakes);
        }
        let readable = !found.iter().any(Diagnostic::is_error);
        let checked = check(&modules);
        found.extend(checked.diagnostics);
        match checked.schema.filter(|_| readable) {
            Some(schema) => Ok(Self { schema }),
            None => {
                found.retain(Diagnostic::is_error);
                Err(Mistakes(packet_codegen::render(&sources, &found, false)))
            }
        }
    }

    /// The packets of a layer, by its name; `None` where there is no such layer.
    #[must_use]
    pub fn packets(&self, layer: &str) -> Option<Packets<'_>> {
        let target = *self.schema.layers.get(layer)?;
        Some(Packets { sampler: Sampler::new(&self.schema, target), start: None })
    }
}

impl<'d> Packets<'d> {
    /// Only packets that begin with a layer: with the layer itself, or with one that can carry it; `None` where there is no
    /// such layer.
    #[must_use]
    pub fn beginning_with(self, start: &str) -> Option<Self> {
        let schema = self.sampler.schema();
        let id = *schema.layers.get(start)?;
        Some(Self { sampler: self.sampler.beginning_with(id), start: Some(&schema[id].name) })
    }

    /// A valid packet: the same seed gives the same one.
    ///
    /// `None` where none was found in many tries.
    #[must_use]
    pub fn valid(&self, seed: u64) -> Option<Packet> {
        self.chosen(&mut Choices::seed(seed))
    }

    /// A valid packet, as bytes say: fewer and smaller ones make a plainer packet.
    #[must_use]
    pub fn valid_by(&self, choices: &[u8]) -> Option<Packet> {
        self.chosen(&mut Choices::bytes(choices))
    }

    /// A packet with one fault: the same seed gives the same one.
    ///
    /// `None` where none was found in many tries.
    #[must_use]
    pub fn faulty(&self, seed: u64) -> Option<FaultyPacket> {
        self.chosen_faulty(&mut Choices::seed(seed))
    }

    /// A packet with one fault, as bytes say.
    #[must_use]
    pub fn faulty_by(&self, choices: &[u8]) -> Option<FaultyPacket> {
        self.chosen_faulty(&mut Choices::bytes(choices))
    }

    /// A mutator that knows the structure, for `libfuzzer_sys::fuzz_mutator!`: changes the packet in the first `size` bytes,
    /// and says how many bytes it has then, at most `max_size`. What is derived follows the change.
    ///
    /// Packets begin with the layer of [`Packets::beginning_with`], and with the layer itself where nothing was said.
    #[must_use]
    pub fn mutate(&self, data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
        let schema = self.sampler.schema();
        let start = self.start.and_then(|start| schema.layers.get(start)).copied().unwrap_or(self.sampler.target());
        let mut choices = Choices::seed(seed.into());
        let packet = data.get(..size).unwrap_or_default();
        let mutated = match size {
            0 => self.sampler.valid(&mut choices).filter(|one| one.start == start).map(|one| one.bytes),
            _ => self.sampler.mutated(start, packet, &mut choices),
        };
        let room = max_size.min(data.len());
        let Some(mutated) = mutated.filter(|mutated| mutated.len() <= room) else { return size.min(room) };
        for (place, byte) in data.iter_mut().zip(&mutated) {
            *place = *byte;
        }
        mutated.len()
    }

    fn chosen(&self, choices: &mut Choices<'_>) -> Option<Packet> {
        let sample = self.sampler.valid(choices)?;
        Some(Packet { layers: self.layers(&sample), bytes: sample.bytes })
    }

    fn chosen_faulty(&self, choices: &mut Choices<'_>) -> Option<FaultyPacket> {
        let schema = self.sampler.schema();
        let sample::Faulty { flaw, sample, finding, entailed } = self.sampler.faulty(choices)?;
        let field = finding.field(schema, &sample.dissection);
        Some(FaultyPacket {
            layers: self.layers(&sample),
            label: flaw.label(schema),
            expected: finding.words(schema),
            name: finding.name(schema),
            field: field.map(|field| words::qualified(schema, field)),
            offset: finding.offset(&sample.dissection),
            entailed: entailed.iter().map(|finding| finding.words(schema)).collect(),
            bytes: sample.bytes,
        })
    }

    fn layers(&self, sample: &sample::Sample) -> Vec<String> {
        let schema = self.sampler.schema();
        sample.dissection.layers.iter().map(|layer| schema[layer.composite].name.clone()).collect()
    }
}
