"""What one person sent and who that person is, searched in every byte of every file: while the person is monitored, after
the erasure, in a copy made before it, and after a kill in the middle of it.

The chain verifies throughout, others read as before, and a hold stands against it all."""
import json
import pathlib
import random
import re
import shutil
import sqlite3
import struct
import subprocess
import tempfile
import threading
import time

from haechi_server import Checks, Server, arguments, register_device, report, wait_for

REPORTS = 70  # of each device, so that boxes of their past are worth it
SECRET = 'a-secret-of-good-length'
HIS = {'lat': 37.6123457, 'lng': 127.2345671, 'name': 'Gu Canary-Wearer', 'phone': '010-5550-7713'}
HERS = {'lat': 37.6127459, 'lng': 127.2348673, 'name': '서 카나리아', 'phone': '010-5550-9931'}
HOME = {'lat': 37.6323451, 'lng': 127.2545679}
REASON = {'reason': '2026 no 17'}
NOTE = 'seen behind the kiln of the old brickworks'


def varint(value):
    out = b''
    while value > 0x7F:
        out, value = out + bytes([value & 0x7F | 0x80]), value >> 7
    return out + bytes([value])


def encodings(degrees):
    """Every way in which somebody might write it."""
    e7 = round(degrees * 1e7)
    yield varint(e7 << 1)
    yield varint(e7)
    for form in ('<i', '>i', '<q', '>q'):
        yield struct.pack(form, e7)
    for form in ('<d', '>d'):
        yield struct.pack(form, degrees)
        yield struct.pack(form, e7 / 1e7)
    yield str(e7).encode()
    yield f'{degrees:.7f}'.encode()
    yield f'{degrees:.6f}'.encode()


def words(text):
    """Each a sign of its own."""
    for form in ('utf-8', 'utf-16-le', 'utf-16-be'):
        yield (text.encode(form),)
    yield (json.dumps(text)[1:-1].encode(),)


def signs_of(person):
    """Tuples of what must be found together: four bytes alone may be anywhere by chance."""
    signs = list(zip(encodings(person['lat']), encodings(person['lng'])))
    for key in ('name', 'phone'):
        if key in person:
            signs += words(person[key])
    return signs


def found(folder, signs):
    """(file, sign) of whatever is found below the folder, names of files included."""
    hits = []
    for path in sorted(pathlib.Path(folder).rglob('*')):
        data = str(path).encode() + (path.read_bytes() if path.is_file() else b'')
        hits += [(str(path.relative_to(folder)), sign) for sign in signs if all(part in data for part in sign)]
    return hits


def run(program, *words_):
    done = subprocess.run([program, *map(str, words_)], capture_output=True, timeout=120)
    return done.returncode, done.stdout, done.stderr.decode(errors='replace')


def tells(text, person):
    return str(round(person['lat'] * 1e7)).encode() in text


def place(server, person_id, key='control'):
    status, text = server.request('GET', f'/api/v1/positions/{person_id}', key)
    return text if status == 200 else ''


def order(server, **more):
    server.put('orders/O-1', {
        'kind': 'ST_PROV_3_2', 'legal_basis': '31-6', 'wearer_id': 'W-1', 'time_zone': 'Asia/Seoul',
        'starts_at_us': str(round((time.time() - 60) * 1e6)),
        'conditions': [{'id': 'c', 'keep_away': {'protected_id': 'P-1'}},
                       {'id': 'd', 'exclusion': {'zone_id': 'home', 'protected_id': 'P-1'}}], **more})


