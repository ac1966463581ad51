//! Stacks whose layers are known beforehand hold what is found when layers are read one by one, and end where that does.

#![allow(clippy::unwrap_used, reason = "a failing test may panic")]

use packet_core::Region;
use packet_core::stack::{Carrier, Either, End, Led, Stack};
use packet_protocols::ethernet::Ethernet;
use packet_protocols::gre::Gre;
use packet_protocols::ipv4::Ipv4;
use packet_protocols::ipv6::{Ipv6, Ipv6HopByHop};
use packet_protocols::mpls::Mpls;
use packet_protocols::stack::{Layer, LayerKind, Next};
use packet_protocols::tcp::Tcp;
use packet_protocols::udp::Udp;
use packet_protocols::vlan::{ServiceVlan, Vlan};
use packet_protocols::vxlan::Vxlan;
use pony_tests::definitions::{hex, protocols};
use pony_tests::fuzz::seeds::vectors;
use pony_tests::packets::{Chance, each_captured};
use pony_tests::root;

type Ip<'a> = Either<Ipv4<'a>, Ipv6<'a>>;

/// Tags, tunnels and repeated layers, each in a slot of its own.
type Expected<'a> = (
    Option<Ethernet<'a>>,
    [Option<Either<Vlan<'a>, ServiceVlan<'a>>>; 2],
    Option<Ip<'a>>,
    Option<Ipv6HopByHop<'a>>,
    (Option<Either<Gre<'a>, Udp<'a>>>, Option<Vxlan<'a>>, [Option<Mpls<'a>>; 3]),
    Option<Ethernet<'a>>,
    Option<Ip<'a>>,
    Option<Either<Tcp<'a>, Udp<'a>>>,
);

/// The kinds that each slot takes.
const SLOTS: &[&[LayerKind]] = &[
    &[LayerKind::Ethernet],
    &[LayerKind::Vlan, LayerKind::ServiceVlan],
    &[LayerKind::Vlan, LayerKind::ServiceVlan],
    &[LayerKind::Ipv4, LayerKind::Ipv6],
    &[LayerKind::Ipv6HopByHop],
    &[LayerKind::Gre, LayerKind::Udp],
    &[LayerKind::Vxlan],
    &[LayerKind::Mpls],
    &[LayerKind::Mpls],
    &[LayerKind::Mpls],
    &[LayerKind::Ethernet],
    &[LayerKind::Ipv4, LayerKind::Ipv6],
    &[LayerKind::Tcp, LayerKind::Udp],
];

/// What each slot should hold, and the end.
fn one_by_one<'a>(first: LayerKind, packet: Region<'a>) -> (Vec<Option<Layer<'a>>>, End<'a, LayerKind>) {
    let mut end = End::Next(Next::new(Some(first), packet));
    let slots = SLOTS.iter().map(|kinds| {
        let End::Next(Next::Layer(kind, region)) = end else { return None };
        if !kinds.contains(&kind) {
            return None;
        }
        let read = Layer::parse(kind, region);
        end = match &read {
            Ok(layer) => End::Next(layer.next()),
            Err(error) => End::Failed(kind, region, *error),
        };
        read.ok()
    });
    (slots.collect(), end)
}

/// A slot as a layer of any kind.
macro_rules! slot {
    ($slot:expr, $($kind:ident)*) => { slot!(@ $slot, $($kind)*) };
    (@ $slot:expr, $one:ident) => { $slot.map(Layer::$one) };
    (@ $slot:expr, $one:ident $other:ident) => {
        $slot.map(|either| match either {
            Either::Left(layer) => Layer::$one(layer),
            Either::Right(layer) => Layer::$other(layer),
        })
    };
}

fn flat<'a>(layers: &Expected<'a>) -> Vec<Option<Layer<'a>>> {
    let (
        ethernet,
        [tag, second_tag],
        ip,
        options,
        (carrier, vxlan, [label, second, third]),
        inner,
        inner_ip,
        transport,
    ) = *layers;
    vec![
        slot!(ethernet, Ethernet),
        slot!(tag, Vlan ServiceVlan),
        slot!(second_tag, Vlan ServiceVlan),
        slot!(ip, Ipv4 Ipv6),
        slot!(options, Ipv6HopByHop),
        slot!(carrier, Gre Udp),
        slot!(vxlan, Vxlan),
        slot!(label, Mpls),
        slot!(second, Mpls),
        slot!(third, Mpls),
        slot!(inner, Ethernet),
        slot!(inner_ip, Ipv4 Ipv6),
        slot!(transport, Tcp Udp),
    ]
}

