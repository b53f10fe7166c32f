"""The keys of TLS and of the log's signature in a PKCS#11 token (SoftHSM of Debian): a real server, real TLS clients, two
verifiers; and the token away, slow and hanging, at a start and while the server runs."""
import base64
import http.client
import json
import pathlib
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import time

from certificates import Authority, openssl
from haechi_server import Checks, Server, arguments, wait_for
from master_key_e2e import PIN, Token

HERE = pathlib.Path(__file__).resolve().parent
SECOND = HERE.parent.parent / 'deploy' / 'verify_log.py'
BOUND_S = 1.0  # nothing but who needs the token waits longer; it is asked for a second


class Place:
    """A token with the keys of this house, and a module through which it can be slow."""

    def __init__(self, top):
        self.token = Token(top / 'hsm')
        self.flag = top / 'slow'
        self.module = self.token.module
        slow = top / 'slow_token.so'
        flags = subprocess.run(['pkg-config', '--cflags', 'p11-kit-1'], check=True, capture_output=True, text=True).stdout.split()
        subprocess.run(['cc', '-shared', '-fPIC', *flags, '-o', slow, HERE / 'slow_token.c', '-ldl'], check=True)
        self.token.module = slow
        self.environment = {**self.token.environment, 'SLOW_TOKEN_MODULE': self.module, 'SLOW_TOKEN_FLAG': str(self.flag)}
        self.ours = Authority(top, 'ours')
        self.certificates = {}
        for number, (name, more) in enumerate((('server', {}), ('rsa', {'rsa_bits': 3072}), ('stranger', {}))):
            certificate, key = self.ours.certify(name, 'IP:127.0.0.1', **more)
            self.take(key, name, number + 2)
            self.certificates[name] = certificate
        log_key = top / 'log.key'
        openssl('genpkey', '-algorithm', 'ed25519', '-out', log_key)
        self.log_public = base64.b64decode(''.join(openssl('pkey', '-in', log_key, '-pubout').splitlines()[1:-1]))[-32:]
        self.take(log_key, 'log', 9)

    def take(self, key, name, number):
        """Into the token, and away."""
        whole = key.with_suffix('.p8')
        openssl('pkcs8', '-topk8', '-nocrypt', '-in', key, '-out', whole)
        self.token.util('--import', whole, '--token', 'haechi', '--label', name, '--id', f'{number:02}', '--pin', PIN)
        whole.unlink()
        key.unlink()

    def config(self, folder, certificate='server', key=None, log=None, next_key=None):
        tls = f'[tls]\ncertificate = "{self.certificates[certificate]}"\nkey = "{key or self.token.uri(key=certificate)}"\n'
        following = f'next_key = "{next_key}"\n' if next_key else ''
        path = folder / 'token.toml'
        path.write_text(f'{tls}\n[keys]\nmaster = "{self.token.uri()}"\n\n[evidence]\nkey = "{log or self.token.uri(key="log")}"\n{following}')
        return path

    def serve(self, program, folder, **more):
        context = ssl.create_default_context(cafile=self.ours.file)
        return Server(program, folder, ['--config', str(self.config(folder, **more))], self.environment, context)

    def away(self, how):
        self.flag.write_text(how)

    def back(self):
        self.flag.unlink(missing_ok=True)


class Kept:
    """One connection that stays."""

    def __init__(self, server, port):
        self.line = http.client.HTTPSConnection('127.0.0.1', port, timeout=30, context=server.context)
        self.line.connect()
        self.longest = 0.0

    def ask(self, path, method='GET', body=None, headers=None):
        began = time.monotonic()
        self.line.request(method, path, body=body, headers=headers or {})
        answer = self.line.getresponse()
        text = answer.read().decode()
        self.longest = max(self.longest, time.monotonic() - began)
        return answer.status, text

    def metric(self, name):
        lines = self.ask('/metrics')[1].splitlines()
        return sum(float(line.rpartition(' ')[2]) for line in lines if line.startswith(name))


def shaken(place, port, *more):
    """What openssl says of a handshake: empty when there was none, or the other side was not believed."""
    done = subprocess.run(['openssl', 's_client', '-connect', f'127.0.0.1:{port}', '-CAfile', str(place.ours.file), '-verify_return_error',
                           '-brief', *more], input='', capture_output=True, text=True, timeout=60)
    return done.stdout + done.stderr if done.returncode == 0 else ''


