//! The tools, each with its name, its schemas and its work.

use rmcp::handler::server::tool::{schema_for_input, schema_for_output};
use rmcp::model::{JsonObject, Tool, ToolAnnotations};
use rmcp::schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::archive::Reader;
use crate::mcp::ToolDesk;
use crate::mcp::article_tool::{ArticleAnswer, ArticleArguments, read_article};
use crate::mcp::coverage_tool::{CoverageAnswer, CoverageArguments, read_coverage};
use crate::mcp::cut_text::cut;
use crate::mcp::diff_tool::{DiffAnswer, DiffArguments, read_diff};
use crate::mcp::search_tool::{FoundArticles, SearchArguments, find_articles};
use crate::mcp::sites_tool::{SitesAnswer, SitesArguments, read_sites};
use crate::mcp::tool_failure::ToolFailure;
use crate::mcp::versions_tool::{VersionsAnswer, VersionsArguments, read_versions};

/// The most letters of what is said of wrong arguments: it names what was sent.
pub(super) const SAID: usize = 500;

/// A tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ArchiveTool {
    Search,
    Article,
    Versions,
    Diff,
    Sites,
    Coverage,
}

impl ArchiveTool {
    /// All tools, in the order in which they are listed.
    pub(super) const ALL: [Self; 6] = [
        Self::Search,
        Self::Article,
        Self::Versions,
        Self::Diff,
        Self::Sites,
        Self::Coverage,
    ];

    /// Returns the tool of a name.
    pub(super) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tool| tool.name() == name)
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Search => "search",
            Self::Article => "article",
            Self::Versions => "versions",
            Self::Diff => "diff",
            Self::Sites => "sites",
            Self::Coverage => "coverage",
        }
    }

    fn title(self) -> &'static str {
        match self {
            Self::Search => "Find articles by words",
            Self::Article => "Read an article",
            Self::Versions => "List the versions of an article",
            Self::Diff => "Compare two versions of an article",
            Self::Sites => "List the papers of the archive",
            Self::Coverage => "Tell what the archive has and lacks of a paper",
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::Search => {
                "Finds newspaper articles by words, the best match or the newest first, and folds \
                 copies of one story together. Of each it gives id, title, paper, date, address, \
                 declared rights and the place where the words stand. The text of an article comes \
                 from `article`."
            }
            Self::Article => {
                "Reads one article: all fields, the hashes of what was fetched, and its text, page \
                 by page (`next_cursor`). Where the paper reserves its use in answers, `content` is \
                 null and `reserved` has the reason."
            }
            Self::Versions => {
                "Lists the versions of an article, the oldest first: a paper that changes an \
                 article gets a further version. Each has the moment when it was fetched and its \
                 hashes."
            }
            Self::Diff => {
                "Tells what changed in an article from one version to another, word by word: \
                 fields with both values, and the paragraphs that changed. Without versions, the \
                 last two are compared."
            }
            Self::Sites => {
                "Lists the papers of the archive: how many articles of which days are kept, when \
                 each was last crawled, how many pages wait, and the pace at which its server is \
                 asked."
            }
            Self::Coverage => {
                "Tells how complete the archive is for one paper: articles by day or month of \
                 publication, and gaps with their reasons. Ask it before you say that a paper did \
                 not write of something."
            }
        }
    }

    /// Returns the tool as clients see it.
    pub(super) fn described(self) -> Tool {
        let reading = ToolAnnotations::with_title(self.title())
            .read_only(true)
            .destructive(false)
            .idempotent(true)
            .open_world(false);
        let (input, output) = match self {
            Self::Search => schemas::<SearchArguments, FoundArticles>(),
            Self::Article => schemas::<ArticleArguments, ArticleAnswer>(),
            Self::Versions => schemas::<VersionsArguments, VersionsAnswer>(),
            Self::Diff => schemas::<DiffArguments, DiffAnswer>(),
            Self::Sites => schemas::<SitesArguments, SitesAnswer>(),
            Self::Coverage => schemas::<CoverageArguments, CoverageAnswer>(),
        };
        Tool::new(self.name(), self.description(), input)
            .with_title(self.title())
            .with_raw_output_schema(output.into())
            .with_annotations(reading)
    }

    /// Does the work of the tool.
    pub(super) fn call(
        self,
        desk: &ToolDesk,
        reader: &Reader,
        arguments: JsonObject,
    ) -> Result<Value, ToolFailure> {
        match self {
            Self::Search => told(find_articles(reader, &read(arguments)?)?),
            Self::Article => told(read_article(reader, &read(arguments)?)?),
            Self::Versions => told(read_versions(reader, &read(arguments)?)?),
            Self::Diff => told(read_diff(reader, &read(arguments)?)?),
            Self::Sites => told(read_sites(desk, reader, &read(arguments)?)?),
            Self::Coverage => told(read_coverage(desk, reader, &read(arguments)?)?),
        }
    }
}

/// Returns the schemas of a tool's arguments and of its answer. They name no format of numbers:
/// `uint64` is no word of JSON Schema, and strict clients refuse it.
fn schemas<A: JsonSchema + 'static, B: JsonSchema + 'static>() -> (JsonObject, JsonObject) {
    let input = schema_for_input::<A>().expect("arguments are an object with named fields");
    let (mut input, mut output) = ((*input).clone(), (*schema_for_output::<B>()).clone());
    remove_formats(&mut input);
    remove_formats(&mut output);
    (input, output)
}

fn remove_formats(schema: &mut JsonObject) {
    // A field of that name would be an object.
    if schema.get("format").is_some_and(Value::is_string) {
        schema.remove("format");
    }
    schema.values_mut().for_each(remove_formats_below);
}

fn remove_formats_below(value: &mut Value) {
    match value {
        Value::Object(schema) => remove_formats(schema),
        Value::Array(schemas) => schemas.iter_mut().for_each(remove_formats_below),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn read<A: DeserializeOwned>(arguments: JsonObject) -> Result<A, ToolFailure> {
    serde_json::from_value(Value::Object(arguments))
        .map_err(|error| ToolFailure::Arguments(cut(&error.to_string(), SAID)))
}

fn told(answer: impl Serialize) -> Result<Value, ToolFailure> {
    serde_json::to_value(answer).map_err(|error| {
        tracing::error!(%error, "an answer cannot be written");
        ToolFailure::Broken
    })
}
