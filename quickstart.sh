#!/usr/bin/env bash
# From a fresh clone to a proven backup: builds Intact, backs up /etc into ./quickstart-data, checks
# the backup with Intact and without it, restores it to a temporary folder and compares.
# Changes nothing outside this folder but the packages that it installs. May be run again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=tests/support/packages.sh
source tests/support/packages.sh

data=$PWD/quickstart-data
intact=$PWD/build/release/agent/intact
source_dir=/etc
export INTACT_CONFIG_DIR=$data/config INTACT_STATE_DIR=$data/state
# What find and sort print is compared byte by byte.
export LC_ALL=C.UTF-8
# /etc holds secrets, and so will its backup and the restored copy.
umask 077

bold="" green="" red="" plain=""
if [[ -t 1 && -z ${NO_COLOR-} ]]; then
    bold=$'\e[1m' green=$'\e[32m' red=$'\e[31m' plain=$'\e[0m'
fi
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

step=0
heading() {
    step=$((step + 1))
    printf '\n%s%d. %s%s\n' "$bold" "$step" "$*" "$plain"
}

good() {
    printf '%s✓%s %s\n' "$green" "$plain" "$*"
}

die() {
    printf '%serror:%s %s\n' "$red" "$plain" "$*" >&2
    exit 1
}

# show COMMAND...: the command as one would type it, then what it does.
show() {
    printf '$ %s\n' "${*/#$intact/intact}"
    "$@"
}

# quiet LOG COMMAND...: output only when it fails.
quiet() {
    local log=$1
    shift
    "$@" >"$log" 2>&1 || {
        cat "$log"
        die "'$*' failed"
    }
}

heading "What the build needs"
install_packages build run

heading "Build"
begun=$SECONDS
quiet "$scratch/configure.log" cmake --preset release
quiet "$scratch/build.log" cmake --build --preset release
good "$("$intact" --version) built in $((SECONDS - begun)) s: ${intact#"$PWD"/}"

heading "A job: back up $source_dir"
mkdir -p "$data/config/jobs.d" "$data/backups"
cat >"$data/config/jobs.d/etc.toml" <<TOML
description = "System configuration"

[source]
type  = "files"
paths = ["$source_dir"]
# Everything, so that the comparison at the end can be exact.
exclude_caches     = false
exclude_if_present = []

[destination]
path = "$data/backups"
TOML
cat "$data/config/jobs.d/etc.toml"
echo
show "$intact" check

# facts DIR: one record for each entry below DIR: path, type, mode, owner, size, time, link target.
# Sockets are left out: no archive holds one. Only root can give files away, so only root compares
# owners.
facts() {
    local owner='%U:%G'
    [[ $EUID -eq 0 ]] || owner='-'
    find "$1" -mindepth 1 \
        \( -type s -o -type d -printf "%P\t%y\t%m\t$owner\t-\t%T@\t\0" \
        -o -printf "%P\t%y\t%m\t$owner\t%s\t%T@\t%l\0" \) 2>/dev/null | sort -z
}

# contents DIR: the SHA-256 of every readable file below DIR.
contents() {
    (cd "$1" && find . -type f -readable -print0 2>/dev/null | sort -z | xargs -0r sha256sum -z)
}

snapshot() {
    facts "$source_dir" >"$scratch/facts.$1" || true
    contents "$source_dir" >"$scratch/contents.$1" || true
}

heading "Take the backup"
snapshot before
status=0
show "$intact" run etc || status=$?
case $status in
0) good "complete" ;;
3)
    if [[ $EUID -eq 0 ]]; then
        good "done; the warnings above name what could not be taken as it is"
    else
        good "done; the warnings name what $(id -un) may not read. Root's backup has it all."
    fi
    ;;
*) die "the backup failed with exit status $status" ;;
esac
snapshot after

heading "Verify it"
show "$intact" verify etc
show "$intact" list etc

