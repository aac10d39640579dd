#!/usr/bin/env bash
# Sources that are databases, with the real servers: dumped while they are written to, put into a second
# server and compared; and servers and connections that end in the middle of a dump.
# shellcheck source=tests/e2e/harness.bash
source "$(dirname "$0")/harness.bash"
# shellcheck source=tests/e2e/servers.bash
source "$(dirname "$0")/servers.bash"

# database_job NAME TYPE LINE...: lines are more of [source].
database_job() {
    {
        printf '[source]\ntype = "%s"\n' "$2"
        printf '%s\n' "${@:3}"
    } | job "$1"
}

# stays JOB COUNT: so many backups, whole, and nothing half-done.
stays() {
    is "$(find "$DEST/$1" -name '*.manifest.json' | wc -l)" "$2"
    is "$(left_over "$DEST/$1")" ""
    expect 0 intact verify --all "$1"
}

proven() {
    is "$(from_json "$(manifest_of "$1")" 'm["stream"]["format"] + " " + m["stream"]["proven"]')" "$2"
}

# publishes_nothing_when_cut TYPE SOCKET USER WORDS: job s, which has one backup, on a connection that is
# closed in mid-dump, falls silent, and whose server is killed. WORDS: of its dump's tool.
publishes_nothing_when_cut() {
    local type=$1 socket=$2 user=$3 words=$4
    # through WHAT [COMMAND [LINE...]]: what befalls it; the lines are more of the job.
    through() {
        proxy "$socket" 1000000 "$1" ${2:+"$2"}
        database_job s "$type" 'database = "shop"' 'host = "127.0.0.1"' "port = $PORT" \
            "user = \"$user\"" "${@:3}"
        expect 1 intact run s
    }
    through close
    says err "$words"
    stays s 1
    through silence "" '[run]' 'stall_timeout = "2s"'
    says err 'no byte'
    stays s 1
    through go-on "$(killed "$SERVER")"
    says err "$words"
    stays s 1
}

# --- PostgreSQL

case_postgresql_comes_back_as_it_was_at_one_instant() {
    password_file
    pg_server a
    fill_pg a
    facts_pg a >"$WORK/before"
    cat >"$WORK/meanwhile" <<SH
psql -X -q -v ON_ERROR_STOP=1 -h $WORK/a -U postgres -d shop \
    -c 'BEGIN; UPDATE first SET money = 0; UPDATE zlast SET money = 100; COMMIT'
cat /proc/[0-9]*/cmdline >$WORK/arguments 2>/dev/null
true
SH
    proxy "$WORK/a/.s.PGSQL.5432" 1000000 go-on "bash $WORK/meanwhile"
    database_job a postgresql 'database = "shop"' 'host = "127.0.0.1"' "port = $PORT" \
        'user = "backup"' "password = { file = \"$WORK/password\" }"
    expect 0 intact run a
    proven a "pgdump-custom structure"
    is "$(from_json "$(manifest_of a)" 'm["source"]')" \
        "{'type': 'postgresql', 'items': ['shop', '127.0.0.1:$PORT']}"
    is "$(query_pg a shop 'SELECT money FROM zlast')" 100
    grep -aq pg_dump "$WORK/arguments" || fail "pg_dump is not among those looked at"
    ! grep -aqF 'p"a\ss' "$WORK/arguments" || fail "the password is in somebody's arguments"

    pg_server b
    database_job b postgresql 'database = "shop"' "host = \"$WORK/b\"" 'user = "backup"' \
        "password = { file = \"$WORK/password\" }"
    expect 0 intact restore a --into b
    facts_pg b >"$WORK/after"
    diff "$WORK/before" "$WORK/after" >&2 || fail "it is not what was there when the dump began"

    # What is there is replaced by those who say so, and then as a whole.
    expect 1 intact restore a --into b
    says err "'pg_restore' exited with status 1: pg_restore: error: .*already exists"
    query_pg b shop 'UPDATE first SET money = 7; DROP TABLE zlast'
    expect 0 intact restore a --into b --overwrite
    facts_pg b >"$WORK/after"
    diff "$WORK/before" "$WORK/after" >&2 || fail "it is not as it was"
}

