# shellcheck shell=bash
# Completion of intact for bash. What there is to say comes from the program: its verbs and options from
# --help, names of jobs and backups from the hidden verb __complete, which needs no daemon.

# _intact_options PROGRAM [VERB...]
_intact_options() {
    "$@" --help 2>/dev/null | sed -n 's/^  \(-[[:alnum:]],\)\{0,1\}\(--[a-z-]*\).*/\2/p'
}

# _intact_verbs PROGRAM [VERB]
_intact_verbs() {
    "$@" --help 2>/dev/null | sed -n '/^Subcommands:/,/^$/s/^  \([a-z-]\{1,\}\) .*/\1/p'
}

# _intact_offer WORDS: those that go on as what was typed.
_intact_offer() {
    mapfile -t COMPREPLY < <(compgen -W "$1" -- "$cur")
}

# What stands before the word: verb, its own verb, and the places that the program is to look in.
_intact_parse() {
    local i
    for ((i = 1; i < cword; i++)); do
        case ${words[i]} in
        --) after_end=yes ;;
        --config-dir | --state-dir)
            places+=("${words[i]}=${words[i + 1]-}")
            i=$((i + 1))
            ;;
        --config-dir=* | --state-dir=*) places+=("${words[i]}") ;;
        -t | --target | --into | --depth | --format | --destination | -n | --limit | --iterations | --from | \
            --calendar | --timezone | --dst-gap | --until | --for | --rounds | --every | --name | --source | --schedule)
            # -n has a value of some verbs only.
            [[ ${words[i]} == -n && $verb =~ ^(restore|recover)$ ]] || i=$((i + 1))
            ;;
        -*) ;;
        *)
            if [[ -z $verb ]]; then
                verb=${words[i]}
            elif [[ -z $part && $verb =~ ^(config|selftest|catalog)$ ]]; then
                part=${words[i]}
            fi
            ;;
        esac
    done
}

# Whether it was the value of an option that was asked for.
_intact_value() {
    case $prev in
    --config-dir | --state-dir | -t | --target | --destination) _filedir -d ;;
    --into) _intact_offer "$("$1" "${places[@]}" __complete jobs 2>/dev/null)" ;;
    --depth) _intact_offer "size checksum archive" ;;
    --format) _intact_offer "long short json" ;;
    --dst-gap) _intact_offer "run-after skip" ;;
    --timezone) _intact_offer "$(timedatectl list-timezones 2>/dev/null)" ;;
    --source) _filedir ;;
    --schedule) _intact_offer "hourly daily weekly monthly never" ;;
    --limit | --iterations | --from | --calendar | --until | --for | --rounds | --every | --name) ;;
    *) return 1 ;;
    esac
}

_intact() {
    local cur prev words cword split verb="" part="" after_end=no
    local -a places=()
    _init_completion -s || return
    _intact_parse
    if [[ $after_end == yes ]] || _intact_value "$1" || [[ $split == true ]]; then
        return
    fi
    if [[ $cur == -* ]]; then
        _intact_offer "$(_intact_options "$1")
            ${verb:+$(_intact_options "$1" "$verb" ${part:+"$part"})}"
        return
    fi
    case "$verb $part" in
    " ") _intact_offer "$(_intact_verbs "$1")" ;;
    "config " | "selftest " | "catalog ") _intact_offer "$(_intact_verbs "$1" "$verb")" ;;
    "config schema") _intact_offer "job intact.toml" ;;
    "run "* | "list "* | "history "* | "schedule "* | "status "* | "cancel "* | "pause "* | \
        "resume "* | "doctor "* | "recover "* | "config show")
        _intact_offer "$("$1" "${places[@]}" __complete jobs 2>/dev/null)"
        ;;
    "verify "* | "restore "* | "show "*)
        _intact_offer "$("$1" "${places[@]}" __complete jobs 2>/dev/null)
            $("$1" "${places[@]}" __complete backups 2>/dev/null)"
        [[ ${#COMPREPLY[@]} -gt 0 ]] || _filedir
        ;;
    "check "*) _filedir ;;
    "selftest publish") _filedir -d ;;
    esac
} && complete -F _intact intact
