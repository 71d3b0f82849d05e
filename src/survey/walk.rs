//! Walks the paper level by level from the home page, and asks for each page politely.

use std::collections::HashSet;

use jiff::tz::TimeZone;

use crate::archive::ArchiveError;
use crate::config::Profile;
use crate::config::profile::Menu;
use crate::deadline;
use crate::discover::{Document, FeedOf, Grammar, read_feed, read_home, read_sitemap};
use crate::fetch::{Answer, Web};
use crate::markup::Weight;
use crate::page_url::PageUrl;
use crate::survey::SurveyError;
use crate::survey::ask::{Had, SurveyRequest, Surveyor, Unasked};
use crate::survey::knowledge::Knowledge;
use crate::survey::pager;
use crate::survey::surveyed_page::SurveyedPage;

/// Levels below the home page: lists, their articles, and what only those link.
const DEPTH: usize = 4;

/// Requests that are kept for a list's second page, a feed and a sitemap, or a fifth of all where
/// that is less.
const KEPT_BACK: u64 = 3;

/// Walks the whole paper, and returns what is known of it. `profiles` are those of known CMSs.
pub(super) async fn walked<W: Web, F: FnMut(&SurveyRequest) + Send>(
    surveyor: &mut Surveyor<'_, W, F>,
    profiles: Vec<Profile>,
) -> Result<Knowledge, SurveyError> {
    let mut knowledge = Knowledge::new(home(surveyor).await?, profiles);
    walk(surveyor, &mut knowledge).await?;
    look_closer(surveyor, &mut knowledge).await?;
    knowledge.judge_profile();
    Ok(knowledge)
}

/// Asks for the home page, and follows where it moved to within the paper.
async fn home<W: Web, F: FnMut(&SurveyRequest) + Send>(
    surveyor: &mut Surveyor<'_, W, F>,
) -> Result<SurveyedPage, SurveyError> {
    let asked = surveyor.plan().home.clone();
    let mut at = asked.clone();

    let page = match had(surveyor, &asked, None, |url| at = url.clone()).await? {
        Ok(page) => page,
        Err(Unasked::Elsewhere) => {
            return Err(SurveyError::Elsewhere {
                home: asked,
                to: at,
            });
        }
        Err(why) => {
            return Err(SurveyError::NoHome {
                home: asked,
                why: why.to_string(),
            });
        }
    };

    if is_article(&page) {
        Err(SurveyError::Article { home: asked })
    } else {
        Ok(page)
    }
}

/// Asks for a page, follows its redirects within the paper, and reads it before the deadline.
/// Without a `home`, the page itself is the home page. `note` is called with each address.
async fn had<W: Web, F: FnMut(&SurveyRequest) + Send>(
    surveyor: &mut Surveyor<'_, W, F>,
    url: &PageUrl,
    home: Option<&PageUrl>,
    mut note: impl FnMut(&PageUrl),
) -> Had<SurveyedPage> {
    let mut url = url.clone();
    for _ in 0..=surveyor.plan().settings.limits.redirects {
        note(&url);
        let answer = match surveyor.ask(&url).await? {
            Ok(answer) => answer,
            Err(unasked) => return Ok(Err(unasked)),
        };
        if let Some(to) = moved(&url, &answer) {
            url = to;
            continue;
        }
        if !answer.is_good() {
            return Ok(Err(Unasked::Trouble(format!(
                "it answered with status {}",
                answer.status
            ))));
        }

        let page = read(url.clone(), home.unwrap_or(&url).clone(), answer).await;
        return Ok(match &page.refusal {
            Some(why) => Err(surveyor.over(format!("{} refuses at {url}: {why}", url.host()))),
            None => Ok(page),
        });
    }
    Ok(Err(Unasked::Trouble(
        "it is redirected too often".to_owned(),
    )))
}

/// Reads a page. A page that misses the deadline, or is too heavy, has no links.
async fn read(url: PageUrl, home: PageUrl, answer: Answer) -> SurveyedPage {
    let unread = SurveyedPage::unread(&url);
    match deadline::room(Weight::most_of(answer.body.len())).await {
        Ok(room) => {
            let read = deadline::within(deadline::BUDGET, room, move || {
                SurveyedPage::read(&url, &home, &answer)
            })
            .await;
            read.unwrap_or(unread)
        }
        Err(_) => unread,
    }
}

/// Tells whether the page that was given as home page is an article: it is not the root, and it has
/// a story and a date.
fn is_article(page: &SurveyedPage) -> bool {
    let is_root = page.url.as_url().path() == "/" && page.url.as_url().query().is_none();
    let story = page.article.as_ref();
    !is_root && story.is_some_and(|article| article.published_at.is_some())
}

/// Walks until no page is worth a request, or the requests are spent. Each level's best pages come
/// first, and then the pages that they link.
async fn walk<W: Web, F: FnMut(&SurveyRequest) + Send>(
    surveyor: &mut Surveyor<'_, W, F>,
    knowledge: &mut Knowledge,
) -> Result<(), ArchiveError> {
    let kept_back = KEPT_BACK.min(surveyor.plan().max_requests / 5);
    let mut known = HashSet::from([knowledge.home.clone()]);
    let mut level = fresh(knowledge.worth_walking(&knowledge.pages[0]), &mut known);

    for _ in 0..DEPTH {
        let mut next = Vec::new();
        while surveyor.left() > kept_back {
            let Some(url) = knowledge.choose(&level) else {
                break;
            };
            level.retain(|other| *other != url);
            if let Some(page) = visit(surveyor, knowledge, &url).await? {
                next.extend(fresh(knowledge.worth_walking(&page), &mut known));
                knowledge.pages.push(page);
            }
        }
        level = next;
    }
    Ok(())
}

