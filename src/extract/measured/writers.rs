//! Finds who wrote the story of an unknown page: candidates from all of its places, by rank.

use std::sync::LazyLock;

use regex::Regex;

use crate::extract::holder::chain;
use crate::extract::measured::StoryHints;
use crate::extract::measured::bylines::{LONGEST, apart, printed};
use crate::extract::measured::chinese_names::reporters_at_head;
use crate::extract::measured::japanese_names;
use crate::extract::measured::names::{has_lead, marked_persons, persons, told_persons};
use crate::extract::measured::papers::PaperNames;
use crate::extract::measured::person_words::has_whole_name;
use crate::extract::measured::signatures::signature;
use crate::extract::measured::signed_lines::{
    NEAR, is_signed, is_signed_with_a_word, names_somebody,
};
use crate::extract::measured::told_writers::{of_addresses, of_json_ld, of_metas};
use crate::extract::page_lines::PageLine;
use crate::extract::page_parts::{PageParts, PagePlace};
use crate::extract::printed_dates::behind_date;
use crate::extract::scan::PageScan;
use crate::text::letters;

/// The head of a report by a Korean agency: `(한빛=연합) 홍길동 기자 =`.
static AGENCY_HEAD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^\s*[\[(【][^\])】]{2,40}[\])】]\s*([가-힣·, ]{2,40}?(?:기자|특파원|통신원))\s*=")
        .expect("a test compiles it")
});

/// The places of printed bylines, best first.
const PLACES: [PagePlace; 4] = [
    PagePlace::UnderHeadline,
    PagePlace::AboveHeadline,
    PagePlace::InStory,
    PagePlace::BelowStory,
];

/// Where a candidate stands, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum WriterPlace {
    /// Printed by its element's name, apart from headline and story.
    Apart,
    /// A library found it.
    Library,
    /// Printed by its element's name below the story, or by its words in its first lines.
    BelowStory,
    /// The name of an account, wherever it stands.
    Account,
    AboveHeadline,
    Meta,
    /// The last words of the story.
    Signature,
    /// The first words of the story.
    AgencyHead,
    /// Printed near the headline, by its words.
    Words,
    /// Printed near the headline, by its element's name.
    Printed,
    /// A person in the page's JSON-LD.
    JsonLd,
}

impl WriterPlace {
    /// Returns where the name of an account stands: any whole name near the headline or in the
    /// page's head is better.
    fn of_account(self) -> Self {
        self.min(Self::Account)
    }
}

/// The writers of a story, and their byline as told.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Writers {
    pub names: Vec<String>,
    pub byline: Option<String>,
}

/// Collects candidates. The best place wins; within it the first.
struct Candidates<'p> {
    papers: &'p PaperNames,
    best: Option<(WriterPlace, Writers)>,
}

impl Candidates<'_> {
    fn add(&mut self, place: WriterPlace, bylines: &[String]) {
        if self.best.as_ref().is_some_and(|(best, _)| *best >= place) {
            return;
        }

        let read = if place == WriterPlace::JsonLd {
            told_persons
        } else {
            marked_persons
        };
        let mut names: Vec<String> = Vec::new();
        for name in bylines.iter().flat_map(|byline| read(byline, self.papers)) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let place = if has_whole_name(&names) {
            place
        } else {
            place.of_account()
        };
        let is_better = self.best.as_ref().is_none_or(|(best, _)| *best < place);
        if !names.is_empty() && is_better {
            let byline = Some(bylines.join(", "));
            self.best = Some((place, Writers { names, byline }));
        }
    }
}

/// Returns the writers of a story.
pub(super) fn writers(
    page: &PageScan<'_>,
    parts: &PageParts<'_>,
    papers: &PaperNames,
    story: StoryHints<'_>,
) -> Writers {
    let paragraphs = story.paragraphs;
    let mut candidates = Candidates { papers, best: None };

    candidates.add(WriterPlace::JsonLd, &of_json_ld(page));
    for place in PLACES {
        candidates.add(rank(place), &printed(parts, place, papers));
    }
    candidates.add(WriterPlace::Words, &by_words(parts, papers));
    candidates.add(WriterPlace::BelowStory, &by_words_in_story(parts, papers));
    candidates.add(WriterPlace::AgencyHead, &agency_head(paragraphs));
    candidates.add(WriterPlace::Signature, &signature(parts, papers, story.url));
    let is_told = |name: &str| is_told(name, page, parts, papers);
    candidates.add(
        WriterPlace::Signature,
        &japanese_names::signers(paragraphs, is_told),
    );
    for meta in of_metas(page) {
        candidates.add(WriterPlace::Meta, &[meta]);
    }
    candidates.add(
        WriterPlace::Library,
        &found_here(story.author, parts, papers),
    );

    if candidates.best.is_none() {
        let apart = apart(parts, papers);
        candidates.add(WriterPlace::Apart, apart.as_slice());
    }
    if candidates.best.is_none() {
        return Writers {
            names: persons(&of_addresses(page, papers, story.url).join(", "), papers),
            byline: None,
        };
    }

    candidates
        .best
        .map(|(_, writers)| writers)
        .unwrap_or_default()
}

