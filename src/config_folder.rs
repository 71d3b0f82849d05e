//! The configuration of a folder, or the shipped one: settings, sites and profiles, read and
//! checked.

mod error;
mod files;
#[cfg(feature = "cli")]
mod own_settings;
mod read;
mod readers;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::clock::Clock;
#[cfg(feature = "cli")]
use crate::config::settings::ArchiveSettings;
use crate::config::settings::{Identity, can_be_answered, contact, key_directory};
use crate::config::{ConfigFileError, Profiles, Settings, Site, fault};
use crate::config_folder::error::Faults;
use crate::config_folder::files::{ConfigFile, ConfigFiles};
use crate::config_folder::read::{read_profiles, read_sites};
use crate::time::Timestamp;

pub use error::ConfigError;
pub(crate) use error::chain;
pub(crate) use files::is_there;
#[cfg(feature = "cli")]
pub(crate) use files::regular;
#[cfg(feature = "cli")]
pub(crate) use own_settings::OwnSetting;

/// Settings, sites and profiles.
#[derive(Debug)]
pub struct Config {
    /// The file `saseo.toml`: identity, pace and limits of all sites.
    #[doc(hidden)]
    pub settings: Settings,
    /// Readers and the timetable share them: there may be thousands.
    pub sites: Vec<Arc<Site>>,
    /// The CMSs that are known.
    #[doc(hidden)]
    pub profiles: Profiles,
    /// When it was read. The profiles that are valid then read what is fetched now.
    #[doc(hidden)]
    pub loaded_at: Timestamp,
    /// The files that the sites were read from, in their order.
    files: Vec<ConfigFile>,
    /// The folder, or `None` for the shipped configuration.
    pub folder: Option<PathBuf>,
}

