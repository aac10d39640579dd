#include "vm/powercut/rig.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace intact::powercut {

void require(bool failed, const std::string &what) {
    if (failed) {
        throw RigError(what + ": " + std::strerror(errno));
    }
}

os::UniqueFd open_or_throw(const std::string &path, int flags) {
    os::UniqueFd fd(open(path.c_str(), flags | O_CLOEXEC, 0600));
    require(!fd, "open " + path);
    return fd;
}

void run_program(const std::vector<std::string> &words, Status allowed) {
    std::vector<char *> arguments;
    for (const std::string &word : words) {
        arguments.push_back(const_cast<char *>(word.c_str()));
    }
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    if (allowed == Status::any) {
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    }
    pid_t child = 0;
    const int error =
        posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
        throw RigError(words[0] + ": " + std::strerror(error));
    }
    int status = 0;
    require(waitpid(child, &status, 0) != child, "wait for " + words[0]);
    if (status != 0 && allowed == Status::zero) {
        throw RigError(words[0] + " failed with status " + std::to_string(status));
    }
}

} // namespace intact::powercut