/// Returns the writers whom an agency or a Chinese paper names before the story's first words.
fn agency_head(paragraphs: &[String]) -> Vec<String> {
    let told = paragraphs.first().and_then(|first| {
        let korean = AGENCY_HEAD.captures(first).and_then(|head| head.get(1));
        let korean = korean.map(|told| told.as_str());
        korean.or_else(|| reporters_at_head(first))
    });
    told.map(str::to_owned).into_iter().collect()
}

/// Returns what a library found, where the page has it outside of other stories and comments, too.
fn found_here(found: Option<&str>, parts: &PageParts<'_>, papers: &PaperNames) -> Vec<String> {
    let names = persons(found.unwrap_or_default(), papers);
    let is_here = names
        .first()
        .is_some_and(|name| parts.has_outside_of_others(name));
    found
        .filter(|_| is_here)
        .map(str::to_owned)
        .into_iter()
        .collect()
}

/// Tells whether the page's data, its meta tags or its printed bylines name a writer with the same
/// letters.
fn is_told(name: &str, page: &PageScan<'_>, parts: &PageParts<'_>, papers: &PaperNames) -> bool {
    let printed = PLACES
        .into_iter()
        .flat_map(|place| printed(parts, place, papers));
    let mut told = of_json_ld(page)
        .into_iter()
        .chain(of_metas(page))
        .chain(printed);
    told.any(|told| letters(&told).collect::<String>().contains(name))
}

fn rank(place: PagePlace) -> WriterPlace {
    match place {
        PagePlace::UnderHeadline => WriterPlace::Printed,
        PagePlace::AboveHeadline | PagePlace::InStory => WriterPlace::AboveHeadline,
        PagePlace::BelowStory => WriterPlace::BelowStory,
    }
}

/// Returns the first line near the headline that is a byline by its words.
fn by_words(parts: &PageParts<'_>, papers: &PaperNames) -> Vec<String> {
    first_byline(lines_at(parts, PagePlace::UnderHeadline), papers)
}

/// Returns the byline that a library took for one of the first lines of the story. A sentence is
/// none, and somebody else may have written what the story is about.
fn by_words_in_story(parts: &PageParts<'_>, papers: &PaperNames) -> Vec<String> {
    const FIRST: usize = 2;
    let first = lines_at(parts, PagePlace::InStory).take(FIRST);
    first_byline(
        first.filter(|line| !line.text.ends_with(['.', '。', '!', '?'])),
        papers,
    )
}

fn lines_at<'p, 'a>(
    parts: &'p PageParts<'a>,
    place: PagePlace,
) -> impl Iterator<Item = &'p PageLine<'a>> {
    parts
        .lines()
        .filter(move |line| parts.place_of(line) == place)
}

fn first_byline<'p, 'a: 'p>(
    mut lines: impl Iterator<Item = &'p PageLine<'a>>,
    papers: &PaperNames,
) -> Vec<String> {
    let byline = lines.find(|line| is_byline(line, papers));
    let words = byline.map(|line| without_date(&line.text).to_owned());
    words.into_iter().collect()
}

/// Returns a line without the date before its byline: `7 March 2026, 16:50 Author: Jane Lee`.
fn without_date(line: &str) -> &str {
    behind_date(line)
        .filter(|rest| has_lead(rest))
        .unwrap_or(line)
}

