//! The command line: one file a command. Nothing else in the crate prints.

mod about;
mod archive_copy;
mod args;
mod audit;
mod backup;
mod check;
mod chosen;
mod cite;
mod common;
mod compact;
mod completions;
mod console;
mod copy_words;
mod crawl;
mod crawl_report;
mod demo;
mod diff;
mod exit;
mod export;
mod exports;
mod extract;
mod forget;
mod help_texts;
mod hint;
mod hold;
mod identity;
mod init;
mod layout;
mod list;
mod man;
mod mcp;
mod plan;
mod progress;
mod reextract;
mod restore;
mod schedule;
mod search;
mod serve;
mod service;
mod show;
mod status;
mod survey;
mod truncated_lists;
mod verify;
mod version;
mod watch;
mod worker;
mod writing;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::cli::common::Common;
use crate::cli::exit::Exit;
use crate::config::settings::ArchiveSettings;
use crate::config_folder::{self, Config};

/// The end of the help of `saseo` itself. [`help_texts`] has those of the commands.
const AFTER_HELP: &str = "\
Examples:
  saseo demo                                          crawl a small paper on this machine
  SASEO_CONTACT=YOUR-ADDRESS saseo crawl readersnews  crawl a real one
  saseo status                                        what is kept, what is queued
  saseo export --format csv --out articles.csv        the articles in one file

Environment:
  SASEO_CONTACT  mail address or URL that is sent with every request; \
a public paper is not asked without one
  SASEO_CONFIG   folder of the configuration, as --config
  SASEO_DATA     folder of the archive, as --data

Exit codes:
  0        done
  1        failed, or an audit found something
  2        wrong usage or configuration
  3        finished, but more pages failed than --tolerate, or something is damaged
  75       another run holds the archive
  130/143  stopped by SIGINT or SIGTERM, with everything saved";

