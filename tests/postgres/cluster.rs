//! A PostgreSQL server of a test's own, in a temporary folder.

use std::env;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid};
use tempfile::TempDir;

/// An ordinary user, `nobody` on most systems: PostgreSQL does not run as root.
const NOBODY: u32 = 65534;

/// A running server. It stops when the value is dropped.
pub struct Cluster {
    folder: TempDir,
    port: u16,
    server: Child,
}

impl Cluster {
    /// Starts a server of one test, with a database `papers`.
    ///
    /// # Panics
    ///
    /// If PostgreSQL is not installed: these tests are never skipped.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts a server for all tests of this process. It does not wait for the disk, and ends with
    /// the process.
    pub fn start_for_all() -> Self {
        let cluster = Self::start_with(&["-c", "fsync=off", "-c", "max_connections=300"]);
        let script = "read line; kill -INT $0; while kill -0 $0 2>/dev/null; do sleep 0.1; done
                      rm -rf \"$1\"";
        let watcher = Command::new("sh")
            .args(["-c", script, &cluster.server.id().to_string()])
            .arg(cluster.folder.path())
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        // Its input ends when this process does.
        std::mem::forget(watcher);
        cluster
    }

    fn start_with(settings: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        if Uid::effective().is_root() {
            chown(folder.path(), Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let init = [
            "-U",
            "postgres",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
            "-D",
        ];
        let made = tool("initdb")
            .args(init)
            .arg(folder.path().join("data"))
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );

        let port = free_port();
        let server = serve(folder.path(), port, settings);
        let cluster = Self {
            folder,
            port,
            server,
        };
        cluster.wait_until_ready();
        cluster.sql_in("postgres", "CREATE DATABASE papers");
        cluster
    }

    /// The address of a database.
    pub fn address(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// The port that the server listens at, also after a crash.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Runs SQL in `papers`, and returns the rows as psql prints them.
    pub fn sql(&self, sql: &str) -> String {
        self.sql_in("papers", sql)
    }

    pub fn sql_in(&self, database: &str, sql: &str) -> String {
        let out = self.psql(&self.address(database), sql);
        assert!(
            out.status.success(),
            "{sql}: {}",
            String::from_utf8_lossy(&out.stderr)
        );
        String::from_utf8(out.stdout).unwrap()
    }

    /// Runs SQL that may fail.
    pub fn psql(&self, address: &str, sql: &str) -> Output {
        // Unaligned, rows alone, no file of settings, no question for a password.
        let options = ["-X", "-A", "-t", "-w", "-v", "ON_ERROR_STOP=1", "-c", sql];
        tool("psql").arg(address).args(options).output().unwrap()
    }

    /// Lets nobody but its owner in without a password from now on. `address` is that of another
    /// user.
    pub fn demand_passwords(&self, address: &str) {
        let rules =
            "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n";
        fs::write(self.folder.path().join("data/pg_hba.conf"), rules).unwrap();
        self.sql("SELECT pg_reload_conf()");
        // The server reads them a little later.
        while self.psql(address, "SELECT 1").status.success() {}
    }

    /// Lets other users than its owner in over TLS alone from now on, with a certificate for
    /// `localhost`. Returns the file of that certificate.
    pub fn demand_encryption(&self, address: &str) -> PathBuf {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        let data = self.folder.path().join("data");
        let (certificate, key) = (data.join("server.crt"), data.join("server.key"));
        fs::write(&certificate, made.cert.pem()).unwrap();
        fs::write(&key, made.signing_key.serialize_pem()).unwrap();
        fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
        if Uid::effective().is_root() {
            chown(&key, Some(NOBODY), Some(NOBODY)).unwrap();
        }

        let rules = "host all postgres 127.0.0.1/32 trust\nhostssl all all 127.0.0.1/32 trust\n";
        fs::write(data.join("pg_hba.conf"), rules).unwrap();
        self.sql("ALTER SYSTEM SET ssl = on");
        self.sql("SELECT pg_reload_conf()");
        // The server reads them a little later.
        let without = format!("{address}?sslmode=disable");
        while self.psql(&without, "SELECT 1").status.success() {}
        certificate
    }

    /// Stops the server as a crash does: it gets no time to write anything.
    pub fn crash(&mut self) {
        self.signal(Signal::SIGQUIT);
        self.server.wait().unwrap();
    }

    /// Starts the server again after a crash.
    pub fn restart(&mut self) {
        self.server = serve(self.folder.path(), self.port, &[]);
        self.wait_until_ready();
    }

    fn signal(&self, signal: Signal) {
        // One that has ended by itself gets none.
        let _ = kill(Pid::from_raw(self.server.id().cast_signed()), signal);
    }

    fn wait_until_ready(&self) {
        let address = self.address("postgres");
        while !self.psql(&address, "SELECT 1").status.success() {
            let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            let pid = Pid::from_raw(self.server.id().cast_signed());
            assert!(kill(pid, None).is_ok(), "the server ended: {log}");
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // A fast shutdown: connections are closed.
        self.signal(Signal::SIGINT);
        let _ = self.server.wait();
    }
}

fn serve(folder: &Path, port: u16, settings: &[&str]) -> Child {
    let log = fs::File::create(folder.join("log")).unwrap();
    tool("postgres")
        .args(["-h", "127.0.0.1", "-p", &port.to_string(), "-k"])
        .arg(folder)
        .arg("-D")
        .arg(folder.join("data"))
        .args(settings)
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .stdin(Stdio::null())
        .spawn()
        .unwrap()
}

/// A program of PostgreSQL, run as an ordinary user.
fn tool(name: &str) -> Command {
    let beside_server = programs().join(name);
    let program = if beside_server.exists() {
        beside_server
    } else {
        // Clients are often in the path alone.
        name.into()
    };
    let mut command = Command::new(program);
    // A user that has no home asks for none.
    command.current_dir("/").env_remove("PGPASSWORD");
    if Uid::effective().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}

/// The folder of the server's programs: in the path, or where Debian puts the newest version.
fn programs() -> PathBuf {
    let is_there = |folder: &PathBuf| {
        let initdb = fs::metadata(folder.join("initdb"));
        initdb.is_ok_and(|file| file.permissions().mode() & 0o111 != 0)
    };
    let path = env::var_os("PATH").unwrap_or_default();
    let mut debian: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"))
        .collect();
    debian.sort();

    let mut folders = env::split_paths(&path).chain(debian.into_iter().rev());
    let found = folders.find(is_there);
    found.expect("these tests need a PostgreSQL server: install it (Debian: postgresql)")
}

fn free_port() -> u16 {
    let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    taken.local_addr().unwrap().port()
}
