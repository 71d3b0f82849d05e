//! Progress: one line that changes on a terminal, a plain line each minute in a log.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::console::Verbosity;
use crate::cli::{Common, console};
use crate::counts;
use crate::crawl::CrawlProgress;
use crate::crawl_session::Stopping;

/// The time between two progress lines in a log: often enough to see that a crawl gets on, and less
/// than 1,500 lines a day.
const EVERY: Duration = Duration::from_secs(60);

/// The progress line of work without requests. It is shown on a terminal only.
pub(super) struct ProgressLine(Option<ProgressBar>);

impl ProgressLine {
    /// Begins a line, which is empty so far.
    pub(super) fn new(common: &Common) -> Self {
        let is_shown = !common.quiet && std::io::stderr().is_terminal() && common.verbose == 0;
        Self(is_shown.then(spinner))
    }

    /// Shows words in place of those before.
    pub(super) fn show(&self, words: &str) {
        if let Some(line) = &self.0 {
            line.set_message(words.to_owned());
            line.tick();
        }
    }

    /// Removes the line.
    pub(super) fn end(self) {
        if let Some(line) = self.0 {
            line.finish_and_clear();
        }
    }
}

fn spinner() -> ProgressBar {
    let line = ProgressBar::new_spinner();
    line.set_style(
        ProgressStyle::with_template("{spinner} {msg}").expect("the template is well-formed"),
    );
    line
}

/// The progress of a crawl.
pub(super) enum Watch {
    Terminal(ProgressBar),
    Log { next: Duration },
    Silent,
}

impl Watch {
    /// Chooses how progress is shown: by `--quiet`, `--verbose`, and whether stderr is a terminal.
    pub(super) fn new(common: &Common) -> Self {
        if common.quiet {
            Self::Silent
        } else if std::io::stderr().is_terminal() && common.verbose == 0 {
            Self::Terminal(spinner())
        } else {
            Self::Log { next: EVERY }
        }
    }

    /// Shows the progress of a crawl, where a line is due.
    pub(super) fn see(&mut self, progress: &CrawlProgress) {
        match self {
            Self::Terminal(line) => {
                line.set_message(words(progress));
                line.tick();
            }
            Self::Log { next } if progress.elapsed >= *next => {
                console::note(&words(progress));
                *next = progress.elapsed + EVERY;
            }
            Self::Log { .. } | Self::Silent => {}
        }
    }

    /// Removes the line of a terminal.
    pub(super) fn end(self) {
        if let Self::Terminal(line) = self {
            line.finish_and_clear();
        }
    }
}

fn words(progress: &CrawlProgress) -> String {
    let tally = &progress.tally;
    let rate = requests_a_minute(progress);

    if let Some(lists) = progress.first_lists {
        return format!(
            "lists: page {} of {} or more; {}, {} queued; {} ({rate:.0} a minute)",
            lists.pages,
            lists.of,
            counts::count(tally.articles_new, "new article(s)"),
            counts::count(progress.queued, "page(s)"),
            counts::requests(tally.requests)
        );
    }

    let left = if rate > 0.0 {
        in_words(Duration::from_secs_f64(
            progress.queued as f64 / rate * 60.0,
        ))
    } else {
        "?".to_owned()
    };
    format!(
        "{} ({rate:.0} a minute), {}, {} queued, about {left} left",
        counts::requests(tally.requests),
        counts::count(tally.articles_new, "new article(s)"),
        progress.queued
    )
}

fn requests_a_minute(progress: &CrawlProgress) -> f64 {
    let minutes = progress.elapsed.as_secs_f64() / 60.0;
    if minutes > 0.0 {
        progress.tally.requests as f64 / minutes
    } else {
        0.0
    }
}

/// Tells that a signal stops a crawl.
pub(super) fn tell_stopping(voice: Verbosity, stopping: Stopping) {
    voice.note(match stopping {
        Stopping::Finish => {
            "stopping: no new requests; waiting for answers under way (once more to drop them)"
        }
        Stopping::Drop => "dropping requests under way",
    });
}

/// Writes a time as people say it: `12 s`, `4 min`, `3.5 h`.
pub(super) fn in_words(span: Duration) -> String {
    match span.as_secs() {
        0..=9 => format!("{:.1} s", span.as_secs_f64()),
        10..=119 => format!("{} s", span.as_secs()),
        120..=7199 => format!("{} min", span.as_secs() / 60),
        _ => format!("{:.1} h", span.as_secs_f64() / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::Tally;
    use crate::crawl::ListsRead;

    #[test]
    fn a_first_crawl_says_how_far_its_lists_are_and_then_how_far_its_articles() {
        let tally = Tally {
            requests: 60,
            articles_new: 17,
            ..Tally::default()
        };
        let first_lists = Some(ListsRead { pages: 43, of: 215 });
        let progress = CrawlProgress {
            tally,
            queued: 861,
            elapsed: Duration::from_secs(120),
            first_lists,
        };
        let later = CrawlProgress {
            first_lists: None,
            ..progress
        };

        assert_eq!(
            words(&progress),
            "lists: page 43 of 215 or more; 17 new articles, 861 pages queued; \
             60 requests (30 a minute)"
        );
        assert!(words(&later).contains("861 queued, about 28 min left"));
    }
}
