//! Korean particles and plural endings at the end of a word: 혈당에서 is 혈당 with one.
//!
//! Several of them may follow each other (도서관에서는), and a noun may end as a particle does (지도,
//! 우리나라). So a word has several stems, and the archive tells which of them stands in it.

use crate::text::search_tokens::{is_of_word, is_syllable};

/// The letters that a particle follows.
#[derive(Clone, Copy, Debug)]
enum Follows {
    All,
    /// A syllable that ends in a consonant.
    Consonant,
    /// A syllable that ends in a vowel.
    Vowel,
    /// A vowel, or the consonant ㄹ.
    VowelOrRieul,
}

use Follows::{All, Consonant, Vowel, VowelOrRieul};

/// A particle or an ending, and the letters that it follows.
type Particle = (&'static str, Follows);

/// Particles that hardly any noun ends with: a word that has one is never a stem. A longer one
/// stands before its own end. After: 국립국어원, 표준국어대사전 (조사).
const SURE: [Particle; 35] = [
    ("으로부터", Consonant),
    ("으로서", Consonant),
    ("으로써", Consonant),
    ("로부터", VowelOrRieul),
    ("이라고", Consonant),
    ("이라는", Consonant),
    ("이라도", Consonant),
    ("이라면", Consonant),
    ("에게서", All),
    ("한테서", All),
    ("으로", Consonant),
    ("로서", VowelOrRieul),
    ("로써", VowelOrRieul),
    ("이란", Consonant),
    ("이나", Consonant),
    ("이며", Consonant),
    ("이랑", Consonant),
    ("와의", Vowel),
    ("에서", All),
    ("에게", All),
    ("에는", All),
    ("에도", All),
    ("에만", All),
    ("에의", All),
    ("까지", All),
    ("부터", All),
    ("처럼", All),
    ("보다", All),
    ("마다", All),
    ("조차", All),
    ("마저", All),
    ("밖에", All),
    ("한테", All),
    ("께서", All),
    ("하고", All),
];

/// Particles that many nouns end with as well (주의, 노을, 지도). No other particle follows them.
const LAST: [Particle; 15] = [
    ("은", Consonant),
    ("이", Consonant),
    ("을", Consonant),
    ("는", Vowel),
    ("가", Vowel),
    ("를", Vowel),
    ("나", Vowel),
    ("며", Vowel),
    ("란", Vowel),
    ("라고", Vowel),
    ("라는", Vowel),
    ("라도", Vowel),
    ("라면", Vowel),
    ("의", All),
    ("도", All),
];

/// Particles and endings that many nouns end with as well (결과, 도로, 누에). Others may follow them.
const INNER: [Particle; 9] = [
    ("과", Consonant),
    ("와", Vowel),
    ("랑", Vowel),
    ("로", VowelOrRieul),
    ("에", All),
    ("께", All),
    ("만", All),
    ("뿐", All),
    ("들", All),
];

/// The shortest noun of Hangul alone that is left, in syllables. 나이 is no 나 with a particle; of a
/// particle of several syllables, one syllable may be left: 책에게.
const SHORTEST: usize = 2;

/// The most stems of a word that are found: four particles follow each other at most, and a few
/// can be read in two ways.
const MOST_STEMS: usize = 8;

/// Returns a word without particles and plural endings at its end, the longest stem first; none
/// where it has no particle, or hardly anything would be left. Marks around a word do not count.
pub(super) fn stems(word: &str) -> Vec<&str> {
    let word = word.trim_matches(is_mark);
    let before = word.trim_end_matches(is_syllable);
    let ending = HangulEnding {
        has_more_before: !before.is_empty(),
    };

    let whole = &word[before.len()..];
    let mut stems = ending.shorter(whole, LAST.iter().chain(&INNER));
    let mut next = 0;
    while next < stems.len() && stems.len() <= MOST_STEMS {
        for shorter in ending.shorter(stems[next], INNER.iter()) {
            if !stems.contains(&shorter) {
                stems.push(shorter);
            }
        }
        next += 1;
    }

    stems.retain(|run| ending.without_sure(run).is_none());
    stems.sort_by_key(|run| std::cmp::Reverse(run.len()));
    stems
        .into_iter()
        .map(|run| word[..before.len() + run.len()].trim_end_matches(is_mark))
        .collect()
}

fn is_mark(c: char) -> bool {
    !is_of_word(c)
}

/// The syllables of Hangul at the end of a word.
struct HangulEnding {
    /// Letters, digits or a mark stand before them (KBS는, 2026년에, 한·미는, 「책방」에서), so that one
    /// syllable or none is left of them.
    has_more_before: bool,
}

impl HangulEnding {
    /// Returns the syllables without one particle, a sure or a doubtful one. Where a sure one is
    /// there, it is read as a shorter one only behind another: 밖에는 is 밖에 and 는.
    fn shorter<'w>(
        &self,
        run: &'w str,
        doubtful: impl Iterator<Item = &'static Particle>,
    ) -> Vec<&'w str> {
        let sure = self.without_sure(run);
        let least = sure.map_or(0, |shorter| run.len() - shorter.len());

        let doubtful = doubtful.filter_map(|particle| self.without(*particle, run));
        let doubtful = doubtful.filter(|shorter| {
            run.len() - shorter.len() > least || self.without_sure(shorter).is_some()
        });
        sure.into_iter().chain(doubtful).collect()
    }

    fn without_sure<'w>(&self, run: &'w str) -> Option<&'w str> {
        let mut sure = SURE.iter();
        sure.find_map(|particle| self.without(*particle, run))
    }

    /// Returns the syllables without a particle; `None` where it is not there.
    fn without<'w>(&self, (text, follows): Particle, run: &'w str) -> Option<&'w str> {
        let shorter = run.strip_suffix(text)?;
        let least = SHORTEST.saturating_sub(text.chars().count() - 1).max(1);
        let is_long_enough = self.has_more_before || shorter.chars().count() >= least;
        let last = shorter.chars().next_back();
        let fits = last.is_none_or(|last| follows.fits(last));
        (is_long_enough && fits).then_some(shorter)
    }
}

