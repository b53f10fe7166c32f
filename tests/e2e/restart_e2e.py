"""kill -9 in the middle of acknowledged reports and an open alert; then the same data again.

Every acknowledged report is in the log exactly once, every sent one at most once, the alert is still open under its id,
the devices come back, the log verifies, and two replays of it give the same effects."""
import collections
import hashlib
import json
import subprocess
import threading
import time

from haechi_server import Checks, Closed, MqttDevice, Server, arguments, register_device, report, wait_for

SECRET = 'a-secret-of-good-length'
DEVICES = 4
SECONDS_BEFORE_THE_CUT = 4


class Sender(threading.Thread):
    """A device that keeps what is not acknowledged and sends it again, marked so, after a reconnect."""

    def __init__(self, device_id):
        super().__init__(daemon=True)
        self.device_id, self.port = device_id, None
        self.sent, self.acked = 0, set()
        self.waiting = collections.OrderedDict()  # packet id -> seq
        self.reconnects = 0
        self.ending = False

    def payload(self, seq):
        return report(seq, lat=37.5 + seq * 1e-5, at=1_700_000_000 + seq)

    def run(self):
        while not self.ending:
            port = self.port
            try:
                device = MqttDevice(port, self.device_id, SECRET)
                self.reconnects += 1
                for packet_id, seq in self.waiting.items():
                    device.publish(packet_id, self.payload(seq), dup=True)
                while not self.ending:
                    while len(self.waiting) < 8 and not self.ending:
                        self.sent += 1
                        self.waiting[self.sent] = self.sent
                        device.publish(self.sent, self.payload(self.sent))
                    self.take(device)
                while self.waiting:
                    self.take(device)
                device.close()
            except (OSError, Closed):
                time.sleep(0.05)

    def take(self, device):
        first, body = device.read_packet()
        if first >> 4 == 4:
            self.acked.add(self.waiting.pop(int.from_bytes(body[:2], 'big')))
            time.sleep(0.002)


def logged_reports(program, data):
    """How often each (device, seq) stands in the log."""
    run = subprocess.run([program, 'replay', str(data)], capture_output=True, text=True)
    counts = collections.Counter()
    for line in run.stdout.splitlines():
        received = json.loads(line)['fact'].get('report_received')
        if received:
            counts[received['report']['device_id'], int(received['report'].get('seq', 0))] += 1
    return run.returncode, counts


def effects_digest(program, data):
    run = subprocess.run([program, 'replay', str(data), '--effects'], capture_output=True)
    return run.returncode, hashlib.sha256(run.stdout).hexdigest(), run.stdout.count(b'{"effect"')


def open_alerts(server):
    status, text = server.request('GET', '/api/v1/alerts', 'control')
    return {each['alert']['id']: each['alert'] for each in json.loads(text)['alerts']} if status == 200 else {}


def begin(server, senders):
    for sender in senders:
        register_device(server, sender.device_id, SECRET, 'wearer-' + sender.device_id)
        sender.port = server.mqtt_port
    register_device(server, 'phone', SECRET, 'protected', 'ROLE_PROTECTED_PERSON', 'DEVICE_KIND_PHONE', 3600)
    for sender in senders:
        sender.start()


def check_log(program, server, senders, checks, what):
    code, counts = logged_reports(program, server.data)
    acked = [(s.device_id, seq) for s in senders for seq in s.acked]
    checks.check(f'{what}: the log can be read', code == 0, code)
    checks.check(f'{what}: every one of {len(acked)} acknowledged reports is in the log exactly once',
                 acked and all(counts[each] == 1 for each in acked),
                 [(each, counts[each]) for each in acked if counts[each] != 1][:5])
    checks.check(f'{what}: no report is in it twice', max(counts.values(), default=0) == 1,
                 [each for each, n in counts.items() if n > 1][:5])


def main():
    program = arguments().haechi
    checks = Checks()
    server = Server(program)
    again = None
    senders = [Sender(f'ankle-{n}') for n in range(DEVICES)]
    try:
        begin(server, senders)
        status, text = server.ingest('phone', SECRET, report(1, events=['DEVICE_EVENT_SOS']))
        checks.check('an SOS is taken', status == 200, text)
        before = wait_for(lambda: {i: a for i, a in open_alerts(server).items() if a['kind'] == 'ALERT_KIND_SOS'})
        checks.check('and rings', len(before) == 1, before)
        time.sleep(SECONDS_BEFORE_THE_CUT)
        acked = sum(len(sender.acked) for sender in senders)
        server.kill()
        checks.check('it is killed while reports are on their way',
                     acked > 50 and sum(len(sender.waiting) for sender in senders) > 0, acked)

        verified = subprocess.run([program, 'verify', str(server.data)], capture_output=True, text=True)
        checks.check('haechi verify finds the log whole', verified.returncode == 0, verified.stdout + verified.stderr)
        check_log(program, server, senders, checks, 'after the cut')

        again = Server(program, server.folder)
        for sender in senders:
            sender.port = again.mqtt_port
        after = open_alerts(again)
        checks.check('the alert is still open, under its id',
                     all(i in after and after[i]['state'] == 'ALERT_STATE_ACTIVE' for i in before), after)
        checks.check('and was not raised a second time',
                     sum(a['kind'] == 'ALERT_KIND_SOS' for a in after.values()) == 1, after)
        marks = [len(sender.acked) for sender in senders]
        checks.check('every device is back and acknowledged again', wait_for(
            lambda: all(len(s.acked) > mark + 8 and s.reconnects > 1 for s, mark in zip(senders, marks)), 30),
            [(s.reconnects, len(s.acked)) for s in senders])
        for sender in senders:
            sender.ending = True
        for sender in senders:
            sender.join(30)
        checks.check('nothing stays unacknowledged', not any(sender.waiting for sender in senders))
        checks.check('the server ends when asked', again.stop() == 0)
        check_log(program, again, senders, checks, 'at the end')
        checks.check('what was sent is what was acknowledged',
                     all(sender.acked == set(range(1, sender.sent + 1)) for sender in senders))
        verified = subprocess.run([program, 'verify', str(again.data)], capture_output=True, text=True)
        checks.check('haechi verify finds the log whole again', verified.returncode == 0,
                     verified.stdout + verified.stderr)
        first, second = effects_digest(program, again.data), effects_digest(program, again.data)
        checks.check('two replays give the same effects', first == second and first[0] == 0 and first[2] > 0, first)
    finally:
        for sender in senders:
            sender.ending = True
        if again:
            again.end()
        server.end()
    checks.finish()


if __name__ == '__main__':
    main()
