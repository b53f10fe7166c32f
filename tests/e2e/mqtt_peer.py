#!/usr/bin/python3
"""Talks MQTT 3.1.1 and 5.0 to a running gateway with paho-mqtt, a client that nobody here wrote.

usage: mqtt_peer.py HOST PORT DEVICE_ID SECRET [--command]

Publishes reports and waits for their acknowledgements, is refused where it should be, loses its connection and comes
back. With --command it also waits for a command on its command topic (something must make the server send one).
Prints one line per check and "N passed, N failed"; exits 1 if any failed. Needs the Debian package python3-paho-mqtt.
"""
import json
import socket
import sys
import threading
import time

import paho.mqtt.client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

WAIT_S = 15
passed = failed = 0


def check(what, ok, detail=""):
    global passed, failed
    passed, failed = passed + bool(ok), failed + (not ok)
    print(("ok   " if ok else "FAIL ") + what + (f": {detail}" if detail and not ok else ""), flush=True)


class Peer:
    """One device's client, with everything that happened to it kept for the checks."""

    def __init__(self, args, version, client_id=None, secret=None, will_topic=None):
        self.version = version
        self.changed = threading.Condition()
        self.connects, self.disconnects, self.acks, self.granted, self.messages = [], [], [], [], []
        extra = {"clean_session": True} if version == mqtt.MQTTv311 else {}
        self.client = mqtt.Client(client_id or args.device, protocol=version, **extra)
        self.client.username_pw_set(args.device, secret or args.secret)
        if will_topic:
            self.client.will_set(will_topic, "gone", qos=1)
        self.client.on_connect = lambda c, u, flags, code, *rest: self.note(self.connects, code)
        self.client.on_disconnect = lambda c, u, code, *rest: self.note(self.disconnects, code)
        self.client.on_publish = lambda c, u, mid: self.note(self.acks, mid)
        self.client.on_subscribe = lambda c, u, mid, granted, *rest: self.note(self.granted, granted)
        self.client.on_message = lambda c, u, message: self.note(self.messages, message)
        self.client.connect(args.host, args.port, keepalive=30)
        self.client.loop_start()

    def note(self, where, what):
        with self.changed:
            where.append(what)
            self.changed.notify_all()

    def wait(self, condition, seconds=WAIT_S):
        with self.changed:
            return self.changed.wait_for(condition, seconds)

    def end(self):
        self.client.disconnect()
        self.client.loop_stop()


def code_of(value):
    return value.value if hasattr(value, "value") else int(value)


def report(seq, epoch, **changes):
    fix = {"place": {"latE7": 375665000 + seq, "lngE7": 1269780000}, "accuracyMm": 8000,
           "fixedAtUs": str(int(time.time() * 1_000_000)), "source": "FIX_SOURCE_GNSS"}
    fix.update(changes)
    return json.dumps({"epoch": epoch, "seq": str(seq), "fix": fix, "batteryPercent": 80})


def run_version(args, version, name):
    five = version == mqtt.MQTTv5
    epoch = int(time.time()) + five
    topic = f"d/{args.device}/report"

    peer = Peer(args, version, will_topic=f"d/{args.device}/will")
    check(f"{name}: connects", peer.wait(lambda: peer.connects) and code_of(peer.connects[0]) == 0,
          str(peer.connects))
    sent = [peer.client.publish(topic, report(seq, epoch), qos=1).mid for seq in range(1, 21)]
    check(f"{name}: 20 reports are acknowledged", peer.wait(lambda: set(sent) <= set(peer.acks)), str(peer.acks))
    batch = json.dumps({"reports": [json.loads(report(seq, epoch)) for seq in range(21, 31)]})
    mid = peer.client.publish(f"d/{args.device}/reports", batch, qos=1).mid
    check(f"{name}: a batch is acknowledged", peer.wait(lambda: mid in peer.acks))
    mid = peer.client.publish(topic, report(20, epoch), qos=1).mid
    check(f"{name}: a repeated report is acknowledged", peer.wait(lambda: mid in peer.acks))
    for what, payload in (("1970", report(31, epoch, fixedAtUs="0")),
                          ("2106", report(32, epoch, fixedAtUs="4294967296000000")),
                          ("latitude 91", report(33, epoch, place={"latE7": 910000000, "lngE7": 0})),
                          ("NaN", report(34, epoch, place={"latE7": float("nan"), "lngE7": 0})),
                          ("garbage", b"\xff\x00garbage")):
        mid = peer.client.publish(topic, payload, qos=1).mid
        check(f"{name}: a report of {what} is answered, not resent for ever", peer.wait(lambda: mid in peer.acks))
    check(f"{name}: and the connection stays", not peer.disconnects, str(peer.disconnects))

    peer.client.subscribe("#", qos=1)
    check(f"{name}: may not listen to everything",
          peer.wait(lambda: len(peer.granted) == 1) and code_of(peer.granted[0][0]) >= 0x80, str(peer.granted))
    peer.client.subscribe(f"d/{args.device}/cmd", qos=1)
    check(f"{name}: may listen to its commands",
          peer.wait(lambda: len(peer.granted) == 2) and code_of(peer.granted[1][0]) == 1, str(peer.granted))
    if args.command:
        got = peer.wait(lambda: peer.messages)
        check(f"{name}: receives a command", got and "intervalS" in json.loads(peer.messages[0].payload))

    peer.client.socket().shutdown(socket.SHUT_RDWR)
    check(f"{name}: comes back after a cut", peer.wait(lambda: len(peer.connects) == 2), str(peer.connects))
    mid = peer.client.publish(topic, report(40, epoch), qos=1).mid
    check(f"{name}: and is acknowledged again", peer.wait(lambda: mid in peer.acks))
    mid = peer.client.publish("d/somebody-else/report", report(41, epoch), qos=1).mid
    if five:
        check(f"{name}: another's topic is refused", peer.wait(lambda: mid in peer.acks))
    else:
        check(f"{name}: another's topic closes the connection", peer.wait(lambda: len(peer.disconnects) == 2))
    peer.end()

    for what, arguments in (("a wrong secret", {"secret": "wrong"}), ("another's client id", {"client_id": "x-1"})):
        peer = Peer(args, version, **arguments)
        check(f"{name}: {what} is refused", peer.wait(lambda: peer.connects) and code_of(peer.connects[0]) != 0,
              str(peer.connects))
        peer.end()


def check_announced_limits(args):
    """What an MQTT 5 client is told on connecting."""
    told = []
    client = mqtt.Client(args.device, protocol=mqtt.MQTTv5)
    client.username_pw_set(args.device, args.secret)
    done = threading.Event()
    client.on_connect = lambda c, u, flags, code, properties: (told.append(properties), done.set())
    wishes = Properties(PacketTypes.CONNECT)
    wishes.SessionExpiryInterval = 3600
    client.connect(args.host, args.port, keepalive=0, properties=wishes)
    client.loop_start()
    done.wait(WAIT_S)
    client.disconnect()
    client.loop_stop()
    limits = told[0].json() if told else {}
    expected = {"MaximumQoS": 1, "RetainAvailable": 0, "SessionExpiryInterval": 0}
    check("5.0: limits are announced", all(limits.get(k) == v for k, v in expected.items()), str(limits))


class Args:
    pass


def main():
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    if len(words) != 4:
        print(__doc__)
        return 2
    args = Args()
    args.host, args.port, args.device, args.secret = words[0], int(words[1]), words[2], words[3]
    args.command = "--command" in sys.argv
    run_version(args, mqtt.MQTTv311, "3.1.1")
    run_version(args, mqtt.MQTTv5, "5.0")
    check_announced_limits(args)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
