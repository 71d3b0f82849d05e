//! A model of one paper's archive: what its writers and readers must say, in plain maps and lists.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use saseo::archive::ChangeKind;
use saseo::frontier::{Role, give_up_missing, origin_revisited};
use saseo::revisit::{GONE_RECHECK, RevisitCounts};
use saseo::time::Timestamp;

use crate::archive_desk::NOW;

/// The home page, whose answers link articles.
pub const HOME: Address = 0;

/// The addresses of the paper, each with the number that it shows. Some articles have two
/// addresses, and some have no number.
pub const ADDRESSES: [(&str, Option<u64>); 9] = [
    ("/", None),
    ("/news/articleView.html?idxno=1", Some(1)),
    ("/news/articleView.html?idxno=2", Some(2)),
    ("/news/articleView.html?idxno=3", Some(3)),
    ("/news/articleViewAmp.html?idxno=1", Some(1)),
    ("/news/articleViewAmp.html?idxno=2", Some(2)),
    ("/story/one", None),
    ("/story/two", None),
    ("/story/three", None),
];

/// The addresses whose pages alone tell a number: that of an article with other addresses, too.
const TOLD: [(Address, u64); 2] = [(7, 2), (8, 3)];

/// The time between two transitions: some of them are within a day, and others are not.
const STEP: Duration = Duration::from_secs(5 * 3600);

/// The priority of a revisit, and that of a page whose request never ended.
const REVISIT: u8 = 5;
const SUSPECTED: u8 = 0;

/// A place in [`ADDRESSES`].
pub type Address = usize;

/// A place in [`World::articles`].
pub type ArticleIndex = usize;

/// What a page's server answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PageAnswer {
    /// Of the home page: links, of which several may be the same.
    Links(Vec<Address>),
    /// The article in this wording.
    Story(u8),
    /// 304, to a revisit.
    NotModified,
    /// 404.
    Missing,
    /// 503: the page is asked for again.
    Busy,
    /// No answer, for the last time.
    Failed,
    Moved(Address),
}

/// What a command does that writes alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LoneDeed {
    TakeDown(ArticleIndex),
    Hold(ArticleIndex),
    Release(ArticleIndex),
}

/// One step of a history. `usize` first is the worker that does it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transition {
    /// The next crawl begins: pages are queued again.
    Seed(usize),
    /// Pages are added without keys.
    Add(usize, Vec<Address>),
    Announce(usize, Address),
    Settle(usize, Address, PageAnswer),
    Save(usize),
    /// Articles that were missing twice are marked as gone.
    EndPaper(usize),
    /// A run ends, and the next one begins.
    NextRun(usize),
    /// The process is killed, and the next one opens the archive.
    Kill(usize),
    /// A worker is found lost by another one, and begins again when it notices.
    TakeOver {
        lost: usize,
        by: usize,
    },
    ClaimHost(usize),
    ReleaseHost(usize),
    /// All workers end, a command works alone, and the workers begin again.
    Alone(LoneDeed),
    /// A reader reads the changes behind those that it has read.
    ReadChanges,
}

/// What the model knows of a page.
#[derive(Clone, Debug)]
pub struct ModelPage {
    pub queued: bool,
    pub due: Timestamp,
    pub priority: u8,
    pub attempts: u32,
    pub hops: u32,
    pub misses: u32,
    pub unended: u32,
    pub verdict: Option<&'static str>,
    /// The next crawl asks for it again.
    pub is_scheduled: bool,
    pub settled_at: Option<Timestamp>,
    pub moved_to: Option<Address>,
    /// Pages that were added later have larger ones.
    pub row: usize,
}

/// What the model knows of an article.
#[derive(Clone, Debug)]
pub struct ModelArticle {
    pub number: Option<u64>,
    /// Where it was found first, and its further addresses.
    pub address: Address,
    pub others: BTreeSet<Address>,
    /// The wordings of its versions.
    pub versions: Vec<u8>,
    pub is_gone: bool,
    pub is_taken_down: bool,
    pub is_held: bool,
}

/// A change, as a reader tells it: when it was written, to which article, what happened, and the
/// article's newest version.
pub type ModelChange = (Timestamp, String, &'static str, u64);

/// A row of the ledger. Announcements are named by their places in [`World::ledger`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelEntry {
    Began,
    Announced(Address),
    Ended(usize, Option<u16>),
}

