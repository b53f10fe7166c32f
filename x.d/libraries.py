"""./x libraries: which libraries are behind what their makers offer, and whether longer than docs/libraries.md allows.

Debian's: the packages whose libraries the program loads, and the -dev packages of x.d/packages.txt, which are compiled in. What
is offered is what apt knows after it asked, as root; since when, and whether it mends a fault, is what the changelog of the offered
package says of the versions after ours. Npm's: what the pages hold (web/package-lock.json); faults are those of `npm audit`, a
version is behind when a newer one of its major is published. What nobody has mended yet is known to `npm audit` alone.

Ends with 0: nothing is behind for longer than it may be; 1: something is; 2: nothing is, but somebody could not be asked."""
import argparse
import dataclasses
import datetime
import email.utils
import gzip
import io
import json
import os
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile

import sbom

# Of docs/libraries.md. How bad a fault is that Debian mends is in no list of apt's: it counts as the worst.
DAYS_MAX = {'critical': 3, 'high': 14, 'moderate': 60, 'low': 180, 'none': 180}


class NotAsked(Exception):
    """Somebody who had to be asked gave no answer."""


@dataclasses.dataclass
class Behind:
    name: str
    ours: str
    offered: str
    fault: str  # one of DAYS_MAX
    since: datetime.date | None  # None: nobody says, which counts as too long

    def is_late(self, today):
        return self.since is None or (today - self.since).days > DAYS_MAX[self.fault]

    def line(self, today):
        age = 'nobody says since when' if self.since is None else f'for {(today - self.since).days} days'
        fault = 'without a known fault' if self.fault == 'none' else f'fault: {self.fault}'
        return (f'{"LATE " if self.is_late(today) else "due  "} {self.name} {self.ours}, offered {self.offered} {age} '
                f'({fault}, {DAYS_MAX[self.fault]} days)')


def run(command, folder=None):
    """What it prints; NotAsked when it fails."""
    try:
        ended = subprocess.run(command, capture_output=True, text=True, cwd=folder, env=dict(os.environ, LC_ALL='C'))
    except FileNotFoundError:
        raise NotAsked(f'{command[0]} is not installed') from None
    if ended.returncode:
        raise NotAsked(f'{" ".join(command[:2])}: {(ended.stderr.strip() or ended.stdout.strip())[-300:]}')
    return ended.stdout


def is_newer(version, than):
    return subprocess.run(['dpkg', '--compare-versions', version, 'gt', than]).returncode == 0


def changes_after(changelog, ours):
    """Of the versions in a Debian changelog that are newer than ours: whether any mends a fault, and when the first was made."""
    fault, days = 'none', []
    for entry in re.split(r'\n(?=\S+ \([^)]+\) )', changelog):
        head = re.match(r'\S+ \(([^)]+)\) ([^;]+);', entry)
        made = re.search(r'\n -- .*>  (.+)', entry)
        if head is None or made is None or not is_newer(head[1], ours):
            break
        days.append(email.utils.parsedate_to_datetime(made[1].strip()).date())
        if head[2].endswith('-security') or 'CVE-' in entry:
            fault = 'critical'
    return fault, min(days, default=None)


