//! The end of the help of each command: examples that can be typed, and its exit codes.

/// The exit code of a command that did what was asked. This and the next lines are the same for all
/// commands that have them, so that people learn them once.
const DONE: &str = "0        done";
/// The exit code of every error that has no other.
const FAILED: &str = "1        failed: stderr tells what, and what to do";
/// The exit code that clap uses for a wrong command line, and the program for the configuration.
const USAGE: &str = "2        wrong usage or configuration";
/// The exit code of commands that read the archive, where a part of it is damaged.
const DAMAGED: &str = "3        something that is kept is damaged; stderr names it";
/// The exit code of crawls that ended with failures.
const GIVEN_UP: &str =
    "3        finished, but more pages failed than --tolerate, or a host was given up";
/// The exit code of commands that write into the archive, where another one does: EX_TEMPFAIL of
/// sysexits.h.
const HELD: &str = "75       another run holds the archive";
/// The exit codes of commands that stop at signals: 128 and the number of the signal.
const STOPPED: &str = "130/143  stopped by SIGINT or SIGTERM, with everything saved";

fn ending(examples: &[&str], codes: &[&str]) -> String {
    let (examples, codes) = (listed(examples), listed(codes));
    format!("Examples:{examples}\n\nExit codes:{codes}")
}

fn listed(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("\n  {line}")).collect()
}

pub(super) fn crawl() -> String {
    ending(
        &[
            "saseo crawl                                          every paper that is configured",
            "SASEO_CONTACT=YOUR-ADDRESS saseo crawl readersnews   a public paper wants a contact",
            "saseo crawl readersnews --for 1h30m                  \
             stop in time; `saseo resume` goes on",
            "saseo crawl readersnews --backfill 2019-01-01..2020-12-31",
        ],
        &[DONE, FAILED, USAGE, GIVEN_UP, HELD, STOPPED],
    )
}

pub(super) fn schedule() -> String {
    ending(
        &[
            "saseo schedule          until Ctrl-C, each paper at its times",
            "saseo schedule --once   what is due now, for cron and timers",
            "saseo schedule --units  units for systemd, and a line for cron",
        ],
        &[
            "0        done (--once)",
            FAILED,
            USAGE,
            "3        a page failed or a host was given up (--once)",
            HELD,
            STOPPED,
        ],
    )
}

pub(super) fn resume() -> String {
    ending(
        &[
            "saseo resume                      every paper that something is queued of",
            "saseo resume readersnews --for 2h",
        ],
        &[DONE, FAILED, USAGE, GIVEN_UP, HELD, STOPPED],
    )
}

pub(super) fn plan() -> String {
    ending(
        &["saseo plan", "saseo plan readersnews --json"],
        &[DONE, FAILED, USAGE],
    )
}

pub(super) fn export() -> String {
    ending(
        &[
            "saseo export --format jsonl --out articles.jsonl.zst",
            "saseo export readersnews --format csv --bom --out articles.csv",
            "saseo export --format jsonl --since 2026-01-01 --section 문화 --out -",
            "saseo export --format sqlite --out articles.db   for Datasette, with a search box",
            "saseo export --format dataset --out corpus       for load_dataset(\"./corpus\")",
            "saseo export --format atom --newest 20 --out news.xml",
            "saseo export --format wacz --out paper.wacz          the pages and photos, to replay",
            "saseo export --format warc --bag --out paper-bag     the pages, for a library",
            "saseo export --incremental desk --out desk      what changed since the last run",
        ],
        &[
            DONE,
            FAILED,
            USAGE,
            DAMAGED,
            "75       another process writes the export of that name",
        ],
    )
}

pub(super) fn forget() -> String {
    ending(
        &[
            "saseo forget readersnews/81193                        what would go",
            "saseo forget readersnews/81193 --why \"court order 2026-12\" --yes",
            "saseo forget --query 'author:홍길동 before:2020-01-01' --why \"his wish\" --yes --lists",
            "saseo forget --retention readersnews                  what [retention] removes now",
            "saseo forget --wished                                 where `noarchive` came later",
            "saseo forget --finish                                 go on after a kill",
        ],
        &[
            DONE,
            FAILED,
            USAGE,
            "3        removed, but the file is not clean yet; stderr tells what to do",
            HELD,
            STOPPED,
        ],
    )
}

