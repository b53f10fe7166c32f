"""./x bench: measures the whole program from outside, on this machine, and says so.

  limits    a synced page and a round trip on this machine
  ingest    reports acknowledged durably over MQTT, 200 connections, CPU seconds of the server per million, bytes an entry, start
            on what was written; by name also ingest_2000, ingest_tls, ingest_apart, ingest_http, paced_5000, paced_20000
  day       by name: one person's day of 5,760 fixes over REST, out of a log of 5.8 million entries, after a restart; bytes a fix
  memory    by name: bytes of the whole process per wearer (he, she, two devices, an order), registered, and after 20 minutes
  webhook   report of an approach -> signed alarm at an outside desk, 1,000 alerts over 1,000 reports/s; by name also
            webhook_5000, webhook_20000
  field     by name: likewise -> the patrol car that is sent, over its WebSocket; also field_5000, field_20000
  viewers   by name: likewise -> the last of 1,000 screens of the control room
  hour      by name: an hour (--minutes) of 5,000 reports a second and 50 approaches a minute; fails unless of 99 in 100 the alert
            is on the control room's screen within 1 s and the call at another agency within 5 s
  slow      by name: 1,000 screens of which a tenth reads nothing; fails when the others wait longer than without those
  overload  by name: ten times the load for --minutes; fails when alerts are late, memory grows beyond 4 GiB or it is not back in a minute
  restart   by name: killed under load with a day of 1,000 people behind it; fails when a start takes more than 3 s
  answers   by name: acknowledgements of his reports where she is near and where she is far; fails when the times tell which
  recovery  by name: 100,000 wearers and a million reports behind them; seconds until a start acknowledges, with a snapshot and without
  postgis, redis, mosquitto   by name: what one would take instead (installs them)
  log, geo  Google Benchmark programs of those rooms
  engine    nanoseconds per report and bytes per wearer over generated worlds of 1 to 1,000 times the size, the ticks of the middle
            one; by name and with --full, every cell of the grid (wearers 1e3..1e6, zones 1e2..1e5, pairs 1..3; 20 GB, half an hour)
"""
import argparse
import csv
import http.client
import json
import os
import pathlib
import secrets
import hashlib
import base64
import re
import signal
import ssl
import socket
import sqlite3
import subprocess
import tempfile
import time

import bench_table

TOP = pathlib.Path(__file__).resolve().parent.parent

HER = (375_000_000, 1_270_000_000)


class Server:
    """One `haechi serve` on a fresh data directory. With `tls` every line to it and from it is under TLS, by the words that
    `as_server` and `as_client` are for other programs."""

    def __init__(self, binary, folder, reports_per_s, tls=False, apart=False):
        self.folder = pathlib.Path(folder)
        self.config = config = self.folder / 'haechi.toml'
        config.write_text(f'[http]\nport = 0\n[devices]\nhttp_port = 0\nmqtt_port = 0\nreports_per_s = {reports_per_s}\n'
                          + ('[keys]\napart = true\n' if apart else ''))
        self.context, self.scheme, self.as_server, self.as_client = None, 'http', [], []
        if tls:
            certificate, key = make_certificate(folder)
            with config.open('a') as file:
                file.write(f'[tls]\ncertificate = "{certificate}"\nkey = "{key}"\nca = "{certificate}"\n')
            self.context, self.scheme = ssl.create_default_context(cafile=certificate), 'https'
            self.as_server, self.as_client = ['--certificate', certificate, '--key', key], ['--ca', certificate]
        self.start(binary)
        self.keys = json.loads((self.folder / 'keys.json').read_text())

    def start(self, binary):
        began = time.monotonic()
        self.process = subprocess.Popen(
            [binary, 'serve', '--config', self.config, '--data', self.folder / 'data', '--demo-keys', self.folder / 'keys.json'],
            stdout=subprocess.PIPE, stderr=open(self.folder / 'serve.log', 'w'), text=True)
        line = self.process.stdout.readline()
        self.started_s = time.monotonic() - began
        ports = re.search(r'ready http=(\d+) devices_http=(\d+) mqtt=(\d+)', line)
        if not ports:
            raise SystemExit(f'the server did not start: {line}{(self.folder / "serve.log").read_text()}')
        self.http, self.devices_http, self.mqtt = map(int, ports.groups())

    def restart(self, binary):
        """Starts again on the same data; how many entries were replayed. `started_s` says how long that took."""
        self.start(binary)
        return int(re.search(r'^haechi_spine_entry_no (\d+)', self.call('GET', '/metrics'), re.MULTILINE)[1])

    def line(self, port):
        if self.context:
            return http.client.HTTPSConnection('127.0.0.1', port, timeout=60, context=self.context)
        return http.client.HTTPConnection('127.0.0.1', port, timeout=60)

    def call(self, method, path, body=None, key='registrar'):
        connection = self.line(self.http)
        connection.request(method, path, json.dumps(body) if body is not None else None,
                           {'authorization': f'Bearer {self.keys[key]}', 'content-type': 'application/json'})
        response = connection.getresponse()
        text = response.read().decode()
        if response.status >= 300:
            raise SystemExit(f'{method} {path}: {response.status} {text[:2000]}')
        return json.loads(text) if text.startswith(('{', '[')) else text

    def register(self, facts):
        for at in range(0, len(facts), 500):
            self.call('POST', '/api/v1/facts', {'facts': facts[at:at + 500]})

    def cpu_seconds(self):
        """Of the node, and of its keeper if it has one."""
        children = pathlib.Path(f'/proc/{self.process.pid}/task/{self.process.pid}/children').read_text().split()
        fields = [pathlib.Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split() for pid in (self.process.pid, *children)]
        return sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf('SC_CLK_TCK')

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)


