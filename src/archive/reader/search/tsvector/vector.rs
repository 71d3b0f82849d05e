//! A vector as the server sends it: its lexemes in the order of their bytes, each with the
//! positions at which it stands.

use std::ops::Range;

use crate::archive::reader::search::bm25::weighted;
use crate::archive::reader::search::sought::{SoughtColumns, SoughtPhrase};
use crate::archive::word_index::{COLUMN_GAP, lexeme};

/// The lower bits of a position; the others are a weight.
const POSITION: u16 = 0x3fff;

/// The vectors of one row, and the number of words in each of its columns.
#[derive(Debug)]
pub(super) struct RowVectors<'v> {
    pub(super) words: Vector<'v>,
    pub(super) section: Vector<'v>,
    pub(super) sizes: [usize; 5],
}

/// The lexemes of a vector, each with its positions as they were sent.
#[derive(Debug, Default)]
pub(super) struct Vector<'v>(Vec<(&'v [u8], &'v [u8])>);

impl<'v> Vector<'v> {
    /// Reads what `tsvectorsend` makes: the number of lexemes, and of each its bytes, a zero, the
    /// number of its positions, and these. `None` for anything else.
    pub(super) fn read(sent: &'v [u8]) -> Option<Self> {
        let (count, mut rest) = sent.split_first_chunk::<4>()?;
        let mut lexemes = Vec::new();
        for _ in 0..u32::from_be_bytes(*count) {
            let end = rest.iter().position(|byte| *byte == 0)?;
            let (lexeme, behind) = rest.split_at(end);
            let (count, behind) = behind[1..].split_first_chunk::<2>()?;
            let bytes = 2 * usize::from(u16::from_be_bytes(*count));
            let (positions, behind) = behind.split_at_checked(bytes)?;
            lexemes.push((lexeme, positions));
            rest = behind;
        }
        Some(Self(lexemes))
    }

    /// Returns the positions of a token, in their order.
    fn positions(&self, token: &str) -> Vec<u16> {
        let lexeme = lexeme(token);
        match self
            .0
            .binary_search_by(|(it, _)| (*it).cmp(lexeme.as_bytes()))
        {
            Ok(at) => read_positions(self.0[at].1).collect(),
            Err(_) => Vec::new(),
        }
    }

    /// Returns the positions of the tokens that begin so, in their order.
    fn positions_of_beginning(&self, token: &str) -> Vec<u16> {
        let begin = token.as_bytes();
        let first = self.0.partition_point(|(it, _)| *it < begin);
        let found = self.0[first..].iter();
        let found = found.take_while(|(it, _)| it.starts_with(begin));
        let mut positions: Vec<u16> = found.flat_map(|(_, sent)| read_positions(sent)).collect();
        positions.sort_unstable();
        positions
    }

    /// Returns the positions at which a phrase begins.
    fn places(&self, phrase: &SoughtPhrase) -> Vec<u16> {
        let mut tokens = phrase.tokens.rsplit(' ');
        let last = tokens.next().unwrap_or_default();
        let mut places = match phrase.is_open {
            true => self.positions_of_beginning(last),
            false => self.positions(last),
        };
        // Backwards: what is left are the positions of a token whose followers are there.
        for token in tokens {
            let behind = places;
            places = self.positions(token);
            places.retain(|at| behind.binary_search(&(at + 1)).is_ok());
        }
        places
    }
}

fn read_positions(sent: &[u8]) -> impl Iterator<Item = u16> {
    let (positions, _) = sent.as_chunks::<2>();
    positions
        .iter()
        .map(|bytes| u16::from_be_bytes(*bytes) & POSITION)
}

impl RowVectors<'_> {
    /// Returns how much a phrase counts in the row; 0 where it is not there.
    pub(super) fn count(&self, phrase: &SoughtPhrase) -> f64 {
        let mut places = [0; 5];
        match phrase.columns {
            SoughtColumns::Section => places[3] = self.section.places(phrase).len(),
            SoughtColumns::Text | SoughtColumns::Title | SoughtColumns::Authors => {
                let columns = self.columns();
                for at in self.words.places(phrase) {
                    let at = usize::from(at);
                    let column = columns.iter().position(|column| column.contains(&at));
                    if let Some(column) = column.filter(|it| phrase.columns.are()[*it]) {
                        places[column] += 1;
                    }
                }
            }
        }
        weighted(places)
    }

    /// Returns the number of all words.
    pub(super) fn length(&self) -> usize {
        self.sizes.iter().sum()
    }

    /// Returns the positions of each column in the vector of all words.
    fn columns(&self) -> [Range<usize>; 5] {
        let [title, subtitle, authors, _, text] = self.sizes;
        let mut next = 1;
        let mut column = |size: usize| {
            let positions = next..next + size;
            next += size + COLUMN_GAP;
            positions
        };
        let [title, subtitle, authors, text] = [title, subtitle, authors, text].map(&mut column);
        [title, subtitle, authors, 0..0, text]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `tsvectorsend` makes.
    fn sent(lexemes: &[(&str, &[u16])]) -> Vec<u8> {
        let mut sent = u32::try_from(lexemes.len()).unwrap().to_be_bytes().to_vec();
        for (lexeme, positions) in lexemes {
            sent.extend(lexeme.bytes());
            sent.push(0);
            sent.extend(u16::try_from(positions.len()).unwrap().to_be_bytes());
            sent.extend(positions.iter().flat_map(|at| at.to_be_bytes()));
        }
        sent
    }

    fn phrase(columns: SoughtColumns, tokens: &str, is_open: bool) -> SoughtPhrase {
        SoughtPhrase {
            columns,
            tokens: tokens.to_owned(),
            is_open,
        }
    }

    #[test]
    fn a_phrase_counts_by_the_columns_in_which_it_stands() {
        // Of the title `작은 은 책방`, no subtitle, no author, and the text `책방 방 책`.
        let words = sent(&[
            ("방", &[8]),
            ("은", &[2]),
            ("작은", &[1]),
            ("책", &[0xc009]),
            ("책방", &[3, 7]),
        ]);
        let section = sent(&[("문화", &[1])]);
        let row = RowVectors {
            words: Vector::read(&words).unwrap(),
            section: Vector::read(&section).unwrap(),
            sizes: [3, 0, 0, 1, 3],
        };
        let text = |tokens, is_open| row.count(&phrase(SoughtColumns::Text, tokens, is_open));
        assert_eq!(text("책방", false), 9.0);
        assert_eq!(text("작은 은 책방", false), 8.0);
        assert_eq!(text("은 작은", false), 0.0);
        assert_eq!(text("책", true), 10.0);
        assert_eq!(text("방 책", true), 1.0);
        assert_eq!(text("문화", false), 0.0);
        assert_eq!(row.count(&phrase(SoughtColumns::Title, "책방", false)), 8.0);
        assert_eq!(
            row.count(&phrase(SoughtColumns::Section, "문화", false)),
            1.0
        );
        assert_eq!(row.length(), 7);
    }

    #[test]
    fn what_is_cut_off_is_no_vector() {
        let whole = sent(&[("방", &[7, 9]), ("책", &[])]);
        assert!(Vector::read(&whole).is_some());
        for end in 0..whole.len() {
            assert!(Vector::read(&whole[..end]).is_none(), "{end}");
        }
    }
}
