#include "catalog/run_record.hpp"

#include <algorithm>

namespace intact::catalog {

RunFailure failure_of(const Error &error) {
    return {std::string(name_of(error.code())),
            std::string(error.stage() ? name_of(*error.stage()) : ""), error.message(),
            std::string(error.hint()), exit_code_of(error.code())};
}

bool is_suspicious(const RunRecord &record) {
    return std::any_of(record.warnings.begin(), record.warnings.end(), [](const Warning &warning) {
        return warning.kind == WarningKind::suspicious;
    });
}

int exit_code_of(const RunRecord &record) {
    switch (record.outcome) {
    case Outcome::success:
        return 0;
    case Outcome::warning:
        return kExitPartial;
    case Outcome::cancelled:
        return 130;
    case Outcome::failure:
    case Outcome::running:
    case Outcome::interrupted:
        break;
    }
    return record.failure ? record.failure->exit_code : 1;
}

} // namespace intact::catalog