def changelog_of(package, version):
    """That of the offered package; empty when it holds none."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)  # apt fetches as a user of its own
        run(['apt-get', 'download', '-qq', f'{package}={version}'], folder)
        packed = next(pathlib.Path(folder).glob('*.deb'))
        files = subprocess.run(['dpkg-deb', '--fsys-tarfile', packed], capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(files)) as archive:
        for form in (r'Debian(\.\w+)?\.gz', r'gz'):  # a build of the same source has its entry in a file of its own, which sorts first
            texts = {member.name: gzip.decompress(archive.extractfile(member).read()).decode(errors='replace')
                     for member in archive if member.isfile() and re.search(rf'/changelog\.{form}$', member.name)}
            if texts:
                return '\n'.join(text.strip() for _, text in sorted(texts.items()))
    return ''


def offers(policy):
    """(package, installed, offered) of what `apt-cache policy` prints."""
    return re.findall(r'^(\S+):\n  Installed: (\S+)\n  Candidate: (\S+)', policy, re.M)


def debian_behind(packages):
    run(['apt-get', 'update', '-qq', '--error-on=any'])
    for package, installed, offered in offers(run(['apt-cache', 'policy', *packages])):
        if installed == '(none)' or not is_newer(offered, installed):
            continue
        source = run(['dpkg-query', '-W', '-f', '${source:Version}\n', package]).splitlines()[0]
        yield Behind(package, installed, offered, *changes_after(changelog_of(package, offered), source))


def numbers(version):
    return tuple(int(part) for part in version.split('.'))


def published(name):
    """The days on which the whole versions of an npm package were published, by version."""
    days = json.loads(run(['npm', 'view', name, 'time', '--json']))
    return {version: datetime.date.fromisoformat(day[:10]) for version, day in days.items()
            if re.fullmatch(r'\d+\.\d+\.\d+', version)}


def first_outside(days, affected):
    """When the first version after the affected ones came: affected is a range that ends like '<2.0.1' or '<=2.0.0'."""
    end = re.search(r'<(=?)\s*(\d+\.\d+\.\d+)$', affected.strip())
    if end is None:
        return None
    return min((day for version, day in days.items()
                if numbers(version) > numbers(end[2]) or (not end[1] and version == end[2])), default=None)


def npm_faults(folder):
    answer = subprocess.run(['npm', 'audit', '--omit=dev', '--package-lock-only', '--json'], capture_output=True, text=True,
                            cwd=folder).stdout
    found = json.loads(answer or '{}')
    if 'vulnerabilities' not in found:
        raise NotAsked(f'npm audit: {found.get("message", "no answer")}')
    locked = json.loads((folder / 'package-lock.json').read_text())['packages']
    for name, one in sorted(found['vulnerabilities'].items()):
        ours = ' and '.join(sorted({locked[node]['version'] for node in one['nodes']}))
        for fault in (via for via in one['via'] if isinstance(via, dict)):  # a word: a fault of what it needs, named there
            yield Behind(name, ours, f'a version not {fault["range"]}', fault['severity'],
                         first_outside(published(name), fault['range']))


def npm_behind(folder):
    locked = json.loads((folder / 'package-lock.json').read_text())['packages']
    for name in sorted(locked[''].get('dependencies', {})):
        ours = locked[f'node_modules/{name}']['version']
        newer = {version: day for version, day in published(name).items()
                 if numbers(version) > numbers(ours) and numbers(version)[0] == numbers(ours)[0]}
        if newer:
            yield Behind(name, ours, max(newer, key=numbers), 'none', min(newer.values()))


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument('program', help='whose libraries they are')
    arguments.add_argument('--only-loaded', action='store_true', help='on a machine that only runs it')
    arguments.add_argument('--web', type=pathlib.Path, default=sbom.TOP / 'web', help='folder of package-lock.json')
    chosen = arguments.parse_args()
    packages = set(sbom.loaded_packages(chosen.program))
    asked = []
    if not chosen.only_loaded:
        packages |= {name for name in sbom.listed_packages() if name.endswith('-dev')}
        asked = [lambda: npm_faults(chosen.web), lambda: npm_behind(chosen.web)]
    today, late, unasked = datetime.date.today(), 0, 0
    for ask in (lambda: debian_behind(sorted(packages)), *asked):
        try:
            for one in ask():
                print(one.line(today))
                late += one.is_late(today)
        except NotAsked as why:
            print(f'NOT ASKED {why}')
            unasked += 1
    print(f'{len(packages)} packages of Debian looked at; {late} late, {unasked} could not be asked')
    return 1 if late else 2 if unasked else 0


if __name__ == '__main__':
    sys.exit(main())
