#!/usr/bin/env python3
"""A whole archive of mongodump's with one collection, as Debian has no mongodump:

    mongodb_archive.py FILE [DOCUMENTS]
"""
import struct
import sys


def element(kind, name, value):
    return bytes([kind]) + name.encode() + b"\0" + value


def text(name, value):
    return element(2, name, struct.pack("<i", len(value) + 1) + value.encode() + b"\0")


def document(*elements):
    body = b"".join(elements)
    return struct.pack("<i", len(body) + 5) + body + b"\0"


def step(value):
    for _ in range(8):
        value = value >> 1 ^ (0xC96C5795D7870F42 if value & 1 else 0)
    return value


TABLE = [step(byte) for byte in range(256)]


def crc(data):
    value = 0xFFFFFFFFFFFFFFFF
    for byte in data:
        value = value >> 8 ^ TABLE[(value ^ byte) & 0xFF]
    return value ^ 0xFFFFFFFFFFFFFFFF


END = b"\xff\xff\xff\xff"
shop = text("db", "shop") + text("collection", "c")
documents = int(sys.argv[2]) if len(sys.argv) > 2 else 100
rows = b"".join(document(element(16, "i", struct.pack("<i", i)), text("line", "some words " * 8 + str(i)))
                for i in range(documents))


def head(is_end, check):
    return document(shop, element(8, "EOF", bytes([is_end])), element(18, "CRC", struct.pack("<Q", check)))


with open(sys.argv[1], "wb") as file:
    file.write(struct.pack("<I", 0x8199E26D))
    file.write(document(element(16, "concurrent_collections", struct.pack("<i", 4)), text("version", "0.1"),
                        text("server_version", "7.0.2"), text("tool_version", "100.9.0")))
    file.write(document(shop, text("metadata", '{"options":{},"indexes":[]}')) + END)
    file.write(head(0, 0) + rows + END + head(1, crc(rows)) + END)
