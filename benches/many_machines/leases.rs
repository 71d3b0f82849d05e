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
        let renewals = rate(sessions, |worker| {
            // The smallest question that is asked in a transaction of a lease.
            worker.archive.has_others(worker.lease).unwrap();
            worker.archive.save().unwrap();
        });
        println!(
            "{sessions} sessions: {renewals:.0} commits a second, each of which renews a lease"
        );
        let announcements = rate(sessions, Worker::announce_home);
        println!("{sessions} sessions: {announcements:.0} announcements a second, each a commit");
    }
}

/// Has so many workers do something at one time, again and again. Returns how often a second.
fn rate(sessions: usize, act: fn(&mut Worker)) -> f64 {
    let cluster = Cluster::start();
    let workers: Vec<Worker> = (0..sessions).map(|k| Worker::of(&cluster, k)).collect();
    let (clock, began) = (Clock::system(), Clock::system().now());
    let threads: Vec<_> = workers
        .into_iter()
        .map(|mut worker| {
            thread::spawn(move || {
                let mut done = 0_u32;
                while clock.now().since(began) < SPAN {
                    act(&mut worker);
                    done += 1;
                }
                done
            })
        })
        .collect();
    let done = threads.into_iter().map(|thread| thread.join().unwrap());
    let done: u32 = done.sum();
    f64::from(done) / clock.now().since(began).as_secs_f64()
}
