//! The help of commands that take care of the archive.

use crate::cli::help_texts::{DAMAGED, DONE, FAILED, HELD, STOPPED, USAGE, ending};

pub(crate) fn audit() -> String {
    ending(
        &[
            "saseo audit",
            "saseo audit readersnews --report audit.md   a page to send to that paper",
            "saseo audit --timestamp --authority https://tsa.example/   its end, signed by others",
        ],
        &[
            "0        every request kept what was owed",
            "1        one did not, the ledger cannot be read, or no time stamp came",
            USAGE,
        ],
    )
}

pub(crate) fn verify() -> String {
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

pub(crate) fn backup() -> String {
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

pub(crate) fn archive_copy() -> String {
    ending(
        &[
            "saseo archive copy --from data --to postgres://desk@localhost/papers",
            "saseo archive copy --from postgres://desk@localhost/papers --to data-from-postgres",
        ],
        &[
            DONE,
            FAILED,
            USAGE,
            "3        something in the archive is damaged, and there is no copy",
            "75       another run holds the folder, or copies into the database",
            "130/143  stopped by SIGINT or SIGTERM: the same command goes on",
        ],
    )
}

pub(crate) fn restore() -> String {
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

pub(crate) fn compact() -> String {
    ending(
        &[
            "saseo compact",
            "saseo compact --keep-room                            \
             quick, and the file keeps its size",
            "saseo compact --blobs s3://papers/readersnews        \
             pages leave the archive for a bucket",
        ],
        &[DONE, FAILED, USAGE, DAMAGED, HELD, STOPPED],
    )
}

pub(crate) fn reextract() -> String {
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

pub(crate) fn forget() -> String {
    ending(
        &[
            "saseo forget readersnews/81193                        what would go",
            "saseo forget readersnews/81193 --why \"court order 2026-12\" --yes",
            "saseo forget --query 'author:홍길동 before:2020-01-01' --why \"his wish\" --yes --lists",
            "saseo forget --retention readersnews                  what [retention] removes now",
            "saseo forget --wished                                 where `noarchive` came later",
            "saseo forget --finish                                 go on after a kill",
            "saseo forget --finish --give-up-unreadable            objects are lost for good",
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

pub(crate) fn hold() -> String {
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
