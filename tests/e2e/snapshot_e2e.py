"""A start from a snapshot and the entries after it, with much under way: a call open at an outside CAD, alerts open, a view
of hers, a petition with its duty, a text message that waits, a device that was told to report faster, somebody's looks.

Ended in order, then killed, then without any snapshot: each time everything is shown as it was, the device is told again,
the message leaves once, the CAD has one call for each alarm, and no message of a hand-off gets another id."""
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

import debian_python
import notify_servers
from haechi_server import Checks, MqttDevice, Server, arguments, register_device, report, wait_for
from outside_cad_e2e import CAD_SECRET, Cad

SECRET, SMS_SECRET, BEARER = 'a-secret-of-good-length', 'a secret of both sides', 'a-token-of-the-gateway'
HER_NUMBER = '01000000001'
LAT, LNG = 37.70, 127.20
# What people and machines see; nothing of it changes by being looked at or by a start.
SHOWN = [('control', path) for path in ('alerts?state=all', 'incidents', 'positions', 'positions/w-near', 'tracks/w-near', 'units')] + [
    ('police', path) for path in ('cases', 'cases/case-1', 'petitions', 'petitions/pet-1', 'duties', 'notifications', 'links')] + [
    ('privacy', 'holds'), ('auditor', 'look-ups')]
# What a start itself changes, or time.
PASSING = {'connected', 'connection_changed_at_us', 'heard_at_us', 'server_time_us', 'looks', 'off_case', 'findings'}


class Story:
    def __init__(self, checks, program, folder):
        self.check, self.program, self.folder = checks.check, program, pathlib.Path(folder)
        self.gateway = notify_servers.Gateway(SMS_SECRET, BEARER)
        self.gateway.behaviours = {HER_NUMBER: [503] * 1000}
        self.settings = self.folder / 'haechi.toml'
        self.settings.write_text(f'''
[notify]
pages = "https://haechi.example"
[notify.sms]
url = "http://127.0.0.1:{self.gateway.port}/v1/messages"
bearer = "{BEARER}"
secret = "{SMS_SECRET}"
''')
        self.settings.chmod(0o600)
        self.server = self.cad = None
        self.start()

    def start(self):
        port = self.server.http_port if self.server else 0  # where the CAD answers
        if self.server:
            self.server.end()
        self.server = Server(self.program, data=self.folder, extra=('--config', self.settings), http_port=port)

    def must(self, key, method, path, body=None):
        status, text = self.server.request(method, '/api/v1/' + path, key, body)
        if status not in (200, 201):
            raise RuntimeError(f'{method} {path}: {status} {text}')
        return json.loads(text)

    def began_with(self):
        """(entry of the snapshot, entries after it) as the newest start says; None: it read the whole log."""
        said = wait_for(lambda: re.findall(r'snapshot of entry (\d+) and (\d+) entries after it|(replayed \d+ entries)',
                                           (self.folder / 'serve.out').read_text()))
        return (int(said[-1][0]), int(said[-1][1])) if said and said[-1][0] else None

    def shown(self):
        asked = SHOWN + [('control', f'alerts/{one}/timeline') for one in self.alerts()] + [
            ('control', f'incidents/{one}') for one in self.incidents()] + [('her', 'views'), ('her', 'me/cases')]
        answers = {f'{key} {path}': steady(self.must(self.her_key if key == 'her' else key, 'GET', path)) for key, path in asked}
        for answer in answers.values():
            answer.pop('entry_no', None)  # that of the picture
        return answers

    def alerts(self):
        return sorted(one['alert']['id'] for one in self.must('control', 'GET', 'alerts')['alerts'])

    def incidents(self):
        return sorted(one['id'] for one in self.must('control', 'GET', 'incidents')['incidents'])

    def compare(self, before, what):
        after = self.shown()
        differing = [at for name in sorted(before.keys() | after.keys())
                     for at in differences(name, before.get(name), after.get(name))]
        self.check(f'{what}: everything is shown as it was', not differing, differing)

    def commanded(self):
        """What her phone is told when it connects and listens: the topic's newest command."""
        device = MqttDevice(self.server.mqtt_port, 'phone-near', SECRET)
        device.send_packet(0x82, b'\0\1' + device.text('d/phone-near/cmd') + b'\1')
        try:
            while True:
                first, body = device.read_packet(10)
                if first >> 4 == 3:
                    return json.loads(body[body.index(b'{'):])
        finally:
            device.close()

    def end(self):
        self.gateway.let_go.set()
        for one in (self.server, self.cad, self.gateway):
            if one:
                one.end()


