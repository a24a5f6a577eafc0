#!/usr/bin/env python3
"""tests/system/find_secrets.py: looks for secrets where none may be.

    find_secrets.py SECRETS traces FILE...      what traced programs gave away, as strace wrote it
    find_secrets.py SECRETS files FILE...       files
    find_secrets.py SECRETS output FILE...      files that keep what terminals showed
    find_secrets.py SECRETS store FILE...       those of the store of credentials
    find_secrets.py SECRETS memory PID...       what a core dump of these processes would hold
    find_secrets.py SECRETS sample FILE         until it is ended: arguments and environment of all
                                                processes that are traced, to FILE

SECRETS has a line for each secret: KIND NAME VALUE, of the kinds

    password  typed, and never shown again
    code      of a device: digits, with none beside them
    seed      in base32; shown to its owner when a device is set up, and kept in the store
    shown     made up for somebody, and shown once: codes on paper, passwords, keys
    hash      as the store has it

A finding is a line that says where, which, and how it was spelt, and never quotes it. Exits 0 when
nothing was found, 1 when something was, 2 when there was nothing to look at.
"""

import base64
import bisect
import os
import re
import sys
import time

# What comes in, not what goes out.
READING = {b"read", b"readv", b"pread64", b"preadv", b"recvfrom", b"recvmsg", b"getrandom",
           b"getdents64", b"readlink", b"readlinkat", b"getcwd"}

