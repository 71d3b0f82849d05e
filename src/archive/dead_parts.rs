//! Unfinished files and folders, `NAME.PROCESS.part`, which a killed process leaves.

use std::ffi::OsStr;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

/// The name of the copy that an incremental backup makes in the data folder.
pub(crate) const BACKUP_COPY: &str = "backup";

/// The name of the folder in which a backup that is put back is made ready.
pub(crate) const RESTORE_COPY: &str = "restore";

/// Removes the copies of the archive that killed backups and restores left in its folder. They have
/// texts that may be taken down by now.
pub(crate) fn remove_dead_copies(data: &Path) {
    for name in [BACKUP_COPY, RESTORE_COPY] {
        remove_dead_parts(data, name.as_ref());
    }
}

/// Removes what killed processes left of a file or folder: `NAME.PROCESS.part`, and what a database
/// has beside it.
pub(crate) fn remove_dead_parts(folder: &Path, name: &OsStr) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        if process_of(&entry.file_name(), name).is_some_and(is_dead) {
            // Where it cannot be removed, the next one does it.
            let _ = match entry.file_type() {
                Ok(kind) if kind.is_dir() => fs::remove_dir_all(entry.path()),
                Ok(_) | Err(_) => fs::remove_file(entry.path()),
            };
        }
    }
}

fn process_of(entry: &OsStr, name: &OsStr) -> Option<u32> {
    let (entry, name) = (entry.to_str()?, name.to_str()?);
    let (process, ending) = entry
        .strip_prefix(name)?
        .strip_prefix('.')?
        .split_once('.')?;
    let is_part = matches!(ending, "part" | "part-journal" | "part-wal" | "part-shm")
        || ending.starts_with("part-sort-");
    process.parse().ok().filter(|_| is_part)
}

/// Tells whether a process has ended, or is this one, which has no part yet. Where the system does
/// not list its processes, nobody can tell, and its files are left.
pub(crate) fn is_dead(process: u32) -> bool {
    if process == std::process::id() {
        return true;
    }
    match fs::read_to_string(format!("/proc/{process}/stat")) {
        Ok(stat) => has_ended(&stat),
        Err(error) if error.kind() == ErrorKind::NotFound => Path::new("/proc/self").exists(),
        // A process that ends meanwhile is left to the next one.
        Err(_) => false,
    }
}

/// Tells by a `stat` file (proc_pid_stat(5)) whether its process has ended, and waits only for its
/// parent to take its exit code. The state stands behind the name, which may have parentheses.
fn has_ended(stat: &str) -> bool {
    let behind = stat.rsplit_once(')').map(|(_, behind)| behind.trim_start());
    behind.is_some_and(|behind| behind.starts_with(['Z', 'X', 'x']))
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn a_process_that_waits_for_its_parent_is_dead_and_one_that_runs_is_not() {
        let mut child = Command::new("sleep").arg("600").spawn().unwrap();
        assert!(!is_dead(child.id()));
        child.kill().unwrap();
        // Nobody has taken its exit code: it stays in the list of processes.
        while !is_dead(child.id()) {
            std::thread::yield_now();
        }
        assert!(Path::new(&format!("/proc/{}", child.id())).exists());
        child.wait().unwrap();
        assert!(is_dead(child.id()));
        assert!(has_ended("7 (a) S (b) Z 1") && !has_ended("7 (a) Z (b) S 1"));
    }

    #[test]
    fn only_parts_of_the_same_file_are_taken_for_stale_ones() {
        let of = |entry: &str| process_of(entry.as_ref(), "a.jsonl".as_ref());
        assert_eq!(
            (of("a.jsonl.12.part"), of("a.jsonl.12.part-journal")),
            (Some(12), Some(12))
        );
        for other in [
            "b.jsonl.12.part",
            "a.jsonl",
            "a.jsonl.part",
            "a.jsonl.x.part",
            "a.jsonl.12.part.gz",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
