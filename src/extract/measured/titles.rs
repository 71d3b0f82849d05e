//! Chooses the headline of an unknown page: as printed above its story, without the paper's name.

use crate::extract::class_names::ClassKind;
use crate::extract::entities;
use crate::extract::measured::papers::{PaperNames, parts};
use crate::extract::measured::title_likeness::likeness;
use crate::extract::measured::title_sections::{section_names, without_section};
use crate::extract::page_parts::{PageParts, PagePlace};
use crate::extract::scan::PageScan;
use crate::markup::{Node, NodeId, text, text_without};
use crate::text::{clean, clean_some, letters};

/// Longest headline, in characters: a longer text is a paragraph.
const LONGEST: usize = 300;

/// Most headings that are compared: pages have some tens.
const MOST: usize = 200;

/// A heading that agrees less with every title in the page's head is not the story's.
const AGREEMENT: f64 = 0.5;

/// The same for the main heading. Titles for search engines share but some words with it.
const MAIN_AGREEMENT: f64 = 0.2;

/// The titles that the head of a page gives, without the paper's name, best first.
pub(super) struct HeadTitles {
    titles: Vec<String>,
    /// The titles with the paper's name, as letters.
    whole: Vec<String>,
    /// No more than the `<title>` is told, which may be the paper's name on every page.
    is_one: bool,
}

impl HeadTitles {
    pub(super) fn of(page: &PageScan<'_>, papers: &PaperNames) -> Self {
        let mut told: Vec<String> = Vec::new();
        told.extend(page.meta("og:title").map(str::to_owned));
        told.extend(page.json_ld("headline"));
        told.extend(page.meta("twitter:title").map(str::to_owned));
        told.extend(page.json_ld("name"));
        let element = page
            .tree
            .root()
            .descendants_it()
            .find(|node| node.has_name("title"));
        let whole = element.and_then(|node| clean_some(&node.text()));
        let is_one = told.is_empty();
        told.extend(whole.clone());

        let told: Vec<String> = told.iter().map(|title| decoded(title)).collect();
        let sections = section_names(page);
        let mut kept: Vec<String> = told
            .iter()
            .filter_map(|title| papers.cut_from(title))
            .map(|title| without_section(&title, &sections).to_owned())
            .filter(|title| title.chars().count() <= LONGEST)
            .collect();
        // A paper that nobody names stands behind the headline of another source.
        let shorter = whole.and_then(|whole| {
            let kept = kept.iter().filter(|title| title.chars().count() > 3);
            let mut kept = kept.filter(|title| parts(&whole).any(|part| part == title.as_str()));
            kept.next().cloned()
        });
        if let Some(shorter) = shorter {
            kept.retain(|title| *title != shorter);
            kept.insert(0, shorter);
        }
        Self {
            titles: kept,
            whole: told.iter().map(|title| letters(title).collect()).collect(),
            is_one,
        }
    }

    /// Tells whether a heading is more likely a headline than what the page's head tells: a paper's
    /// name has fewer letters.
    fn yield_to(&self, heading: &str) -> bool {
        let length = |text: &str| letters(text).count();
        let longest = self.titles.iter().map(|title| length(title)).max();
        self.is_one && longest.is_none_or(|longest| longest < length(heading))
    }

    /// Returns a heading with the spaces of a title that is the same but for them: elements within
    /// a heading may have none between them.
    fn spaced(&self, heading: String) -> String {
        let words = |text: &str| text.split_whitespace().count();
        let same = self
            .titles
            .iter()
            .find(|title| without_spaces(title).eq(without_spaces(&heading)));
        match same {
            Some(title) if words(title) > words(&heading) => title.clone(),
            _ => heading,
        }
    }

    /// Tells whether the page's head has a headline, and nowhere with the words before it.
    fn tell_without(&self, headline: &str, words: &str) -> bool {
        let with: String = letters(words).chain(letters(headline)).collect();
        let headline: String = letters(headline).collect();
        self.titles
            .iter()
            .any(|title| letters(title).eq(headline.chars()))
            && !self.whole.iter().any(|title| title.starts_with(&with))
    }

    /// Tells whether a text is one of the titles, or most of one.
    pub(super) fn have(&self, text: &str) -> bool {
        self.agreement(text) >= AGREEMENT
    }

    /// Returns how well a text agrees with the title that is most like it, from 0 to 1.
    fn agreement(&self, text: &str) -> f64 {
        self.titles
            .iter()
            .map(|title| likeness(title, text))
            .fold(0.0, f64::max)
    }
}

fn without_spaces(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|c| !c.is_whitespace())
}

/// A heading, and how likely it is the story's.
struct Heading<'a> {
    node: Node<'a>,
    text: String,
    score: f64,
    agreement: f64,
}

