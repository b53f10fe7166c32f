"""TLS on every door of a real server, with clients that nobody here wrote: openssl, curl, mosquitto, Python's ssl; and
the server as a client of outside agencies and witnesses."""
import base64
import hashlib
import http.server
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time

from certificates import Authority
from haechi_server import ACCEPT, Checks, Server, arguments, register_device, report, wait_for

SECRET = 'a-secret-of-good-length'
CAD_SECRET = 'another-secret-of-good-length'
HERE = 'IP:127.0.0.1'
FAILED_HANDSHAKES = ('haechi_http_handshakes_failed_total', 'haechi_mqtt_handshakes_failed_total')


class Place:
    """A folder with two authorities: ours, and one that nobody believes."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='haechi-tls-'))
        self.ours, self.foreign = Authority(self.folder, 'ours'), Authority(self.folder, 'foreign')
        self.certificate, self.key = self.ours.certify('server', HERE)

    def config(self, name, tls='', more=''):
        path = self.folder / name
        path.write_text(f'{more}\n[tls]\ncertificate = "{self.certificate}"\nkey = "{self.key}"\n{tls}{ACCEPT}')
        return ['--config', str(path)]

    def context(self, client=None, authority=None):
        context = ssl.create_default_context(cafile=str((authority or self.ours).file))
        if client:
            context.load_cert_chain(*map(str, client))
        return context

    def end(self):
        shutil.rmtree(self.folder)


def curl(*words, body=None):
    """(exit code, everything received with heads)"""
    run = subprocess.run(['curl', '-sS', '-i', '--max-time', '20', *map(str, words)], capture_output=True, text=True,
                         input=body)
    return run.returncode, run.stdout + run.stderr


def s_client(port, *words):
    run = subprocess.run(['openssl', 's_client', '-connect', f'127.0.0.1:{port}', *map(str, words)], input='',
                         capture_output=True, text=True, timeout=30)
    return run.stdout + run.stderr


def renegotiated(port):
    """What openssl hears when it asks for a new handshake on a connection that stands."""
    asking = subprocess.Popen(['openssl', 's_client', '-connect', f'127.0.0.1:{port}', '-tls1_2'], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    heard = ''
    while 'Extended master secret' not in heard:
        heard += asking.stdout.readline() or 'Extended master secret: it ended'
    asking.stdin.write('R\n')
    asking.stdin.flush()
    try:
        asking.wait(10)
    except subprocess.TimeoutExpired:
        asking.kill()
    return heard + asking.stdout.read()


def shaken(output):
    return 'Cipher is (NONE)' not in output and re.search(r'Cipher is \S+', output) is not None


def mosquitto(server, device, number, *words):
    run = subprocess.run(['mosquitto_pub', '-h', '127.0.0.1', '-p', str(server.mqtt_port), '-i', device, '-u', device,
                          '-P', SECRET, '-q', '1', '-t', f'd/{device}/report', '-m', json.dumps(report(number)),
                          *map(str, words)], capture_output=True, text=True, timeout=30)
    return run.returncode, run.stderr


def failed_handshakes(server):
    return sum(server.counted(name) for name in FAILED_HANDSHAKES)


class WebSocket:
    """The client's end, as far as these tests need it: an upgrade, and text from the server."""

    def __init__(self, server, **headers):
        self.wire = server.context.wrap_socket(socket.create_connection(('127.0.0.1', server.http_port), timeout=15),
                                               server_hostname='127.0.0.1')
        key = base64.b64encode(os.urandom(16)).decode()
        surface = '?surface=control' if 'Cookie' in headers else ''
        lines = [f'GET /live{surface} HTTP/1.1', f'Host: 127.0.0.1:{server.http_port}', 'Upgrade: websocket',
                 'Connection: Upgrade', f'Sec-WebSocket-Key: {key}', 'Sec-WebSocket-Version: 13',
                 *(f'{name}: {value}' for name, value in headers.items())]
        self.wire.sendall(('\r\n'.join(lines) + '\r\n\r\n').encode())
        self.received = b''
        while b'\r\n\r\n' not in self.received:
            self.more()
        head, _, self.received = self.received.partition(b'\r\n\r\n')
        self.status = int(head.split()[1])

    def more(self):
        chunk = self.wire.recv(65536)
        if not chunk:
            raise ConnectionError('the server hung up')
        self.received += chunk

    def take(self, count):
        while len(self.received) < count:
            self.more()
        taken, self.received = self.received[:count], self.received[count:]
        return taken

    def text(self):
        """The next text message; pings are passed over."""
        while True:
            first, size = self.take(2)
            if size in (126, 127):
                size = int.from_bytes(self.take(2 if size == 126 else 8), 'big')
            body = self.take(size)
            if first & 15 == 1:
                return body.decode()

    def close(self):
        self.wire.close()


