//! One walk over a page, which collects its meta tags and its JSON-LD.

use std::cell::OnceCell;
use std::collections::HashMap;

use serde_json::Value;

use crate::extract::json_ld::{self, BreadcrumbStep};
use crate::markup::{Node, NodeData, Tree};
use crate::text::clean_some;

/// The result of one walk over a page.
pub(super) struct PageScan<'a> {
    pub tree: &'a Tree,
    /// The contents of each meta tag, by its name or property in lower case. Before the name of an
    /// `itemprop` stands `itemprop:`.
    metas: HashMap<String, Vec<String>>,
    scripts: Vec<String>,
    json_ld: OnceCell<Vec<Value>>,
}

impl<'a> PageScan<'a> {
    pub(super) fn new(tree: &'a Tree) -> Self {
        let (mut metas, mut scripts) = (HashMap::<_, Vec<String>>::new(), Vec::new());

        for node in tree.root().descendants_it() {
            match kind(&node) {
                ScannedElement::Meta(name, content) => {
                    metas.entry(name).or_default().push(content);
                }
                ScannedElement::JsonLd => scripts.push(node.text().to_string()),
                ScannedElement::Other => {}
            }
        }

        Self {
            tree,
            metas,
            scripts,
            json_ld: OnceCell::new(),
        }
    }

    /// Returns the first content of a meta tag. `name` is in lower case.
    pub(super) fn meta(&self, name: &str) -> Option<&str> {
        self.metas(name).first().map(String::as_str)
    }

    /// Returns the contents of all meta tags of a name, which is in lower case.
    pub(super) fn metas(&self, name: &str) -> &[String] {
        self.metas.get(name).map_or(&[], Vec::as_slice)
    }

    /// Returns the contents of all meta tags whose name passes a test, by their names.
    pub(super) fn metas_where(&self, test: impl Fn(&str) -> bool) -> Vec<&str> {
        let mut found: Vec<_> = self.metas.iter().filter(|(name, _)| test(name)).collect();
        found.sort();
        let contents = found.into_iter().flat_map(|(_, contents)| contents);
        contents.map(String::as_str).collect()
    }

    /// Returns the texts at a dotted path into the article's JSON-LD.
    pub(super) fn json_ld(&self, path: &str) -> Vec<String> {
        self.article()
            .map(|article| json_ld::texts(article, path))
            .unwrap_or_default()
    }

    /// Returns the story in the page's JSON-LD, with its line ends and mark-up.
    pub(super) fn told_story(&self) -> Option<&str> {
        self.article()?.get("articleBody")?.as_str()
    }

    /// Tells whether the page calls itself an article.
    pub(super) fn is_declared_article(&self) -> bool {
        self.article().is_some()
            || self
                .meta("og:type")
                .is_some_and(|kind| kind.eq_ignore_ascii_case("article"))
    }

    /// Returns the values of the first key that the article's JSON-LD has. Lists are entered.
    pub(super) fn article_values(&self, keys: &[&str]) -> Vec<&Value> {
        let value = self
            .article()
            .and_then(|article| keys.iter().find_map(|key| article.get(key)));
        value.map(json_ld::items).unwrap_or_default()
    }

    /// Returns the value that has the name, where a value only refers to it.
    pub(super) fn whole<'v>(&'v self, value: &'v Value) -> &'v Value {
        json_ld::referred(self.json_ld_values(), value).unwrap_or(value)
    }

    /// Returns when the page itself was published, from its JSON-LD. Some pages call themselves no
    /// article.
    pub(super) fn page_date(&self) -> Option<&str> {
        json_ld::page_date(self.json_ld_values())
    }

    /// Returns the steps to this page, from the page's JSON-LD.
    pub(super) fn breadcrumbs(&self) -> Vec<BreadcrumbStep> {
        json_ld::breadcrumbs(self.json_ld_values())
    }

    fn article(&self) -> Option<&Value> {
        json_ld::article(self.json_ld_values())
    }

    fn json_ld_values(&self) -> &[Value] {
        self.json_ld.get_or_init(|| json_ld::values(&self.scripts))
    }
}

enum ScannedElement {
    Meta(String, String),
    JsonLd,
    Other,
}

/// Returns what the walk collects of a node.
fn kind(node: &Node<'_>) -> ScannedElement {
    let kind = node.query(|node| {
        let NodeData::Element(element) = &node.data else {
            return ScannedElement::Other;
        };

        let attribute = |name: &str| {
            element
                .attrs
                .iter()
                .find(|at| &*at.name.local == name)
                .map(|at| &*at.value)
        };

        match &*element.name.local {
            "meta" => {
                let item = || Some(format!("itemprop:{}", attribute("itemprop")?));
                let name = attribute("property")
                    .or_else(|| attribute("name"))
                    .map(str::to_owned)
                    .or_else(item);
                let content = attribute("content").and_then(clean_some);
                name.zip(content)
                    .map_or(ScannedElement::Other, |(name, content)| {
                        ScannedElement::Meta(name.to_lowercase(), content)
                    })
            }
            "script"
                if attribute("type")
                    .is_some_and(|kind| kind.eq_ignore_ascii_case("application/ld+json")) =>
            {
                ScannedElement::JsonLd
            }
            _ => ScannedElement::Other,
        }
    });
    kind.unwrap_or(ScannedElement::Other)
}
