//! Answers of 300 hosts in a minute, to one worker and to three.

use std::time::Duration;

use crate::cluster::Cluster;
use crate::farm::Farm;
use crate::in_folder::program::said;
use crate::machines::Machine;

const HOSTS: u32 = 300;

/// Articles of each of three sections: more than are asked for in the time.
const ARTICLES: u32 = 60;

/// The gap of all hosts: so short that they could give a thousand answers a second.
const GAP: Duration = Duration::from_millis(300);

const SPAN: Duration = Duration::from_secs(60);

pub fn measure() {
    let one = answers(1);
    let three = answers(3);
    println!(
        "answers of {HOSTS} hosts in a minute: {one} to one worker, {three} to three: {:.2} times",
        three as f64 / one as f64
    );
}

/// The requests that so many workers have answered in [`SPAN`].
fn answers(workers: usize) -> usize {
    let (farm, cluster) = (Farm::start(HOSTS, ARTICLES), Cluster::start());
    let mut machines: Vec<Machine> = (0..workers)
        .map(|k| Machine::new(&format!("w{k}"), &farm, &cluster.address("papers"), GAP))
        .collect();
    // Every paper is known to the archive, with little asked.
    let seeding = machines[0].run(&["crawl", "--max-requests", &HOSTS.to_string()]);
    assert!(seeding.status.success(), "{}", said(&seeding));

    let (before, began) = (farm.answered(), farm.clock.now());
    machines.iter_mut().for_each(Machine::start);
    farm.clock.pause_until(began + SPAN);
    let answered = farm.answered() - before;
    machines.iter_mut().for_each(Machine::kill);
    answered
}