def private_keys(folder):
    return [path for path in folder.rglob('*') if path.is_file() and b'PRIVATE' in path.read_bytes()]


def check_doors(checks, place, server, kind):
    for door, port in (('people', server.http_port), ('devices', server.devices_port), ('MQTT', server.mqtt_port)):
        for version in ('-tls1_2', '-tls1_3'):
            said = shaken(place, port, version)
            checks.check(f'{kind}: the door of {door} shakes hands by the token {version}', 'CONNECTION ESTABLISHED' in said, said)


def verified(program, folder):
    """Of both verifiers: what is wrong."""
    out = []
    for command in ([program, 'verify', folder], [sys.executable, SECOND, 'log', folder]):
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            out.append(done.stdout + done.stderr)
    return out


def check_signed(checks, program, place, folder):
    server = place.serve(program, folder)
    check_doors(checks, place, server, 'EC')
    server.put('persons/W-1', {'role': 'ROLE_WEARER', 'record': {'name': 'Somebody'}})
    kept = Kept(server, server.http_port)
    checks.check('what is logged is signed', wait_for(lambda: kept.metric('haechi_evidence_signed_entries') > 0))
    server.stop()
    server.end()
    public = (server.data / 'evidence' / 'key.pub').read_text().split('+', 2)[2]
    checks.check('the log\'s key is the one in the token', base64.b64decode(public)[1:] == place.log_public, public)
    checks.check('both verifiers believe what it signed', not (wrong := verified(program, server.data)), wrong)
    checks.check('no private key lies in a file of the server', not (found := private_keys(folder)), found)
    rsa = place.serve(program, folder, certificate='rsa')
    check_doors(checks, place, rsa, 'RSA')
    rsa.stop()
    rsa.end()


def check_refused(checks, program, place, folder):
    def refused(name, setting, part, **more):
        try:
            place.serve(program, folder, **more).end()
            checks.check(name, False, 'it started')
        except RuntimeError as error:
            held = setting in str(error) and part in str(error) and PIN not in str(error)
            checks.check(name, held, error)

    uri = place.token.uri
    refused('the key of another certificate does not start', 'tls.key', 'does not fit the certificate', key=uri(key='stranger'))
    refused('a key that the token does not have does not start', 'tls.key', 'no such key', key=uri(key='nobody'))
    refused('a token that is away does not start', 'tls.key', 'no such token', key=uri(token='other', key='server'))
    refused('so with the key of the log', 'evidence.key', 'no such token', log=uri(token='other', key='log'))
    refused('a key that is none of Ed25519 does not sign a log', 'evidence.key', 'Ed25519', log=uri(key='server'))
    refused('no PIN does not start', 'evidence.key', 'HAECHI_TOKEN_PIN', log=uri(key='log', pin=None))
    place.away('refuse')
    refused('a token that does not sign does not start', 'evidence.key', 'does not sign')
    place.away('hang')
    refused('nor does one that does not come back', 'evidence.key', 'does not answer')
    place.back()


def fails_to_shake(place, port):
    began = time.monotonic()
    return not shaken(place, port) and time.monotonic() - began


