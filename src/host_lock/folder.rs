//! The folder of the machine's locks. Every user may write into it, and nobody can redirect our
//! writes: it is opened without following a link, files are opened relative to it, and only a file
//! that was just created is given its mode.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags};
use rustix::io::Errno;

/// Attempts to open a file that others create and remove at the same time. After so many, somebody
/// does it on purpose.
const TRIES: u32 = 10;

/// The mode of the folder: every user may write, and remove only own files (the sticky bit).
const OPEN_TO_ALL: Mode = Mode::from_raw_mode(0o1777);

/// The mode of a file: another user's crawl must be able to take the lock later.
const SHARED_FILE: Mode = Mode::from_raw_mode(0o666);

/// The open folder.
#[derive(Debug)]
pub(super) struct Folder {
    handle: File,
}

impl Folder {
    /// Opens the folder. It is created if it does not exist.
    ///
    /// # Errors
    ///
    /// If it is a link or no folder, belongs to another user than root or oneself, or lets every
    /// user replace files.
    pub(super) fn open(path: &Path) -> io::Result<Self> {
        // A slash at the end would make the system follow a link.
        let path: PathBuf = path.components().collect();

        let folder = match open(&path) {
            Err(Errno::NOENT) => return make(&path),
            opened => Self {
                handle: opened.map_err(in_words)?,
            },
        };
        folder.check()?;
        Ok(folder)
    }

    /// Opens a file of the folder for reading and writing. It is created empty if it does not
    /// exist.
    ///
    /// # Errors
    ///
    /// If it is a link or no plain file, or has another name elsewhere.
    pub(super) fn file(&self, name: &str) -> io::Result<File> {
        let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;

        for _ in 0..TRIES {
            // First without O_CREAT: some systems deny it for other users' files.
            match rustix::fs::openat(&self.handle, name, flags, Mode::empty()) {
                Ok(opened) => {
                    let file = File::from(opened);
                    match links_of_plain(&file)? {
                        0 => continue, // It was removed meanwhile.
                        1 => return Ok(file),
                        _ => {
                            return Err(io::Error::other(
                                "it has another name elsewhere: remove it",
                            ));
                        }
                    }
                }
                Err(Errno::NOENT) => {}
                Err(error) => return Err(in_words(error)),
            }

            match rustix::fs::openat(
                &self.handle,
                name,
                flags | OFlags::CREATE | OFlags::EXCL,
                SHARED_FILE,
            ) {
                Ok(made) => {
                    rustix::fs::fchmod(&made, SHARED_FILE)?;
                    return Ok(File::from(made));
                }
                Err(Errno::EXIST) => {}
                Err(error) => return Err(in_words(error)),
            }
        }

        Err(io::Error::other("others remove it again and again"))
    }

    /// Tells whether `file` is still the file of this name. The lock of a removed or replaced file
    /// protects nothing.
    pub(super) fn has(&self, name: &str, file: &File) -> bool {
        let named = rustix::fs::statat(&self.handle, name, AtFlags::SYMLINK_NOFOLLOW);
        let open = rustix::fs::fstat(file);

        match (named, open) {
            (Ok(named), Ok(open)) => (named.st_dev, named.st_ino) == (open.st_dev, open.st_ino),
            _ => false,
        }
    }

    /// Refuses a folder that another user could tamper with.
    fn check(&self) -> io::Result<()> {
        let stat = rustix::fs::fstat(&self.handle)?;
        let (owner, mode) = (stat.st_uid, Mode::from_raw_mode(stat.st_mode));

        if owner != 0 && owner != rustix::process::geteuid().as_raw() {
            let why = format!("it belongs to user {owner}, and only root's or your own is trusted");
            return Err(io::Error::other(why));
        }
        if mode.contains(Mode::WOTH) && !mode.contains(Mode::SVTX) {
            return Err(io::Error::other(
                "everybody may replace files in it: `chmod +t` it",
            ));
        }
        Ok(())
    }
}

/// Returns the number of names (hard links) of a plain file; 0 if it was removed.
///
/// # Errors
///
/// If it is no plain file.
pub(super) fn links_of_plain(file: &File) -> io::Result<u64> {
    let stat = rustix::fs::fstat(file)?;
    if FileType::from_raw_mode(stat.st_mode) != FileType::RegularFile {
        return Err(io::Error::other("it is no plain file"));
    }

    // The width of the field differs from system to system.
    #[allow(clippy::unnecessary_cast, reason = "it is 32 bits wide elsewhere")]
    Ok(stat.st_nlink as u64)
}

/// Opens a folder without following a link.
fn open(path: &Path) -> Result<File, Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    rustix::fs::openat(CWD, path, flags, Mode::empty()).map(File::from)
}

