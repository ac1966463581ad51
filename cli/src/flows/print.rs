//! Flows as a table, as CSV and as JSON.

use crate::args::FlowsArgs;
use crate::dissect::Clock;
use crate::style::Palette;
use crate::text::{decimal, join, json_string, pad_to, put};
use packet_protocols::net::IpProtocol;
use packet_runtime::flow::{CommunityId, Totals};
use std::net::SocketAddr;

/// Prints flows in one of the forms.
pub(super) struct Printer {
    form: Form,
    clock: Clock,
    palette: Palette,
    /// When the first flow began.
    start: i64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Table,
    Csv,
    Json,
}

/// Where the columns of the table begin.
const SRC: usize = 8;
const DST: usize = 32;
const VLAN: usize = 56;
const PACKETS: usize = 64;
const BYTES: usize = 80;
const START: usize = 102;
const DURATION: usize = 115;
const FLAGS: usize = 127;

impl Printer {
    pub(super) fn new(args: &FlowsArgs, palette: Palette) -> Self {
        let form = match args {
            FlowsArgs { json: true, .. } => Form::Json,
            FlowsArgs { csv: true, .. } => Form::Csv,
            _ => Form::Table,
        };
        Self { form, clock: Clock::default(), palette, start: 0 }
    }

    /// Appends a flow; before the first one, a head where there is one.
    pub(super) fn flow(&mut self, out: &mut Vec<u8>, totals: &Totals, is_first: bool) {
        if is_first {
            self.start = totals.first;
            self.head(out);
        }
        match self.form {
            Form::Table => self.row(out, totals),
            Form::Csv => self.csv(out, totals),
            Form::Json => self.json(out, totals),
        }
        out.push(b'\n');
    }

    /// What is printed where there are no flows.
    pub(super) fn nothing(&self, out: &mut Vec<u8>) {
        if self.form == Form::Csv {
            self.head(out);
        }
    }

    fn head(&self, out: &mut Vec<u8>) {
        let Palette { head, end, .. } = self.palette;
        match self.form {
            Form::Json => {}
            Form::Csv => out.extend_from_slice(
                b"protocol,src,dst,src_port,dst_port,vlan,tunnel,packets_out,packets_in,bytes_out,bytes_in,\
                  first,last,tcp_flags_out,tcp_flags_in,community_id\n",
            ),
            Form::Table => {
                let line = out.len();
                out.extend_from_slice(head.as_bytes());
                let line = line + head.len();
                out.extend_from_slice(b"proto");
                for (column, name) in [
                    (SRC, "from"),
                    (DST, "to"),
                    (VLAN, "vlan"),
                    (PACKETS, "packets"),
                    (BYTES, "bytes"),
                    (START, "start"),
                    (DURATION, "duration"),
                    (FLAGS, "flags"),
                ] {
                    pad_to(out, line, column);
                    out.extend_from_slice(name.as_bytes());
                }
                join(out, &[end, "\n"]);
            }
        }
    }

    fn row(&self, out: &mut Vec<u8>, totals: &Totals) {
        let line = out.len();
        let (src, dst) = totals.ends();
        out.extend_from_slice(protocol(totals).as_bytes());
        for (column, end) in [(SRC, src), (DST, dst)] {
            pad_to(out, line, column);
            match ports_of(totals) {
                Some(_) => put!(out, "{end}"),
                None => put!(out, "{}", end.ip()),
            }
        }
        pad_to(out, line, VLAN);
        vlans(out, totals, '.');
        pad_to(out, line, PACKETS);
        put!(out, "{} / {}", totals.packets[0], totals.packets[1]);
        pad_to(out, line, BYTES);
        put!(out, "{} / {}", totals.bytes[0], totals.bytes[1]);
        pad_to(out, line, START);
        seconds(out, i128::from(totals.first) - i128::from(self.start));
        pad_to(out, line, DURATION);
        seconds(out, i128::from(totals.last) - i128::from(totals.first));
        if totals.key.protocol() == TCP {
            pad_to(out, line, FLAGS);
            flags(out, totals.tcp_flags[0]);
            out.extend_from_slice(b" / ");
            flags(out, totals.tcp_flags[1]);
        }
        if let Some(tunnel) = totals.key.context().tunnel {
            put!(out, "  in {} {}", tunnel.kind, tunnel.id);
        }
    }

