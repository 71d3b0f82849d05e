//! Reports what the pages show of the paper: CMS, sections, feeds, articles and dates. Pure.

mod sections;

use serde::Serialize;

use crate::config::Profile;
use crate::discover::Address;
use crate::extract;
use crate::markup::{Selector, Tree, attribute};
use crate::page_url::PageUrl;
use crate::survey::ask::{SurveyRequest, SurveyTally};
use crate::survey::knowledge::Knowledge;
use crate::survey::profile::{CmsRules, rules};
use crate::survey::shape::Shape;
use crate::survey::survey_report::sections::sections;
use crate::survey::surveyed_page::{SurveyedPage, meta};

/// What a survey found.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct SurveyReport {
    pub home: String,
    pub title: Option<String>,
    /// BCP 47, where the paper tells it or its letters do.
    pub language: Option<String>,
    pub cms: FoundCms,
    pub sections: Vec<SectionFound>,
    /// The profile reads the sections off the home page's menu.
    pub menu_is_read: bool,
    pub feeds: Vec<FoundSource>,
    pub sitemaps: Vec<FoundSource>,
    pub article: Option<ArticlePattern>,
    /// Articles that were asked for, and those of them that were read.
    pub articles_asked: usize,
    pub articles_read: usize,
    /// The source of the articles' publication dates.
    pub dates: Option<String>,
    pub robots_delay_seconds: f64,
    /// Addresses that robots.txt forbids, with the rule.
    pub forbidden: Vec<String>,
    pub requests: Vec<SurveyRequest>,
    /// Why the survey ended before its plan did.
    pub ended: Option<String>,
    /// The paper refused, or could not be reached any more, and was left alone.
    pub gave_up: bool,
}

/// The paper's CMS.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum FoundCms {
    /// A profile reads it.
    Known {
        profile: String,
        /// The profile was never compared with a live page.
        is_unchecked: bool,
    },
    /// A profile can be drafted.
    Drafted {
        #[serde(skip)]
        rules: Box<CmsRules>,
    },
    /// No profile can be drafted for it: its pages are read generically.
    Unsupported { why: String },
}

/// A section of the paper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct SectionFound {
    pub title: String,
    /// With its query.
    pub path: String,
}

/// A feed or sitemap, with the entries of the one that was read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct FoundSource {
    pub url: String,
    pub entries: Option<usize>,
}

/// How articles are addressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct ArticlePattern {
    /// Digits in it stand as `#`, titles as `*`.
    pub path: String,
    /// The parameter that numbers articles; `None` where the path does.
    pub number: Option<String>,
}

/// Builds the report from the pages.
pub(super) fn findings(known: &Knowledge, account: SurveyTally) -> SurveyReport {
    let home = &known.pages[0];
    let tree = home.tree();
    let language = tree.as_ref().and_then(|tree| language(tree, &home.html));
    let shape = known.article_shape();
    let cms = cms(known, shape.as_ref());
    let (sections, menu_is_read) = sections(known, &cms, shape.as_ref());
    let (asked, read) = articles(known, shape.as_ref());
    let dates = read
        .iter()
        .find_map(|article| article.published_source.clone())
        .or_else(|| printed(&cms));

    SurveyReport {
        home: known.home.to_string(),
        title: tree.as_ref().and_then(title),
        language,
        sections,
        menu_is_read,
        feeds: known.feeds.iter().map(source).collect(),
        sitemaps: known.sitemaps.iter().map(source).collect(),
        article: pattern(known, shape.as_ref()),
        articles_asked: asked,
        articles_read: read.len(),
        dates,
        cms,
        robots_delay_seconds: account.delay.as_secs_f64(),
        forbidden: account
            .forbidden
            .iter()
            .map(|(url, rule)| format!("{url} ({rule})"))
            .collect(),
        requests: account.requests,
        ended: account.ended,
        gave_up: account.gave_up,
    }
}

fn source((url, entries): &(PageUrl, Option<usize>)) -> FoundSource {
    FoundSource {
        url: url.to_string(),
        entries: *entries,
    }
}

