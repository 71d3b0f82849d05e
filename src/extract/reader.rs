//! The reading of one page with one profile.

use std::collections::HashSet;

use jiff::tz::TimeZone;

use crate::config::{Profile, Site};
use crate::extract::article::{Access, Article, Extraction};
use crate::extract::body::{Story, story};
use crate::extract::byline::authors;
use crate::extract::dates::{Publication, change, changes, publication};
use crate::extract::fields::FieldSources;
use crate::extract::generic::dateline::Dateline;
use crate::extract::generic::{self, FoundStory};
use crate::extract::printed_dates::PrintedUnderHeadline;
use crate::extract::scan::PageScan;
use crate::markup::{Tree, Weight, text};
use crate::page_url::PageUrl;
use crate::time::LocalTime;
use crate::time::printed::{self, Zulu};

/// In a story as short as this, a notice is the whole story.
const NOTICE: usize = 200;

/// What is known of a paper before any page of it is read.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownPaper {
    pub timezone: TimeZone,
    pub language: String,
}

impl From<&Site> for KnownPaper {
    fn from(site: &Site) -> Self {
        Self {
            timezone: site.timezone.clone(),
            language: site.language.clone(),
        }
    }
}

impl From<&Profile> for KnownPaper {
    fn from(profile: &Profile) -> Self {
        Self {
            timezone: profile.timezone.clone(),
            language: profile.language.clone(),
        }
    }
}

/// Reads article pages of one paper. Everything is compiled; tasks share it.
#[derive(Clone, Debug)]
pub struct ArticleReader {
    profile: Profile,
    paper: KnownPaper,
}

impl ArticleReader {
    pub fn new(profile: Profile, paper: KnownPaper) -> Self {
        Self { profile, paper }
    }

    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Reads the page that stood at `url`. Whatever it holds, the answer is a value: pages are hostile.
    pub fn read(&self, url: &PageUrl, html: &str) -> Extraction {
        match Tree::parse(html) {
            Ok(tree) => self.read_tree(url, html, &tree),
            Err(why) => self
                .page_notice(html)
                .unwrap_or_else(|| Extraction::NotAnArticle {
                    why: why.to_string(),
                }),
        }
    }

    /// Returns what a page of whatever kind says where it is nothing but a notice: gone, or refused.
    pub fn page_notice(&self, html: &str) -> Option<Extraction> {
        self.notice(html, html.chars().take(10_000).count())
    }

    /// Reads a page that was parsed already.
    pub fn read_tree(&self, url: &PageUrl, html: &str, tree: &Tree) -> Extraction {
        if let Some(notice) = self.page_notice(html) {
            return notice;
        }
        if let Some(why) = self
            .is_generic()
            .then(|| generic::refusal(html, tree))
            .flatten()
        {
            return Extraction::NotAnArticle { why };
        }
        let page = PageScan::new(tree);
        let printed =
            PrintedUnderHeadline::read(tree, &self.profile.article.printed, &self.paper.timezone);
        let sources = FieldSources {
            page: &page,
            printed: &printed,
        };
        let article = self.article(&sources, url);
        if self.is_generic() {
            return self.found(html, &sources, url, article);
        }
        self.judged(article, story(tree, &self.profile.article, url), tree)
    }

    /// Tells whether stories are found by measure, which takes longer, and is never quite sure.
    pub fn is_generic(&self) -> bool {
        self.profile.article.by_measure
    }

    /// Returns the bytes of memory that reading a page may take, by the estimate.
    pub fn memory(&self, html: &str) -> usize {
        if !self.is_generic() {
            return Weight::most_of(html.len());
        }

        // A page that is refused takes no more than it was weighed in.
        let read = Tree::parse(html).map_or(0, |tree| {
            tree.weight().estimate() + generic::memory(html, &tree)
        });
        read.max(html.len())
    }

    /// A page that no profile knows.
    fn found(
        &self,
        html: &str,
        sources: &FieldSources<'_>,
        url: &PageUrl,
        article: Article,
    ) -> Extraction {
        let page = sources.page;
        // Where the usual container holds a notice, no other text of the page is the story.
        let rules = &self.profile.article;
        let usual = story(page.tree, rules, url).unwrap_or_default();
        if self.is_for_members(&usual) {
            return self.judged(article, Some(usual), page.tree);
        }
        let found = generic::find(
            html,
            page,
            generic::PageHints {
                url,
                rules,
                article: &article,
                usual: &usual,
            },
        );
        let confidence = found.confidence;
        let article = self.dated(self.completed(article, &found), &found, html, sources);
        match self.judged(article, Some(found.story), page.tree) {
            Extraction::Article(_) if confidence < generic::LEAST => {
                let why = format!(
                    "its text does not read like an article: confidence {confidence:.2}, {} is wanted",
                    generic::LEAST
                );
                Extraction::NotAnArticle { why }
            }
            reading => reading,
        }
    }

