//! Reads every field of an article except its story.

use std::collections::HashSet;

use crate::article_key::ArticleKey;
use crate::extract::article::Article;
use crate::extract::byline::authors;
use crate::extract::dates::{change, publication};
use crate::extract::fields::FieldSources;
use crate::extract::opposing_words::opposing_words;
use crate::extract::reader::ArticleReader;
use crate::markup::{Tree, text};
use crate::page_url::PageUrl;

impl ArticleReader {
    /// Reads the fields of an article, without its story.
    pub(super) fn article(&self, sources: &FieldSources<'_>, url: &PageUrl) -> Article {
        let rules = &self.profile.article;
        let key = self.key(sources, url);
        let rights = sources.text(&rules.rights);
        let words = self.words(sources, rights.as_deref());

        let article = Article {
            canonical_url: Some(self.canonical(sources, url, key.as_ref())),
            key,
            title: self.title(sources),
            subtitle: sources.text(&rules.subtitle),
            section: sources.text(&rules.section),
            subsection: sources.text(&rules.subsection),
            language: Some(self.paper.language.clone()),
            tags: distinct(sources.texts(&rules.tags)),
            opt_outs: words
                .iter()
                .map(|(word, _)| format!("words:{word}"))
                .collect(),
            words,
            rights,
            extractor: self.extractor(sources.page.tree),
            ..Article::default()
        };
        self.published(sources, self.signed(sources, article))
    }

    /// Returns the article's key from its address; else from its page.
    fn key(&self, sources: &FieldSources<'_>, url: &PageUrl) -> Option<ArticleKey> {
        let rules = &self.profile.article;
        let number = || {
            let number = sources.text(&rules.number)?.parse().ok()?;
            Some(ArticleKey::Number(number))
        };
        let article_id = || ArticleKey::text(&sources.text(&rules.article_id)?);

        let of_address = self.profile.url.article_key(url);
        of_address.or_else(number).or_else(article_id)
    }

    /// Returns an article with its byline, and the authors in it.
    fn signed(&self, sources: &FieldSources<'_>, article: Article) -> Article {
        let byline = sources.texts(&self.profile.article.byline).join(", ");
        let paper = sources.page.meta("og:site_name").unwrap_or_default();
        if byline.is_empty() {
            return article;
        }

        Article {
            authors: authors(&byline, paper),
            byline: Some(byline),
            ..article
        }
    }

    /// Returns an article with the dates that the profile's sources give.
    fn published(&self, sources: &FieldSources<'_>, article: Article) -> Article {
        let rules = &self.profile.article;
        let Some(publication) = publication(sources, rules) else {
            return article;
        };

        Article {
            modified_at: change(sources, rules, &publication),
            published_at: Some(publication.time.time),
            published_precision: Some(publication.time.precision),
            published_source: Some(publication.source),
            ..article
        }
    }

    /// Returns the title from the best source. Where that source lost a pseudo-tag (`<K팝>`), the
    /// title comes from a source that kept it.
    fn title(&self, sources: &FieldSources<'_>) -> Option<String> {
        let title = sources.text(&self.profile.article.title)?;
        let told = self
            .profile
            .article
            .title
            .iter()
            .flat_map(|source| sources.of(source));
        let whole = told
            .into_iter()
            .find(|told| *told != title && crate::text::clean(&without_tags(told)) == title);
        Some(whole.unwrap_or(title))
    }

    /// Returns the address that the page names, unless that is another article's; else the page's
    /// own address in plain form.
    fn canonical(
        &self,
        sources: &FieldSources<'_>,
        url: &PageUrl,
        key: Option<&ArticleKey>,
    ) -> String {
        let rules = &self.profile.url;
        let told = sources
            .text(&self.profile.article.canonical)
            .and_then(|link| url.join(&link).ok())
            .filter(|told| key.is_none() || rules.article_key(told).as_ref() == key);

        let plain = || rules.article_url(&url.origin(), &key?.into());
        told.or_else(plain)
            .unwrap_or_else(|| url.clone())
            .to_string()
    }

    /// Returns the words that forbid machine learning, each once, with its line.
    fn words(&self, sources: &FieldSources<'_>, rights: Option<&str>) -> Vec<(String, String)> {
        let rule = &self.profile.article.opt_out;
        let said = rule
            .select
            .iter()
            .flat_map(|place| sources.page.tree.all(place))
            .map(|node| text(&node));
        let lines: Vec<String> = rights.map(str::to_owned).into_iter().chain(said).collect();

        let mut found: Vec<(String, String)> = Vec::new();
        for (word, line) in lines
            .iter()
            .flat_map(|line| opposing_words(line, &rule.words))
        {
            if !found.iter().any(|(known, _)| *known == word) {
                found.push((word, line));
            }
        }
        found
    }

    /// Returns the names of the profile and of the page's skin, `ndsoft/G4`.
    fn extractor(&self, tree: &Tree) -> String {
        let name = &self.profile.name;
        let skin = self
            .profile
            .skins
            .iter()
            .find(|skin| tree.first(&skin.mark).is_some());
        skin.map_or_else(|| name.clone(), |skin| format!("{name}/{}", skin.name))
    }
}

fn distinct(mut texts: Vec<String>) -> Vec<String> {
    let mut known = HashSet::new();
    texts.retain(|text| known.insert(text.clone()));
    texts
}

/// Returns a text without anything in angle brackets.
fn without_tags(text: &str) -> String {
    let mut parts = text.split('<');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |kept, part| {
        kept + part.split_once('>').map_or(part, |(_, after)| after)
    })
}
