//! The real network, by reqwest. Requests name who asks, and links cannot lead them into private
//! networks.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError, RwLock};
use std::time::Duration;

use reqwest::header::{IF_MODIFIED_SINCE, IF_NONE_MATCH};
use reqwest::{Client, RequestBuilder, Response};

use crate::clock::Clock;
use crate::fetch::coding::{BodyLimit, undo, undo_undeclared_gzip};
use crate::fetch::{Answer, Reach, RequestTerms, Trouble, Web};
use crate::frontier::Visit;
use crate::identity::RequestSigner;
use crate::page_url::{Host, PageUrl};
use crate::politeness::Turn;

mod address_guard;
mod client;
mod header_text;
mod request_error;
mod signing;

use address_guard::{choose, refuse_private_literal};
use client::client;
pub use client::user_agent;
use header_text::headers;
use request_error::{no_address, trouble, wants_http1};
use signing::with_signature;

/// Who sends the requests, and the limits of one answer.
#[derive(Clone, Debug)]
pub struct Caller {
    pub agent: String,
    /// A mail address or URL. It is empty only if all requests go to the user's own server.
    pub contact: String,
    /// Time limit for a connection.
    pub connect: Duration,
    /// Time limit for the whole answer, connection included.
    pub answer: Duration,
    /// The largest decoded body, in bytes.
    pub body: u64,
    /// Ports of public hosts that are allowed, besides 80 and 443.
    pub ports: Vec<u16>,
    /// How long an idle connection stays open. Each takes one of the files that a process may open.
    pub idle: Duration,
    /// Who signs each request; `None` where they are not signed.
    pub signer: Option<RequestSigner>,
}

/// The real network.
#[derive(Debug)]
pub struct Http {
    caller: Caller,
    public: Client,
    own: Client,
    /// Clients for the hosts that want HTTP/1.1. The tasks of many visits share the map, so it is
    /// in a mutex; each holds it for one lookup or insertion only.
    over_http1: Mutex<HashMap<Host, Client>>,
    /// As [`Caller::ports`]. They are behind a lock because papers are added during a crawl.
    ports: RwLock<Vec<u16>>,
}

impl Http {
    /// Builds the clients. No connection is made yet.
    ///
    /// # Errors
    ///
    /// If the TLS roots cannot be read, or the contact is no header value.
    pub fn new(caller: &Caller) -> Result<Self, reqwest::Error> {
        let public = client(caller, Reach::Public).build()?;
        let own = client(caller, Reach::Own).build()?;

        Ok(Self {
            caller: caller.clone(),
            public,
            own,
            over_http1: Mutex::default(),
            ports: RwLock::new(caller.ports.clone()),
        })
    }

