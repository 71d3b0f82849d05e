//! The configuration that is built into the program.

/// Every shipped file: its path within a configuration folder, and its text.
pub const FILES: [(&str, &str); 3] = [
    ("saseo.toml", include_str!("../../config/saseo.toml")),
    ("sites/readersnews.toml", include_str!("../../config/sites/readersnews.toml")),
    ("profiles/ndsoft.toml", include_str!("../../config/profiles/ndsoft.toml")),
];
