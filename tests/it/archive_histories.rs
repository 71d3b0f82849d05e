//! Histories of an archive, drawn at random: after each step its writers and readers say what a
//! model of plain maps says. Both engines are held to the same model.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::Config;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest, prop_state_machine};
use saseo::archive::{
    AnnouncedId, ArchiveError, ArchiveLocation, ArticleFilter, Body, Capture, ChangeKind,
    Completed, Completion, Ending, FileRewrite, HostClaim, Lease, LedgerRecord, NextPage, Reader,
    RemovalExtent, RunEnd, RunId, Seed, SeedMode, Sharing, Tally, Terms, VersionChoice, Writer,
    pack,
};
use saseo::extract::{Access, Article};
use saseo::frontier::{Discovered, Judged, Page, PageId, Role, Settlement, Verdict};
use saseo::page_url::PageUrl;
use saseo::time::Timestamp;
use tempfile::TempDir;

use crate::archive_desk::{
    DIGEST, ORIGIN, PAPER, announcement, article, capture, completion, found, page_url, seed,
};
use crate::archive_model::{
    ADDRESSES, Address, HOME, LoneDeed, Model, ModelChange, ModelEntry, PageAnswer, Transition,
    World, status, told_number,
};
use crate::database;
use crate::open_archive::open_archive_at;
use crate::place::place_of;

/// Steps of a history: enough for an article that is found, changes, is taken down, and is found
/// again by another address.
const STEPS: std::ops::Range<usize> = 20..80;

/// A failure is told after so many milliseconds at the latest, whether its history can be made
/// shorter or not.
const SHORTENING: u32 = 120_000;

prop_state_machine! {
    #![proptest_config(Config {
        cases: cases(),
        failure_persistence: None,
        max_shrink_time: SHORTENING,
        ..Config::default()
    })]

    #[test]
    fn an_archive_says_what_a_model_of_it_says(sequential STEPS => Histories);
}

/// As many as `PROPTEST_CASES` names.
fn cases() -> u32 {
    let named = std::env::var("PROPTEST_CASES").ok();
    named.map_or(database::HISTORIES, |cases| {
        cases.parse().expect("a whole number")
    })
}

/// The model's side of the test.
struct Drawn;

impl ReferenceStateMachine for Drawn {
    type State = Model;
    type Transition = Transition;

    fn init_state() -> BoxedStrategy<Model> {
        Just(Model::new(database::WORKERS > 1, database::WORKERS)).boxed()
    }

    fn transitions(model: &Model) -> BoxedStrategy<Transition> {
        let mut choices = always(model);
        choices.extend(requests(model));
        choices.extend(deeds(model));
        proptest::strategy::Union::new_weighted(choices).boxed()
    }

    fn apply(mut model: Model, transition: &Transition) -> Model {
        model.apply(transition);
        model
    }

    fn preconditions(model: &Model, transition: &Transition) -> bool {
        model.allows(transition)
    }
}

/// Ways to draw the next step, each with its weight.
type Choices = Vec<(u32, BoxedStrategy<Transition>)>;

/// The worker that may write now; any of them where no transaction is open.
fn writer(model: &Model) -> BoxedStrategy<usize> {
    match model.open {
        Some(open) => Just(open).boxed(),
        None => (0..model.live.workers.len()).boxed(),
    }
}

/// Steps that every state allows, or most of them.
fn always(model: &Model) -> Choices {
    let by = || writer(model);
    let stories = select(vec![6, 7, 8]);
    let mut choices: Choices = vec![
        (3, by().prop_map(Transition::Seed).boxed()),
        (1, by().prop_map(Transition::NextRun).boxed()),
        (2, by().prop_map(Transition::Kill).boxed()),
        (1, by().prop_map(Transition::EndPaper).boxed()),
        (2, Just(Transition::ReadChanges).boxed()),
    ];
    let added = proptest::collection::vec(stories, 1..3);
    let add = (by(), added).prop_map(|(by, added)| Transition::Add(by, added));
    choices.push((2, add.boxed()));
    if model.open.is_some() {
        choices.push((6, by().prop_map(Transition::Save).boxed()));
    }
    if model.is_shared {
        choices.push((1, by().prop_map(Transition::ClaimHost).boxed()));
        choices.push((1, by().prop_map(Transition::ReleaseHost).boxed()));
    }
    choices
}