/// Few layers, as most would expect them.
type Few<'a> = (Option<Ethernet<'a>>, [Option<Vlan<'a>>; 2], Option<Ip<'a>>, Option<Either<Tcp<'a>, Udp<'a>>>);

fn words<'a>(stack: &Stack<'a, LayerKind, Few<'a>>) -> String {
    format!("{:?} {:?}", stack.layers, stack.end())
}

/// Where something is done with the layers at once, they are the same.
fn check_within(first: LayerKind, packet: Region<'_>) {
    assert_eq!(Stack::read_with(first, packet, |stack| words(&stack)), words(&Stack::read(first, packet)));
}

/// How many layers stand in slots.
fn check(first: LayerKind, packet: Region<'_>) -> usize {
    let (slots, end) = one_by_one(first, packet);
    let stack = Stack::<_, Expected<'_>>::read(first, packet);
    let words = |slots: &[Option<Layer<'_>>], end: &End<'_, LayerKind>| format!("{slots:?} {end:?}");
    assert_eq!(words(&flat(&stack.layers), &stack.end()), words(&slots, &end), "{}", hex(packet.bytes()));
    check_within(first, packet);
    for layer in slots.iter().flatten() {
        check_leads(layer);
    }
    slots.iter().flatten().count()
}

/// Which kind a layer leads to is said as what follows it.
fn check_leads(layer: &Layer<'_>) {
    for &kind in LayerKind::ALL {
        let led = match layer {
            Layer::Ethernet(view) => view.leads_to(kind),
            Layer::Vlan(view) => view.leads_to(kind),
            Layer::ServiceVlan(view) => view.leads_to(kind),
            Layer::Ipv4(view) => view.leads_to(kind),
            Layer::Ipv6(view) => view.leads_to(kind),
            Layer::Ipv6HopByHop(view) => view.leads_to(kind),
            Layer::Gre(view) => view.leads_to(kind),
            Layer::Vxlan(view) => view.leads_to(kind),
            Layer::Mpls(view) => view.leads_to(kind),
            Layer::Tcp(view) => view.leads_to(kind),
            Layer::Udp(view) => view.leads_to(kind),
            _ => return,
        };
        let led = matches!(led, Led::There(payload) if !payload.bytes().is_empty());
        let follows = matches!(layer.next(), Next::Layer(next, _) if next == kind);
        assert_eq!(led, follows, "{:?} to {kind:?}: {}", layer.kind(), hex(layer.region().bytes()));
    }
}

#[test]
fn every_vector() {
    let (schema, mut chance, mut found) = (protocols(), Chance(5), 0);
    for (start, packet) in vectors(schema) {
        let name = &schema[start].name;
        let Some(first) = LayerKind::ALL.iter().find(|kind| kind.name() == name) else { continue };
        found += check(*first, Region::new(&packet));
        for _ in 0..40 {
            let changed = chance.change(&packet);
            check(*first, Region::new(&changed));
        }
    }
    assert!(found > 40, "{found}");
}

#[test]
fn every_packet_of_the_captures() {
    let (schema, mut found) = (protocols(), 0);
    each_captured(schema, &root().join("tests/captures"), u64::MAX, |start, data, origlen| {
        let name = &schema[start].name;
        if let Some(first) = LayerKind::ALL.iter().find(|kind| kind.name() == name) {
            found += check(*first, Region::captured(data, origlen));
        }
    });
    assert!(found > 2000, "{found}");
}

/// A layer that can't be read ends a stack, and no slot above looks for it again.
#[test]
fn a_fault_ends_it() {
    let packet = [0x45, 0, 0, 40, 0, 1, 0, 0, 64, 4, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 0x41, 0];
    let stack = Stack::<_, [Option<Ipv4<'_>>; 3]>::read(LayerKind::Ipv4, &packet);
    assert!(stack.layers[0].is_some() && stack.layers[1].is_none() && stack.layers[2].is_none());
    assert!(matches!(stack.end(), End::Failed(LayerKind::Ipv4, region, _) if region.offset() == 20));
}
