//! Reads JSON-LD, even where it is not valid JSON.

use serde_json::Value;

/// The types of articles in schema.org. Subtypes have the same ends: `NewsArticle`,
/// `ReportageNewsArticle`.
const KINDS: [&str; 3] = ["Article", "BlogPosting", "Report"];

/// The keys below which articles and breadcrumbs stand.
const INNER: [&str; 4] = ["@graph", "mainEntity", "mainEntityOfPage", "breadcrumb"];

/// Deepest graph that is read. A deeper one is built to exhaust the parser.
const DEEPEST: u32 = 8;

/// Parses JSON-LD scripts. Skips those that cannot be parsed.
pub(super) fn values(scripts: &[String]) -> Vec<Value> {
    scripts.iter().filter_map(|script| parse(script)).collect()
}

/// Finds the article in the page's JSON-LD: the first that has a headline or a date, else the
/// first.
pub(super) fn article(values: &[Value]) -> Option<&Value> {
    let is_told = |value: &Value| {
        value
            .get("headline")
            .or(value.get("datePublished"))
            .is_some()
    };
    let find_all = |test: &dyn Fn(&Value) -> bool| {
        values.iter().find_map(|value| {
            find(value, DEEPEST, &|value| {
                is_of_kind(value, &KINDS) && test(value)
            })
        })
    };
    find_all(&is_told).or_else(|| find_all(&|_| true))
}

/// Returns the named value that another one refers to by its `@id`; `None` where it has a name
/// itself.
pub(super) fn referred<'v>(values: &'v [Value], value: &Value) -> Option<&'v Value> {
    let id = value.get("@id").filter(|_| value.get("name").is_none())?;
    let is_it = |value: &Value| value.get("@id") == Some(id) && value.get("name").is_some();
    values.iter().find_map(|value| find(value, DEEPEST, &is_it))
}

/// Returns when the page itself was published.
pub(super) fn page_date(values: &[Value]) -> Option<&str> {
    let is_page =
        |value: &Value| is_of_kind(value, &["WebPage"]) && value.get("datePublished").is_some();
    let page = values
        .iter()
        .find_map(|value| find(value, DEEPEST, &is_page))?;
    page.get("datePublished")?.as_str()
}

/// A step of a breadcrumb list: its name, and the address that it leads to.
#[derive(Debug, PartialEq)]
pub(super) struct BreadcrumbStep {
    pub name: String,
    pub target: Option<String>,
}

/// Returns the steps in the page's first breadcrumb list that have names, by their positions.
pub(super) fn breadcrumbs(values: &[Value]) -> Vec<BreadcrumbStep> {
    let is_list = |value: &Value| is_of_kind(value, &["BreadcrumbList"]);
    let Some(list) = values
        .iter()
        .find_map(|value| find(value, DEEPEST, &is_list))
    else {
        return Vec::new();
    };

    let mut steps: Vec<&Value> = list.get("itemListElement").map(items).unwrap_or_default();
    steps.sort_by_key(|step| match step.get("position") {
        Some(Value::String(position)) => position.parse().unwrap_or(u64::MAX),
        Some(position) => position.as_u64().unwrap_or(u64::MAX),
        None => u64::MAX,
    });
    let first = |step: &Value, paths: &[&str]| {
        let mut found = paths.iter().flat_map(|path| texts(step, path));
        found.next()
    };
    let named = |step: &Value| {
        Some(BreadcrumbStep {
            name: first(step, &["name", "item.name"])?,
            target: first(step, &["item", "item.@id", "item.url"]),
        })
    };
    steps.into_iter().filter_map(named).collect()
}

/// Returns the texts at a dotted path. Lists on the path are entered.
pub(super) fn texts(value: &Value, path: &str) -> Vec<String> {
    let mut found = vec![value];

    for key in path.split('.') {
        found = found
            .into_iter()
            .flat_map(items)
            .filter_map(|value| value.get(key))
            .collect();
    }

    found
        .into_iter()
        .flat_map(items)
        .filter_map(|value| match value {
            Value::String(text) => Some(crate::text::clean(text)),
            // Some CMSs count the date from 1970.
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        })
        .filter(|text| !text.is_empty())
        .collect()
}

