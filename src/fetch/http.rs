//! The real network, by reqwest: honest about who asks, guarded against where links may lead.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{FROM, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH};
use reqwest::redirect::Policy;

use crate::fetch::{Answer, Asking, Reach, Trouble, Web, is_public};
use crate::frontier::Visit;
use crate::page_url::{Host, PageUrl};
use crate::politeness::Turn;

/// Who asks, and what one answer may cost.
#[derive(Clone, Debug)]
pub struct Caller {
    pub agent: String,
    /// A mail address or URL; empty only where nothing but the user's own server is asked.
    pub contact: String,
    pub connect: Duration,
    pub answer: Duration,
    /// Bytes of a decoded body.
    pub body: u64,
    /// Ports that public hosts may be asked at, besides 80 and 443.
    pub ports: Vec<u16>,
}

/// The real network.
#[derive(Debug)]
pub struct Http {
    public: Client,
    own: Client,
    body: u64,
    ports: Vec<u16>,
}

impl Http {
    /// Fails where the TLS roots cannot be read or the contact is no header value.
    pub fn new(caller: &Caller) -> Result<Self, reqwest::Error> {
        let (public, own) = (client(caller, Reach::Public)?, client(caller, Reach::Own)?);
        Ok(Self { public, own, body: caller.body, ports: caller.ports.clone() })
    }

    fn client(&self, reach: Reach) -> &Client {
        match reach {
            Reach::Public => &self.public,
            Reach::Own => &self.own,
        }
    }

    /// A link must not make us knock at mail servers and databases.
    fn refuse_odd_port(&self, url: &PageUrl, reach: Reach) -> Result<(), Trouble> {
        match url.as_url().port() {
            Some(port) if reach == Reach::Public && !matches!(port, 80 | 443) && !self.ports.contains(&port) => {
                Err(Trouble::OddPort { host: url.host().to_string(), port })
            }
            _ => Ok(()),
        }
    }

    async fn answer(&self, url: &PageUrl, reach: Reach, asking: &Asking) -> Result<Answer, Trouble> {
        refuse_private_literal(url, reach)?;
        self.refuse_odd_port(url, reach)?;
        let host = url.host();
        let mut request = self.client(reach).get(url.as_url().clone());
        if let Some(etag) = &asking.etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        if let Some(moment) = &asking.last_modified {
            request = request.header(IF_MODIFIED_SINCE, moment);
        }
        let mut response = request.send().await.map_err(|error| trouble(&host, &error))?;
        let status = response.status().as_u16();
        let headers = headers(response.headers());
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| trouble(&host, &error))? {
            body.extend_from_slice(&chunk);
            match asking.enough {
                Some(enough) if body.len() >= enough => {
                    body.truncate(enough);
                    break;
                }
                None if body.len() as u64 > self.body && asking.part_will_do => {
                    body.truncate(usize::try_from(self.body).unwrap_or(usize::MAX));
                    break;
                }
                None if body.len() as u64 > self.body => return Err(Trouble::TooLarge { limit: self.body }),
                Some(_) | None => {}
            }
        }
        Ok(Answer { status, headers, body })
    }
}

impl Web for Http {
    async fn locate(&self, host: &Host, reach: Reach) -> Result<IpAddr, Trouble> {
        let name = host.as_str();
        let target = if name.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok()) {
            name.to_owned()
        } else {
            format!("{name}:443")
        };
        let found = tokio::net::lookup_host(target).await;
        let addresses: Vec<IpAddr> = found.map_err(|why| no_address(name, &why))?.map(|at| at.ip()).collect();
        choose(name, &addresses, reach)
    }

    async fn fetch(&self, visit: Visit, reach: Reach, asking: Asking) -> (Turn, Result<Answer, Trouble>) {
        let (url, turn) = visit.spend();
        (turn, self.answer(&url, reach, &asking).await)
    }
}

fn client(caller: &Caller, reach: Reach) -> Result<Client, reqwest::Error> {
    let mut headers = HeaderMap::new();
    let is_mail = caller.contact.contains('@') && !caller.contact.contains("://");
    if let Some(value) = is_mail.then(|| HeaderValue::from_str(&caller.contact).ok()).flatten() {
        headers.insert(FROM, value);
    }
    Client::builder()
        .user_agent(user_agent(caller))
        .default_headers(headers)
        .connect_timeout(caller.connect)
        .timeout(caller.answer)
        .redirect(Policy::none())
        .referer(false)
        .no_proxy()
        .dns_resolver(Arc::new(Guarded(reach)))
        .build()
}

/// `saseo/0.1.0 (+you@example.org)`: who asks, and where to complain.
fn user_agent(caller: &Caller) -> String {
    let product = format!("{}/{}", caller.agent, env!("CARGO_PKG_VERSION"));
    if caller.contact.is_empty() { product } else { format!("{product} (+{})", caller.contact) }
}

/// Names are judged when they are resolved for a connection, so that a name that is bound anew leads nowhere.
struct Guarded(Reach);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let name = name.as_str().to_owned();
            let addresses: Vec<IpAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.map(|at| at.ip()).collect();
            choose(&name, &addresses, reach)?;
            let allowed = addresses.into_iter().filter(move |at| reach == Reach::Own || is_public(*at));
            let sockets: Addrs = Box::new(allowed.map(|at| SocketAddr::new(at, 0)));
            Ok(sockets)
        })
    }
}

fn choose(name: &str, addresses: &[IpAddr], reach: Reach) -> Result<IpAddr, Trouble> {
    let allowed = |at: &&IpAddr| reach == Reach::Own || is_public(**at);
    match (addresses.iter().find(allowed), addresses.first()) {
        (Some(address), _) => Ok(*address),
        (None, Some(address)) => Err(Trouble::PrivateAddress { host: name.to_owned(), address: *address }),
        (None, None) => Err(Trouble::NoAddress { host: name.to_owned(), why: "no address".to_owned() }),
    }
}

/// The resolver is not asked about addresses that stand in the URL itself.
fn refuse_private_literal(url: &PageUrl, reach: Reach) -> Result<(), Trouble> {
    match url.literal_address() {
        Some(address) if reach == Reach::Public && !is_public(address) => {
            Err(Trouble::PrivateAddress { host: url.host().to_string(), address })
        }
        _ => Ok(()),
    }
}

fn headers(map: &HeaderMap) -> Vec<(String, String)> {
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    map.iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect()
}

fn no_address(name: &str, why: &std::io::Error) -> Trouble {
    Trouble::NoAddress { host: name.to_owned(), why: why.to_string() }
}

fn trouble(host: &Host, error: &reqwest::Error) -> Trouble {
    if let Some(own) = sources(error).find_map(|source| source.downcast_ref::<Trouble>()) {
        return own.clone();
    }
    let why = sources(error).last().map(ToString::to_string).unwrap_or_default();
    if error.is_timeout() {
        Trouble::Timeout
    } else if error.is_connect() {
        Trouble::Connect { host: host.to_string(), why }
    } else {
        Trouble::Broken { why }
    }
}

fn sources<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}
