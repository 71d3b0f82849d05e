//! The real network, by reqwest: honest about who asks, guarded against where links may lead.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{
    ACCEPT_ENCODING, FROM, HeaderMap, HeaderName, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH,
    LOCATION,
};
use reqwest::redirect::Policy;
use reqwest::{Client, ClientBuilder, Response, retry};

use crate::fetch::coding::{ACCEPTED, Size, undo, undo_undeclared_gzip};
use crate::fetch::{Answer, Reach, RequestTerms, Trouble, Web, is_public};
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
    /// How long a connection is kept that nothing is asked over. Each takes one of the files that a
    /// process may open.
    pub idle: Duration,
}

/// How long HTTP/2 may be silent under an open request before the connection is probed, and how long
/// the probe may take. Both together end a mute connection before the request's own time limit does
/// (60 s by default), so that the next request goes out on a fresh one.
const PROBE_AFTER: Duration = Duration::from_secs(20);
const PROBE_WAIT: Duration = Duration::from_secs(10);

/// Header lines of one answer. RFC 9110 §5.4 names no limit; real servers were seen with 120.
const MOST_HEADERS: usize = 256;

/// The real network.
#[derive(Debug)]
pub struct Http {
    caller: Caller,
    public: Client,
    own: Client,
    /// Clients for the hosts that want HTTP/1.1. A mutex, since the visits of many tasks share this;
    /// it is held for a look at the map.
    over_http1: Mutex<HashMap<Host, Client>>,
    /// As [`Caller::ports`]; papers may be added while others are asked.
    ports: RwLock<Vec<u16>>,
}

impl Http {
    /// # Errors
    ///
    /// Fails where the TLS roots cannot be read or the contact is no header value.
    pub fn new(caller: &Caller) -> Result<Self, reqwest::Error> {
        let public = client(caller, Reach::Public).build()?;
        let own = client(caller, Reach::Own).build()?;
        let ports = RwLock::new(caller.ports.clone());
        Ok(Self {
            caller: caller.clone(),
            public,
            own,
            over_http1: Mutex::default(),
            ports,
        })
    }

    /// Allows public hosts to be asked at these ports, too.
    pub fn allow_ports(&self, ports: impl IntoIterator<Item = u16>) {
        self.ports
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(ports);
    }

    fn client(&self, host: &Host, reach: Reach) -> Client {
        let over_http1 = self
            .over_http1
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let usual = match reach {
            Reach::Public => &self.public,
            Reach::Own => &self.own,
        };
        over_http1.get(host).unwrap_or(usual).clone()
    }

    /// Notes that a host wants HTTP/1.1 (RFC 9113 §7). It is asked so in a turn of its own.
    fn go_over_http1(&self, host: &Host, reach: Reach) -> Trouble {
        let client = match client(&self.caller, reach).http1_only().build() {
            Ok(client) => client,
            Err(error) => {
                return Trouble::Broken {
                    why: error.to_string(),
                };
            }
        };

        let mut over_http1 = self
            .over_http1
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match over_http1.insert(host.clone(), client) {
            None => Trouble::WantsHttp1,
            Some(_) => Trouble::Broken {
                why: "it wants HTTP/1.1, and was asked so".to_owned(),
            },
        }
    }

    /// A link must not make us knock at mail servers and databases.
    fn refuse_odd_port(&self, url: &PageUrl, reach: Reach) -> Result<(), Trouble> {
        let allowed = self.ports.read().unwrap_or_else(PoisonError::into_inner);
        let is_usual = |port: u16| matches!(port, 80 | 443) || allowed.contains(&port);
        match url.as_url().port() {
            Some(port) if reach == Reach::Public && !is_usual(port) => Err(Trouble::OddPort {
                host: url.host().to_string(),
                port,
            }),
            _ => Ok(()),
        }
    }

