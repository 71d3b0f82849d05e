//! `saseo check`: configuration, archive, disk and clock, in one look.

use std::path::Path;

use serde_json::json;

use crate::archive::{ArchiveError, Reader};
use crate::cli::configuration::Configuration;
use crate::cli::exit::Exit;
use crate::cli::{Common, say};
use crate::clock::Clock;
use crate::time::Timestamp;

/// No machine's clock is right before this program was written: 2026-01-01.
const EARLIEST: Timestamp = Timestamp::from_seconds(1_767_225_600);

/// One thing that was looked at.
struct Finding {
    about: &'static str,
    /// What is wrong, or how it stands.
    said: Result<String, String>,
}

pub(in crate::cli) fn run(common: &Common) -> anyhow::Result<Exit> {
    let configuration = Configuration::load(&common.config)?;
    let findings = [
        configuration_stands(&configuration)?,
        archive_stands(&common.data)?,
        folder_is_writable(&common.data),
        clock_stands(),
    ];
    let all_well = findings.iter().all(|finding| finding.said.is_ok());
    if common.json {
        let each = |finding: &Finding| match &finding.said {
            Ok(said) => json!({"about": finding.about, "ok": true, "said": said}),
            Err(said) => json!({"about": finding.about, "ok": false, "said": said}),
        };
        say::json(&json!({"ok": all_well, "findings": findings.iter().map(each).collect::<Vec<_>>()}))?;
    } else {
        for Finding { about, said } in &findings {
            let (mark, said) = said.as_ref().map_or_else(|wrong| ("WRONG", wrong), |well| ("ok", well));
            say::data(&format!("{mark:<6}{about}: {said}"))?;
        }
    }
    Ok(if all_well { Exit::Done } else { Exit::Failed })
}

/// Every site is made ready as for a crawl, so that a wrong selector shows here.
fn configuration_stands(configuration: &Configuration) -> anyhow::Result<Finding> {
    for site in &configuration.sites {
        configuration.reader(site)?;
    }
    let from = configuration.folder.as_ref().map_or("shipped".to_owned(), |folder| folder.display().to_string());
    let contact = match configuration.settings.identity.contact.as_str() {
        "" => "no contact yet: a crawl of a public host needs one (SASEO_CONTACT)".to_owned(),
        contact => format!("contact {contact}"),
    };
    let names: Vec<&str> = configuration.sites.iter().map(|site| site.name.as_str()).collect();
    let profiles = configuration.profiles.len();
    let said = format!("{from}; sites: {}; {profiles} profiles; {contact}", names.join(", "));
    Ok(Finding { about: "configuration", said: Ok(said) })
}

fn archive_stands(data: &Path) -> anyhow::Result<Finding> {
    let about = "archive";
    let reader = match Reader::open(data) {
        Err(ArchiveError::Missing { path }) => {
            return Ok(Finding { about, said: Ok(format!("none yet at {}", path.display())) });
        }
        opened => opened?,
    };
    let faults = reader.faults()?;
    let articles: u64 = reader.sites()?.iter().map(|site| site.articles).sum();
    let well = format!("{}, {articles} articles, sound", reader.path().display());
    Ok(Finding { about, said: if faults.is_empty() { Ok(well) } else { Err(faults.join("; ")) } })
}

fn folder_is_writable(data: &Path) -> Finding {
    let probe = data.join(format!(".probe-{}", std::process::id()));
    let written = std::fs::create_dir_all(data).and_then(|()| std::fs::write(&probe, [0u8; 65_536]));
    // Removing what was or was not written: either way nothing is left, or the next line says why.
    let _ = std::fs::remove_file(&probe);
    let said = written.map(|()| format!("{} can be written", data.display()));
    Finding { about: "disk", said: said.map_err(|why| format!("{} cannot be written: {why}", data.display())) }
}

fn clock_stands() -> Finding {
    let now = Clock::system().now();
    let said = if now >= EARLIEST { Ok(now.to_string()) } else { Err(format!("{now} cannot be: set the clock")) };
    Finding { about: "clock", said }
}
