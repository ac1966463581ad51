//! Cyclic redundancy checks: two of 32 bits, for frames and SCTP, and the family of 16 bits.

/// The CRC-32 of `data` as Ethernet's frame check sequence and many file formats use it (IEEE 802.3 §3.2.9).
pub fn crc32(data: &[u8]) -> u32 {
    Crc32::ieee().update(data).finish()
}

/// The CRC-32C of `data`, with Castagnoli's polynomial, as SCTP and iSCSI use it
/// ([RFC 9260 Appendix A](https://www.rfc-editor.org/rfc/rfc9260#appendix-A)).
pub fn crc32c(data: &[u8]) -> u32 {
    Crc32::castagnoli().update(data).finish()
}

/// A CRC of 32 bits, least significant bit first, over data that comes in pieces.
///
/// ```
/// use packet_core::checksum::{Crc32, crc32};
///
/// assert_eq!(Crc32::ieee().update(b"1234").update(b"56789").finish(), crc32(b"123456789"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Crc32 {
    tables: &'static Tables,
    state: u32,
}

/// For each of eight byte positions, what a byte there does to the remainder after all eight.
type Tables = [[u32; 256]; 8];

// Both polynomials have their bits reversed, for data that goes least significant bit first.
static IEEE: Tables = tables(0xedb8_8320);
static CASTAGNOLI: Tables = tables(0x82f6_3b78);

impl Crc32 {
    /// Starts a CRC-32 with the polynomial of IEEE 802.3, 04c11db7.
    pub const fn ieee() -> Self {
        Self { tables: &IEEE, state: u32::MAX }
    }

    /// Starts a CRC-32C with Castagnoli's polynomial, 1edc6f41.
    pub const fn castagnoli() -> Self {
        Self { tables: &CASTAGNOLI, state: u32::MAX }
    }

    /// Adds the next piece of the data.
    #[must_use]
    pub fn update(self, piece: &[u8]) -> Self {
        let [t0, t1, t2, t3, t4, t5, t6, t7] = self.tables;
        let at = |table: &[u32; 256], byte: u8| table[usize::from(byte)];
        let (words, rest) = piece.as_chunks::<8>();
        let state = words.iter().fold(self.state, |state, &[a, b, c, d, e, f, g, h]| {
            let [s0, s1, s2, s3] = state.to_le_bytes();
            at(t7, a ^ s0)
                ^ at(t6, b ^ s1)
                ^ at(t5, c ^ s2)
                ^ at(t4, d ^ s3)
                ^ at(t3, e)
                ^ at(t2, f)
                ^ at(t1, g)
                ^ at(t0, h)
        });
        let state = rest.iter().fold(state, |state, &byte| state >> 8 ^ at(t0, state as u8 ^ byte));
        Self { state, ..self }
    }

    /// The CRC.
    pub const fn finish(self) -> u32 {
        !self.state
    }
}

/// The tables of a polynomial whose bits are reversed.
const fn tables(polynomial: u32) -> Tables {
    let mut tables = [[0; 256]; 8];
    let mut byte = 0;
    while byte < 256 {
        let mut remainder = byte as u32;
        let mut position = 0;
        while position < 8 {
            let mut bit = 0;
            while bit < 8 {
                remainder = if remainder & 1 == 1 { remainder >> 1 ^ polynomial } else { remainder >> 1 };
                bit += 1;
            }
            tables[position][byte] = remainder;
            position += 1;
        }
        byte += 1;
    }
    tables
}

/// What tells one CRC of 16 bits from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crc16Parameters {
    /// The polynomial without its leading term, most significant bit first.
    pub polynomial: u16,
    /// The remainder before the first byte.
    pub init: u16,
    /// Whether bytes go least significant bit first, and so does the result.
    pub reflect: bool,
    /// What the remainder is combined with at the end, by exclusive or.
    pub xor_out: u16,
}

impl Crc16Parameters {
    /// CRC-16/ARC, the one of LHA and many serial protocols.
    pub const ARC: Self = Self { polynomial: 0x8005, init: 0x0000, reflect: true, xor_out: 0x0000 };
    /// CRC-16/CCITT-FALSE, also called IBM-3740.
    pub const CCITT_FALSE: Self = Self { polynomial: 0x1021, init: 0xffff, reflect: false, xor_out: 0x0000 };
    /// CRC-16/X-25, the frame check sequence of HDLC and PPP
    /// ([RFC 1662 Appendix C](https://www.rfc-editor.org/rfc/rfc1662#appendix-C)).
    pub const X_25: Self = Self { polynomial: 0x1021, init: 0xffff, reflect: true, xor_out: 0xffff };
    /// CRC-16/MODBUS.
    pub const MODBUS: Self = Self { polynomial: 0x8005, init: 0xffff, reflect: true, xor_out: 0x0000 };
}

/// The CRC of 16 bits of `data`.
///
/// ```
/// use packet_core::checksum::{Crc16Parameters, crc16};
///
/// assert_eq!(crc16(Crc16Parameters::X_25, b"123456789"), 0x906e);
/// ```
pub fn crc16(parameters: Crc16Parameters, data: &[u8]) -> u16 {
    Crc16::new(parameters).update(data).finish()
}

