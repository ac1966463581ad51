//! `pony corpus`: packets made up from a definition, valid ones and ones with a single fault, as files for tests of any parser.

mod index;

use crate::args::{CorpusArgs, CorpusFormat};
use crate::definitions::{self, Loaded, count};
use crate::failure::Failure;
use crate::say;
use crate::style::ColorChoice;
use crate::text::put;
use index::Entry;
use packet_runtime::file::{Interface, LinkType, PcapOptions, PcapWriter, PcapngOptions, PcapngWriter, WriteError};
use packet_schema::Schema;
use packet_schema::model::{CompositeId, CompositeKind};
use packet_schema::sample::{Choices, Faults, Faulty, Sample, Sampler};
use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::Path;
use std::process::ExitCode;

/// A fault that no packet has.
struct Missing {
    label: String,
    why: &'static str,
}

/// Runs the command.
pub(crate) fn run(args: &CorpusArgs, color: ColorChoice) -> Result<ExitCode, Failure> {
    let Loaded { schema, .. } = definitions::load(&args.definitions, color)?;
    let target = layer(&schema, &args.layer)?;
    let folder = Path::new(&args.output);
    let is_used = fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if is_used {
        return Err(Failure::usage(format!("{}: the folder is not empty", args.output)));
    }
    let (entries, missing) = made_up(&schema, target, args);
    write(&schema, folder, args.format, &entries)?;
    say(&summary(args, &entries, &missing))
}

/// The layer of a name.
fn layer(schema: &Schema, name: &str) -> Result<CompositeId, Failure> {
    if let Some(layer) = schema.layers.get(name) {
        return Ok(*layer);
    }
    let layers = schema.composites.iter().filter(|composite| matches!(composite.kind, CompositeKind::Layer(_)));
    let names: Vec<&str> = layers.map(|composite| composite.name.as_str()).collect();
    let near = packet_schema::nearest(name, names.iter().copied());
    let hint = near.map_or(String::new(), |near| format!("; did you mean {near}?"));
    Err(Failure::usage(format!("no layer is called {name}{hint}")))
}

/// Makes up the packets, and says which faults can't be made.
fn made_up(schema: &Schema, target: CompositeId, args: &CorpusArgs) -> (Vec<Entry>, Vec<Missing>) {
    let faults = Faults::new(schema, target, args.seed);
    let mut entries = valid(schema, target, &faults, args);
    let (mut missing, mut names) = (Vec::new(), HashSet::new());
    for flaw in faults.flaws() {
        match faults.faulty(flaw) {
            Some(faulty) => entries.push(Entry::faulty(schema, &faulty, unused(&faulty, schema, &mut names))),
            None => missing.push(Missing { label: flaw.label(schema), why: faults.why_none(flaw) }),
        }
    }
    (entries, missing)
}

/// Valid packets: those that have every field between them come first.
fn valid(schema: &Schema, target: CompositeId, faults: &Faults<'_>, args: &CorpusArgs) -> Vec<Entry> {
    let sampler = Sampler::exploring(schema, target);
    let all_fields = faults.valid().iter().cloned();
    let others = (0..args.count as u64).filter_map(|at| {
        let seed = args.seed.wrapping_add(at).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        sampler.valid(&mut Choices::seed(seed))
    });
    let mut seen = HashSet::new();
    let fresh = all_fields.chain(others).filter(|sample: &Sample| seen.insert(sample.bytes.clone()));
    fresh.take(args.count).zip(1..).map(|(sample, number)| Entry::valid(schema, &sample, number)).collect()
}

/// A name for a file that no other has: `ipv4-ihl-where`.
fn unused(faulty: &Faulty, schema: &Schema, names: &mut HashSet<String>) -> String {
    let subject: String = faulty
        .flaw
        .subject(schema)
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' })
        .collect();
    let subject = subject.replace("--", "-reserved");
    let name = match faulty.flaw {
        packet_schema::sample::Flaw::Expect(..) => format!("{subject}-{}", faulty.finding.name(schema)),
        other => format!("{subject}-{}", other.word()),
    };
    let name = name.replace('_', "-");
    let numbered = (2..).map(|number| format!("{name}-{number}"));
    let free = std::iter::once(name.clone()).chain(numbered).find(|name| names.insert(name.clone()));
    free.unwrap_or(name)
}

