//! The article that an extraction returns, and the other results that a page can have.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::article_key::ArticleKey;
use crate::rights::DeclaredRights;
use crate::text::push_without_spaces;
use crate::time::{LocalTime, Precision};

/// An article as its page gives it. Every text is cleaned: NFC, single spaces, no invisible
/// characters.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Article {
    /// The number or text by which the CMS names it, unique within the paper.
    pub key: Option<ArticleKey>,
    /// The address that the page names; else the page's own, in the CMS's plain form.
    pub canonical_url: Option<String>,
    /// Without the paper's name.
    pub title: Option<String>,
    /// The lines under the headline, as one text.
    pub subtitle: Option<String>,
    /// Names only, without title or mail.
    pub authors: Vec<String>,
    /// The writer as printed.
    pub byline: Option<String>,
    /// Midnight of the paper's clock where the page gives only a day.
    pub published_at: Option<LocalTime>,
    /// How exactly the page gives the date. `None` where no date is known, or where the archive
    /// kept no precision.
    pub published_precision: Option<Precision>,
    /// Given only where it is later than the publication.
    pub modified_at: Option<LocalTime>,
    /// The source of the publication date, and any date that contradicts it.
    pub published_source: Option<String>,
    /// The name of its section, as `문화`.
    pub section: Option<String>,
    /// The name of its section within the section.
    pub subsection: Option<String>,
    /// BCP 47.
    pub language: Option<String>,
    /// The story, without captions.
    pub paragraphs: Vec<String>,
    /// In the order of the page.
    pub images: Vec<Image>,
    /// As the page gives them, each once.
    pub tags: Vec<String>,
    /// The copyright line under the story.
    pub rights: Option<String>,
    /// Who can read it.
    pub access: Access,
    /// Opt-outs and signals against certain uses, `words:AI학습`, `noindex:meta robots`.
    pub opt_outs: Vec<String>,
    /// What the paper declares about uses, with sources and words.
    pub declared_rights: DeclaredRights,
    /// The words in which the page forbids machine learning, each with its line.
    pub words: Vec<(String, String)>,
    /// The page asks search engines not to index it.
    pub noindex: bool,
    /// The page asks search engines not to index its images.
    pub noimageindex: bool,
    /// The profile and skin that read it, `ndsoft/G4`; without a profile the method,
    /// `generic/trafilatura`.
    pub extractor: String,
    /// Without a profile, how likely the text is the article, from 0 to 1. `None` where a profile
    /// read it.
    pub confidence: Option<f64>,
}

/// A photo within the story.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Image {
    /// Its address, absolute.
    pub url: String,
    /// The line under it.
    pub caption: Option<String>,
    /// Who made it, as printed.
    pub credit: Option<String>,
}

/// Who may read the story.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Access {
    /// Anyone can read it.
    #[default]
    Open,
    /// Only members can read it whole: the text is the part that everyone sees.
    Members,
    /// Its paper took it down.
    Gone,
}

/// The result of an extraction.
#[derive(Clone, Debug, PartialEq)]
pub enum Extraction {
    /// The page has an article that anyone can read.
    Article(Box<Article>),
    /// The public part of an article for members only.
    Members(Box<Article>),
    /// The page says that its article was taken down, or never existed.
    Gone { why: String },
    /// The server refuses an answer.
    Refused { why: String },
    /// The page is something else.
    NotAnArticle { why: String },
}

impl Access {
    /// Returns its name in the archive and in exports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Members => "members",
            Self::Gone => "gone",
        }
    }
}

impl Article {
    /// Returns the paragraphs joined by a blank line.
    pub fn text(&self) -> String {
        self.paragraphs.join("\n\n")
    }

    /// Returns the publication date as exactly as the page gives it: `2026-03-07` where that is
    /// only a day, else RFC 3339.
    pub fn published(&self) -> Option<String> {
        let mut told = self.published_at?.to_string();
        if self.published_precision == Some(Precision::Day) {
            told.truncate("2026-03-07".len());
        }

        Some(told)
    }

    /// Returns the fields that a version consists of beside its text, by their names in the
    /// archive: lists as arrays, photos with their captions.
    #[doc(hidden)]
    pub fn fields(&self) -> [(&'static str, Value); 16] {
        let published_precision = self.published_precision.map(Precision::name);

        [
            ("title", json!(self.title)),
            ("subtitle", json!(self.subtitle)),
            ("authors", json!(self.authors)),
            ("byline", json!(self.byline)),
            ("published_at", time_json(self.published_at)),
            ("published_precision", json!(published_precision)),
            ("modified_at", time_json(self.modified_at)),
            ("section", json!(self.section)),
            ("subsection", json!(self.subsection)),
            ("language", json!(self.language)),
            ("images", json!(self.images)),
            ("tags", json!(self.tags)),
            ("rights", json!(self.rights)),
            ("opt_outs", json!(self.opt_outs)),
            ("canonical_url", json!(self.canonical_url)),
            ("published_source", json!(self.published_source)),
        ]
    }

    /// Returns the SHA-256, in lower-case hexadecimal, of the title followed by the text, in NFC
    /// and without white space. A new skin, other line ends and other paragraphs do not change it;
    /// a changed word does.
    pub fn content_sha256(&self) -> String {
        let title = self.title.as_deref().unwrap_or_default();
        let words = std::iter::once(title).chain(self.paragraphs.iter().map(String::as_str));

        let mut content = String::with_capacity(self.paragraphs.iter().map(String::len).sum());
        for text in words {
            push_without_spaces(&mut content, text);
        }

        hex::encode(Sha256::digest(content))
    }
}

fn time_json(time: Option<LocalTime>) -> Value {
    json!(time.map(|time| time.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article(title: &str, paragraphs: &[&str]) -> Article {
        let paragraphs = paragraphs.iter().map(|text| (*text).to_owned()).collect();
        Article {
            title: Some(title.to_owned()),
            paragraphs,
            ..Article::default()
        }
    }

    #[test]
    fn the_hash_is_that_of_the_words() {
        assert_eq!(
            article("abc", &[]).content_sha256(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
    }

    #[test]
    fn white_space_and_paragraphs_do_not_change_the_hash() {
        let one = article("책 방", &["하나 둘", "셋"]).content_sha256();
        assert_eq!(one, article("책방", &["하나둘 셋"]).content_sha256());
        assert_eq!(
            one,
            article("\u{110e}\u{1162}\u{11a8}방", &["하나\u{a0}둘 셋"]).content_sha256()
        );
        assert_ne!(one, article("책방", &["하나둘 넷"]).content_sha256());
    }

    #[test]
    fn the_text_is_paragraphs_parted_by_a_blank_line() {
        assert_eq!(article("", &["하나", "둘"]).text(), "하나\n\n둘");
    }
}
