"""Bad input over real sockets, a table of it: each is refused, with its reason, is counted, and after each the server
still serves a normal device. And connections that say nothing, by the thousand."""
import json
import resource
import socket
import time

from haechi_server import Checks, Closed, MqttDevice, Server, arguments, register_device, report, wait_for

SECRET = 'a-secret-of-good-length'
GOOD, BAD = 'ankle-good', 'ankle-bad'
TENTH_OF, WITHIN_S = 100, 2


class Normal:
    """A device that behaves, and is served whatever happens around it."""

    def __init__(self, server):
        self.server, self.seq = server, 0
        self.device = MqttDevice(server.mqtt_port, GOOD, SECRET)

    def served(self, timeout=20):
        self.seq += 1
        try:
            self.device.publish(self.seq % 60000 + 1, report(self.seq))
            self.device.puback(self.seq % 60000 + 1, timeout)
            return True
        except (OSError, Closed):
            return False


def mqtt(server, level=5):
    return MqttDevice(server.mqtt_port, BAD, SECRET, level)


def hangs_up(raw, connected=True, reason=None, from_device=None):
    """The bytes end the connection; `reason` is what the server says first, if it may."""
    def run(server):
        device = mqtt(server) if connected else MqttDevice(server.mqtt_port, BAD, SECRET, 5, connect=False)
        try:
            device.socket.sendall(raw(device) if callable(raw) else raw)
        except OSError:
            pass
        closed, said = device.hung_up()
        device.close()
        return closed and (reason is None or said == reason), f'closed {closed}, reason {said}'
    return run


def refused_report(payload, text, dup=False):
    """A PUBACK of 5.0 with reason 0x99 that says why."""
    def run(server):
        device = mqtt(server)
        device.publish(7, payload)
        code, why = device.puback(7)
        device.close()
        return code == 0x99 and text in why, f'{code:#x} {why}'
    return run


def refused_connect(user, secret, code, level=4):
    def run(server):
        device = MqttDevice(server.mqtt_port, user, secret, level)
        device.close()
        return device.connack == code, device.connack
    return run


def publish_packet(qos, topic=f'd/{BAD}/report', retain=0):
    def make(device):
        return device.packet(0x30 | qos << 1 | retain, device.text(topic) + (b'\0\7' if qos else b'') + b'\0' + b'{}')
    return make


def foreign_topic(server):
    device = mqtt(server)
    device.publish(7, report(1), topic=f'd/{GOOD}/report')
    code, why = device.puback(7)
    device.close()
    return code == 0x87, f'{code:#x} {why}'


def ingest(body, status, text, content_type='application/json', device=BAD, secret=SECRET):
    def run(server):
        answered, answer = server.ingest(device, secret, body() if callable(body) else body, content_type)
        return answered == status and text in answer, f'{answered} {answer}'
    return run


def huge(path, port):
    """Ten megabytes: the server answers 413 and hangs up before it has taken them all."""
    def run(server):
        peer = socket.create_connection(('127.0.0.1', getattr(server, port)), timeout=20)
        head = f'POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {10 << 20}\r\n\r\n'
        answer = b''
        try:
            peer.sendall(head.encode())
            for _ in range(160):
                peer.sendall(b' ' * 65536)
        except OSError:
            pass
        try:
            while chunk := peer.recv(65536):
                answer += chunk
        except OSError:
            pass
        peer.close()
        return b' 413 ' in answer.split(b'\r\n')[0], answer[:200]
    return run


def api(method, path, status, text, body=None, key='registrar', headers=None):
    def run(server):
        answered, answer = server.request(method, path, key, body, headers)
        return answered == status and text in answer, f'{answered} {answer}'
    return run


def fix(**changes):
    out = report(1)
    out['fix'].update(changes)
    return out


def nan_report():
    return json.dumps(fix(place={'lat_e7': float('nan'), 'lng_e7': 0}))


LONG = 'x' * 9000
YEAR_1970, YEAR_2106 = '5000000', '4294967296000000'
IN_MQTT, IN_HTTP = 'haechi_mqtt_', 'haechi_intake_refused_total{protocol="http"'
REFUSED_REPORTS = 'haechi_mqtt_reports_refused_total'
MALFORMED = 'haechi_mqtt_protocol_errors_total'
NO_CONNECT = 'haechi_mqtt_connects_refused_total'