/// Announcements of queued pages, and answers to requests under way.
fn requests(model: &Model) -> Choices {
    let mut choices: Choices = vec![];
    let queued: Vec<Address> = model.live.queued().map(|(address, _)| *address).collect();
    if !queued.is_empty() {
        let announce = (writer(model), select(queued));
        let announce = announce.prop_map(|(by, address)| Transition::Announce(by, address));
        choices.push((12, announce.boxed()));
    }
    for (by, worker) in model.live.workers.iter().enumerate() {
        for request in &worker.under_way {
            let address = request.address;
            let settle = answers(address, request.is_revisit)
                .prop_map(move |answer| Transition::Settle(by, address, answer));
            choices.push((10, settle.boxed()));
        }
    }
    choices
}

fn answers(address: Address, is_revisit: bool) -> BoxedStrategy<PageAnswer> {
    let any_article = 1..ADDRESSES.len();
    if address == HOME {
        let links = proptest::collection::vec(any_article, 0..6).prop_map(PageAnswer::Links);
        return prop_oneof![6 => links, 1 => Just(PageAnswer::Busy)].boxed();
    }
    let story = (0..3_u8).prop_map(PageAnswer::Story);
    if is_revisit {
        return prop_oneof![
            5 => story,
            2 => Just(PageAnswer::NotModified),
            5 => Just(PageAnswer::Missing),
            1 => Just(PageAnswer::Busy),
        ]
        .boxed();
    }
    prop_oneof![
        8 => story,
        2 => Just(PageAnswer::Missing),
        1 => Just(PageAnswer::Busy),
        1 => Just(PageAnswer::Failed),
        3 => any_article.prop_map(PageAnswer::Moved),
    ]
    .boxed()
}

/// What commands do that write alone, and takeovers.
fn deeds(model: &Model) -> Choices {
    let mut choices: Choices = vec![];
    let all = model.live.articles.iter().enumerate();
    let kept = all.filter(|(_, article)| !article.is_taken_down);
    let kept: Vec<usize> = kept.map(|(place, _)| place).collect();
    if !kept.is_empty() && model.open.is_none() {
        let deed = prop_oneof![
            4 => select(kept.clone()).prop_map(LoneDeed::TakeDown),
            1 => select(kept.clone()).prop_map(LoneDeed::Hold),
            1 => select(kept).prop_map(LoneDeed::Release),
        ];
        choices.push((5, deed.prop_map(Transition::Alone).boxed()));
    }
    let workers = model.live.workers.len();
    if workers > 1 {
        let pair = (0..workers, 0..workers);
        let take_over = pair.prop_map(|(lost, by)| Transition::TakeOver { lost, by });
        choices.push((2, take_over.boxed()));
    }
    choices
}

/// The test of an archive against the model.
struct Histories;

impl StateMachineTest for Histories {
    type SystemUnderTest = Held;
    type Reference = Drawn;

    fn init_test(model: &Model) -> Held {
        Held::begin(model.live.workers.len())
    }

    fn apply(mut held: Held, model: &Model, transition: Transition) -> Held {
        held.step(&transition, model);
        held
    }

    fn check_invariants(held: &Held, model: &Model) {
        held.check_writer(model);
        held.check_articles(&model.saved);
        held.check_ledger(&model.saved);
        held.check_counts(&model.saved, model.now);
        assert_eq!(held.told, model.told, "the changes that a reader was told");
    }

    fn teardown(held: Held, _: Model) {
        let Held {
            folder,
            workers,
            reader,
            ..
        } = held;
        drop((workers, reader));
        database::remove(folder.path());
    }
}

/// A process that writes the archive.
struct Worker {
    archive: Writer,
    lease: Lease,
    run: RunId,
    under_way: BTreeMap<Address, (AnnouncedId, Page)>,
}

