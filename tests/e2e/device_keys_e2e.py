"""Devices that sign their reports, and secrets that change while devices and agencies are at work, with tools that nobody
here wrote: reports encoded by protoc, signed by openssl, sent by mosquitto and curl."""
import base64
import hashlib
import hmac
import json
import pathlib
import subprocess
import tempfile
import time

from clock_ahead import ahead_by
from haechi_server import Checks, MqttDevice, Server, arguments, register_device, report

SECRET = 'a-secret-of-good-length'
NEXT_SECRET = 'the-secret-that-comes-next'
CAD_SECRET, NEXT_CAD_SECRET = 'another-secret-of-good-length', 'the-next-secret-of-the-agency'
PROTO = pathlib.Path(__file__).resolve().parents[2] / 'proto'
DEVICE = 'ankle-7'


def protoc(message, text):
    return subprocess.run(['protoc', f'--encode=haechi.v1.{message}', '-I', PROTO, 'haechi/v1/device.proto'],
                          input=text, capture_output=True, check=True).stdout


def quoted(data):
    return '"' + ''.join(f'\\{byte:03o}' for byte in data) + '"'


def encoded(seq, epoch=100, more=''):
    return protoc('Report', f'''epoch: {epoch} seq: {seq} {more} fix {{ place {{ lat_e7: 376123457 lng_e7: 1272345671 }}
        fixed_at_us: {round(time.time() * 1e6)} accuracy_mm: 8000 source: FIX_SOURCE_GNSS }}'''.encode())


def mac_of(key, generation, data, device=DEVICE):
    signed = device.encode() + b'\0' + generation.to_bytes(4, 'big') + data
    run = subprocess.run(['openssl', 'dgst', '-sha256', '-mac', 'HMAC', '-macopt', f'hexkey:{key.hex()}', '-binary'],
                         input=signed, capture_output=True, check=True)
    return run.stdout


def sealed(key, data, generation=1, mac=None):
    mac = mac_of(key, generation, data) if mac is None else mac
    return protoc('SignedReport', f'report: {quoted(data)} generation: {generation} mac: {quoted(mac)}'.encode())


class Sender:
    def __init__(self, server, folder):
        self.server, self.folder = server, pathlib.Path(folder)

    def curl(self, body, content_type='application/x-protobuf', secret=SECRET):
        """(status, answer)"""
        (self.folder / 'body').write_bytes(body)
        run = subprocess.run(['curl', '-s', '-w', '\n%{http_code}', '-u', f'{DEVICE}:{secret}', '-H',
                              f'Content-Type: {content_type}', '--data-binary', f'@{self.folder}/body',
                              f'http://127.0.0.1:{self.server.devices_port}/ingest/v1/signed-reports'],
                             capture_output=True, text=True, timeout=60)
        text, _, status = run.stdout.rpartition('\n')
        return int(status), json.loads(text)

    def mosquitto(self, body, secret=SECRET):
        (self.folder / 'body').write_bytes(body)
        run = subprocess.run(['mosquitto_pub', '-h', '127.0.0.1', '-p', str(self.server.mqtt_port), '-i', DEVICE, '-u', DEVICE,
                              '-P', secret, '-q', '1', '-t', f'd/{DEVICE}/signed', '-f', self.folder / 'body'],
                             capture_output=True, text=True, timeout=60)
        return run.returncode, run.stderr


def change(server, **more):
    status, text = server.request('PUT', f'/api/v1/devices/{DEVICE}', 'registrar',
                                  {'kind': 'DEVICE_KIND_ANKLE', 'person_id': 'W-1', 'interval_s': 600, **more})
    return status, json.loads(text)


def new_key(server, **more):
    status, written = change(server, new_signing_key=True, **more)
    return base64.b64decode(written['signing_key']) if status == 200 else b''


