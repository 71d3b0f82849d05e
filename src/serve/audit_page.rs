//! `/audit`: whether every request kept the rules, as `saseo audit` tells.

use std::sync::Arc;

use maud::{Markup, html};

use crate::audit::{AuditReport, HostFindings, Violation, ViolationKind};
use crate::serve::Desk;
use crate::serve::article_address::step;
use crate::serve::audit_job::AuditFindings;
use crate::serve::frame::page_with;
use crate::serve::ledger_page::in_seconds;
use crate::serve::one_job::{EndedJob, RunningJob};
use crate::serve::query::Wish;
use crate::serve::work_words::WorkWords;

/// Hosts and violations that are listed: more are for a terminal.
const MOST_LISTED: usize = 200;

/// All rules, in the order of the page.
const RULES: [ViolationKind; 6] = [
    ViolationKind::Gap,
    ViolationKind::Overlap,
    ViolationKind::RetryAfter,
    ViolationKind::Robots,
    ViolationKind::Ceiling,
    ViolationKind::Chain,
];

/// What the page shows.
#[derive(Debug)]
pub(super) struct AuditState {
    running: Option<Arc<RunningJob>>,
    last: Option<Arc<EndedJob<AuditFindings>>>,
}

impl AuditState {
    pub(super) fn of(desk: &Desk) -> Self {
        Self {
            running: desk.audits.running(),
            last: desk.audits.last(),
        }
    }
}

/// Has a browser look again in some seconds.
pub(super) fn look_again() -> Markup {
    html! { meta http-equiv="refresh" content="3"; }
}

pub(super) fn audit_page(wish: &Wish, state: &AuditState) -> Markup {
    let words = WorkWords::of(wish.language);
    let head = html! { @if state.running.is_some() { (look_again()) } };
    let content = html! {
        h1 { (words.audit) }
        p { (words.audit_about) }
        @match &state.running {
            Some(running) => div role="status" {
                p { (words.audit_runs) " " (words.since) " " (in_seconds(running.since)) " UTC. "
                    (words.row_of) " " (running.done()) "." }
                p { a href="/audit" { (words.reload) } }
            },
            None => form method="post" action="/audit" { button { (words.begin_audit) } },
        }
        @match state.last.as_deref() {
            None => @if state.running.is_none() { p { (words.no_audit) } },
            Some(EndedJob { since, ended, result: Ok(findings) }) => {
                p { (words.made_at) " " (in_seconds(*since)) " UTC, " (words.took) " "
                    (ended.since(*since).as_secs()) " s" }
                (verdict(wish, findings))
            },
            Some(EndedJob { result: Err(failure), .. }) => {
                p.notice { (words.failed_audit) " " span lang="en" { (failure.why) } }
            },
        }
    };
    page_with(wish, words.audit, &head, &content)
}

fn verdict(wish: &Wish, findings: &AuditFindings) -> Markup {
    let words = WorkWords::of(wish.language);
    let report = &findings.report;
    html! {
        p { strong {
            @if report.violations.is_empty() { (words.kept) }
            @else { (words.broken) " " (report.violations.len()) }
        } }
        (totals(wish, report))
        (rules(words, report))
        @if !report.violations.is_empty() { (violations(words, &report.violations)) }
        (hosts(wish, findings))
        section {
            h2 { (words.unproved) }
            @if report.remarks.is_empty() && report.unended == 0 { p { (words.all_proved) } }
            @else {
                ul {
                    @if report.unended > 0 { li { (report.unended) (words.unended) } }
                    @for remark in &report.remarks { li lang="en" { bdi { (remark) } } }
                }
            }
        }
        @if let Some(head) = &report.head {
            p { (words.chain_end) ": " (words.row_of) " " (head.row) ", " code { (head.hash) } }
        }
    }
}

fn totals(wish: &Wish, report: &AuditReport) -> Markup {
    let words = WorkWords::of(wish.language);
    html! {
        dl.facts {
            dt { (wish.words().requests) } dd { (report.requests) }
            dt { (words.no_answer) } dd { (report.unanswered) }
            dt { (words.refusals) } dd { (report.refusals) }
            dt { "Retry-After" } dd { (report.retry_afters) }
            @if let Some((from, to)) = report.from.as_ref().zip(report.to.as_ref()) {
                dt { (words.when) } dd { (from) " – " (to) }
            }
        }
    }
}

