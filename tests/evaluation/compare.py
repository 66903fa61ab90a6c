"""Writes docs/evaluation.md: see compare.sh, which calls it."""

import argparse
import collections
import json
import os
import pathlib
import random
import statistics

# What the datasets are; names of others are shown without a description.
DATASETS = {
    "rcd-sockshop": "Sock Shop, CPU and memory, 1 s (azamikram/rcd)",
    "causalrca-sockshop": "Sock Shop, CPU, memory and delay, 5 s, five normal rows (AXinx/CausalRCA_code)",
    "nezha-ob": "Online Boutique with traces, 60 s (IntelligentDDS/Nezha)",
    "nezha-ob-edges": "the same, with latencies as the callers see them filed under the callee",
    "changerca": "defective releases, 60 s (IntelligentDDS/ChangeRCA)",
    "petshop": "AWS PetShop, latency and availability, 300 s (amazon-science/petshop-root-cause-analysis)",
    "edgedelta-rcb": "synthetic, one to five services (edgedelta/root-cause-bench)",
    "latencyprism": "real vLLM and SGLang on GPUs, 1 s (kunluninsight/LatencyPrism)",
    "gentd26-semisynth": "real GPU serving background, scripted effect (alibaba/clusterdata)",
    "dycause": "one real incident, 1 s (PanYicheng/dycause_rca)",
}
# The reference's variants that ours are compared with under another name.
VARIANTS = {"cloudranger_noleak": ("cloudranger", "cloudranger, front end's latency as SLI")}
FEWEST = 5  # cases below which no interval is worth the name
RESAMPLES = 2000


def service_of(entity):
    return entity[:-3] if entity.endswith("-db") and len(entity) > 3 else entity


def accuracy(place):
    return [1.0 if place and place <= k else 0.0 for k in range(1, 6)]


def place_of(ranks, truth):
    """Place of the first true service among the distinct services of a list of signals; 0: not ranked."""
    seen = []
    for signal in ranks:
        service = service_of(signal.split("_")[0])
        if service not in seen:
            seen.append(service)
    return next((i + 1 for i, service in enumerate(seen) if service in truth), 0)


def mean(values):
    return sum(values) / len(values)


def interval_of_mean(values):
    """95 %, percentile bootstrap."""
    rng = random.Random(1)
    means = sorted(mean(rng.choices(values, k=len(values))) for _ in range(RESAMPLES))
    return means[int(0.025 * RESAMPLES)], means[int(0.975 * RESAMPLES) - 1]


def number(value, digits=2):
    return "–" if value is None else f"{value:.{digits}f}"


def duration(value):
    if value is None:
        return "–"
    for unit, factor in (("s", 1), ("ms", 1e3)):
        if value * factor >= 1:
            return f"{value * factor:.3g} {unit}"
    return f"{value * 1e6:.0f} µs"


def table(head, rows):
    align = ["---" if i == 0 else "---:" for i in range(len(head))]
    lines = [head, align] + rows
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


class Ours:
    """What rcatool eval found: figures per dataset and method, and each case's outcome."""

    def __init__(self, report, rankings):
        self.report = report
        self.outcomes = {}  # (dataset, method, case) → (AC@1..5, seconds)
        for file in pathlib.Path(rankings).rglob("*.json"):
            one = json.loads(file.read_text())
            self.outcomes[one["dataset"], one["method"], one["case"]] = (one["ac"], one["seconds"])
        for dataset, methods in report["datasets"].items():
            for method, figures in methods.items():
                for failure in figures["failures"]:  # a miss, without a ranking
                    case = failure["case"].removeprefix(dataset + "/")
                    self.outcomes[dataset, method, case] = ([0.0] * 5, None)


