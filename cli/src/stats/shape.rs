//! How large packets are, and how they are spread over time.

/// Packets by size.
#[derive(Clone, Copy, Default)]
pub(super) struct Sizes([Class; BOUNDS.len() + 1]);

/// Packets of some sizes.
#[derive(Clone, Copy, Default)]
pub(super) struct Class {
    pub(super) packets: u64,
    pub(super) bytes: u64,
}

/// The first size in bytes of every class but the first: each is twice as wide as the one before, and the usual largest packet
/// of Ethernet ends one.
const BOUNDS: [u32; 9] = [64, 128, 256, 512, 1024, 1519, 3000, 9217, 65_536];

impl Sizes {
    pub(super) fn add(&mut self, length: u32) {
        let class = BOUNDS.partition_point(|&bound| bound <= length);
        let class = &mut self.0[class];
        class.packets += 1;
        class.bytes += u64::from(length);
    }

    /// Each class with its smallest and its greatest size; the last has no greatest.
    pub(super) fn classes(&self) -> impl Iterator<Item = (u32, Option<u32>, Class)> {
        let from = |index: usize| index.checked_sub(1).map_or(0, |index| BOUNDS[index]);
        self.0
            .into_iter()
            .enumerate()
            .map(move |(index, class)| (from(index), BOUNDS.get(index).map(|&bound| bound - 1), class))
    }
}

/// Packets over time, in as many steps as a line has room for. The steps become longer as the time does.
pub(super) struct Rates {
    /// When the first step begins, in nanoseconds since 1970.
    start: Option<i128>,
    /// Nanoseconds.
    pub(super) step: i128,
    pub(super) steps: Vec<Class>,
}

/// As many steps as there are at most.
const STEPS: usize = 64;

impl Rates {
    pub(super) fn new() -> Self {
        Self { start: None, step: 1_000_000, steps: Vec::new() }
    }

    /// Counts a packet; one from before the first for the first step.
    pub(super) fn add(&mut self, time: i128, length: u32) {
        let start = *self.start.get_or_insert(time);
        let passed = time.saturating_sub(start).max(0);
        while passed / self.step >= STEPS as i128 {
            self.widen();
        }
        let at = (passed / self.step) as usize;
        if self.steps.len() <= at {
            self.steps.resize(at + 1, Class::default());
        }
        let class = &mut self.steps[at];
        class.packets += 1;
        class.bytes += u64::from(length);
    }

    /// Makes two steps one.
    fn widen(&mut self) {
        self.step = self.step.saturating_mul(2);
        let pairs = self.steps.chunks(2).map(|pair| Class {
            packets: pair.iter().map(|class| class.packets).sum(),
            bytes: pair.iter().map(|class| class.bytes).sum(),
        });
        self.steps = pairs.collect();
    }

    /// The bytes of each step as bars of eight heights.
    pub(super) fn bars(&self) -> String {
        const BARS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
        let most = self.steps.iter().map(|class| class.bytes).max().unwrap_or(0).max(1);
        let height = |bytes: u64| (u128::from(bytes) * 8).div_ceil(u128::from(most)) as usize;
        self.steps.iter().map(|class| BARS[height(class.bytes)]).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_size_is_in_one_class() {
        let mut sizes = Sizes::default();
        for length in [0, 63, 64, 1518, 1519, 65_535, 65_536, u32::MAX] {
            sizes.add(length);
        }
        let found: Vec<(u32, Option<u32>, u64)> = sizes
            .classes()
            .filter(|class| class.2.packets > 0)
            .map(|(from, to, class)| (from, to, class.packets))
            .collect();
        assert_eq!(
            found,
            [
                (0, Some(63), 2),
                (64, Some(127), 1),
                (1024, Some(1518), 1),
                (1519, Some(2999), 1),
                (9217, Some(65_535), 1),
                (65_536, None, 2)
            ]
        );
    }

    #[test]
    fn steps_widen_and_nothing_is_lost() {
        let mut rates = Rates::new();
        for second in 0..1000 {
            rates.add(second * 1_000_000_000, 10);
        }
        rates.add(-5, 10);
        assert!(rates.steps.len() <= STEPS && rates.steps.len() > STEPS / 2 - 2);
        assert_eq!(rates.steps.iter().map(|class| class.packets).sum::<u64>(), 1001);
        assert_eq!(rates.bars().chars().count(), rates.steps.len());
        rates.add(i128::MAX, 1);
        assert!(rates.steps.len() <= STEPS);
    }
}
