//! Free disk space.

use std::path::Path;

/// Returns how many bytes the user may still write to the disk of a folder. Where the folder does
/// not exist yet, its nearest parent counts. `None` where the system does not tell.
pub(crate) fn free(folder: &Path) -> Option<u64> {
    let whole = std::path::absolute(folder).ok()?;
    let there = whole.ancestors().find(|folder| folder.exists())?;
    let disk = rustix::fs::statvfs(there).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_does_not_exist_yet_has_the_free_space_of_its_parent() {
        let folder = tempfile::TempDir::new().unwrap();
        assert!(free(&folder.path().join("a/b")).unwrap() > 0);
        assert!(free(Path::new("data")).is_some());
    }
}
