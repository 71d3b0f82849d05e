//! Tells the names of persons from the other words of a byline, in several languages.

use std::sync::LazyLock;

use regex::Regex;

use crate::extract::measured::around_names::{
    before_other_work, is_iberian_place, marked_parts, opens_with_place, without_agency,
    without_preface, without_tail,
};
use crate::extract::measured::byline_parts::{
    is_unnamed_reporter, of_writers, opens_with_role, without_opening_role,
};
use crate::extract::measured::chinese_names::{is_of_reporters, with_names_parted};
use crate::extract::measured::korean_names;
use crate::extract::measured::papers::PaperNames;
use crate::extract::measured::person_words::{
    bare, ends_as_a_family, is_agency, is_hangul, is_of_role, is_person, is_role, is_thai,
    opens_with_article,
};
use crate::extract::vocabulary::{
    AND, BEFORE_BY, BY, JAPANESE_SIGNERS, KOREAN_SIGNERS, LABELS, MONTHS, OF_TIME, PLAIN_ANDS,
};
use crate::text::clean;

/// Longest byline that is read, in bytes: it holds some names with roles.
const LONGEST: usize = 400;

/// Most names of a byline.
const MOST: usize = 20;

/// Months that are names of persons, too.
const MONTHS_AS_NAMES: [&str; 5] = ["may", "june", "april", "august", "jan"];

/// Mail addresses, addresses of pages and of accounts, and texts in brackets.
static ASIDE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\([^)]*\)?|\[[^\]]*\]?|<[^>]*>?|https?://\S+|[\w.+-]*@[\w-]+(?:\.[\w-]+)*")
        .expect("a test compiles it")
});

/// The marks between two names, and between a name and other words.
static MARKS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\s*[,;&|·ㆍ・‧•/／，、｜\n]\s*|\s+[-–—]+\s+").expect("a test compiles it")
});

/// What tells a father from his son, behind a comma: `Moses Reed, Jr.`.
static GENERATION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r",\s*((?:Jr|Sr)\b\.?|I{2,3}\b|IV\b)").expect("a test compiles it")
});

/// The words before names: `Written by`, `Ein Kommentar von`, `Text:`.
static LEAD: LazyLock<Regex> = LazyLock::new(|| {
    let (before, by, labels) = (BEFORE_BY.join("|"), BY.join("|"), LABELS.join("|"));
    let by = format!(r"(?:(?:{before})\s+){{0,4}}(?:{by})(?:\s*:\s*|\s+)");
    Regex::new(&format!(r"^(?i:{by}|(?:{labels})\s*[:：=/]\s*)")).expect("a test compiles it")
});

/// Returns the persons whom a byline names. No paper, agency, office, role, clock or number is one,
/// and no thing with an article in the page's language.
pub(super) fn persons(byline: &str, papers: &PaperNames) -> Vec<String> {
    let mut names = named(byline, papers);
    names.retain(|name| !opens_with_article(name, papers));
    names
}

/// Returns the persons whom a byline names that the page marks as one. Behind `By` the first word
/// is part of a name: `By Les Murray`.
pub(super) fn marked_persons(byline: &str, papers: &PaperNames) -> Vec<String> {
    if has_lead(byline) {
        told_persons(byline, papers)
    } else {
        persons(byline, papers)
    }
}

/// Returns the persons among those whom the page's data calls so. `The` before one word is an
/// article even there: `The Conversation`.
pub(super) fn told_persons(told: &str, papers: &PaperNames) -> Vec<String> {
    let mut names = named(told, papers);
    let is_thing = |name: &String| {
        let words: Vec<&str> = name.split(' ').collect();
        words.len() == 2 && bare(words[0]) == "the"
    };
    names.retain(|name| !is_thing(name));
    names
}

