//! Values for people: names before numbers, units behind them, checksums judged.

use super::plan::{FieldPlan, Plan, Shape};
use super::{json, values};
use crate::style::Palette;
use crate::text::{self, join, put};
use packet_core::text as words;
use packet_schema::Schema;
use packet_schema::interp::{Anomaly, AnomalyKind, Dissection, Eval, It, Node, Value};
use packet_schema::model::{CompositeKind, EnumId, Enumerator, FieldId, Flag, FlagsId, Values};

/// Writes values of one packet.
#[derive(Clone, Copy)]
pub(crate) struct Show<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) plan: &'a Plan,
    pub(crate) palette: &'a Palette,
    pub(crate) dissection: &'a Dissection,
    pub(crate) data: &'a [u8],
}

/// Whether all that an anomaly says is that a message of a stream goes on in another packet.
pub(crate) fn goes_on(schema: &Schema, dissection: &Dissection, anomaly: &Anomaly) -> bool {
    let layer = dissection.layers.get(anomaly.layer as usize).map(|layer| &schema[layer.composite].kind);
    anomaly.kind == AnomalyKind::Truncated && matches!(layer, Some(CompositeKind::Layer(layer)) if layer.stream)
}

/// Bytes that are shown within a line; more of them stand below.
pub(crate) const INLINE_BYTES: usize = 16;

impl<'a> Show<'a> {
    /// The value of a field's or an element's node, with its unit.
    pub(crate) fn value(&self, out: &mut Vec<u8>, node: &Node, id: FieldId) {
        self.bare(out, node, id);
        let unit = &self.plan.fields[id.index()].unit;
        if !unit.is_empty() && !matches!(node.value, Value::List(_) | Value::Frame(_) | Value::Group) {
            put!(out, " {unit}");
        }
    }

    /// The value without its unit. Of a list, how many elements there are; of a composite, nothing.
    pub(crate) fn bare(&self, out: &mut Vec<u8>, node: &Node, id: FieldId) {
        let field = &self.plan.fields[id.index()];
        if let Some(names) = field.names
            && let Some(number) = values::number(node)
        {
            return self.named(out, names, field, number);
        }
        let color = match field.shape {
            Shape::Ipv4 | Shape::Ipv6 | Shape::Mac => self.palette.text,
            _ => "",
        };
        let before = out.len();
        out.extend_from_slice(color.as_bytes());
        if values::address(out, field.shape, node, self.data) {
            self.end(out, color);
            return;
        }
        out.truncate(before);
        match node.value {
            Value::Uint(_) | Value::Int(_) | Value::Wide(_) => self.number(out, field, node),
            Value::Float(value) => put!(out, "{value}"),
            Value::Bytes | Value::Decoded(..) => self.octets(out, field, node),
            Value::List(1) => put!(out, "1 element"),
            Value::List(count) => put!(out, "{count} elements"),
            Value::Frame(_) | Value::Group => {}
        }
    }

    fn end(&self, out: &mut Vec<u8>, color: &str) {
        if !color.is_empty() {
            put!(out, "{}", self.palette.end);
        }
    }

    fn number(&self, out: &mut Vec<u8>, field: &FieldPlan, node: &Node) {
        match (field.shape, values::number(node)) {
            (Shape::Bool, Some(value)) => put!(out, "{}", value != 0),
            (Shape::Flags(flags), Some(value)) => self.flags(out, flags, value),
            (Shape::Hex, Some(value)) => hexadecimal(out, value, field.bits),
            (Shape::Binary, Some(value)) => put!(out, "0b{value:0width$b}", width = field.bits as usize),
            (Shape::UnixTime, Some(value)) => self.instant(out, value, i128::try_from(value).ok()),
            (Shape::NtpTime, Some(value)) => self.instant(out, value, ntp_seconds(value)),
            (Shape::Fixed16, _) => fixed16(out, node),
            _ => _ = values::decimal(out, field, node),
        }
    }

    /// A point in time, given in whole seconds since 1970, or no date where there is none.
    fn instant(&self, out: &mut Vec<u8>, raw: u128, seconds: Option<i128>) {
        let Some(nanoseconds) = seconds.and_then(|seconds| seconds.checked_mul(1_000_000_000)).filter(|_| raw != 0)
        else {
            text::wide(out, raw);
            return;
        };
        // A buffer takes whatever it is given.
        let _ = words::timestamp(&mut text::Sink(out), nanoseconds);
        out.truncate(out.len().saturating_sub(".000000000Z".len()));
        put!(out, "Z {}({raw}){}", self.palette.dim, self.palette.end);
    }

    /// The name of a number, and the number.
    fn named(&self, out: &mut Vec<u8>, names: EnumId, field: &FieldPlan, number: u128) {
        let Some(found) = self.enumerator(names, number) else {
            return write_number(out, field.shape, field.bits, number);
        };
        join(out, &[self.palette.symbol, title(found), self.palette.end, " ", self.palette.dim, "("]);
        write_number(out, field.shape, field.bits, number);
        put!(out, "){}", self.palette.end);
    }

