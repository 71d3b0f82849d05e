//! Commands that people can type next: this program, with the folders that were named this time.

use std::path::Path;

use crate::cli::Common;
use crate::config::Settings;
use crate::config::settings::can_be_answered;

/// Returns a command as it is to be typed: `saseo --data /srv/paper resume readersnews`.
pub(super) fn command(common: &Common, words: &[&str]) -> String {
    let places = [("--store", &common.store), ("--blobs", &common.blobs)];
    let places: Vec<&str> = places
        .iter()
        .filter_map(|(option, place)| Some([*option, place.as_deref()?]))
        .flatten()
        .collect();
    let (config, data) = (common.config.as_deref(), common.data.as_deref());
    on(config, data, &[&places, words].concat())
}

/// Returns a command as it is to be typed, with other folders.
pub(super) fn on(config: Option<&Path>, data: Option<&Path>, words: &[&str]) -> String {
    let mut typed = vec![program()];
    for (option, folder) in [("--config", config), ("--data", data)] {
        if let Some(folder) = folder {
            typed.extend([option.to_owned(), quoted(&folder.to_string_lossy())]);
        }
    }
    typed.extend(words.iter().map(|word| quoted(word)));
    typed.join(" ")
}

/// Puts the program and its folders, as they were typed this time, into the commands that a text
/// names: `saseo resume` becomes `target/release/saseo --data /srv/paper resume`.
pub(super) fn as_typed(common: &Common, text: &str) -> String {
    text.replace("`saseo ", &format!("`{} ", command(common, &[])))
}

/// The word in a command that people replace by their contact. Its capitals say so.
pub(super) const YOUR_ADDRESS: &str = "YOUR-ADDRESS";

/// Returns the contact of the settings, or the word to replace where nobody can be reached at it.
pub(super) fn contact(settings: &Settings) -> &str {
    let contact = settings.identity.contact.trim();
    if can_be_answered(contact) {
        contact
    } else {
        YOUR_ADDRESS
    }
}

/// Returns the program as it was called, for a shell. A bare name is found on the PATH again, and
/// a path as long as the working folder is the same.
pub(super) fn program() -> String {
    let name = std::env::args_os().next();
    quoted(&name.map_or("saseo".into(), |name| name.to_string_lossy().into_owned()))
}

/// Returns this command as it is to be typed for the next page: with another value of the option
/// that says where a page begins.
pub(super) fn next_page(option: &str, value: &str) -> String {
    let typed = std::env::args_os().skip(1);
    let typed = typed.map(|word| word.to_string_lossy().into_owned());
    format!("{} {}", program(), with_option(typed, option, value))
}

/// Returns the words of a command line with another value of an option, for a shell.
fn with_option(typed: impl IntoIterator<Item = String>, option: &str, value: &str) -> String {
    let is_option = |word: &str| word.split('=').next() == Some(option);
    let mut words = Vec::new();
    let mut typed = typed.into_iter().peekable();
    while let Some(word) = typed.next_if(|word| word != "--") {
        if !is_option(&word) {
            words.push(quoted(&word));
        } else if word == option {
            // Its value goes with it.
            typed.next();
        }
    }

    // Behind `--`, no word is an option.
    words.extend([option.to_owned(), quoted(value)]);
    words.extend(typed.map(|word| quoted(&word)));
    words.join(" ")
}

/// Quotes a word for a shell, where it needs quotes.
pub(super) fn quoted(word: &str) -> String {
    if !word.is_empty() && word.chars().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

/// Returns whether a shell takes a character as it is.
fn is_plain(c: char) -> bool {
    c.is_alphanumeric() || "-_./=:@+,%".contains(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_in_a_text_become_those_that_can_be_typed() {
        let data = Some("/srv/paper".into());
        let common = Common {
            config: None,
            data,
            store: None,
            blobs: None,
            json: false,
            verbose: 0,
            quiet: false,
        };

        let said = as_typed(
            &common,
            "the disk is full: make room, then `saseo resume`; saseo goes on",
        );

        assert!(
            said.ends_with(" --data /srv/paper resume`; saseo goes on"),
            "{said}"
        );
    }

    #[test]
    fn the_next_page_is_asked_for_with_the_same_words() {
        let next = |typed: &[&str]| {
            let typed = typed.iter().map(|word| (*word).to_owned());
            with_option(typed, "--after", "new.2.2")
        };
        for typed in [
            &["list", "--author", "김 하늘"][..],
            &["list", "--after", "new.1.1", "--author", "김 하늘"],
            &["list", "--after=new.1.1", "--author", "김 하늘"],
        ] {
            assert_eq!(next(typed), "list --author '김 하늘' --after new.2.2");
        }
        // Behind `--` stand names alone, also those that look like the option.
        assert_eq!(
            next(&["list", "--after", "new.1.1", "--", "demo", "--after", "--"]),
            "list --after new.2.2 -- demo --after --"
        );
        assert_eq!(
            next(&["list", "--afterwards", "x"]),
            "list --afterwards x --after new.2.2"
        );
    }

    #[test]
    fn a_folder_with_spaces_stays_one_word() {
        assert!(
            on(None, Some("/srv/my paper".as_ref()), &["resume"])
                .ends_with(" --data '/srv/my paper' resume")
        );
        assert_eq!(quoted("it's"), "'it'\\''s'");
    }
}
