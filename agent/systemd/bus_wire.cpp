#include "systemd/bus_wire.hpp"

#include <cerrno>
#include <fmt/format.h>
#include <string_view>

namespace intact::systemd {
namespace {

constexpr std::string_view kHintMark = "\nhint: ";

class Appender {
public:
    explicit Appender(sd_bus_message *message) : message_(message) {}

    int operator()(bool value) const {
        const int number = value ? 1 : 0; // as wide as sd-bus reads it
        return sd_bus_message_append_basic(message_, 'b', &number);
    }
    int operator()(std::uint32_t value) const {
        return sd_bus_message_append_basic(message_, 'u', &value);
    }
    int operator()(std::uint64_t value) const {
        return sd_bus_message_append_basic(message_, 't', &value);
    }
    int operator()(const std::string &value) const {
        return sd_bus_message_append_basic(message_, 's', value.c_str());
    }
    int operator()(const std::vector<std::string> &values) const {
        return within('a', "s", values, [this](const std::string &one) { return (*this)(one); });
    }
    int operator()(const BusFacts &facts) const {
        return within('a', "{sv}", facts, [this](const auto &fact) {
            return within('e', "sv", fact, [this](const std::string &name, const auto &value) {
                const int named = (*this)(name);
                return named < 0 ? named : variant(value);
            });
        });
    }
    int operator()(const BusTable &table) const {
        return within('a', "{sa{sv}}", table, [this](const auto &row) {
            return within('e', "sa{sv}", row, [this](const std::string &name, const auto &facts) {
                const int named = (*this)(name);
                return named < 0 ? named : (*this)(facts);
            });
        });
    }

private:
    template <typename Items, typename Each>
    int within(char kind, const char *contents, const Items &items, const Each &each) const {
        int result = sd_bus_message_open_container(message_, kind, contents);
        if (result < 0) {
            return result;
        }
        if constexpr (requires { each(items.first, items.second); }) {
            result = each(items.first, items.second);
        } else {
            for (const auto &item : items) {
                result = result < 0 ? result : each(item);
            }
        }
        return result < 0 ? result : sd_bus_message_close_container(message_);
    }
    int variant(const BusFacts::mapped_type &value) const {
        constexpr std::array<const char *, 4> kSignatures{"b", "u", "t", "s"};
        int result = sd_bus_message_open_container(message_, 'v', kSignatures.at(value.index()));
        if (result >= 0) {
            result = std::visit(*this, value);
        }
        return result < 0 ? result : sd_bus_message_close_container(message_);
    }

