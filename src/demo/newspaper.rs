//! What the demo newspaper has published.

use std::fmt;
use std::time::Duration;

use crate::demo::prose::Chance;
use crate::time::{LocalTime, Timestamp};

/// Which paper is made.
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

/// The last page that the CMS shows of a list, as it is sold.
const LAST_PAGE: usize = 200;

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

/// The generation of the CMS's look. A paper shows its whole archive in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DemoSkin {
    G2,
    G4,
}

/// The content management system that a paper is made with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DemoCms {
    #[default]
    NdSoft,
    Mediaon,
    /// None that anybody knows: no numbers, EUC-KR, and two names for the host.
    Plain,
}

impl DemoCms {
    pub const ALL: [Self; 3] = [Self::NdSoft, Self::Mediaon, Self::Plain];

    /// Returns the name of the profile that reads its pages; `None` where they are read without
    /// one.
    pub fn profile(self) -> Option<&'static str> {
        match self {
            Self::NdSoft | Self::Mediaon => Some(self.name()),
            Self::Plain => None,
        }
    }

    /// Returns its name, which is that of its profile where it has one.
    pub fn name(self) -> &'static str {
        match self {
            Self::NdSoft => "ndsoft",
            Self::Mediaon => "mediaon",
            Self::Plain => "plain",
        }
    }
}

impl fmt::Display for DemoCms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What the server says when an article is asked for.
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

/// An article as its author knows it: what an archive should hold.
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
pub const SECTIONS: [(&str, &str, [&str; 2]); 3] = [
    ("S1N1", "책방", ["동네서점", "헌책방"]),
    ("S1N2", "사람", ["인터뷰", "사서의 하루"]),
    ("S1N4", "새책", ["문학", "어린이"]),
];

/// The newest article's moment: 2026-11-20T18:00:00+09:00.
const NEWEST: Timestamp = Timestamp::from_seconds(1_795_165_200);
/// From one article to the next.
const STEP: Duration = Duration::from_secs(47 * 60);
const SEOUL: i32 = 9 * 3600;

/// From an article's publication to its correction.
const CORRECTED: Duration = Duration::from_secs(2 * 3600);

/// What a paper changed of what it had published: the titles.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RevisedTitles {
    pub corrected: String,
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
    pub const TITLE: &str = "한빛책방신문";

    pub fn new(edition: &Edition) -> Self {
        let count = edition.articles_per_section as usize * SECTIONS.len();
        let mut articles: Vec<DemoArticle> = (0..count).map(|k| article(k, count)).collect();
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

    /// The same paper on another CMS, which has one look.
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

    /// Returns all articles, deleted ones too: the lists still show them.
    pub fn articles(&self) -> &[DemoArticle] {
        &self.articles
    }

    /// Publishes so many more articles, each some time after all before.
    pub fn publish(&mut self, count: usize) {
        for _ in 0..count {
            self.publish_at(self.articles[0].published.at + STEP);
        }
    }

    /// Publishes one more article at a moment, or just after all before where that is later.
    pub fn publish_at(&mut self, at: Timestamp) {
        let k = self.articles.len();
        let mut new = article(k, k + 1);
        new.kind = Availability::Open;
        new.modified = None;
        new.published.at = at.max(self.articles[0].published.at + Duration::from_secs(1));
        self.articles.insert(0, new);
    }

    /// Corrects the newest article that anybody may read, and takes back the one before it where
    /// the paper has others left.
    ///
    /// A paper of no open article is left as it is.
    pub fn revise(&mut self) -> RevisedTitles {
        let enough = self.articles.len() > 3;
        let mut open = self
            .articles
            .iter_mut()
            .filter(|article| article.kind == Availability::Open);
        let mut revision = RevisedTitles::default();
        if let Some(article) = open.next() {
            article.paragraphs[0].push_str(" 처음에 잘못 나간 날짜를 바로잡았다.");
            article.modified = Some(LocalTime {
                at: article.published.at + CORRECTED,
                ..article.published
            });
            revision.corrected.clone_from(&article.title);
        }
        if let Some(article) = open.next().filter(|_| enough) {
            article.kind = Availability::Deleted;
            revision.withdrawn = Some(article.title.clone());
        }
        revision
    }

    pub(super) fn find(&self, number: u64) -> Option<&DemoArticle> {
        self.articles
            .iter()
            .find(|article| article.number == number)
    }
}

