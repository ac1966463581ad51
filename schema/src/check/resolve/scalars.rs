//! Enums, flags, constants, interfaces, keys of tables, parameters: what expressions stand on.

use super::symbols::Symbol;
use super::types::{Number, Ty, scalar};
use super::{CompositeTree, Cx, Resolver, index};
use crate::model::{
    CodecResult, CompositeKind, EnumId, Enumerator, Expr, ExprId, Flag, FlagsId, InterfaceId, Member, MemberType,
    ModuleId, Names, Param, TableId, Values,
};
use crate::tree::{self, EnumeratorValue, ItemKind, TypeKind};
use crate::{Code, Diagnostic};

impl<'t> Resolver<'t> {
    /// Resolves everything that has no fields, and the parameters of what has.
    pub(super) fn scalars(&mut self) {
        self.representations();
        for (module, item) in self.items() {
            match &item.kind {
                ItemKind::Enum(tree) => self.enumerators(module, &tree.name, &tree.enumerators),
                ItemKind::Extend(tree) if !tree.enumerators.is_empty() => self.extend_enum(module, tree),
                ItemKind::Interface(tree) => self.members(module, tree),
                _ => {}
            }
        }
        self.parameters();
    }

    /// Widths first: named values of one enum may be used in another one.
    fn representations(&mut self) {
        for (module, item) in self.items() {
            match &item.kind {
                ItemKind::Enum(tree) => {
                    let Some(Symbol::Enum(id)) = self.symbols_own(module, &tree.name) else { continue };
                    let (bits, little) = self.representation(module, &tree.repr);
                    (self.schema[id].bits, self.schema[id].little) = (bits, little);
                }
                ItemKind::Flags(tree) => {
                    let Some(Symbol::Flags(id)) = self.symbols_own(module, &tree.name) else { continue };
                    let (bits, little) = self.representation(module, &tree.repr);
                    (self.schema[id].bits, self.schema[id].little) = (bits, little);
                }
                _ => {}
            }
        }
        for (module, item) in self.items() {
            match &item.kind {
                ItemKind::Flags(tree) => self.flags(module, tree),
                ItemKind::Table(tree) => self.table_key(module, tree),
                _ => {}
            }
        }
    }

    /// The symbol that a module's own item got, without counting as a use.
    pub(super) fn symbols_own(&self, module: ModuleId, name: &tree::Name) -> Option<Symbol> {
        let entry = self.symbols.entries.iter().find(|e| e.module == module && e.span == name.span);
        entry.map(|entry| entry.symbol)
    }

    fn representation(&mut self, module: ModuleId, ty: &tree::TypeRef) -> (u32, bool) {
        if let TypeKind::Named { path, args, extents } = &ty.kind
            && args.is_empty()
            && extents.is_empty()
            && let Some(found) = scalar(&path.text())
        {
            match found {
                Ok(s) if !s.signed => return (s.bits, self.little(module, s)),
                _ => {
                    self.report(
                        Diagnostic::new(Code::BadWidth, ty.span, format!("values can't be `{}`", path.text()))
                            .help("they are unsigned, of 1 to 128 bits"),
                    );
                    return (64, false);
                }
            }
        }
        self.error(Code::TypeMismatch, ty.span, "an unsigned number is wanted here, such as `u8`");
        (64, false)
    }

    fn enumerators(&mut self, module: ModuleId, name: &tree::Name, trees: &[tree::Enumerator]) {
        if let Some(Symbol::Enum(id)) = self.symbols_own(module, name) {
            for tree in trees {
                self.enumerator(module, id, tree);
            }
        }
    }

    fn extend_enum(&mut self, module: ModuleId, tree: &tree::Extend) {
        match self.symbol(module, &tree.target, "enum") {
            Some(Symbol::Enum(id)) => {
                for enumerator in &tree.enumerators {
                    self.enumerator(module, id, enumerator);
                }
            }
            Some(other) => self.wrong_kind(&tree.target, other, "enum"),
            None => {}
        }
    }

