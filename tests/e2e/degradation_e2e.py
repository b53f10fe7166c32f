"""What is left when something that a real server leans on stalls, is locked, is away or lies: alerts go on. Each trouble is
made, a strap is cut under it, and the alert must be there within a bound that no stall would keep. The bounds are generous;
what was measured is printed."""
import asyncio
import base64
import hashlib
import json
import pathlib
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import time

from haechi_server import Checks, MqttDevice, Server, arguments, report, wait_for

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / 'crash'))
from disks import NoFuse, PowerDisk  # noqa: E402

SECRET = 'a-secret-of-good-length'
CAD_SECRET = 'another-secret-of-good-length'
LAT, LNG = 37.5, 127.0
HEALTHY_S = 3  # an alert of a server with nothing else to do, on a machine that has
SLOW_SYNC_S = 1.0
RECONNECTING = 5_000
RECONNECTED_S = 90


class World(Server):
    """A server with an area, and wearers whose straps are there to be cut."""

    def __init__(self, program, wearers=20, devices=0, **more):
        super().__init__(program, **more)
        self.cut = 0
        if not self.request('GET', '/api/v1/agencies/station', 'registrar')[0] == 200:
            self.register(wearers, devices)

    def register(self, wearers, devices):
        self.put('agencies/station', {'name': 'Station', 'desk': 'DESK_BUILT_IN'})
        self.put('jurisdictions/area', {'agency_id': 'station', 'shape': circle(LAT, LNG, 50_000_000)})
        digest = base64.b64encode(hashlib.sha256(SECRET.encode()).digest()).decode()
        facts = []
        for n in range(wearers + devices):
            name = f'w-{n}' if n < wearers else f'd-{n - wearers}'
            facts += [{'person_registered': {'id': name, 'role': 'ROLE_WEARER'}},
                      {'device_registered': {'id': f'{name}-ankle', 'kind': 'DEVICE_KIND_ANKLE', 'person_id': name,
                                             'interval_s': 3600, 'secret_sha256': digest}}]
            if n < wearers:
                facts.append({'order_registered': {'id': f'{name}-order', 'kind': 'EM_POST', 'legal_basis': 'EM Act 5',
                                                   'wearer_id': name, 'starts_at_us': '1'}})
        for at in range(0, len(facts), 500):
            status, text = self.request('POST', '/api/v1/facts', 'registrar', {'facts': facts[at:at + 500]})
            if status != 201:
                raise RuntimeError(f'{status} {text}')

    def alert_of(self, name):
        status, text = self.request('GET', '/api/v1/alerts?limit=500', 'control')
        return status == 200 and next((one['alert'] for one in json.loads(text)['alerts']
                                       if one['alert']['wearer_id'] == name and
                                       one['alert']['kind'] == 'ALERT_KIND_STRAP_CUT'), None)

    def ring(self, bound_s):
        """(seconds until the report was acknowledged, seconds until the control room found the alert); None: not by then."""
        name, self.cut = f'w-{self.cut}', self.cut + 1
        began = time.monotonic()
        status, _ = self.ingest(f'{name}-ankle', SECRET, report(1, LAT, LNG, events=['DEVICE_EVENT_STRAP_CUT']), timeout=60)
        acknowledged = time.monotonic() - began if status == 200 else None
        found = wait_for(lambda: self.alert_of(name), bound_s)
        return acknowledged, time.monotonic() - began if found else None

    def is_called(self):
        """The wearer whose strap was cut last is the station's call."""
        return f'"wearer_id":"w-{self.cut - 1}"' in self.request('GET', '/api/v1/calls', 'control')[1].replace(' ', '')


def circle(lat, lng, radius_mm):
    return {'circle': {'centre': {'lat_e7': round(lat * 1e7), 'lng_e7': round(lng * 1e7)}, 'radius_mm': radius_mm}}


def rings(checks, world, when, bound_s, times=3):
    for _ in range(times):
        acknowledged, shown = world.ring(bound_s)
        within = acknowledged is not None and shown is not None and shown < bound_s
        if not checks.check(f'{when}: an alert is there within {bound_s} s', within, (acknowledged, shown)):
            return
        print(f'      acknowledged after {acknowledged:.2f} s, shown after {shown:.2f} s')


def closed_port():
    with socket.create_server(('127.0.0.1', 0)) as taken:
        return taken.getsockname()[1]


def log_stalled(checks, program):
    powercut = pathlib.Path(program).resolve().parent / 'powercut'
    with tempfile.TemporaryDirectory(prefix='haechi-degraded-') as scratch:
        try:
            disk = PowerDisk(powercut, scratch)
        except NoFuse as why:
            return checks.skip('syncs that take a second', why)
        world = World(program, data=disk.folder)
        try:
            rings(checks, world, 'on a good disk', HEALTHY_S, 1)
            disk.tell(f'slow {round(SLOW_SYNC_S * 1e3)}')
            acknowledged, shown = world.ring(30)
            checks.check('on a disk whose syncs take a second nothing is acknowledged or shown before it is kept',
                         acknowledged and shown and acknowledged > SLOW_SYNC_S / 2, (acknowledged, shown))
            rings(checks, world, '... and everything is, later', 20, 2)
            disk.mend()
            rings(checks, world, '... and at once when the disk is well again', HEALTHY_S + SLOW_SYNC_S * 3, 1)
        finally:
            world.end()
            disk.end()


