"""`./x judge` on generated traces: the list has the cells and columns it promises, the same seed gives the same figures,
and the figures stand in an order that can be explained. No goal is tested here: those are read, not asserted."""
import json
import math
import pathlib
import random
import subprocess
import sys
import tempfile

from haechi_server import Checks, arguments

TOP = pathlib.Path(__file__).resolve().parents[2]
COLUMNS = ['interval_s', 'sigma_m', 'judge', 'recall_long', 'recall_short', 'false_per_day', 'alerts_per_episode',
           'delay_p50_s', 'delay_p95_s', 'warned_before_onset', 'wearer_days']


def write_traces(path):
    """Six people who walk, drive and stand about a town for an hour each, a fix every two seconds."""
    dice = random.Random(7)
    with open(path, 'w') as file:
        file.write('person,trip,unix_s,lat,lon\n')
        for person in range(6):
            east = north = heading = speed = 0.0
            for s in range(0, 3600, 2):
                if s % 60 == 0:
                    heading, speed = dice.uniform(0, 2 * math.pi), dice.choice([0, 1.2, 1.4, 1.6, 9, 15])
                    if math.hypot(east, north) > 1500:
                        heading = math.atan2(-north, -east)
                east += 2 * speed * math.cos(heading)
                north += 2 * speed * math.sin(heading)
                file.write(f'{person:03},t{person},{1_700_000_000 + s},{37.5 + north / 111_000:.7f},'
                           f'{127 + east / 88_200:.7f}\n')


def run(build, traces, *more):
    return subprocess.run([sys.executable, 'x.d/judge.py', '--build', build, '--traces', traces, '--quick', *more],
                          cwd=TOP, capture_output=True, text=True, timeout=300)


def check_cells(checks, cells):
    checks.check('a cell for each interval, error and judge, and each once',
                 sorted((c['interval_s'], c['sigma_m'], c['judge']) for c in cells) ==
                 sorted((i, s, j) for i in (5, 15, 60) for s in (5, 10, 20) for j in ('naive', 'haechi')))
    checks.check('with exactly the promised columns', all(list(cell) == COLUMNS for cell in cells), cells[0])
    checks.check('shares are between nothing and all', all(
        0 <= cell[key] <= 1 for cell in cells for key in ('recall_long', 'recall_short', 'warned_before_onset')))
    checks.check('all were judged over the same days', len({cell['wearer_days'] for cell in cells}) == 1)
    at = {(c['interval_s'], c['sigma_m'], c['judge']): c for c in cells}
    checks.check('with good fixes every 5 s both find nearly everything that lasts',
                 all(at[5, 5, judge]['recall_long'] >= 0.9 for judge in ('naive', 'haechi')))
    checks.check('the naive judge rings more often than ours for one episode, everywhere',
                 all(at[i, s, 'naive']['alerts_per_episode'] > at[i, s, 'haechi']['alerts_per_episode']
                     for i in (5, 15, 60) for s in (5, 10, 20)))
    checks.check('worse fixes make the naive judge cry wolf more',
                 at[5, 20, 'naive']['false_per_day'] > at[5, 5, 'naive']['false_per_day'])
    checks.check('rarer fixes make both find it later',
                 all(at[60, 10, judge]['delay_p50_s'] > at[5, 10, judge]['delay_p50_s'] for judge in ('naive', 'haechi')))


def check_oracles(checks, first, done, build, traces, folder):
    """Told more than any judge can be, an oracle must do better; and it must not disturb those who are judged."""
    if not checks.check('oracles are measured beside', done.returncode == 0, done.stderr):
        return
    cells = json.loads(done.stdout)
    checks.check('without changing the figures of the two judges', cells[:18] == json.loads(first))
    naive = {(c['interval_s'], c['sigma_m']): c for c in cells if c['judge'] == 'naive'}
    oracles = [cell for cell in cells if cell['judge'] == 'oracle']
    checks.check('five oracles in each cell', len(oracles) == 45 and len({cell['told'] for cell in oracles}) == 5)
    knowing = [(cell, naive[cell['interval_s'], cell['sigma_m']]) for cell in oracles if cell['told'] in ('way', 'places')]
    checks.check('who knows the way, or the places, misses no more than the naive judge and cries wolf no more', all(
        oracle['recall_long'] >= other['recall_long'] and oracle['recall_short'] >= other['recall_short']
        and oracle['false_per_day'] <= other['false_per_day'] for oracle, other in knowing))
    stale = pathlib.Path(folder) / 'stale.json'
    stale.write_text(json.dumps({'seed': 9, 'worlds': 40, 'oracle': []}))
    refused = run(build, traces, '--json', '--oracle-from', stale)
    checks.check('oracles of another seed are refused', refused.returncode != 0 and 'seed 9' in refused.stderr, refused.stderr)


def main():
    checks = Checks()
    build = str(pathlib.Path(arguments().haechi).resolve().parent.parent)
    with tempfile.TemporaryDirectory() as folder:
        traces = pathlib.Path(folder) / 'traces.csv'
        write_traces(traces)
        first = run(build, traces, '--json', '--threads', '2')
        if checks.check('it judges a file of traces', first.returncode == 0, first.stderr):
            check_cells(checks, json.loads(first.stdout))
        again = run(build, traces, '--json', '--threads', '1')
        checks.check('the same seed gives the same figures, on any number of threads', first.stdout == again.stdout)
        other = run(build, traces, '--json', '--seed', '2')
        checks.check('another seed gives others', other.returncode == 0 and other.stdout != first.stdout)
        check_oracles(checks, first.stdout, run(build, traces, '--json', '--oracle'), build, traces, folder)
        adaptive = run(build, traces, '--json', '--adaptive')
        checks.check('devices that obey give other figures', adaptive.stdout not in ('', first.stdout), adaptive.stderr)
        with open(traces, 'a') as file:
            file.write('no trace\n')
        broken = run(build, traces, '--json')
        checks.check('a line that cannot be read is refused by its number',
                     broken.returncode != 0 and 'line 10802' in broken.stderr, broken.stderr)
    checks.finish()


if __name__ == '__main__':
    main()
