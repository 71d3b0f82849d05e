//! Parts a byline into what its persons did, and takes roles before names away.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::extract::vocabulary::{
    AND, BEFORE_BY, BY, JAPANESE_LABELS, JAPANESE_OTHER_LABELS, LABELS, OTHER_LABELS, OUR,
    ROLE_ADJECTIVES, ROLES,
};
use crate::text::letters;

/// A label within a byline: `Texto: Ana Ruiz  Fotos: José Gil`, `文・山田太郎　写真・鈴木一郎`. A joint
/// label is one of text: `Story and photos: Jane Lee`, `写真・文＝山田太郎`.
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    let western = format!("{}|{}", LABELS.join("|"), OTHER_LABELS.join("|"));
    let japanese = format!(
        "{}|{}",
        JAPANESE_LABELS.join("|"),
        JAPANESE_OTHER_LABELS.join("|")
    );
    let joint = joint_labels();
    let label = format!(
        r"(?:{joint})|(?P<western>(?i:{western}))\s*[:：]|(?P<japanese>{japanese})\s*[:：・＝=／]"
    );
    Regex::new(&format!(r"(?:^|[\s,;|/·&（(、　])(?:{label})\s*")).expect("a test compiles it")
});

/// Returns the pattern of the labels of those who wrote the text and took the pictures.
fn joint_labels() -> String {
    let (text, other) = (LABELS.join("|"), OTHER_LABELS.join("|"));
    let (and, by) = (AND.join("|"), BY.join("|"));
    let western = format!(r"(?:{text})\s+(?:{and}|&|\+)\s+(?:{other})");
    let turned = format!(r"(?:{other})\s+(?:{and}|&|\+)\s+(?:{text})");
    let end = format!(r"(?:\s*[:：]|\s+(?:{by})\s)");

    let (text, other) = (JAPANESE_LABELS.join("|"), JAPANESE_OTHER_LABELS.join("|"));
    let japanese = format!("(?:{text})[・／](?:{other})|(?:{other})[・／](?:{text})");
    format!(r"(?i:(?:{western}|{turned}){end})|(?:{japanese})[:：・＝=／\s]")
}

/// The end of the names behind a label of another work: `Photo: Max Orr | By Jane Lee`.
static BACK_TO_TEXT: LazyLock<Regex> = LazyLock::new(|| {
    let (before, by) = (BEFORE_BY.join("|"), BY.join("|"));
    let lead = format!(r"(?i:(?:(?:{before})\s+){{0,4}}(?:{by})(?:\s*:|\s))");
    Regex::new(&format!(r"(?:\s*[|/·｜]|\s[-–—])\s*(?P<lead>{lead})")).expect("a test compiles it")
});

/// Tells whether a byline has a label of those who wrote the text.
pub(super) fn has_label_of_text(byline: &str) -> bool {
    LABEL
        .captures_iter(byline)
        .any(|found| !is_of_other(&found))
}

fn is_of_other(label: &Captures<'_>) -> bool {
    let western = label
        .name("western")
        .map(|told| told.as_str().to_lowercase());
    let japanese = label.name("japanese").map(|told| told.as_str());
    western.is_some_and(|told| OTHER_LABELS.contains(&told.as_str()))
        || japanese.is_some_and(|told| JAPANESE_OTHER_LABELS.contains(&told))
}

/// Returns a byline without the labels in it, and without the names of those who took the pictures
/// or did something else: papers in Spanish, French and German name the work of each in one line.
/// Those names end at the next label, and at a separator with `By` or its like behind it.
pub(super) fn of_writers(byline: &str) -> Cow<'_, str> {
    let mut kept: Vec<&str> = Vec::new();
    let mut from = 0;
    let mut is_other = false;
    let mut has_label = false;
    for found in LABEL.captures_iter(byline) {
        let Some(whole) = found.get(0) else {
            continue;
        };
        has_label = true;
        let span = &byline[from..whole.start()];
        kept.extend(if is_other {
            behind_other(span)
        } else {
            Some(span)
        });

        is_other = is_of_other(&found);
        from = whole.end();
    }
    if !has_label {
        return Cow::Borrowed(byline);
    }

    let span = &byline[from..];
    kept.extend(if is_other {
        behind_other(span)
    } else {
        Some(span)
    });
    let kept = kept.into_iter().map(str::trim);
    let kept: Vec<&str> = kept.filter(|part| !part.is_empty()).collect();
    Cow::Owned(kept.join(", "))
}

/// Returns what belongs to the text again in the span behind a label of another work.
fn behind_other(span: &str) -> Option<&str> {
    let lead = BACK_TO_TEXT.captures(span)?.name("lead")?;
    Some(&span[lead.start()..])
}

/// Tells whether a text begins with a role. It may be a role alone, or have a name or a place
/// behind it.
pub(super) fn opens_with_role(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    end_of_role(&words, count_ours(&words)).is_some()
}

/// Tells whether a text stands in place of a name: papers in South Asia print `Our Special
/// Correspondent New Delhi`. The place may follow.
pub(super) fn is_unnamed_reporter(text: &str) -> bool {
    const PLAIN: [&str; 2] = ["special", "staff"];
    let words: Vec<String> = text.split_whitespace().take(3).map(bare).collect();
    match words.as_slice() {
        [our, plain, role] => {
            our == "our" && PLAIN.contains(&plain.as_str()) && ROLES.contains(&role.as_str())
        }
        _ => false,
    }
}

