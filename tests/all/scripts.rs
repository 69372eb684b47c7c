//! Scripts that go wrong: each is stopped, named, and shown with a caret; and what scripts can ask for.

use crate::support;
use align::check::{Check, Context, Judgement};
use align::compare::Comparison;
use align::diag::{Problem, SourceFile, Verdict};
use align::script::api::{self, MemberKind};
use align::script::{Rules, load};
use align::spec::{Library, Spec, Vocabulary, load_text};
use std::path::Path;
use std::sync::{Arc, LazyLock};
use support::compared::compared;
use support::{families, render};
use tempfile::TempDir;

const HEADER: &str =
    "+++\nseverity = \"error\"\nparameters = { min_share = 0.95, names = [\"a\"] }\n+++\n# broken\n\nText.\n";

/// Parameters that take some texts only.
const CHOOSING: &str = "+++\nseverity = \"error\"\nparameters = { ignore = [], side = \"e2e\" }\n\
    choices = { ignore = [\"tile\", \"raster\"], side = [\"mock\", \"e2e\"] }\n+++\n# broken\n\nText.\n";

/// A folder with the rule `broken`, a script to import, and a file outside of the folder.
fn folder(script: &str, header: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("created");
        std::fs::write(path, text).expect("written");
    };
    write("rules/broken/rule.rhai", script);
    write("rules/broken/rule.md", header);
    write("rules/lib/names.rhai", "fn last(list) {\n    list[99].name\n}\n");
    write("rules/lib/misspelt.rhai", "fn first(list) {\n    list[0].nmae\n}\n");
    write("rules/lib/broken.rhai", "fn first(list) {\n    list[0]\n");
    write("rules/lib/itself.rhai", "import \"lib/itself\" as itself;\n");
    write("outside.rhai", "fn secret() { 1 }\n");
    folder
}

fn spec(with: &str) -> Spec {
    let text = format!(
        "align = 1\n[spec]\nname = \"a\"\nop = \"attention\"\n[mock]\ntrace = \"vllm_mock_attn_decode_aligned.sqlite\"\n\
         each = {{ range = \"replay\" }}\n[e2e]\ntrace = \"vllm_e2e_eager.sqlite\"\n\
         within = [\"measured\", \"step:*:decode\"]\neach = {{ module = \"*.self_attn.attn\" }}\n[[rule]]\nuse = \"broken\"\n{with}\n"
    );
    let vocabulary = Vocabulary { rules: vec!["broken".to_owned()], families: families(), ..Vocabulary::default() };
    let file = SourceFile::new("spec.toml", text);
    load_text(&file, Path::new("snapshots/traces"), &vocabulary, &Library::default())
        .unwrap_or_else(|problems| panic!("{}", render(&problems)))
}

fn comparison() -> &'static Arc<Comparison> {
    static COMPARISON: LazyLock<Arc<Comparison>> = LazyLock::new(|| compared(&spec("").cases[0]));
    &COMPARISON
}

/// Loads the rule, or says why not.
fn loaded(folder: &TempDir, spec: &Spec) -> Result<Box<dyn Check>, Vec<Problem>> {
    let rules = Rules::new([folder.path().join("rules")]);
    load(&rules, &spec.cases[0].rules).map(|checks| checks.into_iter().next().expect("one rule"))
}

fn run(script: &str) -> Judgement {
    let (folder, spec) = (folder(script, HEADER), spec(""));
    let rule = loaded(&folder, &spec).unwrap_or_else(|problems| panic!("{}", render(&problems)));
    rule.run(&Context { spec: &spec, case: &spec.cases[0], comparison: comparison() })
}

/// Everything that is wrong with a script, at load or when it runs.
fn failing(script: &str, header: &str, with: &str) -> String {
    let (folder, spec) = (folder(script, header), spec(with));
    let problems = match loaded(&folder, &spec) {
        Err(problems) => problems,
        Ok(rule) => {
            let judgement = rule.run(&Context { spec: &spec, case: &spec.cases[0], comparison: comparison() });
            assert_ne!(judgement.verdict, Verdict::Pass, "passes: {script}");
            assert!(judgement.findings.is_empty());
            vec![judgement.problem.unwrap_or_else(|| panic!("no problem: {script}"))]
        }
    };
    assert!(problems.iter().all(|problem| !problem.labels.is_empty()), "{problems:?}");
    render(&problems).replace(&folder.path().display().to_string(), "PROJECT")
}

fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots/script"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

