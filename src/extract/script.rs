//! Reads texts from a page's scripts, where the page's own program has them.

use crate::extract::json_ld;
use crate::markup::{Pattern, Tree};

/// Returns the texts of a page's scripts, in the page's order.
pub(super) fn scripts(tree: &Tree) -> Vec<String> {
    let root = tree.root();
    let scripts = root.descendants_it().filter(|node| node.has_name("script"));
    scripts
        .map(|node| node.text().to_string())
        .filter(|text| !text.is_empty())
        .collect()
}

/// Returns what a pattern captures from the scripts. A JSON string literal is decoded; other
/// captures are returned as they are.
pub(super) fn taken(scripts: &[String], pattern: &Pattern) -> Vec<String> {
    let taken = scripts.iter().filter_map(|script| pattern.find(script));
    taken
        .map(|taken| json_ld::string(taken.trim()).unwrap_or_else(|| taken.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use crate::config::Profile;
    use crate::extract::{Article, ArticleReader, Extraction, KnownPaper};
    use crate::page_url::PageUrl;

    const RULES: &str = r##"
        name = "x"
        [article]
        title = [{ script = '"subject":("(?:[^"\\]|\\.)*")' }]
        published = [{ script = 'regdate = (\d{10});' }]
        body = ["#story"]
        body_in_script = ['"content":\s*("(?:[^"\\]|\\.)*")']
        remove = ".ad"
        photos = [{ select = "figure", caption = "figcaption" }]
    "##;

    fn read(html: &str) -> Option<Article> {
        let profile = Profile::parse("x.toml", RULES).unwrap();
        let paper = KnownPaper::from(&profile);
        let url = PageUrl::parse("https://www.saseo.example/view/7").unwrap();
        let extraction = ArticleReader::new(profile, paper).read(&url, html);
        if let Extraction::Article(article) = extraction {
            Some(*article)
        } else {
            None
        }
    }

    #[test]
    fn a_story_in_a_script_is_read_like_one_in_the_page() {
        let article = read(
            r#"<div id="story"></div><script>var regdate = 1772869811;</script><script>window.state = {"subject":"\"책방\" 이야기",
            "content": "\u003cp>첫 \"문단\"&nbsp;이다.<\/p><figure><img src='\/a.jpg'><figcaption>서가<\/figcaption><\/figure><div class=ad>광고<\/div>하나<br><br>둘\n셋"};</script>"#,
        );
        let article = article.expect("its story is in the script");
        assert_eq!(article.paragraphs, ["첫 \"문단\" 이다.", "하나", "둘 셋"]);
        assert_eq!(
            (article.images.len(), article.images[0].url.as_str()),
            (1, "https://www.saseo.example/a.jpg")
        );
        assert_eq!(article.title.as_deref(), Some("\"책방\" 이야기"));
        let published = article.published_at.map(|time| time.to_string());
        assert_eq!(published.as_deref(), Some("2026-03-07T16:50:11+09:00"));
        assert_eq!(article.published_source.as_deref(), Some("script"));
    }

    #[test]
    fn a_story_in_the_page_goes_before_one_in_a_script() {
        let html =
            r#"<div id="story">이것이다.</div><script>{"content":"<p>저것이다.</p>"}</script>"#;
        assert_eq!(read(html).unwrap().paragraphs, ["이것이다."]);
    }

    #[test]
    fn escapes_that_json_does_not_know_are_mended() {
        let html = "<script>x = {\"content\": \"<p>it\\'s<\\/p>\n<p>둘</p>\"}</script>";
        assert_eq!(read(html).unwrap().paragraphs, ["it's", "둘"]);
    }

    #[test]
    fn hostile_scripts_are_answered() {
        let deep = format!(
            "<script>\"content\": \"{}\"</script>",
            "<div>".repeat(10_000)
        );
        for html in [
            deep.as_str(),
            "<script>\"content\": \"</script>",
            "<script>\"content\": \"\"</script>",
        ] {
            assert!(read(html).is_none(), "{}", &html[..30]);
        }
    }
}
