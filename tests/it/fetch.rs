//! The real network's side, against real sockets on loopback.

use std::net::SocketAddr;
use std::time::Duration;

use saseo::fetch::{Answer, Caller, Http, Reach, RequestTerms, Trouble, Web};
use saseo::frontier::Visit;
use saseo::page_url::PageUrl;
use saseo::politeness::{HostLimits, Hosts, NextPermit};
use saseo::robots::Robots;
use saseo::time::Timestamp;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

/// A server that gives every connection the same bytes, and tells what it was asked.
async fn server(answer: Vec<u8>) -> (SocketAddr, mpsc::UnboundedReceiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = mpsc::unbounded_channel();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let mut asked = vec![0; 4096];
            let length = socket.read(&mut asked).await.unwrap_or(0);
            let _ = tell.send(String::from_utf8_lossy(&asked[..length]).into_owned());
            let _ = socket.write_all(&answer).await;
            if answer.is_empty() {
                // Never answers: the socket stays open until the client goes.
                let _ = socket.read(&mut asked).await;
            }
        }
    });
    (address, told)
}

fn http(body: u64, answer: Duration) -> Http {
    http_at(Vec::new(), body, answer)
}

/// One that may ask public hosts at these ports, too.
fn http_at(ports: Vec<u16>, body: u64, answer: Duration) -> Http {
    let contact = "you@example.org".to_owned();
    let connect = Duration::from_secs(10);
    Http::new(&Caller {
        agent: "saseo".to_owned(),
        contact,
        connect,
        answer,
        body,
        ports,
        idle: Duration::from_secs(90),
        signer: None,
    })
    .unwrap()
}

pub fn visit(url: &PageUrl) -> Visit {
    let now = Timestamp::EPOCH;
    let mut hosts = Hosts::new(Duration::ZERO, Duration::ZERO);
    hosts.add(
        &url.host(),
        HostLimits {
            gap: Duration::ZERO,
            max_concurrent: 1,
            own: true,
        },
        None,
        now,
    );
    hosts.locate(&url.host(), [127, 0, 0, 1].into());
    hosts.enqueue(&url.host(), now);
    let NextPermit::Visit(permit) = hosts.next(now) else {
        panic!("no permit")
    };
    Visit::bind(permit, Robots::allow_all().check(url).unwrap()).unwrap()
}

async fn get(http: &Http, url: &str, reach: Reach) -> Result<Answer, Trouble> {
    let url = PageUrl::parse(url).unwrap();
    http.fetch(visit(&url), reach, RequestTerms::default())
        .await
        .1
}

fn plain(head: &str, body: &[u8]) -> Vec<u8> {
    let mut answer =
        format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes();
    answer.extend_from_slice(body);
    answer
}

const LONG: Duration = Duration::from_secs(60);

#[tokio::test]
async fn the_server_is_told_who_asks() {
    let (address, mut told) = server(plain("200 OK", b"hello")).await;
    let answer = get(
        &http(1000, LONG),
        &format!("http://{address}/a?b=c"),
        Reach::Own,
    )
    .await
    .unwrap();
    assert_eq!(
        (answer.status, answer.body.as_slice()),
        (200, b"hello".as_slice())
    );
    let asked = told.recv().await.unwrap().to_lowercase();
    assert!(asked.starts_with("get /a?b=c http/1.1"), "{asked}");
    assert!(
        asked.contains(concat!(
            "user-agent: saseo/",
            env!("CARGO_PKG_VERSION"),
            " (+you@example.org)"
        )),
        "{asked}"
    );
    assert!(asked.contains("from: you@example.org"), "{asked}");
    assert!(
        !asked.contains("referer:") && !asked.contains("cookie:"),
        "{asked}"
    );
}

#[tokio::test]
async fn a_redirect_is_told_and_not_followed() {
    let (address, mut told) = server(plain("302 Found\r\nLocation: /elsewhere", b"")).await;
    let answer = get(&http(1000, LONG), &format!("http://{address}/"), Reach::Own)
        .await
        .unwrap();
    assert_eq!(
        (answer.status, answer.header("location")),
        (302, Some("/elsewhere"))
    );
    told.recv().await.unwrap();
    assert!(told.try_recv().is_err());
}

