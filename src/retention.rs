//! How long a site's articles are kept, as its file says it.

use std::time::Duration;

use crate::archive::{RemovalExtent, RetentionRule};
use crate::config::Site;
use crate::config::site::Retention;

const DAY: u64 = 24 * 3600;

/// Returns the rule of a site; `None` where its articles are kept for ever.
pub(crate) fn retention_rule(site: &Site) -> Option<RetentionRule> {
    let Retention {
        after_days,
        access,
        bodies_only,
    } = &site.retention;
    let extent = if *bodies_only {
        RemovalExtent::Bodies
    } else {
        RemovalExtent::Everything
    };

    after_days.map(|days| RetentionRule {
        site: site.name.clone(),
        after: Duration::from_secs(u64::from(days) * DAY),
        access: access.clone(),
        extent,
    })
}

/// Returns the reason that a tombstone has of it.
pub(crate) fn retention_in_words(retention: &Retention) -> String {
    let days = retention.after_days.unwrap_or_default();
    format!("[retention] after_days = {days}")
}
