//! Object storage: a folder or a bucket of S3 that keeps the bodies of answers in place of the
//! database. Objects never change. One whose body was removed is replaced by another one, and
//! deleted.

mod bundle;
#[cfg(feature = "postgres")]
mod client;
mod location;
#[cfg(not(feature = "postgres"))]
mod no_client;
mod shelf;

pub(super) use bundle::{
    BundleEntry, BundledPlace, NewObject, bundle, dictionary_object, is_bundle, marker,
    marker_name, object_name,
};
#[cfg(feature = "postgres")]
pub(super) use client::{ObjectAnswer, ObjectClient};
pub use location::ObjectLocation;
#[cfg(not(feature = "postgres"))]
pub(super) use no_client::{NoAnswer as ObjectAnswer, NoClient as ObjectClient};
#[cfg(feature = "postgres")]
pub(super) use shelf::{BodyPlace, StorageRecord};
pub(super) use shelf::{NewestState, ObjectShelf, has_marker, kept_location, record};
