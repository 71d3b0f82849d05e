//! `saseo list`: the articles of the archive, page by page.

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::archive::{ArticleListing, ListCursor, ListOrder, ListedArticle, VersionChoice};
use crate::cli::exit::Exit;
use crate::cli::export::SelectionArgs;
use crate::cli::{Common, console, hint, layout};
use crate::config_folder::ConfigError;

/// The longest page: it is made in memory.
const LONGEST_PAGE: u64 = 100_000;

#[derive(Debug, Args)]
pub(super) struct ListArgs {
    #[command(flatten)]
    selection: SelectionArgs,
    /// The order; articles without a date come last
    #[arg(long, value_enum, default_value_t)]
    sort: ListSort,
    /// The most articles that are listed
    #[arg(
        long,
        value_name = "N",
        default_value_t = 20,
        value_parser = clap::value_parser!(u64).range(1..=LONGEST_PAGE)
    )]
    limit: u64,
    /// Go on behind the page before: the place that it ended with
    #[arg(long, value_name = "PLACE")]
    after: Option<ListCursor>,
}

/// The orders of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum ListSort {
    /// By publication, the newest first
    #[default]
    New,
    /// By publication, the oldest first
    Old,
    /// By the moment when saseo saw the article first, the newest first
    Seen,
}

impl ListSort {
    fn order(self) -> ListOrder {
        match self {
            Self::New => ListOrder::Newest,
            Self::Old => ListOrder::Oldest,
            Self::Seen => ListOrder::Seen,
        }
    }
}

/// Prints a page of articles, and where the next one begins.
pub(super) fn run(common: &Common, args: &ListArgs) -> anyhow::Result<Exit> {
    refuse(args)?;
    let reader = common.reader()?;
    let filter = args.selection.filter(&reader)?;
    let limit = usize::try_from(args.limit)?;

    // One state of the archive, also while a crawl saves.
    let _snapshot = reader.snapshot()?;
    let page = reader.list(&filter, args.sort.order(), args.after.as_ref(), limit)?;
    if common.json {
        let articles: Vec<Value> = page.articles.iter().map(as_json).collect();
        let next = page.next.map(|next| next.to_string());
        console::json(&json!({ "articles": articles, "next": next }))?;
        return Ok(Exit::Done);
    }

    if page.articles.is_empty() {
        common.voice().note("no article is there");
        return Ok(Exit::Done);
    }
    console::data(&in_words(&page, layout::columns()))?;
    if let Some(next) = page.next {
        let further = hint::next_page("--after", &next.to_string());
        common.voice().note(&format!("further ones: `{further}`"));
    }
    Ok(Exit::Done)
}

/// Refuses what would list an article twice, or go on in another order.
fn refuse(args: &ListArgs) -> Result<(), ConfigError> {
    if args.selection.versions() == VersionChoice::All {
        let why = "a list names each article once: leave out --all-versions";
        return Err(ConfigError::Usage(why.to_owned()));
    }
    match args.after {
        Some(after) if after.order != args.sort.order() => Err(ConfigError::Usage(format!(
            "{after} is a place in the order of --sort {}: give the same order",
            after.order.name()
        ))),
        Some(_) | None => Ok(()),
    }
}

fn as_json(article: &ListedArticle) -> Value {
    let ListedArticle {
        id,
        site,
        url,
        title,
        authors,
        section,
        published_at,
        first_seen_at,
        access,
        version,
    } = article;
    json!({
        "id": id, "site": site, "url": url, "title": title, "authors": authors,
        "section": section, "published_at": published_at, "first_seen_at": first_seen_at,
        "access": access, "version": version,
    })
}

/// The width of a moment without its seconds.
const MOMENT: usize = "2026-03-07 16:50".len();

/// Writes a line an article: its moment, its id, its title and its authors.
fn in_words(page: &ArticleListing, columns: Option<usize>) -> String {
    let ids: Vec<String> = page
        .articles
        .iter()
        .map(|article| layout::one_line(&article.id))
        .collect();
    // An address as id, which is long, does not move the titles of all others.
    let longest = columns.map_or(40, |columns| columns / 3);
    let widest = ids
        .iter()
        .map(|id| layout::width(id))
        .filter(|width| *width <= longest)
        .max()
        .unwrap_or_default();

    let lines = page.articles.iter().zip(&ids).map(|(article, id)| {
        let line = line(article, id, widest);
        columns.map_or(line.clone(), |columns| layout::fitted(&line, columns))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn line(article: &ListedArticle, id: &str, widest: usize) -> String {
    let moment = article.published_at.as_deref().map_or_else(
        || "(no date)".to_owned(),
        |at| at.replacen('T', " ", 1).chars().take(MOMENT).collect(),
    );
    let title = article.title.as_deref().unwrap_or("(without a title)");
    let by = match article.authors.as_slice() {
        [] => String::new(),
        authors => format!(" · {}", layout::one_line(&authors.join(", "))),
    };

    let gap = " ".repeat(widest.saturating_sub(layout::width(id)));
    format!(
        "{moment:<MOMENT$}  {id}{gap}  {}{by}",
        layout::one_line(title)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn article(id: &str, title: &str, published_at: Option<&str>) -> ListedArticle {
        ListedArticle {
            id: id.to_owned(),
            site: "paper".to_owned(),
            url: String::new(),
            title: Some(title.to_owned()),
            authors: vec!["김하늘".to_owned()],
            section: None,
            published_at: published_at.map(str::to_owned),
            first_seen_at: String::new(),
            access: "open".to_owned(),
            version: 1,
        }
    }

    #[test]
    fn each_article_is_one_line_that_fits() {
        let page = ArticleListing {
            articles: vec![
                article(
                    "paper/7",
                    "작은\n책방이 문을 열었다",
                    Some("2026-11-24T20:42:30+09:00"),
                ),
                article("paper/81193", "책 \u{1b}[2J", Some("2026-11-24")),
                article("paper/https://paper.example/a/long/address", "책", None),
            ],
            next: None,
        };
        assert_eq!(
            in_words(&page, None),
            "2026-11-24 20:42  paper/7      작은 책방이 문을 열었다 · 김하늘\n\
             2026-11-24        paper/81193  책 \\u{1b}[2J · 김하늘\n\
             (no date)         paper/https://paper.example/a/long/address  책 · 김하늘"
        );
        for line in in_words(&page, Some(44)).lines() {
            assert!(layout::width(line) <= 44, "{line}");
        }
        assert!(
            in_words(&page, Some(44)).starts_with("2026-11-24 20:42  paper/7      작은 책방이 ")
        );
    }
}
