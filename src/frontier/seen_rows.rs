//! The rows that one traversal of a list has seen, in a bounded memory.

/// Bits of one filter: 16 KiB, small enough to be stored with every page of a list.
const BITS: usize = 1 << 17;
/// The size of one filter in bytes: both filters are kept as bytes.
const BYTES: usize = BITS / 8;
/// Bits that one row sets. With [`ROOM`] rows in a filter, the rate of false positives is 2 %.
const PER_ROW: u32 = 4;
/// Rows of one filter, at eight bits a row. A full filter becomes the older one, and a new one
/// begins.
const ROOM: u32 = 16_384;
/// After so many idle pages in a row a traversal ends. Pinned rows and rows that shift make one or
/// two pages idle.
const MAX_IDLE: u8 = 20;
/// A page with no more new rows than this is idle: one row may have been published meanwhile.
const MAX_NEW_ROWS_OF_IDLE: usize = 1;
/// A page of fewer rows than this is idle only without any new row: a single new row may be its
/// only one beside a pinned row.
const FEW: usize = 5;

/// A memory of rows, and the number of idle pages.
///
/// The memory is two Bloom filters, of which the older one is forgotten. A new row is seldom taken
/// for a seen one. A row among the last `ROOM` seen ones is never taken for new.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct SeenRows {
    /// Both filters, the younger one first; empty until the first row.
    bits: Vec<u8>,
    /// Rows of the younger filter.
    rows: u32,
    /// Consecutive idle pages.
    idle: u8,
}

impl std::fmt::Debug for SeenRows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SeenRows({} rows, {} idle pages)", self.rows, self.idle)
    }
}

impl SeenRows {
    /// Returns the memory after a page with rows of these marks.
    pub(super) fn after(&self, marks: &[i64]) -> Self {
        let mut after = self.clone();
        let new = marks.iter().filter(|mark| after.is_new(**mark)).count();

        let little = if marks.len() < FEW {
            0
        } else {
            MAX_NEW_ROWS_OF_IDLE
        };
        let is_idle = new <= little && !marks.is_empty();
        after.idle = if is_idle {
            self.idle.saturating_add(1)
        } else {
            0
        };

        marks.iter().for_each(|mark| after.insert(*mark));
        after
    }

    /// Returns whether so many pages in a row were idle that the rest will not bring more.
    pub(super) fn is_exhausted(&self) -> bool {
        self.idle >= MAX_IDLE
    }

    /// Returns the memory as bytes for [`SeenRows::from_bytes`].
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = vec![self.idle];
        bytes.extend(self.rows.to_le_bytes());
        bytes.extend(&self.bits);
        bytes
    }

    /// Restores a memory from bytes. Bytes of another form give an empty memory.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let Some(([idle, rows @ ..], bits)) = bytes.split_first_chunk::<5>() else {
            return Self::default();
        };
        if !bits.is_empty() && bits.len() != 2 * BYTES {
            return Self::default();
        }

        Self {
            idle: *idle,
            rows: u32::from_le_bytes(*rows),
            bits: bits.to_vec(),
        }
    }

    fn is_new(&self, mark: i64) -> bool {
        self.bits.is_empty() || !self.bits.chunks(BYTES).any(|filter| contains(filter, mark))
    }

    fn insert(&mut self, mark: i64) {
        if !self.is_new(mark) {
            return;
        }

        if self.bits.is_empty() {
            self.bits = vec![0; 2 * BYTES];
        }
        if self.rows >= ROOM {
            self.bits.copy_within(..BYTES, BYTES);
            self.bits[..BYTES].fill(0);
            self.rows = 0;
        }

        places(mark).for_each(|(byte, bit)| self.bits[byte] |= bit);
        self.rows += 1;
    }
}

fn contains(filter: &[u8], mark: i64) -> bool {
    places(mark).all(|(byte, bit)| filter[byte] & bit != 0)
}

/// Returns the places of a row's bits in a filter, each as a byte's index and a bit mask.
///
/// A mark is the beginning of a SHA-256 digest, so that its halves serve as two hashes (Kirsch and
/// Mitzenmacher, "Less Hashing, Same Performance").
fn places(mark: i64) -> impl Iterator<Item = (usize, u8)> {
    let mark = mark.cast_unsigned();
    let (first, step) = (mark >> 32, (mark & 0xffff_ffff) | 1);
    (0..u64::from(PER_ROW)).map(move |k| {
        let bit = (first.wrapping_add(k.wrapping_mul(step)) % BITS as u64) as usize;
        (bit / 8, 1 << (bit % 8))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Marks that are spread like those of rows.
    fn mark(k: u64) -> i64 {
        use sha2::{Digest, Sha256};
        i64::from_be_bytes(Sha256::digest(k.to_be_bytes())[..8].try_into().unwrap())
    }

    fn page(rows: impl IntoIterator<Item = u64>) -> Vec<i64> {
        rows.into_iter().map(mark).collect()
    }

    #[test]
    fn a_list_with_new_rows_is_never_exhausted_however_long_it_is() {
        let mut met = SeenRows::default();
        for k in 0..5_000 {
            met = met.after(&page(k * 20..(k + 1) * 20));
            assert!(!met.is_exhausted(), "{k}");
        }
        assert_eq!(met.to_bytes().len(), 5 + 2 * BYTES);
    }

    #[test]
    fn pages_of_one_row_each_are_a_list_like_any_other() {
        let met = (0..100).fold(SeenRows::default(), |met, k| met.after(&page([k])));
        assert!(!met.is_exhausted());
    }

    #[test]
    fn bytes_of_another_form_give_an_empty_memory() {
        for bytes in [&[][..], &[20, 0, 0], &[20, 0, 0, 0, 0, 1, 2, 3]] {
            assert_eq!(SeenRows::from_bytes(bytes), SeenRows::default());
        }
    }

    proptest! {
        /// However a pager deals the rows of a paper of this size, the traversal ends.
        #[test]
        fn a_pager_that_deals_from_a_fixed_stock_comes_to_an_end(
            stock in 20_u64..2_000, per_page in 2_usize..30, seed in any::<u64>()
        ) {
            let (mut met, mut chance) = (SeenRows::default(), seed);
            let mut deal = || {
                chance = chance
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                (chance >> 33) % stock
            };
            // Every page that is not idle brings a row, and fewer idle ones stand between two of
            // them.
            let most = (stock + 1) * u64::from(MAX_IDLE);
            let mut pages = 0;
            while !met.is_exhausted() {
                let rows: std::collections::BTreeSet<u64> = (0..per_page).map(|_| deal()).collect();
                met = met.after(&page(rows));
                pages += 1;
                prop_assert!(pages <= most, "{} pages of {}", pages, stock);
            }
            prop_assert!(pages >= u64::from(MAX_IDLE));
        }

        /// The memory survives being stored at any page.
        #[test]
        fn a_memory_that_was_stored_is_the_same(
            rows in prop::collection::vec(any::<i64>(), 0..60)
        ) {
            let met = SeenRows::default().after(&rows).after(&rows);
            prop_assert_eq!(&SeenRows::from_bytes(&met.to_bytes()), &met);
        }
    }
}
