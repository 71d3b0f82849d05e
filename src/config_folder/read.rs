//! Sites and profiles, read from their files. A file that cannot be read is left out, and its fault
//! is kept.

use std::collections::HashMap;
use std::sync::Arc;

use crate::config::profiles::ProfileFile;
use crate::config::{Profile, Profiles, Site};
use crate::config_folder::error::{ConfigError, Faults};
use crate::config_folder::files::ConfigFile;

/// Reads sites, each with its file. The files of sites that cannot be read are left out.
pub(super) fn read_sites(
    files: Vec<ConfigFile>,
    faults: &mut Faults,
) -> (Vec<Arc<Site>>, Vec<ConfigFile>) {
    let (mut sites, mut read) = (Vec::new(), Vec::new());
    for file in files {
        if let Some(site) = faults.kept(Site::parse(&file.name, &file.text)) {
            sites.push(Arc::new(site));
            read.push(file);
        }
    }

    faults.0.extend(twice_named(&sites, &read));
    (sites, read)
}

/// Reads profiles. The files of profiles that cannot be read are left out.
pub(super) fn read_profiles(files: Vec<ConfigFile>, faults: &mut Faults) -> Profiles {
    let mut profiles = Vec::new();
    for file in files {
        if let Some(profile) = faults.kept(Profile::parse(&file.name, &file.text)) {
            profiles.push(ProfileFile {
                profile,
                file: file.name,
            });
        }
    }
    faults.kept(Profiles::new(profiles)).unwrap_or_default()
}

/// Returns a fault for each site that has the name of a site before it.
fn twice_named(sites: &[Arc<Site>], files: &[ConfigFile]) -> Vec<ConfigError> {
    let (mut faults, mut known) = (Vec::new(), HashMap::new());
    for (k, site) in sites.iter().enumerate() {
        let first = *known.entry(site.name.as_str()).or_insert(k);
        if first != k {
            faults.push(ConfigError::TwiceNamed {
                name: site.name.clone(),
                files: [files[first].name.clone(), files[k].name.clone()],
            });
        }
    }
    faults
}
