#!/usr/bin/env python3
"""MLTrack's CI client: report runs, labels and observations, upload evaluations, ask the gate, check the set-up.

One file, standard library only, Python 3.8 or newer. The environment gives the server (MLTRACK_URL) and the
token (MLTRACK_TOKEN). Exit: 0 ready or stored, 1 not ready, 2 usage or refused data, 3 unknown,
4 authentication, 5 server, network or timeout. An answer that cannot be had never exits 0.
"""

from __future__ import annotations

import argparse
import csv
import datetime
import email.message
import email.utils
import gc
import gzip
import hashlib
import http.client
import importlib
import io
import ipaddress
import itertools
import json
import math
import operator
import os
import random
import re
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import unicodedata
import urllib.error
import urllib.parse
import urllib.request
import uuid
import xml.etree.ElementTree as ElementTree
from typing import IO, Any, Callable, Dict, Iterable, Iterator, List, NamedTuple, Optional, TextIO, Tuple, Union

VERSION = "0.1.0"
READY, NOT_READY, USAGE, UNKNOWN, AUTH, FAILED = range(6)
EXITS = {"ready": READY, "not_ready": NOT_READY, "unknown": UNKNOWN}
VERDICTS = {"ready": "✓ Ready", "not_ready": "■ Not ready", "unknown": "? Unknown", "error": "✗ No answer"}
# In the order in which a reader wants them.
RESULTS = {"fail": "■ Fail", "insufficient": "◌ Insufficient", "missing": "○ Missing", "stale": "⧗ Stale",
           "waived": "◇ Waived", "pass": "✓ Pass", "not_applicable": "– Not applicable"}  # fmt: skip
UNCLEAR = "the server's answer is not understood: fetch the server's own client"
UNDECIDED = ("insufficient", "missing", "stale")
BATCH_RUNS, BATCH_LABELS, BATCH_BYTES, ANSWER_BYTES, ATTEMPT_SECONDS = 1000, 10_000, 4_000_000, 20_000_000, 30.0
BLOCK_ROWS, BLOCK_TEXT, BLOCK_BYTES, SLOWEST = 50_000, 12_000_000, 4_000_000, 50_000
COUNTING_TIMES = 10  # Adding up a large upload moves nothing that a client could see.
SUMMARY_LINES, SUMMARY_ROWS = 40, 16
ANNOTATION, TOOLS = ("task", "annotator", "label", "time"), ("cvat", "doccano", "argilla")
ANSI = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?|\x1b.?")
Json = Dict[str, Any]


class Stop(Exception):
    """The end of a command: its exit code, the reason in words, and the HTTP status where there is one."""

    def __init__(self, code: int, text: str, status: int = 0) -> None:
        super().__init__(text)
        self.code, self.text, self.status = code, text, status


# Text. Names come from other people's servers: none may move a cursor, open a tag or start a CI command.


def clean(value: object) -> str:
    """One printable line: no control, bidirectional or surrogate characters, no runner command (`##[`)."""
    if value is None:
        return "none"
    if isinstance(value, float):
        value = f"{value:.6g}"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return " ".join("".join(map(shown, ANSI.sub("", text))).split()).replace("##[", "## [")[:1000]


def shown(character: str) -> str:
    """What steers or breaks output goes; a letter that is new to this Python's Unicode tables stays."""
    if character.isprintable() or character in "\u200c\u200d":
        return character
    unassigned = unicodedata.category(character) == "Cn" and ord(character) & 0xFFFE != 0xFFFE
    return " " if character.isspace() else character if unassigned else ""


def markdown(value: object) -> str:
    """The cleaned text as Markdown that renders as that text: no links, HTML or table cells."""
    return re.sub(r"([\\`*_\[\]<>&|~:$!#]|(?<=[Ww]{3})\.)", r"\\\1", clean(value))


def number(value: object, name: str) -> Union[float, str]:
    """A metric's value as JSON can carry it: a finite number, "NaN", "Infinity" or "-Infinity"."""
    try:
        if isinstance(value, bool) or not isinstance(value, (int, float, str)) or "_" in str(value):
            raise ValueError
        parsed = float(value)
    except (ValueError, OverflowError):
        raise Stop(USAGE, f"metric {name}: {clean(value)} is not a number") from None
    if math.isinf(parsed) and isinstance(value, str) and "inf" not in value.lower():
        raise Stop(USAGE, f"metric {name}: {clean(value)} is too large")
    if math.isfinite(parsed):
        return parsed
    return "NaN" if math.isnan(parsed) else "Infinity" if parsed > 0 else "-Infinity"


def pairs(items: Iterable[str], option: str, last: bool = False) -> Dict[str, str]:
    """KEY=VALUE arguments as a dict, split at the first "=", or at the last one where keys may hold it."""
    found = {}
    for item in items:
        key, separator, value = item.rpartition("=") if last else item.partition("=")
        if not separator or not key.strip():
            raise Stop(USAGE, f"{option} wants NAME=VALUE, not {clean(item)!r}")
        if key in found:
            raise Stop(USAGE, f"{option} {clean(key)} is given twice")
        found[key] = value
    return found


def say(line: str, stream: Optional[IO[str]] = None) -> None:
    print(line, file=stream or sys.stdout, flush=True)


# The server.


class Answer(NamedTuple):
    """What one attempt brought: status 0 and the reason in `error` where no whole answer arrived."""

    status: int
    headers: email.message.Message
    body: bytes
    error: str = ""
    final: bool = False

    def retry(self) -> bool:
        busy = self.status == 409 and "Retry-After" in self.headers
        return not self.final and (self.status in (0, 429) or self.status >= 500 or busy)

    def words(self) -> str:
        return self.error or problem(self.status, self.body)


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect is an answer, not an order: the token goes to the configured address alone."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def base_url(url: str, insecure: bool) -> str:
    """The server's address without a trailing slash; Stop(USAGE) for one that would leak the token."""
    url = url.strip()
    try:
        parts = urllib.parse.urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or not re.fullmatch(r"[!-~]+", url) or parts.query or parts.fragment:
        raise Stop(USAGE, "set MLTRACK_URL or --url to the server's address, like https://ml.example.org")
    if parts.username is not None:
        raise Stop(USAGE, "the address must not hold a user or password: the token goes into MLTRACK_TOKEN")
    if parts.scheme == "http" and not insecure and not loopback(parts.hostname or ""):
        raise Stop(USAGE, "http:// would send the token in the clear: use https:// (or --insecure-http)")
    return re.sub(r"/*(/api/v1)?/*$", "", url)


def loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def problem(status: int, body: bytes) -> str:
    """An error answer in words: problem+json (RFC 9457) where the server sends it, else the bare status."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        data = None
    if not isinstance(data, dict):
        return f"the server answered {status} {http.client.responses.get(status, '')}".strip()
    words = [str(data.get("detail") or data.get("title") or "refused"), *error_words(data.get("errors"))]
    if data.get("request_id"):
        words.append(f"request {data['request_id']}")
    return clean(f"{status}: " + "; ".join(words))


def path_of(options: argparse.Namespace, *parts: object) -> str:
    """The path of an initiative or of something in it; a name is quoted whole, so that it cannot lead elsewhere."""
    names = ("initiatives", options.initiative, *parts)
    return "".join(f"{urllib.parse.quote(str(name), safe='')}/" for name in names)


def error_words(errors: object) -> List[str]:
    """`errors[{pointer, code, detail}]` as short texts; anything else as it is."""
    rows = errors if isinstance(errors, list) else [errors] if errors else []
    named = [row if isinstance(row, dict) else {"detail": row} for row in rows[:10]]
    return [clean(f"{row.get('pointer') or ''} {row.get('detail') or row.get('code')}") for row in named]


def retry_after(headers: email.message.Message) -> float:
    """The server's Retry-After (seconds or a date) as seconds from now, 0.0 when absent or unreadable."""
    value = str(headers.get("Retry-After", "")).strip()
    if value.isdigit():
        return float(value)
    moment = header_time(value)
    return 0.0 if moment is None else max(0.0, moment - time.time())


