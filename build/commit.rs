//! The commit that is built, read from the files of git: the build starts no program.

use std::fs;
use std::path::{Path, PathBuf};

/// As many digits as git itself shows for a repository of this size, and a few more.
const DIGITS: usize = 12;

/// A commit, and the files that change with it.
#[derive(Debug, PartialEq, Eq)]
pub struct Commit {
    pub id: String,
    pub files: Vec<PathBuf>,
}

/// Returns the commit of a checkout or of a published crate. Another folder has none, even within a
/// repository: that one belongs to something else.
pub fn of_folder(folder: &Path) -> Option<Commit> {
    let published = folder.join(".cargo_vcs_info.json");
    if let Ok(text) = fs::read_to_string(&published) {
        let after = text.split_once("\"sha1\"")?.1;
        return named(after.split('"').nth(1)?, vec![published]);
    }

    let git = git_folder(&folder.join(".git"))?;
    let head = git.join("HEAD");
    let text = fs::read_to_string(&head).ok()?;
    match text.trim().strip_prefix("ref: ") {
        Some(branch) => of_branch(&git, branch, head),
        None => named(&text, vec![head]),
    }
}

/// Returns the folder of git. In a further work tree, `.git` is a file that names it.
fn git_folder(dot_git: &Path) -> Option<PathBuf> {
    if dot_git.is_dir() {
        return Some(dot_git.to_owned());
    }
    let text = fs::read_to_string(dot_git).ok()?;
    let named = text.trim().strip_prefix("gitdir: ")?;
    Some(dot_git.parent()?.join(named))
}

fn of_branch(git: &Path, branch: &str, head: PathBuf) -> Option<Commit> {
    // Branches are common to all work trees.
    let common = match fs::read_to_string(git.join("commondir")) {
        Ok(named) => git.join(named.trim()),
        Err(_) => git.to_owned(),
    };
    let loose = common.join(branch);
    if let Ok(text) = fs::read_to_string(&loose) {
        return named(&text, vec![head, loose]);
    }

    let packed = common.join("packed-refs");
    let text = fs::read_to_string(&packed).ok()?;
    let id = text.lines().find_map(|line| {
        let (id, name) = line.split_once(' ')?;
        (name == branch).then_some(id)
    })?;
    // The next commit writes a file for the branch, and a line into the log.
    let log = git.join("logs/HEAD");
    let files = [head, packed, log].into_iter().filter(|file| file.exists());
    named(id, files.collect())
}

/// Returns the short form of a commit's name; `None` where it is none.
pub fn short(id: &str) -> Option<&str> {
    let id = id.trim();
    let is_hex = id.len() >= 7 && id.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex.then(|| id.get(..DIGITS).unwrap_or(id))
}

fn named(id: &str, files: Vec<PathBuf>) -> Option<Commit> {
    let id = short(id)?.to_owned();
    Some(Commit { id, files })
}
