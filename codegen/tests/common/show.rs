//! Trees in a few words: everything that is in them but places, each operation in parentheses.

use packet_schema::tree::*;

pub(crate) fn expr(e: &Expr) -> String {
    match &e.kind {
        ExprKind::Int(value, None) => value.to_string(),
        ExprKind::Int(value, Some(s)) => {
            format!("{value}{}{}{}", if s.signed { 'i' } else { 'u' }, s.bits, if s.little { "le" } else { "" })
        }
        ExprKind::Text(text) => format!("{text:?}"),
        ExprKind::Bytes(bytes) => format!("hex{bytes:02x?}"),
        ExprKind::Tagged(tag, bytes) => format!("{tag}{bytes:02x?}"),
        ExprKind::Bool(value) => value.to_string(),
        ExprKind::Name(name) => name.clone(),
        ExprKind::Member(base, name) => format!("{}.{}", expr(base), name.text),
        ExprKind::Call(base, args) => format!("{}({})", expr(base), exprs(args)),
        ExprKind::Index(base, index) => format!("{}[{}]", expr(base), expr(index)),
        ExprKind::Slice(base, from, to) => format!("{}[{} .. {}]", expr(base), expr(from), expr(to)),
        ExprKind::Unary(UnaryOp::Not, e) => format!("!{}", expr(e)),
        ExprKind::Unary(UnaryOp::Neg, e) => format!("-{}", expr(e)),
        ExprKind::Binary(op, a, b) => format!("({} {} {})", expr(a), op.symbol(), expr(b)),
        ExprKind::Cond(c, a, b) => format!("({} ? {} : {})", expr(c), expr(a), expr(b)),
        ExprKind::In(e, set) => format!("({} in {})", expr(e), expr(set)),
        ExprKind::List(list) => format!("[{}]", exprs(list)),
        ExprKind::Range(from, to) => format!("{} .. {}", expr(from), expr(to)),
        ExprKind::Wildcard => "_".to_owned(),
    }
}

fn exprs(list: &[Expr]) -> String {
    list.iter().map(expr).collect::<Vec<_>>().join(", ")
}

fn opt<T>(value: &Option<T>, before: &str, show: impl Fn(&T) -> String) -> String {
    value.as_ref().map_or(String::new(), |value| format!("{before}{}", show(value)))
}

fn name(name: &Name) -> String {
    name.text.clone()
}

fn text(text: &String) -> String {
    format!("{text:?}")
}

fn docs(docs: &Docs) -> String {
    docs.iter().map(|line| format!("/{line}/ ")).collect()
}

fn joined<T>(list: &[T], show: impl Fn(&T) -> String) -> String {
    list.iter().map(show).collect::<Vec<_>>().join(" ")
}

pub(crate) fn ty(t: &TypeRef) -> String {
    match &t.kind {
        TypeKind::Named { path, args, extents } => {
            let args = if args.is_empty() { String::new() } else { format!("({})", exprs(args)) };
            format!("{}{args}{}", path.text(), extents.iter().map(extent).collect::<String>())
        }
        TypeKind::NextFrom { table, keys, otherwise } => {
            format!("next from {}[{}]{}", table.text(), exprs(keys), opt(otherwise, " else ", name))
        }
        TypeKind::NextIs(path) => format!("next is {}", path.text()),
        TypeKind::Next => "next".to_owned(),
    }
}

fn extent(e: &Extent) -> String {
    match &e.kind {
        ExtentKind::Count(e) => format!("[{}]", expr(e)),
        ExtentKind::ToEnd => "[..]".to_owned(),
        ExtentKind::Until(e) => format!("[until {}]", expr(e)),
        ExtentKind::PrefixBytes(t) => format!("[prefix {} bytes]", ty(t)),
        ExtentKind::PrefixItems(t) => format!("[prefix {} items]", ty(t)),
    }
}

fn unit(unit: SizeUnit) -> &'static str {
    match unit {
        SizeUnit::Bytes => "bytes",
        SizeUnit::Bits => "bits",
    }
}

