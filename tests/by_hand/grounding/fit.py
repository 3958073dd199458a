#!/usr/bin/env python3
"""Fits the trees of the grounding scorer and says, cross-validated, what they reach.

usage: fit.py OBSERVED.jsonl HARDER.jsonl MADE.jsonl [--write TABLE_DIRECTORY]

The files are printed by `cargo bench --bench grounding -- CASES.jsonl --observe`: of the labelled cases, of harder.jsonl,
and of the cases that enlarge.py makes of the first. Needs numpy and scikit-learn. Each domain is left out in turn, with all
that was made from it. The threshold is one number, chosen on the first file as a whole: it is printed last, and is the one
that src/domain/grounding/decision.rs holds. With --write, verdict.txt, linear.txt and lack.txt are fitted on all domains
and written.
"""
import json, os, sys

os.environ.setdefault("OMP_NUM_THREADS", "1")
import numpy as np
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

CLASSES = ["supported", "partial", "unsupported", "no_claim"]
# What the file of labels is made of rather than what a sentence says.
LEFT_OUT = {"parts"}
# How much a made sentence counts beside a labelled one, and how much one of harder.jsonl does.
WEIGHT = {"dropped": 0.05, "strange": 0.075, "copied": 0.06, "number": 0.025, "negated": 0.015, "joined": 0.125, "cut": 0.03}
HARDER = 0.7
TREES = 40
# How far the linear part looks, in standard deviations.
CLIP = 4
# Of the sentences of the other domains at least this share is decided, and more as long as this share of them is right.
DECIDED, RIGHT = 0.5, 0.87
# The part of the share of `supported` that goes elsewhere where a sentence cannot be supported; the rest makes it unsure.
MOVED = 0.5
# A verdict of `partial` needs a larger share than the others: it is right least often.
PARTIAL = 0.7


def load(path):
    lines = [json.loads(line) for line in open(path)]
    return lines[0]["features"], lines[1:]


def domain(group):
    """The domain of a group: recorded answers over the same chunks belong to it."""
    return group.replace(" (recorded)", "")


class Data:
    def __init__(self, observed, harder, made):
        self.names, self.rows = load(observed)
        _, own = load(harder)
        self.first = np.arange(len(self.rows) + len(own)) < len(self.rows)
        self.rows = self.rows + own
        _, more = load(made)
        self.kept = [i for i, name in enumerate(self.names) if name not in LEFT_OUT]
        self.x, self.y = self.arrays(self.rows)
        self.group = np.array([domain(row["group"]) for row in self.rows])
        kind = [row["id"].split("|")[1] for row in more]
        more = [row for row, k in zip(more, kind) if WEIGHT.get(k)]
        self.made_x, self.made_y = self.arrays(more)
        self.made_weight = np.array([WEIGHT[row["id"].split("|")[1]] for row in more])
        self.made_from = [{domain(name) for name in row["id"].split("|")[2:4]} for row in more]
        self.made_rows = more
        self.count = np.array([row["sentences"] for row in self.rows])

    def arrays(self, rows):
        x = np.array([row["values"] for row in rows], "f4")[:, self.kept]
        return x, np.array([CLASSES.index(row["verdict"]) for row in rows])

    def column(self, name):
        return self.x[:, self.kept.index(self.names.index(name))]

    def training(self, left_out):
        """Rows, labels, weights; classes count as much in all as in the labelled sentences."""
        own = self.group != left_out
        made = np.array([left_out not in came for came in self.made_from], bool)
        x = np.vstack([self.x[own], self.made_x[made]])
        y = np.r_[self.y[own], self.made_y[made]]
        w = np.r_[np.where(self.first[own], 1, HARDER), self.made_weight[made]]
        for k in range(4):
            share = (self.y[own] == k).mean()
            if w[y == k].sum():
                w[y == k] *= share * own.sum() / w[y == k].sum()
        return x, y, w


class Linear:
    """Logistic regression on values that are scaled and clipped."""

    def fit(self, x, y, sample_weight):
        self.scale = StandardScaler().fit(x, sample_weight=sample_weight)
        self.model = LogisticRegression(C=0.05, max_iter=400).fit(self.scaled(x), y, sample_weight=sample_weight)
        self.classes_ = self.model.classes_
        return self

    def scaled(self, x):
        return np.clip(self.scale.transform(x), -CLIP, CLIP)

    def predict_proba(self, x):
        return self.model.predict_proba(self.scaled(x))


def models():
    """Two forests, which are written as one, and the linear part: each counts a third."""
    forest = RandomForestClassifier(TREES, min_samples_leaf=6, max_features=0.3, random_state=0, n_jobs=2)
    extra = ExtraTreesClassifier(TREES, min_samples_leaf=5, max_features=0.4, random_state=0, n_jobs=2)
    return [forest, extra, Linear()]


