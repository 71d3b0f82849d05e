//! The files of a configuration: those of a folder, or the shipped ones.

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::config::{read_text, shipped};
use crate::config_folder::error::{ConfigError, Faults};

/// The most bytes of a configuration file. Real ones have a few thousand; a larger file was put
/// there by mistake.
const LARGEST: u64 = 1 << 20;

/// A configuration file: its name for messages, and its text.
#[derive(Clone, Debug)]
pub(super) struct ConfigFile {
    pub(super) name: String,
    pub(super) text: String,
}

/// The files of a configuration. Their TOML is not read yet.
pub(super) struct ConfigFiles {
    pub(super) settings: ConfigFile,
    pub(super) sites: Vec<ConfigFile>,
    pub(super) profiles: Vec<ConfigFile>,
    /// The folder, or `None` for the shipped files.
    pub(super) folder: Option<PathBuf>,
}

impl ConfigFiles {
    pub(super) fn none() -> Self {
        Self {
            settings: ConfigFile::default(),
            sites: Vec::new(),
            profiles: Vec::new(),
            folder: None,
        }
    }

    pub(super) fn shipped() -> Self {
        Self {
            settings: shipped_files("saseo.toml").next().unwrap_or_default(),
            sites: shipped_files("sites/").collect(),
            profiles: shipped_files("profiles/").collect(),
            folder: None,
        }
    }

    /// Reads `saseo.toml` of a folder; `None` where there is none.
    pub(super) fn settings_of(folder: &Path) -> Result<Option<ConfigFile>, ConfigError> {
        let settings = folder.join("saseo.toml");
        if settings.exists() {
            return read_file(&settings).map(Some);
        }
        Ok(None)
    }

    /// Reads the files of a folder. A shipped profile is added where the folder has no file of its
    /// name.
    pub(super) fn of_folder(folder: &Path, faults: &mut Faults) -> Self {
        let settings = faults.kept(Self::settings_of(folder)).flatten();
        let sites = read_folder(&folder.join("sites"), faults);

        let mut profiles = read_folder(&folder.join("profiles"), faults);
        let own: Vec<String> = profiles.iter().map(ConfigFile::stem).collect();
        profiles.extend(shipped_files("profiles/").filter(|file| !own.contains(&file.stem())));
        Self {
            settings: settings.unwrap_or_default(),
            sites,
            profiles,
            folder: Some(folder.to_owned()),
        }
    }
}

impl Default for ConfigFile {
    fn default() -> Self {
        Self {
            name: "saseo.toml".to_owned(),
            text: String::new(),
        }
    }
}

impl ConfigFile {
    pub(super) fn stem(&self) -> String {
        Path::new(&self.name)
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    }
}

/// Refuses a configuration folder that is not there, or is no folder.
pub(crate) fn is_there(named: &Path) -> Result<(), ConfigError> {
    let path = named.to_owned();
    match (named.is_dir(), named.exists()) {
        (true, _) => Ok(()),
        (false, true) => Err(ConfigError::NotAFolder { path }),
        (false, false) => Err(ConfigError::NoFolder { path }),
    }
}

fn shipped_files(prefix: &'static str) -> impl Iterator<Item = ConfigFile> {
    let wanted = shipped::files()
        .into_iter()
        .filter(move |file| file.path.starts_with(prefix));
    wanted.filter_map(|file| {
        Some(ConfigFile {
            name: format!("shipped {}", file.path),
            text: file.toml()?.to_owned(),
        })
    })
}

fn read_file(path: &Path) -> Result<ConfigFile, ConfigError> {
    let bytes = regular(path, LARGEST).map_err(|why| ConfigError::Unreadable {
        path: path.to_owned(),
        why,
    })?;
    let name = path.display().to_string();
    let text = read_text(&name, bytes)?;
    Ok(ConfigFile { name, text })
}

/// Reads a regular file of at most `most` bytes. Devices and pipes, which may never end, are
/// refused.
pub(crate) fn regular(path: &Path, most: u64) -> std::io::Result<Vec<u8>> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(std::io::Error::other("it is no regular file"));
    }

    let mut bytes = Vec::new();
    std::fs::File::open(path)?
        .take(most + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(std::io::Error::other(format!(
            "it is larger than {most} bytes"
        )));
    }
    Ok(bytes)
}

/// Returns whether a file is TOML, and no lock or backup of an editor.
fn is_config(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".toml") && !name.starts_with(['.', '#'])
}

/// Returns the TOML files of a folder, in the order of their names. Returns none where there is no
/// folder.
fn config_files(folder: &Path) -> Result<Vec<PathBuf>, ConfigError> {
    if !folder.exists() {
        return Ok(Vec::new());
    }

    let mut paths = entries(folder).map_err(|why| ConfigError::Unreadable {
        path: folder.to_owned(),
        why,
    })?;
    paths.retain(|path| is_config(path));
    paths.sort();
    Ok(paths)
}

fn entries(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    std::fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect()
}

fn read_folder(folder: &Path, faults: &mut Faults) -> Vec<ConfigFile> {
    let paths = faults.kept(config_files(folder)).unwrap_or_default();
    paths
        .iter()
        .filter_map(|path| faults.kept(read_file(path)))
        .collect()
}
