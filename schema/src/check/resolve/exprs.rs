//! Expressions: names and types.

use super::scalars::flag_value;
use super::scopes::LetState;
use super::symbols::Symbol;
use super::types::{Number, Ty};
use super::{Cx, Resolver};
use crate::model::{
    CompositeId, CompositeKind, EnumId, Expr, ExprId, FieldId, InterfaceId, MemberType, Names, Values, Via,
};
use crate::tree::{self, ExprKind, Span};
use crate::{Code, Diagnostic};

/// Most names whose values wait for each other.
const MOST_WAITING: u32 = 128;

impl<'t> Resolver<'t> {
    /// An expression of a given type.
    pub(super) fn expect(&mut self, cx: &Cx<'_>, tree: &tree::Expr, wanted: &Ty) -> ExprId {
        let (id, ty) = self.expr(cx, tree, Some(wanted));
        self.coerce(id, &ty, wanted, tree.span)
    }

    /// A number.
    pub(super) fn int(&mut self, cx: &Cx<'_>, tree: &tree::Expr) -> ExprId {
        self.expect(cx, tree, &Ty::INT)
    }

    /// A condition.
    pub(super) fn boolean(&mut self, cx: &Cx<'_>, tree: &tree::Expr) -> ExprId {
        self.expect(cx, tree, &Ty::Bool)
    }

    /// Makes an expression one of the type wanted, where its value is the same thing in another form.
    pub(super) fn coerce(&mut self, id: ExprId, ty: &Ty, wanted: &Ty, span: Span) -> ExprId {
        let literal = match (&self.schema[id], ty, wanted) {
            (Expr::Text(text), Ty::Text | Ty::NoCase, Ty::Bytes) => Some(Expr::Bytes(text.as_bytes().into())),
            (Expr::Bytes(bytes), Ty::Bytes, Ty::Text | Ty::NoCase) => {
                Some(Expr::Text(String::from_utf8_lossy(bytes).into_owned().into_boxed_str()))
            }
            (Expr::Bytes(bytes), Ty::Bytes, Ty::Int(_)) if bytes.len() <= 16 => {
                Some(Expr::Int(bytes.iter().fold(0, |value, byte| value << 8 | i128::from(*byte))))
            }
            _ => None,
        };
        if let Some(literal) = literal {
            return self.push(literal, span);
        }
        match (ty, wanted) {
            (Ty::Int(_), Ty::Bytes) => self.whole_bytes(id, ty, span),
            _ if ty.fits(wanted) => id,
            _ => {
                let text = format!("this is {}, and {} is wanted here", ty.words(), wanted.words());
                self.error(Code::TypeMismatch, span, text);
                id
            }
        }
    }

    /// A stand-in for what has a finding.
    pub(super) fn broken(&mut self, span: Span) -> (ExprId, Ty) {
        (self.push(Expr::Int(0), span), Ty::Any)
    }

