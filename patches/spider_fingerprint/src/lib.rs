//! The names that spider takes from `spider_fingerprint` when spider is built without features of its own. Nothing is
//! fingerprinted, and nothing is made up: README.md beside this crate says why.

pub mod configs {
    /// How much of a browser's identity a request pretends to have: nothing.
    #[derive(Clone, Copy, Debug, Default, PartialEq)]
    pub enum Tier {
        #[default]
        None,
    }
}

pub mod spoof_headers {
    use std::collections::HashMap;

    /// Returns whether browsers write this header name with capitals: no name is rewritten.
    pub fn is_title_case_browser_header(_name: &str) -> bool {
        false
    }

    /// Leaves the headers as they are.
    pub fn rewrite_headers_to_title_case(_headers: &mut HashMap<String, String>) {}
}

pub mod spoof_viewport {
    /// The size of a browser's window, in the form that spider fills in.
    #[derive(Clone, Copy, Debug, Default, PartialEq)]
    pub struct Viewport {
        pub width: u32,
        pub height: u32,
        pub device_scale_factor: Option<f64>,
        pub emulating_mobile: bool,
        pub is_landscape: bool,
        pub has_touch: bool,
    }
}
