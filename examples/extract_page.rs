//! Extracts the article of a saved page: no network, no archive.
//!
//! `cargo run --example extract_page -- page.html https://paper.example/news/7`

use std::error::Error;

use saseo::{Extraction, PageUrl, Profile, extract};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(file), Some(url)) = (arguments.next(), arguments.next()) else {
        return Err("name a saved page and the address that it was saved from".into());
    };

    let page = std::fs::read(file)?;
    let url = PageUrl::parse(&url)?;
    // A paper on ND Soft is read by its profile. Other pages are read by `Profile::generic()`.
    let profile = Profile::shipped("ndsoft").ok_or("this saseo has no profile of ND Soft")?;

    match extract(&page, &url, "text/html", &profile) {
        Extraction::Article(article) | Extraction::Members(article) => {
            println!("{}", article.title.unwrap_or_default());
            println!("{}", article.authors.join(", "));
            if let Some(published) = article.published_at {
                println!("{published}");
            }
            println!("\n{}", article.paragraphs.join("\n\n"));
            Ok(())
        }
        Extraction::Gone { why } => Err(format!("the article is gone: {why}").into()),
        Extraction::Refused { why } => Err(format!("the page is a refusal: {why}").into()),
        Extraction::NotAnArticle { why } => Err(format!("the page is no article: {why}").into()),
    }
}
