//! `saseo mcp`: the archive for assistants.

use std::net::SocketAddr;
use std::sync::Arc;

use clap::Args;
use serde_json::json;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use crate::cli::exit::Exit;
use crate::cli::{Common, console};
use crate::config_folder::{Config, ConfigError};
use crate::mcp::{EndpointError, ToolDesk, WebEndpoint, answer_on_pipes};
use crate::signals::CaughtSignals;

#[derive(Debug, Args)]
pub(super) struct McpArgs {
    /// Answer over HTTP at this address, like 127.0.0.1:8781, instead of stdin and stdout; port 0
    /// takes any free one. Only addresses of this machine alone
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
}

/// Answers until stdin is closed, or a signal stops it.
pub(super) fn run(common: &Common, args: &McpArgs) -> anyhow::Result<Exit> {
    let sites = Config::find(common.config.as_deref())?.sites;
    let desk = ToolDesk::open(common.place()?, sites)?;
    let signals = CaughtSignals::new()?;
    let runtime = Builder::new_multi_thread().enable_all().build()?;
    match args.listen {
        None => on_pipes(desk, signals, runtime),
        Some(address) => over_http(common, address, desk, signals, runtime),
    }
}

fn on_pipes(
    desk: Arc<ToolDesk>,
    mut signals: CaughtSignals,
    runtime: Runtime,
) -> anyhow::Result<Exit> {
    let answering = runtime.spawn(answer_on_pipes(desk));
    let ended = signals.unless_stopped(answering);
    // A thread that waits for stdin, or reads for an answer that nobody waits for, is left alone.
    runtime.shutdown_background();
    match ended {
        Ok(answered) => {
            answered?;
            Ok(Exit::Done)
        }
        Err(signal) => Ok(signal.into()),
    }
}

fn over_http(
    common: &Common,
    address: SocketAddr,
    desk: Arc<ToolDesk>,
    mut signals: CaughtSignals,
    runtime: Runtime,
) -> anyhow::Result<Exit> {
    let endpoint = runtime.block_on(WebEndpoint::listen(address, desk));
    let endpoint = endpoint.map_err(|error| match error {
        EndpointError::NotLoopback(_) => ConfigError::Usage(error.to_string()).into(),
        EndpointError::Address { .. } => anyhow::Error::from(error),
    })?;
    tell(common, &endpoint.url())?;

    let (stop, stopped) = oneshot::channel::<()>();
    let answering = runtime.spawn(endpoint.run(async {
        // A sender that is gone stops the endpoint, too.
        let _ = stopped.await;
    }));
    let signal = signals.wait();
    drop(stop);
    runtime.block_on(answering)?;
    runtime.shutdown_background();
    Ok(signal.into())
}

fn tell(common: &Common, url: &str) -> anyhow::Result<()> {
    if common.json {
        return console::json(&json!({ "endpoint": url }));
    }
    common.voice().note("Answering assistants until Ctrl-C:");
    console::data(url)
}
