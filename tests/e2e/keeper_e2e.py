"""Keys in a process of their own: what a node does with them there, that none is in its own memory, and what happens when
either of both is killed.

The test knows every key: it reads the master key, and unwraps the ring's file itself (RFC 3394)."""
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import subprocess
import tempfile
import threading

from erasure_e2e import HERS, HIS, SECRET, live_a_day, order, place, replayed, tells, wish
from haechi_server import Checks, Server, arguments, report, wait_for

SLOT = 256  # docs/log_format.md: owner length at 9, owner at 10, wrapped key at 154


def unwrapped(master, wrapped):
    """RFC 3394, all keys at a time: one call of openssl for each of its 24 steps."""
    states = [[one[:8], *(one[at:at + 8] for at in range(8, 40, 8))] for one in wrapped]
    for step in range(24, 0, -1):
        part = (step - 1) % 4 + 1
        blocks = b''.join((int.from_bytes(state[0], 'big') ^ step).to_bytes(8, 'big') + state[part] for state in states)
        clear = subprocess.run(['openssl', 'enc', '-d', '-aes-256-ecb', '-nopad', '-K', master.hex()], input=blocks,
                               capture_output=True, check=True).stdout
        for at, state in enumerate(states):
            state[0], state[part] = clear[16 * at:16 * at + 8], clear[16 * at + 8:16 * at + 16]
    assert all(state[0] == b'\xa6' * 8 for state in states), 'not the master key of this ring'
    return [b''.join(state[1:]) for state in states]


def keys_of(folder):
    """{owner: bytes} of each living key, and of the master key."""
    master = bytes.fromhex((folder / 'store.keys' / 'master').read_text().strip())
    ring = (folder / 'store.keys' / 'ring').read_bytes()
    slots = [ring[at:at + SLOT] for at in range(SLOT, len(ring), SLOT)]
    living = [slot for slot in slots if slot[:8] == b'HAERING1' and slot[8] == 1]
    keys = unwrapped(master, [slot[154:194] for slot in living])
    return {'master': master, **{f'{slot[10:10 + slot[9]].decode()} {at}': key for at, (slot, key) in enumerate(zip(living, keys))}}


def owners_in(keys):
    return {name.split()[0] for name in keys}


def memory_of(pid):
    """Every byte that the process can read."""
    with open(f'/proc/{pid}/maps') as maps, open(f'/proc/{pid}/mem', 'rb', 0) as memory:
        for line in maps:
            begin, end, rights = re.match(r'(\w+)-(\w+) (\S+)', line).groups()
            if not rights.startswith('r') or line.rstrip().endswith(('[vvar]', '[vsyscall]', '[vvar_vclock]')):
                continue
            at, end = int(begin, 16), int(end, 16)
            before = b''
            while at < end:
                try:
                    memory.seek(at)
                    read = memory.read(min(1 << 24, end - at))
                except OSError:
                    break  # a page of a file that is shorter than its place
                if not read:
                    break
                yield before + read
                before, at = read[-64:], at + len(read)


def found_in(pid, keys):
    """Whose keys are in that process's memory: as bytes, or as the text of a file."""
    signs = {name: (key, key.hex().encode()) for name, key in keys.items()}
    out = set()
    for piece in memory_of(pid):
        out |= {name for name, both in signs.items() if any(sign in piece for sign in both)}
    return out


def keeper_of(server):
    return int(pathlib.Path(f'/proc/{server.process.pid}/task/{server.process.pid}/children').read_text().split()[0])


def gone(pid):
    try:
        return pathlib.Path(f'/proc/{pid}/stat').read_text().rsplit(')', 1)[1].split()[0] == 'Z'
    except FileNotFoundError:
        return True


class Load:
    """Sends her reports one after the other, and remembers which were acknowledged."""

    def __init__(self, server):
        self.server, self.acknowledged, self.ending = server, [], threading.Event()
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        for seq in range(1, 1 << 20):
            if self.ending.wait(0.02):
                return
            try:
                if self.server.ingest('D-W', SECRET, report(seq, HIS['lat'], HIS['lng'], epoch=self.server.process.pid))[0] == 200:
                    self.acknowledged.append((self.server.process.pid, seq))
            except (OSError, ValueError):
                return
            except Exception:  # http.client's own
                return

    def end(self):
        self.ending.set()
        self.thread.join()
        return self.acknowledged