/// Returns the links that were not met before.
fn fresh(links: Vec<&PageUrl>, known: &mut HashSet<PageUrl>) -> Vec<PageUrl> {
    links
        .into_iter()
        .filter(|url| known.insert((*url).clone()))
        .cloned()
        .collect()
}

/// Asks for a page, and follows its redirects within the paper.
async fn visit<W: Web, F: FnMut(&SurveyRequest) + Send>(
    surveyor: &mut Surveyor<'_, W, F>,
    knowledge: &mut Knowledge,
    url: &PageUrl,
) -> Result<Option<SurveyedPage>, ArchiveError> {
    let home = knowledge.home.clone();
    Ok(
        had(surveyor, url, Some(&home), |url| knowledge.note_asked(url))
            .await?
            .ok(),
    )
}

fn moved(url: &PageUrl, answer: &Answer) -> Option<PageUrl> {
    let to = url
        .join(answer.header("location").filter(|_| answer.is_redirect())?)
        .ok()?;
    (to != *url).then_some(to)
}

/// Asks for the sources that no link led to: a list's second page, a feed and a sitemap.
async fn look_closer<W: Web, F: FnMut(&SurveyRequest) + Send>(
    surveyor: &mut Surveyor<'_, W, F>,
    knowledge: &mut Knowledge,
) -> Result<(), ArchiveError> {
    if let Some((url, parameter)) = pager::second_page(knowledge)
        && let Some(page) = visit(surveyor, knowledge, &url).await?
    {
        knowledge.second = Some((page, parameter));
    }

    note_feeds(surveyor, knowledge).await?;
    note_sitemaps(surveyor, knowledge).await
}

/// Notes the feeds that the home page names, and asks for the first.
async fn note_feeds<W: Web, F: FnMut(&SurveyRequest) + Send>(
    surveyor: &mut Surveyor<'_, W, F>,
    knowledge: &mut Knowledge,
) -> Result<(), ArchiveError> {
    for (k, url) in named_feeds(knowledge).into_iter().enumerate() {
        let entries = if k == 0 {
            feed(surveyor, knowledge, &url).await?
        } else {
            None
        };
        knowledge.feeds.push((url, entries));
    }
    Ok(())
}

fn named_feeds(knowledge: &Knowledge) -> Vec<PageUrl> {
    let Some(tree) = knowledge.pages[0].tree() else {
        return Vec::new();
    };

    let grammar = Grammar::new(None, knowledge.home.clone());
    let document = Document::new(&knowledge.home, &tree);
    read_home(&Menu::default(), &grammar, &document, &tree).feeds
}

/// Notes the sitemaps that robots.txt names, and asks for the first.
async fn note_sitemaps<W: Web, F: FnMut(&SurveyRequest) + Send>(
    surveyor: &mut Surveyor<'_, W, F>,
    knowledge: &mut Knowledge,
) -> Result<(), ArchiveError> {
    // The protocol asks for whole addresses; some papers write a path.
    let named = surveyor
        .sitemaps()
        .iter()
        .filter_map(|address| knowledge.home.join(address).ok());

    for (k, url) in named.collect::<Vec<_>>().into_iter().enumerate() {
        let pages = if k == 0 {
            sitemap(surveyor, knowledge, &url).await?
        } else {
            None
        };
        knowledge.sitemaps.push((url, pages));
    }
    Ok(())
}

async fn feed<W: Web, F: FnMut(&SurveyRequest) + Send>(
    surveyor: &mut Surveyor<'_, W, F>,
    knowledge: &Knowledge,
    url: &PageUrl,
) -> Result<Option<usize>, ArchiveError> {
    let answer = surveyor.ask(url).await?.ok().filter(Answer::is_good);
    let Some(answer) = answer else {
        return Ok(None);
    };

    let paper = FeedOf {
        grammar: &knowledge.grammar(),
        zone: &TimeZone::UTC,
        language: "",
    };
    Ok(read_feed(paper, url, &answer.body)
        .ok()
        .map(|listing| listing.rows.len()))
}

async fn sitemap<W: Web, F: FnMut(&SurveyRequest) + Send>(
    surveyor: &mut Surveyor<'_, W, F>,
    knowledge: &Knowledge,
    url: &PageUrl,
) -> Result<Option<usize>, ArchiveError> {
    let answer = surveyor.ask(url).await?.ok().filter(Answer::is_good);
    let Some(answer) = answer else {
        return Ok(None);
    };

    let anyones = Grammar::new(None, knowledge.home.clone());
    let sitemap = read_sitemap(&anyones, &TimeZone::UTC, url, &answer.body).ok();
    Ok(sitemap.map(|sitemap| sitemap.rows.len() + sitemap.maps.len()))
}