    /// An expression and its type. The type wanted helps names of values to be found; it is not enforced.
    pub(super) fn expr(&mut self, cx: &Cx<'_>, tree: &tree::Expr, wanted: Option<&Ty>) -> (ExprId, Ty) {
        let span = tree.span;
        match &tree.kind {
            ExprKind::Int(value, suffix) => self.number(*value, *suffix, span),
            ExprKind::Text(text) => (self.push(Expr::Text(text.as_str().into()), span), Ty::Text),
            ExprKind::Bytes(bytes) | ExprKind::Tagged(_, bytes) => {
                (self.push(Expr::Bytes(bytes.as_slice().into()), span), Ty::Bytes)
            }
            ExprKind::Bool(value) => (self.push(Expr::Bool(*value), span), Ty::Bool),
            ExprKind::Name(name) => self.name(cx, name, span, wanted),
            ExprKind::Member(base, member) => self.member(cx, base, member, span),
            ExprKind::Call(base, args) => self.call(cx, base, args, span, wanted),
            ExprKind::Index(base, at) => self.index_into(cx, base, at, span),
            ExprKind::Slice(base, from, to) => self.slice(cx, base, from, to, span),
            ExprKind::Unary(op, operand) => self.unary(cx, *op, operand, span),
            ExprKind::Binary(op, left, right) => self.binary(cx, *op, left, right, span, wanted),
            ExprKind::Cond(condition, then, otherwise) => {
                let condition = self.boolean(cx, condition);
                let (then_id, ty) = self.expr(cx, then, wanted);
                let (else_id, else_ty) = self.expr(cx, otherwise, wanted.or(Some(&ty)));
                let else_id = self.coerce(else_id, &else_ty, &ty, otherwise.span);
                let joined = join(&ty, &else_ty);
                (self.push(Expr::Cond(condition, then_id, else_id), span), joined)
            }
            ExprKind::In(value, set) => self.is_in(cx, value, set, span),
            ExprKind::List(items) => self.list(cx, items, span, wanted),
            ExprKind::Range(..) | ExprKind::Wildcard => {
                self.error(Code::TypeMismatch, span, "a range or `_` stands in patterns and after `in` alone");
                self.broken(span)
            }
        }
    }

    fn number(&mut self, value: u128, suffix: Option<tree::Suffix>, span: Span) -> (ExprId, Ty) {
        let mut number = Number::PLAIN;
        if let Some(suffix) = suffix {
            if suffix.bits == 0 || suffix.bits > 128 || !super::scalars::fits(value, suffix.bits) {
                let text = format!("{value} does not fit {} bits", suffix.bits);
                self.error(Code::ValueOutOfRange, span, text);
            }
            number = Number { bits: Some(suffix.bits), little: suffix.little, ..Number::PLAIN };
        }
        let Ok(value) = i128::try_from(value) else {
            self.error(Code::ValueOutOfRange, span, "numbers in expressions have at most 127 bits");
            return self.broken(span);
        };
        (self.push(Expr::Int(value), span), Ty::Int(number))
    }

    fn list(&mut self, cx: &Cx<'_>, items: &[tree::Expr], span: Span, wanted: Option<&Ty>) -> (ExprId, Ty) {
        if wanted == Some(&Ty::Anomalies) {
            return self.anomaly_names(items, span);
        }
        let mut element = match wanted {
            Some(Ty::List(element)) => Some((**element).clone()),
            _ => None,
        };
        let mut ids = Vec::with_capacity(items.len());
        for item in items {
            let (id, ty) = self.expr(cx, item, element.as_ref());
            let id = match &element {
                Some(element) => self.coerce(id, &ty, element, item.span),
                None => id,
            };
            ids.push(id);
            element.get_or_insert(ty);
        }
        (self.push(Expr::List(ids.into()), span), Ty::List(Box::new(element.unwrap_or(Ty::Any))))
    }

    /// Names of anomalies are no names of the definition: they stand for themselves.
    fn anomaly_names(&mut self, items: &[tree::Expr], span: Span) -> (ExprId, Ty) {
        let mut ids = Vec::with_capacity(items.len());
        for item in items {
            let Some(text) = dotted(item) else {
                self.error(Code::TypeMismatch, item.span, "the name of an anomaly is wanted here");
                continue;
            };
            ids.push(self.push(Expr::Text(text.into()), item.span));
        }
        (self.push(Expr::List(ids.into()), span), Ty::List(Box::new(Ty::Text)))
    }

