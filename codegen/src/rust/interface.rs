//! Interfaces between layers as traits, and what layers provide of them.

use super::Writer;
use super::expr::{Code, Env, Kind};
use super::names::{docs, ident};
use super::number::Number;
use packet_schema::model::{
    Composite, CompositeId, CompositeKind, Expr, ExprId, Interface, InterfaceId, Member, MemberType, ModuleId, Provide,
    Via,
};
use packet_schema::tree::{BinaryOp, Docs};
use proc_macro2::{Ident, Literal, TokenStream};
use quote::{format_ident, quote};

impl Writer<'_> {
    /// The module in which an interface was defined.
    pub(super) fn module_of(&self, interface: &Interface) -> ModuleId {
        let source = interface.span.source;
        let found = self.schema.modules.iter().position(|module| module.source == source);
        ModuleId(found.unwrap_or(0) as u32)
    }

    pub(super) fn interface_path(&self, id: InterfaceId) -> TokenStream {
        let interface = &self.schema[id];
        let (path, name) = (self.path(self.module_of(interface)), ident(&interface.name));
        quote!(#path #name)
    }

    /// An interface as a trait.
    pub(super) fn interface(&self, interface: &Interface) -> TokenStream {
        let name = ident(&interface.name);
        let about = docs(&Docs::new(), &format!("What layers offer to those above them as `{}`.", interface.name));
        let interface_name = &name;
        let members = interface.members.iter().map(|member| {
            let (name, params, result) = (ident(&member.name), member_params(member), member_type(member));
            let words = format!(" `{}`, for whoever asks: `late` is what that sees of this interface.", member.name);
            quote!(#[doc = #words] fn #name(&self, late: &dyn #interface_name #(, #params)*) -> Option<#result>;)
        });
        let members: Vec<TokenStream> = members.collect();
        quote!(#about pub trait #interface_name { #(#members)* })
    }

    /// What a layer provides: a method for each member, and the trait where it provides all of them itself.
    pub(super) fn provides(&self, id: CompositeId, composite: &Composite) -> TokenStream {
        let CompositeKind::Layer(layer) = &composite.kind else { return TokenStream::new() };
        layer.provides.iter().map(|provide| self.provide(id, composite, provide)).collect()
    }

    fn provide(&self, id: CompositeId, composite: &Composite, provide: &Provide) -> TokenStream {
        let (name, interface) = (ident(&super::names::camel(&composite.name)), &self.schema[provide.interface]);
        let path = self.interface_path(provide.interface);
        let given = interface.members.iter().zip(&provide.members).filter_map(|(member, value)| {
            let method = provided_ident(interface, member);
            let (params, result) = (member_params(member), member_type(member));
            let body = self.member_value(id, member, (*value)?);
            let words = format!(
                " `{}` of `{}`, seen by `late`; `outer` is what the layers below offer.",
                member.name, interface.name
            );
            Some(quote! {
                #[doc = #words]
                #[inline]
                #[must_use]
                pub fn #method(&self, outer: &dyn #path, late: &dyn #path #(, #params)*) -> Option<#result> { #body }
            })
        });
        let given: Vec<TokenStream> = given.collect();
        let whole = (!provide.passes).then(|| {
            let members = interface.members.iter().zip(&provide.members).map(|(member, value)| {
                let (name, params, result) = (ident(&member.name), member_params(member), member_type(member));
                let args = member_args(member);
                let method = provided_ident(interface, member);
                let value = if value.is_some() { quote!(self.#method(self, late #(, #args)*)) } else { quote!(None) };
                quote!(#[inline] fn #name(&self, late: &dyn #path #(, #params)*) -> Option<#result> { #value })
            });
            quote!(impl #path for #name<'_> { #(#members)* })
        });
        quote!(impl<'a> #name<'a> { #(#given)* } #whole)
    }

    /// The value of a member, as the body of a function that returns an option of it.
    fn member_value(&self, id: CompositeId, member: &Member, value: ExprId) -> TokenStream {
        let mut env = self.method_env(id);
        env.args = member
            .params
            .iter()
            .map(|(name, bits)| {
                let name = format_ident!("arg_{name}");
                let _ = bits;
                Code::new(quote!(#name), Kind::Number(Number::U64))
            })
            .collect();
        env.late = Some(quote!(late));
        env.outer_carrier = Some(quote!(outer));
        let body = match member.ty {
            MemberType::Bytes => self.octets(&env, value),
            MemberType::Uint(_) => self.expr(&env, value).and_then(|code| {
                let number = code.typed_number(Number::U64)?;
                Some(quote!(Some(#number)))
            }),
            MemberType::Bool => self.expr(&env, value).and_then(|code| {
                let truth = code.truth()?;
                Some(quote!(Some(#truth)))
            }),
        };
        let body = body.unwrap_or_else(|| {
            self.gap(id, &member.name);
            quote!(None)
        });
        let uses = |name: &str| mentions(&body, name);
        let unused = [("outer", quote!(outer)), ("late", quote!(late))]
            .into_iter()
            .filter(|(name, _)| !uses(name))
            .map(|(_, tokens)| tokens);
        let args = member
            .params
            .iter()
            .map(|(name, _)| format_ident!("arg_{name}"))
            .filter(|name| !uses(&name.to_string()))
            .map(|name| quote!(#name));
        let unused: Vec<TokenStream> = unused.chain(args).collect();
        if unused.is_empty() { body } else { quote!(let _ = (#(#unused),*); #body) }
    }

    /// Bytes put together, as the statements of a function that returns an option of them.
    pub(super) fn octets(&self, env: &Env, value: ExprId) -> Option<TokenStream> {
        let mut pushes = TokenStream::new();
        self.push(env, value, &mut pushes)?;
        Some(quote!(let mut octets = Octets::new(); #pushes Some(octets)))
    }

    fn push(&self, env: &Env, value: ExprId, out: &mut TokenStream) -> Option<()> {
        match &self.schema[value] {
            Expr::Binary(BinaryOp::Concat, left, right) => {
                self.push(env, *left, out)?;
                self.push(env, *right, out)?;
            }
            Expr::ToBytes { of, bits, little: false } => {
                let number = self.expr(env, *of)?.typed_number(Number::U128)?;
                let bytes = Literal::u32_unsuffixed(bits.div_ceil(8));
                out.extend(quote!(octets.push_number(#number, #bytes)?;));
            }
            Expr::Cond(condition, yes, no) => {
                let test = self.expr(env, *condition)?.truth()?;
                let (mut a, mut b) = (TokenStream::new(), TokenStream::new());
                self.push(env, *yes, &mut a)?;
                self.push(env, *no, &mut b)?;
                out.extend(quote!(if #test { #a } else { #b }));
            }
            _ => {
                let code = self.expr(env, value)?;
                let bytes = &code.tokens;
                match code.kind {
                    Kind::Bytes => out.extend(quote!(octets.push(#bytes)?;)),
                    // An address is as many bytes as its number.
                    Kind::Number(number) if !number.is_signed() => {
                        let (value, length) = (code.number(Number::U128)?, Literal::u32_unsuffixed(number.bits() / 8));
                        out.extend(quote!(octets.push_number(#value, #length)?;));
                    }
                    _ => return None,
                }
            }
        }
        Some(())
    }

    /// A member of an interface, asked of the layers that `via` names.
    pub(super) fn carrier(&self, env: &Env, via: Via, id: InterfaceId, member: u32, args: &[ExprId]) -> Option<Code> {
        let interface = &self.schema[id];
        let member = interface.members.get(member as usize)?;
        let (tokens, kind) = match member.ty {
            MemberType::Bytes => (quote!(&[u8]), Kind::Bytes),
            MemberType::Uint(_) => (quote!(u64), Kind::Number(Number::U64)),
            MemberType::Bool => (quote!(bool), Kind::Bool),
        };
        let asked = match via {
            Via::Below | Via::Packet => env.below.get(&id).cloned(),
            Via::Outer => env.outer_carrier.clone(),
            Via::Late => env.late.clone(),
        };
        // A view by itself knows nothing of the layers below: what asks for them is not known.
        let Some(asked) = asked else { return Some(Code::maybe(quote!(absent::<#tokens>()?), kind)) };
        let late = if via == Via::Late { quote!(late) } else { asked.clone() };
        let name = ident(&member.name);
        let args =
            args.iter().map(|&arg| self.expr(env, arg)?.typed_number(Number::U64)).collect::<Option<Vec<_>>>()?;
        let call = quote!(#asked.#name(#late #(, #args)*)?);
        Some(Code::maybe(if kind == Kind::Bytes { quote!(#call.as_slice()) } else { call }, kind))
    }
}

/// The method by which a layer provides a member.
pub(super) fn provided_ident(interface: &Interface, member: &Member) -> Ident {
    let mut snake = String::new();
    for char in interface.name.chars() {
        if char.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(char.to_lowercase());
    }
    format_ident!("{snake}_{}", member.name)
}

pub(super) fn member_params(member: &Member) -> Vec<TokenStream> {
    member
        .params
        .iter()
        .map(|(name, _)| {
            let name = format_ident!("arg_{name}");
            quote!(#name: u64)
        })
        .collect()
}

pub(super) fn member_args(member: &Member) -> Vec<Ident> {
    member.params.iter().map(|(name, _)| format_ident!("arg_{name}")).collect()
}

pub(super) fn member_type(member: &Member) -> TokenStream {
    match member.ty {
        MemberType::Bytes => quote!(Octets),
        MemberType::Uint(_) => quote!(u64),
        MemberType::Bool => quote!(bool),
    }
}

/// Whether a name stands in some tokens.
pub(super) fn mentions(tokens: &TokenStream, name: &str) -> bool {
    tokens.to_string().split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name)
}
