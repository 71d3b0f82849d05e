//! The configuration as it stands in a folder, or as it was shipped.

mod error;
mod files;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::clock::Clock;
use crate::config::profiles::ProfileFile;
use crate::config::settings::{can_be_answered, contact};
use crate::config::{
    ConfigError, Profile, Profiles, Settings, Site, fault, read_profile, read_settings, read_site,
};
use crate::config_folder::error::{Faults, among};
use crate::config_folder::files::{ConfigFile, ConfigurationFiles};
use crate::site_reader::SiteReader;
use crate::time::Timestamp;

pub use error::{ConfigurationError, chain};
pub use files::{is_there, regular};

/// Settings, sites and profiles, read and checked.
#[derive(Debug)]
pub struct Configuration {
    pub settings: Settings,
    /// Shared by the readers and the timetable: there may be thousands.
    pub sites: Vec<Arc<Site>>,
    pub profiles: Profiles,
    /// When it was read: the profiles of that day read what is fetched now.
    pub loaded_at: Timestamp,
    /// The files that the sites were read from, in their order.
    files: Vec<ConfigFile>,
    /// The folder, or `None` for the shipped configuration.
    pub folder: Option<PathBuf>,
}

impl Configuration {
    /// Reads the folder that was named, or else `config`, or else what was shipped. `SASEO_CONTACT`
    /// goes before `identity.contact`.
    ///
    /// # Errors
    ///
    /// All that is wrong in the files, each with its file, line and key.
    pub fn load(named: Option<&Path>) -> Result<Self, ConfigurationError> {
        let (loaded, mut faults) = Self::look(named);
        match faults.len() {
            0 => Ok(loaded),
            1 => Err(faults.remove(0)),
            _ => Err(ConfigurationError::Several(faults)),
        }
    }

    /// Reads what can be read of it, and returns with that everything that is wrong.
    pub fn look(named: Option<&Path>) -> (Self, Vec<ConfigurationError>) {
        let mut faults = Faults::default();
        let sources =
            faults
                .kept(folder_of(named))
                .map_or_else(ConfigurationFiles::none, |folder| match folder {
                    Some(folder) => ConfigurationFiles::of_folder(folder, &mut faults),
                    None => ConfigurationFiles::shipped(),
                });
        let mut loaded = Self::read(sources, &mut faults);

        if let Some(told) = std::env::var_os("SASEO_CONTACT").filter(|told| !told.is_empty()) {
            // What is not UTF-8 is not ASCII either, and refused as that.
            let told = contact(&told.to_string_lossy()).map_err(ConfigurationError::Contact);
            loaded.settings.identity.contact = faults.kept(told).unwrap_or_default();
        }
        (loaded, faults.0)
    }

    /// A file that cannot be read is left out, and its fault is kept.
    fn read(sources: ConfigurationFiles, faults: &mut Faults) -> Self {
        let ConfigurationFiles {
            settings,
            sites,
            profiles,
            folder,
        } = sources;
        let settings = faults
            .kept(read_settings(&settings.name, &settings.text))
            .unwrap_or_default();

        let read = |file: ConfigFile| {
            Some((
                Arc::new(faults.kept(read_site(&file.name, &file.text))?),
                file,
            ))
        };
        let (sites, files): (Vec<Arc<Site>>, Vec<ConfigFile>) =
            sites.into_iter().filter_map(read).unzip();
        faults.0.extend(twice_named(&sites, &files));

        let of_files = faults.0.len();
        let read = |file: ConfigFile| {
            Some(ProfileFile {
                profile: faults.kept(read_profile(&file.name, &file.text))?,
                file: file.name,
            })
        };
        let profiles: Vec<ProfileFile> = profiles.into_iter().filter_map(read).collect();
        let profiles = faults.kept(Profiles::new(profiles)).unwrap_or_default();
        let all_profiles_stand = faults.0.len() == of_files;

        let loaded = Self {
            settings,
            sites,
            profiles,
            loaded_at: Clock::system().now(),
            files,
            folder,
        };
        // A profile that could not be read is missing for that reason, which is told.
        if all_profiles_stand {
            let named = loaded.sites.iter().zip(&loaded.files);
            let unknown = named.filter_map(|(site, file)| loaded.knows_profile(site, file).err());
            faults.0.extend(unknown.map(ConfigurationError::from));
        }
        loaded
    }

    fn knows_profile(&self, site: &Site, file: &ConfigFile) -> Result<(), ConfigError> {
        let why = site.profile.as_ref().and_then(|name| self.lacks(name));
        why.map_or(Ok(()), |why| {
            Err(fault(&file.name, &file.text, "profile", &why))
        })
    }

    /// Refuses a profile that there is none of.
    pub fn knows(&self, profile: &str) -> Result<(), ConfigurationError> {
        self.lacks(profile)
            .map_or(Ok(()), |why| Err(ConfigurationError::Usage(why)))
    }

    /// Refuses to ask a paper of others without a word of who asks.
    pub fn has_contact(&self, site: &str, own_site: bool) -> Result<(), ConfigurationError> {
        let (site, contact) = (
            site.to_owned(),
            self.settings.identity.contact.trim().to_owned(),
        );
        if own_site || can_be_answered(&contact) {
            return Ok(());
        }
        match contact.is_empty() {
            true => Err(ConfigurationError::NoContact { site }),
            false => Err(ConfigurationError::Unanswerable { site, contact }),
        }
    }

