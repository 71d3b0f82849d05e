//! Writes the rules of a CMS as the TOML text of a profile.

use std::fmt::Write;

use crate::config::shipped::GENERIC;
use crate::survey::menu::ListPlaces;
use crate::survey::profile::{ArticleNumbers, CmsRules};

impl CmsRules {
    /// Writes the rules as a profile.
    pub(crate) fn written(&self, name: &str) -> String {
        let mut text = format!(
            "# A draft, made by `saseo survey` from a few pages of one paper. Look it over: what it \
             does not know is not archived.\n\nname = {}\n",
            quoted(name)
        );
        text.push_str(&self.addresses());

        if let Some(menu) = &self.menu {
            put(
                &mut text,
                &format!(
                    "\n[menu]\n# The links to sections on the home page.\nsections = {}",
                    quoted(menu)
                ),
            );
        }

        text.push_str(&self.list());
        text.push_str(&self.pager());
        text.push_str(&self.article_rules());
        text
    }

    /// Writes which addresses are articles and lists, and which are never asked for.
    fn addresses(&self) -> String {
        let mut text = format!(
            "\n[url]\n{}{}# The parameters that decide what a list shows. All others are \
             dropped.\nkeep = {}\n",
            self.article_addresses(),
            self.list_addresses(),
            listed(&self.keep),
        );

        let page = match &self.page {
            Some(page) => format!(
                "# The parameter that numbers a list's pages.\npage = {}",
                quoted(page)
            ),
            None => "# No list was seen to go on: if lists have more pages, name the parameter \
                     here.\n# page = \"page\""
                .to_owned(),
        };
        put(&mut text, &page);

        put(&mut text, "# Never asked for.");
        put(&mut text, &format!("traps = {}", listed(&self.traps)));
        put(
            &mut text,
            "# Filled, these make a list a search, of which there is no end.",
        );
        put(
            &mut text,
            &format!("trap_parameters = {}", listed(&self.searches)),
        );
        text
    }

    /// Writes how the rows of lists are found.
    fn list(&self) -> String {
        let (frame, row, link) = (quoted(&self.frame), quoted(&self.row), quoted(&self.link));
        let mut text = String::new();
        put(
            &mut text,
            &format!("\n[[lists]]\nname = \"draft\"\nlist = {frame}\nrow = {row}\nlink = {link}"),
        );
        if let Some((key, selector)) = &self.dated {
            put(&mut text, &format!("{key} = {}", quoted(selector)));
        }
        text
    }

    fn article_addresses(&self) -> String {
        match &self.articles {
            ArticleNumbers::ByParameter { path, number } => format!(
                "# Paths of articles; the first is canonical.\narticle = [{}]\n\
                 # The parameter that numbers articles.\nnumber = {}\n",
                quoted(path),
                quoted(number)
            ),
            ArticleNumbers::InPath { before, behind } => format!(
                "# Paths of articles, with their number.\narticle_patterns = [{}]\n\
                 canonical = {}\n",
                quoted(&format!(
                    "^{}(\\d+){}$",
                    regex::escape(before),
                    regex::escape(behind)
                )),
                quoted(&format!("{before}{{number}}{behind}"))
            ),
        }
    }

    fn list_addresses(&self) -> String {
        let patterns = match &self.lists {
            ListPlaces::At(path) => {
                return format!("# The path of lists.\nlist = [{}]\n", quoted(path));
            }
            ListPlaces::Under(folder) => vec![format!("^{}[^/]+/?$", regex::escape(folder))],
            ListPlaces::Each(paths) => {
                let paths = paths.iter();
                paths
                    .map(|path| format!("^{}$", regex::escape(path)))
                    .collect()
            }
        };
        format!("# Paths of lists.\nlist_patterns = {}\n", listed(&patterns))
    }

    fn pager(&self) -> String {
        let mut text = "\n[pager]\n".to_owned();
        if let Some(links) = &self.pager {
            put(&mut text, &format!("links = {}", quoted(links)));
        }

        match self.page {
            Some(_) => put(&mut text, &format!("usual_per_page = {}", self.per_page)),
            None => put(&mut text, "usual_last_page = 1"),
        }
        text
    }

    /// Writes the generic rules, with what is known of this CMS before their own entries.
    pub(super) fn article_rules(&self) -> String {
        let (_, rules) = GENERIC
            .split_once("\n[article]\n")
            .expect("the generic profile tells how articles are read");

        let mut text = format!(
            "\n# The sources of an article's fields; of each list the first that tells something \
             counts.\n[article]\n{rules}"
        );
        let title = self
            .has_other_titles
            .then(|| "{ meta = \"og:title\", suffix = \" - {og:site_name}\" }".to_owned());
        let line = self
            .date_line
            .as_ref()
            .map(|line| format!("{{ select = {} }}", quoted(line)));

        let noise = self.noise.iter().map(|line| quoted(line));
        put_first(&mut text, "title", title);
        put_first(&mut text, "published", line);
        put_first(&mut text, "body", self.body.as_deref().map(quoted));
        put_first(&mut text, "noise", noise);
        text
    }
}

/// Puts entries before those that a list of the generic rules has.
fn put_first(text: &mut String, key: &str, entries: impl IntoIterator<Item = String>) {
    let list = format!("\n{key} = [");
    let at = text
        .find(&list)
        .expect("the generic profile has every list that a draft adds to")
        + list.len();

    let entries: String = entries
        .into_iter()
        .map(|entry| format!("\n    {entry},"))
        .collect();
    text.insert_str(at, &entries);
}

fn put(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a String takes everything");
}

/// Returns a text as a TOML string.
pub(crate) fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

fn listed(texts: &[String]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", quoted.join(", "))
}