    /// Allows these ports of public hosts, too.
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
        let default = match reach {
            Reach::Public => &self.public,
            Reach::Own => &self.own,
        };
        over_http1.get(host).unwrap_or(default).clone()
    }

    /// Notes that a host wants HTTP/1.1 (RFC 9113 §7). The next request to it, in a turn of its
    /// own, uses that version.
    fn switch_to_http1(&self, host: &Host, reach: Reach) -> Trouble {
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

    /// Refuses a port that no newspaper has: a link must not lead us to mail servers and databases.
    fn refuse_odd_port(&self, url: &PageUrl, reach: Reach) -> Result<(), Trouble> {
        match url.as_url().port() {
            Some(port) if reach == Reach::Public && !self.is_allowed(port) => {
                Err(Trouble::OddPort {
                    host: url.host().to_string(),
                    port,
                })
            }
            Some(_) | None => Ok(()),
        }
    }

    fn is_allowed(&self, port: u16) -> bool {
        let allowed = self.ports.read().unwrap_or_else(PoisonError::into_inner);
        matches!(port, 80 | 443) || allowed.contains(&port)
    }

    async fn answer(
        &self,
        url: &PageUrl,
        reach: Reach,
        terms: &RequestTerms,
    ) -> Result<Answer, Trouble> {
        refuse_private_literal(url, reach)?;
        self.refuse_odd_port(url, reach)?;

        let host = url.host();
        let mut request = self.client(&host, reach).get(url.as_url().clone());
        if let Some(etag) = &terms.etag {
            request = request.header(IF_NONE_MATCH, etag);
        }
        if let Some(moment) = &terms.last_modified {
            request = request.header(IF_MODIFIED_SINCE, moment);
        }

        let response = match self.signed(request, url)?.send().await {
            Ok(response) => response,
            Err(error) if wants_http1(&error) => return Err(self.switch_to_http1(&host, reach)),
            Err(error) => return Err(trouble(&host, &error)),
        };
        let answer = Answer {
            status: response.status().as_u16(),
            headers: headers(response.headers()),
            body: Vec::new(),
        };

        let (packed, limit) = self.packed_body(&host, response, terms).await?;
        let body = unpacked(&answer, packed, limit)?;
        Ok(Answer { body, ..answer })
    }

    /// Signs a request that is sent now, for the host that it goes to: a redirect is a request of
    /// its own. The system's clock is asked each time, as the server compares its own with it.
    fn signed(&self, request: RequestBuilder, url: &PageUrl) -> Result<RequestBuilder, Trouble> {
        match &self.caller.signer {
            Some(signer) => with_signature(request, signer, url, Clock::system().now()),
            None => Ok(request),
        }
    }

    /// Reads a body, still in its content codings, up to the limit of the terms.
    async fn packed_body(
        &self,
        host: &Host,
        mut response: Response,
        terms: &RequestTerms,
    ) -> Result<(Vec<u8>, BodyLimit), Trouble> {
        let largest = usize::try_from(self.caller.body).unwrap_or(usize::MAX - 1);
        let mut limit = BodyLimit {
            bytes: terms.read_at_most.unwrap_or(largest),
            accept_part: terms.accept_part || terms.read_at_most.is_some(),
            is_cut: false,
        };

        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|error| trouble(host, &error))?
        {
            body.extend_from_slice(&chunk);
            if body.len() > limit.bytes && limit.accept_part {
                body.truncate(limit.bytes);
                limit.is_cut = true;
                break;
            }
            if body.len() > limit.bytes {
                return Err(Trouble::TooLarge {
                    limit: self.caller.body,
                });
            }
        }

        Ok((body, limit))
    }
}

/// Undoes the codings of a body. Only a good answer's body must be readable: of any other answer,
/// status and headers are enough.
fn unpacked(answer: &Answer, packed: Vec<u8>, limit: BodyLimit) -> Result<Vec<u8>, Trouble> {
    if !answer.is_good() {
        let unpacked = undo(packed.clone(), answer.lines("content-encoding"), limit);
        return Ok(unpacked.unwrap_or(packed));
    }

    let is_text = answer
        .header("content-type")
        .is_some_and(|is| is.trim_start().starts_with("text/"));
    let is_coded = answer.lines("content-encoding").next().is_some();
    if is_text && !is_coded {
        return Ok(undo_undeclared_gzip(packed, limit));
    }
    undo(packed, answer.lines("content-encoding"), limit)
}

impl Web for Http {
    async fn locate(&self, host: &Host, reach: Reach) -> Result<IpAddr, Trouble> {
        let name = host.as_str();
        let has_port = name
            .rsplit_once(':')
            .is_some_and(|(_, port)| port.parse::<u16>().is_ok());
        let target = if has_port {
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

    fn signer(&self) -> Option<&RequestSigner> {
        self.caller.signer.as_ref()
    }

    async fn fetch(
        &self,
        visit: Visit,
        reach: Reach,
        terms: RequestTerms,
    ) -> (Turn, Result<Answer, Trouble>) {
        let (url, turn) = visit.spend();
        (turn, self.answer(&url, reach, &terms).await)
    }
}