def check_signing(checks, server, sender, key):
    durable = lambda: server.counted('haechi_mqtt_reports_durable_total')
    before = durable()
    first = sealed(key, encoded(1))
    code, said = sender.mosquitto(first)
    checks.check('mosquitto sends what openssl signed', code == 0 and durable() == before + 1, said)
    status, answer = sender.curl(sealed(key, encoded(2)))
    checks.check('curl as well', status == 200 and answer['durable'] == 1, (status, answer))
    data = encoded(3)
    as_json = json.dumps({'report': base64.b64encode(data).decode(), 'generation': 1,
                          'mac': base64.b64encode(mac_of(key, 1, data)).decode()}).encode()
    status, answer = sender.curl(as_json, 'application/json')
    checks.check('as JSON', status == 200 and answer['durable'] == 1, (status, answer))
    status, answer = sender.curl(first)
    checks.check('what is sent again is a duplicate', status == 200 and answer['duplicates'] == 1, (status, answer))
    altered = encoded(4, more='events: DEVICE_EVENT_STRAP_CLOSED')
    for name, body, status_wanted, code_wanted, field in (
            ('another report under a good signature', sealed(key, altered, mac=mac_of(key, 1, encoded(4))), 403, 'bad_mac', 'mac'),
            ('another key', sealed(b'k' * 32, encoded(4)), 403, 'bad_mac', 'mac'),
            ('a signature for another device', sealed(key, encoded(4), mac=mac_of(key, 1, encoded(4), 'ankle-8')), 403, 'bad_mac', 'mac'),
            ('no signature', sealed(key, encoded(4), mac=b''), 403, 'bad_mac', 'mac'),
            ('a generation that never was', sealed(key, encoded(4), 2), 403, 'unknown_generation', 'generation'),
            ('a report without sequence', sealed(key, encoded(0)), 400, 'not_counted', 'report.seq'),
            ('a report of an earlier epoch', sealed(key, encoded(9, 99)), 409, 'epoch_went_back', 'report.epoch')):
        status, answer = sender.curl(body)
        checks.check(f'{name} is refused, and says why', status == status_wanted and answer['code'] == code_wanted and
                     answer['field'] == field and answer['reason'], (status, answer))
    five = MqttDevice(server.mqtt_port, DEVICE, SECRET, level=5)
    five.publish(1, sealed(b'k' * 32, encoded(5)), f'd/{DEVICE}/signed')
    code, text = five.puback(1)
    checks.check('over MQTT 5 likewise', code >= 0x80 and 'bad_mac at mac' in text, (code, text))
    five.close()


def check_signed_only(checks, server, sender, key):
    for kind, wanted in (('DEVICE_KIND_ANKLE', 'signing key'), ('DEVICE_KIND_PHONE', 'signing key')):
        status, text = server.request('PUT', '/api/v1/devices/other', 'registrar', {
            'kind': kind, 'person_id': 'W-1', 'signed_only': True})
        checks.check(f'who has no key cannot be made to sign ({kind})', status == 400 and 'signed_only' in text and wanted in text, text)
    status, text = server.request('PUT', '/api/v1/devices/other', 'registrar', {
        'kind': 'DEVICE_KIND_PHONE', 'person_id': 'W-1', 'signed_only': True, 'new_signing_key': True})
    checks.check('nor a phone, whose app calls for help', status == 400 and 'app' in text, text)
    checks.check('unsigned reports are taken until then', server.ingest(DEVICE, SECRET, report(50, epoch=7))[0] == 200)
    checks.check('now only signed ones are', change(server, signed_only=True)[0] == 200)
    basic = {'Authorization': 'Basic ' + base64.b64encode(f'{DEVICE}:{SECRET}'.encode()).decode()}
    now = int(time.time())
    for protocol, ask in (
            ('http', lambda: server.ingest(DEVICE, SECRET, report(51, epoch=7))),
            ('http', lambda: server.ingest(DEVICE, SECRET, report(52, epoch=7, events=['DEVICE_EVENT_SOS']))),
            ('osmand', lambda: server.request('GET', f'/ingest/osmand?id={DEVICE}&lat=37.6&lon=127.2&timestamp={now}',
                                              headers=basic, port=server.devices_port)),
            ('owntracks', lambda: server.request('POST', '/ingest/owntracks', body={
                '_type': 'location', 'lat': 37.6, 'lon': 127.2, 'tst': now, 'acc': 5}, headers=basic, port=server.devices_port))):
        status, text = ask()
        checks.check(f'{protocol}: an unsigned one is refused, and says why', status == 403 and '"signed_only"' in text and
                     '"mac"' in text, (status, text))
    five = MqttDevice(server.mqtt_port, DEVICE, SECRET, level=5)
    five.publish(1, report(53, epoch=7))
    code, text = five.puback(1)
    checks.check('mqtt: likewise', code >= 0x80 and 'signed_only at mac' in text, (code, text))
    five.close()
    counted = server.metrics().get('haechi_intake_refused_total{protocol="http",reason="signed_only"}')
    checks.check('they are counted', counted == 2, counted)
    status, answer = sender.curl(sealed(key, encoded(60)))
    checks.check('a signed one is taken', status == 200 and answer['durable'] == 1, (status, answer))