/// Decodes a JSON string literal, even with escapes and line ends that JSON does not allow. Returns
/// `None` where the text is no literal.
pub(super) fn string(literal: &str) -> Option<String> {
    if !literal.starts_with('"') {
        return None;
    }

    // A text that cannot be parsed even when mended is no literal.
    serde_json::from_str(literal)
        .or_else(|_| serde_json::from_str(&mended(literal)))
        .ok()
}

/// Returns the items of a list; of any other value the value itself.
pub(super) fn items(value: &Value) -> Vec<&Value> {
    if let Value::Array(items) = value {
        items.iter().collect()
    } else {
        vec![value]
    }
}

/// Finds the first value that passes a test, in lists, in `@graph`, and in the entities that a page
/// is about or consists of.
fn find<'v>(value: &'v Value, depth: u32, test: &dyn Fn(&Value) -> bool) -> Option<&'v Value> {
    let depth = depth.checked_sub(1)?;
    match value {
        Value::Array(items) => items.iter().find_map(|item| find(item, depth, test)),
        Value::Object(_) if test(value) => Some(value),
        Value::Object(members) => INNER
            .iter()
            .filter_map(|key| members.get(*key))
            .find_map(|inner| find(inner, depth, test)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

/// Tells whether the type of a value, or one of its types, ends with one of these names.
fn is_of_kind(value: &Value, kinds: &[&str]) -> bool {
    let told = value.get("@type").map(items).unwrap_or_default();
    told.into_iter()
        .filter_map(Value::as_str)
        .any(|told| kinds.iter().any(|kind| told.ends_with(kind)))
}

fn parse(script: &str) -> Option<Value> {
    let bare = unwrapped(script);
    // A script that cannot be parsed even when mended is skipped: the page has other sources.
    let value = serde_json::from_str(bare)
        .or_else(|_| serde_json::from_str(&mended(bare)))
        .or_else(|error| first_value(bare).ok_or(error))
        .ok()?;
    match value {
        // Some CMSs write the whole JSON as one string.
        Value::String(inner) => serde_json::from_str(&inner).ok(),
        Value::Array(_) | Value::Object(_) => Some(value),
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// Returns the first of several values in a script, or the one before a stray end.
fn first_value(script: &str) -> Option<Value> {
    let mut values = serde_json::Deserializer::from_str(script).into_iter::<Value>();
    values
        .next()?
        .ok()
        .filter(|value| value.is_object() || value.is_array())
}

/// Returns a script without the marks of CDATA sections and comments around it.
fn unwrapped(script: &str) -> &str {
    let mut bare = script.trim();
    loop {
        let begun = bare.len();
        for mark in ["<![CDATA[", "<!--", "//", "/*", "*/"] {
            bare = bare.strip_prefix(mark).unwrap_or(bare).trim_start();
        }
        for mark in ["]]>", "-->", "//", "/*", "*/", ";"] {
            bare = bare.strip_suffix(mark).unwrap_or(bare).trim_end();
        }
        if bare.len() == begun {
            return bare;
        }
    }
}

/// Mends the usual errors of CMSs: escapes that JSON does not know (`\'`), and raw line ends within
/// strings.
fn mended(script: &str) -> String {
    let mut mended = String::with_capacity(script.len());
    let mut in_text = false;
    let mut rest = script.chars();

    while let Some(c) = rest.next() {
        match c {
            '"' => {
                in_text = !in_text;
                mended.push(c);
            }
            '\\' => match rest.next() {
                Some(next) if "\"\\/bfnrtu".contains(next) => mended.extend(['\\', next]),
                Some(next) => mended.push(next),
                None => {}
            },
            _ if in_text && c.is_control() => mended.push(' '),
            _ => mended.push(c),
        }
    }

    mended
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(script: &str, path: &str) -> Vec<String> {
        article(&values(&[script.to_owned()]))
            .map(|value| texts(value, path))
            .unwrap_or_default()
    }

    #[test]
    fn the_article_is_found_wherever_it_stands() {
        let plain = r#"{"@type":"NewsArticle","headline":"책"}"#;
        assert_eq!(read(plain, "headline"), ["책"]);
        assert_eq!(
            read(&format!("[{{\"@type\":\"WebSite\"}},{plain}]"), "headline"),
            ["책"]
        );
        assert_eq!(
            read(&format!("{{\"@graph\":[{plain}]}}"), "headline"),
            ["책"]
        );
        assert_eq!(
            read(
                r#"{"@type":["Thing","Article"],"author":[{"name":"가"},{"name":"나"}]}"#,
                "author.name"
            ),
            ["가", "나"]
        );
        assert!(read(r#"{"@type":"WebSite","headline":"책"}"#, "headline").is_empty());
    }

    #[test]
    fn the_article_is_found_in_the_entity_of_a_page_and_before_one_without_headline() {
        let page = r#"{"@type":"WebPage","mainEntity":{"@type":"NewsArticle","headline":"책"}}"#;
        assert_eq!(read(page, "headline"), ["책"]);
        let list = r#"[{"@type":"Article","name":"가"},{"@type":"Article","headline":"나"}]"#;
        assert_eq!(read(list, "headline"), ["나"]);
    }

    #[test]
    fn json_is_read_out_of_its_wrappings() {
        let plain = r#"{"@type":"NewsArticle","headline":"책"}"#;
        let quoted = serde_json::to_string(plain).unwrap();
        for script in [
            format!("<![CDATA[{plain}]]>"),
            format!("//<![CDATA[\n{plain}\n//]]>"),
            format!("/*<![CDATA[*/ {plain} /*]]>*/"),
            format!("<!-- {plain} -->"),
            format!("{plain};"),
            format!("{plain}{plain}"),
            quoted,
        ] {
            assert_eq!(read(&script, "headline"), ["책"], "{script}");
        }
    }

    #[test]
    fn a_reference_is_followed_to_the_value_with_the_name() {
        let graph = r##"{"@graph":[{"@type":"Article","author":{"@id":"#1"}},
            {"@type":"Person","@id":"#1","name":"홍길동"}]}"##;
        let values = values(&[graph.to_owned()]);
        let author = article(&values).unwrap().get("author").unwrap();
        let name = |value: &Value| value.get("name").and_then(Value::as_str).map(str::to_owned);
        assert_eq!(
            referred(&values, author).and_then(name).as_deref(),
            Some("홍길동")
        );
        assert!(referred(&values, &serde_json::json!({"@id": "#2"})).is_none());
    }

    #[test]
    fn steps_of_a_breadcrumb_stand_by_their_positions() {
        let list = r#"{"@graph":[{"@type":"WebPage","breadcrumb":{"@type":"BreadcrumbList",
            "itemListElement":[
            {"position":3,"item":{"name":"책"}},
            {"position":2,"item":{"@id":"/culture","name":"문화"}},
            {"position":"1","name":"홈","item":"https://paper.example/"}]}}]}"#;
        let steps = breadcrumbs(&values(&[list.to_owned()]));
        let steps: Vec<(&str, Option<&str>)> = steps
            .iter()
            .map(|step| (step.name.as_str(), step.target.as_deref()))
            .collect();
        assert_eq!(
            steps,
            [
                ("홈", Some("https://paper.example/")),
                ("문화", Some("/culture")),
                ("책", None),
            ]
        );
    }

    #[test]
    fn json_that_is_no_json_is_mended() {
        let script = "{\"@type\":\"NewsArticle\",\"headline\":\"\\'책\\' \\\"방\\\"\",\"description\":\"첫 줄\n둘째 줄\"}";
        assert_eq!(read(script, "headline"), ["'책' \"방\""]);
        assert_eq!(read(script, "description"), ["첫 줄 둘째 줄"]);
    }

    #[test]
    fn what_cannot_be_mended_says_nothing() {
        for script in [
            "",
            "{",
            "{\"@type\":\"NewsArticle\",",
            &"[".repeat(100_000),
            "{'@type':'NewsArticle'}",
        ] {
            assert!(article(&values(&[script.to_owned()])).is_none());
        }
    }
}
