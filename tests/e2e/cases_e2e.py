"""A case from the report to the end of the order, over real HTTP against a real server: report, urgent measure and its
48 hours, the link to the device he wears already, application, petition, grant, service, fitting, active order, alert
at her door, what she is shown of him and its record, expiry by the clock alone; a judgement written down; and a petition
of her own, docketed, ordered for the time being, decided and signed. At the end the log replays to the same state."""
import base64
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile
import time

from haechi_server import Checks, Server, arguments, register_device, report, wait_for

VERIFIER = pathlib.Path(__file__).resolve().parent.parent.parent / 'deploy' / 'verify_log.py'
HER, HIM, RECORD = 'p-1', 'w-1', 's-77'


class Case:
    def __init__(self, checks, server):
        self.checks, self.server = checks, server
        self.officer = self.key(role='probation', agency_id='probation-1', wearer_ids=[HIM])
        self.her = self.key(role='protected_person', person_id=HER)
        self.other = self.key(role='police', agency_id='ps-other')
        self.other_court = self.key(role='court', agency_id='court-other')

    def key(self, **wanted):
        status, text = self.server.request('POST', '/api/v1/demo/keys', 'registrar', wanted)
        assert status == 201, text
        return json.loads(text)['key']

    def ask(self, key, method, path, body=None):
        status, text = self.server.request(method, '/api/v1/' + path, key, body)
        try:
            return status, json.loads(text)
        except ValueError:
            return status, text

    def good(self, name, key, method, path, body=None):
        status, answer = self.ask(key, method, path, body)
        self.checks.check(name, status in (200, 201), f'{method} {path}: {status} {answer}')
        return answer if isinstance(answer, dict) else {}

    def step(self, key, measure, step, **more):
        return self.good(f'{measure}: {step}', key, 'POST', f'measures/{measure}/steps',
                         {'step': 'CASE_STEP_' + step, **more})


def prepare(case):
    server = case.server
    register_device(server, 'd-w', 'secret-of-his-ankle', HIM)
    register_device(server, 'd-p', 'secret-of-her-phone', HER, role='ROLE_PROTECTED_PERSON', kind='DEVICE_KIND_PHONE')
    server.put(f'persons/{RECORD}', {'role': 'ROLE_WEARER', 'record': {'name': 'Kim'}})
    server.put(f'persons/{HER}', {'role': 'ROLE_PROTECTED_PERSON',
                                  'record': {'name': 'Lee', 'address': '경기도 남양주시 오남읍 1'}})
    server.put('agencies/court-namyangju', {'name': 'Court', 'desk': 'DESK_BUILT_IN', 'court_districts': ['경기 남양주시']})
    strange = {'kind': 'EM_POST', 'legal_basis': 'EM Act 5', 'wearer_id': HIM, 'starts_at_us': '1', 'offence': 'LARCENY'}
    status, why = case.ask('registrar', 'PUT', 'orders/o-strange', strange)
    case.checks.check('an order for an offence that the country does not know is refused', status == 400
                      and why.get('field') == 'offence' and 'MURDER' in why.get('reason', ''), (status, why))
    bare = {'kind': 'EM_POST', 'wearer_id': HIM, 'starts_at_us': '1'}
    status, why = case.ask('registrar', 'PUT', 'orders/o-bare', bare)
    case.checks.check('an order that does not say what it rests on is refused', status == 400
                      and why.get('field') == 'legal_basis', (status, why))
    server.put('agencies/ps-namyangju-bukbu', {'name': 'Station', 'desk': 'DESK_BUILT_IN'})
    server.put('orders/o-post', {'kind': 'EM_POST', 'legal_basis': 'EM Act 5, 2024-1', 'wearer_id': HIM, 'starts_at_us': '1', 'time_zone': 'Asia/Seoul',
                                 'offence': 'SEXUAL_VIOLENCE'})
    server.put(f'persons/{HIM}/supervisor', {'officer': 'demo-probation-probation-1', 'agency_id': 'probation-1'})
    for person in (HIM, RECORD):
        server.put(f'persons/{person}/identity',
                   {'document_kind': 'rrn', 'document_number': '850101-1234567', 'name': '김민준'})


