//! Reads packets: the settings of a reader, and what it works out once for all packets.

use super::program::Programs;
use super::read::{MAX_BYTES, Read};
use super::{Dissection, Eval, It, Node, NodeKind, Value};
use crate::model::{
    Action, Block, CompositeId, Expr, ExprId, Extent, Field, FieldId, Item, Names, Place, Probe, Row, Schema, Table,
    TableId, Type,
};

/// What bounds the work for one packet, whatever is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Layers upon each other.
    pub layers: u32,
    /// Nodes of a dissection.
    pub nodes: u32,
    /// Composites within each other in one layer.
    pub depth: u32,
    /// Steps of one codec.
    pub steps: u32,
}

impl Default for Limits {
    /// Far more than real packets have, and little enough for a hostile one to be done with at once.
    fn default() -> Self {
        Self { layers: 64, nodes: 1 << 20, depth: 64, steps: 1 << 12 }
    }
}

/// Reads packets by the definitions of a schema.
///
/// ```no_run
/// # use packet_schema::{Schema, interp::{Dissection, Reader}};
/// # fn example(schema: &Schema, packets: &[Vec<u8>]) {
/// let reader = Reader::new(schema);
/// let mut dissection = Dissection::default();
/// for packet in packets {
///     reader.read(&mut dissection, schema.layers["Ethernet"], packet, packet.len());
///     println!("{} layers", dissection.layers.len());
/// }
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Reader<'s> {
    pub(super) schema: &'s Schema,
    pub(super) limits: Limits,
    pub(super) seed: [u8; 16],
    /// Rows of the host, consulted before those of the schema.
    pub(super) rows: Vec<(TableId, u128, CompositeId)>,
    /// What the host says is in fields that name no table.
    pub(super) payloads: Vec<(FieldId, CompositeId)>,
    /// By field.
    pub(super) fields: Vec<FieldPlan>,
    /// By field: the run that begins with it.
    pub(super) runs: Vec<Option<Box<RunPlan>>>,
    /// By table.
    pub(super) tables: Vec<TablePlan>,
    /// Fast ways to numbers.
    pub(super) programs: Programs,
    /// Probes by falling score.
    pub(super) probes: Vec<u32>,
}

impl<'s> Reader<'s> {
    /// A reader with the default limits, no bindings but those of the definitions, and a seed of zeros.
    #[must_use]
    pub fn new(schema: &'s Schema) -> Self {
        let guesses = schema.probes.iter().zip(0..).filter(|(probe, _)| probe.score > 0);
        let mut probes: Vec<u32> = guesses.map(|(_, index)| index).collect();
        probes.sort_by_key(|&index| std::cmp::Reverse(schema.probes.get(index as usize).map(|probe| probe.score)));
        let fields: Vec<_> = schema.fields.iter().map(|field| FieldPlan::new(schema, field)).collect();
        let mut runs = vec![None; fields.len()];
        for composite in &schema.composites {
            find_runs(&composite.body, &fields, &mut runs);
        }
        Self {
            schema,
            limits: Limits::default(),
            seed: [0; 16],
            rows: Vec::new(),
            payloads: Vec::new(),
            fields,
            runs,
            tables: schema.tables.iter().map(TablePlan::new).collect(),
            programs: Programs::new(schema),
            probes,
        }
    }

    /// Reads that layer where the table is asked for that key, whatever the definitions say.
    #[must_use]
    pub fn bind(mut self, table: TableId, key: u128, layer: CompositeId) -> Self {
        self.rows.push((table, key, layer));
        self
    }

    /// Reads that layer in a payload field whose definition leaves it to the host.
    #[must_use]
    pub fn bind_payload(mut self, field: FieldId, layer: CompositeId) -> Self {
        self.payloads.push((field, layer));
        self
    }

    /// With other limits.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// With the host's seed of hashes.
    #[must_use]
    pub fn seed(mut self, seed: [u8; 16]) -> Self {
        self.seed = seed;
        self
    }

