//! Finds the photos of an unknown page's story, with the words printed below them.

use std::collections::{HashMap, HashSet};

use crate::config::profile::ArticleRules;
use crate::extract::article::Image;
use crate::extract::holder::chain;
use crate::extract::measured::captions::caption;
use crate::extract::measured::doubtful_pictures::{Doubt, doubt, is_enlarger, is_photo, side};
use crate::extract::measured::lead_photos::{
    ToldFiles, background, is_lead_by_caption, is_told_in_figure, is_told_in_linked_figure,
};
use crate::extract::measured::papers::PaperNames;
use crate::extract::measured::picture_address::{address, is_placeholder};
use crate::extract::measured::picture_cards::{
    are_items, card_of, is_in_a_link_to_a_page, linked_page,
};
use crate::extract::measured::picture_file::{are_of_two_years, file_of};
use crate::extract::page_parts::{PageParts, PagePlace, is_out};
use crate::extract::photos::image;
use crate::extract::scan::PageScan;
use crate::markup::{Node, NodeId, attribute};
use crate::page_url::PageUrl;

/// Most photos of a story: a gallery has some hundred.
const MOST: usize = 200;

/// Fewest pixels of a photo's side, where its size is told: smaller pictures are icons, and faces
/// beside names.
const LEAST_SIDE: f64 = 100.0;

/// What the photos of a page are read with.
#[derive(Clone, Copy)]
pub(super) struct PhotoHints<'h> {
    pub rules: &'h ArticleRules,
    pub url: &'h PageUrl,
    /// Title and subtitle: a picture's own words that repeat them are no caption.
    pub headlines: [Option<&'h str>; 2],
    pub papers: &'h PaperNames,
    pub paragraphs: &'h [String],
    pub writers: &'h [String],
}

/// Returns the photos of a story, in the page's order: those in the element around its headline and
/// its text, and above it those that the page's head names.
pub(super) fn images(
    page: &PageScan<'_>,
    parts: &PageParts<'_>,
    hints: PhotoHints<'_>,
) -> Vec<Image> {
    let unwanted = unwanted(page, parts, hints.rules);
    let finder = PhotoFinder {
        parts,
        hints,
        told: ToldFiles::of(page, hints.url),
        around: parts.common().id,
    };
    let mut removed: HashSet<NodeId> = HashSet::new();
    let mut doubts: HashMap<NodeId, Doubt> = HashMap::new();
    let mut found: Vec<FoundPhoto> = Vec::new();

    for node in parts.elements() {
        let parent = node.parent().map(|parent| parent.id);
        let is_inside = parent.is_some_and(|parent| removed.contains(&parent));
        let inherited = parent.and_then(|parent| doubts.get(&parent).copied());
        let doubt = doubt(&node, parts).max(inherited);
        doubts.extend(doubt.map(|doubt| (node.id, doubt)));

        let is_out = unwanted.contains(&node.id) && !node.has_name("button");
        if is_inside || is_out {
            removed.insert(node.id);
            continue;
        }
        if found.len() < MOST {
            found.extend(finder.find(node, doubt));
        }
    }
    if !found.iter().any(|photo| finder.told.have(&photo.file)) {
        found.extend(finder.foreign_lead(&unwanted));
        found.sort_by_key(|photo| photo.node);
    }
    each_once(found, parts, hints.paragraphs)
}

/// Finds out which pictures are photos of the story.
struct PhotoFinder<'f, 'a> {
    parts: &'f PageParts<'a>,
    hints: PhotoHints<'f>,
    told: ToldFiles,
    /// The element around headline and story.
    around: NodeId,
}

impl PhotoFinder<'_, '_> {
    /// Returns the photo that an element shows; `None` where it is no photo of the story.
    fn find(&self, node: Node<'_>, doubt: Option<Doubt>) -> Option<FoundPhoto> {
        let (parts, hints) = (self.parts, self.hints);
        if !is_picture(&node) {
            return None;
        }

        let url = photo(&node, parts, hints)?;
        let file = file_of(&url);
        let is_told = self.told.have(&file);
        let is_near = chain(node).any(|node| node.id == self.around);
        let is_doubtful =
            doubt.is_some_and(|doubt| !is_photo(&node, doubt)) || is_portrait(&node, hints.writers);
        let is_own = is_of_story(&node, &file, is_near, parts, (&self.told, hints.papers));
        let is_of_other = match linked_page(&node, hints.url) {
            Some(target) if is_told => target.path() == "/",
            Some(_) => !is_told_in_linked_figure(&node),
            None => false,
        };
        if !is_own || is_of_other || is_doubtful && !is_told {
            return None;
        }

        let caption = caption(&node, parts, hints.headlines, hints.papers);
        Some(FoundPhoto {
            node: node.id,
            file,
            is_near,
            card: card_of(&node, parts, hints.url).filter(|_| !is_told),
            image: image(url, caption, hints.rules),
        })
    }

