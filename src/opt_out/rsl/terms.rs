//! The terms of RSL licences, and what they say about each use.

use crate::rights::{Claim, Use, UseState};

/// The kinds of users of RSL 1.0 §3.4.1.2. A licence for all of them is for everyone.
const USERS: [&str; 5] = [
    "commercial",
    "non-commercial",
    "education",
    "government",
    "personal",
];

/// The most unknown tokens that are kept, of one term and of one content.
const MOST_UNKNOWN: usize = 20;

/// The most bytes of a term's words. Nobody reads more of them.
const LONGEST_WORDS: usize = 500;

/// The terms of one `<license>`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct LicenceTerms {
    terms: Vec<Term>,
}

#[derive(Clone, Debug, PartialEq)]
struct Term {
    kind: TermKind,
    tokens: Vec<String>,
}

/// What an element of a licence is about.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TermKind {
    PermitsUsage,
    ProhibitsUsage,
    /// Permits for some users or countries.
    PermitsSome(String),
    /// Prohibits for some users or countries.
    ProhibitsSome(String),
    /// The kind of payment.
    Payment(String),
}

impl TermKind {
    /// Returns the kind of an element, by its name and type. Without a type it is about usage.
    pub(super) fn of(name: &str, kind: Option<&str>) -> Option<Self> {
        let of_type = kind.unwrap_or("usage");
        match name {
            "permits" if of_type == "usage" => Some(Self::PermitsUsage),
            "permits" => Some(Self::PermitsSome(of_type.to_owned())),
            "prohibits" if of_type == "usage" => Some(Self::ProhibitsUsage),
            "prohibits" => Some(Self::ProhibitsSome(of_type.to_owned())),
            // A payment without a kind is none that we have made.
            "payment" => Some(Self::Payment(kind.unwrap_or("unknown").to_owned())),
            _ => None,
        }
    }
}

impl LicenceTerms {
    pub(super) fn len(&self) -> usize {
        self.terms.len()
    }

    /// Adds a term with its text: tokens with spaces between them, or with commas as in the drafts.
    /// Each token is kept once, and no known one is lost behind unknown ones.
    pub(super) fn add(&mut self, kind: TermKind, text: &str) {
        let (mut tokens, mut unknown) = (Vec::new(), 0);
        for token in text.split(|c: char| c.is_whitespace() || c == ',') {
            let token = token.to_ascii_lowercase();
            if token.is_empty() || tokens.contains(&token) {
                continue;
            }

            let is_unknown = !is_known(&token) && !USERS.contains(&token.as_str());
            unknown += usize::from(is_unknown);
            if !is_unknown || unknown <= MOST_UNKNOWN {
                tokens.push(token);
            }
        }
        self.terms.push(Term { kind, tokens });
    }

    fn permits(&self) -> impl Iterator<Item = &Term> {
        let terms = self.terms.iter();
        terms.filter(|term| term.kind == TermKind::PermitsUsage)
    }

    fn prohibits(&self) -> impl Iterator<Item = &Term> {
        let terms = self.terms.iter();
        terms.filter(|term| term.kind == TermKind::ProhibitsUsage)
    }

    /// Returns the term on which all of the licence depends: a payment, or a restriction to some
    /// users or countries.
    fn condition(&self) -> Option<&Term> {
        self.terms.iter().find(|term| match &term.kind {
            TermKind::Payment(kind) => kind != "free",
            TermKind::PermitsSome(of_type) => {
                of_type != "user" || !USERS.iter().all(|user| term.has(user))
            }
            TermKind::ProhibitsSome(_) => true,
            TermKind::PermitsUsage | TermKind::ProhibitsUsage => false,
        })
    }

    /// Returns what one licence grants of a use, whatever others say.
    fn grant(&self, wanted: Use) -> Grant<'_> {
        if let Some(term) = self.permits().find(|term| term.permits(wanted)) {
            return match self.condition() {
                None => Grant::Free(term),
                Some(condition) => Grant::Conditional(condition),
            };
        }
        // RSL has no token for mining. Where training is permitted, the mining for it is not
        // reserved.
        if wanted == Use::Tdm && self.permits().any(|term| term.permits(Use::AiTrain)) {
            return Grant::Silent;
        }
        match (self.permits().next(), self.condition()) {
            (Some(others), _) => Grant::NotListed(others),
            // A licence without usages is about all of them.
            (None, Some(condition)) => Grant::Conditional(condition),
            (None, None) => Grant::Silent,
        }
    }
}

