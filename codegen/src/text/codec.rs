//! Codecs.

use packet_schema::tree::{Codec, CodecAction, CodecArm, CodecItem, LimitUnit};
use pest::iterators::Pair;

use super::Rule;
use super::body::action;
use super::parts::Parts;
use super::reader::Reader;
use super::split::Inside;

impl Reader<'_> {
    /// `codec C(parameters) -> type { … }`.
    pub(super) fn codec(&mut self, pair: Pair<'_, Rule>) -> Option<Codec> {
        let mut parts = Parts::of(pair);
        let items = self.codec_block(&parts.take(Rule::codec_block)?);
        Some(Codec {
            name: self.name(&parts.take(Rule::ident)?),
            params: self.params(&mut parts),
            result: self.take_type(&mut parts)?,
            items,
        })
    }

    fn codec_block(&mut self, pair: &Pair<'_, Rule>) -> Vec<CodecItem> {
        self.inside(pair, Inside::Codec, &mut Self::codec_item)
    }

    fn codec_item(&mut self, pair: Pair<'_, Rule>) -> Option<CodecItem> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        if let Some(pair) = parts.take(Rule::binding) {
            return Some(CodecItem::Let(self.binding(pair, Self::docs(&mut parts))?));
        }
        if parts.has(Rule::type_ref) {
            return Some(CodecItem::Field(self.field(parts, span)?));
        }
        self.no_docs(&mut parts);
        let form = parts.last()?;
        let rule = form.as_rule();
        match rule {
            Rule::expect => return Some(CodecItem::Expect(self.expect(form)?)),
            Rule::codec_match => {
                let arms = self.inside(&form, Inside::CodecArms, &mut Self::codec_arm);
                return Some(CodecItem::Match { on: self.take_expr(&mut Parts::of(form))?, arms, span });
            }
            _ => {}
        }
        let mut parts = Parts::of(form);
        Some(match rule {
            Rule::repeat => CodecItem::Repeat {
                items: self.codec_block(&parts.take(Rule::codec_block)?),
                max: self.take_expr(&mut parts)?,
                condition: self.take_expr(&mut parts),
                span,
            },
            Rule::jump => CodecItem::Jump {
                region: self.name(&parts.take(Rule::ident)?),
                at: self.take_expr(&mut parts)?,
                decreasing: parts.has(Rule::kw_decreasing),
                span,
            },
            Rule::emit => CodecItem::Emit(self.take_expr(&mut parts)?),
            Rule::yields => CodecItem::Yields(self.take_expr(&mut parts)?),
            Rule::encode => {
                CodecItem::Encode { field: self.name(&parts.take(Rule::ident)?), value: self.take_expr(&mut parts)? }
            }
            Rule::encode_by => CodecItem::EncodeBy(self.take_expr(&mut parts)?),
            Rule::limit => CodecItem::Limit {
                most: self.take_expr(&mut parts)?,
                unit: if parts.has(Rule::kw_steps) { LimitUnit::Steps } else { LimitUnit::Bytes },
                span,
            },
            _ => return None,
        })
    }

    fn codec_arm(&mut self, pair: Pair<'_, Rule>) -> Option<CodecArm> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let patterns = self.patterns(parts.take(Rule::patterns)?);
        let action = match parts.take(Rule::codec_block) {
            Some(block) => CodecAction::Items(self.codec_block(&block)),
            None => match action(parts.take(Rule::action)?) {
                Some(why) => CodecAction::Reject(why),
                None => CodecAction::Stop,
            },
        };
        Some(CodecArm { patterns, action, span })
    }
}
