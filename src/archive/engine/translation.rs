//! The text of a statement as PostgreSQL takes it.

use std::borrow::Cow;

/// Returns a statement of the archive with its places written as PostgreSQL has them: `$1` for
/// `?1`, and for a `?` the number behind the largest before it. Left out is which index SQLite is
/// to use. Texts in quotes stay.
pub(super) fn in_postgres(sql: &str) -> Cow<'_, str> {
    if !sql.contains(['?', 'I', '/']) {
        return Cow::Borrowed(sql);
    }

    let mut translated = String::with_capacity(sql.len() + 8);
    let mut largest = 0;
    let mut rest = sql;
    while let Some(at) = rest.find(['?', '\'', '"']) {
        let (before, special) = rest.split_at(at);
        translated.push_str(before);

        let (special, behind) = special.split_at(1);
        if special != "?" {
            let length = behind.find(special).map_or(behind.len(), |end| end + 1);
            let (quoted, behind) = behind.split_at(length);
            translated.push_str(special);
            translated.push_str(quoted);
            rest = behind;
            continue;
        }
        let digits = behind
            .find(|character: char| !character.is_ascii_digit())
            .unwrap_or(behind.len());
        let (number, behind) = behind.split_at(digits);
        let number = number.parse().unwrap_or(largest + 1);
        largest = largest.max(number);
        translated.push('$');
        translated.push_str(&number.to_string());
        rest = behind;
    }
    translated.push_str(rest);
    Cow::Owned(in_types_of_postgres(&without_index_names(&translated)))
}

/// Uncovers what only PostgreSQL needs, which stands as a comment `/*postgres … */`, and has numbers
/// as wide as they are in SQLite.
fn in_types_of_postgres(sql: &str) -> String {
    let sql = match sql.split_once("/*postgres") {
        Some((before, behind)) => before.to_owned() + &behind.replacen("*/", "", 1),
        None => sql.to_owned(),
    };
    sql.replace(" INTEGER", " bigint")
}

/// Leaves out `INDEXED BY name` and `NOT INDEXED`.
fn without_index_names(sql: &str) -> String {
    let sql = sql.replace("NOT INDEXED", "");
    let mut parts = sql.split("INDEXED BY ");
    let mut left = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let name = part
            .find(|character: char| character != '_' && !character.is_alphanumeric())
            .unwrap_or(part.len());
        left.push_str(&part[name..]);
    }
    left
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_have_their_numbers() {
        for (sql, translated) in [
            ("SELECT 1", "SELECT 1"),
            ("SELECT ?1, ?12 + ?2", "SELECT $1, $12 + $2"),
            ("a = ?2 AND b = ? AND c = ?", "a = $2 AND b = $3 AND c = $4"),
            ("a = '?1' AND b = ?1", "a = '?1' AND b = $1"),
            (
                "a = 'it''s ?' OR \"b?\" = ?",
                "a = 'it''s ?' OR \"b?\" = $1",
            ),
            (
                "FROM page INDEXED BY page_due WHERE a",
                "FROM page  WHERE a",
            ),
            ("FROM page NOT INDEXED WHERE a", "FROM page  WHERE a"),
            (
                "CREATE TEMP TABLE t (a INTEGER PRIMARY KEY)",
                "CREATE TEMP TABLE t (a bigint PRIMARY KEY)",
            ),
            (
                "SELECT a FROM t /*postgres ORDER BY a */",
                "SELECT a FROM t  ORDER BY a ",
            ),
        ] {
            assert_eq!(in_postgres(sql), translated);
        }
    }
}
