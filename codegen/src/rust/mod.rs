//! The Rust back end: from a checked schema to modules that read its packets.
//!
//! Of each composite comes a view: a small struct of references into the packet, made by one check on entry, whose methods
//! can't fail. Nothing is allocated, nothing panics, and there is no `unsafe`.

mod access;
mod anomalies;
mod any_view;
mod change;
mod check;
mod codec;
mod coders;
mod contents;
mod covered;
mod craft;
mod derive_all;
mod emit;
mod enums;
mod expected;
mod expr;
mod fields;
mod infer;
mod interface;
mod kinds;
mod layers;
mod leads;
mod measure;
mod names;
mod number;
mod offers;
mod packet;
mod parse;
mod pile;
mod place;
#[cfg(feature = "derive")]
mod plain;
#[cfg(any(feature = "text", feature = "derive"))]
mod polish;
mod region;
mod regular;
mod reply;
mod setters;
mod shape;
#[cfg(any(feature = "text", feature = "derive"))]
mod source;
mod stack;
mod take;
mod take_list;
mod types;
mod upon;
mod value;
mod walk;
mod ways;
mod words;

pub use craft::craft;
pub use packet::packet;
pub use pile::any_layer;
#[cfg(feature = "derive")]
pub(crate) use plain::{Own, Plain, SUFFIX, marked};
#[cfg(any(feature = "text", feature = "derive"))]
pub(crate) use source::polished;
#[cfg(feature = "text")]
pub use source::source;
pub use stack::{stack, stack_beside};
#[cfg(feature = "derive")]
pub(crate) use types::accessor_ident;

pub(crate) use names::{camel, ident};
use packet_schema::Schema;
use packet_schema::model::{
    Action, Block, Composite, CompositeId, CompositeKind, Expr, ExprId, Extent, FieldId, Item, ModuleId, Names, Type,
};
use proc_macro2::{Ident, TokenStream};
use quote::quote;
use shape::Shape;
use std::cell::RefCell;
use std::collections::BTreeSet;

/// Names that generated code has for what it is made of, so that no type of a definition can have them; a test compares them
/// with what the code imports.
pub const TAKEN: &[&str] = &[
    "Anomaly",
    "BitPlace",
    "Coded",
    "CompositeInfo",
    "Cursor",
    "Derived",
    "Element",
    "Error",
    "ErrorKind",
    "FieldInfo",
    "FieldValue",
    "FieldVisitor",
    "Fields",
    "FieldsMut",
    "FlagInfo",
    "Flow",
    "FromBits",
    "FromOctets",
    "Group",
    "Ipv4Addr",
    "Ipv6Addr",
    "KeptChecksum",
    "Level",
    "List",
    "MacAddr",
    "Numbers",
    "Octets",
    "Option",
    "Place",
    "Region",
    "Result",
    "SetterInfo",
    "SipHash24",
    "Text",
    "Walk",
];

/// Names that generated values have for what they are made of, so that no type of a user's definition can have them; a test
/// compares them with what the code imports.
pub const TAKEN_BY_VALUES: &[&str] = &[
    "AnyBelow",
    "AnyLayer",
    "AnySink",
    "Below",
    "Count",
    "Cow",
    "EditError",
    "EmitError",
    "EmitErrorKind",
    "Field",
    "Items",
    "Inet16",
    "Layer",
    "Layers",
    "Members",
    "Names",
    "NoPayload",
    "Nothing",
    "Number",
    "Packet",
    "Pen",
    "Placed",
    "Random",
    "Said",
    "Seen",
    "SeenBelow",
    "Sink",
    "SplitMix",
    "Stacked",
    "Table",
    "Take",
    "ToString",
    "Vec",
    "Write",
];

/// What generating gives.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The module's items.
    pub tokens: TokenStream,
    /// What the definition says and this back end has no form for, one line each.
    pub gaps: Vec<String>,
}

/// Generates the module of a module's definitions. `paths` gives the path of the Rust module, with `::` behind it, in which
/// the definitions of another module of the schema are.
#[must_use]
pub fn module(schema: &Schema, module: ModuleId, paths: &dyn Fn(ModuleId) -> TokenStream) -> Generated {
    generate(Writer::new(schema, module, paths, None))
}

/// The same for a module whose layers stand upon each other: `stack` is the path, with `::` behind it, of the module that
/// [`stack()`] generates.
#[must_use]
pub fn module_in_stack(
    schema: &Schema,
    module: ModuleId,
    paths: &dyn Fn(ModuleId) -> TokenStream,
    stack: &TokenStream,
) -> Generated {
    generate(Writer::new(schema, module, paths, Some(stack.clone())))
}