    /// A name by itself: the nearest meaning first.
    fn name(&mut self, cx: &Cx<'_>, name: &str, span: Span, wanted: Option<&Ty>) -> (ExprId, Ty) {
        if let Some((position, (_, ty))) = cx.args.iter().zip(0..).map(|(a, b)| (b, a)).find(|(_, (n, _))| n == name) {
            return (self.push(Expr::Arg(position), span), ty.clone());
        }
        if let Some(found) = self.late_member(cx, name, span) {
            return found;
        }
        if let Some(it) = cx.it.as_ref().filter(|_| name == "it") {
            return (self.push(Expr::It, span), it.clone());
        }
        if let Some(frame) = cx.frame
            && let Some(found) = self.name_in_frame(frame, name, span)
        {
            return found;
        }
        if let Some(found) = self.named_value(name, span, wanted) {
            return found;
        }
        if let Some(found) = self.builtin_value(cx, name, span, wanted) {
            return found;
        }
        if let Some(Symbol::Const(position)) = self.symbols.find(cx.module, name) {
            return self.constant(position, span);
        }
        if cx.layers
            && let Some(id) = self.layer_by_key(name)
        {
            return (self.push(Expr::Layer(id), span), Ty::Composite(id));
        }
        self.unknown_name(cx, name, span, wanted);
        self.broken(span)
    }

    fn late_member(&mut self, cx: &Cx<'_>, name: &str, span: Span) -> Option<(ExprId, Ty)> {
        let (interface, defining) = cx.provide?;
        let member = self.schema[interface].members.iter().position(|member| member.name == name)?;
        let member = super::index(member);
        (member != defining).then(|| self.carrier(Via::Late, interface, member, Box::default(), span))
    }

    /// A member of an interface, and its type.
    pub(super) fn carrier(
        &mut self,
        via: Via,
        interface: InterfaceId,
        member: u32,
        args: Box<[ExprId]>,
        span: Span,
    ) -> (ExprId, Ty) {
        let ty = match self.schema[interface].members.get(member as usize).map(|m| m.ty) {
            Some(MemberType::Uint(bits)) => Ty::Int(Number::of_bits(bits)),
            Some(MemberType::Bool) => Ty::Bool,
            Some(MemberType::Bytes) => Ty::Bytes,
            None => Ty::Any,
        };
        (self.push(Expr::Carrier { via, interface, member, args }, span), ty)
    }

    fn name_in_frame(&mut self, frame: CompositeId, name: &str, span: Span) -> Option<(ExprId, Ty)> {
        if let Some(fields) = self.scopes[frame.index()].fields.get(name) {
            let fields: Box<[FieldId]> = fields.as_slice().into();
            return Some(self.fields_value(fields, span));
        }
        if self.scopes[frame.index()].lets.contains_key(name) {
            return Some(self.let_value(frame, name, span));
        }
        let params = &self.schema[frame].params;
        let position = params.iter().position(|param| param.name == name)?;
        let param = params.get(position)?;
        let ty = if param.region {
            Ty::Region
        } else {
            let names = param.names.map_or(Names::None, Names::Enum);
            Ty::Int(Number { names, ..Number::of_bits(param.bits) })
        };
        Some((self.push(Expr::Param(super::index(position)), span), ty))
    }

    /// The value of whichever of these fields is there.
    pub(super) fn fields_value(&mut self, fields: Box<[FieldId]>, span: Span) -> (ExprId, Ty) {
        let mut types = fields.iter().filter_map(|field| self.types.get(field.index()));
        let first = types.next().cloned().unwrap_or(Ty::Any);
        let ty = types.fold(first, |ty, other| if ty.fits(other) { join(&ty, other) } else { Ty::Any });
        (self.push(Expr::Field(fields), span), ty)
    }

    /// A `let` is the expression it stands for, worked out once.
    pub(super) fn let_value(&mut self, frame: CompositeId, name: &str, span: Span) -> (ExprId, Ty) {
        let Some(scope) = self.scopes[frame.index()].lets.get_mut(name) else { return self.broken(span) };
        let (module, tree) = (scope.module, scope.tree);
        match std::mem::replace(&mut scope.state, LetState::Busy) {
            LetState::Done(id, ty) => {
                scope.state = LetState::Done(id, ty.clone());
                (id, ty)
            }
            LetState::Busy => {
                self.error(Code::CyclicDefinition, span, format!("`{name}` needs itself"));
                self.broken(span)
            }
            LetState::New => {
                let (id, mut ty) = match self.deeper(span) {
                    true => self.expr(&Cx::frame(module, frame), &tree.value, None),
                    false => self.broken(span),
                };
                self.waiting -= 1;
                if let Ty::Int(number) = &mut ty {
                    for clause in &tree.clauses {
                        if let tree::ClauseKind::Unit(unit) = &clause.kind {
                            number.unit = Some(unit.text.clone());
                        }
                    }
                }
                if let Some(scope) = self.scopes[frame.index()].lets.get_mut(name) {
                    scope.state = LetState::Done(id, ty.clone());
                }
                (id, ty)
            }
        }
    }

