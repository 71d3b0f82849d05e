//! `saseo extract`: one saved page as JSON. No network, no archive.

use std::io::Write;
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::Args;
use serde::Serialize;

use crate::config::shipped::{generic_profile, shipped_profiles, shipped_sites};
use crate::config::{Profile, Site};
use crate::discover::{Address, Grammar, ListReader, Listing, Row, read_feed};
use crate::export::record::{Provenance, Record};
use crate::extract::{Access, Article, ArticleReader, Paper, Reading, decode};
use crate::markup::Tree;
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// Extract one saved page and print it as JSON.
#[derive(Debug, Args)]
pub struct ExtractArgs {
    /// The saved page.
    pub file: PathBuf,
    /// The address that it was saved from.
    #[arg(long)]
    pub url: String,
    /// Read it as a section page or a feed.
    #[arg(long)]
    pub list: bool,
    /// Ignore profiles.
    #[arg(long)]
    pub generic: bool,
    /// The site that it belongs to; by default the one with the address's host.
    #[arg(long)]
    pub site: Option<String>,
}

/// Prints what the page holds. `now` dates the rows of a list that tell no year.
pub fn run(args: &ExtractArgs, now: Timestamp, out: &mut impl Write) -> anyhow::Result<()> {
    let file = args.file.display();
    let bytes = std::fs::read(&args.file).with_context(|| format!("cannot read {file}"))?;
    let url = PageUrl::parse(&args.url).context("--url")?;
    let tld = url.as_url().domain().and_then(|name| name.rsplit('.').next()).unwrap_or_default();
    let page = Saved { html: decode(&bytes, "", tld).text.into_owned(), bytes, url };
    let choice = Choice::make(args, &page)?;
    let json = if args.list { listed(&page, &choice, now)? } else { read(&page, &choice)? };
    writeln!(out, "{json}").context("cannot write to stdout")
}

struct Saved {
    bytes: Vec<u8>,
    html: String,
    url: PageUrl,
}

/// The site and profile that read a page.
struct Choice {
    site: Option<Site>,
    profile: Profile,
}

impl Choice {
    /// The site named, else the one of the page's host; its profile, else the one that recognises the page.
    fn make(args: &ExtractArgs, page: &Saved) -> anyhow::Result<Self> {
        let mut sites = shipped_sites().into_iter();
        let site = match &args.site {
            Some(name) => {
                Some(sites.find(|site| site.name == *name).with_context(|| format!("there is no site {name:?}"))?)
            }
            None => sites.find(|site| Grammar::new(None, site.home.clone()).address(&page.url) != Address::Elsewhere),
        };
        if args.generic {
            return Ok(Self { site, profile: generic_profile() });
        }
        let wanted = site.as_ref().and_then(|site| site.profile.as_deref());
        let tree = Tree::parse(&page.html);
        let fits = |profile: &Profile| match (wanted, &tree, &profile.marks) {
            (Some(name), _, _) => profile.name == name,
            (None, Ok(tree), Some(marks)) => {
                tree.first(marks).is_some() || profile.url.article_number(&page.url).is_some()
            }
            (None, _, _) => false,
        };
        let profile = shipped_profiles().into_iter().find(fits);
        // A feed has no marks; its links tell what it is of.
        let profile = if args.list { profile.or_else(|| shipped_profiles().into_iter().next()) } else { profile };
        Ok(Self { site, profile: profile.unwrap_or_else(generic_profile) })
    }

    fn paper(&self) -> Paper {
        self.site.as_ref().map_or_else(|| Paper::from(&self.profile), Paper::from)
    }
}

fn read(page: &Saved, choice: &Choice) -> anyhow::Result<String> {
    let reader = ArticleReader::new(choice.profile.clone(), choice.paper());
    let article = match reader.read(&page.url, &page.html) {
        Reading::Article(article) | Reading::Members(article) => *article,
        Reading::Gone { .. } => Article {
            number: choice.profile.url.article_number(&page.url),
            access: Access::Gone,
            extractor: choice.profile.name.clone(),
            ..Article::default()
        },
        Reading::Refused { why } => bail!("the page is a refusal: {why}"),
        Reading::NotAnArticle { why } => bail!("the page is no article: {why}"),
    };
    let provenance = Provenance {
        site: choice.site.as_ref().map(|site| site.name.clone()),
        url: Some(page.url.to_string()),
        ..Provenance::default()
    };
    Ok(serde_json::to_string_pretty(&Record::new(&article, provenance))?)
}

/// Addresses are those of the page's own scheme and host.
fn listed(page: &Saved, choice: &Choice, now: Timestamp) -> anyhow::Result<String> {
    let home = page.url.join("/")?;
    let (grammar, paper) = (Grammar::new(Some(&choice.profile), home), choice.paper());
    let head = page.html[..page.html.floor_char_boundary(1024)].trim_start_matches('\u{feff}').trim_start();
    let is_feed =
        head.starts_with("<?xml") || head.starts_with("<rss") || head.starts_with("<feed") || head.starts_with('{');
    let listing = if is_feed {
        read_feed(&grammar, &paper.timezone, &page.url, &page.bytes)?
    } else {
        ListReader::new(&choice.profile, grammar, paper.timezone).read(&page.url, &page.html, now)
    };
    Ok(serde_json::to_string_pretty(&Printed::from(listing))?)
}

#[derive(Serialize)]
struct Printed {
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

impl From<Listing> for Printed {
    fn from(listing: Listing) -> Self {
        Self {
            articles: listing.rows.into_iter().map(PrintedRow::from).collect(),
            next: listing.next.map(|url| url.to_string()),
            total: listing.total,
            per_page: listing.per_page,
            pages: listing.pages,
        }
    }
}

impl From<Row> for PrintedRow {
    fn from(row: Row) -> Self {
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