/// Name and script; what each must say is its snapshot.
const BROKEN: &[(&str, &str)] = &[
    ("endless-loop", "let n = 0;\nloop {\n    n += 1;\n}\n"),
    ("endless-empty-loop", "while true {}\n"),
    ("endless-range", "let n = 0;\nfor i in 0..9_000_000_000 {\n    n += i;\n}\n"),
    ("deep-recursion", "fn down(n) {\n    down(n + 1)\n}\ndown(0)\n"),
    ("mutual-recursion", "fn a(n) { b(n + 1) }\nfn b(n) { a(n + 1) }\na(0)\n"),
    ("closure-recursion", "let f = |f, n| f.call(f, n + 1);\nf.call(f, 0)\n"),
    ("giant-string", "let text = \"x\";\nloop {\n    text += text;\n}\n"),
    ("giant-padding", "let text = \"x\";\ntext.pad(1_000_000_000, \"y\");\ntext\n"),
    ("giant-array", "let list = [1];\nloop {\n    list += list;\n}\n"),
    ("giant-array-padding", "let list = [];\nlist.pad(1_000_000_000, 0);\nlist\n"),
    ("giant-nesting", "let list = [];\nloop {\n    list = [list];\n}\n"),
    ("giant-map", "let map = #{};\nfor i in 0..10_000 {\n    map.set(`key ${i}`, i);\n}\n"),
    (
        "deep-expression",
        "let x = ((((((((((((((((((((((((((((((((((((((((((((((((((((((((1))))))))))))))))))))))))))))))))))))))))))))))))))))))));\n",
    ),
    ("file-access", "let text = open_file(\"/etc/passwd\");\n[]\n"),
    ("clock", "let now = timestamp();\n[]\n"),
    ("sleep", "sleep(10);\n[]\n"),
    ("exit", "exit();\n"),
    ("import-absolute", "import \"/etc/passwd\" as p;\n[]\n"),
    ("import-parent", "import \"../outside\" as outside;\noutside::secret()\n"),
    ("import-computed", "let up = \"..\";\nimport up + \"/outside\" as outside;\n[]\n"),
    ("import-missing", "import \"lib/nmaes\" as names;\n[]\n"),
    ("import-broken", "import \"lib/broken\" as broken;\n[]\n"),
    ("import-itself", "import \"lib/itself\" as itself;\n[]\n"),
    ("failure-in-import", "import \"lib/names\" as names;\nnames::last(mock.kernels)\n"),
    ("misspelt-in-import", "import \"lib/misspelt\" as names;\n[]\n"),
    ("unknown-in-import", "import \"lib/names\" as names;\nnames::frist(mock.kernels)\n"),
    ("eval", "let x = eval(\"1 + 1\");\n[]\n"),
    ("misspelt-property", "[mock, e2e].filter(|side| side.graph_shar > 0.5);\n[]\n"),
    ("property-of-another-type", "let share = mock.kernels[0].graph_share;\n[]\n"),
    ("misspelt-method", "mock.kernels.filter(|kernel| kernel.matchs(\"*\"));\n[]\n"),
    ("text-against-number", "if \"a\" > 3 {\n    return finding(\"no\");\n}\n"),
    ("number-against-text", "if mock.kernels[0].name == 3 { }\n[]\n"),
    ("nothing-against-number", "fn none() { }\nif none() > 3 { }\n[]\n"),
    ("kernel-against-text", "mock.kernels.contains(\"flash\")\n"),
    ("not-a-number", "let x = (0.0 - 1.0).sqrt();\nif x > 3 { }\n[]\n"),
    ("division-by-zero", "let share = 1 / mock.kernels.filter(|k| false).len();\n[]\n"),
    ("median-of-nothing", "median([]) > 1\n"),
    ("median-of-texts", "median([1, \"2\"])\n"),
    ("wrong-argument", "median(3)\n"),
    ("unknown-function", "find_kernels(mock)\n"),
    ("reporting-function", "if mock.graph_share < 0.5 {\n    error(\"eager\");\n}\n"),
    ("undefined-variable", "if moc.graph_share > 0.5 { }\n[]\n"),
    ("undefined-at-the-top", "let share = 0.5;\nif mock.graph_share > foo { }\n[]\n"),
    ("undefined-own-variable", "let findings = [];\nfindngs\n"),
    ("undefined-in-closure", "mock.kernels.filter(|kernel| kernel.blocks > lat)\n"),
    ("only-functions", "// Nothing is called.\nfn share(side) {\n    side.graph_share\n}\n"),
    ("empty-script", "\n"),
    ("variable-in-function", "fn share() {\n    params.min_share\n}\nshare()\n"),
    ("misspelt-parameter", "if mock.graph_share < params.min_shar { }\n[]\n"),
    ("parameter-by-computed-name", "params[\"min_\" + \"shar\"]\n"),
    (
        "missing-side",
        "positions.filter(|p| !p.has_e2e).map(|p| p.e2e);\nlet p = positions[0];\nfinding(\"x\").on(\"moc\")\n",
    ),
    ("missing-map-key", "let m = #{ a: 1 };\nm[\"b\"] > 0\n"),
    ("out-of-bounds", "mock.kernels[99].name\n"),
    ("bad-pattern", "mock.kernels[0].matches(\"/(/\")\n"),
    ("unknown-family", "mock.kernels[0].matches(\"family:atention\")\n"),
    ("unknown-severity", "finding(\"x\").severity(\"fatal\")\n"),
    ("empty-message", "finding(\"  \")\n"),
    ("write-property", "mock.graph_share = 1.0;\n[]\n"),
    ("syntax", "let x = [1, 2;\n[]\n"),
    ("unclosed-block", "if true {\n    let x = 1;\n"),
    ("returns-number", "mock.kernels.len()\n"),
    ("returns-nonsense", "[finding(\"x\"), 42]\n"),
    ("returns-none-of-its-findings", "let findings = [];\nfindings.push(finding(\"x\"));\n"),
    ("throws", "throw `min_share is ${params.min_share}`;\n"),
    ("caught-comparison", "try {\n    \"a\" > 3\n} catch {\n    []\n}\n"),
    ("sort-unlike", "[1, \"a\"].sort();\n[]\n"),
    ("long-throw", "let text = \"x\";\ntext.pad(5_000, \"y\");\nthrow text;\n"),
    ("empty-throw", "throw;\n"),
    ("endless-sorting", "let list = [];\nlist.pad(5_000, 7);\nloop {\n    list.sort();\n}\n"),
    ("endless-searching", "let list = [];\nlist.pad(5_000, 7);\nloop {\n    list.contains(8);\n}\n"),
    ("endless-padding", "loop {\n    \"x\".pad(100_000, \"y\");\n}\n"),
    ("endless-matching", "let text = \"x\";\ntext.pad(100_000, \"y\");\nloop {\n    text.matches(\"/x.*z/\");\n}\n"),
    ("endless-text", "let text = \"x\";\ntext.pad(100_000, \"y\");\nloop {\n    text.to_upper();\n}\n"),
    (
        "endless-curry",
        "let list = [];\nlist.pad(5_000, 7);\nlet f = |a| a.sort();\nlet f = f.curry(list);\nloop {\n    f.call();\n}\n",
    ),
    ("endless-closures", "let list = [];\nlist.pad(5_000, 7);\nloop {\n    list.filter(|n| n > 3);\n}\n"),
    ("this", "fn work() {\n    this.sort();\n}\nlet list = [1];\nlist.work();\n[]\n"),
    ("constant-by-full-name", "const LIST = [1];\nfn first() {\n    global::LIST[0]\n}\nif first() == 1 { }\n[]\n"),
];

