"""`haechi replay`: the worked example of docs/replay.md as it stands there, lines that are refused, and a server's own
log stepped again from its printed facts."""
import json
import pathlib
import re
import subprocess
import tempfile

from haechi_server import Checks, Server, arguments, report

GUIDE = pathlib.Path(__file__).resolve().parents[2] / 'docs' / 'replay.md'
SECRET = 'a-secret-of-good-length'


def replay(program, *more, text=None):
    return subprocess.run([program, 'replay', *map(str, more)], input=text, capture_output=True, text=True, timeout=120)


def block(name):
    return re.search(rf'<!-- {name} -->\n```\n(.*?)```', GUIDE.read_text(), re.S)[1]


def holds(whole, part):
    if isinstance(part, dict):
        return isinstance(whole, dict) and all(key in whole and holds(whole[key], value) for key, value in part.items())
    return whole == part


def alert_ids(effects, kind):
    raised = [json.loads(line).get('raise_alert', {}) for line in effects.splitlines()]
    return [alert['id'] for alert in raised if alert.get('kind') == kind]


def check_example(checks, program):
    done = replay(program, '--facts', '-', '--ticks', text=block('facts'))
    checks.check('the example of the guide is read', done.returncode == 0 and not done.stderr, done.stderr)
    effects = iter([json.loads(line) for line in done.stdout.splitlines()])
    for wanted in map(json.loads, block('effects').splitlines()):
        kind = next(iter(wanted[key]['kind'] for key in wanted if key != 'at_us'))
        checks.check(f'and leads to {kind}', any(holds(effect, wanted) for effect in effects), done.stdout[-800:])
    again = replay(program, '--facts', '-', '--ticks', text=block('facts'))
    checks.check('twice the same bytes', again.stdout == done.stdout)
    (alert,) = alert_ids(done.stdout, 'ALERT_KIND_KEEP_AWAY')
    told = replay(program, '--facts', '-', '--ticks', '--explain', alert, text=block('facts')).stdout
    checks.check('the alert is explained with its order and both their fixes',
                 all(word in told for word in ('order-1 version 1', 'his fixes', 'her fixes', 'limit 100.000 m')), told)
    checks.check('and the arithmetic done again agrees', 'agrees     to the millimetre' in told, told)
    unknown = replay(program, '--facts', '-', '--explain', 'a-9-9', text=block('facts'))
    checks.check('an alert that is not there is said not to be', unknown.returncode == 1 and 'a-9-9' in unknown.stderr)
    without = replay(program, '--facts', '-', text=block('facts'))
    checks.check('without ticks nobody falls silent before the last line',
                 '1773475273000000' not in without.stdout and 'KEEP_AWAY' in without.stdout)


def check_refusals(checks, program):
    lines = block('facts').splitlines()
    bad = ['not json', '{"at":"2026-03-14T08:00:00Z","person_registered":{"id":"a b","role":"ROLE_WEARER"}}',
           '{"at":"2026-03-14T07:00:00Z","clock_ticked":{}}', '{"clock_ticked":{}}']
    done = replay(program, '--facts', '-', '--ticks', text='\n'.join(lines[:5] + bad + lines[5:]))
    clean = replay(program, '--facts', '-', '--ticks', text='\n'.join(lines))
    checks.check('bad lines are refused by number', done.returncode == 1 and
                 [line.split(':')[0] for line in done.stderr.splitlines()] == ['line 6', 'line 7', 'line 8', 'line 9'],
                 done.stderr)
    checks.check('with a reason that names the field', 'person_registered' in done.stderr or 'id' in done.stderr.split('\n')[1],
                 done.stderr)
    checks.check('and change nothing', done.stdout == clean.stdout)


def check_log(checks, program):
    with tempfile.TemporaryDirectory() as folder:
        server = Server(program, folder)
        try:
            for person, role, device in (('he', 'WEARER', 'his-ankle'), ('she', 'PROTECTED_PERSON', 'her-phone')):
                server.put(f'persons/{person}', {'role': 'ROLE_' + role})
                server.put(f'devices/{device}', {'kind': 'DEVICE_KIND_ANKLE' if person == 'he' else 'DEVICE_KIND_PHONE',
                                                 'person_id': person, 'interval_s': 15, 'secret': SECRET})
            server.put('orders/order-1', {'kind': 'ST_PROV_3_2', 'legal_basis': 'test', 'wearer_id': 'he',
                                          'starts_at_us': '1773446400000000', 'time_zone': 'Asia/Seoul', 'conditions': [
                                              {'id': 'c1', 'keep_away': {'protected_id': 'she'}}]})
            server.ingest('her-phone', SECRET, report(1, lat=37.70))
            server.ingest('his-ankle', SECRET, report(1, lat=37.7005))
        finally:
            code = server.stop()
            server.end()
        logged = replay(program, server.data, '--effects')
        checks.check('a log at rest is printed', code == 0 and logged.returncode == 0, logged.stderr)
        effects = [json.loads(line)['effect'] for line in logged.stdout.splitlines() if line.startswith('{"effect"')]
        again = replay(program, '--facts', '-', text=logged.stdout)
        checks.check('and stepped again from what was printed gives the same effects',
                     effects and [json.loads(line) for line in again.stdout.splitlines()] == effects, again.stderr)
        ids = alert_ids(again.stdout, 'ALERT_KIND_KEEP_AWAY')
        told = replay(program, server.data, '--explain', ids[0]).stdout if ids else ''
        checks.check('an alert of the log is explained', 'agrees     to the millimetre' in told, told)


def main():
    checks = Checks()
    program = arguments().haechi
    check_example(checks, program)
    check_refusals(checks, program)
    check_log(checks, program)
    checks.finish()


if __name__ == '__main__':
    main()
