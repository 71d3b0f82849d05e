//! `saseo schedule`, on the demo newspaper while it publishes.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::Duration;

use crate::program::{Crawler, Paper, assert_gaps, said, told};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use saseo::archive::Lock;
use saseo::demo::Edition;

/// A crawler whose site is crawled so often.
fn scheduled(paper: &Paper, schedule: &str) -> Crawler {
    let crawler = Crawler::of(paper, "0s");
    let file = crawler.config().join("sites/demo.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{text}[schedule]\n{schedule}\n")).unwrap();
    crawler
}

fn small() -> Paper {
    Paper::of(&Edition {
        articles_per_section: 3,
        crawl_delay: None,
        ..Edition::default()
    })
}

fn start(crawler: &Crawler) -> Child {
    crawler
        .command(&["schedule"])
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn signal(child: &Child, which: Signal) {
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), which).unwrap();
}

/// What a child says, line by line.
fn lines(child: &mut Child) -> impl Iterator<Item = String> + use<> {
    BufReader::new(child.stderr.take().unwrap())
        .lines()
        .map(Result::unwrap)
}

/// Waits until so many crawls have ended, and lets the paper publish an article after each.
fn crawls_while_it_publishes(paper: &Paper, told: &mut impl Iterator<Item = String>, count: usize) {
    for _ in 0..count {
        assert!(told.any(|line| line.contains(" finished: ")), "it ended");
        paper.origin.newspaper(|paper| paper.publish(1));
    }
}

#[test]
fn a_minute_of_a_paper_that_publishes_meanwhile_is_crawled_without_overlap_and_loss_whatever_stops_it()
 {
    let paper = small();
    // Twenty crawls, each a second after the one before began, three times over.
    let crawler = scheduled(&paper, "every = \"1s\"");
    let mut first = start(&crawler);
    crawls_while_it_publishes(&paper, &mut lines(&mut first), 20);
    signal(&first, Signal::SIGTERM);
    assert_eq!(first.wait().unwrap().code(), Some(143));

    let mut second = start(&crawler);
    let mut told = lines(&mut second);
    crawls_while_it_publishes(&paper, &mut told, 20);
    paper.origin.newspaper(|paper| paper.publish(20));
    let asked = paper.log().len();
    assert!(told.any(|line| line.starts_with("crawl of demo")));
    // In the midst of a crawl that has something to do.
    paper.wait_for_visits(asked + 5, &mut second);
    second.kill().unwrap();
    second.wait().unwrap();

    let mut third = start(&crawler);
    crawls_while_it_publishes(&paper, &mut lines(&mut third), 20);
    signal(&third, Signal::SIGINT);
    assert_eq!(third.wait().unwrap().code(), Some(130));
    let out = crawler.run(&["crawl"]);
    assert!(out.status.success(), "{}", said(&out));

    let mut stored: Vec<u64> = crawler
        .articles()
        .iter()
        .filter_map(|article| article["number"].as_u64())
        .collect();
    let mut wanted = paper.to_be_stored();
    stored.sort_unstable();
    wanted.sort_unstable();
    assert_eq!(stored, wanted);
    assert!(stored.len() > 80, "{}", stored.len());
    // No two crawls at once: no request began before the one before it had ended, and no run before
    // the one before it.
    assert_gaps(&paper.log(), Duration::ZERO);
    let sql = rusqlite::Connection::open(crawler.data().join("archive.db")).unwrap();
    let count = |statement: &str| {
        sql.query_row(statement, [], |row| row.get::<_, i64>(0))
            .unwrap()
    };
    assert_eq!(
        count(
            "SELECT count(*) FROM run AS a JOIN run AS b ON b.id > a.id AND b.started_at < a.ended_at"
        ),
        0
    );
    assert!(count("SELECT count(*) FROM run") > 60);
    assert!(count("SELECT count(*) FROM run WHERE how = 'interrupted'") >= 1);
}