#[tokio::test]
async fn a_large_body_is_cut_off() {
    let (address, _told) = server(plain("200 OK", &vec![b'x'; 200_000])).await;
    let answer = get(
        &http(100_000, LONG),
        &format!("http://{address}/"),
        Reach::Own,
    )
    .await;
    assert_eq!(answer, Err(Trouble::TooLarge { limit: 100_000 }));
}

#[tokio::test]
async fn a_small_body_that_unpacks_to_a_large_one_is_cut_off() {
    use std::io::Write;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(&vec![0; 50_000_000]).unwrap();
    let packed = packed.finish().unwrap();
    assert!(packed.len() < 100_000);
    let (address, _told) = server(plain("200 OK\r\nContent-Encoding: gzip", &packed)).await;
    let answer = get(
        &http(100_000, LONG),
        &format!("http://{address}/"),
        Reach::Own,
    )
    .await;
    assert_eq!(answer, Err(Trouble::TooLarge { limit: 100_000 }));
}

fn gzip(text: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    packed.write_all(text).unwrap();
    packed.finish().unwrap()
}

#[tokio::test]
async fn codings_are_undone_over_several_lines_and_members() {
    let twice = [gzip(b"one "), gzip(b"two"), b"\0\0".to_vec()].concat();
    let cases = [
        ("Content-Encoding: gzip", twice.clone()),
        ("Content-Encoding: X-GZIP", twice.clone()),
        (
            "Content-Encoding: gzip\r\nContent-Encoding: GZip",
            gzip(&twice),
        ),
        ("Content-Encoding: identity, gzip\r\nVary: *", twice.clone()),
        ("Content-Encoding: none", b"one two".to_vec()),
        ("Content-Type: text/html", twice),
    ];
    for (lines, body) in cases {
        let (address, mut told) = server(plain(&format!("200 OK\r\n{lines}"), &body)).await;
        let answer = get(&http(1000, LONG), &format!("http://{address}/"), Reach::Own)
            .await
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&answer.body), "one two", "{lines}");
        let asked = told.recv().await.unwrap().to_lowercase();
        assert!(
            asked.contains("accept-encoding: gzip, deflate, br, zstd\r\n"),
            "{asked}"
        );
    }
}

#[tokio::test]
async fn a_body_that_cannot_be_undone_was_not_had_but_a_refusal_is_one_all_the_same() {
    let packed = gzip(b"Disallow: /");
    for (line, body) in [
        ("Content-Encoding: aws-chunked", packed.clone()),
        (
            "Content-Encoding: gzip",
            packed[..packed.len() - 4].to_vec(),
        ),
        ("Content-Encoding: br, gzip", packed.clone()),
    ] {
        let (address, _told) = server(plain(&format!("200 OK\r\n{line}"), &body)).await;
        let answer = get(&http(1000, LONG), &format!("http://{address}/"), Reach::Own).await;
        assert!(
            matches!(answer, Err(Trouble::Broken { .. })),
            "{line}: {answer:?}"
        );
    }
    let (address, _told) = server(plain(
        "403 Forbidden\r\nContent-Encoding: gzip",
        b"<p>no</p>",
    ))
    .await;
    let answer = get(&http(1000, LONG), &format!("http://{address}/"), Reach::Own)
        .await
        .unwrap();
    assert_eq!(
        (answer.status, answer.body.as_slice()),
        (403, b"<p>no</p>".as_slice())
    );
}

