//! Asking politely: robots.txt first, one request at a time, every gap kept, and never more than was allowed.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::clock::Clock;
use crate::discover::{Address, Grammar};
use crate::fetch::{Answer, Asking, Reach, Trouble, Web, manner};
use crate::frontier::Visit;
use crate::host_lock::{HostLock, SharedCeilings};
use crate::page_url::{Host, PageUrl};
use crate::politeness::{Hosts, LONGEST_REST, Manners, Next, Permit, Turn};
use crate::robots::{Allowed, LARGEST, REDIRECTS, Robots, Ruling};
use crate::survey::{MOST_REQUESTS, Plan};
use crate::time::Timestamp;

/// Papers have a few; a robots.txt that names more is built to fill a file.
const MOST_SITEMAPS: usize = 50;

/// A survey waits no longer than this for a turn.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// One request that a survey made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Asked {
    pub url: String,
    /// `None` where no answer came.
    pub status: Option<u16>,
    pub trouble: Option<String>,
}

/// Why a page was not had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unasked {
    /// The survey has come to its end, and why.
    #[error("{0}")]
    Over(String),
    #[error("robots.txt forbids it ({0})")]
    Forbidden(String),
    #[error("it is another paper's")]
    Elsewhere,
    /// The server changes the protocol: the next request is a turn of its own.
    #[error("the server wants to be asked again")]
    AskAgain,
    #[error("{0}")]
    Trouble(String),
}

/// What a survey's asking came to.
#[derive(Clone, Debug, Default)]
pub(super) struct Account {
    pub requests: Vec<Asked>,
    /// Why the asking ended before the walk did.
    pub ended: Option<String>,
    /// The paper is left alone: it refused, or cannot be reached.
    pub gave_up: bool,
    pub sitemaps: Vec<String>,
    /// Addresses that robots.txt forbids, with the rule.
    pub forbidden: Vec<(PageUrl, String)>,
    /// Between two requests, as robots.txt asks for.
    pub delay: Duration,
}

/// The one who asks: everything that a survey sends goes through here.
pub(super) struct Asker<W, F> {
    plan: Plan,
    web: Arc<W>,
    clock: Clock,
    watch: F,
    hosts: Hosts,
    /// The ceilings, as this machine's crawls keep them too.
    shared: SharedCeilings,
    /// The hosts that nobody else on this machine may ask now.
    held: HashMap<Host, HostLock>,
    robots: HashMap<String, Robots>,
    account: Account,
}

impl<W: Web, F: FnMut(&Asked) + Send> Asker<W, F> {
    pub fn new(plan: Plan, web: Arc<W>, clock: Clock, watch: F) -> Self {
        let pace = &plan.settings.pace;
        let hosts = Hosts::new(pace.server_rate.0, pace.total_rate.0);
        let shared = plan.locks.ceilings(pace.server_rate.0, pace.total_rate.0);
        let (held, robots) = (HashMap::new(), HashMap::new());
        Self { plan, web, clock, watch, hosts, shared, held, robots, account: Account::default() }
    }

    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    pub fn end(self) -> Account {
        self.account
    }

    /// Returns how many more requests may be made.
    pub fn left(&self) -> u64 {
        let made = u64::try_from(self.account.requests.len()).unwrap_or(u64::MAX);
        let left = self.plan.max_requests.min(MOST_REQUESTS).saturating_sub(made);
        if self.account.ended.is_some() { 0 } else { left }
    }

    /// Waits a little.
    pub fn breathe(&self, little: Duration) -> impl Future<Output = ()> + use<W, F> {
        let clock = self.clock;
        async move { clock.sleep_until(clock.now() + little).await }
    }

    /// Returns the Sitemap lines of the robots.txt files that were read.
    pub fn sitemaps(&self) -> &[String] {
        &self.account.sitemaps
    }

