"""How soon an alert is where it must be, with real sockets, all under TLS, and at a modest rate: bounds that no machine misses by being busy, and that
a lock, a timer or a queue in the way does."""
import pathlib
import sys

from haechi_server import Checks, arguments

TOP = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(TOP / 'x.d'))
import bench  # noqa: E402

HALF_MS, MOST_MS, LAST_MS = 100, 500, 2_000


def check(checks, what, waits, expected):
    checks.check(f'every alert is {what}', waits['received'] == expected, waits)
    for name, bound in (('p50_ms', HALF_MS), ('p99_ms', MOST_MS), ('max_ms', LAST_MS)):
        checks.check(f'{what}: {name} within {bound}', waits[name] is not None and waits[name] <= bound, waits)
    print(f'      {waits}')


def main():
    checks, binaries = Checks(), pathlib.Path(arguments().haechi).resolve().parent
    check(checks, 'at the other agency', bench.bench_webhook(binaries, alerts=300, background=500, tls=True), 300)
    check(checks, 'on the last of 100 screens',
          bench.bench_viewers(binaries, alerts=40, background=500, screens=100, tls=True), 40)
    checks.finish()


main()