def fit(data, left_out):
    x, y, w = data.training(left_out)
    return [m.fit(x, y, sample_weight=w) for m in models()]


def shares(fitted, x):
    total = np.zeros((len(x), 4))
    for m in fitted:
        total[:, m.classes_] += m.predict_proba(x) / len(fitted)
    return total


def guarded(data, p):
    """The shares after the guards, as src/domain/grounding/decision.rs has them."""
    p = p.copy()
    stale = (data.column("stale_rival") > 0) | (data.column("newer_rival") > 0.6)
    against = (data.column("unreached") > 0.6) | stale
    parted = np.where((data.column("clauses_count") > 1) & ~stale, 0.5, 0.0)
    p[against, 1] += (p[:, 0] * parted * MOVED)[against]
    p[against, 2] += (p[:, 0] * (1 - parted) * MOVED)[against]
    p[against, 0] = 0
    answer = (data.column("yes") + data.column("no")) > 0
    p[answer, 3] = 0
    other = (data.column("foreign") > 0.1) | (data.column("spaceless") > 0.2)
    p[other & (data.column("exact1") < 0.5) & (p.argmax(1) != 3)] = 0.25
    return p


def threshold(p, y):
    """The share from which on a verdict is decided."""
    best, most = p.argmax(1), p.max(1)
    order = np.argsort(-np.where((best == 1) & (most < PARTIAL), 0, most))
    right = np.cumsum(best[order] == y[order]) / np.arange(1, len(y) + 1)
    least = int(DECIDED * len(y))
    good = np.flatnonzero(right[least:] >= RIGHT)
    return most[order[least + good[-1]] if len(good) else order[least]]


def kappa(y, said, classes=5):
    agree = (y == said).mean()
    chance = sum((y == k).mean() * (said == k).mean() for k in range(classes))
    return (agree - chance) / (1 - chance)


def f1(y, said, k):
    both = ((y == k) & (said == k)).sum()
    return 2 * both / max(1, (y == k).sum() + (said == k).sum())


def report(data, p, chosen, of):
    rows = [row for row, kept in zip(data.rows, of) if kept]
    p, chosen, labels, count, groups = p[of], chosen[of], data.y[of], data.count[of], data.group[of]
    best, most = p.argmax(1), p.max(1)
    decided = (most >= chosen) & ((best != 1) | (most >= PARTIAL))
    said = np.where(decided, best, 4)
    n = np.repeat(np.arange(len(p)), count)
    y, s, d = labels[n], said[n], decided[n]
    right = y == s
    print(f"all decided: right {(labels == best)[n].mean():.3f} kappa {kappa(y, best[n]):.3f} macro F1 {np.mean([f1(y, best[n], k) for k in range(4)]):.3f}")
    print(f"DECIDES {d.mean():.3f}, RIGHT ON IT {right[d].mean():.3f}; unsure as wrong: kappa {kappa(y, s):.3f}, macro F1 {np.mean([f1(y, s, k) for k in range(4)]):.3f}")
    for k, name in enumerate(CLASSES):
        m, q = y == k, s == k
        print(f"  {name:12} {m.sum():4} decided {d[m].mean():.2f} right of these {right[m & d].mean() if (m & d).any() else 0:.2f}; said {q.sum():4} precision {right[q].mean() if q.any() else 0:.2f}")
    errors = np.array([row["error"] or "-" for row in rows])[n]
    unsupported = y == 2
    hard = np.isin(errors, ["number", "date", "unit", "negation"])
    for tag, m in [("unsupported", hard & unsupported), ("with partial", hard)]:
        print(f"  wrong number, date, unit, negation ({tag}, {m.sum()}): not called supported {(s[m] != 0).mean():.3f}; with everything decided {(best[n][m] != 0).mean():.3f}")
    kinds = sorted(set(errors) - {"-"}, key=lambda e: -(errors == e).sum())
    print("  by error (decided/right/not called supported): " + ", ".join(f"{e} {(errors == e).sum()} {d[errors == e].mean():.2f}/{right[(errors == e) & d].mean() if ((errors == e) & d).any() else 0:.2f}/{(s[errors == e] != 0).mean():.2f}" for e in kinds))
    foreign, spaceless = data.column("foreign")[of][n], data.column("spaceless")[of][n]
    recorded = np.array(["(recorded)" in row["group"] for row in rows])[n]
    for tag, m in [("composed", ~recorded), ("recorded", recorded)]:
        print(f"  {tag}: {m.sum()} decided {d[m].mean():.2f} right {right[m & d].mean():.2f}")
    for tag, m in [("no spaces", spaceless > 0.2), ("other", (foreign > 0.1) & (spaceless <= 0.2)), ("English", (foreign <= 0.1) & (spaceless <= 0.2))]:
        print(f"  language {tag}: {m.sum()} decided {d[m].mean() if m.any() else 0:.2f} right {right[m & d].mean() if (m & d).any() else 0:.2f}")
    for group in sorted(set(groups)):
        m = (groups == group)[n]
        print(f"    {group:28} {m.sum():4} decided {d[m].mean():.2f} right {right[m & d].mean() if (m & d).any() else 0:.2f}")