/// The `k`-th article of `count`, the oldest first.
fn article(k: usize, count: usize) -> DemoArticle {
    let mut chance = Chance::new(k as u64 + 1);
    let section = k % SECTIONS.len();
    // Every ninth was held back: it is published two steps after its number's turn.
    let held_back = if k % 9 == 4 {
        STEP * 2 + Duration::from_secs(60)
    } else {
        Duration::ZERO
    };
    let age = STEP * u32::try_from(count - k).unwrap_or(u32::MAX);
    let at = NEWEST - age + held_back + Duration::from_secs(chance.next() % 60);
    let published = LocalTime { at, offset: SEOUL };
    let modified = (k % 7 == 3).then(|| LocalTime {
        at: at + Duration::from_secs(5_025),
        offset: SEOUL,
    });
    let (byline, authors) = chance.byline(Newspaper::TITLE);
    // Numbers have gaps, and jump where the paper once moved to another server.
    let number = 3 * k as u64
        + chance.next() % 2
        + if k * 2 >= count.min(120) {
            200_001
        } else {
            1_001
        };
    let paragraphs = 4 + chance.below(8);
    DemoArticle {
        number,
        kind: kind(k),
        section,
        subsection: SECTIONS[section].2[chance.below(2)],
        title: chance.title(),
        subtitle: (k % 4 == 1).then(|| chance.subtitle()),
        byline,
        authors,
        published,
        modified,
        paragraphs: (0..paragraphs)
            .map(|_| 1 + chance.below(4))
            .collect::<Vec<_>>()
            .iter()
            .map(|n| chance.paragraph(*n))
            .collect(),
        photo: (k % 3 != 2).then(|| {
            (
                number * 2 + 7,
                (k % 6 != 3).then(|| caption(k, &mut chance)),
            )
        }),
        tags: chance.tags(),
    }
}

/// As printed: with the mark that points to the photo above it, or without.
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

/// `2026-11-20 18:00:11`.
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
        let numbers: BTreeSet<u64> = paper
            .articles()
            .iter()
            .map(|article| article.number)
            .collect();
        let texts: BTreeSet<String> = paper
            .articles()
            .iter()
            .map(|article| article.paragraphs.concat())
            .collect();
        assert_eq!((numbers.len(), texts.len()), (2001, 2001));
    }

    #[test]
    fn the_order_is_by_publication_and_not_by_number() {
        let paper = Newspaper::new(&Edition::default());
        assert!(
            paper
                .articles()
                .windows(2)
                .all(|pair| pair[0].published.at > pair[1].published.at)
        );
        assert!(
            paper
                .articles()
                .windows(2)
                .any(|pair| pair[0].number < pair[1].number)
        );
    }

    #[test]
    fn a_paper_that_is_revised_corrects_one_article_and_takes_one_back() {
        let before = Newspaper::new(&Edition::default());
        let mut paper = before.clone();
        let revision = paper.revise();
        let pairs = before.articles().iter().zip(paper.articles());
        let changed: Vec<_> = pairs
            .filter(|(old, new)| old != new)
            .map(|(_, new)| new)
            .collect();
        assert_eq!(changed.len(), 2);
        assert_eq!(
            (&changed[0].title, changed[0].kind),
            (&revision.corrected, Availability::Open)
        );
        assert_eq!(
            (Some(&changed[1].title), changed[1].kind),
            (revision.withdrawn.as_ref(), Availability::Deleted)
        );

        let mut small = Newspaper::new(&Edition {
            articles_per_section: 1,
            ..Edition::default()
        });
        assert_eq!(small.revise().withdrawn, None);
    }

    #[test]
    fn what_is_published_later_stands_first() {
        let mut paper = Newspaper::new(&Edition::default());
        paper.publish(3);
        assert_eq!(paper.articles().len(), 123);
        assert!(
            paper
                .articles()
                .windows(2)
                .all(|pair| pair[0].published.at > pair[1].published.at)
        );
        let numbers: BTreeSet<u64> = paper
            .articles()
            .iter()
            .map(|article| article.number)
            .collect();
        assert_eq!(numbers.len(), 123);
    }
}
