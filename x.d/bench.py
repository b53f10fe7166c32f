"""./x bench: measures the whole program from outside, on this machine, and says so.

  ingest    reports acknowledged durably over MQTT, 200 connections; CPU seconds of the server per million; by name
            also ingest_tls: the same over TLS
  webhook   report of an approach -> signed alarm at an outside desk, 1,000 alerts over 1,000 reports/s
  log, geo  Google Benchmark programs of those rooms
  engine    nanoseconds per report and bytes per wearer over generated worlds, the ticks of the middle one; by name and
            with --full, every cell of the grid (wearers 1e3..1e6, zones 1e2..1e5, pairs 1..3; 20 GB, half an hour)
"""
import argparse
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
import subprocess
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent

HER = (375_000_000, 1_270_000_000)


class Server:
    """One `haechi serve` on a fresh data directory."""

    def __init__(self, binary, folder, reports_per_s, more=''):
        self.folder = pathlib.Path(folder)
        self.context = None  # ssl.SSLContext, when `more` makes its doors speak TLS
        config = self.folder / 'haechi.toml'
        config.write_text(f'[http]\nport = 0\n[devices]\nhttp_port = 0\nmqtt_port = 0\nreports_per_s = {reports_per_s}\n'
                          + more)
        keys = self.folder / 'keys.json'
        self.process = subprocess.Popen(
            [binary, 'serve', '--config', config, '--data', self.folder / 'data', '--demo-keys', keys],
            stdout=subprocess.PIPE, stderr=open(self.folder / 'serve.log', 'w'), text=True)
        line = self.process.stdout.readline()
        ports = re.search(r'ready http=(\d+) devices_http=(\d+) mqtt=(\d+)', line)
        if not ports:
            raise SystemExit(f'the server did not start: {line}{(self.folder / "serve.log").read_text()}')
        self.http, self.devices_http, self.mqtt = map(int, ports.groups())
        self.keys = json.loads(keys.read_text())

    def call(self, method, path, body=None, key='registrar'):
        connection = (http.client.HTTPSConnection('127.0.0.1', self.http, timeout=60, context=self.context)
                      if self.context else http.client.HTTPConnection('127.0.0.1', self.http, timeout=60))
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
        fields = pathlib.Path(f'/proc/{self.process.pid}/stat').read_text().rsplit(')', 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf('SC_CLK_TCK')

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


def bench_ingest(binaries, seconds, connections=200, tls=False):
    with tempfile.TemporaryDirectory() as folder:
        certificate, key = make_certificate(folder) if tls else ('', '')
        server = Server(binaries / 'haechi', folder, 1_000_000,
                        f'[tls]\ncertificate = "{certificate}"\nkey = "{key}"\n' if tls else '')
        server.context = ssl.create_default_context(cafile=certificate) if tls else None
        facts, devices = [], []
        for n in range(connections):
            secret = secrets.token_hex(16)
            facts += [person(f'w-{n:04}', 'ROLE_WEARER'), device(n, f'w-{n:04}', secret)]
            devices.append((f'dev-{n:04}', secret))
        server.register(facts)
        load = subprocess.Popen([binaries / 'load', 'ingest', '--port', str(server.mqtt), '--devices',
                                 write_devices(folder, devices), '--seconds', str(seconds), '--window', '50',
                                 *(['--ca', certificate] if tls else [])],
                                stdout=subprocess.PIPE, text=True)
        load.stdout.readline()
        before = server.cpu_seconds()
        result = json.loads(load.stdout.readline())
        result['server_cpu_s_per_million'] = round((server.cpu_seconds() - before) / result['reports'] * 1e6, 2)
        result['connections'] = connections
        load.wait()
        server.stop()
        return result


def bench_webhook(binaries, alerts=1_000, background=1_000):
    with tempfile.TemporaryDirectory() as folder:
        server = Server(binaries / 'haechi', folder, 1_000)
        secret = secrets.token_hex(16)
        cad = subprocess.Popen([binaries / 'haechi', 'cad', '--port', '0', '--haechi', f'http://127.0.0.1:{server.http}',
                                '--agency', 'cad', '--secret', secret, '--behaviour', 'normal'],
                               stdout=subprocess.PIPE, text=True)
        cad_port = int(cad.stdout.readline().strip().rsplit(':', 1)[1])
        server.call('PUT', '/api/v1/agencies/cad', {'name': 'cad', 'desk': 'DESK_CONNECTOR', 'connector': {
            'endpoint': f'http://127.0.0.1:{cad_port}', 'secret': secret}})
        facts = [{'jurisdiction_registered': {'id': 'here', 'agency_id': 'cad', 'shape': {'circle': {
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
        connection = http.client.HTTPConnection('127.0.0.1', server.devices_http)
        connection.request('POST', '/ingest/v1/reports', json.dumps({'device_id': 'her-phone', 'epoch': 1, 'seq': 1, 'fix': {
            'place': {'lat_e7': HER[0], 'lng_e7': HER[1]}, 'fixed_at_us': str(int(time.time() * 1e6)),
            'accuracy_mm': 8000, 'source': 'FIX_SOURCE_GNSS'}}), {'content-type': 'application/json',
            'authorization': 'Basic ' + base64.b64encode(f'her-phone:{her}'.encode()).decode()})
        assert connection.getresponse().status == 200
        load = subprocess.run([binaries / 'load', 'alerts', '--port', str(server.mqtt), '--devices',
                               write_devices(folder, devices), '--alerts', str(alerts), '--background', str(background)],
                              capture_output=True, text=True, check=True)
        sent = dict(json.loads(load.stdout)['sent'])
        stats = http.client.HTTPConnection('127.0.0.1', cad_port)
        stats.request('GET', '/stats')
        arrived = json.loads(stats.getresponse().read())['firstArrivalUs']
        waits, page = [], ''
        while True:
            listed = server.call('GET', f'/api/v1/alerts?limit=1000{page}', key='control')
            for record in listed['alerts']:
                alert = record['alert']
                started = sent.get('dev-' + alert['wearer_id'][2:])
                if started and alert['id'] in arrived:
                    waits.append(arrived[alert['id']] - started)
            if not listed['next']:
                break
            page = '&after=' + listed['next']
        waits.sort()
        cad.terminate()
        server.stop()
        at = lambda p: waits[min(len(waits) - 1, int(p * len(waits)))] / 1000 if waits else None
        return {'alerts': alerts, 'received': len(waits), 'background_per_s': background, 'p50_ms': at(0.5),
                'p99_ms': at(0.99), 'p999_ms': at(0.999), 'max_ms': waits[-1] / 1000 if waits else None}


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument('--build', required=True)
    arguments.add_argument('--json', action='store_true')
    arguments.add_argument('--seconds', type=int, default=10)
    arguments.add_argument('--full', action='store_true', help='engine: every cell of the grid')
    arguments.add_argument('names', nargs='*')
    chosen = arguments.parse_args()
    binaries = pathlib.Path(chosen.build).resolve() / 'bin'
    results = {}
    for name, run in (('ingest', lambda: bench_ingest(binaries, chosen.seconds)),
                      ('ingest_tls', lambda: bench_ingest(binaries, chosen.seconds, tls=True)),
                      ('webhook', lambda: bench_webhook(binaries))):
        if name in chosen.names or (not chosen.names and name != 'ingest_tls'):
            results[name] = run()
            if not chosen.json:
                print(name, ' '.join(f'{key}={value}' for key, value in results[name].items()), flush=True)
    for name in ('log', 'geo'):
        if (not chosen.names or name in chosen.names) and not chosen.json:
            subprocess.run([binaries / f'{name}_bench', '--benchmark_min_time=0.5'], check=True)
    if (not chosen.names or 'engine' in chosen.names) and not chosen.json:
        subprocess.run([binaries / 'engine_bench', *(['--full'] if chosen.full else [])], check=True)
        subprocess.run([binaries / 'engine_bench', '--cell', '100000,10000,1', '--ticks'], check=True)
    # What people see, in a real browser: each tool prints one JSON object.
    for name, tool in (('screens', 'screen-latency'), ('screens', 'flood-bench'), ('scale', 'scale-bench'), ('map', 'map-bench')):
        if chosen.names and name in chosen.names:
            environment = dict(os.environ, HAECHI_BINARIES=str(binaries))
            subprocess.run(['node', f'tools/{tool}.mjs'], cwd=TOP / 'web', env=environment, check=True)
    if chosen.json:
        print(json.dumps(results, indent=2))


if __name__ == '__main__':
    main()
