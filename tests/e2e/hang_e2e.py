"""A disk that hangs and refuses nothing, under a real server. With a journal on another disk the straps that are cut ring all the
same, at an outside CAD, and nothing is shown. Without one nothing is acknowledged, so that devices send again, and the server
says itself that it stands still; when the disk is back each rings once. Where only the records hang, all rings."""
import concurrent.futures
import http.client
import json
import pathlib
import socket
import subprocess
import tempfile
import threading
import time

from haechi_server import Checks, Server, arguments, report, wait_for
from journal_e2e import BOUND_S, Cad, LAT, LNG, SECRET, cut, facts, prepare

NOT_ANSWERED = (OSError, http.client.HTTPException)


class House:
    """A server with a disk that can hang below `where` (relative to its folder), and a CAD that has taken one call."""

    def __init__(self, program, scratch, name, journal):
        self.program, self.folder = program, pathlib.Path(scratch) / name
        self.folder.mkdir()
        self.flag, self.config = self.folder / 'flag', self.folder / 'haechi.toml'
        self.config.write_text(f'[log]\njournal = "{self.folder}/journal"\n' if journal else '')
        self.environment = {'LD_PRELOAD': str(pathlib.Path(scratch) / 'dead.so'), 'DEAD_DIRECTORY': str(self.folder / 'store'),
                            'DEAD_FLAG': str(self.flag)}
        self.server = self.start()
        self.cad = Cad(program, self.server.http_port)
        prepare(self.server, self.cad)
        self.hers = self.server.new_key(role='protected_person', person_id='her')
        self.rang = cut(self.server, 0)[0] == 200 and wait_for(lambda: self.cad.calls(self.server) == 1, BOUND_S)

    def start(self, http_port=0):
        return Server(self.program, data=self.folder, extra=('--config', self.config), environment=self.environment,
                      http_port=http_port)

    def hang(self, where):
        new = self.folder / 'flag.new'
        new.write_text(f'{self.folder}/{where}')
        new.rename(self.flag)

    def end(self):
        self.flag.unlink(missing_ok=True)
        self.cad.end()
        self.server.end()

    def readiness(self):
        return self.server.request('GET', '/readyz')

    def shown(self):
        """What is answered when somebody asks where people are; a status of 0: nothing is."""
        out = []
        for path in ('positions', 'positions/w-0', 'positions/w-1', 'tracks/w-0'):
            try:
                out.append(self.server.request('GET', '/api/v1/' + path, 'control', timeout=1))
            except NOT_ANSWERED:
                out.append((0, ''))
        return [(status, text) for status, text in out if status == 200 or str(round(LAT * 1e7)) in text]

    def alerts(self):
        return sorted(one['alert'].get('wearer_id', '') for one in json.loads(
            self.server.request('GET', '/api/v1/alerts?limit=100&state=all', 'control')[1])['alerts'])


def with_a_journal(check, house):
    """All of the data hangs: log, records, accounts, snapshots."""
    server = house.server
    house.hang('store/')
    status, took = cut(server, 1)
    check(f'with a journal a report is acknowledged within {BOUND_S} s', status == 200 and took < BOUND_S, (status, took))
    began = time.monotonic()
    handed = wait_for(lambda: house.cad.calls(server) == 2, BOUND_S)
    check(f'its alert is with the outside CAD within {BOUND_S} s', handed, house.cad.calls(server))
    print(f'      journal: acknowledged after {took:.2f} s, handed over {time.monotonic() - began:.2f} s later')
    status, took = cut(server, 2)
    check('the next one waits for nothing', status == 200 and took < 1, (status, took))
    check('nothing is shown', house.shown() == [], house.shown())
    began = time.monotonic()
    status, text = server.request('POST', '/api/v1/me/sos', house.hers, {'id': 'call-for-help', 'silent': False})
    check(f'a call for help is taken within {BOUND_S} s', status == 200 and time.monotonic() - began < BOUND_S, (status, text))
    began = time.monotonic()
    status, text = server.request('PUT', '/api/v1/persons/late', 'registrar', {'role': 'ROLE_WEARER', 'record': {'name': 'Late'}})
    check('registers wait, and keep nobody waiting', status == 503 and time.monotonic() - began < 1, (status, text))
    check('no thread that an alert passes through stands still', house.readiness()[0] == 200, house.readiness())
    check('it says that its log cannot be written', server.metrics()['haechi_log_journalled'] == 1, '')
    server.kill()
    house.flag.unlink()
    house.server = server = house.start(server.http_port)
    check('after a start on a disk that is back all of it is there', house.alerts() == ['', 'w-0', 'w-1', 'w-2'], house.alerts())
    check('the CAD has each call once', wait_for(lambda: house.cad.calls(server) == 3, BOUND_S), house.cad.calls(server))
    check('and ends when asked', server.stop() == 0)
    run = subprocess.run([house.program, 'verify', server.data], capture_output=True, text=True, timeout=60)
    check('`haechi verify` holds the log', run.returncode == 0, run.stdout + run.stderr)