/// Returns the headline and its element, where it is printed.
pub(super) fn headline<'a>(
    parts: &PageParts<'a>,
    told: &HeadTitles,
    papers: &PaperNames,
) -> (Option<String>, Option<Node<'a>>) {
    let headings = headings(parts, told, papers);
    let best = headings
        .into_iter()
        .reduce(|best, next| if next.score >= best.score { next } else { best })
        .filter(|best| {
            let least = if is_main(&best.node) {
                MAIN_AGREEMENT
            } else {
                AGREEMENT
            };
            best.agreement >= least
                || told.titles.is_empty()
                || is_main(&best.node) && told.yield_to(&best.text)
        });

    match best {
        Some(best) => (
            Some(without_kicker(&best, told).unwrap_or_else(|| told.spaced(best.text))),
            Some(best.node),
        ),
        None => (told.titles.first().cloned(), None),
    }
}

/// Returns the headings above the story. The last of equal ones is the nearest.
fn headings<'a>(parts: &PageParts<'a>, told: &HeadTitles, papers: &PaperNames) -> Vec<Heading<'a>> {
    let above = parts
        .elements()
        .take_while(|node| parts.place(node.id) == PagePlace::UnderHeadline);

    above
        .filter_map(|node| Some((node, rank(&node, parts)?)))
        .take(MOST)
        .filter_map(|(node, rank)| {
            let text = printed(&node, told, papers)?;
            if text.chars().count() > LONGEST {
                return None;
            }
            let agreement = told.agreement(&text);
            let score = 2.0 * agreement + rank;
            Some(Heading {
                node,
                text,
                score,
                agreement,
            })
        })
        .collect()
}

/// Returns the text of a heading, without the small print in it (`<h1>T<small>…</small></h1>`),
/// which is the line below the headline. Where the page's head gives the small print with the
/// title, it stays.
fn printed(node: &Node<'_>, told: &HeadTitles, papers: &PaperNames) -> Option<String> {
    let whole = cut_from_heading(&text(node), told, papers);
    let small = small_print(node);
    if small.is_empty() {
        return whole;
    }

    let large = papers.cut_from(&text_without(node, &small));
    let agreement =
        |text: &Option<String>| text.as_deref().map_or(0.0, |text| told.agreement(text));
    if large.is_some() && agreement(&large) >= agreement(&whole) {
        large
    } else {
        whole
    }
}

/// Returns a heading without the paper's name. Before a colon it stays, since `The Sun: a
/// biography` is a title, unless the page's head tells the same headline without it.
fn cut_from_heading(text: &str, told: &HeadTitles, papers: &PaperNames) -> Option<String> {
    let named = text.split_once(": ").filter(|(name, _)| papers.have(name));
    let Some((name, headline)) = named else {
        return papers.cut_from(text);
    };

    let headline = papers.cut_from(headline)?;
    if told.tell_without(&headline, name) {
        Some(headline)
    } else {
        Some(format!("{name}: {headline}"))
    }
}

/// Returns the elements with the small print of a heading, and its buttons.
fn small_print(heading: &Node<'_>) -> Vec<NodeId> {
    let inner = heading.descendants_it();
    inner
        .filter(|node| node.has_name("small") || node.has_name("button"))
        .map(|node| node.id)
        .collect()
}

/// Returns how much an element is a headline by its name; `None` where it is none.
fn rank(node: &Node<'_>, parts: &PageParts<'_>) -> Option<f64> {
    if is_main(node) {
        return Some(0.5);
    }
    if ["h2", "h3", "h4"].iter().any(|name| node.has_name(name)) {
        return Some(0.3);
    }
    let is_named = parts.kinds(node).has(ClassKind::Headline)
        || node
            .attr("itemprop")
            .is_some_and(|name| &*name == "headline");
    is_named.then_some(0.2)
}

fn is_main(node: &Node<'_>) -> bool {
    node.has_name("h1")
}

/// Returns a heading without the words above its headline, which stand in an element of their own.
/// The page's head gives the headline without them.
fn without_kicker(heading: &Heading<'_>, told: &HeadTitles) -> Option<String> {
    let printed: String = letters(&heading.text).collect();
    told.titles
        .iter()
        .find(|title| {
            let title: String = letters(title).collect();
            let Some(kicker) = printed
                .strip_suffix(&title)
                .filter(|kicker| !kicker.is_empty())
            else {
                return false;
            };
            !title.is_empty()
                && heading
                    .node
                    .descendants_it()
                    .filter(Node::is_element)
                    .any(|child| {
                        let child: String = letters(&text(&child)).collect();
                        child == kicker
                    })
        })
        .cloned()
}