def records_locked(checks, program):
    world = World(program)
    try:
        records = next(world.data.rglob('records.sqlite'))
        lock = sqlite3.connect(records, isolation_level=None)
        lock.execute('BEGIN IMMEDIATE')
        began = time.monotonic()
        status, text = world.request('PUT', '/api/v1/persons/w-0', 'registrar', {
            'role': 'ROLE_WEARER', 'record': {'name': 'Hong Gildong'}})
        checks.check('a name that cannot be kept is refused, not lost', status == 503, (status, text))
        print(f'      refused after {time.monotonic() - began:.2f} s')
        rings(checks, world, 'the record store is locked', HEALTHY_S)
        lock.execute('ROLLBACK')
        status, text = world.request('PUT', '/api/v1/persons/w-0', 'registrar', {
            'role': 'ROLE_WEARER', 'record': {'name': 'Hong Gildong'}})
        checks.check('and is kept when it is not', status == 200, (status, text))
    finally:
        world.end()


def identity_provider_away(checks, program):
    with tempfile.TemporaryDirectory(prefix='haechi-degraded-') as folder:
        settings = pathlib.Path(folder) / 'haechi.toml'
        settings.write_text(f'[[oidc]]\nid = "police"\nname = "Police"\nissuer = "https://127.0.0.1:{closed_port()}"\n'
                            'client_id = "haechi"\n[notify]\npages = "http://127.0.0.1"\n')
        world = World(program, extra=('--config', settings))
        try:
            status, _ = world.request('GET', '/api/v1/sign-in/providers/police?surface=control', timeout=20)
            checks.check('who signs in by a provider that is away is told so', status in (302, 303, 502, 503), status)
            rings(checks, world, 'the identity provider is away', HEALTHY_S)
        finally:
            world.end()


def outside_cad_away(checks, program):
    world, port, cad = World(program), closed_port(), None
    try:
        world.put('agencies/outside', {'name': 'Outside', 'desk': 'DESK_CONNECTOR', 'connector': {
            'endpoint': f'http://127.0.0.1:{port}', 'secret': CAD_SECRET}})
        world.put_by_two('jurisdictions/area', {'agency_id': 'outside', 'shape': circle(LAT, LNG, 50_000_000)})
        rings(checks, world, 'the outside CAD is away', HEALTHY_S)
        checks.check('people are told to take the telephone', wait_for(
            lambda: '"fallback":true' in hand_offs(world).replace(' ', ''), 20), hand_offs(world))
        cad = subprocess.Popen([program, 'cad', '--port', str(port), '--haechi', f'http://127.0.0.1:{world.http_port}',
                                '--agency', 'outside', '--secret', CAD_SECRET], stdout=subprocess.DEVNULL)
        checks.check('when it is back it has one call for each, and no more', wait_for(
            lambda: calls(world, port) == world.cut, 30) and calls(world, port) == world.cut, (calls(world, port), world.cut))
    finally:
        if cad:
            cad.kill()
            cad.wait()
        world.end()


def hand_offs(world):
    listed = json.loads(world.request('GET', '/api/v1/incidents', 'control')[1])['incidents']
    return ''.join(world.request('GET', f"/api/v1/incidents/{one['id']}", 'control')[1] for one in listed)


def calls(world, port):
    try:
        return json.loads(world.request('GET', '/calls', port=port)[1])['count']
    except OSError:
        return None


def clock_stepped(checks, program):
    with tempfile.TemporaryDirectory(prefix='haechi-degraded-') as folder:
        library, step = pathlib.Path(folder) / 'step.so', pathlib.Path(folder) / 'step'
        subprocess.run(['cc', '-shared', '-fPIC', '-o', library, HERE / 'clock_step.c'], check=True)
        step.write_bytes(struct.pack('q', 0))
        world = World(program, data=folder, environment={'LD_PRELOAD': str(library), 'CLOCK_STEP': str(step)})
        try:
            for ahead_s in (0, 3_600, -3_600, 0):
                with open(step, 'r+b') as file:
                    file.write(struct.pack('q', ahead_s))
                when = f'the clock stands {ahead_s} s beside the true time'
                rings(checks, world, when, HEALTHY_S, 2)
                # To a clock that is an hour ahead what a device says is an hour old, and for people to weigh.
                if ahead_s <= 0:
                    checks.check(f'{when}: and patrols have the call', wait_for(world.is_called, HEALTHY_S))
            checks.check('the server ends when asked', world.stop() == 0)
        finally:
            world.end()
        verified = subprocess.run([program, 'verify', world.data], capture_output=True, text=True)
        checks.check('and its log is whole, stamps in order', verified.returncode == 0, verified.stdout + verified.stderr)


