//! What captures consist of, as text and as JSON.

use super::{Endpoint, Told};
use crate::dissect::Clock;
use crate::flows::print::{ports_of, protocol};
use crate::style::Palette;
use crate::text::{join, json_string, pad_to, put};
use packet_runtime::flow::Totals;
use std::net::{IpAddr, SocketAddr};

/// Appends all for people; of endpoints and conversations, the first ones.
pub(super) fn text(out: &mut Vec<u8>, told: &Told, top: usize, palette: Palette) {
    summary(out, told, palette);
    protocols(out, told, palette);
    sizes(out, told, palette);
    title(out, palette, &first_of("endpoints", told.endpoints.len(), top), &[(44, "sent"), (70, "received")]);
    for (address, endpoint) in told.endpoints.iter().take(top) {
        let line = out.len();
        put!(out, "  {address}");
        for (column, side) in [(44, 0), (70, 1)] {
            pad_to(out, line, column);
            amount(out, endpoint.packets[side], endpoint.bytes[side]);
        }
        out.push(b'\n');
    }
    let name = first_of("conversations", told.conversations.len(), top);
    title(out, palette, &name, &[(60, "there"), (86, "back")]);
    for totals in told.conversations.iter().take(top) {
        let line = out.len();
        let (src, dst) = totals.ends();
        put!(out, "  {} ", protocol(totals));
        pad_to(out, line, 10);
        end(out, totals, src);
        out.extend_from_slice(" → ".as_bytes());
        end(out, totals, dst);
        // The arrow is one column and three bytes.
        for (column, side) in [(62, 0), (88, 1)] {
            pad_to(out, line, column);
            amount(out, totals.packets[side], totals.bytes[side]);
        }
        out.push(b'\n');
    }
}

fn first_of(what: &str, count: usize, top: usize) -> String {
    if count > top { format!("{what} ({top} of {count})") } else { format!("{what} ({count})") }
}

fn end(out: &mut Vec<u8>, totals: &Totals, end: SocketAddr) {
    match ports_of(totals) {
        Some(_) => put!(out, "{end}"),
        None => put!(out, "{}", end.ip()),
    }
}

/// The title of a part, and of its columns.
fn title(out: &mut Vec<u8>, palette: Palette, name: &str, columns: &[(usize, &str)]) {
    let Palette { head, end, .. } = palette;
    join(out, &["\n", head]);
    let line = out.len();
    join(out, &[name]);
    for (column, name) in columns {
        pad_to(out, line, *column);
        join(out, &[name]);
    }
    join(out, &[end, "\n"]);
}

fn amount(out: &mut Vec<u8>, packets: u64, bytes: u64) {
    put!(out, "{packets} packets, {}", scaled(bytes as f64, "B"));
}

/// A number with the prefix of its unit, which is a thousand times that of the one before.
fn scaled(number: f64, unit: &str) -> String {
    let mut number = number;
    for prefix in ["", "k", "M", "G", "T"] {
        if number < 999.5 {
            let digits = usize::from(!prefix.is_empty() && number < 99.95);
            return format!("{number:.digits$} {prefix}{unit}");
        }
        number /= 1000.0;
    }
    format!("{number:.0} P{unit}")
}

fn summary(out: &mut Vec<u8>, told: &Told, palette: Palette) {
    let Palette { head, end, .. } = palette;
    let mut clock = Clock::default();
    put!(out, "{head}{} packets, {} bytes{end}", told.packets, told.bytes);
    if told.captured < told.bytes {
        put!(out, ", {} of them captured", told.captured);
    }
    out.push(b'\n');
    if let Some((first, last)) = told.times {
        out.extend_from_slice(b"from ");
        clock.write(out, first);
        out.extend_from_slice(b" to ");
        clock.write(out, last);
        put!(out, ", {:.6} s\n", told.duration() as f64 / 1e9);
    }
    if let Some((bytes, packets)) = told.rates() {
        put!(out, "{}, {}, ", scaled(bytes * 8.0, "bit/s"), scaled(packets, "packets/s"));
        put!(out, "{:.1} bytes a packet\n", told.bytes as f64 / told.packets as f64);
        put!(out, "{}  {} a step\n", told.rates.bars(), scaled_time(told.rates.step));
    }
}

fn scaled_time(nanoseconds: i128) -> String {
    match nanoseconds {
        ..1_000_000_000 => format!("{} ms", nanoseconds / 1_000_000),
        _ => format!("{:.1} s", nanoseconds as f64 / 1e9),
    }
}

fn protocols(out: &mut Vec<u8>, told: &Told, palette: Palette) {
    title(out, palette, "protocols", &[(36, "packets"), (50, "bytes")]);
    let mut row = |depth: usize, name: &str, packets: u64, bytes: Option<u64>| {
        let line = out.len();
        put!(out, "{:indent$}{name}", "", indent = 2 + depth * 2);
        pad_to(out, line, 36);
        put!(out, "{packets}");
        pad_to(out, line, 44);
        put!(out, "{:4.0}%", 100.0 * packets as f64 / told.packets.max(1) as f64);
        if let Some(bytes) = bytes {
            pad_to(out, line, 50);
            put!(out, "{bytes}");
        }
        out.push(b'\n');
    };
    for (depth, node) in told.tree.rows() {
        row(depth, node.kind.map_or("", |kind| kind.name()), node.packets, Some(node.bytes));
    }
    if told.unknown > 0 {
        row(0, "(no layer that can be read)", told.unknown, None);
    }
}