/// Returns the names in a byline, with those that an article may begin.
fn named(byline: &str, papers: &PaperNames) -> Vec<String> {
    let bare = ASIDE.replace_all(&byline[..byline.floor_char_boundary(LONGEST)], " , ");
    let found = if bare.contains(is_hangul) {
        korean_names::persons(&bare, &MARKS)
    } else {
        others(&clean(&bare), papers)
    };

    let mut names: Vec<String> = Vec::new();
    for name in found {
        if is_person(&name, papers) && !names.contains(&name) && names.len() < MOST {
            names.push(name);
        }
    }
    names
}

/// Tells whether a line names who did a work: a label, or `by` behind the word for it, as in
/// `Reporting by Jane Lee`. `By` alone may stand before a place: `By Lake Superior`.
pub(super) fn has_lead_of_work(line: &str) -> bool {
    let first = line.split([' ', ':', '：', '=']).next().unwrap_or_default();
    has_lead(line) && !BY.contains(&first.to_lowercase().as_str())
}

/// Tells whether a line opens with the words before names, as `By`, and a name may follow.
pub(crate) fn has_lead(line: &str) -> bool {
    let behind = LEAD.find(line).map(|lead| &line[lead.end()..]);
    let is_name = |rest: &str| {
        let name = without_opening_role(rest);
        let is_thai_name = is_thai(rest) && THAI_NAME.contains(&rest.split_whitespace().count());
        name.starts_with(|c: char| c.is_uppercase() || c >= '\u{2e80}') || is_thai_name
    };
    behind.is_some_and(is_name)
        || opens_with_place(line)
        || is_of_reporters(line)
        || korean_names::is_signed_with_works(line)
}

/// Tells whether a text has a Korean title of those who sign stories.
pub(super) fn has_korean_signer(text: &str) -> bool {
    KOREAN_SIGNERS.iter().any(|title| text.contains(title))
}

/// Returns the names in a byline of another language.
fn others(byline: &str, papers: &PaperNames) -> Vec<String> {
    let byline = with_names_parted(byline);
    let byline = of_writers(&byline);
    let byline = GENERATION.replace_all(&byline, " $1");
    let bare = LEAD.replace(&byline, "");
    let mut names: Vec<String> = Vec::new();
    let mut is_behind_agency = false;
    let is_iberian = is_iberian(&byline, papers);
    for (mark, part) in marked_parts(&bare, &MARKS) {
        // `Reuters, London`: one word behind an agency is a place.
        let is_place = is_behind_agency && !part.contains(' ');
        is_behind_agency = is_agency(part);
        let is_behind_names = is_iberian && !names.is_empty() && is_iberian_place(mark, part);
        if is_place || is_behind_names {
            continue;
        }
        let part = without_agency(part);
        let Some(part) = before_other_work(without_preface(&part)) else {
            continue;
        };
        let is_joined = part
            .split(' ')
            .next()
            .is_some_and(|word| AND.contains(&word));
        for (at, one) in divided(&part).iter().enumerate() {
            let name = LEAD.replace(without_tail(one), "");
            // `Jane Lee, Correspondent New York`: what stands behind a later role is a place.
            let is_first = names.is_empty() || is_joined || at > 0;
            if !is_unnamed_reporter(&name) && (is_first || !opens_with_role(&name)) {
                let name = without_opening_role(&name);
                // `By Joe Fellows` has no role: that needs a comma or other names before it.
                let is_alone = names.is_empty() || is_joined || at > 0;
                let is_family = is_alone && ends_as_a_family(&name, names.len());
                names.extend(if is_family {
                    Some(name.into_owned())
                } else {
                    without_role(&name)
                });
            }
        }
    }

    // Beside whole names a word alone is the rest of a role or a place.
    let is_whole = |name: &String| name.contains(' ') || name.chars().any(|c| c >= '\u{2e80}');
    if names.iter().any(is_whole) {
        names.retain(is_whole);
    }
    names
}

/// Tells whether a byline is one in Spanish or Portuguese, by its first word or its page.
fn is_iberian(byline: &str, papers: &PaperNames) -> bool {
    const LANGUAGES: [&str; 4] = ["pt", "es", "gl", "ca"];
    let first = byline.split([' ', ':']).next().unwrap_or_default();
    let of_page = papers.language();
    first.eq_ignore_ascii_case("por") || of_page.is_some_and(|told| LANGUAGES.contains(&told))
}