class Pair:
    """One method of both on one dataset, on the cases that both were run on."""

    def __init__(self, dataset, method, label, cases):
        self.dataset, self.method, self.label, self.cases = dataset, method, label, cases
        self.ours = [mean([case["ours"][k] for case in cases]) for k in range(5)]
        self.theirs = [mean([case["theirs"][k] for case in cases]) for k in range(5)]
        self.differences = {
            "AC@1": [case["ours"][0] - case["theirs"][0] for case in cases],
            "Avg@5": [mean(case["ours"]) - mean(case["theirs"]) for case in cases],
        }
        # The same cases on both sides: those where both came to an end.
        both = [c for c in cases if c["seconds"] is not None and c["their_seconds"] is not None]
        self.seconds = statistics.median(c["seconds"] for c in both) if both else None
        self.their_seconds = statistics.median(c["their_seconds"] for c in both) if both else None

    def judged(self):
        return len(self.cases) >= FEWEST

    def interval(self, measure):
        return interval_of_mean(self.differences[measure])

    def worse(self):
        """Measures in which ours is behind by more than chance explains."""
        return [m for m in self.differences if self.judged() and self.interval(m)[1] < 0]

    def ratio(self):
        return self.their_seconds / self.seconds if self.seconds else None

    def goal(self):
        return 100 if self.their_seconds > 0.1 else 20


def read_truths(cases):
    truths = {}
    for folder, _, files in os.walk(cases):
        if "truth.json" not in files:
            continue
        path = pathlib.Path(folder)
        truth = json.loads((path / "truth.json").read_text())
        services = [truth["service"]] + truth.get("services", [])
        truths[path.parents[1].name, f"{path.parent.name}/{path.name}"] = {service_of(s) for s in services}
    return truths


def make_pairs(ours, reference, truths):
    groups = collections.defaultdict(list)
    for line in pathlib.Path(reference).read_text().splitlines():
        run = json.loads(line)
        method, label = VARIANTS.get(run["method"], (run["method"], run["method"]))
        key = run["dataset"], method, run["case"]
        if key not in ours.outcomes:
            continue  # a variant that is not a method of ours, or not applicable here
        ok = run["status"] == "ok"
        place = place_of(run["ranks"], truths[run["dataset"], run["case"]]) if ok else 0
        our_accuracy, our_seconds = ours.outcomes[key]
        groups[run["dataset"], method, label].append(
            {"ours": our_accuracy, "theirs": accuracy(place), "seconds": our_seconds,
             "their_seconds": run["seconds"] if ok else None})
    return [Pair(*key, cases) for key, cases in sorted(groups.items())]


def pairs_table(pairs):
    rows = []
    for pair in pairs:
        low, high = pair.interval("Avg@5") if pair.judged() else (None, None)
        row = [f"`{pair.label}`" if pair.label == pair.method else pair.label, len(pair.cases)]
        row += [f"{number(pair.ours[k])} / {number(pair.theirs[k])}" for k in (0, 2, 4)]
        row.append(f"{number(mean(pair.ours))} / {number(mean(pair.theirs))}")
        row.append(f"{low:+.2f} … {high:+.2f}" if pair.judged() else "too few")
        row += [duration(pair.seconds), duration(pair.their_seconds)]
        row.append("–" if pair.ratio() is None else f"{pair.ratio():,.0f}×")
        rows.append(row)
    head = ["ours / reference", "cases", "AC@1", "AC@3", "AC@5", "Avg@5", "Avg@5, ours − reference, 95 %", "time, ours",
            "time, reference", "faster"]
    return table(head, rows)


def methods_table(methods):
    order = sorted(methods.items(), key=lambda item: -(item[1]["avg@5"] if item[1]["avg@5"] is not None else -1))
    rows = []
    for name, one in order:
        if one["cases"] == 0:
            continue
        low, high = one["interval"]["avg@5"]
        rows.append([f"`{name}`", one["cases"], one["failed"], one["not_applicable"]] +
                    [number(one[m]) for m in ("ac@1", "ac@3", "ac@5", "avg@5")] +
                    [f"{low:.2f} … {high:.2f}", number(one["chance"]["avg@5"]), duration(one["seconds_median"]),
                     duration(one["seconds_p95"])])
    head = ["method", "cases", "failed", "n/a", "AC@1", "AC@3", "AC@5", "Avg@5", "Avg@5, 95 %", "chance, Avg@5",
            "time, median", "time, p95"]
    return table(head, rows)


