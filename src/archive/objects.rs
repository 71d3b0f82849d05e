//! Object storage: a folder or a bucket of S3 that keeps the bodies of answers in place of the
//! database. Objects never change. One whose body was removed is replaced by another one, and
//! deleted.

mod body_place;
mod bundle;
mod bundle_index;
#[cfg(feature = "postgres")]
mod client;
mod location;
#[cfg(not(feature = "postgres"))]
mod no_client;
#[cfg(feature = "postgres")]
mod s3_settings;
mod shelf;
mod storage_record;
mod unnamed;

#[cfg(feature = "postgres")]
pub(super) use body_place::BodyPlace;
pub(super) use bundle::{
    BundleEntry, BundledPlace, NewObject, bundle, dictionary_object, marker, marker_bytes,
    marker_name, object_name,
};
pub(super) use bundle_index::{BundleIndex, IndexedFrame, frames_start};
#[cfg(feature = "postgres")]
pub(super) use client::{ObjectAnswer, ObjectClient};
pub use location::ObjectLocation;
#[cfg(not(feature = "postgres"))]
pub(super) use no_client::{NoAnswer as ObjectAnswer, NoClient as ObjectClient};
pub(super) use shelf::ObjectShelf;
#[cfg(feature = "postgres")]
pub(super) use storage_record::StorageRecord;
pub(super) use storage_record::{kept_location, record};
