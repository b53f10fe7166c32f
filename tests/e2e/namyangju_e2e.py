"""The Namyangju morning, as `haechi demo --once` plays it: every expected step is one check."""
import re
import subprocess

from haechi_server import Checks, arguments

MINUTES_MAX = 8  # of a loaded machine; a quiet one needs three


def main():
    program = arguments().haechi
    checks = Checks()
    try:
        run = subprocess.run([program, 'demo', '--once'], capture_output=True, text=True, timeout=MINUTES_MAX * 60)
        text, code = run.stdout, run.returncode
    except subprocess.TimeoutExpired as expired:
        text, code = (expired.stdout or b'').decode(errors='replace'), 'no end'
    for line in text.splitlines():
        step = re.match(r' *[\d.]+ s  (ok  |MISS) (.*)', line)
        if step:
            checks.check(step[2], step[1] == 'ok  ')
    checks.check('the demonstration ends with 0', code == 0, f'{code}\n{text[-3000:]}')
    summary = re.fullmatch(r'violation_to_dispatch_ms=(-?\d+) violation_to_field_ms=(-?\d+) '
                           r'violation_to_victim_ms=(-?\d+)', (text.splitlines() or [''])[-1])
    if checks.check('its last line is the summary', summary, text[-500:]):
        print(summary[0])
        for name, value in zip(('dispatch', 'field', 'victim'), summary.groups()):
            checks.check(f'from violation to {name} under five seconds', 0 <= int(value) < 5000, value)
    checks.finish()


if __name__ == '__main__':
    main()
