//! `saseo restore`: a backup is put in the place of the archive.

mod plan_report;

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::archive::{ArchiveFile, Lock, SetAside};
use crate::backup::{
    EvenDamaged, PresentArchive, RestorePlan, RestoreProgress, Restored, Restoring,
};
use crate::cli::exit::Exit;
use crate::cli::progress::ProgressLine;
use crate::cli::restore::plan_report::{
    left_in_json, plan_in_json, state_in_words, tell_left, tell_plan,
};
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
    let place = common.place()?;
    let folder = place.folder_to_restore()?;
    let backup = ArchiveFile::open(&args.file)?;
    let plan = RestorePlan::of(&backup, folder)?;
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
            "holds_left": left_in_json(&restored.carried.left),
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
    tell_left(&restored.carried.left)?;
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
