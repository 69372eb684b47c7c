#!/usr/bin/env bash
# The time of `align check` beside that of other tools on the same file, interleaved in one run. Prints Markdown.
#
#   benches/compare.sh [--times N] [--runs N] [--trace FILE] [--reports LIST] [--limit SECONDS]
#
#   --times   repetitions of the golden trace `hf_e2e_eager` (2,600 operations); default 200
#   --trace   a trace of the same model instead, such as a longer capture
#   --runs    how often each command runs; default 3
#   --reports which of nsys's, with commas between; default nvtx_gpu_proj_sum,nvtx_kern_sum,cuda_gpu_kern_sum
#   --limit   seconds after which a command is stopped and left out; default 600
#
# Needs Rust. NSYS (default: nsys in PATH), NSYS_AI (nsys-ai in PATH) and the sqlite3 shell or Python 3 are taken where
# they are found; what is absent is said and left out. ALIGN names a binary that is built already.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export LC_ALL=C

times=200 runs=3 trace='' limit=600 reports=nvtx_gpu_proj_sum,nvtx_kern_sum,cuda_gpu_kern_sum
while [ $# -gt 0 ]; do
    [ $# -gt 1 ] || { echo "compare.sh: $1 needs a value" >&2; exit 2; }
    case $1 in
        --times) times=$2 ;;
        --runs) runs=$2 ;;
        --trace) trace=$(realpath "$2") ;;
        --reports) reports=$2 ;;
        --limit) limit=$2 ;;
        *) sed -n '2,13s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
    esac
    shift 2
done

say() { printf 'compare.sh: %s\n' "$*" >&2; }

work=$(mktemp -d "${TMPDIR:-/tmp}/align-compare.XXXXXX")
trap 'rm -rf "$work"' EXIT

if [ -z "${ALIGN:-}" ]; then
    cargo build --release --quiet
    ALIGN=$PWD/target/release/align
fi
cargo build --release --quiet --example scale_trace --example read_trace
read_trace=$PWD/target/release/examples/read_trace
mock=$PWD/snapshots/traces/hf_mock_attn_decode_aligned.sqlite
file=$work/e2e.sqlite
if [ -n "$trace" ]; then
    cp "$trace" "$file"
    chmod u+w "$file"
else
    target/release/examples/scale_trace snapshots/traces/hf_e2e_eager.sqlite "$file" "$times" >&2
fi
cp "$mock" "$work/mock.sqlite"

nsys=${NSYS:-$(command -v nsys || true)}
nsys_ai=${NSYS_AI:-$(command -v nsys-ai || true)}
sqlite=$(command -v sqlite3 || true)
python=$(command -v python3 || true)

# A reader in the shell for each table: every column that `align` reads, and nothing done with it.
scan() {
    local table
    for table in CUPTI_ACTIVITY_KIND_KERNEL CUPTI_ACTIVITY_KIND_RUNTIME NVTX_EVENTS; do
        printf 'SELECT COUNT(*), %s FROM %s;\n' "$(columns "$table")" "$table"
    done
}
columns() {
    case $1 in
        *_KERNEL) set -- start end deviceId streamId correlationId globalPid graphNodeId contextId demangledName \
            shortName gridX gridY gridZ blockX blockY blockZ registersPerThread staticSharedMemory dynamicSharedMemory ;;
        *_RUNTIME) set -- start end globalTid correlationId nameId ;;
        *) set -- start end eventType globalTid domainId text textId ;;
    esac
    printf 'MAX("%s"), ' "$@" | sed 's/, $//'
}

names=() commands=()
add() { names+=("$1"); commands+=("$2"); }
quoted() { printf '%q ' "$@"; }

export ALIGN_CACHE_DIR=$work/cache
add 'align check --no-cache' "$(quoted "$ALIGN" check specs/hf/attention.toml --case decode --e2e "$file" --no-cache)"
# The first run of all fills the cache; it is not timed.
"$ALIGN" check specs/hf/attention.toml --case decode --e2e "$file" >/dev/null 2>&1 || true
add 'align check, a second time' "$(quoted "$ALIGN" check specs/hf/attention.toml --case decode --e2e "$file")"
add 'align, reading alone' "$(quoted "$read_trace" "$file")"
add 'cat' "$(quoted cat "$file")"
scan >"$work/scan.sql"
if [ -n "$sqlite" ]; then
    add 'sqlite3, the same columns' "$(quoted "$sqlite" -readonly "$file") <$(quoted "$work/scan.sql")"
