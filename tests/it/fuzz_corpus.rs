//! The inputs that fuzzing kept (`fuzz/corpus`), as ordinary tests.

use std::fs;
use std::path::Path;

#[path = "../../fuzz/inputs.rs"]
mod inputs;

fn each(target: &str, take: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/corpus")
        .join(target);
    let mut inputs = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        take(&fs::read(entry.unwrap().path()).unwrap());
        inputs += 1;
    }
    assert!(inputs >= 5, "{target} has only {inputs} inputs");
}

#[test]
fn every_input_of_decode_is_answered() {
    each("decode", inputs::decode);
}

#[test]
fn every_input_of_list_is_answered() {
    each("list", inputs::list);
}

#[test]
fn every_input_of_article_is_answered() {
    each("article", inputs::article);
}

#[test]
fn every_input_of_url_is_answered() {
    each("url", inputs::url);
}

#[test]
fn every_input_of_sitemap_is_answered() {
    each("sitemap", inputs::sitemap);
}

#[test]
fn every_input_of_date_is_answered() {
    each("date", inputs::date);
}
