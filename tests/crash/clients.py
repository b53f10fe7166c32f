"""Those who talk to the server while it is killed: devices over MQTT and HTTP, a registrar, an operator. Each keeps what was
not acknowledged and does it again after the restart, and notes in `Promises` what was."""
import asyncio
import base64
import collections
import json
import time

SECRET = 'a-secret-of-good-length'
CAD_SECRET = 'another-secret-of-good-length'
WINDOW = 8  # reports that an MQTT device has on their way
LOST = (ConnectionError, asyncio.IncompleteReadError, TimeoutError)  # what a client sees of a killed server


class Refused(Exception):
    """An answer that no client of a sound server gets."""


class Promises:
    """What the server has acknowledged, and what it was sent."""

    def __init__(self):
        self.sent, self.acked = {}, set()  # (device, seq) -> latitude; (device, seq)
        self.writes = {}  # entry number -> (kind of fact, id)
        self.names = {}  # person -> name
        self.handled = set()  # alerts somebody was told to have taken
        self.rung = set()  # alerts somebody was shown
        self.registered = set()  # devices that may connect
        self.count = self.refused = 0  # acknowledgements; answers that the disk stood against
        self.over = False  # the server that clients wait for has ended
        self.changed = asyncio.Event()

    def __bool__(self):
        return self.count > 0

    def end(self, over):
        self.over = over
        self.changed.set()

    def kept(self):
        self.count += 1
        self.changed.set()

    async def not_kept(self, answer, status):
        """The client may come again, if that is what it was told."""
        if status != 503:
            raise Refused(answer)
        self.refused += 1
        await asyncio.sleep(0.05)

    async def until(self, condition):
        while not condition():
            if self.over:
                raise ConnectionError
            self.changed.clear()
            await self.changed.wait()


class Http:
    """One connection, kept open. A lost one is lost for good: a round has one server."""

    def __init__(self, port):
        self.port, self.streams = port, None

    async def ask(self, method, path, authorization, body=None):
        """(status, JSON)"""
        if not self.streams:
            self.streams = await asyncio.open_connection('127.0.0.1', self.port)
        reader, writer = self.streams
        sent = b'' if body is None else json.dumps(body).encode()
        writer.write(f'{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {authorization}\r\n'
                     f'Content-Type: application/json\r\nContent-Length: {len(sent)}\r\n\r\n'.encode() + sent)
        head = (await reader.readuntil(b'\r\n\r\n')).decode('latin-1').split('\r\n')
        headers = dict(line.lower().split(': ', 1) for line in head[1:] if ': ' in line)
        text = await reader.readexactly(int(headers.get('content-length', 0)))
        is_json = 'json' in headers.get('content-type', '')
        return int(head[0].split()[1]), json.loads(text) if is_json and text else text.decode()

    def close(self):
        if self.streams:
            self.streams[1].close()


def basic(device_id):
    return 'Basic ' + base64.b64encode(f'{device_id}:{SECRET}'.encode()).decode()


def text(value):
    return len(value).to_bytes(2, 'big') + value.encode()


def packet(first, body):
    length, out = len(body), bytes([first])
    while True:
        length, digit = length >> 7, length & 127
        out += bytes([digit | (128 if length else 0)])
        if not length:
            return out + body


async def read_packet(reader):
    first = (await reader.readexactly(1))[0]
    length = shift = 0
    while True:
        digit = (await reader.readexactly(1))[0]
        length |= (digit & 127) << shift
        shift += 7
        if not digit & 128:
            return first, await reader.readexactly(length)


# Some count across where a number of 31, 32 or 53 bits ends; the packet ids of all start again at 1 early on.
FIRST_SEQ = {0: 2**31 - 20, 1: 2**32 - 20, 2: 2**53 - 20}
PACKET_IDS, FIRST_PACKET_ID = 65_535, 65_500


def packet_id(seq):
    return (seq + FIRST_PACKET_ID) % PACKET_IDS + 1


class Device:
    """A wearer's ankle bracelet, far from everybody, which numbers its reports."""

    def __init__(self, promises, number):
        self.promises, self.number, self.id = promises, number, f'ankle-{number}'
        self.first = FIRST_SEQ.get(number, 1)
        self.seq = self.first - 1
        self.waiting = collections.OrderedDict()  # seq -> report

    def next_report(self, **more):
        self.seq += 1
        lat = 350_000_000 + self.number * 100_000 + self.seq - self.first
        self.promises.sent[self.id, self.seq] = lat
        self.waiting[self.seq] = {'epoch': 1, 'seq': str(self.seq), 'fix': {
            'place': {'lat_e7': lat, 'lng_e7': 1_270_000_000}, 'fixed_at_us': str(round(time.time() * 1e6)),
            'accuracy_mm': 8000, 'source': 'FIX_SOURCE_GNSS'}, **more}
        return self.seq

    def acknowledged(self, seq):
        del self.waiting[seq]
        self.promises.acked.add((self.id, seq))
        self.promises.kept()

    async def speak(self, server):
        await self.promises.until(lambda: self.id in self.promises.registered)
        await (self.speak_http if self.number % 4 == 3 else self.speak_mqtt)(server)

    async def speak_mqtt(self, server):
        reader, writer = await asyncio.open_connection('127.0.0.1', server.mqtt_port)
        writer.write(packet(0x10, text('MQTT') + b'\x04\xC2\0\x3C' + text(self.id) * 2 + text(SECRET)))
        _, answer = await read_packet(reader)
        if answer[1] != 0:
            raise Refused(f'{self.id} is refused: {answer[1]}')
        for seq in self.waiting:
            self.publish(writer, seq, 0x3A)
        while True:
            while len(self.waiting) < WINDOW:
                self.publish(writer, self.next_report(), 0x32)
            first, body = await read_packet(reader)
            if first >> 4 == 4:
                named = int.from_bytes(body[:2], 'big')
                self.acknowledged(next(seq for seq in self.waiting if packet_id(seq) == named))

    def publish(self, writer, seq, first):
        body = text(f'd/{self.id}/report') + packet_id(seq).to_bytes(2, 'big')
        writer.write(packet(first, body + json.dumps(self.waiting[seq]).encode()))

    async def speak_http(self, server):
        http = Http(server.devices_port)
        while True:
            while len(self.waiting) < 3:
                self.next_report()
            reports = {'reports': list(self.waiting.values())}
            status, answer = await http.ask('POST', '/ingest/v1/reports', basic(self.id), reports)
            if status == 200:
                for seq in list(self.waiting):
                    self.acknowledged(seq)
            else:
                await self.promises.not_kept(f'{self.id}: {status} {answer}', status)


