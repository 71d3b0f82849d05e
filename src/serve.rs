//! `serve`: the archive as web pages, for those who do not type.
//!
//! It reads and never writes, also while a crawl goes on. It answers on one address, loopback unless
//! asked otherwise, and only to the names of that address. Its pages need no script, load nothing
//! from elsewhere, and show what came from a paper as text.

mod answering;
mod article_address;
mod article_page;
mod article_parts;
mod article_routes;
mod asked;
mod audit_job;
mod audit_page;
mod citation_file;
mod diff_page;
mod display;
mod door;
mod download;
mod export_form;
mod export_job;
mod export_order;
mod export_page;
mod failure;
mod feed_file;
mod frame;
mod home_page;
mod kept_capture;
mod language;
mod ledger_page;
mod metrics;
mod moment;
mod one_job;
mod openapi;
mod paper_calendar;
mod ping;
mod query;
mod quoted;
mod request_counts;
mod rights_at_door;
mod routes;
mod run_page;
mod scratch;
mod search_page;
mod settings_page;
mod site_page;
mod versions_page;
mod warning_list;
mod words;
mod work_routes;
mod work_words;

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::Semaphore;

use crate::archive::{ArchiveError, ArchiveLocation};
use crate::clock::Clock;
use crate::config::Site;
use crate::config_folder::OwnSetting;
use crate::connections;
use crate::reader_pool::ReaderPool;
use crate::serve::audit_job::AuditFindings;
use crate::serve::door::Door;
use crate::serve::export_job::{KEPT, ReadyExport};
use crate::serve::metrics::MetricsBoard;
use crate::serve::one_job::OneJob;
use crate::serve::request_counts::RequestCounts;
use crate::serve::scratch::Scratch;
use crate::status::StatusBoard;

pub(crate) use door::Password;
pub(crate) use ping::ping;

/// The port that is listened on where none is named.
pub(crate) const PORT: u16 = 8780;

/// What a server shows, and to whom.
#[derive(Debug)]
pub(crate) struct ServeSettings {
    /// The archive.
    pub place: ArchiveLocation,
    /// The configured papers, which tell the next crawls.
    pub sites: Vec<Arc<Site>>,
    /// What the files of papers set otherwise than the defaults do, by their names.
    pub own_settings: HashMap<String, Vec<OwnSetting>>,
    /// Who may read; `None` for everybody who reaches the address.
    pub password: Option<Password>,
    /// The folder in which exports are made for downloads.
    pub scratch: PathBuf,
}

/// What the handlers of requests share.
#[derive(Debug)]
struct Desk {
    readers: ReaderPool,
    sites: Vec<Arc<Site>>,
    own_settings: HashMap<String, Vec<OwnSetting>>,
    board: StatusBoard,
    /// The turns of pages that follow the runs.
    followers: Arc<Semaphore>,
    door: Door,
    clock: Clock,
    audits: Arc<OneJob<AuditFindings>>,
    exports: Arc<OneJob<ReadyExport>>,
    scratch: Scratch,
    metrics: MetricsBoard,
    requests: RequestCounts,
}

/// A server that listens, and answers once it is run.
#[derive(Debug)]
pub(crate) struct ArchiveServer {
    listener: TcpListener,
    address: SocketAddr,
    desk: Arc<Desk>,
}

impl ArchiveServer {
    /// Listens on an address, port 0 for any that is free, and opens the archive.
    ///
    /// # Errors
    ///
    /// Fails where the archive cannot be read, and where the address is taken.
    pub(crate) async fn listen(
        address: SocketAddr,
        settings: ServeSettings,
    ) -> Result<Self, ListenError> {
        let readers = ReaderPool::open(settings.place)?;
        let listener = TcpListener::bind(address).await;
        let listener = listener.map_err(|error| ListenError::Address { address, error })?;
        let bound = listener.local_addr();
        let address = bound.map_err(|error| ListenError::Address { address, error })?;
        let desk = Desk {
            readers,
            sites: settings.sites,
            own_settings: settings.own_settings,
            board: StatusBoard::default(),
            followers: Arc::new(Semaphore::new(run_page::MOST_FOLLOWERS)),
            door: Door::at(address, settings.password),
            clock: Clock::system(),
            audits: Arc::default(),
            exports: Arc::new(OneJob::keeping(KEPT)),
            scratch: Scratch::within(settings.scratch),
            metrics: MetricsBoard::default(),
            requests: RequestCounts::default(),
        };
        Ok(Self {
            listener,
            address,
            desk: Arc::new(desk),
        })
    }

    /// Returns the address that it listens on, with the real port.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `stopped` is done. Answers that were begun then are ended, if they end soon.
    pub(crate) async fn run(self, stopped: impl Future<Output = ()> + Send + 'static) {
        let clock = self.desk.clock;
        let router = routes::router(Arc::clone(&self.desk));
        connections::answer_all(self.listener, router, clock, stopped).await;
        self.desk.audits.cancel();
        self.desk.requests.counting.cancel();
        self.desk.scratch.remove();
    }
}

/// Why a server does not listen.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ListenError {
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    #[error("cannot listen on {address}: {error}; --listen names another address")]
    Address {
        address: SocketAddr,
        error: io::Error,
    },
}
