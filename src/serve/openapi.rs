//! `/openapi.json`: what other programs may ask for (OpenAPI 3.1).

use serde_json::{Map, Value, json};

use crate::export;
use crate::serve::query::LONGEST_QUERY;

/// What a program may ask for.
struct Endpoint {
    /// The router's path, of which this may be a part.
    #[cfg_attr(
        not(test),
        expect(dead_code, reason = "a test holds it against the router")
    )]
    route: &'static str,
    path: &'static str,
    about: &'static str,
    content_type: &'static str,
    /// The parameters of its query.
    query: &'static [&'static str],
    /// The answers beside that to a request that can be answered.
    refusals: &'static [Refused],
}

/// Why there is no answer.
#[derive(Clone, Copy)]
enum Refused {
    BadQuery,
    NotFound,
    Reserved,
    TakenDown,
    Unavailable,
}

/// Answers of an article.
const OF_ARTICLE: &[Refused] = &[
    Refused::NotFound,
    Refused::Reserved,
    Refused::TakenDown,
    Refused::Unavailable,
];

/// Answers of a citation: it has no text, and is not reserved.
const OF_CITATION: &[Refused] = &[Refused::NotFound, Refused::TakenDown, Refused::Unavailable];

const RIS: &str = "application/x-research-info-systems";
const BIBTEX: &str = "application/x-bibtex";
const CSL: &str = "application/vnd.citationstyles.csl+json";
const ATOM: &str = "application/atom+xml";
const METRICS: &str = "application/openmetrics-text";

/// Everything that is no page for people.
const ENDPOINTS: [Endpoint; 18] = [
    Endpoint {
        route: "/a/{site}/{name}",
        path: "/a/{site}/{name}.json",
        about: "An article, with the fields of exports",
        content_type: "application/json",
        query: &[],
        refusals: OF_ARTICLE,
    },
    Endpoint {
        route: "/a/{site}/{name}",
        path: "/a/{site}/{name}.md",
        about: "An article as Markdown",
        content_type: "text/markdown",
        query: &[],
        refusals: OF_ARTICLE,
    },
    citation("/a/{site}/{name}/{file}", "/a/{site}/{name}/cite.ris", RIS),
    citation(
        "/a/{site}/{name}/{file}",
        "/a/{site}/{name}/cite.bib",
        BIBTEX,
    ),
    citation("/a/{site}/{name}/{file}", "/a/{site}/{name}/cite.json", CSL),
    citation(
        "/a/{site}/{name}/versions/{n}/{file}",
        "/a/{site}/{name}/versions/{n}/cite.ris",
        RIS,
    ),
    citation(
        "/a/{site}/{name}/versions/{n}/{file}",
        "/a/{site}/{name}/versions/{n}/cite.bib",
        BIBTEX,
    ),
    citation(
        "/a/{site}/{name}/versions/{n}/{file}",
        "/a/{site}/{name}/versions/{n}/cite.json",
        CSL,
    ),
    Endpoint {
        route: "/search.csv",
        path: "/search.csv",
        about: "All articles that have the words: facts of each, and none of its text",
        content_type: "text/csv",
        query: &["q"],
        refusals: &[Refused::BadQuery, Refused::NotFound, Refused::Unavailable],
    },
    Endpoint {
        route: "/search.atom",
        path: "/search.atom",
        about: "The 50 newest articles that have the words",
        content_type: ATOM,
        query: &["q"],
        refusals: &[Refused::BadQuery, Refused::NotFound, Refused::Unavailable],
    },
    Endpoint {
        route: "/runs/events",
        path: "/runs/events",
        about: "The rows of the page of runs, each time that something changed",
        content_type: "text/event-stream",
        query: &[],
        refusals: &[],
    },
    Endpoint {
        route: "/feeds/{file}",
        path: "/feeds/all.atom",
        about: "The 50 newest articles of all papers",
        content_type: ATOM,
        query: &[],
        refusals: &[Refused::Unavailable],
    },
    Endpoint {
        route: "/feeds/{file}",
        path: "/feeds/{site}.atom",
        about: "The 50 newest articles of a paper",
        content_type: ATOM,
        query: &[],
        refusals: &[Refused::NotFound, Refused::Unavailable],
    },
    Endpoint {
        route: "/export/files/{file}",
        path: "/export/files/{file}",
        about: "A file of the last export, which was begun at /export",
        content_type: "application/octet-stream",
        query: &[],
        refusals: &[Refused::NotFound, Refused::TakenDown, Refused::Unavailable],
    },
    Endpoint {
        route: "/metrics",
        path: "/metrics",
        about: "The archive in numbers, for Prometheus",
        content_type: METRICS,
        query: &[],
        refusals: &[Refused::Unavailable],
    },
    Endpoint {
        route: "/openapi.json",
        path: "/openapi.json",
        about: "This document",
        content_type: "application/json",
        query: &[],
        refusals: &[],
    },
    Endpoint {
        route: "/healthz",
        path: "/healthz",
        about: "Whether the server runs; it needs no password",
        content_type: "text/plain",
        query: &[],
        refusals: &[],
    },
    Endpoint {
        route: "/readyz",
        path: "/readyz",
        about: "Whether the archive can be read",
        content_type: "text/plain",
        query: &[],
        refusals: &[Refused::Unavailable],
    },
];

