//! The built-in values and functions of the language.

use super::types::{Number, Ty, scalar};
use super::{Cx, Resolver};
use crate::model::{CompositeKind, Expr, ExprId, FieldId};
use crate::tree::{self, ExprKind, Span};
use crate::{Code, Diagnostic};

/// CRC-16/CCITT-FALSE, what `crc16` means where nothing else is said.
const CRC16_DEFAULTS: [u16; 4] = [0x1021, 0xffff, 0, 0];

impl<'t> Resolver<'t> {
    /// A built-in value.
    pub(super) fn builtin_value(
        &mut self,
        cx: &Cx<'_>,
        name: &str,
        span: Span,
        wanted: Option<&Ty>,
    ) -> Option<(ExprId, Ty)> {
        let (expr, ty) = match name {
            "self" if cx.frame.is_some() => (Expr::SelfBytes, Ty::Bytes),
            "size" if cx.frame.is_some() => (Expr::Size, Ty::INT),
            "more" if cx.frame.is_some() => (Expr::More, Ty::Bool),
            "rest" => (Expr::Rest, Ty::Bytes),
            "outer" if cx.frame.is_some() => (Expr::LayerRegion, Ty::Region),
            "random" => (Expr::Random, wanted.cloned().unwrap_or(Ty::Any)),
            "seed" => (Expr::Seed, Ty::Bytes),
            "anomalies" => (Expr::Anomalies, Ty::Anomalies),
            _ => return None,
        };
        Some((self.push(expr, span), ty))
    }

    /// A call.
    pub(super) fn call(
        &mut self,
        cx: &Cx<'_>,
        base: &tree::Expr,
        args: &[tree::Expr],
        span: Span,
        wanted: Option<&Ty>,
    ) -> (ExprId, Ty) {
        match &base.kind {
            ExprKind::Member(object, member) => self.call_member(cx, object, member, args, span),
            ExprKind::Name(name) => match scalar(name) {
                Some(Ok(s)) => {
                    let [arg] = args else {
                        return self.wrong_arguments(span, &format!("`{name}` wants one argument"));
                    };
                    let of = self.int(cx, arg);
                    let little = self.little(cx.module, s);
                    let expr = Expr::Truncate { of, bits: s.bits };
                    (self.push(expr, span), Ty::Int(Number { little, ..Number::of_bits(s.bits) }))
                }
                _ => self.function(cx, name, args, span, wanted),
            },
            _ => {
                self.error(Code::WrongKind, base.span, "this can't be called");
                self.broken(span)
            }
        }
    }

    fn wrong_arguments(&mut self, span: Span, text: &str) -> (ExprId, Ty) {
        self.error(Code::WrongArguments, span, text);
        self.broken(span)
    }

    fn call_member(
        &mut self,
        cx: &Cx<'_>,
        object: &tree::Expr,
        member: &tree::Name,
        args: &[tree::Expr],
        span: Span,
    ) -> (ExprId, Ty) {
        let called = match &object.kind {
            ExprKind::Name(name) => self.interface_called(cx, name),
            _ => None,
        };
        let Some((via, interface)) = called else {
            self.error(Code::WrongKind, object.span, "only members of an interface can be called");
            return self.broken(span);
        };
        let found = self.schema[interface].members.iter().position(|m| m.name == member.text);
        let Some(position) = found else {
            let text = format!("`{}` has no member `{}`", self.schema[interface].name, member.text);
            self.error(Code::UnknownName, member.span, text);
            return self.broken(span);
        };
        let wanted = self.schema[interface].members.get(position).map_or(0, |m| m.params.len());
        if wanted != args.len() {
            return self.wrong_arguments(span, &format!("`{}` wants {wanted} arguments", member.text));
        }
        let args: Vec<_> = args.iter().map(|arg| self.int(cx, arg)).collect();
        self.carrier(via, interface, super::index(position), args.into(), span)
    }

