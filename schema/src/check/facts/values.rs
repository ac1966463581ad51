//! What types and names say of values, before anything is known of the packet.

use super::interval::Interval;
use super::{Analysis, Env, Key};
use crate::model::{
    CodecResult, CompositeKind, EnumId, Expr, ExprId, Extent, Field, FieldId, Names, Next, Schema, Type, Values,
};

/// Sizes, counts and offsets: a packet's bits are counted in 32 bits.
pub(super) const SIZE: Interval = Interval::unsigned(32);

/// The values of an enum: what a closed one names, else all of its width.
pub(in crate::check) fn of_enum(schema: &Schema, id: EnumId) -> Interval {
    let all = Interval::unsigned(schema[id].bits);
    if !schema[id].closed {
        return all;
    }
    let mut known: Option<Interval> = None;
    for enumerator in &schema[id].enumerators {
        let Values::Range(low, high) = enumerator.values else { return all };
        let (Ok(low), Ok(high)) = (i128::try_from(low), i128::try_from(high)) else { return all };
        let range = Interval::new(low, high);
        known = Some(known.map_or(range, |set| set.join(range)));
    }
    known.unwrap_or(all)
}

/// The values of a type on the wire; everything where it is no number.
pub(in crate::check) fn of_type(schema: &Schema, ty: &Type) -> Interval {
    match ty {
        Type::Uint { names: Names::Enum(id), .. } => of_enum(schema, *id),
        Type::Uint { bits, .. } => Interval::unsigned(*bits),
        Type::Int { bits, .. } => Interval::signed(*bits),
        Type::UintOf { .. } => Interval::unsigned(128),
        Type::Bool => Interval::BOOL,
        Type::Codec(id, _) => match &schema[*id].kind {
            CompositeKind::Codec(codec) => match codec.result {
                CodecResult::Uint(bits) => Interval::unsigned(bits),
                CodecResult::Name | CodecResult::Bytes => Interval::ALL,
            },
            CompositeKind::Layer(_) | CompositeKind::Struct => Interval::ALL,
        },
        Type::Float { .. } | Type::Bytes(_) | Type::Text(..) | Type::Struct(..) | Type::List(..) | Type::Next(_) => {
            Interval::ALL
        }
    }
}

/// The values of a field, by its type and its scale.
pub(in crate::check) fn of_field(schema: &Schema, field: &Field) -> Interval {
    let wire = of_type(schema, &field.ty);
    wire.mul(Interval::constant(i128::from(field.scale))).unwrap_or(Interval::ALL)
}

/// Whether a type's values are numbers without a fraction, or booleans.
pub(in crate::check) fn is_integer(schema: &Schema, ty: &Type) -> bool {
    match ty {
        Type::Uint { .. } | Type::Int { .. } | Type::UintOf { .. } | Type::Bool => true,
        Type::Codec(id, _) => match &schema[*id].kind {
            CompositeKind::Codec(codec) => matches!(codec.result, CodecResult::Uint(_)),
            CompositeKind::Layer(_) | CompositeKind::Struct => false,
        },
        Type::Float { .. } | Type::Bytes(_) | Type::Text(..) | Type::Struct(..) | Type::List(..) | Type::Next(_) => {
            false
        }
    }
}

/// The key's width of the tables that lead to a payload.
pub(super) fn of_key(schema: &Schema, fields: &[FieldId]) -> Interval {
    let bits = fields.iter().map(|field| match &schema[*field].ty {
        Type::Next(Next::From { table, .. }) => schema[*table].bits,
        _ => 32,
    });
    Interval::unsigned(bits.max().unwrap_or(32))
}

/// The values of one element of what fields hold.
pub(super) fn of_element(schema: &Schema, list: &Expr) -> Interval {
    let Expr::Field(fields) = list else { return Interval::ALL };
    let of = |field: &FieldId| match &schema[*field].ty {
        Type::Bytes(_) | Type::Next(_) => Interval::unsigned(8),
        Type::List(element, _) => of_type(schema, element),
        _ => Interval::ALL,
    };
    fields.iter().map(of).reduce(Interval::join).unwrap_or(Interval::ALL)
}

/// How many elements or bytes fields have, where their extent says so.
pub(super) fn count(analysis: &Analysis<'_>, env: &Env, fields: &[FieldId]) -> Interval {
    let of = |field: &FieldId| match &analysis.schema[*field].ty {
        Type::List(_, Extent::Count(count))
        | Type::Bytes(Extent::Count(count))
        | Type::Text(_, Extent::Count(count)) => {
            analysis.range(env, *count, super::It::Unknown).meet(SIZE).unwrap_or(SIZE)
        }
        Type::List(_, Extent::PrefixItems(prefix)) | Type::Bytes(Extent::PrefixBytes(prefix)) => {
            of_type(analysis.schema, prefix).meet(SIZE).unwrap_or(SIZE)
        }
        _ => SIZE,
    };
    fields.iter().map(of).reduce(Interval::join).unwrap_or(SIZE)
}

/// How many bytes fields take.
pub(super) fn size(analysis: &Analysis<'_>, env: &Env, fields: &[FieldId]) -> Interval {
    let of = |field: &FieldId| {
        let field_ = &analysis.schema[*field];
        match &field_.ty {
            Type::Bytes(Extent::Count(_)) | Type::Text(_, Extent::Count(_)) if field_.within.is_none() => {
                count(analysis, env, std::slice::from_ref(field))
            }
            Type::Uint { bits, .. } | Type::Int { bits, .. } | Type::Float { bits, .. } => {
                Interval::constant(i128::from(bits.div_ceil(8)))
            }
            _ => SIZE,
        }
    };
    fields.iter().map(of).reduce(Interval::join).unwrap_or(SIZE)
}

/// A parameter's values.
pub(super) fn of_param(analysis: &Analysis<'_>, index: u32) -> Interval {
    let composite = analysis.composite.map(|id| &analysis.schema[id]);
    let param = composite.and_then(|c| c.params.get(index as usize));
    match param {
        Some(param) if !param.region => match param.names {
            Some(id) => of_enum(analysis.schema, id),
            None => Interval::unsigned(param.bits),
        },
        _ => Interval::ALL,
    }
}

/// Whether an expression is a number with a fraction, or made of one.
pub(super) fn fractional(schema: &Schema, id: ExprId) -> bool {
    let mut found = false;
    crate::check::walk::each(schema, id, |_, expr| {
        if let Expr::Field(fields) | Expr::Member(_, fields) = expr {
            found |= fields.iter().any(|f| matches!(schema[*f].ty, Type::Float { .. }));
        }
    });
    found
}

impl Analysis<'_> {
    /// The atom of the one present among fields: where every way here read just one of them, that one.
    pub(super) fn field_key(env: &Env, fields: &[FieldId]) -> Key {
        match fields {
            [only] => Key::Field(*only),
            _ => match fields.iter().find(|field| env.sure.contains(field)) {
                Some(sure) => Key::Field(*sure),
                None => Key::Fields(fields.into()),
            },
        }
    }
}
