//! Strided intervals: the integers from one to another that are a step apart.
//!
//! The abstract domain of the analysis. Every operation gives a set that contains all results of the operation on members
//! of its operands, and `None` where a result may leave the 128 bits that values are worked out in.

use crate::model::Facts;

/// `low`, `low + step`, …, `high`.
///
/// # Invariants
///
/// - `low <= high`, and `high - low` is a multiple of `step`.
/// - `step` is 0 just where `low == high`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::check) struct Interval {
    pub(in crate::check) low: i128,
    pub(in crate::check) high: i128,
    step: u128,
}

impl Interval {
    /// Everything.
    pub(in crate::check) const ALL: Self = Self { low: i128::MIN, high: i128::MAX, step: 1 };
    /// False or true.
    pub(in crate::check) const BOOL: Self = Self { low: 0, high: 1, step: 1 };

    /// One value.
    pub(in crate::check) const fn constant(value: i128) -> Self {
        Self { low: value, high: value, step: 0 }
    }

    /// From one to the other; just the first where they are the wrong way round.
    pub(in crate::check) const fn new(low: i128, high: i128) -> Self {
        Self::stepped(low, high, 1)
    }

    /// From `low` in steps, up to the last that is not beyond `high`.
    pub(in crate::check) const fn stepped(low: i128, high: i128, step: u128) -> Self {
        if high <= low || step == 0 {
            return Self::constant(low);
        }
        let beyond = high.abs_diff(low) % step;
        // `beyond` is at most `high - low`, so the difference lies between the two.
        let high = high.wrapping_sub_unsigned(beyond);
        if high == low { Self::constant(low) } else { Self { low, high, step } }
    }

    /// The values of so many bits; everything where that is more than 127.
    pub(in crate::check) const fn unsigned(bits: u32) -> Self {
        match bits {
            0 => Self::constant(0),
            1..=127 => Self::new(0, i128::MAX >> (127 - bits)),
            _ => Self::ALL,
        }
    }

    /// The values of so many bits in two's complement.
    pub(in crate::check) const fn signed(bits: u32) -> Self {
        if bits == 0 || bits > 128 {
            return Self::ALL;
        }
        Self::new(i128::MIN >> (128 - bits), i128::MAX >> (128 - bits))
    }

    /// The only member, where there is just one.
    pub(in crate::check) fn only(self) -> Option<i128> {
        (self.low == self.high).then_some(self.low)
    }

    pub(in crate::check) fn contains(self, value: i128) -> bool {
        self.low <= value
            && value <= self.high
            && (self.step == 0 || value.abs_diff(self.low).is_multiple_of(self.step))
    }

    /// The least member that is not below a value.
    pub(in crate::check) fn at_least(self, value: i128) -> Option<i128> {
        if value <= self.low {
            return Some(self.low);
        }
        if value > self.high || self.step == 0 {
            return None;
        }
        let steps = value.abs_diff(self.low).div_ceil(self.step);
        let member = self.low.checked_add_unsigned(steps.checked_mul(self.step)?)?;
        (member <= self.high).then_some(member)
    }

    /// The smallest set of this form that contains both.
    pub(in crate::check) fn join(self, other: Self) -> Self {
        let step = gcd(gcd(self.step, other.step), self.low.abs_diff(other.low));
        Self::stepped(self.low.min(other.low), self.high.max(other.high), step)
    }

    /// What may be in both; absent where nothing is.
    pub(in crate::check) fn meet(self, other: Self) -> Option<Self> {
        let (coarse, fine) =
            if self.step == 0 || (other.step != 0 && self.step >= other.step) { (self, other) } else { (other, self) };
        if coarse.step == 0 {
            return fine.contains(coarse.low).then_some(coarse);
        }
        let low = coarse.at_least(fine.low)?;
        let high = coarse.high.min(fine.high);
        (low <= high).then(|| Self::stepped(low, high, coarse.step))
    }

    pub(in crate::check) fn add(self, other: Self) -> Option<Self> {
        let low = self.low.checked_add(other.low)?;
        let high = self.high.checked_add(other.high)?;
        Some(Self::stepped(low, high, gcd(self.step, other.step)))
    }

    pub(in crate::check) fn neg(self) -> Option<Self> {
        Some(Self::stepped(self.high.checked_neg()?, self.low.checked_neg()?, self.step))
    }

    pub(in crate::check) fn sub(self, other: Self) -> Option<Self> {
        let low = self.low.checked_sub(other.high)?;
        let high = self.high.checked_sub(other.low)?;
        Some(Self::stepped(low, high, gcd(self.step, other.step)))
    }

