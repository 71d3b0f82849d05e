//! Room on the disk.

use std::path::Path;

/// Returns how many bytes a folder's disk has left for who runs this; that of the nearest folder above where there is none yet. `None`
/// where the system does not tell.
pub fn free(folder: &Path) -> Option<u64> {
    let whole = std::path::absolute(folder).ok()?;
    let there = whole.ancestors().find(|folder| folder.exists())?;
    let disk = rustix::fs::statvfs(there).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_not_there_yet_has_the_room_of_the_one_above() {
        let folder = tempfile::TempDir::new().unwrap();
        assert!(free(&folder.path().join("a/b")).unwrap() > 0);
        assert!(free(Path::new("data")).is_some());
    }
}