elif [ -n "$python" ]; then
    program='import sqlite3, sys
db = sqlite3.connect(sys.argv[1])
for query in open(sys.argv[2]): db.execute(query).fetchall()'
    add 'sqlite3 (Python), the same columns' "$(quoted "$python" -c "$program" "$file" "$work/scan.sql")"
else
    say 'left out: no sqlite3 shell and no Python 3'
fi
if [ -n "$nsys" ]; then
    for report in ${reports//,/ }; do
        add "nsys stats $report" "$(quoted "$nsys" stats --report "$report" --format csv --output - "$file")"
    done
else
    say 'left out: no nsys in PATH; set NSYS=/path/to/nsys'
fi
if [ -n "$nsys_ai" ]; then
    # It keeps what it reads beside the file: each run starts without.
    printf -v cache 'rm -rf %q/*.nsys-cache*' "$work"
    add 'nsys-ai diff' "$cache; $(quoted "$nsys_ai" diff --no-ai "$work/mock.sqlite" "$file")"
else
    say 'left out: no nsys-ai in PATH; pip install nsys-ai, or set NSYS_AI=/path/to/nsys-ai'
fi

# Everything is in the page cache before anything is timed.
cat "$file" >/dev/null
failed=()
for ((run = 1; run <= runs; run++)); do
    for ((i = 0; i < ${#names[@]}; i++)); do
        [ -z "${failed[i]:-}" ] || continue
        say "run $run of $runs: ${names[i]}"
        start=$(date +%s%N)
        code=0
        timeout "$limit" bash -c "${commands[i]}" >"$work/out" 2>"$work/err" || code=$?
        end=$(date +%s%N)
        # A check that fails has checked; everything else must end well.
        if [ "$code" -gt 1 ] || { [ "$code" -eq 1 ] && [ "$i" -gt 1 ]; }; then
            failed[i]="exit code $code"
            say "left out: ${names[i]}: ${failed[i]}: $(tail -n 1 "$work/err" | cut -c 1-200)"
            continue
        fi
        echo $(((end - start) / 1000)) >>"$work/times.$i"
    done
done

rows() { "${sqlite:-false}" -readonly "$file" "SELECT COUNT(*) FROM $1" 2>/dev/null || echo '?'; }
cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo 2>/dev/null | head -n 1)
memory=$(awk '/^MemTotal/ { printf "%.0f GB", $2 / 1e6 }' /proc/meminfo 2>/dev/null || true)
printf '%s, %s cores, %s of memory, %s; file in the page cache\n\n' \
    "${cpu:-unknown processor}" "$(getconf _NPROCESSORS_ONLN)" "${memory:-unknown size}" "$(uname -sr)"
printf '%s of %s MB: %s kernels, %s API calls, %s ranges; %s runs\n\n' "${trace:+a given trace}${trace:-hf_e2e_eager x$times}" \
    "$(($(wc -c <"$file") / 1000000))" "$(rows CUPTI_ACTIVITY_KIND_KERNEL)" "$(rows CUPTI_ACTIVITY_KIND_RUNTIME)" \
    "$(rows NVTX_EVENTS)" "$runs" | sed "s|a given trace$trace|a given trace|"

median() { sort -n "$work/times.$1" | awk '{ v[NR] = $1 } END { print (v[int((NR + 1) / 2)] + v[int((NR + 2) / 2)]) / 2 }'; }
printf '| command | median | least | most | of the first |\n|---|---:|---:|---:|---:|\n'
own=$(median 0)
for ((i = 0; i < ${#names[@]}; i++)); do
    if [ -n "${failed[i]:-}" ] || [ ! -s "$work/times.$i" ]; then
        printf '| `%s` | %s | | | |\n' "${names[i]}" "${failed[i]:-not run}"
        continue
    fi
    sort -n "$work/times.$i" | awk -v name="${names[i]}" -v median="$(median "$i")" -v own="$own" '
        NR == 1 { least = $1 } { most = $1 }
        END { printf "| `%s` | %.3f s | %.3f s | %.3f s | %.2f x |\n", name, median / 1e6, least / 1e6, most / 1e6, median / own }'
done
