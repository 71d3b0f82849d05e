//! The article of a saved page, as JSON.

use anyhow::{anyhow, bail};

use crate::deadline::{BUDGET, Undone, room_as_weighed_now, within_now};
use crate::export::{Provenance, Record};
use crate::extract::{Access, Article, ArticleReader, Extraction};
use crate::markup::{Tree, Weight};
use crate::opt_out::{Declared, Judgement, Metas, Reservations};
use crate::robots::Robots;
use crate::saved_file::{ReaderChoice, SavedFile};
use crate::time::Timestamp;

/// Returns the article that a page holds, as JSON. `agent` is the name by which opt-outs may call
/// the crawler.
pub(crate) fn read_article(
    page: &SavedFile,
    choice: &ReaderChoice,
    agent: &str,
    now: Timestamp,
) -> anyhow::Result<String> {
    let mut article = match extraction(page, choice)? {
        Extraction::Article(article) | Extraction::Members(article) => *article,
        Extraction::Gone { .. } => Article {
            key: choice.profile.url.article_key(&page.url),
            access: Access::Gone,
            extractor: choice.profile.name.clone(),
            ..Article::default()
        },
        Extraction::Refused { why } => bail!("the page is a refusal: {why}"),
        Extraction::NotAnArticle { why } => bail!("the page is no article: {why}"),
    };
    let judgement = judgement(page, choice, &article, agent, now);
    article.opt_outs = judgement.in_export();
    article.declared_rights = judgement.rights;

    let provenance = Provenance {
        site: choice.site.as_ref().map(|site| site.name.clone()),
        url: Some(page.url.to_string()),
        ..Provenance::default()
    };
    let record = Record::new(article, provenance);
    Ok(serde_json::to_string_pretty(&record)?)
}

/// Reads the page. A page without a profile is read within limits of time and memory.
fn extraction(page: &SavedFile, choice: &ReaderChoice) -> anyhow::Result<Extraction> {
    let reader = ArticleReader::new(choice.profile.clone(), choice.paper());
    if !reader.is_generic() {
        return Ok(reader.read(&page.url, &page.html));
    }

    let (url, html) = (page.url.clone(), page.html.clone());
    room_as_weighed_now(Weight::most_of(html.len()), || reader.memory(&html))
        .and_then(|room| within_now(BUDGET, room, move || reader.read(&url, &html)))
        .map_err(unread)
}

/// Returns what to do about a page that was not read.
fn unread(why: Undone) -> anyhow::Error {
    match why {
        Undone::Overdue => anyhow!(
            "reading the page took longer than {} s, so it was given up: \
             a profile for its CMS would read it by name, in profiles/NAME.toml",
            BUDGET.as_secs()
        ),
        Undone::Panicked => {
            anyhow!("the reader failed on the page, which is a defect of saseo's: please report it")
        }
        Undone::Crowded => anyhow!("reading the page found no memory: {why}"),
    }
}

/// Judges the opt-outs and rights that the page itself declares. Headers, and the files of its
/// host, are not saved with it.
fn judgement(
    page: &SavedFile,
    choice: &ReaderChoice,
    article: &Article,
    agent: &str,
    now: Timestamp,
) -> Judgement {
    let metas = match Tree::parse(&page.html) {
        Ok(tree) => Metas::read(&tree, agent),
        Err(_) => Metas::default(),
    };
    let declared = Declared {
        url: &page.url,
        headers: &[],
        metas: &metas,
        words: &article.words,
        files: &Reservations::default(),
        robots: &Robots::allow_all(),
    };

    let rules = choice
        .site
        .as_ref()
        .map(|site| site.opt_outs.clone())
        .unwrap_or_default();
    declared.judged(agent, &rules, now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unread_page_is_told_with_advice() {
        let overdue = unread(Undone::Overdue).to_string();

        assert!(
            overdue.contains("longer than 2 s") && overdue.contains("profiles/NAME.toml"),
            "{overdue}"
        );
        assert!(unread(Undone::Panicked).to_string().contains("a defect"));
    }
}
