//! The table of flows.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failing test may panic")]

mod flood;
mod frames;

use frames::*;
use packet_runtime::flow::{CommunityId, End, Ended, FlowOptions, FlowTable, Totals};
use std::time::Duration;

const CLIENT: (u32, u16) = (0xc000_0201, 40_000);
const SERVER: (u32, u16) = (0xc633_6407, 443);

fn table(options: FlowOptions) -> FlowTable<u32> {
    FlowTable::new(options, *b"only for a test.")
}

/// All flows of frames, each with its time, in the order in which they ended.
fn flows(options: FlowOptions, frames: &[(i64, Vec<u8>)]) -> Vec<Ended<u32>> {
    let mut table = table(options);
    let mut ended = Vec::new();
    for (time, frame) in frames {
        table.add(&at(*time, frame), &mut |end| ended.push(end));
    }
    table.drain(&mut |end| ended.push(end));
    ended
}

/// The only flow of frames that come a second after each other.
fn only(frames: &[Vec<u8>]) -> Totals {
    let frames: Vec<_> = frames.iter().cloned().zip(0..).map(|(frame, time)| (time * SECOND, frame)).collect();
    let ended = flows(FlowOptions::endless(), &frames);
    assert_eq!(ended.len(), 1, "{ended:#?}");
    ended[0].totals
}

fn ends(totals: &Totals) -> String {
    let (src, dst) = totals.ends();
    format!("{src} → {dst}")
}

#[test]
fn a_connection_with_both_directions() {
    let totals = only(&[
        segment(CLIENT, SERVER, 1, SYN),
        segment(SERVER, CLIENT, 9, SYN | ACK),
        segment(CLIENT, SERVER, 2, ACK),
        segment(CLIENT, SERVER, 2, FIN | ACK),
        segment(SERVER, CLIENT, 10, FIN | ACK),
    ]);
    assert_eq!(ends(&totals), "192.0.2.1:40000 → 198.51.100.7:443");
    assert_eq!((totals.packets, totals.bytes), ([3, 2], [162, 108]));
    assert_eq!((totals.first, totals.last), (0, 4 * SECOND));
    assert_eq!(totals.tcp_flags, [SYN | ACK | FIN, SYN | ACK | FIN]);
    assert!(totals.is_certain);
    let name = CommunityId::default().ports(6, (totals.ends().1.ip(), 443), (totals.ends().0.ip(), 40_000));
    assert_eq!(totals.community_id(CommunityId::default()), name);
}

#[test]
fn the_initiator_is_known_from_the_handshake_else_from_ports_else_from_the_first_packet() {
    let initiator = |frames: &[Vec<u8>]| {
        let totals = only(frames);
        (totals.ends().0.port(), totals.is_certain)
    };
    assert_eq!(initiator(&[segment(SERVER, CLIENT, 9, SYN | ACK)]), (40_000, true));
    assert_eq!(initiator(&[segment(SERVER, CLIENT, 9, ACK)]), (40_000, false));
    assert_eq!(initiator(&[segment(CLIENT, SERVER, 9, ACK)]), (40_000, false));
    let high = (SERVER.0, 50_000);
    assert_eq!(initiator(&[segment(high, CLIENT, 9, ACK)]), (50_000, false));
    assert_eq!(initiator(&[segment(high, CLIENT, 9, ACK), segment(CLIENT, high, 3, SYN)]), (40_000, true));
    assert_eq!(initiator(&[datagram(SERVER, CLIENT)]), (40_000, false));
    // A service that asks another one: who is first, begins.
    assert_eq!(initiator(&[datagram((1, 53), (2, 53)), datagram((2, 53), (1, 53))]), (53, false));
}

