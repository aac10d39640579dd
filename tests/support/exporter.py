#!/usr/bin/env python3
"""Serves a file as /metrics on a port of 127.0.0.1 that is free: stands in for an agent.

    exporter.py FILE ADDRESS_FILE      writes HOST:PORT to ADDRESS_FILE when it listens
"""

import http.server
import os
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with open(sys.argv[1], "rb") as file:
            text = file.read()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, *_):
        pass


if __name__ == "__main__":
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with open(sys.argv[2] + ".new", "w", encoding="utf-8") as file:
        file.write(f"127.0.0.1:{server.server_port}\n")
    os.rename(sys.argv[2] + ".new", sys.argv[2])
    server.serve_forever()