def steady(value):
    if isinstance(value, dict):
        return {name: steady(one) for name, one in value.items() if name not in PASSING}
    if isinstance(value, list):  # each start hands over once more, under the same ids, and the timeline says so
        return [steady(one) for one in value if not (isinstance(one, dict) and one.get('what') == 'handed_off')]
    return value


def differences(at, one, other):
    if isinstance(one, dict) and isinstance(other, dict):
        return [d for name in sorted(one.keys() | other.keys()) for d in differences(f'{at}.{name}', one.get(name), other.get(name))]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [d for n, pair in enumerate(zip(one, other)) for d in differences(f'{at}[{n}]', *pair)]
    return [] if one == other else [(at, one, other)]


def set_up(story):
    server = story.server
    story.cad = Cad(story.program, server, 'cad', 'normal')
    server.put('agencies/cad', {'name': 'cad', 'desk': 'DESK_CONNECTOR', 'connector': {
        'endpoint': f'http://127.0.0.1:{story.cad.port}', 'secret': CAD_SECRET}})
    for agency in ('ps-namyangju-bukbu', 'court-namyangju'):
        server.put(f'agencies/{agency}', {'name': agency, 'desk': 'DESK_BUILT_IN'})
    centre = {'centre': {'lat_e7': round(LAT * 1e7), 'lng_e7': round(LNG * 1e7)}}
    server.put('jurisdictions/area', {'agency_id': 'cad', 'shape': {'circle': {**centre, 'radius_mm': 20_000_000}}})
    for name in ('near', 'cut', 'later'):
        register_device(server, f'ankle-{name}', SECRET, f'w-{name}', interval_s=600)
    server.put('persons/p-near', {'role': 'ROLE_PROTECTED_PERSON', 'record': {
        'name': 'Kim', 'phone': f'{HER_NUMBER[:3]}-{HER_NUMBER[3:7]}-{HER_NUMBER[7:]}'}})
    server.put('devices/phone-near', {'kind': 'DEVICE_KIND_PHONE', 'person_id': 'p-near', 'interval_s': 600, 'secret': SECRET})
    server.put('zones/z-home', {'shape': {'circle': {**centre, 'radius_mm': 200_000}}})
    since = str(round((time.time() - 86_400) * 1e6))
    server.put('orders/o-near', {'kind': 'ST_PROV_3_2', 'legal_basis': 'Stalking Act 9(1)2', 'wearer_id': 'w-near', 'starts_at_us': since,
                                 'conditions': [{'id': 'k', 'keep_away': {'protected_id': 'p-near', 'ban_mm': 1_000_000}},
                                                {'id': 'x', 'exclusion': {'zone_id': 'z-home', 'protected_id': 'p-near'}}]})
    for name in ('cut', 'later'):
        server.put(f'orders/o-{name}', {'kind': 'EM_POST', 'legal_basis': 'EM Act 5', 'wearer_id': f'w-{name}', 'starts_at_us': since})
    story.her_key = story.must('registrar', 'POST', 'demo/keys', {'role': 'protected_person', 'person_id': 'p-near'})['key']


def happen(story):
    server, check = story.server, story.check
    notice = story.must(story.her_key, 'GET', 'me/cases')['notice']
    story.must(story.her_key, 'POST', 'me/consent', {'notice_code': notice['code'], 'given': True})
    check('her phone reports', server.ingest('phone-near', SECRET, report(1, LAT, LNG))[0] == 200)
    check('he comes near', server.ingest('ankle-near', SECRET, report(1, LAT + 0.002, LNG))[0] == 200)
    check('a strap is cut', server.ingest('ankle-cut', SECRET, report(1, LAT, LNG + 0.1, events=['DEVICE_EVENT_STRAP_CUT']))[0] == 200)
    check('both ring', wait_for(lambda: len(story.alerts()) >= 2), story.alerts())
    check('the CAD has a call for each', wait_for(lambda: story.cad.calls(server) == 2), story.cad.calls(server))
    story.must('police', 'POST', 'cases', {'id': 'case-1', 'kind': 'CASE_KIND_DOMESTIC_VIOLENCE', 'number': '2026-1',
                                           'subject_id': 'w-near', 'protected_ids': ['p-near']})
    story.must(story.her_key, 'POST', 'petitions', {'id': 'pet-1', 'case_id': 'case-1', 'kinds': ['DV_VPO'],
                                                    'statement': 'He stood at the fence.', 'court_id': 'court-namyangju'})
    story.must('court', 'POST', 'petitions/pet-1/docket', {'docket': '2026-7'})
    check('a text message to her waits', wait_for(
        lambda: story.gateway.to(HER_NUMBER) and server.metrics()['haechi_notify_waiting{channel="sms"}'] >= 1))
    check('her phone is told to report faster', story.commanded().get('intervalS', 600) < 600)