case_postgresql_comes_back_with_all_databases() {
    pg_server a
    fill_pg a
    query_pg a postgres "CREATE ROLE clerk; CREATE DATABASE other OWNER clerk"
    pg_server b
    query_pg b postgres "DROP DATABASE shop; DROP ROLE backup"
    database_job a postgresql 'database = "all"' "host = \"$WORK/a\"" 'user = "postgres"'
    expect 0 intact run a
    proven a "pgdump-plain end"
    database_job b postgresql 'database = "all"' "host = \"$WORK/b\"" 'user = "postgres"'
    expect 0 intact restore a --into b
    says err 'role "postgres" already exists'
    facts_pg a >"$WORK/before"
    facts_pg b >"$WORK/after"
    diff "$WORK/before" "$WORK/after" >&2 || fail "it is not as it was"
    is "$(query_pg b postgres "SELECT rolname FROM pg_roles r JOIN pg_database d ON d.datdba = r.oid WHERE datname = 'other'")" clerk
    expect 1 intact restore a --into b
    says err "command 'psql' exited with status 1: ERROR:  P0001: this server has databases already"
    facts_pg b >"$WORK/after"
    diff "$WORK/before" "$WORK/after" >&2 || fail "it came in twice"

    # psql goes on after an error and ends with 0; what counts is what it says.
    mkdir "$WORK/bin"
    printf '#!/bin/sh\ncat >%s/dump\ncat %s/said >&2\n' "$WORK" "$WORK" >"$WORK/bin/psql"
    chmod +x "$WORK/bin/psql"
    database_job b postgresql 'database = "all"' "tools = \"$WORK/bin\""
    local code
    for code in 42710 01000 00000; do
        echo "psql:<stdin>:14: FEHLER:  $code: something" >"$WORK/said"
        expect 0 intact restore a --into b
    done
    for code in 42501 42P04 4271A XX000 22000 03000; do
        echo "psql:<stdin>:14: FEHLER:  $code: something" >"$WORK/said"
        expect 1 intact restore a --into b
        says err "command '$WORK/bin/psql' went on after an error: psql:<stdin>:14: FEHLER:  $code: something"
    done
}

case_postgresql_that_dies_or_is_cut_off_publishes_nothing() {
    pg_server a
    fill_pg a
    database_job s postgresql 'database = "shop"' "host = \"$WORK/a\"" 'user = "postgres"'
    expect 0 intact run s
    publishes_nothing_when_cut postgresql "$WORK/a/.s.PGSQL.5432" postgres \
        "command 'pg_dump' exited with status 1: pg_dump: .*Error message from server: server closed the connection unexpectedly"
    ipcrm -m "$(sed -n '7s/.* //p' "$WORK/a/data/postmaster.pid")"
    # And where there is none.
    expect 1 intact run s
    says err "command 'pg_dump' exited with status 1: pg_dump: error: connection to server"
    stays s 1
}

# --- MariaDB

