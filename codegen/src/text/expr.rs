//! Expressions: a Pratt parser over the operands and operators that pest found.

use std::sync::LazyLock;

use packet_schema::tree::{BinaryOp, Expr, ExprKind, Span, UnaryOp};
use packet_schema::{Code, Diagnostic};
use pest::iterators::{Pair, Pairs};
use pest::pratt_parser::{Assoc, Op, PrattParser};

use super::Rule;
use super::parts::Parts;
use super::reader::Reader;
use crate::literal;

/// How strongly operators bind, loosest first.
static PRATT: LazyLock<PrattParser<Rule>> = LazyLock::new(|| {
    let left = |rule| Op::infix(rule, Assoc::Left);
    PrattParser::new()
        .op(left(Rule::or))
        .op(left(Rule::and))
        .op(left(Rule::eq)
            | left(Rule::ne)
            | left(Rule::le)
            | left(Rule::ge)
            | left(Rule::lt)
            | left(Rule::gt)
            | Op::postfix(Rule::member_of))
        .op(left(Rule::concat))
        .op(left(Rule::bit_or) | left(Rule::bit_xor) | left(Rule::bit_and))
        .op(left(Rule::shl) | left(Rule::shr))
        .op(left(Rule::add) | left(Rule::sub))
        .op(left(Rule::mul) | left(Rule::div) | left(Rule::rem))
        .op(Op::prefix(Rule::not) | Op::prefix(Rule::negate))
        .op(Op::postfix(Rule::call) | Op::postfix(Rule::index) | Op::postfix(Rule::member))
});

const COMPARISONS: [Rule; 7] = [Rule::eq, Rule::ne, Rule::le, Rule::ge, Rule::lt, Rule::gt, Rule::member_of];

impl Reader<'_> {
    /// `operation`, or `condition ? a : b`.
    pub(super) fn expr(&self, pair: Pair<'_, Rule>) -> Option<Expr> {
        let mut parts = Parts::of(pair);
        let first = self.operation(parts.take(Rule::operation)?.into_inner())?;
        let (Some(then), Some(otherwise)) = (parts.take(Rule::expr), parts.take(Rule::expr)) else {
            return Some(first);
        };
        let (then, otherwise) = (self.expr(then)?, self.expr(otherwise)?);
        let span = first.span.to(otherwise.span);
        Some(Expr { kind: ExprKind::Cond(Box::new(first), Box::new(then), Box::new(otherwise)), span })
    }

    /// The first expression among these parts.
    pub(super) fn take_expr(&self, parts: &mut Parts<'_>) -> Option<Expr> {
        self.expr(parts.take(Rule::expr)?)
    }

    /// All expressions among these parts.
    pub(super) fn all_exprs(&self, parts: &mut Parts<'_>) -> Vec<Expr> {
        parts.all(Rule::expr).into_iter().filter_map(|pair| self.expr(pair)).collect()
    }

    /// `a`, or `a .. b`.
    pub(super) fn range(&self, pair: Pair<'_, Rule>) -> Option<Expr> {
        let mut ends = self.all_exprs(&mut Parts::of(pair)).into_iter();
        Some(up_to(ends.next()?, ends.next()))
    }

    /// All ranges among these parts: arguments.
    pub(super) fn ranges(&self, parts: &mut Parts<'_>) -> Vec<Expr> {
        parts.all(Rule::range).into_iter().filter_map(|pair| self.range(pair)).collect()
    }

    /// `A | 1 .. 3 | _`.
    pub(super) fn patterns(&self, pair: Pair<'_, Rule>) -> Vec<Expr> {
        Parts::of(pair).all(Rule::pattern).into_iter().filter_map(|pair| self.pattern(pair)).collect()
    }

    fn pattern(&self, pair: Pair<'_, Rule>) -> Option<Expr> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        if parts.has(Rule::hole) {
            return Some(Expr { kind: ExprKind::Wildcard, span });
        }
        let mut ends = parts.all(Rule::pattern_end).into_iter().filter_map(|end| self.operation(end.into_inner()));
        Some(up_to(ends.next()?, ends.next()))
    }

    /// A row of operands and operators.
    pub(super) fn operation(&self, pairs: Pairs<'_, Rule>) -> Option<Expr> {
        self.check_comparisons(pairs.clone());
        PRATT
            .map_primary(|pair| self.primary(pair))
            .map_prefix(|op, operand| self.prefix(&op, operand?))
            .map_postfix(|operand, op| self.postfix(operand?, op))
            .map_infix(|left, op, right| infix(left?, op.as_rule(), right?))
            .parse(pairs)
    }

    /// `a == b == c` is never what was meant.
    fn check_comparisons(&self, pairs: Pairs<'_, Rule>) {
        let mut compared = false;
        for pair in pairs {
            let rule = pair.as_rule();
            if matches!(rule, Rule::and | Rule::or) {
                compared = false;
            } else if COMPARISONS.contains(&rule) && std::mem::replace(&mut compared, true) {
                let finding = Diagnostic::new(Code::Syntax, self.span(&pair), "comparisons can't be chained");
                self.report(finding.help("join two comparisons by `&&`, or put one in parentheses"));
            }
        }
    }

    fn primary(&self, pair: Pair<'_, Rule>) -> Option<Expr> {
        let span = self.span(&pair);
        let text = pair.as_str();
        let kind = match pair.as_rule() {
            Rule::number => {
                let (value, suffix) = literal::number(text).ok()?;
                ExprKind::Int(value, suffix)
            }
            Rule::string => ExprKind::Text(string(&pair)),
            Rule::hexbytes => ExprKind::Bytes(hex(&pair)),
            Rule::tagged => {
                let (tag, inside) = text.split_once('"')?;
                ExprKind::Tagged(tag.to_owned(), literal::tagged(tag, inside.strip_suffix('"')?).unwrap_or_default())
            }
            Rule::boolean => ExprKind::Bool(text == "true"),
            Rule::name => ExprKind::Name(self.name(&pair).text),
            Rule::list => ExprKind::List(self.all_exprs(&mut Parts::of(pair))),
            // The parentheses belong to the place of what they hold.
            Rule::group => return Some(Expr { span, ..self.take_expr(&mut Parts::of(pair))? }),
            _ => return None,
        };
        Some(Expr { kind, span })
    }

    fn prefix(&self, op: &Pair<'_, Rule>, operand: Expr) -> Option<Expr> {
        let span = self.span(op).to(operand.span);
        let op = match op.as_rule() {
            Rule::not => UnaryOp::Not,
            Rule::negate => UnaryOp::Neg,
            _ => return None,
        };
        Some(Expr { kind: ExprKind::Unary(op, Box::new(operand)), span })
    }

    fn postfix(&self, operand: Expr, op: Pair<'_, Rule>) -> Option<Expr> {
        let span = operand.span.to(self.span(&op));
        let operand = Box::new(operand);
        let rule = op.as_rule();
        let mut parts = Parts::of(op);
        let kind = match rule {
            Rule::call => ExprKind::Call(operand, self.ranges(&mut parts)),
            Rule::index => {
                let from = Box::new(self.take_expr(&mut parts)?);
                match self.take_expr(&mut parts) {
                    Some(to) => ExprKind::Slice(operand, from, Box::new(to)),
                    None => ExprKind::Index(operand, from),
                }
            }
            Rule::member => ExprKind::Member(operand, self.name(&parts.take(Rule::ident)?)),
            Rule::member_of => ExprKind::In(operand, Box::new(self.set(parts)?)),
            _ => return None,
        };
        Some(Expr { kind, span })
    }

    /// What stands behind `in`.
    fn set(&self, mut parts: Parts<'_>) -> Option<Expr> {
        if let Some(list) = parts.take(Rule::list) {
            return self.primary(list);
        }
        let mut ends = parts.all(Rule::scalar).into_iter().filter_map(|end| self.operation(end.into_inner()));
        Some(up_to(ends.next()?, ends.next()))
    }
}