def report_and_urgent_measure(case):
    made = case.good('police open a case', 'police', 'POST', 'cases',
                     {'id': 'c-1', 'kind': 'CASE_KIND_STALKING', 'number': '2026-1', 'subject_id': RECORD,
                      'protected_ids': [HER]})
    case.checks.check('it is of their station', made['case_record']['agency_id'] == 'ps-namyangju-bukbu', made)
    case.checks.check('another station does not see it', case.ask(case.other, 'GET', 'cases/c-1')[0] == 403)
    case.good('another report is noted', 'police', 'POST', 'cases/c-1/reports',
              {'code': 'waited', 'text': 'He stood at the bus stop again.'})
    case.good('an urgent measure is begun', 'police', 'POST', 'cases/c-1/measures',
              {'id': 'u-1', 'kind': 'ST_URGENT_1', 'protected_id': HER})
    imposed = case.step('police', 'u-1', 'IMPOSE')
    clocks = {d['code']: d for d in imposed.get('duties', [])}
    due = int(clocks.get('N5-2', {}).get('due_at_us', 0)) / 1e6
    case.checks.check('48 hours run for the approval', abs(due - time.time() - 48 * 3600) < 120, clocks.keys())
    case.step('police', 'u-1', 'ASK_APPROVAL')
    approved = case.step('court', 'u-1', 'APPROVE')
    case.checks.check('the judge approves', approved['measure']['in_force'], approved)


def link(case):
    police = case.good('police see the link', 'police', 'GET', 'links')['links']
    officer = case.good('the probation officer sees it', case.officer, 'GET', 'links')['links']
    case.checks.check('the same one', len(police) == 1 and len(officer) == 1
                      and police[0]['link']['id'] == officer[0]['link']['id'], (police, officer))
    one = police[0]
    case.checks.check('it names who wears the device and the missing step',
                      one['link']['wearer_id'] == HIM and one['link']['step_kind'] == 'ST_PROV_3_2', one)
    case.checks.check('its clock runs', int(one['duty']['due_at_us']) > time.time() * 1e6, one)
    told = case.good('probation was told', case.officer, 'GET', 'notifications')['notifications']
    case.checks.check('that there is a case against its wearer',
                      any(n['kind'] == 'NOTIFICATION_KIND_CASE_ON_WEARER' for n in told), told)
    risk = case.good('the risk view', case.officer, 'GET', f'persons/{HIM}/risk')
    case.checks.check('shows that no order names her', risk['no_order_names_a_protected_person'], risk)
    case.checks.check('and how many the officer has', risk['caseload'] == 1 and risk['guideline_thousandths'] == '10000')
    return one['link']['id']


def measure_with_device(case, link_id):
    ban = {'conditions': [{'id': 'k', 'keep_away': {'protected_id': HER}}]}
    case.good('measure 2 is applied for', 'police', 'POST', 'cases/c-1/measures',
              {'id': 'm-2', 'kind': 'ST_PROV_2', 'protected_id': HER, 'stated': ban, 'apply': True})
    case.step('police', 'm-2', 'PETITION', court_id='court-namyangju')
    case.step('court', 'm-2', 'GRANT')
    taken = case.good('the missing step is carried out', 'police', 'POST', f'links/{link_id}/step', {})
    measure = taken['measure']['id']
    case.checks.check('the link is under way', taken['link']['state'] == 'LINK_STATE_UNDER_WAY', taken)
    refused, why = case.ask('court', 'POST', f'measures/{measure}/steps', {'step': 'CASE_STEP_GRANT'})
    case.checks.check('no court grants what was not petitioned for', refused in (403, 409), why)
    case.step('police', measure, 'PETITION', court_id='court-namyangju')
    until = int((time.time() + 25) * 1e6)
    granted = case.step('court', measure, 'GRANT', until_us=str(until))
    case.checks.check('with the end it stated', granted['measure']['ends_at_us'] == str(until), granted)
    case.step('police', measure, 'SERVE')
    case.step('control', measure, 'FIT')
    quiet = case.server.ingest('d-p', 'secret-of-her-phone', report(1, 37.7, 127.2))[0]
    case.checks.check('her phone reports', quiet in (200, 202, 204), quiet)
    case.server.ingest('d-w', 'secret-of-his-ankle', report(1, 37.7, 127.2))
    alerts = case.good('alerts', 'control', 'GET', 'alerts?state=all')['alerts']
    case.checks.check('nothing rings before her data are known', not alerts, alerts)
    active = case.step('police', measure, 'RECEIVE_VICTIM_DATA')
    case.checks.check('the measure is active', active['measure']['stage'] == 'MEASURE_STAGE_ACTIVE', active)
    return measure, active['order']['id'], until


