"""No acknowledgement leaves before its report is synced, seen from inside a real server under full load (ack_order.c): a
million PUBACKs, each of which has to come after a sync of the log that began after its report was read. The control is a server
whose syncs are done when the next one begins. One device that waits for each answer is its load: where many send, the next sync
has often begun before an answer leaves, and one report after another there are none but answers that were too early."""
import base64
import hashlib
import json
import pathlib
import struct
import subprocess
import tempfile

from haechi_server import Checks, Server, arguments

ACKNOWLEDGEMENTS = 1_000_000
RUN_S = 5
SECRET = 'a-secret-of-good-length'


def new_devices(server, folder, turn, count):
    """The file of devices that were never heard, so that no report is one that is in the log already."""
    digest = base64.b64encode(hashlib.sha256(SECRET.encode()).digest()).decode()
    names = [f'{turn}-{n}' for n in range(count)]
    facts = [fact for name in names for fact in (
        {'person_registered': {'id': f'w-{name}', 'role': 'ROLE_WEARER'}},
        {'device_registered': {'id': f'd-{name}', 'kind': 'DEVICE_KIND_ANKLE', 'person_id': f'w-{name}', 'interval_s': 3600,
                               'secret_sha256': digest}})]
    status, text = server.request('POST', '/api/v1/facts', 'registrar', {'facts': facts})
    if status != 201:
        raise RuntimeError(f'{status} {text}')
    devices = folder / 'devices'
    devices.write_text(''.join(f'd-{name} {SECRET}\n' for name in names))
    return devices


def watched(program, library, folder, enough, connections, window, lie=False):
    """(PUBACKs, syncs, PUBACKs that left too early) of a server that was given work until there were enough. `window`: reports
    that each connection has under way."""
    folder.mkdir()
    counts = folder / 'counts'
    settings = folder / 'haechi.toml'
    settings.write_text('[devices]\nreports_per_s = 1000000\n')
    server = Server(program, folder, ('--config', settings), {'LD_PRELOAD': str(library), 'ACK_ORDER_FILE': str(counts),
                                                             **({'ACK_ORDER_LIE': '1'} if lie else {})})
    try:
        load = pathlib.Path(program).resolve().parent / 'load'
        seen = 0
        for turn in range(20):
            subprocess.run([load, 'ingest', '--port', str(server.mqtt_port), '--devices', new_devices(server, folder, turn, connections),
                            '--seconds', str(RUN_S), '--window', str(window)], check=True, stdout=subprocess.DEVNULL)
            pubacks, syncs, early = struct.unpack('QQQ', counts.read_bytes())
            if pubacks >= enough or pubacks == seen:
                break
            seen = pubacks
        return pubacks, syncs, early
    finally:
        server.stop()
        server.end()


def main():
    options, checks = arguments(), Checks()
    with tempfile.TemporaryDirectory(prefix='haechi-order-') as top:
        top = pathlib.Path(top)
        library = top / 'order.so'
        subprocess.run(['cc', '-O2', '-shared', '-fPIC', '-o', library, pathlib.Path(__file__).parent / 'ack_order.c'], check=True)
        pubacks, syncs, early = watched(options.haechi, library, top / 'true', ACKNOWLEDGEMENTS, connections=100, window=20)
        print(f'      {pubacks} acknowledgements, {syncs} syncs of the log, {early} too early', flush=True)
        checks.check('a million acknowledgements were watched, over many syncs', pubacks >= ACKNOWLEDGEMENTS and syncs > 1000,
                     (pubacks, syncs))
        checks.check('each of them left after a sync that began after its report was read', early == 0, early)
        pubacks, syncs, early = watched(options.haechi, library, top / 'one', 1, connections=1, window=1)
        print(f'      one at a time: {pubacks} acknowledgements, {syncs} syncs of the log, {early} too early', flush=True)
        checks.check('so it is with one report at a time', pubacks > 100 and early == 0, (pubacks, syncs, early))
        pubacks, syncs, early = watched(options.haechi, library, top / 'lie', 1, connections=1, window=1, lie=True)
        print(f'      control: {pubacks} acknowledgements, {syncs} syncs of the log, {early} too early', flush=True)
        checks.check('on a disk that says so too early, most of them are seen to be too early', early > pubacks / 2 > 50,
                     (pubacks, syncs, early))
    checks.finish()


if __name__ == '__main__':
    main()
