//! `saseo restore`: a backup is put in the place of the archive.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use crate::archive::{ArchiveFile, Lock, SCHEMA, SetAside};
use crate::backup::{
    ArchiveSummary, EvenDamaged, Lineage, PresentArchive, RestorePlan, RestoreProgress, Restored,
    Restoring,
};
use crate::cli::exit::Exit;
use crate::cli::progress::ProgressLine;
use crate::cli::{Common, console, copy_words, hint};
use crate::clock::Clock;
use crate::config_folder::Config;
use crate::counts;
use crate::signals::CaughtSignals;

#[derive(Debug, Args)]
pub(super) struct RestoreArgs {
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Do it; without it, tell what would be lost
    #[arg(long)]
    yes: bool,
    /// Put it back though something in it is damaged: what can be read is kept
    #[arg(long, requires = "yes")]
    even_damaged: bool,
}

/// Tells what a restore would do, or does it.
pub(super) fn run(common: &Common, args: &RestoreArgs) -> anyhow::Result<Exit> {
    let configuration = Config::find(common.config.as_deref())?;
    let backup = ArchiveFile::open(&args.file)?;
    let plan = RestorePlan::of(&backup, common.data())?;
    if !args.yes {
        tell_plan(common, &plan)?;
        console::note("nothing was replaced: --yes does it");
        return Ok(Exit::Done);
    }

    let clock = Clock::system();
    let signals = CaughtSignals::new()?;
    let holder = Lock::name_of_holder("restore", clock.now());
    let restoring = Restoring::begin(backup, common.data(), &holder)?;
    signals.remove_at_stop(restoring.part.clone());

    let line = ProgressLine::new(common);
    let durability = configuration.settings.archive.durability;
    let even_damaged = if args.even_damaged {
        EvenDamaged::Yes
    } else {
        EvenDamaged::No
    };
    let restored = restoring.run((durability, even_damaged), &clock, |progress| {
        line.show(&words(progress));
    })?;
    line.end();

    tell(common, &plan, &restored)?;
    Ok(if restored.report.damaged == 0 {
        Exit::Done
    } else {
        Exit::Failures
    })
}

fn words(progress: RestoreProgress<'_>) -> String {
    match progress {
        RestoreProgress::Copying(progress) => copy_words::copying(progress),
        RestoreProgress::Checking(progress) => copy_words::checking(progress),
    }
}

/// Tells what the backup has, and what the present archive has beyond it.
fn tell_plan(common: &Common, plan: &RestorePlan) -> anyhow::Result<()> {
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
        } => {
            console::data(&format!("the archive: {}", state_in_words(state)))?;
            console::data(&match lineage {
                Lineage::Later => format!(
                    "it goes on from the backup; lost would be: {}",
                    lost_in_words(&plan.backup, state)
                ),
                Lineage::Other => "the two are different archives, or each has requests that the \
                                   other does not have"
                    .to_owned(),
            })?;
            console::data(&format!(
                "{} of the archive: those that the backup does not have are done again",
                counts::count(*takedowns, "takedown(s)")
            ))
        }
    }
}

fn state_in_words(state: &ArchiveSummary) -> String {
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

/// Returns what an archive has beyond a backup of an earlier state of it.
fn lost_in_words(backup: &ArchiveSummary, present: &ArchiveSummary) -> String {
    let (before, now) = (&backup.totals, &present.totals);
    let lost = counts::in_words(&[
        (now.articles.saturating_sub(before.articles), "article(s)"),
        (now.versions.saturating_sub(before.versions), "version(s)"),
        (now.captures.saturating_sub(before.captures), "answer(s)"),
        (now.requests.saturating_sub(before.requests), "request(s)"),
        (now.runs.saturating_sub(before.runs), "run(s)"),
    ]);
    if lost.is_empty() {
        "nothing".to_owned()
    } else {
        lost
    }
}

fn plan_in_json(plan: &RestorePlan) -> Value {
    let (present, lineage, takedowns, why) = match &plan.present {
        PresentArchive::Missing => (Value::Null, None, 0, None),
        PresentArchive::Unreadable { why } => (Value::Null, None, 0, Some(why)),
        PresentArchive::Readable {
            state,
            lineage,
            takedowns,
        } => (state_in_json(state), Some(lineage), *takedowns, None),
    };
    json!({
        "backup": state_in_json(&plan.backup),
        "archive": present,
        "unreadable": why,
        "follows": lineage.map(|lineage| *lineage == Lineage::Later),
        "takedowns": takedowns,
    })
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

/// Tells what was done.
fn tell(common: &Common, plan: &RestorePlan, restored: &Restored) -> anyhow::Result<()> {
    let aside = match &restored.replaced {
        None | Some(SetAside::Nothing) => None,
        Some(SetAside::Whole(path) | SetAside::AsItWas(path)) => Some(path),
    };
    if common.json {
        return console::json(&json!({
            "restored": restored.replaced.is_some(),
            "plan": plan_in_json(plan),
            "former": aside,
            "takedowns_again": restored.carried.takedowns,
            "holds_again": restored.carried.holds,
            "last_change": restored.last_change,
            "checked": restored.report,
        }));
    }

    copy_words::tell_damage(&restored.report)?;
    if restored.replaced.is_none() {
        console::note(&format!(
            "saseo: {} damaged: nothing was replaced; --even-damaged puts it back as it is",
            counts::count(restored.report.damaged, "thing(s) in the backup (is|are)")
        ));
        return Ok(());
    }

    console::data(&format!("restored: {}", state_in_words(&plan.backup)))?;
    if let Some(aside) = aside {
        console::data(&format!(
            "the archive of before is {}: delete it once you are sure",
            aside.display()
        ))?;
    }
    tell_carried(common, restored)?;
    tell_next(common, plan);
    Ok(())
}

fn tell_carried(common: &Common, restored: &Restored) -> anyhow::Result<()> {
    let carried = counts::in_words(&[
        (restored.carried.takedowns, "takedown(s)"),
        (restored.carried.holds, "hold(s)"),
    ]);
    if !carried.is_empty() {
        console::data(&format!("done again: {carried}"))?;
    }
    if restored.has_cleaning_left {
        let finish = hint::command(common, &["forget", "--finish"]);
        console::note(&format!(
            "saseo: a takedown has something left to do: `{finish}` does it"
        ));
    }
    Ok(())
}

/// Tells what to do next.
fn tell_next(common: &Common, plan: &RestorePlan) {
    let voice = common.voice();
    match &plan.present {
        PresentArchive::Unreadable { .. } => console::note(
            "saseo: takedowns and holds since the backup could not be read: do them again before \
             you publish anything",
        ),
        PresentArchive::Readable { state, .. }
            if state.totals.last_change > plan.backup.totals.last_change =>
        {
            voice.note(&format!(
                "changes from {} on are other ones now: a reader of `watch` goes on with \
                 --from {}, and `saseo exports rewind` sets named exports back",
                plan.backup.totals.last_change + 1,
                plan.backup.totals.last_change + 1
            ));
        }
        PresentArchive::Readable { .. } | PresentArchive::Missing => {}
    }
    voice.note(&format!(
        "`{}` goes on; what was crawled after the backup is asked for again",
        hint::command(common, &["resume"])
    ));
}
