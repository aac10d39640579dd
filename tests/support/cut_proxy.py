#!/usr/bin/env python3
"""A way to a server's socket that breaks in the middle, for tests of what is then published.

  cut_proxy.py SOCKET PORT_FILE BYTES close|silence|go-on [COMMAND...]

Listens on a port of 127.0.0.1, which it writes to PORT_FILE, and passes on what the two sides say.
When the server has sent so many bytes in all, it runs the command once and then closes the
connection, says nothing more, or goes on. Knows no server's protocol.
"""
import os
import socket
import subprocess
import sys
import threading

PIECE = 16 << 10


class Cut:
    def __init__(self, limit, then, command):
        self.left = limit
        self.then = then
        self.command = command

    def passes(self, count):
        """Whether what comes next may go on."""
        before, self.left = self.left, self.left - count
        if before <= 0 or self.left > 0:
            return True
        if self.command:
            subprocess.run(self.command, check=True)
        if self.then == "silence":
            threading.Event().wait()
        return self.then == "go-on"


def pump(source, target, passes):
    try:
        while piece := source.recv(PIECE):
            target.sendall(piece)
            if not passes(len(piece)):
                break
    except OSError:
        pass  # that the other side is gone is seen here as its end
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def main():
    upstream, port_file, limit, then, *command = sys.argv[1:]
    cut = Cut(int(limit), then, command)
    listener = socket.create_server(("127.0.0.1", 0))
    with open(port_file + ".new", "w", encoding="ascii") as file:
        file.write(str(listener.getsockname()[1]))
    os.rename(port_file + ".new", port_file)
    while True:
        client, _ = listener.accept()
        server = socket.socket(socket.AF_UNIX)
        server.connect(upstream)
        for one in ((client, server, lambda _: True), (server, client, cut.passes)):
            threading.Thread(target=pump, args=one, daemon=True).start()


main()
