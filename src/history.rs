//! The differences between two versions of an article: fields, and words of the text.

use std::time::Duration;

use serde_json::Value;
use similar::{ChangeTag, TextDiff};

use crate::extract::Article;

/// The shortest difference takes time in proportion to the words of a text and those that changed:
/// 56 s for two that share nothing in 20,000 paragraphs. After this time a longer difference is
/// returned; nothing is lost of either text.
const PATIENCE: Duration = Duration::from_secs(2);

/// A field whose value differs between two versions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FieldChange {
    pub field: &'static str,
    pub old: Option<String>,
    pub new: Option<String>,
}

/// A paragraph of both texts together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Paragraph {
    /// As it was.
    Same(String),
    Changed(Vec<Piece>),
}

/// A run of words within a paragraph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    Kept(String),
    Removed(String),
    Added(String),
}

/// Returns the fields, other than the text, in which two versions differ.
pub(crate) fn fields(old: &Article, new: &Article) -> Vec<FieldChange> {
    let told = old.fields().into_iter().zip(new.fields());

    let changed = told.filter(|((_, old), (_, new))| old != new);
    changed
        .map(|((field, old), (_, new))| FieldChange {
            field,
            old: readable(&old),
            new: readable(&new),
        })
        .collect()
}

/// Returns the names of all fields in which two versions differ. The text comes first.
pub(crate) fn changed_fields(old: &Article, new: &Article) -> Vec<&'static str> {
    let others = fields(old, new).into_iter().map(|change| change.field);
    let text = (old.text() != new.text()).then_some("text");
    text.into_iter().chain(others).collect()
}

/// Returns a field as text for people: a list with commas, a photo as its address with its caption.
fn readable(value: &Value) -> Option<String> {
    let told = match value {
        Value::Null => return None,
        Value::String(text) => text.clone(),
        Value::Array(list) => list
            .iter()
            .filter_map(readable)
            .collect::<Vec<_>>()
            .join(", "),
        Value::Object(photo) => {
            let rest = ["caption", "credit"]
                .iter()
                .filter_map(|key| readable(&photo[*key]));
            let url = readable(&photo["url"]).unwrap_or_default();
            rest.fold(url, |told, rest| format!("{told} ({rest})"))
        }
        other @ (Value::Bool(_) | Value::Number(_)) => other.to_string(),
    };

    Some(told).filter(|told| !told.is_empty())
}

/// Compares two texts word by word. Blank lines separate their paragraphs.
pub(crate) fn words(old: &str, new: &str) -> Vec<Paragraph> {
    let (mut paragraphs, mut pieces) = (Vec::new(), Vec::new());
    let diff = TextDiff::configure().timeout(PATIENCE).diff_words(old, new);

    for change in diff.iter_all_changes() {
        let (tag, text) = (change.tag(), change.value());
        // The white space between paragraphs is a word of its own.
        if text.contains('\n') {
            end(&mut paragraphs, &mut pieces);
        } else {
            add(&mut pieces, tag, text);
        }
    }
    end(&mut paragraphs, &mut pieces);
    paragraphs
}

fn add(pieces: &mut Vec<Piece>, tag: ChangeTag, text: &str) {
    match (pieces.last_mut(), tag) {
        (Some(Piece::Kept(known)), ChangeTag::Equal)
        | (Some(Piece::Removed(known)), ChangeTag::Delete)
        | (Some(Piece::Added(known)), ChangeTag::Insert) => known.push_str(text),
        (_, ChangeTag::Equal) => pieces.push(Piece::Kept(text.to_owned())),
        (_, ChangeTag::Delete) => pieces.push(Piece::Removed(text.to_owned())),
        (_, ChangeTag::Insert) => pieces.push(Piece::Added(text.to_owned())),
    }
}

