//! Bodies as the archive keeps them, wherever their bytes are.

use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::params;
use sha2::{Digest, Sha256};

use crate::archive::engine::{Connection, OptionalExtension};
use crate::archive::error::ArchiveError;
use crate::archive::objects::bundle::object_name;
#[cfg(feature = "postgres")]
use crate::archive::objects::client::ObjectClient;
use crate::archive::objects::location::ObjectLocation;
#[cfg(not(feature = "postgres"))]
use crate::archive::objects::no_client::NoClient as ObjectClient;

/// A larger bundle is never read whole: it has a body that is large itself.
const MOST_KEPT_BYTES: i64 = 64 << 20;

/// The objects of an archive, opened when the first of them is needed.
#[derive(Debug, Default)]
pub(crate) struct ObjectShelf {
    /// Where the user says that they are; `None` where the archive's own word counts.
    named: Option<ObjectLocation>,
    // A reader may serve several threads, one after the other.
    opened: Mutex<Opened>,
}

#[derive(Debug, Default)]
pub(crate) struct Opened {
    client: Option<ObjectClient>,
    /// The bundle that was read last.
    last: Option<LastBundle>,
}

/// A bundle from which a body was read, and its bytes once a second one was.
#[derive(Debug)]
struct LastBundle {
    name: String,
    bytes: Option<Vec<u8>>,
}

/// Where the bytes of a body are.
#[derive(Clone, Debug)]
pub(crate) struct BodyPlace {
    name: String,
    object_bytes: i64,
    start: u64,
    bytes: u64,
    sha256: Vec<u8>,
}

impl BodyPlace {
    /// A place in an object of this hash and size, from a start on, with the hash of its bytes.
    pub(crate) fn of(
        (object, object_bytes): (Vec<u8>, i64),
        (start, bytes): (i64, i64),
        sha256: Vec<u8>,
    ) -> Self {
        Self {
            name: object_name(None, &object),
            object_bytes,
            start: start.unsigned_abs(),
            bytes: bytes.unsigned_abs(),
            sha256,
        }
    }
}

