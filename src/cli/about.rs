//! `saseo about`: the page that the contact address of a crawler should show.

mod page;
mod words;

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use serde_json::json;

use crate::cli::about::page::{html, markdown};
use crate::cli::about::words::{Crawling, DirectiveEffect, english, korean};
use crate::cli::exit::Exit;
use crate::cli::{Common, console};
use crate::config::site::OptOutPolicy;
use crate::config_folder::{Config, ConfigError};
use crate::crawl_session::request_signer;
use crate::export;
use crate::fetch::user_agent;

#[derive(Debug, Args)]
pub(super) struct AboutArgs {
    /// Write the page into this file instead of stdout; a file that is there is replaced
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write Markdown instead of HTML
    #[arg(long)]
    markdown: bool,
    /// Why you crawl, in your words; they stand in both languages as they are
    #[arg(long, value_name = "TEXT")]
    why: Option<String>,
    /// How people reach you, where the contact is the address of this very page
    #[arg(long, value_name = "TEXT")]
    reach: Option<String>,
}

pub(super) fn run(common: &Common, args: &AboutArgs) -> anyhow::Result<Exit> {
    let crawling = crawling(&Config::find(common.config.as_deref())?, args)?;
    let languages = [english(&crawling), korean(&crawling)];
    let page = if args.markdown {
        markdown(&languages)
    } else {
        html(&languages)
    };

    let Some(out) = &args.out else {
        if common.json {
            console::json(&json!({ "page": page }))?;
        } else {
            console::data(page.trim_end())?;
        }
        return Ok(Exit::Done);
    };
    match common.reader() {
        Ok(archive) => export::write_text(&archive, out, &page)?,
        Err(error) if error.is_missing() => export::write_page(out, &page)?,
        Err(error) => return Err(error.into()),
    }
    common.voice().note(&format!("written: {}", out.display()));
    if common.json {
        console::json(&json!({ "out": out }))?;
    }
    Ok(Exit::Done)
}

/// Returns what the page tells of a configuration.
///
/// # Errors
///
/// Fails where nobody could be reached by the page, and where the key of its requests cannot be
/// read.
fn crawling(configuration: &Config, args: &AboutArgs) -> Result<Crawling, ConfigError> {
    let settings = &configuration.settings;
    let identity = &settings.identity;
    if identity.contact.is_empty() {
        let why = "a page that names nobody helps no publisher: write identity.contact into \
            saseo.toml, or set SASEO_CONTACT=YOUR-ADDRESS";
        return Err(ConfigError::Usage(why.to_owned()));
    }

    // A server of one's own is no concern of the readers of this page.
    let public = configuration.sites.iter().filter(|site| !site.own_site);
    let gap = public.clone().map(|site| site.pace.gap.0).min();
    let obeys_all = public.map(|site| &site.opt_outs).all(|rules| {
        let of_directives = [
            rules.noarchive,
            rules.unavailable_after,
            rules.noindex,
            rules.nofollow,
        ];
        of_directives.iter().all(|one| *one == OptOutPolicy::Obey)
    });
    Ok(Crawling {
        agent: identity.agent.clone(),
        user_agent: user_agent(&identity.agent, &identity.contact),
        contact: identity.contact.clone(),
        signer: request_signer(settings)?,
        reach: args.reach.clone(),
        why: args.why.clone(),
        directives: if obeys_all {
            DirectiveEffect::Obeyed
        } else {
            DirectiveEffect::AsConfigured
        },
        gap: gap.unwrap_or(USUAL_GAP),
        server_gap: settings.pace.server_rate.0,
    })
}

/// The gap of a site whose file names none.
const USUAL_GAP: Duration = Duration::from_secs(2);
