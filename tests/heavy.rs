//! Pages that are built to exhaust their reader: a crawl of them all keeps within its memory.

#[path = "it/invented_paper.rs"]
mod invented_paper;
#[path = "it/open_archive.rs"]
mod open_archive;
#[path = "it/program.rs"]
#[expect(dead_code, reason = "this crate needs a part of it")]
mod program;
#[path = "it/store.rs"]
#[expect(dead_code, reason = "this crate needs a part of it")]
mod store;

use invented_paper::{Invented, Page};
use nix::sys::resource::{UsageWho, getrusage};
use program::{Crawler, said};

/// Bytes of a crafted page: small enough that no limit of bytes refuses it.
const BYTES: usize = 1_000_000;

/// MB that a crawl of all these pages may take at its peak. It takes 88 on two processors; glibc
/// keeps memory for each processor, so a larger machine needs more. Without the limits of weight it
/// takes 602.
const MOST_MEMORY: i64 = 200;

/// What a crafted page repeats after its beginning: it unfolds to as many nodes, attributes or
/// values as its bytes allow.
const UNITS: [(&str, &str); 26] = [
    ("", "<p>"),
    ("", "<br>"),
    ("", "<i></i>"),
    ("", "<p>글"),
    ("", "<ul><li>글</ul>"),
    ("", "<table>가<tr>나<td>다</table>"),
    ("<table>", "가<b>나</b>"),
    ("<table>", "<tr><td>"),
    ("", "<table><tr><td></table>"),
    ("", "<p a b c d e f g h i j k l m n o p q r s t>"),
    ("<p class=\"", "a "),
    ("<img alt=\"", "가"),
    ("", "책장 사이로 아침이 왔다. "),
    ("", "a<!---->"),
    ("", "<!>"),
    ("", "a<?>"),
    ("", "&amp;"),
    ("", "<svg></svg>"),
    ("", "<template></template>"),
    ("<select>", "<option>"),
    ("<script type=\"application/ld+json\">[", "{},"),
    ("<script type=\"application/ld+json\">[", "[[]],"),
    ("", "<script type=\"application/ld+json\">{}</script>"),
    ("", "<p>책장 사이로 아침이 왔다.</p>"),
    (
        "",
        "<figure><img src=\"/a.jpg\"><figcaption>서가</figcaption></figure>",
    ),
    ("", "<a><b><i>글</i></b></a>"),
];

fn crafted(before: &str, unit: &str) -> String {
    let head = "<!doctype html><html><head><meta charset=\"utf-8\"><title>사서의 하루</title>\
                <meta property=\"og:type\" content=\"article\"></head><body><h1 class=\"heading\">사서의 하루</h1>\
                <article id=\"article-view-content-div\"><p>책장 사이로 아침이 왔다고 사서가 말했다.</p>";
    format!("{head}{before}{}", unit.repeat(BYTES / unit.len()))
}

fn answer(path: &str) -> Page {
    let links = || {
        (0..UNITS.len()).map(|page| {
            format!(
                "<a href=\"/news/articleView.html?idxno={}\">글</a> ",
                100 + page
            )
        })
    };
    let number = path
        .strip_prefix("/news/articleView.html?idxno=")
        .and_then(|number| number.parse::<usize>().ok());
    match number.and_then(|number| UNITS.get(number.checked_sub(100)?)) {
        Some((before, unit)) => invented_paper::html(crafted(before, unit)),
        None if path == "/" => invented_paper::html(format!(
            "<html><body>{}</body></html>",
            links().collect::<String>()
        )),
        None if path == "/robots.txt" => invented_paper::text("User-agent: *\nAllow: /\n"),
        None => invented_paper::missing(),
    }
}

#[test]
fn pages_that_unfold_without_bound_take_no_more_memory_than_a_crawl_has() {
    let paper = Invented::serve(answer);
    let crawler = Crawler::empty();
    crawler.write_site(&format!(
        "name = \"demo\"\ntitle = \"demo\"\nhome = \"{}/\"\nown_site = true\n[pace]\ngap = \"0s\"\nat_once = 4\n\
         [discover]\nsections = [\"/\"]\nfeeds = false\nsitemaps = false\n",
        paper.base
    ));

    let out = crawler.run(&["--json", "crawl"]);
    assert!(out.status.success(), "{}", said(&out));
    let articles = paper
        .asked()
        .iter()
        .filter(|path| path.contains("idxno="))
        .count();
    assert_eq!(articles, UNITS.len(), "each page was asked for once");

    // The crawler is the only child of this process.
    let memory = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss() / 1024;
    println!("at most {memory} MB");
    assert!(memory < MOST_MEMORY, "the crawl took {memory} MB");

    // Each is kept as it came, and the archive is whole.
    assert!(crawler.run(&["verify"]).status.success());
}
