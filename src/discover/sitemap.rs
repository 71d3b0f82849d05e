//! Sitemaps (sitemaps.org 0.9, with Google's news extension): indexes, lists of pages, plain text;
//! gzipped or not.

mod xml;

use std::borrow::Cow;
use std::io::Read;
use std::sync::LazyLock;

use jiff::tz::TimeZone;
use regex::Regex;

use crate::discover::address::{Address, Grammar};
use crate::discover::list::ListRow;
use crate::discover::sitemap::xml::of_xml;
use crate::page_url::PageUrl;
use crate::text::clean_some;
use crate::text::decode::decode;
use crate::time::printed::{Zulu, read};

/// The limit of addresses in one file, from the protocol (sitemaps.org).
const MAX_ENTRIES: usize = 50_000;

/// The limit of one file in bytes, unpacked, from the protocol (50 MiB).
const MAX_BYTES: u64 = 50 << 20;

/// The first bytes of a gzip file (RFC 1952, 2.3.1). Servers give many names and types to such
/// files.
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// The pages and further sitemaps that a sitemap names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sitemap {
    /// Pages that may be articles; pages that the paper's grammar knows as something else are left
    /// out. A row's date is that of its publication or, if the sitemap has none, of its last
    /// change, which is no earlier.
    pub rows: Vec<ListRow>,
    /// Further sitemaps, of an index.
    pub maps: Vec<PageUrl>,
    /// A part was not read: the sitemap is torn, or longer than the protocol allows.
    pub is_cut: bool,
}

/// Why the answer at a sitemap's address is no sitemap.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum SitemapError {
    #[error("the sitemap is no whole gzip file: {0}")]
    Gzip(String),
    #[error("no sitemap was served at its address")]
    Other,
    #[error("the sitemap cannot be read: {0}")]
    Broken(String),
}

/// The content of one `<url>` or `<sitemap>`.
#[derive(Debug, Default)]
struct SitemapEntry {
    is_map: bool,
    /// The prefix of its element. Its own parts have the same one; an image in it has a `loc`, too.
    prefix: String,
    loc: String,
    changed: String,
    published: String,
    title: String,
}

impl SitemapEntry {
    /// Returns whether its location is an address of the web.
    fn has_address(&self) -> bool {
        self.loc.split_once("://").is_some_and(|(scheme, _)| {
            ["http", "https"].contains(&scheme.to_ascii_lowercase().as_str())
        })
    }
}

/// Reads the sitemap that stood at `url`. A torn sitemap is read up to its tear. Dates without an
/// offset are on the clock of `zone`.
///
/// # Errors
///
/// Fails where the answer is no sitemap, or no entry of it can be read.
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

    let is_full = unpacked.len() as u64 >= MAX_BYTES;
    let mut sitemap = Sitemap {
        is_cut: is_cut || is_full,
        ..Sitemap::default()
    };

    for entry in entries {
        let Ok(named) = url.join(entry.loc.trim()) else {
            continue;
        };
        if entry.is_map {
            sitemap
                .maps
                .extend(is_near(&named, url, grammar).then_some(named));
        } else {
            sitemap.rows.extend(row(entry, named, grammar, zone));
        }
    }
    Ok(sitemap)
}

/// Returns whether an index may name this sitemap: one on its own host, or on a host of its paper.
fn is_near(named: &PageUrl, index: &PageUrl, grammar: &Grammar) -> bool {
    let may_be_one = matches!(grammar.address(named), Address::Other | Address::Elsewhere);
    named != index && may_be_one && (named.host() == index.host() || grammar.is_of_house(named))
}

/// Unpacks a gzip file, up to [`MAX_BYTES`]. A torn file is unpacked up to its tear.
fn unpack(bytes: &[u8]) -> Result<Vec<u8>, SitemapError> {
    let mut unpacked = Vec::new();
    let read = flate2::read::MultiGzDecoder::new(bytes)
        .take(MAX_BYTES)
        .read_to_end(&mut unpacked);

    match read {
        Err(why) if unpacked.is_empty() => Err(SitemapError::Gzip(why.to_string())),
        _ => Ok(unpacked),
    }
}

/// Returns the text from the root of a sitemap on: warnings of a script may stand before it.
fn root(text: &str) -> Option<&str> {
    /// The root of a list of pages, or of an index.
    static ROOT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"<(?:[\w.\-]+:)?(?:urlset|sitemapindex)\b").expect("it is tested")
    });
    Some(&text[ROOT.find(text)?.start()..])
}

/// Returns the entries of a sitemap in plain text, and whether there are more. It has one address a
/// line, and comments behind a `#`.
fn of_text(text: &str) -> Result<(Vec<SitemapEntry>, bool), SitemapError> {
    let lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    let mut entries: Vec<SitemapEntry> = lines
        .take(MAX_ENTRIES + 1)
        .map(|line| SitemapEntry {
            loc: line.to_owned(),
            ..SitemapEntry::default()
        })
        .collect();

    // Some lines may be torn, or no address.
    let lines = entries.len();
    entries.retain(SitemapEntry::has_address);
    if 2 * entries.len() <= lines {
        return Err(SitemapError::Other);
    }

    let is_cut = entries.len() > MAX_ENTRIES;
    entries.truncate(MAX_ENTRIES);
    Ok((entries, is_cut))
}

/// Returns the row of an entry at the address `named`; `None` where the page is no article.
fn row(entry: SitemapEntry, named: PageUrl, grammar: &Grammar, zone: &TimeZone) -> Option<ListRow> {
    let (key, url) = match grammar.address(&named) {
        Address::Article { key, url } => (key, url),
        // Sitemaps name menus, tags and forms as well. A known CMS tells its articles from them.
        Address::Other if !grammar.knows_articles() => (None, named),
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
        key,
        url,
        title: clean_some(&entry.title).unwrap_or_default(),
        section: None,
        byline: None,
        published_at: read(&date, zone, Zulu::Utc).map(|read| read.time),
        date: clean_some(&date),
        summary: None,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::config::Profile;

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
        let profile = Profile::shipped("ndsoft").unwrap();
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
                .map(|row| (row.number(), row.url.as_str(), row.title.as_str()))
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
                rows.iter().map(|row| row.number()).collect::<Vec<_>>(),
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
            (row.number(), row.title.as_str(), row.date.as_deref()),
            (Some(7), "", Some("2026-11-20"))
        );
        let prefixed = format!(
            "<s:urlset><s:url>{}{image}</s:url></s:urlset>",
            loc.replace("loc>", "s:loc>")
        );
        assert_eq!(read(prefixed).unwrap().rows[0].number(), Some(7));
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
                read(format!("{junk}{xml}")).unwrap().rows[0].number(),
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
                .filter_map(|row| row.number())
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
                .filter_map(|row| row.number())
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
        for (count, is_cut) in [(MAX_ENTRIES, false), (MAX_ENTRIES + 1, true)] {
            for sitemap in [read(text(count)).unwrap(), read(xml(count)).unwrap()] {
                assert_eq!(
                    (sitemap.rows.len(), sitemap.is_cut),
                    (MAX_ENTRIES, is_cut),
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
            read(&gzipped(&urlset(""))[..10]),
            Err(SitemapError::Gzip(_))
        ));
        assert_eq!(
            read(gzipped(&" ".repeat(MAX_BYTES as usize + 1))),
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
            MAX_ENTRIES
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
