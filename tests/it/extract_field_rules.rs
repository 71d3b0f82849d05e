//! Rules for the fields of unknown pages, each with a page that only this rule reads right.
//! All pages are invented.

use crate::extract_sheet::{STORY, Sheet, json_ld, read};

const SITE: &str = "<meta property=og:site_name content='Harbour Post'>";
const JANE: [&str; 1] = ["Jane Lee"];
const WRITTEN_BY_JANE: &str = "<meta name=author content='Jane Lee'>";

fn head(head: &str) -> Sheet<'_> {
    Sheet {
        head,
        ..Sheet::default()
    }
}

fn above(above: &str) -> Sheet<'_> {
    Sheet {
        above,
        ..Sheet::default()
    }
}

fn under_headline(under_headline: &str) -> Sheet<'_> {
    Sheet {
        under_headline,
        ..Sheet::default()
    }
}

fn within(within: &str) -> Sheet<'_> {
    Sheet {
        within,
        ..Sheet::default()
    }
}

fn end(end: &str) -> Sheet<'_> {
    Sheet {
        end,
        ..Sheet::default()
    }
}

/// A page with this head and headline, and with the story's paragraphs.
fn page(head: &str, headline: &str, first: &str) -> String {
    let rest: String = STORY.iter().map(|text| format!("<p>{text}</p>")).collect();
    format!(
        "<!doctype html><html><head>{head}</head><body><div class=page>{headline}\
         <div class=story>{first}{rest}</div></div></body></html>"
    )
}

/// The files of a page's photos, and the words printed below them.
fn photos(sheet: Sheet<'_>) -> Vec<(String, Option<String>)> {
    let images = sheet.read().images.into_iter();
    let file = |url: &str| url.rsplit('/').next().unwrap_or_default().to_owned();
    images
        .map(|image| (file(&image.url), image.caption))
        .collect()
}

fn files(sheet: Sheet<'_>) -> Vec<String> {
    photos(sheet).into_iter().map(|(file, _)| file).collect()
}

fn caption(sheet: Sheet<'_>) -> Option<String> {
    photos(sheet).into_iter().find_map(|(_, caption)| caption)
}

#[test]
fn a_byline_is_known_by_its_elements_name_alone() {
    for line in [
        "<span class=author>Jane Lee</span>",
        "<p class=byline_name>Jane Lee</p>",
    ] {
        let sheet = Sheet {
            head: "<meta name=author content='Max Orr'>",
            ..under_headline(line)
        };
        assert_eq!(sheet.read().authors, JANE, "{line}");
    }
}

#[test]
fn the_month_of_a_date_behind_a_name_is_no_part_of_it() {
    for (told, name) in [
        ("Jane Lee March", "Jane Lee"),
        ("Anna Martel November", "Anna Martel"),
        ("Jane May", "Jane May"),
        ("April Moe", "April Moe"),
    ] {
        let meta = format!("<meta name=author content='{told}'>");
        assert_eq!(head(&meta).read().authors, [name], "{told}");
    }
}

#[test]
fn a_title_without_a_name_is_no_writer() {
    for title in ["기자", "논설위원", "피디"] {
        let byline = format!("<span class=author>{title}</span>");
        assert!(under_headline(&byline).read().authors.is_empty(), "{title}");
    }
}

#[test]
fn a_name_within_or_below_the_story_counts_less_than_the_head() {
    for name in [
        "<blockquote>A boat.<cite class=author>Max Orr</cite></blockquote>",
        "<div class=author>Max Orr</div>",
    ] {
        let told = Sheet {
            head: WRITTEN_BY_JANE,
            ..within(name)
        };
        assert_eq!(told.read().authors, JANE, "within: {name}");
        let told = Sheet {
            head: WRITTEN_BY_JANE,
            ..end(name)
        };
        assert_eq!(told.read().authors, JANE, "below: {name}");
    }
    assert_eq!(end("<div class=author>Jane Lee</div>").read().authors, JANE);
}