case_mysql_comes_back_as_it_was_at_one_instant() {
    password_file
    my_server a
    fill_my a
    facts_my a >"$WORK/before"
    cat >"$WORK/meanwhile" <<SH
timeout 20 mariadb --no-defaults --socket=$WORK/a/socket -u root shop \
    -e 'START TRANSACTION; UPDATE first SET money = 0; UPDATE zlast SET money = 100; COMMIT'
cat /proc/[0-9]*/cmdline >$WORK/arguments 2>/dev/null
true
SH
    proxy "$WORK/a/socket" 1000000 go-on "bash $WORK/meanwhile"
    database_job a mysql 'database = "shop"' 'host = "127.0.0.1"' "port = $PORT" \
        'user = "backup"' "password = { file = \"$WORK/password\" }"
    expect 0 intact run a
    proven a "mysqldump end"
    is "$(query_my a 'SELECT money FROM zlast' shop)" 100
    grep -aq mariadb-dump "$WORK/arguments" || fail "mariadb-dump is not among those looked at"
    ! grep -aqF 'p"a\ss' "$WORK/arguments" || fail "the password is in somebody's arguments"

    my_server b
    database_job b mysql 'database = "shop"' "socket = \"$WORK/b/socket\"" 'user = "backup"' \
        "password = { file = \"$WORK/password\" }"
    expect 2 intact restore a --into b
    says err '--overwrite'
    expect 0 intact restore a --into b --overwrite
    facts_my b >"$WORK/after"
    diff "$WORK/before" "$WORK/after" >&2 || fail "it is not what was there when the dump began"
    query_my b 'DROP DATABASE shop'
    expect 1 intact restore a --into b --overwrite
    says err "command 'mariadb' exited with status 1: ERROR 1049"
}

case_mysql_that_dies_or_is_cut_off_publishes_nothing() {
    my_server a
    fill_my a
    database_job s mysql 'database = "all"' "socket = \"$WORK/a/socket\"" 'user = "root"'
    expect 0 intact run s
    publishes_nothing_when_cut mysql "$WORK/a/socket" root \
        "command 'mariadb-dump' exited with status 3: mariadb-dump: Error 2013: Lost connection to server during query when dumping table .middle. at row: [0-9]+"
}

# --- Redis

case_redis_comes_back_as_it_was_at_one_instant() {
    password_file
    redis_server a
    seq 30000 | awk '{ print "SET key:" $1, "value-of-some-length-" $1 * 7919; print "RPUSH list:" $1 % 97, $1 }' |
        redis a >/dev/null
    local before
    before=$(redis a debug digest)
    proxy "$WORK/a/socket" 400000 go-on \
        "redis-cli -s '$WORK/a/socket' -a \"\$(cat '$WORK/password')\" --no-auth-warning set key:1 other >/dev/null"
    database_job a redis 'host = "127.0.0.1"' "port = $PORT" "password = { file = \"$WORK/password\" }"
    expect 0 intact run a
    proven a "redis-rdb checksum"
    is "$(redis a get key:1)" other
    mkdir "$WORK/b"
    expect 0 intact restore a --stdout
    cp "$WORK/out" "$WORK/b/dump.rdb"
    redis_server b
    is "$(redis b debug digest)" "$before"
    expect 1 intact restore a --into a --overwrite
    says err 'and from no client'
    proxy "$WORK/a/socket" 400000 close
    database_job a redis 'host = "127.0.0.1"' "port = $PORT" "password = { file = \"$WORK/password\" }"
    expect 1 intact run a
    says err "command 'redis-cli' exited with status 1"
    stays a 1
}

# --- SQLite

case_sqlite_comes_back_while_it_is_written_to() {
    # Holds it open, so that all that it writes stays in the log beside the file.
    cat >"$WORK/writer.py" <<'PY'
import sqlite3, sys
shop = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=60)
shop.execute("PRAGMA journal_mode=wal")
shop.execute("PRAGMA wal_autocheckpoint=0")
shop.execute("CREATE TABLE money (place PRIMARY KEY, sum)")
shop.execute("CREATE TABLE middle AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000) SELECT i, hex(randomblob(100)) FROM n")
shop.execute("INSERT INTO money VALUES ('a', 100), ('z', 0)")
print("ready", flush=True)
while True:
    shop.execute("BEGIN IMMEDIATE")
    shop.execute("UPDATE money SET sum = sum - 1 WHERE place = 'a'")
    shop.execute("UPDATE money SET sum = sum + 1 WHERE place = 'z'")
    shop.execute("COMMIT")