def header_time(value: str) -> Optional[float]:
    """An HTTP date as seconds since 1970, None where it is not one."""
    try:
        return email.utils.parsedate_to_datetime(value).timestamp()
    except (TypeError, ValueError, IndexError, OverflowError):
        return None


class Client:
    """JSON calls under /api/v1/, tried again on 5xx, 429 and lost connections for `timeout` seconds."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.url, self.timeout = base_url(options.url, options.insecure_http), options.timeout
        self.token = os.environ.get("MLTRACK_TOKEN", "").strip()
        if not self.token:
            raise Stop(AUTH, "MLTRACK_TOKEN is empty (a fork's pull request gets no secrets from CI)")
        if not re.fullmatch(r"[!-~]+", self.token):
            raise Stop(AUTH, "MLTRACK_TOKEN holds spaces or unprintable characters: copy it again")
        # No server gives out tokens this short: masking one would garble its answers.
        self.secret = self.token if len(self.token) >= 8 else "mlt_masked"
        # A proxy may tunnel https; over plain http it would read the token.
        proxies: Optional[Dict[str, str]] = {} if self.url.startswith("http:") else None
        self.opener = urllib.request.build_opener(NoRedirects(), urllib.request.ProxyHandler(proxies))
        self.opener.addheaders = [("Authorization", f"Bearer {self.token}"), ("Accept", "application/json"),
                                  ("User-Agent", f"mltrack-cli/{VERSION}")]  # fmt: skip

    def call(self, method: str, path: str, body: Union[Json, bytes, None] = None,
             key: str = "") -> Tuple[Json, email.message.Message]:  # fmt: skip
        """The JSON object and headers of a 2xx; Stop for all else. Retries repeat one Idempotency-Key."""
        data: Optional[bytes] = None
        headers: Dict[str, str] = {}
        if body is not None:
            data = body if isinstance(body, bytes) else json.dumps(body, allow_nan=False).encode()
            kind = "application/octet-stream" if data is body else "application/json"
            headers = {"Content-Type": kind, "Idempotency-Key": key or str(uuid.uuid4())}
        request = urllib.request.Request(f"{self.url}/api/v1/{path}", data, headers, method=method)
        deadline = time.monotonic() + self.timeout
        for turn in itertools.count():
            answer = self.attempt(request, min(ATTEMPT_SECONDS, deadline - time.monotonic()))
            if not answer.retry():
                return self.settle(answer), answer.headers
            jitter = min(8.0, 0.5 * 2**turn) * random.SystemRandom().uniform(0.5, 1.5)
            pause = max(retry_after(answer.headers), jitter)
            if time.monotonic() + pause >= deadline:
                break
            say(f"mltrack: {answer.words()}; trying again in {pause:.1f} s", sys.stderr)
            time.sleep(pause)
        asked = retry_after(answer.headers)
        words = answer.words() + (f" and asks to wait {asked:.0f} s" if asked else "")
        raise Stop(FAILED, f"{words}; gave up within --timeout {self.timeout:g} s", answer.status)

    def stream(self, path: str, file: str, offset: int) -> Answer:
        """One PATCH with the rest of a file. A line that carries less than SLOWEST bytes a second is given up."""
        length = os.path.getsize(file) - offset
        headers = {"Content-Type": "application/offset+octet-stream", "Content-Length": str(length),
                   "Upload-Offset": str(offset)}  # fmt: skip
        with open(file, "rb") as body:
            body.seek(offset)
            request = urllib.request.Request(f"{self.url}/api/v1/{path}", body, headers, method="PATCH")
            return self.attempt(request, self.timeout + length / SLOWEST)

    def attempt(self, request: urllib.request.Request, seconds: float) -> Answer:
        """One exchange. In a thread, as socket timeouts bound neither name look-up nor a dripping server."""
        box: List[Answer] = []
        thread = threading.Thread(target=lambda: box.append(self.exchange(request, seconds)), daemon=True)
        thread.start()
        thread.join(max(0.1, seconds))
        return box[0] if box else Answer(0, email.message.Message(), b"", f"no answer within {seconds:.0f} s")

    def exchange(self, request: urllib.request.Request, seconds: float) -> Answer:
        try:
            try:
                response = self.opener.open(request, timeout=max(0.1, seconds))
            except urllib.error.HTTPError as error:
                response = error
            with response:
                body = response.read(ANSWER_BYTES + 1)
            promised = response.headers.get("Content-Length", "")
            if promised.isdigit() and len(body) < min(int(promised), ANSWER_BYTES):
                raise http.client.IncompleteRead(body)
            body = body.replace(self.secret.encode(), b"***")
            return Answer(response.getcode() or 0, response.headers, body)
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = getattr(error, "reason", error)
            final = isinstance(reason, ssl.SSLCertVerificationError)
            hint = " (SSL_CERT_FILE names a private authority's file)" if final else ""
            text = clean(f"no connection to {self.url}: {reason or type(reason).__name__}{hint}")
            return Answer(0, email.message.Message(), b"", text, final)

    def settle(self, answer: Answer) -> Json:
        if 300 <= answer.status < 400:
            target = answer.headers.get("Location", "nowhere").replace(self.secret, "***")
            raise Stop(FAILED, f"the server redirects to {target}: set MLTRACK_URL to the final address")
        if not 200 <= answer.status < 300:
            code = AUTH if answer.status in (401, 403) else USAGE if answer.status >= 400 else FAILED
            raise Stop(code, answer.words(), answer.status)
        try:
            data = json.loads(answer.body, parse_constant=str) if len(answer.body) <= ANSWER_BYTES else None
        except (ValueError, RecursionError):
            data = None
        if not isinstance(data, dict):
            raise Stop(FAILED, f"{self.url} answers, but not as MLTrack: is a login page in between?")
        return data


# The commit that CI is at.


def git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", "rev-parse", *arguments], capture_output=True, timeout=10, check=True)
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode(errors="replace").strip()


def commit_and_ref() -> Tuple[str, str]:
    """From GitHub's or GitLab's environment, else from the checkout in this folder; "" where none says it."""
    for commit, ref in (("GITHUB_SHA", "GITHUB_REF"), ("CI_COMMIT_SHA", "CI_COMMIT_REF_NAME")):
        if os.environ.get(commit):
            return os.environ[commit], os.environ.get(ref, "")
    return git("HEAD"), git("--abbrev-ref", "HEAD")


# report


def report(options: argparse.Namespace) -> int:
    """Store runs through runs/batch/; exit 2 when the server rejects any, all others being stored."""
    runs = file_runs(options) if options.file else [option_run(options)]
    client = Client(options)
    results: List[Json] = []
    try:
        for chunk in chunks(runs):
            results += stored(client.call("POST", path_of(options, "runs", "batch"), {"runs": chunk})[0], len(chunk))
    finally:
        show_results(results, len(runs), options)
    return USAGE if any(r.get("state") == "rejected" for r in results) else READY


def stored(answer: Json, expected: int) -> List[Json]:
    results = answer.get("results")
    rows = [r for r in results if isinstance(r, dict)] if isinstance(results, list) else []
    if len(rows) != expected:
        raise Stop(FAILED, f"the server's answer does not cover the {expected} runs that were sent")
    return rows


def show_results(results: List[Json], total: int, options: argparse.Namespace) -> None:
    states = [str(r.get("state")) for r in results]
    counts = ", ".join(f"{states.count(s)} {s}" for s in ("created", "updated", "unchanged", "rejected"))
    say(f"{len(results)} of {total} runs answered: {counts}", options.out)
    for row in results:
        if row.get("state") == "rejected":
            why = "; ".join(error_words(row.get("errors"))) or "no reason given"
            say(f"rejected {clean(row.get('external_id'))}: {why}", options.out)
    write(options.json, pretty({"results": results}))


def chunks(rows: Iterable[Json], most: int = BATCH_RUNS) -> Iterator[List[Json]]:
    """Batches within the server's limits on rows and, with room to spare, on bytes."""
    batch: List[Json] = []
    size = 0
    for row in rows:
        length = len(json.dumps(row))
        if batch and (len(batch) == most or size + length > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += length
    if batch:
        yield batch


def option_run(options: argparse.Namespace) -> Json:
    """The run that the options describe; a time that is not given is now."""
    if not options.external_id:
        raise Stop(USAGE, "report needs --external-id (an id that a second try repeats) or --file")
    given: Json = {} if not options.metrics_file else load(options.metrics_file)
    if not isinstance(given, dict):
        raise Stop(USAGE, f"{options.metrics_file} must hold one object: metric names and numbers")
    metrics = {**given, **pairs(options.metric, "--metric", last=True)}
    now = datetime.datetime.now(datetime.timezone.utc).isoformat()
    tags = pairs(options.tag, "--tag")
    commit = options.commit or tags.get("commit") or commit_and_ref()[0]
    run: Json = {
        "external_id": options.external_id,
        "name": options.name or options.external_id,
        "status": options.status,
        "started_at": options.started_at or now,
        "params": pairs(options.param, "--param"),
        "tags": {**tags, "commit": commit} if commit else tags,
        "metrics": {key: number(value, key) for key, value in metrics.items()},
    }
    if options.status != "running":
        run["ended_at"] = options.ended_at or now
    if options.dataset:
        datasets = pairs(options.dataset, "--dataset")
        run["datasets"] = [{"name": name, "digest": digest} for name, digest in datasets.items()]
    return run


def file_runs(options: argparse.Namespace) -> List[Json]:
    """Run objects of a file: a JSON array, {"runs": […]}, or one object a line."""
    single = ("external_id", "name", "metric", "metrics_file", "param", "tag", "dataset", "commit", "started_at")
    if any(getattr(options, name) for name in (*single, "ended_at")) or options.status != "finished":
        raise Stop(USAGE, "--file brings whole runs: it cannot be mixed with options that describe one run")
    data = load(options.file, lines=True)
    runs = data.get("runs", [data]) if isinstance(data, dict) else data
    if not isinstance(runs, list) or not runs or not all(isinstance(run, dict) for run in runs):
        raise Stop(USAGE, f"{options.file} must hold run objects: an array, or one a line")
    for run in runs:
        if isinstance(run.get("metrics"), dict):
            run["metrics"] = {k: v if v is None else number(v, k) for k, v in run["metrics"].items()}
    try:
        json.dumps(runs, allow_nan=False)
    except ValueError:
        raise Stop(USAGE, f"{options.file}: NaN and Infinity may stand in metrics alone") from None
    return runs


def load(path: str, lines: bool = False) -> Any:
    """A file's JSON ("-" is standard input); with `lines` it may also be one JSON value a line."""
    try:
        with opened(path) as file:
            text = file.read()
    except (OSError, ValueError) as error:
        raise Stop(USAGE, f"cannot read {path}: {error}") from None
    rows = [line for line in text.split("\n") if line.strip()]
    attempts = [[text], rows] if lines and len(rows) > 1 else [[text]]
    reason: object = ""
    for attempt in attempts:
        try:
            values = [json.loads(part, parse_float=exact) for part in attempt]
            return values if attempt is rows else values[0]
        except (ValueError, RecursionError) as error:
            reason = error
    raise Stop(USAGE, f"{path} is not JSON: {reason}")


def exact(text: str) -> Union[float, str]:
    """A float, but 1e999 as it is written, so that it is refused and not taken for Infinity."""
    value = float(text)
    return text if math.isinf(value) else value


# gate


def gate(options: argparse.Namespace) -> int:
    """Ask whether the candidate may ship; write what was asked for, also when there is no answer."""
    try:
        document = ask(Client(options), options)
    except Stop as stop:
        publish({"initiative": options.initiative, "verdict": "error", "reasons": [stop.text], "checks": [],
                 "error": {"exit": stop.code, "text": clean(stop.text)}}, options)  # fmt: skip
        raise
    for line in human(document):
        say(line, options.out)
    publish(document, options)
    return EXITS[document["verdict"]]


def ask(client: Client, options: argparse.Namespace) -> Json:
    """The gate's document, its parts checked. It is judged in the request, so nothing is left to wait for."""
    commit, ref = commit_and_ref()
    facts = {"commit": options.commit or commit, "ref": options.ref or ref}
    facts["model_version"], facts["evaluation"] = options.model_version, options.evaluation
    body: Json = {key: value for key, value in facts.items() if value}
    if not {"commit", "model_version", "evaluation"} & set(body):
        raise Stop(USAGE, "no commit is known here: give --commit or --model-version or --evaluation")
    if options.dry_run:
        body["dry_run"] = True
    document = client.call("POST", path_of(options, "gate"), body)[0]
    if document.get("verdict") not in list(EXITS) or not are_checks(document.get("checks")):
        raise Stop(FAILED, UNCLEAR)
    return document


def are_checks(checks: object) -> bool:
    rows = checks if isinstance(checks, list) else [None]
    return all(isinstance(c, dict) and {type(c.get("id")), type(c.get("result"))} == {str} for c in rows)


def blocks(check: Json) -> bool:
    return check.get("required") in (True, "required") and check["result"] in ("fail", *UNDECIDED)


def ranked(document: Json) -> List[Json]:
    """Checks in reading order: what blocks first, failures before what nobody can tell."""
    order = {result: place for place, result in enumerate(RESULTS)}
    return sorted(document["checks"], key=lambda c: (not blocks(c), order.get(c["result"], 0)))


def mark(check: Json) -> str:
    return RESULTS.get(check["result"], "? " + clean(check["result"]))


def measured(check: Json) -> str:
    """The observed value with its interval, "0.88 (0.86 to 0.9)"."""
    low, high = check.get("low"), check.get("high")
    interval = "" if low is None and high is None else f" ({clean(low)} to {clean(high)})"
    return clean(check.get("observed")) + interval


def listed(document: Json, key: str) -> List[str]:
    """Reasons, warnings or waivers as lines; an object is shown by the words that it has."""
    rows = document.get(key)
    return [clean(spoken(row)) for row in (rows if isinstance(rows, list) else [])]


def spoken(row: object) -> object:
    names = ("check", "title", "text", "detail", "reason", "value", "expires", "approver")
    if not isinstance(row, dict):
        return row
    return ", ".join(f"{name} {clean(row[name])}" for name in names if row.get(name) is not None) or row


def headline(document: Json) -> str:
    given = document.get("candidate")
    candidate = given if isinstance(given, dict) else {"kind": "no", "label": "candidate"}
    about = f"{candidate.get('kind')} {candidate.get('label')}"
    return f"{VERDICTS[document['verdict']]}: {clean(document.get('initiative'))}, {clean(about)}"


def source(document: Json) -> str:
    names = (("health", "health"), ("policy_version", "policy"), ("as_of", "as of"))
    known = [f"{word} {clean(document[name])}" for name, word in names if document.get(name) is not None]
    return ", ".join([f"decision {clean(document.get('decision') or 'not kept')}", *known])


def counts(document: Json) -> str:
    results = [c["result"] for c in document["checks"]]
    seen = [f"{results.count(r)} {r.replace('_', ' ')}" for r in RESULTS if r in results]
    return ", ".join(seen) or "none"


def human(document: Json) -> List[str]:
    """The verdict, its reasons, each check that does not pass with what would make it pass, the source."""
    lines = [headline(document), *(f"  reason: {reason}" for reason in listed(document, "reasons"))]
    for check in ranked(document):
        if check["result"] in ("pass", "not_applicable"):
            continue
        optional = "" if blocks(check) or check["result"] == "waived" else " (optional)"
        lines.append(f"{mark(check)}  {clean(check['id'])}: {clean(check.get('title'))}{optional}")
        sample = clean(check.get("n"))
        lines.append(f"    observed {measured(check)}; expected {clean(check.get('expected') or None)}; n {sample}")
        texts = (("why", check.get("reason")), ("to pass", check.get("what_would_pass")))
        lines += [f"    {name}: {clean(text)}" for name, text in texts if text]
    lines.append(f"Checks: {counts(document)}")
    lines += [f"  {key[:-1]}: {text}" for key in ("warnings", "waivers") for text in listed(document, key)]
    return [*lines, f"Source: {source(document)}", f"Page: {clean(document.get('url'))}"]


def summary(document: Json) -> List[str]:
    """Markdown of at most 40 lines for a job's page."""
    lines = [f"### MLTrack {markdown(headline(document))}", ""]
    lines += [f"- {markdown(reason)}" for reason in listed(document, "reasons")[:4]]
    open_checks = [c for c in ranked(document) if c["result"] not in ("pass", "not_applicable")]
    if open_checks:
        lines += ["", "| Result | Check | Observed | Expected | n | To pass |", "|---|---|---|---|---|---|"]
    for check in open_checks[:SUMMARY_ROWS]:
        row = [mark(check), check.get("title") or check["id"], measured(check), check.get("expected")]
        row += [check.get("n"), check.get("what_would_pass") or check.get("reason")]
        lines.append("| " + " | ".join(markdown(clean(cell)[:200]) for cell in row) + " |")
    rest = len(open_checks) - SUMMARY_ROWS
    lines += ["", f"Checks: {markdown(counts(document))}" + (f" ({rest} not shown)" if rest > 0 else ""), ""]
    for key in ("warnings", "waivers"):
        lines += [f"- {key[:-1]}: {markdown(text)}" for text in listed(document, key)[:4]]
    return [*lines, "", markdown(source(document)), *page_link(document)][:SUMMARY_LINES]


def page_link(document: Json) -> List[str]:
    url = document.get("url")
    plain = isinstance(url, str) and re.fullmatch(r"https?://[A-Za-z0-9.:/_?=&%\[\]-]+", url)
    return [f"[Evidence]({url})"] if plain else []


def junit(document: Json) -> str:
    """JUnit XML: one case per check and one for the verdict, so that its outcome and the exit code agree."""
    outcome = {"ready": "", "not_ready": "failure"}.get(document["verdict"], "error")
    why = "; ".join([headline(document), *listed(document, "reasons")])
    cases = [({"classname": "verdict", "name": "verdict"}, outcome, why)]
    for check in ranked(document):
        title = f"{clean(check['id'])}: {clean(check.get('title'))}"
        cases.append(({"classname": clean(check.get("section")), "name": title}, *check_outcome(check)))
    kinds = [kind for _, kind, _ in cases]
    suite = ElementTree.Element("testsuite", {
        "name": f"MLTrack {clean(document.get('initiative'))}", "tests": str(len(cases)),
        "failures": str(kinds.count("failure")), "errors": str(kinds.count("error")),
        "skipped": str(kinds.count("skipped")),
    })  # fmt: skip
    for names, kind, text in cases:
        case = ElementTree.SubElement(suite, "testcase", names)
        if kind:
            ElementTree.SubElement(case, kind, {"message": text}).text = text
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suite, encoding="unicode") + "\n"


