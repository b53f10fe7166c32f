"""Notifications that really leave: web push, text messages and e-mail, to servers that nobody here wrote or that behave
badly. A gateway fails, refuses and hangs; the process is killed in the middle of a message; then eleven minutes have
passed, and what nobody opened goes on to the next channel. Nothing is sent twice but what nobody can know, and no byte
that left holds a name, a place or a number of anybody."""
import json
import pathlib
import subprocess
import tempfile

import debian_python
import notify_servers
from haechi_server import Checks, Server, arguments, register_device, report, wait_for

SECRET, BEARER = 'a secret of both sides', 'a-token-of-the-gateway'
VOICE_SECRET = 'a secret of those who call'
NAME, STREET = '김가해카나리', '오남읍 카나리길 77'
LAT, LNG = 377123456, 1272034567
CASE, DOCKET, STATEMENT = 'case-canary', '2026-CANARY-17', 'He stood at the canary fence.'
HIM, RECORD, STATION, COURT, PROBATION = 'w-canary', 's-canary', 'ps-namyangju-bukbu', 'court-canary', 'probation-1'
OFFICER = 'demo-probation-' + PROBATION
AHEAD_S = 660  # a channel has ten minutes

# Her telephone, by what becomes of a message to it.
NUMBERS = {'push': '01000000001', 'gone': '01000000002', 'plain': '01000000003', 'flaky': '01000000004',
           'hang': '01000000005', 'refused': '01000000006', 'rule': '01000000007'}
OFFICER_NUMBER = '01099990000'


class Story:
    def __init__(self, checks, program, folder, calls=False):
        self.checks, self.program, self.folder = checks, program, pathlib.Path(folder)
        certificate, key = notify_servers.make_certificate(self.folder)
        self.mail = notify_servers.Mail(certificate, key)
        self.gateway = notify_servers.Gateway(SECRET, BEARER)
        self.voice = notify_servers.Gateway(VOICE_SECRET, BEARER, 'voice')
        self.push = notify_servers.PushService()
        self.browser = notify_servers.Browser(self.push, 'her-phone')
        self.dead = notify_servers.Browser(self.push, 'gone')
        self.gateway.behaviours = {NUMBERS['flaky']: [503, 429], NUMBERS['hang']: ['hang'] * 6,
                                   NUMBERS['refused']: [400], OFFICER_NUMBER: [400] * 50}
        self.settings = self.folder / 'haechi.toml'
        self.settings.write_text(f'''
[notify]
pages = "https://haechi.example"
ca_file = "{certificate}"
[notify.email]
server = "127.0.0.1:{self.mail.port}"
user = "{notify_servers.USER}"
password = "{notify_servers.PASSWORD}"
from = "haechi@agency.example"
[notify.sms]
url = "http://127.0.0.1:{self.gateway.port}/v1/messages"
bearer = "{BEARER}"
secret = "{SECRET}"
[notify.push]
contact = "mailto:ops@agency.example"
services = ["http://127.0.0.1:{self.push.port}"]
''')
        if calls:
            with self.settings.open('a') as settings:
                settings.write(f'[notify.voice]\nurl = "http://127.0.0.1:{self.voice.port}/v1/calls"\n'
                               f'bearer = "{BEARER}"\nsecret = "{VOICE_SECRET}"\n')
        self.settings.chmod(0o600)
        self.server = None

    def start(self, environment=None):
        if self.server:
            self.server.end()
        self.server = Server(self.program, data=self.folder, extra=('--config', self.settings), environment=environment)

    def ask(self, key, method, path, body=None):
        status, text = self.server.request(method, '/api/v1/' + path, key, body)
        return status, json.loads(text)

    def must(self, key, method, path, body=None):
        status, answer = self.ask(key, method, path, body)
        if status not in (200, 201):
            raise RuntimeError(f'{method} {path}: {status} {answer}')
        return answer

    def key(self, **wanted):
        return self.must('registrar', 'POST', 'demo/keys', wanted)['key']

    def her_key(self, which):
        return self.key(role='protected_person', person_id=f'p-canary-{which}')

    def effects(self):
        """The last state of every notification, from the log alone. Only when the server has ended."""
        run = subprocess.run([self.program, 'replay', self.server.data, '--effects'], capture_output=True, text=True)
        last = {}
        for line in run.stdout.splitlines():
            if '_notification"' not in line:
                continue
            one = json.loads(line).get('effect', {}).get('case_effect', {})
            for kind in ('queue_notification', 'update_notification'):
                if kind in one:
                    last[one[kind]['id']] = one[kind]
        return last

    def sent_bytes(self):
        """Everything that left, as it was on the wire and as its reader reads it."""
        letters = [part for letter in self.mail.letters for part in (letter['Subject'], letter.get_content())]
        pushed = [self.browser.read(one['body']) for one in self.push.requests if one['path'] == self.browser.path]
        raw = [self.mail.raw, self.gateway.raw, self.voice.raw, self.push.raw]
        return '\n'.join([*letters, *pushed, *(r.decode('latin-1') for r in raw), *(r.decode(errors='replace') for r in raw),
                          *(message['text'] for message in self.gateway.requests)])

    def end(self):
        self.gateway.let_go.set()
        if self.server:
            self.server.end()
        for one in (self.mail, self.gateway, self.voice, self.push):
            one.end()


