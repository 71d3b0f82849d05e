//! A client of an object storage. Each request is done by a thread of its own, and whoever asked
//! may wait for it.

use std::fmt::Display;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::{fs, io};

use futures_util::StreamExt;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{Error, GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutMode, PutPayload};
use tokio::time::timeout;

use crate::archive::background::{BackgroundRuntime, BackgroundWork};
use crate::archive::error::ArchiveError;
use crate::archive::objects::bundle::is_object_name;
use crate::archive::objects::location::ObjectLocation;
use crate::archive::objects::s3_settings::{REQUEST_TIMEOUT, s3_settings};
use crate::archive::store_error::StoreError;

/// A reader waits no longer for the beginning of an answer, with all tries, nor for its next bytes. A
/// worker reads beside its requests: its lease, of which it uses 25 s, is at most 10 s old then. A
/// disk that slept is awake by then.
const PATIENCE: Duration = Duration::from_secs(15);

/// A connection to an object storage.
#[derive(Debug)]
pub(crate) struct ObjectClient {
    store: Arc<dyn ObjectStore>,
    /// What the names of the objects begin with.
    prefix: Path,
    /// What people know it by.
    name: String,
    /// The folder, if it is one.
    folder: Option<PathBuf>,
    /// How long a reader waits while nothing comes.
    patience: Duration,
    runtime: BackgroundRuntime,
}

/// The answer to a request, which may be under way. The request is broken off where this is
/// dropped.
#[derive(Debug)]
pub(crate) struct ObjectAnswer<T> {
    work: BackgroundWork<Result<T, String>>,
    answer: Option<Result<T, String>>,
    name: String,
}

impl ObjectClient {
    /// Opens an object storage.
    ///
    /// # Errors
    ///
    /// Fails where a folder is not there, and where the environment's settings for S3 are wrong.
    /// The server of S3 is not asked yet.
    pub(crate) fn open(location: &ObjectLocation) -> Result<Self, ArchiveError> {
        let name = location.to_string();
        let fault = |why: &dyn Display| failed(&name, why);
        let (store, prefix): (Arc<dyn ObjectStore>, _) = match location {
            ObjectLocation::Folder(folder) => {
                let store = LocalFileSystem::new_with_prefix(folder);
                let store = store.map_err(|error| fault(&error))?;
                (Arc::new(store.with_fsync(true)), Path::default())
            }
            ObjectLocation::S3 { bucket, prefix } => {
                let settings = s3_settings(bucket).map_err(|why| fault(&why))?;
                let store = settings.build().map_err(|error| fault(&error))?;
                (Arc::new(store), Path::from(prefix.as_str()))
            }
        };
        let folder = match location {
            ObjectLocation::Folder(folder) => Some(folder.clone()),
            ObjectLocation::S3 { .. } => None,
        };
        let runtime = BackgroundRuntime::start("objects").map_err(|error| fault(&error))?;
        Ok(Self {
            store,
            prefix,
            name,
            folder,
            patience: PATIENCE,
            runtime,
        })
    }

    /// Opens an object storage that the archive will write to. A folder is made where it is not
    /// there.
    ///
    /// # Errors
    ///
    /// As [`ObjectClient::open`].
    pub(crate) fn make(location: &ObjectLocation) -> Result<Self, ArchiveError> {
        if let ObjectLocation::Folder(folder) = location {
            let made = fs::create_dir_all(folder);
            made.map_err(|error| failed(&location.to_string(), &error))?;
        }
        Self::open(location)
    }

    /// Writes objects, one after the other, and looks whether they are there. One that is there
    /// already is left: the name of an object is the hash of its bytes.
    pub(crate) fn put(&self, objects: Vec<(String, Vec<u8>)>) -> ObjectAnswer<()> {
        let (store, patience) = (Arc::clone(&self.store), self.patience);
        let objects: Vec<(Path, Vec<u8>)> = objects
            .into_iter()
            .map(|(name, bytes)| (self.path(&name), bytes))
            .collect();
        self.ask(async move {
            for (path, bytes) in objects {
                put_one(&*store, &path, bytes, patience).await?;
            }
            Ok(())
        })
    }

    /// Writes objects as [`ObjectClient::put`] does, where another object is there with these very
    /// bytes, before and after. A disk may be unmounted at any moment.
    pub(crate) fn put_beside(
        &self,
        (marker, expected): (String, Vec<u8>),
        objects: Vec<(String, Vec<u8>)>,
    ) -> ObjectAnswer<()> {
        let (store, patience) = (Arc::clone(&self.store), self.patience);
        let marker = self.path(&marker);
        let objects: Vec<(Path, Vec<u8>)> = objects
            .into_iter()
            .map(|(name, bytes)| (self.path(&name), bytes))
            .collect();
        self.ask(async move {
            is_there(&*store, &marker, &expected, patience).await?;
            for (path, bytes) in objects {
                put_one(&*store, &path, bytes, patience).await?;
            }
            is_there(&*store, &marker, &expected, patience).await
        })
    }