CALL = re.compile(rb"^\d+ +(?:<\.\.\. )?(\w+)")
ESCAPED = re.compile(rb"(?:\\x[0-9a-f]{2})+")
STRING = re.compile(rb'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
DESCRIPTOR = re.compile(rb"^\(\d+<(.*)")
SOCKET = re.compile(rb"UNIX(?:-\w+)?:\[(\d+)")
HELPER = b"/run/iam/self.sock"

# Where a secret of each kind may go. A dialogue is a socket without a name, as sshd's processes have
# them between each other, or that of iam-self.
TERMINAL, DIALOGUE, PIPE, STORE = "terminal", "dialogue", "pipe", "store"
ALLOWED = {
    "password": {DIALOGUE},
    "code": {DIALOGUE},
    "seed": {DIALOGUE, TERMINAL, PIPE, STORE},
    "shown": {DIALOGUE, TERMINAL, PIPE},
    "hash": {STORE},
}


def in_base64(raw):
    """As it looks within a longer text, without the letters that depend on what is beside it."""
    for before in range(3):
        text = base64.b64encode(bytes(before) + raw)
        yield text[-(-before * 8 // 6):(before + len(raw)) * 8 // 6]


def spellings(kind, value):
    """Each way in which a secret may be written, with its name."""
    if kind == "code":
        return [("digits", value)]
    raw, ways = value, []
    if kind == "seed":
        raw = base64.b32decode(value + b"=" * (-len(value) % 8))
        groups = b" ".join(value[at:at + 4] for at in range(0, len(value), 4))
        ways += [("base32", value), ("base32 in small letters", value.lower()), ("base32 in groups", groups)]
    if kind == "shown":
        ways += [("without dashes", value.replace(b"-", b""))]
    if kind == "hash":
        ways += [("its last part", value.split(b"$")[-1])]
    ways += [("raw", raw), ("hex", raw.hex().encode()), ("hex in capitals", raw.hex().upper().encode())]
    return ways + [("base64", text) for text in in_base64(raw)]


class Heap:
    """All that went to one kind of place, and where each piece of it is from."""

    def __init__(self):
        self.data, self.sources, self.starts = bytearray(), [], []

    def add(self, source, data):
        self.sources.append(source)
        self.starts.append(len(self.data))
        self.data += data + b"\0"

    def sources_of(self, text, whole_word):
        data = self.data
        at = data.find(text)
        while at >= 0:
            around = data[max(at - 1, 0):at] + data[at + len(text):at + len(text) + 1]
            if not (whole_word and re.search(rb"[0-9]", around)):
                yield self.sources[bisect.bisect_right(self.starts, at) - 1]
            at = data.find(text, at + 1)


class Finder:
    def __init__(self):
        self.heaps, self.cut = {}, set()

    def add(self, source, data, place=None):
        self.heaps.setdefault(place, Heap()).add(source, data)

    def find(self, kind, name, value):
        for place, heap in self.heaps.items():
            if place in ALLOWED[kind]:
                continue
            for way, text in spellings(kind, value):
                for source in heap.sources_of(text, kind == "code"):
                    yield f"{source}: {kind} {name}, {way}"

    def finish(self, secrets):
        findings = set(self.cut)
        with open(secrets, "rb") as lines:
            for line in lines:
                kind, name, value = line.rstrip(b"\n").split(b" ", 2)
                findings.update(self.find(kind.decode(), name.decode(), value))
        print("\n".join(sorted(findings)))
        return 2 if not self.heaps else 1 if findings else 0


def unescape(match):
    return bytes.fromhex(match.group(0).replace(b"\\x", b"").decode())


def place_of(target, names):
    """What is at the other end of a descriptor; names are those that sockets were connected to."""
    socket = SOCKET.match(target)
    if socket:
        is_helper = names.get(socket.group(1)) == HELPER or HELPER in target
        is_nameless = target.startswith(b"UNIX-STREAM") and socket.group(1) not in names
        return DIALOGUE if is_helper or is_nameless else None
    if target.startswith(b"pipe:"):
        return PIPE
    if re.match(rb"/dev/(pts/|tty)", target):
        return TERMINAL
    if re.match(rb"/var/lib/iam/credentials\.db(-wal)?>", target):
        return STORE
    return None


def add_trace(finder, path):
    program = os.path.basename(path)
    names = {}
    with open(path, "rb") as trace:
        for line in trace:
            call = CALL.match(line)
            if not call or call.group(1) in READING:
                continue
            given = line[call.end():]
            descriptor = DESCRIPTOR.match(given)
            target = ESCAPED.sub(unescape, descriptor.group(1)) if descriptor else b""
            strings = STRING.findall(given)
            data = b"\0".join(ESCAPED.sub(unescape, text) for text, _ in strings)
            name = call.group(1).decode()
            if name == "connect" and SOCKET.match(target):
                names[SOCKET.match(target).group(1)] = data.split(b"\0")[-1]
            if any(is_cut for _, is_cut in strings):
                finder.cut.add(f"{program}: a string of {name} is cut")
            source = f"{program}: {name} {target.split(b'>')[0].decode(errors='replace')}"
            finder.add(source, data, place_of(target, names))


def add_file(finder, path, place):
    """Without its holes: lastlog has room for every uid."""
    with open(path, "rb", buffering=0) as file:
        end, size = 0, os.fstat(file.fileno()).st_size
        while end < size:
            try:
                start = os.lseek(file.fileno(), end, os.SEEK_DATA)
            except OSError:
                return  # the rest is a hole
            end = os.lseek(file.fileno(), start, os.SEEK_HOLE)
            file.seek(start)
            finder.add(path, file.read(end - start), place)


def add_memory(finder, pid):
    with open(f"/proc/{pid}/comm", encoding="ascii") as file:
        program = file.read().strip()
    with open(f"/proc/{pid}/maps", encoding="ascii", errors="replace") as maps, \
            open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            span, rights, *rest = line.split(maxsplit=5)
            if rights.startswith("rw"):
                start, end = (int(number, 16) for number in span.split("-"))
                memory.seek(start)
                region = rest[3].strip() if len(rest) > 3 else "anonymous"
                finder.add(f"{program}: {region}", memory.read(end - start))


def read_process(pid, what):
    with open(f"/proc/{pid}/{what}", "rb") as file:
        return file.read()


def sample(path):
    seen = set()
    with open(path, "ab", buffering=0) as samples:
        while True:
            for pid in filter(str.isdigit, os.listdir("/proc")):
                try:
                    if b"\nTracerPid:\t0\n" in read_process(pid, "status"):
                        continue
                    now = {read_process(pid, "cmdline"), read_process(pid, "environ")}
                except OSError:
                    continue  # it has ended
                for text in now - seen:
                    samples.write(text + b"\n")
                seen |= now
            time.sleep(0.02)


def main():
    secrets, what, *operands = sys.argv[1:]
    if what == "sample":
        sample(*operands)
    finder = Finder()
    for operand in operands:
        if what == "traces":
            add_trace(finder, operand)
        elif what == "memory":
            add_memory(finder, operand)
        else:
            add_file(finder, operand, {"files": None, "output": TERMINAL, "store": STORE}[what])
    return finder.finish(secrets)


if __name__ == "__main__":
    sys.exit(main())
