#!/usr/bin/env bash
# Credentials of the unit, from systemd through the daemon and the run to the command.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/../e2e/harness.bash"
# shellcheck source=tests/boot/inside.bash
source "$(dirname "$0")/inside.bash"

case_credentials_of_the_unit_reach_the_command() {
    fresh
    # What root alone may read, in the unit's namespace as outside it.
    mkdir -p "$ROOT/etc/intact/secrets"
    (umask 077 && echo 'secret-pgpass' >"$ROOT/etc/intact/secrets/pgpass" &&
        echo 'secret-file' >"$ROOT/etc/intact/secrets/file")
    drop_in 'LoadCredential=pgpass:/etc/intact/secrets/pgpass' 'SetCredential=pg:secret-set'
    task secret <<'TOML'
[schedule]
calendar = "*:*:*"

[source]
type    = "command"
# libpq passes over a file with rights for anybody but its owner, who must be its user or root.
command = ["sh", "-c", "stat -Lc '%a %U' \"$PGPASSFILE\"; cat \"$PGPASSFILE\"; echo \"$PGPASSWORD $A_TOKEN\""]

[source.environment]
PGPASSFILE = { credential = "pgpass" }
PGPASSWORD = { credential = "pg", as = "content" }
A_TOKEN    = { file = "/etc/intact/secrets/file" }

[archive]
compression = "none"
TOML
    expect 0 inside systemctl start intactd
    await "a backup" has_backups secret 1
    expect 0 inside systemctl stop intactd
    local manifest
    manifest=$(find "$BACKUPS/secret" -name '*.manifest.json' | head -n 1)
    is "$(cat "${manifest%.manifest.json}")" $'400 _intact\nsecret-pgpass\nsecret-set secret-file'
    ! said 'secret-(pgpass|set|file)' || fail "a secret is in the journal"
    ! grep -rqE 'secret-(pgpass|set|file)' "$ROOT/var/lib/intact" || fail "a secret is in the state"
    # By hand there are none, and the run says what to do.
    expect 1 inside intact run secret
    says err "no credential 'pgpass'.*CREDENTIALS_DIRECTORY is not set"
    rm -r "$ROOT/etc/intact/secrets"
}

run_cases