fn cms(known: &Knowledge, shape: Option<&Shape>) -> FoundCms {
    if let Some(profile) = &known.profile {
        return FoundCms::Known {
            profile: profile.name.clone(),
            is_unchecked: profile.is_unchecked(),
        };
    }

    match shape {
        None => FoundCms::Unsupported {
            why: "no link led to what is surely an article".to_owned(),
        },
        Some(shape) => match rules(known, shape) {
            Ok(rules) => FoundCms::Drafted {
                rules: Box::new(rules),
            },
            Err(why) => FoundCms::Unsupported { why },
        },
    }
}

/// Returns how many articles were asked for, and those that the paper's own profile, or the generic
/// extraction, could read.
fn articles(known: &Knowledge, shape: Option<&Shape>) -> (usize, Vec<extract::Article>) {
    match &known.profile {
        Some(profile) => {
            let grammar = known.grammar();
            read_articles(
                known,
                |url| matches!(grammar.address(url), Address::Article { .. }),
                |page| page.read_by(profile),
            )
        }
        None => read_articles(
            known,
            |url| shape.is_some_and(|shape| shape.matches(url)),
            |page| page.article.clone(),
        ),
    }
}

/// Counts the articles that were asked for, and reads those that came.
fn read_articles(
    known: &Knowledge,
    is_article: impl Fn(&PageUrl) -> bool,
    read: impl Fn(&SurveyedPage) -> Option<extract::Article>,
) -> (usize, Vec<extract::Article>) {
    let asked = known.asked().filter(|url| is_article(url)).count();
    let pages = known
        .pages
        .iter()
        .skip(1)
        .filter(|page| is_article(&page.url));

    (asked, pages.filter_map(read).collect())
}

fn printed(cms: &FoundCms) -> Option<String> {
    match cms {
        FoundCms::Drafted { rules } => rules
            .date_line
            .as_ref()
            .map(|line| format!("printed in {line}")),
        FoundCms::Known { .. } | FoundCms::Unsupported { .. } => None,
    }
}

fn pattern(known: &Knowledge, shape: Option<&Shape>) -> Option<ArticlePattern> {
    if let Some(profile) = &known.profile {
        return profile_pattern(profile);
    }

    Some(match shape?.clone() {
        Shape::Numbered { path, number } => ArticlePattern {
            path,
            number: Some(number),
        },
        Shape::Path(path) => ArticlePattern { path, number: None },
    })
}

/// Returns how a profile addresses articles: by a parameter, or else in the path.
fn profile_pattern(profile: &Profile) -> Option<ArticlePattern> {
    let rules = &profile.url;
    if let Some(path) = rules.article.first() {
        return Some(ArticlePattern {
            path: path.clone(),
            number: Some(rules.number.clone()),
        });
    }

    let path = rules.canonical.as_ref().map_or_else(
        || Some(rules.named_in_path().next()?.to_string()),
        |path| Some(path.replace("{number}", "#").replace("{article_id}", "#")),
    )?;
    Some(ArticlePattern { path, number: None })
}

/// Returns the paper's name, as its home page gives it.
fn title(tree: &Tree) -> Option<String> {
    let told = meta(tree, &["og:site_name", "og:title"]);
    told.or_else(|| {
        let title = Selector::compile("title").ok()?;
        crate::text::clean_some(&tree.first(&title)?.text())
    })
}

/// Returns the language that the page declares, or Korean where a fifth of its letters are Korean.
fn language(tree: &Tree, html: &str) -> Option<String> {
    let root = Selector::compile("html[lang]").ok()?;
    let told = tree.first(&root).and_then(|node| attribute(&node, "lang"));
    told.filter(|tag| is_tag(tag))
        .or_else(|| is_korean(tree, html).then(|| "ko".to_owned()))
}

/// Tells whether a text has the form of a language tag (BCP 47).
fn is_tag(text: &str) -> bool {
    let has_parts = text.split('-').all(|part| {
        (1..=8).contains(&part.len()) && part.bytes().all(|c| c.is_ascii_alphanumeric())
    });
    has_parts && text.bytes().take(2).filter(u8::is_ascii_alphabetic).count() == 2
}

/// Tells whether a fifth of a page's letters are Korean.
fn is_korean(tree: &Tree, html: &str) -> bool {
    let hangul = html.chars().filter(|c| ('가'..='힣').contains(c)).count();
    let letters = crate::markup::text(&tree.root())
        .chars()
        .filter(|c| c.is_alphabetic())
        .count();
    hangul > 0 && hangul * 5 >= letters
}
