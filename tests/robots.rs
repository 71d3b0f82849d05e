//! robots.txt by the letter: RFC 9309 and Google's published matching, as tables; and our matcher against a slow obvious one.

use std::time::Duration;

use proptest::prelude::*;
use saseo::page_url::PageUrl;
use saseo::robots::{LARGEST, LONGEST_DELAY, Robots};

fn url(path: &str) -> PageUrl {
    PageUrl::parse(&format!("https://paper.example{path}")).unwrap()
}

fn allows(body: &[u8], path: &str) -> bool {
    Robots::parse(body, "saseo").check(&url(path)).is_ok()
}

/// Fails where the rules, in a group for all, judge a path otherwise.
fn assert_table(table: &[(&str, &[&str], &[&str])]) {
    for (rules, allowed, forbidden) in table {
        let body = format!("User-agent: *\n{rules}\n");
        for path in *allowed {
            assert!(allows(body.as_bytes(), path), "{rules:?} must allow {path}");
        }
        for path in *forbidden {
            assert!(!allows(body.as_bytes(), path), "{rules:?} must forbid {path}");
        }
    }
}

#[test]
fn paths_match_as_google_publishes_it() {
    // https://developers.google.com/search/docs/crawling-indexing/robots/robots_txt, "URL matching based on path values".
    assert_table(&[
        ("Disallow: /", &[], &["/", "/any/valid/url"]),
        ("Disallow: /*", &[], &["/", "/any"]),
        (
            "Disallow: /fish",
            &["/Fish.asp", "/catfish", "/?id=fish", "/desert/fish"],
            &["/fish", "/fish.html", "/fish/salmon.html", "/fishheads", "/fish.php?id=anything"],
        ),
        ("Disallow: /fish*", &["/Fish.asp", "/catfish"], &["/fish", "/fishheads/yummy.html"]),
        (
            "Disallow: /fish/",
            &["/fish", "/fish.html", "/animals/fish/"],
            &["/fish/", "/fish/?id=1", "/fish/salmon.htm"],
        ),
        (
            "Disallow: /*.php",
            &["/", "/windows.PHP"],
            &["/index.php", "/filename.php", "/folder/x.php", "/x.php?p", "/any.php.file.html", "/x.php/"],
        ),
        (
            "Disallow: /*.php$",
            &["/x.php?parameters", "/x.php/", "/x.php5", "/windows.PHP"],
            &["/filename.php", "/folder/filename.php"],
        ),
        ("Disallow: /fish*.php", &["/Fish.PHP"], &["/fish.php", "/fishheads/catfish.php?parameters"]),
    ]);
}

#[test]
fn the_longest_rule_wins_and_allow_wins_ties() {
    // The same page, "Order of precedence for rules".
    assert_table(&[
        ("Allow: /p\nDisallow: /", &["/page"], &["/x"]),
        ("Disallow: /\nAllow: /p", &["/page"], &["/x"]),
        ("Allow: /folder\nDisallow: /folder", &["/folder/page"], &[]),
        ("Disallow: /folder\nAllow: /folder", &["/folder/page"], &[]),
        ("Allow: /page\nDisallow: /*.htm", &["/page"], &["/page.htm"]),
        ("Allow: /page\nDisallow: /*.ph", &["/page.php5"], &[]),
        ("Allow: /$\nDisallow: /", &["/"], &["/page.htm"]),
        // RFC 9309 §5.2.
        (
            "Allow: /example/page/\nDisallow: /example/page/disallowed.gif",
            &["/example/page/"],
            &["/example/page/disallowed.gif"],
        ),
        ("Disallow: /a/\nAllow: /a/b\nDisallow: /a/b/c", &["/a/b", "/a/b/x"], &["/a/x", "/a/b/c"]),
        ("Allow: /x/index.html\nDisallow: /x", &["/x/", "/x/index.html"], &["/x/page", "/x"]),
    ]);
}

