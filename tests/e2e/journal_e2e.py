"""The disk of the log dies under a real server that has a journal beside it: reports are acknowledged, alerts are judged and
handed to an outside CAD, nothing is shown, and it says so. Killed and started on a disk that is well again, the log has it all,
once."""
import json
import pathlib
import re
import subprocess
import tempfile
import time

from haechi_server import Checks, Server, arguments, register_device, report, wait_for

SECRET, CAD_SECRET = 'a-secret-of-good-length', 'another-secret-of-good-length'
LAT, LNG = 37.5, 127.0
BOUND_S = 5


class Cad:
    def __init__(self, program, haechi_port):
        self.process = subprocess.Popen(
            [program, 'cad', '--port', '0', '--haechi', f'http://127.0.0.1:{haechi_port}', '--agency', 'cad', '--secret',
             CAD_SECRET, '--behaviour', 'normal'], stdout=subprocess.PIPE, text=True)
        self.port = int(re.search(r':(\d+)$', self.process.stdout.readline().strip())[1])

    def calls(self, server):
        return json.loads(server.request('GET', '/calls', port=self.port)[1])['count']

    def end(self):
        self.process.kill()
        self.process.wait()


def prepare(server, cad):
    server.put('agencies/cad', {'name': 'cad', 'desk': 'DESK_CONNECTOR', 'connector': {
        'endpoint': f'http://127.0.0.1:{cad.port}', 'secret': CAD_SECRET}})
    server.put('jurisdictions/area', {'agency_id': 'cad', 'shape': {'circle': {
        'centre': {'lat_e7': round(LAT * 1e7), 'lng_e7': round(LNG * 1e7)}, 'radius_mm': 50_000_000}}})
    register_device(server, 'her-phone', SECRET, 'her', role='ROLE_PROTECTED_PERSON', kind='DEVICE_KIND_PHONE', interval_s=600)
    for n in range(3):
        register_device(server, f'ankle-{n}', SECRET, f'w-{n}', interval_s=600)
        server.put(f'orders/o-{n}', {'kind': 'EM_POST', 'legal_basis': 'EM Act 5', 'wearer_id': f'w-{n}', 'starts_at_us': '1'})


def cut(server, n, lat=LAT):
    """The status of the report of a cut strap, and after how long it came."""
    began = time.monotonic()
    status, _ = server.ingest(f'ankle-{n}', SECRET, report(1, lat, LNG, events=['DEVICE_EVENT_STRAP_CUT']))
    return status, time.monotonic() - began


def facts(program, data):
    run = subprocess.run([program, 'replay', data, '--effects'], capture_output=True, text=True, timeout=120)
    return [json.loads(line) for line in run.stdout.splitlines() if line.startswith('{')]


def on_a_dead_disk(checks, server, cad, flag):
    check = checks.check
    flag.touch()
    status, took = cut(server, 1)
    check(f'a report is acknowledged within {BOUND_S} s all the same', status == 200 and took < BOUND_S, (status, took))
    began = time.monotonic()
    handed = wait_for(lambda: cad.calls(server) == 2, BOUND_S)
    check(f'its alert is handed to the outside CAD within {BOUND_S} s', handed, cad.calls(server))
    print(f'      acknowledged after {took:.2f} s, handed over {time.monotonic() - began:.2f} s later')
    check('the server says that its log cannot be written', server.metrics()['haechi_log_journalled'] == 1, server.metrics())
    for path in ('positions', 'positions/w-0', 'positions/w-1', 'tracks/w-0'):
        status, text = server.request('GET', '/api/v1/' + path, 'control')
        check(f'nothing is shown of {path}', status == 503 and str(round(LAT * 1e7)) not in text, (status, text))
    hers = server.new_key(role='protected_person', person_id='her')
    status, text = server.request('POST', '/api/v1/me/sos', hers, {'id': 'call-for-help', 'silent': False})
    check('a call for help is taken', status == 200, (status, text))
    status, text = server.request('PUT', '/api/v1/persons/late', 'registrar', {'role': 'ROLE_WEARER'})
    check('registers wait', status == 503, (status, text))
    check('it is alive', server.alive())


def well_again(checks, program, server, cad, flag, start):
    check = checks.check
    server.kill()
    flag.unlink()
    server.end()
    server = start(server.http_port)
    check('the log is written again', server.metrics()['haechi_log_journalled'] == 0)
    alerts = lambda: {one['alert'].get('wearer_id', '') for one in json.loads(
        server.request('GET', '/api/v1/alerts?limit=100', 'control')[1])['alerts']}
    check('what came meanwhile is in it', alerts() == {'w-0', 'w-1', ''}, alerts())
    check('a place of then is shown again', server.request('GET', '/api/v1/positions/w-1', 'control')[0] == 200)
    before = server.metrics()['haechi_spine_duplicates_total']
    server.ingest('ankle-1', SECRET, report(1, LAT, LNG, events=['DEVICE_EVENT_STRAP_CUT'], epoch=1))
    check('the same report once more is known', server.metrics()['haechi_spine_duplicates_total'] == before + 1
          or server.counted('haechi_spine_conflicting_total') > 0, server.metrics())
    check('and hand-offs go on', cut(server, 2)[0] == 200 and wait_for(lambda: cad.calls(server) == 3, BOUND_S), cad.calls(server))
    check('the CAD has one call for each alert', cad.calls(server) == 3, cad.calls(server))
    check('the server ends when asked', server.stop() == 0)
    run = subprocess.run([program, 'verify', server.data], capture_output=True, text=True, timeout=60)
    check('`haechi verify` holds the log', run.returncode == 0, run.stdout + run.stderr)
    alarms = [one['effect']['raise_alarm'] for one in facts(program, server.data)
              if one.get('effect', {}).get('raise_alarm', {}).get('kind') == 'ALARM_KIND_LOG_JOURNALLED']
    check('the control room was told that it began and that it was over', [one.get('over', False) for one in alarms] == [False, True],
          alarms)
    return server


def main():
    checks = Checks()
    program = arguments().haechi
    with tempfile.TemporaryDirectory(prefix='haechi-journal-') as scratch:
        folder = pathlib.Path(scratch)
        shim, flag, config = folder / 'dead.so', folder / 'dead', folder / 'haechi.toml'
        subprocess.run(['cc', '-shared', '-fPIC', '-o', shim, pathlib.Path(__file__).parent / 'dead_disk.c'], check=True)
        config.write_text(f'[log]\njournal = "{folder}/journal"\n')
        environment = {'LD_PRELOAD': str(shim), 'DEAD_DIRECTORY': str(folder / 'store' / 'log'), 'DEAD_FLAG': str(flag)}

        def start(http_port=0):
            return Server(program, data=folder, extra=('--config', config), environment=environment, http_port=http_port)
        server = cad = None
        try:
            server = start()
            cad = Cad(program, server.http_port)
            prepare(server, cad)
            checks.check('on a good disk an alert is handed over', cut(server, 0)[0] == 200
                         and wait_for(lambda: cad.calls(server) == 1, BOUND_S), cad.calls(server))
            on_a_dead_disk(checks, server, cad, flag)
            server = well_again(checks, program, server, cad, flag, start)
        finally:
            if cad:
                cad.end()
            if server:
                server.end()
    checks.finish()


if __name__ == '__main__':
    main()
