//! The walk: spider's Website wishes for pages, level by level, and each wish is granted politely or not at all.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use spider::fetcher::{FetchContext, RemoteFetcher};
use spider::utils::PageResponse;
use spider::website::Website;
use tokio::sync::{mpsc, oneshot};

use crate::config::profile::Menu;
use crate::discover::{Document, FeedOf, Grammar, read_feed, read_home, read_sitemap};
use crate::fetch::{Answer, Web};
use crate::in_time;
use crate::markup::Weight;
use crate::page_url::PageUrl;
use crate::survey::SurveyError;
use crate::survey::ask::{Asked, Asker, Unasked};
use crate::survey::list;
use crate::survey::page::Page;
use crate::survey::plan::Knowledge;

/// From the home page to a list, and to what only lists link.
const DEPTH: usize = 4;
/// spider wishes for all pages of a level at once, in no order: the order is the plan's.
const WISHES: usize = 10_000;
/// spider may think less worth a wish than it was told of; so long it is waited for.
const BREATH: Duration = Duration::from_millis(200);
/// Requests that are kept for a list's second page, a feed and a sitemap, where as many as a fifth may be.
const KEPT_BACK: u64 = 3;

/// A page that spider wishes to see, and where to send its links.
struct Wish {
    url: String,
    granted: oneshot::Sender<String>,
}

/// spider's way to us.
struct Desk {
    wishes: mpsc::UnboundedSender<Wish>,
}

#[async_trait::async_trait]
impl RemoteFetcher for Desk {
    async fn fetch(&self, wish: FetchContext<'_>) -> PageResponse {
        let (granted, links) = oneshot::channel();
        // Where nobody listens any more, or a wish is not granted, the page is one without links.
        let _ = self.wishes.send(Wish { url: wish.url.to_owned(), granted });
        let content = Some(links.await.unwrap_or_default().into_bytes());
        let status_code = spider::reqwest::StatusCode::OK;
        PageResponse { content, status_code, final_url: Some(wish.url.to_owned()), ..PageResponse::default() }
    }
}

/// Asks for the home page, and follows where it moved to within the paper.
pub(super) async fn home<W: Web, F: FnMut(&Asked) + Send>(asker: &mut Asker<W, F>) -> Result<Page, SurveyError> {
    let asked = asker.plan().home.clone();
    let no_home = |why: String| SurveyError::NoHome { home: asked.clone(), why };
    let page = match had(asker, &asked, None, |_| {}).await {
        Ok(page) => page,
        Err((to, Unasked::Elsewhere)) => return Err(SurveyError::Elsewhere { home: asked, to }),
        Err((_, why)) => return Err(no_home(why.to_string())),
    };
    if is_article(&page) { Err(SurveyError::Article { home: asked }) } else { Ok(page) }
}

/// Asks for a page, follows where it moved to within the paper, and reads it within its time: one that takes longer has no
/// links. Without a home page it is the home page. What was not had is told with its address.
async fn had<W: Web, F: FnMut(&Asked) + Send>(
    asker: &mut Asker<W, F>,
    url: &PageUrl,
    home: Option<&PageUrl>,
    mut note: impl FnMut(&PageUrl),
) -> Result<Page, (PageUrl, Unasked)> {
    let mut url = url.clone();
    for _ in 0..=asker.plan().settings.limits.redirects {
        note(&url);
        let answer = asker.ask(&url).await.map_err(|why| (url.clone(), why))?;
        if let Some(to) = moved(&url, &answer) {
            url = to;
            continue;
        }
        if !answer.is_good() {
            return Err((url, Unasked::Trouble(format!("it answered with status {}", answer.status))));
        }
        let (at, home) = (url.clone(), home.unwrap_or(&url).clone());
        let room = in_time::room(Weight::most_of(answer.body.len())).await;
        let read = match room {
            Ok(room) => in_time::within(in_time::BUDGET, room, move || Page::read(&at, &home, &answer)).await,
            Err(why) => Err(why),
        };
        let page = read.unwrap_or_else(|_| Page::unread(&url));
        return match &page.refusal {
            Some(why) => Err((url.clone(), asker.over(format!("{} refuses at {url}: {why}", url.host())))),
            None => Ok(page),
        };
    }
    Err((url, Unasked::Trouble("it is redirected too often".to_owned())))
}

/// A home page may read like an article; what stands below the root and does so is one.
fn is_article(page: &Page) -> bool {
    let is_root = page.url.as_url().path() == "/" && page.url.as_url().query().is_none();
    let declares = |article: &crate::extract::Article| article.published_at.is_some();
    !is_root && page.article.as_ref().is_some_and(declares)
}

/// Walks until nothing more is worth a request, or the requests are spent.
pub(super) async fn walk<W: Web, F: FnMut(&Asked) + Send>(asker: &mut Asker<W, F>, knowledge: &mut Knowledge) {
    let (wishes, wished) = mpsc::unbounded_channel();
    let mut website = Website::new(knowledge.home.as_str());
    website
        .with_respect_robots_txt(false)
        .with_ignore_sitemap(true)
        .with_depth(DEPTH)
        .with_concurrency_limit(Some(WISHES))
        .with_shared_remote_fetcher(Arc::new(Desk { wishes }));
    let walking = async move {
        website.crawl_raw().await;
        // The last sender goes with it, and so the granting ends.
        drop(website);
    };
    tokio::join!(Box::pin(walking), grant(asker, knowledge, wished));
}

/// The wishes that came in and are not granted yet.
struct Open {
    wishes: Vec<(PageUrl, Wish)>,
    wished: mpsc::UnboundedReceiver<Wish>,
    /// Links that spider was told of, and has not wished for yet.
    expected: HashSet<PageUrl>,
    /// Wished for once: spider does not wish again.
    known: HashSet<PageUrl>,
}