/// The same beside modules of another crate, from `own` on: they know a stack of their own, and the one here is another.
#[must_use]
pub fn module_beside(
    schema: &Schema,
    module: ModuleId,
    paths: &dyn Fn(ModuleId) -> TokenStream,
    stack: &TokenStream,
    own: u32,
) -> Generated {
    generate(Writer { foreign: foreign(schema, own), ..Writer::new(schema, module, paths, Some(stack.clone())) })
}

/// The same for an item of Rust, which knows no stack: it says how to find out what follows.
#[cfg(feature = "derive")]
#[must_use]
pub(crate) fn derived_module(schema: &Schema, module: ModuleId, paths: &dyn Fn(ModuleId) -> TokenStream) -> Generated {
    generate(Writer { derived: true, ..Writer::new(schema, module, paths, Some(quote!(::packet_core::plain::))) })
}

/// The modules of a schema from one on.
fn foreign(schema: &Schema, own: u32) -> BTreeSet<ModuleId> {
    (own..schema.modules.len() as u32).map(ModuleId).collect()
}

fn generate(writer: Writer<'_>) -> Generated {
    let tokens = writer.module();
    Generated { tokens, gaps: writer.gaps.into_inner() }
}

/// Writes one module.
pub(crate) struct Writer<'s> {
    schema: &'s Schema,
    module: ModuleId,
    paths: &'s dyn Fn(ModuleId) -> TokenStream,
    /// By composite.
    shapes: Vec<Shape>,
    outer: BTreeSet<CompositeId>,
    /// The path of the module in which layers stand upon each other.
    stack: Option<TokenStream>,
    /// Modules of another crate: what follows their layers is said here.
    foreign: BTreeSet<ModuleId>,
    /// There is no stack: it is said how to find out what follows.
    derived: bool,
    gaps: RefCell<Vec<String>>,
}

impl<'s> Writer<'s> {
    fn new(
        schema: &'s Schema,
        module: ModuleId,
        paths: &'s dyn Fn(ModuleId) -> TokenStream,
        stack: Option<TokenStream>,
    ) -> Self {
        let outer = shape::with_outer(schema);
        let shapes =
            (0..schema.composites.len()).map(|index| shape::shape(schema, CompositeId(index as u32))).collect();
        Self {
            schema,
            module,
            paths,
            shapes,
            outer,
            stack,
            foreign: BTreeSet::new(),
            derived: false,
            gaps: RefCell::new(Vec::new()),
        }
    }

