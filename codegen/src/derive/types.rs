//! Types of fields: Rust's, and what entries add to them.

use super::Reader;
use super::entries::{Args, Entries, Entry, cut_at};
use packet_schema::tree::{Expr, ExprKind, Extent, ExtentKind, Name, Path, Span, TypeKind, TypeRef};
use packet_schema::{Code, Diagnostic};
use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned as _;

/// What a type is made of.
struct Base {
    path: Path,
    args: Vec<Expr>,
    /// Extents that Rust's type says.
    own: Vec<Extent>,
    /// How many lists it is within.
    lists: usize,
    /// Bytes and text have an extent of their own.
    stretch: bool,
}

/// What entries say of a number.
struct Number {
    bits: Option<Entry>,
    /// The word, and whether it is `little`.
    order: Option<(Entry, bool)>,
}

impl Reader<'_> {
    /// The type of a field on the wire.
    pub(super) fn wire_type(&mut self, ty: &syn::Type, entries: &mut Entries) -> Option<TypeRef> {
        let ty = present(ty).unwrap_or(ty);
        let ty = said(ty).unwrap_or(ty);
        let (kind, span) = self.spanned(|reader| match entries.take("next") {
            Some(next) => reader.next_layer(&next),
            None => reader.named(ty, entries),
        });
        Some(TypeRef { kind: kind?, span })
    }

    /// `next`, `next = Layer`, `next(table[key, key], else probe)`.
    fn next_layer(&mut self, entry: &Entry) -> Option<TypeKind> {
        self.at(entry.span);
        match &entry.args {
            Args::None => Some(TypeKind::Next),
            Args::Value(value) => Some(TypeKind::NextIs(self.layer(value.clone())?)),
            Args::Group(_) => {
                let mut parts = self.values(entry).into_iter();
                let table: TokenStream = parts.next()?.into_iter().collect();
                let otherwise = match parts.next() {
                    Some(tokens) => match tokens.as_slice() {
                        [TokenTree::Ident(word), TokenTree::Ident(name)] if word == "else" => Some(self.name(name)),
                        _ => {
                            self.wrong(entry.span, "`else` and a name is wanted behind the comma", None);
                            None
                        }
                    },
                    None => None,
                };
                let (table, keys) = self.keyed(table)?;
                if let Some(name) = otherwise.as_ref().filter(|name| !matches!(name.text.as_str(), "probe" | "opaque"))
                {
                    self.item.layers.push(name.text.clone());
                }
                Some(TypeKind::NextFrom { table, keys, otherwise })
            }
        }
    }

    /// `table[key, key]`.
    fn keyed(&mut self, tokens: TokenStream) -> Option<(Path, Vec<Expr>)> {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let [TokenTree::Ident(table), TokenTree::Group(keys)] = tokens.as_slice() else {
            let place = tokens.first().map_or_else(proc_macro2::Span::call_site, TokenTree::span);
            self.wrong(
                place,
                "a table with its keys is wanted here",
                Some("as in `next(udp_port[dst_port, src_port])`"),
            );
            return None;
        };
        let table = self.name(table);
        let keys = self.exprs(super::entries::cut(keys.stream(), ','));
        Some((Path { span: table.span, names: vec![table] }, keys))
    }

    /// The path of a layer, which need not be known here.
    pub(super) fn layer(&mut self, tokens: TokenStream) -> Option<Path> {
        match syn::parse2::<syn::Path>(tokens) {
            Ok(path) => {
                let name = self.name(&path.segments.last()?.ident);
                self.item.layers.push(name.text.clone());
                Some(Path { span: name.span, names: vec![name] })
            }
            Err(error) => {
                self.unreadable(&error);
                None
            }
        }
    }

    fn named(&mut self, ty: &syn::Type, entries: &mut Entries) -> Option<TypeKind> {
        let number = Number {
            bits: entries.take("bits"),
            order: entries
                .take("little")
                .map(|entry| (entry, true))
                .or_else(|| entries.take("big").map(|entry| (entry, false))),
        };
        if let Some((entry, _)) = &number.order {
            self.plain(&entry.clone());
        }
        let mut base = self.base(ty, &number)?;
        if let Some(with) = entries.take("with") {
            let parts = self.values(&with);
            base.args = self.exprs(parts);
        }
        if let Some(encoding) = entries.take("encoding") {
            let name = self.word(&encoding)?;
            base.args = vec![Expr { kind: ExprKind::Name(name.text), span: name.span }];
        }
        let mut extents = base.own;
        for entry in entries.take_all(&["count", "until", "prefix", "to_end"]) {
            extents.extend(self.extent(&entry));
        }
        let wanted = base.lists + usize::from(base.stretch && base.lists > 0);
        while extents.len() < wanted {
            extents.push(Extent { kind: ExtentKind::ToEnd, span: base.path.span });
        }
        let most = base.lists + usize::from(base.stretch);
        if extents.len() > most {
            let place = extents.last().map_or(base.path.span, |extent| extent.span);
            let finding = Diagnostic::new(Code::BadClause, place, "the type has no room for this extent");
            self.report(
                finding.help("each list, and bytes and text, have one extent: `count`, `until`, `prefix` or `to_end`"),
            );
            return None;
        }
        Some(TypeKind::Named { path: base.path, args: base.args, extents })
    }

    fn extent(&mut self, entry: &Entry) -> Option<Extent> {
        let (kind, span) = self.spanned(|reader| {
            reader.at(entry.span);
            match entry.key.as_str() {
                "count" => {
                    let value = reader.value(entry)?;
                    Some(ExtentKind::Count(reader.expr(value)?))
                }
                "until" => {
                    let value = reader.value(entry)?;
                    Some(ExtentKind::Until(reader.expr(value)?))
                }
                "prefix" => reader.prefix(entry),
                _ => {
                    reader.plain(entry);
                    Some(ExtentKind::ToEnd)
                }
            }
        });
        Some(Extent { kind: kind?, span })
    }

    /// `prefix(u16, bytes)`, `prefix(u8, items)`.
    fn prefix(&mut self, entry: &Entry) -> Option<ExtentKind> {
        let mut parts = self.values(entry).into_iter();
        let of: TokenStream = parts.next()?.into_iter().collect();
        let unit = parts.next().and_then(|tokens| self.ident(tokens, "`bytes` or `items`"));
        let of = Box::new(self.number_type(of)?);
        match unit.as_ref().map(|unit| unit.text.as_str()) {
            Some("bytes") => Some(ExtentKind::PrefixBytes(of)),
            Some("items") => Some(ExtentKind::PrefixItems(of)),
            _ => {
                self.wrong(
                    entry.span,
                    "the number in front counts `bytes` or `items`",
                    Some("as in `prefix(u16, bytes)`"),
                );
                None
            }
        }
    }

    /// A type that is a name alone: of a length in front, of a parameter, of a container.
    pub(super) fn number_type(&mut self, tokens: TokenStream) -> Option<TypeRef> {
        match syn::parse2::<syn::Path>(tokens) {
            Ok(path) => {
                let span = self.at(path.span());
                let single = path.get_ident().map(ToString::to_string);
                let text = match single.filter(|text| is_number(text) || text == "region") {
                    Some(text) => self.ordered(text),
                    None => self.type_path(&path, path.segments.len()),
                };
                Some(type_ref(text, span))
            }
            Err(error) => {
                self.unreadable(&error);
                None
            }
        }
    }

    /// A number's name with the order of bytes that the item says, where the name says none.
    fn ordered(&self, text: String) -> String {
        let bits: Option<u32> = text.get(1..).and_then(|digits| digits.parse().ok());
        let whole = bits.is_some_and(|bits| bits > 8 && bits.is_multiple_of(8));
        if self.little && whole { text + "le" } else { text }
    }

    fn base(&mut self, ty: &syn::Type, number: &Number) -> Option<Base> {
        match ty {
            syn::Type::Group(group) => self.base(&group.elem, number),
            syn::Type::Paren(paren) => self.base(&paren.elem, number),
            syn::Type::Reference(reference) => match &*reference.elem {
                syn::Type::Slice(slice) if is_byte(&slice.elem) => self.stretch(ty, "bytes", number),
                syn::Type::Path(path) if path.path.is_ident("str") => self.stretch(ty, "str", number),
                _ => self.no_type(ty),
            },
            syn::Type::Array(array) => {
                let mut base = match is_byte(&array.elem) {
                    true => self.stretch(ty, "bytes", number)?,
                    false => {
                        let base = self.base(&array.elem, number)?;
                        Base { lists: base.lists + 1, ..base }
                    }
                };
                let count = self.lower(&array.len)?;
                base.own.push(Extent { span: count.span, kind: ExtentKind::Count(count) });
                Some(base)
            }
            syn::Type::Tuple(tuple) if tuple.elems.is_empty() => {
                let place = self.at(ty.span());
                if number.bits.is_none() {
                    let finding = Diagnostic::new(Code::BadWidth, place, "nothing says how wide this is");
                    self.report(finding.help("add `bits = …`"));
                    return None;
                }
                self.number(None, false, place, number)
            }
            syn::Type::Path(path) => self.base_path(ty, &path.path, number),
            _ => self.no_type(ty),
        }
    }

    fn no_type(&mut self, ty: &syn::Type) -> Option<Base> {
        let finding = Diagnostic::new(Code::TypeMismatch, self.at(ty.span()), "no field of a packet has this type");
        self.report(finding.help(
            "there are `u8` to `u128`, `i8` to `i128`, `bool`, `f32`, `f64`, `&[u8]`, `&str`, `[T; N]`, `List<T>`, \
             `Payload`, and what derives `Layer`",
        ));
        None
    }

    fn stretch(&mut self, ty: &syn::Type, name: &str, number: &Number) -> Option<Base> {
        let span = self.at(ty.span());
        self.no_number(number);
        Some(Base { path: path(name, span), args: Vec::new(), own: Vec::new(), lists: 0, stretch: true })
    }

    /// Reports a width or an order of what is no number.
    fn no_number(&mut self, number: &Number) {
        if let Some(entry) = number.bits.iter().chain(number.order.iter().map(|(entry, _)| entry)).next() {
            let place = self.at(entry.span);
            let text = format!("`{}` is of numbers alone", entry.key);
            self.report(Diagnostic::new(Code::BadClause, place, text));
        }
    }

    fn base_path(&mut self, ty: &syn::Type, of: &syn::Path, number: &Number) -> Option<Base> {
        let last = of.segments.last()?;
        let text = syn::ext::IdentExt::unraw(&last.ident).to_string();
        match text.as_str() {
            "List" | "Numbers" => {
                let Some(element) = argument(last) else { return self.no_type(ty) };
                let base = self.base(element, number)?;
                return Some(Base { lists: base.lists + 1, ..base });
            }
            "Text" => return self.stretch(ty, "str", number),
            "Payload" => {
                let place = self.at(ty.span());
                let finding =
                    Diagnostic::new(Code::BadClause, place, "nothing says which layer stands in this payload");
                self.report(finding.help("add `next = Layer`, `next(table[key])`, or `next` where the host says it"));
                return None;
            }
            "Vec" | "String" | "Box" | "usize" | "isize" | "char" => return self.no_type(ty),
            // This was told already.
            _ if self.generics.contains(&text) => return None,
            _ => {}
        }
        let span = self.at(ty.span());
        match text.as_str() {
            "bool" => {
                self.width_of("bool", 1, number);
                Some(plain("bool".to_owned(), span))
            }
            "f32" | "f64" => {
                let little = self.is_little(number, 32);
                Some(plain(format!("{text}{}", if little { "le" } else { "" }), span))
            }
            _ if is_number(&text) => {
                let width = text.get(1..).and_then(|digits| digits.parse().ok());
                self.number(width, text.starts_with('i'), span, number)
            }
            _ => {
                let name = self.type_path(of, of.segments.len());
                if let Some((bits, place)) = self.bits(number) {
                    self.item.widths.push((name.clone(), bits, place));
                }
                Some(plain(name, span))
            }
        }
    }

    /// A number whose width is that of Rust's type, or said by an entry.
    fn number(&mut self, width: Option<u32>, signed: bool, span: Span, number: &Number) -> Option<Base> {
        let letter = if signed { 'i' } else { 'u' };
        let bits = match &number.bits {
            None => width?,
            Some(entry) => {
                let value = self.value(entry)?;
                let expr = self.expr(value)?;
                let ExprKind::Int(bits, None) = expr.kind else {
                    return Some(Base { args: vec![expr], ..plain("u".to_owned(), span) });
                };
                let bits = u32::try_from(bits).unwrap_or(u32::MAX);
                if let Some(width) = width.filter(|width| bits > *width) {
                    let text = format!("{bits} bits do not fit `{letter}{width}`");
                    self.report(Diagnostic::new(Code::BadWidth, expr.span, text));
                    return None;
                }
                bits
            }
        };
        let suffix = if self.is_little(number, bits) { "le" } else { "" };
        Some(plain(format!("{letter}{bits}{suffix}"), span))
    }

    fn is_little(&mut self, number: &Number, bits: u32) -> bool {
        let whole = bits > 8 && bits.is_multiple_of(8);
        match &number.order {
            Some((entry, _)) if !whole => {
                let place = self.at(entry.span);
                let text = format!("a number of {bits} bits has no order of bytes");
                self.report(Diagnostic::new(Code::BadClause, place, text));
                false
            }
            Some((_, little)) => *little,
            None => self.little && whole,
        }
    }

    /// The width that an entry says, as a number.
    fn bits(&mut self, number: &Number) -> Option<(u32, Span)> {
        let entry = number.bits.as_ref()?;
        let value = self.value(entry)?;
        let expr = self.expr(value)?;
        match expr.kind {
            ExprKind::Int(bits, None) => Some((u32::try_from(bits).unwrap_or(u32::MAX), expr.span)),
            _ => None,
        }
    }

    /// Reports another width than the type has.
    fn width_of(&mut self, name: &str, width: u32, number: &Number) {
        if let Some((bits, place)) = self.bits(number).filter(|(bits, _)| *bits != width) {
            let text = format!("`{name}` has {width} bits, not {bits}");
            self.report(Diagnostic::new(Code::BadWidth, place, text));
        }
    }

    /// `patterns if guard`.
    pub(super) fn guarded(&mut self, tokens: Vec<TokenTree>) -> (Vec<Expr>, Option<Expr>) {
        let (patterns, guard) = cut_at(tokens, "if");
        let patterns = self.patterns(patterns);
        (patterns, guard.and_then(|guard| self.expr(guard.into_iter().collect())))
    }
}

