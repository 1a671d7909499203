"""Lighthouse on portfolio, initiative and KPI of the sample workspace, served as in production by a whole tree.

The last Lighthouse that runs with Debian's Chromium is fetched by npm once and kept in the cache folder. Scores are
medians; a busy machine lowers the first one.
"""

from __future__ import annotations

import http.cookiejar
import json
import os
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from pathlib import Path
from statistics import median
from typing import Any

from playwright._impl._api_structures import SetCookieParam
from playwright.sync_api import sync_playwright

from benchmarks.results import Result
from benchmarks.sizes import Size
from tests.browser.pages import FLAGS
from tests.browser.program import ensure
from tests.trees import Tree, open_folder

VERSION = "12.8.2"
CACHE = Path.home() / ".cache" / "mltrack" / f"lighthouse-{VERSION}"
PAGES = {
    "portfolio": "/w/demo/",
    "initiative": "/w/demo/initiatives/BIOPSY/",
    "KPI": "/w/demo/kpis/double-readings/",
}
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
LEAST = 95.0
TRIES = 3
# Milliseconds until the largest part is painted, without and with a chart; how far the layout shifts.
PAINTED = {"portfolio": 800.0, "initiative": 800.0, "KPI": 1_500.0}
SHIFT = 0.02


def measure(size: Size) -> list[Result]:
    """Return the four scores of each page, its largest paint in milliseconds and its layout shift."""
    with open_folder() as folder:
        home = folder / "home"
        statics = os.environ["MLTRACK_HOME"] + "/collected"
        tree = Tree(home, environ={"MLTRACK_STATIC_ROOT": statics, "MLTRACK_DEMO": "1"})
        try:
            cookies = signed_in(tree.wait().url, (home / "demo_password").read_text().strip())
            profile = kept(cookies, folder / "signed-in")
            return [
                each
                for name, path in PAGES.items()
                for each in results(name, [audit(tree.url + path, profile, folder) for _ in range(size.rounds)])
            ]
        finally:
            tree.stop()
            tree.destroy()


def program() -> Path:
    """Return Lighthouse's program, installed into the cache once. Raises CalledProcessError."""
    found = CACHE / "node_modules" / ".bin" / "lighthouse"
    if not found.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--silent", "--no-audit", "--no-fund", f"lighthouse@{VERSION}"]
        subprocess.run(command, cwd=CACHE, check=True)
    return found


def signed_in(url: str, password: str) -> list[SetCookieParam]:
    """Return the cookies of the sample workspace's person."""
    jar = http.cookiejar.CookieJar()
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))
    opener.open(f"{url}/accounts/login/").read()
    token = next(cookie.value or "" for cookie in jar if cookie.name == "csrftoken")
    form = {"login": "demo@example.org", "password": password, "csrfmiddlewaretoken": token}
    request = urllib.request.Request(
        f"{url}/accounts/login/", urllib.parse.urlencode(form).encode(), {"Referer": f"{url}/accounts/login/"}
    )
    opener.open(request).read()
    until = time.time() + 3600
    return [{"name": each.name, "value": each.value or "", "url": url, "expires": until} for each in jar]


def kept(cookies: list[SetCookieParam], profile: Path) -> Path:
    """Return a browser's profile that holds cookies: as a header they would not go out with what scripts fetch."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch_persistent_context(profile, executable_path=ensure(), args=list(FLAGS))
        browser.add_cookies(cookies)
        browser.close()
    return profile


def audit(url: str, profile: Path, folder: Path) -> dict[str, Any]:
    """Return Lighthouse's report on a page for a desktop, seen with a copy of a profile. Raises RuntimeError."""
    file = folder / "report.json"
    own = Path(shutil.copytree(profile, folder / f"profile-{time.monotonic_ns()}"))
    command = [
        str(program()),
        url,
        "--quiet",
        "--preset=desktop",
        "--output=json",
        f"--output-path={file}",
        f"--chrome-path={ensure()}",
        "--chrome-flags=" + " ".join(["--headless", *FLAGS, f"--user-data-dir={own}"]),
        f"--only-categories={','.join(CATEGORIES)}",
    ]
    # Now and then Chromium records no trace, and Lighthouse asks to be run again (NO_NAVSTART).
    for _ in range(TRIES):
        ended = subprocess.run(command, timeout=180, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if not ended.returncode:
            break
    else:
        raise RuntimeError(f"Lighthouse ended with {ended.returncode}: {ended.stderr[-2000:]}")
    found: dict[str, Any] = json.loads(file.read_text())
    if found["finalDisplayedUrl"] != url:
        raise RuntimeError(f"Lighthouse saw {found['finalDisplayedUrl']} and not {url}.")
    asked = found["audits"]["network-requests"]["details"]["items"]
    if failed := [each["url"] for each in asked if each["statusCode"] != 200]:
        raise RuntimeError(f"These did not answer 200: {failed}")
    return found


def results(name: str, reports: list[dict[str, Any]]) -> list[Result]:
    """Return the rows of a page."""
    found = []
    for category in CATEGORIES:
        score = 100 * median(each["categories"][category]["score"] for each in reports)
        said = "; ".join(failing(reports[-1], category)) if score < LEAST else ""
        found.append(Result("lighthouse", f"{name}: {category}", f"{score:.0f}", said, score, LEAST, at_least=True))
    painted = median(each["audits"]["largest-contentful-paint"]["numericValue"] for each in reports)
    shift = median(each["audits"]["cumulative-layout-shift"]["numericValue"] for each in reports)
    return [
        *found,
        Result("lighthouse", f"{name}: largest paint, ms", f"{painted:.0f} ms", "", painted, PAINTED[name]),
        Result("lighthouse", f"{name}: layout shift", f"{shift:.3f}", "", shift, SHIFT),
    ]


def failing(report: dict[str, Any], category: str) -> list[str]:
    """Return the names of the audits that cost a category points."""
    weighed = {each["id"]: each["weight"] for each in report["categories"][category]["auditRefs"]}
    scores = {name: report["audits"][name]["score"] for name, weight in weighed.items() if weight}
    return [name for name, score in scores.items() if score is not None and score < 0.9]