/// Divides a text at the words between two names.
fn divided(part: &str) -> Vec<String> {
    let mut words: Vec<&str> = part.split_whitespace().collect();
    // A place in brackets stood before it: `Anne Petit (à Lyon) et Luc Roux`.
    if words.len() > 2 && AND.contains(&words[0]) {
        words.remove(0);
    }
    let mut names: Vec<Vec<&str>> = vec![Vec::new()];

    for (at, word) in words.iter().enumerate() {
        let and = AND.iter().position(|and| and == word);
        let before = names.last().map_or(0, Vec::len);
        let behind = words[at + 1..]
            .iter()
            .take_while(|word| !AND.contains(word))
            .count();
        let is_between =
            and.is_some_and(|and| and < PLAIN_ANDS && before > 0 || before > 1 && behind > 1);
        if is_between {
            names.push(Vec::new());
        } else if let Some(name) = names.last_mut() {
            name.push(word);
        }
    }
    names.iter().map(|words| words.join(" ")).collect()
}

/// Returns the name before a role, a time or a number; `None` where no name is left.
fn without_role(part: &str) -> Option<String> {
    let whole: Vec<&str> = part.split(' ').collect();
    let end = (0..whole.len()).find(|at| is_of_time(&whole, *at));
    let mut words = whole[..end.unwrap_or(whole.len())].to_vec();
    if let Some(last) = words.last_mut() {
        *last = without_japanese_title(last);
    }

    if words.last().is_some_and(|word| is_role(word)) {
        while words.last().is_some_and(|word| is_of_role(word)) {
            words.pop();
        }
        // `Shipping Expert` is no person by the name of Shipping.
        if words.len() < 2 {
            return None;
        }
    }

    // A library leaves the month of a date.
    while words.last().is_some_and(|word| {
        let word = bare(word);
        // No family is called Jan.
        MONTHS.contains(&word.as_str())
            && (word == "jan" || !MONTHS_AS_NAMES.contains(&word.as_str()))
    }) {
        words.pop();
    }

    let name = words.join(" ");
    let name = clean(name.trim_matches(|c: char| !c.is_alphanumeric() && c != '.'));
    (!name.is_empty()).then_some(name)
}

/// Returns a Japanese name without the title behind it: `田中太郎記者`.
fn without_japanese_title(name: &str) -> &str {
    JAPANESE_SIGNERS
        .iter()
        .find_map(|title| name.strip_suffix(title))
        .unwrap_or(name)
}

/// Tells whether a word of a byline belongs to a time.
fn is_of_time(words: &[&str], at: usize) -> bool {
    let has_digit = |word: &str| word.contains(|c: char| c.is_ascii_digit());
    let word = bare(words[at]);
    let is_beside_a_number = words.get(at + 1).is_some_and(|next| has_digit(next));
    let is_name = words.len() > 1 && MONTHS_AS_NAMES.contains(&word.as_str());
    has_digit(&word)
        || OF_TIME.contains(&word.as_str())
        || MONTHS.contains(&word.as_str()) && (is_beside_a_number || at == 0 && !is_name)
}

