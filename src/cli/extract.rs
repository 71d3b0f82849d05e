//! `saseo extract`: one saved page as JSON. No network, no archive.

mod article;
mod input;
mod list;

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;

use crate::cli::exit::Exit;
use crate::cli::{Common, console};
use crate::clock::Clock;
use crate::config_folder::{Config, ConfigError};
use crate::page_url::PageUrl;
use crate::saved_file::{ReaderChoice, Recognition, SavedFile};

pub(super) use article::read_article;
pub(super) use list::read_list;

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

impl ExtractArgs {
    fn recognition(&self) -> Recognition {
        if self.generic {
            Recognition::Never
        } else if self.list {
            Recognition::List
        } else {
            Recognition::Article
        }
    }
}

/// Prints what the page holds, as JSON with or without `--json`.
pub(super) fn run(common: &Common, args: &ExtractArgs) -> anyhow::Result<Exit> {
    let configuration = Config::find(common.config.as_deref())?;
    let bytes = input::read_bytes(&args.file)?;
    let url =
        PageUrl::parse(&args.url).map_err(|why| ConfigError::Usage(format!("--url: {why}")))?;
    let page = SavedFile::new(bytes, url);
    let choice = ReaderChoice::make(
        &configuration,
        args.site.as_deref(),
        args.recognition(),
        &page,
    )?;

    // Rows of a list that tell no year are dated by today's.
    let now = Clock::system().now();
    if !args.list {
        let agent = &configuration.settings.identity.agent;
        console::data(&read_article(&page, &choice, agent, now)?)?;
        return Ok(Exit::Done);
    }

    let list = read_list(&page, &choice, now)?;
    console::json(&list)?;
    if list.articles.is_empty() {
        let host = page.url.host();
        bail!(
            "the page has no rows of a list with links of {host}; \
             is --url the address that it was saved from?"
        );
    }
    Ok(Exit::Done)
}
