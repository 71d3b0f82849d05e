//! The effect of a page's opt-outs once they are judged.

use crate::extract::{self, Article};
use crate::frontier::ParsedPage;
use crate::opt_out::Judgement;

/// Returns the words of an article that oppose uses of it.
pub(super) fn words(reading: &ParsedPage) -> &[(String, String)] {
    if let ParsedPage::Article(
        extract::Extraction::Article(article) | extract::Extraction::Members(article),
    ) = reading
    {
        &article.words
    } else {
        &[]
    }
}

/// Applies the opt-outs that are obeyed: an article loses its text, or a page's links are ignored.
pub(super) fn obedient(reading: ParsedPage, judgement: &Judgement) -> ParsedPage {
    match reading {
        ParsedPage::Article(
            extract::Extraction::Article(article) | extract::Extraction::Members(article),
        ) if let Some(why) = judgement.withholds() => {
            let bare = Article {
                paragraphs: Vec::new(),
                images: Vec::new(),
                ..*article
            };
            ParsedPage::Withheld {
                article: Box::new(told(bare, judgement)),
                why,
            }
        }
        ParsedPage::Article(extract::Extraction::Article(article)) => ParsedPage::Article(
            extract::Extraction::Article(Box::new(told(*article, judgement))),
        ),
        ParsedPage::Article(extract::Extraction::Members(article)) => ParsedPage::Article(
            extract::Extraction::Members(Box::new(told(*article, judgement))),
        ),
        ParsedPage::Home(_)
        | ParsedPage::List(_)
        | ParsedPage::Sitemap(_)
        | ParsedPage::Links { .. }
        | ParsedPage::Refresh { .. } => match judgement.keeps_links() {
            Some(why) => ParsedPage::LeftAlone {
                why: format!("its links are left alone: {why}"),
            },
            None => reading,
        },
        ParsedPage::Article(_)
        | ParsedPage::Withheld { .. }
        | ParsedPage::Photo
        | ParsedPage::WithheldPhoto { .. }
        | ParsedPage::Policy
        | ParsedPage::Unreadable { .. }
        | ParsedPage::NoArticle { .. }
        | ParsedPage::Refused { .. }
        | ParsedPage::LeftAlone { .. } => reading,
    }
}

fn told(article: Article, judgement: &Judgement) -> Article {
    Article {
        opt_outs: judgement.in_export(),
        declared_rights: judgement.rights.clone(),
        noindex: !judgement.is_searchable(),
        noimageindex: judgement.withholds_photos().is_some(),
        ..article
    }
}
