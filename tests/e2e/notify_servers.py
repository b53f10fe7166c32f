"""Those who carry notifications, for notify_e2e.py: a mail server that nobody here wrote (aiosmtpd) with STARTTLS and
sign-in, a gateway of text messages that refuses, fails and hangs as it is told, and a push service that reads what only
the browser can. Needs Debian's python3-aiosmtpd and python3-cryptography."""
import base64
import datetime
import email
import email.policy
import hashlib
import hmac
import http.client
import http.server
import ipaddress
import json
import socket
import ssl
import threading
import time

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

USER, PASSWORD = 'haechi', 'a password of the mail server'
P256 = ec.SECP256R1()


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b'=').decode()


def unbase64url(text):
    return base64.urlsafe_b64decode(text + '=' * (-len(text) % 4))


def make_certificate(folder):
    """(certificate, key): files of a certificate for 127.0.0.1 that signs itself."""
    key = ec.generate_private_key(P256)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, 'localhost')])
    now = datetime.datetime.utcnow()
    certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
                   .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
                   .not_valid_after(now + datetime.timedelta(days=2))
                   .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address('127.0.0.1'))]), False)
                   .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
                   .sign(key, hashes.SHA256()))
    files = folder / 'mail.crt', folder / 'mail.key'
    files[0].write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                           serialization.NoEncryption()))
    return files


def free_port():
    with socket.create_server(('127.0.0.1', 0)) as taken:
        return taken.getsockname()[1]


class Mail:
    """Keeps what it took. The first try to a mailbox that begins with "later" gets 451, every one to "never" 550."""

    def __init__(self, certificate, key):
        self.letters, self.raw, self.recipients, self.encrypted = [], b'', [], True
        self.seen = set()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)
        self.controller = Controller(
            self, hostname='127.0.0.1', port=free_port(), tls_context=context, require_starttls=True, auth_required=True,
            auth_require_tls=True, authenticator=self.sign_in)
        self.controller.start()
        self.port = self.controller.port

    @staticmethod
    def sign_in(_server, _session, _envelope, _mechanism, data):
        right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False)

    async def handle_RCPT(self, _server, session, envelope, address, _options):
        self.recipients.append(address)
        self.encrypted &= session.ssl is not None
        if address.startswith('never'):
            return '550 5.1.1 no such mailbox'
        if address.startswith('later') and address not in self.seen:
            self.seen.add(address)
            return '451 4.7.1 try again later'
        envelope.rcpt_tos.append(address)
        return '250 OK'

    async def handle_DATA(self, _server, _session, envelope):
        self.raw += envelope.content
        self.letters.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return '250 taken'

    def to(self, address):
        return [letter for letter in self.letters if address in letter['To']]

    def end(self):
        self.controller.stop()


class Http:
    """A server on a thread that keeps the bytes of every request."""

    def __init__(self):
        self.requests, self.raw = [], b''
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = 'HTTP/1.1'

            def do_POST(self):
                body = self.rfile.read(int(self.headers['content-length']))
                headers = {name.lower(): value for name, value in self.headers.items()}
                outer.raw += self.requestline.encode() + self.headers.as_bytes() + body
                status = outer.answer(self.path, headers, body)
                if status is None:
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header('content-length', '0')
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def end(self):
        self.server.shutdown()


