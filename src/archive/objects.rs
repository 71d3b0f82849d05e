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
    BundleEntry, BundledPlace, NewObject, bundle, dictionary_object, object_name,
};
#[cfg(feature = "postgres")]
pub(super) use client::{ObjectClient, Upload};
pub use location::ObjectLocation;
#[cfg(not(feature = "postgres"))]
pub(super) use no_client::{NoClient as ObjectClient, NoUpload as Upload};
#[cfg(feature = "postgres")]
pub(super) use shelf::BodyPlace;
pub(super) use shelf::{ObjectShelf, kept_location};
