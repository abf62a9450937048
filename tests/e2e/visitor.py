"""A browser that watches what it is shown: errors, weight, contrast, jumps, width."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response

from shopops.embedded.layout import PROJECT
from tests.e2e.site import Site

WIDE, NARROW = (1440, 900), (390, 844)
SERIOUS = {"serious", "critical"}
HEAVIEST_BYTES = 600_000
MOST_SHIFT = 0.01
# Some acts ask for the password again five minutes after a sign-in: a window opens well within.
SIGN_IN_KEPT_SECONDS = 100
WATCH = """
window.__shifts = 0; window.__lcp = 0; window.__reports = [];
document.addEventListener('securitypolicyviolation',
  (event) => window.__reports.push(`${event.violatedDirective} ${event.blockedURI}`));
const each = (type, act) => new PerformanceObserver((list) => list.getEntries().forEach(act))
  .observe({type, buffered: true});
each('layout-shift', (entry) => { window.__shifts += entry.value; });
each('largest-contentful-paint', (entry) => { window.__lcp = entry.startTime; });
"""
AXE = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations.map((one) => ({
  rule: one.id, impact: one.impact, where: one.nodes.slice(0, 3).map((node) => node.html.slice(0, 160)),
}))"""


@dataclass
class Visitor:
    """One person at one browser window."""

    page: Page
    site: Site
    problems: list[str] = field(default_factory=list)
    expected_statuses: set[int] = field(default_factory=set)

    def watch(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.problems.append(f"script: {error}"))
        self.page.on("requestfailed", self._failed)
        self.page.on("response", self._answered)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.problems.append(f"console: {message.text}")

    def _failed(self, request: Request) -> None:
        # A page that is left takes its open requests with it.
        if "ERR_ABORTED" not in str(request.failure):
            self.problems.append(f"request: {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected_statuses:
            self.problems.append(f"status: {response.status} {response.url}")

    def open(self, path: str) -> Page:
        self.page.goto(self.site.address + path, wait_until="load")
        return self.page

    def sign_in(self, username: str, password: str = "") -> None:
        self.open("/accounts/login/")
        self.page.fill("input[name=login]", username)
        self.page.fill("input[name=password]", password or self.site.password_of(username))
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url(lambda url: "/accounts/login" not in url)

    def shifts(self) -> float:
        return float(self.page.evaluate("window.__shifts"))

    def largest_paint_ms(self) -> float:
        return float(self.page.evaluate("window.__lcp"))

    def is_too_wide(self) -> bool:
        return bool(
            self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth + 1")
        )

    def findings(self) -> list[str]:
        """Give what axe-core calls serious, in the page as it stands."""
        self.page.evaluate((PROJECT / "node_modules/axe-core/axe.min.js").read_text())
        found: list[dict[str, Any]] = self.page.evaluate(AXE)
        return [json.dumps(one, ensure_ascii=False) for one in found if one["impact"] in SERIOUS]

    def faults(self) -> list[str]:
        """Hold the page as it stands against what every page must be, and begin anew."""
        reports: list[str] = self.page.evaluate("window.__reports")
        found = [f"report: {one}" for one in reports] + self.problems + self.findings()
        if self.is_too_wide():
            found.append("scrolls sideways")
        if (shifts := self.shifts()) > MOST_SHIFT:
            found.append(f"jumps by {shifts:.3f}")
        self.problems.clear()
        return [f"{self.page.url}: {one}" for one in found]


class Visits:
    """Opens browser windows for people and looks at the end whether anything went wrong."""

    def __init__(self, browser: Browser, site: Site) -> None:
        self.browser, self.site = browser, site
        self.states: dict[str, tuple[float, Any]] = {}
        self.contexts: list[BrowserContext] = []
        self.visitors: list[Visitor] = []

    def of(self, username: str = "", *, size: tuple[int, int] = WIDE) -> Visitor:
        """Open a window, signed in as somebody of the demo shop where a name is given."""
        if not username:
            return self._window(size, None)
        signed_in, state = self.states.get(username, (0.0, None))
        now = time.monotonic()
        if state is None or now - signed_in > SIGN_IN_KEPT_SECONDS:
            first = self._window(size, None)
            first.sign_in(username)
            state = first.page.context.storage_state()
            self.states[username] = now, state
        return self._window(size, state)

    def _window(self, size: tuple[int, int], state: Any) -> Visitor:
        context = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            storage_state=state,
            has_touch=size == NARROW,
        )
        context.set_default_timeout(15_000)
        context.add_init_script(WATCH)
        visitor = Visitor(context.new_page(), self.site)
        visitor.watch()
        self.contexts.append(context)
        self.visitors.append(visitor)
        return visitor

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        self.contexts.clear()
        problems = [problem for one in self.visitors for problem in one.problems]
        self.visitors.clear()
        assert not problems, problems
