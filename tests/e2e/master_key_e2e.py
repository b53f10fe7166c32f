"""The master key: changed at rest and while a server runs under load, killed while it is changed, moved into a PKCS#11 token (SoftHSM of Debian), and out of reach.

What was sealed stays readable with the key that is in force, and with no other."""
import http.client
import itertools
import json
import os
import pathlib
import random
import re
import shutil
import subprocess
import tempfile
import threading
import time

from erasure_e2e import HERS, HIS, SECRET, live_a_day, place, replayed, run, tells
from haechi_server import Checks, Server, arguments, report, wait_for

MODULES = ('/usr/lib/softhsm/libsofthsm2.so', '/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so')
PIN = '482913'


class Token:
    """A token of SoftHSM in a folder of its own, with an AES key that never leaves it."""

    def __init__(self, folder):
        self.folder = folder
        (folder / 'tokens').mkdir(parents=True)
        (folder / 'softhsm2.conf').write_text(f'directories.tokendir = {folder}/tokens\nobjectstore.backend = file\n')
        self.environment = {'SOFTHSM2_CONF': str(folder / 'softhsm2.conf')}
        self.module = next(path for path in MODULES if os.path.exists(path))
        self.util('--init-token', '--free', '--label', 'haechi', '--pin', PIN, '--so-pin', '775533')
        (folder / 'aes').write_bytes(os.urandom(16).hex().encode())  # softhsm2-util reads a file as text: some bytes would end it
        self.util('--import', folder / 'aes', '--aes', '--token', 'haechi', '--label', 'master', '--id', '01', '--pin', PIN)
        (folder / 'aes').unlink()
        (folder / 'pin').write_text(PIN + '\n')

    def util(self, *words):
        subprocess.run(['softhsm2-util', *map(str, words)], check=True, capture_output=True,
                       env={**os.environ, **self.environment})

    def uri(self, token='haechi', key='master', pin='pin'):
        source = f'&pin-source=file:{self.folder}/{pin}' if pin else ''
        return f'pkcs11:token={token};object={key}?module-path={self.module}{source}'


def rotate(program, folder, *words, **environment):
    done = subprocess.run([program, 'keys', 'rotate-master', '--data', folder / 'store', *map(str, words)],
                          capture_output=True, text=True, timeout=120, env={**os.environ, **environment})
    return done.returncode, done.stdout + done.stderr


def whole(program, folder, keys=None):
    code, text, error = replayed(program, folder / 'store', keys)
    return code == 0 and tells(text, HIS) and tells(text, HERS), error


def check_change(checks, program, folder):
    keys = folder / 'store.keys'
    old = folder.parent / 'old-keys'
    shutil.copytree(keys, old)
    code, said = rotate(program, folder)
    checks.check('at rest it changes', code == 0 and 'wrapped anew' in said, said)
    checks.check('with the new one everything reads', *whole(program, folder))
    code, _, error = run(program, 'replay', folder / 'store', '--key-ring', keys / 'ring', '--master-key', old / 'master')
    checks.check('with the old one nothing does', code != 0 and 'master key' in error, error)
    checks.check('the old ring under the new one does neither',
                 run(program, 'replay', folder / 'store', '--key-ring', old / 'ring', '--master-key', keys / 'master')[0] != 0)
    checks.check('nothing else is left beside them', {path.name for path in keys.iterdir()} - {'seen'} == {'master', 'ring'},
                 list(keys.iterdir()))
    server = Server(program, folder)
    checks.check('a server starts with it and tells where he is', tells(place(server, 'W-1').encode(), HIS))
    server.stop()
    server.end()