/// Writes the files.
fn write(schema: &Schema, folder: &Path, format: CorpusFormat, entries: &[Entry]) -> Result<(), Failure> {
    let failed = |path: &Path, error: &std::io::Error| Failure::file(&path.display().to_string(), error);
    for part in ["valid", "faults"] {
        let path = folder.join(part);
        fs::create_dir_all(&path).map_err(|error| failed(&path, &error))?;
    }
    let mut lines = Vec::new();
    for entry in entries {
        let name = entry.file(format);
        let path = folder.join(&name);
        let bytes = match format {
            CorpusFormat::Raw => Ok(entry.bytes.clone()),
            CorpusFormat::Pcap => one_packet(schema, entry),
        };
        let written = bytes.and_then(|bytes| fs::write(&path, bytes).map_err(WriteError::Io));
        written.map_err(|error| Failure::Found(format!("{}: {error}", path.display())))?;
        entry.line(&mut lines, &name, link_type(schema, entry.start).map(|link| link.0));
    }
    let index = folder.join("index.jsonl");
    fs::write(&index, lines).map_err(|error| failed(&index, &error))?;
    let all = folder.join("all.pcapng");
    let bytes = all_packets(schema, entries);
    let written = bytes.and_then(|bytes| fs::write(&all, bytes).map_err(WriteError::Io));
    written.map_err(|error| Failure::Found(format!("{}: {error}", all.display())))
}

/// The link type of files whose packets start with a layer.
fn link_type(schema: &Schema, start: CompositeId) -> Option<LinkType> {
    let table = schema.tables.iter().find(|table| table.name == "link_type")?;
    let key = table.keys_of(start).next()?;
    u16::try_from(key).ok().map(LinkType)
}

fn one_packet(schema: &Schema, entry: &Entry) -> Result<Vec<u8>, WriteError> {
    let link = link_type(schema, entry.start).unwrap_or(LinkType::USER0);
    let mut file = PcapWriter::new(Vec::new(), link, PcapOptions::default())?;
    file.write(0, u32::try_from(entry.bytes.len()).unwrap_or(u32::MAX), &entry.bytes)?;
    file.finish().map_err(WriteError::Io)
}

/// A capture of all packets, each with its label as a comment.
fn all_packets(schema: &Schema, entries: &[Entry]) -> Result<Vec<u8>, WriteError> {
    let mut file = PcapngWriter::new(Vec::new(), PcapngOptions::default())?;
    let mut interfaces = BTreeMap::new();
    for (entry, second) in entries.iter().zip(0_i128..) {
        let link = link_type(schema, entry.start).unwrap_or(LinkType::USER0);
        let interface = match interfaces.get(&link.0) {
            Some(interface) => *interface,
            None => {
                let interface = file.add_interface(&Interface::new(link))?;
                interfaces.insert(link.0, interface);
                interface
            }
        };
        let length = u32::try_from(entry.bytes.len()).unwrap_or(u32::MAX);
        file.write_with_comments(interface, second * 1_000_000_000, length, &entry.bytes, &[&entry.label])?;
    }
    file.finish().map_err(WriteError::Io)
}

/// What was written, and what could not be made.
fn summary(args: &CorpusArgs, entries: &[Entry], missing: &[Missing]) -> Vec<u8> {
    let faults = entries.iter().filter(|entry| entry.is_faulty()).count();
    let valid = entries.len() - faults;
    let mut out = Vec::new();
    let (valid, faults) = (count(valid, "valid packet"), count(faults, "packet"));
    put!(&mut out, "{}: {valid}, {faults} with a fault each\n", args.output);
    if !missing.is_empty() {
        put!(&mut out, "{} no packet has:\n", count(missing.len(), "fault"));
    }
    for Missing { label, why } in missing {
        put!(&mut out, "  {label}\n    {why}\n");
    }
    out
}