def device(number, holder, secret):
    digest = base64.b64encode(hashlib.sha256(secret.encode()).digest()).decode()
    return {'device_registered': {'id': f'dev-{number:04}', 'kind': 'DEVICE_KIND_ANKLE', 'person_id': holder,
                                  'interval_s': 86_400, 'secret_sha256': digest}}


def person(name, role):
    return {'person_registered': {'id': name, 'role': role}}


def write_devices(folder, devices):
    path = pathlib.Path(folder) / 'devices.txt'
    path.write_text(''.join(f'{name} {secret}\n' for name, secret in devices))
    return path


def make_certificate(folder):
    """A certificate of 127.0.0.1 that certifies itself, and its key (P-256, as docs/running.md advises)."""
    certificate, key = pathlib.Path(folder) / 'server.pem', pathlib.Path(folder) / 'server.key'
    subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days',
                    '60', '-subj', '/CN=bench', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out',
                    certificate], check=True, capture_output=True)
    key.chmod(0o600)
    return certificate, key


def bench_limits():
    """What this machine could do at best: a synced write of one page, a byte to another process and back, a spin of the processor."""
    with tempfile.TemporaryDirectory(dir=TOP / 'build') as folder:
        file = os.open(pathlib.Path(folder) / 'page', os.O_CREAT | os.O_RDWR, 0o600)
        syncs = []
        for at in range(500):
            os.pwrite(file, secrets.token_bytes(4096), at * 4096)
            began = time.perf_counter()
            os.fdatasync(file)
            syncs.append((time.perf_counter() - began) * 1e6)
        os.close(file)
    near, far = socket.socketpair()
    if os.fork() == 0:
        near.close()
        while byte := far.recv(1):
            far.send(byte)
        os._exit(0)
    far.close()
    trips = []
    for _ in range(5_000):
        began = time.perf_counter()
        near.send(b'x')
        near.recv(1)
        trips.append((time.perf_counter() - began) * 1e6)
    near.close()
    os.wait()
    middle = lambda values, p: round(sorted(values)[int(p * len(values))], 1)
    return {'fdatasync_p50_us': middle(syncs, 0.5), 'fdatasync_p99_us': middle(syncs, 0.99), 'round_trip_p50_us': middle(trips, 0.5),
            'round_trip_p99_us': middle(trips, 0.99)}


def size_of(folder):
    return sum(path.stat().st_size for path in pathlib.Path(folder).rglob('*') if path.is_file())


def size_of_files(file):
    """With what SQLite keeps beside it."""
    return sum(path.stat().st_size for path in file.parent.glob(file.name + '*'))


def bench_ingest(binaries, seconds, connections=200, mode='ingest', rate=0, tls=False, apart=False):
    with tempfile.TemporaryDirectory(dir=TOP / 'build') as folder:
        server = Server(binaries / 'haechi', folder, 1_000_000, tls, apart)
        facts, devices = [], []
        for n in range(connections):
            secret = secrets.token_hex(16)
            facts += [person(f'w-{n:04}', 'ROLE_WEARER'), device(n, f'w-{n:04}', secret)]
            devices.append((f'dev-{n:04}', secret))
        server.register(facts)
        empty = size_of(server.folder / 'data' / 'log')
        port = server.devices_http if mode == 'http' else server.mqtt
        load = subprocess.Popen([binaries / 'load', mode, '--port', str(port), '--devices', write_devices(folder, devices),
                                 '--seconds', str(seconds), '--window', '50', '--rate', str(rate),
                                 *server.as_client], stdout=subprocess.PIPE, text=True)
        load.stdout.readline()
        before = server.cpu_seconds()
        result = json.loads(load.stdout.readline())
        result['server_cpu_s_per_million'] = round((server.cpu_seconds() - before) / result['reports'] * 1e6, 2)
        result['connections'] = connections
        load.wait()
        server.stop()
        entries = server.restart(binaries / 'haechi')
        result['restart_s'] = round(server.started_s, 2)
        server.stop()
        result['bytes_per_entry'] = round((size_of(server.folder / 'data' / 'log') - empty) / entries, 1)
        return result


