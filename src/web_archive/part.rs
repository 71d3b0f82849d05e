//! One WARC file: a warcinfo record, and the records of exchanges until the file is full.

use std::io::{self, Write};

use crate::archive::AnsweredRequest;
use crate::web_archive::Fault;
use crate::web_archive::exchange_records::RecordSource;
use crate::web_archive::records::{MemberPacker, WarcRecord};
use crate::web_archive::warc_info::warc_info;

/// Whether another part follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum PartEnd {
    More,
    Last,
}

/// A record that was written, and its place in its file.
#[derive(Clone, Copy, Debug)]
pub(super) struct WrittenRecord<'a> {
    pub record: &'a WarcRecord,
    pub exchange: &'a AnsweredRequest,
    pub offset: u64,
    pub length: u64,
}

/// Writes the next part to an output, and tells `written` of each answer in it. An exchange is
/// never split, and a part has one at least, however large that is.
pub(super) fn write_part(
    source: &mut RecordSource<'_>,
    to: &mut impl Write,
    most_bytes: u64,
    mut written: impl FnMut(WrittenRecord<'_>) -> Result<(), Fault>,
) -> Result<PartEnd, Fault> {
    source.parts += 1;
    let mut next = source.next_records()?;
    let mut packer = MemberPacker::new();
    let info = packer.pack(&warc_info(&source.filter, source.parts, next.as_ref()))?;
    to.write_all(&info)?;
    let begin = info.len() as u64;
    let mut offset = begin;

    while let Some(answered) = next {
        let members: Vec<Vec<u8>> = answered
            .records
            .iter()
            .map(|record| packer.pack(record))
            .collect::<io::Result<_>>()?;
        let length: u64 = members.iter().map(|member| member.len() as u64).sum();
        if offset > begin && offset + length > most_bytes {
            source.held = Some(answered);
            to.flush()?;
            return Ok(PartEnd::More);
        }

        if let (Some(record), Some(member)) = (answered.records.first(), members.first()) {
            written(WrittenRecord {
                record,
                exchange: &answered.exchange,
                offset,
                length: member.len() as u64,
            })?;
        }
        for member in &members {
            to.write_all(member)?;
        }
        offset += length;
        next = source.next_records()?;
    }

    to.flush()?;
    Ok(PartEnd::Last)
}
