//! Compares titles.

use std::collections::HashSet;

use crate::extract::measured::papers::EAST_ASIAN;
use crate::text::letters;

/// Returns how much two titles agree, from 0 to 1: by their letters, or by their words.
pub(super) fn likeness(a: &str, b: &str) -> f64 {
    let (first, second): (String, String) = (letters(a).collect(), letters(b).collect());
    if first.is_empty() || second.is_empty() {
        return 0.0;
    }
    if first == second {
        return 1.0;
    }
    let (short, long) = (first.len().min(second.len()), first.len().max(second.len()));
    // The paper's name may stand behind the headline, and half as long.
    if 2 * short >= long {
        if first.starts_with(&second) || second.starts_with(&first) {
            return 0.9;
        }
        if first.ends_with(&second) || second.ends_with(&first) {
            return 0.7;
        }
    }

    let (first, second) = (tokens(a), tokens(b));
    let both = first.intersection(&second).count() as f64;
    0.8 * 2.0 * both / (first.len() + second.len()).max(1) as f64
}

/// Returns the words of a text in lower case. Of a word without spaces, as East Asian titles have
/// them, the pairs of letters are its words.
fn tokens(text: &str) -> HashSet<String> {
    let mut tokens = HashSet::new();
    for word in text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
    {
        let letters: Vec<char> = word.chars().collect();
        if letters.iter().any(|c| *c >= EAST_ASIAN) && letters.len() > 1 {
            tokens.extend(
                letters
                    .windows(2)
                    .map(|pair| pair.iter().collect::<String>()),
            );
        } else {
            tokens.insert(word.to_lowercase());
        }
    }
    tokens
}