/// Words of a Thai name behind `โดย`: a sentence may begin with that, too, and has fewer or more.
const THAI_NAME: std::ops::RangeInclusive<usize> = 2..=3;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::scan::PageScan;
    use crate::markup::Tree;
    use crate::page_url::PageUrl;

    fn named(byline: &str) -> Vec<String> {
        persons(byline, &PaperNames::default())
    }

    #[test]
    fn names_are_told_from_the_other_words_of_a_byline() {
        for (byline, expected) in [
            ("By Jane Lee", vec!["Jane Lee"]),
            (
                "by Jane Lee and Max Orr, Political Correspondent",
                vec!["Jane Lee", "Max Orr"],
            ),
            ("Written by Jane Lee", vec!["Jane Lee"]),
            ("Jane Lee Today 5:00 am", vec!["Jane Lee"]),
            ("By April Moe", vec!["April Moe"]),
            ("April 7, 2026", vec![]),
            ("By Jane Lee | March 7, 2026 4:50 p.m.", vec!["Jane Lee"]),
            ("Jane Lee - Reuters", vec!["Jane Lee"]),
            ("Jane Lee Technology Reporter", vec!["Jane Lee"]),
            ("Jane Lee (London)", vec!["Jane Lee"]),
            ("Moses Reed, Jr., Harbour Editor", vec!["Moses Reed Jr."]),
            (
                "By Moses Reed, III and Ida Frost",
                vec!["Moses Reed III", "Ida Frost"],
            ),
            (
                "Ida Frost, Moses Reed, Sr",
                vec!["Ida Frost", "Moses Reed Sr"],
            ),
            ("Story: The Old Lock", vec![]),
            (
                "By IDA FROST, MOE REED, and ANN HALE Staff Writers",
                vec!["IDA FROST", "MOE REED", "ANN HALE"],
            ),
            ("By Ida Fellows", vec!["Ida Fellows"]),
            ("By Ida Mae Fellows", vec!["Ida Mae Fellows"]),
            (
                "By Moe Reed and Ida Fellows, Harbour Editor",
                vec!["Moe Reed", "Ida Fellows"],
            ),
            ("By Moe Reed, Research Fellows", vec!["Moe Reed"]),
            ("By Moe Reed, Harbour Fellows", vec!["Moe Reed"]),
            (
                "By Moe Reed and Ida Frost Fellows",
                vec!["Moe Reed", "Ida Frost"],
            ),
            ("By Harbour Reporters", vec![]),
            ("Por Ana Ruiz, q7 PV — Puerto Viejo", vec!["Ana Ruiz"]),
            ("Por Ana Ruiz, do Cais, em Porto Velho", vec!["Ana Ruiz"]),
            (
                "Por Ana Ruiz, José Gil - Puerto Viejo",
                vec!["Ana Ruiz", "José Gil"],
            ),
            ("By Ana Ruiz - José Gil", vec!["Ana Ruiz", "José Gil"]),
            (
                "Por Ana de la Vega, Max Orr",
                vec!["Ana de la Vega", "Max Orr"],
            ),
            ("Agência Cais", vec![]),
            ("Kıyı Ajansı", vec![]),
            ("PTI", vec![]),
            ("By Ana Ruiz, AAP", vec!["Ana Ruiz"]),
            ("Keystone-SDA", vec![]),
            ("İHA", vec![]),
            ("Antara Singh", vec!["Antara Singh"]),
            ("Monitoring Report", vec![]),
            ("海港时报", vec![]),
            ("海港財經", vec![]),
            ("Seebote.de", vec![]),
            ("J.R. Frost", vec!["J.R. Frost"]),
            ("ida.r.frost", vec!["ida.r.frost"]),
            ("Jane Lee jane@saseo.example", vec!["Jane Lee"]),
            (
                "Von Anna Martel und Lea Wagner",
                vec!["Anna Martel", "Lea Wagner"],
            ),
            ("Ein Kommentar von Anna Martel", vec!["Anna Martel"]),
            ("Anna von der Heide", vec!["Anna von der Heide"]),
            ("Written By: Tom May", vec!["Tom May"]),
            ("Follow us on Facebook", vec![]),
            ("By Jane Lee | Reviewed by Max Orr", vec!["Jane Lee"]),
            ("Photo by Max Orr", vec![]),
            ("By", vec![]),
            ("Insights from the team", vec![]),
            ("Par Anne Petit et Luc Roux", vec!["Anne Petit", "Luc Roux"]),
            (
                "Por Ana Ruiz y José Ortega y Vega",
                vec!["Ana Ruiz", "José Ortega y Vega"],
            ),
            ("Av Kari Moe og Ola Lie", vec!["Kari Moe", "Ola Lie"]),
            ("Text: Anna Martel", vec!["Anna Martel"]),
            ("Von unserer Redakteurin Anna Martel", vec!["Anna Martel"]),
            ("By our correspondent Max Orr", vec!["Max Orr"]),
            ("By Staff Writer Jane Lee", vec!["Jane Lee"]),
            ("By Md Rahman Ali", vec!["Md Rahman Ali"]),
            ("By Jane Lee, Correspondent Port Louis", vec!["Jane Lee"]),
            ("Ana Ruiz, Corresponsal Puerto Viejo", vec!["Ana Ruiz"]),
            (
                "Anna Martel, Korrespondentin Bad Seeheim",
                vec!["Anna Martel"],
            ),
            ("By Our Special Correspondent Port Louis", vec![]),
            ("By Staff Reporter Harbour Bureau", vec![]),
            (
                "By Jane Lee and Staff Writer Max Orr",
                vec!["Jane Lee", "Max Orr"],
            ),
            ("Photo: Max Orr | By Jane Lee", vec!["Jane Lee"]),
            ("Video: Reuters / By Jane Lee", vec!["Jane Lee"]),
            ("Story and photos: Jane Lee", vec!["Jane Lee"]),
            ("Text und Fotos: Anna Martel", vec!["Anna Martel"]),
            ("Von unserer Redaktion", vec![]),
            ("Texto: Ana Ruiz  Fotos: José Gil", vec!["Ana Ruiz"]),
            (
                "Text von Anna Martel, Fotos von Lea Wagner",
                vec!["Anna Martel"],
            ),
            ("Fotos: José Gil", vec![]),
            (
                "Par Anne Petit (à Lyon) et Luc Roux",
                vec!["Anne Petit", "Luc Roux"],
            ),
            (
                "Reporting by Jane Lee and Max Orr; editing by Tom May",
                vec!["Jane Lee", "Max Orr"],
            ),
            ("By Jane Lee Photographs by Max Orr", vec!["Jane Lee"]),
            ("Jane Lee Special to the Harbour Post", vec!["Jane Lee"]),
            (
                "By Jane Lee in London and Max Orr in New York",
                vec!["Jane Lee", "Max Orr"],
            ),
            ("Follow Jane Lee", vec!["Jane Lee"]),
            ("Aus Berlin berichtet Anna Martel", vec!["Anna Martel"]),
            ("Protokoll: Anna Martel", vec!["Anna Martel"]),
            ("a cura di Anna Rossi", vec!["Anna Rossi"]),
            ("dal nostro inviato Marco Rossi", vec!["Marco Rossi"]),
            ("Door onze redacteur Jan de Vries", vec!["Jan de Vries"]),
            ("Autor: Jan Kowalski", vec!["Jan Kowalski"]),
            ("Jan 7, 2026", vec![]),
            ("Автор: Иван Петров", vec!["Иван Петров"]),
            ("作者：王小明", vec!["王小明"]),
            ("記者 王小明／台北報導", vec!["王小明"]),
            ("责任编辑：张三", vec![]),
            ("本报记者 李华 王明", vec!["李华", "王明"]),
            ("〔記者王明／高雄報導〕", vec!["王明"]),
            ("海港報 記者 王明／高雄即時報導", vec!["王明"]),
            (
                "Penulis: Budi Santoso Editor: Sri Wahyuni",
                vec!["Budi Santoso"],
            ),
            (
                "Teksti: Matti Virtanen Kuva: Liisa Laine",
                vec!["Matti Virtanen"],
            ),
            ("كتب: محمد علي", vec!["محمد علي"]),
            ("โดย มาลี แสงทอง", vec!["มาลี แสงทอง"]),
            ("โดย: มาลี แสงทอง", vec!["มาลี แสงทอง"]),
            ("กองบรรณาธิการ", vec![]),
            ("โดย ทีมข่าวภูมิภาค", vec![]),
            ("홍길동 기자 구독", vec!["홍길동"]),
            ("글·사진 홍길동", vec!["홍길동"]),
            ("홍길동·임꺽정 기자", vec!["홍길동", "임꺽정"]),
            ("글·사진 홍길동 작가", vec!["홍길동"]),
            ("홍길동 칼럼니스트 hong@saseo.example", vec!["홍길동"]),
            ("기자 홍길동", vec!["홍길동"]),
            ("제임스 리 특파원", vec!["제임스 리"]),
            ("글 홍길동 사진 임꺽정", vec!["홍길동"]),
            ("글=홍길동 기자, 사진=임꺽정 기자", vec!["홍길동"]),
            ("사진 임꺽정", vec!["임꺽정"]),
            ("記者・山本花子", vec!["山本花子"]),
            ("山本花子記者", vec!["山本花子"]),
            ("文・山本花子", vec!["山本花子"]),
            ("編集部", vec![]),
            ("共同通信", vec![]),
            ("Par Anne Petit avec AFP", vec!["Anne Petit"]),
            ("By Jane Lee Associated Press", vec!["Jane Lee"]),
            ("Von Anna Martel mit dpa", vec!["Anna Martel"]),
            ("By John Sid", vec!["John Sid"]),
            ("AFP", vec![]),
            ("입력 2026.03.07 16:50", vec![]),
            ("Reuters", vec![]),
            ("Reuters Aldmouth", vec![]),
            ("Reuters, Aldmouth", vec![]),
            ("AFP Aldmouth", vec![]),
            ("Sid Frost", vec!["Sid Frost"]),
            ("The Newsroom", vec![]),
            ("Shipping Expert", vec![]),
            ("105092", vec![]),
            ("Today 5:00 am", vec![]),
            ("온라인뉴스팀", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(named(byline), expected, "{byline}");
        }
    }

    #[test]
    fn an_article_begins_a_thing_only_in_the_language_of_the_page() {
        let read = |language: &str, byline: &str, read: fn(&str, &PaperNames) -> Vec<String>| {
            let html = format!("<html lang={language}><p>-</p>");
            let tree = Tree::parse(&html).unwrap();
            let url = PageUrl::parse("https://paper.example/news/7").unwrap();
            read(byline, &PaperNames::of(&PageScan::new(&tree), &url))
        };
        for (language, byline) in [
            ("en", "Les Frost"),
            ("en-GB", "Das Reed"),
            ("de", "Les Frost"),
            ("fr", "The Anh Moe"),
        ] {
            assert_eq!(read(language, byline, persons), [byline], "{byline}");
        }
        for (language, byline) in [
            ("en", "The Old Lock"),
            ("fr", "Les Quais"),
            ("de-AT", "Das Ufer"),
        ] {
            assert!(read(language, byline, persons).is_empty(), "{byline}");
            assert!(
                read(language, byline, marked_persons).is_empty(),
                "{byline}"
            );
        }
        assert_eq!(
            read("en", "By The Anh Moe", marked_persons),
            ["The Anh Moe"]
        );
        assert_eq!(read("fr", "Les Frost", told_persons), ["Les Frost"]);
        assert!(read("en", "The Canal", told_persons).is_empty());
    }

    #[test]
    fn a_byline_begins_with_its_word() {
        assert!(has_lead("By Jane Lee") && has_lead("Von Anna Martel") && has_lead("글=홍길동"));
        assert!(has_lead("Von unserer Redakteurin Anna Martel"));
        assert!(has_lead("โดย มาลี แสงทอง") && has_lead("글·사진 홍길동"));
        assert!(!has_lead("By the river it was cold") && !has_lead("Byron"));
        assert!(has_lead_of_work("Reporting by Jane Lee") && has_lead_of_work("Text: Jane Lee"));
        assert!(!has_lead_of_work("By Lake Superior") && !has_lead_of_work("Von Anna Martel"));
        assert!(!has_lead("By our count it was cold") && !has_lead("โดยตำรวจเผยว่า"));
        assert!(!has_lead("โดย ตำรวจเผยว่า") && !has_lead("글·사진 공모전에 삼백 편이 왔다"));
    }

    proptest::proptest! {
        #[test]
        fn no_byline_panics(byline in "\\PC{0,60}") {
            let _ = named(&byline);
        }
    }
}
