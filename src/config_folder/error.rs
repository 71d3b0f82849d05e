//! Errors of a configuration. They say where the fault is, and what to do.

use std::path::PathBuf;

use crate::config::ConfigFileError;
use crate::config::profiles::ProfilesError;
use crate::identity::KeyError;
use crate::site_reader::SiteError;

/// A fault of the configuration, or of the command line that uses it: exit code 2.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says it")]
pub enum ConfigError {
    #[error(transparent)]
    Wrong(#[from] ConfigFileError),
    #[error(
        "there is no configuration folder {path}; \
         name one that is there, or `saseo init {path}` writes one"
    )]
    NoFolder { path: PathBuf },
    #[error(
        "{path} is a file, and --config names a folder: \
         the one that saseo.toml and sites stand in"
    )]
    NotAFolder { path: PathBuf },
    #[error("SASEO_CONTACT: {0}")]
    Contact(&'static str),
    #[error("SASEO_IDENTITY_DIRECTORY: {0}")]
    Directory(&'static str),
    #[error(
        "identity.directory is the site that shows a key, and requests are signed by none: \
         identity.key in saseo.toml, or SASEO_IDENTITY_KEY (saseo identity makes one)"
    )]
    DirectoryWithoutKey,
    /// The key that is to sign the requests cannot be read.
    #[error(transparent)]
    Key(#[from] KeyError),
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
        "nobody can be reached at {contact}: \
         its name is reserved for examples, tests or machines of one's own. \
         {site} is asked only with an address of yours: \
         SASEO_CONTACT=YOUR-ADDRESS (yours in its place), or identity.contact in saseo.toml"
    )]
    Unanswerable { site: String, contact: String },
    /// Two faults or more.
    #[error("{} things are wrong with the configuration:{}", .0.len(), in_lines(.0))]
    Several(Vec<ConfigError>),
    #[error("{0}")]
    Usage(String),
}

/// The faults that were found so far.
#[derive(Default)]
pub(super) struct Faults(pub(super) Vec<ConfigError>);

impl Faults {
    /// Returns a value that could be read. Keeps the fault of one that could not.
    pub(super) fn kept<T>(&mut self, had: Result<T, impl Into<ConfigError>>) -> Option<T> {
        had.map_err(|why| self.0.push(why.into())).ok()
    }
}

fn in_lines(faults: &[ConfigError]) -> String {
    faults
        .iter()
        .map(|fault| format!("\n  {}", chain(fault)))
        .collect()
}

/// Returns the end of a sentence that begins with "there": which of the known names are there.
pub(super) fn among(known: &[String]) -> String {
    match known {
        [] => "is none: `saseo init` writes one".to_owned(),
        [one] => format!("is {one}"),
        many => format!("are {}", many.join(", ")),
    }
}

/// Writes an error with its causes in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |said, cause| format!("{said}: {cause}"))
}
