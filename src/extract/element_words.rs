//! The words in the names of elements (`class`, `id`, `rel`, `itemprop`) that tell what they are,
//! in several languages.

/// Words in an element's class or id that name other stories, comments and menus. Names in them are
/// those of other writers.
#[rustfmt::skip]
pub(super) const OF_OTHER_STORIES: [&str; 31] = [
    "comment", "comments", "reply", "replies", "respond", "disqus", "related", "relate",
    "recommend", "recommended", "recommendation", "recommendations", "popular", "mostread",
    "trending", "latest", "teaser", "teasers", "card", "cards", "promo", "footer", "nav", "menu",
    "rank", "ranking", "more", "next", "prev", "previous", "testimonial",
];

/// Words in an element's class or id that name side columns, buttons and advertisements. A side
/// column may name the story's writer.
#[rustfmt::skip]
pub(super) const OF_SIDE_BOXES: [&str; 32] = [
    "recirculation", "recirc", "sidebar", "promotion", "newsletter", "subscribe", "widget",
    "navbar", "navigation", "outbrain", "taboola", "ad", "ads", "advert", "advertisement",
    "sponsored", "sponsor", "banner", "cookie", "cookies", "consent", "modal", "popup", "paywall",
    "readmore", "pagination", "share", "sharing", "social", "sns", "toolbar", "login",
];

/// Words in an element's class, id, `rel` or `itemprop` that name the writer.
#[rustfmt::skip]
pub(super) const OF_WRITERS: [&str; 28] = [
    "author", "authors", "byline", "bylines", "writer", "writers", "reporter", "reporters",
    "journalist", "journalists", "autor", "autores", "autoren", "auteur", "autore", "redacteur",
    "creator", "contributor", "contributors", "columnist", "columnists", "signature", "firma",
    "assinatura", "skribent", "kolumnist", "forfatter", "yazar",
];

/// Words in an element's class or id that name the headline.
#[rustfmt::skip]
pub(super) const OF_HEADLINES: [&str; 9] = [
    "headline", "title", "titulo", "titre", "titel", "tit", "subject", "heading", "rubrik",
];

/// Words in an element's class, id or `itemprop` that name the lines under the headline.
#[rustfmt::skip]
pub(super) const OF_SUBTITLES: [&str; 18] = [
    "subtitle", "subheadline", "subheading", "subhead", "subtit", "deck", "dek",
    "standfirst", "lead", "lede", "summary", "excerpt", "intro",
    "chapo", "alternativeheadline", "vorspann", "entradilla", "ingress",
];

/// Words in an element's class that name the words below a photo.
#[rustfmt::skip]
pub(super) const OF_CAPTIONS: [&str; 14] = [
    "caption", "captions", "figcaption", "desc", "description", "legend", "legende", "cutline",
    "credit", "bildtext", "bildunterschrift", "bu", "pie", "imagecaption",
];

/// Words in the class of a picture, or of the elements around it, that name a face or a logo.
#[rustfmt::skip]
pub(super) const OF_FACES: [&str; 10] = [
    "avatar", "logo", "author", "authors", "byline", "writer", "reporter", "journalist", "profile",
    "columnist",
];

/// Words in the class of a picture, or of the elements around it, that name what stands on photos
/// or beside them.
#[rustfmt::skip]
pub(super) const OF_ORNAMENTS: [&str; 13] = [
    "icon", "icons", "emoji", "share", "social", "sns", "badge", "flag", "sprite", "tracking",
    "pixel", "spacer", "button",
];

/// Words in an element's class or id that name a breadcrumb.
#[rustfmt::skip]
pub(super) const OF_BREADCRUMBS: [&str; 11] = [
    "breadcrumb", "breadcrumbs", "crumb", "crumbs", "ariane", "filariane", "brotkrumen", "migas",
    "kruimelpad", "brodsmuler", "murupolku",
];

/// Words in an element's class or id that name the tags of a story.
#[rustfmt::skip]
pub(super) const OF_TAGS: [&str; 21] = [
    "tag", "tags", "tagged", "taglist", "keyword", "keywords", "hashtag", "hashtags", "topic",
    "topics", "thema", "themen", "theme", "themes", "tema", "temas", "temi", "etiquetas",
    "schlagworte", "emner", "emneord",
];

/// Words in an element's class or id that name the section of a story.
#[rustfmt::skip]
pub(super) const OF_SECTIONS: [&str; 15] = [
    "category", "categories", "cat", "section", "channel", "ressort", "rubric", "rubrique",
    "rubrica", "kategorie", "categoria", "categorie", "department", "seccion", "kicker",
];

/// Words of an attribute's name that give the time of something else than the publication.
#[rustfmt::skip]
pub(super) const OF_CHANGES: [&str; 11] = [
    "modified", "modify", "modification", "updated", "update", "edited", "revised", "changed",
    "expires", "expire", "event",
];
