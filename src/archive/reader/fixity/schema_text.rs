//! The schema's text, compared with the one that the migrations make of an empty file: SQLite takes
//! any text that it can read.

use std::collections::BTreeMap;
use std::path::Path;

use crate::archive::connection::configure;
use crate::archive::engine::{self, Connection, Row};
use crate::archive::error::ArchiveError;
use crate::archive::reader::Reader;
use crate::archive::schema::migrate;

/// The texts of a schema, by the type and the name of what they make.
type SchemaTexts = BTreeMap<(String, String), String>;

#[doc(hidden)]
impl Reader {
    /// Returns what the schema lacks, what has another text in it, and triggers that no saseo made.
    /// Tables, views and indexes that somebody added change nothing that is written.
    ///
    /// # Errors
    ///
    /// Fails where the schema cannot be read.
    pub fn schema_faults(&self) -> Result<Vec<String>, ArchiveError> {
        if self.connection.is_shared() {
            // A server has no text of it.
            return Ok(Vec::new());
        }
        let fault = |error| ArchiveError::at(&self.path, error);
        let mut made = Connection::open_in_memory().map_err(fault)?;
        configure(&made).map_err(fault)?;
        migrate(Path::new(crate::archive::FILE), &mut made, 0)?;

        let wanted = texts(&made).map_err(fault)?;
        let found = texts(&self.connection).map_err(fault)?;
        Ok(differences(&wanted, &found))
    }
}

fn differences(wanted: &SchemaTexts, found: &SchemaTexts) -> Vec<String> {
    let changed = wanted
        .iter()
        .filter_map(|(key @ (kind, name), text)| match found.get(key) {
            None => Some(format!("it has no {kind} {name}")),
            Some(other) if other != text => {
                Some(format!("it has another text of the {kind} {name}"))
            }
            Some(_) => None,
        });
    let added = found.keys().filter(|key| !wanted.contains_key(key));
    let added = added.filter(|(kind, _)| kind == "trigger");
    let added = added.map(|(_, name)| format!("it has a trigger {name} that no saseo made"));
    changed.chain(added).collect()
}

fn texts(connection: &Connection) -> engine::Result<SchemaTexts> {
    let mut select = connection.prepare("SELECT type, name, sql FROM sqlite_schema")?;
    let rows = select.query_map([], |row| {
        Ok(((text(row, 0)?, text(row, 1)?), plain(&text(row, 2)?)))
    })?;
    rows.collect()
}

/// Reads a text; one of bytes that are no UTF-8 is another text than each that was made.
fn text(row: &Row<'_>, column: usize) -> engine::Result<String> {
    let bytes = row.get_ref(column)?.as_bytes_or_null().unwrap_or_default();
    Ok(String::from_utf8_lossy(bytes.unwrap_or_default()).into_owned())
}

/// Returns what SQLite takes from a text: without comments, with single spaces, and without the
/// quotes around plain names, which some versions of SQLite write at `ALTER TABLE`.
fn plain(sql: &str) -> String {
    let (mut plain, mut rest) = (String::new(), sql);
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' | '"' => quoted_length(rest, first),
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest.find("*/").map_or(rest.len(), |end| end + 2),
            _ => first.len_utf8(),
        };
        let (piece, behind) = rest.split_at(length);
        rest = behind;

        let is_gap = first.is_whitespace() || piece.starts_with("--") || piece.starts_with("/*");
        if is_gap {
            if !plain.ends_with(' ') {
                plain.push(' ');
            }
        } else {
            plain.push_str(without_quotes(piece));
        }
    }
    plain.trim_end().to_owned()
}

/// Returns the length of the literal or the name in quotes at the beginning of a text.
fn quoted_length(text: &str, quote: char) -> usize {
    text[1..].find(quote).map_or(text.len(), |end| end + 2)
}

fn without_quotes(piece: &str) -> &str {
    let name = piece
        .strip_prefix('"')
        .and_then(|name| name.strip_suffix('"'));
    name.filter(|name| name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
        .unwrap_or(piece)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_the_same_with_other_spaces_comments_and_quotes_of_names() {
        let one = "CREATE TABLE \"version\" (\n  id INTEGER, -- its \"row\"\n  a TEXT /* x */ CHECK (a <> ' -- ')\n)";
        let other = "CREATE TABLE version ( id INTEGER, a TEXT CHECK (a <> ' -- ') )";
        assert_eq!(plain(one), plain(other));

        for changed in [
            other.replace("' -- '", "' --'"),
            other.replace("INTEGER", "INTEGES"),
            other.replace("version", "\"my version\""),
        ] {
            assert_ne!(plain(&changed), plain(other), "{changed}");
        }
    }
}
