//! RIS, which most reference managers read: a tag, two spaces, a hyphen, a space and a value a
//! line. Lines end with CR LF.

use jiff::civil::Date;

use crate::citation::Citation;

/// Writes citations as records of newspaper articles.
pub(crate) fn ris(citations: &[Citation]) -> String {
    citations.iter().map(record).collect()
}

fn record(citation: &Citation) -> String {
    let mut lines = vec![("TY", "NEWS".to_owned()), ("ID", citation.key.clone())];
    let mut add = |tag, value: Option<String>| lines.extend(value.map(|value| (tag, value)));

    add("TI", citation.title.clone());
    for author in &citation.authors {
        // A comma would part the family's name from the given one.
        add("AU", Some(author.replace(',', "")));
    }
    add("T2", Some(citation.paper.clone()));
    add(
        "PY",
        citation.published.map(|day| format!("{:04}", day.year())),
    );
    add("DA", citation.published.map(date));
    add("SE", citation.section.clone());
    add("LA", citation.language.clone());
    add("UR", Some(citation.url.clone()));
    add("Y2", Some(date(citation.accessed)));
    add("N1", Some(citation.note.clone()));
    add("ER", Some(String::new()));

    lines
        .into_iter()
        .map(|(tag, value)| format!("{tag}  - {value}\r\n"))
        .collect()
}

fn date(day: Date) -> String {
    format!("{:04}/{:02}/{:02}", day.year(), day.month(), day.day())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::citation::tests::{awkward, bare};

    #[test]
    fn every_value_is_one_line_of_its_record() {
        let written = ris(&[awkward(), bare()]);
        let (first, second) = written.split_once("ER  - \r\n").unwrap();

        assert_eq!(
            first,
            "TY  - NEWS\r\nID  - paper-81193\r\n\
             TI  - 50% & {책} \\n \"방\" #1 $5 a_b ~x^2 ER  - 끝\r\n\
             AU  - 김하늘\r\nAU  - Doe and Sons Ltd.\r\nT2  - 책방{신문\r\nPY  - 2026\r\n\
             DA  - 2026/11/04\r\nSE  - 문화\r\nLA  - ko\r\n\
             UR  - https://paper.example/a?x={1}&y=%EC%B1%85_b\r\nY2  - 2026/11/28\r\n\
             N1  - Captured 2026-11-28T05:00:00+09:00 by saseo; SHA-256 of the page 07\r\n"
        );
        assert!(
            !second.contains("TI  - ") && !second.contains("DA  - "),
            "{second}"
        );
        for line in written.split_terminator("\r\n") {
            assert!(line.get(2..6) == Some("  - ") && !line.contains(['\r', '\n']));
        }
    }
}
