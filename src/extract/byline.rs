//! Reads the names in a byline, as Korean papers sign.

use std::sync::LazyLock;

use regex::Regex;

use crate::text::clean;

/// Longest byline that is read, in bytes: a longer text is no byline, and hostile ones would take
/// too long.
const LONGEST: usize = 1024;

/// Mail addresses, and texts in brackets.
static ASIDE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\([^)]*\)?|\[[^\]]*\]?|<[^>]*>?|[\w.+-]+@[\w-]+(?:\.[\w-]+)*")
        .expect("a test compiles it")
});

/// The separators between two writers.
static BETWEEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\s*[·ㆍ・‧•,;&|/／，、]\s*|\s+및\s+|\s+(?:and|와|과)\s+")
        .expect("a test compiles it")
});

/// Words that a writer's title ends with: 선임기자, 문화전문기자, 대표이사.
const TITLES: [&str; 45] = [
    "기자",
    "특파원",
    "논설위원",
    "논설실장",
    "편집위원",
    "편집장",
    "편집인",
    "발행인",
    "국장",
    "부장",
    "차장",
    "팀장",
    "실장",
    "주필",
    "주간",
    "대표",
    "대표이사",
    "위원",
    "앵커",
    "아나운서",
    "리포터",
    "통신원",
    "에디터",
    "칼럼니스트",
    "작가",
    "시인",
    "소설가",
    "평론가",
    "비평가",
    "교수",
    "명예교수",
    "연구원",
    "연구위원",
    "변호사",
    "변리사",
    "세무사",
    "의사",
    "전문의",
    "원장",
    "소장",
    "박사",
    "사진가",
    "번역가",
    "객원",
    "PD",
];

/// Words that the names of desks and papers end with.
const DESKS: [&str; 9] = [
    "부", "팀", "국", "신문", "일보", "뉴스", "센터", "본부", "통신",
];

/// Returns the names in a byline, without titles, desks and addresses; `paper` is the paper's own
/// name. A signature that is no person's name (편집부, the paper's own) is returned as it stands.
pub(super) fn authors(byline: &str, paper: &str) -> Vec<String> {
    let bare = ASIDE.replace_all(&byline[..byline.floor_char_boundary(LONGEST)], " ");
    let mut names: Vec<String> = Vec::new();

    for part in BETWEEN.split(&bare) {
        let name = name(&clean(part), paper);
        if !name.is_empty() && !names.contains(&name) {
            names.push(name);
        }
    }

    names
}

/// Ranks before a title that stand in one word with the name, as printed by Korean papers.
const RANKS: [&str; 8] = ["선임", "전문", "객원", "인턴", "수습", "대", "시민", "학생"];

/// Returns the name in one part of a byline, or an empty text where the part names nobody.
fn name(part: &str, paper: &str) -> String {
    // 전북=홍길동 기자, 글=홍길동
    let part = part.rsplit(['=', ':']).next().unwrap_or_default().trim();
    let mut words: Vec<&str> = part.split(' ').filter(|word| !word.is_empty()).collect();
    let Some(last) = words.last().copied() else {
        return String::new();
    };

    let Some(title) = title_of(last) else {
        return part.to_owned();
    };

    if words.len() == 1 {
        // In 홍길동기자 name and title are one word. A bare 기자 names nobody.
        let name = last.strip_suffix(title).unwrap_or_default();
        return if is_name(name) || !TITLES.contains(&last) {
            without_rank(name)
        } else {
            String::new()
        };
    }

    words.pop();
    if words.len() > 1 {
        words.retain(|word| *word != paper);
    }

    // A name from abroad may be two words: 제임스 리.
    let has_syllable = words.iter().any(|word| is_syllable(word));
    if words.len() == 2 && has_syllable {
        return words.join(" ");
    }
    let person = if words.len() > 1 {
        person(&words)
    } else {
        words.first().copied()
    };
    person.map_or_else(|| words.join(" "), str::to_owned)
}

/// Returns the person among words such as 홍길동 문화부, 문화부 홍길동 and 정신건강의학과 홍길동, or
/// `None` where no word is like a name.
fn person<'a>(words: &[&'a str]) -> Option<&'a str> {
    let names = || words.iter().copied().filter(|word| is_name(word));
    names()
        .find(|word| !DESKS.iter().any(|desk| word.ends_with(desk)))
        .or_else(|| names().next())
}

/// Returns the longest title that a word ends with.
fn title_of(word: &str) -> Option<&'static str> {
    TITLES
        .into_iter()
        .filter(|title| word.ends_with(title))
        .max_by_key(|title| title.len())
}

/// Drops the rank at the end of a name: 홍길동선임 of 홍길동선임기자.
fn without_rank(name: &str) -> String {
    let rank = RANKS
        .into_iter()
        .find(|rank| name.ends_with(rank) && name.chars().count() > 3);

    rank.and_then(|rank| name.strip_suffix(rank))
        .unwrap_or(name)
        .to_owned()
}

/// Tells whether a word is one Korean syllable, as family names are.
fn is_syllable(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(|c| ('가'..='힣').contains(&c)) && letters.next().is_none()
}

/// Tells whether a word has two to four syllables, all Korean, as names have.
fn is_name(word: &str) -> bool {
    (2..=4).contains(&word.chars().count()) && word.chars().all(|c| ('가'..='힣').contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_is_left_of_a_byline() {
        for (byline, expected) in [
            ("홍길동 기자", vec!["홍길동"]),
            ("홍길동기자", vec!["홍길동"]),
            ("홍길동 선임기자", vec!["홍길동"]),
            ("홍길동 기자 (hong@saseo.example)", vec!["홍길동"]),
            ("홍길동 기자 hong@saseo.example", vec!["홍길동"]),
            ("김서가 기자·이책방 기자", vec!["김서가", "이책방"]),
            ("김서가·이책방 기자", vec!["김서가", "이책방"]),
            ("김서가, 이책방 인턴기자", vec!["김서가", "이책방"]),
            ("문화부 홍길동 기자", vec!["홍길동"]),
            ("홍길동 문화부 기자", vec!["홍길동"]),
            ("사서신문 홍길동 기자", vec!["홍길동"]),
            ("전북=홍길동 기자", vec!["홍길동"]),
            ("홍길동 정신건강의학과 전문의", vec!["홍길동"]),
            ("홍길동 문학평론가", vec!["홍길동"]),
            ("남궁서가 기자", vec!["남궁서가"]),
            ("책방과서가", vec!["책방과서가"]),
            ("편집부", vec!["편집부"]),
            ("온라인 뉴스팀", vec!["온라인 뉴스팀"]),
            ("Jane Lee", vec!["Jane Lee"]),
            ("Jane Lee 기자", vec!["Jane Lee"]),
            ("홍길동", vec!["홍길동"]),
            ("기자", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(authors(byline, "책방과서가"), expected, "{byline}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_byline_panics(byline in "\\PC{0,40}") {
            let _ = authors(&byline, "");
        }
    }
}
