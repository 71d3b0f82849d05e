//! Words of a Korean notice that forbid machines to read a page. One list holds for all profiles,
//! which say where such notices stand.

use std::sync::LazyLock;

use crate::markup::Pattern;

/// What a notice forbids, in a group as it is recorded. `A` stands for AI by any of its names, with
/// another one in brackets.
const SUBJECTS: [&str; 6] = [
    r"(A(?:[^A-Za-z.;|][^.;|]{0,11}?)?(?:학습|훈련))",
    r"(생성형?\s*A)",
    r"(A\s*(?:데이터|활용|이용|크롤링|분석|개발))",
    r"((?:기계|머신|딥)\s*(?:학습|러닝))",
    r"(크롤링|크롤러|스크래핑|스크레이핑)",
    r"((?:텍스트\s*(?:및|와|과|[·ㆍ・‧,&/-])?\s*)?데이터\s*마이닝|(?-u:\b{start-half})TDM(?-u:\b{end-half}))",
];

/// The names of AI: in Latin letters of either width, or in Korean. They stand within no other
/// Latin word.
const AI: &str = r"(?-u:\b{start-half})(?:A\.?I\.?|ＡＩ|인공\s*지능|에이아이)(?:\s*[(（\[][^)）\]]{1,12}[)）\]])?";

/// What forbids it behind, in the same sentence. `불가능` and `불가피` forbid nothing.
const FORBIDS: &str = r"(?:금지|엄금|금합|금함|금한|금하|불허|(?:허용|허락)하지\s*않|불가(?:합|함|하|[^가-힣]|$)|(?:학습|이용|활용|사용|수집)(?:할|하실|될)\s*수\s*없)";

/// What forbids it before: `금지합니다: AI 학습`.
const FORBIDS_BEFORE: &str = r"(?:금지|금합니다|불허|불가)(?:합니다|함|사항|행위)?\s*[:：]";

/// What a notice that forbids has one of.
const STEMS: [&str; 10] = [
    "금지", "엄금", "금합", "금함", "금한", "금하", "불허", "불가", "않", "없",
];

static NOTICES: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let both = |subject: &str| {
        let subject = with_names_of_ai(subject);
        [
            format!("(?i){subject}[^.]*?{FORBIDS}"),
            format!("(?i){FORBIDS_BEFORE}[^.]*?{subject}"),
        ]
    };
    let written = SUBJECTS.into_iter().flat_map(both);
    written
        .map(|one| Pattern::compile(&one).expect("a test reads them"))
        .collect()
});

/// Writes the names of AI into a subject, in the place of the `A` at the head of a word.
fn with_names_of_ai(subject: &str) -> String {
    let named = subject.replacen("(A", &format!("({AI}"), 1);
    named.replacen("*A", &format!("*{AI}"), 1)
}

/// The longest evidence, in bytes, and how much of it stands before the words. Of a longer line,
/// as a footer is, what stands around them is kept.
const LONGEST: usize = 500;
const BEFORE: usize = 200;

/// Returns what a line forbids, without white space and each once, with the line as evidence. The
/// patterns of a profile find further words.
pub(super) fn opposing_words(line: &str, of_profile: &[Pattern]) -> Vec<(String, String)> {
    let notices = NOTICES.iter().filter(|_| may_forbid(line));
    let mut found: Vec<(String, String)> = Vec::new();
    for place in notices
        .chain(of_profile)
        .filter_map(|pattern| pattern.find_at(line))
    {
        let word: String = line[place.clone()].split_whitespace().collect();
        if !found.iter().any(|(known, _)| known.contains(&word)) {
            found.push((word, around(line, place.start)));
        }
    }
    found
}

/// Tells whether a line may forbid anything: most lines are not searched for more.
fn may_forbid(line: &str) -> bool {
    STEMS.iter().any(|stem| line.contains(stem))
}

/// Returns a line, or what stands around a place in a long one.
fn around(line: &str, place: usize) -> String {
    if line.len() <= LONGEST {
        return line.to_owned();
    }
    let start = line.ceil_char_boundary(place.saturating_sub(BEFORE));
    let end = line.floor_char_boundary(start + LONGEST);
    line[start..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(line: &str) -> String {
        let words = opposing_words(line, &[]).into_iter();
        words.map(|(word, _)| word).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn of_a_long_line_what_stands_around_the_words_is_kept() {
        let line = format!(
            "{}, AI 학습 및 활용 금지, {}",
            "제호 ".repeat(300),
            "주소 ".repeat(300)
        );
        let [(word, evidence)] = &opposing_words(&line, &[])[..] else {
            panic!("one word")
        };
        assert_eq!(word, "AI학습");
        assert!(evidence.contains("AI 학습 및 활용 금지"), "{evidence}");
        assert!(evidence.len() <= LONGEST);
    }

    #[test]
    fn the_forms_of_korean_notices_are_heard() {
        for (line, expected) in [
            ("무단전재 및 재배포, AI 학습 금지", "AI학습"),
            ("무단 전재-재배포, AI 학습 및 활용 금지", "AI학습"),
            ("인공지능(AI) 학습 이용 금지", "인공지능(AI)학습"),
            (
                "무단 전재·복사 및 AI(인공지능) 학습 금지",
                "AI(인공지능)학습",
            ),
            ("AI 학습 및 활용을 금합니다", "AI학습"),
            ("AI 학습용 데이터 활용 금지", "AI학습"),
            ("AI학습 및 활용 불가", "AI학습"),
            ("AI 학습 및 활용 불허", "AI학습"),
            ("금지합니다: AI학습", "AI학습"),
            ("금지: 무단전재, 재배포, AI 학습", "AI학습"),
            ("생성AI 학습 금지", "AI학습 생성AI"),
            ("생성형 AI의 이용을 금지합니다", "생성형AI"),
            ("AI를 위한 학습 금지", "AI를위한학습"),
            ("AI·빅데이터 학습 금지", "AI·빅데이터학습"),
            ("AI 훈련 금지", "AI훈련"),
            (
                "무단전재·크롤링·AI 학습 등 일체의 이용을 금함",
                "AI학습 크롤링",
            ),
            ("Ai 학습 금지", "Ai학습"),
            ("ＡＩ 학습 금지", "ＡＩ학습"),
            ("A.I. 학습 금지", "A.I.학습"),
            ("에이아이 학습 금지", "에이아이학습"),
            ("기계학습 금지", "기계학습"),
            ("AI 기계학습 금지", "AI기계학습"),
            ("AI 크롤링 금지", "AI크롤링"),
            ("무단 크롤링 금지", "크롤링"),
            ("텍스트·데이터 마이닝 금지", "텍스트·데이터마이닝"),
            (
                "텍스트 및 데이터 마이닝을 허용하지 않습니다",
                "텍스트및데이터마이닝",
            ),
            ("TDM 금지", "TDM"),
            ("생성형 AI 학습에 이용할 수 없습니다", "AI학습 생성형AI"),
            (
                "인공지능 학습 데이터로의 활용을 엄격히 금지합니다.",
                "인공지능학습",
            ),
        ] {
            assert_eq!(heard(line), expected, "{line}");
        }
    }

    #[test]
    fn what_forbids_something_else_or_nothing_is_not_heard() {
        for line in [
            "",
            "무단전재 및 재배포 금지",
            "AI 학습에 동의합니다. 무단전재 금지",
            "AI 학습은 불가피하다",
            "AI 학습 없이는 불가능하다",
            "email 학습자료 재배포 금지",
            "AID 학습 금지",
            "STDMA 금지",
            "AI 뉴스",
        ] {
            assert_eq!(heard(line), "", "{line}");
        }
    }
}