# What is sent; what becomes of it; which counter must have grown (None: the answer alone says it).
TABLE = [
    ('MQTT: CONNECT whose strings are longer than it is',
     hangs_up(lambda d: d.packet(0x10, d.text('MQTT') + b'\5\xC2\0\x3C\0' + b'\0\x50ab'), False), MALFORMED),
    ('MQTT: a length of five bytes', hangs_up(b'\x10\xff\xff\xff\xff\x7f', False), MALFORMED),
    ('MQTT: CONNECT of nine kilobytes', hangs_up(lambda d: d.packet(0x10, d.text('MQTT') + b'\5\xC2\0\x3C\0' +
                                                                   d.text(LONG)), False), MALFORMED),
    ('MQTT: PUBLISH before CONNECT', hangs_up(publish_packet(1), False), MALFORMED),
    ('MQTT: HTTP on the MQTT port', hangs_up(b'GET / HTTP/1.1\r\nHost: x\r\n\r\n', False), MALFORMED),
    ('MQTT: a second CONNECT', hangs_up(lambda d: d.packet(0x10, d.connect_body(BAD, SECRET, 60))), MALFORMED),
    ('MQTT: PUBLISH of five megabytes', hangs_up(lambda d: b'\x32' + b'\x80\x80\xc0\x02' + b'a' * 200_000), MALFORMED),
    ('MQTT: topic longer than its packet', hangs_up(lambda d: d.packet(0x32, b'\xff\xffabc')), MALFORMED),
    ('MQTT: QoS 2', hangs_up(publish_packet(2), reason=0x9B), MALFORMED),
    ('MQTT: QoS 3', hangs_up(publish_packet(3)), MALFORMED),
    ('MQTT: a retained message', hangs_up(publish_packet(1, retain=1), reason=0x9A), MALFORMED),
    ('MQTT 3.1.1: wrong secret', refused_connect(BAD, 'not-the-secret-at-all', 4), NO_CONNECT),
    ('MQTT 5: wrong secret', refused_connect(BAD, 'not-the-secret-at-all', 0x86, 5), NO_CONNECT),
    ('MQTT: another device\'s name', refused_connect(GOOD, 'not-the-secret-at-all', 4), NO_CONNECT),
    ('MQTT: another device\'s topic', foreign_topic, 'haechi_mqtt_foreign_topics_total'),
    ('MQTT: a report that is no JSON', refused_report(b'{"fix":', 'bad_payload'), REFUSED_REPORTS),
    ('MQTT: a report that is no protobuf', refused_report(b'\xff\xff\xff\xff', 'bad_payload'), REFUSED_REPORTS),
    ('MQTT: NaN', refused_report(nan_report().encode(), 'bad_payload'), REFUSED_REPORTS),
    ('MQTT: latitude 91', refused_report(fix(place={'lat_e7': 910000000, 'lng_e7': 0}), 'place_out_of_range'),
     REFUSED_REPORTS),
    ('MQTT: latitude and longitude 0', refused_report(fix(place={'lat_e7': 0, 'lng_e7': 0}), 'place_'),
     REFUSED_REPORTS),
    ('MQTT: the year 1970', refused_report(fix(fixed_at_us=YEAR_1970), 'fixed_at_out_of_range'), REFUSED_REPORTS),
    ('MQTT: the year 2106', refused_report(fix(fixed_at_us=YEAR_2106), 'fixed_at_out_of_range'), REFUSED_REPORTS),
    ('MQTT: battery of 101 %', refused_report(report(1, battery_percent=101), 'battery_out_of_range'),
     REFUSED_REPORTS),
    ('MQTT: a member that nobody knows', refused_report(report(1, altitud=3), 'bad_payload'), REFUSED_REPORTS),

    ('HTTP: no JSON', ingest('{"fix":', 400, 'unreadable'), IN_HTTP),
    ('HTTP: an empty body', ingest('', 400, ''), IN_HTTP),
    ('HTTP: NaN', ingest(nan_report, 400, 'unreadable'), IN_HTTP),
    ('HTTP: JSON two thousand deep', ingest('[' * 2000, 400, 'unreadable'), IN_HTTP),
    ('HTTP: the year 1970', ingest(fix(fixed_at_us=YEAR_1970), 400, 'fixed_at_us'), IN_HTTP),
    ('HTTP: the year 2106', ingest(fix(fixed_at_us=YEAR_2106), 400, 'fixed_at_us'), IN_HTTP),
    ('HTTP: longitude 181', ingest(fix(place={'lat_e7': 0, 'lng_e7': 1810000000}), 400, 'lng_e7'), IN_HTTP),
    ('HTTP: one bad report in a batch', ingest({'reports': [report(901), fix(fixed_at_us=YEAR_1970)]}, 400,
                                              'reports[1]'), IN_HTTP),
    ('HTTP: an empty batch', ingest({'reports': []}, 400, 'reports'), IN_HTTP),
    ('HTTP: a batch of 1001', ingest({'reports': [report(n) for n in range(1001)]}, 400, 'reports'), IN_HTTP),
    ('HTTP: text/plain', ingest('hello', 415, 'content-type', 'text/plain'), IN_HTTP),
    ('HTTP: another device\'s report', ingest(report(1, device_id=GOOD), 403, 'device_id'), IN_HTTP),
    ('HTTP: wrong secret', ingest(report(1), 401, 'bad_credential', secret='not-the-secret-at-all'), IN_HTTP),
    ('HTTP: an unknown device', ingest(report(1), 401, 'bad_credential', device='nobody-knows-it'), IN_HTTP),
    ('HTTP: ten megabytes of reports', huge('/ingest/v1/reports', 'devices_port'), 'haechi_http_bad_requests_total'),
    ('API: ten megabytes of facts', huge('/api/v1/facts', 'http_port'), 'haechi_http_bad_requests_total'),
    ('API: no key', api('GET', '/api/v1/alerts', 401, 'authorization', key=None), None),
    ('API: a key nobody was given', api('GET', '/api/v1/alerts', 401, 'authorization', key='0' * 64), None),
    ('API: a role that may not', api('GET', '/api/v1/positions', 403, 'role'), None),
    ('API: no JSON', api('PUT', '/api/v1/orders/o-1', 400, 'reason', '{"kind":', headers={
        'Content-Type': 'application/json'}), None),
    ('API: an order without a wearer', api('PUT', '/api/v1/orders/o-1', 400, 'wearer_id', {'kind': 'ST_PROV_3_2'}),
     None),
    ('API: an order for nobody known', api('PUT', '/api/v1/orders/o-1', 409, 'wearer_id', {
        'kind': 'ST_PROV_3_2', 'legal_basis': 'test', 'wearer_id': 'nobody', 'starts_at_us': '1700000000000000',
        'conditions': [{'id': 'c', 'keep_away': {'protected_id': 'nobody-either'}}]}), None),
    ('API: a zone that crosses itself', api('PUT', '/api/v1/zones/z-1', 400, 'shape', {'shape': {'polygon': {'outer': {
        'corners': [{'lat_e7': 370000000 + a, 'lng_e7': 1270000000 + b}
                    for a, b in ((0, 0), (10000, 10000), (10000, 0), (0, 10000))]}}}}), None),
    ('API: an id with a space in it', api('PUT', '/api/v1/persons/a%20b', 400, 'id', {'role': 'ROLE_WEARER'}), None),
    ('API: nothing there', api('GET', '/api/v1/nothing', 404, 'not_found'), None),
    ('API: a method it has not', api('DELETE', '/api/v1/persons/p-1', 405, ''), None),
]


