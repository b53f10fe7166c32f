"""The hand-off to outside CADs, each a process of its own: one that behaves, one that is slow, refuses, lies, dies.

Each has its own area and its own wearer, whose strap is cut there. What one does must not delay another; what the other
side does not say is never taken for said; and one alarm, however often sent, is one call."""
import json
import re
import subprocess
import time

from haechi_server import Checks, Server, arguments, register_device, report, wait_for

DEVICE_SECRET = 'a-secret-of-good-length'
CAD_SECRET = 'another-secret-of-good-length'
BEHAVIOURS = ('normal', 'slow', 'reject', 'lie', 'die')


class Cad:
    def __init__(self, program, server, agency, behaviour, port=0):
        self.process = subprocess.Popen(
            [program, 'cad', '--port', str(port), '--haechi', f'http://127.0.0.1:{server.http_port}', '--agency', agency,
             '--secret', CAD_SECRET, '--behaviour', behaviour, '--delay-ms', '2500'], stdout=subprocess.PIPE, text=True)
        self.port = int(re.search(r':(\d+)$', self.process.stdout.readline().strip())[1])

    def calls(self, server):
        return json.loads(server.request('GET', '/calls', port=self.port)[1])['count']

    def end(self):
        self.process.kill()
        self.process.wait()


def place(n):
    return 35.0 + 0.5 * n, 127.5


def set_up(server, program):
    cads = {}
    for n, behaviour in enumerate(BEHAVIOURS):
        agency, wearer = f'cad-{behaviour}', f'wearer-{behaviour}'
        cads[behaviour] = Cad(program, server, agency, behaviour)
        server.put(f'agencies/{agency}', {'name': agency, 'desk': 'DESK_CONNECTOR', 'connector': {
            'endpoint': f'http://127.0.0.1:{cads[behaviour].port}', 'secret': CAD_SECRET}})
        lat, lng = place(n)
        server.put(f'jurisdictions/area-{behaviour}', {'agency_id': agency, 'shape': {'circle': {
            'centre': {'lat_e7': round(lat * 1e7), 'lng_e7': round(lng * 1e7)}, 'radius_mm': 5_000_000}}})
        register_device(server, f'ankle-{behaviour}', DEVICE_SECRET, wearer, interval_s=600)
        server.put(f'orders/order-{behaviour}', {'kind': 'EM_POST', 'legal_basis': 'EM Act 5', 'wearer_id': wearer,
                                                 'starts_at_us': str(round((time.time() - 86_400) * 1e6))})
    return cads


def hand_off(server, behaviour):
    listed = json.loads(server.request('GET', '/api/v1/incidents', 'control')[1])['incidents']
    ours = [one for one in listed if one['wearer_id'] == f'wearer-{behaviour}']
    if not ours:
        return None
    detail = json.loads(server.request('GET', f"/api/v1/incidents/{ours[0]['id']}", 'control')[1])
    return detail['hand_offs'][0] if detail.get('hand_offs') else None


def state_of(server, behaviour):
    one = hand_off(server, behaviour)
    return one['state'] if one else None


def reaches(server, behaviour, states, seconds):
    return wait_for(lambda: state_of(server, behaviour) in states, seconds)


def main():
    options = arguments()
    checks = Checks()
    server = Server(options.haechi)
    cads = {}
    try:
        cads = set_up(server, options.haechi)
        for n, behaviour in reversed(list(enumerate(BEHAVIOURS))):  # the one that behaves comes last
            lat, lng = place(n)
            status, text = server.ingest(f'ankle-{behaviour}', DEVICE_SECRET,
                                         report(1, lat, lng, events=['DEVICE_EVENT_STRAP_CUT']))
            checks.check(f'{behaviour}: the strap cut is taken in', status == 200, text)
        began = time.monotonic()
        accepted = ('HAND_OFF_STATE_ACCEPTED', 'HAND_OFF_STATE_DISPATCHED', 'HAND_OFF_STATE_EN_ROUTE',
                    'HAND_OFF_STATE_ON_SCENE')
        checks.check('normal: accepted while the others misbehave', reaches(server, 'normal', accepted, 2),
                     state_of(server, 'normal'))
        checks.check('normal: and that within two seconds', time.monotonic() - began < 2)
        checks.check('normal: a unit reaches the scene', reaches(server, 'normal', ('HAND_OFF_STATE_ON_SCENE',), 10))
        checks.check('normal: the event number came back', bool(hand_off(server, 'normal')['event_no']))
        checks.check('normal: one call', cads['normal'].calls(server) == 1)

        checks.check('reject: the refusal is known', reaches(server, 'reject', ('HAND_OFF_STATE_REJECTED',), 10),
                     state_of(server, 'reject'))
        checks.check('reject: the other channel was started', hand_off(server, 'reject')['fallback'])

        checks.check('slow: accepted in the end', reaches(server, 'slow', accepted, 25), state_of(server, 'slow'))
        checks.check('slow: however often it was sent, one call', cads['slow'].calls(server) == 1)

        checks.check('lie: an acknowledgement of something else counts for nothing',
                     wait_for(lambda: hand_off(server, 'lie')['fallback'], 15), hand_off(server, 'lie'))
        checks.check('lie: it is not taken for accepted', state_of(server, 'lie') not in accepted,
                     state_of(server, 'lie'))

        checks.check('die: its process has ended', wait_for(lambda: cads['die'].process.poll() is not None, 5))
        checks.check('die: the other channel was started', wait_for(lambda: hand_off(server, 'die')['fallback'], 15))
        before = hand_off(server, 'die')
        cads['die'] = Cad(options.haechi, server, 'cad-die', 'normal', port=cads['die'].port)
        checks.check('die: when it is back it gets the same alarm', reaches(server, 'die', accepted, 20),
                     state_of(server, 'die'))
        after = hand_off(server, 'die')
        checks.check('die: under the number it had', after['id'] == before['id'], (before['id'], after['id']))
        checks.check('die: one call', cads['die'].calls(server) == 1)

        status, text = server.request('POST', '/link/v1/answers', body={'message': {}})
        checks.check('answers without a signature are refused', status in (400, 401, 403), (status, text))
        checks.check('the server lives on', server.alive())
    finally:
        for cad in cads.values():
            cad.end()
        server.end()
    checks.finish()


if __name__ == '__main__':
    main()
