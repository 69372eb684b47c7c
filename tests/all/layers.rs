//! A module imports only modules above it: every `crate::` path of the source is read, tests included.
use std::path::{Path, PathBuf};

/// Every top-level module, read down: each may import those before it.
const ORDER: &[&str] = &[
    "limits", "diag", "meter", "save", "stats", "sequence", "kernel", "trace", "quality", "spec", "select", "compare",
    "check", "script", "diagnose", "outcome", "fleet", "history", "report", "pipeline", "baseline", "lint", "pack",
    "inspect", "diff", "schema", "explain", "suite", "scaffold", "infer", "capture", "cli",
];

/// Verbs with logic of their own: they may import everything above, but never each other.
const VERBS: &[&str] =
    &["baseline", "lint", "pack", "inspect", "diff", "schema", "explain", "suite", "scaffold", "infer", "capture"];

/// What a report may know: the result of a run, and how findings are spoken.
const REPORT_MAY: &[&str] = &["outcome", "diag"];

#[test]
fn no_module_imports_one_below_it() {
    let files = sources();
    let mut wrong = Vec::new();
    for (file, module) in &files {
        let text = std::fs::read_to_string(file).unwrap();
        for (line, imported) in imports(&text) {
            if let Err(why) = allowed(module, &imported) {
                let file = file.strip_prefix(root()).unwrap().display();
                wrong.push(format!("{file}:{line}: `{module}` imports `{imported}`: {why}"));
            }
        }
    }
    assert!(wrong.is_empty(), "the order of modules is broken\n{}", wrong.join("\n"));
}

#[test]
fn every_module_has_its_place_in_the_order() {
    let mut unknown: Vec<String> = sources().into_iter().map(|(_, module)| module).collect();
    unknown.retain(|module| !ORDER.contains(&module.as_str()));
    unknown.dedup();
    assert!(unknown.is_empty(), "modules without a place in ORDER, in tests/all/layers.rs: {}", unknown.join(", "));
}

#[test]
fn an_upward_arrow_is_refused_and_a_downward_one_is_not() {
    assert!(allowed("select", "trace").is_ok());
    assert!(allowed("trace", "select").is_err_and(|why| why.contains("below")));
    assert!(allowed("trace", "trace").is_ok());
    assert!(allowed("pack", "pipeline").is_ok());
    assert!(allowed("inspect", "pack").is_err_and(|why| why.contains("each other")));
    assert!(allowed("report", "select").is_err_and(|why| why.contains("only")));
    assert!(allowed("cli", "pack").is_ok());
}

#[test]
fn imports_are_found_in_groups_and_in_code_but_not_in_comments() {
    let text = "//! [`crate::a`]\nuse crate::{\n    b::{X, Y},\n    c,\n};\nfn f() -> crate::d::Z { crate::e::z() } // crate::f\n";
    let found: Vec<(usize, String)> = imports(text);
    let expected = [(2, "b"), (2, "c"), (6, "d"), (6, "e")].map(|(line, name)| (line, name.to_owned()));
    assert_eq!(found, expected);
}

fn allowed(module: &str, imported: &str) -> Result<(), String> {
    let place = |name: &str| ORDER.iter().position(|known| *known == name);
    if module == imported {
        return Ok(());
    }
    if module == "report" && !REPORT_MAY.contains(&imported) {
        return Err(format!("a report reads only {}", REPORT_MAY.join(" and ")));
    }
    if VERBS.contains(&module) && VERBS.contains(&imported) {
        return Err("verbs never import each other: what they share belongs above them".to_owned());
    }
    match (place(module), place(imported)) {
        (Some(own), Some(other)) if other < own => Ok(()),
        (Some(_), Some(_)) => Err(format!("`{imported}` stands below `{module}`")),
        _ => Err("not a module of the order, in tests/all/layers.rs".to_owned()),
    }
}

/// The top-level modules named by `crate::` paths, each with its line.
fn imports(text: &str) -> Vec<(usize, String)> {
    let code: String = text.lines().map(|line| line.split("//").next().unwrap_or_default().to_owned() + "\n").collect();
    let mut found = Vec::new();
    for (at, path) in code.match_indices("crate::") {
        let line = code[..at].matches('\n').count() + 1;
        let rest = &code[at + path.len()..];
        let names = match rest.strip_prefix('{') {
            Some(group) => heads(group),
            None => vec![name(rest)],
        };
        found.extend(names.into_iter().map(|name| (line, name)));
    }
    found
}

/// The first name of each path in a group, up to its closing brace.
fn heads(group: &str) -> Vec<String> {
    let mut names = Vec::new();
    let (mut depth, mut start) = (0, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                names.push(name(group[start..at].trim_start()));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn name(path: &str) -> String {
    path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every source file with the top-level module it belongs to; the public face belongs to none.
fn sources() -> Vec<(PathBuf, String)> {
    let src = root().join("src");
    let mut files = Vec::new();
    let mut folders = vec![src.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let first = path.strip_prefix(&src).unwrap().components().next().unwrap();
                let module = Path::new(first.as_os_str()).file_stem().unwrap().to_string_lossy().into_owned();
                files.push((path, module));
            }
        }
    }
    files.retain(|(_, module)| module != "lib" && module != "main");
    files.sort();
    files
}