    /// Asks for a page of the paper, once robots.txt is known and allows it. Redirects are told, not followed.
    pub async fn ask(&mut self, url: &PageUrl) -> Result<Answer, Unasked> {
        if Grammar::new(None, self.plan.home.clone()).address(url) == Address::Elsewhere {
            return Err(Unasked::Elsewhere);
        }
        let origin = url.origin();
        if !self.robots.contains_key(&origin) {
            let robots = self.fetch_robots(url).await?;
            self.learn(origin.clone(), url.host(), robots);
        }

        let answer = match self.send_page(url).await {
            Err(Unasked::AskAgain) => self.send_page(url).await?,
            other => other?,
        };
        if answer.is_refusal() {
            return Err(self.over(format!(
                "{} refuses: it answered {} with status {}",
                url.host(),
                url,
                answer.status
            )));
        }
        Ok(answer)
    }

    async fn send_page(&mut self, url: &PageUrl) -> Result<Answer, Unasked> {
        let allowed = self.robots[&url.origin()].check(url).map_err(|forbidden| {
            self.account.forbidden.push((url.clone(), forbidden.rule.clone()));
            Unasked::Forbidden(forbidden.rule)
        })?;
        self.send(allowed, Asking::default()).await
    }

    fn learn(&mut self, origin: String, host: Host, robots: Robots) {
        self.account.sitemaps.extend(robots.sitemaps().iter().take(MOST_SITEMAPS).cloned());
        self.account.delay = self.account.delay.max(robots.delay());
        // A host may have a robots.txt for http and one for https: the slower word counts.
        self.hosts.slow_to(&host, self.account.delay);
        self.robots.insert(origin, robots);
    }

    /// Asks for the robots.txt of an address, and judges it by its status (RFC 9309 §2.3.1).
    async fn fetch_robots(&mut self, page: &PageUrl) -> Result<Robots, Unasked> {
        let mut url = page.join("/robots.txt").expect("a page's own root joins to an address");
        for _ in 0..=REDIRECTS {
            let enough = Asking { enough: Some(LARGEST + 1), ..Asking::default() };
            let answer = match self.send(Allowed::robots_txt(url.clone()), enough).await {
                Err(Unasked::Trouble(why)) => return Err(self.over(format!("robots.txt cannot be had: {why}"))),
                Err(Unasked::AskAgain) => continue,
                other => other?,
            };
            let status = answer.status;
            match Ruling::of_status(status) {
                Ruling::Parse => return Ok(Robots::parse(&answer.body, &self.plan.settings.identity.agent)),
                Ruling::AllowAll => return Ok(Robots::allow_all()),
                Ruling::ForbidAll => {
                    let why = format!("its robots.txt cannot be had (status {status}), so nothing may be asked");
                    return Err(self.over(why));
                }
                Ruling::Follow => {
                    let to = answer.header("location").and_then(|location| url.join(location).ok());
                    let grammar = Grammar::new(None, self.plan.home.clone());
                    match to.filter(|to| *to != url && grammar.address(to) != Address::Elsewhere) {
                        Some(to) => url = to,
                        None => return Err(self.over("its robots.txt leads nowhere within the paper".to_owned())),
                    }
                }
            }
        }
        Ok(Robots::allow_all())
    }

    /// Sends one request when its host's turn comes.
    async fn send(&mut self, allowed: Allowed, asking: Asking) -> Result<Answer, Unasked> {
        let url = allowed.url().clone();
        let host = url.host();
        self.meet(&host).await?;
        let permit = self.turn(&host).await?;
        let visit = Visit::bind(permit, allowed).map_err(|wrong| {
            let why = wrong.to_string();
            self.hosts.give_back(wrong.permit);
            Unasked::Trouble(why)
        })?;
        let began = self.clock.now();
        self.note(&host, began + self.hosts.gap(&host));
        let (turn, result) = self.web.fetch(visit, self.reach(&host), asking).await;
        self.finish(turn, &result, began);
        let asked = Asked {
            url: url.to_string(),
            status: result.as_ref().ok().map(|answer| answer.status),
            trouble: result.as_ref().err().map(ToString::to_string),
        };
        (self.watch)(&asked);
        self.account.requests.push(asked);
        result.map_err(|trouble| self.trouble(&trouble))
    }