def check_away(checks, program, place, folder, how):
    server = place.serve(program, folder)
    people, devices = Kept(server, server.http_port), Kept(server, server.devices_port)
    auditor = {'Authorization': 'Bearer ' + server.keys['registrar'], 'Content-Type': 'application/json'}
    wait_for(lambda: people.metric('haechi_evidence_signed_entries') > 0)
    people.longest = 0.0
    place.away(how)
    status, text = people.ask('/api/v1/persons/W-2', 'PUT', json.dumps({'role': 'ROLE_WEARER', 'record': {'name': 'Another'}}), auditor)
    checks.check(f'{how}: who is connected goes on', status in (200, 201), text)
    failed = people.metric('haechi_http_handshakes_failed_total')
    checks.check(f'{how}: a checkpoint waits, and that is told', wait_for(lambda: people.metric('haechi_evidence_unsigned') == 1))
    before = people.metric('haechi_evidence_signed_entries')
    took = []
    trying = threading.Thread(target=lambda: took.extend(fails_to_shake(place, server.http_port) for _ in range(3)))
    trying.start()
    while trying.is_alive():
        people.ask('/readyz')
        devices.ask('/ingest/v1/reports', 'POST', '{}')
    took.append(fails_to_shake(place, server.mqtt_port))
    checks.check(f'{how}: a new handshake fails, and soon', all(took) and max(took) < 2 * BOUND_S + 1, took)
    checks.check(f'{how}: ... is counted', people.metric('haechi_http_handshakes_failed_total') >= failed + 3)
    checks.check(f'{how}: ... and the token told of',
                 people.metric('haechi_token_away{key="tls.key"}') == 1 and people.metric('haechi_token_away{key="evidence.key"}') == 1)
    checks.check(f'{how}: nobody who is connected waited', max(people.longest, devices.longest) < BOUND_S,
                 (people.longest, devices.longest))
    print(f'{how}: at most {max(people.longest, devices.longest) * 1000:.0f} ms for who is connected; no handshake after {max(took) * 1000:.0f} ms at most')
    checks.check(f'{how}: the node is ready all the same', people.ask('/readyz')[0] == 200)
    place.back()
    checks.check(f'{how}: when it is back hands are shaken', wait_for(lambda: shaken(place, server.http_port)))
    checks.check(f'{how}: ... and what waited is signed',
                 wait_for(lambda: people.metric('haechi_evidence_unsigned') == 0 and
                          people.metric('haechi_evidence_signed_entries') > before))
    checks.check(f'{how}: ... and no token is away', people.metric('haechi_token_away') == 0)
    server.stop()
    said = (folder / 'serve.out').read_text()
    checks.check(f'{how}: the log says so', 'tls.key: its token signs again' in said and 'evidence.key: its token signs again' in said, said[-600:])
    server.end()
    checks.check(f'{how}: both verifiers believe the log', not (wrong := verified(program, server.data)), wrong)


def check_slow(checks, program, place, folder):
    server = place.serve(program, folder)
    people = Kept(server, server.http_port)
    place.away('400')
    shaking = [threading.Thread(target=lambda: all_shaken.append(shaken(place, server.http_port))) for _ in range(4)]
    all_shaken = []
    for thread in shaking:
        thread.start()
    while any(thread.is_alive() for thread in shaking):
        people.ask('/readyz')
    checks.check('slow: all hands are shaken, one after another', len(all_shaken) == 4 and all(all_shaken), all_shaken)
    checks.check('slow: nobody who is connected waits', people.longest < 0.4, people.longest)
    print(f'slow: at most {people.longest * 1000:.0f} ms for who is connected while a signature takes 400 ms')
    place.back()
    server.stop()
    server.end()


def check_move(checks, program, place, folder):
    """From a file into the token, by the way of every change of the log's key."""
    key = folder / 'log.key'
    publics = []
    for step in ({'log': key}, {'log': key, 'next_key': place.token.uri(key='log')}, {}):
        server = place.serve(program, folder, **step)
        server.put(f'persons/W-{len(publics)}', {'role': 'ROLE_WEARER', 'record': {'name': 'Somebody'}})
        server.stop()
        server.end()
        publics.append((server.data / 'evidence' / 'key.pub').read_text().split())
        checks.check(f'the log with key {len(publics)} of its change verifies', not (wrong := verified(program, server.data)), wrong)
    checks.check('the key of a file becomes the one in the token', publics[1] == publics[0] + publics[2], publics)


def main():
    options, checks = arguments(), Checks()
    top = pathlib.Path(tempfile.mkdtemp(prefix='haechi-token-'))
    try:
        place = Place(top)
        for name in ('signed', 'move'):
            (top / name).mkdir()
        check_signed(checks, options.haechi, place, top / 'signed')
        check_refused(checks, options.haechi, place, top / 'signed')
        check_away(checks, options.haechi, place, top / 'signed', 'refuse')
        check_away(checks, options.haechi, place, top / 'signed', 'hang')
        check_slow(checks, options.haechi, place, top / 'signed')
        check_move(checks, options.haechi, place, top / 'move')
    finally:
        shutil.rmtree(top, ignore_errors=True)
    checks.finish()


if __name__ == '__main__':
    main()