#[tokio::test]
async fn odd_header_lines_lose_no_answer() {
    let many: String = (0..200).map(|n| format!("X-Node-{n}: {n}\r\n")).collect();
    let heads: [&[u8]; 9] = [
        b"HTTP/1.1 200 OK\r\nX-Long: one\r\n two\r\n\tthree\r\n",
        b"HTTP/1.1 200 OK\r\nX-Cache : HIT\r\n",
        b"HTTP/1.1 200 OK\r\nPHP Warning  include(banner.php)\r\n",
        b"HTTP/1.1 200 OK\r\n: nameless\r\n",
        b"HTTP/1.1 200 OK\r\nX-Title: a\x7fb\x01c\r\n",
        b"HTTP/1.1 200 OK\r\nX-Section: \xba\xf1\xb9\xd0\r\n",
        b"HTTP/1.1 200 \xc1\xc1\xc0\xbd\r\n",
        b"HTTP/1.1 200\n",
        format!("HTTP/1.1 200 OK\r\n{many}").leak().as_bytes(),
    ];
    for head in heads {
        let bytes = [head, b"ETag: \"e\"\r\nContent-Length: 5\r\n\r\nhello"].concat();
        let (address, _told) = server(bytes).await;
        let answer = get(&http(1000, LONG), &format!("http://{address}/"), Reach::Own).await;
        let shown = String::from_utf8_lossy(&head[..head.len().min(60)]);
        let answer = answer.unwrap_or_else(|why| panic!("{shown}: {why}"));
        assert_eq!(
            (answer.body.as_slice(), answer.header("etag")),
            (b"hello".as_slice(), Some("\"e\"")),
            "{shown}"
        );
    }
}

#[tokio::test]
async fn the_octets_of_a_location_are_kept() {
    for (location, escaped) in [
        (
            &b"/b/\xb1\xe2\xbb\xe7?q=\xc3\xa5"[..],
            "/b/%B1%E2%BB%E7?q=%C3%A5",
        ),
        ("/b/기사".as_bytes(), "/b/%EA%B8%B0%EC%82%AC"),
        (b"/b/%B1%E2", "/b/%B1%E2"),
    ] {
        let head = [
            b"HTTP/1.1 302 Found\r\nLocation: ",
            location,
            b"\r\nContent-Encoding: gzip\r\nContent-Length: 0\r\n\r\n",
        ];
        let (address, _told) = server(head.concat()).await;
        let answer = get(&http(1000, LONG), &format!("http://{address}/"), Reach::Own)
            .await
            .unwrap();
        assert_eq!(answer.header("location"), Some(escaped));
    }
}

#[tokio::test]
async fn a_rest_is_wished_for_by_all_lines_together() {
    let now = Timestamp::from_seconds(1_795_520_550);
    let (address, _told) =
        server(plain("503 Busy\r\nRetry-After: 3\r\nRetry-After: 90s", b"")).await;
    let answer = get(&http(1000, LONG), &format!("http://{address}/"), Reach::Own)
        .await
        .unwrap();
    assert_eq!(answer.retry_after(now), Some(now + Duration::from_secs(90)));
}

#[tokio::test]
async fn a_torn_answer_is_no_answer() {
    let torn = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this".to_vec();
    let (address, _told) = server(torn).await;
    let answer = get(&http(1000, LONG), &format!("http://{address}/"), Reach::Own).await;
    assert!(matches!(answer, Err(Trouble::Broken { .. })), "{answer:?}");
}

#[tokio::test]
async fn a_silent_server_is_not_waited_for_for_ever() {
    let (address, _told) = server(Vec::new()).await;
    let answer = get(
        &http(1000, Duration::from_millis(200)),
        &format!("http://{address}/"),
        Reach::Own,
    )
    .await;
    assert_eq!(answer, Err(Trouble::Timeout));
}

#[tokio::test]
async fn a_private_server_is_not_asked_however_it_is_spelt() {
    let (address, mut told) = server(plain("200 OK", b"secret")).await;
    let port = address.port();
    for name in [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "[::ffff:127.0.0.1]",
        "localhost",
    ] {
        let http = http_at(vec![port], 1000, LONG);
        let answer = get(&http, &format!("http://{name}:{port}/"), Reach::Public).await;
        assert!(
            matches!(answer, Err(Trouble::PrivateAddress { .. })),
            "{name}: {answer:?}"
        );
    }
    assert!(told.try_recv().is_err());
}