    /// Gets to know a host: its lock on this machine, and where its server is.
    async fn meet(&mut self, host: &Host) -> Result<(), Unasked> {
        if self.hosts.knows(host) {
            return Ok(());
        }
        let lock = match self.plan.locks.take(host, &self.plan.holder) {
            Ok(lock) => lock,
            Err(error) => return Err(self.over(format!("{host} is not asked: {error}"))),
        };
        let reach = self.reach(host);
        let server = match self.web.locate(host, reach).await {
            Ok(server) => server,
            Err(trouble) => return Err(self.trouble(&trouble)),
        };
        let now = self.clock.now();
        let manners = Manners { gap: self.plan.gap, at_once: 1, own: reach == Reach::Own };
        self.hosts.meet(host, manners, None, now);
        // A moment further off than any rest is a word from before the clock was set back.
        if let Some(until) = lock.not_before.filter(|until| until.since(now) <= LONGEST_REST) {
            self.hosts.hold(host, until);
        }
        self.hosts.locate(host, server);
        self.held.insert(host.clone(), lock);
        Ok(())
    }

    /// Waits for a host's turn.
    async fn turn(&mut self, host: &Host) -> Result<Permit, Unasked> {
        if self.left() == 0 {
            let made = self.account.requests.len();
            let why = format!("{made} requests were made, and no more were allowed");
            return Err(Unasked::Over(self.account.ended.get_or_insert(why).clone()));
        }
        self.hosts.want(host, self.clock.now());
        loop {
            let now = self.clock.now();
            match self.hosts.next(now) {
                Next::Visit(permit) => match self.shared.claim(self.hosts.shared_server(host), now) {
                    Ok(()) => {
                        self.hosts.leave(host);
                        return Ok(permit);
                    }
                    Err(ceiling) => self.hosts.put_off(permit, ceiling),
                },
                Next::SleepUntil(moment) if moment <= now + PATIENCE => self.clock.sleep_until(moment).await,
                Next::SleepUntil(moment) => {
                    return Err(self.over(format!("{host} asks to be left alone until {moment}")));
                }
                Next::AwaitVisits | Next::Drained => return Err(self.over(format!("{host} cannot be asked"))),
            }
        }
    }

    /// Ends a visit's turn, and leaves word for whoever asks the host next.
    fn finish(&mut self, turn: Turn, result: &Result<Answer, Trouble>, began: Timestamp) {
        let at = self.clock.now_or_just_after();
        let host = turn.host().clone();
        let pace = self.hosts.finish(turn, manner(result.as_ref(), at), at.since(began), at);
        self.note(&host, pace.not_before);
    }

    fn note(&self, host: &Host, not_before: Timestamp) {
        if let Some(lock) = self.held.get(host) {
            lock.note(not_before);
        }
    }

    /// Private addresses are for the user's own server, and only at the host that was named.
    fn reach(&self, host: &Host) -> Reach {
        if self.plan.own_site && self.plan.home.host() == *host { Reach::Own } else { Reach::Public }
    }

    fn trouble(&mut self, trouble: &Trouble) -> Unasked {
        if *trouble == Trouble::WantsHttp1 {
            return Unasked::AskAgain;
        }

        let why = match trouble {
            Trouble::PrivateAddress { host, address } => {
                format!("{host} is at a private address ({address}), and only your own server may be: --own-site")
            }
            other => other.to_string(),
        };
        if trouble.is_unreachable() { self.over(why) } else { Unasked::Trouble(why) }
    }

    /// Ends the asking: the paper is left alone.
    pub fn over(&mut self, why: String) -> Unasked {
        self.account.gave_up = true;
        Unasked::Over(self.account.ended.get_or_insert(why).clone())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;
    use std::net::IpAddr;
    use std::sync::Mutex;

    use tempfile::TempDir;

    use super::*;
    use crate::config::Settings;
    use crate::host_lock::HostLocks;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_520_550);
    const GAP: Duration = Duration::from_secs(2);

    /// A server that answers at once, with what is laid out, and at last with empty pages.
    struct Laid {
        clock: Clock,
        answers: Mutex<VecDeque<Answer>>,
        asked: Mutex<Vec<Timestamp>>,
    }

    impl Web for Laid {
        async fn locate(&self, _host: &Host, _reach: Reach) -> Result<IpAddr, Trouble> {
            Ok([192, 0, 2, 1].into())
        }

