# shellcheck shell=bash
# Real database servers for suites that source this after harness.bash: each on a socket of its own, in the
# case's folder; ended with the case. Knows no job.
# shellcheck disable=SC2034 # what is set here is for the cases

SUPPORT=$E2E/../support
# What is the same for all cases: each server's empty data. Short, as paths of sockets may be.
EMPTY=$(mktemp -d "${TMPDIR:-/tmp}/intact-db.XXXXXX")
chmod 755 "$EMPTY"
trap 'rm -rf "$EMPTY"' EXIT
PASSWORD='p"a\ss #1 '"'"'word'

# as USER COMMAND...: in place of this shell, so that its id is that of the server.
as() {
    if [[ $EUID -eq 0 ]]; then
        exec setpriv --reuid="$1" --regid="$(id -g "$1")" --clear-groups -- "${@:2}"
    fi
    exec "${@:2}"
}

# own USER DIR: an empty directory for that user.
own() {
    mkdir -p "$2"
    [[ $EUID -ne 0 ]] || chown "$1:" "$2"
    chmod 755 "$2"
}

# Servers end with their case; PostgreSQL's in a way that leaves no shared memory behind.
PG_SERVERS=()
end_children() {
    local pid
    for pid in "${PG_SERVERS[@]}"; do
        kill -QUIT "$pid" 2>/dev/null && wait "$pid"
    done
    for pid in $(jobs -p); do
        kill -KILL "$pid" 2>/dev/null || true
    done
}

# killed PID: the command that kills a server with all that it has started.
killed() {
    echo "kill -KILL $1 \$(pgrep -P $1)"
}

password_file() {
    printf '%s\n' "$PASSWORD" >"$WORK/password"
    chmod 600 "$WORK/password"
}

# proxy SOCKET BYTES close|silence|go-on [SHELL-COMMAND]: $PORT leads to that socket.
proxy() {
    rm -f "$WORK/port"
    python3 -B "$SUPPORT/cut_proxy.py" "$1" "$WORK/port" "$2" "$3" ${4:+bash -c "$4"} &
    await "the proxy" test -e "$WORK/port"
    PORT=$(cat "$WORK/port")
}

# --- PostgreSQL

