"""Retention by the clock alone: a measure ends, five years pass in a moment, and where its wearer was is gone from a running
server, from its log, from every file and from a copy made before; what is hers stays until five years after her case.

The clock is moved by a library that is loaded before the server's own (clock_ahead.c)."""
import json
import pathlib
import shutil
import tempfile
import time

from clock_ahead import ahead_by
from erasure_e2e import HERS, HIS, found, place, replayed, run, signs_of, tells
from haechi_server import Checks, Server, arguments, register_device, report, wait_for

SECRET = 'a-secret-of-good-length'
DAY_S = 86_400
ALMOST_S, DUE_S = 5 * 365 * DAY_S - 5 * DAY_S, 5 * 366 * DAY_S + 5 * DAY_S  # a few days to either side of five years


def ask(server, key, method, path, body=None):
    status, text = server.request(method, '/api/v1/' + path, key, body)
    return status, json.loads(text) if text.startswith('{') else text


def good(checks, name, answer):
    checks.check(name, answer[0] in (200, 201), answer)
    return answer[1]


def measure(checks, server, until):
    register_device(server, 'D-W', SECRET, 'W-1')
    register_device(server, 'D-P', SECRET, 'P-1', 'ROLE_PROTECTED_PERSON', 'DEVICE_KIND_PHONE')
    for person_id, role, who in (('W-1', 'ROLE_WEARER', HIS), ('P-1', 'ROLE_PROTECTED_PERSON', HERS)):
        server.put(f'persons/{person_id}', {'role': role, 'record': {'name': who['name'], 'phone': who['phone']}})
    server.put('agencies/court-namyangju', {'name': 'Court', 'desk': 'DESK_BUILT_IN'})
    server.put('agencies/ps-namyangju-bukbu', {'name': 'Station', 'desk': 'DESK_BUILT_IN'})
    good(checks, 'a case', ask(server, 'police', 'POST', 'cases', {
        'id': 'c-1', 'kind': 'CASE_KIND_STALKING', 'number': '2026-1', 'subject_id': 'W-1', 'protected_ids': ['P-1']}))
    ban = {'conditions': [{'id': 'k', 'keep_away': {'protected_id': 'P-1'}}]}
    for kind in ('ST_PROV_2', 'ST_PROV_3_2'):
        good(checks, f'{kind} is applied for', ask(server, 'police', 'POST', 'cases/c-1/measures', {
            'id': kind, 'kind': kind, 'protected_id': 'P-1', 'stated': ban, 'apply': True}))
        for key, step, more in (('police', 'PETITION', {'court_id': 'court-namyangju'}), ('court', 'GRANT', {'until_us': str(until)}),
                                ('police', 'SERVE', {}), ('control', 'FIT', {}), ('police', 'RECEIVE_VICTIM_DATA', {})):
            if kind == 'ST_PROV_2' and step in ('SERVE', 'FIT', 'RECEIVE_VICTIM_DATA'):
                continue
            good(checks, f'... {step}', ask(server, key, 'POST', f'measures/{kind}/steps', {'step': 'CASE_STEP_' + step, **more}))


def accounts(server):
    text = server.request('GET', '/api/v1/accounts', server.new_key(role='administrator'))[1]
    return {one['account']['account']: one for one in json.loads(text).get('accounts', [])}


def hers(checks, program, top, folder):
    """Her data end five years after the last that protects her, and so do the phone and the account that are hers."""
    server = Server(program, folder, environment=ahead_by(top, DUE_S))
    admin = server.new_key(role='administrator')
    for account in ({'account': 'her-own', 'role': 'protected_person', 'person_id': 'P-1'},
                    {'account': 'insp-choi', 'role': 'police', 'agency_id': 'ps-namyangju-bukbu'}):
        good(checks, f"an account, {account['account']}", ask(server, admin, 'POST', 'accounts', account))
    good(checks, 'the case is closed', ask(server, 'police', 'POST', 'cases/c-1/close', {'reason': 'CASE_CLOSE_REASON_JUDGED'}))
    server.stop()
    server.end()

    def years_on(years, days):
        return Server(program, folder, environment=ahead_by(top, DUE_S + round(years * 365.25) * DAY_S + days * DAY_S))

    server = years_on(2, -20)
    told = wait_for(lambda: accounts(server)['insp-choi'].get('ends_at_us'), 10)
    checks.check('nobody used an account for nearly two years: its end is told', told, accounts(server))
    server.stop()
    server.end()
    server = years_on(2, 20)
    checks.check('a month later it is there no more', wait_for(lambda: 'insp-choi' not in accounts(server), 10), accounts(server))
    status, answer = ask(server, server.new_key(role='administrator'), 'POST', 'accounts',
                         {'account': 'insp-choi', 'role': 'police', 'agency_id': 'ps-namyangju-bukbu'})
    checks.check('... and its name is nobody else\'s', status == 409, (status, answer))
    audit = ask(server, 'auditor', 'GET', 'audit?action=end_account')[1]
    checks.check('... and the audit trail says so', 'insp-choi' in json.dumps(audit), audit)
    server.stop()
    server.end()

    server = years_on(5, -20)
    endings = lambda: ask(server, 'privacy', 'GET', 'endings')[1].get('endings', [])
    listed = wait_for(lambda: [one for one in endings() if one['person_id'] == 'P-1'], 10)
    checks.check('a month before, the privacy officer is told whose data end', listed and 'EM Act 16(6)' in listed[0]['reason'], endings())
    checks.check('... and nobody else may ask', ask(server, 'control', 'GET', 'endings')[0] == 403)
    checks.check('she is who she was', HERS['name'] in server.request('GET', '/api/v1/persons/P-1', 'registrar')[1])
    good(checks, 'a hold', ask(server, 'privacy', 'POST', 'persons/P-1/hold', {'reason': 'Criminal Procedure Act 215'}))
    checks.check('... stands in the list', [one.get('hold_reason') for one in endings()] == ['Criminal Procedure Act 215'], endings())
    server.stop()
    server.end()
    server = years_on(5, 20)
    held = wait_for(lambda: [one for one in endings() if one.get('hold_reason')], 10)
    checks.check('it is overdue and she is kept', held and HERS['name'] in server.request('GET', '/api/v1/persons/P-1', 'registrar')[1], held)
    second = server.new_key(role='privacy', agency_id='second')
    good(checks, 'the hold ends', ask(server, second, 'POST', 'persons/P-1/release', {'reason': 'over'}))
    server.stop()
    server.end()

    server = years_on(5, 25)
    gone = lambda: HERS['name'] not in server.request('GET', '/api/v1/persons/P-1', 'registrar')[1]
    checks.check('then she is erased', wait_for(gone, 20))
    checks.check('... and her phone is heard no more', wait_for(lambda: server.ingest('D-P', SECRET, report(50))[0] in (401, 403), 10))
    server.stop()
    server.end()
    server = Server(program, folder, environment=ahead_by(top, DUE_S + 6 * 365 * DAY_S))
    checks.check('... and her account is gone', wait_for(lambda: 'her-own' not in accounts(server), 10), accounts(server))
    checks.check('the server stops cleanly', server.stop() == 0)
    server.end()
    code, text, error = replayed(program, folder / 'store')
    checks.check('the log no longer tells where she was', code == 0 and not tells(text, HERS), error)
    hits = found(folder, signs_of(HERS))
    checks.check('no byte tells where or who she was', not hits, hits)
    return None


