//! An invented page in its parts, for the tests of extraction without a profile.

use saseo::config::Profile;
use saseo::extract::*;
use saseo::page_url::PageUrl;

pub(crate) const STORY: [&str; 4] = [
    "The ferry to the islands leaves at six every morning, \
     and its captain has not missed a day since spring.",
    "Most of the passengers carry crates of vegetables, \
     and a few of them carry letters for the lighthouse.",
    "“We wait for nobody, but we wave to everyone,” said the captain, \
     who grew up beside the old harbour.",
    "The town wants to buy a second boat next year, \
     if the islands pay for half of its engine and its paint.",
];

/// A page in its parts: each of them is mark-up.
#[derive(Clone, Copy, Default)]
pub(crate) struct Sheet<'s> {
    pub head: &'s str,
    pub above: &'s str,
    pub under_headline: &'s str,
    pub within: &'s str,
    pub end: &'s str,
    pub below: &'s str,
}

impl Sheet<'_> {
    pub(crate) fn read(self) -> Article {
        let [first, rest @ ..] = STORY;
        let rest: String = rest.iter().map(|text| format!("<p>{text}</p>")).collect();
        let html = format!(
            "<!doctype html><html><head><title>The Ferry</title>{}</head>\
             <body class='icon-font logo-left'>\
             <ul id=menu><li><a href=/1>Town</a></li></ul><div class=page>{}<h1>The Ferry</h1>{}\
             <div class=story><p>{first}</p>{}{rest}{}</div></div>{}</body></html>",
            self.head, self.above, self.under_headline, self.within, self.end, self.below
        );
        read(&html)
    }
}

pub(crate) fn json_ld(members: &str) -> String {
    format!(
        "<script type=application/ld+json>{{\"@type\":\"NewsArticle\",\
         \"headline\":\"The Ferry\",{members}}}</script>"
    )
}

/// Returns the article in a page of the invented paper, which no profile knows.
pub(crate) fn read(html: &str) -> Article {
    let profile = Profile::generic();
    let reader = ArticleReader::new(profile.clone(), KnownPaper::from(&profile));
    let url = PageUrl::parse("https://www.harbour.example/a/1").unwrap();
    match reader.read(&url, html) {
        Extraction::Article(article) => *article,
        other => panic!("it is an article: {other:?}"),
    }
}
