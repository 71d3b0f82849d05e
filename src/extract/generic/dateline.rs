//! The dates that a page prints between its headline and its story.

use std::sync::LazyLock;

use regex::Regex;

use crate::config::profile::PrintedDates;
use crate::extract::generic::coverage::is_comment;
use crate::extract::page_lines::is_hidden;
use crate::extract::places_without_dates::is_without_dates;
use crate::extract::printed_dates::{PrintedUnderHeadline, is_date_with_verb};
use crate::markup::blocks::{Block, linked_blocks};
use crate::markup::{Node, Pattern, Tree};
use crate::text::letters;
use crate::time::Precision;
use crate::time::printed::{DateReader, Zulu, begins_with_clock};

/// Longest line with dates, in characters: it holds the reporter, an address, two dates with their
/// labels, and counts.
const LINE: usize = 160;

/// Longest label above its date, in characters, where the label is a block of its own.
const WORD: usize = 12;

/// Marks between the parts of a line.
pub(crate) const BARS: [char; 6] = ['|', '｜', '·', '•', '/', '—'];

/// How many blocks above a story are searched for dates where its headline is not found.
const ABOVE: usize = 6;

/// The words beside a day that make it the publication date, besides the verbs of the rules: a
/// label, or the reporter. A subtitle has other words.
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    let labels = r"(?:입력|승인|등록|발행|게재|작성|송고)(?:일시|시간|일)?\s*[:：|]?\s*\d";
    let reporter = r"기자(?:\s|$|[|=·@])";
    let japanese = r"(?:掲載|公開|配信)日?時?\s*[:：]?\s*\d";
    let by = r"(?:^|[\s|·])(?:[Bb]y|[Vv]on|[Pp]ar|[Pp]or|[Dd]i|[Dd]oor|[Aa]v|[Aa]f) \p{Lu}";
    Regex::new(&format!("{labels}|{reporter}|{japanese}|{by}")).expect("it is tested")
});

/// The labels of when something takes place, before its date.
static WHEN: LazyLock<Regex> = LazyLock::new(|| {
    let latin = r"when|wann|quand|cuándo|quando|wanneer|når|när|kiedy|когда|termin|beginn|beginnt";
    Regex::new(&format!(
        r"^\s*(?:(?i:{latin})\b|(?:행사|공연|개최|모집)?\s*(?:일시|기간)|日時|開催日|时间|時間)"
    ))
    .expect("it is tested")
});

/// The blocks of a page that may give the dates of its story.
pub(crate) struct Dateline {
    blocks: Vec<Block>,
}

impl Dateline {
    pub(crate) fn of(tree: &Tree) -> Self {
        Self {
            blocks: linked_blocks(&tree.root(), |node| {
                is_without_dates(node) || is_hidden(node)
            }),
        }
    }

    /// Reads the dates between the headline and the first paragraph of a story. Dates with a label
    /// come before others.
    pub(crate) fn read(
        &self,
        title: Option<&str>,
        first: &str,
        rules: &PrintedDates,
        dates: DateReader<'_>,
    ) -> PrintedUnderHeadline {
        Self::read_lines(self.lines(title, first), rules, dates)
    }

    /// Reads the dates in lines that stand near a headline.
    pub(crate) fn read_lines(
        blocks: &[Block],
        rules: &PrintedDates,
        dates: DateReader<'_>,
    ) -> PrintedUnderHeadline {
        let mut lines: Vec<String> = Vec::new();
        let mut before: Option<&Block> = None;
        for block in blocks {
            // A date below a linked headline belongs to the linked story. A word above a date is
            // the date's label.
            let is_anothers =
                block.is_linked() || before.is_some_and(|before| is_linked_headline(before, dates));
            let label = before
                .filter(|block| block.text.chars().count() <= WORD)
                .map_or("", |block| block.text.as_str());

            let is_event = WHEN.is_match(label) || WHEN.is_match(&block.text);
            if !is_anothers && !is_event && is_dateline(&block.text, rules, dates) {
                lines.push(format!("{label} {}", block.text));
            }

            before = Some(block);
        }
        lines.sort_by_key(|line| !has_label(line, rules));

        PrintedUnderHeadline::of_lines(lines.iter().map(String::as_str), rules, dates)
    }

    /// Tells whether the page has this day, `2026-03-07`, in its text or in its mark-up.
    pub(crate) fn has_day(&self, day: &str, tree: &Tree, dates: DateReader<'_>) -> bool {
        // The first of January is what a library makes of a year.
        let is_guess = day.ends_with("-01-01");
        !is_guess && is_in_markup(tree, day) || self.is_printed(day, dates)
    }