#[test]
fn a_syn_with_another_sequence_number_is_another_connection() {
    let frames = |second: u32| {
        vec![
            (0, segment(CLIENT, SERVER, 1, SYN)),
            (1, segment(SERVER, CLIENT, 5, RST | ACK)),
            (2, segment(CLIENT, SERVER, second, SYN)),
        ]
    };
    let again = flows(FlowOptions::endless(), &frames(1));
    assert_eq!(again.iter().map(|ended| ended.totals.packets).collect::<Vec<_>>(), [[2, 1]]);
    let other = flows(FlowOptions::endless(), &frames(2));
    assert_eq!(
        other.iter().map(|ended| (ended.totals.packets, ended.end)).collect::<Vec<_>>(),
        [([1, 1], End::Renewed), ([1, 0], End::Drained)]
    );
    // A keep-alive before the SYN was seen repeats the byte before the next.
    let kept = [(0, segment(CLIENT, SERVER, 2, ACK)), (1, segment(CLIENT, SERVER, 1, SYN))];
    assert_eq!(flows(FlowOptions::endless(), &kept).len(), 1);
}

#[test]
fn flows_end_by_the_time_of_packets() {
    let options = FlowOptions {
        idle: Some(Duration::from_secs(60)),
        active: Some(Duration::from_secs(100)),
        closed: Some(Duration::from_secs(5)),
        ..FlowOptions::default()
    };
    let datagrams =
        |times: &[i64]| times.iter().map(|&time| (time * SECOND, datagram(CLIENT, SERVER))).collect::<Vec<_>>();
    let told = |frames: &[(i64, Vec<u8>)]| {
        let ended = flows(options, frames);
        ended.iter().map(|ended| (ended.end, ended.totals.packets[0])).collect::<Vec<_>>()
    };
    assert_eq!(told(&datagrams(&[0, 60, 61])), [(End::Drained, 3)]);
    assert_eq!(told(&datagrams(&[0, 61])), [(End::Idle, 1), (End::Drained, 1)]);
    assert_eq!(told(&datagrams(&[0, 50, 100, 101, 102])), [(End::Active, 3), (End::Drained, 2)]);
    assert_eq!(told(&datagrams(&[100, 50, 0])), [(End::Drained, 3)], "time runs backwards");
    let reset = vec![
        (0, segment(CLIENT, SERVER, 1, ACK)),
        (SECOND, segment(CLIENT, SERVER, 1, RST)),
        (6 * SECOND, segment(CLIENT, SERVER, 1, ACK)),
        (12 * SECOND, segment(CLIENT, SERVER, 1, ACK)),
    ];
    assert_eq!(told(&reset), [(End::Closed, 3), (End::Drained, 1)]);
}

#[test]
fn time_passes_without_packets_and_without_any_of_the_flow() {
    let mut table = table(FlowOptions { idle: Some(Duration::from_secs(8)), ..FlowOptions::default() });
    let mut ended = Vec::new();
    for port in 0..1000 {
        table.add(&at(0, &datagram((1, 2000 + port), (2, 53))), &mut |end| ended.push(end));
    }
    table.advance(8 * SECOND, &mut |end| ended.push(end));
    assert_eq!((table.len(), ended.len()), (1000, 0));
    table.advance(10 * SECOND, &mut |end| ended.push(end));
    assert_eq!((table.len(), ended.len()), (0, 1000));
    assert_eq!(table.counters().idle, 1000);
    // Others come in the meantime, so that only a part is looked at each time.
    for second in 0..100 {
        let frame = datagram((3, second), (4, 53));
        table.add(&at(10 * SECOND + second as i64 * SECOND / 4, &frame), &mut |end| ended.push(end));
        table.flush(&mut |end| ended.push(end));
        assert!(table.len() < 40, "{}", table.len());
    }
}

#[test]
fn networks_are_told_apart() {
    let plain = datagram(CLIENT, SERVER);
    let frames: Vec<_> =
        [plain.clone(), tagged(5, &plain), tagged(6, &plain), tagged(5, &tagged(6, &plain)), tagged(5, &plain)]
            .into_iter()
            .map(|frame| (0, frame))
            .collect();
    let mut vlans: Vec<_> = flows(FlowOptions::endless(), &frames)
        .iter()
        .map(|ended| (ended.totals.key.context().vlans.iter().collect::<Vec<_>>(), ended.totals.packets[0]))
        .collect();
    vlans.sort();
    assert_eq!(vlans, [(vec![], 1), (vec![5], 2), (vec![5, 6], 1), (vec![6], 1)]);
}

