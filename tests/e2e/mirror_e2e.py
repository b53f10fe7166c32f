"""A copy of the log on another machine: fed while both run, checked by both verifiers, and put in the place of the log when the
first machine is lost with all its disks but the key ring."""
import importlib.util
import json
import pathlib
import shutil
import subprocess
import tempfile

from haechi_server import Checks, Server, arguments, register_device, report, wait_for

TOP = pathlib.Path(__file__).resolve().parent.parent.parent
specification = importlib.util.spec_from_file_location('verify_log', TOP / 'deploy' / 'verify_log.py')
verify_log = importlib.util.module_from_spec(specification)
specification.loader.exec_module(verify_log)
SECRET = 'secret-of-every-device'


def config(folder, name, text):
    path = folder / name
    path.write_text(text)
    return ['--config', path]


def mirrored(server):
    """Waits until the mirror has all that the log has now; the log goes on with its clock ticks."""
    known = newest(server)
    return wait_for(lambda: server.counted('haechi_evidence_mirrored_entries') >= known, 20)


def newest(server):
    """The number of the newest entry."""
    return server.metrics()['haechi_spine_entry_no']


def place(server, person):
    status, text = server.request('GET', f'/api/v1/positions/{person}', 'control')
    assert status == 200, (status, text)
    return json.loads(text)['fix']['place']


def main():
    program = arguments().haechi
    checks = Checks()
    with tempfile.TemporaryDirectory(prefix='haechi-mirror-') as made:
        folder = pathlib.Path(made)
        for name in ('log', 'mirror', 'new'):
            (folder / name).mkdir()
        log = Server(program, folder / 'log')
        key_file = log.data / 'evidence' / 'key.pub'
        wait_for(key_file.is_file, 15)
        key = verify_log.Key(key_file.read_text())
        for seq in range(1, 6):
            if seq == 1:
                register_device(log, 'D-1', SECRET, 'W-1', interval_s=600)
            log.ingest('D-1', SECRET, report(seq, 37.123456 + seq / 1000, 127.5))
        log.stop()
        log.end()

        mirror = Server(program, folder / 'mirror', config(folder, 'mirror.toml', f'[mirror]\nlogs = ["{key.text}"]\n'))
        fed = config(folder, 'log.toml', f'[evidence]\nmirrors = ["http://127.0.0.1:{mirror.http_port}/mirror/v1"]\n')
        log = Server(program, folder / 'log', fed)
        checks.check('what the log had before is copied', mirrored(log), log.metrics())
        for seq in range(6, 26):
            log.ingest('D-1', SECRET, report(seq, 37.123456 + seq / 1000, 127.5))
        checks.check('and what comes while both run', mirrored(log), log.metrics())
        last = place(log, 'W-1')
        checks.check('the mirror counts it', mirror.metrics()['haechi_mirror_entries'] >= 25, mirror.metrics())

        mirror.kill()
        log.ingest('D-1', SECRET, report(26, 37.2, 127.6))
        checks.check('a mirror that is down holds up nothing', wait_for(lambda: place(log, 'W-1')['lat_e7'] == 372000000))
        mirror.end()
        mirror = Server(program, folder / 'mirror', config(folder, 'mirror.toml', f'[mirror]\nlogs = ["{key.text}"]\n'))
        log.stop()
        log.end()
        log = Server(program, folder / 'log', config(
            folder, 'log.toml', f'[evidence]\nmirrors = ["http://127.0.0.1:{mirror.http_port}/mirror/v1"]\n'))
        checks.check('and is given what it missed', mirrored(log), log.metrics())
        last = place(log, 'W-1')
        status, text = mirror.request('POST', '/mirror/v1/records', body='nonsense')
        checks.check('what no log signed is refused', status == 400, (status, text))
        status, text = log.request('POST', '/mirror/v1/records', body='nonsense')
        checks.check('a node that keeps no copies says so', status == 404, (status, text))

        log.kill()
        ring = folder / 'new' / 'store.keys'
        shutil.copytree(folder / 'log' / 'store.keys', ring)
        shutil.rmtree(folder / 'log' / 'store')
        mirror.stop()
        copy = next((folder / 'mirror' / 'store' / 'mirror').iterdir())
        run = subprocess.run([program, 'verify', copy, '--checkpoint', copy / 'checkpoint', '--key', key.text],
                             capture_output=True, text=True, timeout=60)
        checks.check('`haechi verify` holds the copy', run.returncode == 0 and 'holds' in run.stdout, run.stdout + run.stderr)
        try:
            verify_log.verify_log(copy, copy / 'checkpoint', key)
            said = ''
        except verify_log.Broken as error:
            said = str(error)
        checks.check('so does the second verifier', said == '', said)
        run = subprocess.run([program, 'replay', copy], capture_output=True, text=True, timeout=60)
        checks.check('without the key ring it tells nobody\'s place', not any(text in run.stdout for text in ('37.2', '372000000')), run.stdout[:300])

        store = folder / 'new' / 'store'
        store.mkdir()
        shutil.copytree(copy / 'log', store / 'log')
        # It may lack what came in the last seconds: then a person says why it is started all the same.
        new = Server(program, folder / 'new', ('--accept-older-log', 'the machine is lost'))
        checks.check('another machine goes on with copy and ring', place(new, 'W-1') == last, (place(new, 'W-1'), last))
        known = newest(new)
        status, text = new.ingest('D-1', SECRET, report(27, 37.3, 127.7))
        checks.check('and takes reports of the same device', status == 200 and
                     wait_for(lambda: place(new, 'W-1')['lat_e7'] == 373000000), (status, text))
        checks.check('whose numbers go on', newest(new) > known)
        new.stop()
        new.end()
        mirror.end()
        log.end()
    checks.finish()


if __name__ == '__main__':
    main()