    sd_bus_message *message_;
};

// A basic value into whichever variant may hold it.
template <typename Variant>
int read_basic(sd_bus_message *message, char type, Variant &value) {
    switch (type) {
    case 'b': {
        int number = 0;
        const int result = sd_bus_message_read_basic(message, 'b', &number);
        value = number != 0;
        return result;
    }
    case 'u': {
        std::uint32_t number = 0;
        const int result = sd_bus_message_read_basic(message, 'u', &number);
        value = number;
        return result;
    }
    case 't': {
        std::uint64_t number = 0;
        const int result = sd_bus_message_read_basic(message, 't', &number);
        value = number;
        return result;
    }
    case 's': {
        const char *text = "";
        const int result = sd_bus_message_read_basic(message, 's', &text);
        value = std::string(text);
        return result;
    }
    default:
        return -EBADMSG;
    }
}

int read_variant(sd_bus_message *message, BusFacts::mapped_type &value) {
    char type = 0;
    const char *contents = nullptr;
    int result = sd_bus_message_peek_type(message, &type, &contents);
    if (result < 0 || type != 'v' || contents == nullptr ||
        std::string_view(contents).size() != 1) {
        return result < 0 ? result : -EBADMSG;
    }
    const char inner = *contents;
    result = sd_bus_message_enter_container(message, 'v', contents);
    if (result >= 0) {
        result = read_basic(message, inner, value);
    }
    return result < 0 ? result : sd_bus_message_exit_container(message);
}

// Each entry of a dictionary: its name, then what `each` reads.
template <typename Each>
int read_entries(sd_bus_message *message, const char *entry, const Each &each) {
    const std::string array = fmt::format("{{{}}}", entry);
    int result = sd_bus_message_enter_container(message, 'a', array.c_str());
    while (result >= 0 && (result = sd_bus_message_enter_container(message, 'e', entry)) > 0) {
        const char *name = "";
        result = sd_bus_message_read_basic(message, 's', &name);
        if (result >= 0) {
            result = each(std::string(name));
        }
        if (result >= 0) {
            result = sd_bus_message_exit_container(message);
        }
    }
    return result < 0 ? result : sd_bus_message_exit_container(message);
}

int read_facts(sd_bus_message *message, BusFacts &facts) {
    return read_entries(
        message, "sv", [&](const std::string &name) { return read_variant(message, facts[name]); });
}

int read_table(sd_bus_message *message, BusTable &table) {
    return read_entries(message, "sa{sv}",
                        [&](const std::string &name) { return read_facts(message, table[name]); });
}

int read_texts(sd_bus_message *message, std::vector<std::string> &texts) {
    int result = sd_bus_message_enter_container(message, 'a', "s");
    const char *text = nullptr;
    while (result >= 0 && (result = sd_bus_message_read_basic(message, 's', &text)) > 0) {
        texts.emplace_back(text);
    }
    return result < 0 ? result : sd_bus_message_exit_container(message);
}

} // namespace

int append(sd_bus_message *message, const BusValue &value) {
    return std::visit(Appender(message), value);
}

int append_all(sd_bus_message *message, const BusValues &values) {
    int result = 0;
    for (const BusValue &value : values) {
        result = result < 0 ? result : append(message, value);
    }
    return result;
}

int read_one(sd_bus_message *message, BusValue &value) {
    char type = 0;
    const char *contents = nullptr;
    const int result = sd_bus_message_peek_type(message, &type, &contents);
    if (result < 0) {
        return result;
    }
    if (type != 'a') {
        return read_basic(message, type, value);
    }
    const std::string_view inside = contents == nullptr ? "" : contents;
    if (inside == "s") {
        return read_texts(message, value.emplace<std::vector<std::string>>());
    }
    if (inside == "{sv}") {
        return read_facts(message, value.emplace<BusFacts>());
    }
    return inside == "{sa{sv}}" ? read_table(message, value.emplace<BusTable>()) : -EBADMSG;
}

int read_all(sd_bus_message *message, BusValues &values) {
    while (sd_bus_message_at_end(message, 1) == 0) {
        if (const int result = read_one(message, values.emplace_back()); result < 0) {
            return result;
        }
    }
    return 0;
}

Error error_of(const sd_bus_error &told, const std::string &what) {
    const std::string_view name = told.name == nullptr ? "" : told.name;
    std::string_view text = told.message == nullptr ? name : told.message;
    const std::size_t mark = text.find(kHintMark);
    const std::string hint(mark == std::string_view::npos ? ""
                                                          : text.substr(mark + kHintMark.size()));
    text = text.substr(0, mark);
    constexpr std::string_view kOurs = ".Error.";
    if (const std::size_t at = name.rfind(kOurs); at != std::string_view::npos) {
        if (const auto code = error_code_named(name.substr(at + kOurs.size()))) {
            return Error(*code, text).with_hint(hint);
        }
    }
    if (name == SD_BUS_ERROR_ACCESS_DENIED ||
        name == SD_BUS_ERROR_INTERACTIVE_AUTHORIZATION_REQUIRED) {
        return Error(ErrorCode::permission_denied, fmt::format("{}: {}", what, text))
            .with_hint(hint);
    }
    return Error(ErrorCode::unreachable, fmt::format("{}: {}", what, text));
}

std::string name_for(ErrorCode code, const std::string &interface) {
    return code == ErrorCode::permission_denied
               ? SD_BUS_ERROR_ACCESS_DENIED
               : fmt::format("{}.Error.{}", interface, name_of(code));
}

} // namespace intact::systemd
