//! Start tags, as the parser takes them (HTML Standard, 13.2.6.4.7).

use crate::markup::pruning::kind::{Kind, is_drawn};
use crate::markup::pruning::stack::{Element, Lost, MAX_DEPTH, Sought, Stack};
use crate::markup::pruning::tags::{PageTag, Tags};
use crate::markup::pruning::wanted::Findings;

/// The parser keeps this many equal formatting elements, and forgets the first for one more
/// ("Noah's Ark clause").
const MAX_EQUAL: usize = 3;

impl<'p> Stack<'p, '_> {
    /// Follows the start tag of an element.
    pub(super) fn start(&mut self, tag: &PageTag<'p>, name: &[u8], kind: Kind) -> Result<(), Lost> {
        if self.is_lost_at(name, kind) {
            return Err(Lost);
        }
        let kind = if self.top_kind() == Some(Kind::Drawing) {
            Kind::Drawing
        } else {
            kind
        };

        // A form within a form is ignored, and ends nothing.
        if kind == Kind::Form && self.has_form {
            return Ok(());
        }

        self.close_unended(name, kind)?;
        let found = self.wanted.look(tag, name, &self.anchors).ok_or(Lost)?;
        if found.is_wanted {
            self.needed = self.elements.len();
        }

        if matches!(kind, Kind::Void | Kind::Rule) {
            return Ok(());
        }
        if kind == Kind::Root {
            // Its attributes are added to those of the element that is there.
            self.enter(&found);
            self.mark_effects();
            return Ok(());
        }

        let is_drawn_whole = kind == Kind::Drawing && tag.closes_itself && name != b"svg";
        let is_ignored = kind == Kind::TablePart && !self.is_open(Kind::Table);
        if is_drawn_whole || is_ignored {
            return Ok(());
        }

        self.push(tag, kind, found)
    }

    /// Follows an element whose content is text, up to its end tag.
    pub(super) fn text(
        &mut self,
        tag: &PageTag<'p>,
        name: &[u8],
        tags: &mut Tags<'p>,
    ) -> Result<(), Lost> {
        let (is_script, is_style) = (name == b"script", name == b"style");
        let is_allowed = match self.top_kind() {
            Some(Kind::Drawing) => false,
            Some(Kind::Select | Kind::Choice) => is_script || !self.is_open(Kind::Select),
            _ => is_script || is_style || !self.is_between_cells(),
        };
        if !is_allowed {
            return Err(Lost);
        }

        let found = self.wanted.look(tag, name, &self.anchors).ok_or(Lost)?;
        let is_read = is_script && (self.wanted.reads_scripts() || is_data(tag));
        let is_wanted = found.is_wanted || is_read;
        if is_wanted {
            self.needed = self.elements.len();
        }

        let end = tags.skip_text(name).ok_or(Lost)?;
        if (is_script || is_style) && !is_wanted && self.deep == 0 {
            self.cut(tag.end..end);
        }
        Ok(())
    }

    /// Tells whether only a parser knows what it makes of this element here.
    fn is_lost_at(&self, name: &[u8], kind: Kind) -> bool {
        if self.top_kind() == Some(Kind::Drawing) {
            return !is_drawn(name);
        }

        if kind == Kind::Unknown {
            return true;
        }
        if self.is_open(Kind::Select) {
            return kind != Kind::Choice;
        }
        if kind == Kind::TablePart {
            return !self.fits_table(name);
        }

        // Whether a table ends a paragraph depends on the age of the page.
        let is_lost_table =
            kind == Kind::Table && (self.is_doubtful || self.is_open(Kind::Paragraph));
        let is_lost_button = kind == Kind::Button && self.is_open(Kind::Button);
        is_lost_table || is_lost_button || self.is_between_cells()
    }

    /// Tells whether a part of a table stands where such parts stand, or is ignored.
    fn fits_table(&self, name: &[u8]) -> bool {
        if !self.is_open(Kind::Table) {
            return true;
        }

        let is_cell = matches!(name, b"td" | b"th" | b"caption");
        let in_table = self.elements.iter().rev();
        let mut around = in_table.skip_while(|element| is_before(element, name));
        let is_in_its_place = around.next().is_some_and(|element| match name {
            b"td" | b"th" => element.is_named(b"tr"),
            b"tr" => element.kind == Kind::Table || element.is_row_group(),
            _ => element.kind == Kind::Table || name == b"col" && element.is_named(b"colgroup"),
        });
        is_in_its_place && (!is_cell || self.formatting.is_empty())
    }

    /// Closes the elements that end where this one begins.
    fn close_unended(&mut self, name: &[u8], kind: Kind) -> Result<(), Lost> {
        if matches!(kind, Kind::ListItem | Kind::Term) {
            self.close_item(kind);
        }
        if kind == Kind::Choice {
            self.close_choice(name)?;
        }
        if kind == Kind::Formatting {
            self.forget_equal(name)?;
        }
        if kind == Kind::TablePart && self.is_open(Kind::Table) {
            while self.top().is_some_and(|top| is_before(top, name)) {
                self.close(self.elements.len() - 1);
            }
        }

        if kind.ends_paragraph() {
            let is_hidden =
                |element: &Element<'_>| element.kind.is_scope() || element.kind == Kind::Button;
            if let Sought::At(at) = self.find(|element| element.kind == Kind::Paragraph, is_hidden)
            {
                self.close(at);
            }
        }
        if kind == Kind::Heading && self.top_kind() == Some(Kind::Heading) {
            self.be_sure_of_top()?;
            self.close(self.elements.len() - 1);
        }
        Ok(())
    }

    /// Closes the item of the same list.
    fn close_item(&mut self, kind: Kind) {
        let is_hidden = |element: &Element<'_>| {
            element.kind.is_special() && !matches!(element.kind, Kind::Box | Kind::Paragraph)
        };

        match self.find(|element| element.kind == kind, is_hidden) {
            Sought::At(at) => self.close(at),
            Sought::Hidden => {}
            Sought::Nowhere if self.is_doubtful => self.mark_effects(),
            Sought::Nowhere => {}
        }
    }

    fn close_choice(&mut self, name: &[u8]) -> Result<(), Lost> {
        let is_group = name == b"optgroup" && self.is_open(Kind::Select);
        for ended in [&b"option"[..], b"optgroup"] {
            if (ended == b"option" || is_group) && self.top().is_some_and(|top| top.is_named(ended))
            {
                self.be_sure_of_top()?;
                self.close(self.elements.len() - 1);
            }
        }
        Ok(())
    }

    /// Gives up where a formatting element may have been reopened in the innermost open element.
    fn be_sure_of_top(&self) -> Result<(), Lost> {
        if self.formatting.is_empty() {
            Ok(())
        } else {
            Err(Lost)
        }
    }

    /// A link ends the link in which it stands. The parser forgets the first of many equal
    /// elements.
    fn forget_equal(&mut self, name: &[u8]) -> Result<(), Lost> {
        let equal = self
            .formatting
            .iter()
            .filter(|open| open.eq_ignore_ascii_case(name))
            .count();

        if name == b"a" && equal > 0 {
            self.doubt()?;
        } else if equal >= MAX_EQUAL {
            self.mark_effects();
        }
        Ok(())
    }

    /// Opens an element.
    fn push(&mut self, tag: &PageTag<'p>, kind: Kind, mut found: Findings) -> Result<(), Lost> {
        if self.elements.len() >= MAX_DEPTH {
            return Err(Lost);
        }

        let is_wanted = found.is_deep;
        // The parser may move its content to where it is wanted.
        found.is_deep |= found.is_candidate && kind == Kind::Formatting;

        let (formatting, has_form) = (self.formatting.len(), self.has_form);
        if kind == Kind::Formatting {
            self.formatting.push(tag.name);
        }
        self.has_form |= kind == Kind::Form;
        self.enter(&found);

        self.elements.push(Element {
            name: tag.name,
            kind,
            content: tag.end,
            cuts: self.cuts.len(),
            formatting,
            has_form,
            is_watched: found.is_candidate || !found.anchors.is_empty(),
            is_deep: found.is_deep,
            anchors: found.anchors,
        });
        if is_wanted {
            self.needed = self.elements.len();
        }
        Ok(())
    }

    fn enter(&mut self, found: &Findings) {
        self.deep += usize::from(found.is_deep);
        for anchor in &found.anchors {
            self.anchors[usize::from(*anchor)] += 1;
        }
    }
}

/// Tells whether an open part of a table ends where a part of this name begins.
fn is_before(element: &Element<'_>, name: &[u8]) -> bool {
    let ended: &[&[u8]] = match name {
        b"td" | b"th" => &[b"td", b"th"],
        b"tr" => &[b"td", b"th", b"tr"],
        b"col" => &[],
        _ => &[
            b"td",
            b"th",
            b"tr",
            b"tbody",
            b"thead",
            b"tfoot",
            b"caption",
            b"colgroup",
        ],
    };
    ended.iter().any(|ended| element.is_named(ended))
}

/// Tells whether a script holds data, as JSON-LD does.
fn is_data(tag: &PageTag<'_>) -> bool {
    tag.attributes().any(|(name, kind)| {
        name.eq_ignore_ascii_case(b"type")
            && (kind
                .to_ascii_lowercase()
                .windows(4)
                .any(|word| word == b"json")
                || crate::markup::pruning::wanted::has_reference(kind))
    })
}
