//! From a packet as somebody wrote it to its value: the syntax of build tests, and of packets on the command line.
//!
//! Names become fields, arms and numbers here; which arm a packet takes, and what follows from that, is the builder's.

use super::resolve_literal::{Literal, literal, number, raw_bits};
use super::value::{Bits, CompositeValue, Data, Element, FieldValue, LayerValue, PacketValue, Part, PayloadPart};
use crate::model::{Action, Block, CompositeId, Expr, Extent, FieldId, Item, Names, Next, Type};
use crate::tree::{self, Setter, SetterValue, Span, StackPart};
use crate::{Code, Diagnostic, Schema};

/// Resolves a stack, the outermost layer first.
///
/// # Errors
///
/// All that is wrong with it: unknown layers, fields, arms and names, and values that their field can't have.
pub fn resolve_value(schema: &Schema, stack: &[StackPart]) -> Result<PacketValue, Vec<Diagnostic>> {
    let mut resolver = Resolver { schema, packet: PacketValue::default(), diagnostics: Vec::new() };
    for part in stack {
        match part {
            StackPart::Value(value) => resolver.push_layer(value),
            StackPart::Raw(bytes) => resolver.push_bytes(bytes),
        }
    }
    if resolver.diagnostics.is_empty() { Ok(resolver.packet) } else { Err(resolver.diagnostics) }
}

struct Resolver<'a> {
    schema: &'a Schema,
    packet: PacketValue,
    diagnostics: Vec<Diagnostic>,
}

type Resolved<T> = Result<T, Diagnostic>;

