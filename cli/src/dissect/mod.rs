//! `pony dissect`: what is in a capture.

mod json;
mod lean;
mod line;
mod names;
mod plan;
mod regular;
mod show;
mod summary;
mod threads;
mod tree;
mod values;

use crate::args::{DissectArgs, Format};
use crate::definitions;
use crate::failure::Failure;
use crate::style::{ColorChoice, Palette};
pub(crate) use json::Clock;
use json::Json;
use lean::Lean;
use names::ToolNames;
use packet_protocols::stack::LayerKind;
use packet_runtime::file::{FileError, Packet, Reader as Capture};
use packet_schema::Schema;
use packet_schema::interp::{Dissection, Eval, Reader};
use packet_schema::model::{CompositeId, TableId, Values};
use plan::Plan;
use regular::Regular;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::process::ExitCode;
use std::rc::Rc;
use std::sync::OnceLock;
use summary::Summary;
use threads::{Alone, Consumer, Team};
use tree::Tree;

/// A packet with what was read of it.
pub(crate) struct Shown<'a> {
    /// The packet.
    pub(crate) packet: Packet<'a>,
    /// What was read.
    pub(crate) dissection: &'a Dissection,
    /// Its metafields.
    pub(crate) metas: &'a [(&'a str, u128)],
    /// Whether a layer is bound to its link type.
    pub(crate) known_link_type: bool,
    /// When the first packet that has a time was captured.
    pub(crate) start: Option<i128>,
}

/// What is the same for all packets.
struct Common<'s> {
    reader: Reader<'s>,
    /// The first layer, by link type.
    link_types: BTreeMap<u16, CompositeId>,
    start: OnceLock<i128>,
}

/// Reads packets and prints them; each thread has its own.
pub(crate) struct Worker<'s> {
    common: &'s Common<'s>,
    dissection: Dissection,
    metas: Vec<(&'s str, u128)>,
    printer: Printer<'s>,
}

