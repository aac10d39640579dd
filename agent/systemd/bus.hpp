// A connection to the system's or the session's bus, for one who serves and for one who asks.
// Knows no interface. Source: sd-bus(3) and the pages it names.
#pragma once

#include "systemd/bus_object.hpp"
#include "systemd/event_loop.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace intact::systemd {

enum class BusKind { system, session };

/// Whom to ask, and for what.
struct BusPeer {
    std::string service;
    std::string path;
    std::string interface;
};

/// Whether one who asks would give a password for it.
enum class Interaction { none, allowed };

/// Thread: one, that of the loop which it is attached to.
class Bus {
public:
    /// Errors: unreachable.
    static Result<std::unique_ptr<Bus>> connect(BusKind kind);
    ~Bus();
    Bus(const Bus &) = delete;
    Bus &operator=(const Bus &) = delete;

    // For one who serves; none of these waits:
    using Answer = std::function<void(const Result<BusValues> &)>;
    Result<> attach(const EventLoop &loop);
    Result<> on_disconnect(std::function<void()> callback);
    /// Errors told to `on_end`: already_exists when another owns it; permission_denied.
    Result<> request_name(const std::string &name, std::function<void(Result<>)> on_end);
    Result<BusObject> add(BusInterface interface);
    /// Both are lost where nobody listens.
    void emit(const BusPeer &from, const std::string &signal, const BusValues &values);
    void emit_changed(const BusPeer &from, const std::vector<std::string> &properties);
    void call_later(const BusPeer &whom, const std::string &method, const BusValues &values,
                    Answer on_answer);

    // For one who asks:
    /// Waits for the answer, at most `patience`. Errors: those that the other side told by their
    /// codes; unreachable when nobody has that name, or does not answer;
    /// permission_denied.
    Result<BusValues> call(const BusPeer &whom, const std::string &method, const BusValues &values,
                           Interaction interaction, std::chrono::microseconds patience);
    /// Signals of that interface, and its name's changing hands as "NameOwnerChanged".
    Result<>
    subscribe(const BusPeer &whom,
              std::function<void(const std::string &signal, const BusValues &values)> callback);
    /// Readable when something has come.
    int fd() const;
    /// Calls back for all that has come.
    Result<> take_what_came();

private:
    friend class Polkit;
    friend class Inhibitor;
    struct Impl;
    explicit Bus(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

} // namespace intact::systemd
