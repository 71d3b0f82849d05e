//! The help of commands that crawl, and prepare and tell of crawls.

use crate::cli::help_texts::{DONE, FAILED, GIVEN_UP, HELD, STOPPED, USAGE, ending};

pub(crate) fn crawl() -> String {
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

pub(crate) fn schedule() -> String {
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

pub(crate) fn worker() -> String {
    ending(
        &[
            "saseo worker --store postgres://saseo@db/papers  until Ctrl-C",
            "saseo worker --once                              until nothing is due",
        ],
        &[
            "0        done (--once)",
            FAILED,
            USAGE,
            "75       another run holds the data folder of this machine",
            STOPPED,
        ],
    )
}

pub(crate) fn resume() -> String {
    ending(
        &[
            "saseo resume                      every paper that something is queued of",
            "saseo resume readersnews --for 2h",
        ],
        &[DONE, FAILED, USAGE, GIVEN_UP, HELD, STOPPED],
    )
}

pub(crate) fn plan() -> String {
    ending(
        &["saseo plan", "saseo plan readersnews --json"],
        &[DONE, FAILED, USAGE],
    )
}

pub(crate) fn status() -> String {
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

pub(crate) fn survey() -> String {
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

pub(crate) fn check() -> String {
    ending(
        &["saseo check", "saseo check --profiles"],
        &[
            "0        all is well",
            "1        archive, disk, clock or a profile is not",
            "2        the configuration is not",
        ],
    )
}

pub(crate) fn init() -> String {
    ending(
        &["saseo init", "saseo init papers/config"],
        &[DONE, FAILED, USAGE],
    )
}

pub(crate) fn demo() -> String {
    ending(
        &[
            "saseo demo",
            "saseo demo --cms plain               a paper that no profile knows",
            "saseo demo --serve --publish 2s      a paper to try the other commands on",
        ],
        &[DONE, FAILED, USAGE, HELD, STOPPED],
    )
}

pub(crate) fn identity() -> String {
    ending(
        &[
            "saseo identity --key identity.pem --out http-message-signatures-directory",
            "saseo identity --key identity.pem --directory https://crawler.example --headers",
            "saseo identity --key new.pem --key old.pem        while the old key is still known",
        ],
        &[DONE, FAILED, USAGE],
    )
}