/// The archive, with its writers and a reader.
struct Held {
    workers: Vec<Worker>,
    reader: Reader,
    /// The position up to which changes were read, and the changes.
    cursor: u64,
    told: Vec<ModelChange>,
    folder: TempDir,
}

/// The place of the archive, with a folder of its own for each worker of a database.
fn place(folder: &TempDir, worker: usize) -> ArchiveLocation {
    let data = match worker {
        0 => folder.path().to_owned(),
        other => folder.path().join(format!("worker-{other}")),
    };
    place_of(folder.path(), &data)
}

fn open(folder: &TempDir, worker: usize) -> Writer {
    open_archive_at(&place(folder, worker)).unwrap()
}

impl Worker {
    fn begin(folder: &TempDir, worker: usize, now: Timestamp) -> Self {
        let mut archive = open(folder, worker);
        let lease = archive
            .take_lease_as("a test", Sharing::WithWorkers, now, None)
            .unwrap();
        let run = archive.begin_run(lease, "crawl", &Terms::default(), now);
        Self {
            run: run.unwrap(),
            archive,
            lease,
            under_way: BTreeMap::new(),
        }
    }

    fn end_run(&mut self, how: RunEnd, now: Timestamp) {
        let (lease, run) = (self.lease, self.run);
        self.archive
            .end_dropped_requests(lease, &[run], now)
            .unwrap();
        let tally = Tally::default();
        self.archive
            .end_run(lease, run, how.with(&tally), now)
            .unwrap();
        self.under_way.clear();
    }

    fn next_run(&mut self, now: Timestamp) {
        self.end_run(RunEnd::Finished, now);
        let terms = Terms::default();
        let run = self.archive.begin_run(self.lease, "crawl", &terms, now);
        self.run = run.unwrap();
    }

    fn announce(&mut self, address: Address, now: Timestamp) {
        let host = page_url("/").host();
        let site = self.archive.site(PAPER).unwrap().unwrap();
        let pages = self.archive.due_pages(&host, &[site], 99, far()).unwrap();
        let url = url_of(address);
        let page = pages.into_iter().find(|page| page.url == url).unwrap();
        let request = announcement(url, now);
        let announced = self.archive.announce(self.lease, self.run, &[request]);
        self.under_way
            .insert(address, (announced.unwrap()[0], page));
    }

    fn settle(&mut self, address: Address, answer: &PageAnswer, model: &Model) {
        let site = self.archive.site(PAPER).unwrap().unwrap();
        let queued = self.archive.queued(site).unwrap();
        let (announced, page) = self.under_way.remove(&address).unwrap();
        let settlement = settlement(&page, address, answer, model.now);
        let done = Completed::Page {
            settlement: Box::new(settlement),
            capture: captured(address, answer, model.now).map(Box::new),
            page: Arc::new(page),
        };
        let completion = Completion {
            ending: ending(answer),
            ..completion(announced, model.now, done)
        };
        let effects = self
            .archive
            .settle(self.lease, self.run, &[completion], model.now)
            .unwrap();

        let grown = self.archive.queued(site).unwrap().cast_signed() - queued.cast_signed();
        assert_eq!(effects[0].queue_growth, grown, "the growth that is told");
        let last = model.live.changes.last();
        let change = last.filter(|(at, ..)| *at == model.now);
        // An article that is back counts as changed.
        let counted = change.map(|(_, _, kind, _)| kind.replace("back", "changed"));
        assert_eq!(effects[0].article.map(ChangeKind::name), counted.as_deref());
    }
}

/// A moment at which everything that is queued is due.
fn far() -> Timestamp {
    Timestamp::from_seconds(4_000_000_000)
}

fn url_of(address: Address) -> PageUrl {
    page_url(ADDRESSES[address].0)
}

fn paper() -> Seed {
    seed(PAPER, [(page_url("/"), Role::Home)])
}

/// A story in one of its wordings.
fn story(address: Address, wording: u8) -> Article {
    Article {
        key: told_number(address).map(Into::into),
        ..article(&text(wording))
    }
}

fn text(wording: u8) -> String {
    format!("글 {wording}: 오늘도 책방은 문을 열었다.")
}