    fn function(
        &mut self,
        cx: &Cx<'_>,
        name: &str,
        args: &[tree::Expr],
        span: Span,
        wanted: Option<&Ty>,
    ) -> (ExprId, Ty) {
        match (name, args) {
            ("size_of" | "count_of" | "offset_of" | "present" | "status_of", [arg]) => {
                self.about_field(cx, name, arg, span)
            }
            ("key_of", [payload]) => self.key_of(cx, payload, None, span, wanted),
            ("key_of", [payload, fallback]) => self.key_of(cx, payload, Some(fallback), span, wanted),
            ("next_is", [payload, layer]) => self.next_is(cx, payload, layer, span),
            ("bytes_of", [range]) => self.bytes_of(cx, range, span),
            ("smallest", [range, predicate]) => self.smallest(cx, range, predicate, span),
            ("inet16", [bytes]) => self.hash(cx, bytes, 16, Expr::Inet16, span),
            ("crc32", [bytes]) => self.hash(cx, bytes, 32, Expr::Crc32, span),
            ("crc32c", [bytes]) => self.hash(cx, bytes, 32, Expr::Crc32c, span),
            ("crc16", [bytes, parameters @ ..]) => self.crc16(cx, bytes, parameters, span),
            ("siphash24", [bytes]) => self.hash(cx, bytes, 64, Expr::SipHash24, span),
            ("zero_as_ffff", [value]) => {
                let value = self.int(cx, value);
                (self.push(Expr::ZeroAsFfff(value), span), Ty::Int(Number::of_bits(16)))
            }
            ("has_row", [table, key]) => self.has_row(cx, table, key, span),
            ("before", [_, ..]) if cx.frame.is_some() => self.before(args, span),
            (
                "size_of" | "count_of" | "offset_of" | "present" | "status_of" | "key_of" | "next_is" | "bytes_of"
                | "smallest" | "inet16" | "crc32" | "crc32c" | "crc16" | "siphash24" | "zero_as_ffff" | "has_row"
                | "before",
                _,
            ) => self.wrong_arguments(span, &format!("`{name}` does not take {} arguments", args.len())),
            _ => {
                self.report(
                    Diagnostic::new(Code::UnknownName, span, format!("there is no function `{name}`"))
                        .help("the language reference lists the built-in functions; there are no others"),
                );
                self.broken(span)
            }
        }
    }

    fn hash(
        &mut self,
        cx: &Cx<'_>,
        bytes: &tree::Expr,
        bits: u32,
        make: fn(ExprId) -> Expr,
        span: Span,
    ) -> (ExprId, Ty) {
        let of = self.expect(cx, bytes, &Ty::Bytes);
        (self.push(make(of), span), Ty::Int(Number::of_bits(bits)))
    }

    /// `crc16(bytes, polynomial, start, reflected, final xor)`, what is left out being CRC-16/CCITT-FALSE.
    fn crc16(&mut self, cx: &Cx<'_>, bytes: &tree::Expr, parameters: &[tree::Expr], span: Span) -> (ExprId, Ty) {
        let of = self.expect(cx, bytes, &Ty::Bytes);
        let mut values = CRC16_DEFAULTS;
        if parameters.len() > values.len() {
            return self.wrong_arguments(span, "`crc16` takes bytes, polynomial, start, reflected, final xor");
        }
        for (parameter, value) in parameters.iter().zip(&mut values) {
            let number = match parameter.kind {
                ExprKind::Bool(flag) => Some(i128::from(flag)),
                _ => self.const_int(cx, parameter, &Ty::INT),
            };
            match number.and_then(|number| u16::try_from(number).ok()) {
                Some(number) => *value = number,
                None => return self.wrong_arguments(parameter.span, "parameters of `crc16` have 16 bits"),
            }
        }
        let [poly, init, reflected, xorout] = values;
        let expr = Expr::Crc16 { of, poly, init, reflected: reflected != 0, xorout };
        (self.push(expr, span), Ty::Int(Number::of_bits(16)))
    }

    /// `before("\r\n", "\n")`: what is searched for is said in the definition.
    fn before(&mut self, args: &[tree::Expr], span: Span) -> (ExprId, Ty) {
        let mut wanted: Vec<Box<[u8]>> = Vec::with_capacity(args.len());
        for arg in args {
            match &arg.kind {
                ExprKind::Text(text) if !text.is_empty() => wanted.push(text.as_bytes().into()),
                ExprKind::Bytes(bytes) if !bytes.is_empty() => wanted.push(bytes.as_slice().into()),
                _ => {
                    return self.wrong_arguments(arg.span, "`before` wants texts or bytes, none of them empty");
                }
            }
        }
        (self.push(Expr::Before(wanted.into()), span), Ty::INT)
    }

