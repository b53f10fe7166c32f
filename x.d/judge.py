"""./x judge: the engine and a naive point-in-circle judge over the same real traces, against the truth.

docs/judge.md says what is asked and what counts. Tables on the terminal, a plot per degradation in build/judge; with
--json the list of cells and nothing else. The same seed and traces give the same figures.
"""
import argparse
import gzip
import json
import pathlib
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
TRACES = TOP.parent / 'shared' / 'data' / 'traces-dev.csv.gz'
FIGURES = ('recall_long', 'recall_short', 'false_per_day', 'alerts_per_episode', 'delay_p50_s', 'delay_p95_s',
           'warned_before_onset', 'wearer_days')


def traces_text(path):
    opened = gzip.open(path, 'rb') if str(path).endswith('.gz') else open(path, 'rb')
    with opened as file:
        return file.read()


TOLD = ('errors', 'speeds', 'velocities', 'way')  # by how much an oracle is told; docs/judge.md


def oracles_of(path, seed, worlds):
    known = json.loads(pathlib.Path(path).read_text())
    if 'oracle' not in known:
        raise SystemExit(f'{path} was made without --oracle')
    if (known['seed'], known['worlds']) != (seed, worlds):
        raise SystemExit(f'{path} is of seed {known["seed"]} and {known["worlds"]} worlds')
    return known


def run(program, traces, chosen):
    worlds, resting = (40, 1) if chosen.quick else (chosen.worlds, chosen.resting)
    known = oracles_of(chosen.oracle_from, chosen.seed, worlds) if chosen.oracle_from else None
    command = [program, '--traces', '-', '--seed', str(chosen.seed), '--worlds', str(worlds), '--resting', str(resting),
               '--threads', str(chosen.threads)]
    if chosen.oracle or known:
        command += ['--oracle'] if known else ['--oracle', '--frontier']
    if chosen.mishaps:
        command += ['--mishaps', chosen.mishaps]
    done = subprocess.run(command, input=traces, stdout=subprocess.PIPE)
    if done.returncode:
        raise SystemExit(done.returncode)
    document = json.loads(done.stdout)
    if known:
        document['oracle'] = known['oracle']
    return document


def select(document, **wanted):
    wanted = {'spared': False, **wanted}
    return [cell for cell in document['cells'] if all(cell[key] == value for key, value in wanted.items())]


def plain(cell):
    return {key: cell[key] for key in ('interval_s', 'sigma_m', 'judge', *FIGURES)}


def table(title, cells):
    print(f'\n{title}')
    print(f'{"interval":>8} {"sigma":>6} {"judge":7} {"material":>9} {"passes":>7} {"false/day":>10} {"alerts/ep":>10} '
          f'{"p50 s":>6} {"p95 s":>6} {"warned":>7} {"lead s":>6} {"f.warn/d":>8} {"calls/d":>7} {"f.call/d":>8} '
          f'{"his/h":>6} {"hers/h":>6}')
    for cell in cells:
        print(f'{cell["interval_s"]:7}s {cell["sigma_m"]:5g}m {cell["judge"]:7} {cell["recall_long"]:9.4f} '
              f'{cell["recall_short"]:7.3f} {cell["false_per_day"]:10.3f} {cell["alerts_per_episode"]:10.3f} '
              f'{cell["delay_p50_s"]:6.1f} {cell["delay_p95_s"]:6.1f} {cell["warned_before_onset"]:7.3f} '
              f'{cell["warned_lead_p50_s"]:6.0f} {cell["false_warnings_per_day"]:8.1f} {cell["calls_per_day"]:7.1f} '
              f'{cell["false_calls_per_day"]:8.1f} '
              f'{cell["reports_per_hour_his"]:6.0f} {cell["reports_per_hour_hers"]:6.0f}')


def goals_of_cell(ours, naive):
    """(goal, reached) of a fixed interval. docs/judge.md gives the reasons."""
    fine = ours['interval_s'] <= 15
    yield 'material recall', ours['recall_long'] >= max(naive['recall_long'], 0.995 if fine else 0)
    yield 'passes', ours['recall_short'] >= 0.95 if fine else ours['recall_short'] > naive['recall_short']
    yield 'false alerts <= naive / 20', ours['false_per_day'] <= naive['false_per_day'] / 20
    yield 'alerts per episode <= 1.02', ours['alerts_per_episode'] <= 1.02
    yield 'p50 <= naive + 2 s', ours['delay_p50_s'] <= naive['delay_p50_s'] + 2
    yield 'p95 <= naive + 5 s', ours['delay_p95_s'] <= naive['delay_p95_s'] + 5
    yield 'warned before 90 %', ours['warned_before_onset'] >= 0.9