def approach_world(server, alerts, agency):
    """Wearers who may not come near one protected person, who has reported; how `load alerts` wants its devices."""
    facts = [{'jurisdiction_registered': {'id': 'here', 'agency_id': agency, 'shape': {'circle': {
        'centre': {'lat_e7': HER[0], 'lng_e7': HER[1]}, 'radius_mm': 300_000_000}}}}]
    devices, now_us = [], int(time.time() * 1e6)
    for n in range(alerts + 100):
        token = secrets.token_hex(16)
        facts += [person(f'w-{n:04}', 'ROLE_WEARER'), device(n, f'w-{n:04}', token)]
        devices.append((f'dev-{n:04}', token))
    facts.append(person('her', 'ROLE_PROTECTED_PERSON'))
    her = secrets.token_hex(16)
    facts.append({'device_registered': {'id': 'her-phone', 'kind': 'DEVICE_KIND_PHONE', 'person_id': 'her',
                  'interval_s': 86_400,
                  'secret_sha256': base64.b64encode(hashlib.sha256(her.encode()).digest()).decode()}})
    for n in range(alerts):
        facts.append({'order_registered': {'id': f'o-{n:04}', 'version': 1, 'kind': 'ST_PROV_3_2', 'legal_basis': 'bench',
                      'wearer_id': f'w-{n:04}', 'starts_at_us': str(now_us - 10**9), 'time_zone': 'Asia/Seoul',
                      'conditions': [{'id': 'c1', 'keep_away': {'protected_id': 'her'}}]}})
    server.register(facts)
    connection = server.line(server.devices_http)
    connection.request('POST', '/ingest/v1/reports', json.dumps({'device_id': 'her-phone', 'epoch': 1, 'seq': 1, 'fix': {
        'place': {'lat_e7': HER[0], 'lng_e7': HER[1]}, 'fixed_at_us': str(int(time.time() * 1e6)),
        'accuracy_mm': 8000, 'source': 'FIX_SOURCE_GNSS'}}), {'content-type': 'application/json',
        'authorization': 'Basic ' + base64.b64encode(f'her-phone:{her}'.encode()).decode()})
    assert connection.getresponse().status == 200
    return write_devices(server.folder, devices)


def send_approaches(binaries, server, devices, alerts, background, every_ms=20):
    """When the report that breaks his order was sent, by wearer, in microseconds."""
    load = subprocess.run([binaries / 'load', 'alerts', '--port', str(server.mqtt), '--devices', devices,
                           '--alerts', str(alerts), '--background', str(background), '--every', str(every_ms),
                           *server.as_client],
                          capture_output=True, text=True, check=True)
    return {'w-' + name[4:]: at for name, at in json.loads(load.stdout)['sent']}


def waits_of(waits, **more):
    waits = sorted(waits)
    at = lambda p: waits[min(len(waits) - 1, int(p * len(waits)))] / 1000 if waits else None
    return {**more, 'received': len(waits), 'p50_ms': at(0.5), 'p99_ms': at(0.99), 'p999_ms': at(0.999), 'max_ms': at(1)}


def server_with_a_past(binaries, folder, cell, reports, sealed=False):
    """On a log of the engine's own benchmark: so many wearers, zones and rules for each (`cell`)."""
    log = pathlib.Path(folder) / 'data' / 'log'
    log.parent.mkdir(mode=0o700)
    subprocess.run([binaries / 'engine_bench', '--cell', cell, '--warm', '0', '--reports', str(reports), '--log', log,
                    *(['--keys-beside', log.parent] if sealed else [])], check=True, stdout=subprocess.DEVNULL)
    return Server(binaries / 'haechi', folder, 1_000_000)


def bench_recovery(binaries, wearers=100_000, reports=1_000_000):
    with tempfile.TemporaryDirectory(dir=TOP / 'build') as folder:
        server = server_with_a_past(binaries, folder, f'{wearers},10000,1', reports)
        result = {'wearers': wearers, 'whole_log_s': round(server.started_s, 2)}
        began = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(600)
        result['last_snapshot_s'] = round(time.monotonic() - began, 2)
        result['entries'] = server.restart(binaries / 'haechi')
        result['snapshot_s'] = round(server.started_s, 2)
        result['snapshot_bytes'] = size_of(server.folder / 'data' / 'snapshots')
        server.process.kill()
        server.process.wait()
        return result


