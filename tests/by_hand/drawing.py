#!/usr/bin/env python3
"""Measures whether the workbench draws all the while git is at work.

    tests/by_hand/drawing.py --binary target/release/hindcast WORKSPACE [--size 120x40] [--late 100] [--seconds 4]

WORKSPACE is a large repository such as big_repository.py makes, with a hindcast.toml. The workbench runs in a pseudo
terminal. In each phase a key opens something that git has to work for (the list of prompts, the history of each prompt
that is passed over, blame, the difference of two versions, the editor with its look at the file each second, what a
replay offers), and from then on a key that changes the screen is sent every 50 ms. Reported for each phase: how long after a
key the screen changed. A frame later than --late milliseconds fails.
"""
import argparse, fcntl, os, pty, select, signal, struct, sys, termios, threading, time

ESC = "\x1b"


class Workbench:
    """The workbench in a pseudo terminal, with the time of each thing it writes."""

    def __init__(self, binary, workspace, columns, rows, home):
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            os.environ.update({"TERM": "xterm-256color", "HOME": home, "LC_ALL": "C.UTF-8", "COLORTERM": "truecolor"})
            os.execv(binary, [binary, "--workspace", workspace])
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.written = []
        self.ended = False
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        while True:
            ready, _, _ = select.select([self.terminal], [], [], 0.2)
            if not ready:
                continue
            try:
                data = os.read(self.terminal, 65536)
            except OSError:
                break
            if not data:
                break
            self.written.append((time.monotonic(), data))
            # Questions that terminals answer.
            if b"\x1b[c" in data:
                os.write(self.terminal, b"\x1b[?62;22c")
        self.ended = True

    def key(self, text):
        at = time.monotonic()
        os.write(self.terminal, text.encode())
        return at

    def wait(self, seconds, text=None):
        """Waits for a text to be written, else for that long."""
        since, end = len(self.written), time.monotonic() + seconds
        while time.monotonic() < end:
            if text and text.encode() in b"".join(data for _, data in self.written[since:]):
                return True
            time.sleep(0.02)
        return text is None

    def end(self):
        self.key("q")
        time.sleep(0.5)
        if not self.ended:
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def drive(bench, keys, seconds, every=0.05):
    """Sends keys in turn; returns how long after each the screen changed, in milliseconds."""
    sent, number, begin = [], 0, time.monotonic()
    while time.monotonic() - begin < seconds:
        sent.append(bench.key(keys[number % len(keys)]))
        number += 1
        time.sleep(max(0.0, begin + number * every - time.monotonic()))
    time.sleep(1.0)
    times = [at for at, _ in bench.written]
    late = []
    for at in sent:
        after = next((seen for seen in times if seen > at), None)
        late.append(float("inf") if after is None else (after - at) * 1000)
    return late


def share(late, part):
    ordered = sorted(late)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


PHASES = [
    # What is opened, the keys that open it, and the keys that are sent all the while.
    ("nothing (to compare)", ["3"], ["\t"]),
    ("list of prompts", ["1", "3"], ["\t"]),
    ("history of each prompt", ["1", "3"], ["j"]),
    ("history and back", [], ["k", "j"]),
    ("blame", ["b"], ["\t"]),
    ("blame of other versions", ["\t", "\t"], ["j"]),
    ("difference of two versions", [ESC, "3", " ", "j", "j", "j", " ", "d"], ["\t"]),
    ("editor", [ESC, "3", ESC, "3", "i"], ["x", "\x7f"]),
    ("what a replay offers", [ESC, "3", "r"], ["j", "k"]),
]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--binary", required=True)
    parser.add_argument("workspace")
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--late", type=float, default=100.0)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--home", default="/tmp")
    asked = parser.parse_args()
    columns, rows = (int(part) for part in asked.size.split("x"))
    bench = Workbench(os.path.abspath(asked.binary), os.path.abspath(asked.workspace), columns, rows, asked.home)
    bench.wait(20, "Prompts")
    bench.wait(1)
    failed = False
    print("%-30s %5s %8s %8s %8s %6s" % ("while git reads", "keys", "p50 ms", "p99 ms", "max ms", "late"))
    for name, opening, keys in PHASES:
        for key in opening:
            bench.key(key)
            time.sleep(0.06 if key != ESC else 0.15)
        late = drive(bench, keys, asked.seconds)
        over = sum(1 for one in late if one > asked.late)
        failed |= over > 0
        print("%-30s %5d %8.1f %8.1f %8.1f %6d" % (name, len(late), share(late, 0.5), share(late, 0.99), max(late), over))
        if bench.ended:
            sys.exit("the workbench ended")
    bench.end()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