impl Resolver<'_> {
    fn push_layer(&mut self, value: &tree::Value) {
        let carrier = self.last_of_stack();
        match self.layer(value) {
            Ok(layer) => {
                let carries = carrier.is_none_or(|below| self.payload_fields(below).next().is_some());
                if !carries {
                    let message = format!("`{}` carries no layer", self.name_of_layer(carrier));
                    self.diagnostics.push(Diagnostic::new(Code::WrongKind, value.span, message));
                }
                self.content(carrier).push(PayloadPart::Layer(layer));
            }
            Err(diagnostic) => self.diagnostics.push(diagnostic),
        }
    }

    /// Bytes are what the layer below carries: its payload, or the field that reaches to its end.
    fn push_bytes(&mut self, bytes: &tree::Bytes) {
        let carrier = self.last_of_stack();
        let has_place = |below: usize| self.payload_fields(below).next().is_some() || self.is_fillable(below);
        if !carrier.is_none_or(has_place) {
            let message = format!("`{}` has no place for these bytes", self.name_of_layer(carrier));
            self.diagnostics.push(Diagnostic::new(Code::WrongKind, bytes.span, message));
        }
        self.content(carrier).push(PayloadPart::Bytes(Bits::from_bytes(&bytes.bytes)));
    }

    /// The layer that the next part of the stack stands upon.
    fn last_of_stack(&self) -> Option<usize> {
        let mut content = &self.packet.top;
        let mut last = None;
        // Invariant: a layer is referred to once, so this walk visits each at most once.
        while let Some(PayloadPart::Layer(layer)) = content.iter().rfind(|part| matches!(part, PayloadPart::Layer(_))) {
            last = Some(*layer as usize);
            content = &self.packet.layers[*layer as usize].payload;
        }
        last
    }

    fn content(&mut self, carrier: Option<usize>) -> &mut Vec<PayloadPart> {
        match carrier {
            Some(layer) => &mut self.packet.layers[layer].payload,
            None => &mut self.packet.top,
        }
    }

    fn name_of_layer(&self, layer: Option<usize>) -> &str {
        layer.map_or("", |layer| &self.schema[self.packet.layers[layer].body.composite].name)
    }

    fn payload_fields(&self, layer: usize) -> impl Iterator<Item = FieldId> + '_ {
        let composite = &self.schema[self.packet.layers[layer].body.composite];
        let fields = composite.fields.iter().copied();
        fields.filter(|&field| matches!(self.schema[field].ty, Type::Next(_)) && !self.schema[field].trailing)
    }

    /// Whether a layer has a field of bytes up to its end of which nothing was said.
    fn is_fillable(&self, layer: usize) -> bool {
        let body = &self.packet.layers[layer].body;
        let to_end = |field: FieldId| {
            let known = &self.schema[field];
            let bytes = matches!(known.ty, Type::Bytes(Extent::ToEnd) | Type::Text(_, Extent::ToEnd));
            bytes && !known.trailing && known.within.is_none() && body.field(field).is_none()
        };
        self.schema[body.composite].fields.iter().any(|&field| to_end(field))
    }

    /// A layer of the packet, and its position.
    fn layer(&mut self, value: &tree::Value) -> Resolved<u32> {
        let (composite, arm) = self.layer_named(&value.path)?;
        let mut body = CompositeValue::new(composite);
        if let Some(arm) = arm {
            self.take_arm(&mut body, arm)?;
        }
        self.setters(&mut body, &value.setters);
        self.packet.layers.push(LayerValue { body, payload: Vec::new() });
        Ok(self.packet.layers.len() as u32 - 1)
    }

    /// `Ipv4`, `Icmp.Echo`, or either behind the names of its module.
    fn layer_named<'p>(&self, path: &'p tree::Path) -> Resolved<(CompositeId, Option<&'p tree::Name>)> {
        let find = |name: &tree::Name| {
            let by_name = || self.schema.composites.iter().position(|c| c.name == name.text);
            let layer = self.schema.layers.get(&name.text).copied();
            layer.or_else(|| by_name().map(|at| CompositeId(at as u32)))
        };
        let mut from_the_end = path.names.iter().rev();
        let last = from_the_end.next();
        if let Some(composite) = last.and_then(find) {
            return Ok((composite, None));
        }
        if let Some(composite) = from_the_end.next().and_then(find) {
            return Ok((composite, last));
        }
        let message = format!("no layer is called `{}`", path.text());
        Err(Diagnostic::new(Code::UnknownName, path.span, message))
    }

    /// A struct, where its type is known: its own name, that of one of its arms, or that of a value of its tag.
    fn composite(&mut self, composite: CompositeId, value: &tree::Value) -> Resolved<CompositeValue> {
        let mut body = CompositeValue::new(composite);
        let names = value.path.names.iter().skip_while(|name| name.text == self.schema[composite].name);
        if let Some(arm) = names.last() {
            self.take_arm(&mut body, arm)?;
        }
        self.setters(&mut body, &value.setters);
        Ok(body)
    }

    fn take_arm(&self, body: &mut CompositeValue, arm: &tree::Name) -> Resolved<()> {
        let composite = &self.schema[body.composite];
        let variants = composite.variants.iter().zip(0..).filter(|(v, _)| v.name == arm.text || v.key == arm.text);
        body.parts.extend(variants.map(|(_, at)| Part::Variant(at)));
        if !body.parts.is_empty() {
            return Ok(());
        }
        for field in self.tag_fields(&composite.body) {
            let Type::Uint { names: Names::Enum(names), .. } = self.schema[field].ty else { continue };
            let names = &self.schema[names];
            let found = names.named(&arm.text).or_else(|| names.named(&shouted(&arm.text)));
            if let Some(crate::model::Values::Range(low, _)) = found.map(|enumerator| enumerator.values) {
                body.set(field, FieldValue::Set(Data::Uint(low)));
                return Ok(());
            }
        }
        let message = format!("`{}` has no arm and no kind called `{}`", composite.name, arm.text);
        let diagnostic = Diagnostic::new(Code::UnknownName, arm.span, message);
        let known: Vec<&str> = composite.variants.iter().map(|variant| variant.name.as_str()).collect();
        Err(if known.is_empty() { diagnostic } else { diagnostic.help(format!("its arms are {}", known.join(", "))) })
    }

    /// Fields whose value chooses an arm.
    fn tag_fields(&self, block: &Block) -> Vec<FieldId> {
        let mut found = Vec::new();
        for item in &block.items {
            match item {
                Item::Match(choice) => {
                    if let Expr::Field(fields) = &self.schema[choice.on] {
                        found.extend(fields.iter().copied());
                    }
                    for arm in &choice.arms {
                        if let Action::Read(_, block) = &arm.action {
                            found.extend(self.tag_fields(block));
                        }
                    }
                }
                Item::If { then, otherwise, .. } => {
                    found.extend(self.tag_fields(then));
                    found.extend(self.tag_fields(otherwise));
                }
                Item::Run(_)
                | Item::Field(_)
                | Item::Container { .. }
                | Item::Expect(_)
                | Item::Align { .. }
                | Item::Repeat { .. }
                | Item::Jump { .. }
                | Item::Emit(_)
                | Item::Yields(_) => {}
            }
        }
        found
    }

    fn setters(&mut self, body: &mut CompositeValue, setters: &[Setter]) {
        for setter in setters {
            if let Err(diagnostic) = self.setter(body, setter, &setter.field.names) {
                self.diagnostics.push(diagnostic);
            }
        }
    }

    /// Applies a setter to the fields that `names` means. Where exclusive arms share the name, it is set in each arm whose
    /// field can have the value.
    fn setter(&mut self, body: &mut CompositeValue, setter: &Setter, names: &[tree::Name]) -> Resolved<()> {
        let Some((first, inner)) = names.split_first() else { return Ok(()) };
        let candidates = self.fields_named(body.composite, first);
        if candidates.is_empty() {
            return self.setter_in_arm(body, setter, first, inner);
        }
        let mut set = false;
        let mut failure = None;
        for field in candidates {
            let outcome = match inner.first() {
                None => self.whole_or_bits(body, field, setter),
                Some(name) => self.member(body, field, setter, name, inner),
            };
            match outcome {
                Ok(value) => {
                    body.set(field, value);
                    set = true;
                }
                Err(diagnostic) => failure = failure.or(Some(diagnostic)),
            }
        }
        match failure {
            Some(diagnostic) if !set => Err(diagnostic),
            _ => Ok(()),
        }
    }

    fn fields_named(&self, composite: CompositeId, name: &tree::Name) -> Vec<FieldId> {
        let fields = self.schema[composite].fields.iter().copied();
        fields.filter(|&field| self.schema[field].name.as_deref() == Some(&name.text)).collect()
    }

    /// `mss.mss = 1460`: a field through the arm that it stands in.
    fn setter_in_arm(
        &mut self,
        body: &mut CompositeValue,
        setter: &Setter,
        arm: &tree::Name,
        inner: &[tree::Name],
    ) -> Resolved<()> {
        let composite = &self.schema[body.composite];
        if !inner.is_empty() && composite.variants.iter().any(|variant| variant.key == arm.text) {
            if body.variants().next().is_none() {
                self.take_arm(body, arm)?;
            }
            return self.setter(body, setter, inner);
        }
        let message = format!("`{}` has no field `{}`", composite.name, arm.text);
        let mut known: Vec<&str> = composite.fields.iter().filter_map(|&f| self.schema[f].name.as_deref()).collect();
        known.dedup();
        Err(Diagnostic::new(Code::UnknownName, arm.span, message).help(format!("its fields are {}", known.join(", "))))
    }

    fn whole_or_bits(&mut self, body: &CompositeValue, field: FieldId, setter: &Setter) -> Resolved<FieldValue> {
        let Some((high, low)) = &setter.bits else {
            return self.field_value(field, &setter.value);
        };
        let (high_bit, low_bit) = (number(self.schema, high, Names::None)?, number(self.schema, low, Names::None)?);
        if low_bit < 0 || high_bit < low_bit || high_bit > 127 {
            let message = "the bits of a number are written from the higher to the lower one";
            return Err(Diagnostic::new(Code::ValueOutOfRange, high.span.to(low.span), message));
        }
        self.some_bits(body, field, setter, low_bit as u32, (high_bit - low_bit) as u32 + 1, Names::None)
    }

    /// Sets some bits of a number; the others stay as they were set, or as the field's constant default.
    fn some_bits(
        &mut self,
        body: &CompositeValue,
        field: FieldId,
        setter: &Setter,
        shift: u32,
        bits: u32,
        names: Names,
    ) -> Resolved<FieldValue> {
        let (expr, raw) = match &setter.value {
            SetterValue::Set(expr) => (expr, false),
            SetterValue::Raw(expr) => (expr, true),
            SetterValue::Auto(span) | SetterValue::List(_, span) => {
                return Err(mismatch(*span, "some bits of a number take a number"));
            }
            SetterValue::Value(value) => return Err(mismatch(value.span, "some bits of a number take a number")),
        };
        let value = number(self.schema, expr, names)?;
        let Some(value) = u128::try_from(value).ok().filter(|&value| packet_core::bits::fits(value, bits)) else {
            let message = format!("{value} does not fit {bits} bits");
            return Err(Diagnostic::new(Code::ValueOutOfRange, expr.span, message));
        };
        let width = self.width(field).unwrap_or(128);
        if shift.saturating_add(bits) > width {
            let message = format!("the field has {width} bits");
            return Err(Diagnostic::new(Code::ValueOutOfRange, setter.field.span, message));
        }
        let mask = (u128::MAX >> (128 - bits)) << shift;
        let merged = |base: u128| base & !mask | value << shift;
        Ok(match body.field(field) {
            Some(FieldValue::Raw(base)) => self.raw_number(field, merged(base.uint().unwrap_or_default())),
            Some(FieldValue::Set(Data::Uint(base))) if !raw => FieldValue::Set(Data::Uint(merged(*base))),
            Some(FieldValue::Set(Data::Uint(base))) => self.raw_number(field, merged(*base)),
            Some(FieldValue::Auto | FieldValue::Set(_)) | None => {
                let base = self.constant_default(field);
                if raw { self.raw_number(field, merged(base)) } else { FieldValue::Set(Data::Uint(merged(base))) }
            }
        })
    }

    fn constant_default(&self, field: FieldId) -> u128 {
        match self.schema[field].default.map(|expr| &self.schema[expr]) {
            Some(Expr::Int(value)) => u128::try_from(*value).unwrap_or_default(),
            _ => 0,
        }
    }

    fn raw_number(&self, field: FieldId, value: u128) -> FieldValue {
        let bits = self.width(field).unwrap_or(128);
        FieldValue::Raw(Bits::from_uint(value, bits).unwrap_or_default())
    }

    fn width(&self, field: FieldId) -> Option<u32> {
        fixed_width(&self.schema[field].ty)
    }

    /// `flags.syn`, or a field of a struct.
    fn member(
        &mut self,
        body: &CompositeValue,
        field: FieldId,
        setter: &Setter,
        name: &tree::Name,
        inner: &[tree::Name],
    ) -> Resolved<FieldValue> {
        match &self.schema[field].ty {
            Type::Uint { names: Names::Flags(flags), .. } => {
                let flags = &self.schema[*flags];
                let Some(flag) = flags.flags.iter().find(|flag| flag.name.as_deref() == Some(&name.text)) else {
                    let message = format!("`{}` has no flag `{}`", flags.name, name.text);
                    return Err(Diagnostic::new(Code::UnknownName, name.span, message));
                };
                let names = flag.names.map_or(Names::None, Names::Enum);
                self.some_bits(body, field, setter, flag.shift, flag.bits, names)
            }
            Type::Struct(composite, _) => {
                let mut value = match body.field(field) {
                    Some(FieldValue::Set(Data::Composite(value))) => value.clone(),
                    Some(FieldValue::Auto | FieldValue::Set(_) | FieldValue::Raw(_)) | None => {
                        CompositeValue::new(*composite)
                    }
                };
                self.setter(&mut value, setter, inner)?;
                Ok(FieldValue::Set(Data::Composite(value)))
            }
            Type::Uint { .. }
            | Type::Int { .. }
            | Type::UintOf { .. }
            | Type::Bool
            | Type::Float { .. }
            | Type::Bytes(_)
            | Type::Text(..)
            | Type::Codec(..)
            | Type::List(..)
            | Type::Next(_) => {
                let message = "only flags and structs have members that can be set";
                Err(Diagnostic::new(Code::WrongKind, name.span, message))
            }
        }
    }

    fn field_value(&mut self, field: FieldId, value: &SetterValue) -> Resolved<FieldValue> {
        let schema = self.schema;
        self.typed_value(&schema[field].ty, schema[field].scale, value)
    }

    fn typed_value(&mut self, ty: &Type, scale: u64, value: &SetterValue) -> Resolved<FieldValue> {
        match value {
            SetterValue::Auto(_) => Ok(FieldValue::Auto),
            SetterValue::Raw(expr) => raw_bits(self.schema, expr, ty).map(FieldValue::Raw),
            SetterValue::Set(expr) => match (ty, &expr.kind) {
                (Type::List(element, _), tree::ExprKind::List(items)) => {
                    let items: Vec<SetterValue> = items.iter().cloned().map(SetterValue::Set).collect();
                    self.list(element, scale, &items)
                }
                _ => literal(self.schema, expr, ty, scale).map(literal_value),
            },
            SetterValue::List(items, span) => match ty {
                Type::List(element, _) => self.list(element, scale, items),
                _ => Err(mismatch(*span, "this is no list")),
            },
            SetterValue::Value(value) => self.value_in_braces(ty, value),
        }
    }

    fn list(&mut self, element: &Type, scale: u64, items: &[SetterValue]) -> Resolved<FieldValue> {
        let items: Resolved<Vec<Element>> =
            items.iter().map(|item| self.typed_value(element, scale, item).map(Element::Value)).collect();
        Ok(FieldValue::Set(Data::List(items?)))
    }

    fn value_in_braces(&mut self, ty: &Type, value: &tree::Value) -> Resolved<FieldValue> {
        match ty {
            Type::Struct(composite, _) => self.composite(*composite, value).map(Data::Composite).map(FieldValue::Set),
            Type::Next(next) => {
                let layer = self.layer(value)?;
                let found = self.packet.layers[layer as usize].body.composite;
                if matches!(next, Next::Is(wanted) if *wanted != found) {
                    return Err(mismatch(value.span, "another layer stands here"));
                }
                Ok(FieldValue::Set(Data::Payload(vec![PayloadPart::Layer(layer)])))
            }
            Type::Uint { .. }
            | Type::Int { .. }
            | Type::UintOf { .. }
            | Type::Bool
            | Type::Float { .. }
            | Type::Bytes(_)
            | Type::Text(..)
            | Type::Codec(..)
            | Type::List(..) => Err(mismatch(value.span, "only structs and payloads take a value in braces")),
        }
    }
}

