"""The programs that are compared: found, built or installed."""

import json
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from processes import Failure

ROOT = Path(__file__).resolve().parents[2]

SCRAPY = "2.19.0"


@dataclass
class Tools:
    """What is compared, and where it runs."""

    saseo: Path
    scrapy: Path
    scratch: Path
    articles: int
    wget_version: str


def find_tools(arguments, scratch, articles):
    """Builds and installs what is missing. Fails where it cannot."""
    if sys.version_info < (3, 11):
        raise Failure(f"this needs Python 3.11 or newer, not {platform.python_version()}")
    if not shutil.which("wget"):
        raise Failure("wget is not installed")

    version = subprocess.run(["wget", "--version"], capture_output=True, text=True, check=True)
    return Tools(
        saseo=arguments.saseo.resolve() if arguments.saseo else built_saseo(),
        scrapy=installed_scrapy(arguments.scrapy_folder),
        scratch=scratch,
        articles=articles,
        wget_version=version.stdout.split()[2],
    )


def built_saseo():
    if not shutil.which("cargo"):
        raise Failure("cargo is not installed; or name a binary with --saseo")
    build = ["cargo", "build", "--release", "--locked", "--message-format", "json"]
    done = subprocess.run(build, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise Failure("saseo cannot be built")

    artifacts = [json.loads(line) for line in done.stdout.splitlines()]
    [binary] = [artifact["executable"] for artifact in artifacts if artifact.get("executable")]
    return Path(binary)


def installed_scrapy(folder):
    """Installs Scrapy by pip into an environment of its own, unless it is there."""
    scrapy = folder / "bin" / "scrapy"
    if scrapy.exists():
        found = subprocess.run([scrapy, "version"], capture_output=True, text=True, check=False)
        if found.stdout.split() == ["Scrapy", SCRAPY]:
            return scrapy

    print(f"installing Scrapy {SCRAPY} into {folder}", flush=True)
    install = [folder / "bin" / "pip", "install", "--quiet", f"scrapy=={SCRAPY}"]
    for command in [[sys.executable, "-m", "venv", "--clear", folder], install]:
        if subprocess.run(command, check=False).returncode:
            raise Failure(f"Scrapy cannot be installed: {command}")
    return scrapy
