//! The tags of a page, found as a tokenizer finds them (HTML Standard, 13.2.5), without building
//! anything.

use memchr::{memchr, memchr_iter, memmem};

/// A start or end tag.
#[derive(Clone, Copy, Debug)]
pub(super) struct PageTag<'p> {
    /// As written, in upper or lower case.
    pub name: &'p [u8],
    /// What stands between the name and the `>`.
    pub attributes: &'p [u8],
    pub closes: bool,
    pub closes_itself: bool,
    /// The offset of its `<`.
    pub start: usize,
    /// The offset behind its `>`.
    pub end: usize,
}

/// Walks over the tags of a page.
pub(super) struct Tags<'p> {
    page: &'p [u8],
    at: usize,
}

impl<'p> Tags<'p> {
    pub(super) fn of(page: &'p str) -> Self {
        Self {
            page: page.as_bytes(),
            at: 0,
        }
    }

    /// Returns the next tag; `None` at the page's end, or where only a parser knows how a page goes
    /// on: a `CDATA` section.
    pub(super) fn next(&mut self) -> Option<PageTag<'p>> {
        loop {
            let start = self.at + memchr(b'<', &self.page[self.at..])?;
            let rest = &self.page[start + 1..];

            match rest.first()? {
                b'!' => self.at = start + 1 + declaration(rest)?,
                b'?' => self.at = start + 2 + memchr(b'>', rest)?,
                b'/' if rest.get(1)?.is_ascii_alphabetic() => return self.tag(start, true),
                b'/' => self.at = start + 2 + memchr(b'>', rest)?,
                first if first.is_ascii_alphabetic() => return self.tag(start, false),
                _ => self.at = start + 1,
            }
        }
    }

    /// Skips the text of an element that has no elements, `name` in lower case. Returns the offset
    /// at which its end tag begins; `None` where there is none, or where only a parser can find it:
    /// a script within a comment of a script.
    pub(super) fn skip_text(&mut self, name: &[u8]) -> Option<usize> {
        let from = self.at;
        let end = end_of_text(&self.page[from..], name).map(|end| from + end)?;

        let text = &self.page[from..end];
        if name == b"script" && may_hide_its_end(text) {
            return None;
        }

        self.at = end;
        Some(end)
    }

    /// Reads the tag that begins at `start`.
    fn tag(&mut self, start: usize, closes: bool) -> Option<PageTag<'p>> {
        let named = start + 1 + usize::from(closes);
        let rest = &self.page[named..];
        let length = rest.iter().position(|byte| is_end_of_name(*byte))?;
        let end = length + end_of_tag(&rest[length..])?;

        let attributes = &rest[length..end];
        self.at = named + end + 1;
        Some(PageTag {
            name: &rest[..length],
            attributes,
            closes,
            closes_itself: closes_itself(attributes),
            start,
            end: self.at,
        })
    }
}

/// The attributes of a tag: names and raw values. A name that is given twice comes twice.
pub(super) struct Attributes<'p>(&'p [u8]);

impl<'p> PageTag<'p> {
    pub(super) fn attributes(&self) -> Attributes<'p> {
        Attributes(self.attributes)
    }
}

