//! What the page about the crawler says, in English and in Korean.

use std::time::Duration;

use crate::cli::about::page::{PagePart, PageText};
use crate::config::units::Span;
use crate::identity::{DIRECTORY_PATH, RequestSigner};

/// What the page tells of the configuration.
pub(super) struct Crawling {
    /// The product token.
    pub agent: String,
    pub user_agent: String,
    pub contact: String,
    pub signer: Option<RequestSigner>,
    pub reach: Option<String>,
    pub why: Option<String>,
    /// Whether all sites obey what robots directives say.
    pub directives: DirectiveEffect,
    /// The least gap of the sites.
    pub gap: Duration,
    /// The time from one request to the next at one server.
    pub server_gap: Duration,
}

/// What robots directives of a page do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum DirectiveEffect {
    Obeyed,
    /// Some papers' files say otherwise.
    AsConfigured,
}

impl DirectiveEffect {
    fn in_english(self) -> &'static str {
        match self {
            Self::Obeyed => "no copy of the text, no search, no links",
            Self::AsConfigured => "obeyed, or recorded with the article",
        }
    }

    fn in_korean(self) -> &'static str {
        match self {
            Self::Obeyed => "본문을 저장하지 않고, 검색에 넣지 않고, 링크를 따라가지 않습니다",
            Self::AsConfigured => "따르거나, 기사와 함께 기록합니다",
        }
    }
}

impl Crawling {
    /// Returns the lines of a robots.txt that keep the crawler out.
    fn block(&self) -> String {
        format!("User-agent: {}\nDisallow: /", self.agent)
    }

    /// Returns the lines that slow it down.
    fn slow(&self) -> String {
        format!("User-agent: {}\nCrawl-delay: 10", self.agent)
    }

    /// Tells in English whether a request proves that it is the crawler's.
    fn signed_in_english(&self) -> String {
        let Some(signer) = &self.signer else {
            return "They are not signed: others may send this User-Agent, too.".to_owned();
        };
        let shown = signer.directory().map_or(String::new(), |site| {
            format!(" {site}{DIRECTORY_PATH} shows the key.")
        });
        format!(
            "Each of them is signed (Web Bot Auth: HTTP Message Signatures, RFC 9421) by the key \
             {}.{shown} A request without that signature is not from it.",
            signer.key_id()
        )
    }

    /// Tells the same in Korean.
    fn signed_in_korean(&self) -> String {
        let Some(signer) = &self.signer else {
            return "요청에 서명하지 않으므로, 다른 사람도 이 User-Agent를 보낼 수 있습니다."
                .to_owned();
        };
        let shown = signer.directory().map_or(String::new(), |site| {
            format!(" 이 키는 {site}{DIRECTORY_PATH} 에서 볼 수 있습니다.")
        });
        format!(
            "모든 요청은 키 {} 로 서명합니다(Web Bot Auth, HTTP Message Signatures, RFC \
             9421).{shown} 그 서명이 없는 요청은 이 로봇의 것이 아닙니다.",
            signer.key_id()
        )
    }

    fn reached_by(&self) -> &str {
        self.reach.as_deref().unwrap_or(&self.contact)
    }
}

/// The directives of robots meta tags and of `X-Robots-Tag`.
const DIRECTIVES: &str =
    "noarchive, unavailable_after, noindex, nofollow (meta robots, X-Robots-Tag)";

/// The other signals that are honoured, which need no translation. Each stands with what it does.
const SIGNALS: [(&str, &str, &str); 7] = [
    (
        "robots.txt (RFC 9309), Crawl-delay, Request-rate",
        "obeyed before every request",
        "모든 요청 전에 따릅니다",
    ),
    (
        "429, 503, Retry-After; 401, 402, 403, 451",
        "the whole host rests; a refusal is not argued with",
        "그 호스트 전체를 쉬게 하며, 거절은 그대로 받아들입니다",
    ),
    (
        "RSL 1.0 licences (License:, Link, <link rel=\"license\">)",
        "recorded; pages that need a licence server's token are not requested",
        "기록합니다. 라이선스 서버의 토큰이 필요한 페이지는 요청하지 않습니다",
    ),
    (
        "Content-Usage (IETF AIPREF), Content-Signal",
        "recorded with each article and told in every export",
        "기사마다 기록하고, 내보낼 때마다 함께 알립니다",
    ),
    (
        "TDMRep, ai.txt, noai, DisallowAITraining",
        "recorded in the same way",
        "같은 방식으로 기록합니다",
    ),
    (
        "User-agent: GPTBot (and other AI agents), Disallow",
        "recorded as a reservation against what that agent does",
        "그 에이전트가 하는 이용에 대한 거부로 기록합니다",
    ),
    (
        "AI학습 금지, AI 학습 및 활용 금지",
        "recorded as a reservation",
        "이용 거부로 기록합니다",
    ),
];

