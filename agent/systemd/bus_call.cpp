#include "systemd/bus_call.hpp"

#include "systemd/bus_wire.hpp"

#include <fmt/format.h>

namespace intact::systemd {

const BusValues &BusCall::arguments() const {
    return impl_->arguments;
}

std::string BusCall::sender() const {
    const char *name = sd_bus_message_get_sender(impl_->message);
    return name == nullptr ? "" : name;
}

bool BusCall::allows_interaction() const {
    return sd_bus_message_get_allow_interactive_authorization(impl_->message) > 0;
}

void BusCall::reply(const BusValues &values) const {
    sd_bus_message *answer = nullptr;
    if (sd_bus_message_new_method_return(impl_->message, &answer) >= 0 &&
        append_all(answer, values) >= 0) {
        sd_bus_send(nullptr, answer, nullptr);
    }
    sd_bus_message_unref(answer);
}

void BusCall::refuse(const Error &error) const {
    const std::string text = error.hint().empty()
                                 ? error.message()
                                 : fmt::format("{}\nhint: {}", error.message(), error.hint());
    sd_bus_reply_method_errorf(impl_->message, name_for(error.code(), impl_->interface).c_str(),
                               "%s", text.c_str());
}

} // namespace intact::systemd