def prepare(story):
    server, must = story.server, story.must
    for agency in (STATION, COURT, PROBATION):
        server.put(f'agencies/{agency}', {'name': NAME, 'desk': 'DESK_BUILT_IN'})
    server.put(f'agencies/{STATION}/address', {'email': 'desk@police.example', 'language': 'en'})
    server.put(f'agencies/{COURT}/address', {'email': 'later@court.example'})
    server.put(f'accounts/{OFFICER}/address', {'phone': OFFICER_NUMBER, 'email': 'never@probation.example'})
    for person in (HIM, RECORD):
        server.put(f'persons/{person}', {'role': 'ROLE_WEARER', 'record': {'name': NAME, 'address': STREET}})
        server.put(f'persons/{person}/identity', {'document_kind': 'rrn', 'document_number': '850101-1234567'})
    server.put('zones/z-canary', {'shape': {'circle': {'centre': {'lat_e7': LAT, 'lng_e7': LNG}, 'radius_mm': 100000}}})
    server.put('orders/o-post', {'kind': 'EM_POST', 'legal_basis': 'EM Act 5, 2024-1', 'wearer_id': HIM, 'starts_at_us': '1', 'time_zone': 'Asia/Seoul',
                                 'conditions': [{'id': 'k', 'exclusion': {'zone_id': 'z-canary'}}]})
    server.put(f'persons/{HIM}/supervisor', {'officer': OFFICER, 'agency_id': PROBATION})
    for which, number in NUMBERS.items():
        record = {'name': NAME, 'phone': number[:3] + '-' + number[3:7] + '-' + number[7:], 'address': STREET}
        if which == 'rule':
            record['contact_rule'] = 'By her sister only.'
        server.put(f'persons/p-canary-{which}', {'role': 'ROLE_PROTECTED_PERSON', 'record': record})
    status, why = story.ask(story.her_key('plain'), 'PUT', 'me/push', {**story.browser.subscription,
                                                                       'endpoint': 'http://169.254.169.254/latest'})
    story.checks.check('no browser can send this node to another place than a push service', status == 400
                       and why['field'] == 'endpoint', why)
    for which, browser in (('push', story.browser), ('gone', story.dead)):
        must(story.her_key(which), 'PUT', 'me/push', browser.subscription)
        answer = must(story.her_key(which), 'GET', 'me/push')
        story.checks.check(f'the browser of {which} is known', answer['subscribed'] and len(answer['public_key']) == 87, answer)


def petition(story, which):
    case = f'{CASE}-{which}'
    story.must('police', 'POST', 'cases', {'id': case, 'kind': 'CASE_KIND_DOMESTIC_VIOLENCE', 'number': DOCKET + which,
                                           'subject_id': RECORD, 'protected_ids': [f'p-canary-{which}']})
    story.must(story.her_key(which), 'POST', 'petitions', {'id': f'pet-{which}', 'case_id': case, 'kinds': ['DV_VPO'],
                                                           'statement': STATEMENT, 'court_id': COURT})
    docket = story.key(role='court', agency_id=COURT)
    story.must(docket, 'POST', f'petitions/pet-{which}/docket', {'docket': DOCKET})


