//! The user's file of passwords, as libpq reads it (PostgreSQL, "The Password File").

use std::fs::{self, Metadata};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tokio_postgres::Config;

use crate::archive::store_error::StoreError;

/// The port of a server that has no other.
pub(super) const USUAL_PORT: u16 = 5432;

/// Who may read the file beside its owner.
const OTHERS: u32 = 0o077;

/// Returns the password for a server, by its host and port, and a database and its user; `None`
/// where there is no file, or no line for it. What is no plain file is none.
///
/// # Errors
///
/// Fails where the file cannot be read, and where others may read it.
pub(super) fn password_for(
    host: &str,
    port: u16,
    config: &Config,
) -> Result<Option<String>, StoreError> {
    let Some(path) = path() else {
        return Ok(None);
    };
    let Some(file) = fs::metadata(&path).ok().filter(Metadata::is_file) else {
        return Ok(None);
    };
    if file.permissions().mode() & OTHERS != 0 {
        let why = std::io::Error::other("others may read it: run `chmod 600` on it");
        return Err(unreadable(&path, &why));
    }

    let lines = fs::read(&path).map_err(|why| unreadable(&path, &why))?;
    Ok(find(&String::from_utf8_lossy(&lines), host, port, config))
}

/// Returns the place of the file.
fn path() -> Option<PathBuf> {
    if let Some(path) = std::env::var_os("PGPASSFILE") {
        return Some(path.into());
    }
    Some(Path::new(&std::env::var_os("HOME")?).join(".pgpass"))
}

/// Returns the password of the first line that fits.
fn find(lines: &str, host: &str, port: u16, config: &Config) -> Option<String> {
    let port = port.to_string();
    let user = config.get_user().unwrap_or_default();
    let database = config.get_dbname().unwrap_or(user);

    let wanted = [host, &port, database, user];
    lines
        .lines()
        .filter(|line| !line.starts_with('#'))
        .find_map(|line| {
            let fields = fields(line);
            let [known @ .., password] = fields.as_slice() else {
                return None;
            };
            let fits = |(field, value): (&String, &&str)| field == "*" || field == value;
            let is_it = known.len() == wanted.len() && known.iter().zip(&wanted).all(fits);
            is_it.then(|| password.clone())
        })
}

/// Splits a line at its colons. A backslash makes the next character one of the field.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut characters = line.chars();
    while let Some(character) = characters.next() {
        let character = match character {
            ':' => {
                fields.push(String::new());
                continue;
            }
            '\\' => characters.next(),
            other => Some(other),
        };
        if let Some(field) = fields.last_mut() {
            field.extend(character);
        }
    }
    fields
}

fn unreadable(path: &Path, why: &std::io::Error) -> StoreError {
    StoreError::PasswordFile {
        path: path.to_owned(),
        why: why.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_that_fits_has_the_password() {
        let lines = "# of the desk\n\
                     db.example:5432:papers:other:no\n\
                     db.example:5432:papers:desk:a\\:b\\\\c\n\
                     localhost:*:*:desk:local\n\
                     *:*:*:*:any\n";
        let config = "postgres://desk@x/papers".parse().unwrap();
        for (host, port, password) in [
            ("db.example", 5432, "a:b\\c"),
            ("db.example", 5433, "any"),
            ("localhost", 5432, "local"),
        ] {
            let found = find(lines, host, port, &config);
            assert_eq!(found.as_deref(), Some(password), "{host}:{port}");
        }
        assert_eq!(find("a:b:c\n", "a", 5432, &config), None);
    }
}