def check_outcome(check: Json) -> Tuple[str, str]:
    """The JUnit element of a check ("" passes) and its text; what does not block is skipped, never passed."""
    parts = [mark(check), f"observed {measured(check)}", f"expected {clean(check.get('expected'))}",
             f"n {clean(check.get('n'))}"]  # fmt: skip
    parts += [clean(check[key]) for key in ("reason", "what_would_pass") if check.get(key)]
    if check["result"] == "pass":
        return "", ""
    kind = "skipped" if not blocks(check) else "failure" if check["result"] == "fail" else "error"
    return kind, "; ".join(parts)


def tags(**labels: object) -> str:
    """OpenMetrics labels, escaped as its text format says."""
    escaped = ((k, clean(v).replace("\\", r"\\").replace('"', r"\"")) for k, v in labels.items())
    return "{" + ",".join(f'{k}="{v}"' for k, v in escaped) + "}"


def openmetrics(document: Json) -> str:
    """OpenMetrics 1.0 text: verdict, score, checks by result, and each check's outcome, value and n."""
    key = document.get("initiative")
    unique = {clean(check["id"]): check for check in document["checks"]}
    results = [check["result"] for check in unique.values()]
    states = [(tags(initiative=key, mltrack_verdict=v), float(v == document["verdict"])) for v in EXITS]
    score = [(tags(initiative=key), document.get("score"))]
    tally = [(tags(initiative=key, result=result), results.count(result)) for result in RESULTS]

    def each(value: Callable[[Json], Any]) -> List[Tuple[str, Any]]:
        return [(tags(initiative=key, check=name), value(check)) for name, check in unique.items()]

    passes = each(lambda check: int(check["result"] == "pass"))
    families: Tuple[Tuple[str, str, str, List[Tuple[str, Any]]], ...] = (
        ("mltrack_verdict", "stateset", "May the candidate ship.", states),
        ("mltrack_score", "gauge", "It informs, it never decides.", score),
        ("mltrack_checks", "gauge", "Checks by result.", tally),
        ("mltrack_check_passes", "gauge", "1 for a pass; a waived check does not pass.", passes),
        ("mltrack_check_observed", "gauge", "The measured value.", each(lambda check: check.get("observed"))),
        ("mltrack_check_samples", "gauge", "Samples behind the value.", each(lambda check: check.get("n"))),
    )
    lines = [line for family in families for line in exposed(*family)]
    return "\n".join([*lines, "# EOF\n"])


