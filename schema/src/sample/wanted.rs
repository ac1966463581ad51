//! Elements that a list must have, by what its layer expects of it: `present(elements.chassis_id)`.

use crate::model::{Action, Block, CompositeId, Expr, ExprId, FieldId, Item, Schema};
use crate::tree::BinaryOp;
use std::collections::HashMap;

/// A field of an element, and the value by which the element is of its kind.
pub(super) type Tag = (FieldId, i128);

/// By list, the elements that must be there, in the order in which they are expected.
pub(super) fn wanted(schema: &Schema) -> HashMap<FieldId, Vec<Tag>> {
    let mut wanted = HashMap::new();
    for composite in &schema.composites {
        for item in &composite.body.items {
            if let Item::Expect(expect) = item {
                collect(schema, expect.condition, &mut wanted);
            }
        }
    }
    wanted
}

fn collect(schema: &Schema, id: ExprId, wanted: &mut HashMap<FieldId, Vec<Tag>>) {
    if let Expr::Binary(BinaryOp::And, left, right) = &schema[id] {
        collect(schema, *left, wanted);
        collect(schema, *right, wanted);
    } else if let Some((list, element, variant)) = present(schema, id)
        && let Some(tag) = tag_of(schema, element, &schema[element].body, variant)
    {
        wanted.entry(list).or_default().push(tag);
    }
}

/// The list, and the variant of its elements, of which a condition says that it has one.
fn present(schema: &Schema, id: ExprId) -> Option<(FieldId, CompositeId, &str)> {
    // What has a value is what equals itself.
    let Expr::Binary(BinaryOp::Eq, found, zero) = &schema[id] else { return None };
    let (Expr::Smallest(0, 1, equal), Expr::Int(0)) = (&schema[*found], &schema[*zero]) else { return None };
    let Expr::Binary(BinaryOp::Eq, one, other) = &schema[*equal] else { return None };
    match &schema[*one] {
        Expr::Variant(of, element, variant) if one == other => match &schema[*of] {
            Expr::Field(lists) => Some((*lists.first()?, *element, variant)),
            _ => None,
        },
        _ => None,
    }
}

fn tag_of(schema: &Schema, element: CompositeId, block: &Block, variant: &str) -> Option<Tag> {
    let is_it = |index: &u32| schema[element].variants.get(*index as usize).is_some_and(|one| one.key == variant);
    block.items.iter().find_map(|item| {
        let Item::Match(choice) = item else { return None };
        choice.arms.iter().find_map(|arm| {
            let Action::Read(named, block) = &arm.action else { return None };
            match (named.as_ref().filter(|index| is_it(index)), &schema[choice.on], arm.tags.first()) {
                (Some(_), Expr::Field(fields), Some((low, _))) => Some((*fields.first()?, *low)),
                _ => tag_of(schema, element, block, variant),
            }
        })
    })
}
