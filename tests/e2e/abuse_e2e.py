"""Those who ask too much, too slowly or by guessing, at a real server: they are held back, and everybody else, alarms
first, is served as before."""
import base64
import gzip
import http.client
import json
import pathlib
import socket
import statistics
import tempfile
import threading
import time

from haechi_server import Checks, MqttDevice, Server, arguments, register_device, report, wait_for

SECRET = 'a-secret-of-good-length'
SERVED_WITHIN_S = 1.0


class Caller:
    """One kept connection to a door."""

    def __init__(self, port, source=None):
        self.connection = http.client.HTTPConnection('127.0.0.1', port, timeout=30,
                                                     source_address=(source, 0) if source else None)

    def ask(self, method, path, headers, body=None):
        self.connection.request(method, path, body=body, headers=headers)
        answer = self.connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode(errors='replace')


class Flood:
    """Asks the same again and again on several connections, until it is ended. `statuses` counts the answers."""

    def __init__(self, port, connections, method, path, headers, body=None):
        self.statuses, self.waits, self.going = {}, [], True
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.run, args=(port, method, path, headers, body), daemon=True)
                        for _ in range(connections)]
        for thread in self.threads:
            thread.start()

    def run(self, port, *asked):
        caller = Caller(port)
        while self.going:
            status, headers, _ = caller.ask(*asked)
            with self.lock:
                self.statuses[status] = self.statuses.get(status, 0) + 1
                if status == 429:
                    self.waits.append(headers.get('retry-after'))

    def refused(self):
        with self.lock:
            return self.statuses.get(429, 0)

    def end(self):
        self.going = False
        for thread in self.threads:
            thread.join(30)


def bearer(key, **more):
    return {'Authorization': 'Bearer ' + key, 'Content-Type': 'application/json', **more}


def basic(device):
    return {'Authorization': 'Basic ' + base64.b64encode(f'{device}:{SECRET}'.encode()).decode(),
            'Content-Type': 'application/json'}


def timed(call):
    began = time.monotonic()
    value = call()
    return value, time.monotonic() - began


def check_flood_of_account(checks, server):
    metric = 'haechi_api_too_many_total'
    before = server.counted(metric)
    person = server.request('POST', '/api/v1/demo/keys', 'registrar', {'role': 'protected_person',
                                                                      'person_id': 'her'})
    her = json.loads(person[1])['key']
    flood = Flood(server.http_port, 6, 'GET', '/api/v1/alerts', bearer(server.keys['control']))
    checks.check('a flood from one account is refused in the end', wait_for(flood.refused, 60), flood.statuses)
    (status, text), took = timed(lambda: server.request('GET', '/api/v1/calls', 'dispatch'))
    checks.check('another account is served meanwhile', status == 200 and took < SERVED_WITHIN_S, (status, took, text))
    (status, text), took = timed(lambda: server.ingest('ankle-good', SECRET, report(1)))
    checks.check('so is a device', status == 200 and took < SERVED_WITHIN_S, (status, took, text))
    (status, text), took = timed(lambda: server.request('POST', '/api/v1/me/sos', her, {'id': 'sos-0001'}))
    checks.check('and her call for help', status == 200 and took < SERVED_WITHIN_S, (status, took, text))
    flood.end()
    checks.check('it is told how long to wait', flood.waits and all(w and int(w) >= 1 for w in flood.waits),
                 flood.waits[:5])
    checks.check('every refusal is counted', server.counted(metric) - before == flood.refused(),
                 (server.counted(metric), before, flood.statuses))
    hers = Flood(server.http_port, 6, 'GET', '/api/v1/me/capabilities', bearer(her))
    wait_for(hers.refused, 60)
    status, text = server.request('POST', '/api/v1/me/sos', her, {'id': 'sos-0002'})
    checks.check('her call for help rings although her own account is held back', status == 200, (status, text))
    hers.end()


def check_look_ups(checks, server):
    caller, answers = Caller(server.http_port), []
    for n in range(400):
        answers.append(caller.ask('GET', f'/api/v1/persons/nobody-{n}', bearer(server.keys['court']))[0])
        if answers[-1] == 429:
            break
    checks.check('whoever looks people up one after another is held back', answers[-1] == 429 and len(answers) > 100,
                 (len(answers), answers[-3:]))


