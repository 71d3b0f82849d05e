//! Bags (BagIt 1.0, RFC 8493): an export with the digests of its files, as libraries take it.

use std::fs::{self, File};
use std::io::{self, BufReader, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::archive::is_dead;
use crate::time::Timestamp;
use crate::web_archive::WebArchiveError;
use crate::web_archive::records::add;
use crate::web_archive::warc_info::SOFTWARE;

/// As much of a file is read at once.
const CHUNK: usize = 256 << 10;

/// A bag under way: a folder beside the one that is wanted, gone again where it was not renamed to
/// it.
#[derive(Debug)]
pub struct BagFolder {
    /// The folder until it is whole.
    pub part: PathBuf,
    target: PathBuf,
}

/// What a bag tells of its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BagInfo {
    /// The moment of the bagging: its day is written.
    pub bagged_at: Timestamp,
    /// What the payload is, in one sentence.
    pub description: String,
}

/// A file of the payload, as the manifest lists it.
#[derive(Debug, Default)]
struct Payload {
    manifest: String,
    bytes: u64,
    files: u64,
}

impl BagFolder {
    /// Makes the folder beside `out`, with an empty payload. Folders that are missing above it are
    /// made, too.
    ///
    /// # Errors
    ///
    /// Returns [`WebArchiveError::Occupied`] where `out` is there already and no empty folder: a
    /// bag is never mixed with other files, and no folder is deleted. Returns
    /// [`WebArchiveError::Unnamed`] for `.`, `..` and `/`, whose place no folder can take.
    pub fn begin(out: &Path) -> Result<Self, WebArchiveError> {
        let fault = |why| WebArchiveError::Write {
            path: out.to_owned(),
            why,
        };
        if out.file_name().is_none() {
            return Err(WebArchiveError::Unnamed {
                path: out.to_owned(),
            });
        }
        let is_link = fs::symlink_metadata(out).is_ok_and(|there| there.is_symlink());
        // A folder is not renamed to a link: the bag goes to where the link leads.
        let target = if is_link {
            fs::canonicalize(out).map_err(fault)?
        } else {
            out.to_owned()
        };
        let out = target.as_path();
        let is_free = match fs::read_dir(out) {
            Ok(mut there) => there.next().is_none(),
            Err(why) => why.kind() == io::ErrorKind::NotFound,
        };
        if !is_free {
            return Err(WebArchiveError::Occupied {
                path: out.to_owned(),
            });
        }

        remove_stale(out);
        let bag = Self {
            part: part_of(out, std::process::id()),
            target: out.to_owned(),
        };
        fs::create_dir_all(bag.payload()).map_err(fault)?;
        Ok(bag)
    }

    /// Returns the folder that the export is to be written into.
    pub fn payload(&self) -> PathBuf {
        self.part.join("data")
    }

    /// Writes the manifests, and puts the bag in its place.
    ///
    /// # Errors
    ///
    /// Fails where a file cannot be read or written.
    pub fn finish(self, info: &BagInfo) -> Result<(), WebArchiveError> {
        self.write_tags(info)
            .and_then(|()| fs::rename(&self.part, &self.target))
            .map_err(|why| WebArchiveError::Write {
                path: self.target.clone(),
                why,
            })
    }

    fn write_tags(&self, info: &BagInfo) -> io::Result<()> {
        let mut payload = Payload::default();
        payload.add_folder(&self.payload(), "data")?;

        let declaration = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".to_owned();
        let tags = [
            ("bagit.txt", declaration),
            ("bag-info.txt", info.to_text(&payload)),
            ("manifest-sha256.txt", payload.manifest),
        ];
        let mut manifest = String::new();
        for (name, text) in tags {
            manifest.push_str(&manifest_line(&Sha256::digest(&text).into(), name));
            write_durably(&self.part.join(name), &text)?;
        }
        write_durably(&self.part.join("tagmanifest-sha256.txt"), &manifest)
    }
}

impl Drop for BagFolder {
    fn drop(&mut self) {
        // After the rename there is nothing left to remove.
        let _ = fs::remove_dir_all(&self.part);
    }
}

impl BagInfo {
    fn to_text(&self, payload: &Payload) -> String {
        let day = self.bagged_at.to_string();
        let oxum = format!("{}.{}", payload.bytes, payload.files);

        let mut text = String::new();
        add(&mut text, "Bag-Software-Agent", SOFTWARE);
        add(&mut text, "Bagging-Date", day.get(..10).unwrap_or(&day));
        add(&mut text, "External-Description", &self.description);
        add(&mut text, "Payload-Oxum", &oxum);
        text.replace('\r', "")
    }
}

impl Payload {
    /// Adds the files of a folder, in the order of their names.
    fn add_folder(&mut self, folder: &Path, name: &str) -> io::Result<()> {
        let mut entries: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
        entries.sort_unstable_by_key(fs::DirEntry::file_name);

        for entry in entries {
            let file_name = entry.file_name();
            let Some(file_name) = file_name.to_str() else {
                let why = format!("{} is no UTF-8", file_name.display());
                return Err(io::Error::new(io::ErrorKind::InvalidInput, why));
            };
            let name = format!("{name}/{file_name}");
            if entry.file_type()?.is_dir() {
                self.add_folder(&entry.path(), &name)?;
            } else {
                self.add_file(&entry.path(), &name)?;
            }
        }
        Ok(())
    }

