//! The report of a survey: its findings in words or as JSON, and the drafted files.

use std::path::Path;

use serde::Serialize;

use crate::cli::init::{write_new, write_shipped};
use crate::cli::survey::SurveyArgs;
use crate::cli::{Common, console, hint};
use crate::config::shipped;
use crate::survey::{Draft, FoundCms, SurveyReport};

/// The findings and the files, as `--json` prints them.
#[derive(Serialize)]
struct SurveyOutput<'a> {
    name: &'a str,
    #[serde(flatten)]
    findings: &'a SurveyReport,
    site_file: &'a str,
    profile_file: Option<&'a str>,
}

/// The findings of a survey and the files drafted from them, with how to tell them.
pub(super) struct Drafts<'a> {
    pub common: &'a Common,
    pub args: &'a SurveyArgs,
    pub findings: &'a SurveyReport,
    pub draft: &'a Draft,
}

impl Drafts<'_> {
    /// Tells the findings, and prints or writes the files.
    pub(super) fn tell(&self) -> anyhow::Result<()> {
        self.common
            .voice()
            .note(&in_words(self.findings, self.args.draft));
        if let Some(why) = &self.findings.ended {
            // With --quiet, too: not everything was seen.
            console::note(&format!("The survey ended early: {why}."));
        }

        if self.common.json {
            console::json(&SurveyOutput {
                name: &self.draft.name,
                findings: self.findings,
                site_file: &self.draft.site,
                profile_file: self.draft.profile.as_deref(),
            })?;
        }
        match &self.args.write {
            Some(folder) => self.write(folder),
            None if self.common.json => Ok(()),
            None => self.print(),
        }
    }

    /// Returns the files, each with its path in a configuration folder.
    fn files(&self) -> Vec<(String, &str)> {
        let name = &self.draft.name;
        let mut files = vec![(format!("sites/{name}.toml"), self.draft.site.as_str())];
        if let Some(profile) = &self.draft.profile {
            files.push((format!("profiles/{name}.toml"), profile));
        }
        files
    }

    fn print(&self) -> anyhow::Result<()> {
        for (file, text) in self.files() {
            console::data(&format!("# ---- {file}\n{text}"))?;
        }
        Ok(())
    }

    /// Writes the files into a folder. Files that are there stay.
    fn write(&self, folder: &Path) -> anyhow::Result<()> {
        begin_folder(self.common, folder)?;
        self.write_files(folder)?;

        let words = ["crawl", &self.draft.name];
        let crawl = hint::on(Some(folder), self.common.data.as_deref(), &words);
        let voice = self.common.voice();
        voice.note(&format!("Look the files over, then: {crawl}"));
        Ok(())
    }

    /// Writes the files into a folder that is there. Of several, the site file is written last: it
    /// tells that the paper is done.
    pub(super) fn write_files(&self, folder: &Path) -> anyhow::Result<()> {
        let voice = self.common.voice();
        for (file, text) in self.files().into_iter().rev() {
            let path = folder.join(file);
            let said = if write_new(&path, text.as_bytes())? {
                "written"
            } else {
                "there already, left as it is"
            };
            voice.note(&format!("{}: {said}", path.display()));
        }
        Ok(())
    }
}

/// Writes the shipped settings and profiles into a folder that is not there yet: without them it
/// would be a configuration without any. The shipped site is another paper.
pub(super) fn begin_folder(common: &Common, folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        return Ok(());
    }
    let mut files = shipped::files();
    files.retain(|file| !file.path.starts_with("sites/"));
    write_shipped(common, folder, &files)?;
    Ok(())
}

/// Writes the findings as lines. `is_asked_for` is set where the user wants a draft, whatever the
/// CMS is.
fn in_words(findings: &SurveyReport, is_asked_for: bool) -> String {
    let forbidden: String = findings
        .forbidden
        .iter()
        .map(|told| format!("\nleft alone: {told}"))
        .collect();

    format!(
        "title: {}\nCMS: {}\nsections: {}\nfeeds: {}\nsitemaps: {}\n\
         articles: {}; {} of {} that were asked for were read\n\
         dates: {}\nrequests: {}{forbidden}",
        findings.title.as_deref().unwrap_or("none found"),
        cms_in_words(&findings.cms, is_asked_for),
        findings.sections.len(),
        findings.feeds.len(),
        findings.sitemaps.len(),
        address_pattern(findings),
        findings.articles_read,
        findings.articles_asked,
        findings.dates.as_deref().unwrap_or("none found"),
        findings.requests.len(),
    )
}

fn cms_in_words(cms: &FoundCms, is_asked_for: bool) -> String {
    match cms {
        FoundCms::Known {
            profile,
            is_unchecked: false,
        } => format!("recognised, profile {profile}"),
        FoundCms::Known {
            profile,
            is_unchecked: true,
        } => format!(
            "recognised, profile {profile}, which was never checked on a live page: compare the \
             articles below with the paper"
        ),
        FoundCms::Drafted { .. } if is_asked_for => {
            "not looked up (--draft), a profile was drafted".to_owned()
        }
        FoundCms::Drafted { .. } => "unknown, a profile was drafted".to_owned(),
        FoundCms::Unsupported { why } => {
            format!("not supported by a profile, pages are read generically: {why}")
        }
    }
}

/// Returns the pattern of the addresses of articles, with `#` for their numbers.
fn address_pattern(findings: &SurveyReport) -> String {
    match &findings.article {
        None => "none found".to_owned(),
        Some(pattern) => match &pattern.number {
            Some(number) => format!("{}?{number}=#", pattern.path),
            None => pattern.path.clone(),
        },
    }
}