    /// Counts one more `let` or constant whose value waits for another one's; false, with a finding, for one too many.
    pub(super) fn deeper(&mut self, span: Span) -> bool {
        self.waiting += 1;
        let fine = self.waiting <= MOST_WAITING;
        if !fine {
            let text = format!("more than {MOST_WAITING} names wait for the value of this one");
            self.error(Code::TooDeep, span, text);
        }
        fine
    }

    /// A name of the type wanted: an enumerator, or a flag.
    fn named_value(&mut self, name: &str, span: Span, wanted: Option<&Ty>) -> Option<(ExprId, Ty)> {
        let Some(Ty::Int(number)) = wanted else { return None };
        match number.names {
            Names::Enum(id) => self.enumerator_value(id, name, span),
            Names::Flags(id) => {
                let value = flag_value(&self.schema, id, name)?;
                Some((self.push(Expr::Int(value), span), Ty::Int(number.clone())))
            }
            Names::None => None,
        }
    }

    fn enumerator_value(&mut self, id: EnumId, name: &str, span: Span) -> Option<(ExprId, Ty)> {
        let found = self.schema[id].named(name)?;
        let value = match found.values {
            Values::Range(low, _) => i128::try_from(low).ok()?,
            Values::Matching(_) => return None,
        };
        let (bits, little) = (self.schema[id].bits, self.schema[id].little);
        let ty = Ty::Int(Number { bits: Some(bits), little, names: Names::Enum(id), unit: None });
        Some((self.push(Expr::Int(value), span), ty))
    }

    /// The layer that expressions call by this name.
    pub(super) fn layer_by_key(&mut self, key: &str) -> Option<CompositeId> {
        let layer =
            |(c, _): &(&crate::model::Composite, u32)| c.key == key && matches!(c.kind, CompositeKind::Layer(_));
        let position = self.schema.composites.iter().zip(0..).find(layer)?.1;
        Some(CompositeId(position))
    }

    fn unknown_name(&mut self, cx: &Cx<'_>, name: &str, span: Span, wanted: Option<&Ty>) {
        let mut known: Vec<&str> = Vec::new();
        if let Some(frame) = cx.frame {
            let scope = &self.scopes[frame.index()];
            known.extend(scope.fields.keys().map(String::as_str));
            known.extend(scope.lets.keys().map(String::as_str));
            known.extend(scope.variants.keys().map(String::as_str));
            known.extend(scope.needs.keys().map(String::as_str));
        }
        if let Some(Ty::Int(Number { names: Names::Enum(id), .. })) = wanted {
            known.extend(self.schema[*id].enumerators.iter().map(|e| e.name.as_str()));
        }
        if let Some(Ty::Int(Number { names: Names::Flags(id), .. })) = wanted {
            known.extend(self.schema[*id].flags.iter().filter_map(|flag| flag.name.as_deref()));
        }
        known.sort_unstable();
        let near = super::symbols::nearest(name, known.into_iter()).map(|near| format!("there is `{near}`"));
        let mut diagnostic = Diagnostic::new(Code::UnknownName, span, format!("there is nothing called `{name}` here"));
        diagnostic.help = near;
        self.report(diagnostic);
    }

    fn member(&mut self, cx: &Cx<'_>, base: &tree::Expr, member: &tree::Name, span: Span) -> (ExprId, Ty) {
        if let ExprKind::Name(name) = &base.kind
            && let Some(found) = self.member_of_name(cx, name, member, span)
        {
            return found;
        }
        let (id, ty) = self.expr(cx, base, None);
        self.member_of(id, &ty, member, span)
    }

