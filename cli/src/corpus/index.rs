//! What the index says of a packet.

use crate::args::CorpusFormat;
use crate::text::{self, put};
use packet_schema::Schema;
use packet_schema::interp::words;
use packet_schema::model::CompositeId;
use packet_schema::sample::{Faulty, Finding, Sample};

/// A packet that is written.
pub(super) struct Entry {
    /// The file's name, without a folder and an ending.
    name: String,
    /// What it is.
    pub(super) label: String,
    /// The layer that it begins with.
    pub(super) start: CompositeId,
    pub(super) bytes: Vec<u8>,
    /// The names of its layers.
    layers: Vec<String>,
    fault: Option<Fault>,
}

/// What is wrong with a packet.
struct Fault {
    word: &'static str,
    subject: String,
    expected: Report,
    entailed: Vec<Report>,
}

/// What a reader should report.
struct Report {
    is_error: bool,
    name: String,
    field: Option<String>,
    offset: u32,
    words: String,
}

impl Report {
    fn new(schema: &Schema, sample: &Sample, finding: &Finding) -> Self {
        let field = finding.field(schema, &sample.dissection);
        Self {
            is_error: matches!(finding, Finding::Error(_)),
            name: finding.name(schema),
            field: field.map(|field| words::qualified(schema, field)),
            offset: finding.offset(&sample.dissection),
            words: finding.words(schema),
        }
    }

    fn json(&self, out: &mut Vec<u8>) {
        put!(out, "{{\"kind\":\"{}\",\"name\":", if self.is_error { "error" } else { "anomaly" });
        text::json_string(out, &self.name);
        put!(out, ",\"field\":");
        match &self.field {
            Some(field) => text::json_string(out, field),
            None => put!(out, "null"),
        }
        put!(out, ",\"offset\":{},\"words\":", self.offset);
        text::json_string(out, &self.words);
        put!(out, "}}");
    }
}

impl Entry {
    pub(super) fn valid(schema: &Schema, sample: &Sample, number: usize) -> Self {
        Self { name: format!("{number:04}"), label: "valid".into(), fault: None, ..Self::of(schema, sample) }
    }

    pub(super) fn faulty(schema: &Schema, faulty: &Faulty, name: String) -> Self {
        let report = |finding: &Finding| Report::new(schema, &faulty.sample, finding);
        let fault = Fault {
            word: faulty.flaw.word(),
            subject: faulty.flaw.subject(schema),
            expected: report(&faulty.finding),
            entailed: faulty.entailed.iter().map(report).collect(),
        };
        Self { name, label: faulty.flaw.label(schema), fault: Some(fault), ..Self::of(schema, &faulty.sample) }
    }

    fn of(schema: &Schema, sample: &Sample) -> Self {
        let layers = sample.dissection.layers.iter().map(|layer| schema[layer.composite].name.clone());
        Self {
            name: String::new(),
            label: String::new(),
            start: sample.start,
            bytes: sample.bytes.clone(),
            layers: layers.collect(),
            fault: None,
        }
    }

    pub(super) fn is_faulty(&self) -> bool {
        self.fault.is_some()
    }

    /// Where it lies in the folder.
    pub(super) fn file(&self, format: CorpusFormat) -> String {
        let folder = if self.is_faulty() { "faults" } else { "valid" };
        let ending = match format {
            CorpusFormat::Raw => "bin",
            CorpusFormat::Pcap => "pcap",
        };
        format!("{folder}/{}.{ending}", self.name)
    }

    /// The line of the index, as JSON.
    pub(super) fn line(&self, out: &mut Vec<u8>, file: &str, link_type: Option<u16>) {
        put!(out, "{{\"file\":");
        text::json_string(out, file);
        put!(out, ",\"label\":");
        text::json_string(out, &self.label);
        if let Some(fault) = &self.fault {
            put!(out, ",\"fault\":\"{}\",\"subject\":", fault.word);
            text::json_string(out, &fault.subject);
            put!(out, ",\"expected\":");
            fault.expected.json(out);
            put!(out, ",\"entailed\":[");
            for (at, report) in fault.entailed.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                report.json(out);
            }
            out.push(b']');
        }
        put!(out, ",\"layers\":[");
        for (at, layer) in self.layers.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            text::json_string(out, layer);
        }
        match link_type {
            Some(link_type) => put!(out, "],\"link_type\":{link_type}"),
            None => put!(out, "],\"link_type\":null"),
        }
        put!(out, ",\"length\":{},\"hex\":\"", self.bytes.len());
        text::hex(out, &self.bytes);
        put!(out, "\"}}\n");
    }
}
