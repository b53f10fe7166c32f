"""One life of a data directory: a real server starts on it, is killed under load at a moment that nobody chose, starts again,
and so on; what it had acknowledged is read back each time, from its files and through its interface."""
import asyncio
import collections
import hashlib
import json
import pathlib
import random
import re
import signal
import socket
import subprocess
import time
import urllib.request

from clients import CAD_SECRET, LOST, Device, Http, Operator, Promises, Refused, Registrar

DEVICES = 12
WAIT_S = 60


class Broken(Exception):
    """A promise was not kept."""


def hold(condition, what, detail=''):
    if not condition:
        raise Broken(f'{what}: {str(detail)[:800]}' if detail != '' else what)


def free_port():
    """Below those that the system gives to connections, so that it is free at each of many starts."""
    for port in random.SystemRandom().sample(range(20_000, 32_000), 100):
        with socket.socket() as one:
            if one.connect_ex(('127.0.0.1', port)) != 0:
                return port
    raise RuntimeError('no free port')


class Server:
    """One run of `haechi serve`."""

    def __init__(self, program, folder, keys_file, http_port, settings):
        self.http_port, self.keys_file, self.said = http_port, keys_file, ''
        self.errors = open(keys_file.parent / 'serve.log', 'ab')
        self.process = subprocess.Popen(
            [program, 'serve', '--config', settings, '--data', folder / 'store', '--http-port', str(http_port), '--devices-http-port', '0',
             '--mqtt-port', '0', '--demo-keys', keys_file], stdout=subprocess.PIPE, stderr=self.errors)
        self.ended = asyncio.get_running_loop().run_in_executor(None, self.process.wait)

    async def ready(self):
        """The seconds until it was, or None when it ended before."""
        began = time.monotonic()
        line = await self.line_with('ready ')
        if line is None:
            return None
        took = time.monotonic() - began
        ports = dict(pair.split('=') for pair in line.split()[1:])
        self.devices_port, self.mqtt_port = int(ports['devices_http']), int(ports['mqtt'])
        self.keys = json.loads(self.keys_file.read_text())
        await self.line_with('began with the snapshot', 'replayed ')
        return took

    async def line_with(self, *words):
        """The next that it prints with one of them; None when it ends before. All are kept in `said`."""
        while True:
            line = (await asyncio.get_running_loop().run_in_executor(None, self.process.stdout.readline)).decode()
            self.said += line
            if not line or any(word in line for word in words):
                return line or None

    def bearer(self, role):
        return 'Bearer ' + self.keys[role]

    async def end(self, how=signal.SIGKILL):
        """The exit code; as negative number the signal. Once more changes nothing."""
        self.process.send_signal(how)
        code = await asyncio.wait_for(self.ended, WAIT_S)
        self.process.stdout.close()
        self.errors.close()
        return code


class Log:
    """The log at rest, read a little further after each kill by the program's own tools."""

    def __init__(self, program, folder):
        self.program, self.store = program, folder / 'store'
        self.next_no, self.read = 1, hashlib.sha256()
        self.reports, self.kinds = {}, {}  # (device, seq) -> latitude; entry number -> (kind, id)

    def run(self, *words):
        return subprocess.run([self.program, *map(str, words)], capture_output=True, text=True, timeout=WAIT_S)

    def verify(self):
        done = self.run('verify', self.store)
        hold(done.returncode == 0, 'haechi verify finds damage', done.stdout + done.stderr)

    def read_on(self):
        done = self.run('replay', self.store, '--from', self.next_no)
        hold(done.returncode == 0, 'the log cannot be read', done.stderr)
        for line in done.stdout.splitlines():
            self.take(line)

    def take(self, line):
        entry = json.loads(line)
        hold(entry['entry_no'] == self.next_no, f'after entry {self.next_no - 1} comes', entry['entry_no'])
        self.next_no += 1
        self.read.update(line.encode())
        kind, fact = next(iter((k, v) for k, v in entry['fact'].items() if k != 'sealed'))
        if kind == 'report_received':
            report = fact['report']
            key = report['device_id'], int(report['seq'])
            hold(key not in self.reports, 'a report is in the log twice', key)
            self.reports[key] = int(report['fix']['place']['lat_e7'])
        elif kind.endswith('_registered') or kind == 'alert_handled':
            self.kinds[entry['entry_no']] = kind, fact.get('id') or fact.get('alert_id')

    def check(self, promises):
        missing = sorted(promises.acked - self.reports.keys())
        hold(not missing, f'{len(missing)} acknowledged reports are missing', missing[:10])
        for key, lat in self.reports.items():
            hold(promises.sent.get(key) == lat, 'a report is not what was sent', (key, lat, promises.sent.get(key)))
        for no, write in promises.writes.items():
            hold(self.kinds.get(no) == write, f'acknowledged as entry {no} was {write}, there is', self.kinds.get(no))

    def effects(self):
        """[the effects]; whole histories, twice, must agree with what was read bit by bit."""
        first, second = (self.run('replay', self.store, '--effects').stdout for _ in range(2))
        hold(first == second, 'two replays differ')
        facts, effects = hashlib.sha256(), []
        for line in first.splitlines():
            if line.startswith('{"effect"'):
                effects.append(json.loads(line)['effect'])
            else:
                facts.update(line.encode())
        hold(facts.digest() == self.read.digest(), 'what the log held after a kill is not what it holds at the end')
        return effects


