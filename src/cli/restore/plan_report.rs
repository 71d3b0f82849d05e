//! What a restore would do, as it is told.

use serde_json::{Value, json};

use crate::archive::{ArchiveTotals, LeftHold, SCHEMA};
use crate::backup::{ArchiveSummary, Lineage, PresentArchive, RestorePlan};
use crate::cli::{Common, console};
use crate::counts;

/// Tells what the backup has, and what the present archive has beyond it.
pub(super) fn tell_plan(common: &Common, plan: &RestorePlan) -> anyhow::Result<()> {
    if common.json {
        return console::json(&plan_in_json(plan));
    }

    console::data(&format!("the backup:  {}", state_in_words(&plan.backup)))?;
    if plan.backup.schema < SCHEMA {
        console::data(&format!(
            "it is of schema {}, and is brought to {SCHEMA}",
            plan.backup.schema
        ))?;
    }
    match &plan.present {
        PresentArchive::Missing => console::data("the archive: none is there"),
        PresentArchive::Unreadable { why } => console::data(&format!(
            "the archive: cannot be read ({why}); takedowns and holds since the backup are lost \
             with it: do them again"
        )),
        PresentArchive::Readable {
            state,
            lineage,
            takedowns,
            holds,
            holds_left,
        } => {
            console::data(&format!("the archive: {}", state_in_words(state)))?;
            console::data(&match lineage {
                Lineage::Later { lost } => format!(
                    "it goes on from the backup; lost would be: {}",
                    lost_in_words(lost)
                ),
                Lineage::Other => "the two are different archives, or each has requests that the \
                                   other does not have"
                    .to_owned(),
            })?;
            console::data(&format!(
                "{} and {} of the archive: those that the backup does not have are done again",
                counts::count(*takedowns, "takedown(s)"),
                counts::count(*holds, "hold(s)")
            ))?;
            tell_left(holds_left)
        }
    }
}

pub(super) fn state_in_words(state: &ArchiveSummary) -> String {
    let totals = &state.totals;
    let counted = counts::in_words(&[
        (totals.articles, "article(s)"),
        (totals.versions, "version(s)"),
        (totals.captures, "answer(s)"),
        (totals.requests, "request(s)"),
        (totals.runs, "run(s)"),
    ]);
    let until = state.head.as_ref().map_or_else(
        || "no request yet".to_owned(),
        |head| format!("the last row of its ledger is of {}", head.at),
    );
    format!("{}: {counted}; {until}", state.path.display())
}

fn lost_in_words(lost: &ArchiveTotals) -> String {
    let lost = counts::in_words(&[
        (lost.articles, "article(s)"),
        (lost.versions, "version(s)"),
        (lost.captures, "answer(s)"),
        (lost.requests, "request(s)"),
        (lost.runs, "run(s)"),
    ]);
    if lost.is_empty() {
        "nothing".to_owned()
    } else {
        lost
    }
}

/// Tells which holds are not done again.
pub(super) fn tell_left(left: &[LeftHold]) -> anyhow::Result<()> {
    for hold in left {
        let why = hold.why.as_deref().unwrap_or("no reason given");
        console::data(&format!(
            "  not held: {} ({why}), an article that the backup does not have; hold it again once \
             a crawl has stored it",
            hold.url
        ))?;
    }
    Ok(())
}

pub(super) fn plan_in_json(plan: &RestorePlan) -> Value {
    let mut told = json!({
        "backup": state_in_json(&plan.backup),
        "archive": null,
        "unreadable": null,
        "follows": null,
        "lost": null,
        "takedowns": 0,
        "holds": 0,
        "holds_left": [],
    });
    match &plan.present {
        PresentArchive::Missing => {}
        PresentArchive::Unreadable { why } => told["unreadable"] = json!(why),
        PresentArchive::Readable {
            state,
            lineage,
            takedowns,
            holds,
            holds_left,
        } => {
            told["archive"] = state_in_json(state);
            told["takedowns"] = json!(takedowns);
            told["holds"] = json!(holds);
            told["holds_left"] = left_in_json(holds_left);
            (told["follows"], told["lost"]) = match lineage {
                Lineage::Later { lost } => (json!(true), totals_in_json(lost)),
                Lineage::Other => (json!(false), Value::Null),
            };
        }
    }
    told
}

fn totals_in_json(totals: &ArchiveTotals) -> Value {
    json!({
        "articles": totals.articles,
        "versions": totals.versions,
        "answers": totals.captures,
        "requests": totals.requests,
        "runs": totals.runs,
    })
}

pub(super) fn left_in_json(left: &[LeftHold]) -> Value {
    let in_json = |hold: &LeftHold| {
        json!({
            "site": hold.site,
            "url": hold.url,
            "held_at": hold.at.to_second().to_string(),
            "why": hold.why,
        })
    };
    left.iter().map(in_json).collect()
}

fn state_in_json(state: &ArchiveSummary) -> Value {
    let (totals, head) = (&state.totals, &state.head);
    json!({
        "file": state.path,
        "schema": state.schema,
        "bytes": state.bytes,
        "articles": totals.articles,
        "versions": totals.versions,
        "answers": totals.captures,
        "requests": totals.requests,
        "runs": totals.runs,
        "last_change": totals.last_change,
        "ledger_row": head.as_ref().map(|head| head.row),
        "ledger_hash": head.as_ref().map(|head| hex::encode(&head.hash)),
        "ledger_at": head.as_ref().map(|head| head.at.to_string()),
    })
}
