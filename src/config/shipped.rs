//! The configuration files that are built into the program.

use crate::config::{Profile, Site, read_profile, read_site};

const NDSOFT: &str = include_str!("../../config/profiles/ndsoft.toml");
const GENERIC: &str = include_str!("../../config/profiles/generic.toml");
const READERSNEWS: &str = include_str!("../../config/sites/readersnews.toml");

/// Returns the profiles of known CMSs.
pub fn shipped_profiles() -> Vec<Profile> {
    let ndsoft = read_profile("profiles/ndsoft.toml", NDSOFT);
    vec![ndsoft.expect("a test reads every shipped file")]
}

/// Returns the profile for pages of no known CMS.
pub fn generic_profile() -> Profile {
    read_profile("profiles/generic.toml", GENERIC).expect("a test reads every shipped file")
}

pub fn shipped_sites() -> Vec<Site> {
    let readersnews = read_site("sites/readersnews.toml", READERSNEWS);
    vec![readersnews.expect("a test reads every shipped file")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_file_is_read() {
        assert_eq!(shipped_profiles()[0].name, "ndsoft");
        assert_eq!(generic_profile().name, "generic");
        assert_eq!(shipped_sites()[0].profile.as_deref(), Some("ndsoft"));
    }
}
