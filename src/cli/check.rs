//! `saseo check`: configuration, archive, disk and clock, in one look.

mod saved;

use std::path::Path;
use std::sync::Arc;

use clap::Args;
use serde_json::json;

use crate::archive::{ArchiveError, Reader};
use crate::cli::exit::Exit;
use crate::cli::truncated_lists;
use crate::cli::{Common, console};
use crate::clock::Clock;
use crate::config::Site;
use crate::config::units::Bytes;
use crate::config_folder::{Configuration, ConfigurationError, chain};
use crate::counts;
use crate::crawl_session::check_free_disk;
use crate::discover::{Address, Grammar};
use crate::fetch::is_public;
use crate::time::Timestamp;

/// No machine's clock is right before this program was written: 2026-01-01.
const EARLIEST: Timestamp = Timestamp::from_seconds(1_767_225_600);

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// Run each profile over the saved pages beside it, and name the fields that it reads otherwise than expected
    ///
    /// The pages of profiles/NAME.toml stand in profiles/NAME: what is read in PAGE.html is compared with PAGE.json.
    /// Exit 1 where a field differs.
    #[arg(long)]
    profiles: bool,
}

/// One thing that was looked at.
struct CheckResult {
    about: &'static str,
    /// What is wrong, or how it stands.
    said: Result<String, String>,
}

/// Whatever is wrong with the one thing, the others are looked at all the same.
pub(super) fn run(common: &Common, args: &CheckArgs) -> anyhow::Result<Exit> {
    if args.profiles {
        return saved::run(common);
    }
    let (configuration, faults) = Configuration::look(common.config.as_deref());
    let mut findings = configuration_stands(&configuration, &faults);
    let least = configuration.settings.limits.free_disk;
    findings.extend([
        archive_stands(common.data()),
        disk_serves(common.data(), least),
        clock_stands(),
    ]);
    findings.extend(lists_show_all(common));
    let all_well = findings.iter().all(|finding| finding.said.is_ok());
    tell(common, &findings)?;
    Ok(match (faults.is_empty(), all_well) {
        (false, _) => Exit::Usage,
        (true, true) => Exit::Done,
        (true, false) => Exit::Failed,
    })
}

fn tell(common: &Common, findings: &[CheckResult]) -> anyhow::Result<()> {
    if common.json {
        let all_well = findings.iter().all(|finding| finding.said.is_ok());
        let each = |finding: &CheckResult| match &finding.said {
            Ok(said) => json!({"about": finding.about, "ok": true, "said": said}),
            Err(said) => json!({"about": finding.about, "ok": false, "said": said}),
        };
        return console::json(
            &json!({"ok": all_well, "findings": findings.iter().map(each).collect::<Vec<_>>()}),
        );
    }
    for CheckResult { about, said } in findings {
        let (mark, said) = said
            .as_ref()
            .map_or_else(|wrong| ("WRONG", wrong), |well| ("ok", well));
        console::data(&format!("{mark:<6}{about}: {said}"))?;
    }
    Ok(())
}

/// How the configuration stands; `faults` are those that keep it from being loaded.
fn configuration_stands(
    configuration: &Configuration,
    faults: &[ConfigurationError],
) -> Vec<CheckResult> {
    // A site whose profile could not be read is told of by that.
    let has_profile = |site: &&Arc<Site>| {
        faults.is_empty() || site.profile.is_none() || configuration.profile(site).is_some()
    };
    let wrong = configuration
        .sites
        .iter()
        .filter(has_profile)
        .flat_map(|site| faults_of(configuration, site));
    let wrong: Vec<CheckResult> = wrong
        .map(|said| CheckResult {
            about: "site",
            said: Err(said),
        })
        .collect();
    let from = configuration
        .folder
        .as_ref()
        .map_or("shipped".to_owned(), |folder| folder.display().to_string());
    let contact = match configuration.settings.identity.contact.as_str() {
        "" => "no contact yet: a crawl of a public host needs one (SASEO_CONTACT)".to_owned(),
        contact => format!("contact {contact}"),
    };
    let names: Vec<&str> = configuration
        .sites
        .iter()
        .map(|site| site.name.as_str())
        .collect();
    let profiles = configuration.profiles.files().len();
    let said = format!(
        "{from}; sites: {}; {profiles} profiles; {contact}",
        names.join(", ")
    );
    let mut findings: Vec<CheckResult> = faults
        .iter()
        .map(|fault| CheckResult {
            about: "configuration",
            said: Err(chain(fault)),
        })
        .collect();
    if findings.is_empty() {
        findings.push(CheckResult {
            about: "configuration",
            said: Ok(said),
        });
    }
    // One's own server may be asked without a contact.
    let public = configuration
        .sites
        .iter()
        .map(|site| configuration.has_contact(&site.name, site.own_site));
    let unanswerable = public
        .filter_map(Result::err)
        .find(|why| matches!(why, ConfigurationError::Unanswerable { .. }));
    findings.extend(unanswerable.map(|why| CheckResult {
        about: "contact",
        said: Err(why.to_string()),
    }));
    findings.extend(wrong);
    findings
}

