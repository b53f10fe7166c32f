"""./x tidy: the rules that a reader relies on, checked.

Formatting; who may include whom (the table of ARCHITECTURE.md); no clocks, threads or unordered iteration in pure
rooms; every path named in a document exists; every room has a README and a row in the room table; every use of ciphers is named.
"""
import pathlib
import re
import subprocess
import sys

TOP = pathlib.Path(__file__).resolve().parent.parent
PURE = {'geo', 'law', 'monitor', 'dispatch', 'cases', 'picture'}
# Words that would let time, chance or the outside world into a pure room.
BANNED_IN_PURE = [r'<chrono>', r'<random>', r'<thread>', r'<mutex>', r'<iostream>', r'<fstream>', r'<filesystem>',
                  r'\bgetenv\b', r'\bSystemClock\b', r'\brandom_secret\b', r'<unordered_map>', r'<unordered_set>',
                  r'\bstd::rand\b', r'\btime\(nullptr\)']
LIBRARY_ROOMS = {r'"s2/|<s2/': {'geo'}, r'<boost/(beast|asio)': {'net', 'gateway', 'sim'}, r'<sqlite3\.h>': {'log', 'store'}}
FORBIDDEN_WORDS = {r'\b(FIX' r'ME|TO' r'DO|X' r'XX)\b': 'finish it, or say what is so'}
CIPHERS = re.compile(r'#include <(openssl/|argon2)|\bEVP_')
LINES_MAX = 600


def tracked(*patterns):
    out = subprocess.run(['git', 'ls-files', '-co', '--exclude-standard', '--', *patterns], cwd=TOP,
                         capture_output=True, text=True, check=True).stdout.split('\n')
    return sorted({name for name in out if name and (TOP / name).is_file()})


def room_of(name):
    parts = pathlib.Path(name).parts
    if parts[0] == 'src' and len(parts) > 2:
        return parts[1]
    if parts[:2] == ('sim', 'hunt'):
        return 'hunt'
    return 'sim' if parts[0] == 'sim' else None


def room_table():
    """The rows '| room | may use |' of ARCHITECTURE.md."""
    table, rows = {}, (TOP / 'ARCHITECTURE.md').read_text().splitlines()
    start = next(i for i, row in enumerate(rows) if row.replace(' ', '') == '|room|mayuse|')
    for row in rows[start + 2:]:
        if not row.startswith('|'):
            break
        cells = [cell.strip() for cell in row.strip('|').split('|')]
        for room in re.findall(r'\w+', cells[0]):
            table[room] = cells[1]
    return table


def allowed(table, room):
    text = table[room]
    every = set(table)
    if text.startswith('everything'):
        return every - set(re.findall(r'\w+', text.partition(' but ')[2]))
    return {word for word in re.findall(r'\w+', text) if word in every} | {room}


def check_includes(problems):
    table = room_table()
    rooms = {p.name for p in (TOP / 'src').iterdir() if p.is_dir()} | {'sim', 'hunt'}
    for room in sorted(rooms ^ set(table)):
        problems.append(f'ARCHITECTURE.md: room "{room}" is in the folder or the table, not in both')
    for name in tracked('*.h', '*.cc'):
        room = room_of(name)
        if room is None or room not in table:
            continue
        text = (TOP / name).read_text()
        may = allowed(table, room)
        for number, line in enumerate(text.splitlines(), 1):
            include = re.match(r'#include "(\w+)/', line)
            if include and include[1] in table and include[1] not in may and not name.endswith('_test.cc'):
                problems.append(f'{name}:{number}: {room} may not use {include[1]}')
            for pattern, homes in LIBRARY_ROOMS.items():
                if re.search(pattern, line) and '#include' in line and room not in homes and not name.endswith('_test.cc'):
                    problems.append(f'{name}:{number}: this library lives in {", ".join(sorted(homes))} only')
            if room in PURE and not name.endswith('_test.cc'):
                for pattern in BANNED_IN_PURE:
                    if re.search(pattern, line) and not line.strip().startswith('//'):
                        problems.append(f'{name}:{number}: {pattern} in a pure room')


def check_text(problems):
    for name in tracked('*.h', '*.cc', '*.py', '*.proto', '*.ts', '*.tsx', '*.mjs', 'x'):
        lines = (TOP / name).read_text(errors='replace').splitlines()
        if len(lines) > LINES_MAX and name.endswith(('.h', '.cc', '.ts', '.tsx', '.mjs')):
            problems.append(f'{name}: {len(lines)} lines; a file of {LINES_MAX} wants splitting')
        for number, line in enumerate(lines, 1):
            for pattern, remedy in FORBIDDEN_WORDS.items():
                if re.search(pattern, line):
                    problems.append(f'{name}:{number}: unfinished work: {remedy}')


def check_documents(problems):
    for name in tracked('*.md'):
        folder = (TOP / name).parent
        fenced = False
        for number, line in enumerate((TOP / name).read_text().splitlines(), 1):
            if line.startswith('```'):
                fenced = not fenced
            if fenced:
                continue
            for path in re.findall(r'`([\w./-]+/[\w./*-]*|[\w-]+\.(?:md|h|cc|py|toml|proto|scn))`', line) + \
                    re.findall(r'\]\(([^)#:]+)\)', line):
                if path.startswith(('/', '../shared', 'build/')) or '*' in path or path.startswith('api/v1'):
                    continue
                places = [TOP / path, folder / path, TOP / 'src' / path]
                if not any(place.exists() for place in places):
                    problems.append(f'{name}:{number}: names `{path}`, which does not exist')
    for room in sorted(p for p in (TOP / 'src').iterdir() if p.is_dir()) + [TOP / 'sim', TOP / 'sim' / 'hunt']:
        if not (room / 'README.md').exists():
            problems.append(f'{room.relative_to(TOP)}: no README.md')


