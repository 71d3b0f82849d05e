//! `saseo survey --list`: many papers are surveyed side by side, each at its own pace.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context;
use futures_util::StreamExt;
use serde::Serialize;
use tokio::sync::watch;

use crate::archive::{Lock, Writer};
use crate::cli::exit::Exit;
use crate::cli::progress::tell_stopping;
use crate::cli::survey::names::SiteFile;
use crate::cli::survey::report::{Drafts, begin_folder};
use crate::cli::survey::{SurveyArgs, home, in_words, names, plan};
use crate::cli::{Common, console};
use crate::clock::Clock;
use crate::config_folder::{Config, ConfigError};
use crate::crawl_session::{SignalRelay, may_begin, network, runtime};
use crate::dispatch::Stop;
use crate::fetch::Web;
use crate::page_url::PageUrl;
use crate::signals::{CaughtSignals, StopSignal, StopSignals};
use crate::survey::{
    self, Names, SurveyArchive, SurveyError, SurveyReport, SurveyRequest, SurveySurroundings,
};

/// Papers that are surveyed at the same time. With the usual gap of 2 s they ask 8 times a second
/// together, far below the usual total rate, and need few open files.
const SIDE_BY_SIDE: usize = 16;

/// The longest list, in bytes: some 50,000 addresses.
const LONGEST_LIST: u64 = 4 * 1024 * 1024;

/// A paper of the list, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct ListedPaper {
    /// The line of the list.
    address: String,
    #[serde(flatten)]
    end: PaperEnd,
}

/// What became of a paper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "end", rename_all = "snake_case")]
enum PaperEnd {
    /// Its files were written.
    Drafted {
        name: String,
        requests: usize,
    },
    /// Its site file was there already.
    There {
        name: String,
    },
    /// The list names it before.
    Repeated {
        name: String,
    },
    Failed {
        why: String,
    },
    /// A signal came first.
    Stopped,
}

/// A paper that is to be surveyed.
struct WantedPaper {
    /// Its place in the list.
    place: usize,
    home: PageUrl,
    names: Names,
}

/// What all surveys of a list share.
struct SharedSurvey<'a, W> {
    common: &'a Common,
    args: &'a SurveyArgs,
    configuration: &'a Config,
    folder: &'a Path,
    archive: &'a SurveyArchive,
    web: Arc<W>,
    stopped: watch::Receiver<Stop>,
}

/// Surveys the papers of a list, and tells what became of each.
pub(super) fn run(
    common: &Common,
    args: &SurveyArgs,
    list: &Path,
    folder: &Path,
) -> anyhow::Result<Exit> {
    let configuration = Config::find(common.config.as_deref())?;
    let (mut papers, wanted) = sort(&configuration, args, folder, &addresses(list)?)?;
    common.voice().note(&format!(
        "survey of {} papers, {} of them to be asked: at most {} requests each, a gap of {} or more",
        papers.len(),
        wanted.len(),
        args.max_requests,
        args.gap
    ));

    let mut done = Ok(None);
    if !wanted.is_empty() {
        begin_folder(common, folder)?;
        done = survey_all(common, args, &configuration, folder, wanted, &mut papers);
    }
    tell(common, &papers)?;
    Ok(exit(&papers, done?))
}

/// Reads the addresses of a list: one a line, without comments and blank lines.
fn addresses(list: &Path) -> anyhow::Result<Vec<String>> {
    let length = std::fs::metadata(list).map(|file| file.len());
    let length = length.with_context(|| format!("cannot read {}", list.display()))?;
    if length > LONGEST_LIST {
        let why = format!("{} has {length} bytes: give a shorter list", list.display());
        return Err(ConfigError::Usage(why).into());
    }
    let text =
        std::fs::read_to_string(list).with_context(|| format!("cannot read {}", list.display()))?;
    Ok(in_list(&text))
}

fn in_list(text: &str) -> Vec<String> {
    // An address may have a `#` in it: a comment begins a line, or follows white space.
    let without_comment = |line: &str| -> String {
        let words = line.split_whitespace();
        let words: Vec<&str> = words.take_while(|word| !word.starts_with('#')).collect();
        words.join(" ")
    };
    text.trim_start_matches('\u{feff}')
        .lines()
        .map(without_comment)
        .filter(|line| !line.is_empty())
        .collect()
}