def check_wrong_keys(checks, server):
    caller = Caller(server.http_port)
    guesses = [caller.ask('GET', '/api/v1/alerts', bearer(f'{n:064x}'))[0] for n in range(40)]
    checks.check('whoever guesses keys is told to wait', guesses[:20] == [401] * 20 and set(guesses[20:]) == {429}, guesses)
    checks.check('who has a key is let in from the same address',
                 server.request('GET', '/api/v1/orders', 'registrar')[0] == 200)
    other = Caller(server.http_port, source='127.0.0.2')
    checks.check('another address may still mistype', other.ask('GET', '/api/v1/alerts', bearer('x' * 40))[0] == 401)


def check_flood_of_device(checks, server):
    bodies = iter(range(1000, 10 ** 9))
    caller = Caller(server.devices_port)
    statuses, headers = [], {}
    for _ in range(20):
        batch = {'reports': [report(next(bodies)) for _ in range(200)]}
        status, headers, _ = caller.ask('POST', '/ingest/v1/reports', basic('ankle-bad'), json.dumps(batch))
        statuses.append(status)
        if status == 429:
            break
    checks.check('a device with more reports than a device has is told to wait',
                 statuses[-1] == 429 and int(headers['retry-after']) >= 1, statuses)
    sos = report(next(bodies), events=['DEVICE_EVENT_SOS'])
    checks.check('its alarm is taken at once', server.ingest('ankle-bad', SECRET, sos)[0] == 200)
    checks.check('another device is served', server.ingest('ankle-good', SECRET, report(2))[0] == 200)
    checks.check('what it may report after a while it may report', wait_for(
        lambda: server.ingest('ankle-bad', SECRET, report(next(bodies)))[0] == 200, 20, 0.5))


def check_slow(checks, server):
    """Requests that come byte by byte, in the head and in the body, at both doors."""
    head = b'POST /ingest/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n'
    slow = []
    for n in range(60):
        port = server.http_port if n % 2 else server.devices_port
        # Addresses of their own: one address may not have so many at the front door.
        peer = socket.create_connection(('127.0.0.1', port), timeout=30, source_address=(f'127.0.1.{n + 1}', 0))
        peer.sendall(head if n % 4 < 2 else head + b'\r\n{')
        slow.append(peer)
    began, answered, slowest = time.monotonic(), {}, 0
    while len(answered) < len(slow) and time.monotonic() - began < 40:
        for peer in slow:
            if peer in answered:
                continue
            peer.setblocking(False)
            try:
                answered[peer] = (peer.recv(4096), time.monotonic() - began)
            except BlockingIOError:
                try:
                    peer.send(b'x')
                except OSError:
                    pass
            except OSError:
                answered[peer] = (b'', time.monotonic() - began)
        slowest = max(slowest, timed(lambda: server.ingest('ankle-good', SECRET, report(5)))[1])
        time.sleep(0.5)
    took = [seconds for _, seconds in answered.values()]
    checks.check('requests that never end are ended after 15 s', len(answered) == len(slow) and 13 < min(took) and
                 max(took) < 20, (len(answered), min(took, default=0), max(took, default=0)))
    checks.check('with 408', all(b' 408 ' in said for said, _ in answered.values()),
                 [said for said, _ in answered.values()][:2])
    checks.check('and a device is served all the while', slowest < SERVED_WITHIN_S, slowest)
    for peer in slow:
        peer.close()


def check_pieces(checks, server):
    """A body in chunks, sent one byte at a time, at both doors."""
    for port in (server.http_port, server.devices_port):
        peer = socket.create_connection(('127.0.0.1', port), timeout=10)
        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in b'POST /api/v1/session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n':
            peer.send(bytes([byte]))
            time.sleep(0.01)
        answer = peer.recv(4096)
        peer.close()
        checks.check('an empty body in chunks, byte by byte, is answered', answer.startswith(b'HTTP/1.1 4'), answer[:100])
        checks.check('and stops nothing', server.alive())


