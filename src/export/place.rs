//! The place of an export: a file or a folder that is replaced once the new one is complete, or a
//! stream.

mod folder;
mod former;

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::archive::remove_dead_parts;
use crate::export::format::FormatShape;
use crate::export::{ExportError, ExportFormat};

pub use folder::FolderBeside;

/// The most symbolic links that are followed, as many as Linux follows (path_resolution(7)); more
/// are a circle.
const LINKS: u32 = 40;

/// A place for one export.
#[derive(Debug)]
pub enum Place {
    File(Beside),
    Folder(FolderBeside),
    Stream(Stream),
}

/// What is no regular file, and is never replaced: standard output, a pipe, a device.
#[derive(Debug)]
pub struct Stream {
    pub name: PathBuf,
    file: Option<File>,
}

/// A file beside the one that is wanted, gone again where it was not renamed to it.
#[derive(Debug)]
pub struct Beside {
    pub part: PathBuf,
    /// The file at the end of all links.
    pub target: PathBuf,
    permissions: Option<Permissions>,
}

impl Stream {
    /// Opens what stands at `out` and is no regular file; `-` is standard output.
    pub fn at(out: &Path, format: ExportFormat) -> Result<Option<Self>, ExportError> {
        let is_stdout = out == Path::new("-") || out == Path::new("/dev/stdout");
        // "-" is standard output even where a file has that name.
        let is_stream = match fs::metadata(out) {
            _ if is_stdout => true,
            Ok(there) if there.is_dir() => {
                return Err(ExportError::Folder {
                    path: out.to_owned(),
                });
            }
            Ok(there) => !there.is_file() || out.starts_with("/dev") || out.starts_with("/proc"),
            Err(_) => false,
        };
        if !is_stream {
            return Ok(None);
        }

        match format.shape(out)? {
            FormatShape::Lines(_) if is_stdout => Ok(Some(Self {
                name: out.to_owned(),
                file: None,
            })),
            FormatShape::Lines(_) => Self::append(out).map(Some),
            FormatShape::File | FormatShape::Folder => Err(ExportError::NoFile {
                path: out.to_owned(),
                format: format.name(),
            }),
        }
    }

    fn append(out: &Path) -> Result<Self, ExportError> {
        let file = OpenOptions::new().append(true).open(out);
        let file = file.map_err(|why| ExportError::Write {
            path: out.to_owned(),
            why,
        })?;

        Ok(Self {
            name: out.to_owned(),
            file: Some(file),
        })
    }

    pub(super) fn writer(&self) -> Box<dyn Write + '_> {
        match &self.file {
            Some(file) => Box::new(file),
            None => Box::new(io::stdout()),
        }
    }
}

impl Place {
    /// Opens the place at `out`.
    ///
    /// # Errors
    ///
    /// Fails where it is a folder, where it cannot be opened, and where it is no file and the
    /// format needs one.
    pub fn at(out: &Path, format: ExportFormat) -> Result<Self, ExportError> {
        if format.shape(out)? == FormatShape::Folder {
            return FolderBeside::of(out, format).map(Self::Folder);
        }
        match Stream::at(out, format)? {
            Some(stream) => Ok(Self::Stream(stream)),
            None => Beside::of(out).map(Self::File),
        }
    }

    /// Returns the unfinished file or folder, which a stopped export leaves.
    pub fn part(&self) -> Option<&Path> {
        match self {
            Self::File(beside) => Some(&beside.part),
            Self::Folder(beside) => Some(&beside.part),
            Self::Stream(_) => None,
        }
    }
}

impl Beside {
    /// Makes the file beside the one at `out`, whose links are followed.
    ///
    /// # Errors
    ///
    /// Fails where something stands there that is no regular file, and where the folder cannot be
    /// written.
    pub fn of(out: &Path) -> Result<Self, ExportError> {
        let fault = |why| ExportError::Write {
            path: out.to_owned(),
            why,
        };

        let target = followed(out).map_err(fault)?;
        refuse_special(&target)?;
        // Without a file there, the new one has the usual mode.
        let permissions = fs::metadata(&target).ok().map(|there| there.permissions());

        let folder = target
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(fault)?;

        let name = target.file_name().unwrap_or_default();
        remove_dead_parts(folder, name);

        let mut own = name.to_owned();
        own.push(format!(".{}.part", std::process::id()));
        let part = target.with_file_name(own);

        // The file exists from the beginning, so that the clean-up after a signal finds it.
        File::create(&part).map_err(fault)?;

        Ok(Self {
            part,
            target,
            permissions,
        })
    }

    /// Puts the whole file in its place, with the mode of the one that it replaces.
    ///
    /// # Errors
    ///
    /// Fails where it cannot be written to the disk or renamed, and where something stands there by
    /// now that is no regular file.
    pub fn finish(self) -> Result<(), ExportError> {
        let fault = |why| ExportError::Write {
            path: self.target.clone(),
            why,
        };

        if let Some(permissions) = &self.permissions {
            fs::set_permissions(&self.part, permissions.clone()).map_err(fault)?;
        }

        File::open(&self.part)
            .and_then(|file| file.sync_all())
            .map_err(fault)?;
        refuse_special(&self.target)?;
        fs::rename(&self.part, &self.target).map_err(fault)
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // After the rename there is nothing left to remove.
        let _ = fs::remove_file(&self.part);
    }
}

/// Refuses a pipe, a device, a socket or a folder: a rename would remove it.
fn refuse_special(target: &Path) -> Result<(), ExportError> {
    match fs::symlink_metadata(target) {
        Ok(there) if there.is_dir() => Err(ExportError::Folder {
            path: target.to_owned(),
        }),
        Ok(there) if !there.is_file() => Err(ExportError::Special {
            path: target.to_owned(),
        }),
        Ok(_) | Err(_) => Ok(()),
    }
}

/// Returns the file at the end of all links, there or not.
fn followed(out: &Path) -> io::Result<PathBuf> {
    let mut path = out.to_owned();
    for _ in 0..LINKS {
        match fs::symlink_metadata(&path) {
            Ok(there) if there.is_symlink() => {
                let to = fs::read_link(&path)?;
                path = path.parent().unwrap_or(Path::new("")).join(to);
            }
            Ok(_) | Err(_) => return Ok(path),
        }
    }
    Err(io::Error::other("its links lead in a circle"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_regular_file_is_not_replaced() {
        let folder = tempfile::TempDir::new().unwrap();
        let (socket, link) = (folder.path().join("socket"), folder.path().join("link"));
        let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        std::os::unix::fs::symlink(&socket, &link).unwrap();
        for out in [&socket, &link] {
            let refused = Beside::of(out).unwrap_err();
            assert!(matches!(refused, ExportError::Special { .. }), "{refused}");
        }

        let later = Beside::of(&folder.path().join("later")).unwrap();
        let _other = std::os::unix::net::UnixListener::bind(&later.target).unwrap();
        assert!(matches!(later.finish(), Err(ExportError::Special { .. })));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
    }

    #[test]
    fn links_in_a_circle_are_told() {
        let folder = tempfile::TempDir::new().unwrap();
        let (one, other) = (folder.path().join("one"), folder.path().join("other"));
        std::os::unix::fs::symlink(&one, &other).unwrap();
        std::os::unix::fs::symlink(&other, &one).unwrap();
        assert!(
            Beside::of(&one)
                .unwrap_err()
                .to_string()
                .contains("cannot write")
        );
    }
}
