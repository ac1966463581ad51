//! Metafields.

use super::operators::bit_slice;
use super::types::{Number, Ty};
use super::{Cx, Resolver, index};
use crate::model::{
    Absorber, Carry, Expr, ExprId, FieldId, InterfaceId, Keep, Key, LayerRef, Meta, MetaKind, ModuleId, Piece, Type,
};
use crate::tree::{self, ExprKind, ItemKind, MetaItem, Span};
use crate::{Code, Diagnostic};

impl<'t> Resolver<'t> {
    /// Resolves every metafield.
    pub(super) fn resolve_metas(&mut self) {
        for (module, item) in self.items() {
            let ItemKind::Meta(tree) = &item.kind else { continue };
            let Ty::Int(Number { bits: Some(bits), .. }) = self.shape(module, &tree.ty) else {
                self.error(Code::TypeMismatch, tree.ty.span, "a metafield is an unsigned number");
                continue;
            };
            let carries = tree.items.iter().any(|item| matches!(item, MetaItem::Carry { .. }));
            let kind = if carries { self.carried(module, tree, bits) } else { self.hashed(module, tree) };
            if let Some(kind) = kind {
                let (name, docs) = (tree.name.text.clone(), item.docs.clone());
                self.schema.metas.push(Meta { name, docs, bits, kind, span: tree.name.span });
            }
        }
    }

    fn hashed(&mut self, module: ModuleId, tree: &tree::Meta) -> Option<MetaKind> {
        let over: Vec<(String, InterfaceId)> = tree
            .over
            .iter()
            .filter_map(|(path, name)| Some((name.text.clone(), self.interface(module, path)?)))
            .collect();
        let cx = Cx { over: &over, layers: true, ..Cx::module(module) };
        let (mut keys, mut hash) = (Vec::new(), None);
        for item in &tree.items {
            match item {
                MetaItem::Key { value, present, .. } => {
                    let left = self.key_bytes(&cx, std::slice::from_ref(value), value.span);
                    keys.push(Key { left, right: None, present: self.present_layer(module, present.as_ref()) });
                }
                MetaItem::Symmetric { left, right, present, span } => {
                    if left.len() != right.len() {
                        self.error(Code::BadReply, *span, "the two sides of a symmetric key have the same parts");
                    }
                    let (left, right) = (self.key_bytes(&cx, left, *span), Some(self.key_bytes(&cx, right, *span)));
                    keys.push(Key { left, right, present: self.present_layer(module, present.as_ref()) });
                }
                MetaItem::Hash(value) => hash = self.meta_hash(&cx, value),
                MetaItem::Keep { span, .. } => {
                    self.error(Code::BadClause, *span, "a hash of keys is read only, and keeps nothing")
                }
                MetaItem::Carry { .. } => {}
            }
        }
        let Some(hash) = hash else {
            self.report(
                Diagnostic::new(Code::BadClause, tree.name.span, "the metafield has no `hash`, and is carried nowhere")
                    .help("say `hash siphash24(seed);`, or where its bits are: `on A / B carry { b.field = tag; }`"),
            );
            return None;
        };
        Some(MetaKind::Key { over: over.into_iter().map(|(_, id)| id).collect(), keys, hash })
    }

    fn present_layer(&mut self, module: ModuleId, path: Option<&tree::Path>) -> Option<crate::model::CompositeId> {
        path.and_then(|path| self.layer(module, path))
    }

    /// The parts of a key as bytes, each of whole ones.
    fn key_bytes(&mut self, cx: &Cx<'_>, parts: &[tree::Expr], span: Span) -> ExprId {
        let mut joined: Option<ExprId> = None;
        for part in parts {
            let (id, ty) = self.expr(cx, part, None);
            let ty = match ty {
                Ty::Int(number) => Ty::Int(Number { bits: number.bits.map(|bits| bits.next_multiple_of(8)), ..number }),
                other => other,
            };
            let bytes = self.whole_bytes(id, &ty, part.span);
            joined = Some(match joined {
                Some(before) => self.push(Expr::Binary(tree::BinaryOp::Concat, before, bytes), span),
                None => bytes,
            });
        }
        joined.unwrap_or_else(|| self.push(Expr::Bytes(Box::default()), span))
    }

