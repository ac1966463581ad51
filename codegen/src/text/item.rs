//! Items, and the declarations at the top of a source.

use packet_schema::tree::{
    Attr, Composite, Const, Endian, Enum, Enumerator, EnumeratorValue, Flag, Flags, Interface, Item, ItemKind, Member,
    Module, Role, TypeAlias, Use,
};
use packet_schema::{Code, Diagnostic};
use pest::iterators::Pair;

use super::Rule;
use super::body::take_string;
use super::parts::Parts;
use super::reader::Reader;
use super::split::Inside;

/// Adds one piece of a file to the module.
pub(super) fn part(reader: &mut Reader<'_>, pair: Pair<'_, Rule>, module: &mut Module) -> Option<()> {
    match pair.as_rule() {
        Rule::module_decl => reader.module_decl(pair, module),
        Rule::use_decl => reader.use_decl(pair, module),
        _ => {
            let item = reader.item(pair)?;
            module.items.push(item);
            Some(())
        }
    }
}

impl Reader<'_> {
    fn module_decl(&mut self, pair: Pair<'_, Rule>, module: &mut Module) -> Option<()> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        if let Some(first) = &module.path {
            let finding =
                Diagnostic::new(Code::Syntax, span, "a source is one module, and this one has a name already");
            self.report(finding.label(first.span, "named here").help("move what follows to a source of its own"));
            return None;
        }
        if !module.uses.is_empty() || !module.items.is_empty() {
            self.report(Diagnostic::new(Code::Syntax, span, "the module's name stands before everything else"));
        }
        module.path = Some(self.path(parts.take(Rule::path)?));
        module.endian = if parts.has(Rule::kw_little) { Endian::Little } else { Endian::Big };
        Some(())
    }

    fn use_decl(&mut self, pair: Pair<'_, Rule>, module: &mut Module) -> Option<()> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        if !module.items.is_empty() {
            self.report(
                Diagnostic::new(Code::Syntax, span, "`use` stands before the first item")
                    .help("move it below the module's name"),
            );
        }
        let path = self.path(parts.take(Rule::path)?);
        let names = parts.all(Rule::ident).iter().map(|name| self.name(name)).collect();
        module.uses.push(Use { path, names, span });
        Some(())
    }

    fn item(&mut self, pair: Pair<'_, Rule>) -> Option<Item> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let docs = Self::docs(&mut parts);
        let attrs = parts.all(Rule::attr).into_iter().filter_map(|pair| self.attr(pair)).collect();
        let form = parts.last()?;
        let kind = match form.as_rule() {
            Rule::layer => ItemKind::Layer(self.composite(form)?),
            Rule::structure => ItemKind::Struct(self.composite(form)?),
            Rule::mixin => ItemKind::Mixin(self.composite(form)?),
            Rule::enumeration => ItemKind::Enum(self.enumeration(form)?),
            Rule::flag_set => ItemKind::Flags(self.flag_set(form)?),
            Rule::type_alias => ItemKind::Alias(self.type_alias(form)?),
            Rule::constant => ItemKind::Const(self.constant(form)?),
            Rule::interface => ItemKind::Interface(self.interface(form)?),
            Rule::codec => ItemKind::Codec(self.codec(form)?),
            Rule::table => ItemKind::Table(self.table(form)?),
            Rule::bind => ItemKind::Bind(self.bind(form)?),
            Rule::extend => ItemKind::Extend(self.extend(form)?),
            Rule::probe => ItemKind::Probe(self.probe(form)?),
            Rule::meta => ItemKind::Meta(self.meta(form)?),
            Rule::reply => ItemKind::Reply(self.reply(form)?),
            Rule::names => ItemKind::Names(self.names(form)?),
            Rule::test => ItemKind::Test(self.test(form)?),
            _ => return None,
        };
        Some(Item { docs, attrs, kind, span })
    }

    fn attr(&self, pair: Pair<'_, Rule>) -> Option<Attr> {
        let mut parts = Parts::of(pair);
        Some(Attr { name: self.name(&parts.take(Rule::ident)?), args: self.ranges(&mut parts) })
    }

    fn composite(&mut self, pair: Pair<'_, Rule>) -> Option<Composite> {
        let mut parts = Parts::of(pair);
        let body = self.block(&parts.take(Rule::block)?);
        let roles = parts.all(Rule::role).into_iter().filter_map(|pair| self.role(pair)).collect();
        Some(Composite { name: self.name(&parts.take(Rule::ident)?), params: self.params(&mut parts), roles, body })
    }

    fn role(&self, pair: Pair<'_, Rule>) -> Option<Role> {
        let form = Parts::of(pair).last()?;
        let span = self.span(&form);
        let rule = form.as_rule();
        let mut parts = Parts::of(form);
        Some(match rule {
            Rule::provides => Role::Provides(self.path(parts.take(Rule::path)?)),
            Rule::passes => Role::Passes(self.path(parts.take(Rule::path)?)),
            Rule::needs => Role::Needs(self.path(parts.take(Rule::path)?), self.name(&parts.take(Rule::ident)?)),
            Rule::over => Role::OverStream(span),
            _ => return None,
        })
    }

    fn enumeration(&mut self, pair: Pair<'_, Rule>) -> Option<Enum> {
        let enumerators = self.inside(&pair, Inside::Enumerators, &mut |reader, pair| reader.enumerator(pair));
        let mut parts = Parts::of(pair);
        Some(Enum {
            name: self.name(&parts.take(Rule::ident)?),
            repr: self.take_type(&mut parts)?,
            closed: parts.has(Rule::kw_closed),
            enumerators,
        })
    }

    /// `NAME = 1 .. 3 "label"` or `NAME matches e`.
    pub(super) fn enumerator(&self, pair: Pair<'_, Rule>) -> Option<Enumerator> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let docs = Self::docs(&mut parts);
        let name = self.name(&parts.take(Rule::ident)?);
        let value = match parts.take(Rule::range) {
            Some(pair) => EnumeratorValue::Is(self.range(pair)?),
            None => EnumeratorValue::Matches(self.take_expr(&mut parts)?),
        };
        Some(Enumerator { docs, name, value, label: take_string(&mut parts), span })
    }

    fn flag_set(&mut self, pair: Pair<'_, Rule>) -> Option<Flags> {
        let flags = self.inside(&pair, Inside::Flags, &mut |reader, pair| {
            let span = reader.span(&pair);
            let mut parts = Parts::of(pair);
            Some(Flag {
                docs: Self::docs(&mut parts),
                name: parts.take(Rule::ident).map(|name| reader.name(&name)),
                ty: reader.take_type(&mut parts),
                label: take_string(&mut parts),
                span,
            })
        });
        let mut parts = Parts::of(pair);
        Some(Flags { name: self.name(&parts.take(Rule::ident)?), repr: self.take_type(&mut parts)?, flags })
    }

    fn type_alias(&self, pair: Pair<'_, Rule>) -> Option<TypeAlias> {
        let mut parts = Parts::of(pair);
        Some(TypeAlias {
            name: self.name(&parts.take(Rule::ident)?),
            ty: self.take_type(&mut parts)?,
            clauses: self.clauses(&mut parts),
        })
    }

    fn constant(&self, pair: Pair<'_, Rule>) -> Option<Const> {
        let mut parts = Parts::of(pair);
        Some(Const {
            name: self.name(&parts.take(Rule::ident)?),
            ty: self.take_type(&mut parts)?,
            value: self.take_expr(&mut parts)?,
        })
    }

    fn interface(&mut self, pair: Pair<'_, Rule>) -> Option<Interface> {
        let members = self.inside(&pair, Inside::Members, &mut |reader, pair| {
            let mut parts = Parts::of(pair);
            Some(Member {
                docs: Self::docs(&mut parts),
                name: reader.name(&parts.take(Rule::ident)?),
                params: reader.params(&mut parts),
                ty: reader.take_type(&mut parts)?,
            })
        });
        Some(Interface { name: self.name(&Parts::of(pair).take(Rule::ident)?), members })
    }
}
