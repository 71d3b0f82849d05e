//! The XML of a licence file, read as far as it is whole. No entity is resolved but the five of
//! XML.

use quick_xml::events::{BytesStart, Event};
use quick_xml::reader::Reader;

use crate::opt_out::rsl::terms::{LicenceTerms, TermKind};
use crate::opt_out::rsl::{LicensedContent, MOST_CONTENTS};

/// The limit of one value in bytes. No address has more octets, and a list of tokens is shorter.
const MAX_VALUE: usize = 2048;

/// The most elements that may be open. RSL has six levels; other vocabularies may stand within.
const DEEPEST: usize = 64;

/// The most licences of one content, and the most terms of one licence.
const MOST_PARTS: usize = 50;

/// Returns the contents of a file; `None` where its root is no `<rsl>`.
pub(super) fn contents(file: &[u8]) -> Option<Vec<LicensedContent>> {
    let text = String::from_utf8_lossy(file);
    let text = text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n']);
    let mut reader = Reader::from_str(text);
    // Addresses that were written by hand have a bare `&` in them.
    reader.config_mut().allow_dangling_amp = true;

    let mut file = OpenFile::default();
    while let Ok(event) = reader.read_event() {
        if let Reading::Ended = file.take(&event) {
            break;
        }
    }
    file.has_root.then(|| file.whole())
}

/// A file while its XML is read.
#[derive(Default)]
struct OpenFile {
    contents: Vec<LicensedContent>,
    has_root: bool,
    depth: usize,
    content: Option<LicensedContent>,
    licence: Option<LicenceTerms>,
    /// The term whose element is open, and its text so far.
    term: Option<(TermKind, String)>,
}

/// Whether more of the file is to be read.
enum Reading {
    GoesOn,
    Ended,
}

impl OpenFile {
    fn take(&mut self, event: &Event<'_>) -> Reading {
        match event {
            Event::Start(tag) => return self.start(tag),
            Event::Empty(tag) => {
                if let Reading::Ended = self.start(tag) {
                    return Reading::Ended;
                }
                self.end(tag.local_name().as_ref());
            }
            Event::End(tag) => self.end(tag.local_name().as_ref()),
            Event::Text(text) => self.push(text),
            Event::CData(text) => self.push(text),
            // A reference parts tokens: none of them has one.
            Event::GeneralRef(_) => self.push(" "),
            Event::Eof => return Reading::Ended,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
        Reading::GoesOn
    }

    fn start(&mut self, tag: &BytesStart<'_>) -> Reading {
        self.depth += 1;
        let is_full = self.depth > DEEPEST || self.contents.len() >= MOST_CONTENTS;
        if is_full || self.depth == 1 && tag.local_name().as_ref() != "rsl" {
            return Reading::Ended;
        }

        match tag.local_name().as_ref() {
            "rsl" if self.depth == 1 => self.has_root = true,
            "content" if self.content.is_none() => {
                self.content = Some(LicensedContent {
                    url: attribute(tag, "url").unwrap_or_default(),
                    server: attribute(tag, "server"),
                    licences: Vec::new(),
                });
            }
            "license" if self.content.is_some() && self.licence.is_none() => {
                self.licence = Some(LicenceTerms::default());
            }
            name if self.licence.is_some() && self.term.is_none() => {
                // Without a type, the terms are about usage.
                let kind = attribute(tag, "type");
                let kind = TermKind::of(name, kind.as_deref());
                self.term = kind.map(|kind| (kind, String::new()));
            }
            _ => {}
        }
        Reading::GoesOn
    }

    /// Adds text to the open term as far as there is room. What stands between tokens takes one
    /// byte, so that no padding hides a token.
    fn push(&mut self, more: &str) {
        let Some((_, text)) = &mut self.term else {
            return;
        };
        for c in more.chars() {
            let c = if c.is_whitespace() || c == ',' {
                ' '
            } else {
                c
            };
            if c == ' ' && (text.is_empty() || text.ends_with(' ')) {
                continue;
            }
            if text.len() + c.len_utf8() > MAX_VALUE {
                return;
            }
            text.push(c);
        }
    }

    fn end(&mut self, name: &str) {
        self.depth = self.depth.saturating_sub(1);
        match name {
            "content" => {
                self.close_licence();
                self.contents.extend(self.content.take());
            }
            "license" => self.close_licence(),
            "permits" | "prohibits" | "payment" => self.close_term(),
            _ => {}
        }
    }

    fn close_term(&mut self) {
        if let (Some((kind, text)), Some(licence)) = (self.term.take(), &mut self.licence)
            && licence.len() < MOST_PARTS
        {
            licence.add(kind, &text);
        }
    }

    fn close_licence(&mut self) {
        self.close_term();
        if let (Some(licence), Some(content)) = (self.licence.take(), &mut self.content)
            && content.licences.len() < MOST_PARTS
        {
            content.licences.push(licence);
        }
    }

    /// Returns the contents. Of a torn file, the terms that were open count as far as they came.
    fn whole(mut self) -> Vec<LicensedContent> {
        self.close_licence();
        self.contents.extend(self.content.take());
        self.contents
    }
}

/// Returns an attribute with a value, an overlong one cut: none may hide behind its length. A
/// damaged one is none.
fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let mut attributes = tag.attributes();
    let mut whole = attributes.with_checks(false).filter_map(Result::ok);
    let found = whole.find(|one| one.key.local_name().as_ref() == name)?;
    let value = html_escape::decode_html_entities(&found.value);
    let value = value.trim();
    let value = &value[..value.floor_char_boundary(MAX_VALUE)];
    (!value.is_empty()).then(|| value.to_owned())
}
