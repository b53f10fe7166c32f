"""`haechi import` of boundaries into a running server: all or nothing, and an alarm then finds its station by them.

The official municipalities are read where the test data is at hand; without it those checks are skipped."""
import json
import pathlib
import subprocess
import tempfile
import time

from certificates import Authority, under_tls
from haechi_server import Checks, Server, arguments, register_device, report, wait_for

MUNICIPALITIES = pathlib.Path(__file__).resolve().parents[3] / 'shared' / 'data' / 'kr-municipalities-2018.geojson'
SECRET = 'a-secret-of-good-length'


def square(code, lat, lng, corners=None):
    ring = corners or [[lng, lat], [lng + 0.1, lat], [lng + 0.1, lat + 0.1], [lng, lat + 0.1], [lng, lat]]
    return {'type': 'Feature', 'properties': {'code': code, 'name': code},
            'geometry': {'type': 'Polygon', 'coordinates': [ring]}}


def run(program, server, features, *more):
    with tempfile.NamedTemporaryFile('w', suffix='.geojson') as file:
        json.dump({'type': 'FeatureCollection', 'features': features}, file)
        file.flush()
        return run_file(program, server, file.name, *more)


def run_file(program, server, path, *more):
    done = subprocess.run([program, 'import', '--url', f'https://127.0.0.1:{server.http_port}', '--ca', server.authority.file,
                           '--key', server.keys['registrar'], *more, path], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def known(server, code):
    return server.request('GET', f'/api/v1/jurisdictions/area-{code}', 'registrar')[0] == 200


def main():
    options = arguments()
    checks = Checks()
    folder = tempfile.TemporaryDirectory(prefix='haechi-import-')
    authority = Authority(folder.name, 'ours')
    server = Server(options.haechi, **under_tls(authority))
    server.authority = authority
    try:
        bow_tie = [[127, 37], [127.1, 37.1], [127.1, 37], [127, 37.1], [127, 37]]
        code, text = run(options.haechi, server, [square('S1', 36.0, 127.0), square('S2', 37.0, 127.0, bow_tie)])
        checks.check('a border that crosses itself is refused', code != 0, text)
        checks.check('its index, name and reason are told', '1' in text and 'S2' in text, text)
        checks.check('and nothing of the file was imported', not known(server, 'S1'))
        code, text = run(options.haechi, server, [square('S1', 36.0, 127.0)], '--dry-run')
        checks.check('a dry run of a good file succeeds', code == 0, text)
        checks.check('and sends nothing', not known(server, 'S1'))
        code, text = run(options.haechi, server, [
            {'type': 'Feature', 'properties': {'id': 'home'}, 'geometry': {'type': 'Point', 'coordinates': [127, 37]}}],
            '--kind', 'zones')
        checks.check('a circle without a radius is no zone', code == 1 and 'radius_m' in text, text)
        home = {'type': 'Feature', 'properties': {'id': 'home', 'radius_m': 50.5},
                'geometry': {'type': 'Point', 'coordinates': [127, 37]}}
        code, text = run(options.haechi, server, [home], '--kind', 'zones')
        zone = server.request('GET', '/api/v1/zones/home', 'registrar')
        checks.check('places become zones of a running server', code == 0 and zone[0] == 200 and
                     json.loads(zone[1])['shape']['circle']['radius_mm'] == 50500, (text, zone))
        if not MUNICIPALITIES.exists():
            checks.skip('the official municipalities', 'the test data is not here')
            return
        code, text = run_file(options.haechi, server, str(MUNICIPALITIES))
        checks.check('250 official municipalities are imported', code == 0 and '250' in text, text[-600:])
        code, text = run_file(options.haechi, server, str(MUNICIPALITIES))
        checks.check('importing them again is no error', code == 0, text[-600:])
        register_device(server, 'ankle-1', SECRET, 'wearer-1')
        server.put('orders/order-1', {'kind': 'EM_POST', 'legal_basis': 'EM Act 5', 'wearer_id': 'wearer-1',
                                      'starts_at_us': str(round((time.time() - 86_400) * 1e6))})
        server.ingest('ankle-1', SECRET, report(1, 37.6360, 127.2165, events=['DEVICE_EVENT_STRAP_CUT']))
        calls = wait_for(lambda: json.loads(server.request('GET', '/api/v1/incidents', 'control')[1])['incidents'], 5)
        checks.check('a strap cut in Namyangju makes an incident', bool(calls))
        detail = json.loads(server.request('GET', f"/api/v1/incidents/{calls[0]['id']}", 'control')[1])
        agencies = [one['agency_id'] for one in detail.get('hand_offs', [])]
        with open(MUNICIPALITIES, encoding='utf-8') as file:
            names = {'agency-' + f['properties']['code']: f['properties']['name']
                     for f in json.load(file)['features']}
        checks.check('handed to the agency of that municipality',
                     [names.get(agency) for agency in agencies][:1] == ['남양주시'], agencies)
    finally:
        server.end()
        folder.cleanup()
        checks.finish()


if __name__ == '__main__':
    main()