def validate(data):
    p = np.zeros((len(data.y), 4))
    groups = sorted(set(data.group))
    for group in groups:
        p[data.group == group] = shares(fit(data, group), data.x[data.group == group])
    p = guarded(data, p)
    return p, np.full(len(p), threshold(p[data.first], data.y[data.first]))


def lack_rows(data):
    keep = [i for i, row in enumerate(data.rows) if row["reason"]]
    made = [i for i, row in enumerate(data.made_rows) if row["reason"]]
    x = np.vstack([data.x[keep], data.made_x[made]])
    y = np.array([int(data.rows[i]["reason"] == "contradicted") for i in keep] + [int(data.made_rows[i]["reason"] == "contradicted") for i in made])
    w = np.r_[np.ones(len(keep)), np.full(len(made), 0.15)]
    came = [{data.group[i]} for i in keep] + [data.made_from[i] for i in made]
    return x, y, w, came, len(keep)


def lack_model():
    return [RandomForestClassifier(30, min_samples_leaf=4, max_features=0.3, random_state=0)]


def validate_lack(data):
    x, y, w, came, own = lack_rows(data)
    said = np.zeros(own)
    for group in sorted(set(data.group)):
        train = np.array([group not in c for c in came])
        test = ~train[:own]
        said[test] = lack_model()[0].fit(x[train], y[train], sample_weight=w[train]).predict(x[:own][test])
    print(f"contradicted against absent: right {(said == y[:own]).mean():.3f} of {own}, kappa {kappa(y[:own], said, 2):.3f} (always contradicted: {y[:own].mean():.3f})")


def lines(fitted, names):
    for m in fitted:
        for tree in m.estimators_:
            t = tree.tree_
            nodes = []
            for i in range(t.node_count):
                if t.children_left[i] < 0:
                    share = np.zeros(int(max(m.classes_)) + 1)
                    share[m.classes_.astype(int)] = t.value[i][0] / t.value[i][0].sum() * 100
                    nodes.append("=" + ",".join(f"{v:.0f}" for v in share))
                else:
                    nodes.append(f"{names[t.feature[i]]}<{t.threshold[i]:.4g}:{t.children_left[i]}:{t.children_right[i]}")
            yield " ".join(nodes)


def write(data, where):
    names = [data.names[i] for i in data.kept]
    with open(where + "/verdict.txt", "w") as out:
        out.write("# Trees of fit.py: shares of supported, partial, unsupported, no claim.\n")
        fitted = fit(data, None)
        out.writelines(line + "\n" for line in lines(fitted[:2], names))
    linear = fitted[2]
    with open(where + "/linear.txt", "w") as out:
        out.write("# Of fit.py: name, mean, standard deviation, and a weight for supported, partial, unsupported, no claim.\n")
        rows = zip(names, linear.scale.mean_, linear.scale.scale_, linear.model.coef_.T)
        out.writelines(f"{name} {mean:.5g} {sd:.5g} " + " ".join(f"{v:.4g}" for v in w) + "\n" for name, mean, sd, w in rows)
        out.write("- 0 1 " + " ".join(f"{v:.4g}" for v in linear.model.intercept_) + "\n")
    x, y, w, _, _ = lack_rows(data)
    with open(where + "/lack.txt", "w") as out:
        out.write("# Trees of fit.py: shares of absent, contradicted.\n")
        out.writelines(line + "\n" for line in lines([m.fit(x, y, sample_weight=w) for m in lack_model()], names))


if __name__ == "__main__":
    data = Data(*sys.argv[1:4])
    p, chosen = validate(data)
    print("THE FIRST FILE")
    report(data, p, chosen, data.first)
    print("THE HARDER ONE")
    report(data, p, chosen, ~data.first)
    validate_lack(data)
    print("threshold:", round(float(threshold(p[data.first], data.y[data.first])), 3))
    if "--write" in sys.argv:
        write(data, sys.argv[sys.argv.index("--write") + 1])