def overload(checks, program):
    """As many reports as the machine can send, from devices that are allowed any number."""
    load = pathlib.Path(program).resolve().parent / 'load'
    with tempfile.TemporaryDirectory(prefix='haechi-degraded-') as folder:
        settings, devices = pathlib.Path(folder) / 'haechi.toml', pathlib.Path(folder) / 'devices'
        settings.write_text('[devices]\nreports_per_s = 100000\n')
        devices.write_text(''.join(f'd-{n}-ankle {SECRET}\n' for n in range(200)))
        world = World(program, devices=200, extra=('--config', settings))
        flood = None
        try:
            rings(checks, world, 'before the flood', HEALTHY_S, 1)
            flood = subprocess.Popen([load, 'ingest', '--port', str(world.mqtt_port), '--devices', devices, '--seconds', '6',
                                      '--window', '50'], stdout=subprocess.PIPE, text=True)
            time.sleep(2)
            rings(checks, world, 'in a flood of reports', 10)
            status, _ = world.request('GET', '/api/v1/alerts', 'control', timeout=10)
            checks.check('pages are answered meanwhile', status == 200, status)
            said = json.loads(flood.communicate(timeout=60)[0].splitlines()[-1])
            checks.check('the flood was one', said['reports'] > 10_000, said)
            print(f"      {said['per_s']} reports a second, acknowledged after {said['ack_p99_us'] / 1e6:.1f} s at the 99th of 100")
            rings(checks, world, 'after the flood', HEALTHY_S, 1)
            lines = pathlib.Path(f'/proc/{world.process.pid}/status').read_text().splitlines()
            peak_mib = next(int(line.split()[1]) for line in lines if line.startswith('VmHWM')) >> 10
            checks.check('it never held more than 1 GiB', peak_mib <= 1024, peak_mib)
            print(f'      {peak_mib} MiB at most')
        finally:
            if flood and flood.poll() is None:
                flood.kill()
                flood.wait()
            world.end()


async def reconnect(port, number):
    """Connects as that device, as often as it takes, and is rid of one report."""
    helper = object.__new__(MqttDevice)
    helper.device_id, helper.level = f'd-{number}-ankle', 4
    connect = MqttDevice.packet(0x10, helper.connect_body(helper.device_id, SECRET, 300))
    body = json.dumps(report(1)).encode()
    publish = MqttDevice.packet(0x32, MqttDevice.text(f'd/{helper.device_id}/report') + b'\0\1' + body)
    tries = 0
    while True:
        tries += 1
        writer = None
        try:
            reader, writer = await asyncio.open_connection('127.0.0.1', port)
            writer.write(connect)
            if (await reader.readexactly(4))[3] == 0:
                writer.write(publish)
                await reader.readexactly(4)
                return writer, tries
        except (OSError, asyncio.IncompleteReadError):
            pass
        if writer:
            writer.close()
        await asyncio.sleep(0.5)


async def reconnect_all(world):
    """(devices that are rid of their report, most tries of one, seconds until the last; what a strap cut meanwhile took)"""
    began = time.monotonic()
    everybody = [asyncio.create_task(reconnect(world.mqtt_port, n)) for n in range(RECONNECTING)]
    await asyncio.sleep(0.5)
    ring = asyncio.get_running_loop().run_in_executor(None, world.ring, 30)
    done, waiting = await asyncio.wait(everybody, timeout=RECONNECTED_S)
    took = time.monotonic() - began
    for task in waiting:
        task.cancel()
    tries = [task.result()[1] for task in done]
    rung = await ring
    for task in done:
        task.result()[0].close()
    return len(done), max(tries, default=0), took, rung


def all_reconnect(checks, program):
    with tempfile.TemporaryDirectory(prefix='haechi-degraded-') as folder:
        world = World(program, devices=RECONNECTING, data=folder)
        try:
            world.kill()
            world.out.close()
            world.log.close()
            world = World(program, data=folder)
            done, tries, took, (acknowledged, shown) = asyncio.run(reconnect_all(world))
            checks.check(f'{RECONNECTING} devices that connect at once are rid of their reports within {RECONNECTED_S} s',
                         done == RECONNECTING, (done, took))
            print(f'      after {took:.1f} s, {tries} tries at most')
            checks.check('an alert comes through meanwhile', shown is not None and shown < 30, (acknowledged, shown))
            print(f'      acknowledged after {acknowledged or 0:.2f} s, shown after {shown or 0:.2f} s')
        finally:
            world.end()


def main():
    checks, program = Checks(), arguments().haechi
    for trouble in (log_stalled, records_locked, identity_provider_away, outside_cad_away, clock_stepped, overload,
                    all_reconnect):
        print(f'--    {trouble.__name__.replace("_", " ")}')
        trouble(checks, program)
    checks.finish()


main()
