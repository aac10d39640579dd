#include "systemd/polkit.hpp"

#include "systemd/bus_call.hpp"
#include "systemd/bus_impl.hpp"
#include "systemd/bus_wire.hpp"

#include <fmt/format.h>

namespace intact::systemd {
namespace {

constexpr std::uint32_t kAskForPassword = 1; // AllowUserInteraction

Result<> verdict_of(sd_bus_message *reply, const std::string &action) {
    if (const sd_bus_error *told = sd_bus_message_get_error(reply)) {
        return fail(Error(ErrorCode::permission_denied,
                          fmt::format("'{}' is for root, and polkit cannot be asked: {}", action,
                                      error_of(*told, "polkit").message())));
    }
    int is_authorized = 0;
    int is_challenge = 0;
    const bool is_read = sd_bus_message_enter_container(reply, SD_BUS_TYPE_STRUCT, "bba{ss}") > 0 &&
                         sd_bus_message_read(reply, "bb", &is_authorized, &is_challenge) > 0;
    if (is_read && is_authorized != 0) {
        return {};
    }
    return fail(Error(ErrorCode::permission_denied, fmt::format("not allowed to do '{}'", action))
                    .with_hint(is_challenge != 0
                                   ? "root may, or whoever gives an administrator's password"
                                   : "root may, or whoever a rule of polkit lets"));
}

int make_question(sd_bus *bus, sd_bus_message **question, const BusCall &call,
                  const std::string &action) {
    int result = sd_bus_message_new_method_call(
        bus, question, "org.freedesktop.PolicyKit1", "/org/freedesktop/PolicyKit1/Authority",
        "org.freedesktop.PolicyKit1.Authority", "CheckAuthorization");
    if (result >= 0) {
        result = sd_bus_message_append(*question, "(sa{sv})sa{ss}us", "system-bus-name", 1, "name",
                                       "s", call.sender().c_str(), action.c_str(), 0,
                                       call.allows_interaction() ? kAskForPassword : 0U, "");
    }
    return result;
}

} // namespace

void Polkit::check(const BusCall &call, const std::string &action,
                   std::function<void(Result<>)> on_end) {
    sd_bus *bus = bus_.impl_->bus;
    sd_bus_message *question = nullptr;
    int result = make_question(bus, &question, call, action);
    if (result >= 0) {
        result = send_and_call_back(bus, question, [action, on_end](sd_bus_message *reply) {
            on_end(verdict_of(reply, action));
        });
    }
    sd_bus_message_unref(question);
    if (result < 0) {
        on_end(
            fail(Error::from_errno(-result, "ask polkit").with_code(ErrorCode::permission_denied)));
    }
}

} // namespace intact::systemd
