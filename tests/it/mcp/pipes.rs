//! A client on the pipes of `saseo mcp`, and what it must put up with.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};

use crate::archive_desk::{Desk, article, found_named, links, story};
use crate::mcp::archive;
use crate::program::said;

/// A client that started the program. The program ends with this value.
pub struct Assistant {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    asked: u64,
}

impl Assistant {
    pub fn of(data: &Path) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_saseo"))
            .env_remove("SASEO_STORE")
            .env_remove("SASEO_CONFIG")
            .arg("--data")
            .arg(data)
            .arg("mcp")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self {
            input: child.stdin.take(),
            output: BufReader::new(child.stdout.take().unwrap()),
            child,
            asked: 0,
        }
    }

    /// A client that has begun.
    pub fn begun(data: &Path) -> Self {
        let mut assistant = Self::of(data);
        assistant.begin();
        assistant
    }

    /// Speaks the first three frames, and returns what the server says of itself.
    pub fn begin(&mut self) -> Value {
        let client = json!({"name": "test", "version": "1"});
        let begin = json!({
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": client,
        });
        let told = self.ask("initialize", begin);
        self.write(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}).to_string());
        told["result"].clone()
    }

    pub fn write(&mut self, line: &str) {
        let input = self.input.as_mut().unwrap();
        input.write_all(format!("{line}\n").as_bytes()).unwrap();
        input.flush().unwrap();
    }

    /// Reads a line, which is a frame: nothing else stands on stdout.
    pub fn read(&mut self) -> Value {
        let mut line = String::new();
        assert!(self.output.read_line(&mut line).unwrap() > 0, "it ended");
        let frame: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(frame["jsonrpc"], "2.0", "{frame}");
        frame
    }

    /// Sends a request, and returns its frame.
    pub fn ask(&mut self, method: &str, params: Value) -> Value {
        self.asked += 1;
        let id = self.asked;
        let request = json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params});
        self.write(&request.to_string());
        let frame = self.read();
        assert_eq!(frame["id"], id, "{frame}");
        frame
    }

    /// Calls a tool, and returns its result.
    pub fn call(&mut self, tool: &str, arguments: Value) -> Value {
        let frame = self.ask("tools/call", json!({"name": tool, "arguments": arguments}));
        assert!(frame["error"].is_null(), "{frame}");
        frame["result"].clone()
    }

    /// Calls a tool that answers, and returns what is in the answer. It stands there as text, too.
    pub fn answer(&mut self, tool: &str, arguments: Value) -> Value {
        let result = self.call(tool, arguments);
        assert_eq!(result["isError"], false, "{result}");
        let text = result["content"][0]["text"].as_str().unwrap();
        let answer = result["structuredContent"].clone();
        assert_eq!(serde_json::from_str::<Value>(text).unwrap(), answer);
        answer
    }

    /// Calls a tool that says what is wrong, and returns that.
    pub fn failure(&mut self, tool: &str, arguments: Value) -> String {
        let result = self.call(tool, arguments);
        assert_eq!(result["isError"], true, "{result}");
        assert!(result["structuredContent"].is_null(), "{result}");
        result["content"][0]["text"].as_str().unwrap().to_owned()
    }

    /// Closes stdin, and returns the exit code.
    pub fn close(mut self) -> i32 {
        self.input = None;
        let mut rest = String::new();
        self.output.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "");
        self.child.wait().unwrap().code().unwrap()
    }
}

