"""Prints what the product is made of as a CycloneDX bill of materials: Debian packages as installed, npm packages as locked.

`scope` is "required" for what the program loads or a page holds, "excluded" for what only builds and tests."""
import base64
import json
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent


def debian_packages(names, scope):
    """Those of `names` that are installed, with their versions."""
    answer = subprocess.run(['dpkg-query', '-W', '-f', '${db:Status-Status}\t${Package}\t${Version}\t${Architecture}\n', *names],
                            capture_output=True, text=True, check=False).stdout
    for line in sorted(set(answer.splitlines())):
        status, name, version, architecture = line.split('\t')
        if status == 'installed':
            yield {'type': 'library', 'name': name, 'version': version, 'scope': scope,
                   'purl': f'pkg:deb/debian/{name}@{version}?arch={architecture}'}


def loaded_packages(program):
    """Names of the packages whose shared libraries the program loads."""
    found = re.findall(r'(/\S+\.so\S*)', subprocess.run(['ldd', program], capture_output=True, text=True, check=True).stdout)
    names = set()
    for path in found:
        for form in (path, path.removeprefix('/usr'), '/usr' + path):  # /lib is a link to /usr/lib
            owner = subprocess.run(['dpkg-query', '-S', form], capture_output=True, text=True, check=False).stdout
            if owner:
                names.add(owner.split(':')[0])
                break
    return sorted(names)


def npm_packages(lock):
    """What the pages are built from and with."""
    for path, one in sorted(lock['packages'].items()):
        if not path:
            continue
        name, version = path.split('node_modules/')[-1], one['version']
        entry = {'type': 'library', 'name': name, 'version': version, 'purl': f'pkg:npm/{name.replace("@", "%40")}@{version}',
                 'scope': 'excluded' if one.get('dev') else 'required'}
        if 'license' in one:
            entry['licenses'] = [{'license': {'name': one['license']}}]
        if 'integrity' in one:
            algorithm, digest = one['integrity'].split('-', 1)
            assert algorithm == 'sha512', path
            entry['hashes'] = [{'alg': 'SHA-512', 'content': base64.b64decode(digest).hex()}]
        yield entry


def listed_packages():
    """Names of the packages that a build needs, alternatives included."""
    return [name for line in (TOP / 'x.d/packages.txt').read_text().splitlines() if line and not line.startswith('#')
            for name in line.split('|')]


def main():
    program = sys.argv[1]
    listed = listed_packages()
    loaded = loaded_packages(program)
    version = subprocess.run([program, 'version'], capture_output=True, text=True, check=True).stdout.split()[-1]
    print(json.dumps({
        'bomFormat': 'CycloneDX', 'specVersion': '1.5', 'version': 1,
        'metadata': {'component': {'type': 'application', 'name': 'haechi', 'version': version,
                                   'licenses': [{'license': {'id': 'Apache-2.0'}}]}},
        'components': [*debian_packages(loaded, 'required'), *debian_packages(sorted(set(listed) - set(loaded)), 'excluded'),
                       *npm_packages(json.loads((TOP / 'web/package-lock.json').read_text()))]}, indent=1))


if __name__ == '__main__':
    main()