    /// Looks whether an object is there with these very bytes, as the marker of an archive is. The
    /// answer is an error where it is not: other servers say yes to whatever they are asked.
    pub(crate) fn check(&self, (marker, expected): (String, Vec<u8>)) -> ObjectAnswer<()> {
        let (store, patience) = (Arc::clone(&self.store), self.patience);
        let marker = self.path(&marker);
        self.ask(async move { is_there(&*store, &marker, &expected, patience).await })
    }

    /// Reads an object, or a range of its bytes, cut off at its end; the answer is `None` where it
    /// is not there or ends before the range.
    pub(crate) fn get(
        &self,
        name: &str,
        range: Option<Range<u64>>,
    ) -> ObjectAnswer<Option<Vec<u8>>> {
        let (store, path) = (Arc::clone(&self.store), self.path(name));
        let patience = self.patience;
        self.ask(async move { read(&*store, &path, range, patience).await })
    }

    /// Lists the names of all objects that are there.
    pub(crate) fn list(&self) -> ObjectAnswer<Vec<String>> {
        let (store, prefix) = (Arc::clone(&self.store), self.prefix.clone());
        let patience = self.patience;
        self.ask(async move {
            let below = Some(&prefix).filter(|prefix| !prefix.as_ref().is_empty());
            let mut listing = store.list(below);
            let mut listed = Vec::new();
            while let Some(object) = in_time(patience, listing.next()).await? {
                listed.push(object.map_err(|error| error.to_string())?);
            }
            let names = listed.iter().filter_map(|object| {
                let parts: Vec<String> = object
                    .location
                    .prefix_match(&prefix)?
                    .map(|part| part.as_ref().to_owned())
                    .collect();
                Some(parts.join("/"))
            });
            Ok(names.filter(|name| is_object_name(name)).collect())
        })
    }

    /// Deletes an object, if it is there, and what a process that was killed has left of it.
    pub(crate) fn delete(&self, name: &str) -> ObjectAnswer<()> {
        let (store, path) = (Arc::clone(&self.store), self.path(name));
        let file = self.folder.as_ref().map(|folder| folder.join(name));
        let patience = self.patience;
        self.ask(async move {
            match in_time(patience, store.delete(&path)).await? {
                Ok(()) | Err(Error::NotFound { .. }) => {}
                Err(error) => return Err(error.to_string()),
            }
            let removed = file.map(|file| remove_staged(&file)).transpose();
            removed.map(|_| ()).map_err(|error| error.to_string())
        })
    }

    fn ask<T: Send + 'static>(
        &self,
        request: impl Future<Output = Result<T, String>> + Send + 'static,
    ) -> ObjectAnswer<T> {
        ObjectAnswer {
            work: self.runtime.begin(request),
            answer: None,
            name: self.name.clone(),
        }
    }

    fn path(&self, name: &str) -> Path {
        let parts = name.split('/');
        parts.fold(self.prefix.clone(), |path, part| path.join(part))
    }
}

impl<T> ObjectAnswer<T> {
    /// Waits for a while, and tells whether the answer is there.
    pub(crate) fn is_there_within(&mut self, patience: Duration) -> bool {
        if self.answer.is_none() {
            self.answer = match self.work.result_within(patience) {
                Ok(answer) => answer,
                Err(_) => Some(Err("its thread has ended".to_owned())),
            };
        }
        self.answer.is_some()
    }

    /// Waits for the answer.
    ///
    /// # Errors
    ///
    /// Fails where the object storage cannot be used.
    pub(crate) fn wait(mut self) -> Result<T, ArchiveError> {
        loop {
            if self.is_there_within(REQUEST_TIMEOUT)
                && let Some(answer) = self.answer.take()
            {
                return answer.map_err(|why| failed(&self.name, &why));
            }
        }
    }
}

/// Reads an object, or a range of its bytes.
async fn read(
    store: &dyn ObjectStore,
    path: &Path,
    range: Option<Range<u64>>,
    patience: Duration,
) -> Result<Option<Vec<u8>>, String> {
    let end = range.as_ref().map(|range| range.end);
    let options = GetOptions {
        range: range.map(GetRange::Bounded),
        ..GetOptions::default()
    };
    let found = match in_time(patience, store.get_opts(path, options)).await? {
        Ok(found) => found,
        Err(Error::NotFound { .. }) => return Ok(None),
        Err(error) => {
            // An object that was cut off has no such range.
            let size = in_time(patience, store.head(path)).await?;
            return match size.ok().zip(end) {
                Some((there, end)) if there.size < end => Ok(None),
                Some(_) | None => Err(error.to_string()),
            };
        }
    };

    let mut bytes = Vec::new();
    let mut parts = found.into_stream();
    while let Some(part) = in_time(patience, parts.next()).await? {
        bytes.extend_from_slice(&part.map_err(|error| error.to_string())?);
    }
    Ok(Some(bytes))
}

/// Waits for an answer, or for the next part of one.
async fn in_time<T>(patience: Duration, answer: impl Future<Output = T>) -> Result<T, String> {
    let answer = timeout(patience, answer).await;
    answer.map_err(|_| format!("it said nothing for {} s", patience.as_secs_f32()))
}