    fn enumerator(&mut self, module: ModuleId, id: EnumId, tree: &tree::Enumerator) {
        let bits = self.schema[id].bits;
        let values = match &tree.value {
            EnumeratorValue::Is(value) => {
                let Some((low, high)) = self.const_range(&Cx::module(module), value) else { return };
                let (Ok(low), Ok(high)) = (u128::try_from(low), u128::try_from(high)) else {
                    self.error(Code::ValueOutOfRange, value.span, "named values are not negative");
                    return;
                };
                if !fits(high, bits) {
                    let text = format!("{high} does not fit the {bits} bits of `{}`", self.schema[id].name);
                    self.error(Code::ValueOutOfRange, value.span, text);
                    return;
                }
                if low > high {
                    self.error(Code::ValueOutOfRange, value.span, "the range ends before it starts");
                    return;
                }
                Values::Range(low, high)
            }
            EnumeratorValue::Matches(condition) => {
                let it = Ty::Int(Number::of_bits(bits));
                Values::Matching(self.boolean(&Cx::module(module).it(it), condition))
            }
        };
        if let Some(before) = self.schema[id].named(&tree.name.text) {
            let first = before.span;
            self.report(
                Diagnostic::new(Code::DuplicateName, tree.name.span, format!("`{}` is defined twice", tree.name.text))
                    .here("again here")
                    .label(first, "first here"),
            );
            return;
        }
        let position = index(self.schema[id].enumerators.len());
        if let Values::Range(low, high) = values
            && low == high
        {
            self.schema[id].by_value.entry(low).or_insert(position);
        }
        self.schema[id].enumerators.push(Enumerator {
            name: tree.name.text.clone(),
            label: tree.label.clone(),
            docs: tree.docs.clone(),
            values,
            span: tree.name.span,
        });
    }

    fn flags(&mut self, module: ModuleId, tree: &tree::Flags) {
        let Some(Symbol::Flags(id)) = self.symbols_own(module, &tree.name) else { return };
        let mut left = self.schema[id].bits;
        let mut flags: Vec<(Flag, tree::Span)> = Vec::new();
        for flag in &tree.flags {
            let Some((bits, boolean, names)) = self.flag_type(module, flag) else { return };
            let Some(shift) = left.checked_sub(bits) else {
                let text =
                    format!("the flags take more than the {} bits of `{}`", self.schema[id].bits, tree.name.text);
                self.report(
                    Diagnostic::new(Code::BadWidth, flag.span, text).label(tree.repr.span, "the width is said here"),
                );
                return;
            };
            left = shift;
            let name = flag.name.as_ref().map(|name| name.text.clone());
            if let Some((_, first)) = flags.iter().find(|(other, _)| name.is_some() && other.name == name) {
                self.report(
                    Diagnostic::new(Code::DuplicateName, flag.span, "two flags have the same name")
                        .label(*first, "first here"),
                );
            }
            let flag_model =
                Flag { name, label: flag.label.clone(), docs: flag.docs.clone(), shift, bits, boolean, names };
            flags.push((flag_model, flag.span));
        }
        if left != 0 {
            let text = format!("{left} of the {} bits of `{}` are not named", self.schema[id].bits, tree.name.text);
            self.report(
                Diagnostic::new(Code::BadWidth, tree.repr.span, text).help("reserved bits are `_`, or `_: u3`"),
            );
        }
        self.schema[id].flags = flags.into_iter().map(|(flag, _)| flag).collect();
    }

    fn flag_type(&mut self, module: ModuleId, flag: &tree::Flag) -> Option<(u32, bool, Option<EnumId>)> {
        let Some(ty) = &flag.ty else { return Some((1, true, None)) };
        match self.shape(module, ty) {
            Ty::Int(Number { bits: Some(bits), names, .. }) => {
                let names = match names {
                    Names::Enum(id) => Some(id),
                    Names::None | Names::Flags(_) => None,
                };
                Some((bits, false, names))
            }
            Ty::Bool => Some((1, true, None)),
            _ => {
                self.error(Code::TypeMismatch, ty.span, "a group of flags is an unsigned number or an enum");
                None
            }
        }
    }

