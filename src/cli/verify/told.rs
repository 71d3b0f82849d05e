//! The report of a verification, in words and in JSON.

use std::path::Path;

use serde_json::json;

use crate::archive::{Dependents, RowSample};
use crate::cli::{Common, console};
use crate::counts;
use crate::verify::{Damage, EarlierRuns, Repair, RowCounts, VerifyReport};

/// What a verification looked at.
pub(super) enum LookedAt {
    Everything,
    Sample(RowSample),
    /// What came since the whole verification of this moment.
    Since(String),
}

/// Prints the report.
pub(super) fn tell(
    common: &Common,
    archive: &Path,
    findings: &VerifyReport,
    looked_at: &LookedAt,
) -> anyhow::Result<()> {
    if common.json {
        let mut value = serde_json::to_value(findings)?;
        value["archive"] = json!(archive);
        match looked_at {
            LookedAt::Everything => {}
            LookedAt::Sample(sample) => {
                value["sample"] = json!(f64::from(sample.share()) / 1_000_000.0);
                value["seed"] = json!(sample.seed());
            }
            LookedAt::Since(since) => value["since"] = json!(since),
        }
        return console::json(&value);
    }

    let looked = RowCounts {
        ledger_rows: findings.ledger_rows,
        bodies: findings.bodies,
        captures: findings.captures,
        versions: findings.versions,
        words: findings.words,
        robots: findings.robots,
    };
    console::data(&format!("{}: {}", archive.display(), rows(&looked)))?;
    for line in said_of(looked_at, findings) {
        console::data(&line)?;
    }
    for damage in &findings.damage {
        console::data(&in_words(damage))?;
    }
    console::data(&verdict(findings))
}

/// Says what was looked at, where it was not everything in this run.
fn said_of(looked_at: &LookedAt, findings: &VerifyReport) -> Vec<String> {
    let mut lines = match looked_at {
        LookedAt::Everything => Vec::from_iter(said_of_files(findings)),
        LookedAt::Sample(sample) => vec![format!(
            "a sample of {} % (--seed {}) of about {}; the file's structure was not checked",
            f64::from(sample.share()) / 10_000.0,
            sample.seed(),
            rows(&findings.of)
        )],
        LookedAt::Since(since) => vec![format!(
            "what came since {since}, when the last whole verification began that found nothing; \
             the file's structure was not checked"
        )],
    };
    if findings.recompressed {
        lines.push("pages were compressed anew since then: all bodies were looked at".to_owned());
    }
    lines.extend(findings.earlier.as_ref().map(said_before));
    lines
}

/// Says who checks the files of a database.
fn said_of_files(findings: &VerifyReport) -> Option<String> {
    let earlier = findings.earlier.as_ref();
    let was_checked = findings.structure || earlier.is_some_and(|earlier| earlier.structure);
    (!was_checked).then(|| {
        "the database's files were not checked, which its server keeps: `pg_amcheck` does that"
            .to_owned()
    })
}

fn said_before(earlier: &EarlierRuns) -> String {
    let structure = match earlier.structure {
        true => "the file's structure, ",
        false => "",
    };
    format!(
        "not looked at again, since {} from {} on found it sound: {structure}{}",
        counts::count(earlier.runs, "interrupted run(s)"),
        earlier.began_at,
        rows(&earlier.rows)
    )
}

fn rows(counts: &RowCounts) -> String {
    format!(
        "{} of {}, {} of articles, {} in the full-text index, {} of robots.txt, {} of the ledger",
        counts::count(counts.bodies, "bod(y|ies)"),
        counts::count(counts.captures, "answer(s)"),
        counts::count(counts.versions, "version(s)"),
        counts::count(counts.words, "article(s)"),
        counts::count(counts.robots, "cop(y|ies)"),
        counts::count(counts.ledger_rows, "row(s)"),
    )
}

fn verdict(findings: &VerifyReport) -> String {
    let unnamed = findings.damaged - findings.damage.len() as u64;
    match (findings.damaged, unnamed) {
        (0, _) => "damage: none".to_owned(),
        (all, 0) => format!("damage: {all}, of which {} repaired", findings.repaired),
        (all, unnamed) => format!(
            "damage: {all}, of which {} repaired and {unnamed} not named",
            findings.repaired
        ),
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
        hangs_on_it,
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

    let hanging = hangs_on_it.as_ref().map_or_else(String::new, hanging);
    let said = format!("damaged: {what}: {why}{from}{hanging}");
    match repair {
        Repair::NotTried => said,
        Repair::Done { how } => format!("{said}\n  repaired: {how}"),
        Repair::NotPossible { why } => format!("{said}\n  not repaired: {why}"),
    }
}

fn hanging(dependents: &Dependents) -> String {
    let Dependents { what, count, named } = dependents;
    let more = match count - named.len() as u64 {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(
        "\n  on which hang {}: {}{more}",
        counts::count(*count, what),
        named.join("; ")
    )
}