def exposed(name: str, kind: str, text: str, samples: List[Tuple[str, Any]]) -> List[str]:
    """One metric family; values that are text, absent or not finite are left out."""
    finite = [(labels, v) for labels, v in samples if type(v) in (int, float) and abs(v) < 1e300]
    rows = [f"{name}{labels} {float(value)!r}" for labels, value in finite]
    return [f"# TYPE {name} {kind}", f"# HELP {name} {text}", *rows] if rows else []


def pretty(data: Json) -> str:
    """ASCII JSON in which no name can spell a runner command."""
    return json.dumps(data, indent=2).replace("##[", "#\\u0023[") + "\n"


def publish(document: Json, options: argparse.Namespace) -> None:
    write(options.json, pretty(document))
    write(options.junit, junit(document) if options.junit else "")
    write(options.openmetrics, openmetrics(document) if options.openmetrics else "")
    page = options.summary or os.environ.get("GITHUB_STEP_SUMMARY", "")
    write(page, "\n".join(summary(document)) + "\n", "w" if options.summary else "a")


def write(path: Optional[str], text: str, mode: str = "w") -> None:
    """To a file, or for "-" to standard output; no path, nothing to write."""
    try:
        if path == "-":
            sys.stdout.write(text)
        elif path:
            with open(path, mode, encoding="utf-8") as file:
                file.write(text)
    except OSError as error:
        raise Stop(USAGE, f"cannot write {path}: {error.strerror}") from None


# evaluate


def evaluate(options: argparse.Namespace) -> int:
    """Upload the rows of a file and wait until they are counted; a second try goes on where the first was cut."""
    client, about = Client(options), description(options)
    gc.disable()  # Rows make no cycles, and looking for some takes longer than reading them.
    with tempfile.TemporaryDirectory(prefix="mltrack-") as folder:
        file = os.path.join(folder, "rows")
        plan = packed(options, file)
        if options.file != "-":
            about.setdefault("dataset", {"name": os.path.basename(options.file), "digest": file_digest(options.file)})
        about.update(columns=[each for each in plan.columns if ":" not in each], slice_columns=options.slice,
                     group_columns=options.group, keep_cases=not options.no_cases, blocks=plan.blocks)  # fmt: skip
        upload = client.call("POST", path_of(options, "evaluations", "uploads"), about)[0]
        upload = sent(client, path_of(options, "evaluations", "uploads", upload.get("id")), upload, file)
    if upload.get("state") != "done":
        raise Stop(USAGE, f"nothing was kept: {failure(upload, plan)}")
    found = upload.get("evaluation")
    if not isinstance(found, dict):
        raise Stop(FAILED, UNCLEAR)
    return show_evaluation(client, found, options)


