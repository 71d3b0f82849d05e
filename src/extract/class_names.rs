//! What an element is by the words of its `class` and `id`.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::extract::element_words::{
    OF_BREADCRUMBS, OF_CAPTIONS, OF_CHANGES, OF_FACES, OF_HEADLINES, OF_ORNAMENTS,
    OF_OTHER_STORIES, OF_SECTIONS, OF_SIDE_BOXES, OF_SUBTITLES, OF_TAGS, OF_WRITERS,
};
use crate::markup::Node;

/// Attributes with the names of an element.
const NAMES: [&str; 2] = ["class", "id"];

/// Attributes by which programs that test and measure a page find its parts. Frameworks write
/// classes without words, and have the names there.
const NAMES_FOR_PROGRAMS: [&str; 4] = ["data-testid", "data-component", "data-qa", "data-test"];

/// Most characters of a name that are read: hostile pages have names of megabytes.
const LONGEST: usize = 512;

/// What the words of an element's names say about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub(super) enum ClassKind {
    /// Other stories, comments, menus, advertisements.
    Foreign = 1,
    Writer = 2,
    Headline = 4,
    Subtitle = 8,
    Caption = 16,
    /// A picture that may be no photo of the story.
    NoPhoto = 32,
    /// The time of a change.
    Change = 64,
    Breadcrumb = 128,
    /// Other stories, comments and menus. They are foreign, too.
    OtherStory = 256,
    /// The tags of the story.
    Tags = 512,
    /// The section of the story.
    Section = 1024,
}

/// All kinds of one element.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ClassKinds(u16);

impl ClassKinds {
    pub(super) fn has(self, kind: ClassKind) -> bool {
        self.0 & kind as u16 != 0
    }
}

/// The kinds by their words.
static KINDS: LazyLock<HashMap<&str, u16>> = LazyLock::new(|| {
    let lists: [(&[&str], ClassKind); 13] = [
        (&OF_OTHER_STORIES, ClassKind::Foreign),
        (&OF_OTHER_STORIES, ClassKind::OtherStory),
        (&OF_SIDE_BOXES, ClassKind::Foreign),
        (&OF_WRITERS, ClassKind::Writer),
        (&OF_HEADLINES, ClassKind::Headline),
        (&OF_SUBTITLES, ClassKind::Subtitle),
        (&OF_CAPTIONS, ClassKind::Caption),
        (&OF_FACES, ClassKind::NoPhoto),
        (&OF_ORNAMENTS, ClassKind::NoPhoto),
        (&OF_CHANGES, ClassKind::Change),
        (&OF_BREADCRUMBS, ClassKind::Breadcrumb),
        (&OF_TAGS, ClassKind::Tags),
        (&OF_SECTIONS, ClassKind::Section),
    ];
    let mut kinds = HashMap::new();
    for (words, kind) in lists {
        for word in words {
            *kinds.entry(*word).or_default() |= kind as u16;
        }
    }
    kinds
});

/// Returns what an element is by its names.
pub(super) fn kinds(node: &Node<'_>) -> ClassKinds {
    let (mut all, mut is_below) = (ClassKinds::default(), false);
    each_word(node, &NAMES, |word| {
        all.0 |= KINDS.get(word).copied().unwrap_or_default();
        is_below |= word == "sub";
    });

    // `title-sub` and `sub_tit` name no headline, but the line under it.
    if is_below && all.has(ClassKind::Headline) {
        all.0 ^= ClassKind::Headline as u16;
        all.0 |= ClassKind::Subtitle as u16;
    }
    all
}

/// Tells whether an element is named for the writer where programs that test a page look for it.
pub(super) fn is_writer_for_programs(node: &Node<'_>) -> bool {
    let mut is_writer = false;
    each_word(node, &NAMES_FOR_PROGRAMS, |word| {
        is_writer |= OF_WRITERS.contains(&word);
    });
    is_writer
}

/// Returns the words of an element's names in lower case: `relatedStories--dark` has three.
pub(super) fn class_words(node: &Node<'_>) -> Vec<String> {
    let mut words = Vec::new();
    each_word(node, &NAMES, |word| words.push(word.to_owned()));
    words
}

/// Returns the words of an element's names that make it foreign.
pub(super) fn foreign_words(node: &Node<'_>) -> Vec<String> {
    let foreign = ClassKind::Foreign as u16;
    let mut words = class_words(node);
    words.retain(|word| {
        KINDS
            .get(word.as_str())
            .is_some_and(|kinds| kinds & foreign != 0)
    });
    words
}

/// Acts on each word. A text in square brackets is a value and no name, as CSS libraries write it:
/// `mr-[--sidebar-width]`.
fn each_word(node: &Node<'_>, attributes: &[&str], mut act: impl FnMut(&str)) {
    let mut word = String::new();
    for name in attributes {
        let Some(value) = node.attr(name) else {
            continue;
        };
        let (mut before, mut is_in_value) = (' ', false);
        for c in value.chars().take(LONGEST).chain([' ']) {
            is_in_value = c == '[' || is_in_value && c != ']' && !c.is_whitespace();
            let c = if is_in_value { '[' } else { c };
            let is_new = !c.is_alphabetic() || c.is_uppercase() && before.is_lowercase();
            if is_new && !word.is_empty() {
                act(&word);
                word.clear();
            }
            if c.is_alphabetic() {
                word.extend(c.to_lowercase());
            }
            before = c;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markup::Tree;

    #[test]
    fn an_element_is_what_whole_words_of_its_names_say() {
        let of = |names: &str| {
            let tree = Tree::parse(&format!("<div {names}></div>")).unwrap();
            let root = tree.root();
            let node = root
                .descendants_it()
                .find(|node| node.has_name("div"))
                .unwrap();
            (kinds(&node), class_words(&node))
        };
        let (found, words) = of("class='relatedStories--dark img_caption2' id=theAuthor");
        assert_eq!(
            words,
            [
                "related", "stories", "dark", "img", "caption", "the", "author"
            ]
        );
        let all = [ClassKind::Foreign, ClassKind::Caption, ClassKind::Writer];
        assert!(all.iter().all(|kind| found.has(*kind)) && !found.has(ClassKind::Headline));
        let below = of("class=tit-sub").0;
        assert!(below.has(ClassKind::Subtitle) && !below.has(ClassKind::Headline));
        // CSS libraries write values in brackets; one that is not closed ends with its name.
        let (_, words) = of("class=\"mr-[--sidebar-width] bg-[url('/promo.jpg')] a[ad more\"");
        assert_eq!(words, ["mr", "bg", "a", "more"]);
        // `navy` is no menu, and `download` no advertisement.
        assert_eq!(of("class='navy download'").0, ClassKinds::default());
    }
}
