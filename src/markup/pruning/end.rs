//! End tags, as the parser takes them (HTML Standard, 13.2.6.4.7).

use crate::markup::pruning::kind::Kind;
use crate::markup::pruning::stack::{Element, Lost, Sought, Stack};
use crate::markup::pruning::tags::PageTag;

impl<'p> Stack<'p, '_> {
    /// Follows an end tag.
    pub(super) fn end(&mut self, tag: &PageTag<'p>, name: &[u8], kind: Kind) -> Result<(), Lost> {
        if self.top_kind() == Some(Kind::Drawing) {
            return self.end_drawing(tag);
        }
        if self.is_open(Kind::Select) && !matches!(kind, Kind::Select | Kind::Choice | Kind::Text) {
            return Err(Lost);
        }

        let is_named = |element: &Element<'_>| element.is_named(name);
        let hides = |element: &Element<'_>| element.kind.is_scope();
        let sought = match kind {
            // The parser makes a line break of `</br>`.
            Kind::Void if name == b"br" => {
                self.needed = self.elements.len();
                return Ok(());
            }
            // They are not open, whatever is.
            Kind::Void | Kind::Rule | Kind::Root | Kind::Text => return Ok(()),
            Kind::Unknown => return Err(Lost),
            Kind::Form => return self.end_form(tag),
            Kind::Formatting => return self.end_formatting(tag, name),
            Kind::Choice if self.is_open(Kind::Select) => {
                self.end_choice(tag, name);
                return Ok(());
            }
            Kind::Block | Kind::Box | Kind::Button | Kind::Term | Kind::Select => {
                self.find(is_named, hides)
            }
            Kind::Heading => self.find(|element| element.kind == Kind::Heading, hides),
            Kind::Paragraph => self.find(is_named, |element| {
                hides(element) || element.kind == Kind::Button
            }),
            Kind::ListItem => self.find(is_named, |element| {
                hides(element) || element.is_named(b"ul") || element.is_named(b"ol")
            }),
            Kind::Table => self.find(is_named, |_| false),
            Kind::TablePart if self.is_open(Kind::Table) => {
                let hides = |element: &Element<'_>| element.kind == Kind::Table;
                match self.find(is_named, hides) {
                    found @ Sought::At(_) => found,
                    // The parser may have opened one that the page left out.
                    Sought::Hidden | Sought::Nowhere => return Err(Lost),
                }
            }
            Kind::TablePart => Sought::Nowhere,
            Kind::Ordinary | Kind::Scriptless | Kind::Choice | Kind::Drawing => {
                self.find(is_named, |element| element.kind.is_special())
            }
        };

        // In the head, `noscript` ends before the first element that does not belong there.
        let is_last = sought == Sought::At(self.elements.len().saturating_sub(1));
        if kind == Kind::Scriptless && matches!(sought, Sought::At(_)) && !is_last {
            return Err(Lost);
        }
        // The parser makes a paragraph of an end tag alone.
        if kind == Kind::Paragraph && !matches!(sought, Sought::At(_)) {
            self.needed = self.elements.len();
        }

        self.end_at(sought, tag);
        Ok(())
    }

    /// Closes what was found. An end tag without an open element is ignored.
    fn end_at(&mut self, sought: Sought, tag: &PageTag<'p>) {
        match sought {
            Sought::At(at) => self.close_by(at, tag),
            Sought::Hidden => {}
            Sought::Nowhere if self.is_doubtful => self.mark_effects(),
            Sought::Nowhere => {}
        }
    }

    fn end_drawing(&mut self, tag: &PageTag<'p>) -> Result<(), Lost> {
        let top = self.elements.len() - 1;
        if !self.elements[top].is_named(tag.name) {
            return Err(Lost);
        }

        self.close_by(top, tag);
        Ok(())
    }

    /// Ends the form. The parser takes it from between the elements that are open in it.
    fn end_form(&mut self, tag: &PageTag<'p>) -> Result<(), Lost> {
        if !self.has_form {
            return Ok(());
        }

        self.has_form = false;
        let hides = |element: &Element<'_>| element.kind.is_scope();
        let Sought::At(at) = self.find(|element| element.kind == Kind::Form, hides) else {
            return if self.is_doubtful {
                self.doubt()
            } else {
                Ok(())
            };
        };

        // Formatting elements may have been reopened in it.
        let is_last = self.elements[at + 1..]
            .iter()
            .all(|element| element.kind.has_optional_end());
        if is_last && self.formatting.is_empty() {
            self.close_by(at, tag);
            Ok(())
        } else {
            self.take_out(at)
        }
    }

    fn end_choice(&mut self, tag: &PageTag<'p>, name: &[u8]) {
        let is_choice = |element: &Element<'_>| element.kind == Kind::Choice;
        if let Sought::At(at) = self.find(|element| element.is_named(name), |e| !is_choice(e)) {
            self.close_by(at, tag);
        }
    }

    /// Ends a formatting element. Where others have begun in it and go on behind it, the parser
    /// takes the tree apart ("adoption agency algorithm").
    fn end_formatting(&mut self, tag: &PageTag<'p>, name: &[u8]) -> Result<(), Lost> {
        let is_same = |open: &&[u8]| open.eq_ignore_ascii_case(name);
        let reopened = self.formatting.iter().filter(|it| is_same(it)).count();
        let is_open = |element: &&Element<'_>| element.is_named(name);
        let open = self.elements.iter().filter(is_open).count();

        let sought = self.find(
            |element| element.is_named(name),
            |element| element.kind.is_special(),
        );
        if reopened == 0 {
            self.end_at(sought, tag);
            return Ok(());
        }

        match sought {
            Sought::At(at) if reopened == open => {
                let last = self.formatting.iter().rposition(is_same);
                self.formatting.remove(last.unwrap_or_default());
                self.close_by(at, tag);
                Ok(())
            }
            // In a deep tree, the parser may give up, and reopen the element further on.
            Sought::At(_) | Sought::Hidden | Sought::Nowhere => self.doubt(),
        }
    }
}
