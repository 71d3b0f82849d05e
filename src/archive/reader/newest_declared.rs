//! The rights of an article that count: those of the newest fetch that told others than before.

/// The SQL of a column of an article's rights, null where nothing was ever declared.
macro_rules! newest_declared {
    ($column:literal) => {
        concat!(
            "(SELECT ",
            $column,
            " FROM article_declared JOIN declared ON declared.id = declared_id
              WHERE article_declared.article_id = article.id ORDER BY at DESC LIMIT 1)"
        )
    };
}

pub(super) use newest_declared;