/// What one licence grants of a use.
#[derive(Clone, Copy, Debug)]
enum Grant<'t> {
    Free(&'t Term),
    /// On a condition that saseo does not meet, or cannot know.
    Conditional(&'t Term),
    /// Only other uses are permitted.
    NotListed(&'t Term),
    Silent,
}

/// Returns what licences say about each use, with the words. A prohibition counts wherever it
/// stands. Else one licence may be chosen: a free one allows, and where all that say something
/// offer nothing free, the use is reserved.
pub(super) fn claims(licences: &[LicenceTerms]) -> Vec<(Claim, String)> {
    let mut found = Vec::new();
    for wanted in Use::ALL {
        if let Some((state, term)) = judged(licences, wanted) {
            found.push((Claim::Use(wanted, state), term.words()));
        }
    }

    let terms = licences.iter().flat_map(LicenceTerms::prohibits);
    let unknown = terms.flat_map(|term| {
        let tokens = term.tokens.iter().filter(|token| !is_known(token));
        tokens.map(move |token| (Claim::Unknown(token.clone()), term.words()))
    });
    found.extend(unknown.take(MOST_UNKNOWN));
    found
}

fn judged(licences: &[LicenceTerms], wanted: Use) -> Option<(UseState, &Term)> {
    let mut prohibitions = licences.iter().flat_map(LicenceTerms::prohibits);
    if let Some(term) = prohibitions.find(|term| term.prohibits(wanted)) {
        return Some((UseState::Reserved, term));
    }

    let (mut condition, mut not_listed, mut is_silent) = (None, None, false);
    for grant in licences.iter().map(|licence| licence.grant(wanted)) {
        match grant {
            Grant::Free(term) => return Some((UseState::Allowed, term)),
            Grant::Conditional(term) => condition = condition.or(Some(term)),
            Grant::NotListed(term) => not_listed = not_listed.or(Some(term)),
            Grant::Silent => is_silent = true,
        }
    }
    let reserved = condition.or(not_listed.filter(|_| !is_silent))?;
    Some((UseState::Reserved, reserved))
}

impl Term {
    fn has(&self, token: &str) -> bool {
        self.tokens.iter().any(|one| one == token)
    }

    /// Tells whether a token of the term covers a use.
    fn permits(&self, wanted: Use) -> bool {
        let mut tokens = self.tokens.iter();
        tokens.any(|token| token_uses(token).contains(&wanted))
    }

    /// Tells whether a token of the term forbids a use. An answer needs its page in an index.
    fn prohibits(&self, wanted: Use) -> bool {
        let tokens = self.tokens.iter();
        let mut uses = tokens.map(|token| match token.as_str() {
            "ai-index" => &[Use::AiInput],
            known => token_uses(known),
        });
        uses.any(|uses| uses.contains(&wanted))
    }

    /// Returns the element as a file has it, cut to a readable length.
    fn words(&self) -> String {
        let (name, of_type) = match &self.kind {
            TermKind::PermitsUsage => ("permits", "usage"),
            TermKind::ProhibitsUsage => ("prohibits", "usage"),
            TermKind::PermitsSome(of_type) => ("permits", of_type.as_str()),
            TermKind::ProhibitsSome(of_type) => ("prohibits", of_type.as_str()),
            TermKind::Payment(kind) => ("payment", kind.as_str()),
        };
        let tokens = self.tokens.join(" ");
        let words = format!("<{name} type=\"{of_type}\">{tokens}</{name}>");
        words[..words.floor_char_boundary(LONGEST_WORDS)].to_owned()
    }
}

/// Returns the uses of a token (RSL 1.0 §3.4.1.1), also of those that the drafts of 2025 had.
fn token_uses(token: &str) -> &'static [Use] {
    match token {
        "all" => &Use::ALL,
        "ai-all" => &[Use::AiInput, Use::AiTrain],
        "ai-train" | "train-ai" | "train-genai" => &[Use::AiTrain],
        "ai-input" | "ai-use" | "ai-summarize" => &[Use::AiInput],
        "search" => &[Use::Search],
        _ => &[],
    }
}

fn is_known(token: &str) -> bool {
    token == "ai-index" || !token_uses(token).is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_tokens_are_bounded_and_hide_no_known_one() {
        let many: String = (0..500).map(|n| format!("t{n} ")).collect();
        let mut licence = LicenceTerms::default();
        for _ in 0..50 {
            licence.add(TermKind::ProhibitsUsage, &format!("{many} ai-train"));
        }
        assert_eq!(licence.terms[0].tokens.len(), MOST_UNKNOWN + 1);

        let told = claims(&[licence.clone(), licence]);
        let is_unknown = |claim: &Claim| matches!(claim, Claim::Unknown(_));
        let unknown = told.iter().filter(|(claim, _)| is_unknown(claim)).count();
        assert_eq!(unknown, MOST_UNKNOWN);
        let training = Claim::Use(Use::AiTrain, UseState::Reserved);
        assert!(told.iter().any(|(claim, _)| *claim == training));
    }

    #[test]
    fn words_are_cut_before_they_are_kept() {
        let mut licence = LicenceTerms::default();
        licence.add(
            TermKind::ProhibitsUsage,
            &format!("all {}", "책".repeat(600)),
        );
        let told = claims(&[licence]);
        assert!(told.iter().all(|(_, words)| words.len() <= LONGEST_WORDS));
    }
}
