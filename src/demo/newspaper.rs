//! The articles that the demo newspaper has published, and how it publishes, corrects and deletes.

use std::time::Duration;

use crate::demo::vocabulary::PAPER_TITLE;
use crate::time::{LocalTime, Timestamp};

mod cms;
mod demo_article;

pub use cms::{DemoCms, DemoSkin};
use demo_article::STEP;
pub use demo_article::{Availability, DemoArticle, SECTIONS};

/// The properties of a demo paper. The same edition always gives the same paper.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Edition {
    pub skin: DemoSkin,
    /// In each of the three sections.
    pub articles_per_section: u32,
    /// The Crawl-delay of its robots.txt, in seconds.
    pub crawl_delay: Option<f64>,
    /// The last page that its lists show.
    pub last_page: usize,
}

/// The last page of a list that the ND Soft CMS shows, as it is sold.
const LAST_PAGE: usize = 200;

/// The time from an article's publication to its correction: two hours, as for a correction on the
/// same day.
const CORRECTED_AFTER: Duration = Duration::from_secs(2 * 3600);

/// A paper of this many articles or fewer deletes none in [`Newspaper::revise`].
const TOO_SMALL_TO_DELETE: usize = 3;

impl Default for Edition {
    fn default() -> Self {
        Self {
            skin: DemoSkin::G4,
            articles_per_section: 40,
            crawl_delay: Some(0.1),
            last_page: LAST_PAGE,
        }
    }
}

/// The titles of the articles that [`Newspaper::revise`] changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RevisedTitles {
    /// Empty if the paper has no open article.
    pub corrected: String,
    /// The deleted article.
    pub withdrawn: Option<String>,
}

/// The demo newspaper.
#[derive(Clone, Debug)]
pub struct Newspaper {
    pub(super) cms: DemoCms,
    pub(super) skin: DemoSkin,
    pub(super) crawl_delay: Option<f64>,
    pub(super) last_page: usize,
    /// In the order of the lists: newest first by publication, which is not quite by number.
    articles: Vec<DemoArticle>,
}

impl Newspaper {
    /// The paper's name.
    pub const TITLE: &str = PAPER_TITLE;

    /// Writes a paper on the ND Soft CMS.
    pub fn new(edition: &Edition) -> Self {
        let count = edition.articles_per_section as usize * SECTIONS.len();
        let mut articles: Vec<DemoArticle> =
            (0..count).map(|k| DemoArticle::write(k, count)).collect();
        articles.sort_by_key(|article| std::cmp::Reverse(article.published.at));

        let Edition {
            skin,
            crawl_delay,
            last_page,
            ..
        } = *edition;
        Self {
            cms: DemoCms::default(),
            skin,
            crawl_delay,
            last_page,
            articles,
        }
    }

    /// Returns the same paper on another CMS. Skins are those of ND Soft; other CMSs have one look.
    pub fn on(self, cms: DemoCms) -> Self {
        Self { cms, ..self }
    }

    /// Returns the CMS that it is made with.
    pub fn cms(&self) -> DemoCms {
        self.cms
    }

    /// Returns the address of an article's photo on a paper that is served at `base`.
    pub fn photo_url(&self, base: &str, article: &DemoArticle) -> Option<String> {
        let (number, (photo, _)) = (article.number, article.photo.as_ref()?);
        Some(match self.cms {
            DemoCms::NdSoft => format!("{base}/news/photo/202611/{number}_{photo}_1.jpg"),
            DemoCms::Mediaon => format!("{base}/data/photos/20261147/art_{photo}.jpg"),
            DemoCms::Plain => format!("{base}/photo/{photo}.jpg"),
        })
    }

    /// Returns all articles. The deleted ones are among them: the lists still show them.
    pub fn articles(&self) -> &[DemoArticle] {
        &self.articles
    }

    /// Publishes `count` more articles. Each is newer than all before.
    pub fn publish(&mut self, count: usize) {
        for _ in 0..count {
            self.publish_at(self.articles[0].published.at + STEP);
        }
    }