def check_named_tests(problems):
    """Where a document names tests of a file, `src/x_test.cc` (SaysThis…, SaysThat…), that file has them."""
    for name in ('docs/promises.md', 'docs/checklist.md', 'docs/asvs.md', 'docs/faults.md', 'SECURITY.md'):
        for number, line in enumerate((TOP / name).read_text().splitlines(), 1):
            for path, said in re.findall(r'`([\w./-]+_test\.cc)` \(([^)]*)\)', line):
                file = next((place for place in (TOP / path, TOP / 'src' / path) if place.exists()), None)
                for test in re.findall(r'\b([A-Z][a-z]+[A-Z]\w+)', said) if file else ():
                    if test not in file.read_text():
                        problems.append(f'{name}:{number}: `{path}` has no test {test}')


def check_threats(problems):
    """SECURITY.md says of every room what threatens it; `base` has nothing that anybody outside reaches."""
    rooms = {p.name for p in (TOP / 'src').iterdir() if p.is_dir()} - {'base'}
    named = set()
    for row in re.findall(r'^\| ((?:`\w+`(?:, )?)+) \|', (TOP / 'SECURITY.md').read_text(), re.MULTILINE):
        named |= set(re.findall(r'\w+', row))
    for room in sorted(rooms - named):
        problems.append(f'SECURITY.md: no threats of the room "{room}"')


def asvs_totals(text):
    """The lines of docs/asvs.md that count its rows, as they have to be."""
    rows, chapter = [], ''
    names = {}
    for line in text.splitlines():
        if heading := re.match(r'## ((\d+) [^:]*)', line):
            chapter = heading[2]
            names[chapter] = heading[1]
        elif row := re.match(r'\| (\d+\.\d+\.\d+) \| ([123]) \|.*\| (met|not applicable|missing) \|', line):
            rows.append((chapter, row[1], row[2], row[3]))

    def count(some, state):
        return sum(row[3] == state for row in some)
    for chapter, name in names.items():
        some = [row for row in rows if row[0] == chapter]
        yield f'## {name}: {count(some, "met")} met, {count(some, "not applicable")} not applicable, {count(some, "missing")} missing'
    for level, label in (('1', '1'), ('2', '2'), ('3', '3, as far as taken'), ('123', 'all')):
        some = [row for row in rows if row[2] in level]
        yield (f'| {label} | {len(some)} | {count(some, "met")} | {count(some, "not applicable")} | '
               f'{count(some, "missing")} |')
    for level in '12':
        some = [row[1] for row in rows if row[2] == level and row[3] == 'missing']
        yield f'Missing at Level {level}: {", ".join(some) or "none"}.'


def check_asvs(problems):
    text = (TOP / 'docs/asvs.md').read_text()
    met = len(re.findall(r'^\| \d+\.\d+\.\d+ \| [123] \|.*\| met \|', text, re.MULTILINE))
    if f'Of the {met} met,' not in text:
        problems.append(f'docs/asvs.md: its rows make it: Of the {met} met,')
    problems += [f'docs/asvs.md: its rows make it: {line}' for line in asvs_totals(text) if line not in text.splitlines()]


def checklist_total(text):
    """The line of docs/checklist.md that counts its rows, as it has to be."""
    rows = re.findall(r'^\| D-\w+ \|.*\| (not applicable|missing|)[^|]* \|$', text, re.M)
    return f'| {len(rows)} | {rows.count("")} | {rows.count("not applicable")} | {rows.count("missing")} |'


def check_checklist(problems):
    text = (TOP / 'docs/checklist.md').read_text()
    if checklist_total(text) not in text.splitlines():
        problems.append(f'docs/checklist.md: its rows make it: {checklist_total(text)}')


def check_promises(problems):
    """The headings of docs/promises.md that count its rows, as they have to be."""
    states = ('held', 'in part', 'missing', 'not applicable')
    for part in (TOP / 'docs/promises.md').read_text().split('\n## ')[1:]:
        rows = re.findall(rf'^\| P?\d+ \|[^|]*\| ({"|".join(states)}) \|', part, re.MULTILINE)
        heading = part.partition('\n')[0]
        right = heading.partition(':')[0] + ': ' + ', '.join(f'{rows.count(state)} {state}' for state in states)
        if heading != right:
            problems.append(f'docs/promises.md: its rows make it: ## {right}')


def check_cryptography(problems):
    """docs/cryptography.md names every source that calls a library of ciphers, or its header."""
    text = (TOP / 'docs/cryptography.md').read_text()
    for name in tracked('src/*.h', 'src/*.cc'):
        of_tests = name.endswith('_test.cc') or '/test_' in name
        stem = name.rpartition('.')[0]
        if not of_tests and CIPHERS.search((TOP / name).read_text()) and f'`{stem}.' not in text:
            problems.append(f'docs/cryptography.md does not name {name}, which calls a library of ciphers')


def check_format(problems):
    files = tracked('*.h', '*.cc')
    run = subprocess.run(['clang-format-14', '--dry-run', '-Werror', *files], cwd=TOP, capture_output=True, text=True)
    for name in sorted(set(re.findall(r'^([\w./-]+):\d+:\d+: error', run.stderr, re.M))):
        problems.append(f'{name}: not as clang-format wants it (./x format)')


def main():
    problems = []
    for check in (check_format, check_includes, check_text, check_documents, check_named_tests, check_threats, check_asvs,
                  check_checklist, check_promises, check_cryptography):
        check(problems)
    for problem in problems:
        print(problem)
    print(f'{len(problems)} problems' if problems else 'tidy')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
