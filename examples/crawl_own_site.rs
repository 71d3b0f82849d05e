//! Crawls a site of one's own: a small paper that this program serves on the loopback address. The
//! archive is exported to `articles.jsonl`, and the audit tells whether the crawl was polite.
//!
//! `cargo run --example crawl_own_site -- data/own`

use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::time::Duration;

use saseo::{
    Archive, ArticleFilter, AuditScope, Config, CrawlLimits, Crawler, ExportFormat, Site, audit,
    export,
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args()
        .nth(1)
        .ok_or("name a new folder for the archive")?;
    let data = PathBuf::from(folder);
    if data.exists() {
        // The paper has another port each time: to the archive it would be another paper.
        return Err(format!("{} is there already: name a new folder", data.display()).into());
    }

    // A site of one's own may have a private address and a short gap. Other sites may not.
    let site = Site::parse(
        "own.toml",
        &format!(
            "name = 'own'\ntitle = 'A paper of our own'\nhome = 'http://{}/'\nlanguage = 'en'\n\
             own_site = true\n[pace]\ngap = '10ms'\n",
            serve_paper()?
        ),
    )?;
    let config = Config::of_sites([site]);

    let limits = CrawlLimits {
        at_most: Some(Duration::from_secs(60)),
        ..CrawlLimits::default()
    };
    let report = Crawler::new(Archive::lock(&data)?, &config)
        .limits(limits)
        .run(interrupted())
        .await?;
    println!(
        "{} requests, {} new articles",
        report.tally.requests, report.tally.articles_new
    );

    let reader = Archive::read(&data)?;
    let out = data.join("articles.jsonl");
    let summary = export(
        &reader,
        &ArticleFilter::default(),
        ExportFormat::Jsonl,
        &out,
    )?;
    println!("{} articles in {}", summary.articles, out.display());

    let findings = audit(&reader, AuditScope::default())?;
    println!("{} violations in the ledger", findings.violations.len());
    Ok(())
}

/// Waits for Ctrl-C.
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        // Without a handler, Ctrl-C ends the process, and the next crawl goes on.
        std::future::pending::<()>().await;
    }
}

/// Serves a paper with three articles, and returns its address.
fn serve_paper() -> std::io::Result<std::net::SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;

    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that hangs up is no concern of the paper.
            let _ = answer(stream);
        }
    });
    Ok(address)
}

fn answer(mut stream: TcpStream) -> std::io::Result<()> {
    let mut request = String::new();
    let mut lines = BufReader::new(stream.try_clone()?);
    lines.read_line(&mut request)?;
    // The headers end at an empty line.
    let mut header = String::new();
    while lines.read_line(&mut header)? > 2 {
        header.clear();
    }

    let path = request.split(' ').nth(1).unwrap_or_default();
    let (status, body) = page(path);
    write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: text/html; charset=utf-8\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}

fn page(path: &str) -> (&'static str, String) {
    match path
        .strip_prefix("/news/")
        .and_then(|n| n.parse::<u8>().ok())
    {
        _ if path == "/" => ("200 OK", home()),
        Some(n) if (1..=3).contains(&n) => ("200 OK", article(n)),
        Some(_) | None => ("404 Not Found", String::new()),
    }
}

fn home() -> String {
    let links: String = (1..=3)
        .map(|n| format!("<li><a href='/news/{n}'>The library opens its room number {n}</a></li>"))
        .collect();
    format!("<html><body><ul>{links}</ul></body></html>")
}

fn article(n: u8) -> String {
    let story: String = (1..=6)
        .map(|k| {
            format!(
                "<p>The library of the town opened its reading room number {n} on Monday, and \
                 reader number {k} came before nine to borrow a novel and two books of poems.</p>"
            )
        })
        .collect();
    format!(
        "<html><head><title>The library opens its room number {n}</title>\
         <meta property='og:type' content='article'>\
         <meta property='article:published_time' content='2026-11-0{n}T09:00:00+09:00'></head>\
         <body><article><h1>The library opens its room number {n}</h1>{story}</article></body></html>"
    )
}