def live_a_day(server):
    register_device(server, 'D-W', SECRET, 'W-1')
    register_device(server, 'D-P', SECRET, 'P-1', 'ROLE_PROTECTED_PERSON', 'DEVICE_KIND_PHONE')
    for person_id, role, who in (('W-1', 'ROLE_WEARER', HIS), ('P-1', 'ROLE_PROTECTED_PERSON', HERS)):
        server.put(f'persons/{person_id}', {'role': role, 'record': {'name': who['name'], 'phone': who['phone']}})
    server.put('zones/home', {'shape': {'circle': {'centre': {'lat_e7': round(HOME['lat'] * 1e7), 'lng_e7': round(HOME['lng'] * 1e7)},
                                                   'radius_mm': 300000}}})
    order(server)
    server.request('POST', '/api/v1/facts', 'registrar', [{'violation_taken_over': {
        'id': 'V-1', 'source': 'old-system', 'kind': 'ALERT_KIND_KEEP_AWAY', 'wearer_id': 'W-1', 'protected_id': 'P-1',
        'happened_at_us': '1568000000000000',
        'place': {'lat_e7': round(HIS['lat'] * 1e7), 'lng_e7': round(HIS['lng'] * 1e7)}}}])
    for seq in range(1, REPORTS + 1):
        for device, where in (('D-W', HIS), ('D-P', HERS)):
            server.ingest(device, SECRET, report(seq, where['lat'], where['lng'], contacts=[
                {'device_id': 'D-P' if device == 'D-W' else 'D-W', 'rssi_dbm': -60}]))
    alerts = wait_for(lambda: json.loads(server.request('GET', '/api/v1/alerts', 'control')[1]).get('alerts'), 10) or []
    return [alert['alert'] for alert in alerts if server.request(
        'POST', f"/api/v1/alerts/{alert['alert']['id']}/handling", 'control',
        {'handling': 'HANDLING_ACKNOWLEDGE', 'note': NOTE})[0] == 200]


def wish(server, person_id, what, key='privacy'):
    path, body = f'/api/v1/persons/{person_id}/{what}', REASON
    if what == 'erase':
        status, text = server.by_two('POST', path, key, second_officer(server), body)
    else:
        status, text = server.request('POST', path, key, body)
    return status, json.loads(text)


def approved(server, person_id):
    text = server.request('POST', f'/api/v1/persons/{person_id}/erase', 'privacy', REASON)[1]
    act = json.loads(text)['asked']['id']
    assert server.request('POST', f'/api/v1/acts/{act}/answer', second_officer(server), {'approved': True})[0] == 200


def second_officer(server):
    return json.loads(server.request('POST', '/api/v1/demo/keys', 'registrar', {'role': 'privacy', 'agency_id': 'second'})[1])['key']


def check_before(checks, program, server):
    signs = [*signs_of(HIS), *signs_of(HERS), *signs_of(HOME), *words(NOTE)]
    checks.check('nothing that tells where or who anybody is lies on the disk of a running server in clear',
                 not found(server.folder, signs), found(server.folder, signs))
    checks.check('the search finds what is there', found(server.folder, [(b'D-W',)]) != [] and not found(server.folder, [(b'D-W', b'not there at all')]))
    checks.check('the server itself tells where he is', tells(place(server, 'W-1').encode(), HIS), place(server, 'W-1'))
    checks.check('... and who she is', HERS['name'] in server.request('GET', '/api/v1/persons/P-1', 'registrar')[1])


def boxes(folder):
    """Of the past of persons, in the file beside the log."""
    with sqlite3.connect(f'file:{folder}/store/fixes.sqlite?mode=ro', uri=True) as file:
        return [bytes(box) for (box,) in file.execute('SELECT CAST(bytes AS BLOB) FROM box')]


def entry_no(server, name):
    return int(re.search(rf'^haechi_{name}_entry_no (\d+)', server.request('GET', '/metrics', 'control')[1], re.MULTILINE)[1])


def past(server, person_id):
    now = round(time.time() * 1e6)
    return server.request('GET', f'/api/v1/playback?person_id={person_id}&from_us={now - 600000000}&to_us={now}', 'control')


