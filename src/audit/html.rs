//! The audit as a Markdown page for a publisher.

use std::fmt::Write;

use crate::archive::DeclaredCounts;
use crate::audit::report::{AuditReport, StampedRow};
use crate::audit::rights_page::rights;
use crate::audit::totals::Requester;

/// The most violations that the page lists; more are only counted, because people read the page.
const TOLD: usize = 200;

/// Writes the page about the papers with these titles, or about all crawled papers if none is
/// given.
pub fn page(findings: &AuditReport, titles: &[String], declared: &DeclaredCounts) -> String {
    let papers = if titles.is_empty() {
        "these papers".to_owned()
    } else {
        titles.join(", ")
    };
    let verb = if titles.len() == 1 { "was" } else { "were" };

    let mut page = format!("# How {papers} {verb} crawled\n\n");

    for part in [
        who(findings),
        hosts(findings),
        robots(findings),
        respected(findings),
        rights(declared),
        violations(findings),
    ] {
        page.push_str(&part);
        page.push('\n');
    }

    page.push_str(&derived(findings));
    page.push_str(&time_stamps(&findings.time_stamps));
    page
}

fn who(findings: &AuditReport) -> String {
    let asker = listed(findings.askers.iter().map(name_of))
        .unwrap_or_else(|| "not written down".to_owned());
    // Older runs did not record it, so the sender of the page adds it.
    let contact = listed(
        findings
            .askers
            .iter()
            .filter_map(|asker| asker.contact.clone()),
    );
    let contact = contact.unwrap_or_else(|| "______________________".to_owned());
    let signed = listed(findings.askers.iter().map(Requester::signed));
    let signed = signed.unwrap_or_else(|| "not written down".to_owned());
    let mut part = format!("- Who asked: {asker}\n- Contact: {contact}\n- Signatures: {signed}\n");
    if let Some((from, to)) = findings.from.as_ref().zip(findings.to.as_ref()) {
        add(
            &mut part,
            format_args!(
                "- When: from {from} to {to} (UTC), in {}",
                counted(findings.runs, "run")
            ),
        );
    }

    let lost = findings.unanswered + findings.unended;
    let lost = if lost > 0 {
        format!(", of which {lost} had no answer")
    } else {
        String::new()
    };
    let megabytes = findings.bytes as f64 / 1e6;
    add(
        &mut part,
        format_args!(
            "- Requests: {}{lost}; {megabytes:.1} MB came",
            findings.requests
        ),
    );
    part
}

/// The User-Agent line, or as much of it as was written down.
fn name_of(asker: &Requester) -> String {
    match &asker.user_agent {
        Some(line) => format!("`{line}`"),
        None => format!("`{}` (saseo {})", asker.agent, asker.version),
    }
}

/// Texts without those that came before, parted by commas; `None` where there is none.
fn listed(texts: impl Iterator<Item = String>) -> Option<String> {
    let mut distinct: Vec<String> = Vec::new();
    for text in texts {
        if !distinct.contains(&text) {
            distinct.push(text);
        }
    }
    Some(distinct.join(", ")).filter(|told| !told.is_empty())
}

fn counted(count: u64, what: &str) -> String {
    if count == 1 {
        format!("1 {what}")
    } else {
        format!("{count} {what}s")
    }
}

fn hosts(findings: &AuditReport) -> String {
    let mut part = "## Hosts and gaps\n\nA gap is the time from the end of \
                    one answer to the next request.\n\n\
                    | host | requests | MB | least gap | median gap |\n|---|---|---|---|---|\n"
        .to_owned();

    for host in &findings.hosts {
        let least = gap_in_words(host.least_gap_seconds);
        let median = gap_in_words(host.median_gap_seconds);
        let megabytes = host.bytes as f64 / 1e6;
        add(
            &mut part,
            format_args!(
                "| {} | {} | {megabytes:.1} | {least} | {median} |",
                host.host, host.requests
            ),
        );
    }

    part
}

fn gap_in_words(seconds: Option<f64>) -> String {
    seconds.map_or("none".to_owned(), |seconds| format!("{seconds} s"))
}

