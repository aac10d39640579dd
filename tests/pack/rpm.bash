#!/usr/bin/env bash
# The RPM packages, as Debian's rpmbuild makes them: what they hold, what they run and what they need.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/../e2e/harness.bash"

PACK=${PACK:?where packages go}
TREE=$(cd "$E2E/../.." && pwd)

binary() {
    local found
    found=$(find "$PACK/rpm" -name 'intact-*.x86_64.rpm')
    [[ -n $found ]] || skip "nothing was built"
    echo "$found"
}

case_builds_source_and_binary() {
    rm -rf "$PACK/rpm"
    # How fast the programs are is not what is tried here.
    expect 0 "$TREE/packaging/build-rpm.sh" "$PACK/rpm" -- --define 'optflags -O0 -g0'
    [[ -s $(binary) ]]
    is "$(rpm -qp --qf '%{NAME} %{SOURCEPACKAGE}' "$PACK"/rpm/*.src.rpm 2>/dev/null)" "intact 1"
}

case_rpmlint_finds_nothing_but_what_the_filter_explains() {
    expect 0 rpmlint --config "$TREE/packaging/rpm/rpmlint.toml" "$PACK"/rpm/*.rpm
    says out ' 0 errors, 0 warnings'
}

case_scripts_touch_the_service_only() {
    rpm -qp --scripts "$(binary)" 2>/dev/null >"$WORK/scripts"
    is "$(grep -c ' scriptlet ' "$WORK/scripts")" 3
    # Enabled or disabled by the distribution's presets; stopped when it goes, not when it is replaced.
    grep -q 'preset intactd.service' "$WORK/scripts"
    # shellcheck disable=SC2016 # the script's own
    grep -q '"$1" -eq 0 .* disable --now intactd.service' "$WORK/scripts"
    is "$(grep -cE 'restart|%\{|%[a-z]' "$WORK/scripts" || true)" 0
    is "$(grep -oE '(intact|systemctl)[a-z.-]*' "$WORK/scripts" | sort -u)" \
        $'intactd-metrics.socket\nintactd.service\nsystemctl'
    sed '/ scriptlet /d' "$WORK/scripts" | sh -n
}

case_needs_what_its_programs_are_linked_to() {
    local library
    rpm -qp --requires "$(binary)" 2>/dev/null >"$WORK/requires"
    for library in libsystemd libcrypto libarchive libzstd libsqlite3 libspdlog; do
        grep -q "^$library\.so" "$WORK/requires" || fail "does not need $library"
    done
    grep -qx dbus "$WORK/requires"
    is "$(grep -E '^/(home|tmp)|python|perl' "$WORK/requires" || true)" ""
}

case_installs_into_a_root_of_its_own() {
    local root=$WORK/root path
    mkdir -p "$root"
    expect 0 rpm --root "$root" --nodeps --noscripts --install "$(binary)"
    expect 0 rpm --root "$root" --verify --nodeps intact
    for path in /usr/bin/intact /usr/sbin/intactd /usr/lib/systemd/system/intactd.service \
        /usr/lib/sysusers.d/intact.conf /usr/lib/tmpfiles.d/intact.conf \
        /usr/share/man/man8/intactd.8.gz /usr/share/zsh/site-functions/_intact \
        /usr/share/dbus-1/system.d/org.intact.Agent1.conf /etc/intact/jobs.d/etc.toml.example; do
        [[ -s $root$path ]] || fail "no $path"
    done
    is "$(rpm -qp --configfiles "$(binary)" 2>/dev/null | sort)" \
        "$(find "$root/etc/intact" -type f -printf '/etc/intact/%P\n' | sort)"
    expect 0 "$root/usr/bin/intact" --config-dir "$root/etc/intact" check
    # What was changed there stays.
    echo '# mine' >>"$root/etc/intact/intact.toml"
    expect 0 rpm --root "$root" --nodeps --noscripts --upgrade --replacepkgs --force "$(binary)"
    is "$(tail -n 1 "$root/etc/intact/intact.toml")" '# mine'
}

run_cases
