#include "metrics/client_table.hpp"

namespace intact::metrics {

using Phase = Client::Phase;

Client &ClientTable::add(int fd, Time now) {
    Client &client = clients_.emplace_back();
    client.fd = fd;
    client.since = now;
    client.place = std::prev(clients_.end());
    return client;
}

void ClientTable::remove(Client &client) {
    clients_.erase(client.place);
}

void ClientTable::enter(Client &client, Phase phase, Time now) {
    client.phase = phase;
    client.since = now;
}

std::optional<ClientTable::Time> ClientTable::deadline_of(const Client &client) const {
    if (client.ended != Client::Ended::by_itself) {
        return std::nullopt;
    }
    switch (client.phase) {
    case Phase::reading:
        return client.since + limits_.reading;
    case Phase::idle:
        return client.since + limits_.idle;
    case Phase::answering:
        return client.since + limits_.answering;
    default:
        return std::nullopt; // the queue of passwords is bounded
    }
}

std::vector<Client *> ClientTable::overdue(Time now) {
    std::vector<Client *> found;
    for (Client &client : clients_) {
        const std::optional<Time> deadline = deadline_of(client);
        if (deadline && *deadline <= now) {
            found.push_back(&client);
        }
    }
    return found;
}

std::optional<ClientTable::Time> ClientTable::next_deadline() const {
    std::optional<Time> next;
    for (const Client &client : clients_) {
        const std::optional<Time> deadline = deadline_of(client);
        if (deadline && (!next || *deadline < *next)) {
            next = deadline;
        }
    }
    return next;
}

Client *ClientTable::most_dispensable(Time now) {
    Client *silent = nullptr;
    Client *slow = nullptr;
    for (Client &client : clients_) {
        if (client.ended != Client::Ended::by_itself || client.phase == Phase::checking) {
            continue;
        }
        Client *&chosen = client.phase == Phase::answering ? slow : silent;
        if (chosen == nullptr || client.since < chosen->since) {
            chosen = &client;
        }
    }
    if (silent != nullptr) {
        return silent;
    }
    return slow != nullptr && now - slow->since >= limits_.unhurried ? slow : nullptr;
}

} // namespace intact::metrics
