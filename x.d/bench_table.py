"""docs/benchmarks.md: what `./x bench --table` measured in one run, and how far it is from what the machine could do."""
import os
import pathlib
import platform


def table(head, rows):
    """Lines of a table; none where nothing was measured."""
    if not rows:
        return []
    return ['| ' + ' | '.join(head) + ' |', '|' + '---|' * len(head),
            *('| ' + ' | '.join(str(cell) for cell in row) + ' |' for row in rows)]


def measured(results, labels):
    return [(label, results[name]) for name, label in labels if name in results]


def write(results, path):
    limits = results['limits']
    limit_us = limits['fdatasync_p50_us'] + limits['round_trip_p50_us']
    ms = lambda us: f'{us / 1000:.2f}' if us is not None else ''
    times = lambda p50_ms: f'{p50_ms * 1000 / limit_us:,.0f}' if p50_ms is not None else ''
    lines = [
        '# Benchmarks', '',
        'Written by `./x bench --table`; nothing here is typed by hand. Generator and server share one machine '
        f'({os.cpu_count()} processors, {platform.processor() or platform.machine()}), so either takes from the other. Times of '
        '`paced` count from when a report was due, so a stall is not spared the reports that it held up; others are closed-loop. '
        '`busy`: the share of one processor that the generator needed; near 1 it was what is measured.', '',
        f'The machine: a synced page takes {limits["fdatasync_p50_us"]} µs (p99 {limits["fdatasync_p99_us"]}), a byte to another process '
        f'and back {limits["round_trip_p50_us"]} µs (p99 {limits["round_trip_p99_us"]}). Durable before acknowledged cannot be faster '
        f'than both together, {limit_us:.0f} µs: `limits` says how many times that the half of all take. A device is answered 20 ms '
        'after its report has come at the earliest, on purpose (`src/gateway/mqtt_limits.h`).', '',
        '## Reports, durable before they are acknowledged', '']
    lines += table(
        ['what', 'connections', 'reports/s', 'p50 ms', 'limits', 'p99 ms', 'p99.9 ms', 'max ms', 'server, s per million', 'generator busy',
         'bytes an entry', 'start again, s'],
        [[label, row['connections'], f'{row["per_s"]:,.0f}', ms(row['ack_p50_us']), times(row['ack_p50_us'] / 1000), ms(row['ack_p99_us']),
          ms(row['ack_p999_us']), ms(row['ack_max_us']), row['server_cpu_s_per_million'], row['busy'], row['bytes_per_entry'],
          row['restart_s']] for label, row in measured(results, (
              ('ingest', 'MQTT QoS 1'), ('ingest_2000', 'MQTT QoS 1'), ('ingest_tls', 'MQTT QoS 1, TLS'),
              ('ingest_apart', 'MQTT QoS 1, keys in a process of their own'), ('ingest_http', 'HTTP, protobuf'),
              ('paced_5000', 'MQTT, paced at 5,000/s'), ('paced_20000', 'MQTT, paced at 20,000/s')))])
    lines += ['', 'An entry holds one report sealed under its wearer\'s key, with chain and checksums. Closed-loop, each connection keeps 50 '
              'reports on their way, so their times are the length of the queue.', '',
              '## From a report to the signed message at another agency', '',
              'The report is an approach that breaks an order; the message is a hand-off at a CAD of its own process, over HTTP but where TLS is said.', '']
    lines += table(
        ['other reports/s', 'alerts', 'received', 'p50 ms', 'limits', 'p99 ms', 'p99.9 ms', 'max ms'],
        [[f'{row["background_per_s"]:,}{label}', f'{row["alerts"]:,}', f'{row["received"]:,}', f'{row["p50_ms"]:.2f}', times(row['p50_ms']),
          f'{row["p99_ms"]:.2f}', f'{row["p999_ms"]:.2f}', f'{row["max_ms"]:.2f}'] for label, row in measured(results, (
              ('webhook', ''), ('webhook_5000', ''), ('webhook_tls', ', all under TLS'),
              ('webhook_apart', ', keys in a process of their own'), ('webhook_20000', '')))])
    lines += ['', '## From a report to the screen of a patrol car, and to a thousand screens', '',
              'A car is told by the first message that names him to the car that is sent, over its WebSocket at the built-in desk. All '
              'cars and 20 dispatchers see places as well. The control room is told when the last of its screens is.', '']
    lines += table(
        ['what', 'screens', 'other reports/s', 'alerts', 'received', 'p50 ms', 'limits', 'p99 ms', 'max ms', 'screens busy'],
        [[label, f'{row["screens"]:,}', f'{row["background_per_s"]:,}', f'{row["alerts"]:,}', f'{row["received"]:,}',
          f'{row["p50_ms"]:.2f}', times(row['p50_ms']), f'{row["p99_ms"]:.2f}', f'{row["max_ms"]:.2f}', row['busy']]
         for label, row in measured(results, (
             ('field', 'patrol car'), ('field_5000', 'patrol car'), ('field_20000', 'patrol car'),
             ('viewers', 'control room, the last screen; five alerts a second')))])
    if row := results.get('recovery'):
        lines += ['', '## Starting again', '',
                  f'{row["wearers"]:,} wearers with orders, {row["entries"]:,} entries in the log; seconds until a start takes reports.', '']
        lines += table(['whole log', 'snapshot', 'the snapshot, MB', 'an orderly stop that writes one'],
                       [[row['whole_log_s'], row['snapshot_s'], f'{row["snapshot_bytes"] / 1e6:,.0f}', row['last_snapshot_s']]])
    if row := results.get('memory'):
        lines += ['', '## Memory', '',
                  'Of the whole process, for each wearer with his protected person, two devices and an order.', '']
        lines += table(['', 'heap, bytes', 'resident, bytes'],
                       [[label, f'{row[f"{at}_heap_bytes_per_wearer"]:,}', f'{row[f"{at}_resident_bytes_per_wearer"]:,}'] for at, label in (
                           ('registered', 'registered'), ('reporting', 'after 20 minutes of a report every 15 s from both'))])
    if row := results.get('day'):
        lines += ['', '## A day of one person', '',
                  'Of people who report every 15 s, out of a log that holds as long of all of them. Read page '
                  'after page over REST after a restart; ms. At once: the first that is asked for. Log and index are sealed and in the page cache. '
                  'Bytes: the file of the index over the fixes in it. Processor time: of the whole node while it makes the index from the log.', '']
        lines += table(['people', 'entries', 'fixes of one', 'at once', 'p50 of 20 people', 'max', 'bytes a fix (goal)', 'µs of a processor for an entry'],
                       [[f'{row["people"]:,}', f'{row["entries"]:,}', f'{row["fixes"]:,}', f'{row["at_once_ms"]:,}', f'{row["p50_ms"]:,}',
                         f'{row["max_ms"]:,}', f'{row["bytes_a_fix"]} ({row["goal_bytes_a_fix"]})', row['index_cpu_us_an_entry']]])
    if grid := results.get('engine', {}).get('cells'):
        least = min(cell['ns_per_report'] for cell in grid)
        lines += ['', '## The engine alone, and what growth costs', '',
                  'Processor time of one thread for one report, everyone reporting in an order that no cache foresees. `bytes`: of the engine, for '
                  'each wearer with his protected person, two devices, an order, and 36 rounds of reports behind them (fewer at a million).', '']
        lines += table(['wearers', 'zones', 'rules for each', 'ns a report', 'times the least', 'reports/s', 'bytes for each wearer'],
                       [[f'{cell["wearers"]:,.0f}', f'{cell["zones"]:,.0f}', f'{cell["pairs"]:.0f}', f'{cell["ns_per_report"]:,.0f}',
                         f'{cell["ns_per_report"] / least:.1f}', f'{cell["reports_per_s"]:,.0f}', f'{cell["bytes_per_wearer"]:,.0f}']
                        for cell in grid])
    lines += ['', '## What one would take instead', '',
              'In the same run. None of them joins orders, persons and agencies; they take a position and, PostGIS, compare it with 10,000 '
              'places.', '']
    lines += table(
        ['what', 'connections', 'positions/s', 'p50 ms', 'p99 ms', 'durable when acknowledged'],
        [[label, row.get('connections', 200), f'{row["per_s"]:,.0f}', ms(row['ack_p50_us']), ms(row['ack_p99_us']), durable]
         for (label, durable), row in measured(results, (
             ('postgis', ('PostgreSQL 15 and PostGIS, one insert a commit, trigger with ST_DWithin', 'yes')),
             ('redis', ('Redis GEOADD, appendfsync always, 50 to a batch', 'yes, the last place only')),
             ('mosquitto', ('Mosquitto QoS 1 with persistence, the same generator', 'no'))))])
    lines += ['', 'More of the engine, and what was won where: `docs/running.md`. Judgement: `docs/judge.md`. Map and screens: `docs/maps.md`.', '']
    pathlib.Path(path).write_text('\n'.join(lines))