/// Returns a text without the role before the name, as German, French and American papers print it:
/// `unserer Redakteurin Anna Martel`, `Staff Writer Jane Lee`, `our Berlin correspondent Max Orr`.
/// The name has to have two words.
pub(super) fn without_opening_role(text: &str) -> Cow<'_, str> {
    const NAME: usize = 2;
    let words: Vec<&str> = text.split_whitespace().collect();
    let Some(end) = end_of_role(&words, count_ours(&words)) else {
        return Cow::Borrowed(text);
    };

    let name = &words[end..];
    let is_name = name.len() >= NAME && name[0].starts_with(char::is_uppercase);
    if is_name {
        Cow::Owned(name.join(" "))
    } else {
        Cow::Borrowed(text)
    }
}

/// Returns how many words at the beginning say `our`.
fn count_ours(words: &[&str]) -> usize {
    let first = words.first().map(|word| bare(word));
    usize::from(first.is_some_and(|word| OUR.contains(&word.as_str())))
}

/// Returns where the role at the beginning of a text ends. Behind `our` a place may stand first.
fn end_of_role(words: &[&str], ours: usize) -> Option<usize> {
    /// Most words between `our` and the role.
    const BETWEEN: usize = 2;
    let first = if ours == 0 {
        let adjectives = words.iter().take_while(|word| is_adjective(word)).count();
        words.get(adjectives).filter(|word| is_title(word))?;
        adjectives
    } else {
        let near = &words[ours..words.len().min(ours + BETWEEN + 1)];
        ours + near.iter().position(|word| is_title(word))?
    };
    let more = words[first..]
        .iter()
        .take_while(|word| is_title(word) || is_adjective(word))
        .count();
    Some(first + more)
}

/// Tells whether a word is a role that stands before names. Degrees stand behind them, and `Md` is
/// a name.
fn is_title(word: &str) -> bool {
    const SHORTEST: usize = 4;
    let word = bare(word);
    word.chars().count() >= SHORTEST && ROLES.contains(&word.as_str())
}

fn is_adjective(word: &str) -> bool {
    ROLE_ADJECTIVES.contains(&bare(word).as_str())
}

fn bare(word: &str) -> String {
    letters(word).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_behind_the_label_of_another_work_go() {
        for (byline, expected) in [
            ("Texto: Ana Ruiz  Fotos: José Gil", "Ana Ruiz"),
            ("Fotos: José Gil / Texto: Ana Ruiz", "Ana Ruiz"),
            ("Texte : Anne Petit Photos : Luc Roux", "Anne Petit"),
            ("Words: Jane Lee, Photos: Max Orr", "Jane Lee,"),
            ("By Jane Lee Photo: Max Orr", "By Jane Lee"),
            ("Fotos: José Gil", ""),
            ("Photo: Max Orr | By Jane Lee", "By Jane Lee"),
            (
                "Video: Reuters / Written by Jane Lee",
                "Written by Jane Lee",
            ),
            ("Photo : Luc Roux - Par Anne Petit", "Par Anne Petit"),
            ("Foto: Max Orr · Von Anna Martel", "Von Anna Martel"),
            ("Photo: Max Orr | Jane Lee", ""),
            ("Photo: Max Orr-By Lee", ""),
            ("Story and photos: Jane Lee", "Jane Lee"),
            ("Photos & text by Jane Lee", "Jane Lee"),
            ("STORY AND PHOTOS BY JANE LEE", "JANE LEE"),
            ("Text und Fotos: Anna Martel", "Anna Martel"),
            ("Texto y fotos: Ana Ruiz Vídeo: José Gil", "Ana Ruiz"),
            ("文・写真　山田太郎", "山田太郎"),
            ("写真・文＝山田太郎", "山田太郎"),
            ("文・山田太郎　写真・鈴木一郎", "山田太郎"),
        ] {
            assert_eq!(of_writers(byline), expected, "{byline}");
        }
    }

    #[test]
    fn a_byline_without_a_label_stays() {
        for byline in [
            "By Jane Photo",
            "Ana Fotos y José Gil",
            "Von Anna Martel 16:50",
            "山田文・鈴木一郎",
        ] {
            assert_eq!(of_writers(byline), byline);
        }
    }

    #[test]
    fn a_text_that_opens_with_a_role_is_told() {
        for text in [
            "Correspondent New York",
            "Redakteurin",
            "Senior Editor Jane Lee",
        ] {
            assert!(opens_with_role(text), "{text}");
        }
        for text in ["Jane Lee", "Local Jane Lee", "New York correspondent", ""] {
            assert!(!opens_with_role(text), "{text}");
        }
        assert!(is_unnamed_reporter("Our Special Correspondent Port Louis"));
        assert!(!is_unnamed_reporter("Our correspondent Max Orr"));
    }

    #[test]
    fn a_role_before_a_name_goes() {
        for (text, expected) in [
            ("unserer Redakteurin Anna Martel", "Anna Martel"),
            ("our correspondent Max Orr", "Max Orr"),
            ("our Berlin correspondent Max Orr", "Max Orr"),
            ("Staff Writer Jane Lee", "Jane Lee"),
            ("Senior Political Editor Jane Lee", "Jane Lee"),
            ("notre envoyé spécial Luc Roux", "Luc Roux"),
        ] {
            assert_eq!(without_opening_role(text), expected, "{text}");
        }
    }

    #[test]
    fn names_that_begin_as_roles_and_roles_alone_stay() {
        for text in [
            "Md Rahman Ali",
            "White House Correspondent",
            "Editor Lee",
            "Jane Editor Lee Moe",
            "our readers in the harbour",
            "Local Jane Lee",
        ] {
            assert_eq!(without_opening_role(text), text);
        }
    }
}
