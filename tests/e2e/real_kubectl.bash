#!/usr/bin/env bash
# Files of a pod by the real kubectl, /usr/bin/kubectl, from a cluster of one node that loses what it
# is told to lose (tests/support/kube_api): what kubectl calls a success is not believed.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"
# shellcheck source=tests/e2e/foreground.bash
source "$(dirname "$0")/foreground.bash"
# shellcheck source=tests/e2e/truth.bash
source "$(dirname "$0")/truth.bash"

KUBECTL=${KUBECTL:-/usr/bin/kubectl}

# pod NAME [READY [RESTARTS [PHASE [REASON]]]]: as the API tells of it.
pod() {
    cat <<JSON
{"metadata": {"name": "$1", "namespace": "prod", "uid": "uid-of-$1", "labels": {"app": "shop"}},
 "spec": {"containers": [{"name": "db"}]},
 "status": {"phase": "${4:-Running}", "reason": "${5-}",
  "conditions": [{"type": "Ready", "status": "${2:-True}"}],
  "containerStatuses": [{"name": "db", "ready": true, "restartCount": ${3:-0}, "state": {"running": {}},
    "lastState": {"terminated": {"reason": "OOMKilled"}}}]}}
JSON
}

# A tar of the container's knows no fractions of seconds.
whole_times() {
    find "$@" -exec touch -h -d 2026-11-01T12:34:56Z {} +
}

# With pod shop-0, and a job p of $WORK/data in it.
cluster() {
    [[ -x ${KUBE_API:-none} ]] || skip "needs golang-go and golang-github-docker-spdystream-dev"
    [[ -x $KUBECTL ]] || skip "needs kubernetes-client"
    # kubectl keeps in its home what it has learned of a cluster.
    export HOME=$WORK/home
    mkdir -p "$WORK/k" "$WORK/data/deep/er" "$HOME"
    head -c 100000 /dev/urandom >"$WORK/data/noise"
    seq 1000 >"$WORK/data/deep/er/text"
    ln -s er/text "$WORK/data/deep/link"
    chmod 640 "$WORK/data/noise"
    whole_times "$WORK/data"
    cp -a "$WORK/data" "$WORK/before"
    echo "[$(pod shop-0)]" >"$WORK/k/pods.json"
    "$KUBE_API" "$WORK/k" 2>"$WORK/k/log" &
    SERVER=$!
    await "the API server" test -e "$WORK/k/kubeconfig"
    pod_job
}

# pod_job [LINE...]: lines are more of [source].
pod_job() {
    {
        printf '[source]\ntype = "kubernetes"\npod = "shop-0"\ncontainer = "db"\npath = "%s"\n' "$WORK/data"
        printf 'kubectl = "%s"\nkubeconfig = "%s"\n' "$KUBECTL" "$WORK/k/kubeconfig"
        printf '%s\n' "$@"
    } | job p
}

# lose BYTES [HOW]: only so many of the next streams come.
lose() {
    echo "$1" >"$WORK/k/cut"
    echo "${2:-success}" >"$WORK/k/cut.how"
}

# answers get|exec CODE REASON MESSAGE: the API server, from now on.
answers() {
    cat >"$WORK/k/$1.status" <<JSON
{"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "code": $2, "reason": "$3",
 "message": "$4"}
JSON
}

# container_has PROGRAM...: and no others; "busybox" is all that it knows.
container_has() {
    local name
    rm -rf "$WORK/k/bin"
    mkdir "$WORK/k/bin"
    for name in "$@"; do
        if [[ $name == busybox ]]; then
            busybox --install -s "$WORK/k/bin"
        else
            ln -s "$(command -v "$name")" "$WORK/k/bin/$name"
        fi
    done
}

# stays COUNT: so many backups, and nothing half-done.
stays() {
    is "$(find "$DEST/p" -name '*.manifest.json' | wc -l)" "$1"
    is "$(left_over "$DEST/p")" ""
}

proven() {
    is "$(from_json "$(manifest_of p)" 'm["stream"]["format"] + " " + m["stream"]["proven"]')" "tar $1"
}

