//! Invented prose: the same seed always gives the same words.

use crate::demo::vocabulary::{BOOKS, PEOPLE, PLACES, REPORTERS, SENTENCES, SHOPS, TITLES, TOPICS};

/// SplitMix64 (Steele, Lea and Flood, 2014): small, seeded, and good enough to choose words.
#[derive(Clone, Debug)]
pub(super) struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x2545_f491_4f6c_dd1d))
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number below `count`.
    pub fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % (count as u64)).expect("it is below a usize")
    }

    pub fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    pub fn title(&mut self) -> String {
        let pattern = self.one(&TITLES);
        self.filled(pattern)
    }

    pub fn subtitle(&mut self) -> String {
        format!(
            "{} {}서 {}",
            self.one(&PLACES),
            self.one(&SHOPS),
            self.one(&TOPICS)
        )
    }

    /// Returns a paragraph of so many sentences.
    pub fn paragraph(&mut self, sentences: usize) -> String {
        let one = |chance: &mut Self| {
            let pattern = chance.one(&SENTENCES);
            chance.filled(pattern)
        };
        (0..sentences)
            .map(|_| one(self))
            .collect::<Vec<_>>()
            .join(" ")
    }

    pub fn caption(&mut self) -> String {
        format!(
            "{}에서 열린 {} 모습 <사진={}>",
            self.one(&PLACES),
            self.one(&TOPICS),
            self.one(&SHOPS)
        )
    }

    pub fn byline(&mut self, paper: &str) -> (String, Vec<String>) {
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

    pub fn tags(&mut self) -> Vec<String> {
        let mut tags = vec![
            self.one(&PLACES).to_owned(),
            self.one(&TOPICS).replace(' ', ""),
        ];
        tags.truncate(self.below(3));
        tags
    }

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

fn index(reporter: &str) -> usize {
    REPORTERS
        .iter()
        .position(|name| *name == reporter)
        .unwrap_or_default()
}

/// Returns `text` as it stands in mark-up.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#039;")
}