pub(super) fn hold() -> String {
    ending(
        &[
            "saseo hold readersnews/81193 --why \"evidence in a case\"",
            "saseo hold --query 'site:readersnews 도서관'",
            "saseo hold --release readersnews/81193",
            "saseo hold --list",
        ],
        &[DONE, FAILED, USAGE, HELD],
    )
}

pub(super) fn exports() -> String {
    ending(
        &[
            "saseo exports",
            "saseo exports rewind desk --to 4000   keep the parts up to there, write others again",
            "saseo exports delete desk             its files stay",
        ],
        &[
            DONE,
            FAILED,
            USAGE,
            "75       another process writes the export of that name",
        ],
    )
}

pub(super) fn watch() -> String {
    ending(
        &[
            "saseo watch readersnews                     what comes from now on",
            "saseo watch --from 4001 --exec ./notify     each line on the stdin of a command",
            "saseo watch --from 1 --once                 all that there is, and no more",
        ],
        &[
            "0        done (--once), or the reader of the lines is gone",
            FAILED,
            USAGE,
            "3        a command of --exec failed, or something that is kept is damaged (--once)",
            "130/143  stopped by SIGINT or SIGTERM",
        ],
    )
}

pub(super) fn status() -> String {
    ending(
        &[
            "saseo status                     a line a paper, those first that need a look",
            "saseo status readersnews         all of one",
            "saseo status --failures          what brought nothing, and why",
            "saseo status --html status.html",
        ],
        &[DONE, FAILED, USAGE],
    )
}

pub(super) fn search() -> String {
    ending(
        &[
            "saseo search 독서신문 서평",
            "saseo search '\"작은 책방\" OR 서점 NOT 광고'      quotes as the shell wants them",
            "saseo search 도서관 after:2026-01-01 --sort new",
            "saseo search author:김하늘 시 --count-by section",
        ],
        &[DONE, FAILED, USAGE],
    )
}

pub(super) fn audit() -> String {
    ending(
        &[
            "saseo audit",
            "saseo audit readersnews --report audit.md   a page to send to that paper",
            "saseo audit --timestamp --authority https://tsa.example/   sign its end by a third party",
        ],
        &[
            "0        every request kept what was owed",
            "1        one did not, the ledger cannot be read, or no time stamp came",
            USAGE,
        ],
    )
}

pub(super) fn about() -> String {
    ending(
        &[
            "saseo about --out bot.html",
            "saseo about --markdown --reach desk@library.kr   the contact is the page itself",
        ],
        &[DONE, FAILED, USAGE],
    )
}

pub(super) fn verify() -> String {
    ending(
        &[
            "saseo verify                  goes on with one that was interrupted",
            "saseo verify --since-last     each day, between whole ones",
            "saseo verify --sample 1%",
            "saseo verify readersnews --repair",
        ],
        &[
            "0        everything is as it was written",
            FAILED,
            USAGE,
            DAMAGED,
            HELD,
        ],
    )
}

pub(super) fn backup() -> String {
    ending(
        &[
            "saseo backup /backup/readersnews.db",
            "saseo backup /backup/readersnews.db --rate 8MiB      slower, for a busy disk",
            "saseo backup /backup/readersnews.db --incremental    \
             only the pages that changed",
        ],
        &[
            DONE,
            FAILED,
            USAGE,
            "3        something in the archive is damaged: the last backup stays",
            "75       another run holds the archive that FILE is",
            "130/143  stopped by SIGINT or SIGTERM: the last backup stays",
        ],
    )
}

pub(super) fn restore() -> String {
    ending(
        &[
            "saseo restore /backup/readersnews.db                 what would be lost",
            "saseo restore /backup/readersnews.db --yes",
        ],
        &[
            DONE,
            FAILED,
            USAGE,
            "3        something in the backup is damaged: nothing was replaced",
            HELD,
            "130/143  stopped by SIGINT or SIGTERM: nothing was replaced",
        ],
    )
}

pub(super) fn extract() -> String {
    ending(
        &[
            "saseo extract page.html \
             --url https://www.readersnews.com/news/articleView.html?idxno=81193",
            "saseo extract feed.xml --list --url https://www.readersnews.com/rss/allArticle.xml",
            "saseo extract page.html --generic --url https://paper.example/story",
        ],
        &[DONE, "1        it is no article, or cannot be read", USAGE],
    )
}

