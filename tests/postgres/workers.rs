//! Many workers on one archive are polite and lose nothing, whatever befalls them. The papers'
//! servers are the judges: they log when each request came, and when its answer ended.

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::net::Ipv4Addr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nix::unistd::Uid;
use saseo::demo::SeenRequest;

use crate::cluster::Cluster;
use crate::disturbances::{Deed, Step, plan};
use crate::farm::{Farm, FarmLog};
use crate::gaps::{Continued, check_gaps};
use crate::in_folder::program::{numbers_to_be_stored, said, told};
use crate::machines::{Machine, of_farm};
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
pub const SEED: u64 = 93;

/// The workers go on for so long after the last disturbance, so that it can have consequences.
const AFTERWARDS: Duration = Duration::from_secs(10);

/// A worker that asks for nothing in this time hangs: no lease and no gap is longer, and no machine
/// is so slow.
const SILENCE: Duration = Duration::from_secs(600);

/// An address that counts as a public one, in a network of this machine's own.
const PUBLIC: Ipv4Addr = Ipv4Addr::new(11, 0, 0, 1);

/// The least time between two requests to one server: four a second.
const SERVER_PERIOD: Duration = Duration::from_millis(250);

/// The environment variable that tells a test that it runs in such a network.
const IN_NAMESPACE: &str = "SASEO_TEST_IN_NAMESPACE";

