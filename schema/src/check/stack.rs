//! What stands on what: interfaces that somebody provides, replies that can be told, layers that something leads to.

use super::walk::composites;
use crate::model::{
    CompositeId, CompositeKind, Field, InterfaceId, MetaKind, Next, Otherwise, Probe, Reply, Schema, TestKind, Type,
};
use crate::tree::StackPart;
use crate::{Code, Diagnostic};
use std::collections::HashSet;

/// Reports interfaces without a provider, replies without an equation, and layers that nothing leads to.
pub(super) fn run(schema: &Schema, found: &mut Vec<Diagnostic>) {
    interfaces(schema, found);
    for reply in &schema.replies {
        ties(schema, reply, found);
    }
    unbound(schema, found);
}

fn interfaces(schema: &Schema, found: &mut Vec<Diagnostic>) {
    let mut provided: HashSet<InterfaceId> = HashSet::new();
    for composite in &schema.composites {
        if let CompositeKind::Layer(layer) = &composite.kind {
            provided.extend(layer.provides.iter().filter(|p| !p.passes).map(|p| p.interface));
        }
    }
    let mut want = |interface: InterfaceId, span, who: &str, verb: &str| {
        if !provided.contains(&interface) {
            let name = &schema[interface].name;
            let text = format!("`{who}` {verb} `{name}`, and no layer provides it");
            found.push(
                Diagnostic::new(Code::NotProvided, span, text)
                    .label(schema[interface].span, "this interface")
                    .help(format!("a layer below has to say `provides {name}`, and what each member is")),
            );
        }
    };
    for composite in &schema.composites {
        if let CompositeKind::Layer(layer) = &composite.kind {
            layer.needs.iter().for_each(|(interface, _)| want(*interface, composite.span, &composite.name, "needs"));
            let passed = layer.provides.iter().filter(|p| p.passes);
            passed.for_each(|p| want(p.interface, composite.span, &composite.name, "passes"));
        }
    }
    for meta in &schema.metas {
        if let MetaKind::Key { over, .. } = &meta.kind {
            over.iter().for_each(|interface| want(*interface, meta.span, &meta.name, "is over"));
        }
    }
}

/// A reply is told by something that it has in common with its request.
fn ties(schema: &Schema, reply: &Reply, found: &mut Vec<Diagnostic>) {
    if reply.equations.is_empty() && reply.quotes.is_empty() {
        let text = format!("every `{}` would answer every request", schema[reply.reply.layer].name);
        found.push(
            Diagnostic::new(Code::BadReply, reply.span, text)
                .help("say what both have in common, `request.id == reply.id;`, or which field `quotes` the request"),
        );
    }
}

/// Reports layers that can't come to be read.
fn unbound(schema: &Schema, found: &mut Vec<Diagnostic>) {
    let led_to = led_to(schema);
    for id in composites(schema) {
        let composite = &schema[id];
        let CompositeKind::Layer(layer) = &composite.kind else { continue };
        if layer.allow_unused || led_to.contains(&id) {
            continue;
        }
        let text = format!("nothing leads to `{}`, so it is read only where the host says so", composite.name);
        found.push(Diagnostic::new(Code::UnboundLayer, composite.span, text).help(format!(
            "`bind udp_port {{ 9999 => {}; }}` gives it a key, a `probe` finds it without; `@allow(unused)` keeps it so",
            composite.name
        )));
    }
}

/// Whether a probe may be asked: of one that names tables, whether some payload by their keys asks probes.
fn is_asked(schema: &Schema, probe: &Probe) -> bool {
    let asks = |field: &Field| match &field.ty {
        Type::Next(Next::From { table, otherwise: Otherwise::Probe, .. }) => probe.tables.contains(table),
        _ => false,
    };
    probe.tables.is_empty() || schema.fields.iter().any(asks)
}

/// The layers that a key, a probe, a field or a test leads to.
fn led_to(schema: &Schema) -> HashSet<CompositeId> {
    let mut found: HashSet<CompositeId> = HashSet::new();
    found.extend(schema.tables.iter().flat_map(|table| table.rows.iter().map(|row| row.layer)));
    found.extend(schema.probes.iter().filter(|probe| is_asked(schema, probe)).map(|probe| probe.layer));
    found.extend(schema.fields.iter().filter_map(|field| match &field.ty {
        Type::Next(Next::Is(layer) | Next::From { otherwise: Otherwise::Layer(layer), .. }) => Some(*layer),
        _ => None,
    }));
    for test in &schema.tests {
        match &test.kind {
            TestKind::Parse { target, .. } | TestKind::Reject { target, .. } | TestKind::Law { target, .. } => {
                found.insert(*target);
            }
            TestKind::Build { stack, .. } => found.extend(stack.iter().filter_map(|part| match part {
                StackPart::Value(value) => schema.layers.get(value.path.names.last()?.text.as_str()).copied(),
                StackPart::Raw(_) => None,
            })),
        }
    }
    // What has a payload by key is where packets begin: the host leads to it by the type of a link.
    let first = |id: &CompositeId| {
        schema[*id].fields.iter().any(|field| matches!(schema[*field].ty, Type::Next(Next::From { .. })))
    };
    found.extend(composites(schema).filter(first));
    found
}
