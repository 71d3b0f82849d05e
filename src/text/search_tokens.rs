//! The tokens of a full-text index that finds any part of a word in scripts whose words are joined.
//!
//! Korean joins particles and nouns to a word without a space, and Chinese, Japanese and Thai have
//! no spaces at all: an index of words finds a third to two thirds of what stands in a text. Each
//! run of such letters becomes its overlapping pairs and its last letter: 독서신문 becomes `독서 서신 신문
//! 문`. A phrase of pairs that stand side by side is exactly the text that they come from. Words of
//! other scripts, and numbers, stay whole, in lower case. Letters and digits of full width, and kana
//! of half width, count as the usual ones, and selectors of variants as nothing. Letters that Korean
//! papers write as a middle dot or as a blank are marks.

#[cfg(feature = "archive")]
mod placed;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

#[cfg(feature = "archive")]
pub(crate) use placed::{TextToken, placed_tokens};

/// Letters of one text that are indexed. The longest stories have some 20,000; more are a hostile
/// page.
const MOST_LETTERS: usize = 200_000;

/// The tokens of words that are looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhraseTokens {
    /// With a space between each two. They stand side by side in a text that has the words.
    pub tokens: String,
    /// The last token may be the beginning of a longer one in the text: a single letter is that of
    /// a pair.
    pub is_open: bool,
}

/// Returns the tokens of a text, with a space between each two.
///
/// # Examples
///
/// ```
/// use saseo::text::search_tokens::index_tokens;
///
/// assert_eq!(index_tokens("독서신문, KBS 2026년"), "독서 서신 신문 문 kbs 2026 년");
/// ```
pub fn index_tokens(text: &str) -> String {
    let text = indexed_part(text);
    let mut tokens = String::with_capacity(text.len() * 2);
    for run in TokenRuns(text) {
        run.push_to(&mut tokens, WordEnd::Closed);
    }
    tokens
}

/// Returns the beginning of a text that is indexed: nearly always all of it.
fn indexed_part(text: &str) -> &str {
    let end = text.char_indices().nth(MOST_LETTERS);
    end.map_or(text, |(at, _)| &text[..at])
}

/// Returns the tokens of words that are looked for; `None` where they have no letter or digit. The
/// last word may go on in the text where its script joins words.
pub fn phrase_tokens(words: &str) -> Option<PhraseTokens> {
    let runs: Vec<TokenRun<'_>> = TokenRuns(words).collect();
    let (last, before) = runs.split_last()?;

    let mut tokens = String::new();
    for run in before {
        run.push_to(&mut tokens, WordEnd::Closed);
    }
    last.push_to(&mut tokens, WordEnd::Open);

    let is_open = last.script == Script::Joined && last.letters().count() == 1;
    Some(PhraseTokens { tokens, is_open })
}

/// Tells whether a character is a part of a word: a letter, a digit, or a mark upon one.
#[cfg(feature = "archive")]
pub(crate) fn is_of_word(c: char) -> bool {
    script_of(c).is_some() || is_combining_mark(c)
}

/// Whether a run may go on behind its last letter.
#[derive(Clone, Copy, PartialEq, Eq)]
enum WordEnd {
    Closed,
    Open,
}

/// How a script divides words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    /// Words are joined to others, or have no spaces between them.
    Joined,
    /// Words stand between spaces and marks.
    Spaced,
}

/// Letters and digits side by side, all of one kind of script.
struct TokenRun<'t> {
    text: &'t str,
    script: Script,
}