    fn is_printed(&self, day: &str, dates: DateReader<'_>) -> bool {
        let dates = DateReader {
            zulu: Zulu::Local,
            ..dates
        };
        let mut told = self
            .blocks
            .iter()
            .filter_map(|block| dates.read(&block.text));
        told.any(|told| told.day() == day)
    }

    /// Returns the blocks between the headline and the first paragraph.
    fn lines(&self, title: Option<&str>, first: &str) -> &[Block] {
        let position = self
            .blocks
            .iter()
            .position(|block| has_letters(block, first));
        let Some(story) = position else {
            return &[];
        };

        let headline = title.and_then(|title| {
            let above = &self.blocks[..story];
            above.iter().rposition(|block| has_letters(block, title))
        });
        &self.blocks[headline.unwrap_or(story.saturating_sub(ABOVE))..story]
    }
}

/// Tells whether an element holds the whole page or its headline, as `<div class="post has-comments">`.
fn is_around_story(node: &Node<'_>) -> bool {
    node.has_name("body") || node.descendants_it().any(|inner| inner.has_name("h1"))
}

/// Tells whether an attribute or a script has this day. Those of comments are of other days.
fn is_in_markup(tree: &Tree, day: &str) -> bool {
    let forms = ["-", "/", ".", ""].map(|between| day.replace('-', between));
    let has = |text: &str| forms.iter().any(|form| text.contains(form.as_str()));
    let mut open = vec![tree.root()];

    while let Some(node) = open.pop() {
        if node.is_element() && is_comment(&node) && !is_around_story(&node) {
            continue;
        }
        let is_script = node.has_name("script") && has(&node.text());
        if is_script || node.attrs().iter().any(|attribute| has(&attribute.value)) {
            return true;
        }
        open.extend(node.children_it(true));
    }
    false
}

/// Tells whether a block has the same letters as a text, whatever the spaces and marks.
fn has_letters(block: &Block, text: &str) -> bool {
    letters(&block.text).eq(letters(text))
}

/// Tells whether a block is the linked headline of another story, whose date stands below it. Links
/// to a section or to the reporter are short, or have a date, an address or `By`.
fn is_linked_headline(block: &Block, dates: DateReader<'_>) -> bool {
    let is_byline = block.text.contains('@') || LABEL.is_match(&block.text);
    block.is_linked()
        && block.text.chars().count() > WORD
        && !is_byline
        && dates.read(&block.text).is_none()
}

/// Tells whether a line has words that make its date the publication date.
pub(crate) fn has_label(line: &str, rules: &PrintedDates) -> bool {
    let is_verb = |verbs: &Pattern| verbs.is_match(line);
    LABEL.is_match(line) || rules.published.as_ref().is_some_and(is_verb)
}