#[test]
fn an_organisation_in_json_ld_and_a_hidden_byline_give_way_to_a_printed_one() {
    let group = json_ld(r#""author":{"@type":"NewsMediaOrganization","name":"Kettle Lane"}"#);
    let printed = Sheet {
        head: &group,
        ..under_headline("<p class=author>Jane Lee</p>")
    };
    assert_eq!(printed.read().authors, JANE);

    for style in ["display:none", "color: red; display: none"] {
        let hidden = format!("<div style='{style}'><p class=author>Max Orr</p></div>");
        assert!(under_headline(&hidden).read().authors.is_empty(), "{style}");
        let photo = format!("<div style='{style}'><img src=/p/1.jpg></div>");
        assert!(files(within(&photo)).is_empty(), "{style}");
    }
}

#[test]
fn a_line_with_marks_of_sentences_is_no_name() {
    for line in [
        "Storm Warning: Stay Home",
        "Who Knows? Nobody",
        "Ferry #Harbour",
    ] {
        let meta = format!("<meta name=author content='{line}'>");
        assert!(head(&meta).read().authors.is_empty(), "{line}");
    }
}

#[test]
fn an_agencys_opening_names_its_reporter() {
    let story =
        "한빛시의 나루터에서 떠나는 배는 매일 아침 여섯 시에 섬으로 향한다고 선장이 말했다.";
    for opening in ["(한빛=연합)", "[한빛=새벽통신]"] {
        let first = format!("<p>{opening} 임꺽정 기자 = {story}</p><p>{story}</p>");
        let article = read(&page(
            "<title>나루터의 배</title>",
            "<h1>나루터의 배</h1>",
            &first,
        ));
        assert_eq!(article.authors, ["임꺽정"], "{opening}");
    }
}

#[test]
fn a_headline_that_begins_as_a_byline_is_none() {
    for title in ["By Train Across Norway", "By Max Orr"] {
        let html = page(
            &format!("<title>{title}</title>"),
            &format!("<h1>{title}</h1>"),
            "",
        );
        assert!(read(&html).authors.is_empty(), "{title}");
    }
}

#[test]
fn metas_with_addresses_papers_and_other_things_name_no_writer() {
    for meta in [
        "<meta property=article:author content='/people/jane'>",
        "<meta name=author content='Harbour Post'>",
        "<meta name=twitter:label1 content='Filed under'>\
         <meta name=twitter:data1 content='Island Life'>",
    ] {
        let told = format!("{SITE}{meta}");
        assert!(head(&told).read().authors.is_empty(), "{meta}");
    }
    let told = "<meta name=twitter:label1 content='Written by'>\
        <meta name=twitter:data1 content='Jane Lee'>";
    assert_eq!(head(told).read().authors, JANE);
}

#[test]
fn a_date_in_a_bar_of_buttons_below_the_headline_counts() {
    for names in ["share-bar", "social tools"] {
        let bar = format!("<div class='{names}'>7 March 2026, 4:50 p.m.</div>");
        let told = under_headline(&bar).read().published();
        assert!(
            told.is_some_and(|told| told.starts_with("2026-03-07T16:50")),
            "{names}"
        );
    }
}

#[test]
fn dates_above_the_headline_count_where_none_stands_below_it() {
    for date in [
        "<p>7 March 2026, 4:50 p.m.</p>",
        "<div>Harbour Desk | March 7, 2026 4:50 pm</div>",
    ] {
        let told = above(date).read().published();
        assert!(
            told.is_some_and(|told| told.starts_with("2026-03-07T16:50")),
            "{date}"
        );
    }
}

#[test]
fn a_time_far_from_the_headline_counts_only_if_it_says_publication() {
    let at = "2026-03-07T16:50:20+01:00";
    let of = |names: &str| {
        let time = format!("<time {names} datetime='{at}'>Saturday</time>");
        end(&time).read().published()
    };
    assert_eq!(of("class=published").as_deref(), Some(at));
    assert_eq!(of("pubdate").as_deref(), Some(at));
    assert_ne!(of("").as_deref(), Some(at));
    assert_ne!(of("class=day").as_deref(), Some(at));
}

#[test]
fn a_printed_update_is_the_time_of_change() {
    for line in [
        "<p>Published 7 March 2026, 4:50 pm</p><p>Updated 7 March 2026, 6:10 pm</p>",
        "<p>7 March 2026, 4:50 pm | Updated 7 March 2026, 6:10 pm</p>",
    ] {
        let article = under_headline(line).read();
        let changed = article.modified_at.map(|time| time.to_string());
        assert!(
            changed
                .as_deref()
                .is_some_and(|at| at.starts_with("2026-03-07T18:10")),
            "{line}: {changed:?}"
        );
    }
}

#[test]
fn the_day_of_an_update_is_no_guess_of_publication() {
    let changed = "<meta property=article:modified_time content=2026-03-09T10:00:00+09:00>";
    assert_eq!(head(changed).read().published(), None);
}

#[test]
fn a_headline_may_share_but_some_words_with_the_titles_of_the_head() {
    let printed = "The ferry to the island waits";
    let told = "<title>Island ferry: times and prices of the boat</title>\
        <meta property=og:title content='Island ferry: times and prices of the boat'>";
    let html = page(told, &format!("<h1>{printed}</h1>"), "");
    assert_eq!(read(&html).title.as_deref(), Some(printed));

    let other = page(told, &format!("<h2>{printed}</h2>"), "");
    assert_ne!(read(&other).title.as_deref(), Some(printed));
}

#[test]
fn the_papers_name_goes_from_a_headline_and_from_titles() {
    let ferry = Some("A ferry waits for the fog");
    let site_in_heading = page(
        &format!("{SITE}<title>A ferry waits for the fog | Harbour Post</title>"),
        "<h1>A ferry waits for the fog | Harbour Post</h1>",
        "",
    );
    assert_eq!(read(&site_in_heading).title.as_deref(), ferry);

    let escaped = page(
        "<meta property=og:title content='Bread &amp;amp; Tea at Sea'>",
        "",
        "",
    );
    assert_eq!(read(&escaped).title.as_deref(), Some("Bread & Tea at Sea"));

    let host = page(
        "<title>A ferry waits for the fog - Harbour.example</title>",
        "",
        "",
    );
    assert_eq!(read(&host).title.as_deref(), ferry);

    // Nobody names the paper, but another source has the headline without it.
    let unnamed = page(
        "<meta property=og:title content='A ferry waits for the fog – Tides &amp; More Daily News'>\
         <meta name=twitter:title content='A ferry waits for the fog'>\
         <title>A ferry waits for the fog – Tides &amp; More Daily News</title>",
        "",
        "",
    );
    assert_eq!(read(&unnamed).title.as_deref(), ferry);
}

#[test]
fn of_equal_headings_the_nearest_to_the_story_is_the_headline() {
    let bar = "<h1>The Ferry</h1><p>1 May 2020, 9:00 am</p>";
    let sheet = Sheet {
        above: bar,
        ..under_headline("<p>7 March 2026, 4:50 pm</p>")
    };
    let told = sheet.read().published();
    assert!(told.is_some_and(|told| told.starts_with("2026-03-07")));
    let subtitle = Sheet {
        above: "<h1>The Ferry</h1><p class=standfirst>All news of the day</p>",
        ..Sheet::default()
    };
    assert_eq!(subtitle.read().subtitle, None);
}

#[test]
fn tags_are_no_sentences_and_no_papers_and_stand_behind_hashes() {
    let long = "a sentence that an editor wrote where the tags of a story are asked for ".repeat(2);
    for list in [
        format!("boats, {long}, islands"),
        "boats, Harbour Post, islands".to_owned(),
        "#boats #islands".to_owned(),
    ] {
        let told = format!("{SITE}<meta name=keywords content='{list}'>");
        assert_eq!(head(&told).read().tags, ["boats", "islands"], "{list}");
    }
}

#[test]
fn links_to_tags_count_by_rel_first_and_near_the_story() {
    let other = "<aside><a rel=tag href=/x/trams>trams</a></aside>";
    let own = "<p><a rel=tag href=/x/boats>boats</a></p>";
    let both = Sheet {
        below: other,
        ..end(own)
    };
    assert_eq!(both.read().tags, ["boats"]);

    // A paper may list the tags of the story in an element that has other stories, too.
    let apart = Sheet {
        below: other,
        ..Sheet::default()
    };
    assert_eq!(apart.read().tags, ["trams"]);

    let in_a_sentence = "<p>The captain knows <a rel=tag href=/x/harbour>the old harbour</a> \
        better than anybody else on the islands, as she says.</p>";
    let linked = Sheet {
        within: in_a_sentence,
        ..end(own)
    };
    assert_eq!(linked.read().tags, ["boats"]);
}

#[test]
fn steps_that_are_papers_and_titles_are_no_sections_and_menus_no_breadcrumbs() {
    let of = |steps: &[&str]| {
        let links: String = steps
            .iter()
            .map(|step| format!("<a href=/s>{step}</a>"))
            .collect();
        let nav = format!("<div class=breadcrumb>{links}</div>");
        let sheet = Sheet {
            head: SITE,
            ..above(&nav)
        };
        sheet.read().section
    };
    let town = Some("Town");
    assert_eq!(of(&["Harbour Post", "Town"]).as_deref(), town);
    let title = "A boat that waits for nobody and that waves to everyone";
    assert_eq!(of(&[title, "Town"]).as_deref(), town);
    let menu = ["Town", "Sea", "Port", "Sport", "Books", "Music", "Food"];
    assert_eq!(of(&menu), None);
}

#[test]
fn a_path_within_a_menu_is_a_breadcrumb() {
    for names in ["nav-path", "nav location"] {
        let nav = format!("<div class='{names}'><a href=/>Home</a><a href=/t>Town</a></div>");
        assert_eq!(
            above(&nav).read().section.as_deref(),
            Some("Town"),
            "{names}"
        );
    }
}

#[test]
fn a_subtitle_may_stand_in_json_ld_and_is_no_paragraph() {
    let told = json_ld(r#""alternativeHeadline":"A boat that waits for nobody""#);
    let line = Some("A boat that waits for nobody".to_owned());
    assert_eq!(head(&told).read().subtitle, line);

    let lead = format!("<div class=lead>{}</div>", STORY[1]);
    assert_eq!(under_headline(&lead).read().subtitle, None);
    let again = "<p class=subtitle>The ferry</p>";
    assert_eq!(under_headline(again).read().subtitle, None);
}

#[test]
fn photos_stand_around_headline_and_story() {
    let outside = "</div><img src=/p/top.jpg><div class=page>";
    assert!(files(above(outside)).is_empty());
    assert_eq!(files(above("<img src=/p/top.jpg>")), ["top.jpg"]);

    let behind = "</div><img src=/p/next.jpg><div>";
    assert!(files(end(behind)).is_empty());
    assert_eq!(files(end("<img src=/p/last.jpg>")), ["last.jpg"]);
}

#[test]
fn the_largest_address_of_a_set_is_the_photos() {
    for set in [
        "/p/1-900.jpg 900w, /p/1-400.jpg 400w",
        "/p/1-300.jpg 300w, /p/1-900.jpg 900w, /p/1-400.jpg 400w",
        "/p/1-900.jpg 2x, /p/1-400.jpg 1x",
    ] {
        let image = format!("<img srcset='{set}'>");
        assert_eq!(files(within(&image)), ["1-900.jpg"], "{set}");
    }
}

#[test]
fn small_pictures_and_those_in_removed_boxes_are_no_photos() {
    for picture in [
        "<img src=/p/7.jpg width=40>",
        "<img src=/p/7.jpg height='60px'>",
        "<noscript><img src=/p/7.jpg width=40></noscript>",
        "<ins><img src=/p/7.jpg></ins>",
        "<div class=sns><p><img src=/p/7.jpg></p></div>",
    ] {
        assert!(files(within(picture)).is_empty(), "{picture}");
    }
    assert_eq!(files(within("<img src=/p/7.jpg width=640>")), ["7.jpg"]);
}

#[test]
fn captions_are_the_words_below_a_photo_alone() {
    for box_of_photo in [
        "<figure><img src=/p/1.jpg><figcaption><strong>The pier</strong>\
         <span class=caption-text>Crates on deck</span></figcaption></figure>",
        "<figure><img src=/p/1.jpg>\
         <figcaption>Crates on deck<button>Enlarge</button></figcaption></figure>",
        "<figure><img src=/p/1.jpg></figure><p class=caption>Crates on deck</p>",
        "<img src=/p/1.jpg alt='Crates on deck'>",
    ] {
        let words = caption(within(box_of_photo));
        assert_eq!(words.as_deref(), Some("Crates on deck"), "{box_of_photo}");
    }
    for alt in ["The Ferry", "crates.png", "Crates 7.jpg"] {
        let image = format!("<img src=/p/1.jpg alt='{alt}'>");
        assert_eq!(caption(within(&image)), None, "{alt}");
    }
}
