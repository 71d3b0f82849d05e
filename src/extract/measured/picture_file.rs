//! What the addresses of one picture's file have in common, whatever their sizes and kinds.

use std::sync::LazyLock;

use regex::Regex;

/// The endings of pictures' files.
pub(super) const PICTURES: [&str; 6] = ["jpg", "jpeg", "png", "webp", "gif", "avif"];

/// Widths in use. Another number at the end of a file's name is one of a series.
const WIDTHS: &str = "320|360|375|400|414|480|600|620|640|720|750|768|800|828|900|960|976|1000|1024\
    |1080|1200|1280|1440|1500|1536|1600|1920|2000|2048|2560|3840";

/// Names of sizes.
const SIZES: &str = "xs|small|medium|large|xlarge|xl|thumb|thumbs|thumbnail|full|original|orig\
    |preview|mobile|desktop|tablet";

/// Parameters that tell the size, the quality and the kind of a picture, and not which it is.
static SIZE_PARAMETERS: LazyLock<Regex> = LazyLock::new(|| {
    let names =
        "w|h|q|width|height|quality|fit|crop|resize|size|auto|format|fm|dpr|rect|strip|ssl|type";
    Regex::new(&format!(r"(?i)([?&])(?:(?:{names})=[^&]*(?:&|$))+")).expect("a test compiles it")
});

/// Folders that tell the size of a picture: `/800x600/`, `/w_800,h_600/`, `/width-640/`, `/640/`,
/// `/large/`, and Drupal's `/styles/large/public/`.
static SIZE_FOLDERS: LazyLock<Regex> = LazyLock::new(|| {
    let letters = r"(?:w|h|c|q|f|g|ar|dpr|fl)_[\w.:\-]+";
    let numbers = r"\d{2,4}x\d{2,4}|(?:w|h|width|height)[-=]?\d{2,4}";
    Regex::new(&format!(
        r"(?i)/(?:{numbers}|{letters}(?:,{letters})*|{WIDTHS}|{SIZES}|styles/[\w-]+/public)/"
    ))
    .expect("a test compiles it")
});

/// What services that resize put between their own name and the picture's address: Thumbor and
/// Brightspot, which sign each size with letters of its own.
static SERVICE: LazyLock<Regex> = LazyLock::new(|| {
    let thumbor =
        r"/(?:unsafe|[\w-]{16,}=)/(?:(?:fit-in|smart|\d+x\d+:\d+x\d+|-?\d+x-?\d+|filters:[^/]+)/)*";
    Regex::new(&format!(r"(?:/dims\d?/.*/$|{thumbor})")).expect("a test compiles it")
});

/// The end of a file's name that tells its size, as WordPress and others write it: `-300x200`,
/// `-scaled`, `@2x`, `-w640`, `_640px`, `_small`.
static SIZE_END: LazyLock<Regex> = LazyLock::new(|| {
    // A number alone is one of a series, whatever width it may be.
    let numbers = format!(r"\d{{2,4}}x\d{{2,4}}|w(?:{WIDTHS})|(?:{WIDTHS})(?:w|px)");
    Regex::new(&format!(
        r"(?i)(?:[-_](?:{numbers}|scaled|{SIZES})|@[1-4](?:\.\d)?x)$"
    ))
    .expect("a test compiles it")
});

/// Returns what the addresses of one file have in common. Sizes stand in the query, in a folder,
/// at the end of the name and behind it; the ending tells the kind in which it is sent.
///
/// `egg-small.jpg` and `egg-large.jpg` are one file: CMSs write such sizes on every page, and few
/// photographers name two photos so. Two photos of a story have captions of their own, by which
/// the caller tells them apart.
pub(super) fn file_of(url: &str) -> String {
    let url = url.split('#').next().unwrap_or_default();
    let (path, query) = url.split_once('?').unwrap_or((url, ""));
    let path = SERVICE.replace(path, "/");
    let path = with_folders_cut(&path);
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));

    let is_picture = PICTURES.contains(&ending.to_ascii_lowercase().as_str()) && stem != "image";
    if is_picture {
        return format!("{folder}/{}", SIZE_END.replace(stem, ""));
    }

    // Services that resize name the picture in the query.
    let query = format!("?{query}");
    let query = SIZE_PARAMETERS.replace_all(&query, "$1");
    format!("{folder}/{name}{}", query.trim_end_matches(['?', '&']))
}