fn end(paragraphs: &mut Vec<Paragraph>, pieces: &mut Vec<Piece>) {
    match std::mem::take(pieces).as_slice() {
        [] => {}
        [Piece::Kept(text)] => paragraphs.push(Paragraph::Same(text.clone())),
        changed => paragraphs.push(Paragraph::Changed(changed.to_vec())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extract::Image;

    fn kept(text: &str) -> Piece {
        Piece::Kept(text.to_owned())
    }

    #[test]
    fn a_changed_word_stands_in_its_paragraph() {
        let old = "사서는 책장을 넘겼다.\n\n책방은 조용했다.\n\n끝.";
        let new = "사서는 책장을 넘겼다.\n\n책방은 몹시 붐볐다.\n\n끝.";
        let changed = vec![
            kept("책방은 "),
            Piece::Removed("조용했다.".to_owned()),
            Piece::Added("몹시 붐볐다.".to_owned()),
        ];
        let same = |text: &str| Paragraph::Same(text.to_owned());
        assert_eq!(
            words(old, new),
            [
                same("사서는 책장을 넘겼다."),
                Paragraph::Changed(changed),
                same("끝.")
            ]
        );
    }

    #[test]
    fn paragraphs_come_and_go_whole() {
        let added = words("하나.", "하나.\n\n둘 셋.");
        assert_eq!(
            added[1],
            Paragraph::Changed(vec![Piece::Added("둘 셋.".to_owned())])
        );
        let removed = words("하나.\n\n둘 셋.", "둘 셋.");
        assert!(
            removed.contains(&Paragraph::Changed(vec![Piece::Removed(
                "하나.".to_owned()
            )])),
            "{removed:?}"
        );
        assert_eq!(words("", ""), []);
    }

    #[test]
    fn what_both_texts_say_is_never_lost() {
        let (old, new) = ("가 나 다\n\n라 마", "가 다 바\n\n라\n\n마 사");
        let all = words(old, new);
        let side = |wanted: fn(&Piece) -> Option<&String>| -> String {
            let pieces = |paragraph: &Paragraph| match paragraph {
                Paragraph::Same(text) => text.clone(),
                Paragraph::Changed(pieces) => pieces.iter().filter_map(wanted).cloned().collect(),
            };
            all.iter()
                .map(pieces)
                .collect::<String>()
                .split_whitespace()
                .collect()
        };
        let bare = |text: &str| text.split_whitespace().collect::<String>();
        assert_eq!(
            side(|piece| if let Piece::Kept(t) | Piece::Removed(t) = piece {
                Some(t)
            } else {
                None
            }),
            bare(old)
        );
        assert_eq!(
            side(|piece| if let Piece::Kept(t) | Piece::Added(t) = piece {
                Some(t)
            } else {
                None
            }),
            bare(new)
        );
    }

    #[test]
    fn fields_that_differ_are_named_with_both_values() {
        let old = Article {
            title: Some("책".into()),
            tags: vec!["가".into()],
            ..Article::default()
        };
        let new = Article {
            title: Some("방".into()),
            tags: vec!["가".into()],
            ..Article::default()
        };
        let change = FieldChange {
            field: "title",
            old: Some("책".into()),
            new: Some("방".into()),
        };
        assert_eq!(fields(&old, &new), [change]);
    }

    #[test]
    fn a_caption_alone_is_a_change_that_can_be_read() {
        let photo = |caption: &str| Image {
            url: "/1.jpg".into(),
            caption: Some(caption.into()),
            credit: None,
        };
        let of = |photos: Vec<Image>| Article {
            images: photos,
            tags: vec!["가".into(), "나".into()],
            ..Article::default()
        };
        let change = FieldChange {
            field: "images",
            old: Some("/1.jpg (책)".into()),
            new: Some("/1.jpg (방)".into()),
        };
        assert_eq!(
            fields(&of(vec![photo("책")]), &of(vec![photo("방")])),
            [change]
        );
        let gone = fields(&of(Vec::new()), &Article::default());
        assert_eq!(
            gone,
            [FieldChange {
                field: "tags",
                old: Some("가, 나".into()),
                new: None
            }]
        );
    }
}
