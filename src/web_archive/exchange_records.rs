//! The records of one exchange: what was asked, what came, and what the archive tells beside.

use std::collections::HashSet;

use sha2::{Digest, Sha256};

use crate::archive::{
    AnsweredRequest, ArchiveError, CapturedAnswer, EarlierAnswer, ExchangeAnswer, ExchangeFilter,
    Exchanges, ReadPages, Reader,
};
use crate::robots::LARGEST;
use crate::web_archive::http_head::{request_head, response_head};
use crate::web_archive::record_id::record_id;
use crate::web_archive::records::{RecordType, WarcRecord, add};
use crate::web_archive::{DamagedCapture, WebArchiveError, WebArchiveSummary};

const RESPONSE: &str = "application/http;msgtype=response";
const REQUEST: &str = "application/http;msgtype=request";
const FIELDS: &str = "application/warc-fields";
/// RFC 9309 §2.3: the header that came is not kept.
const ROBOTS: &str = "text/plain";

const SAME_PAYLOAD: &str = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest";
const NOT_MODIFIED: &str = "http://netpreserve.org/warc/1.1/revisit/server-not-modified";

/// The records of an archive, exchange by exchange, with the counts of what was left out.
pub(super) struct RecordSource<'r> {
    reader: &'r Reader,
    pub filter: ExchangeFilter,
    exchanges: Exchanges<'r>,
    /// Read, and not yet written: the file before it was full.
    pub held: Option<ExchangeRecords>,
    counts: WebArchiveSummary,
    /// The SHA-256 of bodies that are damaged.
    damaged: HashSet<[u8; 32]>,
    /// The captures that have them.
    damaged_captures: HashSet<i64>,
    /// Parts that were begun.
    pub parts: u32,
}

/// The records of one exchange. The first one is the answer.
#[derive(Debug)]
pub(super) struct ExchangeRecords {
    pub exchange: AnsweredRequest,
    pub records: Vec<WarcRecord>,
}

impl<'r> RecordSource<'r> {
    pub(super) fn of(reader: &'r Reader, filter: &ExchangeFilter) -> Result<Self, WebArchiveError> {
        Ok(Self {
            reader,
            filter: filter.clone(),
            exchanges: reader.exchanges(filter)?,
            held: None,
            counts: WebArchiveSummary::default(),
            damaged: HashSet::new(),
            damaged_captures: HashSet::new(),
            parts: 0,
        })
    }

    /// Returns the counts.
    pub(super) fn summary(&self) -> WebArchiveSummary {
        WebArchiveSummary {
            parts: self.parts,
            chosen: self.exchanges.chosen.clone(),
            ..self.counts.clone()
        }
    }

    /// Returns the pages of the articles.
    pub(super) fn read_pages(&self) -> ReadPages<'r> {
        self.exchanges.read_pages()
    }

    /// Tells whether a capture was left out because it is damaged.
    pub(super) fn is_damaged(&self, capture: i64) -> bool {
        self.damaged_captures.contains(&capture)
    }

    /// Returns the next exchange that has records.
    pub(super) fn next_records(&mut self) -> Result<Option<ExchangeRecords>, ArchiveError> {
        if let Some(held) = self.held.take() {
            return Ok(Some(held));
        }
        while let Some(exchange) = self.exchanges.next() {
            let exchange = exchange?;
            if let Some(records) = self.records(&exchange)? {
                self.counts.note_written(&exchange);
                return Ok(Some(ExchangeRecords { exchange, records }));
            }
        }
        Ok(None)
    }

    /// Returns the records of an exchange, and counts it; `None` where it is left out.
    fn records(&mut self, of: &AnsweredRequest) -> Result<Option<Vec<WarcRecord>>, ArchiveError> {
        if self.needs_damaged_bytes(of) {
            return Ok(self.leave_out_damaged(of, "its bytes are damaged".to_owned()));
        }

        let answer = match &of.answer {
            ExchangeAnswer::Captured(captured) => match &captured.first {
                Some(first) => self.repeated(of, captured, first),
                None => match self.response(of, captured)? {
                    Some(response) => response,
                    None => return Ok(None),
                },
            },
            ExchangeAnswer::SameBytes { earlier, .. } => self.told(of, SAME_PAYLOAD, earlier),
            ExchangeAnswer::NotModified { earlier } => self.told(of, NOT_MODIFIED, earlier),
            ExchangeAnswer::Robots { copy } => {
                self.counts.robots += 1;
                robots(of, self.reader.robots_body(*copy)?)
            }
            ExchangeAnswer::SameAsBefore => return Ok(left_out(&mut self.counts.same_as_before)),
            ExchangeAnswer::Withheld => return Ok(left_out(&mut self.counts.withheld)),
            ExchangeAnswer::NotKept => return Ok(left_out(&mut self.counts.not_kept)),
        };

        let beside = [request(of, &answer.id), metadata(of, &answer.id)];
        Ok(Some([answer].into_iter().chain(beside).collect()))
    }

    /// Returns the response with its bytes.
    fn response(
        &mut self,
        of: &AnsweredRequest,
        captured: &CapturedAnswer,
    ) -> Result<Option<WarcRecord>, ArchiveError> {
        let body = match self.reader.body_of(captured.capture) {
            Ok(Some(body)) => body,
            Ok(None) => return Ok(left_out(&mut self.counts.not_kept)),
            Err(ArchiveError::Damaged(why)) => {
                self.damaged.insert(captured.sha256);
                self.damaged_captures.insert(captured.capture);
                return Ok(self.leave_out_damaged(of, why));
            }
            Err(error) => return Err(error),
        };

        self.counts.responses += 1;
        Ok(Some(WarcRecord {
            head: response_head(of.status, &captured.headers, body.len()),
            payload: body,
            payload_sha256: Some(captured.sha256),
            ..record(of, RecordType::Response, RESPONSE)
        }))
    }

    /// Returns the revisit of a capture whose bytes came before.
    fn repeated(
        &mut self,
        of: &AnsweredRequest,
        captured: &CapturedAnswer,
        first: &EarlierAnswer,
    ) -> WarcRecord {
        self.counts.revisits += 1;
        let head = response_head(of.status, &captured.headers, captured.bytes);
        revisit(of, SAME_PAYLOAD, first, head)
    }

    /// Returns the revisit of an answer of which only the ledger tells.
    fn told(&mut self, of: &AnsweredRequest, profile: &str, earlier: &EarlierAnswer) -> WarcRecord {
        self.counts.revisits += 1;
        revisit(of, profile, earlier, response_head(of.status, "", 0))
    }

    /// Tells whether the answer is a revisit of one that was left out because it is damaged.
    fn needs_damaged_bytes(&self, of: &AnsweredRequest) -> bool {
        let earlier = match &of.answer {
            ExchangeAnswer::Captured(captured) => captured.first.as_ref(),
            ExchangeAnswer::SameBytes { earlier, .. } | ExchangeAnswer::NotModified { earlier } => {
                Some(earlier)
            }
            ExchangeAnswer::SameAsBefore
            | ExchangeAnswer::Robots { .. }
            | ExchangeAnswer::Withheld
            | ExchangeAnswer::NotKept => None,
        };
        earlier.is_some_and(|earlier| self.damaged.contains(&earlier.sha256))
    }

    fn leave_out_damaged<T>(&mut self, of: &AnsweredRequest, why: String) -> Option<T> {
        let url = of.url.clone();
        self.counts.damaged.push(DamagedCapture { url, why });
        None
    }
}

