//! The articles of the demo newspaper, each invented from its place in the order of writing.

use std::time::Duration;

use crate::demo::prose::Chance;
use crate::demo::vocabulary::PAPER_TITLE;
use crate::time::{LocalTime, Timestamp};

/// The server's answer to a request for an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Availability {
    Open,
    /// The page has everything but the story.
    MembersOnly,
    /// Status 404.
    Deleted,
    /// Status 200, and a script that alerts and steps back.
    DeletedWithAlert,
}

/// An article as its author knows it: the content that an archive should hold.
#[derive(Clone, Debug, PartialEq)]
pub struct DemoArticle {
    pub number: u64,
    pub kind: Availability,
    /// Index into [`SECTIONS`].
    pub section: usize,
    pub subsection: &'static str,
    pub title: String,
    pub subtitle: Option<String>,
    pub byline: String,
    pub authors: Vec<String>,
    pub published: LocalTime,
    pub modified: Option<LocalTime>,
    pub paragraphs: Vec<String>,
    /// The photo's number, and its caption.
    pub photo: Option<(u64, Option<String>)>,
    pub tags: Vec<String>,
}

/// The sections: code, name and sub-sections.
///
/// Three are enough for the menu, for lists by section and for a section that falls silent.
pub const SECTIONS: [(&str, &str, [&str; 2]); 3] = [
    ("S1N1", "책방", ["동네서점", "헌책방"]),
    ("S1N2", "사람", ["인터뷰", "사서의 하루"]),
    ("S1N4", "새책", ["문학", "어린이"]),
];

/// The moment of the newest article, 2026-11-20T18:00:00+09:00. It is fixed, so that an edition
/// is always the same.
const NEWEST: Timestamp = Timestamp::from_seconds(1_795_165_200);

/// The time from one article to the next: 120 articles cover four days, at all hours.
pub(super) const STEP: Duration = Duration::from_secs(47 * 60);

/// The offset of Korean time, in seconds east of Greenwich.
const SEOUL: i32 = 9 * 3600;

/// The time from the publication of an article to its `modified` date: 1 h 23 min 45 s. It is no
/// whole minute, so a date that is read without its seconds differs.
const MODIFIED_AFTER: Duration = Duration::from_secs(5_025);

/// The first article number.
const FIRST_NUMBER: u64 = 1_001;

/// The first article number after the paper moved to another server. The jump leaves a wide range
/// of numbers that no article ever had.
const FIRST_NUMBER_AFTER_MOVE: u64 = 200_001;

/// The paper moved before the second half of its first 120 articles, which is one default edition.
/// Articles that are published later are above it, too.
const NUMBERED_IN_TWO_RANGES: usize = 120;

impl DemoArticle {
    /// Writes the `k`-th article of `count`, the oldest first.
    ///
    /// The words depend on `k`, the time on both. The order of the draws is part of the edition:
    /// another order gives other words.
    pub(super) fn write(k: usize, count: usize) -> Self {
        let mut chance = Chance::new(k as u64 + 1);
        let section = k % SECTIONS.len();

        let published = published(k, count, &mut chance);
        let (byline, authors) = chance.byline(PAPER_TITLE);
        let number = number(k, count, &mut chance);
        let paragraphs = 4 + chance.below(8);

        Self {
            number,
            kind: kind(k),
            section,
            subsection: SECTIONS[section].2[chance.below(2)],
            title: chance.title(),
            subtitle: (k % 4 == 1).then(|| chance.subtitle()),
            byline,
            authors,
            published,
            modified: modified(k, published),
            paragraphs: story(paragraphs, &mut chance),
            photo: photo(k, number, &mut chance),
            tags: chance.tags(),
        }
    }
}

/// Returns when the `k`-th article appears. Every ninth is held back: it is published two steps
/// after its number's turn.
fn published(k: usize, count: usize, chance: &mut Chance) -> LocalTime {
    let held_back = if k % 9 == 4 {
        STEP * 2 + Duration::from_secs(60)
    } else {
        Duration::ZERO
    };
    let age = STEP * u32::try_from(count - k).unwrap_or(u32::MAX);

    LocalTime {
        at: NEWEST - age + held_back + Duration::from_secs(chance.next() % 60),
        offset: SEOUL,
    }
}

fn modified(k: usize, published: LocalTime) -> Option<LocalTime> {
    (k % 7 == 3).then(|| LocalTime {
        at: published.at + MODIFIED_AFTER,
        ..published
    })
}

/// Returns the article's number. Numbers have gaps, and jump where the paper once moved to another
/// server.
fn number(k: usize, count: usize, chance: &mut Chance) -> u64 {
    let first = if k * 2 >= count.min(NUMBERED_IN_TWO_RANGES) {
        FIRST_NUMBER_AFTER_MOVE
    } else {
        FIRST_NUMBER
    };
    3 * k as u64 + chance.next() % 2 + first
}

/// Writes so many paragraphs. All lengths are drawn before the first word.
fn story(paragraphs: usize, chance: &mut Chance) -> Vec<String> {
    let sentences: Vec<usize> = (0..paragraphs).map(|_| 1 + chance.below(4)).collect();
    sentences.iter().map(|n| chance.paragraph(*n)).collect()
}

/// Returns the photo of two articles in three. Some photos have no caption.
fn photo(k: usize, number: u64, chance: &mut Chance) -> Option<(u64, Option<String>)> {
    if k % 3 == 2 {
        return None;
    }
    let caption = (k % 6 != 3).then(|| caption(k, chance));
    Some((number * 2 + 7, caption))
}

/// Returns a caption as it is printed: with the mark that points to the photo above it, or without.
fn caption(k: usize, chance: &mut Chance) -> String {
    let mark = if k.is_multiple_of(2) { "▲ " } else { "" };
    format!("{mark}{}", chance.caption())
}

fn kind(k: usize) -> Availability {
    match k {
        17 | 58 => Availability::MembersOnly,
        33 => Availability::Deleted,
        71 => Availability::DeletedWithAlert,
        _ => Availability::Open,
    }
}