/// Tells whether two addresses of one file are those of two years: `/1920/town.jpg` and
/// `/2000/town.jpg`. Such a folder beside `/640/` is a width, and beside another year it is a year:
/// the widths in use have few such numbers, and archives sort their photos by years.
pub(super) fn are_of_two_years(one: &str, other: &str) -> bool {
    let year = |url: &str| YEAR.captures(url).map(|found| found[1].to_owned());
    matches!((year(one), year(other)), (Some(one), Some(other)) if one != other)
}

/// A folder with the number of a year.
static YEAR: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"/((?:19|20)\d\d)/").expect("a test compiles it"));

/// Returns a path without its folders that tell a size. Two of them share a slash.
fn with_folders_cut(path: &str) -> String {
    let mut rest = path.to_owned();
    if let Some((before, size)) = path.rsplit_once('/')
        && SIZE_FOLDERS.is_match(&format!("/{size}/"))
        && before.contains('.')
    {
        rest = before.to_owned();
    }
    let once = SIZE_FOLDERS.replace_all(&rest, "/").into_owned();
    SIZE_FOLDERS.replace_all(&once, "/").into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_one_file_differ_in_size_and_kind_alone() {
        for (one, other) in [
            ("/p/ferry-300x200.jpg", "/p/ferry-1024x700.jpg"),
            ("/p/ferry.jpg", "/p/ferry-scaled.jpg"),
            ("/p/ferry.jpg", "/p/ferry@2x.jpg"),
            ("/p/ferry.jpg?w=300", "/p/ferry.jpg"),
            ("/p/ferry.jpg", "/p/ferry.webp"),
            ("/p/300x200/ferry.jpg", "/p/800x600/ferry.jpg"),
            ("/up/w_300,h_200/ferry.jpg", "/up/w_800/ferry.jpg"),
            (
                "/_next/image?url=%2Fferry.jpg&w=640&q=75",
                "/_next/image?url=%2Fferry.jpg&w=1920&q=75",
            ),
            ("/resize?w=640&url=a", "/resize?w=1920&url=a"),
            ("/p/ferry_640w.jpg", "/p/ferry-1280px.jpg"),
            ("/p/ferry-w640.jpg", "/p/ferry.jpg"),
            ("/p/ferry_small.jpg", "/p/ferry_large.jpg"),
            ("/p/medium/ferry.jpg", "/p/large/ferry.jpg"),
            ("/ic/640/p/ferry.jpg", "/ic/1280/p/ferry.jpg"),
            ("/p/ferry.jpg/640x360", "/p/ferry.jpg"),
            ("/16/400x300/w640/ferry.jpg", "/16/800x600/w1280/ferry.jpg"),
            (
                "/f/styles/hero_mobile/public/ferry.jpg?itok=a",
                "/f/styles/hero/public/ferry.jpg?itok=b",
            ),
            (
                "/dims4/default/a/1/crop/9x9+0+0/resize/8x5!/?url=ferry.jpg",
                "/dims4/default/b/1/crop/9x9+0+0/resize/16x11!/?url=ferry.jpg",
            ),
            (
                "/thumbor/aB3dEfGh1jKlMn0pQr=/0x0:30x20/120x80/filters:focal(1x1)/c/ferry.jpg",
                "/thumbor/xxxdEfGh1jKlMn0pQr=/0x0:30x20/60x40/filters:focal(1x1)/c/ferry.jpg",
            ),
        ] {
            assert_eq!(file_of(one), file_of(other), "{one}");
        }
    }

    #[test]
    fn pictures_of_a_series_are_files_of_their_own() {
        for (one, other) in [
            ("/p/ferry-1.jpg", "/p/ferry-2.jpg"),
            ("/p/ferry_640.jpg", "/p/ferry_1280.jpg"),
            ("/p/2026-0307-1650.jpg", "/p/2026-0307-1651.jpg"),
            ("/p/2026/03/1.jpg", "/p/2026/04/1.jpg"),
            (
                "/_next/image?url=%2F1.jpg&w=640",
                "/_next/image?url=%2F2.jpg&w=640",
            ),
            ("/photo?id=1", "/photo?id=2"),
            ("/p/w/1.jpg", "/p/h/1.jpg"),
            ("/p/ferry-large-1.jpg", "/p/ferry-large-2.jpg"),
            ("/p/dsc_0640.jpg", "/p/dsc_0641.jpg"),
            (
                "/dims4/default/a/1/resize/8x5!/?url=1.jpg",
                "/dims4/default/b/1/resize/8x5!/?url=2.jpg",
            ),
        ] {
            assert_ne!(file_of(one), file_of(other), "{one}");
        }
    }
}
