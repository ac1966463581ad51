//! Types: of expressions while they are resolved, and of fields as the model has them.

use super::symbols::Symbol;
use super::{Cx, Resolver};
use crate::model::{
    CodecResult, CompositeId, CompositeKind, Display, Encoding, ExprId, Extent, ModuleId, Names, Next, Otherwise, Type,
};
use crate::tree::{self, ClauseKind, Endian, ExtentKind, TypeKind};
use crate::{Code, Diagnostic};

/// The type of an expression.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Ty {
    Int(Number),
    Bool,
    Float,
    Bytes,
    Text,
    /// Text that is compared without regard to case.
    NoCase,
    List(Box<Ty>),
    Composite(CompositeId),
    Payload,
    Region,
    Anomalies,
    /// Of something that has a finding already, or fits everything.
    Any,
}

/// What is known of an integer's type.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Number {
    /// Width on the wire, absent for numbers that are worked out.
    pub(super) bits: Option<u32>,
    pub(super) little: bool,
    pub(super) names: Names,
    pub(super) unit: Option<String>,
}

impl Number {
    pub(super) const PLAIN: Self = Self { bits: None, little: false, names: Names::None, unit: None };

    pub(super) fn of_bits(bits: u32) -> Self {
        Self { bits: Some(bits), ..Self::PLAIN }
    }
}

impl Ty {
    pub(super) const INT: Self = Self::Int(Number::PLAIN);

    /// What it is, in words.
    pub(super) fn words(&self) -> &'static str {
        match self {
            Self::Int(_) => "a number",
            Self::Bool => "a boolean",
            Self::Float => "a number with a fraction",
            Self::Bytes => "bytes",
            Self::Text | Self::NoCase => "text",
            Self::List(_) => "a list",
            Self::Composite(_) => "a composite",
            Self::Payload => "a payload",
            Self::Region => "a region",
            Self::Anomalies => "the set of anomalies",
            Self::Any => "anything",
        }
    }

    /// Whether the two are of one kind.
    pub(super) fn fits(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) | (_, Self::Any) => true,
            (Self::List(a), Self::List(b)) => a.fits(b),
            (Self::Composite(a), Self::Composite(b)) => a == b,
            (Self::Text, Self::NoCase) | (Self::NoCase, Self::Text) => true,
            (Self::Anomalies, Self::List(_)) | (Self::List(_), Self::Anomalies) => true,
            (Self::Float, Self::Int(_)) | (Self::Int(_), Self::Float) => true,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

/// What a named type brings to a field beside its bits.
#[derive(Clone, Debug, Default)]
pub(super) struct Extras<'t> {
    pub(super) display: Display,
    pub(super) unit: Option<String>,
    /// `where` clauses of the alias, with its module.
    pub(super) wheres: Vec<(ModuleId, &'t tree::Expr, Option<String>)>,
}

/// A scalar named by its width: `u16le`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scalar {
    pub(super) signed: bool,
    pub(super) bits: u32,
    /// Absent where the module's order applies.
    pub(super) little: Option<bool>,
}

/// `u16le` and the like; `Err` for a width that no number has.
pub(super) fn scalar(text: &str) -> Option<Result<Scalar, ()>> {
    let signed = text.starts_with('i');
    let rest = text.strip_prefix(['u', 'i'])?;
    let digits = rest.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let little = match rest.get(digits.len()..)? {
        "" => None,
        "le" => Some(true),
        "be" => Some(false),
        _ => return None,
    };
    let bits = digits.parse().unwrap_or(u32::MAX);
    let whole = little.is_none() || bits % 8 == 0;
    Some(if (1..=128).contains(&bits) && whole { Ok(Scalar { signed, bits, little }) } else { Err(()) })
}

impl<'t> Resolver<'t> {
    /// The byte order of a scalar in a module.
    pub(super) fn little(&self, module: ModuleId, scalar: Scalar) -> bool {
        let default = self.modules.get(module.index()).is_some_and(|m| m.endian == Endian::Little);
        scalar.little.unwrap_or(default && scalar.bits.is_multiple_of(8) && scalar.bits > 8)
    }

