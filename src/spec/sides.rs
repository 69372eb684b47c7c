//! Reads one side: its trace, where in it to look, and what one instance is.

use super::keys::{EACH, PROCESS_KEYS, Relation, SELECTORS};
use super::layer::SideLayer;
use super::model::{Each, ProcessFilter};
use super::node::Node;
use super::reading::Table;
use super::release::Release;
use super::vocabulary::Vocabulary;
use crate::diag::{Problem, Side, Spanned};
use std::path::{Component, Path, PathBuf};
use toml::de::DeValue;

/// What reading a spec file needs to know besides the file.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) vocabulary: &'a Vocabulary,
    /// What paths in the file are relative to; an embedded file has none.
    pub(super) folder: Option<&'a Path>,
}

pub(super) fn read_side(table: &Table<'_>, side: Side, scope: Scope<'_>) -> SideLayer {
    SideLayer {
        trace: table.text("trace").map(|trace| trace.map(|trace| join(scope.folder, &trace))),
        ranks: table.whole("ranks"),
        framework: table.node("framework").and_then(|node| node.parsed(Release::new)),
        within: table.node("within").and_then(|node| node.globs()),
        each: table.node("each").and_then(|node| read_alternatives(&node, side, scope)),
        warmup: table.whole("warmup"),
        repeats: table.whole("repeats"),
        process: table.table("process").and_then(|table| read_process(&table, scope)),
    }
}

/// A path relative to a file's folder, in the spelling that messages show: `specs/../traces/a` is `traces/a`.
pub(super) fn join(folder: Option<&Path>, path: &str) -> PathBuf {
    let joined = folder.map_or_else(|| PathBuf::from(path), |folder| folder.join(path));
    let mut short = PathBuf::new();
    for part in joined.components() {
        let named = matches!(short.components().next_back(), Some(Component::Normal(_)));
        match part {
            Component::ParentDir if named => {
                short.pop();
            }
            Component::CurDir => {}
            other => short.push(other),
        }
    }
    // A link may stand for the folder that `..` leaves: then only the long spelling is right.
    if short.exists() || !joined.exists() { short } else { joined }
}

/// One table, an array of them, or "auto" for no preference.
fn read_alternatives(node: &Node<'_>, side: Side, scope: Scope<'_>) -> Option<Vec<Spanned<Each>>> {
    match node.value {
        DeValue::String(_) => node.word(&["auto"], |word| (word == "auto").then(Vec::new)).map(|auto| auto.value),
        DeValue::Table(_) => read_each(&node.table()?, side, scope).map(|each| vec![each]),
        DeValue::Array(items) if !items.is_empty() => {
            let read = |table: &Table<'_>| read_each(table, side, scope);
            let alternatives: Vec<_> = node.tables().iter().map(read).collect();
            alternatives.into_iter().collect()
        }
        DeValue::Array(_) => {
            node.report_if_no_items();
            None
        }
        _ => {
            node.report_wrong_type();
            None
        }
    }
}

fn read_each(table: &Table<'_>, side: Side, scope: Scope<'_>) -> Option<Spanned<Each>> {
    let selector = only_one(table, SELECTORS)?;
    if !refinements_fit(table, &selector) {
        return None;
    }
    let without = || match table.node("without") {
        Some(node) => node.globs().map(|globs| globs.into_iter().map(|glob| glob.value).collect()),
        None => Some(Vec::new()),
    };
    let neighbour = |name: &str| match table.node(name) {
        Some(node) => node.kernel_pattern(scope.vocabulary).map(|pattern| Some(pattern.value)),
        None => Some(None),
    };
    let each = match selector.key.name {
        "range" => {
            let (name, without) = (selector.glob(), without());
            Each::Range { name: name?.value, without: without? }
        }
        "module" => {
            let (path, without) = (selector.glob(), without());
            Each::Module { path: path?.value, without: without? }
        }
        "kernels" => Each::Anchor { kernel: selector.kernel_pattern(scope.vocabulary)?.value },
        "like" => {
            let (like, after, before) = (is_like_mock(&selector, side), neighbour("after"), neighbour("before"));
            like.then_some(Each::Like { after: after?, before: before? })?
        }
        name => only_true(&selector).then_some(if name == "period" { Each::Period } else { Each::GraphLaunch })?,
    };
    Some(Spanned::new(each, table.loc.clone()))
}

