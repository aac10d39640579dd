#include "cli/choose_backup.hpp"
#include "cli/manifest_text.hpp"
#include "cli/terminal.hpp"
#include "cli/verbs.hpp"

namespace intact::cli {
namespace {

// The file itself, not what we made of it: it may hold keys that only a newer version knows, and
// its own digest covers every byte.
Result<std::string> text_of_manifest(const ChosenBackup &chosen) {
    INTACT_TRY_ASSIGN(
        const std::string text,
        chosen.directory->read_file(chosen.backup.manifest_name, destination::kManifestLimitBytes));
    INTACT_TRY(destination::parse_manifest(text)); // it may have been exchanged since
    return harmless_json(text);
}

Result<std::string> told(const Session &session, const ShowArguments &arguments) {
    INTACT_TRY_ASSIGN(const ChosenBackup chosen, choose_backup(session, arguments.backup));
    if (!chosen.backup.manifest) {
        return fail(chosen.backup.manifest.error());
    }
    return arguments.form == Form::json ? text_of_manifest(chosen) : backup_facts(chosen);
}

} // namespace

int show(const Session &session, const ShowArguments &arguments) {
    const auto text = told(session, arguments);
    if (!text) {
        return print_error(text.error());
    }
    print(*text);
    return 0;
}

} // namespace intact::cli
