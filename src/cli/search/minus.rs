//! Words with a minus on the command line, which are no options: `saseo search 책 -광고`.

use std::ffi::OsString;

/// The options of one letter: `-vq` are two.
const OPTIONS: &str = "vqhV";

/// Returns the arguments of the program as its command line is read: a word of a search with a
/// minus before it has the mathematical minus instead, which begins no option. Queries read both.
pub(crate) fn arguments(given: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let (mut is_search, mut is_over) = (false, false);
    given
        .map(|argument| {
            is_over |= argument == "--";
            let word = argument.to_str().filter(|_| is_search && !is_over);
            let left_out = word.and_then(left_out);

            is_search |= argument == "search";
            match left_out {
                Some(word) => format!("\u{2212}{word}").into(),
                None => argument,
            }
        })
        .collect()
}

/// Returns the word behind a minus; `None` where the argument is an option or another word.
fn left_out(argument: &str) -> Option<&str> {
    let word = argument.strip_prefix('-')?;
    let is_option = word.starts_with('-') || word.chars().all(|c| OPTIONS.contains(c));
    (!is_option).then_some(word)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::cli::Cli;

    fn read(given: &[&str]) -> Vec<String> {
        let given = given.iter().map(OsString::from);
        let read = arguments(given).into_iter();
        read.map(|argument| argument.into_string().unwrap())
            .collect()
    }

    #[test]
    fn a_word_with_a_minus_is_no_option() {
        assert_eq!(
            read(&[
                "saseo",
                "-q",
                "search",
                "책",
                "-광고",
                "-ads",
                "-\"작은 책\""
            ]),
            [
                "saseo",
                "-q",
                "search",
                "책",
                "−광고",
                "−ads",
                "−\"작은 책\""
            ]
        );
    }

    #[test]
    fn options_and_other_commands_stay() {
        for given in [
            &["saseo", "search", "책", "-vq", "--json", "-", "--skip=2"][..],
            &["saseo", "search", "책", "--", "-ads"],
            &["saseo", "list", "-광고"],
        ] {
            assert_eq!(read(given), given);
        }
    }

    #[test]
    fn all_options_of_one_letter_are_known() {
        let mut cli = Cli::command();
        cli.build();
        let search = cli.find_subcommand("search").unwrap();
        for letter in search.get_arguments().filter_map(clap::Arg::get_short) {
            assert!(OPTIONS.contains(letter), "{letter}");
        }
    }
}
