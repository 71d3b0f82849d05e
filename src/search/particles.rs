//! Korean particles at the end of a word: 혈당에서 is 혈당 with one.

/// Particles that follow a noun, longest first where one ends with another. Two of them may follow
/// each other (에서는), so the usual pairs are named, too. After: 국립국어원, 표준국어대사전 (조사).
const PARTICLES: [&str; 62] = [
    "으로부터",
    "에서부터",
    "이라고는",
    "에게서는",
    "으로서는",
    "으로써는",
    "에서만",
    "에서도",
    "에서는",
    "에게는",
    "에게도",
    "에게서",
    "으로는",
    "으로도",
    "으로만",
    "으로서",
    "으로써",
    "까지는",
    "까지도",
    "부터는",
    "부터도",
    "이라고",
    "이라는",
    "이라도",
    "이라면",
    "처럼은",
    "보다는",
    "보다도",
    "만으로",
    "만이",
    "만을",
    "만은",
    "에서",
    "에게",
    "에는",
    "에도",
    "에만",
    "으로",
    "로서",
    "로써",
    "로는",
    "로도",
    "까지",
    "부터",
    "처럼",
    "보다",
    "마다",
    "조차",
    "밖에",
    "라고",
    "라는",
    "이나",
    "이며",
    "이란",
    "은",
    "는",
    "이",
    "가",
    "을",
    "를",
    "의",
    "에",
];

/// One-syllable particles that end many nouns as well (지도, 결과, 효과): they are taken off last.
const DOUBTFUL: [&str; 6] = ["도", "로", "와", "과", "만", "나"];

/// The shortest noun that is left, in syllables. 나이 is no 나 with a particle.
const SHORTEST: usize = 2;

/// Returns a word without the particle at its end; `None` where it has none, or hardly anything
/// would be left.
pub(super) fn without_particle(word: &str) -> Option<&str> {
    if !word.chars().all(|c| matches!(c, '가'..='힣')) {
        return None;
    }

    let particles = PARTICLES.iter().chain(&DOUBTFUL);
    particles
        .filter_map(|particle| word.strip_suffix(particle))
        .find(|noun| noun.chars().count() >= SHORTEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_particle_is_taken_off_and_a_noun_stays() {
        for (word, noun) in [
            ("혈당에서", "혈당"),
            ("혈당에서는", "혈당"),
            ("도서관까지", "도서관"),
            ("책방을", "책방"),
            ("신문으로부터", "신문"),
            ("작가와", "작가"),
        ] {
            assert_eq!(without_particle(word), Some(noun), "{word}");
        }
        for word in ["혈당", "나이", "책은", "KBS는", "2026년에", "에서"] {
            assert_eq!(without_particle(word), None, "{word}");
        }
    }

    #[test]
    fn a_longer_particle_stands_before_its_own_end() {
        for (at, particle) in PARTICLES.iter().enumerate() {
            let shorter = PARTICLES[..at].iter().find(|it| particle.ends_with(*it));
            assert_eq!(shorter, None, "{particle}");
        }
    }
}
