"""Whom the operator named turns to another machine (names.c answers in place of the name service): nobody inside is called, it
is counted and told, and alarms go out again once the name is right."""
import json
import pathlib
import re
import shutil
import socket
import subprocess
import tempfile
import threading
import time

from haechi_server import ACCEPT, Checks, Server, arguments, register_device, report, wait_for

SECRET = 'a-secret-of-good-length'
AGREED = '\n'.join(f'{part} = "as agreed"' for part in ('purpose', 'basis', 'scope', 'method', 'security', 'cost'))


class Names:
    def __init__(self, folder):
        self.file, self.library = folder / 'names', folder / 'names.so'
        subprocess.run(['cc', '-O2', '-shared', '-fPIC', '-o', self.library, pathlib.Path(__file__).parent / 'names.c', '-ldl'],
                       check=True)
        self.environment = {'LD_PRELOAD': str(self.library), 'HAECHI_NAMES': str(self.file)}

    def lead(self, **to):
        whole = self.file.with_suffix('.new')
        whole.write_text(''.join(f'{host}.example {address}\n' for host, address in to.items()))
        whole.rename(self.file)


class Listener:
    """Counts who connects, and says nothing."""

    def __init__(self):
        self.socket = socket.create_server(('127.0.0.1', 0))
        self.port, self.came = self.socket.getsockname()[1], 0
        threading.Thread(target=self.count, daemon=True).start()

    def count(self):
        while True:
            try:
                self.socket.accept()[0].close()
            except OSError:
                return
            self.came += 1


def refused(server):
    return int(float(re.search(r'^haechi_outgoing_refused_total (\S+)$', server.request('GET', '/metrics')[1], re.M)[1]))


def log_of(server):
    return (server.folder / 'serve.log').read_text() + (server.folder / 'serve.out').read_text()


def hand_off_of(server, wearer):
    listed = json.loads(server.request('GET', '/api/v1/incidents', 'control')[1])['incidents']
    ours = [one for one in listed if one['wearer_id'] == wearer]
    if not ours:
        return None
    detail = json.loads(server.request('GET', f"/api/v1/incidents/{ours[0]['id']}", 'control')[1])
    return detail['hand_offs'][0] if detail.get('hand_offs') else None


def an_agency_turns(checks, program, names, folder):
    """A demonstration may call this machine by any name, and nothing else inside."""
    config = folder / 'agency.toml'
    config.write_text(f'[link]\nhosts = ["cad.example"]\nplain = true\n[link.agreements."cad.example"]\n{AGREED}\n')
    server = Server(program, extra=('--config', config), environment=names.environment)
    cad = None
    try:
        cad = subprocess.Popen([program, 'cad', '--port', '0', '--haechi', f'http://127.0.0.1:{server.http_port}', '--agency',
                                'cad', '--secret', SECRET], stdout=subprocess.PIPE, text=True)
        port = int(re.search(r':(\d+)$', cad.stdout.readline().strip())[1])
        server.put('agencies/cad', {'name': 'CAD', 'desk': 'DESK_CONNECTOR',
                                    'connector': {'endpoint': f'http://cad.example:{port}', 'secret': SECRET}})
        server.put('jurisdictions/all', {'agency_id': 'cad', 'shape': {'circle': {
            'centre': {'lat_e7': 350_000_000, 'lng_e7': 1_275_000_000}, 'radius_mm': 5_000_000}}})
        for n in range(2):
            register_device(server, f'ankle-{n}', SECRET, f'wearer-{n}', interval_s=600)
            server.put(f'orders/order-{n}', {'kind': 'EM_POST', 'legal_basis': 'EM Act 5', 'wearer_id': f'wearer-{n}',
                                             'starts_at_us': str(round((time.time() - 86_400) * 1e6))})

        def cut(n):
            server.ingest(f'ankle-{n}', SECRET, report(1, 35.0, 127.5, events=['DEVICE_EVENT_STRAP_CUT']))

        def taken(n, seconds):
            return wait_for(lambda: (hand_off_of(server, f'wearer-{n}') or {}).get('event_no'), seconds)

        names.lead(cad='127.0.0.1')
        cut(0)
        checks.check('an agency on this machine is told by its name', taken(0, 10), hand_off_of(server, 'wearer-0'))
        checks.check('nothing was refused so far', refused(server) == 0)
        # The connection to the right machine is kept; the end of the agency ends it.
        cad.kill()
        cad.wait()
        for n, address in enumerate(('169.254.169.254', '10.255.255.1', '::ffff:10.255.255.2')):
            names.lead(cad=address)
            if n == 0:
                cut(1)
            before = refused(server)
            checks.check(f'where its name leads to {address}, nobody is called', wait_for(lambda: refused(server) > before, 15))
            checks.check('... and it is told', wait_for(lambda: f'cad.example leads to {address.rpartition(":")[2]}' in log_of(server)),
                         log_of(server)[-500:])
        checks.check('the agency that is not reached does not take the alarm', not hand_off_of(server, 'wearer-1').get('event_no'))
        cad = subprocess.Popen([program, 'cad', '--port', str(port), '--haechi', f'http://127.0.0.1:{server.http_port}', '--agency',
                                'cad', '--secret', SECRET], stdout=subprocess.PIPE, text=True)
        cad.stdout.readline()
        names.lead(cad='127.0.0.1')
        checks.check('once it leads to the agency again, the alarm arrives', taken(1, 20), hand_off_of(server, 'wearer-1'))
    finally:
        if cad:
            cad.kill()
            cad.wait()
        server.end()


def a_node_that_is_no_demonstration(checks, program, names, folder):
    mirror, provider = Listener(), Listener()
    text = (f'[evidence]\nmirrors = ["https://mirror.example:{mirror.port}/mirror/v1"]\n'
            '[notify]\npages = "https://haechi.example"\n'
            f'[[oidc]]\nid = "p"\nname = "P"\nissuer = "https://provider.example:{provider.port}"\nclient_id = "h"\n' + ACCEPT)
    names.lead(mirror='127.0.0.1', provider='::ffff:127.0.0.1')
    for inside, may in (([], False), (['mirror.example', 'provider.example'], True), (['127.0.0.0/8'], True)):
        config = folder / 'node.toml'
        config.write_text(text + f'[outgoing]\ninside = {json.dumps(inside)}\n')
        came = mirror.came, provider.came
        server = Server(program, extra=('--config', config), environment=names.environment, demonstration=False)
        try:
            if may:
                checks.check(f'named in {inside}, mirror and identity provider on this machine are called',
                             wait_for(lambda: mirror.came > came[0] and provider.came > came[1], 10), (mirror.came, provider.came))
                checks.check('... and nothing is refused', refused(server) == 0)
            else:
                checks.check('not named, they are not called', wait_for(lambda: refused(server) >= 2, 10), refused(server))
                checks.check('... not once', (mirror.came, provider.came) == (0, 0))
                checks.check('... and each is told', wait_for(lambda: all(
                    f'{host}.example leads to 127.0.0.1' in log_of(server) for host in ('mirror', 'provider'))), log_of(server)[-500:])
        finally:
            server.end()


def main():
    options, checks = arguments(), Checks()
    folder = pathlib.Path(tempfile.mkdtemp(prefix='haechi-names-'))
    try:
        names = Names(folder)
        an_agency_turns(checks, options.haechi, names, folder)
        a_node_that_is_no_demonstration(checks, options.haechi, names, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    checks.finish()


if __name__ == '__main__':
    main()
