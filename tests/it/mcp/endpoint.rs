//! `saseo mcp --listen`: the same over HTTP on loopback.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use crate::mcp::archive;
use crate::served::Reply;

/// An endpoint that listens. It ends with this value.
pub struct Endpoint {
    child: Child,
    address: SocketAddr,
}

/// The headers that every client sends.
const USUAL: [(&str, &str); 2] = [
    ("Content-Type", "application/json"),
    ("Accept", "application/json, text/event-stream"),
];

impl Endpoint {
    pub fn of(data: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_saseo"))
            .env_remove("SASEO_STORE")
            .env_remove("SASEO_CONFIG")
            .args(["--quiet", "--data"])
            .arg(data)
            .args(["mcp", "--listen", "127.0.0.1:0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut told = String::new();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        out.read_line(&mut told).unwrap();
        let address = told.trim().strip_prefix("http://").unwrap();
        let address = address.strip_suffix("/mcp").unwrap().parse().unwrap();
        Self { child, address }
    }

    fn ask(&self, head: &str, headers: &[(&str, &str)], body: &str) -> (u16, String) {
        let length = body.len();
        let mut request =
            format!("{head} HTTP/1.1\r\nConnection: close\r\nContent-Length: {length}\r\n");
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        let reply = Reply::to(self.address, &format!("{request}\r\n{body}"));
        (reply.status, reply.body)
    }

    /// Sends a frame as a client does, with further headers.
    fn post(&self, further: &[(&str, &str)], frame: &Value) -> (u16, String) {
        let host = self.address.to_string();
        let named = further.iter().any(|(name, _)| *name == "Host");
        let host: &[(&str, &str)] = if named { &[] } else { &[("Host", &host)] };
        let headers = [host, &USUAL, further].concat();
        self.ask("POST /mcp", &headers, &frame.to_string())
    }

    /// Calls a tool, and returns its result.
    pub fn call(&self, tool: &str, arguments: Value) -> Value {
        let (status, body) = self.post(&[], &call(tool, arguments));
        assert_eq!(status, 200, "{body}");
        let frame: Value = serde_json::from_str(&body).unwrap();
        frame["result"].clone()
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn call(tool: &str, arguments: Value) -> Value {
    json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": tool, "arguments": arguments},
    })
}

#[test]
fn each_request_is_answered_for_itself() {
    let folder = archive();
    let endpoint = Endpoint::of(folder.path());
    let begin = json!({
        "jsonrpc": "2.0", "id": 0, "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18", "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    });
    let (status, body) = endpoint.post(&[], &begin);
    assert_eq!(status, 200, "{body}");
    let told: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(told["result"]["serverInfo"]["name"], "saseo");
    let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    assert_eq!(endpoint.post(&[], &ready).0, 202);

    let read = endpoint.call("article", json!({"id": "paper/7"}));
    let text = &read["structuredContent"]["content"]["text"][0]["text"];
    assert_eq!(text, "둘째 판의 글");
}

#[test]
fn pages_of_other_origins_and_other_requests_are_refused() {
    let folder = archive();
    let endpoint = Endpoint::of(folder.path());
    let sites = call("sites", json!({}));
    let port = endpoint.address.port();
    let own = endpoint.address.to_string();

    for host in [&own, &format!("localhost:{port}"), &format!("[::1]:{port}")] {
        assert_eq!(endpoint.post(&[("Host", host)], &sites).0, 200, "{host}");
    }
    for host in [
        format!("evil.example:{port}"),
        "127.0.0.1:1".to_owned(),
        "localhost.evil.example".to_owned(),
        format!("10.0.0.1:{port}"),
    ] {
        let (status, body) = endpoint.post(&[("Host", &host)], &sites);
        assert_eq!(status, 403, "{host}: {body}");
    }
    for origin in ["https://evil.example", "null", &format!("http://{own}")] {
        let (status, body) = endpoint.post(&[("Origin", origin)], &sites);
        assert_eq!(status, 403, "{origin}: {body}");
    }

    let host = [("Host", own.as_str())];
    assert_eq!(endpoint.ask("GET /mcp", &host, "").0, 405);
    assert_eq!(endpoint.ask("GET /", &host, "").0, 404);
    // A form of a page needs no permission of the browser to be sent, and is no frame.
    let form = [host[0], ("Content-Type", "text/plain"), USUAL[1]];
    assert_eq!(endpoint.ask("POST /mcp", &form, &sites.to_string()).0, 415);
    let huge = call("search", json!({"query": "가".repeat(100_000)}));
    assert_eq!(endpoint.post(&[], &huge).0, 413);
    for wrong in [json!([sites]), json!(7), json!({"jsonrpc": "2.0"})] {
        let (status, body) = endpoint.post(&[], &wrong);
        assert!((400..500).contains(&status), "{wrong}: {status} {body}");
    }
    assert_eq!(endpoint.post(&[], &sites).0, 200);
}

#[test]
fn wrong_parameters_are_told_over_http_too() {
    let folder = archive();
    let endpoint = Endpoint::of(folder.path());
    let begin = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {}});
    for (frame, said) in [
        (call("sites", json!([])), "expected a map"),
        (begin, "missing field `protocolVersion`"),
    ] {
        let (_, body) = endpoint.post(&[], &frame);
        let told: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(told["error"]["code"], -32602, "{told}");
        assert_eq!(told["id"], 1, "{told}");
        let why = told["error"]["message"].as_str().unwrap();
        assert!(why.contains(said), "{why}");
    }
}

#[test]
fn it_listens_on_this_machine_alone_and_ends_at_a_signal() {
    let folder = archive();
    let listen = |address: &str| {
        let out = Command::new(env!("CARGO_BIN_EXE_saseo"))
            .env_remove("SASEO_STORE")
            .arg("--data")
            .arg(folder.path())
            .args(["mcp", "--listen", address])
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&out.stderr).into_owned();
        (out.status.code().unwrap(), told)
    };
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:8781"] {
        let (code, told) = listen(address);
        assert!(code == 2 && told.contains("127.0.0.1"), "{code} {told}");
    }

    let mut endpoint = Endpoint::of(folder.path());
    let (code, told) = listen(&endpoint.address.to_string());
    assert!(
        code == 1 && told.contains("--listen names another"),
        "{code} {told}"
    );
    let pid = Pid::from_raw(endpoint.child.id().cast_signed());
    kill(pid, Signal::SIGTERM).unwrap();
    assert_eq!(endpoint.child.wait().unwrap().code(), Some(143));
}