class Gateway(Http):
    """Text messages, or calls. What a number does is in `behaviours`: a list of statuses for its first tries, then 202; 'hang' reads
    the whole request and says nothing until `let_go`."""

    def __init__(self, secret, bearer, key_id='sms'):
        super().__init__()
        self.secret, self.bearer, self.key_id = secret, bearer, key_id
        self.behaviours, self.unsigned = {}, 0
        self.let_go = threading.Event()

    def signature(self, timestamp, body):
        return 'sha256=' + hmac.new(self.secret.encode(), timestamp.encode() + b'.' + body, hashlib.sha256).hexdigest()

    def answer(self, _path, headers, body):
        signed = headers['x-haechi-signature'] == self.signature(headers['x-haechi-timestamp'], body)
        self.unsigned += not signed or headers['x-haechi-key-id'] != self.key_id or headers['authorization'] != 'Bearer ' + self.bearer
        message = json.loads(body)
        message['key'] = headers['idempotency-key']
        self.requests.append(message)
        todo = self.behaviours.get(message['to'], [])
        step = todo.pop(0) if todo else 202
        if step == 'hang':
            self.let_go.wait(60)
            return None
        return step

    def to(self, number):
        return [message for message in self.requests if message['to'] == number]

    def receipt(self, port, notification_id, state, secret=None, ahead_s=0):
        """The status of what Haechi answers."""
        body = json.dumps({'id': notification_id, 'state': 'NOTIFICATION_STATE_' + state}).encode()
        timestamp = str(int(time.time()) + ahead_s)
        signature = self.signature(timestamp, body) if secret is None else 'sha256=' + hmac.new(
            secret.encode(), timestamp.encode() + b'.' + body, hashlib.sha256).hexdigest()
        connection = http.client.HTTPConnection('127.0.0.1', port, timeout=10)
        try:
            connection.request('POST', '/notify/v1/receipts', body=body, headers={
                'x-haechi-key-id': self.key_id, 'x-haechi-timestamp': timestamp, 'x-haechi-signature': signature})
            return connection.getresponse().status
        finally:
            connection.close()


class Browser:
    """One subscription, and the key that alone reads what is pushed to it."""

    def __init__(self, service, name):
        self.key, self.auth = ec.generate_private_key(P256), hashlib.sha256(name.encode()).digest()[:16]
        self.point = self.key.public_key().public_bytes(serialization.Encoding.X962,
                                                        serialization.PublicFormat.UncompressedPoint)
        self.path = '/' + name
        self.subscription = {'endpoint': f'http://127.0.0.1:{service.port}{self.path}', 'p256dh': base64url(self.point),
                             'auth': base64url(self.auth)}

    def read(self, body):
        """RFC 8291: the text of an aes128gcm body."""
        salt, their_point, sealed = body[:16], body[21:21 + body[20]], body[21 + body[20]:]
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(P256, their_point)
        derive = lambda secret, with_, info, length: HKDF(hashes.SHA256(), length, with_, info).derive(secret)
        secret = derive(self.key.exchange(ec.ECDH(), theirs), self.auth, b'WebPush: info\0' + self.point + their_point, 32)
        key = derive(secret, salt, b'Content-Encoding: aes128gcm\0', 16)
        nonce = derive(secret, salt, b'Content-Encoding: nonce\0', 12)
        padded = AESGCM(key).decrypt(nonce, sealed, None)
        return padded.rstrip(b'\0')[:-1].decode()


class PushService(Http):
    """Takes a message when the sender proves who it is (RFC 8292). It knows the subscription "/gone" no more."""

    def answer(self, path, headers, body):
        self.requests.append({'path': path, 'headers': headers, 'body': body, 'trusted': self.is_trusted(headers)})
        return 410 if path == '/gone' else 201

    def is_trusted(self, headers):
        scheme, _, rest = headers['authorization'].partition(' ')
        values = dict(part.strip().split('=', 1) for part in rest.split(','))
        signed, _, signature = values['t'].rpartition('.')
        claims = json.loads(unbase64url(signed.split('.')[1]))
        raw = unbase64url(signature)
        key = ec.EllipticCurvePublicKey.from_encoded_point(P256, unbase64url(values['k']))
        key.verify(utils.encode_dss_signature(int.from_bytes(raw[:32], 'big'), int.from_bytes(raw[32:], 'big')),
                   signed.encode(), ec.ECDSA(hashes.SHA256()))
        return scheme == 'vapid' and claims['aud'] == f'http://127.0.0.1:{self.port}' and claims['sub'].startswith('mailto:')
