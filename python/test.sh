#!/usr/bin/env bash
# Builds the wheel, installs it into clean environments, does the main job with it, and tests the module: types, values,
# and many ranks on a Dask cluster. Says so and passes where Python or its packages cannot be had: nothing else needs them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

skip() {
    printf 'SKIPPED python: %s\n' "$1"
    exit 0
}

say() {
    printf '\n--> %s\n' "$1"
}

python="${PYTHON:-python3}"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2> /dev/null || skip "there is no Python 3.10 or later"
"$python" -m venv --clear target/python/tools || skip "Python cannot make environments here"
tools=target/python/tools/bin
# What is needed beside the wheel; the wheel's own installation must not fail.
"$tools/pip" install --quiet 'maturin>=1.8,<2' 'mypy>=1.11' 'pytest>=8' 'distributed>=2023.9' \
    || skip "maturin, mypy, pytest and distributed cannot be installed here"

say 'types'
"$tools/mypy"

say 'wheel'
rm -rf target/python/wheels
"$tools/maturin" build --release --locked --quiet --out target/python/wheels
wheel="$(echo target/python/wheels/align_kernels-*.whl)"
ls -l "$wheel"

say 'the main job, from a clean environment'
clean=target/python/clean
"$python" -m venv --clear "$clean"
"$clean/bin/pip" install --quiet --no-index "$wheel"
"$clean/bin/align" check specs/attention.toml --format concise --color=never
env -u ALIGN "$clean/bin/python" - <<'END'
from pathlib import Path
from align_fleet import check, find_binary

assert Path(find_binary()).resolve() == Path("target/python/clean/bin/align").resolve(), find_binary()
report = check("specs/attention.toml")
assert report.passed, report.text
print(f"{len(report.cases)} cases, {report.verdict}")
END

say 'tests'
"$tools/pip" install --quiet "${wheel}[fleet]"
env -u ALIGN -u PYTHONPATH "$tools/pytest" -q -p no:cacheprovider