def check_restart(checks, server, sender, key):
    server.kill()
    again = Server(server.program, server.folder)
    sender.server = again
    status, answer = sender.curl(sealed(key, encoded(61)))
    checks.check('after a kill the same key signs', status == 200 and answer['durable'] == 1, (status, answer))
    status, answer = sender.curl(sealed(key, encoded(62, 99)))
    checks.check('... and the epoch still does not go back', status == 409, (status, answer))
    status, answer = sender.curl(sealed(key, encoded(62, 101)))
    checks.check('... but on', status == 200, (status, answer))
    return again


def says(device, seconds):
    """What the server says before it hangs up, and when; None if it does not."""
    began = time.monotonic()
    closed, reason = device.hung_up(seconds)
    return (time.monotonic() - began, reason) if closed else None


def answers(server, secret):
    now, body = str(int(time.time())), '[]'
    mark = hmac.new(secret.encode(), f'{now}.{body}'.encode(), hashlib.sha256).hexdigest()
    return server.request('POST', '/link/v1/answers', body=body, headers={
        'x-haechi-key-id': 'cad-1', 'x-haechi-timestamp': now, 'x-haechi-signature': 'sha256=' + mark})[0]


def put_agency(server, secret, query=''):
    other = server.new_key(role='registrar', agency_id='second')
    return server.by_two('PUT', '/api/v1/agencies/cad-1' + query, 'registrar', other, {
        'name': 'cad', 'desk': 'DESK_CONNECTOR', 'connector': {'endpoint': 'http://127.0.0.1:9', 'secret': secret}})


def check_rotation(checks, server, sender, key):
    put_agency(server, CAD_SECRET)
    live = MqttDevice(server.mqtt_port, DEVICE, SECRET, level=5)
    checks.check('no grace beyond a week', change(server, signed_only=True, secret=NEXT_SECRET, former_minutes=10081)[0] == 400 and
                 put_agency(server, NEXT_CAD_SECRET, '?former_minutes=10081')[0] == 400)
    began = time.monotonic()
    next_key = new_key(server, signed_only=True, secret=NEXT_SECRET, former_minutes=1)
    checks.check('secret and signing key change, the former ones good for a minute', len(next_key) == 32 and next_key != key)
    checks.check('so does the secret of an agency', put_agency(server, NEXT_CAD_SECRET, '?former_minutes=1')[0] == 200)
    shown = json.loads(server.request('GET', f'/api/v1/devices/{DEVICE}', 'registrar')[1])
    checks.check('nobody is shown what they are', shown['signing_generation'] == 2 and not shown.get('secret_sha256') and
                 not shown.get('former_secret_sha256'), shown)
    for name, secret, signing, generation in (('former', SECRET, key, 1), ('new', NEXT_SECRET, next_key, 2)):
        status, answer = sender.curl(sealed(signing, encoded(70 + generation, 101), generation), secret=secret)
        checks.check(f'the {name} ones are good', status == 200 and answer['durable'] == 1, (status, answer))
    checks.check('both signatures of the agency are', answers(server, CAD_SECRET) == 200 and answers(server, NEXT_CAD_SECRET) == 200)
    live.publish(1, sealed(next_key, encoded(75, 101), 2), f'd/{DEVICE}/signed')
    checks.check('the session that began with the former secret goes on', live.puback(1)[0] == 0)
    ended = says(live, 65)
    since = time.monotonic() - began
    checks.check('until two seconds after its end, when it is told and closed', ended and ended[1] == 0x87 and
                 59.5 < since < 62.5, (ended, since))
    checks.check('the former secret opens nothing any more', sender.curl(sealed(next_key, encoded(76, 101), 2))[0] == 401 and
                 sender.mosquitto(sealed(next_key, encoded(76, 101), 2))[0] != 0)
    status, answer = sender.curl(sealed(key, encoded(77, 101), 1), secret=NEXT_SECRET)
    checks.check('nor does the former key sign', status == 403 and answer['code'] == 'unknown_generation', (status, answer))
    checks.check('nor does the former secret of the agency', answers(server, CAD_SECRET) == 401 and
                 answers(server, NEXT_CAD_SECRET) == 200)
    live = MqttDevice(server.mqtt_port, DEVICE, NEXT_SECRET, level=5)
    checks.check('without a grace', change(server, signed_only=True, secret=SECRET)[0] == 200)
    ended = says(live, 5)
    checks.check('... the session ends within two seconds', ended and ended[0] < 2.2 and ended[1] == 0x87, ended)
    checks.check('... and the former secret at once', sender.curl(sealed(next_key, encoded(78, 101), 2), secret=NEXT_SECRET)[0] == 401)
    live = MqttDevice(server.mqtt_port, DEVICE, SECRET, level=4)
    change(server, signed_only=True, retired=True)
    checks.check('a retired device is put out as soon', says(live, 5) is not None)


