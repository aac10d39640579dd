#!/usr/bin/env bash
# What somebody does who has never seen it, on a bare Debian 12 that is up: BOOT_ROOT is its root,
# BOOT_LEADER its first process, and /root/now.deb and /root/next.deb lie in it. The cases are one story.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/../e2e/harness.bash"

ROOT=${BOOT_ROOT:?the root of a container that is up}
LEADER=${BOOT_LEADER:?its first process}
BACKUPS=/var/backups/intact
HOLD=/var/tmp/hold

# inside COMMAND...: as root, in the container.
inside() {
    nsenter --target "$LEADER" --mount --uts --ipc --net --pid --cgroup -- \
        env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root \
        LANG=C.UTF-8 TERM=dumb DEBIAN_FRONTEND=noninteractive "$@"
}

apt() {
    expect 0 inside apt-get -q -y --no-install-recommends "$@"
}

property() {
    inside systemctl show intactd --property="$1" --value
}

has_backup() {
    [[ -n $(inside intact list "$1" --json) ]]
}

is_idle() {
    [[ $(inside busctl get-property org.intact.Agent1 /org/intact/Agent1 org.intact.Agent1 RunningCount) == "u 0" ]]
}

# logged TEXT: with its explanation.
logged() {
    inside journalctl --unit=intactd -x --output=short | grep -F -- "$1" >/dev/null
}

case_apt_installs_it_and_the_service_runs_without_a_job() {
    apt install /root/now.deb
    expect 0 inside systemctl status intactd
    says out 'Loaded: .*intactd\.service; enabled'
    says out 'Active: active \(running\)'
    is "$(property NRestarts)" 0
    is "$(inside systemctl is-enabled intactd-metrics.socket || true)" disabled
    is "$(inside systemctl is-active intactd-metrics.socket || true)" inactive
    is "$(inside stat -c '%U %a' $BACKUPS /var/lib/intact)" $'_intact 750\n_intact 750'
    expect 0 inside intact check
    is "$(inside intact status --json | python3 -c 'import json, sys; print(len(json.load(sys.stdin)["jobs"]))')" 0
    is "$(inside find /etc/intact/jobs.d -name '*.toml')" ""
    [[ $(inside find /etc/intact/jobs.d -name '*.toml.example' | wc -l) -ge 5 ]]
}

case_doctor_and_init_lead_to_a_first_job() {
    expect 0 inside intact init --name tmp --source /etc/apt --destination /home/tmp --schedule daily
    is "$(inside stat -c '%U %a' /etc/intact/jobs.d/tmp.toml)" 'root 640'
    expect 1 inside intact doctor tmp
    says out "error +destination +'/home/tmp' is not there"
    inside install -d -o _intact -m 750 /home/tmp
    expect 1 inside intact doctor tmp
    says out "sandbox +'/home/tmp' cannot be written by the service: ProtectHome=read-only"
    inside mkdir -p /etc/systemd/system/intactd.service.d
    grep -E '^ +(\[Service\]|ReadWritePaths=/home/tmp)$' "$WORK/out" |
        sed 's/^ *//' >"$ROOT/etc/systemd/system/intactd.service.d/override.conf"
    inside systemctl daemon-reload
    inside systemctl restart intactd
    expect 0 inside intact doctor tmp
    says out '^  ok +sandbox'
    says out '^  ok +service'
    expect 0 inside busctl call org.intact.Agent1 /org/intact/Agent1 org.intact.Agent1 Run s tmp
    await "its backup" has_backup tmp
    await "idleness" is_idle
    inside rm -r /home/tmp /etc/systemd/system/intactd.service.d /etc/intact/jobs.d/tmp.toml
    inside systemctl daemon-reload
    expect 0 inside systemctl restart intactd
}

case_an_example_is_a_job_after_a_reload() {
    # Every other second, so that nobody has to wait for the night.
    inside sed 's|^calendar .*|calendar = "*:*:0/2"|; /^random_delay/d; s|^paths .*|paths = ["/etc", "/usr/share/doc"]|' \
        /etc/intact/jobs.d/etc.toml.example >"$ROOT/etc/intact/jobs.d/etc.toml"
    expect 0 inside intact check
    expect 0 inside systemctl reload intactd
    await "a scheduled backup" has_backup etc
    expect 0 inside intact doctor etc
    says out 'atomic-rename|copy-and-swap'
    says out '^  ok +schedule +next at 2'
    expect 0 inside intact list etc
    says out 'etc-.*\.tar\.zst'
    await "the journal" logged "Backup of job etc is whole"
    expect 0 inside intact history etc
    says out 'success'
}