    pub(in crate::check) fn mul(self, other: Self) -> Option<Self> {
        let (low, high) = corners(self, other, i128::checked_mul)?;
        // (a + s·i)(b + t·j) = ab + at·j + bs·i + st·ij.
        let cross = |x: i128, s: u128| x.unsigned_abs().checked_mul(s);
        let step = match (cross(self.low, other.step), cross(other.low, self.step), self.step.checked_mul(other.step)) {
            (Some(a), Some(b), Some(c)) => gcd(gcd(a, b), c),
            _ => 1,
        };
        Some(Self::stepped(low, high, step))
    }

    /// The quotient, rounded towards zero; absent where the divisor may be 0.
    pub(in crate::check) fn div(self, by: Self) -> Option<Self> {
        if by.contains_zero() {
            return None;
        }
        if by.low < 0 && by.high > 0 {
            let most = self.low.checked_abs()?.max(self.high.checked_abs()?);
            return Some(Self::new(-most, most));
        }
        let (low, high) = corners(self, by, i128::checked_div)?;
        let exact = by.only().map(i128::unsigned_abs).filter(|c| self.low >= 0 && self.step.is_multiple_of(*c));
        Some(Self::stepped(low, high, exact.map_or(1, |c| self.step / c)))
    }

    /// The remainder, with the sign of the dividend; absent where the divisor may be 0.
    pub(in crate::check) fn rem(self, by: Self) -> Option<Self> {
        if by.contains_zero() {
            return None;
        }
        let most = by.low.unsigned_abs().max(by.high.unsigned_abs());
        let least = by.low.unsigned_abs().min(by.high.unsigned_abs());
        let one_sign = by.low > 0 || by.high < 0;
        if one_sign && self.low >= 0 && self.high.unsigned_abs() < least {
            return Some(self);
        }
        let most = i128::try_from(most - 1).ok()?;
        let high = if self.high <= 0 { 0 } else { most.min(self.high) };
        let low = if self.low >= 0 { 0 } else { most.checked_neg()?.max(self.low) };
        match by.only() {
            Some(c) if self.low >= 0 => {
                let step = gcd(self.step, c.unsigned_abs());
                Some(Self::aligned(low, high, step, self.low))
            }
            _ => Some(Self::new(low, high)),
        }
    }

    /// Absent where the shift may be none of 0 to 127, too.
    pub(in crate::check) fn shl(self, by: Self) -> Option<Self> {
        let (from, to) = by.shifts()?;
        if to > 126 {
            return None;
        }
        self.mul(Self::stepped(1 << from, 1 << to, 1 << from))
    }

    /// Absent where the shift may be none of 0 to 127.
    pub(in crate::check) fn shr(self, by: Self) -> Option<Self> {
        let (from, to) = by.shifts()?;
        let ends = [self.low >> from, self.low >> to, self.high >> from, self.high >> to];
        let (low, high) = (ends.iter().copied().min()?, ends.iter().copied().max()?);
        let exact = from == to && self.step.is_multiple_of(1 << from);
        Some(Self::stepped(low, high, if exact { self.step >> from } else { 1 }))
    }

    pub(in crate::check) fn bit_and(self, other: Self) -> Self {
        if let (Some(a), Some(b)) = (self.only(), other.only()) {
            return Self::constant(a & b);
        }
        for (mask, value) in [(other, self), (self, other)] {
            // A mask of ones that is as wide as the value changes nothing.
            if mask.only().is_some_and(|m| m >= 0 && m & m.wrapping_add(1) == 0 && value.low >= 0 && value.high <= m) {
                return value;
            }
        }
        let high = match (self.low >= 0, other.low >= 0) {
            (true, true) => self.high.min(other.high),
            (true, false) => self.high,
            (false, true) => other.high,
            (false, false) => return Self::ALL,
        };
        // The bits below both strides are known.
        let known = low_bits(self).min(low_bits(other));
        let zeros = self.zeros().max(other.zeros());
        if zeros > known {
            Self::aligned(0, high, 1 << zeros, 0)
        } else {
            Self::aligned(0, high, 1 << known, self.low & other.low)
        }
    }

