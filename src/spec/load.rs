//! From a path to a finished spec: the file, what it extends, merged.

use super::draft::{Draft, read_draft};
use super::expected::unknown_cases;
use super::keys::SPEC;
use super::layer::Layer;
use super::library::{BUILTIN, Library, Origin};
use super::model::{Case, Spec};
use super::sides::Scope;
use super::vocabulary::Vocabulary;
use crate::diag::{Label, Loc, Problem, SourceFile, Spanned, did_you_mean};
use std::path::Path;
use std::sync::Arc;

/// Reads the spec at `path`, or the shipped one that `builtin:NAME` names, with everything it extends.
///
/// # Errors
/// All mistakes of the file and of the files it extends, each with its place; the file's own first.
pub fn load(path: &Path, vocabulary: &Vocabulary, library: &Library) -> Result<Spec, Vec<Problem>> {
    let spec = load_any(path, vocabulary, library)?;
    if spec.is_abstract {
        return Err(vec![
            Problem::spec("abstract-spec", format!("`{}` is only there to be extended", spec.name.value))
                .label(&spec.name.loc, "`abstract = true`")
                .help("check a spec that extends it"),
        ]);
    }
    Ok(spec)
}

/// A spec, and what it would be without its own file.
#[derive(Debug, Clone)]
pub struct Layered {
    pub spec: Spec,
    /// In step with the spec's cases: the same case as the files it extends have it. Empty if it extends none.
    pub base: Vec<Case>,
}

/// Reads a spec with what it is built on, also one that is only there to be extended.
///
/// # Errors
/// As [`load`].
pub fn load_layered(path: &Path, vocabulary: &Vocabulary, library: &Library) -> Result<Layered, Vec<Problem>> {
    let origin = Origin::File(path.to_owned());
    let file = library.read(&origin).map_err(|problem| vec![problem])?;
    let mut drafts = chain(file, origin, vocabulary, library)?;
    if let Some(own) = drafts.first_mut().filter(|own| own.is_abstract) {
        // Whoever extends it says them.
        let unsaid = |loc: &Loc| Some(Spanned::new(String::new(), loc.clone()));
        own.name = own.name.take().or_else(|| unsaid(&own.header));
        own.op = own.op.take().or_else(|| unsaid(&own.header));
    }
    let bases = drafts.get(1..).unwrap_or_default().to_vec();
    let spec = merge(drafts)?;
    if bases.is_empty() {
        return Ok(Layered { spec, base: Vec::new() });
    }
    let below = cases(&bases, &spec.name);
    let shared = || {
        bases.iter().rev().fold(Layer::default(), |mut layer, draft| {
            layer.overlay(draft.shared.clone());
            layer
        })
    };
    let same = |case: &Case| match below.iter().find(|b| b.name.value == case.name.value) {
        Some(found) => found.clone(),
        None => shared().into_case(case.name.clone(), &spec.name.loc),
    };
    let base = spec.cases.iter().map(same).collect();
    Ok(Layered { spec, base })
}

/// As [`load`], also one that is only there to be extended.
///
/// # Errors
/// As [`load`].
pub fn load_any(path: &Path, vocabulary: &Vocabulary, library: &Library) -> Result<Spec, Vec<Problem>> {
    let shipped = path.to_str().and_then(|name| name.strip_prefix(BUILTIN));
    let origin = match shipped {
        Some(name) => library.shipped(name),
        None => Origin::File(path.to_owned()),
    };
    let file = library.read(&origin).map_err(|problem| vec![problem])?;
    merge(chain(file, origin, vocabulary, library)?)
}

/// Reads a spec that is already in memory; its relative paths start at `folder`.
///
/// # Errors
/// As [`load`].
pub fn load_text(
    file: &Arc<SourceFile>,
    folder: &Path,
    vocabulary: &Vocabulary,
    library: &Library,
) -> Result<Spec, Vec<Problem>> {
    let origin = Origin::File(folder.join(Path::new(&file.name).file_name().unwrap_or_default()));
    merge(chain(Arc::clone(file), origin, vocabulary, library)?)
}

