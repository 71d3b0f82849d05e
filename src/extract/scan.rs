//! One walk over a page, which collects its meta tags and its JSON-LD.

use std::cell::OnceCell;
use std::collections::HashMap;

use serde_json::Value;

use crate::extract::json_ld;
use crate::markup::{Node, NodeData, Tree};
use crate::text::clean_some;

/// The result of one walk over a page.
pub(super) struct PageScan<'a> {
    pub tree: &'a Tree,
    /// The first content of each meta tag, by its name or property in lower case.
    metas: HashMap<String, String>,
    scripts: Vec<String>,
    article: OnceCell<Option<Value>>,
}

impl<'a> PageScan<'a> {
    pub(super) fn new(tree: &'a Tree) -> Self {
        let (mut metas, mut scripts) = (HashMap::new(), Vec::new());

        for node in tree.root().descendants_it() {
            match kind(&node) {
                ScannedElement::Meta(name, content) => {
                    metas.entry(name).or_insert(content);
                }
                ScannedElement::JsonLd => scripts.push(node.text().to_string()),
                ScannedElement::Other => {}
            }
        }

        Self {
            tree,
            metas,
            scripts,
            article: OnceCell::new(),
        }
    }

    /// Returns the content of a meta tag. `name` is in lower case.
    pub(super) fn meta(&self, name: &str) -> Option<&str> {
        self.metas.get(name).map(String::as_str)
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

    fn article(&self) -> Option<&Value> {
        self.article
            .get_or_init(|| json_ld::article(&self.scripts))
            .as_ref()
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
                let name = attribute("property").or_else(|| attribute("name"));
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