/// A polite newspaper archivist: crawls a paper at the pace it allows, keeps every page raw,
/// extracts the articles.
#[derive(Debug, Parser)]
#[command(name = "saseo", version, long_version = version::LONG.as_str())]
#[command(max_term_width = 100, after_help = AFTER_HELP)]
struct Cli {
    #[command(flatten)]
    common: Common,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Crawl until nothing more is due
    #[command(after_help = help_texts::crawl())]
    Crawl(crawl::CrawlArgs),
    /// Crawl at the times that the sites' files tell, until stopped
    #[command(after_help = help_texts::schedule())]
    Schedule(schedule::ScheduleArgs),
    /// Crawl what is due of the papers that no other worker crawls, until stopped; seed nothing
    ///
    /// For an archive in a database that several machines crawl: each paper and each host belongs
    /// to one worker at a time, and its gap is kept from one to the next. `crawl` or `schedule`
    /// begins a paper, on any machine.
    #[command(after_help = help_texts::worker())]
    Worker(worker::WorkerArgs),
    /// Go on with what an interrupted crawl left; start nothing new
    #[command(after_help = help_texts::resume())]
    Resume(crawl::ResumeArgs),
    /// Tell what a crawl would ask now: requests, bytes and hours; asks nothing
    #[command(after_help = help_texts::plan())]
    Plan(plan::PlanArgs),
    /// Write the archive's articles into a file
    #[command(after_help = help_texts::export())]
    Export(export::ExportArgs),
    /// List the incremental exports, and what is to come of each
    #[command(after_help = help_texts::exports())]
    Exports(exports::ExportsArgs),
    /// Print what changes in the archive, a JSON line for each, while crawls go on
    ///
    /// Needs no network, and runs beside a crawl: it asks about each second whether something was
    /// saved. The lines are those of `export --incremental`. It ends at Ctrl-C, at SIGTERM, and
    /// where the reader of its output is gone.
    #[command(after_help = help_texts::watch())]
    Watch(watch::WatchArgs),
    /// Tell what the archive holds, what is queued, which hosts rest, and how the last runs went
    #[command(after_help = help_texts::status())]
    Status(status::StatusArgs),
    /// Check from the ledger that every request kept what was owed; exit 1 where one did not
    ///
    /// Works out again, for every request ever made, its gap, Retry-After, right by robots.txt, and
    /// the ceilings, and follows the ledger's hash chain. Names the time stamps of the chain. Runs
    /// beside a crawl, and needs no network but for --timestamp.
    #[command(after_help = help_texts::audit())]
    Audit(audit::AuditArgs),
    /// Write the page that your contact address should show: who asks, why, how to block it, how
    /// fast it asks, and which signals it honours, in English and Korean
    #[command(after_help = help_texts::about())]
    About(about::AboutArgs),
    /// Make the key that signs requests, and the directory by which papers check the signatures
    ///
    /// Signed requests (Web Bot Auth) prove who asks, and give no right. The key is made once, in a
    /// file of its owner alone. The directory is for the site of the crawler, which shows it at
    /// /.well-known/http-message-signatures-directory: docs/guide/identity.md tells how.
    #[command(after_help = help_texts::identity())]
    Identity(identity::IdentityArgs),
    /// Check everything that is kept against its hashes; exit 3 where something is damaged
    ///
    /// Checks the file, every page as it came, every version of an article, the robots.txt copies
    /// and the ledger, and names what is damaged. It writes nothing without --repair, needs no
    /// network, and runs beside a crawl.
    #[command(after_help = help_texts::verify())]
    Verify(verify::VerifyArgs),
    /// Copy the archive into one file, also while a crawl goes on
    ///
    /// The copy is one moment of the archive. It is checked as `verify` does, and gets its name
    /// only where all of it is sound: a kill or a full disk leaves the last backup as it was. FILE
    /// is replaced where it is an earlier backup of this archive. It is an archive without a log,
    /// which any SQLite reads.
    #[command(after_help = help_texts::backup())]
    Backup(backup::BackupArgs),
    /// Put a backup in the place of the archive: tell what would be lost, and do it with --yes
    ///
    /// The backup is copied, brought up to date and checked before anything is replaced, and the
    /// archive that was there stays beside the new one. Takedowns and holds since the backup are
    /// done again, and no host is asked before its gap has passed.
    #[command(after_help = help_texts::restore())]
    Restore(restore::RestoreArgs),
    /// Move the archive to another engine: from SQLite into PostgreSQL, or back
    #[command(subcommand, after_help = help_texts::archive_copy())]
    Archive(archive_copy::ArchiveCommand),
    /// Extract one saved page and print the article as JSON; no network, no archive
    #[command(after_help = help_texts::extract())]
    Extract(extract::ExtractArgs),
    /// Find articles by words, Korean ones within others as well
    ///
    /// All words are wanted; "…" has them in their order, OR and NOT stand between, brackets join,
    /// and librar* is the beginning of a word. title:, author: and section: look in one field;
    /// site:, after: and before: choose articles. Pages that say noindex are not found. Runs beside
    /// a crawl, and needs no network.
    #[command(after_help = help_texts::search())]
    Search(search::SearchArgs),
    /// Show the archive as web pages on this machine, until stopped
    ///
    /// Papers, articles with their photos and versions, search and citations, in Korean and
    /// English, for a browser at http://127.0.0.1:8780/. It writes nothing, and runs beside a
    /// crawl. Other machines see it with --listen, behind a password; of articles that their paper
    /// reserves they see the beginning.
    #[command(after_help = help_texts::serve())]
    Serve(serve::ServeArgs),
    /// Answer assistants that speak the Model Context Protocol (MCP), on stdin and stdout
    ///
    /// A client starts it, as its configuration says: docs/guide/assistants.md shows that. It has
    /// tools to search, to read articles with their versions, and to tell what is missing. It
    /// writes nothing, and runs beside a crawl. Of articles that their paper reserves from answers
    /// it gives title, date, link and the reason, and never the text.
    #[command(after_help = help_texts::mcp())]
    Mcp(mcp::McpArgs),
    /// List articles, page by page, the newest first
    ///
    /// A line an article: when it was published, its id, title and authors. Runs beside a crawl,
    /// which moves no article from one page to another.
    #[command(after_help = help_texts::list())]
    List(list::ListArgs),
    /// Show one article as people read it, or as Markdown, with its versions
    #[command(after_help = help_texts::show())]
    Show(show::ShowArgs),
    /// Cite articles as newspaper articles, in RIS, BibTeX or CSL-JSON
    ///
    /// The date of access is that of the capture. The note has the capture's time, the SHA-256 of
    /// the page, and the article's id in the archive.
    #[command(after_help = help_texts::cite())]
    Cite(cite::CiteArgs),
    /// Show what changed from one version of an article to another, word by word
    #[command(after_help = help_texts::diff())]
    Diff(diff::DiffArgs),
    /// Read again everything that was kept, with today's profiles; no request
    ///
    /// What reads otherwise becomes a further version. It uses all cores, and goes on where it was
    /// broken off.
    #[command(after_help = help_texts::reextract())]
    Reextract(reextract::ReextractArgs),
    /// Compress pages that were kept earlier with others of their paper, and make the file smaller
    ///
    /// Pages that are fetched now are compressed so at once. It goes on where it was broken off,
    /// and loses nothing where it is killed. It needs twice the size of the archive on the disk for
    /// a while; without that, or with --keep-room, the room stays in the file.
    #[command(after_help = help_texts::compact())]
    Compact(compact::CompactArgs),
    /// Take articles out of the archive: tell what would go, and remove it with --yes
    ///
    /// Texts, pages and photos that belong to the articles alone are removed, with their words in
    /// the full-text index, and overwritten in the file. A tombstone with the reason stays, so that
    /// no crawl asks for them again; so does the ledger, with the addresses that were asked for.
    /// Incremental exports and `watch` tell it. Held articles (`saseo hold`) are left out.
    #[command(after_help = help_texts::forget())]
    Forget(forget::ForgetArgs),
    /// Keep articles from `forget` and from the retention of their site
    #[command(after_help = help_texts::hold())]
    Hold(hold::HoldArgs),
    /// Explore an unknown paper politely, in at most 40 requests, and draft its site file
    ///
    /// Asks for robots.txt, the home page, a few sections and articles, a list's second page, a
    /// feed and a sitemap, one at a time and at the pace that the paper allows. Recognises the CMS,
    /// or drafts a profile for it. Prints the files, or writes them with --write; what was asked
    /// and found goes to stderr. Its requests are a run in the ledger of --data.
    #[command(after_help = help_texts::survey())]
    Survey(survey::SurveyArgs),
    /// Check configuration, archive and disk
    #[command(after_help = help_texts::check())]
    Check(check::CheckArgs),
    /// Write the shipped configuration into a folder; overwrite nothing
    #[command(after_help = help_texts::init())]
    Init(init::InitArgs),
    /// Start a small newspaper on this machine, crawl it, export it, and say what was done
    #[command(after_help = help_texts::demo())]
    Demo(demo::DemoArgs),
    /// Print a script with which a shell completes commands and options
    #[command(after_help = help_texts::completions())]
    Completions(completions::CompletionsArgs),
    /// Write the man pages of all commands into a folder
    #[command(after_help = help_texts::man())]
    Man(man::ManArgs),
}

