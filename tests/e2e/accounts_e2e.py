"""People against a real server: the first administrator's one-time link, invitations, sign-in with password and code,
the same answer to every wrong one, lockout, codes that are taken once, sessions listed and killed with their open
streams, passwords from breaches, and all of it across a kill -9."""
import base64
import hashlib
import hmac
import http.client
import json
import os
import pathlib
import socket
import statistics
import struct
import tempfile
import time

from haechi_server import Checks, Server, arguments, wait_for

PASSWORD = 'a green coat at dusk'
STEP_S = 30
ON_ITS_WAY_S = 3


def totp(secret, step):
    mac = hmac.new(base64.b32decode(secret), struct.pack('>Q', step), hashlib.sha1).digest()
    at = mac[19] & 15
    return f'{(struct.unpack(">I", mac[at:at + 4])[0] & 0x7fffffff) % 1_000_000:06d}'


class Person:
    """A browser with an authenticator: one cookie for each surface, and every code of a later step than the last. Where a
    code is not what a check is about a recovery code is shown, or each would take half a minute."""

    def __init__(self, server, name=''):
        self.server, self.name = server, name
        self.secret, self.password, self.recovery = None, PASSWORD, []
        self.step = 0
        self.cookies = {}

    def ask(self, method, path, body=None, surface='account'):
        """(status, JSON or text)"""
        connection = http.client.HTTPConnection('127.0.0.1', self.server.http_port, timeout=30)
        headers = {'Haechi-Surface': surface}
        if surface in self.cookies:
            headers['Cookie'] = f'haechi_{surface}={self.cookies[surface]}'
        if body is not None:
            body = json.dumps(body)
            headers['Content-Type'] = 'application/json'
        try:
            connection.request(method, '/api/v1/' + path, body=body, headers=headers)
            response = connection.getresponse()
            text = response.read().decode()
            cookie = response.getheader('set-cookie', '')
        finally:
            connection.close()
        if cookie:
            self.cookie_line = cookie
            self.cookies[surface] = cookie.split(';')[0].split('=', 1)[1]
        return response.status, json.loads(text) if text.startswith('{') else text

    def next_code(self):
        """The code of the present step, or of the next one when this was used or is about to end."""
        self.step = max(self.step + 1, int(time.time() + ON_ITS_WAY_S) // STEP_S)
        wait = self.step * STEP_S - time.time()
        if wait > 0:
            time.sleep(wait + 0.1)
        return totp(self.secret, self.step)

    def enrol(self, token, surface='account', password=None):
        status, question = self.ask('POST', 'enrolment/question', {'token': token}, surface)
        if status != 200:
            return status, question
        self.name, self.secret, self.step = question['account'], question['totp_secret'], 0
        self.password = password or PASSWORD
        status, answer = self.ask('POST', 'enrolment', {'token': token, 'password': self.password,
                                                        'code': self.next_code()}, surface)
        self.recovery = answer.get('recovery_codes', []) if isinstance(answer, dict) else []
        return status, answer

    def sign_in(self, surface='account', password=None, code=None):
        own = code is None
        status, answer = self.ask('POST', 'sign-in', {'account': self.name, 'password': password or self.password,
                                                      'code': self.next_code() if own else code}, surface)
        if own and status != 200:
            self.step -= 1  # it was not taken
        return status, answer


def link_of(server):
    """The token that the server printed for its first administrator, or None."""
    lines = (server.folder / 'serve.out').read_text().split('\n')
    printed = [line for line in lines if line.startswith('administrator ')]
    return printed[0].split('#enrol=')[1] if printed else None


class Stream:
    """/live with a surface's cookie, over a bare socket."""

    def __init__(self, person, surface):
        port = person.server.http_port
        self.socket = socket.create_connection(('127.0.0.1', port), timeout=15)
        nonce = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall((f'GET /live?surface={surface} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n'
                             f'Origin: http://127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
                             f'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {nonce}\r\n'
                             f'Cookie: haechi_{surface}={person.cookies[surface]}\r\n\r\n').encode())
        head = b''
        while b'\r\n\r\n' not in head:
            head += self.socket.recv(1)
        self.status = int(head.split()[1])

    def closed_after(self, seconds):
        """Seconds until the server said farewell or hung up; None: it did not."""
        began = time.monotonic()
        try:
            while True:
                self.socket.settimeout(max(0.01, seconds - (time.monotonic() - began)))
                first = self.socket.recv(1)
                if not first or first[0] & 15 == 8:
                    return time.monotonic() - began
                size = self.socket.recv(1)[0] & 127
                if size == 126:
                    size = struct.unpack('>H', self.read(2))[0]
                elif size == 127:
                    size = struct.unpack('>Q', self.read(8))[0]
                self.read(size)
        except OSError:
            return None

    def read(self, size):
        out = b''
        while len(out) < size:
            out += self.socket.recv(size - len(out))
        return out


def first_administrator(checks, server):
    token = link_of(server)
    checks.check('a server without an administrator prints one link', token is not None and len(token) == 64)
    for name in ('administrator', 'admin', 'root', 'demo', 'demo-control', 'demo-registrar'):
        stranger = Person(server, name)
        for password in ('', name, 'admin', 'password', 'haechi', 'changeme'):
            status, _ = stranger.ask('POST', 'sign-in', {'account': name, 'password': password, 'code': '000000'})
            if status != 401:
                checks.check(f'{name} has no default password', False, status)
    admin = Person(server)
    status, answer = admin.ask('POST', 'enrolment/question', {'token': 'f' * 64})
    checks.check('another link is none', status == 404, answer)
    for bad, why in (('elevenchars', '12 characters'), ('administrator one', 'name of the account'),
                     ('haechi haechi hae', 'name of this system'), ('123456789012345', 'sequences'),
                     ('correcthorsebatterystaple', 'breach')):
        status, answer = admin.enrol(token, password=bad)
        checks.check(f'a password is refused: {why}', status == 400 and why in answer['reason'], answer)
    status, answer = admin.enrol(token)
    checks.check('the link sets password and second factor, and shows ten recovery codes',
                 status == 200 and len(answer['recovery_codes']) == 10, answer)
    checks.check('scripts and foreign pages cannot use the cookie of the session',
                 'HttpOnly' in admin.cookie_line and 'SameSite=Strict' in admin.cookie_line, admin.cookie_line)
    status, answer = Person(server).enrol(token)
    checks.check('the link works once', status == 404, answer)
    status, answer = admin.ask('GET', 'accounts')
    checks.check('the administrator sees one account, the own', status == 200 and
                 [one['account']['account'] for one in answer['accounts']] == ['administrator'], answer)
    status, _ = admin.ask('GET', 'positions')
    checks.check('an administrator sees no place', status == 403, status)
    return admin


def invited(checks, server, admin, name, role, surface, **more):
    status, link = admin.ask('POST', 'accounts', {'account': name, 'role': role, **more})
    checks.check(f'an administrator invites {name}', status == 201, link)
    person = Person(server)
    status, answer = person.enrol(link['token'], surface)
    checks.check(f'{name} enrols and is signed in', status == 200 and
                 person.ask('GET', 'me/capabilities', surface=surface)[1].get('account') == name, answer)
    return person


def one_factor_is_none(checks, operator):
    operator.cookies.clear()
    code = operator.next_code()
    answers = [operator.sign_in('control', password='not the password', code='000000'),
               operator.sign_in('control', code='000000'), operator.sign_in('control', password='x' * 12, code=code),
               Person(operator.server, 'nobody-here').sign_in('control', code='000000')]
    checks.check('a wrong password, a wrong code and an unknown account are answered alike',
                 len({json.dumps(answer) for answer in answers}) == 1 and answers[0][0] == 401, answers)
    status, answer = operator.sign_in('control', code=code)
    checks.check('password and code together open the door', status == 200 and answer['role'] == 'control', answer)
    status, answer = operator.sign_in('control', code=code)
    checks.check('the same code does not open it again', status == 401, answer)
    first = operator.cookies['control']
    status, answer = operator.sign_in('control', code=operator.recovery[0])
    checks.check('a recovery code opens it', status == 200, answer)
    checks.check('the cookie is another one after each sign-in', operator.cookies['control'] != first)
    status, _ = operator.ask('GET', 'alerts', surface='control')
    kept, operator.cookies['control'] = operator.cookies['control'], first
    old, _ = operator.ask('GET', 'alerts', surface='control')
    operator.cookies['control'] = kept
    checks.check('and the one before counts no more', status == 200 and old == 401, (status, old))
    status, answer = Person(operator.server, operator.name).sign_in('control', code=operator.recovery[0])
    checks.check('a recovery code opens it once', status == 401, answer)


def same_time_for_unknown(checks, server, operator, admin):
    def took(name):
        began = time.monotonic()
        Person(server, name).sign_in('control', password='a wrong password', code='000000')
        return time.monotonic() - began

    known, unknown = [], []
    for _ in range(15):  # locked after five of them, which must not show either
        known.append(took(operator.name))
        unknown.append(took('nobody-here'))
    apart_ms = abs(statistics.median(known) - statistics.median(unknown)) * 1000
    spread_ms = 1000 * max(statistics.quantiles(known, n=4)[2] - statistics.quantiles(known, n=4)[0],
                           statistics.quantiles(unknown, n=4)[2] - statistics.quantiles(unknown, n=4)[0])
    print(f'      known {statistics.median(known) * 1000:.1f} ms, unknown {statistics.median(unknown) * 1000:.1f} ms, '
          f'spread {spread_ms:.1f} ms')
    checks.check('how long it takes tells no account, locked or not', apart_ms < max(spread_ms, 10), apart_ms)
    status, _ = operator.sign_in('control', code=operator.recovery[3])
    checks.check('five wrong attempts lock the account, also for who is right', status == 401, status)
    status, answer = admin.ask('GET', 'accounts')
    locked = next(one for one in answer['accounts'] if one['account']['account'] == operator.name)
    left_s = int(locked['locked_until_us']) / 1e6 - time.time()
    checks.check('the administrator sees for how long', 0 < left_s <= 600, left_s)


def others_are_served_meanwhile(checks, server, admin):
    """Sixteen guesses at once: the loop that serves everybody answers others within the time of one hash."""
    waiting = []
    for n in range(16):
        one = socket.create_connection(('127.0.0.1', server.http_port), timeout=30)
        body = json.dumps({'account': f'guess-{n}', 'password': 'x' * 20, 'code': '000000'})
        one.sendall((f'POST /api/v1/sign-in HTTP/1.1\r\nHost: x\r\nHaechi-Surface: control\r\nContent-Type: '
                     f'application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}').encode())
        waiting.append(one)
    slowest = 0.0
    for _ in range(20):
        began = time.monotonic()
        status, _ = admin.ask('GET', 'me/capabilities')
        slowest = max(slowest, time.monotonic() - began)
        if status != 200:
            checks.check('somebody signed in is answered', False, status)
    first = [one.recv(32).split()[1] for one in waiting]
    checks.check('guesses wait for a thread of their own, and nobody else does', slowest < 1 and
                 first == [b'401'] * 16, (slowest, first))
    print(f'      slowest answer meanwhile {slowest * 1000:.0f} ms')


def kill_a_session(checks, admin, operator):
    stream = Stream(operator, 'control')
    checks.check('a session opens a stream', stream.status == 101, stream.status)
    _, answer = admin.ask('GET', f'accounts/{operator.name}/sessions')
    ids = [one['id'] for one in answer['sessions'] if one['surface'] == 'control']
    status, answer = admin.ask('POST', f'accounts/{operator.name}/sessions/{ids[0]}/end', {})
    took = stream.closed_after(5)
    checks.check('ending the session closes its stream within two seconds', status == 200 and took is not None and took < 2,
                 (status, took))
    print(f'      closed after {took or -1:.2f} s')
    status, _ = operator.ask('GET', 'alerts', surface='control')
    checks.check('and its cookie counts no more', status == 401, status)
    operator.sign_in('control', code=operator.recovery[1])
    stream = Stream(operator, 'control')
    admin.ask('POST', f'accounts/{operator.name}/change', {'change': 'ACCOUNT_CHANGE_DISABLE'})
    took = stream.closed_after(5)
    checks.check('disabling the account closes it as well', stream.status == 101 and took is not None and took < 2, took)
    checks.check('who is disabled is answered as everybody', operator.sign_in('control', code=operator.recovery[2])[0] == 401)
    admin.ask('POST', f'accounts/{operator.name}/change', {'change': 'ACCOUNT_CHANGE_ENABLE'})
    status, _ = admin.ask('POST', 'accounts/administrator/change', {'change': 'ACCOUNT_CHANGE_DISABLE'})
    checks.check('an administrator does not lock everybody out', status == 409, status)


def own_sessions(checks, officer):
    other = Person(officer.server, officer.name)
    other.secret, other.step = officer.secret, officer.step
    status, answer = other.sign_in('cases', code=officer.recovery[1])
    status, answer = officer.ask('GET', 'me/account', surface='cases')
    checks.check('somebody sees the own sessions, which one asks, and the recovery codes left',
                 status == 200 and [one['current'] for one in answer['sessions']] == [False, True]
                 and answer['recovery_codes_left'] == 9, answer)
    foreign = answer['sessions'][0]['id']
    refused = [officer.ask('POST', f'me/sessions/{foreign}/end', shown, 'cases')[0]
               for shown in ({}, {'password': PASSWORD}, {'password': 'not the password', 'code': officer.recovery[2]})]
    checks.check('but ends none with one factor or none', refused == [403] * 3 and
                 other.ask('GET', 'me/account', surface='cases')[0] == 200, refused)
    status, _ = officer.ask('POST', f'me/sessions/{foreign}/end', {'password': PASSWORD, 'code': officer.recovery[2]}, 'cases')
    checks.check('and one of them with both', status == 200 and other.ask('GET', 'me/account', surface='cases')[0] == 401, status)
    status, _ = officer.ask('POST', 'me/account/renewal', {'password': PASSWORD, 'code': '000000'}, 'cases')
    checks.check('new factors need the old ones', status == 403, status)
    old_cookie = officer.cookies['cases']
    status, link = officer.ask('POST', 'me/account/renewal', {'password': PASSWORD, 'code': officer.recovery[3]}, 'cases')
    status, answer = officer.enrol(link['token'], 'cases', password='another coat, a red one')
    officer.cookies['other'], officer.cookies['cases'] = officer.cookies['cases'], old_cookie
    old, _ = officer.ask('GET', 'me/account', surface='cases')
    officer.cookies['cases'] = officer.cookies['other']
    checks.check('new factors end every earlier session', status == 200 and old == 401, (status, old))
    status, _ = officer.ask('DELETE', 'session', surface='cases')
    officer.cookies['cases'] = officer.cookies['other']
    checks.check('who signs out leaves nothing behind that works',
                 status == 200 and officer.ask('GET', 'me/account', surface='cases')[0] == 401, status)


def back_in_with_one_factor(checks, admin, officer):
    def link_for(what, known_by='came in person, service card'):
        return admin.ask('POST', f'accounts/{officer.name}/change', {'change': f'ACCOUNT_CHANGE_{what}', 'known_by': known_by})

    def bring(link, **brought):
        return officer.ask('POST', 'enrolment', {'token': link['link']['token'], **brought}, 'cases')

    refused = [link_for(what, '')[0] for what in ('INVITE', 'NEW_PASSWORD', 'NEW_FACTOR')]
    checks.check('no link without saying how the person was known', refused == [400] * 3, refused)
    status, link = link_for('NEW_PASSWORD')
    new = 'a third coat, of wool'
    refused = [bring(link, password=new, code=code)[0] for code in ('', '000000')]
    status, answer = bring(link, password=new, code=officer.recovery[0])
    checks.check('a link for a forgotten password opens nothing without the second factor', status == 200 and
                 refused == [403] * 2 and not answer['recovery_codes'], (refused, answer))
    old, officer.password = officer.password, new
    status, link = link_for('NEW_FACTOR')
    _, question = officer.ask('POST', 'enrolment/question', {'token': link['link']['token']}, 'cases')
    officer.secret, officer.step = question['totp_secret'], 0
    status, answer = bring(link, password=new, code=totp(officer.secret, int(time.time()) // STEP_S - 4))
    checks.check('an authenticator whose clock is off is told so', status == 400 and answer['field'] == 'clock', answer)
    refused, _ = bring(link, password=old, code=officer.next_code())
    officer.step -= 1  # it was not taken
    status, answer = bring(link, password=new, code=officer.next_code())
    checks.check('a link for a lost authenticator opens nothing without the password', status == 200 and refused == 403 and
                 len(answer['recovery_codes']) == 10, (refused, answer))
    _, answer = officer.ask('GET', 'me/account', surface='cases')
    told = [one['event'].removeprefix('ACCOUNT_EVENT_') for one in answer['notices']]
    checks.check('the owner is told of it all', told[:5] == ['FACTOR_CHANGED', 'LINK_ISSUED', 'PASSWORD_CHANGED',
                                                             'RECOVERY_CODE_USED', 'LINK_ISSUED'], told)


def keys_of_systems(checks, server, admin, officer):
    in_a_day = str(int((time.time() + 86_400) * 1e6))
    viewer = {'account': 'records-archive', 'role': 'auditor'}
    status, made = admin.ask('POST', 'api-keys', {'viewer': viewer, 'expires_at_us': in_a_day})
    checks.check('an administrator makes a key for another system, shown once', status == 201 and len(made['key']) == 64, made)
    key = made['key']
    status, listed = admin.ask('GET', 'api-keys')
    checks.check('it is listed with who made it, and not shown again', status == 200 and key not in json.dumps(listed) and
                 listed['keys'][0]['made_by'] == 'administrator', listed)
    status, _ = officer.ask('GET', 'api-keys', surface='cases')
    checks.check('nobody else sees the list', status == 403, status)
    for viewer, ends, why in (({'account': 'op-lee', 'role': 'control'}, in_a_day, 'the role of people'),
                              ({'account': 'op-kim', 'role': 'auditor'}, in_a_day, 'the name of an account'),
                              ({'account': 'for-ever', 'role': 'auditor'}, str(int((time.time() + 400 * 86_400) * 1e6)), 'over a year')):
        status, answer = admin.ask('POST', 'api-keys', {'viewer': viewer, 'expires_at_us': ends})
        checks.check(f'no key is made: {why}', status in (400, 409), answer)
    status, text = server.request('GET', '/api/v1/audit?action=make_api_key', key)
    checks.check('the key does what its role may', status == 200 and 'records-archive' in text, text)
    checks.check('and nothing else', server.request('GET', '/api/v1/accounts', key)[0] == 403)
    status, text = server.request('GET', '/api/v1/audit?viewer=records-archive', 'auditor')
    checks.check('each use is in the audit trail under its own name', status == 200 and 'run_accounts' in text, text)
    status, _ = admin.ask('POST', f'api-keys/{made["item"]["id"]}/end', {})
    checks.check('an administrator ends it at once', status == 200 and server.request('GET', '/api/v1/audit', key)[0] == 401)
    return key


def evidence_by_session(checks, server, auditor):
    def checkpoint(headers):
        return server.request('GET', '/evidence/v1/checkpoint', headers=headers)[0]

    cookie = {'Cookie': f'haechi_account={auditor.cookies["account"]}'}
    checks.check('who may see the audit trail reads the proofs of the log with a session',
                 wait_for(lambda: checkpoint({**cookie, 'Haechi-Surface': 'account'}) == 200))
    checks.check('but no foreign page does with the cookie alone', checkpoint(cookie) == 401)


def wrong_keys_at_live(checks, server):
    def open_with(key):
        return server.request('GET', '/live', key, headers={
            'Upgrade': 'websocket', 'Connection': 'Upgrade', 'Sec-WebSocket-Version': '13',
            'Sec-WebSocket-Key': base64.b64encode(os.urandom(16)).decode()})[0]

    statuses = [open_with(f'guess-{n}-' + 'x' * 56) for n in range(25)]
    checks.check('wrong keys at /live are counted by address', statuses[:20] == [401] * 20 and statuses[-1] == 429, statuses)
    same = {open_with('guess-19-' + 'x' * 56) for _ in range(30)}
    checks.check('but the same one once more is no guess, as when a page is opened again after its session', same == {401}, same)


def audited(checks, server):
    def trail():
        entries = json.loads(server.request('GET', '/api/v1/audit?limit=1000', 'auditor')[1])['entries']
        return {(one['access']['viewer'], one['access']['action'], one['access']['allowed']) for one in entries}

    wanted = {('administrator', 'enrol', True), ('administrator', 'create_account', True), ('op-kim', 'sign_in', True),
              ('op-kim', 'sign_in', False), ('', 'sign_in', False), ('administrator', 'end_session', True),
              ('administrator', 'disable_account', True), ('administrator', 'enable_account', True),
              ('insp-lee', 'renew_factors', False), ('insp-lee', 'renew_factors', True), ('insp-lee', 'end_session', True),
              ('insp-lee', 'sign_out', True), ('administrator', 'unlock_account', True), ('insp-lee', 'end_session', False),
              ('insp-lee', 'enrol', False), ('administrator', 'new_password_account', True),
              ('administrator', 'new_factor_account', True)}
    found = wait_for(lambda: wanted <= trail())
    checks.check('every sign-in, refusal and change is in the audit trail', found, wanted - trail())
    text = server.request('GET', '/api/v1/audit?limit=1000', 'auditor')[1]
    checks.check('how somebody was known who got new factors is, too', 'known by: came in person, service card' in text)
    checks.check('what was typed as an account is not', 'nobody-here' not in text and 'guess-' not in text)


def no_secret_in_files(checks, server, people, api_key):
    secrets = [api_key] + [secret for one in people for secret in
                           [one.password, one.secret, *one.recovery, *one.cookies.values()] if secret]
    found = [str(path) for path in server.folder.rglob('*') if path.is_file() and path.name != 'serve.out'
             and any(secret.encode() in path.read_bytes() for secret in secrets)]
    checks.check('no password, recovery code, cookie, key or secret of an authenticator is in any file of the server', not found, found)


def main():
    checks, program = Checks(), arguments().haechi
    with tempfile.TemporaryDirectory(prefix='haechi-accounts-') as folder:
        folder = pathlib.Path(folder)
        (folder / 'breached.txt').write_text(hashlib.sha1(b'correcthorsebatterystaple').hexdigest().upper() + ':4\n')
        config = folder / 'haechi.toml'
        config.write_text(f'[accounts]\nmemory_kib = 19456\npasses = 2\nbreached_passwords = "{folder}/breached.txt"\n')
        server = Server(program, data=folder, extra=('--config', str(config)))
        admin = first_administrator(checks, server)
        operator = invited(checks, server, admin, 'op-kim', 'control', 'control')
        officer = invited(checks, server, admin, 'insp-lee', 'police', 'cases', agency_id='ps-1')
        one_factor_is_none(checks, operator)
        same_time_for_unknown(checks, server, operator, admin)
        others_are_served_meanwhile(checks, server, admin)

        server.kill()
        server.out.close()
        server = Server(program, data=folder, extra=('--config', str(config)))
        for person in (admin, operator, officer):
            person.server = server
        checks.check('killed and started again: no second link for an administrator', link_of(server) is None)
        status, _ = admin.ask('GET', 'me/account')
        checks.check('sessions are there', status == 200, status)
        checks.check('lockouts are there', operator.sign_in('control', code=operator.recovery[3])[0] == 401)
        admin.ask('POST', 'accounts/op-kim/change', {'change': 'ACCOUNT_CHANGE_UNLOCK'})
        status, answer = operator.sign_in('control')
        checks.check('unlocked, password and second factor are there', status == 200, answer)

        auditor = invited(checks, server, admin, 'aud-choi', 'auditor', 'account')
        evidence_by_session(checks, server, auditor)
        api_key = keys_of_systems(checks, server, admin, officer)
        wrong_keys_at_live(checks, server)
        kill_a_session(checks, admin, operator)
        own_sessions(checks, officer)
        officer.sign_in('cases', code=officer.recovery[1])
        back_in_with_one_factor(checks, admin, officer)
        audited(checks, server)
        no_secret_in_files(checks, server, (admin, operator, officer, auditor), api_key)
        checks.check('the server ends in order', server.stop() == 0)
        server = Server(program, data=folder, extra=('--config', str(config), '--administrator-link'))
        status, _ = Person(server).ask('POST', 'enrolment/question', {'token': link_of(server)})
        checks.check('who runs the machine gets another link for an administrator', status == 200, status)
        server.end()
        config.write_text('[accounts]\nmemory_kib = 8192\n')
        try:
            Server(program, data=folder, extra=('--config', str(config))).end()
            checks.check('it does not start with cheaper hashes than it may', False)
        except RuntimeError as refused:
            checks.check('it does not start with cheaper hashes than it may', 'accounts.memory_kib' in str(refused), refused)
    checks.finish()


if __name__ == '__main__':
    main()
