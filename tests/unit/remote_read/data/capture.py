#!/usr/bin/env python3
"""Regenerates the captured answers in this directory from a real Prometheus.

Starts `prometheus` (2.42 or later, from PATH) with a block that `promtool` backfilled, lets it scrape a small exporter that
shows counters, gauges, series that come and go, and native histograms (in the protobuf format, the only one that has them), and keeps

    NAME.frames   the answer of type STREAMED_XOR_CHUNKS
    NAME.samples  the answer of type SAMPLES (2.42 leaves histograms out of it)
    NAME.json     what /api/v1/query says the samples are
    NAME.query    the range that was asked: start and end in milliseconds

for NAME = floats, histograms, backfilled. Float histograms are not among them: 2.42 fails to stream them. Takes about a minute; needs nothing but the standard library.
"""

import http.server
import json
import math
import pathlib
import random
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
SCRAPES = 150  # more than one chunk of 120 samples
INTERVAL = 0.25


# --- protobuf, by hand -------------------------------------------------------------------------------------------


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field, value):
    return varint(field << 3) + varint(value)


def signed(field, value):
    return number(field, value * 2 if value >= 0 else -value * 2 - 1)


def real(field, value):
    return varint(field << 3 | 1) + struct.pack("<d", value)


def nested(field, value):
    data = value if isinstance(value, bytes) else value.encode()
    return varint(field << 3 | 2) + varint(len(data)) + data


# --- the exporter ------------------------------------------------------------------------------------------------


def spans(buckets):
    result, following = [], None
    for bucket in buckets:
        if following is not None and bucket == following:
            result[-1][1] += 1
        else:
            result.append([bucket - (following or 0), 1])
        following = bucket + 1
    return result


def histogram(schema, threshold, zero, total, positive, negative):
    """A dto.Histogram; positive and negative: {bucket number: count}."""
    count = zero + sum(positive.values()) + sum(negative.values())
    out = number(1, count) + real(2, total) + signed(5, schema) + real(6, threshold) + number(7, zero)
    for buckets, span_field, delta_field in ((negative, 9, 10), (positive, 12, 13)):
        last = 0
        for offset, length in spans(sorted(buckets)):
            out += nested(span_field, signed(1, offset) + number(2, length))
        for bucket in sorted(buckets):
            out += signed(delta_field, buckets[bucket] - last)
            last = buckets[bucket]
    return out


class Exporter:
    """What the scrape number `n` sees."""

    def __init__(self):
        self.n = -1
        self.random = random.Random(4)
        self.latency = {}  # one native histogram
        self.total = 0.0
        self.zero = 0

    def scrape(self):
        self.n += 1
        n = self.n
        families = [
            self.family("golden_counter", 0, {}, nested(3, real(1, 7.0 * (n % 90)))),
            self.family("golden_gauge", 1, {"kind": "random"}, nested(2, real(1, self.random.random()))),
            self.family("golden_gauge_ok", 1, {"kind": "constant"}, nested(2, real(1, 1.0))),
            self.family("golden_big", 1, {"unicode": "größe"}, nested(2, real(1, math.sin(n) * 10.0 ** (n % 40 - 20)))),
        ]
        if n % 10 < 7:  # stale markers
            families.append(self.family("golden_flaky", 1, {}, nested(2, real(1, float(n)))))
        if n == 100:  # a counter reset
            self.latency, self.total, self.zero = {}, 0.0, 0
        for _ in range(n % 3):
            bucket = self.random.choice([-3, 0, 1, 2, 5] if n < 40 else [-3, 0, 1, 2, 5, 9, -12])
            self.latency[bucket] = self.latency.get(bucket, 0) + 1
            self.total += 2.0 ** (bucket / 8)
        self.zero += n % 2
        if not 60 <= n < 64:  # stale markers again
            families.append(self.family("golden_latency", 4, {}, nested(7, histogram(3, 2.0**-128, self.zero, self.total, self.latency, {}))))
        two = {1: n, 4: 2 * n} if n < 70 else {1: 3 * n}
        families.append(self.family("golden_signed", 4, {}, nested(7, histogram(1 if n < 70 else 0, 0.001, n, -1.5 * n, two, {3: n, 7: 1}))))
        return b"".join(varint(len(f)) + f for f in families)

    @staticmethod
    def family(name, kind, labels, metric):
        body = b"".join(nested(1, nested(1, k) + nested(2, v)) for k, v in sorted(labels.items())) + metric
        return nested(1, name) + nested(2, "Captured for tests.") + number(3, kind) + nested(4, body)