fn rules(words: &WorkWords, report: &AuditReport) -> Markup {
    html! {
        section {
            h2 #rules { (words.violations) }
            div.wide role="region" aria-labelledby="rules" tabindex="0" {
                table {
                    thead { tr {
                        th scope="col" { (words.rule) }
                        th.number scope="col" { (words.violations) }
                    } }
                    tbody {
                        @for kind in RULES {
                            tr {
                                th scope="row" { (name_of(words, kind)) }
                                td.number {
                                    (report.violations.iter().filter(|one| one.kind == kind).count())
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn name_of(words: &WorkWords, kind: ViolationKind) -> &'static str {
    match kind {
        ViolationKind::Overlap => words.rule_overlap,
        ViolationKind::Gap => words.rule_gap,
        ViolationKind::RetryAfter => words.rule_retry_after,
        ViolationKind::Robots => words.rule_robots,
        ViolationKind::Ceiling => words.rule_ceiling,
        ViolationKind::Chain => words.rule_chain,
    }
}

fn violations(words: &WorkWords, violations: &[Violation]) -> Markup {
    html! {
        section {
            h2 #broken { (words.broken) }
            div.wide role="region" aria-labelledby="broken" tabindex="0" {
                table {
                    thead { tr {
                        th scope="col" { (words.rule) }
                        th scope="col" { (words.host) }
                        th scope="col" { (words.owed) }
                        th scope="col" { (words.happened) }
                        th scope="col" { (words.rows) }
                    } }
                    tbody {
                        @for one in violations.iter().take(MOST_LISTED) {
                            tr {
                                td { (name_of(words, one.kind)) }
                                td { bdi { (one.host.as_deref().unwrap_or_default()) } }
                                td lang="en" { bdi { (one.owed) } }
                                td lang="en" { bdi { (one.happened) } }
                                td { @for row in &one.rows { (row) " " } }
                            }
                        }
                    }
                }
            }
            (rest(words, violations.len()))
        }
    }
}

/// Tells how many more there are than are listed.
fn rest(words: &WorkWords, all: usize) -> Markup {
    html! {
        @if all > MOST_LISTED {
            p { (all - MOST_LISTED) " " (words.more_in_terminal) " " code { "saseo audit" } }
        }
    }
}

/// The hosts, those with the smallest gap first: the worst that a host was given.
fn hosts(wish: &Wish, findings: &AuditFindings) -> Markup {
    let words = WorkWords::of(wish.language);
    let mut hosts: Vec<&HostFindings> = findings.report.hosts.iter().collect();
    let gap = |host: &HostFindings| host.least_gap_seconds.unwrap_or(f64::INFINITY);
    hosts.sort_by(|a, b| gap(a).total_cmp(&gap(b)));
    html! {
        section {
            h2 #hosts { (words.worst_gaps) }
            div.wide role="region" aria-labelledby="hosts" tabindex="0" {
                table {
                    thead { tr {
                        th scope="col" { (words.host) }
                        th scope="col" { (wish.words().paper) }
                        th.number scope="col" { (words.least_gap) }
                        th.number scope="col" { (words.median_gap) }
                        th.number scope="col" { (wish.words().requests) }
                        th.number scope="col" { (words.refusals) }
                        th.number scope="col" { (words.violations) }
                    } }
                    tbody {
                        @for host in hosts.iter().take(MOST_LISTED) { (host_row(findings, host)) }
                    }
                }
            }
            (rest(words, hosts.len()))
        }
    }
}

fn host_row(findings: &AuditFindings, host: &HostFindings) -> Markup {
    let papers = findings.papers.get(&host.host);
    let broken = findings.report.violations.iter();
    let broken = broken.filter(|one| one.host.as_ref() == Some(&host.host));
    html! {
        tr {
            th scope="row" { bdi { (host.host) } }
            td {
                @for paper in papers.into_iter().flatten() {
                    a href={ "/sites/" (step(paper)) } { bdi { (paper) } } " "
                }
            }
            td.number { (in_words(host.least_gap_seconds)) }
            td.number { (in_words(host.median_gap_seconds)) }
            td.number { (host.requests) }
            td.number { (host.refusals) }
            td.number { (broken.count()) }
        }
    }
}

fn in_words(seconds: Option<f64>) -> String {
    seconds.map_or_else(String::new, |seconds| format!("{seconds} s"))
}
