//! The first record of a WARC file: who wrote it, and what it does not have.

use crate::archive::ExchangeFilter;
use crate::time::Timestamp;
use crate::web_archive::exchange_records::ExchangeRecords;
use crate::web_archive::record_id::record_id;
use crate::web_archive::records::{RecordType, WarcRecord, add};

/// What a reader must know who takes a file for a record of every byte.
const NOT_KEPT: &str = "Bodies stand without content and transfer codings; headers that tell of \
    them are named x-orig-. Response headers are as they came, with names in lower case and octets \
    beyond UTF-8 replaced. Not kept, and so not here: reason phrases and HTTP versions of \
    responses (HTTP/1.1 stands for all), request headers but Host and User-Agent, headers of \
    robots.txt files (they are resource records), the bytes of revisits of which only the ledger \
    tells. Left out: pages whose paper forbids archiving.";

/// What a choice of articles leaves out.
const NO_LISTS: &str = "Left out: home pages, lists and feeds, which show other articles, too, and \
    pages in which no article was found.";

/// The program that wrote the file.
pub(super) const SOFTWARE: &str = concat!("saseo/", env!("CARGO_PKG_VERSION"));

/// Returns the warcinfo record of a part. Its moment is that of the part's first answer: the file
/// says what the archive says, whenever it is written.
pub(super) fn warc_info(
    filter: &ExchangeFilter,
    part: u32,
    first: Option<&ExchangeRecords>,
) -> WarcRecord {
    let first = first.map(|first| (first.exchange.answered_at, first.exchange.hash));
    let (date, hash) = first.unwrap_or((Timestamp::EPOCH, [0; 32]));
    let sites = filter.sites_in_words();
    let since = filter.since.map(|since| since.to_string());
    let before = filter.before.map(|before| before.to_string());

    let mut fields = String::new();
    add(&mut fields, "software", SOFTWARE);
    add(&mut fields, "format", "WARC File Format 1.1");
    let specification =
        "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/";
    add(&mut fields, "conformsTo", specification);
    add(&mut fields, "robots", "obey (RFC 9309)");
    add(&mut fields, "isPartOf", &sites);
    let spans = [("since", &since), ("before", &before)];
    for (word, moment) in spans {
        if let Some(moment) = moment {
            let told = format!("Answers {word} {moment}.");
            add(&mut fields, "description", &told);
        }
    }
    let chosen = filter.articles.as_ref().map(|scope| scope.told.as_str());
    if let Some(chosen) = chosen {
        let told = format!("Answers for the pages and photos of these articles: {chosen}.");
        add(&mut fields, "description", &told);
        add(&mut fields, "description", NO_LISTS);
    }
    add(&mut fields, "description", NOT_KEPT);

    let (since, before) = (since.unwrap_or_default(), before.unwrap_or_default());
    let mut about = format!("{sites}\0{since}\0{before}\0{part}\0");
    if let Some(chosen) = chosen {
        about += &format!("{chosen}\0");
    }
    WarcRecord {
        kind: RecordType::Warcinfo,
        id: record_id("warcinfo", &[about.as_bytes(), &hash].concat()),
        date,
        url: None,
        fields: Vec::new(),
        content_type: "application/warc-fields",
        head: Vec::new(),
        payload: fields.into_bytes(),
        payload_sha256: None,
    }
}
