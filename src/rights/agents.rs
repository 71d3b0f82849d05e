//! AI agents that papers refuse by name, and what their makers use pages for.
//!
//! The list is written from general knowledge. It was not compared with the public list
//! ai-robots-txt/ai.robots.txt (MIT).

use crate::rights::{Claim, Statement, Use, UseState};

/// An AI agent and the uses that refusing it reserves.
#[derive(Debug, PartialEq, Eq)]
pub struct AiAgent {
    /// The product token.
    pub name: &'static str,
    uses: &'static [Use],
}

const TRAIN: &[Use] = &[Use::AiTrain];
const INPUT: &[Use] = &[Use::AiInput];
const BOTH: &[Use] = &[Use::AiInput, Use::AiTrain];

/// The agents that are known.
pub const AI_AGENTS: [AiAgent; 24] = [
    agent("GPTBot", TRAIN),
    agent("CCBot", TRAIN),
    agent("ClaudeBot", TRAIN),
    agent("anthropic-ai", TRAIN),
    agent("Google-Extended", BOTH),
    agent("Applebot-Extended", TRAIN),
    agent("Bytespider", TRAIN),
    agent("meta-externalagent", TRAIN),
    agent("FacebookBot", TRAIN),
    agent("cohere-ai", TRAIN),
    agent("cohere-training-data-crawler", TRAIN),
    agent("AI2Bot", TRAIN),
    agent("Diffbot", TRAIN),
    agent("omgili", TRAIN),
    agent("omgilibot", TRAIN),
    agent("Timpibot", TRAIN),
    agent("PanguBot", TRAIN),
    agent("ChatGPT-User", INPUT),
    agent("OAI-SearchBot", INPUT),
    agent("Claude-User", INPUT),
    agent("Claude-SearchBot", INPUT),
    agent("PerplexityBot", INPUT),
    agent("Perplexity-User", INPUT),
    agent("meta-externalfetcher", INPUT),
];

const fn agent(name: &'static str, uses: &'static [Use]) -> AiAgent {
    AiAgent { name, uses }
}

/// Returns what the refusal of an agent says.
pub fn of_agent(agent: &AiAgent) -> Vec<Statement> {
    let words = format!("User-agent: {}, Disallow: /", agent.name);
    let statement = |wanted: &Use| {
        let claim = Claim::Use(*wanted, UseState::Reserved);
        Statement::new("robots.txt agents", claim, &words)
    };
    agent.uses.iter().map(statement).collect()
}
