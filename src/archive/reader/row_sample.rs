//! The rows that a walk reads: those behind a key, or a random sample of all.

/// The rows of a walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowSpan {
    /// All rows with larger keys.
    After(i64),
    Sample(RowSample),
}

/// A random sample of keys. The same share and seed choose the same keys again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowSample {
    /// In millionths.
    share: u32,
    seed: u64,
}

/// All rows, in millionths.
const WHOLE: u32 = 1_000_000;

impl RowSample {
    /// Chooses a share of the keys, in millionths of them.
    pub fn new(share: u32, seed: u64) -> Self {
        let share = share.clamp(1, WHOLE);
        Self { share, seed }
    }

    /// Returns the seed.
    pub fn seed(self) -> u64 {
        self.seed
    }

    /// Returns the share, in millionths.
    pub fn share(self) -> u32 {
        self.share
    }

    /// Tells whether a key is chosen.
    pub fn has(self, key: i64) -> bool {
        self.number(key) % u64::from(WHOLE) < u64::from(self.share)
    }

    /// Returns the first chosen key behind a key.
    pub(super) fn first_behind(self, key: i64) -> Option<i64> {
        (key.checked_add(1)?..=i64::MAX).find(|key| self.has(*key))
    }

    /// Returns a number below `end` for a key, the same one each time; 0 where `end` is 0.
    pub(super) fn place(self, key: i64, end: usize) -> usize {
        let number = (self.number(key) >> 32) as usize;
        number.checked_rem(end).unwrap_or_default()
    }

    /// Mixes the seed and a key (SplitMix64, Steele, Lea and Flood 2014): near keys get numbers
    /// that have nothing to do with one another.
    fn number(self, key: i64) -> u64 {
        mixed(key.cast_unsigned() ^ mixed(self.seed))
    }
}

fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_has_about_its_share_and_the_same_keys_each_time() {
        for share in [1_000, 10_000, 500_000] {
            let sample = RowSample::new(share, 7);
            let chosen: Vec<i64> = (1..=200_000).filter(|key| sample.has(*key)).collect();

            let expected = 200_000 * share as usize / WHOLE as usize;
            let near = expected * 3 / 4..=expected * 5 / 4;
            assert!(near.contains(&chosen.len()), "{share}: {}", chosen.len());
            assert!(chosen.iter().all(|key| RowSample::new(share, 7).has(*key)));
            assert!(!chosen.iter().all(|key| RowSample::new(share, 8).has(*key)));
        }
    }

    #[test]
    fn a_sample_of_all_rows_has_every_row() {
        let all = RowSample::new(WHOLE, 3);
        assert_eq!(all.first_behind(0), Some(1));
        assert!((1..10_000).all(|key| all.has(key)));
        assert_eq!(RowSample::new(0, 3).share(), 1);
        assert_eq!(all.first_behind(i64::MAX), None);
    }

    #[test]
    fn neighbours_are_not_chosen_together() {
        let sample = RowSample::new(100_000, 1);
        let both = |key: &i64| sample.has(*key) && sample.has(key + 1);
        let pairs = (1..100_000).filter(both).count();
        assert!((700..1_300).contains(&pairs), "{pairs}");
    }
}