    fn module(&self) -> TokenStream {
        let schema = self.schema;
        let enums = schema.enums.iter().filter(|one| one.module == self.module).map(|one| self.enumeration(one));
        let flags = schema.flags.iter().filter(|one| one.module == self.module).map(|one| self.flags(one));
        let composites = schema.composites.iter().zip(0..).filter(|(one, _)| one.module == self.module);
        let composites = composites.map(|(composite, index)| self.composite(CompositeId(index), composite));
        let interfaces = schema.interfaces.iter().filter(|one| self.module_of(one) == self.module);
        let interfaces = interfaces.map(|one| self.interface(one));
        let items = quote!(#(#enums)* #(#flags)* #(#interfaces)* #(#composites)*);
        let table = self.composite_table();
        quote!(use packet_core::generated::*; #table #items)
    }

    fn composite(&self, id: CompositeId, composite: &Composite) -> TokenStream {
        // What is nested as deeply as a packet says would be read by as many calls within each other.
        if self.reaches(id, id, &mut BTreeSet::new()) {
            self.gap(id, "what may contain itself");
        }
        let fields = self.field_table(id, composite);
        let body = match &composite.kind {
            CompositeKind::Codec(codec) => {
                let (codec, anomalies) = (self.codec(id, codec), self.codec_anomalies(id));
                quote!(#codec #anomalies)
            }
            CompositeKind::Layer(_) | CompositeKind::Struct => {
                let shape = &self.shapes[id.index()];
                let (view, setters) = (self.view(id), self.setters(id));
                let (provides, following) = (self.provides(id, composite), self.following(id, composite));
                let (upon, replies) = (self.upon(id, composite), self.replies(id));
                let (expected, regular, words) =
                    (self.expectations(id, composite), self.regularity(id), self.wordiness(id));
                let (fields, anomalies) = (self.fields_items(id, shape), self.anomalies(id));
                let any = self.any_view(id, composite);
                quote! {
                    #view #upon #fields #setters #provides #expected #regular #anomalies #words #replies #following #any
                }
            }
        };
        quote!(#fields #body)
    }

    fn path(&self, module: ModuleId) -> TokenStream {
        if module == self.module { TokenStream::new() } else { (self.paths)(module) }
    }

    fn names_path(&self, names: Names) -> TokenStream {
        number::names_path(self.schema, names, &|module| self.path(module))
    }

    fn composite_path(&self, id: CompositeId) -> TokenStream {
        let composite = &self.schema[id];
        let (path, name) = (self.path(composite.module), ident(&camel(&composite.name)));
        quote!(#path #name)
    }

    fn stops(&self, id: CompositeId) -> bool {
        self.shapes.get(id.index()).is_some_and(|shape| shape.stops)
    }

    fn needs_outer(&self, id: CompositeId) -> bool {
        self.outer.contains(&id) && !matches!(self.schema[id].kind, CompositeKind::Layer(_))
    }

    /// Whether one composite may hold another, at any depth.
    fn reaches(&self, from: CompositeId, to: CompositeId, seen: &mut BTreeSet<CompositeId>) -> bool {
        let mut held = Vec::new();
        self.schema[from].fields.iter().for_each(|&field| held_in(&self.schema[field].ty, &mut held));
        held.into_iter().any(|id| id == to || seen.insert(id) && self.reaches(id, to, seen))
    }

    /// Notes what has no form in Rust.
    fn gap(&self, id: CompositeId, what: &str) {
        self.gaps.borrow_mut().push(format!("{}: {what}", self.schema[id].name));
    }

    /// The first field that an expression names: of a length, the one that says it.
    fn first_field(&self, id: ExprId) -> Option<FieldId> {
        match &self.schema[id] {
            Expr::Field(fields) | Expr::SizeOf(fields) | Expr::CountOf(fields) | Expr::OffsetOf(fields) => {
                fields.first().copied()
            }
            Expr::Int(_) | Expr::Member(..) => None,
            other => other.children().into_iter().find_map(|child| self.first_field(child)),
        }
    }

    /// The fields whose values are needed while a composite is read.
    fn used(&self, composite: &Composite) -> BTreeSet<FieldId> {
        let mut found = BTreeSet::new();
        for &id in &composite.fields {
            let field = &self.schema[id];
            let condition = field.condition.filter(|_| !field.opaque_otherwise);
            let clauses = [field.within, field.partial, condition].into_iter().flatten();
            let wheres = field.wheres.iter().map(|(condition, _)| *condition);
            clauses.chain(wheres).for_each(|expr| self.fields_of(expr, &mut found));
            self.fields_of_type(&field.ty, &mut found);
        }
        self.fields_of_block(&composite.body, &mut found);
        found
    }

    fn fields_of(&self, id: ExprId, found: &mut BTreeSet<FieldId>) {
        let expr = &self.schema[id];
        found.extend(expr.fields());
        expr.children().into_iter().for_each(|child| self.fields_of(child, found));
    }

    fn fields_of_type(&self, ty: &Type, found: &mut BTreeSet<FieldId>) {
        match ty {
            Type::UintOf { bits } => self.fields_of(*bits, found),
            Type::Struct(_, args) | Type::Codec(_, args) => args.iter().for_each(|arg| self.fields_of(*arg, found)),
            Type::Bytes(extent) | Type::Text(_, extent) => self.fields_of_extent(extent, found),
            Type::List(element, extent) => {
                self.fields_of_type(element, found);
                self.fields_of_extent(extent, found);
            }
            _ => {}
        }
    }

    fn fields_of_extent(&self, extent: &Extent, found: &mut BTreeSet<FieldId>) {
        match extent {
            Extent::Count(id) | Extent::Until(id) => self.fields_of(*id, found),
            Extent::PrefixBytes(ty) | Extent::PrefixItems(ty) => self.fields_of_type(ty, found),
            Extent::ToEnd => {}
        }
    }

    fn fields_of_block(&self, block: &Block, found: &mut BTreeSet<FieldId>) {
        for item in &block.items {
            match item {
                Item::Match(choice) => {
                    self.fields_of(choice.on, found);
                    choice.within.iter().for_each(|within| self.fields_of(*within, found));
                    for arm in &choice.arms {
                        arm.guard.iter().for_each(|guard| self.fields_of(*guard, found));
                        if let Action::Read(_, block) = &arm.action {
                            self.fields_of_block(block, found);
                        }
                    }
                }
                Item::If { condition, then, otherwise } => {
                    self.fields_of(*condition, found);
                    self.fields_of_block(then, found);
                    self.fields_of_block(otherwise, found);
                }
                Item::Repeat { body, condition, .. } => {
                    condition.iter().for_each(|condition| self.fields_of(*condition, found));
                    self.fields_of_block(body, found);
                }
                Item::Jump { at, .. } => self.fields_of(*at, found),
                Item::Emit(value) | Item::Yields(packet_schema::model::Yield::Expr(value)) => {
                    self.fields_of(*value, found)
                }
                _ => {}
            }
        }
    }

    /// Types for the elements of lists that have none of their own.
    fn elements(&self, id: CompositeId) -> TokenStream {
        let mut seen = BTreeSet::new();
        let fields = self.schema[id].fields.iter().map(|&field| (field, &self.schema[field]));
        fields
            .filter_map(|(field_id, field)| {
                let Type::List(element, _) = &field.ty else { return None };
                if self.numbers_of(&field.ty, field).is_some()
                    || matches!(**element, Type::Struct(..) | Type::Codec(..))
                {
                    return None;
                }
                let name = self.element_ident(field);
                if !seen.insert(name.to_string()) {
                    return None;
                }
                self.element(id, field_id, element, &name)
            })
            .collect()
    }

    fn element(&self, id: CompositeId, field: FieldId, element: &Type, name: &Ident) -> Option<TokenStream> {
        let info = self.info(field);
        // A length that the enclosing composite tells is an argument.
        let (value, names, types) = match (element, self.told_length(element)) {
            (Type::Bytes(_), Some(_)) => {
                (Some(quote!(cursor.open(length, #info, None)?.bytes())), quote!(length,), quote!(u64,))
            }
            (_, Some(_)) => {
                (Some(quote!(Text(cursor.open(length, #info, None)?.bytes()))), quote!(length,), quote!(u64,))
            }
            (_, None) => {
                let mut reader = parse::Reader::new(self, id, true)?;
                (reader.read_type(element, field, &quote!(None)), TokenStream::new(), TokenStream::new())
            }
        };
        let Some(value) = value else {
            self.gap(id, "the elements of a list");
            return None;
        };
        let out = self.element_out(element, &self.schema[field])?;
        let about = format!(" An element of `{}`.", self.schema[field].name.as_deref().unwrap_or("_"));
        Some(quote! {
            #[doc = #about]
            #[derive(Clone, Copy, Debug)]
            pub struct #name;

            impl<'a> Element<'a> for #name {
                type Out = #out;
                type Args = (#types);

                #[inline]
                fn read(cursor: &mut Cursor<'a>, (#names): Self::Args) -> Result<(Self::Out, Flow), Error> {
                    Ok((#value, Flow::Next))
                }
            }
        })
    }

    /// How long an element is, where fields of the enclosing composite tell it.
    fn told_length(&self, element: &Type) -> Option<ExprId> {
        let (Type::Bytes(Extent::Count(count)) | Type::Text(_, Extent::Count(count))) = element else { return None };
        let mut fields = BTreeSet::new();
        self.fields_of(*count, &mut fields);
        (!fields.is_empty()).then_some(*count)
    }

    fn element_out(&self, element: &Type, field: &packet_schema::model::Field) -> Option<TokenStream> {
        Some(match element {
            Type::Bytes(_) => quote!(&'a [u8]),
            Type::Text(..) => quote!(Text<'a>),
            _ => {
                let (meaning, _) = number::of_type(element, field.display, 1)?;
                self.meaning_type(&meaning)
            }
        })
    }
}

/// The composites that a value of a type is made of.
fn held_in(ty: &Type, held: &mut Vec<CompositeId>) {
    match ty {
        Type::Struct(id, _) | Type::Codec(id, _) => held.push(*id),
        Type::List(element, extent) => {
            held_in(element, held);
            if let Extent::PrefixBytes(prefix) | Extent::PrefixItems(prefix) = extent {
                held_in(prefix, held);
            }
        }
        Type::Bytes(Extent::PrefixBytes(prefix)) | Type::Text(_, Extent::PrefixBytes(prefix)) => held_in(prefix, held),
        _ => {}
    }
}
