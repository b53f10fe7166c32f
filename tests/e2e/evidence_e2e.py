"""Evidence end to end: a real server with a witness beside it, its tiles over HTTP, `haechi verify` and the second
verifier (deploy/verify_log.py) put to every change of a small log, and a bundle for a court."""
import base64
import functools
import hashlib
import http.client
import importlib.util
import json
import pathlib
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time

from haechi_server import Checks, Server, arguments, register_device, report, wait_for

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
SECOND = TOP / 'deploy' / 'verify_log.py'
SECRET = 'secret-of-every-device'
WITNESSED_S = 60
GOLDEN = TOP / 'tests' / 'golden' / 'evidence'
specification = importlib.util.spec_from_file_location('verify_log', SECOND)
verify_log = importlib.util.module_from_spec(specification)
specification.loader.exec_module(verify_log)
# The same signature is asked about again and again.
verify_log.ed25519_holds = functools.lru_cache(verify_log.ed25519_holds)

SAYS_NO = (verify_log.Broken, OSError)


def second(directory, checkpoint=None, key=None):
    """Empty when all holds, else the sentence."""
    try:
        verify_log.verify_log(directory, checkpoint, key)
    except SAYS_NO as error:
        return str(error)
    return ''


def first(program, directory, checkpoint=None, key=None):
    command = [program, 'verify', directory]
    if checkpoint:
        command += ['--checkpoint', checkpoint]
    if key:
        command += ['--key', key.text]
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    return '' if run.returncode == 0 else run.stderr or str(run.returncode)


def rewrite(directory, records):
    """A log of these (stamp, fact) with a right chain, checksums and watermark: by somebody who knows the format."""
    directory = pathlib.Path(directory)
    shutil.rmtree(directory / 'evidence', ignore_errors=True)
    database = sqlite3.connect(directory / 'log' / 'log.sqlite')
    identity = database.execute('SELECT identity FROM log').fetchone()[0]
    database.execute('DELETE FROM record')
    digest, number, last = bytes(32), 0, 0
    for stamp, fact in records:
        number, last = number + 1, max(stamp, last + 1)
        body = struct.pack('>QQ', number, last) + fact
        digest = hashlib.sha256(digest + body).digest()
        database.execute('INSERT INTO record(no,stamp,crc,digest,fact) VALUES(?,?,?,?,?)',
                         (number, last, verify_log.crc32c(body + digest), digest, fact))
    database.commit()
    database.execute('VACUUM')
    database.execute('PRAGMA wal_checkpoint(TRUNCATE)')
    database.close()
    mark = b'HAEMARK1' + struct.pack('>16sQQ32s', identity, 9, number, digest)
    mark += struct.pack('>Q', verify_log.crc32c(mark))
    watermark = bytearray(8192)
    watermark[4096:4096 + len(mark)] = mark
    (directory / 'log' / 'watermark').write_bytes(watermark)


def tampered(records):
    """(what was done, the records then), for every record and every pair."""
    for at, (stamp, fact) in enumerate(records):
        yield f'{at + 1} changed', [*records[:at], (stamp, bytes([fact[0] ^ 1]) + fact[1:]), *records[at + 1:]]
        yield f'{at + 1} given another time', [*records[:at], (stamp + 1, fact), *records[at + 1:]]
        yield f'{at + 1} deleted', records[:at] + records[at + 1:]
        yield f'{at + 1} put in twice', [*records[:at], (stamp - 1, fact), *records[at:]][:len(records) + 1]
        yield f'{at + 1} and all after it cut off', records[:at]
        yield f'another history from {at + 1} on', records[:at] + [(s, b'other ' + f) for s, f in records[at:]]
        for other in range(at):
            swapped = list(records)
            swapped[at], swapped[other] = (stamp, records[other][1]), (records[other][0], fact)
            yield f'{other + 1} and {at + 1} swapped', swapped


def check_golden(checks, program, folder):
    checkpoint, key = GOLDEN / 'kept', verify_log.Key((GOLDEN / 'evidence' / 'key.pub').read_text())
    copy = folder / 'golden'
    shutil.copytree(GOLDEN, copy)
    for verifier, says in (('haechi verify', first(program, copy, checkpoint, key)),
                           ('the second verifier', second(copy, checkpoint, key))):
        checks.check(f'{verifier} holds the golden log', says == '', says)
    missed = []
    flips = 0
    for path in sorted((copy / 'evidence').iterdir()):
        data = path.read_bytes()
        for at in range(len(data)):
            flips += 1
            path.write_bytes(data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1:])
            if not second(copy):
                missed.append(f'{path.name} byte {at}')
        path.write_bytes(data)
    checks.check(f'the second verifier notices each of {flips} flipped bytes of the files of evidence', not missed, missed)
    records = [(stamp, fact) for _, stamp, fact in verify_log.records_of(GOLDEN / 'log')]
    path = copy / 'log' / 'log.sqlite'
    data, noticed, missed = path.read_bytes(), 0, []
    for at in range(len(data)):
        path.write_bytes(data[:at] + bytes([data[at] ^ 1 << at % 8]) + data[at + 1:])
        if second(copy, checkpoint, key):
            noticed += 1
        elif [(s, f) for _, s, f in verify_log.records_of(copy / 'log')] != records:
            missed.append(at)
    path.write_bytes(data)
    checks.check(f'{noticed} of {len(data)} flipped bytes of the log are noticed, the others change no record',
                 not missed and noticed > 2000, (noticed, missed))


