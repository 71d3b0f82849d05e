//! How many of the turns that hosts allow a crawl uses, with real sockets: 50 newspapers on loopback addresses of their
//! own, judged by their servers' logs. `cargo bench --bench hosts`

use std::process::{Command, Stdio};
use std::time::Duration;

use saseo::demo::{Edition, Newspaper, OriginThread, SeenRequest};
use tempfile::TempDir;

const HOSTS: u8 = 50;
const GAP: Duration = Duration::from_millis(500);

fn main() {
    let edition = Edition {
        articles_per_section: 10,
        crawl_delay: None,
        ..Edition::default()
    };
    let start = |k: u8| OriginThread::start(Newspaper::new(&edition), ([127, 0, 1, k], 0).into());
    let origins: Vec<OriginThread> = (1..=HOSTS)
        .map(|k| start(k).expect("a newspaper can be served"))
        .collect();
    let folder = TempDir::new().expect("a temporary folder");
    let sites = folder.path().join("config/sites");
    std::fs::create_dir_all(&sites).expect("a folder for the configuration");
    for (k, origin) in origins.iter().enumerate() {
        let site = format!(
            "name = \"p{k}\"\ntitle = \"p{k}\"\nhome = \"{}/\"\nprofile = \"ndsoft\"\nown_site = true\n[pace]\ngap = \"500ms\"\n",
            origin.base()
        );
        std::fs::write(sites.join(format!("p{k}.toml")), site).expect("a site file can be written");
    }
    let settings = "[pace]\ntotal_rate = \"10000/s\"\n";
    std::fs::write(folder.path().join("config/saseo.toml"), settings)
        .expect("settings can be written");
    let done = Command::new(env!("CARGO_BIN_EXE_saseo"))
        .env("SASEO_RUNTIME_DIR", folder.path().join("locks"))
        .arg("--config")
        .arg(folder.path().join("config"))
        .arg("--data")
        .arg(folder.path().join("data"))
        .args(["--quiet", "crawl"])
        .stderr(Stdio::inherit())
        .status()
        .expect("the crawl can be started");
    assert!(done.success(), "the crawl failed");
    let mut used: Vec<f64> = origins
        .iter()
        .map(|origin| turns_used(&origin.log()))
        .collect();
    used.sort_by(f64::total_cmp);
    let requests: usize = origins.iter().map(|origin| origin.log().len()).sum();
    let mean = used.iter().sum::<f64>() / used.len() as f64;
    println!(
        "{HOSTS} hosts, {requests} requests, gap {GAP:?}: none hurried, {:.1} % of the allowed turns used (worst host {:.1} %)",
        mean * 100.0,
        used[0] * 100.0
    );
}

/// The part of its turns that a host was asked in, from the first request on. Fails where the host was hurried.
fn turns_used(log: &[SeenRequest]) -> f64 {
    let mut log = log.to_vec();
    log.sort_by_key(|visit| visit.began);
    for pair in log.windows(2) {
        assert!(
            pair[1].began.since(pair[0].ended) >= GAP,
            "hurried: {pair:?}"
        );
    }
    let answering: Duration = log[..log.len() - 1]
        .iter()
        .map(|visit| visit.ended.since(visit.began))
        .sum();
    let turns = u32::try_from(log.len() - 1).expect("a small number of requests");
    let allowed = GAP * turns + answering;
    allowed.as_secs_f64() / log[log.len() - 1].began.since(log[0].began).as_secs_f64()
}