    /// Returns the photo that the page's head names, where it stands above the story's end in a
    /// box that is foreign by its name: papers call the box of a lead photo a banner, a card or a
    /// teaser, too. It stands in no box that is foreign by its kind, and links nothing but a file.
    fn foreign_lead(&self, unwanted: &HashSet<NodeId>) -> Option<FoundPhoto> {
        if self.told.have_none() {
            return None;
        }

        let is_foreign = |node: &Node<'_>| {
            let mut around = chain(*node).take_while(|around| !self.parts.is_around(around));
            around.any(|around| is_out(&around) || unwanted.contains(&around.id))
        };
        let mut pictures = self.parts.everything().filter(is_picture);
        pictures.find_map(|node| {
            let is_below = self.parts.place(node.id) == PagePlace::BelowStory;
            if is_below || is_foreign(&node) || is_in_a_link_to_a_page(&node, self.hints.url) {
                return None;
            }
            let photo = self.find(node, None)?;
            self.told.have(&photo.file).then_some(photo)
        })
    }
}

/// Returns the photos, each file once. Those in cards count where the cards are the story's own.
fn each_once(found: Vec<FoundPhoto>, parts: &PageParts<'_>, paragraphs: &[String]) -> Vec<Image> {
    let mut cards: Vec<NodeId> = found.iter().filter_map(|photo| photo.card).collect();
    cards.dedup();
    let are_own = are_items(&cards, parts, paragraphs);

    let mut once = FoundPhotos::default();
    for photo in found {
        if are_own || photo.card.is_none() {
            once.add(photo);
        }
    }
    once.photos.into_iter().map(|photo| photo.image).collect()
}

/// Tells whether an element shows a picture. Those in a `noscript` are elements of the page as any
/// other.
fn is_picture(node: &Node<'_>) -> bool {
    node.has_name("img") || node.has_name("amp-img") || background(node).is_some()
}

/// Tells whether a photo belongs to the story by its place: near it, or above it where the page's
/// head names it, or, where the head names none, its
/// caption tells what is seen.
fn is_of_story(
    node: &Node<'_>,
    file: &str,
    is_near: bool,
    parts: &PageParts<'_>,
    (told, papers): (&ToldFiles, &PaperNames),
) -> bool {
    let is_above = parts.place(node.id) == PagePlace::AboveHeadline;
    let may_be_masthead = is_above || !is_near;
    if may_be_masthead && told.is_masthead(node, file, papers) && !is_told_in_figure(node) {
        return false;
    }
    let is_lead = || is_above && told.have_none() && is_lead_by_caption(node, parts);
    is_near || told.have(file) || is_lead()
}

/// Tells whether a picture's own words are the name of a writer, and nothing else. A name that is
/// printed below it may be the photographer's.
fn is_portrait(node: &Node<'_>, writers: &[String]) -> bool {
    attribute(node, "alt").is_some_and(|alt| writers.contains(&alt))
}

/// A photo, whether it stands in the element around headline and text, and the card of another
/// story around it.
struct FoundPhoto {
    node: NodeId,
    file: String,
    is_near: bool,
    card: Option<NodeId>,
    image: Image,
}

/// The photos of a story, each file once.
#[derive(Default)]
struct FoundPhotos {
    photos: Vec<FoundPhoto>,
}