def check_tampering(checks, program, folder):
    checkpoint, key = GOLDEN / 'kept', verify_log.Key((GOLDEN / 'evidence' / 'key.pub').read_text())
    records = [(stamp, fact) for _, stamp, fact in verify_log.records_of(GOLDEN / 'log')]
    copy = folder / 'tampered'
    shutil.copytree(GOLDEN, copy)
    rewrite(copy, records)
    checks.check('the same records written anew hold', second(copy, checkpoint, key) == '' and
                 first(program, copy, checkpoint, key) == '', first(program, copy, checkpoint, key))
    missed, done = [], 0
    for what, then in tampered(records):
        rewrite(copy, then)
        done += 1
        if first(program, copy):
            missed.append(what + ': is not well-formed, so it proves nothing')
        if not second(copy, checkpoint, key):
            missed.append(what + ': the second verifier')
        if not first(program, copy, checkpoint, key):
            missed.append(what + ': haechi verify')
    checks.check(f'both verifiers notice each of {done} ways to rewrite a log with a right chain', not missed, missed[:5])


def register(server):
    register_device(server, 'D-W', SECRET, 'W-1')
    register_device(server, 'D-P', SECRET, 'P-1', 'ROLE_PROTECTED_PERSON', 'DEVICE_KIND_PHONE')


def order(server, **more):
    server.put('orders/O-1', {'kind': 'ST_PROV_3_2', 'legal_basis': '31-6', 'wearer_id': 'W-1', 'time_zone': 'Asia/Seoul',
                              'starts_at_us': str(round((time.time() - 60) * 1e6)),
                              'conditions': [{'id': 'c', 'keep_away': {'protected_id': 'P-1'}}], **more})


def tell(server, device, lat, seq):
    return server.ingest(device, SECRET, report(seq, lat, sent_at_us=str(round(time.time() * 1e6))))[0]


def evidence(server, path, key='auditor'):
    connection = http.client.HTTPConnection('127.0.0.1', server.http_port, timeout=30)
    connection.request('GET', '/evidence/v1/' + path, headers={'Authorization': 'Bearer ' + server.keys[key]})
    response = connection.getresponse()
    body = response.read()
    connection.close()
    return response.status, body


def config(folder, name, text):
    path = folder / name
    path.write_text(text)
    return ['--config', str(path)]


def check_served(checks, server, key):
    status, note = wait_for(lambda: (lambda a: a if a[0] == 200 else None)(evidence(server, 'checkpoint')), 15) or (0, b'')
    checks.check('an auditor gets the checkpoint', status == 200, note)
    checkpoint = verify_log.Checkpoint(note, key, 'the checkpoint')
    tree = verify_log.Tree()
    full, rest = divmod(checkpoint.size, 256)
    for tile in range(full + (rest > 0)):
        width = 256 if tile < full else rest
        name = f'{tile:03d}' + (f'.p/{width}' if width < 256 else '')
        entries, hashes = evidence(server, 'tile/entries/' + name)[1], evidence(server, 'tile/0/' + name)[1]
        for at in range(width):
            entry = entries[at * 50 + 2:at * 50 + 50]
            leaf = verify_log.leaf_hash(entry)
            if hashes[at * 32:at * 32 + 32] != leaf or entries[at * 50:at * 50 + 2] != b'\0\x30':
                checks.check(f'entry {tile * 256 + at} fits its tile', False)
            tree.add(leaf)
    checks.check('the root made of the served entries is the one that was signed', tree.root() == checkpoint.root)
    checks.check('nobody but an auditor gets it', evidence(server, 'checkpoint', 'control')[0] == 403 and
                 server.request('GET', '/evidence/v1/checkpoint')[0] == 401)
    looks = json.loads(server.request('GET', '/api/v1/audit?action=see_audit', 'auditor')[1])
    told = json.dumps(looks)
    checks.check('each look was recorded, and the refused one', 'tile/entries/000' in told and '"evidence"' in told and
                 'control' in told, told)
    return checkpoint


