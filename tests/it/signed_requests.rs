//! Signed requests, as a server sees them. Each signature is checked from the headers alone: the
//! signature base is put together here, by the words of RFC 9421.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use saseo::clock::Clock;
use saseo::fetch::{Caller, Http, Reach, RequestTerms, Web};
use saseo::identity::{MadeKey, RequestSigner};
use saseo::page_url::PageUrl;
use serde_json::Value;
use tokio::sync::oneshot;

use crate::fetch::visit;
use crate::program::{Crawler, said, told};

/// The site that shows the key, in the configuration of these tests.
pub const SITE: &str = "https://crawler.example";

/// The head of a request: its path, and its headers.
#[derive(Clone, Debug)]
pub struct Head {
    pub path: String,
    pub headers: Vec<(String, String)>,
}

impl Head {
    fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.iter().filter(|(known, _)| known == name);
        let value = found.next().map(|(_, value)| value.as_str());
        assert!(found.next().is_none(), "{name} twice: {self:?}");
        value
    }

    /// A parameter of the signature, without quotes.
    pub fn parameter(&self, name: &str) -> &str {
        let input = self.header("signature-input").unwrap();
        let after = input.split_once(&format!(";{name}=")).unwrap().1;
        after.split(';').next().unwrap().trim_matches('"')
    }

    /// Checks the signature for the host that the request names, and the site that it names.
    pub fn assert_signed(&self, key: &PublicKey, site: Option<&str>) {
        let params = self.header("signature-input").unwrap();
        let params = params.strip_prefix("sig1=").unwrap();
        let mut base = format!("\"@authority\": {}\n", self.header("host").unwrap());
        let mut covered = "(\"@authority\"".to_owned();
        if let Some(site) = site {
            let sent = self.header("signature-agent");
            assert_eq!(sent, Some(format!("sig1=\"{site}\"").as_str()));
            base.push_str(&format!("\"signature-agent\";key=\"sig1\": \"{site}\"\n"));
            covered.push_str(" \"signature-agent\";key=\"sig1\"");
        } else {
            assert_eq!(self.header("signature-agent"), None);
        }
        assert!(params.starts_with(&format!("{covered});")), "{params}");
        base.push_str(&format!("\"@signature-params\": {params}"));

        let signature = self.header("signature").unwrap();
        let signature = signature.strip_prefix("sig1=:").unwrap();
        key.verify(&base, signature.strip_suffix(':').unwrap());
        assert_eq!(self.parameter("tag"), "web-bot-auth");
        assert_eq!(self.parameter("alg"), "ed25519");
        assert_eq!(self.parameter("keyid"), key.id);
    }

    fn assert_not_signed(&self) {
        for (name, _) in &self.headers {
            assert!(!name.starts_with("signature"), "{self:?}");
        }
    }
}

/// A public key of a directory.
pub struct PublicKey {
    id: String,
    bytes: Vec<u8>,
}

impl PublicKey {
    fn of_directory(text: &str) -> Self {
        let directory: Value = serde_json::from_str(text).unwrap();
        let key = &directory["keys"][0];
        assert_eq!(
            (&key["kty"], &key["crv"]),
            (&"OKP".into(), &"Ed25519".into())
        );
        let x = key["x"].as_str().unwrap();
        let members = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
        let thumbprint = URL_SAFE_NO_PAD.encode(digest(&SHA256, members.as_bytes()));
        assert_eq!(key["kid"], thumbprint.as_str());
        Self {
            id: thumbprint,
            bytes: URL_SAFE_NO_PAD.decode(x).unwrap(),
        }
    }

    fn verify(&self, base: &str, signature: &str) {
        let signature = STANDARD.decode(signature).unwrap();
        let key = UnparsedPublicKey::new(&ED25519, &self.bytes);
        assert!(key.verify(base.as_bytes(), &signature).is_ok(), "{base}");
    }
}

/// A paper on loopback that notes the head of each request.
struct NotingPaper {
    address: SocketAddr,
    heads: Arc<Mutex<Vec<Head>>>,
    _stop: oneshot::Sender<()>,
}

