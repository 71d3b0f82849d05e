//! Paths among the tokens of macros and attributes, which have no grammar of their own.

use syn::buffer::{Cursor, TokenBuffer};

use super::read::Written;

/// Returns each path of two segments or more, and each that ends a group behind a path (`a::{b,
/// c}`).
pub fn names_in_tokens(tokens: &TokenBuffer) -> Vec<Written> {
    let mut names = Vec::new();
    collect(tokens.begin(), &[], &mut names);
    names
}

/// Returns the path that a text is, like that of `#[serde(with = "crate::time::seconds")]`.
pub fn names_in_text(text: &str) -> Vec<Written> {
    let path = syn::parse_str::<syn::Path>(text).ok();
    let path = path.filter(|path| path.segments.len() > 1);
    path.iter().map(Written::from).collect()
}

fn collect(mut at: Cursor<'_>, before: &[String], names: &mut Vec<Written>) {
    // Behind `>` or a name, `::` begins no path: `<T as Trait>::item`.
    let mut may_begin = true;
    while !at.eof() {
        let leading = after_colons(at).filter(|_| may_begin);
        let start = leading.unwrap_or(at);

        if start.ident().is_some() {
            let (mut written, next) = path_at(start, names);
            written.is_of_a_crate = leading.is_some();
            if written.segments.len() > 1 || !before.is_empty() {
                names.push(written.behind(before));
            }
            (at, may_begin) = (next, false);
        } else if let Some((inside, _, _, next)) = at.any_group() {
            collect(inside, &[], names);
            (at, may_begin) = (next, true);
        } else {
            if let Some((literal, _)) = at.literal() {
                names.extend(
                    text_of(&literal.to_string())
                        .map(|text| names_in_text(&text))
                        .into_iter()
                        .flatten(),
                );
            }
            may_begin = at.punct().is_none_or(|(mark, _)| mark.as_char() != '>');
            let (_, next) = at.token_tree().expect("the end was ruled out");
            at = next;
        }
    }
}

/// Reads a path as far as it goes, and the groups that end it; returns it with the rest.
fn path_at<'a>(mut at: Cursor<'a>, names: &mut Vec<Written>) -> (Written, Cursor<'a>) {
    let mut written = Written::default();
    while let Some((name, next)) = at.ident() {
        written.segments.push(name.to_string());
        let Some(behind) = after_colons(next) else {
            return (written, next);
        };

        if let Some((inside, _, _, rest)) = behind.any_group() {
            collect(inside, &written.segments, names);
            return (written, rest);
        }
        at = behind;
    }
    (written, at)
}

/// The rest behind `::`, if that is what comes first.
fn after_colons(at: Cursor<'_>) -> Option<Cursor<'_>> {
    let (first, next) = at.punct()?;
    let (second, rest) = next.punct()?;
    (first.as_char() == ':' && second.as_char() == ':').then_some(rest)
}

fn text_of(literal: &str) -> Option<String> {
    syn::parse_str::<syn::LitStr>(literal)
        .ok()
        .map(|text| text.value())
}