impl Open {
    fn take(&mut self, wish: Wish) {
        // spider names addresses as they stand in the links that it was given.
        if let Ok(url) = PageUrl::parse(&html_escape::decode_html_entities(&wish.url)) {
            self.expected.remove(&url);
            self.known.insert(url.clone());
            self.wishes.push((url, wish));
        }
    }

    /// Waits for all wishes of a level, or of what spider thinks worth a wish; `false` where it has none left.
    async fn fill(&mut self, breath: impl Future<Output = ()>) -> bool {
        let Some(first) = self.wished.recv().await else { return false };
        self.take(first);
        let mut breath = Box::pin(breath);
        while !self.expected.is_empty() {
            tokio::select! {
                Some(wish) = self.wished.recv() => self.take(wish),
                () = &mut breath => break,
            }
        }
        self.expected.clear();
        true
    }

    fn grant(&mut self, url: &PageUrl, links: &[&PageUrl]) {
        let Some(at) = self.wishes.iter().position(|(wish, _)| wish == url) else { return };
        let (_, wish) = self.wishes.swap_remove(at);
        self.expected.extend(links.iter().filter(|link| !self.known.contains(**link)).map(|link| (*link).clone()));
        let line = |url: &&PageUrl| {
            let href = html_escape::encode_double_quoted_attribute(url.as_str());
            format!("<a href=\"{href}\">_</a>\n")
        };
        let lines: String = links.iter().map(line).collect();
        // Where spider has gone there is nobody to tell.
        let _ = wish.granted.send(format!("<html><body>{lines}</body></html>"));
    }
}

/// Grants wishes, the best first, until spider has none left.
async fn grant<W: Web, F: FnMut(&Asked) + Send>(
    asker: &mut Asker<W, F>,
    knowledge: &mut Knowledge,
    wished: mpsc::UnboundedReceiver<Wish>,
) {
    let (wishes, expected, known) = (Vec::new(), HashSet::new(), HashSet::new());
    let mut open = Open { wishes, wished, expected, known };
    let kept_back = KEPT_BACK.min(asker.plan().max_requests / 5);
    while open.fill(asker.breathe(BREATH)).await {
        // The home page was had already.
        open.grant(&knowledge.home, &knowledge.worth_walking(&knowledge.pages[0]));
        while asker.left() > kept_back {
            let urls: Vec<PageUrl> = open.wishes.iter().map(|(url, _)| url.clone()).collect();
            let Some(url) = knowledge.choose(&urls) else { break };
            if let Some(page) = visit(asker, knowledge, &url).await {
                open.grant(&url, &knowledge.worth_walking(&page));
                knowledge.pages.push(page);
            }
        }
        open.wishes.clear();
    }
}

/// Asks for a page; one that moved within the paper is asked for where it moved to.
async fn visit<W: Web, F: FnMut(&Asked) + Send>(
    asker: &mut Asker<W, F>,
    knowledge: &mut Knowledge,
    url: &PageUrl,
) -> Option<Page> {
    let home = knowledge.home.clone();
    had(asker, url, Some(&home), |url| knowledge.note_asked(url)).await.ok()
}

fn moved(url: &PageUrl, answer: &Answer) -> Option<PageUrl> {
    let to = url.join(answer.header("location").filter(|_| answer.is_redirect())?).ok()?;
    (to != *url).then_some(to)
}

/// Asks what no link led to: a list's second page, a feed and a sitemap.
pub(super) async fn look_closer<W: Web, F: FnMut(&Asked) + Send>(asker: &mut Asker<W, F>, knowledge: &mut Knowledge) {
    if let Some((url, parameter)) = list::second_page(knowledge)
        && let Some(page) = visit(asker, knowledge, &url).await
    {
        knowledge.second = Some((page, parameter));
    }
    let grammar = Grammar::new(None, knowledge.home.clone());
    let home = knowledge.pages[0].tree();
    let feeds = home.map(|tree| {
        let document = Document::new(&knowledge.home, &tree);
        read_home(&Menu::default(), &grammar, &document, &tree).feeds
    });
    for (k, url) in feeds.unwrap_or_default().into_iter().enumerate() {
        let entries = if k == 0 { feed(asker, knowledge, &url).await } else { None };
        knowledge.feeds.push((url, entries));
    }
    // The protocol asks for whole addresses; some papers write a path.
    let named = asker.sitemaps().iter().filter_map(|address| knowledge.home.join(address).ok());
    for (k, url) in named.collect::<Vec<_>>().into_iter().enumerate() {
        let pages = if k == 0 { sitemap(asker, knowledge, &url).await } else { None };
        knowledge.sitemaps.push((url, pages));
    }
}

async fn feed<W: Web, F: FnMut(&Asked) + Send>(
    asker: &mut Asker<W, F>,
    knowledge: &Knowledge,
    url: &PageUrl,
) -> Option<usize> {
    let answer = asker.ask(url).await.ok().filter(Answer::is_good)?;
    let paper = FeedOf { grammar: &knowledge.grammar(), zone: &TimeZone::UTC, language: "" };
    let listing = read_feed(paper, url, &answer.body).ok()?;
    Some(listing.rows.len())
}

async fn sitemap<W: Web, F: FnMut(&Asked) + Send>(
    asker: &mut Asker<W, F>,
    knowledge: &Knowledge,
    url: &PageUrl,
) -> Option<usize> {
    let answer = asker.ask(url).await.ok().filter(Answer::is_good)?;
    let anyones = Grammar::new(None, knowledge.home.clone());
    let sitemap = read_sitemap(&anyones, &TimeZone::UTC, url, &answer.body).ok()?;
    Some(sitemap.rows.len() + sitemap.maps.len())
}
