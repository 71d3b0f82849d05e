//! Parts a byline into what its persons did, and takes roles before names away.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

use crate::extract::vocabulary::{
    JAPANESE_LABELS, JAPANESE_OTHER_LABELS, LABELS, OTHER_LABELS, OUR, ROLE_ADJECTIVES, ROLES,
};
use crate::text::letters;

/// A label within a byline: `Texto: Ana Ruiz  Fotos: José Gil`, `文・山田太郎　写真・鈴木一郎`.
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    let western = format!("{}|{}", LABELS.join("|"), OTHER_LABELS.join("|"));
    let japanese = format!(
        "{}|{}",
        JAPANESE_LABELS.join("|"),
        JAPANESE_OTHER_LABELS.join("|")
    );
    let label =
        format!(r"(?P<western>(?i:{western}))\s*[:：]|(?P<japanese>{japanese})\s*[:：・＝=／]");
    Regex::new(&format!(r"(?:^|[\s,;|/·&（(、　])(?:{label})\s*")).expect("a test compiles it")
});

/// Returns a byline without the labels in it, and without the names of those who took the pictures
/// or did something else: papers in Spanish, French and German name the work of each in one line.
pub(super) fn of_writers(byline: &str) -> Cow<'_, str> {
    let mut kept: Vec<&str> = Vec::new();
    let mut from = Some(0);
    let mut has_label = false;
    for found in LABEL.captures_iter(byline) {
        let Some(whole) = found.get(0) else {
            continue;
        };
        has_label = true;
        kept.extend(from.map(|from| byline[from..whole.start()].trim()));

        let western = found
            .name("western")
            .map(|label| label.as_str().to_lowercase());
        let japanese = found.name("japanese").map(|label| label.as_str());
        let is_other = western.is_some_and(|label| OTHER_LABELS.contains(&label.as_str()))
            || japanese.is_some_and(|label| JAPANESE_OTHER_LABELS.contains(&label));
        from = (!is_other).then_some(whole.end());
    }
    if !has_label {
        return Cow::Borrowed(byline);
    }

    kept.extend(from.map(|from| byline[from..].trim()));
    kept.retain(|part| !part.is_empty());
    Cow::Owned(kept.join(", "))
}

/// Returns a text without the role before the name, as German, French and American papers print it:
/// `unserer Redakteurin Anna Martel`, `Staff Writer Jane Lee`, `our Berlin correspondent Max Orr`.
/// The name has to have two words.
pub(super) fn without_opening_role(text: &str) -> Cow<'_, str> {
    const NAME: usize = 2;
    let words: Vec<&str> = text.split_whitespace().collect();
    let ours = usize::from(
        words
            .first()
            .is_some_and(|word| OUR.contains(&bare(word).as_str())),
    );
    let Some(end) = end_of_role(&words, ours) else {
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
