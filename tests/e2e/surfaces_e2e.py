"""What a web surface asks of a real server: sign-in by cookie, its own phone's place, a call for help that rings once
even across a restart, the contact log, lists and search, pages in ranges and packed."""
import gzip
import http.client
import json
import pathlib
import tempfile
import time

from haechi_server import Checks, Server, arguments, wait_for


def ask(server, method, path, body=None, headers=None):
    """(status, headers, bytes), without any key of its own."""
    connection = http.client.HTTPConnection('127.0.0.1', server.http_port, timeout=30)
    sent = dict(headers or {})
    if body is not None:
        body = json.dumps(body)
        sent['Content-Type'] = 'application/json'
    try:
        connection.request(method, path, body=body, headers=sent)
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    finally:
        connection.close()


def demo_key(server, **wanted):
    status, text = server.request('POST', '/api/v1/demo/keys', 'registrar', wanted)
    assert status == 201, text
    return json.loads(text)['key']


def sign_in(server, key, surface):
    status, headers, body = ask(server, 'POST', '/api/v1/session', {'surface': surface},
                                {'Authorization': 'Bearer ' + key})
    return status, headers.get('set-cookie', ''), body


def cookies(checks, server):
    key = server.keys['control']
    status, cookie, body = sign_in(server, key, 'control')
    checks.check('a key signs a surface in', status == 200 and json.loads(body)['role'] == 'control', body)
    checks.check('scripts and foreign pages cannot use its cookie',
                 cookie.startswith('haechi_control=') and key not in cookie and 'HttpOnly' in cookie and 'SameSite=Strict' in cookie, cookie)
    pair = cookie.split(';')[0]
    status, _, _ = ask(server, 'GET', '/api/v1/alerts', headers={'Cookie': pair, 'Haechi-Surface': 'control'})
    checks.check('the cookie with the header of its surface is taken', status == 200, status)
    status, _, _ = ask(server, 'GET', '/api/v1/alerts', headers={'Cookie': f'haechi_control={key}', 'Haechi-Surface': 'control'})
    checks.check('the key itself is none', status == 401, status)
    status, _, body = ask(server, 'GET', '/api/v1/alerts', headers={'Cookie': pair})
    checks.check('the cookie without the header is refused', status == 401 and b'haechi-surface' in body, body)
    status, _, _ = ask(server, 'GET', '/api/v1/alerts', headers={'Cookie': pair, 'Haechi-Surface': 'dispatch'})
    checks.check('the cookie of another surface is refused', status == 401, status)
    status, headers, _ = ask(server, 'DELETE', '/api/v1/session', headers={'Haechi-Surface': 'me'})
    checks.check('signing her app out empties the phone',
                 status == 200 and headers.get('clear-site-data') == '"cache", "storage"'
                 and 'Max-Age=0' in headers.get('set-cookie', ''), headers)


def call_for_help(checks, server, her):
    now_us = int(time.time() * 1e6)
    fix = {'place': {'lat_e7': 376400000, 'lng_e7': 1272200000}, 'fixed_at_us': str(now_us), 'accuracy_mm': 8000}
    status, text = server.request('POST', '/api/v1/me/position', her, {'fix': fix, 'battery_percent': 63,
                                                                       'health': {'notifications_off': True}})
    checks.check('her phone tells its place although nothing is shown to her', status == 200, text)
    status, text = server.request('GET', '/api/v1/devices?person_id=P-e2e', 'control')
    health = json.loads(text)['devices'][0]['health']
    checks.check('the control room sees how the phone is',
                 health['battery_percent'] == 63 and health['phone']['notifications_off'], text)
    status, text = server.request('POST', '/api/v1/me/sos', her, {
        'id': 'e2e-press-1', 'silent': True,
        'fix': {'place': {'lat_e7': 'nowhere'}, 'fixed_at_us': 'never'}})
    answer = json.loads(text)
    checks.check('a call for help is taken without a place that cannot be right, and without an order',
                 status == 200 and answer['alert_id'] and answer['fix_refused'], text)
    status, text = server.request('GET', '/api/v1/alerts/' + answer['alert_id'], 'control')
    alert = json.loads(text)['alert']['alert']
    checks.check('it rings in the control room, with her last place, as a silent one',
                 alert['kind'] == 'ALERT_KIND_SOS' and alert['silent'] and alert['protected_id'] == 'P-e2e'
                 and alert['place']['lat_e7'] == 376400000, text)
    return answer, alert


