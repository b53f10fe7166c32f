"""What tests of the watchdog share: where the operator is told, a way to the agency that can be cut, and a server with its
watchdog."""
import http.client
import http.server
import json
import pathlib
import socket
import subprocess
import threading

from haechi_server import Server

PERIOD_S, BOUND_MS = 9, 2000
NOTICED_S = PERIOD_S + BOUND_MS / 1000 + 5  # the rest of a round, the walk and bound of the next, a busy machine


class Page:
    """Where the operator is told: keeps what comes."""

    def __init__(self):
        self.told = []
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                outer.told.append(json.loads(self.rfile.read(int(self.headers['content-length']))))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def states(self):
        return [one['state'] for one in self.told]


class Gate:
    """A port that leads to another as long as it is open: the way from the server to the watchdog's agency."""

    def __init__(self):
        self.listener = socket.create_server(('127.0.0.1', 0))
        self.port = self.listener.getsockname()[1]
        self.target, self.is_open = None, True
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            one, _ = self.listener.accept()
            try:
                if not self.is_open:
                    raise OSError('closed')
                other = socket.create_connection(('127.0.0.1', self.target))
            except OSError:
                one.close()
                continue
            for source, sink in ((one, other), (other, one)):
                threading.Thread(target=self._carry, args=(source, sink), daemon=True).start()

    def _carry(self, source, sink):
        try:
            while data := source.recv(65536):
                if not self.is_open:
                    break
                sink.sendall(data)
        except OSError:
            pass
        for end in (source, sink):
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Story:
    def __init__(self, checks, program, folder, server=None):
        self.check, self.program, self.folder = checks.check, program, pathlib.Path(folder)
        self.server, self.page, self.gate = server or Server(program), Page(), Gate()
        self.settings = self.folder / 'watchdog.toml'
        self.commands = self.folder / 'commands'
        self.process = None

    def write_settings(self, **more):
        key = json.loads(self.server.request('POST', '/api/v1/demo/keys', 'registrar', {
            'role': 'connector', 'agency_id': 'watchdog', 'wearer_ids': ['watchdog-wearer']})[1])['key']
        at = f'http{"s" if self.server.context else ""}://127.0.0.1'
        settings = {
            'server': f'{at}:{self.server.http_port}', 'devices': f'{at}:{self.server.devices_port}',
            'key': key, 'device_secret': 'a-secret-of-the-device', 'agency_secret': 'a-secret-of-the-agency', 'port': 0,
            'endpoint': f'{at}:{self.gate.port}', 'period_s': PERIOD_S, 'bound_ms': BOUND_MS, 'repeat_s': 1,
            'place': [36.0, 130.5], 'alarm_url': f'http://127.0.0.1:{self.page.port}/',
            'alarm_command': f'echo "$HAECHI_WATCHDOG_STATE" >> {self.commands}', **more}
        self.settings.write_text('\n'.join(f'{name} = {json.dumps(value)}' for name, value in settings.items()))
        self.settings.chmod(0o600)

    def run(self, *words):
        return subprocess.run([self.program, 'watchdog', '--config', self.settings, *words], capture_output=True, text=True,
                              timeout=60)

    def set_up(self):
        key_file = self.folder / 'registrar.key'
        key_file.write_text(self.server.keys['registrar'])
        return self.run('setup', '--registrar-key-file', str(key_file))

    def start(self):
        self.process = subprocess.Popen([self.program, 'watchdog', '--config', self.settings], stdout=subprocess.PIPE,
                                        stderr=open(self.folder / 'watchdog.log', 'w'), text=True)
        self.port = int(self.process.stdout.readline().rsplit(':', 1)[1])
        self.gate.target = self.port

    def asked(self, path):
        connection = http.client.HTTPConnection('127.0.0.1', self.port, timeout=5)
        connection.request('GET', path)
        response = connection.getresponse()
        return response.status, response.read().decode()

    def rounds(self, outcome):
        line = f'haechi_watchdog_rounds_total{{outcome="{outcome}"}} '
        return next(int(each[len(line):]) for each in self.asked('/metrics')[1].splitlines() if each.startswith(line))

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.server.end()
