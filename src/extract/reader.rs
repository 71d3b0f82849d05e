//! Extracts the article of one page with one profile.

mod article_fields;
mod unknown_cms;

use std::sync::Arc;

use jiff::tz::TimeZone;

use crate::config::profile::Notice;
use crate::config::{Profile, Site};
use crate::extract::article::{Access, Article, Extraction};
use crate::extract::body::{Story, story};
use crate::extract::date_order::date_order;
use crate::extract::dates::zulu;
use crate::extract::fields::FieldSources;
use crate::extract::generic;
use crate::extract::printed_dates::PrintedUnderHeadline;
use crate::extract::scan::PageScan;
use crate::markup::{Tree, Wanted, Weight, text};
use crate::page_url::PageUrl;
use crate::time::printed::{DateOrder, DateReader};

/// A notice in a story of fewer characters is the whole page: in a longer one it is a quotation.
const NOTICE: usize = 200;

/// Counting the characters of a page stops here, since notices are far shorter (the generic profile
/// allows 1,500) and pages may be huge.
const COUNTED: usize = 10_000;

/// Facts about a paper that are known before any of its pages is read.
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

/// Extracts article pages of one paper. All rules are compiled; tasks share it.
#[derive(Clone, Debug)]
pub struct ArticleReader {
    profile: Profile,
    paper: KnownPaper,
    wanted: Arc<Wanted>,
}

impl ArticleReader {
    pub fn new(profile: Profile, paper: KnownPaper) -> Self {
        let rules = &profile.article;
        let marks = profile.skins.iter().map(|skin| &skin.mark);
        let wanted = Wanted::of(rules.page_selectors(), marks).with_scripts(rules.reads_scripts());

        Self {
            wanted: Arc::new(wanted),
            profile,
            paper,
        }
    }

    /// Returns what an article is read from; `None` where stories are found by measure, which
    /// measures all of a page.
    pub fn wanted(&self) -> Option<&Wanted> {
        (!self.is_generic()).then_some(&*self.wanted)
    }

    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// Extracts the page at `url`. Pages are hostile, so a failure is a value, too.
    pub fn read(&self, url: &PageUrl, html: &str) -> Extraction {
        let pruned = self.wanted().map(|wanted| Tree::parse_wanted(html, wanted));
        if let Some(Ok(tree)) = pruned {
            let extraction = self.read_tree(url, html, &tree);
            if tree.is_whole() || matches!(extraction, Extraction::Article(_)) {
                return extraction;
            }
        }

        match Tree::parse(html) {
            Ok(tree) => self.read_tree(url, html, &tree),
            Err(why) => self
                .page_notice(html)
                .unwrap_or_else(|| Extraction::NotAnArticle {
                    why: why.to_string(),
                }),
        }
    }

    /// Returns the notice of a page that is nothing but a notice: gone, or refused.
    pub fn page_notice(&self, html: &str) -> Option<Extraction> {
        self.notice(html, html.chars().take(COUNTED).count())
    }

    /// Extracts a page that was parsed already.
    pub fn read_tree(&self, url: &PageUrl, html: &str, tree: &Tree) -> Extraction {
        if let Some(notice) = self.page_notice(html) {
            return notice;
        }

        let refusal = self.is_generic().then(|| generic::refusal(html, tree));
        if let Some(why) = refusal.flatten() {
            return Extraction::NotAnArticle { why };
        }

        let (page, rules) = (PageScan::new(tree), &self.profile.article);
        let dates = self.date_reader(&page, html);
        let printed = PrintedUnderHeadline::read(tree, &rules.printed, dates);
        let sources = FieldSources {
            page: &page,
            printed: &printed,
            dates,
        };
        let article = self.article(&sources, url);

        if self.is_generic() {
            self.found(html, &sources, url, article)
        } else {
            self.judged(article, story(tree, rules, url), tree)
        }
    }

    /// Returns what has to be known to read the dates of a page. The order of day and month
    /// is looked for where no profile knows the page.
    fn date_reader(&self, page: &PageScan<'_>, html: &str) -> DateReader<'_> {
        let order = if self.is_generic() {
            date_order(page, html)
        } else {
            DateOrder::Unknown
        };
        DateReader {
            zone: &self.paper.timezone,
            zulu: zulu(&self.profile.article),
            order,
        }
    }

    /// Tells whether stories are found by measure, which takes longer and is less certain.
    pub fn is_generic(&self) -> bool {
        self.profile.article.by_measure
    }

    /// Returns the bytes of memory that reading a page may take, by the estimate.
    pub fn memory(&self, html: &str) -> usize {
        if !self.is_generic() {
            return Weight::most_of(html.len());
        }

        // A refused page takes no more than the memory for weighing it.
        let read = Tree::parse(html).map_or(0, |tree| {
            tree.weight().estimate() + generic::memory(html, &tree)
        });
        read.max(html.len())
    }

    /// Returns the refusal or the deletion that a notice in a text of this length declares. Such a
    /// page is usually a script that alerts and steps back.
    fn notice(&self, text: &str, length: usize) -> Option<Extraction> {
        let Profile { gone, refused, .. } = &self.profile;

        let refusal = notice_in(refused, text, length).map(|why| Extraction::Refused { why });
        refusal.or_else(|| notice_in(gone, text, length).map(|why| Extraction::Gone { why }))
    }

    /// Decides what a page is, from its fields and its story.
    fn judged(&self, article: Article, story: Option<Story>, tree: &Tree) -> Extraction {
        let story = story.unwrap_or_default();
        if let Some(notice) = self.short_notice(&article, &story, tree) {
            return notice;
        }
        if story.is_empty() {
            return Extraction::NotAnArticle {
                why: "no story was found in the page".to_owned(),
            };
        }

        let is_short = story.length() < self.profile.members.under;
        let Story {
            mut paragraphs,
            images,
            ..
        } = story;
        let notice = paragraphs
            .iter()
            .position(|text| self.profile.members.stands_in(text).is_some());
        if let Some(notice) = notice.filter(|_| is_short) {
            // The paragraphs behind the notice are its buttons.
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

    /// Returns the notice of a page whose story is empty, or short and without photos.
    fn short_notice(&self, article: &Article, story: &Story, tree: &Tree) -> Option<Extraction> {
        let is_short = story.length() < NOTICE && story.images.is_empty();
        if !story.is_empty() && !is_short {
            return None;
        }

        let said = if story.is_empty() {
            text(&tree.root())
        } else {
            story.paragraphs.join(" ")
        };
        if let Some(notice) = self.notice(&said, 0) {
            return Some(notice);
        }

        let is_for_members = story.is_empty()
            && self.profile.members.stands_in(&said).is_some()
            && article.title.is_some();
        is_for_members.then(|| {
            Extraction::Members(Box::new(Article {
                access: Access::Members,
                ..article.clone()
            }))
        })
    }
}

/// Returns what a notice says, where it stands in a text that is short enough.
fn notice_in(notice: &Notice, text: &str, length: usize) -> Option<String> {
    if length >= notice.under {
        return None;
    }
    let found = notice.stands_in(text)?;
    Some(format!("the page says {found:?}"))
}
