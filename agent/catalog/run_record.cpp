#include "catalog/run_record.hpp"

namespace intact::catalog {

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
