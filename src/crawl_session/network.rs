//! The network of a session: the client, with the identity and the limits of the configuration.

use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use crate::config::{Settings, Site};
use crate::fetch::{Caller, Http};
use crate::identity::{KeyError, RequestSigner, SigningKey};
use crate::page_url::PageUrl;

/// The HTTP client cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum NetworkError {
    /// The system's TLS roots cannot be read, or a setting does not fit a header.
    #[error(
        "no HTTP client can be made, which needs certificates: the system's (Debian: \
         ca-certificates), or those of the file that SSL_CERT_FILE names"
    )]
    Client(#[source] Box<dyn Error + Send + Sync>),
    /// The key that is to sign the requests cannot be read.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// The number of papers up to which connections are kept as long as usual.
const FEW_PAPERS: usize = 100;

/// The usual time that an idle connection is kept: long enough for the gaps of most papers, so that
/// a paper is asked over one connection.
const USUAL_IDLE: Duration = Duration::from_secs(90);

/// The connections that a session of many papers keeps at the same time: idle ones are closed after
/// the time in which so many requests are sent. 3,000 papers crawl with 1,024 open files, the usual
/// limit of a process.
const MOST_IDLE: u32 = 400;

/// Returns the network that these sites' papers are asked over.
///
/// # Errors
///
/// Fails where the system's TLS roots cannot be read, where the contact does not fit a header, and
/// where requests are to be signed and the key cannot be read.
pub fn web(settings: &Settings, sites: &[&Arc<Site>]) -> Result<Arc<Http>, NetworkError> {
    network(settings, sites.iter().map(|site| &site.home))
}

/// Returns the network that papers with these homes are asked over.
///
/// # Errors
///
/// As for [`web`].
pub fn network<'a>(
    settings: &Settings,
    homes: impl Iterator<Item = &'a PageUrl>,
) -> Result<Arc<Http>, NetworkError> {
    let caller = Caller {
        signer: request_signer(settings)?,
        ..caller(settings, homes)
    };
    let http = Http::new(&caller).map_err(|why| NetworkError::Client(why.into()))?;
    Ok(Arc::new(http))
}

/// Returns who signs the requests; `None` where the configuration has no key.
///
/// # Errors
///
/// Fails where the key cannot be read.
pub fn request_signer(settings: &Settings) -> Result<Option<RequestSigner>, KeyError> {
    let identity = &settings.identity;
    let key = identity.key.as_deref().map(SigningKey::read).transpose()?;
    Ok(key.map(|key| RequestSigner::new(key, identity.directory.clone())))
}

fn caller<'a>(settings: &Settings, homes: impl Iterator<Item = &'a PageUrl>) -> Caller {
    let homes: Vec<&PageUrl> = homes.collect();
    // The port of a home is allowed: its user named it.
    let own_ports = homes.iter().filter_map(|home| home.as_url().port());
    let ports = own_ports
        .chain(settings.limits.ports.iter().copied())
        .collect();

    Caller {
        agent: settings.identity.agent.clone(),
        contact: settings.identity.contact.trim().to_owned(),
        connect: settings.limits.connect.0,
        answer: settings.limits.answer.0,
        body: settings.limits.body.0,
        ports,
        idle: idle(homes.len(), settings.pace.total_rate.0),
        signer: None,
    }
}

/// Returns how long connections are kept idle. `total_gap` is the least time between two requests
/// of the whole session.
fn idle(papers: usize, total_gap: Duration) -> Duration {
    if papers <= FEW_PAPERS {
        USUAL_IDLE
    } else {
        (total_gap * MOST_IDLE).min(USUAL_IDLE)
    }
}
