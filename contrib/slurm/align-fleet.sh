#!/usr/bin/env bash
# Judges one E2E trace a rank as a Slurm job array, and reports on all of them in one job behind it. docs/fleet.md explains it.
#
#   align-fleet.sh [-o FOLDER] [-t TASKS] [-b OPTION] [-r OPTION] [-w] TRACE... -- SPEC... [OPTION OF align check...]
#
#   TRACE      a trace, or a glob in quotes; ** is any number of folders
#   -o FOLDER  for results and the report (default: align-fleet); it must not exist
#   -t TASKS   tasks of the array; with fewer than traces each judges several (default: 1000, what Slurm allows at first)
#   -b OPTION  of sbatch, for tasks and report, such as -b --partition=cpu; as often as wanted
#   -r OPTION  of align merge, such as -r --output=html=report.html; as often as wanted
#   -w         wait, and end with the exit code of align check
#
# ALIGN names the program, if it is not on the PATH. The folder is on a file system that all nodes share.
set -euo pipefail

align="${ALIGN:-align}"
# So many files are merged by one call, which names each of them.
at_once=500

fail() {
    printf 'error: %s\n' "$1" >&2
    exit "${2:-2}"
}

usage() {
    sed -n '4,13s/^# \{0,1\}//p' "$0" >&2
    exit 2
}

# Lists are kept with a NUL behind each, since names may hold anything else.
write_list() {
    local file="$1"
    shift
    if [ "$#" = 0 ]; then : > "$file"; else printf '%s\0' "$@" > "$file"; fi
}

read_lists() {
    folder="$1"
    mapfile -d '' -t traces < "$folder/traces"
    mapfile -d '' -t arguments < "$folder/arguments"
    mapfile -d '' -t reporting < "$folder/reporting"
    tasks="$(< "$folder/tasks")"
}

# Adds what a glob stands for to the traces; what is no glob stands for itself.
find_traces() {
    local IFS=
    shopt -s globstar nullglob
    local pattern
    for pattern in "$@"; do
        if [ -e "$pattern" ]; then
            traces+=("$pattern")
        else
            # shellcheck disable=SC2206 # it is to be taken as a pattern, and without IFS nothing is split
            traces+=($pattern)
        fi
    done
}

submit() {
    local folder=align-fleet tasks=1000 option
    local batch=() reporting=() wait=() traces=()
    while getopts ':o:t:b:r:w' option; do
        case "$option" in
            o) folder="$OPTARG" ;;
            t) tasks="$OPTARG" ;;
            b) batch+=("$OPTARG") ;;
            r) reporting+=("$OPTARG") ;;
            w) wait=(--wait) ;;
            *) usage ;;
        esac
    done
    shift $((OPTIND - 1))
    local patterns=()
    while [ "$#" -gt 0 ] && [ "$1" != -- ]; do
        patterns+=("$1")
        shift
    done
    if [ "${#patterns[@]}" = 0 ] || [ "$#" -lt 2 ]; then usage; fi
    shift
    [[ "$tasks" =~ ^[1-9][0-9]*$ ]] || fail "-t $tasks: a number of tasks is needed"
    command -v sbatch > /dev/null || fail "there is no sbatch here: run this where jobs are submitted"
    command -v "$align" > /dev/null || fail "there is no program $align: set ALIGN to it"
    find_traces "${patterns[@]}"
    [ "${#traces[@]}" -gt 0 ] || fail "no trace is found: ${patterns[*]}" 3
    if [ "$tasks" -gt "${#traces[@]}" ]; then tasks="${#traces[@]}"; fi
    local word
    for word in "$@"; do
        case "$word" in
            --output* | --format* | --deliverable*) fail "$word is for the report, not for tasks: give it with -r" ;;
            --partial* | --lost* | --history* | --write-known | --until*) fail "$word cannot be given to tasks" ;;
        esac
    done
    # A night's tasks may begin on two days.
    if [[ " $* " != *" --today"* ]]; then set -- "--today=$(date -u +%F)" "$@"; fi
    mkdir -- "$folder" || fail "$folder is to be new: name another with -o"
    mkdir -- "$folder/partials" "$folder/logs"
    write_list "$folder/traces" "${traces[@]}"
    write_list "$folder/arguments" "$@"
    write_list "$folder/reporting" ${reporting[@]+"${reporting[@]}"}
    printf '%s\n' "$tasks" > "$folder/tasks"
    local array
    array="$(sbatch --parsable --job-name=align --chdir="$PWD" --array="0-$((tasks - 1))" \
        --output="$folder/logs/%a.txt" ${batch[@]+"${batch[@]}"} "$0" task "$folder")"
    array="${array%%;*}"
    printf 'job %s judges %s traces in %s tasks; the report comes in %s\n' \
        "$array" "${#traces[@]}" "$tasks" "$folder/report.txt" >&2
    # Whatever became of the tasks: what one could not do is a part of the report.
    sbatch --parsable --job-name=align-merge --chdir="$PWD" --dependency="afterany:$array" ${wait[@]+"${wait[@]}"} \
        --output="$folder/report.txt" --error="$folder/problems.txt" ${batch[@]+"${batch[@]}"} "$0" merge "$folder" \
        > "$folder/merge-job"
}

# Judges one trace; `$3` and further are options in front of the spec.
judge() {
    local number="$1" code=0
    shift
    "$align" check --no-cache --quiet --color=never "--e2e=${traces[number]}" \
        "--partial=$folder/partials/$number.json" "$@" "${arguments[@]}" || code=$?
    # Findings, and a trace that cannot be read, stand in the result.
    case "$code" in
        0 | 1 | 3) [ -s "$folder/partials/$number.json" ] ;;
        *) return "$code" ;;
    esac
}

task() {
    local folder traces arguments reporting tasks number code=0
    read_lists "$1"
    for ((number = SLURM_ARRAY_TASK_ID; number < ${#traces[@]}; number += tasks)); do
        judge "$number" || code=$?
    done
    return "$code"
}

merge() {
    local folder traces arguments reporting tasks number files=() groups=()
    read_lists "$1"
    for ((number = 0; number < ${#traces[@]}; number++)); do
        if [ ! -s "$folder/partials/$number.json" ]; then
            local log="$folder/logs/$((number % tasks)).txt" code=0 said
            said="$(judge "$number" "--lost=see $log" 2>&1 > /dev/null)" || code=$?
            # A spec that is wrong is wrong here too.
            if [ "$code" != 0 ]; then
                printf '%s\n' "$said" >&2
                exit "$code"
            fi
        fi
        files+=("$folder/partials/$number.json")
    done
    if [ "${#files[@]}" -gt "$at_once" ]; then
        mkdir -p -- "$folder/groups"
        for ((number = 0; number < ${#files[@]}; number += at_once)); do
            groups+=("$folder/groups/$number.json")
            local code=0
            "$align" merge --quiet "--partial=$folder/groups/$number.json" -- "${files[@]:number:at_once}" > /dev/null || code=$?
            case "$code" in 0 | 1 | 3) ;; *) exit "$code" ;; esac
        done
        files=("${groups[@]}")
    fi
    exec "$align" merge ${reporting[@]+"${reporting[@]}"} -- "${files[@]}"
}

case "${1:-}" in
    task | merge) [ "$#" = 2 ] || usage; "$1" "$2" ;;
    *) submit "$@" ;;
esac