impl FoundPhotos {
    /// Adds a photo. Of one file, the first counts, and one near the story before one that is not:
    /// that one is a small picture of it. Files with captions of their own are two, and those in
    /// the folders of two years.
    fn add(&mut self, photo: FoundPhoto) {
        let is_other = |known: &FoundPhoto| {
            let captions = (&known.image.caption, &photo.image.caption);
            matches!(captions, (Some(one), Some(other)) if one != other)
                || are_of_two_years(&known.image.url, &photo.image.url)
        };
        let mut same = self.photos.iter_mut().filter(|it| it.file == photo.file);
        match same.find(|known| !is_other(known)) {
            None => self.photos.push(photo),
            Some(known) if photo.is_near && !known.is_near => *known = photo,
            Some(_) => {}
        }
    }
}

/// Returns the elements that are no story wherever they stand.
fn unwanted(page: &PageScan<'_>, parts: &PageParts<'_>, rules: &ArticleRules) -> HashSet<NodeId> {
    rules
        .remove
        .iter()
        .flat_map(|remove| page.tree.all(remove))
        .filter(|node| !parts.is_around(node) && !is_enlarger(node))
        .map(|node| node.id)
        .collect()
}

/// Returns the address of a photo; `None` where the picture is none of the story.
fn photo(
    node: &Node<'_>,
    parts: &PageParts<'_>,
    PhotoHints {
        rules, url: page, ..
    }: PhotoHints<'_>,
) -> Option<String> {
    let is_other = parts.place(node.id) == PagePlace::BelowStory && !is_in_container(node, parts)
        || is_small(node);
    if is_other {
        return None;
    }

    let link = background(node).or_else(|| address(node, rules, page))?;
    let url = page.join(&link).ok()?.to_string();
    let is_no_photo = rules
        .no_photo
        .as_ref()
        .is_some_and(|pattern| pattern.is_match(&url) && !is_told_in_figure(node));
    (!is_no_photo && !is_placeholder(&url)).then_some(url)
}

fn is_in_container(node: &Node<'_>, parts: &PageParts<'_>) -> bool {
    let container = parts.container().id;
    chain(*node).any(|around| around.id == container)
}