heading "Check it without Intact"
archive=$(find "$data/backups" -maxdepth 1 -name 'etc-*.tar.zst' -printf '%f\n' | sort | tail -n 1)
[[ -n $archive ]] || die "no archive in $data/backups"
cd "$data/backups"
show sha256sum -c "$archive.sha256"
printf '$ %s\n' "tar --zstd -tf $archive | wc -l"
tar --zstd -tf "$archive" >"$scratch/names" || die "tar cannot read the archive"
good "tar reads $(wc -l <"$scratch/names") entries"
cd - >/dev/null

heading "Restore it to a temporary folder"
status=0
show "$intact" restore etc --target "$scratch/restored" || status=$?
[[ $status -eq 0 || $status -eq 3 ]] || die "the restore failed with exit status $status"

heading "Compare the restored tree with $source_dir"
restored=$scratch/restored$source_dir
facts "$restored" >"$scratch/facts.restored"
contents "$restored" >"$scratch/contents.restored"

# What this user may not read is not in the backup; what changed since is in it as it was. Both are
# left out of the comparison, by path, and counted.
find "$source_dir" -mindepth 1 ! -type l ! -readable -printf '%P\0' 2>/dev/null >"$scratch/unreadable" || true
for kind in facts contents; do
    sort -z "$scratch/$kind.before" "$scratch/$kind.after" | uniq -z -u
done | sed -z 's/\t.*//; s/^[0-9a-f]\{64\}  \.\///' | sort -zu >"$scratch/changed"

# without_left_out KIND WHICH: those lines of a snapshot whose path is to be compared.
without_left_out() {
    awk -v RS='\0' -v kind="$1" '
        FILENAME != ARGV[ARGC - 1] { left_out[$0]; next }
        {
            path = $0
            if (kind == "contents") path = substr(path, length("./") + 64 + 3)
            else sub(/\t.*/, "", path)
            if (path in left_out) next
            gsub(/\n/, "\\n")
            print
        }' "$scratch/unreadable" "$scratch/changed" "$scratch/$1.$2"
}

for kind in facts contents; do
    without_left_out "$kind" before >"$scratch/expected"
    without_left_out "$kind" restored >"$scratch/found"
    if ! diff -u0 --label "$source_dir" --label restored "$scratch/expected" "$scratch/found"; then
        die "the restored tree differs from $source_dir in its $kind, see above"
    fi
    printf -v "compared_$kind" %s "$(wc -l <"$scratch/expected")"
done
count_left_out() {
    tr -dc '\0' <"$scratch/$1" | wc -c
}
whose="owner, "
[[ $EUID -eq 0 ]] || whose=""
# shellcheck disable=SC2154 # set by printf -v above
good "$compared_facts entries have the same type, mode, ${whose}size, time and link target"
# shellcheck disable=SC2154
good "$compared_contents files have the same content"
if [[ -s $scratch/unreadable ]]; then
    echo "  left out: $(count_left_out unreadable) that $(id -un) may not read"
fi
if [[ -s $scratch/changed ]]; then
    echo "  left out: $(count_left_out changed) that changed while this ran"
fi

cat <<TEXT

${green}${bold}It works.${plain} The backup is in ${data/#$PWD/.}/backups; 'rm -r ${data/#$PWD/.}' removes all that this made.

${bold}Your first job${plain} (five lines; a job file's name is the job's name)

    sudo install -m 0755 ${intact#"$PWD"/} /usr/local/bin/intact
    sudo install -d -m 0750 /etc/intact/jobs.d
    printf '[source]\ntype = "files"\npaths = ["/home"]\n' | sudo tee /etc/intact/jobs.d/home.toml
    sudo intact check
    sudo intact run home

${bold}Where things are${plain}

    /etc/intact/jobs.d/NAME.toml   one file for each job; examples in config/jobs.d/
    /etc/intact/intact.toml        [defaults] for all jobs; optional
    /var/backups/intact/NAME/      the backups, unless [destination] path says otherwise
    intact --help                  every command, each with an example
TEXT