def check_handshakes(checks, server, place):
    """What is spoken and what is not, at each of the three doors."""
    for door, port in (('people', server.http_port), ('devices', server.devices_port), ('MQTT', server.mqtt_port)):
        trust = ('-CAfile', place.ours.file, '-verify_return_error', '-verify_ip', '127.0.0.1')
        new = s_client(port, *trust, '-tls1_3')
        checks.check(f'{door}: TLS 1.3 is spoken', shaken(new) and 'TLSv1.3' in new and 'Verification: OK' in new, new)
        checks.check(f'{door}: TLS 1.3 without tickets', 'session ticket' not in new.lower(), new)
        good = s_client(port, *trust, '-tls1_2')
        checks.check(f'{door}: TLS 1.2 is spoken', shaken(good) and 'Verification: OK' in good, good)
        checks.check(f'{door}: no compression, no ticket, secure renegotiation only',
                     'Compression: NONE' in good and 'session ticket' not in good.lower() and
                     'Secure Renegotiation IS supported' in good, good)
        for version in ('-tls1', '-tls1_1'):
            old = s_client(port, version, '-cipher', 'ALL:@SECLEVEL=0')
            checks.check(f'{door}: {version} is refused by the server', not shaken(old) and 'alert protocol version' in old,
                         old)
        for suite in ('ECDHE-ECDSA-AES128-SHA', 'ECDHE-ECDSA-AES256-SHA384', 'AES128-GCM-SHA256', 'NULL-SHA256',
                      'ADH-AES128-SHA', 'DHE-RSA-AES128-GCM-SHA256'):
            weak = s_client(port, '-tls1_2', '-cipher', f'{suite}:@SECLEVEL=0')
            checks.check(f'{door}: {suite} is refused', not shaken(weak) and 'handshake failure' in weak, weak)
        for suite in ('ECDHE-ECDSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-CHACHA20-POLY1305'):
            checks.check(f'{door}: {suite} is spoken', shaken(s_client(port, '-tls1_2', '-cipher', suite)))
        again = renegotiated(port)
        checks.check(f'{door}: renegotiation is refused', 'no renegotiation' in again, again[-600:])


def check_http(checks, server, place):
    base, ca = f'https://127.0.0.1:{server.http_port}', ('--cacert', place.ours.file)
    code, answer = curl(*ca, base + '/readyz')
    checks.check('curl reads an answer', code == 0 and answer.endswith('ready\n'), (code, answer))
    for header in ('strict-transport-security: max-age=63072000; includeSubDomains', 'x-content-type-options: nosniff',
                   "content-security-policy: default-src 'none'", 'referrer-policy: no-referrer',
                   'cross-origin-opener-policy: same-origin', 'cross-origin-resource-policy: same-origin'):
        checks.check(f'with {header}', header in answer, answer)
    checks.check('curl without our authority refuses', curl(base + '/readyz')[0] == 60)
    checks.check('curl with another authority refuses', curl('--cacert', place.foreign.file, base + '/readyz')[0] == 60)
    named = ('--connect-to', f'haechi.example:443:127.0.0.1:{server.http_port}')
    checks.check('curl refuses for another name', curl(*ca, *named, 'https://haechi.example/readyz')[0] == 60)
    before = server.counted(FAILED_HANDSHAKES[0])
    for door, port in (('people', server.http_port), ('devices', server.devices_port)):
        code, answer = curl(f'http://127.0.0.1:{port}/readyz')
        checks.check(f'{door}: plain text gets no answer', code != 0 and 'HTTP/' not in answer, (code, answer))
    checks.check('and is counted', server.counted(FAILED_HANDSHAKES[0]) == before + 2)
    large = json.dumps({'reports': [report(n, epoch=9) for n in range(1, 1001)]})
    status, text = server.ingest('ankle-1', SECRET, large)
    checks.check('a body of many records is taken whole', status == 200 and json.loads(text)['durable'] == 1000, text)


