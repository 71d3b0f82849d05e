//! Lists that a server cuts at its limit, and runs that fail: what is told of them.

use std::process::Output;

use crate::program::{Crawler, Paper, said, told};
use crate::store;
use saseo::demo::Edition;
use serde_json::Value;

/// A paper of 150 articles whose lists show eighty, crawled by the list of everything.
fn cut_paper() -> (Paper, Crawler) {
    let edition = Edition {
        articles_per_section: 50,
        crawl_delay: None,
        last_page: 4,
        ..Edition::default()
    };
    let paper = Paper::of(&edition);
    let crawler = Crawler::empty();
    crawler.write_site(&format!(
        "name = \"demo\"\ntitle = \"demo\"\nhome = \"{}/\"\nprofile = \"ndsoft\"\nown_site = true\n\
         [discover]\nrevisit = []\nfeeds = false\nsections = [\"/news/articleList.html?view_type=sm\"]\n[pace]\ngap = \"0s\"\n",
        paper.origin.base()
    ));
    (paper, crawler)
}

/// The days after `--backfill` in the commands that are told.
fn commands(words: &str) -> Vec<String> {
    let commands = words
        .split('`')
        .filter(|word| word.contains(" crawl demo --backfill "));
    commands
        .map(|command| command.rsplit(' ').next().unwrap().to_owned())
        .collect()
}

fn json(out: &Output) -> Value {
    serde_json::from_slice(&out.stdout).unwrap()
}

#[test]
fn a_list_that_is_cut_is_told_by_the_run_status_and_check_until_the_told_commands_have_read_the_rest()
 {
    let (paper, crawler) = cut_paper();
    let first = crawler.run(&["crawl"]);
    assert!(
        said(&first)
            .contains("the first crawl reads its lists to their ends, and its articles meanwhile"),
        "{}",
        said(&first)
    );
    assert!(
        said(&first).contains(" has 70 more rows than its server shows"),
        "{}",
        said(&first)
    );
    let [days] = commands(&said(&first)).try_into().unwrap();
    assert!(days.starts_with("..2026-11-"), "{days}");
    let (status, check) = (crawler.run(&["status"]), crawler.run(&["check"]));
    assert_eq!(
        (commands(&told(&status)), commands(&told(&check))),
        (vec![days.clone()], vec![days.clone()])
    );
    assert_eq!(check.status.code(), Some(1));
    let state = &json(&crawler.run(&["--json", "status"]))["sites"][0];
    assert_eq!(
        (
            &state["lists_cut"][0]["missing"],
            state["reads_the_rest"].as_array().unwrap().len()
        ),
        (&70.into(), 1)
    );
    assert!(crawler.articles().len() < 85);

    // The week of that day has more rows than are shown, too: that is told in its turn.
    let second = crawler.run(&["--json", "crawl", "--backfill", &days]);
    let rest = json(&second)["reads_the_rest"].as_array().unwrap().clone();
    let [rest] = rest.try_into().unwrap();
    assert!(
        rest.as_str()
            .unwrap()
            .ends_with("crawl demo --backfill 2026-11-16..2026-11-16"),
        "{rest}"
    );
    let third = crawler.run(&["crawl", "--backfill", "2026-11-16..2026-11-16"]);
    assert_eq!(
        commands(&said(&third)),
        Vec::<String>::new(),
        "{}",
        said(&third)
    );
    assert_eq!(crawler.articles().len(), paper.to_be_stored().len());
    let check = crawler.run(&["check"]);
    assert!(
        check.status.success() && !told(&check).contains("lists"),
        "{}",
        told(&check)
    );
}

#[test]
fn a_run_that_failed_keeps_why() {
    let (paper, crawler) = cut_paper();
    drop(paper);
    assert_eq!(
        crawler.run(&["crawl", "--for", "30s"]).status.code(),
        Some(1)
    );
    let failures = told(&crawler.run(&["status", "--failures"]));
    assert!(
        failures.contains("run 1 (crawl of demo) failed: 127.0.0.1:"),
        "{failures}"
    );
    let runs = &json(&crawler.run(&["--json", "status", "--failures"]))["runs"];
    assert_eq!(
        (&runs[0]["run"], &runs[0]["how"]),
        (&1.into(), &"failed".into())
    );
    let why = store::sql_of(crawler.folder.path(), "SELECT why FROM runs WHERE id = 1");
    assert!(failures.contains(why.trim_end()), "{why}");
}