impl<'t> TokenRun<'t> {
    /// Returns the letters, each with its combining marks, and with its sound mark of half width.
    fn letters(&self) -> impl Iterator<Item = &'t str> {
        let mut rest = self.text;
        std::iter::from_fn(move || {
            let first = rest.chars().next()?;
            let marks = rest[first.len_utf8()..]
                .chars()
                .take_while(|c| !is_syllable(*c) && (is_combining_mark(*c) || is_sound_mark(*c)))
                .map(char::len_utf8)
                .sum::<usize>();
            let (letter, behind) = rest.split_at(first.len_utf8() + marks);
            rest = behind;
            Some(letter)
        })
    }

    fn push_to(&self, tokens: &mut String, end: WordEnd) {
        match self.script {
            Script::Spaced => {
                let word = self.text.chars().filter_map(folded);
                let word = word.flat_map(char::to_lowercase);
                push(tokens, |tokens| tokens.extend(word));
            }
            Script::Joined if self.text.contains(is_half_kana) => {
                let text = self.in_usual_width();
                let script = self.script;
                TokenRun {
                    text: &text,
                    script,
                }
                .push_pairs(tokens, end);
            }
            Script::Joined => self.push_pairs(tokens, end),
        }
    }

    /// Returns the letters with kana in their usual width. Each stays one letter.
    fn in_usual_width(&self) -> String {
        let mut text = String::with_capacity(self.text.len());
        for letter in self.letters() {
            if letter.contains(is_half_kana) {
                text.extend(letter.nfkc());
            } else {
                text.push_str(letter);
            }
        }
        text
    }

    fn push_pairs(&self, tokens: &mut String, end: WordEnd) {
        let mut former: Option<&str> = None;
        let mut pairs = 0;
        for letter in self.letters() {
            if let Some(former) = former.replace(letter) {
                pairs += 1;
                push(tokens, |tokens| {
                    push_letter(tokens, former);
                    push_letter(tokens, letter);
                });
            }
        }

        if let Some(last) = former
            && (end == WordEnd::Closed || pairs == 0)
        {
            push(tokens, |tokens| push_letter(tokens, last));
        }
    }
}

/// Adds a letter without the selectors of its variants.
fn push_letter(tokens: &mut String, letter: &str) {
    tokens.extend(letter.chars().filter(|c| !is_selector(*c)));
}

/// Returns a character as it is compared: in its usual width, and `None` where it only chooses a
/// variant of the one before it. Compatibility forms of any other kind stay, because a page that
/// has them means them.
pub(crate) fn folded(c: char) -> Option<char> {
    match c {
        // The printable characters of ASCII in full width stand in the same order.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0),
        _ if is_selector(c) => None,
        _ => Some(c),
    }
}

/// Tells whether a character chooses a variant of the one before it: of a Han letter in names and
/// places, for example.
fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Tells whether a character is kana of half width, or a sound mark of such.
fn is_half_kana(c: char) -> bool {
    matches!(c, '\u{ff66}'..='\u{ff9f}')
}

/// Tells whether a character changes the sound of the kana of half width before it: ｶﾞ is ガ.
fn is_sound_mark(c: char) -> bool {
    matches!(c, '\u{ff9e}' | '\u{ff9f}')
}

/// Adds one token, behind a space where others stand before it.
fn push(tokens: &mut String, write: impl FnOnce(&mut String)) {
    if !tokens.is_empty() {
        tokens.push(' ');
    }
    write(tokens);
}

/// The runs of a text, in their order.
struct TokenRuns<'t>(&'t str);

impl<'t> Iterator for TokenRuns<'t> {
    type Item = TokenRun<'t>;

    fn next(&mut self) -> Option<TokenRun<'t>> {
        let begin = self.0.find(|c| script_of(c).is_some())?;
        let from_here = &self.0[begin..];
        let script = script_of(from_here.chars().next()?)?;

        let mut former = '\0';
        let is_other = |c: char| {
            let is_vowel = c == DOT_VOWEL && is_initial(former);
            former = c;
            !is_vowel && script_of(c) != Some(script) && !is_combining_mark(c)
        };
        let end = from_here.find(is_other).unwrap_or(from_here.len());
        let (text, rest) = from_here.split_at(end);
        self.0 = rest;
        Some(TokenRun { text, script })
    }
}

/// Returns how a letter's script divides words; `None` for what is neither letter nor digit.
fn script_of(c: char) -> Option<Script> {
    if is_syllable(c) {
        Some(Script::Joined)
    } else if !c.is_alphanumeric() || is_written_as_mark(c) {
        None
    } else if is_joined(c) {
        Some(Script::Joined)
    } else {
        Some(Script::Spaced)
    }
}

/// The vowel of old Korean that looks like a middle dot. It is a vowel behind an initial consonant.
const DOT_VOWEL: char = '\u{119e}';

/// Tells whether a character is a letter to Unicode alone: Korean papers write the vowel ㆍ as a
/// middle dot (한ㆍ미, 6ㆍ25), and fillers of Hangul as a blank.
fn is_written_as_mark(c: char) -> bool {
    matches!(
        c,
        '\u{318d}' | DOT_VOWEL | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}'
    )
}

