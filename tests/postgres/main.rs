//! Archives in PostgreSQL, with a real server on this machine.

mod cluster;
mod copies;
mod in_folder;
mod store;

// Tests of the folder `it` whose archives are in databases here.
#[path = "../it/archive_desk.rs"]
mod archive_desk;
#[path = "../it/changing_archive.rs"]
mod changing_archive;
#[path = "../it/commands.rs"]
mod commands;
#[path = "../it/crawl.rs"]
mod crawl;
#[path = "../it/cut.rs"]
mod cut;
#[path = "../it/export_options.rs"]
mod export_options;
#[path = "../it/forget.rs"]
mod forget;
#[path = "../it/former_archives.rs"]
mod former_archives;
#[path = "../it/handwritten_ledger.rs"]
mod handwritten_ledger;
#[path = "../it/history.rs"]
mod history;
#[path = "../it/http2.rs"]
mod http2;
#[path = "../it/invented_paper.rs"]
mod invented_paper;
#[path = "../it/kill.rs"]
mod kill;
#[path = "../it/named_exports.rs"]
mod named_exports;
#[path = "../it/open_archive.rs"]
mod open_archive;
#[path = "../it/photos.rs"]
mod photos;
#[path = "../it/program.rs"]
mod program;
#[path = "../it/reextract.rs"]
mod reextract;
#[path = "../it/schedule.rs"]
mod schedule;
#[path = "../it/search.rs"]
mod search;
#[path = "../it/simulated_web.rs"]
mod simulated_web;
#[path = "../it/survey.rs"]
mod survey;
#[path = "../it/survey_list.rs"]
mod survey_list;
#[path = "../it/verify.rs"]
mod verify;
#[path = "../it/verify_journal.rs"]
mod verify_journal;
#[path = "../it/watch.rs"]
mod watch;
#[path = "../it/web_archives.rs"]
mod web_archives;
