//! What reading a page costs beside the bare parse of it, in one run, so that machines cancel out.
//!
//! `cargo bench --bench extract [FOLDER]`: with a folder of saved pages, also the slowest of them by profile and without.

use std::hint::black_box;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use saseo::clock::Clock;
use saseo::config::shipped::{generic_profile, shipped_profiles};
use saseo::demo::{Edition, Kind, Newspaper, Skin, answer};
use saseo::discover::links;
use saseo::extract::{ArticleReader, Paper, Reading, decode};
use saseo::page_url::PageUrl;

const BASE: &str = "http://127.0.0.1:8750";
const ROUNDS: usize = 11;
const PAGES: u32 = 50;
/// The bound: reading whole, in bare parses.
const MOST: f64 = 2.0;

fn main() {
    for skin in [Skin::G4, Skin::G2] {
        let (url, page) = page(skin);
        let (bare, whole) = in_turn(&page, &url);
        let ratio = whole.as_secs_f64() / bare.as_secs_f64();
        println!(
            "{skin:?}, {} bytes: bare parse {bare:?}, decoded, parsed, links and fields read {whole:?}: {ratio:.2} times",
            page.len()
        );
        if ratio > MOST {
            eprintln!("over the bound of {MOST}");
        }
    }
    // cargo passes --bench.
    if let Some(folder) = std::env::args().skip(1).find(|argument| !argument.starts_with("--")) {
        slowest(Path::new(&folder));
    }
}

/// The heaviest open article of the demo newspaper, made 80 kB.
fn page(skin: Skin) -> (PageUrl, String) {
    let paper = Newspaper::new(&Edition { skin, ..Edition::default() });
    let open = paper.articles().iter().filter(|article| article.kind == Kind::Open);
    let address = |number: u64| format!("/news/articleView.html?idxno={number}");
    let pages = open.map(|article| (article.number, answer(&paper, BASE, &address(article.number)).body));
    let (number, mut page) = pages.max_by_key(|(_, page)| page.len()).expect("the paper has articles");
    let styles = "#skin-9 > .item { margin-top: 3px; }\n".repeat(80_000_usize.saturating_sub(page.len()) / 37);
    page = page.replacen("</style>", &format!("{styles}</style>"), 1);
    (PageUrl::parse(&format!("{BASE}{}", address(number))).expect("it is an address"), page)
}

/// What one page takes, both ways, taken in turn: the medians of [`ROUNDS`] times [`PAGES`] pages.
fn in_turn(page: &str, url: &PageUrl) -> (Duration, Duration) {
    let profile = shipped_profiles().into_iter().find(|profile| profile.name == "ndsoft").expect("it is shipped");
    let reader = ArticleReader::new(profile.clone(), Paper::from(&profile));
    let (mut bare, mut whole) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        bare.push(timed(|| drop(black_box(dom_query::Document::from(page)))));
        whole.push(timed(|| {
            let decoded = decode(page.as_bytes(), "text/html; charset=utf-8", "kr");
            black_box(links(url, &decoded.text));
            let reading = reader.read(url, &decoded.text);
            assert!(matches!(black_box(reading), Reading::Article(_)));
        }));
    }
    (median(bare), median(whole))
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

/// The longest that any page of a folder takes to be read, by a profile and without.
fn slowest(folder: &Path) {
    let clock = Clock::system();
    let mut profiles = shipped_profiles();
    profiles.push(generic_profile());
    for profile in profiles {
        let reader = ArticleReader::new(profile.clone(), Paper::from(&profile));
        let mut worst = (Duration::ZERO, String::new());
        for file in pages_in(folder) {
            let bytes = bytes_of(&file);
            let url = PageUrl::parse("https://www.saseo.example/news/1.html").expect("it is an address");
            let began = clock.now();
            black_box(reader.read(&url, &decode(&bytes, "", "").text));
            worst = worst.max((clock.now().since(began), file.display().to_string()));
        }
        println!("{}: at most {:?} a page ({})", profile.name, worst.0, worst.1);
    }
}

fn pages_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("the folder can be read");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be listed").path()).collect();
    files.retain(|file| [".html", ".html.gz"].iter().any(|end| file.to_string_lossy().ends_with(end)));
    files.sort();
    files
}

fn bytes_of(file: &Path) -> Vec<u8> {
    let bytes = std::fs::read(file).expect("the page can be read");
    if file.extension().is_none_or(|extension| extension != "gz") {
        return bytes;
    }
    let mut page = Vec::new();
    flate2::read::GzDecoder::new(bytes.as_slice()).read_to_end(&mut page).expect("it is gzip");
    page
}