def show_evaluation(client: Client, found: Json, options: argparse.Namespace) -> int:
    """Print the evaluation, with its operating point where the server tells one."""
    try:
        found = client.call("GET", path_of(options, "evaluations", found.get("id")))[0]
    except Stop as stop:
        if stop.status != 404:
            raise
    say(f"evaluation {clean(found.get('id'))}: n {clean(found.get('n'))}, accuracy {clean(found.get('accuracy'))}"
        f" over all cases, {clean(found.get('abstained'))} abstained", options.out)  # fmt: skip
    point = found.get("operating_point")
    if isinstance(point, dict):
        names = ("threshold", "coverage", "accuracy", "guaranteed_coverage")
        say("operating point: " + ", ".join(f"{name} {clean(point.get(name))}" for name in names), options.out)
    write(options.json, pretty(found))
    return READY


def description(options: argparse.Namespace) -> Json:
    """What the evaluation is about, from the options."""
    names = ("external_id", "name", "purpose", "run", "model_version", "scope", "abstention", "family", "favourable")
    about: Json = {name: getattr(options, name) for name in (*names, "cost")}
    about["commit"] = options.commit or commit_and_ref()[0]
    about["members"], about["components"] = options.member, pairs(options.component, "--component")
    if options.dataset:
        name, separator, digest = options.dataset.rpartition("@")
        if not separator or not name or not digest:
            raise Stop(USAGE, f"--dataset wants NAME@DIGEST, not {clean(options.dataset)!r}")
        about["dataset"] = {"name": name, "digest": digest}
    return {name: value for name, value in about.items() if value or value == 0}


def failure(upload: Json, plan: "Plan") -> str:
    """Why an upload failed, with the file's own name of the column."""
    given = upload.get("error")
    error = given if isinstance(given, dict) else {}
    words = str(error.get("detail") or "the upload failed")
    names = dict(zip(plan.columns, plan.heads))
    own = names.get(str(error.get("column")))
    return f"{words} (The file calls this column {own}.)" if own and own != error["column"] else words


class Plan(NamedTuple):
    """The rows as they will be sent: what each column is, what the file calls it, and the blocks."""

    columns: List[str]
    heads: List[str]
    blocks: List[Json]


Head = List[str]
Batches = Iterator[List[Any]]
Rows = Tuple[Head, Callable[[Head], Batches]]  # what columns there are, and how to read some of them


def packed(options: argparse.Namespace, path: str) -> Plan:
    """Write the wanted columns of the rows to a file in blocks, each a gzip member; Stop for a malformed row."""
    head, read = ROWS[row_format(options)](options)
    if not head:
        raise Stop(USAGE, f"{options.file} has no rows")
    columns, heads = chosen(options, head)
    blocks: List[Json] = []
    with open(path, "wb") as file:
        for batch in read(heads):
            for rows, member in members(batch):
                file.write(member)
                blocks.append({"size": len(member), "rows": rows, "sha256": hashlib.sha256(member).hexdigest()})
    if not blocks:
        raise Stop(USAGE, f"{options.file} has no rows")
    return Plan(columns, heads, blocks)


