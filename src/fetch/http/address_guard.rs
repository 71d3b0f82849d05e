//! The guard that keeps links from leading into private networks.

use std::net::{IpAddr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::fetch::{Reach, Trouble, is_public};
use crate::page_url::PageUrl;

/// A resolver that returns allowed addresses only.
///
/// It checks addresses when a connection is made, so a name that is bound to another address in
/// the meantime (DNS rebinding) leads nowhere.
pub(super) struct AddressGuard(pub(super) Reach);

impl Resolve for AddressGuard {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let name = name.as_str().to_owned();
            let addresses: Vec<IpAddr> = tokio::net::lookup_host((name.as_str(), 0))
                .await?
                .map(|at| at.ip())
                .collect();
            choose(&name, &addresses, reach)?;

            let allowed = addresses
                .into_iter()
                .filter(move |at| is_allowed(*at, reach));
            let sockets: Addrs = Box::new(allowed.map(|at| SocketAddr::new(at, 0)));
            Ok(sockets)
        })
    }
}

fn is_allowed(address: IpAddr, reach: Reach) -> bool {
    reach == Reach::Own || is_public(address)
}

/// Returns the first allowed address of a name.
pub(super) fn choose(name: &str, addresses: &[IpAddr], reach: Reach) -> Result<IpAddr, Trouble> {
    let allowed = addresses.iter().find(|at| is_allowed(**at, reach));
    match (allowed, addresses.first()) {
        (Some(address), _) => Ok(*address),
        (None, Some(address)) => Err(Trouble::PrivateAddress {
            host: name.to_owned(),
            address: *address,
        }),
        (None, None) => Err(Trouble::NoAddress {
            host: name.to_owned(),
            why: "no address".to_owned(),
        }),
    }
}

/// Refuses a URL with a private address instead of a name: the resolver never sees it.
pub(super) fn refuse_private_literal(url: &PageUrl, reach: Reach) -> Result<(), Trouble> {
    match url.literal_address() {
        Some(address) if reach == Reach::Public && !is_public(address) => {
            Err(Trouble::PrivateAddress {
                host: url.host().to_string(),
                address,
            })
        }
        Some(_) | None => Ok(()),
    }
}