const fn citation(route: &'static str, path: &'static str, content_type: &'static str) -> Endpoint {
    Endpoint {
        route,
        path,
        about: "A citation of an article",
        content_type,
        query: &[],
        refusals: OF_CITATION,
    }
}

/// Returns the document.
pub(super) fn document() -> Value {
    let paths: Map<String, Value> = ENDPOINTS
        .iter()
        .map(|endpoint| (endpoint.path.to_owned(), path_item(endpoint)))
        .collect();
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "saseo serve",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "The archive of newspapers, for other programs",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "security": [{}, { "password": [] }],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "password": {
                    "type": "http",
                    "scheme": "basic",
                    "description": "Any user name, and the password of --password-file",
                },
            },
            "schemas": { "Article": article() },
        },
    })
}

fn path_item(endpoint: &Endpoint) -> Value {
    let mut responses = Map::new();
    let content = json!({ endpoint.content_type: { "schema": schema(endpoint) } });
    let answer = json!({ "description": endpoint.about, "content": content });
    responses.insert("200".to_owned(), answer);
    if endpoint.path != "/healthz" {
        responses.insert(
            "401".to_owned(),
            described("The password is missing or wrong"),
        );
    }
    for refusal in endpoint.refusals {
        let (status, why) = refusal.told();
        responses.insert(status.to_owned(), described(why));
    }
    responses.insert(
        "421".to_owned(),
        described("The request names another host"),
    );

    let operation = json!({
        "operationId": operation_id(endpoint.path),
        "summary": endpoint.about,
        "parameters": parameters(endpoint),
        "responses": responses,
    });
    json!({ "get": operation })
}

impl Refused {
    fn told(self) -> (&'static str, &'static str) {
        match self {
            Self::BadQuery => ("400", "The words cannot be read"),
            Self::NotFound => ("404", "There is none"),
            Self::Reserved => ("403", "Its paper reserves it, and others read here"),
            Self::TakenDown => ("410", "It was taken out of the archive"),
            Self::Unavailable => ("503", "The archive cannot be read now"),
        }
    }
}

fn described(why: &str) -> Value {
    json!({ "description": why })
}

fn schema(endpoint: &Endpoint) -> Value {
    match endpoint.path {
        "/a/{site}/{name}.json" => json!({ "$ref": "#/components/schemas/Article" }),
        _ if endpoint.content_type.ends_with("json") => json!({}),
        _ => json!({ "type": "string" }),
    }
}

