//! What one check against a robots.txt costs: an ordinary file, and the worst of 500 KiB. `cargo bench --bench robots`

use std::hint::black_box;

use saseo::clock::Clock;
use saseo::page_url::PageUrl;
use saseo::robots::Robots;

/// Checks a figure is the mean of.
const CHECKS: u32 = 200;

fn main() {
    let long = format!("/{}", "a".repeat(1_900));
    let fill = |line: &dyn Fn(usize) -> String| -> String {
        let mut body = "User-agent: *\n".to_owned();
        for k in 0.. {
            let line = line(k);
            if body.len() + line.len() > saseo::robots::LARGEST {
                break;
            }
            body.push_str(&line);
        }
        body
    };
    let files = [
        (
            "100 ordinary rules",
            (0..100)
                .map(|k| format!("Disallow: /news/part{k}/*.pdf$\n"))
                .collect::<String>(),
        ),
        (
            "500 KiB of prefixes",
            fill(&|k| format!("Disallow: /p{k:x}\n")),
        ),
        (
            "500 KiB of searches for a letter that is not there",
            fill(&|k| format!("Disallow: *z{k:x}\n")),
        ),
        (
            "500 KiB of searches for letters that nearly are",
            fill(&|k| format!("Disallow: *aaaaz{k:x}\n")),
        ),
        (
            "500 KiB of stars",
            fill(&|k| format!("Disallow: /{}{k:x}b\n", "*a".repeat(2_000))),
        ),
    ];
    for (name, body) in files {
        let body = if body.starts_with("User") {
            body
        } else {
            format!("User-agent: *\n{body}")
        };
        let robots = Robots::parse(body.as_bytes(), "saseo");
        let url =
            PageUrl::parse(&format!("https://paper.example{long}")).expect("it is an address");
        let clock = Clock::system();
        let began = clock.now();
        for _ in 0..CHECKS {
            let _ = black_box(robots.check(black_box(&url)));
        }
        let each = clock.now().since(began) / CHECKS;
        println!("{name}: {:.3} ms a check", each.as_secs_f64() * 1e3);
    }
}