def serve(exporter):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            body = exporter.scrape()
            self.send_response(200)
            self.send_header("Content-Type", "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


# --- Prometheus ----------------------------------------------------------------------------------------------------


def backfill(directory, start):
    """Two hours with gaps, irregular steps, resets and special values, as a block of its own."""
    rng = random.Random(5)
    lines = {"golden_old_counter_total": [], "golden_old_gauge": [], "golden_old_special": []}
    specials = ["NaN", "+Inf", "-Inf", "0", "-0", "5e-324", "1.7976931348623157e+308", "1"]
    moment, total = float(start), 0
    for i in range(240):
        moment += 30 if i % 5 else rng.choice([0.001, 29.5, 30.25, 31, 200])
        total = 0 if i == 130 else total + rng.randrange(1000)
        at = f"{moment:.3f}"
        lines["golden_old_counter_total"].append(f"golden_old_counter_total {total} {at}")
        if i % 50 < 30:
            lines["golden_old_gauge"].append(f'golden_old_gauge{{a="b"}} {rng.random()!r} {at}')
        lines["golden_old_special"].append(f"golden_old_special {rng.choice(specials)} {at}")
    text = "# TYPE golden_old_counter counter\n" + "\n".join(lines.pop("golden_old_counter_total")) + "\n"
    for name, samples in lines.items():
        text += f"# TYPE {name} gauge\n" + "\n".join(samples) + "\n"
    (directory / "old.txt").write_text(text + "# EOF\n")
    subprocess.run(["promtool", "tsdb", "create-blocks-from", "openmetrics", "old.txt", "data"], cwd=directory, check=True, stdout=subprocess.DEVNULL)
    return moment


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start_prometheus(directory, target):
    (directory / "prometheus.yml").write_text(
        f"global: {{scrape_interval: {int(INTERVAL * 1000)}ms, scrape_timeout: {int(INTERVAL * 1000)}ms}}\n"
        f'scrape_configs: [{{job_name: golden, static_configs: [{{targets: ["127.0.0.1:{target}"], labels: {{instance: golden}}}}]}}]\n'
    )
    port = free_port()
    process = subprocess.Popen(
        ["prometheus", "--config.file=prometheus.yml", "--storage.tsdb.path=data", f"--web.listen-address=127.0.0.1:{port}", "--enable-feature=native-histograms", "--log.level=warn"],
        cwd=directory,
    )
    return process, f"http://127.0.0.1:{port}"


def snappy_literals(data):
    """A snappy block without compression."""
    out = varint(len(data))
    for i in range(0, len(data), 60):
        piece = data[i : i + 60]
        out += bytes([(len(piece) - 1) << 2]) + piece
    return out


def read(url, matcher, start, end, streamed):
    query = number(1, start) + number(2, end) + nested(3, number(1, 2) + nested(2, "__name__") + nested(3, matcher))
    body = snappy_literals(nested(1, query) + number(2, 1 if streamed else 0))
    headers = {"Content-Encoding": "snappy", "Content-Type": "application/x-protobuf", "X-Prometheus-Remote-Read-Version": "0.1.0"}
    with urllib.request.urlopen(urllib.request.Request(url + "/api/v1/read", body, headers)) as answer:
        expected = "application/x-streamed-protobuf" if streamed else "application/x-protobuf"
        assert answer.headers["Content-Type"].startswith(expected), answer.headers
        return answer.read()


def capture(url, name, matcher, start, end):
    parameters = urllib.parse.urlencode({"query": f'{{__name__=~"{matcher}"}}[{end - start}ms]', "time": f"{end / 1000:.3f}"})
    with urllib.request.urlopen(f"{url}/api/v1/query?{parameters}") as answer:
        result = json.load(answer)
    assert result["status"] == "success" and result["data"]["result"], result
    (HERE / f"{name}.frames").write_bytes(read(url, matcher, start, end, True))
    if name != "histograms":
        (HERE / f"{name}.samples").write_bytes(read(url, matcher, start, end, False))
    (HERE / f"{name}.json").write_text(json.dumps(result["data"]["result"], separators=(",", ":"), ensure_ascii=False) + "\n")
    (HERE / f"{name}.query").write_text(f"{start} {end}\n")


def main():
    directory = pathlib.Path(tempfile.mkdtemp())
    exporter = Exporter()
    server = serve(exporter)
    now = int(time.time())
    old_start = now - 6 * 3600
    old_end = backfill(directory, old_start)
    process, url = start_prometheus(directory, server.server_port)
    try:
        while exporter.n < SCRAPES:
            time.sleep(INTERVAL)
            assert process.poll() is None, "prometheus ended"
        end = int(time.time() * 1000)
        # Ranges that cut chunks at both ends.
        capture(url, "floats", "golden_(counter|gauge.*|big|flaky)", end - 35_000, end - 1_500)
        capture(url, "histograms", "golden_(latency|signed)", end - 35_000, end - 1_500)
        capture(url, "backfilled", "golden_old_.*", (old_start + 600) * 1000, int(old_end - 600) * 1000)
    except urllib.error.HTTPError as error:
        raise SystemExit(f"{error.url}: {error} {error.read()}") from error
    finally:
        process.terminate()
        process.wait()
        server.shutdown()
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
