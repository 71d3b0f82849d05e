//! The page about the crawler, as HTML and as Markdown.

use html_escape::{encode_double_quoted_attribute, encode_text};

/// The page in one language.
pub(super) struct PageText {
    /// `en`, `ko`.
    pub language: &'static str,
    pub blocks: Vec<PagePart>,
}

/// A part of the page.
pub(super) enum PagePart {
    Title(String),
    Heading(&'static str),
    Text(String),
    /// What is to be typed as it stands.
    Code(String),
    List(Vec<String>),
}

const STYLE: &str = "body{font:1rem/1.6 system-ui,sans-serif;max-width:42rem;margin:2rem auto;\
    padding:0 1rem}pre{background:#f3f3f3;padding:.7rem;overflow:auto}article+article{\
    border-top:1px solid #bbb;margin-top:3rem}";

/// Returns the page in HTML. It loads nothing from elsewhere.
pub(super) fn html(languages: &[PageText]) -> String {
    let title = languages
        .iter()
        .flat_map(|text| &text.blocks)
        .find_map(|block| match block {
            PagePart::Title(title) => Some(title.as_str()),
            PagePart::Heading(_) | PagePart::Text(_) | PagePart::Code(_) | PagePart::List(_) => {
                None
            }
        });
    let title = encode_text(title.unwrap_or_default());
    let articles: String = languages.iter().map(article).collect();
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n{articles}</body>\n</html>\n"
    )
}

fn article(text: &PageText) -> String {
    let language = encode_double_quoted_attribute(text.language);
    let blocks: String = text.blocks.iter().map(in_html).collect();
    format!("<article lang=\"{language}\">\n{blocks}</article>\n")
}

fn in_html(block: &PagePart) -> String {
    match block {
        PagePart::Title(title) => format!("<h1>{}</h1>\n", encode_text(title)),
        PagePart::Heading(heading) => format!("<h2>{}</h2>\n", encode_text(heading)),
        PagePart::Text(text) => format!("<p>{}</p>\n", encode_text(text)),
        PagePart::Code(code) => format!("<pre>{}</pre>\n", encode_text(code)),
        PagePart::List(items) => {
            let items = items.iter();
            let items: String = items
                .map(|item| format!("<li>{}</li>\n", encode_text(item)))
                .collect();
            format!("<ul>\n{items}</ul>\n")
        }
    }
}

/// Returns the page in Markdown.
pub(super) fn markdown(languages: &[PageText]) -> String {
    let blocks = languages.iter().flat_map(|text| &text.blocks);
    let parts: Vec<String> = blocks.map(in_markdown).collect();
    format!("{}\n", parts.join("\n\n"))
}

fn in_markdown(block: &PagePart) -> String {
    match block {
        PagePart::Title(title) => format!("# {}", plain(title)),
        PagePart::Heading(heading) => format!("## {heading}"),
        PagePart::Text(text) => plain(text),
        PagePart::Code(code) => format!("```\n{code}\n```"),
        PagePart::List(items) => {
            let items: Vec<String> = items
                .iter()
                .map(|item| format!("- {}", plain(item)))
                .collect();
            items.join("\n")
        }
    }
}

/// Returns a text in which Markdown finds no mark-up.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '\\' | '`' | '*' | '_' | '<' | '[' | ']' | '#' | '|') {
            plain.push('\\');
        }
        plain.push(if letter.is_control() { ' ' } else { letter });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_user_wrote_is_text_and_no_mark_up() {
        let text = || PageText {
            language: "en",
            blocks: vec![
                PagePart::Title("a<b".into()),
                PagePart::Text("<script>alert(1)</script> & [x](y)".into()),
                PagePart::Code("User-agent: a<b".into()),
            ],
        };
        let page = html(&[text()]);
        assert!(page.contains("<title>a&lt;b</title>") && !page.contains("<script>"));
        let page = markdown(&[text()]);
        assert!(
            page.contains("\\<script>alert(1)\\</script> & \\[x\\](y)"),
            "{page}"
        );
    }
}