/// Tells the papers that are to be asked from those that are done, or cannot be asked.
fn sort(
    configuration: &Config,
    args: &SurveyArgs,
    folder: &Path,
    addresses: &[String],
) -> anyhow::Result<(Vec<ListedPaper>, Vec<WantedPaper>)> {
    let (mut papers, mut wanted) = (Vec::new(), Vec::new());
    let mut taken = HashMap::new();
    for (place, address) in addresses.iter().enumerate() {
        let end = match paper(configuration, args, (folder, &taken), address) {
            // Without a contact, no paper can be asked.
            Err(error @ (ConfigError::NoContact { .. } | ConfigError::Unanswerable { .. })) => {
                return Err(error.into());
            }
            Err(error) => PaperEnd::Failed {
                why: error.to_string(),
            },
            Ok(Err(end)) => end,
            Ok(Ok((home, names))) => {
                taken.insert(names.site.clone(), home.clone());
                wanted.push(WantedPaper { place, home, names });
                PaperEnd::Stopped
            }
        };
        papers.push(ListedPaper {
            address: address.clone(),
            end,
        });
    }
    Ok((papers, wanted))
}

/// Returns a paper's home page and names, or its end where its site file is there already, or where
/// the list names it before. Where another paper has the short name, its whole domain is its name.
fn paper(
    configuration: &Config,
    args: &SurveyArgs,
    (folder, taken): (&Path, &HashMap<String, PageUrl>),
    address: &str,
) -> Result<Result<(PageUrl, Names), PaperEnd>, ConfigError> {
    let home = home(address)?;
    for name in [survey::name_of(&home), survey::long_name_of(&home)] {
        let is_same = |other: &PageUrl| other.host() == home.host();
        match names::site_file(folder, &name) {
            SiteFile::Unread => return Ok(Err(PaperEnd::There { name })),
            SiteFile::Of(other) if is_same(&other) => return Ok(Err(PaperEnd::There { name })),
            SiteFile::Of(_) => continue,
            SiteFile::None => {}
        }
        if let Some(other) = taken.get(&name) {
            if is_same(other) {
                return Ok(Err(PaperEnd::Repeated { name }));
            }
            continue;
        }
        // A run that was stopped may have left the profile of a paper without its site file.
        if names::has_profile(configuration, folder, &name) {
            continue;
        }

        let names = names::choose(configuration, args, &home, name)?;
        return Ok(Ok((home, names)));
    }
    let why = "other papers, or profiles, have both names that it may have".to_owned();
    Ok(Err(PaperEnd::Failed { why }))
}

/// Surveys papers until all are done, or a signal comes, which is returned.
fn survey_all(
    common: &Common,
    args: &SurveyArgs,
    configuration: &Config,
    folder: &Path,
    wanted: Vec<WantedPaper>,
    papers: &mut [ListedPaper],
) -> anyhow::Result<Option<StopSignal>> {
    let settings = &configuration.settings;
    may_begin(common.data(), settings.limits.free_disk)?;
    let clock = Clock::system();
    let holder = Lock::name_of_holder("survey", clock.now());
    let place = common.place()?;
    let lock = Lock::take(place.data(), &holder)?;
    let writer = Writer::at(&place, lock, settings.archive.durability)?;

    let (stop, stopped) = watch::channel(Stop::GoOn);
    let shared = SharedSurvey {
        common,
        args,
        configuration,
        folder,
        archive: &SurveyArchive::lease(writer, &holder, &clock)?,
        web: network(settings, wanted.iter().map(|paper| &paper.home))?,
        stopped,
    };

    let mut caught = CaughtSignals::new()?;
    let runtime = runtime()?;
    let done = runtime.block_on(until_stopped(
        &shared,
        wanted,
        papers,
        &stop,
        &mut caught.stops,
    ));
    // A page that is being parsed cannot be interrupted, and is not worth waiting for.
    runtime.shutdown_background();
    done
}

