# shellcheck shell=bash
# The daemon in the foreground, for suites that source this after the harness.

# shellcheck disable=SC2153 # the harness has it
INTACTD=$(dirname "$INTACT")/intactd

# In the background, its log in $WORK/log, its metrics where no other's are.
daemon() {
    mkdir -p "$INTACT_CONFIG_DIR"
    grep -q '^\[metrics\]' "$INTACT_CONFIG_DIR/intact.toml" 2>/dev/null ||
        printf '[metrics]\nlisten = ["unix:%s"]\n' "$WORK/metrics.sock" >>"$INTACT_CONFIG_DIR/intact.toml"
    "$INTACTD" "${BUS:---no-bus}" >>"$WORK/log" 2>&1 </dev/null &
    DAEMON=$!
    await "the daemon to be ready" grep -q '^info: started' "$WORK/log"
}

# ends STATUS: the daemon, with this.
ends() {
    local status=0
    wait "$DAEMON" || status=$?
    is "$status" "$1"
}

logged() {
    grep -qE -- "$1" "$WORK/log"
}

await_log() {
    await "'$1' in $(cat "$WORK/log")" logged "$1"
}

query() {
    sqlite3 -cmd '.timeout 60000' "$INTACT_STATE_DIR/catalog.db" "$1"
}

# has_backups JOB NUMBER: at least.
has_backups() {
    [[ $(find "$DEST/$1" -name '*.manifest.json' | wc -l) -ge $2 ]]
}

# has_lines NUMBER REGEX FILE: at least.
has_lines() {
    [[ $(grep -cE -- "$2" "$3") -ge $1 ]]
}

# gives RESULT QUERY
gives() {
    [[ $(query "$2") == "$1" ]]
}

is_dead() {
    ! kill -0 "$1"
}

# Reads as long as the file $WORK/hold is there.
held_job() {
    job held <<TOML
[schedule]
calendar = "*:*:*"

[source]
type    = "command"
command = ["sh", "-c", "echo data; touch $WORK/begun; while [ -e $WORK/hold ]; do sleep 0.05; done"]
TOML
    touch "$WORK/hold"
}

settings() {
    mkdir -p "$INTACT_CONFIG_DIR"
    printf '[daemon]\n%s\n' "$*" >"$INTACT_CONFIG_DIR/intact.toml"
}

# The process of the run that is on.
run_process() {
    pgrep -P "$DAEMON" -x intact
}