#[test]
fn special_characters_are_those_of_the_rfc() {
    // RFC 9309 §2.2.3.
    assert_table(&[
        ("Disallow: /a # b", &["/b"], &["/a", "/ab"]),
        (
            "Disallow: /this/*/exactly",
            &["/this/exactly", "/x/this/a/exactly"],
            &["/this/a/exactly", "/this/a/b/exactly?x"],
        ),
        ("Disallow: /exact$", &["/exactly", "/exact/", "/exact?x"], &["/exact"]),
        ("Disallow: /path/file-with-a-%2A.html", &["/path/file-with-a-x.html"], &["/path/file-with-a-*.html"]),
        ("Disallow: /path/foo-%24", &["/path/foo-"], &["/path/foo-$", "/path/foo-$x"]),
        ("Disallow: /a$b", &["/a", "/ab"], &["/a$b", "/a%24b"]),
        ("Disallow: /**/x", &["/x"], &["/a/x", "//x"]),
        ("Disallow: *x", &["/a"], &["/x", "/a/x"]),
        ("Disallow: *", &[], &["/", "/a?b"]),
        ("Disallow: x", &["/x", "/a/x"], &[]),
        ("Disallow:", &["/", "/x"], &[]),
        ("Allow:", &["/", "/x"], &[]),
    ]);
}

#[test]
fn escapes_are_compared_as_the_rfc_says() {
    // RFC 9309 §2.2.2, the table of comparisons.
    assert_table(&[
        ("Disallow: /foo/bar?baz=quz", &["/foo/bar?baz=qu"], &["/foo/bar?baz=quz"]),
        (
            "Disallow: /foo/bar?baz=https://foo.bar",
            &["/foo/bar?baz=http://foo.bar"],
            &["/foo/bar?baz=https://foo.bar", "/foo/bar?baz=https%3A%2F%2Ffoo.bar"],
        ),
        ("Disallow: /foo/bar?baz=https%3A%2F%2Ffoo.bar", &[], &["/foo/bar?baz=https://foo.bar"]),
        ("Disallow: /foo/bar/ツ", &["/foo/bar/"], &["/foo/bar/ツ", "/foo/bar/%E3%83%84", "/foo/bar/%e3%83%84/x"]),
        ("Disallow: /foo/bar/%E3%83%84", &[], &["/foo/bar/ツ", "/foo/bar/%e3%83%84"]),
        ("Disallow: /foo/bar/%62%61%7A", &[], &["/foo/bar/baz", "/foo/bar/%62%61%7a"]),
        ("Disallow: /foo/bar/baz", &[], &["/foo/bar/%62%61%7A"]),
        // Korean paths, raw and escaped, among others.
        ("Disallow: /뉴스/*/인쇄", &["/뉴스/인쇄"], &["/뉴스/7/인쇄", "/%eb%89%b4%ec%8a%a4/7/%EC%9D%B8%EC%87%84"]),
        ("Disallow: /100%책/x", &["/100"], &["/100%책/x", "/100%25%EC%B1%85/x"]),
        ("Disallow: /a b", &["/a"], &["/a b", "/a%20b"]),
        ("Disallow: /w?v='1'", &["/w?v=1"], &["/w?v='1'", "/w?v=%271%27"]),
        ("Disallow: /p\\q", &["/pq"], &["/p/q", "/p\\q"]),
        ("Disallow: /p;q", &["/p"], &["/p;q", "/p%3Bq"]),
        ("Disallow: /x?a=1&b=2", &["/x?a=1"], &["/x?a=1&b=2", "/x?a=1%26b=2"]),
        ("Disallow: /*%", &["/a"], &["/a%25", "/책"]),
        ("Disallow: /a%2Fb", &["/a/b"], &["/a%2fb"]),
    ]);
}