    /// Publishes one more article at a moment, or just after all others if that is later.
    pub fn publish_at(&mut self, at: Timestamp) {
        let k = self.articles.len();
        let mut new = DemoArticle::write(k, k + 1);
        new.kind = Availability::Open;
        new.modified = None;
        new.published.at = at.max(self.articles[0].published.at + Duration::from_secs(1));

        self.articles.insert(0, new);
    }

    /// Corrects the newest open article, and deletes the next open one if the paper has more than
    /// three articles.
    ///
    /// A paper without an open article stays as it is.
    pub fn revise(&mut self) -> RevisedTitles {
        let may_delete = self.articles.len() > TOO_SMALL_TO_DELETE;
        let mut open = self
            .articles
            .iter_mut()
            .filter(|article| article.kind == Availability::Open);
        let mut revised = RevisedTitles::default();

        if let Some(article) = open.next() {
            article.paragraphs[0].push_str(" 처음에 잘못 나간 날짜를 바로잡았다.");
            article.modified = Some(LocalTime {
                at: article.published.at + CORRECTED_AFTER,
                ..article.published
            });
            revised.corrected.clone_from(&article.title);
        }

        if let Some(article) = open.next().filter(|_| may_delete) {
            article.kind = Availability::Deleted;
            revised.withdrawn = Some(article.title.clone());
        }

        revised
    }

    /// Returns the article of that number, deleted or not.
    pub(super) fn find(&self, number: u64) -> Option<&DemoArticle> {
        self.articles
            .iter()
            .find(|article| article.number == number)
    }

    /// Returns the Crawl-delay line of the paper's robots.txt; empty if it has none.
    pub(super) fn crawl_delay_line(&self) -> String {
        self.crawl_delay
            .map(|seconds| format!("Crawl-delay: {seconds}\n"))
            .unwrap_or_default()
    }
}

/// Returns a time as `2026-11-20 18:00:11`.
pub(super) fn seconds(time: LocalTime) -> String {
    time.to_string()[..19].replace('T', " ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_article_has_a_number_and_a_text_of_its_own() {
        let paper = Newspaper::new(&Edition {
            articles_per_section: 667,
            ..Edition::default()
        });

        let texts: BTreeSet<String> = paper
            .articles()
            .iter()
            .map(|article| article.paragraphs.concat())
            .collect();
        assert_eq!((numbers(&paper).len(), texts.len()), (2001, 2001));
    }

    #[test]
    fn the_order_is_by_publication_and_not_by_number() {
        let paper = Newspaper::new(&Edition::default());

        assert!(is_newest_first(&paper));
        assert!(
            paper
                .articles()
                .windows(2)
                .any(|pair| pair[0].number < pair[1].number)
        );
    }

    #[test]
    fn a_revision_corrects_one_article_and_deletes_one() {
        let before = Newspaper::new(&Edition::default());
        let mut paper = before.clone();

        let revised = paper.revise();

        let pairs = before.articles().iter().zip(paper.articles());
        let changed: Vec<_> = pairs
            .filter(|(old, new)| old != new)
            .map(|(_, new)| new)
            .collect();
        assert_eq!(changed.len(), 2);
        assert_eq!(
            (&changed[0].title, changed[0].kind),
            (&revised.corrected, Availability::Open)
        );
        assert_eq!(
            (Some(&changed[1].title), changed[1].kind),
            (revised.withdrawn.as_ref(), Availability::Deleted)
        );
    }

    #[test]
    fn a_paper_of_three_articles_deletes_none() {
        let mut small = Newspaper::new(&Edition {
            articles_per_section: 1,
            ..Edition::default()
        });

        assert_eq!(small.revise().withdrawn, None);
    }

    #[test]
    fn later_articles_stand_first() {
        let mut paper = Newspaper::new(&Edition::default());

        paper.publish(3);

        assert_eq!(paper.articles().len(), 123);
        assert!(is_newest_first(&paper));
        assert_eq!(numbers(&paper).len(), 123);
    }

    fn numbers(paper: &Newspaper) -> BTreeSet<u64> {
        paper
            .articles()
            .iter()
            .map(|article| article.number)
            .collect()
    }

    fn is_newest_first(paper: &Newspaper) -> bool {
        paper
            .articles()
            .windows(2)
            .all(|pair| pair[0].published.at > pair[1].published.at)
    }
}