fn robots(findings: &AuditReport) -> String {
    let mut part = "## robots.txt obeyed\n\n\
                    | origin | SHA-256 of the file | first fetched | last fetched | \
                    requests by it |\n|---|---|---|---|---|\n"
        .to_owned();

    for robots in &findings.robots {
        let (first, last) = (&robots.first_fetched, &robots.last_fetched);
        let (origin, wording, requests) = (&robots.origin, &robots.wording, robots.requests);
        add(
            &mut part,
            format_args!("| {origin} | {wording} | {first} | {last} | {requests} |"),
        );
    }
    part
}

fn respected(findings: &AuditReport) -> String {
    let mut part = "## Refusals\n\n".to_owned();
    if findings.refusals > 0 {
        add(
            &mut part,
            format_args!(
                "- Answers that refuse (401, 402, 403, 451): {}",
                findings.refusals
            ),
        );
    }

    if findings.retry_afters > 0 {
        add(
            &mut part,
            format_args!(
                "- Answers that ask for a rest (Retry-After): {}",
                findings.retry_afters
            ),
        );
    }

    if findings.refusals + findings.retry_afters == 0 {
        part.push_str("None.\n");
    }
    part
}

fn violations(findings: &AuditReport) -> String {
    let mut part = "## Violations\n\n".to_owned();
    if findings.violations.is_empty() {
        part.push_str("None.\n");
    }

    for broken in findings.violations.iter().take(TOLD) {
        let host = broken.host.as_deref().unwrap_or("the ledger");
        add(
            &mut part,
            format_args!(
                "- {} ({host}): owed {}; {}",
                broken.kind.name(),
                broken.owed,
                broken.happened
            ),
        );
    }

    if findings.violations.len() > TOLD {
        add(
            &mut part,
            format_args!("- and {} more", findings.violations.len() - TOLD),
        );
    }

    for remark in &findings.remarks {
        add(&mut part, format_args!("\nRemark: {remark}."));
    }

    part
}

fn derived(findings: &AuditReport) -> String {
    let head = findings.head.as_ref().map_or("none".to_owned(), |head| {
        format!("row {}, `{}`", head.row, head.hash)
    });

    format!(
        "## How this was derived\n\n\
         Every request was written to a ledger, and saved, before it left; its end was written when \
         it had come. Each row's\n\
         hash covers the row before: whoever keeps the end of the chain sees \
         later whether a row was changed or taken out.\n\
         `saseo audit` read that ledger and the stored robots.txt files again, and nothing \
         else (but for the declared rights), and worked out for each\n\
         request: that the host was not being asked already, that its gap and any \
         Retry-After had passed, that a fresh\n\
         robots.txt allowed the address by the rule that was named, and that the \
         ceilings by server and in all were kept.\n\n\
         A ledger cannot prove that it is true: compare it with your own server's log.\n\n\
         - Rows read: {}\n- End of the chain: {head}\n",
        findings.rows
    )
}

/// Writes the part about time stamps, where there are any.
fn time_stamps(stamps: &[StampedRow]) -> String {
    let Some(newest) = stamps.last() else {
        return String::new();
    };

    let mut part = format!(
        "\n## Time stamps\n\nAuthorities that are independent of the crawler have signed when a \
         row of the chain was there (RFC 3161), and with it\nall rows before. Ask for the files, \
         and check them against the authority's own certificates, for example:\n\n    \
         openssl ts -verify -digest {} -in {}.tsr -CAfile CA.pem\n\n\
         | row | time | signed by | hash |\n|---|---|---|---|\n",
        newest.hash, newest.row
    );
    let told = stamps.len().saturating_sub(TOLD);
    for stamp in &stamps[told..] {
        // The name is from a certificate: it must not end the cell.
        let authority = stamp.authority.replace(['`', '|'], " ");
        add(
            &mut part,
            format_args!(
                "| {} | {} | `{authority}` | `{}` |",
                stamp.row, stamp.time, stamp.hash
            ),
        );
    }
    part
}

fn add(part: &mut String, line: std::fmt::Arguments<'_>) {
    // A String takes whatever is written to it.
    let _ = writeln!(part, "{line}");
}
