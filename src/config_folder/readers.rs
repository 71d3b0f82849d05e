//! The profiles of sites, and the readers made with them.

use std::sync::Arc;

use crate::config::{ConfigFileError, Profile, Site, fault};
use crate::config_folder::error::among;
use crate::config_folder::files::ConfigFile;
use crate::config_folder::{Config, ConfigError};
use crate::site_reader::SiteReader;

impl Config {
    /// Makes a reader of a site, with the profile that is valid today.
    ///
    /// # Errors
    ///
    /// Fails where no profile of the site's name is valid today, or where it cannot read the site.
    pub(crate) fn reader(&self, site: &Arc<Site>) -> Result<Arc<SiteReader>, ConfigError> {
        self.has_its_day(site)?;
        let reader = SiteReader::new(Arc::clone(site), self.profile(site), &self.settings)?;
        Ok(Arc::new(reader))
    }

    /// Refuses a site whose profile is not valid today.
    pub(crate) fn has_its_day(&self, site: &Site) -> Result<(), ConfigFileError> {
        match (&site.profile, self.profile(site)) {
            (Some(name), None) => {
                let why = format!(
                    "no profile {name:?} is valid today: \
                     see `valid_from` and `valid_until` in its files"
                );
                Err(self.fault(site, "profile", &why))
            }
            (Some(_), Some(_)) | (None, _) => Ok(()),
        }
    }

    /// Makes a reader of a site for each profile of the site's name. Together they read the pages
    /// of all days.
    #[cfg(feature = "cli")]
    pub(crate) fn readers(&self, site: &Arc<Site>) -> Result<Vec<Arc<SiteReader>>, ConfigError> {
        let named: Vec<&Profile> = self
            .profiles
            .files()
            .iter()
            .map(|one| &one.profile)
            .filter(|profile| site.profile.as_ref() == Some(&profile.name))
            .collect();
        if named.is_empty() {
            return Ok(vec![self.reader(site)?]);
        }

        let mut readers = Vec::new();
        for profile in named {
            let reader = SiteReader::new(Arc::clone(site), Some(profile), &self.settings)?;
            readers.push(Arc::new(reader));
        }
        Ok(readers)
    }

    /// Returns the profile of a site for what is fetched now. A loaded configuration has a profile
    /// of the name, but perhaps for other days.
    pub fn profile(&self, site: &Site) -> Option<&Profile> {
        self.profiles
            .valid_at(site.profile.as_ref()?, self.loaded_at)
    }

    /// Returns the profiles for what is fetched now.
    #[cfg(feature = "cli")]
    pub(crate) fn current_profiles(&self) -> impl Iterator<Item = &Profile> {
        self.profiles.current(self.loaded_at)
    }

    pub(super) fn knows_profile(
        &self,
        site: &Site,
        file: &ConfigFile,
    ) -> Result<(), ConfigFileError> {
        let why = site.profile.as_ref().and_then(|name| self.lacks(name));
        why.map_or(Ok(()), |why| {
            Err(fault(&file.name, &file.text, "profile", &why))
        })
    }

    /// Refuses the name of no profile.
    ///
    /// # Errors
    ///
    /// Fails where no file has a profile of that name, valid on whatever days.
    #[cfg(feature = "cli")]
    pub(crate) fn knows(&self, profile: &str) -> Result<(), ConfigError> {
        self.lacks(profile)
            .map_or(Ok(()), |why| Err(ConfigError::Usage(why)))
    }

    /// Returns the message where no file has a profile of that name, valid on whatever days.
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
}