def reason_for(reasons, method, dataset):
    of_method = reasons.get(method, {})
    return of_method.get(dataset) or of_method.get("*") or "No reason is known yet."


def worse_section(pairs, reasons):
    lines = ["## Where ours is worse", "",
             "Beyond the interval: the 95 % bootstrap interval of the difference on the same cases lies below 0, for AC@1 "
             f"or Avg@5, on at least {FEWEST} cases.", ""]
    rows = []
    for pair in pairs:
        for measure in pair.worse():
            at = pair.differences[measure]
            low, high = pair.interval(measure)
            rows.append([pair.label, pair.dataset, len(pair.cases), measure, f"{mean(at):+.2f}",
                         f"{low:+.2f} … {high:+.2f}", reason_for(reasons, pair.method, pair.dataset)])
    judged = sum(pair.judged() for pair in pairs)
    lines.append(f"{len({(r[0], r[1]) for r in rows})} of {judged} comparisons with enough cases.")
    if rows:
        lines += ["", table(["method", "dataset", "cases", "measure", "difference", "95 %", "why"], rows)]
    return lines


def speed_section(pairs, report):
    lines = ["## Speed", "",
             "Median seconds per case on the same cases, one case at a time, without reading the files on our side. Methods "
             "of the reference that open files themselves (call graph, traces) are timed with that; what our reader takes "
             "is in the headings of the datasets. Goal: 100 times faster where the reference takes over 0.1 s, 20 times "
             "elsewhere; no method over 10 s.", ""]
    timed = [pair for pair in pairs if pair.ratio() is not None]
    missed = [pair for pair in timed if pair.ratio() < pair.goal()]
    lines.append(f"The goal is reached in {len(timed) - len(missed)} of {len(timed)} comparisons.")
    if missed:
        rows = [[pair.label, pair.dataset, duration(pair.seconds), duration(pair.their_seconds), f"{pair.ratio():.0f}×",
                 f"{pair.goal()}×"] for pair in missed]
        lines += ["", table(["missed", "dataset", "time, ours", "time, reference", "faster", "goal"], rows)]
    slowest = sorted(((one["seconds_p95"], method, dataset) for dataset, methods in report["datasets"].items()
                      for method, one in methods.items() if one["seconds_p95"] is not None), reverse=True)[:5]
    lines += ["", "Slowest (95th percentile): " +
              ", ".join(f"`{method}` on {dataset} {duration(value)}" for value, method, dataset in slowest) + "."]
    return lines


def not_applicable_section(report):
    reasons = collections.defaultdict(lambda: collections.defaultdict(list))
    failures = collections.Counter()
    for dataset, methods in report["datasets"].items():
        for method, one in methods.items():
            for reason, cases in one["missing"].items():
                reasons[method][reason].append(f"{dataset} ({cases})")
            for failure in one["failures"]:
                failures[method, dataset, failure["reason"]] += 1
    lines = ["## Not applicable", "", "A method whose input is not in a case is left out there.", ""]
    rows = [[f"`{method}`", reason, ", ".join(datasets)] for method, by_reason in sorted(reasons.items())
            for reason, datasets in sorted(by_reason.items())]
    lines.append(table(["method", "reason", "datasets (cases)"], rows) if rows else "None.")
    lines += ["", "## Failures", "", "Each counts as a miss.", ""]
    rows = [[f"`{method}`", dataset, cases, reason] for (method, dataset, reason), cases in sorted(failures.items())]
    lines.append(table(["method", "dataset", "cases", "reason"], rows) if rows else "None.")
    if report["skipped"]:
        lines += ["", "Cases that could not be read:", ""]
        lines += [f"- {skipped['case']}" for skipped in report["skipped"]]
    return lines


