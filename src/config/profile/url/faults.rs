//! The check of a profile's rules for addresses.

use crate::article_key::ArticleKey;
use crate::config::profile::article_name::ArticleName;
use crate::config::profile::url::{ARTICLE_ID, NUMBER, UrlRules};

impl UrlRules {
    /// Returns a wrong key, and the reason. The first fault counts.
    pub fn fault(&self) -> Option<(&'static str, String)> {
        self.canonical_fault()
            .or_else(|| self.article_fault())
            .or_else(|| self.everything_fault())
            .or_else(|| self.date_window_fault())
    }

    /// Checks that a canonical address is read as the article that it is written for.
    fn canonical_fault(&self) -> Option<(&'static str, String)> {
        let canonical = self.canonical.as_ref()?;
        // Only the paper's own texts match the patterns of its ids.
        if canonical.contains(ARTICLE_ID) && !self.article_id.is_empty() {
            return None;
        }

        let name = if canonical.contains(ARTICLE_ID) {
            let values = vec!["x"; self.article_id_parameters.len()];
            ArticleName::Id(ArticleKey::Text(values.join("/")))
        } else {
            ArticleName::Digits("907".to_owned())
        };
        let written = self.article_url("https://paper.example", &name);
        if written.and_then(|url| self.article_name(&url)) == Some(name) {
            return None;
        }

        let why = format!(
            "{canonical:?} must be read as the article that it is written for: check `{NUMBER}` \
             or `{ARTICLE_ID}`, and the rules above"
        );
        Some(("canonical", why))
    }

    /// Checks that articles have a place for their number.
    fn article_fault(&self) -> Option<(&'static str, String)> {
        let parameters = &self.article_id_parameters;
        if !self.article.is_empty() && self.number.is_empty() && parameters.is_empty() {
            let why = "`number` or `article_id_parameters` must name the parameters that name them";
            return Some(("article", why.to_owned()));
        }

        if !parameters.is_empty() && self.article.is_empty()
            || parameters.iter().any(String::is_empty)
        {
            let why = "`article` must tell the paths that have these parameters, and each parameter \
                       must have a name";
            return Some(("article_id_parameters", why.to_owned()));
        }

        if self
            .article_patterns
            .iter()
            .any(|pattern| !pattern.has_group())
        {
            let why = "each must have a group for the number, like '^/article/(\\d+)$'";
            return Some(("article_patterns", why.to_owned()));
        }

        if self.article_id.iter().any(|pattern| !pattern.has_group()) {
            let why = "each must have a group for the text, like '^/article/([\\w-]+)$'";
            return Some(("article_id", why.to_owned()));
        }

        None
    }

    /// Checks that the list of all articles is a list.
    fn everything_fault(&self) -> Option<(&'static str, String)> {
        let everything = self.everything.as_ref()?;
        let path = everything.split('?').next().unwrap_or_default();
        if self.list_path(path).is_some() {
            return None;
        }

        let why = format!("{everything:?} is no list by `list` and `list_patterns`");
        Some(("everything", why))
    }

    /// Checks that the format of days gives each day its own text.
    fn date_window_fault(&self) -> Option<(&'static str, String)> {
        let window = self.date_window.as_ref()?;
        if window.tells_days_apart() {
            return None;
        }

        let why = format!(
            "{:?} does not tell every day from another, as \"%Y-%m-%d\" does",
            window.format
        );
        Some(("date_window", why))
    }
}
