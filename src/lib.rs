//! saseo (사서, librarian): a polite newspaper archivist.
//!
//! # The map
//!
//! A module imports only from lower rows, never within a row; `tests/layers.rs` holds the table.
//!
//! | row | modules | may touch |
//! |---|---|---|
//! | words | [`time`], [`page_url`], [`text`], [`counts`] | `url`, jiff, encoding_rs |
//! | mark-up | [`markup`] | dom_query |
//! | settings | [`config`] | serde, toml, include_dir, croner; no files |
//! | rules, pure | [`robots`], [`politeness`], [`discover`], [`extract`], [`revisit`], [`coverage_gaps`] | robotstxt, governor, spider's page, quick-xml |
//! | opt-outs, pure | [`opt_out`] | serde_json |
//! | judgement, pure | [`frontier`] | |
//! | world | [`clock`], [`fetch`], [`archive`], [`host_lock`], [`deadline`], [`disk`], [`signals`] | the clocks, reqwest, rusqlite, lock files, threads, rustix, signals: one each |
//! | dispatch and reading | [`dispatch`], [`site_reader`] | |
//! | configuration | [`config_folder`] | files |
//! | action | [`crawl`], [`survey`], [`audit`], [`verify`], [`export`], [`history`], [`reextract`], [`demo`] | tokio tasks, files |
//! | sessions | [`crawl_session`] | a runtime, the environment |
//! | crawls at their times | [`schedule`] | monitors |
//! | status, pure but for its reading | [`status`] | |
//! | face | [`cli`] | clap, stdout |
//!
//! Deciding is pure and is told the time; a right is a value ([`robots::Allowed`], [`politeness::Permit`], bound into one
//! [`frontier::Visit`]); what is stored is a moment, never a wait.
//!
//! # One address's life in ten steps
//!
//! 1. `cli` reads TOML into [`config::Settings`] and [`config::Site`]s; the archive adds the sites' entry pages, due now.
//! 2. [`crawl::run`] asks the archive which hosts have due pages, and tells [`dispatch::HostPool`].
//! 3. `hosts.next(now)` gives a permit for one host, locked on this machine, or a moment to sleep until.
//! 4. The archive gives that host's best due page; without one the permit goes back unspent.
//! 5. Is its robots.txt known and fresh? If not, this turn asks for it. Else it allows the page, or settles it.
//! 6. The request is announced in the ledger, committed; then a task sends it, with every limit on.
//! 7. In that task, pure: decode, read the list or the article, compress the body.
//! 8. Back in the loop: [`frontier::settle`] judges, and one transaction writes everything that follows.
//! 9. `hosts.finish(turn, …)` counts the host's next turn from the end of the answer.
//! 10. [`export`], [`audit`] and `status` read what was committed, and nothing else.

#![warn(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]

#[cfg(feature = "archive")]
pub mod archive;
#[cfg(feature = "archive")]
pub mod audit;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "crawl")]
pub mod clock;
pub mod config;
#[cfg(feature = "crawl")]
pub mod config_folder;
#[cfg(feature = "crawl")]
pub mod counts;
#[cfg(feature = "archive")]
pub mod coverage_gaps;
#[cfg(feature = "crawl")]
pub mod crawl;
#[cfg(feature = "crawl")]
pub mod crawl_session;
#[cfg(feature = "crawl")]
pub mod deadline;
#[cfg(feature = "crawl")]
pub mod demo;
#[cfg(feature = "archive")]
pub mod discover;
#[cfg(feature = "crawl")]
pub mod disk;
#[cfg(feature = "crawl")]
pub mod dispatch;
#[cfg(feature = "archive")]
pub mod export;
pub mod extract;
#[cfg(feature = "crawl")]
pub mod fetch;
#[cfg(feature = "archive")]
pub mod frontier;
#[cfg(feature = "archive")]
pub mod history;
#[cfg(feature = "crawl")]
pub mod host_lock;
pub mod markup;
#[cfg(feature = "archive")]
pub mod opt_out;
pub mod page_url;
#[cfg(feature = "archive")]
pub mod politeness;
#[cfg(feature = "crawl")]
pub mod reextract;
#[cfg(feature = "archive")]
pub mod revisit;
#[cfg(feature = "archive")]
pub mod robots;
#[cfg(feature = "crawl")]
pub mod schedule;
#[cfg(feature = "crawl")]
pub mod signals;
#[cfg(feature = "crawl")]
pub mod site_reader;
#[cfg(feature = "crawl")]
pub mod status;
#[cfg(feature = "crawl")]
pub mod survey;
pub mod text;
pub mod time;
#[cfg(feature = "crawl")]
pub mod verify;
