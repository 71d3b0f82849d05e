//! A client of an object storage, for code that waits for each answer.

use std::fmt::Display;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use std::{fs, io};

use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    ClientOptions, Error, GetOptions, GetRange, ObjectStore, ObjectStoreExt, PutMode, PutPayload,
    RetryConfig,
};

use crate::archive::background::{BackgroundRuntime, BackgroundWork};
use crate::archive::error::ArchiveError;
use crate::archive::objects::location::ObjectLocation;
use crate::archive::store_error::StoreError;

/// A server that cannot be reached is given up after so long.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The time for one request: a bundle of 8 MiB at 1 Mbit/s.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(90);

/// Retries of one request end after so long. Bodies wait in the database meanwhile.
const RETRY_TIMEOUT: Duration = Duration::from_secs(30);

/// A request is tried again so often.
const MOST_RETRIES: usize = 3;

/// The variables that name the server of S3, as AWS's own programs and object_store read them.
const ENDPOINTS: [&str; 3] = ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT"];

/// A connection to an object storage.
#[derive(Debug)]
pub(crate) struct ObjectClient {
    store: Arc<dyn ObjectStore>,
    /// What the names of the objects begin with.
    prefix: String,
    /// What people know it by.
    name: String,
    /// The folder, if it is one.
    folder: Option<PathBuf>,
    runtime: BackgroundRuntime,
}

/// Objects that are being written.
#[derive(Debug)]
pub(crate) struct Upload {
    work: BackgroundWork<Result<(), Error>>,
    result: Option<Result<(), Error>>,
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
        let fault = |error: &dyn Display| failed(&name, error);
        let (store, prefix): (Arc<dyn ObjectStore>, _) = match location {
            ObjectLocation::Folder(folder) => {
                let store = LocalFileSystem::new_with_prefix(folder);
                let store = store.map_err(|error| fault(&error))?;
                (Arc::new(store.with_fsync(true)), String::new())
            }
            ObjectLocation::S3 { bucket, prefix } => {
                let store = s3(bucket).build().map_err(|error| fault(&error))?;
                (Arc::new(store), prefix.clone())
            }
        };
        let runtime = BackgroundRuntime::start("objects").map_err(|error| fault(&error))?;
        let folder = match location {
            ObjectLocation::Folder(folder) => Some(folder.clone()),
            ObjectLocation::S3 { .. } => None,
        };
        Ok(Self {
            store,
            prefix,
            name,
            folder,
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
            let made = std::fs::create_dir_all(folder);
            made.map_err(|error| failed(&location.to_string(), &error))?;
        }
        Self::open(location)
    }