def check_pages(checks, server, place):
    base, ca = f'https://127.0.0.1:{server.http_port}', ('--cacert', place.ours.file)
    key = server.keys['control']
    code, answer = curl(*ca, '-H', f'Authorization: Bearer {key}', '-H', 'Content-Type: application/json', '-d',
                        '{"surface":"control"}', base + '/api/v1/session')
    cookie = re.search(r'set-cookie: (__Host-haechi_control=[^;]+)(.*)', answer)
    checks.check('the cookie of a sign-in is for TLS only', cookie and '; Secure' in cookie[2] and '; HttpOnly' in cookie[2]
                 and '; SameSite=Strict' in cookie[2], answer)
    own, foreign = f'https://127.0.0.1:{server.http_port}', 'https://evil.example'
    live = WebSocket(server, Authorization=f'Bearer {key}')
    checks.check('a stream opens over TLS', live.status == 101 and json.loads(live.text()))
    ours = WebSocket(server, Cookie=cookie[1], Origin=own)
    checks.check('a page of ours opens it with its cookie', ours.status == 101 and json.loads(ours.text()))
    ours.close()
    for name, headers in (('a foreign page', {'Origin': foreign}), ('a page without origin', {}),
                          ('a page of an opaque origin', {'Origin': 'null'}),
                          ('a page of the same host at another port', {'Origin': 'https://127.0.0.1:1'}),
                          ('a page of a host whose name begins alike', {'Origin': own + '.evil.example'})):
        refused = WebSocket(server, Cookie=cookie[1], **headers)
        checks.check(f'{name} does not', refused.status in (401, 403), refused.status)
        refused.close()
    return live


def check_mqtt(checks, server, place):
    before = server.counted('haechi_mqtt_reports_durable_total')
    code, said = mosquitto(server, 'ankle-1', 1, '--cafile', place.ours.file)
    checks.check('mosquitto publishes over TLS', code == 0, said)
    checks.check('and it is durable', server.counted('haechi_mqtt_reports_durable_total') == before + 1)
    checks.check('mosquitto with another authority refuses',
                 mosquitto(server, 'ankle-1', 2, '--cafile', place.foreign.file)[0] != 0)
    checks.check('mosquitto without TLS is not heard', mosquitto(server, 'ankle-1', 3)[0] != 0)
    checks.check('nothing else became durable', server.counted('haechi_mqtt_reports_durable_total') == before + 1)


def check_slow_handshakes(checks, server):
    """Who connects and does not get on with the handshake must neither stay nor be felt."""
    hello = b'\x16\x03\x01\x02\x00\x01\x00'  # the beginning of a ClientHello
    before = failed_handshakes(server)
    idle = []
    for port in (server.http_port, server.devices_port, server.mqtt_port):
        for n in range(200):
            peer = socket.create_connection(('127.0.0.1', port), timeout=20)
            if n % 2:
                peer.sendall(hello)
            idle.append(peer)
    slowest = 0
    for number in range(20):
        began = time.monotonic()
        status, _ = server.ingest('ankle-2', SECRET, report(1 + number))
        slowest = max(slowest, time.monotonic() - began)
        slowest = max(slowest, 0 if status == 200 else 99)
    checks.check('a device beside 600 unfinished handshakes is served at once', slowest < 1, slowest)

    def ended():
        count = 0
        for peer in idle:
            peer.setblocking(False)
            try:
                count += peer.recv(1000) == b''
            except BlockingIOError:
                pass
            except OSError:
                count += 1
        return count == len(idle)
    checks.check('unfinished handshakes are ended', wait_for(ended, 25, 0.5))
    checks.check('and counted', failed_handshakes(server) >= before + 400, failed_handshakes(server) - before)
    for peer in idle:
        peer.close()


