//! Bodies move from the archive into object storage, and objects are deleted.
//!
//! A crawl commits each body with its answer in the database, as ever. Later many bodies together
//! become one object, a bundle. Its row is committed before it is written, and the bodies leave the
//! database in the commit that names it. So no object is ever unknown: a kill at any instant leaves
//! an announced object, which the next `saseo compact` deletes.

mod adoption;
mod listed_objects;
mod object_rows;
mod recovery;
mod settling;
mod upload;

pub use listed_objects::UnknownObjects;
pub use recovery::RecoveredBodies;
pub(super) use settling::doom_objects_of;
pub use settling::{SettledObjects, UnreadableBodies};
pub use upload::{BundleFill, BundleUpload, BundledBodies};
