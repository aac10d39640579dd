#!/usr/bin/env bash
# 'intact init': a first job, by options and by answers.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"

jobs_d() {
    echo "$INTACT_CONFIG_DIR/jobs.d"
}

# dialogue STATUS [AWAITED KEYS]... -- [OPTION...]: of 'intact init'; the screen is in $WORK/screen.
dialogue() {
    local status=$1 words=()
    shift
    while [[ $1 != -- ]]; do
        words+=("$1")
        shift
    done
    shift
    python3 -B "$E2E/../support/at_terminal.py" "$WORK/screen" "$status" "${words[@]}" -- \
        "$INTACT" init "$@" || fail "see above"
}

shows() {
    grep -qF -- "$1" "$WORK/screen" || fail "not on the screen: $1"$'\n'"$(cat "$WORK/screen")"
}

case_by_options_it_writes_a_job_that_runs() {
    mkdir -p "$WORK/tree" "$DEST/etc"
    echo text >"$WORK/tree/file"
    expect 0 intact init --name etc --source "$WORK/tree" --destination "$DEST/etc" --schedule daily
    is "$(head -n 1 "$WORK/out")" "$(jobs_d)/etc.toml"
    says out 'intact doctor etc'
    says out 'systemctl reload intactd'
    says out 'intact run etc'
    is "$(stat -c %a "$(jobs_d)/etc.toml")" 640
    is "$(ls -A "$(jobs_d)")" etc.toml
    expect 0 intact check
    expect 0 intact doctor etc
    expect 0 intact run etc
    expect 0 intact verify etc
    expect 0 intact schedule etc
    says out '\*-\*-\* 00:00:00'
}

case_of_a_command() {
    mkdir -p "$DEST/dump"
    expect 0 intact init --name dump --destination "$DEST/dump" --schedule never --command -- \
        printf '%s|' 'a "quoted" word' 'back\slash' $'new\nline' --stdout
    expect 0 intact run dump
    expect 0 intact restore dump --stdout
    is "$(cat "$WORK/out")" $'a "quoted" word|back\\slash|new\nline|--stdout|'
    [[ $(cat "$(jobs_d)/dump.toml") != *schedule* ]]
}

case_whatever_a_path_is_called_it_is_found() {
    local name
    for name in 'with space' 'quote"' "apostrophe'" 'back\slash' $'tab\there' $'line\nend' '#{hash}' 'ü€'; do
        mkdir -p "$WORK/tree/$name"
        expect 0 intact init --name odd --source "$WORK/tree/$name" --schedule daily --destination "$DEST"
        expect 0 intact run odd
        rm "$(jobs_d)/odd.toml"
    done
}

case_stdout_writes_no_file() {
    expect 0 intact init --name etc --source /etc --schedule daily --stdout
    cp "$WORK/out" "$WORK/etc.toml"
    says out '^calendar = "daily"$'
    [[ ! -e $INTACT_CONFIG_DIR ]]
    expect 0 intact check "$WORK/etc.toml"
}

case_a_file_that_is_there_is_never_replaced() {
    mkdir -p "$(jobs_d)"
    echo '# mine' >"$(jobs_d)/etc.toml"
    ln -s /dev/null "$(jobs_d)/masked.toml"
    expect 1 intact init --name etc --source /etc --schedule daily
    says err "job 'etc' is there already: .*etc\.toml"
    expect 1 intact init --name masked --source /etc --schedule daily
    is "$(cat "$(jobs_d)/etc.toml")" '# mine'
    is "$(ls -A "$(jobs_d)")" $'etc.toml\nmasked.toml'
}

case_without_a_terminal_it_says_what_is_missing() {
    expect 2 intact init
    says err 'not given: --name, --source or --command, --schedule'
    expect 2 intact init --name etc --source /etc
    says err 'not given: --schedule'
    expect 2 intact init --name etc --schedule daily --command
    expect 2 intact init --name etc --schedule daily --source /etc --command -- true
    [[ ! -e $INTACT_CONFIG_DIR ]]
}

case_a_wrong_option_is_told_in_the_words_of_check() {
    expect 78 intact init --name 'A/b' --source /etc --schedule daily
    expect 78 intact init --name Etc --source /etc --schedule daily
    says err "'Etc' cannot name a job"
    expect 78 intact init --name etc --source etc --schedule daily
    says err "absolute"
    expect 78 intact init --name etc --source /etc --schedule someday
    says err "schedule.calendar"
    expect 78 intact init --name etc --source /etc --schedule daily --destination $'/\xff'
    mkdir -p "$INTACT_CONFIG_DIR"
    echo 'wrong' >"$INTACT_CONFIG_DIR/intact.toml"
    expect 78 intact init --name etc --source /etc --schedule daily
    [[ ! -e $(jobs_d) ]]
}

case_where_it_may_not_write_it_says_so() {
    mkdir -p "$WORK/config"
    : >"$WORK/config/jobs.d"
    expect 1 intact init --name etc --source /etc --schedule daily
    is "$(ls -A "$WORK/config")" jobs.d
}

case_by_answers_at_a_terminal() {
    mkdir -p "$WORK/a" "$WORK/b"
    dialogue 0 'Name of the job' 'Not Good\n' 'cannot name a job' 'home\n' "[files]" 'what\n' "'command'" '\n' \
        'Path' 'relative\n' 'absolute' "$WORK/a\\n" 'Another path' "$WORK/b\\n" 'Another path' '\n' \
        '[/var/backups/intact/home]' "$DEST\\n" '[daily]' 'someday\n' 'hand only' 'Mon 03:00\n' --
    shows 'intact doctor home'
    expect 0 intact config show home
    says out "paths *= *\[\"$WORK/a\", \"$WORK/b\"\]"
    says out "path *= *\"$DEST\""
    says out 'calendar *= *\["Mon 03:00"\]'
}

case_what_options_give_is_not_asked_for() {
    dialogue 0 "[files]" 'command\n' 'Command' 'pg_dump "-Fc\n' 'is not closed' \
        'pg_dump -Fc "my shop"\n' 'Directory' '\n' '[daily]' '\n' -- --name shop
    expect 0 intact config show shop
    says out 'command *= *\["pg_dump", "-Fc", "my shop"\]'
    says out 'path *= *"/var/backups/intact/shop"'
}

case_who_leaves_writes_nothing() {
    dialogue 130 'Name of the job' 'etc\n' 'files' '\x04' --
    [[ ! -e $INTACT_CONFIG_DIR ]]
}

run_cases
