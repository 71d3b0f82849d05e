//! The cost of reading a page, in units of its bare parse. Both are measured in one run, so the
//! speed of the machine cancels out.
//!
//! Run it with `cargo bench --bench extract [-- FOLDER]`. With a folder of saved pages, it also
//! finds the slowest page, with each profile and without one.

use std::hint::black_box;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use saseo::clock::Clock;
use saseo::config::Profile;
use saseo::config::shipped::shipped_profiles;
use saseo::demo::{Availability, DemoSkin, Edition, Newspaper, answer};
use saseo::discover::{Document, Grammar, ListReader, links};
use saseo::extract::{ArticleReader, KnownPaper, decode};
use saseo::markup::Tree;
use saseo::page_url::PageUrl;
use saseo::time::Timestamp;

/// The address of the demo newspaper. Nothing is fetched from it.
const BASE: &str = "http://127.0.0.1:8750";

/// Rounds of measurement, of which the median counts: an odd number has one.
const ROUNDS: usize = 11;

/// Pages in a round: their mean hides the resolution of the clock.
const PAGES: u32 = 50;

/// The bound for a page with its profile, in bare parses: most of it is not parsed.
const MAX_PARSES: f64 = 1.0;

/// The bound for every page of a folder with a profile.
const BY_PROFILE: Duration = Duration::from_millis(100);

/// The bound for every page of a folder without a profile: two libraries read it, too.
const GENERICALLY: Duration = Duration::from_millis(1500);

/// The size of a measured page in bytes: that of a heavy page of a newspaper.
const SIZE: usize = 80_000;

fn main() {
    let profile = shipped_profiles()
        .into_iter()
        .find(|profile| profile.name == "ndsoft")
        .expect("it is shipped");
    let mut is_over = false;

    for skin in [DemoSkin::G4, DemoSkin::G2] {
        for (name, path) in [
            ("article", article_path(skin)),
            ("list", "/news/articleList.html?view_type=sm".to_owned()),
        ] {
            let (url, page) = page(skin, &path);
            is_over |= measure(
                &format!("{skin:?} {name}"),
                &page,
                &PageReader::new(&profile, &url),
            );
        }
    }

    // cargo passes --bench.
    if let Some(folder) = std::env::args()
        .skip(1)
        .find(|argument| !argument.starts_with("--"))
    {
        is_over |= slowest(Path::new(&folder));
    }

    assert!(
        !is_over,
        "the bounds are {MAX_PARSES} bare parses, {BY_PROFILE:?} a page by profile and \
         {GENERICALLY:?} without"
    );
}

/// Measures a page, prints the figures, and tells whether it is over the bound.
fn measure(name: &str, page: &str, reader: &PageReader) -> bool {
    let [bare, read, linked] = in_turn(page, reader);
    let read = read.as_secs_f64() / bare.as_secs_f64();
    let linked = linked.as_secs_f64() / bare.as_secs_f64();

    println!(
        "{name}, {} bytes: bare parse {bare:?}; decoded, parsed, links and fields by profile \
         {read:.2} times that; spider's links, as of a page without a profile, {linked:.2} times",
        page.len()
    );
    read > MAX_PARSES
}

/// Returns the path of the heaviest open article of the demo newspaper.
fn article_path(skin: DemoSkin) -> String {
    let paper = Newspaper::new(&Edition {
        skin,
        ..Edition::default()
    });

    paper
        .articles()
        .iter()
        .filter(|article| article.kind == Availability::Open)
        .map(|article| format!("/news/articleView.html?idxno={}", article.number))
        .max_by_key(|path| answer(&paper, BASE, path).body.len())
        .expect("the paper has articles")
}

/// Returns a page of the demo newspaper, filled up with styles to [`SIZE`].
fn page(skin: DemoSkin, path: &str) -> (PageUrl, String) {
    let paper = Newspaper::new(&Edition {
        skin,
        ..Edition::default()
    });
    let page = answer(&paper, BASE, path).body;

    let rule = "#skin-9 > .item { margin-top: 3px; }\n";
    let styles = rule.repeat(SIZE.saturating_sub(page.len()) / rule.len());
    let page = page.replacen("</style>", &format!("{styles}</style>"), 1);

    let url = PageUrl::parse(&format!("{BASE}{path}")).expect("it is an address");
    (url, page)
}

