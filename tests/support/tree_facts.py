"""Every fact about every entry of a tree that a backup must keep, one line each, for diff.

    tree_facts.py DIR [--no-owner] [--skip NAME]...

Type, mode, owner, size, modification time in nanoseconds, device numbers, link target, what is hard
linked with what, extended attributes (ACLs and capabilities are among them), SHA-256 of the content.
Paths may hold any bytes and be longer than PATH_MAX: everything goes through directory descriptors.
"""

import argparse
import hashlib
import os
import stat
import sys

BLOCK = 64 * 1024
ZEROS = bytes(BLOCK)


def printable(name):
    return name.decode("utf-8", "backslashreplace").encode("unicode_escape").decode("ascii")


def content(fd, size):
    """A digest that does not depend on where the holes are: a hole reads as zeros, and blocks of
    zeros do not count. Data of a sparse file is found by SEEK_DATA, so 100 GiB of hole are free."""
    digest = hashlib.sha256()
    position = 0
    while position < size:
        try:
            position = os.lseek(fd, position, os.SEEK_DATA)
        except OSError:
            break
        position -= position % BLOCK
        block = os.pread(fd, BLOCK, position)
        if not block:
            break
        if block != ZEROS[:len(block)]:
            digest.update(b"%d:" % position)
            digest.update(block)
        position += len(block)
    return digest.hexdigest()


def attributes(name, parent):
    """Extended attributes through /proc, which takes any path length and any kind of file."""
    fd = os.open(name, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
    try:
        path = f"/proc/self/fd/{fd}"
        return sorted((key, os.getxattr(path, key).hex()) for key in os.listxattr(path))
    finally:
        os.close(fd)


class Facts:
    def __init__(self, options):
        self.options = options
        self.first_of_inode = {}

    def entry(self, parent, name, path):
        info = os.stat(name, dir_fd=parent, follow_symlinks=False)
        mode = info.st_mode
        owner = "-" if self.options.no_owner else f"{info.st_uid}:{info.st_gid}"
        facts = [stat.filemode(mode), owner, f"mtime={info.st_mtime_ns}"]
        if stat.S_ISREG(mode):
            facts.append(f"size={info.st_size}")
            fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=parent)
            facts.append(f"content={content(fd, info.st_size)}")
            os.close(fd)
        elif stat.S_ISLNK(mode):
            facts.append("-> " + printable(os.fsencode(os.readlink(name, dir_fd=parent))))
        elif stat.S_ISBLK(mode) or stat.S_ISCHR(mode):
            facts.append(f"device={os.major(info.st_rdev)}:{os.minor(info.st_rdev)}")
        if not stat.S_ISDIR(mode) and info.st_nlink > 1:
            first = self.first_of_inode.setdefault((info.st_dev, info.st_ino), path)
            facts.append("links with " + printable(first))
        facts += [f"{key}={value}" for key, value in attributes(name, parent)]
        print(printable(path), *facts, sep="\t")
        if stat.S_ISDIR(mode):
            fd = os.open(name, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC,
                         dir_fd=parent)
            self.directory(fd, path)
            os.close(fd)

    def directory(self, fd, path):
        for name in sorted(os.fsencode(entry) for entry in os.listdir(fd)):
            child = path + b"/" + name if path else name
            if child.decode("utf-8", "replace") not in self.options.skip:
                self.entry(fd, name, child)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory")
    parser.add_argument("--no-owner", action="store_true")
    parser.add_argument("--skip", action="append", default=[])
    options = parser.parse_args()
    sys.setrecursionlimit(20000)
    fd = os.open(options.directory, os.O_RDONLY | os.O_DIRECTORY)
    Facts(options).directory(fd, b"")


if __name__ == "__main__":
    main()
