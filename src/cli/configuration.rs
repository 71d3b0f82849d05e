//! The configuration as it stands in a folder, or as it was shipped.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::config::{ConfigError, Profile, Settings, Site, read_profile, read_settings, read_site, shipped};
use crate::crawl::{SiteError, SiteReader};

/// Settings, sites and profiles, read and checked.
#[derive(Debug)]
pub(in crate::cli) struct Configuration {
    pub settings: Settings,
    pub sites: Vec<Site>,
    pub profiles: Vec<Profile>,
    /// The folder, or `None` for the shipped configuration.
    pub folder: Option<PathBuf>,
}

/// A configuration file: its name for messages, and its text.
#[derive(Clone, Debug)]
struct ConfigFile {
    name: String,
    text: String,
}

/// What is wrong with the configuration or with what was asked of it: exit code 2.
#[derive(Debug, thiserror::Error)]
pub(in crate::cli) enum ConfigurationError {
    #[error(transparent)]
    Wrong(#[from] ConfigError),
    #[error("cannot read {path}")]
    Unreadable {
        path: PathBuf,
        #[source]
        why: std::io::Error,
    },
    #[error("there is no site {name:?}; there {}", among(known))]
    NoSuchSite { name: String, known: Vec<String> },
    #[error("two site files are named {0:?}")]
    TwiceNamed(String),
    #[error("site {site}: there is no profile {profile:?}; there {}", among(known))]
    NoSuchProfile { site: String, profile: String, known: Vec<String> },
    #[error("{0}")]
    Site(#[from] SiteError),
    #[error(
        "who is asking? A crawl of {site} needs a mail address or URL where you can be reached: \
         SASEO_CONTACT=you@example.org, or identity.contact in saseo.toml"
    )]
    NoContact { site: String },
    #[error("{0}")]
    Usage(String),
}

fn among(known: &[String]) -> String {
    match known {
        [] => "is none: `saseo init` writes one".to_owned(),
        [one] => format!("is {one}"),
        many => format!("are {}", many.join(", ")),
    }
}

impl Configuration {
    /// Reads the folder; where it does not exist, what was shipped. `SASEO_CONTACT` goes before `identity.contact`.
    pub fn load(folder: &Path) -> Result<Self, ConfigurationError> {
        let mut loaded = if folder.is_dir() { Self::from_folder(folder)? } else { Self::shipped()? };
        if let Ok(contact) = std::env::var("SASEO_CONTACT") {
            let text = format!("[identity]\ncontact = {}\n", toml::Value::from(contact));
            loaded.settings.identity.contact = read_settings("SASEO_CONTACT", &text)?.identity.contact;
        }
        Ok(loaded)
    }

    fn from_folder(folder: &Path) -> Result<Self, ConfigurationError> {
        let settings = folder.join("saseo.toml");
        let settings = if settings.exists() { read_file(&settings)? } else { ConfigFile::default() };
        let sites = read_folder(&folder.join("sites"))?;
        let mut profiles = read_folder(&folder.join("profiles"))?;
        let own: Vec<String> = profiles.iter().map(|file| file.stem()).collect();
        profiles.extend(shipped_files("profiles/").filter(|file| !own.contains(&file.stem())));
        Self::read(&settings, &sites, &profiles, Some(folder.to_owned()))
    }

    fn shipped() -> Result<Self, ConfigurationError> {
        let settings = shipped_files("saseo.toml").next().unwrap_or_default();
        let sites: Vec<ConfigFile> = shipped_files("sites/").collect();
        let profiles: Vec<ConfigFile> = shipped_files("profiles/").collect();
        Self::read(&settings, &sites, &profiles, None)
    }

    fn read(
        settings: &ConfigFile,
        sites: &[ConfigFile],
        profiles: &[ConfigFile],
        folder: Option<PathBuf>,
    ) -> Result<Self, ConfigurationError> {
        let settings = read_settings(&settings.name, &settings.text)?;
        let sites: Vec<Site> = sites.iter().map(|file| read_site(&file.name, &file.text)).collect::<Result<_, _>>()?;
        let profiles: Vec<Profile> =
            profiles.iter().map(|file| read_profile(&file.name, &file.text)).collect::<Result<_, _>>()?;
        for (k, site) in sites.iter().enumerate() {
            if sites[..k].iter().any(|other| other.name == site.name) {
                return Err(ConfigurationError::TwiceNamed(site.name.clone()));
            }
        }
        Ok(Self { settings, sites, profiles, folder })
    }

    /// Returns the named sites, or all of them where none is named.
    pub fn chosen(&self, names: &[String]) -> Result<Vec<&Site>, ConfigurationError> {
        if names.is_empty() {
            return Ok(self.sites.iter().collect());
        }
        let known = || self.sites.iter().map(|site| site.name.clone()).collect();
        let find = |name: &String| {
            let found = self.sites.iter().find(|site| site.name == *name);
            found.ok_or_else(|| ConfigurationError::NoSuchSite { name: name.clone(), known: known() })
        };
        let mut chosen: Vec<&Site> = Vec::new();
        for name in names {
            let site = find(name)?;
            if !chosen.contains(&site) {
                chosen.push(site);
            }
        }
        Ok(chosen)
    }

    /// Makes a site ready to be read.
    pub fn reader(&self, site: &Site) -> Result<Arc<SiteReader>, ConfigurationError> {
        let profile = site.profile.as_ref().map(|name| self.profile(site, name)).transpose()?;
        let reader = SiteReader::new(site.clone(), profile, &self.settings)?;
        Ok(Arc::new(reader))
    }

    fn profile(&self, site: &Site, name: &str) -> Result<&Profile, ConfigurationError> {
        let found = self.profiles.iter().find(|profile| profile.name == name);
        found.ok_or_else(|| ConfigurationError::NoSuchProfile {
            site: site.name.clone(),
            profile: name.to_owned(),
            known: self.profiles.iter().map(|profile| profile.name.clone()).collect(),
        })
    }
}

impl Default for ConfigFile {
    fn default() -> Self {
        Self { name: "saseo.toml".to_owned(), text: String::new() }
    }
}

impl ConfigFile {
    fn stem(&self) -> String {
        Path::new(&self.name).file_stem().unwrap_or_default().to_string_lossy().into_owned()
    }
}

fn shipped_files(prefix: &'static str) -> impl Iterator<Item = ConfigFile> {
    let wanted = shipped::FILES.iter().filter(move |(name, _)| name.starts_with(prefix));
    wanted.map(|(name, text)| ConfigFile { name: format!("shipped {name}"), text: (*text).to_owned() })
}

fn read_file(path: &Path) -> Result<ConfigFile, ConfigurationError> {
    let text = std::fs::read_to_string(path);
    let text = text.map_err(|why| ConfigurationError::Unreadable { path: path.to_owned(), why })?;
    Ok(ConfigFile { name: path.display().to_string(), text })
}

/// The TOML files of a folder, by name; none where there is no folder.
fn read_folder(folder: &Path) -> Result<Vec<ConfigFile>, ConfigurationError> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let fault = |why| ConfigurationError::Unreadable { path: folder.to_owned(), why };
    let entries = std::fs::read_dir(folder).map_err(fault)?;
    let mut paths: Vec<PathBuf> =
        entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>().map_err(fault)?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    paths.sort();
    paths.iter().map(|path| read_file(path)).collect()
}
