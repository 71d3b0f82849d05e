//! What reading a page costs beside the bare parse of it, in one run, so that machines cancel out.
//!
//! `cargo bench --bench extract [-- FOLDER]`: with a folder of saved pages, also the slowest of them by profile and without.

use std::hint::black_box;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use saseo::clock::Clock;
use saseo::config::Profile;
use saseo::config::shipped::{generic_profile, shipped_profiles};
use saseo::demo::{Availability, DemoSkin, Edition, Newspaper, answer};
use saseo::discover::{Document, Grammar, ListReader, links};
use saseo::extract::{ArticleReader, KnownPaper, decode};
use saseo::markup::Tree;
use saseo::page_url::PageUrl;
use saseo::time::Timestamp;

const BASE: &str = "http://127.0.0.1:8750";
const ROUNDS: usize = 11;
const PAGES: u32 = 50;
/// The bound of a page by its profile, in bare parses.
const MOST: f64 = 2.0;
/// The bounds of every page of a folder, by a profile and without.
const BY_PROFILE: Duration = Duration::from_millis(100);
const GENERICALLY: Duration = Duration::from_millis(1500);
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
            let reader = PageReader::new(&profile, &url);
            let [bare, whole, walked] = in_turn(&page, &reader);
            let times = |span: Duration| span.as_secs_f64() / bare.as_secs_f64();
            println!(
                "{skin:?} {name}, {} bytes: bare parse {bare:?}; decoded, parsed, links and fields by profile {:.2} times that; \
                 spider's links, as of a page without a profile, {:.2} times",
                page.len(),
                times(whole),
                times(walked)
            );
            is_over |= times(whole) > MOST;
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
        "the bounds are {MOST} bare parses, {BY_PROFILE:?} a page by profile and {GENERICALLY:?} without"
    );
}

/// The heaviest open article of the demo newspaper.
fn article_path(skin: DemoSkin) -> String {
    let paper = Newspaper::new(&Edition {
        skin,
        ..Edition::default()
    });
    let open = paper
        .articles()
        .iter()
        .filter(|article| article.kind == Availability::Open);
    let paths = open.map(|article| format!("/news/articleView.html?idxno={}", article.number));
    paths
        .max_by_key(|path| answer(&paper, BASE, path).body.len())
        .expect("the paper has articles")
}

/// A page of the demo newspaper, filled up to 80 kB with styles.
fn page(skin: DemoSkin, path: &str) -> (PageUrl, String) {
    let mut page = answer(
        &Newspaper::new(&Edition {
            skin,
            ..Edition::default()
        }),
        BASE,
        path,
    )
    .body;
    let rule = "#skin-9 > .item { margin-top: 3px; }\n";
    let styles = rule.repeat(SIZE.saturating_sub(page.len()) / rule.len());
    page = page.replacen("</style>", &format!("{styles}</style>"), 1);
    (
        PageUrl::parse(&format!("{BASE}{path}")).expect("it is an address"),
        page,
    )
}

/// Everything that a profile reads in a page, whatever it is.
struct PageReader {
    url: PageUrl,
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
            lists,
            articles: ArticleReader::new(profile.clone(), KnownPaper::from(profile)),
        }
    }

    fn read(&self, page: &str) {
        let decoded = decode(page.as_bytes(), "text/html; charset=utf-8", "kr");
        let tree = Tree::parse(&decoded.text).expect("the demo's pages are well-formed");
        black_box(self.lists.read_tree(
            &Document::new(&self.url, &tree),
            &decoded.text,
            &tree,
            Timestamp::EPOCH,
        ));
        black_box(self.articles.read_tree(&self.url, &decoded.text, &tree));
    }
}

/// What a page takes to be parsed, to be read whole, and to be looked through for links, taken in turn: the medians of
/// [`ROUNDS`] times [`PAGES`] pages.
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

/// What one of [`PAGES`] takes.
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

/// Tells the longest that any page of a folder takes to be read, by a profile and without, and whether that is too long.
fn slowest(folder: &Path) -> bool {
    let (clock, mut is_over) = (Clock::system(), false);
    let mut profiles = shipped_profiles();
    profiles.push(generic_profile());
    for profile in profiles {
        let reader = ArticleReader::new(profile.clone(), KnownPaper::from(&profile));
        let mut worst = (Duration::ZERO, String::new());
        for file in pages_in(folder) {
            let bytes = bytes_of(&file);
            let url =
                PageUrl::parse("https://www.saseo.example/news/1.html").expect("it is an address");
            let began = clock.now();
            black_box(reader.read(&url, &decode(&bytes, "", "").text));
            worst = worst.max((clock.now().since(began), file.display().to_string()));
        }
        println!(
            "{}: at most {:?} a page ({})",
            profile.name, worst.0, worst.1
        );
        is_over |= worst.0
            > if reader.is_generic() {
                GENERICALLY
            } else {
                BY_PROFILE
            };
    }
    is_over
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