/// A kept answer: its page, its status, and the article that a version of it was read into.
#[derive(Clone, Debug)]
pub struct ModelCapture {
    pub address: Address,
    pub status: u16,
    article: Option<ArticleIndex>,
}

/// A request under way.
#[derive(Clone, Debug)]
pub struct UnderWay {
    pub address: Address,
    announced: usize,
    pub is_revisit: bool,
    misses: u32,
    attempts: u32,
}

/// A process that writes.
#[derive(Clone, Debug)]
pub struct ModelWorker {
    run: usize,
    pub began: Timestamp,
    /// The name of its lease: each process has another one.
    epoch: usize,
    pub under_way: Vec<UnderWay>,
}

/// Everything that a transaction saves or rolls back.
#[derive(Clone, Debug, Default)]
pub struct World {
    pub pages: BTreeMap<Address, ModelPage>,
    pub articles: Vec<ModelArticle>,
    pub changes: Vec<ModelChange>,
    pub captures: Vec<ModelCapture>,
    pub ledger: Vec<ModelEntry>,
    /// How each run ended.
    pub runs: Vec<Option<&'static str>>,
    pub workers: Vec<ModelWorker>,
    /// Addresses of articles that were taken down.
    removed: BTreeSet<Address>,
    /// The lease that claims the host.
    claimed: Option<usize>,
    rows: usize,
}

/// The model: what is in the open transaction, and what is saved.
#[derive(Clone, Debug)]
pub struct Model {
    pub is_shared: bool,
    pub now: Timestamp,
    pub live: World,
    pub saved: World,
    /// The worker whose transaction is open.
    pub open: Option<usize>,
    /// The changes that a reader was told.
    pub told: Vec<ModelChange>,
    epochs: usize,
}

impl ModelArticle {
    /// The id, as exports name it.
    pub fn id(&self) -> String {
        match self.number {
            Some(number) => format!("paper/{number}"),
            None => format!("paper/https://paper.example{}", ADDRESSES[self.address].0),
        }
    }
}

impl World {
    /// The requests of all workers that are under way.
    pub fn under_way(&self) -> impl Iterator<Item = &UnderWay> {
        self.workers.iter().flat_map(|worker| &worker.under_way)
    }

    pub fn queued(&self) -> impl Iterator<Item = (&Address, &ModelPage)> {
        self.pages.iter().filter(|(_, page)| page.queued)
    }

    /// The queued page that is asked for next.
    pub fn next(&self) -> Option<Address> {
        let under_way: Vec<Address> = self.under_way().map(|request| request.address).collect();
        let waiting = self
            .queued()
            .filter(|(address, _)| !under_way.contains(address));
        let order = |page: &ModelPage| (std::cmp::Reverse(page.priority), page.due, page.row);
        let first = waiting.min_by_key(|(_, page)| order(page));
        first.map(|(address, _)| *address)
    }

    /// The article that a page shows, as far as its key and its address tell.
    fn known(&self, key: Option<u64>, address: Address) -> Option<ArticleIndex> {
        let place = |is_it: &dyn Fn(&ModelArticle) -> bool| self.articles.iter().rposition(is_it);
        let by_key = key.and_then(|key| place(&|article| article.number == Some(key)));
        by_key
            .or_else(|| place(&|one| one.address == address && one.number.is_none()))
            .or_else(|| match key {
                Some(_) => None,
                None => place(&|one| one.address == address && one.number.is_some()),
            })
    }

    pub fn is_kept(&self, address: Address) -> bool {
        let has_verdict = self.pages[&address].verdict.is_some();
        has_verdict && address != HOME && self.known(ADDRESSES[address].1, address).is_some()
    }

