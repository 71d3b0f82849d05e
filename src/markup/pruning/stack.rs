//! The open elements of a page, as the parser has them.

use std::ops::Range;

use crate::markup::pruning::kind::Kind;
use crate::markup::pruning::tags::{PageTag, Tags};
use crate::markup::pruning::wanted::{MAX_NAME, Wanted};

/// The deepest nesting that is followed. A deeper page is refused before it is parsed.
pub(super) const MAX_DEPTH: usize = 512;

/// The most elements that are looked at for all tags together. A large real page has 100,000: some
/// thousand tags, twenty deep.
const MAX_CLIMBING: usize = 4_000_000;

/// Returns the parts of a page that may be cut, in its order.
pub(super) fn cuts(page: &str, wanted: &Wanted) -> Vec<Range<usize>> {
    let mut tags = Tags::of(page);
    let mut stack = Stack::new(wanted);
    let mut climbed = 0;

    while let Some(tag) = tags.next() {
        let mut buffer = [0; MAX_NAME];
        let Some(name) = lower(tag.name, &mut buffer) else {
            break;
        };

        let kind = Kind::of(name);
        let followed = match (tag.closes, kind) {
            (true, _) => stack.end(&tag, name, kind),
            (false, Kind::Text) => stack.text(&tag, name, &mut tags),
            (false, _) => stack.start(&tag, name, kind),
        };
        climbed += stack.elements.len() + stack.formatting.len();
        if followed.is_err() || stack.is_lost || climbed > MAX_CLIMBING {
            break;
        }
    }

    stack.cuts
}

/// Only a parser knows how the page goes on. What was cut before this place stays cut.
#[derive(Debug)]
pub(super) struct Lost;

/// An open element.
pub(super) struct Element<'p> {
    /// As written.
    pub name: &'p [u8],
    pub kind: Kind,
    /// Where its content begins.
    pub content: usize,
    /// How many cuts there were before it.
    pub cuts: usize,
    /// How many formatting elements the parser would have reopened when it began.
    pub formatting: usize,
    /// A form was open when it began.
    pub has_form: bool,
    /// Someone looks for it, or for elements in it.
    pub is_watched: bool,
    /// All of its content is wanted.
    pub is_deep: bool,
    pub anchors: Vec<u16>,
}

impl Element<'_> {
    pub(super) fn is_named(&self, name: &[u8]) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// Tells whether the parser may make more elements of this one that someone looks for.
    fn may_come_again(&self) -> bool {
        self.is_watched && self.kind == Kind::Formatting
    }

    /// Tells whether the element holds rows of a table.
    pub(super) fn is_row_group(&self) -> bool {
        ["tbody", "thead", "tfoot"]
            .iter()
            .any(|group| self.is_named(group.as_bytes()))
    }

    /// Tells whether formatting elements that are open in it end with it.
    pub(super) fn is_cell(&self) -> bool {
        ["td", "th", "caption"]
            .iter()
            .any(|cell| self.is_named(cell.as_bytes()))
    }
}

/// The open elements of a page, and what is known of the parser's state.
pub(super) struct Stack<'p, 'w> {
    pub wanted: &'w Wanted,
    pub elements: Vec<Element<'p>>,
    pub cuts: Vec<Range<usize>>,
    /// The formatting elements that the parser reopens: those that are open, and those whose end
    /// tag is missing.
    pub formatting: Vec<&'p [u8]>,
    /// All elements below this depth hold something that may have effects behind them.
    effects: usize,
    /// All elements below this depth hold something wanted.
    pub needed: usize,
    /// How many open elements are wanted with all their content.
    pub deep: usize,
    /// How many elements of each anchor are open.
    pub anchors: Vec<u32>,
    pub has_form: bool,
    /// The parser may have other elements open below.
    pub is_doubtful: bool,
    is_lost: bool,
}

impl<'p, 'w> Stack<'p, 'w> {
    fn new(wanted: &'w Wanted) -> Self {
        Self {
            wanted,
            elements: Vec::new(),
            cuts: Vec::new(),
            formatting: Vec::new(),
            effects: 0,
            needed: 0,
            deep: 0,
            anchors: vec![0; wanted.anchors()],
            has_form: false,
            is_doubtful: false,
            is_lost: false,
        }
    }

