//! Fingerprints on the demo newspaper: its articles share one small vocabulary, which is hard on
//! them.

use saseo::demo::{Edition, Newspaper};
use saseo::extract::{Nearness, is_one_story, nearness, simhash};

/// The texts of an edition that are long enough to have a fingerprint.
fn texts() -> Vec<(String, u64)> {
    let paper = Newspaper::new(&Edition {
        articles_per_section: 100,
        ..Edition::default()
    });
    let texts = paper
        .articles()
        .iter()
        .map(|article| article.paragraphs.join("\n\n"));
    texts
        .filter_map(|text| {
            let hash = simhash(&text)?;
            Some((text, hash))
        })
        .collect()
}

fn are_one(one: &(String, u64), other: &(String, u64)) -> bool {
    match nearness(one.1, other.1) {
        Nearness::Same => true,
        Nearness::Perhaps => is_one_story(&one.0, &other.0),
        Nearness::Other => false,
    }
}

#[test]
fn no_two_stories_are_taken_for_one() {
    let texts = texts();
    assert!(texts.len() > 250);
    for (k, one) in texts.iter().enumerate() {
        for other in &texts[..k] {
            assert!(!are_one(one, other), "{}\n---\n{}", one.0, other.0);
        }
    }
}

/// A wire story as another paper prints it: its own first and last words, a word changed here and
/// there, or cut.
fn reprints(text: &str) -> [String; 3] {
    let changed = |(k, word): (usize, &str)| {
        if k % 20 == 7 {
            "다른말".to_owned()
        } else {
            word.to_owned()
        }
    };
    let letters: Vec<char> = text.chars().collect();
    [
        format!("(한빛=사서통신) 홍길동 기자 = {text} 무단 전재 및 재배포 금지 hong@saseo.example"),
        text.split(' ')
            .enumerate()
            .map(changed)
            .collect::<Vec<_>>()
            .join(" "),
        letters[..letters.len() * 9 / 10].iter().collect(),
    ]
}

#[test]
fn nearly_every_reprint_is_known_again() {
    let (mut known, mut all) = (0, 0);
    for one in texts() {
        for text in reprints(&one.0) {
            let hash = simhash(&text);
            all += 1;
            known += usize::from(hash.is_some_and(|hash| are_one(&one, &(text, hash))));
        }
    }
    assert!(known * 100 >= all * 95, "{known} of {all}");
}
