//! Archives in PostgreSQL, with a real server on this machine.

#![expect(
    clippy::duplicate_mod,
    reason = "crawlers of one source write into folders and into databases"
)]

mod assistants;
mod clocks;
mod cluster;
mod commands;
mod copies;
mod database;
mod disturbances;
mod farm;
mod gaps;
mod held_transactions;
mod in_folder;
mod machines;
mod month;
mod objects;
mod proxy;
mod reads;
mod schedules;
mod searches;
mod shares;
mod storage;
mod store;
mod takedowns;
mod trips;
mod workers;

// Tests of the folder `it`, whose archives are in databases here. Those that open an archive's file
// stay there.
#[expect(dead_code, reason = "the tests of the folder `it` use the rest")]
#[path = "../it/archive_desk.rs"]
mod archive_desk;
#[path = "../it/archive_histories.rs"]
mod archive_histories;
#[path = "../it/archive_model.rs"]
mod archive_model;
#[path = "../it/changing_archive.rs"]
mod changing_archive;
#[path = "../it/crawl.rs"]
mod crawl;
#[path = "../it/cut.rs"]
mod cut;
#[expect(dead_code, reason = "the tests of the folder `it` use the rest")]
#[path = "../it/growing_paper.rs"]
mod growing_paper;
#[path = "../it/history.rs"]
mod history;
#[path = "../it/kill.rs"]
mod kill;
#[path = "../it/named_exports.rs"]
mod named_exports;
#[path = "../it/open_archive.rs"]
mod open_archive;
#[path = "../it/place.rs"]
mod place;
#[expect(dead_code, reason = "the tests of the folder `it` use the rest")]
#[path = "../it/program.rs"]
mod program;
#[expect(dead_code, reason = "the tests of the folder `it` use the rest")]
#[path = "../it/published_days.rs"]
mod published_days;
#[path = "../it/reextract.rs"]
mod reextract;
#[expect(dead_code, reason = "the tests of the folder `it` use the rest")]
#[path = "../it/simulated_web.rs"]
mod simulated_web;