#[test]
fn what_a_tunnel_carries_is_a_flow_where_it_is_asked_for() {
    let inner = datagram(CLIENT, SERVER);
    let vxlan = [&[8, 0, 0, 0, 0, 0, 42, 0], &inner[..]].concat();
    let outer = ethernet(0x0800, &ipv4(1, 2, 17, 0, &udp(5555, 4789, &vxlan)));
    let told = |inner| {
        let frames = [(0, outer.clone())];
        let ended = flows(FlowOptions { inner, ..FlowOptions::endless() }, &frames);
        let mut told: Vec<_> = ended
            .iter()
            .map(|ended| {
                (ends(&ended.totals), ended.totals.key.context().tunnel.map(|tunnel| (tunnel.kind, tunnel.id)))
            })
            .collect();
        told.sort();
        told
    };
    let carrier = ("0.0.0.1:5555 → 0.0.0.2:4789".to_owned(), None);
    assert_eq!(told(false), std::slice::from_ref(&carrier));
    assert_eq!(told(true), [carrier, ("192.0.2.1:40000 → 198.51.100.7:443".to_owned(), Some(("Vxlan", 42)))]);
}

#[test]
fn tunnels_whose_ends_number_them_are_told_by_their_kind() {
    let inner = ipv4(CLIENT.0, SERVER.0, 17, 0, &udp(CLIENT.1, SERVER.1, b"."));
    let answer = ipv4(SERVER.0, CLIENT.0, 17, 0, &udp(SERVER.1, CLIENT.1, b"."));
    let gtp = |teid: u8, packet: &[u8]| {
        let length = u8::try_from(packet.len()).unwrap();
        udp(2152, 2152, &[&[0x30, 0xff, 0, length, 0, 0, 0, teid], packet].concat())
    };
    let l2tp =
        |tunnel: u8, packet: &[u8]| udp(1701, 1701, &[&[0, 2, 0, tunnel, 0, 9, 0xff, 3, 0, 0x21], packet].concat());
    let mut told = Vec::new();
    let geneve = [&[0, 0, 8, 0, 0, 0, 42, 0], &inner[..]].concat();
    for frames in [
        [gtp(1, &inner), gtp(2, &answer)].map(|packet| (0, ethernet(0x0800, &ipv4(1, 2, 17, 0, &packet)))),
        [l2tp(1, &inner), l2tp(2, &answer)].map(|packet| (0, ethernet(0x0800, &ipv4(1, 2, 17, 0, &packet)))),
        [&geneve, &geneve].map(|packet| (0, ethernet(0x0800, &ipv4(1, 2, 17, 0, &udp(5555, 6081, packet))))),
    ] {
        let ended = flows(FlowOptions { inner: true, ..FlowOptions::endless() }, &frames);
        told.extend(ended.iter().filter_map(|ended| ended.totals.key.context().tunnel.map(|it| (it.kind, it.id))));
    }
    assert_eq!(told, [("Gtpu", 0), ("L2tp", 0), ("Geneve", 42)]);
}

#[test]
fn every_transport_has_ports() {
    let ports = [0x9c, 0x40, 1, 0xbb];
    let init = [&ports[..], &[0; 8], &[1, 0, 0, 20, 0, 0, 0, 1, 0, 0, 5, 0xdc, 0, 1, 0, 1, 0, 0, 0, 1]].concat();
    let request = [&ports[..], &[5, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]].concat();
    let lite = [&ports[..], &[0, 8, 0, 0]].concat();
    let hidden = [&[6, 4, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1][..], &[0; 12], &ports, &[0; 8], &[0x50, SYN, 0, 0, 0, 0, 0, 0]];
    for (protocol, packet) in [(132, init), (33, request), (136, lite), (51, hidden.concat())] {
        let totals = only(&[ethernet(0x0800, &ipv4(CLIENT.0, SERVER.0, protocol, 0, &packet))]);
        assert_eq!(ends(&totals), "192.0.2.1:40000 → 198.51.100.7:443", "protocol {protocol}");
    }
}

