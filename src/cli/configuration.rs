//! The configuration as it stands in a folder, or as it was shipped.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::clock::Clock;
use crate::config::profiles::{ProfileFile, ProfilesError};
use crate::config::settings::{can_be_answered, contact};
use crate::config::{
    ConfigError, Profile, Profiles, Settings, Site, fault, read_profile, read_settings, read_site,
    read_text, shipped,
};
use crate::site_reader::{SiteError, SiteReader};
use crate::time::Timestamp;

/// Bytes of a configuration file.
const LARGEST: u64 = 1 << 20;

/// Settings, sites and profiles, read and checked.
#[derive(Debug)]
pub(super) struct Configuration {
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

/// A configuration file: its name for messages, and its text.
#[derive(Clone, Debug)]
struct ConfigFile {
    name: String,
    text: String,
}

/// What is wrong with the configuration or with what was asked of it: exit code 2.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConfigurationError {
    #[error(transparent)]
    Wrong(#[from] ConfigError),
    #[error(
        "there is no configuration folder {path}; name one that is there, or `saseo init {path}` writes one"
    )]
    NoFolder { path: PathBuf },
    #[error(
        "{path} is a file, and --config names a folder: the one that saseo.toml and sites stand in"
    )]
    NotAFolder { path: PathBuf },
    #[error("SASEO_CONTACT: {0}")]
    Contact(&'static str),
    #[error("cannot read {path}")]
    Unreadable {
        path: PathBuf,
        #[source]
        why: std::io::Error,
    },
    #[error("there is no site {name:?}; there {}", among(known))]
    NoSuchSite { name: String, known: Vec<String> },
    #[error("two sites are named {name:?}: {} and {}", files[0], files[1])]
    TwiceNamed { name: String, files: [String; 2] },
    #[error(transparent)]
    Profiles(#[from] ProfilesError),
    #[error(transparent)]
    Site(#[from] SiteError),
    #[error(
        "who is asking? {site} is asked only with a mail address or URL where you can be reached: \
         SASEO_CONTACT=YOUR-ADDRESS (yours in its place), or identity.contact in saseo.toml"
    )]
    NoContact { site: String },
    #[error(
        "nobody can be reached at {contact}: its name is reserved for examples, tests or machines of one's own. {site} is \
         asked only with an address of yours: SASEO_CONTACT=YOUR-ADDRESS (yours in its place), or identity.contact in \
         saseo.toml"
    )]
    Unanswerable { site: String, contact: String },
    /// Two faults or more.
    #[error("{} things are wrong with the configuration:{}", .0.len(), in_lines(.0))]
    Several(Vec<ConfigurationError>),
    #[error("{0}")]
    Usage(String),
}

fn in_lines(faults: &[ConfigurationError]) -> String {
    faults
        .iter()
        .map(|fault| format!("\n  {}", chain(fault)))
        .collect()
}

