//! The hash by which network cards spread packets over queues.

use std::net::SocketAddr;

/// The hash of Receive Side Scaling, as in Microsoft's "RSS Hashing Types" and in the data sheets of network cards: each bit of
/// the input that is set adds the 32 bits of the key that begin where it stands.
///
/// ```
/// use packet_runtime::flow::Toeplitz;
///
/// let (src, dst) = ("66.9.149.187:2794".parse()?, "161.142.100.80:1766".parse()?);
/// assert_eq!(Toeplitz::MICROSOFT.ports(src, dst), Some(0x51cc_c178));
/// assert_eq!(Toeplitz::SYMMETRIC.ports(src, dst), Toeplitz::SYMMETRIC.ports(dst, src));
/// # Ok::<(), std::net::AddrParseError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Toeplitz {
    key: [u8; 40],
}

impl Toeplitz {
    /// The key of Microsoft's examples, which most drivers begin with.
    pub const MICROSOFT: Self = Self::new([
        0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0, 0xd0, 0xca,
        0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30, 0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b,
        0xbe, 0xac, 0x01, 0xfa,
    ]);

    /// A key that repeats every 16 bits, so that both directions of a flow have one hash. S. Woo and K. Park, "Scalable TCP
    /// Session Monitoring with Symmetric Receive-side Scaling", 2012.
    pub const SYMMETRIC: Self = {
        let mut key = [0x6d; 40];
        let mut at = 1;
        while at < key.len() {
            key[at] = 0x5a;
            at += 2;
        }
        Self::new(key)
    };

    /// The hash under that key, which is long enough for two addresses of version 6 and two ports.
    #[must_use]
    pub const fn new(key: [u8; 40]) -> Self {
        Self { key }
    }

    /// The hash of bytes, of the first 36 at most.
    #[must_use]
    pub fn hash(&self, input: &[u8]) -> u32 {
        let (head, tail) = self.key.split_at(4);
        let mut window = head.iter().fold(0_u64, |window, &byte| window << 8 | u64::from(byte));
        let mut hash = 0;
        for (&byte, &next) in input.iter().zip(tail) {
            window = window << 8 | u64::from(next);
            for bit in 0..8 {
                let set = u32::from(byte >> (7 - bit) & 1);
                hash ^= (window >> (8 - bit)) as u32 & set.wrapping_neg();
            }
        }
        hash
    }

    /// The hash of both addresses; `None` where they are of different versions.
    #[must_use]
    pub fn addresses(&self, src: SocketAddr, dst: SocketAddr) -> Option<u32> {
        input(src, dst).map(|(bytes, addresses)| self.hash(bytes.get(..addresses).unwrap_or(&bytes)))
    }

    /// The hash of both addresses and both ports; `None` where they are of different versions.
    #[must_use]
    pub fn ports(&self, src: SocketAddr, dst: SocketAddr) -> Option<u32> {
        input(src, dst).map(|(bytes, addresses)| self.hash(bytes.get(..addresses + 4).unwrap_or(&bytes)))
    }
}

/// Addresses and ports in the order of the hash, and the bytes of the addresses.
fn input(src: SocketAddr, dst: SocketAddr) -> Option<([u8; 36], usize)> {
    let mut bytes = [0; 36];
    let addresses = match (src, dst) {
        (SocketAddr::V4(src), SocketAddr::V4(dst)) => {
            bytes[..4].copy_from_slice(&src.ip().octets());
            bytes[4..8].copy_from_slice(&dst.ip().octets());
            8
        }
        (SocketAddr::V6(src), SocketAddr::V6(dst)) => {
            bytes[..16].copy_from_slice(&src.ip().octets());
            bytes[16..32].copy_from_slice(&dst.ip().octets());
            32
        }
        _ => return None,
    };
    bytes[addresses..addresses + 2].copy_from_slice(&src.port().to_be_bytes());
    bytes[addresses + 2..addresses + 4].copy_from_slice(&dst.port().to_be_bytes());
    Some((bytes, addresses))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing test may panic")]
mod tests {
    use super::*;

    /// Microsoft, "Verifying the RSS Hash Calculation": source, destination, hash of the addresses, hash with the ports.
    const KNOWN: [(&str, &str, u32, u32); 8] = [
        ("66.9.149.187:2794", "161.142.100.80:1766", 0x323e_8fc2, 0x51cc_c178),
        ("199.92.111.2:14230", "65.69.140.83:4739", 0xd718_262a, 0xc626_b0ea),
        ("24.19.198.95:12898", "12.22.207.184:38024", 0xd2d0_a5de, 0x5c2b_394a),
        ("38.27.205.30:48228", "209.142.163.6:2217", 0x8298_9176, 0xafc7_327f),
        ("153.39.163.191:44251", "202.188.127.2:1303", 0x5d18_09c5, 0x10e8_28a2),
        ("[3ffe:2501:200:1fff::7]:2794", "[3ffe:2501:200:3::1]:1766", 0x2cc1_8cd5, 0x4020_7d3d),
        ("[3ffe:501:8::260:97ff:fe40:efab]:14230", "[ff02::1]:4739", 0x0f0c_461c, 0xdde5_1bbf),
        ("[3ffe:1900:4545:3:200:f8ff:fe21:67cf]:44251", "[fe80::200:f8ff:fe21:67cf]:38024", 0x4b61_e985, 0x02d1_feef),
    ];

    #[test]
    fn published_hashes() {
        for (src, dst, addresses, ports) in KNOWN {
            let (src, dst) = (src.parse().unwrap(), dst.parse().unwrap());
            assert_eq!(Toeplitz::MICROSOFT.addresses(src, dst), Some(addresses), "{src}");
            assert_eq!(Toeplitz::MICROSOFT.ports(src, dst), Some(ports), "{src}");
            assert_eq!(Toeplitz::SYMMETRIC.ports(src, dst), Toeplitz::SYMMETRIC.ports(dst, src));
        }
        let (old, new) = ("192.0.2.1:1".parse().unwrap(), "[::1]:1".parse().unwrap());
        assert_eq!(Toeplitz::MICROSOFT.ports(old, new), None);
    }
}
