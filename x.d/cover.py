"""./x cover [FILE...]: which branches of the pure rooms are taken by their tests and by the stories of tests/scenarios.

Prints a row for each file and room, and for the FILEs that are named the branches that nothing takes; fails where a room is below
the bound. Branches by which an exception leaves are not counted, nor those on a line of an ENSURE: docs/testing.md.
"""
import collections
import json
import os
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
FOLDER = TOP / 'build' / 'coverage'
ROOMS = ['geo', 'law', 'monitor', 'dispatch', 'cases', 'picture']  # the pure ones: ARCHITECTURE.md
PROGRAMS = [f'{name}_test' for name in [*ROOMS, 'spine', 'scenario']]
PERCENT_MIN = 95.0


def run_tests():
    for data in FOLDER.rglob('*.gcda'):
        data.unlink()
    for program in PROGRAMS:
        print(f'running {program}', file=sys.stderr, flush=True)
        run = subprocess.run([FOLDER / 'bin' / program, '--gtest_brief=1'], cwd=TOP, capture_output=True, text=True)
        if run.returncode:
            sys.exit(f'{program} fails:\n{run.stdout[-3000:]}{run.stderr[-1000:]}')


def measured():
    """{file: {line: [times taken of each branch]}}"""
    report = subprocess.run(
        ['gcovr', '--root', str(TOP), '--object-directory', str(FOLDER), '--filter', f'src/({"|".join(ROOMS)})/',
         '--exclude', r'.*/(\w+_test|\w+_testing|test_\w+)\.\w+', '--exclude-throw-branches', '--exclude-unreachable-branches',
         '--exclude-branches-by-pattern', r'.*\bENSURE\(', '-j', str(os.cpu_count()), '--json', '-', str(FOLDER)],
        cwd=TOP, stdout=subprocess.PIPE, check=True)
    files = {}
    for file in json.loads(report.stdout)['files']:
        lines = {line['line_number']: [branch['count'] for branch in line['branches']]
                 for line in file['lines'] if line['branches'] and not line.get('gcovr/noncode')}
        files[file['file']] = lines
    return files


def row(name, taken, of):
    percent = 100.0 * taken / of if of else 100.0
    print(f'{name:44} {taken:6} of {of:6} {percent:7.1f} %')
    return percent


def show_missed(name, lines):
    source = (TOP / name).read_text().splitlines()
    for number, counts in sorted(lines.items()):
        if 0 in counts:
            print(f'{name}:{number}: {sum(1 for count in counts if count == 0)} of {len(counts)}: {source[number - 1].strip()}')


def main():
    if sys.argv[1:] == ['--programs']:
        print(*PROGRAMS)
        return 0
    run_tests()
    files, totals = measured(), collections.defaultdict(lambda: [0, 0])
    for name in sorted(files):
        counts = [count for line in files[name].values() for count in line]
        if not counts:
            continue
        taken = sum(1 for count in counts if count)
        row(name, taken, len(counts))
        for whole in (name.split('/')[1], 'all'):
            totals[whole][0] += taken
            totals[whole][1] += len(counts)
    for name in sys.argv[1:]:
        show_missed(name, files.get(name, {}))
    below = [room for room in [*ROOMS, 'all'] if row(room, *totals[room]) < PERCENT_MIN]
    if below:
        print(f'below {PERCENT_MIN} %: {", ".join(below)}')
    return 1 if below else 0


if __name__ == '__main__':
    sys.exit(main())
