//! A session of the crawl: on the archive in the data folder, over the real network, with the
//! signals that stop it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use tokio::signal::unix::Signal;
use tokio::sync::watch;

use crate::archive::{Archive, Lock, RunEnd};
use crate::cli::Common;
use crate::cli::console::Verbosity;
use crate::cli::exit::Exit;
use crate::cli::free_disk::{self, TooLittleRoom};
use crate::cli::interrupt::Signals;
use crate::clock::Clock;
use crate::config::{Settings, Site};
use crate::crawl::{self, Agenda, Event, Session, Stop};
use crate::fetch::{Caller, Http};
use crate::page_url::PageUrl;

/// A signal came, and then the run failed.
#[derive(Debug, thiserror::Error)]
#[error("it was told to stop, and failed: {why:#}")]
pub(super) struct ToldToStop {
    pub why: anyhow::Error,
}

/// What stopped the papers' runs, if something did.
pub(super) struct SessionEnd {
    /// The first signal that came.
    pub signal: Option<Exit>,
    pub full: Option<TooLittleRoom>,
}

/// What is heard while papers are crawled.
pub(super) struct SignalRelay<'a> {
    signals: &'a mut Signals,
    /// SIGHUP, and what is done about it.
    hangup: Option<(&'a mut Signal, &'a mut dyn FnMut())>,
}

impl<'a> SignalRelay<'a> {
    pub fn of(signals: &'a mut Signals) -> Self {
        Self {
            signals,
            hangup: None,
        }
    }

    pub fn and_hangup(self, hangup: &'a mut Signal, reload: &'a mut dyn FnMut()) -> Self {
        Self {
            hangup: Some((hangup, reload)),
            ..self
        }
    }

    /// Waits for a signal that stops the crawl; what others want is done meanwhile.
    async fn hear(&mut self, reloaded: impl Fn()) -> Exit {
        let Self { signals, hangup } = self;
        let Some((hangup, reload)) = hangup else {
            return signals.next().await;
        };
        loop {
            tokio::select! {
                biased;
                exit = signals.next() => return exit,
                _ = hangup.recv() => {
                    reload();
                    reloaded();
                }
            }
        }
    }
}

impl SignalRelay<'_> {
    /// Tells a session of signals for as long as it lives: the first lets answers under way be
    /// settled, the second drops them. `first` is the first signal that came.
    pub async fn relay(
        &mut self,
        stop: &watch::Sender<Stop>,
        voice: Verbosity,
        first: &mut Option<Exit>,
    ) -> Infallible {
        loop {
            // Whoever waits looks at its agenda again.
            let exit = self.hear(|| stop.send_modify(|_| {})).await;
            let is_first = first.is_none();
            first.get_or_insert(exit);
            voice.note(if is_first {
                "stopping: no new requests; waiting for answers under way (once more to drop them)"
            } else {
                "dropping requests under way"
            });
            stop.send_replace(if is_first { Stop::Finish } else { Stop::Now });
        }
    }
}

/// Crawls the papers of an agenda, on the archive in the data folder, until it is done, or signals
/// or too little room on the disk stop it. The first signal lets answers under way be settled; the
/// second drops them.
pub(super) fn run_session(
    session: Session,
    agenda: &mut impl Agenda,
    web: Arc<Http>,
    common: &Common,
    ears: &mut SignalRelay<'_>,
    mut watch: impl FnMut(Event<'_>),
) -> anyhow::Result<SessionEnd> {
    let (data, voice) = (common.data(), common.voice());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .worker_threads(2)
        .build()?;
    let (stop, stopped) = watch::channel(Stop::GoOn);
    let least = session.settings.limits.free_disk;
    let (mut signal, mut full, mut is_interrupted) = (None, None, false);
    let done = runtime.block_on(async {
        let hears = ears.relay(&stop, voice, &mut signal);
        let crawls = async {
            let clock = Clock::system();
            let holder = format!(
                "{}, process {}, since {}",
                session.command,
                std::process::id(),
                clock.now()
            );
            let lock = Lock::take(data, &holder)?;
            let mut archive = Archive::open(lock, session.settings.archive.durability)?;
            let watch = |event: Event<'_>| {
                if let (None, Err(too_little)) = (&full, free_disk::check(data, least)) {
                    full = Some(too_little);
                    stop.send_if_modified(|stop| {
                        std::mem::replace(stop, (*stop).max(Stop::Finish)) == Stop::GoOn
                    });
                }
                if let Event::Ended(report) = event {
                    is_interrupted |= report.how == RunEnd::Interrupted;
                }
                watch(event);
            };
            anyhow::Ok(
                crawl::serve(
                    session,
                    agenda,
                    &mut archive,
                    crawl::Surroundings {
                        web,
                        clock,
                        holder,
                        stop: stopped,
                    },
                    watch,
                )
                .await?,
            )
        };
        tokio::select! {
            biased;
            never = hears => match never {},
            done = crawls => done,
        }
    });
    // A page that is being read cannot be interrupted, and is not worth waiting for.
    runtime.shutdown_background();
    match (done, signal) {
        (Err(why), Some(_)) => return Err(ToldToStop { why }.into()),
        (done, _) => done?,
    }
    let full = full.filter(|_| is_interrupted);
    Ok(SessionEnd { signal, full })
}

/// Returns the network that these sites' papers are asked over.
pub(super) fn web(settings: &Settings, sites: &[&Arc<Site>]) -> anyhow::Result<Arc<Http>> {
    Ok(Arc::new(Http::new(&caller(
        settings,
        sites.iter().map(|site| &site.home),
    ))?))
}

/// A site's own port is one that its user named.
pub(super) fn caller<'a>(settings: &Settings, homes: impl Iterator<Item = &'a PageUrl>) -> Caller {
    let homes: Vec<&PageUrl> = homes.collect();
    let idle = idle(homes.len(), settings.pace.total_rate.0);
    let own = homes.iter().filter_map(|home| home.as_url().port());
    let ports = own.chain(settings.limits.ports.iter().copied()).collect();
    Caller {
        agent: settings.identity.agent.clone(),
        contact: settings.identity.contact.trim().to_owned(),
        connect: settings.limits.connect.0,
        answer: settings.limits.answer.0,
        body: settings.limits.body.0,
        ports,
        idle,
    }
}

/// How long connections are kept idle where so many papers are asked, at such a time from one
/// request to the next in all: of many papers, no longer than it takes to open 400.
fn idle(papers: usize, total: Duration) -> Duration {
    const FEW: usize = 100;
    const USUAL: Duration = Duration::from_secs(90);
    if papers <= FEW {
        USUAL
    } else {
        (total * 400).min(USUAL)
    }
}