def check_refusals(checks, server):
    status, told = wish(server, 'W-1', 'erase')
    checks.check('nobody is erased whom an order in force is about', status == 409 and told['refusal'] == 'MONITORED', told)
    told = server.request('POST', '/api/v1/persons/W-1/erase', 'privacy', {'reason': 'alone'})
    checks.check('one privacy officer alone only asks', told[0] == 202 and '"ACT_STATE_WAITING"' in told[1], told)
    act = json.loads(told[1])['asked']['id']
    answer = server.request('POST', f'/api/v1/acts/{act}/answer', 'privacy', {'approved': True})
    checks.check('... and does not approve it', answer[0] == 403, answer)
    checks.check('... and nobody but the privacy officer may ask', wish(server, 'W-1', 'erase', 'control')[0] == 403 and
                 wish(server, 'W-1', 'hold', 'registrar')[0] == 403)
    order(server, withdrawn=True)
    checks.check('a hold is placed', wish(server, 'W-1', 'hold')[0] == 200)
    status, told = wish(server, 'W-1', 'erase')
    checks.check('a hold stands against it and says why', status == 409 and told['refusal'] == 'HELD' and
                 told['hold_reason'] == '2026 no 17', told)
    checks.check('it is listed', '"W-1"' in server.request('GET', '/api/v1/holds', 'privacy')[1])
    status, told = wish(server, 'W-1', 'release')
    checks.check('who placed it does not release it', status == 409 and told['refusal'] == 'SAME_ACCOUNT', told)
    checks.check('somebody else does', wish(server, 'W-1', 'release', second_officer(server))[0] == 200)


def replayed(program, data, keys=None):
    more = ['--key-ring', keys / 'ring', '--master-key', keys / 'master'] if keys else []
    return run(program, 'replay', data, *more)


def snapshots(folder):
    return sorted((folder / 'store' / 'snapshots').glob('*.snapshot'))


def check_erasure(checks, program, folder):
    server = Server(program, folder)
    alerts = live_a_day(server)
    checks.check('they met, it rang, and somebody noted something', len(alerts) > 0)
    check_before(checks, program, server)
    check_refusals(checks, server)
    before = folder.parent / 'before'
    last = entry_no(server, 'spine')
    checks.check('the past of both is kept beside the log', wait_for(lambda: entry_no(server, 'history_indexed') >= last, 20))
    shown = [past(server, person_id) for person_id in ('W-1', 'P-1')]
    server.stop()
    server.end()
    signs = [*signs_of(HIS), *signs_of(HERS), *signs_of(HOME), *words(NOTE)]
    checks.check('an orderly end leaves a snapshot, in which nobody is told of in clear',
                 len(snapshots(folder)) == 1 and not found(folder / 'store', signs), found(folder / 'store', signs))
    checks.check('... in a sealed box for each', len(boxes(folder)) == 2, boxes(folder))
    shutil.copytree(folder, before)
    code, text, error = replayed(program, folder / 'store')
    checks.check('with the keys a copy reads whole', code == 0 and tells(text, HIS) and tells(text, HERS) and tells(text, HOME) and
                 NOTE.encode() in text, error)
    checks.check('without them it does not read', run(program, 'replay', before / 'store', '--key-ring', '/nowhere/ring')[0] != 0)

    server = Server(program, folder)
    checks.check('a start has the past of both at once, as it was', entry_no(server, 'history_indexed') >= last and
                 [past(server, person_id) for person_id in ('W-1', 'P-1')] == shown and tells(shown[0][1].encode(), HIS), shown)
    status, told = wish(server, 'W-1', 'erase')
    checks.check('he is erased', status == 200 and told.get('erased'), told)
    checks.check('the running server no longer tells where he was', not tells(place(server, 'W-1').encode(), HIS))
    old = snapshots(before)
    fresh = wait_for(lambda: snapshots(folder))
    checks.check('of the snapshots there is one that was taken after it, and none from before',
                 fresh and not {one.name for one in fresh} & {one.name for one in old}, fresh)
    again = wish(server, 'W-1', 'erase')
    checks.check('a second time changes nothing', again[0] == 200, again)
    server.kill()
    server.end()
    server = Server(program, folder)
    checks.check('a start takes it up', f'began with the snapshot of entry {fresh[-1].stem} ' in (folder / 'serve.out').read_text())
    checks.check('... and knows where she is, and nothing of where he was', tells(place(server, 'P-1').encode(), HERS)
                 and not tells(place(server, 'W-1').encode(), HIS))
    checks.check('it stops cleanly', server.stop() == 0)
    server.end()
    shutil.rmtree(folder / 'store' / 'snapshots')
    shutil.copytree(before / 'store' / 'snapshots', folder / 'store' / 'snapshots')
    keys = folder / 'store.keys'
    for what, data in (('the log', folder / 'store'), ('the copy made before', before / 'store')):
        code, text, error = replayed(program, data, keys)
        checks.check(f'{what} reads, without any place of his', code == 0 and not tells(text, HIS), error)
        checks.check('... and with all of hers', tells(text, HERS) and tells(text, HOME))
        checks.check('... and no note about both', NOTE.encode() not in text)
        code, text, error = run(program, 'verify', data)
        checks.check('... and its chain verifies, without any key', code == 0 and b'ok' in text, error)
    out = folder.parent / 'exported'
    code, _, error = run(program, 'export', '--data', folder / 'store', '--out', out)
    hits = found(out, [*signs_of(HIS), *words(NOTE)])
    checks.check('an export holds nothing of him', code == 0 and not hits, hits or error)
    rows = (out / 'violations.csv').read_text()
    checks.check('... but that another system judged something', 'V-1,old-system,,KEEP_AWAY,' in rows, rows)
    checks.check('... and what is hers', found(out, [(str(round(HERS['lat'] * 1e7)).encode(),)]) != [])

    server = Server(program, folder)
    checks.check('a copy of an old snapshot is passed over: its key is gone', 'the key it is sealed under is gone' in (folder / 'serve.out').read_text())
    checks.check('the server starts again and tells where she is', tells(place(server, 'P-1').encode(), HERS))
    checks.check('... and not where he was', not tells(place(server, 'W-1').encode(), HIS))
    checks.check('... nor what he is called', HIS['name'] not in server.request('GET', '/api/v1/persons/W-1', 'registrar')[1])
    for person_id, where, known in (('W-1', HIS, False), ('P-1', HERS, True)):
        status, text = past(server, person_id)
        checks.check(f'playback tells {"her" if known else "none of his"} places', status == (200 if known else 404) and tells(text.encode(), where) == known, text)
    status, told = wish(server, 'P-1', 'erase')
    checks.check('she is erased with the places that are hers', status == 200 and told.get('zone_ids') == ['home'], told)
    server.kill()
    server.end()
    code, text, error = replayed(program, before / 'store', keys)
    checks.check('even of a copy made before nothing is left then', code == 0 and not tells(text, HERS) and not tells(text, HOME), error)
    server = Server(program, folder)
    checks.check('and the server starts on that', server.alive())
    server.stop()
    server.end()
    return before