#[tokio::test]
async fn a_private_server_is_not_even_located() {
    let http = http(1000, LONG);
    let host = PageUrl::parse("http://127.0.0.1:9/").unwrap().host();
    assert!(matches!(
        http.locate(&host, Reach::Public).await,
        Err(Trouble::PrivateAddress { .. })
    ));
    assert_eq!(
        http.locate(&host, Reach::Own).await,
        Ok([127, 0, 0, 1].into())
    );
}

#[tokio::test]
async fn public_hosts_are_asked_at_the_ports_of_newspapers_only() {
    for address in ["http://paper.example:25/", "https://1.1.1.1:6379/"] {
        let answer = get(&http(1000, LONG), address, Reach::Public).await;
        assert!(
            matches!(answer, Err(Trouble::OddPort { .. })),
            "{address}: {answer:?}"
        );
    }
}

#[tokio::test]
async fn no_cookie_is_kept() {
    let (address, mut told) = server(plain("200 OK\r\nSet-Cookie: seen=1; Path=/", b"x")).await;
    let http = http(1000, LONG);
    for _ in 0..2 {
        get(&http, &format!("http://{address}/"), Reach::Own)
            .await
            .unwrap();
        assert!(!told.recv().await.unwrap().to_lowercase().contains("cookie"));
    }
}

#[tokio::test]
async fn a_body_that_stops_half_way_is_not_waited_for_for_ever() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let _ = socket.read(&mut [0; 4096]).await;
        socket
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")
            .await
            .unwrap();
        // The client goes first.
        let _ = socket.read_to_end(&mut Vec::new()).await;
    });
    let answer = get(
        &http(1000, Duration::from_millis(300)),
        &format!("http://{address}/"),
        Reach::Own,
    )
    .await;
    assert_eq!(answer, Err(Trouble::Timeout));
}

#[tokio::test]
async fn a_robots_txt_without_end_is_read_as_far_as_it_counts() {
    let (address, _told) = server(plain("200 OK", &vec![b'x'; 200_000])).await;
    let url = PageUrl::parse(&format!("http://{address}/robots.txt")).unwrap();
    let asking = RequestTerms {
        read_at_most: Some(100_000),
        ..RequestTerms::default()
    };
    let answer = http(1000, LONG)
        .fetch(visit(&url), Reach::Own, asking)
        .await
        .1
        .unwrap();
    assert_eq!(answer.body.len(), 100_000);
}

#[tokio::test]
async fn of_a_body_that_is_of_use_in_part_no_more_than_the_limit_is_read() {
    let (address, _told) = server(plain("200 OK", &vec![b'x'; 200_000])).await;
    let url = PageUrl::parse(&format!("http://{address}/map.xml")).unwrap();
    let asking = RequestTerms {
        accept_part: true,
        ..RequestTerms::default()
    };
    let answer = http(1000, LONG)
        .fetch(visit(&url), Reach::Own, asking)
        .await
        .1
        .unwrap();
    assert_eq!(answer.body.len(), 1000);
}

#[tokio::test]
async fn a_server_that_nobody_vouches_for_is_not_believed() {
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::{ServerConfig, crypto::ring, pki_types::PrivateKeyDer};
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let refused = tokio::spawn(async move {
        let (socket, _) = listener.accept().await.unwrap();
        TlsAcceptor::from(std::sync::Arc::new(config))
            .accept(socket)
            .await
            .is_err()
    });
    let answer = get(
        &http(1000, LONG),
        &format!("https://{address}/"),
        Reach::Own,
    )
    .await;
    assert!(
        answer
            .as_ref()
            .is_err_and(|trouble| trouble.to_string().contains("certificate")),
        "{answer:?}"
    );
    assert!(
        refused.await.unwrap(),
        "the server took the handshake for a good one"
    );
}

#[tokio::test]
async fn a_closed_port_is_told_as_out_of_reach() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let answer = get(&http(1000, LONG), &format!("http://{address}/"), Reach::Own).await;
    assert!(
        answer.as_ref().is_err_and(Trouble::is_host_down),
        "{answer:?}"
    );
}
