//! robots.txt by the letter: RFC 9309 and Google's published matching, as tables; and our matcher
//! against a slow obvious one.

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
            assert!(
                !allows(body.as_bytes(), path),
                "{rules:?} must forbid {path}"
            );
        }
    }
}

#[test]
fn paths_match_as_google_publishes_it() {
    // https://developers.google.com/search/docs/crawling-indexing/robots/robots_txt, "URL matching
    // based on path values".
    assert_table(&[
        ("Disallow: /", &[], &["/", "/any/valid/url"]),
        ("Disallow: /*", &[], &["/", "/any"]),
        (
            "Disallow: /fish",
            &["/Fish.asp", "/catfish", "/?id=fish", "/desert/fish"],
            &[
                "/fish",
                "/fish.html",
                "/fish/salmon.html",
                "/fishheads",
                "/fish.php?id=anything",
            ],
        ),
        (
            "Disallow: /fish*",
            &["/Fish.asp", "/catfish"],
            &["/fish", "/fishheads/yummy.html"],
        ),
        (
            "Disallow: /fish/",
            &["/fish", "/fish.html", "/animals/fish/"],
            &["/fish/", "/fish/?id=1", "/fish/salmon.htm"],
        ),
        (
            "Disallow: /*.php",
            &["/", "/windows.PHP"],
            &[
                "/index.php",
                "/filename.php",
                "/folder/x.php",
                "/x.php?p",
                "/any.php.file.html",
                "/x.php/",
            ],
        ),
        (
            "Disallow: /*.php$",
            &["/x.php?parameters", "/x.php/", "/x.php5", "/windows.PHP"],
            &["/filename.php", "/folder/filename.php"],
        ),
        (
            "Disallow: /fish*.php",
            &["/Fish.PHP"],
            &["/fish.php", "/fishheads/catfish.php?parameters"],
        ),
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
        (
            "Disallow: /a/\nAllow: /a/b\nDisallow: /a/b/c",
            &["/a/b", "/a/b/x"],
            &["/a/x", "/a/b/c"],
        ),
        (
            "Allow: /x/index.html\nDisallow: /x",
            &["/x/", "/x/index.html"],
            &["/x/page", "/x"],
        ),
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
        (
            "Disallow: /exact$",
            &["/exactly", "/exact/", "/exact?x"],
            &["/exact"],
        ),
        (
            "Disallow: /path/file-with-a-%2A.html",
            &["/path/file-with-a-x.html"],
            &["/path/file-with-a-*.html"],
        ),
        (
            "Disallow: /path/foo-%24",
            &["/path/foo-"],
            &["/path/foo-$", "/path/foo-$x"],
        ),
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
        (
            "Disallow: /foo/bar?baz=quz",
            &["/foo/bar?baz=qu"],
            &["/foo/bar?baz=quz"],
        ),
        (
            "Disallow: /foo/bar?baz=https://foo.bar",
            &["/foo/bar?baz=http://foo.bar"],
            &[
                "/foo/bar?baz=https://foo.bar",
                "/foo/bar?baz=https%3A%2F%2Ffoo.bar",
            ],
        ),
        (
            "Disallow: /foo/bar?baz=https%3A%2F%2Ffoo.bar",
            &[],
            &["/foo/bar?baz=https://foo.bar"],
        ),
        (
            "Disallow: /foo/bar/ツ",
            &["/foo/bar/"],
            &["/foo/bar/ツ", "/foo/bar/%E3%83%84", "/foo/bar/%e3%83%84/x"],
        ),
        (
            "Disallow: /foo/bar/%E3%83%84",
            &[],
            &["/foo/bar/ツ", "/foo/bar/%e3%83%84"],
        ),
        (
            "Disallow: /foo/bar/%62%61%7A",
            &[],
            &["/foo/bar/baz", "/foo/bar/%62%61%7a"],
        ),
        ("Disallow: /foo/bar/baz", &[], &["/foo/bar/%62%61%7A"]),
        // Korean paths, raw and escaped, among others.
        (
            "Disallow: /뉴스/*/인쇄",
            &["/뉴스/인쇄"],
            &["/뉴스/7/인쇄", "/%eb%89%b4%ec%8a%a4/7/%EC%9D%B8%EC%87%84"],
        ),
        (
            "Disallow: /100%책/x",
            &["/100"],
            &["/100%책/x", "/100%25%EC%B1%85/x"],
        ),
        ("Disallow: /a b", &["/a"], &["/a b", "/a%20b"]),
        (
            "Disallow: /w?v='1'",
            &["/w?v=1"],
            &["/w?v='1'", "/w?v=%271%27"],
        ),
        ("Disallow: /p\\q", &["/pq"], &["/p/q", "/p\\q"]),
        ("Disallow: /p;q", &["/p"], &["/p;q", "/p%3Bq"]),
        (
            "Disallow: /x?a=1&b=2",
            &["/x?a=1"],
            &["/x?a=1&b=2", "/x?a=1%26b=2"],
        ),
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
        (
            "User-agent: *\nDisallow: /y\n\nUser-agent: saseo\nDisallow: /x",
            "/y",
            "/x",
        ),
        (
            "User-agent: saseo\nDisallow: /x\n\nUser-agent: *\nDisallow: /",
            "/y",
            "/x",
        ),
        (
            "User-agent: a\nUser-agent: saseo\nUser-agent: b\nDisallow: /x",
            "/y",
            "/x",
        ),
        ("User-agent: saseo\n\n\nDisallow: /x", "/y", "/x"),
        (
            "User-agent: saseo\nDisallow: /x\nUser-agent: b\nDisallow: /y",
            "/y",
            "/x",
        ),
        (
            "User-agent: *\nDisallow: /z\nUser-agent: b\nDisallow: /y\nUser-agent: *\nDisallow: /x",
            "/y",
            "/x",
        ),
        ("Disallow: /y\nUser-agent: *\nDisallow: /x", "/y", "/x"),
        ("User-agent: * (everyone)\nDisallow: /x", "/y", "/x"),
        (
            "User-agent: saseo-news\nDisallow: /y\nUser-agent: sase\nDisallow: /y\nUser-agent: *\nDisallow: /x",
            "/y",
            "/x",
        ),
        (
            "User-agent: saseo\nCrawl-delay: 1\nSitemap: https://a.kr/s.xml\nUser-agent: b\nDisallow: /x",
            "/y",
            "/x",
        ),
        (
            "User-agent: saseo\nUnknown: 1\nUser-agent: b\nDisallow: /x",
            "/y",
            "/x",
        ),
        (
            "Sitemap: https://a.kr/s.xml\nUser-agent: *\nSitemap: https://a.kr/t.xml\nDisallow: /x",
            "/y",
            "/x",
        ),
    ] {
        assert!(
            allows(body.as_bytes(), allowed),
            "{body:?} must allow {allowed}"
        );
        assert!(
            !allows(body.as_bytes(), forbidden),
            "{body:?} must forbid {forbidden}"
        );
    }
    assert!(allows(b"User-agent: saseo\nUser-agent: *\nDisallow:", "/x"));
    assert!(allows(b"User-agent: other\nDisallow: /", "/x"));
    assert!(allows(
        b"User-agent: saseo\n\nUser-agent: *\nDisallow: /x",
        "/y"
    ));
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
        assert!(
            !allows(body.as_bytes(), "/x") && allows(body.as_bytes(), "/y"),
            "{body:?}"
        );
    }
    let utf16: Vec<u8> = "\u{feff}User-agent: *\nDisallow: /x"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    assert!(!allows(&utf16, "/x"));
    assert!(!allows(
        b"User-agent: *\nDisallow: /\xff\xfe\nDisallow: /x",
        "/x"
    ));
}