def check_bodies(checks, server):
    packed = gzip.compress(b'[' + b'0,' * 5_000_000 + b'0]')
    for coding in ('gzip', 'deflate', 'br', 'zstd', 'gzip, gzip'):
        for door, port, path in (('devices', server.devices_port, '/ingest/v1/reports'),
                                 ('people', server.http_port, '/api/v1/facts')):
            headers = {**basic('ankle-good'), 'Content-Encoding': coding}
            status, _, text = Caller(port).ask('POST', path, headers, packed)
            checks.check(f'{door}: a body packed as {coding} is not unpacked', status == 415 and 'compressed_body' in text,
                         (status, text))


def check_connections(checks, server, bound):
    held = []
    for _ in range(bound + 20):
        held.append(socket.create_connection(('127.0.0.1', server.http_port), timeout=10, source_address=('127.0.0.9', 0)))

    def ended():
        count = 0
        for peer in held:
            peer.setblocking(False)
            try:
                count += peer.recv(1) == b''
            except BlockingIOError:
                pass
            except OSError:
                count += 1
        return count
    checks.check('connections of one address beyond its bound are ended', wait_for(lambda: ended() == 20, 5), ended())
    status, _, _ = Caller(server.http_port, source='127.0.0.8').ask('GET', '/readyz', {})
    checks.check('another address comes in', status == 200)
    for peer in held:
        peer.close()


def check_enumeration(checks, server):
    """The same words, and about the same time, for what exists and what does not."""
    def devices(device, secret='wrong-secret-of-it'):
        token = base64.b64encode(f'{device}:{secret}'.encode()).decode()
        return Caller(server.devices_port).ask('POST', '/ingest/v1/reports', {
            'Authorization': 'Basic ' + token, 'Content-Type': 'application/json'}, '{}')
    known, unknown = devices('ankle-good'), devices('nobody-has-it')
    checks.check('a wrong secret tells nothing of the device', known[0] == unknown[0] == 401 and known[2] == unknown[2],
                 (known, unknown))
    codes = []
    for device in ('ankle-good', 'nobody-has-it'):
        try:
            codes.append(MqttDevice(server.mqtt_port, device, 'wrong-secret-of-it').connack)
        except OSError as error:
            codes.append(str(error))
    checks.check('nor does it over MQTT', codes[0] == codes[1] != 0, codes)
    unit = json.loads(server.request('POST', '/api/v1/demo/keys', 'registrar', {
        'role': 'unit', 'unit_id': 'car-1', 'agency_id': 'ps-1'})[1])['key']
    for path in ('positions', 'tracks', 'persons'):
        answers, times = {}, {'wearer-good': [], 'nobody-has-it': []}
        for _ in range(15):
            for person in times:
                (status, text), took = timed(lambda: server.request('GET', f'/api/v1/{path}/{person}', unit))
                answers[person] = (status, text.replace(person, ''))
                times[person].append(took)
        checks.check(f'{path}: a unit without a call learns the same of anybody', len(set(answers.values())) == 1 and
                     answers['wearer-good'][0] == 403, answers)
        gap = abs(statistics.median(times['wearer-good']) - statistics.median(times['nobody-has-it']))
        checks.check(f'{path}: and in about the same time', gap < 0.02, gap)


def main():
    program = arguments().haechi
    checks = Checks()
    with tempfile.TemporaryDirectory(prefix='haechi-abuse-') as folder:
        config = pathlib.Path(folder) / 'serve.toml'
        config.write_text('[http]\nconnections_per_address = 60\n')
        server = Server(program, extra=['--config', str(config)])
        try:
            for device, person in (('ankle-good', 'wearer-good'), ('ankle-bad', 'wearer-bad')):
                register_device(server, device, SECRET, person, interval_s=600)
            register_device(server, 'phone', SECRET, 'her', 'ROLE_PROTECTED_PERSON', 'DEVICE_KIND_PHONE', 600)
            check_enumeration(checks, server)
            check_flood_of_account(checks, server)
            check_look_ups(checks, server)
            check_wrong_keys(checks, server)
            check_flood_of_device(checks, server)
            check_pieces(checks, server)
            check_bodies(checks, server)
            check_connections(checks, server, 60)
            check_slow(checks, server)
            checks.check('the server has not died', server.alive())
            checks.check('and ends when asked', server.stop() == 0)
        finally:
            server.end()
    checks.finish()


if __name__ == '__main__':
    main()
