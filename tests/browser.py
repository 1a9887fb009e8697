"""A real browser for the tests of pages: headless Chromium, without a profile and without a network."""

import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

_BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
)
_FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)


def programs() -> tuple[str, str]:
    """Return the browser and its driver; without them the test is skipped, and fails where CI says they must be."""
    browser = next((found for name in _BROWSERS if (found := shutil.which(name))), None)
    folder = os.environ.get("CHROMEWEBDRIVER")  # where runners of GitHub have it
    driver = shutil.which("chromedriver", path=folder) if folder else shutil.which("chromedriver")
    selenium = find_spec("selenium")
    if browser and driver and selenium:
        return browser, driver
    parts = (("chromium", browser), ("chromedriver", driver), ("selenium", selenium))
    missing = " and ".join(name for name, found in parts if not found)
    sentence = f"no {missing}: apt-get install chromium chromium-driver, pip install --group test"
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


class Browser:
    """One page in a browser, and what it did."""

    def __init__(self, driver: Any, downloads: Path) -> None:
        self.driver = driver
        self.downloads = downloads
        self.requests: list[str] = []
        self.errors: list[str] = []

    def open(self, page: Path, seconds: float = 60) -> float:
        """Open a page and wait until it is ready; returns the milliseconds that it says that took."""
        self.driver.get(page.as_uri())
        state = "return [document.documentElement.dataset.ready, document.documentElement.dataset.failed]"
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            ready, failed = self.driver.execute_script(state)
            if failed:
                raise AssertionError(self.driver.execute_script("return document.body.innerText"))
            if ready:
                return float(ready)
            time.sleep(0.05)
        raise AssertionError(f"{page} was not ready after {seconds} s")

    def run(self, script: str) -> Any:
        """Run a statement in the page."""
        return self.driver.execute_script(script)

    def ask(self, expression: str) -> Any:
        """Return what an expression on `page`, what the page offers to scripts, comes to."""
        done = self.driver.execute_async_script(
            "const done = arguments[arguments.length - 1];"
            f"window.carvsdb.then(async (page) => done({{value: await ({expression})}}))"
            ".catch((error) => done({error: String(error)}));"
        )
        assert "error" not in done, done
        return done["value"]

    def until(self, condition: str, seconds: float = 20) -> None:
        """Wait until an expression of the page holds."""
        end = time.monotonic() + seconds
        while not self.driver.execute_script(f"return Boolean({condition})"):
            assert time.monotonic() < end, f"{condition} did not hold after {seconds} s"
            time.sleep(0.02)

    def keys(self, *names: str) -> None:
        """Press keys, one after another, wherever the focus is: letters, or names as `ArrowDown`."""
        codes = {"Enter": "\r", "Tab": "\t", " ": " "}
        for name in names:
            text = codes.get(name, name if len(name) == 1 else "")
            number = ord(text.upper()) if len(text) == 1 and text.isalnum() else _CODES.get(name, 0)
            for kind in ("keyDown", "keyUp"):
                pressed = {"type": kind, "key": name, "windowsVirtualKeyCode": number}
                self.driver.execute_cdp_cmd("Input.dispatchKeyEvent", pressed | ({"text": text} if text else {}))

    def mouse(self, kind: str, x: float, y: float, **more: Any) -> None:
        """Move, press or release the mouse."""
        about = {"type": f"mouse{kind}", "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1, **more}
        self.driver.execute_cdp_cmd("Input.dispatchMouseEvent", about)

    def click_at(self, x: float, y: float) -> None:
        self.mouse("Moved", x, y, button="none", buttons=0)
        self.mouse("Pressed", x, y)
        self.mouse("Released", x, y, buttons=0)

    def drag(self, places: list[tuple[float, float]]) -> None:
        self.mouse("Pressed", *places[0])
        for place in places[1:]:
            self.mouse("Moved", *place)
        self.mouse("Released", *places[-1], buttons=0)

    def downloaded(self, name: str, seconds: float = 10) -> str:
        """Return what was downloaded under a name."""
        file = self.downloads / name
        end = time.monotonic() + seconds
        while not file.is_file():
            assert time.monotonic() < end, f"{name} was not downloaded"
            time.sleep(0.05)
        return file.read_bytes().decode("utf-8")

    def look_back(self) -> None:
        """Collect what the console said and what was asked of a network since the last time."""
        self.errors += [line["message"] for line in self.driver.get_log("browser")]
        for entry in self.driver.get_log("performance"):
            message = json.loads(entry["message"])["message"]
            if message["method"] in ("Network.requestWillBeSent", "Network.webSocketCreated"):
                parameters = message["params"]
                self.requests.append(parameters.get("request", parameters)["url"])

    def assert_quiet(self, page: Path) -> None:
        """Assert that nothing was said on the console, and nothing was asked for but the page itself."""
        self.look_back()
        assert self.errors == []
        asked = {url for url in self.requests if not url.startswith(("data:", "blob:", "about:", "chrome:"))}
        assert asked == {page.as_uri()}


_CODES = {
    "Enter": 13,
    "Escape": 27,
    " ": 32,
    "ArrowLeft": 37,
    "ArrowUp": 38,
    "ArrowRight": 39,
    "ArrowDown": 40,
    "Tab": 9,
}


@contextmanager
def browser(folder: Path, width: int = 1200, height: int = 800) -> Iterator[Browser]:
    """Start a browser with a new profile, and end it."""
    program, driver_program = programs()
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    downloads = folder / "downloads"
    downloads.mkdir()
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in (*_FLAGS, f"--user-data-dir={folder / 'profile'}", f"--window-size={width},{height}"):
        options.add_argument(flag)
    wanted = {
        "download.default_directory": str(downloads),
        "profile.default_content_setting_values.automatic_downloads": 1,  # several from one page
    }
    options.add_experimental_option("prefs", wanted)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(driver_program))
    try:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        driver.set_script_timeout(120)
        yield Browser(driver, downloads)
    finally:
        driver.quit()
