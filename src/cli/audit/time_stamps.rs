//! Time stamps of the ledger's head: asked for with `--timestamp`, and told by every audit.

use std::path::Path;
use std::time::Duration;

use anyhow::{Context, bail};

use crate::archive::Reader;
use crate::audit::{AuditReport, LedgerHead, StampedRow};
use crate::cli::Common;
use crate::config_folder::{Config, ConfigError};
use crate::crawl_session::runtime;
use crate::fetch::TimeStampQuery;
use crate::page_url::PageUrl;
use crate::time_stamp::{MOST_BYTES, StampFolder, StampRequest, TimeStamp};

/// The time limit of an authority's answer. Authorities answer within a second; some draw their
/// time from another server first.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// Where a time stamp comes from.
#[derive(Clone, Debug)]
pub(super) enum StampSource {
    Authority(PageUrl),
    /// The request is only written, and somebody sends it by hand.
    ByHand,
}

impl StampSource {
    /// Returns the authority that was named, or else that of `saseo.toml`.
    pub(super) fn of(common: &Common, named: Option<&str>) -> anyhow::Result<Self> {
        let authority = match named {
            Some(url) => {
                let usage = |why| ConfigError::Usage(format!("--authority: {why}"));
                Some(PageUrl::parse(url).map_err(usage)?)
            }
            None => {
                let config = Config::find(common.config.as_deref())?;
                config.settings.ledger.timestamp_authority
            }
        };
        Ok(authority.map_or(Self::ByHand, Self::Authority))
    }
}

/// Has the head of the ledger stamped, unless it is already. An answer is kept only if it is a
/// stamp of this head and answers this request.
pub(super) fn stamp(
    common: &Common,
    source: &StampSource,
    reader: &Reader,
    head: Option<&LedgerHead>,
) -> anyhow::Result<()> {
    let Some(LedgerHead { row, hash }) = head else {
        bail!("the ledger has no row yet: crawl first, then have it time-stamped");
    };
    let (row, hash) = (*row, hash_of(hash)?);
    let folder = StampFolder::of(common.data());
    if read(&folder, row).is_ok_and(|stamp| stamp.is_some_and(|stamp| stamp.hash == hash)) {
        common
            .voice()
            .note(&format!("row {row} has its time stamp already"));
        return Ok(());
    }

    // A power cut must not take a row that was stamped.
    reader
        .sync_to_disk()
        .context("cannot write the ledger to the disk")?;
    let request = request(&folder, row, hash)?;
    match source {
        StampSource::Authority(url) => ask(&folder, row, &request, url),
        StampSource::ByHand => {
            common.voice().note(&by_hand(&folder, row));
            Ok(())
        }
    }
}

/// Returns the request for a row: the one that was written before, or a new one, which is written.
fn request(folder: &StampFolder, row: i64, hash: [u8; 32]) -> anyhow::Result<StampRequest> {
    let file = folder.request_file(row);
    let former = folder.request(row).ok().flatten();
    let former = former.and_then(|bytes| StampRequest::read(&bytes).ok());
    if let Some(former) = former.filter(|former| former.is_of(hash)) {
        return Ok(former);
    }

    let request = StampRequest::of(hash)?;
    folder
        .keep_request(row, &request.bytes()?)
        .with_context(|| format!("cannot write the request {}", file.display()))?;
    Ok(request)
}

/// Sends a request, checks the answer, and keeps it.
fn ask(
    folder: &StampFolder,
    row: i64,
    request: &StampRequest,
    url: &PageUrl,
) -> anyhow::Result<()> {
    let query = TimeStampQuery {
        request: request.bytes()?,
        most_bytes: MOST_BYTES,
        time_limit: TIME_LIMIT,
    };
    let runtime = runtime()?;
    let answer = runtime.block_on(query.send(url));
    runtime.shutdown_background();

    let host = url.host();
    let response = answer.map_err(|why| {
        anyhow::anyhow!("no time stamp came from {host}: {why}; the same command asks again")
    })?;
    TimeStamp::read(&response)
        .and_then(|stamp| stamp.answers(request))
        .with_context(|| format!("the answer of {host} is no time stamp of row {row}, not kept"))?;

    let file = folder.response_file(row);
    folder
        .keep_response(row, &response)
        .with_context(|| format!("cannot write the time stamp {}", file.display()))
}

/// Returns the words about a request that somebody sends by hand.
fn by_hand(folder: &StampFolder, row: i64) -> String {
    format!(
        "no authority is named (--authority URL, or timestamp_authority in saseo.toml), so only \
         the request was written; send it with\n  curl --fail -H 'Content-Type: \
         application/timestamp-query' --data-binary @{} \\\n    --output {} URL",
        folder.request_file(row).display(),
        folder.response_file(row).display()
    )
}

/// Adds the stamps that lie beside the archive to a report. A file that is no stamp is remarked.
pub(super) fn add(report: &mut AuditReport, reader: &Reader, data: &Path) -> anyhow::Result<()> {
    let folder = StampFolder::of(data);
    let rows = folder
        .rows()
        .with_context(|| format!("cannot read the time stamps in {}", data.display()))?;

    for row in rows {
        match read(&folder, row) {
            Ok(Some(stamp)) => report.add_time_stamp(reader, stamped_row(row, stamp))?,
            Ok(None) => {}
            Err(why) => report.remarks.push(format!(
                "{} is no time stamp of row {row}: {why:#}",
                folder.response_file(row).display()
            )),
        }
    }
    Ok(())
}

/// Reads the stamp of a row, and checks it against its request, if that is still there.
fn read(folder: &StampFolder, row: i64) -> anyhow::Result<Option<TimeStamp>> {
    let Some(response) = folder.response(row)? else {
        return Ok(None);
    };
    let stamp = TimeStamp::read(&response)?;
    if let Some(request) = folder.request(row)? {
        stamp.answers(&StampRequest::read(&request)?)?;
    }
    Ok(Some(stamp))
}

fn stamped_row(row: i64, stamp: TimeStamp) -> StampedRow {
    StampedRow {
        row,
        time: stamp.at.to_string(),
        authority: stamp.authority,
        hash: hex::encode(stamp.hash),
        serial: stamp.serial,
        policy: stamp.policy,
        file: format!("timestamps/{row}.tsr"),
    }
}

fn hash_of(digits: &str) -> anyhow::Result<[u8; 32]> {
    let mut hash = [0; 32];
    hex::decode_to_slice(digits, &mut hash)
        .context("the hash of the ledger's head is no SHA-256")?;
    Ok(hash)
}