def messages_leave(story):
    check, gateway = story.checks.check, story.gateway
    for which in NUMBERS:
        petition(story, which)
    pushed = wait_for(lambda: [one for one in story.push.requests if one['path'] == story.browser.path])
    check('her phone is pushed to', pushed)
    check('by one who proves who it is', all(one['trusted'] for one in story.push.requests))
    note = json.loads(story.browser.read(pushed[0]['body']))
    check('and can read the id of a notification, and nothing else', list(note) == ['id'], note)
    hers = story.her_key('push')
    for state in ('DELIVERED', 'OPENED'):
        story.must(hers, 'POST', f"me/notifications/{note['id']}", {'state': 'NOTIFICATION_STATE_' + state})
    status, _ = story.ask(story.her_key('plain'), 'POST', f"me/notifications/{note['id']}",
                          {'state': 'NOTIFICATION_STATE_OPENED'})
    check('another person may not say that she opened it', status == 404, status)
    check('she whose subscription has ended is told by text message', wait_for(lambda: gateway.to(NUMBERS['gone'])))
    check('which is forgotten', not story.must(story.her_key('gone'), 'GET', 'me/push').get('subscribed'))
    plain = wait_for(lambda: gateway.to(NUMBERS['plain']))
    check('a text message says a neutral word and where the app is',
          plain and plain[0]['text'] == '새 알림이 있습니다\nhttps://haechi.example/me/', plain)
    check('every message is signed and under its id', not gateway.unsigned and all(m['key'] == m['id'] for m in gateway.requests))
    flaky = wait_for(lambda: len(gateway.to(NUMBERS['flaky'])) == 3 and gateway.to(NUMBERS['flaky']), 15)
    check('what the gateway could not take is sent again under the same id', flaky and len({m['id'] for m in flaky}) == 1, flaky)
    check('she who must not be written to is not', not gateway.to(NUMBERS['rule']))
    check('the server counts what failed', wait_for(
        lambda: story.server.counted('haechi_notify_failed_total{channel="voice"}') >= 2, 10), story.server.metrics())
    return plain[0]['id'], flaky[0]['id'], note['id']


def killed_in_the_middle(story, plain):
    check, gateway = story.checks.check, story.gateway
    check('one message hangs at the gateway', wait_for(lambda: gateway.to(NUMBERS['hang'])))
    check('a receipt that the gateway did not sign is refused',
          gateway.receipt(story.server.http_port, plain, 'DELIVERED', 'a secret of another') == 401)
    check('one that it signed is taken', gateway.receipt(story.server.http_port, plain, 'DELIVERED') == 200)
    waiting = story.server.metrics().get('haechi_notify_waiting{channel="sms"}')
    check('the queue holds that one message', waiting == 1, waiting)
    story.server.kill()
    gateway.behaviours[NUMBERS['hang']] = []
    gateway.let_go.set()
    before = [len(gateway.requests), len(story.push.requests), len(story.mail.letters)]
    story.start()
    idle = wait_for(lambda: story.server.metrics().get('haechi_notify_sent_total{channel="sms"}') == 1)
    check('after the kill it is sent again', idle, story.server.metrics())
    again = gateway.to(NUMBERS['hang'])
    check('as it was, under the same id', len(again) > 1 and all(one == again[0] for one in again), again)
    after = [len(gateway.requests), len(story.push.requests), len(story.mail.letters)]
    check('and nothing else is', after == [before[0] + 1, *before[1:]], (before, after, gateway.requests[before[0]:]))