BYTES_A_FIX = 12  # the goal


def bench_day(binaries, people=1_000, reports=5_760_000):
    """A day of one person at a report every 15 s, out of a sealed log that holds as long of all others, page after page over REST."""
    with tempfile.TemporaryDirectory(dir=TOP / 'build') as folder:
        server = server_with_a_past(binaries, folder, f'{people // 2},1000,1', reports, sealed=True)

        def metric(name):
            return int(re.search(rf'^{name} (\d+)', server.call('GET', '/metrics'), re.MULTILINE)[1])

        def indexed():
            while metric('haechi_history_indexed_entry_no') < entries:
                time.sleep(0.5)

        def day_of(person):
            began, fixes, after = time.monotonic(), 0, ''
            while True:
                page = server.call('GET', f'/api/v1/playback?person_id={person}&from_us={to_us - 86_400_000_000}&to_us={to_us}{after}',
                                   key='control')
                fixes += len(page.get('points', []))
                if not page.get('next'):
                    return (time.monotonic() - began) * 1000, fixes
                after = f'&after={page["next"]}'

        entries = metric('haechi_spine_entry_no')
        before, began_no = server.cpu_seconds(), metric('haechi_history_indexed_entry_no')
        indexed()
        cpu_us = (server.cpu_seconds() - before) * 1e6 / (entries - began_no)
        server.stop()
        file = server.folder / 'data' / 'fixes.sqlite'
        with sqlite3.connect(file) as past:
            covered = past.execute('SELECT max(last) FROM block').fetchone()[0]
        bytes_a_fix = size_of_files(file) / (reports * covered / entries)
        server.start(binaries / 'haechi')
        newest = server.call('GET', '/api/v1/positions', key='control')['positions']
        to_us = 1 + max(int(one['fix']['fixed_at_us']) for one in newest)
        persons = [one['person_id'] for one in newest]
        first_ms, fixes = day_of(persons[0])
        times = sorted(day_of(person)[0] for person in persons[::len(persons) // 20])
        result = {'people': people, 'entries': entries, 'fixes': fixes, 'at_once_ms': round(first_ms), 'p50_ms': round(times[len(times) // 2]),
                  'max_ms': round(times[-1]), 'bytes_a_fix': round(bytes_a_fix, 2), 'goal_bytes_a_fix': BYTES_A_FIX,
                  'index_cpu_us_an_entry': round(cpu_us, 1)}
        server.stop()
        return result


def bench_memory(binaries, wearers=5_000):
    with tempfile.TemporaryDirectory(dir=TOP / 'build') as folder:
        server = Server(binaries / 'haechi', folder, 1_000_000)
        persons, orders, devices, now_us = [], [], [], int(time.time() * 1e6)
        for n in range(2 * wearers):
            name, token = f'p-{n:05}', secrets.token_hex(16)
            persons += [person(name, 'ROLE_WEARER' if n < wearers else 'ROLE_PROTECTED_PERSON'), device(n, name, token)]
            devices.append((f'dev-{n:04}', token))
        for n in range(wearers):
            orders.append({'order_registered': {'id': f'o-{n:05}', 'version': 1, 'kind': 'ST_PROV_3_2', 'legal_basis': 'bench',
                           'wearer_id': f'p-{n:05}', 'starts_at_us': str(now_us - 10**10), 'time_zone': 'Asia/Seoul',
                           'conditions': [{'id': 'c1', 'keep_away': {'protected_id': f'p-{wearers + n:05}'}}]}})

        def held():
            heap = int(re.search(r'^haechi_heap_bytes (\d+)', server.call('GET', '/metrics'), re.MULTILINE)[1])
            status = pathlib.Path(f'/proc/{server.process.pid}/status').read_text()
            return heap, int(re.search(r'VmRSS:\s+(\d+)', status)[1]) * 1024

        def per_wearer(at, before, after):
            return {f'{at}_{what}_bytes_per_wearer': round((now - then) / wearers)
                    for what, then, now in zip(('heap', 'resident'), before, after)}

        server.register([person('nobody', 'ROLE_WEARER')])  # what the first of all makes is of no wearer
        empty = held()
        server.register(persons)
        server.register(orders)
        result = per_wearer('registered', empty, held())
        line = http.client.HTTPConnection('127.0.0.1', server.devices_http)
        for n, (name, token) in enumerate(devices):
            # 100 km apart, walking a little.
            reports = [{'device_id': name, 'epoch': 1, 'seq': k + 1, 'battery_percent': 80, 'fix': {
                'place': {'lat_e7': 370_000_000 + n // wearers * 10_000_000 + k * 40, 'lng_e7': 1_270_000_000 + (n * k) % 997},
                'fixed_at_us': str(now_us - (80 - k) * 15_000_000), 'accuracy_mm': 8000, 'source': 'FIX_SOURCE_GNSS'}}
                for k in range(80)]
            line.request('POST', '/ingest/v1/reports', json.dumps({'reports': reports}), {
                'content-type': 'application/json',
                'authorization': 'Basic ' + base64.b64encode(f'{name}:{token}'.encode()).decode()})
            answer = line.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise SystemExit(f'{answer.status} {text[:500]}')
        result |= per_wearer('reporting', empty, held())
        server.stop()
        return {'wearers': wearers, **result}


def bench_engine(binaries, full):
    """What a report costs the engine alone, from 1 to 1,000 times the wearers and the zones; or every cell of its grid."""
    run = lambda *words: subprocess.run([binaries / 'engine_bench', *words], check=True, capture_output=True, text=True).stdout
    cell = lambda wearers, zones, pairs, *words: run('--cell', f'{wearers},{zones},{pairs}', *words)
    said = run('--full') if full else ''.join((
        cell(1_000, 100, 1), cell(1_000, 100_000, 1), cell(10_000, 10_000, 1), cell(100_000, 100, 1),
        cell(100_000, 10_000, 1, '--ticks', '--snapshot'), cell(100_000, 10_000, 2), cell(100_000, 10_000, 3),
        cell(1_000_000, 100_000, 1, '--warm', '4')))
    cells = [{key: float(value) for key, value in re.findall(r'(\w+)=([\d.]+)', line)}
             for line in said.splitlines() if line.startswith('engine:')]
    return {'cells': cells, 'said': said}


class Cad:
    """Another agency's system, a process of its own."""

    def __init__(self, binaries, server):
        secret = secrets.token_hex(16)
        self.process = subprocess.Popen(
            [binaries / 'haechi', 'cad', '--port', '0', '--haechi', f'{server.scheme}://127.0.0.1:{server.http}', '--agency', 'cad',
             '--secret', secret, '--behaviour', 'normal', *server.as_server, *server.as_client], stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline().strip().rsplit(':', 1)[1])
        server.call('PUT', '/api/v1/agencies/cad', {'name': 'cad', 'desk': 'DESK_CONNECTOR', 'connector': {
            'endpoint': f'{server.scheme}://127.0.0.1:{self.port}', 'secret': secret}})

    def waits(self, server, sent):
        """Microseconds from the report of an approach to its first message here, of those that came."""
        stats = server.line(self.port)
        stats.request('GET', '/stats')
        arrived = json.loads(stats.getresponse().read())['firstArrivalUs']
        waits, page = [], ''
        while True:
            listed = server.call('GET', f'/api/v1/alerts?limit=1000{page}', key='control')
            for record in listed['alerts']:
                alert = record['alert']
                started = sent.get(alert['wearer_id'])
                if started and alert['id'] in arrived:
                    waits.append(arrived[alert['id']] - started)
            if not listed['next']:
                return waits
            page = '&after=' + listed['next']

    def end(self):
        self.process.terminate()
        self.process.wait(10)


def bench_webhook(binaries, alerts=1_000, background=1_000, tls=False, apart=False):
    with tempfile.TemporaryDirectory() as folder:
        server = Server(binaries / 'haechi', folder, 1_000, tls, apart)
        cad = Cad(binaries, server)
        sent = send_approaches(binaries, server, approach_world(server, alerts, 'cad'), alerts, background)
        waits = cad.waits(server, sent)
        cad.end()
        server.stop()
        return waits_of(waits, alerts=alerts, background_per_s=background)


def bench_hour(binaries, minutes, background=5_000):
    """A report of an approach -> the alert on a screen of the control room, and the call at another agency. All under TLS."""
    alerts = 50 * minutes
    with tempfile.TemporaryDirectory(dir=TOP / 'build') as folder:
        server = Server(binaries / 'haechi', folder, 1_000, tls=True)
        cad = Cad(binaries, server)
        devices = approach_world(server, alerts, 'cad')
        viewers = Viewers(binaries, server, [server.keys['control']])
        counted = lambda: int(re.search(r'^haechi_mqtt_reports_durable_total (\d+)', server.call('GET', '/metrics'), re.MULTILINE)[1])
        before, began = counted(), time.monotonic()
        sent = send_approaches(binaries, server, devices, alerts, background, every_ms=1_200)
        kept, took_s = counted() - before, time.monotonic() - began
        shown = [moments[0] - sent[wearer] for wearer, moments in viewers.end()['told'].items() if wearer in sent]
        called = cad.waits(server, sent)
        cad.end()
        server.stop()
    def late(waits, within_s):  # those that never came are late
        return alerts - sum(wait <= within_s * 1e6 for wait in waits)
    planned_s = (alerts + 50) * 1.2  # as `load` paces it; starting and reading its devices come on top
    behind = kept < 0.98 * background * planned_s or took_s > 1.02 * planned_s + 5
    out = {'minutes': minutes, 'reports_per_s': round(kept / took_s), 'alerts': alerts}
    out.update({f'alert_{key}': value for key, value in waits_of(shown).items()}, alerts_later_than_1_s=late(shown, 1))
    out.update({f'call_{key}': value for key, value in waits_of(called).items()}, calls_later_than_5_s=late(called, 5))
    if behind or max(late(shown, 1), late(called, 5)) > alerts // 100:
        out['failed'] = f'99 in 100 alerts within 1 s and calls within 5 s, at {background} reports a second'
    return out


class Viewers:
    """Screens on /live, each with the key it is given."""

    def __init__(self, binaries, server, keys, topics='alerts,calls'):
        path = server.folder / 'viewers.txt'
        path.write_text(''.join(key + '\n' for key in keys))
        self.process = subprocess.Popen([binaries / 'viewers', '--port', str(server.http), '--keys', path, '--topics', topics,
                                         *server.as_client], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert json.loads(self.process.stdout.readline())['open'] == len(keys)

    def end(self):
        return json.loads(self.process.communicate()[0])


def bench_field(binaries, alerts=400, background=1_000, dispatchers=20):
    """Report of an approach -> the first message of him at a patrol car that is sent, over its WebSocket. Cars and dispatchers
    have all on their screens that their pages ask for, places among it."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(binaries / 'haechi', folder, 1_000)
        server.call('PUT', '/api/v1/agencies/desk', {'name': 'desk', 'desk': 'DESK_BUILT_IN'})
        devices = approach_world(server, alerts, 'desk')
        units = [f'car-{n:04}' for n in range(2 * alerts + 50)]  # one to him, one to her
        server.register([{'unit_registered': {'id': name, 'agency_id': 'desk', 'call_sign': name}} for name in units])
        keys = [server.call('POST', '/api/v1/demo/keys', {'role': 'unit', 'unit_id': name})['key'] for name in units]
        desk = Viewers(binaries, server, dispatchers * [server.call('POST', '/api/v1/demo/keys', {
            'role': 'dispatch', 'agency_id': 'desk'})['key']], topics='alerts,positions,calls')
        cars = Viewers(binaries, server, keys, topics='alerts,positions,calls')
        sent = send_approaches(binaries, server, devices, alerts, background)
        told = cars.end()
        desk.end()
        server.stop()
        return waits_of([moments[0] - sent[wearer] for wearer, moments in told['told'].items() if wearer in sent],
                        alerts=alerts, background_per_s=background, screens=len(units) + dispatchers, busy=told['busy'])


def bench_viewers(binaries, alerts=60, background=1_000, screens=1_000, tls=False):
    """Report of an approach, five a second -> the alert at the last of 1,000 screens of the control room."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(binaries / 'haechi', folder, 1_000, tls)
        server.call('PUT', '/api/v1/agencies/desk', {'name': 'desk', 'desk': 'DESK_BUILT_IN'})
        devices = approach_world(server, alerts, 'desk')
        viewers = Viewers(binaries, server, [server.keys['control']] * screens)
        before = server.cpu_seconds()
        sent = send_approaches(binaries, server, devices, alerts, background, every_ms=200)
        used = server.cpu_seconds() - before
        told = viewers.end()
        server.stop()
        whole = [(wearer, moments) for wearer, moments in told['told'].items() if wearer in sent and moments[3] == screens]
        return waits_of([moments[2] - sent[wearer] for wearer, moments in whole], alerts=alerts, background_per_s=background,
                        screens=screens, messages=told['messages'], server_cpu_s=round(used, 1), busy=told['busy'])


def bench_mosquitto(binaries, seconds, connections=200):
    """The same reports to a broker with persistence: it acknowledges before its disk knows."""
    need('mosquitto')
    with tempfile.TemporaryDirectory(dir=TOP / 'build') as folder:
        config, port = pathlib.Path(folder) / 'broker.conf', free_port()
        config.write_text(f'listener {port} 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location {folder}/\n'
                          'autosave_interval 1\nautosave_on_changes true\nmax_inflight_messages 0\nuser root\n')
        broker = subprocess.Popen(['mosquitto', '-c', config], stderr=subprocess.DEVNULL)
        wait_for_port(port)
        load = subprocess.run([binaries / 'load', 'ingest', '--port', str(port), '--devices', write_devices(
            folder, [(f'dev-{n:04}', 'any') for n in range(connections)]), '--seconds', str(seconds), '--window', '50'],
            capture_output=True, text=True, check=True)
        broker.terminate()
        broker.wait(10)
        return json.loads(load.stdout.splitlines()[-1])


def bench_postgis(seconds, clients=50):
    """What an agency would build first: each position is one committed insert, a trigger asks for keep-away zones (10,000, indexed)."""
    need('postgresql-15-postgis-3', 'postgresql-contrib')
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o777)
        port, tools = free_port(), pathlib.Path('/usr/lib/postgresql/15/bin')
        as_postgres = lambda *words, **more: subprocess.run(['runuser', '-u', 'postgres', '--', *map(str, words)], check=True,
                                                            capture_output=True, text=True, **more)
        as_postgres(tools / 'initdb', '-D', f'{folder}/data')
        as_postgres(tools / 'pg_ctl', '-D', f'{folder}/data', '-l', f'{folder}/log', '-w', '-o',
                    f'-p {port} -k {folder} -c shared_buffers=512MB -c max_connections=100', 'start')
        try:
            sql = ('CREATE EXTENSION postgis;'
                   'CREATE TABLE zone(id serial PRIMARY KEY, place geography(point) NOT NULL);'
                   'INSERT INTO zone(place) SELECT ST_MakePoint(126.5 + random() * 3, 34.5 + random() * 3)::geography '
                   'FROM generate_series(1, 10000);'
                   'CREATE INDEX ON zone USING gist(place);'
                   'CREATE TABLE fix(device int, place geography(point), at timestamptz DEFAULT now());'
                   'CREATE TABLE alert(device int, zone int, at timestamptz DEFAULT now());'
                   'CREATE FUNCTION judge() RETURNS trigger AS $$ BEGIN INSERT INTO alert(device, zone) SELECT NEW.device, id '
                   'FROM zone WHERE ST_DWithin(zone.place, NEW.place, 200); RETURN NEW; END $$ LANGUAGE plpgsql;'
                   'CREATE TRIGGER judge AFTER INSERT ON fix FOR EACH ROW EXECUTE FUNCTION judge();')
            as_postgres('psql', '-h', folder, '-p', port, '-v', 'ON_ERROR_STOP=1', '-c', sql)
            script = pathlib.Path(folder) / 'insert.sql'
            script.write_text('\\set d random(1, 5000)\n\\set x random(0, 3000000)\n\\set y random(0, 3000000)\n'
                              'INSERT INTO fix(device, place) VALUES (:d, ST_MakePoint(126.5 + :x / 1e6, 34.5 + :y / 1e6)::geography);\n')
            script.chmod(0o644)
            out = as_postgres('pgbench', '-h', folder, '-p', port, '-n', '-c', clients, '-j', 1, '-T', seconds, '-M', 'prepared', '-f',
                              script, '-l', '--log-prefix', f'{folder}/pgbench', 'postgres').stdout
            waits = sorted(int(line.split()[2]) for path in pathlib.Path(folder).glob('pgbench.*') for line in
                           path.read_text().splitlines())
            size = int(as_postgres('psql', '-h', folder, '-p', port, '-tAc', "SELECT pg_total_relation_size('fix')").stdout)
            return {'per_s': round(float(re.search(r'tps = ([\d.]+)', out)[1])), 'ack_p50_us': waits[len(waits) // 2],
                    'ack_p99_us': waits[int(len(waits) * 0.99)], 'ack_p999_us': waits[int(len(waits) * 0.999)],
                    'bytes_per_entry': round(size / len(waits), 1), 'connections': clients}
        finally:
            as_postgres(tools / 'pg_ctl', '-D', f'{folder}/data', '-m', 'immediate', 'stop')


def bench_redis(seconds, clients=50):
    """GEOADD with every write synced: places only, no history, no rule."""
    need('redis-server', 'redis-tools')
    with tempfile.TemporaryDirectory(dir=TOP / 'build') as folder:
        port = free_port()
        server = subprocess.Popen(['redis-server', '--port', str(port), '--bind', '127.0.0.1', '--dir', folder, '--save', '',
                                   '--appendonly', 'yes', '--appendfsync', 'always'], stdout=subprocess.DEVNULL)
        wait_for_port(port)
        out = subprocess.run(['redis-benchmark', '-p', str(port), '-c', str(clients), '-P', '50', '-n', str(50_000 * seconds), '-r',
                              '5000', '--csv', 'GEOADD', 'fixes', '127.0', '37.5', '__rand_int__'], capture_output=True, text=True,
                             check=True).stdout
        server.terminate()
        server.wait(10)
        row = next(csv.DictReader(out.splitlines()))
        return {'per_s': round(float(row['rps'])), 'ack_p50_us': round(float(row['p50_latency_ms']) * 1000),
                'ack_p99_us': round(float(row['p99_latency_ms']) * 1000), 'connections': clients}


def need(*packages):
    """For comparison only, so not among the packages of a build."""
    missing = [name for name in packages if subprocess.run(['dpkg-query', '-W', name], capture_output=True, check=False).returncode]
    if missing:
        subprocess.run(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', *missing], check=True,
                       env={**os.environ, 'DEBIAN_FRONTEND': 'noninteractive'}, stdout=subprocess.DEVNULL)


def free_port():
    with socket.socket() as one:
        one.bind(('127.0.0.1', 0))
        return one.getsockname()[1]


def wait_for_port(port):
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        with socket.socket() as one:
            if one.connect_ex(('127.0.0.1', port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit(f'nothing listens on {port}')


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument('--build', required=True)
    arguments.add_argument('--json', action='store_true')
    arguments.add_argument('--table', action='store_true', help='everything that docs/benchmarks.md holds, and write it')
    arguments.add_argument('--seconds', type=int, default=10)
    arguments.add_argument('--minutes', type=int, default=60, help='of hour and overload')
    arguments.add_argument('--full', action='store_true', help='engine: every cell of the grid')
    arguments.add_argument('names', nargs='*')
    chosen = arguments.parse_args()
    binaries = pathlib.Path(chosen.build).resolve() / 'bin'
    ingest = lambda **more: lambda: bench_ingest(binaries, chosen.seconds, **more)
    measured = {
        'limits': bench_limits, 'ingest': ingest(), 'ingest_2000': ingest(connections=2_000), 'ingest_tls': ingest(tls=True),
        'ingest_apart': ingest(apart=True), 'webhook_apart': lambda: bench_webhook(binaries, background=5_000, apart=True),
        'ingest_http': ingest(mode='http'), 'paced_5000': ingest(mode='paced', rate=5_000), 'paced_20000': ingest(mode='paced', rate=20_000),
        'day': lambda: bench_day(binaries), 'memory': lambda: bench_memory(binaries),
        'webhook': lambda: bench_webhook(binaries), 'webhook_5000': lambda: bench_webhook(binaries, background=5_000),
        'webhook_tls': lambda: bench_webhook(binaries, background=5_000, tls=True),
        'webhook_20000': lambda: bench_webhook(binaries, background=20_000),
        'field': lambda: bench_field(binaries), 'field_5000': lambda: bench_field(binaries, background=5_000),
        'field_20000': lambda: bench_field(binaries, background=20_000), 'viewers': lambda: bench_viewers(binaries),
        'hour': lambda: bench_hour(binaries, chosen.minutes), 'recovery': lambda: bench_recovery(binaries), 'engine': lambda: bench_engine(binaries, chosen.full),
        'postgis': lambda: bench_postgis(chosen.seconds), 'redis': lambda: bench_redis(chosen.seconds),
        'mosquitto': lambda: bench_mosquitto(binaries, chosen.seconds)}
    import bench_bounds  # which uses this one
    measured.update({'slow': lambda: bench_bounds.bench_slow(binaries), 'restart': lambda: bench_bounds.bench_restart(binaries),
                     'overload': lambda: bench_bounds.bench_overload(binaries, chosen.minutes),
                     'answers': lambda: bench_bounds.bench_answers(binaries)})
    bounded = {'hour', 'slow', 'overload', 'restart', 'answers'}
    usual = {'limits', 'ingest', 'webhook', 'engine'}
    results = {}
    for name, run in measured.items():
        if name in (chosen.names or usual) or (chosen.table and name not in bounded):
            results[name] = run()
            if not chosen.json:
                said = results[name].get('said') or ' '.join(f'{key}={value}' for key, value in results[name].items())
                print(name, said.rstrip(), flush=True)
    if chosen.json:
        print(json.dumps(results, indent=2))
    if chosen.table:
        return bench_table.write(results, TOP / 'docs' / 'benchmarks.md')
    missed = [f'{name} missed its bound: {one["failed"]}' for name, one in results.items() if one.get('failed')]
    if missed:
        raise SystemExit('\n'.join(missed))
    if chosen.json:
        return
    for name in ('log', 'geo'):
        if not chosen.names or name in chosen.names:
            subprocess.run([binaries / f'{name}_bench', '--benchmark_min_time=0.5'], check=True)
    if 'picture' in chosen.names:  # the picture as bytes, and back
        subprocess.run([binaries / 'picture_bench'], check=True)
    # What people see, in a real browser: each tool prints one JSON object.
    for name, tool in (('screens', 'screen-latency'), ('screens', 'flood-bench'), ('scale', 'scale-bench'), ('map', 'map-bench')):
        if name in chosen.names:
            environment = dict(os.environ, HAECHI_BINARIES=str(binaries))
            subprocess.run(['node', f'tools/{tool}.mjs'], cwd=TOP / 'web', env=environment, check=True)


if __name__ == '__main__':
    main()