def check_renewal(checks, server, place, live):
    def shown():
        return s_client(server.http_port).split('-----BEGIN')[1].split('-----END')[0]
    first, ends = shown(), server.counted('haechi_tls_certificate_ends_seconds')
    place.ours.certify('server', HERE, days=20)
    checks.check('a renewed certificate is not shown by itself', shown() == first)
    server.process.send_signal(signal.SIGHUP)
    checks.check('it is shown after SIGHUP, without a restart', wait_for(lambda: shown() != first, 5))
    checks.check('the number that says when it ends has changed',
                 server.counted('haechi_tls_certificate_ends_seconds') < ends)
    second = shown()
    place.certificate.write_text('-----BEGIN CERTIFICATE-----\nhalf\n')
    server.process.send_signal(signal.SIGHUP)
    log = server.folder / 'serve.log'
    told = lambda: str(place.certificate) in log.read_text() + (server.folder / 'serve.out').read_text()
    checks.check('a file that cannot be used is told by name', wait_for(told, 5), log.read_text()[-500:])
    checks.check('and the one before stays', shown() == second and server.alive())
    live.wire.settimeout(0.2)
    try:
        live.more()
    except TimeoutError:
        pass
    checks.check('the stream opened before is still open', live.wire.fileno() >= 0)
    live.close()
    place.certificate, place.key = place.ours.certify('server', HERE)


def check_start(checks, program, place):
    """What must not start does not, and says which setting or file is at fault."""
    def refused(name, words, *parts):
        run = subprocess.run([program, 'serve', '--data', place.folder / 'refused', '--http-port', '0',
                              '--devices-http-port', '0', '--mqtt-port', '0', *map(str, words)], capture_output=True,
                             text=True, timeout=60)
        checks.check(name, run.returncode == 1 and all(part in run.stderr for part in parts), (run.returncode, run.stderr))

    def config(text):
        path = place.folder / 'refused.toml'
        path.write_text(text + ACCEPT)
        return ['--config', path]
    tls = f'[tls]\ncertificate = "{place.certificate}"\nkey = "{place.key}"\n'
    other, other_key = place.ours.certify('other', HERE)
    exposed = ['--http-address', '0.0.0.0', '--devices-address', '0.0.0.0']
    refused('a missing certificate', config(tls.replace('server.pem', 'none.pem')), 'tls.certificate', 'none.pem',
            'No such file')
    refused("another certificate's key", config(tls.replace('server.key', 'other.key')), 'tls.key', 'other.key', 'mismatch')
    refused('a certificate without a key', config(tls.split('key')[0]), 'tls.key')
    place.ours.certify('weak', HERE, rsa_bits=2048)
    refused('a key that is worth less than 128 bits', config(tls.replace('server.', 'weak.')), 'tls.key', '112 bits')
    other_key.chmod(0o644)
    refused('a key that everybody may read', config(tls.replace('server.key', 'other.key')), 'tls.key', 'everybody')
    refused('an authority of devices that is none', config(tls + f'device_ca = "{place.folder}/none.pem"\n'),
            'tls.device_ca', 'none.pem')
    refused('an authority of devices without TLS', config(f'[tls]\ndevice_ca = "{place.ours.file}"\n'), 'tls.device_ca')
    refused('addresses that others reach, without TLS', exposed, 'http.address', 'devices.address', 'tls.certificate',
            'trusted_proxies')
    refused('demonstration keys there, even with TLS', config(tls) + exposed + ['--demo-keys', place.folder / 'k.json'],
            'http.address', 'devices.address', '--demo-keys')
    refused('a proxy that is no address', config('trusted_proxies = ["proxy.example"]\n'), 'trusted_proxies')
    (place.folder / 'evidence.key').write_text('x')
    (place.folder / 'evidence.key').chmod(0o644)
    refused('a signing key that everybody may read', config(f'[evidence]\nkey = "{place.folder}/evidence.key"\n'),
            'evidence.key', 'everybody')
    (place.folder / 'refused' / 'evidence').mkdir(parents=True, exist_ok=True)
    (place.folder / 'refused' / 'evidence' / 'key.pub').write_text('x')
    refused('a signing key that is gone', config(f'[evidence]\nkey = "{place.folder}/gone.key"\n'), 'evidence.key',
            'missing')
    server = Server(program, extra=config(tls + 'ca = "' + str(place.ours.file) + '"\n'), context=place.context())
    status, text = server.request('PUT', '/api/v1/agencies/a-1', 'registrar', {
        'name': 'a', 'desk': 'DESK_CONNECTOR', 'connector': {'endpoint': 'http://192.0.2.7/', 'secret': CAD_SECRET}})
    checks.check('an agency on a host that nobody named is not taken', status == 400 and 'link.hosts' in text,
                 (status, text))
    server.end()
    elsewhere = tls + 'ca = "' + str(place.ours.file) + '"\n[link]\nhosts = ["192.0.2.7"]\n'
    refused('agencies elsewhere, and nothing agreed with them', config(elsewhere), 'link.agreements."192.0.2.7"', 'purpose')
    agreed = ''.join(f'{part} = "as agreed"\n' for part in ('purpose', 'basis', 'scope', 'method', 'security', 'cost'))
    server = Server(program, extra=config(elsewhere + '[link.agreements."192.0.2.7"]\n' + agreed), context=place.context())
    told = lambda: server.request('GET', '/api/v1/audit?action=start_with_agreement', 'auditor')[1]
    checks.check('the auditor is told what was agreed', wait_for(lambda: '192.0.2.7; purpose: as agreed' in told(), 5), told())
    status, text = server.request('PUT', '/api/v1/agencies/a-1', 'registrar', {
        'name': 'a', 'desk': 'DESK_CONNECTOR', 'connector': {'endpoint': 'http://192.0.2.7/', 'secret': CAD_SECRET}})
    checks.check('an agency that would be told in plain is not taken', status == 400 and 'connector.endpoint' in text,
                 (status, text))
    server.end()


