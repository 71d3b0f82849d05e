//! What a search found: its stories, and how many there are.

use serde_json::{Value, json};

use crate::archive::MOST_RANKED;
use crate::cli::console::Style;
use crate::counts;
use crate::search::{SearchPage, SearchResults, SnippetPart, StoryFound};

/// Returns what was found for programs: `next` is the `--skip` of the next page.
pub(super) fn as_json(results: &SearchResults, page: SearchPage) -> Value {
    json!({
        "articles": results.articles,
        "articles_ranked": results.ranked_articles,
        "stories_found": results.ranked_stories,
        "instead": results.instead,
        "stories": results.stories.iter().map(story_as_json).collect::<Vec<_>>(),
        "next": results.next_page(page),
    })
}

/// Says how many articles were found, whether all of them were ranked, and which command shows
/// further ones.
pub(super) fn how_many(
    results: &SearchResults,
    page: SearchPage,
    further: impl Fn(usize) -> String,
) -> String {
    let mut said = counts::count(results.articles, "article(s)");
    if (results.ranked_articles as u64) < results.articles {
        said.push_str(&format!(", of which the newest {MOST_RANKED} are ranked"));
    }
    let stories = counts::count(results.ranked_stories as u64, "stor(y|ies)");
    if results.ranked_stories < results.ranked_articles {
        said.push_str(&format!(", in {stories}"));
    }

    match results.next_page(page) {
        Some(next) => said.push_str(&format!("; further ones: `{}`", further(next))),
        None if results.stories.is_empty() => {
            let skipped = page.skipped;
            said.push_str(&format!("; none of {stories} is behind --skip {skipped}"));
        }
        None => {}
    }
    said
}

fn story_as_json(story: &StoryFound) -> Value {
    let text = &story.text;
    let parts = story.snippet.0.iter().map(|part| match part {
        SnippetPart::Plain(text) => json!({ "text": text }),
        SnippetPart::Word(text) => json!({ "found": text }),
    });
    json!({
        "id": text.id,
        "site": text.site,
        "url": text.url,
        "title": text.title,
        "subtitle": text.subtitle,
        "authors": text.authors,
        "section": text.section,
        "published_at": text.published_at,
        "score": story.score,
        "copies": story.copies,
        "snippet": parts.collect::<Vec<_>>(),
    })
}

/// Writes a story as three lines: its title, where it comes from, and where the words stand.
pub(super) fn in_words(story: &StoryFound) -> Vec<(Style, String)> {
    let text = &story.text;
    let copies = match story.copies {
        0 => None,
        more => Some(format!("and {}", counts::count(more, "cop(y|ies)"))),
    };
    let day = text
        .published_at
        .as_ref()
        .map(|at| at.chars().take(10).collect());
    let about = [
        day,
        Some(text.id.clone()),
        text.section.clone(),
        Some(text.authors.join(", ")),
        copies,
    ];
    let about: Vec<String> = about
        .into_iter()
        .flatten()
        .filter(|part: &String| !part.is_empty())
        .collect();

    let title = text.title.as_deref().unwrap_or("(without a title)");
    let mut parts = vec![
        (Style::Found, title.to_owned()),
        (Style::Plain, format!("\n  {}\n", about.join(" · "))),
    ];
    // Some articles have only a photo.
    if story.snippet.0.is_empty() {
        return parts;
    }

    parts.push((Style::Plain, "  ".to_owned()));
    parts.extend(story.snippet.0.iter().map(|part| match part {
        SnippetPart::Plain(text) => (Style::Plain, text.clone()),
        SnippetPart::Word(text) => (Style::Found, text.clone()),
    }));
    parts.push((Style::Plain, "\n".to_owned()));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::FoundText;
    use crate::search::{SearchOrder, Snippet};
    use crate::time::Timestamp;

    fn page(skipped: usize) -> SearchPage {
        SearchPage {
            order: SearchOrder::Best,
            skipped,
            most: 2,
        }
    }

    fn story() -> StoryFound {
        StoryFound {
            text: FoundText {
                id: "paper/7".to_owned(),
                site: "paper".to_owned(),
                url: String::new(),
                title: Some("책방".to_owned()),
                subtitle: None,
                authors: vec![],
                section: None,
                published_at: Some("2026-11-24".to_owned()),
                text: String::new(),
                fetched_at: Timestamp::EPOCH,
            },
            score: 1.0,
            copies: 0,
            snippet: Snippet::default(),
        }
    }

    fn results(articles: u64, ranked: (usize, usize), shown: usize) -> SearchResults {
        SearchResults {
            articles,
            ranked_articles: ranked.0,
            ranked_stories: ranked.1,
            instead: None,
            stories: vec![story(); shown],
        }
    }

    #[test]
    fn further_stories_are_offered_only_where_there_are_some() {
        let said = |results: &SearchResults, skipped| {
            how_many(results, page(skipped), |next| {
                format!("search 책 --skip {next}")
            })
        };
        let all = results(5, (5, 4), 2);
        assert_eq!(
            said(&all, 0),
            "5 articles, in 4 stories; further ones: `search 책 --skip 2`"
        );
        assert_eq!(said(&all, 2), "5 articles, in 4 stories");
        assert_eq!(as_json(&all, page(0))["next"], 2);
        assert_eq!(as_json(&all, page(2))["next"], Value::Null);

        let behind = results(5, (5, 5), 0);
        assert_eq!(
            said(&behind, 9),
            "5 articles; none of 5 stories is behind --skip 9"
        );
        assert_eq!(as_json(&behind, page(9))["next"], Value::Null);
        assert_eq!(said(&results(1, (1, 1), 1), 0), "1 article");
    }

    #[test]
    fn it_is_said_where_not_all_articles_were_ranked() {
        let cut = results(66_666, (10_000, 9_000), 2);
        assert_eq!(
            how_many(&cut, page(8_998), |_| unreachable!()),
            "66666 articles, of which the newest 10000 are ranked, in 9000 stories"
        );
        let told = as_json(&cut, page(8_998));
        assert_eq!(
            (
                &told["articles"],
                &told["articles_ranked"],
                &told["stories_found"]
            ),
            (&json!(66_666), &json!(10_000), &json!(9_000))
        );
    }
}