    fn add_file(&mut self, path: &Path, name: &str) -> io::Result<()> {
        let mut file = BufReader::with_capacity(CHUNK, File::open(path)?);
        let (mut sha256, mut chunk) = (Sha256::new(), vec![0; CHUNK]);
        loop {
            let read = file.read(&mut chunk)?;
            if read == 0 {
                break;
            }
            sha256.update(&chunk[..read]);
            self.bytes += read as u64;
        }

        self.manifest
            .push_str(&manifest_line(&sha256.finalize().into(), name));
        self.files += 1;
        Ok(())
    }
}

/// Returns a line of a manifest. Line ends in a name are escaped (RFC 8493 §2.1.3).
fn manifest_line(sha256: &[u8; 32], name: &str) -> String {
    let name = name
        .replace('%', "%25")
        .replace('\n', "%0A")
        .replace('\r', "%0D");
    format!("{}  {name}\n", hex::encode(sha256))
}

fn write_durably(path: &Path, text: &str) -> io::Result<()> {
    fs::write(path, text)?;
    File::open(path)?.sync_all()
}

/// Returns the folder of a bag that a process is writing.
fn part_of(out: &Path, process: u32) -> PathBuf {
    let mut name = out.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{process}.part"));
    out.with_file_name(name)
}

/// Removes what killed exports to the same place left. Where the system does not list its
/// processes, nobody can tell, and the folder is left.
fn remove_stale(out: &Path) {
    let folder = out.parent().filter(|folder| !folder.as_os_str().is_empty());
    let Ok(entries) = fs::read_dir(folder.unwrap_or(Path::new("."))) else {
        return;
    };
    for entry in entries.flatten() {
        if process_of(&entry.path(), out).is_some_and(is_dead) {
            // Where it cannot be removed it does no harm either.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn process_of(entry: &Path, out: &Path) -> Option<u32> {
    let (entry, name) = (entry.file_name()?.to_str()?, out.file_name()?.to_str()?);
    let process = entry.strip_prefix(name)?.strip_prefix('.')?;
    process.strip_suffix(".part")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn info() -> BagInfo {
        BagInfo {
            bagged_at: Timestamp::from_seconds(1_795_520_550),
            description: "Pages of\na paper".to_owned(),
        }
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_bag_lists_its_payload_and_its_tags_by_their_digests() {
        let folder = TempDir::new().unwrap();
        let out = folder.path().join("bags/bag");

        let bag = BagFolder::begin(&out).unwrap();
        fs::create_dir(bag.payload().join("b")).unwrap();
        fs::write(bag.payload().join("b/책 100%.txt"), "책").unwrap();
        fs::write(bag.payload().join("a\n.txt"), "").unwrap();
        bag.finish(&info()).unwrap();

        assert_eq!(names(out.parent().unwrap()), ["bag"]);
        let read = |name| fs::read_to_string(out.join(name)).unwrap();
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        let book = hex::encode(Sha256::digest("책"));
        assert_eq!(
            read("manifest-sha256.txt"),
            format!("{empty}  data/a%0A.txt\n{book}  data/b/책 100%25.txt\n")
        );
        assert_eq!(
            read("bag-info.txt"),
            format!(
                "Bag-Software-Agent: {SOFTWARE}\nBagging-Date: 2026-11-24\n\
                 External-Description: Pages of a paper\nPayload-Oxum: 3.2\n"
            )
        );
        let tags = read("tagmanifest-sha256.txt");
        for name in ["bagit.txt", "bag-info.txt", "manifest-sha256.txt"] {
            let line = format!("{}  {name}\n", hex::encode(Sha256::digest(read(name))));
            assert!(tags.contains(&line), "{tags}");
        }
    }

    #[test]
    fn a_folder_with_files_is_never_taken_for_a_bag() {
        let folder = TempDir::new().unwrap();
        fs::write(folder.path().join("letter.txt"), "mine").unwrap();

        let refused = BagFolder::begin(folder.path()).unwrap_err();

        assert!(matches!(refused, WebArchiveError::Occupied { .. }));
        assert_eq!(names(folder.path()), ["letter.txt"]);
        assert!(BagFolder::begin(&folder.path().join("letter.txt")).is_err());
    }

    #[test]
    fn a_bag_goes_to_where_a_link_leads_and_never_to_the_working_folder() {
        let folder = TempDir::new().unwrap();
        let (empty, link) = (folder.path().join("empty"), folder.path().join("link"));
        fs::create_dir(&empty).unwrap();
        std::os::unix::fs::symlink(&empty, &link).unwrap();

        BagFolder::begin(&link).unwrap().finish(&info()).unwrap();

        assert!(empty.join("bagit.txt").is_file() && link.join("bagit.txt").is_file());
        assert_eq!(names(folder.path()), ["empty", "link"]);
        for out in [".", "..", "/", "empty/.."] {
            let refused = BagFolder::begin(Path::new(out)).unwrap_err();
            assert!(matches!(refused, WebArchiveError::Unnamed { .. }), "{out}");
        }
    }

    #[test]
    fn a_bag_that_is_not_finished_leaves_nothing_and_a_killed_one_is_removed_by_the_next() {
        let folder = TempDir::new().unwrap();
        let out = folder.path().join("bag");
        // No process has so large a number (proc(5): pid_max is at most 2^22).
        let killed = part_of(&out, u32::MAX);
        fs::create_dir_all(killed.join("data")).unwrap();
        fs::create_dir_all(part_of(&folder.path().join("other"), u32::MAX)).unwrap();

        drop(BagFolder::begin(&out).unwrap());

        assert_eq!(names(folder.path()), [format!("other.{}.part", u32::MAX)]);
    }
}
