//! The help of commands that packages of the program are made with.

use crate::cli::help_texts::{DONE, FAILED, USAGE, ending};

pub(crate) fn completions() -> String {
    ending(
        &[
            "saseo completions bash > ~/.local/share/bash-completion/completions/saseo",
            "saseo completions zsh > ~/.zfunc/_saseo      a folder of $fpath",
            "saseo completions fish > ~/.config/fish/completions/saseo.fish",
        ],
        &[DONE, FAILED, USAGE],
    )
}

pub(crate) fn man() -> String {
    ending(
        &["saseo man --out ~/.local/share/man/man1"],
        &[DONE, FAILED, USAGE],
    )
}
