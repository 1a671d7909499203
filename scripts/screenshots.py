"""Take the README's pictures: start MLTrack and an MLflow server of their own, connect them, look at the pages.

Run: python scripts/screenshots.py [FOLDER]   (needs requirements-dev.txt and Chromium; default docs/screenshots)
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.browser.pages import SIZES, chromium  # noqa: E402
from tests.servers.mlflow import serve  # noqa: E402
from tests.trees import Tree  # noqa: E402

EMAIL = "demo@example.org"
PAGES = {
    "portfolio": "/w/demo/",
    "initiative": "/w/demo/initiatives/BIOPSY/",
    "runs": "/w/demo/initiatives/DIGITS/runs/",
    "kpi": "/w/demo/kpis/forms-typed-by-hand/",
    "leadership": "/w/demo/dashboards/leadership/",
}
VIEWS = (("light", "desktop"), ("dark", "desktop"), ("light", "phone"))


def sign_in(page: Page, password: str) -> None:
    """Sign in as the sample workspace's person."""
    page.goto("/accounts/login/")
    page.fill("[name=login]", EMAIL)
    page.fill("[name=password]", password)
    page.click("form.form button.primary")
    page.wait_for_url("**/w/demo/**")


def connect(page: Page, address: str) -> str:
    """Connect the MLflow server by the form, wait for the first pull, and return the connection's path."""
    page.goto("/w/demo/connections/new/")
    page.fill("[name=name]", "Laboratory")
    page.fill("[name=base_url]", address)
    page.click("[name=try]")
    page.wait_for_selector("[name=save]")
    page.click("[name=save]")
    page.wait_for_selector("#status")
    for _ in range(60):
        if "Working" in page.inner_text("#status") and "Done" in page.inner_text("#status"):
            break
        page.wait_for_timeout(1000)
        page.reload()
    return page.url.partition("/w/")[2]


def evaluations(page: Page) -> dict[str, str]:
    """Return the paths of the sample's newest evaluation, of its comparison and of its fairness audit."""
    page.goto("/w/demo/initiatives/DIGITS/evaluations/")
    newest = page.locator("tr[data-row] th a").first.get_attribute("href") or ""
    return {"evaluation": newest, "comparison": f"{newest}versus/", "fairness": f"{newest}fairness/"}


@contextmanager
def view(browser: Browser, origin: str, theme: str, size: str) -> Iterator[Page]:
    """Give a page of one theme and size."""
    width, height = SIZES[size]
    context = browser.new_context(
        base_url=origin,
        viewport={"width": width, "height": height},
        color_scheme="dark" if theme == "dark" else "light",
        reduced_motion="reduce",
    )
    yield context.new_page()
    context.close()


def shoot(browser: Browser, tree: Tree, address: str, folder: Path) -> None:
    """Take every page in every view."""
    password = (tree.home / "demo_password").read_text().strip()
    pages = dict(PAGES)
    for theme, size in VIEWS:
        with view(browser, tree.url, theme, size) as page:
            sign_in(page, password)
            if "connection" not in pages:
                pages["connection"] = "/w/" + connect(page, address)
                pages.update(evaluations(page))
            for name, path in pages.items():
                page.goto(path)
                page.wait_for_timeout(1500)
                page.screenshot(path=folder / f"{name}-{theme if size == 'desktop' else size}.png")


def main() -> None:
    """Start everything, take the pictures, end everything."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        home.chmod(0o711)
        (home / "mlflow").mkdir()
        tree = Tree(home / "mltrack", environ={"MLTRACK_DEMO": "1"})
        try:
            with serve(home / "mlflow", runs=200) as server, chromium() as browser:
                tree.wait()
                shoot(browser, tree, server.url, folder)
        finally:
            tree.destroy()


if __name__ == "__main__":
    main()