fn link(address: Address, hops: u32) -> Discovered {
    let (path, number) = ADDRESSES[address];
    Discovered {
        key: number.map(Into::into),
        hops,
        ..found(path)
    }
}

fn settlement(page: &Page, address: Address, answer: &PageAnswer, now: Timestamp) -> Settlement {
    let retry = |misses: u32| Settlement::Retry {
        due: now,
        attempts: page.attempts + 1,
        why: "it failed".into(),
        misses,
    };
    let stands = |misses: u32| Settlement::Stands {
        next: Some(now),
        misses,
    };
    let done = |verdict: Verdict| Judged::of(verdict);
    match answer {
        PageAnswer::Links(to) => Settlement::from(Judged {
            next: Some(now),
            found: to.iter().map(|to| link(*to, 0)).collect(),
            ..done(Verdict::Read)
        }),
        PageAnswer::Story(wording) => Settlement::from(Judged {
            next: Some(now),
            article: Some(Box::new(story(address, *wording))),
            ..done(Verdict::Stored)
        }),
        PageAnswer::NotModified => stands(0),
        PageAnswer::Missing if page.kept().is_some() => stands(page.misses() + 1),
        PageAnswer::Missing => retry(page.misses() + 1),
        PageAnswer::Busy => retry(page.misses()),
        PageAnswer::Failed => done(Verdict::Failed {
            why: "no answer".into(),
        })
        .into(),
        PageAnswer::Moved(to) => Settlement::from(Judged {
            found: vec![link(*to, page.hops + 1)],
            ..done(Verdict::Moved { to: url_of(*to) })
        }),
    }
}

fn ending(answer: &PageAnswer) -> Ending {
    match status(answer) {
        Some(status) => Ending::Answered {
            status,
            bytes: 5,
            digest: DIGEST,
            retry_after: None,
        },
        None => Ending::Trouble {
            why: "no answer".into(),
        },
    }
}

/// What is kept of an answer. A page shows its address, so that no two pages are the same.
fn captured(address: Address, answer: &PageAnswer, now: Timestamp) -> Option<Capture> {
    let shown = match answer {
        PageAnswer::Links(_) => "links".to_owned(),
        PageAnswer::Story(wording) => text(*wording),
        PageAnswer::Missing => "nothing".to_owned(),
        PageAnswer::NotModified | PageAnswer::Busy | PageAnswer::Failed | PageAnswer::Moved(_) => {
            return None;
        }
    };
    let body = format!("<p>{} {shown}</p>", ADDRESSES[address].0);
    Some(Capture {
        fetched_at: now,
        status: status(answer)?,
        body: Body::Kept(pack(body.as_bytes(), None)),
        ..capture()
    })
}

/// The steps.
impl Held {
    fn begin(workers: usize) -> Self {
        let folder = TempDir::new().unwrap();
        let now = crate::archive_desk::NOW;
        let mut workers: Vec<Worker> = (0..workers)
            .map(|worker| Worker::begin(&folder, worker, now))
            .collect();
        let Worker { archive, lease, .. } = &mut workers[0];
        archive
            .seed(*lease, &[paper()], SeedMode::Begin, now)
            .unwrap();
        Self {
            reader: Reader::of(&place(&folder, 0)).unwrap(),
            workers,
            cursor: 0,
            told: vec![],
            folder,
        }
    }

