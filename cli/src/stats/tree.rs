//! Which protocols stand upon which, and how much of each there is.

use packet_core::Region;
use packet_protocols::packet::{MOST_LAYERS, Packet};
use packet_protocols::stack::LayerKind;

/// The protocols upon each other, as a tree.
pub(super) struct Tree {
    /// The first stands for nothing; all others are below it.
    nodes: Vec<Node>,
}

/// A protocol upon those before it.
#[derive(Default)]
pub(super) struct Node {
    pub(super) kind: Option<LayerKind>,
    pub(super) packets: u64,
    pub(super) bytes: u64,
    children: Vec<usize>,
}

/// As many places as the tree has at most: hostile packets stack layers in all the ways there are.
const NODES: usize = 65_536;

impl Tree {
    pub(super) fn new() -> Self {
        Self { nodes: vec![Node::default()] }
    }

    /// Counts a packet for each protocol that it has upon others, once, but for what a message of ICMP carries; the last one
    /// may be one that has begun and can't be read. Whether there is any.
    pub(super) fn add(&mut self, first: LayerKind, data: &[u8], length: u32) -> bool {
        let Ok(packet) = Packet::parse(first, Region::captured(data, length as usize)) else { return false };
        let mut places = [0; MOST_LAYERS];
        for (index, kind) in packet.kinds().enumerate().take(MOST_LAYERS) {
            let parent = packet.parent(index);
            if parent.is_some_and(|parent| is_message(&packet, parent)) {
                return true;
            }
            let Some(place) = self.child(parent.map_or(0, |parent| places[parent]), kind) else { return true };
            if !places.contains(&place) {
                self.count(place, length);
            }
            places[index] = place;
        }
        if let Some(begun) = packet.begun().filter(|begun| !is_message(&packet, begun.parent()))
            && let Some(place) = places.get(begun.parent()).and_then(|&below| self.child(below, begun.kind))
            && !places.contains(&place)
        {
            self.count(place, length);
        }
        true
    }

    fn count(&mut self, place: usize, length: u32) {
        if let Some(node) = self.nodes.get_mut(place) {
            node.packets += 1;
            node.bytes += u64::from(length);
        }
    }

    /// The place of a protocol upon another; nothing where there are too many.
    fn child(&mut self, at: usize, kind: LayerKind) -> Option<usize> {
        let known = self.nodes.get(at)?.children.iter().copied();
        if let Some(child) = known.clone().find(|&child| self.nodes[child].kind == Some(kind)) {
            return Some(child);
        }
        let new = self.nodes.len();
        if new >= NODES {
            return None;
        }
        self.nodes.push(Node { kind: Some(kind), ..Node::default() });
        self.nodes.get_mut(at)?.children.push(new);
        Some(new)
    }

    /// Every protocol, each behind the one that it stands upon: with how many are below it. Of several upon one, that with the
    /// most packets comes first.
    pub(super) fn rows(&self) -> Vec<(usize, &Node)> {
        let mut rows = Vec::new();
        let mut open = vec![(0, 0)];
        while let Some((depth, at)) = open.pop() {
            let node = &self.nodes[at];
            if at != 0 {
                rows.push((depth - 1, node));
            }
            let mut children: Vec<&usize> = node.children.iter().collect();
            // The last one is the next to be taken.
            children.sort_by_key(|&&child| (self.nodes[child].packets, std::cmp::Reverse(child)));
            open.extend(children.into_iter().map(|&child| (depth + 1, child)));
        }
        rows
    }
}

/// Whether a layer is a message of ICMP, which may carry the start of another packet.
fn is_message(packet: &Packet<'_>, index: usize) -> bool {
    matches!(packet.kind(index), Some(LayerKind::Icmp | LayerKind::Icmpv6))
}
