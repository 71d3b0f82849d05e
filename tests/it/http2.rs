//! A real HTTP/2 server, and the program in front of it: what the server counted is what the ledger
//! says.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderName, HeaderValue, Request, Response};
use h2::server::SendResponse;
use h2::{Reason, RecvStream};
use saseo::clock::Clock;
use saseo::time::Timestamp;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::server::TlsStream;

use crate::program::{Crawler, said};
use crate::signed_requests::{Head, SITE, identity, made_key};

/// The gap of the tests' site file.
const GAP: Duration = Duration::from_millis(100);

/// robots.txt, two files of reservations and the home page are asked for before the first story.
const ENTRIES: usize = 4;

/// What the server does with the request for a story.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    Answer,
    /// It refuses the stream, and says that the request may be sent again (RFC 9113 §8.7).
    Refuse,
    /// It closes the connection, and says that the request may be sent again.
    GoAway,
    /// It wants HTTP/1.1 (RFC 9113 §7).
    WantHttp1,
    /// It says nothing more on this connection.
    GoMute,
}

/// A request, as the server saw it.
#[derive(Clone, Debug)]
struct Visit {
    path: String,
    at: Timestamp,
    connection: usize,
    is_http2: bool,
    /// The head, with the authority of HTTP/2 as `host`.
    head: Head,
}

/// The server's side that all connections share.
struct Paper {
    stories: Vec<Does>,
    log: Mutex<Vec<Visit>>,
}

/// A server that ends with the test.
struct Server {
    _runtime: Runtime,
    paper: Arc<Paper>,
    port: u16,
    /// Where its certificate is, which the program is told to trust.
    folder: TempDir,
}

impl Server {
    fn start(stories: &[Does]) -> Self {
        let folder = TempDir::new().unwrap();
        let acceptor = acceptor(folder.path().join("certificate.pem"));
        let paper = Arc::new(Paper {
            stories: stories.to_vec(),
            log: Mutex::default(),
        });

        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        runtime.spawn(listen(listener, acceptor, Arc::clone(&paper)));
        Self {
            _runtime: runtime,
            paper,
            port,
            folder,
        }
    }

    /// Crawls so many requests of the paper.
    fn crawl(&self, requests: usize) -> Crawler {
        self.crawl_as("", requests)
    }

    /// Crawls so many requests of the paper, with such an `[identity]`.
    fn crawl_as(&self, identity: &str, requests: usize) -> Crawler {
        let crawler = Crawler::empty();
        crawler.write_site(&format!(
            "name = \"paper\"\ntitle = \"paper\"\nhome = \"https://127.0.0.1:{}/\"\nown_site = true\n\
             [discover]\nrevisit = []\nfeeds = false\nsitemaps = false\n[pace]\ngap = \"{}ms\"\n",
            self.port,
            GAP.as_millis()
        ));
        fs::write(
            crawler.config().join("saseo.toml"),
            format!("[limits]\nanswer = \"3s\"\n[identity]\n{identity}"),
        )
        .unwrap();

        let requests = requests.to_string();
        let mut command = crawler.command(&["crawl", "--max-requests", &requests]);
        let out = command
            .env("SSL_CERT_FILE", self.folder.path().join("certificate.pem"))
            .output()
            .unwrap();
        assert!(out.status.success(), "{}", said(&out));
        crawler
    }

    fn log(&self) -> Vec<Visit> {
        self.paper.log.lock().unwrap().clone()
    }

    /// Fails where the ledger has other requests than the server saw, or one that left before it
    /// was announced, or where two lie nearer than the gap.
    fn assert_in_ledger(&self, crawler: &Crawler) {
        let sql = rusqlite::Connection::open(crawler.data().join("archive.db")).unwrap();
        let mut select = sql
            .prepare("SELECT url, at FROM ledger WHERE kind = 'announced' ORDER BY id")
            .unwrap();
        let rows = select
            .query_map([], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
            })
            .unwrap();
        let announced: Vec<(String, i64)> = rows.collect::<Result<_, _>>().unwrap();

        let log = self.log();
        let base = format!("https://127.0.0.1:{}", self.port);
        let seen: Vec<String> = log
            .iter()
            .map(|visit| format!("{base}{}", visit.path))
            .collect();
        let told: Vec<&String> = announced.iter().map(|(url, _)| url).collect();
        assert_eq!(seen.iter().collect::<Vec<_>>(), told);

