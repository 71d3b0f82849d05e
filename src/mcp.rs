//! `mcp`: the archive for assistants, by the Model Context Protocol.
//!
//! It reads and never writes, also while a crawl goes on. It answers on the pipes of the process
//! that started it, or over HTTP on loopback. Its answers go into a model: where a paper reserves
//! `ai_input`, they have the title, the date, the link and the reason, and never the text. That
//! holds for everybody who asks.

mod article_tool;
mod coverage_tool;
mod cut_text;
mod diff_tool;
mod line_transport;
mod page_cursor;
mod rights_told;
mod search_tool;
mod sites_tool;
mod told_article;
mod tool;
mod tool_failure;
mod tool_server;
mod versions_tool;
mod web_endpoint;
mod wrong_params;

use std::sync::Arc;

use rmcp::ServiceExt;

use crate::archive::{ArchiveError, ArchiveLocation};
use crate::clock::Clock;
use crate::config::Site;
use crate::mcp::line_transport::LineTransport;
use crate::mcp::tool_server::ToolServer;
use crate::reader_pool::ReaderPool;
use crate::status::StatusBoard;

pub(crate) use web_endpoint::{EndpointError, WebEndpoint};

/// What the calls of tools share.
#[derive(Debug)]
pub(crate) struct ToolDesk {
    readers: ReaderPool,
    sites: Vec<Arc<Site>>,
    board: StatusBoard,
    clock: Clock,
}

impl ToolDesk {
    /// Opens the archive of a place. The configured papers tell the next crawls, and the clocks by
    /// which days are counted.
    ///
    /// # Errors
    ///
    /// Fails where the archive cannot be read.
    pub(crate) fn open(
        place: ArchiveLocation,
        sites: Vec<Arc<Site>>,
    ) -> Result<Arc<Self>, ArchiveError> {
        Ok(Arc::new(Self {
            readers: ReaderPool::open(place)?,
            sites,
            board: StatusBoard::default(),
            clock: Clock::system(),
        }))
    }
}

/// Answers on stdin and stdout until stdin is closed. Calls that were begun then are answered, if
/// they end soon.
pub(crate) async fn answer_on_pipes(desk: Arc<ToolDesk>) {
    let begun = match ToolServer::of(desk).serve(LineTransport::begin()).await {
        Ok(begun) => begun,
        // A client that hangs up before it says which version it speaks wants nothing.
        Err(error) => return tracing::debug!(%error, "no client began"),
    };
    match begun.waiting().await {
        Ok(end) => tracing::debug!(?end, "the client ended"),
        Err(error) => tracing::error!(%error, "the connection failed"),
    }
}