#[test]
fn later_fragments_belong_to_the_flow_of_the_first() {
    let whole = udp(4000, 53, &[7; 40]);
    let first = ethernet(0x0800, &ipv4(1, 2, 17, 0x2000, &whole[..24]));
    let last = ethernet(0x0800, &ipv4(1, 2, 17, 3, &whole[24..]));
    let both = [first.clone(), last.clone()];
    let totals = only(&both);
    assert_eq!((ends(&totals).as_str(), totals.packets), ("0.0.0.1:4000 → 0.0.0.2:53", [2, 0]));
    assert_eq!(
        flows(FlowOptions::endless(), &[(0, last), (1, first)]).len(),
        2,
        "what is not yet known is not guessed"
    );
}

#[test]
fn extension_headers_are_passed() {
    let hop_by_hop = [&[17, 0, 1, 4, 0, 0, 0, 0], &udp(4000, 53, b"pony")[..]].concat();
    let totals = only(&[ethernet(0x86dd, &ipv6(1, 2, 0, &hop_by_hop))]);
    assert_eq!((ends(&totals).as_str(), totals.key.protocol()), ("[::1]:4000 → [::2]:53", 17));
    let back = ethernet(0x86dd, &ipv6(2, 1, 17, &udp(53, 4000, b"pony")));
    let totals = only(&[ethernet(0x86dd, &ipv6(1, 2, 0, &hop_by_hop)), back]);
    assert_eq!(totals.packets, [1, 1]);
}

#[test]
fn messages_of_icmp_are_flows_as_community_ids_have_them() {
    let quoted = ipv4(9, 8, 17, 0, &udp(7, 6, b"lost"));
    let message = |src, dst, kind: u8, code: u8| {
        ethernet(0x0800, &ipv4(src, dst, 1, 0, &[&[kind, code, 0, 0, 0, 1, 0, 2], &quoted[..]].concat()))
    };
    let (pinger, pinged) = (0xc0a8_0059, 0xc0a8_0001);
    let totals = only(&[message(pinger, pinged, 8, 0), message(pinged, pinger, 0, 0)]);
    assert_eq!((ends(&totals).as_str(), totals.packets), ("192.168.0.89:8 → 192.168.0.1:0", [1, 1]));
    // Of the specification's baselines.
    assert_eq!(totals.community_id(CommunityId::default()), "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=");
    // Port unreachable, to which nobody answers: what both say are two flows, though type and code are equal.
    let frames = [(0, message(pinger, pinged, 3, 3)), (1, message(pinged, pinger, 3, 3))];
    assert_eq!(flows(FlowOptions::endless(), &frames).len(), 2);
    let totals = only(&[message(pinger, pinged, 3, 1)]);
    assert_eq!(ends(&totals), "192.168.0.89:3 → 192.168.0.1:1");
}

#[test]
fn a_user_keeps_what_it_likes_of_a_flow() {
    let mut table = table(FlowOptions::endless());
    let frames = [segment(CLIENT, SERVER, 1, SYN), segment(SERVER, CLIENT, 1, SYN | ACK), datagram(CLIENT, SERVER)];
    let mut ways = Vec::new();
    for frame in frames.iter().chain(&frames) {
        let visit = table.visit(&at(0, frame), &mut |_| {}).unwrap();
        *visit.state += 1;
        ways.push(visit.from_initiator);
    }
    assert_eq!(ways, [true, false, true, true, false, true]);
    let mut kept: Vec<_> = table.iter().map(|(totals, &state)| (totals.key.protocol(), state)).collect();
    kept.sort_unstable();
    assert_eq!(kept, [(6, 4), (17, 2)]);
    assert!(table.visit(&at(0, &ethernet(0x88b5, b"")), &mut |_| {}).is_none());
    assert_eq!(table.counters().without_flow, 1);
}
