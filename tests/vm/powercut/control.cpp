#include "vm/powercut/control.hpp"

#include "vm/powercut/rig.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <map>
#include <unistd.h>

namespace intact::powercut {
namespace {

class Control {
public:
    Control(const Case &tried, const std::string &path, os::Sys &sys,
            const std::function<void()> &staged)
        : sys_(sys), directory_(open_or_throw(path, O_RDONLY | O_DIRECTORY)),
          final_(tried.new_archive()), staged_(tried.staged()), is_staged_(staged) {}

    // What every tutorial says. FAT and ext without a journal free the old file's blocks before the
    // new entry is durable.
    void naive() {
        const int fd = write_new(staged_.c_str(), O_CREAT | O_EXCL);
        sync(fd);
        sync(directory_.get());
        is_staged_();
        rename_over();
        sync(directory_.get());
        close(fd);
    }

    // The name may be durable before the bytes.
    void no_fsync() {
        const int fd = write_new(staged_.c_str(), O_CREAT | O_EXCL);
        is_staged_();
        rename_over();
        sync(directory_.get());
        close(fd);
    }

    // Btrfs of Linux 6.1 logs nothing for a file without a name.
    void tmpfile() {
        const int fd = write_new(".", O_TMPFILE);
        sync(fd);
        is_staged_();
        const std::string self = fmt::format("/proc/self/fd/{}", fd);
        require(sys_.linkat(AT_FDCWD, self.c_str(), directory_.get(), staged_.c_str(),
                            AT_SYMLINK_FOLLOW) != 0,
                "link");
        rename_over();
        sync(directory_.get());
        close(fd);
    }

    void unlink_then_rename() {
        const int fd = write_new(staged_.c_str(), O_CREAT | O_EXCL);
        sync(fd);
        sync(directory_.get());
        is_staged_();
        require(sys_.unlinkat(directory_.get(), final_.c_str(), 0) != 0, "unlink");
        rename_over();
        sync(directory_.get());
        close(fd);
    }

private:
    int write_new(const char *name, int flags) {
        const int fd = sys_.openat(directory_.get(), name, O_RDWR | O_CLOEXEC | flags, 0600);
        require(fd < 0, "create");
        const std::string content = new_content();
        require(sys_.write(fd, content.data(), content.size()) !=
                    static_cast<ssize_t>(content.size()),
                "write");
        return fd;
    }
    void rename_over() {
        require(sys_.renameat2(directory_.get(), staged_.c_str(), directory_.get(), final_.c_str(),
                               0) != 0,
                "rename");
    }
    void sync(int fd) { require(sys_.fsync(fd) != 0, "fsync"); }

    os::Sys &sys_;
    const os::UniqueFd directory_;
    const std::string final_;
    const std::string staged_;
    const std::function<void()> &is_staged_;
};

const std::map<std::string, void (Control::*)()> kControls{
    {"naive", &Control::naive},
    {"no-fsync", &Control::no_fsync},
    {"tmpfile", &Control::tmpfile},
    {"unlink-then-rename", &Control::unlink_then_rename},
};

} // namespace

bool is_control(const std::string &name) {
    return kControls.contains(name);
}

void run_control(const Case &tried, const std::string &path, os::Sys &sys,
                 const std::function<void()> &staged) {
    Control control(tried, path, sys, staged);
    (control.*kControls.at(tried.control))();
}

} // namespace intact::powercut
