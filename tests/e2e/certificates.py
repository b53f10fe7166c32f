"""Certificates for the end-to-end tests, made by the openssl command."""
import pathlib
import ssl
import subprocess


def openssl(*arguments, **more):
    run = subprocess.run(['openssl', *map(str, arguments)], capture_output=True, text=True, **more)
    if run.returncode != 0:
        raise RuntimeError(f'openssl {" ".join(map(str, arguments))}: {run.stderr}')
    return run.stdout


class Authority:
    """Certifies. Its own certificate is `file`; those it makes are NAME.pem and NAME.key beside it."""

    def __init__(self, folder, name):
        self.folder = pathlib.Path(folder) / name
        self.folder.mkdir(parents=True)
        self.file = self.folder / 'ca.pem'
        openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30',
                '-subj', f'/CN={name}', '-keyout', self.folder / 'ca.key', '-out', self.file)

    def certify(self, name, addresses='', days=30, rsa_bits=0):
        """(certificate, key) for `addresses` ("IP:127.0.0.1,DNS:localhost"); with days below 0 it has ended.

        The key is on P-256 unless `rsa_bits` says otherwise."""
        pem, key, request = (self.folder / f'{name}.{end}' for end in ('pem', 'key', 'csr'))
        made_of = [f'rsa:{rsa_bits}'] if rsa_bits else ['ec', '-pkeyopt', 'ec_paramgen_curve:P-256']
        openssl('req', '-new', '-newkey', *made_of, '-nodes', '-subj', f'/CN={name}', '-keyout', key, '-out', request)
        extensions = self.folder / f'{name}.ext'
        extensions.write_text(f'subjectAltName={addresses}\n' if addresses else 'basicConstraints=CA:FALSE\n')
        openssl('x509', '-req', '-in', request, '-CA', self.file, '-CAkey', self.folder / 'ca.key', '-CAcreateserial',
                '-days', days, '-extfile', extensions, '-out', pem)
        key.chmod(0o600)
        return pem, key

    def revoke(self, *certificates, ends='20361231235959Z'):
        """Revokes these, and writes the list of all that it revoked so far, which ends then."""
        config, index, revoked = (self.folder / name for name in ('ca.cnf', 'index.txt', 'revoked.pem'))
        config.write_text(f'[ca]\ndefault_ca = this\n[this]\ndatabase = {index}\ndefault_md = sha256\n'
                          f'certificate = {self.file}\nprivate_key = {self.folder}/ca.key\n')
        index.touch()
        for certificate in certificates:
            openssl('ca', '-config', config, '-revoke', certificate)
        openssl('ca', '-config', config, '-gencrl', '-crl_lastupdate', '20260101000000Z', '-crl_nextupdate', ends, '-out', revoked)
        return revoked


def under_tls(authority):
    """How a Server of haechi_server.py is told to speak TLS under this authority, and to believe it."""
    certificate, key = authority.certify('server', 'IP:127.0.0.1')
    config = authority.folder / 'serve.toml'
    config.write_text(f'[tls]\ncertificate = "{certificate}"\nkey = "{key}"\nca = "{authority.file}"\n')
    return {'extra': ['--config', str(config)], 'context': ssl.create_default_context(cafile=str(authority.file))}
