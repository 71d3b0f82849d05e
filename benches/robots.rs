//! The cost of one check against a robots.txt: an ordinary file, and the worst ones of 500 KiB. Run
//! it with `cargo bench --bench robots`.

use std::hint::black_box;

use saseo::clock::Clock;
use saseo::page_url::PageUrl;
use saseo::robots::Robots;

/// The number of checks that a figure is the mean of.
const CHECKS: u32 = 200;

/// The length of the checked path: nearly the longest that an address may have.
const PATH_LENGTH: usize = 1_900;

fn main() {
    let path = format!("/{}", "a".repeat(PATH_LENGTH));
    let url = PageUrl::parse(&format!("https://paper.example{path}")).expect("it is an address");

    for (name, body) in files() {
        let robots = Robots::parse(body.as_bytes(), "saseo");
        println!("{name}: {:.3} ms a check", milliseconds(&robots, &url));
    }
}

/// Returns the mean time of a check in milliseconds.
fn milliseconds(robots: &Robots, url: &PageUrl) -> f64 {
    let clock = Clock::system();
    let began = clock.now();

    for _ in 0..CHECKS {
        let _ = black_box(robots.check(black_box(url)));
    }

    let each = clock.now().since(began) / CHECKS;
    each.as_secs_f64() * 1e3
}

/// Returns the robots.txt files by name.
fn files() -> [(&'static str, String); 5] {
    let ordinary: String = (0..100)
        .map(|k| format!("Disallow: /news/part{k}/*.pdf$\n"))
        .collect();

    [
        ("100 ordinary rules", format!("User-agent: *\n{ordinary}")),
        (
            "500 KiB of prefixes",
            filled(|k| format!("Disallow: /p{k:x}\n")),
        ),
        (
            "500 KiB of searches for a letter that is not there",
            filled(|k| format!("Disallow: *z{k:x}\n")),
        ),
        (
            "500 KiB of searches for letters that nearly are",
            filled(|k| format!("Disallow: *aaaaz{k:x}\n")),
        ),
        (
            "500 KiB of stars",
            filled(|k| format!("Disallow: /{}{k:x}b\n", "*a".repeat(2_000))),
        ),
    ]
}

/// Returns a file that is filled up with numbered lines to the size that crawlers must read.
fn filled(line: impl Fn(usize) -> String) -> String {
    let mut body = "User-agent: *\n".to_owned();

    for k in 0.. {
        let line = line(k);
        if body.len() + line.len() > saseo::robots::LARGEST {
            break;
        }
        body.push_str(&line);
    }

    body
}
