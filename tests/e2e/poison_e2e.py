"""An entry that ends every process of a build that applies it: two starts end at it, the third passes it over, says so in the
log and on the control screen, and goes on. `haechi verify`, `replay` and `export` treat the log as that node does.

And a report that ends the process while it is read, before it is in the log: the device that sends it again and again is not
heard any more, and everybody else is.

The build that cannot bear them is the program haechi_poison (Canary::kPoison): a battery of 13 % it cannot judge, one of 14 % it
cannot read."""
import base64
import json
import os
import pathlib
import socket
import subprocess
import tempfile

from haechi_server import Checks, Server, arguments, register_device, report, wait_for

SECRET = 'a-secret-of-good-length'
POISON = {'battery_percent': 13, 'events': ['DEVICE_EVENT_STRAP_CUT']}


def alarms_of_the_control_screen(server):
    """As /live says in its first messages."""
    with socket.create_connection(('127.0.0.1', server.http_port), timeout=15) as wire:
        wire.sendall(('GET /live HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
                      f'Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\nSec-WebSocket-Version: 13\r\n'
                      f'Authorization: Bearer {server.keys["control"]}\r\n\r\n').encode())
        stream = wire.makefile('rb')
        while stream.readline() not in (b'\r\n', b''):
            pass
        while True:
            _, size = stream.read(2)
            if size > 125:
                size = int.from_bytes(stream.read(2 if size == 126 else 8), 'big')
            message = json.loads(stream.read(size))
            if 'snapshot' in message:
                return message['snapshot'].get('alarms', [])


def registered(server):
    server.put('zones/home', {'shape': {'circle': {'centre': {'lat_e7': 377000000, 'lng_e7': 1272000000}, 'radius_mm': 500000}}})
    register_device(server, 'ankle', SECRET, 'w-1')
    server.put('orders/o-1', {'version': 1, 'kind': 'EM_POST', 'legal_basis': 'EM Act 5, 2024-1', 'wearer_id': 'w-1',
                              'starts_at_us': '1700000000000000'})


def start(program, folder):
    """The server, or None when it ended before it was ready."""
    try:
        return Server(program, data=folder)
    except RuntimeError:
        return None


def lines_of(program, *words):
    done = subprocess.run([program, *map(str, words)], capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()] if done.returncode == 0 else None


def cuts_in(lines):
    return sum(line.get('effect', {}).get('raise_alert', {}).get('kind') == 'ALERT_KIND_STRAP_CUT' for line in lines)