    fn step(&mut self, transition: &Transition, model: &Model) {
        let now = model.now;
        match transition {
            Transition::Seed(by) => {
                let Worker { archive, lease, .. } = &mut self.workers[*by];
                archive
                    .seed(*lease, &[paper()], SeedMode::Begin, now)
                    .unwrap();
            }
            Transition::Add(by, added) => {
                let Worker { archive, lease, .. } = &mut self.workers[*by];
                let urls: Vec<PageUrl> = added.iter().map(|address| url_of(*address)).collect();
                archive
                    .add_pages(*lease, PAPER, (Role::Article, &urls), now)
                    .unwrap();
            }
            Transition::Announce(by, address) => self.workers[*by].announce(*address, now),
            Transition::Settle(by, address, answer) => {
                self.workers[*by].settle(*address, answer, model);
            }
            Transition::Save(by) => self.workers[*by].archive.save().unwrap(),
            Transition::EndPaper(by) => self.end_paper(*by, model),
            Transition::NextRun(by) => self.workers[*by].next_run(now),
            Transition::Kill(by) => self.kill(*by, now),
            Transition::TakeOver { lost, by } => self.take_over(*lost, *by, now),
            Transition::ClaimHost(by) => self.claim_host(*by, model),
            Transition::ReleaseHost(by) => {
                let Worker { archive, lease, .. } = &mut self.workers[*by];
                archive
                    .release_host(*lease, &page_url("/").host(), std::time::Duration::ZERO)
                    .unwrap();
            }
            Transition::Alone(deed) => self.do_alone(deed, model),
            Transition::ReadChanges => self.read_changes(),
        }
    }

    fn end_paper(&mut self, by: usize, model: &Model) {
        let Worker { archive, lease, .. } = &mut self.workers[by];
        let began = model.live.workers[by].began;
        let marked = archive.mark_gone_unless_mass_deletion(*lease, PAPER, began, model.now);
        let told = model.live.changes.iter();
        let gone = told.filter(|(at, ..)| *at == model.now).count();
        assert!(marked.unwrap().unwrap_or(0) >= gone as u64);
    }

    /// Drops a worker with its open transaction, and begins the next one.
    fn kill(&mut self, worker: usize, now: Timestamp) {
        let Worker { archive, lease, .. } = self.workers.remove(worker);
        drop(archive);
        database::let_lease_end(self.folder.path(), lease.epoch);
        let next = Worker::begin(&self.folder, worker, now);
        self.workers.insert(worker, next);
    }

    /// Has one worker find that another is lost, which notices it at its next step.
    fn take_over(&mut self, lost: usize, by: usize, now: Timestamp) {
        database::let_lease_end(self.folder.path(), self.workers[lost].lease.epoch);
        let Worker { archive, lease, .. } = &mut self.workers[by];
        archive.end_lost_workers(*lease).unwrap();
        archive.save().unwrap();

        let Worker {
            archive,
            lease,
            run,
            ..
        } = &mut self.workers[lost];
        let late = announcement(page_url("/late"), now);
        let refused = archive.announce(*lease, *run, &[late]);
        assert!(
            matches!(refused, Err(ArchiveError::LeaseLost)),
            "{refused:?}"
        );
        drop(self.workers.remove(lost));
        let next = Worker::begin(&self.folder, lost, now);
        self.workers.insert(lost, next);
    }

    fn claim_host(&mut self, by: usize, model: &Model) {
        database::hold_leases(self.folder.path());
        let Worker { archive, lease, .. } = &mut self.workers[by];
        let gap = std::time::Duration::from_secs(2);
        let claim = archive
            .claim_host(*lease, &page_url("/").host(), gap)
            .unwrap();
        let is_taken = matches!(claim, HostClaim::Taken { .. });
        assert_eq!(is_taken, model.other_owner(by).is_some(), "{claim:?}");
    }

    /// Ends all workers, has a command work alone, and begins all workers again.
    fn do_alone(&mut self, deed: &LoneDeed, model: &Model) {
        let now = model.now;
        for worker in &mut self.workers {
            worker.end_run(RunEnd::Interrupted, now);
            worker.archive.end_lease(worker.lease).unwrap();
        }
        let workers = self.workers.len();
        self.workers.clear();

        let mut alone = open(&self.folder, 0);
        let lease = alone.take_lease("a command", now, None).unwrap();
        match deed {
            LoneDeed::TakeDown(article) => {
                let rows = [self.row(*article, model)];
                let plan = alone.take_down(lease, &rows, (RemovalExtent::Everything, "wish"), now);
                let is_taken_down = model.live.articles[*article].is_taken_down;
                assert_eq!(plan.unwrap().articles, u64::from(is_taken_down));
                alone.save().unwrap();
                let rewrite = FileRewrite::Later;
                alone.clean(lease, rewrite, now, |_| true).unwrap();
            }
            LoneDeed::Hold(article) => {
                let row = self.row(*article, model);
                assert_eq!(alone.hold(lease, &[row], Some("a case"), now).unwrap(), 1);
            }
            LoneDeed::Release(article) => {
                let row = self.row(*article, model);
                alone.release(lease, &[row]).unwrap();
            }
        }
        alone.save().unwrap();
        drop(alone);

        let all = (0..workers).map(|worker| Worker::begin(&self.folder, worker, now));
        self.workers = all.collect();
    }