    /// Built-ins over a field, or over `it`.
    fn about_field(&mut self, cx: &Cx<'_>, name: &str, arg: &tree::Expr, span: Span) -> (ExprId, Ty) {
        if let ExprKind::Name(it) = &arg.kind
            && it == "it"
            && cx.it.is_some()
        {
            let expr = match name {
                "size_of" => Expr::SizeOfIt,
                "count_of" => Expr::CountOfIt,
                _ => return self.wrong_arguments(span, &format!("`{name}` wants a field")),
            };
            return (self.push(expr, span), Ty::INT);
        }
        if name == "present"
            && let ExprKind::Name(layer) = &arg.kind
            && self.fields_called(cx, arg).is_none()
            && let Some(super::symbols::Symbol::Composite(id)) = self.symbols.find(cx.module, layer)
        {
            return (self.push(Expr::PresentLayer(id), span), Ty::Bool);
        }
        let Some(fields) = self.fields_called(cx, arg) else {
            return self.size_of_value(cx, name, arg, span);
        };
        let (expr, ty) = match name {
            "size_of" => (Expr::SizeOf(fields), Ty::INT),
            "count_of" => (Expr::CountOf(fields), Ty::INT),
            "offset_of" => (Expr::OffsetOf(fields), Ty::INT),
            "present" => (Expr::Present(fields), Ty::Bool),
            _ => (Expr::Status(fields), Ty::INT),
        };
        (self.push(expr, span), ty)
    }

    /// `size_of` and `count_of` of what is no field of the frame.
    fn size_of_value(&mut self, cx: &Cx<'_>, name: &str, arg: &tree::Expr, span: Span) -> (ExprId, Ty) {
        if name == "present" {
            return self.has_value(cx, arg, span);
        }
        if !matches!(name, "size_of" | "count_of") {
            self.error(Code::WrongKind, arg.span, format!("`{name}` wants a field"));
            return self.broken(span);
        }
        let (id, ty) = self.expr(cx, arg, None);
        match ty {
            Ty::Bytes | Ty::List(_) | Ty::Text | Ty::NoCase | Ty::Region => (self.push(Expr::Len(id), span), Ty::INT),
            Ty::Any => self.broken(span),
            other => self.wrong_arguments(arg.span, &format!("{} has no size of its own", other.words())),
        }
    }

    /// Whether an expression has a value: what has one equals itself, and what has none is never found to be equal.
    fn has_value(&mut self, cx: &Cx<'_>, arg: &tree::Expr, span: Span) -> (ExprId, Ty) {
        let (id, _) = self.expr(cx, arg, None);
        let equal = self.push(Expr::Binary(tree::BinaryOp::Eq, id, id), span);
        let found = self.push(Expr::Smallest(0, 1, equal), span);
        let zero = self.push(Expr::Int(0), span);
        (self.push(Expr::Binary(tree::BinaryOp::Eq, found, zero), span), Ty::Bool)
    }

    /// The fields that an expression names, directly or by their named arm.
    pub(super) fn fields_called(&self, cx: &Cx<'_>, tree: &tree::Expr) -> Option<Box<[FieldId]>> {
        let frame = cx.frame?;
        let scope = &self.scopes[frame.index()];
        match &tree.kind {
            ExprKind::Name(name) => match scope.fields.get(name) {
                Some(fields) => Some(fields.as_slice().into()),
                None => {
                    let arms = scope.variants.get(name)?;
                    let fields = self.schema[frame].fields.iter().copied();
                    Some(fields.filter(|id| self.schema[*id].variant.is_some_and(|v| arms.contains(&v))).collect())
                }
            },
            ExprKind::Member(base, member) => {
                let ExprKind::Name(name) = &base.kind else { return None };
                let arms = scope.variants.get(name)?;
                let fields = self.schema[frame].fields.iter().copied();
                let inside = |id: &FieldId| {
                    let field = &self.schema[*id];
                    field.name.as_deref() == Some(&member.text) && field.variant.is_some_and(|v| arms.contains(&v))
                };
                Some(fields.filter(inside).collect())
            }
            _ => None,
        }
    }

