//! What is wrong with the parameters of a method that the server has.

use rmcp::ErrorData;
use rmcp::model::{CallToolRequestParams, CustomRequest, ErrorCode, InitializeRequestParams};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::mcp::cut_text::cut;
use crate::mcp::tool::SAID;

/// Returns the error for a request that rmcp does not know. It takes a request for one of an
/// unknown method, also where the method is known and its parameters cannot be read.
pub(super) fn unknown_request(request: CustomRequest) -> ErrorData {
    let CustomRequest { method, params, .. } = request;
    let params = params.unwrap_or(Value::Null);
    let fault = match method.as_str() {
        "initialize" => fault::<InitializeRequestParams>(params),
        "tools/call" => fault::<CallToolRequestParams>(params),
        _ => return ErrorData::new(ErrorCode::METHOD_NOT_FOUND, cut(&method, SAID), None),
    };
    let why = format!("the parameters are not those of {method}: {fault}");
    ErrorData::invalid_params(cut(&why, SAID), None)
}

fn fault<P: DeserializeOwned>(params: Value) -> String {
    match serde_json::from_value::<P>(params) {
        Ok(_) => "they cannot be read".to_owned(),
        Err(error) => error.to_string(),
    }
}