impl Drop for Assistant {
    fn drop(&mut self) {
        // It may have ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn what_is_asked_wrongly_is_answered_with_what_to_do() {
    let folder = archive();
    let mut assistant = Assistant::begun(folder.path());
    let long = "가".repeat(100_000);
    for (tool, arguments, said) in [
        ("article", json!({}), "missing field `id`"),
        ("article", json!({"id": 7}), "expected a string"),
        ("article", json!({"id": ["paper/7"]}), "expected a string"),
        ("article", json!({"id": "paper/7", "version": "1"}), "u64"),
        ("article", json!({"id": "paper/7", "version": -1}), "u64"),
        (
            "article",
            json!({"id": "paper/7", "text": true}),
            "unknown field",
        ),
        (
            "article",
            json!({"id": "paper/7", "version": 9}),
            "has no version 9",
        ),
        (
            "article",
            json!({"id": "paper/7", "cursor": "../"}),
            "no cursor",
        ),
        ("article", json!({"id": long}), "too long"),
        ("article", json!({"id": ""}), "`search` finds articles"),
        (
            "article",
            json!({"id": "../../etc/passwd"}),
            "has no article",
        ),
        ("article", json!({"id": "paper/7\u{0}"}), "has no article"),
        (
            "article",
            json!({"id": "\u{202e}7/repap"}),
            "has no article",
        ),
        (
            "article",
            json!({"id": "'; DROP TABLE article; --"}),
            "has no article",
        ),
        ("versions", json!({"id": "paper/99"}), "has no article"),
        (
            "diff",
            json!({"id": "paper/7", "from": 1, "to": 9}),
            "has no version 9",
        ),
        ("search", json!({"query": ""}), "name a word"),
        ("search", json!({"query": "\""}), "quote"),
        ("search", json!({"query": long}), "at most 1000 letters"),
        ("search", json!({"query": "책", "limit": 0}), "from 1 to 50"),
        (
            "search",
            json!({"query": "책", "limit": 51}),
            "from 1 to 50",
        ),
        (
            "search",
            json!({"query": "책", "order": long}),
            "unknown variant",
        ),
        ("search", json!({"query": "책", "order": "worst"}), "worst"),
        (
            "search",
            json!({"query": "책", "cursor": "99999"}),
            "no cursor",
        ),
        ("search", json!({"query": "책 site:none"}), "`sites` lists"),
        ("sites", json!({"site": "none"}), "`sites` lists"),
        ("coverage", json!({"site": "none"}), "`sites` lists"),
        (
            "coverage",
            json!({"site": "paper", "from": "soon"}),
            "no day",
        ),
        ("coverage", json!({"site": "paper", "by": "hour"}), "hour"),
    ] {
        let told = assistant.failure(tool, arguments.clone());
        assert!(told.contains(said), "{tool}: {told}");
        // Nor is it an echo of anything that was sent.
        assert!(told.chars().count() < 1_000, "{told}");
        assert!(!told.contains('\u{202e}') && !told.contains('\0'), "{told}");
    }

    let unknown = assistant.ask("tools/call", json!({"name": "rm", "arguments": {}}));
    assert_eq!(unknown["error"]["code"], -32602, "{unknown}");
    let shapeless = assistant.ask("tools/call", json!({"name": "sites", "arguments": {}}));
    assert_eq!(shapeless["result"]["isError"], false);
    let other = assistant.ask("files/read", json!({}));
    assert_eq!(other["error"]["code"], -32601, "{other}");
}

#[test]
fn lines_that_are_no_frames_are_told_and_do_not_end_it() {
    let folder = archive();
    let mut assistant = Assistant::begun(folder.path());
    let call = |id: Value, rest: &str| {
        let start = format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"tools/call\"");
        format!("{start},\"params\":{{\"name\":\"sites\",\"arguments\":{{\"site\":{rest}}}}}}}")
    };
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    let long = format!("\"{}\"", "x".repeat(20_000_000));
    for (line, code, id) in [
        ("{", -32700, Value::Null),
        ("no frame", -32700, Value::Null),
        ("\u{feff}\u{202e}", -32700, Value::Null),
        ("[[[[[[", -32700, Value::Null),
        ("{\"id\": 1", -32700, Value::Null),
        ("{\"id\": 1,", -32700, Value::Null),
        ("{\"id\": 1, \"method\": x}", -32700, json!(1)),
        (&call(json!(2), &deep), -32700, json!(2)),
        (&call(json!("three"), &long), -32600, json!("three")),
        // Batches left the protocol in 2025-06-18.
        (&format!("[{}]", call(json!(4), "1")), -32600, Value::Null),
        ("{\"jsonrpc\":\"2.0\",\"id\":5}", -32600, json!(5)),
        ("7", -32600, Value::Null),
    ] {
        assistant.write(line);
        // Without an answer to the line, that of the ping comes first.
        assistant.write("{\"jsonrpc\":\"2.0\",\"id\":\"ping\",\"method\":\"ping\"}");
        let told = assistant.read();
        let start: String = line.chars().take(100).collect();
        assert_eq!(told["error"]["code"], code, "{start}: {told}");
        assert_eq!(told["id"], id, "{start}: {told}");
        assert!(told["error"]["message"].as_str().unwrap().len() < 200);
        assert_eq!(assistant.read()["id"], "ping");
    }

