//! The articles that a command is about: by name, by words, or by what exports choose by.

use clap::Args;

use crate::archive::{ArticleFilter, ChosenArticle, Condition, MOST_LATE, Reader};
use crate::cli::Common;
use crate::config_folder::ConfigError;
use crate::search::{Query, exact_hits, hits_in_other_versions};

#[derive(Debug, Args)]
pub(super) struct ChosenArgs {
    /// The articles: ids like readersnews/81193, numbers or texts, or addresses
    #[arg(value_name = "ARTICLE")]
    pub names: Vec<String>,
    /// All articles of which any version has these words, in the language of `saseo search`; with NOT
    /// or a minus, of which the newest has them. Earlier versions and pages that say noindex are not
    /// in its index, and are read one by one
    #[arg(long, value_name = "WORDS", allow_hyphen_values = true)]
    query: Option<String>,
    /// Only articles of this site; may be given several times
    #[arg(long, value_name = "SITE")]
    site: Vec<String>,
    /// Only articles of which a version has this section or subsection; may be given several times
    #[arg(long, value_name = "NAME")]
    section: Vec<String>,
    /// Only articles of which a version has this author; may be given several times
    #[arg(long, value_name = "NAME")]
    author: Vec<String>,
    /// Only articles of which a version meets this condition, as `export --where`
    #[arg(long = "where", value_name = "CONDITION")]
    condition: Option<Condition>,
}

impl ChosenArgs {
    /// Tells whether nothing was chosen.
    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty() && self.query.is_none() && !self.has_filter()
    }

    fn has_filter(&self) -> bool {
        let names = self.site.iter().chain(&self.section).chain(&self.author);
        names.count() > 0 || self.condition.is_some()
    }

    /// Returns the rows of the articles that were chosen: those that were named, or those that the
    /// words and the filters choose together.
    ///
    /// # Errors
    ///
    /// Fails where an article is not there, and where the words choose more than a search ranks.
    pub(super) fn rows(&self, common: &Common, reader: &Reader) -> anyhow::Result<Vec<i64>> {
        if !self.names.is_empty() && (self.query.is_some() || self.has_filter()) {
            let why = "name the articles, or choose them by --query and filters, not both";
            return Err(ConfigError::Usage(why.to_owned()).into());
        }
        let mut rows = match (&self.query, self.has_filter()) {
            (None, false) => reader.rows_of(&self.names)?,
            (None, true) => self.filtered(reader)?,
            (Some(words), false) => found(common, reader, words)?,
            (Some(words), true) => {
                let filtered = self.filtered(reader)?;
                let mut rows = found(common, reader, words)?;
                rows.retain(|row| filtered.binary_search(row).is_ok());
                rows
            }
        };
        rows.sort_unstable();
        rows.dedup();
        Ok(rows)
    }

    fn filtered(&self, reader: &Reader) -> anyhow::Result<Vec<i64>> {
        for site in &self.site {
            reader.knows_site(site)?;
        }
        let mut rows = reader.article_rows(&ArticleFilter {
            sites: self.site.clone(),
            sections: self.section.clone(),
            authors: self.author.clone(),
            condition: self.condition.clone(),
            ..ArticleFilter::default()
        })?;
        rows.sort_unstable();
        Ok(rows)
    }
}

/// Returns the articles of rows, without those of which nothing is kept.
pub(super) fn chosen(reader: &Reader, rows: &[i64]) -> anyhow::Result<Vec<ChosenArticle>> {
    let mut articles = Vec::new();
    for row in rows {
        articles.extend(reader.chosen_article(*row)?);
    }
    Ok(articles)
}

fn found(common: &Common, reader: &Reader, words: &str) -> anyhow::Result<Vec<i64>> {
    let query = Query::parse(words)?;
    for site in query.sites() {
        reader.knows_site(site)?;
    }
    let late = reader.unindexed_changes()?;
    if late > u64::from(MOST_LATE) {
        anyhow::bail!(
            "{late} changes of articles are not in the full-text index yet: run `saseo search` \
             once, which takes them in"
        );
    }

    let _snapshot = reader.snapshot()?;
    let searcher = reader.searcher()?;
    let (mut rows, count) = exact_hits(&searcher, &query)?;
    if count > rows.len() as u64 {
        anyhow::bail!(
            "{count} articles have these words, and {} can be chosen at once: choose fewer, by \
             site:, after: and before:",
            rows.len()
        );
    }
    if query.leaves_out() {
        // One version of an article may have such a word, and another not.
        common.voice().note(
            "a query with NOT or a minus chooses by the newest version of each article alone",
        );
    } else {
        rows.extend(hits_in_other_versions(&searcher, &query)?);
    }
    if rows.is_empty() {
        tell_nothing(common, &query);
    }
    Ok(rows)
}

/// Tells that nothing was found. The name of a field may be a slip: its words were looked for.
pub(super) fn tell_nothing(common: &Common, query: &Query) {
    common.voice().note("no article has these words");
    if query.has_unknown_field() {
        common.voice().note(
            "the fields are title:, author:, section:, site:, after: and before:, each with its \
             value right behind the colon (title:책); any other word with a colon is looked for",
        );
    }
}
