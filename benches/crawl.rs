//! The cost of a crawled page: the demo newspaper, enlarged to 2,000 articles, at full speed. Run
//! it with `cargo bench --bench crawl`.
//!
//! A process of its own serves the newspaper; the crawl is the real binary in another. The figures
//! are the system's accounting of the finished crawl (getrusage). They include fetching, decoding,
//! extracting and storing.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeVal;
use tempfile::TempDir;

/// The binary that cargo built for this benchmark.
const SASEO: &str = env!("CARGO_BIN_EXE_saseo");

/// Articles in each of three sections: 2,001 in all, so that the start of a crawl weighs little.
const ARTICLES: u32 = 667;

/// Crawls, of which the median counts: an odd number has one.
const RUNS: u32 = 5;

/// The figures of one crawl.
struct Figures {
    /// CPU time in ms for each request.
    cpu: f64,
    /// Peak memory in MB.
    memory: i64,
    /// The time of the crawl in s.
    wall: f64,
    /// Bytes of the archive for each byte of the answers.
    disk: f64,
}

fn main() {
    let mut served = Served::start();
    let folder = TempDir::new().expect("a temporary folder");
    let config = folder.path().join("config");
    write_config(&config, &served.base);

    let mut figures: Vec<Figures> = (0..RUNS)
        .map(|run| crawl(&config, &folder.path().join(format!("data-{run}")), run))
        .collect();
    served.child.kill().expect("the newspaper can be stopped");
    served.child.wait().expect("the newspaper ends");

    figures.sort_by(|a, b| a.cpu.total_cmp(&b.cpu));
    let Figures {
        cpu, wall, disk, ..
    } = figures[figures.len() / 2];
    let memory = figures
        .iter()
        .map(|crawl| crawl.memory)
        .max()
        .unwrap_or_default();
    println!(
        "{RUNS} crawls: median {cpu:.2} ms of CPU a page ({wall:.2} s for a crawl), \
         at most {memory} MB, {disk:.3} bytes on the disk for a byte of the answers"
    );
}

/// Writes settings without limits, and the site file of the newspaper.
fn write_config(config: &Path, home: &str) {
    std::fs::create_dir_all(config.join("sites")).expect("a folder for the configuration");

    let settings = "[pace]\ntotal_rate = \"100000/s\"\n";
    let site = format!(
        "name = \"demo\"\ntitle = \"demo\"\nhome = \"{home}/\"\nprofile = \"ndsoft\"\n\
         own_site = true\n[pace]\ngap = \"0s\"\nat_once = 16\n"
    );
    std::fs::write(config.join("saseo.toml"), settings).expect("settings can be written");
    std::fs::write(config.join("sites/demo.toml"), site).expect("a site file can be written");
}

/// Crawls into a new archive.
fn crawl(config: &Path, data: &Path, run: u32) -> Figures {
    let before = children();
    let out = Command::new(SASEO)
        .args([
            "--config",
            &config.to_string_lossy(),
            "--data",
            &data.to_string_lossy(),
            "--json",
            "crawl",
        ])
        .stderr(Stdio::inherit())
        .output()
        .expect("the crawl can be started");
    let after = children();

    let report: serde_json::Value = serde_json::from_slice(&out.stdout).expect("the crawl reports");
    // Two articles of the paper are missing. Both stay queued for a retry a day later.
    assert_eq!(
        (report["failed"].as_u64(), report["queued"].as_u64()),
        (Some(0), Some(2))
    );

    let requests = report["requests"].as_u64().expect("a number of requests");
    let wall = report["seconds"].as_f64().expect("a time");
    let bytes = report["bytes"].as_u64().expect("a number of bytes");
    let cpu = (seconds(&after) - seconds(&before)) * 1000.0 / requests as f64;
    let memory = after.max_rss() / 1024;
    println!(
        "crawl {run}: {requests} pages of {} kB, {cpu:.2} ms of CPU a page, {memory} MB, \
         {wall:.2} s, {:.0} pages/s",
        bytes / requests / 1000,
        requests as f64 / wall
    );

    let archive = std::fs::metadata(data.join("archive.db")).expect("the crawl made an archive");
    Figures {
        cpu,
        memory,
        wall,
        disk: archive.len() as f64 / bytes as f64,
    }
}

/// The process that serves the newspaper. It must not end before the figures are taken, because the
/// system would count it then.
struct Served {
    child: Child,
    base: String,
}

impl Served {
    fn start() -> Self {
        let folder = std::env::temp_dir().join(format!("saseo-bench-{}", std::process::id()));
        let mut child = Command::new(SASEO)
            .args([
                "--data",
                &folder.to_string_lossy(),
                "demo",
                "--serve",
                "--port",
                "0",
                "--crawl-delay",
                "0",
            ])
            .args(["--articles", &ARTICLES.to_string()])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the newspaper can be started");

        let stderr = child.stderr.take().expect("stderr is piped");
        let line = BufReader::new(stderr)
            .lines()
            .map_while(Result::ok)
            .find(|line| line.contains("http://"))
            .expect("the newspaper says where it is served");
        let base = line
            .split_whitespace()
            .find(|word| word.starts_with("http://"))
            .expect("an address")
            .to_owned();

        Self { child, base }
    }
}

/// Returns the resources that all ended children have used.
fn children() -> Usage {
    getrusage(UsageWho::RUSAGE_CHILDREN).expect("the system accounts for its processes")
}

/// Returns the CPU time in seconds.
fn seconds(usage: &Usage) -> f64 {
    in_seconds(usage.user_time()) + in_seconds(usage.system_time())
}

fn in_seconds(time: TimeVal) -> f64 {
    time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6
}