# fails_with STATUS WORDS: the run of p.
fails_with() {
    expect "$1" intact run p
    says err "$2"
}

case_a_pods_files_come_whole_from_every_container() {
    local kind
    cluster
    for kind in own busybox; do
        [[ $kind == own ]] || container_has "$kind"
        expect 0 intact run p
        proven checksum
        mkdir "$WORK/$kind"
        expect 0 intact restore p --target "$WORK/$kind"
        same_trees "$WORK/before" "$WORK/$kind$WORK/data"
    done
    echo x >"$WORK/data/left.tmp"
    pod_job 'exclude = ["*.tmp"]'
    # Debian's BusyBox has a tar that cannot leave anything out.
    expect 3 intact run p
    says out 'degraded: .* does not know --exclude'
    rm -r "$WORK/k/bin"
    expect 0 intact run p
    expect 0 intact restore p --target "$WORK/less"
    [[ -e $WORK/less$WORK/data/noise && ! -e $WORK/less$WORK/data/left.tmp ]]
}

case_what_kubectl_loses_and_calls_a_success_is_not_published() {
    local size at points
    cluster
    expect 0 intact run p
    size=$(from_json "$(manifest_of p)" 'm["stream"]["bytes"]')
    points="0 512 70000 $((size - 1))"
    [[ ${INTACT_EXTENT-} != full ]] || points+=" 1 511 513 1024 10240 32768 65536 $((size - 1024)) $((size - 512))"
    lose 70000
    # It is kubectl's own word, not ours, that this is a success.
    is "$("$KUBECTL" --kubeconfig="$WORK/k/kubeconfig" exec shop-0 -- head -c 100000 /dev/zero | wc -c
        echo "${PIPESTATUS[0]}")" $'70000\n0'
    for at in $points; do
        lose "$at"
        fails_with 6 "ended with status 0, but of the $size bytes that the pod sent $at came"
        stays 1
    done
    # Whether a broken connection is a failure kubectl itself cannot tell.
    lose 70000 drop
    expect 6 intact run p
    stays 1
    rm "$WORK"/k/cut*
    expect 0 intact run p
    stays 2
    expect 0 intact verify --all
}

case_a_stream_that_broke_off_is_told_by_metrics_and_taken_again() {
    cluster
    cat >>"$INTACT_CONFIG_DIR/jobs.d/p.toml" <<TOML

[schedule]
calendar = "*:*:*"

[run]
retries     = 1
retry_delay = "10ms"
TOML
    lose 70000
    : >"$WORK/k/cut.once"
    daemon
    await "the second attempt" gives 2 "SELECT max(attempts) FROM slots WHERE fate = 'run'"
    await "a backup" has_backups p 1
    await "the failure" gives_series 1 \
        'intact_job_failures_total{backup="p",stage="source",reason="source_incomplete"}'
    logged 'p: .*of the [0-9]+ bytes that the pod sent 70000 came' || fail "$(cat "$WORK/log")"
    kill "$DAEMON"
    ends 0
    expect 0 intact verify p
}

case_what_befell_the_pod_is_told() {
    cluster
    lose 70000 9
    echo "[$(pod shop-0 True 1)]" >"$WORK/k/pods.after.json"
    fails_with 6 "container 'db' was restarted \(its end: OOMKilled\), after 70000 bytes"
    lose 70000 drop
    echo "[$(pod shop-0 False 1 Failed Evicted)]" >"$WORK/k/pods.after.json"
    fails_with 6 'the pod was evicted, after 70000 bytes'
    fails_with 1 "pod 'shop-0' does not run: Failed, Evicted"
    stays 0
}

