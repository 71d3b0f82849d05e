//! `saseo.toml`: who asks, how fast in all, and the limits of one answer.

use std::time::Duration;

use serde::Deserialize;

use crate::config::units::{Bytes, Rate, Span};

/// Everything in `saseo.toml`; what is left out has the shipped value.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    pub identity: Identity,
    pub pace: Ceilings,
    pub limits: Limits,
    pub archive: Keeping,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Identity {
    /// The product token that robots.txt names.
    pub agent: String,
    /// A mail address or a URL where the crawler's owner is reached; empty means nobody said.
    pub contact: String,
}

/// The ceilings above the hosts' own gaps.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ceilings {
    pub server_rate: Rate,
    pub total_rate: Rate,
}

/// What one answer may cost.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Bytes of a decoded body; the rest is not read.
    pub body: Bytes,
    pub connect: Span,
    pub answer: Span,
    pub redirects: u32,
    /// Where public hosts may be asked besides 80 and 443, and the ports of the sites' own homes.
    pub ports: Vec<u16>,
}

/// How the archive is kept.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Keeping {
    pub durability: Durability,
}

/// What a power cut may cost; a killed process costs nothing either way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Durability {
    /// The last moments may go, whole.
    #[default]
    Normal,
    /// Every commit is on disk before the next request.
    Full,
}

impl Default for Identity {
    fn default() -> Self {
        Self { agent: "saseo".to_owned(), contact: String::new() }
    }
}

impl Default for Ceilings {
    fn default() -> Self {
        Self { server_rate: Rate(Duration::from_millis(500)), total_rate: Rate(Duration::from_millis(20)) }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: Bytes(8 << 20),
            connect: Span(Duration::from_secs(10)),
            answer: Span(Duration::from_secs(60)),
            redirects: 5,
            ports: Vec::new(),
        }
    }
}