impl NotingPaper {
    fn at(address: &str) -> Option<Self> {
        let listener = std::net::TcpListener::bind(address).ok()?;
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let heads = Arc::<Mutex<Vec<Head>>>::default();
        let (stop, stopped) = oneshot::channel::<()>();
        let noted = Arc::clone(&heads);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        std::thread::spawn(move || {
            runtime.block_on(async move {
                let answer = move |request: Request| {
                    let noted = Arc::clone(&noted);
                    async move { answer(&request, &noted) }
                };
                let listener = tokio::net::TcpListener::from_std(listener).unwrap();
                let served = axum::serve(listener, Router::new().fallback(answer));
                tokio::select! {
                    _ = served => {}
                    _ = stopped => {}
                }
            });
        });
        Some(Self {
            address,
            heads,
            _stop: stop,
        })
    }

    fn serve() -> Self {
        Self::at("127.0.0.1:0").unwrap()
    }

    fn heads(&self) -> Vec<Head> {
        self.heads.lock().unwrap().clone()
    }

    /// A crawler of it, with such an `[identity]`.
    fn crawler(&self, identity: &str) -> Crawler {
        let crawler = Crawler::empty();
        crawler.write_site(&format!(
            "name = \"demo\"\ntitle = \"demo\"\nhome = \"http://{}/\"\nown_site = true\n\
             [discover]\nrevisit = []\n[pace]\ngap = \"0s\"\n",
            self.address
        ));
        let text = format!("[identity]\n{identity}");
        std::fs::write(crawler.config().join("saseo.toml"), text).unwrap();
        crawler
    }
}

fn answer(request: &Request, noted: &Mutex<Vec<Head>>) -> Response {
    let path = request.uri().path().to_owned();
    let headers = request.headers().iter().map(|(name, value)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    });
    noted.lock().unwrap().push(Head {
        path: path.clone(),
        headers: headers.collect(),
    });

    let html = |body: &str| {
        (
            [("content-type", "text/html; charset=utf-8")],
            body.to_owned(),
        )
    };
    match path.as_str() {
        "/robots.txt" => "User-agent: *\nDisallow:\n".into_response(),
        "/" => {
            html("<html><body><a href='/news/old-story-7'>도서관이 문을 열었다</a></body></html>")
                .into_response()
        }
        "/news/old-story-7" => (
            axum::http::StatusCode::FOUND,
            [("location", "/news/story-7")],
        )
            .into_response(),
        "/news/story-7" => html(
            "<html><head><title>도서관</title></head><body><article><h1>도서관이 문을 열었다</h1>\
             <p>밤 열두 시까지 책을 빌려준다.</p></article></body></html>",
        )
        .into_response(),
        _ => axum::http::StatusCode::NOT_FOUND.into_response(),
    }
}

/// Makes a key in a folder of its own, and returns its file with the public key.
pub fn made_key(folder: &Path) -> (PathBuf, PublicKey) {
    let path = folder.join("identity.pem");
    let out = Crawler::empty()
        .command(&["identity", "--key", &path.to_string_lossy()])
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", said(&out));
    assert!(said(&out).contains("made the key"), "{}", said(&out));
    (path, PublicKey::of_directory(&told(&out)))
}

pub fn identity(key: &Path) -> String {
    format!(
        "key = {:?}\ndirectory = \"{SITE}/\"\n",
        key.to_string_lossy()
    )
}

/// The secret part of a key, in the forms in which it could be seen: letters and octets.
fn secrets(key: &Path) -> [Vec<u8>; 2] {
    let text = std::fs::read_to_string(key).unwrap();
    let letters = text.lines().nth(1).unwrap();
    let der = STANDARD.decode(letters).unwrap();
    [letters.as_bytes().to_vec(), der[der.len() - 32..].to_vec()]
}

fn has(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// All files below a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(self::files(&path));
        } else {
            files.push(path);
        }
    }
    files
}