    fn payload_fields(&mut self, cx: &Cx<'_>, tree: &tree::Expr) -> Option<Box<[FieldId]>> {
        let fields = self.fields_called(cx, tree);
        let payload = |id: &FieldId| self.types.get(id.index()) == Some(&Ty::Payload);
        match fields {
            Some(fields) if !fields.is_empty() && fields.iter().all(payload) => Some(fields),
            _ => {
                self.error(Code::WrongKind, tree.span, "a field that holds the next layer is wanted here");
                None
            }
        }
    }

    fn key_of(
        &mut self,
        cx: &Cx<'_>,
        payload: &tree::Expr,
        fallback: Option<&tree::Expr>,
        span: Span,
        wanted: Option<&Ty>,
    ) -> (ExprId, Ty) {
        let Some(fields) = self.payload_fields(cx, payload) else { return self.broken(span) };
        let plain = Ty::INT;
        let fallback = fallback.map(|value| self.expect(cx, value, wanted.unwrap_or(&plain)));
        (self.push(Expr::KeyOf(fields, fallback), span), wanted.cloned().unwrap_or(Ty::INT))
    }

    fn next_is(&mut self, cx: &Cx<'_>, payload: &tree::Expr, layer: &tree::Expr, span: Span) -> (ExprId, Ty) {
        let Some(fields) = self.payload_fields(cx, payload) else { return self.broken(span) };
        let Some(text) = super::exprs::dotted(layer) else {
            return self.wrong_arguments(layer.span, "`next_is` wants a layer as its second argument");
        };
        let names = text.split('.').map(|text| tree::Name { text: text.to_owned(), span: layer.span }).collect();
        match self.layer(cx.module, &tree::Path { names, span: layer.span }) {
            Some(id) => (self.push(Expr::NextIs(fields, id), span), Ty::Bool),
            None => self.broken(span),
        }
    }

    fn has_row(&mut self, cx: &Cx<'_>, table: &tree::Expr, key: &tree::Expr, span: Span) -> (ExprId, Ty) {
        let found = super::exprs::dotted(table).and_then(|text| self.symbols.find(cx.module, &text));
        let Some(super::symbols::Symbol::Table(id)) = found else {
            return self.wrong_arguments(table.span, "`has_row` wants a table as its first argument");
        };
        let key = self.int(cx, key);
        (self.push(Expr::HasRow(id, key), span), Ty::Bool)
    }

    fn bytes_of(&mut self, cx: &Cx<'_>, range: &tree::Expr, span: Span) -> (ExprId, Ty) {
        let (from, to) = match &range.kind {
            ExprKind::Range(from, to) => (&**from, &**to),
            _ => (range, range),
        };
        let (Some(from_fields), Some(to_fields)) = (self.fields_called(cx, from), self.fields_called(cx, to)) else {
            return self.wrong_arguments(span, "`bytes_of` wants a field, or the first and the last of several");
        };
        match (from_fields.first(), to_fields.last()) {
            (Some(&from), Some(&to)) => (self.push(Expr::BytesOf(from, to), span), Ty::Bytes),
            _ => self.broken(span),
        }
    }

    fn smallest(&mut self, cx: &Cx<'_>, range: &tree::Expr, predicate: &tree::Expr, span: Span) -> (ExprId, Ty) {
        let Some((low, high)) = self.const_range(cx, range) else { return self.broken(span) };
        if low > high || high.saturating_sub(low) > 256 {
            return self
                .wrong_arguments(range.span, "`smallest` tries at most 256 values, from the first up to the last");
        }
        let predicate = self.boolean(&cx.it(Ty::INT), predicate);
        (self.push(Expr::Smallest(low, high, predicate), span), Ty::INT)
    }

    /// Whether a composite is a layer.
    pub(super) fn is_layer(&self, id: crate::model::CompositeId) -> bool {
        matches!(self.schema[id].kind, CompositeKind::Layer(_))
    }
}