/// Surveys side by side, and passes signals on. Each paper settles its own answers under way.
async fn until_stopped<W: Web>(
    shared: &SharedSurvey<'_, W>,
    wanted: Vec<WantedPaper>,
    papers: &mut [ListedPaper],
    stop: &watch::Sender<Stop>,
    stops: &mut StopSignals,
) -> anyhow::Result<Option<StopSignal>> {
    let voice = shared.common.voice();
    let told = |stopping| tell_stopping(voice, stopping);
    let mut signals = SignalRelay::of(stops, &told);
    let mut first_signal = None;

    let all = async {
        let mut running = futures_util::stream::iter(wanted)
            .map(|paper| shared.survey(paper))
            .buffer_unordered(SIDE_BY_SIDE);
        let mut failure = None;
        while let Some(ended) = running.next().await {
            match ended {
                Ok((place, end)) => papers[place].end = end,
                // Requests under way are settled, and no further one is sent.
                Err(why) => {
                    stop.send_replace(Stop::Finish);
                    failure.get_or_insert(why);
                }
            }
        }
        failure.map_or(Ok(()), Err)
    };
    let done: anyhow::Result<()> = tokio::select! {
        biased;
        never = signals.relay(stop, &mut first_signal) => match never {},
        done = all => done,
    };
    done.map(|()| first_signal)
}

impl<W: Web> SharedSurvey<'_, W> {
    /// Surveys one paper, and writes its files. Only an archive that fails ends the others.
    async fn survey(&self, paper: WantedPaper) -> anyhow::Result<(usize, PaperEnd)> {
        let WantedPaper { place, home, names } = paper;
        if *self.stopped.borrow() != Stop::GoOn {
            return Ok((place, PaperEnd::Stopped));
        }

        let surroundings = SurveySurroundings {
            web: Arc::clone(&self.web),
            clock: Clock::system(),
            stop: self.stopped.clone(),
        };
        let voice = self.common.voice();
        let tell = move |asked: &SurveyRequest| voice.note(&format!("  {}", in_words(asked)));
        let plan = plan(self.configuration, self.args, home);
        let found = survey::run(plan, self.archive, surroundings, tell).await;
        let end = match found {
            Ok(None) => PaperEnd::Stopped,
            Ok(Some(findings)) => self.draft(findings, &names),
            Err(SurveyError::Archive(why)) => return Err(why.into()),
            Err(why) => PaperEnd::Failed {
                why: why.to_string(),
            },
        };
        Ok((place, end))
    }

    /// Writes the files of a paper that was surveyed to the end. A draft of half a paper would be
    /// taken for done by the next run.
    fn draft(&self, findings: SurveyReport, names: &Names) -> PaperEnd {
        if findings.gave_up {
            let why = findings.ended.unwrap_or_else(|| "it refused".to_owned());
            return PaperEnd::Failed { why };
        }

        let draft = survey::draft(&findings, names);
        let drafts = Drafts {
            common: self.common,
            args: self.args,
            findings: &findings,
            draft: &draft,
        };
        match drafts.write_files(self.folder) {
            Ok(()) => PaperEnd::Drafted {
                name: names.site.clone(),
                requests: findings.requests.len(),
            },
            Err(why) => PaperEnd::Failed {
                why: format!("{why:#}"),
            },
        }
    }
}

/// Prints a line for each paper, in the order of the list.
fn tell(common: &Common, papers: &[ListedPaper]) -> anyhow::Result<()> {
    if common.json {
        return console::json(&papers);
    }
    for ListedPaper { address, end } in papers {
        console::data(&match end {
            PaperEnd::Drafted { name, requests } => {
                format!("drafted  {address}: sites/{name}.toml, {requests} requests")
            }
            PaperEnd::There { name } => {
                format!("skipped  {address}: sites/{name}.toml is there already")
            }
            PaperEnd::Repeated { name } => {
                format!("skipped  {address}: the list names {name} before")
            }
            PaperEnd::Failed { why } => format!("FAILED   {address}: {why}"),
            PaperEnd::Stopped => format!("stopped  {address}: the same command goes on with it"),
        })?;
    }
    Ok(())
}

fn exit(papers: &[ListedPaper], signal: Option<StopSignal>) -> Exit {
    let failed = papers
        .iter()
        .filter(|paper| matches!(paper.end, PaperEnd::Failed { .. }))
        .count();
    if let Some(signal) = signal {
        return signal.into();
    }
    if failed == 0 {
        return Exit::Done;
    }
    console::note(&format!(
        "saseo: exit code 3: {failed} of {} papers have no draft; the same command tries them again",
        papers.len()
    ));
    Exit::Failures
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_blank_lines_are_no_addresses() {
        let list =
            "\u{feff}# papers\n\nhttps://a.example/#top  # the first\r\n  https://b.example/\n#x";
        assert_eq!(
            in_list(list),
            ["https://a.example/#top", "https://b.example/"]
        );
    }
}
