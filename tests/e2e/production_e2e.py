"""A node that is no demonstration: it starts with nothing less safe than it could be unless that is named, says what
was named, keeps surfaces at their hosts, and says who was turned away."""
import base64
import http.client
import json
import os
import pathlib
import re
import shutil
import ssl
import subprocess
import tempfile

from certificates import Authority
from haechi_server import Checks, Server, arguments, wait_for

HERE = 'IP:127.0.0.1'
UPGRADE = {'Upgrade': 'websocket', 'Connection': 'Upgrade', 'Sec-WebSocket-Version': '13',
           'Sec-WebSocket-Key': base64.b64encode(os.urandom(16)).decode()}


class Place:
    """What an operator provides: a certificate of an authority whom the machine believes, a list of breached passwords,
    and a folder of credentials as systemd makes one."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix='haechi-production-'))
        self.authority = Authority(self.folder, 'ours')
        self.certificate, self.key = self.authority.certify('server', HERE)
        self.list = self.folder / 'breached.txt'
        self.list.write_text(''.join(f'{n:040X}:1\n' for n in range(3000)))
        self.credentials = self.folder / 'credentials'
        self.credentials.mkdir(mode=0o700)
        self.environment = {'SSL_CERT_FILE': str(self.authority.file), 'CREDENTIALS_DIRECTORY': str(self.credentials)}
        self.context = ssl.create_default_context(cafile=str(self.authority.file))

    def config(self, key, more=''):
        path = self.folder / 'haechi.toml'
        path.write_text(f'[log]\njournal = "{self.folder}/journal"\n[notify]\npages = "https://127.0.0.1"\n[notify.email]\n'
                        f'server = "127.0.0.1:587"\nfrom = "haechi@agency.example"\n[files]\nclamd = "{self.folder}/clamd.ctl"\n[accounts]\nadministration_devices = true\nbreached_passwords = "{self.list}"\n[tls]\ncertificate = "{self.certificate}"\n'
                        f'key = "{key}"\n{more}')
        return ['--config', str(path)]

    def serve(self, program, config):
        return Server(program, self.folder, config, self.environment, self.context, demonstration=False)

    def give(self, name, path):
        """From now on the service manager has it."""
        shutil.move(path, self.credentials / name)

    def log(self):
        return (self.folder / 'serve.out').read_text() + (self.folder / 'serve.log').read_text()

    def end(self):
        shutil.rmtree(self.folder)


def check_refusals(checks, program, place):
    def refused(name, config, *parts):
        run = subprocess.run([program, 'serve', '--data', place.folder / 'refused', '--http-port', '0', '--devices-http-port',
                              '0', '--mqtt-port', '0', *config], capture_output=True, text=True, timeout=60,
                             env={**os.environ, **place.environment})
        checks.check(name, run.returncode in (1, 2) and all(part in run.stderr for part in parts), (run.returncode, run.stderr))
    refused('a node that nobody configured does not start, and says all that is missing', [],
            'accounts.breached_passwords', 'keys.master', '"no breached passwords" in server.accept')
    refused('what is less safe has to be named', place.config(place.key, '[devices]\nosmand_addresses = true\n'),
            'devices.osmand_addresses', '"osmand addresses"', 'tls.key, keys.master, evidence.key', '"secrets in files"')
    refused('and by a name that there is', place.config(place.key, '[server]\naccept = ["anything"]\n'),
            '"anything" is no exception')
    refused('a credential that was not given', place.config('credential:nothing'), 'tls.key', 'no credential "nothing"')
    place.environment['SSL_CERT_FILE'] = str(Authority(place.folder, 'stranger').file)
    refused('a certificate that nobody here believes', place.config(place.key), 'tls.certificate', '"private authority"')
    place.environment['SSL_CERT_FILE'] = str(place.authority.file)


def check_first_start(checks, program, place):
    """The first start makes keys, so it needs the one exception that they lie in files; it is told everywhere."""
    server = place.serve(program, place.config(place.key, '[server]\naccept = ["secrets in files"]\n'))
    try:
        metric = 'haechi_exception_accepted{exception="secrets in files"}'
        checks.check('what was accepted is told at /metrics', server.metrics().get(metric) == 1)
        checks.check('nobody gets a key for asking', server.request('POST', '/api/v1/demo/keys', body={})[0] == 404)
    finally:
        server.stop()
    checks.check('and in the log', 'accepted: secrets in files' in place.log(), place.log())
    facts = subprocess.run([program, 'replay', server.data], capture_output=True, text=True, timeout=60).stdout
    told = [line for line in facts.splitlines() if 'start_with_exception' in line]
    checks.check('and to the auditor', len(told) == 1 and 'secrets in files' in told[0], facts[:600])


def check_strict_start(checks, program, place):
    """All secrets are credentials: the node starts without any exception, and does its work."""
    place.give('server.key', place.key)
    place.give('log.key', place.folder / 'store' / 'evidence' / 'key')
    place.give('master', place.folder / 'store.keys' / 'master')
    before = len(place.log())
    server = place.serve(program, place.config('credential:server.key', '[evidence]\nkey = "credential:log.key"\n[keys]\n'
                                               'master = "credential:master"\n'))
    try:
        checks.check('with every secret a credential it starts without an exception', 'accepted' not in place.log()[before:]
                     and server.counted('haechi_exception_accepted') == 0, place.log()[before:])
        checks.check('and serves', server.request('GET', '/readyz') == (200, 'ready\n'))
        children = pathlib.Path(f'/proc/{server.process.pid}/task/{server.process.pid}/children').read_text().split()
        checks.check('its keys are kept apart though nothing says so', len(children) == 1 and b'keeper' in pathlib.Path(
            f'/proc/{children[0]}/cmdline').read_bytes(), children)
        secrets = [path.read_text().strip() for path in place.credentials.iterdir()]
        found = [str(path) for path in place.folder.rglob('*') if path.is_file() and place.credentials not in path.parents
                 and path.parent != place.authority.folder and any(one.encode() in path.read_bytes() for one in secrets)]
        checks.check('no secret is in another file', not found, found)
        check_turned_away(checks, server, place)
    finally:
        checks.check('it ends when asked', server.stop() == 0)


def check_turned_away(checks, server, place):
    wrong = 'a-wrong-key-' + 'x' * 52
    for n in range(3):
        server.request('GET', '/api/v1/alerts', f'{n}-{wrong}')
    server.request('GET', '/live', wrong, headers=UPGRADE)
    server.request('GET', '/live?surface=control', headers={**UPGRADE, 'Cookie': 'haechi_control=x',
                                                            'Origin': 'https://elsewhere.example'})
    server.request('GET', '/%2e%2e/etc/passwd')
    for number in range(25):
        server.request('GET', '/api/v1/alerts', f'guess-{number}-{wrong}')
    for port in (server.http_port, server.devices_port, server.mqtt_port):
        subprocess.run(['openssl', 's_client', '-connect', f'127.0.0.1:{port}', '-tls1_1'], input='', capture_output=True,
                       text=True, timeout=30)
    expected = (r'people: \d+ times 401 Unauthorized from 127\.0\.0\.1', r'people: \d+ times? 429 .* from 127\.0\.0\.1',
                r'people: 1 time 403 Forbidden from 127\.0\.0\.1', r'people: 1 time 400 Bad Request from 127\.0\.0\.1',
                r'people: 1 time handshake: .* from 127\.0\.0\.1', r'devices: 2 times handshake: .* from 127\.0\.0\.1')
    for line in expected:
        checks.check(f'the log says: {line}', wait_for(lambda: re.search(line, place.log()), 15), place.log()[-1500:])
    checks.check('and what was tried as a key does not stand there', 'a-wrong-key' not in place.log())


def sign_in(server, host, key):
    """(status, the cookie that /me/ is given at that host)"""
    connection = http.client.HTTPConnection('127.0.0.1', server.http_port, timeout=30)
    connection.request('POST', '/api/v1/session', json.dumps({'surface': 'me'}), {
        'Host': host, 'Authorization': f'Bearer {key}', 'Content-Type': 'application/json', 'Haechi-Surface': 'me'})
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status, response.getheader('set-cookie', '').split(';')[0]


def check_hosts(checks, program):
    """Real requests to a server whose surfaces have hosts of their own."""
    with tempfile.TemporaryDirectory(prefix='haechi-hosts-') as folder:
        pages = pathlib.Path(folder) / 'pages'
        for surface in ('me', 'control'):
            (pages / surface).mkdir(parents=True)
            (pages / surface / 'index.html').write_text(surface)
        config = pathlib.Path(folder) / 'haechi.toml'
        config.write_text('[http.hosts]\nme = "me.example"\n')
        server = Server(program, extra=['--config', str(config), '--static', str(pages)])
        try:
            def at(host, method, path, key=None, body=None, **headers):
                headers = {name.replace('_', '-'): value for name, value in headers.items()}
                return server.request(method, path, key, body, {'Host': host, **headers})[0]
            checks.check('a surface is answered at its host', at('me.example', 'GET', '/me/') == 200)
            checks.check('and nowhere else', at('haechi.example', 'GET', '/me/') == 421)
            checks.check('others are not answered there', at('me.example', 'GET', '/control/') == 421)
            checks.check('but at the host that they share', at('haechi.example', 'GET', '/control/') == 200)
            her = server.new_key(role='protected_person', person_id='p-1')
            status, token = sign_in(server, 'me.example', her)
            checks.check('one signs in there', status == 200 and token.startswith('haechi_me='), token)
            checks.check('and not elsewhere', sign_in(server, 'haechi.example', her)[0] == 421)
            cookie = {'Cookie': token, 'Haechi_Surface': 'me'}
            checks.check('its cookie is good there', at('me.example', 'GET', '/api/v1/me/capabilities', **cookie) == 200)
            checks.check('and worth nothing elsewhere', at('haechi.example', 'GET', '/api/v1/me/capabilities', **cookie) == 421)
            stream = {**UPGRADE, 'Cookie': token}
            checks.check('nor is the stream', at('haechi.example', 'GET', '/live?surface=me', **stream,
                                                 Origin='http://haechi.example') == 421)
        finally:
            server.end()


def check_program(checks, program):
    """What production does not need is in a program of its own."""
    node = pathlib.Path(program).with_name('haechi-node')

    def text(*words):
        run = subprocess.run([node, *words], capture_output=True, text=True, timeout=60)
        return run.returncode, run.stdout + run.stderr
    commands = text('--help')[1]
    checks.check('the production program serves', re.search(r'^  serve ', commands, re.M), commands)
    checks.check('and plays nothing', not re.search(r'^  (demo|cad) ', commands, re.M), commands)
    code, said = text('serve', '--demo-keys', '/tmp/keys.json')
    checks.check('it gives no demonstration keys', code != 0 and '--demo-keys' in said, said)
    checks.check('nor is the demonstration in it', b'the server is up' not in node.read_bytes()
                 and b'the server is up' in pathlib.Path(program).read_bytes())
    return node


def main():
    checks = Checks()
    program = arguments().haechi
    node = check_program(checks, program)
    place = Place()
    try:
        check_refusals(checks, node, place)
        check_first_start(checks, node, place)
        check_strict_start(checks, node, place)
    finally:
        place.end()
    check_hosts(checks, program)
    checks.finish()


if __name__ == '__main__':
    main()