def settle(server, alert_id):
    for handling, extra in (('ACKNOWLEDGE', {}), ('ACT', {}), ('RESOLVE', {'reason_code': 'DRILL'})):
        status, text = server.request('POST', f'/api/v1/alerts/{alert_id}/handling', 'control',
                                      {'handling': 'HANDLING_' + handling, **extra})
        assert status == 200, text


def contact_log(checks, server, incident_id):
    path = f'/api/v1/incidents/{incident_id}/contacts'
    status, text = server.request('POST', path, 'control', {'with': 'PROTECTED_PERSON', 'channel': 'MESSAGE',
                                                            'outcome': 'REACHED', 'note': 'a word nobody else says'})
    checks.check('a contact is logged', status == 200, text)
    status, text = server.request('GET', path, 'control')
    checks.check('and listed with its note', 'a word nobody else says' in text, text)
    status, text = server.request('POST', '/api/v1/search', 'control', {'text': 'p-e2'})
    checks.check('the search finds her by part of her id',
                 [hit['kind'] for hit in json.loads(text)['hits']][:1] == ['person'], text)
    log = b''.join(file.read_bytes() for file in (server.data / 'log').iterdir() if file.is_file())
    checks.check('the note is not in the log', b'a word nobody else says' not in log)


def pages(checks, server):
    status, headers, body = ask(server, 'GET', '/control')
    checks.check('a folder leads to its page', status == 308 and headers['location'] == 'control/', headers)
    status, headers, body = ask(server, 'GET', '/control/assets/app-1.js', headers={'Accept-Encoding': 'gzip'})
    checks.check('who takes packed files gets them',
                 headers.get('content-encoding') == 'gzip' and gzip.decompress(body) == b'plain'
                 and 'immutable' in headers['cache-control'], headers)
    status, headers, body = ask(server, 'GET', '/map.pmtiles', headers={'Range': 'bytes=3-5'})
    checks.check('a map is read in ranges', status == 206 and body == b'345'
                 and headers['content-range'] == 'bytes 3-5/10', headers)
    status, headers, _ = ask(server, 'GET', '/control/')
    checks.check('pages may fetch from the named map server',
                 'https://tiles.example' in headers['content-security-policy'], headers)
    status, _, body = ask(server, 'GET', '/config/map.json')
    checks.check('there is a base map without any configuration', json.loads(body)['default'] == 'builtin', body)


def main():
    checks = Checks()
    options = arguments()
    with tempfile.TemporaryDirectory(prefix='haechi-e2e-') as folder:
        folder = pathlib.Path(folder)
        web = folder / 'web'
        (web / 'control' / 'assets').mkdir(parents=True)
        (web / 'control' / 'index.html').write_text('<!doctype html>')
        (web / 'control' / 'assets' / 'app-1.js').write_text('plain')
        (web / 'control' / 'assets' / 'app-1.js.gz').write_bytes(gzip.compress(b'plain'))
        (web / 'map.pmtiles').write_text('0123456789')
        extra = ('--static', str(web), '--map-host', 'https://tiles.example')
        data = folder / 'server'
        data.mkdir()
        server = Server(options.haechi, data, extra)
        try:
            server.put('persons/P-e2e', {'role': 'ROLE_PROTECTED_PERSON'})
            her = demo_key(server, role='protected_person', person_id='P-e2e')
            status, text = server.request('POST', '/api/v1/me/sos', her, {'id': 'e2e-press-0'})
            checks.check('a call for help rings without a registered phone', status == 200 and '"alert_id":"a-' in text, text)
            server.put('devices/D-e2e', {'kind': 'DEVICE_KIND_PHONE', 'person_id': 'P-e2e'})
            cookies(checks, server)
            pages(checks, server)
            first, alert = call_for_help(checks, server, her)
            contact_log(checks, server, alert['incident_id'])
            settle(server, alert['id'])
            server.kill()
            server.end()
            server = Server(options.haechi, data, extra)
            status, text = server.request('POST', '/api/v1/me/sos', her, {'id': 'e2e-press-1'})
            again = json.loads(text)
            checks.check('the same call for help, tried again after a crash, is the same alert',
                         status == 200 and all(again[name] == first[name]
                                               for name in ('alert_id', 'entry_no', 'received_at_us')), text)
            status, text = server.request('POST', '/api/v1/me/sos', her, {'id': 'e2e-press-2'})
            checks.check('another one rings anew', json.loads(text)['alert_id'] not in ('', first['alert_id']), text)
            settled = wait_for(lambda: server.stop() == 0, 1)
            checks.check('the server ends well', settled)
        finally:
            server.end()
    checks.finish()


if __name__ == '__main__':
    main()