fn left_out<T>(count: &mut u64) -> Option<T> {
    *count += 1;
    None
}

/// Returns a record of an exchange without a block.
fn record(of: &AnsweredRequest, kind: RecordType, content_type: &'static str) -> WarcRecord {
    WarcRecord {
        kind,
        id: record_id(kind.name(), &of.hash),
        date: of.answered_at,
        url: Some(of.url.clone()),
        fields: Vec::new(),
        content_type,
        head: Vec::new(),
        payload: Vec::new(),
        payload_sha256: None,
    }
}

fn revisit(
    of: &AnsweredRequest,
    profile: &str,
    earlier: &EarlierAnswer,
    head: Vec<u8>,
) -> WarcRecord {
    let refers_to = record_id(RecordType::Response.name(), &earlier.hash);
    WarcRecord {
        fields: vec![
            ("WARC-Profile", profile.to_owned()),
            ("WARC-Refers-To", refers_to),
            ("WARC-Refers-To-Target-URI", of.url.clone()),
            ("WARC-Refers-To-Date", earlier.answered_at.to_string()),
        ],
        head,
        payload_sha256: Some(earlier.sha256),
        ..record(of, RecordType::Revisit, RESPONSE)
    }
}

/// Returns the record of a robots.txt: a resource, since the headers of its answer are not kept.
fn robots(of: &AnsweredRequest, body: Vec<u8>) -> WarcRecord {
    let is_cut = body.len() > LARGEST;
    WarcRecord {
        // No more of it is read than counts (RFC 9309 §2.5).
        fields: is_cut
            .then(|| ("WARC-Truncated", "length".to_owned()))
            .into_iter()
            .collect(),
        payload_sha256: Some(Sha256::digest(&body).into()),
        payload: body,
        ..record(of, RecordType::Resource, ROBOTS)
    }
}

fn request(of: &AnsweredRequest, answer: &str) -> WarcRecord {
    WarcRecord {
        fields: vec![("WARC-Concurrent-To", answer.to_owned())],
        head: request_head(&of.url, of.user_agent.as_deref()),
        ..record(of, RecordType::Request, REQUEST)
    }
}

/// Returns what the archive tells of an exchange beside what was sent and received.
fn metadata(of: &AnsweredRequest, answer: &str) -> WarcRecord {
    let mut fields = String::new();
    if let Some(page) = &of.page {
        add(&mut fields, "site", &page.site);
        add(&mut fields, "page-role", &page.role);
    }
    add(&mut fields, "announced-at", &of.announced_at.to_string());
    add(&mut fields, "robots-rule", &of.rule);
    if let Some(server) = &of.server {
        add(&mut fields, "host-address", server);
    }
    if let ExchangeAnswer::Captured(captured) = &of.answer {
        let charsets = [
            ("charset-declared", &captured.charset_declared),
            ("charset-used", &captured.charset_used),
        ];
        for (name, charset) in charsets {
            if let Some(charset) = charset {
                add(&mut fields, name, charset);
            }
        }
    }
    add(&mut fields, "ledger-hash", &hex::encode(of.hash));

    WarcRecord {
        fields: vec![("WARC-Concurrent-To", answer.to_owned())],
        payload: fields.into_bytes(),
        ..record(of, RecordType::Metadata, FIELDS)
    }
}
