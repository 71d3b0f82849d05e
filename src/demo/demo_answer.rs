//! The answers of the demo newspaper's server.

use crate::demo::newspaper::{Availability, DemoArticle, Newspaper};

/// One answer of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoAnswer {
    pub status: u16,
    pub content_type: &'static str,
    /// As text; [`DemoAnswer::bytes`] encodes it.
    pub body: String,
}

/// The Content-Type of photos. The body has one character a byte.
pub(super) const PNG: &str = "image/png";

/// The Content-Type of pages in EUC-KR. [`DemoAnswer::bytes`] encodes the body by it.
pub(super) const EUC_KR_PAGE: &str = "text/html; charset=euc-kr";

impl DemoAnswer {
    /// Returns the body in the encoding that its Content-Type names.
    pub fn bytes(&self) -> Vec<u8> {
        if self.content_type == EUC_KR_PAGE {
            return encoding_rs::EUC_KR.encode(&self.body).0.into_owned();
        }
        if self.content_type == PNG {
            return self.body.chars().map(|one| one as u8).collect();
        }
        self.body.clone().into_bytes()
    }
}

/// Returns a page in UTF-8.
pub(super) fn html(status: u16, body: String) -> DemoAnswer {
    DemoAnswer {
        status,
        content_type: "text/html; charset=utf-8",
        body,
    }
}

/// Returns an answer with status 200 that is no page: a robots.txt or a feed.
pub(super) fn text(content_type: &'static str, body: String) -> DemoAnswer {
    DemoAnswer {
        status: 200,
        content_type,
        body,
    }
}

/// Returns the page of the article with this number, or the CMS's alert for a deleted article.
pub(super) fn article_or_alert(
    paper: &Newspaper,
    number: Option<&String>,
    alert: &str,
    page: impl FnOnce(&DemoArticle) -> String,
) -> DemoAnswer {
    // No article has the number 0.
    let number = number.and_then(|number| number.parse().ok()).unwrap_or(0);
    let Some(article) = paper.find(number) else {
        return html(404, alert.to_owned());
    };

    match article.kind {
        Availability::Deleted => html(404, alert.to_owned()),
        Availability::DeletedWithAlert => html(200, alert.to_owned()),
        Availability::Open | Availability::MembersOnly => html(200, page(article)),
    }
}
