//! Invented prose: the same seed always gives the same words.

use crate::demo::vocabulary::{BOOKS, PEOPLE, PLACES, REPORTERS, SENTENCES, SHOPS, TITLES, TOPICS};

/// The random draws of one article: SplitMix64 (Steele, Lea and Flood, 2014). It is small, seeded,
/// and good enough to choose words.
#[derive(Clone, Debug)]
pub(super) struct Chance(u64);

impl Chance {
    /// Starts the draws of a seed. Neighbouring seeds are spread apart by an odd factor.
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_f491_4f6c_dd1d))
    }

    /// Returns the next 64 bits.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number below `count`.
    pub(super) fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % (count as u64)).expect("it is below a usize")
    }

    /// Returns one of a list's entries.
    pub(super) fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    /// Returns a headline.
    pub(super) fn title(&mut self) -> String {
        let pattern = self.one(&TITLES);
        self.filled(pattern)
    }

    /// Returns a second headline.
    pub(super) fn subtitle(&mut self) -> String {
        format!(
            "{} {}서 {}",
            self.one(&PLACES),
            self.one(&SHOPS),
            self.one(&TOPICS)
        )
    }

    /// Returns a paragraph of so many sentences.
    pub(super) fn paragraph(&mut self, sentences: usize) -> String {
        (0..sentences)
            .map(|_| self.sentence())
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn sentence(&mut self) -> String {
        let pattern = self.one(&SENTENCES);
        self.filled(pattern)
    }

    /// Returns the caption of a photo, with a credit.
    pub(super) fn caption(&mut self) -> String {
        format!(
            "{}에서 열린 {} 모습 <사진={}>",
            self.one(&PLACES),
            self.one(&TOPICS),
            self.one(&SHOPS)
        )
    }

    /// Returns a byline, and the authors that an archive should read from it: the paper itself, two
    /// reporters or, most often, one.
    pub(super) fn byline(&mut self, paper: &str) -> (String, Vec<String>) {
        let name = self.one(&REPORTERS);

        match self.below(8) {
            0 => (paper.to_owned(), vec![paper.to_owned()]),
            1 => {
                let other = REPORTERS
                    [(self.below(REPORTERS.len() - 1) + 1 + index(name)) % REPORTERS.len()];
                (
                    format!("{name}·{other} 기자"),
                    vec![name.to_owned(), other.to_owned()],
                )
            }
            _ => (format!("{name} 기자"), vec![name.to_owned()]),
        }
    }

    /// Returns up to two tags.
    pub(super) fn tags(&mut self) -> Vec<String> {
        let mut tags = vec![
            self.one(&PLACES).to_owned(),
            self.one(&TOPICS).replace(' ', ""),
        ];
        tags.truncate(self.below(3));
        tags
    }

    /// Fills the places of a pattern, as `{p}`, with words of [`crate::demo::vocabulary`].
    fn filled(&mut self, pattern: &str) -> String {
        let mut text = String::with_capacity(pattern.len() * 2);
        let mut parts = pattern.split('{');
        text.push_str(parts.next().unwrap_or_default());

        for part in parts {
            let (key, rest) = part.split_once('}').unwrap_or(("", part));
            match key {
                "p" => text.push_str(self.one(&PLACES)),
                "s" => text.push_str(self.one(&SHOPS)),
                "n" => text.push_str(self.one(&PEOPLE)),
                "b" => text.push_str(self.one(&BOOKS)),
                "t" => text.push_str(self.one(&TOPICS)),
                _ => text.push_str(&(self.below(300) + 3).to_string()),
            }
            text.push_str(rest);
        }

        text
    }
}

/// Returns the place of a reporter in [`REPORTERS`].
fn index(reporter: &str) -> usize {
    REPORTERS
        .iter()
        .position(|name| *name == reporter)
        .unwrap_or_default()
}

/// Returns `text` with the escapes of mark-up.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#039;")
}
