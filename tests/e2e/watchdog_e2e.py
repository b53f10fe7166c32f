"""The watchdog, a process of its own, against a real server: healthy rounds; the server stopped; the way to its agency
broken; each noticed within its bound on the watchdog's own ways, and said to be over when it is. Meanwhile people are
shown, counted and asked nothing."""
import json
import os
import signal
import socket
import tempfile
import time

from certificates import Authority, under_tls
from haechi_server import Checks, Server, arguments, wait_for
from watchdog_story import NOTICED_S, PERIOD_S, Story


def setup_is_careful(story):
    for place, agency in (([37.7, 127.2], 'a station'), ([36.01, 130.5], 'the sea beside')):
        lat, lng = (round(degrees * 1e7) for degrees in place)
        story.server.put('agencies/station', {'name': 'Station', 'desk': 'DESK_BUILT_IN'})
        story.server.put_by_two('jurisdictions/station-area', {'agency_id': 'station', 'shape': {'circle': {
            'centre': {'lat_e7': lat, 'lng_e7': lng}, 'radius_mm': 5_000_000}}})
        done = story.set_up()
        overlaps = place[0] < 37
        story.check(f'a place that {agency} answers for is {"refused" if overlaps else "no matter elsewhere"}',
                    (done.returncode != 0) == overlaps and ('station-area' in done.stderr) == overlaps, done)
    story.server.put_by_two('jurisdictions/station-area', {'agency_id': 'station', 'removed': True})
    story.check('it may be set up again', story.set_up().returncode == 0)
    story.settings.chmod(0o644)
    story.check('settings that everybody may read are refused', story.run('--once').returncode == 2)
    story.settings.chmod(0o600)


def healthy(story):
    began = time.monotonic()
    story.start()
    story.check('three rounds in a row are good', wait_for(lambda: story.rounds('good') >= 3, 4 * PERIOD_S + 10),
                story.asked('/metrics'))
    story.check('none failed', story.rounds('failed') == 0, (story.folder / 'watchdog.log').read_text())
    story.check('a round takes its time and no more', time.monotonic() - began < 4 * PERIOD_S + 10)
    story.check('it says that it is well', story.asked('/healthz')[0] == 200)
    story.check('and tells nobody anything', story.page.told == [], story.page.told)


def people_see_nothing(story):
    for role in ('control', 'dispatch', 'police'):
        for path in ('alerts?state=all', 'incidents?state=all', 'calls', 'positions', 'persons', 'devices', 'orders'):
            status, text = story.server.request('GET', '/api/v1/' + path, role)
            story.check(f'{role} finds nothing of it in {path}', 'watchdog' not in text, (status, text))
    counted = json.loads(story.server.request('GET', '/api/v1/statistics', 'control')[1])
    story.check('no statistic counts it', int(counted.get('alerts_total', 0)) == 0
                and not counted.get('wearers_by_kind'), counted)


def server_stopped(story):
    told = len(story.page.told)
    os.kill(story.server.process.pid, signal.SIGSTOP)
    began = time.monotonic()
    story.check('a server that is stopped is noticed within a round and the bound',
                wait_for(lambda: len(story.page.told) > told, NOTICED_S + 5), story.page.told)
    print(f'      noticed after {time.monotonic() - began:.1f} s')
    story.check('in time', time.monotonic() - began < NOTICED_S, time.monotonic() - began)
    first = story.page.told[told] if len(story.page.told) > told else {'state': '', 'text': ''}
    story.check('the report is what was missing first', first['state'] == 'failing' and 'report taken' in first['text'],
                first)
    story.check('it is told again while it lasts', wait_for(lambda: story.page.states().count('failing') >= 2, NOTICED_S),
                story.page.told)
    story.check('and says so to who asks', story.asked('/healthz')[0] == 503)
    os.kill(story.server.process.pid, signal.SIGCONT)
    story.check('that it is over is told as well', wait_for(lambda: story.page.states()[-1] == 'over', 4 * PERIOD_S),
                story.page.told)


def way_to_the_agency_broken(story):
    told = len(story.page.told)
    story.gate.is_open = False
    began = time.monotonic()
    story.check('a hand-off that does not come is noticed', wait_for(lambda: len(story.page.told) > told, NOTICED_S + 5),
                story.page.told)
    print(f'      noticed after {time.monotonic() - began:.1f} s')
    story.check('in time', time.monotonic() - began < NOTICED_S, time.monotonic() - began)
    text = story.page.told[told]['text'] if len(story.page.told) > told else ''
    story.check('and named, and nothing that worked', 'at the agency' in text and 'report taken' not in text
                and 'alert on the live stream' not in text, text)
    story.gate.is_open = True
    story.check('that it is over is told as well', wait_for(lambda: story.page.states()[-1] == 'over', 5 * PERIOD_S),
                story.page.told)
    story.check('the command was told the same', wait_for(
        lambda: story.commands.read_text().split() == story.page.states(), 5), (story.commands.read_text(), story.page.told))


def one_round(story):
    story.process.terminate()
    story.check('it ends when asked', story.process.wait(10) == 0)
    with socket.create_server(('127.0.0.1', 0)) as free:
        story.gate.target = free.getsockname()[1]
    story.write_settings(port=story.gate.target)
    once = story.run('--once')
    story.check('one round alone, every hop with its time', once.returncode == 0 and once.stdout.count(' ms  ') == 8, once)
    print(once.stdout)
    story.gate.is_open = False
    once = story.run('--once')
    story.check('its exit code says that something was missing', once.returncode == 1 and 'missing' in once.stdout, once)


def as_from_another_machine(checks, program):
    """Under TLS: interface, reports, stream and answers by https, and its desk under a certificate of its own."""
    with tempfile.TemporaryDirectory(prefix='haechi-watchdog-') as folder:
        ours = Authority(folder, 'ours')
        desk, desk_key = ours.certify('desk', 'IP:127.0.0.1')
        story = Story(checks, program, folder, Server(program, **under_tls(ours)))
        try:
            with socket.create_server(('127.0.0.1', 0)) as free:
                story.gate.target = free.getsockname()[1]
            said = {'port': story.gate.target, 'certificate': str(desk), 'certificate_key': str(desk_key)}
            story.write_settings(**said, ca=str(ours.file))
            done = story.set_up()
            story.check('it is set up under TLS', done.returncode == 0, done)
            once = story.run('--once')
            story.check('and hears every hop', once.returncode == 0 and once.stdout.count(' ms  ') == 8, once)
            story.write_settings(**said, ca=str(Authority(folder, 'foreign').file))
            once = story.run('--once')
            story.check('a server whom another authority certified is not believed',
                        once.returncode == 1 and once.stdout.count(' ms  ') == 0, once)
        finally:
            story.end()


def main():
    checks = Checks()
    with tempfile.TemporaryDirectory(prefix='haechi-watchdog-') as folder:
        story = Story(checks, arguments().haechi, folder)
        try:
            story.write_settings()
            setup_is_careful(story)
            healthy(story)
            people_see_nothing(story)
            server_stopped(story)
            way_to_the_agency_broken(story)
            one_round(story)
        finally:
            story.end()
    as_from_another_machine(checks, arguments().haechi)
    checks.finish()


main()
