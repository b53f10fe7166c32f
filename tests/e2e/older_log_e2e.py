"""An older copy of everything on the machine is put back, the mark beside the keys with it: what a witness or a mirror has seen keeps
the start from going on until a person says why; one that cannot be reached keeps nobody from being guarded, and that is said."""
import json
import pathlib
import shutil
import subprocess
import tempfile
import time

from haechi_server import Checks, Server, arguments, register_device, report, wait_for

SECRET = 'a-secret-of-good-length'


def config(folder, name, text):
    path = folder / name
    path.write_text(text)
    return ['--config', path]


def refused(program, folder, extra=()):
    """What a start says that does not begin, and after how long it said it."""
    began = time.monotonic()
    run = subprocess.run([program, 'serve', '--data', folder / 'store', '--http-port', '0', '--devices-http-port', '0', '--mqtt-port',
                          '0', '--demo-keys', folder / 'keys.json', *extra], capture_output=True, text=True, timeout=60)
    return (run.stderr if run.returncode == 1 else f'started: {run.stdout}'), time.monotonic() - began


def conditions(server):
    text = server.request('GET', '/api/v1/node', server.new_key(role='administrator'))[1]
    return [one['condition'] for one in json.loads(text).get('conditions', []) if one['condition']['kind'] == 'OLDER_LOG']


def put_back(folder):
    for name in ('store', 'store.keys'):
        shutil.rmtree(folder / name)
        shutil.copytree(folder / f'{name}.backup', folder / name)


def story(checks, program, folder, kind):
    """`kind`: who has seen more, a witness or a mirror."""
    check = checks.check
    for name in ('log', 'other'):
        (folder / name).mkdir()
    home = folder / 'log'
    server = Server(program, home)
    register_device(server, 'ankle', SECRET, 'w-1')
    key = wait_for(lambda: (server.data / 'evidence' / 'key.pub').is_file() and
                   (server.data / 'evidence' / 'key.pub').read_text().strip(), 15)
    server.stop()
    server.end()
    there = (f'[witness]\nname = "example.org/w"\nlogs = ["{key}"]\n' if kind == 'witness' else f'[mirror]\nlogs = ["{key}"]\n')
    other = Server(program, folder / 'other', config(folder, 'other.toml', there))
    url = f'http://127.0.0.1:{other.http_port}'
    if kind == 'witness':
        mark = (other.data / 'witness' / 'key.pub').read_text().strip()
        said = f'[evidence]\nwitnesses = ["{mark} {url}/witness/v1"]\n'
        counted = 'haechi_evidence_cosigned_entries'
    else:
        said, counted = f'[evidence]\nmirrors = ["{url}/mirror/v1"]\n', 'haechi_evidence_mirrored_entries'
    extra = config(folder, 'log.toml', said)
    for name in ('store', 'store.keys'):
        shutil.copytree(home / name, home / f'{name}.backup')

    server = Server(program, home, extra)
    for seq in range(1, 21):
        server.ingest('ankle', SECRET, report(seq))
    entries = int(server.metrics()['haechi_spine_entry_no'])
    check(f'the {kind} sees what comes', wait_for(lambda: server.counted(counted) >= entries, 40), server.metrics())
    server.kill()
    server.end()
    server = Server(program, home, extra)
    check(f'after a kill the {kind} has seen no more than there is', not conditions(server))
    check('and was heard', server.metrics()['haechi_seen_elsewhere_unheard'] == 0)
    server.kill()
    server.end()

    put_back(home)
    before = (home / 'store' / 'log' / 'log.sqlite').read_bytes()
    text, _ = refused(program, home, extra)
    check(f'an older copy of all of it does not start: the {kind} has seen more',
          f'were seen by {url}' in text and '--accept-older-log' in text, text)
    check('no entry was added to it', before == (home / 'store' / 'log' / 'log.sqlite').read_bytes())
    server = Server(program, home, (*extra, '--accept-older-log', 'the disk burnt'))
    told = wait_for(lambda: conditions(server))
    check('a person may say why it should; the log keeps that', told and told[0]['detail'] == 'the disk burnt'
          and int(told[0]['seen_entry_no']) >= entries, told)
    check('it takes reports', server.ingest('ankle', SECRET, report(30))[0] == 200)
    marks = home / 'store.keys' / 'seen'
    wait_for(lambda: len(marks.read_text().split()) == 3 and int(marks.read_text().split()[2]) >= entries, 15)
    server.stop()
    server.end()
    server = Server(program, home, extra)
    check('the next start asks nobody', server.alive() and len(conditions(server)) == 1)
    server.stop()
    server.end()

    put_back(home)
    text, _ = refused(program, home, extra)
    check('put back once more, it is noticed once more', f'were seen by {url}' in text, text)
    other.stop()
    other.end()
    began = time.monotonic()
    server = Server(program, home, extra)
    took = time.monotonic() - began
    status, _ = server.ingest('ankle', SECRET, report(40))
    check(f'a {kind} that is away keeps nobody from being guarded', status == 200 and took < 10, (status, took))
    check('but that is said', 'cannot be asked of' in (home / 'serve.out').read_text() and
          server.metrics()['haechi_seen_elsewhere_unheard'] == 1)
    server.stop()
    server.end()


def main():
    checks = Checks()
    program = arguments().haechi
    for kind in ('witness', 'mirror'):
        with tempfile.TemporaryDirectory(prefix='haechi-older-') as folder:
            story(checks, program, pathlib.Path(folder), kind)
    checks.finish()


if __name__ == '__main__':
    main()