/// Creates the folder. If another process was faster, its folder is opened like any other.
fn make(path: &Path) -> io::Result<Folder> {
    if let Some(above) = path.parent() {
        std::fs::create_dir_all(above)?;
    }

    let made = rustix::fs::mkdir(path, OPEN_TO_ALL);
    if made != Err(Errno::EXIST) {
        made?;
    }

    let folder = Folder {
        handle: open(path).map_err(in_words)?,
    };
    if made.is_ok() {
        // Another user's folder may be in its place already. Only its owner can change the mode.
        rustix::fs::fchmod(&folder.handle, OPEN_TO_ALL)?;
    }
    folder.check()?;
    Ok(folder)
}

/// Explains the errors that a link gives.
fn in_words(error: Errno) -> io::Error {
    match error {
        Errno::LOOP => io::Error::other("it is a link, and none is followed"),
        Errno::NOTDIR => io::Error::other("it is a link or no folder, and no link is followed"),
        other => other.into(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{Permissions, hard_link, metadata, read_to_string, set_permissions, write};
    use std::os::unix::fs::{PermissionsExt, symlink};

    use tempfile::TempDir;

    use super::*;

    fn why(refused: io::Result<impl Sized>) -> String {
        refused.err().expect("a refusal").to_string()
    }

    fn mode(path: &Path) -> u32 {
        metadata(path).unwrap().permissions().mode() & 0o7777
    }

    #[test]
    fn a_new_folder_is_open_to_all_users_and_an_existing_one_keeps_its_mode() {
        let root = TempDir::new().unwrap();
        let path = root.path().join("a/locks");

        Folder::open(&path).unwrap();
        assert_eq!(mode(&path), 0o1777);

        set_permissions(&path, Permissions::from_mode(0o700)).unwrap();
        Folder::open(&path).unwrap();
        assert_eq!(mode(&path), 0o700);
    }

    #[test]
    fn a_folder_behind_a_link_is_not_used() {
        let root = TempDir::new().unwrap();
        let (real, link) = (root.path().join("real"), root.path().join("link"));
        Folder::open(&real).unwrap();
        symlink(&real, &link).unwrap();

        for path in [link.clone(), link.join("")] {
            assert!(
                why(Folder::open(&path)).contains("link"),
                "{}",
                path.display()
            );
        }

        // Links above the folder are the system's own: on some systems, /tmp is one.
        Folder::open(&link.join("below")).unwrap();
        assert!(real.join("below").is_dir());
    }

    #[test]
    fn a_folder_where_everybody_may_replace_files_is_not_used() {
        let root = TempDir::new().unwrap();
        set_permissions(root.path(), Permissions::from_mode(0o777)).unwrap();
        assert!(why(Folder::open(root.path())).contains("chmod +t"));

        set_permissions(root.path(), Permissions::from_mode(0o1777)).unwrap();
        Folder::open(root.path()).unwrap();
    }

    #[test]
    fn a_folder_of_another_user_is_not_used() {
        let root = TempDir::new().unwrap();
        // Only root can give a folder away. Other users have no folder of another user for this
        // test.
        if std::os::unix::fs::chown(root.path(), Some(65_534), None).is_ok() {
            assert!(why(Folder::open(root.path())).contains("belongs to user 65534"));
        }
    }

    #[test]
    fn an_existing_file_keeps_its_mode_and_its_content() {
        let root = TempDir::new().unwrap();
        let path = root.path().join("lock");
        write(&path, "dear friend").unwrap();
        set_permissions(&path, Permissions::from_mode(0o600)).unwrap();

        Folder::open(root.path()).unwrap().file("lock").unwrap();
        assert_eq!(
            (mode(&path), read_to_string(&path).unwrap().as_str()),
            (0o600, "dear friend")
        );

        Folder::open(root.path()).unwrap().file("new").unwrap();
        assert_eq!(mode(&root.path().join("new")), 0o666);
    }

    #[test]
    fn only_a_plain_file_of_one_name_is_opened() {
        let root = TempDir::new().unwrap();
        let folder = Folder::open(root.path()).unwrap();
        let letter = root.path().join("letter");
        write(&letter, "dear friend").unwrap();
        symlink(&letter, root.path().join("link")).unwrap();
        hard_link(&letter, root.path().join("twin")).unwrap();
        std::fs::create_dir(root.path().join("folder")).unwrap();
        nix::unistd::mkfifo(&root.path().join("pipe"), nix::sys::stat::Mode::S_IRWXU).unwrap();

        for (name, said) in [
            ("link", "a link"),
            ("twin", "another name"),
            ("folder", "directory"),
            ("pipe", "no plain"),
        ] {
            let why = why(folder.file(name));
            assert!(why.contains(said), "{name}: {why}");
        }

        assert_eq!(read_to_string(&letter).unwrap(), "dear friend");
    }

    #[test]
    fn a_removed_or_replaced_file_is_not_the_file_of_its_name() {
        let root = TempDir::new().unwrap();
        let folder = Folder::open(root.path()).unwrap();
        let file = folder.file("lock").unwrap();
        assert!(folder.has("lock", &file));

        std::fs::remove_file(root.path().join("lock")).unwrap();
        assert!(!folder.has("lock", &file));

        write(root.path().join("lock"), "").unwrap();
        assert!(!folder.has("lock", &file));
    }
}