    /// The type of a field's value, as far as it follows from names alone. Says nothing of mistakes.
    pub(super) fn shape(&mut self, module: ModuleId, ty: &tree::TypeRef) -> Ty {
        let TypeKind::Named { path, args, extents } = &ty.kind else { return Ty::Payload };
        let text = path.text();
        let mut extents = extents.len();
        let mut shape = match text.as_str() {
            "bytes" | "str" => {
                extents = extents.saturating_sub(1);
                match args.as_slice() {
                    _ if text == "bytes" => Ty::Bytes,
                    [tree::Expr { kind: tree::ExprKind::Name(name), .. }] if name == "nocase" => Ty::NoCase,
                    _ => Ty::Text,
                }
            }
            "bool" => Ty::Bool,
            "f32" | "f64" | "f32le" | "f64le" => Ty::Float,
            "u" => Ty::INT,
            _ => match scalar(&text) {
                Some(Ok(s)) => {
                    let little = self.little(module, s);
                    Ty::Int(Number { little, ..Number::of_bits(s.bits) })
                }
                Some(Err(())) => Ty::Any,
                None => self.named_shape(module, &text),
            },
        };
        for _ in 0..extents {
            shape = Ty::List(Box::new(shape));
        }
        shape
    }

    fn named_shape(&mut self, module: ModuleId, text: &str) -> Ty {
        match self.symbols.find(module, text) {
            Some(Symbol::Enum(id)) => {
                let (bits, little) = (self.schema[id].bits, self.schema[id].little);
                Ty::Int(Number { bits: Some(bits), little, names: Names::Enum(id), unit: None })
            }
            Some(Symbol::Flags(id)) => {
                let (bits, little) = (self.schema[id].bits, self.schema[id].little);
                Ty::Int(Number { bits: Some(bits), little, names: Names::Flags(id), unit: None })
            }
            Some(Symbol::Composite(id)) => self.composite_shape(id),
            Some(Symbol::Alias(position)) => self.alias_shape(position),
            _ => Ty::Any,
        }
    }

    fn composite_shape(&self, id: CompositeId) -> Ty {
        match &self.schema[id].kind {
            CompositeKind::Codec(codec) => match codec.result {
                CodecResult::Uint(bits) => Ty::Int(Number::of_bits(bits)),
                CodecResult::Name => Ty::Text,
                CodecResult::Bytes => Ty::Bytes,
            },
            CompositeKind::Layer(_) | CompositeKind::Struct => Ty::Composite(id),
        }
    }

    fn alias_shape(&mut self, position: usize) -> Ty {
        let Some(&(module, alias)) = self.symbols.aliases.get(position) else { return Ty::Any };
        if self.alias_depth > 16 {
            return Ty::Any;
        }
        self.alias_depth += 1;
        let mut shape = self.shape(module, &alias.ty);
        self.alias_depth -= 1;
        if let Ty::Int(number) = &mut shape {
            for clause in &alias.clauses {
                if let ClauseKind::Unit(unit) = &clause.kind {
                    number.unit = Some(unit.text.clone());
                }
            }
        }
        shape
    }

    /// The type of a field as the model has it.
    pub(super) fn field_type(&mut self, cx: &Cx<'_>, ty: &tree::TypeRef) -> Option<(Type, Extras<'t>)> {
        match &ty.kind {
            TypeKind::Named { path, args, extents } => self.named_type(cx, path, args, extents),
            TypeKind::NextIs(path) => {
                let layer = self.layer(cx.module, path)?;
                Some((Type::Next(Next::Is(layer)), Extras::default()))
            }
            TypeKind::Next => Some((Type::Next(Next::Host), Extras::default())),
            TypeKind::NextFrom { table, keys, otherwise } => {
                let next = self.next_from(cx, table, keys, otherwise.as_ref())?;
                Some((Type::Next(next), Extras::default()))
            }
        }
    }

    fn next_from(
        &mut self,
        cx: &Cx<'_>,
        table: &tree::Path,
        keys: &[tree::Expr],
        otherwise: Option<&tree::Name>,
    ) -> Option<Next> {
        let Symbol::Table(id) = self.symbol(cx.module, table, "table")? else {
            self.error(Code::WrongKind, table.span, format!("`{}` is no table", table.text()));
            return None;
        };
        let keys = keys.iter().map(|key| self.int(cx, key)).collect();
        let otherwise = match otherwise.map(|name| (name, name.text.as_str())) {
            None | Some((_, "opaque")) => Otherwise::Opaque,
            Some((_, "probe")) => Otherwise::Probe,
            Some((name, _)) => {
                let path = tree::Path { names: vec![name.clone()], span: name.span };
                Otherwise::Layer(self.layer(cx.module, &path)?)
            }
        };
        Some(Next::From { table: id, keys, otherwise })
    }