#[test]
fn every_broken_script_is_stopped_and_shown_with_a_caret() {
    for (name, script) in BROKEN {
        snapshot(name, &failing(script, HEADER, ""));
    }
    let many = |line: &dyn Fn(usize) -> String| (0..300).map(line).collect::<String>();
    snapshot("long-literal", &failing(&format!("let text = \"{}\";\n[]\n", "x".repeat(3_000)), HEADER, ""));
    snapshot("large-script", &failing(&many(&|n| format!("print(\"{n} {}\");\n", "x".repeat(60))), HEADER, ""));
    snapshot("many-variables", &failing(&many(&|n| format!("let v{n} = {n};\n")), HEADER, ""));
    snapshot("many-functions", &failing(&many(&|n| format!("fn f{n}() {{ }}\n")), HEADER, ""));
    snapshot(
        "many-findings",
        &failing("let all = [];\nfor n in 0..300 {\n    all.push(finding(`${n}`));\n}\nall\n", HEADER, ""),
    );
    snapshot("many-patterns", &failing("for n in 0..300 {\n    \"x\".matches(`a${n}`);\n}\n", HEADER, ""));
}

#[test]
fn parameters_and_headers_are_checked_when_the_spec_is_loaded() {
    snapshot("unknown-parameter", &failing("[]", HEADER, "with = { min_shar = 0.9 }"));
    snapshot("parameter-type", &failing("[]", HEADER, "with = { min_share = \"most\", names = [1] }"));
    snapshot(
        "parameter-choice",
        &failing("[]", CHOOSING, "with = { ignore = [\"tile\", \"rastr\"], side = \"both\" }"),
    );
    snapshot(
        "header-choices",
        &failing(
            "[]",
            &CHOOSING.replace("side = \"e2e\"", "side = \"e2\"").replace("ignore = [\"tile", "ignor = [\"tile"),
            "",
        ),
    );
    snapshot(
        "header-choices-type",
        &failing("[]", "+++\nseverity = \"error\"\nparameters = { n = 1 }\nchoices = { n = [1] }\n+++\n", ""),
    );
    snapshot("header-mistakes", &failing("[]", "+++\nseverty = \"error\"\nneeds = \"api-call\"\n+++\n", ""));
    snapshot("header-need", &failing("[]", "+++\nseverity = \"error\"\nneeds = \"api-call\"\n+++\n", ""));
    snapshot("no-header", &failing("[]", "# broken\n", ""));
}