    fn is_for_members(&self, story: &Story) -> bool {
        let members = &self.profile.members;
        story.length() < members.under
            && story
                .paragraphs
                .iter()
                .any(|text| members.stands_in(text).is_some())
    }

    /// An article with what the rules could not tell.
    fn completed(&self, article: Article, found: &FoundStory) -> Article {
        let byline = article.byline.or_else(|| found.author.clone());
        let authors = if article.authors.is_empty() {
            byline
                .as_deref()
                .map(|byline| authors(byline, ""))
                .unwrap_or_default()
        } else {
            article.authors
        };
        Article {
            title: article.title.or_else(|| found.title.clone()),
            authors,
            byline,
            extractor: format!("{}/{}", article.extractor, found.method.name()),
            confidence: Some(found.confidence),
            ..article
        }
    }

    /// An article with the dates that stand above its story, which are surer than labelled ones
    /// elsewhere in the page; or the day that trafilatura found, if the page has it and no update
    /// is of that day: where it finds a year alone it tells the first of January.
    fn dated(
        &self,
        article: Article,
        found: &FoundStory,
        html: &str,
        sources: &FieldSources<'_>,
    ) -> Article {
        let is_printed = |source: &String| source.starts_with("printed");
        if article.published_at.is_some()
            && !article.published_source.as_ref().is_some_and(is_printed)
        {
            return article;
        }

        let (zone, rules) = (&self.paper.timezone, &self.profile.article);
        let first = found
            .story
            .paragraphs
            .first()
            .map(String::as_str)
            .unwrap_or_default();
        let dateline = Dateline::of(sources.page.tree);
        let printed = dateline.read(article.title.as_deref(), first, rules, zone);
        let changed = printed.updated.map(|told| told.time);
        let later_than = |published: LocalTime| changed.filter(|time| time.at > published.at);
        let told = printed.published.map(|time| Publication {
            time,
            source: "printed".to_owned(),
        });
        let day = || {
            let is_of_update = |day: &&str| {
                changes(sources, rules, zone)
                    .chain(printed.updated)
                    .any(|told| told.day() == **day)
            };
            let day = found
                .date
                .as_deref()
                .filter(|day| dateline.has_day(day, html, zone) && !is_of_update(day))?;
            Some(Publication {
                time: printed::read(day, zone, Zulu::Utc)?,
                source: "trafilatura".to_owned(),
            })
        };
        let Some(told) = told.or_else(|| day().filter(|_| article.published_at.is_none())) else {
            let modified_at = article
                .modified_at
                .or_else(|| later_than(article.published_at?));
            return Article {
                modified_at,
                ..article
            };
        };

        let published = told.time.time;
        Article {
            published_at: Some(published),
            published_precision: Some(told.time.precision),
            modified_at: change(sources, rules, zone, &told).or_else(|| later_than(published)),
            published_source: Some(told.source),
            ..article
        }
    }

    /// A page that is nothing but a notice, usually a script that alerts and steps back.
    fn notice(&self, text: &str, length: usize) -> Option<Extraction> {
        let Profile { gone, refused, .. } = &self.profile;
        let found = |notice: &crate::config::profile::Notice| {
            let text = (length < notice.under).then(|| notice.stands_in(text));
            text.flatten().map(|text| format!("the page says {text:?}"))
        };
        let refusal = found(refused).map(|why| Extraction::Refused { why });
        refusal.or_else(|| found(gone).map(|why| Extraction::Gone { why }))
    }

    fn judged(&self, article: Article, story: Option<Story>, tree: &Tree) -> Extraction {
        let story = story.unwrap_or_default();
        let length = story.length();
        if story.is_empty() || (length < NOTICE && story.images.is_empty()) {
            let said = if story.is_empty() {
                text(&tree.root())
            } else {
                story.paragraphs.join(" ")
            };
            if let Some(notice) = self.notice(&said, 0) {
                return notice;
            }
            if story.is_empty()
                && self.profile.members.stands_in(&said).is_some()
                && article.title.is_some()
            {
                return Extraction::Members(Box::new(Article {
                    access: Access::Members,
                    ..article
                }));
            }
        }
        if story.is_empty() {
            return Extraction::NotAnArticle {
                why: "no story was found in the page".to_owned(),
            };
        }
        let Story {
            mut paragraphs,
            images,
            ..
        } = story;
        let notice = paragraphs
            .iter()
            .position(|text| self.profile.members.stands_in(text).is_some());
        if let Some(notice) = notice.filter(|_| length < self.profile.members.under) {
            // What stands behind the notice are its buttons.
            paragraphs.truncate(notice);
            return Extraction::Members(Box::new(Article {
                paragraphs,
                images,
                access: Access::Members,
                ..article
            }));
        }
        Extraction::Article(Box::new(Article {
            paragraphs,
            images,
            ..article
        }))
    }