fn sizes(out: &mut Vec<u8>, told: &Told, palette: Palette) {
    title(out, palette, "bytes a packet", &[(36, "packets"), (50, "bytes")]);
    for (from, to, class) in told.sizes.classes().filter(|(.., class)| class.packets > 0) {
        let line = out.len();
        match to {
            Some(to) => put!(out, "  {from}–{to}"),
            None => put!(out, "  {from}– "),
        }
        // The dash is one column and three bytes.
        pad_to(out, line, 38);
        put!(out, "{}", class.packets);
        pad_to(out, line, 46);
        put!(out, "{:4.0}%", 100.0 * class.packets as f64 / told.packets.max(1) as f64);
        pad_to(out, line, 52);
        put!(out, "{}\n", class.bytes);
    }
}

/// Appends all as one object.
pub(super) fn json(out: &mut Vec<u8>, told: &Told) {
    let mut clock = Clock::default();
    put!(out, "{{\"packets\":{},\"bytes\":{},\"captured\":{}", told.packets, told.bytes, told.captured);
    put!(out, ",\"unknown\":{}", told.unknown);
    for (name, time) in [("first", told.times.map(|times| times.0)), ("last", told.times.map(|times| times.1))] {
        put!(out, ",\"{name}\":");
        match time {
            Some(time) => {
                out.push(b'"');
                clock.write(out, time);
                out.push(b'"');
            }
            None => out.extend_from_slice(b"null"),
        }
    }
    match told.rates() {
        Some((bytes, packets)) => {
            put!(out, ",\"bits_per_second\":{:.3},\"packets_per_second\":{packets:.3}", bytes * 8.0)
        }
        None => out.extend_from_slice(b",\"bits_per_second\":null,\"packets_per_second\":null"),
    }
    put!(out, ",\"rates\":{{\"step\":{},\"packets\":[", told.rates.step as f64 / 1e9);
    list(out, told.rates.steps.iter(), |out, class| put!(out, "{}", class.packets));
    out.extend_from_slice(b"],\"bytes\":[");
    list(out, told.rates.steps.iter(), |out, class| put!(out, "{}", class.bytes));
    out.extend_from_slice(b"]},\"sizes\":[");
    list(out, told.sizes.classes(), |out, (from, to, class)| {
        let to = to.map_or("null".to_owned(), |to| to.to_string());
        put!(out, "{{\"from\":{from},\"to\":{to},\"packets\":{},\"bytes\":{}}}", class.packets, class.bytes);
    });
    out.extend_from_slice(b"],\"protocols\":[");
    hierarchy(out, told);
    out.extend_from_slice(b"],\"endpoints\":[");
    list(out, told.endpoints.iter(), endpoint);
    out.extend_from_slice(b"],\"conversations\":[");
    list(out, told.conversations.iter(), conversation);
    out.extend_from_slice(b"]}\n");
}

fn list<T>(out: &mut Vec<u8>, items: impl Iterator<Item = T>, mut each: impl FnMut(&mut Vec<u8>, T)) {
    for (index, item) in items.enumerate() {
        if index > 0 {
            out.push(b',');
        }
        each(out, item);
    }
}

/// Every protocol with those below it, the outermost first.
fn hierarchy(out: &mut Vec<u8>, told: &Told) {
    let mut path: Vec<&str> = Vec::new();
    list(out, told.tree.rows().into_iter(), |out, (depth, node)| {
        path.truncate(depth);
        path.push(node.kind.map_or("", |kind| kind.name()));
        out.extend_from_slice(b"{\"layers\":[");
        list(out, path.iter(), |out, name| json_string(out, name));
        put!(out, "],\"packets\":{},\"bytes\":{}}}", node.packets, node.bytes);
    });
}

fn endpoint(out: &mut Vec<u8>, (address, Endpoint { packets, bytes }): &(IpAddr, Endpoint)) {
    put!(out, "{{\"address\":\"{address}\",\"packets\":[{},{}],", packets[0], packets[1]);
    put!(out, "\"bytes\":[{},{}]}}", bytes[0], bytes[1]);
}

fn conversation(out: &mut Vec<u8>, totals: &Totals) {
    let (src, dst) = totals.ends();
    out.extend_from_slice(b"{\"protocol\":");
    json_string(out, &protocol(totals));
    put!(out, ",\"src\":\"{}\",\"dst\":\"{}\"", src.ip(), dst.ip());
    match ports_of(totals) {
        Some((src, dst)) => put!(out, ",\"src_port\":{src},\"dst_port\":{dst}"),
        None => join(out, &[",\"src_port\":null,\"dst_port\":null"]),
    }
    let ([packets, back], [bytes, bytes_back]) = (totals.packets, totals.bytes);
    put!(out, ",\"packets\":[{packets},{back}],\"bytes\":[{bytes},{bytes_back}]}}");
}