/// Tells whether a picture is smaller than photos by its told size.
fn is_small(node: &Node<'_>) -> bool {
    ["width", "height"]
        .iter()
        .any(|name| side(node, name).is_some_and(|side| side < LEAST_SIDE))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Profile;
    use crate::markup::Tree;

    const STORY: &str =
        "한빛시 작은 책방에서 일하는 사서는 매일 아침 일곱 시에 서가의 불을 켠다고 말했다.";

    const HEAD: &str = "<meta property=og:image content='https://cdn.example/1200x800/lead.jpg'>";

    /// The paths of the photos in a page with something above its article and in its story.
    fn photos(above: &str, inside: &str) -> Vec<String> {
        photos_below(HEAD, above, inside)
    }

    fn photos_below(head: &str, above: &str, inside: &str) -> Vec<String> {
        let html = format!(
            "<head>{head}</head><main>{above}<article><h1>책방</h1>\
             <div><p>{STORY}</p>{inside}<p>{STORY}</p></div>\
             </article></main>"
        );
        let tree = Tree::parse(&html).unwrap();
        let page = PageScan::new(&tree);
        let mut parts = PageParts::new(&tree, &[STORY.to_owned()]);
        let headline = parts.elements().find(|node| node.has_name("h1"));
        parts.set_headline(headline);
        let generic = Profile::generic();
        let hints = PhotoHints {
            rules: &generic.article,
            url: &PageUrl::parse("https://paper.example/news/7").unwrap(),
            headlines: [None, None],
            papers: &PaperNames::default(),
            paragraphs: &[STORY.to_owned()],
            writers: &["Ida Frost".to_owned()],
        };
        let found = images(&page, &parts, hints).into_iter();
        found.map(|image| image.url).collect()
    }

    #[test]
    fn the_photo_that_the_pages_head_names_may_stand_above_the_article() {
        let lead = "<div class=hero><img src=https://cdn.example/400x300/lead.jpg></div>";
        let other = "<div class=hero><img src=https://cdn.example/400x300/other.jpg></div>";
        assert_eq!(photos(lead, "").len(), 1);
        assert!(photos(other, "").is_empty());
    }

    #[test]
    fn the_photo_that_the_pages_head_names_may_stand_in_a_box_with_a_foreign_name() {
        let lead = "<img src=https://cdn.example/400x300/lead.jpg>";
        for name in ["single-banner", "blog-card", "content-teaser-image"] {
            let boxed = format!("<div class={name}>{lead}</div>");
            assert_eq!(photos(&boxed, "").len(), 1, "{name}");
            assert_eq!(photos("", &boxed).len(), 1, "{name}");
            let other = boxed.replace("lead.jpg", "other.jpg");
            assert!(photos("", &other).is_empty(), "{name}");
        }
        for boxed in [
            format!("<aside><div class=banner>{lead}</div></aside>"),
            format!("<nav>{lead}</nav>"),
            format!("<div class=card><a href=/news/7>{lead}</a></div>"),
            format!("<div class=related>{lead}</div>"),
        ] {
            assert!(photos(&boxed, "").is_empty(), "{boxed}");
        }
        let both = photos(&format!("<div class=card>{lead}</div>"), lead);
        assert_eq!(both, ["https://cdn.example/400x300/lead.jpg"]);
    }

    #[test]
    fn a_small_file_above_the_article_gives_way_to_the_photo_in_it() {
        let strip = "<div class=strip><img src=https://cdn.example/120x80/lead.jpg></div>";
        let photo = "<figure><img src=https://cdn.example/1200x800/lead.jpg></figure>";
        assert_eq!(
            photos(strip, photo),
            ["https://cdn.example/1200x800/lead.jpg"]
        );
        assert_eq!(photos(strip, ""), ["https://cdn.example/120x80/lead.jpg"]);
    }

    #[test]
    fn one_file_in_two_sizes_is_one_photo_unless_each_has_a_caption_of_its_own() {
        let figure = |size: &str, caption: &str| {
            format!("<figure><img src=/{size}/a.jpg><figcaption>{caption}</figcaption></figure>")
        };
        let both = |one: &str, other: &str| figure("640", one) + &figure("1920", other);
        assert_eq!(photos("", &both("골목의 책방", "골목의 책방")).len(), 1);
        assert_eq!(photos("", &both("골목의 책방", "")).len(), 1);
        assert_eq!(photos("", &both("골목의 책방", "강가의 다리")).len(), 2);
    }

    #[test]
    fn a_picture_named_as_an_icon_is_a_photo_by_its_size_its_caption_or_the_pages_head() {
        let large = "<img src=/a.jpg width=640 height=427>";
        let told = "<img src=https://cdn.example/400x300/lead.jpg>";
        let seen = format!("<figure><img src=/a.jpg><figcaption>{STORY}</figcaption></figure>");
        for inside in [
            format!("<div class=gallery-icon>{large}</div>"),
            format!("<button class=zoom>{large}</button>"),
            format!("<figure class=media--share>{large}</figure>"),
            large.replace("src", "class=img-share src"),
            format!("<div class=zoom-icon><p>{told}</p></div>"),
            format!("<div class=profile>{told}</div>"),
            format!("<div class=icon>{seen}</div>"),
        ] {
            assert_eq!(photos("", &inside).len(), 1, "{inside}");
        }
        for inside in [
            "<div class=zoom-icon><img src=/a.jpg></div>".to_owned(),
            format!("<div class=profile>{large}</div>"),
            format!("<div class=profile>{seen}</div>"),
            "<div class=badge><img src=/a.jpg width=640 height=120></div>".to_owned(),
            format!("<div class=author-icon><p>{large}</p></div>"),
        ] {
            assert!(photos("", &inside).is_empty(), "{inside}");
        }
    }

    #[test]
    fn a_photo_that_links_a_page_of_photos_is_known_by_its_caption_or_the_pages_head() {
        let linked = |href: &str, file: &str| format!("<a href={href}><img src={file}></a>");
        let lead = "https://cdn.example/400x300/lead.jpg";
        let told = |link: &str, words: &str| {
            format!("<figure>{link}<figcaption>{words}</figcaption></figure>")
        };
        let found = |inside: &str| photos("", inside).len();

        let link = linked("/graphs/8", "/a.jpg");
        assert_eq!(found(&told(&link, STORY)), 1);
        assert_eq!(found(&linked("/slides/8", lead)), 1);
        assert_eq!(found(&linked("/", lead)), 0);
        assert_eq!(found(&told(&link, "골목")), 0);
        let card = told(&link, &format!("<a href=/graphs/8>{STORY}</a>"));
        assert_eq!(found(&card), 0);
        let card = told("<img src=/a.jpg>", STORY);
        assert_eq!(found(&format!("<a href=/graphs/8>{card}</a>")), 0);
    }

    #[test]
    fn the_portrait_of_a_writer_is_no_photo() {
        assert!(photos("", "<img src=/a.jpg alt='Ida Frost'>").is_empty());
        assert_eq!(
            photos("", "<img src=/a.jpg alt='Ida Frost on the ice'>").len(),
            1
        );
        let taken_by = "<figure><img src=/a.jpg><figcaption>Ida Frost</figcaption></figure>";
        assert_eq!(photos("", taken_by).len(), 1);
        let told = "<img src=https://cdn.example/1200x800/lead.jpg alt='Ida Frost'>";
        assert_eq!(photos("", told).len(), 1);
    }

    #[test]
    fn one_name_in_the_folders_of_two_years_is_two_photos() {
        let both = |one: u16, other: u16| format!("<img src=/{one}/a.jpg><img src=/{other}/a.jpg>");
        assert_eq!(photos("", &both(1920, 2000)).len(), 2);
        assert_eq!(photos("", &both(1920, 640)).len(), 1);
    }

    #[test]
    fn a_picture_in_the_card_of_another_story_is_no_photo() {
        let card = |heading| format!("<div><img src=/a.jpg width=300><h4>{heading}</h4></div>");
        assert!(photos("", &card("<a href=/news/8>골목</a>")).is_empty());
        for heading in ["골목", "<a href=#top>골목</a>", "<a href=/news/7>골목</a>"] {
            assert_eq!(photos("", &card(heading)).len(), 1, "{heading}");
        }
        let told = "<figure><img src=/a.jpg><figcaption>골목</figcaption></figure>";
        assert_eq!(photos("", told).len(), 1);
    }

    #[test]
    fn a_picture_beside_a_link_to_a_gallery_or_a_writer_is_a_photo() {
        for href in [
            "/gallery/8",
            "/author/gim",
            "/culture",
            "/tag/8",
            "/series/8",
            "/",
        ] {
            let card = format!("<div><img src=/a.jpg><h4><a href={href}>골목</a></h4></div>");
            assert_eq!(photos("", &card).len(), 1, "{href}");
        }
    }

    #[test]
    fn a_picture_with_a_caption_in_its_own_box_is_in_no_card() {
        let told = "<div><p><img src=/a.jpg><b class=caption>골목</b></p>\
                    <h4><a href=/news/8>골목</a></h4></div>";
        assert_eq!(photos("", told).len(), 1);
        let of_card = "<div><p><img src=/a.jpg></p><h4><a href=/news/8>골목</a></h4>\
                       <b class=caption>골목</b></div>";
        assert!(photos("", of_card).is_empty());
    }

    #[test]
    fn boxes_with_the_storys_paragraphs_between_them_are_its_own() {
        let item = |number: u8| {
            format!("<div><h3><a href=/inns/{number}>집</a></h3><img src=/{number}.jpg></div>")
        };
        let parted = [1, 2, 3].map(|number| item(number) + "<p>" + STORY + "</p>");
        assert_eq!(photos("", &parted.concat()).len(), 3);
        assert!(photos("", &[1, 2, 3].map(item).concat()).is_empty());
        assert!(photos("", &parted[..2].concat()).is_empty());
    }

    #[test]
    fn a_figure_above_the_article_whose_caption_is_a_sentence_is_its_lead() {
        let found = |head: &str, words: &str| {
            let lead = format!("<figure><img src=/a.jpg><figcaption>{words}</figcaption></figure>");
            photos_below(head, &lead, "").len()
        };
        assert_eq!(found("", STORY), 1);
        assert_eq!(found("", "골목"), 0);
        // The head names the photo of the story, and a link is a teaser.
        assert_eq!(found(HEAD, STORY), 0);
        assert_eq!(found("", &format!("<a href=/news/8>{STORY}</a>")), 0);
        let told = format!("<figure><img src=/a.jpg><figcaption>{STORY}</figcaption></figure>");
        let card = format!("<div>{told}<h3><a href=/news/8>골목</a></h3></div>");
        assert!(photos_below("", &card, "").is_empty());
        assert_eq!(photos_below("", &format!("<div>{told}</div>"), "").len(), 1);
    }
}