    /// Members of what is no value by itself: an enum, an interface, a named arm.
    fn member_of_name(&mut self, cx: &Cx<'_>, name: &str, member: &tree::Name, span: Span) -> Option<(ExprId, Ty)> {
        if let Some((via, interface)) = self.interface_called(cx, name) {
            let position = self.schema[interface].members.iter().position(|m| m.name == member.text);
            let Some(position) = position else {
                let text = format!("`{}` has no member `{}`", self.schema[interface].name, member.text);
                self.error(Code::UnknownName, member.span, text);
                return Some(self.broken(span));
            };
            return Some(self.carrier(via, interface, super::index(position), Box::default(), span));
        }
        if let Some(frame) = cx.frame
            && let Some(found) = self.member_of_variant(frame, name, member, span)
        {
            return Some(found);
        }
        if cx.frame.is_some_and(|frame| self.scopes[frame.index()].fields.contains_key(name)) {
            return None;
        }
        if let Some(position) = self.symbols.peek(cx.module, name)
            && let Some(Symbol::Enum(id)) = self.symbols.entries.get(position).map(|entry| entry.symbol)
        {
            self.symbols.mark(Symbol::Enum(id));
            return Some(self.enumerator_value(id, &member.text, span).unwrap_or_else(|| {
                let text = format!("`{name}` has no single value `{}`", member.text);
                self.error(Code::UnknownName, member.span, text);
                self.broken(span)
            }));
        }
        None
    }

    /// A field of a named arm of the frame. A field of the same name comes first, where it has members of its own.
    fn member_of_variant(
        &mut self,
        frame: CompositeId,
        name: &str,
        member: &tree::Name,
        span: Span,
    ) -> Option<(ExprId, Ty)> {
        let scope = &self.scopes[frame.index()];
        let arms = scope.variants.get(name)?.clone();
        let own = scope.fields.get(name).and_then(|fields| fields.first());
        let has_members = own.and_then(|field| self.types.get(field.index())).is_some_and(|ty| match ty {
            Ty::Composite(_) => true,
            Ty::List(element) => matches!(**element, Ty::Composite(_)) || member.text == "len",
            Ty::Int(number) => matches!(number.names, Names::Flags(_)),
            _ => false,
        });
        let fields = self.fields_in_variants(frame, &arms, &member.text);
        match (fields.is_empty(), own) {
            (false, _) if !has_members => Some(self.fields_value(fields, span)),
            (true, None) => {
                self.error(Code::UnknownName, member.span, format!("`{name}` has no field `{}`", member.text));
                Some(self.broken(span))
            }
            (false, None) => Some(self.fields_value(fields, span)),
            _ => None,
        }
    }

    /// The interface that a name stands for: a need, `outer` in a `provide`, or what a metafield is over.
    pub(super) fn interface_called(&self, cx: &Cx<'_>, name: &str) -> Option<(Via, InterfaceId)> {
        if let Some((_, interface)) = cx.over.iter().find(|(over, _)| over == name) {
            return Some((Via::Packet, *interface));
        }
        if name == "outer"
            && let Some((interface, _)) = cx.provide
        {
            return Some((Via::Outer, interface));
        }
        let frame = cx.frame?;
        let position = *self.scopes[frame.index()].needs.get(name)?;
        match &self.schema[frame].kind {
            CompositeKind::Layer(layer) => layer.needs.get(position as usize).map(|(id, _)| (Via::Below, *id)),
            CompositeKind::Struct | CompositeKind::Codec(_) => None,
        }
    }

    /// The fields of that name in these named arms.
    fn fields_in_variants(&self, frame: CompositeId, arms: &[u32], name: &str) -> Box<[FieldId]> {
        let in_arms = |id: &&FieldId| {
            let field = &self.schema[**id];
            field.variant.is_some_and(|variant| arms.contains(&variant)) && field.name.as_deref() == Some(name)
        };
        self.schema[frame].fields.iter().filter(in_arms).copied().collect()
    }