        async fn fetch(&self, visit: Visit, _reach: Reach, _asking: Asking) -> (Turn, Result<Answer, Trouble>) {
            self.asked.lock().unwrap().push(self.clock.now());
            let answer = self.answers.lock().unwrap().pop_front();
            (visit.spend().1, Ok(answer.unwrap_or_else(|| told(200, None))))
        }
    }

    fn told(status: u16, retry_after: Option<&str>) -> Answer {
        let headers = retry_after.iter().map(|wish| ("retry-after".to_owned(), (*wish).to_owned())).collect();
        Answer { status, headers, body: Vec::new() }
    }

    fn url(path: &str) -> PageUrl {
        PageUrl::parse(&format!("https://a.example{path}")).unwrap()
    }

    /// An asker whose server gives these answers, robots.txt first.
    fn asker(folder: &TempDir, answers: Vec<Answer>) -> Asker<Laid, impl FnMut(&Asked) + Send> {
        let clock = Clock::set_to(NOW);
        let web = Arc::new(Laid { clock, answers: Mutex::new(answers.into()), asked: Mutex::default() });
        let plan = Plan {
            home: url("/"),
            settings: Settings::default(),
            profiles: Vec::new(),
            gap: GAP,
            own_site: false,
            max_requests: u64::MAX,
            locks: HostLocks::new(Some(folder.path().into())),
            holder: "a test".to_owned(),
        };
        Asker::new(plan, web, clock, |_| {})
    }

    fn asked<F>(asker: &Asker<Laid, F>) -> Vec<Duration> {
        asker.web.asked.lock().unwrap().iter().map(|moment| moment.since(NOW)).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn forty_requests_are_made_whatever_the_plan_allows() {
        let folder = TempDir::new().unwrap();
        let mut asker = asker(&folder, Vec::new());
        let mut over = None;
        for k in 1..50 {
            over = over.or(asker.ask(&url(&format!("/{k}"))).await.err());
        }
        assert_eq!(over, Some(Unasked::Over("40 requests were made, and no more were allowed".to_owned())));
        let asked = asked(&asker);
        assert_eq!(asked.len(), 40);
        assert!(asked.windows(2).all(|pair| pair[1] - pair[0] >= GAP), "{asked:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_rest_that_the_host_wishes_for_is_kept_and_one_too_long_ends_the_survey() {
        let folder = TempDir::new().unwrap();
        let wishes = vec![told(200, None), told(404, Some("90")), told(404, Some("3600"))];
        let mut asker = asker(&folder, wishes);
        assert!(asker.ask(&url("/1")).await.is_ok() && asker.ask(&url("/2")).await.is_ok());
        assert!(asked(&asker)[2] >= asked(&asker)[1] + Duration::from_secs(90), "{:?}", asked(&asker));
        let over = asker.ask(&url("/3")).await.unwrap_err().to_string();
        assert!(over.starts_with("a.example asks to be left alone until 2026-11-24T12:44:"), "{over}");
        assert_eq!((asked(&asker).len(), asker.left()), (3, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn the_word_of_whoever_asked_before_is_kept_unless_it_is_from_another_time() {
        for (rest, first) in [(60, 60), (100 * 24 * 3600, 0)] {
            let folder = TempDir::new().unwrap();
            let mut asker = asker(&folder, Vec::new());
            asker.plan.locks.take(&url("/").host(), "another").unwrap().note(NOW + Duration::from_secs(rest));
            assert!(asker.ask(&url("/1")).await.is_ok());
            assert_eq!(asked(&asker)[0], Duration::from_secs(first));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_survey_keeps_to_the_ceiling_of_a_server_that_a_crawl_is_asking() {
        let folder = TempDir::new().unwrap();
        let mut asker = asker(&folder, Vec::new());
        let half = Duration::from_millis(500);
        let mut crawl = asker.plan.locks.ceilings(half, Duration::from_millis(20));
        assert!(crawl.claim(Some([192, 0, 2, 1].into()), NOW - half / 2).is_ok());
        assert!(asker.ask(&url("/1")).await.is_ok());
        assert_eq!(asked(&asker)[0], half / 2);
    }
}
