"""What a server says of itself: how the program before it ended, and that its log is older than what was seen;
what was captured before it became so is not taken for live."""
import json
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time

from device_keys_e2e import DEVICE, Sender, new_key, protoc, sealed
from haechi_server import Checks, Server, arguments, register_device, report, wait_for

SECRET = 'a-secret-of-good-length'


def conditions(server):
    status, text = server.request('GET', '/api/v1/node', server.new_key(role='administrator'))
    return [one['condition'] for one in json.loads(text).get('conditions', [])] if status == 200 else [(status, text)]


def a_fault_of_its_own(checks, program, folder):
    check = checks.check
    server = Server(program, data=folder)
    server.process.send_signal(signal.SIGSEGV)
    check('a fatal signal ends it as that signal does', server.process.wait(10) == -signal.SIGSEGV, server.process.returncode)
    said = (folder / 'serve.log').read_text()
    check('it says so before', 'haechi ended by a fault of its own' in said and 'signal SIGSEGV at' in said, said[-500:])
    server.end()
    server = Server(program, data=folder)
    ended = wait_for(lambda: [one for one in conditions(server) if one.get('kind') == 'PROCESS_ENDED'])
    check('the next start tells its administrator by what and where', ended and len(ended) == 1 and
          ended[0]['detail'].startswith('signal SIGSEGV at') and '-' in ended[0]['build'] and ended[0]['happened_at_us'], ended)
    status, text = server.request('GET', '/api/v1/node', 'control')
    check('and nobody else', status == 403 and 'SIGSEGV' not in text, (status, text))
    server.stop()
    server.end()
    server = Server(program, data=folder)
    again = [one for one in conditions(server) if one.get('kind') == 'PROCESS_ENDED']
    check('once', len(again) == 1, again)
    server.stop()
    server.end()


def an_older_log(checks, program, folder):
    check = checks.check
    server = Server(program, data=folder)
    register_device(server, 'ankle', SECRET, 'w-1')
    server.stop()
    server.end()
    shutil.copytree(folder / 'store', folder / 'backup')
    server = Server(program, data=folder)
    for seq in range(1, 21):
        server.ingest('ankle', SECRET, report(seq))
    marks = folder / 'store.keys' / 'seen'
    entries = int(server.metrics()['haechi_spine_entry_no'])
    check('how far the log goes is marked beside the keys', wait_for(lambda: int(marks.read_text().split()[1]) >= entries, 15),
          marks.read_text())
    server.kill()
    server.end()
    shutil.rmtree(folder / 'store')
    shutil.copytree(folder / 'backup', folder / 'store')
    command = [program, 'serve', '--data', folder / 'store', '--http-port', '0', '--devices-http-port', '0', '--mqtt-port', '0',
               '--demo-keys', folder / 'keys.json']
    run = subprocess.run(command, capture_output=True, text=True, timeout=60)
    check('an older copy does not start by itself', run.returncode == 1 and '--accept-older-log' in run.stderr, run.stderr)
    server = Server(program, data=folder, extra=('--accept-older-log', 'the disk burnt'))
    told = wait_for(lambda: [one for one in conditions(server) if one.get('kind') == 'OLDER_LOG'])
    check('a person may say why it should; the log keeps that', told and told[0]['detail'] == 'the disk burnt'
          and int(told[0]['seen_entry_no']) >= entries, told)
    check('it takes reports', server.ingest('ankle', SECRET, report(21))[0] == 200)
    server.stop()
    server.end()
    server = Server(program, data=folder)
    check('the next start asks nobody', server.alive())
    server.stop()
    server.end()


HOME = 376_123_457


def at_place(seq, lat_e7):
    """A report of now, as the device would sign it."""
    return protoc('Report', f'''epoch: 1 seq: {seq} fix {{ place {{ lat_e7: {lat_e7} lng_e7: 1272345671 }}
        fixed_at_us: {round(time.time() * 1e6)} accuracy_mm: 8000 source: FIX_SOURCE_GNSS }}'''.encode())


def what_was_captured(checks, program, folder):
    """A report that somebody kept is sent again to a log that no longer knows it."""
    check = checks.check
    server, sender = Server(program, data=folder), None
    alerts = lambda: json.loads(server.request('GET', '/api/v1/alerts', 'control')[1]).get('alerts', [])
    place = lambda: server.request('GET', '/api/v1/positions/W-1', 'control')
    send = lambda body: Sender(server, folder).curl(body)
    register_device(server, DEVICE, SECRET, 'W-1')
    key = new_key(server, signed_only=True)
    server.put('zones/home', {'shape': {'circle': {'centre': {'lat_e7': HOME, 'lng_e7': 1272345671}, 'radius_mm': 300000}}})
    server.put('orders/O-1', {'kind': 'ST_PROV_3_2', 'legal_basis': '31-6', 'wearer_id': 'W-1', 'time_zone': 'Asia/Seoul',
                              'starts_at_us': str(round((time.time() - 60) * 1e6)),
                              'conditions': [{'id': 'c', 'exclusion': {'zone_id': 'home'}}]})
    server.stop()
    server.end()
    shutil.copytree(folder / 'store', folder / 'backup')
    server = Server(program, data=folder)
    captured = sealed(key, at_place(2, HOME))
    check('he enters the barred place and it rings', send(captured)[0] == 200 and wait_for(alerts))
    marks, entries = folder / 'store.keys' / 'seen', int(server.metrics()['haechi_spine_entry_no'])
    wait_for(lambda: int(marks.read_text().split()[1]) >= entries, 15)
    server.kill()
    server.end()
    shutil.rmtree(folder / 'store')
    shutil.copytree(folder / 'backup', folder / 'store')
    server = Server(program, data=folder, extra=('--accept-older-log', 'the disk burnt'))
    wait_for(lambda: [one for one in conditions(server) if one.get('kind') == 'OLDER_LOG'])
    status, answer = send(captured)
    check('the captured report is kept', status == 200 and answer.get('durable') == 1, (status, answer))
    ticks = int(server.metrics()['haechi_spine_entry_no'])
    wait_for(lambda: int(server.metrics()['haechi_spine_entry_no']) > ticks + 2)
    check('... and rings nothing, and is nobody\'s place now', not alerts() and place()[0] == 404, (alerts(), place()))
    check('what the device says since then rings as ever', send(sealed(key, at_place(3, HOME)))[0] == 200 and wait_for(alerts))
    server.stop()
    server.end()
    server = Server(program, data=folder)
    check('after another start likewise: no more and no less', len(alerts()) == 1, alerts())
    server.stop()
    server.end()


def main():
    checks = Checks()
    program = arguments().haechi
    for story in (a_fault_of_its_own, an_older_log, what_was_captured):
        with tempfile.TemporaryDirectory(prefix='haechi-health-') as folder:
            story(checks, program, pathlib.Path(folder))
    checks.finish()


main()