    /// Refuses to ask papers of others without a word of who asks, as
    /// [`Configuration::has_contact`] does.
    ///
    /// # Errors
    ///
    /// Fails for the first site that is not one's own, where the contact cannot be answered.
    pub fn have_contact(&self, sites: &[&Arc<Site>]) -> Result<(), ConfigurationError> {
        sites
            .iter()
            .try_for_each(|site| self.has_contact(&site.name, site.own_site))
    }

    /// Returns what is said where no file has a profile of that name, valid on whatever days.
    fn lacks(&self, profile: &str) -> Option<String> {
        let mut known: Vec<String> = self
            .profiles
            .files()
            .iter()
            .map(|one| one.profile.name.clone())
            .collect();
        known.dedup();
        (!known.iter().any(|name| name == profile))
            .then(|| format!("there is no profile {profile:?}; there {}", among(&known)))
    }

    /// Returns a site's file, and the error for one of its keys.
    pub fn fault(&self, site: &Site, key: &str, why: &str) -> ConfigError {
        let at = self.sites.iter().position(|other| other.name == site.name);
        let file = at
            .and_then(|at| self.files.get(at))
            .cloned()
            .unwrap_or_default();
        fault(&file.name, &file.text, key, why)
    }

    /// Returns the named sites, or all of them where none is named.
    pub fn chosen(&self, names: &[String]) -> Result<Vec<&Arc<Site>>, ConfigurationError> {
        if names.is_empty() {
            return Ok(self.sites.iter().collect());
        }
        let known = || self.sites.iter().map(|site| site.name.clone()).collect();
        let find = |name: &String| {
            let found = self.sites.iter().find(|site| site.name == *name);
            found.ok_or_else(|| ConfigurationError::NoSuchSite {
                name: name.clone(),
                known: known(),
            })
        };
        let mut chosen: Vec<&Arc<Site>> = Vec::new();
        for name in names {
            let site = find(name)?;
            if !chosen.contains(&site) {
                chosen.push(site);
            }
        }
        Ok(chosen)
    }

    /// Makes a site ready to be read.
    pub fn reader(&self, site: &Arc<Site>) -> Result<Arc<SiteReader>, ConfigurationError> {
        self.has_its_day(site)?;
        let reader = SiteReader::new(Arc::clone(site), self.profile(site), &self.settings)?;
        Ok(Arc::new(reader))
    }

    /// Refuses a site whose profile, of whatever files, is not valid today.
    pub fn has_its_day(&self, site: &Site) -> Result<(), ConfigError> {
        match (&site.profile, self.profile(site)) {
            (Some(name), None) => {
                let why = format!(
                    "no profile {name:?} is valid today: see `valid_from` and `valid_until` in its files"
                );
                Err(self.fault(site, "profile", &why))
            }
            _ => Ok(()),
        }
    }

    /// Makes a site's pages of all days ready to be read: a reader for each profile of the site's name.
    pub fn readers(&self, site: &Arc<Site>) -> Result<Vec<Arc<SiteReader>>, ConfigurationError> {
        let named = self.profiles.files().iter().map(|one| &one.profile);
        let named: Vec<&Profile> = named
            .filter(|profile| site.profile.as_ref() == Some(&profile.name))
            .collect();
        if named.is_empty() {
            return Ok(vec![self.reader(site)?]);
        }
        let reader = |profile| {
            Ok(Arc::new(SiteReader::new(
                Arc::clone(site),
                Some(profile),
                &self.settings,
            )?))
        };
        named.into_iter().map(reader).collect()
    }

    /// Returns the profile of a site for what is fetched now; that there is one of the name, for some days, was seen to at
    /// loading.
    pub fn profile(&self, site: &Site) -> Option<&Profile> {
        self.profiles
            .valid_at(site.profile.as_ref()?, self.loaded_at)
    }

    /// Returns the profiles for what is fetched now.
    pub fn current_profiles(&self) -> impl Iterator<Item = &Profile> {
        self.profiles.current(self.loaded_at)
    }
}

/// The folder to read: the one that was named, or `config` where that is there. `None` is what was
/// shipped.
fn folder_of(named: Option<&Path>) -> Result<Option<&Path>, ConfigurationError> {
    let usual = Path::new("config");
    match named {
        Some(named) => is_there(named).map(|()| Some(named)),
        None => Ok(Some(usual).filter(|usual| usual.is_dir())),
    }
}

/// The sites that have a name which one before them has.
fn twice_named(sites: &[Arc<Site>], files: &[ConfigFile]) -> Vec<ConfigurationError> {
    let twin = |(k, site): (usize, &Arc<Site>)| {
        let first = sites[..k]
            .iter()
            .position(|other| other.name == site.name)?;
        let files = [files[first].name.clone(), files[k].name.clone()];
        Some(ConfigurationError::TwiceNamed {
            name: site.name.clone(),
            files,
        })
    };
    sites.iter().enumerate().filter_map(twin).collect()
}