    /// A member of a value.
    pub(super) fn member_of(&mut self, id: ExprId, ty: &Ty, member: &tree::Name, span: Span) -> (ExprId, Ty) {
        let found = match ty {
            Ty::Any => return self.broken(span),
            Ty::Int(Number { names: Names::Flags(flags), .. }) => {
                let flag = self.schema[*flags].flags.iter().find(|flag| flag.name.as_deref() == Some(&member.text));
                flag.cloned().map(|flag| {
                    let ty = if flag.boolean {
                        Ty::Bool
                    } else {
                        let names = flag.names.map_or(Names::None, Names::Enum);
                        Ty::Int(Number { names, ..Number::of_bits(flag.bits) })
                    };
                    (Expr::Bits { of: id, shift: flag.shift, bits: flag.bits, boolean: flag.boolean }, ty)
                })
            }
            Ty::List(_) | Ty::Bytes | Ty::Text | Ty::NoCase if member.text == "len" => Some((Expr::Len(id), Ty::INT)),
            Ty::List(element) => match **element {
                Ty::Composite(element) => self.variant_of(id, element, &member.text),
                _ => None,
            },
            Ty::Composite(composite) => {
                let composite = *composite;
                match self.scopes[composite.index()].fields.get(&member.text) {
                    Some(fields) => {
                        let fields: Box<[FieldId]> = self.narrowed(id, fields).into();
                        let (own, ty) = self.fields_value(fields, span);
                        match self.schema[own].clone() {
                            Expr::Field(fields) => Some((Expr::Member(id, fields), ty)),
                            _ => None,
                        }
                    }
                    None => self.variant_of(id, composite, &member.text),
                }
            }
            _ => None,
        };
        match found {
            Some((expr, ty)) => (self.push(expr, span), ty),
            None => {
                let text = format!("{} has no member `{}` here", ty.words(), member.text);
                self.error(Code::UnknownName, member.span, text);
                self.broken(span)
            }
        }
    }

    /// Of the fields of a name, those in the variant that an expression selects.
    fn narrowed(&self, of: ExprId, fields: &[FieldId]) -> Vec<FieldId> {
        let Expr::Variant(_, composite, key) = &self.schema[of] else { return fields.to_vec() };
        let Some(arms) = self.scopes[composite.index()].variants.get(&**key) else { return fields.to_vec() };
        let inside = |id: &&FieldId| self.schema[**id].variant.is_some_and(|variant| arms.contains(&variant));
        let narrowed: Vec<_> = fields.iter().filter(inside).copied().collect();
        if narrowed.is_empty() { fields.to_vec() } else { narrowed }
    }

    fn variant_of(&self, id: ExprId, composite: CompositeId, key: &str) -> Option<(Expr, Ty)> {
        self.scopes[composite.index()]
            .variants
            .contains_key(key)
            .then(|| (Expr::Variant(id, composite, key.into()), Ty::Composite(composite)))
    }
}

/// What holds of either type.
fn join(a: &Ty, b: &Ty) -> Ty {
    match (a, b) {
        (Ty::Any, other) => other.clone(),
        (Ty::Int(x), Ty::Int(y)) => Ty::Int(Number {
            bits: if x.bits == y.bits { x.bits } else { None },
            little: x.little && y.little,
            names: if x.names == y.names { x.names } else { Names::None },
            unit: x.unit.clone().or_else(|| y.unit.clone()),
        }),
        _ => a.clone(),
    }
}

/// `a.b.c` as text.
pub(super) fn dotted(tree: &tree::Expr) -> Option<String> {
    match &tree.kind {
        ExprKind::Name(name) => Some(name.clone()),
        ExprKind::Member(base, member) => Some(format!("{}.{}", dotted(base)?, member.text)),
        _ => None,
    }
}