def members(rows: List[Any]) -> Iterator[Tuple[int, bytes]]:
    """The rows as gzip members of CSV, within the server's limits on a block; halved where they are too long."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    raw = text.getvalue().encode("utf-8", "surrogatepass")
    member = gzip.compress(raw, 1, mtime=0)
    if len(rows) == 1 or (len(raw) <= BLOCK_TEXT and len(member) <= BLOCK_BYTES):
        yield len(rows), member
        return
    for half in (rows[: len(rows) // 2], rows[len(rows) // 2 :]):
        yield from members(half)


def chosen(options: argparse.Namespace, head: Head) -> Tuple[List[str], Head]:
    """What is sent of the columns, and what the file calls them: named ones must be there, others where they are."""
    if len(set(head)) < len(head):
        raise Stop(USAGE, f"{options.file} has two columns of one name")
    given = {name: getattr(options, f"column_{name}") for name in ("prediction", "label", "correct", "confidence")}
    given["id"] = options.id
    named = {name: column for name, column in given.items() if column}
    if "correct" not in named and "prediction" not in named:
        named.update({name: name for name in ("prediction", "label") if {"prediction", "label"} <= set(head)})
        if "prediction" not in named and "correct" in head:
            named["correct"] = "correct"
    elif "prediction" in named and "label" not in named:
        named["label"] = "label"
    named.update({name: name for name in ("confidence", "id") if name not in named and name in head})
    if options.no_cases:
        named.pop("id", None)
    order = ("id", "prediction", "label", "correct", "confidence")
    wanted = [(name, named[name]) for name in order if name in named]
    wanted += [(f"slice:{each}", each) for each in options.slice] + [(f"group:{each}", each) for each in options.group]
    missing = [column for _, column in wanted if column not in head]
    if missing or not {"prediction", "correct"} & set(named):
        lacks = f"has no column {clean(missing[0])!r}" if missing else "needs prediction and label, or correct"
        raise Stop(USAGE, f"{options.file} {lacks}; it has {clean(', '.join(head))}")
    return [name for name, _ in wanted], [column for _, column in wanted]


def row_format(options: argparse.Namespace) -> str:
    """The format by option or by the file's ending."""
    ends = {".csv": "csv", ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet"}
    found = options.format or ends.get(os.path.splitext(options.file)[1].lower())
    if not found:
        raise Stop(USAGE, "give --format: the file's name does not end in .csv, .jsonl or .parquet")
    return str(found)


def batches(rows: Iterator[Any]) -> Batches:
    """Blocks of rows; Stop with the number of the row that cannot be read."""
    first = 1
    while True:
        block: List[Any] = []
        try:
            block.extend(itertools.islice(rows, BLOCK_ROWS))
        except (csv.Error, ValueError, OSError) as error:
            raise Stop(USAGE, f"nothing was sent: row {first + len(block):,} cannot be read: {error}") from None
        if not block:
            return
        yield block
        first += len(block)


def opened(path: str) -> TextIO:
    try:
        if path == "-":
            return io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8-sig", newline="")
        return open(path, encoding="utf-8-sig", newline="")
    except OSError as error:
        raise Stop(USAGE, f"cannot read {path}: {error.strerror}") from None


def csv_rows(options: argparse.Namespace) -> Rows:
    """A first line of names, then a row a line."""
    reader = csv.reader(opened(options.file), strict=True)
    try:
        head = next(reader, [])
    except (csv.Error, ValueError) as error:
        raise Stop(USAGE, f"cannot read {options.file}: {error}") from None

    def read(heads: Head) -> Batches:
        first, places = 1, [head.index(each) for each in heads]
        for rows in batches(filter(None, reader)):
            if set(map(len, rows)) != {len(head)}:
                place = next(place for place, row in enumerate(rows) if len(row) != len(head))
                words = f"row {first + place:,} has {len(rows[place])} values where {len(head)} are expected"
                raise Stop(USAGE, f"nothing was sent: {words}")
            yield list(map(operator.itemgetter(*places), rows)) if len(places) > 1 else [[r[places[0]]] for r in rows]
            first += len(rows)

    return head, read


def jsonl_rows(options: argparse.Namespace) -> Rows:
    """One object a line. The first one has all the keys; a later one may leave some out, for empty values."""
    lines = filter(str.strip, opened(options.file))

    def parsed(line: str) -> Json:
        row = json.loads(line, parse_float=str, parse_int=str)
        if not isinstance(row, dict):
            raise ValueError("it is not a JSON object")
        return row

    rows = map(parsed, lines)
    first: List[Json] = next(batches(itertools.islice(rows, 1)), [{}])

    def read(heads: Head) -> Batches:
        chained = itertools.chain(first if first[0] else [], rows)
        return batches([text_of(row.get(each)) for each in heads] for row in chained)

    return list(first[0]), read


def text_of(value: Any) -> str:
    """A value as text: nothing for null and NaN, 1 and 0 for booleans."""
    if value is None or value != value:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return value if isinstance(value, str) else json.dumps(value) if isinstance(value, (dict, list)) else str(value)


def parquet_rows(options: argparse.Namespace) -> Rows:
    """Through pyarrow or duckdb, whichever is installed."""
    for module, rows_of in (("pyarrow.parquet", arrow_rows), ("duckdb", duckdb_rows)):
        try:
            reader = importlib.import_module(module)
        except ImportError:
            continue
        try:
            return rows_of(reader, options.file)
        except (OSError, ValueError, getattr(reader, "Error", OSError)) as error:
            raise Stop(USAGE, f"cannot read {options.file}: {error}") from None
    raise Stop(USAGE, "Parquet needs pyarrow or duckdb beside this client: python3 -m pip install pyarrow")


def arrow_rows(parquet: Any, path: str) -> Rows:
    source = parquet.ParquetFile(path)

    def rows(heads: Head) -> Iterator[Any]:
        for table in source.iter_batches(10_000, columns=heads):
            yield from zip(*(table.column(each).to_pylist() for each in heads))

    return list(source.schema_arrow.names), lambda heads: batches(list(map(text_of, row)) for row in rows(heads))


def duckdb_rows(duckdb: Any, path: str) -> Rows:
    database = duckdb.connect()
    head = list(database.read_parquet(path).columns)

    def rows(heads: Head) -> Iterator[Any]:
        found, places = database.execute("SELECT * FROM read_parquet(?)", [path]), list(map(head.index, heads))
        whole = itertools.chain.from_iterable(iter(lambda: found.fetchmany(10_000), []))
        return ([row[place] for place in places] for row in whole)

    return head, lambda heads: batches(list(map(text_of, row)) for row in rows(heads))


ROWS: Dict[str, Callable[[argparse.Namespace], Rows]] = {"csv": csv_rows, "jsonl": jsonl_rows, "parquet": parquet_rows}


def file_digest(path: str) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for part in iter(lambda: file.read(1 << 20), b""):
            digest.update(part)
    return f"sha256:{digest.hexdigest()}"


def sent(client: Client, path: str, upload: Json, file: str) -> Json:
    """Send what the server lacks and wait until it has counted; give up when nothing moves, of bytes for --timeout."""
    moved, last = time.monotonic(), (-1, -1)
    while upload.get("state") in ("receiving", "counting"):
        place = (upload.get("offset"), upload.get("counted"))
        if not all(isinstance(each, int) for each in place):
            raise Stop(FAILED, UNCLEAR)
        if place != last:
            moved, last = time.monotonic(), place  # type: ignore[assignment]
        elif time.monotonic() - moved > client.timeout * (1 if upload["state"] == "receiving" else COUNTING_TIMES):
            raise Stop(FAILED, "nothing moves any more; the same command goes on from here")
        if upload["state"] == "receiving":
            answer = client.stream(path, file, upload["offset"])
            if not (200 <= answer.status < 300 or answer.status in (409, 422) or answer.retry()):
                client.settle(answer)
            if not 200 <= answer.status < 300 and answer.status != 409:
                say(f"mltrack: {answer.words()}; going on", sys.stderr)
                time.sleep(max(retry_after(answer.headers), 0.5))
        else:
            time.sleep(0.25 if time.monotonic() - moved < 5 else 1.0)
        upload = client.call("GET", path)[0]
    return upload


# label


def label(options: argparse.Namespace) -> int:
    """Store a file's annotations in batches, or a snapshot. A batch's key is its content: a second try goes on."""
    client = Client(options)
    found: Json = {}
    own = options.format in TOOLS or not options.file
    for batch in () if own else chunks(file_labels(options), BATCH_LABELS):
        key = hashlib.sha256(json.dumps([options.initiative, batch]).encode()).hexdigest()
        answer = client.call("POST", path_of(options, "annotations", "batch"), {"annotations": batch}, key)[0]
        found = {name: found.get(name, 0) + n for name, n in answer.items() if isinstance(n, int)}
    if options.file and own:
        query = {name: getattr(options, name) or "" for name in ("format", "annotator", "question")}
        path = f"{path_of(options, 'annotations', 'upload')}?{urllib.parse.urlencode(query)}"
        with opened(options.file) as file:
            found = client.call("POST", path, file.buffer.read())[0]
    elif own:
        found = client.call("POST", path_of(options, "labeling"), snapshot(options))[0]
    say("stored: " + (", ".join(f"{clean(n)} {name}" for name, n in found.items() if type(n) is int) or "nothing"),
        options.out)  # fmt: skip
    write(options.json, pretty(found))
    return READY


def snapshot(options: argparse.Namespace) -> Json:
    """How far labeling is, from the options; a time that is not given is now."""
    if options.total is None or options.labeled is None:
        raise Stop(USAGE, "label needs --file, or --total and --labeled")
    body: Json = {name: getattr(options, name) for name in ("total", "labeled", "reviewed", "skipped")}
    classes = pairs(options.per_class, "--per-class", last=True)
    body["per_class"] = {name: int(n) if n.isdecimal() else n for name, n in classes.items()} or None
    return {**body, "time": options.time or datetime.datetime.now(datetime.timezone.utc).isoformat()}


def file_labels(options: argparse.Namespace) -> List[Json]:
    """The annotations of a file; an empty label takes one back."""
    head, read = ROWS[row_format(options)](options)
    heads = [each for each in (*ANNOTATION, "batch") if each in head]
    if not {*ANNOTATION} <= {*heads}:
        raise Stop(USAGE, f"{options.file} needs columns {', '.join(ANNOTATION)}; it has {clean(', '.join(head))}")
    return [dict(zip(heads, (each or None for each in row))) for rows in read(heads) for row in rows]


# observe


def observe(options: argparse.Namespace) -> int:
    """Store one observation, a file of them, or what the result file of another library tells."""
    if bool(options.file) == (options.value is not None):
        raise Stop(USAGE, "observe needs --file, or --kind, --name and --value")
    client = Client(options)
    total: Dict[str, int] = {}
    for part, body in result_file(options) if options.format else observations(options):
        answer = client.call("POST", path_of(options, "observations", part), body)[0]
        counts = {name: answer[name] for name in COUNTED if type(answer.get(name)) is int}
        if len(counts) < len(COUNTED):
            raise Stop(FAILED, UNCLEAR)
        total = {name: total.get(name, 0) + n for name, n in counts.items()}
        more = [f"{answer['more_unread']} more"] if answer.get("more_unread") else []
        for words in [*listed(answer, "unread"), *more]:
            say(f"not read: {clean(words)}", options.out)
    say("stored: " + ", ".join(f"{n} {name}" for name, n in total.items()), options.out)
    write(options.json, pretty(total))
    return READY


def result_file(options: argparse.Namespace) -> Iterator[Tuple[str, Json]]:
    """The file of another library as one body; NaN stands there as text, which the server names as not read."""
    document = json.loads(json.dumps(load(options.file)), parse_constant=str)
    given = {"time": midnight(options.time), "reference": options.reference}
    yield "files", {"format": options.format, "document": document, **{k: v for k, v in given.items() if v is not None}}


def observations(options: argparse.Namespace) -> Iterator[Tuple[str, Json]]:
    """Batches of what the file or the options tell; of what the rows leave out, the options hold for all."""
    names = ("kind", "name", "segment", "n", "method", "threshold", "reference", "period_days", "value")
    shared = {name: getattr(options, name) for name in names if getattr(options, name) is not None}
    rows = load(options.file, lines=True) if options.file else [{}]
    rows = rows if isinstance(rows, list) else [rows]
    if not rows or not all(isinstance(row, dict) for row in rows):
        raise Stop(USAGE, f"{options.file} holds observations as objects: an array, or one a line")
    now = options.time or datetime.datetime.now(datetime.timezone.utc).isoformat()
    whole = [{**shared, **row, "time": midnight(row.get("time", now))} for row in rows]
    for row in whole:
        if type(row.get("value")) is not str and not math.isfinite(row.get("value") or 0):
            raise Stop(USAGE, f"{clean(row.get('name'))}: {clean(row['value'])} measures nothing; leave it out")
    for batch in chunks(whole, BATCH_LABELS):
        yield "batch", {"observations": batch}


def midnight(moment: Any) -> Any:
    """A date as its first moment in UTC, all else as it is."""
    return f"{moment}T00:00:00Z" if re.fullmatch(r"\d{4}-\d\d-\d\d", str(moment)) else moment


# deploy


def deploy(options: argparse.Namespace) -> int:
    """Record what runs where. The same version in the same environment once more changes that record."""
    given = {name: getattr(options, name) for name in ("at", "image_digest", "endpoint")}
    body = {"environment": options.environment, "version": options.model_version, "state": options.state,
            "commit": commit_and_ref()[0] if options.commit is None else options.commit,
            **{name: value for name, value in given.items() if value is not None}}  # fmt: skip
    answer = Client(options).call("POST", path_of(options, "deployments"), body)[0]
    say(f"stored: {clean(answer.get('version'))} is {clean(answer.get('state'))} in "
        f"{clean(answer.get('environment'))} ({clean(answer.get('id'))})", options.out)  # fmt: skip
    write(options.json, pretty(answer))
    return READY


def promote(options: argparse.Namespace) -> int:
    """Make the canary of an environment live, or its shadow, or the one that is named."""
    found = beside(options, ("canary", "shadow"))
    answer = Client(options).call("POST", path_of(options, "deployments", found, "promote"), {"note": options.note})[0]
    say(f"stored: {clean(answer.get('version'))} is {clean(answer.get('state'))} in "
        f"{clean(answer.get('environment'))} ({clean(answer.get('id'))})", options.out)  # fmt: skip
    write(options.json, pretty(answer))
    return READY


def rollback(options: argparse.Namespace) -> int:
    """Take what is live in an environment back, or say how long a rehearsal of that took."""
    body = {name: getattr(options, name) for name in ("seconds", "link", "note")}
    if options.rehearsal:
        path, body["environment"] = path_of(options, "rollbacks"), options.environment
    else:
        path = path_of(options, "deployments", beside(options, ("champion",)), "rollback")
    answer = Client(options).call("POST", path, {name: each for name, each in body.items() if each is not None})[0]
    what = f"{clean(answer.get('from_version'))} → {clean(answer.get('to_version'))}"
    took = "" if answer.get("seconds") is None else f" in {clean(answer['seconds'])} s"
    say(f"stored: rollback in {clean(answer.get('environment'))}: {'rehearsed' if options.rehearsal else what}{took} "
        f"({clean(answer.get('id'))})", options.out)  # fmt: skip
    write(options.json, pretty(answer))
    return READY


def beside(options: argparse.Namespace, places: Tuple[str, ...]) -> str:
    """The id of what stands in one of the places of an environment, first come; of the model version, where named."""
    found = Client(options).call("GET", path_of(options, "production"))[0]
    here: Json = next((each for each in found.get("environments", []) if each.get("name") == options.environment), {})
    for place in places:
        there = here.get(place)
        if there and options.model_version in (None, there["version"]):
            return str(there["id"])
    wanted = f"{options.model_version} as " if options.model_version else ""
    raise Stop(USAGE, f"there is no {wanted}{' or '.join(places)} in {options.environment}")


# doctor


def doctor(options: argparse.Namespace) -> int:
    """Say in words whether address, token, scopes and clock are right; exit 4 where no command could work."""
    client = Client(options)
    token, headers = token_facts(client)
    scopes = token.get("scopes")
    say(f"server: {client.url} answers, version {clean(token.get('version') or 'not told')}")
    say(f"token: accepted, workspace {clean(token.get('workspace') or 'not told')}, "
        f"expires {clean(token.get('expires') or 'not told')}")  # fmt: skip
    say(f"clock: {clock(headers)}")
    if options.initiative:
        client.call("GET", path_of(options))
        say(f"initiative: {clean(options.initiative)} is visible")
    if not isinstance(scopes, list):
        say("scopes: the server does not tell them; the token may read")
        return READY
    say(f"scopes: {clean(' '.join(map(str, scopes)))}")
    needs = {"report": "runs:write", "evaluate": "evaluations:write", "label": "labels:write",
             "observe": "readings:write", "gate": "gate"}  # fmt: skip
    for command, scope in needs.items():
        say(f"{command}: {'will work' if scope in scopes else f'will be refused, the token lacks {scope}'}")
    return READY if set(needs.values()) & set(map(str, scopes)) else AUTH


def token_facts(client: Client) -> Tuple[Json, email.message.Message]:
    """What the server says of this token, or {} from one that only lets it read."""
    try:
        return client.call("GET", "token/")
    except Stop as stop:
        if stop.status != 404:
            raise
    return {}, client.call("GET", "initiatives/?limit=1")[1]


def clock(headers: email.message.Message) -> str:
    server = header_time(str(headers.get("Date", "")))
    if server is None:
        return "the server sends no Date, so nobody can tell"
    skew = time.time() - server
    if abs(skew) <= 5:
        return "within 5 s of the server's"
    side = "ahead of" if skew > 0 else "behind"
    return f"{abs(skew):.0f} s {side} the server's, so reported times will be off"


# The command line.


def seconds(text: str) -> float:
    value = float(text)
    if not 0 < value <= 86_400:
        raise ValueError
    return value


def parser() -> argparse.ArgumentParser:
    about = "exit: 0 ready or stored, 1 not ready, 2 usage or refused, 3 unknown, 4 token, 5 no answer"
    shared: Json = {"epilog": about, "allow_abbrev": False}
    top = argparse.ArgumentParser(prog="mltrack.py", description="MLTrack's CI client", **shared)
    top.add_argument("--version", action="version", version=f"mltrack-cli {VERSION}")
    commands = top.add_subparsers(dest="command", required=True, metavar=COMMANDS)
    for run, text in ((report, "store one run, or a file of runs"),
                      (evaluate, "upload a model's predictions, a row per case"),
                      (label, "store annotations, or how far labeling is"),
                      (observe, "store what is measured of data and production"), (gate, "ask: may this version ship?"),
                      (deploy, "record what runs where"), (promote, "make a canary or shadow live"),
                      (rollback, "take back what is live, or record a rehearsal of that"),
                      (doctor, "check address, token, scopes and clock")):  # fmt: skip
        sub = commands.add_parser(run.__name__, help=text, description=text, **shared)
        sub.set_defaults(act=run)
        sub.add_argument("--initiative", required=run is not doctor, metavar="KEY", help="like CHURN")
        sub.add_argument("--url", default=os.environ.get("MLTRACK_URL", ""), help="default: MLTRACK_URL")
        sub.add_argument("--timeout", type=seconds, default=60.0, metavar="S", help="default: 60")
        sub.add_argument("--insecure-http", action="store_true", help="allow http:// to another machine")
        for name, kind, words in OPTIONS[run.__name__]:
            extra: Json = {"metavar": kind} if isinstance(kind, str) else kind
            sub.add_argument(name, help=words, **extra)
    return top


SEVERAL: Json = {"action": "append", "default": [], "metavar": "NAME=VALUE"}
FLAG: Json = {"action": "store_true"}
COUNT: Json = {"type": int, "metavar": "N"}
MANY: Json = {"action": "append", "default": []}
PURPOSE: Json = {"choices": ("validation", "test", "shadow", "production")}
COMMANDS = "{report,evaluate,label,observe,gate,deploy,promote,rollback,doctor}"
KINDS = ("volume", "drift", "quality", "latency", "errors", "cost")
COUNTED = ("created", "updated", "unchanged")
REPORTS = ("evidently", "great_expectations", "pandera", "dvc")
STATES = ("live", "shadow", "canary", "failed", "rolled_back", "retired")
STATUS: Json = {"choices": ("running", "finished", "failed", "killed"), "default": "finished"}
OPTIONS: Dict[str, List[Tuple[str, Union[str, Json], str]]] = {
    "report": [
        ("--external-id", "ID", "the run's lasting id; a second report with it updates the run"),
        ("--name", "TEXT", "default: the id"),
        ("--status", STATUS, "default: finished"),
        ("--metric", SEVERAL, "a number, NaN, Infinity or -Infinity; repeatable"),
        ("--metrics-file", "JSON", "an object of metric names and numbers; - is standard input"),
        ("--param", SEVERAL, "repeatable"),
        ("--tag", SEVERAL, "repeatable"),
        ("--dataset", {**SEVERAL, "metavar": "NAME=DIGEST"}, "data behind the run; repeatable"),
        ("--commit", "SHA", "default: from GitHub, GitLab or git"),
        ("--started-at", "TIME", "ISO 8601 with zone; default: now"),
        ("--ended-at", "TIME", "ISO 8601 with zone; default: now"),
        ("--file", "JSON", "whole runs instead: an array, or one object a line; - is standard input"),
        ("--json", "FILE", "the result of each run; - is standard output"),
    ],
    "evaluate": [
        ("--file", {"metavar": "FILE", "required": True}, "a row per case: CSV, JSONL, Parquet; - is standard input"),
        ("--format", {"choices": tuple(ROWS)}, "default: by the file's ending"),
        ("--column-prediction", "NAME", "default: prediction"),
        ("--column-label", "NAME", "default: label; compared with the prediction as it is written"),
        ("--column-correct", "NAME", "1 or 0, instead of prediction and label; default: correct"),
        ("--column-confidence", "NAME", "0 to 1, empty where the model abstained; default: confidence, if there"),
        ("--id", "NAME", "the column of the cases' ids, which are sent and kept hashed; default: id, if there"),
        ("--slice", {**MANY, "metavar": "NAME"}, "a column to look at by value; repeatable"),
        ("--group", {**MANY, "metavar": "NAME"}, "a column of people's groups, for fairness; repeatable"),
        ("--favourable", "CLASS", "the class that people wish for, for fairness"),
        ("--purpose", PURPOSE, "default: test"),
        ("--name", "TEXT", "the evaluation's name"),
        ("--external-id", "ID", "the evaluation's lasting id"),
        ("--dataset", "NAME@DIGEST", "the version of data; default: the file's name and SHA-256"),
        ("--run", "ID", "the run that is evaluated"),
        ("--model-version", "ID", "the registered version that is evaluated"),
        ("--commit", "SHA", "default: from GitHub, GitLab or git"),
        ("--scope", "TEXT", "which cases the rows cover"),
        ("--abstention", "TEXT", "how the model abstains"),
        ("--family", "TEXT", "the family of models that was tried"),
        ("--member", {**MANY, "metavar": "MODEL"}, "a model of the ensemble; repeatable"),
        ("--cost", {"type": float, "metavar": "NUMBER"}, "what the evaluation cost"),
        ("--component", {**SEVERAL, "metavar": "PART=DIGEST"}, "a digest of data, labels, code, model, …; repeatable"),
        ("--no-cases", FLAG, "send no ids and keep no row per case: models are then compared as separate samples"),
        ("--json", "FILE", "the evaluation; - is standard output"),
    ],
    "label": [
        ("--file", "FILE", "an annotation a row: task, annotator, label, time, and batch if there; or a tool's export"),
        ("--format", {"choices": (*ROWS, *TOOLS)}, "default: by the file's ending; that of a tool is sent as it is"),
        ("--annotator", "NAME", "who labeled, where a tool's export names nobody"),
        ("--question", "NAME", "of Argilla: the question whose answers are the labels; default: the first"),
        ("--total", COUNT, "instead of --file: how many tasks there are"),
        ("--labeled", COUNT, "how many of them have a label"),
        ("--reviewed", COUNT, "how many labeled ones were looked at again"),
        ("--skipped", COUNT, "how many were passed over without a label"),
        ("--per-class", {**SEVERAL, "metavar": "CLASS=N"}, "labeled tasks of a class; repeatable"),
        ("--time", "TIME", "when that was, ISO 8601 with zone; default: now"),
        ("--json", "FILE", "the server's answer; - is standard output"),
    ],
    "observe": [
        ("--kind", {"choices": KINDS}, "what is measured"),
        ("--name", "NAME", "of what: a feature, a table, an endpoint"),
        ("--segment", "NAME", "the part that it is about; default: the whole"),
        ("--value", {"type": float, "metavar": "NUMBER"}, "the measured value; 0 where nothing came"),
        ("--time", "TIME", "ISO 8601 with zone, or a date for its first moment in UTC; default: now"),
        ("--n", COUNT, "over how many cases"),
        ("--method", "NAME", "how it was measured"),
        ("--threshold", {"type": float, "metavar": "NUMBER"}, "what you compare it with"),
        ("--reference", "TEXT", "what it was compared to"),
        ("--period-days", COUNT, "how many days a volume covers"),
        ("--file", "JSON", "observations instead: an array, or one object a line; - is standard input"),
        ("--format", {"choices": REPORTS}, "of a result file of another library, whose own JSON --file then is"),
        ("--json", "FILE", "how many were created, updated and unchanged; - is standard output"),
    ],
    "gate": [
        ("--commit", "SHA", "default: from GitHub, GitLab or git"),
        ("--ref", "REF", "branch or tag; default: from GitHub, GitLab or git"),
        ("--model-version", "ID", "judge this registered version instead of the commit's newest run"),
        ("--evaluation", "ID", "judge this evaluation, by its id or the id that its source gave it"),
        ("--dry-run", FLAG, "judge, but keep no decision"),
        ("--json", "FILE", "the whole answer; - is standard output"),
        ("--junit", "FILE", "JUnit XML"),
        ("--openmetrics", "FILE", "OpenMetrics text"),
        ("--summary", "FILE", "Markdown, at most 40 lines; default: append to GITHUB_STEP_SUMMARY"),
    ],
    "deploy": [
        ("--environment", {"metavar": "NAME", "default": "production"}, "default: production, which verdicts look at"),
        ("--model-version", {"metavar": "ID", "required": True}, "what runs there: a registered version, 3 or name/3"),
        ("--state", {"choices": STATES, "default": "live"}, "default: live"),
        ("--at", "TIME", "when it came there, ISO 8601 with zone; default: now"),
        ("--commit", "SHA", "default: from GitHub, GitLab or git"),
        ("--image-digest", "DIGEST", "of the container image"),
        ("--endpoint", "URL", "where it answers"),
        ("--json", "FILE", "the deployment; - is standard output"),
    ],
    "promote": [
        ("--environment", {"metavar": "NAME", "default": "production"}, "default: production"),
        ("--model-version", "ID", "refuse another version than this one"),
        ("--note", {"metavar": "TEXT", "default": ""}, "why"),
        ("--json", "FILE", "the deployment; - is standard output"),
    ],
    "rollback": [
        ("--environment", {"metavar": "NAME", "default": "production"}, "default: production"),
        ("--model-version", "ID", "refuse to take back another version than this one"),
        ("--seconds", COUNT, "how long it took until the version before answered"),
        ("--rehearsal", FLAG, "it was rehearsed: nothing is taken back; needs --seconds"),
        ("--link", "URL", "where that is written down"),
        ("--note", {"metavar": "TEXT", "default": ""}, "why"),
        ("--json", "FILE", "the rollback; - is standard output"),
    ],
    "doctor": [],
}


def main(arguments: Optional[List[str]] = None) -> int:
    """Run one command and return its exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    options = parser().parse_args(arguments)
    options.out = sys.stderr if getattr(options, "json", "") == "-" else sys.stdout
    try:
        return int(options.act(options))
    except Stop as stop:
        say(f"mltrack: {clean(stop.text)}", sys.stderr)
        return stop.code


if __name__ == "__main__":
    sys.exit(main())
