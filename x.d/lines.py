"""Counts lines of code per room: not blank, not comment, tests apart."""
import collections
import pathlib
import subprocess

SUFFIXES = {'.cc', '.h', '.proto', '.py', '.js', '.ts', '.tsx', '.mjs', '.css', '.html'}


def main():
    code, tests = collections.Counter(), collections.Counter()
    files = subprocess.run(['git', 'ls-files'], capture_output=True, text=True, check=True).stdout.split()
    for name in files:
        path = pathlib.Path(name)
        if path.suffix not in SUFFIXES and name != 'x':
            continue
        parts = path.parts
        room = '/'.join(parts[:2]) if parts[0] == 'src' and len(parts) > 2 else parts[0]
        if parts[:2] == ('web', 'src') and len(parts) > 3:
            room = '/'.join(parts[:3])
        lines = sum(1 for line in path.read_text(errors='replace').splitlines()
                    if line.strip() and not line.strip().startswith(('//', '#', '/*', '*')))
        (tests if '_test.' in name or '.test.' in name or parts[0] == 'tests' or parts[:2] == ('web', 'e2e') or path.stem.startswith('test_') else code)[room] += lines
    for room in sorted(set(code) | set(tests)):
        print(f'{room:16} {code[room]:7} code {tests[room]:7} tests')
    print(f'{"all":16} {sum(code.values()):7} code {sum(tests.values()):7} tests')


if __name__ == '__main__':
    main()
