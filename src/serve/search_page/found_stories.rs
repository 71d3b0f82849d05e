//! The stories that a search found, as far as their reader may see them.

use crate::archive::{ArchiveError, MOST_LATE, Reader};
use crate::search::{Query, SearchOrder, SearchPage, SearchResults, StoryFound, search};
use crate::serve::door::Door;
use crate::serve::failure::NoPage;
use crate::serve::query::{SearchFields, SortField};
use crate::serve::rights_at_door::Shown;
use crate::serve::search_page::facets::Facets;

/// Stories of a page.
const STORIES: usize = 20;

/// Of more articles, the counts are made only where they are asked for: of a million articles with
/// the words they take seconds.
const COUNTED_AT_ONCE: u64 = 2_000;

/// What a search found, as far as its reader may see it.
#[derive(Debug)]
pub(super) struct FoundStories {
    pub results: SearchResults,
    /// Of each story, whether the place where the words stand is shown.
    pub has_snippet: Vec<bool>,
    /// `None` where there are many articles, and the counts were not asked for.
    pub facets: Option<Facets>,
    /// Articles that the index has not taken in, where they are too many to be read one by one.
    pub unindexed: Option<u64>,
}

impl FoundStories {
    /// Searches, with the words and the order that were asked for.
    pub(super) fn read(
        door: &Door,
        reader: &Reader,
        wanted: &Query,
        fields: &SearchFields,
    ) -> Result<Self, NoPage> {
        let _snapshot = reader.snapshot()?;
        let part = SearchPage {
            order: match fields.sort {
                SortField::Best => SearchOrder::Best,
                SortField::New => SearchOrder::Newest,
            },
            skipped: fields.skip,
            most: STORIES,
        };
        let searcher = reader.searcher()?;
        let results = search(&searcher, wanted, part)?;
        let has_snippet = results
            .stories
            .iter()
            .map(|story| is_shown(door, reader, story))
            .collect::<Result<_, _>>()?;
        let is_counted = results.articles <= COUNTED_AT_ONCE || fields.counts.is_some();
        let facets = (is_counted && results.articles > 1)
            .then(|| Facets::read(&searcher, wanted))
            .transpose()?;
        let unindexed = reader.unindexed_changes()?;
        Ok(Self {
            results,
            has_snippet,
            facets,
            unindexed: Some(unindexed).filter(|many| *many > u64::from(MOST_LATE)),
        })
    }
}

/// Tells whether a reader may see the text of a story.
fn is_shown(door: &Door, reader: &Reader, story: &StoryFound) -> Result<bool, NoPage> {
    if door.is_private() {
        return Ok(true);
    }
    let (site, name) = story.text.id.split_once('/').unwrap_or_default();
    let found = reader.article_of_id(site, name)?;
    match reader.newest_version(&found) {
        Ok(newest) => Ok(Shown::at(door, &newest) == Shown::Whole),
        // What cannot be read of its rights counts as a reservation.
        Err(ArchiveError::Damaged(_)) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
