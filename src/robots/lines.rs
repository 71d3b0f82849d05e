//! The text that robotstxt's parser gets: the lines with a known key, spelt as it expects them.
//!
//! That parser takes each key that begins like a known one: `AllowAITraining: /` is an Allow to it.
//! This module decides which key a line has, and drops the lines with an unknown key.

use std::borrow::Cow;
use std::str;

use encoding_rs::{EUC_KR, Encoding, UTF_8};

use crate::page_url::canonical_escapes;

/// RFC 9309 §2.5: at least 500 KiB must be parsed; more is not.
pub const LARGEST: usize = 500 * 1024;

/// Longer values are cut, after they are escaped. No address has more than 2,048 octets, and
/// robotstxt cuts lines at 16 KiB, in the midst of an escape.
const LONGEST_VALUE: usize = 8 * 1024;

/// The keys that mean something, with the slips that Google's parser lists. The RFC does not name
/// the delays; they stand as real files write them.
const SPELLINGS: [(&str, LineKey); 24] = [
    ("user-agent", LineKey::Agent),
    ("useragent", LineKey::Agent),
    ("user agent", LineKey::Agent),
    ("allow", LineKey::Allow),
    ("disallow", LineKey::Disallow),
    ("dissallow", LineKey::Disallow),
    ("dissalow", LineKey::Disallow),
    ("disalow", LineKey::Disallow),
    ("diasllow", LineKey::Disallow),
    ("disallaw", LineKey::Disallow),
    ("sitemap", LineKey::Sitemap),
    ("site-map", LineKey::Sitemap),
    ("crawl-delay", LineKey::CrawlDelay),
    ("crawldelay", LineKey::CrawlDelay),
    ("crawl delay", LineKey::CrawlDelay),
    ("crawl_delay", LineKey::CrawlDelay),
    ("request-rate", LineKey::RequestRate),
    ("requestrate", LineKey::RequestRate),
    ("request rate", LineKey::RequestRate),
    ("request_rate", LineKey::RequestRate),
    ("content-usage", LineKey::Rights(RightsKey::ContentUsage)),
    ("content-signal", LineKey::Rights(RightsKey::ContentSignal)),
    ("license", LineKey::Rights(RightsKey::License)),
    (
        "disallowaitraining",
        LineKey::Rights(RightsKey::DisallowAiTraining),
    ),
];

/// The byte-order mark of UTF-8, read as Latin-1 and written as UTF-8 once more: `ï»¿`.
const MARK_WRITTEN_TWICE: &[u8] = "\u{ef}\u{bb}\u{bf}".as_bytes();

/// The ideographic space in EUC-KR (also EUC-JP and GBK), in Shift_JIS and in Big5.
const WIDE_SPACES: [&[u8]; 3] = [b"\xa1\xa1", b"\x81\x40", b"\xa1\x40"];

/// The no-break space of Latin-1. In EUC-KR it is half of a letter.
const LATIN_1_SPACE: &[u8] = b"\xa0";

/// How many octets an invisible letter may have. The longest is tried first: the last octet of a
/// no-break space in UTF-8 is a no-break space in Latin-1.
const BLANK_LENGTHS: [usize; 3] = [3, 2, 1];

/// The key of a line about uses of the pages. Such a line changes nothing in crawling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RightsKey {
    /// IETF AIPREF (draft-ietf-aipref-attach).
    ContentUsage,
    /// Cloudflare's Content Signals.
    ContentSignal,
    /// RSL 1.0.
    License,
    DisallowAiTraining,
}

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LineKey {
    Agent,
    Allow,
    Disallow,
    Sitemap,
    CrawlDelay,
    RequestRate,
    Rights(RightsKey),
}

/// A line with a known key. The value is bare: nothing invisible stands around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct RobotsLine<'a> {
    key: LineKey,
    value: &'a [u8],
}

/// Returns the known lines of a robots.txt as ASCII, at most 500 KiB of it, in canonical escapes.
/// robotstxt then escapes nothing itself: of `/100%책` its own escaping would lose a letter.
pub(super) fn normalised(body: &[u8]) -> String {
    let kept = decoded(&body[..body.len().min(LARGEST)]);
    let lines = if body.len() > LARGEST {
        whole_lines(&kept)
    } else {
        &kept
    };

    let mut text = String::with_capacity(lines.len());
    for line in lines
        .split(|octet| is_line_end(*octet))
        .filter_map(RobotsLine::read)
    {
        line.write(&mut text);
    }
    text
}

