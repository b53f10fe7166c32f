"""What `./x libraries` says of libraries that are behind: the real apt, dpkg and npm, asked about an archive and a registry made up
here, so that each library has the age that its sentence says."""
import datetime
import email.utils
import gzip
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time

from haechi_server import Checks, arguments

TOP = pathlib.Path(__file__).resolve().parents[2]
OURS = '3.0.1-1'


def control(version, **more):
    fields = {'Package': 'libssl3', 'Version': version, 'Architecture': 'amd64', 'Maintainer': 'Nobody <n@example.org>',
              'Description': 'made up', **more}
    return ''.join(f'{name}: {value}\n' for name, value in fields.items())


def entry(version, days, distribution):
    made = email.utils.format_datetime(datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days))
    return f'openssl ({version}) {distribution}; urgency=medium\n\n  * Something.\n\n -- Nobody <n@example.org>  {made}\n'


class Debian:
    """A machine with one package, which owns the OpenSSL that the program loads, and an archive that offers others."""

    def __init__(self, folder, program):
        self.archive, self.root = folder / 'archive', folder / 'root'
        loaded = [line.split()[2] for line in subprocess.run(['ldd', program], capture_output=True, text=True, check=True)
                  .stdout.splitlines() if 'libssl.so' in line]
        info = self.root / 'dpkg/info'
        for made in (self.archive, info, self.root / 'dpkg/updates', self.root / 'state/lists/partial',
                     self.root / 'cache/archives/partial', self.root / 'etc'):
            made.mkdir(parents=True)
        (self.root / 'dpkg/status').write_text(control(OURS, Source='openssl', Status='install ok installed') + '\n')
        (info / 'libssl3.list').write_text('/.\n' + '\n'.join(loaded) + '\n')
        (self.root / 'etc/sources.list').write_text(f'deb [trusted=yes] file://{self.archive} ./\n')
        config = self.root / 'apt.conf'
        config.write_text(f'Dir "{self.root}";\nDir::State "state";\nDir::State::status "{self.root}/dpkg/status";\n'
                          'Dir::Cache "cache";\nDir::Etc "etc";\nAPT::Architecture "amd64";\nAPT::Sandbox::User "";\n')
        self.environment = {'APT_CONFIG': str(config), 'DPKG_ADMINDIR': str(self.root / 'dpkg')}

    def offer(self, version, *entries):
        """Nothing but this version, with a changelog of these entries, newest first, before that of ours."""
        tree = self.archive / 'tree'
        (tree / 'DEBIAN').mkdir(parents=True, exist_ok=True)
        (tree / 'DEBIAN/control').write_text(control(version, Source='openssl'))
        place = tree / 'usr/share/doc/libssl3'
        place.mkdir(parents=True, exist_ok=True)
        (place / 'changelog.Debian.gz').write_bytes(gzip.compress('\n'.join([*entries, entry(OURS, 900, 'stable')]).encode()))
        for old in self.archive.glob('*.deb'):
            old.unlink()
        subprocess.run(['dpkg-deb', '--build', '-Znone', tree, self.archive / f'libssl3_{version}.deb'], check=True,
                       capture_output=True)
        (self.archive / 'Packages').write_text(subprocess.run(['dpkg-scanpackages', '-m', '.'], cwd=self.archive, check=True,
                                                              capture_output=True, text=True).stdout)


