//! Every file that has a schema names it in its first line, so that an editor finds it.

use crate::support::schemas;
use align::schema::Schema;
use schemas::{files, root};
use std::path::Path;

/// The line that tells an editor a file's schema.
fn header(path: &Path, schema: Schema) -> String {
    let below = path.strip_prefix(root()).unwrap().components().count() - 1;
    format!(
        "#:schema {}schemas/{}.json\n",
        if below == 0 { "./".to_owned() } else { "../".repeat(below) },
        schema.name()
    )
}

#[test]
fn every_file_begins_with_its_schema() {
    for (path, schema) in files() {
        let (text, header) = (std::fs::read_to_string(&path).unwrap(), header(&path, schema));
        // One that must be empty to show what an empty file says.
        if text.is_empty() {
            continue;
        }
        if std::env::var_os("UPDATE_DOCS").is_some() && !text.starts_with(&header) {
            let rest = if text.starts_with("#:schema") { text.split_once('\n').unwrap().1 } else { &text };
            std::fs::write(&path, format!("{header}{rest}")).unwrap();
            continue;
        }
        assert!(
            text.starts_with(&header),
            "{} does not begin with `{}`: run UPDATE_DOCS=1 cargo test --test all schema_headers",
            path.display(),
            header.trim()
        );
    }
}
