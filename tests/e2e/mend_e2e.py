"""A log that the disk has harmed, under real servers: a start mends it from its mirror, keeps what was harmed and says so; harm in
what no start reads is found while it runs and mended by the next; and what no mirror has is refused, with what is missing."""
import json
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile

from haechi_server import Checks, Server, arguments, register_device, report, wait_for

SECRET = 'secret-of-every-device'
REPORTS = 40


def config(folder, name, text):
    path = folder / name
    path.write_text(text)
    return ['--config', path]


def newest(server):
    return server.metrics()['haechi_spine_entry_no']


def mirrored(server):
    known = newest(server)
    return wait_for(lambda: server.counted('haechi_evidence_mirrored_entries') >= known, 20)


def harm(log, numbers):
    """One bit of the fact of each of those records, as a disk would: the rest of the file is as it was."""
    database = sqlite3.connect(log / 'log.sqlite')
    for no in numbers:
        fact = bytearray(database.execute('SELECT fact FROM record WHERE no=?', (no,)).fetchone()[0])
        fact[len(fact) // 2] ^= 4
        database.execute('UPDATE record SET fact=? WHERE no=?', (bytes(fact), no))
    database.commit()
    database.close()


def files(folder):
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.name != 'lock' and path.stat().st_size}


def refused(program, data, extra):
    """What a start says that does not begin."""
    run = subprocess.run([program, 'serve', '--data', data, '--http-port', '0', '--devices-http-port', '0', '--mqtt-port', '0',
                          '--demo-keys', data.parent / 'keys.json', *extra], capture_output=True, text=True, timeout=120)
    return run.stderr if run.returncode == 1 else f'started: {run.stdout}'


class Pair:
    """A server, its mirror, and how to start either again."""

    def __init__(self, program, folder):
        self.program, self.folder = program, folder
        for name in ('log', 'mirror'):
            (folder / name).mkdir()
        server = Server(program, folder / 'log')
        register_device(server, 'D-1', SECRET, 'W-1', interval_s=600)
        self.key = wait_for(lambda: (server.data / 'evidence' / 'key.pub').is_file() and
                            (server.data / 'evidence' / 'key.pub').read_text().strip(), 15)
        server.stop()
        server.end()
        self.mirror = Server(program, folder / 'mirror', config(folder, 'mirror.toml', f'[mirror]\nlogs = ["{self.key}"]\n'))
        self.extra = config(folder, 'log.toml',
                            f'[evidence]\nmirrors = ["http://127.0.0.1:{self.mirror.http_port}/mirror/v1"]\n')
        self.data = folder / 'log' / 'store'

    def start(self):
        return Server(self.program, self.folder / 'log', self.extra)

    def without_snapshots(self):
        shutil.rmtree(self.data / 'snapshots', ignore_errors=True)

    def said(self):
        return (self.folder / 'log' / 'serve.out').read_text()

    def verified(self):
        run = subprocess.run([self.program, 'verify', self.data], capture_output=True, text=True, timeout=60)
        return run.returncode == 0 and 'holds' in run.stdout


def place(server):
    status, text = server.request('GET', '/api/v1/positions/W-1', 'control')
    return json.loads(text)['fix']['place'] if status == 200 else (status, text)


def conditions(server):
    """What was told of harm, newest last."""
    text = server.request('GET', '/api/v1/node', server.new_key(role='administrator'))[1]
    told = [one['condition'] | {'entry_no': int(one['entry_no'])} for one in json.loads(text).get('conditions', [])]
    return sorted((one for one in told if one['kind'] == 'LOG_HARMED'), key=lambda one: one['entry_no'])


def alarms(program, data):
    """Of the control room, for harm; as over or not."""
    run = subprocess.run([program, 'replay', data, '--effects'], capture_output=True, text=True, timeout=120)
    raised = [json.loads(line).get('effect', {}).get('raise_alarm', {}) for line in run.stdout.splitlines() if line.startswith('{')]
    return [one.get('over', False) for one in raised if one.get('kind') == 'ALARM_KIND_LOG_HARMED']