#[test]
fn once_crawls_what_is_due_and_ends() {
    let paper = small();
    let crawler = scheduled(&paper, "every = \"1d\"");
    let out = crawler.run(&["schedule", "--once"]);
    assert_eq!(out.status.code(), Some(0), "{}", said(&out));
    let asked = paper.log().len();
    assert!(
        asked > 9 && said(&out).contains("run 1 finished"),
        "{}",
        said(&out)
    );
    let out = crawler.run(&["schedule", "--once"]);
    assert!(
        out.status.success() && said(&out).contains("nothing is due; demo from "),
        "{}",
        said(&out)
    );
    assert_eq!(paper.log().len(), asked);
}

#[test]
fn a_paper_that_was_never_crawled_is_due_for_whoever_looks_now_and_then() {
    let paper = small();
    let crawler = scheduled(&paper, "cron = \"0 0 1 1 *\"");
    let out = crawler.run(&["schedule", "--once"]);
    assert!(
        out.status.success() && said(&out).contains("run 1 finished"),
        "{}",
        said(&out)
    );
    let asked = paper.log().len();
    let out = crawler.run(&["schedule", "--once"]);
    assert!(
        said(&out).contains("nothing is due; demo from 20"),
        "{}",
        said(&out)
    );
    assert_eq!(paper.log().len(), asked);
}

