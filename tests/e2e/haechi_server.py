"""What the end-to-end tests share: a real `haechi serve` on free ports with its own directory, plain HTTP to it, a
device that speaks MQTT over a bare socket, and counting of checks. Standard library only."""
import argparse
import base64
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time


# For servers that are no demonstration and whose test is about something else.
ACCEPT = ('\n[server]\naccept = ["no breached passwords", "private authority", "plain proxy", "secrets in files", "unscanned files", '
          '"no journal", "links by hand", "any device", "keys together"]\n')


class Checks:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def check(self, name, held, detail=''):
        self.passed += bool(held)
        self.failed += not held
        print(('ok    ' if held else 'FAIL  ') + name + (f': {str(detail)[:600]}' if not held and detail != '' else ''),
              flush=True)
        return bool(held)

    def skip(self, name, why):
        self.skipped += 1
        print(f'skip  {name}: {why}', flush=True)

    def finish(self):
        print(f'{self.passed} passed, {self.failed} failed, {self.skipped} skipped')
        sys.exit(1 if self.failed or not self.passed else 0)


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument('--haechi', required=True, help='the program')
    return parser.parse_args()


def wait_for(condition, seconds=10, every=0.05):
    """The first true value of `condition`, or its last value at the deadline."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() >= deadline:
            return value
        time.sleep(every)


class Server:
    """One `haechi serve`. `data` outlives it, so that another may be started on the same. `context` (ssl.SSLContext):
    its doors speak TLS. Without `demonstration` nobody has a key."""

    def __init__(self, program, data=None, extra=(), environment=None, context=None, demonstration=True, http_port=0):
        self.program = program
        self.context = context
        self.own = data is None
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='haechi-e2e-')) if data is None else pathlib.Path(data)
        self.data = self.folder / 'store'
        self.keys_file = self.folder / 'keys.json'
        self.out = open(self.folder / 'serve.out', 'w+')
        self.log = open(self.folder / 'serve.log', 'a+')
        keys = ('--demo-keys', self.keys_file) if demonstration else ()
        self.process = subprocess.Popen(
            [program, 'serve', '--data', self.data, '--http-port', str(http_port), '--devices-http-port', '0', '--mqtt-port',
             '0', *keys, *extra], stdout=self.out, stderr=self.log,
            env={**os.environ, **(environment or {})})
        wait_for(lambda: self._ready_line() or not self.alive(), 60)
        ready = self._ready_line()
        if not ready:
            why = (self.folder / 'serve.log').read_text()[-2000:]
            self.end()
            raise RuntimeError('the server did not become ready: ' + why)
        ports = dict(pair.split('=') for pair in ready.split()[1:])
        self.http_port, self.devices_port, self.mqtt_port = (int(ports[p]) for p in ('http', 'devices_http', 'mqtt'))
        self.keys = json.loads(self.keys_file.read_text()) if demonstration else {}

    def _ready_line(self):
        lines = (self.folder / 'serve.out').read_text().split('\n')
        return next((line for line in lines[:-1] if line.startswith('ready ')), None)

    def alive(self):
        return self.process.poll() is None

    def kill(self):
        """As a power cut for the process: no signal handler runs."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        """The exit code."""
        if self.alive():
            self.process.terminate()
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
            return 'did not end'

    def end(self):
        if self.alive():
            self.kill()
        self.out.close()
        self.log.close()
        if self.own:
            shutil.rmtree(self.folder, ignore_errors=True)

    def request(self, method, path, key=None, body=None, headers=None, port=None, timeout=30):
        """(status, text). `key` names a role; a dict as body is sent as JSON."""
        address = {'host': '127.0.0.1', 'port': port or self.http_port, 'timeout': timeout}
        connection = (http.client.HTTPSConnection(**address, context=self.context) if self.context
                      else http.client.HTTPConnection(**address))
        sent = {}
        if key:
            sent['Authorization'] = 'Bearer ' + self.keys.get(key, key)
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
            sent['Content-Type'] = 'application/json'
        sent.update(headers or {})
        try:
            connection.request(method, path, body=body, headers=sent)
            response = connection.getresponse()
            return response.status, response.read().decode(errors='replace')
        finally:
            connection.close()

    def ingest(self, device_id, secret, body, content_type='application/json', timeout=30):
        token = base64.b64encode(f'{device_id}:{secret}'.encode()).decode()
        if isinstance(body, (dict, list)):
            body = json.dumps(body)
        return self.request('POST', '/ingest/v1/reports', body=body, port=self.devices_port, timeout=timeout,
                            headers={'Authorization': 'Basic ' + token, 'Content-Type': content_type})

    def metrics(self):
        """{'name{labels}': value}"""
        values = {}
        for line in self.request('GET', '/metrics')[1].splitlines():
            if line and not line.startswith('#'):
                name, _, value = line.rpartition(' ')
                values[name] = float(value)
        return values

    def counted(self, prefix):
        """Sum of all counters whose name with labels begins so."""
        return sum(value for name, value in self.metrics().items() if name.startswith(prefix))

    def new_key(self, **wanted):
        """A demonstration key: role, person_id, ..."""
        status, text = self.request('POST', '/api/v1/demo/keys', 'registrar', wanted)
        if status != 201:
            raise RuntimeError(f'no key: {status} {text}')
        return json.loads(text)['key']

    def by_two(self, method, path, key, other, body):
        """What asks for two persons: one asks, the other approves, the first does it."""
        status, text = self.request(method, path, key, body)
        if status != 202:
            return status, text
        act = json.loads(text)['asked']['id']
        status, text = self.request('POST', f'/api/v1/acts/{act}/answer', other, {'approved': True})
        return self.request(method, path, key, body) if status == 200 else (status, text)

    def put_by_two(self, path, body):
        """Of two registrars, what changes where alarms go."""
        status, text = self.by_two('PUT', '/api/v1/' + path, 'registrar', self.new_key(role='registrar', agency_id='second'), body)
        if status not in (200, 201):
            raise RuntimeError(f'PUT {path}: {status} {text}')
        return text

    def put(self, path, body, key='registrar'):
        status, text = self.request('PUT', '/api/v1/' + path, key, body)
        if status not in (200, 201):
            raise RuntimeError(f'PUT {path}: {status} {text}')
        return text


def report(seq, lat=37.70, lng=127.20, at=None, epoch=1, **more):
    """A report as canonical JSON, its fix taken now."""
    out = {'epoch': epoch, 'seq': str(seq),
           'fix': {'place': {'lat_e7': round(lat * 1e7), 'lng_e7': round(lng * 1e7)},
                   'fixed_at_us': str(round((time.time() if at is None else at) * 1e6)), 'accuracy_mm': 8000,
                   'source': 'FIX_SOURCE_GNSS'}}
    out.update(more)
    return out


class Closed(Exception):
    pass


class MqttDevice:
    """MQTT 3.1.1 (level 4) or 5.0 (level 5) over one socket, packet by packet."""

    def __init__(self, port, device_id, secret, level=4, keep_alive=60, connect=True):
        self.device_id, self.level = device_id, level
        self.socket = socket.create_connection(('127.0.0.1', port), timeout=15)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b''
        self.connack = None
        if connect:
            self.send_packet(0x10, self.connect_body(device_id, secret, keep_alive))
            first, body = self.read_packet()
            self.connack = body[1] if first >> 4 == 2 else None

    @staticmethod
    def text(value):
        raw = value.encode() if isinstance(value, str) else value
        return len(raw).to_bytes(2, 'big') + raw

    def connect_body(self, user, secret, keep_alive):
        body = self.text('MQTT') + bytes([self.level, 0xC2]) + keep_alive.to_bytes(2, 'big')
        if self.level == 5:
            body += b'\0'
        return body + self.text(self.device_id) + self.text(user) + self.text(secret)

    @staticmethod
    def packet(first, body):
        length, out = len(body), bytes([first])
        while True:
            length, digit = length >> 7, length & 127
            out += bytes([digit | (128 if length else 0)])
            if not length:
                return out + body

    def send_packet(self, first, body):
        self.socket.sendall(self.packet(first, body))

    def publish(self, packet_id, payload, topic=None, dup=False):
        if isinstance(payload, (dict, list)):
            payload = json.dumps(payload).encode()
        body = self.text(topic or f'd/{self.device_id}/report') + packet_id.to_bytes(2, 'big')
        if self.level == 5:
            body += b'\0'
        self.send_packet(0x3A if dup else 0x32, body + payload)

    def fill(self, timeout):
        self.socket.settimeout(timeout)
        chunk = self.socket.recv(65536)
        if not chunk:
            raise Closed()
        self.buffer += chunk

    def read_packet(self, timeout=15):
        """(first byte, body); Closed when the server hangs up, socket.timeout when it says nothing."""
        while True:
            length = shift = 0
            at = 1
            whole = False
            while at < len(self.buffer) and at <= 4:
                digit = self.buffer[at]
                length |= (digit & 127) << shift
                shift += 7
                at += 1
                if not digit & 128:
                    whole = len(self.buffer) >= at + length
                    break
            if whole:
                first, body = self.buffer[0], self.buffer[at:at + length]
                self.buffer = self.buffer[at + length:]
                return first, body
            try:
                self.fill(timeout)
            except ConnectionError:
                raise Closed() from None

    def puback(self, packet_id, timeout=15):
        """(reason code, reason text) of the PUBACK for `packet_id`; other packets are passed over."""
        while True:
            first, body = self.read_packet(timeout)
            if first >> 4 == 4 and int.from_bytes(body[:2], 'big') == packet_id:
                return (body[2] if len(body) > 2 else 0), body[3:].decode(errors='replace')

    def hung_up(self, timeout=15):
        """(the server closed, last DISCONNECT or CONNACK reason or None)"""
        reason = None
        try:
            while True:
                first, body = self.read_packet(timeout)
                if first >> 4 == 14:
                    reason = body[0] if body else 0
                elif first >> 4 == 2:
                    reason = body[1]
        except Closed:
            return True, reason
        except OSError:
            return False, reason

    def close(self):
        self.socket.close()


def register_device(server, device_id, secret, person_id, role='ROLE_WEARER', kind='DEVICE_KIND_ANKLE', interval_s=15):
    server.put(f'persons/{person_id}', {'role': role})
    server.put(f'devices/{device_id}',
               {'kind': kind, 'person_id': person_id, 'interval_s': interval_s, 'secret': secret})