/// Undoes UTF-16 where a byte-order mark tells of it. Other text stays as octets: those are
/// compared as they are (RFC 9309 §2.2.2), whatever letters they were meant to be.
fn decoded(body: &[u8]) -> Cow<'_, [u8]> {
    match Encoding::for_bom(body) {
        Some((encoding, mark)) if encoding != UTF_8 => {
            let (text, _) = encoding.decode_without_bom_handling(&body[mark..]);
            Cow::Owned(text.into_owned().into_bytes())
        }
        _ => Cow::Borrowed(body),
    }
}

fn whole_lines(cut: &[u8]) -> &[u8] {
    let end = cut
        .iter()
        .rposition(|octet| is_line_end(*octet))
        .unwrap_or(cut.len());
    &cut[..end]
}

fn is_line_end(octet: u8) -> bool {
    matches!(octet, b'\n' | b'\r')
}

impl<'a> RobotsLine<'a> {
    /// Reads a line, or returns `None` where it has no known key.
    fn read(line: &'a [u8]) -> Option<Self> {
        let end = line
            .iter()
            .position(|octet| *octet == b'#')
            .unwrap_or(line.len());
        let line = without_marks(&line[..end]);

        SPELLINGS.iter().find_map(|(spelling, key)| {
            let value = key.value(line, spelling)?;
            Some(Self { key: *key, value })
        })
    }

    fn write(self, text: &mut String) {
        let value = canonical_escapes(self.value);

        text.extend([self.key.name(), ": ", self.key.cut(&value), "\n"]);
    }
}

impl RightsKey {
    /// Returns the key as robotstxt hands it on. That parser would take `disallowaitraining` for a
    /// Disallow, so that it has another name here.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::ContentUsage => "content-usage",
            Self::ContentSignal => "content-signal",
            Self::License => "license",
            Self::DisallowAiTraining => "no-ai-training",
        }
    }

    /// Returns the key of a name; `None` where the name is of no such key.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        [
            Self::ContentUsage,
            Self::ContentSignal,
            Self::License,
            Self::DisallowAiTraining,
        ]
        .into_iter()
        .find(|key| key.name() == name)
    }
}

impl LineKey {
    /// Returns the key as robotstxt expects it. It hands the delays and rights on as unknown ones.
    fn name(self) -> &'static str {
        match self {
            Self::Agent => "user-agent",
            Self::Allow => "allow",
            Self::Disallow => "disallow",
            Self::Sitemap => "sitemap",
            Self::CrawlDelay => "crawl-delay",
            Self::RequestRate => "request-rate",
            Self::Rights(key) => key.name(),
        }
    }

    /// Returns the value of a line, if its key is this spelling and nothing more.
    fn value<'a>(self, line: &'a [u8], spelling: &str) -> Option<&'a [u8]> {
        let (key, behind) = line.split_at_checked(spelling.len())?;
        if !key.eq_ignore_ascii_case(spelling.as_bytes()) {
            return None;
        }

        let bare = self.bare(behind);
        if let Some(value) = bare.strip_prefix(b":") {
            return Some(self.bare(value));
        }

        let is_apart = !behind.starts_with(bare);
        (is_apart && self.is_clear_without_colon(bare)).then_some(bare)
    }

    /// Returns whether a word behind a key is its value although the colon is missing. Google's
    /// parser takes a space for the colon if just one word follows. That word may be the rest of an
    /// unknown key (`Disallow AI:/x`), unless it begins as a value does.
    fn is_clear_without_colon(self, word: &[u8]) -> bool {
        let is_one_word = !word.iter().any(|octet| octet.is_ascii_whitespace());
        let begins_as_value = match self {
            Self::Allow | Self::Disallow => matches!(word.first(), Some(b'/' | b'*')),
            Self::Sitemap => word.starts_with(b"http:") || word.starts_with(b"https:"),
            // A key that no parser knew before needs no leniency.
            Self::Rights(_) => return false,
            Self::Agent | Self::CrawlDelay | Self::RequestRate => false,
        };

        is_one_word && (begins_as_value || !word.contains(&b':'))
    }

    /// Takes off everything invisible around a value.
    ///
    /// If the text is not UTF-8, nobody knows which octets are spaces. In doubt a rule forbids: a
    /// Disallow loses every octet that may be a space, since the shorter pattern forbids more. An
    /// Allow keeps them, since the longer pattern allows less.
    fn bare(self, text: &[u8]) -> &[u8] {
        if let Ok(text) = str::from_utf8(text) {
            return text.trim_matches(is_invisible).as_bytes();
        }
        if self == Self::Allow {
            return trimmed(text, |letter| letter.is_ascii() && is_blank(letter));
        }

        // Korean text has no Latin-1 space: that octet is the second half of a letter.
        let is_korean = EUC_KR
            .decode_without_bom_handling_and_without_replacement(text)
            .is_some();
        trimmed(text, |letter| {
            is_blank(letter) || (!is_korean && letter == LATIN_1_SPACE)
        })
    }

    /// Returns the value at no more than its greatest length. A cut pattern matches more than the
    /// whole one. A Disallow may forbid more; an Allow is emptied, and remains a rule that allows
    /// nothing and ends a list of agents.
    fn cut(self, value: &str) -> &str {
        if value.len() <= LONGEST_VALUE {
            return value;
        }
        if self == Self::Allow {
            return "";
        }

        // Half an escape would match less, and so would a `$` that now stands at the end.
        let tail = LONGEST_VALUE - 2;
        let end = value[tail..LONGEST_VALUE]
            .find(['%', '$'])
            .map_or(LONGEST_VALUE, |at| tail + at);
        &value[..end]
    }
}

