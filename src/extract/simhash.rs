//! Fingerprints of texts: the same wire story in two papers is told by them, whatever each paper put around it.

use std::collections::HashSet;

use xxhash_rust::xxh3::xxh3_64;

/// Letters in a row that make one feature.
const SHINGLE: usize = 4;

/// A shorter text, in letters, has no fingerprint that could be trusted: captions and notices resemble one another.
const LEAST: usize = 150;

/// Bits: two fingerprints that differ by no more are of one story.
const SAME: u32 = 8;

/// Bits: up to here the texts themselves decide.
pub const PERHAPS: u32 = 12;

/// How much of their shingles two texts have in common (Jaccard) to be one story.
const IN_COMMON: f64 = 0.5;

/// How near two fingerprints are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nearness {
    Same,
    /// Only [`is_one_story`] can tell.
    Perhaps,
    Other,
}

/// Returns the 64-bit simhash (Charikar, 2002) of a text's letters and digits; `None` where there are too few.
///
/// It is stored: the same text must give the same fingerprint for good. XXH3 is a fixed specification.
pub fn simhash(text: &str) -> Option<u64> {
    let letters = letters(text);
    if letters.len() < LEAST {
        return None;
    }
    let mut weights = [0_i32; 64];
    for feature in features(&letters) {
        for (bit, weight) in weights.iter_mut().enumerate() {
            *weight += if feature >> bit & 1 == 1 { 1 } else { -1 };
        }
    }
    Some(weights.iter().enumerate().fold(0, |hash, (bit, weight)| hash | u64::from(*weight > 0) << bit))
}

/// Compares two fingerprints by the bits in which they differ.
pub fn nearness(one: u64, other: u64) -> Nearness {
    match (one ^ other).count_ones() {
        0..=SAME => Nearness::Same,
        distance if distance <= PERHAPS => Nearness::Perhaps,
        _ => Nearness::Other,
    }
}

/// Tells whether two texts have most of their words in common.
pub fn is_one_story(one: &str, other: &str) -> bool {
    let set = |text: &str| features(&letters(text)).collect::<HashSet<u64>>();
    let (one, other) = (set(one), set(other));
    let common = one.intersection(&other).count();
    let all = one.len() + other.len() - common;
    all > 0 && common as f64 >= IN_COMMON * all as f64
}

/// Quotes, spaces and marks differ from paper to paper.
fn letters(text: &str) -> Vec<char> {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn features(letters: &[char]) -> impl Iterator<Item = u64> {
    letters.windows(SHINGLE).map(|shingle| {
        let mut bytes = [0_u8; 4 * SHINGLE];
        for (place, letter) in bytes.chunks_exact_mut(4).zip(shingle) {
            place.copy_from_slice(&u32::from(*letter).to_le_bytes());
        }
        xxh3_64(&bytes)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A story of so many sentences, of its own kind.
    fn story(kind: usize, sentences: usize) -> Vec<String> {
        const WHO: [&str; 7] = ["사서", "책방 주인", "시인", "번역가", "어린이", "편집자", "제본공"];
        const WHERE: [&str; 6] = ["서가", "골목", "나루터", "도서관", "다락방", "장터"];
        const WHAT: [&str; 8] = [
            "헌책을 고르며 웃었다",
            "낭독회를 열기로 했다",
            "오래된 편지를 펼쳤다",
            "점자책을 만들고 있다",
            "이웃을 불러 모았다",
            "비 오는 날을 기다렸다",
            "문을 닫는 대신 불을 켰다",
            "새 원고를 받아 들었다",
        ];
        let sentence = |k: usize| {
            let n = k * 31 + kind * 97;
            format!("{}은 {}일 {}에서 {}.", WHO[n % 7], n % 28 + 1, WHERE[(n / 3 + kind) % 6], WHAT[(n / 5 + k) % 8])
        };
        (0..sentences).map(sentence).collect()
    }

    #[test]
    fn a_fingerprint_is_for_good() {
        let text = story(1, 12).join(" ");
        assert_eq!(simhash(&text), Some(0));
    }

    #[test]
    fn what_each_paper_puts_around_a_story_hardly_matters() {
        let wire = story(2, 20);
        let one = format!("(한빛=사서통신) 홍길동 기자 = {}", wire.join(" "));
        let other = format!("{}\n\n무단 전재 금지", wire[..18].join("\n\n").replace('.', ". "));
        let near = nearness(simhash(&one).unwrap(), simhash(&other).unwrap());
        assert!(near == Nearness::Same || (near == Nearness::Perhaps && is_one_story(&one, &other)), "{near:?}");
    }

    #[test]
    fn stories_of_one_vocabulary_are_told_apart() {
        let texts: Vec<String> = (0..40).map(|kind| story(kind, 15).join(" ")).collect();
        for (k, one) in texts.iter().enumerate() {
            for other in &texts[..k] {
                let near = nearness(simhash(one).unwrap(), simhash(other).unwrap());
                assert!(near == Nearness::Other || !is_one_story(one, other), "{one}\n{other}");
            }
        }
    }

    #[test]
    fn a_short_text_has_no_fingerprint() {
        assert_eq!(simhash("사진은 기사와 관계없음"), None);
        assert_eq!(simhash(&"! ".repeat(1000)), None);
        assert!(!is_one_story("", ""));
    }
}