impl<'p> Iterator for Attributes<'p> {
    type Item = (&'p [u8], &'p [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let start = self
            .0
            .iter()
            .position(|byte| !is_space(*byte) && *byte != b'/')?;
        let rest = &self.0[start..];
        // A `=` at the beginning belongs to the name.
        let length = rest[1..]
            .iter()
            .position(|byte| is_end_of_name(*byte) || *byte == b'=')
            .map_or(rest.len(), |length| length + 1);
        let (name, behind) = rest.split_at(length);

        let Some(value) = behind.trim_ascii_start().strip_prefix(b"=") else {
            self.0 = behind;
            return Some((name, &[]));
        };

        let value = value.trim_ascii_start();
        let (value, behind) = match value.first() {
            Some(quote @ (b'"' | b'\'')) => {
                let end = memchr(*quote, &value[1..]).map_or(value.len(), |end| end + 1);
                (&value[1..end], value.get(end + 1..).unwrap_or_default())
            }
            _ => {
                let end = value.iter().position(|byte| is_space(*byte));
                value.split_at(end.unwrap_or(value.len()))
            }
        };

        self.0 = behind;
        Some((name, value))
    }
}

/// Returns the length of a comment or doctype, behind its `<`.
fn declaration(rest: &[u8]) -> Option<usize> {
    if rest.starts_with(b"![CDATA[") {
        return None;
    }
    let Some(comment) = rest.strip_prefix(b"!--") else {
        return Some(memchr(b'>', rest)? + 1);
    };

    // `<!-->` and `<!--->` are comments, too.
    for short in [&b">"[..], b"->"] {
        if comment.starts_with(short) {
            return Some(3 + short.len());
        }
    }

    let end = memchr_iter(b'>', comment).find(|at| {
        let before = &comment[..*at];
        before.ends_with(b"--") || before.ends_with(b"--!")
    });
    Some(3 + end? + 1)
}

/// Returns where the `>` of a tag stands, in what follows the tag's name.
fn end_of_tag(tag: &[u8]) -> Option<usize> {
    let mut at = 0;
    // Whether a value may begin here: only white space stands between here and a `=`.
    let mut has_sign = false;
    // Whether the attribute has a name, so that a `=` is a sign and no part of a name.
    let mut has_name = false;

    loop {
        let byte = *tag.get(at)?;
        match byte {
            b'>' => return Some(at),
            b'"' | b'\'' if has_sign => {
                at += 1 + memchr(byte, &tag[at + 1..])?;
                (has_sign, has_name) = (false, false);
            }
            b'=' if has_name && !has_sign => has_sign = true,
            _ if is_space(byte) => {}
            b'/' if !has_sign => has_name = false,
            _ if has_sign => {
                // A value without quotes ends at white space, or with the tag.
                at += tag[at..]
                    .iter()
                    .position(|byte| is_space(*byte) || *byte == b'>')?;
                (has_sign, has_name) = (false, false);
                continue;
            }
            _ => has_name = true,
        }
        at += 1;
    }
}

/// Returns where the end tag of a text begins.
fn end_of_text(text: &[u8], name: &[u8]) -> Option<usize> {
    let mut at = 0;

    loop {
        at += memchr(b'<', &text[at..])?;
        let behind = text[at + 1..].strip_prefix(b"/").unwrap_or_default();
        let is_end = behind
            .get(..name.len())
            .is_some_and(|found| found.eq_ignore_ascii_case(name))
            && behind
                .get(name.len())
                .is_some_and(|next| is_end_of_name(*next));
        if is_end {
            return Some(at);
        }
        at += 1;
    }
}

/// Tells whether an end tag in a script may belong to the script: behind `<!--` and `<script`, the
/// next one does ("script data double escaped state").
fn may_hide_its_end(script: &[u8]) -> bool {
    memmem::find(script, b"<!--").is_some_and(|at| {
        let begins = |part: &[u8]| part.eq_ignore_ascii_case(b"<script");
        script[at..].windows(b"<script".len()).any(begins)
    })
}

/// Tells whether a tag surely ends with `/>`: behind a value without quotes, the `/` may belong to
/// the value.
fn closes_itself(attributes: &[u8]) -> bool {
    attributes.strip_suffix(b"/").is_some_and(|before| {
        let last = before.last();
        last.is_none_or(|last| is_space(*last) || matches!(last, b'"' | b'\''))
    })
}

fn is_end_of_name(byte: u8) -> bool {
    is_space(byte) || byte == b'/' || byte == b'>'
}

/// White space between attributes. A carriage return becomes a line feed before a page is read.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b'\t' | b'\n' | 0x0C | b'\r' | b' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The tags of a page, as `name`, `/name` or `name/`.
    fn tags(page: &str) -> Vec<String> {
        let mut tags = Tags::of(page);
        std::iter::from_fn(|| tags.next())
            .map(|tag| {
                let name = String::from_utf8_lossy(tag.name);
                let (before, behind) = (["", "/"][usize::from(tag.closes)], tag.closes_itself);
                format!("{before}{name}{}", ["", "/"][usize::from(behind)])
            })
            .collect()
    }

    fn attributes(page: &str) -> Vec<(String, String)> {
        let tag = Tags::of(page).next().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        tag.attributes()
            .map(|(name, value)| (text(name), text(value)))
            .collect()
    }

    #[test]
    fn tags_are_found_where_a_tokenizer_finds_them() {
        for (page, found) in [
            ("<p>책</p><BR/>", vec!["p", "/p", "BR/"]),
            ("1 < 2 <3> <> </> </ p> <?php <b> ?>x<i>", vec!["i"]),
            ("<!doctype html><!-- <b> --><i>", vec!["i"]),
            ("<!--><b><!---><i><!-- --!><u>", vec!["b", "i", "u"]),
            ("<!-- -- > <b> --><i>", vec!["i"]),
            ("<!--- a ---><b><!----- c -----><i>", vec!["b", "i"]),
            ("<a title='>'><b title=a>b>", vec!["a", "b"]),
            ("<a b\"=c><i d==\"><u>\">", vec!["a", "i", "u"]),
            ("<a href=b/><i title=c/d>", vec!["a", "i"]),
            ("<a b = '>' c=\"<\"/><o:p>", vec!["a/", "o:p"]),
            ("<a/b='>'><i =\">\">", vec!["a", "i"]),
            ("<p><a href='", vec!["p"]),
            ("<p><![CDATA[<b>]]>", vec!["p"]),
        ] {
            assert_eq!(tags(page), found, "{page}");
        }
    }

    #[test]
    fn attributes_are_split_as_a_tokenizer_splits_them() {
        let owned = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            attributes("<a id=x class = 'a b'/HREF=\"/?a=1&b=2\" =q disabled c=d/e f>"),
            [
                owned("id", "x"),
                owned("class", "a b"),
                owned("HREF", "/?a=1&b=2"),
                owned("=q", ""),
                owned("disabled", ""),
                owned("c", "d/e"),
                owned("f", ""),
            ]
        );
        assert_eq!(attributes("<a b=\"\"c>"), [owned("b", ""), owned("c", "")]);
    }

    #[test]
    fn a_text_ends_at_its_own_end_tag() {
        let skip = |page: &str, name: &str| {
            let mut tags = Tags::of(page);
            tags.skip_text(name.as_bytes())
        };
        assert_eq!(skip("a</p></SCRIPT >", "script"), Some(5));
        assert_eq!(skip("</styles></style>", "style"), Some(9));
        assert_eq!(skip("a</title", "title"), None);
        assert_eq!(skip("<!-- x --></script>", "script"), Some(10));
        assert_eq!(skip("<!-- <script></script> --></script>", "script"), None);
    }
}