def check_metrics(checks, program, place):
    """Counters are for this machine and for who shows their token."""
    token = 'a token of the monitoring'
    digest = hashlib.sha256(token.encode()).hexdigest()
    path = place.folder / 'metrics.toml'
    path.write_text(f'trusted_proxies = ["127.0.0.1"]\nmetrics_token_sha256 = "{digest}"\n')
    server = Server(program, extra=['--config', path])
    afar = {'X-Forwarded-For': '192.0.2.9'}
    for name, headers, expected in (
            ('from this machine', {}, 200), ('from elsewhere', afar, 401),
            ('with another token', {**afar, 'Authorization': 'Bearer something else'}, 401),
            ('with the token', {**afar, 'Authorization': 'Bearer ' + token}, 200)):
        status, text = server.request('GET', '/metrics', headers=headers)
        checks.check(f'counters {name}: {expected}', status == expected and ('haechi_spine_entries_total' in text) == (expected == 200),
                     (status, text[:200]))
    server.end()


class Agency(http.server.ThreadingHTTPServer):
    """An outside CAD that wants a certificate, and keeps what it was posted and by whom."""

    def __init__(self, certificate, key, clients):
        super().__init__(('127.0.0.1', 0), AgencyHandler)
        self.posted = []
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        context.load_verify_locations(clients)
        context.verify_mode = ssl.CERT_REQUIRED
        self.socket = context.wrap_socket(self.socket, server_side=True)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        pass  # who does not come through the handshake


class AgencyHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_POST(self):
        self.rfile.read(int(self.headers['content-length']))
        subject = dict(part[0] for part in self.connection.getpeercert()['subject'])
        self.server.posted.append((self.path, subject['commonName']))
        self.send_response(200)
        self.send_header('content-length', '0')
        self.end_headers()

    def log_message(self, *_):
        pass


