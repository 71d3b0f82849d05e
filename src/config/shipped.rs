//! The configuration files that are built into the program.

use crate::config::{Profile, read_profile};

/// Every shipped file that a user may change: its path within a configuration folder, and its text.
pub const FILES: [(&str, &str); 3] = [
    ("saseo.toml", include_str!("../../config/saseo.toml")),
    ("sites/readersnews.toml", include_str!("../../config/sites/readersnews.toml")),
    ("profiles/ndsoft.toml", include_str!("../../config/profiles/ndsoft.toml")),
];

/// Returns the profiles of known CMSs.
pub fn shipped_profiles() -> Vec<Profile> {
    let files = FILES.iter().filter(|(name, _)| name.starts_with("profiles/"));
    files.map(|(name, text)| read_profile(name, text).expect("a test reads every shipped file")).collect()
}

/// Returns the profile for pages of no known CMS.
pub fn generic_profile() -> Profile {
    let text = include_str!("generic.toml");
    read_profile("src/config/generic.toml", text).expect("a test reads every shipped file")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Settings, read_settings, read_site};

    #[test]
    fn every_shipped_file_is_read() {
        for (name, text) in FILES {
            match name.split('/').next() {
                Some("sites") => assert_eq!(read_site(name, text).unwrap().profile.as_deref(), Some("ndsoft")),
                Some("profiles") => assert_eq!(read_profile(name, text).unwrap().name, "ndsoft"),
                _ => assert_eq!(read_settings(name, text).unwrap(), Settings::default()),
            }
        }
        assert_eq!(generic_profile().name, "generic");
    }
}