    fn meta_hash(&mut self, cx: &Cx<'_>, tree: &tree::Expr) -> Option<ExprId> {
        let ExprKind::Call(base, args) = &tree.kind else {
            self.error(Code::TypeMismatch, tree.span, "`siphash24(seed)` is wanted here");
            return None;
        };
        let keys = self.push(Expr::Arg(0), tree.span);
        let expr = match (&base.kind, args.as_slice()) {
            (ExprKind::Name(name), [seed]) if name == "siphash24" => {
                self.expect(cx, seed, &Ty::Bytes);
                Expr::SipHash24(keys)
            }
            (ExprKind::Name(name), []) if name == "crc32" => Expr::Crc32(keys),
            (ExprKind::Name(name), []) if name == "crc32c" => Expr::Crc32c(keys),
            _ => {
                self.report(
                    Diagnostic::new(Code::UnknownName, tree.span, "there is no such hash of keys")
                        .help("there are `siphash24(seed)`, `crc32()` and `crc32c()`"),
                );
                return None;
            }
        };
        Some(self.push(expr, tree.span))
    }

    fn carried(&mut self, module: ModuleId, tree: &tree::Meta, bits: u32) -> Option<MetaKind> {
        let (mut carries, mut keeps) = (Vec::new(), Vec::new());
        for item in &tree.items {
            match item {
                MetaItem::Carry { stack, fields, .. } => {
                    let stack: Option<Vec<_>> = stack.iter().map(|path| self.layer_ref(module, path)).collect();
                    let stack = stack?;
                    let pieces =
                        fields.iter().filter_map(|field| self.piece(module, &stack, field, tree, bits)).collect();
                    carries.push(Carry { stack, pieces });
                }
                MetaItem::Keep { what, by, bits, span } => keeps.extend(self.keep(what, by, bits.as_ref(), *span)),
                MetaItem::Key { span, .. } | MetaItem::Symmetric { span, .. } => {
                    self.error(Code::BadClause, *span, "a metafield is a hash of keys, or carried, and not both");
                }
                MetaItem::Hash(value) => {
                    self.error(Code::BadClause, value.span, "a metafield is a hash of keys, or carried, and not both")
                }
            }
        }
        Some(MetaKind::Carry { carries, keeps })
    }

    /// `Icmp.Echo`: a layer, or one of its named arms.
    pub(super) fn layer_ref(&mut self, module: ModuleId, path: &tree::Path) -> Option<LayerRef> {
        let split = path.names.split_last().filter(|(_, before)| !before.is_empty());
        if let Some((last, before)) = split {
            let text = before.iter().map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
            if let Some(super::Symbol::Composite(layer)) = self.symbols.find(module, &text)
                && let Some(variant) = self.schema[layer].variants.iter().find(|variant| variant.name == last.text)
            {
                return Some(LayerRef { layer, variant: Some(variant.name.clone()) });
            }
        }
        self.layer(module, path).map(|layer| LayerRef { layer, variant: None })
    }

    /// The field of a path that starts with the name of one of these layers.
    fn field_of_stack(&mut self, stack: &[LayerRef], path: &tree::Path) -> Option<(usize, FieldId)> {
        let [layer, field] = path.names.as_slice() else {
            self.error(Code::UnknownName, path.span, "a layer and its field are wanted here, such as `udp.checksum`");
            return None;
        };
        let Some(position) = stack.iter().position(|part| self.schema[part.layer].key == layer.text) else {
            self.error(Code::UnknownName, layer.span, format!("`{}` is not in this stack", layer.text));
            return None;
        };
        let part = stack.get(position)?.clone();
        Some((position, self.field_of_layer(&part, field)?))
    }

    /// A field of a layer, in the named arm where one is said.
    pub(super) fn field_of_layer(&mut self, part: &LayerRef, name: &tree::Name) -> Option<FieldId> {
        self.fields_of_layer(part, name).first().copied()
    }

    /// The fields of a layer by one name, in the named arms where such are said.
    pub(super) fn fields_of_layer(&mut self, part: &LayerRef, name: &tree::Name) -> Vec<FieldId> {
        let layer = &self.schema[part.layer];
        let in_variant = |id: &FieldId| match (&part.variant, self.schema[*id].variant) {
            (Some(wanted), Some(variant)) => {
                layer.variants.get(variant as usize).is_some_and(|variant| variant.name == *wanted)
            }
            _ => true,
        };
        let called = |id: &&FieldId| self.schema[**id].name.as_deref() == Some(&name.text) && in_variant(id);
        let found: Vec<FieldId> = layer.fields.iter().filter(called).copied().collect();
        if found.is_empty() {
            let text = format!("`{}` has no field `{}`", layer.name, name.text);
            self.error(Code::UnknownName, name.span, text);
        }
        found
    }