PGBIN=$(find /usr/lib/postgresql/*/bin /usr/bin -maxdepth 1 -name initdb 2>/dev/null | sort -V | tail -n 1)
PGBIN=${PGBIN%/*}
PGUSER=postgres
[[ $EUID -eq 0 ]] || PGUSER=$(id -un)

# pg_server NAME: its socket is in $WORK/NAME; $SERVER is its id.
pg_server() {
    [[ -n $PGBIN ]] || skip "no PostgreSQL"
    if [[ ! -e $EMPTY/pg ]]; then
        own "$PGUSER" "$EMPTY/pg"
        (as "$PGUSER" "$PGBIN/initdb" -D "$EMPTY/pg" -U postgres -A trust --no-sync --locale=C \
            --encoding=UTF8 >"$EMPTY/pg.log")
        printf 'local all postgres trust\nlocal all all scram-sha-256\n' >"$EMPTY/pg/pg_hba.conf"
    fi
    own "$PGUSER" "$WORK/$1"
    cp -a "$EMPTY/pg" "$WORK/$1/data"
    (as "$PGUSER" "$PGBIN/postgres" -D "$WORK/$1/data" -k "$WORK/$1" -c listen_addresses= -c fsync=off \
        -c dynamic_shared_memory_type=mmap -c max_connections=20 -c shared_buffers=16MB \
        >"$WORK/$1.log" 2>&1) &
    SERVER=$!
    PG_SERVERS+=("$SERVER")
    await "PostgreSQL's socket" test -S "$WORK/$1/.s.PGSQL.5432"
    await "PostgreSQL" pg_isready --quiet --host="$WORK/$1"
    query_pg "$1" postgres "CREATE ROLE backup LOGIN PASSWORD '${PASSWORD//\'/\'\'}'; CREATE DATABASE shop OWNER backup"
}

# query_pg SERVER DATABASE [SQL]: as its superuser.
query_pg() {
    local line
    while IFS= read -r line; do
        psql -X -q -A -t -v ON_ERROR_STOP=1 -h "$WORK/$1" -U postgres -d "$2" -c "$line"
    done <<<"${3//; /$'\n'}"
}

# Money that moves between the first and the last table that is dumped, with much between them.
fill_pg() {
    query_pg "$1" shop "SET ROLE backup; CREATE TABLE first (money int); INSERT INTO first VALUES (100)"
    query_pg "$1" shop "CREATE TABLE middle AS SELECT i, repeat(md5(i::text), 8) AS line FROM generate_series(1, 16000) i"
    query_pg "$1" shop "CREATE TABLE zlast (money int); INSERT INTO zlast VALUES (0); CREATE INDEX ON middle (i)"
    query_pg "$1" shop "ALTER TABLE first OWNER TO backup; ALTER TABLE middle OWNER TO backup; ALTER TABLE zlast OWNER TO backup"
}

facts_pg() {
    pg_dump --no-password -h "$WORK/$1" -U postgres --restrict-key=a shop 2>/dev/null ||
        pg_dump --no-password -h "$WORK/$1" -U postgres shop
}

# --- MariaDB

MYUSER=nobody
[[ $EUID -eq 0 ]] || MYUSER=$(id -un)

# my_server NAME: its socket is $WORK/NAME/socket; $SERVER is its id.
my_server() {
    command -v mariadbd mariadb-install-db >/dev/null || skip "no MariaDB"
    if [[ ! -e $EMPTY/my ]]; then
        own "$MYUSER" "$EMPTY/my"
        mariadb-install-db --no-defaults --datadir="$EMPTY/my" --user="$MYUSER" \
            --auth-root-authentication-method=normal --skip-test-db >"$EMPTY/my.log" 2>&1
    fi
    own "$MYUSER" "$WORK/$1"
    cp -a "$EMPTY/my" "$WORK/$1/data"
    (as "$MYUSER" mariadbd --no-defaults --datadir="$WORK/$1/data" --socket="$WORK/$1/socket" \
        --skip-networking --innodb-flush-log-at-trx-commit=0 --innodb-buffer-pool-size=16M \
        --pid-file="$WORK/$1/pid" >"$WORK/$1.log" 2>&1) &
    SERVER=$!
    await "MariaDB's socket" test -S "$WORK/$1/socket"
    await "MariaDB" mariadb-admin --no-defaults --socket="$WORK/$1/socket" -u root ping
    local text=${PASSWORD//\\/\\\\}
    query_my "$1" "CREATE USER backup@localhost IDENTIFIED BY '${text//\'/\'\'}';
        GRANT ALL ON *.* TO backup@localhost; CREATE DATABASE shop"
}

query_my() {
    mariadb --no-defaults --socket="$WORK/$1/socket" -u root -N -B -e "$2" "${@:3}"
}

fill_my() {
    query_my "$1" "CREATE TABLE first (money int); INSERT INTO first VALUES (100);
        CREATE TABLE middle (i int PRIMARY KEY, line text);
        INSERT INTO middle SELECT seq, REPEAT(MD5(seq), 8) FROM seq_1_to_16000;
        CREATE TABLE zlast (money int); INSERT INTO zlast VALUES (0);
        CREATE PROCEDURE pay() UPDATE zlast SET money = money + 1;
        CREATE TRIGGER paid AFTER INSERT ON zlast FOR EACH ROW UPDATE first SET money = 1;
        CREATE EVENT daily ON SCHEDULE EVERY 1 DAY DO CALL pay()" shop
}

facts_my() {
    mariadb-dump --no-defaults --socket="$WORK/$1/socket" -u root --skip-dump-date --routines --events \
        --skip-comments shop
}

# --- Redis

# redis_server NAME [OPTION...]
redis_server() {
    local program
    # Debian's redis-tools has the server under the name of its checker.
    program=$(command -v redis-server || command -v redis-check-rdb) || skip "no Redis"
    mkdir -p "$WORK/$1"
    (exec -a redis-server "$program" --port 0 --unixsocket "$WORK/$1/socket" --dir "$WORK/$1" --save '' \
        --repl-diskless-sync-delay 0 \
        --enable-debug-command yes --requirepass "$PASSWORD" >"$WORK/$1.log") &
    SERVER=$!
    await "Redis" talks_redis "$1"
}

redis() {
    REDISCLI_AUTH=$PASSWORD redis-cli -s "$WORK/$1/socket" "${@:2}"
}

talks_redis() {
    [[ $(redis "$1" ping) == PONG ]]
}