/// The type within `Option<…>`.
pub(super) fn present(ty: &syn::Type) -> Option<&syn::Type> {
    within(ty, "Option")
}

/// The type within `Field<…>`.
pub(super) fn said(ty: &syn::Type) -> Option<&syn::Type> {
    within(ty, "Field")
}

fn within<'t>(ty: &'t syn::Type, name: &str) -> Option<&'t syn::Type> {
    match ty {
        syn::Type::Path(path) => {
            let last = path.path.segments.last()?;
            (last.ident == name).then(|| argument(last)).flatten()
        }
        _ => None,
    }
}

/// The type in the angle brackets of a segment.
fn argument(segment: &syn::PathSegment) -> Option<&syn::Type> {
    let syn::PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        syn::GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

fn is_byte(ty: &syn::Type) -> bool {
    matches!(ty, syn::Type::Path(path) if path.path.is_ident("u8"))
}

/// `u24`, `i8`, `u16le`: a name of the language for a number.
pub(super) fn is_number(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(['u', 'i']) else { return false };
    let digits = rest.strip_suffix("le").or_else(|| rest.strip_suffix("be")).unwrap_or(rest);
    !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
}

fn plain(name: String, span: Span) -> Base {
    Base { path: path(&name, span), args: Vec::new(), own: Vec::new(), lists: 0, stretch: false }
}

/// A path of one name.
pub(super) fn path(name: &str, span: Span) -> Path {
    Path { names: vec![Name { text: name.to_owned(), span }], span }
}

/// A type that is a name alone.
pub(super) fn type_ref(name: String, span: Span) -> TypeRef {
    let kind = TypeKind::Named { path: path(&name, span), args: Vec::new(), extents: Vec::new() };
    TypeRef { kind, span }
}
