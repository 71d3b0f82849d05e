//! Bodies as the archive keeps them, wherever their bytes are.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::archive::engine::Connection;
use crate::archive::error::ArchiveError;
use crate::archive::objects::body_place::{BodyPlace, place_of};
use crate::archive::objects::bundle::{marker_bytes, marker_name};
use crate::archive::objects::location::ObjectLocation;
use crate::archive::objects::storage_record::{StorageRecord, record};
use crate::archive::objects::unnamed::{UnnamedBodies, named_objects};
use crate::archive::objects::{ObjectAnswer, ObjectClient};

/// A larger bundle is never read whole: it has a body that is large itself.
const MOST_KEPT_BYTES: u64 = 64 << 20;

/// The objects of an archive, opened when the first of them is needed.
#[derive(Debug, Default)]
pub(crate) struct ObjectShelf {
    /// Where the user says that they are; `None` where the archive's own word counts.
    named: Option<ObjectLocation>,
    /// Bodies that are in objects are not looked at.
    is_left_out: bool,
    // A reader may serve several threads, one after the other.
    opened: Mutex<Opened>,
}

#[derive(Debug, Default)]
struct Opened {
    shelf: Option<OpenShelf>,
    /// The bundle that was read last.
    last: Option<LastBundle>,
    /// The bodies of objects that no row names, once they were asked for.
    unnamed: Option<UnnamedBodies>,
}

/// A client, and the id by whose marker an archive knows its own objects.
#[derive(Debug)]
struct OpenShelf {
    client: ObjectClient,
    archive: String,
}

/// A bundle from which a body was read, and its bytes once a second one was.
#[derive(Debug)]
struct LastBundle {
    name: String,
    bytes: Option<Vec<u8>>,
}

impl ObjectShelf {
    /// Returns the shelf of an archive, with the location that the user named.
    pub(crate) fn of(named: Option<&ObjectLocation>) -> Self {
        Self {
            named: named.cloned(),
            is_left_out: false,
            opened: Mutex::default(),
        }
    }

    /// Returns the shelf of a copy of an archive, which has the names of objects alone: bodies in
    /// them are left out where all bodies are looked at.
    #[cfg(feature = "cli")]
    pub(crate) fn left_out() -> Self {
        Self {
            is_left_out: true,
            ..Self::default()
        }
    }

    /// Tells whether a body is in an object, and is left out.
    pub(crate) fn leaves_out(
        &self,
        connection: &Connection,
        body: i64,
        zstd: &[u8],
    ) -> Result<bool, ArchiveError> {
        let may_be = self.is_left_out && zstd.is_empty();
        Ok(may_be && place_of(connection, body)?.is_some())
    }

    /// Returns where the user says that the objects are.
    pub(crate) fn named(&self) -> Option<&ObjectLocation> {
        self.named.as_ref()
    }

    /// Returns the compressed bytes of a body, of which the database has `zstd`: nothing where they
    /// stand in a bundle.
    ///
    /// # Errors
    ///
    /// Returns [`ArchiveError::Damaged`] where they are nowhere, and where they are not those that
    /// were written. An object storage that does not answer, or has nothing of this archive, is
    /// another error.
    pub(crate) fn bytes_of(
        &self,
        connection: &Connection,
        body: i64,
        zstd: Vec<u8>,
    ) -> Result<Vec<u8>, ArchiveError> {
        if !zstd.is_empty() {
            return Ok(zstd);
        }
        self.bytes_at(body, place_of(connection, body)?, || record(connection))
    }

    /// Returns the compressed bytes of a body at a place. `record` is asked once for what the
    /// archive knows of its objects.
    ///
    /// # Errors
    ///
    /// As [`ObjectShelf::bytes_of`].
    pub(crate) fn bytes_at(
        &self,
        body: i64,
        place: Option<BodyPlace>,
        record: impl FnOnce() -> Result<Option<StorageRecord>, ArchiveError>,
    ) -> Result<Vec<u8>, ArchiveError> {
        let Some(place) = place else {
            return Err(ArchiveError::Damaged(format!("body {body} has no bytes")));
        };
        let mut opened = self.lock();
        self.open(&mut opened, record)?;
        let Opened {
            shelf: Some(shelf),
            last,
            unnamed: _,
        } = &mut *opened
        else {
            unreachable!("the shelf was opened");
        };
        match read(&shelf.client, last, &place)? {
            Some(bytes) if place.has_hash_of(&bytes) => Ok(bytes),
            Some(_) => {
                shelf.check_marker()?;
                let why = format!("object {} has other bytes for body {body}", place.name);
                Err(ArchiveError::Damaged(why))
            }
            None => {
                shelf.check_marker()?;
                let why = format!("object {} with body {body} is missing", place.name);
                Err(ArchiveError::Damaged(why))
            }
        }
    }