def goals_of_obeying(ours):
    yield 'material recall >= 99.9 %', ours['recall_long'] >= 0.999
    yield 'passes >= 99 %', ours['recall_short'] >= 0.99
    yield 'p50 <= 5 s', ours['delay_p50_s'] <= 5


FIGURE_OF = {'material recall': ('recall_long', max), 'passes': ('recall_short', max),
             'false alerts': ('false_per_day', min), 'alerts per': ('alerts_per_episode', min),
             'p50': ('delay_p50_s', min), 'p95': ('delay_p95_s', min), 'warned': ('warned_before_onset', max)}


def figure_of(goal):
    return next(figure for words, figure in FIGURE_OF.items() if goal.startswith(words))


def best_point(goal, ours, points, goals):
    """Of an oracle's points: the best at one missed goal among those that keep every goal that ours reaches, are no worse
    than ours at every other that it misses, and ring no more often for nobody; a warning is weighed against warnings
    alone. None: there is no such point."""
    key, better = figure_of(goal)
    if key == 'warned_before_onset':
        kept = [point for point in points
                if 'chance' in point and point['false_warnings_per_day'] <= ours['false_warnings_per_day']]
    else:
        others = [(name, reached, *figure_of(name)) for name, reached in goals(ours) if name != goal and name[:6] != 'warned']
        if key != 'false_per_day':
            others.append(('', False, 'false_per_day', min))
        kept = [point for point in points if 'level_m' in point and all(
            dict(goals(point))[name] if reached else choose(point[figure], ours[figure]) == point[figure]
            for name, reached, figure, choose in others)]
    return better(kept, key=lambda point: point[key], default=None)


def verdict(reached):
    """`reached`: by what is told, whether the goal is. The way bounds what errors allow, places what intervals allow."""
    if not reached.get('places', True):
        return 'out of reach: interval'
    if not reached['way']:
        return 'out of reach: errors'
    return next({'errors': 'possible', 'speeds': 'who knows his speed', 'velocities': 'who knows his velocity by half',
                 'way': 'who knows his way'}[told] for told in TOLD if reached.get(told))


def print_frontier(title, rows):
    """`rows`: cell, the same spared (or None), its goals, the points of all oracles."""
    print(f'\n{title}\n  the best figure of an oracle that is nowhere worse than ours; - there is none; * reaches the goal')
    print(f'  {"":12} {"goal":28} {"ours":>8} {"spared":>8} ' + ''.join(f'{told:>11}' for told in (*TOLD, 'places'))
          + '  verdict: reached by')
    for cell, spared, goals, points in rows:
        for goal, held in goals(cell):
            if held:
                continue
            key = figure_of(goal)[0]
            line = f'  {cell["interval_s"]:3} s, {cell["sigma_m"]:2g} m  {goal:28} {cell[key]:8.3f} '
            line += f'{spared[key]:8.3f}{"*" if dict(goals(spared))[goal] else " "}' if spared else ' ' * 9
            reached = {}
            for told in (*TOLD, 'places'):
                own = [point for point in points if point['told'] == told]
                point = best_point(goal, cell, own, goals)
                if own:
                    reached[told] = point is not None and dict(goals(point))[goal]
                shown = f'{point[key]:.3f}{"*" if reached[told] else " "}' if point else '- '
                line += f'{shown:>11}' if own else ' ' * 11
            print(f'{line}  {verdict(reached)}')


def frontier(document):
    naive = {(cell['interval_s'], cell['sigma_m']): cell
             for cell in select(document, kind='all', obey=False, judge='naive')}
    rows = []
    for cell in select(document, kind='all', obey=False, judge='haechi'):
        at = {'interval_s': cell['interval_s'], 'sigma_m': cell['sigma_m']}
        rows.append((cell, select(document, **at, kind='all', judge='haechi', spared=True)[0],
                     lambda one, other=naive[cell['interval_s'], cell['sigma_m']]: list(goals_of_cell(one, other)),
                     [point for point in document['oracle'] if point.items() >= at.items()]))
    print_frontier('Missed goals at a fixed interval', rows)
    print_frontier('Missed goals with adaptive intervals (oracles have a fix every 2 s)', [
        (cell, None, lambda one: list(goals_of_obeying(one)),
         [point for point in document['oracle'] if (point['interval_s'], point['sigma_m']) == (2, cell['sigma_m'])])
        for cell in select(document, kind='all', obey=True, judge='haechi', warns_wearer=True)])


