//! `saseo check --profiles`: each profile is run over the saved pages beside it.

mod compare;
mod pages;

use serde_json::{Value, json};

use crate::cli::check::saved::compare::{Broken, broken};
use crate::cli::check::saved::pages::{SavedPage, beside};
use crate::cli::exit::Exit;
use crate::cli::extract::{Choice, SavedFile, listed, read};
use crate::cli::{Common, console};
use crate::config::Profile;
use crate::config_folder::Configuration;
use crate::page_url::PageUrl;
use crate::time::Timestamp;

/// How a profile reads one page.
struct PageFinding {
    /// `ndsoft/g2.html`.
    page: String,
    broken: Vec<Broken>,
}

pub(crate) fn run(common: &Common) -> anyhow::Result<Exit> {
    let configuration = Configuration::load(common.config.as_deref())?;
    let agent = &configuration.settings.identity.agent;
    let mut findings = Vec::new();
    for one in configuration.profiles.files() {
        let pages = beside(&one.file, configuration.folder.as_deref())?;
        if pages.is_empty() {
            common
                .voice()
                .note(&format!("{}: no saved page stands beside it", one.file));
        }
        findings.extend(
            pages
                .into_iter()
                .map(|page| finding(page, &one.profile, agent)),
        );
    }
    tell(common, &findings)?;
    Ok(if findings.iter().all(PageFinding::is_well) {
        Exit::Done
    } else {
        Exit::Failed
    })
}

fn finding(page: SavedPage, profile: &Profile, agent: &str) -> PageFinding {
    let name = page.name.clone();
    let broken =
        judged(page, profile, agent).unwrap_or_else(|why| vec![Broken::without_expectation(why)]);
    PageFinding { page: name, broken }
}

/// Returns the fields that are read otherwise than expected, or why nothing can be expected.
fn judged(page: SavedPage, profile: &Profile, agent: &str) -> Result<Vec<Broken>, String> {
    let bytes = page.bytes.ok_or("no page is beside it")?;
    let text = page
        .expectation
        .ok_or("there is none: `saseo extract` prints what belongs into it")?;
    let expected: Value = serde_json::from_slice(&text).map_err(|why| why.to_string())?;
    let url = expected["url"].as_str().ok_or("it has no \"url\"")?;
    let url = PageUrl::parse(url).map_err(|why| why.to_string())?;
    let now = match expected["fetched_at"].as_str() {
        None => Timestamp::EPOCH,
        Some(told) => {
            Timestamp::from_rfc3339(told).ok_or("its \"fetched_at\" is no moment of RFC 3339")?
        }
    };
    let (saved, choice) = (
        SavedFile::new(bytes, url),
        Choice {
            site: None,
            profile: profile.clone(),
        },
    );
    let got = if expected.get("articles").is_some() {
        listed(&saved, &choice, now).and_then(|list| Ok(serde_json::to_value(list)?))
    } else {
        read(&saved, &choice, agent, now).and_then(|article| Ok(serde_json::from_str(&article)?))
    };
    Ok(broken(&expected, got.map_err(|why| format!("{why:#}"))))
}

impl PageFinding {
    fn is_well(&self) -> bool {
        self.broken.is_empty()
    }
}

fn tell(common: &Common, findings: &[PageFinding]) -> anyhow::Result<()> {
    if common.json {
        let pages: Vec<Value> = findings
            .iter()
            .map(|finding| json!({"page": finding.page, "ok": finding.is_well(), "broken": finding.broken}))
            .collect();
        return console::json(
            &json!({"ok": findings.iter().all(PageFinding::is_well), "pages": pages}),
        );
    }
    for finding in findings {
        if finding.is_well() {
            console::data(&format!("ok    {}", finding.page))?;
        }
        for broken in &finding.broken {
            console::data(&format!("WRONG {}: {broken}", finding.page))?;
        }
    }
    Ok(())
}
