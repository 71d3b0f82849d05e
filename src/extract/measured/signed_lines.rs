//! Tells the lines that sign a story by their words.

use crate::extract::measured::names::{has_korean_signer, persons};
use crate::extract::measured::papers::PaperNames;
use crate::extract::measured::person_words::has_whole_name;

/// Most elements around a link to a writer's page that may name the writer.
pub(super) const NEAR: usize = 3;

/// Tells whether a line with `By` or its like has a whole name. With one word behind it, it is a
/// phrase as often: `Special by Nature`, `In Bayern von Bedeutung`.
pub(super) fn names_somebody(line: &str, papers: &PaperNames) -> bool {
    has_whole_name(&persons(line, papers))
}

/// Tells whether a line is nothing but `By` or a label and a name of one word: `By Madonna`,
/// `Author: Suhartono`. A label of a work alone may stand before anything: `Story: Floods`.
pub(super) fn is_signed_with_a_word(line: &str, papers: &PaperNames) -> bool {
    const PLAIN: [&str; 8] = ["by", "von", "par", "por", "door", "af", "przez", "yazan"];
    const OF_WORKS: [&str; 2] = ["story", "words"];
    let words: Vec<&str> = line.split_whitespace().collect();
    let [lead @ .., name] = words.as_slice() else {
        return false;
    };

    let lead = lead.join(" ").to_lowercase();
    let label = lead.strip_suffix([':', '：']).map(str::trim);
    let is_label = label.is_some_and(|label| !OF_WORKS.contains(&label));
    (is_label || PLAIN.contains(&lead.as_str())) && persons(line, papers) == [*name]
}

/// Tells whether a line is a name with a Korean title, and little more.
pub(super) fn is_signed(line: &str) -> bool {
    const SHORT: usize = 60;
    line.chars().count() <= SHORT && has_korean_signer(line) && !line.ends_with(['.', '다', '?'])
}