    pub(in crate::check) fn bit_or(self, other: Self) -> Self {
        if let (Some(a), Some(b)) = (self.only(), other.only()) {
            return Self::constant(a | b);
        }
        if self.low < 0 || other.low < 0 {
            return Self::ALL;
        }
        let high = ones(self.high | other.high).min(self.high.saturating_add(other.high));
        let known = low_bits(self).min(low_bits(other));
        Self::aligned(self.low.max(other.low), high, 1 << known, self.low | other.low)
    }

    pub(in crate::check) fn bit_xor(self, other: Self) -> Self {
        if let (Some(a), Some(b)) = (self.only(), other.only()) {
            return Self::constant(a ^ b);
        }
        if self.low < 0 || other.low < 0 {
            return Self::ALL;
        }
        let high = ones(self.high | other.high).min(self.high.saturating_add(other.high));
        let known = low_bits(self).min(low_bits(other));
        Self::aligned(0, high, 1 << known, self.low ^ other.low)
    }

    /// The low bits of the values.
    pub(in crate::check) fn truncate(self, bits: u32) -> Self {
        if bits > 126 { self } else { self.bit_and(Self::constant((1 << bits) - 1)) }
    }

    /// What the model keeps of it.
    pub(in crate::check) fn facts(self) -> Facts {
        let mut step = self.step;
        // A divisor of the step says less, and is true as well.
        while u64::try_from(step).is_err() {
            step = if step.is_multiple_of(2) { step / 2 } else { 1 };
        }
        let remainder = if step == 0 { 0 } else { rem_euclid(self.low, step) };
        let small = |value: u128| u64::try_from(value).unwrap_or(0);
        Facts { least: self.low, greatest: self.high, modulus: small(step), remainder: small(remainder) }
    }

    /// From the first value not below `low` that is `residue` modulo `step`.
    fn aligned(low: i128, high: i128, step: u128, residue: i128) -> Self {
        if step <= 1 {
            return Self::new(low, high);
        }
        let up = (rem_euclid(residue, step) + step - rem_euclid(low, step)) % step;
        Self::stepped(low.saturating_add_unsigned(up), high, step)
    }

    fn contains_zero(self) -> bool {
        self.contains(0)
    }

    fn shifts(self) -> Option<(u32, u32)> {
        let from = u32::try_from(self.low).ok()?;
        let to = u32::try_from(self.high).ok()?;
        (to < 128).then_some((from, to))
    }

    /// How many low bits of every member are 0.
    fn zeros(self) -> u32 {
        let of_low = if self.low == 0 { 126 } else { self.low.trailing_zeros() };
        low_bits(self).min(of_low).min(126)
    }
}

/// How many low bits are the same in every member.
fn low_bits(set: Interval) -> u32 {
    if set.step == 0 { 126 } else { set.step.trailing_zeros().min(126) }
}

/// The least number of ones that covers a value's bits.
fn ones(value: i128) -> i128 {
    i128::MAX.checked_shr(value.leading_zeros().saturating_sub(1)).unwrap_or(0)
}

/// The least and greatest result over the ends of both sets.
fn corners(a: Interval, b: Interval, op: impl Fn(i128, i128) -> Option<i128>) -> Option<(i128, i128)> {
    let all = [op(a.low, b.low)?, op(a.low, b.high)?, op(a.high, b.low)?, op(a.high, b.high)?];
    let mut ends = (all[0], all[0]);
    for value in all {
        ends = (ends.0.min(value), ends.1.max(value));
    }
    Some(ends)
}

fn rem_euclid(value: i128, step: u128) -> u128 {
    let rest = value.unsigned_abs() % step;
    if value < 0 && rest != 0 { step - rest } else { rest }
}

