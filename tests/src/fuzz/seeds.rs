//! What fuzzing starts with: what the repository has of definitions, vectors and captures.

use super::TARGETS;
use super::interpreter::input;
use super::readers;
use crate::definitions::protocols;
use crate::root;
use packet_runtime::file::Reader;
use packet_schema::Schema;
use packet_schema::model::{CompositeId, TestKind};
use packet_schema::sample::{Choices, Sampler};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Most packets that are taken of one capture.
const MOST_PACKETS: usize = 40;

/// Packets that are made up of each layer, of each kind.
const MADE_UP: u64 = 40;

/// Longest capture that is taken whole.
const LONGEST_FILE: usize = 8192;

/// Writes the seeds of a target into a folder, each under its number.
///
/// # Errors
///
/// Files can't be read or written, or there is no such target.
pub fn write(target: &str, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for (seed, number) in of(target)?.iter().zip(0..) {
        fs::write(folder.join(format!("seed-{number:04}")), seed)?;
    }
    Ok(())
}

/// The seeds of a target.
///
/// # Errors
///
/// Files can't be read, or there is no such target.
pub fn of(target: &str) -> io::Result<Vec<Vec<u8>>> {
    Ok(match target {
        "grammar" => texts()?,
        "schema" => schema_seeds()?,
        "interpreter" => packets()?.iter().filter_map(|(start, packet)| input(*start, packet)).collect(),
        "readers" => {
            let input = |(start, packet): &(CompositeId, Vec<u8>)| readers::input(&protocols()[*start].name, packet);
            packets()?.into_iter().chain(made_up()).filter_map(|packet| input(&packet)).collect()
        }
        "files" => captures()?.into_iter().map(|capture| capture[..capture.len().min(LONGEST_FILE)].to_vec()).collect(),
        "generated" => choices(),
        _ => {
            let known: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
            return Err(io::Error::other(format!("no target `{target}`; there are {}", known.join(", "))));
        }
    })
}

/// Bytes by chance, always the same ones, for definitions and packets to be made of.
fn choices() -> Vec<Vec<u8>> {
    let mut state = 88_172_645_463_325_252_u64;
    let mut chance = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32).to_le_bytes()[0]
    };
    let mut definition = |length: u8| {
        let packet = (0..40).map(|_| chance() % 9).collect::<Vec<u8>>();
        [vec![0, length], (0..length).map(|_| chance()).collect(), vec![0], packet].concat()
    };
    (20..=255).step_by(3).map(&mut definition).collect()
}

/// All files below a folder of the repository whose names end so, in order.
fn found(folder: &str, endings: &[&str]) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut pending = vec![root().join(folder)];
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            for entry in fs::read_dir(&path)? {
                pending.push(entry?.path());
            }
        } else if path.extension().is_some_and(|extension| endings.iter().any(|ending| extension == *ending)) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Every definition of the repository.
fn texts() -> io::Result<Vec<Vec<u8>>> {
    let mut paths = Vec::new();
    for folder in ["codegen/tests", "protocols/src", "examples", "tests"] {
        paths.extend(found(folder, &["pony"])?);
    }
    paths.iter().map(fs::read).collect()
}

/// Every definition beside the names that all share, and definitions that show mistakes.
fn schema_seeds() -> io::Result<Vec<Vec<u8>>> {
    let texts = texts()?.into_iter().map(|text| [b"\x01", text.as_slice()].concat());
    let mut seeds: Vec<Vec<u8>> = texts.collect();
    for page in found("schema/src/explain", &["md"])?.into_iter().chain(found("docs", &["md"])?) {
        let page = fs::read_to_string(page)?;
        let blocks = page.split("```pony").skip(1).filter_map(|block| block.split_once('\n')?.1.split("```").next());
        seeds.extend(blocks.map(|block| [b"\x00", block.as_bytes()].concat()));
    }
    Ok(seeds)
}

/// The vectors of the built-in definitions, and packets of the captures.
fn packets() -> io::Result<Vec<(CompositeId, Vec<u8>)>> {
    let schema = protocols();
    let mut packets: Vec<(CompositeId, Vec<u8>)> = vectors(schema);
    for capture in captures()? {
        let Ok(mut reader) = Reader::new(capture.as_slice()) else { continue };
        for _ in 0..MOST_PACKETS {
            let Ok(Some(packet)) = reader.next() else { break };
            packets.extend(link_layer(schema, packet.link_type.0).map(|layer| (layer, packet.data.to_vec())));
        }
    }
    Ok(packets)
}

/// Packets made up of each layer, beginning with it and with what it stands upon: valid ones, and ones with a fault.
fn made_up() -> Vec<(CompositeId, Vec<u8>)> {
    let schema = protocols();
    let layers = schema.layers.values();
    let samplers =
        layers.flat_map(|layer| [Sampler::new(schema, *layer), Sampler::new(schema, *layer).beginning_with(*layer)]);
    let packets = samplers.flat_map(|sampler| {
        let valid = (0..MADE_UP).filter_map(|seed| sampler.valid(&mut Choices::seed(seed)));
        let faulty = (0..MADE_UP).filter_map(|seed| Some(sampler.faulty(&mut Choices::seed(seed))?.sample));
        valid.chain(faulty).map(|sample| (sample.start, sample.bytes)).collect::<Vec<_>>()
    });
    packets.collect()
}

/// The bytes of a schema's own tests, with what they are read as.
pub fn vectors(schema: &Schema) -> Vec<(CompositeId, Vec<u8>)> {
    let mut vectors = Vec::new();
    for test in &schema.tests {
        match &test.kind {
            TestKind::Parse { target, input, .. } | TestKind::Reject { target, input, .. } => {
                vectors.push((*target, input.clone()));
            }
            TestKind::Build { .. } | TestKind::Law { .. } => {}
        }
    }
    vectors
}

/// The layer that the packets of a link type begin with.
pub fn link_layer(schema: &Schema, link_type: u16) -> Option<CompositeId> {
    let table = schema.tables.iter().find(|table| table.name == "link_type")?;
    table.rows_of(link_type.into()).next().map(|row| row.layer)
}

/// The captures of the repository.
fn captures() -> io::Result<Vec<Vec<u8>>> {
    found("tests/captures", &["pcap", "pcapng"])?.iter().map(fs::read).collect()
}
