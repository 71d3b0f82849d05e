//! A page from which was cut what nobody looks for is read as the whole page is.
//!
//! `PROPTEST_CASES=100000 cargo test --release --test it pruning::` tries more pages.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use saseo::config::Profile;
use saseo::demo::{DemoSkin, Edition, Newspaper, answer};
use saseo::extract::{ArticleReader, KnownPaper};
use saseo::markup::{Selector, Tree, Wanted};
use saseo::page_url::PageUrl;

const BASE: &str = "http://127.0.0.1:8750";

/// Tags of all kinds that a parser treats in its own way, and of none.
const TAGS: [&str; 48] = [
    "a", "address", "article", "b", "button", "caption", "center", "col", "colgroup", "dd", "div",
    "div", "dl", "dt", "em", "font", "form", "h2", "h3", "i", "iframe", "label", "li", "li",
    "math", "nobr", "noscript", "object", "ol", "optgroup", "option", "p", "p", "path", "pre",
    "section", "select", "span", "svg", "table", "tbody", "td", "template", "textarea", "th",
    "title", "tr", "ul",
];

/// What the profile looks for, and what looks much like it.
const MARKS: [&str; 9] = [
    " class='tag&#45;group'",
    "",
    "",
    "",
    " class=tag-group",
    " id=articleBody",
    " class='info-text'",
    " href='/?sc_area=K'",
    " class=\"list-block\" onclick='embargo_date'",
];

const REST: [&str; 15] = [
    "<!--- <p> --->",
    "</p>",
    "</br>",
    "글",
    " ",
    "<br>",
    "<input>",
    "<hr>",
    "<img src=a>",
    "<script>1 < 2</script>",
    "<script><!-- <script></script> --></script>",
    "<style>a{}</style>",
    "<!-- <p> -->",
    "<a title='",
    "<body class=x>",
];

/// What is sought in a page of the CMS.
struct Sought {
    wanted: Wanted,
    selectors: Vec<Selector>,
    present: Vec<Selector>,
}

impl Sought {
    /// What articles of the CMS are read from, and its lists.
    fn all() -> [Self; 2] {
        let profile = Profile::shipped("ndsoft").unwrap();
        let marks = profile.skins.iter().map(|skin| skin.mark.clone()).collect();
        let rows = profile.lists.iter().map(|skin| skin.row.clone());
        let frames = profile.lists.iter().filter_map(|skin| skin.list.clone());
        [
            Self::new(profile.article.page_selectors().cloned().collect(), marks),
            Self::new(
                rows.chain(profile.pager.links.clone()).collect(),
                frames.collect(),
            ),
        ]
    }

    fn new(selectors: Vec<Selector>, present: Vec<Selector>) -> Self {
        Self {
            wanted: Wanted::of(&selectors, &present),
            selectors,
            present,
        }
    }

    /// Reads a page both ways, and tells whether something was cut from it.
    fn compare(&self, page: &str) -> bool {
        let Ok(whole) = Tree::parse(page) else {
            return false;
        };
        let pruned = Tree::parse_wanted(page, &self.wanted).expect("a part of a page is lighter");

        let head = Selector::compile("base, meta, script[type*=json]").unwrap();
        for selector in self.selectors.iter().chain([&head]) {
            let found = |tree: &Tree| {
                let nodes = tree.all(selector);
                nodes
                    .map(|node| node.html().to_string())
                    .collect::<Vec<_>>()
            };
            assert_eq!(found(&whole), found(&pruned), "{selector:?} in {page}");
        }
        for selector in &self.present {
            let found = |tree: &Tree| tree.all(selector).count();
            assert_eq!(found(&whole), found(&pruned), "{selector:?} in {page}");
        }

        !pruned.is_whole()
    }
}

/// Every page of the demo newspaper in one skin, and of its list.
fn pages(skin: DemoSkin) -> Vec<String> {
    let paper = Newspaper::new(&Edition {
        skin,
        ..Edition::default()
    });
    let articles = paper.articles().iter();
    let paths = articles.map(|article| format!("/news/articleView.html?idxno={}", article.number));

    paths
        .step_by(9)
        .chain(["/news/articleList.html?view_type=sm".to_owned()])
        .map(|path| answer(&paper, BASE, &path).body)
        .collect()
}

