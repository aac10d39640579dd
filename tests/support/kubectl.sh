#!/bin/sh
# A kubectl without a cluster: the container is this machine, with the programs in one directory.
# Copied into a directory of its own; the files beside it say how it behaves (a job's programs get
# a clean environment):
#   pods         what `get pods` prints; from the second time on pods.after, if there is one
#   get.words    to stderr, and get.exit with that status, instead of pods
#   bin/         PATH in the container; without it the caller's
#   exec.words   to stderr, and exec.exit with that status, instead of the program
#   exec.output  to stdout before that
#   sent         so many bytes of the program's stdout come, and nothing tells of it
#   said         so many bytes of its stderr come
#   end.words    to stderr at the end, and end.exit with that status instead of the program's
#   spoil        the byte at this offset is another one
#   runtime      how a program that is not there is told: "containerd" (default), "docker", "crio"
# It writes down its arguments in calls, one a line, an empty line after each call.
set -u
here=$(dirname "$0")
{
    printf '%s\n' "$@"
    echo
} >>"$here/calls"

# tell NAME: the words and the exit status prepared for that, if they are.
tell() {
    [ ! -e "$here/$1.words" ] || cat "$here/$1.words" >&2
    [ ! -e "$here/$1.exit" ] || exit "$(cat "$here/$1.exit")"
}

missing() {
    words="exec failed: unable to start container process: exec: \"$1\": executable file not found in \$PATH: unknown"
    case $(cat "$here/runtime" 2>/dev/null) in
        docker)
            printf 'OCI runtime exec failed: %s\r\n' "$words"
            echo 'command terminated with exit code 127' >&2
            exit 127
            ;;
        crio)
            # shellcheck disable=SC2016 # so it says
            printf 'time="2026-11-28T10:00:00Z" level=error msg="exec failed: unable to start container process: exec: \\"%s\\": executable file not found in $PATH"\n' "$1" >&2
            echo 'command terminated with exit code 255' >&2
            exit 255
            ;;
        *)
            echo "error: Internal error occurred: error executing command in container: failed to start exec: OCI runtime exec failed: $words" >&2
            exit 1
            ;;
    esac
}

for word in "$@"; do
    case $word in
        get)
            tell get
            if [ -e "$here/asked" ] && [ -e "$here/pods.after" ]; then
                cat "$here/pods.after"
            else
                cat "$here/pods"
            fi
            : >"$here/asked"
            exit 0
            ;;
        exec) break ;;
        *) ;;
    esac
done

[ ! -e "$here/exec.output" ] || cat "$here/exec.output"
tell exec
while [ "$1" != -- ]; do
    shift
done
shift
inside=$PATH
[ ! -d "$here/bin" ] || inside=$here/bin
program=$(PATH=$inside command -v "$1") || missing "$1"
shift
if [ ! -e "$here/sent" ] && [ ! -e "$here/said" ] && [ ! -e "$here/spoil" ]; then
    PATH=$inside "$program" "$@"
    status=$?
else
    # The container sends all of it; it is lost on the way.
    PATH=$inside "$program" "$@" >"$here/stdout" 2>"$here/stderr"
    status=$?
    if [ -e "$here/spoil" ]; then
        printf '\377' | dd of="$here/stdout" bs=1 seek="$(cat "$here/spoil")" conv=notrunc status=none
    fi
    head -c "$(cat "$here/sent" 2>/dev/null || echo 1000000000)" "$here/stdout"
    head -c "$(cat "$here/said" 2>/dev/null || echo 1000000000)" "$here/stderr" >&2
fi
[ "$status" = 0 ] || echo "command terminated with exit code $status" >&2
tell end
exit "$status"
