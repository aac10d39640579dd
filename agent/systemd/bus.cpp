#include "systemd/bus_impl.hpp"

#include "systemd/bus_object_impl.hpp"
#include "systemd/bus_wire.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <systemd/sd-event.h>

namespace intact::systemd {
namespace {

constexpr std::uint32_t kDoNotQueue = 4; // DBUS_NAME_FLAG_DO_NOT_QUEUE
constexpr std::uint32_t kOwner = 1;      // DBUS_REQUEST_NAME_REPLY_PRIMARY_OWNER
const BusPeer kItself{"org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus"};

Error bus_error(int result, std::string_view what) {
    return Error::from_errno(-result, what).within("bus");
}

struct Message {
    sd_bus_message *raw = nullptr;

    Message() = default;
    ~Message() { sd_bus_message_unref(raw); }
    Message(const Message &) = delete;
    Message &operator=(const Message &) = delete;
};

int make_call(sd_bus *bus, Message &message, const BusPeer &whom, const std::string &method,
              const BusValues &values) {
    const int result =
        sd_bus_message_new_method_call(bus, &message.raw, whom.service.c_str(), whom.path.c_str(),
                                       whom.interface.c_str(), method.c_str());
    return result < 0 ? result : append_all(message.raw, values);
}

Result<BusValues> values_of(sd_bus_message *reply, const std::string &what) {
    if (const sd_bus_error *told = sd_bus_message_get_error(reply)) {
        return fail(error_of(*told, what));
    }
    BusValues values;
    if (const int result = read_all(reply, values); result < 0) {
        return fail(bus_error(result, "read the answer to " + what));
    }
    return values;
}

int on_reply_for(sd_bus_message *reply, void *userdata, sd_bus_error *) {
    const OnReply call = *static_cast<OnReply *>(userdata);
    call(reply);
    return 0;
}

int on_signal_for(sd_bus_message *message, void *userdata, sd_bus_error *) {
    BusValues values;
    if (read_all(message, values) >= 0) {
        (*static_cast<std::function<void(const std::string &, const BusValues &)> *>(userdata))(
            sd_bus_message_get_member(message), values);
    }
    return 0;
}

} // namespace

int send_and_call_back(sd_bus *bus, sd_bus_message *message, OnReply on_reply) {
    auto kept = std::make_unique<OnReply>(std::move(on_reply));
    sd_bus_slot *slot = nullptr;
    const int result = sd_bus_call_async(bus, &slot, message, on_reply_for, kept.get(), 0);
    if (result < 0) {
        return result;
    }
    sd_bus_slot_set_destroy_callback(
        slot, [](void *userdata) { delete static_cast<OnReply *>(userdata); });
    [[maybe_unused]] const OnReply *now_with_the_slot = kept.release();
    sd_bus_slot_set_floating(slot, 1);
    sd_bus_slot_unref(slot);
    return result;
}

Bus::Bus(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Bus::~Bus() = default;

Result<std::unique_ptr<Bus>> Bus::connect(BusKind kind) {
    auto impl = std::make_unique<Impl>();
    const int result =
        kind == BusKind::system ? sd_bus_open_system(&impl->bus) : sd_bus_open_user(&impl->bus);
    if (result < 0) {
        return fail(bus_error(result, kind == BusKind::system ? "connect to that of the system"
                                                              : "connect to that of the session")
                        .with_code(ErrorCode::unreachable));
    }
    sd_bus_set_exit_on_disconnect(impl->bus, 0);
    return std::unique_ptr<Bus>(new Bus(std::move(impl)));
}

Result<> Bus::attach(const EventLoop &loop) {
    const int result = sd_bus_attach_event(impl_->bus, loop.handle(), SD_EVENT_PRIORITY_NORMAL);
    return result < 0 ? fail(bus_error(result, "attach it to the loop")) : Result<>();
}

Result<> Bus::on_disconnect(std::function<void()> callback) {
    impl_->on_disconnect = std::move(callback);
    const int result = sd_bus_match_signal_async(
        impl_->bus, nullptr, "org.freedesktop.DBus.Local", "/org/freedesktop/DBus/Local",
        "org.freedesktop.DBus.Local", "Disconnected",
        [](sd_bus_message *, void *userdata, sd_bus_error *) {
            const std::function<void()> call = static_cast<Impl *>(userdata)->on_disconnect;
            call();
            return 0;
        },
        nullptr, impl_.get());
    return result < 0 ? fail(bus_error(result, "watch for its end")) : Result<>();
}

Result<> Bus::request_name(const std::string &name, std::function<void(Result<>)> on_end) {
    call_later(kItself, "RequestName", {name, kDoNotQueue},
               [name, end = std::move(on_end)](const Result<BusValues> &answer) {
                   if (!answer) {
                       end(fail(answer.error()));
                   } else if (answer->empty() || answer->front() != BusValue(kOwner)) {
                       end(fail(ErrorCode::already_exists,
                                fmt::format("bus: another process has the name {}", name)));
                   } else {
                       end({});
                   }
               });
    return {};
}

Result<BusObject> Bus::add(BusInterface interface) {
    auto object = std::make_unique<BusObject::Impl>(std::move(interface));
    const int result = sd_bus_add_object_vtable(
        impl_->bus, &object->slot, object->interface.path.c_str(), object->interface.name.c_str(),
        object->table.data(), object.get());
    if (result < 0) {
        return fail(bus_error(result, "offer " + object->interface.name));
    }
    return BusObject(std::move(object));
}

void Bus::emit(const BusPeer &from, const std::string &signal, const BusValues &values) {
    Message message;
    if (sd_bus_message_new_signal(impl_->bus, &message.raw, from.path.c_str(),
                                  from.interface.c_str(), signal.c_str()) >= 0 &&
        append_all(message.raw, values) >= 0) {
        sd_bus_send(impl_->bus, message.raw, nullptr);
    }
}

void Bus::emit_changed(const BusPeer &from, const std::vector<std::string> &properties) {
    std::vector<std::string> names = properties;
    std::vector<char *> pointers;
    for (std::string &name : names) {
        pointers.push_back(name.data());
    }
    pointers.push_back(nullptr);
    sd_bus_emit_properties_changed_strv(impl_->bus, from.path.c_str(), from.interface.c_str(),
                                        pointers.data());
}

void Bus::call_later(const BusPeer &whom, const std::string &method, const BusValues &values,
                     Answer on_answer) {
    Message message;
    const std::string what = fmt::format("{}.{}", whom.interface, method);
    int result = make_call(impl_->bus, message, whom, method, values);
    if (result >= 0) {
        result =
            send_and_call_back(impl_->bus, message.raw, [what, on_answer](sd_bus_message *reply) {
                on_answer(values_of(reply, what));
            });
    }
    if (result < 0) {
        on_answer(fail(bus_error(result, "call " + what)));
    }
}

Result<BusValues> Bus::call(const BusPeer &whom, const std::string &method, const BusValues &values,
                            Interaction interaction, std::chrono::microseconds patience) {
    Message message;
    const std::string what = fmt::format("{}.{}", whom.interface, method);
    if (const int result = make_call(impl_->bus, message, whom, method, values); result < 0) {
        return fail(bus_error(result, "call " + what));
    }
    sd_bus_message_set_allow_interactive_authorization(message.raw,
                                                       interaction == Interaction::allowed ? 1 : 0);
    sd_bus_error told{};
    Message reply;
    const int result = sd_bus_call(impl_->bus, message.raw,
                                   static_cast<std::uint64_t>(patience.count()), &told, &reply.raw);
    if (result < 0) {
        const Error error = error_of(told, what);
        sd_bus_error_free(&told);
        return fail(error);
    }
    return values_of(reply.raw, what);
}

Result<> Bus::subscribe(const BusPeer &whom,
                        std::function<void(const std::string &, const BusValues &)> callback) {
    impl_->on_signal = std::move(callback);
    const std::string theirs = fmt::format("type='signal',sender='{}',path='{}',interface='{}'",
                                           whom.service, whom.path, whom.interface);
    const std::string owner =
        fmt::format("type='signal',sender='{}',interface='{}',member='NameOwnerChanged',arg0='{}'",
                    kItself.service, kItself.interface, whom.service);
    for (const std::string &match : {theirs, owner}) {
        const int result =
            sd_bus_add_match(impl_->bus, nullptr, match.c_str(), on_signal_for, &impl_->on_signal);
        if (result < 0) {
            return fail(bus_error(result, "listen to " + whom.interface));
        }
    }
    return {};
}

int Bus::fd() const {
    return sd_bus_get_fd(impl_->bus);
}

Result<> Bus::take_what_came() {
    int result = 0;
    do {
        result = sd_bus_process(impl_->bus, nullptr);
    } while (result > 0);
    return result < 0 ? fail(bus_error(result, "read from it")) : Result<>();
}

} // namespace intact::systemd