    /// Adds a page that is not known. An article is known by its number, except that the target of
    /// a redirect is a page of its own.
    fn add_page(&mut self, address: Address, number: Option<u64>, hops: u32, now: Timestamp) {
        let has_number = |other: &Address| number.is_some() && ADDRESSES[*other].1 == number;
        let is_known = hops == 0 && self.pages.keys().any(has_number);
        let is_removed = self.articles.iter().any(|article| {
            article.is_taken_down && article.number.is_some() && article.number == number
        });
        if is_known
            || is_removed
            || self.pages.contains_key(&address)
            || self.removed.contains(&address)
        {
            return;
        }
        self.rows += 1;
        let page = ModelPage {
            queued: true,
            due: now,
            priority: role(address).priority(),
            attempts: 0,
            hops,
            misses: 0,
            unended: 0,
            verdict: None,
            is_scheduled: false,
            settled_at: None,
            moved_to: None,
            row: self.rows,
        };
        self.pages.insert(address, page);
    }

    fn add_pages(&mut self, added: &[Address], now: Timestamp) {
        for address in added {
            self.add_page(*address, None, 0, now);
        }
    }

    fn begin_run(&mut self, worker: usize, now: Timestamp) {
        self.ledger.push(ModelEntry::Began);
        self.runs.push(None);
        self.workers[worker].run = self.runs.len() - 1;
        self.workers[worker].began = now;
        self.workers[worker].under_way.clear();
    }

    /// Ends the run of a worker. A shared ledger tells that its requests are dropped.
    fn end_run(&mut self, worker: usize, how: &'static str, is_shared: bool) {
        let ModelWorker { run, under_way, .. } = &mut self.workers[worker];
        if is_shared {
            let dropped = under_way.iter();
            let ends = dropped.map(|request| ModelEntry::Ended(request.announced, None));
            self.ledger.extend(ends);
        }
        under_way.clear();
        self.runs[*run] = Some(how);
    }

    /// Closes the run of a worker that was killed.
    fn close_killed(&mut self, worker: usize, is_shared: bool) {
        for request in self.workers[worker].under_way.clone() {
            let page = self.pages.get_mut(&request.address).expect("it was added");
            if page.queued {
                page.unended += 1;
                page.priority = SUSPECTED;
            }
        }
        self.end_run(worker, "interrupted", is_shared);
    }

    fn announce(&mut self, worker: usize, address: Address) {
        self.ledger.push(ModelEntry::Announced(address));
        let page = &self.pages[&address];
        let request = UnderWay {
            address,
            announced: self.ledger.len() - 1,
            is_revisit: self.is_kept(address),
            misses: page.misses,
            attempts: page.attempts,
        };
        self.workers[worker].under_way.push(request);
    }

    fn settle(&mut self, worker: usize, address: Address, answer: &PageAnswer, now: Timestamp) {
        let under_way = &mut self.workers[worker].under_way;
        let place = under_way.iter().position(|one| one.address == address);
        let request = under_way.remove(place.expect("it is under way"));
        let ended = ModelEntry::Ended(request.announced, status(answer));
        self.ledger.push(ended);

        if self.is_taken_down(address, answer) {
            self.bury(address, now);
            return;
        }
        if let PageAnswer::Story(wording) = answer {
            self.write_story(&request, *wording, now);
        }
        if *answer == PageAnswer::Missing || matches!(answer, PageAnswer::Links(_)) {
            self.capture(address, answer, None);
        }
        self.write_state(&request, answer, now);
        self.follow_links(address, answer, now);
        self.requeue_origins(&request, answer, now);
        let is_kept = request.is_revisit;
        let page = self.page(address);
        if page.unended > 0 {
            page.unended = 0;
            page.priority = if is_kept {
                REVISIT
            } else {
                role(address).priority()
            };
        }
    }

    fn page(&mut self, address: Address) -> &mut ModelPage {
        self.pages.get_mut(&address).expect("it was added")
    }

    fn capture(&mut self, address: Address, answer: &PageAnswer, article: Option<ArticleIndex>) {
        self.captures.push(ModelCapture {
            address,
            status: status(answer).expect("it was answered"),
            article,
        });
    }

    /// Tells whether an answer shows an article that was taken down.
    fn is_taken_down(&self, address: Address, answer: &PageAnswer) -> bool {
        if address == HOME {
            return false;
        }
        match self.known(key(address, answer), address) {
            Some(known) => self.articles[known].is_taken_down,
            None => self.removed.contains(&address),
        }
    }