def check_kill(checks, program, before, top):
    states, refused = set(), replayed(program, before / 'store')[1].count(b'"person_erased"')
    for turn in range(6):
        folder = top / f'kill-{turn}'
        shutil.copytree(before, folder)
        server = Server(program, folder)
        approved(server, 'W-1')

        def ask(running=server):
            try:
                running.request('POST', '/api/v1/persons/W-1/erase', 'privacy', REASON)
            except OSError:
                pass

        asking = threading.Thread(target=ask)
        asking.start()
        time.sleep(random.Random(turn).uniform(0, 0.012))
        server.kill()
        asking.join()
        server.end()
        server = Server(program, folder)
        server.stop()
        server.end()
        code, text, error = replayed(program, folder / 'store')
        asked, known = text.count(b'"person_erased"') > refused, tells(text, HIS)
        states.add(known)
        checks.check(f'killed in the middle of it ({turn}), he is erased if that was logged, and else whole',
                     code == 0 and known != asked, (asked, known, error))
        checks.check('... she is whole, and the chain verifies', tells(text, HERS) and run(program, 'verify', folder / 'store')[0] == 0)
    print(f'killed before and after it: {sorted(states)}')


def main():
    options, checks = arguments(), Checks()
    top = pathlib.Path(tempfile.mkdtemp(prefix='haechi-erasure-'))
    try:
        folder = top / 'first'
        folder.mkdir()
        before = check_erasure(checks, options.haechi, folder)
        check_kill(checks, options.haechi, before, top)
    finally:
        shutil.rmtree(top, ignore_errors=True)
    checks.finish()


if __name__ == '__main__':
    main()