def eleven_minutes_later(story):
    check, mail = story.checks.check, story.mail
    check('the server ends when asked', story.server.stop() == 0)
    ahead = story.folder / 'ahead.so'
    subprocess.run(['cc', '-shared', '-fPIC', f'-DAHEAD_S={AHEAD_S}', '-o', ahead,
                    pathlib.Path(__file__).parent / 'clock_ahead.c'], check=True)
    story.start({'LD_PRELOAD': str(ahead)})
    desk = wait_for(lambda: mail.to('desk@police.example'), 20)
    check('what no police officer opened comes by e-mail', desk)
    check('in the language of the station, with the id and the page', desk and desk[0]['Subject'] == 'Haechi notice'
          and desk[0].get_content().strip().endswith(')\nhttps://haechi.example/cases/'), desk and desk[0].get_content())
    check('a mail server that was busy is asked again', wait_for(lambda: mail.to('later@court.example'), 20)
          and mail.recipients.count('later@court.example') > len(mail.to('later@court.example')), mail.recipients)
    check('no letter came twice', len({letter['Message-ID'] for letter in mail.letters}) == len(mail.letters))
    check('and none in the clear', mail.encrypted)
    check('nobody tries again where there is no such mailbox', wait_for(
        lambda: story.server.counted('haechi_notify_waiting') == 0, 30), story.server.metrics())


def states_are_true(story, plain, flaky, opened):
    check = story.checks.check
    check('the server ends when asked', story.server.stop() == 0)
    last = story.effects()

    def of(which, kind='PETITION'):
        return [n for n in last.values() if n.get('person_id') == f'p-canary-{which}' and n['kind'].endswith(kind)][0]

    def is_so(name, notification, state, channel, reason=''):
        check(name, notification['state'].endswith(state) and notification['channel'].endswith(channel)
              and notification.get('reason', '') == reason, notification)
    is_so('opened on her phone', last[opened], 'OPENED', 'PUSH')
    is_so('delivered by text message', last[plain], 'DELIVERED', 'SMS', 'no_address')
    is_so('sent, but nobody said that it came: not reached', last[flaky], 'FAILED', 'VOICE', 'no_connector')
    is_so('refused by the gateway: not reached', of('refused'), 'FAILED', 'VOICE', 'no_connector')
    is_so('not to be written to: not reached', of('rule'), 'FAILED', 'VOICE', 'no_connector')
    unreached = [n for n in last.values() if n['kind'] == 'NOTIFICATION_KIND_UNREACHABLE' and n['party'] == 'CASE_PARTY_POLICE']
    check('the police are told whom nobody reached', {n['case_id'] for n in unreached} >= {f'{CASE}-refused', f'{CASE}-rule'},
          unreached)
    probation = [n for n in last.values() if n.get('account') == OFFICER and n['channel'] != 'NOTIFICATION_CHANNEL_SCREEN']
    check('the officer had a text message refused and no mailbox', probation and all(
        n['state'] == 'NOTIFICATION_STATE_FAILED' and n['reason'] == 'refused_550' for n in probation), probation)
    station = [n for n in last.values() if n.get('agency_id') == STATION and n['channel'] == 'NOTIFICATION_CHANNEL_EMAIL']
    check('what was mailed to the station is sent and stays so', station and all(
        n['state'] == 'NOTIFICATION_STATE_SENT' for n in station), station)


def nothing_of_anybody_left(story):
    everything = story.sent_bytes()
    story.checks.check('letters, messages and pushes left', len(story.mail.letters) > 3 and len(story.gateway.requests) > 8
                       and len(story.push.requests) > 1, (len(story.mail.letters), len(story.gateway.requests)))
    for secret in (NAME, STREET, 'canary', 'CANARY', '카나리', str(LAT), str(LNG), '37.71', '127.20', '850101', OFFICER):
        at = everything.find(secret)
        story.checks.check(f'no byte that left says "{secret}"', at < 0, everything[max(0, at - 60):at + 60])


