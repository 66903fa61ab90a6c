#!/usr/bin/env python3
"""Fits the constants of llmsim to traces of real LLM serving, and prints them with their sources.

Usage: fit_traces.py FOLDER

FOLDER holds latencyprism_sentinel_normal_vllm.csv (vLLM engine steps of a 70B model on A100),
dcgm_h100_247gpus_20250718.csv (one scrape of a fleet), AzureLLMInferenceTrace_{code,conv}.csv and
conversation_trace.jsonl (Mooncake). Python's standard library only. docs/testbed.md explains the numbers.
"""
import collections
import csv
import datetime
import json
import math
import os
import statistics
import sys

WEIGHT_RATIO = 7.6 / 70.6    # parameters of a 7B-class model against the traced 70B
TENSOR_PARALLEL = 4          # of the traced model: see docs/testbed.md
KV_RATIO = 131072 / (327680 / TENSOR_PARALLEL)  # bytes per token and GPU, 32 layers x 8 KV heads against 80 x 8
HOST_MS = 4.0                # of one engine step: not traced, assumed


def least_squares(rows, values):
    """Solves min |rows x - values| by the normal equations (few columns, well scaled)."""
    n = len(rows[0])
    a = [[sum(r[i] * r[j] for r in rows) for j in range(n)] for i in range(n)]
    b = [sum(r[i] * v for r, v in zip(rows, values)) for i in range(n)]
    for i in range(n):
        pivot = max(range(i, n), key=lambda k: abs(a[k][i]))
        a[i], a[pivot], b[i], b[pivot] = a[pivot], a[i], b[pivot], b[i]
        for k in range(i + 1, n):
            f = a[k][i] / a[i][i]
            a[k] = [x - f * y for x, y in zip(a[k], a[i])]
            b[k] -= f * b[i]
    x = [0.0] * n
    for i in reversed(range(n)):
        x[i] = (b[i] - sum(a[i][j] * x[j] for j in range(i + 1, n))) / a[i][i]
    return x


def read_steps(path):
    """Engine steps per job: (milliseconds, batch, prompt tokens, output tokens, start in microseconds)."""
    jobs = collections.defaultdict(list)
    with open(path, newline='') as f:
        for r in csv.DictReader(f):
            jobs[r['job_name']].append((float(r['duration_us']) / 1e3, int(r['batch_size']),
                                        float(r['avg_input_length']), float(r['avg_output_length']),
                                        float(r['start_ts'])))
    return jobs


