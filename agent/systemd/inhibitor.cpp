#include "systemd/inhibitor.hpp"

#include "systemd/bus_impl.hpp"
#include "systemd/bus_wire.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <vector>

namespace intact::systemd {

struct Inhibitor::Locks {
    std::vector<int> fds;

    Locks() = default;
    ~Locks() {
        for (const int fd : fds) {
            close(fd);
        }
    }
    Locks(const Locks &) = delete;
    Locks &operator=(const Locks &) = delete;
};

Inhibitor::Inhibitor(Bus &bus, const std::string &who, const std::string &why,
                     std::function<void(const Error &)> on_refusal)
    : locks_(std::make_shared<Locks>()) {
    const auto take = [locks = std::weak_ptr(locks_), on_refusal](sd_bus_message *reply) {
        if (const sd_bus_error *told = sd_bus_message_get_error(reply)) {
            on_refusal(error_of(*told, "delay a shutdown while a run is on"));
            return;
        }
        int fd = -1; // the message's own, gone with it
        const auto held = locks.lock();
        if (held && sd_bus_message_read_basic(reply, 'h', &fd) > 0) {
            held->fds.push_back(fcntl(fd, F_DUPFD_CLOEXEC, 0));
        }
    };
    for (const char *what : {"shutdown", "sleep"}) {
        sd_bus_message *question = nullptr;
        if (sd_bus_message_new_method_call(bus.impl_->bus, &question, "org.freedesktop.login1",
                                           "/org/freedesktop/login1",
                                           "org.freedesktop.login1.Manager", "Inhibit") >= 0 &&
            sd_bus_message_append(question, "ssss", what, who.c_str(), why.c_str(), "delay") >= 0) {
            send_and_call_back(bus.impl_->bus, question, take);
        }
        sd_bus_message_unref(question);
    }
}

Inhibitor::~Inhibitor() = default;

} // namespace intact::systemd
