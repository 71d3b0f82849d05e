//! BibTeX, as BibTeX itself and BibLaTeX read it.

use crate::citation::Citation;

/// The months as BibTeX names them, without quotes: each style prints them in its language.
const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

/// Writes citations as entries.
pub(crate) fn bibtex(citations: &[Citation]) -> String {
    let entries: Vec<String> = citations.iter().map(entry).collect();
    entries.join("\n")
}

/// Writes one entry. Braces around a title keep its letters' case; braces around each author keep
/// the name whole.
fn entry(citation: &Citation) -> String {
    let authors: Vec<String> = citation
        .authors
        .iter()
        .map(|name| format!("{{{}}}", escaped(name)))
        .collect();
    let day = citation.published;
    let month = day
        .and_then(|day| usize::try_from(day.month() - 1).ok())
        .and_then(|month| MONTHS.get(month));
    let braced = |value: &str| format!("{{{value}}}");
    let text = |value: &Option<String>| value.as_ref().map(|value| braced(&escaped(value)));

    let fields = [
        (
            "author",
            (!authors.is_empty()).then(|| braced(&authors.join(" and "))),
        ),
        ("title", text(&citation.title).map(|title| braced(&title))),
        ("journal", Some(braced(&escaped(&citation.paper)))),
        ("entrysubtype", Some(braced("newspaper"))),
        ("year", day.map(|day| braced(&format!("{:04}", day.year())))),
        ("month", month.map(|month| (*month).to_owned())),
        ("day", day.map(|day| braced(&day.day().to_string()))),
        (
            "langid",
            citation.language.as_deref().and_then(babel).map(braced),
        ),
        ("url", Some(braced(&in_braces(&citation.url)))),
        ("urldate", Some(braced(&citation.accessed.to_string()))),
        ("note", Some(braced(&escaped(&citation.note)))),
    ];
    let fields: String = fields
        .into_iter()
        .filter_map(|(name, value)| Some(format!("  {name} = {},\n", value?)))
        .collect();
    format!("@article{{{},\n{fields}}}\n", citation.key)
}

/// Returns the name that BibLaTeX has for a language. Others are left out: it warns of names that
/// it does not know.
fn babel(language: &str) -> Option<&'static str> {
    match language.split('-').next()? {
        "ko" => Some("korean"),
        "en" => Some("english"),
        "ja" => Some("japanese"),
        _ => None,
    }
}

/// Escapes what TeX would read. A brace behind a backslash still counts as one to BibTeX, so that
/// braces are written by their names.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' => escaped.push_str("\\textbackslash{}"),
            '{' => escaped.push_str("\\textbraceleft{}"),
            '}' => escaped.push_str("\\textbraceright{}"),
            '~' => escaped.push_str("\\textasciitilde{}"),
            '^' => escaped.push_str("\\textasciicircum{}"),
            '#' | '$' | '%' | '&' | '_' => escaped.extend(['\\', letter]),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// Escapes what cannot stand in an address between braces.
fn in_braces(url: &str) -> String {
    url.replace('\\', "%5C")
        .replace('{', "%7B")
        .replace('}', "%7D")
}

#[cfg(test)]
mod tests {
    use biblatex::{Bibliography, ChunksExt, Entry};
    use proptest::prelude::*;

    use super::*;
    use crate::citation::tests::{awkward, bare};

    /// Returns a field as the parser reads it.
    fn read(entry: &Entry, field: &str) -> Option<String> {
        entry.get(field).map(|chunks| chunks.format_verbatim())
    }

    #[test]
    fn a_parser_reads_the_entry_that_was_written() {
        let written = bibtex(&[
            awkward(),
            Citation {
                key: "other".into(),
                ..bare()
            },
        ]);
        let parsed = Bibliography::parse(&written).unwrap();
        let entry = parsed.get("paper-81193").unwrap();

        let authors: Vec<String> = entry
            .author()
            .unwrap()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(authors, ["김하늘", "Doe and Sons, Ltd."]);
        assert_eq!(
            entry.url().unwrap(),
            "https://paper.example/a?x=%7B1%7D&y=%EC%B1%85_b"
        );
        assert_eq!(read(entry, "year").as_deref(), Some("2026"));
        assert_eq!(read(entry, "day").as_deref(), Some("4"));
        assert_eq!(read(entry, "urldate").as_deref(), Some("2026-11-28"));

        let other = parsed.get("other").unwrap();
        for unknown in ["author", "title", "year", "month", "day"] {
            assert!(other.get(unknown).is_none(), "{unknown}");
        }
    }

    proptest! {
        /// Whatever a title has, its entry ends where it should, and the next one is read.
        #[test]
        fn no_title_breaks_its_entry(title in "[ -~가-힣]{1,40}") {
            let first = Citation { title: Some(title), ..awkward() };
            let second = Citation { key: "second".into(), ..awkward() };
            let written = bibtex(&[first, second]);

            let braces = |brace: char| written.matches(brace).count();
            prop_assert_eq!(braces('{'), braces('}'));
            let parsed = Bibliography::parse(&written).unwrap();
            prop_assert_eq!(parsed.len(), 2);
            prop_assert!(parsed.get("second").is_some_and(|one| one.get("note").is_some()));
        }
    }

    #[test]
    fn letters_that_tex_reads_are_escaped() {
        assert_eq!(
            escaped(r"50% & {a}\b_c~^#$"),
            r"50\% \& \textbraceleft{}a\textbraceright{}\textbackslash{}b\_c\textasciitilde{}\textasciicircum{}\#\$"
        );
    }
}
