//! Where the objects of an archive are: a folder, or a bucket of S3.

use std::fmt;
use std::path::{PathBuf, absolute};
use std::str::FromStr;

use crate::archive::store_error::StoreError;

/// A place for objects. It has no secrets: the environment has those.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObjectLocation {
    Folder(PathBuf),
    S3 {
        bucket: String,
        /// What the names of the objects begin with, without a slash at its end; may be empty.
        prefix: String,
    },
}

impl FromStr for ObjectLocation {
    type Err = StoreError;

    /// Reads `s3://BUCKET`, `s3://BUCKET/PREFIX` or a folder.
    fn from_str(text: &str) -> Result<Self, StoreError> {
        let bad = |why: &str| StoreError::BadObjects {
            // What stands behind the scheme may be a secret.
            text: match text.split_once("://") {
                Some((scheme, _)) => format!("{scheme}://…"),
                None if text.starts_with("s3:") => "s3:…".to_owned(),
                None => text.to_owned(),
            },
            why: why.to_owned(),
        };
        let Some((scheme, rest)) = text.split_once("://") else {
            if text.starts_with("s3:") {
                return Err(bad("a bucket is s3://BUCKET"));
            }
            return folder(text).ok_or_else(|| bad("it is no path of UTF-8"));
        };
        if scheme != "s3" {
            return Err(bad("s3 is the only kind of object storage besides folders"));
        }
        if rest.contains(['@', '?', '#']) {
            return Err(bad(
                "it must not have a key: put it into the environment as AWS_ACCESS_KEY_ID and \
                 AWS_SECRET_ACCESS_KEY",
            ));
        }

        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let is_named_so = |letter: char| {
            letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '.' | '-')
        };
        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
        if !(3..=63).contains(&bucket.len()) || !bucket.chars().all(is_named_so) {
            return Err(bad("no bucket has such a name"));
        }
        let prefix = prefix.trim_end_matches('/');
        let is_clean =
            |part: &str| !matches!(part, "" | "." | "..") && !part.contains(char::is_control);
        if !prefix.is_empty() && !prefix.split('/').all(is_clean) {
            return Err(bad("no name of an object begins like that"));
        }
        Ok(Self::S3 {
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
        })
    }
}

/// Returns a folder from the root on, so that it is the same one from every working folder.
fn folder(text: &str) -> Option<ObjectLocation> {
    let folder = absolute(text).ok()?;
    folder.to_str()?;
    Some(ObjectLocation::Folder(folder))
}

impl fmt::Display for ObjectLocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "{}", folder.display()),
            Self::S3 { bucket, prefix } if prefix.is_empty() => write!(f, "s3://{bucket}"),
            Self::S3 { bucket, prefix } => write!(f, "s3://{bucket}/{prefix}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, String> {
        let location: Result<ObjectLocation, _> = text.parse();
        location
            .map(|location| location.to_string())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn locations_are_read_and_written_alike() {
        for text in ["s3://papers", "s3://papers/seoul/2026", "/srv/objects"] {
            assert_eq!(read(text).as_deref(), Ok(text));
        }
        assert_eq!(read("s3://papers/").as_deref(), Ok("s3://papers"));
        assert!(read("objects").unwrap().ends_with("/objects"));
    }

    #[test]
    fn wrong_locations_are_refused_and_no_secret_is_repeated() {
        for text in [
            "s3://",
            "s3://x",
            "s3://Papers",
            "gs://papers",
            "s3://papers//a",
            "s3://papers/../x",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
        let error = read("s3://key:hidden@papers").unwrap_err();
        assert!(!error.contains("hidden"), "{error}");
        assert!(error.contains("AWS_ACCESS_KEY_ID"), "{error}");
    }
}
