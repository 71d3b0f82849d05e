//! Moments within statements, as RFC 3339.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

use crate::time::Timestamp;

pub(super) fn serialize<S: Serializer>(at: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(at)
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Timestamp, D::Error> {
    let text = String::deserialize(from)?;
    Timestamp::from_rfc3339(&text).ok_or_else(|| D::Error::custom("it is no moment"))
}