def oracle_cells(document):
    """For the list: of each cell, what each oracle reaches where it meets most goals."""
    for naive in select(document, kind='all', obey=False, judge='naive'):
        for told in (*TOLD, 'places'):
            at = {'interval_s': naive['interval_s'], 'sigma_m': naive['sigma_m'], 'told': told}
            own = [point for point in document['oracle'] if point.items() >= at.items()]
            best = max((point for point in own if 'level_m' in point), key=lambda point: (
                sum(held for _, held in goals_of_cell(point, naive)), -point['false_per_day']))
            yield {**plain(best), 'told': told}


def print_goals(title, rows):
    print(f'\n{title}')
    reached = total = 0
    for name, goals in rows:
        goals = list(goals)
        missed = [goal for goal, held in goals if not held]
        reached += len(goals) - len(missed)
        total += len(goals)
        print(f'  {name:16} {"all" if not missed else "missed: " + ", ".join(missed)}')
    print(f'  {reached} of {total}')


def report(document):
    fixed = select(document, kind='all', obey=False)
    print(f'{document["worlds"]} worlds, seed {document["seed"]}, {fixed[0]["wearer_days"]:.1f} wearer-days, '
          f'{fixed[0]["material"]} material violations, {fixed[0]["passes"]} passes, {fixed[0]["approaches"]} approaches')
    table('Reports at a fixed interval', fixed)
    for warns, what in ((True, 'both devices obey the intervals asked for'),
                        (False, 'only hers obeys at a keep-away order (docs/decisions/0003-report-intervals.md)')):
        table(f'Adaptive: {what}', select(document, kind='all', obey=True, warns_wearer=warns))
    print('\nBy kind of condition, every 15 s, sigma 10 m')
    for cell in document['cells']:
        if cell['kind'] != 'all' and not cell['obey'] and not cell['spared'] and (cell['interval_s'], cell['sigma_m']) == (15, 10):
            print(f'  {cell["kind"]:12} {cell["judge"]:7} material {cell["recall_long"]:.4f} of {cell["material"]:4}  passes '
                  f'{cell["recall_short"]:.3f} of {cell["passes"]:4}  false/day {cell["false_per_day"]:7.3f}  '
                  f'p50 {cell["delay_p50_s"]:5.1f} s  p95 {cell["delay_p95_s"]:5.1f} s')
    if document.get('resting'):
        print('\n24 hours at rest 15 m from the border, sigma 20 m: alerts per day')
    for row in document.get('resting', []):
        print(f'  {"inside" if row["inside"] else "outside":8} every {row["interval_s"]:2} s  naive {row["naive_per_day"]:8.1f}  '
              f'haechi {row["haechi_per_day"]:6.2f}  ({row["haechi_once"]} of {row["days"]:g} days rang exactly once; '
              f'{row["haechi_early_per_day"]:.2f} in the first ten minutes)'
              + (f'  oracle {row["oracle_per_day"]:.2f} ({row["oracle_once"]} once)' if 'oracle_once' in row else ''))
    naive = {(cell['interval_s'], cell['sigma_m']): cell for cell in fixed if cell['judge'] == 'naive'}
    ours = [cell for cell in fixed if cell['judge'] == 'haechi']
    name = lambda cell: f'{cell["interval_s"]} s, {cell["sigma_m"]:g} m'
    print_goals('Goals at a fixed interval', [
        (name(cell), goals_of_cell(cell, naive[cell['interval_s'], cell['sigma_m']])) for cell in ours])
    obeying = select(document, kind='all', obey=True, judge='haechi', warns_wearer=True)
    print_goals('Goals with adaptive intervals', [(name(cell), goals_of_obeying(cell)) for cell in obeying])
    if 'oracle' in document:
        frontier(document)


def curve(points, colour, dash=''):
    path = ' '.join(f'{60 + 2.6 * 5 * i:.1f},{250 - 200 * share:.1f}' for i, share in enumerate(points))
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"/>'