    fn table_key(&mut self, module: ModuleId, tree: &tree::Table) {
        let Some(Symbol::Table(id)) = self.symbols_own(module, &tree.name) else { return };
        let id: TableId = id;
        match self.shape(module, &tree.key) {
            Ty::Int(Number { bits: Some(bits), names, .. }) => {
                self.schema[id].bits = bits;
                if let Names::Enum(names) = names {
                    self.schema[id].names = Some(names);
                }
            }
            _ => self.error(Code::TypeMismatch, tree.key.span, "a key is an unsigned number or an enum"),
        }
    }

    fn members(&mut self, module: ModuleId, tree: &tree::Interface) {
        let Some(Symbol::Interface(id)) = self.symbols_own(module, &tree.name) else { return };
        let id: InterfaceId = id;
        for member in &tree.members {
            let ty = match self.shape(module, &member.ty) {
                Ty::Bytes => MemberType::Bytes,
                Ty::Bool => MemberType::Bool,
                Ty::Int(Number { bits: Some(bits), .. }) => MemberType::Uint(bits),
                _ => {
                    self.error(
                        Code::TypeMismatch,
                        member.ty.span,
                        "a member is bytes, an unsigned number or a boolean",
                    );
                    continue;
                }
            };
            let params = member.params.iter().map(|param| match self.shape(module, &param.ty) {
                Ty::Int(Number { bits: Some(bits), .. }) => (param.name.text.clone(), bits),
                _ => (param.name.text.clone(), 0),
            });
            let params: Vec<_> = params.collect();
            for (param, _) in member.params.iter().zip(&params).filter(|(_, (_, bits))| *bits == 0) {
                self.error(Code::TypeMismatch, param.ty.span, "an argument of a member is an unsigned number");
            }
            self.schema[id].members.push(Member { name: member.name.text.clone(), params, ty });
        }
    }

    fn parameters(&mut self) {
        for position in 0..self.trees.len() {
            let Some(&(module, tree)) = self.trees.get(position) else { continue };
            let params = match tree {
                CompositeTree::Body(body) => &body.params,
                CompositeTree::Codec(codec) => &codec.params,
            };
            let resolved = params.iter().map(|param| self.param(module, param)).collect();
            let id = crate::model::CompositeId(index(position));
            self.schema[id].params = resolved;
            if let CompositeTree::Codec(codec) = tree {
                let result = self.codec_result(&codec.result);
                if let CompositeKind::Codec(model) = &mut self.schema[id].kind {
                    model.result = result;
                }
            }
        }
    }

    fn param(&mut self, module: ModuleId, param: &tree::Param) -> Param {
        let name = param.name.text.clone();
        if let TypeKind::Named { path, .. } = &param.ty.kind
            && path.text() == "region"
        {
            return Param { name, region: true, bits: 0, names: None };
        }
        match self.shape(module, &param.ty) {
            Ty::Int(Number { bits, names, .. }) => {
                let names = match names {
                    Names::Enum(id) => Some(id),
                    Names::None | Names::Flags(_) => None,
                };
                Param { name, region: false, bits: bits.unwrap_or(64), names }
            }
            _ => {
                self.error(
                    Code::TypeMismatch,
                    param.ty.span,
                    "a parameter is an unsigned number, an enum or a `region`",
                );
                Param { name, region: false, bits: 64, names: None }
            }
        }
    }

    fn codec_result(&mut self, ty: &tree::TypeRef) -> CodecResult {
        if let TypeKind::Named { path, .. } = &ty.kind {
            match (path.text().as_str(), scalar(&path.text())) {
                ("name", _) => return CodecResult::Name,
                ("bytes", _) => return CodecResult::Bytes,
                (_, Some(Ok(s))) if !s.signed && s.bits <= 64 => return CodecResult::Uint(s.bits),
                _ => {}
            }
        }
        self.error(
            Code::TypeMismatch,
            ty.span,
            "a codec yields `name`, `bytes`, or an unsigned number of at most 64 bits",
        );
        CodecResult::Uint(64)
    }