/// Prints packets in one of the forms.
enum Printer<'s> {
    Json(Box<Json<'s>>, Option<Box<Regular>>),
    Tree(Box<Tree<'s>>),
    Summary(Box<Summary<'s>>, Option<Box<Lean>>),
}

/// Runs the command.
pub(crate) fn run(args: &DissectArgs, color: ColorChoice) -> Result<ExitCode, Failure> {
    let definitions = definitions::load(&args.definitions, color)?;
    let schema = definitions.schema;
    let common = common(&schema, &args.decode_as)?;
    let plan = Plan::new(&schema);
    let palette = Palette::new(color.stdout());
    if let Some(tool) = &args.names
        && !schema.names.contains_key(tool)
    {
        return Err(Failure::usage(format!(
            "no definition has the names of {tool}; there are those of {}",
            tools(&schema)
        )));
    }
    // Generated readers know the definitions that they were made of, and no others.
    let own = !definitions.own.is_empty() || args.definitions.no_builtin || !args.decode_as.is_empty();
    let worker = || Worker {
        common: &common,
        dissection: Dissection::default(),
        metas: Vec::new(),
        printer: match args.format() {
            Format::Json => {
                let names = args.names.as_deref().and_then(|tool| ToolNames::new(&schema, tool));
                let regular = if own || names.is_some() { None } else { Regular::new(&schema).map(Box::new) };
                Printer::Json(Box::new(Json::new(&schema, &plan, names)), regular)
            }
            Format::Tree => Printer::Tree(Box::new(Tree::new(&schema, &plan, palette))),
            Format::Summary => {
                let summary = Summary::new(&schema, &plan, palette);
                let lean = (!own).then(|| Box::new(Lean::new(&schema, &summary)));
                Printer::Summary(Box::new(summary), lean)
            }
        },
    };
    let threads = args.threads.map_or_else(threads::processors, std::num::NonZero::get);
    let outcome = if threads == 1 {
        let alone = Rc::new(RefCell::new(Alone::new(worker(), io::stdout().lock())));
        read(args, &common, &alone)
    } else {
        std::thread::scope(|scope| {
            let workers = (0..threads).map(|_| worker()).collect();
            let team = Rc::new(RefCell::new(Team::start(scope, workers, io::stdout())));
            let outcome = read(args, &common, &team);
            // The capture, which shares the team, is closed by now.
            let written = Rc::into_inner(team).map_or(Ok(()), |team| team.into_inner().finish());
            written.map_err(Failure::Output).and(outcome)
        })
    };
    outcome.map(|()| ExitCode::SUCCESS)
}

/// Reads the capture to its end, or to its damage, or to as many packets as are wanted.
fn read<C: Consumer>(args: &DissectArgs, common: &Common<'_>, consumer: &Rc<RefCell<C>>) -> Result<(), Failure> {
    let failed = |error: FileError| Failure::capture(&args.capture, &error);
    let mut capture = Capture::new(Input::open(&args.capture, Rc::clone(consumer))?).map_err(failed)?;
    let mut left = args.count.unwrap_or(u64::MAX);
    while left > 0 {
        match capture.next() {
            Ok(Some(packet)) => {
                if let Some(time) = packet.timestamp {
                    common.start.get_or_init(|| time);
                }
                consumer.borrow_mut().push(&packet).map_err(Failure::Output)?;
            }
            Ok(None) => break,
            Err(error) => {
                consumer.borrow_mut().flush().map_err(Failure::Output)?;
                return Err(failed(error));
            }
        }
        left -= 1;
    }
    consumer.borrow_mut().flush().map_err(Failure::Output)
}

/// The capture's bytes. Before more of them are awaited, what was read of those before is printed.
struct Input<C: Consumer> {
    bytes: Box<dyn Read>,
    consumer: Rc<RefCell<C>>,
    /// Only where bytes may be long in coming.
    waits: bool,
}

impl<C: Consumer> Input<C> {
    fn open(path: &str, consumer: Rc<RefCell<C>>) -> Result<Self, Failure> {
        if path == "-" {
            return Ok(Self { bytes: Box::new(io::stdin().lock()), consumer, waits: true });
        }
        let file = File::open(path).map_err(|error| Failure::file(path, &error))?;
        let waits = file.metadata().is_ok_and(|facts| !facts.is_file());
        Ok(Self { bytes: Box::new(file), consumer, waits })
    }
}

impl<C: Consumer> Read for Input<C> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.waits {
            // What can't be written is found when the next packet is handed over.
            let _ = self.consumer.borrow_mut().flush();
        }
        self.bytes.read(buffer)
    }
}

/// The reader, with the user's bindings, and the layers of all link types.
fn common<'s>(schema: &'s Schema, decode_as: &[String]) -> Result<Common<'s>, Failure> {
    let mut reader = Reader::new(schema);
    let link_table = schema.tables.iter().position(|table| table.name == "link_type");
    let mut link_types = BTreeMap::new();
    for row in link_table.iter().flat_map(|&table| &schema.tables[table].rows) {
        for key in row.low..=row.high.min(u16::MAX.into()) {
            link_types.entry(key as u16).or_insert(row.layer);
        }
    }
    for binding in decode_as {
        let (table, key, layer) = binding_of(schema, binding)?;
        if Some(table.index()) == link_table
            && let Ok(key) = u16::try_from(key)
        {
            link_types.insert(key, layer);
        }
        reader = reader.bind(table, key, layer);
    }
    Ok(Common { reader, link_types, start: OnceLock::new() })
}