    /// Everything but the story.
    fn article(&self, sources: &FieldSources<'_>, url: &PageUrl) -> Article {
        let rules = &self.profile.article;
        let number = self
            .profile
            .url
            .article_number(url)
            .or_else(|| sources.text(&rules.number)?.parse().ok());
        let byline =
            Some(sources.texts(&rules.byline).join(", ")).filter(|byline| !byline.is_empty());
        let paper = sources.page.meta("og:site_name").unwrap_or_default();
        let publication = publication(sources, rules, &self.paper.timezone);
        let rights = sources.text(&rules.rights);
        let words = self.words(sources, rights.as_deref());
        Article {
            number,
            canonical_url: Some(self.canonical(sources, url, number)),
            title: self.title(sources),
            subtitle: sources.text(&rules.subtitle),
            authors: byline
                .as_deref()
                .map(|byline| authors(byline, paper))
                .unwrap_or_default(),
            byline,
            modified_at: publication
                .as_ref()
                .and_then(|told| change(sources, rules, &self.paper.timezone, told)),
            published_at: publication.as_ref().map(|told| told.time.time),
            published_precision: publication.as_ref().map(|told| told.time.precision),
            published_source: publication.map(|told| told.source),
            section: sources.text(&rules.section),
            subsection: sources.text(&rules.subsection),
            language: Some(self.paper.language.clone()),
            tags: distinct(sources.texts(&rules.tags)),
            opt_outs: words
                .iter()
                .map(|(word, _)| format!("words:{word}"))
                .collect(),
            words,
            rights,
            extractor: self.extractor(sources.page.tree),
            ..Article::default()
        }
    }

    /// The title from the best source; where a pseudo-tag was lost from it (`<K팝>`), from the source that kept it.
    fn title(&self, sources: &FieldSources<'_>) -> Option<String> {
        let title = sources.text(&self.profile.article.title)?;
        let told = self
            .profile
            .article
            .title
            .iter()
            .flat_map(|source| sources.of(source));
        let whole = told
            .into_iter()
            .find(|told| *told != title && crate::text::clean(&without_tags(told)) == title);
        Some(whole.unwrap_or(title))
    }

    /// What the page says, unless that is another article; else its own address in plain form.
    fn canonical(&self, sources: &FieldSources<'_>, url: &PageUrl, number: Option<u64>) -> String {
        let rules = &self.profile.url;
        let is_this = |told: &PageUrl| number.is_none() || rules.article_number(told) == number;
        let told = sources
            .text(&self.profile.article.canonical)
            .and_then(|link| url.join(&link).ok());
        let plain =
            || number.and_then(|number| rules.article_url(&url.origin(), &number.to_string()));
        told.filter(is_this)
            .or_else(plain)
            .unwrap_or_else(|| url.clone())
            .to_string()
    }

    fn words(&self, sources: &FieldSources<'_>, rights: Option<&str>) -> Vec<(String, String)> {
        let rule = &self.profile.article.opt_out;
        let said = rule
            .select
            .iter()
            .flat_map(|place| sources.page.tree.all(place))
            .map(|node| text(&node));
        let lines: Vec<String> = rights.map(str::to_owned).into_iter().chain(said).collect();
        let mut found: Vec<(String, String)> = Vec::new();
        for (word, line) in rule.words.iter().flat_map(|words| {
            lines
                .iter()
                .filter_map(|line| Some((words.find(line)?, line)))
        }) {
            let word: String = word.split_whitespace().collect();
            if !found.iter().any(|(known, _)| *known == word) {
                found.push((word, line.clone()));
            }
        }
        found
    }

    fn extractor(&self, tree: &Tree) -> String {
        let name = &self.profile.name;
        let skin = self
            .profile
            .skins
            .iter()
            .find(|skin| tree.first(&skin.mark).is_some());
        skin.map_or_else(|| name.clone(), |skin| format!("{name}/{}", skin.name))
    }
}

fn distinct(mut texts: Vec<String>) -> Vec<String> {
    let mut known = HashSet::new();
    texts.retain(|text| known.insert(text.clone()));
    texts
}

fn without_tags(text: &str) -> String {
    let mut parts = text.split('<');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |kept, part| {
        kept + part.split_once('>').map_or(part, |(_, after)| after)
    })
}