/// Returns the name of an operation: the words of its path.
fn operation_id(path: &str) -> String {
    let words = path.split(|letter: char| !letter.is_ascii_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join("_")
}

/// Returns the parameters of a path and of its query.
fn parameters(endpoint: &Endpoint) -> Vec<Value> {
    let names = endpoint.path.split('{').skip(1);
    let names = names.filter_map(|behind| behind.split_once('}'));
    let in_path = names.map(|(name, _)| parameter(name, "path"));
    let in_query = endpoint.query.iter().map(|name| parameter(name, "query"));
    in_path.chain(in_query).collect()
}

fn parameter(name: &str, place: &str) -> Value {
    let (about, schema) = match name {
        "site" => ("The name of a paper", json!({ "type": "string" })),
        "name" => (
            "The number, text or address of an article, as one step of the path",
            json!({ "type": "string" }),
        ),
        "q" => (
            "The words, as `saseo search` takes them",
            json!({ "type": "string", "maxLength": LONGEST_QUERY }),
        ),
        "n" => (
            "The number of a version",
            json!({ "type": "integer", "minimum": 1 }),
        ),
        _ => ("The name of a file", json!({ "type": "string" })),
    };
    json!({
        "name": name,
        "in": place,
        "required": true,
        "description": about,
        "schema": schema,
    })
}

/// Returns the schema of an article: the fields of exports.
fn article() -> Value {
    let fields: Map<String, Value> = export::fields()
        .map(|(name, about)| (name.to_owned(), described(about)))
        .collect();
    json!({ "type": "object", "properties": fields, "required": ["id", "site", "url", "text"] })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// What is for people, or a part of such a page.
    const PAGES: [&str; 21] = [
        "/",
        "/search",
        "/sites/{name}",
        "/runs",
        "/ledger",
        "/audit",
        "/export",
        "/settings",
        "/choose",
        "/script.js",
        "/style.css",
        "/robots.txt",
        "/favicon.ico",
        "/a/{site}/{name}",
        "/a/{site}/{name}/versions",
        "/a/{site}/{name}/versions/{n}",
        "/a/{site}/{name}/diff",
        "/a/{site}/{name}/diff/{span}",
        "/a/{site}/{name}/capture/{capture}",
        "/a/{site}/{name}/capture/{capture}/raw",
        "/a/{site}/{name}/photo/{version}/{n}",
    ];

    #[test]
    fn the_document_has_every_path_of_the_router_that_is_no_page_and_no_other() {
        let sources = [
            include_str!("routes.rs"),
            include_str!("article_routes.rs"),
            include_str!("work_routes.rs"),
            include_str!("run_page.rs"),
            include_str!("search_page.rs"),
            include_str!("settings_page.rs"),
        ];
        let routed: BTreeSet<&str> = sources
            .iter()
            .flat_map(|source| source.split(".route(").skip(1))
            .filter_map(|behind| behind.trim_start().strip_prefix('"')?.split('"').next())
            .collect();
        let told: BTreeSet<&str> = ENDPOINTS.iter().map(|endpoint| endpoint.route).collect();
        let known: BTreeSet<&str> = PAGES.into_iter().chain(told.iter().copied()).collect();
        assert_eq!(routed, known);
    }

    #[test]
    fn the_document_has_each_parameter_and_each_name_once() {
        let document = document();
        let paths = document["paths"].as_object().unwrap();
        assert_eq!(paths.len(), ENDPOINTS.len());
        let ids: BTreeSet<&str> = paths
            .values()
            .map(|item| item["get"]["operationId"].as_str().unwrap())
            .collect();
        assert_eq!(ids.len(), ENDPOINTS.len());
        let version = &paths["/a/{site}/{name}/versions/{n}/cite.ris"]["get"]["parameters"];
        let names: Vec<_> = version.as_array().unwrap().iter().collect();
        assert_eq!(names.len(), 3);
        assert_eq!(names[2]["name"], "n");
    }
}