    /// The definitions.
    #[must_use]
    pub fn schema(&self) -> &'s Schema {
        self.schema
    }

    /// Reads a packet that begins with that layer, into a dissection whose former contents are dropped.
    ///
    /// A struct or a codec is read as if it were a layer by itself. `origlen` is how many bytes the packet had before
    /// the capture cut it. Whatever the bytes are, the dissection covers them: what could not be read is in its errors.
    pub fn read(&self, dissection: &mut Dissection, start: CompositeId, data: &[u8], origlen: usize) {
        Read::packet(self, dissection, start, data, origlen);
    }

    /// Whether a row of a table has that key, and its guard holds for the payload.
    #[must_use]
    pub fn admits(&self, row: &Row, key: u128, payload: &[u8]) -> bool {
        let nothing = Dissection::default();
        let payload = payload.get(..MAX_BYTES).unwrap_or(payload);
        let eval = Eval {
            it: It::Int(key as i128),
            rest: Some((0, payload.len() as u32 * 8)),
            ..Eval::new(self.schema, payload, &nothing, 0)
        };
        row.low <= key && key <= row.high && row.guard.is_none_or(|guard| eval.truth(guard) == Some(true))
    }

    /// Whether a payload can begin with that layer: a piece of a stream may start in the middle of one.
    #[must_use]
    pub fn may_begin(&self, layer: CompositeId, payload: &[u8]) -> bool {
        Read::may_begin(self, &mut Dissection::default(), layer, payload)
    }

    /// Whether a probe holds for a payload, whatever that stands upon.
    #[must_use]
    pub fn looks_like(&self, probe: &Probe, payload: &[u8]) -> bool {
        Read::probe(self, &mut Dissection::default(), probe, payload)
    }
}

/// How to read a field, in little room.
#[derive(Clone, Copy, Debug)]
pub(super) struct FieldPlan {
    /// How its value is read.
    pub(super) kind: Kind,
    /// Whether anything is checked once it is read.
    pub(super) checks: bool,
    /// How many bits, where that is fixed.
    pub(super) bits: u32,
    /// First bit in its run.
    pub(super) bit: u32,
    /// Its slot in the frame.
    pub(super) slot: u32,
    /// The field that says how long its region is.
    pub(super) limit: Option<FieldId>,
}

/// How a value is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Unsigned, at most 64 bits, in network order.
    Uint,
    /// Any other number of fixed width.
    Number,
    /// Bytes of fixed length.
    Bytes,
    /// By its type.
    Other,
}

impl FieldPlan {
    fn new(schema: &Schema, field: &Field) -> Self {
        let (bit, width) = match field.place {
            Place::Run { bit, width } => (bit, width),
            Place::Container { width, .. } => (0, width),
            Place::Scan => (0, 0),
        };
        let kind = match &field.ty {
            Type::Uint { bits, little: false, .. } if *bits <= 64 => Kind::Uint,
            Type::Bool => Kind::Uint,
            Type::Uint { .. } | Type::Int { .. } | Type::Float { .. } => Kind::Number,
            Type::Bytes(Extent::Count(_)) if width > 0 => Kind::Bytes,
            _ => Kind::Other,
        };
        Self {
            kind,
            checks: field.constant.is_some()
                || !field.wheres.is_empty()
                || field.verify.is_some()
                || closed_enum(schema, field),
            bits: width,
            bit,
            slot: field.slot,
            limit: limit_of(schema, field),
        }
    }
}

/// How to read a run of fields, all of which are there.
#[derive(Clone, Debug)]
pub(super) struct RunPlan {
    /// The fields in order.
    pub(super) fields: Vec<RunField>,
    /// Those with checks, by their position among the fields.
    pub(super) checks: Vec<(FieldId, u32)>,
}

/// A field of a run.
#[derive(Clone, Copy, Debug)]
pub(super) struct RunField {
    /// Its node, as if the run began with the packet, and with no value yet.
    pub(super) node: Node,
    /// Its slot in the frame.
    pub(super) slot: u32,
    /// How its value is read.
    pub(super) kind: Kind,
}

impl RunField {
    fn new(index: u32, id: FieldId, plan: FieldPlan) -> Self {
        let (kind, end) = (NodeKind::Field(id), index + 1);
        let node = Node { kind, start: plan.bit, bits: plan.bits, end, value: Value::Bytes };
        Self { node, slot: plan.slot, kind: plan.kind }
    }
}

