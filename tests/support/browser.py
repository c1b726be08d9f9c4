"""A real browser for tests: Chromium without a window, driven by Selenium."""
import contextlib
import os
import shutil
import sys

from harness import skip

ARGUMENTS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]


SYSTEM_PYTHON = "/usr/bin/python3"  # which has Debian's packages


def run_by_system_python():
    """Runs this script anew by it."""
    marker = "POLYCLOCK_TEST_PYTHON"
    if marker in os.environ or not os.path.exists(SYSTEM_PYTHON):
        return
    os.environ[marker] = SYSTEM_PYTHON
    os.execv(SYSTEM_PYTHON, [SYSTEM_PYTHON, *sys.argv])


@contextlib.contextmanager
def chromium(*arguments):
    """Skips the test where there is none, or where it does not start."""
    try:
        from selenium import webdriver
        from selenium.common.exceptions import WebDriverException
        from selenium.webdriver.chrome.service import Service
    except ImportError:
        run_by_system_python()
        skip("python3-selenium is not installed")
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not program or not driver:
        skip("chromium and chromium-driver are not installed")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    for argument in (*ARGUMENTS, *arguments):
        options.add_argument(argument)
    try:
        browser = webdriver.Chrome(service=Service(driver), options=options)
    except WebDriverException as failure:
        skip(f"chromium does not start: {failure.msg}")
    try:
        yield browser
    finally:
        browser.quit()


def console(browser):
    """What the pages have logged since the last call."""
    return [entry["message"] for entry in browser.get_log("browser")]