/// The one of `names` that the table sets; none or several are a mistake.
fn only_one<'a>(table: &Table<'a>, names: &[&str]) -> Option<Node<'a>> {
    let mut set: Vec<Node<'a>> = names.iter().filter_map(|name| table.node(name)).collect();
    set.sort_by_key(|node| node.key_loc.span);
    let mut set = set.into_iter();
    let all = || names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    let Some(first) = set.next() else {
        if !table.is_broken() {
            table.reading.report(
                Problem::spec("missing-key", format!("{} selects nothing", table.doc.title))
                    .label(&table.loc, "nothing selected here")
                    .help(format!("set exactly one of {}", all())),
            );
        }
        return None;
    };
    let others: Vec<Node<'a>> = set.collect();
    if others.is_empty() {
        return Some(first);
    }
    let mut problem = Problem::spec(
        "conflicting-selection",
        format!("{} selects in {} ways at once", table.doc.title, others.len() + 1),
    );
    for node in others.iter().chain([&first]) {
        problem = problem.label(&node.key_loc, format!("`{}` selects", node.key.name));
    }
    let alternatives = || others.iter().fold(first.key.example.to_owned(), |all, node| all + ", " + node.key.example);
    let help = if std::ptr::eq(table.doc, &EACH) {
        format!("write alternatives as tables of their own: `[{}]`", alternatives())
    } else {
        format!("keep exactly one of {}", all())
    };
    table.reading.report(problem.help(help));
    None
}

fn refinements_fit(table: &Table<'_>, selector: &Node<'_>) -> bool {
    let mut fit = true;
    for relation in EACH.relations {
        let &Relation::Beside { key: name, with: selectors } = relation else { continue };
        let Some(node) = table.node(name).filter(|_| !selectors.contains(&selector.key.name)) else {
            continue;
        };
        fit = false;
        let with = selectors.iter().map(|s| format!("`{s}`")).collect::<Vec<_>>().join(" or ");
        table.reading.report(
            Problem::spec("conflicting-selection", format!("`{name}` does not go with `{}`", selector.key.name))
                .label(&node.key_loc, format!("only with {with}"))
                .label(&selector.key_loc, "selected here")
                .help(format!("for example: `{}`", node.key.example)),
        );
    }
    fit
}

fn is_like_mock(node: &Node<'_>, side: Side) -> bool {
    let mock_only = |node: &Node<'_>| node.choice(|word| (word == "mock").then_some(())).is_some();
    if side == Side::E2e {
        return mock_only(node);
    }
    node.report(
        Problem::spec("conflicting-selection", "the mock's instances cannot be found by likeness")
            .label(&node.key_loc, "`like` on the mock's side")
            .help("the mock is found first: select by `range`, `graph-launch`, `period` or `kernels`"),
    );
    false
}

fn only_true(node: &Node<'_>) -> bool {
    let Some(flag) = node.flag() else {
        return false;
    };
    if !flag.value {
        node.report(
            Problem::spec("conflicting-selection", format!("`{} = false` selects nothing", node.key.name))
                .label(&node.loc, "only `true` selects")
                .help("leave the alternative out"),
        );
    }
    flag.value
}

fn read_process(table: &Table<'_>, scope: Scope<'_>) -> Option<Spanned<ProcessFilter>> {
    let selector = only_one(table, PROCESS_KEYS)?;
    let filter = match selector.key.name {
        "has-range" => ProcessFilter::HasRange(selector.glob()?.value),
        "has-kernel" => ProcessFilter::HasKernel(selector.kernel_pattern(scope.vocabulary)?.value),
        _ => ProcessFilter::Index(selector.whole()?.value),
    };
    Some(Spanned::new(filter, table.loc.clone()))
}