class Cad:
    """An outside CAD that lives through everything and counts the calls it was given."""

    def __init__(self, program, http_port):
        self.process = subprocess.Popen(
            [program, 'cad', '--port', '0', '--haechi', f'http://127.0.0.1:{http_port}', '--agency', 'cad', '--secret',
             CAD_SECRET], stdout=subprocess.PIPE, text=True)
        self.port = int(re.search(r':(\d+)$', self.process.stdout.readline().strip())[1])

    def calls(self):
        with urllib.request.urlopen(f'http://127.0.0.1:{self.port}/calls', timeout=WAIT_S) as answer:
            return json.load(answer)

    def end(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Life:
    """`disk` gives the folder and, where power is lost as well, what is left of it."""

    def __init__(self, program, scratch, disk, seed):
        self.program, self.disk, self.random = program, disk, random.Random(seed)
        self.http_port = free_port()
        self.cad = Cad(program, self.http_port)
        self.promises = Promises()
        self.devices = [Device(self.promises, n) for n in range(DEVICES)]
        self.registrar = Registrar(self.promises, self.devices, self.cad.port)
        self.operator = Operator(self.promises)
        self.log = Log(program, disk.folder)
        self.keys_file = pathlib.Path(scratch) / 'keys.json'
        self.settings = pathlib.Path(scratch) / 'haechi.toml'
        self.settings.write_text(f'[server]\nsnapshot_every_entries = {self.random.randint(50, 400)}\n')
        self.starts = []  # seconds each
        self.began_with_snapshots, self.harmed = 0, 0  # starts; of the latter a snapshot was harmed
        self.running = None

    def server(self):
        self.running = Server(self.program, self.disk.folder, self.keys_file, self.http_port, self.settings)
        return self.running

    def complaint(self):
        return (self.keys_file.parent / 'serve.log').read_text(errors='replace')[-600:]

    def harm_newest_snapshot(self):
        """One byte of it is another, or its end is missing. Its entry, or None."""
        snapshots = sorted((self.disk.folder / 'store/snapshots').glob('*.snapshot'), key=lambda path: int(path.stem))
        if not snapshots or self.random.random() > 1 / 4:
            return None
        content = bytearray(snapshots[-1].read_bytes())
        if not content:  # the power went before any of it was on the disk
            content = bytearray(1)
        at = self.random.randrange(len(content))
        content[at] ^= 1 << self.random.randrange(8)
        snapshots[-1].write_bytes(content if self.random.random() < 1 / 2 else content[:at])
        return snapshots[-1].stem

    async def round(self):
        """Start, check, load, kill, check. One time in seven the kill comes during the start."""
        harmed = self.harm_newest_snapshot()
        server = self.server()
        if self.random.random() < 1 / 7:
            await asyncio.sleep(self.random.uniform(0, max(self.starts[-5:], default=0.1)))
            await server.end()
        else:
            await self.ready(server)
            if harmed is not None:
                self.harmed += 1
                hold(f'the snapshot of entry {harmed} is passed over' in server.said, 'a harmed snapshot is believed',
                     server.said)
            await self.read_back(server, 3)
            code = await self.load(server, self.random.randint(1, 150))
            hold(code is None, f'the server ended by itself with {code}', self.complaint())
            hold(self.promises.refused == 0, 'the server could not keep something on a sound disk')
        if self.disk.lose_power(self.random):
            self.check_log()

    async def round_on_a_failing_disk(self, trouble, acknowledgements):
        """The exit code of a server that ended by itself when `trouble` was told to its disk, else None."""
        server = self.server()
        await self.ready(server)
        await self.read_back(server, 3)
        self.disk.tell(trouble)
        code = await self.load(server, acknowledgements)
        hold(code in (None, -signal.SIGABRT), f'the server ended with {code}', self.complaint())
        self.promises.refused = 0
        self.disk.mend()
        if self.disk.lose_power(self.random):
            self.check_log()
        return code

    async def ready(self, server):
        took = await server.ready()
        hold(took is not None, 'the server does not start', self.complaint())
        self.starts.append(took)
        self.began_with_snapshots += 'began with the snapshot' in server.said

    async def load(self, server, acknowledgements):
        """Ends the server after so many more. Its exit code if it ended before by itself, or else None."""
        self.promises.end(False)
        works = [asyncio.create_task(one) for one in (
            *(device.speak(server) for device in self.devices), self.registrar.work(server), self.operator.work(server))]
        enough = self.promises.count + acknowledgements
        watched = asyncio.create_task(self.promises.until(lambda: self.promises.count >= enough))
        try:
            done, _ = await asyncio.wait([watched, *works], timeout=WAIT_S, return_when=asyncio.FIRST_COMPLETED)
            hold(done, f'nothing was acknowledged for {WAIT_S} s')
            for work in done - {watched}:
                if isinstance(work.exception(), Refused):
                    raise Broken(str(work.exception()))
            code = None if watched in done else await asyncio.wait_for(asyncio.shield(server.ended), WAIT_S)
        finally:
            await server.end()
            self.promises.end(True)
            # What the server had sent when it ended is still to be taken: acknowledgements that count.
            await asyncio.wait(works, timeout=WAIT_S)
            for work in (watched, *works):
                work.cancel()
            outcomes = await asyncio.gather(*works, return_exceptions=True)
        for outcome in outcomes:
            if isinstance(outcome, Refused):
                raise Broken(str(outcome))
            if not isinstance(outcome, (*LOST, asyncio.CancelledError)):
                raise outcome
        return code

    def check_log(self):
        if self.promises:
            self.log.verify()
            self.log.read_on()
            self.log.check(self.promises)

    async def read_back(self, server, samples):
        """Through the interface: names that were taken down, alerts that somebody has taken."""
        api = Http(server.http_port)
        names, handled = sorted(self.promises.names.items()), sorted(self.promises.handled)
        for person_id, name in self.random.sample(names, min(samples, len(names))):
            status, answer = await api.ask('GET', f'/api/v1/persons/{person_id}', server.bearer('registrar'))
            hold(status == 200 and answer.get('record', {}).get('name') == name, f'the name of {person_id} is not there', answer)
        for alert_id in self.random.sample(handled, min(samples, len(handled))):
            status, answer = await api.ask('GET', f'/api/v1/alerts/{alert_id}', server.bearer('control'))
            hold(status == 200 and answer['alert']['alert']['handling'] == 'ALERT_HANDLING_ACKNOWLEDGED',
                 f'nobody has taken {alert_id} any more', answer)
        api.close()

    async def last_start(self):
        """Everything at once: through the interface, from the outside CAD, from whole replays."""
        server = self.server()
        await self.ready(server)
        try:
            await self.read_back(server, 200)
            api = Http(server.http_port)
            _, answer = await api.ask('GET', '/api/v1/alerts?state=all&limit=500', server.bearer('control'))
            alerts = {one['alert']['id']: one['alert']['handling'] for one in answer['alerts']}
            hold(self.promises.rung <= alerts.keys(), 'an alert that somebody was shown is gone',
                 self.promises.rung - alerts.keys())
            _, metrics = await api.ask('GET', '/metrics', server.bearer('control'))
            hold('haechi_evidence_broken 0' in metrics, 'the signed checkpoints do not fit the log')
            handed_off = await self.every_call_arrives(api, server)
            api.close()
        finally:
            code = await server.end(signal.SIGTERM)
        hold(code == 0, 'asked to end, it ends with', code)
        self.check_log()
        self.check_effects(alerts, handed_off)

    async def every_call_arrives(self, api, server):
        """The hand-offs, each of which is one call outside."""
        deadline = time.monotonic() + WAIT_S
        while True:
            _, answer = await api.ask('GET', '/api/v1/incidents?state=all&limit=500', server.bearer('control'))
            ours = sorted(one for each in answer['incidents'] for one in each.get('hand_off_ids', []))
            calls = self.cad.calls()
            theirs = sorted(one['handOffId'] for one in calls['calls'])
            if ours == theirs:
                break
            hold(time.monotonic() < deadline, 'calls outside and hand-offs here differ', set(ours) ^ set(theirs))
            await asyncio.sleep(0.1)
        twice = [one for one, count in calls['byIncident'].items() if count > 1]
        hold(not twice, 'an incident was handed off twice', twice)
        return ours

    def check_effects(self, alerts, handed_off):
        raised, sent, handling = collections.Counter(), set(), {}
        for effect in self.log.effects():
            for kind in ('raise_alert', 'update_alert', 'clear_alert'):
                if kind in effect:
                    raised[effect[kind]['id']] += kind == 'raise_alert'
                    handling[effect[kind]['id']] = effect[kind]['handling']
            if 'send_hand_off' in effect:
                sent.add(effect['send_hand_off']['hand_off_id'])
        hold(all(count == 1 for count in raised.values()), 'an alert was raised twice', raised.most_common(3))
        hold({i: handling.get(i) for i in alerts} == alerts, 'the server showed other alerts than its log replays to')
        hold(sent == set(handed_off), 'hand-offs outside differ from those of the log', sent ^ set(handed_off))

    async def end(self):
        if self.running:
            await self.running.end()
        self.cad.end()