/// Runs the command line, and returns its exit code.
pub fn main() -> ExitCode {
    let mut cli = Cli::parse_from(search::arguments(std::env::args_os()));
    log_to_stderr(&cli.common);

    let common = &mut cli.common;
    common.store = common.store.take().filter(|store| !store.is_empty());
    common.blobs = common.blobs.take().filter(|blobs| !blobs.is_empty());
    let configured = configured_places(&cli);
    let common = &mut cli.common;
    let exit = configured.and_then(|places| {
        common.store = common.store.take().or(places.store);
        common.blobs = common.blobs.take().or(places.blobs);
        run(common, cli.command)
    });
    let common = &cli.common;
    exit.unwrap_or_else(|error| {
        // `#` adds the causes.
        console::note(&hint::as_typed(common, &format!("saseo: {error:#}")));
        Exit::of(&error)
    })
    .into()
}

/// Returns where the archive and its objects are by the configuration, for commands that ask there.
/// `check` tells itself what is wrong with the configuration.
fn configured_places(cli: &Cli) -> anyhow::Result<ArchiveSettings> {
    let needs_none = matches!(
        cli.command,
        Command::Init(_)
            | Command::Demo(_)
            | Command::Extract(_)
            | Command::Archive(_)
            | Command::Identity(_)
            | Command::Completions(_)
            | Command::Man(_)
    );
    let are_all_named = cli.common.store.is_some() && cli.common.blobs.is_some();
    if needs_none || are_all_named {
        return Ok(ArchiveSettings::default());
    }
    match Config::places(cli.common.config.as_deref()) {
        Err(_) if matches!(cli.command, Command::Check(_)) => Ok(ArchiveSettings::default()),
        places => Ok(places?),
    }
}

