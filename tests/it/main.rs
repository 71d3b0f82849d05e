//! Tests of the library and of the binary, in one crate that links once.
//!
//! Tests that need a process of their own stand beside it.

mod addresses;
mod archive;
mod archive_desk;
mod audit;
mod commands;
mod conformance;
mod copies;
mod crawl;
mod cut;
mod discover_pages;
mod extract_hostile;
mod extract_quirks;
mod extract_unknown_cms;
mod feed_quirks;
mod fetch;
mod former_archives;
mod fuzz_corpus;
mod growing_paper;
mod history;
mod http2;
mod incremental;
mod invented_paper;
mod kill;
mod lists;
mod lost;
mod migrations;
mod migrations_killed;
mod month;
mod open_archive;
mod outage;
mod pace;
mod profiles;
mod program;
mod reextract;
mod robots;
mod runs;
mod schedule;
mod simulated;
mod simulated_web;
mod survey;
mod verify;