    fn named_type(
        &mut self,
        cx: &Cx<'_>,
        path: &tree::Path,
        args: &[tree::Expr],
        extents: &[tree::Extent],
    ) -> Option<(Type, Extras<'t>)> {
        let text = path.text();
        let mut extents = extents.iter();
        let (mut ty, extras) = match text.as_str() {
            "bytes" => (Type::Bytes(self.own_extent(cx, extents.next(), &Ty::INT)?), Extras::default()),
            "str" => {
                let encoding = self.encoding(path, args);
                (Type::Text(encoding, self.own_extent(cx, extents.next(), &Ty::INT)?), Extras::default())
            }
            _ => self.base_type(cx, path, args)?,
        };
        let plain = matches!(text.as_str(), "bool" | "u" | "f32" | "f64" | "f32le" | "f64le" | "bytes");
        if !args.is_empty() && (plain && text != "u" || scalar(&text).is_some()) {
            self.error(Code::WrongArguments, path.span, format!("`{text}` takes no arguments"));
        }
        for extent in extents {
            let it = self.type_shape(&ty);
            let extent = self.extent(cx, extent, &it)?;
            ty = Type::List(Box::new(ty), extent);
        }
        Some((ty, extras))
    }

    fn base_type(&mut self, cx: &Cx<'_>, path: &tree::Path, args: &[tree::Expr]) -> Option<(Type, Extras<'t>)> {
        let text = path.text();
        let plain = match text.as_str() {
            "bool" => Some(Type::Bool),
            "f32" | "f64" | "f32le" | "f64le" => {
                let bits = if text.starts_with("f32") { 32 } else { 64 };
                Some(Type::Float { bits, little: text.ends_with("le") })
            }
            "u" => match args {
                [width] => Some(Type::UintOf { bits: self.int(cx, width) }),
                _ => {
                    self.error(Code::WrongArguments, path.span, "`u` wants one argument, its width in bits");
                    return None;
                }
            },
            _ => match scalar(&text) {
                Some(Ok(s)) => {
                    let little = self.little(cx.module, s);
                    Some(if s.signed {
                        Type::Int { bits: s.bits, little }
                    } else {
                        Type::Uint { bits: s.bits, little, names: Names::None }
                    })
                }
                Some(Err(())) => {
                    self.report(
                        Diagnostic::new(Code::BadWidth, path.span, format!("there is no `{text}`"))
                            .help("numbers have 1 to 128 bits, and whole bytes where a byte order is said"),
                    );
                    return None;
                }
                None => None,
            },
        };
        match plain {
            Some(ty) => Some((ty, Extras::default())),
            None => self.defined_type(cx, path, args),
        }
    }

    fn defined_type(&mut self, cx: &Cx<'_>, path: &tree::Path, args: &[tree::Expr]) -> Option<(Type, Extras<'t>)> {
        let symbol = self.symbol(cx.module, path, "type")?;
        let ty = match symbol {
            Symbol::Enum(id) => {
                let (bits, little) = (self.schema[id].bits, self.schema[id].little);
                Type::Uint { bits, little, names: Names::Enum(id) }
            }
            Symbol::Flags(id) => {
                let (bits, little) = (self.schema[id].bits, self.schema[id].little);
                Type::Uint { bits, little, names: Names::Flags(id) }
            }
            Symbol::Composite(id) => {
                let args = self.arguments(cx, path, id, args);
                match self.schema[id].kind {
                    CompositeKind::Codec(_) => Type::Codec(id, args),
                    CompositeKind::Layer(_) | CompositeKind::Struct => Type::Struct(id, args),
                }
            }
            Symbol::Alias(position) => return self.alias_type(position, path),
            other => {
                self.wrong_kind(path, other, "type");
                return None;
            }
        };
        Some((ty, Extras::default()))
    }

    fn alias_type(&mut self, position: usize, path: &tree::Path) -> Option<(Type, Extras<'t>)> {
        let &(module, alias) = self.symbols.aliases.get(position)?;
        if self.alias_depth > 16 {
            self.error(Code::CyclicDefinition, path.span, format!("the type `{}` needs itself", path.text()));
            return None;
        }
        self.alias_depth += 1;
        let resolved = self.field_type(&Cx::module(module), &alias.ty);
        self.alias_depth -= 1;
        let (ty, mut extras) = resolved?;
        for clause in &alias.clauses {
            match &clause.kind {
                ClauseKind::Display(name) => extras.display = self.display(name),
                ClauseKind::Unit(name) => extras.unit = Some(name.text.clone()),
                ClauseKind::Where(condition, message) => extras.wheres.push((module, condition, message.clone())),
                _ => {
                    let text = "a named type has `display`, `unit` and `where` alone";
                    self.error(Code::BadClause, clause.span, text);
                }
            }
        }
        Some((ty, extras))
    }