fn clause(c: &Clause) -> String {
    match &c.kind {
        ClauseKind::Const(e) => format!(" = {}", expr(e)),
        ClauseKind::Auto(e) => format!(" auto {}", expr(e)),
        ClauseKind::Default(e) => format!(" default {}", expr(e)),
        ClauseKind::Where(e, why) => format!(" where {}{}", expr(e), opt(why, ": ", text)),
        ClauseKind::Verify(e) => format!(" verify{}", opt(e, " when ", expr)),
        ClauseKind::Within(e, u) => format!(" within {} {}", expr(e), unit(*u)),
        ClauseKind::Align(e) => format!(" align {}", expr(e)),
        ClauseKind::Scale(e) => format!(" scale {}", expr(e)),
        ClauseKind::Unit(n) => format!(" unit {}", n.text),
        ClauseKind::Display(n) => format!(" display {}", n.text),
        ClauseKind::If(e, otherwise) => format!(" if {}{}", expr(e), opt(otherwise, " else ", name)),
        ClauseKind::Partial(e) => format!(" partial{}", opt(e, " when ", expr)),
        ClauseKind::Lenient => " lenient".to_owned(),
        ClauseKind::Trailing => " trailing".to_owned(),
    }
}

fn clauses(list: &[Clause]) -> String {
    list.iter().map(clause).collect()
}

fn field(f: &Field) -> String {
    let name = f.name.as_ref().map_or("_", |name| &name.text);
    format!("{}{name}: {}{};", docs(&f.docs), ty(&f.ty), clauses(&f.clauses))
}

fn binding(l: &Let) -> String {
    format!("{}let {} = {}{};", docs(&l.docs), l.name.text, expr(&l.value), clauses(&l.clauses))
}

fn expect(e: &Expect) -> String {
    format!("expect {}{}{};", expr(&e.condition), opt(&e.name, " : ", name), opt(&e.message, " ", text))
}

fn block(b: &Block) -> String {
    format!("{{{}}}", joined(&b.items, body))
}

pub(crate) fn body(item: &BodyItem) -> String {
    match item {
        BodyItem::Field(f) => field(f),
        BodyItem::Bits { container, fields, .. } => format!("bits {} {{{}}}", ty(container), joined(fields, field)),
        BodyItem::Let(l) => binding(l),
        BodyItem::Match(m) => {
            let within = opt(&m.within, " within ", |(e, u)| format!("{} {}", expr(e), unit(*u)));
            format!("match {}{within} {{{}}}", expr(&m.on), joined(&m.arms, arm))
        }
        BodyItem::If(i) => {
            format!("if {} {}{}", expr(&i.condition), block(&i.then), opt(&i.otherwise, " else ", block))
        }
        BodyItem::Provide { interface, members, .. } => {
            let member = |m: &Provided| {
                let params = if m.params.is_empty() { String::new() } else { format!("({})", joined(&m.params, name)) };
                format!("{}{params} = {};", m.name.text, expr(&m.value))
            };
            format!("provide {} {{{}}}", interface.text(), joined(members, member))
        }
        BodyItem::Expect(e) => expect(e),
        BodyItem::Include(path) => format!("include {};", path.text()),
        BodyItem::Align { to, unit: u, fill, .. } => {
            format!("align {} {}{};", expr(to), unit(*u), opt(fill, " fill ", expr))
        }
    }
}

fn patterns(list: &[Expr]) -> String {
    list.iter().map(expr).collect::<Vec<_>>().join(" | ")
}

fn arm(a: &Arm) -> String {
    let action = match &a.action {
        ArmAction::Block(name, b) => format!("{}{}", opt(name, "", |name| format!("{} ", name.text)), block(b)),
        ArmAction::Stop => "stop;".to_owned(),
        ArmAction::Reject(why) => format!("reject {why:?};"),
    };
    format!("{}{}{} => {action}", docs(&a.docs), patterns(&a.patterns), opt(&a.guard, " if ", expr))
}

fn params(list: &[Param]) -> String {
    let list: Vec<String> = list.iter().map(|p| format!("{}: {}", p.name.text, ty(&p.ty))).collect();
    if list.is_empty() { String::new() } else { format!("({})", list.join(", ")) }
}

fn role(r: &Role) -> String {
    match r {
        Role::Provides(path) => format!("provides {} ", path.text()),
        Role::Passes(path) => format!("passes {} ", path.text()),
        Role::Needs(path, name) => format!("needs {} as {} ", path.text(), name.text),
        Role::OverStream(_) => "over stream ".to_owned(),
    }
}

fn composite(word: &str, c: &Composite) -> String {
    let roles: String = c.roles.iter().map(role).collect();
    format!("{word} {}{} {roles}{}", c.name.text, params(&c.params), block(&c.body))
}

