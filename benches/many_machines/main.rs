//! What many machines cost: an archive on a PostgreSQL server of this machine. Run it with
//! `cargo bench --features postgres --bench many_machines`, with PostgreSQL's programs installed as
//! for the tests; behind `--` stand the parts that are wanted: `addresses` (how many discovered
//! addresses a second, and bytes an address), `leases` (commits a second that renew a lease),
//! `trips` (questions to the server, a page) and `hosts` (answers of 300 hosts in a minute).
//!
//! The server waits for the disk at each commit, as it does where an archive is kept. The measures
//! take some six minutes.

mod addresses;
#[expect(dead_code, reason = "the tests use the rest")]
#[path = "../../tests/it/archive_desk.rs"]
mod archive_desk;
#[expect(dead_code, reason = "the tests use the rest")]
#[path = "../../tests/postgres/cluster.rs"]
mod cluster;
#[expect(dead_code, reason = "the tests use the rest")]
#[path = "../../tests/postgres/farm.rs"]
mod farm;
mod hosts;
#[path = "../../tests/postgres/in_folder.rs"]
mod in_folder;
mod leases;
#[expect(dead_code, reason = "the tests use the rest")]
#[path = "../../tests/postgres/machines.rs"]
mod machines;
#[path = "../../tests/it/open_archive.rs"]
mod open_archive;
mod trips;
mod worker;

/// The parts, in the order in which they are measured.
const PARTS: [(&str, fn()); 4] = [
    ("addresses", addresses::measure),
    ("leases", leases::measure),
    ("trips", trips::measure),
    ("hosts", hosts::measure),
];

fn main() {
    // `cargo bench` adds `--bench`.
    let wanted: Vec<String> = std::env::args()
        .skip(1)
        .filter(|word| word != "--bench")
        .collect();
    let known = PARTS.map(|(name, _)| name);
    for word in &wanted {
        assert!(
            known.contains(&word.as_str()),
            "{word} is none of {known:?}"
        );
    }

    if cfg!(debug_assertions) {
        println!("built for tests: take the figures as ratios");
    }
    for (name, measure) in PARTS {
        if wanted.is_empty() || wanted.iter().any(|word| word == name) {
            println!("\n{name}");
            measure();
        }
    }
}
