"""What a server says of itself: how the program before it ended, and that its log is older than what was seen."""
import json
import pathlib
import shutil
import signal
import subprocess
import tempfile

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


def main():
    checks = Checks()
    program = arguments().haechi
    for story in (a_fault_of_its_own, an_older_log):
        with tempfile.TemporaryDirectory(prefix='haechi-health-') as folder:
            story(checks, program, pathlib.Path(folder))
    checks.finish()


main()
