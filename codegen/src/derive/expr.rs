//! Expressions: Rust's syntax, the language's meaning.

use super::Reader;
use super::entries::cut;
use super::names::constant;
use crate::literal;
use packet_schema::tree::{BinaryOp, Expr, ExprKind, Name, Span, UnaryOp};
use packet_schema::{Code, Diagnostic};
use proc_macro2::{TokenStream, TokenTree};
use syn::spanned::Spanned;

impl Reader<'_> {
    /// An expression.
    pub(super) fn expr(&mut self, tokens: TokenStream) -> Option<Expr> {
        let last = tokens.clone().into_iter().last();
        match syn::parse2::<syn::Expr>(tokens) {
            Ok(expr) => self.lower(&expr),
            Err(error) => {
                match last.filter(|_| error.to_string().starts_with("unexpected end")) {
                    Some(last) => self.wrong(last.span(), "the expression goes on behind this", None),
                    None => self.unreadable(&error),
                }
                None
            }
        }
    }

    /// Expressions parted by commas.
    pub(super) fn exprs(&mut self, parts: Vec<Vec<TokenTree>>) -> Vec<Expr> {
        parts.into_iter().filter_map(|tokens| self.expr(tokens.into_iter().collect())).collect()
    }

    /// `A | 1..=3 | _`.
    pub(super) fn patterns(&mut self, tokens: Vec<TokenTree>) -> Vec<Expr> {
        self.exprs(cut(tokens.into_iter().collect(), '|'))
    }

    /// An expression of Rust as one of the language.
    pub(super) fn lower(&mut self, expr: &syn::Expr) -> Option<Expr> {
        let (kind, span) = self.spanned(|reader| reader.kind(expr));
        Some(Expr { kind: kind?, span })
    }

    fn boxed(&mut self, expr: &syn::Expr) -> Option<Box<Expr>> {
        self.lower(expr).map(Box::new)
    }

    fn kind(&mut self, expr: &syn::Expr) -> Option<ExprKind> {
        match expr {
            syn::Expr::Lit(lit) => self.literal(&lit.lit),
            syn::Expr::Path(path) => self.path_value(&path.path),
            syn::Expr::Infer(hole) => {
                self.at(hole.span());
                Some(ExprKind::Wildcard)
            }
            // The parentheses belong to the place of what they hold.
            syn::Expr::Paren(paren) => {
                self.at(paren.paren_token.span.open());
                let inner = self.lower(&paren.expr)?;
                self.at(paren.paren_token.span.close());
                Some(inner.kind)
            }
            syn::Expr::Group(group) => Some(self.lower(&group.expr)?.kind),
            syn::Expr::Unary(unary) => self.unary(unary),
            syn::Expr::Binary(binary) => self.binary(binary),
            syn::Expr::If(branch) => self.branch(branch),
            syn::Expr::Call(call) => self.call(call),
            syn::Expr::MethodCall(call) => self.method(call),
            syn::Expr::Field(field) => {
                let base = self.boxed(&field.base)?;
                match &field.member {
                    syn::Member::Named(name) => Some(ExprKind::Member(base, self.name(name))),
                    syn::Member::Unnamed(index) => self.no(index.span, "fields have names here"),
                }
            }
            syn::Expr::Index(index) => self.index(index),
            syn::Expr::Array(array) => {
                self.at(array.bracket_token.span.open());
                let items: Option<Vec<_>> = array.elems.iter().map(|item| self.lower(item)).collect();
                self.at(array.bracket_token.span.close());
                Some(ExprKind::List(items?))
            }
            syn::Expr::Range(range) => {
                let (from, to) = self.ends(range)?;
                Some(ExprKind::Range(Box::new(from), Box::new(to)))
            }
            other => self.no(other.span(), "the language has no such expression"),
        }
    }

    /// Reports what has no meaning.
    fn no<T>(&mut self, place: proc_macro2::Span, message: &str) -> Option<T> {
        self.wrong(
            place,
            message,
            Some("an expression is made of literals, names, operators, `if`, and calls of built-ins"),
        );
        None
    }

    fn literal(&mut self, lit: &syn::Lit) -> Option<ExprKind> {
        let place = self.at(lit.span());
        match lit {
            syn::Lit::Int(number) => match literal::number(&number.to_string()) {
                Ok((value, suffix)) => Some(ExprKind::Int(value, suffix)),
                Err(problem) => {
                    self.report(problem.at(place));
                    None
                }
            },
            syn::Lit::Byte(byte) => Some(ExprKind::Int(u128::from(byte.value()), None)),
            syn::Lit::Bool(value) => Some(ExprKind::Bool(value.value)),
            syn::Lit::Str(text) => Some(ExprKind::Text(text.value())),
            syn::Lit::ByteStr(bytes) => Some(ExprKind::Bytes(bytes.value())),
            other => self.no(other.span(), "a literal is a number, a boolean, text or bytes"),
        }
    }

    /// `name`, or `Enum::VALUE`.
    fn path_value(&mut self, path: &syn::Path) -> Option<ExprKind> {
        let mut segments: Vec<&syn::Ident> = path.segments.iter().map(|segment| &segment.ident).collect();
        let last = segments.pop()?;
        let Some(owner) = segments.last() else { return Some(ExprKind::Name(self.name(last).text)) };
        let ty = self.type_path(path, path.segments.len() - 1);
        let span = self.at(owner.span());
        let base = Expr { kind: ExprKind::Name(ty), span };
        let member = self.name(last);
        Some(ExprKind::Member(Box::new(base), Name { text: constant(&member.text), span: member.span }))
    }

    fn unary(&mut self, unary: &syn::ExprUnary) -> Option<ExprKind> {
        self.at(unary.op.span());
        let op = match unary.op {
            syn::UnOp::Not(_) => UnaryOp::Not,
            syn::UnOp::Neg(_) => UnaryOp::Neg,
            _ => return self.no(unary.op.span(), "there is no such operator"),
        };
        Some(ExprKind::Unary(op, self.boxed(&unary.expr)?))
    }

    fn binary(&mut self, binary: &syn::ExprBinary) -> Option<ExprKind> {
        let left = self.boxed(&binary.left);
        self.at(binary.op.span());
        let Some(op) = operator(&binary.op) else { return self.no(binary.op.span(), "an expression assigns nothing") };
        // Both sides are read, so that the mistakes of both are told.
        let right = self.boxed(&binary.right);
        Some(ExprKind::Binary(op, left?, right?))
    }

    /// `if c { a } else { b }`.
    fn branch(&mut self, branch: &syn::ExprIf) -> Option<ExprKind> {
        self.at(branch.if_token.span);
        let condition = self.boxed(&branch.cond);
        let then = self.only(&branch.then_branch);
        let Some((_, otherwise)) = &branch.else_branch else {
            self.wrong(branch.if_token.span, "this has no value where the condition fails", Some("add `else { … }`"));
            return None;
        };
        let otherwise = match &**otherwise {
            syn::Expr::Block(block) => self.only(&block.block),
            other => self.lower(other),
        };
        Some(ExprKind::Cond(condition?, Box::new(then?), Box::new(otherwise?)))
    }

    /// The one expression of a block.
    fn only(&mut self, block: &syn::Block) -> Option<Expr> {
        self.at(block.brace_token.span.open());
        let value = match block.stmts.as_slice() {
            [syn::Stmt::Expr(value, None)] => self.lower(value),
            _ => self.no(block.brace_token.span.join(), "a branch is one expression"),
        };
        self.at(block.brace_token.span.close());
        value
    }

    fn call(&mut self, call: &syn::ExprCall) -> Option<ExprKind> {
        if let syn::Expr::Path(path) = &*call.func
            && let Some(name) = path.path.get_ident()
        {
            match name.to_string().as_str() {
                "hex" | "ip" | "mac" | "name" => return self.tagged(name, call),
                "concat" => return self.concat(call),
                _ => {}
            }
        }
        let base = self.boxed(&call.func)?;
        Some(ExprKind::Call(base, self.args(&call.args, call.paren_token.span.close())?))
    }

    fn args(
        &mut self,
        args: &syn::punctuated::Punctuated<syn::Expr, syn::Token![,]>,
        close: proc_macro2::Span,
    ) -> Option<Vec<Expr>> {
        let lowered: Vec<_> = args.iter().map(|arg| self.lower(arg)).collect();
        self.at(close);
        lowered.into_iter().collect()
    }

    /// `hex("4500")`, `ip("10.0.0.1")`, `mac("02:00:00:00:00:01")`, `name("example.com")`.
    fn tagged(&mut self, tag: &syn::Ident, call: &syn::ExprCall) -> Option<ExprKind> {
        self.at(tag.span());
        let mut args = call.args.iter();
        let (Some(syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. })), None) = (args.next(), args.next())
        else {
            return self.no(call.span(), "one text is wanted in the parentheses");
        };
        let place = self.at(text.span());
        self.at(call.paren_token.span.close());
        let tag = tag.to_string();
        let found = match tag.as_str() {
            "hex" => literal::hex(&text.value()).map(ExprKind::Bytes),
            _ => literal::tagged(&tag, &text.value()).map(|bytes| ExprKind::Tagged(tag, bytes)),
        };
        found.map_err(|problem| self.report(problem.at(place))).ok()
    }

    /// `concat(a, b, c)`: bytes joined.
    fn concat(&mut self, call: &syn::ExprCall) -> Option<ExprKind> {
        self.at(call.func.span());
        let parts = self.args(&call.args, call.paren_token.span.close())?;
        let join = |left: Expr, right: Expr| {
            let span: Span = left.span.to(right.span);
            Expr { kind: ExprKind::Binary(BinaryOp::Concat, Box::new(left), Box::new(right)), span }
        };
        match parts.into_iter().reduce(join) {
            Some(all) => Some(all.kind),
            None => self.no(call.span(), "nothing is joined here"),
        }
    }

    /// `set.contains(x)`, `x.len()`, or a member of an interface.
    fn method(&mut self, call: &syn::ExprMethodCall) -> Option<ExprKind> {
        let base = self.boxed(&call.receiver)?;
        let name = self.name(&call.method);
        let mut args = self.args(&call.args, call.paren_token.span.close())?;
        match (name.text.as_str(), args.len()) {
            ("contains", 1) => Some(ExprKind::In(Box::new(args.remove(0)), base)),
            ("len", 0) => Some(ExprKind::Member(base, name)),
            _ => {
                let span = base.span.to(name.span);
                let member = Expr { kind: ExprKind::Member(base, name), span };
                Some(ExprKind::Call(Box::new(member), args))
            }
        }
    }

    /// `x[i]`, `x[a..=b]`.
    fn index(&mut self, index: &syn::ExprIndex) -> Option<ExprKind> {
        let base = self.boxed(&index.expr)?;
        let kind = match &*index.index {
            syn::Expr::Range(range) => {
                let (from, to) = self.ends(range)?;
                ExprKind::Slice(base, Box::new(from), Box::new(to))
            }
            at => ExprKind::Index(base, self.boxed(at)?),
        };
        self.at(index.bracket_token.span.close());
        Some(kind)
    }

    /// `a..=b`.
    fn ends(&mut self, range: &syn::ExprRange) -> Option<(Expr, Expr)> {
        let (Some(from), Some(to)) = (&range.start, &range.end) else {
            return self.no(range.span(), "a range has two ends here");
        };
        let from = self.lower(from);
        let place = self.at(range.limits.span());
        if matches!(range.limits, syn::RangeLimits::HalfOpen(_)) {
            let finding = Diagnostic::new(Code::Syntax, place, "a range includes both of its ends");
            self.report(finding.help("write `a..=b`"));
            return None;
        }
        let to = self.lower(to);
        Some((from?, to?))
    }
}

