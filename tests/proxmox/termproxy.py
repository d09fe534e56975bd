#!/usr/bin/python3
"""Plays Proxmox's termproxy: one connection, a ticket, then a terminal in which the command runs."""

import fcntl
import os
import pty
import select
import socket
import struct
import sys
import termios
import urllib.parse
import urllib.request

VERIFY = "http://127.0.0.1:85/api2/json/access/vncticket"


def main():
    at = sys.argv.index("--")
    port, options, command = sys.argv[1], sys.argv[2:at], sys.argv[at + 1 :]
    connection = accept(int(port))
    line, rest = read_line(connection)
    user, ticket = line.split(":", 1)
    verify(
        authid=user,
        vncticket=ticket,
        path=options[options.index("--path") + 1],
        privs=options[options.index("--perm") + 1],
        port=port,
    )
    connection.sendall(b"OK")
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(command[0], command)
    relay(connection, terminal, rest)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def accept(port):
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(1)
        listener.settimeout(10)
        return listener.accept()[0]


def read_line(connection):
    data = b""
    while b"\n" not in data:
        data += connection.recv(4096) or sys.exit(1)
    line, rest = data.split(b"\n", 1)
    return line.decode(), rest


def verify(**ticket):
    urllib.request.urlopen(VERIFY, urllib.parse.urlencode(ticket).encode(), timeout=10).read()


def relay(connection, terminal, waiting):
    waiting = obey(waiting, terminal)
    while True:
        ready, _, _ = select.select([connection, terminal], [], [])
        if connection in ready:
            data = connection.recv(65536)
            if not data:
                return
            waiting = obey(waiting + data, terminal)
        if terminal in ready:
            try:
                connection.sendall(os.read(terminal, 65536))
            except OSError:
                return


def obey(data, terminal):
    """Does what the whole messages say, `0:LENGTH:INPUT`, `1:COLUMNS:ROWS:` or `2`; gives the rest."""
    while data:
        kind, *parts = data.split(b":", 3)
        if kind.startswith(b"2"):
            data = data[1:]
        elif kind == b"0" and len(parts) > 1:
            length, start = int(parts[0]), len(parts[0]) + 3
            if len(data) < start + length:
                break
            given, data = data[start : start + length], data[start + length :]
            while given:
                given = given[os.write(terminal, given) :]
        elif kind == b"1" and len(parts) == 3:
            size = struct.pack("HHHH", int(parts[1]), int(parts[0]), 0, 0)
            fcntl.ioctl(terminal, termios.TIOCSWINSZ, size)
            data = parts[2]
        else:
            break
    return data


main()