fn run(common: &Common, command: Command) -> anyhow::Result<Exit> {
    let writes_folder = matches!(command, Command::Init(_) | Command::Demo(_));
    if let Some(folder) = common.config.as_ref().filter(|_| !writes_folder) {
        config_folder::is_there(folder)?;
    }

    match command {
        Command::Crawl(args) => crawl::crawl(common, args),
        Command::Schedule(args) => schedule::run(common, &args),
        Command::Worker(args) => worker::run(common, &args),
        Command::Resume(args) => crawl::resume(common, args),
        Command::Plan(args) => plan::run(common, &args),
        Command::Export(args) => export::run(common, &args),
        Command::Exports(args) => exports::run(common, &args),
        Command::Watch(args) => watch::run(common, &args),
        Command::Serve(args) => serve::run(common, &args),
        Command::Mcp(args) => mcp::run(common, &args),
        Command::Status(args) => status::run(common, &args),
        Command::Audit(args) => audit::run(common, &args),
        Command::About(args) => about::run(common, &args),
        Command::Identity(args) => identity::run(common, &args),
        Command::Verify(args) => verify::run(common, &args),
        Command::Backup(args) => backup::run(common, &args),
        Command::Restore(args) => restore::run(common, &args),
        Command::Archive(command) => archive_copy::run(common, &command),
        Command::Extract(args) => extract::run(common, &args),
        Command::Survey(args) => survey::run(common, &args),
        Command::Search(args) => search::run(common, &args),
        Command::List(args) => list::run(common, &args),
        Command::Cite(args) => cite::run(common, &args),
        Command::Show(args) => show::run(common, &args),
        Command::Diff(args) => diff::run(common, &args),
        Command::Compact(args) => compact::run(common, &args),
        Command::Forget(args) => forget::run(common, &args),
        Command::Hold(args) => hold::run(common, &args),
        Command::Reextract(args) => reextract::run(common, &args),
        Command::Check(args) => check::run(common, &args),
        Command::Init(args) => init::run(common, &args),
        Command::Demo(args) => demo::run(common, &args),
        Command::Completions(args) => completions::run(common, &args, Cli::command()),
        Command::Man(args) => man::run(common, &args, Cli::command()),
    }
}

/// Sends the program's own log lines to stderr. The log lines of other crates are left out.
fn log_to_stderr(common: &Common) {
    let level = match (common.quiet, common.verbose) {
        (true, _) => LevelFilter::ERROR,
        (false, 0) => LevelFilter::WARN,
        (false, 1) => LevelFilter::INFO,
        (false, _) => LevelFilter::DEBUG,
    };

    let ours = Targets::new().with_target("saseo", level);
    let to_stderr = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false);
    tracing_subscriber::registry()
        .with(to_stderr)
        .with(ours)
        .init();
}
