#!/usr/bin/env bash
# Dumps by the real servers that are installed, for the tests of stream formats.
#
#   tests/support/dumps.sh DIR [ROWS]
#
# Starts PostgreSQL, MariaDB and Redis on sockets below DIR, loads the same rows into each (30000, which
# are 3 MB), writes DIR/NAME for each way to dump them, and stops them. A server that is not installed gives no files.
set -euo pipefail
cd "$1"
root=$PWD
count=${2:-30000}
export LC_ALL=C.UTF-8

# Whatever happens, no server stays.
stop_all() {
    [[ ! -e pg/data/postmaster.pid ]] || kill -QUIT "$(head -n 1 pg/data/postmaster.pid)"
    local -a servers
    mapfile -t servers < <(jobs -p)
    [[ ${#servers[@]} -eq 0 ]] || kill "${servers[@]}"
}
trap stop_all EXIT

# as USER COMMAND...: PostgreSQL does not run as root.
as() {
    if [[ $EUID -eq 0 ]]; then
        runuser -u "$1" -- "${@:2}"
    else
        "${@:2}"
    fi
}

rows() {
    # Always the same, and not easily compressed away.
    openssl enc -aes-128-ctr -K 00 -iv 00 -nosalt </dev/zero 2>/dev/null | base64 -w 100 |
        head -n "$1" | awk -v OFS="$2" '{ print NR, $0, NR % 97 }' || [[ $? -eq 141 ]]
}

postgresql() {
    local bin
    bin=$(find /usr/lib/postgresql/*/bin /usr/bin -maxdepth 1 -name initdb 2>/dev/null | sort -V | tail -n 1)
    bin=${bin%/*}
    [[ -n $bin ]] || return 0
    local user=postgres
    [[ $EUID -eq 0 ]] || user=$(id -un)
    mkdir pg && chmod 777 pg
    as "$user" "$bin/initdb" -D pg/data -U postgres -A trust --no-sync --locale=C \
        --encoding=UTF8 >pg.log
    as "$user" "$bin/pg_ctl" -D pg/data -w -l pg/log start \
        -o "-k $root/pg -c listen_addresses='' -c fsync=off" >>pg.log
    export PGHOST=$root/pg PGUSER=postgres PGDATABASE=postgres
    rows "$count" $'\t' >pg/rows
    {
        echo 'CREATE TABLE big (id int PRIMARY KEY, line text, part int);'
        echo 'CREATE TABLE empty (id int);'
        echo 'CREATE VIEW a_view AS SELECT * FROM big;'
        echo 'CREATE SEQUENCE a_sequence; CREATE SCHEMA other;'
        echo "CREATE TABLE other.\"odd \"\" näme\" AS SELECT 1 AS one;"
        echo "COMMENT ON TABLE empty IS '-- PostgreSQL database dump complete';"
        echo "\\copy big FROM '$root/pg/rows'"
        echo 'CREATE INDEX ON big (part); CREATE MATERIALIZED VIEW kept AS SELECT part FROM big;'
    } | psql -q -X -v ON_ERROR_STOP=1
    pg_dump -Fc | cat >pg.custom
    pg_dump -Fc -f pg.custom-seeked
    pg_dump -Fc -Z0 | cat >pg.custom-plain
    pg_dump -Ft | cat >pg.tar
    pg_dump | cat >pg.sql
    psql -q -X -c "SELECT lo_from_bytea(0, repeat('blob', 20000)::bytea) FROM generate_series(1, 9)" >/dev/null
    pg_dump -Fc --blobs | cat >pg.custom-blobs
    pg_dump -Ft --blobs | cat >pg.tar-blobs
    pg_dump -Fc --schema-only | cat >pg.custom-schema
    pg_dump -Fc --section=pre-data | cat >pg.custom-pre-data
    pg_dump -Fc --data-only -t empty -t big | cat >pg.custom-data
    pg_dump --schema-only --verbose 2>/dev/null | cat >pg.sql-verbose
    pg_dump --inserts --create -t empty | cat >pg.sql-inserts
    pg_dumpall --globals-only | cat >pg.sql-globals
    pg_dumpall | cat >pg.sql-all
    as "$user" "$bin/pg_ctl" -D pg/data -m immediate stop >>pg.log
}

mariadb_server() {
    command -v mariadbd mariadb-install-db mariadb-dump >/dev/null || return 0
    local user
    user=$(id -un)
    mkdir my
    mariadb-install-db --no-defaults --datadir="$root/my/data" --user="$user" \
        --auth-root-authentication-method=normal --skip-test-db >my.log 2>&1
    mariadbd --no-defaults --user="$user" --datadir="$root/my/data" --socket="$root/my/socket" \
        --skip-networking --innodb-flush-log-at-trx-commit=0 >>my.log 2>&1 &
    local server=$!
    local -a dump=(mariadb-dump --no-defaults --socket="$root/my/socket" -u root)
    until mariadb-admin --no-defaults --socket="$root/my/socket" -u root --wait=30 ping >>my.log 2>&1; do
        kill -0 "$server"
    done
    rows "$count" $'\t' >my/rows && chmod 644 my/rows
    mariadb --no-defaults --socket="$root/my/socket" -u root --local-infile <<SQL
CREATE DATABASE shop; USE shop;
CREATE TABLE big (id int PRIMARY KEY, line text, part int);
LOAD DATA LOCAL INFILE '$root/my/rows' INTO TABLE big;
CREATE TABLE empty (id int) COMMENT '-- Dump completed';
SQL
    "${dump[@]}" shop >my.sql
    "${dump[@]}" --skip-dump-date shop empty >my.sql-no-date
    "${dump[@]}" --all-databases --routines >my.sql-all
    "${dump[@]}" --no-data --compact --comments shop >my.sql-compact
    kill "$server"
    wait "$server" || true
}

redis_server() {
    local program
    program=$(command -v redis-server || command -v redis-check-rdb) || return 0
    mkdir re
    # Debian's redis-tools has the server under the name of its checker.
    (exec -a redis-server "$program" --port 0 --unixsocket "$root/re/socket" --dir "$root/re" \
        --save '' --repl-diskless-sync-delay 0 --daemonize no >re.log) &
    local server=$!
    local -a client=(redis-cli -s "$root/re/socket")
    until [[ $("${client[@]}" ping 2>/dev/null) == PONG ]]; do
        kill -0 "$server"
    done
    rows "$count" ' ' | awk '{ print "SET key:" $1, $2; print "RPUSH list:" $3, $2 }' |
        "${client[@]}" --pipe >/dev/null
    "${client[@]}" save >/dev/null
    cp re/dump.rdb re.rdb-saved
    # To a pipe redis-cli leaves behind the dump the mark by which the server ends it.
    "${client[@]}" --rdb - 2>/dev/null >re.rdb
    "${client[@]}" flushall >/dev/null
    "${client[@]}" --rdb - 2>/dev/null >re.rdb-empty
    kill "$server"
    wait "$server" || true
}

postgresql
mariadb_server
redis_server