def alert_and_expiry(case, measure, order, until):
    def ringing():
        alerts = case.ask('control', 'GET', 'alerts?state=all')[1].get('alerts', [])
        return [a['alert'] for a in alerts if a['alert']['order_id'] == order]
    case.server.ingest('d-p', 'secret-of-her-phone', report(2, 37.7, 127.2))
    case.server.ingest('d-w', 'secret-of-his-ankle', report(2, 37.7, 127.2))
    rang = wait_for(ringing, 10)
    status, why = case.ask(case.her, 'GET', 'views')
    case.checks.check('she is shown nothing before she agreed, and told why', status == 403 and 'penalty notice' in str(why),
                      (status, why))
    notice = case.good('her own cases', case.her, 'GET', 'me/cases')['notice']
    agreed = case.good('she reads the notice and agrees', case.her, 'POST', 'me/consent',
                       {'notice_code': notice['code'], 'given': True})['consent']
    text = hashlib.sha256((notice['text_en'] + '\n' + notice['text_ko']).encode()).digest()
    case.checks.check('to this very text', base64.b64decode(agreed['notice_sha256']) == text, agreed)
    views = wait_for(lambda: case.ask(case.her, 'GET', 'views')[1].get('views'), 10) or [{}]
    case.checks.check('now she sees where he is', views[0].get('mode') == 'VIEW_MODE_MAP' and 'place' in views[0], views)
    rows = case.good('the record of it', 'auditor', 'GET', 'audit?action=see_view')['entries']
    point = f"{views[0].get('id')}@{views[0].get('wearer_fixed_at_us')}"
    case.checks.check('names the point', any(point in r['access'].get('shown_ids', []) for r in rows), (point, rows))
    case.checks.check('he stands beside her, and it rings', any(a['kind'] == 'ALERT_KIND_KEEP_AWAY' for a in rang or []),
                      rang)
    duties = case.good('duties of the case', 'control', 'GET', 'duties?state=all&case_id=c-1')['duties']
    case.checks.check('to tell the police is a duty, or was done by the hand-off', any(d['code'] == 'K2' for d in duties),
                      [d['code'] for d in duties])
    status, why = case.ask('registrar', 'PUT', f'orders/{order}', {'withdrawn': True, 'wearer_id': HIM})
    case.checks.check('nobody withdraws the order of a measure by hand', status in (400, 409), why)

    def ended():
        answer = case.ask('control', 'GET', f'measures/{measure}')[1]
        return answer['measure']['stage'] == 'MEASURE_STAGE_ENDED' and answer
    over = wait_for(ended, 60, 0.5)
    case.checks.check('it expires by the clock alone', over and over['measure']['end'] == 'MEASURE_END_EXPIRED', over)
    case.checks.check('not before its end', time.time() * 1e6 >= until)
    withdrawn = case.good('its order', 'control', 'GET', f'orders/{order}')
    case.checks.check('is withdrawn', withdrawn.get('withdrawn'), withdrawn)
    still = [a for a in ringing() if a['state'] != 'ALERT_STATE_CLEARED']
    case.checks.check('and no alert stands under it', not still, still)
    again = case.good('the gap is open again', 'police', 'GET', 'links')['links']
    case.checks.check('and proposed again', again and again[0]['link']['state'] == 'LINK_STATE_OPEN', again)


def judgement(case):
    made = case.good('the court writes a judgement down', 'court', 'POST', 'measures',
                     {'id': 'j-1', 'kind': 'EM_POST', 'subject_id': HIM, 'protected_id': HER, 'text': 'Ten years.',
                      'term': {'unit': 'YEARS', 'count': 10},
                      'stated': {'conditions': [{'id': 'k', 'keep_away': {'protected_id': HER}}]}})
    case.checks.check('it is granted, and signed', made['measure']['stage'] == 'MEASURE_STAGE_GRANTED'
                      and made['decision_intact'] and 'Ten years.' in made['decision'], made)
    for step in ('SERVE', 'FIT', 'RECEIVE_VICTIM_DATA'):
        made = case.step(case.officer, 'j-1', step)
    case.checks.check('and monitored once the device is on and her data are known',
                      made['measure']['stage'] == 'MEASURE_STAGE_ACTIVE'
                      and made['order']['conditions'][0]['keep_away']['protected_id'] == HER, made)