/// A CRC of 16 bits over data that comes in pieces.
#[derive(Clone, Copy, Debug)]
pub struct Crc16 {
    parameters: Crc16Parameters,
    /// What each value of the next four bits does to the remainder. Small enough to be made anew for any parameters.
    table: [u16; 16],
    state: u16,
}

impl Crc16 {
    /// Starts a CRC.
    pub const fn new(parameters: Crc16Parameters) -> Self {
        let state = if parameters.reflect { parameters.init.reverse_bits() } else { parameters.init };
        Self { parameters, table: nibbles(parameters), state }
    }

    /// Adds the next piece of the data.
    #[must_use]
    pub fn update(self, piece: &[u8]) -> Self {
        let at = |nibble: u16| self.table[usize::from(nibble & 0xf)];
        let state = piece.iter().map(|&byte| u16::from(byte)).fold(self.state, |state, byte| {
            if self.parameters.reflect {
                let state = state >> 4 ^ at(state ^ byte);
                state >> 4 ^ at(state ^ byte >> 4)
            } else {
                let state = state << 4 ^ at(state >> 12 ^ byte >> 4);
                state << 4 ^ at(state >> 12 ^ byte)
            }
        });
        Self { state, ..self }
    }

    /// The CRC.
    pub const fn finish(self) -> u16 {
        self.state ^ self.parameters.xor_out
    }
}

/// For each four bits, the remainder they leave.
const fn nibbles(parameters: Crc16Parameters) -> [u16; 16] {
    let reversed = parameters.polynomial.reverse_bits();
    let mut table = [0; 16];
    let mut nibble = 0;
    while nibble < 16 {
        let mut remainder = if parameters.reflect { nibble as u16 } else { (nibble as u16) << 12 };
        let mut bit = 0;
        while bit < 4 {
            remainder = match (parameters.reflect, remainder & 1 == 1, remainder >> 15 == 1) {
                (true, true, _) => remainder >> 1 ^ reversed,
                (true, false, _) => remainder >> 1,
                (false, _, true) => remainder << 1 ^ parameters.polynomial,
                (false, _, false) => remainder << 1,
            };
            bit += 1;
        }
        table[nibble] = remainder;
        nibble += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The customary check input of CRC catalogues.
    const CHECK: &[u8] = b"123456789";

    #[test]
    fn check_values() {
        assert_eq!(crc32(CHECK), 0xcbf4_3926);
        assert_eq!(crc32c(CHECK), 0xe306_9283);
        assert_eq!(crc16(Crc16Parameters::ARC, CHECK), 0xbb3d);
        assert_eq!(crc16(Crc16Parameters::CCITT_FALSE, CHECK), 0x29b1);
        assert_eq!(crc16(Crc16Parameters::X_25, CHECK), 0x906e);
        assert_eq!(crc16(Crc16Parameters::MODBUS, CHECK), 0x4b37);
    }

    /// CRC-16/RIELLO: bytes go least significant bit first, and the initial remainder is not the same reversed.
    #[test]
    fn an_initial_value_is_reflected_too() {
        let riello = Crc16Parameters { polynomial: 0x1021, init: 0xb2aa, reflect: true, xor_out: 0 };
        assert_eq!(crc16(riello, CHECK), 0x63d0);
        let kermit = Crc16Parameters { init: 0, ..riello };
        assert_eq!(crc16(kermit, CHECK), 0x2189);
    }

    /// [RFC 3720 §B.4](https://www.rfc-editor.org/rfc/rfc3720#appendix-B.4), whose words are little-endian.
    #[test]
    fn vectors_of_iscsi() {
        let mut rising = [0; 32];
        let mut falling = [0; 32];
        for (index, (up, down)) in (0..).zip(rising.iter_mut().zip(falling.iter_mut().rev())) {
            *up = index;
            *down = index;
        }
        assert_eq!(crc32c(&[0; 32]), 0x8a91_36aa);
        assert_eq!(crc32c(&[0xff; 32]), 0x62a8_ab43);
        assert_eq!(crc32c(&rising), 0x46dd_794e);
        assert_eq!(crc32c(&falling), 0x113f_db5c);
    }

    #[test]
    fn eight_bytes_at_once_equal_one_at_a_time() {
        let data: [u8; 100] = core::array::from_fn(|index| (index * 37 + 11) as u8);
        for length in 0..data.len() {
            let data = &data[..length];
            assert_eq!(crc32(data), data.chunks(1).fold(Crc32::ieee(), Crc32::update).finish());
            assert_eq!(crc32c(data), data.chunks(3).fold(Crc32::castagnoli(), Crc32::update).finish());
            let parameters = Crc16Parameters::MODBUS;
            assert_eq!(crc16(parameters, data), data.chunks(5).fold(Crc16::new(parameters), Crc16::update).finish());
        }
    }

    /// A frame followed by its check sequence, lowest byte first, leaves the residue of the polynomial.
    #[test]
    fn residues() {
        let mut frame = [0; 13];
        frame[..9].copy_from_slice(CHECK);
        frame[9..].copy_from_slice(&crc32(CHECK).to_le_bytes());
        assert_eq!(crc32(&frame), 0x2144_df1c);
    }
}