/// Returns a text without the entities that a CMS wrote into it. Angle brackets stay.
pub(super) fn decoded(told: &str) -> String {
    clean(&entities::all_undone(told))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Tree;
    use crate::page_url::PageUrl;

    #[test]
    fn words_above_a_headline_are_no_part_of_it() {
        let html = "<title>The Ferry</title><h1><span>Harbour</span> The Ferry</h1>";
        let (tree, papers) = (Tree::parse(html).unwrap(), PaperNames::default());
        let told = HeadTitles::of(&PageScan::new(&tree), &papers);
        let (title, _) = headline(&PageParts::new(&tree, &[]), &told, &papers);
        assert_eq!(title.as_deref(), Some("The Ferry"));
    }

    #[test]
    fn the_words_of_a_headline_are_parted_as_in_the_pages_head() {
        let html = "<title>The Ferry waits</title><h1><b>The Ferry</b><i>waits</i></h1>";
        let (tree, papers) = (Tree::parse(html).unwrap(), PaperNames::default());
        let told = HeadTitles::of(&PageScan::new(&tree), &papers);
        let (title, _) = headline(&PageParts::new(&tree, &[]), &told, &papers);
        assert_eq!(title.as_deref(), Some("The Ferry waits"));
    }

    #[test]
    fn a_papers_name_with_a_colon_is_part_of_a_printed_headline() {
        let html = "<title>The Sun: a biography | The Sun</title><h1>The Sun: a biography</h1>";
        let tree = Tree::parse(html).unwrap();
        let url = PageUrl::parse("https://www.thesun.example/1").unwrap();
        let page = PageScan::new(&tree);
        let papers = PaperNames::of(&page, &url);
        let told = HeadTitles::of(&page, &papers);
        let (title, _) = headline(&PageParts::new(&tree, &[]), &told, &papers);
        assert_eq!(title.as_deref(), Some("The Sun: a biography"));
    }

    #[test]
    fn a_papers_name_with_a_colon_goes_where_the_pages_head_leaves_it_out() {
        let title = |head: &str, h1: &str| {
            let html = format!("<title>{head}</title><h1>{h1}</h1>");
            let tree = Tree::parse(&html).unwrap();
            let url = PageUrl::parse("https://www.thequay.example/1").unwrap();
            let page = PageScan::new(&tree);
            let papers = PaperNames::of(&page, &url);
            let told = HeadTitles::of(&page, &papers);
            headline(&PageParts::new(&tree, &[]), &told, &papers).0
        };
        for (head, h1) in [
            ("Ice on the canal | The Quay", "The Quay: Ice on the canal"),
            ("Ice on the canal", "The Quay: Ice on the canal | The Quay"),
        ] {
            assert_eq!(title(head, h1).as_deref(), Some("Ice on the canal"), "{h1}");
        }
        let whole = "The Quay: Ice on the canal";
        assert_eq!(title(whole, whole).as_deref(), Some(whole));
    }

    #[test]
    fn small_print_is_no_part_of_a_headline_unless_the_pages_head_says_so() {
        let title = |head: &str, h1: &str| {
            let html = format!("<title>{head}</title><h1>{h1}</h1>");
            let (tree, papers) = (Tree::parse(&html).unwrap(), PaperNames::default());
            let told = HeadTitles::of(&PageScan::new(&tree), &papers);
            headline(&PageParts::new(&tree, &[]), &told, &papers).0
        };
        let small = "The Ferry<small>It waits for the fog</small>";
        assert_eq!(title("The Ferry", small).as_deref(), Some("The Ferry"));
        let two = "The Ferry <small>Part two</small>";
        assert_eq!(
            title("The Ferry Part two", two).as_deref(),
            Some("The Ferry Part two")
        );
        let button = "The Ferry<button>Share</button>";
        assert_eq!(title("The Ferry", button).as_deref(), Some("The Ferry"));
        let all = "<small>The Ferry</small>";
        assert_eq!(title("The Ferry", all).as_deref(), Some("The Ferry"));
    }

    #[test]
    fn a_papers_name_as_the_only_title_yields_to_a_longer_headline() {
        let title = |h1: &str| {
            let html = format!("<title>The Shelf</title><h1>{h1}</h1>");
            let (tree, papers) = (Tree::parse(&html).unwrap(), PaperNames::default());
            let told = HeadTitles::of(&PageScan::new(&tree), &papers);
            headline(&PageParts::new(&tree, &[]), &told, &papers).0
        };
        let long = "A ferry waits an hour for the fog";
        assert_eq!(title(long).as_deref(), Some(long));
        assert_eq!(title("Logo").as_deref(), Some("The Shelf"));
    }
}
