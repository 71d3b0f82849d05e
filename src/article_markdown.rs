//! An article as Markdown (CommonMark): a heading, the story, its photos, and where it comes from.
//!
//! It begins with a heading and not with YAML, which many readers would show as text. What could be
//! read as markup is escaped: the words are the paper's.

use crate::archive::{ArticleVersion, VersionCapture};
use crate::text::is_direction_mark;
use crate::time::LocalTime;

/// Writes a version of an article.
pub(crate) fn markdown(shown: &ArticleVersion, capture: &VersionCapture) -> String {
    let article = &shown.article;
    let title = article.title.as_deref().unwrap_or("(without a title)");
    let byline = article
        .byline
        .clone()
        .or_else(|| (!article.authors.is_empty()).then(|| article.authors.join(", ")));

    let mut blocks = vec![format!("# {}", inline(title))];
    let subtitle = article.subtitle.as_deref().map(inline);
    blocks.extend(
        subtitle
            .filter(|text| !text.is_empty())
            .map(|text| format!("**{text}**")),
    );
    blocks.extend(byline.as_deref().map(inline));
    blocks.extend(article.paragraphs.iter().map(|paragraph| lines(paragraph)));
    blocks.extend(article.images.iter().map(|image| {
        let told = [&image.caption, &image.credit];
        let told: Vec<&str> = told.into_iter().flatten().map(String::as_str).collect();
        format!(
            "Photo: {} {}",
            inline(&told.join(" / ")),
            address(&image.url)
        )
    }));
    blocks.push("---".to_owned());
    blocks.push(source(shown, capture));

    blocks.retain(|block| !block.is_empty());
    blocks.join("\n\n") + "\n"
}

/// Writes where the article comes from, as a list.
fn source(shown: &ArticleVersion, capture: &VersionCapture) -> String {
    let ArticleVersion { article, kept, .. } = shown;
    let text = |text: Option<String>| text.map(|text| inline(&text));
    let fields = [
        ("Published", text(article.published())),
        (
            "Modified",
            text(article.modified_at.map(|at| at.to_string())),
        ),
        ("Section", text(Some(section(shown)))),
        ("Tags", text(Some(article.tags.join(", ")))),
        ("Rights", text(article.rights.clone())),
        ("Source", Some(address(&kept.url))),
        ("Captured", text(Some(captured(shown, capture).to_string()))),
        ("SHA-256", text(capture.sha256.clone())),
        (
            "Archive",
            text(Some(format!("{}, version {}", shown.id, kept.version))),
        ),
    ];

    let lines = fields
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.filter(|value| !value.is_empty())?)))
        .map(|(name, value)| format!("- {name}: {value}"));
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns the moment of the capture by the paper's clock, as far as the article tells its offset.
pub(crate) fn captured(shown: &ArticleVersion, capture: &VersionCapture) -> LocalTime {
    LocalTime {
        at: capture.fetched_at.to_second(),
        offset: shown.article.published_at.map_or(0, |at| at.offset),
    }
}

/// Returns the section with its subsection.
pub(crate) fn section(shown: &ArticleVersion) -> String {
    let names = [&shown.article.section, &shown.article.subsection];
    let names: Vec<&str> = names.into_iter().flatten().map(String::as_str).collect();
    names.join(" > ")
}

/// Writes an address as a link; as text where it could end the link early.
fn address(url: &str) -> String {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    let is_link = |letter: char| {
        !letter.is_whitespace() && !letter.is_control() && letter != '<' && letter != '>'
    };
    if is_web && url.chars().all(is_link) {
        format!("<{url}>")
    } else {
        inline(url)
    }
}

/// Writes a paragraph, each of its lines on a line of its own.
fn lines(paragraph: &str) -> String {
    let lines = paragraph.lines().map(inline);
    let lines: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
    lines.join("\\\n")
}

/// Escapes a text in one line. Any mark of ASCII may have a backslash before it (CommonMark 0.31,
/// section 2.4).
fn inline(text: &str) -> String {
    let text = text.replace(is_direction_mark, "");
    let words: Vec<&str> = text.split_whitespace().collect();
    let line = words.join(" ");

    let mut escaped = String::with_capacity(line.len());
    for (place, letter) in line.char_indices() {
        if is_markup(letter) || begins_block(&line, place, letter) {
            escaped.push('\\');
        }
        escaped.push(letter);
    }
    escaped
}

/// Tells whether a letter is markup wherever it stands.
fn is_markup(letter: char) -> bool {
    matches!(
        letter,
        '\\' | '`' | '*' | '_' | '[' | ']' | '{' | '}' | '<' | '>' | '&' | '~' | '|' | '$' | '^'
    )
}