    /// Begins to write objects, one after the other. One that is there already is left: the name
    /// of an object is the hash of its bytes.
    pub(crate) fn begin_put(&self, objects: Vec<(String, Vec<u8>)>) -> Upload {
        let store = Arc::clone(&self.store);
        let objects: Vec<(Path, Vec<u8>)> = objects
            .into_iter()
            .map(|(name, bytes)| (self.path(&name), bytes))
            .collect();
        let work = self.runtime.begin(async move {
            for (path, bytes) in objects {
                let put = store.put_opts(&path, PutPayload::from(bytes), PutMode::Create.into());
                match put.await {
                    Ok(_) | Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        });
        Upload {
            work,
            result: None,
            name: self.name.clone(),
        }
    }

    /// Returns an object, or a range of its bytes; `None` where it is not there.
    pub(crate) fn get(
        &self,
        name: &str,
        range: Option<Range<u64>>,
    ) -> Result<Option<Vec<u8>>, ArchiveError> {
        let (store, path) = (Arc::clone(&self.store), self.path(name));
        let options = GetOptions {
            range: range.map(GetRange::Bounded),
            ..GetOptions::default()
        };
        let read = self
            .runtime
            .wait_for(async move { store.get_opts(&path, options).await?.bytes().await });
        match read {
            Ok(bytes) => Ok(Some(bytes.into())),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(self.fault(&error)),
        }
    }

    /// Tells whether an object is there.
    pub(crate) fn has(&self, name: &str) -> Result<bool, ArchiveError> {
        let (store, path) = (Arc::clone(&self.store), self.path(name));
        let head = self
            .runtime
            .wait_for(async move { store.head(&path).await });
        match head {
            Ok(_) => Ok(true),
            Err(Error::NotFound { .. }) => Ok(false),
            Err(error) => Err(self.fault(&error)),
        }
    }

    /// Deletes an object, if it is there, and what a process that was killed has left of it.
    pub(crate) fn delete(&self, name: &str) -> Result<(), ArchiveError> {
        let (store, path) = (Arc::clone(&self.store), self.path(name));
        let deleted = self
            .runtime
            .wait_for(async move { store.delete(&path).await });
        match deleted {
            Ok(()) | Err(Error::NotFound { .. }) => {}
            Err(error) => return Err(self.fault(&error)),
        }
        match &self.folder {
            Some(folder) => remove_staged(&folder.join(name)).map_err(|error| self.fault(&error)),
            None => Ok(()),
        }
    }

    fn path(&self, name: &str) -> Path {
        match self.prefix.as_str() {
            "" => Path::from(name),
            prefix => Path::from(format!("{prefix}/{name}")),
        }
    }

    fn fault(&self, error: &dyn Display) -> ArchiveError {
        failed(&self.name, error)
    }
}

impl Upload {
    /// Tells whether the objects were written, or could not be.
    pub(crate) fn is_done(&mut self) -> bool {
        self.result = self.result.take().or_else(|| self.work.result_now());
        self.result.is_some()
    }

    /// Waits for a while, and tells whether the objects were written by then, or could not be.
    pub(crate) fn is_done_within(&mut self, patience: Duration) -> bool {
        self.result = self
            .result
            .take()
            .or_else(|| self.work.result_within(patience));
        self.result.is_some()
    }

    /// Waits until the objects are written.
    pub(crate) fn wait(self) -> Result<(), ArchiveError> {
        let result = match self.result {
            Some(result) => result,
            None => match self.work.result(None) {
                Some(result) => result,
                None => return Err(failed(&self.name, &"its thread has ended")),
            },
        };
        result.map_err(|error| failed(&self.name, &error))
    }
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

/// Returns the settings of the environment for a bucket of S3.
fn s3(bucket: &str) -> AmazonS3Builder {
    let options = ClientOptions::new()
        .with_connect_timeout(CONNECT_TIMEOUT)
        .with_timeout(REQUEST_TIMEOUT);
    let retries = RetryConfig {
        max_retries: MOST_RETRIES,
        retry_timeout: RETRY_TIMEOUT,
        ..RetryConfig::default()
    };
    let builder = AmazonS3Builder::from_env()
        .with_bucket_name(bucket)
        .with_client_options(options)
        .with_retry(retries);

    let endpoint = ENDPOINTS.iter().find_map(|name| std::env::var(name).ok());
    match endpoint {
        // A server on this machine needs no TLS. For another one AWS_ALLOW_HTTP asks to go without.
        Some(endpoint) => {
            let builder = match is_here(&endpoint) {
                true => builder.with_allow_http(true),
                false => builder,
            };
            builder.with_endpoint(endpoint)
        }
        None => builder,
    }
}

/// Tells whether an endpoint is on this machine.
fn is_here(endpoint: &str) -> bool {
    let Ok(url) = url::Url::parse(endpoint) else {
        return false;
    };
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
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
    use super::*;

    #[test]
    fn a_folder_keeps_objects_once_and_gives_ranges_of_them() {
        let folder = tempfile::tempdir().unwrap();
        let location = ObjectLocation::Folder(folder.path().join("new/objects"));
        assert!(ObjectClient::open(&location).is_err());
        let client = ObjectClient::make(&location).unwrap();
        let put = |bytes: &[u8]| {
            let objects = vec![("bundles/ab/one.zst".to_owned(), bytes.to_vec())];
            client.begin_put(objects).wait()
        };

        put(b"0123456789").unwrap();
        put(b"another try of the same name").unwrap();

        let name = "bundles/ab/one.zst";
        assert_eq!(client.get(name, None).unwrap().unwrap(), b"0123456789");
        assert_eq!(client.get(name, Some(2..5)).unwrap().unwrap(), b"234");
        assert!(client.has(name).unwrap());
        client.delete(name).unwrap();
        client.delete(name).unwrap();
        assert_eq!(client.get(name, None).unwrap(), None);
        assert!(!client.has(name).unwrap());
    }

    #[test]
    fn only_servers_of_this_machine_are_on_it() {
        assert!(is_here("http://127.0.0.1:9000"));
        assert!(is_here("http://[::1]:9000/"));
        assert!(is_here("http://localhost:9000"));
        assert!(!is_here("http://127.0.0.1.example:9000"));
        assert!(!is_here("http://s3.example"));
    }
}
