# shellcheck shell=bash
# Black-box cases on the built program. A suite sources this, defines functions named case_*, each of
# which passes by returning, and ends with run_cases. Before each case there are
#   $WORK      an empty folder of its own, removed afterwards
#   $DEST      a destination in it
#   intact     the program, with configuration and state in $WORK
# INTACT_ONLY, a regular expression, picks some of the cases.
# A case runs with 'errexit'; skip() ends it with a reason. Knows nothing of how the program works.
set -uo pipefail

INTACT=${INTACT:?the built program}
E2E=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
SUITE=$(basename "$0" .bash)
export LC_ALL=C.UTF-8 NO_COLOR=1
# A pager or a translated message has no place in a comparison.
unset LANGUAGE INTACT_CONFIG_DIR INTACT_STATE_DIR

intact() {
    "$INTACT" "$@"
}

# job NAME <<TOML: its configuration; the destination is $DEST/NAME unless it names one.
job() {
    local text
    text=$(cat)
    mkdir -p "$INTACT_CONFIG_DIR/jobs.d" "$DEST/$1"
    grep -q '^\[destination\]' <<<"$text" || text+=$'\n\n[destination]\npath = "'"$DEST/$1"'"'
    printf '%s\n' "$text" >"$INTACT_CONFIG_DIR/jobs.d/$1.toml"
}

fail() {
    printf '%s\n' "$*" >&2
    # Errors are what the trap shows; a function that returns could be tested by its caller.
    exit 1
}

skip() {
    printf '%s\n' "$*" >"$SKIP_FILE"
    exit 77
}

# expect STATUS COMMAND...: runs it, keeps stdout in $WORK/out and stderr in $WORK/err, and checks how
# it ended.
expect() {
    local expected=$1 status=0
    shift
    "$@" >"$WORK/out" 2>"$WORK/err" </dev/null || status=$?
    if [[ $status -ne $expected ]]; then
        cat "$WORK/out" "$WORK/err" >&2
        fail "'${*/#$INTACT/intact}' ended with $status, expected $expected"
    fi
}

# says FILE REGEX: whether out or err has such a line.
says() {
    grep -qE -- "$2" "$WORK/$1" || {
        cat "$WORK/$1" >&2
        fail "no '$2' in std$1"
    }
}

is() {
    [[ $1 == "$2" ]] || fail "expected: $2"$'\n'"found:    $1"
}

# same_trees A B [OPTION...]: every fact of every entry, see tests/support/tree_facts.py.
same_trees() {
    local a=$1 b=$2
    shift 2
    python3 -B "$E2E/../support/tree_facts.py" "$a" "$@" >"$WORK/facts.a"
    python3 -B "$E2E/../support/tree_facts.py" "$b" "$@" >"$WORK/facts.b"
    [[ -s $WORK/facts.a ]] || fail "nothing to compare in $a"
    diff "$WORK/facts.a" "$WORK/facts.b" >"$WORK/facts.diff" || {
        head -n 40 "$WORK/facts.diff" >&2
        fail "$(grep -c '^[<>]' "$WORK/facts.diff") lines differ between $a and $b"
    }
}

# manifest_of JOB: the newest one; archive_of JOB: its archive.
manifest_of() {
    find "$DEST/$1" -name '*.manifest.json' | sort | tail -n 1
}
archive_of() {
    local manifest
    manifest=$(manifest_of "$1")
    echo "${manifest%.manifest.json}"
}

# from_json FILE EXPRESSION: of the value as 'm'.
from_json() {
    python3 -c 'import json, sys; m = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$@"
}

# warnings_of JOB: 'KIND NAME' of the newest backup, NAME without folders, sorted.
warnings_of() {
    from_json "$(manifest_of "$1")" \
        '"\n".join(sorted(w["kind"] + " " + w["path"].split("/")[-1] for w in m["warnings"]["first"]))'
}