def cut_strap(server, agency, port, n, client):
    """An agency at https://127.0.0.1:PORT, and a wearer in its area whose strap is cut."""
    lat, lng = 35.0 + 0.5 * n, 127.5
    server.put(f'agencies/{agency}', {'name': agency, 'desk': 'DESK_CONNECTOR', 'connector': {
        'endpoint': f'https://127.0.0.1:{port}', 'secret': CAD_SECRET}})
    server.put(f'jurisdictions/area-{agency}', {'agency_id': agency, 'shape': {'circle': {
        'centre': {'lat_e7': round(lat * 1e7), 'lng_e7': round(lng * 1e7)}, 'radius_mm': 5_000_000}}})
    register_device(server, f'ankle-{agency}', SECRET, f'wearer-{agency}', interval_s=600)
    server.put(f'orders/order-{agency}', {'kind': 'EM_POST', 'legal_basis': 'EM Act 5', 'wearer_id': f'wearer-{agency}',
                                          'starts_at_us': str(round((time.time() - 86_400) * 1e6))})
    words = ['--cacert', client.ours.file, '-u', f'ankle-{agency}:{SECRET}', '-H', 'Content-Type: application/json']
    for option, path in zip(('--cert', '--key'), client.ours.certify(f'ankle-{agency}')):
        words += [option, path]
    body = json.dumps(report(1, lat, lng, events=['DEVICE_EVENT_STRAP_CUT']))
    return curl(*words, '-d', body, f'https://127.0.0.1:{server.devices_port}/ingest/v1/reports')


def check_certificates_of_others(checks, program, place):
    """Devices and agencies prove themselves by certificate, and so do we to agencies."""
    client = place.ours.certify('haechi')
    server = Server(program, extra=place.config(
        'mutual.toml', f'device_ca = "{place.ours.file}"\nagency_ca = "{place.ours.file}"\nca = "{place.ours.file}"\n'
        f'client_certificate = "{client[0]}"\nclient_key = "{client[1]}"\n'), context=place.context())
    agencies = [Agency(*place.ours.certify('cad', HERE), place.ours.file),
                Agency(*place.foreign.certify('false-cad', HERE), place.ours.file),
                Agency(*place.ours.certify('elsewhere-cad', 'DNS:elsewhere.example'), place.ours.file),
                Agency(*place.ours.certify('old-cad', HERE, days=-1), place.ours.file)]
    try:
        for device in ('ankle-1', 'ankle-2'):
            register_device(server, device, SECRET, f'wearer-{device}', interval_s=600)
        ca = ('--cafile', place.ours.file)
        as_client = lambda pair: ('--cert', pair[0], '--key', pair[1])
        own, another = place.ours.certify('ankle-1'), place.ours.certify('ankle-2')
        before = server.counted('haechi_mqtt_reports_durable_total')
        checks.check('mosquitto with the certificate of its device publishes',
                     mosquitto(server, 'ankle-1', 1, *ca, *as_client(own))[0] == 0)
        for name, pair in (('of another device', another), ('by another authority', place.foreign.certify('ankle-1')),
                           ('that has ended', place.ours.certify('ankle-1-old', days=-1))):
            checks.check(f'mosquitto with a certificate {name} does not',
                         mosquitto(server, 'ankle-1', 2, *ca, *as_client(pair))[0] != 0)
        checks.check('mosquitto without a certificate does not', mosquitto(server, 'ankle-1', 3, *ca)[0] != 0)
        checks.check('one report became durable', server.counted('haechi_mqtt_reports_durable_total') == before + 1)
        post = ['--cacert', place.ours.file, '-u', f'ankle-1:{SECRET}', '-H', 'Content-Type: application/json', '-d',
                json.dumps(report(9)), f'https://127.0.0.1:{server.devices_port}/ingest/v1/reports']
        code, answer = curl(*as_client(own), *post)
        checks.check('curl with the certificate of its device reports', ' 200 ' in answer, answer)
        code, answer = curl(*as_client(another), *post)
        checks.check('curl with that of another device is refused', ' 403 ' in answer and 'foreign_certificate' in answer,
                     answer)
        checks.check('curl without one does not come through', curl(*post)[0] != 0)
        checks.check('people need none', server.request('GET', '/readyz')[0] == 200)

        for n, agency in enumerate(agencies):
            code, answer = cut_strap(server, f'cad-{n}', agency.server_address[1], n, place)
            checks.check(f'the strap cut of agency {n} is taken in', ' 200 ' in answer, answer)
        checks.check('the agency is told, by one who shows our certificate',
                     wait_for(lambda: ('/handoff', 'haechi') in agencies[0].posted, 10), agencies[0].posted)
        time.sleep(2)  # long enough for several tries: what is shown is that nothing comes
        for name, agency in zip(('whose certificate nobody believes', 'whose certificate is of another host',
                                 'whose certificate has ended'), agencies[1:]):
            checks.check(f'an agency {name} is told nothing', not agency.posted, agency.posted)

        answers = ['--cacert', place.ours.file, '-H', 'x-haechi-key-id: cad-0', '-d', '{}',
                   f'https://127.0.0.1:{server.http_port}/link/v1/answers']
        text = 'certificate is not that of the agency'
        checks.check('answers in an agency\'s name need its certificate', text in curl(*answers)[1])
        checks.check('not that of another', text in curl(*as_client(place.ours.certify('cad-1')), *answers)[1])
        code, answer = curl(*as_client(place.ours.certify('cad-0')), *answers)
        checks.check('with it they still need the signature', ' 401 ' in answer and text not in answer, answer)
    finally:
        for agency in agencies:
            agency.shutdown()
        server.end()


