//! The sections that a report lists: by the profile, by the draft, or by the links of the menu.

use crate::discover::{Address, Document, read_home};
use crate::survey::knowledge::Knowledge;
use crate::survey::menu;
use crate::survey::shape::Shape;
use crate::survey::survey_report::{FoundCms, SectionFound};
use crate::survey::surveyed_page::PageLink;

/// Most sections that a report lists: papers have some dozens, and a person reads the list.
const MOST_SECTIONS: usize = 50;

/// Returns the sections, and whether a crawl will find them in the menu.
pub(super) fn sections(
    known: &Knowledge,
    cms: &FoundCms,
    shape: Option<&Shape>,
) -> (Vec<SectionFound>, bool) {
    let home = &known.pages[0];

    match cms {
        FoundCms::Known { .. } => match menu_sections(known) {
            Some(sections) => (sections, true),
            None => (linked_lists(known), false),
        },
        FoundCms::Drafted { rules } => {
            let links = menu::sections(home, &rules.lists, &rules.searches);
            (reported(links.into_iter()), rules.menu.is_some())
        }
        FoundCms::Unsupported { .. } => {
            let links = home.links.iter().filter(|link| {
                let is_article = shape.is_some_and(|shape| shape.matches(&link.url));
                link.is_of_menu() && link.url != known.home && !is_article
            });
            (reported(links), false)
        }
    }
}

/// Returns the sections that the known profile reads off the menu, or `None` where it finds none.
fn menu_sections(known: &Knowledge) -> Option<Vec<SectionFound>> {
    let profile = known.profile.as_ref()?;
    let home = &known.pages[0];
    let tree = home.tree()?;

    let document = Document::new(&home.url, &tree);
    let read = read_home(&profile.menu, &known.grammar(), &document, &tree);
    let sections = read.sections.into_iter().map(|link| SectionFound {
        path: link.url.path_and_query().to_owned(),
        title: link.title,
    });

    Some(sections.collect()).filter(|sections: &Vec<_>| !sections.is_empty())
}

/// Returns the lists that the home page links, by the grammar of the known CMS.
fn linked_lists(known: &Knowledge) -> Vec<SectionFound> {
    let grammar = known.grammar();
    let links = known.pages[0].links.iter();
    reported(
        links.filter(|link| matches!(grammar.address(&link.url), Address::List { page: 1, .. })),
    )
}

/// Returns links as sections, and no more of them than a report lists.
fn reported<'a>(links: impl Iterator<Item = &'a PageLink>) -> Vec<SectionFound> {
    links
        .take(MOST_SECTIONS)
        .map(|link| SectionFound {
            title: link.text.clone(),
            path: link.url.path_and_query().to_owned(),
        })
        .collect()
}
