//! Time stamps of the ledger: other programs verify them, and nothing else is kept as one.

use std::path::PathBuf;
use std::time::Duration;

use saseo::clock::Clock;
use saseo::fetch::TimeStampQuery;
use saseo::page_url::PageUrl;
use saseo::time_stamp::{MOST_BYTES, StampRequest, TimeStamp, TimeStampError};
use serde_json::Value;
use tempfile::TempDir;

use crate::handwritten_ledger::{polite_ledger, rehash, unguarded};
use crate::program::{Crawler, said, told};
use crate::timestamp_authority::{Authority, AuthorityServer, reply, serve, serve_authority};

/// A polite ledger, as a command sees it: its last row is 9.
struct Stamped {
    crawler: Crawler,
}

const LAST: i64 = 9;

impl Stamped {
    fn new() -> Self {
        let crawler = Crawler::empty();
        let (desk, _) = polite_ledger(3);
        desk.tamper()
            .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)")
            .unwrap();
        let folder: TempDir = desk.closed();
        std::fs::create_dir(crawler.data()).unwrap();
        std::fs::copy(
            folder.path().join("archive.db"),
            crawler.data().join("archive.db"),
        )
        .unwrap();
        Self { crawler }
    }

    /// Runs `audit --json` with these options. Returns its exit code, its report and its words.
    fn audit(&self, options: &[&str]) -> (i32, Value, String) {
        let out = self.crawler.run(&[&["--json", "audit"], options].concat());
        let report = serde_json::from_slice(&out.stdout).unwrap();
        (out.status.code().unwrap(), report, said(&out))
    }

    /// Has the ledger stamped by a server.
    fn stamp(&self, server: &AuthorityServer) -> (i32, Value, String) {
        self.audit(&["--timestamp", "--authority", &server.url])
    }

    fn file(&self, name: &str) -> PathBuf {
        self.crawler.data().join("timestamps").join(name)
    }

    fn sql(&self) -> rusqlite::Connection {
        unguarded(&self.crawler.data().join("archive.db"))
    }
}

/// An authority without faults, and a server of it.
fn honest() -> AuthorityServer {
    serve_authority(Authority::start(), |authority, request| {
        authority.answer(request)
    })
}

#[test]
fn the_stamp_of_the_head_is_verified_by_openssl_and_named_by_the_report() {
    let stamped = Stamped::new();
    let authority = Authority::start();
    let page = stamped.crawler.folder.path().join("page.md");

    // The authority stays here to verify; the server signs with the same keys.
    let request = {
        let (code, report, said) = stamped.audit(&["--timestamp"]);
        assert_eq!(
            (code, report["time_stamps"].clone()),
            (0, Value::Array(vec![]))
        );
        assert!(said.contains("curl --fail -H 'Content-Type: application/timestamp-query'"));
        std::fs::read(stamped.file("9.tsq")).unwrap()
    };
    std::fs::write(stamped.file("9.tsr"), authority.answer(&request)).unwrap();

    let (code, report, _) = stamped.audit(&["--report", &page.to_string_lossy()]);
    let hash = report["head"]["hash"].as_str().unwrap();
    let stamp = &report["time_stamps"][0];
    assert_eq!((code, stamp["row"].as_i64()), (0, Some(LAST)));
    assert_eq!(stamp["hash"], *hash);
    assert_eq!(stamp["authority"], "CN=Test-Stamps,O=Invented");
    assert_eq!(stamp["policy"], "1.2.3.4.1");

    let response = stamped.file("9.tsr");
    let query = stamped.file("9.tsq").to_string_lossy().into_owned();
    assert!(
        authority
            .verify(&response, &["-queryfile", &query])
            .unwrap()
            .contains("OK")
    );
    assert!(
        authority
            .verify(&response, &["-digest", hash])
            .unwrap()
            .contains("OK")
    );
    assert!(
        authority
            .verify(&response, &["-digest", &"0".repeat(64)])
            .is_err()
    );

    let page = std::fs::read_to_string(page).unwrap();
    assert!(
        page.contains(&format!("openssl ts -verify -digest {hash} -in 9.tsr")),
        "{page}"
    );
    assert!(page.contains("`CN=Test-Stamps,O=Invented`"), "{page}");
    let out = told(&stamped.crawler.run(&["audit"]));
    assert!(out.contains("time stamp: row 9 at 2"), "{out}");
}

#[test]
fn an_authority_is_asked_once_for_a_head() {
    let stamped = Stamped::new();
    let server = honest();
    let config = format!("[ledger]\ntimestamp_authority = \"{}\"\n", server.url);
    std::fs::write(stamped.crawler.config().join("saseo.toml"), config).unwrap();

    let (code, report, _) = stamped.audit(&["--timestamp"]);
    assert_eq!(
        (code, report["time_stamps"][0]["row"].as_i64()),
        (0, Some(LAST))
    );
    let (code, _, said) = stamped.audit(&["--timestamp"]);
    assert!(
        code == 0 && said.contains("row 9 has its time stamp already"),
        "{said}"
    );

    assert_eq!(
        server.asked.try_iter().collect::<Vec<_>>(),
        ["POST /tsa HTTP/1.1"]
    );
}