def check_revocation(checks, program, place):
    """Who lost a certificate is let in no more: devices over MQTT and HTTP, and agencies."""
    tls = f'device_ca = "{place.ours.file}"\nagency_ca = "{place.ours.file}"\n'
    devices = {n: place.ours.certify(f'ankle-{n}') for n in (1, 2, 3)}
    lost, kept = place.ours.certify('cad-lost'), place.ours.certify('cad-kept')
    listed = place.ours.revoke(devices[2][0], lost[0])
    server = Server(program, extra=place.config('revoked.toml', tls + f'revoked = ["{listed}"]\n'), context=place.context())
    try:
        for n in devices:
            register_device(server, f'ankle-{n}', SECRET, f'wearer-{n}', interval_s=600)
        seq = iter(range(1, 100))

        def heard_over_mqtt(n):
            return mosquitto(server, f'ankle-{n}', next(seq), '--cafile', place.ours.file, '--cert', devices[n][0],
                             '--key', devices[n][1])[0] == 0

        def heard(n):
            """Over both doors alike."""
            over_mqtt, as_client = heard_over_mqtt(n), ('--cert', devices[n][0], '--key', devices[n][1])
            _, answer = curl('--cacert', place.ours.file, *as_client, '-u', f'ankle-{n}:{SECRET}', '-H', 'Content-Type: application/json',
                             '-d', json.dumps(report(next(seq))), f'https://127.0.0.1:{server.devices_port}/ingest/v1/reports')
            checks.check(f'ankle-{n} is heard over both doors or none', (' 200 ' in answer) == over_mqtt, answer)
            return over_mqtt

        def agency(pair):
            return curl('--cacert', place.ours.file, '--cert', pair[0], '--key', pair[1], '-d', '{}',
                        f'https://127.0.0.1:{server.http_port}/link/v1/answers')
        checks.check('whose certificate is good is heard', heard(1) and heard(3))
        before = failed_handshakes(server)
        checks.check('whose certificate is revoked does not come through', not heard(2))
        checks.check('... and is counted', failed_handshakes(server) >= before + 2)
        checks.check('nor does an agency', agency(lost)[0] != 0 and ' 401 ' in agency(kept)[1])
        place.ours.revoke(devices[3][0])
        checks.check('a new list is not asked by itself', heard(3))
        server.process.send_signal(signal.SIGHUP)
        checks.check('it is after SIGHUP, without a restart', wait_for(lambda: not heard_over_mqtt(3), 10))
        checks.check('who is not on it is still heard', heard(1) and not heard(3))
        told = lambda: (server.folder / 'serve.log').read_text() + (server.folder / 'serve.out').read_text()
        place.ours.revoke(ends='20260301000000Z')
        server.process.send_signal(signal.SIGHUP)
        checks.check('a list that has ended is told by name', wait_for(
            lambda: f'{listed}: the list ended on 2026-03-01' in told() and 'stays' in told(), 5), told()[-600:])
        checks.check('and the one before stays in force', heard(1) and not heard(2) and not heard(3))
        place.ours.revoke(ends='20361231235959Z')
        ends = server.metrics().get('haechi_tls_revoked_ends_seconds{door="devices"}')
        checks.check('a number says when it ends', ends == 2114380799, ends)
    finally:
        server.end()

    def refused(name, tls_more, *parts):
        run = subprocess.run([program, 'serve', '--data', place.folder / 'listed', *place.config('listed.toml', tls_more)],
                             capture_output=True, text=True, timeout=60)
        checks.check(name, run.returncode == 1 and all(part in run.stderr for part in parts), (run.returncode, run.stderr))
    place.ours.revoke(ends='20260301000000Z')
    refused('a list that has ended does not start', tls + f'revoked = ["{listed}"]\n', 'tls.revoked', 'ended on 2026-03-01')
    refused('nor one of another authority', tls + f'revoked = ["{place.foreign.revoke()}"]\n', 'tls.revoked', 'authority ours')
    refused('nor one that is not there', tls + f'revoked = ["{place.folder}/none.pem"]\n', 'tls.revoked', 'none.pem')
    refused('nor a certificate in its place', tls + f'revoked = ["{place.ours.file}"]\n', 'tls.revoked', 'holds no list')
    refused('nor one that nobody would ask', f'revoked = ["{listed}"]\n', 'tls.revoked', 'device_ca')