    fn bury(&mut self, address: Address, now: Timestamp) {
        let page = self.page(address);
        page.settled_at.get_or_insert(now);
        page.verdict = Some("taken_down");
        page.moved_to = None;
        (page.queued, page.is_scheduled) = (false, false);
        (page.attempts, page.misses, page.unended) = (0, 0, 0);
    }

    fn write_story(&mut self, request: &UnderWay, wording: u8, now: Timestamp) {
        let answer = PageAnswer::Story(wording);
        let address = request.address;
        let key = key(address, &answer);
        let Some(known) = self.known(key, address) else {
            self.articles.push(ModelArticle {
                number: key,
                address,
                others: BTreeSet::new(),
                versions: vec![wording],
                is_gone: false,
                is_taken_down: false,
                is_held: false,
            });
            let article = self.articles.len() - 1;
            self.change(article, ChangeKind::New, now);
            self.capture(address, &answer, Some(article));
            return;
        };

        let article = &mut self.articles[known];
        if ADDRESSES[address].1.is_none() && article.address != address {
            article.others.insert(address);
        }
        let (was_gone, is_same) = (article.is_gone, article.versions.last() == Some(&wording));
        if !is_same {
            article.versions.push(wording);
        }
        article.is_gone = false;
        if was_gone {
            self.change(known, ChangeKind::Back, now);
        } else if !is_same {
            self.change(known, ChangeKind::Changed, now);
        }
        // A revisit that finds nothing else is not kept.
        if !is_same || was_gone || !request.is_revisit {
            self.capture(address, &answer, (!is_same).then_some(known));
        }
    }

    fn change(&mut self, article: ArticleIndex, kind: ChangeKind, now: Timestamp) {
        let article = &self.articles[article];
        let version = article.versions.len() as u64;
        self.changes.push((now, article.id(), kind.name(), version));
    }

    fn write_state(&mut self, request: &UnderWay, answer: &PageAnswer, now: Timestamp) {
        let is_revisit = request.is_revisit;
        let page = self.page(request.address);
        let (verdict, is_scheduled, misses) = match answer {
            PageAnswer::Links(_) => (Some("read"), true, 0),
            PageAnswer::Story(_) => (Some("stored"), true, 0),
            PageAnswer::NotModified => (page.verdict, true, 0),
            PageAnswer::Missing if is_revisit => (page.verdict, true, request.misses + 1),
            PageAnswer::Missing | PageAnswer::Busy => {
                let is_missing = *answer == PageAnswer::Missing;
                page.due = now;
                page.attempts = request.attempts + 1;
                page.misses = page.misses.max(request.misses + u32::from(is_missing));
                return;
            }
            PageAnswer::Failed => (Some("failed"), false, 0),
            PageAnswer::Moved(_) => (Some("moved"), false, 0),
        };
        page.moved_to = target(answer);
        page.settled_at = Some(now);
        (page.queued, page.attempts) = (false, 0);
        (page.verdict, page.is_scheduled, page.misses) = (verdict, is_scheduled, misses);
    }

    fn follow_links(&mut self, address: Address, answer: &PageAnswer, now: Timestamp) {
        match answer {
            PageAnswer::Links(found) => {
                for address in found {
                    self.add_page(*address, ADDRESSES[*address].1, 0, now);
                }
            }
            PageAnswer::Moved(to) => {
                let hops = self.pages[&address].hops + 1;
                self.add_page(*to, ADDRESSES[*to].1, hops, now);
            }
            PageAnswer::Story(_)
            | PageAnswer::NotModified
            | PageAnswer::Missing
            | PageAnswer::Busy
            | PageAnswer::Failed => {}
        }
    }

    /// A redirect that leads to no article is no move: the page that redirects is queued again.
    fn requeue_origins(&mut self, request: &UnderWay, answer: &PageAnswer, now: Timestamp) {
        let target = request.address;
        let has_nothing = matches!(answer, PageAnswer::Missing | PageAnswer::Failed);
        if self.pages[&target].hops == 0 || request.is_revisit || !has_nothing {
            return;
        }
        for page in self.pages.values_mut() {
            let due = origin_revisited(page.misses, now);
            if let (Some(moved_to), Some(due)) = (page.moved_to, due)
                && moved_to == target
            {
                (page.queued, page.due, page.moved_to) = (true, due, None);
                (page.verdict, page.settled_at) = (None, None);
                page.misses += 1;
            }
        }
    }