/// The file and what it extends, one after the other.
fn chain(
    file: Arc<SourceFile>,
    origin: Origin,
    vocabulary: &Vocabulary,
    library: &Library,
) -> Result<Vec<Draft>, Vec<Problem>> {
    let mut drafts = Vec::new();
    let mut problems = Vec::new();
    let mut links: Vec<(Origin, Spanned<String>)> = Vec::new();
    let mut next = Some((file, origin));
    while let Some((file, origin)) = next.take() {
        let (draft, extends) = read_draft(&file, Scope { vocabulary, folder: origin.folder() });
        match draft {
            Ok(draft) => drafts.push(draft),
            Err(found) => problems.extend(found),
        }
        let Some(extends) = extends else { continue };
        let base = library.resolve(&extends, &origin);
        links.push((origin, extends));
        match open_base(&base, &links, library) {
            Ok(file) => next = Some((file, base)),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(drafts) } else { Err(problems) }
}

/// Opens what the last link extends, unless it is in the chain already.
fn open_base(
    base: &Origin,
    links: &[(Origin, Spanned<String>)],
    library: &Library,
) -> Result<Arc<SourceFile>, Problem> {
    let identity = base.identity();
    if let Some(first) = links.iter().position(|(origin, _)| origin.identity() == identity) {
        return Err(cycle(links.get(first..).unwrap_or_default()));
    }
    library.read(base).map_err(|mut problem| {
        if let Some((_, extends)) = links.last() {
            problem.labels.push(Label { loc: extends.loc.clone(), text: "extended here".to_owned() });
            let name = extends.value.trim_start_matches(['.', '/']);
            if problem.code == "missing-file" && library.has(name) {
                problem = problem.help(format!("did you mean `{BUILTIN}{name}`?"));
            }
        }
        problem
    })
}

fn cycle(links: &[(Origin, Spanned<String>)]) -> Problem {
    let names: Vec<String> = links.iter().chain(links.first()).map(|(origin, _)| origin.name()).collect();
    let mut problem =
        Problem::spec("extends-cycle", format!("specs extend each other in a circle: {}", names.join(" → ")))
            .help("let one of them extend nothing");
    for ((_, extends), base) in links.iter().zip(names.iter().skip(1)).rev() {
        problem = problem.label(&extends.loc, format!("extends {base}"));
    }
    problem
}

/// Lays each file over the one it extends.
fn merge(drafts: Vec<Draft>) -> Result<Spec, Vec<Problem>> {
    let Some((own, bases)) = drafts.split_first() else {
        return Err(Vec::new());
    };
    let nearest_first = || std::iter::once(own).chain(bases);
    let required = |key: &str, value: Option<Spanned<String>>| {
        value.ok_or_else(|| {
            Problem::spec("missing-key", format!("[spec] lacks `{key}`"))
                .label(&own.header, format!("no `{key}` here"))
                .maybe_help(SPEC.key(key).map(|key| format!("add it, for example: `{}`", key.example)))
        })
    };
    let name = required("name", nearest_first().find_map(|draft| draft.name.clone()));
    let op = required("op", nearest_first().find_map(|draft| draft.op.clone()));
    let (name, op) = match (name, op) {
        (Ok(name), Ok(op)) => (name, op),
        (name, op) => return Err([name.err(), op.err()].into_iter().flatten().collect()),
    };
    let cases = cases(&drafts, &name);
    let mut unknown = unknown_cases(&own.tests, &cases);
    // The cases of an abstract spec are those of the files that extend it.
    if !own.is_abstract {
        unknown.extend(unknown_scopes(own, &cases));
    }
    if !unknown.is_empty() {
        return Err(unknown);
    }
    Ok(Spec {
        file: Arc::clone(&own.file),
        files: bases.iter().map(|draft| Arc::clone(&draft.file)).collect(),
        owner: nearest_first().find_map(|draft| draft.owner.clone()),
        doc: own.doc.clone(),
        is_abstract: own.is_abstract,
        is_unproven: own.is_unproven,
        cases,
        tests: own.tests.clone(),
        name,
        op,
    })
}

/// Known differences of the file itself that name no case of it. What a file extends may name cases that only other
/// files have.
fn unknown_scopes(own: &Draft, cases: &[Case]) -> Vec<Problem> {
    let names = || cases.iter().map(|case| case.name.value.as_str()).filter(|name| !name.is_empty());
    let named = own.shared.known.iter().flat_map(|known| &known.cases);
    let unknown = named.filter(|glob| !names().any(|name| glob.matches(name)));
    unknown
        .map(|glob| {
            let help =
                did_you_mean(glob.as_str(), names()).unwrap_or_else(|| "this spec has no named cases".to_owned());
            Problem::spec("unknown-case", format!("there is no case `{}`", glob.as_str()))
                .label(&glob.loc, "matches no case of this spec")
                .help(help)
        })
        .collect()
}

/// Every case over what all cases share; more specific places win: a case over the top of any file,
/// and a file over the one it extends.
fn cases(drafts: &[Draft], spec: &Spanned<String>) -> Vec<Case> {
    let mut shared = Layer::default();
    let mut cases: Vec<(Spanned<String>, Layer)> = Vec::new();
    for draft in drafts.iter().rev() {
        shared.overlay(draft.shared.clone());
        for (name, layer) in &draft.cases {
            match cases.iter_mut().find(|(known, _)| known.value == name.value) {
                Some((known, under)) => {
                    *known = name.clone();
                    under.overlay(layer.clone());
                }
                None => cases.push((name.clone(), layer.clone())),
            }
        }
    }
    if cases.is_empty() {
        cases.push((Spanned::new(String::new(), spec.loc.clone()), Layer::default()));
    }
    let finish = |(name, over): (Spanned<String>, Layer)| {
        let mut layer = shared.clone();
        layer.overlay(over);
        layer.into_case(name, &spec.loc)
    };
    cases.into_iter().map(finish).collect()
}
