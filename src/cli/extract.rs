//! `saseo extract`: one saved page as JSON. No network, no archive.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use serde::Serialize;

use crate::cli::exit::Exit;
use crate::cli::{Common, console};
use crate::clock::Clock;
use crate::config::shipped::generic_profile;
use crate::config::{Profile, Site};
use crate::config_folder::{Configuration, ConfigurationError};
use crate::deadline::{BUDGET, Undone, room_as_weighed_now, within_now};
use crate::discover::{Address, FeedOf, Grammar, ListReader, ListRow, Listing, is_feed, read_feed};
use crate::export::{Provenance, Record};
use crate::extract::{Access, Article, ArticleReader, Extraction, KnownPaper, decode};
use crate::markup::Tree;
use crate::markup::Weight;
use crate::opt_out::{Declared, Judgement, Metas, Reservations};
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// Bytes of a saved page.
const LARGEST: u64 = 64 << 20;

#[derive(Debug, Args)]
pub(super) struct ExtractArgs {
    /// The saved page; "-" reads it from stdin
    file: PathBuf,
    /// The address that it was saved from
    #[arg(long)]
    url: String,
    /// Read it as a section page or a feed
    #[arg(long)]
    list: bool,
    /// Ignore profiles
    #[arg(long)]
    generic: bool,
    /// The site that it belongs to; by default the one with the address's host
    #[arg(long)]
    site: Option<String>,
}

/// Prints what the page holds, as JSON with or without `--json`.
pub(super) fn run(common: &Common, args: &ExtractArgs) -> anyhow::Result<Exit> {
    let configuration = Configuration::load(common.config.as_deref())?;
    let bytes = saved(&args.file)?;
    let url = PageUrl::parse(&args.url)
        .map_err(|why| ConfigurationError::Usage(format!("--url: {why}")))?;
    let page = SavedFile::new(bytes, url);
    let choice = Choice::make(&configuration, args, &page)?;
    // Rows of a list that tell no year are dated by today's.
    let now = Clock::system().now();
    if !args.list {
        let agent = &configuration.settings.identity.agent;
        console::data(&read(&page, &choice, agent, now)?)?;
        return Ok(Exit::Done);
    }
    let list = listed(&page, &choice, now)?;
    console::json(&list)?;
    if list.articles.is_empty() {
        let host = page.url.host();
        bail!(
            "the page has no rows of a list with links of {host}; is --url the address that it was saved from?"
        );
    }
    Ok(Exit::Done)
}

/// Reads a file, or stdin, up to what any page is far below.
fn saved(file: &Path) -> anyhow::Result<Vec<u8>> {
    let fault = || format!("cannot read {}", file.display());
    let source: Box<dyn Read> = if file == Path::new("-") {
        Box::new(std::io::stdin())
    } else {
        Box::new(std::fs::File::open(file).with_context(fault)?)
    };
    let mut bytes = Vec::new();
    source
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .with_context(fault)?;
    if bytes.len() as u64 > LARGEST {
        bail!(
            "{} is larger than 64 MiB: no page of a newspaper is",
            file.display()
        );
    }
    Ok(bytes)
}

/// A page as it was saved, and where it stood.
pub(super) struct SavedFile {
    bytes: Vec<u8>,
    html: String,
    url: PageUrl,
}

impl SavedFile {
    pub fn new(bytes: Vec<u8>, url: PageUrl) -> Self {
        Self {
            html: decode(&bytes, "", url.last_label()).text.into_owned(),
            bytes,
            url,
        }
    }
}

/// The site and profile that read a page.
pub(super) struct Choice {
    pub site: Option<Arc<Site>>,
    pub profile: Profile,
}

impl Choice {
    /// The site named, else the one of the page's host; its profile, else the one that recognises the page.
    fn make(
        configuration: &Configuration,
        args: &ExtractArgs,
        page: &SavedFile,
    ) -> anyhow::Result<Self> {
        let is_of = |site: &&Arc<Site>| {
            Grammar::new(None, site.home.clone()).address(&page.url) != Address::Elsewhere
        };
        let site = match &args.site {
            Some(name) => {
                let site = configuration
                    .chosen(std::slice::from_ref(name))?
                    .into_iter()
                    .next();
                if let Some(other) = site.filter(|site| !is_of(site)) {
                    let why = format!(
                        "{} is no page of {}, whose home is {}",
                        page.url, other.name, other.home
                    );
                    return Err(ConfigurationError::Usage(why).into());
                }
                site
            }
            None => configuration.sites.iter().find(is_of),
        };
        let site = site.cloned();
        if args.generic {
            return Ok(Self {
                site,
                profile: generic_profile(),
            });
        }
        site.as_ref()
            .map_or(Ok(()), |site| configuration.has_its_day(site))
            .map_err(ConfigurationError::from)?;
        let wanted = site.as_ref().and_then(|site| site.profile.as_deref());
        let tree = Tree::parse(&page.html);
        let fits = |profile: &&Profile| match (wanted, &tree, &profile.marks) {
            (Some(name), _, _) => profile.name == name,
            (None, Ok(tree), Some(marks)) => {
                tree.first(marks).is_some() || profile.url.article_number(&page.url).is_some()
            }
            (None, _, _) => false,
        };
        let profile = configuration.current_profiles().find(fits);
        // A feed has no marks; its links tell what it is of.
        let knows = |profile: &&Profile| args.list && lists_articles(page, profile);
        let profile = profile.or_else(|| configuration.current_profiles().find(knows));
        Ok(Self {
            site,
            profile: profile.cloned().unwrap_or_else(generic_profile),
        })
    }

    fn paper(&self) -> KnownPaper {
        self.site
            .as_deref()
            .map_or_else(|| KnownPaper::from(&self.profile), KnownPaper::from)
    }
}