        for (visit, (url, at)) in log.iter().zip(&announced) {
            assert!(
                visit.at.millis() >= *at,
                "{url} left before it was announced"
            );
        }
        for pair in log.windows(2) {
            let apart = pair[1].at.millis() - pair[0].at.millis();
            assert!(
                apart >= GAP.as_millis() as i64,
                "{apart} ms between {pair:?}"
            );
        }
        let audit = crawler.run(&["audit"]);
        assert!(audit.status.success(), "{}", crate::program::told(&audit));
    }
}

/// Makes a certificate for this machine, and writes it down.
fn acceptor(path: PathBuf) -> TlsAcceptor {
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    fs::write(path, made.cert.pem()).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let mut config = ServerConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    TlsAcceptor::from(Arc::new(config))
}

async fn listen(listener: TcpListener, acceptor: TlsAcceptor, paper: Arc<Paper>) {
    for connection in 0.. {
        let Ok((socket, _)) = listener.accept().await else {
            return;
        };
        let (acceptor, paper) = (acceptor.clone(), Arc::clone(&paper));
        tokio::spawn(async move {
            let Ok(stream) = acceptor.accept(socket).await else {
                return;
            };
            match stream.get_ref().1.alpn_protocol() {
                Some(b"h2") => paper.serve_http2(stream, connection).await,
                _ => paper.serve_http1(stream, connection).await,
            }
        });
    }
}

impl Paper {
    async fn serve_http2(&self, stream: TlsStream<TcpStream>, connection: usize) {
        let Ok(mut h2) = h2::server::handshake(stream).await else {
            return;
        };
        while let Some(Ok((request, mut respond))) = h2.accept().await {
            let path = request.uri().path().to_owned();
            self.note(head_of(&request), connection, true);
            match self.does(&path) {
                Does::Answer => answer(&mut respond, self.page(&path)),
                Does::Refuse => respond.send_reset(Reason::REFUSED_STREAM),
                Does::WantHttp1 => respond.send_reset(Reason::HTTP_1_1_REQUIRED),
                Does::GoAway => h2.abrupt_shutdown(Reason::NO_ERROR),
                // The connection stays open, and nobody attends to it.
                Does::GoMute => std::future::pending().await,
            }
        }
    }

