//! `saseo identity`: the key that signs requests, and the directory by which others check them.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use serde_json::{Map, Value, json};

use crate::cli::exit::Exit;
use crate::cli::{Common, console};
use crate::clock::Clock;
use crate::config::settings::{Identity, key_directory};
use crate::config_folder::{Config, ConfigError};
use crate::export;
use crate::identity::{DIRECTORY_PATH, DirectoryAnswer, KeyDirectory, MadeKey, SigningKey};
use crate::page_url::PageUrl;

#[derive(Debug, Args)]
pub(super) struct IdentityArgs {
    /// The file of the key, instead of identity.key; made where it is not there, and never
    /// overwritten. Given again: a key of earlier requests, which stays in the directory
    #[arg(long = "key", value_name = "FILE")]
    keys: Vec<PathBuf>,
    /// The site that shows the directory, instead of identity.directory
    #[arg(long, value_name = "URL", value_parser = key_directory)]
    directory: Option<String>,
    /// Write the directory into this file instead of stdout; a file that is there is replaced
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Print the headers that the site sends with it, signed by each key, instead of the directory
    #[arg(long, conflicts_with = "out")]
    headers: bool,
    /// How long those signatures are valid, in days
    #[arg(long, value_name = "DAYS", default_value_t = 90,
        value_parser = clap::value_parser!(u16).range(1..))]
    days: u16,
}

pub(super) fn run(common: &Common, args: &IdentityArgs) -> anyhow::Result<Exit> {
    let configured = Config::sender(common.config.as_deref())?;
    let paths = paths(args, &configured)?;
    let origin = args.directory.clone().or(configured.directory);
    if args.headers && origin.is_none() {
        let why = "the headers are signed for the site that shows the directory: --directory URL, \
            or identity.directory in saseo.toml";
        return Err(ConfigError::Usage(why.to_owned()).into());
    }

    let keys = keys(common, &paths)?;
    let body = KeyDirectory::of(&keys).body();
    let answer = origin
        .as_deref()
        .map(|origin| signed(&keys, origin, args.days))
        .transpose()?;
    if let Some(out) = &args.out {
        is_no_key(out, &paths)?;
        export::write_page(out, &body)?;
        common.voice().note(&format!("written: {}", out.display()));
    }
    if let Some(origin) = &origin {
        common
            .voice()
            .note(&format!("to be shown at {origin}{DIRECTORY_PATH}"));
    }

    if common.json {
        console::json(&in_json(&paths, &keys, &body, origin, answer))?;
    } else if let Some(answer) = answer.filter(|_| args.headers) {
        for (name, value) in &answer.headers {
            console::data(&format!("{name}: {value}"))?;
        }
    } else if args.out.is_none() {
        console::data(body.trim_end())?;
    }
    Ok(Exit::Done)
}

/// Returns the files of the keys: those that are named, or the one of the configuration.
fn paths(args: &IdentityArgs, configured: &Identity) -> Result<Vec<PathBuf>, ConfigError> {
    if !args.keys.is_empty() {
        return Ok(args.keys.clone());
    }
    configured.key.clone().map(|key| vec![key]).ok_or_else(|| {
        let why = "where is the key to be? --key FILE, or identity.key in saseo.toml";
        ConfigError::Usage(why.to_owned())
    })
}

/// Reads the keys. The first one is made where it is not there.
fn keys(common: &Common, paths: &[PathBuf]) -> anyhow::Result<Vec<SigningKey>> {
    let mut keys = Vec::with_capacity(paths.len());
    for path in paths {
        let key = if keys.is_empty() {
            MadeKey::at(path)?
        } else {
            MadeKey::Kept(SigningKey::read(path)?)
        };
        let is = match &key {
            MadeKey::New(_) => "made the key",
            MadeKey::Kept(_) => "read the key",
        };
        let note = format!("{is} {}: its id is {}", path.display(), key.key().id());
        common.voice().note(&note);
        keys.push(key.key().clone());
    }
    Ok(keys)
}

/// Refuses to write the directory over a key.
fn is_no_key(out: &Path, keys: &[PathBuf]) -> Result<(), ConfigError> {
    // A file that is not there is no key: those were read.
    let Ok(out) = out.canonicalize() else {
        return Ok(());
    };
    if keys
        .iter()
        .any(|key| key.canonicalize().is_ok_and(|key| key == out))
    {
        let why = format!("{} is the key, which is never overwritten", out.display());
        return Err(ConfigError::Usage(why));
    }
    Ok(())
}

/// Returns the directory as the site at `origin` sends it, signed from now on.
fn signed(keys: &[SigningKey], origin: &str, days: u16) -> anyhow::Result<DirectoryAnswer> {
    let host = PageUrl::parse(origin)?.host();
    let valid = Duration::from_hours(24 * u64::from(days));
    let now = Clock::system().now();
    Ok(DirectoryAnswer::signed(keys, host.as_str(), now, valid))
}

fn in_json(
    paths: &[PathBuf],
    keys: &[SigningKey],
    body: &str,
    origin: Option<String>,
    answer: Option<DirectoryAnswer>,
) -> Value {
    let keys: Vec<Value> = paths
        .iter()
        .zip(keys)
        .map(|(path, key)| json!({ "file": path, "id": key.id() }))
        .collect();
    let headers: Option<Map<String, Value>> = answer.map(|answer| {
        let headers = answer.headers.into_iter();
        headers
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect()
    });
    json!({
        "keys": keys,
        "url": origin.map(|origin| format!("{origin}{DIRECTORY_PATH}")),
        "body": body,
        "headers": headers,
    })
}
