//! Many workers on one archive are polite and lose nothing, whatever befalls them. The papers'
//! servers are the judges: they log when each request came, and when its answer ended.

use std::collections::BTreeMap;
use std::env;
use std::time::Duration;

use crate::cluster::Cluster;
use crate::disturbances::{Deed, Step, plan};
use crate::farm::{Farm, FarmLog};
use crate::gaps::{Continued, check_gaps};
use crate::machines::{Machine, of_farm};
use crate::program::{numbers_to_be_stored, said, told};
use crate::proxy::Proxy;

/// Three, so that a host can change hands between two workers while the third is down.
pub const WORKERS: usize = 3;

/// Each of so many papers has a host, and an address, of its own.
const PAPERS: u32 = 30;

/// The gap of all hosts: far longer than an answer, and short enough for many turns.
const GAP: Duration = Duration::from_millis(300);

/// The short test's disturbances begin within this time. `SASEO_CHAOS_SECONDS=150` makes it longer.
pub const SHORT: Duration = Duration::from_secs(45);

/// The seed of the short test. `SASEO_CHAOS_SEED` names another one.
pub const SEED: u64 = 11;

/// Three workers, the database, the network between it and the first worker, and the papers.
struct World {
    farm: Farm,
    cluster: Cluster,
    proxy: Proxy,
    machines: Vec<Machine>,
    continued: Vec<Continued>,
    /// Kills, stops, crashes and silences so far.
    disturbances: usize,
}

impl World {
    fn new(articles_per_section: u32) -> Self {
        let farm = Farm::start(PAPERS, articles_per_section);
        let cluster = Cluster::start();
        let proxy = Proxy::to(cluster.port());
        let direct = cluster.address("papers");
        let through_proxy = format!("postgres://postgres@{}/papers", proxy.address);
        let machines = (0..WORKERS)
            .map(|k| {
                let store = if k == 0 { &through_proxy } else { &direct };
                Machine::new(&format!("w{k}"), &farm, store, GAP)
            })
            .collect();
        Self {
            farm,
            cluster,
            proxy,
            machines,
            continued: vec![],
            disturbances: 0,
        }
    }

    /// Does all that is planned, each step at its moment.
    fn play(&mut self, steps: &[Step]) {
        let began = self.farm.clock.now();
        for step in steps {
            self.farm.clock.pause_until(began + step.after);
            self.do_one(step.deed);
        }
    }

    fn do_one(&mut self, deed: Deed) {
        match deed {
            Deed::Kill(worker) => self.machines[worker].kill(),
            Deed::Start(worker) => self.machines[worker].start(),
            Deed::Stop(worker) => self.machines[worker].stop(),
            Deed::Continue(worker) => {
                self.continued.push(Continued {
                    worker: self.machines[worker].contact.clone(),
                    at: self.farm.clock.now(),
                });
                self.machines[worker].go_on();
            }
            Deed::CrashDatabase => self.cluster.crash(),
            Deed::StartDatabase => self.cluster.restart(),
            Deed::MuteNetwork => self.proxy.mute(),
            Deed::UnmuteNetwork => self.proxy.unmute(),
        }
        self.disturbances += usize::from(deed.is_disturbance());
    }
}

#[test]
fn three_workers_are_polite_and_lose_nothing_whatever_befalls_them() {
    let seed = number_of("SASEO_CHAOS_SEED").unwrap_or(SEED);
    let length = number_of("SASEO_CHAOS_SECONDS").map_or(SHORT, Duration::from_secs);
    // Seven articles in each of three sections for the short test, and as many more as it is longer.
    let articles = u32::try_from(length.as_secs() * 7 / SHORT.as_secs()).unwrap();
    let mut world = World::new(articles.max(3));
    seed_all(&world.machines[1], &world.farm);

    world.machines.iter_mut().for_each(Machine::start);
    world.play(&plan(seed, length, WORKERS));
    for machine in &mut world.machines {
        let code = machine.end();
        assert!(
            matches!(code, Some(0 | 143)),
            "{code:?}: {}",
            machine.said()
        );
    }
    let before_the_last = world.farm.answered();
    finish(&world.machines[1]);

    let log = world.farm.log();
    let found = check_gaps(&log, GAP, &world.continued);
    println!(
        "seed {seed}: {} requests ({before_the_last} under {} disturbances), {} early, {} late",
        world.farm.answered(),
        world.disturbances,
        found.early.len(),
        found.late.len()
    );
    assert!(found.early.is_empty(), "{:#?}", found.early);
    assert!(
        found.late.len() <= world.continued.len(),
        "{:#?}",
        found.late
    );
    assert_stored_once(&world.machines[1], &world.farm);
    assert_repeats(&log, world.disturbances);
    assert_sound(&world.machines[1], &world.cluster);
}