def told(program, folder, acknowledged):
    code, text, error = replayed(program, folder / 'store')
    there = set()
    for line in text.decode().splitlines():
        said = re.search(r'"epoch":(\d+),.*?"seq":"(\d+)"', line.replace(' ', ''))
        if said and tells(line.encode(), HIS):
            there.add((int(said[1]), int(said[2])))
    missing = [one for one in acknowledged if one not in there]
    return code == 0 and acknowledged and not missing, (len(acknowledged), missing[:5], error[-300:])


def check_memory(checks, program, folder, serve):
    """While it works: reports come in, places are shown, names are sought, a device is given a key, places are made coarse."""
    plain = Server(program, folder)
    live_a_day(plain)
    keys = keys_of(folder)
    checks.check('the ring has keys of both, of their zone and of what is derived',
                 {'master', 'person/W-1', 'person/P-1', 'zone/home', 'root/coarse'} <= owners_in(keys), owners_in(keys))
    if os.geteuid() != 0:
        checks.skip('whose memory it is', 'only root may read that of a process that forbids it')
    else:
        here = found_in(plain.process.pid, keys)
        checks.check('a node that keeps its keys itself has them in its memory', {'master', 'person/W-1', 'person/P-1', 'root/coarse'} <= owners_in(here), here)
    plain.stop()
    plain.end()
    server = serve()
    load = Load(server)
    wait_for(lambda: len(load.acknowledged) > 20)
    checks.check('a node whose keys are kept apart shows where he is', tells(place(server, 'W-1').encode(), HIS))
    checks.check('... and who she is', HERS['name'] in server.request('GET', '/api/v1/persons/P-1', 'registrar')[1])
    given = json.loads(server.put('devices/D-W', {'kind': 'DEVICE_KIND_ANKLE', 'person_id': 'W-1', 'new_signing_key': True}))
    checks.check('... and gives a device its key', given['signing_key'])
    keys = keys_of(folder)
    keeper = keeper_of(server)
    if os.geteuid() == 0:
        wait_for(lambda: len(load.acknowledged) > 60)
        checks.check('of all keys none is in its memory', not (inside := found_in(server.process.pid, keys)), inside)
        theirs = owners_in(found_in(keeper, keys))
        checks.check('they are in the memory of the keeper', {'master', 'person/W-1', 'root/signing', 'root/coarse'} <= theirs, theirs)
    status = pathlib.Path(f'/proc/{keeper}/status').read_text()
    checks.check('which can gain no right and make no other call', 'Seccomp:\t2' in status and 'NoNewPrivs:\t1' in status, status)
    limits = pathlib.Path(f'/proc/{keeper}/limits').read_text()
    checks.check('... and leaves no core', re.search(r'Max core file size\s+0\s+0', limits), limits)
    if os.geteuid() == 0:
        open_there = {os.readlink(path).split(':')[0] for path in pathlib.Path(f'/proc/{keeper}/fd').iterdir()}
        checks.check('... and has nothing open but its lines and its ring', open_there <= {
            '/dev/null', 'socket', str(folder / 'store.keys' / 'ring'), str(folder / 'serve.log')}, open_there)
    return server, load


def check_change(checks, program, folder, server, load):
    master = folder / 'store.keys' / 'master'
    before, count = master.read_text(), len(load.acknowledged)
    done = subprocess.run([program, 'keys', 'rotate-master', '--data', folder / 'store'], capture_output=True, text=True, timeout=60)
    checks.check('the master key changes while it runs', done.returncode == 0 and master.read_text() != before, done.stdout + done.stderr)
    checks.check('... and reports come in', wait_for(lambda: len(load.acknowledged) > count + 10))
    if os.geteuid() == 0:
        checks.check('the next one is not in its memory either', not (inside := found_in(server.process.pid, keys_of(folder))), inside)