impl ObjectShelf {
    /// Returns the shelf of an archive, with the location that the user named.
    pub(crate) fn of(named: Option<&ObjectLocation>) -> Self {
        Self {
            named: named.cloned(),
            opened: Mutex::default(),
        }
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
    /// were written. An object storage that does not answer is another error.
    pub(crate) fn bytes_of(
        &self,
        connection: &Connection,
        body: i64,
        zstd: Vec<u8>,
    ) -> Result<Vec<u8>, ArchiveError> {
        if !zstd.is_empty() {
            return Ok(zstd);
        }
        self.bytes_at(body, place_of(connection, body)?, || {
            location_text(connection)
        })
    }

    /// Returns the compressed bytes of a body at a place. `location` is asked once for where the
    /// archive says that its objects are.
    ///
    /// # Errors
    ///
    /// As [`ObjectShelf::bytes_of`].
    pub(crate) fn bytes_at(
        &self,
        body: i64,
        place: Option<BodyPlace>,
        location: impl FnOnce() -> Result<Option<String>, ArchiveError>,
    ) -> Result<Vec<u8>, ArchiveError> {
        let Some(place) = place else {
            return Err(ArchiveError::Damaged(format!("body {body} has no bytes")));
        };
        let Some(bytes) = self.read(&place, location)? else {
            let why = format!("object {} with body {body} is missing", place.name);
            return Err(ArchiveError::Damaged(why));
        };
        if Sha256::digest(&bytes).as_slice() != place.sha256 {
            let why = format!("object {} has other bytes for body {body}", place.name);
            return Err(ArchiveError::Damaged(why));
        }
        Ok(bytes)
    }

    /// Does something with the client.
    ///
    /// # Errors
    ///
    /// Fails where the archive has no object storage.
    pub(crate) fn with_client<T>(
        &self,
        connection: &Connection,
        work: impl FnOnce(&ObjectClient) -> Result<T, ArchiveError>,
    ) -> Result<T, ArchiveError> {
        let mut opened = self.lock();
        work(self.client(&mut opened, || location_text(connection))?)
    }

    /// Uses a client from now on.
    pub(crate) fn use_client(&self, client: ObjectClient) {
        *self.lock() = Opened {
            client: Some(client),
            last: None,
        };
    }

    /// Reads the bytes of a place; `None` where the object is not there or is too short. The second
    /// body of a bundle brings the whole of it: most readers go through all bodies in their order.
    fn read(
        &self,
        place: &BodyPlace,
        location: impl FnOnce() -> Result<Option<String>, ArchiveError>,
    ) -> Result<Option<Vec<u8>>, ArchiveError> {
        let mut opened = self.lock();
        self.client(&mut opened, location)?;
        let Opened { client, last } = &mut *opened;
        let Some(client) = client else {
            unreachable!("the client was opened");
        };

        let range = place.start..place.start + place.bytes;
        match last.as_mut().filter(|last| last.name == place.name) {
            Some(_) if place.object_bytes > MOST_KEPT_BYTES => client.get(&place.name, Some(range)),
            Some(last) => {
                if last.bytes.is_none() {
                    last.bytes = client.get(&place.name, None)?;
                }
                Ok(last.bytes.as_deref().and_then(|bytes| part(bytes, place)))
            }
            None => {
                *last = Some(LastBundle {
                    name: place.name.clone(),
                    bytes: None,
                });
                client.get(&place.name, Some(range)).or_else(|_| {
                    // An object that was cut off has no such range.
                    let whole = client.get(&place.name, None)?;
                    Ok(whole.and_then(|bytes| part(&bytes, place)))
                })
            }
        }
    }

    fn client<'o>(
        &self,
        opened: &'o mut Opened,
        location: impl FnOnce() -> Result<Option<String>, ArchiveError>,
    ) -> Result<&'o ObjectClient, ArchiveError> {
        let client = match opened.client.take() {
            Some(client) => client,
            None => {
                let location = match (&self.named, location()?) {
                    (Some(named), _) => named.clone(),
                    (None, Some(kept)) => kept.parse()?,
                    (None, None) => {
                        let why = "nothing tells where its objects are".to_owned();
                        return Err(ArchiveError::Damaged(why));
                    }
                };
                ObjectClient::open(&location)?
            }
        };
        Ok(opened.client.insert(client))
    }

    /// A panic amid a read leaves the client as it was.
    fn lock(&self) -> MutexGuard<'_, Opened> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Returns where the archive says that its objects are; `None` where it has none.
pub(crate) fn kept_location(
    connection: &Connection,
) -> Result<Option<ObjectLocation>, ArchiveError> {
    let location = location_text(connection)?;
    Ok(location.map(|location| location.parse()).transpose()?)
}

fn location_text(connection: &Connection) -> Result<Option<String>, ArchiveError> {
    let mut select = connection.prepare_cached("SELECT location FROM object_storage")?;
    Ok(select.query_row([], |row| row.get(0)).optional()?)
}

fn part(bytes: &[u8], place: &BodyPlace) -> Option<Vec<u8>> {
    let start = usize::try_from(place.start).ok()?;
    let end = usize::try_from(place.start + place.bytes).ok()?;
    bytes.get(start..end).map(<[u8]>::to_vec)
}

fn place_of(connection: &Connection, body: i64) -> Result<Option<BodyPlace>, ArchiveError> {
    let mut select = connection.prepare_cached(
        "SELECT object.sha256, object.bytes, start, bundled_body.bytes, bundled_body.sha256
         FROM bundled_body JOIN object ON object.id = object_id WHERE body_id = ?1",
    )?;
    let place = select.query_row(params![body], |row| {
        Ok(BodyPlace::of(
            (row.get(0)?, row.get(1)?),
            (row.get(2)?, row.get(3)?),
            row.get(4)?,
        ))
    });
    Ok(place.optional()?)
}
