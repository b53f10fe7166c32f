"""Certificates for the end-to-end tests, made by the openssl command."""
import pathlib
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