/// Fails where a whole file, in octets, judges a path otherwise.
fn assert_files(table: &[(&[u8], &[&str], &[&str])]) {
    for (body, allowed, forbidden) in table {
        let shown = body.escape_ascii();
        for path in *allowed {
            assert!(allows(body, path), "\"{shown}\" must allow {path}");
        }
        for path in *forbidden {
            assert!(!allows(body, path), "\"{shown}\" must forbid {path}");
        }
    }
}

#[test]
fn lines_with_other_keys_do_not_interfere() {
    // RFC 9309 §2.2.4. Google's parser takes each key that begins like a known one; the RFC stands
    // above it.
    assert_files(&[
        (
            b"User-agent: *\nDisallow: /\nAllowAITraining: /",
            &[],
            &["/", "/x"],
        ),
        (
            b"User-agent: *\rDisallow: /\rAllowAITraining: /\r",
            &[],
            &["/", "/x"],
        ),
        (
            b"User-agent: *\nDisallow: /\nAllow-from: /x\nAllowed: /x\nAllow AI: /x\nallow_all: /",
            &[],
            &["/x"],
        ),
        (
            b"User-agent: *\nDisallow: /\nAllow AI:/x\nAllow AI :/x",
            &[],
            &["/x"],
        ),
        (
            b"User-agent: *\nDisallowAITraining: /\nDisallow-AI: /\nDisallow AI:/\nDisalow-all: /",
            &["/", "/x"],
            &[],
        ),
        (
            b"User-agent: *\nNoAllow: /x\nno disallow: /x\nDisallow: /y\nX-Allow: /y",
            &["/x"],
            &["/y"],
        ),
        // No group begins, and none ends.
        (
            b"User-agent: other\nUser-agent-comment: saseo\nDisallow: /",
            &["/x"],
            &[],
        ),
        (
            b"User-agent: other\nUser-agents: saseo\nUser agent name: *\nDisallow: /",
            &["/x"],
            &[],
        ),
        (
            b"User-agent: saseo\nUser-agent comment:all\nDisallow: /x",
            &["/y"],
            &["/x"],
        ),
        (
            b"User-agent: saseo\nAllow-from: all\nUser-agent: other\nDisallow: /x",
            &["/y"],
            &["/x"],
        ),
        (
            b"User-agent: saseo\nDisallow: /x\nDisallow-note: a\nUser-agent: other\nDisallow: /y",
            &["/y"],
            &["/x"],
        ),
        (
            b"User-agent: *\nHost: a.kr\nClean-param: x /\nNoindex: /y\nLicense: /y\nDisallow: /x",
            &["/y"],
            &["/x"],
        ),
    ]);
}

