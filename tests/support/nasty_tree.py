"""Makes a tree of what breaks backup programs.

    nasty_tree.py DIR [--plain]     --plain: only what an ordinary user can make

Reached by directory descriptors, since some paths are longer than any path argument may be.
"""

import argparse
import os
import socket
import stat
import subprocess


def write(name, content=b"content\n", parent=None, mode=0o644):
    fd = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode, dir_fd=parent)
    os.write(fd, content)
    os.close(fd)


def names():
    os.mkdir("names")
    parent = os.open("names", os.O_RDONLY)
    for name in (b"not \xff\xfe utf-8", b"new\nline", b"tab\tand\\backslash", b" blanks ", b"-rf",
                 b"quote'\"$(x)`y`", b"*", "ümläut".encode(), "e\u0301".encode(), b"\x01control\x7f",
                 b"x" * 255, b"ends with dot.", b"%s%n", b"..."):
        write(name, parent=parent)
    os.symlink(b"\xff\xfe nowhere", b"symlink to no utf-8", dir_fd=parent)
    os.symlink("/" + "y" * 4000, "symlink of 4,000 characters", dir_fd=parent)
    os.close(parent)


def long_path():
    """4,000 characters below DIR, so more than PATH_MAX (4,096) with what DIR adds."""
    fd = os.open(".", os.O_RDONLY)
    for _ in range(16):
        os.mkdir("d" * 249, dir_fd=fd)
        deeper = os.open("d" * 249, os.O_RDONLY, dir_fd=fd)
        os.close(fd)
        fd = deeper
    write("at the end", parent=fd)
    os.close(fd)


def links():
    for folder in ("links_a", "links_b"):
        os.mkdir(folder)
    write("links_a/first", b"shared\n")
    os.link("links_a/first", "links_b/second")
    os.link("links_a/first", "links_a/third")
    os.symlink("first", "links_a/soft")
    os.link("links_a/soft", "links_b/soft too", follow_symlinks=False)


def sparse():
    os.mkdir("sparse")
    with open("sparse/100 GiB", "wb") as file:
        file.truncate(100 << 30)
        for position in (0, 5 << 30, (99 << 30) + 12345):
            file.seek(position)
            file.write(b"an island")
    with open("sparse/only a hole", "wb") as file:
        file.truncate(10 << 30)
    with open("sparse/hole at the end", "wb") as file:
        file.write(b"x" * 100000)
        file.truncate(1 << 30)


def kinds(plain):
    os.mkdir("kinds")
    os.mkfifo("kinds/fifo")
    write("kinds/empty", b"")
    os.mkdir("kinds/empty folder")
    with socket.socket(socket.AF_UNIX) as end:
        end.bind("kinds/socket")
    if not plain:
        os.mknod("kinds/null", 0o666 | stat.S_IFCHR, os.makedev(1, 3))
        os.mknod("kinds/block", 0o600 | stat.S_IFBLK, os.makedev(7, 250))


def metadata(plain):
    os.mkdir("metadata")
    write("metadata/setuid", mode=0o755)
    os.chmod("metadata/setuid", 0o4755)
    os.mkdir("metadata/sticky")
    os.chmod("metadata/sticky", 0o1777)
    write("metadata/acl")
    subprocess.run(["setfacl", "-m", "u:1234:r--,g:4321:-w-", "metadata/acl"], check=True)
    os.mkdir("metadata/default acl")
    subprocess.run(["setfacl", "-d", "-m", "u:1234:rwx", "metadata/default acl"], check=True)
    write("metadata/xattr")
    os.setxattr("metadata/xattr", "user.comment", bytes(range(256)))
    os.setxattr("metadata/xattr", "user.empty", b"")
    os.setxattr("metadata", "user.on a folder", b"yes")
    for name, time in (("old", -86400 * 365 * 5 * 10**9 + 1), ("far", 4102444800 * 10**9 + 999999999)):
        write(f"metadata/{name}")
        os.utime(f"metadata/{name}", ns=(time, time))
    if not plain:
        write("metadata/capability", mode=0o755)
        subprocess.run(["setcap", "cap_net_raw+ep", "metadata/capability"], check=True)
        write("metadata/owner")
        os.chown("metadata/owner", 4000000001, 3999999999)
        os.setxattr("metadata/xattr", "trusted.comment", b"only root sees this")
        os.symlink("xattr", "metadata/link")
        os.setxattr("metadata/link", "trusted.comment", b"of the link", follow_symlinks=False)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("directory")
    parser.add_argument("--plain", action="store_true")
    options = parser.parse_args()
    os.umask(0o022)
    os.makedirs(options.directory)
    os.chdir(options.directory)
    names()
    long_path()
    links()
    sparse()
    kinds(options.plain)
    metadata(options.plain)


if __name__ == "__main__":
    main()
