//! Types: what a field is in Rust, and how its value is read where its size varies.

use super::Writer;
use super::expr::{Code, Kind};
use super::names::{camel, ident};
use super::number::{Meaning, Number, is_little, of_type};
use super::parse::Reader;
use super::shape::{Part, PartKind};
use packet_schema::model::{CodecResult, CompositeId, CompositeKind, ExprId, Extent, Field, FieldId, Type};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{ToTokens, format_ident, quote};

impl Writer<'_> {
    /// A number's type, as users see it.
    pub(super) fn meaning_type(&self, meaning: &Meaning) -> TokenStream {
        match meaning {
            Meaning::Plain(number) | Meaning::Scaled(_, _, number) => number.tokens(),
            Meaning::Signed(bits) => signed(*bits),
            Meaning::Bool => quote!(bool),
            Meaning::Float(32) => quote!(f32),
            Meaning::Float(_) => quote!(f64),
            Meaning::Named(names, _) => self.names_path(*names),
            Meaning::Ipv4 => quote!(Ipv4Addr),
            Meaning::Ipv6 => quote!(Ipv6Addr),
            Meaning::Mac => quote!(MacAddr),
        }
    }

    /// The type of the elements, where they are numbers of fixed width.
    pub(super) fn numbers_of(&self, ty: &Type, field: &Field) -> Option<(Meaning, TokenStream)> {
        let Type::List(element, extent) = ty else { return None };
        if matches!(extent, Extent::Until(_)) {
            return None;
        }
        let (meaning, bits) = of_type(element, field.display, 1)?;
        if !matches!(meaning, Meaning::Plain(_) | Meaning::Named(..) | Meaning::Ipv4 | Meaning::Ipv6 | Meaning::Mac) {
            return None;
        }
        let (element, little) = (self.meaning_type(&meaning), is_little(element));
        let bits = Literal::u32_unsuffixed(bits);
        Some((meaning, quote!(Numbers<'a, #element, #bits, #little>)))
    }

    /// The type of what a view keeps of a field that varies.
    pub(super) fn part_type(&self, field: &Field) -> Option<TokenStream> {
        let ty = self.plain_type(&field.ty, field)?;
        let filled = matches!(
            &field.ty,
            Type::Bytes(Extent::ToEnd) | Type::Text(_, Extent::ToEnd) | Type::List(_, Extent::ToEnd) | Type::Next(_)
        );
        Some(if field.within.is_some() && !filled { quote!(Result<#ty, Error>) } else { ty })
    }

    fn plain_type(&self, ty: &Type, field: &Field) -> Option<TokenStream> {
        Some(match ty {
            Type::Bytes(_) => quote!(&'a [u8]),
            Type::Text(..) => quote!(Text<'a>),
            Type::UintOf { .. } => quote!(u128),
            Type::Struct(id, _) => {
                let path = self.composite_path(*id);
                quote!(#path<'a>)
            }
            Type::Codec(id, _) => self.codec_type(*id),
            Type::List(element, _) => match self.numbers_of(ty, field) {
                Some((_, numbers)) => numbers,
                None => {
                    let element = self.element_type(element, field)?;
                    quote!(List<'a, #element>)
                }
            },
            Type::Next(_) => quote!(Region<'a>),
            _ => {
                let (meaning, _) = of_type(ty, field.display, field.scale)?;
                self.meaning_type(&meaning)
            }
        })
    }

    /// What implements `Element` for the elements of a list.
    pub(super) fn element_type(&self, element: &Type, field: &Field) -> Option<TokenStream> {
        Some(match element {
            Type::Struct(id, _) => {
                let path = self.composite_path(*id);
                quote!(#path<'a>)
            }
            Type::Codec(id, _) if self.yields_number(*id) => self.composite_path(*id),
            Type::Codec(id, _) => {
                let path = self.composite_path(*id);
                quote!(#path<'a>)
            }
            _ => {
                let name = self.element_ident(field);
                quote!(#name)
            }
        })
    }

    /// The type made for elements that have none of their own.
    pub(super) fn element_ident(&self, field: &Field) -> Ident {
        let owner = camel(&self.schema[field.owner].name);
        format_ident!("{owner}{}Element", camel(field.name.as_deref().unwrap_or("reserved")))
    }

    /// Whether a codec yields a number.
    pub(super) fn yields_number(&self, id: CompositeId) -> bool {
        matches!(&self.schema[id].kind, CompositeKind::Codec(codec) if matches!(codec.result, CodecResult::Uint(_)))
    }

    /// What a view keeps of a codec.
    pub(super) fn codec_type(&self, id: CompositeId) -> TokenStream {
        let path = self.composite_path(id);
        match self.codec_number(id) {
            Some(number) => {
                let number = number.tokens();
                quote!(Coded<'a, #number>)
            }
            None => quote!(#path<'a>),
        }
    }

    /// The number that a codec yields.
    pub(super) fn codec_number(&self, id: CompositeId) -> Option<Number> {
        match &self.schema[id].kind {
            CompositeKind::Codec(codec) => match codec.result {
                CodecResult::Uint(bits) => Some(Number::of_bits(bits)),
                CodecResult::Name | CodecResult::Bytes => None,
            },
            _ => None,
        }
    }

    /// The value of a field that varies as expressions use it, from the part that is kept of it.
    pub(super) fn part_value(&self, field: &Field, part: &TokenStream) -> Option<Code> {
        let contained = self.part_type(field)?.to_string().starts_with("Result");
        let part = if contained { quote!(#part.ok()?) } else { part.clone() };
        let code = |tokens: TokenStream, kind| Code { tokens, kind, maybe: contained };
        Some(match &field.ty {
            Type::Bytes(_) => code(part, Kind::Bytes),
            Type::Text(..) => code(quote!(#part.bytes()), Kind::Bytes),
            Type::UintOf { .. } => code(part, Kind::Number(Number::U128)),
            Type::Struct(id, _) => code(part, Kind::View(*id)),
            Type::Codec(id, _) => match self.codec_number(*id) {
                Some(number) => code(quote!(#part.value), Kind::Number(number)),
                None => code(part, Kind::Other),
            },
            Type::List(element, _) => match (self.numbers_of(&field.ty, field), &**element) {
                (Some((meaning, _)), _) => code(part, Kind::Numbers(meaning)),
                (None, Type::Struct(id, _)) => code(part, Kind::Views(*id)),
                (None, Type::Bytes(_)) => code(part, Kind::Pieces),
                _ => code(part, Kind::Other),
            },
            Type::Next(_) => code(part, Kind::Region),
            _ => {
                let (meaning, _) = of_type(&field.ty, field.display, field.scale)?;
                let (tokens, kind) = self.raw_of(&part, &meaning)?;
                code(tokens, kind)
            }
        })
    }

    /// The bytes of a field that varies, from the part that is kept of it.
    pub(super) fn part_bytes(&self, field: &Field, part: &TokenStream) -> Option<Code> {
        let contained = self.part_type(field)?.to_string().starts_with("Result");
        let part = if contained { quote!(#part.ok()?) } else { part.clone() };
        let tokens = match &field.ty {
            Type::Bytes(_) => part,
            Type::Text(..) => quote!(#part.bytes()),
            Type::Struct(..) => quote!(#part.bytes()),
            Type::Codec(id, _) if self.yields_number(*id) => quote!(#part.bytes),
            Type::Codec(..) => quote!(#part.bytes()),
            Type::List(..) if self.numbers_of(&field.ty, field).is_some() => quote!(#part.bytes()),
            Type::List(..) => quote!(#part.region().bytes()),
            Type::Next(_) => quote!(#part.bytes()),
            _ => return None,
        };
        Some(Code { tokens, kind: Kind::Bytes, maybe: contained })
    }

    /// The raw number of a value as users see it.
    pub(super) fn raw_of(&self, value: &TokenStream, meaning: &Meaning) -> Option<(TokenStream, Kind)> {
        Some(match meaning {
            Meaning::Plain(number) | Meaning::Scaled(_, _, number) => (value.clone(), Kind::Number(*number)),
            Meaning::Signed(_) => (quote!(i128::from(#value)), Kind::Number(Number::I128)),
            Meaning::Bool => (value.clone(), Kind::Bool),
            Meaning::Float(_) => return None,
            Meaning::Named(_, number) => (quote!(#value.0), Kind::Number(*number)),
            Meaning::Ipv4 => (quote!(u32::from(#value)), Kind::Number(Number::U32)),
            Meaning::Ipv6 => (quote!(u128::from(#value)), Kind::Number(Number::U128)),
            Meaning::Mac => (quote!(u64::from(#value)), Kind::Number(Number::U64)),
        })
    }
}

/// The type of a number with a sign.
pub(super) fn signed(bits: u32) -> TokenStream {
    match bits {
        0..=8 => quote!(i8),
        9..=16 => quote!(i16),
        17..=32 => quote!(i32),
        33..=64 => quote!(i64),
        _ => quote!(i128),
    }
}

impl Reader<'_, '_> {
    /// Reads a value of a type at the cursor.
    pub(super) fn read_type(&mut self, ty: &Type, id: FieldId, limit: &TokenStream) -> Option<TokenStream> {
        let field = &self.writer.schema[id];
        let info = self.info(id);
        Some(match ty {
            Type::Bytes(extent) => self.read_bytes(extent, id, limit)?,
            Type::Text(_, extent) => {
                let bytes = self.read_bytes(extent, id, limit)?;
                quote!(Text(#bytes))
            }
            Type::UintOf { bits } => {
                let (phase, width) = (Literal::u32_unsuffixed(self.phase), self.count(*bits)?);
                quote!(cursor.number(#phase, #width, #info)?)
            }
            Type::Struct(composite, args) | Type::Codec(composite, args) => {
                let (path, args) = (self.writer.composite_path(*composite), self.args(*composite, args)?);
                let cursor = self.cursor();
                let call = quote!(#path::read(#cursor, #args)?);
                if self.writer.stops(*composite) { quote!(#call.0) } else { call }
            }
            Type::List(element, extent) => self.read_list(ty, element, extent, id)?,
            Type::Next(_) => {
                let partial = field.partial;
                match partial {
                    Some(partial) if matches!(self.writer.schema[partial], packet_schema::model::Expr::Bool(true)) => {
                        quote!(cursor.to_end().as_part())
                    }
                    Some(partial) => {
                        let test = self.writer.expr(&self.env, partial).and_then(|code| super::parse::holds(&code))?;
                        quote!(if #test { cursor.to_end().as_part() } else { cursor.to_end() })
                    }
                    None => quote!(cursor.to_end()),
                }
            }
            _ => {
                let (meaning, bits) = of_type(ty, field.display, field.scale)?;
                let ty = self.writer.meaning_type(&meaning);
                let bits = Literal::u32_unsuffixed(bits);
                quote!(<#ty>::from_bits(cursor.number(0, #bits, #info)?))
            }
        })
    }

    /// The cursor, as an argument.
    fn cursor(&self) -> TokenStream {
        quote!(cursor)
    }

    fn read_bytes(&mut self, extent: &Extent, id: FieldId, limit: &TokenStream) -> Option<TokenStream> {
        let info = self.info(id);
        Some(match extent {
            Extent::ToEnd => quote!(cursor.to_end().bytes()),
            Extent::Count(count) => {
                let count = self.count(*count)?;
                quote!(cursor.open(#count, #info, #limit)?.bytes())
            }
            Extent::PrefixBytes(ty) | Extent::PrefixItems(ty) => {
                let length = self.prefix(ty, id)?;
                quote!({
                    let length = #length;
                    cursor.open(length, #info, Some(#info))?.bytes()
                })
            }
            Extent::Until(last) => {
                let mut env = self.env.clone();
                env.it = Some(Code::new(quote!(byte), Kind::Number(Number::U8)));
                let test = super::parse::holds(&self.writer.expr(&env, *last)?)?;
                quote!(cursor.until(|byte| #test, #info)?)
            }
        })
    }

    /// The number in front of a field, as a `u64`.
    fn prefix(&mut self, ty: &Type, id: FieldId) -> Option<TokenStream> {
        let info = self.info(id);
        Some(match ty {
            Type::Uint { bits, little, .. } if bits.is_multiple_of(8) && *bits <= 64 => {
                let number = Number::of_bits(*bits);
                let bytes = super::number::Bits { first: 0, width: *bits, little: *little, container: None };
                let (read, _) = bytes.read(&quote!(read));
                let read = number.convert(&read, Number::U64);
                let length = Literal::u32_unsuffixed(bits / 8);
                quote!({
                    let read = cursor.array::<#length>(#info)?;
                    #read
                })
            }
            Type::Codec(composite, args) => {
                let number = self.writer.codec_number(*composite)?;
                let (path, args) = (self.writer.composite_path(*composite), self.args(*composite, args)?);
                let cursor = self.cursor();
                let read = quote!(#path::read(#cursor, #args)?);
                match self.prefix_part(id) {
                    Some(part) => {
                        let (name, value) = (ident(&part.name), number.convert(&quote!(prefix.value), Number::U64));
                        let bytes = if part.optional { quote!(Some(prefix.bytes)) } else { quote!(prefix.bytes) };
                        quote!({ let prefix = #read; #name = #bytes; #value })
                    }
                    None => number.convert(&quote!(#read.value), Number::U64),
                }
            }
            _ => return None,
        })
    }

    /// The part that keeps what stands in front of a field; of an element, nothing is kept.
    fn prefix_part(&self, id: FieldId) -> Option<&'_ Part> {
        let scope = self.shape.scopes.get(self.scope).filter(|_| !self.fleeting)?;
        scope.parts.iter().find(|part| matches!(part.kind, PartKind::Prefix(of) if of == id))
    }

    /// Declares the part that keeps what stands in front of a field, where none of a branch is declared already.
    pub(super) fn prefix_declared(&self, id: FieldId) -> TokenStream {
        let Some(part) = self.prefix_part(id).filter(|_| !self.conditional) else { return TokenStream::new() };
        let name = ident(&part.name);
        if part.optional { quote!(let mut #name = None;) } else { quote!(let #name;) }
    }

    fn read_list(&mut self, ty: &Type, element: &Type, extent: &Extent, id: FieldId) -> Option<TokenStream> {
        let field = &self.writer.schema[id];
        let info = self.info(id);
        if self.writer.numbers_of(ty, field).is_some() {
            let (_, bits) = of_type(element, field.display, 1)?;
            let bytes = match extent {
                Extent::ToEnd => quote!(cursor.to_end().bytes()),
                Extent::PrefixBytes(_) => self.read_bytes(extent, id, &quote!(None))?,
                Extent::Count(count) => {
                    let count = self.count(*count)?;
                    let bits = Literal::u32_unsuffixed(bits);
                    quote!(cursor.numbers(#count, #bits, #info)?)
                }
                Extent::PrefixItems(prefix) => {
                    let (count, bits) = (self.prefix(prefix, id)?, Literal::u32_unsuffixed(bits));
                    quote!({
                        let count = #count;
                        cursor.numbers(count, #bits, #info)?
                    })
                }
                Extent::Until(_) => return None,
            };
            return Some(quote!(Numbers::filling(#bytes)));
        }
        let args = self.element_args(ty, id)?;
        let cursor = self.cursor();
        Some(match extent {
            Extent::ToEnd => quote!(List::filling(cursor.to_end(), #args)),
            Extent::Count(count) => {
                let count = self.count(*count)?;
                quote!(List::counted(#cursor, #count, #args)?)
            }
            Extent::PrefixItems(prefix) => {
                let count = self.prefix(prefix, id)?;
                quote!({
                    let count = #count;
                    List::counted(#cursor, count, #args)?
                })
            }
            Extent::PrefixBytes(prefix) => {
                let length = self.prefix(prefix, id)?;
                quote!({
                    let length = #length;
                    List::filling(cursor.open(length, #info, Some(#info))?, #args)
                })
            }
            Extent::Until(last) => {
                let mut env = self.env.clone();
                let (it, path) = match element {
                    Type::Struct(id, _) => {
                        (Code::new(quote!(element), Kind::View(*id)), self.writer.composite_path(*id))
                    }
                    _ => return None,
                };
                (env.it, env.rest) = (Some(it), Some(quote!(rest)));
                let test = super::parse::holds(&self.writer.expr(&env, *last)?)?;
                let told = |name: &str| {
                    if super::place::mentions(&test, name) { ident(name).into_token_stream() } else { quote!(_) }
                };
                let (element, rest) = (told("element"), told("rest"));
                quote!(List::until(#cursor, #args, |#element: &#path<'a>, #rest| #test)?)
            }
        })
    }

    /// What the elements of a list must be told.
    pub(super) fn element_args(&mut self, ty: &Type, _: FieldId) -> Option<TokenStream> {
        let Type::List(element, _) = ty else { return None };
        match &**element {
            Type::Struct(composite, args) | Type::Codec(composite, args) => {
                let args = self.args(*composite, args)?;
                Some(quote!((#args)))
            }
            element => match self.writer.told_length(element) {
                Some(count) => {
                    let count = self.count(count)?;
                    Some(quote!((#count,)))
                }
                None => Some(quote!(())),
            },
        }
    }

    /// The arguments of a composite, each with a comma behind it.
    fn args(&mut self, composite: CompositeId, args: &[ExprId]) -> Option<TokenStream> {
        let params = &self.writer.schema[composite].params;
        let mut out = TokenStream::new();
        for (&arg, param) in args.iter().zip(params) {
            let code = self.writer.expr(&self.env, arg)?;
            let value = if param.region {
                if code.kind != Kind::Region {
                    return None;
                }
                code.tokens.clone()
            } else {
                code.typed_number(Number::of_bits(param.bits))?
            };
            let value = if code.maybe {
                let value = super::expr::given(&value);
                quote!(#value.unwrap_or_default())
            } else {
                value
            };
            out.extend(quote!(#value,));
        }
        if self.writer.needs_outer(composite) {
            let outer = self.env.outer.clone()?;
            out.extend(quote!(#outer,));
        }
        Some(out)
    }
}

/// A field's name for its accessor.
pub(crate) fn accessor_ident(name: &str) -> Ident {
    ident(match name {
        // What every view has already.
        "bytes" => "bytes_",
        "parse" => "parse_",
        "read" => "read_",
        name => name,
    })
}