/// A row for each transaction that is open.
const OPEN_TRANSACTIONS: &str = "SELECT 1 FROM pg_stat_activity
    WHERE backend_type = 'client backend' AND xact_start IS NOT NULL AND pid <> pg_backend_pid()";

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
    fn new(papers: u32, articles_per_section: u32) -> Self {
        let farm = Farm::start(papers, articles_per_section);
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

    /// Does all that is planned, each step at its moment, and lets the workers go on for a while.
    fn play(&mut self, steps: &[Step]) {
        let began = self.farm.clock.now();
        for step in steps {
            self.farm.clock.pause_until(began + step.after);
            self.do_one(step.deed);
        }
        self.pause(AFTERWARDS);
    }

    fn pause(&self, time: Duration) {
        let clock = self.farm.clock;
        clock.pause_until(clock.now() + time);
    }

    /// Waits until the leases of killed workers have ended: what they had claimed is free then.
    fn wait_for_leases(&self) {
        let living = "SELECT 1 FROM worker WHERE lost = 0 AND lease_until >= server_now()";
        while !self.cluster.sql(living).is_empty() {
            self.pause(Duration::from_secs(1));
        }
    }

    /// Stops the first worker at a moment when it has no request under way and no transaction open:
    /// then nothing but its lease tells it that its hosts are another one's when it goes on.
    fn stop_in_quiet(&mut self) {
        let quiet = Duration::from_millis(100);
        loop {
            self.do_one(Deed::Stop(0));
            let stopped = self.farm.clock.now();
            self.pause(quiet);
            let log = self.farm.log();
            let mut visits = log.values().flatten();
            let was_quiet = visits.all(|visit| stopped.since(visit.ended) > quiet);
            if was_quiet && self.cluster.sql(OPEN_TRANSACTIONS).is_empty() {
                return;
            }

            self.do_one(Deed::Continue(0));
            // Another part of the hosts' gap each time.
            self.pause(Duration::from_millis(37));
        }
    }

    /// Waits until a worker has had several answers of each host.
    fn wait_until_all_are_asked_by(&self, worker: usize) {
        let papers = self.farm.papers().count();
        let contact = &self.machines[worker].contact;
        let deadline = self.farm.clock.now() + SILENCE;
        loop {
            let log = self.farm.log();
            let asked = log.values().filter(|visits| {
                let is_asker = |visit: &&SeenRequest| visit.user_agent.contains(contact);
                visits.iter().filter(is_asker).count() > 2
            });
            if asked.count() == papers {
                return;
            }
            assert!(
                self.farm.clock.now() < deadline,
                "{contact} does not ask all papers: {}",
                self.machines[worker].said()
            );
            self.pause(Duration::from_millis(50));
        }
    }

    /// Ends the workers, lets one do what is left, and checks that nobody was hurried, and that
    /// nothing is lost or stands twice.
    fn end_and_check(mut self) {
        for machine in &mut self.machines {
            let code = machine.end();
            assert!(matches!(code, None | Some(143)), "{}", machine.said());
        }
        let under_disturbances = self.farm.answered();
        self.wait_for_leases();
        finish(&self.machines[1]);

        let log = self.farm.log();
        let found = check_gaps(&log, GAP, &self.continued);
        let handed_over = handovers(&log);
        println!(
            "{} requests, {under_disturbances} of them under {} disturbances; {handed_over} \
             handovers of hosts, {} early, {} late, {} articles asked for again",
            self.farm.answered(),
            self.disturbances,
            found.early.len(),
            found.late.len(),
            log.values().map(|visits| repeats(visits)).sum::<usize>()
        );
        assert!(handed_over > 0, "each host was one worker's all the time");
        assert!(found.early.is_empty(), "{:#?}", found.early);
        let late = found.late.len();
        assert!(late <= self.continued.len(), "{:#?}", found.late);
        assert_stored_once(&self.machines[1], &self.farm);
        assert_repeats(&log, self.disturbances);
        assert_sound(&self.machines[1], &self.cluster);
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
    // Ten articles in each of three sections for the short test, and as many more as it is longer.
    let articles = u32::try_from(length.as_secs() * 10 / SHORT.as_secs()).unwrap();
    let mut world = World::new(PAPERS, articles.max(3));
    seed_all(&world.machines[1], &world.farm);

    world.machines.iter_mut().for_each(Machine::start);
    println!("seed {seed}");
    world.play(&plan(seed, length, WORKERS));
    world.end_and_check();
}

#[test]
fn a_worker_that_was_stopped_for_longer_than_its_lease_leaves_its_hosts_to_the_next_one() {
    let worker = is_taken_over(World::stop_in_quiet, Deed::Continue(0));
    assert!(worker.contains("took the archive over"), "{worker}");
}

#[test]
fn a_worker_that_cannot_reach_the_database_leaves_its_hosts_to_the_next_one() {
    let worker = is_taken_over(|world| world.do_one(Deed::MuteNetwork), Deed::UnmuteNetwork);
    assert!(worker.contains("begins again"), "{worker}");
}

/// Fails where the first worker does harm to what a second one took over from it, while it was
/// kept from its work and when it can go on. Returns what the first worker said.
fn is_taken_over(begins: fn(&mut World), ends: Deed) -> String {
    let mut world = World::new(2, 40);
    seed_all(&world.machines[2], &world.farm);

    world.machines[0].start();
    world.wait_until_all_are_asked_by(0);
    begins(&mut world);
    world.machines[1].start();
    world.wait_until_all_are_asked_by(1);
    world.do_one(ends);

    world.pause(AFTERWARDS);
    let worker = world.machines[0].said();
    world.end_and_check();
    worker
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

#[test]
fn a_start_of_a_schedule_is_made_once_by_two_machines_at_one_time() {
    let (farm, cluster) = (Farm::start(3, 2), Cluster::start());
    let machines = ["one", "other"].map(|name| {
        let machine = Machine::new(name, &farm, &cluster.address("papers"), GAP);
        for (paper, ..) in farm.papers() {
            let schedule = |site: &str| format!("{site}[schedule]\nevery = \"1d\"\n");
            machine.change_site(&paper, schedule);
        }
        machine
    });
    let at_once = machines
        .each_ref()
        .map(|machine| start_quietly(&mut machine.command(&["schedule", "--once"])));
    for process in at_once {
        let out = process.wait_with_output().unwrap();
        assert!(out.status.success(), "{}", said(&out));
    }
    assert_stored_once(&machines[0], &farm);
    assert_sound(&machines[0], &cluster);

    let found = check_gaps(&farm.log(), GAP, &[]);
    assert!(found.early.is_empty(), "{:#?}", found.early);
    for (host, visits) in farm.log() {
        let paths = visits.iter().map(|visit| visit.path_and_query.as_str());
        let homes = paths.filter(|path| *path == "/").count();
        assert_eq!(homes, 1, "{host}: {visits:#?}");
    }
    let asked = farm.answered();
    let out = machines[1].run(&["schedule", "--once"]);
    assert!(out.status.success(), "{}", said(&out));
    assert_eq!(farm.answered(), asked, "nothing is due any more");
}

#[test]
fn three_workers_keep_the_ceiling_of_one_server_together() {
    if env::var_os(IN_NAMESPACE).is_none() {
        run_in_namespace("workers::three_workers_keep_the_ceiling_of_one_server_together");
        return;
    }
    let cluster = Cluster::start();
    let archive = cluster.address("papers");
    let visits = visits_of_three_crawls([&archive; WORKERS]);
    assert_eq!(over_ceiling(&visits, SERVER_PERIOD), None);
    assert_sound(
        &Machine::new("reader", &Farm::start(1, 1), &archive, GAP),
        &cluster,
    );

    // Crawls that do not know of one another are found to break it.
    let archives = ["one", "two", "three"].map(|database| {
        cluster.sql(&format!("CREATE DATABASE {database}"));
        cluster.address(database)
    });
    let visits = visits_of_three_crawls(archives.each_ref().map(|address| &**address));
    assert!(over_ceiling(&visits, SERVER_PERIOD).is_some());
}

/// Lets three machines crawl papers of one server at one time, and returns all requests. Alone,
/// each would ask up to the ceiling.
fn visits_of_three_crawls(archives: [&str; WORKERS]) -> Vec<SeenRequest> {
    let farm = Farm::on_one_address(PUBLIC, 12, 1);
    let machines: Vec<Machine> = (0..WORKERS)
        .map(|k| public_machine(k, &farm, archives[k]))
        .collect();
    let at_once: Vec<Child> = machines
        .iter()
        .map(|machine| start_quietly(&mut machine.command(&["crawl"])))
        .collect();
    for process in at_once {
        let out = process.wait_with_output().unwrap();
        assert!(out.status.success(), "{}", said(&out));
    }

    let mut visits: Vec<SeenRequest> = farm.log().into_values().flatten().collect();
    visits.sort_by_key(|visit| visit.began);
    for machine in &machines {
        let is_asker = |visit: &SeenRequest| visit.user_agent.contains(&machine.contact);
        assert!(visits.iter().any(is_asker), "{}", machine.contact);
    }
    visits
}

fn start_quietly(command: &mut Command) -> Child {
    command.stdout(Stdio::null()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Runs a test of this file in a network of its own, in which this machine has a public address.
fn run_in_namespace(test: &str) {
    let own_network: &[&str] = if Uid::effective().is_root() {
        &["--net"]
    } else {
        // PostgreSQL does not run as root, so the user stays who it is.
        &["--user", "--map-current-user", "--keep-caps", "--net"]
    };
    let address = format!("{PUBLIC}/32");
    let script = format!(
        "ip link set lo up && ip address add {address} dev lo && exec \"$0\" --exact {test}"
    );
    let out = Command::new("unshare")
        .args(own_network)
        .args(["sh", "-c", &script])
        .arg(env::current_exe().unwrap())
        .env(IN_NAMESPACE, "1")
        .output()
        .expect("this test needs `unshare` of util-linux");
    assert!(
        out.status.success() && told(&out).contains("1 passed"),
        "in a network of its own (by `unshare` and `ip`): {}{}",
        told(&out),
        said(&out)
    );
}

/// A machine for every third of a farm's papers, which stand at a public address.
fn public_machine(number: usize, farm: &Farm, store: &str) -> Machine {
    let gap = Duration::from_secs(1);
    let machine = Machine::new(&format!("w{number}"), farm, store, gap);
    for (k, (paper, ..)) in farm.papers().enumerate() {
        if k % WORKERS == number {
            machine.change_site(&paper, |site| site.replace("own_site = true\n", ""));
        } else {
            machine.remove_site(&paper);
        }
    }
    machine
}

/// Returns the first of the requests to one server that came more often than its ceiling allows. A
/// request may be some periods later than its turn, on a busy machine.
fn over_ceiling(visits: &[SeenRequest], period: Duration) -> Option<(&SeenRequest, &SeenRequest)> {
    let slack = period * 4;
    visits.iter().enumerate().find_map(|(k, first)| {
        let is_over =
            |turns: u32, last: &SeenRequest| period * turns > last.began.since(first.began) + slack;
        let mut turns = (0..).zip(&visits[k..]);
        let found = turns.find(|(turns, last)| is_over(*turns, last));
        found.map(|(_, last)| (first, last))
    })
}

/// Lets every paper of a farm be known to the archive, with little asked.
fn seed_all(machine: &Machine, farm: &Farm) {
    let requests = farm.papers().count().to_string();
    let out = machine.run(&["crawl", "--max-requests", &requests]);
    assert!(out.status.success(), "{}", said(&out));
}

/// Lets one worker do what is left.
fn finish(machine: &Machine) {
    let out = machine.run(&["worker", "--once"]);
    assert!(out.status.success(), "{}", said(&out));
}

/// Fails where an article of a paper is missing or stands twice.
fn assert_stored_once(machine: &Machine, farm: &Farm) {
    let mut stored = BTreeMap::<String, Vec<u64>>::new();
    for article in machine.articles() {
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
        let again = repeats(visits);
        assert!(
            again <= disturbances,
            "{host}: {again} articles were asked for again: {visits:#?}"
        );
    }
}

/// The requests for articles that a host had been asked for before.
fn repeats(visits: &[SeenRequest]) -> usize {
    let paths = visits.iter().map(|visit| visit.path_and_query.as_str());
    let mut asked = BTreeSet::new();
    paths
        .filter(|path| path.contains("articleView") && !asked.insert(*path))
        .count()
}

/// How often a host was asked by another worker than before.
fn handovers(log: &FarmLog) -> usize {
    let of_host = |visits: &Vec<SeenRequest>| {
        let mut visits = visits.clone();
        visits.sort_by_key(|visit| visit.began);
        let changes = visits
            .windows(2)
            .filter(|pair| pair[0].user_agent != pair[1].user_agent);
        changes.count()
    };
    log.values().map(of_host).sum()
}

/// Fails where the audit finds something, or a run has no end.
fn assert_sound(machine: &Machine, cluster: &Cluster) {
    let audit = machine.run(&["audit"]);
    assert!(audit.status.success(), "{}{}", told(&audit), said(&audit));
    let open = cluster.sql("SELECT * FROM run WHERE ended_at IS NULL");
    assert_eq!(open, "", "runs without an end");
}

/// The number that an environment variable names.
fn number_of(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    Some(text.parse().expect("a whole number"))
}