def check_witnessed(checks, program, folder):
    """Gives the data directory of the log, a checkpoint of it, and its key."""
    for name in ('log', 'witness'):
        (folder / name).mkdir()
    log = Server(program, folder / 'log')
    key_path = log.data / 'evidence' / 'key.pub'
    wait_for(key_path.is_file, 15)
    key = verify_log.Key(key_path.read_text())
    register(log)
    checkpoint = check_served(checks, log, key)
    log.stop()
    witness = Server(program, folder / 'witness', config(folder, 'witness.toml',
                     f'[witness]\nname = "example.org/w"\nlogs = ["{key.text}"]\n'))
    witness_key = verify_log.Key((witness.data / 'witness' / 'key.pub').read_text())
    settings = config(folder, 'log.toml', '[evidence]\nwitnesses = '
                      f'["{witness_key.text} http://127.0.0.1:{witness.http_port}/witness/v1"]\n')
    older = folder / 'older'
    shutil.copytree(folder / 'log', older)
    log = Server(program, folder / 'log', settings)
    witnessed = log.data / 'evidence' / 'witnessed'
    checks.check('the witness cosigns', wait_for(witnessed.is_file, 15))
    note = verify_log.Note(witnessed.read_bytes(), 'the witnessed checkpoint')
    checks.check('log and witness signed the same checkpoint', key.signed(note) and witness_key.signed(note))
    cosigned = verify_log.Checkpoint(witnessed.read_bytes(), key, 'the witnessed checkpoint')
    checks.check('it is a later one', cosigned.size >= checkpoint.size, (cosigned.size, checkpoint.size))
    tell(log, 'D-W', 37.51, 1)  # before there was an order, so no court is shown it
    order(log)
    for seq in range(2, 8):
        tell(log, 'D-W', 37.504 - 0.0003 * seq, seq)
        tell(log, 'D-P', 37.5 + 0.0003 * seq, seq)
    order(log, withdrawn=True)
    tell(log, 'D-W', 37.52, 8)  # ... and after it had ended
    log.kill()
    kept = folder / 'kept'
    shutil.copyfile(log.data / 'evidence' / 'checkpoint', kept)
    for verifier, says in (('haechi verify', first(program, log.data, kept, key)),
                           ('the second verifier', second(log.data, kept, key))):
        checks.check(f'{verifier} holds a log whose server was killed', says == '', says)
    run = subprocess.run([program, 'serve', '--data', older / 'store', '--http-port', '0', '--devices-http-port', '0', '--mqtt-port',
                          '0', '--demo-keys', older / 'keys.json', *settings], capture_output=True, text=True, timeout=60)
    checks.check('a log that was rolled back with all that lies beside it does not start: its witness has seen more',
                 run.returncode == 1 and 'were seen by http://127.0.0.1' in run.stderr, run.stderr)
    rolled_back = Server(program, older, [*settings, '--accept-older-log', 'to see what becomes of it'])
    broken = wait_for(lambda: rolled_back.metrics().get('haechi_evidence_broken') == 1, 15)
    checks.check('a log that was rolled back finds no witness, and says so', broken)
    checks.check('... and still takes reports', tell(rolled_back, 'D-W', 37.6, 1) == 200)
    rolled_back.stop()
    for verifier, says in (('haechi verify', first(program, rolled_back.data, kept, key)),
                           ('the second verifier', second(rolled_back.data, kept, key))):
        checks.check(f'{verifier} notices the roll-back', says != '')
    rolled_back.end()
    log.end()
    log = Server(program, folder / 'log', settings)
    checks.check('the true log goes on after the kill', wait_for(
        lambda: log.metrics().get('haechi_evidence_cosigned_entries', 0) > cosigned.size, 15))
    checks.check('and what comes is taken', tell(log, 'D-W', 37.53, 9) == 200)
    newest, began = log.metrics()['haechi_spine_entry_no'], time.monotonic()
    signed = wait_for(lambda: log.metrics().get('haechi_evidence_cosigned_entries', 0) >= newest, WITNESSED_S)
    checks.check(f'the witness has signed it within {WITNESSED_S} s', signed)
    print(f'      after {time.monotonic() - began:.1f} s')
    checks.check('... and nothing is broken', log.metrics()['haechi_evidence_broken'] == 0)
    checks.check('a clean end signs all of it', log.stop() == 0)
    witness.stop()
    witness.end()
    log.end()
    return log.data, kept, key


