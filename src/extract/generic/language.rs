//! Tells the language of a page: the one that its root element names, or else that of its text.

use crate::markup::blocks::Block;
use crate::markup::{Node, Tree, attribute};

/// Tells whether a character is of a script.
type IsOfScript = fn(char) -> bool;

/// Languages of scripts that no other language of newspapers uses.
const SCRIPTS: [(&str, IsOfScript); 16] = [
    ("ko", |c| matches!(c, '가'..='힣')),
    ("ja", |c| matches!(c, '\u{3041}'..='\u{30ff}')),
    ("th", |c| matches!(c, '\u{e01}'..='\u{e5b}')),
    ("lo", |c| matches!(c, '\u{e81}'..='\u{edf}')),
    ("km", |c| matches!(c, '\u{1780}'..='\u{17ff}')),
    ("my", |c| matches!(c, '\u{1000}'..='\u{109f}')),
    ("he", |c| matches!(c, '\u{5d0}'..='\u{5f4}')),
    ("el", |c| matches!(c, '\u{370}'..='\u{3ff}')),
    ("hy", |c| matches!(c, '\u{531}'..='\u{58f}')),
    ("ka", |c| matches!(c, '\u{10a0}'..='\u{10ff}')),
    ("ta", |c| matches!(c, '\u{b80}'..='\u{bff}')),
    ("te", |c| matches!(c, '\u{c00}'..='\u{c7f}')),
    ("gu", |c| matches!(c, '\u{a80}'..='\u{aff}')),
    ("pa", |c| matches!(c, '\u{a00}'..='\u{a7f}')),
    ("si", |c| matches!(c, '\u{d80}'..='\u{dff}')),
    ("am", |c| matches!(c, '\u{1200}'..='\u{137f}')),
];

/// A script has this share of a text's letters where the text is of its language. Japanese has kana
/// between Chinese characters, and names of companies stand in Latin letters anywhere.
const SHARE: f64 = 0.25;

/// Characters of a story that are looked at: more tell nothing new.
const SAMPLE: usize = 3_000;

/// Returns the language of a page as a BCP 47 tag. `guessed` is the language that a library found
/// in the words of the text.
///
/// A declared language that is written with another script than the text is the template's: pages
/// of many papers say `en` in whatever language they are.
pub(super) fn of_page(tree: &Tree, story: &[Block], guessed: Option<&str>) -> Option<String> {
    let of_script = of_script(story);
    let declared = declared(tree).filter(|declared| match of_script {
        Some(language) => primary(declared) == language || !is_latin(primary(declared)),
        None => true,
    });

    declared
        .or_else(|| of_script.map(str::to_owned))
        .or_else(|| guessed.map(str::to_owned))
}

/// Returns the language that the root element names.
pub(crate) fn declared(tree: &Tree) -> Option<String> {
    let root = tree.root().children_it(false).find(Node::is_element)?;
    let tag = attribute(&root, "lang").or_else(|| attribute(&root, "xml:lang"))?;
    well_formed(&tag)
}

/// Returns a language tag in the usual case (RFC 5646, 2.1.1): `zh-Hant-TW`. `None` where it is no
/// tag, or names no language.
fn well_formed(tag: &str) -> Option<String> {
    let mut subtags = tag.split(['-', '_']);
    let language = subtags.next()?.to_ascii_lowercase();
    let is_language =
        matches!(language.len(), 2 | 3) && language.bytes().all(|byte| byte.is_ascii_lowercase());
    if !is_language || matches!(language.as_str(), "und" | "mul" | "zxx" | "mis") {
        return None;
    }

    let rest = subtags.map_while(subtag);
    Some(
        std::iter::once(language)
            .chain(rest)
            .collect::<Vec<_>>()
            .join("-"),
    )
}

/// Returns a script or a region in the usual case.
fn subtag(subtag: &str) -> Option<String> {
    if !(2..=8).contains(&subtag.len()) || !subtag.bytes().all(|byte| byte.is_ascii_alphanumeric())
    {
        return None;
    }

    Some(match subtag.len() {
        2 => subtag.to_ascii_uppercase(),
        4 => format!(
            "{}{}",
            subtag[..1].to_ascii_uppercase(),
            subtag[1..].to_ascii_lowercase()
        ),
        _ => subtag.to_ascii_lowercase(),
    })
}

fn primary(tag: &str) -> &str {
    tag.split('-').next().unwrap_or(tag)
}

/// Returns the language of a text whose script is that of one language only.
fn of_script(story: &[Block]) -> Option<&'static str> {
    let letters = story
        .iter()
        .flat_map(|block| block.text.chars())
        .filter(|c| c.is_alphabetic())
        .take(SAMPLE);
    let (mut counts, mut han, mut all) = ([0_usize; SCRIPTS.len()], 0_usize, 0_usize);
    for letter in letters {
        all += 1;
        han += usize::from(matches!(letter, '\u{4e00}'..='\u{9fff}'));
        for (count, (_, is_of)) in counts.iter_mut().zip(SCRIPTS) {
            *count += usize::from(is_of(letter));
        }
    }

    let (count, (language, _)) = counts
        .iter()
        .zip(SCRIPTS)
        .max_by_key(|(count, _)| **count)?;
    if all > 0 && *count as f64 >= SHARE * all as f64 {
        Some(language)
    } else {
        (2 * han > all).then_some("zh")
    }
}

/// Tells whether a language is one of those that templates name by default, all of which are
/// written with Latin letters.
fn is_latin(language: &str) -> bool {
    matches!(language, "en" | "de" | "es" | "fr" | "it" | "nl" | "pt")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(html: &str, text: &str, guessed: Option<&str>) -> Option<String> {
        let story = [Block {
            text: text.to_owned(),
            ..Block::default()
        }];
        of_page(&Tree::parse(html).unwrap(), &story, guessed)
    }

    #[test]
    fn the_language_that_the_page_names_counts() {
        for (lang, language) in [
            ("de", "de"),
            ("EN-us", "en-US"),
            ("pt_BR", "pt-BR"),
            ("zh-hant-tw", "zh-Hant-TW"),
        ] {
            let html = format!("<!doctype html><html lang={lang}><p>x</p></html>");
            assert_eq!(told(&html, "x", Some("fr")).as_deref(), Some(language));
        }
    }

    #[test]
    fn without_a_language_the_text_tells_it() {
        for html in [
            "<html>",
            "<html lang=''>",
            "<html lang=und>",
            "<html lang='x y'>",
        ] {
            assert_eq!(
                told(html, "사서는 창을 열었다.", None).as_deref(),
                Some("ko")
            );
            assert_eq!(told(html, "小さな本屋の朝", None).as_deref(), Some("ja"));
            assert_eq!(told(html, "小書店的早晨", None).as_deref(), Some("zh"));
            assert_eq!(told(html, "ร้านหนังสือ", None).as_deref(), Some("th"));
            assert_eq!(
                told(html, "La librairie", Some("fr")).as_deref(),
                Some("fr")
            );
            assert_eq!(told(html, "", None), None);
        }
    }

    #[test]
    fn a_templates_language_does_not_count_against_the_script() {
        assert_eq!(
            told("<html lang=en>", "사서는 창을 열었다.", None).as_deref(),
            Some("ko")
        );
        assert_eq!(
            told("<html lang=zh-CN>", "小さな本屋の朝", None).as_deref(),
            Some("zh-CN")
        );
    }
}
