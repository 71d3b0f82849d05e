//! The names of a survey's files, checked before anything is asked.

use std::path::{Path, PathBuf};

use crate::cli::survey::SurveyArgs;
use crate::config::{GENTLE_GAP, Site, is_site_name};
use crate::config_folder::{Config, ConfigError};
use crate::page_url::PageUrl;
use crate::survey::Names;

/// Returns the name of the files, and the user's choices that they hold.
///
/// # Errors
///
/// Fails where the choices are not allowed for a paper of others, or where the name is no site's,
/// or taken.
pub(super) fn choose(
    configuration: &Config,
    args: &SurveyArgs,
    home: &PageUrl,
    site: String,
) -> Result<Names, ConfigError> {
    if !args.own_site && args.gap.0 < GENTLE_GAP {
        return Err(usage(
            "a gap under 1s is only for your own server: --own-site",
        ));
    }
    configuration.has_contact(home.host().as_str(), args.own_site)?;

    if !is_site_name(&site) {
        return Err(usage(&format!(
            "{site:?} is no site's name: 1 to 64 lower-case letters, digits and `-`"
        )));
    }
    if let Some(taken) = args.write.as_deref().and_then(|to| taken_file(to, &site)) {
        return Err(usage(&format!(
            "{} is there already, and is not overwritten: give another --name",
            taken.display()
        )));
    }
    if configuration
        .current_profiles()
        .any(|profile| profile.name == site)
    {
        return Err(usage(&format!(
            "there is a profile {site:?} already: give another --name"
        )));
    }

    Ok(Names {
        site,
        gap: args.gap,
        own_site: args.own_site,
    })
}

/// Returns a file of the site's name that is in the configuration folder already.
fn taken_file(folder: &Path, site: &str) -> Option<PathBuf> {
    ["sites", "profiles"]
        .map(|kind| folder.join(format!("{kind}/{site}.toml")))
        .into_iter()
        .find(|path| path.symlink_metadata().is_ok())
}

/// The site file of a name in a configuration folder.
pub(super) enum SiteFile {
    None,
    /// It is there, and cannot be read as one: whoever edits it will mend it.
    Unread,
    /// The file of the paper with this home page.
    Of(PageUrl),
}

/// Returns the site file of a name.
pub(super) fn site_file(folder: &Path, site: &str) -> SiteFile {
    let path = folder.join(format!("sites/{site}.toml"));
    if path.symlink_metadata().is_err() {
        return SiteFile::None;
    }
    let text = std::fs::read_to_string(path).ok();
    let site = text.and_then(|text| Site::parse(site, &text).ok());
    site.map_or(SiteFile::Unread, |site| SiteFile::Of(site.home))
}

/// Tells whether a profile has this name, in the configuration or in the folder of the drafts.
pub(super) fn has_profile(configuration: &Config, folder: &Path, name: &str) -> bool {
    let mut profiles = configuration.current_profiles();
    let path = folder.join(format!("profiles/{name}.toml"));
    profiles.any(|profile| profile.name == name) || path.symlink_metadata().is_ok()
}

fn usage(why: &str) -> ConfigError {
    ConfigError::Usage(why.to_owned())
}
