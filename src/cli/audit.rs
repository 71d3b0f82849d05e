//! `saseo audit`: the ledger is checked for requests that broke a promise.

mod time_stamps;

use std::path::{Path, PathBuf};

use clap::Args;

use crate::archive::Reader;
use crate::audit::{
    AuditReport, AuditScope, HostFindings, Requester, StampedRow, Violation, audit, page,
};
use crate::cli::audit::time_stamps::StampSource;
use crate::cli::exit::Exit;
use crate::cli::{Common, console, hint};
use crate::clock::Clock;
use crate::counts;
use crate::export;

#[derive(Debug, Args)]
pub(super) struct AuditArgs {
    /// The papers to tell of; without one, all. The whole ledger is checked in any case
    #[arg(value_name = "SITE")]
    sites: Vec<String>,
    /// Also write a page for the publisher, in Markdown; a file that is there is replaced, and
    /// folders that are missing are made
    #[arg(long, value_name = "FILE.md")]
    report: Option<PathBuf>,
    /// Have the end of the chain time-stamped (RFC 3161) by the authority of --authority or of
    /// saseo.toml; without one, write the request only, and tell how to send it
    #[arg(long)]
    timestamp: bool,
    /// The address of the time-stamping authority
    #[arg(long, value_name = "URL", requires = "timestamp")]
    authority: Option<String>,
}

/// Audits the whole ledger, and tells of the papers that are named, or of all.
pub(super) fn run(common: &Common, args: &AuditArgs) -> anyhow::Result<Exit> {
    let reader = common.reader()?;
    let mut findings = audit(&reader, scope(&reader, &args.sites)?)?;
    let stamped = stamp(common, args, &reader, &findings);
    time_stamps::add(&mut findings, &reader, common.data())?;

    if let Some(path) = &args.report {
        let declared = reader.declared_counts(&args.sites, Clock::system().now())?;
        let page = page(&findings, &titles(&reader, &args.sites)?, &declared);
        export::write_text(&reader, path, &page)?;
        common.voice().note(&format!("written: {}", path.display()));
    }
    if common.json {
        console::json(&findings)?;
    } else {
        tell(common, reader.path(), &findings)?;
    }

    stamped?;
    Ok(if findings.violations.is_empty() {
        Exit::Done
    } else {
        Exit::Failed
    })
}

/// Has the ledger's head stamped if that is wanted.
fn stamp(
    common: &Common,
    args: &AuditArgs,
    reader: &Reader,
    findings: &AuditReport,
) -> anyhow::Result<()> {
    if !args.timestamp {
        return Ok(());
    }

    let source = StampSource::of(common, args.authority.as_deref())?;
    time_stamps::stamp(common, &source, reader, findings.head.as_ref())
}

/// Returns the hosts of the papers that are named, or all hosts where none is named.
fn scope(reader: &Reader, sites: &[String]) -> anyhow::Result<AuditScope> {
    if sites.is_empty() {
        return Ok(AuditScope::Everything);
    }

    for site in sites {
        reader.knows_site(site)?;
    }
    Ok(AuditScope::Hosts(reader.hosts_of_sites(sites)?))
}

/// Returns the titles of the papers that are named.
fn titles(reader: &Reader, sites: &[String]) -> anyhow::Result<Vec<String>> {
    Ok(reader
        .titles()?
        .into_iter()
        .filter(|(name, _)| sites.contains(name))
        .map(|(_, title)| title)
        .collect())
}

fn tell(common: &Common, archive: &Path, findings: &AuditReport) -> anyhow::Result<()> {
    console::data(&format!(
        "ledger of {}: {}",
        archive.display(),
        counts::count(findings.rows, "row(s)")
    ))?;
    console::data(&totals(findings))?;
    for asker in &findings.askers {
        console::data(&of_asker(asker))?;
    }

    for host in &findings.hosts {
        console::data(&of_host(host))?;
    }
    if let Some(head) = &findings.head {
        console::data(&format!(
            "end of the chain: row {}, {}",
            head.row, head.hash
        ))?;
    }

    for stamp in &findings.time_stamps {
        console::data(&of_stamp(stamp))?;
    }
    for remark in &findings.remarks {
        console::data(&format!("remark: {remark}"))?;
    }
    for violation in &findings.violations {
        console::data(&of_violation(violation))?;
    }

    if findings.violations_elsewhere > 0 {
        console::data(&format!(
            "violations at other papers' hosts: {} (`{}` tells them)",
            findings.violations_elsewhere,
            hint::command(common, &["audit"])
        ))?;
    }
    match findings.violations.len() {
        0 => console::data("violations: none"),
        count => console::data(&format!("violations: {count}")),
    }
}

fn totals(findings: &AuditReport) -> String {
    let Some((from, to)) = findings.from.as_ref().zip(findings.to.as_ref()) else {
        return counts::requests(0);
    };

    let told: String = [
        (findings.unanswered, "without an answer"),
        (findings.unended, "never ended"),
        (findings.refusals, "refused"),
        (findings.retry_afters, "asked for a rest"),
    ]
    .into_iter()
    .filter(|(count, _)| *count > 0)
    .map(|(count, what)| format!("{count} {what}, "))
    .collect();

    let megabytes = findings.bytes as f64 / 1e6;
    let runs = counts::count(findings.runs, "run(s)");
    let requests = counts::requests(findings.requests);
    format!("{requests} in {runs} from {from} to {to}: {told}{megabytes:.1} MB")
}

fn of_asker(asker: &Requester) -> String {
    let name = match &asker.user_agent {
        Some(line) => line.clone(),
        None => format!("{} (saseo {})", asker.agent, asker.version),
    };
    format!("asked by {name}: {}", asker.signed())
}

fn of_host(host: &HostFindings) -> String {
    format!(
        "host {}: {}, gaps at least {}, median {}, {:.1} MB",
        host.host,
        counts::requests(host.requests),
        gap(host.least_gap_seconds),
        gap(host.median_gap_seconds),
        host.bytes as f64 / 1e6
    )
}

fn gap(seconds: Option<f64>) -> String {
    match seconds {
        Some(seconds) => format!("{seconds} s"),
        None => "none".to_owned(),
    }
}

fn of_stamp(stamp: &StampedRow) -> String {
    format!(
        "time stamp: row {} at {}, by {} ({})",
        stamp.row, stamp.time, stamp.authority, stamp.file
    )
}

fn of_violation(violation: &Violation) -> String {
    let host = violation.host.as_deref().unwrap_or("the ledger");
    let rows: Vec<String> = violation.rows.iter().map(i64::to_string).collect();
    format!(
        "{} at {host}, rows {}: owed {}; {}",
        violation.kind.name(),
        rows.join(", "),
        violation.owed,
        violation.happened
    )
}