# What a run leaves at a destination besides backups and locks.
left_over() {
    find "$1" -name '.intact-*' ! -name '*.lock'
}

# await WHAT COMMAND...: until the command succeeds, at most 60 s.
await() {
    local what=$1 end=$((SECONDS + 60))
    shift
    until "$@" 2>/dev/null; do
        [[ $SECONDS -lt $end ]] || fail "waited 60 s for: $what"
        sleep 0.02
    done
}

# Processes that a case has started end with it, by id.
end_children() {
    local pid
    for pid in $(jobs -p); do
        kill -KILL "$pid" 2>/dev/null || true
    done
}

one_case() {
    set -e
    trap 'echo "at ${BASH_SOURCE[0]##*/}:$LINENO: $BASH_COMMAND" >&2' ERR
    trap end_children EXIT
    set -E
    "$1"
    # A case that leaves by another door with status 0 has not passed.
    : >"$END_FILE"
}

# Hundredths of a second that no change of the clock disturbs.
ticks() {
    local up
    read -r up _ </proc/uptime
    echo "${up/./}"
}

run_cases() {
    local cases name begun took status passed=0 failed=0 skipped=0 base
    base=$(mktemp -d "${TMPDIR:-/tmp}/intact-e2e.XXXXXX")
    # Read and searched by the ordinary users that some cases become.
    chmod 755 "$base"
    [[ -z ${INTACT_CASES_DIR-} ]] || : >"$INTACT_CASES_DIR/e2e_$SUITE.cases"
    # In the order in which they are written.
    mapfile -t cases < <(sed -n 's/^\(case_[a-z0-9_]*\)() {$/\1/p' "$0" |
        grep -E -- "${INTACT_ONLY-.}")
    for name in "${cases[@]}"; do
        # Short: a socket's path has room for 107 bytes.
        WORK=$base/$((passed + skipped + failed + 1))
        DEST=$WORK/backups
        SKIP_FILE=$base/skip
        END_FILE=$base/end
        mkdir -p "$DEST"
        rm -f "$SKIP_FILE" "$END_FILE"
        export INTACT_CONFIG_DIR=$WORK/config INTACT_STATE_DIR=$WORK/state
        begun=$(ticks)
        # Not in a condition: that would turn 'errexit' off.
        (one_case "$name") >"$base/log" 2>&1
        status=$?
        took=$(($(ticks) - begun))
        took=$((took / 100)).$(printf %02d $((took % 100)))
        if [[ $status -eq 0 && ! -e $END_FILE ]]; then
            echo "the case ended before its end" >>"$base/log"
            status=1
        fi
        case $status in
        0)
            passed=$((passed + 1))
            echo "PASS  ${name#case_}  $took s"
            # What the documents quote, see tests/support/guarantees.py.
            grep '^figure: ' "$base/log"
            report passed "${name#case_}"
            [[ -z ${INTACT_CASES_DIR-} ]] ||
                grep '^figure: ' "$base/log" >>"$INTACT_CASES_DIR/e2e_$SUITE.figures"
            ;;
        77)
            skipped=$((skipped + 1))
            echo "SKIP  ${name#case_}: $(cat "$SKIP_FILE")"
            report skipped "${name#case_}" "$(cat "$SKIP_FILE")"
            ;;
        *)
            failed=$((failed + 1))
            echo "FAIL  ${name#case_}  $took s"
            sed 's/^/      /' "$base/log"
            report failed "${name#case_}"
            ;;
        esac
        chmod -R u+rwX "$WORK" 2>/dev/null
        rm -rf "$WORK"
    done
    rm -rf "$base"
    echo "$SUITE: $passed passed, $failed failed, $skipped skipped"
    [[ $failed -eq 0 && $((passed + skipped)) -gt 0 ]]
}

report() {
    [[ -z ${INTACT_CASES_DIR-} ]] || (
        IFS=$'\t'
        echo "$*" >>"$INTACT_CASES_DIR/e2e_$SUITE.cases"
    )
}