def places(case):
    def move(old, new, lat_e7):
        shape = {'circle': {'centre': {'lat_e7': lat_e7, 'lng_e7': 1272000000}, 'radius_mm': 100000}}
        case.good('she moves', 'police', 'POST', 'cases/c-2/places',
                  {'protected_id': HER, 'places': [{'old_zone_id': old, 'new_zone_id': new}],
                   'zones': [{'id': new, 'shape': shape}]})
    move('', 'z-first', 376000000)
    move('z-first', 'z-second', 375000000)
    told = case.good('her places, then and now', 'police', 'GET', 'cases/c-2/places')['versions']
    lists = [(one['zones'][-1]['id'], one['until_us'] == '0') for one in told if one['case_id'] == 'c-2']
    case.checks.check('each version with its time', lists == [('z-second', True), ('z-first', False)], told)
    case.checks.check('are nobody else\'s to read', case.ask(case.other, 'GET', 'cases/c-2/places')[0] == 403)
    rows = case.good('the record of it', 'auditor', 'GET', 'audit?action=see_case')['entries']
    case.checks.check('says whose were read', any(HER in r['access'].get('shown_ids', []) for r in rows), rows[:3])


def statistics(case):
    numbers = case.good('statistics', 'control', 'GET', 'statistics')
    case.checks.check('count what was applied for', any(m['kind'] == 'ST_PROV_3_2' and m['granted'] == '1'
                                                        for m in numbers['measures']), numbers['measures'])
    offences = {one['key']: one['count'] for one in numbers['wearers_by_offence']}
    case.checks.check('wearers by offence', offences.get('SEXUAL_VIOLENCE') == '1', offences)
    in_seoul = time.strftime('%Y-%m', time.gmtime(time.time() + 9 * 3600))
    months = {one['key']: int(one['count']) for one in numbers['violations_by_month']}
    case.checks.check('violations in the month of Seoul', months.get(in_seoul, 0) >= 1, months)
    offices = {one['agency_id']: one for one in numbers['offices']}
    case.checks.check('and what nobody has taken, per office', int(offices['probation-1']['unacknowledged']) >= 1
                      and int(offices['probation-1']['unacknowledged_thousandths']) > 0, offices)
    case.checks.check('and per station', any(int(one['alerts']) >= 1 for one in numbers['stations']), numbers['stations'])
    status, table = case.server.request('GET', '/api/v1/statistics.csv', 'auditor')
    case.checks.check('also as a table', status == 200 and table.startswith('table,key,of,value')
                      and 'wearers_by_offence,"SEXUAL_VIOLENCE","",1' in table
                      and 'offices,"probation-1","false_thousandths",' in table, table)


def unknown_persons(case):
    opened = case.good('police open a case about somebody nobody registered', 'police', 'POST', 'cases',
                       {'id': 'c-3', 'kind': 'CASE_KIND_STALKING', 'subject_id': 's-new', 'protected_ids': ['p-new'],
                        'persons': [{'id': 's-new', 'role': 'ROLE_WEARER', 'record': {'name': '김민준'},
                                     'identity': {'document_kind': 'rrn', 'document_number': '850101-1234567'}},
                                    {'id': 'p-new', 'role': 'ROLE_PROTECTED_PERSON', 'record': {'name': 'Choi'}}]})
    case.checks.check('and hear at once that he wears a device', [one['wearer_id'] for one in opened['links']] == [HIM],
                      opened)


