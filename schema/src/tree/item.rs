//! Items, bodies, fields and clauses, as written.

#![allow(
    missing_docs,
    reason = "fields of the tree are named after the words of the grammar, which the language reference explains"
)]

use super::{Docs, Expr, Name, Path, Span, Test};

/// One item of a module.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its documentation.
    pub docs: Docs,
    /// `@allow(unused)`.
    pub attrs: Vec<Attr>,
    /// What it is.
    pub kind: ItemKind,
    /// The whole item.
    pub span: Span,
}

/// `@name(arguments)`.
#[derive(Clone, Debug)]
pub struct Attr {
    /// The name after `@`.
    pub name: Name,
    /// The arguments; empty without parentheses.
    pub args: Vec<Expr>,
}

/// The kinds of items.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "each variant holds the type of its name, which says what it is")]
pub enum ItemKind {
    Layer(Composite),
    Struct(Composite),
    Mixin(Composite),
    Enum(Enum),
    Flags(Flags),
    Alias(TypeAlias),
    Const(Const),
    Interface(Interface),
    Codec(Codec),
    Table(Table),
    Bind(Bind),
    Extend(Extend),
    Probe(Probe),
    Meta(Meta),
    Reply(Reply),
    Names(Names),
    Test(Test),
}

/// A `layer`, `struct` or `mixin`.
#[derive(Clone, Debug)]
pub struct Composite {
    pub name: Name,
    pub params: Vec<Param>,
    /// Of a layer alone.
    pub roles: Vec<Role>,
    pub body: Block,
}

/// `name: type` in a list of parameters.
#[derive(Clone, Debug)]
pub struct Param {
    pub name: Name,
    pub ty: TypeRef,
}

/// What a layer offers to its neighbours and wants of them.
#[derive(Clone, Debug)]
pub enum Role {
    /// `provides I`.
    Provides(Path),
    /// `passes I`: what provides `I` below stays visible above.
    Passes(Path),
    /// `needs I as x`.
    Needs(Path, Name),
    /// `over stream`: repeats on a byte stream, and may be cut anywhere.
    OverStream(Span),
}

/// `{ … }` with what stands in it.
#[derive(Clone, Debug, Default)]
pub struct Block {
    pub items: Vec<BodyItem>,
    pub span: Span,
}

/// What may stand in a body.
#[derive(Clone, Debug)]
pub enum BodyItem {
    Field(Field),
    /// `bits u16le { … }`: fields that share one container, most significant first.
    Bits {
        container: TypeRef,
        fields: Vec<Field>,
        span: Span,
    },
    Let(Let),
    Match(Match),
    If(If),
    /// `provide I { member = e; }`.
    Provide {
        interface: Path,
        members: Vec<Provided>,
        span: Span,
    },
    Expect(Expect),
    Include(Path),
    /// `align 4 bytes fill 0;`
    Align {
        to: Expr,
        unit: SizeUnit,
        fill: Option<Expr>,
        span: Span,
    },
}

/// Bytes or bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SizeUnit {
    Bytes,
    Bits,
}

/// `name: type clauses;`
#[derive(Clone, Debug)]
pub struct Field {
    pub docs: Docs,
    /// Absent for `_`: reserved bits.
    pub name: Option<Name>,
    pub ty: TypeRef,
    pub clauses: Vec<Clause>,
    pub span: Span,
}

/// One clause behind a field's type.
#[derive(Clone, Debug)]
pub struct Clause {
    pub kind: ClauseKind,
    pub span: Span,
}

/// The clauses.
#[derive(Clone, Debug)]
pub enum ClauseKind {
    /// `= e`: the only value.
    Const(Expr),
    /// `auto e`: what a builder derives.
    Auto(Expr),
    /// `default e`: what a builder takes where nothing is said.
    Default(Expr),
    /// `where e : "why"`: else the input is rejected.
    Where(Expr, Option<String>),
    /// `verify when e`: the `auto` expression must give the value read, else an anomaly.
    Verify(Option<Expr>),
    /// `within e bytes`.
    Within(Expr, SizeUnit),
    /// `align 4`: the region's length is a multiple; a builder pads.
    Align(Expr),
    /// `scale 8`: the value is the number on the wire times eight.
    Scale(Expr),
    Unit(Name),
    Display(Name),
    /// `if e else opaque`: without `else` the field is absent, with it the bytes are kept as they are.
    If(Expr, Option<Name>),
    /// `partial when e`: the region holds a part of something longer; what is missing behind it is cut off, not wrong.
    Partial(Option<Expr>),
    /// A constant that is not as it should be is an anomaly rather than an error.
    Lenient,
    /// Takes what the layers above left over.
    Trailing,
}

/// A type as written.
#[derive(Clone, Debug)]
pub struct TypeRef {
    pub kind: TypeKind,
    pub span: Span,
}