#[test]
fn other_keys_are_no_sitemaps_and_no_delays() {
    let body = b"Sitemap-index: https://a.kr/a\nsitemaps: https://a.kr/b\nSite-Map: https://a.kr/c\n\
        Sitemap https://a.kr/d\nUser-agent: *\nCrawl-delay-night: 50\nNo-crawl-delay: 50\nCrawl-delay2: 50\n\
        Request-rate-night: 1/50\nCrawl_delay 7\n";
    let robots = Robots::parse(body, "saseo");
    assert_eq!(robots.sitemaps(), ["https://a.kr/c", "https://a.kr/d"]);
    assert_eq!(robots.delay(), Duration::from_secs(7));
}

#[test]
fn slips_are_read_and_in_doubt_a_rule_forbids() {
    assert_files(&[
        (b"User-agent *\nDisallow /x", &["/y"], &["/x"]),
        (b"User agent *\nDisalow\t/x", &["/y"], &["/x"]),
        (b"USERAGENT saseo\nDISALLAW /x # /y", &["/y"], &["/x"]),
        (b"User-agent *\nDisallow /a:b", &["/a", "/b"], &["/a:b"]),
        (b"User-agent *\nDisallow *:b", &["/a"], &["/a:b"]),
        (
            b"User-agent: *\nDisallow\xc2\xa0/x\nDisallow\xe3\x80\x80/y",
            &["/z"],
            &["/x", "/y"],
        ),
        (b"User-agent *\nDisallow /\nAllow /x", &["/x"], &["/y"]),
        // More than one word is prose, and so is a key alone.
        (
            b"User-agent: *\nDisallow the whole site\nDisallow\nAllow",
            &["/", "/the"],
            &[],
        ),
        (b"User-agent: *\nDisallow/x\nDisallow=/x", &["/x"], &[]),
    ]);
}

