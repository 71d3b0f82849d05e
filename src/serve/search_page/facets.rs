//! What the articles found have in common: when they were published, and their papers, sections and
//! authors, each of which narrows the search.

use maud::{Markup, html};

use crate::archive::{ArchiveError, CountKey, Searcher};
use crate::search::{Query, count_by};
use crate::serve::article_address::query;
use crate::serve::query::{SearchFields, Wish};
use crate::serve::quoted::quoted;
use crate::serve::search_page::time_plot::TimePlot;

/// The values of a field that are shown.
const MOST_VALUES: usize = 12;

/// The counts of the articles that a search found.
#[derive(Debug)]
pub(super) struct Facets {
    plot: TimePlot,
    sites: Vec<(String, u64)>,
    sections: Vec<(String, u64)>,
    authors: Vec<(String, u64)>,
}

impl Facets {
    pub(super) fn read(searcher: &Searcher<'_>, wanted: &Query) -> Result<Self, ArchiveError> {
        let by = |key| count_by(searcher, wanted, key);
        Ok(Self {
            plot: TimePlot::of(&by(CountKey::Day)?.counts),
            sites: most_frequent(by(CountKey::Site)?.counts),
            sections: most_frequent(by(CountKey::Section)?.counts),
            authors: most_frequent(by(CountKey::Author)?.counts),
        })
    }

    pub(super) fn draw(&self, wish: &Wish, fields: &SearchFields) -> Markup {
        let words = wish.words();
        html! {
            section.found-by aria-label=(words.counts) {
                (self.plot.draw(wish, fields))
                (values(fields, words.papers, FacetField::Site, &self.sites))
                (values(fields, words.sections, FacetField::Section, &self.sections))
                (values(fields, words.authors, FacetField::Author, &self.authors))
            }
        }
    }
}

/// A field that narrows a search.
#[derive(Clone, Copy, Debug)]
enum FacetField {
    Site,
    Section,
    Author,
}

impl FacetField {
    /// Returns what a query wants of articles with a value.
    fn wanting(self, value: &str) -> String {
        // A query has no sign for a quote within quotes, and marks are no words of it.
        let quoted = || format!("\"{}\"", value.replace(['"', '“', '”'], " "));
        match self {
            Self::Site => format!("site:{value}"),
            Self::Section => format!("section:{}", quoted()),
            Self::Author => format!("author:{}", quoted()),
        }
    }
}

/// Returns the most frequent values, of articles that have one.
fn most_frequent(counts: Vec<(Option<String>, u64)>) -> Vec<(String, u64)> {
    let mut values: Vec<(String, u64)> = counts
        .into_iter()
        .filter_map(|(value, articles)| Some((value.filter(|text| !text.is_empty())?, articles)))
        .collect();
    values.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    values.truncate(MOST_VALUES);
    values
}

/// Returns the values of a field, each as the link to its articles.
fn values(
    fields: &SearchFields,
    title: &str,
    field: FacetField,
    values: &[(String, u64)],
) -> Markup {
    // One value narrows nothing.
    if values.len() < 2 {
        return html! {};
    }
    html! {
        details {
            summary { (title) }
            ul.facets {
                @for (value, articles) in values {
                    li { (narrowing(fields, field, value)) " " span.number { (articles) } }
                }
            }
        }
    }
}

/// Returns a value as the link to its articles.
fn narrowing(fields: &SearchFields, field: FacetField, value: &str) -> Markup {
    html! {
        @match Query::narrowed(&fields.q, &field.wanting(value)) {
            Some(q) => a href={ "/search?" (query(&[("q", &q), ("sort", fields.sort.name())])) } {
                (quoted(value))
            },
            None => (quoted(value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_values_stand_first_and_none_is_no_value() {
        let counts = vec![
            (None, 90),
            (Some(String::new()), 80),
            (Some("사회".to_owned()), 2),
            (Some("문화".to_owned()), 7),
            (Some("책".to_owned()), 2),
        ];
        let values = most_frequent(counts);
        assert_eq!(
            values,
            [("문화".into(), 7), ("사회".into(), 2), ("책".into(), 2)]
        );
    }
}
