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

/// For each of sixteen byte positions, counted from the last, what a byte there does to the remainder after all.
type Tables = [[u32; 256]; 16];

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
        let (stretches, rest) = piece.as_chunks();
        let state = stretches.iter().fold(self.state, |state, stretch| self.sixteen(state, stretch));
        let [last, ..] = self.tables;
        let one = |state: u32, &byte: &u8| state >> 8 ^ last[usize::from(state as u8 ^ byte)];
        Self { state: rest.iter().fold(state, one), ..self }
    }

    /// The remainder after sixteen bytes more, whose parts don't wait for each other.
    #[inline]
    fn sixteen(&self, state: u32, stretch: &[u8; 16]) -> u32 {
        let bytes = u128::from_le_bytes(*stretch) ^ u128::from(state);
        let tables = self.tables.iter().rev();
        tables.zip(bytes.to_le_bytes()).fold(0, |state, (table, byte)| state ^ table[usize::from(byte)])
    }

    /// The CRC.
    pub const fn finish(self) -> u32 {
        !self.state
    }
}

/// The tables of a polynomial whose bits are reversed.
const fn tables(polynomial: u32) -> Tables {
    let mut tables = [[0; 256]; 16];
    let mut byte = 0;
    while byte < 256 {
        let mut remainder = byte as u32;
        let mut position = 0;
        while position < 16 {
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
///
/// [`Crc16::new`] takes parameters as they come, and goes by four bits. Where they are known beforehand and there is much
/// data, [`Crc16Tables`] made from them once go by eight bytes.
#[derive(Clone, Copy, Debug)]
pub struct Crc16 {
    parameters: Crc16Parameters,
    tables: Tables16,
    state: u16,
}

#[derive(Clone, Copy, Debug)]
enum Tables16 {
    /// What each value of the next four bits does to the remainder. Small enough to be made anew for any parameters.
    Nibbles([u16; 16]),
    Bytes(&'static Crc16Tables),
}

impl Crc16 {
    /// Starts a CRC.
    pub const fn new(parameters: Crc16Parameters) -> Self {
        Self { parameters, tables: Tables16::Nibbles(nibbles(parameters)), state: parameters.start() }
    }

    /// Starts a CRC that goes by eight bytes.
    ///
    /// ```
    /// use packet_core::checksum::{Crc16, Crc16Parameters, Crc16Tables};
    ///
    /// static X_25: Crc16Tables = Crc16Tables::new(Crc16Parameters::X_25);
    /// assert_eq!(Crc16::with_tables(&X_25).update(b"123456789").finish(), 0x906e);
    /// ```
    pub const fn with_tables(tables: &'static Crc16Tables) -> Self {
        let parameters = tables.parameters;
        Self { parameters, tables: Tables16::Bytes(tables), state: parameters.start() }
    }

    /// Adds the next piece of the data.
    #[must_use]
    pub fn update(self, piece: &[u8]) -> Self {
        let state = match &self.tables {
            Tables16::Nibbles(table) => by_nibbles(table, self.parameters.reflect, self.state, piece),
            Tables16::Bytes(tables) => tables.update(self.state, piece),
        };
        Self { state, ..self }
    }

    /// The CRC.
    pub const fn finish(self) -> u16 {
        self.state ^ self.parameters.xor_out
    }
}

impl Crc16Parameters {
    /// The remainder before the first byte, in the order of bits in which it is kept.
    const fn start(self) -> u16 {
        if self.reflect { self.init.reverse_bits() } else { self.init }
    }
}

fn by_nibbles(table: &[u16; 16], reflect: bool, state: u16, piece: &[u8]) -> u16 {
    let at = |nibble: u16| table[usize::from(nibble & 0xf)];
    piece.iter().map(|&byte| u16::from(byte)).fold(state, |state, byte| {
        if reflect {
            let state = state >> 4 ^ at(state ^ byte);
            state >> 4 ^ at(state ^ byte >> 4)
        } else {
            let state = state << 4 ^ at(state >> 12 ^ byte >> 4);
            state << 4 ^ at(state >> 12 ^ byte)
        }
    })
}

/// Tables for a CRC of 16 bits, four kilobytes. They are made when the program is compiled, if they are a `static`.
#[derive(Clone, Debug)]
pub struct Crc16Tables {
    parameters: Crc16Parameters,
    /// For each of eight byte positions, counted from the last, what a byte there does to the remainder after all.
    bytes: [[u16; 256]; 8],
}

impl Crc16Tables {
    /// The tables of a CRC.
    pub const fn new(parameters: Crc16Parameters) -> Self {
        let mut bytes = [[0; 256]; 8];
        let table = nibbles(parameters);
        let mut byte = 0;
        while byte < 256 {
            let mut remainder = byte as u16;
            let mut position = 0;
            while position < 8 {
                // What went before has moved out of the upper byte, or the lower one; zeros follow.
                remainder = if parameters.reflect {
                    let half = remainder >> 4 ^ table[(remainder & 0xf) as usize];
                    half >> 4 ^ table[(half & 0xf) as usize]
                } else {
                    let remainder = if position == 0 { remainder << 8 } else { remainder };
                    let half = remainder << 4 ^ table[(remainder >> 12) as usize];
                    half << 4 ^ table[(half >> 12) as usize]
                };
                bytes[position][byte] = remainder;
                position += 1;
            }
            byte += 1;
        }
        Self { parameters, bytes }
    }

    fn update(&self, state: u16, piece: &[u8]) -> u16 {
        let (stretches, rest) = piece.as_chunks();
        let reflect = self.parameters.reflect;
        let state = stretches.iter().fold(state, |state, stretch| {
            // The remainder meets the first two bytes, its lower half first where bits are reflected.
            let meets = u64::from(if reflect { state } else { state.swap_bytes() });
            let bytes = (u64::from_le_bytes(*stretch) ^ meets).to_le_bytes();
            self.bytes.iter().rev().zip(bytes).fold(0, |state, (table, byte)| state ^ table[usize::from(byte)])
        });
        let [last, ..] = &self.bytes;
        rest.iter().fold(state, |state, &byte| {
            if reflect {
                state >> 8 ^ last[usize::from(state as u8 ^ byte)]
            } else {
                state << 8 ^ last[usize::from((state >> 8) as u8 ^ byte)]
            }
        })
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
    fn many_bytes_at_once_equal_one_at_a_time() {
        let data: [u8; 100] = core::array::from_fn(|index| (index * 37 + 11) as u8);
        for length in 0..data.len() {
            let data = &data[..length];
            assert_eq!(crc32(data), data.chunks(1).fold(Crc32::ieee(), Crc32::update).finish());
            assert_eq!(crc32c(data), data.chunks(3).fold(Crc32::castagnoli(), Crc32::update).finish());
            let parameters = Crc16Parameters::MODBUS;
            assert_eq!(crc16(parameters, data), data.chunks(5).fold(Crc16::new(parameters), Crc16::update).finish());
        }
    }

    #[test]
    fn tables_of_16_bits_equal_nibbles() {
        static ARC: Crc16Tables = Crc16Tables::new(Crc16Parameters::ARC);
        static CCITT_FALSE: Crc16Tables = Crc16Tables::new(Crc16Parameters::CCITT_FALSE);
        static X_25: Crc16Tables = Crc16Tables::new(Crc16Parameters::X_25);
        // CRC-16/GENIBUS, whose polynomial, beginning and end all count, and CRC-16/T10-DIF.
        static GENIBUS: Crc16Tables =
            Crc16Tables::new(Crc16Parameters { polynomial: 0x1021, init: 0xffff, reflect: false, xor_out: 0xffff });
        static T10_DIF: Crc16Tables =
            Crc16Tables::new(Crc16Parameters { polynomial: 0x8bb7, init: 0, reflect: false, xor_out: 0 });
        let data: [u8; 100] = core::array::from_fn(|index| (index * 37 + 11) as u8);
        for (tables, check) in
            [(&ARC, 0xbb3d), (&CCITT_FALSE, 0x29b1), (&X_25, 0x906e), (&GENIBUS, 0xd64e), (&T10_DIF, 0xd0db)]
        {
            assert_eq!(Crc16::with_tables(tables).update(CHECK).finish(), check);
            for (length, cut) in (0..=data.len()).flat_map(|length| [0, 1, 9].map(|cut| (length, cut.min(length)))) {
                let (first, second) = data[..length].split_at(cut);
                let sum = Crc16::with_tables(tables).update(first).update(second);
                assert_eq!(sum.finish(), crc16(tables.parameters, &data[..length]), "{length} bytes, cut at {cut}");
            }
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
