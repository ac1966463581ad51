//! Says the same as somebody would who writes by hand: what was generated piece by piece is read over once more.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit_mut::{self, VisitMut};
use syn::{BinOp, Block, Expr, ExprBinary, ExprUnary, File, Ident, Lit, Local, Pat, Stmt, UnOp, parse_quote};

/// Reads a file over.
pub(super) fn polish(file: &mut File) {
    Polish.visit_file_mut(file);
    Given.visit_file_mut(file);
}

/// Makes `given!(x)` of `given(|| x)`: the macro has the closure be part of the function around it, in whatever crate that is
/// compiled. It comes last, for the inside of a macro is not read over.
struct Given;

impl VisitMut for Given {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        visit_mut::visit_expr_mut(self, expr);
        let Expr::Call(call) = &*expr else { return };
        if let (true, Some(Expr::Closure(closure))) = (is_given(call), call.args.first()) {
            let body = &closure.body;
            *expr = parse_quote!(given!(#body));
        }
    }
}

fn is_given(call: &syn::ExprCall) -> bool {
    matches!(&*call.func, Expr::Path(path) if path.path.is_ident("given"))
}

struct Polish;

impl VisitMut for Polish {
    fn visit_expr_mut(&mut self, expr: &mut Expr) {
        while let Expr::Paren(inner) = expr {
            *expr = take(&mut inner.expr);
        }
        visit_mut::visit_expr_mut(self, expr);
        if let Some(better) = better(expr) {
            *expr = better;
        }
    }

    fn visit_impl_item_fn_mut(&mut self, function: &mut syn::ImplItemFn) {
        visit_mut::visit_impl_item_fn_mut(self, function);
        without_returns(&mut function.block);
    }