def plot(folder, interval_s, sigma_m, curves):
    """How soon after its onset a material violation has rung, for each judge; its other figures beside its name."""
    parts = ['<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 330" font-family="sans-serif" font-size="12">',
             '<rect width="760" height="330" fill="white"/>',
             f'<text x="60" y="26" font-size="15">Reports every {interval_s} s, errors of {sigma_m:g} m: '
             'material violations that have rung</text>']
    for share in (0, 0.25, 0.5, 0.75, 1):
        y = 250 - 200 * share
        parts.append(f'<line x1="60" x2="450" y1="{y}" y2="{y}" stroke="#ddd"/>'
                     f'<text x="54" y="{y + 4}" text-anchor="end">{share:.0%}</text>')
    for seconds in (0, 30, 60, 90, 120, 150):
        parts.append(f'<text x="{60 + 2.6 * seconds}" y="268" text-anchor="middle">{seconds}</text>')
    parts.append('<text x="255" y="288" text-anchor="middle">seconds since the true distance fell below the radius</text>')
    for row, (name, colour, dash, cell) in enumerate(curves):
        parts.append(curve(cell['found_by_5_s'], colour, dash))
        y = 66 + 62 * row
        parts.append(f'<line x1="470" x2="496" y1="{y - 4}" y2="{y - 4}" stroke="{colour}" stroke-width="2" '
                     f'stroke-dasharray="{dash}"/><text x="502" y="{y}" font-weight="bold">{name}</text>'
                     f'<text x="502" y="{y + 16}">false {cell["false_per_day"]:.2f} a day, '
                     f'{cell["alerts_per_episode"]:.2f} alerts an episode</text>'
                     f'<text x="502" y="{y + 32}">passes {cell["recall_short"]:.1%}, warned {cell["warned_before_onset"]:.0%}</text>')
    parts.append('</svg>\n')
    (folder / f'interval-{interval_s:02}-sigma-{sigma_m:g}.svg').write_text('\n'.join(parts))


def draw(document, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for ours in select(document, kind='all', obey=False, judge='haechi'):
        at = {'kind': 'all', 'interval_s': ours['interval_s'], 'sigma_m': ours['sigma_m']}
        plot(folder, ours['interval_s'], ours['sigma_m'], [
            ('naive', '#b5482a', '', select(document, **at, obey=False, judge='naive')[0]),
            ('haechi', '#1f5fa8', '', ours),
            ('haechi, both obey', '#1f5fa8', '6 3', select(document, **at, obey=True, judge='haechi', warns_wearer=True)[0]),
            ('haechi, hers obeys', '#1f5fa8', '2 3', select(document, **at, obey=True, judge='haechi', warns_wearer=False)[0])])


def main():
    arguments = argparse.ArgumentParser(prog='./x judge')
    arguments.add_argument('--build', required=True, help=argparse.SUPPRESS)
    arguments.add_argument('--traces', default=TRACES, help='person,trip,unix_s,lat,lon; may end in .gz')
    arguments.add_argument('--seed', type=int, default=1)
    arguments.add_argument('--worlds', type=int, default=2000)
    arguments.add_argument('--resting', type=int, default=20, help='days of rest beside a border')
    arguments.add_argument('--threads', type=int, default=0, help='0: one per core')
    arguments.add_argument('--json', action='store_true', help='the list of cells, reports at a fixed interval')
    arguments.add_argument('--adaptive', action='store_true', help='with --json: of devices that both obey instead')
    arguments.add_argument('--quick', action='store_true', help='40 worlds: to see that it runs, not to be quoted')
    arguments.add_argument('--oracle', action='store_true', help='and what is possible; ten minutes more')
    arguments.add_argument('--oracle-from', help='the same, with the oracles of an earlier judge.json: they know no engine')
    arguments.add_argument('--mishaps', help='write every miss and false alert to this file')
    chosen = arguments.parse_args()
    if not pathlib.Path(chosen.traces).exists():
        print(f'no traces at {chosen.traces}; name some with --traces', file=sys.stderr)
        return 2
    document = run(pathlib.Path(chosen.build).resolve() / 'bin' / 'judge', traces_text(chosen.traces), chosen)
    if chosen.json:
        cells = select(document, kind='all', obey=chosen.adaptive, **({'warns_wearer': True}))
        oracles = list(oracle_cells(document)) if 'oracle' in document else []
        print(json.dumps([plain(cell) for cell in cells] + oracles, indent=1))
        return 0
    folder = TOP / 'build' / 'judge'
    report(document)
    draw(document, folder)
    (folder / 'judge.json').write_text(json.dumps(document, indent=1))
    print('\nPlots and every figure: build/judge/')
    return 0


if __name__ == '__main__':
    sys.exit(main())