case_each_failure_of_the_api_has_its_reason_and_hint() {
    cluster
    answers get 403 Forbidden 'pods \"shop-0\" is forbidden: User \"me\" cannot get resource \"pods\"'
    fails_with 1 'the API server does not allow it'
    says err "auth can-i"
    answers get 401 Unauthorized Unauthorized
    fails_with 1 'the API server knows nobody so'
    rm "$WORK/k/get.status"
    answers exec 403 Forbidden 'pods \"shop-0\" is forbidden: User \"me\" cannot create resource \"pods/exec\"'
    fails_with 1 'the API server does not allow it'
    answers exec 400 BadRequest 'container db is not valid for pod shop-0'
    fails_with 1 'the pod has no such container'
    answers exec 500 InternalError 'Internal error occurred: error executing command in container: container not found (\"db\")'
    fails_with 1 'the container does not run'
    rm "$WORK/k/exec.status"
    echo '[]' >"$WORK/k/pods.json"
    fails_with 1 'there is no such pod'
    pod_job 'namespace = "other"'
    fails_with 1 'there is no such namespace'
    kill "$SERVER"
    wait "$SERVER" || true
    fails_with 1 'the API server cannot be reached'
    stays 0
}

case_a_container_that_lacks_programs_degrades_or_fails() {
    cluster
    container_has sh tar tee wc
    expect 3 intact run p
    proven structure
    is "$(warnings_of p)" "degraded "
    says out 'degraded: .*sha256sum'
    container_has tar
    expect 3 intact run p
    proven structure
    says out 'degraded: .*no shell'
    container_has sh
    fails_with 1 'the container has no tar'
    container_has
    fails_with 1 'the container does not have the program'
    pod_job 'pod_digest = "required"'
    container_has tar
    fails_with 1 'the container lacks .*no shell'
    stays 2
}

case_a_selector_names_exactly_one_ready_pod() {
    cluster
    sed -i 's/^pod = .*/selector = "app=shop"/' "$INTACT_CONFIG_DIR/jobs.d/p.toml"
    echo "[$(pod shop-0 False), $(pod shop-1)]" >"$WORK/k/pods.json"
    expect 0 intact run p
    is "$(from_json "$(manifest_of p)" 'm["source"]["items"][0]')" "shop-1:$WORK/data"
    echo "[$(pod shop-0), $(pod shop-1)]" >"$WORK/k/pods.json"
    fails_with 1 "names 2 running and ready pods, need exactly one; found: shop-0 .*, shop-1 "
    stays 1
}

case_a_backup_goes_back_into_its_pod() {
    local kind
    cluster
    expect 0 intact run p
    expect 1 intact restore p --pod
    says err "something lies at $WORK/data in the pod already"
    for kind in own busybox; do
        [[ $kind == own ]] || container_has "$kind"
        rm -rf "$WORK/data"
        expect 0 intact restore p --pod
        says out 'shop-0:/ took '
        # BusyBox gives directories and links no times.
        [[ $kind == own ]] || whole_times "$WORK/data"
        same_trees "$WORK/before" "$WORK/data"
    done
    rm -r "$WORK/k/bin"
    echo other >"$WORK/data/noise"
    expect 0 intact restore p --pod --overwrite
    same_trees "$WORK/before" "$WORK/data"
    echo "[$(pod shop-0), $(pod shop-1)]" >"$WORK/k/pods.json"
    expect 0 intact restore p --pod=shop-1 --target "$WORK/elsewhere"
    says out "shop-1:$WORK/elsewhere took "
    same_trees "$WORK/before" "$WORK/elsewhere$WORK/data"
    expect 1 intact restore p --pod=shop-2
    says err 'there is no such pod'
}

case_what_a_pod_did_not_take_is_told() {
    cluster
    expect 0 intact run p
    echo 70000 >"$WORK/k/took"
    expect 6 intact restore p --pod --overwrite
    says err 'of the [0-9]+ bytes that were sent the pod took 70000'
    rm "$WORK/k/took"
    container_has tar
    expect 1 intact restore p --pod
    says err 'no shell to see whether anything lies'
    rm -rf "$WORK/data"
    expect 3 intact restore p --pod --overwrite
    says err 'no shell to tell what it took'
    same_trees "$WORK/before" "$WORK/data"
    container_has sh
    expect 1 intact restore p --pod --overwrite
    says err 'the container has no tar'
    rm -rf "$WORK/k/bin"
    expect 1 intact restore p --pod --target /proc/none
    says err 'the pod has no directory /proc/none'
}

run_cases
