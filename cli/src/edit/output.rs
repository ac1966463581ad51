//! The capture that is written.

use crate::failure::Failure;
use packet_core::Region;
use packet_protocols::stack::{LayerKind, tables};
use packet_runtime::file::{
    Format, Interface, LinkType, Packet, PcapOptions, PcapWriter, PcapngOptions, PcapngWriter, WriteError,
};
use std::fs::File;
use std::io::{self, Write};

/// What is kept of a packet beside its bytes.
pub(super) struct Meta {
    timestamp: Option<i128>,
    interface: u32,
    link_type: LinkType,
    comments: Vec<String>,
    /// Bytes that it has on the link.
    pub(super) origlen: u32,
}

impl Meta {
    /// That of a packet.
    pub(super) fn of(record: &Packet<'_>) -> Self {
        Self {
            timestamp: record.timestamp,
            interface: record.interface,
            link_type: record.link_type,
            comments: record.options.comments().map(str::to_owned).collect(),
            origlen: record.origlen,
        }
    }

    /// The packet begins with that layer now: its link type follows, where another one is needed.
    pub(super) fn become_first(&mut self, first: LayerKind) {
        // Which header of the Internet it is, the first bytes of a raw packet say themselves.
        let leads = |link_type: LinkType| match first {
            LayerKind::Ipv4 if link_type == LinkType::IPV4 => true,
            LayerKind::Ipv6 if link_type == LinkType::IPV6 => true,
            LayerKind::Ipv4 | LayerKind::Ipv6 => link_type == LinkType::RAW,
            _ => tables::link_type(link_type.0, Region::new(&[])) == Some(first),
        };
        if !leads(self.link_type) {
            self.link_type = (0..=u16::MAX).map(LinkType).find(|link_type| leads(*link_type)).unwrap_or(self.link_type);
        }
    }
}

/// The capture that is written.
pub(super) struct Output {
    path: String,
    file: Kind,
}

enum Kind {
    /// A file of one link type, which its first packet says.
    Pcap { waiting: Option<Sink>, writer: Option<(LinkType, PcapWriter<Sink>)> },
    /// A file of as many interfaces as are needed.
    Pcapng { writer: Box<PcapngWriter<Sink>>, interfaces: Vec<(u32, Interface)> },
}

type Sink = Box<dyn Write>;

impl Output {
    /// Opens the file; `-` is standard output. Its name says which format it has, else it has that of the capture.
    pub(super) fn open(path: &str, format: Format) -> Result<Self, Failure> {
        let sink: Sink = match path {
            "-" => Box::new(io::stdout().lock()),
            path => Box::new(File::create(path).map_err(|error| Failure::file(path, &error))?),
        };
        let is_pcap = match path.rsplit('.').next() {
            Some("pcap" | "cap") => true,
            Some("pcapng") => false,
            _ => format == Format::Pcap,
        };
        let file = if is_pcap {
            Kind::Pcap { waiting: Some(sink), writer: None }
        } else {
            let options = PcapngOptions { application: Some("pony edit"), ..PcapngOptions::default() };
            let writer = PcapngWriter::new(sink, options).map_err(|error| failure(path, error))?;
            Kind::Pcapng { writer: Box::new(writer), interfaces: Vec::new() }
        };
        Ok(Self { path: path.to_owned(), file })
    }

    /// Writes a packet that one of these interfaces captured.
    pub(super) fn write(&mut self, meta: &Meta, data: &[u8], interfaces: &[Interface]) -> Result<(), Failure> {
        let written = match &mut self.file {
            Kind::Pcap { waiting, writer } => to_pcap(waiting, writer, meta, data),
            Kind::Pcapng { writer, interfaces: known } => to_pcapng(writer, known, meta, data, interfaces),
        };
        written.map_err(|error| match error {
            Refused::Write(error) => failure(&self.path, error),
            Refused::LinkType(from, to) => Failure::Found(format!(
                "{}: a pcap file has one link type, and packets became {to} beside {from}; write to a .pcapng file",
                self.path
            )),
        })
    }

    /// Ends the file.
    pub(super) fn finish(self) -> Result<(), Failure> {
        let ended = match self.file {
            Kind::Pcap { writer: Some((_, writer)), .. } => writer.finish().map(drop),
            // A capture without packets is one nevertheless.
            Kind::Pcap { waiting: Some(sink), writer: None } => {
                let writer = PcapWriter::new(sink, LinkType::ETHERNET, PcapOptions::default());
                return writer
                    .and_then(|writer| Ok(writer.finish().map(drop)?))
                    .map_err(|error| failure(&self.path, error));
            }
            Kind::Pcap { .. } => Ok(()),
            Kind::Pcapng { writer, .. } => writer.finish().map(drop),
        };
        ended.map_err(|error| failure(&self.path, WriteError::Io(error)))
    }
}

/// Why a packet is not written.
enum Refused {
    Write(WriteError),
    LinkType(LinkType, LinkType),
}

impl From<WriteError> for Refused {
    fn from(error: WriteError) -> Self {
        Self::Write(error)
    }
}

fn to_pcap(
    waiting: &mut Option<Sink>,
    writer: &mut Option<(LinkType, PcapWriter<Sink>)>,
    meta: &Meta,
    data: &[u8],
) -> Result<(), Refused> {
    if let Some(sink) = waiting.take() {
        *writer = Some((meta.link_type, PcapWriter::new(sink, meta.link_type, PcapOptions::default())?));
    }
    let Some((link_type, writer)) = writer else { return Ok(()) };
    if *link_type != meta.link_type {
        return Err(Refused::LinkType(*link_type, meta.link_type));
    }
    Ok(writer.write(meta.timestamp.unwrap_or(0), meta.origlen, data)?)
}

fn to_pcapng(
    writer: &mut PcapngWriter<Sink>,
    known: &mut Vec<(u32, Interface)>,
    meta: &Meta,
    data: &[u8],
    interfaces: &[Interface],
) -> Result<(), Refused> {
    let own = interfaces.get(meta.interface as usize).cloned();
    let own = own.unwrap_or_else(|| Interface::new(meta.link_type));
    let interface = Interface { link_type: meta.link_type, ..own };
    let place = known.iter().position(|(number, one)| *number == meta.interface && *one == interface);
    let number = match place {
        Some(place) => place as u32,
        None => {
            let number = writer.add_interface(&interface)?;
            known.push((meta.interface, interface));
            number
        }
    };
    let comments: Vec<&str> = meta.comments.iter().map(String::as_str).collect();
    Ok(writer.write_with_comments(number, meta.timestamp.unwrap_or(0), meta.origlen, data, &comments)?)
}

fn failure(path: &str, error: WriteError) -> Failure {
    match error {
        WriteError::Io(error) if path == "-" => Failure::Output(error),
        error => Failure::Found(format!("{path}: {error}")),
    }
}