#[test]
fn octets_beyond_ascii_are_escaped_one_by_one() {
    // RFC 9309 §2.2.2. The path in CP949 is `/a/비밀/`; the rest is Latin-1, and UTF-8 beside CP949.
    assert_files(&[
        (
            b"# \xb0\xcb\xbb\xf6\nUser-agent: *\nDisallow: /a/\xba\xf1\xb9\xd0/",
            &["/a/1", "/a/%BA%F1", "/a/%EF%BF%BD"],
            &["/a/%BA%F1%B9%D0/1", "/a/%ba%f1%b9%d0/"],
        ),
        (
            b"User-agent: *\nDisallow: /\nAllow: /a/\xba\xf1",
            &["/a/%BA%F1%B9%D0/1"],
            &["/a/%BA"],
        ),
        (
            b"User-agent: *\nDisallow: /caf\xe9",
            &["/caf", "/caf\u{e9}"],
            &["/caf%E9/1"],
        ),
        (
            b"User-agent: *\nDisallow: /\xba\xf1\nDisallow: /\xeb\xb9\x84\xeb\xb0\x80",
            &["/x"],
            &["/%BA%F1", "/비밀/1", "/%eb%b9%84%eb%b0%80"],
        ),
        (
            b"User-agent: *\nDisallow: /*/\xba\xf1$",
            &["/a/%BA%F1x"],
            &["/a/%BA%F1"],
        ),
        // A line that is not UTF-8 changes no other line.
        (
            b"\xff\xff\nUser-agent: *\xff\nUser-agent: * # \xff\nDisallow: /x # \xff",
            &["/y"],
            &["/x"],
        ),
    ]);
}

#[test]
fn invisible_letters_around_keys_and_values_do_not_count() {
    assert_files(&[
        (b"User-agent: *\nDisallow: /lib\xc2\xa0", &["/li"], &["/lib", "/library"]),
        (b"\xef\xbb\xbf\xef\xbb\xbfUser-agent: *\nDisallow: /x", &["/y"], &["/x"]),
        (b"\xef\xbb\xbf\0\xc3\xaf\xc2\xbb\xc2\xbf\xef\xbb\xbfUser-agent: *\nDisallow: /x", &["/y"], &["/x"]),
        (b"User-agent: *\nDisallow: /x\0\0\0", &["/y"], &["/x", "/x1"]),
        (b"User-agent: *\nDisallow: /x\n\0\0\0", &["/y"], &["/x", "/x1"]),
        (b"\0User-agent\0:\0*\0\n\x01Disallow\x7f:\x1b/x\x0b\x0c", &["/y"], &["/x1"]),
        // U+200B, U+FEFF, U+3000, U+2028, U+00AD, U+0085.
        (
            b"User-agent\xe2\x80\x8b: \xef\xbb\xbf*\xe3\x80\x80\n\xe2\x80\xa8Disallow:\xc2\xad/x\xc2\x85",
            &["/y"],
            &["/x1"],
        ),
        (b"User-agent: *\nDisallow: \xc2\xa0\nDisallow: /x", &["/y"], &["/x"]),
        // Inside a path they are letters like others.
        (b"User-agent: *\nDisallow: /a\xc2\xa0b", &["/ab", "/a"], &["/a\u{a0}b", "/a%C2%A0b"]),
        (b"User-agent: *\nDisallow: /a\0b\xe2\x80\x8bc", &["/abc"], &["/a%00b%E2%80%8Bc"]),
    ]);
}

