//! Lines of a CDXJ index: where the answer for an address stands, as cdxj-indexer 1.5.0 tells it.

use std::fmt::Write;

use crate::web_archive::part::WrittenRecord;
use crate::web_archive::records::{RecordType, WarcRecord, digest};
use crate::web_archive::surt::surt;

/// Returns the index line of an answer in the file `filename`, without its line end.
pub(super) fn cdxj_line(written: &WrittenRecord<'_>, filename: &str) -> String {
    let record = written.record;
    let url = record.url.as_deref().unwrap_or_default();
    let mut line = format!("{} {} {{", surt(url), stamp(record));

    let mut fields = vec![("url", url.to_owned())];
    fields.extend(media_type(record).map(|media_type| ("mime", media_type)));
    let has_status = matches!(record.kind, RecordType::Response | RecordType::Revisit);
    if has_status {
        fields.push(("status", written.exchange.status.to_string()));
    }
    fields.extend(
        record
            .payload_sha256
            .map(|sha256| ("digest", digest(&sha256))),
    );
    fields.push(("length", written.length.to_string()));
    fields.push(("offset", written.offset.to_string()));
    fields.push(("filename", filename.to_owned()));

    for (at, (name, value)) in fields.iter().enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        line.push_str(&format!("{comma}\"{name}\": {}", json_in_ascii(value)));
    }
    line.push('}');
    line
}

/// Returns the moment of a record in fourteen digits.
fn stamp(record: &WarcRecord) -> String {
    let second = record.date.to_second().to_string();
    second.chars().filter(char::is_ascii_digit).collect()
}

/// Returns the media type without its parameters; `None` where the answer tells none.
fn media_type(record: &WarcRecord) -> Option<String> {
    match record.kind {
        RecordType::Revisit => Some("warc/revisit".to_owned()),
        RecordType::Response => {
            let head = String::from_utf8_lossy(&record.head);
            let value = head.lines().skip(1).find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-type")
                    .then_some(value.trim())
            })?;
            let is_end = |c: char| c == ';' || c.is_whitespace();
            Some(value.split(is_end).next().unwrap_or_default().to_owned())
        }
        RecordType::Warcinfo
        | RecordType::Request
        | RecordType::Resource
        | RecordType::Metadata => Some(record.content_type.to_owned()),
    }
}

/// Writes a text as JSON with nothing beyond ASCII, as Python's `json` does.
fn json_in_ascii(text: &str) -> String {
    let json = serde_json::to_string(text).expect("a text has a JSON form");
    let mut ascii = String::with_capacity(json.len());
    for c in json.chars() {
        if c.is_ascii() && c != '\u{7f}' {
            ascii.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(ascii, "\\u{unit:04x}").expect("a String takes all that is written");
            }
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_nothing_beyond_ascii() {
        assert_eq!(
            json_in_ascii("책\"\\\n😀\u{7f}"),
            r#""\ucc45\"\\\n\ud83d\ude00\u007f""#
        );
    }
}
