//! The names that every stack shares, as a module: types of addresses, assigned numbers, tables of keys, interfaces.

use super::net::{ETHER_TYPE, INTERFACES, IP_PROTOCOL, TABLES};
use super::types::{path, type_ref};
use packet_schema::tree::{
    Clause, ClauseKind, Enum, Enumerator, EnumeratorValue, Expr, ExprKind, Extent, ExtentKind,
    Interface as InterfaceTree, Item, ItemKind, Member as MemberTree, Module, Name, Param, Path, Span,
    Table as TableTree, TypeAlias, TypeKind, TypeRef,
};

/// An interface with its members.
pub(super) struct Interface {
    pub(super) name: &'static str,
    pub(super) members: &'static [Member],
}

/// A member of an interface.
pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) params: &'static [(&'static str, &'static str)],
    pub(super) ty: &'static str,
}

/// A table, and the type of its keys.
pub(super) type Table = (&'static str, &'static str);

/// The source of what is in this module: no item has this number.
const SOURCE: u32 = u32::MAX;

/// The place of what nobody wrote.
pub(super) const SPAN: Span = Span { source: SOURCE, start: 0, end: 0 };

/// Types of addresses: name, base, bytes where it is a string of them, how it is shown.
const ADDRESSES: &[(&str, &str, Option<u128>, &str)] =
    &[("Ipv4Addr", "u32", None, "ipv4"), ("Ipv6Addr", "bytes", Some(16), "ipv6"), ("MacAddr", "bytes", Some(6), "mac")];

/// Whether a name is one of those that every stack shares.
#[must_use]
pub fn is_shared(name: &str) -> bool {
    ADDRESSES.iter().any(|(address, ..)| *address == name) || matches!(name, "EtherType" | "IpProtocol")
}

/// The module `pony.net`: what layers of any stack may name without defining it.
#[must_use]
pub fn net() -> Module {
    let mut items: Vec<ItemKind> = ADDRESSES.iter().map(address).collect();
    items.push(names("EtherType", "u16", ETHER_TYPE));
    items.push(names("IpProtocol", "u8", IP_PROTOCOL));
    let table = |(table, key): &Table| TableTree { name: name(table), key: ty(key) };
    items.extend(TABLES.iter().map(table).map(ItemKind::Table));
    items.extend(INTERFACES.iter().map(interface));
    let items = items.into_iter().map(item).collect();
    Module { path: Some(Path { names: vec![name("pony"), name("net")], span: SPAN }), items, ..Module::default() }
}

/// An item of a module that nobody wrote.
pub(super) fn item(kind: ItemKind) -> Item {
    Item { docs: Vec::new(), attrs: Vec::new(), kind, span: SPAN }
}

/// A name that nobody wrote. The checker tells items apart by the places of their names, so each text has one of its own.
pub(super) fn name(text: &str) -> Name {
    let start = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    Name { text: text.to_owned(), span: Span { source: SOURCE, start, end: start } }
}

fn ty(text: &str) -> TypeRef {
    type_ref(text.to_owned(), SPAN)
}

fn int(value: u128) -> Expr {
    Expr { kind: ExprKind::Int(value, None), span: SPAN }
}

fn address((alias, base, bytes, display): &(&str, &str, Option<u128>, &str)) -> ItemKind {
    let extents = bytes.map(|bytes| Extent { kind: ExtentKind::Count(int(bytes)), span: SPAN });
    let kind = TypeKind::Named { path: path(base, SPAN), args: Vec::new(), extents: extents.into_iter().collect() };
    let clauses = vec![Clause { kind: ClauseKind::Display(name(display)), span: SPAN }];
    ItemKind::Alias(TypeAlias { name: name(alias), ty: TypeRef { kind, span: SPAN }, clauses })
}

fn names(of: &str, repr: &str, values: &[(&str, u128, u128, Option<&str>)]) -> ItemKind {
    let enumerators = values.iter().map(|(value, low, high, label)| Enumerator {
        docs: Vec::new(),
        name: name(value),
        value: EnumeratorValue::Is(if low == high {
            int(*low)
        } else {
            Expr { kind: ExprKind::Range(Box::new(int(*low)), Box::new(int(*high))), span: SPAN }
        }),
        label: label.map(str::to_owned),
        span: SPAN,
    });
    ItemKind::Enum(Enum { name: name(of), repr: ty(repr), closed: false, enumerators: enumerators.collect() })
}

fn interface(interface: &Interface) -> ItemKind {
    let member = |member: &Member| MemberTree {
        docs: Vec::new(),
        name: name(member.name),
        params: member.params.iter().map(|(param, of)| Param { name: name(param), ty: ty(of) }).collect(),
        ty: ty(member.ty),
    };
    ItemKind::Interface(InterfaceTree {
        name: name(interface.name),
        members: interface.members.iter().map(member).collect(),
    })
}