    /// Returns the name of an object that no row of the archive names, and that has the content of
    /// this hash. The first call looks into all such objects.
    ///
    /// # Errors
    ///
    /// Fails where the object storage cannot be used: a user of S3 may read and not list.
    pub(crate) fn unnamed_with(
        &self,
        connection: &Connection,
        content: &[u8],
    ) -> Result<Option<String>, ArchiveError> {
        let mut opened = self.lock();
        self.open(&mut opened, || record(connection))?;
        let Opened {
            shelf: Some(shelf),
            last: _,
            unnamed,
        } = &mut *opened
        else {
            unreachable!("the shelf was opened");
        };
        let unnamed = match unnamed {
            Some(known) => known,
            None => {
                let named = named_objects(connection)?;
                unnamed.insert(UnnamedBodies::of(&shelf.client, &named)?)
            }
        };
        Ok(unnamed.object_with(content).map(str::to_owned))
    }

    /// Writes objects, where the object storage has the marker of this archive, before and after.
    ///
    /// # Errors
    ///
    /// Fails where the archive has no object storage.
    pub(crate) fn put(
        &self,
        connection: &Connection,
        objects: Vec<(String, Vec<u8>)>,
    ) -> Result<ObjectAnswer<()>, ArchiveError> {
        let mut opened = self.lock();
        let shelf = self.open(&mut opened, || record(connection))?;
        Ok(shelf.client.put_beside(shelf.marker(), objects))
    }

    /// Does something with the client.
    ///
    /// # Errors
    ///
    /// Fails where the archive has no object storage.
    pub(crate) fn with_client<T>(
        &self,
        connection: &Connection,
        work: impl FnOnce(&ObjectClient) -> T,
    ) -> Result<T, ArchiveError> {
        let mut opened = self.lock();
        Ok(work(&self.open(&mut opened, || record(connection))?.client))
    }

    /// Looks whether the object storage has the objects of this archive. The answer is an error
    /// where it has not.
    ///
    /// # Errors
    ///
    /// Fails where the archive has no object storage.
    pub(crate) fn check(&self, connection: &Connection) -> Result<ObjectAnswer<()>, ArchiveError> {
        let mut opened = self.lock();
        let shelf = self.open(&mut opened, || record(connection))?;
        Ok(shelf.client.check(shelf.marker()))
    }

    /// Opens the shelf anew when it is needed next.
    pub(crate) fn close(&self) {
        *self.lock() = Opened::default();
    }

    fn open<'o>(
        &self,
        opened: &'o mut Opened,
        record: impl FnOnce() -> Result<Option<StorageRecord>, ArchiveError>,
    ) -> Result<&'o OpenShelf, ArchiveError> {
        let shelf = match opened.shelf.take() {
            Some(shelf) => shelf,
            None => {
                let Some(record) = record()? else {
                    let why = "nothing tells where its objects are".to_owned();
                    return Err(ArchiveError::Damaged(why));
                };
                let location = match &self.named {
                    Some(named) => named.clone(),
                    None => record.location.parse()?,
                };
                OpenShelf {
                    client: ObjectClient::open(&location)?,
                    archive: record.archive,
                }
            }
        };
        Ok(opened.shelf.insert(shelf))
    }

    /// A panic amid a read leaves the client as it was.
    fn lock(&self) -> MutexGuard<'_, Opened> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OpenShelf {
    /// Returns the name of the archive's marker, and its bytes.
    fn marker(&self) -> (String, Vec<u8>) {
        (marker_name(&self.archive), marker_bytes(&self.archive))
    }

    /// An empty folder and a wrong bucket have no object either, and are no damage.
    fn check_marker(&self) -> Result<(), ArchiveError> {
        self.client.check(self.marker()).wait()
    }
}

/// Reads the bytes of a place; `None` where the object is not there or is too short. The second
/// body of a bundle brings the whole of it: most readers go through all bodies in their order.
fn read(
    client: &ObjectClient,
    last: &mut Option<LastBundle>,
    place: &BodyPlace,
) -> Result<Option<Vec<u8>>, ArchiveError> {
    let range = place.start..place.end;
    match last.as_mut().filter(|last| last.name == place.name) {
        Some(_) if place.object_bytes > MOST_KEPT_BYTES => {
            client.get(&place.name, Some(range)).wait()
        }
        Some(last) => {
            if last.bytes.is_none() {
                last.bytes = client.get(&place.name, None).wait()?;
            }
            Ok(last.bytes.as_deref().and_then(|bytes| place.part(bytes)))
        }
        None => {
            *last = Some(LastBundle {
                name: place.name.clone(),
                bytes: None,
            });
            client.get(&place.name, Some(range)).wait()
        }
    }
}