#[test]
fn every_request_of_a_crawl_is_signed_of_robots_and_redirects_too() {
    let folder = tempfile::tempdir().unwrap();
    let (file, key) = made_key(folder.path());
    let paper = NotingPaper::serve();
    let crawler = paper.crawler(&identity(&file));

    let before = Clock::system().now().millis() / 1000;
    let out = crawler.run(&["-vv", "crawl"]);
    let after = Clock::system().now().millis() / 1000;
    assert!(out.status.success(), "{}", said(&out));

    let heads = paper.heads();
    let paths: BTreeSet<&str> = heads.iter().map(|head| head.path.as_str()).collect();
    for path in ["/robots.txt", "/", "/news/old-story-7", "/news/story-7"] {
        assert!(paths.contains(path), "{paths:?}");
    }
    for head in &heads {
        head.assert_signed(&key, Some(SITE));
        let created: i64 = head.parameter("created").parse().unwrap();
        let expires: i64 = head.parameter("expires").parse().unwrap();
        assert!((before..=after).contains(&created), "{head:?}");
        assert_eq!(expires, created + 60);
    }
    let nonces: BTreeSet<&str> = heads.iter().map(|head| head.parameter("nonce")).collect();
    assert_eq!(nonces.len(), heads.len());

    // The ledger tells it, and the key stays where it is.
    let audit = crawler.run_json("audit");
    assert_eq!(audit["askers"][0]["signature_key"], key.id.as_str());
    assert_eq!(audit["askers"][0]["signature_agent"], SITE);
    assert_eq!(audit["violations"], Value::Array(Vec::new()));
    let said_by_audit = told(&crawler.run(&["audit"]));
    assert!(said_by_audit.contains(&format!("signed by the key {}", key.id)));
    let backup = folder.path().join("backup.db");
    let done = crawler.run(&["backup", &backup.to_string_lossy()]);
    assert!(done.status.success(), "{}", said(&done));

    for secret in secrets(&file) {
        assert!(has(&std::fs::read(&file).unwrap(), &secrets(&file)[0]));
        assert!(!has(&out.stderr, &secret) && !has(&out.stdout, &secret));
        assert!(!has(&std::fs::read(&backup).unwrap(), &secret));
        for kept in files(&crawler.data()) {
            assert!(!has(&std::fs::read(&kept).unwrap(), &secret), "{kept:?}");
        }
    }
}

#[test]
fn no_request_is_signed_unless_that_is_wanted() {
    let paper = NotingPaper::serve();
    let crawler = paper.crawler("key = \"\"\ndirectory = \"\"\n");
    assert!(crawler.run(&["crawl"]).status.success());

    let heads = paper.heads();
    assert!(heads.len() >= 4);
    heads.iter().for_each(Head::assert_not_signed);
    let audit = crawler.run_json("audit");
    assert_eq!(audit["askers"][0]["signature_key"], Value::Null);
    assert!(told(&crawler.run(&["audit"])).contains("requests not signed"));
}

#[test]
fn requests_of_a_survey_are_signed_and_the_environment_may_name_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let (file, key) = made_key(folder.path());
    let paper = NotingPaper::serve();
    let crawler = paper.crawler("");
    let out = crawler
        .command(&[
            "survey",
            "--own-site",
            &format!("http://{}/", paper.address),
        ])
        .env("SASEO_IDENTITY_KEY", &file)
        .output()
        .unwrap();

    let heads = paper.heads();
    assert!(heads.len() >= 2, "{}", said(&out));
    for head in &heads {
        head.assert_signed(&key, None);
    }
}

#[test]
fn a_crawl_whose_key_cannot_be_used_asks_for_nothing() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let (file, _) = made_key(folder.path());
    let paper = NotingPaper::serve();
    let missing = folder.path().join("none.pem");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();

    for (identity, why) in [
        (identity(&file), "chmod 600"),
        (identity(&missing), "there is no key"),
        (format!("directory = \"{SITE}\"\n"), "identity.key"),
        (
            "directory = \"http://crawler.example\"\n".to_owned(),
            "`identity.directory`",
        ),
        ("kee = \"x\"\n".to_owned(), "did you mean `key`?"),
    ] {
        let crawler = paper.crawler(&identity);
        for command in ["crawl", "check"] {
            let out = crawler.run(&[command]);
            let words = format!("{}{}", said(&out), told(&out));
            assert!(!out.status.success() && words.contains(why), "{words}");
            if command == "crawl" {
                assert_eq!(out.status.code(), Some(2), "{words}");
            }
        }
    }
    assert_eq!(paper.heads().len(), 0);
}

#[test]
fn the_directory_is_not_written_over_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let (file, key) = made_key(folder.path());
    let before = std::fs::read(&file).unwrap();
    let link = folder.path().join("link");
    std::os::unix::fs::symlink(&file, &link).unwrap();

    for out in [&file, &link] {
        let (file, out) = (file.to_string_lossy(), out.to_string_lossy());
        let done = Crawler::empty().run(&["identity", "--key", &file, "--out", &out]);
        assert_eq!(done.status.code(), Some(2), "{}", said(&done));
        assert!(said(&done).contains("never overwritten"), "{}", said(&done));
    }
    assert_eq!(std::fs::read(&file).unwrap(), before);

    let again = Crawler::empty().run(&["identity", "--key", &file.to_string_lossy()]);
    assert!(said(&again).contains("read the key"), "{}", said(&again));
    assert_eq!(PublicKey::of_directory(&told(&again)).id, key.id);
}