    fn csv(&mut self, out: &mut Vec<u8>, totals: &Totals) {
        let (src, dst) = totals.ends();
        put!(out, "{},{},{},", protocol(totals), src.ip(), dst.ip());
        if let Some((src, dst)) = ports_of(totals) {
            put!(out, "{src},{dst}");
        } else {
            out.push(b',');
        }
        out.push(b',');
        vlans(out, totals, '.');
        out.push(b',');
        if let Some(tunnel) = totals.key.context().tunnel {
            put!(out, "{} {}", tunnel.kind, tunnel.id);
        }
        for number in [totals.packets, totals.bytes].as_flattened() {
            out.push(b',');
            decimal(out, *number);
        }
        for time in [totals.first, totals.last] {
            out.push(b',');
            self.clock.write(out, time.into());
        }
        for set in totals.tcp_flags {
            out.push(b',');
            flags(out, set);
        }
        join(out, &[",", &totals.community_id(CommunityId::default())]);
    }

    fn json(&mut self, out: &mut Vec<u8>, totals: &Totals) {
        let (src, dst) = totals.ends();
        join(out, &["{\"protocol\":"]);
        json_string(out, &protocol(totals));
        put!(out, ",\"src\":\"{}\",\"dst\":\"{}\"", src.ip(), dst.ip());
        match ports_of(totals) {
            Some((src, dst)) => put!(out, ",\"src_port\":{src},\"dst_port\":{dst}"),
            None => join(out, &[",\"src_port\":null,\"dst_port\":null"]),
        }
        join(out, &[",\"vlan\":["]);
        vlans(out, totals, ',');
        let ([packets, back], [bytes, bytes_back]) = (totals.packets, totals.bytes);
        put!(out, "],\"packets\":[{packets},{back}],\"bytes\":[{bytes},{bytes_back}],\"first\":\"");
        self.clock.write(out, totals.first.into());
        join(out, &["\",\"last\":\""]);
        self.clock.write(out, totals.last.into());
        join(out, &["\",\"tcp_flags\":[\""]);
        flags(out, totals.tcp_flags[0]);
        join(out, &["\",\""]);
        flags(out, totals.tcp_flags[1]);
        join(out, &["\"],\"community_id\":\"", &totals.community_id(CommunityId::default()), "\""]);
        if let Some(tunnel) = totals.key.context().tunnel {
            put!(out, ",\"tunnel\":{{\"kind\":\"{}\",\"id\":{}}}", tunnel.kind, tunnel.id);
        }
        out.push(b'}');
    }
}

const TCP: u8 = 6;

/// `tcp`, `udp`, and other names of IANA's; a number without a name as it is.
pub(crate) fn protocol(totals: &Totals) -> String {
    let number = totals.key.protocol();
    IpProtocol(number).name().map_or_else(|| number.to_string(), str::to_lowercase)
}

/// The ports, of protocols that have them; of ICMP, type and code, or type and that of the answer.
pub(crate) fn ports_of(totals: &Totals) -> Option<(u16, u16)> {
    let (src, dst): (SocketAddr, SocketAddr) = totals.ends();
    matches!(totals.key.protocol(), TCP | 17 | 132 | 1 | 58).then(|| (src.port(), dst.port()))
}

fn vlans(out: &mut Vec<u8>, totals: &Totals, separator: char) {
    for (index, id) in totals.key.context().vlans.iter().enumerate() {
        if index > 0 {
            put!(out, "{separator}");
        }
        put!(out, "{id}");
    }
}

/// Control bits by name, in the order of the header, [RFC 9293 §3.1].
const FLAGS_BY_BIT: [&str; 8] = ["cwr", "ece", "urg", "ack", "psh", "rst", "syn", "fin"];

/// The names of control bits, as `pony craft` takes them.
fn flags(out: &mut Vec<u8>, set: u8) {
    let start = out.len();
    for (bit, name) in FLAGS_BY_BIT.iter().enumerate() {
        if set & 0x80 >> bit != 0 {
            let separator = if out.len() > start { "|" } else { "" };
            join(out, &[separator, name]);
        }
    }
}

fn seconds(out: &mut Vec<u8>, nanoseconds: i128) {
    let micros = nanoseconds / 1000;
    put!(out, "{}.{:06}", micros / 1_000_000, micros.unsigned_abs() % 1_000_000);
}