    fn piece(
        &mut self,
        module: ModuleId,
        stack: &[LayerRef],
        tree: &tree::Carried,
        meta: &tree::Meta,
        bits: u32,
    ) -> Option<Piece> {
        let (layer, field) = self.field_of_stack(stack, &tree.field)?;
        let Type::Uint { bits: width, .. } = self.schema[field].ty else {
            self.error(Code::NotBijective, tree.field.span, "only bits of an unsigned field can carry");
            return None;
        };
        let (field_shift, field_bits) = match &tree.bits {
            Some((high, low)) => self.const_bits(module, high, low)?,
            None => (0, width),
        };
        let tag = |name: &str| name == "tag" || name == meta.name.text;
        let (tag_shift, tag_bits) = match &tree.value.kind {
            ExprKind::Name(name) if tag(name) => (0, bits),
            ExprKind::Slice(base, high, low) if matches!(&base.kind, ExprKind::Name(name) if tag(name)) => {
                self.const_bits(module, high, low)?
            }
            _ => {
                self.report(
                    Diagnostic::new(Code::NotBijective, tree.value.span, "this can't be read back")
                        .help("a carry is `tag`, or some of its bits: `tag[7 .. 0]`"),
                );
                return None;
            }
        };
        if field_bits != tag_bits {
            let text = format!("{tag_bits} bits of the metafield are put into {field_bits} bits of the field");
            self.error(Code::NotBijective, tree.field.span, text);
            return None;
        }
        if field_shift + field_bits > width || tag_shift + tag_bits > bits {
            self.error(Code::NotBijective, tree.field.span, "these bits are not there");
            return None;
        }
        Some(Piece { layer: index(layer), field, field_shift, tag_shift, bits: tag_bits })
    }

    fn const_bits(&mut self, module: ModuleId, high: &tree::Expr, low: &tree::Expr) -> Option<(u32, u32)> {
        let cx = Cx::module(module);
        let (from, to) = (self.const_int(&cx, high, &Ty::INT)?, self.const_int(&cx, low, &Ty::INT)?);
        let bits = bit_slice(from, to);
        if bits.is_none() {
            self.error(
                Code::ValueOutOfRange,
                high.span.to(low.span),
                "bits are written from high to low, such as `[15 .. 0]`",
            );
        }
        bits
    }

    fn keep(
        &mut self,
        what: &tree::Path,
        by: &tree::Path,
        bits: Option<&(tree::Expr, tree::Expr)>,
        span: Span,
    ) -> Option<Keep> {
        let [layer_name, field_name] = what.names.as_slice() else {
            self.error(
                Code::UnknownName,
                what.span,
                "a layer and its checksum are wanted here, such as `udp.checksum`",
            );
            return None;
        };
        let Some(layer) = self.layer_by_key(&layer_name.text) else {
            self.error(Code::UnknownName, layer_name.span, format!("there is no layer `{}`", layer_name.text));
            return None;
        };
        let part = LayerRef { layer, variant: None };
        let checksum = self.field_of_layer(&part, field_name)?;
        let by = match (by.names.as_slice(), bits) {
            ([payload], Some((from, to))) if payload.text == "payload" => {
                let cx = Cx::module(ModuleId(0));
                let (from, to) = (self.const_int(&cx, from, &Ty::INT)?, self.const_int(&cx, to, &Ty::INT)?);
                match u32::try_from(from) {
                    Ok(from) if to == i128::from(from) + 1 && from.is_multiple_of(2) => Absorber::Payload(from),
                    _ => {
                        self.error(
                            Code::NotBijective,
                            span,
                            "two bytes at an even offset absorb a difference, such as `payload[0 .. 1]`",
                        );
                        return None;
                    }
                }
            }
            ([own, field], None) if own.text == layer_name.text => Absorber::Field(self.field_of_layer(&part, field)?),
            _ => {
                self.error(
                    Code::UnknownName,
                    by.span,
                    "bytes of the payload, or a field of the checksum's layer, are wanted here",
                );
                return None;
            }
        };
        Some(Keep { layer, checksum, by })
    }
}
