"""`haechi export` and `haechi import --from`: a log leaves as files, becomes the same log elsewhere, and other programs
can read what left. A folder with anything wrong in it is refused whole, with every reason."""
import csv
import datetime
import hashlib
import json
import pathlib
import shutil
import subprocess
import tempfile
import time
import xml.etree.ElementTree

from haechi_server import Checks, Server, arguments, register_device, report, wait_for

SECRET = 'a-secret-of-good-length'
GPX = '{http://www.topografix.com/GPX/1/1}'
OWN = '{urn:haechi:track:1}'
FACTS = ['persons', 'devices', 'zones', 'orders', 'time_zones', 'agencies', 'jurisdictions', 'units',
         'holiday_calendars', 'violations', 'reports', 'journal', 'alerts']


def run(program, *words):
    done = subprocess.run([program, *map(str, words)], capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


def lines(folder, name):
    return [json.loads(line) for line in (folder / f'{name}.jsonl').read_text().splitlines()]


def fill(server):
    """A little of everything that a log may hold."""
    register_device(server, 'ankle', SECRET, 'he')
    register_device(server, 'phone', SECRET, 'she', 'ROLE_PROTECTED_PERSON', 'DEVICE_KIND_PHONE')
    register_device(server, 'other-ankle', SECRET, 'another')
    square = [[127.0, 37.0], [127.0, 37.1], [127.1, 37.1], [127.1, 37.0], [127.0, 37.0]]
    server.put('zones/school', {'geometry': {'type': 'Polygon', 'coordinates': [square]}})
    server.put('zones/her-home', {'shape': {'circle': {'centre': {'lat_e7': 377000000, 'lng_e7': 1272000000},
                                                       'radius_mm': 250500}}})
    server.put('agencies/station', {'name': '남양주 "경찰서", <North> & South', 'desk': 'DESK_BUILT_IN'})
    server.put('jurisdictions/town', {'agency_id': 'station', 'shape': {'circle': {
        'centre': {'lat_e7': 377000000, 'lng_e7': 1272000000}, 'radius_mm': 50000000}}})
    server.put('units/car-1', {'agency_id': 'station', 'call_sign': '순21', 'speed_mmps': 12000})
    server.put('holiday-calendars/kr', {'dates': ['2026-10-03']})
    order = {'kind': 'ST_PROV_3_2', 'legal_basis': 'Stalking Act 9(1)3-2', 'wearer_id': 'he', 'time_zone': 'Asia/Seoul',
             'offence': 'STALKING',
             'starts_at_us': str(round((time.time() - 86_400) * 1e6)),
             'conditions': [{'id': 'c1', 'keep_away': {'protected_id': 'she', 'ban_mm': 100000}}]}
    server.put('orders/order-1', order)
    order['conditions'].append({'id': 'c2', 'exclusion': {'zone_id': 'her-home', 'protected_id': 'she'}})
    server.put('orders/order-1', order)

    server.request('POST', '/api/v1/facts', 'registrar', [{'violation_taken_over': {
        'id': 'V-7', 'source': 'old-system', 'kind': 'ALERT_KIND_EXCLUSION', 'wearer_id': 'he', 'protected_id': 'she',
        'happened_at_us': '1568000000000001', 'ended_at_us': '1568000060000000', 'outcome': 'AUTHORISED', 'distance_mm': '84501',
        'place': {'lat_e7': 377000123, 'lng_e7': 1272000456}}}])

    now = time.time()
    server.ingest('phone', SECRET, report(1, at=now - 60, battery_percent=0, charging=False))
    far = report(1, lat=37.80, at=now - 60)
    far['fix'].update(speed_mmps=0, course_cdeg=0, altitude_mm=-1250)
    far['network_fix'] = {'place': {'lat_e7': 378000001, 'lng_e7': 1272000002}, 'fixed_at_us': far['fix']['fixed_at_us'],
                          'source': 'FIX_SOURCE_WIFI'}
    server.ingest('ankle', SECRET, far)
    server.ingest('ankle', SECRET, far)                                            # twice: logged once
    server.ingest('ankle', SECRET, report(1, lat=37.81, at=now - 50))              # the same number, other content
    server.ingest('ankle', SECRET, report(3, lat=37.7002, at=now - 20,
                                          contacts=[{'device_id': 'beacon', 'rssi_dbm': -71}]))
    server.ingest('ankle', SECRET, report(2, lat=37.79, at=now - 40, stored=True))  # late
    mocked = report(4, lat=37.7003, at=now - 5)
    mocked['fix']['mocked'] = True
    server.ingest('ankle', SECRET, mocked)
    server.ingest('ankle', SECRET, {'epoch': 1, 'seq': '5', 'events': ['DEVICE_EVENT_STRAP_CUT']})
    server.ingest('other-ankle', SECRET, report(1, lat=37.5))
    alerts = wait_for(lambda: open_alerts(server), 5)
    server.request('POST', f'/api/v1/alerts/{sorted(alerts)[0]}/acknowledge', 'control', {})
    time.sleep(1.2)  # a tick or two


def open_alerts(server):
    """{id: (kind, state)} of what is not clear."""
    answer = json.loads(server.request('GET', '/api/v1/alerts?limit=1000', 'control')[1])
    alerts = [one['alert'] for one in answer['alerts']]
    return {one['id']: (one['kind'], one['handling'], one['opened_at_us']) for one in alerts
            if one['state'] != 'ALERT_STATE_CLEARED'}


def check_readable(checks, out):
    manifest = json.loads((out / 'MANIFEST.json').read_text())
    held = all(hashlib.sha256((out / one['name']).read_bytes()).hexdigest() == one['sha256'] and
               (out / one['name']).stat().st_size == one['bytes'] for one in manifest['files'])
    on_disk = {str(path.relative_to(out)) for path in out.rglob('*') if path.is_file()} - {'MANIFEST.json'}
    checks.check('the manifest names every file, its size and SHA-256',
                 held and on_disk == {one['name'] for one in manifest['files']}, manifest)
    checks.check('and is of a whole log', manifest['complete'] and manifest['first_entry'] == 1, manifest)
    numbers = sorted(line['entry_no'] for name in FACTS[:-1] for line in lines(out, name))
    checks.check('every entry is in one file, once', numbers == list(range(1, manifest['last_entry'] + 1)), numbers[:50])

    reports = [line['fact']['report_received'] for line in lines(out, 'reports')]
    his = [one for one in reports if one['report']['device_id'] == 'ankle']
    checks.check('a report that came twice is there once, one of the same number and other content as well',
                 [one['report']['seq'] for one in his].count('1') == 2 and his[1]['conflicting'], his[:2])
    checks.check('an order says what it is for', {line['fact']['order_registered']['offence']
                                                 for line in lines(out, 'orders')} == {'STALKING'})
    checks.check('versions of an order stand in their order',
                 [line['fact']['order_registered']['version'] for line in lines(out, 'orders')] == [1, 2])

    document = xml.etree.ElementTree.parse(out / 'tracks' / 'he.gpx').getroot()
    points = list(document.iter(GPX + 'trkpt'))
    times = [[datetime.datetime.fromisoformat(point.find(GPX + 'time').text.replace('Z', '+00:00'))
              for point in segment] for segment in document.iter(GPX + 'trkseg')]
    checks.check('a GPX reader finds his points, each segment in the order of time', len(points) == 5 and
                 len(times) == 2 and all(segment == sorted(segment) for segment in times), times)
    checks.check('and what GPX has no word for', [point.find(f'{GPX}extensions/{OWN}mocked') is not None
                                                 for point in points] == [False] * 4 + [True])
    checks.check('to the last digit', points[0].get('lat') == '37.8000000' and points[0].find(GPX + 'ele').text == '-1.250')
    track = json.loads((out / 'tracks' / 'he.geojson').read_text())
    checks.check('a GeoJSON reader finds them as well', [feature['geometry']['coordinates'][1] for feature in
                 track['features']] == [float(point.get('lat')) for point in points])
    with open(out / 'tracks.csv', newline='', encoding='utf-8') as file:
        rows = list(csv.DictReader(file))
    checks.check('a CSV reader finds all tracks', [row['lat'] for row in rows if row['person_id'] == 'he'] ==
                 [point.get('lat') for point in points] and {row['person_id'] for row in rows} == {'he', 'she', 'another'})
    zones = {feature['properties']['id']: feature for feature in json.loads((out / 'zones.geojson').read_text())['features']}
    checks.check('zones are GeoJSON: a circle has its radius, a ring runs counterclockwise',
                 zones['her-home']['properties']['radius_m'] == 250.5 and
                 zones['school']['geometry']['coordinates'][0][:2] == [[127.0, 37.0], [127.1, 37.0]], zones)
    with open(out / 'violations.csv', newline='', encoding='utf-8') as file:
        rows = list(csv.DictReader(file))
    kinds = {row['kind']: row for row in rows}
    checks.check('violations have a row each, under their order', kinds.get('KEEP_AWAY', {}).get('order_version') == '2' and
                 'STRAP_CUT' in kinds and float(kinds['KEEP_AWAY']['distance_m']) < 100, rows)
    checks.check('as many as the alerts that were raised',
                 sum(row['source'] == '' for row in rows) == sum('raise_alert' in line for line in lines(out, 'alerts')))
    taken = [row for row in rows if row['source'] == 'old-system']
    checks.check('and one of another system, as it was told', len(taken) == 1 and taken[0]['happened_at'] ==
                 '2019-09-09T03:33:20.000001Z' and taken[0]['distance_m'] == '84.501' and taken[0]['lat'] == '37.7000123' and
                 taken[0]['reason_code'] == 'AUTHORISED' and taken[0]['code'] == '', taken)


def check_round_trip(checks, program, top, data, out, alerts):
    made = top / 'made'
    code, text = run(program, 'import', '--from', out, '--data', made / 'store', '--dry-run')
    checks.check('a dry run of an export finds nothing wrong and makes nothing', code == 0 and not made.exists(), text)
    made.mkdir()
    code, text = run(program, 'import', '--from', out, '--data', made / 'store')
    checks.check('an export is imported into a new directory', code == 0, text)
    heads = [next((line for line in run(program, 'verify', where)[1].splitlines() if line.startswith('head')), where)
             for where in (data, made / 'store')]
    checks.check('sealed anew, under keys of its own', heads[0] != heads[1], heads)
    again = top / 'again'
    code, text = run(program, 'export', '--data', made / 'store', '--out', again)
    different = [name for name in FACTS if (out / f'{name}.jsonl').read_bytes() != (again / f'{name}.jsonl').read_bytes()]
    checks.check('exported again, all JSON Lines are the same bytes', code == 0 and not different, different or text)
    checks.check('and all other files, the digest over all facts in clear among them', all((again / path.relative_to(out)).read_bytes() == path.read_bytes()
                                            for path in out.rglob('*') if path.is_file()))
    code, text = run(program, 'import', '--from', out, '--data', made / 'store')
    checks.check('a directory that has a log is not imported into', code == 1 and 'has a log already' in text, text)
    server = Server(program, made)
    try:
        checks.check('a server on the new directory shows the same open alerts', open_alerts(server) == alerts,
                     (open_alerts(server), alerts))
    finally:
        server.stop()
        server.end()


def check_refusals(checks, program, top, out):
    bad = top / 'bad'
    shutil.copytree(out, bad)
    path = bad / 'persons.jsonl'
    texts = path.read_text().splitlines()
    path.write_text('\n'.join([texts[0].replace('ROLE_WEARER', 'ROLE_KING'), 'not json', *texts[1:]]) + '\n')
    path = bad / 'reports.jsonl'
    texts = path.read_text().splitlines()
    texts[1] = texts[1].replace('"lat_e7":378', '"lat_e7":978')
    path.write_text('\n'.join(texts) + '\n')
    code, text = run(program, 'import', '--from', bad, '--dry-run')
    for wanted in ('persons.jsonl:1: ', 'persons.jsonl:2: ', 'reports.jsonl:2: ', 'persons.jsonl: '):
        checks.check(f'a bad row is told: {wanted}', code == 1 and any(line.startswith(wanted) for line in text.splitlines()), text)
    code, text = run(program, 'import', '--from', bad, '--data', top / 'never')
    checks.check('and nothing is imported, not even the directory', code == 1 and not (top / 'never').exists(), text)
    (bad / 'MANIFEST.json').unlink()
    shutil.rmtree(bad)
    shutil.copytree(out, bad)
    path = bad / 'reports.jsonl'
    path.write_text(path.read_text().replace('"accuracy_mm":8000', '"accuracy_mm":8001', 1))
    manifest = json.loads((bad / 'MANIFEST.json').read_text())
    for one in manifest['files']:
        if one['name'] == 'reports.jsonl':
            one['sha256'] = hashlib.sha256(path.read_bytes()).hexdigest()
    (bad / 'MANIFEST.json').write_text(json.dumps(manifest))
    code, text = run(program, 'import', '--from', bad, '--dry-run')
    checks.check('one changed millimetre breaks the chain, even with a manifest made to fit', code == 1 and 'head' in text, text)
    shutil.rmtree(bad)
    shutil.copytree(out, bad)
    path = bad / 'orders.jsonl'
    path.write_text(path.read_text().replace('STALKING', 'JAYWALKING'))
    code, text = run(program, 'import', '--from', bad, '--dry-run')
    told = [line for line in text.splitlines() if line.startswith('orders.jsonl:1: offence')]
    checks.check('an offence that the country does not know is told with those it does', code == 1 and len(told) == 1 and
                 'SEXUAL_VIOLENCE' in told[0], text)


def check_part(checks, program, top, data):
    part = top / 'part'
    code, text = run(program, 'export', '--data', data, '--out', part, '--person', 'he')
    held = {line['fact']['report_received']['report']['device_id'] for line in lines(part, 'reports')}
    checks.check('an export of one person has his reports only', code == 0 and held == {'ankle'}, (text, held))
    checks.check('and whom his orders name', {line['fact']['person_registered']['id'] for line in lines(part, 'persons')} ==
                 {'he', 'she'} and not json.loads((part / 'MANIFEST.json').read_text())['complete'])
    code, text = run(program, 'import', '--from', part, '--data', top / 'part-made')
    checks.check('it can be imported, under new numbers', code == 0, text)
    code, text = run(program, 'export', '--data', data, '--out', top / 'old', '--to', '2020-01-01T00:00:00Z')
    checks.check('an export of a time before everything has no report',
                 code == 0 and not lines(top / 'old', 'reports') and not lines(top / 'old', 'alerts'), text)
    code, text = run(program, 'export', '--data', data, '--out', part)
    checks.check('a folder that exists is not written into', code == 1 and 'exists' in text, text)


VENDOR_GPX = '''<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="another vendor" xmlns="http://www.topografix.com/GPX/1/1">
<trk><trkseg>
<trkpt lat="37.5" lon="127.25"><ele>12.5</ele><time>2025-03-01T00:00:00Z</time></trkpt>
<trkpt lat="37.6" lon="127.25"><time>2025-03-01T09:00:10+09:00</time></trkpt>%s
</trkseg></trk></gpx>'''


def check_other_vendor(checks, program, top):
    folder = top / 'vendor'
    (folder / 'tracks').mkdir(parents=True)
    (folder / 'persons.jsonl').write_text('{"fact":{"person_registered":{"id":"w","role":"ROLE_WEARER"}}}\n')
    (folder / 'devices.jsonl').write_text(
        '{"fact":{"device_registered":{"id":"d1","kind":"DEVICE_KIND_ANKLE","person_id":"w"}}}\n'
        '{"fact":{"device_registered":{"id":"d2","kind":"DEVICE_KIND_ANKLE","person_id":"w"}}}\n')
    (folder / 'violations.csv').write_text('kind,id,wearer_id,happened_at,lat,lng\r\nSTRAP_CUT,17,w,2024-11-02T08:00:00+09:00,37.5,127.2\r\n')
    (folder / 'tracks' / 'd1.gpx').write_text(VENDOR_GPX % '')
    (folder / 'tracks' / 'd2.geojson').write_text(json.dumps({'type': 'FeatureCollection', 'features': [
        {'type': 'Feature', 'geometry': {'type': 'Point', 'coordinates': [127.25, 37.7]},
         'properties': {'time': '2025-03-01T00:00:05Z', 'accuracy_m': 12.5}},
        {'type': 'Feature', 'geometry': {'type': 'LineString', 'coordinates': [[127.25, 37.8], [127.25, 37.9]]},
         'properties': {'coordTimes': ['2025-03-01T00:00:20Z', '2025-03-01T00:00:30Z']}}]}))
    (folder / 'tracks.csv').write_text('device_id,fixed_at,lat,lng,mocked\r\nd1,2025-03-01T00:01:00Z,37.5,127.25,true\r\n')
    square = [[127.0, 37.0], [127.1, 37.0], [127.1, 37.1], [127.0, 37.1], [127.0, 37.0]]
    (folder / 'zones.geojson').write_text(json.dumps({'type': 'FeatureCollection', 'features': [
        {'type': 'Feature', 'geometry': {'type': 'Polygon', 'coordinates': [square]}, 'properties': {'name': 'z'}}]}))
    code, text = run(program, 'import', '--from', folder, '--dry-run', '--id-property', 'name')
    checks.check('violations are of a system that has a name', code == 1 and 'violations.csv:2: source' in text, text)
    code, text = run(program, 'import', '--from', folder, '--data', top / 'vendor-made', '--id-property', 'name', '--source', 'vendor-a')
    checks.check("another vendor's tracks, zones and violations are imported", code == 0, text)
    out = top / 'vendor-out'
    run(program, 'export', '--data', top / 'vendor-made', '--out', out)
    with open(out / 'tracks.csv', newline='', encoding='utf-8') as file:
        rows = list(csv.DictReader(file))
    checks.check('in the order of time, whatever file they came from',
                 [row['lat'][:4] for row in rows] == ['37.5', '37.7', '37.6', '37.8', '37.9', '37.5'] and
                 [row['device_id'] for row in rows] == ['d1', 'd2', 'd1', 'd2', 'd2', 'd1'], rows)
    checks.check('a violation among them is no alert', [(line['fact']['violation_taken_over']['source'],
                 line['fact']['violation_taken_over']['id']) for line in lines(out, 'violations')] == [('vendor-a', '17')] and
                 not lines(out, 'alerts'), lines(out, 'alerts'))
    (folder / 'violations.csv').unlink()
    (folder / 'tracks' / 'd1.gpx').write_text(VENDOR_GPX % '<trkpt lat="97" lon="127"><time>2025-03-01T00:00:20Z</time></trkpt>\n'
                                              '<trkpt lat="37" lon="127"/>')
    (folder / 'tracks' / 'd3.gpx').write_text(VENDOR_GPX % '')
    code, text = run(program, 'import', '--from', folder, '--dry-run', '--id-property', 'name')
    told = [line.split(': ')[0] for line in text.splitlines()]
    checks.check('every bad point is told with file and line', code == 1 and told[:-1].count('tracks/d1.gpx:5') == 1 and
                 told.count('tracks/d1.gpx:6') == 1, text)
    checks.check('and every point of a device that nobody registered', told.count('tracks/d3.gpx:4') == 1 and
                 told.count('tracks/d3.gpx:5') == 1 and 'unknown_device' in text, text)


def main():
    options = arguments()
    checks = Checks()
    top = pathlib.Path(tempfile.mkdtemp(prefix='haechi-export-'))
    try:
        (top / 'first').mkdir()
        server = Server(options.haechi, top / 'first')
        try:
            fill(server)
            code, text = run(options.haechi, 'export', '--data', server.data, '--out', top / 'early')
            checks.check('a log that a server has open is not exported', code == 1 and not (top / 'early').exists(), text)
        finally:
            server.stop()
            server.end()
        data, out = top / 'first' / 'store', top / 'out'
        code, text = run(options.haechi, 'export', '--data', data, '--out', out)
        if checks.check('a log at rest is exported', code == 0, text):
            check_readable(checks, out)
            check_refusals(checks, options.haechi, top, out)
            check_part(checks, options.haechi, top, data)
            server = Server(options.haechi, top / 'first')
            alerts = open_alerts(server)
            server.stop()
            server.end()
            checks.check('there are open alerts', len(alerts) >= 2, alerts)
            check_round_trip(checks, options.haechi, top, *exported_again(options.haechi, data, top), alerts)
        check_other_vendor(checks, options.haechi, top)
    finally:
        shutil.rmtree(top, ignore_errors=True)
        checks.finish()


def exported_again(program, data, top):
    """The log has grown by the start of the server that was asked for its alerts."""
    out = top / 'out-after-restart'
    run(program, 'export', '--data', data, '--out', out)
    return data, out


if __name__ == '__main__':
    main()
