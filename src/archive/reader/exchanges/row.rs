//! One row of the exchanges: a request with its ending, and with what is kept of its answer.

use crate::archive::engine::{self, Row};
use crate::archive::reader::exchanges::{
    AnsweredRequest, CapturedAnswer, EarlierAnswer, ExchangeAnswer, ExchangePage,
};
use crate::time::Timestamp;

/// Returns the statement of requests that were answered, behind an announcement (?1) and up to a
/// row of the ledger (?2), in a span of moments (?3, ?4), and for which a condition holds.
pub(super) fn select_exchanges(wanted: &str) -> String {
    format!("{EXCHANGES} AND {wanted} ORDER BY announced.id LIMIT ?5")
}

const EXCHANGES: &str = "
    SELECT announced.id AS announced_id, announced.at AS announced_at, announced.run_id,
           announced.url, announced.server, announced.rule, announced.hash,
           ended.at AS ended_at, ended.status, ended.digest,
           page.id AS page_id, page.role, site.name AS site, site.title AS site_title,
           capture.id AS capture_id, capture.fetched_at, capture.headers, capture.withheld,
           capture.charset_declared, capture.charset_used, body.sha256, body.bytes,
           robots_copy.robots_id
    FROM ledger AS announced CROSS JOIN ledger AS ended
    LEFT JOIN captured ON captured.announced_id = announced.id
    LEFT JOIN capture ON capture.id = captured.capture_id
    LEFT JOIN body ON body.id = capture.body_id
    LEFT JOIN page ON page.url = announced.url
    LEFT JOIN site ON site.id = page.site_id
    LEFT JOIN robots_copy ON robots_copy.announced_id = announced.id
    WHERE ended.announced_id = announced.id AND announced.id > ?1
      AND announced.kind = 'announced' AND ended.id <= ?2
      AND ended.status IS NOT NULL AND coalesce(capture.fetched_at, ended.at) >= ?3
      AND coalesce(capture.fetched_at, ended.at) < ?4";

/// A row, without what other rows tell of it.
#[derive(Debug)]
pub(super) struct ExchangeRow {
    pub(super) announced_id: i64,
    announced_at: Timestamp,
    pub(super) run: i64,
    url: String,
    server: Option<String>,
    rule: String,
    hash: [u8; 32],
    answered_at: Timestamp,
    pub(super) status: u16,
    /// The SHA-256 of the body that came.
    pub(super) digest: Option<[u8; 32]>,
    pub(super) page_id: Option<i64>,
    page: Option<ExchangePage>,
    pub(super) kept: RowAnswer,
    pub(super) robots: Option<i64>,
}

/// What the archive's captures have of the answer.
#[derive(Debug)]
pub(super) enum RowAnswer {
    Body {
        capture: i64,
        headers: String,
        sha256: [u8; 32],
        bytes: usize,
        charset_declared: Option<String>,
        charset_used: Option<String>,
    },
    Withheld,
    Nothing,
}

impl ExchangeRow {
    pub(super) fn read(row: &Row<'_>) -> engine::Result<Self> {
        let page_id: Option<i64> = row.get("page_id")?;
        let fetched_at: Option<i64> = row.get("fetched_at")?;
        Ok(Self {
            announced_id: row.get("announced_id")?,
            announced_at: Timestamp::from_millis(row.get("announced_at")?),
            run: row.get("run_id")?,
            url: row.get("url")?,
            server: row.get("server")?,
            rule: row.get("rule")?,
            hash: row.get("hash")?,
            answered_at: Timestamp::from_millis(fetched_at.map_or(row.get("ended_at"), Ok)?),
            status: row.get("status")?,
            digest: row.get("digest")?,
            page_id,
            page: page_id.map(|_| page(row)).transpose()?,
            kept: kept(row)?,
            robots: row.get("robots_id")?,
        })
    }

    /// Returns the answer, where headers and body are kept.
    pub(super) fn captured(&self) -> Option<CapturedAnswer> {
        match &self.kept {
            RowAnswer::Body {
                capture,
                headers,
                sha256,
                bytes,
                charset_declared,
                charset_used,
            } => Some(CapturedAnswer {
                capture: *capture,
                headers: headers.clone(),
                sha256: *sha256,
                bytes: *bytes,
                charset_declared: charset_declared.clone(),
                charset_used: charset_used.clone(),
                first: None,
            }),
            RowAnswer::Withheld | RowAnswer::Nothing => None,
        }
    }

    pub(super) fn exchange(
        self,
        user_agent: Option<String>,
        answer: ExchangeAnswer,
    ) -> AnsweredRequest {
        AnsweredRequest {
            hash: self.hash,
            url: self.url,
            announced_at: self.announced_at,
            answered_at: self.answered_at,
            status: self.status,
            server: self.server,
            rule: self.rule,
            user_agent,
            page: self.page,
            answer,
        }
    }
}

fn page(row: &Row<'_>) -> engine::Result<ExchangePage> {
    Ok(ExchangePage {
        site: row.get("site")?,
        site_title: row.get("site_title")?,
        role: row.get("role")?,
    })
}

fn kept(row: &Row<'_>) -> engine::Result<RowAnswer> {
    let Some(capture) = row.get::<_, Option<i64>>("capture_id")? else {
        return Ok(RowAnswer::Nothing);
    };
    if row.get::<_, Option<String>>("withheld")?.is_some() {
        return Ok(RowAnswer::Withheld);
    }
    // Without its row the body is lost, as `verify` tells.
    let Some(sha256) = row.get::<_, Option<[u8; 32]>>("sha256")? else {
        return Ok(RowAnswer::Nothing);
    };

    let headers = row.get_ref("headers")?.as_bytes()?;
    Ok(RowAnswer::Body {
        capture,
        headers: String::from_utf8_lossy(headers).into_owned(),
        sha256,
        bytes: row.get("bytes")?,
        charset_declared: row.get("charset_declared")?,
        charset_used: row.get("charset_used")?,
    })
}

/// Reads an earlier answer from the columns hash, fetched_at and sha256.
pub(super) fn earlier(row: &Row<'_>) -> engine::Result<EarlierAnswer> {
    Ok(EarlierAnswer {
        hash: row.get(0)?,
        answered_at: Timestamp::from_millis(row.get(1)?),
        sha256: row.get(2)?,
    })
}
