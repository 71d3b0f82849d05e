//! Turns at a host: a list page, or an article.

use crate::frontier::page::Page;
use crate::frontier::position::Traversal;
use crate::frontier::role::Role;

/// Returns whether an article goes before `page`, the due page of the highest priority at a host.
/// `last` is the role of the page that was requested last there.
///
/// List pages go first, since their rows shift during a traversal. But the first traversal of a
/// paper's lists takes hours or days. There, every second request is for an article, so that the
/// archive has articles from the first minute on.
pub fn is_articles_turn(page: &Page, last: Option<Role>) -> bool {
    let is_first_traversal = page
        .list()
        .is_some_and(|list| list.traversal == Traversal::First);
    page.role() == Role::ListPage && is_first_traversal && last == Some(Role::ListPage)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frontier::history::Past;
    use crate::frontier::page::PageKind;
    use crate::frontier::position::{ListPosition, Overlap};
    use crate::frontier::role::PageId;
    use crate::frontier::seen_rows::SeenRows;
    use crate::page_url::PageUrl;
    use crate::time::Timestamp;

    fn page(kind: fn(ListPosition) -> PageKind, traversal: Traversal) -> Page {
        let list = ListPosition {
            section: PageId(1),
            history: None,
            traversal,
            began: Timestamp::EPOCH,
            previous: vec![],
            promised: false,
            overlap: Overlap::default(),
            seen: SeenRows::default(),
        };
        Page {
            id: PageId(2),
            site: "paper".to_owned(),
            url: PageUrl::parse("https://paper.example/list?page=2").unwrap(),
            attempts: 0,
            hops: 0,
            past: Past::default(),
            unended: 0,
            kind: kind(list),
        }
    }

    #[test]
    fn list_pages_and_articles_alternate_in_a_first_traversal_only() {
        let first = page(PageKind::ListPage, Traversal::First);
        assert!(is_articles_turn(&first, Some(Role::ListPage)));
        assert!(!is_articles_turn(&first, Some(Role::Article)) && !is_articles_turn(&first, None));
        assert!(!is_articles_turn(
            &page(PageKind::ListPage, Traversal::Later),
            Some(Role::ListPage)
        ));
        assert!(!is_articles_turn(
            &page(PageKind::Section, Traversal::First),
            Some(Role::ListPage)
        ));
    }
}
