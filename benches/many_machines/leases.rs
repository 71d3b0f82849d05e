//! Leases: each commit of a worker renews its own, and one commit at a time holds the archive.

use std::thread;
use std::time::Duration;

use saseo::clock::Clock;

use crate::cluster::Cluster;
use crate::worker::Worker;

/// Each measure goes on for so long.
const SPAN: Duration = Duration::from_secs(10);

pub fn measure() {
    for sessions in [1, 4, 16] {
        let cluster = Cluster::start();
        let (renewed, took) = renew(&cluster, sessions);
        let rate = renewed as f64 / took.as_secs_f64();
        println!("{sessions} sessions: {rate:.0} commits a second, each of which renews a lease");
    }
}

/// Has so many workers commit at one time. Returns how often, and the time.
fn renew(cluster: &Cluster, sessions: usize) -> (u64, Duration) {
    let workers: Vec<Worker> = (0..sessions).map(|k| Worker::of(cluster, k)).collect();
    let (clock, began) = (Clock::system(), Clock::system().now());
    let threads: Vec<_> = workers
        .into_iter()
        .map(|mut worker| {
            thread::spawn(move || {
                let mut renewed = 0;
                while clock.now().since(began) < SPAN {
                    // The smallest question that is asked in a transaction of a lease.
                    worker.archive.has_others(worker.lease).unwrap();
                    worker.archive.save().unwrap();
                    renewed += 1;
                }
                renewed
            })
        })
        .collect();
    let renewed = threads.into_iter().map(|thread| thread.join().unwrap());
    let renewed = renewed.sum();
    (renewed, clock.now().since(began))
}