fn literal_value(literal: Literal) -> FieldValue {
    FieldValue::Set(match literal {
        Literal::Uint(value) => Data::Uint(value),
        Literal::Int(value) => Data::Int(value),
        Literal::Float(value) => Data::Float(value),
        Literal::Bytes(bytes) => Data::Bytes(bytes),
        Literal::Payload(bytes) => Data::Payload(vec![PayloadPart::Bytes(Bits::from_bytes(&bytes))]),
    })
}

/// The width of a number, where it has a fixed one.
pub(super) fn fixed_width(ty: &Type) -> Option<u32> {
    match ty {
        Type::Uint { bits, .. } | Type::Int { bits, .. } | Type::Float { bits, .. } => Some(*bits),
        Type::Bool => Some(1),
        Type::UintOf { .. }
        | Type::Bytes(_)
        | Type::Text(..)
        | Type::Struct(..)
        | Type::Codec(..)
        | Type::List(..)
        | Type::Next(_) => None,
    }
}

pub(super) fn mismatch(span: Span, message: &str) -> Diagnostic {
    Diagnostic::new(Code::TypeMismatch, span, message)
}

/// `SackPermitted` as an enumerator is written: `SACK_PERMITTED`.
fn shouted(name: &str) -> String {
    let mut shouted = String::with_capacity(name.len() + 4);
    let mut after_lower = false;
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && after_lower {
            shouted.push('_');
        }
        after_lower = letter.is_ascii_lowercase() || letter.is_ascii_digit();
        shouted.push(letter.to_ascii_uppercase());
    }
    shouted
}

#[cfg(test)]
mod tests {
    use super::shouted;

    #[test]
    fn names_of_arms_as_enumerators() {
        assert_eq!(shouted("SackPermitted"), "SACK_PERMITTED");
        assert_eq!(shouted("Nop"), "NOP");
        assert_eq!(shouted("NOP"), "NOP");
        assert_eq!(shouted("Pad1"), "PAD1");
        assert_eq!(shouted("Ipv6Route"), "IPV6_ROUTE");
    }
}
