//! A response to a page request, and the content parsed from it.

use std::sync::Arc;

use crate::archive::{Charset, Dictionary};
use crate::discover::{Document, feeds, links, read_home};
use crate::extract::{Decoded, Extraction, decode};
use crate::fetch::Answer;
use crate::frontier::{Page, ParsedPage, Role};
use crate::markup::{MarkupError, Tree};
use crate::opt_out::{Declared, Judgement, Metas, Reservations};
use crate::robots::Robots;
use crate::site_reader::obey::{obedient, words};
use crate::site_reader::{SiteReader, is_text};
use crate::time::Timestamp;

/// Bytes of a heavy page in which its meta tags are looked for: heads of pages are rarely longer.
const HEAD: usize = 4 * 1024;

/// A response to a page request, with everything that parsing it needs. A clone is cheap.
#[derive(Clone, Debug)]
pub struct Response {
    pub page: Arc<Page>,
    pub answer: Arc<Answer>,
    pub reader: Arc<SiteReader>,
    /// The opt-out files of the site's host, which hold for all its pages.
    pub files: Arc<Reservations>,
    /// The robots.txt in force at the request.
    pub robots: Arc<Robots>,
    /// An earlier page of the site, to compress the body with.
    pub dictionary: Option<Dictionary>,
    /// When the answer ended.
    pub at: Timestamp,
}

/// The content of a successful response.
#[derive(Debug)]
pub struct Read {
    pub reading: ParsedPage,
    pub charset: Option<Charset>,
    pub judgement: Judgement,
}

impl Response {
    /// Reads a good answer, and judges what the page and its host say against uses of it.
    pub fn read(&self) -> Read {
        self.read_as(|decoded, tree| {
            let document = Document::new(&self.page.url, tree).encoded_in(decoded.used);
            self.read_text(&decoded.text, tree, &document)
        })
    }

    /// Judges a good answer, and leaves its page unread.
    pub fn leave_unread(&self, why: String) -> Read {
        self.read_as(|_, _| ParsedPage::NoArticle { why: why.clone() })
    }

    /// Tells whether reading the page may take long.
    pub fn may_take_long(&self) -> bool {
        self.page.role() == Role::Article && self.reader.is_generic()
    }

    /// Returns why no copy of the answer may be kept, if so.
    pub fn withheld(&self, judgement: &Judgement) -> Option<String> {
        if self.page.role() == Role::Photo {
            judgement.withholds_photo()
        } else {
            judgement.withholds()
        }
    }

    /// Returns the bytes of memory that reading an article may take, by the estimate.
    pub fn memory(&self) -> usize {
        self.reader.articles.memory(&self.decoded().text)
    }

    /// Judges what the answer's headers, and its host, say against uses of it.
    pub fn judge_headers(&self) -> Judgement {
        if self.page.role() == Role::Policy {
            Judgement::default()
        } else {
            self.judge(&Metas::default(), &[])
        }
    }

    fn content_type(&self) -> &str {
        self.answer.header("content-type").unwrap_or_default()
    }