def settled(story):
    """The units that the CAD sends have arrived: from here on nothing happens by itself."""
    def states():
        return [one['state'] for incident in story.incidents()
                for one in story.must('control', 'GET', f'incidents/{incident}').get('hand_offs', [])]
    story.check('units are on scene', wait_for(lambda: states() and all(s == 'HAND_OFF_STATE_ON_SCENE' for s in states()), 20),
                states())


def after_an_orderly_end(story):
    check = story.check
    settled(story)
    before, asked = story.shown(), story.must('auditor', 'GET', 'audit?limit=5')
    check('it ends when asked', story.server.stop() == 0)
    story.start()
    began = story.began_with()
    check('it begins with a snapshot and hardly anything after it', began and began[0] > 50 and began[1] < 5,
          (story.folder / 'serve.out').read_text()[-1500:])
    check('and says so at /metrics', story.server.metrics()['haechi_snapshot_entry_no'] >= began[0], began)
    story.compare(before, 'after an orderly end')
    kept = [one['entry_no'] for one in story.must('auditor', 'GET', 'audit?limit=1000')['entries']]
    check('who looked at whom is still told', all(one['entry_no'] in kept for one in asked['entries']))
    check('her phone is told once more to report faster', story.commanded().get('intervalS', 600) < 600)
    check('the CAD has no call twice', story.cad.calls(story.server) == 2, story.cad.calls(story.server))
    sent = story.gateway.to(HER_NUMBER)
    story.gateway.behaviours = {}
    check('the message that waited leaves', wait_for(
        lambda: story.server.metrics()['haechi_notify_waiting{channel="sms"}'] == 0, 90), story.server.metrics())
    check('under the id and with the words that it had', {json.dumps(one, sort_keys=True) for one in story.gateway.to(HER_NUMBER)}
          == {json.dumps(one, sort_keys=True) for one in sent}, (sent, story.gateway.to(HER_NUMBER)[-1]))


def after_a_kill(story):
    check, server = story.check, story.server
    check('another strap is cut', server.ingest('ankle-later', SECRET, report(1, LAT, LNG + 0.05, events=['DEVICE_EVENT_STRAP_CUT']))[0] == 200)
    check('the CAD has a third call', wait_for(lambda: story.cad.calls(server) == 3), story.cad.calls(server))
    settled(story)
    sent, before, began = len(story.gateway.requests), story.shown(), story.began_with()
    server.kill()
    story.start()
    again = story.began_with()
    check('it begins with the same snapshot and what came after it', again and again[0] == began[0] and again[1] > began[1], again)
    story.compare(before, 'after a kill')
    check('the CAD has no call twice after it', story.cad.calls(story.server) == 3, story.cad.calls(story.server))
    check('no message leaves again', len(story.gateway.requests) == sent, story.gateway.requests[sent:])


def without_a_snapshot(story):
    before = story.shown()
    story.server.kill()
    verified = subprocess.run([story.program, 'verify', story.server.data, '--snapshot'], capture_output=True, text=True)
    story.check('each snapshot is the state that the log leads to', verified.returncode == 0 and ': holds' in verified.stdout,
                (verified.stdout + verified.stderr)[-1500:])
    shutil.rmtree(story.server.data / 'snapshots')
    story.start()
    story.check('without a snapshot it reads the whole log', story.began_with() is None, story.began_with())
    story.compare(before, 'without a snapshot')
    story.check('her phone is told a third time', story.commanded().get('intervalS', 600) < 600)


def main():
    checks = Checks()
    with tempfile.TemporaryDirectory(prefix='haechi-snapshot-') as folder:
        story = Story(checks, arguments().haechi, folder)
        try:
            set_up(story)
            happen(story)
            after_an_orderly_end(story)
            after_a_kill(story)
            without_a_snapshot(story)
        finally:
            story.end()
    checks.finish()


if __name__ == '__main__':
    main()
