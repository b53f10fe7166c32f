"""Promises with a bound, each a command that ends with 1 when it is broken: ./x bench slow, overload, restart, answers. They take
minutes and want a quiet machine; what `./x test` holds of them is in tests/e2e/speed_e2e.py and tests/e2e/degradation_e2e.py."""
import base64
import hashlib
import http.client
import json
import math
import pathlib
import random
import secrets
import socket
import subprocess
import tempfile
import threading
import time

import bench

GIB = 2**30


def peak_bytes(process):
    """The most memory that it ever held."""
    lines = pathlib.Path(f'/proc/{process.pid}/status').read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith('VmHWM'))


def flood_of(binaries, server, seconds, rate):
    """A process that sends so many reports a second, from 200 devices of its own, whatever comes back."""
    names = [(f'dev-{900_000 + n}', secrets.token_hex(16)) for n in range(200)]
    server.register([fact for n, (_, token) in enumerate(names) for fact in (
        bench.person(f'flood-{n}', 'ROLE_WEARER'), bench.device(900_000 + n, f'flood-{n}', token))])
    path = server.folder / 'flood.txt'
    path.write_text(''.join(f'{name} {token}\n' for name, token in names))
    return subprocess.Popen([binaries / 'load', 'paced', '--port', str(server.mqtt), '--devices', path, '--seconds', str(seconds),
                             '--rate', str(rate)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


class Sleepers:
    """Screens that ask for everything and read nothing. One that the server has had enough of comes back."""

    def __init__(self, server, count):
        self.port, self.key, self.ends = server.http, server.keys['control'], False
        self.opened = 0
        self.threads = [threading.Thread(target=self._sleep, daemon=True) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def _sleep(self):
        while not self.ends:
            try:
                with socket.socket() as line:
                    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                    line.connect(('127.0.0.1', self.port))
                    line.sendall((f'GET /live?topics=alerts,calls,positions HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n'
                                  'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n'
                                  f'Sec-WebSocket-Key: {secrets.token_urlsafe(16)[:22]}==\r\n'
                                  f'Authorization: Bearer {self.key}\r\n\r\n').encode())
                    let_in = line.recv(12).endswith(b'101')
                    self.opened += let_in
                    # Only to find out that it was hung up on; not a byte more is read.
                    while not self.ends and not line.getsockopt(socket.SOL_TCP, socket.TCP_INFO, 1)[0] in (7, 8):
                        time.sleep(0.2)
            except OSError:
                time.sleep(0.2)

    def end(self):
        self.ends = True
        for thread in self.threads:
            thread.join()
        return self.opened


def waits_of_screens(binaries, alerts, background, reading, sleeping):
    """Of each alert, how long the last of the screens that read waited."""
    with tempfile.TemporaryDirectory(dir=bench.TOP / 'build') as folder:
        server = bench.Server(binaries / 'haechi', folder, 1_000)
        server.call('PUT', '/api/v1/agencies/desk', {'name': 'desk', 'desk': 'DESK_BUILT_IN'})
        devices = bench.approach_world(server, alerts, 'desk')
        sleepers = Sleepers(server, sleeping)
        viewers = bench.Viewers(binaries, server, [server.keys['control']] * reading)
        sent = bench.send_approaches(binaries, server, devices, alerts, background, every_ms=300)
        told = viewers.end()['told']
        opened = sleepers.end()
        server.stop()
        if sleeping and opened < sleeping:
            raise SystemExit(f'only {opened} of {sleeping} that do not read were let in')
        return [moments[2] - sent[wearer] for wearer, moments in told.items() if wearer in sent and moments[3] == reading]


def bench_slow(binaries, alerts=100, background=1_000, reading=900, sleeping=100):
    """1,000 screens of which a tenth reads nothing, and the same without those: what the others wait, the two by turns."""
    waits = {0: [], sleeping: []}
    for _ in range(2):
        for asleep in waits:
            waits[asleep] += waits_of_screens(binaries, alerts, background, reading, asleep)
    alone, beside = (bench.waits_of(each) for each in waits.values())
    out = {'screens': reading, 'sleeping': sleeping, 'alerts': 2 * alerts}
    out.update({f'alone_{key}': value for key, value in alone.items()})
    out.update({f'beside_{key}': value for key, value in beside.items()})
    lost = len(waits[sleeping]) < 2 * alerts
    if lost or beside['p99_ms'] > 500 or beside['p99_ms'] > 1.1 * alone['p99_ms'] + 5:
        out['failed'] = 'with readers that sleep others wait 500 ms at 99 % at most, and a tenth (and 5 ms) more than without'
    return out


def bench_overload(binaries, minutes, rate=50_000):
    """Ten times the load for so long: alerts meanwhile, memory, and how soon all is as before."""
    alerts = 30 * minutes
    with tempfile.TemporaryDirectory(dir=bench.TOP / 'build') as folder:
        server = bench.Server(binaries / 'haechi', folder, 100_000)
        cad = bench.Cad(binaries, server)
        devices = bench.approach_world(server, alerts + 20, 'cad')
        flood = flood_of(binaries, server, 60 * minutes, rate)
        time.sleep(2)
        sent = bench.send_approaches(binaries, server, devices, alerts, 100, every_ms=1_900)
        flood.communicate()
        over = time.monotonic()
        waits = cad.waits(server, sent)
        peak = peak_bytes(server.process)
        back_s = time.monotonic() - over
        out = {'minutes': minutes, 'offered_per_s': rate, 'peak_mib': peak >> 20, 'alerts': alerts, 'all_told_after_s': round(back_s, 1)}
        out.update(bench.waits_of(waits))
        cad.end()
        server.stop()
    late = alerts - sum(wait <= 2e6 for wait in waits)
    if late > alerts // 100 or peak > 4 * GIB or back_s > 60:
        out['failed'] = '99 in 100 alerts within 2 s, 4 GiB at most, and 60 s until all are told'
    return out


def bench_restart(binaries, people=1_000, reports=5_760_000):
    """A day of data behind it, killed while reports come: how soon the next one is acknowledged."""
    with tempfile.TemporaryDirectory(dir=bench.TOP / 'build') as folder:
        server = bench.server_with_a_past(binaries, folder, f'{people // 2},1000,1', reports)
        whole_log_s = server.started_s
        server.stop()
        server.start(binaries / 'haechi')
        flood = flood_of(binaries, server, 60, 16_000)
        time.sleep(15)  # nearly what makes another snapshot
        server.process.kill()
        server.process.wait()
        flood.kill()
        flood.wait()
        entries = server.restart(binaries / 'haechi')
        out = {'people': people, 'entries': entries, 'whole_log_s': round(whole_log_s, 2), 'snapshot_s': round(server.started_s, 2)}
        server.stop()
    if server.started_s > 3:
        out['failed'] = 'a start behind a day of data takes 3 s at most'
    return out


def kolmogorov_smirnov(one, two):
    """How probable so great a difference between the two would be, were both drawn from the same."""
    one, two = sorted(one), sorted(two)
    at = [0, 0]
    greatest = 0.0
    while at[0] < len(one) and at[1] < len(two):
        value = min(one[at[0]], two[at[1]])
        for side, values in enumerate((one, two)):
            while at[side] < len(values) and values[at[side]] == value:
                at[side] += 1
        greatest = max(greatest, abs(at[0] / len(one) - at[1] / len(two)))
    size = math.sqrt(len(one) * len(two) / (len(one) + len(two)))
    scaled = (size + 0.12 + 0.11 / size) * greatest
    if scaled < 0.2:
        return 1.0
    return max(0.0, min(1.0, 2 * sum((-1) ** (k - 1) * math.exp(-2 * (k * scaled) ** 2) for k in range(1, 101))))


HIS = ((550_000, 600), (45_000, 0), (45_000, 0), (45_000, 0))  # north of her or of where she is not, 1e-7 degrees; so old, seconds


class Wearer:
    """One who may not come near somebody, his device and her phone."""

    SECRET = 'of all devices'

    def __init__(self, n, near):
        self.n, self.near = n, near

    def facts(self):
        digest = base64.b64encode(hashlib.sha256(self.SECRET.encode()).digest()).decode()
        kept = {'interval_s': 86_400, 'secret_sha256': digest}
        return [bench.person(f'w-{self.n:05}', 'ROLE_WEARER'), bench.person(f'p-{self.n:05}', 'ROLE_PROTECTED_PERSON'),
                {'device_registered': {'id': f'dw-{self.n:05}', 'kind': 'DEVICE_KIND_ANKLE', 'person_id': f'w-{self.n:05}', **kept}},
                {'device_registered': {'id': f'dp-{self.n:05}', 'kind': 'DEVICE_KIND_PHONE', 'person_id': f'p-{self.n:05}', **kept}},
                {'order_registered': {'id': f'o-{self.n:05}', 'version': 1, 'kind': 'ST_PROV_3_2', 'legal_basis': 'bench',
                                      'wearer_id': f'w-{self.n:05}', 'starts_at_us': '1', 'time_zone': 'Asia/Seoul',
                                      'conditions': [{'id': 'c1', 'keep_away': {'protected_id': f'p-{self.n:05}'}}]}}]

    @staticmethod
    def report(seq, north, age_s=0):
        return {'epoch': 1, 'seq': seq, 'fix': {'place': {'lat_e7': bench.HER[0] + north, 'lng_e7': bench.HER[1]}, 'accuracy_mm': 8000,
                'fixed_at_us': str(int((time.time() - age_s) * 1e6)), 'source': 'FIX_SOURCE_GNSS'}}

    def she_reports(self, line):
        """At home, or 30 km south of it."""
        token = base64.b64encode(f'dp-{self.n:05}:{self.SECRET}'.encode()).decode()
        line.request('POST', '/ingest/v1/reports', json.dumps(self.report(1, 0 if self.near else -2_700_000)),
                     {'content-type': 'application/json', 'authorization': 'Basic ' + token})
        answer = line.getresponse()
        answer.read()
        assert answer.status == 200, answer.status

    def he_reports(self, port):
        """Microseconds to each of his acknowledgements."""
        name, topic = f'dw-{self.n:05}'.encode(), f'd/dw-{self.n:05}/report'.encode()
        text = lambda raw: len(raw).to_bytes(2, 'big') + raw
        packet = lambda first, body: bytes([first, *([len(body) & 127 | 128, len(body) >> 7] if len(body) > 127 else [len(body)])]) + body
        waits = []
        with socket.create_connection(('127.0.0.1', port)) as line:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            line.sendall(packet(0x10, text(b'MQTT') + b'\x04\xc2\x00\x3c' + text(name) + text(name) + text(self.SECRET.encode())))
            assert line.recv(4) == b'\x20\x02\x00\x00'
            for seq, (north, age_s) in enumerate(HIS, 1):
                if seq in (2, 4):
                    time.sleep(0.01)
                sent = packet(0x32, text(topic) + bytes([0, seq]) + json.dumps(self.report(seq, north, age_s)).encode())
                began = time.perf_counter_ns()
                line.sendall(sent)
                assert line.recv(4) == bytes([0x40, 2, 0, seq])
                waits.append((time.perf_counter_ns() - began) // 1000)
        return waits


def told_apart(near, far):
    """Whether the two could be told apart, and from which shift of one of them (microseconds) they could."""
    seen = next((shift for shift in (5, 10, 20, 50, 100, 200, 500) if kolmogorov_smirnov(near, [one + shift for one in far]) < 0.01), None)
    middle = lambda values: sorted(values)[len(values) // 2]
    return {'near_p50_us': middle(near), 'far_p50_us': middle(far), 'p': round(kolmogorov_smirnov(near, far), 4), 'seen_from_us': seen}


def bench_answers(binaries, worlds=1_000):
    """How long he waits for the acknowledgement of a report that rings, of one right after it, and of one after a rest, where the
    protected person is near; and where she is far, so that nothing rings. All else is the same, in drawn order."""
    wearers = [Wearer(n, n % 2 == 0) for n in range(2 * worlds)]
    random.Random(1).shuffle(wearers)
    with tempfile.TemporaryDirectory(dir=bench.TOP / 'build') as folder:
        server = bench.Server(binaries / 'haechi', folder, 1_000)
        server.call('PUT', '/api/v1/agencies/desk', {'name': 'desk', 'desk': 'DESK_BUILT_IN'})
        server.register([{'jurisdiction_registered': {'id': 'here', 'agency_id': 'desk', 'shape': {'circle': {
            'centre': {'lat_e7': bench.HER[0], 'lng_e7': bench.HER[1]}, 'radius_mm': 300_000_000}}}}])
        server.register([fact for wearer in wearers for fact in wearer.facts()])
        her_line = http.client.HTTPConnection('127.0.0.1', server.devices_http)
        waits = {True: [], False: []}
        for wearer in wearers:
            wearer.she_reports(her_line)
            time.sleep(0.01)
            waits[wearer.near].append(wearer.he_reports(server.mqtt))
        rang, page = set(), ''
        while page is not None:
            listed = server.call('GET', f'/api/v1/alerts?limit=1000{page}', key='control')
            rang |= {one['alert']['wearer_id'] for one in listed['alerts']}
            page = f'&after={listed["next"]}' if listed['next'] else None
        server.stop()
    out = {'worlds': 2 * worlds, 'rang': len(rang)}
    for name, at in (('ringing', 1), ('next', 2), ('later', 3)):
        compared = told_apart(*([each[at] for each in waits[near]] for near in (True, False)))
        out.update({f'{name}_{key}': value for key, value in compared.items()})
    if rang != {f'w-{one.n:05}' for one in wearers if one.near}:
        out['failed'] = 'those and only those who are near ring'
    elif 3 * min(out[f'{name}_p'] for name in ('ringing', 'next', 'later')) < 0.01:
        out['failed'] = 'nobody could say from these times where she is: p > 0.01, of three comparisons together'
    return out
