//! The help of commands that read the archive, and hand it on.

use crate::cli::help_texts::{DAMAGED, DONE, FAILED, USAGE, ending};

pub(crate) fn search() -> String {
    ending(
        &[
            "saseo search 독서신문 서평",
            "saseo search '\"작은 책방\" OR 서점 NOT 광고'      quotes as the shell wants them",
            "saseo search 도서관 -광고 after:2026-01 --sort new",
            "saseo search 'title:(책 | 서점)'",
            "saseo search author:김하늘 시 --count-by section",
        ],
        &[DONE, FAILED, USAGE],
    )
}

pub(crate) fn list() -> String {
    ending(
        &[
            "saseo list",
            "saseo list readersnews --section 문화 --since 2026-11-01 --limit 100",
            "saseo list --sort seen --after seen.1795520550000.81193   the page behind that one",
        ],
        &[DONE, FAILED, USAGE],
    )
}

pub(crate) fn show() -> String {
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

pub(crate) fn cite() -> String {
    ending(
        &[
            "saseo cite readersnews/81193",
            "saseo cite 81193 81194 --format bibtex",
            "saseo cite 81193 --format csl-json",
        ],
        &[DONE, "1        no such article", USAGE, DAMAGED],
    )
}

pub(crate) fn diff() -> String {
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

pub(crate) fn extract() -> String {
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

pub(crate) fn export() -> String {
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

pub(crate) fn exports() -> String {
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

pub(crate) fn watch() -> String {
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

pub(crate) fn serve() -> String {
    ending(
        &[
            "saseo serve",
            "saseo serve --listen 127.0.0.1:0             on any free port",
            "saseo serve --listen 0.0.0.0:8780 --password-file password.txt   for other machines",
            "saseo serve --scratch /srv/exports           exports need room there",
            "saseo serve --ping                           does it run?",
        ],
        &[
            "0        only after --ping, where the server answers: else it ends by a signal",
            FAILED,
            USAGE,
            "130/143  stopped by SIGINT or SIGTERM",
        ],
    )
}

pub(crate) fn mcp() -> String {
    ending(
        &[
            "saseo mcp                           for a client that starts it, and speaks by pipes",
            "saseo mcp --data /var/lib/saseo",
            "saseo mcp --listen 127.0.0.1:8781   over HTTP, at http://127.0.0.1:8781/mcp",
        ],
        &[
            "0        the client closed stdin",
            FAILED,
            USAGE,
            "130/143  stopped by SIGINT or SIGTERM",
        ],
    )
}

pub(crate) fn about() -> String {
    ending(
        &[
            "saseo about --out bot.html",
            "saseo about --markdown --reach desk@library.kr   the contact is the page itself",
        ],
        &[DONE, FAILED, USAGE],
    )
}
