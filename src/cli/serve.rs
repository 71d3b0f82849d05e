//! `saseo serve`: the archive as web pages on this machine.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use serde_json::json;
use tokio::runtime::Builder;
use tokio::sync::oneshot;

use crate::cli::exit::Exit;
use crate::cli::{Common, console};
use crate::config_folder::{Config, ConfigError};
use crate::serve::{ArchiveServer, PORT, Password, ServeSettings, ping};
use crate::signals::CaughtSignals;

#[derive(Debug, Args)]
pub(super) struct ServeArgs {
    /// The address to listen on, like 127.0.0.1:8780; port 0 takes any free one. Other machines
    /// reach an address that is not 127.0.0.1 or [::1]: it needs --password-file
    #[arg(long, value_name = "ADDRESS", default_value_t = usual())]
    listen: SocketAddr,
    /// The file whose first line is the password of all readers, of at least 12 letters
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// The folder in which exports are made for downloads, by default the system's for temporary
    /// files. They are removed after an hour, and when the server ends
    #[arg(long, value_name = "DIR")]
    scratch: Option<PathBuf>,
    /// Ask the server that listens on that address of this machine whether it answers, and end: a
    /// health check for containers
    #[arg(long, conflicts_with_all = ["password_file", "scratch"])]
    ping: bool,
}

fn usual() -> SocketAddr {
    SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), PORT)
}

/// Serves until a signal stops it, or asks a server that runs.
pub(super) fn run(common: &Common, args: &ServeArgs) -> anyhow::Result<Exit> {
    if args.ping {
        ping(args.listen)?;
        return Ok(Exit::Done);
    }
    serve(common, args)
}

fn serve(common: &Common, args: &ServeArgs) -> anyhow::Result<Exit> {
    let password = args.password_file.as_deref().map(password).transpose()?;
    if password.is_none() && !args.listen.ip().is_loopback() {
        return Err(ConfigError::Usage(format!(
            "other machines reach {}: name a file with a password for them, --password-file FILE",
            args.listen
        ))
        .into());
    }

    let config = Config::find(common.config.as_deref())?;
    let own = config.sites.iter();
    let settings = ServeSettings {
        place: common.place()?,
        own_settings: own
            .map(|site| (site.name.clone(), config.own_settings(site)))
            .collect(),
        sites: config.sites,
        password,
        scratch: args.scratch.clone().unwrap_or_else(std::env::temp_dir),
    };
    let mut signals = CaughtSignals::new()?;
    let runtime = Builder::new_multi_thread().enable_all().build()?;
    let server = runtime.block_on(ArchiveServer::listen(args.listen, settings))?;
    tell(common, server.address())?;

    let (stop, stopped) = oneshot::channel::<()>();
    let serving = runtime.spawn(server.run(async {
        // A sender that is gone stops the server, too.
        let _ = stopped.await;
    }));
    let signal = signals.wait();
    drop(stop);
    runtime.block_on(serving)?;
    // What still reads the archive for an answer that nobody waits for is left alone.
    runtime.shutdown_background();
    Ok(signal.into())
}

/// Reads a password from a file.
fn password(path: &Path) -> anyhow::Result<Password> {
    let text = std::fs::read_to_string(path)
        .with_context(|| format!("cannot read the password file {}", path.display()))?;
    Password::of_file(&text).ok_or_else(|| {
        let path = path.display();
        ConfigError::Usage(format!(
            "the first line of {path} is no password of at least 12 letters"
        ))
        .into()
    })
}

fn tell(common: &Common, address: SocketAddr) -> anyhow::Result<()> {
    let home = format!("http://{address}/");
    if common.json {
        console::json(&json!({ "home": home }))
    } else {
        common.voice().note("Serving the archive until Ctrl-C:");
        console::data(&home)
    }
}