def check_witness(checks, program, place):
    """A witness behind https cosigns for who believes its authority, and only for him."""
    logs = []
    first = Server(program, place.folder)
    first.stop()
    key = (first.data / 'evidence' / 'key.pub').read_text().strip()
    (place.folder / 'witness-data').mkdir()
    witness = Server(program, place.folder / 'witness-data', place.config(
        'witness.toml', f'[witness]\nname = "example.org/w"\nlogs = ["{key}"]\n'), context=place.context())
    try:
        witness_key = (witness.data / 'witness' / 'key.pub').read_text().strip()
        for name, authority, cosigned in (('without its authority', place.foreign, False), ('with it', place.ours, True)):
            path = place.folder / 'log.toml'
            path.write_text(f'[tls]\nca = "{authority.file}"\n[evidence]\nwitnesses = '
                            f'["{witness_key} https://127.0.0.1:{witness.http_port}/witness/v1"]\n')
            log = Server(program, place.folder, ['--config', str(path)])
            logs.append(log)
            note = log.data / 'evidence' / 'witnessed'
            checks.check(f'a witness over https, {name}', bool(wait_for(note.is_file, 8 if not cosigned else 15)) == cosigned,
                         (log.folder / 'serve.log').read_text()[-500:])
            log.stop()
    finally:
        for one in logs + [first, witness]:
            one.end()


def main():
    program = arguments().haechi
    checks = Checks()
    place = Place()
    try:
        server = Server(program, extra=place.config('serve.toml'), context=place.context())
        try:
            for n in (1, 2):
                register_device(server, f'ankle-{n}', SECRET, f'wearer-{n}', interval_s=600)
            check_handshakes(checks, server, place)
            check_http(checks, server, place)
            live = check_pages(checks, server, place)
            check_mqtt(checks, server, place)
            check_renewal(checks, server, place, live)
            check_slow_handshakes(checks, server)
            checks.check('the server has not died', server.alive())
            checks.check('and ends when asked', server.stop() == 0)
        finally:
            server.end()
        check_start(checks, program, place)
        check_metrics(checks, program, place)
        check_certificates_of_others(checks, program, place)
        check_revocation(checks, program, place)
        check_witness(checks, program, place)
    finally:
        place.end()
    checks.finish()


if __name__ == '__main__':
    main()
