//! The names of a page's paper, and how a headline is told from them.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Match, Regex};

use crate::extract::scan::PageScan;
use crate::page_url::PageUrl;
use crate::text::{clean, letters};

/// The separators between a headline and the paper's name.
static SEPARATOR: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\s*(?:[|｜│┃¦‖❘￨_＿：]|::)\s*|\s+[-–—:·•<>«»~/]+\s+|\s*:\s+")
        .expect("a test compiles it")
});

/// Dashes without spaces around them.
static DASHES: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"[-–—―]+").expect("a test compiles it"));

/// Brackets that may hold the paper's name at either end.
const BRACKETS: [(char, char); 6] = [
    ('[', ']'),
    ('(', ')'),
    ('【', '】'),
    ('（', '）'),
    ('［', '］'),
    ('〔', '〕'),
];

/// The first character of the scripts of East Asia.
pub(super) const EAST_ASIAN: char = '\u{2e80}';

/// Most names that are cut from one end: section and paper may stand there.
const MOST_CUTS: usize = 3;

/// Longest name of a paper, in bytes: real ones have some 50. Longer texts are not compared.
const LONGEST: usize = 200;

/// Meta tags with the paper's name.
const METAS: [&str; 5] = [
    "og:site_name",
    "application-name",
    "apple-mobile-web-app-title",
    "copyright",
    "twitter:site",
];

/// Second levels of countries, below which papers register their names: `paper.co.uk`.
const SECOND_LEVELS: [&str; 13] = [
    "co", "com", "or", "org", "ne", "net", "go", "gov", "gob", "ac", "edu", "info", "in",
];

/// Names of hosts that papers have in front of their own: `m.paper.example`.
const USUAL_HOSTS: [&str; 9] = [
    "www", "m", "edition", "news", "amp", "mobile", "mobil", "en", "web",
];

/// The names of a page's paper, as letters, and the language that it writes in.
#[derive(Debug, Default)]
pub(super) struct PaperNames {
    names: Vec<String>,
    language: Option<String>,
}

impl PaperNames {
    pub(super) fn of(page: &PageScan<'_>, url: &PageUrl) -> Self {
        let metas = METAS.iter().filter_map(|name| page.meta(name));
        let published = page.json_ld("publisher.name");
        let mut names: Vec<String> = metas
            .chain(published.iter().map(String::as_str))
            .map(|name| letters(name).collect())
            .collect();

        let host = url.as_url().host_str().unwrap_or_default();
        names.extend(names_of_host(host));
        names.retain(|name| name.chars().count() > 1);
        Self {
            names,
            language: language(page),
        }
    }

    /// Returns the language of the page, as two or three letters.
    pub(super) fn language(&self) -> Option<&str> {
        self.language.as_deref()
    }

    /// Tells whether a text is the paper's name, whatever its spaces and marks.
    pub(super) fn have(&self, text: &str) -> bool {
        if text.len() > LONGEST {
            return false;
        }

        let told: String = letters(text).collect();
        let article = ["the", "die", "der", "das"];
        let bare = article.iter().find_map(|word| told.strip_prefix(word));

        self.names.iter().any(|name| {
            let without = article.iter().find_map(|word| name.strip_prefix(word));
            *name == told || Some(name.as_str()) == bare || without == Some(&told)
        })
    }

    /// Returns a headline without the paper's name at either end. A text that is nothing but the
    /// paper's name is none.
    pub(super) fn cut_from(&self, text: &str) -> Option<String> {
        let mut rest = text.trim();
        for _ in 0..MOST_CUTS {
            let Some(shorter) = self.cut_once(rest) else {
                break;
            };
            rest = shorter;
        }

        (!rest.is_empty() && !self.have(rest)).then(|| clean(rest))
    }

    fn cut_once<'t>(&self, text: &'t str) -> Option<&'t str> {
        let mut separators: Vec<_> = SEPARATOR.find_iter(text).collect();
        separators.extend(
            DASHES
                .find_iter(text)
                .filter(|at| is_separator(text, at.range())),
        );
        separators.sort_by_key(Match::start);

        // A name may itself have a separator: the longest end comes first.
        let behind = separators.iter().find(|at| self.have(&text[at.end()..]));
        if let Some(at) = behind {
            return Some(&text[..at.start()]);
        }

        let before = separators
            .iter()
            .rev()
            .find(|at| self.have(&text[..at.start()]));
        if let Some(at) = before {
            return Some(&text[at.end()..]);
        }

        BRACKETS
            .iter()
            .find_map(|brackets| self.cut_bracket(text, *brackets))
    }

    /// Returns a text without the paper's name in brackets at either end.
    fn cut_bracket<'t>(&self, text: &'t str, (open, close): (char, char)) -> Option<&'t str> {
        let before = text
            .strip_prefix(open)
            .and_then(|text| text.split_once(close))
            .filter(|(name, _)| self.have(name));
        if let Some((_, rest)) = before {
            return Some(rest.trim_start());
        }

        let (rest, name) = text.strip_suffix(close)?.rsplit_once(open)?;
        self.have(name).then(|| rest.trim_end())
    }
}

