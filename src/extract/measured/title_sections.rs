//! Tells the sections of a page, and headlines from their names.

use std::collections::HashSet;

use crate::extract::holder::chain;
use crate::extract::measured::papers::{EAST_ASIAN, parts};
use crate::extract::scan::PageScan;
use crate::markup::text;
use crate::text::letters;

/// The marks before the name of a section, each once.
const SEPARATORS: [char; 9] = ['|', '-', '–', '—', '·', '/', '<', '›', '»'];

/// Most links of menus that are read: pages have some tens.
const MOST_LINKS: usize = 200;

/// Longest name of a section, in characters.
const SECTION: usize = 30;

/// Fewest words of a headline before the name of a section: `Ferry | Sport` may be all of it.
const BEFORE_SECTION: usize = 3;

/// Returns the letters of the sections that a page names: those of its article, and the short links
/// of its menus.
pub(super) fn section_names(page: &PageScan<'_>) -> HashSet<String> {
    let root = page.tree.root();
    let links = root
        .descendants_it()
        .filter(|node| node.has_name("a") && chain(*node).any(|around| around.has_name("nav")));
    let told = page.json_ld("articleSection").into_iter();
    let told = told.chain(page.meta("article:section").map(str::to_owned));

    told.chain(links.take(MOST_LINKS).map(|link| text(&link)))
        .filter(|name| name.chars().count() <= SECTION)
        .map(|name| letters(&name).collect())
        .collect()
}

/// Returns a title without the name of a section behind it: `Title | Politics | Paper`.
pub(super) fn without_section<'t>(title: &'t str, sections: &HashSet<String>) -> &'t str {
    let Some(last) = parts(title).last() else {
        return title;
    };

    let name: String = letters(last).collect();
    let before = title.strip_suffix(last).unwrap_or_default().trim_end();
    // A colon stands within headlines, too: `What voters fear: Crime`.
    let before = before
        .strip_suffix(SEPARATORS)
        .unwrap_or_default()
        .trim_end();
    let is_headline = before.split_whitespace().count() >= BEFORE_SECTION
        || before.chars().filter(|c| *c >= EAST_ASIAN).count() > 6;
    if is_headline && sections.contains(&name) {
        before
    } else {
        title
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Tree;

    #[test]
    fn a_section_behind_a_headline_goes_where_the_page_names_it() {
        let html = "<nav><a href=/p>Politics</a></nav><p><a href=/x>Fog</a></p>";
        let tree = Tree::parse(html).unwrap();
        let sections = section_names(&PageScan::new(&tree));
        let bare = "The ferry waits for the fog";
        for title in [
            "The ferry waits for the fog | Politics",
            "The ferry waits for the fog - politics",
        ] {
            assert_eq!(without_section(title, &sections), bare);
        }
        let marked = "Prices rise by nearly 7%";
        assert_eq!(
            without_section("Prices rise by nearly 7% | Politics", &sections),
            marked
        );
        for title in [
            bare,
            "The ferry waits for the fog | Fog",
            "What do all voters fear most: Politics",
            "Ferry | Politics",
        ] {
            assert_eq!(without_section(title, &sections), title);
        }
    }
}
