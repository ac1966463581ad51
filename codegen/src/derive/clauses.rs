//! Clauses of fields.

use super::Reader;
use super::entries::{Args, Entries, Entry};
use packet_schema::tree::{Clause, ClauseKind, Expect, Expr, SizeUnit};
use proc_macro2::{TokenStream, TokenTree};

/// The words of clauses.
const CLAUSES: &[&str] = &[
    "align", "auto", "default", "display", "if", "lenient", "partial", "scale", "trailing", "unit", "value", "verify",
    "where", "within",
];

/// All that may be said of a field.
pub(super) const FIELD: &[&str] = &[
    "alias",
    "align",
    "aligned",
    "arm",
    "auto",
    "big",
    "bits",
    "container",
    "count",
    "default",
    "display",
    "else",
    "encoding",
    "expect",
    "if",
    "lenient",
    "little",
    "match",
    "next",
    "partial",
    "prefix",
    "reserved",
    "scale",
    "to_end",
    "trailing",
    "unit",
    "until",
    "value",
    "verify",
    "where",
    "with",
    "within",
];

impl Reader<'_> {
    /// All clauses among these entries.
    pub(super) fn clauses(&mut self, entries: &mut Entries) -> Vec<Clause> {
        entries.take_all(CLAUSES).iter().filter_map(|entry| self.clause(entry)).collect()
    }

    fn clause(&mut self, entry: &Entry) -> Option<Clause> {
        let (kind, span) = self.spanned(|reader| {
            reader.at(entry.span);
            reader.clause_kind(entry)
        });
        Some(Clause { kind: kind?, span })
    }

    fn clause_kind(&mut self, entry: &Entry) -> Option<ClauseKind> {
        Some(match entry.key.as_str() {
            "value" => ClauseKind::Const(self.one(entry)?),
            "auto" => ClauseKind::Auto(self.one(entry)?),
            "default" => ClauseKind::Default(self.one(entry)?),
            "align" => ClauseKind::Align(self.one(entry)?),
            "scale" => ClauseKind::Scale(self.one(entry)?),
            "unit" => ClauseKind::Unit(self.word(entry)?),
            "display" => ClauseKind::Display(self.word(entry)?),
            "verify" => ClauseKind::Verify(self.optional(entry)?),
            "partial" => ClauseKind::Partial(self.optional(entry)?),
            "within" => {
                let (length, unit) = self.size(entry)?;
                ClauseKind::Within(length, unit)
            }
            "where" => {
                let mut parts = self.values(entry).into_iter();
                let condition = self.expr(parts.next()?.into_iter().collect())?;
                let why = match parts.next() {
                    Some(tokens) => Some(self.text(tokens)?),
                    None => None,
                };
                ClauseKind::Where(condition, why)
            }
            "if" => {
                let mut parts = self.values(entry).into_iter();
                let condition = self.expr(parts.next()?.into_iter().collect())?;
                let otherwise = match parts.next().as_deref() {
                    Some([TokenTree::Ident(word), TokenTree::Ident(name)]) if word == "else" => Some(self.name(name)),
                    Some(_) => {
                        self.wrong(entry.span, "`else opaque` is all that may follow the condition", None);
                        return None;
                    }
                    None => None,
                };
                ClauseKind::If(condition, otherwise)
            }
            "lenient" => {
                self.plain(entry);
                ClauseKind::Lenient
            }
            _ => {
                self.plain(entry);
                ClauseKind::Trailing
            }
        })
    }

    /// The expression of an entry.
    pub(super) fn one(&mut self, entry: &Entry) -> Option<Expr> {
        let value = self.value(entry)?;
        self.expr(value)
    }

    /// The expression of an entry, which may have none; the outer `None` is a mistake.
    fn optional(&mut self, entry: &Entry) -> Option<Option<Expr>> {
        match &entry.args {
            Args::None => Some(None),
            Args::Value(_) | Args::Group(_) => self.one(entry).map(Some),
        }
    }

    /// `within = n`, in bytes, or `within(n, bits)`.
    pub(super) fn size(&mut self, entry: &Entry) -> Option<(Expr, SizeUnit)> {
        let mut parts = self.values(entry).into_iter();
        let size = self.expr(parts.next()?.into_iter().collect())?;
        let unit = parts.next().and_then(|tokens| self.ident(tokens, "`bytes` or `bits`"));
        match unit.as_ref().map_or("bytes", |unit| unit.text.as_str()) {
            "bytes" => Some((size, SizeUnit::Bytes)),
            "bits" => Some((size, SizeUnit::Bits)),
            _ => {
                self.wrong(entry.span, "a size is in `bytes` or in `bits`", None);
                None
            }
        }
    }

    /// Tokens that are one text.
    pub(super) fn text(&mut self, tokens: Vec<TokenTree>) -> Option<String> {
        let tokens: TokenStream = tokens.into_iter().collect();
        match syn::parse2::<syn::LitStr>(tokens) {
            Ok(text) => {
                self.at(text.span());
                Some(text.value())
            }
            Err(error) => {
                self.wrong(error.span(), "a text in quotes is wanted here", None);
                None
            }
        }
    }

    /// `expect(condition, name, "what is wrong otherwise")`, the name or the text left out.
    pub(super) fn expect(&mut self, entry: &Entry) -> Option<Expect> {
        let (read, span) = self.part(|reader| {
            reader.at(entry.span);
            let mut parts = reader.values(entry).into_iter().peekable();
            let condition = reader.expr(parts.next()?.into_iter().collect());
            let named = parts.peek().is_some_and(|tokens| matches!(tokens.as_slice(), [TokenTree::Ident(_)]));
            let name = if named { reader.ident(parts.next()?, "a name") } else { None };
            let message = match parts.next() {
                Some(tokens) => Some(reader.text(tokens)?),
                None => None,
            };
            Some((condition?, name, message))
        });
        let (condition, name, message) = read?;
        Some(Expect { condition, name, message, span })
    }
}
