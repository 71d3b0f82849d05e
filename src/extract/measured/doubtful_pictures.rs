//! Tells the photos among the pictures that are named as icons, buttons or faces.

use crate::extract::class_names::{ClassKind, class_words};
use crate::extract::element_words::OF_FACES;
use crate::extract::holder::chain;
use crate::extract::measured::lead_photos::is_told_in_figure;
use crate::extract::page_parts::PageParts;
use crate::markup::Node;

/// Fewest pixels of both sides of a photo by its told size: buttons and icons are smaller.
const PHOTO_SIDE: f64 = 300.0;

/// What the names of a picture, or of the elements around it, say against it. The later one says
/// more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Doubt {
    /// It is named for what stands on or beside photos, too: WordPress calls the box of each photo
    /// in a gallery an icon, and others that of a photo with buttons to share it.
    Ornament,
    /// It is named for a face or a logo, which may be as large as a photo.
    Face,
}

/// Returns what the names of an element say against the pictures in it. The story stands in none
/// of those.
pub(super) fn doubt(node: &Node<'_>, parts: &PageParts<'_>) -> Option<Doubt> {
    let is_button = node.has_name("button");
    let is_named = parts.kinds(node).has(ClassKind::NoPhoto);
    if !is_button && !is_named || parts.is_around(node) || is_enlarger(node) {
        return None;
    }

    let mut words = class_words(node).into_iter();
    let is_face = words.any(|word| OF_FACES.contains(&word.as_str()));
    Some(if is_face {
        Doubt::Face
    } else {
        Doubt::Ornament
    })
}

/// Tells whether an element is the button around a photo that shows it larger.
pub(super) fn is_enlarger(node: &Node<'_>) -> bool {
    node.has_name("button") && chain(*node).any(|around| around.has_name("figure"))
}

/// Tells whether a picture in doubt, whose file the head does not name, is a photo all the same: by
/// a caption that tells what is seen, or by its told size. A face has both as well.
pub(super) fn is_photo(picture: &Node<'_>, doubt: Doubt) -> bool {
    doubt == Doubt::Ornament && (is_told_in_figure(picture) || is_large(picture))
}

fn is_large(picture: &Node<'_>) -> bool {
    ["width", "height"]
        .iter()
        .all(|name| side(picture, name).is_some_and(|side| side >= PHOTO_SIDE))
}

/// Returns the length of a side that a picture tells, in pixels.
pub(super) fn side(picture: &Node<'_>, name: &str) -> Option<f64> {
    let told = picture.attr(name)?;
    told.trim().trim_end_matches("px").parse().ok()
}