#[test]
fn what_may_be_a_space_in_another_encoding_never_allows() {
    assert_files(&[
        // Latin-1.
        (
            b"\xa0User-agent:\xa0*\xa0\nDisallow:\xa0/lib\xa0\xa0",
            &["/li"],
            &["/lib", "/library"],
        ),
        (
            b"User-agent: *\nDisallow: /caf\xe9\xa0",
            &["/caf"],
            &["/caf%E9", "/caf%E9/1"],
        ),
        (
            b"User-agent: *\nDisallow: /caf\xe9/\xc2\xa0",
            &["/caf%E9"],
            &["/caf%E9/1"],
        ),
        (
            b"User-agent: *\nDisallow: /\nAllow: /lib\xa0",
            &[],
            &["/lib", "/library"],
        ),
        // The ideographic space of EUC-KR, behind `/비밀` and alone. A letter of CP949 ends in the
        // octet that is a space in Latin-1.
        (
            b"User-agent:\xa1\xa1*\n\xa1\xa1Disallow: /\xba\xf1\xb9\xd0\xa1\xa1",
            &["/%BA%F1"],
            &["/%BA%F1%B9%D0", "/%BA%F1%B9%D0/1"],
        ),
        (
            b"User-agent: *\nDisallow: /\xb0\xa0",
            &["/%B0", "/%B0%A1"],
            &["/%B0%A0"],
        ),
        (
            b"User-agent: *\nDisallow: /\xba\xf1\xb9\xd0\xa0",
            &["/%BA%F1"],
            &["/%BA%F1%B9%D0"],
        ),
        (
            b"User-agent: *\nDisallow: /\nAllow: /\xba\xf1\xa1\xa1",
            &[],
            &["/%BA%F1"],
        ),
        (
            b"User-agent: *\nDisallow: /\nAllow: \0/\xba\xf1 \0",
            &["/%BA%F1"],
            &["/x"],
        ),
    ]);
    // In UTF-8 the same octets end letters: `롡` is EB A1 A1, `à` is C3 A0.
    assert_table(&[
        ("Disallow: /롡", &["/%EB"], &["/롡"]),
        ("Disallow: /à", &["/%C3"], &["/à"]),
    ]);
}

#[test]
fn utf_16_is_read_by_its_mark_and_never_a_panic() {
    let text = "\u{feff}\u{feff}User-agent: *\nDisallow: /비밀\u{a0}\n";
    let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert_files(&[
        (&little, &["/x"], &["/비밀/1"]),
        (&big, &["/x"], &["/비밀/1"]),
    ]);

    for (little, big) in (0..little.len()).map(|end| (&little[..end], &big[..end])) {
        let _ = (allows(little, "/x"), allows(big, "/x"));
    }

    // The line that the cut at 500 KiB would tear does not count: neither `/p` nor half a letter.
    let head = "\u{feff}User-agent: *\nDisallow: /\n";
    let filler = "#".repeat(LARGEST / 2 - head.chars().count() - "\nAllow: /p".len());
    let torn = format!("{head}{filler}\nAllow: /private\n");
    assert!(!allows(
        &torn
            .encode_utf16()
            .flat_map(u16::to_be_bytes)
            .collect::<Vec<_>>(),
        "/page"
    ));
    assert!(!allows(
        &torn
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect::<Vec<_>>(),
        "/page"
    ));
}

#[test]
fn a_cut_disallow_matches_all_that_the_whole_one_does() {
    // The cut falls into an escape, before an escape, and behind a `$` that is no end.
    for (head, tail, path) in [
        ("/%25", "책/x", "/%25책/x"),
        ("/", "*$x", "/$x"),
        ("/", "a$x", "/a$x"),
        ("/", "%61%62", "/ab"),
    ] {
        let stars = "*".repeat(8 * 1024 - 2 - head.len());
        let body = format!("User-agent: *\nDisallow: {head}{stars}{tail}\n");
        assert!(!allows(body.as_bytes(), path), "{tail}");
    }
}

#[test]
fn a_cut_allow_allows_nothing_but_is_a_rule() {
    let stars = "*".repeat(8 * 1024);
    let body = format!("User-agent: *\nDisallow: /\nAllow: /{stars}/public/\n");
    assert!(!allows(body.as_bytes(), "/x"));

    let list =
        format!("User-agent: saseo\nAllow: /{stars}/public/\nUser-agent: other\nDisallow: /\n");
    assert!(allows(list.as_bytes(), "/x"));
}