fn among(known: &[String]) -> String {
    match known {
        [] => "is none: `saseo init` writes one".to_owned(),
        [one] => format!("is {one}"),
        many => format!("are {}", many.join(", ")),
    }
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

/// The files of a configuration, unread.
struct ConfigurationFiles {
    settings: ConfigFile,
    sites: Vec<ConfigFile>,
    profiles: Vec<ConfigFile>,
    /// The folder, or `None` for what was shipped.
    folder: Option<PathBuf>,
}

impl ConfigurationFiles {
    fn none() -> Self {
        Self {
            settings: ConfigFile::default(),
            sites: Vec::new(),
            profiles: Vec::new(),
            folder: None,
        }
    }

    fn shipped() -> Self {
        Self {
            settings: shipped_files("saseo.toml").next().unwrap_or_default(),
            sites: shipped_files("sites/").collect(),
            profiles: shipped_files("profiles/").collect(),
            folder: None,
        }
    }

    /// A folder's own files, and the shipped profiles that it has none of that name instead of.
    fn of_folder(folder: &Path, faults: &mut Faults) -> Self {
        let settings = folder.join("saseo.toml");
        let settings = if settings.exists() {
            faults.kept(read_file(&settings))
        } else {
            None
        };
        let sites = read_folder(&folder.join("sites"), faults);

        let mut profiles = read_folder(&folder.join("profiles"), faults);
        let own: Vec<String> = profiles.iter().map(ConfigFile::stem).collect();
        profiles.extend(shipped_files("profiles/").filter(|file| !own.contains(&file.stem())));
        Self {
            settings: settings.unwrap_or_default(),
            sites,
            profiles,
            folder: Some(folder.to_owned()),
        }
    }
}

/// What was found wrong so far.
#[derive(Default)]
struct Faults(Vec<ConfigurationError>);

impl Faults {
    /// Returns what could be had; what could not is kept as a fault.
    fn kept<T>(&mut self, had: Result<T, impl Into<ConfigurationError>>) -> Option<T> {
        had.map_err(|why| self.0.push(why.into())).ok()
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

/// Refuses a configuration folder that is named and is none.
pub(super) fn is_there(named: &Path) -> Result<(), ConfigurationError> {
    let path = named.to_owned();
    match (named.is_dir(), named.exists()) {
        (true, _) => Ok(()),
        (false, true) => Err(ConfigurationError::NotAFolder { path }),
        (false, false) => Err(ConfigurationError::NoFolder { path }),
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

/// An error with its causes, in a line.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |said, cause| format!("{said}: {cause}"))
}

impl Default for ConfigFile {
    fn default() -> Self {
        Self {
            name: "saseo.toml".to_owned(),
            text: String::new(),
        }
    }
}

impl ConfigFile {
    fn stem(&self) -> String {
        Path::new(&self.name)
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned()
    }
}

fn shipped_files(prefix: &'static str) -> impl Iterator<Item = ConfigFile> {
    let wanted = shipped::files()
        .into_iter()
        .filter(move |file| file.path.starts_with(prefix));
    wanted.filter_map(|file| {
        Some(ConfigFile {
            name: format!("shipped {}", file.path),
            text: file.toml()?.to_owned(),
        })
    })
}

fn read_file(path: &Path) -> Result<ConfigFile, ConfigurationError> {
    let bytes = regular(path, LARGEST).map_err(|why| ConfigurationError::Unreadable {
        path: path.to_owned(),
        why,
    })?;
    let name = path.display().to_string();
    let text = read_text(&name, bytes)?;
    Ok(ConfigFile { name, text })
}

/// Reads a file, and nothing that never ends: no device, no pipe, and no more than a limit.
pub(super) fn regular(path: &Path, most: u64) -> std::io::Result<Vec<u8>> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(std::io::Error::other("it is no regular file"));
    }
    let mut bytes = Vec::new();
    std::fs::File::open(path)?
        .take(most + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(std::io::Error::other(format!(
            "it is larger than {most} bytes"
        )));
    }
    Ok(bytes)
}

/// TOML, and no lock or backup of an editor.
fn is_config(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.ends_with(".toml") && !name.starts_with(['.', '#'])
}

/// The TOML files of a folder, by name; none where there is no folder.
fn config_files(folder: &Path) -> Result<Vec<PathBuf>, ConfigurationError> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let fault = |why| ConfigurationError::Unreadable {
        path: folder.to_owned(),
        why,
    };
    let entries = std::fs::read_dir(folder).map_err(fault)?;
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()
        .map_err(fault)?;
    paths.retain(|path| is_config(path));
    paths.sort();
    Ok(paths)
}

fn read_folder(folder: &Path, faults: &mut Faults) -> Vec<ConfigFile> {
    let paths = faults.kept(config_files(folder)).unwrap_or_default();
    paths
        .iter()
        .filter_map(|path| faults.kept(read_file(path)))
        .collect()
}
