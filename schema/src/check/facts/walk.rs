//! The walk over a composite in the order of the wire.

use super::env::Env;
use super::interval::Interval;
use super::{Analysis, It, Key, values, visit};
use crate::check::walk::{each_item, item_fields};
use crate::model::{
    Action, Block, CompositeId, CompositeKind, Encode, Expr, ExprId, Extent, FieldId, Item, Match, Type, Values,
    Verify, Yield,
};
use crate::{Code, Diagnostic};

impl Analysis<'_> {
    /// Looks at everything in a composite.
    pub(super) fn composite(&mut self, id: CompositeId) {
        self.composite = Some(id);
        let schema = self.schema;
        let composite = &schema[id];
        let mut env = self.block(Env::default(), &composite.body);
        // What was rejected on every way can still be built, field by field.
        env.dead = false;
        for field in &composite.fields {
            self.derived(&env, *field);
        }
        for named in &composite.lets {
            self.visit(&env, named.value, It::Unknown);
        }
        match &composite.kind {
            CompositeKind::Layer(layer) => {
                for member in layer.provides.iter().flat_map(|provide| provide.members.iter().flatten()) {
                    self.visit(&env, *member, It::Unknown);
                }
            }
            CompositeKind::Codec(codec) => {
                if let Encode::Fields(fields) = &codec.encode {
                    for (_, value) in fields {
                        self.visit(&Env::default(), *value, It::Unknown);
                    }
                }
            }
            CompositeKind::Struct => {}
        }
        self.composite = None;
    }

    /// Looks at what stands outside of composites, or over the whole of one.
    pub(super) fn rest(&mut self) {
        let schema = self.schema;
        let env = Env::default();
        for (enumerator, bits) in schema.enums.iter().flat_map(|e| e.enumerators.iter().map(move |v| (v, e.bits))) {
            if let Values::Matching(condition) = enumerator.values {
                self.visit(&env, condition, It::One(Interval::unsigned(bits)));
            }
        }
        for (row, bits) in schema.tables.iter().flat_map(|t| t.rows.iter().map(move |row| (row, t.bits))) {
            if let Some(guard) = row.guard {
                self.visit(&env, guard, It::One(Interval::unsigned(bits)));
            }
        }
        for probe in &schema.probes {
            if let Some(guard) = probe.guard {
                self.visit(&env, guard, It::Unknown);
            }
            self.visit(&env, probe.condition, It::Unknown);
        }
    }

    fn block(&mut self, mut env: Env, block: &Block) -> Env {
        for item in &block.items {
            env = self.item(env, item);
        }
        for item in &block.items {
            if let Item::Expect(expect) = item
                && self.visit(&env, expect.condition, It::Unknown)
            {
                self.always(&env, expect.condition, It::Unknown, "the anomaly can't occur");
            }
        }
        env
    }

    fn item(&mut self, env: Env, item: &Item) -> Env {
        match item {
            Item::Run(_) | Item::Container { .. } | Item::Field(_) => {
                item_fields(item).iter().fold(env, |env, field| self.field(env, *field))
            }
            Item::Match(m) => self.choice(env, m),
            Item::If { condition, then, otherwise } => {
                self.visit(&env, *condition, It::Unknown);
                let mut first = env.clone();
                self.assume(&mut first, *condition, It::Unknown, true);
                let mut second = env;
                self.assume(&mut second, *condition, It::Unknown, false);
                let first = self.block(first, then);
                let second = self.block(second, otherwise);
                self.join(first, second)
            }
            Item::Repeat { body, condition, .. } => self.repeat(env, body, *condition),
            Item::Jump { at, .. } => {
                self.length(&env, *at, "the place of a jump");
                env
            }
            Item::Emit(value) | Item::Yields(Yield::Expr(value)) => {
                self.visit(&env, *value, It::Unknown);
                env
            }
            Item::Expect(_) | Item::Align { .. } | Item::Yields(_) => env,
        }
    }

    /// What is known before a loop still holds after it, but for what its steps set anew.
    fn repeat(&mut self, env: Env, body: &Block, condition: Option<ExprId>) -> Env {
        let step = self.block(env.clone(), body);
        if let Some(condition) = condition {
            self.visit(&step, condition, It::Unknown);
        }
        let mut env = env;
        let mut set = |item: &Item| env.seen.extend(item_fields(item));
        each_item(body, &mut set);
        env.changed();
        env
    }

    fn choice(&mut self, env: Env, m: &Match) -> Env {
        self.visit(&env, m.on, It::Unknown);
        if let Some(within) = m.within {
            self.length(&env, within, "the length of the arms' region");
        }
        let mut left = env.clone();
        let mut end = Env { dead: true, ..Env::default() };
        for arm in &m.arms {
            let mut taken = left.clone();
            if !arm.tags.is_empty() {
                self.assume_tags(&mut taken, m.on, &arm.tags);
            }
            if let Some(guard) = arm.guard {
                self.visit(&taken, guard, It::Unknown);
                self.assume(&mut taken, guard, It::Unknown, true);
            } else {
                self.assume_not_tags(&mut left, m.on, &arm.tags);
            }
            if let Action::Read(_, block) = &arm.action {
                let after = self.block(taken, block);
                end = self.join(end, after);
            }
        }
        let complete = m.arms.iter().any(|arm| arm.tags.is_empty() && arm.guard.is_none());
        // What no arm takes is reported elsewhere, and what follows is looked at as if one did.
        if complete { end } else { self.join(end, left) }
    }

    fn assume_tags(&self, env: &mut Env, on: ExprId, tags: &[(i128, i128)]) {
        let values = tags.iter().map(|(low, high)| Interval::new(*low, *high)).reduce(Interval::join);
        if let (Some(values), Some(form)) = (values, self.form(env, on, It::Unknown)) {
            self.within(env, &form, values);
        }
    }

    /// What is left when tags at an end of the values are gone.
    fn assume_not_tags(&self, env: &mut Env, on: ExprId, tags: &[(i128, i128)]) {
        let mut tags = tags.to_vec();
        tags.sort_unstable();
        let Some(form) = self.form(env, on, It::Unknown) else { return };
        for (low, high) in tags.iter().chain(tags.iter().rev()) {
            let values = self.range(env, on, It::Unknown);
            let left = match (*low <= values.low, *high >= values.high) {
                (true, false) => Interval::new(high.saturating_add(1), i128::MAX),
                (false, true) => Interval::new(i128::MIN, low.saturating_sub(1)),
                (true, true) if tags.len() == 1 => {
                    env.dead = true;
                    return;
                }
                _ => continue,
            };
            self.within(env, &form, left);
        }
    }

    fn field(&mut self, env: Env, id: FieldId) -> Env {
        let schema = self.schema;
        let field = &schema[id];
        let Some(condition) = field.condition else { return self.present(env, id) };
        self.visit(&env, condition, It::Unknown);
        let mut there = env.clone();
        if !field.opaque_otherwise {
            self.assume(&mut there, condition, It::Unknown, true);
        }
        let there = self.present(there, id);
        if field.opaque_otherwise { there } else { self.join(env, there) }
    }

    /// A field where it is read.
    fn present(&mut self, mut env: Env, id: FieldId) -> Env {
        let schema = self.schema;
        let field = &schema[id];
        let what = match &field.name {
            Some(name) => format!("the length of `{name}`"),
            None => "the length".to_owned(),
        };
        if let Some(within) = field.within {
            self.length(&env, within, &what);
        }
        if let Some(partial) = field.partial {
            self.visit(&env, partial, It::Unknown);
        }
        self.read_type(&env, &field.ty, &what);
        env.read(id);
        let it = It::Field(id);
        if let Some(constant) = field.constant {
            self.visit(&env, constant, It::Unknown);
            self.fits(&env, id, constant, Code::ValueOutOfRange);
            if !field.lenient && values::is_integer(schema, &field.ty) {
                let value = self.range(&env, constant, It::Unknown);
                let atom = self.atom(Key::Field(id));
                let before = self.atom_range(&env, atom);
                if before.meet(value).is_some() {
                    self.restrict(&mut env, atom, value);
                }
            }
        }
        for (condition, _) in &field.wheres {
            if self.visit(&env, *condition, it) {
                self.always(&env, *condition, it, "every value passes");
                self.never(&env, *condition, id);
            }
            let mut after = env.clone();
            self.assume(&mut after, *condition, it, true);
            // Where no value passes, nothing that follows is looked at as if it could be reached.
            env = after;
        }
        env
    }

    fn read_type(&mut self, env: &Env, ty: &Type, what: &str) {
        match ty {
            Type::UintOf { bits } => {
                self.length(env, *bits, "a width");
                let width = self.range(env, *bits, It::Unknown);
                if width.high > 128 && width.low >= 0 && !env.dead {
                    let text = format!("a number has at most 128 bits, and this width is {}", visit::words(width));
                    self.report(Diagnostic::new(Code::MayOverflow, self.span(*bits), text));
                }
            }
            Type::Bytes(extent) | Type::Text(_, extent) => self.extent(env, extent, Interval::unsigned(8), what),
            Type::List(element, extent) => {
                self.read_type(env, element, what);
                self.extent(env, extent, values::of_type(self.schema, element), what);
            }
            Type::Struct(_, args) | Type::Codec(_, args) => {
                for arg in args {
                    self.visit(env, *arg, It::Unknown);
                }
            }
            Type::Next(crate::model::Next::From { keys, .. }) => {
                for key in keys {
                    self.visit(env, *key, It::Unknown);
                }
            }
            Type::Uint { .. } | Type::Int { .. } | Type::Bool | Type::Float { .. } | Type::Next(_) => {}
        }
    }

    fn extent(&mut self, env: &Env, extent: &Extent, element: Interval, what: &str) {
        match extent {
            Extent::Count(count) => self.length(env, *count, what),
            Extent::Until(condition) => {
                self.visit(env, *condition, It::One(element));
            }
            Extent::PrefixBytes(prefix) | Extent::PrefixItems(prefix) => self.read_type(env, prefix, what),
            Extent::ToEnd => {}
        }
    }

    /// What a builder does with a field, and what is held against it when all is read.
    fn derived(&mut self, env: &Env, id: FieldId) {
        let schema = self.schema;
        let field = &schema[id];
        // A builder may be given any values, so what reading proves does not hold.
        let open = Env::default();
        if let Some(auto) = field.auto
            && self.visit(&open, auto, It::Unknown)
        {
            self.fits(&open, id, auto, Code::MayOverflow);
        }
        if let Some(default) = field.default
            && self.visit(&open, default, It::Unknown)
        {
            self.fits(&open, id, default, Code::ValueOutOfRange);
        }
        if let Some(Verify::When(condition)) = field.verify {
            self.visit(env, condition, It::Field(id));
        }
    }

    /// Reports a value that the field can't hold, whatever the packet.
    fn fits(&mut self, env: &Env, id: FieldId, value: ExprId, code: Code) {
        let schema = self.schema;
        let field = &schema[id];
        if !values::is_integer(schema, &field.ty) || matches!(schema[value], Expr::Random | Expr::Bytes(_)) {
            return;
        }
        let (holds, given) = (values::of_field(schema, field), self.range(env, value, It::Unknown));
        if given.meet(holds).is_some() {
            return;
        }
        let text = match code {
            Code::MayOverflow => format!(
                "the derived value never fits: it is {}, and the field holds {}",
                visit::words(given),
                visit::words(holds)
            ),
            _ => format!("the field holds {}, and this is {}", visit::words(holds), visit::words(given)),
        };
        self.report(Diagnostic::new(code, self.span(value), text));
    }

    /// Reports a `where` that no value passes.
    fn never(&mut self, env: &Env, condition: ExprId, id: FieldId) {
        let it = It::Field(id);
        if env.dead || self.range(env, condition, it).only() != Some(0) {
            return;
        }
        let values = self.atom_range(env, self.atom(Key::Field(id)));
        let text = match values {
            Interval::ALL => "no value passes".to_owned(),
            _ => format!("no value passes: the field holds {}", visit::words(values)),
        };
        self.report(Diagnostic::new(Code::ValueOutOfRange, self.span(condition), text));
    }

    /// Reports a check that holds whatever the packet.
    fn always(&mut self, env: &Env, condition: ExprId, it: It, why: &str) {
        if env.dead || self.range(env, condition, it).only() != Some(1) {
            return;
        }
        let text = format!("this always holds: {why}");
        self.report(Diagnostic::new(Code::AlwaysTrue, self.span(condition), text));
    }
}
