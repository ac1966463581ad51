//! What follows from a packet that was laid out: lengths, keys, counts, checksums.

use super::buffer::Buffer;
use super::error::{BuildError, BuildErrorKind, BuildWarning, BuildWarningKind};
use super::field::closed_names;
use super::layout::{Layout, Origin, Placed};
use super::number::{derived_number, node_value};
use crate::Schema;
use crate::interp::{Eval, It, Value};
use crate::model::{Expr, ExprId, FieldId, Type, Values};
use std::cmp::Reverse;
use std::collections::HashMap;

/// Names a derived or drawn field over all passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) layer: u32,
    pub(super) field: FieldId,
    /// The length or count in front of it, rather than itself.
    pub(super) prefix: bool,
    /// Which of the fields of this name in its layer.
    pub(super) count: u32,
}

/// A derived field, where it was placed.
pub(super) struct Derived {
    pub(super) key: Key,
    pub(super) field: FieldId,
    pub(super) frame: u32,
    pub(super) node: u32,
    pub(super) wanted: Wanted,
    /// Where its bits are, if their number is fixed.
    pub(super) spot: Option<Spot>,
}

/// What a derived field should be.
#[derive(Clone, Copy)]
pub(super) enum Wanted {
    /// The number that an expression gives.
    Value(ExprId),
    /// The bytes that an expression gives.
    Octets(ExprId),
    /// That number.
    Number(u128),
}

/// The bits of a number.
#[derive(Clone, Copy)]
pub(super) struct Spot {
    pub(super) at: u32,
    pub(super) bits: u32,
    pub(super) little: bool,
    /// Width of the little-endian number that it is part of, and its lowest bit in it.
    pub(super) container: Option<(u32, u32)>,
}

impl Spot {
    /// Of a number whose width follows from its value.
    pub(super) fn none() -> Self {
        Self { at: 0, bits: 0, little: false, container: None }
    }

    pub(super) fn write(self, out: &mut Buffer, number: u128) {
        match self.container {
            None => out.write(self.at, number, self.bits, self.little),
            Some((total, shift)) => {
                let whole = packet_core::bits::read_le(out.bytes(), self.at as usize, total).unwrap_or_default();
                let mask = (u128::MAX >> (128 - self.bits.clamp(1, 128))) << shift.min(127);
                out.write(self.at, whole & !mask | (number << shift.min(127)) & mask, total, true);
            }
        }
    }
}

/// What earlier passes found out.
pub(super) struct Memory {
    numbers: HashMap<Key, u128>,
    octets: HashMap<Key, Vec<u8>>,
    random: u64,
    /// Whether an expression reads bytes of the packet.
    readers: HashMap<ExprId, bool>,
}

impl Memory {
    pub(super) fn new(seed: u64) -> Self {
        Self { numbers: HashMap::new(), octets: HashMap::new(), random: seed, readers: HashMap::new() }
    }

    /// What a field was derived to be so far.
    pub(super) fn number(&self, key: Key) -> u128 {
        self.numbers.get(&key).copied().unwrap_or_default()
    }

    pub(super) fn octets(&self, key: Key) -> Option<&[u8]> {
        self.octets.get(&key).map(Vec::as_slice)
    }

    /// A number drawn once for all passes.
    pub(super) fn draw(&mut self, key: Key, bits: u32) -> u128 {
        if let Some(&known) = self.numbers.get(&key) {
            return known;
        }
        let drawn = u128::from(self.next_random()) << 64 | u128::from(self.next_random());
        let drawn = drawn.checked_shr(128_u32.saturating_sub(bits)).unwrap_or_default();
        self.numbers.insert(key, drawn);
        drawn
    }

