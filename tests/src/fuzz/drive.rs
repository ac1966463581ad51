//! A fuzzer without a fuzzer: seeds are changed by chance, in this process, as fast as the target runs.

use super::Target;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// Longest input that is made.
const LONGEST: usize = 2048;

/// After so many executions it is asked what time it is.
const BETWEEN: u64 = 1 << 14;

/// What came of it.
#[derive(Debug)]
pub struct Driven {
    /// How often the target was run.
    pub executions: u64,
    /// An input with which it panicked, at which it was ended, and what the panic said.
    pub panicked: Option<(Vec<u8>, String)>,
}

/// Runs a target with changed seeds for so long, or until it panics. `told` hears of how many executions there were.
pub fn drive(target: Target, seeds: &[Vec<u8>], time: Duration, seed: u64, mut told: impl FnMut(u64)) -> Driven {
    let (end, mut chance, mut input) = (Instant::now() + time, Dice::new(seed), Vec::new());
    let mut executions = 0;
    while !seeds.is_empty() {
        chance.input(seeds, &mut input);
        executions += 1;
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| target(&input))) {
            return Driven { executions, panicked: Some((input, words(panic.as_ref()))) };
        }
        if executions % BETWEEN == 0 {
            told(executions);
            if Instant::now() >= end {
                break;
            }
        }
    }
    Driven { executions, panicked: None }
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default()
}

/// Numbers that lead into corners.
const CORNERS: [u8; 12] = [0, 1, 2, 3, 4, 5, 8, 0x7f, 0x80, 0xc0, 0xfe, 0xff];

/// Chance, by xorshift.
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        Self((seed ^ 0x9e37_79b9_7f4a_7c15).max(1))
    }

    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, bound: usize) -> usize {
        ((self.roll() >> 32) as usize) % bound.max(1)
    }

    /// A seed with some changes.
    fn input(&mut self, seeds: &[Vec<u8>], input: &mut Vec<u8>) {
        let seed = seeds.get(self.below(seeds.len())).map(Vec::as_slice).unwrap_or_default();
        input.clear();
        input.extend_from_slice(seed);
        // What it begins with is mostly left alone, and sometimes anything.
        if self.below(64) == 0 {
            let first = self.roll() as u8;
            input.first_mut().into_iter().for_each(|place| *place = first);
        }
        if self.below(16) == 0 {
            let second = self.roll() as u8;
            input.get_mut(1).into_iter().for_each(|place| *place = second);
        }
        for _ in 0..=self.below(4) {
            self.change(seeds, input);
        }
        input.truncate(LONGEST);
    }

    fn change(&mut self, seeds: &[Vec<u8>], input: &mut Vec<u8>) {
        if input.len() <= 2 {
            input.resize(3, 0);
        }
        let at = 2 + self.below(input.len() - 2);
        let (byte, corner) = (self.roll() as u8, CORNERS[self.below(CORNERS.len())]);
        match self.below(16) {
            0..=4 => input[at] = byte,
            5..=7 => input[at] = corner,
            8..=10 => input[at] ^= 1 << (byte & 7),
            11 => input[at] = input[at].wrapping_add(byte & 7).wrapping_sub(3),
            12 => input.truncate(at),
            13 => input.insert(at, corner),
            14 => {
                input.remove(at);
            }
            _ => {
                let other = seeds.get(self.below(seeds.len())).map(Vec::as_slice).unwrap_or_default();
                let from = self.below(other.len());
                let piece = other.get(from..).unwrap_or_default();
                let piece = &piece[..piece.len().min(1 + self.below(64))];
                input.splice(at..at, piece.iter().copied());
            }
        }
    }
}