/// `udp_port=9999:Beacon`.
fn binding_of(schema: &Schema, text: &str) -> Result<(TableId, u128, CompositeId), Failure> {
    let wrong = |what: String| Failure::usage(format!("--decode-as {text}: {what}"));
    let parts = text.split_once('=').and_then(|(table, rest)| Some((table, rest.split_once(':')?)));
    let Some((table, (key, layer))) = parts else {
        return Err(wrong("write TABLE=KEY:LAYER, as in udp_port=9999:Dns".into()));
    };
    let table = schema.tables.iter().zip(0..).find(|(found, _)| found.name == table.trim());
    let Some((found, table)) = table else {
        let names = schema.tables.iter().map(|table| table.name.as_str()).collect();
        return Err(wrong(format!("no such table; there are {}", listed(names))));
    };
    let key = key.trim();
    let number = match key.strip_prefix("0x") {
        Some(digits) => u128::from_str_radix(digits, 16).ok(),
        None => key.parse().ok(),
    };
    let named = || found.names.and_then(|names| schema[names].named(key)).and_then(|named| single(named.values));
    let Some(number) = number.or_else(named) else {
        return Err(wrong(format!("`{key}` is no key of {}", found.name)));
    };
    if found.bits < 128 && number >> found.bits != 0 {
        return Err(wrong(format!("{number} is more than the {} bits of {} hold", found.bits, found.name)));
    }
    let Some(&layer) = schema.layers.get(layer.trim()) else {
        let mut names = plan::layer_names(schema);
        names.dedup();
        return Err(wrong(format!("no layer `{layer}`; there are {}", listed(names))));
    };
    Ok((TableId(table), number, layer))
}

fn single(values: Values) -> Option<u128> {
    match values {
        Values::Range(low, high) if low == high => Some(low),
        _ => None,
    }
}

fn tools(schema: &Schema) -> String {
    let mut names: Vec<&str> = schema.names.keys().map(String::as_str).collect();
    names.sort_unstable();
    listed(names)
}

fn listed(mut names: Vec<&str>) -> String {
    if names.is_empty() {
        return "none".into();
    }
    names.sort_unstable();
    names.join(", ")
}

/// By composite: which generated reader it has.
fn kinds(schema: &Schema) -> Vec<Option<LayerKind>> {
    let mut kinds = vec![None; schema.composites.len()];
    for kind in LayerKind::ALL {
        if let Some(place) = schema.layers.get(kind.name()).and_then(|id| kinds.get_mut(id.index())) {
            *place = Some(*kind);
        }
    }
    kinds
}

impl Worker<'_> {
    /// Reads a packet and appends what is printed of it: by generated code where nothing is out of the way, else by the
    /// interpreter.
    pub(crate) fn packet(&mut self, out: &mut Vec<u8>, packet: &Packet<'_>) {
        let common = self.common;
        let first = common.link_types.get(&packet.link_type.0);
        let start = common.start.get().copied();
        let is_printed = match (&mut self.printer, first) {
            (Printer::Summary(summary, Some(lean)), Some(&first)) => lean.packet(out, summary, first, packet, start),
            (Printer::Json(json, Some(regular)), Some(&first)) => json.regular(out, regular, first, packet),
            _ => false,
        };
        if is_printed {
            return;
        }
        match first {
            Some(&first) => {
                let length = packet.origlen as usize;
                common.reader.read(&mut self.dissection, first, packet.data, length);
                self.read_metas(packet.data);
            }
            None => {
                self.dissection = Dissection::default();
                self.metas.clear();
            }
        }
        let shown = Shown {
            packet: *packet,
            dissection: &self.dissection,
            metas: &self.metas,
            known_link_type: first.is_some(),
            start,
        };
        match &mut self.printer {
            Printer::Json(json, _) => json.packet(out, &shown),
            Printer::Tree(tree) => tree.packet(out, &shown),
            Printer::Summary(summary, _) => summary.packet(out, &shown),
        }
    }

    /// Works out the metafields, unless a line has no room for them.
    fn read_metas(&mut self, data: &[u8]) {
        self.metas.clear();
        if matches!(self.printer, Printer::Summary(..)) || self.dissection.frames.is_empty() {
            return;
        }
        let schema = self.common.reader.schema();
        let eval = Eval::new(schema, data, &self.dissection, 0);
        self.metas.extend(schema.metas.iter().filter_map(|meta| Some((meta.name.as_str(), eval.meta(meta)?))));
    }
}

/// The first sentence of the documentation, without the marks of its links.
pub(crate) fn doc_title(docs: &[String]) -> String {
    let first = docs.iter().take_while(|line| !line.trim().is_empty());
    let text = first.map(|line| line.trim()).collect::<Vec<_>>().join(" ");
    let sentence = text.split_once(". ").map_or(text.as_str(), |(sentence, _)| sentence);
    sentence.trim_end_matches('.').replace(['[', ']', '`'], "")
}