/// Splits a page into its tags and the texts between them.
fn pieces(page: &str) -> Vec<String> {
    page.split_inclusive('>')
        .flat_map(|part| {
            let tag = part.find('<').unwrap_or(0);
            [part[..tag].to_owned(), part[tag..].to_owned()]
        })
        .filter(|piece| !piece.is_empty())
        .collect()
}

/// A piece of mark-up: a start tag, an end tag, or something else.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        (select(TAGS.to_vec()), select(MARKS.to_vec()))
            .prop_map(|(tag, mark)| format!("<{tag}{mark}>")),
        select(TAGS.to_vec()).prop_map(|tag| format!("</{tag}>")),
        select(REST.to_vec()).prop_map(str::to_owned),
    ]
}

/// Nested mark-up, most of which is well-formed.
fn nested() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![3 => select(REST.to_vec()).prop_map(str::to_owned), 1 => piece()];
    leaf.prop_recursive(6, 60, 6, |inner| {
        let within = vec(inner, 0..6);
        (select(TAGS.to_vec()), select(MARKS.to_vec()), within)
            .prop_map(|(tag, mark, within)| format!("<{tag}{mark}>{}</{tag}>", within.concat()))
    })
}

#[test]
fn most_of_a_page_is_cut_and_its_fields_are_the_same() {
    let profile = Profile::shipped("ndsoft").unwrap();
    let reader = ArticleReader::new(profile.clone(), KnownPaper::from(&profile));
    let url = PageUrl::parse("https://www.saseo.example/news/articleView.html?idxno=812").unwrap();

    for skin in [DemoSkin::G4, DemoSkin::G2] {
        for page in pages(skin) {
            let whole = Tree::parse(&page).unwrap();
            assert_eq!(
                reader.read(&url, &page),
                reader.read_tree(&url, &page, &whole)
            );

            let pruned = Tree::parse_wanted(&page, reader.wanted().unwrap()).unwrap();
            let (left, all) = (pruned.weight().bytes, whole.weight().bytes);
            assert!(left * 4 < all * 3, "{left} of {all} bytes are left");
        }
    }
}

#[test]
fn what_a_selector_says_of_contents_or_neighbours_holds_in_a_cut_page() {
    let filler = "<div class=menu><ul><li><a href=x>글</a></li></ul></div>".repeat(40);
    let page = |inner: &str| format!("<body>{filler}{inner}{filler}</body>");

    for (selector, inner) in [
        (
            "li:has(.b) a",
            "<ul><li><i class=b></i><div><a href=y>글</a></div></li></ul>",
        ),
        (
            "h2.a + div",
            "<section><h2 class=a>글</h2><div>글</div></section>",
        ),
        (
            "td:contains('글') b",
            "<table><tr><td><div>글</div><b>나</b></td></tr></table>",
        ),
        ("div:nth-child(41) p", "<div><div>글</div><p>글</p></div>"),
        (
            "p:not(:has(a))",
            "<div><p><a href=x>글</a></p><p>글</p></div>",
        ),
        ("b.a:empty", "<div><b class=a></b></div>"),
        (
            "a[href='/y?a=1&b=2']",
            "<div><a href='/y?a=1&amp;b=2'>글</a></div>",
        ),
        ("[data-x='가']", "<div><i data-x='&#44032;'>글</i></div>"),
    ] {
        let selectors = vec![Selector::compile(selector).unwrap()];
        let page = page(inner);
        let found = Tree::parse(&page).unwrap().first(&selectors[0]).is_some();
        assert!(found, "{selector} finds nothing");
        let is_cut = Sought::new(selectors, Vec::new()).compare(&page);
        // Someone wants the items of the menu, too, its boxes, or what the selector may say of all.
        let wants_menu = ["li:", "h2.a + div", "div:", "a[href", "b.a:empty"];
        let is_left = wants_menu.iter().any(|start| selector.starts_with(start));
        assert_eq!(is_cut, !is_left, "{selector}");
    }
}

