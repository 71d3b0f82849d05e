//! Decides whether an unknown page prints the day or the month first, where it prints dates as
//! `07/03/2026`.

use std::sync::LazyLock;

use regex::Regex;

use crate::extract::generic::declared_language;
use crate::extract::scan::PageScan;
use crate::markup::Tree;
use crate::time::printed::DateOrder;

/// Most dates of a page that are compared: lists have some hundred.
const MOST: usize = 500;

/// Elements whose text is no print.
const UNPRINTED: [&str; 4] = ["script", "style", "template", "textarea"];

/// A date of numbers with slashes.
static SLASHED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(\d{1,2})/(\d{1,2})/(?:19|20)\d\d\b").expect("a test reads dates by it")
});

/// Languages of papers that print the day first (Unicode CLDR 48, short dates).
#[rustfmt::skip]
const DAY_FIRST: [&str; 33] = [
    "de", "fr", "it", "es", "pt", "nl", "da", "nb", "nn", "no", "sv", "fi", "is", "pl", "cs", "sk",
    "sl", "hr", "sr", "bg", "ro", "el", "ru", "uk", "tr", "id", "vi", "th", "ca", "gl", "et", "he",
    "ar",
];

/// Regions where English is printed with the day first.
#[rustfmt::skip]
const ENGLISH_DAY_FIRST: [&str; 20] = [
    "GB", "IE", "AU", "NZ", "IN", "ZA", "NG", "KE", "UG", "GH", "ZW", "SG", "HK", "MY", "PK", "BD",
    "LK", "JM", "TT", "MT",
];

/// Regions where papers print either order: in Canada both are in use, and papers in Spanish of the
/// United States, of Puerto Rico and of Panama may follow either.
const UNCLEAR: [&str; 4] = ["CA", "US", "PR", "PA"];

/// Returns the order of day and month in a page. The page's other dates tell it where only one
/// order fits them all and no language contradicts them. Else its languages do, if they agree.
///
/// `en` alone tells nothing, and `en-US` contradicts only: it is the default of WordPress, and
/// stands in papers of all regions.
pub(super) fn date_order(page: &PageScan<'_>, html: &str) -> DateOrder {
    let told = told_order(page);
    match (printed_order(page.tree, html), told) {
        (PrintedOrder::One(order), DateOrder::Unknown) => order,
        (PrintedOrder::One(order), told) if order == told => order,
        (PrintedOrder::Untold, DateOrder::DayFirst) => DateOrder::DayFirst,
        (PrintedOrder::One(_) | PrintedOrder::Untold | PrintedOrder::Both, _) => DateOrder::Unknown,
    }
}

/// The order of the dates that a page prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PrintedOrder {
    Untold,
    One(DateOrder),
    /// Some dates have the day first and others the month, as in pages of two papers.
    Both,
}

/// Returns the order of the dates in the text of a page. A day over 12 tells it.
fn printed_order(tree: &Tree, html: &str) -> PrintedOrder {
    const MONTHS: u8 = 12;
    if !SLASHED.is_match(html) {
        return PrintedOrder::Untold;
    }

    let root = tree.root();
    let texts = root.descendants_it().filter(|node| {
        let is_printed = |name: &str| !UNPRINTED.contains(&name);
        let around = node.parent().and_then(|parent| parent.node_name());
        node.is_text() && around.is_none_or(|name| is_printed(&name))
    });
    let mut found = PrintedOrder::Untold;
    let mut seen = 0;
    for text in texts.map(|node| node.text()) {
        for date in SLASHED.captures_iter(&text) {
            seen += 1;
            let numbers: [Option<u8>; 2] = [date[1].parse().ok(), date[2].parse().ok()];
            let order = match numbers.map(|number| number > Some(MONTHS)) {
                [true, false] => DateOrder::DayFirst,
                [false, true] => DateOrder::MonthFirst,
                [true, true] | [false, false] => continue,
            };
            found = match found {
                PrintedOrder::Untold => PrintedOrder::One(order),
                PrintedOrder::One(one) if one == order => found,
                PrintedOrder::One(_) | PrintedOrder::Both => return PrintedOrder::Both,
            };
        }
        if seen > MOST {
            break;
        }
    }
    found
}

/// Returns the order that the languages of a page tell: that of its root element, and its
/// `og:locale`.
fn told_order(page: &PageScan<'_>) -> DateOrder {
    let language = declared_language(page.tree);
    let locale = page.meta("og:locale").map(|tag| tag.replace('_', "-"));
    let mut told = [language, locale]
        .into_iter()
        .flatten()
        .map(|tag| order_in(&tag))
        .filter(|order| *order != DateOrder::Unknown);

    let first = told.next().unwrap_or_default();
    if told.all(|order| order == first) {
        first
    } else {
        DateOrder::Unknown
    }
}

/// Returns the order of a language tag, as `en-GB`.
fn order_in(tag: &str) -> DateOrder {
    let mut subtags = tag.split('-');
    let language = subtags.next().unwrap_or_default().to_lowercase();
    let region = subtags.find(|subtag| subtag.len() == 2).unwrap_or_default();
    let region = region.to_uppercase();

    match (language.as_str(), region.as_str()) {
        ("en", "US") => DateOrder::MonthFirst,
        ("en", region) if ENGLISH_DAY_FIRST.contains(&region) => DateOrder::DayFirst,
        (_, region) if UNCLEAR.contains(&region) => DateOrder::Unknown,
        (language, _) if DAY_FIRST.contains(&language) => DateOrder::DayFirst,
        _ => DateOrder::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(html: &str) -> DateOrder {
        let tree = Tree::parse(html).unwrap();
        date_order(&PageScan::new(&tree), html)
    }

    #[test]
    fn the_pages_other_dates_tell_the_order_and_then_its_language() {
        for (html, expected) in [
            ("<html lang=fr><p>07/03/2026", DateOrder::DayFirst),
            (
                "<html lang=en-US><p>03/27/2026</p><p>07/03/2026",
                DateOrder::MonthFirst,
            ),
            ("<html lang=en-GB><p>07/03/2026", DateOrder::DayFirst),
            ("<html lang=en_gb><p>07/03/2026", DateOrder::DayFirst),
            (
                "<html lang=en><meta property=og:locale content=en_GB>",
                DateOrder::DayFirst,
            ),
            (
                "<html lang=en><p>27/03/2026</p><p>07/03/2026",
                DateOrder::DayFirst,
            ),
            ("<html lang=de><p>7.3.26, 16:50", DateOrder::DayFirst),
        ] {
            assert_eq!(order(html), expected, "{html}");
        }
    }

    #[test]
    fn an_order_that_is_not_sure_is_unknown() {
        for html in [
            "<html lang=en><p>07/03/2026",
            "<html lang=ko><p>07/03/2026",
            "<html lang=fr-CA><p>07/03/2026",
            "<html lang=es-US><p>07/03/2026",
            "<p>07/03/2026",
            "<html lang=en-US><p>27/03/2026</p><p>03/27/2026",
            "<html lang=en-US><p>07/03/2026",
            "<html lang=en><meta property=og:locale content=en_US><p>07/03/2026",
            "<html lang=en-US><p>27/03/2026</p><p>07/03/2026",
            "<html lang=fr><p>03/27/2026</p><p>07/03/2026",
            "<html lang=en-US><meta property=og:locale content=en_GB><p>07/03/2026",
            "<html lang=en><script>'27/03/2026'</script><p>07/03/2026",
            "<html lang=en><p>27/13/2026",
        ] {
            assert_eq!(order(html), DateOrder::Unknown, "{html}");
        }
    }
}