/// The greatest common divisor; 0 is a multiple of everything.
pub(super) fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "a test that panics fails")]

    use super::Interval;

    fn sets(from: i128, to: i128) -> Vec<Interval> {
        let ends = (from..=to).flat_map(|low| (low..=to).map(move |high| (low, high)));
        let mut all: Vec<_> =
            ends.flat_map(|(low, high)| (1..=5).map(move |step| Interval::stepped(low, high, step))).collect();
        all.sort_by_key(|s| (s.low, s.high, s.step));
        all.dedup();
        all
    }

    fn members(set: Interval) -> impl Iterator<Item = i128> {
        (set.low..=set.high).filter(move |v| set.contains(*v))
    }

    /// Holds an operation on sets against the same on every pair of members.
    fn check(
        name: &str,
        all: &[Interval],
        op: impl Fn(Interval, Interval) -> Option<Interval>,
        exact: impl Fn(i128, i128) -> Option<i128>,
    ) {
        for &a in all {
            for &b in all {
                let result = op(a, b);
                for x in members(a) {
                    for y in members(b) {
                        match (result, exact(x, y)) {
                            (Some(set), Some(value)) => {
                                assert!(
                                    set.contains(value),
                                    "{name}: {x} of {a:?}, {y} of {b:?}: {value} is not in {set:?}"
                                );
                            }
                            (Some(_), None) => panic!("{name}: {x} of {a:?}, {y} of {b:?} has no value"),
                            (None, _) => {}
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn arithmetic_contains_every_result() {
        let all = sets(-5, 6);
        check("add", &all, Interval::add, i128::checked_add);
        check("sub", &all, Interval::sub, i128::checked_sub);
        check("mul", &all, Interval::mul, i128::checked_mul);
        check("div", &all, Interval::div, i128::checked_div);
        check("rem", &all, Interval::rem, i128::checked_rem);
    }

    #[test]
    fn bits_contain_every_result() {
        let all = sets(-3, 9);
        check("and", &all, |a, b| Some(a.bit_and(b)), |x, y| Some(x & y));
        check("or", &all, |a, b| Some(a.bit_or(b)), |x, y| Some(x | y));
        check("xor", &all, |a, b| Some(a.bit_xor(b)), |x, y| Some(x ^ y));
        check("shl", &all, Interval::shl, |x, y| u32::try_from(y).ok().map(|y| x << y));
        check("shr", &all, Interval::shr, |x, y| u32::try_from(y).ok().map(|y| x >> y));
        for bits in 0..4 {
            check("truncate", &all, |a, _| Some(a.truncate(bits)), |x, _| Some(x & ((1 << bits) - 1)));
        }
    }

    #[test]
    fn sets_are_joined_and_met() {
        let all = sets(-4, 7);
        for &a in &all {
            for &b in &all {
                let (join, meet) = (a.join(b), a.meet(b));
                for value in members(a).chain(members(b)) {
                    assert!(join.contains(value), "{value} of {a:?} or {b:?} is not in {join:?}");
                }
                for value in members(a).filter(|v| b.contains(*v)) {
                    assert!(meet.is_some_and(|m| m.contains(value)), "{value} of {a:?} and {b:?} is not in {meet:?}");
                }
            }
        }
    }

    #[test]
    fn the_first_member_from_a_value_on() {
        for set in sets(-4, 7) {
            for value in -6..10 {
                assert_eq!(set.at_least(value), members(set).find(|m| *m >= value), "{set:?} from {value}");
            }
        }
    }

    #[test]
    fn facts_hold_of_every_member() {
        for set in sets(-6, 9) {
            let facts = set.facts();
            for value in members(set) {
                assert!(facts.least <= value && value <= facts.greatest);
                if facts.modulus > 0 {
                    assert_eq!(value.rem_euclid(i128::from(facts.modulus)), i128::from(facts.remainder));
                }
            }
        }
    }

    #[test]
    fn what_leaves_128_bits_has_no_set() {
        let all = Interval::ALL;
        let one = Interval::constant(1);
        assert_eq!(all.add(one), None);
        assert_eq!(all.neg(), None);
        assert_eq!(Interval::unsigned(64).mul(Interval::unsigned(64)), None);
        assert!(Interval::unsigned(64).mul(Interval::unsigned(63)).is_some());
        assert_eq!(one.shl(Interval::new(0, 127)), None);
        assert_eq!(one.shl(Interval::new(-1, 3)), None);
        assert_eq!(one.div(Interval::new(0, 3)), None);
        assert_eq!(Interval::new(i128::MIN, 0).div(Interval::constant(-1)), None);
    }

    #[test]
    fn a_power_less_two_is_six_modulo_eight() {
        // The width of the value of a QUIC variable-length integer, RFC 9000 §16.
        let lead = Interval::unsigned(2);
        let width = Interval::constant(8).shl(lead).unwrap().sub(Interval::constant(2)).unwrap();
        assert_eq!((width.low, width.high, width.step), (6, 62, 8));
        assert_eq!(width.facts().remainder, 6);
    }

    #[test]
    fn widths_of_numbers() {
        for (bits, high) in [(0, 0), (1, 1), (8, 255), (127, i128::MAX)] {
            assert_eq!(Interval::unsigned(bits), Interval::new(0, high));
        }
        assert_eq!(Interval::unsigned(128), Interval::ALL);
        assert_eq!(Interval::signed(8), Interval::new(-128, 127));
        assert_eq!(Interval::signed(128), Interval::ALL);
    }
}
