#!/usr/bin/env bash
# A broken job is told with its place, and does not keep the sound ones from running.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"

sound_job() {
    job "$1" <<'TOML'
[source]
type    = "command"
command = ["echo", "data"]
TOML
}

broken_job() {
    job broken <<'TOML'
[source]
type   = "files"
pathes = ["/etc"]
TOML
}

three_jobs() {
    sound_job first
    broken_job
    sound_job last
}

case_check_points_at_the_key() {
    three_jobs
    expect 78 intact check
    cat "$WORK/out" "$WORK/err" >"$WORK/all"
    says all 'broken\.toml:3:1'
    says all "did you mean 'paths'"
}

case_check_is_content_with_sound_jobs() {
    sound_job first
    expect 0 intact check
}

case_check_takes_a_file() {
    three_jobs
    expect 0 intact check "$WORK/config/jobs.d/first.toml"
    expect 78 intact check "$WORK/config/jobs.d/broken.toml"
}

case_check_speaks_to_editors_and_programs() {
    three_jobs
    expect 78 intact check --format=short
    cat "$WORK/out" "$WORK/err" >"$WORK/all"
    says all '^[^ ]+broken\.toml:3:1: '
    expect 78 intact check --format=json
    python3 -c 'import json, sys; json.loads(open(sys.argv[1]).read().splitlines()[0])' "$WORK/out" ||
        python3 -m json.tool "$WORK/out"
}

case_sound_jobs_run_beside_a_broken_one() {
    three_jobs
    expect 0 intact run first
    says err broken
    expect 0 intact verify first
}

case_the_broken_job_itself_does_not_run() {
    three_jobs
    expect 78 intact run broken
    says err 'broken\.toml:3:1'
}

case_of_several_jobs_the_sound_ones_run() {
    three_jobs
    expect 78 intact run first broken last
    [[ -n $(manifest_of first) && -n $(manifest_of last) ]] || fail "a sound job did not run"
}

case_config_show_tells_the_origin() {
    sound_job first
    printf '[defaults.archive]\nlevel = 7\n' >"$WORK/config/intact.toml"
    expect 0 intact config show first --origin
    says out 'intact\.toml:2'
    says out 'first\.toml:'
}

case_two_jobs_may_not_replace_each_other() {
    sound_job first
    local name
    for name in one two; do
        job "$name" <<TOML
[source]
type    = "command"
command = ["echo", "data"]

[destination]
path = "$DEST"
name = "fixed"
TOML
    done
    expect 78 intact check
    expect 0 intact run first
}

run_cases
