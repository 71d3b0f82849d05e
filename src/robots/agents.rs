//! The AI agents that a robots.txt refuses by name, where it is open to others.

use crate::page_url::PageUrl;
use crate::rights::{AiAgent, Statement, of_agent};
use crate::robots::rules::{PathRules, PathVerdict};

/// The agents that a file names with rules against them.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct RefusedAgents {
    /// The rules for everyone who is not named.
    everyone: PathRules,
    /// Agents with equal rules stand together: most files have one list of them.
    groups: Vec<(PathRules, Vec<&'static AiAgent>)>,
}

impl RefusedAgents {
    pub(super) fn new(everyone: PathRules) -> Self {
        Self {
            everyone,
            groups: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, agent: &'static AiAgent, rules: PathRules) {
        match self.groups.iter_mut().find(|(known, _)| *known == rules) {
            Some((_, agents)) => agents.push(agent),
            None => self.groups.push((rules, vec![agent])),
        }
    }

    /// Returns what the refusals of a file say of a page. A page that is refused to everyone says
    /// nothing about AI.
    pub(super) fn of(&self, url: &PageUrl, source: &str) -> Vec<Statement> {
        let refusal = |rules: &PathRules| match rules.judge(url.path_and_query(), "*") {
            PathVerdict::Forbidden(rule) => Some(rule),
            PathVerdict::Allowed(_) => None,
        };
        if self.groups.is_empty() || refusal(&self.everyone).is_some() {
            return Vec::new();
        }

        let mut found = Vec::new();
        for (rules, agents) in &self.groups {
            if let Some(rule) = refusal(rules) {
                let told = agents.iter();
                found.extend(told.flat_map(|agent| of_agent(agent, &rule, source)));
            }
        }
        found
    }
}