def check_ends(checks, program, folder, serve, server, load):
    keeper = keeper_of(server)
    os.kill(keeper, signal.SIGKILL)
    ended = wait_for(lambda: not server.alive(), 5)
    acknowledged = load.end()
    said = (folder / 'serve.log').read_text()
    checks.check('when the keeper is killed the node ends at once', ended and server.process.returncode == -signal.SIGABRT, server.process.returncode)
    checks.check('... and says why', 'nothing can be sealed any more' in said, said[-600:])
    server.end()
    checks.check('all that was acknowledged reads', *told(program, folder, acknowledged))
    server = serve()
    checks.check('it starts again and shows where he is', tells(place(server, 'W-1').encode(), HIS))
    load = Load(server)
    wait_for(lambda: len(load.acknowledged) > 5)
    keeper = keeper_of(server)
    server.kill()
    acknowledged += load.end()
    checks.check('when the node is killed the keeper ends', wait_for(lambda: gone(keeper), 5))
    server.end()
    server = serve()
    checks.check('and the next one has the ring', tells(place(server, 'W-1').encode(), HIS))
    keeper = keeper_of(server)
    os.kill(keeper, signal.SIGTERM)
    os.kill(keeper, signal.SIGINT)
    checks.check('who stops both means the node: the keeper stays until it is done', server.stop() == 0 and gone(keeper))
    server.end()
    checks.check('nothing that was acknowledged is lost', *told(program, folder, acknowledged))


def check_erasure(checks, program, folder, serve):
    server = serve()
    order(server, withdrawn=True)
    status, said = wish(server, 'W-1', 'erase')
    checks.check('he is erased', status == 200 and said.get('erased'), said)
    checks.check('... at once', not tells(place(server, 'W-1').encode(), HIS))
    owners = owners_in(keys_of(folder))
    checks.check('his key is gone from the ring, and hers is not', 'person/W-1' not in owners and 'person/P-1' in owners, owners)
    server.kill()
    server.end()
    server = serve()
    checks.check('a start tells where she is, and nothing of him', tells(place(server, 'P-1').encode(), HERS) and
                 not tells(place(server, 'W-1').encode(), HIS))
    server.stop()
    server.end()


def check_start(checks, program, folder):
    done = subprocess.run([program, 'keeper'], capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=10)
    checks.check('nobody else starts a keeper', done.returncode == 2 and 'started by a node' in done.stderr, done)
    known = (folder / 'store.keys' / 'master').read_text().strip()
    other = folder.parent / 'other'
    other.write_text('ab' * 32 + '\n')
    other.chmod(0o600)
    config = folder.parent / 'other.toml'
    config.write_text(f'[keys]\napart = true\nmaster = "{other}"\n')
    try:
        Server(program, folder, ['--config', str(config)]).end()
        checks.check('another master key does not start', False, 'it started')
    except RuntimeError as error:
        checks.check('another master key does not start', 'is not the one of' in str(error), error)
    config.write_text('[keys]\napart = true\n')
    os.rename(folder / 'store.keys' / 'master', folder.parent / 'kept')
    try:  # as the service has it
        resource.setrlimit(resource.RLIMIT_MEMLOCK, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        may_lock = True
    except ValueError:
        may_lock = False
    server = Server(program, folder, ['--config', str(config)], {'HAECHI_MASTER_KEY': known})
    checks.check('with the master key in the environment he is where he was', tells(place(server, 'W-1').encode(), HIS))
    if os.geteuid() == 0:
        environment = pathlib.Path(f'/proc/{server.process.pid}/environ').read_text()
        inside = found_in(server.process.pid, {'master': bytes.fromhex(known)})
        checks.check('... of which the node keeps nothing', known not in environment and not inside, inside)
    if not may_lock:
        checks.skip('where it may, the keeper locks its memory, and says so', 'nobody may raise RLIMIT_MEMLOCK here')
    else:
        locked = re.search(r'VmLck:\s+(\d+)', pathlib.Path(f'/proc/{keeper_of(server)}/status').read_text())
        checks.check('where it may, the keeper locks its memory, and says so', int(locked[1]) > 1000 and wait_for(
            lambda: 'its memory is never written' in (folder / 'serve.out').read_text()), locked)
    server.stop()
    server.end()
    os.rename(folder.parent / 'kept', folder / 'store.keys' / 'master')


def main():
    options, checks = arguments(), Checks()
    top = pathlib.Path(tempfile.mkdtemp(prefix='haechi-keeper-'))
    try:
        folder = top / 'server'
        folder.mkdir()
        config = top / 'apart.toml'
        config.write_text('[keys]\napart = true\n')
        serve = lambda: Server(options.haechi, folder, ['--config', str(config)])
        server, load = check_memory(checks, options.haechi, folder, serve)
        check_change(checks, options.haechi, folder, server, load)
        check_ends(checks, options.haechi, folder, serve, server, load)
        check_start(checks, options.haechi, folder)
        check_erasure(checks, options.haechi, folder, serve)
    finally:
        shutil.rmtree(top, ignore_errors=True)
    checks.finish()


if __name__ == '__main__':
    main()