/// Tells whether a line gives a date, rather than mentions a day. A time before its date stands in
/// sentences, too: `Doors open at 18:00 on 7 March 2026`.
fn is_dateline(line: &str, rules: &PrintedDates, dates: DateReader<'_>) -> bool {
    if line.chars().count() > LINE {
        return false;
    }

    dates.find(line).is_some_and(|(told, place)| {
        // Bars and dots part the date from the reporter and the section.
        let before = line[..place.start].rsplit(BARS).next().unwrap_or_default();
        let behind = line[place.end..].split(BARS).next().unwrap_or_default();
        let is_whole = [before, behind]
            .iter()
            .all(|text| letters(text).next().is_none());
        let has_clock = told.precision > Precision::Day && !begins_with_clock(&line[place.clone()]);

        has_clock || is_whole || has_label(line, rules) || is_date_with_verb(line, rules)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Profile;
    use crate::time::printed::DateOrder;
    use jiff::tz::TimeZone;

    const STORY: &str =
        "한빛시 작은 책방에서 일하는 사서는 매일 아침 일곱 시에 서가의 불을 켠다고 말했다.";

    const UTC: DateReader<'_> = DateReader {
        zone: &TimeZone::UTC,
        zulu: Zulu::Local,
        order: DateOrder::Unknown,
    };

    fn read(lines: &str) -> (Option<String>, Option<String>) {
        let html = format!(
            "<p>2020.01.01 00:00</p><h1>책방의 아침</h1>{lines}<div><p>{STORY}</p><p>2021.01.01 00:00</p></div>"
        );
        let seoul = TimeZone::get("Asia/Seoul").unwrap();
        let printed = Dateline::of(&Tree::parse(&html).unwrap()).read(
            Some("책방의 아침"),
            STORY,
            &Profile::generic().article.printed,
            DateReader::new(&seoul, Zulu::Utc),
        );
        (
            printed.published.map(|told| told.to_string()),
            printed.updated.map(|told| told.to_string()),
        )
    }

    #[test]
    fn a_date_below_a_linked_byline_is_that_of_the_story() {
        let day = "<p>2026.03.07 16:50</p>";
        let at = Some("2026-03-07T16:50+09:00".to_owned());
        let byline = "<p><a href=/m>mina@saseo.example</a> <a href=/t>골목의 홍길동</a></p>";
        assert_eq!(read(&format!("{byline}{day}")).0, at);
        let story = "<p><a href=/news/8>골목의 우체국이 다시 문을 열었다</a></p>";
        assert_eq!(read(&format!("{story}{day}")).0, None);
    }

    #[test]
    fn a_day_in_a_comment_is_not_that_of_the_story() {
        let has = |html: &str| {
            let tree = Tree::parse(html).unwrap();
            Dateline::of(&tree).has_day("2026-03-07", &tree, UTC)
        };
        assert!(has("<p data-day=2026-03-07>-</p>"));
        assert!(has("<script>day='20260307'</script>"));
        assert!(!has(
            "<div class=comments><time datetime=2026-03-07>-</time></div>"
        ));
        assert!(has(
            "<div class='post has-comments'><h1>-</h1><p data-day=2026-03-07>-</p></div>"
        ));
        assert!(!has("<p data-day=2026-03-08>-</p>"));
    }

    #[test]
    fn a_date_in_the_box_of_an_event_is_no_date_of_the_story() {
        let date = "18:00 | 7 March 2026";
        assert_eq!(read(&format!("<div class=event-box>{date}</div>")).0, None);
        assert!(read(&format!("<div class=meta>{date}</div>")).0.is_some());
    }

    #[test]
    fn updates_of_many_languages_are_told_from_publications() {
        for (update, published) in [
            (
                "Päivitetty 8.3.2026 klo 10.00",
                "Julkaistu 7.3.2026 klo 6.50",
            ),
            ("Aktualizováno 8. března 2026 10:00", "7. března 2026 6:50"),
            ("Оновлено: 8 березня 2026, 10:00", "7 березня 2026, 06:50"),
            (
                "Frissítve: 2026. március 8. 10:00",
                "2026. március 7. 06:50",
            ),
            ("Actualizat: 08.03.2026 10:00", "Publicat: 07.03.2026 06:50"),
            ("Ενημέρωση: 8 Μαρτίου 2026 10:00", "7 Μαρτίου 2026 06:50"),
            ("Cập nhật: 08.03.2026 10:00", "Đăng: 07.03.2026 06:50"),
            ("آخر تحديث: 8 مارس 2026 10:00", "نشر في: 7 مارس 2026 06:50"),
            ("עודכן: 08.03.2026 10:00", "פורסם: 07.03.2026 06:50"),
            (
                "ปรับปรุง: 8 มี.ค. 2569 10:00 น.",
                "เผยแพร่: 7 มี.ค. 2569 06:50 น.",
            ),
        ] {
            let (told, updated) = read(&format!("<p>{update}</p><p>{published}</p>"));
            assert_eq!(
                told.as_deref(),
                Some("2026-03-07T06:50+09:00"),
                "{published}"
            );
            assert_eq!(
                updated.as_deref(),
                Some("2026-03-08T10:00+09:00"),
                "{update}"
            );
        }
    }

    #[test]
    fn dates_stand_between_the_headline_and_the_story() {
        for (lines, expected) in [
            (
                "<div><span>2026년 3월 7일 오후 4:50</span></div>",
                "2026-03-07T16:50+09:00",
            ),
            ("<p>2026年3月7日 16時50分</p>", "2026-03-07T16:50+09:00"),
            ("<p>홍길동 기자 | 2026.03.07</p>", "2026-03-07"),
            ("<p>7 March 2026</p>", "2026-03-07"),
            ("<p>7. März 2026</p>", "2026-03-07"),
            ("<p>Von Lea Wagner, 7. März 2026</p>", "2026-03-07"),
            (
                "<p>Publié le 7 mars 2026 à 16h50</p>",
                "2026-03-07T16:50+09:00",
            ),
            ("<p>Books · 07.03.2026</p>", "2026-03-07"),
            (
                "<p>Lea Wagner | 16:50, 7 March 2026</p>",
                "2026-03-07T16:50+09:00",
            ),
            (
                "<p>Published at 16:50 on 7 March 2026 by the desk</p>",
                "2026-03-07T16:50+09:00",
            ),
            ("<p>Jane Lee | March 7, 2026 | Books</p>", "2026-03-07"),
            (
                "<p><a href=/writer>홍길동 기자</a></p><p>2026.03.07 16:50</p>",
                "2026-03-07T16:50+09:00",
            ),
            (
                "<p>2026년 3월 7일 개막하는 책 축제</p><p>2026. 3. 5.</p>",
                "2026-03-05",
            ),
            (
                "<p><a href=/1>2026.03.06 10:00 다른 기사</a></p><p>2026.03.07 16:50</p>",
                "2026-03-07T16:50+09:00",
            ),
        ] {
            assert_eq!(read(lines).0.as_deref(), Some(expected), "{lines}");
        }
        assert_eq!(read("<p>2026년 3월 7일 개막하는 책 축제</p>"), (None, None));
    }

    #[test]
    fn dates_of_something_else_are_not_the_storys() {
        for lines in [
            "<p><a href=/1>동네 책방 열 곳이 새로 문을 연다</a></p><p>2026.02.01 10:00</p>",
            "<figure><figcaption>2019년 5월 3일 오후 3시에 찍은 사진</figcaption></figure>",
            "<p style=\"display: none\">2020.01.01 10:00</p>",
            "<p>2026년 4월 18일 기자회견</p>",
            "<p>Doors open by 18 April 2026</p>",
            "<p>Eröffnung am 18. April 2026 im Hafen</p>",
            "<p>3/7/2026</p>",
            "<p>Doors open at 18:00 on 7 March 2026</p>",
            "<dl><dt>When</dt><dd>7 March 2026, 18:00</dd></dl>",
            "<p>일시: 2026년 3월 7일 18:00</p>",
        ] {
            assert_eq!(read(lines), (None, None), "{lines}");
        }
        // An event has no label, and the publication may.
        let event = "<h2>2026년 4월 18일 오후 2시 시청 앞 개막</h2><p>입력 2026.03.07 16:50</p>";
        assert_eq!(read(event).0.as_deref(), Some("2026-03-07T16:50+09:00"));
        assert_eq!(
            read("<p>2026-03-07T07:50Z</p>").0.as_deref(),
            Some("2026-03-07T16:50+09:00")
        );
    }

    #[test]
    fn an_update_is_told_by_the_words_around_it() {
        let told = |time: &str| Some(format!("2026-03-07T{time}+09:00"));
        for updated in [
            "<p>수정 2026.03.07 18:00</p>",
            "<p>2026.03.07 18:00 수정</p>",
            "<p>aktualisiert: 7. März 2026, 18.00 Uhr</p>",
            "<dl><dt>수정</dt><dd>2026.03.07 18:00</dd></dl>",
        ] {
            assert_eq!(read(updated), (None, told("18:00")), "{updated}");
            assert_eq!(
                read(&format!("{updated}<p>2026.03.07 16:50</p>")),
                (told("16:50"), told("18:00")),
                "{updated}"
            );
        }
        assert_eq!(
            read("<p>2026.03.07 16:50 | 수정 2026.03.07 18:00</p>"),
            (told("16:50"), told("18:00"))
        );
    }

    #[test]
    fn the_first_of_january_counts_only_where_it_is_printed() {
        let has = |html: &str| {
            let tree = Tree::parse(html).unwrap();
            Dateline::of(&tree).has_day("2026-01-01", &tree, UTC)
        };
        assert!(!has("<link href=style.css?v=20260101><p>2026</p>"));
        assert!(has("<p>January 1, 2026</p>"));
    }

    #[test]
    fn a_day_is_in_the_page_or_it_is_not() {
        let html = "<meta name=day content=20260308><p>Spring, 7 March 2026</p><footer>2006年1月1日 創刊</footer>";
        let tree = Tree::parse(html).unwrap();
        let has = |day| Dateline::of(&tree).has_day(day, &tree, UTC);
        assert_eq!(
            ["2026-03-07", "2026-03-08", "2006-01-01"].map(has),
            [true, true, false]
        );
    }
}