    fn visit_block_mut(&mut self, block: &mut Block) {
        visit_mut::visit_block_mut(self, block);
        without_detours(block);
        with_values(block);
        block.stmts.retain(|stmt| !does_nothing(stmt));
        without_stores(block);
        without_idlers(block);
    }
}

fn take(expr: &mut Expr) -> Expr {
    std::mem::replace(expr, Expr::Verbatim(TokenStream::new()))
}

/// A shorter form of an expression whose parts are as short as can be.
fn better(expr: &mut Expr) -> Option<Expr> {
    match expr {
        Expr::Unary(ExprUnary { op: UnOp::Not(_), expr: inner, .. }) => negated(inner),
        Expr::Binary(binary) => arithmetic(binary),
        Expr::Closure(closure) => {
            let (Some(Pat::Ident(param)), Expr::Call(call)) = (closure.inputs.first(), &mut *closure.body) else {
                return None;
            };
            let alone = closure.inputs.len() == 1 && call.args.len() == 1;
            let same = call.args.first().is_some_and(|arg| is_ident(arg, &param.ident));
            (alone && same && matches!(*call.func, Expr::Path(_))).then(|| take(&mut call.func))
        }
        Expr::MethodCall(call) if call.method == "get" && call.args.first().is_some_and(|arg| is_number(arg, 0)) => {
            let mut first: syn::ExprMethodCall = parse_quote!(value.first());
            first.receiver = Box::new(take(&mut call.receiver));
            Some(Expr::MethodCall(first))
        }
        Expr::Call(call) => unwrapped(call),
        Expr::Match(choice) => alone(choice),
        Expr::If(choice) if choice.else_branch.is_none() => {
            let [Stmt::Expr(Expr::If(inner), None)] = choice.then_branch.stmts.as_mut_slice() else { return None };
            if inner.else_branch.is_some() {
                return None;
            }
            let (outer, inner_cond) = (conjunct(take(&mut choice.cond)), conjunct(take(&mut inner.cond)));
            let then = &inner.then_branch;
            Some(parse_quote!(if #outer && #inner_cond #then))
        }
        Expr::If(choice) => {
            let (_, otherwise) = choice.else_branch.as_ref()?;
            let Expr::Block(block) = &**otherwise else { return None };
            let same = text(&choice.then_branch) == text(&block.block);
            same.then(|| Expr::Block(block.clone()))
        }
        _ => None,
    }
}

/// The contrary of an expression, where it can be said without a `!` in front of all.
fn negated(expr: &Expr) -> Option<Expr> {
    match expr {
        Expr::Unary(ExprUnary { op: UnOp::Not(_), expr: twice, .. }) => Some((**twice).clone()),
        Expr::Binary(binary @ ExprBinary { op: op @ (BinOp::And(_) | BinOp::Or(_)), .. }) => {
            let parts = [&binary.left, &binary.right];
            if parts.iter().all(|part| negated(part).is_none()) {
                return None;
            }
            let [left, right] = parts.map(|part| Box::new(negated(part).unwrap_or_else(|| not(part))));
            let op = if matches!(op, BinOp::And(_)) { parse_quote!(||) } else { parse_quote!(&&) };
            Some(Expr::Binary(ExprBinary { left, op, right, ..binary.clone() }))
        }
        Expr::Binary(binary) => {
            let op = opposite(&binary.op)?;
            Some(Expr::Binary(ExprBinary { op, ..binary.clone() }))
        }
        Expr::MethodCall(call) if call.args.is_empty() => {
            let contrary = match call.method.to_string().as_str() {
                "is_some" => "is_none",
                "is_none" => "is_some",
                _ => return None,
            };
            let method = Ident::new(contrary, call.method.span());
            Some(Expr::MethodCall(syn::ExprMethodCall { method, ..call.clone() }))
        }
        _ => None,
    }
}

fn not(expr: &Expr) -> Expr {
    Expr::Unary(ExprUnary { attrs: Vec::new(), op: UnOp::Not(Default::default()), expr: Box::new(expr.clone()) })
}

/// A match that does something for one pattern only, or whatever it finds.
fn alone(choice: &mut syn::ExprMatch) -> Option<Expr> {
    if let [syn::Arm { pat: Pat::Wild(_), guard: None, body, .. }] = choice.arms.as_mut_slice() {
        return Some(take(body));
    }
    let [arm, rest] = choice.arms.as_slice() else { return None };
    let idle = matches!(&*rest.body, Expr::Block(block) if block.block.stmts.is_empty() && block.label.is_none());
    if !idle || !matches!(rest.pat, Pat::Wild(_)) || arm.guard.is_some() || rest.guard.is_some() {
        return None;
    }
    let then: Block = match &*arm.body {
        Expr::Block(block) => block.block.clone(),
        body => parse_quote!({ #body }),
    };
    let (on, pattern) = (&choice.expr, &arm.pat);
    match pattern {
        Pat::Lit(number) => Some(parse_quote!(if #on == #number #then)),
        Pat::TupleStruct(_) => Some(parse_quote!(if let #pattern = #on #then)),
        _ => None,
    }
}

/// A condition as one of several that must hold: `||` binds less than what joins them.
fn conjunct(condition: Expr) -> Expr {
    if matches!(condition, Expr::Binary(ExprBinary { op: BinOp::Or(_), .. })) {
        parse_quote!((#condition))
    } else {
        condition
    }
}

fn arithmetic(binary: &mut ExprBinary) -> Option<Expr> {
    match binary.op {
        BinOp::Shl(_) | BinOp::Shr(_) if is_number(&binary.right, 0) => Some(take(&mut binary.left)),
        BinOp::Eq(_) | BinOp::Ne(_) => {
            let Expr::Lit(syn::ExprLit { lit: Lit::Bool(truth), .. }) = &*binary.right else { return None };
            let as_it_is = truth.value == matches!(binary.op, BinOp::Eq(_));
            let left = take(&mut binary.left);
            Some(if as_it_is { left } else { negated(&left).unwrap_or_else(|| not(&left)) })
        }
        BinOp::Div(_) => {
            let (by, Expr::Binary(sum)) = (&binary.right, &mut *binary.left) else { return None };
            let is_unsigned = is_number(by, 8) || text(&sum.left).starts_with("u64");
            let rounds = |by: &Expr| (1..=16).any(|more| is_number(by, more + 1) && is_number(&sum.right, more));
            if !matches!(sum.op, BinOp::Add(_)) || !is_unsigned || !rounds(by) {
                return None;
            }
            let mut call: syn::ExprMethodCall = parse_quote!(value.div_ceil(#by));
            call.receiver = Box::new(take(&mut sum.left));
            Some(Expr::MethodCall(call))
        }
        _ => None,
    }
}

/// `Ok(x?)` is `x`, and `given(|| Some(x?))` too.
fn unwrapped(call: &mut syn::ExprCall) -> Option<Expr> {
    let name = text(&call.func);
    let argument = call.args.first_mut()?;
    match (name.as_str(), argument) {
        ("Ok", Expr::Try(inner)) => Some(take(&mut inner.expr)),
        ("given", Expr::Closure(closure)) => match &mut *closure.body {
            Expr::Call(some) if text(&some.func) == "Some" => match some.args.first_mut() {
                Some(Expr::Try(inner)) => {
                    let mut option = take(&mut inner.expr);
                    if !may_return(&mut option) {
                        return Some(option);
                    }
                    *closure.body = option;
                    None
                }
                _ => None,
            },
            _ => None,
        },
        _ => None,
    }
}

/// Whether there is a `?` in an expression that ends more than a closure in it.
fn may_return(expr: &mut Expr) -> bool {
    struct Finder(bool);
    impl VisitMut for Finder {
        fn visit_expr_try_mut(&mut self, _: &mut syn::ExprTry) {
            self.0 = true;
        }
        fn visit_expr_closure_mut(&mut self, _: &mut syn::ExprClosure) {}
    }
    let mut finder = Finder(false);
    finder.visit_expr_mut(expr);
    finder.0
}

fn opposite(op: &BinOp) -> Option<BinOp> {
    Some(match op {
        BinOp::Eq(_) => parse_quote!(!=),
        BinOp::Ne(_) => parse_quote!(==),
        BinOp::Lt(_) => parse_quote!(>=),
        BinOp::Le(_) => parse_quote!(>),
        BinOp::Gt(_) => parse_quote!(<=),
        BinOp::Ge(_) => parse_quote!(<),
        _ => return None,
    })
}

fn is_ident(expr: &Expr, ident: &Ident) -> bool {
    matches!(expr, Expr::Path(path) if path.path.is_ident(ident))
}

fn is_number(expr: &Expr, number: u64) -> bool {
    matches!(expr, Expr::Lit(literal) if matches!(&literal.lit, Lit::Int(int) if int.base10_parse::<u64>().is_ok_and(|found| found == number)))
}

fn text(tokens: &impl ToTokens) -> String {
    tokens.to_token_stream().to_string()
}

/// A function's last `return x;` is `x`, in every branch where all of them return; what stands behind it is never reached.
fn without_returns(block: &mut Block) {
    let Some(last) = block.stmts.iter().position(|stmt| matches!(stmt, Stmt::Expr(expr, _) if returns(expr))) else {
        return;
    };
    block.stmts.truncate(last + 1);
    if let Some(Stmt::Expr(expr, semicolon)) = block.stmts.last_mut() {
        let_go(expr);
        *semicolon = None;
    }
}

/// Whether an expression returns whatever happens.
fn returns(expr: &Expr) -> bool {
    let block = |block: &Block| matches!(block.stmts.last(), Some(Stmt::Expr(expr, _)) if returns(expr));
    match expr {
        Expr::Return(found) => found.expr.is_some(),
        Expr::Block(inner) => block(&inner.block),
        Expr::If(choice) => {
            block(&choice.then_branch) && choice.else_branch.as_ref().is_some_and(|(_, otherwise)| returns(otherwise))
        }
        Expr::Match(choice) => choice.arms.iter().all(|arm| returns(&arm.body)),
        _ => false,
    }
}

/// Turns the returns of such an expression into values.
fn let_go(expr: &mut Expr) {
    let block = |block: &mut Block| {
        if let Some(Stmt::Expr(expr, semicolon)) = block.stmts.last_mut() {
            let_go(expr);
            *semicolon = None;
        }
    };
    match expr {
        Expr::Return(found) => {
            if let Some(value) = found.expr.take() {
                *expr = *value;
            }
        }
        Expr::Block(inner) => block(&mut inner.block),
        Expr::If(choice) => {
            block(&mut choice.then_branch);
            if let Some((_, otherwise)) = &mut choice.else_branch {
                let_go(otherwise);
            }
        }
        Expr::Match(choice) => choice.arms.iter_mut().for_each(|arm| {
            let_go(&mut arm.body);
            arm.comma = Some(Default::default());
        }),
        _ => {}
    }
}

/// Whether it asks a variable, and does nothing whatever that says.
fn does_nothing(stmt: &Stmt) -> bool {
    let Stmt::Expr(Expr::If(choice), _) = stmt else { return false };
    let asked = match &*choice.cond {
        Expr::Unary(ExprUnary { op: UnOp::Not(_), expr, .. }) => expr,
        _ => &choice.cond,
    };
    let is_path = |expr: &Expr| matches!(expr, Expr::Path(_));
    let only_asked = match &**asked {
        Expr::Binary(binary) => is_path(&binary.left) && is_path(&binary.right),
        other => is_path(other),
    };
    choice.else_branch.is_none() && choice.then_branch.stmts.is_empty() && only_asked
}

/// Values that nobody looks at are not named.
fn without_idlers(block: &mut Block) {
    let mut at = block.stmts.len();
    while at > 0 {
        at -= 1;
        let Some(Stmt::Local(local)) = block.stmts.get(at) else { continue };
        let (Some(name), Some(init)) = (local_name(local), &local.init) else { continue };
        let rest = block.stmts.get(at + 1..).unwrap_or_default();
        let idle =
            !rest.iter().any(|stmt| mentions(stmt, name)) && !mentions(&init.expr, &quote::format_ident!("cursor"));
        if idle {
            block.stmts.remove(at);
        }
    }
}

/// What is only ever assigned is not kept.
fn without_stores(block: &mut Block) {
    struct Stores<'n>(&'n Ident);
    impl VisitMut for Stores<'_> {
        fn visit_expr_mut(&mut self, expr: &mut Expr) {
            visit_mut::visit_expr_mut(self, expr);
            if let Expr::Assign(assign) = expr
                && is_ident(&assign.left, self.0)
            {
                *expr = match &mut *assign.right {
                    Expr::Lit(_) => None,
                    Expr::Call(call) if text(&call.func) == "Some" => call.args.first_mut().map(take),
                    right => Some(take(right)),
                }
                .filter(|right| !matches!(right, Expr::Path(_)))
                .unwrap_or_else(|| parse_quote!(()));
                // Bytes that nobody wants need not be looked at, nor be called text.
                if let Expr::Call(call) = expr
                    && text(&call.func) == "Text"
                    && let Some(bytes) = call.args.first_mut()
                {
                    *expr = take(bytes);
                }
                if let Expr::MethodCall(call) = expr
                    && call.method == "bytes"
                {
                    *expr = take(&mut call.receiver);
                }
            }
        }

        fn visit_block_mut(&mut self, block: &mut Block) {
            visit_mut::visit_block_mut(self, block);
            block.stmts.retain(|stmt| !matches!(stmt, Stmt::Expr(Expr::Tuple(unit), Some(_)) if unit.elems.is_empty()));
        }
    }
    let mut at = 0;
    while at < block.stmts.len() {
        let name = match block.stmts.get(at) {
            Some(Stmt::Local(Local { pat: Pat::Ident(pat), init: Some(init), .. }))
                if pat.mutability.is_some() && matches!(text(&init.expr).as_str(), "None" | "false") =>
            {
                pat.ident.clone()
            }
            _ => {
                at += 1;
                continue;
            }
        };
        let mut rest: Vec<Stmt> = block.stmts.get(at + 1..).unwrap_or_default().to_vec();
        let mut stores = Stores(&name);
        rest.iter_mut().for_each(|stmt| stores.visit_stmt_mut(stmt));
        if rest.iter().any(|stmt| mentions(stmt, &name)) {
            at += 1;
        } else {
            block.stmts.truncate(at);
            block.stmts.extend(rest);
        }
    }
}

/// Whether a name stands in some tokens; what is within a text does not count.
fn mentions(tokens: &impl ToTokens, name: &Ident) -> bool {
    fn holds(tokens: TokenStream, name: &str) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(ident) => ident.to_string().trim_start_matches("r#") == name,
            TokenTree::Group(group) => holds(group.stream(), name),
            TokenTree::Punct(_) | TokenTree::Literal(_) => false,
        })
    }
    holds(tokens.to_token_stream(), name.to_string().trim_start_matches("r#"))
}

/// `let read = e; x = read;` is `x = e;` where nobody reads `read` again.
fn without_detours(block: &mut Block) {
    let mut at = 0;
    while at + 1 < block.stmts.len() {
        let value = detour(&block.stmts, at);
        if let Some(value) = value
            && let Some(Stmt::Expr(Expr::Assign(assign), _)) = block.stmts.get_mut(at + 1)
        {
            match &mut *assign.right {
                Expr::Call(call) => call.args = std::iter::once(value).collect(),
                right => *right = value,
            }
            block.stmts.remove(at);
        }
        at += 1;
    }
}

/// The value that a local only hands on to the assignment behind it.
fn detour(stmts: &[Stmt], at: usize) -> Option<Expr> {
    let (Stmt::Local(local), Stmt::Expr(Expr::Assign(assign), _)) = (stmts.get(at)?, stmts.get(at + 1)?) else {
        return None;
    };
    let (name, init) = (local_name(local)?, local.init.as_ref()?);
    let handed = match &*assign.right {
        Expr::Call(call) if text(&call.func) == "Some" => call.args.first()?,
        right => right,
    };
    let rest = stmts.get(at + 2..).unwrap_or_default();
    // It is read again unless another one by its name comes first.
    let again = rest.iter().take_while(|stmt| !matches!(stmt, Stmt::Local(other) if local_name(other) == Some(name) && other.init.as_ref().is_none_or(|init| !text(&init.expr).contains("read [")))).any(|stmt| mentions(stmt, name));
    (is_ident(handed, name) && !again).then(|| (*init.expr).clone())
}

fn local_name(local: &Local) -> Option<&Ident> {
    match &local.pat {
        Pat::Ident(pat) if pat.mutability.is_none() => Some(&pat.ident),
        _ => None,
    }
}

/// `let x; match … { … => { x = a; } … }` is `let x = match … { … => a, … };`.
fn with_values(block: &mut Block) {
    let mut at = 0;
    while at + 1 < block.stmts.len() {
        let Some(name) = uninitialised(block.stmts.get(at)).cloned() else {
            at += 1;
            continue;
        };
        if let Some(Stmt::Expr(choice @ (Expr::Match(_) | Expr::If(_)), _)) = block.stmts.get(at + 1)
            && let Some(value) = valued(choice.clone(), &name)
        {
            block.stmts.remove(at);
            if let Some(stmt) = block.stmts.get_mut(at) {
                let mut local: Stmt = parse_quote!(let #name = value;);
                if let Stmt::Local(Local { init: Some(init), .. }) = &mut local {
                    *init.expr = value;
                }
                *stmt = local;
            }
        }
        at += 1;
    }
}

fn uninitialised(stmt: Option<&Stmt>) -> Option<&Ident> {
    match stmt? {
        Stmt::Local(local) if local.init.is_none() => local_name(local),
        _ => None,
    }
}

/// A choice whose branches all end with an assignment to a name, as the value assigned.
fn valued(choice: Expr, name: &Ident) -> Option<Expr> {
    match choice {
        Expr::Match(mut choice) => {
            for arm in &mut choice.arms {
                let body = take(&mut arm.body);
                *arm.body = match body {
                    Expr::Block(mut block) => {
                        block.block = valued_block(block.block, name)?;
                        match block.block.stmts.as_slice() {
                            [Stmt::Expr(value, None)] => value.clone(),
                            _ => Expr::Block(block),
                        }
                    }
                    Expr::Return(_) => body,
                    _ => return None,
                };
                arm.comma = Some(Default::default());
            }
            Some(Expr::Match(choice))
        }
        Expr::If(mut choice) => {
            choice.then_branch = valued_block(choice.then_branch, name)?;
            let (_, otherwise) = choice.else_branch.as_mut()?;
            let body = take(otherwise);
            **otherwise = match body {
                Expr::Block(mut block) => {
                    block.block = valued_block(block.block, name)?;
                    Expr::Block(block)
                }
                nested => valued(nested, name)?,
            };
            Some(Expr::If(choice))
        }
        _ => None,
    }
}

fn valued_block(mut block: Block, name: &Ident) -> Option<Block> {
    let last = match block.stmts.pop()? {
        Stmt::Expr(Expr::Assign(assign), _) if is_ident(&assign.left, name) => Stmt::Expr(*assign.right, None),
        Stmt::Expr(value @ Expr::Return(_), _) => Stmt::Expr(value, Some(Default::default())),
        Stmt::Expr(choice @ (Expr::Match(_) | Expr::If(_)), _) => Stmt::Expr(valued(choice, name)?, None),
        Stmt::Expr(Expr::Block(inner), _) => {
            Stmt::Expr(Expr::Block(syn::ExprBlock { block: valued_block(inner.block, name)?, ..inner }), None)
        }
        _ => return None,
    };
    block.stmts.push(last);
    Some(block)
}
