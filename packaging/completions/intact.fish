# Completion of intact for fish. What there is to say comes from the program: its verbs and options from
# --help, names of jobs and backups from the hidden verb __complete, which needs no daemon.

# The words before the cursor that are neither options nor their values: program, verb, its own verb.
function __intact_words
    set -l is_value no
    for word in (commandline -opc)
        if test $is_value = yes
            set is_value no
            continue
        end
        switch $word
            case --config-dir --state-dir -t --target --into --depth --format --destination --limit \
                    --iterations --from --calendar --timezone --dst-gap --until --for --rounds --every --name --source --schedule
                set is_value yes
            case '-*'
            case '*'
                echo $word
        end
    end
end

# The places that the program is to look in, as they were given.
function __intact_places
    set -l option ''
    for word in (commandline -opc)
        if test -n "$option"
            echo $option=$word
            set option ''
            continue
        end
        switch $word
            case --config-dir --state-dir
                set option $word
            case '--config-dir=*' '--state-dir=*'
                echo $word
        end
    end
end

function __intact_verbs
    $argv --help 2>/dev/null | string replace -rf '^  ([a-z][a-z-]*) {2,}(.*)$' '$1\t$2'
end

function __intact_options
    set -l words (__intact_words)
    set -l verb $words[2]
    if contains -- "$verb" config selftest catalog
        set verb $words[2..3]
    end
    begin
        $words[1] --help 2>/dev/null
        test -n "$verb"
        and $words[1] $verb --help 2>/dev/null
    end | string replace -rf '^  (?:-[a-z],)?(--[a-z-]+)(?:[= ].*?)?(?: {2,}(.*))?$' '$1\t$2'
end

function __intact_names
    set -l words (__intact_words)
    $words[1] (__intact_places) __complete $argv[1] 2>/dev/null
end

# Whether the verb is one of these, alone or with one of its own.
function __intact_verb
    set -l words (__intact_words)
    contains -- "$words[2]" $argv
    or contains -- "$words[2] $words[3]" $argv
end

function __intact_count
    test (count (__intact_words)) -eq $argv[1]
end

complete -c intact -f
complete -c intact -n 'string match -q -- "-*" (commandline -ct)' -a '(__intact_options)'
complete -c intact -n '__intact_count 1' -a '(__intact_verbs (__intact_words))'
complete -c intact -n '__intact_count 2; and __intact_verb config selftest catalog' -a '(__intact_verbs (__intact_words))'
complete -c intact -n '__intact_verb run list history schedule status cancel pause resume doctor recover "config show"' -a '(__intact_names jobs)' -d Job
complete -c intact -n '__intact_verb verify restore show' -a '(__intact_names jobs)' -d Job
complete -c intact -n '__intact_verb verify restore show' -a '(__intact_names backups)' -d Backup
complete -c intact -n '__intact_verb verify restore show check "selftest publish"' -F
complete -c intact -n '__intact_verb "config schema"' -a 'job intact.toml'
complete -c intact -l config-dir -l state-dir -x -a '(__fish_complete_directories)'
complete -c intact -n '__intact_verb restore' -s t -l target -x -a '(__fish_complete_directories)'
complete -c intact -n '__intact_verb restore' -l into -x -a '(__intact_names jobs)'
complete -c intact -n '__intact_verb list init' -l destination -x -a '(__fish_complete_directories)'
complete -c intact -n '__intact_verb verify' -l depth -x -a 'size checksum archive'
complete -c intact -n '__intact_verb init' -l source -r -F
complete -c intact -n '__intact_verb init' -l schedule -x -a 'hourly daily weekly monthly never'
complete -c intact -n '__intact_verb check' -l format -x -a 'long short json'
complete -c intact -n '__intact_verb schedule' -l dst-gap -x -a 'run-after skip'