    async fn answer(
        &self,
        url: &PageUrl,
        reach: Reach,
        asking: &RequestTerms,
    ) -> Result<Answer, Trouble> {
        refuse_private_literal(url, reach)?;
        self.refuse_odd_port(url, reach)?;

        let host = url.host();
        let mut request = self.client(&host, reach).get(url.as_url().clone());
        if let Some(etag) = &asking.etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        if let Some(moment) = &asking.last_modified {
            request = request.header(IF_MODIFIED_SINCE, moment);
        }

        let response = match request.send().await {
            Ok(response) => response,
            Err(error) if wants_http1(&error) => return Err(self.go_over_http1(&host, reach)),
            Err(error) => return Err(trouble(&host, &error)),
        };
        let (status, headers) = (response.status().as_u16(), headers(response.headers()));
        let (packed, size) = self.packed_body(&host, response, asking).await?;

        let answer = Answer {
            status,
            headers,
            body: Vec::new(),
        };
        let body = unpacked(&answer, packed, size)?;
        Ok(Answer { body, ..answer })
    }

    /// Reads a body as it travels, as far as it is wanted.
    async fn packed_body(
        &self,
        host: &Host,
        mut response: Response,
        asking: &RequestTerms,
    ) -> Result<(Vec<u8>, Size), Trouble> {
        let most = usize::try_from(self.caller.body).unwrap_or(usize::MAX - 1);
        let limit = asking.enough.unwrap_or(most);
        let part_will_do = asking.part_will_do || asking.enough.is_some();

        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| trouble(host, &error))?
        {
            body.extend_from_slice(&chunk);
            if body.len() > limit && part_will_do {
                body.truncate(limit);
                return Ok((
                    body,
                    Size {
                        limit,
                        part_will_do,
                        is_cut: true,
                    },
                ));
            }
            if body.len() > limit {
                return Err(Trouble::TooLarge {
                    limit: self.caller.body,
                });
            }
        }
        Ok((
            body,
            Size {
                limit,
                part_will_do,
                is_cut: false,
            },
        ))
    }
}

/// Undoes the codings of a body. Only a good answer's body must be readable: what else an answer says,
/// its status and headers say.
fn unpacked(answer: &Answer, packed: Vec<u8>, size: Size) -> Result<Vec<u8>, Trouble> {
    if !answer.is_good() {
        let unpacked = undo(packed.clone(), answer.lines("content-encoding"), size);
        return Ok(unpacked.unwrap_or(packed));
    }

    let is_text = answer
        .header("content-type")
        .is_some_and(|is| is.trim_start().starts_with("text/"));
    let is_coded = answer.lines("content-encoding").next().is_some();
    if is_text && !is_coded {
        return Ok(undo_undeclared_gzip(packed, size));
    }
    undo(packed, answer.lines("content-encoding"), size)
}

impl Web for Http {
    async fn locate(&self, host: &Host, reach: Reach) -> Result<IpAddr, Trouble> {
        let name = host.as_str();
        let target = if name
            .rsplit_once(':')
            .is_some_and(|(_, port)| port.parse::<u16>().is_ok())
        {
            name.to_owned()
        } else {
            format!("{name}:443")
        };
        let found = tokio::net::lookup_host(target).await;
        let addresses: Vec<IpAddr> = found
            .map_err(|why| no_address(name, &why))?
            .map(|at| at.ip())
            .collect();
        choose(name, &addresses, reach)
    }

    async fn fetch(
        &self,
        visit: Visit,
        reach: Reach,
        asking: RequestTerms,
    ) -> (Turn, Result<Answer, Trouble>) {
        let (url, turn) = visit.spend();
        (turn, self.answer(&url, reach, &asking).await)
    }
}

