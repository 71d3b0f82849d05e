//! The share of the allowed turns that a crawl uses, with real sockets. 50 newspapers are served on
//! loopback addresses of their own, and judged by their servers' logs. Run it with
//! `cargo bench --bench hosts`.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use saseo::demo::{Edition, Newspaper, OriginThread, SeenRequest};
use tempfile::TempDir;

/// The number of newspapers: many hosts for one crawl, and few enough for one machine.
const HOSTS: u8 = 50;

/// The gap of every host: short, so that the benchmark ends soon, and far longer than an answer.
const GAP: Duration = Duration::from_millis(500);

fn main() {
    let origins = served();
    let folder = TempDir::new().expect("a temporary folder");
    write_config(&folder.path().join("config"), &origins);

    crawl(folder.path());

    let mut used: Vec<f64> = origins
        .iter()
        .map(|origin| turns_used(&origin.log()))
        .collect();
    used.sort_by(f64::total_cmp);
    let requests: usize = origins.iter().map(|origin| origin.log().len()).sum();
    let mean = used.iter().sum::<f64>() / used.len() as f64;
    println!(
        "{HOSTS} hosts, {requests} requests, gap {GAP:?}: none hurried, {:.1} % of the allowed \
         turns used (worst host {:.1} %)",
        mean * 100.0,
        used[0] * 100.0
    );
}

/// Serves the newspapers.
fn served() -> Vec<OriginThread> {
    let edition = Edition {
        articles_per_section: 10,
        crawl_delay: None,
        ..Edition::default()
    };

    (1..=HOSTS)
        .map(|k| {
            OriginThread::start(Newspaper::new(&edition), ([127, 0, 1, k], 0).into())
                .expect("a newspaper can be served")
        })
        .collect()
}

/// Writes settings without ceilings, and a site file for each newspaper.
fn write_config(config: &Path, origins: &[OriginThread]) {
    let sites = config.join("sites");
    std::fs::create_dir_all(&sites).expect("a folder for the configuration");

    for (k, origin) in origins.iter().enumerate() {
        let site = format!(
            "name = \"p{k}\"\ntitle = \"p{k}\"\nhome = \"{}/\"\nprofile = \"ndsoft\"\n\
             own_site = true\n[pace]\ngap = \"500ms\"\n",
            origin.base()
        );
        std::fs::write(sites.join(format!("p{k}.toml")), site).expect("a site file can be written");
    }

    let settings = "[pace]\ntotal_rate = \"10000/s\"\n";
    std::fs::write(config.join("saseo.toml"), settings).expect("settings can be written");
}

/// Crawls all newspapers.
fn crawl(folder: &Path) {
    let done = Command::new(env!("CARGO_BIN_EXE_saseo"))
        .env("SASEO_RUNTIME_DIR", folder.join("locks"))
        .arg("--config")
        .arg(folder.join("config"))
        .arg("--data")
        .arg(folder.join("data"))
        .args(["--quiet", "crawl"])
        .stderr(Stdio::inherit())
        .status()
        .expect("the crawl can be started");

    assert!(done.success(), "the crawl failed");
}

/// Returns the share of a host's turns that were used, from its first request on.
///
/// # Panics
///
/// If a gap was not kept.
fn turns_used(log: &[SeenRequest]) -> f64 {
    let mut log = log.to_vec();
    log.sort_by_key(|visit| visit.began);

    for pair in log.windows(2) {
        assert!(
            pair[1].began.since(pair[0].ended) >= GAP,
            "hurried: {pair:?}"
        );
    }

    let (first, last) = (&log[0], &log[log.len() - 1]);
    let answering: Duration = log[..log.len() - 1]
        .iter()
        .map(|visit| visit.ended.since(visit.began))
        .sum();
    let turns = u32::try_from(log.len() - 1).expect("a small number of requests");
    let allowed = GAP * turns + answering;

    allowed.as_secs_f64() / last.began.since(first.began).as_secs_f64()
}
