#include "checkup/sandbox.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace intact::test {
namespace {

using checkup::Access;
using checkup::quoted_for_unit;
using checkup::Unit;
using checkup::verdict_on;

/// As systemd/intactd.service has it.
const char *const kShipped = "ProtectSystem=full\nProtectHome=read-only\nPrivateTmp=no\n"
                             "StateDirectory=intact\nReadWritePaths=\nInaccessiblePaths=\n";

Access access(const std::string &unit, const std::string &path) {
    return verdict_on(Unit::parse(unit), path).access;
}

TEST(Sandbox, as_shipped_hides_nothing_and_forbids_some) {
    for (const char *path : {"/srv/backup", "/var/lib/intact", "/mnt/usb", "/homes", "/"}) {
        EXPECT_EQ(access(kShipped, path), Access::writable) << path;
    }
    for (const char *path : {"/etc/x", "/usr", "/boot/x", "/home/a", "/root"}) {
        EXPECT_EQ(access(kShipped, path), Access::read_only) << path;
    }
    EXPECT_EQ(verdict_on(Unit::parse(kShipped), "/home/a").because, "ProtectHome=read-only");
    EXPECT_EQ(verdict_on(Unit::parse(kShipped), "/etc").because, "ProtectSystem=full");
}

TEST(Sandbox, the_deepest_directive_holds) {
    const std::string unit = "ProtectSystem=strict\nProtectHome=yes\nStateDirectory=intact\n"
                             "ReadWritePaths=-/srv/backup +/home/joe \"/mnt/a b\"\n"
                             "InaccessiblePaths=/srv/backup/secret\n"
                             "TemporaryFileSystem=/opt:ro\n";
    EXPECT_EQ(access(unit, "/srv"), Access::read_only);
    EXPECT_EQ(access(unit, "/srv/backup/etc"), Access::writable);
    EXPECT_EQ(access(unit, "/srv/backup/secret/x"), Access::hidden);
    EXPECT_EQ(access(unit, "/srv/backups"), Access::read_only);
    EXPECT_EQ(access(unit, "/home/joe/backups"), Access::writable);
    EXPECT_EQ(access(unit, "/home/jo"), Access::hidden);
    EXPECT_EQ(access(unit, "/mnt/a b/c"), Access::writable);
    EXPECT_EQ(access(unit, "/opt/x"), Access::hidden);
    EXPECT_EQ(access(unit, "/var/lib/intact/catalog.db"), Access::writable);
    EXPECT_EQ(access(unit, "/dev/sda"), Access::writable);
    // Whichever is written first.
    EXPECT_EQ(access("ReadWritePaths=/a/b\nReadOnlyPaths=/a\n", "/a/b/c"), Access::writable);
}

TEST(Sandbox, of_directives_on_one_path_the_strictest_holds) {
    EXPECT_EQ(access("ReadWritePaths=/a\nReadOnlyPaths=/a\n", "/a/b"), Access::read_only);
    EXPECT_EQ(access("InaccessiblePaths=/a\nReadWritePaths=/a\n", "/a"), Access::hidden);
}

TEST(Sandbox, a_private_tmp_is_another) {
    EXPECT_EQ(access("PrivateTmp=yes\n", "/var/tmp/x"), Access::hidden);
    EXPECT_EQ(access("PrivateTmp=no\n", "/var/tmp/x"), Access::writable);
}

TEST(Sandbox, private_devices_are_not_the_hosts) {
    EXPECT_EQ(access("PrivateDevices=yes\n", "/dev/sda"), Access::hidden);
    EXPECT_EQ(access("PrivateDevices=yes\n", "/development"), Access::writable);
}

TEST(Sandbox, paths_are_written_as_units_take_them) {
    EXPECT_EQ(quoted_for_unit("/home/joe"), "/home/joe");
    EXPECT_EQ(quoted_for_unit("/a b"), "\"/a b\"");
    EXPECT_EQ(quoted_for_unit("/100%"), "/100%%");
    EXPECT_EQ(quoted_for_unit("/a\"b\\"), "\"/a\\\"b\\\\\"");
}

TEST(UnitFacts, are_read_from_what_systemctl_shows) {
    const Unit unit = Unit::parse("LoadState=loaded\nEnvironment=A=b \"PATH=/opt/x:/bin\" C=d\n"
                                  "no line of ours\nUser=");
    EXPECT_TRUE(unit.is_loaded());
    EXPECT_EQ(unit.program_path(), "/opt/x:/bin");
    EXPECT_EQ(unit.property("User"), "");
    EXPECT_EQ(unit.property("Missing"), "");
    EXPECT_TRUE(Unit::parse("").program_path().starts_with("/usr/local/sbin:"));
}

} // namespace
} // namespace intact::test