/// What a crawl of a site would stumble over, with file and line.
fn faults_of(configuration: &Configuration, site: &Arc<Site>) -> Vec<String> {
    let at = |key: &str, why: &str| configuration.fault(site, key, why).to_string();
    let mut faults = Vec::new();
    if !site.own_site && is_at_home(site) {
        faults.push(at(
            "home",
            "a private address is only for your own server: own_site = true",
        ));
    }
    let before = configuration
        .sites
        .iter()
        .take_while(|other| other.name != site.name);
    for twin in before.filter(|other| other.home.host() == site.home.host()) {
        faults.push(at(
            "home",
            &format!("site {} has the same home: one paper, one site", twin.name),
        ));
    }
    match configuration.reader(site) {
        Err(ConfigurationError::Wrong(wrong)) => faults.push(wrong.to_string()),
        Err(error) => faults.push(at("sections", &chain(&error))),
        Ok(reader) => faults.extend(reader.sections.iter().filter_map(|url| {
            let grammar = Grammar::new(Some(configuration.profile(site)?), site.home.clone());
            let why = match grammar.address(url) {
                Address::List { .. } => return None,
                Address::Trap { why } => format!("{url} is never asked for: {why}"),
                Address::Elsewhere => format!("{url} is on another paper's host"),
                Address::Article { .. } | Address::Other => {
                    format!("{url} is no list to the site's profile")
                }
            };
            Some(at("sections", &why))
        })),
    }
    faults
}

/// Whether a site's home is at an address that only this machine or its network reaches.
fn is_at_home(site: &Site) -> bool {
    let name = site.home.as_url().domain().unwrap_or_default();
    name == "localhost"
        || name.ends_with(".localhost")
        || site.home.literal_address().is_some_and(|at| !is_public(at))
}

fn archive_stands(data: &Path) -> CheckResult {
    let said = match Reader::open(data) {
        Err(ArchiveError::Missing { path }) => Ok(format!("none yet at {}", path.display())),
        opened => opened
            .and_then(|reader| archive_is_sound(&reader))
            .unwrap_or_else(|error| match error {
                // Its own words would send the reader here.
                ArchiveError::Damaged(why) => Err(format!(
                    "damaged: {why}; put a copy back, or keep it and begin another"
                )),
                error => Err(chain(&error)),
            }),
    };
    CheckResult {
        about: "archive",
        said,
    }
}

fn archive_is_sound(reader: &Reader) -> Result<Result<String, String>, ArchiveError> {
    let faults = reader.faults()?;
    if !faults.is_empty() {
        return Ok(Err(faults.join("; ")));
    }
    let articles: u64 = reader
        .sites(Clock::system().now())?
        .iter()
        .map(|site| site.articles)
        .sum();
    Ok(Ok(format!(
        "{}, {}, sound",
        reader.path().display(),
        counts::count(articles, "article(s)")
    )))
}

/// What lists do not show is missing as long as nobody reads it; where nothing can, it is told and
/// is no fault.
fn lists_show_all(common: &Common) -> Vec<CheckResult> {
    // What is wrong with the archive is told by the look at it.
    let Ok(reader) = Reader::open(common.data()) else {
        return Vec::new();
    };
    let finding = |said| CheckResult {
        about: "lists",
        said,
    };
    let lists = match reader.lists_cut() {
        Ok(lists) => lists,
        Err(error) => return vec![finding(Err(chain(&error)))],
    };

    let told = truncated_lists::notices(common, &lists)
        .into_iter()
        .map(|told| match told.command {
            Some(_) => finding(Err(told.line())),
            None => finding(Ok(told.line())),
        });
    told.collect()
}

fn disk_serves(data: &Path, least: Bytes) -> CheckResult {
    match check_free_disk(data, least) {
        Ok(()) => folder_is_writable(data),
        Err(too_little) => CheckResult {
            about: "disk",
            said: Err(too_little.to_string()),
        },
    }
}

/// A folder that is not there yet is not made: the one that it would be made in is tried.
fn folder_is_writable(data: &Path) -> CheckResult {
    let usual = Path::new(".");
    let near = data.ancestors().map(|folder| {
        if folder.as_os_str().is_empty() {
            usual
        } else {
            folder
        }
    });
    let near = near
        .into_iter()
        .find(|folder| folder.exists())
        .unwrap_or(usual);
    let probe = near.join(format!(".probe-{}", std::process::id()));
    let written = std::fs::write(&probe, [0u8; 65_536]);
    // Removing what was or was not written: either way nothing is left, or the next line says why.
    let _ = std::fs::remove_file(&probe);
    let said = written.map(|()| format!("{} can be written", data.display()));
    CheckResult {
        about: "disk",
        said: said.map_err(|why| format!("{} cannot be written: {why}", data.display())),
    }
}

fn clock_stands() -> CheckResult {
    let now = Clock::system().now();
    let said = if now >= EARLIEST {
        Ok(now.to_string())
    } else {
        Err(format!("{now} cannot be: set the clock"))
    };
    CheckResult {
        about: "clock",
        said,
    }
}
