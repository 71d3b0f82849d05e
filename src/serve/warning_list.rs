//! What people should look at, in the language of the page.

use maud::{Markup, html};

use crate::archive::FieldDrift;
use crate::serve::language::Language;
use crate::serve::moment::moment;
use crate::serve::query::Wish;
use crate::status::SiteWarning;

/// Returns the warnings as a list.
pub(super) fn warning_list(wish: &Wish, warnings: &[SiteWarning<'_>]) -> Markup {
    html! {
        ul { @for warning in warnings { li { (sentence(wish.language, warning)) } } }
    }
}

fn sentence(language: Language, warning: &SiteWarning<'_>) -> Markup {
    match (language, in_korean(warning)) {
        (Language::Korean, Some(sentence)) => html! { (sentence) },
        // The reason of a server, and commands, are told in English alone.
        (Language::Korean, None) => html! { span lang="en" { (warning) } },
        (Language::English, _) => html! { (warning) },
    }
}

fn in_korean(warning: &SiteWarning<'_>) -> Option<String> {
    Some(match warning {
        SiteWarning::Told(_) => return None,
        SiteWarning::NothingKept => {
            "수집했으나 보관된 기사가 없습니다. `saseo status --failures`가 까닭을 알려 줍니다."
                .to_owned()
        }
        SiteWarning::Silent(silent) => format!(
            "‘{}’ 면에 {} (UTC)부터 새 기사가 없습니다. 지난 몇 주의 같은 시간에는 평균 {:.0}건이 있었습니다.",
            silent.section,
            moment(&silent.since),
            silent.expected
        ),
        SiteWarning::Drift(drift) => of_drift(drift),
        SiteWarning::Gap(gap) => format!(
            "{}번과 {}번 사이의 기사 번호 {}개를 한 번도 보지 못했습니다. 우연으로 보기 어렵습니다.",
            gap.after, gap.before, gap.missing
        ),
        SiteWarning::OlderGaps(gaps) => {
            format!("더 오래된 번호에도 그런 빈틈이 {gaps}곳 있습니다.")
        }
        SiteWarning::ListsUnread(lists) => {
            format!("목록 {lists}개를 아직 끝까지 읽지 못했습니다.")
        }
        SiteWarning::ListsPartial(lists) => {
            format!("목록 {lists}개는 서버가 같은 쪽을 되풀이하여 일부만 읽었습니다.")
        }
        SiteWarning::Suspended(sources) => {
            format!("응답하지 않는 피드나 사이트맵 {sources}개를 한 달에 한 번 다시 확인합니다.")
        }
    })
}

fn of_drift(drift: &FieldDrift) -> String {
    let percent = |share: f64| (share * 100.0).round();
    let field = match drift.field {
        "authors" => "기자",
        "date" => "날짜",
        "section" => "면",
        "tags" => "태그",
        "subtitle" => "부제",
        "photos" => "사진",
        "text of the usual length" => "여느 길이의 본문",
        other => other,
    };
    format!(
        "지난 하루의 기사 {}건 가운데 {} %에만 {field} 항목이 있습니다. 그 앞 한 달에는 {} %였습니다. \
         신문이 페이지를 바꾸었을 수 있습니다.",
        drift.articles,
        percent(drift.now),
        percent(drift.before)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_is_told_in_the_language_of_the_page_and_marked_where_it_is_not() {
        let told = SiteWarning::Told("its host <a> rests");
        assert_eq!(
            sentence(Language::Korean, &told).into_string(),
            "<span lang=\"en\">its host &lt;a&gt; rests</span>"
        );
        let unread = SiteWarning::ListsUnread(2);
        let korean = sentence(Language::Korean, &unread).into_string();
        assert_eq!(korean, "목록 2개를 아직 끝까지 읽지 못했습니다.");
        let english = sentence(Language::English, &unread).into_string();
        assert_eq!(english, "2 lists not yet read to the end");
    }
}