impl Config {
    /// Reads a folder of configuration: `saseo.toml`, `sites/*.toml` and `profiles/*.toml`, each of
    /// them optional. The environment variables `SASEO_CONTACT`, `SASEO_IDENTITY_KEY` and
    /// `SASEO_IDENTITY_DIRECTORY` go before the keys `identity.contact`, `key` and `directory`.
    ///
    /// # Errors
    ///
    /// Returns everything that is wrong in the files, with file, line and key.
    ///
    /// # Examples
    ///
    /// ```
    /// let folder = tempfile::tempdir()?;
    /// std::fs::create_dir(folder.path().join("sites"))?;
    /// std::fs::write(
    ///     folder.path().join("sites/paper.toml"),
    ///     "name = 'paper'\ntitle = 'The Paper'\nhome = 'https://paper.example/'\n",
    /// )?;
    ///
    /// let config = saseo::Config::load(folder.path())?;
    /// assert_eq!(config.site("paper")?.title, "The Paper");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn load(folder: impl AsRef<Path>) -> Result<Self, ConfigError> {
        Self::find(Some(folder.as_ref()))
    }

    /// Reads the folder that was named, or else `config`, or else the shipped files, as the command
    /// `saseo` does.
    ///
    /// # Errors
    ///
    /// As for [`Config::load`].
    pub(crate) fn find(named: Option<&Path>) -> Result<Self, ConfigError> {
        let (loaded, mut faults) = Self::examine(named);
        match faults.len() {
            0 => Ok(loaded),
            1 => Err(faults.remove(0)),
            _ => Err(ConfigError::Several(faults)),
        }
    }

    /// Returns where the archive and its objects are, as `saseo.toml` alone says it: commands that
    /// read an archive need no site's file.
    ///
    /// # Errors
    ///
    /// Fails where the file is wrong.
    #[cfg(feature = "cli")]
    pub(crate) fn places(named: Option<&Path>) -> Result<ArchiveSettings, ConfigError> {
        let Some(folder) = folder_of(named)? else {
            return Ok(ArchiveSettings::default());
        };
        let file = ConfigFiles::settings_of(folder)?.unwrap_or_default();
        let settings = Settings::parse(&file.name, &file.text)?;
        Ok(settings.archive)
    }

    /// Returns who sends the requests, by `saseo.toml` and the environment alone.
    ///
    /// # Errors
    ///
    /// Fails where one of them is wrong. A directory may be named before there is a key.
    #[cfg(feature = "cli")]
    pub(crate) fn sender(named: Option<&Path>) -> Result<Identity, ConfigError> {
        let file = match folder_of(named)? {
            Some(folder) => ConfigFiles::settings_of(folder)?.unwrap_or_default(),
            None => ConfigFile::default(),
        };
        let mut settings = Settings::parse(&file.name, &file.text)?;

        let mut faults = Faults::default();
        of_environment(&mut settings.identity, &mut faults);
        match faults.0.into_iter().next() {
            Some(fault) => Err(fault),
            None => Ok(settings.identity),
        }
    }

    /// Makes a configuration of these sites, with the shipped settings and profiles.
    ///
    /// # Examples
    ///
    /// ```
    /// use saseo::{Config, Site};
    ///
    /// let text = "name = 'paper'\ntitle = 'The Paper'\nhome = 'https://paper.example/'\n";
    /// let config =
    ///     Config::of_sites([Site::parse("paper.toml", text)?]).with_contact("desk@paper.example")?;
    /// # assert_eq!(config.site("paper")?.title, "The Paper");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of_sites(sites: impl IntoIterator<Item = Site>) -> Self {
        // No fault: a test reads every shipped file.
        let shipped = Self::read(ConfigFiles::shipped(), &mut Faults::default());
        Self {
            sites: sites.into_iter().map(Arc::new).collect(),
            files: Vec::new(),
            ..shipped
        }
    }

    /// Sets who can be asked about the crawl: a mail address or a web page, as the setting
    /// `identity.contact`. Papers of others are not crawled without one.
    ///
    /// # Errors
    ///
    /// Fails where it cannot be sent in a header.
    pub fn with_contact(mut self, told: &str) -> Result<Self, ConfigError> {
        self.settings.identity.contact =
            contact(told).map_err(|why| ConfigError::Usage(why.to_owned()))?;
        Ok(self)
    }

    /// Reads what can be read of it, and returns it with everything that is wrong.
    pub(crate) fn examine(named: Option<&Path>) -> (Self, Vec<ConfigError>) {
        let mut faults = Faults::default();
        let sources = faults
            .kept(folder_of(named))
            .map_or_else(ConfigFiles::none, |folder| match folder {
                Some(folder) => ConfigFiles::of_folder(folder, &mut faults),
                None => ConfigFiles::shipped(),
            });

        let mut loaded = Self::read(sources, &mut faults);
        let identity = &mut loaded.settings.identity;
        of_environment(identity, &mut faults);
        if identity.key.is_none() && identity.directory.is_some() {
            faults.0.push(ConfigError::DirectoryWithoutKey);
        }
        (loaded, faults.0)
    }

    /// Reads the files. A file that cannot be read is left out, and its fault is kept.
    fn read(sources: ConfigFiles, faults: &mut Faults) -> Self {
        let ConfigFiles {
            settings,
            sites,
            profiles,
            folder,
        } = sources;
        let settings = faults
            .kept(Settings::parse(&settings.name, &settings.text))
            .unwrap_or_default();
        let (sites, files) = read_sites(sites, faults);

        let faults_before = faults.0.len();
        let profiles = read_profiles(profiles, faults);
        let all_profiles_stand = faults.0.len() == faults_before;

        let loaded = Self {
            settings,
            sites,
            profiles,
            loaded_at: Clock::system().now(),
            files,
            folder,
        };
        // Where a profile could not be read, that is told. That a site lacks it follows.
        if all_profiles_stand {
            let named = loaded.sites.iter().zip(&loaded.files);
            let unknown = named.filter_map(|(site, file)| loaded.knows_profile(site, file).err());
            faults.0.extend(unknown.map(ConfigError::from));
        }
        loaded
    }

    /// Refuses to ask a paper of others without a contact.
    ///
    /// # Errors
    ///
    /// Fails where there is no contact, or nobody can be reached at it. A site of one's own needs
    /// none.
    pub(crate) fn has_contact(&self, site: &str, own_site: bool) -> Result<(), ConfigError> {
        let (site, contact) = (
            site.to_owned(),
            self.settings.identity.contact.trim().to_owned(),
        );
        if own_site || can_be_answered(&contact) {
            return Ok(());
        }

        match contact.is_empty() {
            true => Err(ConfigError::NoContact { site }),
            false => Err(ConfigError::Unanswerable { site, contact }),
        }
    }

    /// Refuses to ask papers of others without a contact, as [`Config::has_contact`] does.
    ///
    /// # Errors
    ///
    /// Fails for the first site that is not one's own, where the contact cannot be answered.
    pub(crate) fn have_contact(&self, sites: &[&Arc<Site>]) -> Result<(), ConfigError> {
        sites
            .iter()
            .try_for_each(|site| self.has_contact(&site.name, site.own_site))
    }

    /// Returns an error for a key of a site, with the site's file and the key's line.
    pub(crate) fn fault(&self, site: &Site, key: &str, why: &str) -> ConfigFileError {
        let at = self.sites.iter().position(|other| other.name == site.name);
        let file = at
            .and_then(|at| self.files.get(at))
            .cloned()
            .unwrap_or_default();
        fault(&file.name, &file.text, key, why)
    }

    /// Returns the named sites, or all sites where none is named. A site that is named twice is
    /// returned once.
    ///
    /// # Errors
    ///
    /// Fails where there is no site of a name.
    pub(crate) fn chosen(&self, names: &[String]) -> Result<Vec<&Arc<Site>>, ConfigError> {
        if names.is_empty() {
            return Ok(self.sites.iter().collect());
        }

        let mut chosen: Vec<&Arc<Site>> = Vec::new();
        for name in names {
            let site = self.site(name)?;
            if !chosen.contains(&site) {
                chosen.push(site);
            }
        }
        Ok(chosen)
    }

    /// Returns the site of a name.
    ///
    /// # Errors
    ///
    /// Fails where there is none, and names those that there are.
    pub fn site(&self, name: &str) -> Result<&Arc<Site>, ConfigError> {
        self.sites
            .iter()
            .find(|site| site.name == name)
            .ok_or_else(|| ConfigError::NoSuchSite {
                name: name.to_owned(),
                known: self.sites.iter().map(|site| site.name.clone()).collect(),
            })
    }
}

/// Replaces what the environment tells of the sender.
fn of_environment(identity: &mut Identity, faults: &mut Faults) {
    let told = |name| std::env::var_os(name).filter(|told: &OsString| !told.is_empty());
    if let Some(told) = told("SASEO_CONTACT") {
        // A value that is not UTF-8 is not ASCII either, and is refused for that.
        let told = contact(&told.to_string_lossy()).map_err(ConfigError::Contact);
        identity.contact = faults.kept(told).unwrap_or_default();
    }
    if let Some(path) = told("SASEO_IDENTITY_KEY") {
        identity.key = Some(PathBuf::from(path));
    }
    if let Some(told) = told("SASEO_IDENTITY_DIRECTORY") {
        let told = key_directory(&told.to_string_lossy()).map_err(ConfigError::Directory);
        identity.directory = faults.kept(told);
    }
}

/// Returns the folder to read: the named one, or `config` where that is there. `None` stands for
/// the shipped files.
fn folder_of(named: Option<&Path>) -> Result<Option<&Path>, ConfigError> {
    let usual = Path::new("config");
    match named {
        Some(named) => is_there(named).map(|()| Some(named)),
        None => Ok(Some(usual).filter(|usual| usual.is_dir())),
    }
}