def fit_steps(path):
    jobs = read_steps(path)
    decode, spread = [], []
    for steps in jobs.values():
        for p, q in zip(steps, steps[1:]):
            contiguous = abs((q[4] - p[4]) / 1e3 - p[0]) < 5
            if contiguous and q[1] == p[1] and abs(q[3] - p[3] - 1) < 0.011 and 20 < q[0] < 130:
                decode.append(q)
        jumps = sorted(abs(math.log(q[0] / p[0])) for p, q in zip(steps, steps[1:]) if 20 < p[0] < 130 and 20 < q[0] < 130)
        if len(jumps) > 50:
            spread.append(jumps[len(jumps) // 2] / 0.6745 / math.sqrt(2))
    # Relative errors count: a step at batch 1 should fit as well as one at batch 256.
    rows = [(1 / q[0], q[1] / q[0], q[1] * (q[2] + q[3]) / 1000 / q[0]) for q in decode]
    base, per_seq, per_kilotoken = least_squares(rows, [1.0] * len(rows))
    residual = statistics.pstdev(1 - sum(c * x for c, x in zip((base, per_seq, per_kilotoken), r)) for r in rows)
    print(f'# decode step of the 70B model, ms: {base:.3f} + {per_seq:.4f} batch + {per_kilotoken:.4f} context/1000'
          f'  ({len(decode)} steps, relative residual {residual:.3f}, step to step {statistics.median(spread):.4f})')

    # A step that admits n tokens of prompt costs this much more than a decode step: one prompt of 128 or 512 tokens
    # (the batch is one short of the concurrency while it prefills), or a whole chunk of 2048 (the longest steps).
    prefill = collections.defaultdict(list)
    for job, steps in jobs.items():
        tokens = int(job.split('_')[0][2:])
        for p, q, r in zip(steps, steps[1:], steps[2:]):
            expected = base + per_seq * q[1] + per_kilotoken * q[1] * (q[2] + q[3]) / 1000
            if q[1] == p[1] - 1 and r[1] == p[1] and tokens <= 512 and 20 < p[0] < 130:
                prefill[tokens].append(q[0] - expected)
            elif q[0] > 300 and p[0] > 300:
                prefill[2048].append(q[0] - expected)
    points = {n: statistics.median(v) for n, v in prefill.items() if len(v) >= 10}
    for n, ms in sorted(points.items()):
        print(f'# prefill of {n} tokens: {ms:.1f} ms more ({len(prefill[n])} steps)')
    per_token = statistics.median(points[n] / n for n in points if n >= 256)  # 128: half a step is not full
    scale = WEIGHT_RATIO * TENSOR_PARALLEL
    print(f'kDecodeBaseMs = {(base - HOST_MS) * scale:.2f}   # GPU part, without {HOST_MS} ms of host')
    print(f'kDecodePerSequenceMs = {per_seq * scale:.4f}')
    print(f'kDecodePerKilotokenMs = {per_kilotoken * KV_RATIO:.3f}')
    print(f'kPrefillPerTokenMs = {per_token * scale:.4f}')
    print(f'kStepNoise = {statistics.median(spread):.4f}')


def fit_dcgm(path):
    gpus = collections.defaultdict(dict)
    with open(path, newline='') as f:
        for r in csv.DictReader(f):
            gpus[r['uuid']][r['metric_name'].removeprefix('DCGM_FI_DEV_')] = float(r['value'])
    gpus = list(gpus.values())
    scale = 400 / 700  # board power of an A100 SXM against an H100 SXM
    idle = [g['POWER_USAGE'] for g in gpus if g['GPU_UTIL'] == 0 and g['SM_CLOCK'] < 500]
    loaded = [g['POWER_USAGE'] for g in gpus if g['GPU_UTIL'] == 0 and g['SM_CLOCK'] > 1900]
    busy = sorted(g['POWER_USAGE'] for g in gpus if g['GPU_UTIL'] >= 90 and g['POWER_USAGE'] > 250)
    p95 = busy[int(0.95 * len(busy))]
    print(f'# H100 watts: idle {statistics.median(idle):.1f}, context loaded {statistics.median(loaded):.1f}, '
          f'busy median {statistics.median(busy):.1f}, busy p95 {p95:.1f} ({len(busy)} GPUs)')
    print(f'kStaticPower = {statistics.median(loaded) * scale:.1f} W')
    print(f'kDecodePower = {statistics.median(busy) * scale:.1f} W')
    print(f'kPrefillPower = {p95 * scale:.1f} W')
    # Temperature against power, to the first order.
    slope, base = least_squares([(g['POWER_USAGE'], 1) for g in gpus], [g['GPU_TEMP'] for g in gpus])
    print(f'kTemperature = {base:.1f} C + {slope / scale:.4f} C/W')


def fit_arrivals(path):
    times, prompts, outputs = [], [], []
    with open(path, newline='') as f:
        for r in csv.DictReader(f):
            times.append(datetime.datetime.fromisoformat(r['TIMESTAMP'][:26]).timestamp())
            prompts.append(int(r['ContextTokens']))
            outputs.append(int(r['GeneratedTokens']))
    gaps = [b - a for a, b in zip(times, times[1:])]
    print(f'# {os.path.basename(path)}: {len(times) / (times[-1] - times[0]):.2f} requests/s, coefficient of variation '
          f'of the gaps {statistics.pstdev(gaps) / statistics.mean(gaps):.2f}')
    for name, values in (('prompt', prompts), ('output', outputs)):
        logs = [math.log(v) for v in values if v > 0]
        print(f'#   {name}: median {statistics.median(values):.0f}, mean {statistics.mean(values):.0f}, '
              f'sigma of the logarithm {statistics.pstdev(logs):.2f}')


def fit_conversations(path):
    seen, hits, blocks, later = set(), 0, 0, 0
    with open(path) as f:
        requests = [json.loads(line) for line in f]
    for r in requests:
        known = sum(1 for h in r['hash_ids'] if h in seen)
        hits, blocks = hits + known, blocks + len(r['hash_ids'])
        later += known > 1  # block 0 is the system prompt that all share
        seen.update(r['hash_ids'])
    span = (requests[-1]['timestamp'] - requests[0]['timestamp']) / 1000
    print(f'# {os.path.basename(path)}: {len(requests) / span:.2f} requests/s, {later / len(requests):.2f} of them continue '
          f'a conversation, {hits / blocks:.2f} of the prompt blocks were seen before')


def main():
    if len(sys.argv) != 2 or not os.path.isdir(sys.argv[1]):
        sys.exit(__doc__.split('\n\n')[1])
    folder = sys.argv[1]
    fit_steps(os.path.join(folder, 'latencyprism_sentinel_normal_vllm.csv'))
    fit_dcgm(os.path.join(folder, 'dcgm_h100_247gpus_20250718.csv'))
    for kind in ('code', 'conv'):
        fit_arrivals(os.path.join(folder, f'AzureLLMInferenceTrace_{kind}.csv'))
    fit_conversations(os.path.join(folder, 'conversation_trace.jsonl'))


if __name__ == '__main__':
    main()