#[test]
fn keys_of_each_usual_kind_are_verified() {
    for kind in [
        &["rsa:2048"][..],
        &["ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
    ] {
        let stamped = Stamped::new();
        let authority = Authority::with_key(kind);
        let server = serve_authority(authority, |authority, request| authority.answer(request));

        let (code, report, said) = stamped.stamp(&server);
        assert_eq!(code, 0, "{kind:?}: {said}");
        assert_eq!(report["time_stamps"][0]["row"].as_i64(), Some(LAST));
    }
}

/// Has a ledger stamped by a server that should be refused, and returns what is said about it.
#[track_caller]
fn refusal(server: &AuthorityServer) -> String {
    let stamped = Stamped::new();
    let (code, report, said) = stamped.stamp(server);

    assert_eq!(code, 1, "{said}");
    assert_eq!(report["time_stamps"], Value::Array(vec![]));
    assert_eq!(report["violations"], Value::Array(vec![]));
    assert!(!stamped.file("9.tsr").exists());
    assert_eq!(server.asked.try_iter().count(), 1);
    said
}

/// As [`refusal`], of an authority whose answers are changed.
#[track_caller]
fn refusal_of(change: impl Fn(&Authority, &[u8]) -> Vec<u8> + Send + 'static) -> String {
    refusal(&serve_authority(Authority::start(), change))
}

#[test]
fn the_answer_to_another_request_is_not_kept() {
    let said = refusal_of(|authority, request| {
        let nonce = request.len() - 6;
        let mut other = request.to_vec();
        other[nonce] ^= 1;
        authority.answer(&other)
    });
    assert!(
        said.contains("its nonce is not that of the request"),
        "{said}"
    );

    let said = refusal_of(|authority, _| {
        authority.answer(&StampRequest::of([7; 32]).unwrap().bytes().unwrap())
    });
    assert!(said.contains("it stamps 0707"), "{said}");
}

#[test]
fn a_refusal_of_the_authority_is_told_in_its_words() {
    // SHA-512 is no hash that it stamps.
    let said = refusal_of(|authority, request| {
        let mut other = request.to_vec();
        let sha_256 = [0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
        let at = other
            .windows(9)
            .position(|window| window == sha_256)
            .unwrap();
        other[at + 8] = 3;
        authority.answer(&other)
    });
    assert!(
        said.contains("the authority did not grant it: rejection"),
        "{said}"
    );
}

#[test]
fn an_answer_without_the_certificate_of_its_signer_is_not_kept() {
    let said = refusal_of(|authority, request| {
        // The wish for certificates stands last.
        let mut other = request[..request.len() - 3].to_vec();
        other[1] -= 3;
        authority.answer(&other)
    });
    assert!(said.contains("the certificate of its signer"), "{said}");
}

#[test]
fn what_is_no_response_is_not_kept() {
    for garbage in [
        &b""[..],
        b"<html>",
        &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff],
        &[0x30; 5_000],
    ] {
        let said = refusal_of(|_, _| garbage.to_vec());
        assert!(
            said.contains("it is no time-stamp response by RFC 3161"),
            "{said}"
        );
    }

    let huge = refusal_of(|_, _| vec![0x30; MOST_BYTES + 1]);
    assert!(
        huge.contains("the answer has more than 65536 bytes"),
        "{huge}"
    );

    let page = refusal(&serve(|_, stream| {
        reply(stream, "200 OK", "text/html", b"<p>Hello")
    }));
    assert!(page.contains("its content type is \"text/html\""), "{page}");
    let busy = refusal(&serve(|_, stream| {
        reply(stream, "503 Busy", "application/timestamp-reply", b"");
    }));
    assert!(busy.contains("status 503"), "{busy}");
}

#[test]
fn a_server_that_does_not_answer_in_time_is_given_up() {
    let (released, wait) = std::sync::mpsc::channel::<()>();
    let server = serve(move |_, _| assert!(wait.recv().is_err()));
    let query = TimeStampQuery {
        request: vec![0x30, 0],
        most_bytes: MOST_BYTES,
        time_limit: Duration::from_millis(50),
    };

    let (clock, runtime) = (Clock::system(), saseo::crawl_session::runtime().unwrap());
    let since = clock.now();
    let answer = runtime.block_on(query.send(&PageUrl::parse(&server.url).unwrap()));
    let waited = clock.now().since(since);
    drop(released);
    assert!(answer.is_err(), "{answer:?}");
    // No machine is so slow.
    assert!(waited < Duration::from_secs(10), "{waited:?}");
}

#[test]
fn no_bit_of_a_response_changes_what_it_states() {
    let authority = Authority::start();
    let request = StampRequest::of([7; 32]).unwrap();
    let response = authority.answer(&request.bytes().unwrap());
    let stamp = TimeStamp::read(&response).unwrap();
    assert_eq!(stamp.answers(&request), Ok(()));

    let mut kept = 0;
    for bit in 0..response.len() * 8 {
        let mut changed = response.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        match TimeStamp::read(&changed) {
            Ok(read) => {
                assert_eq!(read, stamp, "bit {bit}");
                kept += 1;
            }
            Err(TimeStampError::OtherHash { .. } | TimeStampError::OtherNonce) => unreachable!(),
            Err(_) => {}
        }
    }
    // Numbers of versions, and the list of algorithms: neither is signed, nor states anything.
    assert!(kept < 200, "{kept} bits may change");
}

#[test]
fn the_certificate_has_to_be_for_time_stamps_and_of_their_time() {
    let authority = Authority::start();
    let request = StampRequest::of([7; 32]).unwrap();
    let signed = |certificate, change: fn(&mut Vec<u8>)| {
        let request = request.bytes().unwrap();
        TimeStamp::read(&authority.signed_again(&request, certificate, change))
    };
    let refused = |words| Err(TimeStampError::Signature(words));

    assert_eq!(signed("stamps", |_| ()).unwrap().answers(&request), Ok(()));
    assert_eq!(
        signed("other", |_| ()),
        refused("the certificate of its signer is not for time stamps")
    );
    assert_eq!(
        signed("stamps", |statement| {
            // The time is a GeneralizedTime, tag 0x18, with the accuracy behind it.
            let end = statement
                .windows(2)
                .position(|window| window == b"Z0")
                .unwrap();
            let tag = statement[..end]
                .iter()
                .rposition(|byte| *byte == 0x18)
                .unwrap();
            let year = tag + 2;
            statement[year..year + 4].copy_from_slice(b"1999");
        }),
        refused("the certificate of its signer was not valid at the time that it states")
    );
}

#[test]
fn a_ledger_that_was_changed_after_its_stamp_is_a_violation() {
    let stamped = Stamped::new();
    assert_eq!(stamped.stamp(&honest()).0, 0);

    // A forger makes the chain whole again: only the stamp knows.
    let sql = stamped.sql();
    sql.execute("UPDATE ledger SET at = at - 1 WHERE id = 4", [])
        .unwrap();
    rehash(&sql);
    let (code, report, _) = stamped.audit(&[]);
    let violation = &report["violations"][0];
    assert_eq!((code, violation["kind"].as_str()), (1, Some("chain")));
    assert_eq!(violation["rows"], serde_json::json!([LAST]));
    assert!(
        violation["owed"]
            .as_str()
            .unwrap()
            .contains("which was time-stamped at 2")
    );

    sql.execute("DELETE FROM ledger WHERE id = 9", []).unwrap();
    let (code, report, _) = stamped.audit(&[]);
    assert_eq!(
        (code, &report["violations"][0]["happened"]),
        (1, &"row 9 is missing".into())
    );
}

#[test]
fn a_stamp_stays_one_when_the_ledger_goes_on() {
    let stamped = Stamped::new();
    let server = honest();
    assert_eq!(stamped.stamp(&server).0, 0);

    let sql = stamped.sql();
    sql.execute_batch(
        "INSERT INTO ledger (form, kind, at, run_id, terms, hash)
             SELECT form, kind, at + 60000, run_id, terms, zeroblob(32) FROM ledger WHERE id = 1",
    )
    .unwrap();
    rehash(&sql);
    let (code, report, said) = stamped.stamp(&server);
    assert_eq!(code, 0, "{said}");
    let rows: Vec<_> = report["time_stamps"].as_array().unwrap().iter().collect();
    assert_eq!(
        (rows[0]["row"].as_i64(), rows[1]["row"].as_i64()),
        (Some(9), Some(10))
    );
    assert_eq!(server.asked.try_iter().count(), 2);
}

#[test]
fn a_file_that_is_no_stamp_is_remarked_and_asked_for_again() {
    let stamped = Stamped::new();
    let server = honest();
    assert_eq!(stamped.stamp(&server).0, 0);
    let request = std::fs::read(stamped.file("9.tsq")).unwrap();

    std::fs::write(stamped.file("9.tsr"), b"rotten").unwrap();
    let (code, report, _) = stamped.audit(&[]);
    assert_eq!((code, &report["time_stamps"]), (0, &Value::Array(vec![])));
    assert!(
        report["remarks"][0]
            .as_str()
            .unwrap()
            .contains("9.tsr is no time stamp of row 9")
    );

    assert_eq!(stamped.stamp(&server).0, 0);
    assert_eq!(std::fs::read(stamped.file("9.tsq")).unwrap(), request);
    assert_eq!(server.asked.try_iter().count(), 2);
}