#[test]
fn a_choice_that_is_allowed_is_taken() {
    let (folder, spec) = (folder("[]", CHOOSING), spec("with = { ignore = \"raster\", side = \"mock\" }"));
    assert!(loaded(&folder, &spec).is_ok());
}

#[test]
fn a_rules_folder_that_lacks_a_file_is_said_to() {
    let (folder, spec) = (folder("[]", HEADER), spec(""));
    std::fs::remove_file(folder.path().join("rules/broken/rule.md")).expect("removed");
    let problems = loaded(&folder, &spec).err().unwrap_or_default();
    let shown = render(&problems).replace(&folder.path().display().to_string(), "PROJECT");
    snapshot("rule-without-header", &shown);
    let folders = vec![folder.path().join("rules")];
    let vocabulary = |rule_folders| Vocabulary { families: families(), rule_folders, ..Vocabulary::default() };
    let text = |rule: &str| format!("align = 1\n[spec]\nname = \"a\"\nop = \"b\"\n[[rule]]\nuse = \"{rule}\"\n");
    let said = |rule: &str, folders: Vec<std::path::PathBuf>| {
        let file = SourceFile::new("spec.toml", text(rule));
        let found = load_text(&file, Path::new("."), &vocabulary(folders), &Library::default());
        render(&found.err().unwrap_or_default()).replace(&folder.path().display().to_string(), "PROJECT")
    };
    // `lib` is a folder below the rules folder, without a rule of its own.
    snapshot("rule-without-script", &said("lib", folders.clone()));
    snapshot("rule-not-found", &said("other", folders));
    snapshot("rule-not-found-in-project-without-rules", &said("other", Vec::new()));
}

#[test]
fn all_names_that_do_not_exist_are_reported_at_once() {
    let script = "if false {\n    let a = mock.kernel;\n    let b = params.nmaes;\n    median_of(a);\n}\n[]\n";
    assert_eq!(failing(script, HEADER, "").matches("rule-name: ").count(), 3);
}

/// Expressions that are true: what must keep working among all that is forbidden.
const TRUE: &[&str] = &[
    "4 > 3",
    "4 > 3.5",
    "3.5 < 4",
    "4.0 == 4",
    "4 != 4.5",
    "7 / 2 == 3.5",
    "1 / 4 < 0.3",
    "\"a\" < \"b\"",
    "\"a\" == \"a\" && \"a\" != \"b\"",
    "\"abc\"[0] == \"a\"",
    "true == true && true != false",
    "[1, 2] == [1, 2]",
    "\"a\" in [\"b\", \"a\"]",
    "2 in [1, 2.0]",
    "#{ a: 1 }.a == 1",
    "`${1 + 1} kernels` == \"2 kernels\"",
    "[3, 1, 2].filter(|n| n > 1).map(|n| n * 2).len() == 2",
    "params.min_share > 0.9 && params.names.contains(\"a\")",
    "mock.median_ns / e2e.median_ns < 1",
    "op == \"attention\" && case_name == \"\"",
    "mock.name == \"mock\" && e2e.name == \"e2e\"",
    "mock.kernels.len() == 3 && positions.len() == 3",
    "mock.kernels.all(|kernel| kernel.graph) && !e2e.kernels.some(|kernel| kernel.graph)",
    "mock.kernels[0].family == \"kv_write\" && mock.kernels[0].grid.len() == 3",
    "positions.all(|position| position.difference == \"same\" && position.mock.name == position.e2e.name)",
    "e2e.instances.len() == 64 && e2e.instances[0].kernels.len() == 3",
    "e2e.trace.compute_capability == \"9.0\" && e2e.trace.multiprocessors == 132",
    "latency.known && latency.low <= latency.ratio && latency.ratio <= latency.high",
];

