//! saseo (사서, librarian): a polite newspaper archivist.
//!
//! The command `saseo` crawls, exports and audits; README.md tells how. This library is the same
//! for programs, in three parts:
//!
//! | feature | for | begin at |
//! |---|---|---|
//! | none | articles of pages that one has: no runtime, no network, no SQLite | [`extract()`] |
//! | `archive` | archives: articles, captures, changes; exports and audits | [`Archive`] |
//! | `crawl` | crawls within a tokio runtime | [`Crawler`] |
//!
//! The default feature `cli` has all of them, and the command.
//!
//! ```
//! use saseo::{Extraction, PageUrl, Profile, extract};
//!
//! let url = PageUrl::parse("https://paper.example/news/articleView.html?idxno=7")?;
//! let page = "<h3 class='heading'>도서관이 문을 열었다</h3>
//!     <div id='article-view-content-div'><p>밤 열두 시까지 책을 빌려준다.</p></div>";
//!
//! let ndsoft = Profile::shipped("ndsoft").expect("it comes with saseo");
//! match extract(page.as_bytes(), &url, "text/html; charset=utf-8", &ndsoft) {
//!     Extraction::Article(article) => println!("{}", article.paragraphs.join("\n")),
//!     other => println!("no article: {other:?}"),
//! }
//! # Ok::<(), saseo::UrlError>(())
//! ```
//!
//! The folder `examples` has whole programs. The names on this page are the library;
//! `docs/public-api.txt` lists them with their methods. The modules are for this repository's own
//! tests, and may change at any time.
//!
//! # The map
//!
//! This is for those who work on saseo. A module imports only from lower rows, never within a row;
//! `tests/source/layers.rs` holds the table.
//!
//! | row | modules | may touch |
//! |---|---|---|
//! | words | `time`, `page_url`, `text`, `counts` | `url`, jiff, encoding_rs |
//! | | `rights` | sfv |
//! | mark-up | `markup`, `article_key` | dom_query |
//! | settings | `config` | serde, toml, include_dir, croner; no files |
//! | rules, pure | `robots`, `politeness`, `discover` | robotstxt, governor, spider |
//! | | `extract`, `revisit`, `coverage_gaps`, `field_drift` | quick-xml (`discover`) |
//! | opt-outs, pure | `opt_out` | serde_json, quick-xml |
//! | judgement, pure | `frontier` | |
//! | signatures | `identity` | aws-lc-rs, sfv, the file of a key |
//! | world | `clock`, `fetch` | the clocks, reqwest: one each |
//! | | `archive` | rusqlite, tokio-postgres |
//! | | `host_lock`, `deadline` | lock files, threads |
//! | | `disk`, `signals` | rustix, signals |
//! | dispatch and reading | `dispatch`, `site_reader` | |
//! | web archives | `web_archive` | flate2, rawzip, files |
//! | time stamps | `time_stamp` | der, x509-cert, aws-lc-rs, files |
//! | configuration | `config_folder`, `retention` | files |
//! | action | `crawl`, `survey`, `audit`, `verify` | tokio tasks, files |
//! | | `compact`, `export`, `history`, `reextract`, `demo`, `saved_file` | |
//! | | `ai_input`, `reader_pool`, `connections` | axum, hyper (`connections`) |
//! | sessions | `crawl_session`, `backup`, `archive_copy` | a runtime, the environment, files |
//! | crawls at their times | `schedule` | monitors |
//! | status, pure but for its reading | `status` | |
//! | web pages, assistants | `serve`, `mcp` | axum, maud, rmcp |
//! | face | `cli` | clap, stdout, pipes |
//!
//! Deciding is pure and is told the time. A right is a value (`robots::Allowed`,
//! `politeness::Permit`, bound into one `frontier::Visit`). What is stored is a moment, never a
//! wait.
//!
//! `docs/ARCHITECTURE.md` tells the life of one URL and of one scheduled paper, and has a glossary.

#![warn(missing_docs, unreachable_pub, unnameable_types)]
#![warn(clippy::unwrap_used, clippy::print_stdout, clippy::print_stderr)]
// A new variant must break the build where a decision is due.
#![warn(clippy::wildcard_enum_match_arm)]