    // Blank lines and notifications have no answer.
    for line in [
        "",
        " \t\r",
        "\u{feff}",
        "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/unknown\",\"params\":7}",
        "{\"method\":\"textDocument/didOpen\"}",
    ] {
        assistant.write(line);
    }
    assert_eq!(assistant.answer("sites", json!({}))["count"], 1);
    assert_eq!(assistant.close(), 0);
}

#[test]
fn wrong_parameters_are_told_apart_from_unknown_methods() {
    let folder = archive();
    let mut assistant = Assistant::begun(folder.path());
    for (method, params, said) in [
        ("tools/call", json!({}), "missing field `name`"),
        (
            "tools/call",
            json!({"name": "sites", "arguments": []}),
            "invalid type: sequence, expected a map",
        ),
        ("tools/call", json!({"name": 7}), "expected a string"),
        ("tools/call", Value::Null, "invalid type: null"),
        ("initialize", json!({}), "missing field `protocolVersion`"),
    ] {
        let told = assistant.ask(method, params);
        assert_eq!(told["error"]["code"], -32602, "{told}");
        let why = told["error"]["message"].as_str().unwrap();
        assert!(why.contains(method) && why.contains(said), "{why}");
    }
    let long = "x".repeat(100_000);
    for method in ["files/read", &long] {
        let told = assistant.ask(method, json!({}));
        assert_eq!(told["error"]["code"], -32601, "{told}");
        assert!(told.to_string().len() < 1_000);
    }
    assert_eq!(assistant.answer("sites", json!({}))["count"], 1);
}

#[test]
fn it_ends_with_its_client_and_at_a_signal() {
    let folder = archive();
    // A client that hangs up at once wants nothing.
    assert_eq!(Assistant::of(folder.path()).close(), 0);

    let mut assistant = Assistant::begun(folder.path());
    let request = json!({
        "jsonrpc": "2.0", "id": "last", "method": "tools/call",
        "params": {"name": "article", "arguments": {"id": "paper/7"}},
    });
    assistant.write(&request.to_string());
    // What was asked before is answered.
    assistant.input = None;
    assert_eq!(assistant.read()["id"], "last");
    assert_eq!(assistant.close(), 0);

    let mut assistant = Assistant::begun(folder.path());
    let pid = Pid::from_raw(assistant.child.id().cast_signed());
    kill(pid, Signal::SIGTERM).unwrap();
    assert_eq!(assistant.child.wait().unwrap().code(), Some(143));
}

#[test]
fn what_was_taken_down_or_has_several_names_says_so() {
    let mut desk = Desk::new();
    let of = |name: &str| found_named(&format!("/story/{name}"), name);
    desk.answer_next(links([of("a-shop"), of("b-shop"), of("gone-story")]));
    for name in ["a-shop", "b-shop", "gone-story"] {
        let page = desk.due(&format!("/story/{name}"));
        desk.answer_and_save(&page, story(article(&format!("{name} 본문"))));
    }
    let folder = desk.closed();
    let removed = Command::new(env!("CARGO_BIN_EXE_saseo"))
        .env_remove("SASEO_STORE")
        .arg("--data")
        .arg(folder.path())
        .args([
            "forget",
            "paper/gone-story",
            "--why",
            "법원의 결정",
            "--yes",
        ])
        .output()
        .unwrap();
    assert!(removed.status.success(), "{}", said(&removed));

    let mut assistant = Assistant::begun(folder.path());
    for tool in ["article", "versions", "diff"] {
        let told = assistant.failure(tool, json!({"id": "paper/gone-story"}));
        assert!(told.contains("was taken out of the archive"), "{told}");
        let told = assistant.failure(tool, json!({"id": "shop"}));
        assert!(told.contains("paper/a-shop, paper/b-shop"), "{told}");
    }
    let found = assistant.answer("search", json!({"query": "gone"}));
    assert_eq!(found["results"], json!([]));
}
