"""What people attach is shown to a real clamd before it is kept, with a signature of our own for the harmless file by
which scanners are tried (EICAR)."""
import base64
import json
import pathlib
import shutil
import subprocess
import tempfile

from haechi_server import Checks, Server, arguments, wait_for

# Told apart here, so that no scanner takes this file for one.
HARMFUL = b'X5O!P%@AP[4\\PZX54(P^)7CC)7}$' + b'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*'


class Clamd:
    def __init__(self, folder):
        database = folder / 'database'
        database.mkdir()
        (database / 'test.ndb').write_text(f'Test-Harmful:0:*:{HARMFUL.hex()}\n')
        self.socket, self.config = folder / 'clamd.ctl', folder / 'clamd.conf'
        self.config.write_text(f'LocalSocket {self.socket}\nDatabaseDirectory {database}\nForeground yes\n')
        self.process = None

    def start(self):
        self.process = subprocess.Popen(['clamd', f'--config-file={self.config}'], stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL)
        return wait_for(self.socket.exists, 60)

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
        self.socket.unlink(missing_ok=True)


def petition(server, her, number, *contents):
    """(status, answer) of a petition of hers with these files."""
    files = [{'name': f'{at}.txt', 'media_type': 'text/plain', 'content': base64.b64encode(content).decode()}
             for at, content in enumerate(contents)]
    return server.request('POST', '/api/v1/petitions', her, {
        'id': f'petition-{number}', 'case_id': 'c-1', 'kinds': ['DV_VPO'], 'statement': 'He hit me.', 'attachments': files})


def prepare(server):
    """The key of a protected person who may petition herself."""
    server.put('persons/w-1', {'role': 'ROLE_WEARER'})
    server.put('persons/p-1', {'role': 'ROLE_PROTECTED_PERSON'})
    server.put('agencies/ps-namyangju-bukbu', {'name': 'Station', 'desk': 'DESK_BUILT_IN'})
    server.put('agencies/court-namyangju', {'name': 'Court', 'desk': 'DESK_BUILT_IN'})
    status, text = server.request('POST', '/api/v1/cases', 'police', {
        'id': 'c-1', 'kind': 'CASE_KIND_DOMESTIC_VIOLENCE', 'number': '2026-1', 'subject_id': 'w-1', 'protected_ids': ['p-1']})
    if status not in (200, 201):
        raise RuntimeError(f'{status} {text}')
    return server.new_key(role='protected_person', person_id='p-1')


def check(checks, server, her, clamd):
    status, text = petition(server, her, 1, b'a letter of his')
    checks.check('a clean file is kept', status == 200 and json.loads(text)['attachments'][0]['name'] == '0.txt', (status, text))
    status, text = petition(server, her, 2, b'a letter of his', HARMFUL)
    checks.check('a harmful one is refused, and named', status == 400 and 'attachments[1].content' in text
                 and 'harmful' in text, (status, text))
    checks.check('and nothing of that petition is kept',
                 server.request('GET', '/api/v1/petitions/petition-2', 'court')[0] in (403, 404))
    clamd.stop()
    status, text = petition(server, her, 3, b'a letter of his')
    checks.check('where nobody can look, the file is refused', status == 503 and 'viruses' in text, (status, text))
    status, text = petition(server, her, 3)
    checks.check('but the petition is not', status == 200, (status, text))
    checks.check('the scanner comes back', clamd.start())
    checks.check('and files are taken again', petition(server, her, 4, b'a letter of his')[0] == 200)


def main():
    checks = Checks()
    program = arguments().haechi
    folder = pathlib.Path(tempfile.mkdtemp(prefix='haechi-files-'))
    clamd = Clamd(folder)
    try:
        checks.check('a real clamd listens', clamd.start())
        config = folder / 'haechi.toml'
        config.write_text(f'[files]\nclamd = "{clamd.socket}"\n')
        server = Server(program, extra=['--config', str(config)])
        try:
            check(checks, server, prepare(server), clamd)
        finally:
            server.end()
    finally:
        clamd.stop()
        shutil.rmtree(folder)
    checks.finish()


if __name__ == '__main__':
    main()
