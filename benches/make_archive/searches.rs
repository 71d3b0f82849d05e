//! What a search takes, in an archive of lively texts: from its query to the stories that are
//! shown, as `saseo search` does it.

use std::time::{Duration, Instant};

use saseo::archive::{Lock, Reader, Writer};
use saseo::clock::Clock;
use saseo::config::settings::Durability;
use saseo::search::{Query, SearchOrder, SearchPage, index_all, search};

use crate::Place;
use crate::lively::{Chance, WORDS, word};

/// Searches of each kind.
const SEARCHES: usize = 200;

/// The page that `saseo search` shows.
const PAGE: SearchPage = SearchPage {
    order: SearchOrder::Best,
    skipped: 0,
    most: 20,
};

/// Brings the index up to date, searches, and prints what both take.
pub fn measure(place: &Place) {
    index(place);
    let reader = Reader::open(&place.data).expect("the archive can be read");
    let mut chance = Chance(7);
    let mut any = || word((chance.next() % WORDS as u64) as usize);

    let words: Vec<String> = (0..SEARCHES).map(|_| any()).collect();
    let pairs: Vec<String> = (0..SEARCHES)
        .map(|_| format!("{} OR {}", any(), any()))
        .collect();
    let frequent: Vec<String> = (0..SEARCHES).map(word).collect();
    for (kind, queries) in [
        ("one word", words),
        ("one of two words", pairs),
        ("the most frequent words", frequent),
    ] {
        let mut taken: Vec<(Duration, u64)> =
            queries.iter().map(|query| found(&reader, query)).collect();
        taken.sort();
        let (median, p95, last) = (
            taken[SEARCHES / 2],
            taken[SEARCHES * 95 / 100],
            taken[SEARCHES - 1],
        );
        println!("{kind}: median {median:?}, p95 {p95:?}, slowest {last:?} (time, articles)");
    }
}

#[expect(clippy::disallowed_methods, reason = "a benchmark takes the time")]
fn found(reader: &Reader, query: &str) -> (Duration, u64) {
    let began = Instant::now();
    let query = Query::parse(query).expect("it is a query");
    let searcher = reader.searcher().expect("the archive can be searched");
    let results = search(&searcher, &query, PAGE).expect("the archive can be searched");
    (began.elapsed(), results.articles)
}

#[expect(clippy::disallowed_methods, reason = "a benchmark takes the time")]
fn index(place: &Place) {
    let (began, now) = (Instant::now(), Clock::system().now());
    let lock = Lock::take(&place.data, "a benchmark").expect("nobody else has the folder");
    let mut archive = Writer::open(lock, Durability::Normal).expect("the archive can be opened");
    let lease = archive
        .take_lease("a benchmark", now, None)
        .expect("it can be leased");
    index_all(&mut archive, lease, |_| {}).expect("the archive can be indexed");
    println!("indexed in {:.1} s", began.elapsed().as_secs_f64());
}
