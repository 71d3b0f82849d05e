//! Fingerprints of texts. They recognise a wire story that two papers print, each with its own
//! frame around it.

use std::collections::HashSet;

use xxhash_rust::xxh3::xxh3_64;

use crate::text::letters;

/// Length of a feature, in consecutive letters. Measured (docs/benchmarks.md): with shorter
/// features, different stories of one vocabulary get similar fingerprints.
const SHINGLE: usize = 5;

/// Fewest letters of a text that gets a fingerprint: captions and notices are too much alike for
/// one.
const LEAST: usize = 150;

/// Two fingerprints that differ in no more bits are of one story (measured: docs/benchmarks.md).
const SAME: u32 = 8;

/// Up to this many differing bits the texts themselves are compared (measured:
/// docs/benchmarks.md).
pub(crate) const PERHAPS: u32 = 12;

/// The share of their shingles (Jaccard index) that two texts of one story have in common.
const IN_COMMON: f64 = 0.5;

/// How near two fingerprints are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nearness {
    Same,
    /// Only [`is_one_story`] can tell.
    Perhaps,
    Other,
}

/// Returns the 64-bit simhash (Charikar, 2002) of a text's letters and digits, or `None` for a
/// text that is too short.
///
/// The archive stores fingerprints, so the same text must always give the same one. XXH3 is a
/// fixed specification.
pub fn simhash(text: &str) -> Option<u64> {
    let letters: Vec<char> = letters(text).collect();
    if letters.len() < LEAST {
        return None;
    }

    let mut weights = [0_i32; 64];
    for feature in features(&letters) {
        for (bit, weight) in weights.iter_mut().enumerate() {
            *weight += if feature >> bit & 1 == 1 { 1 } else { -1 };
        }
    }

    Some(weights.iter().enumerate().fold(0, |hash, (bit, weight)| {
        hash | u64::from(*weight > 0) << bit
    }))
}

/// Compares two fingerprints by the bits in which they differ.
pub fn nearness(one: u64, other: u64) -> Nearness {
    Nearness::of_difference(one ^ other)
}

impl Nearness {
    /// Returns how near two fingerprints are that differ in these bits.
    pub(crate) fn of_difference(bits: u64) -> Self {
        match bits.count_ones() {
            0..=SAME => Self::Same,
            distance if distance <= PERHAPS => Self::Perhaps,
            _ => Self::Other,
        }
    }
}

/// Tells whether two texts have most of their words in common.
pub fn is_one_story(one: &str, other: &str) -> bool {
    let (one, other) = (shingles(one), shingles(other));

    let common = one.intersection(&other).count();
    let all = one.len() + other.len() - common;
    all > 0 && common as f64 >= IN_COMMON * all as f64
}

/// Returns the distinct features of a text.
fn shingles(text: &str) -> HashSet<u64> {
    let letters: Vec<char> = letters(text).collect();
    features(&letters).collect()
}

/// Returns the hash of each run of [`SHINGLE`] letters.
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

    const STORY: &str = "사서는 아침마다 서가를 한 바퀴 돈다. 어제 돌아온 책은 제자리에 꽂고, 오늘 나갈 책은 수레에 싣는다. \
        “책은 사람보다 멀리 다녀온다”고 그는 말했다. 지난달 이 도서관이 빌려준 책은 1,204권이다. 비가 오면 발길이 줄지만, \
        그런 날에는 창가 자리가 먼저 찬다. 새로 온 그림책 서른 권은 토요일에 문을 여는 어린이방에 놓인다. \
        낡은 책등은 손으로 꿰매고, 찢어진 쪽은 얇은 종이로 메운다. 그는 고친 책마다 연필로 날짜를 적어 둔다.";

    #[test]
    fn a_fingerprint_is_for_good() {
        assert_eq!(simhash(STORY), Some(5_371_014_213_136_976_427));
    }

    #[test]
    fn marks_spaces_and_what_stands_around_a_story_hardly_matter() {
        let bare: String = STORY.chars().filter(|c| !"“”., ".contains(*c)).collect();
        assert_eq!(simhash(&bare), simhash(STORY));

        let framed = format!("(한빛=사서통신) 홍길동 기자 = {STORY} 무단 전재 금지");
        assert_ne!(
            nearness(simhash(STORY).unwrap(), simhash(&framed).unwrap()),
            Nearness::Other
        );
        assert!(is_one_story(STORY, &framed));
    }

    #[test]
    fn a_short_text_has_no_fingerprint() {
        assert_eq!(simhash("사진은 기사와 관계없음"), None);
        assert_eq!(simhash(&"! ".repeat(1000)), None);
        assert!(!is_one_story("", ""));
    }
}
