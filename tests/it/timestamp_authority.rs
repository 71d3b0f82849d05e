//! A time-stamping authority for tests: keys and answers are made by the `openssl` program, as
//! users have it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};

use tempfile::TempDir;

/// The certificate of the authority, and its rules. Its clock has milliseconds, as many have.
const CONFIG: &str = "\
[req]
distinguished_name = name
[name]
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
[stamps]
basicConstraints = CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[other]
extendedKeyUsage = serverAuth
[authority]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1, millisecs:500
clock_precision_digits = 3
tsa_name = yes
";

/// An authority with a root of its own.
pub struct Authority {
    folder: TempDir,
}

/// Runs `openssl` in a folder.
///
/// # Panics
///
/// If it is not installed: a time stamp that nobody else has verified is not tested.
fn openssl(folder: &Path, args: &[&str]) -> Result<String, String> {
    let out = Command::new("openssl")
        .args(args)
        .current_dir(folder)
        .output()
        .expect("the tests of time stamps need the program openssl (Debian: openssl)");
    let said = String::from_utf8_lossy(&out.stdout) + String::from_utf8_lossy(&out.stderr);
    if out.status.success() {
        Ok(said.into_owned())
    } else {
        Err(said.into_owned())
    }
}

impl Authority {
    /// An authority with a key on the curve P-256.
    pub fn start() -> Self {
        Self::with_key(&["ec", "-pkeyopt", "ec_paramgen_curve:P-256"])
    }

    /// An authority with a key of such a kind.
    pub fn with_key(kind: &[&str]) -> Self {
        let authority = Self {
            folder: TempDir::new().unwrap(),
        };
        std::fs::write(authority.folder.path().join("config"), CONFIG).unwrap();

        let root = "req -x509 -config config -extensions root -nodes -keyout root.key -out \
                    root.pem -subj /CN=Test-Root -days 3650 -newkey ec -pkeyopt \
                    ec_paramgen_curve:P-256";
        authority.run(root);
        let request = "req -config config -nodes -keyout stamps.key -out stamps.csr -subj \
                       /O=Invented/CN=Test-Stamps -newkey";
        let request: Vec<&str> = request
            .split_whitespace()
            .chain(kind.iter().copied())
            .collect();
        openssl(authority.folder.path(), &request).unwrap();
        authority.certify("stamps");
        authority
    }

    fn run(&self, words: &str) {
        let words: Vec<&str> = words.split_whitespace().collect();
        openssl(self.folder.path(), &words).unwrap();
    }

    fn certify(&self, extensions: &str) {
        self.run(&format!(
            "x509 -req -in stamps.csr -CA root.pem -CAkey root.key -CAcreateserial -days 3650 \
             -extfile config -extensions {extensions} -out {extensions}.pem"
        ));
    }

    /// Returns the answer to a request.
    pub fn answer(&self, request: &[u8]) -> Vec<u8> {
        std::fs::write(self.folder.path().join("asked.tsq"), request).unwrap();
        self.run(
            "ts -reply -config config -section authority -queryfile asked.tsq -signer stamps.pem \
             -inkey stamps.key -out answered.tsr",
        );
        std::fs::read(self.folder.path().join("answered.tsr")).unwrap()
    }

    /// Returns the answer to a request, signed for a certificate of the key, after a change of
    /// its statement.
    pub fn signed_again(
        &self,
        request: &[u8],
        certificate: &str,
        change: impl Fn(&mut Vec<u8>),
    ) -> Vec<u8> {
        self.certify(certificate);
        self.answer(request);
        self.run("ts -reply -in answered.tsr -token_out -out token.der");
        self.run("cms -verify -noverify -inform DER -in token.der -binary -out statement.der");
        let statement = self.folder.path().join("statement.der");
        let mut bytes = std::fs::read(&statement).unwrap();
        change(&mut bytes);
        std::fs::write(&statement, bytes).unwrap();

        self.run(&format!(
            "cms -sign -binary -nodetach -cades -md sha256 -econtent_type \
             1.2.840.113549.1.9.16.1.4 -in statement.der -signer {certificate}.pem -inkey \
             stamps.key -outform DER -out token.der"
        ));
        let token = std::fs::read(self.folder.path().join("token.der")).unwrap();
        granted(&token)
    }

    /// Tells whether `openssl ts` finds a stamp in order, with these options.
    pub fn verify(&self, response: &Path, options: &[&str]) -> Result<String, String> {
        let response = response.to_string_lossy();
        let mut args = vec!["ts", "-verify", "-in", &response, "-CAfile", "root.pem"];
        args.extend(options);
        openssl(self.folder.path(), &args)
    }
}

/// Wraps a token into a response that grants it. The length has two octets.
fn granted(token: &[u8]) -> Vec<u8> {
    let status = [0x30, 3, 2, 1, 0];
    let length = u16::try_from(status.len() + token.len()).unwrap();
    assert!(length > 255);
    [&[0x30, 0x82][..], &length.to_be_bytes(), &status, token].concat()
}

/// A server on this machine that answers each request as it is told, and counts them.
pub struct AuthorityServer {
    pub url: String,
    pub asked: Receiver<String>,
}

/// Serves `respond`, which gets the body of each request and writes the whole answer.
pub fn serve(respond: impl Fn(&[u8], &mut TcpStream) + Send + 'static) -> AuthorityServer {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/tsa", listener.local_addr().unwrap());
    let (heard, asked) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let (line, body) = request(&stream);
            if heard.send(line).is_err() {
                return;
            }
            respond(&body, &mut stream);
        }
    });
    AuthorityServer { url, asked }
}

/// Reads a request: its first line, and its body.
fn request(stream: &TcpStream) -> (String, Vec<u8>) {
    let mut reader = BufReader::new(stream);
    let (mut first, mut length) = (String::new(), 0);
    reader.read_line(&mut first).unwrap();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        match line.trim().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => {
                length = value.parse().unwrap();
            }
            Some(_) => {}
            None => break,
        }
    }

    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    (first.trim().to_owned(), body)
}

/// Writes an answer of an authority.
pub fn reply(stream: &mut TcpStream, status: &str, kind: &str, body: &[u8]) {
    let head = format!(
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\nconnection: \
         close\r\n\r\n",
        body.len()
    );
    // A client that refuses the answer may have hung up.
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(body);
}

/// Serves an authority as it should be, but for what `change` makes of its answers.
pub fn serve_authority(
    authority: Authority,
    change: impl Fn(&Authority, &[u8]) -> Vec<u8> + Send + 'static,
) -> AuthorityServer {
    serve(move |request, stream| {
        let answer = change(&authority, request);
        reply(stream, "200 OK", "application/timestamp-reply", &answer);
    })
}