    fn seed(&mut self, now: Timestamp) {
        self.add_page(HOME, None, 0, now);
        for (address, page) in &mut self.pages {
            if page.is_scheduled && !page.queued {
                (page.queued, page.due, page.attempts) = (true, now, 0);
                if *address == HOME {
                    (page.verdict, page.settled_at) = (None, None);
                } else {
                    page.priority = REVISIT;
                }
            }
        }
    }

    /// The articles that are marked as gone.
    fn mark_gone(&mut self, began: Timestamp, now: Timestamp) {
        let counts = self.revisit_counts(now - GONE_RECHECK);
        if counts.suggest_mass_deletion() {
            return;
        }
        let mut missing: Vec<(usize, Address)> = vec![];
        for (address, page) in &mut self.pages {
            let is_asked = *address != HOME && page.is_scheduled && page.settled_at >= Some(began);
            if is_asked && page.misses > 0 && give_up_missing(page.misses).is_some() {
                missing.push((page.row, *address));
                (page.queued, page.is_scheduled) = (false, false);
                (page.attempts, page.misses) = (0, 0);
                (page.verdict, page.settled_at) = (Some("gone"), Some(now));
            }
        }
        missing.sort_unstable();
        for (_, address) in missing {
            if let Some(article) = self.known(ADDRESSES[address].1, address) {
                self.articles[article].is_gone = true;
                self.change(article, ChangeKind::Gone, now);
            }
        }
    }

    fn revisit_counts(&self, since: Timestamp) -> RevisitCounts {
        let is_seen = |page: &&ModelPage| {
            page.verdict == Some("stored") && page.settled_at.is_some_and(|at| at >= since)
        };
        let seen = self.pages.values().filter(is_seen);
        RevisitCounts {
            seen: seen.clone().count() as u64,
            gone: seen.filter(|page| page.misses > 0).count() as u64,
        }
    }

    /// Takes an article out, with all pages that are its own.
    fn take_down(&mut self, article: ArticleIndex, now: Timestamp) {
        let chosen = &self.articles[article];
        if chosen.is_held || chosen.is_taken_down {
            return;
        }
        let versions_of = |capture: &&ModelCapture| capture.article == Some(article);
        let read: BTreeSet<Address> = self
            .captures
            .iter()
            .filter(versions_of)
            .map(|capture| capture.address)
            .collect();
        let is_own = |address: &Address| {
            *address != HOME
                && !self.is_of_another(*address, article)
                && (ADDRESSES[*address].1.is_some() && ADDRESSES[*address].1 == chosen.number
                    || *address == chosen.address
                    || chosen.others.contains(address)
                    || read.contains(address))
        };
        let mut own: BTreeSet<Address> = self.pages.keys().copied().filter(is_own).collect();
        while let Some(origin) = self.origin_of(&own, article) {
            own.insert(origin);
        }

        self.removed.insert(chosen.address);
        self.removed.extend(&own);
        self.removed.extend(chosen.others.clone());
        // An answer from which a version of another article was read stays.
        self.captures.retain(|capture| match capture.article {
            Some(of) => of != article,
            None => !own.contains(&capture.address),
        });
        self.change(article, ChangeKind::TakenDown, now);
        for address in own {
            self.bury(address, now);
        }
        self.articles[article].is_taken_down = true;
        self.articles[article].versions.clear();
    }

    /// Tells whether a page belongs to another article than this one.
    fn is_of_another(&self, address: Address, article: ArticleIndex) -> bool {
        let number = ADDRESSES[address].1;
        let has_it = |other: &ModelArticle| match number {
            Some(_) => other.number == number,
            None => other.address == address,
        };
        let mut all = self.articles.iter().enumerate();
        all.any(|(place, other)| place != article && has_it(other))
    }

    /// A page that moved to one of these, and belongs to no other article.
    fn origin_of(&self, pages: &BTreeSet<Address>, article: ArticleIndex) -> Option<Address> {
        let leads = |page: &ModelPage| page.moved_to.is_some_and(|to| pages.contains(&to));
        let mut all = self.pages.iter();
        let found = all.find(|(address, page)| {
            !pages.contains(address) && leads(page) && !self.is_of_another(**address, article)
        });
        found.map(|(address, _)| *address)
    }
}

