//! The commit of `saseo --version`, as the build script finds it.

#[path = "../../build/commit.rs"]
mod found;

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use found::{of_folder, short};

const ID: &str = "0123456789abcdef0123456789abcdef01234567";
const SHORT: &str = "0123456789ab";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// Returns the commit of a folder, and the names of the files that change with it.
fn commit_of(folder: &Path) -> Option<(String, Vec<String>)> {
    let commit = of_folder(folder)?;
    let name = |file: &Path| file.file_name().unwrap().to_string_lossy().into_owned();
    let files = commit.files.iter().map(|file| name(file)).collect();
    assert!(commit.files.iter().all(|file| file.exists()));
    Some((commit.id, files))
}

fn expected(files: &[&str]) -> Option<(String, Vec<String>)> {
    let files = files.iter().map(|&file| file.to_owned()).collect();
    Some((SHORT.to_owned(), files))
}

#[test]
fn a_checkout_has_the_commit_of_its_branch() {
    let checkout = folder(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        (".git/refs/heads/main", &format!("{ID}\n")),
    ]);

    assert_eq!(commit_of(checkout.path()), expected(&["HEAD", "main"]));
}

#[test]
fn a_packed_branch_and_no_branch_have_their_commits() {
    let other = ID.replace('0', "f");
    let packed =
        format!("# pack-refs with: peeled\n{other} refs/heads/other\n{ID} refs/heads/main\n");
    let checkout = folder(&[
        (".git/HEAD", "ref: refs/heads/main\n"),
        (".git/packed-refs", &packed),
        (".git/logs/HEAD", ""),
    ]);
    let detached = folder(&[(".git/HEAD", &format!("{ID}\n"))]);

    let files = ["HEAD", "packed-refs", "HEAD"];
    assert_eq!(commit_of(checkout.path()), expected(&files));
    assert_eq!(commit_of(detached.path()), expected(&["HEAD"]));
}

#[test]
fn a_further_work_tree_has_its_own_commit() {
    let both = folder(&[
        ("main/.git/HEAD", "ref: refs/heads/main\n"),
        ("main/.git/refs/heads/side", &format!("{ID}\n")),
        ("main/.git/worktrees/side/HEAD", "ref: refs/heads/side\n"),
        ("main/.git/worktrees/side/commondir", "../..\n"),
        ("side/.git", "gitdir: ../main/.git/worktrees/side\n"),
    ]);

    assert_eq!(
        commit_of(&both.path().join("side")),
        expected(&["HEAD", "side"])
    );
}

#[test]
fn a_published_crate_has_its_commit_and_another_folder_has_none() {
    let info = format!("{{\n  \"git\": {{\n    \"sha1\": \"{ID}\"\n  }}\n}}");
    let published = folder(&[(".cargo_vcs_info.json", &info)]);
    let unpacked = folder(&[
        (".git/HEAD", &format!("{ID}\n")),
        ("vendor/saseo/Cargo.toml", ""),
    ]);

    let files = [".cargo_vcs_info.json"];
    assert_eq!(commit_of(published.path()), expected(&files));
    assert_eq!(commit_of(&unpacked.path().join("vendor/saseo")), None);
}

#[test]
fn what_is_no_commit_is_none() {
    assert_eq!(short(ID), Some(SHORT));
    assert_eq!(short("0123456\n"), Some("0123456"));
    for wrong in ["", "main", "012345", "0123456; rm"] {
        assert_eq!(short(wrong), None, "{wrong}");
    }
}
