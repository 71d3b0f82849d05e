//! AI agents that papers refuse by name, and what their makers use pages for.
//!
//! The names are those of the public list ai-robots-txt/ai.robots.txt (robots.json, commit 738c80d
//! of 22 August 2026), and the uses are what that list says of each. Left out are names that are
//! common words, tools for many purposes, search engines that also feed AI, and those of which the
//! list does not say what they do with pages.

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
pub const AI_AGENTS: [AiAgent; 82] = [
    agent("GPTBot", TRAIN),
    agent("CCBot", TRAIN),
    agent("ClaudeBot", TRAIN),
    agent("anthropic-ai", TRAIN),
    agent("Applebot-Extended", TRAIN),
    agent("Bytespider", TRAIN),
    agent("TikTokSpider", TRAIN),
    agent("meta-externalagent", TRAIN),
    agent("FacebookBot", TRAIN),
    agent("cohere-training-data-crawler", TRAIN),
    agent("AI2Bot", TRAIN),
    agent("Ai2Bot-Dolma", TRAIN),
    agent("omgili", TRAIN),
    agent("omgilibot", TRAIN),
    agent("webzio-extended", TRAIN),
    agent("Timpibot", TRAIN),
    agent("PanguBot", TRAIN),
    agent("ChatGLM-Spider", TRAIN),
    agent("CloudVertexBot", TRAIN),
    agent("Cotoyogi", TRAIN),
    agent("DeepSeekBot", TRAIN),
    agent("Factset_spyderbot", TRAIN),
    agent("FriendlyCrawler", TRAIN),
    agent("ICC-Crawler", TRAIN),
    agent("img2dataset", TRAIN),
    agent("ISSCyberRiskCrawler", TRAIN),
    agent("laion-huggingface-processor", TRAIN),
    agent("LAIONDownloader", TRAIN),
    agent("SBIntuitionsBot", TRAIN),
    agent("VelenPublicWebCrawler", TRAIN),
    agent("Kangaroo Bot", TRAIN),
    agent("Brightbot", TRAIN),
    agent("AI2Bot-DeepResearchEval", INPUT),
    agent("Amazonbot", INPUT),
    agent("Amzn-SearchBot", INPUT),
    agent("Amzn-User", INPUT),
    agent("Andibot", INPUT),
    agent("Anomura", INPUT),
    agent("atlassian-bot", INPUT),
    agent("AzureAI-SearchBot", INPUT),
    agent("ChatGPT-User", INPUT),
    agent("OAI-SearchBot", INPUT),
    agent("Claude-User", INPUT),
    agent("Claude-SearchBot", INPUT),
    agent("Cloudflare-AutoRAG", INPUT),
    agent("DuckAssistBot", INPUT),
    agent("ExaSearchBot", INPUT),
    agent("Gemini-Deep-Research", INPUT),
    agent("Google-Agent", INPUT),
    agent("Google-NotebookLM", INPUT),
    agent("GoogleAgent-Mariner", INPUT),
    agent("GoogleAgent-URLContext", INPUT),
    agent("iaskspider", INPUT),
    agent("kagi-fetcher", INPUT),
    agent("Kimi-User", INPUT),
    agent("LinerBot", INPUT),
    agent("LinkupBot", INPUT),
    agent("Manus-User", INPUT),
    agent("meta-externalfetcher", INPUT),
    agent("meta-webindexer", INPUT),
    agent("MistralAI-User", INPUT),
    agent("NotebookLM", INPUT),
    agent("PerplexityBot", INPUT),
    agent("Perplexity-User", INPUT),
    agent("PhindBot", INPUT),
    agent("Shap-User", INPUT),
    agent("TongyiBot", INPUT),
    agent("YandexAdditional", INPUT),
    agent("YandexAdditionalBot", INPUT),
    agent("YiyanBot", INPUT),
    agent("Google-Extended", BOTH),
    agent("Google-CloudVertexBot", BOTH),
    agent("cohere-ai", BOTH),
    agent("Diffbot", BOTH),
    agent("bedrockbot", BOTH),
    agent("ExaBot", BOTH),
    agent("FirecrawlAgent", BOTH),
    agent("ShapBot", BOTH),
    agent("TavilyBot", BOTH),
    agent("YouBot", BOTH),
    agent("Crawlspace", BOTH),
    agent("HenkBot", BOTH),
];

const fn agent(name: &'static str, uses: &'static [Use]) -> AiAgent {
    AiAgent { name, uses }
}

/// The source of refusals in robots.txt.
pub const ROBOTS_AGENTS: &str = "robots.txt agents";
/// The source of refusals in `ai.txt`.
pub const AI_TXT_AGENTS: &str = "ai.txt agents";

/// Returns what the refusal of an agent by a rule of a file says: `disallow: /news/`.
pub fn of_agent(agent: &AiAgent, rule: &str, source: &str) -> Vec<Statement> {
    let words = format!("user-agent: {}, {rule}", agent.name);
    let statement = |wanted: &Use| {
        let claim = Claim::Use(*wanted, UseState::Reserved);
        Statement::new(source, claim, &words)
    };
    agent.uses.iter().map(statement).collect()
}