def check_ages(checks, program, folder):
    """A year on, whose secrets are too old is told, and they are heard all the same."""
    folder.mkdir()
    extra = folder / 'extra.toml'
    extra.write_text(f'forwarder_token_sha256 = "{hashlib.sha256(b"forward").hexdigest()}"\n'
                     f'former_forwarder_token_sha256 = "{hashlib.sha256(b"before").hexdigest()}"\n')
    days_on = lambda days: Server(program, folder, ['--config', str(extra)], environment=ahead_by(folder, days * 86_400))
    old = lambda server: [one['name'] for one in json.loads(server.request(
        'GET', '/api/v1/old-secrets', server.new_key(role='administrator'))[1]).get('secrets', [])]
    forward = lambda server, token: server.request('POST', '/ingest/traccar/positions', body={}, port=server.devices_port,
                                                   headers={'Authorization': f'Bearer {token}'})[0]
    server = days_on(0)
    register_device(server, DEVICE, SECRET, 'W-1')
    server.put('agencies/cad', {'name': 'CAD', 'desk': 'DESK_CONNECTOR',
                                'connector': {'endpoint': 'http://127.0.0.1:9/', 'secret': CAD_SECRET}})
    checks.check('a new secret is not told of', old(server) == [] and forward(server, 'before') == 400)
    server.stop()
    server.end()
    server = days_on(1)  # looks once a day: this is when it sees them
    checks.check('nor the next day', old(server) == [])
    server.stop()
    server.end()
    server = days_on(340)
    checks.check('a month before, it is', {f'device {DEVICE}', 'agency cad', 'forwarder_token'} <= set(old(server)), old(server))
    checks.check('... and counted', server.metrics()['haechi_secrets_old_soon'] >= 3 and server.metrics()['haechi_secrets_old'] == 0)
    checks.check('nobody else may ask', server.request('GET', '/api/v1/old-secrets', 'control')[0] == 403)
    checks.check('the former token of forwarders is refused, the token is not',
                 forward(server, 'before') == 401 and forward(server, 'forward') == 400)
    server.stop()
    server.end()
    server = days_on(400)
    checks.check('a year on they are too old', server.metrics()['haechi_secrets_old'] >= 3)
    checks.check('and the device is heard: it may call for help', server.ingest(DEVICE, SECRET, report(
        9, at=time.time() + 400 * 86_400, events=['DEVICE_EVENT_SOS']))[0] == 200)
    change(server, secret=NEXT_SECRET)
    server.stop()
    server.end()
    server = days_on(401)
    checks.check('changed, it is new', f'device {DEVICE}' not in old(server) and 'agency cad' in old(server), old(server))
    server.stop()
    server.end()


def main():
    options, checks = arguments(), Checks()
    with tempfile.TemporaryDirectory(prefix='haechi-device-keys-') as folder:
        (pathlib.Path(folder) / 'server').mkdir()
        server = Server(options.haechi, pathlib.Path(folder) / 'server')
        sender = Sender(server, folder)
        try:
            register_device(server, DEVICE, SECRET, 'W-1', interval_s=600)
            status, answer = sender.curl(sealed(b'k' * 32, encoded(1)))
            checks.check('who was given no key signs nothing', status == 403 and answer['code'] == 'not_signing', (status, answer))
            key = new_key(server)
            checks.check('a key is made and shown once', len(key) == 32 and
                         'signing_key' not in server.request('GET', f'/api/v1/devices/{DEVICE}', 'registrar')[1])
            check_signing(checks, server, sender, key)
            check_signed_only(checks, server, sender, key)
            server = check_restart(checks, server, sender, key)
            check_rotation(checks, server, sender, key)
            checks.check('it stops cleanly', server.stop() == 0)
            replayed = subprocess.run([options.haechi, 'replay', server.data], capture_output=True, text=True).stdout
            checks.check('the log tells which reports were signed', '"protocol":"mqtt-signed"' in replayed and
                         '"protocol":"http-signed"' in replayed)
            refusals = [line for line in replayed.splitlines() if '"input_rejected"' in line]
            checks.check('... and what was refused of whom', all(any(code in line and DEVICE in line for line in refusals)
                                                                for code in ('signed_only', 'bad_mac', 'epoch_went_back')), refusals)
            kept = b''.join(path.read_bytes() for path in pathlib.Path(folder).rglob('*') if path.is_file() and path.name != 'body')
            checks.check('no signing key lies anywhere on disk', key not in kept and key.hex().encode() not in kept and
                         base64.b64encode(key) not in kept)
        finally:
            server.end()
        check_ages(checks, options.haechi, pathlib.Path(folder) / 'ages')
    checks.finish()


if __name__ == '__main__':
    main()