fn operator(op: &syn::BinOp) -> Option<BinaryOp> {
    Some(match op {
        syn::BinOp::Or(_) => BinaryOp::Or,
        syn::BinOp::And(_) => BinaryOp::And,
        syn::BinOp::Eq(_) => BinaryOp::Eq,
        syn::BinOp::Ne(_) => BinaryOp::Ne,
        syn::BinOp::Le(_) => BinaryOp::Le,
        syn::BinOp::Ge(_) => BinaryOp::Ge,
        syn::BinOp::Lt(_) => BinaryOp::Lt,
        syn::BinOp::Gt(_) => BinaryOp::Gt,
        syn::BinOp::BitOr(_) => BinaryOp::BitOr,
        syn::BinOp::BitXor(_) => BinaryOp::BitXor,
        syn::BinOp::BitAnd(_) => BinaryOp::BitAnd,
        syn::BinOp::Shl(_) => BinaryOp::Shl,
        syn::BinOp::Shr(_) => BinaryOp::Shr,
        syn::BinOp::Add(_) => BinaryOp::Add,
        syn::BinOp::Sub(_) => BinaryOp::Sub,
        syn::BinOp::Mul(_) => BinaryOp::Mul,
        syn::BinOp::Div(_) => BinaryOp::Div,
        syn::BinOp::Rem(_) => BinaryOp::Rem,
        _ => return None,
    })
}