fn enumerator(e: &Enumerator) -> String {
    let value = match &e.value {
        EnumeratorValue::Is(e) => format!("= {}", expr(e)),
        EnumeratorValue::Matches(e) => format!("matches {}", expr(e)),
    };
    format!("{}{} {value}{},", docs(&e.docs), e.name.text, opt(&e.label, " ", text))
}

fn flag(f: &Flag) -> String {
    let name = f.name.as_ref().map_or("_", |name| &name.text);
    format!("{}{name}{}{},", docs(&f.docs), opt(&f.ty, ": ", ty), opt(&f.label, " ", text))
}

fn codec_items(list: &[CodecItem]) -> String {
    format!("{{{}}}", joined(list, codec_item))
}

fn codec_item(item: &CodecItem) -> String {
    match item {
        CodecItem::Field(f) => field(f),
        CodecItem::Let(l) => binding(l),
        CodecItem::Expect(e) => expect(e),
        CodecItem::Repeat { max, items, condition, .. } => {
            format!("repeat max {} {}{}", expr(max), codec_items(items), opt(condition, " while ", expr))
        }
        CodecItem::Match { on, arms, .. } => {
            let arm = |a: &CodecArm| {
                let action = match &a.action {
                    CodecAction::Items(items) => codec_items(items),
                    CodecAction::Stop => "stop;".to_owned(),
                    CodecAction::Reject(why) => format!("reject {why:?};"),
                };
                format!("{} => {action}", patterns(&a.patterns))
            };
            format!("match {} {{{}}}", expr(on), joined(arms, arm))
        }
        CodecItem::Jump { region, at, decreasing, .. } => {
            format!("jump {} at {}{};", region.text, expr(at), if *decreasing { " decreasing" } else { "" })
        }
        CodecItem::Emit(e) => format!("emit {};", expr(e)),
        CodecItem::Yields(e) => format!("yields {};", expr(e)),
        CodecItem::Encode { field, value } => format!("encode {} = {};", field.text, expr(value)),
        CodecItem::EncodeBy(e) => format!("encode by {};", expr(e)),
        CodecItem::Limit { most, unit, .. } => {
            format!("limit {} {};", expr(most), if *unit == LimitUnit::Bytes { "bytes" } else { "steps" })
        }
    }
}

fn slice(bits: &Option<(Expr, Expr)>) -> String {
    opt(bits, "", |(from, to)| format!("[{} .. {}]", expr(from), expr(to)))
}

fn meta_item(item: &MetaItem) -> String {
    let if_present = |present: &Option<Path>| opt(present, " if present ", Path::text);
    match item {
        MetaItem::Key { value, present, .. } => format!("key {}{};", expr(value), if_present(present)),
        MetaItem::Symmetric { left, right, present, .. } => {
            format!("key ({}) <-> ({}){};", exprs(left), exprs(right), if_present(present))
        }
        MetaItem::Hash(e) => format!("hash {};", expr(e)),
        MetaItem::Carry { stack, fields, .. } => {
            let stack: Vec<String> = stack.iter().map(Path::text).collect();
            let one = |c: &Carried| format!("{}{} = {};", c.field.text(), slice(&c.bits), expr(&c.value));
            format!("on {} carry {{{}}}", stack.join(" / "), joined(fields, one))
        }
        MetaItem::Keep { what, by, bits, .. } => format!("keep {} by {}{};", what.text(), by.text(), slice(bits)),
    }
}

fn reply_item(item: &ReplyItem) -> String {
    match item {
        ReplyItem::Equation(e) => format!("{};", expr(e)),
        ReplyItem::Recover { field, value, condition } => {
            format!("recover {} = {}{};", field.text(), expr(value), opt(condition, " if ", expr))
        }
        ReplyItem::Quotes(path) => format!("quotes {};", path.text()),
    }
}

pub(crate) fn stack(parts: &[StackPart]) -> String {
    let part = |part: &StackPart| match part {
        StackPart::Value(v) => value(v),
        StackPart::Raw(bytes) => format!("{:02x?}", bytes.bytes),
    };
    parts.iter().map(part).collect::<Vec<_>>().join(" / ")
}

fn value(v: &Value) -> String {
    let setter = |s: &Setter| format!("{}{} = {};", s.field.text(), slice(&s.bits), setter_value(&s.value));
    format!("{} {{{}}}", v.path.text(), joined(&v.setters, setter))
}

