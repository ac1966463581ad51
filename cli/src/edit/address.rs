//! Addresses that become others: `10.0.0.0/8=192.168.0.0`.

use packet_core::text::parse_mac;
use std::net::IpAddr;

/// Addresses that begin with some bits, and what these bits become.
pub(super) struct Mapping {
    from: Vec<u8>,
    to: Vec<u8>,
    /// How many bits are looked at and replaced; the others stay.
    bits: usize,
}

impl Mapping {
    /// Reads `ADDRESS[/BITS]=ADDRESS`.
    pub(super) fn new(text: &str) -> Result<Self, String> {
        let form =
            || format!("`{text}` maps no addresses: write 10.0.0.0/8=192.168.0.0, or the addresses of two stations");
        let (from, to) = text.split_once('=').ok_or_else(form)?;
        let (from, bits) = from.split_once('/').map_or((from, None), |(from, bits)| (from, Some(bits)));
        let (from, to) = (octets(from).ok_or_else(form)?, octets(to).ok_or_else(form)?);
        if from.len() != to.len() {
            return Err(format!("`{text}` maps an address to one of another kind"));
        }
        let bits = bits.map_or(Ok(from.len() * 8), str::parse).map_err(|_| form())?;
        if bits > from.len() * 8 {
            return Err(format!("`{text}`: an address of this kind has {} bits", from.len() * 8));
        }
        Ok(Self { from, to, bits })
    }

    /// What an address becomes, if it is meant.
    pub(super) fn map(&self, address: &[u8]) -> Option<Vec<u8>> {
        let mask = |index: usize| -> u8 {
            let bits = self.bits.saturating_sub(index * 8).min(8);
            !(0xff_u16 >> bits) as u8
        };
        let is_meant = address.len() == self.from.len()
            && address.iter().zip(&self.from).enumerate().all(|(index, (one, from))| (one ^ from) & mask(index) == 0);
        let bytes = address.iter().zip(&self.to).enumerate();
        is_meant.then(|| bytes.map(|(index, (one, to))| to & mask(index) | one & !mask(index)).collect())
    }
}

fn octets(text: &str) -> Option<Vec<u8>> {
    match text.trim().parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => Some(address.octets().to_vec()),
        Ok(IpAddr::V6(address)) => Some(address.octets().to_vec()),
        Err(_) => parse_mac(text.trim()).map(|address| address.to_vec()),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test may panic")]

    use super::*;

    #[test]
    fn bits_behind_the_prefix_stay() {
        let mapping = Mapping::new("10.0.0.0/8=192.168.0.0").unwrap();
        assert_eq!(mapping.map(&[10, 1, 2, 3]), Some(vec![192, 1, 2, 3]));
        assert_eq!(mapping.map(&[11, 1, 2, 3]), None);
        let odd = Mapping::new("10.0.0.0/12=172.16.0.0").unwrap();
        assert_eq!(odd.map(&[10, 0x0f, 2, 3]), Some(vec![172, 0x1f, 2, 3]));
        assert_eq!(odd.map(&[10, 0x1f, 2, 3]), None);
        let all = Mapping::new("::/0=2001:db8::").unwrap();
        assert_eq!(all.map(&[7; 16]), Some(vec![7; 16]));
    }

    #[test]
    fn what_maps_nothing_is_said() {
        for text in ["10.0.0.1", "10.0.0.1=::1", "10.0.0.1/33=10.0.0.2", "x=y", "10.0.0.1/x=10.0.0.2"] {
            assert!(Mapping::new(text).is_err(), "{text}");
        }
        assert_eq!(
            Mapping::new("02:00:00:00:00:01=02:00:00:00:00:02").unwrap().map(&[2, 0, 0, 0, 0, 1]).unwrap()[5],
            2
        );
    }
}