/// The forms of a type.
#[derive(Clone, Debug)]
pub enum TypeKind {
    /// `u16`, `bytes[4]`, `Option(kind)[..]`: a name, arguments, extents from left to right.
    Named { path: Path, args: Vec<Expr>, extents: Vec<Extent> },
    /// `next from table[key, key] else probe`.
    NextFrom { table: Path, keys: Vec<Expr>, otherwise: Option<Name> },
    /// `next is Layer`.
    NextIs(Path),
    /// `next`: the bytes of whatever the host says.
    Next,
}

/// One pair of brackets behind a type.
#[derive(Clone, Debug)]
pub struct Extent {
    pub kind: ExtentKind,
    pub span: Span,
}

/// The extents.
#[derive(Clone, Debug)]
pub enum ExtentKind {
    /// `[n]`.
    Count(Expr),
    /// `[..]`: to the end of the region.
    ToEnd,
    /// `[until e]`: the element for which `e` holds is the last.
    Until(Expr),
    /// `[prefix u16 bytes]`.
    PrefixBytes(Box<TypeRef>),
    /// `[prefix u8 items]`.
    PrefixItems(Box<TypeRef>),
}

/// `let name = e clauses;`
#[derive(Clone, Debug)]
pub struct Let {
    pub docs: Docs,
    pub name: Name,
    pub value: Expr,
    pub clauses: Vec<Clause>,
    pub span: Span,
}

/// `match on within n bytes { arms }`.
#[derive(Clone, Debug)]
pub struct Match {
    pub on: Expr,
    pub within: Option<(Expr, SizeUnit)>,
    pub arms: Vec<Arm>,
    pub span: Span,
}

/// `A | B .. C if guard => …`.
#[derive(Clone, Debug)]
pub struct Arm {
    pub docs: Docs,
    /// Single values, [`super::ExprKind::Range`]s, or [`super::ExprKind::Wildcard`].
    pub patterns: Vec<Expr>,
    pub guard: Option<Expr>,
    pub action: ArmAction,
    pub span: Span,
}

/// What an arm does.
#[derive(Clone, Debug)]
pub enum ArmAction {
    /// `{ … }` or `Variant { … }`.
    Block(Option<Name>, Block),
    /// `stop`: the list that this element belongs to ends with it.
    Stop,
    /// `reject "why"`.
    Reject(String),
}

/// `if e { … } else { … }`; `else if` is an `else` with one `if`.
#[derive(Clone, Debug)]
pub struct If {
    pub condition: Expr,
    pub then: Block,
    pub otherwise: Option<Block>,
    pub span: Span,
}

/// `member(a, b) = e;`
#[derive(Clone, Debug)]
pub struct Provided {
    pub name: Name,
    pub params: Vec<Name>,
    pub value: Expr,
}

/// `expect e : name "what is wrong otherwise";`: an anomaly of that name, or of the message's words joined by `_`.
#[derive(Clone, Debug)]
pub struct Expect {
    pub condition: Expr,
    pub name: Option<Name>,
    pub message: Option<String>,
    pub span: Span,
}

/// `enum E : u8 closed { … }`.
#[derive(Clone, Debug)]
pub struct Enum {
    pub name: Name,
    pub repr: TypeRef,
    pub closed: bool,
    pub enumerators: Vec<Enumerator>,
}

/// `NAME = 1 .. 3 "label"` or `NAME matches e`.
#[derive(Clone, Debug)]
pub struct Enumerator {
    pub docs: Docs,
    pub name: Name,
    pub value: EnumeratorValue,
    /// What people are shown.
    pub label: Option<String>,
    pub span: Span,
}

/// Which numbers an enumerator stands for.
#[derive(Clone, Debug)]
pub enum EnumeratorValue {
    /// One value, or an [`super::ExprKind::Range`].
    Is(Expr),
    /// All for which the expression over `it` holds.
    Matches(Expr),
}

/// `flags F : u9 { … }`, most significant first.
#[derive(Clone, Debug)]
pub struct Flags {
    pub name: Name,
    pub repr: TypeRef,
    pub flags: Vec<Flag>,
}

/// One flag, or a group of bits with a type.
#[derive(Clone, Debug)]
pub struct Flag {
    pub docs: Docs,
    /// Absent for `_`.
    pub name: Option<Name>,
    /// Absent for one bit.
    pub ty: Option<TypeRef>,
    pub label: Option<String>,
    pub span: Span,
}

/// `type X = u32 display ipv4;`
#[derive(Clone, Debug)]
pub struct TypeAlias {
    pub name: Name,
    pub ty: TypeRef,
    pub clauses: Vec<Clause>,
}

/// `const N : u8 = 4;`
#[derive(Clone, Debug)]
pub struct Const {
    pub name: Name,
    pub ty: TypeRef,
    pub value: Expr,
}

/// `interface I { member(parameters): type; }`
#[derive(Clone, Debug)]
pub struct Interface {
    pub name: Name,
    pub members: Vec<Member>,
}

/// A member of an interface.
#[derive(Clone, Debug)]
pub struct Member {
    pub docs: Docs,
    pub name: Name,
    pub params: Vec<Param>,
    pub ty: TypeRef,
}

/// `codec C(parameters) -> type { … }`.
#[derive(Clone, Debug)]
pub struct Codec {
    pub name: Name,
    pub params: Vec<Param>,
    pub result: TypeRef,
    pub items: Vec<CodecItem>,
}