    /// The row of an article.
    fn row(&self, article: usize, model: &Model) -> i64 {
        let id = model.live.articles[article].id();
        self.reader.rows_of(&[id]).unwrap()[0]
    }

    fn read_changes(&mut self) {
        for change in &mut self.reader.changes_after(self.cursor).unwrap() {
            let change = change.unwrap();
            assert!(change.seq > self.cursor, "{change:?}");
            self.cursor = change.seq;
            let kind = change.kind.name();
            self.told.push((change.at, change.id, kind, change.version));
        }
        // The articles that are marked as gone in one step come in no order.
        self.told
            .sort_by(|one, other| one.0.cmp(&other.0).then(one.1.cmp(&other.1)));
    }
}

/// The comparison with the model.
impl Held {
    /// The queue, as the writer sees it.
    fn check_writer(&self, model: &Model) {
        let Worker { archive, .. } = &self.workers[model.open.unwrap_or(0)];
        let host = page_url("/").host();
        let site = archive.site(PAPER).unwrap().unwrap();
        assert_eq!(
            archive.pages_of(PAPER).unwrap(),
            model.live.pages.len() as u64
        );
        assert_eq!(
            archive.queued(site).unwrap(),
            model.live.queued().count() as u64
        );

        let due = archive.due_pages(&host, &[site], 99, far()).unwrap();
        let mut due: Vec<_> = due.iter().map(queued_page).collect();
        let queued = model.live.queued().map(|(address, page)| {
            let is_kept = model.live.is_kept(*address);
            let counts = [page.attempts, page.hops, page.misses, page.unended];
            (url_of(*address), counts, is_kept)
        });
        let mut queued: Vec<_> = queued.collect();
        due.sort_by(|one, other| one.0.cmp(&other.0));
        queued.sort_by(|one, other| one.0.cmp(&other.0));
        assert_eq!(due, queued, "the queue");

        let all = self.workers.iter().flat_map(|one| one.under_way.values());
        let under_way: Vec<PageId> = all.map(|(_, page)| page.id).collect();
        let next = match archive
            .next_page(&host, &[site], &under_way, far())
            .unwrap()
        {
            NextPage::Page(page) => Some(page.url),
            NextPage::LaterAt(_) | NextPage::Nothing => None,
        };
        assert_eq!(next, model.live.next().map(url_of), "the next page");
    }

    /// Articles, versions, holds, tombstones, changes and captures.
    fn check_articles(&self, saved: &World) {
        let filter = ArticleFilter {
            versions: VersionChoice::All,
            ..ArticleFilter::default()
        };
        let mut kept = vec![];
        for version in &mut self.reader.articles(&filter).unwrap() {
            let version = version.unwrap();
            let (article, number) = (version.article, version.kept.version);
            let is_gone = article.access == Access::Gone;
            kept.push((version.id, number, article.text(), is_gone));
        }
        let versions = saved.articles.iter().flat_map(|article| {
            let numbered = (1..).zip(&article.versions);
            numbered.map(|(n, wording)| (article.id(), n, text(*wording), article.is_gone))
        });
        let mut versions: Vec<_> = versions.collect();
        versions.sort();
        kept.sort();
        assert_eq!(kept, versions, "the versions");

        let held = self.reader.held_articles().unwrap();
        let mut held: Vec<String> = held.into_iter().map(|article| article.id).collect();
        held.sort();
        let all = saved.articles.iter();
        let mut expected: Vec<String> = all.filter(|one| one.is_held).map(|one| one.id()).collect();
        expected.sort();
        assert_eq!(held, expected, "the holds");

        for article in saved.articles.iter().filter(|one| one.is_taken_down) {
            let found = self.reader.find_article(&article.id());
            let is_told = matches!(found, Err(ArchiveError::TakenDown { .. }));
            assert!(is_told, "{found:?}");
        }
        self.check_changes(saved);
    }

