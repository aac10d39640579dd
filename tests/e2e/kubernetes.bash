#!/usr/bin/env bash
# Files of a pod, by a kubectl without a cluster: what kubectl lost is never published.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"
# shellcheck source=tests/e2e/foreground.bash
source "$(dirname "$0")/foreground.bash"

# pod_job [LINE...]: job p of a pod that holds $WORK/data; lines are more of [source].
pod_job() {
    mkdir -p "$WORK/k" "$WORK/data"
    cp "$E2E/../support/kubectl.sh" "$WORK/k/kubectl"
    head -c 100000 /dev/urandom >"$WORK/data/noise"
    # A tar of the container's knows no fractions of seconds.
    touch -d 2026-11-01T12:34:56Z "$WORK/data/noise" "$WORK/data"
    printf 'shop-0\tu1\tRunning\tTrue\t\t\tdb=0=true===,\n' >"$WORK/k/pods"
    {
        printf '[source]\ntype = "kubernetes"\npod = "shop-0"\nnamespace = "prod"\n'
        printf 'kubectl = "%s"\npath = "%s"\n' "$WORK/k/kubectl" "$WORK/data"
        printf '%s\n' "$@"
    } | job p
}

# stays COUNT: so many backups, and nothing half-done.
stays() {
    is "$(find "$DEST/p" -name '*.manifest.json' | wc -l)" "$1"
    is "$(left_over "$DEST/p")" ""
}

proven() {
    is "$(from_json "$(manifest_of p)" 'm["stream"]["format"] + " " + m["stream"]["proven"]')" "tar $1"
}

case_a_pods_files_are_proven_by_their_digest() {
    pod_job
    expect 0 intact run p
    proven checksum
    is "$(from_json "$(manifest_of p)" 'm["source"]["items"][0]')" "prod/shop-0:$WORK/data"
    mkdir "$WORK/back"
    expect 0 intact restore p --target "$WORK/back"
    same_trees "$WORK/data" "$WORK/back$WORK/data"
}

case_what_kubectl_lost_is_not_published_and_the_next_run_is() {
    pod_job
    expect 0 intact run p
    echo 70000 >"$WORK/k/sent"
    expect 6 intact run p
    says err 'ended with status 0, but of the [0-9]+ bytes that the pod sent 70000 came'
    stays 1
    expect 0 intact history p --json
    says out 'source_incomplete'
    rm "$WORK/k/sent"
    expect 0 intact run p
    stays 2
    expect 0 intact verify --all
}

# As long as what was sent, yet not the same.
case_a_byte_that_changed_on_the_way_is_found() {
    pod_job
    echo 5000 >"$WORK/k/spoil"
    expect 6 intact run p
    says err 'has not the SHA-256 of what the pod sent'
    stays 0
}

case_a_container_without_a_shell_is_a_warning_or_a_failure() {
    pod_job
    mkdir "$WORK/k/bin"
    ln -s "$(command -v tar)" "$WORK/k/bin/tar"
    expect 3 intact run p
    proven structure
    is "$(warnings_of p)" "degraded "
    pod_job 'pod_digest = "off"'
    expect 0 intact run p
    proven structure
    pod_job 'pod_digest = "required"'
    expect 1 intact run p
    says err 'the container lacks .*no shell'
    stays 2
}

case_what_befell_the_pod_is_told() {
    pod_job
    echo 70000 >"$WORK/k/sent"
    echo 137 >"$WORK/k/end.exit"
    printf 'shop-0\tu1\tRunning\tTrue\t\t\tdb=1=true===OOMKilled,\n' >"$WORK/k/pods.after"
    expect 6 intact run p
    says err "container 'db' was restarted \(its end: OOMKilled\), after 70000 bytes"
    stays 0
}

# In a pod, kubectl finds its cluster by its environment: by hand, and begun by the daemon.
case_in_a_cluster_kubectl_is_told_of_it() {
    pod_job
    mv "$WORK/k/kubectl" "$WORK/k/kubectl.sh"
    cat >"$WORK/k/kubectl" <<SH
#!/bin/sh
echo "\$KUBERNETES_SERVICE_HOST:\$KUBERNETES_SERVICE_PORT" >>$WORK/clusters
exec $WORK/k/kubectl.sh "\$@"
SH
    chmod +x "$WORK/k/kubectl"
    KUBERNETES_SERVICE_HOST=fd00::1 KUBERNETES_SERVICE_PORT=443 expect 0 intact run p
    is "$(sort -u "$WORK/clusters")" "fd00::1:443"
    rm "$WORK/clusters"
    printf '\n[schedule]\ncalendar = "*:*:*"\n' >>"$INTACT_CONFIG_DIR/jobs.d/p.toml"
    KUBERNETES_SERVICE_HOST=10.0.0.1 KUBERNETES_SERVICE_PORT=6443 daemon
    await "a backup by the daemon" has_backups p 2
    kill "$DAEMON"
    ends 0
    is "$(sort -u "$WORK/clusters")" "10.0.0.1:6443"
}

# By the job's rules, where it has some.
case_how_the_pods_tar_ended_is_judged() {
    local rule
    pod_job
    mkdir "$WORK/k/bin"
    for rule in sh tee wc sha256sum; do
        ln -s "$(command -v "$rule")" "$WORK/k/bin/$rule"
    done
    cat >"$WORK/k/bin/tar" <<SH
#!/bin/sh
$(command -v tar) "\$@" || exit
case \$1 in --*) exit 0 ;; esac
echo "tar: .$WORK/data/noise: file changed as we read it" >&2
exit 1
SH
    chmod +x "$WORK/k/bin/tar"
    expect 3 intact run p
    is "$(warnings_of p)" "changed noise"
    proven checksum
    pod_job 'exit_status = { 1 = "failure" }'
    expect 1 intact run p
    says err "the pod's tar exited with status 1"
    pod_job "stderr_failures = ['changed as']"
    expect 6 intact run p
    says err "said what source.stderr_failures= takes for a failure"
    sed -i 's/exit 1/exit 7/' "$WORK/k/bin/tar"
    pod_job
    expect 1 intact run p
    says err "the pod's tar exited with status 7: tar: "
    pod_job 'exit_status = { 7 = "warning" }'
    expect 3 intact run p
    is "$(warnings_of p)" $'changed noise\nexit_status '
}

run_cases