def run_table(server, normal, checks):
    for name, run, counter in TABLE:
        before = server.counted(counter) if counter else 0
        try:
            refused, detail = run(server)
        except (OSError, Closed) as error:
            refused, detail = False, f'{type(error).__name__} {error}'
        counted = counter is None or wait_for(lambda: server.counted(counter) > before, 5)
        served = server.alive() and normal.served()
        if not counted:
            detail = f'{detail}; {counter} did not grow'
        if not served:
            detail = f'{detail}; the normal device was not served'
        checks.check(name, refused and counted and served, detail)
        if not served and server.alive():
            normal.device = MqttDevice(server.mqtt_port, GOOD, SECRET)


def run_batches(server, checks):
    """Twice, in any order, in part: everything once."""
    batch = [report(n, epoch=50) for n in range(1, 21)]
    status, text = server.ingest(BAD, SECRET, {'reports': batch})
    checks.check('a batch is durable', status == 200 and json.loads(text)['durable'] == 20, text)
    status, text = server.ingest(BAD, SECRET, {'reports': batch})
    checks.check('the same batch again is twenty duplicates',
                 status == 200 and json.loads(text)['duplicates'] == 20 and json.loads(text)['durable'] == 0, text)
    later = [report(n, epoch=50) for n in range(21, 41)]
    status, text = server.ingest(BAD, SECRET, {'reports': later[::-1] + batch[:5]})
    checks.check('a batch in reverse, with five known ones',
                 status == 200 and json.loads(text)['durable'] == 20 and json.loads(text)['duplicates'] == 5, text)
    before = server.counted('haechi_spine_conflicting_total')
    status, text = server.ingest(BAD, SECRET, report(1, epoch=50, lat=37.9))
    checks.check('a known number with another content is kept and counted',
                 status == 200 and server.counted('haechi_spine_conflicting_total') == before + 1, text)


