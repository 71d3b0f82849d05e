//! Object storage: a folder or a bucket of S3 that keeps the bodies of answers in place of the
//! database.
//!
//! A crawl commits each body with its answer in the database, as ever. Later many bodies together
//! become one object, a bundle. Its row is committed before it is written, and the bodies leave the
//! database in the commit that names it. So no object is ever unknown: a kill at any instant leaves
//! an announced object, which the next `saseo compact` deletes. Objects never change. One whose body
//! was removed is replaced by another one, and deleted.

mod adoption;
mod bundle;
mod bundling;
#[cfg(feature = "postgres")]
mod client;
#[cfg(not(feature = "postgres"))]
#[path = "objects/no_client.rs"]
mod client;
mod location;
mod settling;
mod shelf;

pub use bundling::{BundleFill, BundleUpload, BundledBodies};
pub use location::ObjectLocation;
pub use settling::SettledObjects;
pub(super) use settling::doom_objects_of;
#[cfg(feature = "postgres")]
pub(super) use shelf::BodyPlace;
pub(super) use shelf::ObjectShelf;
