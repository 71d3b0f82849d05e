//! `saseo verify`: everything that is kept is checked against its hashes.

mod eta;
mod told;

use clap::Args;

use crate::archive::{Lock, Reader, RowSample, RunEnd, Tally, Terms, Writer};
use crate::cli::args::{count, share};
use crate::cli::exit::Exit;
use crate::cli::progress::ProgressLine;
use crate::cli::{Common, console, hint};
use crate::clock::Clock;
use crate::config_folder::Config;
use crate::verify::{self, VerifyJournal, VerifyProgress, VerifyReport, VerifyScope};

use eta::Eta;
use told::{LookedAt, tell};

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
    /// Begin at the first row, also where an interrupted verification could be gone on with
    #[arg(long, conflicts_with_all = ["sites", "repair"])]
    from_start: bool,
    /// Look at a random part of everything, such as 1% or 0.5%, and not at the file's structure
    #[arg(
        long,
        value_name = "SHARE",
        value_parser = share,
        conflicts_with_all = ["repair", "from_start"],
    )]
    sample: Option<u32>,
    /// Take the same sample as an earlier one, which told its number
    #[arg(long, value_name = "N", value_parser = count, requires = "sample")]
    seed: Option<u64>,
    /// Look at what came since the last whole verification that found nothing, and not at the
    /// file's structure
    #[arg(long, conflicts_with_all = ["sites", "repair", "from_start", "sample"])]
    since_last: bool,
}

/// Seeds are below this number, so that they are easy to type again.
const SEEDS: u64 = 1_000_000;

/// What `--since-last` says where it has nothing to begin from.
const NONE_SOUND: &str = "no whole verification of this archive that found nothing is known: \
     everything is looked at now";

/// Checks the archive, repairs it with `--repair`, and tells of the damage.
pub(super) fn run(common: &Common, args: &VerifyArgs) -> anyhow::Result<Exit> {
    let reader = common.reader()?;
    for site in &args.sites {
        reader.knows_site(site)?;
    }

    let (findings, looked_at) = if args.repair {
        (repair(common, args, &reader)?, LookedAt::Everything)
    } else if let Some(share) = args.sample {
        sampled(common, args, &reader, share)?
    } else if args.sites.is_empty() {
        noted(common, args, &reader)?
    } else {
        let scope = VerifyScope::Whole(&args.sites);
        (part(common, &reader, scope)?, LookedAt::Everything)
    };

    tell(common, reader.path(), &findings, &looked_at)?;
    if findings.damaged == 0 {
        return Ok(Exit::Done);
    }
    console::note(&why_not_done(common, args, &findings));
    Ok(Exit::Failures)
}

/// Verifies without a journal.
fn part(common: &Common, reader: &Reader, scope: VerifyScope<'_>) -> anyhow::Result<VerifyReport> {
    let (line, mut eta) = (ProgressLine::new(common), Eta::new());
    let findings = verify::verify_part(reader, scope, |progress| {
        line.show(&words(progress, &mut eta));
    })?;
    line.end();
    Ok(findings)
}

fn sampled(
    common: &Common,
    args: &VerifyArgs,
    reader: &Reader,
    share: u32,
) -> anyhow::Result<(VerifyReport, LookedAt)> {
    let now = Clock::system().now().millis().unsigned_abs();
    let sample = RowSample::new(share, args.seed.unwrap_or(now % SEEDS));
    let scope = VerifyScope::Sample {
        sample,
        sites: &args.sites,
    };
    Ok((part(common, reader, scope)?, LookedAt::Sample(sample)))
}

/// Verifies everything, going on with what was interrupted, or what came since the last time.
fn noted(
    common: &Common,
    args: &VerifyArgs,
    reader: &Reader,
) -> anyhow::Result<(VerifyReport, LookedAt)> {
    let mut journal = VerifyJournal::open(reader, Clock::system())?;
    let note = |words: &str| common.voice().note(words);
    if let Some(why) = journal.refusal() {
        note(&format!(
            "archive.verify.json is not used: {why}; the verification begins at the first row"
        ));
    }

    if args.since_last {
        if let Some((since, marks)) = journal.last_sound() {
            let findings = part(common, reader, VerifyScope::Since(marks))?;
            return Ok((findings, LookedAt::Since(since.to_owned())));
        }
        note(NONE_SOUND);
    }
    if args.from_start {
        journal.begin_anew();
    }
    if let Some(before) = journal.interrupted() {
        note(&format!(
            "goes on where the verification of {} stood (`{}` begins anew)",
            before.began_at,
            hint::command(common, &["verify", "--from-start"])
        ));
    }

    let findings = whole(common, reader, &mut journal)?;
    if let Some(why) = journal.trouble() {
        note(&format!(
            "how far it came could not be noted, so that an interrupted verification begins anew: \
             {why}"
        ));
    }
    Ok((findings, LookedAt::Everything))
}

fn whole(
    common: &Common,
    reader: &Reader,
    journal: &mut VerifyJournal,
) -> anyhow::Result<VerifyReport> {
    let (line, mut eta) = (ProgressLine::new(common), Eta::new());
    let findings = verify::verify_noting(reader, journal, |progress| {
        line.show(&words(progress, &mut eta));
    })?;
    line.end();
    Ok(findings)
}

/// Says how far a verification is.
fn words(progress: &VerifyProgress, eta: &mut Eta) -> String {
    let VerifyProgress { what, done, of } = *progress;
    match of {
        0 if done == 0 => format!("checking {what}"),
        0 => format!("checking {what}: {done}"),
        of => format!(
            "checking {what}: {done} of about {of} ({} %){}",
            (done.min(of) * 100) / of,
            eta.words(progress)
        ),
    }
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
    let place = common.place()?;
    let lock = Lock::take(place.data(), &holder)?;

    let mut findings = part(common, reader, VerifyScope::Whole(&args.sites))?;
    if findings.damaged == 0 {
        return Ok(findings);
    }

    let mut archive = Writer::at(&place, lock, configuration.settings.archive.durability)?;
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