/// Tells whether a letter makes its line a heading, a list or a rule: `#`, `+`, `-`, `=` and `:` at
/// the beginning, and a full stop or bracket behind a number there. A `#` may also end a heading.
fn begins_block(line: &str, place: usize, letter: char) -> bool {
    match letter {
        '#' => true,
        '+' | '-' | '=' | ':' => place == 0,
        '.' | ')' => place > 0 && line[..place].bytes().all(|byte| byte.is_ascii_digit()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use pulldown_cmark::{Event, Options, Parser, Tag};

    use super::*;
    use crate::archive::ArticleRecord;
    use crate::extract::{Article, Image};
    use crate::time::Timestamp;

    fn version(title: &str, paragraphs: &[&str]) -> ArticleVersion {
        ArticleVersion {
            id: "paper/7".to_owned(),
            article: Article {
                title: Some(title.to_owned()),
                byline: Some("김하늘 기자 haneul_kim@paper.example".to_owned()),
                published_at: LocalTime::from_rfc3339("2026-11-24T20:42:30+09:00"),
                paragraphs: paragraphs.iter().map(|one| (*one).to_owned()).collect(),
                images: vec![Image {
                    url: "https://paper.example/1.jpg".to_owned(),
                    caption: Some("책방 [사진]".to_owned()),
                    credit: None,
                }],
                ..Article::default()
            },
            kept: ArticleRecord {
                site: "paper".to_owned(),
                url: "https://paper.example/a?idxno=7&b=_c_".to_owned(),
                version: 1,
                content_sha256: String::new(),
                first_seen_at: String::new(),
                fetched_at: String::new(),
                http_status: 200,
                first_copy: None,
            },
            flaws: Vec::new(),
        }
    }

    fn written(title: &str, paragraphs: &[&str]) -> String {
        let capture = VersionCapture {
            id: 1,
            fetched_at: Timestamp::from_seconds(1_795_520_550),
            sha256: Some("07".to_owned()),
        };
        markdown(&version(title, paragraphs), &capture)
    }

    /// Returns the text of each block, as a reader of Markdown shows it, and the tags that it saw.
    fn read(markdown: &str) -> (Vec<String>, Vec<String>) {
        let (mut blocks, mut tags) = (Vec::new(), Vec::new());
        // Every extension but the one that makes quotes typographic.
        let options = Options::all().difference(Options::ENABLE_SMART_PUNCTUATION);
        for event in Parser::new_ext(markdown, options) {
            match event.clone() {
                Event::Start(tag) => {
                    if matches!(tag, Tag::Paragraph | Tag::Heading { .. } | Tag::Item) {
                        blocks.push(String::new());
                    }
                    let name = format!("{tag:?}");
                    tags.push(
                        name.split([' ', '(', '{'])
                            .next()
                            .unwrap_or_default()
                            .to_owned(),
                    );
                }
                Event::Text(text) => blocks.last_mut().unwrap().push_str(&text),
                Event::HardBreak => blocks.last_mut().unwrap().push('\n'),
                Event::Rule | Event::End(_) => {}
                Event::Code(_)
                | Event::InlineMath(_)
                | Event::DisplayMath(_)
                | Event::Html(_)
                | Event::InlineHtml(_)
                | Event::FootnoteReference(_)
                | Event::SoftBreak
                | Event::TaskListMarker(_) => tags.push(format!("{event:?}")),
            }
        }
        (blocks, tags)
    }

    #[test]
    fn an_article_is_a_heading_its_story_and_its_source() {
        let written = written("작은 책방", &["첫 문단.", "1. 둘째\n- 셋째"]);
        assert!(
            written
                .starts_with("# 작은 책방\n\n김하늘 기자 haneul\\_kim@paper.example\n\n첫 문단."),
            "{written}"
        );
        assert!(written.contains("1\\. 둘째\\\n\\- 셋째\n\n"), "{written}");
        assert!(
            written.ends_with(
                "- Published: 2026-11-24T20:42:30+09:00\n\
                 - Source: <https://paper.example/a?idxno=7&b=_c_>\n\
                 - Captured: 2026-11-24T20:42:30+09:00\n- SHA-256: 07\n\
                 - Archive: paper/7, version 1\n"
            ),
            "{written}"
        );
    }

    proptest! {
        /// A reader shows the words as the paper has them, and no markup that it did not have.
        #[test]
        fn words_stay_words(title in "[ -~가-힣]{1,30}", text in "[ -~가-힣]{1,60}") {
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            prop_assume!(!words(&title).is_empty() && !words(&text).is_empty());

            let (blocks, tags) = read(&written(&title, &[&text]));
            prop_assert_eq!(&blocks[0], &words(&title));
            prop_assert_eq!(&blocks[2], &words(&text));
            let plain = ["Heading", "Paragraph", "Link", "List", "Item"];
            for tag in tags {
                prop_assert!(plain.contains(&tag.as_str()), "{}", tag);
            }
        }
    }
}