#[cfg(feature = "cli")]
mod ai_input;
#[cfg(feature = "archive")]
#[doc(hidden)]
pub mod archive;
#[cfg(all(feature = "cli", feature = "postgres"))]
mod archive_copy;
mod article_key;
#[cfg(feature = "cli")]
mod article_markdown;
#[cfg(feature = "archive")]
#[doc(hidden)]
pub mod audit;
#[cfg(feature = "cli")]
mod backup;
#[cfg(feature = "cli")]
mod citation;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod cli;
#[cfg(feature = "crawl")]
#[doc(hidden)]
pub mod clock;
#[cfg(feature = "cli")]
mod compact;
#[doc(hidden)]
pub mod config;
#[cfg(feature = "crawl")]
mod config_folder;
#[cfg(feature = "cli")]
mod connections;
#[cfg(feature = "cli")]
mod counts;
#[cfg(feature = "archive")]
mod coverage_gaps;
#[cfg(feature = "crawl")]
#[doc(hidden)]
pub mod crawl;
#[cfg(feature = "crawl")]
#[doc(hidden)]
pub mod crawl_session;
#[cfg(feature = "crawl")]
mod deadline;
#[cfg(feature = "crawl")]
#[doc(hidden)]
pub mod demo;
#[cfg(feature = "archive")]
#[doc(hidden)]
pub mod discover;
#[cfg(feature = "archive")]
mod disk;
#[cfg(feature = "crawl")]
mod dispatch;
#[cfg(feature = "archive")]
#[doc(hidden)]
pub mod export;
#[doc(hidden)]
pub mod extract;
#[cfg(feature = "crawl")]
#[doc(hidden)]
pub mod fetch;
#[cfg(feature = "archive")]
mod field_drift;
#[cfg(feature = "archive")]
#[doc(hidden)]
pub mod frontier;
#[cfg(feature = "cli")]
mod history;
#[cfg(feature = "crawl")]
#[doc(hidden)]
pub mod host_lock;
#[cfg(feature = "crawl")]
#[doc(hidden)]
pub mod identity;
#[cfg(feature = "archive")]
mod lease_deadline;
#[doc(hidden)]
pub mod markup;
#[cfg(feature = "cli")]
mod mcp;
#[cfg(feature = "archive")]
#[doc(hidden)]
pub mod opt_out;
#[doc(hidden)]
pub mod page_url;
#[cfg(feature = "archive")]
#[doc(hidden)]
pub mod politeness;
#[cfg(feature = "cli")]
mod reader_pool;
#[cfg(feature = "crawl")]
#[doc(hidden)]
pub mod reextract;
#[cfg(feature = "crawl")]
mod retention;
#[cfg(feature = "archive")]
#[doc(hidden)]
pub mod revisit;
#[doc(hidden)]
pub mod rights;
#[cfg(feature = "archive")]
#[doc(hidden)]
pub mod robots;
#[cfg(feature = "cli")]
mod saved_file;
#[cfg(feature = "crawl")]
#[doc(hidden)]
pub mod schedule;
#[cfg(feature = "archive")]
#[doc(hidden)]
pub mod search;
#[cfg(feature = "cli")]
mod serve;
#[cfg(feature = "crawl")]
#[doc(hidden)]
pub mod signals;
#[cfg(feature = "crawl")]
#[doc(hidden)]
pub mod site_reader;
#[cfg(feature = "cli")]
mod status;
#[cfg(feature = "cli")]
mod survey;
#[doc(hidden)]
pub mod text;
#[doc(hidden)]
pub mod time;
#[cfg(feature = "cli")]
#[doc(hidden)]
pub mod time_stamp;
#[cfg(feature = "crawl")]
#[doc(hidden)]
pub mod verify;
#[cfg(feature = "archive")]
#[doc(hidden)]
pub mod web_archive;

pub use article_key::ArticleKey;
pub use config::{ConfigFileError, Profile, Site};
pub use extract::{Access, Article, Extraction, Image, extract};
pub use page_url::{PageUrl, UrlError};
pub use time::{LocalTime, Precision, Timestamp};

#[cfg(feature = "archive")]
pub use archive::{
    Archive, ArchiveError, ArticleChange, ArticleFilter, ArticleRecord, ArticleVersion,
    CaptureRecord, ChangeKind, Condition, ConditionError, CopyChoice, Flaw, FoundArticle, Reader,
    RecordIter, Records, RunEnd, Tally, VersionChoice, Writer,
};
#[cfg(feature = "archive")]
pub use audit::{AuditReport, AuditScope, Violation, ViolationKind, audit};
#[cfg(feature = "archive")]
pub use export::{ExportError, ExportFormat, ExportSummary, LeftOut, NamedExportError, export};
#[cfg(feature = "archive")]
pub use web_archive::{DamagedCapture, WebArchiveError, WebArchiveSummary};

#[cfg(feature = "crawl")]
pub use config_folder::{Config, ConfigError};
#[cfg(feature = "crawl")]
pub use crawl::{CrawlReport, PaperReport};
#[cfg(feature = "crawl")]
pub use crawl_session::{CrawlError, CrawlLimits, Crawler};