def live(checks, program, poisoned, folder):
    server = Server(program, data=folder)
    registered(server)
    checks.check('a report is kept', server.ingest('ankle', SECRET, report(1, battery_percent=80))[0] == 200)
    poison = report(2, **POISON)
    status, _ = server.ingest('ankle', SECRET, poison)
    checks.check('one that is poison to the next build is kept by this one', status == 200, status)
    # Killed: a snapshot would spare the next build what is in it.
    server.kill()
    server.end()
    store = folder / 'store'
    before = lines_of(program, 'replay', store, '--effects')
    checks.check('this build judges it: the strap was cut', cuts_in(before) == 1, cuts_in(before))
    number = next(one['entry_no'] for one in before
                  if one.get('fact', {}).get('report_received', {}).get('report', {}).get('battery_percent') == 13)

    for nth in ('first', 'second'):
        checks.check(f'the {nth} start of the other build ends', start(poisoned, folder) is None)
    said = (folder / 'serve.log').read_text()
    checks.check('... at that entry', said.count('ENSURE failed') == 2 and said.count('poison was let in') >= 1, said[-600:])
    server = start(poisoned, folder)
    if not checks.check('the third passes it over', server is not None, (folder / 'serve.log').read_text()[-600:]):
        return
    alarms = wait_for(lambda: [one for one in alarms_of_the_control_screen(server)
                               if one['kind'] == 'ALARM_KIND_ENTRY_QUARANTINED'])
    checks.check('and says so on the control screen', [int(one['entry_no']) for one in alarms] == [number], alarms)
    status, text = server.request('GET', '/api/v1/alerts?state=all', 'control')
    checks.check('nobody judged it', status == 200 and json.loads(text)['alerts'] == [], text)
    checks.check('what comes after it is judged', server.ingest('ankle', SECRET, report(3, battery_percent=80,
                 events=['DEVICE_EVENT_STRAP_CUT']))[0] == 200)
    status, text = server.request('GET', '/api/v1/alerts?state=all', 'control')
    checks.check('... and rings', len(json.loads(text)['alerts']) == 1, text)
    checks.check('sent again it is known', server.ingest('ankle', SECRET, poison)[0] == 200 and server.alive())
    checks.check('asked to end, it ends', server.stop() == 0)
    server.end()

    verified = subprocess.run([program, 'verify', store], capture_output=True, text=True)
    checks.check('the log is whole', verified.returncode == 0, verified.stdout + verified.stderr)
    lines = lines_of(program, 'replay', store, '--effects')
    told = [one['fact']['entry_quarantined'] for one in lines if 'entry_quarantined' in one.get('fact', {})]
    checks.check('the log says once which entry is passed over', [int(one['entry_no']) for one in told] == [number], told)
    checks.check('a replay by a build that could judge it passes it over as well', cuts_in(lines) == 1, cuts_in(lines))
    out = folder / 'out'
    exported = subprocess.run([program, 'export', '--data', store, '--out', out], capture_output=True, text=True)
    checks.check('so does an export', exported.returncode == 0, exported.stderr)


def unread(checks, poisoned, folder):
    server = Server(poisoned, data=folder)
    for device, person in (('ankle', 'w-1'), ('other', 'w-2')):
        register_device(server, device, SECRET, person)
    checks.check('another device is heard', server.ingest('other', SECRET, report(1))[0] == 200)
    for nth in ('first', 'second'):
        try:
            server.ingest('ankle', SECRET, report(7, battery_percent=14))
        except OSError:
            pass  # nobody is left who could answer
        checks.check(f'the {nth} time the process ends while it reads it', wait_for(lambda: not server.alive()))
        server.end()
        server = Server(poisoned, data=folder)
    status, text = server.ingest('ankle', SECRET, report(7, battery_percent=14))
    checks.check('the third time it is not read', status == 503 and 'ended this program twice' in text, (status, text))
    checks.check('nor anything else that this device sends', server.ingest('ankle', SECRET, report(8))[0] == 503)
    checks.check('the process lives', server.alive())
    checks.check('another device is heard as before', server.ingest('other', SECRET, report(2))[0] == 200)
    server.kill()
    server.end()
    server = Server(poisoned, data=folder)
    checks.check('a kill makes nobody suspect', server.ingest('other', SECRET, report(3))[0] == 200)
    checks.check('... and clears nobody', server.ingest('ankle', SECRET, report(9))[0] == 503)
    checks.check('asked to end, it ends', server.stop() == 0)
    server.end()
    lines = lines_of(poisoned, 'replay', folder / 'store')
    refused = [one['fact']['input_rejected'] for one in lines if 'input_rejected' in one.get('fact', {})]
    checks.check('the log says of whom and why', any(one.get('device_id') == 'ankle' and 'twice' in one.get('reason', '')
                                                     for one in refused), refused)


def main():
    options, checks = arguments(), Checks()
    poisoned = pathlib.Path(options.haechi).resolve().parent / 'haechi_poison'
    with tempfile.TemporaryDirectory(prefix='haechi-poison-') as folder:
        live(checks, options.haechi, poisoned, pathlib.Path(folder))
    with tempfile.TemporaryDirectory(prefix='haechi-unread-') as folder:
        unread(checks, poisoned, pathlib.Path(folder))
    checks.finish()


if __name__ == '__main__':
    main()
