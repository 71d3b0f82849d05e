//! Reads the reporters whom Chinese and Taiwanese papers name: `（记者李华、王明）`,
//! `〔記者王明／高雄報導〕`, `本报记者 李华 王明`.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// The words before a reporter's name, with those of the paper or the agency.
pub(super) const REPORTER: &str =
    r"(?:(?:本[报報刊台网網社]|\p{Han}{1,4}[社报報网網])\s*)?[记記]者[:：\s]*";

/// Brackets around reporters.
const OPEN: [char; 6] = ['（', '(', '〔', '【', '［', '['];
const CLOSE: [char; 6] = ['）', ')', '〕', '】', '］', ']'];

/// A line that is nothing but reporters, and the place from which they report.
static LINE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!("^{REPORTER}{NAMES}{PLACE}$")).expect("a test compiles it")
});

/// The first words of a story with its reporters in brackets, behind those of an agency as
/// `新华社北京3月7日电`. Behind the reporters may stand who wrote to the paper.
static HEAD: LazyLock<Regex> = LazyLock::new(|| {
    let others = r"(?:\s*[、，,]?\s*(?:通讯员|通訊員|实习生|實習生)[^）)〕】］\]]*)?";
    Regex::new(&format!(
        r"^(?:[^（(〔【［\[。]{{0,30}}[电電讯訊]\s*)?[（(〔【［\[]\s*(?P<told>{REPORTER}{NAMES}{PLACE}){others}\s*[）)〕】］\]]"
    ))
    .expect("a test compiles it")
});

/// Names of two to four characters. Papers print a space within one of two: `李 明`.
const NAMES: &str = r"\p{Han}{1,4}(?:[\s、，,·・]+\p{Han}{1,4}){0,8}?";

/// The place from which a reporter writes: `／高雄報導`.
const PLACE: &str = r"(?:\s*[／/]\s*\p{Han}{1,10})?";

/// Words behind one for a reporter that make it the name of a column or a work: `记者手记`.
const OF_COLUMNS: [&str; 12] = [
    "手记", "手記", "观察", "觀察", "调查", "調查", "采访", "採訪", "专访", "專訪", "快评", "之夜",
];

fn is_column(told: &str) -> bool {
    OF_COLUMNS.iter().any(|word| told.ends_with(word))
}

/// Returns the reporters whom the first words of a story name in brackets.
pub(super) fn reporters_at_head(first: &str) -> Option<&str> {
    let told = HEAD.captures(first)?.name("told")?;
    Some(told.as_str()).filter(|told| !is_column(told))
}

/// Tells whether a line names reporters and nothing else, be it in brackets.
pub(super) fn is_of_reporters(line: &str) -> bool {
    LINE.is_match(without_brackets(line)) && !is_column(without_brackets(line))
}

/// Returns a byline of reporters without brackets, and with marks between its names: a space parts
/// two names of more characters than one, and stands within a name of two.
pub(super) fn with_names_parted(byline: &str) -> Cow<'_, str> {
    let line = without_brackets(byline);
    if !LINE.is_match(line) {
        return Cow::Borrowed(byline);
    }

    let mut parted = String::new();
    let mut is_half = false;
    for word in line.split_whitespace() {
        let is_one = word.chars().count() == 1;
        let is_behind_name = !is_half && !parted.is_empty() && !parted.ends_with(['者', ':', '：']);
        if is_behind_name {
            parted.push('、');
        }
        parted.push_str(word);
        is_half = is_one && !is_half;
    }
    Cow::Owned(parted)
}

fn without_brackets(line: &str) -> &str {
    let inside = line
        .strip_prefix(OPEN)
        .and_then(|line| line.strip_suffix(CLOSE));
    inside.unwrap_or(line).trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reporters_stand_in_brackets_at_the_head_of_a_story() {
        for (first, expected) in [
            ("（记者李华、王明）市议会周二决定。", "记者李华、王明"),
            (
                "〔記者王明／高雄報導〕市議會週二決定。",
                "記者王明／高雄報導",
            ),
            (
                "海港社新港3月7日电（记者李华 王明）市议会。",
                "记者李华 王明",
            ),
            ("（海港报记者 李华 通讯员 王明）市议会。", "海港报记者 李华"),
        ] {
            let told = reporters_at_head(first).map(str::trim);
            assert_eq!(told, Some(expected), "{first}");
        }
        for first in [
            "市议会周二决定（记者李华）。",
            "（资料图）市议会周二决定。",
            "（记者在码头看到三艘船正在等候进港卸货，船员们都在甲板上）",
        ] {
            assert_eq!(reporters_at_head(first), None, "{first}");
        }
    }

    #[test]
    fn a_space_parts_two_names_or_stands_within_one() {
        for (byline, expected) in [
            ("本报记者 李华 王明", "本报记者李华、王明"),
            ("本报记者 李 华 王小明", "本报记者李华、王小明"),
            ("〔記者王明／高雄報導〕", "記者王明／高雄報導"),
            ("山田 太郎", "山田 太郎"),
            ("记者手记", "记者手记"),
        ] {
            assert_eq!(with_names_parted(byline), expected, "{byline}");
        }
        assert!(is_of_reporters("海港報 記者 王明／高雄即時報導"));
        assert!(!is_of_reporters(
            "記者王明在高雄的碼頭看到三艘船正在等候進港卸貨"
        ));
        assert!(!is_of_reporters("记者：李华，你好！") && !is_of_reporters("记者手记"));
    }
}
