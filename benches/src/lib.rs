//! Benchmarks: the same work done by Pony, by other libraries, and by hand as the limit.
//!
//! A [`Workload`] is a piece of work with several [`Case`]s, one for each program that does it. All must give the same
//! [`Digest`], which is checked before anything is timed. The benches of criterion and the tables of the command both
//! run these.

pub mod accessors;
pub mod build;
pub mod checksum;
#[cfg(feature = "peers")]
pub mod criterion;
pub mod decode;
pub mod fields;
pub mod flows;
mod limits;
pub mod packets;

/// What a program read or made; equal for all that did the same work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Digest(pub [u64; 8]);

/// One program's way to do a piece of work.
pub struct Case {
    /// Whose it is.
    pub name: &'static str,
    /// Whether it does all of the work, so that its digest is compared. What only reads the bytes does not.
    pub whole: bool,
    /// Does the work once.
    pub pass: Box<dyn FnMut() -> Digest>,
}

impl Case {
    /// A way to do all of the work.
    pub fn new(name: &'static str, pass: impl FnMut() -> Digest + 'static) -> Self {
        Self { name, whole: true, pass: Box::new(pass) }
    }

    /// A way to do a part of the work, as a bound for the rest.
    pub fn part(name: &'static str, pass: impl FnMut() -> Digest + 'static) -> Self {
        Self { name, whole: false, pass: Box::new(pass) }
    }
}

/// What the work is counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Bytes; speed is told in gigabytes a second.
    Byte,
    /// Packets; speed is told in nanoseconds a packet.
    Packet,
}

/// A piece of work, and those who do it.
pub struct Workload {
    /// The kind of work: `checksum`, `decode`, …
    pub group: &'static str,
    /// What it is done with: a size, a set of packets.
    pub name: String,
    /// What it is counted in.
    pub unit: Unit,
    /// How many units one pass does.
    pub units: u64,
    /// The case that the others are compared with.
    pub limit: &'static str,
    /// Who does it.
    pub cases: Vec<Case>,
}

impl Workload {
    /// Runs every case once.
    ///
    /// # Errors
    ///
    /// The name of a case whose digest differs from that of the first, and both digests.
    pub fn agree(&mut self) -> Result<(), String> {
        let mut expected = None;
        for case in self.cases.iter_mut().filter(|case| case.whole) {
            let digest = (case.pass)();
            let expected = *expected.get_or_insert(digest);
            if digest != expected {
                return Err(format!("{} {}: {}: {digest:x?} for {expected:x?}", self.group, self.name, case.name));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test may panic")]

    use super::*;

    #[test]
    fn all_sum_alike() {
        for &size in checksum::SIZES.iter().filter(|size| **size < 1 << 20) {
            assert_eq!(checksum::sums(size).agree(), Ok(()));
            assert_eq!(checksum::copies(size).agree(), Ok(()));
        }
    }

    #[test]
    fn every_kind_of_field_is_read_alike_of_every_packet() {
        for workload in &mut fields::workloads() {
            assert_eq!(workload.agree(), Ok(()));
            let read = workload.cases.iter_mut().map(|case| (case.pass)().0[0]);
            assert!(read.into_iter().all(|read| read == workload.units), "{}", workload.name);
        }
    }

    #[test]
    fn all_read_alike() {
        let mut workloads = decode::workloads().unwrap();
        assert!(workloads.iter().all(|workload| workload.units >= 4096), "there are packets to read");
        for workload in &mut workloads {
            assert_eq!(workload.agree(), Ok(()));
        }
    }
}