    fn arguments(&mut self, cx: &Cx<'_>, path: &tree::Path, id: CompositeId, args: &[tree::Expr]) -> Vec<ExprId> {
        let params = self.schema[id].params.clone();
        if params.len() != args.len() {
            let text = format!("`{}` takes {} arguments, and {} are given", path.text(), params.len(), args.len());
            self.error(Code::WrongArguments, path.span, text);
            return Vec::new();
        }
        params
            .iter()
            .zip(args)
            .map(|(param, arg)| {
                let wanted = if param.region { Ty::Region } else { Ty::INT };
                self.expect(cx, arg, &wanted)
            })
            .collect()
    }

    fn encoding(&mut self, path: &tree::Path, args: &[tree::Expr]) -> Encoding {
        let name = match args {
            [] => Some("utf8"),
            [tree::Expr { kind: tree::ExprKind::Name(name), .. }] => Some(name.as_str()),
            _ => None,
        };
        match name {
            Some("utf8") => Encoding::Utf8,
            Some("ascii") => Encoding::Ascii,
            Some("latin1") => Encoding::Latin1,
            Some("nocase") => Encoding::NoCase,
            _ => {
                self.error(Code::WrongArguments, path.span, "text is `utf8`, `ascii`, `latin1` or `nocase`");
                Encoding::Utf8
            }
        }
    }

    /// The extent of bytes or text; without one they reach to the end of the region.
    fn own_extent(&mut self, cx: &Cx<'_>, extent: Option<&tree::Extent>, it: &Ty) -> Option<Extent> {
        extent.map_or(Some(Extent::ToEnd), |extent| self.extent(cx, extent, it))
    }

    fn extent(&mut self, cx: &Cx<'_>, extent: &tree::Extent, it: &Ty) -> Option<Extent> {
        Some(match &extent.kind {
            ExtentKind::Count(count) => Extent::Count(self.int(cx, count)),
            ExtentKind::ToEnd => Extent::ToEnd,
            ExtentKind::Until(condition) => Extent::Until(self.boolean(&cx.it(it.clone()), condition)),
            ExtentKind::PrefixBytes(ty) => Extent::PrefixBytes(Box::new(self.prefix(cx, ty)?)),
            ExtentKind::PrefixItems(ty) => Extent::PrefixItems(Box::new(self.prefix(cx, ty)?)),
        })
    }

    fn prefix(&mut self, cx: &Cx<'_>, ty: &tree::TypeRef) -> Option<Type> {
        let (resolved, _) = self.field_type(cx, ty)?;
        let number = matches!(self.type_shape(&resolved), Ty::Int(_));
        if !number || matches!(resolved, Type::UintOf { .. } | Type::Int { .. }) {
            self.error(Code::TypeMismatch, ty.span, "the length in front must be an unsigned number or a codec of one");
            return None;
        }
        Some(resolved)
    }

    /// The type of a value of a resolved type.
    pub(super) fn type_shape(&self, ty: &Type) -> Ty {
        match ty {
            Type::Uint { bits, little, names } => {
                Ty::Int(Number { bits: Some(*bits), little: *little, names: *names, unit: None })
            }
            Type::Int { bits, little } => Ty::Int(Number { little: *little, ..Number::of_bits(*bits) }),
            Type::UintOf { .. } => Ty::INT,
            Type::Bool => Ty::Bool,
            Type::Float { .. } => Ty::Float,
            Type::Bytes(_) => Ty::Bytes,
            Type::Text(Encoding::NoCase, _) => Ty::NoCase,
            Type::Text(..) => Ty::Text,
            Type::Struct(id, _) | Type::Codec(id, _) => self.composite_shape(*id),
            Type::List(element, _) => Ty::List(Box::new(self.type_shape(element))),
            Type::Next(_) => Ty::Payload,
        }
    }

    /// The way to show a value, by its name.
    pub(super) fn display(&mut self, name: &tree::Name) -> Display {
        match name.text.as_str() {
            "hex" => Display::Hex,
            "binary" => Display::Binary,
            "decimal" | "plain" => Display::Plain,
            "ipv4" => Display::Ipv4,
            "ipv6" => Display::Ipv6,
            "mac" => Display::Mac,
            "ascii" => Display::Ascii,
            "unix_time" => Display::UnixTime,
            "ntp_time" => Display::NtpTime,
            "fixed16" => Display::Fixed16,
            other => {
                let known =
                    ["hex", "binary", "decimal", "ipv4", "ipv6", "mac", "ascii", "unix_time", "ntp_time", "fixed16"];
                self.report(
                    Diagnostic::new(Code::UnknownAttribute, name.span, format!("there is no display `{other}`"))
                        .help(format!("there are {}", known.join(", "))),
                );
                Display::Plain
            }
        }
    }
}