fn holds(expression: &str) -> bool {
    let judgement = run(&format!("if {expression} {{ finding(\"yes\") }} else {{ [] }}"));
    if let Some(problem) = judgement.problem {
        panic!("{expression}\n{}", render(&[problem]));
    }
    !judgement.findings.is_empty()
}

#[test]
fn like_values_are_compared_and_divided_as_one_expects() {
    for expression in TRUE {
        assert!(holds(expression), "{expression}");
    }
}

#[test]
fn every_documented_property_gives_what_its_documentation_says() {
    let values = [
        ("side", "mock"),
        ("trace", "mock.trace"),
        ("instance", "e2e.instances[0]"),
        ("kernel", "mock.kernels[0]"),
        ("position", "positions[0]"),
        ("latency", "latency"),
    ];
    for member in api::reference().iter().filter(|member| member.kind == MemberKind::Property) {
        // This pair of traces has no waits; their shape is that of every other type.
        let Some((_, value)) = values.iter().find(|(name, _)| *name == member.of) else {
            assert_eq!(member.of, "host_sync");
            continue;
        };
        let expected = match member.gives.as_str() {
            "text" => "string",
            "integer" => "i64",
            "number" => "f64",
            "boolean" => "bool",
            array if array.starts_with("array of ") => "array",
            other => other,
        };
        assert!(holds(&format!("type_of({value}.{}) == \"{expected}\"", member.name)), "{}", member.usage);
    }
}

#[test]
fn every_documented_call_does_what_its_example_says() {
    for member in api::reference().iter().filter(|member| member.kind != MemberKind::Property) {
        assert!(holds(member.example), "{}: {}", member.usage, member.example);
    }
}

#[test]
fn every_member_is_documented_once() {
    let reference = api::reference();
    let mut usages: Vec<&str> = reference.iter().map(|member| member.usage.as_str()).collect();
    usages.sort_unstable();
    assert!(usages.windows(2).all(|pair| pair[0] != pair[1]), "{usages:?}");
    for member in &reference {
        assert!(member.doc.ends_with('.') && member.doc.len() > 10, "{}", member.usage);
        assert!(!member.gives.is_empty(), "{}", member.usage);
    }
    assert!(api::CONSTANTS.iter().all(|constant| constant.doc.ends_with('.')));
}

#[test]
fn what_a_script_prints_is_kept_apart() {
    let judgement = run("print(\"three\");\ndebug(mock.kernels.len());\n[]\n");
    assert_eq!(judgement.printed, ["three", "line 2: 3"]);
    assert!(judgement.findings.is_empty());
}

#[test]
fn the_same_script_says_the_same_every_time() {
    let script = "mock.kernels.map(|kernel| finding(kernel.short).on(kernel))\n";
    assert_eq!(run(script), run(script));
    assert_eq!(run(script).findings.len(), 3);
}

#[test]
fn a_link_out_of_the_rules_folder_is_not_followed() {
    let folder = folder("import \"lib/link\" as link;\nlink::secret()\n", HEADER);
    std::os::unix::fs::symlink(folder.path().join("outside.rhai"), folder.path().join("rules/lib/link.rhai"))
        .expect("linked");
    let problems = loaded(&folder, &spec("")).err().unwrap_or_default();
    assert!(render(&problems).contains("outside of the rules folder"), "{}", render(&problems));
}

#[test]
fn a_projects_rule_overrides_a_shipped_one() {
    let folder = folder("[]", HEADER);
    std::fs::create_dir_all(folder.path().join("rules/fused-norm")).expect("created");
    for file in ["rule.rhai", "rule.md"] {
        let from = folder.path().join("rules/broken").join(file);
        std::fs::copy(from, folder.path().join("rules/fused-norm").join(file)).expect("copied");
    }
    let rules = Rules::new([folder.path().join("rules")]);
    assert!(rules.names().iter().any(|name| name == "broken"));
    assert_eq!(rules.names().iter().filter(|name| *name == "fused-norm").count(), 1);
    let doc = align::script::RuleDoc::read(&rules, "fused-norm").expect("readable");
    assert_eq!(doc.meta.summary, "Text.");
}

#[test]
fn the_deepest_values_allowed_fit_on_the_stack() {
    let deep = "let list = [];\nfor n in 0..4_990 {\n    list = [list];\n}\nlet same = list;\n";
    let judgement = run(&format!("{deep}debug(list);\nif list == same {{ [] }}\n"));
    assert_eq!((judgement.problem, judgement.printed.len()), (None, 1));
}
