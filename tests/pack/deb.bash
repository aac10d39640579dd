#!/usr/bin/env bash
# The Debian package, built where nothing is but what it says that it needs: in the root PACK/build. What
# is built stays in PACK/first for the suites after this one.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/../e2e/harness.bash"

# shellcheck source=tests/pack/build.bash
source "$(dirname "$0")/build.bash"

case_builds_in_a_clean_root_with_what_it_declares() {
    built_in "$PACK/first" /var/tmp LC_ALL=C TZ=UTC
    is "$(grep -c 'warning: ' "$PACK/first/build.log" || true)" 0
    [[ -s $(package intact) && -s $(package intact-dbgsym) ]]
}

case_lintian_finds_neither_error_nor_warning() {
    expect 0 lintian --allow-root --fail-on error,warning "$PACK"/first/*.changes
    is "$(grep '^[EW]:' "$WORK/out" || true)" ""
}

case_everything_is_in_it_and_in_its_place() {
    local deb page
    deb=$(package intact)
    dpkg-deb --fsys-tarfile "$deb" | tar -t | sed 's/^\.//' >"$WORK/files"
    for page in "$TREE"/man/*.scd; do
        page=$(basename "$page" .scd)
        grep -qx "/usr/share/man/man${page##*.}/$page.gz" "$WORK/files" || fail "no $page"
    done
    for page in "$TREE"/config/jobs.d/*.example; do
        grep -qx "/etc/intact/jobs.d/$(basename "$page")" "$WORK/files" || fail "no $page"
    done
    grep -qx /lib/systemd/system/intactd.service "$WORK/files"
    grep -qx /usr/share/bash-completion/completions/intact "$WORK/files"
    grep -qx /usr/share/zsh/vendor-completions/_intact "$WORK/files"
    grep -qx /usr/share/fish/vendor_completions.d/intact.fish "$WORK/files"
    dpkg-deb --ctrl-tarfile "$deb" | tar -C "$WORK" -x
    # What an administrator may have changed is not replaced unasked.
    is "$(sort "$WORK/conffiles")" "$(grep '^/etc/.*[^/]$' "$WORK/files" | sort)"
    # The user is there, and the bus and the directories know it, before the service.
    is "$(grep -oE 'systemd-sysusers|ReloadConfig|systemd-tmpfiles|deb-systemd-invoke start' "$WORK/postinst" |
        awk '!seen[$0]++')" $'systemd-sysusers\nReloadConfig\nsystemd-tmpfiles\ndeb-systemd-invoke start'
}

case_the_programs_are_hardened() {
    local program
    dpkg-deb -x "$(package intact)" "$WORK/x"
    for program in usr/bin/intact usr/sbin/intactd; do
        readelf -Wlhd "$WORK/x/$program" >"$WORK/elf"
        grep -q 'Type: *DYN' "$WORK/elf"
        grep -q 'GNU_RELRO' "$WORK/elf"
        grep -q 'FLAGS.*NOW' "$WORK/elf"
        readelf -Ws --dyn-syms "$WORK/x/$program" >"$WORK/symbols"
        grep -q '__stack_chk_fail' "$WORK/symbols"
        grep -q '_chk@' "$WORK/symbols"
        if grep -aq "$TREE\|/var/tmp/intact-deb" "$WORK/x/$program"; then
            fail "$program knows where it was built"
        fi
    done
}

run_cases