#[test]
fn groups_are_chosen_and_merged_as_the_rfc_says() {
    // RFC 9309 §2.2.1: case-insensitive, all groups that name us together, else those for `*`, else everything is allowed.
    for (body, allowed, forbidden) in [
        ("User-agent: SaSeO\nDisallow: /x", "/y", "/x"),
        ("User-agent: saseo/7.1 (x)\nDisallow: /x", "/y", "/x"),
        ("User-agent: *\nDisallow: /y\n\nUser-agent: saseo\nDisallow: /x", "/y", "/x"),
        ("User-agent: saseo\nDisallow: /x\n\nUser-agent: *\nDisallow: /", "/y", "/x"),
        ("User-agent: a\nUser-agent: saseo\nUser-agent: b\nDisallow: /x", "/y", "/x"),
        ("User-agent: saseo\n\n\nDisallow: /x", "/y", "/x"),
        ("User-agent: saseo\nDisallow: /x\nUser-agent: b\nDisallow: /y", "/y", "/x"),
        ("User-agent: *\nDisallow: /z\nUser-agent: b\nDisallow: /y\nUser-agent: *\nDisallow: /x", "/y", "/x"),
        ("Disallow: /y\nUser-agent: *\nDisallow: /x", "/y", "/x"),
        ("User-agent: * (everyone)\nDisallow: /x", "/y", "/x"),
        (
            "User-agent: saseo-news\nDisallow: /y\nUser-agent: sase\nDisallow: /y\nUser-agent: *\nDisallow: /x",
            "/y",
            "/x",
        ),
        ("User-agent: saseo\nCrawl-delay: 1\nSitemap: https://a.kr/s.xml\nUser-agent: b\nDisallow: /x", "/y", "/x"),
        ("User-agent: saseo\nUnknown: 1\nUser-agent: b\nDisallow: /x", "/y", "/x"),
        ("Sitemap: https://a.kr/s.xml\nUser-agent: *\nSitemap: https://a.kr/t.xml\nDisallow: /x", "/y", "/x"),
    ] {
        assert!(allows(body.as_bytes(), allowed), "{body:?} must allow {allowed}");
        assert!(!allows(body.as_bytes(), forbidden), "{body:?} must forbid {forbidden}");
    }
    assert!(allows(b"User-agent: saseo\nUser-agent: *\nDisallow:", "/x"));
    assert!(allows(b"User-agent: other\nDisallow: /", "/x"));
    assert!(allows(b"User-agent: saseo\n\nUser-agent: *\nDisallow: /x", "/y"));
}

#[test]
fn lines_are_read_whatever_their_ends_marks_and_typos() {
    for body in [
        "\u{feff}User-agent: *\nDisallow: /x",
        "User-agent: *\r\nDisallow: /x\r\n",
        "User-agent: *\rDisallow: /x\r",
        "user-AGENT:*\n\tdisALLOW :\t/x  ",
        "User agent: *\nDisallow: /x",
        "useragent: *\nDissallow: /x",
        "User-agent *\nDisalow /x",
        "User-agent: *\nDiasllow: /x # why",
        "User-agent: *\nDisallaw:/x",
        "# a comment\nUser-agent: * # all\n\n# another\nDisallow: /x",
        "<html>\nUser-agent: *\nDisallow: /x\n</html>",
        "User-agent: *\n: /y\nDisallow: /x\nnonsense\n\0\0",
    ] {
        assert!(!allows(body.as_bytes(), "/x") && allows(body.as_bytes(), "/y"), "{body:?}");
    }
    let utf16: Vec<u8> = "\u{feff}User-agent: *\nDisallow: /x".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(!allows(&utf16, "/x"));
    assert!(!allows(b"User-agent: *\nDisallow: /\xff\xfe\nDisallow: /x", "/x"));
}

#[test]
fn five_hundred_kibibytes_are_read_and_no_half_line() {
    let filler = format!("# {}\n", "x".repeat(97)).repeat(LARGEST / 100 - 1);
    let within = format!("User-agent: *\n{filler}Disallow: /x\n");
    assert!(within.len() < LARGEST && !allows(within.as_bytes(), "/x"));
    let beyond = format!("User-agent: *\n{filler}{filler}Disallow: /x\n");
    assert!(allows(beyond.as_bytes(), "/x"));
    // A line that the cut would tear, `Allow: /private`, must not become `Allow: /p`.
    let head = "User-agent: *\nDisallow: /\n";
    let torn = format!("{head}{}\nAllow: /private", "#".repeat(LARGEST - head.len() - 1 - "Allow: /p".len()));
    assert!(torn.len() > LARGEST && !allows(torn.as_bytes(), "/pages"));
}

#[test]
fn delays_are_read_in_every_spelling_and_the_longest_counts() {
    let delay = |lines: &str| Robots::parse(format!("User-agent: *\n{lines}\n").as_bytes(), "saseo").delay();
    for (lines, seconds) in [
        ("Crawl-delay: 5", 5.0),
        ("crawl-delay:0.5", 0.5),
        ("Crawl-Delay: 1,5", 1.5),
        ("Crawldelay: 7 # seconds", 7.0),
        ("Crawl-delay: 10s", 10.0),
        ("Request-rate: 1/5", 5.0),
        ("Request-rate: 2/1m 0900-1730", 30.0),
        ("Request-rate: 100/1h", 36.0),
        ("Crawl-delay: 2\nRequest-rate: 1/8\nCrawl-delay: 3", 8.0),
        ("Crawl-delay: inf", LONGEST_DELAY.as_secs_f64()),
        ("Crawl-delay: soon", 0.0),
        ("Crawl-delay: -5", 0.0),
        ("Crawl-delay:", 0.0),
        ("Request-rate: 0/5", 0.0),
        ("Request-rate: 5", 0.0),
    ] {
        assert_eq!(delay(lines), Duration::from_secs_f64(seconds), "{lines}");
    }
}