/// What may stand in a codec.
#[derive(Clone, Debug)]
pub enum CodecItem {
    Field(Field),
    Let(Let),
    Expect(Expect),
    /// `repeat max n { … } while e;`
    Repeat {
        max: Expr,
        items: Vec<CodecItem>,
        condition: Option<Expr>,
        span: Span,
    },
    Match {
        on: Expr,
        arms: Vec<CodecArm>,
        span: Span,
    },
    /// `jump region at e decreasing;`
    Jump {
        region: Name,
        at: Expr,
        decreasing: bool,
        span: Span,
    },
    Emit(Expr),
    Yields(Expr),
    /// `encode field = e;`
    Encode {
        field: Name,
        value: Expr,
    },
    /// `encode by compress(msg, policy);`
    EncodeBy(Expr),
    /// `limit 255 bytes;` of what is yielded, or `limit 10 steps;`.
    Limit {
        most: Expr,
        unit: LimitUnit,
        span: Span,
    },
}

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitUnit {
    Bytes,
    Steps,
}

/// An arm of a codec's match.
#[derive(Clone, Debug)]
pub struct CodecArm {
    pub patterns: Vec<Expr>,
    pub action: CodecAction,
    pub span: Span,
}

/// What a codec's arm does.
#[derive(Clone, Debug)]
pub enum CodecAction {
    Items(Vec<CodecItem>),
    Stop,
    Reject(String),
}

/// `table t : Key;`
#[derive(Clone, Debug)]
pub struct Table {
    pub name: Name,
    pub key: TypeRef,
}

/// `bind table { KEY | KEY => Layer if guard; }`
#[derive(Clone, Debug)]
pub struct Bind {
    pub table: Path,
    pub rows: Vec<BindRow>,
}

/// A row of a table.
#[derive(Clone, Debug)]
pub struct BindRow {
    /// Single values or ranges.
    pub keys: Vec<Expr>,
    pub layer: Path,
    /// Over `it` (the key) and `rest` (the bytes of the payload).
    pub guard: Option<Expr>,
    pub span: Span,
}

/// `extend E { NAME = 1, }` or `extend S { KIND => Variant { … } }`.
#[derive(Clone, Debug)]
pub struct Extend {
    pub target: Path,
    pub enumerators: Vec<Enumerator>,
    pub arms: Vec<Arm>,
}

/// `probe L from t if g { e } score n;`
#[derive(Clone, Debug)]
pub struct Probe {
    pub layer: Path,
    /// Tables; none where it is asked upon all.
    pub from: Vec<Path>,
    pub guard: Option<Expr>,
    pub condition: Expr,
    pub score: Expr,
}

/// A metafield.
#[derive(Clone, Debug)]
pub struct Meta {
    pub name: Name,
    pub ty: TypeRef,
    /// `over (I as x, …)`.
    pub over: Vec<(Path, Name)>,
    pub items: Vec<MetaItem>,
}

/// What may stand in a metafield.
#[derive(Clone, Debug)]
pub enum MetaItem {
    /// `key e if present L;`
    Key { value: Expr, present: Option<Path>, span: Span },
    /// `key (a, b) <-> (c, d);`
    Symmetric { left: Vec<Expr>, right: Vec<Expr>, present: Option<Path>, span: Span },
    /// `hash siphash24(seed);`
    Hash(Expr),
    /// `on A / B carry { field[15 .. 0] = e; }`
    Carry { stack: Vec<Path>, fields: Vec<Carried>, span: Span },
    /// `keep checksum by place;`
    Keep { what: Path, by: Path, bits: Option<(Expr, Expr)>, span: Span },
}

/// One assignment of a carry.
#[derive(Clone, Debug)]
pub struct Carried {
    pub field: Path,
    pub bits: Option<(Expr, Expr)>,
    pub value: Expr,
}

/// `reply A by B { … }`.
#[derive(Clone, Debug)]
pub struct Reply {
    /// Absent for `any`.
    pub request: Option<Path>,
    pub reply: Path,
    pub items: Vec<ReplyItem>,
}

/// What may stand in a reply.
#[derive(Clone, Debug)]
pub enum ReplyItem {
    /// An equation, or a condition on one side.
    Equation(Expr),
    /// `recover request.seq = reply.ack - 1 if …;`
    Recover { field: Path, value: Expr, condition: Option<Expr> },
    /// `quotes field;`: the field holds the start of the request.
    Quotes(Path),
}

/// `alias wireshark L { field = "x"; }`: the names that another tool has.
#[derive(Clone, Debug)]
pub struct Names {
    /// `wireshark`.
    pub tool: Name,
    /// A layer or struct.
    pub target: Path,
    pub rows: Vec<NameRow>,
}

/// One name.
#[derive(Clone, Debug)]
pub struct NameRow {
    /// A field, or an expression over the fields where the other tool shows the value in another form.
    pub value: Expr,
    pub name: String,
    /// The other tool shows it only then.
    pub condition: Option<Expr>,
    pub span: Span,
}