impl Model {
    /// An archive whose workers have begun a first crawl.
    pub fn new(is_shared: bool, workers: usize) -> Self {
        let mut model = Self {
            is_shared,
            now: NOW,
            live: World::default(),
            saved: World::default(),
            open: None,
            told: vec![],
            epochs: 0,
        };
        for worker in 0..workers {
            model.begin_worker(worker);
        }
        model.live.seed(NOW);
        model.save();
        model
    }

    fn begin_worker(&mut self, worker: usize) {
        self.epochs += 1;
        let begun = ModelWorker {
            run: 0,
            began: self.now,
            epoch: self.epochs,
            under_way: vec![],
        };
        let workers = &mut self.live.workers;
        if worker < workers.len() {
            workers[worker] = begun;
        } else {
            workers.push(begun);
        }
        self.live.begin_run(worker, self.now);
    }

    fn save(&mut self) {
        self.saved = self.live.clone();
        self.open = None;
    }

    /// Tells whether the archive can do such a step now.
    pub fn allows(&self, transition: &Transition) -> bool {
        let is_free = |worker: &usize| self.open.is_none_or(|open| open == *worker);
        let live = &self.live;
        match transition {
            Transition::Seed(by)
            | Transition::NextRun(by)
            | Transition::Save(by)
            | Transition::Kill(by)
            | Transition::ClaimHost(by)
            | Transition::ReleaseHost(by) => is_free(by),
            Transition::Add(by, _) => is_free(by),
            Transition::EndPaper(by) => is_free(by) && live.under_way().next().is_none(),
            Transition::Announce(by, address) => {
                let is_queued = live.pages.get(address).is_some_and(|page| page.queued);
                let is_asked = live.under_way().any(|one| one.address == *address);
                is_free(by) && is_queued && !is_asked
            }
            Transition::Settle(by, address, answer) => {
                let under_way = live.workers[*by].under_way.iter();
                let mut asked = under_way.filter(|one| one.address == *address);
                is_free(by) && asked.next().is_some_and(|one| may_answer(one, answer))
            }
            Transition::TakeOver { lost, by } => self.open.is_none() && lost != by,
            Transition::Alone(deed) => self.open.is_none() && self.may_be_done(deed),
            Transition::ReadChanges => true,
        }
    }

    fn may_be_done(&self, deed: &LoneDeed) -> bool {
        let (LoneDeed::TakeDown(article) | LoneDeed::Hold(article) | LoneDeed::Release(article)) =
            deed;
        let found = self.live.articles.get(*article);
        found.is_some_and(|found| !found.is_taken_down)
    }

    pub fn apply(&mut self, transition: &Transition) {
        self.now = self.now + STEP;
        let (now, is_shared) = (self.now, self.is_shared);
        match transition {
            Transition::Seed(_) => {
                self.live.seed(now);
                self.save();
            }
            Transition::Add(by, added) => self.write(*by).add_pages(added, now),
            Transition::Announce(by, address) => self.write(*by).announce(*by, *address),
            Transition::Settle(by, address, answer) => {
                self.write(*by).settle(*by, *address, answer, now);
            }
            Transition::Save(_) => self.save(),
            Transition::EndPaper(by) => {
                let began = self.live.workers[*by].began;
                self.write(*by).mark_gone(began, now);
            }
            Transition::NextRun(by) => {
                self.live.end_run(*by, "finished", is_shared);
                self.live.begin_run(*by, now);
                self.save();
            }
            Transition::Kill(by) => {
                self.live = self.saved.clone();
                self.begin_again(*by);
            }
            Transition::TakeOver { lost, .. } => self.begin_again(*lost),
            Transition::ClaimHost(by) => self.claim_host(*by),
            Transition::ReleaseHost(by) => self.release_host(*by),
            Transition::Alone(deed) => self.do_alone(deed),
            Transition::ReadChanges => {
                self.told.clone_from(&self.saved.changes);
                self.told.sort_by_key(|one| (one.0, one.1.clone()));
            }
        }
    }

