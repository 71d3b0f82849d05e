//! The names of a survey's files, checked before anything is asked.

use std::path::{Path, PathBuf};

use crate::cli::survey::SurveyArgs;
use crate::config::{GENTLE_GAP, is_site_name};
use crate::config_folder::{Config, ConfigError};
use crate::page_url::PageUrl;
use crate::survey::{self, Names};

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
) -> Result<Names, ConfigError> {
    if !args.own_site && args.gap.0 < GENTLE_GAP {
        return Err(usage(
            "a gap under 1s is only for your own server: --own-site",
        ));
    }
    configuration.has_contact(home.host().as_str(), args.own_site)?;

    let site = args.name.clone().unwrap_or_else(|| survey::name_of(home));
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

/// Tells whether a configuration folder has a site file of this name.
pub(super) fn has_site_file(folder: &Path, site: &str) -> bool {
    let path = folder.join(format!("sites/{site}.toml"));
    path.symlink_metadata().is_ok()
}

fn usage(why: &str) -> ConfigError {
    ConfigError::Usage(why.to_owned())
}
