//! Tables under attack.

use super::frames::*;
use packet_runtime::flow::{FlowOptions, FlowTable};

/// As many connections are established before the flood.
const ESTABLISHED: u32 = 2000;

fn small() -> FlowTable {
    FlowTable::new(FlowOptions { most: 10_000, ..FlowOptions::default() }, *b"only for a test.")
}

fn establish(table: &mut FlowTable) {
    for host in 0..ESTABLISHED {
        let (client, server) = ((0x0a00_0000 + host, 40_000), (0xc633_6407, 443));
        for frame in [segment(client, server, 1, SYN), segment(server, client, 5, SYN | ACK)] {
            table.add(&at(0, &frame), &mut |_| {});
        }
    }
}

/// Of the connections, those that still are the flows that they were.
fn surviving(table: &FlowTable) -> usize {
    table.iter().filter(|(totals, _)| totals.ends().1.port() == 443 && totals.packets == [1, 1]).count()
}

#[test]
fn a_flood_keeps_the_table_at_its_cap_and_established_flows_in_it() {
    let mut table = small();
    establish(&mut table);
    for number in 0..200_000_u32 {
        let frame = segment((number, number as u16), (0xc633_6407, 80), number, SYN);
        table.add(&at(SECOND, &frame), &mut |_| {});
    }
    table.flush(&mut |_| {});
    assert_eq!((table.len(), table.established()), (10_000, ESTABLISHED as usize));
    assert_eq!(surviving(&table), ESTABLISHED as usize);
    let counters = table.counters();
    assert_eq!(counters.evicted + 10_000, counters.begun);
    assert!(counters.refused < 1000, "{}", counters.refused);
}

#[test]
fn where_all_are_established_the_quietest_makes_room() {
    let mut table = FlowTable::<()>::new(FlowOptions { most: 1000, ..FlowOptions::default() }, *b"only for a test.");
    establish(&mut table);
    assert!(table.len() <= 1000);
    let last = (0x0a00_0000 + ESTABLISHED - 1, 40_000);
    table.flush(&mut |_| {});
    let found = table.iter().any(|(totals, ())| {
        totals.ends().0.to_string() == format!("10.0.{}.{}:40000", (last.0 >> 8) & 0xff, last.0 & 0xff)
    });
    assert!(found, "new flows find a place, too");
}

/// Keys that fall into one place where the hash has no seed, or another: they are chosen by looking at a table that is the same
/// but for the seed.
#[test]
fn what_collides_in_one_table_does_not_in_another() {
    let spread = |seed: [u8; 16]| {
        let mut table = FlowTable::<()>::new(FlowOptions::endless(), seed);
        for number in 0..50_000_u32 {
            // Addresses that differ in few bits, the ports made up for it.
            let (src, dst) = ((number << 16, !(number as u16)), (number.rotate_left(8), number as u16));
            table.add(&at(0, &datagram(src, dst)), &mut |_| {});
        }
        table.flush(&mut |_| {});
        table.longest_search()
    };
    for seed in 0..8 {
        // A table that is at most three quarters full has searches of some dozens at worst, where hashes are as if by chance.
        assert!(spread([seed; 16]) < 100, "{}", spread([seed; 16]));
    }
}

/// Tuples that were searched for to fall into one place of a table that mixes with a number that everybody knows: where nobody
/// knows it, they are spread as any others.
#[test]
fn tuples_that_collide_by_a_known_hash_do_not_collide() {
    const KNOWN: u64 = 0x9e37_79b9_7f4a_7c15;
    // What an attacker computes of a table that mixes with a known number, as many do, and has 2^16 places.
    let known = |src: (u32, u16), dst: (u32, u16)| {
        let mixed = (u64::from(src.0) << 32 | u64::from(src.1) << 16 | u64::from(dst.1)).wrapping_mul(KNOWN);
        (mixed >> 48) as u16
    };
    let server = (0xc633_6407, 443);
    let mut number = 0_u32;
    let colliding: Vec<(u32, u16)> = std::iter::from_fn(|| {
        loop {
            number += 1;
            let src = (0x0a00_0000 | number >> 8, 2048 | (number as u16 & 0xff) << 3);
            if known(src, server) == 0x1234 {
                return Some(src);
            }
        }
    })
    .take(400)
    .collect();
    let mut table = FlowTable::<()>::new(FlowOptions::endless(), *b"only for a test.");
    for &src in &colliding {
        table.add(&at(0, &datagram(src, server)), &mut |_| {});
    }
    table.flush(&mut |_| {});
    // Behind the unkeyed hash, the last of them would be found after 400 places.
    assert_eq!(table.len(), colliding.len());
    assert!(table.longest_search() < 30, "{}", table.longest_search());
}

#[test]
fn packets_that_are_anything_are_taken() {
    let mut table = small();
    let mut number = 1_u64;
    for length in 0..2000 {
        let mut frame: Vec<u8> = (0..length % 200)
            .map(|_| {
                number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (number >> 56) as u8
            })
            .collect();
        if frame.len() > 14 && length % 2 == 0 {
            frame[12..15].copy_from_slice(&[0x08, 0x00, 0x45]);
        }
        table.add(&at((number >> 1) as i64, &frame), &mut |_| {});
    }
    table.flush(&mut |_| {});
    assert_eq!(table.counters().packets, 2000);
}