/// Returns the page in English.
pub(super) fn english(told: &Crawling) -> PageText {
    let why = told.why.clone().unwrap_or_else(|| {
        "It archives newspapers: it keeps each article as it came, with its later changes, so that \
         it can still be read when the paper no longer shows it."
            .to_owned()
    });
    let (gap, server_gap) = (Span(told.gap), Span(told.server_gap));
    let directives = [(DIRECTIVES, told.directives.in_english())];
    let signals = SIGNALS.map(|(signal, effect, _)| (signal, effect));
    let signals = listed(directives.into_iter().chain(signals));

    let blocks = vec![
        PagePart::Title(format!("About the crawler {}", told.agent)),
        PagePart::Heading("Who"),
        PagePart::Text("Its requests have this User-Agent:".to_owned()),
        PagePart::Code(told.user_agent.clone()),
        PagePart::Text(told.signed_in_english()),
        PagePart::Text(format!(
            "Write to {}. It runs saseo, a program for newspaper archives.",
            told.reached_by()
        )),
        PagePart::Heading("Why"),
        PagePart::Text(why),
        PagePart::Heading("How to block it"),
        PagePart::Text("Put these lines into the robots.txt of your host:".to_owned()),
        PagePart::Code(told.block()),
        PagePart::Text(
            "They are heard within a day. It comes without disguise: it never ignores robots.txt, \
             logs in or fills in forms. To slow it down:"
                .to_owned(),
        ),
        PagePart::Code(told.slow()),
        PagePart::Text(format!(
            "To have an article removed, write to {}.",
            told.reached_by()
        )),
        PagePart::Heading("How fast it asks"),
        PagePart::List(vec![
            "One request at a time to a host.".to_owned(),
            format!("At least {gap} from the end of each answer to the next request."),
            format!("At least {server_gap} between two requests to one server, for all its hosts."),
            "Longer gaps where answers are slow or fail, or where robots.txt asks for them."
                .to_owned(),
        ]),
        PagePart::Heading("Signals that are honoured"),
        PagePart::List(signals),
    ];
    PageText {
        language: "en",
        blocks,
    }
}

/// Returns the page in Korean.
pub(super) fn korean(told: &Crawling) -> PageText {
    let why = told.why.clone().unwrap_or_else(|| {
        "신문을 보존합니다. 기사를 받은 그대로, 나중에 바뀐 내용과 함께 남겨 두어 신문사가 더 이상 \
         보여 주지 않을 때에도 읽을 수 있게 합니다."
            .to_owned()
    });
    let (gap, server_gap) = (in_korean(told.gap), in_korean(told.server_gap));
    let directives = [(DIRECTIVES, told.directives.in_korean())];
    let signals = SIGNALS.map(|(signal, _, effect)| (signal, effect));
    let signals = listed(directives.into_iter().chain(signals));

    let blocks = vec![
        PagePart::Title(format!("수집 로봇 {} 안내", told.agent)),
        PagePart::Heading("누구인가"),
        PagePart::Text("요청에는 다음 User-Agent가 있습니다.".to_owned()),
        PagePart::Code(told.user_agent.clone()),
        PagePart::Text(told.signed_in_korean()),
        PagePart::Text(format!(
            "연락처: {}. 신문 보존 프로그램 saseo(사서)로 움직입니다.",
            told.reached_by()
        )),
        PagePart::Heading("왜 수집하는가"),
        PagePart::Text(why),
        PagePart::Heading("막는 방법"),
        PagePart::Text("호스트의 robots.txt에 다음 줄을 넣어 주세요.".to_owned()),
        PagePart::Code(told.block()),
        PagePart::Text(
            "하루 안에 반영됩니다. 신분을 숨기지 않으며, robots.txt를 무시하거나 로그인하거나 양식을 \
             채우지 않습니다. 속도를 늦추려면 다음 줄을 넣어 주세요."
                .to_owned(),
        ),
        PagePart::Code(told.slow()),
        PagePart::Text(format!(
            "기사 삭제를 원하시면 {} 앞으로 연락해 주세요.",
            told.reached_by()
        )),
        PagePart::Heading("요청 속도"),
        PagePart::List(vec![
            "한 호스트에는 한 번에 하나만 요청합니다.".to_owned(),
            format!("응답이 끝난 뒤 다음 요청까지 적어도 {gap} 기다립니다."),
            format!("한 서버에는 호스트가 여럿이어도 요청 사이에 적어도 {server_gap} 둡니다."),
            "응답이 느리거나 실패하면, 또는 robots.txt가 요구하면 더 오래 기다립니다.".to_owned(),
        ]),
        PagePart::Heading("존중하는 신호"),
        PagePart::List(signals),
    ];
    PageText {
        language: "ko",
        blocks,
    }
}

fn listed<'a>(signals: impl Iterator<Item = (&'a str, &'a str)>) -> Vec<String> {
    signals
        .map(|(signal, effect)| format!("{signal}: {effect}."))
        .collect()
}

/// Returns a time in Korean.
fn in_korean(time: Duration) -> String {
    format!("{}초", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::about::page::markdown;
    use crate::page_url::PageUrl;
    use crate::robots::Robots;

    fn told() -> Crawling {
        Crawling {
            agent: "bookbot".into(),
            user_agent: "bookbot/1 (+mailto)".into(),
            contact: "desk@library.kr".into(),
            signer: None,
            reach: None,
            why: None,
            directives: DirectiveEffect::Obeyed,
            gap: Duration::from_secs(3),
            server_gap: Duration::from_millis(500),
        }
    }

    #[test]
    fn the_lines_that_the_page_names_keep_the_crawler_out_and_slow_it_down() {
        let url = PageUrl::parse("https://paper.example/news/1").unwrap();
        let robots = |lines: &str| Robots::parse(lines.as_bytes(), "bookbot");
        assert!(robots(&told().block()).check(&url).is_err());
        assert_eq!(robots(&told().slow()).delay(), Duration::from_secs(10));
    }

    #[test]
    fn both_languages_tell_who_and_how_fast() {
        for (text, gaps) in [
            (english(&told()), ["3s", "500ms"]),
            (korean(&told()), ["3초", "0.5초"]),
        ] {
            let page = markdown(&[text]);
            for told in [
                "desk@library.kr",
                "bookbot/1 (+mailto)",
                "Disallow: /",
                gaps[0],
                gaps[1],
            ] {
                assert!(page.contains(told), "{told}: {page}");
            }
        }
    }
}
