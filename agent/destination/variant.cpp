#include "destination/variant.hpp"

namespace intact::destination {

std::string_view name_of(Variant variant) {
    switch (variant) {
    case Variant::rename:
        return "rename";
    case Variant::link_guard:
        return "link-guard";
    case Variant::exchange:
        return "exchange";
    case Variant::held_rename:
        return "held-rename";
    case Variant::two_step:
        break;
    }
    return "two-step";
}

} // namespace intact::destination