/// Fails where an object is not there with these bytes.
async fn is_there(
    store: &dyn ObjectStore,
    path: &Path,
    expected: &[u8],
    patience: Duration,
) -> Result<(), String> {
    match read(store, path, None, patience).await? {
        Some(bytes) if bytes == expected => Ok(()),
        Some(_) | None => Err("it has no objects of this archive".to_owned()),
    }
}

/// Writes an object, and looks whether it is there with all of its bytes: servers say "409
/// Conflict" of one that is there and of one that they did not write.
async fn put_one(
    store: &dyn ObjectStore,
    path: &Path,
    bytes: Vec<u8>,
    patience: Duration,
) -> Result<(), String> {
    let size = bytes.len() as u64;
    let put = store.put_opts(path, PutPayload::from(bytes), PutMode::Create.into());
    match put.await {
        Ok(_) | Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => {}
        Err(error) => return Err(error.to_string()),
    }
    let there = in_time(patience, store.head(path)).await?;
    let there = there.map_err(|error| error.to_string())?;
    if there.size == size {
        return Ok(());
    }
    Err(format!(
        "{path} has {} bytes there, and {size} were sent",
        there.size
    ))
}

/// Removes the files beside an object in which it was written before it got its name. object_store
/// names them like it, with `#` and a number behind.
fn remove_staged(object: &std::path::Path) -> io::Result<()> {
    let (Some(folder), Some(name)) = (object.parent(), object.file_name()) else {
        return Ok(());
    };
    let staged = format!("{}#", name.to_string_lossy());
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(&staged) {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn failed(name: &str, error: &dyn Display) -> ArchiveError {
    StoreError::ObjectStorage {
        name: name.to_owned(),
        why: error.to_string(),
    }
    .into()
}

#[cfg(test)]
mod tests {
    use object_store::aws::AmazonS3Builder;

    use super::*;

    #[test]
    fn a_folder_keeps_objects_once_and_gives_ranges_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let location = ObjectLocation::Folder(folder.path().join("new/objects"));
        assert!(ObjectClient::open(&location).is_err());
        let client = ObjectClient::make(&location).unwrap();
        let put = |bytes: &[u8]| {
            let objects = vec![("bundles/ab/one.zst".to_owned(), bytes.to_vec())];
            client.put(objects).wait()
        };

        put(b"0123456789").unwrap();
        put(b"9876543210").unwrap();
        assert!(put(b"another size").is_err());

        let name = "bundles/ab/one.zst";
        assert_eq!(
            client.get(name, None).wait().unwrap().unwrap(),
            b"0123456789"
        );
        assert_eq!(
            client.get(name, Some(2..5)).wait().unwrap().unwrap(),
            b"234"
        );
        // Ranges end with the object.
        let rest = client.get(name, Some(8..20)).wait().unwrap();
        assert_eq!(rest.unwrap(), b"89");
        assert_eq!(client.get(name, Some(10..20)).wait().unwrap(), None);
        client.delete(name).wait().unwrap();
        client.delete(name).wait().unwrap();
        assert_eq!(client.get(name, None).wait().unwrap(), None);
    }

    #[test]
    fn a_server_that_says_nothing_is_waited_for_once() {
        let server = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let store = AmazonS3Builder::new()
            .with_bucket_name("papers")
            .with_endpoint(format!("http://{}", server.local_addr().unwrap()))
            .with_allow_http(true)
            .with_access_key_id("test")
            .with_secret_access_key("secret")
            .build();
        let client = ObjectClient {
            store: Arc::new(store.unwrap()),
            prefix: Path::default(),
            name: "s3://papers".to_owned(),
            folder: None,
            patience: Duration::from_millis(50),
            runtime: BackgroundRuntime::start("objects").unwrap(),
        };

        let told = [
            client
                .get("bundles/ab/one.zst", Some(2..5))
                .wait()
                .map(|_| ()),
            client.list().wait().map(|_| ()),
            client.delete("bundles/ab/one.zst").wait(),
        ];

        for told in told {
            let told = told.unwrap_err().to_string();
            assert!(told.contains("said nothing for 0.05 s"), "{told}");
        }
    }

    #[test]
    fn what_a_killed_process_has_left_of_an_object_goes_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let client = ObjectClient::make(&ObjectLocation::Folder(folder.path().into())).unwrap();
        let beside = folder.path().join("bundles/ab");
        fs::create_dir_all(&beside).unwrap();
        for name in ["one.zst#1", "one.zst#12", "another.zst#1"] {
            fs::write(beside.join(name), "pages").unwrap();
        }

        client.delete("bundles/ab/one.zst").wait().unwrap();

        let left: Vec<_> = fs::read_dir(beside).unwrap().collect();
        let left: Vec<_> = left
            .into_iter()
            .map(|file| file.unwrap().file_name())
            .collect();
        assert_eq!(left, ["another.zst#1"]);
    }
}
