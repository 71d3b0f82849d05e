//! Discovered addresses: how many a second are added, and what one costs on the disk.

use std::thread;
use std::time::Duration;

use saseo::clock::Clock;
use saseo::frontier::Discovered;

use crate::archive_desk::{found, links};
use crate::cluster::Cluster;
use crate::worker::Worker;

/// Links of an answer: of a list's page, and of a sitemap.
const LIST: u64 = 20;
const SITEMAP: u64 = 1_000;

/// Each measure goes on for so long.
const SPAN: Duration = Duration::from_secs(20);

/// The bytes of an address are told of so many addresses, or of as many as fit in [`FILLING`].
const ADDRESSES: u64 = 1_000_000;
const FILLING: Duration = Duration::from_secs(120);

/// The table of pages and its indexes, in bytes, and the rows.
const SIZES: &str = "SELECT 'page, all', pg_total_relation_size('page'), count(*) FROM page
     GROUP BY 1, 2
     UNION ALL SELECT relname, pg_relation_size(oid), NULL FROM pg_class
     WHERE relname = 'page' AND relkind = 'r'
     UNION ALL SELECT indexrelid::regclass::text, pg_relation_size(indexrelid), NULL
     FROM pg_index WHERE indrelid = 'page'::regclass ORDER BY 2 DESC";

pub fn measure() {
    for (workers, links) in [(1, LIST), (1, SITEMAP), (4, LIST), (4, SITEMAP)] {
        let cluster = Cluster::start();
        let (added, took) = add(&cluster, workers, links, u64::MAX, SPAN);
        let rate = added as f64 / took.as_secs_f64();
        println!("{workers} workers, {links} links an answer: {rate:.0} addresses a second");
    }

    let cluster = Cluster::start();
    let (added, took) = add(&cluster, 2, SITEMAP, ADDRESSES, FILLING);
    cluster.sql("VACUUM ANALYZE page");
    println!(
        "{added} addresses in {:.0} s, by 2 workers; bytes of each relation:",
        took.as_secs_f64()
    );
    for line in cluster.sql(SIZES).lines() {
        let columns: Vec<&str> = line.split('|').collect();
        let bytes: u64 = columns[1].parse().unwrap();
        let each = bytes as f64 / added as f64;
        println!("  {}: {bytes}, {each:.0} an address", columns[0]);
    }
}

/// Has so many workers add addresses at one time, until there are `most` or the time is over.
/// Returns how many were added, and the time.
fn add(
    cluster: &Cluster,
    workers: usize,
    links_of_answer: u64,
    most: u64,
    span: Duration,
) -> (u64, Duration) {
    let workers: Vec<Worker> = (0..workers).map(|k| Worker::of(cluster, k)).collect();
    let most_of_each = most / workers.len() as u64;
    let (clock, began) = (Clock::system(), Clock::system().now());
    let threads: Vec<_> = workers
        .into_iter()
        .map(|mut worker| {
            thread::spawn(move || {
                let mut added = 0;
                while added < most_of_each && clock.now().since(began) < span {
                    let numbers = added..added + links_of_answer;
                    let found: Vec<Discovered> = numbers.map(|k| link(&worker, k)).collect();
                    worker.answer_home(links(found));
                    added += links_of_answer;
                }
                added
            })
        })
        .collect();
    let added = threads.into_iter().map(|thread| thread.join().unwrap());
    let added = added.sum();
    (added, clock.now().since(began))
}

fn link(worker: &Worker, number: u64) -> Discovered {
    Discovered {
        url: worker.article(number),
        key: Some(number.into()),
        ..found("/")
    }
}
