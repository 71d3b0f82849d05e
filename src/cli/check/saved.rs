//! `saseo check --profiles`: each profile is run over the saved pages beside it, and the newest
//! articles of the archive are compared with those of the month before.

mod compare;
mod drift;
mod pages;

use serde_json::{Value, json};

use crate::cli::check::saved::compare::{Mismatch, mismatches};
use crate::cli::check::saved::drift::DriftedSite;
use crate::cli::check::saved::pages::{SavedPage, beside};
use crate::cli::exit::Exit;
use crate::cli::extract::{read_article, read_list};
use crate::cli::{Common, console};
use crate::config::Profile;
use crate::config_folder::Config;
use crate::page_url::PageUrl;
use crate::saved_file::{ReaderChoice, SavedFile};
use crate::time::Timestamp;

/// The result of one profile on one page.
struct PageFinding {
    /// `ndsoft/g2.html`.
    page: String,
    mismatches: Vec<Mismatch>,
}

/// The expectation of a page: what a profile should read in it.
struct Expectation {
    url: PageUrl,
    now: Timestamp,
    fields: Value,
}

/// Compares what each profile reads with what is expected.
pub(super) fn run(common: &Common) -> anyhow::Result<Exit> {
    let configuration = Config::find(common.config.as_deref())?;
    let agent = &configuration.settings.identity.agent;

    let mut findings = Vec::new();
    for one in configuration.profiles.files() {
        let pages = beside(&one.file, configuration.folder.as_deref())?;
        if pages.is_empty() {
            common
                .voice()
                .note(&format!("{}: no saved page stands beside it", one.file));
        }
        let checked = pages
            .into_iter()
            .map(|page| PageFinding::of(page, &one.profile, agent));
        findings.extend(checked);
    }

    let drifted = drift::of_archive(common)?;
    tell(common, &findings, &drifted)?;
    Ok(
        if findings.iter().all(PageFinding::is_well) && drifted.is_empty() {
            Exit::Done
        } else {
            Exit::Failed
        },
    )
}

impl PageFinding {
    fn of(page: SavedPage, profile: &Profile, agent: &str) -> Self {
        let name = page.name.clone();
        let mismatches = compare(page, profile, agent)
            .unwrap_or_else(|why| vec![Mismatch::without_expectation(why)]);
        Self {
            page: name,
            mismatches,
        }
    }

    fn is_well(&self) -> bool {
        self.mismatches.is_empty()
    }

    fn as_json(&self) -> Value {
        json!({"page": self.page, "ok": self.is_well(), "broken": self.mismatches})
    }
}

/// Returns the fields that are read otherwise than expected, or why nothing can be expected.
fn compare(page: SavedPage, profile: &Profile, agent: &str) -> Result<Vec<Mismatch>, String> {
    let bytes = page.bytes.ok_or("no page is beside it")?;
    let text = page
        .expectation
        .ok_or("there is none: `saseo extract` prints what belongs into it")?;
    let expected = Expectation::read(&text)?;

    let saved = SavedFile::new(bytes, expected.url);
    let choice = ReaderChoice {
        site: None,
        profile: profile.clone(),
    };
    let now = expected.now;
    let got = if expected.fields.get("articles").is_some() {
        read_list(&saved, &choice, now).and_then(|list| Ok(serde_json::to_value(list)?))
    } else {
        read_article(&saved, &choice, agent, now)
            .and_then(|article| Ok(serde_json::from_str(&article)?))
    };
    let got = got.map_err(|why| format!("{why:#}"));
    Ok(mismatches(&expected.fields, got))
}

impl Expectation {
    /// Reads an expectation. Without a moment of its fetch, rows without a year are dated by 1970.
    fn read(text: &[u8]) -> Result<Self, String> {
        let fields: Value = serde_json::from_slice(text).map_err(|why| why.to_string())?;
        let url = fields["url"].as_str().ok_or("it has no \"url\"")?;
        let url = PageUrl::parse(url).map_err(|why| why.to_string())?;
        let now = match fields["fetched_at"].as_str() {
            None => Timestamp::EPOCH,
            Some(told) => Timestamp::from_rfc3339(told)
                .ok_or("its \"fetched_at\" is no moment of RFC 3339")?,
        };
        Ok(Self { url, now, fields })
    }
}

fn tell(common: &Common, findings: &[PageFinding], drifted: &[DriftedSite]) -> anyhow::Result<()> {
    if common.json {
        let all_well = findings.iter().all(PageFinding::is_well) && drifted.is_empty();
        let pages: Vec<Value> = findings.iter().map(PageFinding::as_json).collect();
        return console::json(&json!({"ok": all_well, "pages": pages, "drift": drifted}));
    }

    for finding in findings {
        if finding.is_well() {
            console::data(&format!("ok    {}", finding.page))?;
        }
        for mismatch in &finding.mismatches {
            console::data(&format!("WRONG {}: {mismatch}", finding.page))?;
        }
    }
    for site in drifted {
        for drift in &site.fields {
            console::data(&format!("WRONG {}: {drift}", site.site))?;
        }
    }
    Ok(())
}
