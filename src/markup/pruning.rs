//! Cuts from a page what no reader looks for, before the page is parsed: menus, boxes beside the
//! story, scripts and styles are two thirds of a page.
//!
//! A cut page has the same elements as the whole one wherever a selector of its [`Wanted`] looks.
//! Only the content of an element is cut, and only where the parser (HTML Standard, 13.2.6) is
//! certain to be in the same state before and behind it. Where a page's mark-up leaves that open,
//! less is cut, or nothing.

mod compound;
mod end;
mod kind;
mod stack;
mod start;
mod tags;
mod wanted;

use std::ops::Range;

pub use wanted::Wanted;

/// The fewest bytes that a cut must save: below, cutting costs more than parsing.
const LEAST: usize = 512;

/// Returns a page without what nobody looks for; `None` where little or nothing can be cut.
pub(super) fn prune(page: &str, wanted: &Wanted) -> Option<String> {
    if wanted.is_everything() {
        return None;
    }

    let cuts = stack::cuts(page, wanted);
    let cut: usize = cuts.iter().map(Range::len).sum();
    if cut < LEAST {
        return None;
    }

    let mut pruned = String::with_capacity(page.len() - cut);
    let mut kept = 0;
    for cut in cuts {
        // Cuts begin and end beside tags, which are ASCII.
        pruned.push_str(&page[kept..cut.start]);
        kept = cut.end;
    }
    pruned.push_str(&page[kept..]);

    Some(pruned)
}
