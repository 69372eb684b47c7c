#!/usr/bin/env bash
# Packs a built program for a release: align-TARGET.tar.gz, with completions and the manual, and its checksum.
#
#   ci/package.sh PROGRAM TARGET FOLDER
set -euo pipefail
program="$1" target="$2" folder="$3"
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

name=align
if [[ "$target" == *windows* ]]; then name=align.exe; fi
cp "$program" "$work/$name"
cp "$root/LICENSE" "$root/README.md" "$work"
mkdir "$work/completions" "$work/man"
"$work/$name" completions bash > "$work/completions/align.bash"
"$work/$name" completions zsh > "$work/completions/_align"
"$work/$name" completions fish > "$work/completions/align.fish"
"$work/$name" completions powershell > "$work/completions/align.ps1"
"$work/$name" man --dir "$work/man"
# What is packed does its job.
(cd "$root" && "$work/$name" check specs/attention.toml --quiet)

mkdir -p "$folder"
archive="align-$target.tar.gz"
tar --create --gzip --file "$folder/$archive" --directory "$work" "$name" LICENSE README.md completions man
cd "$folder"
if command -v sha256sum > /dev/null; then
    sha256sum "$archive" > "$archive.sha256"
else
    shasum --algorithm 256 "$archive" > "$archive.sha256"
fi
