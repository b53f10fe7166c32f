#!/usr/bin/env python3
"""A second verifier of Haechi's evidence, for courts and auditors. It shares no code with the product: it was written
after docs/log_format.md and docs/evidence.md alone and needs nothing but Python 3.9 or later.

    verify_log.py log DIRECTORY [--checkpoint FILE] [--key NAME+ID+BASE64]...
    verify_log.py bundle FILE [--key NAME+ID+BASE64]... [--checkpoint FILE]

Prints what holds. The exit code is 1 when anything does not, with one sentence that says what.
"""
import argparse
import base64
import hashlib
import json
import pathlib
import shutil
import sqlite3
import struct
import sys
import tempfile


class Broken(Exception):
    """What does not hold, in a sentence."""


def require(held, sentence):
    if not held:
        raise Broken(sentence)


def sha256(data):
    return hashlib.sha256(data).digest()


# --- Ed25519 (RFC 8032), verification only -----------------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
ROOT_OF_MINUS_ONE = pow(2, (P - 1) // 4, P)


def point_add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % P, (p[1] + p[0]) * (q[1] + q[0]) % P
    c, d = 2 * p[3] * q[3] * D % P, 2 * p[2] * q[2] % P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % P, g * h % P, f * g % P, e * h % P


def point_multiply(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = point_add(result, point)
        point = point_add(point, point)
        scalar >>= 1
    return result


def point_read(data):
    y = int.from_bytes(data, 'little')
    sign, y = y >> 255, y & (1 << 255) - 1
    if y >= P:
        return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P:
        x = x * ROOT_OF_MINUS_ONE % P
    if (x * x - x2) % P or (x == 0 and sign):
        return None
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P


BASE_Y = 4 * pow(5, P - 2, P) % P
BASE = point_read(BASE_Y.to_bytes(32, 'little'))


def ed25519_holds(key, message, signature):
    a, r = point_read(key), point_read(signature[:32])
    s = int.from_bytes(signature[32:], 'little')
    if a is None or r is None or s >= L:
        return False
    k = int.from_bytes(hashlib.sha512(signature[:32] + key + message).digest(), 'little') % L
    left, right = point_multiply(s, BASE), point_add(r, point_multiply(k, a))
    return not ((left[0] * right[2] - right[0] * left[2]) % P or (left[1] * right[2] - right[1] * left[2]) % P)


# --- Signed notes and checkpoints --------------------------------------------------------------------------------------

def read_base64(text):
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return data if base64.b64encode(data).decode() == text else None


class Key:
    """A public key, "name+id+base64"."""

    def __init__(self, text):
        parts = text.strip().split('+', 2)
        require(len(parts) == 3, 'the key is not of the form name+id+base64')
        typed = read_base64(parts[2])
        require(typed is not None and len(typed) == 33 and typed[0] in (1, 4), 'the key is not of Ed25519')
        self.text, self.name, self.use, self.bytes = text.strip(), parts[0], typed[0], typed[1:]
        self.id = sha256(self.name.encode() + b'\n' + typed)[:4]
        require(self.id.hex() == parts[1], 'the key does not have the id it names')

    def signed(self, note):
        for name, key_id, signature in note.signatures:
            if (name, key_id) != (self.name, self.id):
                continue
            message = note.body
            if self.use == 4 and len(signature) == 72:
                seconds = struct.unpack('>Q', signature[:8])[0]
                message, signature = b'cosignature/v1\ntime %d\n' % seconds + message, signature[8:]
            if len(signature) == 64 and ed25519_holds(self.bytes, message, signature):
                return True
        return False


class Keys:
    """The keys of one log: several where one took the place of another."""

    def __init__(self, texts):
        require(texts, 'the key of the log is missing')
        self.keys = [Key(text) for text in texts]
        self.name, self.text = self.keys[0].name, ', '.join(key.text for key in self.keys)
        require(all(key.name == self.name for key in self.keys), 'the keys are of several logs')

    def signed(self, note):
        return any(key.signed(note) for key in self.keys)

    def with_next(self, evidence):
        """And the key that one of them says comes after it, if a note in the directory says so."""
        path = evidence / 'succession'
        if not path.is_file():
            return self
        note = Note(path.read_bytes(), str(path))
        lines = note.body.decode(errors='replace').split('\n')
        if not self.signed(note) or lines[:2] != [self.name, 'next key'] or len(lines) != 4:
            return self
        return Keys([key.text for key in self.keys] + [lines[2]])


class Note:
    def __init__(self, data, what):
        body, separator, lines = data.rpartition(b'\n\n')
        require(separator and data.endswith(b'\n'), what + ' is no signed note')
        self.body, self.signatures = body + b'\n', []
        for line in lines[:-1].split(b'\n'):
            parts = line.decode(errors='replace').split(' ')
            signature = read_base64(parts[2]) if len(parts) == 3 and parts[0] == '\u2014' else None
            require(signature is not None and len(signature) > 4, what + ' has a line that is no signature')
            self.signatures.append((parts[1], signature[:4], signature[4:]))


class Checkpoint:
    def __init__(self, data, key, what):
        note = Note(data, what)
        require(key.signed(note), what + ' is not signed by ' + key.name)
        lines = note.body.decode(errors='replace').split('\n')
        require(len(lines) >= 4, what + ' is no checkpoint')
        self.what, self.origin, self.root = what, lines[0], read_base64(lines[2])
        require(lines[1].isascii() and lines[1].isdigit() and self.root is not None and len(self.root) == 32,
                what + ' is no checkpoint')
        require(self.origin == key.name, what + ' is of another log')
        self.size = int(lines[1])


# --- The Merkle tree (RFC 6962) ----------------------------------------------------------------------------------------

def entry_of(number, stamp, fact):
    return struct.pack('>QQ', number, stamp) + sha256(fact)


def leaf_hash(entry):
    return sha256(b'\0' + entry)


def node_hash(left, right):
    return sha256(b'\1' + left + right)


class Tree:
    """The right edge of a tree that grows."""

    def __init__(self):
        self.size, self.edge = 0, []

    def add(self, leaf):
        size = self.size
        while size & 1:
            leaf = node_hash(self.edge.pop(), leaf)
            size >>= 1
        self.edge.append(leaf)
        self.size += 1

    def root(self):
        if not self.edge:
            return sha256(b'')
        result = self.edge[-1]
        for left in reversed(self.edge[:-1]):
            result = node_hash(left, result)
        return result


def root_by_proof(index, size, leaf, proof):
    """The root that the proof leads to; None when the proof is too long or too short."""
    proof = list(proof)

    def climb(index, size):
        if size == 1:
            return leaf
        left = 1 << (size - 1).bit_length() - 1
        if not proof:
            raise ValueError
        beside = proof.pop()
        if index < left:
            return node_hash(climb(index, left), beside)
        return node_hash(beside, climb(index - left, size - left))

    try:
        root = climb(index, size)
    except ValueError:
        return None
    return None if proof else root


# --- The log at rest ---------------------------------------------------------------------------------------------------

def make_crc_table():
    table = []
    for value in range(256):
        for _ in range(8):
            value = value >> 1 ^ (0x82F63B78 if value & 1 else 0)
        table.append(value)
    return table


CRC_TABLE = make_crc_table()


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def read_watermark(path):
    require(path.is_file(), 'the watermark file is missing')
    data, marks = path.read_bytes(), []
    for slot in range(2):
        mark = data[slot * 4096:slot * 4096 + 80]
        if len(mark) < 80 or mark[:8] != b'HAEMARK1':
            continue
        identity, turn, number, digest, crc = struct.unpack('>16sQQ32sQ', mark[8:])
        if crc == crc32c(mark[:72]):
            marks.append((turn, identity, number, digest))
    require(marks, 'the watermark file is damaged')
    return max(marks)


def records_of(directory):
    """Every record in order, checked against its number, checksum and chain, and the log against its watermark."""
    _, identity, marked, marked_digest = read_watermark(directory / 'watermark')
    database = directory / 'log.sqlite'
    require(database.is_file() and database.stat().st_size > 0, 'the database file is missing or empty')
    with tempfile.TemporaryDirectory() as copy:  # SQLite may write beside what it reads
        for name in ('log.sqlite', 'log.sqlite-wal'):
            if (directory / name).is_file():
                shutil.copyfile(directory / name, pathlib.Path(copy) / name)
        connection = sqlite3.connect(pathlib.Path(copy) / 'log.sqlite')
        try:
            yield from checked_records(connection, identity, marked, marked_digest)
        except (sqlite3.Error, UnicodeDecodeError) as error:  # the latter: a broken name in its message
            raise Broken(f'the database cannot be read: {error}') from error
        finally:
            connection.close()


def checked_records(connection, identity, marked, marked_digest):
    connection.text_factory = bytes
    require(connection.execute('PRAGMA application_id').fetchone() == (0x4841454C,), 'this is no log of Haechi')
    require(connection.execute('PRAGMA user_version').fetchone() == (1,), 'this log is of another version')
    require(connection.execute('SELECT id, identity FROM log').fetchall() == [(1, identity)],
            'database and watermark are of two logs')
    require(connection.execute('PRAGMA integrity_check').fetchall() == [(b'ok',)], 'the database is damaged')
    number, digest, stamp = 0, bytes(32), 0
    if marked == 0:
        require(marked_digest == digest, 'the watermark names no record of this log')
    for row in connection.execute('SELECT no, stamp, crc, digest, fact FROM record ORDER BY no'):
        number += 1
        require([type(value) for value in row] == [int, int, int, bytes, bytes] and len(row[3]) == 32,
                f'record {number} is damaged')
        require(row[0] == number, f'record {number} is missing')
        require(row[1] > stamp, f'the stamp of record {number} does not rise')
        stamp, fact = row[1], row[4]
        body = struct.pack('>QQ', number, stamp) + fact
        require(crc32c(body + row[3]) == row[2], f'record {number} is damaged')
        digest = sha256(digest + body)
        require(digest == row[3], f'record {number} does not continue the one before')
        if number == marked:
            require(digest == marked_digest, f'record {number} is not the one that the watermark names')
        yield number, stamp, fact
    require(number >= marked, f'records {number + 1} to {marked} are missing: they were acknowledged')


def check_tree_files(directory, size):
    """The upper hashes must follow from the entries."""
    below = [leaf_hash(entry) for entry in entries_in(directory, size)]
    for level in range(1, 8):
        above = []
        for first in range(0, len(below) // 256 * 256, 256):
            tree = Tree()
            for node in below[first:first + 256]:
                tree.add(node)
            above.append(tree.root())
        path = directory / f'level{level}'
        stored = path.read_bytes() if path.is_file() else b''
        require(stored[:32 * len(above)] == b''.join(above), f'{path.name} does not follow from the entries')
        below = above


def entries_in(directory, size):
    path = directory / 'entries'
    data = path.read_bytes() if path.is_file() else b''
    require(len(data) >= size * 48, 'the entries file is too short')
    return [data[at * 48:at * 48 + 48] for at in range(size)]


def verify_log(directory, kept=None, key=None):
    """What was checked, as lines. Raises Broken."""
    directory = pathlib.Path(directory)
    evidence = directory / 'evidence'
    log = directory / 'log' if (directory / 'log').is_dir() else directory
    checkpoints = []
    own = (evidence / 'checkpoint').is_file()
    if own or kept:
        if key is None:
            require((evidence / 'key.pub').is_file(), 'the key of the log is missing')
            text = (evidence / 'key.pub').read_bytes().decode(errors='replace')
            key = Keys(text.splitlines())
            require(text == ''.join(one.text + '\n' for one in key.keys), 'the key of the log is damaged')
        elif isinstance(key, Keys):
            key = key.with_next(evidence)
        paths = [evidence / name for name in ('checkpoint', 'witnessed') if (evidence / name).is_file()]
        for path in paths + ([pathlib.Path(kept)] if kept else []):
            checkpoints.append(Checkpoint(path.read_bytes(), key, str(path)))
    entries = entries_in(evidence, checkpoints[0].size) if own else []
    tree, roots = Tree(), {0: sha256(b'')}
    wanted = {one.size for one in checkpoints}
    for number, stamp, fact in records_of(log):
        entry = entry_of(number, stamp, fact)
        require(number > len(entries) or entries[number - 1] == entry,
                f'record {number} is not the entry of its number in the tree')
        tree.add(leaf_hash(entry))
        if tree.size in wanted:
            roots[tree.size] = tree.root()
    for one in checkpoints:
        require(one.size <= tree.size, f'{one.what} names {one.size} records, the log has {tree.size}: cut or rolled back')
        require(roots[one.size] == one.root,
                f'the first {one.size} records are not those that {one.what} names: changed, or another branch')
    if own:
        check_tree_files(evidence, checkpoints[0].size)
    lines = [f'records     {tree.size}', f'root        {base64.b64encode(tree.root()).decode()}']
    return lines + [f'checkpoint  {one.size} records, {one.what}: holds' for one in checkpoints]


# --- Bundles -----------------------------------------------------------------------------------------------------------

def verify_bundle(path, kept=None, key=None):
    """What was checked, as lines. Raises Broken."""
    try:
        return checked_bundle(path, kept, key)
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise Broken(f'this is no bundle: {error!r}') from error


def checked_bundle(path, kept, key):
    lines = pathlib.Path(path).read_bytes().split(b'\n')
    require(len(lines) >= 4 and lines[-1] == b'', 'the bundle is cut')
    rows = [json.loads(line) for line in lines[:-1]]
    require(all(isinstance(row, dict) for row in rows) and 'bundle' in rows[0] and 'signature' in rows[-1],
            'this is no bundle')
    head = rows[0]['bundle']
    key = key or Key(head['key'])
    note = Note(rows[-1]['signature'].encode(), 'the signature of the bundle')
    signed = b'\n'.join(lines[:-2]) + b'\n'
    require(note.body == f'{key.name}/bundle\n{sha256(signed).hex()}\n'.encode(), 'the bundle is not the one that was signed')
    require(key.signed(note), 'the bundle is not signed by ' + key.name)
    checkpoint = Checkpoint(head['checkpoint'].encode(), key, 'the checkpoint of the bundle')
    proven = {}
    for row in rows[1:-1]:
        if 'entry' in row:
            entry = row['entry']
            number, stamp = int(entry['no']), int(entry['stamp_us'])
            if 'fact' in entry:
                fact = read_base64(entry['fact'])
                require(fact is not None, f'entry {number} is no base64')
                data = entry_of(number, stamp, fact)
                proven[number] = with_place(number, fact, entry.get('place'))
            else:
                data = struct.pack('>QQ', number, stamp) + bytes.fromhex(entry['fact_sha256'])
                proven[number] = None
            proof = [read_base64(one) for one in entry['proof']]
            require(1 <= number <= checkpoint.size and all(one and len(one) == 32 for one in proof) and
                    root_by_proof(number - 1, checkpoint.size, leaf_hash(data), proof) == checkpoint.root,
                    f'entry {number} is not in the log')
        else:
            told = next(iter(row.values()))
            require(int(told['entry_no']) in proven, f'a line rests on entry {told["entry_no"]}, which is not proven')
            if 'track' in row:
                check_track(told, proven[int(told['entry_no'])])
            if 'violation' in row:
                check_violation(told['violation'], proven[int(told['entry_no'])], told['entry_no'])
    if kept:
        other = Checkpoint(pathlib.Path(kept).read_bytes(), key, kept)
        require(other.size != checkpoint.size or other.root == checkpoint.root, f'{kept} is of another branch')
    return [f'log         {checkpoint.origin}, {checkpoint.size} records', f'entries     {len(proven)} proven',
            f'key         {key.text}']


def each_field(message):
    """(number, value) of a serialized protocol-buffer message; integers or bytes."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        tag = varint()
        if tag & 7 == 0:
            yield tag >> 3, varint()
        else:
            size = {1: 8, 5: 4}.get(tag & 7) or varint()
            yield tag >> 3, message[at:at + size]
            at += size


def fields_of(message):
    return dict(each_field(message))


def with_place(number, fact, place):
    """The fact that tells a place: the entry's own, or the sealed part shown beside it (erasure.proto, Sealed)."""
    if place is None:
        return fact
    part = read_base64(place)
    commitments = [fields_of(sealed).get(4) for field, sealed in each_field(fact) if field == 50]
    require(part is not None and sha256(part) in commitments, f'the place of entry {number} is not the one that was sealed')
    if 24 in fields_of(part[16:]):  # parts of one message follow each other
        return {'violation': fields_of(fact)[24] + fields_of(part[16:])[24]}
    shown, device = fields_of(fields_of(fields_of(part[16:])[1])[1]), fields_of(fields_of(fields_of(fact)[1])[1])[1]
    return {'device': device, 'fix': shown[5]}


def zigzag(value):
    return value >> 1 ^ -(value & 1)


def check_track(told, fact):
    """A point of the track must be what the fact of its entry says (fact.proto, device.proto, geo.proto)."""
    if isinstance(fact, dict):
        device, fix = fact['device'], fields_of(fact['fix'])
    else:
        report = fields_of(fields_of(fields_of(fact)[1])[1])
        device, fix = report[1], fields_of(report[5])
    place = fields_of(fix[1])
    said = (device.decode(), fix[2], zigzag(place.get(1, 0)), zigzag(place.get(2, 0)), fix.get(3, 0))
    require(said == (told['device_id'], int(told['fixed_at_us']), told['lat_e7'], told['lng_e7'], told['accuracy_mm']),
            f'the track point of entry {told["entry_no"]} is not what the entry says')


# By their numbers in effect.proto, AlertKind.
KINDS = ('UNSPECIFIED KEEP_AWAY NEAR_MAP NEAR_POLICE NEAR_WARN EXCLUSION EXCLUSION_BUFFER EXCLUSION_POLICE INCLUSION CURFEW '
         'STRAP_CUT CASE_OPENED JAMMED POWER_OFF UNPAIRED SOS SILENCE PROTECTED_SILENCE LOW_BATTERY APPROACHING UNACCOUNTED_NEAR '
         'IMPLAUSIBLE NO_CONTACT TRAVEL_AREA AREA_OUTAGE').split()


def check_violation(told, fact, number):
    """A violation that another system judged must be what the fact of its entry says (fact.proto, geo.proto)."""
    said = fields_of(fact['violation'] if isinstance(fact, dict) else fields_of(fact)[24])
    place, told_place = fields_of(said.get(12, b'')), told.get('place', {})
    words = {1: 'id', 2: 'source', 4: 'wearer_id', 5: 'protected_id', 6: 'order_id', 7: 'zone_id', 10: 'outcome'}
    same = all(said.get(field, b'').decode() == told.get(name, '') for field, name in words.items())
    numbers = (said.get(8, 0), said.get(9, 0), zigzag(said.get(11, 0)), zigzag(place.get(1, 0)), zigzag(place.get(2, 0)))
    require(same and 'ALERT_KIND_' + KINDS[said[3]] == told['kind'] and numbers == (
        int(told['happened_at_us']), int(told.get('ended_at_us', 0)), int(told.get('distance_mm', 0)),
        told_place.get('lat_e7', 0), told_place.get('lng_e7', 0)), f'the violation of entry {number} is not what the entry says')


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('what', choices=('log', 'bundle'))
    parser.add_argument('path')
    parser.add_argument('--checkpoint', help='a checkpoint that was kept elsewhere')
    parser.add_argument('--key', action='append', help='the public key of the log, kept elsewhere; again where it changed')
    chosen = parser.parse_args()
    try:
        key = Keys(chosen.key) if chosen.key else None
        for line in (verify_log if chosen.what == 'log' else verify_bundle)(chosen.path, chosen.checkpoint, key):
            print(line)
    except (Broken, OSError) as error:
        print(f'verify_log: {error}', file=sys.stderr)
        sys.exit(1)
    print('ok')


if __name__ == '__main__':
    main()