/// Tells whether a character is the first consonant of a syllable of old Korean.
fn is_initial(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{115e}' | '\u{a960}'..='\u{a97c}')
}

/// Tells whether a character is a syllable of Hangul, without a look into the tables of Unicode.
pub(crate) fn is_syllable(c: char) -> bool {
    matches!(c, '가'..='힣')
}

/// Tells whether a letter is of a script whose words are joined: jamo, also those that stand alone
/// (ㅋㅋ), kana, Han, Thai, Lao, Burmese and Khmer.
fn is_joined(c: char) -> bool {
    matches!(c,
        '\u{1100}'..='\u{11ff}' | '\u{3131}'..='\u{318e}' | '\u{a960}'..='\u{a97c}'
        | '\u{d7b0}'..='\u{d7fb}'
        | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}'
        | '\u{ff66}'..='\u{ff9f}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{323af}'
        | '\u{e01}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn phrase(words: &str) -> (String, bool) {
        let phrase = phrase_tokens(words).expect("it has a letter");
        (phrase.tokens, phrase.is_open)
    }

    #[test]
    fn joined_scripts_become_pairs_and_their_last_letter() {
        assert_eq!(index_tokens("독서신문"), "독서 서신 신문 문");
        assert_eq!(index_tokens("책"), "책");
        assert_eq!(
            index_tokens("大韓民國의 ㅋㅋ"),
            "大韓 韓民 民國 國의 의 ㅋㅋ ㅋ"
        );
        assert_eq!(index_tokens("カタカナ"), "カタ タカ カナ ナ");
    }

    #[test]
    fn other_words_stay_whole_in_lower_case() {
        assert_eq!(
            index_tokens("The Städte, KBS뉴스"),
            "the städte kbs 뉴스 스"
        );
        assert_eq!(index_tokens("3.1운동 2026-03-07"), "3 1 운동 동 2026 03 07");
        assert_eq!(index_tokens("…!?"), "");
    }

    #[test]
    fn width_and_variants_of_letters_do_not_count() {
        assert_eq!(
            index_tokens("ＫＢＳ뉴스 ２０２６"),
            index_tokens("KBS뉴스 2026")
        );
        assert_eq!(phrase("ＫbＳ"), phrase("KBS"));
        assert_eq!(index_tokens("葛\u{e0100}飾区"), index_tokens("葛飾区"));
        assert_eq!(phrase("葛\u{fe00}"), phrase("葛"));
        assert_eq!(index_tokens("a\u{fe0f}b"), "ab");
        // Marks alone are no token.
        assert_eq!(index_tokens("！＂～"), "");
    }

    #[test]
    fn kana_of_half_width_count_as_the_usual_ones() {
        assert_eq!(index_tokens("ｶﾀｶﾅ･ﾃﾞｰﾀ"), index_tokens("カタカナ・データ"));
        assert_eq!(phrase("ｶﾞ"), ("ガ".to_owned(), true));
        assert_eq!(phrase("ﾊﾟﾘ"), phrase("パリ"));
    }

    #[test]
    fn a_letter_that_papers_write_as_a_mark_is_none() {
        assert_eq!(index_tokens("6ㆍ25전쟁"), "6 25 전쟁 쟁");
        assert_eq!(phrase_tokens("ㆍ\u{3164}"), None);
        // In a syllable of old Korean, the same dot is a vowel.
        assert_eq!(
            index_tokens("\u{1112}\u{119e}\u{11ab}글"),
            "\u{1112}\u{119e} \u{119e}\u{11ab} \u{11ab}글 글"
        );
        assert_eq!(index_tokens("한\u{119e}미"), index_tokens("한·미"));
    }

    #[test]
    fn marks_stay_with_their_letter() {
        // A Thai vowel sign and a tone mark stand above the letter before them.
        assert_eq!(index_tokens("ที่นี่"), "ที่นี่ นี่");
        assert_eq!(index_tokens("e\u{301}te"), "e\u{301}te");
    }

    #[test]
    fn what_is_looked_for_may_go_on_behind_its_end_and_not_between_its_words() {
        assert_eq!(phrase("독서"), ("독서".to_owned(), false));
        assert_eq!(phrase("책"), ("책".to_owned(), true));
        assert_eq!(phrase("독서 신문"), ("독서 서 신문".to_owned(), false));
        assert_eq!(phrase("그 책"), ("그 책".to_owned(), true));
        assert_eq!(phrase("KBS"), ("kbs".to_owned(), false));
        assert_eq!(phrase_tokens("?!"), None);
    }

    #[test]
    fn a_hostile_text_is_indexed_as_far_as_a_long_story_goes() {
        let text = "가".repeat(MOST_LETTERS + 5);
        assert_eq!(index_tokens(&text).split(' ').count(), MOST_LETTERS);
    }

    /// Tells by the tokens alone whether a text has some words, as the index does.
    fn is_found(text: &str, words: &str) -> bool {
        let text = index_tokens(text);
        let text: Vec<&str> = text.split(' ').collect();
        let PhraseTokens { tokens, is_open } = phrase_tokens(words).unwrap();
        let wanted: Vec<&str> = tokens.split(' ').collect();

        text.windows(wanted.len()).any(|window| {
            let (last, before) = window.split_last().unwrap();
            let (wanted, wanted_before) = wanted.split_last().unwrap();
            before == wanted_before && (last == wanted || is_open && last.starts_with(*wanted))
        })
    }

    #[test]
    fn tokens_stand_where_their_letters_stand() {
        let text = "「독서 신문」, KBS의 葛\u{e0100}飾";
        let tokens = placed_tokens(text);
        let placed: Vec<(&str, &str, &str)> = tokens
            .iter()
            .map(|it| {
                let first = it.place.start..it.first_letter_end;
                (it.token.as_str(), &text[it.place.clone()], &text[first])
            })
            .collect();
        assert_eq!(
            placed,
            [
                ("독서", "독서", "독"),
                ("서", "서", "서"),
                ("신문", "신문", "신"),
                ("문", "문", "문"),
                ("kbs", "KBS", "KBS"),
                ("의", "의", "의"),
                ("葛飾", "葛\u{e0100}飾", "葛\u{e0100}"),
                ("飾", "飾", "飾"),
            ]
        );
    }

    proptest! {
        #[test]
        fn tokens_with_places_are_the_tokens_of_the_index(
            text in "[가책aB1ＫＢ葛\u{e0100}ที่ㅋ.\u{301} \n-]{0,30}|\\PC{0,30}",
        ) {
            let placed = placed_tokens(&text);
            let tokens: Vec<&str> = placed.iter().map(|it| it.token.as_str()).collect();
            prop_assert_eq!(tokens.join(" "), index_tokens(&text));
            for token in &placed {
                let TextToken { place, first_letter_end, .. } = token;
                prop_assert!(place.start < *first_letter_end && *first_letter_end <= place.end);
                prop_assert!(text.get(place.start..*first_letter_end).is_some());
                let alone = index_tokens(&text[place.clone()]);
                prop_assert_eq!(alone.split(' ').next(), Some(token.token.as_str()));
            }
        }

        /// Words of joined letters are found exactly where they stand in the text.
        #[test]
        fn pairs_find_what_stands_in_the_text_and_nothing_else(
            text in "[가나다라]{1,8}( [가나다라]{1,8}){0,6}",
            words in "[가나다라]{1,6}( [가나다라]{1,3}){0,2}",
        ) {
            prop_assert_eq!(is_found(&text, &words), text.contains(&words));
        }

        /// Papers write many marks between the same words.
        #[test]
        fn it_does_not_count_which_mark_stands_between_words(
            words in "[가나다책a1]{1,4}",
            further in "[가나다책a1]{1,4}",
            mark in "[·ㆍ・‧•･∙⋅\u{119e}\u{3164},.–/」]",
        ) {
            let text = index_tokens(&format!("{words}{mark}{further}"));
            prop_assert_eq!(&text, &index_tokens(&format!("{words} {further}")));
        }

        #[test]
        fn no_text_breaks_it(text in "\\PC{0,60}") {
            let tokens = index_tokens(&text);
            prop_assert!(!tokens.contains("  ") && !tokens.starts_with(' '));
            prop_assert_eq!(phrase_tokens(&text).is_none(), tokens.is_empty());
        }
    }
}