def petition(case):
    case.good('a case of domestic violence', 'police', 'POST', 'cases',
              {'id': 'c-2', 'kind': 'CASE_KIND_DOMESTIC_VIOLENCE', 'number': '2026-2', 'subject_id': RECORD,
               'protected_ids': [HER]})
    mine = case.good('her own cases', case.her, 'GET', 'me/cases')['cases']
    kinds = {c['id']: [k['code'] for k in c['petition_kinds']] for c in mine}
    case.checks.check('she may petition herself', 'DV_VPO' in kinds.get('c-2', []), kinds)
    filed = case.good('she petitions', case.her, 'POST', 'petitions',
                      {'id': 'pet-1', 'case_id': 'c-2', 'kinds': ['DV_VPO'], 'statement': 'He hit me in March.',
                       'attachments': [{'name': 'photo.png', 'media_type': 'image/png', 'content': 'iVBORw0KGgo='}]})
    case.checks.check('it is filed', filed['petition']['state'] == 'PETITION_STATE_FILED', filed)
    case.checks.check('at the court in whose district she lives', filed['petition']['court_id'] == 'court-namyangju'
                      and filed['petition']['court_ground'] == 'her_residence', filed)
    docket = case.good('the docket', 'court', 'GET', 'petitions')['petitions']
    case.checks.check('holds it', [p['petition']['id'] for p in docket] == ['pet-1'], docket)
    case.good('it is taken in', 'court', 'POST', 'petitions/pet-1/docket', {'docket': '2026-17'})
    seen = case.good('the court reads it', 'court', 'GET', 'petitions/pet-1')
    case.checks.check('statement and file as they were sent', seen['statement'] == 'He hit me in March.'
                      and seen['statement_intact'] and len(seen['attachments']) == 1, seen)
    evidence = case.good('the evidence bundle', 'court', 'GET', 'petitions/pet-1/evidence')
    case.checks.check('holds the alerts between the two', len(evidence['alerts']) >= 1, evidence)
    interim = case.good('an interim order', 'court', 'POST', 'petitions/pet-1/interim',
                        {'kind': seen['interim_kinds'][0]['code'] if len(seen['interim_kinds']) == 1 else 'DV_VPO_TMP'})
    case.checks.check('is in force', any(m['kind'] == 'DV_VPO_TMP' and m['in_force'] for m in interim['measures']), interim)
    decided = case.good('the decision', 'court', 'POST', 'petitions/pet-1/decision',
                        {'granted': True, 'reasons': 'Credible.',
                         'zones': [{'id': 'z-home', 'shape': {'circle': {
                             'centre': {'lat_e7': 377000000, 'lng_e7': 1272000000}, 'radius_mm': 100000}}}],
                         'stated': {'conditions': [{'id': 'k', 'keep_away': {'protected_id': HER}},
                                                   {'id': 'h', 'exclusion': {'zone_id': 'z-home', 'protected_id': HER}}]}})
    case.checks.check('is signed by the judge', decided['petition']['state'] == 'PETITION_STATE_GRANTED'
                      and decided['petition']['decided_by'] == 'demo-court', decided)
    digest = base64.b64decode(decided['petition']['decision_sha256'])
    case.checks.check('under a text whose digest is logged', decided['decision_intact']
                      and hashlib.sha256(decided['decision'].encode()).digest() == digest
                      and 'account: demo-court' in decided['decision'], decided)
    case.checks.check('and ended the interim order', any(
        m['kind'] == 'DV_VPO_TMP' and m['end'] == 'MEASURE_END_PETITION_DECIDED' for m in decided['measures']), decided)
    hers = case.good('she reads the decision', case.her, 'GET', 'petitions/pet-1')
    case.checks.check('with its reasons', hers['reasons'] == 'Credible.', hers)


def history(case):
    """What the system before this one judged."""
    violation = {'id': 'V-2019-7', 'source': 'old-system', 'kind': 'ALERT_KIND_KEEP_AWAY', 'wearer_id': HIM, 'protected_id': HER,
                 'happened_at_us': '1568000000000000', 'distance_mm': '84500', 'outcome': 'TRUE_VIOLATION',
                 'place': {'lat_e7': 377000123, 'lng_e7': 1272000456}}
    status, why = case.ask('police', 'POST', 'facts', [{'violation_taken_over': violation}])
    case.checks.check('nobody but a registrar takes over what another system judged', status == 403, (status, why))
    before = case.good('alerts', 'control', 'GET', 'alerts?state=all')['alerts']
    case.good('a registrar does', 'registrar', 'POST', 'facts', [{'violation_taken_over': violation}])
    after = case.good('alerts', 'control', 'GET', 'alerts?state=all')['alerts']
    case.checks.check('nothing rings for it', [one['alert']['id'] for one in after] == [one['alert']['id'] for one in before])
    for path, key in ((f'persons/{HIM}/risk', case.officer), ('petitions/pet-1/evidence', 'court')):
        listed = [one for one in case.good(path, key, 'GET', path)['alerts'] if one['source'] == 'old-system']
        case.checks.check('it stands among the past alerts, with its source', len(listed) == 1
                          and listed[0]['id'] == 'V-2019-7' and listed[0]['distance_m'] == 84, listed)