/// Returns a line from its key on, without the invisible letters and byte-order marks before it.
fn without_marks(line: &[u8]) -> &[u8] {
    let mut line = line;
    loop {
        let bare = trimmed_start(line, |letter| is_blank(letter) || letter == LATIN_1_SPACE);
        match bare.strip_prefix(MARK_WRITTEN_TWICE) {
            Some(behind) => line = behind,
            None => return bare,
        }
    }
}

/// Returns whether octets are invisible, in UTF-8 or as a wide space of another encoding.
fn is_blank(letter: &[u8]) -> bool {
    let is_in_utf8 = str::from_utf8(letter).is_ok_and(|letter| letter.chars().all(is_invisible));
    is_in_utf8 || WIDE_SPACES.contains(&letter)
}

/// White space, controls, and the letters without width that editors and web pages leave behind:
/// soft hyphens, joiners, marks of direction, fillers of Hangul, and byte-order marks either way
/// round.
fn is_invisible(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || matches!(
            letter,
            '\u{ad}'
                | '\u{61c}'
                | '\u{115f}'..='\u{1160}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{3164}'
                | '\u{feff}'
                | '\u{ffa0}'
                | '\u{fffe}'
        )
}

fn trimmed(text: &[u8], is_blank: impl Fn(&[u8]) -> bool) -> &[u8] {
    let mut text = trimmed_start(text, &is_blank);
    while let Some(rest) = without_last_blank(text, &is_blank) {
        text = rest;
    }
    text
}

fn trimmed_start(text: &[u8], is_blank: impl Fn(&[u8]) -> bool) -> &[u8] {
    let mut text = text;
    while let Some(rest) = without_first_blank(text, &is_blank) {
        text = rest;
    }
    text
}

fn without_first_blank(text: &[u8], is_blank: impl Fn(&[u8]) -> bool) -> Option<&[u8]> {
    let mut heads = BLANK_LENGTHS
        .iter()
        .filter_map(|length| text.split_at_checked(*length));
    heads.find_map(|(letter, rest)| is_blank(letter).then_some(rest))
}

fn without_last_blank(text: &[u8], is_blank: impl Fn(&[u8]) -> bool) -> Option<&[u8]> {
    let starts = BLANK_LENGTHS
        .iter()
        .filter_map(|length| text.len().checked_sub(*length));
    let mut tails = starts.map(|start| text.split_at(start));
    tails.find_map(|(rest, letter)| is_blank(letter).then_some(rest))
}