def run_idle(server, normal, checks):
    """Thousands that connect and say nothing."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    count = 10_000 if soft >= 12_000 else 2_000
    idle = []
    for n in range(count):
        try:
            idle.append(socket.create_connection(
                ('127.0.0.1', server.mqtt_port if n % 2 else server.devices_port), timeout=20))
        except OSError:
            break
    checks.check(f'{count} idle connections are taken or refused, none hangs', len(idle) == count, len(idle))
    began = time.monotonic()
    checks.check('a normal device is served beside them', normal.served(), '')
    checks.check('within two seconds', time.monotonic() - began < 2, time.monotonic() - began)
    status, text = server.ingest(GOOD, SECRET, report(1, epoch=99))
    checks.check('and over HTTP as well', status == 200, f'{status} {text}')

    def ended():
        done = 0
        for peer in idle[1::2]:
            peer.setblocking(False)
            try:
                done += peer.recv(1) == b''
            except BlockingIOError:
                pass
            except OSError:
                done += 1
        return done >= len(idle[1::2])
    checks.check('those that never say who they are over MQTT are closed', wait_for(ended, 30, 0.5), '')
    for peer in idle:
        peer.close()
    checks.check('and the normal device is still served', normal.served(), '')


def run_tenth(server, checks):
    """One report in ten can never be taken, however often it comes again: no call for help among the others waits for it."""
    for n in range(TENTH_OF):
        register_device(server, f'phone-{n}', SECRET, f'she-{n}', 'ROLE_PROTECTED_PERSON', 'DEVICE_KIND_PHONE')
    before = server.counted(IN_HTTP)
    refused, late = [], []
    for n in range(TENTH_OF):
        if n % 10 == 0:
            never = report(1, sent_at_us=str(10**18))
            refused += [server.ingest(f'phone-{n}', SECRET, never)[0] for _ in range(3)]
            continue
        began = time.monotonic()
        status, _ = server.ingest(f'phone-{n}', SECRET, report(1, events=['DEVICE_EVENT_SOS']))
        rings = wait_for(lambda: f'"she-{n}"' in server.request('GET', '/api/v1/alerts?limit=500', 'control')[1], WITHIN_S)
        if status != 200 or not rings:
            late.append((n, status, time.monotonic() - began))
    checks.check('what can never be taken is refused each time', set(refused) == {400}, refused)
    checks.check('and counted each time', server.counted(IN_HTTP) == before + len(refused), server.counted(IN_HTTP) - before)
    checks.check(f'every call for help among it rings within {WITHIN_S} s', not late, late)


def main():
    program = arguments().haechi
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))  # the server inherits it
    checks = Checks()
    server = Server(program)
    try:
        register_device(server, GOOD, SECRET, 'wearer-good')
        register_device(server, BAD, SECRET, 'wearer-bad')
        normal = Normal(server)
        checks.check('a normal device is served', normal.served())
        run_table(server, normal, checks)
        run_batches(server, checks)
        run_tenth(server, checks)
        run_idle(server, normal, checks)
        checks.check('the server has not died', server.alive())
        checks.check('and ends when asked', server.stop() == 0)
    finally:
        server.end()
    checks.finish()


if __name__ == '__main__':
    main()