/// Returns the names of a paper that its host tells, as letters: the whole one without a usual
/// label in front, and the label that the paper registered.
fn names_of_host(host: &str) -> Vec<String> {
    let mut labels: Vec<&str> = host.split('.').collect();
    let has_second_level = match labels.as_slice() {
        [_, .., second, ending] => ending.len() == 2 && SECOND_LEVELS.contains(second),
        _ => false,
    };
    let ending = if has_second_level { 2 } else { 1 };
    while labels.len() > ending + 1 && USUAL_HOSTS.contains(&labels[0]) {
        labels.remove(0);
    }

    let registered = labels.len().checked_sub(ending + 1).map(|at| labels[at]);
    let told = [Some(labels.concat()), registered.map(str::to_owned)];
    told.into_iter()
        .flatten()
        .map(|name| letters(&name).collect())
        .collect()
}

/// Returns the language that a page tells, without its country: `de` of `de-AT`.
fn language(page: &PageScan<'_>) -> Option<String> {
    let root = page.tree.root();
    let element = root.descendants_it().find(|node| node.has_name("html"));
    let told = element.and_then(|node| node.attr("lang").map(|lang| lang.to_string()));
    let told = told.or_else(|| page.meta("og:locale").map(str::to_owned))?;
    let code = told.trim().split(['-', '_']).next()?.to_lowercase();
    (!code.is_empty()).then_some(code)
}

/// Tells whether dashes without spaces part a headline from a name, as in titles of East Asia
/// (`新店开门-新华网`), and in others only a long dash. A hyphen between Latin letters joins a word:
/// `Anti-Post` is no headline of the Post.
fn is_separator(text: &str, dashes: Range<usize>) -> bool {
    let is_east_asian = |c: Option<char>| c.is_some_and(|c| c >= EAST_ASIAN);
    text[dashes.clone()].contains(['—', '―'])
        || is_east_asian(text[..dashes.start].chars().next_back())
        || is_east_asian(text[dashes.end..].chars().next())
}

/// Returns the parts of a text between separators.
pub(super) fn parts(text: &str) -> impl Iterator<Item = &str> {
    SEPARATOR.split(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> PaperNames {
        PaperNames {
            names: ["한빛신문", "thehanbit", "hanbitexample"]
                .map(str::to_owned)
                .to_vec(),
            language: None,
        }
    }

    #[test]
    fn the_papers_name_is_cut_from_either_end() {
        for text in [
            "책방 - 1부: 아침",
            "책방 - 1부: 아침 | 한빛신문",
            "책방 - 1부: 아침 - 한빛 신문",
            "책방 - 1부: 아침 :: 한빛신문",
            "책방 - 1부: 아침 – hanbit.example",
            "한빛신문: 책방 - 1부: 아침",
            "한빛신문 | 책방 - 1부: 아침 | Hanbit",
            "[한빛신문] 책방 - 1부: 아침",
            "【한빛신문】책방 - 1부: 아침",
            "책방 - 1부: 아침 (한빛신문)",
            "책방 - 1부: 아침_한빛신문",
            "책방 - 1부: 아침：한빛신문",
            "책방 - 1부: 아침┃한빛신문",
            "책방 - 1부: 아침-한빛신문",
            "The Hanbit—책방 - 1부: 아침",
        ] {
            assert_eq!(
                names().cut_from(text).as_deref(),
                Some("책방 - 1부: 아침"),
                "{text}"
            );
        }
    }

    #[test]
    fn the_papers_name_within_a_word_or_a_sentence_stays() {
        for text in [
            "Why we read the Hanbit",
            "Sunday at Neo-Hanbit",
            "책방 (한빛)",
            "[단독] 책방의 아침",
            "The Hanbit's new shelf",
            "snake_case and other words",
        ] {
            assert_eq!(names().cut_from(text).as_deref(), Some(text), "{text}");
        }
    }

    #[test]
    fn a_host_tells_the_label_that_the_paper_registered() {
        for (host, expected) in [
            ("www.seebote.de", ["seebotede", "seebote"]),
            ("www.seebote.co.uk", ["seebotecouk", "seebote"]),
            ("m.seebote.com.br", ["seebotecombr", "seebote"]),
            ("edition.seebote.example", ["seeboteexample", "seebote"]),
            ("news.com.au", ["newscomau", "news"]),
            ("www.news.com.au", ["newscomau", "news"]),
            ("com.de", ["comde", "com"]),
        ] {
            assert_eq!(names_of_host(host), expected, "{host}");
        }
    }

    #[test]
    fn a_name_alone_is_no_headline() {
        for text in [
            "한빛 신문",
            "The Hanbit",
            "한빛신문 | hanbit.example",
            "",
            " ",
        ] {
            assert_eq!(names().cut_from(text), None, "{text}");
        }
    }
}
