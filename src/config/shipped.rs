//! The configuration files that are built into the program: the whole folder `config`.

use std::sync::LazyLock;

use include_dir::{Dir, include_dir};

use crate::config::Profile;

/// The folder `config` of the repository.
static CONFIG: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/config");

/// A file of the shipped configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShippedFile {
    /// Its path within a configuration folder, as `profiles/ndsoft.toml`.
    pub path: &'static str,
    /// TOML, or a saved page in its own encoding.
    pub bytes: &'static [u8],
}

/// Returns every shipped file, sorted by path: settings, sites, profiles, and the saved pages
/// beside the profiles.
pub fn files() -> Vec<ShippedFile> {
    let mut files = Vec::new();
    let mut open = vec![&CONFIG];

    while let Some(folder) = open.pop() {
        open.extend(folder.dirs());
        let kept = folder.files().filter_map(|file| {
            Some(ShippedFile {
                path: file.path().to_str()?,
                bytes: file.contents(),
            })
        });
        files.extend(kept);
    }

    files.sort_by_key(|file| file.path);
    files
}

impl ShippedFile {
    /// Returns the text of a settings, site or profile file; `None` for a saved page.
    pub fn toml(&self) -> Option<&'static str> {
        let text = self
            .path
            .ends_with(".toml")
            .then(|| str::from_utf8(self.bytes));
        text.map(|text| text.expect("a test reads every shipped file"))
    }
}

/// Returns the profiles of known CMSs, by the names of their files.
pub fn shipped_profiles() -> Vec<Profile> {
    let files = files()
        .into_iter()
        .filter(|file| file.path.starts_with("profiles/"));
    let texts = files.filter_map(|file| Some((file.path, file.toml()?)));
    texts
        .map(|(name, text)| Profile::parse(name, text).expect("a test reads every shipped file"))
        .collect()
}

/// The text of the profile for pages of unknown CMSs.
pub const GENERIC: &str = include_str!("generic.toml");

/// The profile for pages of unknown CMSs, compiled once: every reader of a site has it.
static COMPILED_GENERIC: LazyLock<Profile> = LazyLock::new(|| {
    Profile::parse("src/config/generic.toml", GENERIC).expect("a test reads every shipped file")
});

impl Profile {
    /// Returns the profile for pages of unknown CMSs: stories are found by measure.
    ///
    /// # Examples
    ///
    /// ```
    /// assert_eq!(saseo::Profile::generic().name, "generic");
    /// ```
    pub fn generic() -> Self {
        COMPILED_GENERIC.clone()
    }

    /// Returns the profile of that name that comes with saseo, as `ndsoft`.
    ///
    /// # Examples
    ///
    /// ```
    /// use saseo::Profile;
    ///
    /// assert!(Profile::shipped("ndsoft").is_some());
    /// assert!(Profile::shipped("a-cms-of-one-paper").is_none());
    /// ```
    pub fn shipped(name: &str) -> Option<Self> {
        shipped_profiles()
            .into_iter()
            .find(|profile| profile.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Settings, Site};

    #[test]
    fn every_shipped_file_is_read() {
        for (path, text) in files()
            .iter()
            .filter_map(|file| Some((file.path, file.toml()?)))
        {
            match path.split_once('/') {
                Some(("sites", _)) => {
                    let site = Site::parse(path, text).unwrap();
                    assert_eq!(site.profile.as_deref(), Some("ndsoft"));
                }
                Some(("profiles", file)) => {
                    let profile = Profile::parse(path, text).unwrap();
                    assert_eq!(format!("{}.toml", profile.name), file);
                }
                _ => assert_eq!(Settings::parse(path, text).unwrap(), Settings::default()),
            }
        }
        assert_eq!(Profile::generic().name, "generic");
    }
}
