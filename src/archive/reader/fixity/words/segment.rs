//! One part of the full-text index, as it stands on its pages (`fts5_index.c`, "Segment leaf").
//!
//! SQLite's own tables of words give one row for each place of a word, which costs more than all
//! other checks together. Here the pages are read one after another.

use std::collections::BTreeSet;

use rusqlite::ffi;

use crate::archive::engine::{self, Result};
use crate::archive::reader::fixity::words::parts::IndexPart;
use crate::archive::reader::fixity::words::records::{IndexRecords, number};

/// The bytes before the words of a page: where its first article begins, and where the words end.
const HEADER: usize = 4;

/// What stands in front of each word of the index itself; FTS5 has others for indexes of prefixes.
const MAIN_PREFIX: u8 = b'0';

/// A part of the index: words in alphabetical order, each with its articles and its places there.
pub(super) struct Segment {
    id: i64,
    /// The page that is read, and the last one.
    page: i64,
    last: i64,
    leaf: IndexPage,
    /// The word whose articles are next; `None` at the end.
    word: Option<Vec<u8>>,
}

/// A page that is read, from its beginning to its end.
#[derive(Default)]
struct IndexPage {
    block: Vec<u8>,
    /// Where the words end. Behind them stands where each word begins.
    end: usize,
    at: usize,
    /// Where the first article of a list begins that goes on from the page before; 0 for none.
    first_article: usize,
    /// Where the next word begins, and where that stands.
    next_word: Option<usize>,
    footer: usize,
}

/// A list of the articles of a word, as far as it was read.
#[derive(Default)]
struct DocList {
    is_begun: bool,
    article: i64,
    /// The bytes of its places that are still to come.
    left: usize,
    /// Whether its places do not count: a newer part of the index took it out.
    is_void: bool,
    /// Whether the next number is that of a column: the two may stand on two pages.
    is_column_next: bool,
    column: u64,
    place: u64,
}

impl Segment {
    /// Begins a part of the index at its first word.
    pub(super) fn begin(part: IndexPart, pages: &mut IndexRecords<'_>) -> Result<Self> {
        let mut segment = Self {
            id: part.id,
            page: part.first,
            last: part.last,
            leaf: IndexPage::default(),
            word: Some(Vec::new()),
        };
        segment.read_page(pages)?;
        segment.next_word(pages)?;
        Ok(segment)
    }

    /// Returns the word whose articles are next; `None` at the end.
    pub(super) fn word(&self) -> Option<&[u8]> {
        self.word.as_deref()
    }

    fn read_page(&mut self, pages: &mut IndexRecords<'_>) -> Result<()> {
        pages.read((self.id << 37) + self.page, &mut self.leaf.block)?;
        match self.leaf.begin() {
            Some(()) => Ok(()),
            None => Err(self.malformed()),
        }
    }

    /// Goes on to the next page. Returns whether there is one.
    fn turn(&mut self, pages: &mut IndexRecords<'_>) -> Result<bool> {
        if self.page == self.last {
            return Ok(false);
        }
        self.page += 1;
        self.read_page(pages)?;
        Ok(true)
    }

    /// Goes on to the next word, once all articles of this one were read.
    fn next_word(&mut self, pages: &mut IndexRecords<'_>) -> Result<()> {
        while self.leaf.at == self.leaf.end {
            if !self.turn(pages)? {
                self.word = None;
                return Ok(());
            }
        }
        let mut word = self.word.take().unwrap_or_default();
        let Some(()) = self.leaf.take_word(&mut word) else {
            return Err(self.malformed());
        };
        self.word = Some(word);
        Ok(())
    }

    /// Tells each place of the word in each article, and goes on to the next word. What is void was
    /// taken out by a newer part of the index; what this part takes out becomes void.
    pub(super) fn take_places(
        &mut self,
        pages: &mut IndexRecords<'_>,
        void: &mut BTreeSet<i64>,
        mut found: impl FnMut(i64, u64, u64),
    ) -> Result<()> {
        let mut list = DocList::default();
        loop {
            if self.leaf.at == self.leaf.end {
                if !self.turn(pages)? {
                    break;
                }
                continue;
            }
            let read = if list.left > 0 {
                list.take_places(&mut self.leaf, &mut found)
            } else if self.leaf.next_word == Some(self.leaf.at) {
                break;
            } else {
                list.take_article(&mut self.leaf, void)
            };
            if read.is_none() {
                return Err(self.malformed());
            }
        }
        match list.left {
            0 => self.next_word(pages),
            _ => Err(self.malformed()),
        }
    }