fn is_byline(line: &PageLine<'_>, papers: &PaperNames) -> bool {
    let is_headline = chain(line.element)
        .take(NEAR)
        .any(|node| node.has_name("h1"));
    line.text.chars().count() <= LONGEST
        && !is_headline
        && (is_signed(&line.text) && !persons(&line.text, papers).is_empty()
            || has_lead(without_date(&line.text))
                && (names_somebody(without_date(&line.text), papers)
                    || is_signed_with_a_word(without_date(&line.text), papers)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::profile::ArticleRules;
    use crate::markup::Tree;
    use crate::page_url::PageUrl;

    const STORY: &str =
        "The ice on the old canal held for nine days, and the boats stayed where they were.";

    /// The names of the writers of a page that prints `under` its headline and `below` its story.
    fn named(head: &str, under: &str, below: &str) -> Vec<String> {
        let html = format!(
            "<head>{head}</head><article><h1>Ice</h1>{under}<div><p>{STORY}</p><p>{STORY}</p>\
             </div>{below}</article>"
        );
        let tree = Tree::parse(&html).unwrap();
        let page = PageScan::new(&tree);
        let paragraphs = [STORY.to_owned()];
        let mut parts = PageParts::new(&tree, &paragraphs);
        let headline = parts.elements().find(|node| node.has_name("h1"));
        parts.set_headline(headline);
        let story = StoryHints {
            url: &PageUrl::parse("https://paper.example/news/7").unwrap(),
            rules: &ArticleRules::default(),
            paragraphs: &paragraphs,
            author: None,
        };
        let papers = PaperNames::of(&page, story.url);
        writers(&page, &parts, &papers, story).names
    }

    #[test]
    fn chinese_reporters_are_named_in_a_line_or_before_the_storys_first_words() {
        for line in ["記者王明／高雄報導", "〔記者王明／高雄報導〕"] {
            let under = format!("<p>{line}</p>");
            assert_eq!(named("", &under, ""), ["王明"], "{line}");
        }
        let told = |first: &str| agency_head(&[first.to_owned()]);
        assert_eq!(
            told("海港社新港电（记者李华、王明）市议会。"),
            ["记者李华、王明"]
        );
        assert!(told("市议会周二决定（记者李华）。").is_empty());
    }

    #[test]
    fn a_byline_may_be_named_for_programs_that_test_the_page() {
        for name in [
            "data-testid=byline-new",
            "data-component=articleAuthor",
            "class=yazar-adi",
        ] {
            let under = format!("<div {name}><b>Ida Frost</b></div>");
            assert_eq!(named("", &under, ""), ["Ida Frost"], "{name}");
        }
        let head = "<meta property=og:site_name content='Quay News'>";
        let block = |text: &str| format!("<div><b>{text}</b></div>");
        let under = block("Ida Frost") + &block("Quay News");
        let under = format!("<div data-testid=byline><div>{under}</div></div>");
        assert_eq!(named(head, &under, ""), ["Ida Frost"]);
        assert!(named("", "<div data-testid=gallery><b>Ida Frost</b></div>", "").is_empty());
    }

    #[test]
    fn by_in_the_middle_of_a_phrase_begins_no_byline() {
        assert_eq!(named("", "<p>By Ida Frost</p>", ""), ["Ida Frost"]);
        let behind_date = "<p>7 March 2026, 16:50 <b>Author: Ida Frost</b></p>";
        assert_eq!(named("", behind_date, ""), ["Ida Frost"]);
        for phrase in [
            "Exclusive by Design",
            "In Sachsen von Bedeutung",
            "Guest of honour",
        ] {
            let line = format!("<p>{phrase}</p>");
            assert!(named("", &line, "").is_empty(), "{phrase}");
        }
        assert!(named("", "", "<p>(By Crater Lake)</p>").is_empty());
        assert_eq!(
            named("", "", "<p>(Reporting by Ida Frost)</p>"),
            ["Ida Frost"]
        );
    }

    #[test]
    fn a_line_with_no_more_than_one_word_behind_by_is_a_byline() {
        for line in [
            "By Frostina",
            "Par Frostina",
            "Author: Frostina",
            "Von: Frostina",
        ] {
            let line = format!("<p>{line}</p>");
            assert_eq!(named("", &line, ""), ["Frostina"], "{line}");
            assert_eq!(named("", "", &line), ["Frostina"], "{line}");
        }
        for line in [
            "Story: Floods",
            "By Reuters",
            "De Frostina",
            "By Frostina on ice",
        ] {
            assert!(
                named("", &format!("<p>{line}</p>"), "").is_empty(),
                "{line}"
            );
        }
        assert!(named("", "", "<p>Ice holds</p><p>By Frostina</p>").is_empty());
    }

    #[test]
    fn a_link_below_the_story_signs_it_only_where_it_leads_to_a_writer() {
        let meta = "<meta name=author content='Ida Frost'>";
        let link = |href: &str| format!("<p><a href={href}>Text: Moe Reed</a></p>");
        assert_eq!(named(meta, "", &link("/news/8")), ["Ida Frost"]);
        for writer in [
            "/author/moe",
            "/crew/moe-reed",
            "/crew/2026/moe-reed.html",
            "/crew/moe-reed-17",
            "mailto:moe@paper.example",
            "https://x.com/moe",
        ] {
            assert_eq!(named(meta, "", &link(writer)), ["Moe Reed"], "{writer}");
        }
        assert_eq!(named(meta, "", "<p>Text: Moe Reed</p>"), ["Moe Reed"]);
    }

    #[test]
    fn the_address_of_a_writer_counts_where_the_page_has_no_name() {
        let meta = "<meta property=article:author content=https://paper.example/by/ida-frost>";
        assert_eq!(named(meta, "", ""), ["Ida Frost"]);
        assert_eq!(named(meta, "<p>By Moe Reed</p>", ""), ["Moe Reed"]);
    }
}
