//! What is done about a page's wishes against uses of it, once they are judged.

use crate::extract::{self, Article};
use crate::frontier::Reading;
use crate::opt_out::Judgement;

/// The words of an article against uses of it.
pub(super) fn words(reading: &Reading) -> &[(String, String)] {
    match reading {
        Reading::Article(
            extract::Reading::Article(article) | extract::Reading::Members(article),
        ) => &article.words,
        _ => &[],
    }
}

/// Does what is obeyed: an article without its story, or a page whose links are left alone.
pub(super) fn obedient(reading: Reading, judgement: &Judgement) -> Reading {
    match reading {
        Reading::Article(
            extract::Reading::Article(article) | extract::Reading::Members(article),
        ) if let Some(why) = judgement.withholds() => {
            let bare = Article {
                paragraphs: Vec::new(),
                images: Vec::new(),
                ..*article
            };
            Reading::Withheld {
                article: Box::new(told(bare, judgement)),
                why,
            }
        }
        Reading::Article(extract::Reading::Article(article)) => Reading::Article(
            extract::Reading::Article(Box::new(told(*article, judgement))),
        ),
        Reading::Article(extract::Reading::Members(article)) => Reading::Article(
            extract::Reading::Members(Box::new(told(*article, judgement))),
        ),
        Reading::Home(_)
        | Reading::List(_)
        | Reading::Sitemap(_)
        | Reading::Links { .. }
        | Reading::Refresh { .. } => match judgement.keeps_links() {
            Some(why) => Reading::LeftAlone {
                why: format!("its links are left alone: {why}"),
            },
            None => reading,
        },
        Reading::Article(_)
        | Reading::Withheld { .. }
        | Reading::Policy
        | Reading::Unreadable { .. }
        | Reading::NoArticle { .. }
        | Reading::Refused { .. }
        | Reading::LeftAlone { .. } => reading,
    }
}

fn told(article: Article, judgement: &Judgement) -> Article {
    Article {
        opt_outs: judgement.in_export(),
        noindex: !judgement.is_searchable(),
        ..article
    }
}
