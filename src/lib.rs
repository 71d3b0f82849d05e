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
//! | rules, pure | [`robots`], [`politeness`], [`discover`] | robotstxt, governor, spider |
//! | | [`extract`], [`revisit`], [`coverage_gaps`] | quick-xml (`discover`) |
//! | opt-outs, pure | [`opt_out`] | serde_json |
//! | judgement, pure | [`frontier`] | |
//! | world | [`clock`], [`fetch`], [`archive`] | the clocks, reqwest, rusqlite: one each |
//! | | [`host_lock`], [`deadline`] | lock files, threads |
//! | | [`disk`], [`signals`] | rustix, signals |
//! | dispatch and reading | [`dispatch`], [`site_reader`] | |
//! | configuration | [`config_folder`] | files |
//! | action | [`crawl`], [`survey`], [`audit`], [`verify`] | tokio tasks, files |
//! | | [`export`], [`history`], [`reextract`], [`demo`] | |
//! | sessions | [`crawl_session`] | a runtime, the environment |
//! | crawls at their times | [`schedule`] | monitors |
//! | status, pure but for its reading | [`status`] | |
//! | face | [`cli`] | clap, stdout |
//!
//! Deciding is pure and is told the time. A right is a value ([`robots::Allowed`],
//! [`politeness::Permit`], bound into one [`frontier::Visit`]). What is stored is a moment, never a
//! wait.
//!
//! `docs/ARCHITECTURE.md` tells the life of one URL and of one scheduled paper, and has a glossary.

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
