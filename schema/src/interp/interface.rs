//! Interfaces between layers: who provides a member, seen from where.

use super::eval::{CallArg, Eval, MAX_ARGS, MAX_DEPTH};
use super::val::Val;
use crate::model::{ExprId, InterfaceId, Provide, Via};
use std::borrow::Cow;

impl<'a> Eval<'a, '_> {
    /// Finds the definition of a member and hands it, with an evaluator over the layer that gives it, to `then`.
    pub(super) fn carrier<R>(
        &self,
        via: Via,
        interface: InterfaceId,
        member: u32,
        args: &[ExprId],
        then: impl FnOnce(&Eval<'a, '_>, ExprId) -> Option<R>,
    ) -> Option<R> {
        let view = match via {
            Via::Below | Via::Outer => self.own_layer()?.parent?,
            Via::Late => self.view?,
            Via::Packet => self.packet_view(interface)?,
        };
        let (layer, value) = self.provider(view, interface, member)?;
        let frame = self.dissection.layers.get(layer as usize)?.frame;
        // The bytes of the layer below are taken as they are: a hole is in the layer that asks.
        if self.depth >= MAX_DEPTH {
            return None;
        }
        let inner = Eval { frame, args: &[], view: Some(view), hole: None, rest: None, depth: self.depth + 1, ..*self };
        if args.is_empty() {
            return then(&inner, value);
        }
        let mut values = [CallArg::Absent; MAX_ARGS];
        for (&arg, value) in args.iter().zip(&mut values) {
            if let Some(number) = self.quickly(arg) {
                *value = CallArg::Int(i128::from(number));
                continue;
            }
            *value = match self.eval(arg) {
                Val::Int(number) => CallArg::Int(number),
                Val::Bool(truth) => CallArg::Int(i128::from(truth)),
                Val::Bytes(Cow::Borrowed(bytes)) => CallArg::Bytes(bytes),
                _ => CallArg::Absent,
            };
        }
        then(&Eval { args: &values, ..inner }, value)
    }

    /// The layer that gives a member, and its expression: the first that has it, from `view` downwards. A layer that
    /// neither provides nor passes the interface blocks the view.
    fn provider(&self, view: u32, interface: InterfaceId, member: u32) -> Option<(u32, ExprId)> {
        let mut at = view;
        loop {
            let layer = self.dissection.layers.get(at as usize)?;
            let provide = self.provide_of(at, interface)?;
            if let Some(Some(value)) = provide.members.get(member as usize) {
                return Some((at, *value));
            }
            if !provide.passes {
                return None;
            }
            at = layer.parent?;
        }
    }

    /// What a layer says of an interface.
    fn provide_of(&self, layer: u32, interface: InterfaceId) -> Option<&'a Provide> {
        let composite = self.dissection.layers.get(layer as usize)?.composite;
        match &self.schema[composite].kind {
            crate::model::CompositeKind::Layer(layer) => {
                layer.provides.iter().find(|provide| provide.interface == interface)
            }
            crate::model::CompositeKind::Struct | crate::model::CompositeKind::Codec(_) => None,
        }
    }

    /// Of the whole packet: the outermost layer that provides the interface, seen through the layers that stand right
    /// upon it and pass it on.
    fn packet_view(&self, interface: InterfaceId) -> Option<u32> {
        let count = self.dissection.layers.len() as u32;
        let mut top = (0..count).find(|&at| self.provide_of(at, interface).is_some_and(|provide| !provide.passes))?;
        for above in top + 1..count {
            let upon = self.dissection.layers.get(above as usize)?.parent == Some(top);
            if upon && self.provide_of(above, interface).is_some_and(|provide| provide.passes) {
                top = above;
            }
        }
        Some(top)
    }

    /// Whether some layer of the packet provides the interface.
    #[must_use]
    pub fn provides(&self, interface: InterfaceId) -> bool {
        self.packet_view(interface).is_some()
    }
}
