//! An item beside all that it names, checked.

use super::Item;
use super::net::INTERFACES;
use super::vocabulary::{Interface, Member, SPAN, item, name, net};
use packet_schema::model::ModuleId;
use packet_schema::tree::{
    Block, BodyItem, Composite, Expr, ExprKind, Field, ItemKind, Module, Path, Provided, Role, TypeKind, TypeRef, Use,
};
use packet_schema::{Code, Diagnostic, Schema, tree};

/// What checking an item gives.
#[derive(Debug)]
pub struct Program {
    /// The schema of the item and of all that it names, where nothing is wrong with any of it.
    pub schema: Option<Schema>,
    /// The module of the schema that holds the item alone.
    pub own: ModuleId,
    /// What is wrong with the item, each mistake once; what is wrong with others was said there.
    pub found: Vec<Diagnostic>,
}

/// Checks an item beside the items that it names, and those that they name.
#[must_use]
pub fn check(own: &Item, others: &[Item]) -> Program {
    let modules = [net(), beside(own, others), module("derived", &["pony.net", "derived.beside"], own.tree.clone())];
    let checked = packet_schema::check(&modules);
    let mut found = own.found.clone();
    let widths = other_widths(own, others);
    let known = widths.is_empty();
    found.extend(widths);
    let source = own.source;
    let of_own = |finding: &Diagnostic| finding.labels.iter().any(|label| label.span.source == source);
    let told: Vec<Diagnostic> = checked.diagnostics.into_iter().filter(|f| f.is_error() && of_own(f)).collect();
    // Where a width is another one, nothing can be said of what is behind it.
    let stands = |finding: &Diagnostic| !follows(own, finding) && (known || finding.code < Code::MayUnderflow);
    found.extend(told.into_iter().filter(stands).map(|finding| from(finding, source)));
    found.sort_by_key(place);
    Program { schema: checked.schema.filter(|_| found.is_empty()), own: ModuleId(2), found }
}

/// Whether a finding just follows from what could not be read.
fn follows(own: &Item, finding: &Diagnostic) -> bool {
    let at = place(finding);
    let same = |part: &tree::Span| part.holds(at) && own.found.iter().any(|other| part.holds(place(other)));
    let lost = own.lost.iter().any(|lost| finding.message.contains(&format!("`{lost}`")));
    let later = !own.lost.is_empty() && finding.code >= Code::MayUnderflow;
    lost || later || own.parts.iter().any(same)
}

/// The finding told from the view of a source: the place there first.
fn from(mut finding: Diagnostic, source: u32) -> Diagnostic {
    if let Some(at) = finding.labels.iter().position(|label| label.span.source == source) {
        finding.labels.swap(0, at);
    }
    finding
}

fn place(finding: &Diagnostic) -> tree::Span {
    finding.labels.first().map(|label| label.span).unwrap_or_default()
}

/// Widths that are said of named types, and are others.
fn other_widths(own: &Item, others: &[Item]) -> Vec<Diagnostic> {
    let repr = |wanted: &str| {
        others.iter().flat_map(|other| &other.tree).find_map(|item| match &item.kind {
            ItemKind::Enum(tree) if tree.name.text == wanted => super::body::width(&tree.repr),
            ItemKind::Flags(tree) if tree.name.text == wanted => super::body::width(&tree.repr),
            _ => None,
        })
    };
    let shared = |wanted: &str| match wanted {
        "EtherType" => Some(16),
        "IpProtocol" => Some(8),
        "Ipv4Addr" => Some(32),
        _ => None,
    };
    let other = |(ty, bits, span): &(String, u32, tree::Span)| {
        let width = repr(ty).or_else(|| shared(ty)).filter(|width| width != bits)?;
        Some(Diagnostic::new(Code::BadWidth, *span, format!("`{ty}` has {width} bits, not {bits}")))
    };
    own.widths.iter().filter_map(other).collect()
}

/// The module of what the item names, and of what stands for the rest of its stack.
fn beside(own: &Item, others: &[Item]) -> Module {
    let mut items: Vec<tree::Item> = others.iter().flat_map(|other| other.tree.iter().cloned()).collect();
    let defined = |items: &[tree::Item], wanted: &str| {
        let is = |item: &tree::Item| matches!(&item.kind, ItemKind::Layer(layer) if layer.name.text == wanted);
        items.iter().chain(&own.tree).any(is)
    };
    for layer in others.iter().chain([own]).flat_map(|item| &item.layers) {
        if !defined(&items, layer) {
            items.push(stand_in(layer, Vec::new(), Vec::new()));
        }
    }
    items.extend(INTERFACES.iter().map(provider));
    module("derived.beside", &["pony.net"], items)
}

/// A layer of which nothing is known but its name.
fn stand_in(layer: &str, roles: Vec<Role>, more: Vec<BodyItem>) -> tree::Item {
    let kind = TypeKind::Named { path: path("bytes"), args: Vec::new(), extents: Vec::new() };
    let ty = TypeRef { kind, span: SPAN };
    let payload = Field { docs: Vec::new(), name: Some(name("payload")), ty, clauses: Vec::new(), span: SPAN };
    let items = [BodyItem::Field(payload)].into_iter().chain(more).collect();
    item(ItemKind::Layer(Composite { name: name(layer), params: Vec::new(), roles, body: Block { items, span: SPAN } }))
}

/// A layer that provides an interface: which one does is decided when packets are read.
fn provider(interface: &Interface) -> tree::Item {
    let member = |member: &Member| Provided {
        name: name(member.name),
        params: member.params.iter().map(|(param, _)| name(param)).collect(),
        value: Expr {
            kind: match member.ty {
                "bytes" => ExprKind::Bytes(Vec::new()),
                "bool" => ExprKind::Bool(false),
                _ => ExprKind::Int(0, None),
            },
            span: SPAN,
        },
    };
    let members = interface.members.iter().map(member).collect();
    let provide = BodyItem::Provide { interface: path(interface.name), members, span: SPAN };
    stand_in(&format!("Any{}", interface.name), vec![Role::Provides(path(interface.name))], vec![provide])
}

fn path(text: &str) -> Path {
    Path { names: text.split('.').map(name).collect(), span: SPAN }
}

fn module(text: &str, uses: &[&str], items: Vec<tree::Item>) -> Module {
    let uses = uses.iter().map(|text| Use { path: path(text), names: Vec::new(), span: SPAN }).collect();
    Module { path: Some(path(text)), uses, items, ..Module::default() }
}