    pub(super) fn top(&self) -> Option<&Element<'p>> {
        self.elements.last()
    }

    pub(super) fn top_kind(&self) -> Option<Kind> {
        self.top().map(|element| element.kind)
    }

    pub(super) fn is_open(&self, kind: Kind) -> bool {
        self.elements.iter().any(|element| element.kind == kind)
    }

    /// Tells whether the parser would put anything but a part of the table in front of the table.
    pub(super) fn is_between_cells(&self) -> bool {
        self.top()
            .is_some_and(|top| matches!(top.kind, Kind::Table | Kind::TablePart) && !top.is_cell())
    }

    /// Returns the place of the innermost element that is looked for, unless one of `hides` is
    /// around all that was looked at before.
    pub(super) fn find(
        &self,
        is_sought: impl Fn(&Element<'p>) -> bool,
        hides: impl Fn(&Element<'p>) -> bool,
    ) -> Sought {
        for (at, element) in self.elements.iter().enumerate().rev() {
            if is_sought(element) {
                return Sought::At(at);
            }
            if hides(element) {
                return Sought::Hidden;
            }
        }
        Sought::Nowhere
    }

    /// Everything that is open holds something with effects behind it.
    pub(super) fn mark_effects(&mut self) {
        self.effects = self.elements.len();
    }

    /// From here on, the parser may have other elements open. In tables and the like, that would
    /// change how it reads what follows.
    pub(super) fn doubt(&mut self) -> Result<(), Lost> {
        let has_mode = |element: &Element<'_>| {
            element.kind.is_scope() || matches!(element.kind, Kind::Select | Kind::Button)
        };
        if self
            .elements
            .iter()
            .any(|it| has_mode(it) || it.may_come_again())
        {
            return Err(Lost);
        }

        self.mark_effects();
        self.is_doubtful = true;
        Ok(())
    }

    /// Takes an element from between those that are open in it.
    pub(super) fn take_out(&mut self, at: usize) -> Result<(), Lost> {
        self.elements.remove(at);
        self.needed = self.elements.len();
        self.doubt()
    }

    /// Closes the elements from `at` on, which have no end tags of their own here.
    pub(super) fn close(&mut self, at: usize) {
        while self.elements.len() > at
            && let Some(element) = self.elements.pop()
        {
            self.is_lost |= element.may_come_again();
            self.leave(&element, !self.is_doubtful);
        }
        self.forget_deeper_than(at);
    }

    /// Closes the element at `at` by its end tag, and all in it. Cuts its content if that is
    /// neither wanted nor missed.
    pub(super) fn close_by(&mut self, at: usize, tag: &PageTag<'p>) {
        self.close(at + 1);
        let Some(element) = self.elements.pop() else {
            return;
        };

        let is_clean = at >= self.effects;
        self.leave(&element, is_clean || !self.is_doubtful);

        let is_same =
            element.formatting == self.formatting.len() && element.has_form == self.has_form;
        let is_missed = at < self.needed || self.deep > 0;
        if is_clean && is_same && !is_missed && element.kind.is_cuttable() {
            self.cuts.truncate(element.cuts);
            self.cut(element.content..tag.start);
        }

        self.forget_deeper_than(at);
    }

    pub(super) fn cut(&mut self, part: Range<usize>) {
        if !part.is_empty() {
            self.cuts.push(part);
        }
    }

    /// An element ends. Unless that is certain, what is wanted in it may still follow.
    fn leave(&mut self, element: &Element<'p>, is_certain: bool) {
        if element.is_cell() {
            self.formatting.truncate(element.formatting);
        }
        if !is_certain {
            return;
        }

        self.deep -= usize::from(element.is_deep);
        for anchor in &element.anchors {
            self.anchors[usize::from(*anchor)] -= 1;
        }
    }

    fn forget_deeper_than(&mut self, depth: usize) {
        self.effects = self.effects.min(depth);
        self.needed = self.needed.min(depth);
    }
}

/// Where an element is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sought {
    At(usize),
    /// Surely not where a tag could reach it.
    Hidden,
    /// Not among the elements that are known to be open.
    Nowhere,
}

/// Writes a name in lower case into `buffer`; `None` where it is too long.
fn lower<'b>(name: &[u8], buffer: &'b mut [u8; MAX_NAME]) -> Option<&'b [u8]> {
    let lower = buffer.get_mut(..name.len())?;
    lower.copy_from_slice(name);
    lower.make_ascii_lowercase();
    Some(lower)
}
