//! Tests, and values as they are built.

use packet_schema::tree::{Bytes, Setter, SetterValue, StackPart, Test, TestKind, Value};
use pest::iterators::Pair;

use super::Rule;
use super::body::take_string;
use super::expr::{hex, string};
use super::parts::Parts;
use super::reader::Reader;
use super::split::Inside;

impl Reader<'_> {
    /// `test "title" …`.
    pub(super) fn test(&mut self, pair: Pair<'_, Rule>) -> Option<Test> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let title = take_string(&mut parts);
        let form = parts.last()?;
        let rule = form.as_rule();
        let checks = if rule == Rule::parse_test {
            self.inside(&form, Inside::Checks, &mut |reader, pair| reader.take_expr(&mut Parts::of(pair)))
        } else {
            Vec::new()
        };
        let mut parts = Parts::of(form);
        let kind = match rule {
            Rule::parse_test => TestKind::Parse {
                target: self.path(parts.take(Rule::path)?),
                input: self.take_bytes(&mut parts)?,
                checks,
            },
            Rule::reject_test => TestKind::Reject {
                target: self.path(parts.take(Rule::path)?),
                input: self.take_bytes(&mut parts)?,
                at: self.path(parts.take(Rule::path)?),
            },
            Rule::build_test => {
                TestKind::Build { stack: self.stack(parts.take(Rule::stack)?)?, expected: self.take_bytes(&mut parts)? }
            }
            Rule::law_test => {
                TestKind::Law { law: self.name(&parts.take(Rule::ident)?), target: self.path(parts.take(Rule::path)?) }
            }
            _ => return None,
        };
        Some(Test { title, kind, span })
    }

    fn take_bytes(&self, parts: &mut Parts<'_>) -> Option<Bytes> {
        let pair = parts.take(Rule::octets)?;
        let span = self.span(&pair);
        let pieces = pair.into_inner().map(|piece| match piece.as_rule() {
            Rule::hexbytes => hex(&piece),
            _ => string(&piece).into_bytes(),
        });
        Some(Bytes { bytes: pieces.collect::<Vec<_>>().concat(), span })
    }

    /// `Ipv4 { … } / Udp { … } / "payload"`.
    pub(super) fn stack(&self, pair: Pair<'_, Rule>) -> Option<Vec<StackPart>> {
        Parts::of(pair).all(Rule::part).into_iter().map(|pair| self.part(pair)).collect()
    }

    fn part(&self, pair: Pair<'_, Rule>) -> Option<StackPart> {
        let form = Parts::of(pair).last()?;
        let span = self.span(&form);
        Some(match form.as_rule() {
            Rule::value => StackPart::Value(self.value(form)?),
            Rule::hexbytes => StackPart::Raw(Bytes { bytes: hex(&form), span }),
            Rule::string => StackPart::Raw(Bytes { bytes: string(&form).into_bytes(), span }),
            Rule::path => StackPart::Value(Value { path: self.path(form), setters: Vec::new(), span }),
            _ => return None,
        })
    }

    fn value(&self, pair: Pair<'_, Rule>) -> Option<Value> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let path = self.path(parts.take(Rule::path)?);
        let setters: Option<_> = parts.all(Rule::setter).into_iter().map(|pair| self.setter(pair)).collect();
        Some(Value { path, setters: setters?, span })
    }

    fn setter(&self, pair: Pair<'_, Rule>) -> Option<Setter> {
        let mut parts = Parts::of(pair);
        let field = self.path(parts.take(Rule::path)?);
        let bits = parts.take(Rule::bit_slice).and_then(|pair| self.bit_slice(pair));
        Some(Setter { field, bits, value: self.setter_value(parts.take(Rule::setter_value)?)? })
    }

    fn setter_value(&self, pair: Pair<'_, Rule>) -> Option<SetterValue> {
        let form = Parts::of(pair).last()?;
        let span = self.span(&form);
        Some(match form.as_rule() {
            Rule::kw_auto => SetterValue::Auto(span),
            Rule::raw => SetterValue::Raw(self.take_expr(&mut Parts::of(form))?),
            Rule::setter_list => {
                let values = Parts::of(form).all(Rule::setter_value).into_iter();
                SetterValue::List(values.map(|pair| self.setter_value(pair)).collect::<Option<_>>()?, span)
            }
            Rule::value => SetterValue::Value(self.value(form)?),
            Rule::expr => SetterValue::Set(self.expr(form)?),
            _ => return None,
        })
    }

    /// `[high .. low]`.
    pub(super) fn bit_slice(
        &self,
        pair: Pair<'_, Rule>,
    ) -> Option<(packet_schema::tree::Expr, packet_schema::tree::Expr)> {
        let mut parts = Parts::of(pair);
        Some((self.take_expr(&mut parts)?, self.take_expr(&mut parts)?))
    }
}
