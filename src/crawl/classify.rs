//! The classes of answers: the outcome of a page, and the response class that paces the host.

use crate::crawl::refusal;
use crate::extract;
use crate::fetch::{Answer, Trouble, classify_response};
use crate::frontier::{Outcome, Page, ParsedPage};
use crate::politeness::{ResponseClass, refuses};
use crate::site_reader::{Response, SiteReader};
use crate::time::Timestamp;

/// Returns the outcome of a page. Calls `parse` for an answer with content.
pub(super) fn outcome_of(response: &Response, parse: impl FnOnce() -> ParsedPage) -> Outcome {
    let Response {
        page,
        answer,
        reader,
        ..
    } = response;

    match answer.status {
        _ if answer.is_good() => {
            let parsed = parse();
            if let ParsedPage::Refresh { to } = parsed {
                reader.judge_redirect(page, to)
            } else {
                Outcome::Read(parsed)
            }
        }
        _ if answer.is_redirect() => redirect_outcome(page, answer, reader),
        304 if page.kept().is_some() => Outcome::Unchanged,
        206 => Outcome::Failed {
            why: "a part was sent, and the whole was asked for".to_owned(),
        },
        404 | 410 => Outcome::Gone {
            why: format!("status {}", answer.status),
        },
        status if refuses(status) => Outcome::Refused {
            why: refusal::in_words(answer),
        },
        429 | 503 => Outcome::Busy,
        status => Outcome::Failed {
            why: format!("status {status}"),
        },
    }
}

/// Returns the outcome of a page without an answer.
pub(super) fn outcome_of_trouble(trouble: &Trouble) -> Outcome {
    match trouble {
        // The host had a public address when it was looked up: the trouble is the host's.
        Trouble::NoAddress { .. } | Trouble::PrivateAddress { .. } | Trouble::Connect { .. } => {
            Outcome::HostDown
        }
        Trouble::OddPort { .. } | Trouble::TooLarge { .. } => Outcome::Permanent {
            why: trouble.to_string(),
        },
        Trouble::WantsHttp1 => Outcome::AskAgain,
        Trouble::Timeout | Trouble::Broken { .. } => Outcome::Failed {
            why: trouble.to_string(),
        },
    }
}

/// Returns the response class of an answer. A page may refuse in words, with the status of a good
/// answer.
pub(super) fn response_class(
    result: Result<&Answer, &Trouble>,
    outcome: Option<&Outcome>,
    now: Timestamp,
) -> ResponseClass {
    match (classify_response(result, now), outcome) {
        (
            ResponseClass::Answered,
            Some(Outcome::Read(
                ParsedPage::Refused { .. }
                | ParsedPage::Article(extract::Extraction::Refused { .. }),
            )),
        ) => ResponseClass::Refused,
        (class, _) => class,
    }
}

/// Returns the outcome of a page that redirects.
fn redirect_outcome(page: &Page, answer: &Answer, reader: &SiteReader) -> Outcome {
    let Some(location) = answer.header("location") else {
        return Outcome::Failed {
            why: format!("status {} without a Location", answer.status),
        };
    };

    match page.url.join(location) {
        // It is the same page in other escapes. The server requires its own.
        Ok(to) if to == page.url => {
            reader.judge_redirect(page, page.url.join_as_written(location).unwrap_or(to))
        }
        Ok(to) => reader.judge_redirect(page, to),
        Err(why) => Outcome::Permanent {
            why: format!("redirected to no page: {why}"),
        },
    }
}