    async fn serve_http1(&self, mut stream: TlsStream<TcpStream>, connection: usize) {
        let (mut asked, mut chunk) = (Vec::new(), [0; 4096]);
        while let Ok(length @ 1..) = stream.read(&mut chunk).await {
            asked.extend_from_slice(&chunk[..length]);
            if !asked.ends_with(b"\r\n\r\n") {
                continue;
            }

            let head = String::from_utf8(std::mem::take(&mut asked)).unwrap();
            let head = head_of_lines(&head);
            let path = head.path.clone();
            self.note(head, connection, false);
            let (status, body) = self.page(&path);
            let head = format!(
                "HTTP/1.1 {status} x\r\nContent-Type: text/html\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            stream
                .write_all(&[head.as_bytes(), body.as_bytes()].concat())
                .await
                .unwrap();
        }
    }

    fn note(&self, head: Head, connection: usize, is_http2: bool) {
        let visit = Visit {
            path: head.path.clone(),
            head,
            at: Clock::system().now(),
            connection,
            is_http2,
        };
        self.log.lock().unwrap().push(visit);
    }

    fn does(&self, path: &str) -> Does {
        let story = path
            .strip_prefix("/story/")
            .and_then(|number| number.parse::<usize>().ok());
        story
            .and_then(|number| self.stories.get(number).copied())
            .unwrap_or(Does::Answer)
    }

    fn page(&self, path: &str) -> (u16, String) {
        let link = |number: usize| format!("<a href=\"/story/{number}\">책방 소식 {number}</a>");
        match path {
            "/" => (200, (0..self.stories.len()).map(link).collect()),
            _ if path.starts_with("/story/") => {
                let paragraph = "<p>주인은 서가 사이를 오가며 손님에게 책을 건넸고, 손님은 창가에 앉아 그 책을 읽었다.</p>";
                (
                    200,
                    format!(
                        "<html><body><article><h1>{path}</h1>{}</article></body></html>",
                        paragraph.repeat(6)
                    ),
                )
            }
            _ => (404, String::new()),
        }
    }
}

fn head_of(request: &Request<RecvStream>) -> Head {
    let header = |(name, value): (&HeaderName, &HeaderValue)| {
        let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
        (name.as_str().to_owned(), value)
    };
    let authority = request.uri().authority().unwrap().to_string();
    let mut headers: Vec<(String, String)> = request.headers().iter().map(header).collect();
    headers.push(("host".to_owned(), authority));
    Head {
        path: request.uri().path().to_owned(),
        headers,
    }
}

/// Reads the head of a request of HTTP/1.1.
fn head_of_lines(lines: &str) -> Head {
    let header = |line: &str| {
        let (name, value) = line.split_once(": ")?;
        Some((name.to_ascii_lowercase(), value.to_owned()))
    };
    Head {
        path: lines.split(' ').nth(1).unwrap().to_owned(),
        headers: lines.lines().skip(1).filter_map(header).collect(),
    }
}

fn answer(respond: &mut SendResponse<Bytes>, (status, body): (u16, String)) {
    let head = Response::builder()
        .status(status)
        .header("content-type", "text/html; charset=utf-8");
    // A client that has gone is no fault of the server's.
    if let Ok(mut stream) = respond.send_response(head.body(()).unwrap(), false) {
        let _ = stream.send_data(body.into(), true);
    }
}

#[test]
fn what_http_2_refuses_is_not_sent_again_unannounced() {
    let stories = [
        Does::Answer,
        Does::Refuse,
        Does::Answer,
        Does::GoAway,
        Does::Answer,
    ];
    let server = Server::start(&stories);
    let crawler = server.crawl(ENTRIES + stories.len());

    let log = server.log();
    assert!(log.iter().all(|visit| visit.is_http2), "{log:?}");
    assert_eq!(log.len(), ENTRIES + stories.len());
    server.assert_in_ledger(&crawler);
}

#[test]
fn a_server_that_wants_http_1_1_is_asked_so_in_a_turn_of_its_own() {
    let stories = [Does::Answer, Does::WantHttp1, Does::Answer];
    let server = Server::start(&stories);
    let crawler = server.crawl(ENTRIES + stories.len() + 1);

    // The story's next turn comes after those that wait already. From then on all is asked over
    // HTTP/1.1.
    let asked: Vec<(String, bool)> = server
        .log()
        .into_iter()
        .map(|visit| (visit.path, visit.is_http2))
        .collect();
    let told = |path: &str, is_http2| (path.to_owned(), is_http2);
    let expected = [
        told("/story/0", true),
        told("/story/1", true),
        told("/story/2", false),
        told("/story/1", false),
    ];
    assert_eq!(asked[ENTRIES..], expected);
    server.assert_in_ledger(&crawler);
    assert_eq!(crawler.articles().len(), 3);
}

#[test]
fn requests_are_signed_for_the_authority_of_http_2_and_again_for_http_1_1() {
    let folder = TempDir::new().unwrap();
    let (file, key) = made_key(folder.path());
    let stories = [Does::Answer, Does::WantHttp1, Does::Answer];
    let server = Server::start(&stories);
    server.crawl_as(&identity(&file), ENTRIES + stories.len() + 1);

    let log = server.log();
    assert!(log.iter().any(|visit| visit.is_http2) && log.iter().any(|visit| !visit.is_http2));
    for visit in &log {
        visit.head.assert_signed(&key, Some(SITE));
    }
    // What is asked again has a signature of its own.
    let nonces: BTreeSet<&str> = log
        .iter()
        .map(|visit| visit.head.parameter("nonce"))
        .collect();
    assert_eq!(nonces.len(), log.len());
}

#[test]
fn a_connection_that_goes_mute_costs_one_page_its_turn() {
    let stories = [Does::Answer, Does::GoMute, Does::Answer, Does::Answer];
    let server = Server::start(&stories);
    let crawler = server.crawl(ENTRIES + stories.len());

    let log = server.log();
    let story = |number: usize| {
        log.iter()
            .find(|visit| visit.path == format!("/story/{number}"))
            .unwrap()
    };
    assert_eq!(story(0).connection, story(1).connection);
    assert_ne!(story(1).connection, story(2).connection);
    assert_eq!(crawler.articles().len(), 3);
    server.assert_in_ledger(&crawler);
}
