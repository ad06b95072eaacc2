"""Debian's python3-socketio against the conformance program: URL TRANSPORT, a step a line."""

import queue
import sys

import socketio

url, transport = sys.argv[1:]
client = socketio.Client(reconnection=False)


class Box(queue.Queue):
    """What an event brought, awaited."""

    def put_all(self, *values):
        self.put(values)

    def next(self):
        return self.get(timeout=20)


def listen(event, namespace="/"):
    box = Box()
    client.on(event, box.put_all, namespace=namespace)
    return box


def step(name, got, expected):
    assert got == expected, f"{name}: {got!r} is not {expected!r}"
    print(name, flush=True)


auth = {nsp: listen("auth", nsp) for nsp in ("/", "/custom")}
back = listen("message-back")
transports = ["polling", "websocket"] if transport == "upgrade" else [transport]
client.connect(url, transports=transports, auth={"token": "abc"}, namespaces=["/", "/custom"])
step("connect", auth["/"].next(), ({"token": "abc"},))
step("namespace", auth["/custom"].next(), ({"token": "abc"},))

client.emit("message", (1, "2", {"3": [True, None]}, "ä€🚀"))
step("event", back.next(), (1, "2", {"3": [True, None]}, "ä€🚀"))
client.emit("message", (b"\x01\x02", {"deep": [b"\x07" * 70000]}))
step("binary", back.next(), (b"\x01\x02", {"deep": [b"\x07" * 70000]}))
step("ack", client.call("message-with-ack", ("x", b"\x09"), timeout=20), ("x", b"\x09"))


def answer(*args):
    answered.put_all(*args)
    return ("answer", 42)


answered = Box()
client.on("emit-with-ack", answer)
client.emit("emit-with-ack", "question")
step("asked", answered.next(), ("question",))
step("answered", answered.next(), ("answer", 42))

# By its own limit it takes no more than 16 packets with one answer to a poll.
got = []
for start in range(0, 200, 10):
    for number in range(start, start + 10):
        client.emit("message", number)
    got += [back.next() for _ in range(10)]
# Its handlers run on threads of their own, so the order is theirs.
step("order", sorted(got), [(number,) for number in range(200)])

client.disconnect()
print("end", flush=True)
