//! Texts with as many different words as a newspaper has: made words, of which few are common and
//! most are rare (Zipf's law), each with a particle.

/// Different words.
pub const WORDS: usize = 20_000;

/// Words of a text: as long as a usual article, 2.3 kB.
const WORDS_OF_A_TEXT: usize = 230;

const WORDS_OF_A_PARAGRAPH: usize = 40;

const PARTICLES: [&str; 8] = ["은", "는", "이", "를", "에서", "의", "으로", ""];

/// Draws words by their rank.
pub struct Vocabulary {
    /// Of each rank, the share of all words up to it.
    shares: Vec<f64>,
}

impl Vocabulary {
    pub fn new() -> Self {
        let mut sum = 0.0;
        let sums: Vec<f64> = (1..=WORDS)
            .map(|rank| {
                sum += 1.0 / rank as f64;
                sum
            })
            .collect();
        Self {
            shares: sums.iter().map(|upto| upto / sum).collect(),
        }
    }

    /// Returns the paragraphs of a text; the same number has the same text.
    pub fn paragraphs(&self, number: u64) -> Vec<String> {
        let mut chance = Chance(number);
        let words: Vec<String> = (0..WORDS_OF_A_TEXT)
            .map(|_| {
                let rank = self.rank(chance.share());
                let particle = (chance.next() % PARTICLES.len() as u64) as usize;
                format!("{}{}", word(rank), PARTICLES[particle])
            })
            .collect();
        words
            .chunks(WORDS_OF_A_PARAGRAPH)
            .map(|chunk| format!("{}.", chunk.join(" ")))
            .collect()
    }

    /// Returns the rank of a word, from 0, by a share of all words.
    fn rank(&self, share: f64) -> usize {
        self.shares
            .partition_point(|upto| *upto < share)
            .min(WORDS - 1)
    }
}

/// Returns the word of a rank: two to four syllables.
pub fn word(rank: usize) -> String {
    let mut chance = Chance(rank as u64 + 1_000_003);
    let syllables = 2 + chance.next() % 3;
    (0..syllables)
        .map(|_| {
            let at = (chance.next() % 11_172) as u32;
            char::from_u32(0xAC00 + at).expect("all of them are syllables")
        })
        .collect()
}

/// Numbers that look like chance, and are the same in each run (SplitMix64).
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number from 0 to 1.
    pub fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }
}