/// Returns a builder of clients that send what they are told once, and follow nothing by themselves.
fn client(caller: &Caller, reach: Reach) -> ClientBuilder {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(ACCEPTED));
    let is_mail = caller.contact.contains('@') && !caller.contact.contains("://");
    if let Some(value) = is_mail
        .then(|| HeaderValue::from_str(&caller.contact).ok())
        .flatten()
    {
        headers.insert(FROM, value);
    }

    let builder = Client::builder()
        .user_agent(user_agent(&caller.agent, &caller.contact))
        .default_headers(headers)
        .connect_timeout(caller.connect)
        .timeout(caller.answer)
        .pool_idle_timeout(caller.idle)
        .redirect(Policy::none())
        // A request that is sent again by itself stands in no ledger.
        .retry(retry::never())
        .referer(false)
        .no_proxy()
        .dns_resolver(Arc::new(Guarded(reach)));

    let builder = builder
        .http2_keep_alive_interval(PROBE_AFTER.min(caller.answer / 3))
        .http2_keep_alive_timeout(PROBE_WAIT.min(caller.answer / 3))
        .http2_keep_alive_while_idle(false)
        // Servers send odd header lines; browsers drop the line, and keep the answer.
        .http1_allow_obsolete_multiline_headers_in_responses(true)
        .http1_allow_spaces_after_header_name_in_responses(true)
        .http1_ignore_invalid_headers_in_responses(true)
        .http1_max_headers(MOST_HEADERS);

    // Its decoders take one coding in one header line; the codings are undone in `coding`.
    builder.no_gzip().no_brotli().no_zstd().no_deflate()
}

/// Returns the User-Agent line, `saseo/0.1.0 (+you@example.org)`: who asks, and where to complain.
pub fn user_agent(agent: &str, contact: &str) -> String {
    let product = format!("{agent}/{}", env!("CARGO_PKG_VERSION"));
    if contact.is_empty() {
        product
    } else {
        format!("{product} (+{contact})")
    }
}

/// Names are judged when they are resolved for a connection, so that a name that is bound anew leads nowhere.
struct Guarded(Reach);

impl Resolve for Guarded {
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
                .filter(move |at| reach == Reach::Own || is_public(*at));
            let sockets: Addrs = Box::new(allowed.map(|at| SocketAddr::new(at, 0)));
            Ok(sockets)
        })
    }
}

fn choose(name: &str, addresses: &[IpAddr], reach: Reach) -> Result<IpAddr, Trouble> {
    let allowed = |at: &&IpAddr| reach == Reach::Own || is_public(**at);
    match (addresses.iter().find(allowed), addresses.first()) {
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

/// The resolver is not asked about addresses that stand in the URL itself.
fn refuse_private_literal(url: &PageUrl, reach: Reach) -> Result<(), Trouble> {
    match url.literal_address() {
        Some(address) if reach == Reach::Public && !is_public(address) => {
            Err(Trouble::PrivateAddress {
                host: url.host().to_string(),
                address,
            })
        }
        _ => Ok(()),
    }
}

fn headers(map: &HeaderMap) -> Vec<(String, String)> {
    map.iter()
        .map(|(name, value)| (name.as_str().to_owned(), header_text(name, value)))
        .collect()
}

/// Octets beyond ASCII in a Location are escaped as they came: a server that redirects to a path in
/// CP949 knows it by those octets, and by no others (RFC 3986 §2.5).
fn header_text(name: &HeaderName, value: &HeaderValue) -> String {
    if *name != LOCATION {
        return String::from_utf8_lossy(value.as_bytes()).into_owned();
    }
    let escaped = |byte: &u8| {
        if byte.is_ascii() {
            char::from(*byte).to_string()
        } else {
            format!("%{byte:02X}")
        }
    };
    value.as_bytes().iter().map(escaped).collect()
}

/// Tells whether an HTTP/2 server refuses to answer this over HTTP/2 (RFC 9113 §7).
fn wants_http1(error: &reqwest::Error) -> bool {
    let reason =
        |source: &(dyn std::error::Error + 'static)| source.downcast_ref::<h2::Error>()?.reason();
    sources(error).find_map(reason) == Some(h2::Reason::HTTP_1_1_REQUIRED)
}

fn no_address(name: &str, why: &std::io::Error) -> Trouble {
    Trouble::NoAddress {
        host: name.to_owned(),
        why: why.to_string(),
    }
}

fn trouble(host: &Host, error: &reqwest::Error) -> Trouble {
    if let Some(own) = sources(error).find_map(|source| source.downcast_ref::<Trouble>()) {
        return own.clone();
    }
    let why = sources(error)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default();
    if error.is_timeout() {
        Trouble::Timeout
    } else if error.is_connect() {
        Trouble::Connect {
            host: host.to_string(),
            why,
        }
    } else {
        Trouble::Broken { why }
    }
}

fn sources<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}
