//! The dates that a page prints between its headline and its story.

use std::sync::LazyLock;

use jiff::tz::TimeZone;
use regex::Regex;

use crate::config::profile::ArticleRules;
use crate::extract::dates::Printed;
use crate::markup::blocks::{Block, linked_blocks};
use crate::markup::{Node, Tree};
use crate::text::letters;
use crate::time::Precision;
use crate::time::printed::{Zulu, find};

/// Characters of the longest line with dates: reporter, mail, two dates with their words, and counts.
const LINE: usize = 160;

/// Blocks above a story among which its dates are looked for, where its headline is not found.
const ABOVE: usize = 6;

/// What stands beside a day that is the day of publication: a label, or who wrote it. A subtitle has other words.
static LABEL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new("입력|승인|등록|발행|게재|작성|송고|기자|掲載|公開|配信|(?i:published|posted|updated|by )")
        .expect("the pattern is tested")
});

/// The blocks of a page that may tell about its story.
pub struct Dateline {
    blocks: Vec<Block>,
}

impl Dateline {
    pub fn of(tree: &Tree) -> Self {
        let is_out = |node: &Node<'_>| ["nav", "aside", "footer"].iter().any(|name| node.has_name(name));
        Self { blocks: linked_blocks(&tree.root(), is_out) }
    }

    /// Reads the dates between the headline and the first paragraph of a story.
    pub fn read(&self, title: Option<&str>, first: &str, rules: &ArticleRules, zone: &TimeZone) -> Printed {
        let lines = self.lines(title, first).iter().filter(|block| !block.is_linked());
        let lines = lines.map(|block| block.text.as_str()).filter(|line| is_dateline(line, zone));
        Printed::of_lines(lines, rules.printed.update.as_ref(), zone)
    }

    /// Tells whether the page has this day anywhere, `2026-03-07`: printed, or in its mark-up.
    pub fn has_day(&self, day: &str, html: &str, zone: &TimeZone) -> bool {
        let is_in_markup = ["-", "/", ".", ""].iter().any(|between| html.contains(&day.replace('-', between)));
        is_in_markup || self.is_printed(day, zone)
    }

    fn is_printed(&self, day: &str, zone: &TimeZone) -> bool {
        self.blocks.iter().any(|block| find(&block.text, zone, Zulu::Local).is_some_and(|(told, _)| told.day() == day))
    }

    fn lines(&self, title: Option<&str>, first: &str) -> &[Block] {
        let is = |block: &Block, text: &str| letters(&block.text).eq(letters(text));
        let Some(story) = self.blocks.iter().position(|block| is(block, first)) else { return &[] };

        let headline = title.and_then(|title| self.blocks[..story].iter().rposition(|block| is(block, title)));
        &self.blocks[headline.unwrap_or(story.saturating_sub(ABOVE))..story]
    }
}

/// Tells a line that gives a date from one that mentions a day.
fn is_dateline(line: &str, zone: &TimeZone) -> bool {
    if line.chars().count() > LINE {
        return false;
    }
    find(line, zone, Zulu::Local).is_some_and(|(told, place)| {
        let is_whole = || letters(&line[..place.start]).chain(letters(&line[place.end..])).next().is_none();
        told.precision > Precision::Day || is_whole() || LABEL.is_match(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORY: &str = "한빛시 작은 책방에서 일하는 사서는 매일 아침 일곱 시에 서가의 불을 켠다고 말했다.";

    fn read(lines: &str) -> (Option<String>, Option<String>) {
        let html = format!(
            "<p>2020.01.01 00:00</p><h1>책방의 아침</h1>{lines}<div><p>{STORY}</p><p>2021.01.01 00:00</p></div>"
        );
        let rules = ArticleRules { printed: toml::from_str("update = '수정'").unwrap(), ..ArticleRules::default() };
        let seoul = TimeZone::get("Asia/Seoul").unwrap();
        let printed = Dateline::of(&Tree::parse(&html).unwrap()).read(Some("책방의 아침"), STORY, &rules, &seoul);
        (printed.published.map(|told| told.to_string()), printed.updated.map(|told| told.to_string()))
    }

    #[test]
    fn dates_stand_between_the_headline_and_the_story() {
        for (lines, expected) in [
            ("<div><span>2026년 3월 7일 오후 4:50</span></div>", "2026-03-07T16:50+09:00"),
            ("<p>2026年3月7日 16時50分</p>", "2026-03-07T16:50+09:00"),
            ("<p>홍길동 기자 | 2026.03.07</p>", "2026-03-07"),
            ("<p>7 March 2026</p>", "2026-03-07"),
            ("<p>2026년 3월 7일 개막하는 책 축제</p><p>2026. 3. 5.</p>", "2026-03-05"),
            ("<p><a href=/1>2026.03.06 10:00 다른 기사</a></p><p>2026.03.07 16:50</p>", "2026-03-07T16:50+09:00"),
        ] {
            assert_eq!(read(lines).0.as_deref(), Some(expected), "{lines}");
        }
        assert_eq!(read("<p>2026년 3월 7일 개막하는 책 축제</p>"), (None, None));
    }

    #[test]
    fn an_update_is_told_by_the_words_before_it() {
        let told = |time: &str| Some(format!("2026-03-07T{time}+09:00"));
        assert_eq!(read("<p>2026.03.07 16:50 | 수정 2026.03.07 18:00</p>"), (told("16:50"), told("18:00")));
    }

    #[test]
    fn a_day_is_in_the_page_or_it_is_not() {
        let html = "<meta name=day content=20260308><p>Spring, 7 March 2026</p><footer>2006年1月1日 創刊</footer>";
        let tree = Tree::parse(html).unwrap();
        let has = |day| Dateline::of(&tree).has_day(day, html, &TimeZone::UTC);
        assert_eq!(["2026-03-07", "2026-03-08", "2006-01-01"].map(has), [true, true, false]);
    }
}
