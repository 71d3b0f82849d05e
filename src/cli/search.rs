//! `saseo search`: articles by their words.

mod counted;
mod minus;
mod stories;

use clap::{Args, ValueEnum};

use crate::archive::{ArchiveError, IndexSlice, Lock, MOST_LATE, Reader, Writer};
use crate::cli::chosen::tell_nothing;
use crate::cli::console::Style;
use crate::cli::exit::Exit;
use crate::cli::progress::ProgressLine;
use crate::cli::search::counted::{CountField, tell_counts};
use crate::cli::{Common, console, hint};
use crate::clock::Clock;
use crate::config::settings::Durability;
use crate::config_folder::Config;
use crate::counts;
use crate::search::{Query, SearchOrder, SearchPage, SearchResults, count_by, index_all, search};

pub(super) use minus::arguments;

/// With more changes that are not indexed, the index is brought up to date first.
const READ_AT_ONCE: u64 = 1_000;

#[derive(Debug, Args)]
pub(super) struct SearchArgs {
    /// The words; quotes around words in their order must reach the program: '"작은 책방"'; a minus
    /// leaves a word out: -광고
    #[arg(value_name = "WORDS", required = true)]
    words: Vec<String>,
    /// The order of what is found
    #[arg(long, value_enum, default_value_t = SortKey::Best)]
    sort: SortKey,
    /// The most stories that are shown
    #[arg(
        long,
        value_name = "N",
        default_value_t = 20,
        value_parser = clap::value_parser!(u64).range(1..)
    )]
    limit: u64,
    /// Stories that are left out before the first one
    #[arg(long, value_name = "N", default_value_t = 0)]
    skip: usize,
    /// Count the articles by a field, and show none
    #[arg(long, value_enum, value_name = "FIELD", conflicts_with_all = ["sort", "limit", "skip"])]
    count_by: Option<CountField>,
}

/// The orders of what is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum SortKey {
    /// The best match first (BM25; words of a title count most)
    Best,
    /// The newest article first
    New,
}

/// Brings the index up to date where much is missing, and shows what is found.
pub(super) fn run(common: &Common, args: &SearchArgs) -> anyhow::Result<Exit> {
    let query = Query::parse(&args.words.join(" "))?;
    let reader = common.reader()?;
    for site in query.sites() {
        reader.knows_site(site)?;
    }
    if reader.unindexed_changes()? > READ_AT_ONCE {
        index(common, &reader)?;
    }

    let _snapshot = reader.snapshot()?;
    let searcher = reader.searcher()?;
    if let Some(field) = args.count_by {
        let counted = count_by(&searcher, &query, field.key())?;
        tell_how(common, args, counted.instead.as_deref());
        tell_counts(common, field, &counted)?;
        if counted.counts.is_empty() {
            tell_nothing(common, &query);
        }
        return Ok(Exit::Done);
    }

    let page = SearchPage {
        order: match args.sort {
            SortKey::Best => SearchOrder::Best,
            SortKey::New => SearchOrder::Newest,
        },
        skipped: args.skip,
        most: usize::try_from(args.limit)?,
    };
    let results = search(&searcher, &query, page)?;
    tell_how(common, args, results.instead.as_deref());
    tell(common, page, &results)?;
    if results.articles == 0 {
        tell_nothing(common, &query);
    }
    Ok(Exit::Done)
}

/// Brings the index up to date. Where another run holds the archive, or it cannot be written, the
/// missing articles are read one by one.
fn index(common: &Common, reader: &Reader) -> anyhow::Result<()> {
    let missing = reader.unindexed_changes()?;
    let durability = Config::find(common.config.as_deref())?
        .settings
        .archive
        .durability;
    let line = ProgressLine::new(common);
    let indexed = write_index(common, durability, |slice| {
        let left = slice.left;
        line.show(&format!("indexing: {left} of {missing} changes to go"));
    });
    line.end();

    let Err(why) = indexed else {
        return Ok(());
    };
    let lacks = counts::count(reader.unindexed_changes()?, "change(s)");
    console::note(&if missing > u64::from(MOST_LATE) {
        format!("saseo: the index lacks {lacks}; the newest {MOST_LATE} are searched: {why}")
    } else {
        format!("saseo: the index lacks {lacks}, which are read one by one: {why}")
    });
    Ok(())
}

fn write_index(
    common: &Common,
    durability: Durability,
    watch: impl FnMut(IndexSlice),
) -> Result<(), ArchiveError> {
    let clock = Clock::system();
    let holder = Lock::name_of_holder("search", clock.now());
    let place = common.place()?;
    let lock = Lock::take(place.data(), &holder)?;
    let mut archive = Writer::at(&place, lock, durability)?;
    let lease = archive.take_lease(&holder, clock.now(), clock.uptime().as_ref())?;
    index_all(&mut archive, lease, watch)
}

/// Tells where another query than the one that was asked found what is shown.
fn tell_how(common: &Common, args: &SearchArgs, instead: Option<&str>) {
    if let Some(instead) = instead.filter(|_| !common.json) {
        let asked = args.words.join(" ");
        common
            .voice()
            .note(&format!("nothing has {asked}; this is what has {instead}"));
    }
}

fn tell(common: &Common, page: SearchPage, results: &SearchResults) -> anyhow::Result<()> {
    if common.json {
        return console::json(&stories::as_json(results, page));
    }

    if results.articles == 0 {
        return Ok(());
    }
    let parts: Vec<(Style, String)> = results.stories.iter().flat_map(stories::in_words).collect();
    console::styled(&parts)?;

    let further = |skipped: usize| hint::next_page("--skip", &skipped.to_string());
    common
        .voice()
        .note(&stories::how_many(results, page, further));
    Ok(())
}
