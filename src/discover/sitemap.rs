//! Sitemaps (sitemaps.org 0.9, with Google's news extension): indexes, lists of pages, plain text; gzipped or not.

use std::borrow::Cow;
use std::io::Read;
use std::sync::LazyLock;

use jiff::tz::TimeZone;
use quick_xml::events::Event;
use quick_xml::name::QName;
use quick_xml::reader::Reader;
use regex::Regex;

use crate::discover::address::{Address, Grammar};
use crate::discover::list::ListRow;
use crate::discover::sections::without_sections;
use crate::page_url::PageUrl;
use crate::text::clean_some;
use crate::text::decode::decode;
use crate::time::printed::{Zulu, read};

/// The protocol allows so many addresses in one file, and so many bytes of it, unpacked: more is not read.
const MOST_ENTRIES: usize = 50_000;
const LARGEST: u64 = 50 << 20;
/// Of a value, such as a title, no more is kept.
const LONGEST_VALUE: usize = 4_096;
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// What a sitemap names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sitemap {
    /// Pages that may be articles; those that a paper's grammar knows to be something else are left out. A row's date is that of
    /// its publication or, where only that is told, of its last change, which is no earlier.
    pub rows: Vec<ListRow>,
    /// Further sitemaps, of an index.
    pub maps: Vec<PageUrl>,
    /// Not all of it was read: it is torn, or longer than the protocol allows.
    pub is_cut: bool,
}

/// Why what was served at a sitemap's address is none.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SitemapError {
    #[error("the sitemap is no whole gzip file: {0}")]
    Gzip(String),
    #[error("no sitemap was served at its address")]
    Other,
    #[error("the sitemap cannot be read: {0}")]
    Broken(String),
}

/// What one `<url>` or `<sitemap>` says.
#[derive(Debug, Default)]
struct SitemapEntry {
    is_map: bool,
    /// The prefix of its element: its own parts have the same. An image in it has a `loc`, too.
    prefix: String,
    loc: String,
    changed: String,
    published: String,
    title: String,
}

/// Reads the sitemap that stood at `url`; of a torn one what stands before the tear. Dates without an offset are on the clock of `zone`.
pub fn read_sitemap(
    grammar: &Grammar,
    zone: &TimeZone,
    url: &PageUrl,
    bytes: &[u8],
) -> Result<Sitemap, SitemapError> {
    let unpacked = if bytes.starts_with(&GZIP) {
        Cow::Owned(unpack(bytes)?)
    } else {
        Cow::Borrowed(bytes)
    };
    let decoded = decode(&unpacked, "", "");
    let text = decoded
        .text
        .trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let (entries, is_cut) = match (root(text), text.starts_with('<')) {
        (Some(xml), _) => of_xml(xml)?,
        (None, true) => return Err(SitemapError::Other),
        (None, false) => of_text(text)?,
    };
    let is_full = unpacked.len() as u64 >= LARGEST;
    let mut sitemap = Sitemap {
        is_cut: is_cut || is_full,
        ..Sitemap::default()
    };
    for entry in entries {
        let Ok(told) = url.join(entry.loc.trim()) else {
            continue;
        };
        if entry.is_map {
            sitemap
                .maps
                .extend(is_near(&told, url, grammar).then_some(told));
        } else {
            sitemap.rows.extend(row(entry, told, grammar, zone));
        }
    }
    Ok(sitemap)
}

/// An index speaks for its own host and for its paper's house.
fn is_near(told: &PageUrl, index: &PageUrl, grammar: &Grammar) -> bool {
    let may_be_one = matches!(grammar.address(told), Address::Other | Address::Elsewhere);
    told != index && may_be_one && (told.host() == index.host() || grammar.is_of_house(told))
}

fn unpack(bytes: &[u8]) -> Result<Vec<u8>, SitemapError> {
    let mut unpacked = Vec::new();
    let read = flate2::read::MultiGzDecoder::new(bytes)
        .take(LARGEST)
        .read_to_end(&mut unpacked);
    match read {
        Err(why) if unpacked.is_empty() => Err(SitemapError::Gzip(why.to_string())),
        _ => Ok(unpacked),
    }
}

/// The text from the root of a sitemap on: warnings of a script may stand before it.
fn root(text: &str) -> Option<&str> {
    static ROOT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"<(?:[\w.\-]+:)?(?:urlset|sitemapindex)\b").expect("it is tested")
    });
    Some(&text[ROOT.find(text)?.start()..])
}

