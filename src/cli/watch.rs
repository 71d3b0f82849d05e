//! `saseo watch`: what changes in the archive, line by line, while crawls go on.

mod receiver;

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::Duration;

use anyhow::bail;
use clap::Args;

use crate::archive::{ArchiveLocation, ArticleFilter, ChangeSpan, Reader, SavedMark};
use crate::cli::args::count;
use crate::cli::exit::Exit;
use crate::cli::export::SelectionArgs;
use crate::cli::watch::receiver::{Delivery, Receiver};
use crate::cli::{Common, console};
use crate::clock::Clock;
use crate::counts;
use crate::export::ChangeLine;
use crate::rights::Purpose;
use crate::signals::{CaughtSignals, StopSignal};

/// The time between two looks: a monitor wants news within seconds, and a look costs microseconds.
const POLL: Duration = Duration::from_secs(1);

/// Lines that are read from one state of the archive. They are delivered after that, since a crawl
/// cannot empty its log while a state is read.
const MOST_LINES: usize = 100;

/// Bytes of lines that are read at once: long texts need no more memory than this and one line.
const MOST_BYTES: usize = 8 << 20;

#[derive(Debug, Args)]
pub(super) struct WatchArgs {
    #[command(flatten)]
    selection: SelectionArgs,
    /// Leave out the articles that their paper reserves against a purpose, as `export --for` does
    #[arg(long = "for", value_name = "PURPOSE", value_parser = Purpose::from_name)]
    purpose: Option<Purpose>,
    /// Begin with this change of the archive's sequence: the last `seq` that was read, and 1. With
    /// 1, from the first one on. Without it, with what comes next
    #[arg(long, value_name = "SEQ", value_parser = count)]
    from: Option<u64>,
    /// End when nothing more is there, instead of waiting
    #[arg(long, requires = "from")]
    once: bool,
    /// Run a command for each change, one at a time, with the line on its stdin; the line is not
    /// printed then. Where one fails, that is told, the next ones run, and --once ends with 3
    #[arg(long, value_name = "CMD")]
    exec: Option<String>,
}

/// What is watched, and how far it came.
struct FollowedArchive {
    reader: Reader,
    /// The archive's folder.
    place: ArchiveLocation,
    filter: ArticleFilter,
    /// The last change that was delivered, or was not selected.
    after: u64,
    receiver: Receiver,
    signals: CaughtSignals,
    damaged: u64,
}

/// The reason why a watch ends.
enum WatchEnd {
    Stopped(StopSignal),
    ReaderGone,
}

/// Lines of one state of the archive, with their positions.
struct LineBatch {
    lines: Vec<(u64, Vec<u8>)>,
    /// The archive's last change, where no line is left before it.
    end: Option<u64>,
}

/// Watches the archive until it is stopped, or with `--once` to its last change.
pub(super) fn run(common: &Common, args: &WatchArgs) -> anyhow::Result<Exit> {
    args.selection.refuse_for_changes()?;
    let reader = common.reader()?;
    let after = match args.from {
        Some(first) => first.saturating_sub(1),
        None => reader.last_change()?,
    };
    let mut watch = FollowedArchive {
        filter: ArticleFilter {
            purpose: args.purpose,
            ..args.selection.filter(&reader)?
        },
        reader,
        place: common.place()?,
        after,
        receiver: Receiver::of(args.exec.as_deref()),
        signals: CaughtSignals::new()?,
        damaged: 0,
    };

    let end = if args.once {
        watch.deliver_all()?
    } else {
        Some(watch.follow()?)
    };
    Ok(watch.exit(end))
}

impl FollowedArchive {
    /// Delivers what is there and what comes, until it must end.
    fn follow(&mut self) -> anyhow::Result<WatchEnd> {
        let (clock, file) = (Clock::system(), identity(self.reader.path()));
        let mut seen = None;

        loop {
            // The number is asked for first: what is saved meanwhile has another one.
            let saved = self.reader.saved_mark()?;
            if seen != Some(saved) {
                if seen.is_some() && matches!(saved, SavedMark::File(..)) {
                    self.reader = Reader::of(&self.place)?;
                }
                seen = Some(saved);
                if let Some(end) = self.deliver_all()? {
                    return Ok(end);
                }
            }
            if identity(self.reader.path()) != file {
                bail!(
                    "the archive at {} was moved or replaced: begin again with `saseo watch \
                     --from {}`",
                    self.reader.path().display(),
                    self.after + 1
                );
            }
            if self.receiver.is_gone() {
                return Ok(WatchEnd::ReaderGone);
            }

            let next = clock.now() + POLL;
            if let Err(stop) = self.signals.unless_stopped(clock.sleep_until(next)) {
                return Ok(WatchEnd::Stopped(stop));
            }
        }
    }

    /// Delivers what is there. Returns why it must end before that.
    fn deliver_all(&mut self) -> anyhow::Result<Option<WatchEnd>> {
        loop {
            let batch = self.read_batch()?;
            for (seq, line) in batch.lines {
                match self.receiver.deliver(seq, line, &mut self.signals)? {
                    Delivery::Taken => self.after = seq,
                    Delivery::Stopped(stop) => return Ok(Some(WatchEnd::Stopped(stop))),
                    Delivery::ReaderGone => return Ok(Some(WatchEnd::ReaderGone)),
                }
            }

            if let Some(end) = batch.end {
                self.after = self.after.max(end);
                return Ok(None);
            }
        }
    }

    /// Reads the next lines.
    fn read_batch(&mut self) -> anyhow::Result<LineBatch> {
        let _snapshot = self.reader.snapshot()?;
        let (mut lines, mut bytes, now) = (Vec::new(), 0, Clock::system().now());
        let span = ChangeSpan {
            after: self.after,
            last: self.reader.last_change()?,
        };

        for changed in &mut self.reader.changed_articles(&self.filter, span)? {
            let changed = changed?;
            let Some(line) = ChangeLine::of(changed, self.filter.purpose, Some(now)) else {
                continue;
            };
            if let (Some(damage), Some(id)) = (&line.damage, line.id()) {
                console::note(&format!("saseo: {id} is damaged: {damage}"));
                self.damaged += 1;
            }

            let text = line.to_line();
            bytes += text.len();
            lines.push((line.seq, text));
            if lines.len() >= MOST_LINES || bytes >= MOST_BYTES {
                return Ok(LineBatch { lines, end: None });
            }
        }
        Ok(LineBatch {
            lines,
            end: Some(span.last),
        })
    }

    /// Returns the exit, and tells how many commands failed.
    fn exit(&self, end: Option<WatchEnd>) -> Exit {
        let failed = self.receiver.failed();
        if failed > 0 {
            console::note(&format!(
                "saseo: {} of --exec failed",
                counts::count(failed, "command(s)")
            ));
        }

        match end {
            Some(WatchEnd::Stopped(stop)) => stop.into(),
            Some(WatchEnd::ReaderGone) => Exit::Done,
            None if failed > 0 || self.damaged > 0 => Exit::Failures,
            None => Exit::Done,
        }
    }
}

/// Returns what makes a file the same under another name; `None` where there is none.
fn identity(path: &Path) -> Option<(u64, u64)> {
    let file = std::fs::metadata(path).ok()?;
    Some((file.dev(), file.ino()))
}