class Registry:
    """An npm registry with one package, "held", published as `days` says, of which `advisories` speak."""

    def __init__(self):
        registry = self
        self.days, self.advisories, self.told = {'1.0.0': 900}, [], 0

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self, body):
                text = json.dumps(body).encode()
                self.send_response(200)
                self.send_header('Content-Type', 'application/json')
                self.send_header('Content-Length', str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def do_GET(self):
                self.answer(registry.package())

            def do_POST(self):
                self.rfile.read(int(self.headers['Content-Length']))
                self.answer({'held': registry.advisories} if registry.advisories else {})

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.address = f'http://127.0.0.1:{self.server.server_address[1]}/'
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def package(self):
        versions = {version: {'name': 'held', 'version': version, 'dist': {'tarball': f'{self.address}held.tgz', 'shasum': '0' * 40}}
                    for version in self.days}
        times = {version: time.strftime('%Y-%m-%dT%H:%M:%S.000Z', time.gmtime(time.time() - days * 86400))
                 for version, days in self.days.items()}
        return {'name': 'held', 'dist-tags': {'latest': list(versions)[-1]}, 'versions': versions, 'time': times}

    def blame(self, severity, affected):
        self.told += 1  # npm keeps what it was told under a number
        self.advisories = [{'id': self.told, 'url': 'https://example.org/', 'title': 'made up', 'severity': severity,
                            'vulnerable_versions': affected, 'cwe': [], 'cvss': {'score': 0, 'vectorString': None}}]


def web_folder(folder):
    web = folder / 'web'
    web.mkdir()
    package = {'name': 'pages', 'version': '1.0.0', 'dependencies': {'held': '1.0.0'}}
    (web / 'package.json').write_text(json.dumps(package))
    (web / 'package-lock.json').write_text(json.dumps(
        {'name': 'pages', 'version': '1.0.0', 'lockfileVersion': 3,
         'packages': {'': package, 'node_modules/held': {'version': '1.0.0', 'resolved': 'https://example.org/held.tgz'}}}))
    return web


def main():
    program, checks = arguments().haechi, Checks()
    with tempfile.TemporaryDirectory() as place:
        folder = pathlib.Path(place)
        folder.chmod(0o755)
        debian, registry, web = Debian(folder, program), Registry(), web_folder(folder)

        def told(*more, registry_at=registry.address):
            environment = dict(os.environ, **debian.environment, npm_config_registry=registry_at, npm_config_fetch_retries='0',
                               npm_config_cache=str(folder / 'npm'), npm_config_prefer_online='true')
            run = subprocess.run([sys.executable, TOP / 'x.d/libraries.py', program, '--web', web, *more], env=environment,
                                 capture_output=True, text=True)
            return run.returncode, run.stdout + run.stderr

        def holds(sentence, code, *words, told_now):
            checks.check(sentence, told_now[0] == code and all(word in told_now[1] for word in words), told_now)

        alone = ['--only-loaded']
        debian.offer(OURS)
        holds('nothing is said where nothing is behind', 0, '0 late', told_now=told())
        debian.offer('3.0.2-1', entry('3.0.2-1', 179, 'stable'))
        holds('a version without a fault is due within 180 days', 0, 'due   libssl3 3.0.1-1, offered 3.0.2-1', told_now=told(*alone))
        debian.offer('3.0.2-1', entry('3.0.2-1', 182, 'stable'))
        holds('and late after them', 1, 'LATE  libssl3', told_now=told(*alone))
        debian.offer('3.0.2-2', entry('3.0.2-2', 2, 'stable-security'))
        holds('a security update is due within three days', 0, 'due   libssl3', 'critical', told_now=told(*alone))
        debian.offer('3.0.2-3', entry('3.0.2-3', 1, 'stable-security'), entry('3.0.2-2', 5, 'stable-security'))
        holds('and its days count from the first that was not taken', 1, 'LATE  libssl3', 'for 5 days', told_now=told(*alone))
        debian.offer('3.0.3-1')
        holds('one of which nobody says since when is late', 1, 'nobody says since when', told_now=told(*alone))

        debian.offer(OURS)
        registry.days = {'1.0.0': 900, '1.1.0': 13}
        registry.blame('high', '<1.1.0')
        holds('a fault of a page\'s library that is high is due within 14 days', 0, 'due   held', 'high', told_now=told())
        registry.days['1.1.0'] = 16
        holds('and late after them', 1, 'LATE  held 1.0.0', 'high', told_now=told())
        registry.blame('moderate', '<1.1.0')
        holds('one that is moderate is not late yet', 0, 'moderate', told_now=told())
        registry.blame('moderate', '*')
        holds('one that no version mends is late at once', 1, 'nobody says since when', told_now=told())
        registry.advisories, registry.days = [], {'1.0.0': 900, '1.1.0': 200, '2.0.0': 1}
        holds('a newer version of the same major is late after 180 days', 1, 'LATE  held 1.0.0, offered 1.1.0', told_now=told())
        registry.days = {'1.0.0': 900, '2.0.0': 200}
        holds('another major is another library', 0, '0 late', told_now=told())

        holds('a registry that gives no answer is said to have given none', 2, 'NOT ASKED npm', '2 could not be asked',
              told_now=told(registry_at='http://127.0.0.1:1/'))
        (debian.archive / 'Packages').unlink()
        holds('and so is an archive', 2, 'NOT ASKED apt-get update', told_now=told(*alone))
        registry.server.shutdown()
    checks.finish()


if __name__ == '__main__':
    main()