/// Plans the runs of a block that hold nothing but numbers and bytes, each under its first field.
fn find_runs(block: &Block, fields: &[FieldPlan], runs: &mut [Option<Box<RunPlan>>]) {
    for item in &block.items {
        match item {
            Item::Run(run) => {
                let plans: Vec<_> = run.fields.iter().filter_map(|&id| Some((id, *fields.get(id.index())?))).collect();
                let plain = plans.iter().all(|(_, plan)| matches!(plan.kind, Kind::Uint | Kind::Bytes));
                let place = run.fields.first().and_then(|id| runs.get_mut(id.index()));
                if let (true, Some(place)) = (plain, place) {
                    let checked = (0..).zip(&plans).filter(|(_, (_, plan))| plan.checks);
                    let checks = checked.map(|(index, &(id, _))| (id, index)).collect();
                    let fields = (0..).zip(&plans).map(|(index, &(id, plan))| RunField::new(index, id, plan)).collect();
                    *place = Some(Box::new(RunPlan { fields, checks }));
                }
            }
            Item::Match(choice) => {
                for arm in &choice.arms {
                    if let Action::Read(_, block) = &arm.action {
                        find_runs(block, fields, runs);
                    }
                }
            }
            Item::If { then, otherwise, .. } => {
                find_runs(then, fields, runs);
                find_runs(otherwise, fields, runs);
            }
            Item::Repeat { body, .. } => find_runs(body, fields, runs),
            Item::Field(_)
            | Item::Container { .. }
            | Item::Expect(_)
            | Item::Align { .. }
            | Item::Jump { .. }
            | Item::Emit(_)
            | Item::Yields(_) => {}
        }
    }
}

/// Whether a field has an enum that rejects some values of its width.
fn closed_enum(schema: &Schema, field: &Field) -> bool {
    let Type::Uint { names: Names::Enum(id), bits, .. } = &field.ty else { return false };
    let names = &schema[*id];
    names.closed && !(*bits <= 8 && (0..1_u128 << bits).all(|value| names.plain(value).is_some()))
}

/// The first field in the expression that says how long a field's region is.
fn limit_of(schema: &Schema, field: &Field) -> Option<FieldId> {
    let extent = match &field.ty {
        Type::Bytes(extent) | Type::Text(_, extent) | Type::List(_, extent) => Some(extent),
        _ => None,
    };
    match (field.within, extent) {
        (Some(within), _) => first_field(schema, within),
        (None, Some(Extent::Count(count))) => first_field(schema, *count),
        _ => None,
    }
}

/// The first field of the frame that an expression names.
pub(super) fn first_field(schema: &Schema, id: ExprId) -> Option<FieldId> {
    let first = |id: &ExprId| first_field(schema, *id);
    match &schema[id] {
        Expr::Field(fields) | Expr::Member(_, fields) => fields.first().copied(),
        Expr::Bits { of, .. } | Expr::Truncate { of, .. } | Expr::ToBytes { of, .. } => first(of),
        Expr::Unary(_, of) | Expr::Len(of) | Expr::ZeroAsFfff(of) => first(of),
        Expr::Binary(_, left, right) | Expr::Index(left, right) => first(left).or_else(|| first(right)),
        Expr::Cond(condition, yes, no) => first(condition).or_else(|| first(yes)).or_else(|| first(no)),
        Expr::SizeOf(fields) | Expr::CountOf(fields) | Expr::OffsetOf(fields) => fields.first().copied(),
        _ => None,
    }
}

/// The rows of a table, so that a key is found fast.
#[derive(Clone, Debug)]
pub(super) struct TablePlan {
    /// Rows of one key that no other row shares, without a guard, by key.
    pub(super) single: Vec<(u128, CompositeId)>,
    /// All others, by their position, in order.
    pub(super) other: Vec<u32>,
}

impl TablePlan {
    fn new(table: &Table) -> Self {
        let alone = |row: &Row| row.low == row.high && row.guard.is_none() && table.rows_of(row.low).count() == 1;
        let mut single: Vec<_> = table.rows.iter().filter(|row| alone(row)).map(|row| (row.low, row.layer)).collect();
        single.sort_unstable_by_key(|&(key, _)| key);
        let other = (0_u32..).zip(&table.rows).filter(|(_, row)| !alone(row)).map(|(index, _)| index).collect();
        Self { single, other }
    }
}
