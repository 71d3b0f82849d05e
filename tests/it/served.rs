//! `saseo serve` as a process, asked as a browser asks.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

/// A server of an archive's folder, stopped with this value.
pub struct Served {
    child: Child,
    pub address: SocketAddr,
}

impl Served {
    pub fn of(data: &Path, further: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_saseo"));
        command
            .env_remove("SASEO_STORE")
            .env_remove("SASEO_CONFIG")
            .arg("--data")
            .arg(data);
        Self::started(command, further)
    }

    /// Serves what a command of `saseo` is told to read.
    pub fn started(mut command: Command, further: &[&str]) -> Self {
        let mut child = command
            .args(["--json", "serve", "--listen", "127.0.0.1:0"])
            .args(further)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut told = String::new();
        // One JSON value, over some lines.
        while serde_json::from_str::<Value>(&told).is_err() {
            assert!(out.read_line(&mut told).unwrap() > 0, "it ended: {told}");
        }
        let told: Value = serde_json::from_str(&told).unwrap();
        let home = told["home"].as_str().unwrap();
        let address = home.trim_start_matches("http://").trim_end_matches('/');
        Self {
            address: address.parse().unwrap(),
            child,
        }
    }

    pub fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, &[("Host", &self.address.to_string())])
    }

    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.send(method, path, headers, "")
    }

    pub fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
        let mut request = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        Reply::to(self.address, &format!("{request}\r\n{body}"))
    }

    /// Stops it as a service manager does, and returns its exit code.
    pub fn stop(mut self) -> i32 {
        let pid = Pid::from_raw(self.child.id().cast_signed());
        kill(pid, Signal::SIGTERM).unwrap();
        self.child.wait().unwrap().code().unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have been stopped.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Reply {
    /// Sends a request, and reads its answer until the connection ends.
    pub fn to(address: SocketAddr, request: &str) -> Self {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();

        let text = String::from_utf8_lossy(&answer);
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Self {
            status,
            head: head.to_ascii_lowercase(),
            body: body.to_owned(),
        }
    }

    pub fn has_header(&self, line: &str) -> bool {
        self.head.lines().any(|one| one == line)
    }
}
