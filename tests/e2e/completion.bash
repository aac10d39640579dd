#!/usr/bin/env bash
# What bash, zsh and fish complete, each asked itself.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"

FILES=$E2E/../../packaging/completions

# two_jobs: 'etc' with a backup, 'home' without one; the program is on PATH as 'intact'.
two_jobs() {
    local name
    mkdir -p "$WORK/data" "$WORK/bin"
    ln -s "$INTACT" "$WORK/bin/intact"
    export PATH=$WORK/bin:$PATH
    for name in etc home; do
        job "$name" <<TOML
[source]
type  = "files"
paths = ["$WORK/data"]
TOML
    done
    expect 0 intact run etc --quiet
    backup=$(basename "$(archive_of etc)")
    cd "$WORK/data"
    touch a-file
}

# by_bash LINE, by_zsh LINE, by_fish LINE: what is offered after it, sorted, without descriptions.
by_bash() {
    # shellcheck disable=SC2016 # the inner shell expands it
    bash --norc -c '
        source /usr/share/bash-completion/bash_completion
        source "$0"
        COMP_LINE=$1 COMP_POINT=${#1} COMP_TYPE=9 COMP_KEY=9
        # As readline splits it, "=" being a word of its own.
        mapfile -t COMP_WORDS < <(sed "s/=/ = /g; s/ \+/\n/g" <<<"$1")
        COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
        [[ $(complete -p intact) == *"-F _intact intact" ]] || exit
        _intact intact "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
        printf "%s\n" "${COMPREPLY[@]}"' "$FILES/intact.bash" "$1" | sort -u
}
by_zsh() {
    ZDOTDIR=$WORK timeout 60 zsh -f "$E2E/../support/zsh_completes.zsh" "$FILES" "$1" | sort -u
}
by_fish() {
    # shellcheck disable=SC2016 # the inner shell expands it
    HOME=$WORK fish --no-config -c 'source $argv[1]; complete -C $argv[2]' "$FILES/intact.fish" "$1" |
        cut -f1 | sort -u
}

# offers SHELL LINE WORD...: exactly these.
offers() {
    local shell=$1 line=$2
    shift 2
    is "$shell: $("by_$shell" "$line")" "$shell: $(printf '%s\n' "$@" | sort -u)"
}

# cases_of SHELL
cases_of() {
    local shell=$1 verbs options
    two_jobs
    verbs=$(intact --help | sed -n '/^Subcommands:/,/^$/s/^  \([a-z-]*\) .*/\1/p')
    mapfile -t verbs <<<"$verbs"
    [[ ${#verbs[@]} -gt 10 ]] || fail "no verbs"
    offers "$shell" "intact " "${verbs[@]}"
    offers "$shell" "intact cata" catalog
    offers "$shell" "intact run " etc home
    offers "$shell" "intact run etc h" home
    offers "$shell" "intact status e" etc
    offers "$shell" "intact config " show schema
    offers "$shell" "intact config show " etc home
    offers "$shell" "intact selftest " publish
    offers "$shell" "intact restore etc-" "$backup"
    offers "$shell" "intact verify ho" home
    offers "$shell" "intact show etc-" "$backup"
    offers "$shell" "intact verify --depth " size checksum archive
    offers "$shell" "intact init --schedule w" weekly
    offers "$shell" "intact init --des" --destination
    offers "$shell" "intact restore --over" --overwrite
    offers "$shell" "intact config show --or" --origin
    offers "$shell" "intact --config-dir $WORK/nowhere run " ""
    options=$("by_$shell" "intact run -" | grep -c -e '^--')
    [[ $options -ge 10 ]] || fail "$options options of run"
}

case_bash() {
    [[ -r /usr/share/bash-completion/bash_completion ]] || skip "no bash-completion here"
    cases_of bash
}

case_zsh() {
    command -v zsh >/dev/null || skip "no zsh here"
    cases_of zsh
}

case_fish() {
    command -v fish >/dev/null || skip "no fish here"
    cases_of fish
}

case_names_need_neither_daemon_nor_rights_and_are_silent() {
    two_jobs
    expect 0 intact __complete jobs
    is "$(cat "$WORK/out")" $'etc\nhome'
    expect 0 intact __complete backups
    is "$(cat "$WORK/out")" "$backup"
    # A job whose file is broken has no name to offer, and nobody is told in the middle of a line.
    echo '[sorce]' >"$INTACT_CONFIG_DIR/jobs.d/home.toml"
    rm -rf "${DEST:?}/etc"
    expect 0 intact __complete jobs
    is "$(cat "$WORK/out" "$WORK/err")" etc
    expect 0 intact __complete backups
    is "$(cat "$WORK/out" "$WORK/err")" ""
    expect 2 intact __complete others
}

run_cases
