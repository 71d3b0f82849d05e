//! Reads the names that sign a Japanese story in brackets at its end: `（山田太郎）`,
//! `（文・山田太郎　写真・鈴木一郎）`, `（ソウル＝山田太郎）`.

use std::sync::LazyLock;

use regex::Regex;

use crate::extract::measured::byline_parts::of_writers;
use crate::extract::vocabulary::{
    JAPANESE_AGENCIES, JAPANESE_LABELS, JAPANESE_NO_NAMES, JAPANESE_OFFICES, JAPANESE_OTHER_LABELS,
    JAPANESE_SIGNERS,
};

/// The brackets at the end of a text, and what stands before them.
static SIGNATURE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^(?P<before>[\s\S]*?)[（(【\[〔](?P<within>[^（()）【】\[\]〔〕]{2,40})[）)】\]〕]\s*$",
    )
    .expect("a test compiles it")
});

/// A name as it is written: kanji, and a given name that may be in kana. The place of a report
/// stands before `＝`.
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    let place = r"(?:[\p{Han}\p{Katakana}ー]{1,8}[＝=])?";
    let name = r"\p{Han}{1,6}(?:\p{Hiragana}{2,4}|[\p{Katakana}ー]{2,6})?";
    Regex::new(&format!("^{place}(?P<name>{name})$")).expect("a test compiles it")
});

/// Fewest and most characters of a name.
const LENGTHS: std::ops::RangeInclusive<usize> = 3..=7;

/// A signature at the end of a text.
#[derive(Debug, PartialEq)]
pub(super) struct BracketSignature<'t> {
    /// The text before the brackets.
    pub before: &'t str,
    pub names: Vec<String>,
}

/// Returns the names that sign the end of a story in brackets, as most papers in Japan do. Chinese
/// papers put other things there.
pub(super) fn signers(paragraphs: &[String]) -> Vec<String> {
    let is_kana = |c: char| ('\u{3041}'..='\u{3096}').contains(&c);
    let is_japanese = paragraphs
        .first()
        .is_some_and(|first| first.contains(is_kana));
    let last = paragraphs.last().filter(|_| is_japanese);
    last.and_then(|last| signature(last))
        .map(|signed| signed.names)
        .unwrap_or_default()
}

/// Returns the signature at the end of a story's last paragraph. All that stands in the brackets
/// has to be names and desks: brackets also have agencies, notes and the ages of letter writers.
pub(super) fn signature(paragraph: &str) -> Option<BracketSignature<'_>> {
    let found = SIGNATURE.captures(paragraph)?;
    let before = found.name("before")?.as_str().trim_end();
    let is_end_of_sentence = before.is_empty() || before.ends_with(['。', '」', '』', '？', '！']);
    if !is_end_of_sentence {
        return None;
    }

    let within = of_writers(found.name("within")?.as_str());
    let mut names: Vec<String> = Vec::new();
    for part in within.split(['、', '・', '，', ',', '／', '/', ';']) {
        match part_of(part) {
            SignaturePart::Name(name) if !names.contains(&name) => names.push(name),
            SignaturePart::Name(_) | SignaturePart::Desk => {}
            SignaturePart::Other => return None,
        }
    }
    (!names.is_empty()).then_some(BracketSignature { before, names })
}

/// What a part of a signature is.
enum SignaturePart {
    Name(String),
    Desk,
    Other,
}

fn part_of(part: &str) -> SignaturePart {
    // `文　山田太郎`
    let behind = |label: &&'static str| {
        let rest = part.trim().strip_prefix(*label)?;
        (rest.is_empty() || rest.starts_with(char::is_whitespace)).then_some(rest)
    };
    if JAPANESE_OTHER_LABELS
        .iter()
        .any(|label| behind(label).is_some())
    {
        return SignaturePart::Desk;
    }

    let unlabelled = JAPANESE_LABELS.iter().find_map(behind).unwrap_or(part);
    let bare: String = unlabelled.chars().filter(|c| !c.is_whitespace()).collect();
    let titles = JAPANESE_SIGNERS.iter();
    let mut name = bare.as_str();
    for title in titles {
        name = name.strip_prefix(title).unwrap_or(name);
        name = name.strip_suffix(title).unwrap_or(name);
    }
    if name.is_empty() || JAPANESE_OFFICES.iter().any(|office| name.ends_with(office)) {
        return SignaturePart::Desk;
    }

    let is_name = |name: &str| {
        LENGTHS.contains(&name.chars().count())
            && !JAPANESE_NO_NAMES.iter().any(|end| name.ends_with(end))
            && !JAPANESE_AGENCIES.contains(&name)
    };
    let found = NAME.captures(name).and_then(|found| found.name("name"));
    match found.filter(|name| is_name(name.as_str())) {
        Some(name) => SignaturePart::Name(name.as_str().to_owned()),
        None => SignaturePart::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(paragraph: &str) -> Vec<String> {
        signature(paragraph)
            .map(|found| found.names)
            .unwrap_or_default()
    }

    #[test]
    fn names_in_brackets_at_the_end_sign_a_story() {
        for (paragraph, expected) in [
            ("（山田太郎）", vec!["山田太郎"]),
            ("町は燃料費を負担する。（山田太郎）", vec!["山田太郎"]),
            (
                "「冬も走る」と話した。【山田太郎、鈴木花子】",
                vec!["山田太郎", "鈴木花子"],
            ),
            ("（文・山田太郎　写真・鈴木一郎）", vec!["山田太郎"]),
            ("（文・山田太郎、写真・鈴木一郎）", vec!["山田太郎"]),
            ("（取材・文　山田太郎）", vec!["山田太郎"]),
            ("（社会部・山田太郎）", vec!["山田太郎"]),
            ("（ソウル＝山田はなこ）", vec!["山田はなこ"]),
            ("（山田 太郎記者）", vec!["山田太郎"]),
            ("（久保マルタ）", vec!["久保マルタ"]),
        ] {
            assert_eq!(names(paragraph), expected, "{paragraph}");
        }
    }

    #[test]
    fn notes_agencies_and_letters_in_brackets_are_no_signature() {
        for paragraph in [
            "（共同通信）",
            "（共同）",
            "（時事通信社）",
            "（おわり）",
            "（終わり）",
            "（敬称略）",
            "（文中敬称略）",
            "（肩書は当時）",
            "（写真はイメージ）",
            "（毎週土曜掲載）",
            "（東京都・会社員・山田太郎・45歳）",
            "（社会部）",
            "（編集委員）",
            "冬も走る船（山田丸一）",
            "（山田丸）の船が着いた。",
            "（ＡＦＰ時事）",
            "",
        ] {
            assert_eq!(names(paragraph), Vec::<String>::new(), "{paragraph}");
        }
        let signed = |first: &str| signers(&[first.to_owned(), "（王小明）".to_owned()]);
        assert_eq!(signed("船は冬も走る。"), ["王小明"]);
        assert!(signed("渡轮冬季照常航行。").is_empty());
    }
}