    fn decoded(&self) -> Decoded<'_> {
        decode(
            &self.answer.body,
            self.content_type(),
            self.page.url.last_label(),
        )
    }

    fn read_as(&self, reading: impl Fn(&Decoded<'_>, &Tree) -> ParsedPage) -> Read {
        let role = self.page.role();
        if role == Role::Policy {
            return self.undecoded(ParsedPage::Policy);
        }

        if role == Role::Photo {
            let judgement = self.judge_headers();
            return Read {
                reading: self.read_photo(&judgement),
                charset: None,
                judgement,
            };
        }

        if role == Role::Sitemap {
            return self.undecoded(self.reader.sitemap(&self.page, &self.answer));
        }

        // Feeds come with many content types, so the feed reader decides instead.
        if role != Role::Feed && !is_text(self.content_type()) {
            return self.undecoded(ParsedPage::Unreadable {
                why: format!("its content type is {}", self.content_type()),
            });
        }

        self.read_decoded(reading)
    }

    /// Judges an answer that is not decoded as a page, by its headers alone.
    fn undecoded(&self, reading: ParsedPage) -> Read {
        let judgement = self.judge_headers();
        Read {
            reading: obedient(reading, &judgement),
            charset: None,
            judgement,
        }
    }

    fn read_decoded(&self, reading: impl Fn(&Decoded<'_>, &Tree) -> ParsedPage) -> Read {
        let decoded = self.decoded();
        let (tree, reading) = self.read_pruned(&decoded, &reading).unwrap_or_else(|| {
            let tree = Tree::parse(&decoded.text);
            let reading = match &tree {
                Ok(tree) => reading(&decoded, tree),
                Err(why) => ParsedPage::Unreadable {
                    why: why.to_string(),
                },
            };
            (tree, reading)
        });

        let metas = match &tree {
            Ok(tree) => Metas::read(tree, &self.reader.agent),
            Err(_) => self.metas_of_head(&decoded.text),
        };

        let judgement = self.judge(&metas, words(&reading));
        Read {
            reading: obedient(reading, &judgement),
            charset: Some(charset(decoded)),
            judgement,
        }
    }

    /// Reads a page of a known CMS without what nobody looks for in it. Returns `None` where the
    /// page has not what it should have: then all of it counts.
    fn read_pruned(
        &self,
        decoded: &Decoded<'_>,
        reading: impl Fn(&Decoded<'_>, &Tree) -> ParsedPage,
    ) -> Option<(Result<Tree, MarkupError>, ParsedPage)> {
        let wanted = match self.page.role() {
            Role::Article => self.reader.articles.wanted(),
            Role::Section | Role::Window | Role::ListPage => self.reader.wanted_of_lists(),
            Role::Home | Role::Feed | Role::Sitemap | Role::Policy | Role::Photo => None,
        };

        let tree = Tree::parse_wanted(&decoded.text, wanted?).ok()?;
        let reading = reading(decoded, &tree);
        let has_rows = matches!(&reading, ParsedPage::List(listing) if !listing.rows.is_empty());
        let is_article = matches!(reading, ParsedPage::Article(Extraction::Article(_)));
        let is_complete = has_rows || is_article;

        (tree.is_whole() || is_complete).then_some((Ok(tree), reading))
    }

    /// Reads the meta tags in the head of a page that is too heavy to parse: there they belong.
    fn metas_of_head(&self, html: &str) -> Metas {
        let head = &html[..html.floor_char_boundary(HEAD)];
        Tree::parse(head)
            .map(|head| Metas::read(&head, &self.reader.agent))
            .unwrap_or_default()
    }

    fn judge(&self, metas: &Metas, words: &[(String, String)]) -> Judgement {
        let (url, headers) = (&self.page.url, &self.answer.headers);
        // The files of the paper's host say nothing of photos on another host.
        let elsewhere = Reservations::default();
        let is_elsewhere = self.page.role() == Role::Photo && !self.reader.is_of_paper(url);
        let declared = Declared {
            url,
            headers,
            metas,
            words,
            files: if is_elsewhere {
                &elsewhere
            } else {
                &self.files
            },
            robots: &self.robots,
        };
        declared.judged(&self.reader.agent, &self.reader.site.opt_outs, self.at)
    }

    fn read_text(&self, html: &str, tree: &Tree, document: &Document) -> ParsedPage {
        let (page, reader) = (&self.page, &self.reader);
        let role = page.role();
        if let (false, Some(Extraction::Refused { why })) =
            (role == Role::Article, reader.articles.page_notice(html))
        {
            return ParsedPage::Refused { why };
        }

        match (role, &reader.lists) {
            (Role::Policy, _) => ParsedPage::Policy,
            (Role::Photo, _) => ParsedPage::Photo,
            (Role::Sitemap, _) => reader.sitemap(page, &self.answer),
            (Role::Article, _) => self.read_article(html, tree),
            (Role::Home, Some(lists)) => {
                let home = read_home(&lists.menu, &lists.grammar, document, tree);
                unless_moved_on(document, tree, home.sections.is_empty())
                    .unwrap_or(ParsedPage::Home(home))
            }
            (Role::Section | Role::Window | Role::ListPage, Some(lists)) => {
                let listing = lists.reader.read_tree(document, html, tree, self.at);
                unless_moved_on(document, tree, listing.rows.is_empty())
                    .unwrap_or(ParsedPage::List(listing))
            }
            (Role::Feed, _) => match reader.feed(&page.url, &self.answer.body) {
                Ok(listing) => ParsedPage::List(listing),
                Err(why) => ParsedPage::Unreadable {
                    why: why.to_string(),
                },
            },
            (Role::Home | Role::Section | Role::Window | Role::ListPage, None) => {
                self.read_links(html, tree, document)
            }
        }
    }

    fn read_article(&self, html: &str, tree: &Tree) -> ParsedPage {
        let reader = &self.reader;
        let extraction = reader.articles.read_tree(&self.page.url, html, tree);

        match extraction {
            // Without a profile, links lead to pages of all kinds.
            Extraction::NotAnArticle { why } if reader.lists_nothing() => {
                ParsedPage::NoArticle { why }
            }
            Extraction::Article(_)
            | Extraction::Members(_)
            | Extraction::Gone { .. }
            | Extraction::Refused { .. }
            | Extraction::NotAnArticle { .. } => ParsedPage::Article(extraction),
        }
    }

    /// Reads the links of an entry page: without a profile, each may be an article.
    fn read_links(&self, html: &str, tree: &Tree, document: &Document) -> ParsedPage {
        let reader = &self.reader;
        let next = document.next(tree).and_then(|next| reader.own(&next));
        let links = reader.own_links(&links(document, html), next.as_ref());
        let feeds = if self.page.role() == Role::Home {
            feeds(document, tree)
        } else {
            Vec::new()
        };

        unless_moved_on(document, tree, links.is_empty()).unwrap_or(ParsedPage::Links {
            links,
            next,
            feeds,
        })
    }
}

fn charset(decoded: Decoded<'_>) -> Charset {
    Charset {
        declared: decoded.declared,
        used: decoded.used.to_owned(),
        had_errors: decoded.had_errors,
    }
}

/// Returns where a page sends its readers, if they do not see it, or see nothing of the paper in
/// it.
fn unless_moved_on(document: &Document, tree: &Tree, is_empty: bool) -> Option<ParsedPage> {
    let refresh = document.refresh(tree)?;
    (refresh.is_at_once || is_empty).then_some(ParsedPage::Refresh { to: refresh.to })
}