def without_a_journal(check, house):
    server = house.server
    house.hang('store/log')
    began = time.monotonic()
    answers, body = [], report(1, LAT, LNG, events=['DEVICE_EVENT_STRAP_CUT'])
    sending = threading.Thread(target=lambda: answers.append(server.ingest('ankle-1', SECRET, body)))
    sending.start()
    told = wait_for(lambda: house.readiness()[0] == 503, 2 * BOUND_S)
    took = time.monotonic() - began
    check(f'without one it says within {BOUND_S} s that it stands still, and why',
          told and took < BOUND_S + 0.5 and 'disk of the log' in house.readiness()[1], (took, house.readiness()))
    print(f'      no journal: said after {took:.2f} s: {house.readiness()[1].strip()}')
    key = server.keys['control']
    try:
        with socket.create_connection(('127.0.0.1', server.http_port), timeout=5) as line:
            line.sendall((f'GET /live HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nAuthorization: Bearer {key}'
                          '\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n').encode())
            said = line.recv(200).decode(errors='replace')
    except OSError as error:
        said = str(error)
    check('no screen is let in that would show the past as the present', ' 503 ' in said, said)
    check('nothing is shown', house.shown() == [], house.shown())
    check('nothing is acknowledged, so that the device sends it again', answers == [], answers)
    check('nothing is handed over that might be lost', house.cad.calls(server) == 1, house.cad.calls(server))
    check('it is alive', server.alive())
    house.flag.unlink()
    began = time.monotonic()
    sending.join()
    check('when the disk is back it is acknowledged', answers and answers[0][0] == 200, answers)
    check(f'and handed over within {BOUND_S} s', wait_for(lambda: house.cad.calls(server) == 2, BOUND_S), house.cad.calls(server))
    print(f'      no journal: handed over {time.monotonic() - began:.2f} s after the disk was back')
    check('sent again it is taken', server.ingest('ankle-1', SECRET, body)[0] == 200, '')
    check('it is ready', wait_for(lambda: house.readiness()[0] == 200, BOUND_S), house.readiness())
    check('each alert is there once', house.alerts() == ['w-0', 'w-1'], house.alerts())
    check('and ends when asked', server.stop() == 0)
    raised = [one for one in facts(house.program, server.data) if 'raise_alert' in one.get('effect', {})]
    check('the log has each once', len(raised) == 2, len(raised))


def only_the_records(check, house):
    server = house.server
    house.hang('store/records')
    waiting = threading.Thread(target=lambda: server.request('PUT', '/api/v1/persons/w-9', 'registrar',
                                                              {'role': 'ROLE_WEARER', 'record': {'name': 'Nine'}}))
    waiting.start()
    status, took = cut(server, 1)
    check(f'while the records hang a report is acknowledged within {BOUND_S} s', status == 200 and took < BOUND_S, (status, took))
    check('and its alert handed over', wait_for(lambda: house.cad.calls(server) == 2, BOUND_S), house.cad.calls(server))
    began = time.monotonic()
    waiting.join()
    check(f'who writes a record is told within {BOUND_S} s', time.monotonic() - began < BOUND_S, time.monotonic() - began)
    began = time.monotonic()
    status, text = server.request('PUT', '/api/v1/persons/w-8', 'registrar', {'role': 'ROLE_WEARER', 'record': {'name': 'Eight'}})
    check('the next is told at once', status == 503 and time.monotonic() - began < 1, (status, text))
    status, _ = server.request('POST', '/api/v1/me/sos', house.hers, {'id': 'call-for-help', 'silent': False})
    check('a call for help is taken', status == 200, status)
    check('what is in the log is shown', server.request('GET', '/api/v1/positions/w-0', 'control')[0] == 200, '')
    check('it is ready', house.readiness()[0] == 200, house.readiness())
    house.flag.unlink()
    again = lambda: server.request('PUT', '/api/v1/persons/w-8', 'registrar', {'role': 'ROLE_WEARER', 'record': {'name': 'Eight'}})
    check('when the disk is back names are kept again', wait_for(lambda: again()[0] in (200, 201), BOUND_S), again())
    check('and it ends when asked', server.stop() == 0)


def main():
    checks = Checks()
    program = arguments().haechi
    stories = ((with_a_journal, True), (without_a_journal, False), (only_the_records, False))
    with tempfile.TemporaryDirectory(prefix='haechi-hang-') as scratch:
        subprocess.run(['cc', '-shared', '-fPIC', '-o', f'{scratch}/dead.so', pathlib.Path(__file__).parent / 'dead_disk.c'], check=True)
        with concurrent.futures.ThreadPoolExecutor(len(stories)) as pool:
            houses = list(pool.map(lambda story: House(program, scratch, story[0].__name__, story[1]), stories))
            try:
                for house in houses:
                    checks.check('on a good disk an alert is handed over', house.rang, '')
                for done in [pool.submit(story, checks.check, house) for (story, _), house in zip(stories, houses)]:
                    done.result()
            finally:
                for house in houses:
                    house.end()
    checks.finish()


if __name__ == '__main__':
    main()