/// `from`, or `from .. to`.
fn up_to(from: Expr, to: Option<Expr>) -> Expr {
    let Some(to) = to else { return from };
    let span = from.span.to(to.span);
    Expr { kind: ExprKind::Range(Box::new(from), Box::new(to)), span }
}

fn infix(left: Expr, op: Rule, right: Expr) -> Option<Expr> {
    let op = match op {
        Rule::or => BinaryOp::Or,
        Rule::and => BinaryOp::And,
        Rule::eq => BinaryOp::Eq,
        Rule::ne => BinaryOp::Ne,
        Rule::le => BinaryOp::Le,
        Rule::ge => BinaryOp::Ge,
        Rule::lt => BinaryOp::Lt,
        Rule::gt => BinaryOp::Gt,
        Rule::concat => BinaryOp::Concat,
        Rule::bit_or => BinaryOp::BitOr,
        Rule::bit_xor => BinaryOp::BitXor,
        Rule::bit_and => BinaryOp::BitAnd,
        Rule::shl => BinaryOp::Shl,
        Rule::shr => BinaryOp::Shr,
        Rule::add => BinaryOp::Add,
        Rule::sub => BinaryOp::Sub,
        Rule::mul => BinaryOp::Mul,
        Rule::div => BinaryOp::Div,
        Rule::rem => BinaryOp::Rem,
        _ => return None,
    };
    let span: Span = left.span.to(right.span);
    Some(Expr { kind: ExprKind::Binary(op, Box::new(left), Box::new(right)), span })
}

/// The text of `"…"`. What is wrong with it was reported when it was cut from the source.
pub(super) fn string(pair: &Pair<'_, Rule>) -> String {
    let text = pair.as_str();
    literal::text(text.get(1..text.len().saturating_sub(1)).unwrap_or_default()).unwrap_or_default()
}

/// The bytes of `hex"…"`. What is wrong with them was reported when they were cut from the source.
pub(super) fn hex(pair: &Pair<'_, Rule>) -> Vec<u8> {
    let text = pair.as_str();
    literal::hex(text.get(4..text.len().saturating_sub(1)).unwrap_or_default()).unwrap_or_default()
}