pub(super) fn show() -> String {
    ending(
        &[
            "saseo show readersnews/81193",
            "saseo show 81193 --version 1",
            "saseo show m.readersnews.com/news/articleView.html?idxno=81193",
            "saseo show 81193 --markdown",
        ],
        &[
            DONE,
            "1        no such article, or no such version",
            USAGE,
            DAMAGED,
        ],
    )
}

pub(super) fn list() -> String {
    ending(
        &[
            "saseo list",
            "saseo list readersnews --section 문화 --since 2026-11-01 --limit 100",
            "saseo list --sort seen --after seen.1795520550000.81193   the page behind that one",
        ],
        &[DONE, FAILED, USAGE],
    )
}

pub(super) fn cite() -> String {
    ending(
        &[
            "saseo cite readersnews/81193",
            "saseo cite 81193 81194 --format bibtex",
            "saseo cite 81193 --format csl-json",
        ],
        &[DONE, "1        no such article", USAGE, DAMAGED],
    )
}

pub(super) fn diff() -> String {
    ending(
        &[
            "saseo diff readersnews/81193",
            "saseo diff 81193 --versions 1..3",
        ],
        &[
            DONE,
            "1        no such article, or no such version",
            USAGE,
            DAMAGED,
        ],
    )
}

pub(super) fn compact() -> String {
    ending(
        &[
            "saseo compact",
            "saseo compact --keep-room                            \
             quick, and the file keeps its size",
        ],
        &[DONE, FAILED, USAGE, DAMAGED, HELD, STOPPED],
    )
}

pub(super) fn reextract() -> String {
    ending(
        &[
            "saseo reextract --dry-run",
            "saseo reextract --profile ndsoft",
        ],
        &[
            DONE,
            FAILED,
            USAGE,
            "3        more articles than --tolerate are not found any more, or were not read",
            HELD,
            STOPPED,
        ],
    )
}

pub(super) fn survey() -> String {
    ending(
        &[
            "SASEO_CONTACT=YOUR-ADDRESS saseo survey https://paper.example/",
            "saseo survey https://paper.example/ --write config",
            "saseo survey --list papers.txt --out config   many, side by side",
        ],
        &[
            DONE,
            FAILED,
            USAGE,
            "3        the paper refused, or could not be reached any more; of a list, some failed",
            HELD,
            STOPPED,
        ],
    )
}

pub(super) fn check() -> String {
    ending(
        &["saseo check", "saseo check --profiles"],
        &[
            "0        all is well",
            "1        archive, disk, clock or a profile is not",
            "2        the configuration is not",
        ],
    )
}

pub(super) fn init() -> String {
    ending(
        &["saseo init", "saseo init papers/config"],
        &[DONE, FAILED, USAGE],
    )
}

pub(super) fn demo() -> String {
    ending(
        &[
            "saseo demo",
            "saseo demo --cms plain               a paper that no profile knows",
            "saseo demo --serve --publish 2s      a paper to try the other commands on",
        ],
        &[DONE, FAILED, USAGE, HELD, STOPPED],
    )
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use crate::cli::Cli;

    /// Returns the examples of a help, word by word: from the command on, up to two spaces.
    fn examples(help: &str) -> Vec<Vec<String>> {
        let lines = help
            .lines()
            .skip_while(|line| *line != "Examples:")
            .skip(1)
            .take_while(|line| !line.is_empty());
        lines
            .filter_map(|line| line.split_once("saseo "))
            .filter_map(|(_, typed)| typed.split("  ").next())
            .map(|typed| typed.split_whitespace().map(str::to_owned).collect())
            .collect()
    }

    #[test]
    fn every_command_has_examples_that_can_be_typed_and_exit_codes() {
        for command in Cli::command().get_subcommands() {
            let help = command
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            let examples = examples(&help);

            assert!(
                !examples.is_empty() && help.contains("\n\nExit codes:\n  0  "),
                "{}: {help}",
                command.get_name()
            );
            for typed in examples {
                assert_eq!(typed.first().map(String::as_str), Some(command.get_name()));
                let parsed = Cli::try_parse_from(
                    std::iter::once("saseo".to_owned()).chain(typed.iter().cloned()),
                );
                assert!(parsed.is_ok(), "{typed:?}: {:?}", parsed.err());
            }
        }
    }
}