def check_kills(checks, program, folder):
    master = folder / 'store.keys' / 'master'
    outcomes, unfinished = set(), {'ring.new', 'master.new.new'}  # never in use; the next change writes over them
    for turn in range(12):
        before = master.read_text()
        changing = subprocess.Popen([program, 'keys', 'rotate-master', '--data', folder / 'store'],
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(random.Random(turn).uniform(0, 0.06))
        changing.kill()
        changing.wait()
        held, error = whole(program, folder)
        server = Server(program, folder)
        server.stop()
        server.end()
        outcomes.add(master.read_text() != before)
        checks.check(f'killed while it changes ({turn}), everything reads and a server starts',
                     held and {path.name for path in master.parent.iterdir()} - unfinished == {'master', 'ring', 'seen'},
                     (error, list(master.parent.iterdir())))
    print(f'killed before and after it changed: {sorted(outcomes)}')


class Load:
    """Reports of two devices and new persons, one after the other, until it is ended: what was acknowledged, and what was not."""

    def __init__(self, server):
        self.server, self.acknowledged, self.refused, self.persons = server, [], [], []
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        for seq in itertools.count(1):
            if self.ending.wait(0.025):  # a device may send fifty a second
                return
            try:
                status, text = self.server.ingest('D-W', SECRET, report(seq, HIS['lat'], HIS['lng'], epoch=self.server.process.pid))
                (self.acknowledged if status == 200 else self.refused).append((self.server.process.pid, seq, text))
                if seq % 5 == 0:
                    name = f'Under Load {self.server.process.pid}-{seq}'
                    self.server.put(f'persons/L-{self.server.process.pid}-{seq}', {'role': 'ROLE_WEARER', 'record': {'name': name}})
                    self.persons.append(name)
            except (OSError, http.client.HTTPException):
                return  # killed

    def end(self):
        self.ending.set()
        self.thread.join()


def told(program, folder, acknowledged, persons):
    """Everything that was acknowledged is in the log, with its place; who was registered has a name."""
    code, text, error = replayed(program, folder / 'store')
    lines = [json.loads(line) for line in text.decode().splitlines() if '"report_received"' in line]
    there = set()
    for line in lines:
        found = re.search(r'"epoch":(\d+),.*?"seq":"(\d+)"', json.dumps(line, separators=(',', ':')))
        if found and tells(json.dumps(line).encode(), HIS):
            there.add((int(found[1]), int(found[2])))
    missing = [one[:2] for one in acknowledged if one[:2] not in there]
    server = Server(program, folder)
    nameless = [name for name in persons if name not in server.request(
        'GET', '/api/v1/persons/' + name.replace('Under Load ', 'L-'), 'registrar')[1]]
    server.stop()
    server.end()
    return code == 0 and not missing and not nameless, (error[-300:], missing[:5], nameless[:5])


def check_running(checks, program, folder):
    master = folder / 'store.keys' / 'master'
    server = Server(program, folder)
    load = Load(server)
    for turn in range(5):
        before = master.read_text()
        count = len(load.acknowledged)
        code, said = rotate(program, folder)
        checks.check(f'the master key of a running server changes ({turn})', code == 0 and 'wrapped anew' in said and
                     master.read_text() != before, said)
        checks.check('... while it takes reports', wait_for(lambda: len(load.acknowledged) > count + 2))
    load.end()
    checks.check('nothing was refused meanwhile', not load.refused and len(load.persons) > 2, load.refused[:3])
    checks.check('he is where he was', tells(place(server, 'W-1').encode(), HIS))
    audit = server.request('GET', '/api/v1/audit?action=change_master_key', 'auditor')[1]
    checks.check('the auditor sees each change', audit.count('wrapped anew') == 5, audit)
    checks.check('so does who counts', server.metrics()['haechi_master_key_changes_total'] == 5)
    server.stop()
    server.end()
    checks.check('all that was acknowledged reads, with the last key', *told(program, folder, load.acknowledged, load.persons))
    checks.check('nothing else is left beside the keys', sorted(path.name for path in master.parent.iterdir()) == ['master', 'ring', 'seen'],
                 list(master.parent.iterdir()))


def check_running_killed(checks, program, folder):
    master = folder / 'store.keys' / 'master'
    acknowledged, persons, outcomes = [], [], set()
    for turn in range(10):
        server = Server(program, folder)
        load = Load(server)
        wait_for(lambda: len(load.acknowledged) > 2)
        before = master.read_text()
        (master.parent / 'ring.change').write_text('')
        wait_for(lambda: not (master.parent / 'ring.change').exists() or (master.parent / 'ring.changed').exists() or
                 (master.parent / 'master.new').exists(), 10, 0.0005)
        time.sleep(random.Random(turn).uniform(0, 0.03))
        server.kill()
        load.end()
        server.end()
        outcomes.add(master.read_text() != before)
        acknowledged += load.acknowledged
        persons += load.persons
        asked = (master.parent / 'ring.change').exists()
        server = Server(program, folder)
        checks.check(f'killed while it changes under load ({turn}), the next start goes on',
                     not asked or wait_for(lambda: not (master.parent / 'ring.change').exists()), list(master.parent.iterdir()))
        server.stop()
        server.end()
    print(f'killed before and after it changed: {sorted(outcomes)}')
    checks.check('and nothing that was acknowledged is lost or unreadable', *told(program, folder, acknowledged, persons))
    (master.parent / 'ring.changed').unlink(missing_ok=True)


def check_token(checks, program, folder, token):
    """With the keys in a process of their own, which then is the one that speaks to the token."""
    config = folder.parent / 'token.toml'

    def serve(uri, **environment):
        config.write_text(f'[keys]\napart = true\nmaster = "{uri}"\n')
        return Server(program, folder, ['--config', str(config)], {**token.environment, **environment})

    def refused(name, uri, part, **environment):
        try:
            serve(uri, **environment).end()
            checks.check(name, False, 'it started')
        except RuntimeError as error:
            checks.check(name, part in str(error) and PIN not in str(error), error)

    ring = folder / 'store.keys' / 'ring'
    code, said = rotate(program, folder, '--to', token.uri(key='another'), **token.environment)
    checks.check('a key that the token does not have is not taken', code == 1 and 'no such key' in said, said)
    checks.check('... and changes nothing', *whole(program, folder))
    code, said = rotate(program, folder, '--to', token.uri(), **token.environment)
    checks.check('the master key moves into a token', code == 0 and 'pkcs11:' in said and PIN not in said, said)
    (folder / 'store.keys' / 'master').unlink()
    server = serve(token.uri())
    checks.check('a server starts with the token', tells(place(server, 'W-1').encode(), HIS))
    server.put('persons/W-9', {'role': 'ROLE_WEARER', 'record': {'name': 'Somebody New'}})
    checks.check('... and wraps new keys in it', 'Somebody New' in server.request('GET', '/api/v1/persons/W-9', 'registrar')[1])
    server.stop()
    server.end()
    server = serve(token.uri(pin=None), HAECHI_MASTER_PIN=PIN)
    checks.check('with the PIN from the environment as well, and what was new is there',
                 'Somebody New' in server.request('GET', '/api/v1/persons/W-9', 'registrar')[1])
    server.stop()
    server.end()
    (token.folder / 'wrong').write_text('000000\n')
    refused('a wrong PIN does not start', token.uri(pin='wrong'), 'PIN')
    refused('no PIN does not start', token.uri(pin=None), 'HAECHI_MASTER_PIN')
    refused('a PIN in the URI does not start', token.uri(pin=None) + '&pin-value=' + PIN, 'pin-source')
    refused('another token does not start', token.uri(token='other'), 'no such token')
    refused('a module that is none does not start', token.uri().replace(token.module, '/usr/lib/none.so'), 'none.so')
    refused('a URI without module does not start', 'pkcs11:token=haechi;object=master', 'module-path')
    code, text, error = run(program, 'replay', folder / 'store', '--key-ring', ring, '--master-key', folder.parent / 'old-keys' / 'master')
    checks.check('without the token nothing reads', code != 0, error)
    code, said = rotate(program, folder, '--master-key', token.uri(), **token.environment)
    checks.check('a key in a token is not made anew by itself', code == 1 and 'to' in said, said)
    code, said = rotate(program, folder, '--master-key', token.uri(), '--to', folder / 'store.keys' / 'master', **token.environment)
    checks.check('and back into a file', code == 0, said)
    checks.check('... everything reads', *whole(program, folder))


def main():
    options, checks = arguments(), Checks()
    top = pathlib.Path(tempfile.mkdtemp(prefix='haechi-master-'))
    try:
        folder = top / 'server'
        folder.mkdir()
        server = Server(options.haechi, folder)
        live_a_day(server)
        server.stop()
        server.end()
        check_change(checks, options.haechi, folder)
        check_kills(checks, options.haechi, folder)
        check_running(checks, options.haechi, folder)
        check_running_killed(checks, options.haechi, folder)
        check_token(checks, options.haechi, folder, Token(top / 'hsm'))
    finally:
        shutil.rmtree(top, ignore_errors=True)
    checks.finish()


if __name__ == '__main__':
    main()