case_the_backup_comes_back() {
    expect 0 inside intact verify etc
    expect 0 inside intact restore etc --target /root/back
    # What has been there all the time.
    expect 0 inside diff -r --no-dereference /etc/apt /root/back/etc/apt
    expect 0 inside diff -r --no-dereference /etc/systemd /root/back/etc/systemd
    is "$(inside stat -c '%a %U:%G' /root/back/etc/shadow)" "$(inside stat -c '%a %U:%G' /etc/shadow)"
    inside rm -r /root/back
}

case_prometheus_can_ask_it() {
    # The container has no curl, but a network of its own.
    expect 0 nsenter --target "$LEADER" --net -- curl --silent --fail http://127.0.0.1:10471/metrics
    says out '^intact_job_last_success_timestamp_seconds\{backup="etc"\} 1'
    [[ -s $ROOT/usr/share/intact/prometheus/intact.rules.yml ]]
}

case_a_mistake_is_told_and_harms_nothing() {
    echo '[shedule]' >"$ROOT/etc/intact/jobs.d/wrong.toml"
    expect 1 inside systemctl reload intactd
    await "the journal" logged "unknown key 'shedule'"
    is "$(property ActiveState)" active
    rm "$ROOT/etc/intact/jobs.d/wrong.toml"
    expect 0 inside systemctl reload intactd
}

case_an_upgrade_while_idle_restarts_it() {
    local before
    inside sed -i 's|^calendar .*|calendar = "yearly"|' /etc/intact/jobs.d/etc.toml
    expect 0 inside systemctl reload intactd
    await "idleness" is_idle
    before=$(property MainPID)
    apt install --reinstall /root/now.deb
    is "$(property ActiveState)" active
    [[ $(property MainPID) != "$before" ]] || fail "the daemon from before the upgrade goes on"
}

case_an_upgrade_lets_a_run_end_well() {
    local daemon run
    touch "$ROOT$HOLD"
    echo '# mine' >>"$ROOT/etc/intact/intact.toml"
    cat >"$ROOT/etc/intact/jobs.d/long.toml" <<TOML
[source]
type    = "command"
command = ["sh", "-c", "echo first; touch $HOLD.begun; while [ -e $HOLD ]; do sleep 0.1; done; echo last"]
TOML
    expect 0 inside systemctl reload intactd
    expect 0 inside busctl call org.intact.Agent1 /org/intact/Agent1 org.intact.Agent1 Run s long
    await "the run" test -e "$ROOT$HOLD.begun"
    daemon=$(property MainPID)
    run=$(inside pgrep --parent "$daemon")
    apt install /root/next.deb
    says out 'backups are running'
    is "$(property MainPID)" "$daemon"
    is "$(inside pgrep --parent "$daemon")" "$run"
    rm "$ROOT$HOLD"
    await "its backup" has_backup long
    expect 0 inside intact verify long
    expect 0 inside intact restore long --stdout
    is "$(cat "$WORK/out")" $'first\nlast'
    is "$(inside intact history long --json | python3 -c 'import json, sys; print([json.loads(l)["outcome"] for l in sys.stdin])')" "['success']"
    await "idleness" is_idle
    expect 0 inside systemctl restart intactd
    [[ $(property MainPID) != "$daemon" ]]
    # What was changed there stays.
    is "$(tail -n 1 "$ROOT/etc/intact/intact.toml")" '# mine'
}

case_removed_it_leaves_configuration_and_backups() {
    apt remove intact
    is "$(property LoadState)" not-found
    is "$(inside pgrep --uid _intact || true)" ""
    [[ -s $ROOT/etc/intact/jobs.d/etc.toml && -s $ROOT/var/lib/intact/catalog.db ]]
    [[ -n $(find "$ROOT$BACKUPS/etc" -name '*.tar.zst') ]]
}

case_purged_it_leaves_nothing_but_the_backups() {
    local backups
    backups=$(cd "$ROOT$BACKUPS" && find . -name '*.tar.zst' -o -name '*.raw.zst' | sort)
    [[ -n $backups ]]
    apt purge intact
    is "$(cd "$ROOT$BACKUPS" && find . -name '*.tar.zst' -o -name '*.raw.zst' | sort)" "$backups"
    is "$(find "$ROOT$BACKUPS" -name '.*')" ""
    (cd "$ROOT$BACKUPS/etc" && sha256sum --check --quiet ./*.sha256)
    # The user stays, as its files do; what apt and the journal keep is theirs.
    is "$(inside find / -xdev \( -path /proc -o -path /sys -o -path /root -o -path $BACKUPS -o -path /var/cache/apt \
        -o -path /var/log -o -path /var/lib/apt \) -prune -o -iname '*intact*' -print)" ""
    is "$(inside journalctl --list-catalog | grep -c intact || true)" 0
    is "$(inside systemctl --failed --no-legend --plain | grep intact || true)" ""
}

run_cases