impl Follows {
    /// Tells whether a particle may stand behind a syllable of Hangul.
    fn fits(self, syllable: char) -> bool {
        // Syllables stand in the order of their last consonant, 28 for each pair of the first two
        // letters: none first, and ㄹ as the eighth (The Unicode Standard, §3.12).
        let consonant = (u32::from(syllable) - u32::from('가')) % 28;
        match self {
            Self::All => true,
            Self::Consonant => consonant != 0,
            Self::Vowel => consonant == 0,
            Self::VowelOrRieul => consonant == 0 || consonant == 8,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
            ("작가와의", "작가"),
            ("도서관에서의", "도서관"),
            ("도서관으로의", "도서관"),
            ("작가로부터", "작가"),
            ("학교로부터", "학교"),
            ("종로부터", "종로"),
            ("시인께서", "시인"),
            ("시인께서는", "시인"),
            ("대표한테", "대표"),
            ("도서관이랑", "도서관"),
            ("도서관이라는", "도서관"),
            ("작가하고", "작가"),
            ("작가뿐", "작가"),
        ] {
            assert_eq!(stems(word), [noun], "{word}");
        }
        // The particle does not fit: it is the end of the noun.
        for word in [
            "혈당",
            "나이",
            "책은",
            "에서",
            "소설가",
            "교과",
            "가을",
            "나도",
            "",
        ] {
            assert_eq!(stems(word), [""; 0], "{word}");
        }
    }

    #[test]
    fn a_stem_that_may_be_a_noun_stands_before_a_shorter_one() {
        assert_eq!(stems("작가들은"), ["작가들", "작가"]);
        assert_eq!(stems("작가들에게"), ["작가들", "작가"]);
        assert_eq!(stems("회원만으로는"), ["회원만", "회원"]);
        assert_eq!(stems("고양이는"), ["고양이"]);
        assert_eq!(stems("우리나라는"), ["우리나라", "우리나"]);
        assert_eq!(stems("세계지도의"), ["세계지도"]);
        assert_eq!(stems("고속도로는"), ["고속도로", "고속도"]);
        assert_eq!(stems("연구결과의"), ["연구결과", "연구결"]);
    }

    #[test]
    fn behind_letters_and_digits_of_others_a_part_of_a_word_may_be_short() {
        for (word, stem) in [
            ("ISBN은", "ISBN"),
            ("KBS는", "KBS"),
            ("KBS에서는", "KBS"),
            ("2026년에", "2026년"),
            ("6·25는", "6·25"),
            ("6ㆍ25전쟁은", "6ㆍ25전쟁"),
            ("大學에서", "大學"),
            ("「책방」에서는", "책방"),
            ("한·미는", "한·미"),
        ] {
            assert_eq!(stems(word), [stem], "{word}");
        }
        assert_eq!(stems("독서·나이"), [""; 0]);
    }

    #[test]
    fn a_longer_particle_stands_before_its_own_end() {
        for (at, (particle, _)) in SURE.iter().enumerate() {
            let shorter = SURE[..at].iter().find(|(it, _)| particle.ends_with(it));
            assert!(shorter.is_none(), "{particle}");
        }
    }

    /// Nouns whose last syllable ends no particle, with a vowel and with a consonant.
    const NOUNS: [&str; 8] = [
        "학교",
        "작가",
        "서울",
        "도서관",
        "KBS",
        "3·1",
        "2026년",
        "大學",
    ];

    fn fits(follows: Follows, text: &str) -> bool {
        let last = text.chars().next_back().unwrap();
        !is_syllable(last) || follows.fits(last)
    }

    proptest! {
        /// Any three particles behind a plural or a noun leave the noun among the stems.
        #[test]
        fn no_chain_of_particles_hides_the_noun(
            noun in prop::sample::select(&NOUNS[..]),
            plural in prop::sample::select(&["", "들"][..]),
            chain in prop::collection::vec(prop::sample::select([&SURE[..], &INNER].concat()), 0..3),
            last in prop::sample::select([&SURE[..], &INNER, &LAST].concat()),
            marks in prop::sample::select(&[("", ""), ("「", "」"), ("(", "),"), ("ㆍ", "…")][..]),
        ) {
            let mut word = format!("{noun}{plural}");
            for (particle, follows) in chain.into_iter().chain([last]) {
                if fits(follows, &word) {
                    word.push_str(particle);
                }
            }
            let wrapped = format!("{}{word}{}", marks.0, marks.1);

            let stems = stems(&wrapped);
            prop_assert!(word == noun || stems.contains(&noun), "{} {:?}", word, stems);
        }

        #[test]
        fn a_stem_is_a_beginning_of_its_word(word in "\\PC{0,12}[는에서의도관a1]{0,8}\\PC{0,2}") {
            let stems = stems(&word);
            for (at, stem) in stems.iter().enumerate() {
                prop_assert!(word.contains(stem) && !stem.is_empty());
                prop_assert!(at == 0 || stems[at - 1].starts_with(stem));
            }
        }
    }
}
