//! Points in time, in Coordinated Universal Time.

use super::line::Line;
use core::fmt::{self, Write};

const NANOSECONDS_PER_SECOND: i128 = 1_000_000_000;
const SECONDS_PER_DAY: i128 = 86_400;

/// Prints a time, in nanoseconds since 1970-01-01T00:00:00Z, as
/// [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339) has it: `2026-11-21T04:36:33.000000001Z`.
///
/// The calendar is the Gregorian one at all times, and has a year 0. A year that four digits can't hold is printed with
/// its sign and as many digits as it takes, as ISO 8601 expands it: `-0001-12-31T…`, `+10000-01-01T…`. Leap seconds are
/// not told apart.
///
/// # Errors
///
/// Those of `out`.
pub fn timestamp<W: Write + ?Sized>(out: &mut W, nanoseconds: i128) -> fmt::Result {
    let seconds = nanoseconds.div_euclid(NANOSECONDS_PER_SECOND);
    let (year, month, day) = date(seconds.div_euclid(SECONDS_PER_DAY));
    let mut line = Line::<32>::new();
    match u16::try_from(year) {
        Ok(year) if year <= 9999 => line.padded(year.into(), 4),
        _ if year < 0 => write!(out, "-{:04}", year.unsigned_abs())?,
        _ => write!(out, "+{year}")?,
    }
    line.push(b'-');
    line.padded(month, 2);
    line.push(b'-');
    line.padded(day, 2);
    line.push(b'T');
    // Both remainders are less than 2^32.
    let second = seconds.rem_euclid(SECONDS_PER_DAY) as u32;
    line.padded(second / 3600, 2);
    line.push(b':');
    line.padded(second / 60 % 60, 2);
    line.push(b':');
    line.padded(second % 60, 2);
    line.push(b'.');
    line.padded(nanoseconds.rem_euclid(NANOSECONDS_PER_SECOND) as u32, 9);
    line.push(b'Z');
    line.write_to(out)
}

/// 400 years of the Gregorian calendar, after which it repeats.
const DAYS_PER_ERA: i128 = 146_097;

/// Days from 0000-03-01 to 1970-01-01.
const DAYS_TO_EPOCH: i128 = 719_468;

/// The year, month and day that are `days` days after 1970-01-01.
///
/// Years are counted from the first of March, so that the leap day is the last one of its year.
fn date(days: i128) -> (i128, u32, u32) {
    let days = days + DAYS_TO_EPOCH;
    let era = days.div_euclid(DAYS_PER_ERA);
    let day_of_era = days.rem_euclid(DAYS_PER_ERA) as u32;
    // Every fourth year is a leap year, every hundredth is not, the four-hundredth is.
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    // From March on, five months have 153 days, in the same pattern again and again.
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let (month, next_year) = if month_from_march < 10 { (month_from_march + 3, 0) } else { (month_from_march - 9, 1) };
    (era * 400 + i128::from(year_of_era) + next_year, month, day)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a failing test may panic")]
mod tests {
    use super::*;
    use std::string::String;

    fn printed(nanoseconds: i128) -> String {
        let mut text = String::new();
        timestamp(&mut text, nanoseconds).unwrap();
        text
    }

    fn at(seconds: i128) -> String {
        printed(seconds * NANOSECONDS_PER_SECOND)
    }

    #[test]
    fn known_times() {
        assert_eq!(printed(0), "1970-01-01T00:00:00.000000000Z");
        assert_eq!(printed(-1), "1969-12-31T23:59:59.999999999Z");
        assert_eq!(printed(1_700_000_000_123_456_789), "2023-11-14T22:13:20.123456789Z");
        assert_eq!(at(951_782_400), "2000-02-29T00:00:00.000000000Z");
        assert_eq!(at(4_107_542_399), "2100-02-28T23:59:59.000000000Z");
        assert_eq!(at(4_107_542_400), "2100-03-01T00:00:00.000000000Z");
        // The second examples of RFC 3339 §5.8, the first in UTC.
        assert_eq!(printed(482_196_050_520_000_000), "1985-04-12T23:20:50.520000000Z");
        assert_eq!(at(851_042_397), "1996-12-20T00:39:57.000000000Z");
    }

    #[test]
    fn years_of_other_than_four_digits() {
        assert_eq!(at(253_402_300_799), "9999-12-31T23:59:59.000000000Z");
        assert_eq!(at(253_402_300_800), "+10000-01-01T00:00:00.000000000Z");
        assert_eq!(at(-62_167_219_200), "0000-01-01T00:00:00.000000000Z");
        assert_eq!(at(-62_167_219_201), "-0001-12-31T23:59:59.000000000Z");
    }

    #[test]
    fn the_ends_of_the_range() {
        assert_eq!(printed(i128::MAX), "+5391559471918239498981-03-22T13:41:55.884105727Z");
        assert_eq!(printed(i128::MIN), "-5391559471918239495042-10-11T10:18:04.115894272Z");
    }

    /// Day after day over two eras, against counting.
    #[test]
    fn every_day_follows_the_one_before() {
        let (mut year, mut month, mut day) = (1600, 1, 1);
        let last_day = if cfg!(miri) { -135_140 + 500 } else { 157_054 };
        for days in -135_140..=last_day {
            assert_eq!(date(days), (year, month, day));
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
            let last = match month {
                2 if leap => 29,
                2 => 28,
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            (year, month, day) = match (month, day == last) {
                (12, true) => (year + 1, 1, 1),
                (_, true) => (year, month + 1, 1),
                _ => (year, month, day + 1),
            };
        }
    }
}
