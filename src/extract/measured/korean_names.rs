//! Reads the names in Korean bylines.

use std::sync::LazyLock;

use regex::Regex;

use crate::extract::byline::authors;
use crate::extract::vocabulary::{KOREAN_PICTURES, KOREAN_SIGNERS, KOREAN_WORK};

/// Works that one person did: `글·사진`, `글/그림`.
static BOTH_WORKS: LazyLock<Regex> = LazyLock::new(|| {
    let works = KOREAN_WORK.join("|");
    Regex::new(&format!(r"글\s*[·ㆍ・,/&]\s*(?:{works})(?:\s*[=:]|\s|$)"))
        .expect("a test compiles it")
});

/// A work before its person: `사진=홍길동`.
static WORK_MARK: LazyLock<Regex> = LazyLock::new(|| {
    let works = KOREAN_WORK.join("|");
    Regex::new(&format!(r"(^|[\s,|/])({works})\s*[=:]\s*")).expect("a test compiles it")
});

/// A line that one person signed for text and pictures, with a mail or a title behind the name.
static SIGNED_WITH_WORKS: LazyLock<Regex> = LazyLock::new(|| {
    let (works, titles) = (KOREAN_PICTURES.join("|"), KOREAN_SIGNERS.join("|"));
    let name = format!(r"글\s*[·ㆍ・/,&]\s*(?:{works})\s*[=:]?\s*[가-힣]{{2,4}}");
    let behind = format!(r"(?:[가-힣]{{0,4}}(?:{titles})|[|/(\[][^.]{{0,40}}|\S+@\S+)?");
    Regex::new(&format!(r"^[\s\[(]*{name}\s*{behind}[\s\])]*$")).expect("a test compiles it")
});

/// Tells whether a line is the signature of one person who wrote and took the pictures, as in
/// travel stories and columns: `글·사진 홍길동`.
pub(super) fn is_signed_with_works(line: &str) -> bool {
    SIGNED_WITH_WORKS.is_match(line)
}

/// Returns the names in a Korean byline. What stands behind the last title is a button, unless
/// nobody stands before it: `기자 홍길동`. `marks` stand between two names.
pub(super) fn persons(byline: &str, marks: &Regex) -> Vec<String> {
    let signer = KOREAN_SIGNERS
        .iter()
        .filter_map(|title| Some((byline.rfind(title)?, title)))
        .max();
    let Some((start, title)) = signer else {
        return all_names(byline, marks);
    };

    let before = all_names(&byline[..start + title.len()], marks);
    if before.is_empty() {
        all_names(&byline[start + title.len()..], marks)
    } else {
        before
    }
}

/// Returns the names among Korean words. Those who took or drew the pictures count where nobody
/// else is named.
fn all_names(byline: &str, marks: &Regex) -> Vec<String> {
    let (mut writers, mut others) = (Vec::new(), Vec::new());
    // One person did both: `글·사진 홍길동`.
    let byline = BOTH_WORKS.replace_all(byline, "글 ");
    let byline = WORK_MARK.replace_all(&byline, "$1$2 ");

    for part in marks.split(&byline) {
        let part = part
            .split(|c: char| c.is_ascii_digit())
            .next()
            .unwrap_or_default();
        let words: Vec<&str> = part.split_whitespace().collect();
        for group in words.chunk_by(|_, next| !KOREAN_WORK.contains(next)) {
            let work = group.first().filter(|word| KOREAN_WORK.contains(word));
            let is_of_pictures = work.is_some_and(|work| KOREAN_PICTURES.contains(work));
            let bare = &group[usize::from(work.is_some())..];
            let names = if is_of_pictures {
                &mut others
            } else {
                &mut writers
            };
            names.extend(authors(&bare.join(" "), ""));
        }
    }
    if writers.is_empty() { others } else { writers }
}