PY
    python3 -B "$WORK/writer.py" "$WORK/shop.db" >"$WORK/writer" &
    await "the writer" test -s "$WORK/writer"
    database_job a sqlite "file = \"$WORK/shop.db\""
    mkdir "$WORK/tmp"
    TMPDIR=$WORK/tmp expect 0 intact run a
    proven a "sqlite structure"
    is "$(ls "$WORK/tmp")" ""
    database_job b sqlite "file = \"$WORK/second.db\""
    expect 0 intact restore a --into b
    is "$(sqlite3 "$WORK/second.db" 'PRAGMA integrity_check; SELECT sum(sum) FROM money; SELECT count(*) FROM middle')" \
        $'ok\n100\n20000'
    # Into one that is there and in use: the writer goes on by what it finds then.
    expect 2 intact restore a --into a
    says err '--overwrite'
    expect 0 intact restore a --into a --overwrite
    is "$(sqlite3 "$WORK/shop.db" 'SELECT sum(sum) FROM money')" 100

    printf 'no database, but long enough to be looked at as one. %0100d' 1 >"$WORK/bad.db"
    database_job a sqlite "file = \"$WORK/bad.db\""
    expect 1 intact run a
    says err "command 'sqlite3' exited with status 26: Error: .*file is not a database"
    stays a 1
}

case_what_a_killed_run_left_of_a_copy_goes_with_the_next() {
    mkdir "$WORK/tmp"
    sqlite3 "$WORK/shop.db" 'CREATE TABLE t (x)'
    database_job a sqlite "file = \"$WORK/shop.db\""
    cat >"$WORK/sqlite3" <<SH
#!/bin/sh
echo half >copy
kill -KILL \$PPID
sleep 60
SH
    chmod +x "$WORK/sqlite3"
    database_job a sqlite "file = \"$WORK/shop.db\"" "tools = \"$WORK\""
    TMPDIR=$WORK/tmp expect 137 intact run a
    is "$(cat "$WORK"/tmp/*/copy)" half
    database_job a sqlite "file = \"$WORK/shop.db\""
    TMPDIR=$WORK/tmp expect 0 intact run a
    is "$(ls "$WORK/tmp")" ""
}

# --- MongoDB, whose tools Debian has not: a stand-in that gives a whole archive or a part of one.

case_mongodb_is_asked_as_its_tools_take_it() {
    password_file
    mkdir "$WORK/bin"
    python3 -B "$SUPPORT/mongodb_archive.py" "$WORK/archive"
    cat >"$WORK/bin/mongodump" <<SH
#!/bin/bash
printf '%s\n' "\$@" >$WORK/asked
cat /proc/self/fd/3 >$WORK/configuration
head -c "\$(cat $WORK/length)" $WORK/archive
SH
    cat >"$WORK/bin/mongorestore" <<SH
#!/bin/bash
printf '%s\n' "\$@" >$WORK/asked
cat >$WORK/restored
SH
    chmod +x "$WORK/bin/"*
    database_job a mongodb 'database = "shop"' 'host = "db.example"' 'port = 27018' 'user = "backup"' \
        "password = { file = \"$WORK/password\" }" "tools = \"$WORK/bin\"" \
        'options = ["--authenticationDatabase=admin"]'
    stat -c %s "$WORK/archive" >"$WORK/length"
    expect 0 intact run a
    proven a "mongodb-archive checksum"
    is "$(cat "$WORK/asked")" "--config=/proc/self/fd/3
--host=db.example
--port=27018
--username=backup
--archive
--authenticationDatabase=admin
--db=shop"
    is "$(cat "$WORK/configuration")" 'password: "p\"a\\ss #1 '"'"'word"'
    expect 0 intact restore a --into a --overwrite
    cmp "$WORK/archive" "$WORK/restored"
    is "$(tail -n 2 "$WORK/asked")" $'--drop\n--nsInclude=shop.*'
    echo $(($(cat "$WORK/length") - 4)) >"$WORK/length"
    expect 6 intact run a
    stays a 1
}

run_cases