def bundles(case, folder):
    server = case.server
    key = (server.data / 'evidence' / 'key.pub').read_text().strip()
    taken = case.good('numbers', 'control', 'GET', 'statistics')  # entries that the next checkpoint has
    wait_for(lambda: server.metrics().get('haechi_evidence_signed_entries', 0) >= int(taken['entry_no']), 15)

    def verified(text):
        path = pathlib.Path(folder) / 'bundle.jsonl'
        path.write_text(text)
        run = subprocess.run([sys.executable, VERIFIER, 'bundle', path, '--key', key], capture_output=True, text=True, timeout=60)
        return run.returncode == 0, run.stderr

    for who, account, path in (('the court of her petition', 'court', 'petitions/pet-1/bundle'),
                               ('the court of the measures', 'court', 'cases/c-1/bundle'),
                               ('the officer who supervises him', case.officer, 'cases/c-1/bundle')):
        status, text = server.by_two('POST', '/api/v1/' + path, account, 'court', {'why': 'hearing of the court'})
        case.checks.check(f'{who} takes the signed bundle from the running server', status == 200, text[:300])
        case.checks.check('which verifies without it', *verified(text))
        rows = [json.loads(line) for line in text.splitlines()]
        kinds = {kind: sum(kind in row for row in rows) for kind in ('order', 'track', 'alert', 'violation')}
        case.checks.check('it has orders, his track, alerts and what another system judged', min(kinds.values()) >= 1, kinds)
        told = b''.join(base64.b64decode(row['entry'].get('fact', '')) for row in rows if 'entry' in row)
        case.checks.check('and no report of hers', b'd-w' in told and b'd-p' not in told)
    at = text.index('"lat_e7":') + 10
    for name, touched in (('a byte of his track', text[:at] + chr(ord(text[at]) ^ 1) + text[at + 1:]),
                          ('a byte of the violation', text.replace('old-system', 'own-system')),
                          ('a line left out', text.replace(text.splitlines()[-2] + '\n', ''))):
        case.checks.check(f'{name} touched, it does not verify', not verified(touched)[0])
    for who, account in (('another court', case.other_court), ('the police', 'police'), ('another station', case.other),
                         ('she', case.her), ('the control room', 'control')):
        answers = [case.ask(account, 'POST', path, {'why': 'hearing of the court'})[0]
                   for path in ('petitions/pet-1/bundle', 'cases/c-1/bundle')]
        case.checks.check(f'{who} is refused', answers == [403, 403], answers)
    looks = case.good('the record of it', 'auditor', 'GET', 'audit?action=take_evidence')['entries']
    case.checks.check('an officer alone only asked', sum('second person' in r['access'].get('reason', '') for r in looks) == 1, looks[:3])
    case.checks.check('names every one that was asked for, given or refused', sum(r['access'].get('allowed', False) for r in looks) == 4
                      and sum(not r['access'].get('allowed', False) for r in looks) == 10, looks[:3])
    case.checks.check('with the reason that was typed, and from where', all(r['access']['why'] == 'hearing of the court' and r['access']['address']
                      for r in looks if 'second person' not in r['access'].get('reason', '') and r['access'].get('allowed')), looks[:3])


def main():
    checks = Checks()
    program = arguments().haechi
    with tempfile.TemporaryDirectory(prefix='haechi-cases-') as folder:
        server = Server(program, data=folder)
        try:
            case = Case(checks, server)
            prepare(case)
            report_and_urgent_measure(case)
            measure, order, until = measure_with_device(case, link(case))
            alert_and_expiry(case, measure, order, until)
            petition(case)
            history(case)
            judgement(case)
            places(case)
            unknown_persons(case)
            statistics(case)
            bundles(case, folder)
            before = case.good('the case', 'police', 'GET', 'cases/c-1')
            server.stop()
            server.end()
            server = Server(program, data=folder)
            case.server = server
            after = case.good('the case after a restart', 'police', 'GET', 'cases/c-1')
            same = {k: v for k, v in after.items() if k != 'entry_no'} == {k: v for k, v in before.items() if k != 'entry_no'}
            checks.check('is as it was', same)
        finally:
            server.end()
    checks.finish()


main()