    /// What a worker writes is in its transaction until it is saved.
    fn write(&mut self, by: usize) -> &mut World {
        self.open = Some(by);
        &mut self.live
    }

    /// The process of a worker is lost, and the next one begins.
    fn begin_again(&mut self, worker: usize) {
        self.live.close_killed(worker, self.is_shared);
        self.begin_worker(worker);
        self.save();
    }

    /// The owner of the host, if another worker than this one has it.
    pub fn other_owner(&self, worker: usize) -> Option<usize> {
        let epoch_of = |worker: &ModelWorker| worker.epoch;
        let owner = self.live.claimed?;
        let mut others = self.live.workers.iter().map(epoch_of).enumerate();
        let found = others.find(|(other, epoch)| *other != worker && *epoch == owner);
        found.map(|(other, _)| other)
    }

    fn claim_host(&mut self, worker: usize) {
        if !self.is_shared {
            return;
        }
        let epoch = self.live.workers[worker].epoch;
        if self.live.claimed != Some(epoch) {
            self.open = Some(worker);
        }
        if self.other_owner(worker).is_none() {
            self.live.claimed = Some(epoch);
        }
    }

    fn release_host(&mut self, worker: usize) {
        if self.live.claimed == Some(self.live.workers[worker].epoch) {
            self.open = Some(worker);
            self.live.claimed = None;
        }
    }

    fn do_alone(&mut self, deed: &LoneDeed) {
        let workers = self.live.workers.len();
        for worker in 0..workers {
            self.live.end_run(worker, "interrupted", self.is_shared);
        }
        match deed {
            LoneDeed::TakeDown(article) => self.live.take_down(*article, self.now),
            LoneDeed::Hold(article) => {
                self.live.articles[*article].is_held = true;
            }
            LoneDeed::Release(article) => {
                self.live.articles[*article].is_held = false;
            }
        }
        for worker in 0..workers {
            self.begin_worker(worker);
        }
        self.save();
    }
}

/// The role of the page at an address.
pub fn role(address: Address) -> Role {
    if address == HOME {
        Role::Home
    } else {
        Role::Article
    }
}

/// The status of an answer, if one came.
pub fn status(answer: &PageAnswer) -> Option<u16> {
    match answer {
        PageAnswer::Links(_) | PageAnswer::Story(_) => Some(200),
        PageAnswer::NotModified => Some(304),
        PageAnswer::Missing => Some(404),
        PageAnswer::Busy => Some(503),
        PageAnswer::Moved(_) => Some(301),
        PageAnswer::Failed => None,
    }
}

/// Where an answer sends its reader.
fn target(answer: &PageAnswer) -> Option<Address> {
    match answer {
        PageAnswer::Moved(to) => Some(*to),
        PageAnswer::Links(_)
        | PageAnswer::Story(_)
        | PageAnswer::NotModified
        | PageAnswer::Missing
        | PageAnswer::Busy
        | PageAnswer::Failed => None,
    }
}

/// The number that the story at an address tells beyond the one in the address.
pub fn told_number(address: Address) -> Option<u64> {
    let mut told = TOLD.into_iter();
    told.find(|(teller, _)| *teller == address)
        .map(|(_, number)| number)
}

/// The number of an article: that of the address, or that which its page tells.
fn key(address: Address, answer: &PageAnswer) -> Option<u64> {
    let told = match answer {
        PageAnswer::Story(_) => told_number(address),
        PageAnswer::Links(_)
        | PageAnswer::NotModified
        | PageAnswer::Missing
        | PageAnswer::Busy
        | PageAnswer::Failed
        | PageAnswer::Moved(_) => None,
    };
    ADDRESSES[address].1.or(told)
}

fn may_answer(request: &UnderWay, answer: &PageAnswer) -> bool {
    let is_article = request.address != HOME;
    match answer {
        PageAnswer::Links(_) => !is_article,
        PageAnswer::Busy => true,
        PageAnswer::Story(_) | PageAnswer::Missing => is_article,
        PageAnswer::NotModified => request.is_revisit,
        PageAnswer::Failed => is_article && !request.is_revisit,
        PageAnswer::Moved(to) => is_article && !request.is_revisit && *to != request.address,
    }
}
