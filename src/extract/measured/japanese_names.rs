//! Reads the names that sign a Japanese story in brackets at its end: `（山田太郎）`,
//! `（文・山田太郎　写真・鈴木一郎）`, `（ソウル＝山田太郎）`.

use std::sync::LazyLock;

use regex::Regex;

use crate::extract::measured::byline_parts::{has_label_of_text, of_writers};
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

/// The ends of the names of a paper's own desks. The other offices are papers and agencies.
const DESKS: [char; 3] = ['部', '局', '班'];

/// A signature at the end of a text.
#[derive(Debug, PartialEq)]
pub(super) struct BracketSignature<'t> {
    /// The text before the brackets.
    pub before: &'t str,
    pub names: Vec<String>,
    /// The brackets say themselves that they hold names.
    pub is_marked: bool,
}

/// Returns the names that sign the end of a story in brackets, as most papers in Japan do. Chinese
/// papers put other things there.
///
/// Bare kanji may be any note, as `（入場無料）`. They are names only where the brackets have a label,
/// a title or a place, or where the page names one of them as its writer elsewhere.
pub(super) fn signers(
    paragraphs: &[String],
    is_named_elsewhere: impl Fn(&str) -> bool,
) -> Vec<String> {
    let is_kana = |c: char| ('\u{3041}'..='\u{3096}').contains(&c);
    let is_japanese = paragraphs
        .first()
        .is_some_and(|first| first.contains(is_kana));
    let last = paragraphs.last().filter(|_| is_japanese);
    last.and_then(|last| signature(last))
        .filter(|signed| {
            signed.is_marked || signed.names.iter().any(|name| is_named_elsewhere(name))
        })
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

    let within = found.name("within")?.as_str();
    let mut is_marked = has_label_of_text(within);
    let mut names: Vec<String> = Vec::new();
    for part in of_writers(within).split(['、', '・', '，', ',', '／', '/', ';']) {
        let (name, marked) = match part_of(part) {
            SignaturePart::Marked(name) => (Some(name), true),
            SignaturePart::Bare(name) => (Some(name), false),
            SignaturePart::Desk => (None, true),
            SignaturePart::Silent => (None, false),
            SignaturePart::Other => return None,
        };
        is_marked |= marked;
        names.extend(name.filter(|name| !names.contains(name)));
    }
    (!names.is_empty()).then_some(BracketSignature {
        before,
        names,
        is_marked,
    })
}

/// What a part of a signature is.
enum SignaturePart {
    /// A name with a label, a title or a place.
    Marked(String),
    /// What may be a name.
    Bare(String),
    /// A title alone, or a desk of the paper.
    Desk,
    /// A photographer, a paper or an agency: they stand beside notes, too.
    Silent,
    Other,
}

fn is_behind_label(c: char) -> bool {
    c.is_whitespace() || "＝=：:".contains(c)
}

fn part_of(part: &str) -> SignaturePart {
    // `文　山田太郎`, `写真＝鈴木一郎`
    let behind = |label: &&'static str| {
        let rest = part.trim().strip_prefix(*label)?;
        let is_label = rest.is_empty() || rest.starts_with(is_behind_label);
        is_label.then(|| rest.trim_start_matches(is_behind_label))
    };
    if JAPANESE_OTHER_LABELS
        .iter()
        .any(|label| behind(label).is_some())
    {
        return SignaturePart::Silent;
    }

    let unlabelled = JAPANESE_LABELS.iter().find_map(behind).unwrap_or(part);
    let bare: String = unlabelled.chars().filter(|c| !c.is_whitespace()).collect();
    let name = without_titles(&bare);
    if name.is_empty() || name.ends_with(DESKS) {
        return SignaturePart::Desk;
    }
    if JAPANESE_OFFICES.iter().any(|office| name.ends_with(office)) {
        return SignaturePart::Silent;
    }

    let is_name = |name: &str| {
        LENGTHS.contains(&name.chars().count())
            && !JAPANESE_NO_NAMES.iter().any(|end| name.ends_with(end))
            && !JAPANESE_AGENCIES.contains(&name)
    };
    let found = NAME.captures(name).and_then(|found| found.name("name"));
    let Some(found) = found.filter(|name| is_name(name.as_str())) else {
        return SignaturePart::Other;
    };
    let told = found.as_str().to_owned();
    if unlabelled != part || told != bare {
        SignaturePart::Marked(told)
    } else {
        SignaturePart::Bare(told)
    }
}

/// Returns a name without the titles before and behind it.
fn without_titles(bare: &str) -> &str {
    let mut name = bare;
    for title in JAPANESE_SIGNERS {
        name = name.strip_prefix(title).unwrap_or(name);
        name = name.strip_suffix(title).unwrap_or(name);
    }
    name
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
        let signed = |first: &str| signers(&[first.to_owned(), "（王小明）".to_owned()], |_| true);
        assert_eq!(signed("船は冬も走る。"), ["王小明"]);
        assert!(signed("渡轮冬季照常航行。").is_empty());
    }

    #[test]
    fn bare_kanji_sign_a_story_only_with_a_second_witness() {
        let signed = |brackets: &str, told: &str| {
            let last = format!("船は六時に出る。{brackets}");
            signers(&[last], |name| name == told)
        };
        for note in [
            "（開館無料）",
            "（禁無断複製）",
            "（茶話会）",
            "（夕刊版）",
            "（山田太郎）",
            "（茶話会・写真＝鈴木一郎）",
            "（港新聞・茶話会）",
            "（港通信社・茶話会）",
        ] {
            assert!(signed(note, "").is_empty(), "{note}");
        }

        for marked in [
            "（文・山田太郎）",
            "（写真・文＝山田太郎）",
            "（文・写真　山田太郎）",
            "（山田太郎記者）",
            "（編集委員・山田太郎）",
            "（社会部・山田太郎）",
            "（ソウル＝山田太郎）",
            "（取材・文　山田太郎）",
        ] {
            assert_eq!(signed(marked, ""), ["山田太郎"], "{marked}");
        }
        assert_eq!(signed("（山田太郎）", "山田太郎"), ["山田太郎"]);
        let both = signed("（山田太郎、鈴木花子）", "鈴木花子");
        assert_eq!(both, ["山田太郎", "鈴木花子"]);
    }
}
