"""./x test: every test, one summary. The last line reads 'N passed, N failed, N skipped'.

Test programs beside their rooms (GoogleTest), end-to-end tests in tests/e2e and the loops of tests/crash (each a program that
prints 'N passed, N failed'), some test programs again under sanitizers (named address_* and thread_*), the web: its types, its
unit tests (Vitest) and its screens in a real browser (Playwright), and ./x tidy.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
SECONDS_MAX = 900
ALONE = {'abuse_e2e', 'ack_order_e2e', 'degradation_e2e', 'speed_e2e', 'web_clocks', 'web_screens'}  # compare times, or need both processors themselves


# What the sanitizers look for beyond what they do by themselves. A finding ends the program with a code of its own.
SANITIZERS = {'ASAN_OPTIONS': 'detect_stack_use_after_return=1:strict_string_checks=1:check_initialization_order=1',
              'UBSAN_OPTIONS': 'print_stacktrace=1',
              'TSAN_OPTIONS': 'second_deadlock_stack=1'}
# Of these programs only what has threads, for the rest takes longest and has none; and each story once.
CHECKED = {'thread_spine': 'SpineTest.*:SealedSpineTest.*:SnapshotTest.*:ErasuresTest.*',
           'thread_gateway': 'MqttServerTest.*:Intake.*:DevicesTest.*',
           'thread_log': '-Damage.*:Journal.*',
           'address_scenario': '-OldLog.*',
           'address_hunt': '-*Canaries.*:Hunt.BearsReports*:Delivery.*'}


def run_program(path, reports, name=None):
    """One GoogleTest program: (passed, failed, skipped, failures)."""
    name = name or path.name
    report = pathlib.Path(reports) / (name + '.json')
    with open(pathlib.Path(reports) / (name + '.log'), 'w+') as log:
        try:
            code = subprocess.run([path, f'--gtest_output=json:{report}', f'--gtest_filter={CHECKED.get(name, "*")}'],
                                  stdout=log, stderr=subprocess.STDOUT, cwd=TOP, timeout=SECONDS_MAX,
                                  env=dict(os.environ, **SANITIZERS)).returncode
        except subprocess.TimeoutExpired:
            code = 'time-out'
        log.seek(0)
        text = log.read()
    if not report.exists():
        return 0, 1, 0, [f'{name} ended with {code}\n{text[-4000:]}']
    passed = failed = skipped = 0
    failures = []
    for suite in json.loads(report.read_text())['testsuites']:
        for case in suite['testsuite']:
            title = f"{name}: {suite['name']}.{case['name']}"
            if case.get('failures'):
                failed += 1
                failures.append(title + '\n' + '\n'.join(f['failure'] for f in case['failures']))
            elif case.get('result') == 'SKIPPED':
                skipped += 1
                print(f'  skipped: {title}')
            else:
                passed += 1
    if code != 0 and not failed:
        failed += 1
        failures.append(f'{name} ended with {code}\n{finding_in(text)}')
    return passed, failed, skipped, failures


def finding_in(text):
    """What a sanitizer said first, or the end where none did."""
    found = re.search(r'^(?:=+\n)?.*(?:runtime error:|Sanitizer)', text, re.M)
    return text[found.start():][:4000] if found else text[-2000:]


def around_failures(lines):
    """What a program said of its failures; all that it said last where it named none."""
    wanted = {at + more for at, line in enumerate(lines) if line.startswith('FAIL') for more in range(25)}
    return '\n'.join(line for at, line in enumerate(lines) if at in wanted or (not wanted and at > len(lines) - 60)) + '\n'


def run_script(command, name, folder=TOP, settings=()):
    """A program that prints 'N passed, N failed[, N skipped]' as its last line."""
    environment = dict(os.environ, PYTHONDONTWRITEBYTECODE='1', **dict(settings))
    try:
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=SECONDS_MAX, env=environment)
    except subprocess.TimeoutExpired as expired:
        return 0, 1, 0, [f'{name}: no end in {SECONDS_MAX} s\n{(expired.stdout or b"")[-3000:]}']
    lines = run.stdout.strip().splitlines()
    counts = re.fullmatch(r'(\d+) passed, (\d+) failed(?:, (\d+) skipped)?', lines[-1] if lines else '')
    if not counts:
        return 0, 1, 0, [f'{name} ended with {run.returncode} and no count\n{run.stdout[-3000:]}{run.stderr[-3000:]}']
    passed, failed, skipped = int(counts[1]), int(counts[2]), int(counts[3] or 0)
    failures = [f'{name}\n{around_failures(lines)}{run.stderr[-2000:]}'] if failed or run.returncode else []
    if run.returncode and not failed:
        failed = 1
    return passed, failed, skipped, failures


def run_timed(job):
    began, outcome = time.monotonic(), job[1]()
    return job[0], time.monotonic() - began, outcome


def run_side_by_side(jobs):
    """Test programs need a processor, one after another; beside them end-to-end tests, which mostly wait, two at a time."""
    with concurrent.futures.ThreadPoolExecutor(1) as busy, concurrent.futures.ThreadPoolExecutor(2) as waiting:
        yield from (future.result() for future in concurrent.futures.as_completed(
            [(waiting if is_waiting(job[0]) else busy).submit(run_timed, job) for job in jobs]))


def is_waiting(name):
    return name.endswith('_e2e')


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument('--build', required=True)
    arguments.add_argument('--checked', nargs='*', default=[], help='programs of the folders of checks, beside the build folder')
    arguments.add_argument('--only-checked', action='store_true')
    arguments.add_argument('names', nargs='*', help='rooms or end-to-end tests; all if none is named')
    chosen = arguments.parse_args()
    binaries = pathlib.Path(chosen.build).resolve() / 'bin'
    jobs = []
    with tempfile.TemporaryDirectory() as reports:
        for path in sorted(binaries.glob('*_test')):
            jobs.append((path.name.removesuffix('_test'), lambda path=path: run_program(path, reports)))
        for script in sorted([*(TOP / 'tests' / 'e2e').glob('*_e2e.py'), *(TOP / 'tests' / 'crash').glob('*_loop.py')]):
            command = [sys.executable, str(script), '--haechi', str(binaries / 'haechi')]
            jobs.append((script.stem, lambda command=command, name=script.stem: run_script(command, name)))
        web = {'HAECHI': str(binaries / 'haechi')}
        for name, command in (('web_types', ['npm', 'run', '--silent', 'check']),
                              ('web_unit', ['npm', 'run', '--silent', 'test']),
                              ('web_screens', ['npm', 'run', '--silent', 'screens', '--', '--project', 'screens']),
                              ('web_clocks', ['npm', 'run', '--silent', 'screens', '--', '--project', 'clocks', '--workers', '1'])):
            jobs.append((name, lambda command=command, name=name: run_script(command, name, TOP / 'web', web)))
        tidy = lambda: (lambda run: (1, 0, 0, []) if run.returncode == 0 else (0, 1, 0, ['tidy\n' + run.stdout]))(
            subprocess.run([sys.executable, 'x.d/tidy.py'], cwd=TOP, capture_output=True, text=True))
        jobs.append(('tidy', tidy))
        if chosen.only_checked:
            jobs = []
        for program in chosen.checked:
            path = binaries.parent.parent / program
            name = f'{path.parent.parent.name}_{path.stem.removesuffix("_test")}'
            jobs.append((name, lambda path=path, name=name: run_program(path, reports, name)))
        jobs = [(name, job) for name, job in jobs if not chosen.names or name in chosen.names]
        totals, failures = [0, 0, 0], []
        for done in (run_side_by_side([one for one in jobs if one[0] not in ALONE]),
                     map(run_timed, [one for one in jobs if one[0] in ALONE])):
            for name, seconds, (*counts, failed) in done:
                totals = [a + b for a, b in zip(totals, counts)]
                failures += failed
                print(f'{name:24} {counts[0]:5} passed {counts[1]:3} failed {counts[2]:3} skipped {seconds:7.1f} s',
                      flush=True)
    for failure in failures:
        print('\nFAILED ' + failure)
    print(f'{totals[0]} passed, {totals[1]} failed, {totals[2]} skipped')
    return 1 if totals[1] or totals[0] == 0 else 0


if __name__ == '__main__':
    sys.exit(main())
