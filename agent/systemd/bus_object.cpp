#include "systemd/bus_object_impl.hpp"

#include "systemd/bus_call.hpp"
#include "systemd/bus_wire.hpp"

#include <algorithm>
#include <cerrno>
#include <string_view>

namespace intact::systemd {
namespace {

std::string signature_of(const std::vector<BusParameter> &parameters) {
    std::string text;
    for (const BusParameter &one : parameters) {
        text += one.signature;
    }
    return text;
}

// As the table wants them: each ended by NUL.
std::string names_of(const std::vector<BusParameter> &a, const std::vector<BusParameter> &b = {}) {
    std::string text;
    for (const auto *list : {&a, &b}) {
        for (const BusParameter &one : *list) {
            text += one.name;
            text += '\0';
        }
    }
    return text;
}

template <typename Members>
const auto *member_named(const Members &members, const char *name) {
    const auto found = std::find_if(members.begin(), members.end(), [&](const auto &one) {
        return std::string_view(one.name) == name;
    });
    return found == members.end() ? nullptr : &*found;
}

const BusInterface &interface_of(void *userdata) {
    return static_cast<BusObject::Impl *>(userdata)->interface;
}

int on_method(sd_bus_message *message, void *userdata, sd_bus_error *error) {
    const BusInterface &interface = interface_of(userdata);
    const BusMethod *method = member_named(interface.methods, sd_bus_message_get_member(message));
    if (method == nullptr) {
        return -EBADR;
    }
    const auto call = std::make_shared<BusCall::Impl>(message, interface.name);
    if (const int result = read_all(message, call->arguments); result < 0) {
        return sd_bus_error_set_errno(error, result);
    }
    method->answer(BusCall(call));
    return 1;
}

int on_get(sd_bus *, const char *, const char *, const char *name, sd_bus_message *reply,
           void *userdata, sd_bus_error *) {
    const BusProperty *property = member_named(interface_of(userdata).properties, name);
    return property == nullptr ? -EBADR : append(reply, property->get());
}

int on_set(sd_bus *, const char *, const char *, const char *name, sd_bus_message *value,
           void *userdata, sd_bus_error *error) {
    const BusProperty *property = member_named(interface_of(userdata).properties, name);
    BusValue given;
    if (const int result = property == nullptr ? -EBADR : read_one(value, given); result < 0) {
        return result;
    }
    if (const auto taken = property->set(given); !taken) {
        return sd_bus_error_set(error, SD_BUS_ERROR_INVALID_ARGS, taken.error().message().c_str());
    }
    return 0;
}

std::uint64_t flags_of(BusChanges changes) {
    switch (changes) {
    case BusChanges::never:
        return SD_BUS_VTABLE_PROPERTY_CONST;
    case BusChanges::told:
        return SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE;
    case BusChanges::untold:
        break;
    }
    return 0;
}

} // namespace

BusObject::Impl::Impl(BusInterface of) : interface(std::move(of)) {
    sd_bus_vtable row{};
    row.type = _SD_BUS_VTABLE_START;
    row.x.start = {sizeof(sd_bus_vtable), _SD_BUS_VTABLE_PARAM_NAMES, &sd_bus_object_vtable_format};
    table.push_back(row);
    const auto kept = [this](std::string text) {
        return texts.emplace_back(std::move(text)).c_str();
    };
    for (const BusMethod &method : interface.methods) {
        row = {};
        row.type = _SD_BUS_VTABLE_METHOD;
        // Whoever may call it is decided by what answers it.
        row.flags = SD_BUS_VTABLE_UNPRIVILEGED;
        row.x.method = {method.name,
                        kept(signature_of(method.takes)),
                        kept(signature_of(method.gives)),
                        on_method,
                        0,
                        kept(names_of(method.takes, method.gives))};
        table.push_back(row);
    }
    for (const BusProperty &property : interface.properties) {
        row = {};
        row.type = property.set ? _SD_BUS_VTABLE_WRITABLE_PROPERTY : _SD_BUS_VTABLE_PROPERTY;
        row.flags = flags_of(property.changes) & ((1ULL << 56U) - 1);
        row.x.property = {property.name, property.signature, on_get,
                          property.set ? on_set : nullptr, 0};
        table.push_back(row);
    }
    for (const BusSignal &signal : interface.signals) {
        row = {};
        row.type = _SD_BUS_VTABLE_SIGNAL;
        row.x.signal = {signal.name, kept(signature_of(signal.tells)),
                        kept(names_of(signal.tells))};
        table.push_back(row);
    }
    row = {};
    row.type = _SD_BUS_VTABLE_END;
    table.push_back(row);
}

BusObject::Impl::~Impl() {
    sd_bus_slot_unref(slot);
}

BusObject::BusObject(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
BusObject::~BusObject() = default;
BusObject::BusObject(BusObject &&) noexcept = default;
BusObject &BusObject::operator=(BusObject &&) noexcept = default;

} // namespace intact::systemd
