//! Parameters about the reader and not about the page: session ids, and marks of tracking.

use url::Url;

/// Session parameters of PHP, Java, ASP and ColdFusion, and of shops and forums in PHP.
const SESSIONS: [&str; 9] = [
    "phpsessid",
    "jsessionid",
    "sessionid",
    "session_id",
    "sessid",
    "cfid",
    "cftoken",
    "oscsid",
    "zenid",
];

/// The prefix of the parameters in which classic ASP keeps its session id.
const ASP_SESSION: &str = "aspsessionid";

/// The shortest value of `sid` that is a session id, if it has both letters and digits. `sid` may
/// also name a section or a story, as `S1N2`: those are shorter.
const SHORTEST_MIXED_SESSION: usize = 6;

/// The shortest value of `sid` that is a session id, if it has only letters or only digits. PHP's
/// shortest id has 22, and no section's name has 16.
const SHORTEST_PLAIN_SESSION: usize = 16;

/// The beginning of Java's session id, which follows the path (Servlet 4.0, 7.1.3).
const PATH_SESSION: &str = ";jsessionid=";

/// Parameters that tell where a reader came from: those of Facebook, Google, Microsoft, Yandex,
/// Instagram and Mailchimp. Parameters beginning with `utm_` are dropped as well.
const TRACKING: [&str; 8] = [
    "fbclid", "gclid", "msclkid", "yclid", "igshid", "mc_cid", "mc_eid", "_ga",
];

/// Tells whether a part of a query is about tracking, or empty.
pub(super) fn is_tracking(part: &str) -> bool {
    let key = part.split('=').next().unwrap_or_default();
    part.is_empty() || key.starts_with("utm_") || TRACKING.contains(&key)
}

/// Tells whether a part of a query is a session id.
pub(super) fn is_session(part: &str) -> bool {
    let (key, value) = part.split_once('=').unwrap_or((part, ""));
    let key = key.to_ascii_lowercase();

    SESSIONS.contains(&key.as_str())
        || key.starts_with(ASP_SESSION)
        || key == "sid" && is_session_id(value)
}

/// Tells whether a value looks like an id, and not like a number or name of a page.
fn is_session_id(value: &str) -> bool {
    let is_plain = value
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let is_mixed = value.bytes().any(|byte| byte.is_ascii_digit())
        && value.bytes().any(|byte| byte.is_ascii_alphabetic());
    let shortest = if is_mixed {
        SHORTEST_MIXED_SESSION
    } else {
        SHORTEST_PLAIN_SESSION
    };

    is_plain && value.len() >= shortest
}

/// Drops `;jsessionid=…` from a path, up to the next part of the path or the next `;`.
pub(super) fn drop_session_in_path(url: &mut Url) {
    let path = url.path();
    let Some(begin) = path.to_ascii_lowercase().find(PATH_SESSION) else {
        return;
    };

    let behind = &path[begin + 1..];
    let end = behind
        .find(['/', ';'])
        .map_or(path.len(), |length| begin + 1 + length);

    let bare = format!("{}{}", &path[..begin], &path[end..]);
    url.set_path(&bare);
}

/// Drops the parts of a query that `is_dropped` accepts.
pub(super) fn drop_parameters(url: &mut Url, is_dropped: fn(&str) -> bool) {
    let Some(query) = url.query() else { return };
    if !query.split('&').any(is_dropped) {
        return;
    }

    let kept: Vec<&str> = query.split('&').filter(|part| !is_dropped(part)).collect();
    let kept = kept.join("&");
    url.set_query(Some(kept.as_str()).filter(|query| !query.is_empty()));
}