#[test]
fn a_crawl_that_was_killed_is_finished_first() {
    let paper = small();
    let crawler = scheduled(&paper, "every = \"1d\"");
    let mut child = crawler
        .command(&["schedule"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    paper.wait_for_visits(6, &mut child);
    child.kill().unwrap();
    child.wait().unwrap();
    let out = crawler.run(&["schedule", "--once"]);
    assert!(
        out.status.success() && said(&out).contains("run 2 finished"),
        "{}",
        said(&out)
    );
    assert_eq!(crawler.articles().len(), paper.to_be_stored().len());
    assert!(said(&crawler.run(&["schedule", "--once"])).contains("nothing is due"));
}

#[test]
fn a_changed_configuration_is_read_at_a_hangup_and_a_broken_one_is_not_taken() {
    let paper = small();
    let crawler = scheduled(&paper, "every = \"1d\"");
    assert!(crawler.run(&["crawl"]).status.success());
    let asked = paper.log().len();
    let file = crawler.config().join("sites/demo.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let mut child = start(&crawler);
    let mut lines = BufReader::new(child.stderr.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let mut hear = |words: &str| lines.find(|line| line.contains(words)).is_some();
    // It listens to signals by the time that it tells when it crawls next.
    assert!(hear("next: demo at "));
    std::fs::write(&file, text.replace("\"1d\"", "\"sometimes\"")).unwrap();
    signal(&child, Signal::SIGHUP);
    assert!(hear("\"sometimes\" is no time"));
    std::fs::write(&file, text.replace("every = \"1d\"", "")).unwrap();
    signal(&child, Signal::SIGHUP);
    assert!(hear("no site has a schedule") && paper.log().len() == asked);
    std::fs::write(&file, text.replace("\"1d\"", "\"100ms\"")).unwrap();
    signal(&child, Signal::SIGHUP);
    assert!(hear("the configuration was read again") && hear("run 2 finished"));
    signal(&child, Signal::SIGINT);
    // What it still says is read, so that it can end.
    while hear("") {}
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn a_paper_that_is_added_at_a_hangup_is_crawled_beside_the_one_under_way() {
    let (long, short) = (
        Paper::of(&Edition {
            crawl_delay: Some(0.2),
            ..Edition::default()
        }),
        small(),
    );
    let crawler = scheduled(&long, "every = \"1d\"");
    let file = crawler.config().join("sites/demo.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let mut child = start(&crawler);
    let mut told = lines(&mut child);
    long.wait_for_visits(6, &mut child);
    let other = text
        .replace("name = \"demo\"", "name = \"other\"")
        .replace(&long.origin.base(), &short.origin.base());
    std::fs::write(crawler.config().join("sites/other.toml"), other).unwrap();
    signal(&child, Signal::SIGHUP);
    let ended: Vec<String> = told
        .by_ref()
        .filter(|line| line.contains(" finished: "))
        .take(2)
        .collect();
    assert!(
        ended[0].starts_with("run 2 finished") && ended[1].starts_with("run 1 finished"),
        "{ended:?}"
    );
    assert_eq!(
        crawler.articles().len(),
        long.to_be_stored().len() + short.to_be_stored().len()
    );
    signal(&child, Signal::SIGTERM);
    while told.next().is_some() {}
    assert_eq!(child.wait().unwrap().code(), Some(143));
    let out = crawler.run(&["audit"]);
    assert!(out.status.success(), "{}", said(&out));
}

#[test]
fn a_schedule_that_cannot_be_is_told() {
    let paper = small();
    for (schedule, words) in [
        ("", "no site has a schedule"),
        ("cron = \"* * *\"", "is no time of cron"),
        (
            "cron = \"0 * * * *\"\nevery = \"1h\"",
            "either `cron` or `every`",
        ),
        ("every = \"often\"", "is no time"),
        ("every = \"0s\"", "would never end"),
        ("cron = \"0 0 30 2 *\"", "this time never comes"),
        ("cron = \"MON * * * *\"", "minutes and hours are numbers"),
    ] {
        let out = scheduled(&paper, schedule).run(&["schedule", "--once"]);
        assert!(
            out.status.code() == Some(2) && said(&out).contains(words),
            "{schedule}: {}",
            said(&out)
        );
    }
}

#[test]
fn units_name_whole_paths_and_keep_the_service_to_its_archive() {
    let paper = small();
    let crawler = scheduled(&paper, "every = \"30m\"");
    let out = crawler.run(&["schedule", "--units", "demo"]);
    assert!(out.status.success(), "{}", said(&out));
    let units = told(&out);
    let (config, data) = (crawler.config(), crawler.data());
    let words = format!(
        "\"--config\" \"{}\" \"--data\" \"{}\" \"schedule\" \"--once\" \"demo\"",
        config.display(),
        data.display()
    );
    let exec = units
        .lines()
        .find(|line| line.starts_with("ExecStart=\"/"))
        .unwrap();
    assert!(exec.ends_with(&words), "{exec}");
    for line in [
        "ProtectSystem=strict",
        "NoNewPrivileges=yes",
        "Persistent=true",
        "SASEO_CONTACT=YOUR-ADDRESS",
    ] {
        assert!(
            units.lines().any(|told| told.ends_with(line)),
            "{line} is not in\n{units}"
        );
    }
    let stays = units.split("saseo-schedule.service").nth(1).unwrap();
    for line in [
        "Type=notify",
        "WatchdogSec=5min",
        "WantedBy=multi-user.target",
    ] {
        assert!(
            stays.lines().any(|told| told == line),
            "{line} is not in\n{stays}"
        );
    }
    let exec = stays
        .lines()
        .find(|line| line.starts_with("ExecStart="))
        .unwrap();
    assert!(exec.ends_with("\"schedule\" \"demo\""), "{exec}");
    assert!(
        units.contains(&format!(
            "ReadWritePaths=\"{}\" -/run/lock -/tmp",
            data.display()
        )),
        "{units}"
    );
    let cron = units
        .lines()
        .find(|line| line.starts_with("*/5 * * * *  /"))
        .unwrap();
    assert!(cron.ends_with(" schedule --once demo --quiet"), "{cron}");
    // What is still to be written is marked, and does nothing until then; what is set is taken.
    let marked = units
        .lines()
        .filter(|line| line.starts_with("# UNFINISHED: "))
        .count();
    assert!(
        marked == 3 && !units.lines().any(|line| line.starts_with("Environment")),
        "{units}"
    );
    let out = crawler
        .command(&["schedule", "--units"])
        .env("SASEO_CONTACT", crate::program::CONTACT)
        .output()
        .unwrap();
    let units = told(&out);
    assert!(
        units.contains(&format!(
            "\nEnvironment=SASEO_CONTACT={}\n",
            crate::program::CONTACT
        )),
        "{units}"
    );
    assert!(
        units.contains(&format!("\nSASEO_CONTACT={}\n", crate::program::CONTACT))
            && !units.contains("UNFINISHED")
    );
    assert!(paper.log().is_empty());
}

/// A monitor, which says what it was asked for before it answers.
fn monitor() -> (String, std::sync::mpsc::Receiver<String>) {
    monitor_that(|stream| {
        stream
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nOK")
            .unwrap();
    })
}

fn monitor_that(
    answers: impl Fn(&mut TcpStream) + Send + 'static,
) -> (String, std::sync::mpsc::Receiver<String>) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/ping/7?a=b", listener.local_addr().unwrap());
    let (heard, asked) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut line = String::new();
            BufReader::new(&stream).read_line(&mut line).unwrap();
            if heard.send(line.trim().to_owned()).is_err() {
                return;
            }
            answers(&mut stream);
        }
    });
    (base, asked)
}

#[test]
fn a_monitor_is_told_of_every_crawl_and_a_deaf_one_fails_none() {
    let paper = small();
    let (url, asked) = monitor();
    let crawler = scheduled(&paper, &format!("every = \"1d\"\nping = \"{url}\""));
    assert!(crawler.run(&["schedule", "--once"]).status.success());
    assert_eq!(
        [asked.recv().unwrap(), asked.recv().unwrap()],
        ["GET /ping/7/start?a=b HTTP/1.1", "GET /ping/7?a=b HTTP/1.1"]
    );
    // A paper that is not there any more.
    let file = crawler.config().join("sites/demo.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    let nowhere = text
        .replace(&paper.origin.base(), "http://127.0.0.1:9")
        .replace("1d", "1ms");
    std::fs::write(&file, nowhere).unwrap();
    assert!(!crawler.run(&["schedule", "--once"]).status.success());
    assert_eq!(
        [asked.recv().unwrap(), asked.recv().unwrap()],
        [
            "GET /ping/7/start?a=b HTTP/1.1",
            "GET /ping/7/fail?a=b HTTP/1.1"
        ]
    );
    std::fs::write(
        &file,
        text.replace(&url, "http://127.0.0.1:9/")
            .replace("1d", "1ms"),
    )
    .unwrap();
    let out = crawler.run(&["schedule", "--once"]);
    assert!(
        out.status.success() && said(&out).contains("the monitor of demo could not be told"),
        "{}",
        said(&out)
    );
    assert!(asked.try_recv().is_err());
}

#[test]
fn a_service_manager_hears_that_it_is_ready_lives_and_stops() {
    let paper = small();
    let crawler = scheduled(&paper, "every = \"1d\"");
    let path = crawler.data().with_file_name("notify");
    let socket = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    let mut command = crawler.command(&["schedule"]);
    let child = command
        .env("NOTIFY_SOCKET", &path)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let hear = |words: &str| {
        let mut buffer = [0; 1_000];
        loop {
            let length = socket.recv(&mut buffer).unwrap();
            let told = String::from_utf8_lossy(&buffer[..length]).trim().to_owned();
            if told.starts_with(words) {
                return told;
            }
        }
    };
    hear("READY=1");
    hear("WATCHDOG=1");
    hear("STATUS=crawling demo");
    assert!(hear("STATUS=next").contains("demo at "));
    signal(&child, Signal::SIGTERM);
    hear("STOPPING=1");
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(143));
}

#[test]
fn too_little_room_pauses_a_schedule_and_stops_a_crawl_before_it_begins() {
    let paper = small();
    let crawler = scheduled(&paper, "every = \"1d\"");
    let settings = crawler.config().join("saseo.toml");
    std::fs::write(&settings, "[limits]\nfree_disk = \"8000000GiB\"\n").unwrap();
    let out = crawler.run(&["check"]);
    assert!(
        out.status.code() == Some(1) && told(&out).contains("less than limits.free_disk"),
        "{}",
        told(&out)
    );
    for words in [&["crawl"][..], &["schedule", "--once"]] {
        let out = crawler.run(words);
        assert!(
            out.status.code() == Some(1) && said(&out).contains("less than limits.free_disk"),
            "{}",
            said(&out)
        );
    }
    let mut child = start(&crawler);
    let mut lines = BufReader::new(child.stderr.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let mut hear = |words: &str| lines.find(|line| line.contains(words)).is_some();
    assert!(hear("paused: the disk of ") && paper.log().is_empty());
    std::fs::write(&settings, "").unwrap();
    signal(&child, Signal::SIGHUP);
    assert!(hear("there is room on the disk again") && hear("run 1 finished"));
    signal(&child, Signal::SIGTERM);
    while hear("") {}
    assert_eq!(child.wait().unwrap().code(), Some(143));
}

#[test]
fn what_cannot_go_on_now_is_tried_again_and_what_never_can_ends() {
    let paper = small();
    let crawler = scheduled(&paper, "every = \"1d\"");
    let archive = crawler.data().join("archive.db");
    std::fs::create_dir_all(&archive).unwrap();
    let mut child = start(&crawler);
    let mut lines = BufReader::new(child.stderr.take().unwrap())
        .lines()
        .map(Result::unwrap);
    let mut hear = |words: &str| lines.find(|line| line.contains(words)).is_some();
    assert!(hear("tried again in 60 s"));
    std::fs::remove_dir(&archive).unwrap();
    signal(&child, Signal::SIGHUP);
    assert!(hear("run 1 finished"));
    signal(&child, Signal::SIGTERM);
    while hear("") {}
    assert_eq!(child.wait().unwrap().code(), Some(143));
    std::fs::write(
        &archive,
        "this is no archive, and never was one; it is long enough to be looked at, though",
    )
    .unwrap();
    let out = crawler.run(&["schedule"]);
    assert!(
        out.status.code() == Some(1) && said(&out).contains("is no saseo archive"),
        "{}",
        said(&out)
    );
}

#[test]
fn starts_that_were_missed_are_one_crawl_and_counted() {
    let paper = small();
    let crawler = scheduled(&paper, "every = \"1h\"");
    assert!(crawler.run(&["crawl"]).status.success());
    let sql = rusqlite::Connection::open(crawler.data().join("archive.db")).unwrap();
    // As if that crawl had begun five hours and a half ago.
    sql.execute("UPDATE site SET crawled_at = crawled_at - 19800000", [])
        .unwrap();
    assert!(crawler.run(&["schedule", "--once"]).status.success());
    let skipped: i64 = sql
        .query_row("SELECT skipped FROM runs WHERE id = 2", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(skipped, 4);
    assert!(told(&crawler.run(&["status"])).contains("made up for 4 missed starts"));
}

#[test]
fn status_tells_when_each_paper_was_and_will_be_crawled_and_draws_a_page() {
    let paper = small();
    let crawler = scheduled(&paper, "cron = \"0 0 1 1 *\"");
    assert!(crawler.run(&["crawl"]).status.success());
    let told_status: serde_json::Value =
        serde_json::from_slice(&crawler.run(&["--json", "status"]).stdout).unwrap();
    let (site, host) = (&told_status["sites"][0], &told_status["hosts"][0]);
    assert!(
        site["next_crawl"].as_str().unwrap().contains("-12-31T15:0"),
        "{site}"
    );
    assert!(
        site["last_crawl"].as_str().is_some()
            && site["silent_sections"].as_array().unwrap().is_empty()
    );
    assert_eq!(host["gap_reason"], "as its site's file says");
    let words = told(&crawler.run(&["status", "demo"]));
    assert!(
        words.contains("next by schedule 20") && words.contains("(as its site's file says)"),
        "{words}"
    );
    let page = crawler.data().with_file_name("status.html");
    let out = crawler.run(&["status", "--html", page.to_str().unwrap()]);
    assert!(
        out.status.success() && out.stdout.is_empty(),
        "{}",
        said(&out)
    );
    let html = std::fs::read_to_string(&page).unwrap();
    let drawn = |what: &str| -> usize {
        let figure = html
            .split("<figure>")
            .find(|figure| figure.contains(what))
            .unwrap();
        figure
            .split("<title>")
            .skip(1)
            .map(|bar| {
                bar.split([':', '<'])
                    .nth(1)
                    .unwrap()
                    .trim()
                    .parse::<usize>()
                    .unwrap()
            })
            .sum()
    };
    assert_eq!(drawn("requests by day"), paper.log().len());
    assert_eq!(
        (html.matches("<svg").count(), html.matches("</svg>").count()),
        (4, 4)
    );
    // It needs nothing else: no script, no style sheet, no picture from elsewhere.
    assert!(!html.contains("<script") && !html.contains("<link") && !html.contains("src="));
    assert!(html.contains(" (demo)</h2>"));
    let linked: Vec<&str> = html
        .split("href=\"#")
        .skip(1)
        .map(|link| link.split('"').next().unwrap())
        .collect();
    assert_eq!(linked, ["site-demo", "hosts", "runs"]);
    assert!(
        linked
            .iter()
            .all(|id| html.contains(&format!("id=\"{id}\""))),
        "each link leads somewhere"
    );
    let out = crawler.run(&["status", "--html", "/proc/status.html"]);
    assert!(
        out.status.code() == Some(1) && said(&out).contains("cannot write /proc/status.html"),
        "{}",
        said(&out)
    );
    // Nothing of the archive is overwritten, and what is no file is not replaced.
    for part in ["archive.db", "archive.lock"] {
        let path = crawler.data().join(part);
        let path = path.to_str().unwrap();
        for words in [["status", "--html", path], ["audit", "--report", path]] {
            let out = crawler.run(&words);
            assert!(
                out.status.code() == Some(2) && said(&out).contains("is the archive itself"),
                "{}",
                said(&out)
            );
        }
    }
    assert!(told(&crawler.run(&["status", "--html", "-"])).ends_with("</html>\n"));
    let link = page.with_file_name("link.html");
    std::os::unix::fs::symlink(&page, &link).unwrap();
    std::fs::write(&page, "").unwrap();
    assert!(
        crawler
            .run(&["status", "--html", link.to_str().unwrap()])
            .status
            .success()
    );
    assert_eq!(
        (
            link.is_symlink(),
            std::fs::read_to_string(&page)
                .unwrap()
                .matches("<svg")
                .count()
        ),
        (true, 4)
    );
    // An archive is looked at without its configuration, too.
    std::fs::write(crawler.config().join("sites/demo.toml"), "name = 3").unwrap();
    let out = crawler.run(&["status"]);
    assert!(
        out.status.success() && said(&out).contains("next crawls are not told"),
        "{}",
        said(&out)
    );
}

#[test]
fn each_monitor_is_told_of_its_own_paper() {
    let paper = small();
    let ((well, of_well), (ill, of_ill)) = (monitor(), monitor());
    let crawler = scheduled(&paper, &format!("every = \"1d\"\nping = \"{well}\""));
    let text = std::fs::read_to_string(crawler.config().join("sites/demo.toml")).unwrap();
    let other = text
        .replace("name = \"demo\"", "name = \"other\"")
        .replace(&paper.origin.base(), "http://127.0.0.1:9");
    std::fs::write(
        crawler.config().join("sites/other.toml"),
        other.replace(&well, &ill),
    )
    .unwrap();
    assert_eq!(crawler.run(&["schedule", "--once"]).status.code(), Some(3));
    assert_eq!(
        [of_well.recv().unwrap(), of_well.recv().unwrap()].map(|line| line.contains("/fail")),
        [false; 2]
    );
    assert_eq!(
        [of_ill.recv().unwrap(), of_ill.recv().unwrap()].map(|line| line.contains("/fail")),
        [false, true]
    );
}

#[test]
fn a_signal_is_heard_while_a_monitor_takes_its_time() {
    let paper = small();
    let (wait, waiting) = std::sync::mpsc::channel::<()>();
    let (url, asked) = monitor_that(move |_| waiting.recv().unwrap_or_default());
    let crawler = scheduled(&paper, &format!("every = \"1d\"\nping = \"{url}\""));
    assert!(crawler.run(&["crawl"]).status.success());
    let sql = rusqlite::Connection::open(crawler.data().join("archive.db")).unwrap();
    sql.execute("UPDATE site SET crawled_at = 0", []).unwrap();
    let child = start(&crawler);
    assert!(asked.recv().unwrap().contains("/start"));
    signal(&child, Signal::SIGTERM);
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(143));
    drop(wait);
}

#[test]
fn another_run_is_waited_for_and_no_monitor_is_told_of_it() {
    let paper = small();
    let (url, asked) = monitor();
    let crawler = scheduled(&paper, &format!("every = \"1d\"\nping = \"{url}\""));
    assert!(crawler.run(&["crawl"]).status.success());
    // As while a crawl is under way, or after it was killed.
    let sql = rusqlite::Connection::open(crawler.data().join("archive.db")).unwrap();
    sql.execute_batch(
        "UPDATE run SET how = NULL, ended_at = NULL;
         UPDATE page SET due_at = 1, verdict = NULL, settled_at = NULL WHERE role = 'home'",
    )
    .unwrap();
    let lock = Lock::take(&crawler.data(), "crawl by hand").unwrap();
    assert!(
        said(&crawler.run(&["schedule", "--once"])).contains("nothing is due"),
        "what is under way was not killed"
    );
    sql.execute("UPDATE site SET crawled_at = 1", []).unwrap();
    let out = crawler.run(&["schedule", "--once"]);
    assert!(
        out.status.code() == Some(75) && said(&out).contains("crawl by hand"),
        "{}",
        said(&out)
    );
    let mut child = start(&crawler);
    let mut told = lines(&mut child);
    assert!(
        told.any(
            |line| line.contains("another run holds the archive: crawl by hand; waiting for it")
        )
    );
    assert!(
        asked.try_recv().is_err(),
        "nobody was told of a crawl that did not begin"
    );
    drop(lock);
    assert!(told.any(|line| line.contains("run 2 finished")));
    assert!(asked.recv().unwrap().contains("/start"));
    signal(&child, Signal::SIGKILL);
    child.wait().unwrap();
}

#[test]
fn a_paper_that_cannot_be_asked_is_not_asked_at_once_again() {
    let paper = small();
    let crawler = scheduled(&paper, "every = \"100ms\"");
    let file = crawler.config().join("sites/demo.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(
        &file,
        text.replace(&paper.origin.base(), "http://127.0.0.1:9"),
    )
    .unwrap();
    let path = crawler.data().with_file_name("notify");
    let socket = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    let mut command = crawler.command(&["schedule"]);
    let mut child = command
        .env("NOTIFY_SOCKET", &path)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut told = lines(&mut child);
    assert!(told.any(|line| line.contains("run 1 failed")));
    let mut buffer = [0; 1_000];
    socket.set_nonblocking(true).unwrap();
    while socket.recv(&mut buffer).is_ok() {}
    socket.set_nonblocking(false).unwrap();
    // It rests before it asks again, in which a watchdog hears that it lives.
    let length = socket.recv(&mut buffer).unwrap();
    assert_eq!(&buffer[..length], b"WATCHDOG=1\n");
    assert!(told.any(|line| line.contains("run 2 failed")));
    signal(&child, Signal::SIGKILL);
    child.wait().unwrap();
    let sql = rusqlite::Connection::open(crawler.data().join("archive.db")).unwrap();
    let began = |run: i64| -> i64 {
        sql.query_row("SELECT started_at FROM run WHERE id = ?1", [run], |row| {
            row.get(0)
        })
        .unwrap()
    };
    assert!(began(2) - began(1) >= 10_000, "{} ms", began(2) - began(1));
}

#[test]
fn a_signal_ends_a_schedule_whose_crawl_then_fails() {
    let paper = Paper::of(&Edition {
        articles_per_section: 3,
        crawl_delay: Some(0.2),
        ..Edition::default()
    });
    let crawler = scheduled(&paper, "every = \"1d\"");
    assert!(
        crawler
            .run(&["crawl", "--max-requests", "1"])
            .status
            .success()
    );
    let sql = rusqlite::Connection::open(crawler.data().join("archive.db")).unwrap();
    sql.execute("UPDATE site SET crawled_at = 1", []).unwrap();
    let asked = paper.log().len();
    let mut child = start(&crawler);
    let told = lines(&mut child);
    paper.wait_for_visits(asked + 2, &mut child);
    // Another program holds the archive for longer than is waited for.
    while sql.execute_batch("BEGIN IMMEDIATE").is_err() {}
    signal(&child, Signal::SIGTERM);
    let told: Vec<String> = told.collect();
    assert!(
        told.iter()
            .any(|line| line.contains("it was told to stop, and failed")),
        "{told:#?}"
    );
    assert_eq!(child.wait().unwrap().code(), Some(1));
}
