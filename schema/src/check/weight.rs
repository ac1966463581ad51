//! How much work an expression is when its `let`s are written out.
//!
//! A `let` that uses another one twice doubles the work, and forty such `let`s are more than any packet is worth. The
//! reader and the later passes rely on these limits: neither time nor stack grows beyond them.

use crate::model::Schema;
use crate::tree::Span;
use crate::{Code, Diagnostic};

/// Most operations of one expression.
const MOST_OPERATIONS: u64 = 1 << 14;

/// Most operations that wait for each other.
const DEEPEST: u32 = 512;

/// Reports expressions that are too much work. False where there are some.
pub(super) fn run(schema: &Schema, spans: &[Span], found: &mut Vec<Diagnostic>) -> bool {
    let mut sizes: Vec<(u64, u32)> = Vec::with_capacity(schema.exprs.len());
    let mut fine = true;
    for (expr, at) in schema.exprs.iter().zip(0_usize..) {
        let mut size = (1_u64, 1_u32);
        let mut told = false;
        for operand in expr.children() {
            // Operands stand before what is made of them.
            let (operations, depth) = sizes.get(operand.index()).copied().unwrap_or((1, 1));
            told |= too_much((operations, depth));
            size = (size.0.saturating_add(operations), size.1.max(depth.saturating_add(1)));
        }
        sizes.push(size);
        if too_much(size) && !told {
            fine = false;
            let text = format!("this is {} operations, {} deep, when its `let`s are written out", size.0, size.1);
            found.push(
                Diagnostic::new(Code::TooDeep, spans.get(at).copied().unwrap_or_default(), text).help(format!(
                    "an expression has {MOST_OPERATIONS} operations at most, {DEEPEST} of them in a row"
                )),
            );
        }
    }
    fine
}

fn too_much((operations, depth): (u64, u32)) -> bool {
    operations > MOST_OPERATIONS || depth > DEEPEST
}