/// Reads a page by a profile, as a list or as an article.
struct PageReader {
    url: PageUrl,
    is_list: bool,
    lists: ListReader,
    articles: ArticleReader,
}

impl PageReader {
    fn new(profile: &Profile, url: &PageUrl) -> Self {
        let home = PageUrl::parse(BASE).expect("it is an address");
        let lists = ListReader::new(
            profile,
            Grammar::new(Some(profile), home),
            profile.timezone.clone(),
        );

        Self {
            url: url.clone(),
            is_list: url.path_and_query().contains("articleList"),
            lists,
            articles: ArticleReader::new(profile.clone(), KnownPaper::from(profile)),
        }
    }

    fn read(&self, page: &str) {
        let decoded = decode(page.as_bytes(), "text/html; charset=utf-8", "kr");
        if self.is_list {
            black_box(self.lists.read(&self.url, &decoded.text, Timestamp::EPOCH));
        } else {
            black_box(self.articles.read(&self.url, &decoded.text));
        }
    }
}

/// Measures a page in three ways, in turn: parsed, read, and searched for links. Returns the
/// medians of [`ROUNDS`].
fn in_turn(page: &str, reader: &PageReader) -> [Duration; 3] {
    let document = Document::new(&reader.url, &Tree::parse(page).expect("the page is parsed"));
    let mut times = [Vec::new(), Vec::new(), Vec::new()];

    for _ in 0..ROUNDS {
        times[0].push(timed(|| drop(black_box(dom_query::Document::from(page)))));
        times[1].push(timed(|| reader.read(page)));
        times[2].push(timed(|| drop(black_box(links(&document, page)))));
    }

    times.map(median)
}

/// Returns the mean time of [`PAGES`] calls.
fn timed(act: impl Fn()) -> Duration {
    let clock = Clock::system();
    let began = clock.now();

    (0..PAGES).for_each(|_| act());
    clock.now().since(began) / PAGES
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Prints the slowest page of a folder for each profile and for none, and tells whether one is over
/// its bound.
fn slowest(folder: &Path) -> bool {
    let mut profiles = shipped_profiles();
    profiles.push(Profile::generic());
    let mut is_over = false;

    for profile in profiles {
        let reader = ArticleReader::new(profile.clone(), KnownPaper::from(&profile));
        let bound = if reader.is_generic() {
            GENERICALLY
        } else {
            BY_PROFILE
        };

        let (time, file) = slowest_page(folder, &reader);
        println!("{}: at most {time:?} a page ({file})", profile.name);
        is_over |= time > bound;
    }

    is_over
}

/// Returns the longest time that a page of a folder takes to be read, and the page's file.
fn slowest_page(folder: &Path, reader: &ArticleReader) -> (Duration, String) {
    let clock = Clock::system();
    let url = PageUrl::parse("https://www.saseo.example/news/1.html").expect("it is an address");
    let mut slowest = (Duration::ZERO, String::new());

    for file in pages_in(folder) {
        let bytes = bytes_of(&file);
        let began = clock.now();
        black_box(reader.read(&url, &decode(&bytes, "", "").text));
        slowest = slowest.max((clock.now().since(began), file.display().to_string()));
    }

    slowest
}

fn pages_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.expect("it can be listed").path())
        .collect();

    files.retain(|file| {
        [".html", ".html.gz"]
            .iter()
            .any(|end| file.to_string_lossy().ends_with(end))
    });
    files.sort();

    files
}

fn bytes_of(file: &Path) -> Vec<u8> {
    let bytes = std::fs::read(file).expect("the page can be read");
    if file.extension().is_none_or(|extension| extension != "gz") {
        return bytes;
    }

    let mut page = Vec::new();
    flate2::read::GzDecoder::new(bytes.as_slice())
        .read_to_end(&mut page)
        .expect("it is gzip");
    page
}
