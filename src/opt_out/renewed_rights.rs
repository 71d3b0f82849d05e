//! The rights of a page that did not change (304): what its headers, its host's files and robots.txt
//! say now, and what the kept page says.

use crate::config::site::OptOutRules;
use crate::opt_out::Declared;
use crate::rights::{DeclaredRights, RSL, RSL_HEADER, Statement};
use crate::time::Timestamp;

impl Declared<'_> {
    /// Returns the rights from a 304 on. A header of it replaces the kept one of the same name (RFC
    /// 9111 §3.2). What stands in the page, and headers that are not named anew, stand as they were.
    pub fn renewed(
        &self,
        agent: &str,
        rules: &OptOutRules,
        now: Timestamp,
        before: &DeclaredRights,
    ) -> DeclaredRights {
        let told = self.judged(agent, rules, now).rights;
        let standing = before.statements().iter().filter(|one| !self.renews(one));
        let all = standing.chain(told.statements()).cloned();
        self.with_licences(DeclaredRights::of(all))
    }

    /// Tells whether a statement of before is one of a place that is read anew.
    fn renews(&self, before: &Statement) -> bool {
        let source = before.source.as_str();
        let is_of_file = source == "ai.txt" || source == RSL || source.ends_with(" tdmrep.json");
        if is_of_file || source.starts_with("robots.txt ") {
            return true;
        }

        let header = match source {
            "header content-usage" => "content-usage",
            "header content-signal" => "content-signal",
            RSL_HEADER => "link",
            _ if source.ends_with(" x-robots-tag") => "x-robots-tag",
            "tdm-reservation header" => "tdm-reservation",
            _ => return false,
        };
        self.headers.iter().any(|(name, _)| name == header)
    }
}