#[test]
fn a_delay_of_another_group_is_not_ours() {
    let body = b"User-agent: *\nCrawl-delay: 9\n\nUser-agent: saseo\nDisallow: /x\nCrawl-delay: 2\n";
    assert_eq!(Robots::parse(body, "saseo").delay(), Duration::from_secs(2));
    assert_eq!(Robots::parse(body, "other").delay(), Duration::from_secs(9));
}

#[test]
fn an_absurd_delay_is_capped_and_said() {
    for absurd in ["100000", "1e99", "99999999999999999999999999", "infinity"] {
        let robots = Robots::parse(format!("User-agent: *\nCrawl-delay: {absurd}\n").as_bytes(), "saseo");
        assert_eq!(robots.delay(), LONGEST_DELAY, "{absurd}");
        assert!(robots.warning().unwrap().contains("taken as a day"));
    }
}

/// One rule of a random robots.txt.
#[derive(Clone, Debug)]
struct Line {
    is_allow: bool,
    pattern: String,
}

/// The definition, slow and obvious: a `*` is any run of letters, a final `$` the end, everything else itself.
fn slow_match(path: &[u8], pattern: &[u8]) -> bool {
    match pattern {
        [] => true,
        b"$" => path.is_empty(),
        [b'*', rest @ ..] => (0..=path.len()).any(|at| slow_match(&path[at..], rest)),
        [byte, rest @ ..] => path.first() == Some(byte) && slow_match(&path[1..], rest),
    }
}

/// The longest match decides, Allow wins a tie, nothing allows.
fn slow_check(lines: &[Line], path: &str) -> bool {
    let longest = |is_allow: bool| {
        let of_kind = lines.iter().filter(|line| line.is_allow == is_allow && !line.pattern.is_empty());
        of_kind.filter(|line| slow_match(path.as_bytes(), line.pattern.as_bytes())).map(|line| line.pattern.len()).max()
    };
    match (longest(true), longest(false)) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(allow), Some(disallow)) => allow >= disallow,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn our_matcher_agrees_with_the_slow_obvious_one(
        rules in proptest::collection::vec((any::<bool>(), "(/[ab/*]{0,6}|\\*[ab/*]{0,4})[$]?|"), 0..5),
        path in "/[ab/]{0,9}",
    ) {
        let lines: Vec<Line> = rules.into_iter().map(|(is_allow, pattern)| Line { is_allow, pattern }).collect();
        let line = |line: &Line| format!("{}: {}\n", if line.is_allow { "Allow" } else { "Disallow" }, line.pattern);
        let body = format!("User-agent: saseo\n{}", lines.iter().map(line).collect::<String>());
        prop_assert_eq!(allows(body.as_bytes(), &path), slow_check(&lines, &path), "{} {}", body, path);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_panic(body in proptest::collection::vec(any::<u8>(), 0..300), path in "\\PC{0,40}") {
        let robots = Robots::parse(&body, "saseo");
        if let Ok(url) = PageUrl::parse(&format!("https://a.kr/{path}")) {
            let _ = robots.check(&url);
        }
    }

    #[test]
    fn no_text_panics(lines in proptest::collection::vec("(User-agent|Allow|Disallow|Crawl-delay|Request-rate)?:? ?\\PC{0,20}", 0..10)) {
        let _ = Robots::parse(lines.join("\n").as_bytes(), "saseo").check(&url("/x?y"));
    }
}

/// What a check has to do with the worst of files is bounded by the file's and the address's size: one search a part of a
/// pattern. `cargo bench --bench robots` measures it.
#[test]
fn the_worst_files_are_decided() {
    let path = format!("/{}", "a".repeat(1_900));
    for pattern in [format!("/{}b", "*a".repeat(3_000)), format!("/{}", "*a*".repeat(2_000)), "/*a*b".to_owned()] {
        let _ = allows(format!("User-agent: *\n{}", format!("Disallow: {pattern}\n").repeat(20)).as_bytes(), &path);
    }
    let many: String = (0..40_000).map(|k| format!("Disallow: /*{k:x}z\n")).collect();
    assert!(allows(format!("User-agent: *\n{many}").as_bytes(), &path));
}
