//! Roles of layers, and what they provide.

use super::symbols::Symbol;
use super::types::{Number, Ty};
use super::{CompositeTree, Cx, Resolver, index};
use crate::model::{CompositeId, CompositeKind, ExprId, InterfaceId, MemberType, ModuleId, Provide};
use crate::tree::{self, BodyItem, Role};
use crate::{Code, Diagnostic};

impl<'t> Resolver<'t> {
    /// Resolves the roles of every layer.
    pub(super) fn resolve_layers(&mut self) {
        for position in 0..self.trees.len() {
            let Some(&(module, CompositeTree::Body(tree))) = self.trees.get(position) else { continue };
            let id = CompositeId(index(position));
            if self.is_layer(id) {
                self.roles(id, module, tree);
            } else {
                self.no_roles(tree);
            }
        }
    }

    fn no_roles(&mut self, tree: &tree::Composite) {
        for item in &tree.body.items {
            if let BodyItem::Provide { span, .. } = item {
                self.error(Code::BadClause, *span, "only a layer provides an interface");
            }
        }
    }

    fn roles(&mut self, id: CompositeId, module: ModuleId, tree: &'t tree::Composite) {
        let mut provides: Vec<(Provide, tree::Span)> = Vec::new();
        for role in &tree.roles {
            let (path, passes) = match role {
                Role::Provides(path) => (path, false),
                Role::Passes(path) => (path, true),
                Role::Needs(..) => continue,
                Role::OverStream(_) => {
                    if let CompositeKind::Layer(layer) = &mut self.schema[id].kind {
                        layer.stream = true;
                    }
                    continue;
                }
            };
            let Some(interface) = self.interface(module, path) else { continue };
            let members = vec![None; self.schema[interface].members.len()];
            provides.push((Provide { interface, passes, members }, path.span));
        }
        for item in &tree.body.items {
            let BodyItem::Provide { interface, members, span } = item else { continue };
            let Some(interface) = self.interface(module, interface) else { continue };
            let Some((provide, _)) = provides.iter_mut().find(|(provide, _)| provide.interface == interface) else {
                let name = &self.schema[interface].name;
                let text = format!("the layer does not say that it provides `{name}`, or passes it");
                let help = format!("write `layer {} provides {name} {{`", tree.name.text);
                self.report(Diagnostic::new(Code::MissingMember, *span, text).help(help));
                continue;
            };
            let resolved = self.provided(id, module, interface, members);
            for (slot, member) in provide.members.iter_mut().zip(resolved) {
                *slot = slot.or(member);
            }
        }
        for (provide, span) in &provides {
            if !provide.passes {
                self.complete(provide, *span);
            }
        }
        if let CompositeKind::Layer(layer) = &mut self.schema[id].kind {
            layer.provides = provides.into_iter().map(|(provide, _)| provide).collect();
        }
    }

    pub(super) fn interface(&mut self, module: ModuleId, path: &tree::Path) -> Option<InterfaceId> {
        match self.symbol(module, path, "interface")? {
            Symbol::Interface(id) => Some(id),
            other => {
                self.wrong_kind(path, other, "interface");
                None
            }
        }
    }

    fn complete(&mut self, provide: &Provide, span: tree::Span) {
        let interface = &self.schema[provide.interface];
        let missing: Vec<_> = interface
            .members
            .iter()
            .zip(&provide.members)
            .filter(|(_, m)| m.is_none())
            .map(|(m, _)| m.name.clone())
            .collect();
        if !missing.is_empty() {
            let text = format!("`{}` is provided without {}", interface.name, missing.join(", "));
            self.report(
                Diagnostic::new(Code::MissingMember, span, text)
                    .help("a `provide` block says what each member of the interface is"),
            );
        }
    }

    fn provided(
        &mut self,
        id: CompositeId,
        module: ModuleId,
        interface: InterfaceId,
        trees: &[tree::Provided],
    ) -> Vec<Option<ExprId>> {
        let mut members = vec![None; self.schema[interface].members.len()];
        for tree in trees {
            let found = self.schema[interface].members.iter().position(|member| member.name == tree.name.text);
            let Some(position) = found else {
                let text = format!("`{}` has no member `{}`", self.schema[interface].name, tree.name.text);
                self.error(Code::UnknownName, tree.name.span, text);
                continue;
            };
            let Some(member) = self.schema[interface].members.get(position).cloned() else { continue };
            if member.params.len() != tree.params.len() {
                let text = format!("`{}` has {} parameters", member.name, member.params.len());
                self.error(Code::WrongArguments, tree.name.span, text);
                continue;
            }
            let args: Vec<_> = tree
                .params
                .iter()
                .zip(&member.params)
                .map(|(name, (_, bits))| (name.text.clone(), Ty::Int(Number::of_bits(*bits))))
                .collect();
            let provide = Some((interface, index(position)));
            let cx = Cx { args: &args, provide, ..Cx::frame(module, id) };
            let wanted = match member.ty {
                MemberType::Bytes => Ty::Bytes,
                MemberType::Uint(bits) => Ty::Int(Number::of_bits(bits)),
                MemberType::Bool => Ty::Bool,
            };
            let value = self.expect(&cx, &tree.value, &wanted);
            if let Some(slot) = members.get_mut(position) {
                *slot = Some(value);
            }
        }
        members
    }
}
