// The rows of the key table that are for the daemon.
#include "config/key_table.hpp"
#include "config/metrics_checks.hpp"

#include <array>

namespace intact::config {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
/// Far beyond any use, and no sum of such spans and times overflows.
constexpr std::int64_t kLongestGrace = 366LL * 24 * 3600 * kSecond;

constexpr std::array kAgentKeys{
    Key{.name = "daemon.max_concurrent_runs",
        .kind = Kind::integer,
        .builtin = "2",
        .minimum = 1,
        .maximum = 64,
        .summary = "Runs that the daemon has on at once; the others wait"},
    Key{.name = "daemon.max_runs_per_filesystem",
        .kind = Kind::integer,
        .builtin = "1",
        .minimum = 1,
        .maximum = 64,
        .summary = "Of these, runs that write to the same filesystem"},
    Key{.name = "daemon.shutdown_grace",
        .kind = Kind::duration,
        .builtin = "\"5min\"",
        .minimum = 0,
        .maximum = kLongestGrace,
        .summary = "How long runs may go on when the daemon is told to stop"},
    Key{.name = "daemon.survey_interval",
        .kind = Kind::duration,
        .builtin = "\"15min\"",
        .minimum = 60'000'000,
        .maximum = kUnbounded,
        .summary = "How often metrics look at the destinations: room that is left, backups kept"},

    Key{.name = "metrics.listen",
        .kind = Kind::texts,
        .builtin = "[\"127.0.0.1:10471\"]",
        .check = check_listen_address,
        .summary = "Where metrics are served: \"IPV4:PORT\", \"[IPV6]:PORT\", \"unix:/PATH\"; []: "
                   "nowhere"},
    Key{.name = "metrics.textfile",
        .builtin = "\"\"",
        .check = check_textfile,
        .summary = "File NAME.prom that metrics are written to, for node_exporter's textfile "
                   "collector; default: none"},
    Key{.name = "metrics.max_connections",
        .kind = Kind::integer,
        .builtin = "64",
        .minimum = 4,
        .maximum = 1024,
        .summary = "Connections that are open at once; one more takes the place of the one that "
                   "has kept silent for longest"},
    Key{.name = "metrics.header_timeout",
        .kind = Kind::duration,
        .builtin = "\"10s\"",
        .minimum = kSecond,
        .maximum = 300 * kSecond,
        .summary = "How long a client may take for its whole request"},
    Key{.name = "metrics.tls.certificate",
        .builtin = "\"\"",
        .check = check_absolute_or_empty,
        .summary = "PEM file of the server's certificate and those between it and its authority; "
                   "TCP is served by TLS then"},
    Key{.name = "metrics.tls.key",
        .builtin = "\"\"",
        .check = check_absolute_or_empty,
        .summary = "PEM file of its private key, which others must not be able to read"},
    Key{.name = "metrics.tls.client_ca",
        .builtin = "\"\"",
        .check = check_absolute_or_empty,
        .summary = "PEM file of authorities: a client needs a certificate of one of them"},
    Key{.name = "metrics.users",
        .kind = Kind::table_of_texts,
        .check = check_password_hash,
        .name_check = check_user_name,
        .summary = "Who may read metrics: a name and the bcrypt hash of its password, as "
                   "'htpasswd -nB NAME' prints them; default: everybody"},
};

} // namespace

const KeySet &agent_keys() {
    static constexpr KeySet kSet{kAgentKeys};
    return kSet;
}

} // namespace intact::config