#[test]
fn the_headers_of_a_directory_prove_that_its_keys_are_one_s_own() {
    let folder = tempfile::tempdir().unwrap();
    let (file, key) = made_key(folder.path());
    let file = file.to_string_lossy();
    let shown = folder.path().join("directory");
    let run = |more: &[&str]| {
        let common = ["identity", "--key", &file, "--directory", SITE];
        let args: Vec<&str> = common.iter().chain(more).copied().collect();
        let out = Crawler::empty().command(&args).output().unwrap();
        assert!(out.status.success(), "{}", said(&out));
        assert!(said(&out).contains("/.well-known/http-message-signatures-directory"));
        told(&out)
    };

    run(&["--out", &shown.to_string_lossy()]);
    let body = std::fs::read(&shown).unwrap();
    assert_eq!(run(&[]).as_bytes(), body);
    let headers = run(&["--headers", "--days", "7"]);
    let header = |name: &str| {
        let line = headers
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{name}: ")));
        line.unwrap_or_else(|| panic!("{name}: {headers}"))
    };

    let digest = format!("sha-256=:{}:", STANDARD.encode(digest(&SHA256, &body)));
    assert_eq!(header("Content-Digest"), digest);
    assert_eq!(
        header("Content-Type"),
        "application/http-message-signatures-directory+json"
    );
    let params = header("Signature-Input").strip_prefix("binding1=").unwrap();
    assert!(params.starts_with("(\"@authority\";req \"content-digest\");created="));
    let signature = header("Signature").strip_prefix("binding1=:").unwrap();
    key.verify(
        &format!(
            "\"@authority\";req: crawler.example\n\"content-digest\": {digest}\n\
             \"@signature-params\": {params}"
        ),
        signature.strip_suffix(':').unwrap(),
    );
    let moment = |name: &str| -> i64 {
        let after = params.split_once(&format!(";{name}=")).unwrap().1;
        after.split(';').next().unwrap().parse().unwrap()
    };
    assert_eq!(moment("expires") - moment("created"), 7 * 86_400);
}

#[test]
fn the_page_about_the_crawler_tells_whether_requests_are_signed() {
    let folder = tempfile::tempdir().unwrap();
    let (file, key) = made_key(folder.path());
    let paper = NotingPaper::serve();
    let contact = "contact = \"desk@library.kr\"\n";

    let page = told(&paper.crawler(contact).run(&["about"]));
    assert!(
        page.contains("not signed") && page.contains("서명하지 않"),
        "{page}"
    );
    let signed = paper.crawler(&format!("{contact}{}", identity(&file)));
    let page = told(&signed.run(&["about"]));
    assert_eq!(page.matches(&key.id).count(), 2, "{page}");
    assert!(page.contains(&format!(
        "{SITE}/.well-known/http-message-signatures-directory"
    )));
    let check = told(&signed.run(&["check"]));
    assert!(
        check.contains(&format!("requests are signed by the key {}", key.id)),
        "{check}"
    );
}

#[tokio::test]
async fn a_signature_is_for_the_host_and_port_that_the_request_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("identity.pem");
    let signing = MadeKey::at(&path).unwrap().key().clone();
    let out = Crawler::empty()
        .command(&["identity", "--key", &path.to_string_lossy()])
        .output()
        .unwrap();
    let key = PublicKey::of_directory(&told(&out));
    let http = Http::new(&Caller {
        agent: "saseo".to_owned(),
        contact: String::new(),
        connect: Duration::from_secs(10),
        answer: Duration::from_secs(60),
        body: 1000,
        ports: Vec::new(),
        idle: Duration::from_secs(90),
        signer: Some(RequestSigner::new(signing, None)),
    })
    .unwrap();

    // A machine without IPv6 has the first one only.
    for place in ["127.0.0.1:0", "[::1]:0"] {
        let Some(paper) = NotingPaper::at(place) else {
            continue;
        };
        let url = PageUrl::parse(&format!("http://{}/robots.txt", paper.address)).unwrap();
        let terms = RequestTerms::default();
        http.fetch(visit(&url), Reach::Own, terms).await.1.unwrap();

        let head = paper.heads().remove(0);
        assert_eq!(
            head.header("host"),
            Some(paper.address.to_string().as_str())
        );
        head.assert_signed(&key, None);
    }
}