#[test]
fn spaces_and_comments_make_no_line_too_long() {
    let spaces = " ".repeat(20_000);
    let allow = format!("{spaces}Allow{spaces}:{spaces}/x{spaces}# {spaces}");
    let body = format!("User-agent: *\nDisallow: /{spaces}\n{allow}\n");
    assert!(allows(body.as_bytes(), "/x") && !allows(body.as_bytes(), "/y"));
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
    let torn = format!(
        "{head}{}\nAllow: /private",
        "#".repeat(LARGEST - head.len() - 1 - "Allow: /p".len())
    );
    assert!(torn.len() > LARGEST && !allows(torn.as_bytes(), "/pages"));
}

#[test]
fn delays_are_read_in_every_spelling_and_the_longest_counts() {
    let delay = |lines: &str| {
        Robots::parse(format!("User-agent: *\n{lines}\n").as_bytes(), "saseo").delay()
    };
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
    let body =
        b"User-agent: *\nCrawl-delay: 9\n\nUser-agent: saseo\nDisallow: /x\nCrawl-delay: 2\n";
    assert_eq!(Robots::parse(body, "saseo").delay(), Duration::from_secs(2));
    assert_eq!(Robots::parse(body, "other").delay(), Duration::from_secs(9));
}

#[test]
fn an_absurd_delay_is_capped_and_said() {
    for absurd in ["100000", "1e99", "99999999999999999999999999", "infinity"] {
        let robots = Robots::parse(
            format!("User-agent: *\nCrawl-delay: {absurd}\n").as_bytes(),
            "saseo",
        );
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
        let of_kind = lines
            .iter()
            .filter(|line| line.is_allow == is_allow && !line.pattern.is_empty());
        of_kind
            .filter(|line| slow_match(path.as_bytes(), line.pattern.as_bytes()))
            .map(|line| line.pattern.len())
            .max()
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

/// The known keys in small letters: those of RFC 9309, the slips of Google's parser, and the
/// delays.
const KNOWN: [&str; 20] = [
    "user-agent",
    "useragent",
    "user agent",
    "allow",
    "disallow",
    "dissallow",
    "dissalow",
    "disalow",
    "diasllow",
    "disallaw",
    "sitemap",
    "site-map",
    "crawl-delay",
    "crawldelay",
    "crawl delay",
    "crawl_delay",
    "request-rate",
    "requestrate",
    "request rate",
    "request_rate",
];

/// What editors, web pages and other encodings leave around words.
const JUNK: [&str; 17] = [
    " ", "\t", "\0", "\u{1}", "\u{b}", "\u{c}", "\u{7f}", "\u{85}", "\u{a0}", "\u{ad}", "\u{2003}",
    "\u{200b}", "\u{200d}", "\u{2028}", "\u{2060}", "\u{3000}", "\u{feff}",
];

fn junk() -> impl Strategy<Value = String> {
    proptest::collection::vec(proptest::sample::select(JUNK.to_vec()), 0..4)
        .prop_map(|letters| letters.concat())
}

fn known_line() -> impl Strategy<Value = (String, String)> {
    let rule = (
        "(Allow|Disallow|disalow)",
        "(/[ab*]{0,3}|/책|/a/[*]책[$]|\\*b|)",
    );
    let agent = (
        "(User-agent|useragent|User agent)",
        "(\\*|saseo|SASEO/1|other|saseo-x)",
    );
    let delay = ("Crawl-delay", "[1-9]");
    let rate = ("Request-rate", "1/[1-9]");
    let sitemap = ("(Sitemap|site-map)", "https://a[.]kr/[a-c][.]xml");
    prop_oneof![4 => rule, 3 => agent, 1 => delay, 1 => rate, 1 => sitemap]
}

/// A key that is none of [`KNOWN`]: any text, or one of them with something before or behind.
fn unknown_key() -> impl Strategy<Value = String> {
    let known = || proptest::sample::select(KNOWN.to_vec());
    let longer =
        (known(), "[-_ ]?[A-Za-z0-9가-힣]{1,9}").prop_map(|(known, tail)| format!("{known}{tail}"));
    let shorter =
        (known(), 1_usize..4).prop_map(|(known, cut)| known[..known.len() - cut].to_owned());
    let headed =
        ("[A-Za-z0-9가-힣]{1,5}[-_ ]?", known()).prop_map(|(head, known)| format!("{head}{known}"));
    let any = "[!-~가-힣][ -~가-힣]{0,12}".prop_map(|text| text.replace([':', '#'], ""));
    let key = prop_oneof![longer, shorter, headed, any];
    key.prop_filter("a known key", |key| {
        !KNOWN.contains(&key.trim().to_ascii_lowercase().as_str())
    })
}

/// Everything that a file decides: pages, the delay, and the sitemaps.
fn decisions(body: &str) -> (Vec<bool>, Duration, Vec<String>) {
    let robots = Robots::parse(body.as_bytes(), "saseo");
    let paths = ["/", "/a", "/b", "/ab", "/aab", "/a/b", "/책", "/a/책", "/c"];
    let allowed = paths
        .iter()
        .map(|path| robots.check(&url(path)).is_ok())
        .collect();
    (allowed, robots.delay(), robots.sitemaps().to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_unknown_key_changes_nothing(
        lines in proptest::collection::vec(known_line(), 0..9),
        key in unknown_key(),
        value in "(/|/[ab]{0,2}|\\*|saseo|[1-9]|1/9|https://a[.]kr/z[.]xml|)",
        at in any::<proptest::sample::Index>(),
    ) {
        let mut lines: Vec<String> = lines.into_iter().map(|(key, value)| format!("{key}: {value}")).collect();
        let before = decisions(&lines.join("\n"));
        lines.insert(at.index(lines.len() + 1), format!("{key}: {value}"));
        prop_assert_eq!(decisions(&lines.join("\n")), before, "{:?}", lines);
    }

    #[test]
    fn invisible_letters_around_keys_and_values_change_nothing(
        lines in proptest::collection::vec((known_line(), junk(), junk(), junk(), junk()), 0..9),
    ) {
        let bare = lines.iter().map(|((key, value), ..)| format!("{key}: {value}\n")).collect::<String>();
        let strewn = lines.iter().map(|((key, value), a, b, c, d)| format!("{a}{key}{b}:{c}{value}{d}\n"));
        let strewn = strewn.collect::<String>();
        prop_assert_eq!(decisions(&strewn), decisions(&bare), "{:?}", strewn);
    }
}

/// What a check has to do with the worst of files is bounded by the file's and the address's size: one search a part of a
/// pattern. `cargo bench --bench robots` measures it.
#[test]
fn the_worst_files_are_decided() {
    let path = format!("/{}", "a".repeat(1_900));
    for pattern in [
        format!("/{}b", "*a".repeat(3_000)),
        format!("/{}", "*a*".repeat(2_000)),
        "/*a*b".to_owned(),
    ] {
        let _ = allows(
            format!(
                "User-agent: *\n{}",
                format!("Disallow: {pattern}\n").repeat(20)
            )
            .as_bytes(),
            &path,
        );
    }
    // Octets that may be spaces, letters or half of one are looked at once.
    let fillers: [&[u8]; 7] = [
        b"\0",
        b"\xc2\xa0",
        b" \xef\xbb\xbf",
        "책".as_bytes(),
        b"\xa0",
        b"\xa1\xa1\xa0",
        b" \xa0",
    ];
    for filler in fillers {
        let line = filler.repeat(LARGEST / 2 / filler.len());
        for (head, tail) in [
            ("", "Disallow: /x"),
            ("Disallow: ", "/x"),
            ("Disallow", ": /x"),
            ("Disallow: /x", ""),
        ] {
            let body = [
                b"User-agent: *\n",
                head.as_bytes(),
                &line,
                tail.as_bytes(),
                b"\n\xff",
            ]
            .concat();
            let _ = allows(&body, &path);
        }
    }
    let many: String = (0..40_000)
        .map(|k| format!("Disallow: /*{k:x}z\n"))
        .collect();
    assert!(allows(format!("User-agent: *\n{many}").as_bytes(), &path));
}
