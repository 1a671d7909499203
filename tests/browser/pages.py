"""Browser pages that watch themselves: CSP violations, console errors, page errors, requests that leave the origin."""

from __future__ import annotations

import os
import signal
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Timer
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright
from playwright.sync_api import Error as BrowserError

from tests.browser.program import ensure

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SIZES = {"desktop": (1280, 800), "phone": (390, 844), "narrow": (320, 640)}
WATCH = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error("CSP " + event.violatedDirective + " " + event.blockedURI + " " + (event.sourceFile ?? ""));
});
"""
CLOSING_SECONDS = 60.0
MARK = f"--mltrack-tests={uuid.uuid4().hex}"


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run one headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=ensure(), args=[*FLAGS, MARK], headless=True)
        yield browser
        browser.close()


def end_chromium() -> None:
    """Kill the Chromium of this process, so that a call that waits for it raises instead of waiting for ever."""
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            if MARK.encode() in each.read_bytes():
                os.kill(int(each.parent.name), signal.SIGKILL)


def settle(page: Page) -> None:
    """Leave the page's document: Chromium may never answer when a page is closed while it goes somewhere."""
    for _ in range(5):
        with suppress(BrowserError):
            page.goto("about:blank", timeout=10_000)
            return


class PageFactory:
    """Makes pages for one test and keeps what they did wrong in `complaints`."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.complaints: list[str] = []
        self.forgiven: tuple[str, ...] = ()
        self._contexts: list[BrowserContext] = []

    def __call__(
        self,
        origin: str,
        *,
        size: str = "desktop",
        theme: Literal["light", "dark"] = "light",
        scripts: bool = True,
    ) -> Page:
        """Return a fresh page (own cookies) for `origin`, in one of the named sizes."""
        width, height = SIZES[size]
        context = self.browser.new_context(
            base_url=origin,
            viewport={"width": width, "height": height},
            color_scheme=theme,
            java_script_enabled=scripts,
            reduced_motion="reduce",
        )
        context.add_init_script(WATCH)
        self._contexts.append(context)
        page = context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        page.on("request", lambda request: self._asked(request, origin))
        return page

    def forgive(self, *texts: str) -> None:
        """Let complaints that contain one of these texts pass: a test that provokes an error names it."""
        self.forgiven = (*self.forgiven, *texts)

    def finish(self) -> None:
        """Close every page; raise AssertionError where a complaint is left."""
        watch = Timer(CLOSING_SECONDS, end_chromium)
        watch.start()
        for context in self._contexts:
            for page in context.pages:
                settle(page)
            context.close()
        watch.cancel()
        left = [each for each in self.complaints if not any(text in each for text in self.forgiven)]
        assert not left, "\n".join(left)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.complaints.append(f"console: {message.text} ({message.location.get('url', '')})")

    def _asked(self, request: Request, origin: str) -> None:
        if not request.url.startswith((origin, "data:", "blob:")):
            self.complaints.append(f"left the origin: {request.url}")