class Registrar:
    """Registers what the devices need, then one wearer after another, each of whom cuts his strap at once."""

    def __init__(self, promises, devices, cad_port):
        self.promises, self.number = promises, 0
        lat, lng = 375_000_000, 1_275_000_000
        self.waiting = collections.deque([
            ('agencies', 'cad', {'name': 'CAD', 'desk': 'DESK_CONNECTOR', 'connector': {
                'endpoint': f'http://127.0.0.1:{cad_port}', 'secret': CAD_SECRET}}),
            ('jurisdictions', 'area', {'agency_id': 'cad', 'shape': {'circle': {
                'centre': {'lat_e7': lat, 'lng_e7': lng}, 'radius_mm': 50_000_000}}})])
        for device in devices:
            self.add_wearer('w-' + device.id, device.id)

    def add_wearer(self, person_id, device_id):
        self.waiting.append(('persons', person_id, {'role': 'ROLE_WEARER', 'record': {'name': 'Name of ' + person_id}}))
        self.waiting.append(('devices', device_id, {'kind': 'DEVICE_KIND_ANKLE', 'person_id': person_id,
                                                    'interval_s': 3600, 'secret': SECRET}))

    def add_violation(self):
        self.number += 1
        person_id, device = f'cutter-{self.number}', Device(self.promises, 1000 + self.number)
        self.add_wearer(person_id, device.id)
        self.waiting.append(('orders', f'order-{self.number}', {
            'kind': 'EM_POST', 'legal_basis': 'EM Act 5', 'wearer_id': person_id,
            'starts_at_us': str(round((time.time() - 86_400) * 1e6))}))
        device.next_report(events=['DEVICE_EVENT_STRAP_CUT'])
        device.waiting[1]['fix']['place'] = {'lat_e7': 375_000_000 + self.number, 'lng_e7': 1_275_000_000}
        self.promises.sent[device.id, 1] = 375_000_000 + self.number
        self.waiting.append(('report', device, None))

    async def work(self, server):
        api, intake = Http(server.http_port), Http(server.devices_port)
        while True:
            if not self.waiting:
                self.add_violation()
            what, one, body = self.waiting[0]
            if what == 'report':
                status, answer = await intake.ask('POST', '/ingest/v1/reports', basic(one.id), one.waiting[1])
                if status == 200:
                    one.acknowledged(1)
            else:
                status, answer = await api.ask('PUT', f'/api/v1/{what}/{one}', server.bearer('registrar'), body)
                if status in (200, 201):
                    kind = {'agencies': 'agency'}.get(what, what[:-1]) + '_registered'
                    self.promises.writes[int(answer['entry_no'])] = (kind, one)
                    if what == 'persons':
                        self.promises.names[one] = body['record']['name']
                    if what == 'devices':
                        self.promises.registered.add(one)
                    self.promises.kept()
            if status in (200, 201):
                self.waiting.popleft()
            else:
                await self.promises.not_kept(f'{what} {one}: {status} {answer}', status)


class Operator:
    """Takes every alert that rings."""

    def __init__(self, promises):
        self.promises = promises

    async def work(self, server):
        api = Http(server.http_port)
        while True:
            status, answer = await api.ask('GET', '/api/v1/alerts?limit=500', server.bearer('control'))
            if status == 429:
                await asyncio.sleep(0.1)
                continue
            new = [one['alert'] for one in answer['alerts'] if one['alert']['handling'] == 'ALERT_HANDLING_NEW']
            self.promises.rung |= {one['alert']['id'] for one in answer['alerts']}
            for alert in new:
                status, answer = await api.ask('POST', f"/api/v1/alerts/{alert['id']}/handling",
                                               server.bearer('control'), {'handling': 'HANDLING_ACKNOWLEDGE'})
                if status == 200:
                    self.promises.writes[int(answer['entry_no'])] = ('alert_handled', alert['id'])
                    self.promises.handled.add(alert['id'])
                    self.promises.kept()
                elif status not in (409, 429):
                    await self.promises.not_kept(f"handling {alert['id']}: {status} {answer}", status)
            await asyncio.sleep(0 if new else 0.02)