def main():
    options, checks = arguments(), Checks()
    top = pathlib.Path(tempfile.mkdtemp(prefix='haechi-retention-'))
    folder = top / 'server'
    folder.mkdir()
    server = None
    try:
        server = Server(options.haechi, folder)
        until = round((time.time() + 20) * 1e6)
        measure(checks, server, until)
        for seq in range(1, 6):
            for device, where in (('D-W', HIS), ('D-P', HERS)):
                server.ingest(device, SECRET, report(seq, where['lat'], where['lng']))
        stage = lambda: ask(server, 'control', 'GET', 'measures/ST_PROV_3_2')[1]['measure']['stage']
        checks.check('the measure is active and it is known where he is', stage() == 'MEASURE_STAGE_ACTIVE' and
                     tells(place(server, 'W-1').encode(), HIS))
        looks = lambda: [one['entry_no'] for one in ask(server, 'auditor', 'GET', 'audit?subject_id=W-1&limit=500')[1]['entries']]
        looked = looks()
        checks.check('who looked where he is, is known', looked)
        checks.check('it ends by the clock', wait_for(lambda: stage() == 'MEASURE_STAGE_ENDED', 60, 0.5), stage())
        server.stop()
        server.end()
        before = top / 'before'
        shutil.copytree(folder, before)

        erased = lambda: '"person_erased"' in replayed(options.haechi, folder / 'store')[1].decode()
        server = Server(options.haechi, folder, environment=ahead_by(top, ALMOST_S))
        time.sleep(4)  # several ticks: what is shown is that nothing happens
        gone = lambda: HIS['name'] not in server.request('GET', '/api/v1/persons/W-1', 'registrar')[1]
        checks.check('days before it is due he is kept', not gone())
        server.stop()
        server.end()
        checks.check('... and nobody has asked', not erased() and tells(replayed(options.haechi, folder / 'store')[1], HIS))

        server = Server(options.haechi, folder, environment=ahead_by(top, DUE_S))
        checks.check('when it is due he is erased while the server runs', wait_for(gone, 20))
        checks.check('... with his place', not tells(place(server, 'W-1').encode(), HIS))
        open_duties = lambda: [one for one in ask(server, 'control', 'GET', 'duties?case_id=c-1')[1].get('duties', [])
                               if one['task'] == 'CASE_TASK_DESTROY_DATA']
        checks.check('... and the duty to destroy is done', wait_for(lambda: not open_duties(), 10), open_duties())
        checks.check('... and who looked where he was is known as before', set(looked) <= set(looks()), (looked, looks()))
        checks.check('she is who she was', HERS['name'] in server.request('GET', '/api/v1/persons/P-1', 'registrar')[1])
        checks.check('the server stops cleanly', server.stop() == 0)
        server.end()
        server = None
        for what, data in (('the log', folder / 'store'), ('the copy made before', before / 'store')):
            code, text, error = replayed(options.haechi, data, folder / 'store.keys')
            checks.check(f'{what} no longer tells where he was', code == 0 and not tells(text, HIS), error)
            checks.check('... but where she was', tells(text, HERS))
            checks.check('... and verifies', run(options.haechi, 'verify', data)[0] == 0)
        code, text, error = replayed(options.haechi, folder / 'store')
        asked_of_him = [line for line in text.decode().splitlines() if '"person_erased"' in line]
        checks.check('the log says who asked and under which article', len(asked_of_him) == 1 and
                     '"retention"' in asked_of_him[0] and '31-8(4)3' in asked_of_him[0], asked_of_him)
        out = top / 'exported'
        code, _, error = run(options.haechi, 'export', '--data', folder / 'store', '--out', out)
        for where in (folder, out):
            hits = found(where, signs_of(HIS))
            checks.check(f'no byte of {where.name} tells where or who he was', code == 0 and not hits, hits or error)
        server = hers(checks, options.haechi, top, folder)
    finally:
        if server:
            server.end()
        shutil.rmtree(top, ignore_errors=True)
    checks.finish()


if __name__ == '__main__':
    main()