fn setter_value(v: &SetterValue) -> String {
    match v {
        SetterValue::Auto(_) => "auto".to_owned(),
        SetterValue::Set(e) => expr(e),
        SetterValue::Raw(e) => format!("raw {}", expr(e)),
        SetterValue::List(list, _) => {
            format!("<{}>", list.iter().map(setter_value).collect::<Vec<_>>().join(", "))
        }
        SetterValue::Value(v) => value(v),
    }
}

fn test(t: &Test) -> String {
    let title = opt(&t.title, " ", text);
    match &t.kind {
        TestKind::Parse { target, input, checks } => {
            let checks = joined(checks, |e| format!("{};", expr(e)));
            format!("test{title} {} {:02x?} {{{checks}}}", target.text(), input.bytes)
        }
        TestKind::Reject { target, input, at } => {
            format!("test{title} reject {} {:02x?} at {};", target.text(), input.bytes, at.text())
        }
        TestKind::Build { stack: s, expected } => format!("test{title} build {} == {:02x?};", stack(s), expected.bytes),
        TestKind::Law { law, target } => format!("test{title} law {} {};", law.text, target.text()),
    }
}

pub(crate) fn item(i: &Item) -> String {
    let attrs: String = i.attrs.iter().map(|a| format!("@{}({}) ", a.name.text, exprs(&a.args))).collect();
    let kind = match &i.kind {
        ItemKind::Layer(c) => composite("layer", c),
        ItemKind::Struct(c) => composite("struct", c),
        ItemKind::Mixin(c) => composite("mixin", c),
        ItemKind::Enum(e) => {
            let closed = if e.closed { " closed" } else { "" };
            format!("enum {}: {}{closed} {{{}}}", e.name.text, ty(&e.repr), joined(&e.enumerators, enumerator))
        }
        ItemKind::Flags(f) => format!("flags {}: {} {{{}}}", f.name.text, ty(&f.repr), joined(&f.flags, flag)),
        ItemKind::Alias(a) => format!("type {} = {}{};", a.name.text, ty(&a.ty), clauses(&a.clauses)),
        ItemKind::Const(c) => format!("const {}: {} = {};", c.name.text, ty(&c.ty), expr(&c.value)),
        ItemKind::Interface(i) => {
            let member = |m: &Member| format!("{}{}{}: {};", docs(&m.docs), m.name.text, params(&m.params), ty(&m.ty));
            format!("interface {} {{{}}}", i.name.text, joined(&i.members, member))
        }
        ItemKind::Codec(c) => {
            format!("codec {}{} -> {} {}", c.name.text, params(&c.params), ty(&c.result), codec_items(&c.items))
        }
        ItemKind::Table(t) => format!("table {}: {};", t.name.text, ty(&t.key)),
        ItemKind::Bind(b) => {
            let row =
                |r: &BindRow| format!("{} => {}{};", patterns(&r.keys), r.layer.text(), opt(&r.guard, " if ", expr));
            format!("bind {} {{{}}}", b.table.text(), joined(&b.rows, row))
        }
        ItemKind::Extend(e) => {
            format!("extend {} {{{}{}}}", e.target.text(), joined(&e.enumerators, enumerator), joined(&e.arms, arm))
        }
        ItemKind::Probe(p) => format!("probe {} {{{}}} score {};", p.layer.text(), expr(&p.condition), expr(&p.score)),
        ItemKind::Meta(m) => {
            let over = joined(&m.over, |(path, name)| format!("({} as {}) ", path.text(), name.text));
            format!("meta {}: {} {over}{{{}}}", m.name.text, ty(&m.ty), joined(&m.items, meta_item))
        }
        ItemKind::Reply(r) => {
            let request = r.request.as_ref().map_or("any".to_owned(), Path::text);
            format!("reply {request} by {} {{{}}}", r.reply.text(), joined(&r.items, reply_item))
        }
        ItemKind::Names(n) => {
            let row = |r: &NameRow| format!("{} = {:?}{};", expr(&r.value), r.name, opt(&r.condition, " if ", expr));
            format!("alias {} {} {{{}}}", n.tool.text, n.target.text(), joined(&n.rows, row))
        }
        ItemKind::Test(t) => test(t),
    };
    format!("{}{attrs}{kind}", docs(&i.docs))
}
