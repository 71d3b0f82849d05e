//! Places for objects: a folder, or a bucket on a server of S3 that others wrote.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use reqwest::{Client, Method};
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

/// The server. It ends with the process of these tests.
static SERVER: LazyLock<S3Server> = LazyLock::new(S3Server::start);

/// The buckets so far.
static BUCKETS: AtomicU32 = AtomicU32::new(0);

/// A place for objects, as a test looks at it.
pub enum Storage {
    Folder(TempDir),
    Bucket(String),
}

/// `moto_server`, and a client that looks into its buckets.
struct S3Server {
    port: u16,
    _process: Child,
    client: Client,
    runtime: Runtime,
}

impl Storage {
    pub fn folder() -> Self {
        Self::Folder(TempDir::new().unwrap())
    }

    /// A new bucket.
    pub fn bucket() -> Self {
        let name = format!("papers-{}", BUCKETS.fetch_add(1, Ordering::Relaxed));
        SERVER.ask(Method::PUT, &name, None);
        Self::Bucket(name)
    }

    /// What `--blobs` names.
    pub fn place(&self) -> String {
        match self {
            Self::Folder(folder) => folder.path().join("objects").to_string_lossy().into_owned(),
            Self::Bucket(bucket) => format!("s3://{bucket}/of/papers"),
        }
    }

    /// Gives a command the keys of this place.
    pub fn keys<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        match self {
            Self::Folder(_) => command,
            Self::Bucket(_) => command
                .env("AWS_ACCESS_KEY_ID", "test")
                .env("AWS_SECRET_ACCESS_KEY", "secret")
                .env("AWS_REGION", "eu-central-1")
                .env("AWS_ENDPOINT_URL", SERVER.address()),
        }
    }

    /// All objects, by their names.
    pub fn objects(&self) -> BTreeMap<String, Vec<u8>> {
        match self {
            Self::Folder(_) => files_in(Path::new(&self.place())),
            Self::Bucket(bucket) => {
                let list = SERVER.ask(Method::GET, &format!("{bucket}?list-type=2"), None);
                let list = String::from_utf8(list).unwrap();
                let keys = list.split("<Key>").skip(1);
                let keys = keys.map(|rest| rest.split("</Key>").next().unwrap());
                keys.map(|key| {
                    let bytes = SERVER.ask(Method::GET, &format!("{bucket}/{key}"), None);
                    (key.replacen("of/papers/", "", 1), bytes)
                })
                .collect()
            }
        }
    }

    /// Puts other bytes into the place of an object.
    pub fn write(&self, name: &str, bytes: &[u8]) {
        match self {
            Self::Folder(_) => fs::write(Path::new(&self.place()).join(name), bytes).unwrap(),
            Self::Bucket(bucket) => {
                let key = format!("{bucket}/of/papers/{name}");
                SERVER.ask(Method::PUT, &key, Some(bytes.to_vec()));
            }
        }
    }
}

impl S3Server {
    /// # Panics
    ///
    /// If it is not installed: these tests are never skipped.
    fn start() -> Self {
        let program = env::var_os("SASEO_MOTO").unwrap_or_else(|| "moto_server".into());
        let port = free_port();
        let process = Command::new(program)
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect(
                "these tests need a server of S3: install the packages of \
                 tests/postgres/requirements.txt with pip, and name its moto_server in SASEO_MOTO",
            );
        let watcher = Command::new("sh")
            .args(["-c", "read line; kill -INT $0", &process.id().to_string()])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        // Its input ends when this process does.
        std::mem::forget(watcher);

        let server = Self {
            port,
            _process: process,
            client: Client::builder().no_proxy().build().unwrap(),
            runtime: Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .unwrap(),
        };
        while server.try_to_ask(Method::GET, "", None).is_none() {
            std::thread::yield_now();
        }
        server
    }

    fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn ask(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> Vec<u8> {
        let answer = self.try_to_ask(method, path, body);
        answer.unwrap_or_else(|| panic!("no answer for {path}"))
    }

    fn try_to_ask(&self, method: Method, path: &str, body: Option<Vec<u8>>) -> Option<Vec<u8>> {
        let request = self
            .client
            .request(method, format!("{}/{path}", self.address()))
            // The server wants a signature, and does not look whether it is right.
            .header("authorization", "AWS test:signature")
            .body(body.unwrap_or_default());
        let answer = async {
            let answer = request.send().await.ok()?.error_for_status().ok()?;
            Some(answer.bytes().await.ok()?.to_vec())
        };
        self.runtime.block_on(answer)
    }
}

fn files_in(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders: Vec<PathBuf> = vec![folder.to_owned()];
    while let Some(one) = folders.pop() {
        for entry in fs::read_dir(one).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy();
                files.insert(name.into_owned(), fs::read(&path).unwrap());
            }
        }
    }
    files
}

fn free_port() -> u16 {
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    taken.local_addr().unwrap().port()
}
