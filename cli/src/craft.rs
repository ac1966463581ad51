//! `pony craft`: packets from their description.

use crate::args::{CraftArgs, Definitions};
use crate::definitions::{self, Loaded, count};
use crate::failure::Failure;
use crate::say;
use crate::style::{ColorChoice, Palette};
use crate::text;
use packet_codegen::text::parse_stack;
use packet_codegen::{Sources, render};
use packet_runtime::file::{LinkType, PcapOptions, PcapWriter, WriteError};
use packet_schema::interp::{Builder, Built, Reader, resolve_value, set_meta};
use packet_schema::model::CompositeId;
use packet_schema::{Diagnostic, Schema};
use std::fs::File;
use std::io::{self, Write};
use std::process::ExitCode;

/// Runs the command.
pub(crate) fn run(args: &CraftArgs, color: ColorChoice) -> Result<ExitCode, Failure> {
    let Loaded { schema, mut sources, .. } = definitions::load(&args.definitions, color)?;
    let mut built = build(&schema, &mut sources, &args.stack, args.seed, color)?;
    let Palette { warn, end, .. } = Palette::new(color.stderr());
    let first = built.dissection.layers.first().map(|layer| layer.composite);
    for setting in &args.meta {
        set(&schema, &mut built, first, setting)?;
    }
    match args.output.as_deref() {
        None => {
            let mut line = Vec::new();
            text::hex(&mut line, &built.bytes);
            line.push(b'\n');
            say(&line)
        }
        Some(path) => {
            let link_type = link_type(&schema, first).unwrap_or_else(|| {
                eprintln!("{warn}warning{end}: the outermost layer has no link type; the file says USER0 (147)");
                LinkType::USER0
            });
            save(path, link_type, &built.bytes)
        }
    }
}

/// The bytes of a stack of built-in layers, and the name of the first of them.
pub(crate) fn stack(text: &str, color: ColorChoice) -> Result<(Vec<u8>, Option<String>), Failure> {
    let Loaded { schema, mut sources, .. } = definitions::load(&Definitions::default(), color)?;
    let built = build(&schema, &mut sources, text, 0, color)?;
    let first = built.dissection.layers.first().map(|layer| schema[layer.composite].name.clone());
    Ok((built.bytes, first))
}

/// Builds a stack from its text; mistakes and warnings are shown.
fn build(schema: &Schema, sources: &mut Sources, text: &str, seed: u64, color: ColorChoice) -> Result<Built, Failure> {
    let source = sources.add("the stack", text);
    let mistakes = |found: Vec<Diagnostic>| show_mistakes(sources, &found, color);
    let parts = parse_stack(source, text).map_err(mistakes)?;
    let value = resolve_value(schema, &parts).map_err(mistakes)?;
    let built = Builder::new(schema).seed(seed).build(&value);
    let built = built.map_err(|error| Failure::usage(error.words(schema)))?;
    let Palette { warn, end, .. } = Palette::new(color.stderr());
    for warning in &built.warnings {
        eprintln!("{warn}warning{end}: {}", warning.words(schema));
    }
    Ok(built)
}

fn show_mistakes(sources: &Sources, found: &[Diagnostic], color: ColorChoice) -> Failure {
    eprint!("{}", render(sources, found, color.stderr()));
    Failure::usage(count(found.len(), "mistake"))
}

/// Sets a metafield: `probe_tag=7`.
fn set(schema: &Schema, built: &mut Built, first: Option<CompositeId>, setting: &str) -> Result<(), Failure> {
    let wrong = |what: String| Failure::usage(format!("--meta {setting}: {what}"));
    let Some((name, value)) = setting.split_once('=') else {
        return Err(wrong("write NAME=VALUE, as in probe_tag=7".into()));
    };
    let Some(meta) = schema.metas.iter().find(|meta| meta.name == name.trim()) else {
        let names: Vec<&str> = schema.metas.iter().map(|meta| meta.name.as_str()).collect();
        return Err(wrong(format!("no metafield has this name; there are {}", names.join(", "))));
    };
    let value = value.trim();
    let number = match value.strip_prefix("0x") {
        Some(digits) => u128::from_str_radix(digits, 16),
        None => value.parse(),
    };
    let number = number.map_err(|_| wrong(format!("`{value}` is no number")))?;
    let Some(first) = first else { return Err(wrong("the packet has no layers".into())) };
    set_meta(&Reader::new(schema), first, &mut built.bytes, meta, number).map_err(|error| wrong(error.to_string()))
}

/// The link type of files whose packets start with that layer.
fn link_type(schema: &Schema, first: Option<CompositeId>) -> Option<LinkType> {
    let table = schema.tables.iter().find(|table| table.name == "link_type")?;
    let key = table.keys_of(first?).next()?;
    u16::try_from(key).ok().map(LinkType)
}

/// Writes a capture of one packet, of the time 0: the same description gives the same file.
fn save(path: &str, link_type: LinkType, bytes: &[u8]) -> Result<ExitCode, Failure> {
    let output: Box<dyn Write> = match path {
        "-" => Box::new(io::stdout().lock()),
        path => Box::new(File::create(path).map_err(|error| Failure::file(path, &error))?),
    };
    let written = (|| {
        let mut file = PcapWriter::new(output, link_type, PcapOptions::default())?;
        file.write(0, u32::try_from(bytes.len()).unwrap_or(u32::MAX), bytes)?;
        file.finish().map_err(WriteError::Io).map(drop)
    })();
    match written {
        Ok(()) => Ok(ExitCode::SUCCESS),
        Err(WriteError::Io(error)) if path == "-" => Err(Failure::Output(error)),
        Err(error) => Err(Failure::Found(format!("{path}: {error}"))),
    }
}
