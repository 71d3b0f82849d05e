//! Archives in PostgreSQL, with a real server on this machine.

#![expect(
    clippy::duplicate_mod,
    reason = "crawlers of one source write into folders and into databases"
)]

mod clocks;
mod cluster;
mod commands;
mod copies;
mod disturbances;
mod farm;
mod gaps;
mod in_folder;
mod machines;
mod proxy;
mod reads;
mod searches;
mod shares;
mod store;
mod workers;

// Tests of the folder `it`, whose archives are in databases here. Those that open an archive's file
// stay there.
#[expect(dead_code, reason = "the tests of the folder `it` use the rest")]
#[path = "../it/archive_desk.rs"]
mod archive_desk;
#[path = "../it/changing_archive.rs"]
mod changing_archive;
#[path = "../it/crawl.rs"]
mod crawl;
#[path = "../it/cut.rs"]
mod cut;
#[path = "../it/history.rs"]
mod history;
#[path = "../it/kill.rs"]
mod kill;
#[path = "../it/named_exports.rs"]
mod named_exports;
#[path = "../it/open_archive.rs"]
mod open_archive;
#[expect(dead_code, reason = "the tests of the folder `it` use the rest")]
#[path = "../it/program.rs"]
mod program;
#[path = "../it/reextract.rs"]
mod reextract;
