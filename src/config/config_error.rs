//! Errors in configuration files: file, line, key, and the nearest known key.

/// An error in a configuration file, with its place.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{file}:{line}: {}{why}", key.as_ref().map(|key| format!("`{key}`: ")).unwrap_or_default())]
pub struct ConfigFileError {
    /// The file, by its path within the configuration.
    pub file: String,
    /// Counted from 1.
    pub line: usize,
    /// The key with its table, as `pace.gap`; `None` if the line has no key.
    pub key: Option<String>,
    /// What is wrong, and what would be right.
    pub why: String,
}

/// Returns the error for the place at byte `at` of `text`.
pub(super) fn fault_at(
    file: &str,
    text: &str,
    at: usize,
    why: impl Into<String>,
) -> ConfigFileError {
    let at = at.min(text.len());
    let line = line_at(text.as_bytes(), at);
    ConfigFileError {
        file: file.to_owned(),
        line,
        key: key_on(text, line),
        why: why.into(),
    }
}

/// Returns the line of the byte `at`, counted from 1.
pub(super) fn line_at(text: &[u8], at: usize) -> usize {
    text[..at].iter().filter(|byte| **byte == b'\n').count() + 1
}

/// Returns the message of a TOML error for people: with the expected value in words, and with the
/// nearest known key.
pub(super) fn message_in_words(message: &str) -> String {
    in_words(&with_nearest_key(message))
}

/// Replaces the name of the expected type by words.
fn in_words(message: &str) -> String {
    let Some((found, expected)) = message.split_once(", expected ") else {
        return message.to_owned();
    };

    let expected = match expected {
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, 0 or more",
        "i8" | "i16" | "i32" | "i64" => "a whole number",
        "f32" | "f64" => "a number",
        "a boolean" => "true or false",
        "a string" => "a text in quotes",
        "a sequence" => "a list",
        "a map" => "a table",
        other if other.starts_with("struct ") => "a table",
        other => other,
    };
    format!("{found}, expected {expected}")
}

/// Returns the error for a key whose value is well-formed but impossible. The line is 1 if the file
/// does not have the key, because its default is impossible with other values.
pub fn fault(file: &str, text: &str, key: &str, why: &str) -> ConfigFileError {
    let line = text
        .lines()
        .position(|line| {
            line.split_once('=')
                .is_some_and(|(before, _)| before.trim() == key)
        })
        .unwrap_or(0)
        + 1;

    ConfigFileError {
        file: file.to_owned(),
        line,
        key: Some(key_on(text, line).unwrap_or_else(|| key.to_owned())),
        why: why.to_owned(),
    }
}

/// Returns the dotted key on a line, with its table, or the name of the table that begins there.
fn key_on(text: &str, line: usize) -> Option<String> {
    let line_text = text.lines().nth(line - 1)?;
    if let Some(table) = table_on(line_text) {
        return Some(table.to_owned()).filter(|table| !table.is_empty());
    }

    let key = line_text.split_once('=')?.0.trim();
    let is_key = !key.is_empty()
        && key
            .chars()
            .all(|c| c.is_alphanumeric() || "_-.\"".contains(c));
    if !is_key {
        return None;
    }

    let table = text.lines().take(line).filter_map(table_on).last();
    Some(table.map_or(key.to_owned(), |table| format!("{table}.{key}")))
}

/// Returns the name of the table, or of the list of tables, that a line begins.
fn table_on(line: &str) -> Option<&str> {
    let rest = line.trim().strip_prefix('[')?;
    let table = rest.trim_start_matches('[').split(']').next();
    Some(table.unwrap_or_default().trim())
}

/// The most typing errors in a key that still suggest the right one: two letters swapped and one
/// missing. Farther keys are another word.
const MAX_TYPOS: usize = 2;

/// Turns serde's "unknown field `gapp`, expected one of `gap`, `at_once`" into a helpful question.
fn with_nearest_key(message: &str) -> String {
    let Some(rest) = message.strip_prefix("unknown field ") else {
        return message.to_owned();
    };

    let mut names = rest.split('`').skip(1).step_by(2);
    let Some(unknown) = names.next() else {
        return message.to_owned();
    };
    let known: Vec<&str> = names.collect();

    let nearest = known
        .iter()
        .min_by_key(|name| strsim::damerau_levenshtein(name, unknown));
    match nearest {
        Some(name) if strsim::damerau_levenshtein(name, unknown) <= MAX_TYPOS => {
            format!("unknown key `{unknown}`; did you mean `{name}`?")
        }
        _ => format!("unknown key `{unknown}`; known here: {}", known.join(", ")),
    }
}