    fn malformed(&self) -> engine::Error {
        let why = format!("page {} of the full-text index is malformed", self.page);
        rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_CORRUPT), Some(why)).into()
    }
}

impl DocList {
    /// Reads which article is next, and how long its places are.
    fn take_article(&mut self, leaf: &mut IndexPage, void: &mut BTreeSet<i64>) -> Option<()> {
        // The first article of a page is not counted from the one before it.
        let is_whole = !self.is_begun || leaf.at == leaf.first_article;
        let number = leaf.take_number()?.cast_signed();
        self.article = match is_whole {
            true => number,
            false => self.article.wrapping_add(number),
        };
        self.is_begun = true;
        (self.column, self.place) = (0, 0);

        let size = leaf.take_number()?;
        self.left = usize::try_from(size >> 1).ok()?;
        self.is_void = !void.is_empty() && void.contains(&self.article);
        if size & 1 == 1 {
            void.insert(self.article);
        }
        Some(())
    }

    /// Reads places, as far as they stand on this page.
    fn take_places(
        &mut self,
        leaf: &mut IndexPage,
        found: &mut impl FnMut(i64, u64, u64),
    ) -> Option<()> {
        let end = leaf.end.min(leaf.at + self.left);
        let from = leaf.at;
        while leaf.at < end {
            match leaf.take_number()? {
                column if self.is_column_next => {
                    (self.column, self.place) = (column, 0);
                    self.is_column_next = false;
                }
                1 => self.is_column_next = true,
                step => {
                    self.place = self.place.wrapping_add(step.checked_sub(2)?);
                    if !self.is_void {
                        found(self.article, self.column, self.place);
                    }
                }
            }
        }
        self.left = self.left.checked_sub(leaf.at - from)?;
        Some(())
    }
}

impl IndexPage {
    /// Begins a page that was read.
    fn begin(&mut self) -> Option<()> {
        let [a, b, c, d] = *self.block.first_chunk()?;
        self.first_article = usize::from(u16::from_be_bytes([a, b]));
        self.end = usize::from(u16::from_be_bytes([c, d]));
        self.footer = self.end;
        self.at = HEADER;
        self.next_word = None;
        if self.end < HEADER || self.end > self.block.len() {
            return None;
        }
        self.find_next_word(0)
    }

    /// Reads where the next word begins. The first is counted from the page's beginning.
    fn find_next_word(&mut self, from: usize) -> Option<()> {
        self.next_word = None;
        if self.footer < self.block.len() {
            let (step, behind) = number(&self.block, self.footer)?;
            self.footer = behind;
            self.next_word = Some(from.checked_add(usize::try_from(step).ok()?)?);
        }
        Some(())
    }

    /// Reads the word that begins here, in place of the one before. The first word of a page is
    /// written out; others leave out what they begin with as the one before.
    fn take_word(&mut self, word: &mut Vec<u8>) -> Option<()> {
        let begin = self.next_word.filter(|begin| *begin == self.at)?;
        let same = match self.is_first_word() {
            true => 0,
            false => usize::try_from(self.take_number()?).ok()?,
        };
        let length = usize::try_from(self.take_number()?).ok()?;
        let end = self.at.checked_add(length).filter(|end| *end <= self.end)?;
        if same > word.len() {
            return None;
        }
        word.truncate(same);
        word.extend_from_slice(&self.block[self.at..end]);
        self.at = end;
        self.find_next_word(begin)?;
        (word.first() == Some(&MAIN_PREFIX)).then_some(())
    }

    /// Tells whether the next word is the first that begins on this page.
    fn is_first_word(&self) -> bool {
        number(&self.block, self.end).is_some_and(|(_, behind)| behind == self.footer)
    }

    fn take_number(&mut self) -> Option<u64> {
        let (number, behind) = number(&self.block[..self.end], self.at)?;
        self.at = behind;
        Some(number)
    }
}
