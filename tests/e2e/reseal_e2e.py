"""Next keys for everybody (`haechi keys reseal`) on a real data directory: people sign in with the factor they had, names and
places read, killed in the middle of it nothing is lost, and an erasure afterwards ends the keys of before as well, in
every file and in a copy made before."""
import json
import pathlib
import random
import shutil
import sqlite3
import subprocess
import tempfile
import time

from accounts_e2e import Person, link_of
from erasure_e2e import HERS, HIS, HOME, NOTE, found, live_a_day, order, place, replayed, run, signs_of, tells, wish, words
from haechi_server import Checks, Server, arguments


def reseal(program, folder, *more):
    code, said, error = run(program, 'keys', 'reseal', '--data', folder / 'store', *more)
    return code, said.decode() + error


def sealed_texts(folder):
    """{(table, row): text as it is kept}"""
    out = {}
    for file, queries in (('records.sqlite', ('SELECT "person", id, record FROM person', 'SELECT "address", id, value FROM address')),
                          ('accounts.sqlite', ('SELECT "account", name, totp_secret FROM account',))):
        connection = sqlite3.connect(f'file:{folder / "store" / file}?mode=ro', uri=True)
        for query in queries:
            out.update({(table, row): text for table, row, text in connection.execute(query.replace('"', "'"))})
        connection.close()
    return out


def names_and_places(checks, server, when):
    for person_id, who in (('W-1', HIS), ('P-1', HERS)):
        record = json.loads(server.request('GET', f'/api/v1/persons/{person_id}', 'registrar')[1]).get('record', {})
        checks.check(f'{when}: the name of {person_id} reads', record.get('name') == who['name'], record)
        checks.check('... and the place', tells(place(server, person_id).encode(), who))


def signs_in(checks, server, administrator, when):
    administrator.server, administrator.cookies = server, {}
    status, answer = administrator.sign_in()
    checks.check(f'{when}: the administrator signs in with password and authenticator', status == 200, answer)


def stopped(server):
    server.stop()
    server.end()


def check_reseal(checks, program, folder, administrator):
    before = sealed_texts(folder)
    code, said = reseal(program, folder)
    checks.check('everything in the stores is sealed again', code == 0 and '0 keys were ended' in said, said)
    after = sealed_texts(folder)
    checks.check('every text changed, and none lies there in clear', before.keys() == after.keys() and len(after) >= 3 and
                 all(text.startswith('sealed:') and text[:18] != before[row][:18] for row, text in after.items()), after)
    signs = [*signs_of(HIS), *signs_of(HERS), *signs_of(HOME), *words(NOTE), *words(administrator.secret)]
    checks.check('... nor in any file', not found(folder, signs), found(folder, signs))
    code, text, error = replayed(program, folder / 'store')
    checks.check('what the log holds opens under the keys it has', code == 0 and tells(text, HIS) and tells(text, HERS), error)
    server = Server(program, folder)
    names_and_places(checks, server, 'afterwards')
    signs_in(checks, server, administrator, 'afterwards')
    code, said = reseal(program, folder)
    checks.check('while a server runs nothing is done', code == 1 and 'in use' in said, said)
    stopped(server)
    code, said = reseal(program, folder.parent / 'nowhere')
    checks.check('... nor where there is no log', code == 1, said)


def check_kills(checks, program, folder):
    whole = sealed_texts(folder).keys()
    for turn in range(8):
        running = subprocess.Popen([program, 'keys', 'reseal', '--data', folder / 'store'], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        time.sleep(random.Random(turn).uniform(0, 0.08))
        running.kill()
        running.wait()
        server = Server(program, folder)
        names_and_places(checks, server, f'killed in the middle of it ({turn})')
        stopped(server)
        checks.check('... and every text is there', sealed_texts(folder).keys() == whole)
    code, said = reseal(program, folder, '--end-replaced')
    checks.check('run again it finishes, and ends what was replaced', code == 0 and ' 0 keys were ended' not in said, said)


def check_erasure(checks, program, folder, before, administrator):
    server = Server(program, folder)
    signs_in(checks, server, administrator, 'with the keys of before ended')
    order(server, withdrawn=True)
    status, told = wish(server, 'W-1', 'erase')
    checks.check('he is erased', status == 200 and told.get('erased'), told)
    stopped(server)
    keys = folder / 'store.keys'
    for what, data in (('the log', folder / 'store'), ('the copy made before', before / 'store')):
        code, text, error = replayed(program, data, keys)
        checks.check(f'{what} reads, without any place of his', code == 0 and not tells(text, HIS) and NOTE.encode() not in text, error)
        checks.check('... and with hers', tells(text, HERS))
    server = Server(program, folder)
    signs = [*signs_of(HIS), *words(NOTE)]
    checks.check('nothing of him is in any file', not found(folder, signs), found(folder, signs))
    for what, answer in (('place', place(server, 'W-1')), ('name', server.request('GET', '/api/v1/persons/W-1', 'registrar')[1])):
        checks.check(f'the server does not tell his {what}', not tells(answer.encode(), HIS) and HIS['name'] not in answer, answer)
    stopped(server)
    shutil.copyfile(before / 'store' / 'records.sqlite', folder / 'store' / 'records.sqlite')
    server = Server(program, folder)
    checks.check('a record file from before tells her name and not his',
                 HERS['name'] in server.request('GET', '/api/v1/persons/P-1', 'registrar')[1] and
                 HIS['name'] not in server.request('GET', '/api/v1/persons/W-1', 'registrar')[1])
    stopped(server)


def main():
    options, checks = arguments(), Checks()
    top = pathlib.Path(tempfile.mkdtemp(prefix='haechi-reseal-'))
    try:
        folder, before = top / 'server', top / 'before'
        folder.mkdir()
        server = Server(options.haechi, folder)
        administrator = Person(server)
        checks.check('the administrator enrols', administrator.enrol(link_of(server))[0] == 200)
        live_a_day(server)
        stopped(server)
        shutil.copytree(folder, before)
        check_reseal(checks, options.haechi, folder, administrator)
        check_kills(checks, options.haechi, folder)
        check_erasure(checks, options.haechi, folder, before, administrator)
    finally:
        shutil.rmtree(top, ignore_errors=True)
    checks.finish()


if __name__ == '__main__':
    main()
