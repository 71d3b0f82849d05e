//! `saseo verify`: everything that is kept is checked against its hashes.

use std::path::Path;

use clap::Args;
use serde_json::json;

use crate::archive::{Lock, Reader, RunEnd, Tally, Terms, Writer};
use crate::cli::exit::Exit;
use crate::cli::progress::ProgressLine;
use crate::cli::{Common, console, hint};
use crate::clock::Clock;
use crate::config_folder::Config;
use crate::counts;
use crate::verify::{self, Damage, Repair, VerifyReport};

#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// Check the pages and articles of these sites only; the file, robots.txt copies and the ledger
    /// are checked as a whole
    #[arg(value_name = "SITE")]
    sites: Vec<String>,
    /// Read damaged articles again from the pages that were kept, and ask again for pages that are
    /// damaged themselves
    #[arg(long)]
    repair: bool,
}

/// Checks the archive, repairs it with `--repair`, and tells of the damage.
pub(super) fn run(common: &Common, args: &VerifyArgs) -> anyhow::Result<Exit> {
    let reader = Reader::open(common.data())?;
    for site in &args.sites {
        reader.knows_site(site)?;
    }

    let findings = if args.repair {
        repair(common, args, &reader)?
    } else {
        verify(common, args, &reader)?
    };

    tell(common, reader.path(), &findings)?;
    if findings.damaged == 0 {
        return Ok(Exit::Done);
    }
    console::note(&why_not_done(common, args, &findings));
    Ok(Exit::Failures)
}

fn verify(common: &Common, args: &VerifyArgs, reader: &Reader) -> anyhow::Result<VerifyReport> {
    let line = ProgressLine::new(common);
    let findings = verify::verify(reader, &args.sites, |progress| {
        line.show(&match progress.of {
            0 => format!("checking {}", progress.what),
            of => format!(
                "checking {}: {} of about {of}",
                progress.what, progress.done
            ),
        });
    })?;
    line.end();
    Ok(findings)
}

/// Verifies and repairs. That is a run of its own: the lock keeps crawls away.
fn repair(common: &Common, args: &VerifyArgs, reader: &Reader) -> anyhow::Result<VerifyReport> {
    let configuration = Config::find(common.config.as_deref())?;
    let mut readers = Vec::new();
    for site in &configuration.sites {
        readers.extend(configuration.readers(site)?);
    }

    let clock = Clock::system();
    let holder = Lock::name_of_holder("verify", clock.now());
    let lock = Lock::take(common.data(), &holder)?;

    let mut findings = verify(common, args, reader)?;
    if findings.damaged == 0 {
        return Ok(findings);
    }

    let mut archive = Writer::open(lock, configuration.settings.archive.durability)?;
    let lease = archive.take_lease(&holder, clock.now(), clock.uptime().as_ref())?;
    let run = archive.begin_run(lease, "verify", &Terms::default(), clock.now())?;
    verify::repair(&mut archive, lease, &readers, &mut findings, &clock)?;
    archive.end_run(
        lease,
        run,
        RunEnd::Finished.with(&Tally::default()),
        clock.now(),
    )?;
    Ok(findings)
}

fn tell(common: &Common, archive: &Path, findings: &VerifyReport) -> anyhow::Result<()> {
    if common.json {
        let mut value = serde_json::to_value(findings)?;
        value["archive"] = json!(archive);
        return console::json(&value);
    }

    console::data(&format!(
        "{}: {} of {}, {} of articles, {} of robots.txt, {} of the ledger",
        archive.display(),
        counts::count(findings.bodies, "bod(y|ies)"),
        counts::count(findings.captures, "answer(s)"),
        counts::count(findings.versions, "version(s)"),
        counts::count(findings.robots, "cop(y|ies)"),
        counts::count(findings.ledger_rows, "row(s)"),
    ))?;
    for damage in &findings.damage {
        console::data(&in_words(damage))?;
    }
    match (
        findings.damaged,
        findings.damaged - findings.damage.len() as u64,
    ) {
        (0, _) => console::data("damage: none"),
        (all, 0) => console::data(&format!(
            "damage: {all}, of which {} repaired",
            findings.repaired
        )),
        (all, unnamed) => console::data(&format!(
            "damage: {all}, of which {} repaired and {unnamed} not named",
            findings.repaired
        )),
    }
}

fn in_words(damage: &Damage) -> String {
    let Damage {
        what,
        why,
        url,
        capture,
        run,
        repair,
        ..
    } = damage;
    let from = [
        url.clone(),
        capture.map(|capture| format!("capture {capture}")),
        run.map(|run| format!("run {run}")),
    ];
    let from: Vec<String> = from.into_iter().flatten().collect();
    let from = if from.is_empty() {
        String::new()
    } else {
        format!(" ({})", from.join(", "))
    };

    let said = format!("damaged: {what}: {why}{from}");
    match repair {
        Repair::NotTried => said,
        Repair::Done { how } => format!("{said}\n  repaired: {how}"),
        Repair::NotPossible { why } => format!("{said}\n  not repaired: {why}"),
    }
}

fn why_not_done(common: &Common, args: &VerifyArgs, findings: &VerifyReport) -> String {
    let mut words = vec!["verify"];
    words.extend(args.sites.iter().map(String::as_str));
    let again = hint::command(common, &words);

    let what_now = match args.repair {
        false => format!(
            "`{again} --repair` mends what can be read again; docs/care.md tells of the rest"
        ),
        true if findings.repaired == findings.damaged => {
            format!("all of it was repaired: `{again}` tells whether")
        }
        true => format!(
            "{} repaired, and docs/care.md tells of the rest",
            findings.repaired
        ),
    };
    format!(
        "saseo: exit code 3: {} damaged; {what_now}",
        findings.damaged
    )
}