def check_change_of_key(checks, program, folder):
    """A log whose key is replaced: signed by the one, by both, by the next."""
    place = folder / 'changed'
    place.mkdir()
    next_key = folder / 'next-key'
    kept, keys = [], []
    for turn, settings in enumerate(('', f'[evidence]\nnext_key = "{next_key}"\n', f'[evidence]\nkey = "{next_key}"\n')):
        server = Server(program, place, config(folder, f'turn-{turn}.toml', settings) if settings else ())
        if turn == 0:
            register(server)
        tell(server, 'D-W', 37.5, turn + 1)
        server.stop()
        server.end()
        evidence = place / 'store' / 'evidence'
        kept.append(folder / f'kept-{turn}')
        shutil.copyfile(evidence / 'checkpoint', kept[-1])
        keys.append((evidence / 'key.pub').read_text().split())
    old, new = keys[0][0], keys[2][0]
    checks.check('the key is another one now, and both were named while it changed', keys[1] == [old, new] and old != new, keys)
    notes = [verify_log.Note(path.read_bytes(), 'a checkpoint') for path in kept]
    signed = [[verify_log.Key(text).signed(note) for text in (old, new)] for note in notes]
    checks.check('the one signed, then both, then the next', signed == [[True, False], [True, True], [False, True]], signed)

    def holds(checkpoint, *with_keys):
        words = [word for text in with_keys for word in ('--key', text)] + ['--checkpoint', str(checkpoint)]
        runs = [subprocess.run([*verifier, str(place / 'store'), *words], capture_output=True, timeout=60).returncode
                for verifier in ((program, 'verify'), (sys.executable, SECOND, 'log'))]
        return set(runs) == {0} if len(set(runs)) == 1 else runs

    checks.check('told both keys, both verifiers hold the log to a checkpoint from before', holds(kept[0], old, new) is True)
    checks.check('told the old one, they learn the next from what it signed', holds(kept[0], old) is True)
    checks.check('told the next one alone, they do not take what the old one signed', holds(kept[0], new) is False)
    checks.check('... and do take what both signed', holds(kept[1], new) is True)
    (place / 'store' / 'evidence' / 'succession').unlink()
    checks.check('without that note the old one alone is not enough', holds(kept[0], old) is False)
    checks.check('... and both are', holds(kept[0], old, new) is True)
    try:
        server = Server(program, place)
        broken = wait_for(lambda: server.metrics().get('haechi_evidence_broken') == 1, 15)
        server.stop()
        server.end()
    except RuntimeError as error:
        broken = error
    checks.check('a node that goes back to the key of before signs nothing', broken is True, broken)


def check_bundle(checks, program, folder, data, kept, key):
    out = folder / 'bundle.jsonl'
    run = subprocess.run([program, 'bundle', '--data', data, '--wearer', 'W-1', '--protected', 'P-1', '--out', out],
                         capture_output=True, text=True, timeout=60)
    checks.check('a bundle is made', run.returncode == 0, run.stderr)
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    kinds = {kind: sum(kind in row for row in rows) for kind in ('entry', 'order', 'track', 'alert', 'clock')}
    checks.check('it has orders, the track while one was in force, alerts and clock', kinds['track'] == 6 and kinds['order'] == 2 and
                 kinds['alert'] > 1 and kinds['clock'] == 1, kinds)
    facts = [row['entry'].get('fact') for row in rows if 'entry' in row]
    told = b''.join(base64.b64decode(fact) for fact in facts if fact)
    checks.check('her places are not in it, though what they brought about is', b'D-W' in told and b'D-P' not in told and
                 None in facts, facts)

    def noticed(path, checkpoint=kept, with_key=key):
        try:
            verify_log.verify_bundle(path, checkpoint, with_key)
        except SAYS_NO:
            return True
        return False

    run = subprocess.run([sys.executable, SECOND, 'bundle', out, '--key', key.text, '--checkpoint', kept],
                         capture_output=True, text=True, timeout=60)
    checks.check('it verifies without server or product', run.returncode == 0, run.stderr)
    whole, missed, bad = out.read_bytes(), [], folder / 'bad.jsonl'
    for at in range(0, len(whole), max(1, len(whole) // 500)):
        bad.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1:])
        if not noticed(bad):
            missed.append(at)
    lines = whole.splitlines(keepends=True)
    for at in range(len(lines)):
        bad.write_bytes(b''.join(lines[:at] + lines[at + 1:]))
        if not noticed(bad):
            missed.append(f'line {at}')
    checks.check('any changed byte tried and any missing line is noticed', not missed, missed)
    stranger = verify_log.Key((GOLDEN / 'evidence' / 'key.pub').read_text())
    checks.check('under the key of another log it does not pass', noticed(out, None, stranger))
    checks.check('beside the checkpoint of another log it does not pass', noticed(out, GOLDEN / 'kept'))


def main():
    program = arguments().haechi
    checks = Checks()
    with tempfile.TemporaryDirectory(prefix='haechi-evidence-') as made:
        folder = pathlib.Path(made)
        check_golden(checks, program, folder)
        check_tampering(checks, program, folder)
        data, kept, key = check_witnessed(checks, program, folder)
        check_bundle(checks, program, folder, data, kept, key)
        check_change_of_key(checks, program, folder)
    checks.finish()


if __name__ == '__main__':
    main()