    fn check_changes(&self, saved: &World) {
        let mut changes: Vec<ModelChange> = vec![];
        let mut last = 0;
        for change in &mut self.reader.changes_after(0).unwrap() {
            let change = change.unwrap();
            assert!(change.seq > last, "{change:?}");
            last = change.seq;
            changes.push((change.at, change.id, change.kind.name(), change.version));
        }
        let mut expected = saved.changes.clone();
        for list in [&mut changes, &mut expected] {
            list.sort_by(|one, other| one.0.cmp(&other.0).then(one.1.cmp(&other.1)));
        }
        assert_eq!(changes, expected, "the changes");

        let mut captures = vec![];
        for capture in &mut self.reader.captures().unwrap() {
            let capture = capture.unwrap();
            assert!(capture.sha256.is_some(), "{capture:?}");
            captures.push((capture.url, capture.status));
        }
        let expected = saved.captures.iter();
        let expected: Vec<_> = expected
            .map(|one| (format!("{ORIGIN}{}", ADDRESSES[one.address].0), one.status))
            .collect();
        assert_eq!(captures, expected, "the captures");
    }

    fn check_ledger(&self, saved: &World) {
        let mut ledger = self.reader.ledger().unwrap();
        let mut rows = ledger.rows();
        let (mut entries, mut places) = (vec![], BTreeMap::new());
        while let Some(entry) = rows.next_entry().unwrap() {
            assert!(entry.chained, "{entry:?}");
            entries.push(match entry.what {
                LedgerRecord::Began { .. } => ModelEntry::Began,
                LedgerRecord::Announced { url, .. } => {
                    places.insert(entry.id, entries.len());
                    let path = url.strip_prefix(ORIGIN).unwrap();
                    let known = ADDRESSES.iter().position(|(known, _)| *known == path);
                    ModelEntry::Announced(known.unwrap())
                }
                LedgerRecord::Ended {
                    announced, status, ..
                } => ModelEntry::Ended(places[&announced.0], status),
                LedgerRecord::Unreadable { why } => panic!("{why}"),
            });
        }
        assert_eq!(entries, saved.ledger, "the ledger");

        let mut runs = self.reader.runs(999).unwrap();
        runs.sort_by_key(|run| run.run);
        let ends: Vec<_> = runs.iter().map(|run| run.how.as_deref()).collect();
        assert_eq!(ends, saved.runs, "the runs");
    }

    /// What `status` counts.
    fn check_counts(&self, saved: &World, now: Timestamp) {
        let state = self.reader.sites(now).unwrap().remove(0);
        let of_verdict = |verdict: &str| {
            let pages = saved.pages.values();
            pages.filter(|page| page.verdict == Some(verdict)).count() as u64
        };
        let kept = saved.articles.iter().filter(|one| !one.is_taken_down);
        let changed = kept.clone().map(|one| one.versions.len() as u64 - 1);
        let articles = saved.pages.iter().filter(|(address, _)| **address != HOME);
        let scheduled = articles.filter(|(_, page)| page.is_scheduled).count() as u64;
        assert_eq!(
            [
                state.articles,
                state.changes,
                state.gone,
                state.failed,
                state.queued,
                state.looks
            ],
            [
                kept.count() as u64,
                changed.sum(),
                of_verdict("gone"),
                of_verdict("failed"),
                saved.queued().count() as u64,
                scheduled,
            ],
            "articles, further versions, pages gone and failed, queued pages, and revisits"
        );
    }
}

/// What the comparison needs of a queued page.
fn queued_page(page: &Page) -> (PageUrl, [u32; 4], bool) {
    let counts = [page.attempts, page.hops, page.misses(), page.unended];
    (page.url.clone(), counts, page.kept().is_some())
}
