//! Finds the line that signs a story at its end.

use url::Url;

use crate::extract::holder::chain;
use crate::extract::measured::bylines::{LONGEST, is_page_of_writer};
use crate::extract::measured::names::{has_lead, has_lead_of_work, persons};
use crate::extract::measured::papers::PaperNames;
use crate::extract::measured::signed_lines::{
    NEAR, is_signed, is_signed_with_a_word, names_somebody,
};
use crate::extract::own_links::{is_to_a_list, own_target};
use crate::extract::page_lines::PageLine;
use crate::extract::page_parts::{PageParts, PagePlace};
use crate::markup::Node;
use crate::markup::blocks::Block;
use crate::page_url::PageUrl;
use crate::text::letters;

/// Returns the last line of the story, or the first ones below it, that signs it.
pub(super) fn signature(parts: &PageParts<'_>, papers: &PaperNames, url: &PageUrl) -> Vec<String> {
    const LINES_BELOW: usize = 4;
    let lines: Vec<&PageLine<'_>> = parts.lines().collect();
    let Some(last) = lines
        .iter()
        .rposition(|line| parts.place_of(line) == PagePlace::InStory)
    else {
        return Vec::new();
    };

    let end = lines.len().min(last + 1 + LINES_BELOW);
    let signed = lines[last..end].iter().enumerate().find(|(at, line)| {
        let has_mail =
            line.text.contains('@') && line.text.contains(|c| ('가'..='힣').contains(&c));
        let text = without_brackets(&line.text);
        text.chars().count() <= LONGEST
            && !is_link_to_a_story(line, parts, url)
            && ((has_mail || is_signed(text)) && !persons(text, papers).is_empty()
                || has_lead(text) && names_somebody(text, papers)
                || *at <= 1 && has_lead(text) && is_signed_with_a_word(text, papers))
    });
    let text = signed.map(|(_, line)| without_brackets(&line.text).to_owned());
    text.into_iter().collect()
}

/// Returns a line without brackets around all of it: agencies sign `(Reporting by Jane Lee; Editing
/// by Max Orr)`.
fn without_brackets(line: &str) -> &str {
    line.strip_prefix('(')
        .and_then(|line| line.trim_end_matches('.').strip_suffix(')'))
        .filter(|line| has_lead_of_work(line))
        .unwrap_or(line)
}

/// Tells whether a line below the story is a link to another story of the paper: `Interview: Tom
/// May`. Mail, a network, a list and a page with the name of the writer are no stories.
fn is_link_to_a_story(line: &PageLine<'_>, parts: &PageParts<'_>, url: &PageUrl) -> bool {
    let is_story = |link: Node<'_>| {
        own_target(&link, url)
            .is_some_and(|target| !is_to_a_list(&target) && !has_name_of(&target, &line.text))
    };
    parts.place_of(line) == PagePlace::BelowStory
        && Block::from(line).is_linked()
        && !links_of(line).any(|link| is_page_of_writer(&link))
        && links_of(line).any(is_story)
}

/// Tells whether the last part of an address is the end of a line: `/team/ida-frost-17` below
/// `By Ida Frost`.
fn has_name_of(target: &Url, line: &str) -> bool {
    let last = target.path().trim_end_matches('/').rsplit('/').next();
    let last = last.unwrap_or_default().split('.').next();
    let last = last.unwrap_or_default();
    let last = last.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-');
    let slug: String = letters(last).collect();
    let line: String = letters(line).collect();
    !slug.is_empty() && line.ends_with(&slug)
}

/// Returns the links in the element of a line, and around it.
fn links_of<'l, 'a: 'l>(line: &'l PageLine<'a>) -> impl Iterator<Item = Node<'a>> + 'l {
    let inside = line.element.descendants_it();
    let all = chain(line.element).take(NEAR).chain(inside);
    all.filter(|node| node.has_name("a"))
}
