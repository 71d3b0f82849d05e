//! The words of the pages, in each language.

use crate::serve::language::Language;

/// Declares the words of some pages, each in English and in Korean, and lists of words.
macro_rules! words {
    (
        $(#[$about:meta])* $words:ident;
        $($name:ident: $english:literal, $korean:literal;)*
        $([$list:ident]: $english_list:expr, $korean_list:expr;)*
    ) => {
        $(#[$about])*
        #[derive(Debug)]
        pub(super) struct $words {
            $(pub $name: &'static str,)*
            $(pub $list: &'static [&'static str],)*
        }

        impl $words {
            const ENGLISH: Self = Self {
                $($name: $english,)*
                $($list: &$english_list,)*
            };

            const KOREAN: Self = Self {
                $($name: $korean,)*
                $($list: &$korean_list,)*
            };

            pub(super) fn of(language: Language) -> &'static Self {
                match language {
                    Language::Korean => &Self::KOREAN,
                    Language::English => &Self::ENGLISH,
                }
            }
        }
    };
}

pub(super) use words;

words! {
    /// The words of the pages.
    Words;
    archive: "Archive", "기사 보관소";
    skip: "Skip to the content", "본문으로 건너뛰기";
    search: "Search", "검색";
    search_hint:
        "words, \"in their order\", title: author: section: site: after: before:",
        "낱말, \"이어진 낱말\", title: author: section: site: after: before:";
    other_language: "한국어", "English";
    clocks:
        "Articles have the time of their paper. All other times are UTC.",
        "기사의 시각은 그 신문의 시각입니다. 다른 시각은 모두 UTC입니다.";
    settings: "Settings", "설정";
    colours: "Colours", "색";
    as_system: "as the system has them", "시스템 설정대로";
    light: "light", "밝게";
    dark: "dark", "어둡게";
    letters: "Text size", "글자 크기";
    normal: "normal", "보통";
    large: "large", "크게";
    largest: "largest", "아주 크게";
    keys: "Keyboard shortcuts", "단축키";
    on: "on", "켜기";
    off: "off", "끄기";
    keep: "Save", "저장";
    key_next: "the next article of a list", "목록의 다음 기사";
    key_former: "the article before", "목록의 앞 기사";
    key_search: "the search", "검색";
    key_help: "this page", "이 페이지";
    keys_need_script:
        "Keys need JavaScript. Everything else works without it.",
        "단축키에는 자바스크립트가 필요합니다. 다른 것은 모두 없어도 됩니다.";
    papers: "Papers", "신문";
    paper: "Paper", "신문";
    articles: "Articles", "기사";
    last_day: "Seen in a day", "지난 하루에 수집";
    last_week: "Seen in 7 days", "지난 7일에 수집";
    last_crawl: "Last crawl (UTC)", "마지막 수집 (UTC)";
    newest: "Newest article", "최신 기사";
    new_today: "Newly seen", "새로 수집한 기사";
    look_first: "Needs a look", "확인 필요";
    no_articles: "There are no articles.", "기사가 없습니다.";
    nothing_found: "Nothing has these words.", "이 낱말이 있는 기사가 없습니다.";
    found_instead: "No article has all of these words. Results for:", "모두 있는 기사가 없습니다. 다음의 결과입니다:";
    stories: " stories", "건으로 묶음";
    why_bare:
        "Photos, styles, scripts and links do not work here: this is the HTML that came.",
        "그림·서식·스크립트와 링크는 작동하지 않습니다. 받은 HTML만 보여 줍니다.";
    for_programs: "For programs", "프로그램용 주소";
    feed: "Feed", "피드";
    how_finished: "finished", "완료";
    field_text: "text", "본문";
    field_title: "title", "제목";
    field_modified: "time of the change", "수정 시각";
    results: " articles", "건";
    best_first: "best match first", "정확도순";
    newest_first: "newest first", "최신순";
    counts: "Counts", "집계";
    not_drawn: " articles of other days or none are not drawn", "건은 날짜가 없거나 멀어 그리지 않았습니다";
    count_all: "Count them by day, paper, section and author", "날짜·신문·면·기자별로 세기";
    in_numbers: "By date", "날짜별";
    sections: "Sections", "면";
    authors: "Authors", "기자";
    unindexed:
        " changes of articles are not in the index yet, and the oldest of them are not \
         found. This takes them in:",
        "건의 변경이 아직 색인되지 않아 오래된 것은 찾지 못합니다. 다음 명령이 색인합니다:";
    only_newest: "Of so many articles the newest are shown:", "기사가 많아 최신 기사만 보입니다:";
    sort: "Order", "정렬";
    further: "Next page", "다음 쪽";
    copies: " copies in other papers", "건이 다른 신문에 실림";
    no_title: "(without a title)", "(제목 없음)";
    no_date: "no date", "날짜 없음";
    published: "Published", "발행";
    modified: "Modified", "수정";
    seen: "First seen", "처음 본 때";
    fetched: "Fetched", "수집";
    tags: "Tags", "태그";
    source: "Address", "주소";
    versions: "Versions", "버전";
    version: "Version", "버전";
    first_version: "first", "첫 버전";
    former: "earlier", "이전 버전";
    next: "later", "다음 버전";
    what_changed: "What changed", "바뀐 내용";
    one_version:
        "There is one version: nothing changed since it was first read.",
        "버전이 하나뿐입니다. 처음 읽은 뒤로 바뀌지 않았습니다.";
    unchanged: " paragraphs unchanged", "개 문단은 그대로";
    as_it_came: "The page as it came", "받은 그대로의 페이지";
    not_kept: "The page is not kept.", "페이지가 보관되어 있지 않습니다.";
    cite: "Cite", "인용";
    photo_not_kept: "photo, not kept here", "보관되지 않은 사진";
    members_only:
        "Only members can read the whole article at its paper. This is the part that all can see.",
        "전문은 신문의 회원만 읽을 수 있습니다. 누구나 볼 수 있는 부분입니다.";
    gone: "Its paper took this article down. This is what was kept.", "신문에서 내려간 기사입니다. 보관된 내용입니다.";
    reserved:
        "The paper reserves this text. This archive shows its beginning.",
        "신문사가 이 기사의 이용을 제한하여 앞부분만 보여 드립니다.";
    damaged: "Parts of this version are damaged:", "이 버전의 일부가 손상되었습니다:";
    page_hash: "SHA-256 of the page", "페이지의 SHA-256";
    not_found: "There is no such page.", "없는 페이지입니다.";
    taken_down: "This article was taken out of the archive.", "보관소에서 삭제된 기사입니다.";
    several: "Several articles have this name.", "이 이름의 기사가 여럿 있습니다.";
    unavailable: "The archive cannot be read now.", "지금은 보관소를 읽을 수 없습니다.";
    busy:
        "Other long answers are being written: ask again in a moment.",
        "다른 긴 응답을 쓰고 있습니다. 잠시 뒤에 다시 시도하십시오.";
    broken: "The page could not be made.", "페이지를 만들지 못했습니다.";
    bad_query: "The query cannot be read.", "검색어를 읽을 수 없습니다.";
    to_start: "Home", "처음으로";
    gaps: "What may be missing", "빠졌을 수 있는 것";
    own_settings: "Settings that differ from the defaults", "기본값과 다른 설정";
    by_day: "Day by day", "날짜별";
    all_days: "All days", "모든 날짜";
    week: "Week of", "주 시작일";
    more_versions: "Revisions", "수정본";
    queued: "Queued pages", "대기 중인 페이지";
    members_articles: "For members only", "회원 전용 기사";
    withheld_pages: "Withheld at the paper's wish", "신문의 뜻에 따라 보관하지 않은 페이지";
    forbidden_pages: "Forbidden by robots.txt or a licence", "robots.txt나 이용 조건이 금지한 페이지";
    refused_pages: "Refused by the server", "서버가 거절한 페이지";
    failed_pages: "Failed pages", "실패한 페이지";
    pages_without: "Pages without an article", "기사가 없는 페이지";
    gone_articles: "Taken down by the paper", "신문사가 내린 기사";
    photos_missing: "Photos not kept", "보관하지 않은 사진";
    next_crawl: "Next crawl (UTC)", "다음 수집 (UTC)";
    pace: "Pace", "수집 간격";
    runs: "Runs", "실행 기록";
    no_runs: "No run is known.", "실행 기록이 없습니다.";
    began: "Began", "시작";
    command: "Command", "명령";
    ended_how: "End", "끝";
    goes_on: "goes on", "진행 중";
    interrupted: "interrupted", "중단됨";
    a_minute: " requests a minute", "회/분";
    queued_pages: " pages queued", "쪽 대기";
    about: "about ", "약 ";
    minutes_left: " min left", "분 남음";
    requests: "Requests", "요청";
    new_articles: "New", "새 기사";
    changed_articles: "Changed", "바뀐 기사";
    failed: "Failed", "실패";
    [weekdays]:
        ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
        ["월", "화", "수", "목", "금", "토", "일"];
}