def processor():
    try:
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return "processor unknown"


def busy():
    """What makes the times too long, if anything does."""
    load, cores = os.getloadavg()[2], os.cpu_count()
    return f"The machine was busy with other work (load average {load:.0f}): our times are too long." \
        if load > 2 * cores else ""


def not_run(report, methods):
    names = sorted({method["name"] for method in methods} - set(report["overall"]))
    return "Not run: " + ", ".join(f"`{name}`" for name in names) + "." if names else ""


def page(ours, pairs, reasons, version, methods):
    report = ours.report
    cases = max(one["cases"] + one["not_applicable"] for one in report["overall"].values())
    lines = [
        "# Evaluation", "",
        f"{len(report['overall'])} methods on {cases} labelled incidents of {len(report['datasets'])} datasets, beside what the reference "
        "(RCAEval as forked by rca-llm) scores on the same cases. This page is generated; to make it again:", "",
        "```sh", "tests/evaluation/compare.sh CASES REFERENCE build/release/bin/rcatool >docs/evaluation.md", "```", "",
        "CASES is a folder of `<dataset>/<service>_<fault>/<case>` in the layout of RCAEval, REFERENCE the rankings of the "
        "reference, one JSON object a line; the head of the script says more. The datasets are not part of this project, "
        "because most of their licences do not allow it.", "",
        f"Made with {version}, on {os.cpu_count()} cores of {processor()}. " +
        " ".join(filter(None, [busy(), not_run(report, methods)])), "",
        "AC@k: share of the cases in which a service at fault is among the first k of the ranking (a database counts for its "
        "service; a failed case is a miss). Avg@5: mean of AC@1 … AC@5. Chance: the same of a random order of the signals, "
        "exactly. Intervals: 95 %, percentile bootstrap over cases. The reference was run on a sample of the cases with its "
        "slow methods; both sides are always compared on the same cases. The SLI is the one that raised the alarm, or the "
        "entry service's by the call graph; the reference gives some methods the latency of the service at fault. The weights "
        "of `consensus` were fitted on eight of these datasets: its figures here are of the weights as shipped, "
        "[those with each dataset left out of the fit](consensus.md#the-fit) say more.", "",
        "## All datasets", "",
        "Methods that need more than metrics are scored on fewer cases; their figures do not compare with the others'.", "",
        methods_table(report["overall"]), ""]
    lines += worse_section(pairs, reasons) + [""] + speed_section(pairs, report) + [""]
    for dataset, methods in report["datasets"].items():
        what = DATASETS.get(dataset)
        lines += [f"## {dataset}", "", (what[0].upper() + what[1:] + ". " if what else "") +
                  f"Reading a case takes {duration(report['reading'][dataset])} (median).", ""]
        of_dataset = [pair for pair in pairs if pair.dataset == dataset]
        if of_dataset:
            lines += [pairs_table(of_dataset), ""]
        lines += ["All methods on all its cases:", "", methods_table(methods), ""]
    return "\n".join(lines + not_applicable_section(report)) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("eval", "rankings", "version", "cases", "reference", "reasons"):
        parser.add_argument("--" + name, required=True)
    parser.add_argument("--methods")
    args = parser.parse_args()
    ours = Ours(json.loads(pathlib.Path(args.eval).read_text()), args.rankings)
    pairs = make_pairs(ours, args.reference, read_truths(args.cases))
    reasons = json.loads(pathlib.Path(args.reasons).read_text())
    version = pathlib.Path(args.version).read_text().splitlines()[0].strip()
    methods = json.loads(pathlib.Path(args.methods).read_text()) if args.methods else []
    print(page(ours, pairs, reasons, version, methods), end="")


if __name__ == "__main__":
    main()
