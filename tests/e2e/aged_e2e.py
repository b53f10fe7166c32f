"""Logs so old that their numbers pass 31, 32 and 53 bits, in real files under real servers: nothing ends there, nothing is lost or
misread by a kill, a snapshot, a mirror, the index of fixes, the checkpoints, `haechi verify`, an export or a mending.

The program is haechi_aged: the same but that its logs begin as if they had so many entries already (base/first_entry.h). What it
takes to lie before them is a hole in the files of the tree, which a file system in memory allows at any length."""
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

from haechi_server import Checks, Server, arguments, register_device, report, wait_for
from mend_e2e import config, harm, newest

SECRET = 'a-secret-of-good-length'
BEFORE = 120  # so many entries before the bits are passed


class Aged:
    """A log that begins with that many entries, its mirror, and how to start it again."""

    def __init__(self, program, folder, entries):
        self.program, self.folder = program, folder
        self.environment = {'HAECHI_ENTRIES_BEFORE': str(entries)}
        for name in ('log', 'mirror'):
            (folder / name).mkdir()
        self.data, self.extra, self.began_us = folder / 'log' / 'store', (), round(time.time() * 1e6)
        self.server = self.start()
        self.key = wait_for(lambda: (self.data / 'evidence' / 'key.pub').is_file() and
                            (self.data / 'evidence' / 'key.pub').read_text().strip(), 15)
        self.restart('stop')
        self.mirror = Server(program, folder / 'mirror', config(folder, 'mirror.toml', f'[mirror]\nlogs = ["{self.key}"]\n'),
                             environment=self.environment)
        self.extra = config(folder, 'log.toml',
                            f'[evidence]\nmirrors = ["http://127.0.0.1:{self.mirror.http_port}/mirror/v1"]\n')
        self.restart('stop')

    def start(self):
        return Server(self.program, self.folder / 'log', self.extra, environment=self.environment)

    def restart(self, how):
        getattr(self.server, how)()
        self.server.end()
        self.server = self.start()

    def began_with(self):
        """(entry of the snapshot, entries after it)."""
        said = (self.folder / 'log' / 'serve.out').read_text()
        found = re.findall(r'snapshot of entry (\d+) and (\d+) entries after it', said)
        return (int(found[-1][0]), int(found[-1][1])) if found else (0, said[-500:])

    def mirrored(self):
        known = newest(self.server)
        return wait_for(lambda: self.server.counted('haechi_evidence_mirrored_entries') >= known, 20)

    def run(self, *command):
        run = subprocess.run([self.program, *command], capture_output=True, text=True, timeout=120,
                             env={**os.environ, **self.environment})
        return run.returncode, run.stdout + run.stderr

    def get(self, path):
        status, text = self.server.request('GET', '/api/v1/' + path, 'control')
        return json.loads(text) if status == 200 else {'status': status, 'text': text}

    def shown(self):
        """What people see: where he was, point by point, as the index of fixes finds it, and every alert."""
        points, more = [], ''
        while more is not None:
            page = self.get(f'playback?person_id=w-1&from_us={self.began_us}&to_us={self.began_us + 3_600_000_000}' +
                            (f'&after={more}' if more else ''))
            points += [(one['point']['fixed_at_us'], one['point']['place']['lat_e7']) for one in page.get('points', [page])]
            more = page.get('next') or None
        return points, sorted(one['alert']['id'] for one in self.get('alerts?state=all')['alerts'])


def live(checks, aged, bits):
    check, border, sent = checks.check, 2 ** bits, {}

    def tell(seqs):
        sent.update({seq: report(seq, 37.5 + seq / 1e5, 127.5) for seq in seqs if seq not in sent})
        return all(aged.server.ingest('ankle-1', SECRET, sent[seq])[0] == 200 for seq in seqs)

    def cut(n):
        return aged.server.ingest(f'ankle-{n}', SECRET, report(1, 37.5, 127.5, events=['DEVICE_EVENT_STRAP_CUT']))[0] == 200

    for n in (1, 2, 3):
        register_device(aged.server, f'ankle-{n}', SECRET, f'w-{n}', interval_s=600)
        aged.server.put(f'orders/o-{n}', {'kind': 'EM_POST', 'legal_basis': 'EM Act 5', 'wearer_id': f'w-{n}', 'starts_at_us': '1'})
    check('reports are taken before', tell(range(1, 21)) and cut(2))
    aged.restart('stop')
    begun = aged.began_with()
    check('a snapshot before it', border - BEFORE < begun[0] < border, begun)
    check('reports are taken across it', tell(range(21, 201)))
    check('and an alarm behind it', cut(3))
    wait_for(lambda: len(aged.shown()[1]) >= 2)
    before = aged.shown()
    check('each point is found', len(before[0]) == 200, len(before[0]))
    check('it is behind it', newest(aged.server) > border)
    numbers = [int(one.split('-')[1]) for one in before[1]]
    check('alerts are called after their entries, to the last digit', min(numbers) < border < max(numbers), before[1])
    check('the mirror has it', aged.mirrored())
    aged.restart('kill')
    after = aged.shown()
    check('after a kill all is as it was', after == before, (before, after))
    check('a report that comes again is known', tell([200]) and aged.shown() == before)
    aged.restart('stop')
    begun = aged.began_with()
    check('a snapshot behind it', begun[0] > border and begun[1] < 5, begun)
    check('all is as it was', aged.shown() == before)
    check('the index of fixes has passed it', wait_for(
        lambda: aged.server.metrics()['haechi_history_indexed_entry_no'] > border, 30), aged.server.metrics())
    check('and what it finds is the same', aged.shown() == before)
    check('the mirror has all of it', aged.mirrored())
    aged.server.stop()
    return before


def at_rest(checks, aged, bits, before):
    check, border = checks.check, 2 ** bits
    code, text = aged.run('verify', aged.data, '--key', aged.key, '--checkpoint', aged.data / 'evidence' / 'checkpoint')
    check('`haechi verify` holds log, tree and checkpoint', code == 0 and 'holds' in text, text)
    out = aged.folder / 'export'
    code, text = aged.run('export', '--data', aged.data, '--out', out)
    lines = [json.loads(line) for file in out.glob('*.jsonl') for line in file.read_text().splitlines()]
    numbers = sorted(line['entry_no'] for line in lines if 'fact' in line)
    check('an export has every entry under its number', code == 0 and numbers and
          numbers == list(range(border - BEFORE + 1, border - BEFORE + 1 + len(numbers))) and numbers[-1] > border,
          (code, text[-300:], numbers[:2], numbers[-2:]))
    shutil.rmtree(aged.data / 'snapshots')
    wanted = border + 3
    harm(aged.data / 'log', (wanted,))
    aged.server.end()
    aged.server = aged.start()
    said = (aged.folder / 'log' / 'serve.out').read_text()
    check('a record behind it that was harmed is mended from the mirror', f'record {wanted} came from a mirror' in said, said[-1200:])
    check('all is as it was', aged.shown() == before)


def main():
    checks = Checks()
    program = pathlib.Path(arguments().haechi).resolve().parent / 'haechi_aged'
    memory = '/dev/shm' if os.path.isdir('/dev/shm') else None
    for bits in (31, 32, 53):
        with tempfile.TemporaryDirectory(prefix='haechi-aged-', dir=memory) as made:
            print(f'      {bits} bits')
            aged = Aged(program, pathlib.Path(made), 2 ** bits - BEFORE)
            try:
                at_rest(checks, aged, bits, live(checks, aged, bits))
            finally:
                aged.server.end()
                aged.mirror.end()
    checks.finish()


if __name__ == '__main__':
    main()