    /// The value of a constant, and its type.
    pub(super) fn constant(&mut self, position: usize, span: tree::Span) -> (ExprId, Ty) {
        let value = match self.consts.get(&position) {
            Some(Some(known)) => Some(known.clone()),
            Some(None) => {
                self.error(Code::CyclicDefinition, span, "the constant needs itself");
                None
            }
            None => self.work_out_constant(position),
        };
        let (value, ty) = value.unwrap_or((0, Ty::Any));
        (self.push(Expr::Int(value), span), ty)
    }

    fn work_out_constant(&mut self, position: usize) -> Option<(i128, Ty)> {
        let &(module, tree) = self.symbols.consts.get(position)?;
        self.consts.insert(position, None);
        let ty = self.shape(module, &tree.ty);
        let value = match self.deeper(tree.name.span) {
            true => self.const_int(&Cx::module(module), &tree.value, &ty),
            false => None,
        };
        self.waiting -= 1;
        let value = value?;
        let width = if let Ty::Int(Number { bits: Some(bits), .. }) = &ty { *bits } else { 127 };
        if !u128::try_from(value).is_ok_and(|value| fits(value, width)) && value >= 0 {
            self.error(Code::ValueOutOfRange, tree.value.span, format!("{value} does not fit {width} bits"));
        }
        self.consts.insert(position, Some((value, ty.clone())));
        Some((value, ty))
    }

    /// A constant expression's value; a finding where it is none.
    pub(super) fn const_int(&mut self, cx: &Cx<'_>, tree: &tree::Expr, wanted: &Ty) -> Option<i128> {
        let before = self.found.len();
        let id = self.expect(cx, tree, wanted);
        if let Expr::Int(value) = self.schema[id] {
            return Some(value);
        }
        if self.found.len() == before {
            self.error(
                Code::TypeMismatch,
                tree.span,
                "the value must be known here: a number, or constants put together",
            );
        }
        None
    }

    /// A constant, or a range of two.
    pub(super) fn const_range(&mut self, cx: &Cx<'_>, tree: &tree::Expr) -> Option<(i128, i128)> {
        self.const_range_of(cx, tree, &Ty::INT)
    }

    /// The same, of values of a type, whose names it may use.
    pub(super) fn const_range_of(&mut self, cx: &Cx<'_>, tree: &tree::Expr, ty: &Ty) -> Option<(i128, i128)> {
        if let tree::ExprKind::Range(low, high) = &tree.kind {
            let low = self.const_int(cx, low, ty);
            let high = self.const_int(cx, high, ty);
            return Some((low?, high?));
        }
        if let Some(range) = self.named_range(tree, ty) {
            return Some(range);
        }
        let value = self.const_int(cx, tree, ty)?;
        Some((value, value))
    }

    /// The values of an enumerator that stands for a range.
    pub(super) fn named_range(&self, tree: &tree::Expr, ty: &Ty) -> Option<(i128, i128)> {
        let (tree::ExprKind::Name(name), Ty::Int(Number { names: Names::Enum(id), .. })) = (&tree.kind, ty) else {
            return None;
        };
        match self.schema[*id].named(name)?.values {
            Values::Range(low, high) => Some((i128::try_from(low).ok()?, i128::try_from(high).ok()?)),
            Values::Matching(_) => None,
        }
    }
}

/// Whether a value has at most so many bits.
pub(super) fn fits(value: u128, bits: u32) -> bool {
    bits >= 128 || value >> bits == 0
}

/// The id of flags by name, for values that are written as names of bits.
pub(super) fn flag_value(schema: &crate::Schema, id: FlagsId, name: &str) -> Option<i128> {
    let flag = schema[id].flags.iter().find(|flag| flag.name.as_deref() == Some(name))?;
    let ones = 1i128.checked_shl(flag.bits)?.checked_sub(1)?;
    ones.checked_shl(flag.shift)
}