/// What stands in an element has effects behind it here, or the parser moves or repeats it.
#[test]
fn what_a_parser_takes_apart_is_read_alike() {
    let menu = "<div class=menu><ul><li><a href=x>글</a></li></ul></div>".repeat(40);
    let story = "<div id=articleBody>글</div><div class=tag-group><i>글</i>나</div>";

    for page in [
        // A formatting element that is opened or closed in an element goes on behind it.
        format!("<span><b><div>{menu}</b>글</div></span>{story}"),
        format!("<div>{menu}<b><p>글</div>{story}"),
        format!("<div>{menu}<a href='/?sc_area=K'>글</div>{story}"),
        format!("<a href='/?sc_area=K'><div>{menu}<div class=tag-group>글</a></div></div>{story}"),
        format!("<a href='/?sc_area=K'><section class=tag-group><div>{menu}</div>글</a></section>"),
        format!("<label><em></label><form>{menu}<img src=a></form><div>{story}</div>"),
        // What only a parser sees: where comments end, references, elements that no tag begins.
        format!("<div><!--- 글 --->{story}<!-- 나 -->{menu}</div>"),
        format!("<div>{menu}<div class='tag&#45;group'><a href='/?sc_area=K'>글</a></div></div>"),
        format!("<form><p id=articleBody>글<form><select><option>{menu}</select>나</p>{story}"),
        format!("<div><i></div><h2 id=articleBody>글<h3>나</h3><div>{menu}</div></h2>{story}"),
        format!("<noscript><span id=articleBody></noscript><div>{menu}</div>{story}"),
        // An item, a form and a part of a table end what is open outside of their element.
        format!("<ul><li id=articleBody><div>{menu}<li>글</div>나</ul>{story}"),
        format!("<form><div>{menu}</form>글</div><form id=articleBody>글</form>{story}"),
        format!("<table><option><address><table></table>{menu}</address>{story}"),
        format!("<table><tr><td><div>{menu}<tr><td id=articleBody>글</div>나</table>{story}"),
        format!("<div>{menu}<select><option>글</div>{story}</select>{story}"),
        format!("<div>{menu}<svg><p>글</svg></div>{story}"),
        format!("<div>{menu}<body class=tag-group></div><a href='/?sc_area=K'>글</a>"),
        format!("<div>{menu}<script><!-- <script> </script></div>{story}--></script>"),
    ] {
        for sought in Sought::all() {
            sought.compare(&page);
        }
    }

    let [articles, _] = Sought::all();
    assert!(
        articles.compare(&format!("{menu}{story}")),
        "nothing is cut"
    );
}

/// Looking at all that is open at every tag would take minutes here: what stands behind is not
/// cut, though it could be.
#[test]
fn a_page_that_keeps_a_reader_climbing_is_given_up() {
    let menu = "<ul><li><a href=x>글</a></li></ul>".repeat(40);
    let [articles, _] = Sought::all();

    for (climb, times) in [("<i></i>", 20_000), ("</section>", 20_000)] {
        let page = |times: usize| {
            let open = "<div>".repeat(400);
            format!("{open}{}<ul>{menu}</ul>", climb.repeat(times))
        };
        let is_whole = |page: &str| {
            let tree = Tree::parse_wanted(page, &articles.wanted);
            tree.expect("it is light enough").is_whole()
        };
        assert!(!is_whole(&page(10)) && is_whole(&page(times)), "{climb}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        ..ProptestConfig::with_cases(1_000)
    })]

    #[test]
    fn invented_markup_is_read_alike(parts in vec(prop_oneof![nested(), piece()], 1..30)) {
        let filler = "<ul><li><a href=x>글</a></li></ul>".repeat(20);
        let page = format!("{}<div>{filler}</div>", parts.concat());
        for sought in Sought::all() {
            sought.compare(&page);
        }
    }

    #[test]
    fn damaged_pages_are_read_alike(
        at in any::<Index>(),
        is_new in any::<bool>(),
        damages in vec((0..4, any::<Index>(), any::<Index>(), piece()), 1..7),
    ) {
        let skin = if is_new { DemoSkin::G4 } else { DemoSkin::G2 };
        let pages = pages(skin);
        let mut pieces = pieces(at.get::<String>(&pages));

        for (kind, one, other, new) in damages {
            let (one, other) = (one.index(pieces.len()), other.index(pieces.len()));
            match kind {
                0 => drop(pieces.remove(one)),
                1 => pieces.insert(other, pieces[one].clone()),
                2 => pieces.insert(one, new),
                _ => pieces.swap(one, other),
            }
        }

        for sought in Sought::all() {
            sought.compare(&pieces.concat());
        }
    }
}