    /// What a number is called.
    pub(crate) fn enumerator(&self, names: EnumId, number: u128) -> Option<&'a Enumerator> {
        let names = &self.schema[names];
        if let Some(found) = names.plain(number) {
            return Some(found);
        }
        let it = It::Int(i128::try_from(number).ok()?);
        let eval = Eval::new(self.schema, self.data, self.dissection, 0).with_it(it);
        names.enumerators.iter().find(|found| match found.values {
            Values::Matching(condition) => eval.truth(condition) == Some(true),
            Values::Range(..) => false,
        })
    }

    /// The names of the flags that are set, and the number.
    fn flags(&self, out: &mut Vec<u8>, id: FlagsId, value: u128) {
        let before = out.len();
        put!(out, "{}", self.palette.symbol);
        self.flag_names(out, id, value, |flag| flag.label.as_deref().or(flag.name.as_deref()));
        if out.len() == before + self.palette.symbol.len() {
            put!(out, "none");
        }
        put!(out, "{} {}(", self.palette.end, self.palette.dim);
        hexadecimal(out, value, self.schema[id].bits);
        put!(out, "){}", self.palette.end);
    }

    /// The flags that are set, by what `called` makes of them, separated by commas.
    pub(crate) fn flag_names(
        &self,
        out: &mut Vec<u8>,
        id: FlagsId,
        value: u128,
        called: impl Fn(&Flag) -> Option<&str>,
    ) {
        let mut first = true;
        for flag in &self.schema[id].flags {
            let bits = json::bits_of(value, flag.shift, flag.bits);
            let Some(name) = called(flag) else { continue };
            if bits == 0 {
                continue;
            }
            join(out, &[if first { "" } else { ", " }, name]);
            if !flag.boolean {
                out.push(b'=');
                self.flag_bits(out, flag, bits);
            }
            first = false;
        }
    }

    /// What a group of bits among flags says, without its number.
    fn flag_bits(&self, out: &mut Vec<u8>, flag: &Flag, bits: u128) {
        match flag.names.and_then(|names| self.enumerator(names, bits)) {
            Some(found) => put!(out, "{}", title(found)),
            None => text::wide(out, bits),
        }
    }

    /// A flag's own line: whether it is set, or what its bits say.
    pub(crate) fn flag(&self, out: &mut Vec<u8>, flag: &Flag, bits: u128) {
        if flag.boolean {
            return put!(out, "{}", bits != 0);
        }
        match flag.names.and_then(|names| self.enumerator(names, bits)) {
            Some(found) => {
                let Palette { symbol, dim, end, .. } = self.palette;
                put!(out, "{symbol}{}{end} {dim}({bits}){end}", title(found));
            }
            None => text::wide(out, bits),
        }
    }

    /// Text in quotes, or bytes as far as a line has room for them.
    fn octets(&self, out: &mut Vec<u8>, field: &FieldPlan, node: &Node) {
        if let Some(found) = values::text(field, node, self.dissection, self.data) {
            return self.quoted(out, &found);
        }
        let bytes = values::octets_of(node, self.dissection, self.data);
        if field.shape == Shape::AsciiBytes
            && bytes.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\r' | b'\n'))
        {
            return self.quoted(out, &text::utf8(bytes));
        }
        match bytes.len() {
            0 => put!(out, "{}empty{}", self.palette.dim, self.palette.end),
            1..=INLINE_BYTES => spaced_hex(out, bytes),
            length => put!(out, "{length} bytes"),
        }
    }

    fn quoted(&self, out: &mut Vec<u8>, found: &str) {
        put!(out, "{}", self.palette.text);
        text::quoted(out, found);
        put!(out, "{}", self.palette.end);
    }
}

/// What people call an enumerator.
pub(crate) fn title(enumerator: &Enumerator) -> &str {
    enumerator.label.as_deref().unwrap_or(&enumerator.name)
}

fn write_number(out: &mut Vec<u8>, shape: Shape, bits: u32, number: u128) {
    if shape == Shape::Hex { hexadecimal(out, number, bits) } else { text::wide(out, number) }
}

/// `0x00ff`, as wide as the field.
pub(crate) fn hexadecimal(out: &mut Vec<u8>, number: u128, bits: u32) {
    put!(out, "0x{number:0width$x}", width = bits.div_ceil(4) as usize);
}

/// `de ad be ef`.
pub(crate) fn spaced_hex(out: &mut Vec<u8>, bytes: &[u8]) {
    // A buffer takes whatever it is given.
    let _ = words::hex_separated(&mut text::Sink(out), bytes, ' ');
}

/// Seconds of the NTP's first era between 1900 and 1970.
const NTP_TO_UNIX: i128 = 2_208_988_800;

/// The second of an NTP timestamp since 1970. One whose first bit is clear is of the era from 2036 on, RFC 4330 §3.
fn ntp_seconds(value: u128) -> Option<i128> {
    let seconds = i128::try_from(value >> 32).ok()?;
    let era = if seconds < 1 << 31 { 1 << 32 } else { 0 };
    Some(seconds + era - NTP_TO_UNIX)
}

/// A number of 65536ths.
fn fixed16(out: &mut Vec<u8>, node: &Node) {
    let value = match node.value {
        Value::Int(value) => value as f64,
        Value::Uint(value) => value as f64,
        _ => return,
    };
    put!(out, "{:.6}", value / 65536.0);
}