def at_a_start(checks, pair):
    check = checks.check
    server = pair.start()
    for seq in range(1, REPORTS + 1):
        server.ingest('D-1', SECRET, report(seq, 37 + seq / 1000, 127.5))
    check('the mirror has it all', mirrored(server))
    last = place(server)
    check('nothing is harmed', server.metrics()['haechi_log_harmed'] == 0)
    server.kill()
    server.end()
    pair.without_snapshots()
    harm(pair.data / 'log', (10, 11, 25))
    harmed = files(pair.data / 'log')
    server = pair.start()
    said = pair.said()
    check('a start that finds harm says so, and what came of it', 'log: record 10 is damaged' in said and
          '3 records of those from 10 to 25 came from a mirror' in said, said[-1500:])
    check('it goes on with what there was', place(server) == last, (place(server), last))
    kept = pair.data / 'log.harmed-1'
    check('what was harmed is kept as it was', kept.is_dir() and files(kept) == harmed)
    told = wait_for(lambda: conditions(server))
    check('its administrators are told', told and 'came from a mirror' in told[-1].get('detail', '') and not told[-1].get('over'), told)
    check('so is who reads its numbers', server.metrics()['haechi_log_harmed'] == 1)
    check('it takes reports', server.ingest('D-1', SECRET, report(REPORTS + 1, 37.9, 127.5))[0] == 200)
    mirrored(server)
    server.stop()
    server.end()
    check('the control room is told as well', alarms(pair.program, pair.data) == [False], alarms(pair.program, pair.data))
    check('`haechi verify` holds the log', pair.verified())
    server = pair.start()
    told = wait_for(lambda: len(conditions(server)) == 2 and conditions(server))
    check('the next start ends that', told and told[-1].get('over'), conditions(server))
    mirrored(server)
    server.stop()
    server.end()


def while_it_runs(checks, pair):
    check = checks.check
    check('there is a snapshot to begin with', any((pair.data / 'snapshots').iterdir()))
    harm(pair.data / 'log', (12,))
    server = pair.start()
    found = wait_for(lambda: len(conditions(server)) == 3 and conditions(server), 30)
    check('harm that no start reads is found while it runs', found and 'record 12 is damaged' in found[-1].get('detail', ''), found)
    check('it goes on', server.ingest('D-1', SECRET, report(REPORTS + 2, 37.8, 127.5))[0] == 200)
    mirrored(server)
    last = place(server)
    server.kill()
    server.end()
    server = pair.start()
    said = pair.said()
    check('the next start mends it', 'record 12 came from a mirror' in said, said[-1500:])
    check('and has all there was', place(server) == last)
    check('the first harm is kept beside the second', (pair.data / 'log.harmed-1').is_dir() and (pair.data / 'log.harmed-2').is_dir())
    wait_for(lambda: len(conditions(server)) == 4)
    mirrored(server)
    server.stop()
    server.end()
    check('`haechi verify` holds the log', pair.verified())


def what_is_nowhere(checks, pair):
    check = checks.check
    server = pair.start()
    last = place(server)
    server.stop()
    server.end()
    pair.without_snapshots()
    shutil.rmtree(pair.data / 'log')
    server = pair.start()
    check('a log that was closed in good order comes back whole from the mirror alone', 'came from a mirror' in pair.said(), pair.said())
    check('with the same last place', place(server) == last, place(server))
    server.stop()
    server.end()
    pair.without_snapshots()
    ahead = pair.start()
    mirrored(ahead)
    pair.mirror.stop()
    for seq in range(50, 60):
        ahead.ingest('D-1', SECRET, report(seq, 37.7, 127.5))
    number = int(newest(ahead))
    ahead.kill()
    ahead.end()
    pair.without_snapshots()
    harm(pair.data / 'log', (14,))
    harmed = files(pair.data / 'log')
    said = refused(pair.program, pair.data, pair.extra)
    check('a mirror that is away: refused, with both reasons',
          'record 14 is damaged' in said and 'not mended from http://127.0.0.1' in said, said)
    check('nothing was changed', files(pair.data / 'log') == harmed)
    pair.mirror.end()
    mirror = Server(pair.program, pair.folder / 'mirror', ['--config', pair.folder / 'mirror.toml'])
    pair.extra = config(pair.folder, 'log.toml', f'[evidence]\nmirrors = ["http://127.0.0.1:{mirror.http_port}/mirror/v1"]\n')
    harm(pair.data / 'log', (number - 4,))
    harmed = files(pair.data / 'log')
    said = refused(pair.program, pair.data, pair.extra)
    check('what lies neither here nor there: refused', 'not mended from' in said and 'records' in said, said)
    check('and still nothing was changed', files(pair.data / 'log') == harmed)
    shutil.rmtree(pair.data / 'log')
    said = refused(pair.program, pair.data, pair.extra)
    check('a log that is gone is not begun anew', 'is gone' in said and 'not mended' in said, said)
    mirror.stop()
    mirror.end()


def main():
    program = arguments().haechi
    checks = Checks()
    with tempfile.TemporaryDirectory(prefix='haechi-mend-') as made:
        pair = Pair(program, pathlib.Path(made))
        try:
            for story in (at_a_start, while_it_runs, what_is_nowhere):
                story(checks, pair)
        finally:
            pair.mirror.end()
    checks.finish()


if __name__ == '__main__':
    main()
