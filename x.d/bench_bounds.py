"""Promises with a bound, each a command that ends with 1 when it is broken: ./x bench slow, overload, restart. They take minutes and
want a quiet machine; what `./x test` holds of them is in tests/e2e/speed_e2e.py and tests/e2e/degradation_e2e.py."""
import pathlib
import secrets
import socket
import subprocess
import tempfile
import threading
import time

import bench

GIB = 2**30


def peak_bytes(process):
    """The most memory that it ever held."""
    lines = pathlib.Path(f'/proc/{process.pid}/status').read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith('VmHWM'))


def flood_of(binaries, server, seconds, rate):
    """A process that sends so many reports a second, from 200 devices of its own, whatever comes back."""
    names = [(f'dev-{900_000 + n}', secrets.token_hex(16)) for n in range(200)]
    server.register([fact for n, (_, token) in enumerate(names) for fact in (
        bench.person(f'flood-{n}', 'ROLE_WEARER'), bench.device(900_000 + n, f'flood-{n}', token))])
    path = server.folder / 'flood.txt'
    path.write_text(''.join(f'{name} {token}\n' for name, token in names))
    return subprocess.Popen([binaries / 'load', 'paced', '--port', str(server.mqtt), '--devices', path, '--seconds', str(seconds),
                             '--rate', str(rate)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


class Sleepers:
    """Screens that ask for everything and read nothing. One that the server has had enough of comes back."""

    def __init__(self, server, count):
        self.port, self.key, self.ends = server.http, server.keys['control'], False
        self.opened = 0
        self.threads = [threading.Thread(target=self._sleep, daemon=True) for _ in range(count)]
        for thread in self.threads:
            thread.start()

    def _sleep(self):
        while not self.ends:
            try:
                with socket.socket() as line:
                    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                    line.connect(('127.0.0.1', self.port))
                    line.sendall((f'GET /live?topics=alerts,calls,positions HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n'
                                  'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n'
                                  f'Sec-WebSocket-Key: {secrets.token_urlsafe(16)[:22]}==\r\n'
                                  f'Authorization: Bearer {self.key}\r\n\r\n').encode())
                    let_in = line.recv(12).endswith(b'101')
                    self.opened += let_in
                    # Only to find out that it was hung up on; not a byte more is read.
                    while not self.ends and not line.getsockopt(socket.SOL_TCP, socket.TCP_INFO, 1)[0] in (7, 8):
                        time.sleep(0.2)
            except OSError:
                time.sleep(0.2)

    def end(self):
        self.ends = True
        for thread in self.threads:
            thread.join()
        return self.opened


def waits_of_screens(binaries, alerts, background, reading, sleeping):
    """Of each alert, how long the last of the screens that read waited."""
    with tempfile.TemporaryDirectory(dir=bench.TOP / 'build') as folder:
        server = bench.Server(binaries / 'haechi', folder, 1_000)
        server.call('PUT', '/api/v1/agencies/desk', {'name': 'desk', 'desk': 'DESK_BUILT_IN'})
        devices = bench.approach_world(server, alerts, 'desk')
        sleepers = Sleepers(server, sleeping)
        viewers = bench.Viewers(binaries, server, [server.keys['control']] * reading)
        sent = bench.send_approaches(binaries, server, devices, alerts, background, every_ms=300)
        told = viewers.end()['told']
        opened = sleepers.end()
        server.stop()
        if sleeping and opened < sleeping:
            raise SystemExit(f'only {opened} of {sleeping} that do not read were let in')
        return [moments[2] - sent[wearer] for wearer, moments in told.items() if wearer in sent and moments[3] == reading]


def bench_slow(binaries, alerts=100, background=1_000, reading=900, sleeping=100):
    """1,000 screens of which a tenth reads nothing, and the same without those: what the others wait, the two by turns."""
    waits = {0: [], sleeping: []}
    for _ in range(2):
        for asleep in waits:
            waits[asleep] += waits_of_screens(binaries, alerts, background, reading, asleep)
    alone, beside = (bench.waits_of(each) for each in waits.values())
    out = {'screens': reading, 'sleeping': sleeping, 'alerts': 2 * alerts}
    out.update({f'alone_{key}': value for key, value in alone.items()})
    out.update({f'beside_{key}': value for key, value in beside.items()})
    lost = len(waits[sleeping]) < 2 * alerts
    if lost or beside['p99_ms'] > 500 or beside['p99_ms'] > 1.1 * alone['p99_ms'] + 5:
        out['failed'] = 'with readers that sleep others wait 500 ms at 99 % at most, and a tenth (and 5 ms) more than without'
    return out


def bench_overload(binaries, minutes, rate=50_000):
    """Ten times the load for so long: alerts meanwhile, memory, and how soon all is as before."""
    alerts = 30 * minutes
    with tempfile.TemporaryDirectory(dir=bench.TOP / 'build') as folder:
        server = bench.Server(binaries / 'haechi', folder, 100_000)
        cad = bench.Cad(binaries, server)
        devices = bench.approach_world(server, alerts + 20, 'cad')
        flood = flood_of(binaries, server, 60 * minutes, rate)
        time.sleep(2)
        sent = bench.send_approaches(binaries, server, devices, alerts, 100, every_ms=1_900)
        flood.communicate()
        over = time.monotonic()
        waits = cad.waits(server, sent)
        peak = peak_bytes(server.process)
        back_s = time.monotonic() - over
        out = {'minutes': minutes, 'offered_per_s': rate, 'peak_mib': peak >> 20, 'alerts': alerts, 'all_told_after_s': round(back_s, 1)}
        out.update(bench.waits_of(waits))
        cad.end()
        server.stop()
    late = alerts - sum(wait <= 2e6 for wait in waits)
    if late > alerts // 100 or peak > 4 * GIB or back_s > 60:
        out['failed'] = '99 in 100 alerts within 2 s, 4 GiB at most, and 60 s until all are told'
    return out


def bench_restart(binaries, people=1_000, reports=5_760_000):
    """A day of data behind it, killed while reports come: how soon the next one is acknowledged."""
    with tempfile.TemporaryDirectory(dir=bench.TOP / 'build') as folder:
        server = bench.server_with_a_past(binaries, folder, f'{people // 2},1000,1', reports)
        whole_log_s = server.started_s
        server.stop()
        server.start(binaries / 'haechi')
        flood = flood_of(binaries, server, 60, 16_000)
        time.sleep(15)  # nearly what makes another snapshot
        server.process.kill()
        server.process.wait()
        flood.kill()
        flood.wait()
        entries = server.restart(binaries / 'haechi')
        out = {'people': people, 'entries': entries, 'whole_log_s': round(whole_log_s, 2), 'snapshot_s': round(server.started_s, 2)}
        server.stop()
    if server.started_s > 3:
        out['failed'] = 'a start behind a day of data takes 3 s at most'
    return out
