// Who is connected, what each is about, and whose time is over. Knows no HTTP library and no clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <vector>

struct MHD_Connection;

namespace intact::metrics {

struct Client {
    enum class Phase : std::uint8_t {
        reading,   ///< from the connection, or the first line, to the end of the request
        idle,      ///< between two requests
        checking,  ///< a password, on another thread
        answering, ///< until the last byte is on its way
    };
    enum class Verdict : std::uint8_t { none, right, wrong };
    enum class Ended : std::uint8_t { by_itself, for_time, for_room };

    int fd = -1; ///< not ours to close
    Phase phase = Phase::reading;
    std::chrono::microseconds since{}; ///< when the phase began
    MHD_Connection *connection = nullptr;
    bool is_secure = false;    ///< by TLS
    bool has_handshake = true; ///< got through it
    bool has_asked = false;    ///< sent the first line of a request, ever
    bool has_headers = false;  ///< of the request that it is in
    bool is_head = false;
    Verdict verdict = Verdict::none;
    Ended ended = Ended::by_itself;
    std::list<Client>::iterator place;
};

struct PhaseLimits {
    std::chrono::microseconds reading;
    std::chrono::microseconds idle;
    std::chrono::microseconds answering;
    std::chrono::microseconds unhurried; ///< an answer that has taken longer may be broken off
};

/// Times are of any clock that goes on by itself, the same in each call. Thread: one.
class ClientTable {
public:
    using Time = std::chrono::microseconds;

    explicit ClientTable(const PhaseLimits &limits) : limits_(limits) {}

    Client &add(int fd, Time now);
    void remove(Client &client);
    static void enter(Client &client, Client::Phase phase, Time now);
    std::size_t size() const { return clients_.size(); }
    std::list<Client> &all() { return clients_; }

    /// Of those that have not been ended yet.
    std::vector<Client *> overdue(Time now);
    std::optional<Time> next_deadline() const;
    /// Who goes when another wants to come: who has been reading or idle for longest, since a
    /// request takes a moment and keeping silent is free; else whose answer has gone on for too
    /// long. Null: nobody.
    Client *most_dispensable(Time now);

private:
    std::optional<Time> deadline_of(const Client &client) const;

    PhaseLimits limits_;
    std::list<Client> clients_;
};

} // namespace intact::metrics
