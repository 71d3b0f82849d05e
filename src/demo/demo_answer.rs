//! What the demo newspaper's server sends.

use crate::demo::newspaper::{Availability, DemoArticle, Newspaper};

/// What the server sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoAnswer {
    pub status: u16,
    pub content_type: &'static str,
    pub body: String,
}

/// The type of pages that are sent in EUC-KR.
pub(super) const EUC_KR_PAGE: &str = "text/html; charset=euc-kr";

impl DemoAnswer {
    /// Returns the body as it is sent, in the encoding that its type names.
    pub fn bytes(&self) -> Vec<u8> {
        if self.content_type == EUC_KR_PAGE {
            return encoding_rs::EUC_KR.encode(&self.body).0.into_owned();
        }
        self.body.clone().into_bytes()
    }
}

pub(super) fn html(status: u16, body: String) -> DemoAnswer {
    DemoAnswer {
        status,
        content_type: "text/html; charset=utf-8",
        body,
    }
}

pub(super) fn text(content_type: &'static str, body: String) -> DemoAnswer {
    DemoAnswer {
        status: 200,
        content_type,
        body,
    }
}

/// The page of an article by its number, or what the CMS says in its place.
pub(super) fn article_or_alert(
    paper: &Newspaper,
    number: Option<&String>,
    alert: &str,
    page: impl FnOnce(&DemoArticle) -> String,
) -> DemoAnswer {
    match paper.find(number.and_then(|number| number.parse().ok()).unwrap_or(0)) {
        None
        | Some(DemoArticle {
            kind: Availability::Deleted,
            ..
        }) => html(404, alert.to_owned()),
        Some(DemoArticle {
            kind: Availability::DeletedWithAlert,
            ..
        }) => html(200, alert.to_owned()),
        Some(article) => html(200, page(article)),
    }
}