    /// SplitMix64: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014.
    fn next_random(&mut self) -> u64 {
        self.random = self.random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.random ^ self.random >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn reads_bytes(&mut self, schema: &Schema, expr: ExprId) -> bool {
        if let Some(&known) = self.readers.get(&expr) {
            return known;
        }
        let reads = reads_bytes(schema, expr);
        self.readers.insert(expr, reads);
        reads
    }
}

/// Whether an expression's value depends on bytes that other derived fields are among.
fn reads_bytes(schema: &Schema, expr: ExprId) -> bool {
    match &schema[expr] {
        Expr::Inet16(_)
        | Expr::Crc32(_)
        | Expr::Crc32c(_)
        | Expr::Crc16 { .. }
        | Expr::SipHash24(_)
        | Expr::SelfBytes
        | Expr::BytesOf(..) => true,
        Expr::ZeroAsFfff(of) | Expr::Truncate { of, .. } | Expr::Bits { of, .. } | Expr::Unary(_, of) => {
            reads_bytes(schema, *of)
        }
        Expr::Binary(_, left, right) => reads_bytes(schema, *left) || reads_bytes(schema, *right),
        Expr::Cond(condition, yes, no) => [condition, yes, no].into_iter().any(|&part| reads_bytes(schema, part)),
        _ => false,
    }
}

/// What a pass found out.
#[derive(Default)]
pub(super) struct Report {
    /// A field whose value is another than in the pass before.
    pub(super) changed: Option<FieldId>,
    /// A derived value that its field can't hold.
    pub(super) too_wide: Option<BuildError>,
    pub(super) warnings: Vec<BuildWarning>,
}

/// Evaluates all derived fields: lengths and keys first, then what reads bytes, from the innermost layer outwards.
pub(super) fn derive(layout: &mut Layout<'_, '_>) -> Report {
    let mut order: Vec<(bool, Reverse<u32>, usize)> = Vec::with_capacity(layout.derived.len());
    for at in 0..layout.derived.len() {
        let derived = &layout.derived[at];
        let last = match derived.wanted {
            Wanted::Value(expr) | Wanted::Octets(expr) => layout.memory.reads_bytes(layout.schema, expr),
            Wanted::Number(_) => false,
        };
        order.push((last, Reverse(derived.key.layer), at));
    }
    order.sort_unstable();
    let mut report = Report::default();
    for (_, _, at) in order {
        derive_one(layout, at, &mut report);
    }
    report
}

fn derive_one(layout: &mut Layout<'_, '_>, at: usize, report: &mut Report) {
    let derived = &layout.derived[at];
    let (key, field, node, spot, wanted) = (derived.key, derived.field, derived.node, derived.spot, derived.wanted);
    let placed = layout.dissection.nodes[node as usize];
    let eval = layout.eval(derived.frame).with_hole(placed.start, placed.start + placed.bits);
    let value = match wanted {
        Wanted::Octets(expr) => {
            let bytes = eval.bytes(expr).map(|bytes| bytes.into_owned()).unwrap_or_default();
            if layout.memory.octets(key) != Some(&bytes) {
                report.changed = Some(field);
                layout.memory.octets.insert(key, bytes);
            }
            return;
        }
        Wanted::Value(expr) => eval.int(expr),
        Wanted::Number(number) => Some(number as i128),
    };
    if value.is_none() {
        let composite = layout.schema[field].owner;
        report.warnings.push(BuildWarning { composite, field, kind: BuildWarningKind::NotDerived });
    }
    let wire = wire_of(layout.schema, field, key.prefix, value.unwrap_or_default(), spot, report);
    if layout.memory.number(key) == wire {
        return;
    }
    report.changed = Some(field);
    layout.memory.numbers.insert(key, wire);
    // What is derived after this one sees the new value at once.
    if let Some(spot) = spot.filter(|spot| spot.bits > 0) {
        spot.write(&mut layout.out, wire);
        layout.dissection.nodes[node as usize].value =
            if key.prefix { Value::Uint(wire as u64) } else { node_value(&layout.schema[field].ty, wire, spot.bits) };
    }
}

/// The bits of a derived value, cut to the field's width where they are too many.
fn wire_of(
    schema: &Schema,
    field: FieldId,
    prefix: bool,
    value: i128,
    spot: Option<Spot>,
    report: &mut Report,
) -> u128 {
    let known = &schema[field];
    let (ty, scale) = if prefix { (&Type::Bool, 1) } else { (&known.ty, known.scale) };
    let width = match spot {
        Some(spot) if spot.bits > 0 => spot.bits,
        _ => 64,
    };
    derived_number(ty, value, scale, width).unwrap_or_else(|| {
        let error = BuildError::at(schema, field, BuildErrorKind::TooWide { value, bits: width });
        report.too_wide.get_or_insert(error);
        let wire = value as u128 / u128::from(scale.max(1));
        if width >= 128 { wire } else { wire & ((1 << width) - 1) }
    })
}

/// Checks what fields were set to, and warns of what they were derived to be.
///
/// # Errors
///
/// A set value differs from the field's constant, is none of a closed enum's, or a `where` does not hold for it.
pub(super) fn check(layout: &Layout<'_, '_>, warnings: &mut Vec<BuildWarning>) -> Result<(), BuildError> {
    for placed in &layout.placed {
        match placed.origin {
            Origin::Set => check_placed(layout, placed)?,
            Origin::Derived => {
                if let Err(BuildError { kind: BuildErrorKind::Where { index, .. }, .. }) = check_placed(layout, placed)
                {
                    let (field, kind) = (placed.field, BuildWarningKind::Where(index));
                    warnings.push(BuildWarning { composite: layout.schema[field].owner, field, kind });
                }
            }
            Origin::Forced | Origin::Unsaid => {}
        }
    }
    Ok(())
}

/// Checks a field as it was placed.
pub(super) fn check_placed(layout: &Layout<'_, '_>, placed: &Placed) -> Result<(), BuildError> {
    let field = placed.field;
    let known = &layout.schema[field];
    if known.constant.is_none() && known.wheres.is_empty() && closed_names(layout.schema, &known.ty).is_none() {
        return Ok(());
    }
    let eval = layout.eval(placed.frame).with_it(It::Node(placed.node));
    check_field(layout.schema, eval, field).map_err(|kind| BuildError::at(layout.schema, field, kind))
}

fn matches(eval: Eval<'_, '_>, values: Values, number: i128) -> bool {
    matches!(values, Values::Matching(expr) if eval.with_it(It::Int(number)).truth(expr) == Some(true))
}

/// Checks a field as `it`.
fn check_field(schema: &Schema, eval: Eval<'_, '_>, field: FieldId) -> Result<(), BuildErrorKind> {
    let known = &schema[field];
    let value = match eval.it {
        It::Node(node) => eval.value_of(node),
        It::Nothing | It::Int(_) => return Ok(()),
    };
    let number = value.int().unwrap_or_default();
    if let Some(constant) = known.constant {
        let expected = eval.eval(constant);
        if value.compare(&expected).is_some_and(std::cmp::Ordering::is_ne) {
            let expected = expected.int().unwrap_or_default() as u128;
            return Err(BuildErrorKind::Constant { value: number as u128, expected });
        }
    }
    if let Some(names) = closed_names(schema, &known.ty)
        && schema[names].plain(number as u128).is_none()
        && !schema[names].enumerators.iter().any(|one| matches(eval, one.values, number))
    {
        return Err(BuildErrorKind::Closed { value: number as u128 });
    }
    for ((condition, _), index) in known.wheres.iter().zip(0..) {
        if eval.truth(*condition) == Some(false) {
            return Err(BuildErrorKind::Where { index, value: number });
        }
    }
    Ok(())
}