def an_alert_wakes_her_phone(story):
    """No app is open. He stands 400 m from three of them: one has a browser, one none, and one must not be written to."""
    check, server, gateway = story.checks.check, story.server, story.gateway
    register_device(server, 'his-anklet', SECRET, 'w-near')
    for which in ('push', 'plain', 'rule'):
        server.put(f'devices/phone-{which}', {'kind': 'DEVICE_KIND_PHONE', 'person_id': f'p-canary-{which}', 'interval_s': 30,
                                              'secret': SECRET})
        server.put(f'orders/o-{which}', {'kind': 'ST_PROV_3_2', 'legal_basis': 'Stalking Act 9(1)3-2', 'wearer_id': 'w-near', 'starts_at_us': '1',
                                         'time_zone': 'Asia/Seoul',
                                         'conditions': [{'id': 'k', 'keep_away': {'protected_id': f'p-canary-{which}'}}]})
        server.ingest(f'phone-{which}', SECRET, report(1, LAT / 1e7, LNG / 1e7))
    server.ingest('his-anklet', SECRET, report(1, LAT / 1e7 + 0.0036, LNG / 1e7))
    pushed = wait_for(lambda: [one for one in story.push.requests if one['path'] == story.browser.path], 5)
    check('an alert that concerns her is pushed to her phone', pushed)
    check('and says nothing but an id', list(json.loads(story.browser.read(pushed[0]['body']))) == ['id'])
    check('she who has no browser gets a text message at once', wait_for(lambda: gateway.to(NUMBERS['plain']), 5))
    check('she who has one, not yet', not gateway.to(NUMBERS['push']))
    about_her = lambda: [one['alert']['id'] for one in story.must('control', 'GET', 'alerts?limit=100')['alerts']
                   if one['alert'].get('protected_id') == 'p-canary-rule']
    noted = lambda: about_her() and 'contact_no_answer' in server.request('GET', f'/api/v1/alerts/{about_her()[0]}/timeline', 'control')[1]
    check('that she who must not be written to was not told stands in the incident', wait_for(noted, 5))
    check('and rings in the control room', wait_for(lambda: any('alarm_protected_unreached' in server.request(
        'GET', f'/api/v1/alerts/{alert}/timeline', 'control')[1] for alert in about_her()), 5))
    check('but when nobody was shown it within ten seconds', wait_for(lambda: gateway.to(NUMBERS['push']), 15))
    check('each gets one, whatever the number of alerts', [len(gateway.to(NUMBERS[which])) for which in ('push', 'plain')] == [1, 1])
    check('in the neutral words of every other', {m['text'] for m in gateway.requests} == {'새 알림이 있습니다\nhttps://haechi.example/me/'})
    called = wait_for(lambda: story.voice.to(NUMBERS['plain']), 40)
    check('she who was not shown it after the text message is called', called)
    check('and hears the neutral words, without a link', called and (called[0]['text'], called[0]['language'], called[0]['key'])
          == ('새 알림이 있습니다', 'ko', called[0]['id']), called)
    check('by a gateway that knows who asks', story.voice.unsigned == 0)
    check('which may say that nobody answered', story.voice.receipt(server.http_port, called[0]['id'], 'FAILED') == 200)
    check('but not as the gateway of text messages', story.voice.receipt(server.http_port, called[0]['id'], 'FAILED', SECRET) == 401)
    hers = lambda: [one['alert']['id'] for one in story.must('control', 'GET', 'alerts?limit=100')['alerts']
                    if one['alert'].get('protected_id') == 'p-canary-plain']
    check('then nobody has reached her, and the control room rings', wait_for(lambda: any('alarm_protected_unreached' in server.request(
        'GET', f'/api/v1/alerts/{alert}/timeline', 'control')[1] for alert in hers()), 5))
    check('nobody calls her who must not be called', not story.voice.to(NUMBERS['rule']))
    everything = story.sent_bytes()
    check('and none of it says whom it is about', not [word for word in (NAME, 'canary', 'w-near', 'KEEP', 'NEAR', '37.71', '127.20')
                                                       if word in everything])


def main():
    checks = Checks()
    program = arguments().haechi
    with tempfile.TemporaryDirectory(prefix='haechi-notify-') as folder:
        story = Story(checks, program, folder)
        try:
            story.start()
            prepare(story)
            plain, flaky, opened = messages_leave(story)
            killed_in_the_middle(story, plain)
            eleven_minutes_later(story)
            states_are_true(story, plain, flaky, opened)
            nothing_of_anybody_left(story)
        finally:
            story.end()
    with tempfile.TemporaryDirectory(prefix='haechi-wake-') as folder:
        story = Story(checks, program, folder, calls=True)
        try:
            story.start()
            prepare(story)
            an_alert_wakes_her_phone(story)
        finally:
            story.end()
    checks.finish()


main()