#[test]
fn two_crawls_that_do_not_know_of_one_another_are_found_to_be_early() {
    let farm = Farm::start(4, 3);
    let alone = of_farm(&farm, GAP);
    let out = alone.run(&["crawl"]);
    assert!(out.status.success(), "{}", said(&out));
    let found = check_gaps(&farm.log(), GAP, &[]);
    assert!(found.early.is_empty(), "{:#?}", found.early);

    let farm = Farm::start(4, 3);
    let (one, other) = (of_farm(&farm, GAP), of_farm(&farm, GAP));
    let crawls = [one.spawn("crawl"), other.spawn("crawl")];
    for crawl in crawls {
        assert_eq!(crawl.wait(), 0);
    }
    let found = check_gaps(&farm.log(), GAP, &[]);
    let hosts = farm.log().len();
    assert!(found.early.len() > hosts, "{:#?}", found.early);
    assert!(found.late.is_empty());
}

/// Lets every paper of a farm be known to the archive, with little asked.
fn seed_all(machine: &Machine, farm: &Farm) {
    let requests = farm.papers().count().to_string();
    let out = machine.crawler.run(&["crawl", "--max-requests", &requests]);
    assert!(out.status.success(), "{}", said(&out));
}

/// Lets one worker do what is left.
fn finish(machine: &Machine) {
    let out = machine.crawler.run(&["worker", "--once"]);
    assert!(out.status.success(), "{}", said(&out));
}

/// Fails where an article of a paper is missing or stands twice.
fn assert_stored_once(machine: &Machine, farm: &Farm) {
    let mut stored = BTreeMap::<String, Vec<u64>>::new();
    for article in machine.crawler.articles() {
        let site = article["site"].as_str().unwrap().to_owned();
        let number = article["number"].as_u64().unwrap();
        stored.entry(site).or_default().push(number);
    }

    for (name, _, paper) in farm.papers() {
        let mut wanted = numbers_to_be_stored(paper);
        let mut stored = stored.remove(&name).unwrap_or_default();
        wanted.sort_unstable();
        stored.sort_unstable();
        assert_eq!(stored, wanted, "{name}");
    }
}

/// Fails where a host was asked for articles again more often than disturbances explain it: each
/// costs a host the one request that was under way, or whose result was not stored yet.
fn assert_repeats(log: &FarmLog, disturbances: usize) {
    for (host, visits) in log {
        let mut asked = BTreeMap::<&str, usize>::new();
        for visit in visits {
            if visit.path_and_query.contains("articleView") {
                *asked.entry(&visit.path_and_query).or_default() += 1;
            }
        }
        let again: usize = asked.values().map(|times| times - 1).sum();
        assert!(
            again <= disturbances,
            "{host}: {again} articles were asked for again: {asked:#?}"
        );
    }
}

/// Fails where the audit finds something, or a run has no end.
fn assert_sound(machine: &Machine, cluster: &Cluster) {
    let audit = machine.crawler.run(&["audit"]);
    assert!(audit.status.success(), "{}{}", told(&audit), said(&audit));
    let open = cluster.sql("SELECT * FROM run WHERE ended_at IS NULL");
    assert_eq!(open, "", "runs without an end");
}

/// The number that an environment variable names.
fn number_of(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    Some(text.parse().expect("a whole number"))
}
