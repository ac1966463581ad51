//! From the timestamps of a file to nanoseconds since the epoch.

use super::packet::Resolution;

const NANOSECONDS_PER_SECOND: u64 = 1_000_000_000;

/// How the timestamps of an interface are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    scale: Scale,
    /// Nanoseconds to add.
    offset: i128,
}

/// What turns units of a clock into nanoseconds. The fraction of a nanosecond is dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scale {
    /// A unit is so many nanoseconds.
    Multiply(u32),
    /// So many units are a nanosecond; `None` for more than a timestamp can hold.
    Divide(Option<u64>),
    /// 2^n units are a second.
    Shift(u8),
}

impl Clock {
    /// The clock that counts in units of `resolution` from `offset` seconds after the epoch.
    pub(super) fn new(resolution: Resolution, offset: i64) -> Self {
        let scale = match resolution {
            Resolution::Decimal(digits @ 0..=9) => Scale::Multiply(10_u32.pow(9 - u32::from(digits))),
            Resolution::Decimal(digits) => Scale::Divide(10_u64.checked_pow(u32::from(digits) - 9)),
            Resolution::Binary(bits) => Scale::Shift(bits),
        };
        Self { scale, offset: i128::from(offset) * i128::from(NANOSECONDS_PER_SECOND) }
    }

    /// Nanoseconds since the epoch at `units` of this clock.
    #[inline]
    pub(super) fn nanoseconds(self, units: u64) -> i128 {
        let since_offset = match self.scale {
            Scale::Multiply(factor) => i128::from(units) * i128::from(factor),
            Scale::Divide(Some(divisor)) => i128::from(units / divisor),
            Scale::Divide(None) => 0,
            Scale::Shift(bits) => {
                (i128::from(units) * i128::from(NANOSECONDS_PER_SECOND)).checked_shr(u32::from(bits)).unwrap_or(0)
            }
        };
        since_offset + self.offset
    }

    /// The units of this clock at so many nanoseconds since the epoch, or `None` if they are negative or more than 64
    /// bits.
    ///
    /// What is less than a unit is dropped, but rounded up where units are powers of 2: so the units that
    /// [`nanoseconds`](Self::nanoseconds) was given come back wherever a unit is a nanosecond or more.
    pub(super) fn units(self, nanoseconds: i128) -> Option<u64> {
        let since_offset = u128::try_from(nanoseconds.checked_sub(self.offset)?).ok()?;
        let units = match self.scale {
            Scale::Multiply(factor) => since_offset / u128::from(factor),
            Scale::Divide(divisor) => since_offset.checked_mul(u128::from(divisor?))?,
            Scale::Shift(bits) => {
                let scale = 1_u128.checked_shl(u32::from(bits))?;
                since_offset.checked_mul(scale)?.div_ceil(u128::from(NANOSECONDS_PER_SECOND))
            }
        };
        u64::try_from(units).ok()
    }
}

/// Nanoseconds since the epoch of a pcap record; `factor` is how many nanoseconds a unit of `fraction` has.
#[inline]
pub(super) fn of_record(seconds: u32, fraction: u32, factor: u32) -> i128 {
    // No overflow: both products are less than 2^62.
    i128::from(u64::from(seconds) * NANOSECONDS_PER_SECOND + u64::from(fraction) * u64::from(factor))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimal_units_become_nanoseconds() {
        for (digits, units, nanoseconds) in [
            (0, 3, 3_000_000_000),
            (3, 1_234, 1_234_000_000),
            (6, 1_700_000_000_123_456, 1_700_000_000_123_456_000),
            (9, 7, 7),
            (12, 1_999, 1),
            (28, u64::MAX, 1),
            (29, u64::MAX, 0),
            (127, u64::MAX, 0),
        ] {
            assert_eq!(Clock::new(Resolution::Decimal(digits), 0).nanoseconds(units), nanoseconds, "10^-{digits}");
        }
    }

    #[test]
    fn binary_units_become_nanoseconds() {
        for (bits, units, nanoseconds) in
            [(0, 2, 2_000_000_000), (1, 3, 1_500_000_000), (32, 1 << 31, 500_000_000), (127, u64::MAX, 0)]
        {
            assert_eq!(Clock::new(Resolution::Binary(bits), 0).nanoseconds(units), nanoseconds, "2^-{bits}");
        }
    }

    #[test]
    fn the_offset_is_in_seconds_and_nothing_overflows() {
        assert_eq!(Clock::new(Resolution::MICROSECONDS, -2).nanoseconds(1), -2_000_000_000 + 1_000);
        let longest = i128::from(u64::MAX) * 1_000_000_000 + i128::from(i64::MAX) * 1_000_000_000;
        assert_eq!(Clock::new(Resolution::Decimal(0), i64::MAX).nanoseconds(u64::MAX), longest);
        assert_eq!(of_record(u32::MAX, u32::MAX, 1000), 4_294_967_295_000_000_000 + 4_294_967_295_000);
    }
}