/// One address a line, and comments behind a `#`; and whether there is more.
fn of_text(text: &str) -> Result<(Vec<SitemapEntry>, bool), SitemapError> {
    let lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut entries: Vec<SitemapEntry> = lines
        .take(MOST_ENTRIES + 1)
        .map(|line| SitemapEntry {
            loc: line.to_owned(),
            ..SitemapEntry::default()
        })
        .collect();
    let is_address = |entry: &SitemapEntry| {
        entry.loc.split_once("://").is_some_and(|(scheme, _)| {
            ["http", "https"].contains(&scheme.to_ascii_lowercase().as_str())
        })
    };
    // Some lines may be torn, or no address.
    let is_text = 2 * entries.iter().filter(|entry| is_address(entry)).count() > entries.len();
    entries.retain(is_address);
    let is_cut = entries.len() > MOST_ENTRIES;
    entries.truncate(MOST_ENTRIES);
    if is_text {
        Ok((entries, is_cut))
    } else {
        Err(SitemapError::Other)
    }
}

fn reader_of(text: &str) -> Reader<&[u8]> {
    let mut reader = Reader::from_str(text);
    // Addresses that were written by hand have a bare `&` in them.
    reader.config_mut().allow_dangling_amp = true;
    reader.config_mut().check_end_names = false;
    reader
}

/// Places at which a sitemap is damaged, and read on behind. Each costs a look at all that follows:
/// one with more of them is built to exhaust its reader.
const MOST_DAMAGE: u32 = 100;

/// Where the next entry begins.
static ENTRY: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"<(?:[\w.\-]+:)?(?:url|sitemap)[\s>]").expect("it is tested"));

/// Where the first entry begins behind the place at which a reader that was given the text from
/// `begin` on has failed.
fn next_entry(text: &str, begin: usize, reader: &Reader<&[u8]>) -> Option<usize> {
    let failed = usize::try_from(reader.error_position()).ok()?.max(1);
    let behind = text.ceil_char_boundary(begin.saturating_add(failed));
    Some(behind + ENTRY.find(&text[behind..])?.start())
}

/// The entries of XML, and whether there is more of it that was not read. What is damaged costs the
/// entry that it stands in.
fn of_xml(text: &str) -> Result<(Vec<SitemapEntry>, bool), SitemapError> {
    // A section without an end would take in all entries up to the end of another one.
    let count = |mark: &str| text.matches(mark).count();
    let is_whole = count("<![CDATA[") == count("]]>") && count("<!--") == count("-->");
    let mended = if is_whole {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(without_sections(text, &["<url>", "<sitemap>"]))
    };
    let text = mended.as_ref();

    let mut reader = reader_of(text);
    // What of the text the reader was not given any more.
    let mut begin = 0;
    let (mut entries, mut is_sitemap) = (Vec::new(), false);
    let mut entry: Option<SitemapEntry> = None;
    let (mut depth, mut damage) = (0_i64, 0);
    let mut value = String::new();
    loop {
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(_)
                if damage < MOST_DAMAGE
                    && let Some(next) = next_entry(text, begin, &reader) =>
            {
                begin = next;
                reader = reader_of(&text[begin..]);
                (entry, depth, damage) = (None, 1, damage + 1);
                continue;
            }
            Err(_) if !entries.is_empty() => return Ok((entries, true)),
            Err(why) => return Err(SitemapError::Broken(why.to_string())),
        };
        match event {
            Event::Start(tag) => {
                depth += 1;
                value.clear();
                match tag.local_name().as_ref() {
                    "urlset" | "sitemapindex" => is_sitemap = true,
                    name @ ("url" | "sitemap") if is_sitemap && entry.is_none() => {
                        entry = Some(SitemapEntry {
                            is_map: name == "sitemap",
                            prefix: prefix(tag.name()),
                            ..SitemapEntry::default()
                        });
                    }
                    _ if is_sitemap => {}
                    _ => return Err(SitemapError::Other),
                }
            }
            Event::Text(text) => push(&mut value, &text),
            Event::CData(text) => push(&mut value, &text),
            // Addresses have `&amp;` in them, and nothing of what is not known.
            Event::GeneralRef(name) => {
                let reference = format!("&{};", &*name);
                push(&mut value, &html_escape::decode_html_entities(&reference));
            }
            Event::End(tag) => {
                depth -= 1;
                let prefix = prefix(tag.name());
                let is_own = entry.as_ref().is_some_and(|open| open.prefix == prefix);
                let is_end = is_own && matches!(tag.local_name().as_ref(), "url" | "sitemap");
                // Photos and films have titles and times of their own.
                let is_of_medium = matches!(prefix.as_str(), "image" | "video");
                if let Some(open) = entry.as_mut().filter(|_| !is_of_medium) {
                    match tag.local_name().as_ref() {
                        "loc" if is_own => open.loc = value.clone(),
                        "lastmod" => open.changed = value.clone(),
                        "publication_date" => open.published = value.clone(),
                        "title" if open.title.is_empty() => open.title = value.clone(),
                        _ => {}
                    }
                }
                if is_end && let Some(whole) = entry.take() {
                    if entries.len() == MOST_ENTRIES {
                        return Ok((entries, true));
                    }
                    entries.push(whole);
                }
            }
            Event::Eof if is_sitemap => return Ok((entries, depth > 0)),
            Event::Eof => return Err(SitemapError::Other),
            _ => {}
        }
    }
}