/// Returns the article that a page holds, as JSON.
pub(super) fn read(
    page: &SavedFile,
    choice: &Choice,
    agent: &str,
    now: Timestamp,
) -> anyhow::Result<String> {
    let reader = ArticleReader::new(choice.profile.clone(), choice.paper());
    let reading = if reader.is_generic() {
        let (url, html) = (page.url.clone(), page.html.clone());
        room_as_weighed_now(Weight::most_of(html.len()), || reader.memory(&html))
            .and_then(|room| within_now(BUDGET, room, move || reader.read(&url, &html)))
            .map_err(unread)?
    } else {
        reader.read(&page.url, &page.html)
    };
    let mut article = match reading {
        Extraction::Article(article) | Extraction::Members(article) => *article,
        Extraction::Gone { .. } => Article {
            number: choice.profile.url.article_number(&page.url),
            access: Access::Gone,
            extractor: choice.profile.name.clone(),
            ..Article::default()
        },
        Extraction::Refused { why } => bail!("the page is a refusal: {why}"),
        Extraction::NotAnArticle { why } => bail!("the page is no article: {why}"),
    };
    article.opt_outs = opt_outs(page, choice, &article, agent, now);
    let provenance = Provenance {
        site: choice.site.as_ref().map(|site| site.name.clone()),
        url: Some(page.url.to_string()),
        ..Provenance::default()
    };
    Ok(serde_json::to_string_pretty(&Record::new(
        &article, provenance,
    ))?)
}

/// Says what to do about a page that was not read.
fn unread(why: Undone) -> anyhow::Error {
    match why {
        Undone::Overdue => anyhow!(
            "reading the page took longer than {} s, so it was given up: a profile for its CMS would read it by name, in profiles/NAME.toml",
            BUDGET.as_secs()
        ),
        Undone::Panicked => {
            anyhow!("the reader failed on the page, which is a defect of saseo's: please report it")
        }
        Undone::Crowded => anyhow!("reading the page found no memory: {why}"),
    }
}

/// What the page itself says against uses of it. Headers and its host's files are not saved with it.
fn opt_outs(
    page: &SavedFile,
    choice: &Choice,
    article: &Article,
    agent: &str,
    now: Timestamp,
) -> Vec<String> {
    let metas = Tree::parse(&page.html)
        .map(|tree| Metas::read(&tree, agent))
        .unwrap_or_default();
    let files = Reservations::default();
    let declared = Declared {
        url: &page.url,
        headers: &[],
        metas: &metas,
        words: &article.words,
        files: &files,
    };
    let rules = choice
        .site
        .as_ref()
        .map(|site| site.opt_outs.clone())
        .unwrap_or_default();
    Judgement::of(declared.opt_outs(agent), &rules, now).in_export()
}

/// Returns the rows of a page that is a list or a feed; `now` dates those without a year.
pub(super) fn listed(
    page: &SavedFile,
    choice: &Choice,
    now: Timestamp,
) -> anyhow::Result<PrintedList> {
    let listing = listing(page, &choice.profile, &choice.paper(), now)?;
    Ok(PrintedList::new(listing, page, now))
}

fn lists_articles(page: &SavedFile, profile: &Profile) -> bool {
    let listing = listing(page, profile, &KnownPaper::from(profile), Timestamp::EPOCH);
    listing.is_ok_and(|listing| listing.rows.iter().any(|row| row.number.is_some()))
}

/// Addresses are those of the page's own scheme and host.
fn listing(
    page: &SavedFile,
    profile: &Profile,
    paper: &KnownPaper,
    now: Timestamp,
) -> anyhow::Result<Listing> {
    let grammar = Grammar::new(Some(profile), page.url.join("/")?);
    Ok(if is_feed(&page.html) {
        let KnownPaper { timezone, language } = paper;
        read_feed(
            FeedOf {
                grammar: &grammar,
                zone: timezone,
                language,
            },
            &page.url,
            &page.bytes,
        )?
    } else {
        ListReader::new(profile, grammar, paper.timezone.clone()).read(&page.url, &page.html, now)
    })
}

/// A list as it is printed.
#[derive(Serialize)]
pub(super) struct PrintedList {
    url: String,
    /// The moment that dates rows without a year.
    fetched_at: String,
    articles: Vec<PrintedRow>,
    next: Option<String>,
    total: Option<u64>,
    per_page: Option<u32>,
    pages: Option<u32>,
}

#[derive(Serialize)]
struct PrintedRow {
    number: Option<u64>,
    title: String,
    url: String,
    section: Option<String>,
    byline: Option<String>,
    date: Option<String>,
    summary: Option<String>,
    published_at: Option<String>,
}

impl PrintedList {
    fn new(listing: Listing, page: &SavedFile, now: Timestamp) -> Self {
        Self {
            url: page.url.to_string(),
            fetched_at: now.to_string(),
            articles: listing.rows.into_iter().map(PrintedRow::from).collect(),
            next: listing.next.map(|url| url.to_string()),
            total: listing.total,
            per_page: listing.per_page,
            pages: listing.pages,
        }
    }
}

impl From<ListRow> for PrintedRow {
    fn from(row: ListRow) -> Self {
        Self {
            number: row.number,
            title: row.title,
            url: row.url.to_string(),
            section: row.section,
            byline: row.byline,
            date: row.date,
            summary: row.summary,
            published_at: row.published_at.map(|time| time.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_was_not_read_is_told_with_advice() {
        let said = unread(Undone::Overdue).to_string();
        assert!(
            said.contains("longer than 2 s") && said.contains("profiles/NAME.toml"),
            "{said}"
        );
        assert!(unread(Undone::Panicked).to_string().contains("a defect"));
    }
}
