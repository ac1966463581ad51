//! Packets as strategies of proptest.

use crate::{FaultyPacket, Packet, Packets};
use proptest::collection::vec;
use proptest::prelude::{Strategy, any};

/// Most bytes of choices.
const MOST: usize = 512;

impl Packets<'_> {
    /// Valid packets. They shrink to plain ones: to fewer elements, shorter texts and smaller numbers.
    ///
    /// ```
    /// use packet_protocols::ipv4::Ipv4;
    /// use packet_samples::Definitions;
    /// use proptest::prelude::*;
    ///
    /// let packets = Definitions::built_in().packets("Ipv4").and_then(|packets| packets.beginning_with("Ipv4"));
    /// let packets = packets.ok_or("no such layer")?;
    /// proptest!(ProptestConfig::with_cases(32), |(packet in packets.strategy())| {
    ///     let ipv4 = Ipv4::parse(packet.bytes.as_slice()).unwrap();
    ///     ipv4.anomalies(&mut |anomaly| panic!("{anomaly:?}"));
    /// });
    /// # Ok::<(), &str>(())
    /// ```
    pub fn strategy(&self) -> impl Strategy<Value = Packet> + '_ {
        vec(any::<u8>(), 0..MOST).prop_filter_map("no packet was found", |choices| self.valid_by(&choices))
    }

    /// Packets with one fault each.
    ///
    /// ```
    /// use packet_protocols::ipv4::Ipv4;
    /// use packet_samples::Definitions;
    /// use proptest::prelude::*;
    ///
    /// let packets = Definitions::built_in().packets("Ipv4").and_then(|packets| packets.beginning_with("Ipv4"));
    /// let packets = packets.ok_or("no such layer")?;
    /// proptest!(ProptestConfig::with_cases(32), |(packet in packets.faulty_strategy())| {
    ///     let regular = Ipv4::parse(packet.bytes.as_slice()).is_ok_and(|ipv4| ipv4.is_regular());
    ///     // Bytes behind the header's length are nothing that a header knows of.
    ///     prop_assert!(!regular || packet.name == "unclaimed", "{}", packet.label);
    /// });
    /// # Ok::<(), &str>(())
    /// ```
    pub fn faulty_strategy(&self) -> impl Strategy<Value = FaultyPacket> + '_ {
        vec(any::<u8>(), 0..MOST).prop_filter_map("no packet was found", |choices| self.faulty_by(&choices))
    }
}
