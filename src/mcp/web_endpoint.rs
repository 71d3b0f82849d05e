//! The endpoint over HTTP: `/mcp` on loopback, without sessions.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::{StreamableHttpServerConfig, StreamableHttpService};
use tokio::net::TcpListener;

use crate::connections;
use crate::mcp::ToolDesk;
use crate::mcp::tool_server::ToolServer;

/// The path of the endpoint.
const PATH: &str = "/mcp";

/// The largest request. The longest arguments are a query and an address of a few thousand letters.
const LARGEST_REQUEST: usize = 64 * 1024;

/// An endpoint that listens, and answers once it is run.
#[derive(Debug)]
pub(crate) struct WebEndpoint {
    listener: TcpListener,
    address: SocketAddr,
    desk: Arc<ToolDesk>,
}

/// Why an endpoint does not listen.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EndpointError {
    #[error(
        "{0} can be reached from other machines: name an address of this one alone, like \
         127.0.0.1:8781"
    )]
    NotLoopback(SocketAddr),
    #[error("cannot listen on {address}: {error}; --listen names another address")]
    Address {
        address: SocketAddr,
        error: io::Error,
    },
}

impl WebEndpoint {
    /// Listens on an address of loopback, port 0 for any that is free.
    ///
    /// # Errors
    ///
    /// Fails where the address is another one, or is taken.
    pub(crate) async fn listen(
        address: SocketAddr,
        desk: Arc<ToolDesk>,
    ) -> Result<Self, EndpointError> {
        if !address.ip().is_loopback() {
            return Err(EndpointError::NotLoopback(address));
        }
        let failed = |error| EndpointError::Address { address, error };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self {
            listener,
            address,
            desk,
        })
    }

    /// Returns its address, with the real port.
    pub(crate) fn url(&self) -> String {
        format!("http://{}{PATH}", self.address)
    }

    /// Answers until `stopped` is done. Answers that were begun then are ended, if they end soon.
    pub(crate) async fn run(self, stopped: impl Future<Output = ()> + Send + 'static) {
        let clock = self.desk.clock;
        let config = config(self.address);
        let server = ToolServer::of(self.desk);
        let service = StreamableHttpService::new(
            move || Ok(server.clone()),
            Arc::new(NeverSessionManager::default()),
            config,
        );
        let router = Router::new().route_service(PATH, service);
        connections::answer_all(self.listener, router, clock, stopped).await;
    }
}

/// Each request is answered for itself, and only under the names of this address: a page of another
/// origin may have led a browser here (DNS rebinding). No page has this endpoint as its origin, so
/// that a request with an `Origin` comes from a page of somebody else.
fn config(address: SocketAddr) -> StreamableHttpServerConfig {
    let port = address.port();
    let names = ["localhost", "127.0.0.1", "[::1]"];
    StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_json_response(true)
        .with_max_request_body_bytes(LARGEST_REQUEST)
        .with_allowed_hosts(names.map(|name| format!("{name}:{port}")))
        .enforce_origin_validation()
}