fn prefix(name: QName<'_>) -> String {
    name.prefix()
        .map(|prefix| prefix.as_ref().to_owned())
        .unwrap_or_default()
}

fn push(value: &mut String, more: &str) {
    if value.len() + more.len() <= LONGEST_VALUE {
        value.push_str(more);
    }
}

fn row(entry: SitemapEntry, told: PageUrl, grammar: &Grammar, zone: &TimeZone) -> Option<ListRow> {
    let (number, url) = match grammar.address(&told) {
        Address::Article { number, url } => (number, url),
        // A CMS that is known tells its articles from menus, tags and forms, which sitemaps name as well.
        Address::Other if !grammar.knows_articles() => (None, told),
        Address::Other | Address::Elsewhere | Address::List { .. } | Address::Trap { .. } => {
            return None;
        }
    };
    let date = if entry.published.trim().is_empty() {
        entry.changed
    } else {
        entry.published
    };
    Some(ListRow {
        number,
        url,
        title: clean_some(&entry.title).unwrap_or_default(),
        section: None,
        byline: None,
        published_at: read(&date, zone, Zulu::Utc).map(|told| told.time),
        date: clean_some(&date),
        summary: None,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::config::shipped;

    fn url(text: &str) -> PageUrl {
        PageUrl::parse(text).unwrap()
    }

    fn read_as(grammar: &Grammar, bytes: &[u8]) -> Result<Sitemap, SitemapError> {
        let zone = TimeZone::get("Asia/Seoul").unwrap();
        read_sitemap(
            grammar,
            &zone,
            &url("https://www.paper.example/sitemap.xml"),
            bytes,
        )
    }

    fn read_anyones(text: &str) -> Result<Sitemap, SitemapError> {
        read_as(
            &Grammar::new(None, url("https://www.paper.example/")),
            text.as_bytes(),
        )
    }

    fn read(bytes: impl AsRef<[u8]>) -> Result<Sitemap, SitemapError> {
        let profile = shipped::shipped_profile("ndsoft").unwrap();
        read_as(
            &Grammar::new(Some(&profile), url("https://www.paper.example/")),
            bytes.as_ref(),
        )
    }

    fn urlset(entries: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" \
             xmlns:news=\"http://www.google.com/schemas/sitemap-news/0.9\">{entries}</urlset>"
        )
    }

    fn gzipped(text: &str) -> Vec<u8> {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(text.as_bytes()).unwrap();
        packed.finish().unwrap()
    }

    #[test]
    fn articles_are_told_with_their_dates_and_other_pages_of_the_cms_are_not() {
        let text = urlset(
            "<url><loc>\n https://paper.example/news/articleView.html?idxno=7&amp;sc=1 </loc><lastmod>2026-11-20</lastmod></url>
             <url><loc><![CDATA[https://www.paper.example/news/articleView.html?idxno=8&x=2]]></loc>
               <news:news><news:publication_date>2026-11-21T09:00:00+09:00</news:publication_date><news:title>책 &amp; 사람</news:title></news:news>
               <image:image><image:loc>https://cdn.paper.example/8.jpg</image:loc></image:image></url>
             <url><loc>https://www.paper.example/news/articleList.html?sc_section_code=S1N1</loc></url>
             <url><loc>https://other.example/news/articleView.html?idxno=9</loc></url>
             <url><loc>https://www.paper.example/news/articleView.html?idxno=10&sc=2</loc></url>
             <url><loc>not an address</loc></url><url></url>",
        );
        for bytes in [
            text.clone().into_bytes(),
            gzipped(&text),
            format!("\u{feff}{text}").into_bytes(),
        ] {
            let rows = read(bytes).unwrap().rows;
            let told: Vec<_> = rows
                .iter()
                .map(|row| (row.number, row.url.as_str(), row.title.as_str()))
                .collect();
            assert_eq!(
                told[..2],
                [
                    (
                        Some(7),
                        "https://www.paper.example/news/articleView.html?idxno=7",
                        ""
                    ),
                    (
                        Some(8),
                        "https://www.paper.example/news/articleView.html?idxno=8",
                        "책 & 사람"
                    )
                ]
            );
            let dates: Vec<_> = rows
                .iter()
                .filter_map(|row| Some(row.published_at?.to_string()))
                .collect();
            assert_eq!(
                dates,
                ["2026-11-20T00:00:00+09:00", "2026-11-21T09:00:00+09:00"]
            );
            assert_eq!(told.last().unwrap().0, Some(10), "a bare & ends nothing");
            assert!(rows.iter().all(
                |row| !row.url.as_str().contains("other") && !row.url.as_str().contains("List")
            ));
        }
    }

    #[test]
    fn an_index_names_the_maps_of_its_paper_and_not_itself() {
        let index = "<sitemapindex><sitemap><loc>https://www.paper.example/map-1.xml.gz</loc><lastmod>2026-11-20</lastmod></sitemap>
            <sitemap><loc>/map-2.xml</loc></sitemap><sitemap><loc>https://cdn.paper.example/map-3.xml</loc></sitemap><sitemap><loc>https://evil.example/map.xml</loc></sitemap>
            <sitemap><loc>https://www.paper.example/sitemap.xml</loc></sitemap></sitemapindex>";
        let maps: Vec<String> = read(index)
            .unwrap()
            .maps
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            maps,
            [
                "https://www.paper.example/map-1.xml.gz",
                "https://www.paper.example/map-2.xml",
                "https://cdn.paper.example/map-3.xml"
            ]
        );
    }

    #[test]
    fn a_text_has_an_address_a_line() {
        let text = "https://www.paper.example/news/articleView.html?idxno=7\r\n\nhttps://www.paper.example/about\n";
        assert_eq!(
            (
                read(text).unwrap().rows.len(),
                read_anyones(text).unwrap().rows.len()
            ),
            (1, 2)
        );
        assert_eq!(read("User-agent: *\n"), Err(SitemapError::Other));
        assert_eq!(read(" \n"), Err(SitemapError::Other));
    }

    #[test]
    fn the_address_of_an_image_is_none_of_a_page() {
        let image =
            "<image:image><image:loc>/news/articleView.html?idxno=99</image:loc></image:image>";
        let loc = "<loc>/news/articleView.html?idxno=7</loc>";
        for (entry, numbers) in [
            (format!("<url>{image}{loc}</url>"), vec![Some(7)]),
            (format!("<url>{loc}{image}</url>"), vec![Some(7)]),
            (format!("<url>{image}</url>"), vec![]),
        ] {
            let rows = read(urlset(&entry)).unwrap().rows;
            assert_eq!(
                rows.iter().map(|row| row.number).collect::<Vec<_>>(),
                numbers,
                "{entry}"
            );
        }
        let film = "<video:video><video:title>영상</video:title><video:publication_date>2020-01-01</video:publication_date>\
                    <video:url>x</video:url></video:video>";
        let row = read(urlset(&format!(
            "<url>{film}{loc}<lastmod>2026-11-20</lastmod></url>"
        )))
        .unwrap()
        .rows
        .remove(0);
        assert_eq!(
            (row.number, row.title.as_str(), row.date.as_deref()),
            (Some(7), "", Some("2026-11-20"))
        );
        let prefixed = format!(
            "<s:urlset><s:url>{}{image}</s:url></s:urlset>",
            loc.replace("loc>", "s:loc>")
        );
        assert_eq!(read(prefixed).unwrap().rows[0].number, Some(7));
    }

    #[test]
    fn what_stands_before_a_sitemap_or_between_its_lines_does_not_count() {
        let article = "https://www.paper.example/news/articleView.html?idxno=7";
        let xml = urlset(&format!("<url><loc>{article}</loc></url>"));
        for junk in [
            "PHP Warning: mysql_connect() in /www/map.php\n",
            "<br />\n<b>Warning</b>: x<br />\n",
            "<!-- cached -->\n",
        ] {
            assert_eq!(
                read(format!("{junk}{xml}")).unwrap().rows[0].number,
                Some(7),
                "{junk}"
            );
        }
        assert_eq!(
            read(format!("{article}\nwww.paper.example\nHTTPS://www.paper.example/news/articleView.html?idxno=8"))
                .unwrap()
                .rows
                .len(),
            2
        );
        assert_eq!(
            read(format!("# of 2026\n{article}\n\n# the end\n"))
                .unwrap()
                .rows
                .len(),
            1
        );
    }

    #[test]
    fn what_is_damaged_costs_its_own_entry() {
        let entry = |k: u32, more: &str| {
            format!("<url><loc>/news/articleView.html?idxno={k}{more}</loc></url>\n")
        };
        for damage in [
            "<",
            "< ",
            "&b<c",
            "</",
            "<!",
            "<!-- ",
            "<![CDATA[",
            "<?",
            "&;",
            "&#0;",
        ] {
            let map = format!(
                "{}{}{}{}",
                entry(1, ""),
                entry(2, damage),
                entry(3, ""),
                entry(4, "")
            );
            let numbers: Vec<_> = read(urlset(&map))
                .unwrap()
                .rows
                .iter()
                .filter_map(|row| row.number)
                .collect();
            assert!(
                numbers.starts_with(&[1]) && numbers.ends_with(&[3, 4]),
                "{damage}: {numbers:?}"
            );
        }
        for (damage, later) in [
            ("<![CDATA[", "<loc><![CDATA["),
            ("<!-- ", "<!-- the last --><loc>"),
        ] {
            let last = entry(4, "").replace("<loc>", later).replace(
                "</loc>",
                if later.ends_with('[') {
                    "]]></loc>"
                } else {
                    "</loc>"
                },
            );
            let map = format!(
                "{}{}{}{last}",
                entry(1, ""),
                entry(2, "").replace("<loc>", &format!("<loc>{damage}")),
                entry(3, "")
            );
            let numbers: Vec<_> = read(urlset(&map))
                .unwrap()
                .rows
                .iter()
                .filter_map(|row| row.number)
                .collect();
            assert!(
                numbers.starts_with(&[1]) && numbers.ends_with(&[3, 4]),
                "{damage}: {numbers:?}"
            );
        }
        let endless = read(urlset(&entry(1, "<!--").repeat(40_000)));
        assert!(endless.is_ok() || matches!(endless, Err(SitemapError::Broken(_))));
    }

    #[test]
    fn as_many_addresses_as_the_protocol_allows_are_a_whole_sitemap() {
        let article =
            |k: usize| format!("https://www.paper.example/news/articleView.html?idxno={k}");
        let text = |count| (1..=count).map(article).collect::<Vec<_>>().join("\n");
        let xml = |count| {
            urlset(
                &(1..=count)
                    .map(|k| format!("<url><loc>{}</loc></url>", article(k)))
                    .collect::<String>(),
            )
        };
        for (count, is_cut) in [(MOST_ENTRIES, false), (MOST_ENTRIES + 1, true)] {
            for sitemap in [read(text(count)).unwrap(), read(xml(count)).unwrap()] {
                assert_eq!(
                    (sitemap.rows.len(), sitemap.is_cut),
                    (MOST_ENTRIES, is_cut),
                    "{count}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_sitemap_says_so_and_what_is_built_to_exhaust_ends() {
        assert_eq!(
            read("<!doctype html><html><body>없음</body></html>"),
            Err(SitemapError::Other)
        );
        assert_eq!(
            read("<rss><channel></channel></rss>"),
            Err(SitemapError::Other)
        );
        assert!(read("<urlset><url><loc>x</loc></url><").is_ok());
        assert!(matches!(
            read("<urlset><url><!"),
            Err(SitemapError::Broken(_))
        ));
        assert!(matches!(
            read(&gzipped(&urlset(""))[..12]),
            Err(SitemapError::Gzip(_))
        ));
        assert_eq!(
            read(gzipped(&" ".repeat(LARGEST as usize + 1))),
            Err(SitemapError::Other)
        );
        assert_eq!(
            read(urlset(&"<url/>".repeat(60_000))),
            Ok(Sitemap::default())
        );
        assert!(
            !read(urlset("<url></url>")).unwrap().is_cut
                && read("<urlset><url></url>").unwrap().is_cut
        );
        let article = |k: u64| format!("<url><loc>/news/articleView.html?idxno={k}</loc></url>");
        assert_eq!(
            read(urlset(&(1..=50_009).map(article).collect::<String>()))
                .unwrap()
                .rows
                .len(),
            MOST_ENTRIES
        );
        let torn = gzipped(&urlset(&(1..=9_000).map(article).collect::<String>()));
        let rows = read(&torn[..torn.len() / 2]).unwrap().rows.len();
        assert!((1_000..9_000).contains(&rows), "{rows}");
        let long = format!(
            "<url><loc>https://www.paper.example/{}</loc></url>",
            "x".repeat(100_000)
        );
        assert!(read(urlset(&long)).unwrap().rows.len() <= 1);
        let deep = format!("<urlset>{}", "<a>".repeat(200_000));
        assert_eq!(
            read(deep),
            Ok(Sitemap {
                is_cut: true,
                ..Sitemap::default()
            })
        );
    }
}
