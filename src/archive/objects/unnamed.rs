//! Objects that are there, and that no row of the archive names.

use std::collections::{HashMap, HashSet};

use crate::archive::engine::Connection;
use crate::archive::error::ArchiveError;
use crate::archive::objects::ObjectClient;
use crate::archive::objects::bundle::object_name;
use crate::archive::objects::bundle_index::BundleIndex;

/// The bodies of the objects that no row of the archive names.
#[derive(Debug)]
pub(crate) struct UnnamedBodies {
    objects: Vec<String>,
    /// The place of an object for each content.
    bodies: HashMap<[u8; 32], usize>,
}

impl UnnamedBodies {
    /// Reads the headers of all objects that are not among those of the archive.
    ///
    /// # Errors
    ///
    /// Fails where the object storage cannot be used.
    pub(crate) fn of(client: &ObjectClient, named: &HashSet<String>) -> Result<Self, ArchiveError> {
        let mut objects = client.list().wait()?;
        objects.retain(|name| !named.contains(name));

        let mut bodies = HashMap::new();
        for (place, name) in objects.iter().enumerate() {
            let index = BundleIndex::read(|range| client.get(name, Some(range)).wait())?;
            let frames = index.map(|index| index.frames).unwrap_or_default();
            bodies.extend(frames.iter().map(|frame| (frame.content, place)));
        }
        Ok(Self { objects, bodies })
    }

    /// Returns the name of an object that has the content of this hash.
    pub(crate) fn object_with(&self, content: &[u8]) -> Option<&str> {
        let content: [u8; 32] = content.try_into().ok()?;
        let object = self.objects.get(*self.bodies.get(&content)?)?;
        Some(object)
    }
}

/// Returns the names of the objects that rows of the archive name, whatever their state.
pub(crate) fn named_objects(connection: &Connection) -> Result<HashSet<String>, ArchiveError> {
    let mut select = connection.prepare("SELECT dictionary_id, sha256 FROM object")?;
    let named = select.query_map([], |row| {
        let sha256: Vec<u8> = row.get(1)?;
        Ok(object_name(row.get(0)?, &sha256))
    })?;
    Ok(named.collect::<Result<_, _>>()?)
}
